/**
 * The invariants of tasks and their agents, by their names in the specification; and the statuses and
 * claims that follow from the events, against which the state is compared.
 *
 * @module
 */

import { countTimers } from "../../../core/data/deadlines.ts";
import { type HeapEntry, precedes } from "../../../core/data/heap.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import {
  type Agent,
  type Family,
  isLent,
  isTerminal,
  type TaskRecord,
  type TaskState,
} from "../../../tasks/state.ts";
import { firstOf, sizeOf } from "../../../tasks/lanes.ts";
import { canQueue, isAssigning } from "../../../tasks/placement.ts";
import type { TaskStatus } from "../../../tasks/types.ts";
import type { StatusChange } from "../event_kinds.ts";
import { fail } from "../failure.ts";

/** Checks one task. Costs O(1). */
export function checkTask(state: TaskState, task: TaskRecord): void {
  const { spec: { id }, status, group, agent, timer, position } = task;
  const isInQueue = status === "ready" && !state.parked.has(task);
  if ((group !== undefined) !== isInQueue) fail("NoLostTask", `"${id}" is ${status}`);
  checkRequest(state, task);
  const queue = task.lane?.queue ?? group?.queue;
  if (group !== undefined && queue![position] !== task) {
    fail("NoLostTask", `"${id}" is ready and in no queue`);
  }
  if (group !== undefined || task.queued) checkPlace(task, queue ?? agent!.queue);
  const isClaimed = status === "assigned" || status === "running";
  if ((agent !== undefined) !== isClaimed) {
    fail("OwnershipUnique", `"${id}" is ${status}, and "${agent?.agentId ?? ""}" has it`);
  }
  if (agent !== undefined) {
    if (!agent.tasks.has(task)) fail("NoLostTask", `"${agent.agentId}" doesn't have "${id}"`);
    if (state.agents.get(agent.agentId) !== agent) {
      fail("OwnedByLiveAgent", `"${id}" belongs to "${agent.agentId}", which is removed`);
    }
  }
  if (
    status === "waiting" && task.openDependencies + task.lingering <= 0 && !waitsForItsTime(task)
  ) {
    fail("NoLostTask", `"${id}" waits`);
  }
  if (status === "backing-off" && timer?.isSet !== true && task.lingering === 0) {
    fail("NoLostTask", `nothing ends the pause of "${id}"`);
  }
  checkTimes(state, task);
  if (task.proposal !== undefined && status !== "blocked") {
    fail("DecidedOnce", `"${id}" is ${status} and its result waits to be accepted`);
  }
  if (status === "blocked" && task.proposal === undefined && task.question === undefined) {
    fail("NoLostTask", `nothing ends that "${id}" is blocked`);
  }
  if (status === "running" && !task.locked) fail("RunningHasLocks", `"${id}"`);
  if (task.family !== undefined) checkFamily(state, task, task.family);
  if (status !== "waiting" || task.received !== undefined) checkReceived(task);
  if (isTerminal(status) && (timer?.isSet === true || task.total?.isSet === true)) {
    fail("TimersMatchState", `"${id}" has ended and has a timer`);
  }
}

/** Checks that a task stands in its queue where it ranks, and its lane among the other lanes. */
function checkPlace(
  { spec: { id }, position, lane }: TaskRecord,
  queue: readonly HeapEntry[],
): void {
  if (!isInOrder(queue, position)) fail("QueueOrdered", `"${id}" is not where it ranks`);
  if (lane === undefined || lane.position < 0) return;
  const { key, place, queue: [first], rank, sequence } = lane;
  const ranksAsFirst = rank >= first!.rank && sequence === first!.sequence;
  if (ranksAsFirst && isInOrder(place.lanes!.open, lane.position)) return;
  fail("QueueOrdered", `the lane of "${key.name}" is not where its first task ranks`);
}

/** Returns whether the entry at `position` of a heap follows the one above it and precedes those below. */
function isInOrder(heap: readonly HeapEntry[], position: number): boolean {
  const entry = heap[position]!;
  if (position > 0 && precedes(entry, heap[(position - 1) >> 2]!)) return false;
  return heap.slice(4 * position + 1, 4 * position + 5).every((below) => precedes(entry, below));
}

/** Checks that an unfinished task has a report of each dependency that ended, which is of that one. */
function checkReceived(
  { spec: { id, dependencies }, status, openDependencies, received }: TaskRecord,
) {
  const count = isTerminal(status) ? 0 : dependencies.length - openDependencies;
  if ((received?.length ?? 0) !== count) {
    fail("DependentsReceive", `"${id}" has ${received?.length} reports of ${count}`);
  }
  for (const { taskId, remarks } of received ?? []) {
    const isOther = remarks?.notes.some((note) => note !== taskId);
    if (isOther) fail("DependentsReceive", `"${id}" has notes of another than "${taskId}"`);
  }
}

/** Checks that a child has its parent, and that a task that awaits others is awaited by none of them. */
function checkFamily({ tasks }: TaskState, task: TaskRecord, family: Family): void {
  const { spec: { id }, status } = task;
  const { parent, children, awaits, awaiters } = family;
  if (status !== "running" && children.size + awaits.size > 0) {
    fail("ChildrenEndWithParent", `"${id}" is ${status}, and has ${children.size} children`);
  }
  for (const awaited of awaits) {
    if (isTerminal(awaited.status) || !awaited.family!.awaiters.has(task)) {
      fail("NoLostResume", `"${id}" awaits "${awaited.spec.id}", which is ${awaited.status}`);
    }
  }
  if (isTerminal(status)) {
    if (awaiters.size > 0) fail("NoLostResume", `"${id}" has ended, and is awaited`);
  } else if (parent !== undefined) {
    const of = tasks.get(parent.taskId);
    if (of?.status !== "running" || of.epoch !== parent.epoch || !of.family!.children.has(task)) {
      fail(
        "ChildrenEndWithParent",
        `"${id}" is a child of a claim on "${parent.taskId}" that is over`,
      );
    }
  }
}

/** Checks that a task waits for its locks, has them, or has not requested them. */
function checkRequest({ parked, reserving, unsettled }: TaskState, task: TaskRecord): void {
  const { spec: { id, resources }, status, agent, queued, request, granted } = task;
  const hasSlot = agent !== undefined && !queued;
  if (parked.has(task) !== (status === "ready" && request !== 0 && !granted)) {
    fail("NoLostTask", `"${id}" is ${status} and waits for locks that it has not requested`);
  }
  if (reserving.has(task) !== (granted && !hasSlot)) fail("NoLostTask", `"${id}" has its locks`);
  if (hasSlot && resources.length > 0 && !granted) {
    fail("SlotsOnlyWithLocks", `"${id}" has a slot of "${agent.agentId}" and waits for its locks`);
  }
  if (request !== 0 && status !== "ready" && agent === undefined) {
    fail("LocksComeBack", `"${id}" is ${status}`);
  }
  if (unsettled.size > 0) fail("WorkConserving", "an agent is left without work");
}

function waitsForItsTime({ timer, dueAt }: TaskRecord): boolean {
  return timer?.isSet === true && timer.subject.limit === "delay" && timer.rank === dueAt;
}

/** Checks the rank and the timers of a task against when it was submitted and started. */
function checkTimes({ config }: TaskState, task: TaskRecord): void {
  const { spec, status, rank, createdAt, dueAt, startedAt = 0, timer, total, heartbeat } = task;
  const due = Math.max(createdAt + (spec.delayMs ?? 0), spec.runAt ?? 0);
  const isMoved = dueAt !== due && spec.dedupe === undefined; // a debounced one was put off
  if (isMoved || (startedAt !== 0 && startedAt < dueAt)) {
    fail("NotBeforeItsTime", `"${spec.id}" was due at ${dueAt}`);
  }
  const own = dueAt - spec.priority * config.agingMs;
  const isRanked = task.family?.parent === undefined ? rank === own : rank <= own;
  if (!isRanked) fail("QueueOrdered", `"${spec.id}"`);
  const attemptEnds = startedAt + spec.timeoutMs;
  const isLimited = status === "running" && timer?.isSet === true &&
    timer.subject.limit !== "collect";
  // The limit of one that was kept for its agent started when that came back.
  const isWrong =
    (isLimited && (task.agent?.pulls ? timer.rank < attemptEnds : timer.rank !== attemptEnds)) ||
    (total?.isSet === true && total.rank !== createdAt + spec.totalTimeoutMs) ||
    (heartbeat?.isSet === true && heartbeat.rank < startedAt + spec.heartbeatTimeoutMs);
  if (isWrong) fail("TimersMatchState", `a timer of "${spec.id}" is at the wrong instant`);
}

/** Checks all tasks and agents. Costs O(state). */
export function checkTasks(state: TaskState): void {
  const { tasks, agents, groups, counts, sequence, lingering, parked } = state;
  let queued = 0;
  let claimed = 0;
  const actual: Record<TaskStatus, number> = { ...counts };
  for (const status of Object.keys(actual) as TaskStatus[]) {
    if (!isTerminal(status)) actual[status] = 0;
  }
  let timers = lingering.size;
  for (const task of tasks.values()) {
    checkTask(state, task);
    if (!isTerminal(task.status)) actual[task.status]++;
    for (const timer of [task.timer, task.heartbeat, task.total]) if (timer?.isSet) timers++;
  }
  for (const { timer } of state.schedules.values()) if (timer?.isSet) timers++;
  for (const group of groups.values()) queued += sizeOf(group);
  for (const { timer } of state.limits.values()) if (timer?.isSet) timers++;
  for (const agent of agents.values()) {
    claimed += agent.tasks.size;
    for (const { timer } of agent.cordons.values()) if (timer?.isSet) timers++;
    if (agent.report !== undefined) timers++;
    if (agent.ask?.timer !== undefined) timers++;
    checkAgent(state, agent);
  }
  if (queued + parked.size !== counts.ready) {
    fail("NoDuplicateTask", `${queued} of ${counts.ready} ready ones`);
  }
  if (claimed !== counts.assigned + counts.running) fail("OwnershipUnique", `${claimed} claims`);
  let all = 0;
  for (const status of Object.keys(counts) as TaskStatus[]) {
    all += counts[status];
    if (counts[status] !== actual[status]) {
      fail("TaskConservation", `${actual[status]} are ${status}, and ${counts[status]} counted`);
    }
  }
  if (all !== sequence) fail("TaskConservation", `${sequence} submitted, ${all} counted`);
  for (const { agent, task } of lingering.values()) {
    const newest = tasks.get(task.spec.id);
    if (newest !== undefined && newest !== task) {
      fail("NoRetryDuringAttempt", `an attempt of "${task.spec.id}" goes on that it doesn't know`);
    }
    if (agents.get(agent.agentId) === agent) continue;
    fail("OwnedByLiveAgent", `an attempt of "${task.spec.id}" goes on at a removed agent`);
  }
  for (const [key, { status, spec: { id } }] of state.newestByKey) {
    if (isTerminal(status)) fail("OneOfAKind", `"${id}" has ended and has the key "${key}"`);
  }
  if (timers !== countOwn(state)) fail("TimersMatchState", `${timers} limits`);
  checkDependencies(state);
  checkAsks(state);
  checkWorkConserving(state);
  checkBalance(state);
}

function countOwn({ deadlines }: TaskState): number {
  return countTimers(deadlines);
}

function checkAgent(state: TaskState, agent: Agent): void {
  const { lingering } = state;
  let lingeringCount = 0;
  for (const each of lingering.values()) if (each.agent === agent) lingeringCount++;
  const lent = [...agent.tasks].filter(isLent).length;
  if (agent.lent !== lent) {
    fail("CapacityRespected", `"${agent.agentId}" counts ${agent.lent} lent`);
  }
  if (agent.slotsInUse !== agent.tasks.size - sizeOf(agent) - lent + lingeringCount) {
    fail("CapacityRespected", `"${agent.agentId}" has a load of ${agent.slotsInUse}`);
  }
  let queued = 0;
  for (const task of agent.tasks) {
    if (task.agent !== agent) fail("OwnershipUnique", `"${task.spec.id}" belongs to another agent`);
    if (!task.queued) continue;
    queued++;
    const queue = task.lane?.queue ?? agent.queue;
    if (task.status !== "assigned" || task.locked || queue[task.position] !== task) {
      fail("NoLostTask", `"${task.spec.id}" is not in the queue of "${agent.agentId}"`);
    }
  }
  if (sizeOf(agent) !== queued) fail("NoDuplicateTask", `in "${agent.agentId}"'s queue`);
  if (firstOf(agent) !== undefined && isAssigning(state) && hasRoom(agent)) {
    fail("WorkConserving", `"${agent.agentId}" has a free slot, and a queue`);
  }
}

function hasRoom(
  { slotsInUse, maxConcurrentTasks, slotLimit, cordons, drained }: Agent,
): boolean {
  const slots = slotLimit === 0 ? maxConcurrentTasks : Math.min(slotLimit, maxConcurrentTasks);
  return slotsInUse < slots && cordons.size === 0 && drained === undefined;
}

/** Returns whether an agent is given tasks, or asks for any. */
function isReceptive({ pulls, ask }: Agent): boolean {
  return !pulls || (ask !== undefined && ask.task === undefined);
}

/** Checks the requests for tasks, and that an agent in pull mode has only what it asked for. */
function checkAsks({ asks, agents, draining, isFunded }: TaskState): void {
  for (const [id, ask] of asks) {
    const { agent, task, pending } = ask;
    if (agents.get(agent.agentId) !== agent || agent.ask !== ask || draining) {
      fail("NoGhostAsker", `"${agent.agentId}" asks, by request ${id}`);
    }
    if (ask.isMomentary) fail("NoGhostAsker", `request ${id} waits without time to wait`);
    if (pending !== undefined) fail("PullsOnlyWhatItAskedFor", `request ${id} is half answered`);
    if (task !== undefined && isTerminal(task.status)) {
      fail("NoGhostAsker", `"${agent.agentId}" asks for "${task.spec.id}", which has ended`);
    }
    const isReady = task?.group !== undefined && task.lane?.key.isOpen !== false &&
      isFit(agent, task.spec.requires, task.pinnedTo);
    if (isReady && hasRoom(agent) && isFunded) {
      fail("A1-asker-finds-nothing-while-tasks-sit-assigned", `"${task.spec.id}" is ready`);
    }
  }
  for (const agent of agents.values()) {
    const { agentId, pulls, ask, tasks } = agent;
    if (!pulls && ask !== undefined) fail("NoGhostAsker", `"${agentId}" is in push mode`);
    if (ask !== undefined && !asks.has(ask.id)) fail("NoGhostAsker", `"${agentId}" asks`);
    const unstarted = pulls ? [...tasks].find(({ status }) => status !== "running") : undefined;
    if (unstarted === undefined && (!pulls || sizeOf(agent) === 0)) continue;
    fail(
      "PullsOnlyWhatItAskedFor",
      `"${agentId}" has "${unstarted?.spec.id}", which it did not start`,
    );
  }
}

function checkDependencies({ tasks, awaited }: TaskState): void {
  for (const [id, dependents] of awaited) {
    if (tasks.has(id) || dependents.size === 0) {
      fail("NoLostTask", `"${id}" is awaited for nothing`);
    }
  }
  for (const { spec, status, dependents } of tasks.values()) {
    if (isTerminal(status) && dependents !== undefined) {
      fail("NoLostTask", `"${spec.id}" has ended and is waited for`);
    }
    for (const { dependent } of dependents?.values() ?? []) {
      if (dependent.status !== "waiting") fail("NoLostTask", `"${dependent.spec.id}" waits not`);
    }
  }
}

/** Checks that no agent is idle that could take a ready task, or would have to as the last resort. */
function checkWorkConserving(state: TaskState): void {
  if (!isAssigning(state)) return;
  const { groups, agents, strategy } = state;
  for (const group of groups.values()) {
    const { requires, pinnedTo, placed } = group;
    const task = firstOf(group);
    if (task === undefined) continue;
    const isForStrategy = strategy === "external" && pinnedTo === "";
    const fit = [...agents.values()].filter((agent) =>
      isFit(agent, requires, pinnedTo) && isReceptive(agent) && !(isForStrategy && !agent.pulls)
    );
    const hasTrusted = placed || fit.some(isTrusted);
    for (const agent of fit) {
      if (!hasRoom(agent) && (hasTrusted || !isLastResort(agent))) continue;
      fail("WorkConserving", `"${task.spec.id}" could run on "${agent.agentId}"`);
    }
  }
}

function isFit(agent: Agent, requires: readonly string[], pinnedTo: string): boolean {
  if (pinnedTo !== "" && pinnedTo !== agent.agentId) return false;
  return requires.every((capability) => agent.capabilities.includes(capability));
}

function isTrusted(agent: Agent): boolean {
  const { cordons, drained, slotLimit } = agent;
  return cordons.size === 0 && drained === undefined && slotLimit === 0 && isReceptive(agent);
}

function isLastResort({ cordons, drained, slotsInUse, maxConcurrentTasks }: Agent): boolean {
  const isOnlyAvoided = [...cordons.keys()].every((cause) => cause === "breaker");
  return isOnlyAvoided && drained === undefined && slotsInUse < maxConcurrentTasks;
}

/** Checks that no steal is due: steals follow each other until the load is balanced. */
function checkBalance(state: TaskState): void {
  const { config, groups } = state;
  if (!config.stealing || !isAssigning(state)) return;
  for (const { donors: [stock], receivers: [reception] } of groups.values()) {
    if (stock === undefined || reception === undefined) continue;
    const waitsForKey = stock.tasks[0]!.task.lane?.key.isOpen === false;
    if (waitsForKey && !canQueue(reception.agent)) continue;
    const difference = loadOf(stock.agent) - loadOf(reception.agent);
    if (difference >= Math.max(2, config.stealThreshold)) {
      fail("ImbalanceEnds", `"${stock.agent.agentId}" has ${difference} tasks more than another`);
    }
  }
}

function loadOf({ tasks, outside }: Agent): number {
  return [...tasks].filter((task) => !isLent(task)).length + outside;
}

/** Checks tasks when everything has come to rest. */
export function checkTasksAtRest(state: TaskState): void {
  for (const { spec: { id }, status } of state.tasks.values()) {
    if (!isTerminal(status)) fail("EveryTaskDone", `"${id}" is still ${status}`);
  }
  if (state.lingering.size > 0) fail("EveryTaskDone", "an attempt without a claim has not ended");
  for (const { agentId, slotsInUse } of state.agents.values()) {
    if (slotsInUse !== 0) fail("EveryTaskDone", `"${agentId}" still has a load of ${slotsInUse}`);
  }
  const { counts, sequence } = state;
  if (counts.completed + counts.failed + counts.cancelled !== sequence) {
    fail("TaskConservation", `${sequence} were submitted: ${JSON.stringify(counts)}`);
  }
}

/** The state of a task by its events. */
interface Expected {
  status: TaskStatus;
  epoch: number;
  /** Whether an event of the current step is about it. */
  isTouched: boolean;
  /** Whether its backoff ended in that step. */
  isRetried: boolean;
}

/** The events by which an agent may become trusted. */
const TRUST_GAINED: ReadonlySet<string> = new Set([
  ...["agent:spawned", "agent:uncordoned", "agent:limited", "claim:requested"],
]);

interface Claim {
  readonly taskId: string;
  /** Whether the task went on without it. */
  isOver: boolean;
}

/** Follows the events of tasks, and compares the records of the machine with them. */
export class TaskShadow {
  readonly #tasks = new Map<string, Expected>();
  /** The claims whose slots are in use, by epoch. */
  readonly #claims = new Map<number, Claim>();
  readonly #touched: string[] = [];
  /** The tasks of this step that were assigned to an agent as the last resort. */
  readonly #resorts: string[] = [];
  /** The open requests of agents for tasks, by the events. */
  readonly #asks = new Map<string, number>();
  /** The agents in pull mode. */
  readonly #pulling = new Set<string>();
  /** Whether an agent may have become trusted in this step. */
  #isTrustGained = false;
  /** The agent whose connection was lost in this step, before the events that are left of it. */
  #disconnected: string | undefined;
  #isPaused = false;
  #epoch = 0;
  #submitted = 0;
  #ended = 0;

  /** Goes on from `state`, without the events that led to it. */
  resume({ tasks, lingering, asks, agents, ...state }: TaskState): void {
    for (const { spec: { id: taskId }, status, epoch, agent } of tasks.values()) {
      if (isTerminal(status)) continue;
      this.#tasks.set(taskId, { status, epoch, isTouched: false, isRetried: false });
      if (agent !== undefined) this.#claims.set(epoch, { taskId, isOver: false });
    }
    for (const { epoch, task: { spec: { id: taskId } } } of lingering.values()) {
      this.#claims.set(epoch, { taskId, isOver: true });
    }
    for (const { id, agent: { agentId } } of asks.values()) this.#asks.set(agentId, id);
    for (const { agentId, pulls } of agents.values()) if (pulls) this.#pulling.add(agentId);
    const { epoch, sequence, counts, paused } = state;
    this.#isPaused = paused !== undefined;
    this.#epoch = epoch;
    this.#submitted = sequence;
    this.#ended = counts.completed + counts.failed + counts.cancelled;
  }

  take(event: LockstepEvent, statusChange: StatusChange | undefined): void {
    if (statusChange === undefined) return this.#takeOther(event);
    const { taskId, epoch } = event as LockstepEvent & { taskId: string; epoch?: number };
    const expected = this.#tasks.get(taskId);
    if (expected === undefined) return fail("NothingFromNowhere", `${event.type} of "${taskId}"`);
    const { before, after } = statusChange;
    if (!before.includes(expected.status)) {
      const rule = isTerminal(expected.status) ? "TerminalIsTerminal" : "StatusTable";
      fail(rule, `${event.type} of "${taskId}", which is ${expected.status}`);
    }
    this.#touch(taskId, expected);
    if (event.type === "task:requeued" && expected.status === "running") {
      this.#checkRequeue(event);
    }
    if (event.type === "task:parked") this.#isTrustGained = true; // its agent may ask for another one
    if (event.type === "task:started" && this.#pulling.has(event.agentId)) {
      if (event.ask === undefined || this.#asks.get(event.agentId) !== event.ask) {
        fail("OneClaimPerAsk", `"${taskId}" was given to "${event.agentId}" for ${event.ask}`);
      }
      this.#asks.delete(event.agentId);
    }
    if (event.type === "task:assigned") {
      if (this.#isPaused) fail("PausedMeansPaused", `"${taskId}" is assigned during a pause`);
      if (event.epoch <= this.#epoch) fail("EpochMonotonic", `"${taskId}" has ${event.epoch}`);
      this.#epoch = expected.epoch = event.epoch;
      this.#claims.set(event.epoch, { taskId, isOver: false });
      if (event.lastResort === true) this.#resorts.push(taskId);
    } else if (epoch !== undefined && epoch !== expected.epoch) {
      fail("StaleRejected", `${event.type} of "${taskId}" under epoch ${epoch}`);
    }
    // An agent that asks counts again once the task that it was to get is parked.
    if (event.type === "task:parked" && this.#pulling.has(event.agentId)) {
      this.#isTrustGained = true;
    }
    if (after === undefined) return;
    if (after !== "assigned" && after !== "running") {
      // A late step passes several instants: only the last retry in it counts.
      expected.isRetried = expected.status === "backing-off" && after === "ready";
      const claim = this.#claims.get(expected.epoch);
      if (claim !== undefined) claim.isOver = true;
      if (event.type === "task:parked") this.#claims.delete(event.epoch); // it has no attempt to end
    }
    expected.status = after;
    if (isTerminal(after)) this.#ended++;
  }

  /** Takes in that the connection of an agent was lost, of which the events that follow are the effect. */
  disconnect(agentId: string): void {
    this.#disconnected = agentId;
  }

  /** Checks that an agent keeps the tasks that it has started when its connection is lost. */
  #checkRequeue({ taskId, agentId }: Extract<LockstepEvent, { type: "task:requeued" }>): void {
    if (agentId !== this.#disconnected) return;
    fail("SuspectKeepsItsTasks", `"${taskId}" was taken from "${agentId}", which may come back`);
  }

  /** Compares the tasks of this step with their events. */
  check(state: TaskState): void {
    const { tasks } = state;
    this.#disconnected = undefined;
    this.#checkResorts(state);
    if (this.#asks.size !== state.asks.size) {
      fail("OneClaimPerAsk", `${this.#asks.size} ask by the events, and ${state.asks.size} do`);
    }
    for (const taskId of this.#touched) {
      const expected = this.#tasks.get(taskId)!;
      expected.isTouched = false;
      const task = tasks.get(taskId);
      if (isTerminal(expected.status)) this.#tasks.delete(taskId);
      else if (task === undefined) fail("NoLostTask", `"${taskId}" is forgotten`);
      if (task === undefined) continue;
      checkTask(state, task);
      if (expected.isRetried && task.lingering > 0) {
        fail("NoRetryDuringAttempt", `"${taskId}" is retried while an attempt of it may go on`);
      }
      expected.isRetried = false;
      if (task.status !== expected.status || task.epoch !== expected.epoch) {
        const said = `${expected.status} (${expected.epoch})`;
        fail("EventsMatchState", `"${taskId}" is ${task.status} (${task.epoch}), not ${said}`);
      }
    }
    this.#touched.length = 0;
  }

  /** Checks that no trusted agent was fit for a task that an avoided one got. */
  #checkResorts({ tasks, agents }: TaskState): void {
    for (const taskId of this.#isTrustGained ? [] : this.#resorts) {
      const task = tasks.get(taskId);
      const better = task &&
        [...agents.values()].find((agent) =>
          isTrusted(agent) && isFit(agent, task.spec.requires, task.pinnedTo)
        );
      if (better !== undefined) fail("Avoided", `"${better.agentId}" is fit for "${taskId}"`);
    }
    this.#resorts.length = 0;
    this.#isTrustGained = false;
  }

  /** Compares the totals with the events. */
  checkTotals({ sequence, counts }: TaskState): void {
    const ended = counts.completed + counts.failed + counts.cancelled;
    if (sequence !== this.#submitted || ended !== this.#ended) {
      fail("TotalsMatchEvents", `${this.#submitted} submitted, ${this.#ended} ended by the events`);
    }
    if (this.#claims.size > counts.assigned + counts.running && ended === sequence) {
      const [[epoch, { taskId }] = [0, { taskId: "" }]] = this.#claims;
      fail("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" never freed its slot`);
    }
  }

  #takeOther(event: LockstepEvent): void {
    if (event.type === "agent:spawned") {
      if (event.pulls === true) this.#pulling.add(event.agentId);
      else this.#pulling.delete(event.agentId);
    }
    if (event.type === "claim:requested") this.#asks.set(event.agentId, event.ask);
    if (event.type === "claim:abandoned") {
      if (this.#asks.get(event.agentId) !== event.ask) fail("OneClaimPerAsk", "ended twice");
      this.#asks.delete(event.agentId);
    }
    if (event.type === "attempt:ended") this.#endAttempt(event.taskId, event.epoch);
    else if (event.type === "task:created") this.#create(event.taskId, event.task.status);
    else if (event.type === "task:amended" && event.waits === true) this.#hold(event.taskId);
    else if (event.type === "task:reprioritized") {
      const expected = this.#tasks.get(event.taskId);
      if (expected !== undefined) this.#touch(event.taskId, expected);
    } else if (event.type === "scheduler:paused") this.#isPaused = true;
    else if (event.type === "scheduler:resumed") this.#isPaused = false;
    else if (TRUST_GAINED.has(event.type)) this.#isTrustGained = true;
  }

  #create(taskId: string, status: TaskStatus): void {
    const expected = this.#tasks.get(taskId);
    if (expected !== undefined && !isTerminal(expected.status)) {
      fail("NoDuplicateTask", `"${taskId}" was created twice`);
    }
    this.#submitted++;
    // It may have ended, and been retried, in the same step.
    const created = { status, epoch: 0, isTouched: expected !== undefined, isRetried: false };
    this.#tasks.set(taskId, created);
    this.#touch(taskId, created);
  }

  #hold(taskId: string): void {
    const expected = this.#tasks.get(taskId);
    if (expected?.status !== "ready") fail("StatusTable", `"${taskId}" waits without being ready`);
    this.#touch(taskId, expected!);
    expected!.status = "waiting";
  }

  #endAttempt(taskId: string, epoch: number): void {
    const claim = this.#claims.get(epoch);
    if (claim?.taskId !== taskId) {
      fail("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" freed its slot before`);
    }
    if (!claim!.isOver) fail("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" is in force`);
    this.#claims.delete(epoch);
  }

  #touch(taskId: string, expected: Expected): void {
    if (expected.isTouched) return;
    expected.isTouched = true;
    this.#touched.push(taskId);
  }
}
