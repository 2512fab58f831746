/**
 * The capacities of resources, which may change while these are in use.
 *
 * A larger one serves the waiters that fit. A smaller one takes nothing from holders: more units than
 * it may be held until grants end, and nothing is granted beside them. A wait never waits for what it
 * can't be granted, so it ends when its units exceed the capacity, or when its owner holds all units
 * no longer, and with that less than it asks for. Spec: `Define`.
 *
 * @module
 */

import { precedes } from "../core/data/heap.ts";
import type { Refusal } from "../core/machine.ts";
import type { Define } from "./commands.ts";
import { DEFAULT_CAPACITY, followUps, type Lock, lockOf, type LockStep } from "./state.ts";
import { endOtherWaits, endWait, refuse } from "./transitions.ts";

/**
 * Sets the capacity of a resource; 1 removes its definition. Costs O(waiters) or O(holders) of it, and
 * when it is lowered, a search for a deadlock for each of the waiters.
 */
export function define(step: LockStep, command: Define): Refusal | undefined {
  const { state, events } = step;
  const { resourceId, capacity } = command;
  const known = state.locks.get(resourceId);
  const before = known?.capacity ?? DEFAULT_CAPACITY;
  const { maxResources, maxDefined } = state.config;
  const isIdle = known === undefined || known.uses === 0;
  const isFull = before === DEFAULT_CAPACITY && capacity !== DEFAULT_CAPACITY &&
    (state.definitions >= maxDefined || (isIdle && state.locksInUse >= maxResources));
  if (isFull) return refuse(step, command, resourceId, "full");
  const lock = lockOf(state, resourceId);
  if (before !== DEFAULT_CAPACITY) {
    state.definitions--;
    if (--lock.uses === 0) state.locksInUse--;
  }
  if (capacity !== DEFAULT_CAPACITY) {
    state.definitions++;
    if (lock.uses++ === 0) state.locksInUse++;
  }
  lock.capacity = capacity;
  events.push({ type: "resource:defined", resourceId, capacity });
  if (lock.queue.length === 0) return;
  if (capacity > before) raised(step, lock);
  if (capacity < before) lowered(step, lock);
}

function raised(step: LockStep, lock: Lock): void {
  followUps(step).unserved.push(lock);
  for (const hold of lock.holds) endOtherWaits(step, hold);
}

/** Each waiter may depend on more holders than before, so each may be in a deadlock. */
function lowered(step: LockStep, lock: Lock): void {
  const tickets = lock.queue.toSorted((a, b) => precedes(a, b) ? -1 : 1);
  followUps(step).suspects.push(...tickets.map(({ wait }) => wait.owner));
  const hopeless = tickets.filter(({ units }) => units > lock.capacity);
  for (const { wait } of hopeless.sort((a, b) => a.sequence - b.sequence)) {
    endWait(step, wait, { type: "resource:abandoned", reason: "over-capacity" });
  }
}
