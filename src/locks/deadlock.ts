/**
 * Deadlock detection: finds a cycle of the wait-for graph when it closes, and chooses its victim.
 *
 * **The graph.** Its nodes are owners. A ticket leads from its owner to the first waiter of the
 * queue, if that is another one, and to the holders that exclude it. A pending request leads from
 * its sender to its receiver. Only a new edge can close a cycle, so the search starts at an owner
 * with a new edge and looks for a way back, breadth first (continuous detection: Agrawal, Carey and
 * DeWitt, "Deadlock Detection is Cheap", 1983). It costs what can be reached.
 *
 * **Locks.** Where all locks of a cycle have one unit, the cycle is a deadlock. With several units
 * it need not be, as a holder outside of the cycle may release enough. Then the graph is reduced:
 * owners that can proceed are removed until none can; the others are stuck (Coffman, Elphick and
 * Shoshani, "System Deadlocks", 1971; Holt, "Some Deadlock Properties of Computer Systems", 1972).
 * A cycle of stuck owners is a deadlock.
 *
 * **Requests.** A cycle through a lock is a deadlock, whatever requests are on it. Agents that wait
 * for each other by requests alone may still respond. They count as deadlocked when at least two of
 * them hold locks, since then locks are at stake. Whether some cycle passes two given nodes is
 * NP-complete (Fortune, Hopcroft and Wyllie, "The Directed Subgraph Homeomorphism Problem", 1980),
 * so the rule is that each of the two waits for the other, directly or not.
 *
 * Searches follow the oldest edge first. The order of the tables depends on what was removed from
 * them, which must not decide which cycle is found.
 *
 * @module
 */

import { isClaim } from "./types.ts";
import {
  admits,
  holdsAgainst,
  isAwaited,
  isBlocked,
  isExcluded,
  isOfPaths,
  type Lock,
  type LockState,
  type Owner,
  type PendingRequest,
  someNear,
  type Ticket,
  ticketsAhead,
} from "./state.ts";

/** The reason for which one owner waits for another. */
export type Edge = Ticket | PendingRequest;

/** Whether an edge is a request. */
export function isRequest(edge: Edge): edge is PendingRequest {
  return "to" in edge;
}

/** Returns the owner that waits. */
export function waiterOf(edge: Edge): Owner {
  return isRequest(edge) ? edge.from : edge.wait.owner;
}

/** A deadlock, and the wait or request that ends to break it. */
export interface Deadlock {
  /** The owner of each edge waits for that of the next, and that of the last for that of the first. */
  readonly cycle: readonly Edge[];
  /** One of the cycle. */
  readonly victim: Edge;
}

/** Returns a deadlock through `start`, or `undefined`. */
export function findDeadlock(state: LockState, start: Owner): Deadlock | undefined {
  const cycle = findCycle(state, start);
  return cycle && { cycle, victim: chooseVictim(cycle) };
}

/**
 * Returns the victim of a cycle: the wait or request of the lowest priority; of several, that whose
 * owner holds the fewest locks; of several, the youngest. No two have the same age. A claim that
 * awaits another one can't give that up; what it awaits can.
 */
function chooseVictim(cycle: readonly Edge[]): Edge {
  return cycle.filter((edge) => !isAwait(edge))
    .reduce((victim, edge) => yieldsTo(edge, victim) ? edge : victim);
}

/** Whether an edge is the wait of a claim for the end of another. */
function isAwait(edge: Edge): boolean {
  return isRequest(edge) && isClaim(edge.from.owner);
}

function yieldsTo(a: Edge, b: Edge): boolean {
  if (priorityOf(a) !== priorityOf(b)) return priorityOf(a) < priorityOf(b);
  const held = waiterOf(a).holds.length - waiterOf(b).holds.length;
  return held === 0 ? numberOf(a) > numberOf(b) : held < 0;
}

function priorityOf(edge: Edge): number {
  return isRequest(edge) ? edge.priority : edge.wait.priority;
}

function numberOf(edge: Edge): number {
  return isRequest(edge) ? edge.number : edge.wait.id;
}

function findCycle(state: LockState, start: Owner): Edge[] | undefined {
  if (start.waits.length === 0 && start.outgoing === undefined) return undefined;
  if (start.holds.length === 0 && !isAwaitedOtherwise(start)) return undefined;
  return cycleThroughLock(state, start) ?? cycleOfRequests(state, start);
}

/** Whether an edge leads to `owner` though it holds no lock: a request, or a place in a queue. */
function isAwaitedOtherwise({ incoming, waits }: Owner): boolean {
  return incoming !== undefined || waits.some(({ tickets }) => tickets.some(isAheadOfOthers));
}

/** Takes each wait for a set of paths for one ahead of the others. */
function isAheadOfOthers({ position, lock, wait }: Ticket): boolean {
  return isOfPaths(lock) ? isAwaited(lock, wait) : position === 0 && lock.queue.length > 1;
}

function cycleThroughLock(state: LockState, start: Owner): Edge[] | undefined {
  if (state.waits.size === 0) return undefined;
  const cycle = wayBack(state, start, undefined);
  if (cycle === undefined || cycle.every(hasOneUnit)) return cycle;
  const stuck = markStuck(state, start);
  return start.search === stuck ? wayBack(state, start, stuck) : undefined;
}

function hasOneUnit(edge: Edge): boolean {
  return isRequest(edge) || edge.lock.capacity === 1;
}

/** The number of owners that are visited before a search the other way round is tried. */
const SHORT_SEARCH = 4;

/**
 * Returns the first way from `start` back to it that passes a lock; through owners with the mark
 * `within` only, if that is given. The search is breadth first, but goes on from all owners that
 * requests alone lead to before it does from others, so where there are requests the way need not be
 * the shortest.
 *
 * The way may come to an owner twice: by requests alone, and after a lock. The owners of the first
 * kind come first in the search, and bear no mark; the edges that continue from them are tickets.
 */
function wayBack(state: LockState, start: Owner, within: number | undefined): Edge[] | undefined {
  const search = startSearch(state, start, within);
  followRequests(search);
  const byRequests = search.owners.length;
  for (let i = 0; i < search.owners.length; i++) {
    if (i === SHORT_SEARCH && within === undefined && isInNoCycle(state, start)) return undefined;
    const { waits, outgoing = [] } = search.owners[i]!;
    for (const { tickets } of oldestFirst(waits, ({ id }) => id)) {
      for (const ticket of tickets) {
        if (isBlocked(ticket) && follow(search, ticket, i, start)) return pathTo(search, i, ticket);
      }
    }
    if (i < byRequests) continue;
    for (const request of oldestFirst(outgoing, numberOf)) {
      if (request.to === start) return withoutDetour(pathTo(search, i, request));
      visit(search, request.to, request, i);
    }
  }
  return undefined;
}

/**
 * Returns the shortest part of `path` between two visits to one owner, or all of it if there are no
 * two: by requests alone and after a lock, so this part is a cycle through a lock as well.
 */
function withoutDetour(path: Edge[]): Edge[] {
  const places = new Map<Owner, number>();
  let shortest = path;
  for (const [i, edge] of path.entries()) {
    const before = places.get(waiterOf(edge));
    if (before !== undefined && i - before < shortest.length) shortest = path.slice(before, i);
    places.set(waiterOf(edge), i);
  }
  return shortest;
}

/** The number of edges that a search the other way round may take in. */
const SHORT_SEARCH_BACK = 100;

/**
 * Whether a short search against the edges shows that `start` is in no cycle: few owners wait for
 * it, directly or not, and it is none of them. Takes each ticket of a queue for a blocked one, so
 * `false` proves nothing. Overwrites the marks of earlier searches.
 */
function isInNoCycle(state: LockState, start: Owner): boolean {
  const search = startSearch(state, start, undefined);
  let left = SHORT_SEARCH_BACK;
  const mayReachStart = (edges: readonly Edge[], owner: Owner, origin: number): boolean => {
    left -= edges.length;
    if (left < 0) return true;
    for (const edge of edges) {
      const waiter = waiterOf(edge);
      if (waiter === start && owner !== start) return true;
      visit(search, waiter, edge, origin);
    }
    return false;
  };
  const queuesReachStart = (lock: Lock, owner: Owner, origin: number): boolean =>
    isOfPaths(lock)
      ? someNear(lock, ({ queue }) => left-- < 0 || mayReachStart(queue, owner, origin))
      : mayReachStart(lock.queue, owner, origin);
  for (const [i, owner] of search.owners.entries()) {
    const { holds, waits, incoming = [] } = owner;
    if (mayReachStart(incoming, owner, i)) return false;
    for (const { lock } of holds) if (queuesReachStart(lock, owner, i)) return false;
    for (const { tickets } of waits) {
      for (const ticket of tickets) {
        if (isAheadOfOthers(ticket) && queuesReachStart(ticket.lock, owner, i)) return false;
      }
    }
  }
  return true;
}

/**
 * Returns the shortest way by requests alone from `start` back to it, if at least two of the owners
 * that wait for each other like that hold locks.
 */
function cycleOfRequests(state: LockState, start: Owner): Edge[] | undefined {
  if (start.outgoing === undefined || start.incoming === undefined) return undefined;
  const senders = new Set([start]);
  for (const { incoming = [] } of senders) { // grows while it is read
    for (const { from } of incoming) senders.add(from);
  }
  const holders = [...senders].filter(({ holds }) => holds.length > 0);
  if (holders.length < 2) return undefined;
  const search = startSearch(state, start, undefined);
  followRequests(search);
  const receivers = new Set(search.owners);
  if (holders.filter((holder) => receivers.has(holder)).length < 2) return undefined;
  for (const [i, { outgoing = [] }] of search.owners.entries()) {
    const last = oldestFirst(outgoing, numberOf).find(({ to }) => to === start);
    if (last !== undefined) return pathTo(search, i, last);
  }
  return undefined;
}

/** A breadth-first search in progress. */
interface Search {
  /** Its number: the mark of the owners and locks that it has visited. */
  readonly mark: number;
  /** If given, only owners with this mark of an earlier search are visited. */
  readonly within: number | undefined;
  /** The owners found, nearest first; the first is the start. */
  readonly owners: Owner[];
  /** For each of `owners`, the edge that led to it; none for the start. */
  readonly edges: (Edge | undefined)[];
  /** For each of `owners`, the index of the owner of that edge. */
  readonly origins: number[];
}

function startSearch(state: LockState, start: Owner, within: number | undefined): Search {
  const mark = ++state.lastSearch;
  start.search = mark;
  return { mark, within, owners: [start], edges: [undefined], origins: [-1] };
}

/** Visits `owner` along an `edge` of the owner at `origin`, unless it was visited or is outside. */
function visit(search: Search, owner: Owner, edge: Edge, origin: number): void {
  const { mark, within } = search;
  if (owner.search === mark || (within !== undefined && owner.search !== within)) return;
  owner.search = mark;
  append(search, owner, edge, origin);
}

function append({ owners, edges, origins }: Search, owner: Owner, edge: Edge, origin: number) {
  owners.push(owner);
  edges.push(edge);
  origins.push(origin);
}

/** Visits the owners that `ticket` leads to, up to `goal`. Returns whether that is one of them. */
function follow(search: Search, ticket: Ticket, origin: number, goal: Owner | undefined): boolean {
  const { lock, wait } = ticket;
  if (isOfPaths(lock)) return followAll(search, ticket, origin, goal);
  const first = lock.queue[0]!.wait.owner;
  if (first !== wait.owner) {
    if (first === goal) return true;
    visit(search, first, ticket, origin);
  }
  if (lock.search === search.mark || !isExcluded(ticket)) return false;
  lock.search = search.mark;
  for (const { owner } of oldestFirst(lock.holds, ({ epoch }) => epoch)) {
    if (owner === goal) return true;
    visit(search, owner, ticket, origin);
  }
  return false;
}

/** The same where sets of paths overlap: all waits that precede the ticket count. */
function followAll(search: Search, ticket: Ticket, origin: number, goal: Owner | undefined) {
  const { owner: own } = ticket.wait;
  const ahead = ticketsAhead(ticket, own, ticket).map(({ wait }) => wait.owner);
  const holders = holdsAgainst(ticket, own).map(({ owner }) => owner);
  for (const owner of [...ahead, ...holders]) {
    if (owner === goal) return true;
    visit(search, owner, ticket, origin);
  }
  return false;
}

/** Adds all owners that requests lead to from the start, without a mark: they may be visited again. */
function followRequests(search: Search): void {
  const { owners, within } = search;
  if (owners[0]!.outgoing === undefined) return;
  const known = new Set(owners);
  for (let i = 0; i < owners.length; i++) {
    for (const request of oldestFirst(owners[i]!.outgoing ?? [], numberOf)) {
      const { to } = request;
      if (known.has(to) || (within !== undefined && to.search !== within)) continue;
      known.add(to);
      append(search, to, request, i);
    }
  }
}

/** Returns the edges from the start of a search to the owner at `end`, and then `last`. */
function pathTo({ edges, origins }: Search, end: number, last: Edge): Edge[] {
  const path = [last];
  for (let i = end; i > 0; i = origins[i]!) path.push(edges[i]!);
  return path.reverse();
}

/** Returns `list` ordered by `ageOf`, smallest first; in O(n) when it is so already. */
function oldestFirst<Member>(
  list: readonly Member[],
  ageOf: (member: Member) => number,
): readonly Member[] {
  for (let i = 1; i < list.length; i++) {
    if (ageOf(list[i - 1]!) > ageOf(list[i]!)) {
      return list.toSorted((a, b) => ageOf(a) - ageOf(b));
    }
  }
  return list;
}

/** Marks the stuck owners among those that `start` waits for, directly or not. Returns the mark. */
function markStuck(state: LockState, start: Owner): number {
  const search = startSearch(state, start, undefined);
  for (let i = 0; i < search.owners.length; i++) {
    const { waits, outgoing = [] } = search.owners[i]!;
    for (const { tickets } of waits) {
      for (const ticket of tickets) if (isBlocked(ticket)) follow(search, ticket, i, undefined);
    }
    for (const request of outgoing) visit(search, request.to, request, i);
  }
  const freed = ++state.lastSearch;
  do freeProceeding(search, freed); while (freeResponding(search, freed));
  return search.mark;
}

/**
 * Frees the owners that can proceed once all freed ones are done. From the farthest to the nearest,
 * one round frees a whole tree of waits; another follows as long as one frees some.
 */
function freeProceeding({ owners, mark: stuck }: Search, freed: number): void {
  for (let count = -1; count !== 0;) {
    count = 0;
    for (const owner of owners.toReversed()) {
      if (owner.search !== stuck || needsLock(owner, stuck) || needsResponse(owner, stuck)) {
        continue;
      }
      owner.search = freed;
      count++;
    }
  }
}

/** Frees the owners that wait, directly or not, for nothing but responses. Returns whether it did. */
function freeResponding({ owners, mark: stuck }: Search, freed: number): boolean {
  const left = owners.filter((owner) => owner.search === stuck);
  if (left.every(({ outgoing }) => outgoing === undefined)) return false;
  const kept = new Set(left.filter((owner) => needsLock(owner, stuck)));
  for (const { incoming = [] } of kept) { // grows while it is read
    for (const { from } of incoming) if (from.search === stuck) kept.add(from);
  }
  for (const owner of left) if (!kept.has(owner)) owner.search = freed;
  return kept.size < left.length;
}

function needsResponse({ outgoing = [] }: Owner, stuck: number): boolean {
  return outgoing.some(({ to }) => to.search === stuck);
}

/** Whether `owner` waits for a lock that it is not granted when all owners but stuck ones are done. */
function needsLock({ waits }: Owner, stuck: number): boolean {
  return waits.some(({ tickets }) =>
    tickets.some((ticket) => isBlocked(ticket) && !willBeGranted(ticket, stuck))
  );
}

function willBeGranted(ticket: Ticket, stuck: number): boolean {
  const { lock, wait, mode, units } = ticket;
  if (isOfPaths(lock)) {
    return [
      ...ticketsAhead(ticket, wait.owner, ticket).map(({ wait }) => wait),
      ...holdsAgainst(ticket, wait.owner),
    ]
      .every(({ owner }) => owner.search !== stuck);
  }
  const first = lock.queue[0]!.wait.owner;
  if (first !== wait.owner && first.search === stuck) return false;
  const { capacity } = lock;
  let used = 0;
  let sharers = 0;
  for (const hold of lock.holds) {
    if (hold.owner.search !== stuck) continue;
    if (hold.mode === "shared") sharers++;
    else used += hold.units;
  }
  return admits({ capacity, used, sharers }, mode, units);
}
