/**
 * What happens to a claim: what its agent says of it, what time and other subsystems do to it.
 *
 * @module
 */

import { reschedule, unschedule } from "../core/data/deadlines.ts";
import { Opaque } from "../core/data/plain.ts";
import type {
  Complete,
  Fail,
  Heartbeat,
  Preempt,
  Progress,
  Settle,
  Start,
  Unblock,
} from "./commands.ts";
import {
  backOff,
  type Body,
  bodyOf,
  complete,
  endAttempt,
  fail,
  ready,
  requeue,
  start,
  timeOut,
} from "./lifecycle.ts";
import { remember } from "./history.ts";
import { isTerminal, type Lingering, type TaskRecord, type TaskTimer } from "./state.ts";
import { forgetReport, uncordon } from "./standing.ts";
import { refuse, type Step } from "./step.ts";

type ClaimCommand = Start | Heartbeat | Progress | Complete | Fail;

/** The task that `command` speaks of, if its claim is in force; otherwise the command is refused. */
function claimed(step: Step, command: ClaimCommand): TaskRecord | undefined {
  const { taskId, epoch } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) {
    refuse(step, command, taskId, "unknown-task");
    return undefined;
  }
  if (task.agent !== undefined && (epoch === 0 || epoch === task.epoch)) return task;
  if (epoch === 0 || (epoch === task.epoch && isTerminal(task.status))) {
    refuse(step, command, taskId, "status", task.status);
    return undefined;
  }
  step.state.stale++;
  const inForce = task.agent === undefined ? undefined : task.epoch;
  refuse(step, command, taskId, "stale-epoch", inForce);
  return undefined;
}

/** The same, and it runs. A claim that may start is started first if `mayStart`. */
function running(step: Step, command: ClaimCommand, mayStart: boolean): TaskRecord | undefined {
  const task = claimed(step, command);
  if (task === undefined || task.status === "running") return task;
  if (!mayStart || !task.locked) {
    refuse(step, command, command.taskId, "status", task.status);
    return undefined;
  }
  start(step, task);
  return task;
}

export function startClaim(step: Step, command: Start): void {
  const task = claimed(step, command);
  if (task === undefined) return;
  if (task.status === "running" || !task.locked) {
    return refuse(step, command, command.taskId, "status", task.status);
  }
  if (step.state.draining) return refuse(step, command, command.taskId, "draining");
  start(step, task);
}

export function heartbeat(step: Step, command: Heartbeat): void {
  const task = running(step, command, false);
  if (task === undefined) return;
  extendHeartbeat(step, task);
  const { taskId } = command;
  const { agentId } = task.agent!;
  step.events.push({ type: "task:heartbeat", taskId, agentId, epoch: task.epoch });
}

export function progress(step: Step, command: Progress): void {
  const task = running(step, command, false);
  if (task === undefined) return;
  extendHeartbeat(step, task);
  const { taskId, progress } = command;
  const { agentId } = task.agent!;
  task.progress = new Opaque(progress);
  step.events.push({ type: "task:progressed", taskId, agentId, epoch: task.epoch, progress });
}

/** Costs a look at each task; who has it done says what for. */
export function renewHeartbeats(step: Step): void {
  for (const task of step.state.tasks.values()) extendHeartbeat(step, task);
}

function extendHeartbeat({ state, now }: Step, task: TaskRecord): void {
  if (task.heartbeat === undefined) return;
  reschedule(state.deadlines, task.heartbeat, now + task.spec.heartbeatTimeoutMs);
}

export function completeClaim(step: Step, command: Complete): void {
  const task = running(step, command, true);
  if (task !== undefined) complete(step, task, command.result);
}

export function failClaim(step: Step, command: Fail): void {
  const task = running(step, command, true);
  if (task === undefined) return;
  const { error, fault } = command;
  const agent = task.agent!;
  agent.failed++;
  remember(step.state, task, agent, step.now - task.startedAt!, false);
  if (fault === "task") fail(step, task, error, "settled");
  else if (fault === "attempt") failAttempt(step, task, error, "settled");
  else interrupt(step, task, error, "settled");
}

/** An attempt failed by its own fault: another one follows, or none. */
function failAttempt(
  step: Step,
  task: TaskRecord,
  error: Fail["error"],
  body: Body,
): void {
  if (task.attempts > task.spec.retries) fail(step, task, error, body);
  else backOff(step, task, error, task.attempts, body);
}

/** An attempt failed by nobody's fault: another one follows after a pause, up to a limit. */
function interrupt(step: Step, task: TaskRecord, error: Fail["error"], body: Body): void {
  if (task.status === "running") task.attempts--;
  if (++task.crashes > step.state.config.maxCrashes) quarantine(step, task, error.message, body);
  else backOff(step, task, error, task.crashes, body);
}

/** An agent left its claim: the task goes back into the queue at once, up to a limit. */
export function orphan(step: Step, task: TaskRecord, reason: string, body: Body): void {
  if (task.status === "running") {
    task.attempts--;
    task.crashes++;
  }
  if (task.crashes > step.state.config.maxCrashes) quarantine(step, task, reason, body);
  else requeue(step, task, reason, body);
}

/** Gives up a task that may be what brings its agents down. */
function quarantine(step: Step, task: TaskRecord, reason: string, body: Body): void {
  const message = `Quarantined after ${task.crashes} lost claims, the last: ${reason}`;
  fail(step, task, { name: "QuarantineError", code: "quarantined", message }, body);
}

/** The body of a claim that was taken back has ended; late or twice it is nothing. */
export function settleBody(step: Step, { taskId, epoch }: Settle): void {
  const lingering = step.state.lingering.get(epoch);
  if (lingering?.task.spec.id === taskId) endLingering(step, lingering, false);
}

export function endLingering(step: Step, lingering: Lingering, abandoned: boolean): void {
  const { state } = step;
  const { task, agent, epoch } = lingering;
  state.lingering.delete(epoch);
  task.lingering--;
  unschedule(state.deadlines, lingering.timer);
  endAttempt(step, { taskId: task.spec.id, agent, epoch }, abandoned, false);
  const isDue = task.status === "backing-off" && task.timer === undefined;
  if (isDue && task.lingering === 0) ready(step, task);
}

// What other subsystems say of a claim; too late it is nothing

export function unblock(step: Step, { taskId, epoch }: Unblock): void {
  const { state } = step;
  const task = state.tasks.get(taskId);
  if (task?.agent === undefined || task.epoch !== epoch || task.locked || task.queued) return;
  task.locked = true;
  if (task.agent.startsAtOnce && !state.draining) start(step, task);
}

export function preempt(step: Step, { taskId, epoch, reason, isHopeless }: Preempt): void {
  const task = step.state.tasks.get(taskId);
  if (task?.agent === undefined || task.epoch !== epoch) return;
  const error = { name: "PreemptedError", code: "preempted", message: reason };
  if (isHopeless) fail(step, task, error, bodyOf(task));
  else interrupt(step, task, error, bodyOf(task));
}

export function fire(step: Step, due: TaskTimer): void {
  switch (due.limit) {
    case "grace":
      return endLingering(step, due.lingering, true);
    case "cordon":
      return uncordon(step, due.agent, due.cause);
    case "report":
      return forgetReport(step, due.agent);
    default:
      return fireOf(step, due);
  }
}

function fireOf(step: Step, due: Extract<TaskTimer, { task: TaskRecord }>): void {
  const { task, limit } = due;
  if (limit === "backoff") {
    task.timer = undefined;
    if (task.lingering === 0) ready(step, task);
    return;
  }
  timeOut(step, task, limit);
  const body = bodyOf(task);
  if (limit === "heartbeat") return orphan(step, task, "its heartbeat stopped", body);
  const error = timeoutError(step.events.at(-1) as { ms: number }, limit);
  if (limit === "attempt") failAttempt(step, task, error, body);
  else fail(step, task, error, body);
}

function timeoutError({ ms }: { ms: number }, limit: string): Fail["error"] {
  return {
    name: "TaskTimeoutError",
    code: "task-timeout",
    message: `The ${limit} timeout of ${ms} ms was exceeded`,
  };
}
