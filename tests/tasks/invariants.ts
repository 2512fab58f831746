/**
 * The invariants of a task machine after each step, by the names of the specification.
 *
 * @module
 */

import { assert, assertEquals, assertGreater } from "@std/assert";
import type { TaskEvent } from "../../src/tasks/events.ts";
import {
  hasFreeSlot,
  hasSpareSlot,
  isAssigning,
  isFit,
  isTrusted,
} from "../../src/tasks/placement.ts";
import { beginnableIn, sizeOf, tasksIn } from "../../src/tasks/lanes.ts";
import { tasksAfter } from "../../src/tasks/pages.ts";
import {
  type Agent,
  isLent,
  isTerminal,
  type TaskRecord,
  type TaskState,
} from "../../src/tasks/state.ts";
import { checkKeys, Permits } from "./key_invariants.ts";
import { checkQueues, Loads } from "./stealing_invariants.ts";

/** Checks a state by itself. */
export function checkState(state: TaskState): void {
  noLostTask(state);
  noDuplicateTask(state);
  ownedByLiveAgent(state);
  loadsEqualClaims(state);
  taskConservation(state);
  workConserving(state);
  noTimerOfFinishedTasks(state);
  noEdgeToFinishedTasks(state);
  familiesAreWhole(state);
  checkQueues(state);
  idleAgentsAreListed(state);
  pagesListTasks(state);
  asksAreOfAgents(state);
  askersAreServed(state);
  keysAreOfOpenTasks(state);
  checkKeys(state);
  schedulesAwaitOccasions(state);
}

/** Each schedule waits for its next occasion, until nothing is accepted any more. */
function schedulesAwaitOccasions({ schedules, deadlines, draining, occasions }: TaskState): void {
  let timers = 0;
  for (const { subject, isSet, rank } of deadlines.timers) {
    if (!isSet || subject.limit !== "schedule") continue;
    timers++;
    assert(schedules.get(subject.schedule.spec.id) === subject.schedule, "NoLostOccasion: removed");
    assertEquals(rank, subject.schedule.nextAt, "NoLostOccasion");
  }
  assertEquals(timers, draining ? 0 : schedules.size, "NoLostOccasion");
  for (const { next } of schedules.values()) assert(next >= 0 && occasions >= 0, "numbers");
}

/** All kept tasks are listed, in the order of their submission, by their statuses. */
function pagesListTasks(state: TaskState): void {
  const { tasks, counts } = state;
  const inOrder = [...tasks.values()].sort((a, b) => a.sequence - b.sequence);
  assertEquals([...tasksAfter(state, -1, undefined)].map(idOf), inOrder.map(idOf));
  for (const status of Object.keys(counts) as (keyof typeof counts)[]) {
    const listed = [...tasksAfter(state, -1, status)].map(idOf);
    assertEquals(listed, inOrder.filter((task) => task.status === status).map(idOf), status);
  }
  for (const { tasks, counts } of state.pages.values()) {
    assertGreater(tasks.size, 0, "an empty page");
    for (const [status, count] of Object.entries(counts)) {
      assertEquals(count, [...tasks].filter((task) => task.status === status).length, status);
    }
  }
}

function idOf({ spec: { id } }: TaskRecord): string {
  return id;
}

/** Each agent has at most one request, and nothing that it did not ask for and has not started. */
function asksAreOfAgents({ asks, agents, groups, draining }: TaskState): void {
  assert([...asks.keys()].every((id, i, ids) => i === 0 || ids[i - 1]! < id), "in order of asking");
  assert(!draining || asks.size === 0, "asked while draining");
  for (const ask of asks.values()) {
    const { agent, task, pending } = ask;
    assert(agents.get(agent.agentId) === agent && agent.ask === ask, "OneClaimPerAsk");
    assert(agent.pulls && agent.drained === undefined, "asks in push mode");
    assert(task === undefined || task.askers!.includes(ask), "an asker");
    assert(task === undefined || !isTerminal(task.status), "a task that has ended");
    assert(pending === undefined || pending.agent === agent, "pending");
    assert(pending !== undefined || !ask.isMomentary, "waits without time");
  }
  for (const { agentId, pulls, ask, tasks } of agents.values()) {
    assert(ask === undefined || asks.get(ask.id) === ask, "a request that is unknown");
    for (const each of pulls ? tasks : []) {
      const isAskedFor = each.status === "running" || ask?.pending === each;
      assert(isAskedFor, `PullsOnlyWhatItAskedFor: ${agentId}`);
    }
  }
  for (const group of groups.values()) {
    const wanted = [...tasksIn(group)].filter(({ askers }) => askers !== undefined);
    assertEquals(group.wanted, new Set(wanted), "wanted");
  }
}

/** A1-asker-finds-nothing-while-tasks-sit-assigned: no agent asks beside a ready task that fits. */
function askersAreServed(state: TaskState): void {
  if (!isAssigning(state)) return;
  const { asks, groups } = state;
  for (const { agent, task, pending } of asks.values()) {
    const { slotsInUse, usableSlots, cordons, drained, capabilities, agentId } = agent;
    const hasSlot = slotsInUse < usableSlots && cordons.size === 0 && drained === undefined;
    if (pending !== undefined || !hasSlot) continue;
    for (const group of groups.values()) {
      const { requires, pinnedTo } = group;
      const queue = [...beginnableIn(group)];
      if (!requires.every((each) => capabilities.includes(each))) continue;
      if (pinnedTo !== "" && pinnedTo !== agentId) continue;
      const isServed = task === undefined ? queue.length === 0 : !queue.includes(task);
      assert(isServed, `NoAskerBesideItsTask: ${agentId}`);
    }
  }
}

/** A key is that of an open task, and no older task has it alone. */
function keysAreOfOpenTasks({ newestByKey, tasks }: TaskState): void {
  for (const [key, task] of newestByKey) {
    assert(!isTerminal(task.status) && tasks.get(task.spec.id) === task, "OneOfAKind: open");
    assertEquals(task.spec.dedupe?.key, key, "OneOfAKind: key");
  }
}

/** Exactly the agents that no caller registered, and that nothing is known of, may be evicted. */
function idleAgentsAreListed({ agents, idleAgents, tasks }: TaskState): void {
  const listed = new Set<Agent>();
  for (let agent = idleAgents.first; agent !== undefined; agent = agent.next) listed.add(agent);
  for (const agent of agents.values()) {
    const expected = [...tasks.values()].filter(({ home }) => home === agent).length;
    assertEquals(agent.expected, expected, "expected tasks");
    const isUnused = expected + agent.tasks.size + agent.slotsInUse + agent.cordons.size === 0 &&
      agent.slotLimit === 0 && agent.drained === undefined && agent.report === undefined &&
      agent.ask === undefined;
    assertEquals(listed.delete(agent), agent.isImplicit && isUnused, "IdleAgentsAreListed");
  }
  assertEquals(listed.size, 0, "IdleAgentsAreListed");
}

function noLostTask(state: TaskState): void {
  for (const task of state.tasks.values()) {
    const { status, group, agent, timer } = task;
    const isParked = state.parked.has(task);
    assertEquals(group !== undefined, status === "ready" && !isParked, "NoLostTask");
    const { request, granted, queued } = task;
    const waits = status === "ready" && request !== 0 && !granted;
    assertEquals(isParked, waits, "NoLostTask: parked");
    const reserves = granted && (agent === undefined || queued);
    assertEquals(state.reserving.has(task), reserves, "NoLostTask: reserving");
    assert(request === 0 || ["ready", "assigned", "running"].includes(status), "locks come back");
    const queue = task.lane?.queue ?? group?.queue;
    if (group !== undefined) assert(queue![task.position] === task, "NoLostTask: queue");
    const isClaimed = status === "assigned" || status === "running";
    assertEquals(agent !== undefined, isClaimed, "NoLostTask: agent");
    if (agent !== undefined) assert(agent.tasks.has(task), "NoLostTask: claim");
    const { openDependencies, lingering } = task;
    assertEquals(task.proposal !== undefined && status !== "blocked", false, "proposal");
    const pauses = timer?.isSet === true;
    if (status === "waiting" && openDependencies + lingering === 0) {
      assert(pauses && timer?.subject.limit === "delay", "NoLostTask: delay");
      assertEquals(timer?.rank, task.dueAt, "NoLostTask: delay");
    }
    if (status === "backing-off") assert(pauses || task.lingering > 0, "NoLostTask: pause");
    const bodies = [...state.lingering.values()].filter((each) => each.task === task);
    assertEquals(task.lingering, bodies.length, "bodies");
  }
}

function noDuplicateTask({ groups, agents, counts, parked }: TaskState): void {
  const queued = [...groups.values()].flatMap((group) => [...tasksIn(group)]);
  const claimed = [...agents.values()].flatMap(({ tasks }) => [...tasks]);
  assertEquals(new Set([...queued, ...claimed]).size, queued.length + claimed.length);
  assertEquals(queued.length + parked.size, counts.ready, "NoDuplicateTask");
  assertEquals(claimed.length, counts.assigned + counts.running, "OwnershipUnique");
}

function ownedByLiveAgent({ tasks, agents, lingering }: TaskState): void {
  for (const { agent } of [...tasks.values(), ...lingering.values()]) {
    if (agent !== undefined) assert(agents.get(agent.agentId) === agent, "OwnedByLiveAgent");
  }
}

function loadsEqualClaims({ agents, lingering }: TaskState): void {
  for (const agent of agents.values()) {
    const bodies = [...lingering.values()].filter((each) => each.agent === agent);
    const lent = [...agent.tasks].filter(isLent).length;
    assertEquals(agent.lent, lent, "lent");
    const claims = agent.tasks.size - sizeOf(agent) - lent;
    assertEquals(agent.slotsInUse, claims + bodies.length, "load");
  }
}

/** Children have a parent whose claim is in force, and a task that awaits others has lent its slot. */
function familiesAreWhole({ tasks, lent }: TaskState): void {
  let count = 0;
  for (const task of tasks.values()) {
    const { family, status, spec: { id }, heartbeat } = task;
    if (family === undefined) continue;
    const { parent, children, awaits, awaiters } = family;
    if (awaits.size > 0) count++;
    const isRunning = status === "running";
    assert(isRunning || children.size + awaits.size === 0, `ChildrenEndWithParent: ${id}`);
    assert(!isTerminal(status) || awaiters.size === 0, `NoLostResume: ${id} has ended`);
    assert(awaits.size === 0 || heartbeat === undefined, `${id} awaits, and is to send heartbeats`);
    for (const awaited of awaits) assert(awaited.family!.awaiters.has(task), "NoLostResume");
    for (const awaiter of awaiters) assert(awaiter.family!.awaits.has(task), "NoLostResume");
    if (parent === undefined || isTerminal(status)) continue;
    const of = tasks.get(parent.taskId)!;
    assert(of.status === "running" && of.epoch === parent.epoch, `ChildrenEndWithParent: ${id}`);
    assert(of.family!.children.has(task), `ChildrenEndWithParent: ${id}`);
  }
  assertEquals(lent, count, "lent");
}

function taskConservation({ tasks, counts, sequence }: TaskState): void {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  assertEquals(all, sequence, "TaskConservation");
  for (const status of Object.keys(counts) as (keyof typeof counts)[]) {
    if (isTerminal(status)) continue;
    const actual = [...tasks.values()].filter((task) => task.status === status).length;
    assertEquals(counts[status], actual, `TaskConservation: ${status}`);
  }
}

function workConserving(state: TaskState): void {
  if (!isAssigning(state)) return;
  for (const task of state.tasks.values()) {
    const { status, spec, pinnedTo } = task;
    const isOwnChoice = state.strategy === "external" && pinnedTo === "";
    if (status !== "ready" || state.parked.has(task) || isOwnChoice) continue;
    if (task.lane?.key.isOpen === false) continue;
    const fit = [...state.agents.values()]
      .filter((agent) => isFit(agent, spec.requires, pinnedTo));
    const isAtHome = spec.placed && pinnedTo !== "";
    const hasTrusted = isAtHome || fit.some(isTrusted);
    for (const agent of fit) {
      const isIdle = hasTrusted ? hasFreeSlot(agent) : hasSpareSlot(agent);
      assert(!isIdle, `${spec.id} could run on ${agent.agentId}`);
    }
  }
}

function noTimerOfFinishedTasks(state: TaskState): void {
  const { deadlines, lingering, agents, retention } = state;
  for (const timer of deadlines.timers) {
    const { subject, isSet } = timer;
    if (!isSet) continue;
    if (subject.limit === "retention") {
      assert(timer === retention, "a second timer of finished tasks");
    } else if (subject.limit === "grace") {
      assert(lingering.get(subject.lingering.epoch) === subject.lingering, "grace of nobody");
    } else if (subject.limit === "rate") {
      assertGreater(subject.key.waiting, 0, `a token of ${subject.key.name} for nothing`);
    } else if ("task" in subject) {
      assert(!isTerminal(subject.task.status), `timer of ${subject.task.spec.id}`);
    } else if (subject.limit !== "schedule") {
      const { agent } = subject.limit === "ask" ? subject.ask : subject;
      if (subject.limit === "ask") {
        assert(agent.ask === subject.ask, "the wait of a former request");
      }
      assert(agents.get(agent.agentId) === agent, `timer of ${agent.agentId}, who is gone`);
    }
  }
}

function noEdgeToFinishedTasks({ tasks, awaited }: TaskState): void {
  for (const [id, dependents] of awaited) {
    assert(!tasks.has(id) && dependents.size > 0, `${id} is awaited for nothing`);
    for (const { dependent } of dependents.values()) assertEquals(dependent.status, "waiting");
  }
  for (const { status, dependents } of tasks.values()) {
    if (isTerminal(status)) assertEquals(dependents, undefined);
    for (const { dependent } of dependents?.values() ?? []) {
      assertEquals(dependent.status, "waiting");
    }
  }
}

/** Checks what happens from step to step. */
export class History {
  readonly #ended = new Set<string>();
  readonly #loads = new Loads();
  readonly #permits = new Permits();
  /** The agent of each task after the last step, and its epoch. */
  #owners = new Map<TaskRecord, { agent: Agent | undefined; epoch: number }>();
  #epoch = 0;
  /** The number of slots that each agent might use in the last step. */
  readonly #allowed = new Map<string, number>();

  check(events: readonly TaskEvent[], state: TaskState): void {
    for (const [i, event] of events.entries()) {
      if (event.type === "task:timed-out") isBlamedAtOnce(event.taskId, events[i + 1]);
      if (event.type === "task:created") this.#ended.delete(event.taskId);
      else if (isOfLiveTask(event)) this.#ofLiveTask(event);
      if (event.type === "task:assigned") {
        assertGreater(event.epoch, this.#epoch, "EpochMonotonic");
        this.#epoch = event.epoch;
      }
    }
    this.#loads.check(events, state);
    this.#permits.check(events, state);
    this.#capacityRespected(events, state);
    this.#ownerChangeRaisesEpoch(state);
  }

  #ownerChangeRaisesEpoch({ tasks }: TaskState): void {
    for (const task of tasks.values()) {
      const { agent, epoch } = task;
      const before = this.#owners.get(task);
      const isNew = agent !== undefined && agent !== before?.agent;
      const least = (before?.epoch ?? 0) + (isNew ? 1 : 0);
      assert(epoch >= least, `OwnerChangeRaisesEpoch, EpochMonotonic: ${task.spec.id}`);
      this.#owners.set(task, { agent, epoch });
    }
  }

  #ofLiveTask({ type, taskId }: { type: string; taskId: string }): void {
    assert(!this.#ended.has(taskId), `TerminalIsTerminal, CompletedOnce: ${type} of ${taskId}`);
    if (isTerminal(type.slice("task:".length) as "completed")) this.#ended.add(taskId);
  }

  /**
   * An agent may have too many tasks after its slots were made fewer, or a task resumed, but never
   * gets more.
   */
  #capacityRespected(events: readonly TaskEvent[], { agents }: TaskState): void {
    for (const { agentId, slotsInUse, maxConcurrentTasks } of agents.values()) {
      const isOf = (event: TaskEvent) => event.type === "task:resumed" && event.agentId === agentId;
      const allowed = (this.#allowed.get(agentId) ?? 0) + events.filter(isOf).length;
      assert(slotsInUse <= Math.max(allowed, maxConcurrentTasks), "CapacityRespected");
      this.#allowed.set(agentId, Math.max(slotsInUse, maxConcurrentTasks));
    }
  }
}

/** What a time limit ends is the next event; the error of the attempt relies on that. */
function isBlamedAtOnce(taskId: string, next: TaskEvent | undefined): void {
  const ends = ["task:failed", "task:backed-off", "task:requeued"];
  assert(next !== undefined && ends.includes(next.type), `"${taskId}" timed out: nothing ended`);
  assertEquals((next as { taskId: string }).taskId, taskId, "another task timed out");
}

const OF_ANY_TASK = ["task:refused", "task:recognized", "task:unlocked", "task:retried"];

function isOfLiveTask(event: TaskEvent): event is TaskEvent & { taskId: string } {
  return event.type.startsWith("task:") && !OF_ANY_TASK.includes(event.type);
}
