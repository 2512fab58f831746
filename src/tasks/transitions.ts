/**
 * The actions of a task's life. Each makes exactly one event, and the event's name is the action's
 * in the specification; what follows from it is the next action.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { InvariantError } from "../core/errors.ts";
import { dequeueFirst, enqueueLast, fifoSize } from "../core/data/fifo.ts";
import type { TaskTimedOut } from "./events.ts";
import { push, remove } from "../core/data/heap.ts";
import { Opaque } from "../core/data/plain.ts";
import { nextInt } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { TaskStatus } from "./types.ts";
import { phrase, unlink } from "./dependencies.ts";
import {
  dequeue,
  enqueue,
  hasFreeSlot,
  offer,
  refresh,
  unpinFromLost,
  withdraw,
} from "./placement.ts";
import {
  type Agent,
  type Lingering,
  type Outcome,
  type Step,
  type TaskRecord,
  type TaskState,
  touch,
} from "./state.ts";

/** Which status may follow which. Terminal ones are followed by none. */
export const TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  waiting: ["ready", "failed", "cancelled"],
  ready: ["assigned", "failed", "cancelled"],
  assigned: ["running", "ready", "backing-off", "failed", "cancelled"],
  running: ["completed", "ready", "backing-off", "failed", "cancelled"],
  "backing-off": ["ready", "failed", "cancelled"],
  completed: [],
  failed: [],
  cancelled: [],
};

/** Where the body of a claim is when the claim ends. */
export type Body =
  /** It has ended, or never began: slot and locks come back at once. */
  | "ended"
  /** It may be running: slot and locks come back when it settles, or after a grace period. */
  | "running"
  /** It may be running, and nobody waits for it: its agent is gone. */
  | "abandoned";

/** A body is at work only once its attempt was started. */
export function bodyOf(task: TaskRecord): Body {
  return task.status === "running" ? "running" : "ended";
}

/** Nothing is missing any more but an agent. */
export function ready(step: Step, task: TaskRecord): void {
  move(step.state, task, "ready");
  step.events.push({ type: "task:readied", taskId: task.spec.id });
  queue(step, task);
}

/** Puts a ready task where agents find it. */
export function queue(step: Step, task: TaskRecord): void {
  limitQueueTime(step, task);
  unpinFromLost(step.state, task);
  step.queued.push(enqueue(step.state, task));
}

/** Starts the clock of a wait, unless it runs already. */
export function limitQueueTime({ state, now }: Step, task: TaskRecord): void {
  const { queueTimeoutMs } = task.spec;
  if (queueTimeoutMs === 0 || task.timer !== undefined) return;
  task.timer = schedule(state.deadlines, now + queueTimeoutMs, { limit: "queue", task });
}

/** Gives a task to an agent, under a new epoch: with a slot, or into the agent's own queue. */
export function assign(step: Step, task: TaskRecord, agent: Agent, queued = false): void {
  const { state, events } = step;
  const { id: taskId, resources } = task.spec;
  touch(step, agent);
  dequeue(task);
  move(state, task, "assigned");
  task.agent = agent;
  task.epoch = agent.lastEpoch = ++state.epoch;
  task.queued = queued;
  agent.tasks.add(task);
  if (queued) push(agent.queue, task);
  else occupy(state, task, agent);
  offer(state, task);
  const { agentId } = agent;
  events.push({ type: "task:assigned", taskId, agentId, epoch: task.epoch, resources, queued });
  if (agent.startsAtOnce && task.locked) start(step, task);
}

/** Gives a slot to a claim that waits for one. */
export function admit(step: Step, task: TaskRecord): void {
  const { spec: { id: taskId, resources }, epoch } = task;
  const agent = task.agent!;
  touch(step, agent);
  remove(agent.queue, task);
  task.queued = false;
  occupy(step.state, task, agent);
  step.events.push({ type: "task:admitted", taskId, agentId: agent.agentId, epoch, resources });
  if (agent.startsAtOnce && task.locked) start(step, task);
}

function occupy(state: TaskState, task: TaskRecord, agent: Agent): void {
  task.locked = task.spec.resources.length === 0;
  agent.slotsInUse++;
  refresh(state, agent);
}

/** Takes a claim that has not started from its agent, and gives the task to `target` at once. */
export function steal(step: Step, task: TaskRecord, target: Agent): void {
  const { spec: { id: taskId }, epoch } = task;
  const { agentId } = task.agent!;
  move(step.state, task, "ready");
  task.pinnedTo = "";
  step.events.push({
    type: "task:stolen",
    taskId,
    agentId,
    epoch,
    targetAgent: target.agentId,
  });
  endClaim(step, task, "ended");
  assign(step, task, target, !hasFreeSlot(target));
}

/** Begins an attempt of an assigned task. */
export function start({ state, now, events }: Step, task: TaskRecord): void {
  const { spec, epoch } = task;
  move(state, task, "running");
  withdraw(task);
  task.attempts++;
  task.startedAt = now;
  unschedule(state.deadlines, task.timer);
  task.timer = spec.timeoutMs === 0
    ? undefined
    : schedule(state.deadlines, now + spec.timeoutMs, { limit: "attempt", task });
  if (spec.heartbeatTimeoutMs !== 0) {
    const at = now + spec.heartbeatTimeoutMs;
    task.heartbeat = schedule(state.deadlines, at, { limit: "heartbeat", task });
  }
  events.push({
    type: "task:started",
    taskId: spec.id,
    agentId: task.agent!.agentId,
    epoch,
    attempt: task.attempts,
    waitedMs: now - task.createdAt,
  });
}

/** Ends a running task well. */
export function complete(step: Step, task: TaskRecord, result: unknown): void {
  const { now, events } = step;
  const agent = task.agent!;
  const ranMs = now - task.startedAt!;
  if (result !== undefined) task.result = new Opaque(result);
  task.error = undefined;
  agent.completed++;
  remember(step.state, task, agent, ranMs, true);
  finish(step, task, "completed", "");
  const { spec: { id: taskId }, epoch } = task;
  events.push({ type: "task:completed", taskId, agentId: agent.agentId, epoch, result, ranMs });
  endClaim(step, task, "ended");
}

/** Ends a task as failed, whatever its status. */
export function fail(step: Step, task: TaskRecord, error: ErrorData, body: Body): void {
  const agentId = task.agent?.agentId;
  const { spec: { id: taskId }, epoch, attempts } = task;
  task.error = error;
  finish(step, task, "failed", `dependency "${taskId}" ${phrase("failed")}`);
  step.events.push({ type: "task:failed", taskId, agentId, epoch, error, attempts });
  endClaim(step, task, body);
}

/** Ends a task as cancelled, whatever its status; `because` is what its dependents are told. */
export function cancel(
  step: Step,
  task: TaskRecord,
  reason: string,
  because: string,
  body: Body,
): void {
  const agentId = task.agent?.agentId;
  const { spec: { id: taskId }, epoch } = task;
  finish(step, task, "cancelled", because);
  task.error = { name: "TaskCancelledError", code: "task-cancelled", message: reason };
  step.events.push({ type: "task:cancelled", taskId, agentId, epoch, reason });
  endClaim(step, task, body);
}

/** Lets a failed attempt be followed by another one, after a pause and the end of its body. */
export function backOff(
  step: Step,
  task: TaskRecord,
  error: ErrorData,
  failures: number,
  body: Body,
): void {
  const { state, now, events } = step;
  const agentId = task.agent!.agentId;
  const { spec: { id: taskId }, epoch, attempts: attempt } = task;
  move(state, task, "backing-off");
  task.error = error;
  const retryAt = now + Math.max(jitteredPause(state, failures), error.retryAfterMs ?? 0);
  unschedule(state.deadlines, task.timer);
  task.timer = schedule(state.deadlines, retryAt, { limit: "backoff", task });
  events.push({ type: "task:backed-off", taskId, agentId, epoch, error, attempt, retryAt });
  endClaim(step, task, body);
}

/** Takes a claim back, and the task into the queue, at no cost to the task. */
export function requeue(step: Step, task: TaskRecord, reason: string, body: Body): void {
  const { state, events } = step;
  const agentId = task.agent!.agentId;
  const { spec: { id: taskId }, epoch } = task;
  if (task.status === "running") {
    unschedule(state.deadlines, task.timer);
    task.timer = undefined;
  }
  move(state, task, "ready");
  if (task.spec.placed) task.pinnedTo = "";
  events.push({ type: "task:requeued", taskId, agentId, epoch, reason });
  endClaim(step, task, body);
  queue(step, task);
}

/** Says that a limit was reached. */
export function timeOut({ events }: Step, task: TaskRecord, limit: TaskTimedOut["limit"]): void {
  events.push({ type: "task:timed-out", taskId: task.spec.id, limit, ms: limitMs(task, limit) });
}

/** Gives the slot, and by the reaction to its event the locks, of a claim back. */
export function endAttempt(
  step: Step,
  claim: { readonly taskId: string; readonly agent: Agent; readonly epoch: number },
  abandoned: boolean,
  queued: boolean,
): void {
  const { taskId, agent, epoch } = claim;
  const { agentId } = agent;
  touch(step, agent);
  if (!queued) agent.slotsInUse--;
  step.freed.push(agent);
  step.events.push({ type: "attempt:ended", taskId, agentId, epoch, abandoned, queued });
}

/** Parts a task from its agent, if it has one. */
function endClaim(step: Step, task: TaskRecord, body: Body): void {
  const { state, now } = step;
  const { agent, epoch, queued, spec: { id: taskId } } = task;
  if (agent === undefined) return;
  touch(step, agent);
  withdraw(task);
  agent.tasks.delete(task);
  if (queued) remove(agent.queue, task);
  task.queued = false;
  task.agent = undefined;
  task.locked = false;
  unschedule(state.deadlines, task.heartbeat);
  task.heartbeat = undefined;
  if (body !== "running") {
    return endAttempt(step, { taskId, agent, epoch }, body === "abandoned", queued);
  }
  const lingering: Lingering = { task, agent, epoch, timer: undefined };
  const at = now + state.config.abortGraceMs;
  lingering.timer = schedule(state.deadlines, at, { limit: "grace", lingering });
  state.lingering.set(epoch, lingering);
  task.lingering++;
}

/** What every end of a task has in common. */
function finish(step: Step, task: TaskRecord, outcome: Outcome, because: string): void {
  const { state, now } = step;
  if (task.status === "waiting") unlink(state, task);
  else dequeue(task);
  move(state, task, outcome);
  task.finishedAt = now;
  unschedule(state.deadlines, task.timer);
  unschedule(state.deadlines, task.total);
  task.timer = task.total = undefined;
  if (task.dependents !== undefined) step.ended.push({ task, because });
  enqueueLast(state.finished, task);
  forgetOldest(state);
}

/** Exponential backoff with full jitter (Brooker, "Exponential Backoff and Jitter", 2015). */
function jitteredPause({ config, prng }: TaskState, failures: number): number {
  const exponent = Math.min(failures - 1, 40);
  const longest = Math.min(config.maxRetryDelayMs, config.retryDelay * 2 ** exponent);
  return nextInt(prng, longest + 1);
}

function move(state: TaskState, task: TaskRecord, to: TaskStatus): void {
  if (!TRANSITIONS[task.status].includes(to)) {
    throw new InvariantError(`Task "${task.spec.id}" can't go from ${task.status} to ${to}`);
  }
  state.counts[task.status]--;
  state.counts[to]++;
  task.status = to;
}

function limitMs({ spec }: TaskRecord, limit: TaskTimedOut["limit"]): number {
  switch (limit) {
    case "queue":
      return spec.queueTimeoutMs;
    case "attempt":
      return spec.timeoutMs;
    case "heartbeat":
      return spec.heartbeatTimeoutMs;
    case "total":
      return spec.totalTimeoutMs;
  }
}

/** Keeps whole what ended last, of older tasks the outcome, and nothing of the oldest. */
export function forgetOldest(state: TaskState): void {
  const { config: { keepFinished, keepOutcomes }, finished } = state;
  if (fifoSize(finished) <= keepFinished) return;
  const { spec: { id }, status } = dequeueFirst(finished)!;
  state.tasks.delete(id);
  if (keepOutcomes === 0) return;
  if (state.outcomes.size >= keepOutcomes) { // dropping a whole map is cheaper than entry by entry
    state.olderOutcomes = state.outcomes;
    state.outcomes = new Map();
  }
  state.outcomes.set(id, status as Outcome);
}

/** Adds an attempt to the history of its type. */
export function remember(
  { history, config }: TaskState,
  task: TaskRecord,
  agent: Agent,
  ranMs: number,
  succeeded: boolean,
): void {
  const { type } = task.spec;
  let entry = history.get(type);
  if (entry === undefined) {
    if (history.size >= config.keepTypes) history.delete(history.keys().next().value!);
    entry = { executions: 0, successes: 0, totalMs: 0, lastAgentId: "" };
    history.set(type, entry);
  }
  entry.executions++;
  entry.totalMs += ranMs;
  if (succeeded) {
    entry.successes++;
    entry.lastAgentId = agent.agentId;
  }
}
