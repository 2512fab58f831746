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

import type { Ask, Hold, Lock, LockState, Owner, Ticket, Wait } from "./state.ts";
import { admits, covers, findHold } from "./tables.ts";

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

/** Owners as a walk comes to them, and how it came. */
export interface Walk {
  /** The walk's number. Whoever is marked with it was visited. */
  readonly number: number;
  /** If given, only owners that this earlier walk has marked are visited. */
  readonly within: number | undefined;
  /** The first is where it started. */
  readonly owners: Owner[];
  /** The edge that led to each of `owners`. None led to the first. */
  readonly edges: (Edge | undefined)[];
  /** The index of the owner that this edge belongs to. */
  readonly origins: number[];
}

/** A walk that has visited nobody but `start`. */
export function startWalk(state: LockState, start: Owner, within: number | undefined): Walk {
  const number = ++state.walks;
  start.walk = number;
  return { number, within, owners: [start], edges: [undefined], origins: [-1] };
}

/** Visits `owner`, to which `edge` of the `origin`th owner leads, unless it was or may not be. */
export function visit(walk: Walk, owner: Owner, edge: Edge, origin: number): void {
  if (owner.walk === walk.number) return;
  if (walk.within !== undefined && owner.walk !== walk.within) return;
  owner.walk = walk.number;
  append(walk, owner, edge, origin);
}

function append({ owners, edges, origins }: Walk, owner: Owner, edge: Edge, origin: number): void {
  owners.push(owner);
  edges.push(edge);
  origins.push(origin);
}

/** Visits whom `ticket` waits for, until it comes to `sought`; whether it did. */
export function follow(
  walk: Walk,
  ticket: Ticket,
  origin: number,
  sought: Owner | undefined,
): boolean {
  const { lock, wait } = ticket;
  const first = lock.queue[0]!.wait.owner;
  if (first !== wait.owner) {
    if (first === sought) return true;
    visit(walk, first, ticket, origin);
  }
  if (lock.walk === walk.number || !isExcluded(ticket)) return false;
  lock.walk = walk.number;
  for (const { owner } of oldestFirst(lock.holds, epochOf)) {
    if (owner === sought) return true;
    visit(walk, owner, ticket, origin);
  }
  return false;
}

/**
 * Adds to a walk that has just started all whom its start asks, whom they ask, and so on. They
 * aren't marked, so the walk may come to each of them once more in another way.
 */
export function followAsks(walk: Walk): void {
  const { owners, within } = walk;
  if (owners[0]!.asks === undefined) return;
  const known = new Set(owners);
  for (let i = 0; i < owners.length; i++) {
    for (const ask of oldestFirst(owners[i]!.asks ?? [], numberOf)) {
      const { to } = ask;
      if (known.has(to) || (within !== undefined && to.walk !== within)) continue;
      known.add(to);
      append(walk, to, ask, i);
    }
  }
}

/**
 * `list` in the order of `ageOf`, smallest first. In the tables it stands in an order that depends on
 * what has been removed, which must not decide which cycle is found first. Costs O(n) when the order
 * is right already, as it mostly is.
 */
export function oldestFirst<Member>(
  list: readonly Member[],
  ageOf: (member: Member) => number,
): readonly Member[] {
  for (let i = 1; i < list.length; i++) {
    if (ageOf(list[i - 1]!) < ageOf(list[i]!)) continue;
    return list.toSorted((a, b) => ageOf(a) - ageOf(b));
  }
  return list;
}

function epochOf({ epoch }: Hold): number {
  return epoch;
}

/** The edges from the start of `walk` to the `end`th owner, and `last`, which is one of its own. */
export function path({ edges, origins }: Walk, last: Edge, end: number): Edge[] {
  const way = [last];
  for (let i = end; i > 0; i = origins[i]!) way.push(edges[i]!);
  return way.reverse();
}

/** Marks who is stuck among those whom `start` waits for, directly or not, and returns the mark. */
export function markStuck(state: LockState, start: Owner): number {
  const walk = startWalk(state, start, undefined);
  for (let i = 0; i < walk.owners.length; i++) {
    const { waits, asks } = walk.owners[i]!;
    for (const { tickets } of waits) {
      for (const ticket of tickets) if (isBlocked(ticket)) follow(walk, ticket, i, undefined);
    }
    if (asks !== undefined) { for (const ask of asks) visit(walk, ask.to, ask, i); }
  }
  const freed = ++state.walks;
  do freeWhoCanGoOn(walk, freed); while (freeWhoOnlyAsk(walk, freed));
  return walk.number;
}

/**
 * Whoever can go on loses the mark, which may let others go on. Going from the farthest to the
 * nearest settles a tree of waits in one round; another round follows as long as somebody did.
 */
function freeWhoCanGoOn({ owners, number: stuck }: Walk, freed: number): void {
  let somebody = true;
  while (somebody) {
    somebody = false;
    for (let i = owners.length - 1; i >= 0; i--) {
      const owner = owners[i]!;
      if (owner.walk !== stuck || isKeptByLock(owner, stuck) || isKeptByAsk(owner, stuck)) continue;
      owner.walk = freed;
      somebody = true;
    }
  }
}

/** Frees those who neither wait for a lock nor, directly or not, ask somebody who does. */
function freeWhoOnlyAsk({ owners, number: stuck }: Walk, freed: number): boolean {
  const left = owners.filter((owner) => owner.walk === stuck);
  if (left.every(({ asks }) => asks === undefined)) return false;
  const kept = new Set(left.filter((owner) => isKeptByLock(owner, stuck)));
  for (const { askedBy } of kept) { // grows while it is read
    for (const { from } of askedBy ?? []) if (from.walk === stuck) kept.add(from);
  }
  for (const owner of left) if (!kept.has(owner)) owner.walk = freed;
  return kept.size < left.length;
}

function isKeptByAsk({ asks }: Owner, stuck: number): boolean {
  return asks !== undefined && asks.some(({ to }) => to.walk === stuck);
}

/** Whether `owner` doesn't get all locks that it waits for once all without the mark are done. */
function isKeptByLock({ waits }: Owner, stuck: number): boolean {
  for (const { tickets } of waits) {
    for (const ticket of tickets) {
      if (isBlocked(ticket) && !canBeGranted(ticket, stuck)) return true;
    }
  }
  return false;
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

/** Why one owner waits for another. */
export type Edge = Ticket | Ask;

/** Whether an edge is a request. */
export function isAsk(edge: Edge): edge is Ask {
  return "to" in edge;
}

/** Who waits. */
export function waiterOf(edge: Edge): Owner {
  return isAsk(edge) ? edge.from : edge.wait.owner;
}

/** Higher counts more. */
export function priorityOf(edge: Edge): number {
  return isAsk(edge) ? edge.priority : edge.wait.priority;
}

/** By what waits and requests are ordered in age, the youngest last. No two are the same. */
export function numberOf(edge: Edge): number {
  return isAsk(edge) ? edge.number : edge.wait.id;
}

/** Whether `ticket` has to wait. */
export function isBlocked({ lock, wait, position, mode, units }: Ticket): boolean {
  if (position === 0 && admits(lock, mode, units)) return false;
  if (wait.tickets.length === 1) return true;
  const held = findHold(lock, wait.owner);
  return held === undefined || !covers(held, mode, units);
}

/**
 * Whether the holders of a lock exclude `ticket`. Either all of them do or none, because holders
 * are all shared or all exclusive.
 */
export function isExcluded({ lock, mode }: Ticket): boolean {
  return mode === "exclusive" || lock.sharers === 0;
}
