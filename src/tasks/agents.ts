/**
 * The commands about agents: registration and removal, cordons, limits, drains, and reports of load.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { append, unlink } from "../core/data/list.ts";
import { type Refusal, setSession } from "../core/machine.ts";
import type {
  CancelAgentTasks,
  CordonAgent,
  DrainAgent,
  LimitAgent,
  RegisterAgent,
  RemoveAgent,
  ReportLoad,
  RequeueAgentTasks,
  RequeueUnstarted,
  UncordonAgent,
} from "./commands.ts";
import { sizeOf, tasksIn } from "./lanes.ts";
import { enqueue, join, leave, refresh, unpinFromLost } from "./placement.ts";
import { endAsk } from "./pull.ts";
import type { Agent, Group, LoadReport, Step, TaskRecord, TaskState } from "./state.ts";
import {
  attemptOf,
  cancel,
  endLingering,
  orphan,
  refuse,
  requeue,
  start,
  touch,
} from "./transitions.ts";
import type { CordonCause } from "./types.ts";

/**
 * Registers an agent, or changes its profile. At the limit the agent that has been idle for longest
 * is evicted, of those that no caller registered.
 */
export function registerAgent(step: Step, command: RegisterAgent): Refusal | void {
  const { state, events } = step;
  const { agentId, capabilities, maxConcurrentTasks, kind, startsAtOnce } = command;
  let agent = state.agents.get(agentId);
  if (agent === undefined) {
    const { maxAgents } = state.config;
    if (state.agents.size >= maxAgents) {
      const { first } = state.idleAgents;
      if (first === undefined) return refuse(step, command, "", "full", maxAgents);
      forget(step, first);
      events.push({ type: "agent:forgotten", agentId: first.agentId });
    }
    agent = newAgent(agentId);
    state.agents.set(agentId, agent);
  }
  if (command.isImplicit !== true && agent.isImplicit) {
    agent.isImplicit = false;
    updateIdle(state, agent);
  }
  touch(step, agent);
  const placed = placedGroups(agent);
  const wasPulling = agent.pulls;
  leave(step, agent);
  takeProfile(agent, command);
  agent.order = (1_000_000 - command.priority) * 2 ** 32 + state.registrations++;
  join(step, agent);
  step.freed.push(agent);
  events.push({
    type: "agent:spawned",
    agentId,
    capabilities,
    maxConcurrentTasks,
    kind,
    ...(agent.pulls && { pulls: true }),
  });
  if (agent.pulls !== wasPulling) changeMode(step, agent);
  unpinLost(step, placed);
  if (startsAtOnce && !state.draining) startAll(step, agent);
}

function newAgent(agentId: string): Agent {
  return {
    agentId,
    isImplicit: true,
    isIdle: false,
    expected: 0,
    previous: undefined,
    next: undefined,
    kind: "",
    capabilities: [],
    maxConcurrentTasks: 1,
    slotLimit: 0,
    usableSlots: 1,
    maxQueuedTasks: 0,
    priority: 0,
    startsAtOnce: false,
    pulls: false,
    ask: undefined,
    heartbeatTimeoutMs: undefined,
    order: 0,
    isTrusted: false,
    cordons: new Map(),
    drained: undefined,
    tasks: new Set(),
    queue: [],
    lanes: undefined,
    slotsInUse: 0,
    lent: 0,
    outside: 0,
    report: undefined,
    lastEpoch: 0,
    completed: 0,
    failed: 0,
    candidacies: [],
    donations: [],
  };
}

function takeProfile(agent: Agent, profile: RegisterAgent): void {
  agent.kind = profile.kind;
  agent.capabilities = profile.capabilities;
  agent.maxConcurrentTasks = profile.maxConcurrentTasks;
  agent.maxQueuedTasks = profile.maxQueuedTasks;
  agent.priority = profile.priority;
  agent.startsAtOnce = profile.startsAtOnce;
  agent.pulls = profile.pulls === true;
  agent.heartbeatTimeoutMs = profile.heartbeatTimeoutMs;
  setSession(agent, profile);
  limitSlots(agent, agent.slotLimit);
}

function limitSlots(agent: Agent, slotLimit: number): void {
  const { maxConcurrentTasks } = agent;
  agent.slotLimit = slotLimit;
  agent.usableSlots = slotLimit === 0
    ? maxConcurrentTasks
    : Math.min(slotLimit, maxConcurrentTasks);
}

/** Requeues what an agent did not ask for, or ends its request as it is given tasks. */
function changeMode(step: Step, agent: Agent): void {
  if (agent.ask !== undefined) endAsk(step, agent.ask, "closed");
  for (const task of agent.pulls ? [...agent.tasks] : []) {
    if (task.status !== "assigned") continue;
    requeue(step, task, `agent "${agent.agentId}" asks for its tasks`, "ended");
  }
}

/** Starts the claims of an agent that began to start its tasks at once. */
function startAll(step: Step, agent: Agent): void {
  for (const task of agent.tasks) {
    if (task.status === "assigned" && task.locked) start(step, task);
  }
}

/** Removes an agent and ends its claims. */
export function removeAgent(step: Step, agent: Agent, command: RemoveAgent): void {
  remove(step, agent, command.reason);
}

/** Removes `agent` and ends its claims. */
export function remove(step: Step, agent: Agent, reason: string): void {
  const { state, events } = step;
  const { agentId } = agent;
  touch(step, agent);
  const placed = placedGroups(agent);
  forget(step, agent);
  events.push({ type: "agent:terminated", agentId, reason });
  if (agent.ask !== undefined) endAsk(step, agent.ask, "gone");
  unpinLost(step, placed);
  for (const task of claimsOf(agent)) {
    const attempt = task.status === "running" ? "abandoned" : "ended";
    orphan(step, task, `agent "${agentId}" is gone`, attempt);
  }
  const lingering = [...state.lingering.values()].filter((claim) => claim.agent === agent);
  for (const claim of lingering.sort((a, b) => a.epoch - b.epoch)) endLingering(step, claim, true);
  state.shifted.delete(agent);
}

/** Yields the tasks of an agent while their claims end: a child may end with its parent. */
function* claimsOf(agent: Agent): Iterable<TaskRecord> {
  for (const task of [...agent.tasks]) if (task.agent === agent) yield task;
}

/** Removes an agent from the tables. */
function forget(step: Step, agent: Agent): void {
  const { state } = step;
  state.agents.delete(agent.agentId);
  updateIdle(state, agent);
  for (const { timer } of agent.cordons.values()) unschedule(state.deadlines, timer);
  unschedule(state.deadlines, agent.report?.timer);
  leave(step, agent);
  state.shifted.delete(agent);
}

/** Notes which of the agents that changed may be evicted now; those of one step by their order. */
export function noteIdle({ state, implicit }: Step): void {
  if (implicit.length > 1) implicit.sort((a, b) => a.order - b.order);
  for (const agent of implicit) updateIdle(state, agent);
  implicit.length = 0;
}

function updateIdle(state: TaskState, agent: Agent): void {
  const isIdle = mayBeEvicted(agent) && state.agents.get(agent.agentId) === agent;
  if (isIdle === agent.isIdle) return;
  agent.isIdle = isIdle;
  if (isIdle) append(state.idleAgents, agent);
  else unlink(state.idleAgents, agent);
}

/** Returns whether an agent came with its first task or report, and nothing is known of it. */
function mayBeEvicted(agent: Agent): boolean {
  const { isImplicit, expected, tasks, slotsInUse, cordons, slotLimit } = agent;
  const { drained, report, ask } = agent;
  return isImplicit && expected + tasks.size + slotsInUse + cordons.size + slotLimit === 0 &&
    drained === undefined && report === undefined && ask === undefined;
}

/** Cordons an agent for one cause. */
export function cordonAgent(step: Step, agent: Agent, command: CordonAgent): void {
  const { state, now, events } = step;
  const { agentId, cause, reason, untilMs } = command;
  const known = agent.cordons.get(cause);
  if (known?.reason === reason && known.untilMs === untilMs) return;
  touch(step, agent);
  unschedule(state.deadlines, known?.timer);
  const timer = untilMs === 0
    ? undefined
    : schedule(state.deadlines, Math.max(now, untilMs), { limit: "cordon", agent, cause });
  agent.cordons.set(cause, { reason, untilMs, timer });
  refresh(step, agent);
  events.push({ type: "agent:cordoned", agentId, cause, reason, untilMs });
  unpinLost(step, placedGroups(agent));
}

/** Lifts a cause, if it is in force. */
export function uncordonAgent(step: Step, agent: Agent, command: UncordonAgent): void {
  if (agent.cordons.has(command.cause)) uncordon(step, agent, command.cause);
}

/** Lifts a cause that is in force. */
export function uncordon(step: Step, agent: Agent, cause: CordonCause): void {
  touch(step, agent);
  unschedule(step.state.deadlines, agent.cordons.get(cause)!.timer);
  agent.cordons.delete(cause);
  step.freed.push(agent);
  step.events.push({ type: "agent:uncordoned", agentId: agent.agentId, cause });
}

/** Limits the slots that an agent may use where a trusted agent is fit. */
export function limitAgent(step: Step, agent: Agent, command: LimitAgent): void {
  const { agentId, slots } = command;
  if (agent.slotLimit === slots) return;
  touch(step, agent);
  limitSlots(agent, slots);
  step.freed.push(agent);
  step.events.push({ type: "agent:limited", agentId, slots });
  unpinLost(step, placedGroups(agent));
}

/** Requeues the unstarted tasks of an agent, and removes the agent once it has no claim left. */
export function drainAgent(step: Step, agent: Agent, command: DrainAgent): void {
  const { events, freed } = step;
  const { agentId, reason } = command;
  if (agent.drained !== undefined) return;
  touch(step, agent);
  agent.drained = reason;
  freed.push(agent);
  events.push({ type: "agent:draining", agentId, reason });
  if (agent.ask !== undefined) endAsk(step, agent.ask, "closed");
  requeueUnstartedOf(step, agent, `agent "${agentId}" is draining`);
}

/** Requeues the tasks that were placed with an agent and have not started. */
export function requeueUnstarted(step: Step, agent: Agent, command: RequeueUnstarted): void {
  touch(step, agent);
  requeueUnstartedOf(step, agent, command.reason);
}

function requeueUnstartedOf(step: Step, agent: Agent, reason: string): void {
  for (const group of placedGroups(agent)) {
    for (const task of [...tasksIn(group)]) unpin(step, task);
  }
  for (const task of [...agent.tasks]) {
    const isMovable = task.status === "assigned" && task.spec.placed;
    if (isMovable) requeue(step, task, reason, "ended");
  }
}

/** Returns the groups of tasks that were placed with `agent` and wait to enter its queue. */
function placedGroups(agent: Agent): Group[] {
  return agent.candidacies.map(({ group }) => group)
    .filter((group) => group.placed && sizeOf(group) > 0);
}

/** Unpins placed tasks whose agent is lost. */
function unpinLost(step: Step, placed: readonly Group[]): void {
  for (const group of placed) {
    for (const task of [...tasksIn(group)]) {
      unpinFromLost(step.state, task);
      if (task.pinnedTo !== "") break;
      unpin(step, task);
    }
  }
}

/** Moves a ready task to the queue that every fit agent serves. */
export function unpin(step: Step, task: TaskRecord): void {
  task.pinnedTo = "";
  step.queued.push(enqueue(step, task));
}

/** Cancels all tasks of an agent. */
export function cancelAgentTasks(step: Step, agent: Agent, command: CancelAgentTasks): void {
  for (const task of claimsOf(agent)) {
    const because = `dependency "${task.spec.id}" was cancelled`;
    cancel(step, task, command.reason, because, attemptOf(task));
  }
}

/** Requeues all tasks of an agent. */
export function requeueAgentTasks(step: Step, agent: Agent, command: RequeueAgentTasks): void {
  for (const task of claimsOf(agent)) {
    if (task.status === "running") task.attempts--;
    requeue(step, task, command.reason, attemptOf(task));
  }
}

/** Records the load that an agent reported. */
export function reportLoad(step: Step, agent: Agent, command: ReportLoad): void {
  const { agentId, taskCount } = command;
  touch(step, agent);
  if (taskCount !== undefined) agent.outside = Math.max(0, taskCount - agent.tasks.size);
  const report = renewReport(step, agent);
  const { avgTaskDurationMs, cpuPercent, memoryPercent } = command;
  if (avgTaskDurationMs !== undefined) report.avgTaskDurationMs = avgTaskDurationMs;
  if (cpuPercent !== undefined) report.cpuPercent = cpuPercent;
  if (memoryPercent !== undefined) report.memoryPercent = memoryPercent;
  step.events.push({
    type: "agent:reported",
    agentId,
    outside: agent.outside,
    avgTaskDurationMs: report.avgTaskDurationMs,
    cpuPercent: report.cpuPercent,
    memoryPercent: report.memoryPercent,
  });
}

/** Returns the agent's report, which expires two intervals from now. */
function renewReport({ state, now }: Step, agent: Agent): LoadReport {
  const at = now + 2 * state.config.stealInterval;
  const timer = schedule(state.deadlines, at, { limit: "report", agent });
  const { report } = agent;
  if (report === undefined) {
    return agent.report = {
      avgTaskDurationMs: undefined,
      cpuPercent: undefined,
      memoryPercent: undefined,
      timer,
    };
  }
  unschedule(state.deadlines, report.timer);
  report.timer = timer;
  return report;
}

/** Drops a report that was not renewed. */
export function expireReport(step: Step, agent: Agent): void {
  touch(step, agent);
  agent.report = undefined;
  agent.outside = 0;
  step.events.push({ type: "agent:report-expired", agentId: agent.agentId });
}
