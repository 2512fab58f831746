/**
 * Who holds what and who waits, as callers see it. Reads the state and changes nothing.
 *
 * @module
 */

import type { HealthStatus, Instant } from "../core/machine.ts";
import { precedes } from "../core/data/heap.ts";
import { nextDeadline } from "../core/data/deadlines.ts";
import type { LockMode } from "./types.ts";
import type { LockState, Owner, Ticket, Wait } from "./state.ts";
import { counted, quote } from "../core/arguments.ts";
import { listed } from "../core/describe.ts";
import { isBlocked, isExcluded } from "./deadlock.ts";

/** Who holds a lock, and how. */
export interface HolderView {
  /** Who is shown for the owner. */
  readonly agentId: string;
  /** Who the lock belongs to: the agent itself, or one claim of a task that the agent runs. */
  readonly owner: string;
  /** The number of the grant; larger than that of any earlier one. */
  readonly epoch: number;
  /** Whether others may hold it too. */
  readonly mode: LockMode;
  /** How many of a counted resource; 1 of any other. */
  readonly units: number;
  /** When it was granted; a renewal doesn't change that. */
  readonly since: Instant;
  /** When its lease ends; `undefined` without one. */
  readonly expiresAt: Instant | undefined;
}

/** Who waits for a lock, and how. */
export interface WaiterView {
  /** Who is shown for the owner. */
  readonly agentId: string;
  /** Who waits: the agent itself, or one claim of a task that the agent runs. */
  readonly owner: string;
  /** The same in the queues of all locks that are asked for together. */
  readonly waitId: number;
  /** How it is to be held. */
  readonly mode: LockMode;
  /** How many of a counted resource; 1 of any other. */
  readonly units: number;
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** When the wait began. */
  readonly since: Instant;
}

/** The holders of a lock, oldest first. */
export function holders(state: Readonly<LockState>, resourceId: string): HolderView[] {
  const holds = [...state.locks.get(resourceId)?.holds ?? []];
  return holds.sort((a, b) => a.epoch - b.epoch).map((hold) => ({
    agentId: hold.owner.agentId,
    owner: hold.owner.owner,
    epoch: hold.epoch,
    mode: hold.mode,
    units: hold.units,
    since: hold.since,
    expiresAt: hold.lease?.rank,
  }));
}

/** The queue of a lock, in the order in which it is served. Costs a sort. */
export function queue(state: Readonly<LockState>, resourceId: string): WaiterView[] {
  const tickets = [...state.locks.get(resourceId)?.queue ?? []];
  return tickets.sort((a, b) => precedes(a, b) ? -1 : 1).map(({ wait, mode, units }) => ({
    agentId: wait.owner.agentId,
    owner: wait.owner.owner,
    waitId: wait.id,
    mode,
    units,
    priority: wait.priority,
    since: wait.since,
  }));
}

/** From each lock that is held to its holder; of several, the one that has had it longest. */
export function allocations(state: Readonly<LockState>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { resourceId, holds } of state.locks.values()) {
    if (holds.length === 0) continue;
    const oldest = holds.reduce((a, b) => a.epoch < b.epoch ? a : b);
    found.set(resourceId, oldest.owner.agentId);
  }
  return found;
}

/** From each agent that waits to what it waits for, in the order in which the waits began. */
export function waiting(state: Readonly<LockState>): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { owner, tickets } of state.waits.values()) {
    let resources = found.get(owner.agentId);
    if (resources === undefined) found.set(owner.agentId, resources = new Set());
    for (const { lock } of tickets) resources.add(lock.resourceId);
  }
  return new Map([...found].map(([agentId, resources]) => [agentId, [...resources]]));
}

/** How much later than due something may happen before that counts as ill. */
const TOLERATED_LATENESS_MS = 1_000;

/** Whether locks are given out as they should. Costs a look at each lock. */
export function health(state: Readonly<LockState>, now: Instant, stopped: unknown): HealthStatus {
  let held = 0;
  let fullQueues = 0;
  let longestQueue = 0;
  for (const { holds, queue } of state.locks.values()) {
    if (holds.length > 0) held++;
    longestQueue = Math.max(longestQueue, queue.length);
    if (queue.length >= state.config.maxWaiters) fullQueues++;
  }
  const inUse = state.locks.size - state.idleLocks;
  const overdueMs = Math.max(0, now - nextDeadline(state.deadlines));
  const metrics = {
    totalResources: inUse,
    lockedResources: held,
    waitingRequests: state.waits.size,
    longestQueue,
    fullQueues,
    overdueMs,
  };
  const problems: string[] = [];
  if (stopped !== undefined) problems.push(stopped instanceof Error ? stopped.message : "stopped");
  if (overdueMs > TOLERATED_LATENESS_MS) problems.push(`a timer is overdue by ${overdueMs} ms`);
  if (fullQueues > 0) problems.push(`${counted(fullQueues, "resource", "has")} a full queue`);
  if (inUse >= state.config.maxResources) problems.push("the table of resources is full");
  if (problems.length === 0) return { healthy: true, metrics };
  return { healthy: false, error: problems.join("; "), metrics };
}

/** One lock that is waited for. */
export interface LockWaitExplanation {
  /** What it is on. */
  readonly resourceId: string;
  /** Whether it is free for this wait, which then goes on for another lock. */
  readonly isFree: boolean;
  /** Agents that hold it in a way that keeps it from this wait, longest first. */
  readonly heldBy: readonly string[];
  /** Agents whose waits for it come before this one, in the order in which they are served. */
  readonly behind: readonly string[];
}

/** The answer of `explain`. */
export interface WaitExplanation {
  /** Which wait it is about. */
  readonly waitId: number;
  /** Who waits. */
  readonly agentId: string;
  /** Whose wait it is: the agent itself, or one claim of a task that the agent runs. */
  readonly owner: string;
  /** When it began. */
  readonly since: Instant;
  /** When it has taken too long; `undefined` for never. */
  readonly timesOutAt: Instant | undefined;
  /** One sentence. */
  readonly summary: string;
  /** What it is for; it ends when all of them are free. */
  readonly locks: readonly LockWaitExplanation[];
}

/** Explains one wait, or `undefined` when it has ended. Costs a look at the queues that it is in. */
export function explainWait(
  state: Readonly<LockState>,
  waitId: number,
): WaitExplanation | undefined {
  const wait = state.waits.get(waitId);
  return wait && explain(wait);
}

/** Explains all waits of `owner`, oldest first. Costs a look at the queues that they are in. */
export function explainWaitsOf({ waits }: Readonly<Owner>): WaitExplanation[] {
  return waits.toSorted((a, b) => a.id - b.id).map(explain);
}

function explain(
  { id, owner: { agentId, owner }, since, timeout, tickets }: Wait,
): WaitExplanation {
  const locks = tickets.map(explainTicket);
  return {
    waitId: id,
    agentId,
    owner,
    since,
    timesOutAt: timeout?.rank,
    summary: summaryOf(locks.filter(({ isFree }) => !isFree)),
    locks,
  };
}

function explainTicket(ticket: Ticket): LockWaitExplanation {
  const { lock: { resourceId, holds, queue }, wait } = ticket;
  const isFree = !isBlocked(ticket);
  const others = isFree || !isExcluded(ticket)
    ? []
    : holds.filter(({ owner }) => owner !== wait.owner);
  const earlier = isFree ? [] : queue.filter((other) => precedes(other, ticket));
  return {
    resourceId,
    isFree,
    heldBy: others.toSorted((a, b) => a.epoch - b.epoch).map(({ owner }) => owner.agentId),
    behind: earlier.sort((a, b) => precedes(a, b) ? -1 : 1).map(({ wait }) => wait.owner.agentId),
  };
}

function summaryOf(locks: readonly LockWaitExplanation[]): string {
  const parts = locks.map(({ resourceId, heldBy, behind }) => {
    const holders = heldBy.length > 0 ? `, held by ${listed(heldBy.map(quote))}` : "";
    const before = behind.length > 0 ? `, behind ${listed(behind.map(quote))}` : "";
    return `${quote(resourceId)}${holders}${before}`;
  });
  return `It waits for ${parts.join("; and for ")}`;
}
