/**
 * Agents come, change, pause and go.
 *
 * @module
 */

import { endLingering, orphan } from "./claims.ts";
import type {
  CancelAgentTasks,
  CordonAgent,
  RegisterAgent,
  RemoveAgent,
  RequeueAgentTasks,
} from "./commands.ts";
import { bodyOf, cancel, requeue, start } from "./lifecycle.ts";
import { join, leave } from "./placement.ts";
import type { Agent } from "./state.ts";
import { refuse, type Step } from "./step.ts";

export function registerAgent(step: Step, command: RegisterAgent): void {
  const { state, events } = step;
  const { agentId, capabilities, maxConcurrentTasks, priority, startsAtOnce } = command;
  let agent = state.agents.get(agentId);
  if (agent === undefined) {
    const { maxAgents } = state.config;
    if (state.agents.size >= maxAgents) return refuse(step, command, "", "full", maxAgents);
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

export function removeAgent(step: Step, command: RemoveAgent): void {
  const { state, events } = step;
  const { agentId, reason } = command;
  const agent = state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  state.agents.delete(agentId);
  agent.cordoned = "gone";
  leave(agent);
  events.push({ type: "agent:terminated", agentId, reason });
  for (const task of [...agent.tasks]) {
    const body = task.status === "running" ? "abandoned" : "settled";
    orphan(step, task, `agent "${agentId}" is gone`, body);
  }
  const lingering = [...state.lingering.values()].filter((claim) => claim.agent === agent);
  for (const claim of lingering.sort((a, b) => a.epoch - b.epoch)) endLingering(step, claim, true);
}

export function cordonAgent(step: Step, command: CordonAgent): void {
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
