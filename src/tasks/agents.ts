/**
 * Agents come, change and go.
 *
 * @module
 */

import { precedes } from "../core/data/heap.ts";
import { endLingering, orphan } from "./claims.ts";
import type {
  CancelAgentTasks,
  DrainAgent,
  RegisterAgent,
  RemoveAgent,
  RequeueAgentTasks,
  ShedTasks,
} from "./commands.ts";
import { bodyOf, cancel, requeue, start } from "./lifecycle.ts";
import { dequeue, enqueue, join, leave, unpinFromLost } from "./placement.ts";
import { dropTimers } from "./standing.ts";
import type { Agent, Group, TaskRecord } from "./state.ts";
import { refuse, type Step, touch } from "./step.ts";

export function registerAgent(step: Step, command: RegisterAgent): void {
  const { state, events } = step;
  const { agentId, capabilities, maxConcurrentTasks, kind, startsAtOnce } = command;
  let agent = state.agents.get(agentId);
  if (agent === undefined) {
    const { maxAgents } = state.config;
    if (state.agents.size >= maxAgents) return refuse(step, command, "", "full", maxAgents);
    agent = newAgent(agentId);
    state.agents.set(agentId, agent);
  }
  touch(step, agent);
  const placed = placedGroups(agent);
  leave(agent);
  describe(agent, command);
  agent.order = (1_000_000 - command.priority) * 2 ** 32 + state.registrations++;
  join(state, agent);
  step.freed.push(agent);
  events.push({ type: "agent:spawned", agentId, capabilities, maxConcurrentTasks, kind });
  release(step, placed);
  if (startsAtOnce && !state.draining) startAll(step, agent);
}

function describe(agent: Agent, profile: RegisterAgent): void {
  agent.kind = profile.kind;
  agent.capabilities = profile.capabilities;
  agent.maxConcurrentTasks = profile.maxConcurrentTasks;
  agent.maxQueuedTasks = profile.maxQueuedTasks;
  agent.priority = profile.priority;
  agent.startsAtOnce = profile.startsAtOnce;
  agent.heartbeatTimeoutMs = profile.heartbeatTimeoutMs;
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
    kind: "",
    capabilities: [],
    maxConcurrentTasks: 1,
    slotLimit: 0,
    maxQueuedTasks: 0,
    priority: 0,
    startsAtOnce: false,
    heartbeatTimeoutMs: undefined,
    order: 0,
    cordons: new Map(),
    drained: undefined,
    tasks: new Set(),
    queue: [],
    load: 0,
    outside: 0,
    report: undefined,
    lastEpoch: 0,
    completed: 0,
    failed: 0,
    candidacies: [],
    stocks: [],
  };
}

export function removeAgent(step: Step, command: RemoveAgent): void {
  const agent = step.state.agents.get(command.agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  dismiss(step, agent, command.reason);
}

/** Takes an agent away, and its claims from it. */
export function dismiss(step: Step, agent: Agent, reason: string): void {
  const { state, events } = step;
  const { agentId } = agent;
  touch(step, agent);
  const placed = placedGroups(agent);
  state.agents.delete(agentId);
  dropTimers(state, agent);
  leave(agent);
  events.push({ type: "agent:terminated", agentId, reason });
  release(step, placed);
  for (const task of [...agent.tasks]) {
    const body = task.status === "running" ? "abandoned" : "settled";
    orphan(step, task, `agent "${agentId}" is gone`, body);
  }
  const lingering = [...state.lingering.values()].filter((claim) => claim.agent === agent);
  for (const claim of lingering.sort((a, b) => a.epoch - b.epoch)) endLingering(step, claim, true);
}

export function drainAgent(step: Step, command: DrainAgent): void {
  const { state, events, freed } = step;
  const { agentId, reason } = command;
  const agent = state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  if (agent.drained !== undefined) return;
  touch(step, agent);
  agent.drained = reason;
  freed.push(agent);
  events.push({ type: "agent:draining", agentId, reason });
  shed(step, agent, `agent "${agentId}" is draining`);
}

export function shedTasks(step: Step, command: ShedTasks): void {
  const agent = step.state.agents.get(command.agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  touch(step, agent);
  shed(step, agent, command.reason);
}

function shed(step: Step, agent: Agent, reason: string): void {
  for (const group of placedGroups(agent)) {
    for (const task of inOrder(group)) unpin(step, task);
  }
  for (const task of [...agent.tasks]) {
    const isMovable = task.status === "assigned" && task.spec.placed;
    if (isMovable) requeue(step, task, reason, "settled");
  }
}

/** Where tasks that were placed with `agent` wait for room in its queue. */
function placedGroups(agent: Agent): Group[] {
  return agent.candidacies.map(({ group }) => group)
    .filter(({ placed, queue }) => placed && queue.length > 0);
}

/** Lets placed tasks go to others whose agent won't take them any more. */
function release(step: Step, placed: readonly Group[]): void {
  for (const group of placed) {
    for (const task of inOrder(group)) {
      unpinFromLost(step.state, task);
      if (task.pinnedTo !== "") break;
      unpin(step, task);
    }
  }
}

function inOrder({ queue }: Group): TaskRecord[] {
  return queue.toSorted((a, b) => precedes(a, b) ? -1 : 1);
}

/** Puts a ready task where every fit agent finds it. */
function unpin(step: Step, task: TaskRecord): void {
  task.pinnedTo = "";
  dequeue(task);
  step.queued.push(enqueue(step.state, task));
}

export function cancelAgentTasks(step: Step, command: CancelAgentTasks): void {
  const agent = step.state.agents.get(command.agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  for (const task of [...agent.tasks]) {
    const because = `dependency "${task.spec.id}" was cancelled`;
    cancel(step, task, command.reason, because, bodyOf(task));
  }
}

export function requeueAgentTasks(step: Step, command: RequeueAgentTasks): void {
  const agent = step.state.agents.get(command.agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  for (const task of [...agent.tasks]) {
    if (task.status === "running") task.attempts--;
    requeue(step, task, command.reason, bodyOf(task));
  }
}
