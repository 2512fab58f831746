/**
 * What follows when a lock or a place in a queue becomes free, or somebody new holds a lock: the
 * next waiters get theirs, and cycles of waits are broken, until nothing more follows.
 *
 * Each consequence is put on a list of the step and processed from there, so a chain of any length
 * needs no recursion.
 *
 * @module
 */

import { abandon, breakDeadlock, grant, reacquire, takeBack } from "./transitions.ts";
import { chooseVictim, type Edge, findCycle, isAsk, waiterOf } from "./deadlock.ts";
import type { LockMode } from "./types.ts";
import { followUps, type Hold, type Lock, type LockStep, type Owner, type Wait } from "./state.ts";
import { admits, covers, findHold, findTickets, removeWait } from "./tables.ts";

/** Grants a lock and ends what its owner need not wait for any more. */
export function give(
  step: LockStep,
  lock: Lock,
  owner: Owner,
  request: { mode: LockMode; units: number },
  leaseMs: number,
  wait: Wait | undefined,
): Hold {
  const hold = grant(step, lock, owner, request, leaseMs, wait);
  const isAwaited = lock.queue.length > 0;
  if (isAwaited && owner.waits.length > 0) endOtherWaits(step, hold);
  else if (owner.asks === undefined || !(isAwaited || owner.askedBy !== undefined)) return hold;
  followUps(step).suspects.push(owner);
  return hold;
}

/** Works off all that follows from what has happened in the step. */
export function settle(step: LockStep): void {
  if (step.followUps === undefined) return;
  do serveAll(step); while (breakCycle(step));
}

/** The other waits of an owner for a lock that it just got. */
function endOtherWaits(step: LockStep, hold: Hold): void {
  for (const { wait, mode, units } of findTickets(hold.lock, hold.owner)) {
    if (!covers(hold, mode, units)) {
      abandon(step, wait, "upgrade");
    } else if (wait.tickets.length > 1) {
      followUps(step).candidates.push(wait);
    } else {
      removeWait(step, wait);
      reacquire(step, hold, wait.id);
    }
  }
}

function serveAll(step: LockStep): void {
  const { unserved, candidates } = followUps(step);
  let served = 0;
  let tried = 0;
  while (served < unserved.length || tried < candidates.length) {
    if (served < unserved.length) serve(step, unserved[served++]!);
    else tryAgain(step, candidates[tried++]!);
  }
  unserved.length = 0;
  candidates.length = 0;
}

/** Grants the first wait of a queue if it may be; then the next one is looked at next. */
function serve(step: LockStep, { queue }: Lock): void {
  const first = queue[0];
  if (first !== undefined && isGrantable(first.wait)) grantWait(step, first.wait);
}

function tryAgain(step: LockStep, wait: Wait): void {
  if (wait.ownerIndex >= 0 && isGrantable(wait)) grantWait(step, wait);
}

/**
 * Whether all that `wait` asks for can be its owner's: it is first in the queue of a lock that
 * admits it, or has the lock already. Meanwhile, where it is first, nobody gets past it.
 */
function isGrantable({ tickets, owner }: Wait): boolean {
  for (const { lock, mode, units, position } of tickets) {
    if (position === 0 && admits(lock, mode, units)) continue;
    if (tickets.length === 1) return false;
    const held = findHold(lock, owner);
    if (held === undefined || !covers(held, mode, units)) return false;
  }
  return true;
}

function grantWait(step: LockStep, wait: Wait): void {
  const { tickets, owner, id, leaseMs } = wait;
  removeWait(step, wait);
  for (const ticket of tickets) {
    const held = tickets.length === 1 ? undefined : findHold(ticket.lock, owner);
    if (held !== undefined) reacquire(step, held, id);
    else give(step, ticket.lock, owner, ticket, leaseMs, wait);
  }
}

/** Breaks one cycle of waits, if there is one among those that may have closed. */
function breakCycle(step: LockStep): boolean {
  const { state } = step;
  const { suspects } = followUps(step);
  if (!state.config.deadlockDetection) suspects.length = 0;
  for (let suspect = suspects.at(-1); suspect !== undefined; suspect = suspects.at(-1)) {
    const cycle = findCycle(state, suspect);
    if (cycle !== undefined) {
      breakAt(step, cycle, chooseVictim(cycle));
      return true;
    }
    suspects.pop();
  }
  return false;
}

function breakAt(step: LockStep, cycle: readonly Edge[], victim: Edge): void {
  breakDeadlock(step, cycle, victim);
  const before = cycle.at(cycle.indexOf(victim) - 1)!;
  if (step.state.config.deadlockPolicy !== "revoke" || isAsk(before)) return;
  const held = findHold(before.lock, waiterOf(victim));
  if (held !== undefined) takeBack(step, held, "resource:revoked");
}
