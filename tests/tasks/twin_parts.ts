/**
 * What the slow twin of the task machine keeps, and its search for cycles.
 *
 * @module
 */

import type { TaskStatus } from "../../src/kernel/shapes.ts";
import type { Outcome, TaskSpec } from "../../src/tasks/state.ts";

export interface SlowTask {
  readonly spec: TaskSpec;
  readonly rank: number;
  readonly sequence: number;
  status: TaskStatus;
  readonly createdAt: number;
  startedAt: number;
  agentId: string | undefined;
  epoch: number;
  locked: boolean;
  attempts: number;
  crashes: number;
  /** How those of its dependencies ended that it was told of. */
  readonly told: Map<string, Outcome>;
}

export interface SlowAgent {
  readonly id: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrentTasks: number;
  readonly priority: number;
  readonly eager: boolean;
  cordon: string;
  lastEpoch: number;
}

export interface SlowTimer {
  readonly task: SlowTask | undefined;
  readonly epoch: number;
  readonly limit: "queue" | "attempt" | "heartbeat" | "total" | "backoff" | "grace";
  at: number;
  readonly order: number;
}

/** Some cycle that `spec` would close: from its id along dependencies back to it. */
export function slowCycle(
  tasks: readonly SlowTask[],
  spec: TaskSpec,
): string[] | undefined {
  const dependenciesOf = (id: string): string[] => {
    if (id === spec.id) return spec.dependencies.map(({ taskId }) => taskId);
    const task = tasks.find((task) => task.spec.id === id && task.status === "waiting");
    if (task === undefined) return [];
    return task.spec.dependencies.map(({ taskId }) => taskId).filter((id) => !task.told.has(id));
  };
  const search = (path: readonly string[]): string[] | undefined => {
    for (const next of dependenciesOf(path.at(-1)!)) {
      if (next === spec.id) return [...path, next];
      const found = path.includes(next) ? undefined : search([...path, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search([spec.id]);
}
