/**
 * Tasks, the agents that run them, and who runs what.
 *
 * A task waits for its dependencies, is ready, is assigned to an agent under an epoch, runs, and
 * ends as completed, failed or cancelled; an attempt that fails is followed by a pause and another
 * attempt. Whatever an agent says of a task names the epoch of its claim, and what is said under an
 * older epoch is refused: so a late result of an attempt that was given up changes nothing.
 *
 * A step first does what was asked ({@linkcode Step} gathers what follows from it), then settles
 * dependents, then gives free agents work. `lifecycle.ts` has the actions, `placement.ts` finds
 * task for agent and agent for task, `dependencies.ts` knows who waits for whom.
 *
 * @module
 */

import { nextDeadline, reschedule, schedule, takeDue, unschedule } from "../kernel/deadlines.ts";
import type { TaskEvent, TaskRefusal, TaskRefused } from "../kernel/events.ts";
import type { Instant, Machine, Tick } from "../kernel/machine.ts";
import { Opaque } from "../kernel/plain.ts";
import { cycleThrough, link, settleDependents } from "./dependencies.ts";
import {
  assign,
  backOff,
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
} from "./lifecycle.ts";
import type { Body } from "./lifecycle.ts";
import {
  assignsItself,
  bestAgent,
  bestTask,
  hasRoom,
  isFit,
  join,
  leave,
  refresh,
} from "./placement.ts";
import {
  type Agent,
  type Assign,
  type Cancel,
  type CancelAgentTasks,
  type Complete,
  type CordonAgent,
  DEFAULT_TASK_CONFIG,
  type Fail,
  type Heartbeat,
  initialTaskState,
  isTerminal,
  type Lingering,
  type Preempt,
  type Progress,
  type RegisterAgent,
  type RemoveAgent,
  type RequeueAgentTasks,
  type Settle,
  type Start,
  type Step,
  type Submit,
  type TaskCommand,
  type TaskConfig,
  type TaskRecord,
  type TaskSpec,
  type TaskState,
  type TaskTimer,
  type Unblock,
  unfinished,
  type UseStrategy,
} from "./state.ts";
import { viewOf } from "./view.ts";

/** A machine that goes by `config`. */
export function taskMachine(
  config: Partial<TaskConfig> = {},
): Machine<TaskState, TaskCommand, TaskEvent> {
  return {
    name: "tasks",
    init: () => initialTaskState({ ...DEFAULT_TASK_CONFIG, ...config }),
    step,
    deadline: (state) => nextDeadline(state.deadlines),
  };
}

function step(state: TaskState, command: TaskCommand | Tick, now: Instant): TaskEvent[] {
  const step: Step = { state, now, events: [], ended: [], queued: [], freed: [] };
  for (let due = takeDue(state.deadlines, now); due; due = takeDue(state.deadlines, now)) {
    fire(step, due.subject);
    settle(step);
  }
  apply(step, command);
  settle(step);
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
      return settleBody(step, command);
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
    case "cancel-agent-tasks":
      return cancelAgentTasks(step, command);
    case "requeue-agent-tasks":
      return requeueAgentTasks(step, command);
    case "use-strategy":
      return setStrategy(step, command);
    case "drain":
      return drain(step);
    case "tick":
      return;
  }
}

// Tasks

function submit(step: Step, command: Submit): void {
  const { state, now, events } = step;
  const { task: spec } = command;
  const reason = submitRefusal(state, spec);
  if (reason !== undefined) return refuse(step, command, spec.id, reason);
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
  if (doomed !== undefined) cancel(step, task, doomed, doomed, "settled");
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
  if (state.outcomes.has(spec.id)) return "duplicate";
  if (unfinished(state) >= state.config.maxTasks) return "full";
  if (spec.assignedAgent !== "") {
    const agent = state.agents.get(spec.assignedAgent);
    if (agent === undefined) return "unknown-agent";
    if (!isFit(agent, spec)) return "unfit";
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
    group: undefined,
    agent: undefined,
    epoch: 0,
    locked: false,
    attempts: 0,
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

function assignTo(step: Step, command: Assign): void {
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
  if (!hasRoom(agent) || !isFit(agent, task.spec)) {
    return refuse(step, command, command.taskId, "unfit");
  }
  assign(step, task, agent);
}

function cancelTask(step: Step, command: Cancel): void {
  const { taskId, reason } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (task.status === "cancelled") return;
  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);
  cancel(step, task, reason, `dependency "${taskId}" was cancelled`, bodyOf(task));
}

// What the agent of a claim says

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

function startClaim(step: Step, command: Start): void {
  const task = claimed(step, command);
  if (task === undefined) return;
  if (task.status === "running" || !task.locked) {
    return refuse(step, command, command.taskId, "status", task.status);
  }
  if (step.state.draining) return refuse(step, command, command.taskId, "draining");
  start(step, task);
}

function heartbeat(step: Step, command: Heartbeat): void {
  const task = running(step, command, false);
  if (task === undefined) return;
  extendHeartbeat(step, task);
  const { taskId } = command;
  const { agentId } = task.agent!;
  step.events.push({ type: "task:heartbeat", taskId, agentId, epoch: task.epoch });
}

function progress(step: Step, command: Progress): void {
  const task = running(step, command, false);
  if (task === undefined) return;
  extendHeartbeat(step, task);
  const { taskId, progress } = command;
  const { agentId } = task.agent!;
  task.progress = new Opaque(progress);
  step.events.push({ type: "task:progressed", taskId, agentId, epoch: task.epoch, progress });
}

function extendHeartbeat({ state, now }: Step, task: TaskRecord): void {
  if (task.heartbeat === undefined) return;
  reschedule(state.deadlines, task.heartbeat, now + task.spec.heartbeatTimeoutMs);
}

function completeClaim(step: Step, command: Complete): void {
  const task = running(step, command, true);
  if (task !== undefined) complete(step, task, command.result);
}

function failClaim(step: Step, command: Fail): void {
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
function orphan(step: Step, task: TaskRecord, reason: string, body: Body): void {
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
function settleBody(step: Step, { epoch }: Settle): void {
  const lingering = step.state.lingering.get(epoch);
  if (lingering !== undefined) endLingering(step, lingering, false);
}

function endLingering(step: Step, lingering: Lingering, abandoned: boolean): void {
  const { state } = step;
  state.lingering.delete(lingering.epoch);
  unschedule(state.deadlines, lingering.timer);
  endAttempt(step, lingering, abandoned);
}

// What other subsystems say of a claim; too late it is nothing

function unblock(step: Step, { taskId, epoch }: Unblock): void {
  const { state } = step;
  const task = state.tasks.get(taskId);
  if (task?.agent === undefined || task.epoch !== epoch || task.locked) return;
  task.locked = true;
  if (task.agent.startsAtOnce && !state.draining) start(step, task);
}

function preempt(step: Step, { taskId, epoch, reason, isHopeless }: Preempt): void {
  const task = step.state.tasks.get(taskId);
  if (task?.agent === undefined || task.epoch !== epoch) return;
  const error = { name: "PreemptedError", code: "preempted", message: reason };
  if (isHopeless) fail(step, task, error, bodyOf(task));
  else interrupt(step, task, error, bodyOf(task));
}

// Agents

function registerAgent(step: Step, command: RegisterAgent): void {
  const { state, events } = step;
  const { agentId, capabilities, maxConcurrentTasks, priority, startsAtOnce } = command;
  let agent = state.agents.get(agentId);
  if (agent === undefined) {
    if (state.agents.size >= state.config.maxAgents) return refuse(step, command, "", "full");
    agent = newAgent(agentId);
    state.agents.set(agentId, agent);
  } else {
    leave(agent);
  }
  agent.capabilities = capabilities;
  agent.maxConcurrentTasks = maxConcurrentTasks;
  agent.priority = priority;
  agent.startsAtOnce = startsAtOnce;
  agent.order = (1_000_000 - priority) * 2 ** 32 + state.registrations++;
  join(state, agent);
  step.freed.push(agent);
  events.push({ type: "agent:spawned", agentId, capabilities, maxConcurrentTasks });
  if (startsAtOnce && !state.draining) startAll(step, agent);
}

/** What an agent was given before it began to start its tasks at once. */
function startAll(step: Step, agent: Agent): void {
  for (const task of agent.tasks) {
    if (task.status === "assigned" && task.locked) start(step, task);
  }
}

function newAgent(agentId: string): Agent {
  return {
    agentId,
    capabilities: [],
    maxConcurrentTasks: 1,
    priority: 0,
    startsAtOnce: false,
    order: 0,
    cordoned: "",
    tasks: new Set(),
    load: 0,
    lastEpoch: 0,
    completed: 0,
    failed: 0,
    candidacies: [],
  };
}

function removeAgent(step: Step, command: RemoveAgent): void {
  const { state, events } = step;
  const { agentId, reason } = command;
  const agent = state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  state.agents.delete(agentId);
  agent.cordoned = "gone";
  leave(agent);
  events.push({ type: "agent:terminated", agentId, reason });
  for (const task of [...agent.tasks]) orphan(step, task, `agent "${agentId}" is gone`, "settled");
  for (const lingering of [...state.lingering.values()]) {
    if (lingering.agent === agent) endLingering(step, lingering, true);
  }
}

function cordonAgent(step: Step, command: CordonAgent): void {
  const { agentId, reason } = command;
  const agent = step.state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  if (agent.cordoned === reason) return;
  agent.cordoned = reason;
  step.freed.push(agent);
  step.events.push(
    reason === ""
      ? { type: "agent:uncordoned", agentId }
      : { type: "agent:cordoned", agentId, reason },
  );
}

function cancelAgentTasks(step: Step, command: CancelAgentTasks): void {
  const agent = step.state.agents.get(command.agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  for (const task of [...agent.tasks]) {
    const because = `dependency "${task.spec.id}" was cancelled`;
    cancel(step, task, command.reason, because, bodyOf(task));
  }
}

function requeueAgentTasks(step: Step, command: RequeueAgentTasks): void {
  const agent = step.state.agents.get(command.agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  for (const task of [...agent.tasks]) {
    if (task.status === "running") task.attempts--;
    requeue(step, task, command.reason, bodyOf(task));
  }
}

// The machine as a whole

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

function fire(step: Step, due: TaskTimer): void {
  if (due.limit === "grace") return endLingering(step, due.lingering, true);
  const { task, limit } = due;
  if (limit === "backoff") {
    task.timer = undefined;
    return ready(step, task);
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

/** Deals with what a change has led to: dependents first, then idle agents and waiting tasks. */
function settle(step: Step): void {
  settleDependents(step, ready, doom);
  const { state, queued, freed } = step;
  for (const agent of freed) refresh(state, agent);
  if (!state.draining) {
    for (const agent of freed) giveWork(step, agent);
    for (const group of queued) {
      while (group.queue.length > 0 && assignsItself(state, group)) {
        const agent = bestAgent(state, group.queue[0]!);
        if (agent === undefined) break;
        assign(step, bestTask(state, agent)!, agent);
      }
    }
  }
  queued.length = 0;
  freed.length = 0;
}

function giveWork(step: Step, agent: Agent): void {
  while (hasRoom(agent)) {
    const task = bestTask(step.state, agent);
    if (task === undefined) return;
    assign(step, task, agent);
  }
}

function doom(step: Step, task: TaskRecord, because: string): void {
  cancel(step, task, because, because, "settled");
}

/** A body is at work only once its attempt was started. */
function bodyOf(task: TaskRecord): Body {
  return task.status === "running" ? "running" : "settled";
}

function refuse(
  { events }: Step,
  command: TaskCommand,
  taskId: string,
  reason: TaskRefusal,
  detail?: TaskRefused["detail"],
): void {
  const agentId = "agentId" in command ? command.agentId : undefined;
  events.push({ type: "task:refused", taskId, agentId, command: command.type, reason, detail });
}

export type { TaskCommand, TaskConfig, TaskState } from "./state.ts";
