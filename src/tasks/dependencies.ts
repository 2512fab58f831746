/**
 * The dependencies between tasks. An edge is kept at the task that is waited for, submitted or not,
 * so that its end costs as much as it has dependents.
 *
 * @module
 */

import type { TaskSpec } from "./commands.ts";
import {
  type Edge,
  isTerminal,
  outcomeOf,
  type Received,
  type Step,
  type TaskRecord,
  type TaskState,
} from "./state.ts";
import { receive } from "./remarks.ts";
import type { Dependency, Outcome } from "./types.ts";

/**
 * Returns the cycle that a task would close with these dependencies, from its id back to its id along
 * dependencies; it is new, or has not started.
 *
 * Only a task that another one waits for can close a cycle: others cost nothing. The search goes
 * from both sides of the task by turns and ends with the smaller one, so that a chain that is
 * submitted in any order costs little for each of its tasks.
 *
 * A parent counts as waiting for its children, awaited or not: with its end they are cancelled.
 */
export function cycleThrough(
  state: TaskState,
  spec: Pick<TaskSpec, "id" | "dependencies">,
  parentId?: string,
): string[] | undefined {
  const { id } = spec;
  if (spec.dependencies.some(({ taskId }) => taskId === id)) return [id, id];
  const waiting = [...state.awaited.get(id)?.keys() ?? [], ...waitersOf(state, id)];
  if (parentId !== undefined) waiting.push(parentId);
  if (waiting.length === 0 || spec.dependencies.length === 0) return undefined;

  const dependencies = reachedFrom(id, spec.dependencies.map(({ taskId }) => taskId));
  const dependents = reachedFrom(id, waiting);
  for (const dependent of dependents.keys()) {
    if (dependencies.has(dependent)) return [id, dependent, id];
  }
  const up = walk(dependencies, (from) => waitsOf(state, from));
  const down = walk(dependents, (from) => waitersOf(state, from));
  for (;;) {
    const above = up.next().value;
    if (above === undefined) return undefined;
    if (dependents.has(above)) return pathThrough(above, id, dependencies, dependents);
    const below = down.next().value;
    if (below === undefined) return undefined;
    if (dependencies.has(below)) return pathThrough(below, id, dependencies, dependents);
  }
}

/** Returns the cycle that would close when `waiter` awaited `awaited`, from its id to its id. */
export function cycleOfAwait(
  state: TaskState,
  { spec: { id } }: TaskRecord,
  awaited: TaskRecord,
): string[] | undefined {
  const awaitedId = awaited.spec.id;
  if (awaitedId === id) return [id, id];
  if (awaited.family?.parent?.taskId === id) return undefined; // it counts since it was submitted
  const reached = reachedFrom(id, [awaitedId]);
  for (const next of walk(reached, (from) => waitsOf(state, from))) {
    if (next !== id) continue;
    const path = [id];
    for (let at = reached.get(id)!; at !== id; at = reached.get(at)!) path.push(at);
    return [...path, id].reverse();
  }
  return undefined;
}

/** Ids in the order in which they were reached, each with the id that it was reached from. */
type Reached = Map<string, string>;

function reachedFrom(id: string, neighbours: Iterable<string>): Reached {
  const reached: Reached = new Map();
  for (const neighbour of neighbours) reached.set(neighbour, id);
  return reached;
}

/** Reaches one more id at a time, breadth first. */
function* walk(
  reached: Reached,
  nextTo: (id: string) => Iterable<string>,
): Generator<string, undefined> {
  for (const from of reached.keys()) { // grows while it is read
    for (const to of nextTo(from)) {
      if (reached.has(to)) continue;
      reached.set(to, from);
      yield to;
    }
  }
}

/** Yields the unfinished tasks that a task waits for: dependencies, children, and those it awaits. */
export function* waitsOf(state: TaskState, id: string): Iterable<string> {
  yield* openDependenciesOf(state, id);
  const { children = [], awaits = [] } = state.tasks.get(id)?.family ?? {};
  for (const { spec } of children) yield spec.id;
  for (const { spec } of awaits) yield spec.id;
}

/** Yields the tasks that wait for an unfinished task, in the same sense. */
function* waitersOf(state: TaskState, id: string): Iterable<string> {
  const task = state.tasks.get(id);
  if (task === undefined || isTerminal(task.status)) return;
  yield* task.dependents?.keys() ?? [];
  const { parent, awaiters = [] } = task.family ?? {};
  if (parent !== undefined) yield parent.taskId;
  for (const { spec } of awaiters) yield spec.id;
}

/** Yields the dependencies that a task still waits for: those that keep an edge to it. */
function* openDependenciesOf(state: TaskState, id: string): Iterable<string> {
  for (const { taskId } of state.tasks.get(id)?.spec.dependencies ?? []) {
    const known = state.tasks.get(taskId);
    const dependents = known === undefined ? state.awaited.get(taskId) : known.dependents;
    if (dependents?.has(id)) yield taskId;
  }
}

/** Returns the path from `id` along dependencies to `middle`, and from there to `id`. */
function pathThrough(
  middle: string,
  id: string,
  dependencies: Reached,
  dependents: Reached,
): string[] {
  const path = [middle];
  for (let at = middle; at !== id;) path.push(at = dependencies.get(at)!);
  path.reverse();
  for (let at = middle; at !== id;) path.push(at = dependents.get(at)!);
  return path;
}

/**
 * Links a new task to its dependencies. Returns the reason why the task can't run any more, if one
 * that has ended is such a reason.
 */
export function link(state: TaskState, task: TaskRecord): string | undefined {
  const { id } = task.spec;
  task.dependents = state.awaited.get(id);
  state.awaited.delete(id);
  return countDependencies(state, task, NOTHING);
}

/**
 * Links a task that has not started to other dependencies, in place of those that it has. One that it
 * keeps counts as before: its report stays, also when it was forgotten or retried meanwhile, and so does
 * the place of the task among those that wait for it. Returns the same as {@linkcode link}.
 */
export function relink(
  state: TaskState,
  task: TaskRecord,
  dependencies: readonly Dependency[],
): string | undefined {
  const kept = new Set(dependencies.map(({ taskId }) => taskId));
  unlinkFrom(state, task, task.spec.dependencies.filter(({ taskId }) => !kept.has(taskId)));
  const received = new Map(task.received?.map((each) => [each.taskId, each]));
  task.spec = { ...task.spec, dependencies };
  task.received = undefined;
  task.fallbacks = task.fallbacksFailed = 0;
  return countDependencies(state, task, received);
}

const NOTHING: ReadonlyMap<string, Received> = new Map();

/** Counts the dependencies of a task that have ended, and adds an edge at each other one. */
function countDependencies(
  state: TaskState,
  task: TaskRecord,
  received: ReadonlyMap<string, Received>,
): string | undefined {
  const { id, dependencies } = task.spec;
  task.openDependencies = dependencies.length;
  let verdict: string | undefined;
  for (const { taskId, onFailure } of dependencies) {
    if (onFailure === "run-on-failure") task.fallbacks++;
    const edge = { dependent: task, onFailure };
    const report = received.get(taskId);
    const known = state.tasks.get(taskId);
    const newest = known === undefined ? outcomeOf(state, taskId) : known.status;
    const outcome = report?.outcome ?? newest;
    if (outcome !== undefined && isTerminal(outcome)) {
      if (report === undefined) receive(task, taskId, outcome, known);
      else (task.received ??= []).push(report);
      verdict ??= countEnd(edge, outcome, `dependency "${taskId}" ${phrase(outcome)}`);
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

/** Removes the edges of a task that no longer waits. */
export function unlink(state: TaskState, task: TaskRecord): void {
  unlinkFrom(state, task, task.spec.dependencies);
}

function unlinkFrom(
  state: TaskState,
  { spec: { id } }: TaskRecord,
  dependencies: readonly Dependency[],
): void {
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
 * Resolves the dependents of all tasks that ended in this step: calls `onReady` with those that may
 * run, and `onDoomed` with those that can't run any more. The latter end in turn, in the same loop.
 * Calls `onEnded` with each task that ended, before.
 */
export function resolveDependents(
  step: Step,
  onReady: (step: Step, task: TaskRecord) => void,
  onDoomed: (step: Step, task: TaskRecord, because: string) => void,
  onEnded: (step: Step, task: TaskRecord) => void,
): void {
  for (const { task, because } of step.ended) { // grows while it is read
    onEnded(step, task);
    const { dependents, status } = task;
    if (dependents === undefined) continue;
    task.dependents = undefined;
    for (const edge of dependents.values()) {
      const { dependent } = edge;
      if (dependent.status !== "waiting") continue;
      receive(dependent, task.spec.id, status as Outcome, task);
      const verdict = countEnd(edge, status as Outcome, because);
      if (verdict !== undefined) onDoomed(step, dependent, verdict);
      else if (dependent.openDependencies === 0) onReady(step, dependent);
    }
  }
  step.ended.length = 0;
}

/** Counts the end of one dependency. Returns the reason why the dependent can't run any more. */
function countEnd(edge: Edge, outcome: Outcome, because: string): string | undefined {
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

/** Returns an outcome as part of a reason. */
export function phrase(outcome: Outcome): string {
  return outcome === "cancelled" ? "was cancelled" : outcome;
}
