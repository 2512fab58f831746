/**
 * A dependency graph without any cleverness: it keeps lists and recomputes everything by scanning
 * and by recursion. The real one must never differ from it.
 *
 * @module
 */

import {
  DependencyCycleError,
  DuplicateTaskError,
  TaskStatusError,
  UnknownTaskError,
} from "../../src/tasks/errors.ts";
import type { Dependency } from "../../src/tasks/types.ts";
import type { GraphTaskStatus } from "../../src/tasks/dependency_graph.ts";

interface SlowTask {
  status: GraphTaskStatus;
  dependencies: readonly Dependency[];
  /** The outcomes of the dependencies that have ended. */
  heard: Map<string, GraphTaskStatus>;
}

const ENDED: readonly GraphTaskStatus[] = ["completed", "failed", "cancelled"];

/** Answers like a `DependencyGraph`, slowly. */
export class SlowGraph {
  readonly #tasks = new Map<string, SlowTask>();
  /** The outcomes of removed tasks that another task depends on. */
  readonly #remembered = new Map<string, GraphTaskStatus>();

  addTask({ id, dependencies }: { id: string; dependencies: readonly Dependency[] }): void {
    if (dependencies.some(({ taskId }) => taskId === id)) {
      throw new DependencyCycleError(id, [id, id]);
    }
    if (this.#tasks.has(id)) throw new DuplicateTaskError(id);
    const below = dependencies.flatMap(({ taskId }) => [taskId, ...this.#dependenciesOf(taskId)]);
    if (below.includes(id)) throw new DependencyCycleError(id, [id]);
    this.#remembered.delete(id);
    this.#tasks.set(id, { status: "waiting", dependencies, heard: new Map() });
    this.#countEnds();
  }

  removeTask(id: string): boolean {
    const task = this.#tasks.get(id);
    if (task === undefined) return false;
    this.#tasks.delete(id);
    if (ENDED.includes(task.status)) this.#remembered.set(id, task.status);
    const named = new Set(this.edges().flatMap(([, dependencies]) => dependencies));
    for (const known of [...this.#remembered.keys()]) {
      if (!named.has(known)) this.#remembered.delete(known);
    }
    return true;
  }

  markRunning(id: string): void {
    const task = this.#find(id);
    if (task.status !== "ready") throw new TaskStatusError("run", id, task.status, "ready");
    task.status = "running";
  }

  endTask(id: string, outcome: "completed" | "failed" | "cancelled") {
    const task = this.#find(id);
    const early = outcome === "completed" && task.status === "waiting";
    if (early || ENDED.includes(task.status)) throw new TaskStatusError("", id, task.status, "");
    const before = new Map(this.statuses());
    task.status = outcome;
    this.#countEnds();
    const turned = (status: GraphTaskStatus) =>
      this.statuses()
        .filter(([other, now]) => other !== id && now === status && before.get(other) !== status)
        .map(([other]) => other);
    return { ready: turned("ready"), cancelled: turned("cancelled") };
  }

  statuses(): [string, GraphTaskStatus][] {
    return [...this.#tasks].map(([id, { status }]) => [id, status]);
  }

  edges(): [string, string[]][] {
    return [...this.#tasks].map((
      [id, { dependencies }],
    ) => [id, dependencies.map(({ taskId }) => taskId)]);
  }

  dependentsOf(id: string): string[] {
    return this.edges().map(([other]) => other)
      .filter((other) => this.#dependenciesOf(other).includes(id));
  }

  longest(weight: (id: string) => number): number {
    const length = (id: string): number => {
      const task = this.#tasks.get(id);
      if (task === undefined) return 0;
      const before = task.dependencies.map(({ taskId }) => length(taskId));
      return weight(id) + Math.max(0, ...before);
    };
    return Math.max(0, ...this.statuses().map(([id]) => length(id)));
  }

  #find(id: string): SlowTask {
    const task = this.#tasks.get(id);
    if (task === undefined) throw new UnknownTaskError("", id);
    return task;
  }

  #dependenciesOf(id: string): string[] {
    const direct = this.#tasks.get(id)?.dependencies.map(({ taskId }) => taskId) ?? [];
    return direct.flatMap((taskId) => [taskId, ...this.#dependenciesOf(taskId)]);
  }

  #countEnds(): void {
    let changed = true;
    while (changed) {
      changed = false;
      for (const task of this.#tasks.values()) {
        for (const { taskId } of task.dependencies) {
          const status = this.#tasks.get(taskId)?.status ?? this.#remembered.get(taskId);
          if (status !== undefined && ENDED.includes(status) && !task.heard.has(taskId)) {
            task.heard.set(taskId, status);
          }
        }
        const verdict = task.status === "waiting" ? verdictOn(task) : "waiting";
        if (verdict === "waiting") continue;
        task.status = verdict;
        changed = true;
      }
    }
  }
}

function verdictOn({ dependencies, heard }: SlowTask): GraphTaskStatus {
  const failed = ({ taskId }: Dependency) =>
    heard.get(taskId) === "failed" || heard.get(taskId) === "cancelled";
  const fallbacks = dependencies.filter(({ onFailure }) => onFailure === "run-on-failure");
  const inVain = ({ taskId }: Dependency) => heard.get(taskId) === "completed";
  if (fallbacks.length > 0 && fallbacks.every(inVain)) return "cancelled";
  if (dependencies.some((edge) => edge.onFailure === "cancel" && failed(edge))) return "cancelled";
  return dependencies.every(({ taskId }) => heard.has(taskId)) ? "ready" : "waiting";
}
