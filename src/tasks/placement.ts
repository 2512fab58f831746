/**
 * Which agent gets which task, without looking at all of either.
 *
 * Tasks that ask the same of an agent form a group, with a queue of those that are ready and a heap
 * of the fit agents that have room. A task that becomes ready takes the best candidate of its group;
 * an agent that gets room takes the best task among the heads of its groups. So while a task is in
 * a queue no agent is a candidate there, and the work of a choice depends on how many different
 * things tasks ask for, not on how many tasks or agents there are.
 *
 * @module
 */

import { precedes, push, remove, reorder } from "../kernel/heap.ts";
import type { Agent, Candidacy, Group, TaskRecord, TaskSpec, TaskState } from "./state.ts";

/** Separates the parts of a group's key; ids and capabilities have no control characters. */
const SEPARATOR = "\u0000";

/** Whether `agent` may run what the group's tasks ask for, room or not. */
export function isFit(
  agent: Agent,
  demand: { readonly requires: readonly string[]; readonly assignedAgent: string },
): boolean {
  if (demand.assignedAgent !== "" && demand.assignedAgent !== agent.agentId) return false;
  for (const capability of demand.requires) {
    if (!agent.capabilities.includes(capability)) return false;
  }
  return true;
}

/** Whether `agent` could take one more task. */
export function hasRoom(agent: Agent): boolean {
  return agent.load < agent.maxConcurrentTasks && agent.cordoned === "";
}

/** Puts a ready task into the queue of its group, and returns the group. */
export function enqueue(state: TaskState, task: TaskRecord): Group {
  const group = groupOf(state, task.spec);
  task.group = group;
  push(group.queue, task);
  return group;
}

/** Takes a task out of the queue that it is in, if it is in one. */
export function dequeue(task: TaskRecord): void {
  if (task.group === undefined) return;
  remove(task.group.queue, task);
  task.group = undefined;
}

/** The best agent with room for `task`, which is ready, or `undefined`. */
export function bestAgent(state: TaskState, task: TaskRecord): Agent | undefined {
  const { candidates } = task.group!;
  if (state.strategy === "affinity" && candidates.length > 1) {
    const last = state.history.get(task.spec.type)?.lastAgentId;
    const agent = last === undefined ? undefined : state.agents.get(last);
    if (agent !== undefined && hasRoom(agent) && isFit(agent, task.spec)) return agent;
  }
  return candidates[0]?.agent;
}

/** The task that `agent` should take next, or `undefined`. */
export function bestTask(state: TaskState, agent: Agent): TaskRecord | undefined {
  let best: TaskRecord | undefined;
  for (const { group } of agent.candidacies) {
    const head = group.queue[0];
    if (head === undefined || !assignsItself(state, group)) continue;
    if (best === undefined || precedes(head, best)) best = head;
  }
  return best;
}

/** Whether the machine itself decides who runs the tasks of `group`. */
export function assignsItself(state: TaskState, group: Group): boolean {
  return state.strategy !== "external" || group.assignedAgent !== "";
}

/** Makes `agent` a candidate wherever it is fit. O(groups). */
export function join(state: TaskState, agent: Agent): void {
  for (const group of state.groups.values()) {
    if (isFit(agent, group)) agent.candidacies.push(candidacy(agent, group));
  }
  refresh(state, agent);
}

/** Withdraws `agent` from all its groups. */
export function leave(agent: Agent): void {
  for (const candidacy of agent.candidacies) remove(candidacy.group.candidates, candidacy);
  agent.candidacies = [];
}

/** Puts `agent` where its load, or the strategy, ranks it in each of its groups. */
export function refresh(state: TaskState, agent: Agent): void {
  const room = hasRoom(agent);
  for (const candidacy of agent.candidacies) {
    const { candidates } = candidacy.group;
    if (!room) {
      remove(candidates, candidacy);
      continue;
    }
    const rank = rankOf(state, agent, candidacy.group);
    if (candidacy.position < 0) {
      candidacy.rank = rank;
      push(candidates, candidacy);
    } else if (candidacy.rank !== rank) {
      reorder(candidates, candidacy, rank);
    }
  }
}

/** How good `agent` is for the tasks of `group`, smallest first. Ties go by the agent's order. */
function rankOf(state: TaskState, agent: Agent, group: Group): number {
  switch (state.strategy) {
    case "round-robin":
      return agent.lastEpoch;
    case "least-loaded":
    case "affinity":
      return agent.load / agent.maxConcurrentTasks;
    case "capability":
    case "external":
      return agent.capabilities.length - group.requires.length +
        agent.load / agent.maxConcurrentTasks;
  }
}

function candidacy(agent: Agent, group: Group): Candidacy {
  return { rank: 0, sequence: agent.order, position: -1, agent, group };
}

function groupOf(state: TaskState, { requires, assignedAgent }: TaskSpec): Group {
  const key = requires.length === 0
    ? assignedAgent
    : assignedAgent + SEPARATOR + requires.join(SEPARATOR);
  const known = state.groups.get(key);
  if (known !== undefined) return known;
  if (state.groups.size >= state.groupLimit) dropUnusedGroups(state);
  const group: Group = { key, requires, assignedAgent, queue: [], candidates: [] };
  state.groups.set(key, group);
  if (assignedAgent === "") {
    for (const agent of state.agents.values()) admit(state, agent, group);
  } else {
    const agent = state.agents.get(assignedAgent);
    if (agent !== undefined) admit(state, agent, group);
  }
  return group;
}

function admit(state: TaskState, agent: Agent, group: Group): void {
  if (!isFit(agent, group)) return;
  const place = candidacy(agent, group);
  agent.candidacies.push(place);
  if (!hasRoom(agent)) return;
  place.rank = rankOf(state, agent, group);
  push(group.candidates, place);
}

/**
 * Forgets the groups that have no task in their queue. The limit doubles with what is left, so the
 * work is shared by as many new groups.
 */
function dropUnusedGroups(state: TaskState): void {
  for (const group of state.groups.values()) {
    if (group.queue.length === 0) state.groups.delete(group.key);
  }
  for (const agent of state.agents.values()) {
    agent.candidacies = agent.candidacies.filter(({ group }) => state.groups.has(group.key));
  }
  state.groupLimit = Math.max(256, 2 * state.groups.size);
}
