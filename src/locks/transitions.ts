/**
 * The transitions of locks: grants, waits and requests begin and end, each with one event, and what
 * follows from them: grants to the next waiters, and the victims of deadlocks.
 *
 * @module
 */

import { reschedule, schedule, unschedule } from "../core/data/deadlines.ts";
import type { PlainStep } from "../core/dispatcher.ts";
import { type Instant, Refusal, setSession } from "../core/machine.ts";
import type { Acquire, AcquireAll, ResourceCommand } from "./commands.ts";
import {
  addCandidate,
  candidatesNear,
  covers,
  DEFAULT_CAPACITY,
  type EndedWait,
  findHold,
  findTickets,
  type FollowUps,
  followUps,
  type Hold,
  holdAgainst,
  isAwaited,
  isNext,
  isOfPaths,
  type Lock,
  lockOf,
  type LockState,
  type LockStep,
  type Owner,
  type PendingRequest,
  type Ticket,
  type Wait,
} from "./state.ts";
import type {
  AskEnded,
  DeadlockDetected,
  ResourceAbandoned,
  ResourceRefusal,
  ResourceRefused,
  WaitEnd,
} from "./events.ts";
import { freePaths } from "./path_locks.ts";
import type { LockMode, ResourceRequest } from "./types.ts";
import { pop, push, remove } from "../core/data/heap.ts";
import { type Deadlock, findDeadlock, isRequest, waiterOf } from "./deadlock.ts";

/** Refuses a command: the state stays as it is. */
export function refuse(
  step: LockStep,
  command: ResourceCommand,
  resourceId: string,
  reason: ResourceRefusal,
): Refusal<ResourceRefused> {
  const refused: ResourceRefused = {
    type: "resource:refused",
    resourceId,
    agentId: "agentId" in command ? command.agentId : "",
    owner: "owner" in command ? command.owner : "",
    command: command.type,
    reason,
  };
  step.events.push(refused);
  return new Refusal(refused);
}

// Grants.

/** Grants `lock` to `owner`, at once or at the end of `wait`; its lease starts. */
export function grant(
  step: LockStep,
  lock: Lock,
  owner: Owner,
  { mode, units }: Pick<ResourceRequest, "mode" | "units">,
  leaseMs: number,
  wait: Wait | undefined,
): Hold {
  const { state, now, events } = step;
  const waitId = wait === undefined ? 0 : wait.id;
  const hold = addHold(state, now, lock, owner, mode, units, waitId, leaseMs);
  const caller = wait?.caller;
  if (caller?.isGone) keepUntil(state, hold, caller.keepMs, caller.timer!.rank);
  else if (leaseMs > 0) hold.lease = schedule(state.deadlines, now + leaseMs, hold);
  events.push({
    type: "resource:acquired",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch: hold.epoch,
    mode,
    units,
    waitId,
    waitedMs: wait === undefined ? 0 : now - wait.since,
  });
  const hasWaiters = isAwaited(lock);
  const isWaiting = hasWaiters && owner.waits.length > 0;
  if (isWaiting) endOtherWaits(step, hold);
  const isSending = owner.outgoing !== undefined && (hasWaiters || owner.incoming !== undefined);
  if (isWaiting || isSending) followUps(step).suspects.push(owner);
  return hold;
}

/** Adds a grant under a new epoch, whose lease has not started. */
export function addHold(
  state: LockState,
  now: Instant,
  lock: Lock,
  owner: Owner,
  mode: LockMode,
  units: number,
  waitId: number,
  leaseMs: number,
): Hold {
  const epoch = ++state.epoch;
  const hold: Hold = {
    kind: "hold",
    lock,
    owner,
    mode,
    units,
    epoch,
    since: now,
    waitId,
    leaseMs,
    keepMs: 0,
    lease: undefined,
    lockIndex: lock.holds.length,
    ownerIndex: owner.holds.length,
  };
  if (lock.uses++ === 0) state.locksInUse++;
  lock.holds.push(hold);
  owner.holds.push(hold);
  if (mode === "shared") lock.sharers++;
  else lock.used += units;
  return hold;
}

/** Keeps a grant for a caller that has left, in place of its lease. */
export function keepUntil(
  { deadlines }: LockState,
  hold: Hold,
  keepMs: number,
  until: Instant,
): void {
  unschedule(deadlines, hold.lease);
  hold.keepMs = keepMs;
  hold.lease = schedule(deadlines, until, hold);
}

/**
 * Ends the other waits of an owner for a lock that it was just granted, or of which it holds all units no
 * longer. Where that is a set of paths,
 * the rest may be granted as well: the owner doesn't wait for those that wait for it.
 */
export function endOtherWaits(step: LockStep, hold: Hold): void {
  for (const { wait, mode, units } of findTickets(hold.lock, hold.owner)) {
    if (!covers(hold, mode, units)) {
      endWait(step, wait, { type: "resource:abandoned", reason: "upgrade" });
    } else if (wait.tickets.length > 1) {
      if (!isOfPaths(hold.lock)) followUps(step).groups.push(wait);
    } else {
      removeWait(step, wait);
      reacquire(step, hold, wait);
    }
  }
  if (!isOfPaths(hold.lock)) return;
  followUps(step).groups.push(...hold.owner.waits.toSorted((a, b) => a.id - b.id));
}

/**
 * Emits that the owner of `hold` has acquired what it holds. If that was kept for a caller, it is kept no
 * longer, and its lease starts; unless it was acquired by a `wait` that has no caller either.
 */
export function reacquire(
  { state: { deadlines }, now, events }: LockStep,
  hold: Hold,
  wait: Wait | undefined,
): void {
  const { lock, owner, epoch, leaseMs } = hold;
  if (hold.keepMs > 0 && !wait?.caller?.isGone) {
    unschedule(deadlines, hold.lease);
    hold.keepMs = 0;
    hold.lease = leaseMs > 0 ? schedule(deadlines, now + leaseMs, hold) : undefined;
  }
  events.push({
    type: "resource:reacquired",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    waitId: wait === undefined ? 0 : wait.id,
  });
}

/** Starts the lease of a grant anew, or the time for which it is kept. Returns when that ends. */
export function startLease(step: LockStep, hold: Hold): Instant {
  const { lock, owner, lease, epoch } = hold;
  const leaseMs = hold.keepMs || hold.leaseMs;
  const expiresAt = leaseMs === 0 ? Infinity : step.now + leaseMs;
  const { deadlines } = step.state;
  if (lease !== undefined && leaseMs === 0) {
    unschedule(deadlines, lease);
    hold.lease = undefined;
  } else if (lease !== undefined) reschedule(deadlines, lease, expiresAt);
  else if (leaseMs > 0) hold.lease = schedule(deadlines, expiresAt, hold);
  step.events.push({
    type: "resource:renewed",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    expiresAt,
  });
  return expiresAt;
}

/** The way in which a grant ends: it was released, its lease has ended, or it was revoked. */
type HoldEnd = "resource:released" | "resource:expired" | "resource:revoked";

/** Ends a grant. */
export function endHold(step: LockStep, hold: Hold, type: HoldEnd): void {
  const { lock, owner } = hold;
  removeHold(step.state, hold);
  if (hold.lease !== undefined) unschedule(step.state.deadlines, hold.lease);
  if (lock.uses === 0 && isOfPaths(lock)) freePaths(step, lock);
  emitEnd(step, hold, type);
  if (isAwaited(lock)) followUps(step).unserved.push(lock);
  else if (!isOfPaths(lock)) return;
  // Its own waits may have relied on this one.
  if (owner.waits.length > 0) followUps(step).suspects.push(owner);
}

/** Removes a grant, whose lease may go on, from the tables. */
export function removeHold(state: LockState, hold: Hold): void {
  const { lock, owner } = hold;
  const lastOfLock = lock.holds.pop()!;
  if (lastOfLock !== hold) lock.holds[lastOfLock.lockIndex = hold.lockIndex] = lastOfLock;
  const lastOfOwner = owner.holds.pop()!;
  if (lastOfOwner !== hold) owner.holds[lastOfOwner.ownerIndex = hold.ownerIndex] = lastOfOwner;
  if (hold.mode === "shared") lock.sharers--;
  else lock.used -= hold.units;
  if (--lock.uses === 0) state.locksInUse--;
}

function emitEnd({ now, events }: LockStep, hold: Hold, type: HoldEnd): void {
  const { lock, owner } = hold;
  const end = {
    type,
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch: hold.epoch,
    heldMs: now - hold.since,
  };
  events.push(type === "resource:expired" && hold.keepMs > 0 ? { ...end, lapsed: true } : end);
}

// Waits.

/** Adds a wait for all of `requests`, in the queue of each. */
export function enqueue(
  step: LockStep,
  owner: Owner,
  requests: readonly ResourceRequest[],
  command: Acquire | AcquireAll,
): Wait {
  const { state, now, events } = step;
  const { priority, timeoutMs, leaseMs } = command;
  const id = ++state.lastWait;
  const wait: Wait = {
    kind: "wait",
    id,
    owner,
    tickets: [],
    priority,
    since: now,
    timeoutMs,
    leaseMs,
    timeout: undefined,
    caller: undefined,
    ownerIndex: owner.waits.length,
  };
  setSession(wait, command);
  const rank = rankOf(step, priority);
  wait.tickets = requests.map(({ resourceId, mode, units }) => {
    const lock = lockOf(state, resourceId);
    const ticket: Ticket = { rank, sequence: id, position: -1, lock, wait, mode, units };
    if (lock.uses++ === 0) state.locksInUse++;
    push(lock.queue, ticket);
    return ticket;
  });
  owner.waits.push(wait);
  state.waits.set(id, wait);
  if (timeoutMs > 0) wait.timeout = schedule(state.deadlines, now + timeoutMs, wait);
  const resourceIds = requests.map(({ resourceId }) => resourceId);
  const { agentId } = owner;
  events.push({
    type: "resource:queued",
    resourceIds,
    agentId,
    owner: owner.owner,
    waitId: id,
    priority,
  });
  followUps(step).suspects.push(owner);
  return wait;
}

/** Returns the rank of a wait that begins in this step. Smaller ranks are served first. */
export function rankOf({ now, state }: LockStep, priority: number): number {
  return now - priority * state.config.agingMs;
}

/** The end of a wait without a grant. */
type WaitOutcome =
  | { readonly type: "resource:timed-out"; readonly timeoutMs: number }
  | { readonly type: "resource:cancelled" }
  | { readonly type: "resource:abandoned"; readonly reason: ResourceAbandoned["reason"] };

/** Ends a wait without a grant. */
export function endWait(step: LockStep, wait: Wait, outcome: WaitOutcome): void {
  removeWait(step, wait);
  const { owner: { agentId, owner }, id: waitId, tickets, since } = wait;
  const resourceIds = tickets.map(({ lock }) => lock.resourceId);
  const waitedMs = step.now - since;
  const end = { ...outcome, resourceIds, agentId, owner, waitId, waitedMs };
  step.events.push(end);
  rememberEnd(step.state, wait, end);
}

/**
 * Remembers how a wait ended whose caller has left, for as long as that was told to ask again; not if
 * the wait was given up, as then nobody asks.
 */
function rememberEnd({ endedWaits, deadlines, config }: LockState, wait: Wait, end: WaitEnd): void {
  const { caller, owner: { owner } } = wait;
  const isGivenUp = end.type === "resource:cancelled" ||
    (end.type === "resource:abandoned" && (end.reason === "gone" || end.reason === "lapsed"));
  if (!caller?.isGone || isGivenUp || config.maxEndedWaits === 0) return;
  const ended: EndedWait = { kind: "ended", owner, end, timer: undefined };
  ended.timer = schedule(deadlines, caller.timer!.rank, ended);
  endedWaits.set(wait.id, ended);
  for (const [oldest, { timer }] of endedWaits) {
    if (endedWaits.size <= config.maxEndedWaits) break;
    unschedule(deadlines, timer);
    endedWaits.delete(oldest);
  }
}

/** Removes a wait from its queues; the next of each may be granted. */
function removeWait(step: LockStep, wait: Wait): void {
  const { state } = step;
  for (const ticket of wait.tickets) {
    const { lock } = ticket;
    const wasFirst = ticket.position === 0;
    remove(lock.queue, ticket);
    if (--lock.uses === 0) state.locksInUse--;
    if (isOfPaths(lock)) {
      if (lock.uses === 0) freePaths(step, lock);
      if (isAwaited(lock, wait)) followUps(step).unserved.push(lock);
      continue;
    }
    const first = lock.queue[0];
    if (first === undefined || !wasFirst) continue;
    const { unserved, suspects } = followUps(step);
    unserved.push(lock);
    if (lock.queue.length > 1) suspects.push(first.wait.owner);
  }
  const { waits } = wait.owner;
  const last = waits.pop()!;
  if (last !== wait) waits[last.ownerIndex = wait.ownerIndex] = last;
  wait.ownerIndex = -1;
  state.waits.delete(wait.id);
  unschedule(state.deadlines, wait.timeout);
  unschedule(state.deadlines, wait.caller?.timer);
}

// Requests.

/** Adds a pending request, or the wait of a claim for another, in O(1). */
export function addRequest(
  step: LockStep,
  askId: string,
  from: Owner,
  to: Owner,
  priority: number,
): void {
  const { state, now, events } = step;
  from.outgoing ??= [];
  to.incoming ??= [];
  const request: PendingRequest = {
    askId,
    number: ++state.lastWait,
    from,
    to,
    priority,
    since: now,
    fromIndex: from.outgoing.length,
    toIndex: to.incoming.length,
  };
  from.outgoing.push(request);
  to.incoming.push(request);
  state.requests.set(askId, request);
  const { agentId } = from;
  events.push({ type: "ask:begun", askId, agentId, toAgentId: to.agentId, priority });
  if (from.incoming !== undefined || from.holds.length + from.waits.length > 0) {
    followUps(step).suspects.push(from);
  }
}

/** Ends all requests from and to `owner`, oldest first. */
export function endRequestsOf(step: LockStep, { outgoing = [], incoming = [] }: Owner): void {
  const requests = [...outgoing, ...incoming].sort((a, b) => a.number - b.number);
  for (const request of requests) cancelRequest(step, request, "gone");
}

export function cancelRequest(
  step: LockStep,
  request: PendingRequest,
  reason: AskEnded["reason"],
): void {
  const { askId, from, to, since } = request;
  removeRequest(step.state, request);
  step.events.push({
    type: "ask:ended",
    askId,
    agentId: from.agentId,
    toAgentId: to.agentId,
    reason,
    waitedMs: step.now - since,
  });
}

/** Removes a request from the tables, in O(1). */
function removeRequest(state: LockState, request: PendingRequest): void {
  const { askId, from, to } = request;
  const outgoing = from.outgoing!;
  const lastOfFrom = outgoing.pop()!;
  if (lastOfFrom !== request) outgoing[lastOfFrom.fromIndex = request.fromIndex] = lastOfFrom;
  const incoming = to.incoming!;
  const lastOfTo = incoming.pop()!;
  if (lastOfTo !== request) incoming[lastOfTo.toIndex = request.toIndex] = lastOfTo;
  if (outgoing.length === 0) from.outgoing = undefined;
  if (incoming.length === 0) to.incoming = undefined;
  state.requests.delete(askId);
}

// What follows.

/**
 * Grants locks to waiters, and breaks the deadlocks that result, until no more follow.
 * Consequences of these are added to the lists, so a chain of any length needs no recursion.
 */
export function followUp(step: LockStep, { unserved, groups, suspects }: FollowUps): void {
  let served = 0;
  let tried = 0;
  do {
    while (served < unserved.length || tried < groups.length) {
      const lock = unserved[served];
      if (lock !== undefined && isOfPaths(lock)) {
        serveNear(step, lock);
        served++;
        continue;
      }
      const wait = served < unserved.length ? unserved[served++]!.queue[0]?.wait : groups[tried++]!;
      if (wait !== undefined && isGrantable(wait)) grantWait(step, wait);
    }
  } while (breakDeadlock(step, suspects));
}

/** Serves those who wait for paths of `lock`, or of one near to it, in order. */
function serveNear(step: LockStep, lock: Lock): void {
  let candidates = candidatesNear(lock);
  for (let next = pop(candidates); next !== undefined; next = pop(candidates)) {
    const { lock: own, wait } = next.ticket;
    if (!isGrantable(wait)) continue;
    grantWait(step, wait);
    const follower = own.queue[0];
    const isSimple = [wait, follower?.wait ?? wait].every(({ tickets }) => tickets.length === 1) &&
      wait.owner.waits.length === 0;
    if (!isSimple) candidates = candidatesNear(lock);
    else if (follower !== undefined) addCandidate(candidates, follower);
  }
}

/** Whether the owner of `wait` can have all its locks: each ticket is next, or it holds the lock. */
function isGrantable({ tickets, ownerIndex }: Wait): boolean {
  if (ownerIndex < 0) return false;
  for (const ticket of tickets) if (!isNext(ticket) && !isCovered(ticket)) return false;
  return true;
}

/** Whether the owner of a wait for several locks holds that of `ticket` already. */
function isCovered({ lock, mode, units, wait: { tickets, owner } }: Ticket): boolean {
  const held = tickets.length === 1 ? undefined : findHold(lock, owner);
  return held !== undefined && covers(held, mode, units);
}

function grantWait(step: LockStep, wait: Wait): void {
  const { tickets, owner, leaseMs } = wait;
  removeWait(step, wait);
  for (const ticket of tickets) {
    const held = tickets.length === 1 ? undefined : findHold(ticket.lock, owner);
    if (held !== undefined) reacquire(step, held, wait);
    else grant(step, ticket.lock, owner, ticket, leaseMs, wait);
  }
}

/** Breaks one deadlock through an owner with a new edge, if there is one. Returns whether it did. */
function breakDeadlock(step: LockStep, suspects: Owner[]): boolean {
  const { state } = step;
  if (!state.config.deadlockDetection) suspects.length = 0;
  for (let owner = suspects.at(-1); owner !== undefined; owner = suspects.at(-1)) {
    const deadlock = findDeadlock(state, owner);
    if (deadlock !== undefined) {
      endVictim(step, deadlock);
      return true;
    }
    suspects.pop();
  }
  return false;
}

/** Ends the victim of a cycle; by the policy `revoke`, also its hold that the cycle waits for. */
function endVictim(step: LockStep, { cycle, victim }: Deadlock): void {
  const { state, now, events } = step;
  const owner = waiterOf(victim);
  if (isRequest(victim)) removeRequest(state, victim);
  else removeWait(step, victim.wait);
  const detected: DeadlockDetected = {
    type: "deadlock:detected",
    agents: cycle.map((edge) => waiterOf(edge).agentId),
    owners: cycle.map((edge) => waiterOf(edge).owner),
    resources: cycle.map((edge) => isRequest(edge) ? "" : edge.lock.resourceId),
    victim: owner.agentId,
    owner: owner.owner,
    waitId: isRequest(victim) ? 0 : victim.wait.id,
    askId: isRequest(victim) ? victim.askId : "",
    waitedMs: now - (isRequest(victim) ? victim : victim.wait).since,
  };
  events.push(detected);
  if (!isRequest(victim)) rememberEnd(state, victim.wait, detected);
  const before = cycle.at(cycle.indexOf(victim) - 1)!;
  if (state.config.deadlockPolicy !== "revoke" || isRequest(before)) return;
  const held = holdAgainst(before, owner);
  if (held !== undefined) endHold(step, held, "resource:revoked");
}

// Plain steps: of a lock that nobody else uses.

/** The terms of a grant. */
interface Terms {
  readonly mode: LockMode;
  readonly units: number;
  readonly leaseMs: number;
}

/** Grants a lock to an owner, if {@linkcode isPlainAcquire}. */
export const PLAIN_ACQUIRE: PlainStep<LockState, "resource:acquired", [Lock, Owner, Terms], Hold> =
  {
    type: "acquire",
    event: "resource:acquired",
    keepsTime: true,
    apply: (state, now, lock, owner, { mode, units }) =>
      addHold(state, now, lock, owner, mode, units, 0, 0),
  };

/**
 * Whether an acquire grants a lock that is not in use, and nothing else: no lease begins, and no
 * deadlock comes about.
 */
export function isPlainAcquire(
  { locksInUse, config }: Readonly<LockState>,
  lock: Lock,
  { outgoing, incoming }: Owner,
  { units, leaseMs }: Terms,
): boolean {
  return lock.uses === 0 && !isOfPaths(lock) && units <= DEFAULT_CAPACITY && leaseMs === 0 &&
    locksInUse < config.maxResources && (outgoing === undefined || incoming === undefined);
}

/** Ends a grant that {@linkcode plainlyReleased} returned. */
export const PLAIN_RELEASE: PlainStep<LockState, "resource:released", [Hold], Hold> = {
  type: "release",
  event: "resource:released",
  keepsTime: false,
  apply(state, _now, hold) {
    removeHold(state, hold);
    return hold;
  },
};

/** Returns the grant that a release ends, if it is all that the lock is in use for, without a lease. */
export function plainlyReleased(
  { locks }: Readonly<LockState>,
  resourceId: string,
  owner: string,
  epoch: number | undefined,
): Hold | undefined {
  const lock = locks.get(resourceId);
  if (lock === undefined || lock.uses !== 1 || isOfPaths(lock)) return undefined;
  const hold = lock.holds[0];
  if (hold === undefined || hold.lease !== undefined || hold.owner.owner !== owner) {
    return undefined;
  }
  return epoch === undefined || epoch === hold.epoch ? hold : undefined;
}
