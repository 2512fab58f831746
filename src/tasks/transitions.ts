/**
 * The transitions of a task. Each emits exactly one event, and the event's name is the name of the
 * action in the specification, `Stealing.tla`; the consequence of an event is the next transition.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import { schedule, unschedule } from "../core/data/deadlines.ts";
import { Opaque } from "../core/data/plain.ts";
import { nextInt } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import { InvariantError } from "../core/errors.ts";
import { type Instant, Refusal } from "../core/machine.ts";
import { dropAsk, setPending } from "./asks.ts";
import { startLimits } from "./attempt_limits.ts";
import { exhaustedIn, exhaustedText } from "./budgets.ts";
import type { Complete, ParentClaim, TaskCommand } from "./commands.ts";
import { phrase, unlink } from "./dependencies.ts";
import { keepFinished } from "./finished.ts";
import type { TaskRefusal, TaskRefused, TaskTimedOut } from "./events.ts";
import { countStatus } from "./pages.ts";
import { summarize } from "./remarks.ts";
import {
  chargeTime,
  freePermit,
  leaveKey,
  leavePlace,
  retakePermit,
  returnPermit,
  takePermit,
  takeToken,
} from "./permits.ts";
import {
  dequeue,
  enqueue,
  enqueueAt,
  hasUsableSlot,
  offer,
  refresh,
  startsItself,
  takesAtOnce,
  unpinFromLost,
  withdraw,
} from "./placement.ts";
import {
  type Agent,
  type Family,
  isLent,
  type Lingering,
  lockEpochOf,
  type Proposal,
  type Step,
  type TaskRecord,
  type TaskState,
} from "./state.ts";
import type { Outcome, TaskStatus } from "./types.ts";

/** The statuses that may follow each status. Terminal ones are followed by none. */
export const TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  waiting: ["ready", "failed", "cancelled"],
  ready: ["assigned", "waiting", "backing-off", "failed", "cancelled"],
  assigned: ["running", "ready", "backing-off", "failed", "cancelled"],
  running: ["completed", "ready", "backing-off", "blocked", "failed", "cancelled"],
  "backing-off": ["ready", "failed", "cancelled"],
  blocked: ["ready", "completed", "backing-off", "failed", "cancelled"],
  completed: [],
  failed: [],
  cancelled: [],
};

/** The state of the attempt of a claim when the claim ends. */
export type Attempt =
  /** It has ended, or never began: slot and locks are released at once. */
  | "ended"
  /** It may go on: slot and locks are released when it ends, or after a grace period. */
  | "running"
  /** It may go on, but its agent is gone: slot and locks are released at once. */
  | "abandoned";

/** Returns the state of the attempt of a task whose claim is about to end. */
export function attemptOf(task: TaskRecord): Attempt {
  return task.status === "running" ? "running" : "ended";
}

/** Makes a task ready: it lacks only an agent. */
export function ready(step: Step, task: TaskRecord): void {
  if (endsByBudget(step, task, "ended")) return;
  if (task.status !== "ready") move(step.state, task, "ready");
  step.events.push({ type: "task:readied", taskId: task.spec.id });
  queue(step, task);
}

/** Puts a ready task into the queue of its group. */
export function queue(step: Step, task: TaskRecord): void {
  if (task.spec.queueTimeoutMs !== 0) limitQueueTime(step, task);
  if (task.pinnedTo !== "") unpinFromLost(step.state, task);
  step.queued.push(enqueue(step, task));
  if (task.askers !== undefined) step.wanted.push(task);
}

/** Starts the queue timeout, unless it runs already. */
export function limitQueueTime({ state, now }: Step, task: TaskRecord): void {
  const { queueTimeoutMs } = task.spec;
  if (queueTimeoutMs === 0 || task.timer !== undefined) return;
  task.timer = schedule(state.deadlines, now + queueTimeoutMs, { limit: "queue", task });
}

/**
 * Assigns a task to an agent under a new epoch: with a slot and a permit of its key, which it may have,
 * or into the agent's own queue.
 */
export function assign(
  step: Step,
  task: TaskRecord,
  agent: Agent,
  queued = false,
  hasPermit = false,
): void {
  const { state, events } = step;
  const { id: taskId, resources } = task.spec;
  const lastResort = task.lastResort = !queued && !hasUsableSlot(agent);
  if (agent.ask !== undefined) setPending(state, agent.ask, task);
  touch(step, agent);
  if (!queued) dequeue(step, task);
  move(state, task, "assigned");
  task.agent = agent;
  task.epoch = agent.lastEpoch = ++state.epoch;
  task.queued = queued;
  agent.tasks.add(task);
  if (queued) {
    enqueueAt(step, agent, task);
    if (task.lane !== undefined) refresh(step, agent); // it may have a free slot
  } else occupySlot(step, task, agent, hasPermit);
  if (task.spec.placed && state.config.stealing) offer(state, task);
  const { agentId } = agent;
  const { epoch } = task;
  const assigned = { type: "task:assigned", taskId, agentId, epoch, resources, queued } as const;
  events.push(lastResort ? { ...assigned, lastResort } : assigned);
  if (startsItself(agent) && task.locked) start(step, task);
}

/** Gives a slot to a claim that waits for one. */
export function admit(step: Step, task: TaskRecord): void {
  const { spec: { id: taskId, resources }, epoch } = task;
  const agent = task.agent!;
  touch(step, agent);
  leavePlace(step, agent, task);
  task.queued = false;
  occupySlot(step, task, agent);
  step.events.push({ type: "task:admitted", taskId, agentId: agent.agentId, epoch, resources });
  if (agent.startsAtOnce && task.locked) start(step, task);
}

/** Gives a claim a slot. If its task needs locks and has none, the reaction to the event requests them. */
function occupySlot(step: Step, task: TaskRecord, agent: Agent, hasPermit = false): void {
  const { state } = step;
  task.locked = task.granted || task.spec.resources.length === 0;
  if (task.granted) state.reserving.delete(task);
  else if (!task.locked) {
    task.request = task.epoch;
    defer(step, agent);
  }
  agent.slotsInUse++;
  if (!hasPermit) takePermit(step, task);
  refresh(step, agent);
}

/** Takes a task from its agent until it has its locks, so that the slot is free for another one. */
export function park(step: Step, task: TaskRecord): void {
  const { state, events } = step;
  const { agent, epoch, spec: { id: taskId, resources } } = task;
  const { agentId } = agent!;
  touch(step, agent!);
  leaveAgent(step, task, agent!);
  move(state, task, "ready");
  state.parked.add(task);
  agent!.slotsInUse--;
  returnPermit(step, task);
  release(step, agent!);
  events.push({ type: "task:parked", taskId, agentId, epoch, resources });
}

/** Grants a task the locks that it requested. */
export function unblock(step: Step, task: TaskRecord): void {
  const { state } = step;
  task.granted = true;
  if (task.agent === undefined) {
    state.parked.delete(task);
    state.reserving.add(task);
    return ready(step, task);
  }
  task.locked = true;
  if (startsItself(task.agent) && !state.draining) start(step, task);
}

/** Takes its locks, or its wait for them, from a task without a slot. */
export function unlock({ state, events }: Step, task: TaskRecord, reason: string): void {
  const { spec: { id: taskId }, request: lockEpoch } = task;
  state.parked.delete(task);
  state.reserving.delete(task);
  task.request = 0;
  task.granted = false;
  events.push({ type: "task:unlocked", taskId, lockEpoch, reason });
}

/** Moves a task that has not started from its agent to `target`, under a new epoch. */
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
  const queued = !takesAtOnce(step, task, target);
  const keepsPermit = !task.queued && !queued;
  endClaim(step, task, "ended", task.granted, keepsPermit);
  assign(step, task, target, queued, keepsPermit);
}

/** Begins an attempt of an assigned task. */
export function start(step: Step, task: TaskRecord): void {
  const { state, now, events } = step;
  const { spec, epoch } = task;
  move(state, task, "running");
  if (task.stealable !== undefined) withdraw(state, task, task.stealable);
  task.attempts++;
  task.startedAt = now;
  const { ask } = task.agent!;
  startLimits(state, task, now, ask);
  if (ask !== undefined) dropAsk(state, ask); // whatever such an agent starts, it asked for
  const started = {
    type: "task:started",
    taskId: spec.id,
    agentId: task.agent!.agentId,
    epoch,
    attempt: task.attempts,
    waitedMs: now - task.dueAt,
  } as const;
  events.push(
    ask === undefined ? started : { ...started, ask: ask.id, askedMs: now - ask.since },
  );
  takeToken(step, task);
}

/** Ends a running task as completed. */
export function complete(
  step: Step,
  task: TaskRecord,
  { result, summary }: Pick<Complete, "result" | "summary">,
): void {
  const { now, events } = step;
  leaveFamily(step, task);
  const agent = task.agent!;
  const ranMs = now - task.startedAt!;
  if (result !== undefined) task.result = new Opaque(result);
  summarize(task, summary);
  task.error = undefined;
  agent.completed++;
  remember(step.state, task, agent, ranMs, true);
  finish(step, task, "completed", "");
  const { spec: { id: taskId }, epoch } = task;
  const { agentId } = agent;
  const completed = { type: "task:completed", taskId, agentId, epoch, result, ranMs } as const;
  events.push(summary === undefined ? completed : { ...completed, summary });
  endClaim(step, task, "ended");
}

/** Ends a task as failed, whatever its status. */
export function fail(step: Step, task: TaskRecord, error: ErrorData, attempt: Attempt): void {
  leaveFamily(step, task);
  const agentId = task.agent?.agentId;
  const { spec: { id: taskId }, epoch, attempts } = task;
  task.error = error;
  finish(step, task, "failed", `dependency "${taskId}" ${phrase("failed")}`);
  step.events.push({ type: "task:failed", taskId, agentId, epoch, error, attempts });
  endClaim(step, task, attempt);
}

/** Ends a task as cancelled, whatever its status; its dependents get the reason `because`. */
export function cancel(
  step: Step,
  task: TaskRecord,
  reason: string,
  because: string,
  attempt: Attempt,
): void {
  leaveFamily(step, task);
  const agentId = task.agent?.agentId;
  const { spec: { id: taskId }, epoch } = task;
  finish(step, task, "cancelled", because);
  task.error = { name: "TaskCancelledError", code: "task-cancelled", message: reason };
  step.events.push({ type: "task:cancelled", taskId, agentId, epoch, reason });
  endClaim(step, task, attempt);
}

/** Schedules another attempt after a pause, which ends no sooner than the failed attempt. */
export function backOff(
  step: Step,
  task: TaskRecord,
  error: ErrorData,
  failures: number,
  attempt: Attempt,
): void {
  const { state, now, events } = step;
  leaveFamily(step, task);
  if (endsByBudget(step, task, attempt, error)) return;
  const agentId = task.agent?.agentId;
  const { spec: { id: taskId }, epoch, attempts } = task;
  if (task.group !== undefined) dequeue(step, task);
  move(state, task, "backing-off");
  task.error = error;
  const retryAt = now + Math.max(jitteredPause(state, failures), error.retryAfterMs ?? 0);
  unschedule(state.deadlines, task.timer);
  task.timer = schedule(state.deadlines, retryAt, { limit: "backoff", task });
  events.push({
    type: "task:backed-off",
    taskId,
    agentId,
    epoch,
    error,
    attempt: attempts,
    retryAt,
  });
  endClaim(step, task, attempt);
}

/** Ends an attempt that asked to go on at `resumeAt`, at no cost to the task. */
export function snooze(step: Step, task: TaskRecord, resumeAt: Instant): void {
  const { state, events } = step;
  leaveFamily(step, task);
  if (endsByBudget(step, task, "ended")) return;
  const { agentId } = task.agent!;
  const { spec: { id: taskId }, epoch } = task;
  move(state, task, "backing-off");
  task.attempts--;
  task.error = undefined;
  unschedule(state.deadlines, task.timer);
  task.timer = schedule(state.deadlines, resumeAt, { limit: "backoff", task });
  events.push({ type: "task:snoozed", taskId, agentId, epoch, resumeAt });
  endClaim(step, task, "ended");
}

/** Ends an attempt that needs an answer, at no cost to the task. */
export function block(step: Step, task: TaskRecord, question: unknown): void {
  leaveFamily(step, task);
  const { agentId } = task.agent!;
  const { spec: { id: taskId }, epoch } = task;
  task.attempts--;
  task.error = undefined;
  task.question = new Opaque(question);
  suspend(step, task);
  step.events.push({ type: "task:blocked", taskId, agentId, epoch, question });
  endClaim(step, task, "ended");
}

/** Ends an attempt with a result that counts once it is accepted. */
export function propose(
  step: Step,
  task: TaskRecord,
  { result, summary }: Pick<Complete, "result" | "summary">,
): void {
  leaveFamily(step, task);
  const agent = task.agent!;
  const { agentId } = agent;
  const { spec: { id: taskId }, epoch } = task;
  const ranMs = step.now - task.startedAt!;
  task.proposal = { agentId, ranMs };
  task.result = result === undefined ? undefined : new Opaque(result);
  summarize(task, summary);
  agent.completed++;
  remember(step.state, task, agent, ranMs, true);
  suspend(step, task);
  step.events.push({
    ...{ type: "task:proposed", taskId, agentId, epoch, result, ranMs },
    ...(summary !== undefined && { summary }),
  });
  endClaim(step, task, "ended");
}

/** Stops the limit of the attempt, as the task waits for a decision from outside. */
function suspend({ state }: Step, task: TaskRecord): void {
  move(state, task, "blocked");
  unschedule(state.deadlines, task.timer);
  task.timer = undefined;
}

/** Completes a task with the result that it proposed. */
export function acceptProposal(step: Step, task: TaskRecord, proposal: Proposal): void {
  const { spec: { id: taskId }, epoch, result, remarks: { summary } = {} } = task;
  task.error = undefined;
  task.proposal = undefined;
  finish(step, task, "completed", "");
  step.events.push({
    ...{ type: "task:completed", taskId, epoch, result: result?.value, ...proposal },
    ...(summary !== undefined && { summary }),
  });
}

/** Makes the attempt that proposed a result a failed one. */
export function rejectProposal(step: Step, task: TaskRecord, reason: string): void {
  const { spec: { id: taskId }, epoch } = task;
  dropProposal(task);
  step.events.push({ type: "task:rejected", taskId, epoch, reason });
  const error = { name: "ResultRejectedError", code: "result-rejected", message: reason };
  failAttempt(step, task, error, "ended");
}

/** Drops a result that was not accepted. */
function dropProposal(task: TaskRecord): void {
  if (task.proposal === undefined) return;
  task.proposal = undefined;
  task.result = undefined;
  summarize(task, undefined);
}

/** Ends a claim and puts the task back into the ready queue, at no cost to the task. */
export function requeue(step: Step, task: TaskRecord, reason: string, attempt: Attempt): void {
  const { state, events } = step;
  leaveFamily(step, task);
  if (endsByBudget(step, task, attempt)) return;
  const agentId = task.agent!.agentId;
  const { spec: { id: taskId }, epoch } = task;
  if (task.status === "running") {
    unschedule(state.deadlines, task.timer);
    task.timer = undefined;
  }
  move(state, task, "ready");
  if (task.spec.placed) task.pinnedTo = "";
  events.push({ type: "task:requeued", taskId, agentId, epoch, reason });
  endClaim(step, task, attempt);
  queue(step, task);
}

/**
 * Takes a task that has not started from its agent, and from its locks or its wait for them. It stays
 * placed, as no agent is lost; one that was in no queue is in none.
 */
export function takeBack(step: Step, task: TaskRecord, reason: string): void {
  const { state, events } = step;
  const { spec: { id: taskId }, agent, epoch } = task;
  if (agent !== undefined) {
    move(state, task, "ready");
    events.push({ type: "task:requeued", taskId, agentId: agent.agentId, epoch, reason });
    endClaim(step, task, "ended");
  }
  if (task.request !== 0) unlock(step, task, reason);
}

/** Makes a ready task wait for its dependencies. */
export function hold(step: Step, task: TaskRecord): void {
  dequeue(step, task);
  move(step.state, task, "waiting");
}

/** Emits that a limit was exceeded, and returns the error that says so. The next event ends the task. */
export function timeOut(
  step: Step,
  task: TaskRecord,
  limit: TaskTimedOut["limit"],
): ErrorData {
  leaveFamily(step, task);
  const { spec } = task;
  const ms = {
    queue: spec.queueTimeoutMs,
    attempt: spec.timeoutMs,
    heartbeat: spec.heartbeatTimeoutMs,
    total: spec.totalTimeoutMs,
  }[limit];
  step.events.push({ type: "task:timed-out", taskId: spec.id, limit, ms });
  return {
    name: "TaskTimeoutError",
    code: "task-timeout",
    message: `The ${limit} timeout of ${ms} ms was exceeded`,
  };
}

/** Releases the slot of a claim; the reaction to the event releases its locks. */
export function endAttempt(
  step: Step,
  claim: Pick<Lingering, "task" | "agent" | "epoch" | "lockEpoch">,
  abandoned: boolean,
  queued: boolean,
): void {
  const { task: { spec: { id: taskId, resources } }, agent, epoch, lockEpoch } = claim;
  const { agentId } = agent;
  touch(step, agent);
  if (!queued) agent.slotsInUse--;
  if (!queued && resources.length > 0) release(step, agent);
  else step.freed.push(agent);
  const ended = { type: "attempt:ended", taskId, agentId, epoch, abandoned, queued } as const;
  step.events.push(lockEpoch === epoch ? ended : { ...ended, lockEpoch });
}

/** Frees a slot of `agent`: at once, or when the locks that come with it have gone to others. */
function release(step: Step, agent: Agent): void {
  if (step.isDeferring) defer(step, agent);
  else step.freed.push(agent);
}

function defer({ state: { unsettled }, isDeferring, claimsBefore }: Step, agent: Agent): void {
  if (!isDeferring || unsettled.has(agent)) return;
  unsettled.set(agent, claimsBefore?.get(agent) ?? agent.tasks.size);
}

// Children, and tasks that await others

/** Makes a new task the child of a claim. */
export function adopt(state: TaskState, task: TaskRecord, parent: ParentClaim): void {
  task.family = newFamily(parent);
  familyOf(state.tasks.get(parent.taskId)!).children.add(task);
}

/** Begins a wait of a running task for `awaited`; the first one lends its slot. */
export function lend(step: Step, task: TaskRecord, awaited: TaskRecord): void {
  const { state } = step;
  const agent = task.agent!;
  const isFurther = isLent(task);
  if (!isFurther) {
    touch(step, agent);
    agent.slotsInUse--;
    agent.lent++;
    state.lent++;
    returnPermit(step, task);
    if (task.heartbeat !== undefined) unschedule(state.deadlines, task.heartbeat);
    task.heartbeat = undefined;
    step.freed.push(agent);
  }
  familyOf(task).awaits.add(awaited);
  familyOf(awaited).awaiters.add(task);
  step.events.push({
    type: "task:lent",
    taskId: task.spec.id,
    agentId: agent.agentId,
    epoch: task.epoch,
    childId: awaited.spec.id,
    ...(isFurther && { isFurther }),
  });
}

/** Resumes the tasks that awaited one which has ended, unless they await others as well. */
export function resumeAwaiters(step: Step, ended: TaskRecord): void {
  const { family } = ended;
  if (family === undefined) return;
  for (const awaiter of family.awaiters) {
    awaiter.family!.awaits.delete(ended);
    if (!isLent(awaiter)) resume(step, awaiter);
  }
  family.awaiters.clear();
}

/** Gives a claim its slot back: at once, as its attempt goes on, also when no slot is free. */
function resume(step: Step, task: TaskRecord): void {
  const { state, now, events } = step;
  const { spec: { id: taskId, heartbeatTimeoutMs }, epoch } = task;
  const agent = task.agent!;
  touch(step, agent);
  agent.slotsInUse++;
  agent.lent--;
  state.lent--;
  retakePermit(step, task);
  refresh(step, agent);
  if (heartbeatTimeoutMs !== 0) {
    const at = now + heartbeatTimeoutMs;
    task.heartbeat = schedule(state.deadlines, at, { limit: "heartbeat", task });
  }
  events.push({ type: "task:resumed", taskId, agentId: agent.agentId, epoch });
}

/**
 * Charges the time of an attempt that is about to end, cancels its children, and ends its waits for other
 * tasks.
 */
function leaveFamily(step: Step, task: TaskRecord): void {
  const { family } = task;
  if (task.status === "running") chargeTime(step, task);
  if (family === undefined) return;
  if (family.children.size > 0) cancelChildren(step, task);
  if (!isLent(task)) return;
  for (const awaited of family.awaits) awaited.family!.awaiters.delete(task);
  family.awaits.clear();
  resume(step, task);
}

/** Cancels the unfinished descendants of a task, each before its parent. */
function cancelChildren(step: Step, parent: TaskRecord): void {
  const path = [parent];
  while (path.length > 0) {
    const last = path.at(-1)!;
    const [child] = last.family!.children;
    if (child !== undefined) {
      path.push(child);
      continue;
    }
    path.pop();
    if (last !== parent) cancelWithParent(step, last);
  }
}

function cancelWithParent(step: Step, child: TaskRecord): void {
  const { spec: { id }, family, status, agent } = child;
  const isGone = agent !== undefined && step.state.agents.get(agent.agentId) !== agent;
  const attempt = status === "running" && isGone ? "abandoned" : attemptOf(child);
  family!.isOrphan = true;
  const reason = `the attempt of its parent "${family!.parent!.taskId}" has ended`;
  cancel(step, child, reason, `dependency "${id}" ${phrase("cancelled")}`, attempt);
}

function familyOf(task: TaskRecord): Family {
  return task.family ??= newFamily(undefined);
}

function newFamily(parent: ParentClaim | undefined): Family {
  return {
    parent,
    isOrphan: false,
    children: new Set(),
    awaits: new Set(),
    awaiters: new Set(),
  };
}

/** Separates a task from its agent, if it has one, and from its locks and permit, unless it keeps them. */
function endClaim(
  step: Step,
  task: TaskRecord,
  attempt: Attempt,
  keepsLocks = false,
  keepsPermit = false,
): void {
  const { state, now } = step;
  const { agent, epoch, queued } = task;
  const hasSlot = agent !== undefined && !queued;
  const lockEpoch = !hasSlot ? epoch : keepsLocks ? 0 : lockEpochOf(task);
  if (hasSlot && keepsLocks) {
    state.reserving.add(task);
  } else if (hasSlot) {
    task.request = 0;
    task.granted = false;
  } else if (task.request !== 0 && task.status !== "ready") {
    unlock(step, task, `it is ${task.status}`);
  }
  if (agent === undefined) return;
  touch(step, agent);
  leaveAgent(step, task, agent);
  if (attempt !== "running") {
    if (hasSlot && !keepsPermit) returnPermit(step, task);
    return endAttempt(step, { task, agent, epoch, lockEpoch }, attempt === "abandoned", queued);
  }
  const { limitKey } = task.spec;
  const lingering: Lingering = { task, agent, epoch, lockEpoch, limitKey, timer: undefined };
  const at = now + state.config.abortGraceMs;
  lingering.timer = schedule(state.deadlines, at, { limit: "grace", lingering });
  state.lingering.set(epoch, lingering);
  task.lingering++;
}

function leaveAgent(step: Step, task: TaskRecord, agent: Agent): void {
  const { state } = step;
  if (task.stealable !== undefined) withdraw(state, task, task.stealable);
  agent.tasks.delete(task);
  if (task.queued) leavePlace(step, agent, task);
  if (agent.ask?.pending === task) setPending(state, agent.ask, undefined);
  task.queued = false;
  task.agent = undefined;
  task.locked = false;
  if (task.heartbeat !== undefined) unschedule(state.deadlines, task.heartbeat);
  task.heartbeat = undefined;
}

function finish(step: Step, task: TaskRecord, outcome: Outcome, because: string): void {
  const { state, now } = step;
  if (task.status === "waiting") unlink(state, task);
  else if (task.group !== undefined) dequeue(step, task);
  dropProposal(task);
  move(state, task, outcome);
  task.finishedAt = now;
  if (task.timer !== undefined) unschedule(state.deadlines, task.timer);
  if (task.total !== undefined) unschedule(state.deadlines, task.total);
  task.timer = task.total = undefined;
  if (task.home !== undefined) expect(step, task.home, -1);
  task.home = undefined;
  task.received = undefined;
  if (task.spec.limitKey !== undefined) leaveKey(state, task.spec.limitKey);
  if (task.spec.dedupe !== undefined) freeKey(state, task, task.spec.dedupe.key);
  const { dependents, family } = task;
  if (family?.parent !== undefined) {
    state.tasks.get(family.parent.taskId)?.family?.children.delete(task);
  }
  if (dependents !== undefined || (family !== undefined && family.awaiters.size > 0)) {
    step.ended.push({ task, because });
  }
  if (task.askers !== undefined) step.wanted.push(task);
  keepFinished(state, task);
}

/** Frees the key of a task that ended, unless a newer one has it. */
function freeKey({ newestByKey }: TaskState, task: TaskRecord, key: string): void {
  if (newestByKey.get(key) === task) newestByKey.delete(key);
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
  countStatus(task.page!, task.status, -1);
  countStatus(task.page!, to, 1);
  task.status = to;
}

// The consequences of a claim that ended before its task

/** Retries after an attempt that failed by its own fault, or fails the task when no retry is left. */
export function failAttempt(
  step: Step,
  task: TaskRecord,
  error: ErrorData,
  attempt: Attempt,
): void {
  if (task.attempts > task.spec.retries) fail(step, task, error, attempt);
  else backOff(step, task, error, task.attempts, attempt);
}

/** Fails a task in place of another attempt, if its own budget is spent; returns whether it did. */
function endsByBudget(
  step: Step,
  task: TaskRecord,
  attempt: Attempt,
  cause?: ErrorData,
): boolean {
  const exhausted = task.account?.isExhausted ? exhaustedIn(task.account) : undefined;
  if (exhausted === undefined) return false;
  const message = `The budget of the task is spent: ${exhaustedText(exhausted)}`;
  const error = {
    name: "BudgetExhaustedError",
    code: "budget-exhausted",
    message,
    data: exhausted,
  };
  fail(step, task, cause === undefined ? error : { ...error, cause }, attempt);
  return true;
}

/** Retries after a pause, as the attempt failed through no fault of its own; up to a limit. */
export function interrupt(step: Step, task: TaskRecord, error: ErrorData, attempt: Attempt): void {
  if (task.status === "running") task.attempts--;
  if (++task.crashes > step.state.config.maxCrashes) {
    quarantine(step, task, error.message, attempt);
  } else backOff(step, task, error, task.crashes, attempt);
}

/** Requeues a task at once, as its agent is lost; up to a limit. */
export function orphan(step: Step, task: TaskRecord, reason: string, attempt: Attempt): void {
  if (task.status === "running") {
    task.attempts--;
    task.crashes++;
  }
  if (task.crashes > step.state.config.maxCrashes) quarantine(step, task, reason, attempt);
  else requeue(step, task, reason, attempt);
}

/** Fails a task that may be the reason why its agents are lost. */
function quarantine(step: Step, task: TaskRecord, reason: string, attempt: Attempt): void {
  const message = `Quarantined after ${counted(task.crashes, "lost claim")}, the last: ${reason}`;
  fail(step, task, { name: "QuarantineError", code: "quarantined", message }, attempt);
}

/** Ends an attempt that had lost its claim; a retry that waited for it becomes ready. */
export function endLingering(step: Step, lingering: Lingering, abandoned: boolean): void {
  const { state } = step;
  const { task, epoch } = lingering;
  state.lingering.delete(epoch);
  task.lingering--;
  unschedule(state.deadlines, lingering.timer);
  freePermit(step, lingering.limitKey);
  endAttempt(step, lingering, abandoned, false);
  const pauses = task.status === "backing-off" && task.timer === undefined;
  if ((pauses || task.status === "waiting") && isDue(task)) ready(step, task);
}

/** Returns whether no dependency, no attempt that goes on and no delay keeps a task from being ready. */
export function isDue({ openDependencies, lingering, timer }: TaskRecord): boolean {
  return openDependencies === 0 && lingering === 0 && timer?.subject.limit !== "delay";
}

// Bookkeeping

/** Notes that the backlog or the capacity of `agent` is about to change. */
export function touch(step: Step, agent: Agent): void {
  const { config: { stealing, announcesIdleness }, shifted } = step.state;
  if (agent.isImplicit) step.implicit.push(agent);
  if (stealing) shifted.add(agent);
  if (!announcesIdleness) return;
  const before = step.claimsBefore ??= new Map();
  if (!before.has(agent)) before.set(agent, agent.tasks.size);
}

/** Counts an unfinished task that was submitted for `agent`. */
export function expect(step: Step, agent: Agent, by: 1 | -1): void {
  agent.expected += by;
  if (agent.isImplicit) step.implicit.push(agent);
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
    while (history.size >= config.keepTypes) history.delete(history.keys().next().value!);
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

/** Emits the refusal of a command, and returns the answer that says so. */
export function refuse(
  { events }: Step,
  command: TaskCommand,
  taskId: string,
  reason: TaskRefusal,
  detail?: TaskRefused["detail"],
): Refusal<TaskRefused> {
  const agentId = "agentId" in command
    ? command.agentId
    : command.type === "submit"
    ? command.task.assignedAgent || undefined
    : undefined;
  const refused: TaskRefused = {
    type: "task:refused",
    taskId,
    agentId,
    command: command.type,
    reason,
    detail,
  };
  events.push(refused);
  return new Refusal(refused);
}
