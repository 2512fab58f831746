/**
 * Plans: tasks with ids that stay the same, so that a plan that was changed is submitted again.
 *
 * @module
 */

import type { Task, TaskView } from "../tasks/types.ts";
import type { LockstepClient } from "./client.ts";

/** A task of a plan. */
export interface PlanTask {
  /** Stays the same over changes of the plan. */
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** More, for the agent that does it. */
  readonly detail?: string | undefined;
  /** The tasks that must end first. */
  readonly needs?: readonly string[] | undefined;
  /** Paths that it reserves while it runs. */
  readonly files?: readonly string[] | undefined;
  /** Locks that it holds while it runs. */
  readonly locks?: readonly string[] | undefined;
  /** Capabilities that its agent must have. */
  readonly requires?: readonly string[] | undefined;
  /** Higher is sooner. */
  readonly priority?: number | undefined;
  /** Whether a person must accept its result. */
  readonly approval?: boolean | undefined;
  /** Whether it was done before the plan was submitted. */
  readonly done?: boolean | undefined;
}

/** A plan that can't be submitted. Nothing was changed. */
export class PlanError extends Error {
  /** The name of the class. */
  override name = "PlanError";
  /** Stable, unlike the message. */
  readonly code = "invalid-plan";
  /** The task at which the fault is. */
  readonly taskId: string;

  /** Makes the error of one task. */
  constructor(taskId: string, rule: string) {
    super(`Cannot submit the plan: task ${JSON.stringify(taskId)} ${rule}`);
    this.taskId = taskId;
  }
}

/** What became of a task of a plan. */
export interface PlanChange {
  /** The task. */
  readonly id: string;
  /**
   * It was added; its title, detail or priority was changed; it is as the plan says, or has ended; it is
   * kept although the plan says that it needs something else; or it was done before.
   */
  readonly change: "added" | "changed" | "kept" | "differs" | "done";
}

/**
 * Submits a plan: tasks that are new are added, titles, details and priorities of those that have not
 * ended are changed. With `isDry` nothing is done.
 *
 * @throws {PlanError} for two tasks of one id, an unknown id, or a cycle
 */
export async function submitPlan(
  client: LockstepClient,
  tasks: readonly PlanTask[],
  isDry = false,
): Promise<PlanChange[]> {
  const known = new Map<string, TaskView>();
  const ids = new Set(tasks.map(({ id }) => id));
  const needed = tasks.flatMap(({ needs }) => needs ?? []);
  for (const id of new Set([...ids, ...needed])) {
    const view = await client.getTask(id);
    if (view !== undefined) known.set(id, view);
  }
  checkPlan(tasks, known);
  const done = new Set(tasks.filter((task) => task.done === true).map(({ id }) => id));
  const changes: PlanChange[] = [];
  for (const task of tasks) {
    const before = known.get(task.id);
    if (task.done === true && before === undefined) {
      changes.push({ id: task.id, change: "done" });
      continue;
    }
    const change = before === undefined ? "added" : changeOf(before, task);
    changes.push({ id: task.id, change });
    if (isDry) continue;
    if (change === "added") await client.submit(taskOf(task, done));
    if (change === "changed") {
      const { description, metadata, priority = 0 } = taskOf(task, done);
      await client.amendTask(task.id, { description: description ?? "", metadata });
      if (before!.priority !== priority) await client.setTaskPriority(task.id, priority);
    }
  }
  return changes;
}

/** Checks what a plan needs, before anything is submitted. */
export function checkPlan(tasks: readonly PlanTask[], known: ReadonlyMap<string, unknown>): void {
  const byId = new Map<string, PlanTask>();
  for (const task of tasks) {
    if (byId.has(task.id)) throw new PlanError(task.id, "must occur once, but occurs twice");
    byId.set(task.id, task);
  }
  for (const { id, needs = [] } of tasks) {
    const unknown = needs.find((need) => !byId.has(need) && !known.has(need));
    if (unknown === undefined) continue;
    throw new PlanError(id, `needs ${JSON.stringify(unknown)}, which no task is`);
  }
  const cycle = cycleIn(byId);
  if (cycle !== undefined) throw new PlanError(cycle[0]!, `needs itself: ${cycle.join(" -> ")}`);
}

/** Returns a cycle of tasks that need each other, as a path whose ends are the same. */
function cycleIn(tasks: ReadonlyMap<string, PlanTask>): string[] | undefined {
  const done = new Set<string>();
  for (const start of tasks.keys()) {
    const path: string[] = [];
    const left: { id: string; needs: string[] }[] = [];
    const enter = (id: string) => {
      path.push(id);
      left.push({ id, needs: [...tasks.get(id)?.needs ?? []] });
    };
    if (!done.has(start)) enter(start);
    while (left.length > 0) {
      const { id, needs } = left.at(-1)!;
      const next = needs.shift();
      if (next === undefined) {
        done.add(id);
        path.pop();
        left.pop();
      } else if (path.includes(next)) return [...path.slice(path.indexOf(next)), next];
      else if (!done.has(next)) enter(next);
    }
  }
  return undefined;
}

/** Returns what a plan changes of a task that is there. */
function changeOf(before: TaskView, task: PlanTask): PlanChange["change"] {
  if (["completed", "failed", "cancelled"].includes(before.status)) return "kept";
  const { plan, detail } = (before.metadata ?? {}) as { plan?: unknown; detail?: unknown };
  if (plan !== undefined && plan !== terms(task)) return "differs";
  const isSame = before.description === task.title && detail === task.detail &&
    before.priority === (task.priority ?? 0);
  return isSame ? "kept" : "changed";
}

/** Returns what a task of a plan needs, which can't be changed once it is submitted. */
function terms({ needs, files, locks, requires, approval }: PlanTask): string {
  return JSON.stringify([needs, files, locks, requires, approval]);
}

/** Returns a task of a plan as it is submitted; `done` are those that it need not wait for. */
export function taskOf(task: PlanTask, done: ReadonlySet<string> = new Set()): Task {
  const { id, title, detail, files = [], locks = [], requires = [], priority, approval } = task;
  const needs = (task.needs ?? []).filter((need) => !done.has(need));
  return {
    id,
    description: title,
    ...(needs.length > 0 && { dependencies: needs }),
    ...(requires.length > 0 && { requires }),
    ...(priority !== undefined && { priority }),
    ...(approval === true && { requiresApproval: true }),
    ...((files.length > 0 || locks.length > 0) && {
      resources: [...locks, ...files.length > 0 ? [{ paths: files }] : []],
    }),
    metadata: {
      plan: terms(task),
      ...(files.length > 0 && { files }),
      ...(detail !== undefined && { detail }),
    },
  };
}
