/**
 * The tables of locks and owners: who is in them, who holds what and who waits where.
 *
 * All changes of membership are here, each in O(1) but for the heaps: arrays whose members know
 * their index, and counts of what is idle. An idle lock or owner is forgotten only once there are
 * many, so what a step pays for that is constant on average.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { push, remove } from "../core/data/heap.ts";
import type { LockMode, ResourceRequest } from "./types.ts";
import {
  followUps,
  type Hold,
  type Lock,
  type LockState,
  type LockStep,
  type Owner,
  type Ticket,
  type Wait,
} from "./state.ts";

/** The units of a resource that nobody defined. */
export const DEFAULT_CAPACITY = 1;

/** How many idle locks or owners are kept in any case. */
const KEPT_IDLE = 1024;

/** Whether nothing would be lost if `lock` were forgotten. */
export function isIdleLock(lock: Lock): boolean {
  return lock.holds.length === 0 && lock.queue.length === 0 && lock.capacity === DEFAULT_CAPACITY;
}

/** Whether nothing would be lost if `owner` were forgotten. */
export function isIdleOwner({ holds, waits, asks, askedBy }: Owner): boolean {
  return holds.length === 0 && waits.length === 0 && asks === undefined && askedBy === undefined;
}

/** The lock of `resourceId`, made when there is none. */
export function lockOf(state: LockState, resourceId: string): Lock {
  let lock = state.locks.get(resourceId);
  if (lock === undefined) {
    lock = {
      resourceId,
      capacity: DEFAULT_CAPACITY,
      used: 0,
      sharers: 0,
      holds: emptyList(),
      queue: [],
      walk: 0,
    };
    state.locks.set(resourceId, lock);
    state.idleLocks++;
  }
  return lock;
}

/** The owner of that name, made when there is none. One that is idle may get another agent. */
export function ownerOf(state: LockState, name: string, agentId: string): Owner {
  let owner = state.owners.get(name);
  if (owner === undefined) {
    owner = {
      owner: name,
      agentId,
      holds: emptyList(),
      waits: emptyList(),
      asks: undefined,
      askedBy: undefined,
      walk: 0,
    };
    state.owners.set(name, owner);
    state.idleOwners++;
  } else if (owner.agentId !== agentId && isIdleOwner(owner)) {
    owner.agentId = agentId;
  }
  return owner;
}

/**
 * An empty list with room for one. Most lists here never hold more, while the first `push` to a
 * plain `[]` makes room for seventeen, which is most of what a waiter would cost.
 */
function emptyList<Element>(): Element[] {
  const list: (Element | undefined)[] = [undefined];
  list.pop();
  return list as Element[];
}

/** Forgets what is idle once that is most of a large table. */
export function sweep(state: LockState): void {
  if (state.idleLocks > KEPT_IDLE && state.idleLocks * 2 > state.locks.size) {
    for (const lock of state.locks.values()) {
      if (isIdleLock(lock)) state.locks.delete(lock.resourceId);
    }
    state.idleLocks = 0;
  }
  if (state.idleOwners > KEPT_IDLE && state.idleOwners * 2 > state.owners.size) {
    for (const owner of state.owners.values()) {
      if (isIdleOwner(owner)) state.owners.delete(owner.owner);
    }
    state.idleOwners = 0;
  }
}

/** The grant that `owner` has on `lock`; costs the shorter of the two lists. */
export function findHold(lock: Lock, owner: Owner): Hold | undefined {
  if (owner.holds.length <= lock.holds.length) {
    for (const hold of owner.holds) if (hold.lock === lock) return hold;
  } else {
    for (const hold of lock.holds) if (hold.owner === owner) return hold;
  }
  return undefined;
}

/** The tickets that `owner` has for `lock`, oldest first; searches the shorter of the two lists. */
export function findTickets(lock: Lock, owner: Owner): Ticket[] {
  const found: Ticket[] = [];
  if (lock.queue.length <= owner.waits.length) {
    for (const ticket of lock.queue) if (ticket.wait.owner === owner) found.push(ticket);
  } else {
    for (const wait of owner.waits) {
      for (const ticket of wait.tickets) if (ticket.lock === lock) found.push(ticket);
    }
  }
  return found.sort((a, b) => a.sequence - b.sequence);
}

/** Whether nothing that is held keeps `lock` from being given out like this. */
export function admits(lock: Lock, mode: LockMode, units: number): boolean {
  if (mode === "shared") return lock.used === 0;
  return lock.sharers === 0 && lock.used + units <= lock.capacity;
}

/** Whether who has `hold` needs nothing more to hold its lock like this. */
export function covers(hold: Hold, mode: LockMode, units: number): boolean {
  if (hold.mode === mode) return mode === "shared" || hold.units >= units;
  return hold.mode === "exclusive" && hold.units === hold.lock.capacity;
}

/** Gives `lock` to `owner` under a new epoch; its lease starts. */
export function addHold(
  step: LockStep,
  lock: Lock,
  owner: Owner,
  mode: LockMode,
  units: number,
  leaseMs: number,
  waitId: number,
): Hold {
  const { state, now } = step;
  if (isIdleLock(lock)) state.idleLocks--;
  if (isIdleOwner(owner)) state.idleOwners--;
  const hold: Hold = {
    kind: "hold",
    lock,
    owner,
    mode,
    units,
    epoch: ++state.epoch,
    since: now,
    waitId,
    leaseMs,
    lease: undefined,
    lockIndex: lock.holds.length,
    ownerIndex: owner.holds.length,
  };
  lock.holds.push(hold);
  owner.holds.push(hold);
  if (mode === "shared") lock.sharers++;
  else lock.used += units;
  if (leaseMs > 0) hold.lease = schedule(state.deadlines, now + leaseMs, hold);
  return hold;
}

/** Takes a grant back. Who waits for the lock is looked at later in the step. */
export function removeHold(step: LockStep, hold: Hold): void {
  const { state } = step;
  const { lock, owner } = hold;
  const lastOfLock = lock.holds.pop()!;
  if (lastOfLock !== hold) {
    lock.holds[hold.lockIndex] = lastOfLock;
    lastOfLock.lockIndex = hold.lockIndex;
  }
  const lastOfOwner = owner.holds.pop()!;
  if (lastOfOwner !== hold) {
    owner.holds[hold.ownerIndex] = lastOfOwner;
    lastOfOwner.ownerIndex = hold.ownerIndex;
  }
  if (hold.mode === "shared") lock.sharers--;
  else lock.used -= hold.units;
  unschedule(state.deadlines, hold.lease);
  if (isIdleLock(lock)) state.idleLocks++;
  if (isIdleOwner(owner)) state.idleOwners++;
  if (lock.queue.length === 0) return;
  const { unserved, suspects } = followUps(step);
  unserved.push(lock);
  // A wait for several locks may have counted on this one.
  if (owner.waits.length > 0) suspects.push(owner);
}

const NO_TICKETS: readonly Ticket[] = [];

/** How a wait is ordered, how long it may take, and the lease that it leads to. */
export interface WaitTerms {
  readonly priority: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

/** Lets `owner` wait for all of `requests`, in the queue of each. */
export function addWait(
  step: LockStep,
  owner: Owner,
  requests: readonly ResourceRequest[],
  { priority, timeoutMs, leaseMs }: WaitTerms,
): Wait {
  const { state, now } = step;
  if (isIdleOwner(owner)) state.idleOwners--;
  const wait: Wait = {
    kind: "wait",
    id: ++state.lastWait,
    owner,
    tickets: NO_TICKETS,
    priority,
    since: now,
    timeoutMs,
    leaseMs,
    timeout: undefined,
    ownerIndex: owner.waits.length,
  };
  const rank = rankOf(step, priority);
  wait.tickets = requests.map(({ resourceId, mode, units }) => {
    const lock = lockOf(state, resourceId);
    if (isIdleLock(lock)) state.idleLocks--;
    const ticket = { rank, sequence: wait.id, position: -1, lock, wait, mode, units };
    push(lock.queue, ticket);
    return ticket;
  });
  owner.waits.push(wait);
  state.waits.set(wait.id, wait);
  if (timeoutMs > 0) wait.timeout = schedule(state.deadlines, now + timeoutMs, wait);
  return wait;
}

/** What a wait that begins in this step is ordered by, smallest first. */
export function rankOf(step: LockStep, priority: number): number {
  return step.now - priority * step.state.config.agingMs;
}

/** Takes a wait out of its queues. Who comes first instead is looked at later in the step. */
export function removeWait(step: LockStep, wait: Wait): void {
  const { state } = step;
  for (const ticket of wait.tickets) {
    const { lock } = ticket;
    const wasFirst = ticket.position === 0;
    remove(lock.queue, ticket);
    const first = lock.queue[0];
    if (first === undefined) {
      if (isIdleLock(lock)) state.idleLocks++;
    } else if (wasFirst) {
      const { unserved, suspects } = followUps(step);
      unserved.push(lock);
      if (lock.queue.length > 1) suspects.push(first.wait.owner);
    }
  }
  const { owner } = wait;
  const last = owner.waits.pop()!;
  if (last !== wait) {
    owner.waits[wait.ownerIndex] = last;
    last.ownerIndex = wait.ownerIndex;
  }
  wait.ownerIndex = -1;
  state.waits.delete(wait.id);
  unschedule(state.deadlines, wait.timeout);
  if (isIdleOwner(owner)) state.idleOwners++;
}
