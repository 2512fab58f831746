/**
 * The events of schedules.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import { type Descriptions, timeOfDay } from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import type { TaskRefusal } from "./types.ts";

/** A schedule was set. */
export interface ScheduleCreated extends Named<"schedule:created"> {
  /** The schedule. */
  readonly scheduleId: string;
  /** The time between two occasions. */
  readonly everyMs: number;
  /** The first occasion. */
  readonly nextAt: Instant;
}

/** A schedule was set again, with other options, another task, or an object as input. */
export interface ScheduleUpdated extends Named<"schedule:updated"> {
  /** The schedule. */
  readonly scheduleId: string;
  /** The time between two occasions. */
  readonly everyMs: number;
  /** The next occasion. */
  readonly nextAt: Instant;
}

/** A schedule was removed. Its tasks go on. */
export interface ScheduleRemoved extends Named<"schedule:removed"> {
  /** The schedule. */
  readonly scheduleId: string;
}

/** The task of an occasion was submitted; `task:created` is before. */
export interface ScheduleFired extends Named<"schedule:fired"> {
  /** The schedule. */
  readonly scheduleId: string;
  /** The task. */
  readonly taskId: string;
  /** The time of the occasion. */
  readonly dueAt: Instant;
  /** By how much it is later than that. */
  readonly lateMs: number;
}

/** Occasions passed while nothing ran, and no task is submitted for them. */
export interface ScheduleMissed extends Named<"schedule:missed"> {
  /** The schedule. */
  readonly scheduleId: string;
  /** The number of occasions. */
  readonly count: number;
  /** The first of them. */
  readonly since: Instant;
}

/** No task was submitted for an occasion. */
export interface ScheduleSkipped extends Named<"schedule:skipped"> {
  /** The schedule. */
  readonly scheduleId: string;
  /** The task that was not submitted. */
  readonly taskId: string;
  /** The time of the occasion. */
  readonly dueAt: Instant;
  /** The task of a former occasion is `unfinished`, or its submission was refused for this reason. */
  readonly reason: "unfinished" | TaskRefusal;
}

/** An event of a schedule. */
export type ScheduleEvent =
  | ScheduleCreated
  | ScheduleUpdated
  | ScheduleRemoved
  | ScheduleFired
  | ScheduleMissed
  | ScheduleSkipped;

/** From the name of an event to its one-line description. */
export const SCHEDULE_DESCRIPTIONS: Descriptions<ScheduleEvent> = {
  "schedule:created": ({ scheduleId, everyMs, nextAt }) =>
    `schedule ${scheduleId}: set, every ${everyMs} ms from ${timeOfDay(nextAt)}`,
  "schedule:updated": ({ scheduleId, everyMs, nextAt }) =>
    `schedule ${scheduleId}: set again, every ${everyMs} ms, next at ${timeOfDay(nextAt)}`,
  "schedule:removed": ({ scheduleId }) => `schedule ${scheduleId}: → removed`,
  "schedule:fired": ({ scheduleId, taskId, lateMs }) =>
    `schedule ${scheduleId}: submitted task ${taskId}, ${lateMs} ms late`,
  "schedule:missed": ({ scheduleId, count, since }) =>
    `schedule ${scheduleId}: missed ${counted(count, "occasion")} since ${timeOfDay(since)}`,
  "schedule:skipped": ({ scheduleId, taskId, reason }) =>
    `schedule ${scheduleId}: submits no task ${taskId}, as ${
      reason === "unfinished" ? "a former one is unfinished" : `that is refused (${reason})`
    }`,
};
