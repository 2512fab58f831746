/**
 * What holds of tasks and their agents after each step, by the names of the specification: of one
 * task, of one agent, and of all.
 *
 * @module
 */

import { countTimers } from "../../core/data/deadlines.ts";
import type { TaskStatus } from "../../tasks/types.ts";
import type { TaskState } from "../../tasks/state.ts";
import { accuse } from "./failure.ts";

/** A task as the machine keeps it. */
export type TaskRecord = TaskState["tasks"] extends ReadonlyMap<string, infer Record> ? Record
  : never;

/** An agent as the task machine keeps it. */
export type AgentRecord = TaskState["agents"] extends ReadonlyMap<string, infer Record> ? Record
  : never;

/** Whether a task has ended for good. */
export function isOver(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** What holds of one task. Costs O(1). */
export function checkTask(state: TaskState, task: TaskRecord): void {
  const { spec: { id }, status, group, agent, timer, position } = task;
  if ((group !== undefined) !== (status === "ready")) accuse("NoLostTask", `"${id}" is ${status}`);
  if (group !== undefined && group.queue[position] !== task) {
    accuse("NoLostTask", `"${id}" is ready and in no queue`);
  }
  const isClaimed = status === "assigned" || status === "running";
  if ((agent !== undefined) !== isClaimed) {
    accuse("OwnershipUnique", `"${id}" is ${status}, and "${agent?.agentId ?? "nobody"}" has it`);
  }
  if (agent !== undefined) {
    if (!agent.tasks.has(task)) accuse("NoLostTask", `"${agent.agentId}" doesn't have "${id}"`);
    if (state.agents.get(agent.agentId) !== agent) {
      accuse("OwnedByLiveAgent", `"${id}" is "${agent.agentId}"'s, who is gone`);
    }
  }
  if (status === "waiting" && task.openDependencies <= 0) accuse("NoLostTask", `"${id}" waits`);
  if (status === "backing-off" && timer?.isSet !== true && task.lingering === 0) {
    accuse("NoLostTask", `nothing ends the pause of "${id}"`);
  }
  checkTimes(state, task);
  if (status === "running" && !task.locked) accuse("RunningHasLocks", `"${id}"`);
  if (isOver(status) && (timer?.isSet === true || task.total?.isSet === true)) {
    accuse("TimersGuardWhatIs", `"${id}" has ended and has a timer`);
  }
}

/** Its place in a queue, and its limits, follow from when it was submitted and started. */
function checkTimes({ config }: TaskState, task: TaskRecord): void {
  const { spec, status, rank, createdAt, startedAt = 0, timer, total, heartbeat } = task;
  if (rank !== createdAt - spec.priority * config.agingMs) accuse("QueueOrdered", `"${spec.id}"`);
  const isWrong = (status === "running" && timer?.isSet === true &&
    timer.rank !== startedAt + spec.timeoutMs) ||
    (total?.isSet === true && total.rank !== createdAt + spec.totalTimeoutMs) ||
    (heartbeat?.isSet === true && heartbeat.rank < startedAt + spec.heartbeatTimeoutMs);
  if (isWrong) accuse("TimersGuardWhatIs", `a limit of "${spec.id}" is not where it should be`);
}

/** What holds of all tasks and agents. Costs O(state). */
export function checkTasks(state: TaskState): void {
  const { tasks, agents, groups, counts, sequence, lingering } = state;
  let queued = 0;
  let claimed = 0;
  const actual: Record<TaskStatus, number> = { ...counts };
  for (const status of Object.keys(actual) as TaskStatus[]) {
    if (!isOver(status)) actual[status] = 0;
  }
  let timers = lingering.size;
  for (const task of tasks.values()) {
    checkTask(state, task);
    if (!isOver(task.status)) actual[task.status]++;
    for (const timer of [task.timer, task.heartbeat, task.total]) if (timer?.isSet) timers++;
  }
  for (const { queue } of groups.values()) queued += queue.length;
  for (const agent of agents.values()) {
    claimed += agent.tasks.size;
    for (const { timer } of agent.cordons.values()) if (timer?.isSet) timers++;
    if (agent.report !== undefined) timers++;
    checkAgent(state, agent);
  }
  if (queued !== counts.ready) accuse("NoDuplicateTask", `${queued} of ${counts.ready} ready ones`);
  if (claimed !== counts.assigned + counts.running) accuse("OwnershipUnique", `${claimed} claims`);
  let all = 0;
  for (const status of Object.keys(counts) as TaskStatus[]) {
    all += counts[status];
    if (counts[status] !== actual[status]) {
      accuse("TaskConservation", `${actual[status]} are ${status}, and ${counts[status]} counted`);
    }
  }
  if (all !== sequence) accuse("TaskConservation", `${sequence} submitted, ${all} counted`);
  for (const { agent, task } of lingering.values()) {
    if (agents.get(agent.agentId) !== agent) accuse("OwnedByLiveAgent", `body of ${task.spec.id}`);
  }
  if (timers !== countOwn(state)) accuse("TimersGuardWhatIs", `${timers} limits`);
  checkDependencies(state);
  checkWorkConserving(state);
  checkBalance(state);
}

function countOwn({ deadlines }: TaskState): number {
  return countTimers(deadlines);
}

function checkAgent({ lingering }: TaskState, agent: AgentRecord): void {
  let bodies = 0;
  for (const each of lingering.values()) if (each.agent === agent) bodies++;
  if (agent.slotsInUse !== agent.tasks.size - agent.queue.length + bodies) {
    accuse("CapacityRespected", `"${agent.agentId}" has a load of ${agent.slotsInUse}`);
  }
  let queued = 0;
  for (const task of agent.tasks) {
    if (task.agent !== agent) accuse("OwnershipUnique", `"${task.spec.id}" is somebody else's`);
    if (!task.queued) continue;
    queued++;
    if (task.status !== "assigned" || task.locked || agent.queue[task.position] !== task) {
      accuse("NoLostTask", `"${task.spec.id}" is not in the queue of "${agent.agentId}"`);
    }
  }
  if (agent.queue.length !== queued) accuse("NoDuplicateTask", `in "${agent.agentId}"'s queue`);
  if (queued > 0 && hasRoom(agent)) {
    accuse("WorkConserving", `"${agent.agentId}" has a free slot, and a queue`);
  }
}

function hasRoom(
  { slotsInUse, maxConcurrentTasks, slotLimit, cordons, drained }: AgentRecord,
): boolean {
  const slots = slotLimit === 0 ? maxConcurrentTasks : Math.min(slotLimit, maxConcurrentTasks);
  return slotsInUse < slots && cordons.size === 0 && drained === undefined;
}

function checkDependencies({ tasks, awaited }: TaskState): void {
  for (const [id, dependents] of awaited) {
    if (tasks.has(id) || dependents.size === 0) {
      accuse("NoLostTask", `"${id}" is awaited for nothing`);
    }
  }
  for (const { spec, status, dependents } of tasks.values()) {
    if (isOver(status) && dependents !== undefined) {
      accuse("NoLostTask", `"${spec.id}" has ended and is waited for`);
    }
    for (const { dependent } of dependents?.values() ?? []) {
      if (dependent.status !== "waiting") accuse("NoLostTask", `"${dependent.spec.id}" waits not`);
    }
  }
}

/** Nobody idles while there is something that it could do. */
function checkWorkConserving({ groups, agents, draining, strategy }: TaskState): void {
  if (draining) return;
  for (const { queue: [task], requires, pinnedTo } of groups.values()) {
    if (task === undefined || (strategy === "external" && pinnedTo === "")) continue;
    for (const agent of agents.values()) {
      if (!hasRoom(agent)) continue;
      if (pinnedTo !== "" && pinnedTo !== agent.agentId) continue;
      if (!requires.every((capability) => agent.capabilities.includes(capability))) continue;
      accuse("WorkConserving", `"${task.spec.id}" could run on "${agent.agentId}"`);
    }
  }
}

/** No steal is called for: they follow each other until none is. */
function checkBalance({ config, groups, draining }: TaskState): void {
  if (!config.stealing || draining) return;
  for (const { donors: [stock], receivers: [reception] } of groups.values()) {
    if (stock === undefined || reception === undefined) continue;
    const difference = loadOf(stock.agent) - loadOf(reception.agent);
    if (difference >= Math.max(2, config.stealThreshold)) {
      accuse("ImbalanceEnds", `"${stock.agent.agentId}" has ${difference} tasks more than another`);
    }
  }
}

function loadOf({ tasks, outside }: AgentRecord): number {
  return tasks.size + outside;
}

/** What holds of tasks when everything has come to rest. */
export function checkTasksAtRest(state: TaskState): void {
  for (const { spec: { id }, status } of state.tasks.values()) {
    if (!isOver(status)) accuse("EveryTaskDone", `"${id}" is still ${status}`);
  }
  if (state.lingering.size > 0) accuse("EveryTaskDone", "a body has not ended");
  for (const { agentId, slotsInUse } of state.agents.values()) {
    if (slotsInUse !== 0) accuse("EveryTaskDone", `"${agentId}" still has a load of ${slotsInUse}`);
  }
  const { counts, sequence } = state;
  if (counts.completed + counts.failed + counts.cancelled !== sequence) {
    accuse("TaskConservation", `${sequence} were submitted: ${JSON.stringify(counts)}`);
  }
}
