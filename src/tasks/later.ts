/**
 * Tasks for later: a task whose time has not come is `waiting`, like one that has an open dependency,
 * and a timer of the machine ends that. Waiting for its time gives a task no age: it is ranked from
 * when its time has come, and so is its queue timeout. Only its total timeout counts from submission.
 *
 * @module
 */

import { schedule } from "../core/data/deadlines.ts";
import type { Instant } from "../core/machine.ts";
import type { TaskSpec } from "./commands.ts";
import type { Step, TaskRecord } from "./state.ts";
import { isDue, limitQueueTime, ready } from "./transitions.ts";

/** Returns when the time of a task comes that is submitted `now`; `now` for one that is not for later. */
export function dueTime({ delayMs = 0, runAt = 0 }: TaskSpec, now: Instant): Instant {
  return Math.max(now + delayMs, runAt);
}

/** Returns whether the time of a task has not come. */
export function isDelayed({ status, timer }: TaskRecord): boolean {
  return status === "waiting" && timer?.subject.limit === "delay";
}

/** Starts the delay of a task, or its queue timeout if its time has come. */
export function holdUntilDue(step: Step, task: TaskRecord): void {
  if (task.dueAt <= step.now) return limitQueueTime(step, task);
  task.timer = schedule(step.state.deadlines, task.dueAt, { limit: "delay", task });
}

/** Ends the delay of a task, which is ready unless it waits for its dependencies. */
export function endDelay(step: Step, task: TaskRecord): void {
  task.timer = undefined;
  if (isDue(task)) ready(step, task);
  else limitQueueTime(step, task);
}

/** Returns the options of a task without its delay, for a retry. */
export function withoutDelay({ delayMs: _delayMs, runAt: _runAt, ...spec }: TaskSpec): TaskSpec {
  return spec;
}
