/**
 * The invariants of locks, by their names in the specification: of one lock, cheap enough for each lock
 * of a step, and of all.
 *
 * @module
 */

import { countTimers } from "../../../core/data/deadlines.ts";
import type { Instant } from "../../../core/machine.ts";
import { precedes } from "../../../core/data/heap.ts";
import type { Hold, Lock, LockState, Owner, Ticket, Wait } from "../../../locks/mod.ts";
import { overlap, parsePaths } from "../../../locks/paths.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import { fail } from "../failure.ts";

/** Checks one lock. Costs O(holders). */
export function checkLock(state: LockState, lock: Lock, now: Instant): void {
  const { resourceId, holds, queue, used, sharers } = lock;
  let units = 0;
  let shared = 0;
  for (const { mode, units: held, epoch, lease, leaseMs, since, keepMs } of holds) {
    const renewedAt = lease === undefined ? since : lease.rank - leaseMs;
    if (keepMs > 0) {
      const isBounded = lease?.isSet === true && lease.rank <= now + keepMs;
      if (!isBounded) fail("KeptIsBounded", `"${resourceId}" under ${epoch}`);
    } else if (renewedAt < since || renewedAt > now) {
      fail("LeaseKept", `"${resourceId}" under ${epoch}`);
    }
    if (mode === "shared") shared++;
    else units += held;
    if (epoch > state.epoch) fail("HolderHasNewestEpoch", `"${resourceId}" under ${epoch}`);
  }
  if (units !== used || shared !== sharers) {
    fail(
      "MutualExclusion",
      `"${resourceId}" has other holders than ${used} units and ${sharers} sharers`,
    );
  }
  if (used > 0 && sharers > 0) {
    fail("MutualExclusion", `"${resourceId}" has ${used} units held beside ${sharers} sharers`);
  }
  if (lock.paths !== undefined) return checkPaths(lock);
  const first = queue[0];
  if (first === undefined) return;
  if (isGrantable(first)) {
    fail("NoLostWakeup", `${ownerOf(first)} waits for "${resourceId}" and could be granted it`);
  }
  for (let i = 1; i < Math.min(5, queue.length); i++) {
    if (precedes(queue[i]!, first)) fail("QueueOrdered", `of "${resourceId}"`);
  }
}

/** Returns whether a wait could be granted: it is first wherever its owner lacks the lock. */
function isGrantable(ticket: Ticket): boolean {
  const { tickets, owner } = ticket.wait;
  return tickets.every((ticket) => {
    const { lock, mode, units, position } = ticket;
    if (lock.paths !== undefined) {
      if (holdersOf(ticket).length + waitersBefore(ticket).length === 0) return true;
    } else if (position === 0 && admits(lock, mode, units)) return true;
    const held = lock.holds.find((hold) => hold.owner === owner);
    return tickets.length > 1 && held !== undefined && covers(held, mode, units);
  });
}

/** Checks a set of paths, and those that overlap with it. Costs O(their holders and waiters). */
function checkPaths(lock: Lock): void {
  for (const near of nearTo(lock)) {
    for (const hold of lock.holds) {
      for (const other of near.holds) {
        if (hold.owner === other.owner || !clash(hold, other)) continue;
        const names = `"${lock.resourceId}" and "${near.resourceId}"`;
        fail("OverlapsAreShared", `${names} are held by two owners`);
      }
    }
    for (const ticket of near.queue) {
      if (!isGrantable(ticket)) continue;
      fail("NoLostWakeup", `${ownerOf(ticket)} waits for "${near.resourceId}" and could have it`);
    }
  }
}

function nearTo(lock: Lock): Lock[] {
  return [lock, ...lock.paths!.overlaps];
}

function clash(a: { mode: string }, b: { mode: string }): boolean {
  return a.mode === "exclusive" || b.mode === "exclusive";
}

/** The owners of grants that exclude a ticket for paths. */
function holdersOf(ticket: Ticket): Owner[] {
  const { owner } = ticket.wait;
  return nearTo(ticket.lock).flatMap(({ holds }) => holds)
    .filter((hold) => hold.owner !== owner && clash(hold, ticket)).map((hold) => hold.owner);
}

/** The owners of waits that precede a ticket for paths. */
function waitersBefore(ticket: Ticket): Owner[] {
  const { owner } = ticket.wait;
  return nearTo(ticket.lock).flatMap(({ queue }) => queue).filter((other) =>
    precedes(other, ticket) && other.wait.owner !== owner && clash(other, ticket) &&
    !nearTo(other.lock).some(({ holds }) =>
      holds.some((hold) => hold.owner === owner && clash(hold, other))
    )
  ).map(({ wait }) => wait.owner);
}

/** Checks which sets of paths overlap, by comparing each with each. */
function checkOverlaps(state: LockState): void {
  const sets = [...state.locks.values()].filter(({ paths }) => paths !== undefined);
  const patterns = new Map(sets.map((lock) => [
    lock,
    parsePaths(lock.resourceId, state.config.caseSensitivePaths),
  ]));
  for (const lock of sets) {
    const expected = sets.filter((other) =>
      other !== lock &&
      patterns.get(lock)!.some((a) =>
        patterns.get(other)!.some((b) => overlap(a, b, { left: Infinity }))
      )
    );
    const { overlaps } = lock.paths!;
    const isRight = overlaps.length === expected.length &&
      expected.every((other) => overlaps.includes(other));
    if (!isRight || lock.uses === 0) fail("OverlapsKnown", `of "${lock.resourceId}"`);
  }
}

function admits({ used, sharers, capacity }: Lock, mode: string, units: number): boolean {
  return mode === "shared" ? used === 0 : sharers === 0 && used + units <= capacity;
}

function covers(hold: Hold, mode: string, units: number): boolean {
  if (hold.mode === mode) return mode === "shared" || hold.units >= units;
  const { capacity, holds } = hold.lock;
  return hold.mode === "exclusive" && hold.units >= capacity && holds.length === 1;
}

function ownerOf({ wait }: Ticket): string {
  return `"${wait.owner.owner}"`;
}

/** Checks all locks. Costs O(state). */
export function checkLocks(state: LockState, now: Instant): void {
  let timers = 0;
  let locksInUse = 0;
  for (const lock of state.locks.values()) {
    checkLock(state, lock, now);
    checkQueue(lock);
    timers += lock.holds.filter(({ leaseMs, keepMs }) => leaseMs > 0 || keepMs > 0).length;
    const uses = lock.holds.length + lock.queue.length + (lock.capacity === 1 ? 0 : 1);
    if (uses !== lock.uses) fail("UsesCounted", `${lock.uses} of "${lock.resourceId}"`);
    if (uses > 0) locksInUse++;
  }
  timers += state.endedWaits.size;
  if (state.endedWaits.size > state.config.maxEndedWaits) {
    fail("EndedWaitsBounded", `${state.endedWaits.size}`);
  }
  for (const wait of state.waits.values()) {
    if (wait.timeoutMs > 0) timers++;
    const { caller } = wait;
    if (caller?.timer !== undefined) timers++;
    if (caller?.isGone && !(caller.timer!.rank <= now + caller.keepMs)) {
      fail("KeptIsBounded", `the wait ${wait.id} lapses at ${caller.timer!.rank}`);
    }
    if (wait.timeout !== undefined && wait.timeout.rank !== wait.since + wait.timeoutMs) {
      fail("TimersMatchState", `the wait ${wait.id} is timed out at ${wait.timeout.rank}`);
    }
    if (wait.owner.waits[wait.ownerIndex] !== wait) {
      fail("NoGhostWaiter", `the wait ${wait.id} is not among those of its owner`);
    }
  }
  if (countTimers(state.deadlines) !== timers) {
    fail("TimersMatchState", `${countTimers(state.deadlines)} timers for ${timers} limits`);
  }
  if (locksInUse !== state.locksInUse) fail("UsesCounted", `${state.locksInUse} locks in use`);
  for (const owner of state.owners.values()) checkOwner(state, owner);
  checkOverlaps(state);
  if (state.config.deadlockDetection) checkAcyclic(state);
}

function checkQueue({ resourceId, queue, holds, capacity }: Lock): void {
  for (const [position, ticket] of queue.entries()) {
    if (ticket.position !== position || precedes(ticket, queue[(position - 1) >> 2] ?? ticket)) {
      fail("QueueOrdered", `of "${resourceId}"`);
    }
    if (!ticket.wait.tickets.includes(ticket)) fail("NoGhostWaiter", `at "${resourceId}"`);
    if (ticket.units > capacity) fail("NoHopelessWait", `${ownerOf(ticket)} at "${resourceId}"`);
    const held = holds.find((hold) => hold.owner === ticket.wait.owner);
    if (held === undefined) continue;
    if (ticket.wait.tickets.length === 1 || !covers(held, ticket.mode, ticket.units)) {
      fail("HolderDoesNotQueueHere", `${ownerOf(ticket)} at "${resourceId}"`);
    }
  }
}

function checkOwner(state: LockState, { owner, holds, waits }: Owner): void {
  for (const hold of holds) {
    if (hold.lock.holds[hold.lockIndex] !== hold) {
      fail("NoGhostWaiter", `"${owner}" holds nothing`);
    }
    if (state.locks.get(hold.lock.resourceId) !== hold.lock) {
      fail("NoGhostWaiter", `"${owner}" holds "${hold.lock.resourceId}", which is forgotten`);
    }
  }
  for (const wait of waits) {
    if (state.waits.get(wait.id) !== wait) fail("NoGhostWaiter", `"${owner}" waits nowhere`);
  }
}

/**
 * Checks that there is no deadlock. An owner without a blocked wait can release its locks; an owner whose
 * waits can then be granted can release its own, and so on, until no owner is stuck. Owners that only
 * have requests to each other can respond.
 */
export function checkAcyclic(state: LockState): void {
  const stuck = new Set<Owner>();
  for (const { owner } of state.waits.values()) stuck.add(owner);
  for (const { from } of state.requests.values()) stuck.add(from);
  for (let before = -1; before !== stuck.size;) {
    before = stuck.size;
    for (const owner of stuck) if (canGoOn(owner, stuck)) stuck.delete(owner);
    if (before === stuck.size) freeOwnersWithoutWaits(stuck);
  }
  if (stuck.size === 0) return;
  const names = [...stuck].map(({ owner }) => `"${owner}"`).join(", ");
  fail("WaitForAcyclic", `${names} wait for each other`);
}

/** Frees the owners that neither wait for a stuck one nor have a request, direct or not, to one that does. */
function freeOwnersWithoutWaits(stuck: Set<Owner>): void {
  const kept = new Set([...stuck].filter(({ waits }) => !areGranted(waits, stuck)));
  for (const { incoming = [] } of kept) { // grows while it is read
    for (const { from } of incoming) if (stuck.has(from)) kept.add(from);
  }
  for (const owner of stuck) if (!kept.has(owner)) stuck.delete(owner);
}

/** Returns whether an owner gets all locks and responses that it waits for from owners not stuck. */
function canGoOn({ waits, outgoing = [] }: Owner, stuck: ReadonlySet<Owner>): boolean {
  return areGranted(waits, stuck) && outgoing.every(({ to }) => !stuck.has(to));
}

function areGranted(waits: readonly Wait[], stuck: ReadonlySet<Owner>): boolean {
  return waits.every(({ tickets }) => tickets.every((ticket) => comesTrue(ticket, stuck)));
}

/** Returns whether a ticket is granted once all owners that are not stuck have released their locks. */
function comesTrue(ticket: Ticket, stuck: ReadonlySet<Owner>): boolean {
  const { lock, wait, mode, units } = ticket;
  const held = lock.holds.find((hold) => hold.owner === wait.owner);
  if (held !== undefined && covers(held, mode, units)) return true;
  if (lock.paths !== undefined) {
    return [...holdersOf(ticket), ...waitersBefore(ticket)].every((owner) => !stuck.has(owner));
  }
  const first = lock.queue[0]!.wait.owner;
  if (first !== wait.owner && stuck.has(first)) return false;
  const kept = lock.holds.filter((hold) => stuck.has(hold.owner));
  const exclusive = kept.filter((hold) => hold.mode === "exclusive");
  if (mode === "shared") return exclusive.length === 0;
  const used = exclusive.reduce((sum, hold) => sum + hold.units, 0);
  return exclusive.length === kept.length && used + units <= lock.capacity;
}

/** Follows the waits that their callers have left: what they are granted is kept for these. */
export class LeftWaits {
  readonly #left = new Set<number>();
  /** By epoch, the resources that such waits were granted in this step. */
  readonly #granted = new Map<number, string>();

  /** Goes on from `state`, without the events that led to it. */
  resume({ waits }: LockState): void {
    for (const { id, caller } of waits.values()) if (caller?.isGone) this.#left.add(id);
  }

  /** Takes the next event. */
  take(event: LockstepEvent): void {
    if (event.type === "resource:detached") this.#left.add(event.waitId);
    else if (event.type === "resource:resumed") this.#left.delete(event.waitId);
    else if (event.type === "resource:reacquired") this.#granted.delete(event.epoch);
    else if (event.type === "resource:acquired" && this.#left.delete(event.waitId)) {
      this.#granted.set(event.epoch, event.resourceId);
    }
  }

  /** Checks the state after a step. */
  check(state: LockState): void {
    for (const [epoch, resourceId] of this.#granted) {
      const hold = state.locks.get(resourceId)?.holds.find((each) => each.epoch === epoch);
      if (hold?.keepMs === 0) fail("GrantIsKept", `"${resourceId}" under ${epoch} has no caller`);
    }
    this.#granted.clear();
  }
}

/** Checks locks when everything has come to rest. */
export function checkLocksAtRest(state: LockState): void {
  for (const wait of state.waits.values()) {
    fail("EveryWaiterResolved", `"${wait.owner.owner}" still waits (${wait.id})`);
  }
  for (const { askId } of state.requests.values()) {
    fail("EveryWaiterResolved", `"${askId}" is open`);
  }
  for (const { owner, holds } of state.owners.values()) {
    const [hold] = holds;
    if (hold !== undefined) {
      fail("AllLocksFree", `"${owner}" still holds "${hold.lock.resourceId}" (${hold.epoch})`);
    }
  }
}
