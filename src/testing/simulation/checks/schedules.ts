/**
 * The invariants of schedules: each occasion is accounted for, once and in order, at its time or later.
 *
 * @module
 */

import type { Instant } from "../../../core/machine.ts";
import type { ScheduleEvent } from "../../../tasks/schedule_events.ts";
import { isTerminal, type TaskState } from "../../../tasks/state.ts";
import { fail } from "../failure.ts";

/** Follows the occasions of schedules by their events. */
export class ScheduleShadow {
  /** The next occasion of each schedule, and the time between two. */
  readonly #next = new Map<string, { at: Instant; everyMs: number }>();

  /** Receives an event that was emitted at `now`. */
  take(event: ScheduleEvent, now: Instant): void {
    const { scheduleId } = event;
    switch (event.type) {
      case "schedule:removed":
        return void this.#next.delete(scheduleId);
      case "schedule:created":
      case "schedule:updated":
        if (event.nextAt < now) fail("NoLostOccasion", `"${scheduleId}" begins at ${event.nextAt}`);
        return void this.#next.set(scheduleId, { at: event.nextAt, everyMs: event.everyMs });
      case "schedule:missed":
        return this.#pass(scheduleId, event.since, event.count, now);
      case "schedule:fired":
      case "schedule:skipped":
        return this.#pass(scheduleId, event.dueAt, 1, now);
    }
  }

  #pass(scheduleId: string, at: Instant, count: number, now: Instant): void {
    const next = this.#next.get(scheduleId);
    if (next?.at !== at) fail("NoLostOccasion", `"${scheduleId}" has ${at} for ${next?.at}`);
    next!.at += count * next!.everyMs;
    const last = next!.at - next!.everyMs;
    if (last > now) fail("NotBeforeItsTime", `the occasion of "${scheduleId}" at ${last}`);
  }

  /** Compares the schedules with their events, after the step at `now`. Costs O(schedules). */
  check({ schedules, draining }: TaskState, now: Instant): void {
    if (schedules.size === 0) return;
    for (const [id, { nextAt, timer }] of schedules) {
      const isAwaited = timer?.isSet === true && timer.rank === nextAt && nextAt > now;
      if (this.#next.get(id)?.at !== nextAt || (!draining && !isAwaited)) {
        fail("NoLostOccasion", `"${id}" waits for ${nextAt}`);
      }
    }
  }
}

/** The beginning of the ids of schedules that never let tasks overlap. */
export const SOLO = "solo";

/** Checks that tasks don't overlap of schedules that are to prevent it. Costs O(tasks). */
export function checkOverlap({ tasks, schedules }: TaskState): void {
  if (schedules.size === 0) return;
  const open = new Set<string>();
  for (const { spec: { id, scheduleId }, status } of tasks.values()) {
    if (!scheduleId?.startsWith(SOLO) || status === "waiting" || isTerminal(status)) continue;
    if (open.has(scheduleId)) fail("NoOverlap", `"${id}" of "${scheduleId}" is ${status}`);
    open.add(scheduleId);
  }
}
