/**
 * Cycles of waits: finding them when they close, and choosing who gives way.
 *
 * The graph is never built, it is there: a ticket that can't be granted waits for who holds its
 * lock in a way that excludes it, and for who is first in its queue. Only a new edge can close a
 * cycle, so the search starts where an edge is new and asks for a way back. It costs what can be
 * reached.
 *
 * With several units, one holder's edge may not matter, since another may give back enough. A cycle
 * with such an edge is a deadlock only if its owners are stuck: still waiting when everybody who
 * can go on has gone on and given everything back.
 *
 * @module
 */

import { admits, covers, findHold } from "./tables.ts";
import type { Hold, Lock, LockState, Owner, Ticket } from "./state.ts";

/**
 * A cycle of waits through `start`: the owner of each ticket waits, in that ticket's queue, for the
 * owner of the next, and that of the last for `start`, who has the first. `undefined` when no
 * deadlock goes through `start`.
 */
export function findCycle(state: LockState, start: Owner): Ticket[] | undefined {
  if (start.waits.length === 0) return undefined;
  if (start.holds.length === 0 && !isInTheWay(start)) return undefined;
  const cycle = wayBack(state, start, undefined);
  if (cycle === undefined || cycle.every((ticket) => ticket.lock.capacity === 1)) return cycle;
  const stuck = markStuck(state, start);
  return start.walk === stuck ? wayBack(state, start, stuck) : undefined;
}

/**
 * Who of a cycle gives way: the wait of the lowest priority, then whose owner holds the fewest
 * locks, then the youngest. No two waits are of one age.
 */
export function chooseVictim(cycle: readonly Ticket[]): Ticket {
  return cycle.reduce((victim, ticket) => givesWayTo(ticket, victim) ? ticket : victim);
}

function givesWayTo({ wait: a }: Ticket, { wait: b }: Ticket): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.owner.holds.length !== b.owner.holds.length) {
    return a.owner.holds.length < b.owner.holds.length;
  }
  return a.id > b.id;
}

/** Whether others queue behind `owner`. */
function isInTheWay(owner: Owner): boolean {
  for (const { tickets } of owner.waits) {
    for (const { position, lock } of tickets) {
      if (position === 0 && lock.queue.length > 1) return true;
    }
  }
  return false;
}

/** How many owners are visited before it is worth a look whether anybody could come back. */
const SHORT_WALK = 4;

/** How many tickets that look may take in. */
const SHORT_LOOK = 100;

/**
 * Whether it is plain that `start` doesn't wait, directly or not, for anybody who waits for it:
 * those are few, and it isn't one of them.
 *
 * Takes everybody in a queue for somebody who waits, which may hide an answer but never gives a
 * wrong one. Leaves its own mark on whom it visits, and so isn't for a walk that goes by earlier ones.
 */
function isFirstOfAll(state: LockState, start: Owner): boolean {
  const walk = startWalk(state, start, undefined);
  let left = SHORT_LOOK;
  const isBehind = (queue: readonly Ticket[], owner: Owner): boolean => {
    left -= queue.length;
    if (left < 0) return true;
    for (const ticket of queue) {
      const waiter = ticket.wait.owner;
      if (waiter === start && owner !== start) return true;
      visit(walk, waiter, ticket);
    }
    return false;
  };
  for (const owner of walk.owners) {
    for (const { lock } of owner.holds) if (isBehind(lock.queue, owner)) return false;
    for (const { tickets } of owner.waits) {
      for (const { position, lock } of tickets) {
        if (position === 0 && isBehind(lock.queue, owner)) return false;
      }
    }
  }
  return true;
}

/** Whether `ticket` has to wait. */
function isBlocked({ lock, wait, position, mode, units }: Ticket): boolean {
  if (position === 0 && admits(lock, mode, units)) return false;
  if (wait.tickets.length === 1) return true;
  const held = findHold(lock, wait.owner);
  return held === undefined || !covers(held, mode, units);
}

/**
 * Whether the holders of a lock exclude `ticket`. Either all of them do or none, because holders
 * are all shared or all exclusive.
 */
function isExcluded({ lock, mode }: Ticket): boolean {
  return mode === "exclusive" || lock.sharers === 0;
}

/** Owners as a walk comes to them, breadth first, and how it came. */
interface Walk {
  /** The walk's number. Whoever is marked with it was visited. */
  readonly number: number;
  /** If given, only owners that this earlier walk has marked are visited. */
  readonly within: number | undefined;
  readonly owners: Owner[];
  /** The ticket that led to each of `owners`; it belongs to one before. None led to the first. */
  readonly tickets: (Ticket | undefined)[];
}

function startWalk(state: LockState, start: Owner, within: number | undefined): Walk {
  const number = ++state.walks;
  start.walk = number;
  return { number, within, owners: [start], tickets: [undefined] };
}

/** Visits `owner`, unless it was or may not be. */
function visit(walk: Walk, owner: Owner, ticket: Ticket): void {
  if (owner.walk === walk.number) return;
  if (walk.within !== undefined && owner.walk !== walk.within) return;
  owner.walk = walk.number;
  walk.owners.push(owner);
  walk.tickets.push(ticket);
}

/** The shortest way from `start` back to it. */
function wayBack(state: LockState, start: Owner, within: number | undefined): Ticket[] | undefined {
  const walk = startWalk(state, start, within);
  for (let i = 0; i < walk.owners.length; i++) {
    if (i === SHORT_WALK && within === undefined && isFirstOfAll(state, start)) return undefined;
    for (const { tickets } of walk.owners[i]!.waits) {
      for (const ticket of tickets) {
        if (isBlocked(ticket) && follow(walk, ticket, start)) return path(walk, ticket);
      }
    }
  }
  return undefined;
}

/** Visits whom `ticket` waits for, until it comes to `sought`; whether it did. */
function follow(walk: Walk, ticket: Ticket, sought: Owner | undefined): boolean {
  const { lock, wait } = ticket;
  const first = lock.queue[0]!.wait.owner;
  if (first !== wait.owner) {
    if (first === sought) return true;
    visit(walk, first, ticket);
  }
  if (lock.walk === walk.number || !isExcluded(ticket)) return false;
  lock.walk = walk.number;
  for (const { owner } of lock.holds) {
    if (owner === sought) return true;
    visit(walk, owner, ticket);
  }
  return false;
}

/** The tickets from the start of `walk` to `last`, found backwards. */
function path({ owners, tickets }: Walk, last: Ticket): Ticket[] {
  const way = [last];
  let { owner } = last.wait;
  for (let i = owners.length - 1; i > 0; i--) {
    if (owners[i] !== owner) continue;
    way.push(tickets[i]!);
    owner = tickets[i]!.wait.owner;
  }
  return way.reverse();
}

/**
 * Marks who is stuck among those whom `start` waits for, directly or not, and returns the mark.
 *
 * Whoever can go on loses the mark, which may let others go on. Going from the farthest to the
 * nearest settles a tree of waits in one round; another round follows as long as somebody did.
 */
function markStuck(state: LockState, start: Owner): number {
  const walk = startWalk(state, start, undefined);
  for (let i = 0; i < walk.owners.length; i++) {
    for (const { tickets } of walk.owners[i]!.waits) {
      for (const ticket of tickets) if (isBlocked(ticket)) follow(walk, ticket, undefined);
    }
  }
  const freed = ++state.walks;
  let somebody = true;
  while (somebody) {
    somebody = false;
    for (let i = walk.owners.length - 1; i >= 0; i--) {
      const owner = walk.owners[i]!;
      if (owner.walk !== walk.number || !canGoOn(owner, walk.number)) continue;
      owner.walk = freed;
      somebody = true;
    }
  }
  return walk.number;
}

/** Whether `owner` gets all that it waits for once all without the mark `stuck` are done. */
function canGoOn(owner: Owner, stuck: number): boolean {
  for (const { tickets } of owner.waits) {
    for (const ticket of tickets) {
      if (isBlocked(ticket) && !canBeGranted(ticket, stuck)) return false;
    }
  }
  return true;
}

function canBeGranted({ lock, wait, mode, units }: Ticket, stuck: number): boolean {
  const first = lock.queue[0]!.wait.owner;
  if (first !== wait.owner && first.walk === stuck) return false;
  if (mode === "shared") return !lock.holds.some((hold) => isKept(hold, stuck, "exclusive"));
  return !lock.holds.some((hold) => isKept(hold, stuck, "shared")) &&
    keptUnits(lock, stuck) + units <= lock.capacity;
}

function isKept(hold: Hold, stuck: number, mode: Hold["mode"]): boolean {
  return hold.mode === mode && hold.owner.walk === stuck;
}

function keptUnits(lock: Lock, stuck: number): number {
  let units = 0;
  for (const hold of lock.holds) if (isKept(hold, stuck, "exclusive")) units += hold.units;
  return units;
}
