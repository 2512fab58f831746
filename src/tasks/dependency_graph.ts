/**
 * The dependencies between tasks as a graph: the tasks that can run, the tasks that a failure
 * cancels, and the chain of tasks that decides how long all of them take.
 *
 * The graph runs nothing and has no clock: callers add tasks and report how they ended, and it
 * returns the consequences.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireArray,
  requireFunction,
  requireId,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import { MOST_LISTED } from "./commands.ts";
import {
  DependencyCycleError,
  DuplicateTaskError,
  TaskStatusError,
  UnknownTaskError,
} from "./errors.ts";
import { type Logger, logTo, requireLogger, silentLogger } from "../core/logger.ts";
import type { OnFailure, Task } from "./types.ts";
import {
  dependentsOf,
  findCycle,
  type GraphEdge,
  type GraphNode,
  type GraphTaskStatus,
  inOrder,
  link,
  longestPath,
  newNode,
  unlinkFromDependency,
} from "./graph_walks.ts";

export type { GraphTaskStatus } from "./graph_walks.ts";

/**
 * The consequences of the end of a task.
 * @category Tasks
 */
export interface GraphChanges {
  /** The tasks that became ready. */
  readonly ready: string[];
  /** The tasks that were cancelled, nearest first. */
  readonly cancelled: string[];
}

/**
 * A chain of tasks, each of which waits for the one before it.
 * @category Tasks
 */
export interface DependencyPath {
  /** The id of the first task. */
  readonly from: string;
  /** The id of the last task. */
  readonly to: string;
  /** The ids of the chain, `from` and `to` included. */
  readonly path: string[];
  /** The sum of the durations along the chain. */
  readonly duration: number;
}

/**
 * The size and the progress of a graph.
 * @category Tasks
 */
export interface DependencyGraphStats {
  /** Tasks in any status. */
  readonly totalTasks: number;
  /** Tasks that were completed. */
  readonly completedTasks: number;
  /** Tasks without open dependencies that were not started. */
  readonly readyTasks: number;
  /** Tasks with open dependencies. */
  readonly pendingTasks: number;
  /** Tasks that were started and have not ended. */
  readonly runningTasks: number;
  /** Tasks that failed. */
  readonly failedTasks: number;
  /** Tasks that were cancelled. */
  readonly cancelledTasks: number;
  /** Dependencies of a task, on average. */
  readonly avgDependencies: number;
  /** Dependencies of the task that has the most. */
  readonly maxDependencies: number;
  /** Always 0: a task that would close a cycle is refused. */
  readonly cycles: number;
}

type Outcome = "completed" | "failed" | "cancelled";

const OUTCOMES: readonly Outcome[] = ["completed", "failed", "cancelled"];

/**
 * The dependencies between tasks.
 *
 * A task may name a dependency that was not added yet, and waits for it. Tasks stay in the graph until
 * they are removed.
 *
 * @example
 * ```ts
 * import { DependencyGraph } from "@lockstep/lockstep";
 *
 * const graph = new DependencyGraph();
 * graph.addTask({ id: "build" });
 * graph.addTask({ id: "test", dependencies: ["build"] });
 * graph.addTask({ id: "report", dependencies: [{ taskId: "test", onFailure: "ignore" }] });
 *
 * graph.getReadyTasks(); // ["build"]
 * graph.markCompleted("build"); // ["test"]
 * graph.topologicalSort(); // ["build", "test", "report"]
 * ```
 * @category Tasks
 */
export class DependencyGraph {
  readonly #logger: Logger;
  readonly #tasks = new Map<string, GraphNode>();
  /** Dependencies of tasks that are not in the graph themselves, by id. */
  readonly #absent = new Map<string, GraphNode>();
  readonly #ready = new Set<GraphNode>();
  #walks = 0;

  /**
   * Makes an empty graph.
   *
   * @param logger gets the tasks that a failure cancels, at level debug. @default silent
   */
  constructor(logger: Logger = silentLogger) {
    this.#logger = requireLogger(logger, "create a dependency graph");
  }

  /**
   * Adds a task. Costs O(its dependencies) unless others wait for it already; then it searches for a
   * cycle from both sides, which costs about twice the smaller side.
   *
   * A task whose dependency has failed is cancelled at once. A second task of the same id and
   * `idempotencyKey` changes nothing.
   *
   * @throws {DependencyCycleError} when it would close a cycle
   * @throws {DuplicateTaskError} when the id is known
   */
  addTask(task: Task): void {
    const dependencies = requireTask(task);
    const { id } = task;
    const known = this.#tasks.get(id)?.task;
    if (known !== undefined) return refuseDuplicate(known, task);
    const awaited = this.#absent.get(id);
    if (awaited !== undefined) this.#refuseCycle(awaited, dependencies);

    const node = awaited ?? newNode(id);
    this.#absent.delete(id);
    this.#tasks.set(id, node);
    node.task = task;
    node.status = "waiting";
    for (const dependency of dependencies) this.#link(node, dependency);
    if (node.open === 0) this.#makeReady(node);
    else this.#countEnded(node);
  }

  /**
   * Removes a task, and returns whether it was there. O(its dependencies).
   *
   * Its dependents become ready only by its completion: when it had ended, its outcome is kept for as
   * long as a task depends on it; when it had not, they wait until it is added again.
   */
  removeTask(taskId: string): boolean {
    requireId(taskId, "taskId", () => `remove task ${quote(taskId)}`);
    const node = this.#tasks.get(taskId);
    if (node === undefined) return false;
    this.#tasks.delete(taskId);
    this.#ready.delete(node);
    for (let edge = node.firstDependency; edge !== undefined; edge = edge.nextDependency) {
      unlinkFromDependency(edge);
      this.#forgetUnused(edge.dependency);
    }
    node.firstDependency = undefined;
    node.lastDependency = undefined;
    node.open = 0;
    node.fallbacks = 0;
    node.task = undefined;
    if (node.firstDependent !== undefined) this.#absent.set(taskId, node);
    return true;
  }

  /**
   * Marks a ready task as running.
   *
   * @throws {UnknownTaskError}
   * @throws {TaskStatusError} when it isn't ready
   */
  markRunning(taskId: string): void {
    const attempt = () => `mark task ${quote(taskId)} as running`;
    const node = this.#find(taskId, attempt);
    if (node.status !== "ready") {
      throw new TaskStatusError(attempt(), taskId, node.status, "ready");
    }
    this.#ready.delete(node);
    node.status = "running";
  }

  /**
   * Marks a task as completed, and returns the tasks that became ready. O(its dependents, and the
   * dependents of those that it cancels).
   *
   * @throws {UnknownTaskError}
   * @throws {TaskStatusError} when it is neither ready nor running
   */
  markCompleted(taskId: string): string[] {
    return this.endTask(taskId, "completed").ready;
  }

  /**
   * Marks a task as failed, and returns the tasks that were cancelled. Those that became
   * ready are among {@linkcode getReadyTasks}. O(its dependents, direct or not).
   *
   * @throws {UnknownTaskError}
   * @throws {TaskStatusError} when it has ended
   */
  markFailed(taskId: string): string[] {
    return this.endTask(taskId, "failed").cancelled;
  }

  /**
   * Ends a task, and returns all consequences: each dependent becomes ready, goes on waiting, or is
   * cancelled, by the `onFailure` of its dependency. Of several `run-on-failure` dependencies one has
   * to fail.
   *
   * @throws {UnknownTaskError}
   * @throws {TaskStatusError} when it has ended, or is to be completed and isn't ready or running
   */
  endTask(taskId: string, outcome: "completed" | "failed" | "cancelled"): GraphChanges {
    const attempt = () => `mark task ${quote(taskId)} as ${quote(outcome)}`;
    const node = this.#find(taskId, attempt);
    requireOneOf(outcome, OUTCOMES, "outcome", attempt);
    if (hasEnded(node)) {
      throw new TaskStatusError(attempt(), taskId, node.status, "unfinished");
    }
    if (outcome === "completed" && node.status === "waiting") {
      throw new TaskStatusError(attempt(), taskId, node.status, "ready or running");
    }
    return this.#end(node, outcome);
  }

  /** Returns whether a task is ready; `false` for an unknown one. */
  isTaskReady(taskId: string): boolean {
    return this.getTaskStatus(taskId) === "ready";
  }

  /** Returns the status of a task; `undefined` for an unknown one. */
  getTaskStatus(taskId: string): GraphTaskStatus | undefined {
    requireId(taskId, "taskId", () => `look up task ${quote(taskId)}`);
    return this.#tasks.get(taskId)?.status;
  }

  /** Returns the ids of the ready tasks, in the order in which they became ready. */
  getReadyTasks(): string[] {
    return Array.from(this.#ready, idOf);
  }

  /** Returns the ids of all tasks that depend on this one, directly or not, nearest first. */
  getAllDependents(taskId: string): string[] {
    requireId(taskId, "taskId", () => `find dependents of task ${quote(taskId)}`);
    const node = this.#tasks.get(taskId) ?? this.#absent.get(taskId);
    return node === undefined ? [] : dependentsOf(node, ++this.#walks).map(idOf);
  }

  /** Returns no cycles: {@linkcode addTask} refuses a task that would close one. */
  detectCycles(): string[][] {
    return [];
  }

  /**
   * Returns all ids, each after its dependencies, and otherwise in the order in which they were
   * added. O(tasks + dependencies). Never `null`, as there are no cycles.
   */
  topologicalSort(): string[] | null {
    return inOrder(this.#tasks.values(), ++this.#walks).map(idOf);
  }

  /**
   * Returns the chain of tasks that takes longest; `null` without tasks. Of equally long chains it is
   * the first one in {@linkcode topologicalSort}. O(tasks + dependencies).
   *
   * @param durationOf how long a task takes, in any unit. @default 1 for every task
   * @throws {RangeError} when a duration is negative or not finite
   */
  findCriticalPath(durationOf?: (task: Task) => number): DependencyPath | null {
    const attempt = () => "find the critical path";
    if (durationOf !== undefined) requireFunction(durationOf, "durationOf", attempt);
    const order = inOrder(this.#tasks.values(), ++this.#walks);
    const durations = order.map((node) => {
      const duration = durationOf === undefined ? 1 : durationOf(node.task!);
      requireDuration(duration, node.id, attempt);
      return duration;
    });
    const longest = longestPath(order, durations);
    if (longest === undefined) return null;
    const path = longest.nodes.map(idOf);
    return { from: path[0]!, to: path.at(-1)!, path, duration: longest.length };
  }

  /** Returns the size and the progress of the graph. O(tasks + dependencies). */
  getStats(): DependencyGraphStats {
    const count = { waiting: 0, ready: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    let all = 0;
    let most = 0;
    for (const node of this.#tasks.values()) {
      count[node.status]++;
      let own = 0;
      for (let edge = node.firstDependency; edge !== undefined; edge = edge.nextDependency) own++;
      all += own;
      most = Math.max(most, own);
    }
    const total = this.#tasks.size;
    return {
      totalTasks: total,
      completedTasks: count.completed,
      readyTasks: count.ready,
      pendingTasks: count.waiting,
      runningTasks: count.running,
      failedTasks: count.failed,
      cancelledTasks: count.cancelled,
      avgDependencies: total === 0 ? 0 : all / total,
      maxDependencies: most,
      cycles: 0,
    };
  }

  /** Returns the graph for Graphviz: arrows go from a task to its dependents. */
  toDot(): string {
    const lines = ["digraph TaskDependencies {"];
    for (const { id, status } of this.#tasks.values()) {
      lines.push(`  ${dotId(id)} [tooltip="${status}"];`);
    }
    for (const id of this.#absent.keys()) lines.push(`  ${dotId(id)} [style=dashed];`);
    for (const node of this.#tasks.values()) {
      for (let edge = node.firstDependency; edge !== undefined; edge = edge.nextDependency) {
        const style = edge.onFailure === "cancel" ? "" : ` [label="${edge.onFailure}"]`;
        lines.push(`  ${dotId(edge.dependency.id)} -> ${dotId(node.id)}${style};`);
      }
    }
    return [...lines, "}", ""].join("\n");
  }

  #find(taskId: string, attempt: Attempt): GraphNode {
    requireId(taskId, "taskId", attempt);
    const node = this.#tasks.get(taskId);
    if (node === undefined) throw new UnknownTaskError(attempt(), taskId);
    return node;
  }

  /** Only a task that others wait for can close a cycle. */
  #refuseCycle(awaited: GraphNode, dependencies: Dependencies): void {
    const known: GraphNode[] = [];
    for (const dependency of dependencies) {
      const node = this.#tasks.get(taskIdOf(dependency));
      if (node !== undefined) known.push(node);
    }
    const up = ++this.#walks;
    const cycle = findCycle(awaited, known, up, ++this.#walks);
    if (cycle !== undefined) throw new DependencyCycleError(awaited.id, cycle);
  }

  #link(node: GraphNode, dependency: Dependencies[number]): void {
    const id = taskIdOf(dependency);
    let other = this.#tasks.get(id) ?? this.#absent.get(id);
    if (other === undefined) {
      other = newNode(id);
      this.#absent.set(id, other);
    }
    link(node, other, onFailureOf(dependency));
  }

  /** Counts the dependencies of an added task that have ended. */
  #countEnded(node: GraphNode): void {
    let verdict: Verdict = "waits";
    for (let edge = node.firstDependency; edge !== undefined; edge = edge.nextDependency) {
      if (!hasEnded(edge.dependency)) continue;
      const next = countEnd(edge);
      if (verdict !== "cancelled") verdict = next;
    }
    if (verdict === "ready") this.#makeReady(node);
    else if (verdict === "cancelled") this.#end(node, "cancelled");
  }

  #makeReady(node: GraphNode): void {
    node.status = "ready";
    this.#ready.add(node);
  }

  /** Ends a task, and all tasks that this cancels. */
  #end(first: GraphNode, outcome: Outcome): GraphChanges {
    const changes: GraphChanges = { ready: [], cancelled: [] };
    this.#ready.delete(first);
    first.status = outcome;
    const ended = [first];
    for (let i = 0; i < ended.length; i++) {
      for (let edge = ended[i]!.firstDependent; edge !== undefined; edge = edge.nextDependent) {
        if (edge.hasEnded) continue;
        const { dependent } = edge;
        const verdict = countEnd(edge);
        if (dependent.status !== "waiting" || verdict === "waits") continue;
        if (verdict === "ready") {
          this.#makeReady(dependent);
          changes.ready.push(dependent.id);
        } else {
          dependent.status = "cancelled";
          changes.cancelled.push(dependent.id);
          ended.push(dependent);
        }
      }
    }
    if (changes.cancelled.length > 0) {
      const because = { because: first.id, ...changes };
      logTo(this.#logger, "debug", "Tasks can't run any more", because);
    }
    return changes;
  }

  #forgetUnused(node: GraphNode): void {
    if (node.task === undefined && node.firstDependent === undefined) this.#absent.delete(node.id);
  }
}

/** The consequence of the end of a dependency for its dependent. */
type Verdict = "waits" | "ready" | "cancelled";

/** Counts the end of the dependency of `edge` at its dependent. */
function countEnd(edge: GraphEdge): Verdict {
  const { dependent, dependency: { status }, onFailure } = edge;
  edge.hasEnded = true;
  dependent.open--;
  if (status !== "completed" && onFailure === "cancel") return "cancelled";
  if (status === "completed" && onFailure === "run-on-failure") {
    dependent.fallbacks--;
    if (dependent.fallbacks === 0) return "cancelled";
  }
  return dependent.open === 0 ? "ready" : "waits";
}

function hasEnded(node: GraphNode): boolean {
  return node.status === "completed" || node.status === "failed" || node.status === "cancelled";
}

function idOf(node: GraphNode): string {
  return node.id;
}

/** Quotes an id: in DOT it ends at the next quote without a backslash. */
function dotId(id: string): string {
  return `"${id.replace(/["\\]/g, "\\$&")}"`;
}

/** The dependencies of a task as callers give them. */
type Dependencies = NonNullable<Task["dependencies"]>;

const ON_FAILURE: readonly OnFailure[] = ["cancel", "ignore", "run-on-failure"];
const NO_DEPENDENCIES: Dependencies = [];

/** Checks a task, and returns its dependencies, each task once. */
function requireTask(task: Task): Dependencies {
  requireObject(task, "task", () => "add a task");
  const { id, dependencies = NO_DEPENDENCIES } = task;
  const attempt = () => `submit task ${quote(id)}`;
  requireId(id, "id", attempt);
  requireArray(dependencies, MOST_LISTED, "dependencies", attempt);
  for (const dependency of dependencies) {
    if (typeof dependency !== "string") requireDependency(dependency, attempt);
    const taskId = taskIdOf(dependency);
    requireId(taskId, "a dependency's id", attempt);
    if (taskId === id) throw new DependencyCycleError(id, [id, id]);
  }
  return areFewAndDistinct(dependencies) ? dependencies : withoutRepetition(dependencies, attempt);
}

function requireDependency(dependency: unknown, attempt: Attempt): void {
  requireObject(dependency, "a dependency", attempt);
  const { onFailure } = dependency;
  if (onFailure !== undefined) requireOneOf(onFailure, ON_FAILURE, "onFailure", attempt);
}

/** Compares all pairs, which costs less than a map for the few dependencies that most tasks have. */
function areFewAndDistinct(dependencies: Dependencies): boolean {
  if (dependencies.length > 8) return false;
  for (let i = 1; i < dependencies.length; i++) {
    for (let j = 0; j < i; j++) {
      if (taskIdOf(dependencies[i]!) === taskIdOf(dependencies[j]!)) return false;
    }
  }
  return true;
}

function withoutRepetition(dependencies: Dependencies, attempt: Attempt): Dependencies {
  const once = new Map<string, OnFailure>();
  for (const dependency of dependencies) {
    const taskId = taskIdOf(dependency);
    const onFailure = onFailureOf(dependency);
    const other = once.get(taskId) ?? onFailure;
    if (other !== onFailure) {
      throw new RangeError(
        `Cannot ${attempt()}: a dependency must have one onFailure, got ${quote(other)} and ${
          quote(onFailure)
        } for ${quote(taskId)}`,
      );
    }
    once.set(taskId, onFailure);
  }
  if (once.size === dependencies.length) return dependencies;
  return Array.from(once, ([taskId, onFailure]) => ({ taskId, onFailure }));
}

/** Refuses a task of a known id, unless it has the idempotency key of the known one. */
function refuseDuplicate(known: Task, task: Task): void {
  const key = task.idempotencyKey;
  if (key === undefined || key !== known.idempotencyKey) throw new DuplicateTaskError(task.id);
}

/** Requires that `durationOf` returned a duration. */
function requireDuration(duration: unknown, taskId: string, attempt: Attempt): void {
  if (typeof duration === "number" && duration >= 0 && duration < Infinity) return;
  const kind = typeof duration === "number" ? RangeError : TypeError;
  throw new kind(
    `Cannot ${attempt()}: durationOf must return a finite number of at least 0, got ${
      quote(duration)
    } for task ${quote(taskId)}`,
  );
}

function taskIdOf(dependency: Dependencies[number]): string {
  return typeof dependency === "string" ? dependency : dependency.taskId;
}

function onFailureOf(dependency: Dependencies[number]): OnFailure {
  return typeof dependency === "string" ? "cancel" : dependency.onFailure ?? "cancel";
}
