/**
 * Cycles of waits: finding them when they close, and choosing who gives way.
 *
 * Only a new edge can close a cycle, so the search starts where an edge is new and asks for a way
 * back. It costs what can be reached.
 *
 * With several units, one holder's edge may not matter, since another may give back enough. A cycle
 * with such an edge is a deadlock only if its owners are stuck.
 *
 * A request that waits for its response is an edge as well. A cycle that goes through a lock is a
 * deadlock however many requests it goes through, too. Those who only ask each other may well
 * answer; but when at least two of them hold locks, what they hold is at stake, and they count as
 * deadlocked, too. Whether two holders are on one cycle is a hard question (it is NP-complete), so
 * that isn't asked, but whether each of them waits for the other by requests alone.
 *
 * @module
 */

import { type Edge, isAsk, isBlocked, numberOf, priorityOf, waiterOf } from "./edges.ts";
import type { LockState, Owner, Wait } from "./state.ts";
import { markStuck } from "./stuck.ts";
import { follow, followAsks, oldestFirst, path, startWalk, visit } from "./walk.ts";

/**
 * A cycle of waits that came about at `start`: the owner of each edge waits, in that ticket's queue
 * or by that request, for the owner of the next, and that of the last for the owner of the first.
 * `undefined` when no deadlock goes through `start`.
 */
export function findCycle(state: LockState, start: Owner): Edge[] | undefined {
  if (start.waits.length === 0 && start.asks === undefined) return undefined;
  if (start.holds.length === 0 && !isInTheWay(start)) return undefined;
  return cycleThroughLock(state, start) ?? cycleOfAsks(state, start);
}

/**
 * Who of a cycle gives way: the wait or request of the lowest priority, then whose owner holds the
 * fewest locks, then the youngest. No two are of one age.
 */
export function chooseVictim(cycle: readonly Edge[]): Edge {
  return cycle.reduce((victim, edge) => givesWayTo(edge, victim) ? edge : victim);
}

function givesWayTo(a: Edge, b: Edge): boolean {
  if (priorityOf(a) !== priorityOf(b)) return priorityOf(a) < priorityOf(b);
  const held = waiterOf(a).holds.length - waiterOf(b).holds.length;
  return held === 0 ? numberOf(a) > numberOf(b) : held < 0;
}

/** Whether others queue behind `owner`, or ask it. */
function isInTheWay(owner: Owner): boolean {
  if (owner.askedBy !== undefined) return true;
  for (const { tickets } of owner.waits) {
    for (const { position, lock } of tickets) {
      if (position === 0 && lock.queue.length > 1) return true;
    }
  }
  return false;
}

function cycleThroughLock(state: LockState, start: Owner): Edge[] | undefined {
  if (state.waits.size === 0) return undefined;
  const cycle = wayBack(state, start, undefined);
  if (cycle === undefined || cycle.every(isCertain)) return cycle;
  const stuck = markStuck(state, start);
  return start.walk === stuck ? wayBack(state, start, stuck) : undefined;
}

/** Whether nobody but the owner of the next edge can end the wait. */
function isCertain(edge: Edge): boolean {
  return isAsk(edge) || edge.lock.capacity === 1;
}

/** How many owners are visited before it is worth a look whether anybody could come back. */
const SHORT_WALK = 4;

/**
 * The shortest way through a lock from `start` back to it.
 *
 * The walk goes by requests alone first, and then on from there through locks; from where it came
 * through a lock it goes on by both.
 */
function wayBack(state: LockState, start: Owner, within: number | undefined): Edge[] | undefined {
  const walk = startWalk(state, start, within);
  followAsks(walk);
  const asked = walk.owners.length;
  for (let i = 0; i < walk.owners.length; i++) {
    if (i === SHORT_WALK && within === undefined && isFirstOfAll(state, start)) return undefined;
    const { waits, asks } = walk.owners[i]!;
    for (const { tickets } of oldestFirst(waits, idOf)) {
      for (const ticket of tickets) {
        if (isBlocked(ticket) && follow(walk, ticket, i, start)) return path(walk, ticket, i);
      }
    }
    if (i < asked || asks === undefined) continue;
    for (const ask of oldestFirst(asks, numberOf)) {
      if (ask.to === start) return withoutDetour(path(walk, ask, i));
      visit(walk, ask.to, ask, i);
    }
  }
  return undefined;
}

function idOf({ id }: Wait): number {
  return id;
}

/**
 * Of a way back that comes to somebody twice, by requests alone and later through a lock, what lies
 * between: as a cycle of its own it goes through a lock, too.
 */
function withoutDetour(way: Edge[]): Edge[] {
  const places = new Map<Owner, number>();
  let shortest = way;
  for (const [i, edge] of way.entries()) {
    const before = places.get(waiterOf(edge));
    if (before !== undefined && i - before < shortest.length) shortest = way.slice(before, i);
    places.set(waiterOf(edge), i);
  }
  return shortest;
}

/** How many edges a look for who waits may take in. */
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
  const isBehind = (edges: readonly Edge[], owner: Owner, origin: number): boolean => {
    left -= edges.length;
    if (left < 0) return true;
    for (const edge of edges) {
      const waiter = waiterOf(edge);
      if (waiter === start && owner !== start) return true;
      visit(walk, waiter, edge, origin);
    }
    return false;
  };
  for (const [i, owner] of walk.owners.entries()) {
    if (owner.askedBy !== undefined && isBehind(owner.askedBy, owner, i)) return false;
    for (const { lock } of owner.holds) if (isBehind(lock.queue, owner, i)) return false;
    for (const { tickets } of owner.waits) {
      for (const { position, lock } of tickets) {
        if (position === 0 && isBehind(lock.queue, owner, i)) return false;
      }
    }
  }
  return true;
}

/**
 * The shortest way by requests alone from `start` back to it, if at least two of those who wait for
 * each other like that hold locks.
 */
function cycleOfAsks(state: LockState, start: Owner): Edge[] | undefined {
  if (start.asks === undefined || start.askedBy === undefined) return undefined;
  const askers = new Set([start]);
  for (const { askedBy } of askers) { // grows while it is read
    for (const { from } of askedBy ?? []) askers.add(from);
  }
  const holders = [...askers].filter(({ holds }) => holds.length > 0);
  if (holders.length < 2) return undefined;
  const walk = startWalk(state, start, undefined);
  followAsks(walk);
  const asked = new Set(walk.owners);
  if (holders.filter((holder) => asked.has(holder)).length < 2) return undefined;
  for (const [i, { asks }] of walk.owners.entries()) {
    const last = oldestFirst(asks ?? [], numberOf).find(({ to }) => to === start);
    if (last !== undefined) return path(walk, last, i);
  }
  return undefined;
}
