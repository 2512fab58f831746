/**
 * What a workflow is, once it has been read: shell commands as tasks, and the agents that run them.
 *
 * Everything is checked and every default is filled in, so whoever gets a {@linkcode Workflow} from
 * {@linkcode parseWorkflow} need not look twice.
 *
 * @module
 */

import type { LockMode } from "../locks/types.ts";

/** When a task runs, by how its needs ended. */
export type When =
  /** When all of them succeeded. */
  | "succeeded"
  /** When at least one of them failed. */
  | "failed"
  /** However they ended. */
  | "always";

/** A lock that a task holds while it runs. */
export interface WorkflowTaskLock {
  /** Locks of the same name exclude each other. */
  readonly name: string;
  /** Whether it is held alone. */
  readonly mode: LockMode;
  /** How much of its capacity is taken. */
  readonly units: number;
}

/** One task: a shell command and what it asks for. */
export interface WorkflowTask {
  /** The key under which the file has it. */
  readonly id: string;
  /** What people call it. */
  readonly name: string | undefined;
  /** What it is for. */
  readonly description: string | undefined;
  /** A script for `sh -e`: it ends at the first command that fails. */
  readonly run: string;
  /** Ids of the tasks that must end first. */
  readonly needs: readonly string[];
  /** Whether it runs once they have. */
  readonly when: When;
  /** What it holds while it runs. */
  readonly locks: readonly WorkflowTaskLock[];
  /** Capabilities that its agent must have. */
  readonly requires: readonly string[];
  /** The only agent that may run it. */
  readonly agent: string | undefined;
  /** The agent in whose queue it waits, unless one that is less busy takes it over. */
  readonly prefers: string | undefined;
  /** Higher is sooner. */
  readonly priority: number;
  /** How long one attempt may take; `undefined` is for ever. */
  readonly timeoutMs: number | undefined;
  /** Attempts after the first. */
  readonly retries: number;
  /** Variables of its command, on top of its agent's. */
  readonly env: ReadonlyMap<string, string>;
  /** Where the command runs, from the directory in which the workflow runs. */
  readonly cwd: string | undefined;
}

/** One agent: something that runs tasks, so many at once. */
export interface WorkflowAgent {
  /** The key under which the file has it. */
  readonly id: string;
  /** What it can do. */
  readonly capabilities: readonly string[];
  /** How many tasks it runs at once. */
  readonly slots: number;
  /** Variables of its commands, on top of the workflow's. */
  readonly env: ReadonlyMap<string, string>;
}

/** A lock with more than one unit. Locks that are not declared have one. */
export interface WorkflowLock {
  /** What tasks call it. */
  readonly name: string;
  /** How many units it has. */
  readonly capacity: number;
}

/** When an agent is passed over because its commands keep failing. */
export interface WorkflowBreaker {
  /** After how many failures in a row; 0 for never. */
  readonly failures: number;
  /** For how long, before it is tried out with one command; longer each time that this fails. */
  readonly cooldownMs: number;
}

/** What a breaker goes by where the file leaves something out. */
export const DEFAULT_BREAKER: WorkflowBreaker = { failures: 5, cooldownMs: 30_000 };

/** A workflow that can be run. */
export interface Workflow {
  /** Empty when the file names none: then there is one agent for each core. */
  readonly agents: readonly WorkflowAgent[];
  /** In the order of the file. */
  readonly tasks: readonly WorkflowTask[];
  /** Those that are declared. */
  readonly locks: readonly WorkflowLock[];
  /** Variables of all commands. */
  readonly env: ReadonlyMap<string, string>;
  /** When an agent is passed over. @default never */
  readonly breaker?: WorkflowBreaker;
}

/** What people call a task. */
export function labelOf({ name, id }: WorkflowTask): string {
  return name ?? id;
}

/**
 * `workflow` with `count` agents of one slot each, all of which can do whatever any task requires.
 * Each has the variables of one of the agents that it replaces, in turn, and those that only others
 * have.
 */
export function withAgents(workflow: Workflow, count: number): Workflow {
  const capabilities = [...new Set(workflow.tasks.flatMap((task) => task.requires))];
  const replaced = workflow.agents.map(({ env }) => env);
  const shared = replaced.toReversed().flatMap((env) => [...env]); // the first agent's come last
  const agents = Array.from({ length: count }, (_, i) => ({
    id: `agent-${i + 1}`,
    capabilities,
    slots: 1,
    env: new Map([...shared, ...replaced[i % replaced.length] ?? []]),
  }));
  const tasks = workflow.tasks.map((task) => ({ ...task, agent: undefined, prefers: undefined }));
  return { ...workflow, agents, tasks };
}

/** Whether `agent` may run `task`. */
export function isFit(agent: WorkflowAgent, task: WorkflowTask): boolean {
  if (task.agent !== undefined && task.agent !== agent.id) return false;
  return task.requires.every((capability) => agent.capabilities.includes(capability));
}
