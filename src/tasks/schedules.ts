/**
 * Schedules: a task that is submitted again and again, at occasions that are a fixed time apart.
 *
 * A timer of the machine is set to the next occasion. When it fires, all occasions up to the time of
 * the step are over: usually one, and more when nothing ran for a while, as the process was down or
 * its clock was suspended. The newest of them is run unless it is late; the others are missed, and the
 * policy of the schedule says which of those are made up for.
 *
 * The times of occasions follow from the first one, so a late timer delays no later occasion. Their
 * numbers go on when a schedule is set again, or for the first time after another one was removed: so
 * the ids of tasks repeat none that may still be known.
 *
 * @module
 */

import { schedule as setTimer, unschedule } from "../core/data/deadlines.ts";
import { encode, Opaque } from "../core/data/plain.ts";
import { type Instant, Refusal } from "../core/machine.ts";
import type { RemoveSchedule, ScheduleSpec, SetSchedule } from "./commands.ts";
import type { TaskRefused } from "./events.ts";
import type { Dependency, ScheduleView } from "./types.ts";
import { isTerminal, type Schedule, type Step, type TaskRecord, type TaskState } from "./state.ts";
import { submit } from "./submission.ts";
import { refuse } from "./transitions.ts";

/** Sets a schedule, or changes one; an equal one stays as it is. O(log timers). */
export function setSchedule(step: Step, command: SetSchedule): ScheduleView | Refusal {
  const { state, now, events } = step;
  const { spec, input, metadata } = command;
  const { id: scheduleId, everyMs } = spec;
  const known = state.schedules.get(scheduleId);
  if (state.draining) return refuse(step, command, scheduleId, "draining");
  if (known === undefined && state.schedules.size >= state.config.maxSchedules) {
    return refuse(step, command, scheduleId, "full", state.config.maxSchedules);
  }
  const isMoved = known?.spec.everyMs !== everyMs || known.spec.startAt !== spec.startAt;
  const isEqual = known !== undefined && encode(known.spec) === encode(spec) &&
    isSame(known.input, input) && isSame(known.metadata, metadata);
  const content = { spec, input: new Opaque(input), metadata: new Opaque(metadata) };
  const schedule: Schedule = known === undefined
    ? { ...content, next: state.occasions, nextAt: now, last: "", timer: undefined }
    : Object.assign(known, content);
  if (isMoved) {
    schedule.nextAt = firstOccasion(spec, now);
    arm(state, schedule);
  }
  state.schedules.set(scheduleId, schedule);
  const { nextAt } = schedule;
  const type = known === undefined ? "schedule:created" : "schedule:updated";
  if (!isEqual) events.push({ type, scheduleId, everyMs, nextAt });
  if (nextAt <= now) runOccasions(step, schedule);
  return scheduleView(schedule);
}

/** Returns whether two values are equal that are no objects; those are never looked into. */
function isSame({ value }: Opaque, other: unknown): boolean {
  return value === other && (typeof value !== "object" || value === null);
}

/** Returns the first occasion that is not past. */
function firstOccasion({ startAt, everyMs }: ScheduleSpec, now: Instant): Instant {
  if (startAt === undefined) return now;
  return startAt + Math.max(0, Math.ceil((now - startAt) / everyMs)) * everyMs;
}

/** Sets the timer to the next occasion. */
function arm({ deadlines }: TaskState, schedule: Schedule): void {
  unschedule(deadlines, schedule.timer);
  schedule.timer = setTimer(deadlines, schedule.nextAt, { limit: "schedule", schedule });
}

/** Removes a schedule. Returns whether there was one. */
export function removeSchedule({ state, events }: Step, { scheduleId }: RemoveSchedule): boolean {
  const schedule = state.schedules.get(scheduleId);
  if (schedule === undefined) return false;
  unschedule(state.deadlines, schedule.timer);
  state.schedules.delete(scheduleId);
  state.occasions = Math.max(state.occasions, schedule.next);
  events.push({ type: "schedule:removed", scheduleId });
  return true;
}

/** Stops all schedules, as no task is accepted any more. Costs O(schedules). */
export function stopSchedules({ schedules, deadlines }: TaskState): void {
  for (const schedule of schedules.values()) {
    unschedule(deadlines, schedule.timer);
    schedule.timer = undefined;
  }
}

/** Submits the tasks of the occasions that are over. Costs O(`maxMissed`) submissions. */
export function runOccasions(step: Step, schedule: Schedule): void {
  const { state: { config }, now, events } = step;
  const { spec: { id: scheduleId, everyMs, missed }, next, nextAt } = schedule;
  const newest = next + Math.floor((now - nextAt) / everyMs);
  const timeOf = (n: number) => nextAt + (n - next) * everyMs;
  const isLate = now - timeOf(newest) > config.occasionGraceMs;
  const missedUntil = isLate ? newest : newest - 1;
  const first = missed === "all"
    ? Math.max(next, missedUntil + 1 - config.maxMissed)
    : missed === "once" || !isLate
    ? newest
    : newest + 1;
  schedule.next = newest + 1;
  schedule.nextAt = timeOf(newest + 1);
  arm(step.state, schedule);
  if (first > next) {
    events.push({ type: "schedule:missed", scheduleId, count: first - next, since: nextAt });
  }
  const isMadeUp = missed === "all" && missedUntil >= next;
  for (let n = first; n <= newest; n++) run(step, schedule, n, timeOf(n), isMadeUp);
}

/** Submits the task of one occasion; one that is made up for waits for the former ones. */
function run(
  step: Step,
  schedule: Schedule,
  n: number,
  dueAt: Instant,
  isMadeUp: boolean,
): void {
  const { now, events } = step;
  const { spec: { id: scheduleId, task, overlap }, input, metadata } = schedule;
  const taskId = `${scheduleId}@${n}`;
  const former = overlap ? undefined : unfinishedTask(step.state, schedule);
  if (former !== undefined && !isMadeUp) {
    events.push({ type: "schedule:skipped", scheduleId, taskId, dueAt, reason: "unfinished" });
    return;
  }
  const dependencies = former === undefined
    ? task.dependencies
    : after(former.spec.id, task.dependencies);
  const answer = submit(step, {
    type: "submit",
    task: { ...task, id: taskId, dependencies },
    input: input.value,
    metadata: metadata.value,
  });
  if (answer instanceof Refusal) {
    const { reason } = answer.event as TaskRefused;
    events.pop(); // it refused no command
    events.push({ type: "schedule:skipped", scheduleId, taskId, dueAt, reason });
    return;
  }
  schedule.last = taskId;
  events.push({ type: "schedule:fired", scheduleId, taskId, dueAt, lateMs: now - dueAt });
}

function after(taskId: string, dependencies: readonly Dependency[]): readonly Dependency[] {
  const others = dependencies.filter((each) => each.taskId !== taskId);
  return [...others, { taskId, onFailure: "ignore" }];
}

/** Returns the newest task of a schedule, unless it has ended. */
function unfinishedTask({ tasks }: TaskState, { last }: Schedule): TaskRecord | undefined {
  const task = tasks.get(last);
  return task === undefined || isTerminal(task.status) ? undefined : task;
}

/** Returns a schedule as callers see it. */
export function scheduleView({ spec, next, nextAt, last }: Schedule): ScheduleView {
  const { id, everyMs, startAt, missed, overlap } = spec;
  return {
    id,
    everyMs,
    ...(startAt !== undefined && { startAt }),
    missed,
    overlap,
    nextAt,
    nextTaskId: `${id}@${next}`,
    ...(last !== "" && { lastTaskId: last }),
  };
}
