/**
 * What can happen to a lock or a wait. Each function here changes the state in one way and makes
 * the one event that tells of it; what follows from that is found by `settle`.
 *
 * @module
 */

import { reschedule, schedule } from "../core/data/deadlines.ts";
import { type Instant, Refusal } from "../core/machine.ts";
import type {
  AskEnded,
  AskRefused,
  ResourceAbandoned,
  ResourceRefusal,
  ResourceRefused,
} from "./events.ts";
import type { LockMode, ResourceRequest } from "./types.ts";
import type { Ask as AskCommand, EndAsk, ResourceCommand } from "./commands.ts";
import { chooseVictim, type Edge, findCycle, isAsk, waiterOf } from "./deadlock.ts";
import {
  type Ask,
  emit,
  followUps,
  type Hold,
  type Lock,
  type LockState,
  type LockStep,
  type Owner,
  type Wait,
} from "./state.ts";
import {
  addHold,
  addWait,
  admits,
  covers,
  findHold,
  findTickets,
  isIdleLock,
  isIdleOwner,
  lockOf,
  ownerOf,
  removeHold,
  removeWait,
  type WaitTerms,
} from "./tables.ts";

/** Gives `lock` to `owner`, at once or at the end of `wait`. */
export function grant(
  step: LockStep,
  lock: Lock,
  owner: Owner,
  { mode, units }: { mode: LockMode; units: number },
  leaseMs: number,
  wait: Wait | undefined,
): Hold {
  const waitId = wait === undefined ? 0 : wait.id;
  const hold = addHold(step, lock, owner, mode, units, leaseMs, waitId);
  emit(step, {
    type: "resource:acquired",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch: hold.epoch,
    mode,
    units,
    waitId,
    waitedMs: wait === undefined ? 0 : step.now - wait.since,
  });
  return hold;
}

/** Says to the owner of `hold` that it has what it asks for. */
export function reacquire(step: LockStep, { lock, owner, epoch }: Hold, waitId: number): void {
  emit(step, {
    type: "resource:reacquired",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    waitId,
  });
}

/** Lets `owner` wait until it can have all of `requests`. */
export function enqueue(
  step: LockStep,
  owner: Owner,
  requests: readonly ResourceRequest[],
  terms: WaitTerms,
): Wait {
  const wait = addWait(step, owner, requests, terms);
  emit(step, {
    type: "resource:queued",
    resourceIds: requests.map((request) => request.resourceId),
    agentId: owner.agentId,
    owner: owner.owner,
    waitId: wait.id,
    priority: wait.priority,
  });
  followUps(step).suspects.push(owner);
  return wait;
}

/** Takes a lock back: its owner returns it, its lease is over, or its owner gives way. */
export function takeBack(
  step: LockStep,
  hold: Hold,
  type: "resource:released" | "resource:expired" | "resource:revoked",
): void {
  const { lock, owner, epoch, since } = hold;
  removeHold(step, hold);
  emit(step, {
    type,
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    heldMs: step.now - since,
  });
}

/** Starts the lease of `hold` again, over `leaseMs`; 0 for as long as it was. */
export function extend(step: LockStep, hold: Hold, leaseMs: number): Instant {
  if (leaseMs > 0) hold.leaseMs = leaseMs;
  const expiresAt = hold.leaseMs === 0 ? Infinity : step.now + hold.leaseMs;
  const { deadlines } = step.state;
  if (hold.lease !== undefined) reschedule(deadlines, hold.lease, expiresAt);
  else if (expiresAt !== Infinity) hold.lease = schedule(deadlines, expiresAt, hold);
  emit(step, {
    type: "resource:renewed",
    resourceId: hold.lock.resourceId,
    agentId: hold.owner.agentId,
    owner: hold.owner.owner,
    epoch: hold.epoch,
    expiresAt,
  });
  return expiresAt;
}

/** Ends a wait that has taken too long. */
export function timeOut(step: LockStep, wait: Wait): void {
  removeWait(step, wait);
  emit(step, {
    type: "resource:timed-out",
    ...ended(step, wait),
    timeoutMs: wait.timeoutMs,
  });
}

/** Ends a wait as its owner wishes. */
export function cancel(step: LockStep, wait: Wait): void {
  removeWait(step, wait);
  emit(step, { type: "resource:cancelled", ...ended(step, wait) });
}

/** Ends a wait that can't lead to anything any more. */
export function abandon(step: LockStep, wait: Wait, reason: ResourceAbandoned["reason"]): void {
  removeWait(step, wait);
  emit(step, { type: "resource:abandoned", ...ended(step, wait), reason });
}

/** Ends the wait or the request `victim`, so that the others of `cycle` can go on. */
export function breakDeadlock(step: LockStep, cycle: readonly Edge[], victim: Edge): void {
  if (isAsk(victim)) unlink(step.state, victim);
  else removeWait(step, victim.wait);
  const { owner, agentId } = waiterOf(victim);
  emit(step, {
    type: "deadlock:detected",
    agents: cycle.map((edge) => waiterOf(edge).agentId),
    owners: cycle.map((edge) => waiterOf(edge).owner),
    resources: cycle.map((edge) => isAsk(edge) ? "" : edge.lock.resourceId),
    victim: agentId,
    owner,
    waitId: isAsk(victim) ? 0 : victim.wait.id,
    askId: isAsk(victim) ? victim.askId : "",
    waitedMs: step.now - (isAsk(victim) ? victim : victim.wait).since,
  });
}

/** Sets the units of a resource that nobody uses. */
export function define(step: LockStep, resourceId: string, capacity: number): void {
  const { state } = step;
  const lock = lockOf(state, resourceId);
  if (isIdleLock(lock)) state.idleLocks--;
  lock.capacity = capacity;
  if (isIdleLock(lock)) state.idleLocks++;
  emit(step, { type: "resource:defined", resourceId, capacity });
}

/** Emits why `command` changes nothing, and returns the answer that says so. */
export function refuse(
  step: LockStep,
  command: ResourceCommand,
  resourceId: string,
  reason: ResourceRefusal,
): Refusal<ResourceRefused> {
  const refused: ResourceRefused = {
    type: "resource:refused",
    resourceId,
    agentId: "agentId" in command ? command.agentId : "",
    owner: "owner" in command ? command.owner : "",
    command: command.type,
    reason,
  };
  emit(step, refused);
  return new Refusal(refused);
}

function ended({ now }: LockStep, { id, owner, tickets, since }: Wait): {
  resourceIds: string[];
  agentId: string;
  owner: string;
  waitId: number;
  waitedMs: number;
} {
  return {
    resourceIds: tickets.map((ticket) => ticket.lock.resourceId),
    agentId: owner.agentId,
    owner: owner.owner,
    waitId: id,
    waitedMs: now - since,
  };
}

/** Lets who asks wait for who is asked, in O(1). Who asks itself waits for nobody. */
export function begin(step: LockStep, command: AskCommand): Refusal<AskRefused> | undefined {
  const { state, now } = step;
  const { askId, agentId, toAgentId, priority } = command;
  if (agentId === toAgentId) return undefined;
  const isKnown = state.asks.has(askId);
  if (isKnown || state.asks.size >= state.config.maxAsks) {
    const reason = isKnown ? "known-ask" : "full";
    const refused: AskRefused = { type: "ask:refused", askId, agentId, toAgentId, reason };
    emit(step, refused);
    return new Refusal(refused);
  }
  const from = ownerOf(state, agentId, agentId);
  const to = ownerOf(state, toAgentId, toAgentId);
  const number = ++state.lastWait;
  const ask: Ask = { askId, number, from, to, priority, since: now, fromIndex: 0, toIndex: 0 };
  link(state, ask);
  emit(step, { type: "ask:begun", askId, agentId, toAgentId, priority });
  if (from.askedBy !== undefined || from.holds.length + from.waits.length > 0) {
    followUps(step).suspects.push(from);
  }
  return undefined;
}

/** Ends a request that was answered or given up; harmless when it has ended. */
export function end(step: LockStep, { askId }: EndAsk): void {
  const ask = step.state.asks.get(askId);
  if (ask !== undefined) endAsk(step, ask, "ended");
}

/** Ends all requests of `owner`, and all that it was asked, oldest first. */
export function endAll(step: LockStep, { asks = [], askedBy = [] }: Owner): void {
  const all = [...asks, ...askedBy].sort((a, b) => a.number - b.number);
  for (const ask of all) endAsk(step, ask, "gone");
}

function endAsk(step: LockStep, ask: Ask, reason: AskEnded["reason"]): void {
  const { askId, from, to, since } = ask;
  unlink(step.state, ask);
  emit(step, {
    type: "ask:ended",
    askId,
    agentId: from.agentId,
    toAgentId: to.agentId,
    reason,
    waitedMs: step.now - since,
  });
}

function link(state: LockState, ask: Ask): void {
  const { from, to } = ask;
  for (const owner of [from, to]) if (isIdleOwner(owner)) state.idleOwners--;
  from.asks ??= [];
  to.askedBy ??= [];
  ask.fromIndex = from.asks.push(ask) - 1;
  ask.toIndex = to.askedBy.push(ask) - 1;
  state.asks.set(ask.askId, ask);
}

/** Takes a request out of the tables, in O(1). */
export function unlink(state: LockState, ask: Ask): void {
  const { from, to, fromIndex, toIndex } = ask;
  const lastOfFrom = from.asks!.pop()!;
  if (lastOfFrom !== ask) {
    from.asks![fromIndex] = lastOfFrom;
    lastOfFrom.fromIndex = fromIndex;
  }
  const lastOfTo = to.askedBy!.pop()!;
  if (lastOfTo !== ask) {
    to.askedBy![toIndex] = lastOfTo;
    lastOfTo.toIndex = toIndex;
  }
  if (from.asks!.length === 0) from.asks = undefined;
  if (to.askedBy!.length === 0) to.askedBy = undefined;
  state.asks.delete(ask.askId);
  for (const owner of [from, to]) if (isIdleOwner(owner)) state.idleOwners++;
}

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
