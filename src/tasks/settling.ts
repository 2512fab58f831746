/**
 * What a change leads to once it is complete: dependents hear of ends, agents with room get work,
 * and loads are evened out.
 *
 * @module
 */

import { dismiss } from "./agents.ts";
import { settleDependents } from "./dependencies.ts";
import { admit, assign, cancel, ready } from "./lifecycle.ts";
import { assignsItself, bestAgent, bestPlaced, bestTask, refresh } from "./placement.ts";
import { hasRoom, hasRoomInQueue } from "./room.ts";
import type { Agent, Group, TaskRecord, TaskState } from "./state.ts";
import { rebalance } from "./stealing.ts";
import type { Step } from "./step.ts";

/** Deals with what a change has led to. */
export function settle(step: Step): void {
  settleDependents(step, ready, doom);
  distribute(step);
  while (rebalance(step)) distribute(step);
  announceIdleness(step);
}

function doom(step: Step, task: TaskRecord, because: string): void {
  cancel(step, task, because, because, "settled");
}

/** Gives work to agents that got room, then agents to tasks that came. */
function distribute(step: Step): void {
  const { state, queued, freed } = step;
  for (const agent of freed) {
    if (isThrough(state, agent)) dismiss(step, agent, agent.drained!);
    else refresh(state, agent);
  }
  if (!state.draining) {
    for (const agent of freed) giveWork(step, agent);
    for (const group of queued) serve(step, group);
  }
  queued.length = 0;
  freed.length = 0;
}

/** Whether a drained agent, which has not gone yet, has given back all that it had. */
function isThrough({ agents }: TaskState, agent: Agent): boolean {
  const { agentId, drained, load, tasks } = agent;
  return drained !== undefined && load === 0 && tasks.size === 0 && agents.get(agentId) === agent;
}

function giveWork(step: Step, agent: Agent): void {
  while (hasRoom(agent)) {
    const task = bestTask(step.state, agent);
    if (task === undefined) return;
    take(step, task, agent);
  }
  while (hasRoomInQueue(agent)) {
    const task = bestPlaced(agent);
    if (task === undefined) return;
    assign(step, task, agent, true);
  }
}

function serve(step: Step, group: Group): void {
  const { state } = step;
  while (group.queue.length > 0 && assignsItself(state, group)) {
    const task = group.queue[0]!;
    const agent = bestAgent(state, task);
    if (agent !== undefined) {
      take(step, bestTask(state, agent)!, agent);
      continue;
    }
    const owner = group.placed ? state.agents.get(group.pinnedTo)! : undefined;
    if (owner === undefined || !hasRoomInQueue(owner)) return;
    assign(step, task, owner, true);
  }
}

function take(step: Step, task: TaskRecord, agent: Agent): void {
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
