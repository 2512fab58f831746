/**
 * Public data types of agents.
 *
 * @module
 */

/** An agent as a caller describes it. Only `id` is needed. */
export interface AgentProfile {
  /** Chosen by the caller, of at most 256 characters; the same one again changes the profile. */
  readonly id: string;
  /** For people. */
  readonly name?: string;
  /** The kind of agent; custom strategies can read it. */
  readonly type?: string;
  /** Its capabilities; it is given no task that `requires` others. @default [] */
  readonly capabilities?: readonly string[];
  /** For whoever runs the agent; strategies of your own can read it. */
  readonly systemPrompt?: string;
  /** Number of slots; a claim needs one to start. @default 1 */
  readonly maxConcurrentTasks?: number;
  /** Capacity of its queue of tasks that wait for a slot. @default 10_000 */
  readonly maxQueuedTasks?: number;
  /** Among equally good agents the higher one is chosen. An integer. @default 0 */
  readonly priority?: number;
  /**
   * Time for which it may be silent before it counts as dead, in milliseconds, where a manager watches
   * agents; 0 for as long as it likes. @default the config's for an agent outside of the process, or 0
   */
  readonly heartbeatTimeoutMs?: number;
  /** Variables for whoever runs the agent; nothing here sets them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A path for whoever runs the agent; nothing here goes there. */
  readonly workingDirectory?: string;
  /** A program for whoever runs the agent; nothing here starts it. */
  readonly shell?: string;
  /** Kept as it comes, never looked into. */
  readonly metadata?: unknown;
}
