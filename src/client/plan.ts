/**
 * Plans: tasks with ids that stay the same, so that a plan that was changed is submitted again.
 *
 * @module
 */

import type { Task, TaskView } from "../tasks/types.ts";
import type { LockstepClient } from "./client.ts";
import { ServerError } from "./connection.ts";

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
   * It was added; it was updated; it is as the plan says, or has ended; it is kept although the plan says
   * otherwise, as an attempt of it runs, or for what can't be changed; or it was done before.
   */
  readonly change: "added" | "updated" | "kept" | "differs" | "done";
  /** The fields that were updated, or that differ. @default none */
  readonly fields?: readonly PlanField[];
}

/** A field of a task of a plan. */
export type PlanField = Exclude<keyof PlanTask, "id" | "done">;

/**
 * Submits a plan: tasks that are new are added; titles, details and priorities of those that have not
 * ended are updated, and what they need, their files and their locks until they start. With `isDry`
 * nothing is done.
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
  const plan: Plan = { known, done: new Set(tasks.filter(isDone).map(({ id }) => id)) };
  const changes = new Map(tasks.map((task) => [task.id, changeOf(task, plan)]));
  if (!isDry) {
    for (const task of tasks) {
      if (changes.get(task.id)!.change === "added") await client.submit(taskOf(task, plan));
    }
    for (const task of inOrder(tasks)) {
      const { change, fields = [] } = changes.get(task.id)!;
      if (change !== "updated" || await update(client, task, fields, plan)) continue;
      changes.set(task.id, { id: task.id, change: "differs", fields });
    }
  }
  return [...changes.values()];
}

/** A plan, and what is there already. */
interface Plan {
  /** The tasks that are there, by their ids. */
  readonly known: ReadonlyMap<string, TaskView>;
  /** Those that are done by the plan. */
  readonly done: ReadonlySet<string>;
}

/** Updates fields of a task; returns whether it could, as it has not started or ended meanwhile. */
async function update(
  client: LockstepClient,
  task: PlanTask,
  fields: readonly PlanField[],
  plan: Plan,
): Promise<boolean> {
  const { description = "", metadata, dependencies = [], resources = [], priority = 0 } = taskOf(
    task,
    plan,
  );
  try {
    if (fields.includes("priority")) await client.setTaskPriority(task.id, priority);
    await client.amendTask(task.id, {
      ...{ description, metadata },
      ...(fields.includes("needs") && { dependencies }),
      ...(fields.some((field) => field === "files" || field === "locks") && { resources }),
    });
    return true;
  } catch (error) {
    if (error instanceof ServerError && error.code === "task-status") return false;
    throw error;
  }
}

/**
 * Returns the tasks of a plan, each after those that it needs: when their needs are updated in that order,
 * none waits for itself meanwhile, also when two tasks change places.
 */
function inOrder(tasks: readonly PlanTask[]): PlanTask[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const order = new Set<PlanTask>();
  for (const start of tasks) {
    const path = [start];
    while (path.length > 0) {
      const task = path.at(-1)!;
      const next = (task.needs ?? []).map((id) => byId.get(id))
        .find((each) => each !== undefined && !order.has(each));
      if (next !== undefined) path.push(next);
      else order.add(path.pop()!);
    }
  }
  return [...order];
}

function isDone({ done }: PlanTask): boolean {
  return done === true;
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

/** Returns what a plan changes of a task. */
function changeOf(task: PlanTask, plan: Plan): PlanChange {
  const { id } = task;
  const before = plan.known.get(id);
  if (before === undefined) return { id, change: isDone(task) ? "done" : "added" };
  const fields = differingFields(before, task, plan);
  if (fields.length === 0 || ENDS.includes(before.status)) return { id, change: "kept" };
  const isFixed = fields.some((field) => FIXED.includes(field)) ||
    (fields.some((field) => NEEDS.includes(field)) && !UNSTARTED.includes(before.status));
  return { id, change: isFixed ? "differs" : "updated", fields };
}

const ENDS: readonly string[] = ["completed", "failed", "cancelled"];
/** The statuses of tasks whose needs may change. */
const UNSTARTED: readonly string[] = ["waiting", "ready", "assigned"];
/** The fields that can be changed until the task starts. */
const NEEDS: readonly PlanField[] = ["needs", "files", "locks"];
/** The fields that can't be changed. */
const FIXED: readonly PlanField[] = ["requires", "approval"];

function differingFields(before: TaskView, task: PlanTask, plan: Plan): PlanField[] {
  const { plan: terms, detail } = (before.metadata ?? {}) as { plan?: unknown; detail?: unknown };
  const now = JSON.parse(termsOf(task)) as unknown[];
  // A task that no plan has submitted keeps what no plan says otherwise.
  const then = typeof terms === "string" ? JSON.parse(terms) as unknown[] : undefined;
  const [, files, locks, requires, approval] = now.map((each, i) => isOther(then?.[i], each));
  const areNeedsGiven = given(now[0]) !== null || given(then?.[0]) !== null;
  const isOfPlan = then !== undefined;
  const differs: Record<PlanField, boolean> = {
    title: before.description !== task.title,
    detail: detail !== task.detail,
    priority: before.priority !== (task.priority ?? 0),
    needs: areNeedsGiven && isOther(before.dependencies, needsOf(task, plan)),
    files: isOfPlan && files!,
    locks: isOfPlan && locks!,
    requires: isOfPlan && requires!,
    approval: isOfPlan && approval!,
  };
  return FIELDS.filter((field) => differs[field]);
}

const FIELDS: readonly PlanField[] = [
  ...(["needs", "files", "locks", "requires", "approval", "title", "detail", "priority"] as const),
];

function isOther(before: unknown, after: unknown): boolean {
  return JSON.stringify(given(before)) !== JSON.stringify(given(after));
}

/** Returns a field of a task, or `null` for one that says no more than if it were left out. */
function given(value: unknown): unknown {
  const isEmpty = value === undefined || value === false ||
    (Array.isArray(value) && value.length === 0);
  return isEmpty ? null : value;
}

/** Returns what a task of a plan needs, as it is kept with it: the next plan is compared with that. */
function termsOf({ needs, files, locks, requires, approval }: PlanTask): string {
  return JSON.stringify([needs, files, locks, requires, approval]);
}

/**
 * Returns the tasks that one has to wait for: those that are done by the plan need not be there. One that
 * has completed, or was forgotten since, stays a dependency, so that its result is passed on.
 */
function needsOf({ id, needs = [] }: PlanTask, { known, done }: Plan): string[] {
  return [...new Set(needs)].filter((need) => {
    if (!done.has(need)) return true;
    const view = known.get(need);
    if (view !== undefined) return view.status === "completed";
    return known.get(id)?.dependencies.includes(need) === true;
  });
}

const NOTHING: Plan = { known: new Map(), done: new Set() };

/** Returns a task of a plan as it is submitted. */
export function taskOf(task: PlanTask, plan: Plan = NOTHING): Task {
  const { id, title, detail, files = [], locks = [], requires = [], priority, approval } = task;
  const needs = needsOf(task, plan);
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
      plan: termsOf(task),
      ...(files.length > 0 && { files }),
      ...(detail !== undefined && { detail }),
    },
  };
}
