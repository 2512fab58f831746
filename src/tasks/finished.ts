/**
 * The tasks that have ended: how many of them are kept whole, and for how long.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { dequeueFirst, enqueueLast, fifoSize, oldest } from "../core/data/fifo.ts";
import type { Instant } from "../core/machine.ts";
import { removeFromPage } from "./pages.ts";
import type { TaskRecord, TaskState } from "./state.ts";
import type { Outcome } from "./types.ts";

/** Keeps a task that has ended, and drops the oldest ones that are too many. */
export function keepFinished(state: TaskState, task: TaskRecord): void {
  enqueueLast(state.finished, task);
  while (fifoSize(state.finished) > state.config.keepFinished) dropOldest(state);
  if (state.retention === undefined) watch(state);
}

/** Drops the tasks that have been kept for their time, when the timer of the oldest is due. */
export function expireFinished(state: TaskState, now: Instant): void {
  const { config: { keepFinishedMs }, finished } = state;
  state.retention = undefined;
  while (fifoSize(finished) > 0 && oldest(finished)!.finishedAt! + keepFinishedMs <= now) {
    dropOldest(state);
  }
  watch(state);
}

/** Sets the timer of the oldest anew, as another time is in force. */
export function changeRetention(state: TaskState): void {
  unschedule(state.deadlines, state.retention);
  watch(state);
}

function watch(state: TaskState): void {
  const { config: { keepFinishedMs }, finished, deadlines } = state;
  const first = keepFinishedMs === 0 ? undefined : oldest(finished);
  state.retention = first &&
    schedule(deadlines, first.finishedAt! + keepFinishedMs, { limit: "retention" });
}

/** Drops the oldest finished task, and keeps its outcome and its idempotency key for a while. */
function dropOldest(state: TaskState): void {
  const { config: { keepOutcomes }, finished } = state;
  const task = dequeueFirst(finished)!;
  const { spec: { id, idempotencyKey }, status, family } = task;
  state.tasks.delete(id);
  removeFromPage(state, task);
  if (keepOutcomes === 0 || family?.isOrphan) return;
  if (state.outcomes.size >= keepOutcomes) { // dropping a whole map is cheaper than entry by entry
    state.olderOutcomes = state.outcomes;
    state.outcomes = new Map();
    state.olderKeys = state.keys;
    state.keys = new Map();
  }
  state.outcomes.set(id, status as Outcome);
  if (idempotencyKey !== "") state.keys.set(id, idempotencyKey);
}
