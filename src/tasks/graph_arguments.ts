/**
 * What a {@linkcode DependencyGraph} requires of the tasks that it is handed.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireArray,
  requireId,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import { DependencyCycleError, DuplicateTaskError } from "./errors.ts";
import type { OnFailure, Task } from "./types.ts";

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
