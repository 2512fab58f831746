/**
 * The invariants of queues and of stealing after each step, by the names of the specification.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import type { TaskEvent, WorkStealingCompleted } from "../../src/tasks/events.ts";
import {
  backlogOf,
  canQueue,
  capacityOf,
  hasFreeSlot,
  isAssigning,
} from "../../src/tasks/placement.ts";
import { firstOf, sizeOf, tasksIn } from "../../src/tasks/lanes.ts";
import { type Agent, isLent, type TaskRecord, type TaskState } from "../../src/tasks/state.ts";

/** Checks a state by itself. */
export function checkQueues(state: TaskState): void {
  for (const agent of state.agents.values()) {
    queuesAreClaims(agent);
    if (isAssigning(state)) worksOffItsQueue(state, agent);
    if (!state.draining) leavesOnceDrained(agent);
  }
  for (const task of state.tasks.values()) placedTasksHaveAWay(state, task);
  if (!state.config.stealing) return;
  donationsAreStealable(state);
  for (const agent of state.shifted) assert(state.agents.get(agent.agentId) === agent, "shifted");
  if (!isAssigning(state) || state.donations === 0) return;
  receiversHaveRoom(state);
  imbalanceEnds(state);
}

function queuesAreClaims(agent: Agent): void {
  const queued = [...agent.tasks].filter((task) => task.queued);
  const standing = [...tasksIn(agent)];
  assertEquals(new Set(standing), new Set(queued), "NoLostTask: an agent's queue");
  for (const task of standing) {
    const queue = task.lane?.queue ?? agent.queue;
    assert(queue[task.position] === task, "NoDuplicateTask: an agent's queue");
    const { status, locked, group } = task;
    assertEquals([status, locked, group], ["assigned", false, undefined], "CapacityRespected");
  }
}

/** No task waits for capacity that is free. */
function worksOffItsQueue({ groups }: TaskState, agent: Agent): void {
  assert(
    !hasFreeSlot(agent) || firstOf(agent) === undefined,
    `${agent.agentId} has a slot for its queue`,
  );
  for (const group of groups.values()) {
    const waits = group.placed && group.pinnedTo === agent.agentId && sizeOf(group) > 0;
    assert(!waits || !canQueue(agent), `${agent.agentId} has room for what was placed`);
  }
}

function leavesOnceDrained({ agentId, drained, slotsInUse, tasks }: Agent): void {
  const isDrained = drained !== undefined && slotsInUse === 0 && tasks.size === 0;
  assert(!isDrained, `${agentId} is through and still there`);
}

function placedTasksHaveAWay({ agents }: TaskState, task: TaskRecord): void {
  const { spec: { placed }, group, pinnedTo } = task;
  if (!placed || group === undefined || pinnedTo === "") return;
  const agent = agents.get(pinnedTo);
  assert(agent !== undefined && agent.drained === undefined, "EveryTaskDone: its agent won't come");
}

function donationsAreStealable(state: TaskState): void {
  const { agents, groups, tasks } = state;
  for (const task of tasks.values()) {
    const isMovable = task.status === "assigned" && task.spec.placed;
    assertEquals(task.stealable !== undefined, isMovable, "stock");
    if (task.stealable === undefined) continue;
    const { donation, position } = task.stealable;
    assert(donation.agent === task.agent && donation.tasks[position] === task.stealable, "stock");
    assertEquals(donation.group.requires, task.spec.requires);
    assert(donation.group.donors[donation.position] === donation, "donor");
    assert(donation.agent.donations.includes(donation), "donor");
  }
  const donors = [...groups.values()].flatMap((group) => group.donors);
  const donations = [...agents.values()].flatMap((agent) => agent.donations);
  assertEquals(new Set(donors).size, donations.length, "donors");
  assertEquals(state.donations, donations.length, "donations");
  for (const donation of donations) assertGreater(donation.tasks.length, 0, "donor of nothing");
}

function receiversHaveRoom({ agents, groups }: TaskState): void {
  for (const { receivers, donors, requires, pinnedTo } of groups.values()) {
    if (pinnedTo !== "") continue;
    const able = [...agents.values()].filter((agent) => {
      return capacityOf(agent) > 0 && requires.every((each) => agent.capabilities.includes(each));
    });
    assertEquals(new Set(receivers.map(({ agent }) => agent)), new Set(able), "receivers");
    for (const { agent, rank } of receivers) assertEquals(rank, backlogOf(agent), "receivers");
    for (const { agent, rank } of donors) assertEquals(rank, -backlogOf(agent), "donors");
  }
}

/** No batch is called for that was not moved. */
function imbalanceEnds(state: TaskState): void {
  const { agents, tasks, config } = state;
  if (!isAssigning(state)) return;
  // The busiest agent may have nothing that the idlest one could take, without a place in its queue.
  if ([...tasks.values()].some(({ lane }) => lane?.key.isOpen === false)) return;
  for (const { status, agent, spec: { placed, requires } } of tasks.values()) {
    if (status !== "assigned" || !placed) continue;
    for (const other of agents.values()) {
      const isAble = capacityOf(other) > 0 &&
        requires.every((each) => other.capabilities.includes(each));
      const difference = backlogOf(agent!) - backlogOf(other);
      const isCalledFor = isAble && difference >= Math.max(2, config.stealThreshold);
      assert(!isCalledFor, `ImbalanceEnds: from ${agent!.agentId} to ${other.agentId}`);
    }
  }
}

/** Counts the claims of each agent by events. */
export class Loads {
  readonly #claims = new Map<string, { agentId: string; epoch: number }>();
  readonly #outside = new Map<string, number>();
  /** The epochs of claims that have lent their slots, with their agents. */
  readonly #lent = new Map<number, string>();
  /** Epochs that were started. */
  readonly #started = new Set<number>();
  /** Tasks whose results wait to be accepted. */
  readonly #proposed = new Set<string>();
  readonly #capacity = new Map<string, number>();
  /** By agent that is there, why it gets no tasks. */
  readonly #closed = new Map<string, Set<string>>();
  #before: [source: number, target: number] = [0, 0];

  /** Checks what happens from step to step. */
  check(events: readonly TaskEvent[], state: TaskState): void {
    for (const event of events) this.#take(event, state);
    for (const { agentId, tasks, outside } of state.agents.values()) {
      assertEquals(this.#claimsOf(agentId), tasks.size, "S5-load-never-falls");
      const lent = [...tasks].filter(isLent).map(({ epoch }) => epoch);
      const known = [...this.#lent].filter(([, id]) => id === agentId).map(([epoch]) => epoch);
      assertEquals(new Set(known), new Set(lent), "NoLostResume");
      assertEquals(this.#outside.get(agentId) ?? 0, outside);
    }
    for (const { spec, status, epoch } of state.tasks.values()) {
      const isStarted = this.#started.has(epoch) && this.#claims.has(spec.id);
      assertEquals(status === "running", isStarted, "RunningHasRun");
    }
    this.#queuesRespectCapacity(state);
  }

  #take(event: TaskEvent, state: TaskState): void {
    switch (event.type) {
      case "task:assigned":
        return this.#assign(event);
      case "task:admitted":
      case "task:stolen":
      case "task:parked":
        this.#isOwn(event);
        assert(!this.#started.has(event.epoch), `S4-started-task-stolen: ${event.taskId}`);
        if (event.type !== "task:admitted") this.#claims.delete(event.taskId);
        return;
      case "task:started":
        this.#isOwn(event);
        assert(!this.#started.has(event.epoch), "NoRestartOfEpoch, OneRunPerEpoch");
        this.#started.add(event.epoch);
        return;
      case "task:completed":
        if (this.#proposed.delete(event.taskId)) return;
        this.#isOwn(event);
        this.#claims.delete(event.taskId);
        return;
      case "task:proposed":
      case "task:snoozed":
      case "task:blocked":
        this.#isOwn(event);
        this.#claims.delete(event.taskId);
        if (event.type === "task:proposed") this.#proposed.add(event.taskId);
        return;
      case "task:rejected":
        assert(this.#proposed.has(event.taskId), "nothing was proposed");
        return;
      case "task:failed":
      case "task:cancelled":
      case "task:backed-off":
      case "task:requeued":
        this.#proposed.delete(event.taskId);
        this.#claims.delete(event.taskId);
        return;
      case "task:lent":
        this.#isOwn(event);
        this.#lent.set(event.epoch, event.agentId);
        return;
      case "task:resumed":
        this.#isOwn(event);
        assert(this.#lent.delete(event.epoch), "NoLostResume: it had not lent its slot");
        return;
      case "agent:reported":
        this.#outside.set(event.agentId, event.outside);
        return;
      case "agent:report-expired":
        this.#outside.delete(event.agentId);
        return;
      case "agent:terminated":
        this.#outside.delete(event.agentId);
        this.#closed.delete(event.agentId);
        return;
      case "agent:spawned":
        if (!this.#closed.has(event.agentId)) this.#closed.set(event.agentId, new Set());
        return;
      case "agent:cordoned":
        this.#closed.get(event.agentId)!.add(event.cause);
        return;
      case "agent:uncordoned":
        this.#closed.get(event.agentId)!.delete(event.cause);
        return;
      case "agent:draining":
        this.#closed.get(event.agentId)!.add("draining");
        return;
      case "workstealing:request":
        this.#before = [this.#loadOf(event.sourceAgent), this.#loadOf(event.targetAgent)];
        return;
      case "workstealing:completed":
        return this.#stealReducesImbalance(event, state);
    }
  }

  #assign({ taskId, agentId, epoch }: { taskId: string; agentId: string; epoch: number }): void {
    assertEquals(this.#claims.get(taskId), undefined, "OwnershipUnique");
    this.#claims.set(taskId, { agentId, epoch });
  }

  /** An event about a claim names its agent. */
  #isOwn({ taskId, agentId, epoch }: { taskId: string; agentId: string; epoch: number }): void {
    assertEquals(this.#claims.get(taskId), { agentId, epoch }, "StaleRejected");
  }

  #stealReducesImbalance(event: WorkStealingCompleted, { config }: TaskState): void {
    const { sourceAgent, targetAgent, taskCount, taskIds } = event;
    const [source, target] = this.#before;
    assertGreaterOrEqual(source - target, config.stealThreshold, "stealThreshold");
    assertEquals([taskIds.length, new Set(taskIds).size], [taskCount, taskCount], "S2");
    assertGreater(taskCount, 0, "S1-steal-only-announced");
    assert(taskCount <= config.maxStealBatch, "maxStealBatch");
    for (const taskId of taskIds) {
      assertEquals(this.#claims.get(taskId)?.agentId, targetAgent, "S1-steal-only-announced");
    }
    const after = this.#loadOf(sourceAgent) - this.#loadOf(targetAgent);
    assertGreaterOrEqual(after, 0, "StealReducesImbalance: the receiver is the busier");
    assertGreater(source - target, after, "StealReducesImbalance");
    const causes = this.#closed.get(targetAgent);
    assertEquals(causes?.size, 0, "S3-dead-agent-is-the-favourite-target");
  }

  /** A queue may be too long after it was made shorter, but never gets longer then. */
  #queuesRespectCapacity({ agents }: TaskState): void {
    for (const { agentId, queue, maxQueuedTasks } of agents.values()) {
      const allowed = this.#capacity.get(agentId) ?? 0;
      assert(queue.length <= Math.max(allowed, maxQueuedTasks), "CapacityRespected: queue");
      this.#capacity.set(agentId, Math.max(queue.length, maxQueuedTasks));
    }
  }

  #claimsOf(agentId: string): number {
    return [...this.#claims.values()].filter((claim) => claim.agentId === agentId).length;
  }

  #loadOf(agentId: string): number {
    const lent = [...this.#lent.values()].filter((id) => id === agentId).length;
    return this.#claimsOf(agentId) - lent + (this.#outside.get(agentId) ?? 0);
  }
}
