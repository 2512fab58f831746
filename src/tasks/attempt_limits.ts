/**
 * The limits of attempts: of the whole, and of the time between heartbeats. While a claim is kept for an
 * agent that has left its request, they have not begun.
 *
 * @module
 */

import { reschedule, schedule, unschedule } from "../core/data/deadlines.ts";
import type { Instant } from "../core/machine.ts";
import type { Ask, TaskRecord, TaskState, TaskTimer } from "./state.ts";

/** Starts the limits of an attempt that begins; or keeps it as long as its request was kept. */
export function startLimits(
  state: TaskState,
  task: TaskRecord,
  now: Instant,
  ask: Ask | undefined,
): void {
  if (task.timer !== undefined) unschedule(state.deadlines, task.timer);
  if (ask?.isLeft) {
    const { keepMs, timer } = ask;
    task.timer = schedule(state.deadlines, timer!.rank, { limit: "collect", task, keepMs });
    return;
  }
  const { timeoutMs, heartbeatTimeoutMs } = task.spec;
  task.timer = timeoutMs === 0
    ? undefined
    : schedule(state.deadlines, now + timeoutMs, { limit: "attempt", task });
  if (heartbeatTimeoutMs !== 0) {
    const at = now + heartbeatTimeoutMs;
    task.heartbeat = schedule(state.deadlines, at, { limit: "heartbeat", task });
  }
}

/** Keeps a running attempt for an agent that has left its request as it was granted. */
export function keepClaim(state: TaskState, task: TaskRecord, keepMs: number, now: Instant): void {
  const { deadlines } = state;
  unschedule(deadlines, task.timer);
  unschedule(deadlines, task.heartbeat);
  task.heartbeat = undefined;
  task.timer = schedule(deadlines, now + keepMs, { limit: "collect", task, keepMs });
}

/** Returns the subject of the timer of a claim that is kept for its agent; `undefined` for another. */
export function keptClaim(
  { status, timer }: TaskRecord,
): Extract<TaskTimer, { limit: "collect" }> | undefined {
  const subject = status === "running" ? timer?.subject : undefined;
  return subject?.limit === "collect" ? subject : undefined;
}

/** Starts the limits of a claim that was kept, as its agent has shown that it has it. */
export function collect(state: TaskState, task: TaskRecord, now: Instant): void {
  if (keptClaim(task) !== undefined) startLimits(state, task, now, undefined);
}

/** Acts on a sign of life of an attempt: starts its limits if it was kept, or extends its heartbeat. */
export function showLife(state: TaskState, task: TaskRecord, now: Instant): void {
  if (keptClaim(task) !== undefined) startLimits(state, task, now, undefined);
  else extendHeartbeat(state, task, now);
}

/** Starts the time between heartbeats anew. */
export function extendHeartbeat(state: TaskState, task: TaskRecord, now: Instant): void {
  if (task.heartbeat === undefined) return;
  reschedule(state.deadlines, task.heartbeat, now + task.spec.heartbeatTimeoutMs);
}
