/**
 * Tasks, the agents that run them, and who runs what.
 *
 * A task waits for its dependencies, is ready, is assigned to an agent under an epoch, runs, and
 * ends as completed, failed or cancelled; an attempt that fails is followed by a pause and another
 * attempt. Whatever an agent says of a task names the epoch of its claim, and what is said under an
 * older epoch is refused: so a late result of an attempt that was given up changes nothing.
 *
 * A task that was placed with an agent is assigned at once, also when the agent has no slot free:
 * then it stands in the agent's own queue, from where it may be stolen by one that has less to do.
 * Only a claim with a slot holds locks or starts.
 *
 * A step first does what was asked ({@linkcode Step} gathers what follows from it), then settles
 * dependents, gives free agents work, and evens out loads. `lifecycle.ts` has the actions and
 * `claims.ts` what leads to them, `placement.ts` finds task for agent and agent for task,
 * `dependencies.ts` knows who waits for whom, `stealing.ts` what is to be moved.
 *
 * @module
 */

import { describer } from "../core/describe.ts";
import { TASK_DESCRIPTIONS, type TaskEvent, type TaskRefusal } from "./events.ts";
import { nextDeadline, reschedule, schedule, takeDue, unschedule } from "../core/data/deadlines.ts";
import type { Instant, Machine, Tick } from "../core/machine.ts";
import {
  cancelAgentTasks,
  cordonAgent,
  dismiss,
  drainAgent,
  forgetReport,
  limitAgent,
  registerAgent,
  removeAgent,
  reportLoad,
  requeueAgentTasks,
  requeueUnstartedTasks,
  uncordon,
} from "./agents.ts";
import type {
  Assign,
  Award,
  Cancel,
  Complete,
  Fail,
  Heartbeat,
  Preempt,
  Progress,
  Settle,
  Start,
  Submit,
  TaskCommand,
  Unblock,
  UseStrategy,
} from "./commands.ts";
import {
  assignsItself,
  bestAgent,
  bestPlaced,
  bestTask,
  canQueue,
  capacityOf,
  hasFreeSlot,
  isFit,
  refresh,
} from "./placement.ts";
import {
  type Agent,
  beginStep,
  DEFAULT_TASK_CONFIG,
  type Group,
  initialTaskState,
  isTerminal,
  type Lingering,
  outcomeOf,
  refuse,
  type Step,
  type TaskConfig,
  type TaskRecord,
  type TaskSpec,
  type TaskState,
  type TaskTimer,
  unfinished,
} from "./state.ts";
import { Opaque } from "../core/data/plain.ts";
import { cycleThrough, link, resolveDependents } from "./dependencies.ts";
import {
  admit,
  assign,
  backOff,
  type Body,
  bodyOf,
  cancel,
  complete,
  endAttempt,
  fail,
  limitQueueTime,
  queue,
  ready,
  remember,
  requeue,
  start,
  timeOut,
} from "./transitions.ts";
import { viewOf } from "./views.ts";
import { rebalance } from "./stealing.ts";

/** A machine that goes by `config`. */
export function taskMachine(
  config: Partial<TaskConfig> = {},
): Machine<TaskState, TaskCommand, TaskEvent> {
  return {
    name: "tasks",
    init: () => initialTaskState({ ...DEFAULT_TASK_CONFIG, ...config }),
    step,
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(TASK_DESCRIPTIONS),
  };
}

function step(
  state: TaskState,
  command: TaskCommand | Tick,
  now: Instant,
  until: Instant = now,
): TaskEvent[] {
  const step = beginStep(state, now);
  for (let due = takeDue(state.deadlines, until); due; due = takeDue(state.deadlines, until)) {
    fire(step, due.subject);
    runFollowUps(step);
  }
  apply(step, command);
  runFollowUps(step);
  return step.events;
}

function apply(step: Step, command: TaskCommand | Tick): void {
  switch (command.type) {
    case "submit":
      return submit(step, command);
    case "assign":
      return assignTo(step, command);
    case "start":
      return startClaim(step, command);
    case "heartbeat":
      return heartbeat(step, command);
    case "progress":
      return progress(step, command);
    case "complete":
      return completeClaim(step, command);
    case "fail":
      return failClaim(step, command);
    case "settle":
      return endLingeringAttempt(step, command);
    case "unblock":
      return unblock(step, command);
    case "preempt":
      return preempt(step, command);
    case "cancel":
      return cancelTask(step, command);
    case "register-agent":
      return registerAgent(step, command);
    case "remove-agent":
      return removeAgent(step, command);
    case "cordon-agent":
      return cordonAgent(step, command);
    case "limit-agent":
      return limitAgent(step, command);
    case "award":
      return award(step, command);
    case "shed-tasks":
      return requeueUnstartedTasks(step, command);
    case "drain-agent":
      return drainAgent(step, command);
    case "report-load":
      return reportLoad(step, command);
    case "cancel-agent-tasks":
      return cancelAgentTasks(step, command);
    case "requeue-agent-tasks":
      return requeueAgentTasks(step, command);
    case "renew-heartbeats":
      return renewHeartbeats(step);
    case "use-strategy":
      return setStrategy(step, command);
    case "drain":
      return drain(step);
    case "tick":
      return;
  }
}

function setStrategy(step: Step, { strategy }: UseStrategy): void {
  const { state, events, queued } = step;
  state.strategy = strategy;
  for (const agent of state.agents.values()) refresh(state, agent);
  for (const group of state.groups.values()) queued.push(group);
  events.push({ type: "strategy:changed", strategy });
}

function drain({ state, events }: Step): void {
  if (state.draining) return;
  state.draining = true;
  events.push({ type: "scheduler:drained" });
}

export { taskConfigOf } from "./config.ts";
export type { TaskCommand } from "./commands.ts";
export type { Agent, TaskConfig, TaskState } from "./state.ts";

export function submit(step: Step, command: Submit): void {
  const { state, now, events } = step;
  const { task: spec } = command;
  const reason = submitRefusal(state, spec);
  if (reason !== undefined) {
    const detail = reason === "full" ? state.config.maxTasks : undefined;
    return refuse(step, command, spec.id, reason, detail);
  }
  if (state.tasks.has(spec.id)) {
    events.push({ type: "task:recognized", taskId: spec.id });
    return;
  }
  const cycle = cycleThrough(state, spec);
  if (cycle !== undefined) return refuse(step, command, spec.id, "cycle", cycle);

  const task = recordOf(state, command, now);
  state.tasks.set(spec.id, task);
  const doomed = link(state, task);
  if (task.openDependencies === 0 && doomed === undefined) task.status = "ready";
  state.counts[task.status]++;
  if (spec.totalTimeoutMs !== 0) {
    task.total = schedule(state.deadlines, now + spec.totalTimeoutMs, { limit: "total", task });
  }
  events.push({ type: "task:created", taskId: spec.id, task: viewOf(task) });
  if (doomed !== undefined) cancel(step, task, doomed, doomed, "ended");
  else if (task.status === "ready") queue(step, task);
  else limitQueueTime(step, task);
}

function submitRefusal(state: TaskState, spec: TaskSpec): TaskRefusal | undefined {
  if (state.draining) return "draining";
  const known = state.tasks.get(spec.id);
  if (known !== undefined) {
    const { idempotencyKey } = known.spec;
    return idempotencyKey !== "" && idempotencyKey === spec.idempotencyKey
      ? undefined
      : "duplicate";
  }
  if (outcomeOf(state, spec.id) !== undefined) return "duplicate";
  if (unfinished(state) >= state.config.maxTasks) return "full";
  if (spec.assignedAgent !== "") {
    const agent = state.agents.get(spec.assignedAgent);
    if (agent === undefined) return "unknown-agent";
    if (!isFit(agent, spec.requires, "") || agent.drained !== undefined) return "unfit";
  }
  return undefined;
}

function recordOf(state: TaskState, command: Submit, now: Instant): TaskRecord {
  const { task: spec, input, metadata } = command;
  return {
    spec,
    input: input === undefined ? undefined : new Opaque(input),
    metadata: metadata === undefined ? undefined : new Opaque(metadata),
    rank: now - spec.priority * state.config.agingMs,
    sequence: state.sequence++,
    position: -1,
    status: "waiting",
    createdAt: now,
    startedAt: undefined,
    finishedAt: undefined,
    pinnedTo: spec.assignedAgent,
    group: undefined,
    agent: undefined,
    queued: false,
    stealable: undefined,
    epoch: 0,
    locked: false,
    attempts: 0,
    lingering: 0,
    crashes: 0,
    openDependencies: 0,
    fallbacks: 0,
    fallbacksFailed: 0,
    dependents: undefined,
    result: undefined,
    progress: undefined,
    error: undefined,
    timer: undefined,
    heartbeat: undefined,
    total: undefined,
  };
}

export function assignTo(step: Step, command: Assign): void {
  const { state } = step;
  const task = state.tasks.get(command.taskId);
  if (task === undefined) return refuse(step, command, command.taskId, "unknown-task");
  if (task.status !== "ready") {
    return refuse(step, command, command.taskId, "status", task.status);
  }
  if (state.draining) return refuse(step, command, command.taskId, "draining");
  const agent = command.agentId === "" ? bestAgent(state, task) : state.agents.get(command.agentId);
  if (agent === undefined) {
    const reason = command.agentId === "" ? "unfit" : "unknown-agent";
    return refuse(step, command, command.taskId, reason);
  }
  if (!hasFreeSlot(agent) || !isFit(agent, task.spec.requires, task.pinnedTo)) {
    return refuse(step, command, command.taskId, "unfit");
  }
  assign(step, task, agent);
}

export function award(step: Step, { taskId, agentId, losers }: Award): void {
  const { state } = step;
  const task = state.tasks.get(taskId);
  const winner = state.agents.get(agentId);
  if (task?.agent === undefined || winner === undefined || state.draining) return;
  if (!losers.includes(task.agent.agentId) || capacityOf(winner) === 0) return;
  const { placed, requires } = task.spec;
  if (!isFit(winner, requires, placed ? "" : task.pinnedTo)) return;
  if (task.status === "running") task.attempts--;
  const reason = `agent "${task.agent.agentId}" lost a conflict over it`;
  requeue(step, task, reason, bodyOf(task));
  if (placed) task.pinnedTo = agentId;
  assign(step, task, winner, !hasFreeSlot(winner));
}

export function cancelTask(step: Step, command: Cancel): void {
  const { taskId, reason } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (task.status === "cancelled") return;
  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);
  cancel(step, task, reason, `dependency "${taskId}" was cancelled`, bodyOf(task));
}

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
  if (fault === "task") fail(step, task, error, "ended");
  else if (fault === "attempt") failAttempt(step, task, error, "ended");
  else interrupt(step, task, error, "ended");
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
export function endLingeringAttempt(step: Step, { taskId, epoch }: Settle): void {
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

/** Deals with what a change has led to. */
export function runFollowUps(step: Step): void {
  resolveDependents(step, ready, cancelDoomed);
  distribute(step);
  while (rebalance(step)) distribute(step);
  announceIdleness(step);
}

function cancelDoomed(step: Step, task: TaskRecord, because: string): void {
  cancel(step, task, because, because, "ended");
}

/** Gives work to agents that got room, then agents to tasks that came. */
function distribute(step: Step): void {
  const { state, queued, freed } = step;
  for (const agent of freed) {
    if (isDrained(state, agent)) dismiss(step, agent, agent.drained!);
    else refresh(state, agent);
  }
  if (!state.draining) {
    for (const agent of freed) fillAgent(step, agent);
    for (const group of queued) serveGroup(step, group);
  }
  queued.length = 0;
  freed.length = 0;
}

/** Whether a drained agent, which has not gone yet, has given back all that it had. */
function isDrained({ agents }: TaskState, agent: Agent): boolean {
  const { agentId, drained, slotsInUse, tasks } = agent;
  return drained !== undefined && slotsInUse === 0 && tasks.size === 0 &&
    agents.get(agentId) === agent;
}

function fillAgent(step: Step, agent: Agent): void {
  while (hasFreeSlot(agent)) {
    const task = bestTask(step.state, agent);
    if (task === undefined) return;
    giveSlot(step, task, agent);
  }
  while (canQueue(agent)) {
    const task = bestPlaced(agent);
    if (task === undefined) return;
    assign(step, task, agent, true);
  }
}

function serveGroup(step: Step, group: Group): void {
  const { state } = step;
  while (group.queue.length > 0 && assignsItself(state, group)) {
    const task = group.queue[0]!;
    const agent = bestAgent(state, task);
    if (agent !== undefined) {
      giveSlot(step, bestTask(state, agent)!, agent);
      continue;
    }
    const owner = group.placed ? state.agents.get(group.pinnedTo)! : undefined;
    if (owner === undefined || !canQueue(owner)) return;
    assign(step, task, owner, true);
  }
}

function giveSlot(step: Step, task: TaskRecord, agent: Agent): void {
  if (task.queued) admit(step, task);
  else assign(step, task, agent);
}

/** Says who has something to do again, or nothing any more. */
function announceIdleness(step: Step): void {
  const { state, claimsBefore, events } = step;
  if (claimsBefore === undefined) return;
  const changed = [...claimsBefore].filter(([agent, before]) =>
    state.agents.get(agent.agentId) === agent && (before > 0) !== (agent.tasks.size > 0)
  ).map(([agent]) => agent);
  for (const { agentId, tasks: { size } } of changed.sort((a, b) => a.order - b.order)) {
    events.push({ type: size > 0 ? "agent:active" : "agent:idle", agentId });
  }
  claimsBefore.clear();
}
