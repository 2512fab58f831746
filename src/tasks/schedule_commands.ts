/**
 * The command that sets a schedule, from the arguments of callers.
 *
 * @module
 */

import {
  LONGEST_ID,
  quote,
  requireBoolean,
  requireId,
  requireMs,
  requireObject,
  requireOneOf,
  requireOnly,
} from "../core/arguments.ts";
import { instantOf, type SetSchedule, submitCommand } from "./commands.ts";
import type { MissedPolicy, ScheduleOptions } from "./types.ts";

const OPTIONS = new Set(["everyMs", "task", "startAt", "missed", "overlap"]);
const POLICIES: readonly MissedPolicy[] = ["skip", "once", "all"];

/** The fields of a task that its schedule decides on. */
const OWN_FIELDS = ["id", "delayMs", "runAt", "dedupe", "idempotencyKey"] as const;

/** The most characters of the number of an occasion, and of what is before it in the id of a task. */
const SUFFIX = 17;

/**
 * Returns the command that sets a schedule.
 *
 * @throws {TypeError | RangeError} when an argument is malformed
 */
export function scheduleCommand(
  id: string,
  options: ScheduleOptions,
  maxRetries: number,
): SetSchedule {
  requireId(id, "id", () => "set a schedule");
  const attempt = () => `set schedule ${quote(id)}`;
  if (id.length > LONGEST_ID - SUFFIX) {
    const rule = `id must have at most ${LONGEST_ID - SUFFIX} characters`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${id.length}`);
  }
  requireOnly(options, OPTIONS, "options", attempt);
  const { everyMs, task, startAt, missed = "skip", overlap = false } = options as ScheduleOptions;
  requireMs(everyMs, 1, "everyMs", attempt);
  requireOneOf(missed, POLICIES, "missed", attempt);
  requireBoolean(overlap, "overlap", attempt);
  requireObject(task as unknown, "task", attempt);
  for (const name of OWN_FIELDS) {
    const value = (task as Record<string, unknown>)[name];
    if (value === undefined) continue;
    throw new RangeError(
      `Cannot ${attempt()}: task must have no ${name} of its own, got ${quote(value)}`,
    );
  }
  const start = startAt === undefined ? undefined : instantOf(startAt, "startAt", attempt);
  const { task: spec, input, metadata } = submitCommand({ ...task, id }, maxRetries);
  return {
    type: "set-schedule",
    spec: {
      id,
      everyMs,
      ...(start !== undefined && { startAt: start }),
      missed,
      overlap,
      task: { ...spec, scheduleId: id },
    },
    input,
    metadata,
  };
}
