/**
 * Public data types of agents.
 *
 * @module
 */

/**
 * The way in which an agent gets tasks.
 * @category Agents
 */
export type AgentMode =
  /** They are assigned to it. */
  | "push"
  /** It asks for them. */
  | "pull";

/**
 * An agent as a caller describes it. Only `id` is needed.
 * @category Agents
 */
export interface AgentProfile {
  /** At most 256 characters, chosen by the caller. A registration with a known id changes its profile. */
  readonly id: string;
  /** For people. */
  readonly name?: string;
  /** The kind of agent; custom strategies can read it. */
  readonly type?: string;
  /** Its capabilities; it is given no task that `requires` others. @default [] */
  readonly capabilities?: readonly string[];
  /** For the program that runs the agent; custom strategies can read it. */
  readonly systemPrompt?: string;
  /** Number of slots; a claim needs one to start. @default 1 */
  readonly maxConcurrentTasks?: number;
  /**
   * Whether it is given tasks (`push`), or asks for each with `claim` (`pull`): then it is never given one
   * that it did not ask for, and has no handler. @default "push"
   */
  readonly mode?: AgentMode;
  /** Capacity of its queue of tasks that wait for a slot. @default 10_000 */
  readonly maxQueuedTasks?: number;
  /** Among equally good agents the higher one is chosen. An integer. @default 0 */
  readonly priority?: number;
  /**
   * Heartbeat timeout under a manager, in milliseconds: the silence after which it counts as dead; 0 for
   * no limit. @default that of the config for an agent outside of the process, or else 0
   */
  readonly heartbeatTimeoutMs?: number;
  /** Environment variables, for the program that runs the agent. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Working directory, for the program that runs the agent. */
  readonly workingDirectory?: string;
  /** Shell, for the program that runs the agent. */
  readonly shell?: string;
  /** Further data of the program, which Lockstep does not read. */
  readonly metadata?: unknown;
}
