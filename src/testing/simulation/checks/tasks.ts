/**
 * What holds of tasks and their agents after each step, by the names of the specification: of one
 * task, of one agent, and of all.
 *
 * @module
 */

import { countTimers } from "../../../core/data/deadlines.ts";
import type { TaskStatus } from "../../../tasks/types.ts";
import type { TaskState } from "../../../tasks/machine.ts";
import { accuse } from "../failure.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import type { Transition } from "../event_kinds.ts";

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
  if (agent.load !== agent.tasks.size - agent.queue.length + bodies) {
    accuse("CapacityRespected", `"${agent.agentId}" has a load of ${agent.load}`);
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

function hasRoom({ load, maxConcurrentTasks, slotLimit, cordons, drained }: AgentRecord): boolean {
  const slots = slotLimit === 0 ? maxConcurrentTasks : Math.min(slotLimit, maxConcurrentTasks);
  return load < slots && cordons.size === 0 && drained === undefined;
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
  for (const { agentId, load } of state.agents.values()) {
    if (load !== 0) accuse("EveryTaskDone", `"${agentId}" still has a load of ${load}`);
  }
  const { counts, sequence } = state;
  if (counts.completed + counts.failed + counts.cancelled !== sequence) {
    accuse("TaskConservation", `${sequence} were submitted: ${JSON.stringify(counts)}`);
  }
}

interface Told {
  status: TaskStatus;
  epoch: number;
  /** Whether it was touched in the step under way. */
  isTouched: boolean;
  /** Whether its pause between two attempts ended in that step. */
  isRetried: boolean;
}

interface Claim {
  readonly taskId: string;
  /** Whether its task has gone on without it. */
  isOver: boolean;
}

/** Follows the events of tasks. */
export class TaskShadow {
  readonly #tasks = new Map<string, Told>();
  /** Claims whose slot is in use, by epoch. */
  readonly #claims = new Map<number, Claim>();
  readonly #touched: string[] = [];
  #epoch = 0;
  #submitted = 0;
  #ended = 0;

  take(event: LockstepEvent, transition: Transition | undefined): void {
    if (transition === undefined) return this.#takeOther(event);
    const { taskId, epoch } = event as LockstepEvent & { taskId: string; epoch?: number };
    const told = this.#tasks.get(taskId);
    if (told === undefined) return accuse("NothingFromNowhere", `${event.type} of "${taskId}"`);
    const { before, after } = transition;
    if (!before.includes(told.status)) {
      const rule = isOver(told.status) ? "TerminalIsTerminal" : "StatusTable";
      accuse(rule, `${event.type} of "${taskId}", which is ${told.status}`);
    }
    this.#touch(taskId, told);
    if (event.type === "task:assigned") {
      if (event.epoch <= this.#epoch) accuse("EpochMonotonic", `"${taskId}" has ${event.epoch}`);
      this.#epoch = told.epoch = event.epoch;
      this.#claims.set(event.epoch, { taskId, isOver: false });
    } else if (epoch !== undefined && epoch !== told.epoch) {
      accuse("StaleRejected", `${event.type} of "${taskId}" under epoch ${epoch}`);
    }
    if (after === undefined) return;
    if (after !== "assigned" && after !== "running") {
      // A late step goes through several instants: only the last retry in it is still one.
      told.isRetried = told.status === "backing-off" && after === "ready";
      const claim = this.#claims.get(told.epoch);
      if (claim !== undefined) claim.isOver = true;
    }
    told.status = after;
    if (isOver(after)) this.#ended++;
  }

  /** Compares the records of what was touched in this step with what was said of them. */
  check(state: TaskState): void {
    const { tasks } = state;
    for (const taskId of this.#touched) {
      const told = this.#tasks.get(taskId)!;
      told.isTouched = false;
      const task = tasks.get(taskId);
      if (isOver(told.status)) this.#tasks.delete(taskId);
      else if (task === undefined) accuse("NoLostTask", `"${taskId}" is forgotten`);
      if (task === undefined) continue;
      checkTask(state, task);
      if (told.isRetried && task.lingering > 0) {
        accuse("NoRetryBesideABody", `"${taskId}" is tried again while a body of it may run`);
      }
      told.isRetried = false;
      if (task.status !== told.status || task.epoch !== told.epoch) {
        const said = `${told.status} (${told.epoch})`;
        accuse("EventsTellAll", `"${taskId}" is ${task.status} (${task.epoch}), not ${said}`);
      }
    }
    this.#touched.length = 0;
  }

  /** Compares the sums. */
  checkBooks({ sequence, counts }: TaskState): void {
    const ended = counts.completed + counts.failed + counts.cancelled;
    if (sequence !== this.#submitted || ended !== this.#ended) {
      accuse("BooksBalance", `${this.#submitted} submitted, ${this.#ended} ended by the events`);
    }
    if (this.#claims.size > counts.assigned + counts.running && ended === sequence) {
      const [[epoch, { taskId }] = [0, { taskId: "" }]] = this.#claims;
      accuse("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" never gave its slot back`);
    }
  }

  #takeOther(event: LockstepEvent): void {
    if (event.type === "attempt:ended") this.#endAttempt(event.taskId, event.epoch);
    else if (event.type === "task:created") this.#create(event.taskId, event.task.status);
  }

  #create(taskId: string, status: TaskStatus): void {
    const told = this.#tasks.get(taskId);
    if (told !== undefined) accuse("NoDuplicateTask", `"${taskId}" was created twice`);
    this.#submitted++;
    const created = { status, epoch: 0, isTouched: false, isRetried: false };
    this.#tasks.set(taskId, created);
    this.#touch(taskId, created);
  }

  #endAttempt(taskId: string, epoch: number): void {
    const claim = this.#claims.get(epoch);
    if (claim?.taskId !== taskId) {
      accuse("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" gave its slot back before`);
    }
    if (!claim!.isOver) accuse("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" is in force`);
    this.#claims.delete(epoch);
  }

  #touch(taskId: string, told: Told): void {
    if (told.isTouched) return;
    told.isTouched = true;
    this.#touched.push(taskId);
  }
}
