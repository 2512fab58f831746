/**
 * Whether a request can be granted, and what it waits for.
 *
 * A resource that is not a set of paths has its holders and its queue: the first waiter is served
 * next, whatever is behind it. **Sets of paths** that overlap are near to each other, each to itself.
 * A request for one conflicts with the grants of those near to it, and with the waits for them that
 * precede it, unless both modes are shared or both have one owner. A wait that has to wait for an
 * owner anyway doesn't precede a request of that owner, so an agent that holds some paths and
 * requests more doesn't deadlock with those that wait for it.
 *
 * @module
 */

import { type HeapEntry, precedes, push } from "../core/data/heap.ts";
import {
  admits,
  covers,
  findHold,
  type Hold,
  type Lock,
  type LockPaths,
  type Owner,
  type Ticket,
  type Wait,
} from "./state.ts";
import type { LockMode } from "./types.ts";

/** A lock that is a set of paths. */
type PathLock = Lock & { readonly paths: LockPaths };

/** Whether the resource of a lock is a set of paths. */
export function isOfPaths(lock: Lock): lock is PathLock {
  return lock.paths !== undefined;
}

/** A request for one lock. */
interface Asked {
  readonly lock: Lock;
  readonly mode: LockMode;
}

/** Returns the place of a request that comes last among those of its rank. */
export function lastPlace(rank: number): HeapEntry {
  return { rank, sequence: Infinity, position: -1 };
}

/** Whether an owner can be granted at once what it asks for, with the `rank` of a wait that begins. */
export function isFree(
  { lock, mode, units }: Asked & { readonly units: number },
  owner: Owner | undefined,
  rank: number,
): boolean {
  if (isOfPaths(lock)) {
    return !isExcludedNear(lock, mode, owner) && !isPreceded(lock, mode, owner, lastPlace(rank));
  }
  if (!admits(lock, mode, units)) return false;
  const first = lock.queue[0];
  return first === undefined || rank < first.rank;
}

/** Whether a ticket is served next: no holder excludes it, and no wait precedes it. */
export function isNext(ticket: Ticket): boolean {
  const { lock, mode, units, position, wait: { owner } } = ticket;
  if (!isOfPaths(lock)) return position === 0 && admits(lock, mode, units);
  return !isExcludedNear(lock, mode, owner) && !isPreceded(lock, mode, owner, ticket);
}

/** Whether the owner of `ticket` has to wait for its lock. */
export function isBlocked(ticket: Ticket): boolean {
  if (isNext(ticket)) return false;
  const { lock, wait, mode, units } = ticket;
  if (wait.tickets.length === 1) return true;
  const held = findHold(lock, wait.owner);
  return held === undefined || !covers(held, mode, units);
}

/** Whether waits other than `except` stand in the queue of a lock, or of one near to it. */
export function isAwaited(lock: Lock, except?: Wait): boolean {
  if (!isOfPaths(lock)) return lock.queue.length > (except === undefined ? 0 : 1);
  return someNear(lock, ({ queue }) => queue.length > 1 || (queue[0]?.wait ?? except) !== except);
}

/** Returns the grants of others that exclude a request of `owner`, oldest first. */
export function holdsAgainst({ lock, mode }: Asked, owner: Owner | undefined): Hold[] {
  const found: Hold[] = [];
  if (!isOfPaths(lock)) {
    if (mode === "exclusive" || lock.sharers === 0) found.push(...lock.holds);
  } else {
    someNear(lock, ({ holds }) => {
      found.push(...holds.filter((hold) => excludes(hold, mode, owner)));
      return false;
    });
  }
  return found.filter((hold) => hold.owner !== owner).sort((a, b) => a.epoch - b.epoch);
}

/** Returns the tickets that precede a request of `owner` at `place`, in the order of service. */
export function ticketsAhead(
  { lock, mode }: Asked,
  owner: Owner | undefined,
  place: HeapEntry,
): Ticket[] {
  const found: Ticket[] = [];
  if (!isOfPaths(lock)) found.push(...lock.queue.filter((other) => precedes(other, place)));
  else {
    someNear(lock, ({ queue }) => {
      found.push(...queue.filter((other) => isAhead(other, mode, owner, place)));
      return false;
    });
  }
  return found.sort((a, b) => precedes(a, b) ? -1 : 1);
}

/** Returns the oldest grant of `owner` that `ticket` waits for. */
export function holdAgainst({ lock, mode }: Ticket, owner: Owner): Hold | undefined {
  if (!isOfPaths(lock)) return findHold(lock, owner);
  return owner.holds.filter((hold) => clash(hold.mode, mode) && areNear(hold.lock, lock))
    .sort((a, b) => a.epoch - b.epoch)[0];
}

/** A ticket that may be served. Its rank is that of the ticket. */
export interface Candidate extends HeapEntry {
  readonly ticket: Ticket;
}

/** Returns the tickets near to `lock` among which the one is that is served next, smallest rank first. */
export function candidatesNear(lock: Lock): Candidate[] {
  const found: Candidate[] = [];
  if (!isOfPaths(lock)) return found;
  someNear(lock, ({ queue }) => {
    const first = queue[0];
    if (first === undefined) return false;
    // Those behind the first are blocked as it is, unless it waits for their owner or is its wait, or
    // shares the paths with them and waits for another lock.
    const mayShare = first.wait.tickets.length > 1 && first.mode === "shared";
    for (const ticket of queue) {
      const { owner: { holds, waits } } = ticket.wait;
      const isOne = ticket === first || holds.length > 0 || waits.length > 1 ||
        (mayShare && ticket.mode === "shared");
      if (isOne) addCandidate(found, ticket);
    }
    return false;
  });
  return found;
}

/** Adds a candidate, in O(log n). */
export function addCandidate(candidates: Candidate[], ticket: Ticket): void {
  const { rank, sequence } = ticket;
  push(candidates, { rank, sequence, position: -1, ticket });
}

/** Calls `test` with a lock and those near to it until it returns `true`. Returns whether it did. */
export function someNear(lock: PathLock, test: (near: Lock) => boolean): boolean {
  return test(lock) || lock.paths.overlaps.some(test);
}

function areNear(a: Lock, b: Lock): boolean {
  if (!isOfPaths(a) || !isOfPaths(b)) return false;
  if (a === b) return true;
  const isShorter = a.paths.overlaps.length <= b.paths.overlaps.length;
  return isShorter ? a.paths.overlaps.includes(b) : b.paths.overlaps.includes(a);
}

function clash(a: LockMode, b: LockMode): boolean {
  return a === "exclusive" || b === "exclusive";
}

function excludes(hold: Hold, mode: LockMode, owner: Owner | undefined): boolean {
  return hold.owner !== owner && clash(hold.mode, mode);
}

function isExcludedNear(lock: PathLock, mode: LockMode, owner: Owner | undefined): boolean {
  return someNear(
    lock,
    ({ holds, used }) =>
      (mode === "exclusive" || used > 0) && holds.some((hold) => excludes(hold, mode, owner)),
  );
}

function isPreceded(
  lock: PathLock,
  mode: LockMode,
  owner: Owner | undefined,
  place: HeapEntry,
): boolean {
  return someNear(lock, ({ queue }) =>
    queue[0] !== undefined && precedes(queue[0], place) &&
    queue.some((ticket) => isAhead(ticket, mode, owner, place)));
}

/** Whether a ticket near to a request of `owner` at `place` precedes it. */
function isAhead(
  ticket: Ticket,
  mode: LockMode,
  owner: Owner | undefined,
  place: HeapEntry,
): boolean {
  return precedes(ticket, place) && ticket.wait.owner !== owner && clash(ticket.mode, mode) &&
    (owner === undefined || holdAgainst(ticket, owner) === undefined);
}
