/**
 * Read-only views of locks: holders, waiters, health, and why a wait has not ended.
 *
 * @module
 */

import { healthOf, type HealthStatus, type Instant, latenessOf } from "../core/machine.ts";
import { precedes } from "../core/data/heap.ts";
import { nextDeadline } from "../core/data/deadlines.ts";
import { claimOf, type LockMode, partyOf, type ResourceRequest } from "./types.ts";
import {
  type Hold,
  holdsAgainst,
  isBlocked,
  lastPlace,
  type Lock,
  type LockState,
  type Owner,
  type Ticket,
  ticketsAhead,
  type Wait,
} from "./state.ts";
import { peekLock } from "./path_locks.ts";
import { patternsOf } from "./paths.ts";
import { counted, quote } from "../core/arguments.ts";
import { leftText, listed } from "../core/describe.ts";

/**
 * One holder of a lock.
 * @category Locks
 */
export interface HolderView {
  /** The agent. */
  readonly agentId: string;
  /** The owner of the lock: the agent itself, or one claim of a task that it runs. */
  readonly owner: string;
  /** The task, if a claim of one owns the lock. While the task has no slot, the agent is its last. */
  readonly taskId?: string;
  /** The number of the grant; larger than that of any earlier one. */
  readonly epoch: number;
  /** Whether others may hold it too. */
  readonly mode: LockMode;
  /** The number of units of a resource with a capacity; 1 of any other. */
  readonly units: number;
  /** The time of the grant; a renewal doesn't change it. */
  readonly since: Instant;
  /** When its lease ends; `undefined` without one. */
  readonly expiresAt: Instant | undefined;
  /** `true` while it is kept for a caller that has left, until `expiresAt`. */
  readonly isKept?: true;
}

/**
 * One waiter of a lock.
 * @category Locks
 */
export interface WaiterView {
  /** The agent. */
  readonly agentId: string;
  /** The owner of the wait: the agent itself, or one claim of a task that it runs. */
  readonly owner: string;
  /** The task, if a claim of one owns the wait. While the task has no slot, the agent is its last. */
  readonly taskId?: string;
  /** The same in the queues of all locks that are acquired together. */
  readonly waitId: number;
  /** Whether others may hold it too. */
  readonly mode: LockMode;
  /** The number of units of a resource with a capacity; 1 of any other. */
  readonly units: number;
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** The time when the wait began. */
  readonly since: Instant;
  /** Until when it waits for its caller to come back; absent while that is there. */
  readonly keptUntil?: Instant;
}

/** Returns the holders of a lock, oldest first. */
export function holders(state: Readonly<LockState>, resourceId: string): HolderView[] {
  const holds = [...state.locks.get(resourceId)?.holds ?? []];
  return holds.sort((a, b) => a.epoch - b.epoch).map(holderView);
}

function holderView({ owner, epoch, mode, units, since, lease, keepMs }: Hold): HolderView {
  const view = { ...ownerView(owner), epoch, mode, units, since, expiresAt: lease?.rank };
  return keepMs === 0 ? view : { ...view, isKept: true };
}

function keptView({ caller }: Wait): { keptUntil?: Instant } {
  return caller?.isGone ? { keptUntil: caller.timer!.rank } : {};
}

function ownerView({ agentId, owner }: Owner): { agentId: string; owner: string; taskId?: string } {
  const claim = claimOf(owner);
  return { agentId, owner, ...(claim && { taskId: claim.taskId }) };
}

/** Returns the waiters of a lock, in the order in which they are served. Costs a sort. */
export function queue(state: Readonly<LockState>, resourceId: string): WaiterView[] {
  const tickets = [...state.locks.get(resourceId)?.queue ?? []];
  return tickets.sort((a, b) => precedes(a, b) ? -1 : 1).map(waiterView);
}

function waiterView({ wait, mode, units }: Ticket): WaiterView {
  const { owner, id: waitId, priority, since } = wait;
  return { ...ownerView(owner), waitId, mode, units, priority, since, ...keptView(wait) };
}

/**
 * The grants and waits in the way of a request for paths.
 * @category Locks
 */
export interface PathsCheck {
  /** The id of the set of paths. */
  readonly resourceId: string;
  /** Whether the request would be granted at once. */
  readonly isFree: boolean;
  /** The holders of paths that overlap, oldest first. */
  readonly heldBy: readonly (HolderView & OfPaths)[];
  /** The waiters for paths that overlap which come first, in the order in which they are served. */
  readonly behind: readonly (WaiterView & OfPaths)[];
}

/**
 * The paths of a holder or a waiter.
 * @category Locks
 */
export interface OfPaths {
  /** The id of the set of paths. */
  readonly resourceId: string;
  /** Its patterns. */
  readonly paths: readonly string[];
}

/** Returns what is in the way of a request for paths. Costs O(paths that overlap). */
export function checkPaths(
  state: Readonly<LockState>,
  { resourceId, mode }: ResourceRequest,
  owner: string | undefined,
  rank: Instant,
): PathsCheck {
  const own = owner === undefined ? undefined : state.owners.get(owner);
  const lock = peekLock(state, resourceId)!;
  const heldBy = holdsAgainst({ lock, mode }, own)
    .map((hold) => ({ ...holderView(hold), ...ofPaths(hold.lock) }));
  const behind = ticketsAhead({ lock, mode }, own, lastPlace(rank))
    .map((ticket) => ({ ...waiterView(ticket), ...ofPaths(ticket.lock) }));
  return { resourceId, isFree: heldBy.length + behind.length === 0, heldBy, behind };
}

function ofPaths({ resourceId }: Lock): OfPaths {
  return { resourceId, paths: patternsOf(resourceId)! };
}

/** Maps each lock that is held to its holder; of several, to the oldest. */
export function allocations(state: Readonly<LockState>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { resourceId, holds } of state.locks.values()) {
    if (holds.length === 0) continue;
    const oldest = holds.reduce((a, b) => a.epoch < b.epoch ? a : b);
    found.set(resourceId, oldest.owner.agentId);
  }
  return found;
}

/** Maps each agent that waits to the resources of its waits, oldest wait first. */
export function waiting(state: Readonly<LockState>): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { owner, tickets } of state.waits.values()) {
    let resources = found.get(owner.agentId);
    if (resources === undefined) found.set(owner.agentId, resources = new Set());
    for (const { lock } of tickets) resources.add(lock.resourceId);
  }
  return new Map([...found].map(([agentId, resources]) => [agentId, [...resources]]));
}

/** Returns whether timers fire and queues have room, and the figures. Costs O(locks). */
export function health(
  state: Readonly<LockState>,
  now: Instant,
  problem: string | undefined,
): HealthStatus {
  let held = 0;
  let fullQueues = 0;
  let longestQueue = 0;
  for (const { holds, queue } of state.locks.values()) {
    if (holds.length > 0) held++;
    longestQueue = Math.max(longestQueue, queue.length);
    if (queue.length >= state.config.maxWaiters) fullQueues++;
  }
  const overdueMs = Math.max(0, now - nextDeadline(state.deadlines));
  const metrics = {
    totalResources: state.locksInUse,
    definedResources: state.definitions,
    lockedResources: held,
    waitingRequests: state.waits.size,
    longestQueue,
    fullQueues,
    overdueMs,
  };
  const { maxResources, maxDefined, maxAsks } = state.config;
  return healthOf([
    problem,
    latenessOf(overdueMs),
    fullQueues > 0 && `${counted(fullQueues, "resource", "has")} a full queue`,
    state.locksInUse >= maxResources && "the table of resources is full",
    state.definitions >= maxDefined && "the table of defined resources is full",
    state.requests.size >= maxAsks && "the table of requests is full",
  ], metrics);
}

/**
 * One lock of a wait.
 * @category Locks
 */
export interface LockWaitExplanation {
  /** The resource. */
  readonly resourceId: string;
  /** Whether it is free for this wait, which waits for another lock then. */
  readonly isFree: boolean;
  /** The agents that hold it and exclude this wait, oldest first. */
  readonly heldBy: readonly string[];
  /** The agents whose waits for it precede this one, in the order in which they are served. */
  readonly behind: readonly string[];
  /**
   * While more units are held than it has, since its capacity was lowered: how many it has, and how many
   * are held. Absent otherwise.
   */
  readonly lowered?: { readonly capacity: number; readonly used: number };
}

/**
 * Why a wait has not ended.
 * @category Locks
 */
export interface WaitExplanation {
  /** The wait. */
  readonly waitId: number;
  /** The agent. */
  readonly agentId: string;
  /** The owner of the wait: the agent itself, or one claim of a task that it runs. */
  readonly owner: string;
  /** The time when it began. */
  readonly since: Instant;
  /** When its time limit ends; `undefined` for never. */
  readonly timesOutAt: Instant | undefined;
  /** Until when it waits for its caller to come back; absent while that is there. */
  readonly keptUntil?: Instant;
  /** One sentence. */
  readonly summary: string;
  /** Its locks; it ends when all of them are free. */
  readonly locks: readonly LockWaitExplanation[];
}

/** Explains a wait; `undefined` when it has ended. Costs O(length) of its queues. */
export function explainWait(
  state: Readonly<LockState>,
  waitId: number,
): WaitExplanation | undefined {
  const wait = state.waits.get(waitId);
  return wait && explain(wait);
}

/** Explains all waits of `owner`, oldest first. Costs O(length) of their queues. */
export function explainWaitsOf({ waits }: Readonly<Owner>): WaitExplanation[] {
  return waits.toSorted((a, b) => a.id - b.id).map(explain);
}

function explain(wait: Wait): WaitExplanation {
  const { id, owner: { agentId, owner }, since, timeout, tickets } = wait;
  const kept = keptView(wait);
  const left = leftText(kept.keptUntil);
  const parts = tickets.filter(isBlocked).map((ticket) => {
    const holders = listedAs(", held by ", excluding(ticket));
    const behind = listedAs(", behind ", preceding(ticket));
    return quote(ticket.lock.resourceId) + loweredText(ticket) + holders + behind;
  });
  return {
    waitId: id,
    agentId,
    owner,
    since,
    timesOutAt: timeout?.rank,
    ...kept,
    summary: `It waits for ${parts.join("; and for ")}${left}`,
    locks: tickets.map((ticket) => ({
      resourceId: ticket.lock.resourceId,
      isFree: !isBlocked(ticket),
      heldBy: excluding(ticket).map(({ agentId }) => agentId),
      behind: preceding(ticket).map(({ agentId }) => agentId),
      ...loweredView(ticket),
    })),
  };
}

function loweredView({ lock: { capacity, used } }: Ticket): Pick<LockWaitExplanation, "lowered"> {
  return used > capacity ? { lowered: { capacity, used } } : {};
}

function loweredText(ticket: Ticket): string {
  const { lowered } = loweredView(ticket);
  if (lowered === undefined) return "";
  return ` (capacity ${lowered.capacity} of ${lowered.used} used units, lowered)`;
}

/** Returns the owners whose holds exclude a waiter, oldest first. */
function excluding(ticket: Ticket): Owner[] {
  if (!isBlocked(ticket)) return [];
  return holdsAgainst(ticket, ticket.wait.owner).map(({ owner }) => owner);
}

/** Returns the owners of the waits before a waiter, in the order in which they are served. */
function preceding(ticket: Ticket): Owner[] {
  if (!isBlocked(ticket)) return [];
  return ticketsAhead(ticket, ticket.wait.owner, ticket).map(({ wait }) => wait.owner);
}

function listedAs(words: string, owners: readonly Owner[]): string {
  return owners.length === 0 ? "" : words + listed(owners.map(partyOf));
}
