/**
 * What the end of one task means for those that have not begun.
 *
 * @module
 */

import { countsAsFailed, type RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";

/**
 * The tasks that are not started any more once `failed` has failed. Left are those that hang on it,
 * which the scheduler deals with, and those that clean up or report after something that was
 * started.
 */
export function unrelatedTo(failed: TaskRun, state: RunState): TaskRun[] {
  const hangsOnIt = dependentsOf(failed, state);
  return [...state.tasks.values()].filter((run) => {
    if (run.phase === "running" || run.outcome !== undefined || hangsOnIt.has(run)) return false;
    return run.task.when === "succeeded" || !hangsOnStarted(run, state);
  });
}

/**
 * Whether a task that runs when something failed was started because of a need that was only
 * skipped: to the scheduler both are cancellations.
 */
export function isPointless(run: TaskRun, state: RunState): boolean {
  if (run.task.when !== "failed") return false;
  return !run.task.needs.some((id) => countsAsFailed(state.tasks.get(id)!));
}

/** `run`, and everything that needs it, directly or not. */
function dependentsOf(run: TaskRun, state: RunState): Set<TaskRun> {
  const direct = new Map<string, TaskRun[]>();
  for (const other of state.tasks.values()) {
    for (const need of other.task.needs) {
      const those = direct.get(need);
      if (those === undefined) direct.set(need, [other]);
      else those.push(other);
    }
  }
  const reached = new Set([run]);
  for (const { task } of reached) { // grows while it is read
    for (const dependent of direct.get(task.id) ?? []) reached.add(dependent);
  }
  return reached;
}

/** Whether something that `run` needs, directly or not, was started. */
function hangsOnStarted(run: TaskRun, state: RunState): boolean {
  const needs = new Set(run.task.needs);
  for (const id of needs) { // grows while it is read
    const need = state.tasks.get(id)!;
    if (need.attempts > 0) return true;
    for (const further of need.task.needs) needs.add(further);
  }
  return false;
}
