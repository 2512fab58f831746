/**
 * Walks through the wait-for graph, from owner to owner, breadth first.
 *
 * The graph is never built, it is there: a ticket that can't be granted waits for who holds its
 * lock in a way that excludes it, and for who is first in its queue; and who asks waits for who is
 * asked. An owner is marked with the number of the walk that visited it last.
 *
 * @module
 */

import { type Edge, isExcluded, numberOf } from "./edges.ts";
import type { Hold, LockState, Owner, Ticket } from "./state.ts";

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
