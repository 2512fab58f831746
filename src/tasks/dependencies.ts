/**
 * Who waits for whom. An edge is kept at the task that is waited for, known or not yet submitted,
 * so that its end costs as much as it has dependents.
 *
 * @module
 */

import type { Dependents, Edge, Outcome, Step, TaskRecord, TaskSpec, TaskState } from "./state.ts";
import { isTerminal } from "./state.ts";

/**
 * The cycle that `spec` would close, from its id back to its id along dependencies, or `undefined`.
 *
 * Only a task that somebody waits for already can close one: others cost nothing.
 */
export function cycleThrough(state: TaskState, spec: TaskSpec): string[] | undefined {
  const { id } = spec;
  const wanted = new Set<string>();
  for (const { taskId } of spec.dependencies) {
    if (taskId === id) return [id, id];
    wanted.add(taskId);
  }
  const dependents = state.awaited.get(id);
  if (dependents === undefined || wanted.size === 0) return undefined;

  const reachedFrom = new Map<string, string>();
  const open: [string, Dependents | undefined][] = [[id, dependents]];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [from, edges] = entry;
    if (edges === undefined) continue;
    for (const [next, { dependent }] of edges) {
      if (reachedFrom.has(next)) continue;
      reachedFrom.set(next, from);
      if (wanted.has(next)) return pathBack(id, next, reachedFrom);
      open.push([next, dependent.dependents]);
    }
  }
  return undefined;
}

function pathBack(id: string, last: string, reachedFrom: ReadonlyMap<string, string>): string[] {
  const path = [id];
  for (let at = last; at !== id; at = reachedFrom.get(at)!) path.push(at);
  path.push(id);
  return path;
}

/**
 * Links a new task to what it depends on. What has ended counts at once; the answer says why the
 * task can't run any more, or is `undefined`.
 */
export function link(state: TaskState, task: TaskRecord): string | undefined {
  const { id, dependencies } = task.spec;
  task.dependents = state.awaited.get(id);
  state.awaited.delete(id);
  task.openDependencies = dependencies.length;
  let verdict: string | undefined;
  for (const { taskId, onFailure } of dependencies) {
    if (onFailure === "run-on-failure") task.fallbacks++;
    const edge = { dependent: task, onFailure };
    const known = state.tasks.get(taskId);
    const outcome = known === undefined ? state.outcomes.get(taskId) : known.status;
    if (outcome !== undefined && isTerminal(outcome)) {
      verdict ??= settle(edge, outcome, `dependency "${taskId}" ${phrase(outcome)}`);
    } else if (known !== undefined) {
      (known.dependents ??= new Map()).set(id, edge);
    } else {
      const waiting = state.awaited.get(taskId);
      if (waiting === undefined) state.awaited.set(taskId, new Map([[id, edge]]));
      else waiting.set(id, edge);
    }
  }
  return verdict;
}

/** Takes back the edges of a task that no longer waits. */
export function unlink(state: TaskState, task: TaskRecord): void {
  const { id, dependencies } = task.spec;
  for (const { taskId } of dependencies) {
    const known = state.tasks.get(taskId);
    if (known !== undefined) {
      known.dependents?.delete(id);
      continue;
    }
    const waiting = state.awaited.get(taskId);
    if (waiting?.delete(id) && waiting.size === 0) state.awaited.delete(taskId);
  }
}

/**
 * Tells the dependents of all tasks that ended in this step: `onReady` for those that may run,
 * `onDoomed` for those that can't any more. The latter end in turn, in the same loop.
 */
export function settleDependents(
  step: Step,
  onReady: (step: Step, task: TaskRecord) => void,
  onDoomed: (step: Step, task: TaskRecord, because: string) => void,
): void {
  for (const { task, because } of step.ended) { // grows while it is read
    const { dependents, status } = task;
    if (dependents === undefined) continue;
    task.dependents = undefined;
    for (const edge of dependents.values()) {
      const { dependent } = edge;
      if (dependent.status !== "waiting") continue;
      const verdict = settle(edge, status as Outcome, because);
      if (verdict !== undefined) onDoomed(step, dependent, verdict);
      else if (dependent.openDependencies === 0) onReady(step, dependent);
    }
  }
  step.ended.length = 0;
}

/** Counts the end of one dependency; the answer says why the dependent can't run any more. */
function settle(edge: Edge, outcome: Outcome, because: string): string | undefined {
  const { dependent, onFailure } = edge;
  dependent.openDependencies--;
  if (outcome !== "completed") {
    if (onFailure === "cancel") return because;
    if (onFailure === "run-on-failure") dependent.fallbacksFailed++;
  }
  const { openDependencies, fallbacks, fallbacksFailed } = dependent;
  const isIdle = openDependencies === 0 && fallbacks > 0 && fallbacksFailed === 0;
  return isIdle ? "no dependency that it stands in for failed" : undefined;
}

/** An outcome as part of a reason. */
export function phrase(outcome: Outcome): string {
  return outcome === "cancelled" ? "was cancelled" : outcome;
}
