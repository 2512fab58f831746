/**
 * Why a wait for locks has not ended, and what would end it.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { precedes } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import { listed } from "../core/readable.ts";
import { isBlocked, isExcluded } from "./edges.ts";
import type { LockState, Owner, Ticket, Wait } from "./state.ts";

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
