/**
 * What follows when a lock or a place in a queue becomes free, or somebody new holds a lock: the
 * next waiters get theirs, and cycles of waits are broken, until nothing more follows.
 *
 * Each consequence is put on a list of the turn and worked off from there, so a chain of any length
 * needs no recursion.
 *
 * @module
 */

import { abandon, giveWay, grant, reacquire, takeBack } from "./actions.ts";
import { chooseVictim, findCycle } from "./deadlock.ts";
import type { LockMode } from "./types.ts";
import { type Edge, isAsk, waiterOf } from "./edges.ts";
import { followUps, type Hold, type Lock, type Owner, type Turn, type Wait } from "./state.ts";
import { admits, covers, findHold, findTickets, removeWait } from "./tables.ts";

/** Grants a lock and ends what its owner need not wait for any more. */
export function give(
  turn: Turn,
  lock: Lock,
  owner: Owner,
  request: { mode: LockMode; units: number },
  leaseMs: number,
  wait: Wait | undefined,
): void {
  const hold = grant(turn, lock, owner, request, leaseMs, wait);
  const isAwaited = lock.queue.length > 0;
  if (isAwaited && owner.waits.length > 0) endOtherWaits(turn, hold);
  else if (owner.asks === undefined || !(isAwaited || owner.askedBy !== undefined)) return;
  followUps(turn).suspects.push(owner);
}

/** Works off all that follows from what has happened in the turn. */
export function settle(turn: Turn): void {
  if (turn.followUps === undefined) return;
  do serveAll(turn); while (breakCycle(turn));
}

/** The other waits of an owner for a lock that it just got. */
function endOtherWaits(turn: Turn, hold: Hold): void {
  for (const { wait, mode, units } of findTickets(hold.lock, hold.owner)) {
    if (!covers(hold, mode, units)) {
      abandon(turn, wait, "upgrade");
    } else if (wait.tickets.length > 1) {
      followUps(turn).candidates.push(wait);
    } else {
      removeWait(turn, wait);
      reacquire(turn, hold, wait.id);
    }
  }
}

function serveAll(turn: Turn): void {
  const { unserved, candidates } = followUps(turn);
  let served = 0;
  let tried = 0;
  while (served < unserved.length || tried < candidates.length) {
    if (served < unserved.length) serve(turn, unserved[served++]!);
    else tryAgain(turn, candidates[tried++]!);
  }
  unserved.length = 0;
  candidates.length = 0;
}

/** Grants the first wait of a queue if it may be; then the next one is looked at in its turn. */
function serve(turn: Turn, { queue }: Lock): void {
  const first = queue[0];
  if (first !== undefined && isGrantable(first.wait)) grantWait(turn, first.wait);
}

function tryAgain(turn: Turn, wait: Wait): void {
  if (wait.ownerIndex >= 0 && isGrantable(wait)) grantWait(turn, wait);
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

function grantWait(turn: Turn, wait: Wait): void {
  const { tickets, owner, id, leaseMs } = wait;
  removeWait(turn, wait);
  for (const ticket of tickets) {
    const held = tickets.length === 1 ? undefined : findHold(ticket.lock, owner);
    if (held !== undefined) reacquire(turn, held, id);
    else give(turn, ticket.lock, owner, ticket, leaseMs, wait);
  }
}

/** Breaks one cycle of waits, if there is one among those that may have closed. */
function breakCycle(turn: Turn): boolean {
  const { state } = turn;
  const { suspects } = followUps(turn);
  if (!state.config.deadlockDetection) suspects.length = 0;
  for (let suspect = suspects.at(-1); suspect !== undefined; suspect = suspects.at(-1)) {
    const cycle = findCycle(state, suspect);
    if (cycle !== undefined) {
      breakAt(turn, cycle, chooseVictim(cycle));
      return true;
    }
    suspects.pop();
  }
  return false;
}

function breakAt(turn: Turn, cycle: readonly Edge[], victim: Edge): void {
  giveWay(turn, cycle, victim);
  const before = cycle.at(cycle.indexOf(victim) - 1)!;
  if (turn.state.config.deadlockPolicy !== "revoke" || isAsk(before)) return;
  const held = findHold(before.lock, waiterOf(victim));
  if (held !== undefined) takeBack(turn, held, "resource:revoked");
}
