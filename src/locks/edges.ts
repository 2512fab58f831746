/**
 * The edges of the wait-for graph: a place in a queue, and a request that waits for its response.
 *
 * @module
 */

import type { Ask, Owner, Ticket } from "./state.ts";
import { admits, covers, findHold } from "./tables.ts";

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
