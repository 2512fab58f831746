/**
 * Checks each step of a simulation: its events have to follow from those before, and the state has to
 * agree with them.
 *
 * The check of a step costs what the step touched, not the size of the state; from time to time
 * everything is checked.
 *
 * @module
 */

import { type Instant, Refusal, type Tick } from "../../../core/machine.ts";
import { claimAskId, claimOf, claimOwner, claimsOfAsk } from "../../../locks/types.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import type { RootCommand, RootState } from "../../../root/state.ts";
import type { ScheduleEvent } from "../../../tasks/schedule_events.ts";
import { waitsOf } from "../../../tasks/dependencies.ts";
import { type Agent, isLent, lockEpochOf, type TaskRecord } from "../../../tasks/state.ts";
import { DEFAULT_AGING_MS, EventRules } from "../../event_rules.ts";
import type { Coverage } from "../coverage.ts";
import type { EventKind, EventKinds } from "../event_kinds.ts";
import { fail } from "../failure.ts";
import { AgentShadow } from "./agents.ts";
import { AmendmentShadow } from "./amendments.ts";
import { BreakerShadow } from "./breakers.ts";
import { ConflictShadow } from "./conflicts.ts";
import { checkAcyclic, checkLock, checkLocks, checkLocksAtRest, LeftWaits } from "./locks.ts";
import { checkMessages, checkMessagesAtRest, MessageShadow } from "./messages.ts";
import { checkOverlap, ScheduleShadow } from "./schedules.ts";
import { checkKeys, checkKeysAtRest, KeyShadow } from "./keys.ts";
import { checkTasks, checkTasksAtRest, TaskShadow } from "./tasks.ts";
import { checkWhole } from "./whole.ts";

/** The commands after which nothing is left of the agents that left; others may bring them back. */
const LEAVING: ReadonlySet<string> = new Set([
  ...["tick", "leave-agent", "remove-agent", "drain-agent"],
]);

/** The longest lease and heartbeat timeout of simulated agents. */
const LONGEST_PERIOD_MS = 400;

/** The number of steps after which deadlocks are searched for, if there are few waits. */
const SEARCH_EVERY = 50;
const FEW_WAITS = 60;

/** Checks the steps of one machine. */
export class StepChecker {
  readonly #state: () => RootState;
  readonly #coverage: Coverage;
  readonly #kinds: EventKinds;
  readonly #rules: EventRules;
  readonly #left = new LeftWaits();
  readonly #tasks = new TaskShadow();
  readonly #amendments = new AmendmentShadow();
  readonly #schedules = new ScheduleShadow();
  readonly #keys = new KeyShadow();
  readonly #messages = new MessageShadow();
  readonly #breakers = new BreakerShadow();
  readonly #conflicts = new ConflictShadow();
  readonly #agents = new AgentShadow();
  readonly #checkEvery: number;
  #followsMessages = true;
  #untilCheck: number;
  #untilSearch = SEARCH_EVERY;
  /** When the coordinator ran again after a time in which nothing could be renewed. */
  #wokeAt: Instant = -1;

  /** Creates a checker of a machine in its first state; everything is checked after `checkEvery` steps. */
  constructor(
    state: () => RootState,
    coverage: Coverage,
    kinds: EventKinds,
    checkEvery: number,
  ) {
    this.#state = state;
    this.#kinds = kinds;
    this.#coverage = coverage;
    this.#checkEvery = this.#untilCheck = checkEvery;
    this.#rules = new EventRules(fail, state().locks.config.agingMs ?? DEFAULT_AGING_MS);
  }

  /**
   * Goes on from a state without schedules and keys, without the events that led to it. The order of
   * messages is not followed from there.
   */
  resume(): void {
    const { locks, tasks, agents, messages, breakers, conflicts } = this.#state();
    this.#rules.resume(locks, tasks);
    this.#left.resume(locks);
    this.#tasks.resume(tasks);
    this.#messages.resume(messages);
    this.#breakers.resume(breakers);
    this.#conflicts.resume(conflicts);
    this.#agents.resume(agents);
    this.#followsMessages = false;
  }

  /** Checks a step. */
  check(
    command: RootCommand | Tick,
    answer: unknown,
    events: readonly LockstepEvent[],
    at: Instant,
  ): void {
    const state = this.#state();
    const former = command.type === "as-agent" ? this.#agents.incarnationOf(command.agentId) : 0;
    for (const event of events) {
      const kind = this.#kinds.of(event.type);
      kind.count++;
      if (at === this.#wokeAt && isLoss(event)) {
        fail("NothingLostAsleep", `${event.type} as the coordinator did not run`);
      }
      if (kind.isRefusal) {
        this.#coverage.refusal(event.type, (event as { reason: string }).reason);
      }
      this.#take(state, event, kind, at);
      this.#left.take(event);
      this.#keys.take(event, at);
      if (event.type === "resource:acquired" && event.waitId === 0) {
        const priority = priorityOf(event.owner, command, state);
        if (priority !== undefined) this.#rules.overtake(event, priority, at);
      }
    }
    this.#tasks.check(state.tasks);
    this.#schedules.check(state.tasks, at);
    this.#left.check(state.locks);
    this.#keys.check(state.tasks);
    if (answer instanceof Refusal) {
      if (!events.includes(answer.event as LockstepEvent)) fail("RefusalsAreEvents", command.type);
    } else {
      const given = innerOf(command);
      if (given.type === "disconnect-agent") this.#agents.disconnect(given, at);
      if (given.type === "amend-task") this.#amendments.amend(given, events, state.tasks);
      this.#checkAccepted(state, command, answer, events, former);
    }
    this.#agents.check(state, at, state.rules.sharesAgents && LEAVING.has(command.type));
    if (--this.#untilSearch <= 0 || command.type === "define") {
      this.#untilSearch = SEARCH_EVERY;
      const { waits, requests } = state.locks;
      if (state.locks.config.deadlockDetection && waits.size + requests.size < FEW_WAITS) {
        checkAcyclic(state.locks);
      }
    }
    if (state.tasks.reserving.size > 0) checkLocksWithoutSlot(state);
    if (--this.#untilCheck > 0) return;
    this.#untilCheck = this.#checkEvery;
    this.#checkState(state, at);
  }

  /** Takes in that the coordinator runs again, after it received nothing for `unheardMs`. */
  wake(at: Instant, unheardMs: number): void {
    if (4 * unheardMs >= LONGEST_PERIOD_MS) this.#wokeAt = at;
  }

  /** Adds the counts of all events to the coverage. */
  sumUp(): void {
    for (const { type, count } of this.#kinds.all()) this.#coverage.events.set(type, count);
  }

  /** Checks everything, when all has come to rest. */
  checkAtRest(now: Instant): void {
    const state = this.#state();
    this.#checkState(state, now);
    this.#tasks.checkTotals(state.tasks);
    checkTasksAtRest(state.tasks);
    checkKeysAtRest(state.tasks);
    checkLocksAtRest(state.locks);
    checkMessagesAtRest(state.messages);
    const { messagesUnderWay } = this.#rules;
    if (messagesUnderWay === 0) return;
    fail("MessageConservation", `${messagesUnderWay} are neither handled nor dead`);
  }

  /** Checks everything, when the state may have come from anywhere. */
  checkNow(now: Instant): void {
    this.#checkState(this.#state(), now);
  }

  #checkState(state: RootState, now: Instant): void {
    checkRoot(state, now);
    this.#amendments.check(state.tasks);
    this.#breakers.check(state.breakers);
    this.#conflicts.check(state.conflicts);
  }

  #take(state: RootState, event: LockstepEvent, kind: EventKind, at: Instant): void {
    switch (kind.subsystem) {
      case "root":
        return; // a record of what follows
      case "locks":
        this.#rules.takeLock(event, at);
        if (event.type === "resource:expired" || event.type === "resource:revoked") {
          checkClaimWithoutLock(event.owner, state);
        }
        return checkLocksOf(state, event, at);
      case "tasks":
        if (event.type.startsWith("schedule:")) {
          return this.#schedules.take(event as ScheduleEvent, at);
        }
        if (!event.type.startsWith("task:") || kind.isRefusal) this.#agents.take(event, at, 0);
        this.#amendments.take(event, state.tasks);
        this.#breakers.noteEnd(event);
        return this.#tasks.take(event, kind.statusChange);
      case "messages":
        this.#messages.take(event, state.messages);
        if (this.#followsMessages) this.#rules.takeMessage(event);
        return;
      case "breakers":
        return this.#breakers.take(event, state.breakers, at);
      case "conflicts":
        return this.#conflicts.take(event);
      case "agents":
        if (event.type === "agent:suspected" && event.cause !== undefined) {
          this.#tasks.disconnect(event.agentId);
        }
        return this.#agents.take(event, at, state.rules.heartbeatTimeoutMs);
    }
  }

  /** Checks a command that was not refused; `former` is the incarnation before the step. */
  #checkAccepted(
    { locks }: RootState,
    command: RootCommand | Tick,
    answer: unknown,
    events: readonly LockstepEvent[],
    former: number,
  ): void {
    checkEpoch(command, events);
    switch (command.type) {
      case "as-agent":
        return this.#agents.checkIncarnation(command, former);
      case "commit-version":
        return this.#conflicts.checkCommit(command, answer as { readonly version: number });
      case "release-all": {
        const owner = locks.owners.get(command.owner);
        if (owner === undefined || owner.holds.length + owner.waits.length === 0) return;
        fail("NoGhostWaiter", `"${command.owner}" released everything and holds or waits`);
      }
    }
  }
}

/** Returns whether `event` takes something away that its holder did not renew. */
function isLoss(event: LockstepEvent): boolean {
  switch (event.type) {
    case "agent:died":
    case "resource:expired":
      return true;
    case "agent:suspected":
      return event.cause === undefined;
    case "task:timed-out":
      return event.limit === "heartbeat";
    case "message:nacked":
      return event.reason === "timed-out";
    default:
      return false;
  }
}

function checkLocksOf({ locks }: RootState, event: LockstepEvent, at: Instant): void {
  if ("resourceId" in event) {
    const lock = locks.locks.get(event.resourceId);
    if (lock !== undefined) checkLock(locks, lock, at);
  } else if ("resourceIds" in event) {
    for (const resourceId of event.resourceIds) {
      const lock = locks.locks.get(resourceId);
      if (lock !== undefined) checkLock(locks, lock, at);
    }
  }
}

/** The event that follows only from a command with its epoch, by command. */
const EVENTS_OF_EPOCHS: ReadonlyMap<string, string> = new Map([
  ["release", "resource:released"],
  ["renew", "resource:renewed"],
  ["complete", "task:completed"],
  ["heartbeat", "task:heartbeat"],
  ["progress", "task:progressed"],
]);

/** Returns the command that an agent or a person gave. */
function innerOf(command: RootCommand | Tick): RootCommand | Tick {
  return command.type === "as-agent" || command.type === "as-operator" ? command.command : command;
}

/** Checks that a command that names a grant or a claim changed no other one. */
function checkEpoch(command: RootCommand | Tick, events: readonly LockstepEvent[]): void {
  const named = innerOf(command) as Subject;
  const type = EVENTS_OF_EPOCHS.get(named.type);
  if (type === undefined || named.epoch === 0) return;
  for (const event of events as readonly Subject[]) {
    if (event.type !== type || event.epoch === named.epoch) continue;
    if (event.owner !== named.owner && named.owner !== undefined) continue;
    if (event.resourceId !== named.resourceId || event.taskId !== named.taskId) continue;
    fail(
      "StaleRejected",
      `${named.type} under epoch ${named.epoch} had an effect on ${event.epoch}`,
    );
  }
}

/** The fields of commands and events that name a grant or a claim. */
interface Subject {
  readonly type: string;
  readonly epoch?: number;
  readonly owner?: string;
  readonly resourceId?: string;
  readonly taskId?: string;
}

/** Checks that a claim that lost a lock is over. */
function checkClaimWithoutLock(owner: string, { tasks }: RootState): void {
  const claim = claimOf(owner);
  if (claim === undefined) return;
  const task = tasks.tasks.get(claim.taskId);
  if (task === undefined || lockEpochOf(task) !== claim.epoch) return;
  if (task.agent === undefined && task.request === 0) return;
  fail("NoClaimWithoutItsLock", `"${claim.taskId}" goes on under ${claim.epoch}`);
}

/** Returns the priority of the request for a lock that was granted at once, where it is known. */
function priorityOf(
  owner: string,
  command: RootCommand | Tick,
  { tasks }: RootState,
): number | undefined {
  const request = innerOf(command);
  if ("priority" in request && "owner" in request && request.owner === owner) {
    return request.priority;
  }
  const claim = claimOf(owner);
  return claim === undefined ? undefined : tasks.tasks.get(claim.taskId)?.spec.priority;
}

/** Checks everything. Costs O(state). */
function checkRoot(state: RootState, now: Instant): void {
  checkLocks(state.locks, now);
  checkTasks(state.tasks);
  checkOverlap(state.tasks);
  checkKeys(state.tasks);
  checkMessages(state.messages);
  checkClaimsOfLocks(state);
  checkLocksOfTasks(state);
  checkCalls(state);
  checkWhole(state, now);
}

/** Checks calls through breakers against attempts, and requests of locks against those of messages. */
function checkCalls(state: RootState): void {
  const { tasks, calls, asking, locks, messages, conflicts } = state;
  const running = new Set<number>();
  for (const { status, epoch } of tasks.tasks.values()) {
    if (status === "running") running.add(epoch);
  }
  for (const epoch of calls.keys()) {
    if (!running.has(epoch)) fail("CallsAreAttempts", `the call of the claim ${epoch} is over`);
  }
  if (asking.size > 0) fail("CallsAreAttempts", "a claim waits for a permit after the step");
  for (const { askId, from } of locks.requests.values()) {
    const claims = claimsOfAsk(askId);
    const waiter = claims && tasks.tasks.get(claims.taskId);
    const isPending = claims === undefined
      ? messages.requests.has(askId)
      : waiter !== undefined && isLent(waiter) && ownerOf(waiter) === from.owner;
    if (!isPending) fail("RequestEdgesMatch", `"${askId}" is over`);
  }
  for (const task of tasks.tasks.values()) if (isLent(task)) checkAwaits(state, task);
  for (const { id, agents, gone } of conflicts.active.values()) {
    if (agents.length - gone.size < 2) fail("DecidedIsClosed", `"${id}" is open`);
  }
}

/** Checks that the waits of a claim for others that wait for locks are edges, also by dependencies. */
function checkAwaits({ tasks, locks }: RootState, task: TaskRecord): void {
  const { requests, owners, config } = locks;
  const reached = new Set(Array.from(task.family!.awaits, ({ spec: { id } }) => id));
  for (const id of reached) { // grows while it is read
    const awaited = tasks.tasks.get(id);
    if (awaited === undefined) continue;
    for (const next of awaited.status === "waiting" ? waitsOf(tasks, id) : []) reached.add(next);
    const owner = owners.get(ownerOf(awaited));
    if (owner === undefined || owner.waits.length === 0) continue;
    if (requests.has(claimAskId(ownerOf(task), owner.owner))) continue;
    if (requests.size >= config.maxAsks) continue;
    fail("RequestEdgesMatch", `"${task.spec.id}" awaits "${id}", which waits for locks`);
  }
}

function ownerOf(task: TaskRecord): string {
  return claimOwner(task.spec.id, lockEpochOf(task));
}

/** Checks that no claim that is over holds a lock, or waits for one. */
function checkClaimsOfLocks({ locks, tasks }: RootState): void {
  for (const { owner, holds, waits } of locks.owners.values()) {
    if (holds.length + waits.length === 0) continue;
    const claim = claimOf(owner);
    if (claim === undefined) continue;
    const task = tasks.tasks.get(claim.taskId);
    const isInForce = task !== undefined && lockEpochOf(task) === claim.epoch &&
      (task.agent !== undefined || task.request !== 0);
    const lingers = [...tasks.lingering.values()].some(({ lockEpoch }) =>
      lockEpoch === claim.epoch
    );
    if (isInForce || lingers) continue;
    fail("NothingHeldByEndedClaim", `the claim ${claim.epoch} on "${claim.taskId}" is over`);
  }
}

/**
 * Checks that a task that has its locks and no slot blocks no attempt that it waits for: some agent has
 * a slot for it, or an attempt that waits for nothing.
 */
function checkLocksWithoutSlot({ locks: { owners }, tasks }: RootState): void {
  const waits = (name: string) => {
    const { waits, outgoing } = owners.get(name) ?? { waits: [] };
    return waits.length > 0 || outgoing !== undefined;
  };
  const isFree = ({ agentId, tasks, slotsInUse }: Agent, slots: number) => {
    const claims = [...tasks].filter((task) => !task.queued && !isLent(task));
    const others = claims.filter((task) => waits(claimOwner(task.spec.id, lockEpochOf(task))));
    return slotsInUse < slots || (!waits(agentId) && others.length < slotsInUse);
  };
  const mayGetSlot = ({ spec: { requires, placed }, pinnedTo, queued }: TaskRecord) => {
    const fit = [...tasks.agents.values()].filter(({ agentId, capabilities, drained }) =>
      ["", agentId].includes(pinnedTo) && drained === undefined &&
      requires.every((each) => capabilities.includes(each))
    );
    const open = fit.filter(({ cordons }) => cordons.size === 0);
    if (open.some((agent) => isFree(agent, agent.usableSlots))) return true;
    const hasTrusted = open.some(({ slotLimit }) => slotLimit === 0);
    if (hasTrusted || queued || (placed && pinnedTo !== "")) return false;
    return fit.some((agent) =>
      [...agent.cordons.keys()].every((cause) => cause === "breaker") &&
      isFree(agent, agent.maxConcurrentTasks)
    );
  };
  for (const task of tasks.reserving) {
    const { spec: { id }, request } = task;
    const isAwaited = owners.get(claimOwner(id, request))!.holds.some(({ lock: { queue } }) =>
      queue.length > 0
    );
    if (!isAwaited || (!tasks.draining && mayGetSlot(task))) continue;
    fail("NoDeadlockOverSlots", `"${id}" has its locks, and waits for those that wait for them`);
  }
}

/** Checks that each task that waits for its locks has requested them, and each that has them holds them. */
function checkLocksOfTasks({ locks, tasks }: RootState): void {
  for (const { spec: { id, resources }, request } of tasks.parked) {
    const { waits = [] } = locks.owners.get(claimOwner(id, request)) ?? {};
    if (waits.some(({ tickets }) => tickets.length === resources.length)) continue;
    fail("NoLostTask", `"${id}" waits for locks that it has not requested`);
  }
  for (const { spec: { id, resources }, request } of tasks.reserving) {
    const held = locks.owners.get(claimOwner(id, request))?.holds.length;
    if (held === undefined || held < resources.length) {
      fail("RunningHasLocks", `"${id}" has ${held} of its locks`);
    }
  }
}
