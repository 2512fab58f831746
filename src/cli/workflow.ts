/**
 * Data types of a workflow: shell commands as tasks, and the agents that run them.
 *
 * A {@linkcode Workflow} from {@linkcode parseWorkflow} is valid, with every default filled in.
 *
 * @module
 */

import type { LockMode } from "../locks/types.ts";

/** Condition on the outcomes of the needs of a task. */
export type When =
  /** All of them succeeded. */
  | "succeeded"
  /** At least one of them failed. */
  | "failed"
  /** Any outcome. */
  | "always";

/** A lock that a task holds while it runs. */
export interface WorkflowTaskLock {
  /** The name of the lock. */
  readonly name: string;
  /** The mode in which it is held. */
  readonly mode: LockMode;
  /** Units of its capacity that are held. */
  readonly units: number;
}

/** A task: a shell command and its requirements. */
export interface WorkflowTask {
  /** Its key in the file. */
  readonly id: string;
  /** Name for people; `undefined` to show the id. */
  readonly name: string | undefined;
  /** Description for people. */
  readonly description: string | undefined;
  /** A script for `sh -e`, which ends at the first command that fails. */
  readonly run: string;
  /** Ids of the tasks that must end first. */
  readonly needs: readonly string[];
  /** The condition on their outcomes under which it runs. */
  readonly when: When;
  /** The locks that it holds while it runs. */
  readonly locks: readonly WorkflowTaskLock[];
  /** Patterns of the paths that it reserves while it runs. @default none */
  readonly files?: readonly string[];
  /** The capabilities that its agent must have. */
  readonly requires: readonly string[];
  /** The only agent that may run it. */
  readonly agent: string | undefined;
  /** The agent in whose queue it waits, until a less busy agent steals it. */
  readonly prefers: string | undefined;
  /** Higher is sooner. */
  readonly priority: number;
  /** Time limit of one attempt, in milliseconds; `undefined` for none. */
  readonly timeoutMs: number | undefined;
  /** Number of attempts after the first. */
  readonly retries: number;
  /** Variables of its command, which override those of its agent. */
  readonly env: ReadonlyMap<string, string>;
  /** Directory of its command, relative to that of the run. */
  readonly cwd: string | undefined;
}

/** An agent. */
export interface WorkflowAgent {
  /** Its key in the file. */
  readonly id: string;
  /** The capabilities that it offers to tasks. */
  readonly capabilities: readonly string[];
  /** Number of tasks that it runs at the same time. */
  readonly slots: number;
  /** Variables of its commands, which override those of the workflow. */
  readonly env: ReadonlyMap<string, string>;
}

/** A declared lock. Locks that are not declared have a capacity of 1. */
export interface WorkflowLock {
  /** Its name. */
  readonly name: string;
  /** Number of its units. */
  readonly capacity: number;
}

/** Circuit breaker of each agent. */
export interface WorkflowBreaker {
  /** Number of failures in a row that open it; 0 for never. */
  readonly failures: number;
  /** Milliseconds until a probe; longer after each probe that fails. */
  readonly cooldownMs: number;
}

/** Defaults of a breaker that the file asks for. */
export const DEFAULT_BREAKER: WorkflowBreaker = { failures: 5, cooldownMs: 30_000 };

/** A workflow. */
export interface Workflow {
  /** Empty for one agent for each core. */
  readonly agents: readonly WorkflowAgent[];
  /** In the order of the file. */
  readonly tasks: readonly WorkflowTask[];
  /** The declared locks. */
  readonly locks: readonly WorkflowLock[];
  /** Variables of all commands. */
  readonly env: ReadonlyMap<string, string>;
  /** Circuit breaker of each agent. @default none */
  readonly breaker?: WorkflowBreaker;
}

/** The name of a task for people. */
export function labelOf({ name, id }: WorkflowTask): string {
  return name ?? id;
}

/**
 * Returns `workflow` with `count` agents of one slot, each with all capabilities that tasks require.
 * Each has the variables of one of the replaced agents, by turns, and those that only other agents
 * have.
 */
export function withAgents(workflow: Workflow, count: number): Workflow {
  const capabilities = [...new Set(workflow.tasks.flatMap((task) => task.requires))];
  const replaced = workflow.agents.map(({ env }) => env);
  const shared = replaced.toReversed().flatMap((env) => [...env]); // those of the first agent win
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
