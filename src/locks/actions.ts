/**
 * What can happen to a lock or a wait. Each function here changes the state in one way and makes
 * the one event that tells of it; what follows from that is found by `settle`.
 *
 * @module
 */

import { reschedule, schedule } from "../core/data/deadlines.ts";
import type { ResourceAbandoned, ResourceRefusal } from "./events.ts";
import type { LockMode, ResourceRequest } from "./types.ts";
import { unlink } from "./asks.ts";
import type { ResourceCommand } from "./commands.ts";
import { type Edge, isAsk, waiterOf } from "./edges.ts";
import {
  followUps,
  type Hold,
  type Lock,
  type Owner,
  tell,
  type Turn,
  type Wait,
} from "./state.ts";
import {
  addHold,
  addWait,
  isIdleLock,
  lockOf,
  removeHold,
  removeWait,
  type WaitTerms,
} from "./tables.ts";

/** Gives `lock` to `owner`, at once or at the end of `wait`. */
export function grant(
  turn: Turn,
  lock: Lock,
  owner: Owner,
  { mode, units }: { mode: LockMode; units: number },
  leaseMs: number,
  wait: Wait | undefined,
): Hold {
  const waitId = wait === undefined ? 0 : wait.id;
  const hold = addHold(turn, lock, owner, mode, units, leaseMs, waitId);
  tell(turn, {
    type: "resource:acquired",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch: hold.epoch,
    mode,
    units,
    waitId,
    waitedMs: wait === undefined ? 0 : turn.now - wait.since,
  });
  return hold;
}

/** Says to the owner of `hold` that it has what it asks for. */
export function reacquire(turn: Turn, { lock, owner, epoch }: Hold, waitId: number): void {
  tell(turn, {
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
  turn: Turn,
  owner: Owner,
  requests: readonly ResourceRequest[],
  terms: WaitTerms,
): void {
  const wait = addWait(turn, owner, requests, terms);
  tell(turn, {
    type: "resource:queued",
    resourceIds: requests.map((request) => request.resourceId),
    agentId: owner.agentId,
    owner: owner.owner,
    waitId: wait.id,
    priority: wait.priority,
  });
  followUps(turn).suspects.push(owner);
}

/** Takes a lock back: its owner returns it, its lease is over, or its owner gives way. */
export function takeBack(
  turn: Turn,
  hold: Hold,
  type: "resource:released" | "resource:expired" | "resource:revoked",
): void {
  const { lock, owner, epoch, since } = hold;
  removeHold(turn, hold);
  tell(turn, {
    type,
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    heldMs: turn.now - since,
  });
}

/** Starts the lease of `hold` again, over `leaseMs`; 0 for as long as it was. */
export function extend(turn: Turn, hold: Hold, leaseMs: number): void {
  if (leaseMs > 0) hold.leaseMs = leaseMs;
  const expiresAt = hold.leaseMs === 0 ? Infinity : turn.now + hold.leaseMs;
  const { deadlines } = turn.state;
  if (hold.lease !== undefined) reschedule(deadlines, hold.lease, expiresAt);
  else if (expiresAt !== Infinity) hold.lease = schedule(deadlines, expiresAt, hold);
  tell(turn, {
    type: "resource:renewed",
    resourceId: hold.lock.resourceId,
    agentId: hold.owner.agentId,
    owner: hold.owner.owner,
    epoch: hold.epoch,
    expiresAt,
  });
}

/** Ends a wait that has taken too long. */
export function timeOut(turn: Turn, wait: Wait): void {
  removeWait(turn, wait);
  tell(turn, {
    type: "resource:timed-out",
    ...ended(turn, wait),
    timeoutMs: wait.timeoutMs,
  });
}

/** Ends a wait as its owner wishes. */
export function cancel(turn: Turn, wait: Wait): void {
  removeWait(turn, wait);
  tell(turn, { type: "resource:cancelled", ...ended(turn, wait) });
}

/** Ends a wait that can't lead to anything any more. */
export function abandon(turn: Turn, wait: Wait, reason: ResourceAbandoned["reason"]): void {
  removeWait(turn, wait);
  tell(turn, { type: "resource:abandoned", ...ended(turn, wait), reason });
}

/** Ends the wait or the request `victim`, so that the others of `cycle` can go on. */
export function giveWay(turn: Turn, cycle: readonly Edge[], victim: Edge): void {
  if (isAsk(victim)) unlink(turn.state, victim);
  else removeWait(turn, victim.wait);
  const { owner, agentId } = waiterOf(victim);
  tell(turn, {
    type: "deadlock:detected",
    agents: cycle.map((edge) => waiterOf(edge).agentId),
    owners: cycle.map((edge) => waiterOf(edge).owner),
    resources: cycle.map((edge) => isAsk(edge) ? "" : edge.lock.resourceId),
    victim: agentId,
    owner,
    waitId: isAsk(victim) ? 0 : victim.wait.id,
    askId: isAsk(victim) ? victim.askId : "",
    waitedMs: turn.now - (isAsk(victim) ? victim : victim.wait).since,
  });
}

/** Sets the units of a resource that nobody uses. */
export function define(turn: Turn, resourceId: string, capacity: number): void {
  const { state } = turn;
  const lock = lockOf(state, resourceId);
  if (isIdleLock(lock)) state.idleLocks--;
  lock.capacity = capacity;
  if (isIdleLock(lock)) state.idleLocks++;
  tell(turn, { type: "resource:defined", resourceId, capacity });
}

/** Says why `command` changes nothing. */
export function refuse(
  turn: Turn,
  command: ResourceCommand,
  resourceId: string,
  reason: ResourceRefusal,
): void {
  tell(turn, {
    type: "resource:refused",
    resourceId,
    agentId: "agentId" in command ? command.agentId : "",
    owner: "owner" in command ? command.owner : "",
    command: command.type,
    reason,
  });
}

function ended({ now }: Turn, { id, owner, tickets, since }: Wait): {
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
