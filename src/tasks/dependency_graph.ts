/**
 * Which task waits for which: what can run at once, what a failure takes with it, and which chain
 * of tasks decides how long everything takes.
 *
 * The graph is a book of facts. It starts nothing and knows no time; it is told which tasks there
 * are and how they ended, and answers with what follows from that.
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
import {
  DependencyCycleError,
  DuplicateTaskError,
  TaskStatusError,
  UnknownTaskError,
} from "./errors.ts";
import { type Logger, requireLogger, silentLogger } from "../core/logger.ts";
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

/** What followed from the end of a task. */
export interface GraphChanges {
  /** The tasks that nothing keeps waiting any more. */
  readonly ready: string[];
  /** The tasks that can't run any more, nearest first. */
  readonly cancelled: string[];
}

/** A chain of tasks, each of which waits for the one before it. */
export interface DependencyPath {
  /** The id of the task that comes first. */
  readonly from: string;
  /** The id of the task that comes last. */
  readonly to: string;
  /** The ids of the chain, `from` and `to` included. */
  readonly path: string[];
  /** The durations along the chain, added up. */
  readonly duration: number;
}

/** How large a graph is, and how far. */
export interface DependencyGraphStats {
  /** Tasks that are there, in whatever status. */
  readonly totalTasks: number;
  /** Tasks that were done. */
  readonly completedTasks: number;
  /** Tasks that wait for nothing and were not started. */
  readonly readyTasks: number;
  /** Tasks that wait for others. */
  readonly pendingTasks: number;
  /** Tasks that were started and have not ended. */
  readonly runningTasks: number;
  /** Tasks that failed themselves. */
  readonly failedTasks: number;
  /** Tasks that can't run any more. */
  readonly cancelledTasks: number;
  /** Dependencies of a task, on average. */
  readonly avgDependencies: number;
  /** Dependencies of the task that has most. */
  readonly maxDependencies: number;
  /** Always 0: a task that would close a cycle is refused. */
  readonly cycles: number;
}

/** How a task can end. */
type Outcome = "completed" | "failed" | "cancelled";

const OUTCOMES: readonly Outcome[] = ["completed", "failed", "cancelled"];

/**
 * The dependencies between tasks.
 *
 * A task may name a dependency that is not there yet, and waits for it. Whatever the graph answers
 * with stands as ids. Time and memory grow with the tasks and dependencies that are there, until
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
 */
export class DependencyGraph {
  readonly #logger: Logger;
  readonly #tasks = new Map<string, GraphNode>();
  /** What tasks that are there depend on, and what is not there itself. */
  readonly #absent = new Map<string, GraphNode>();
  readonly #ready = new Set<GraphNode>();
  #walks = 0;

  /**
   * An empty graph.
   *
   * @param logger is told, as `debug`, which tasks a failure takes with it. @default silent
   */
  constructor(logger: Logger = silentLogger) {
    this.#logger = requireLogger(logger, "create a dependency graph");
  }

  /**
   * Adds a task, in O(its dependencies) unless others wait for it already; then a cycle is looked
   * for, from both sides, which costs about twice the smaller side.
   *
   * A task whose dependency can't deliver any more is cancelled at once. A second task of the same
   * id and `idempotencyKey` changes nothing.
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
    else this.#settleDependencies(node);
  }

  /**
   * Removes a task; returns whether it was there. O(its dependencies).
   *
   * Who depends on it is made ready by nothing but its completion, so: when it had ended, it is
   * remembered as it ended for as long as a task depends on it; when it had not, they wait until
   * somebody adds it again.
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
   * Notes that a ready task was started.
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
   * Notes that a task was done; returns the tasks that are ready because of it. O(its dependents
   * and those of whom that cancels).
   *
   * @throws {UnknownTaskError}
   * @throws {TaskStatusError} when it is neither ready nor running
   */
  markCompleted(taskId: string): string[] {
    return this.settle(taskId, "completed").ready;
  }

  /**
   * Notes that a task failed for good; returns the tasks that can't run any more because of it.
   * Those that can run because of it are among the ready ones. O(its dependents, direct or not).
   *
   * @throws {UnknownTaskError}
   * @throws {TaskStatusError} when it has ended
   */
  markFailed(taskId: string): string[] {
    return this.settle(taskId, "failed").cancelled;
  }

  /**
   * Notes how a task ended, and returns all that follows: each dependent becomes ready, waits on,
   * or is cancelled, by the `onFailure` of its dependency. Of several `run-on-failure` dependencies
   * one has to fail.
   *
   * @throws {UnknownTaskError}
   * @throws {TaskStatusError} when it has ended, or is to be completed and isn't ready or running
   */
  settle(taskId: string, outcome: "completed" | "failed" | "cancelled"): GraphChanges {
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

  /** Whether a task waits for nothing and was not started; `false` for one that is not there. */
  isTaskReady(taskId: string): boolean {
    return this.getTaskStatus(taskId) === "ready";
  }

  /** Where a task is, or `undefined` when it is not there. */
  getTaskStatus(taskId: string): GraphTaskStatus | undefined {
    requireId(taskId, "taskId", () => `look up task ${quote(taskId)}`);
    return this.#tasks.get(taskId)?.status;
  }

  /** The ids of the tasks that can be started, in the order in which they became ready. */
  getReadyTasks(): string[] {
    return Array.from(this.#ready, idOf);
  }

  /** The ids of all tasks that depend on this one, directly or through others, nearest first. */
  getAllDependents(taskId: string): string[] {
    requireId(taskId, "taskId", () => `find dependents of task ${quote(taskId)}`);
    const node = this.#tasks.get(taskId) ?? this.#absent.get(taskId);
    return node === undefined ? [] : dependentsOf(node, ++this.#walks).map(idOf);
  }

  /** Always empty, for who asks: a task that would close a cycle is refused by {@linkcode addTask}. */
  detectCycles(): string[][] {
    return [];
  }

  /**
   * All ids, each behind those that it depends on, and otherwise in the order in which they were
   * added; O(tasks + dependencies). Never `null`, as there are no cycles.
   */
  topologicalSort(): string[] | null {
    return inOrder(this.#tasks.values(), ++this.#walks).map(idOf);
  }

  /**
   * The chain of tasks that takes longest; `null` when there are no tasks. O(tasks +
   * dependencies). Of equally long chains it is the one that comes first in
   * {@linkcode topologicalSort}.
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

  /** Counts of everything; O(tasks + dependencies). */
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

  /** The graph for Graphviz: arrows go from a task to those that wait for it, dashed if ignored. */
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

  /** Tells a task that was just added of its dependencies that have ended. */
  #settleDependencies(node: GraphNode): void {
    let verdict: Verdict = "waits";
    for (let edge = node.firstDependency; edge !== undefined; edge = edge.nextDependency) {
      if (!hasEnded(edge.dependency)) continue;
      const next = settleEdge(edge);
      if (verdict !== "cancelled") verdict = next;
    }
    if (verdict === "ready") this.#makeReady(node);
    else if (verdict === "cancelled") this.#end(node, "cancelled");
  }

  #makeReady(node: GraphNode): void {
    node.status = "ready";
    this.#ready.add(node);
  }

  /** Ends a task and everything that its end takes with it. */
  #end(first: GraphNode, outcome: Outcome): GraphChanges {
    const changes: GraphChanges = { ready: [], cancelled: [] };
    this.#ready.delete(first);
    first.status = outcome;
    const ended = [first];
    for (let i = 0; i < ended.length; i++) {
      for (let edge = ended[i]!.firstDependent; edge !== undefined; edge = edge.nextDependent) {
        if (edge.settled) continue;
        const { dependent } = edge;
        const verdict = settleEdge(edge);
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
      this.#logger.debug("Tasks can't run any more", { because: first.id, ...changes });
    }
    return changes;
  }

  #forgetUnused(node: GraphNode): void {
    if (node.task === undefined && node.firstDependent === undefined) this.#absent.delete(node.id);
  }
}

/** What the end of a dependency means for its dependent. */
type Verdict = "waits" | "ready" | "cancelled";

/** Notes at the dependent that the dependency of `edge` has ended. */
function settleEdge(edge: GraphEdge): Verdict {
  const { dependent, dependency: { status }, onFailure } = edge;
  edge.settled = true;
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

/** In DOT a quoted id ends at the next quote that no backslash precedes. */
function dotId(id: string): string {
  return `"${id.replace(/["\\]/g, "\\$&")}"`;
}

/** Dependencies as they come with a task. */
export type Dependencies = NonNullable<Task["dependencies"]>;

/** The most dependencies of one task. */
const MOST_DEPENDENCIES = 100_000;

const ON_FAILURE: readonly OnFailure[] = ["cancel", "ignore", "run-on-failure"];
const NO_DEPENDENCIES: Dependencies = [];

/** Refuses what is no task; returns its dependencies, each task once. */
export function requireTask(task: Task): Dependencies {
  requireObject(task, "task", () => "add a task");
  const { id, dependencies = NO_DEPENDENCIES } = task;
  const attempt = () => `add task ${quote(id)}`;
  requireId(id, "id", attempt);
  requireArray(dependencies, MOST_DEPENDENCIES, "dependencies", attempt);
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

/** For the few that most tasks name, comparing them costs less than a map. */
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

/** Refuses a task of a known id, unless it carries the idempotency key of the known one. */
export function refuseDuplicate(known: Task, task: Task): void {
  const key = task.idempotencyKey;
  if (key === undefined || key !== known.idempotencyKey) throw new DuplicateTaskError(task.id);
}

/** Requires what `durationOf` returned to be a duration. */
export function requireDuration(duration: unknown, taskId: string, attempt: Attempt): void {
  if (typeof duration === "number" && duration >= 0 && duration < Infinity) return;
  const kind = typeof duration === "number" ? RangeError : TypeError;
  throw new kind(
    `Cannot ${attempt()}: durationOf must return a finite number of at least 0, got ${
      quote(duration)
    } for task ${quote(taskId)}`,
  );
}

/** What the dependency is on. */
export function taskIdOf(dependency: Dependencies[number]): string {
  return typeof dependency === "string" ? dependency : dependency.taskId;
}

/** What its failure does. */
export function onFailureOf(dependency: Dependencies[number]): OnFailure {
  return typeof dependency === "string" ? "cancel" : dependency.onFailure ?? "cancel";
}
