/**
 * What is in the mailboxes, as callers see it. Reads the state and changes nothing.
 *
 * @module
 */

import { nextDeadline } from "../core/data/deadlines.ts";
import type { DeadLetterCause } from "./events.ts";
import type { HealthStatus } from "../core/health.ts";
import type { Instant } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { Message } from "./types.ts";
import { messageIn } from "./dead_letters.ts";
import type { Copy, DeadLetter, Lane, MessageState } from "./state.ts";
import { messageOf } from "./tables.ts";

/** A message that could not be delivered, as callers see it. */
export interface DeadLetterView {
  /** As it was last handed out, or sent. */
  readonly message: Message;
  /** Why it could not be delivered. */
  readonly cause: DeadLetterCause;
  /** What its last failed delivery ended with. */
  readonly error: ErrorData | undefined;
  /** When it was given up. */
  readonly at: Instant;
  /** The handlers that did not get it; an empty one stands for the agent, if it pulls. */
  readonly handlerIds: readonly string[];
}

/** What an agent has not handled yet, urgent messages first, oldest first. */
export function unhandled(state: Readonly<MessageState>, agentId: string): Message[] {
  const found = new Map<number, Copy>();
  for (const reader of state.mailboxes.get(agentId)?.readers ?? []) {
    for (const copy of [...copiesOf(reader.urgent), ...copiesOf(reader.normal)]) {
      if (!found.has(copy.sequence)) found.set(copy.sequence, copy);
    }
  }
  return [...found.values()].sort(byTurn).map(messageOf);
}

function byTurn(a: Copy, b: Copy): number {
  const urgency = Number(b.priority > 0) - Number(a.priority > 0);
  return urgency !== 0 ? urgency : a.sequence - b.sequence;
}

function* copiesOf({ copies }: Lane): Iterable<Copy> {
  for (let copy = copies.first; copy !== undefined; copy = copy.next) yield copy;
}

/** The dead letters of an agent, or of all, oldest first. */
export function deadLetters(
  state: Readonly<MessageState>,
  agentId: string | undefined,
): DeadLetterView[] {
  const found: DeadLetterView[] = [];
  for (let dead = state.deadOrder.first; dead !== undefined; dead = dead.next) {
    if (agentId === undefined || dead.message.to === agentId) found.push(viewOf(dead));
  }
  return found;
}

function viewOf(dead: DeadLetter): DeadLetterView {
  const { cause, error, at, handlerIds } = dead;
  return { message: messageIn(dead), cause, error, at, handlerIds: [...handlerIds] };
}

/** From each agent that waits for a response to the agents that it asked. */
export function waiting(state: Readonly<MessageState>): Map<string, string[]> {
  return new Map(
    [...state.waitingOn].map((
      [agentId, requests],
    ) => [agentId, [...new Set([...requests].map((request) => request.to))]]),
  );
}

/** How much later than due something may happen before that counts as ill. */
const TOLERATED_LATENESS_MS = 1_000;

/** For how long a dead letter counts as ill. */
const RECENT_MS = 60_000;

/** Whether messages are delivered as they should be. Costs a look at each mailbox. */
export function health(
  state: Readonly<MessageState>,
  now: Instant,
  stopped: unknown,
): HealthStatus {
  let messages = 0;
  let longestQueue = 0;
  let fullMailboxes = 0;
  for (const { readers } of state.mailboxes.values()) {
    for (const { urgent, normal } of readers) {
      const longest = Math.max(urgent.size, normal.size);
      messages += urgent.size + normal.size;
      longestQueue = Math.max(longestQueue, longest);
      if (longest >= state.config.mailboxCapacity) fullMailboxes++;
    }
  }
  const overdueMs = Math.max(0, now - nextDeadline(state.deadlines));
  const recent = recentlyDead(state, now);
  const metrics = {
    mailboxes: state.mailboxes.size,
    handlers: state.readers.size,
    topics: state.topics.size,
    pendingMessages: messages,
    inFlight: state.deliveries.size,
    pendingResponses: state.requests.size,
    longestQueue,
    fullMailboxes,
    deadLetters: state.deadLetters.size,
    lateResponses: state.lateResponses,
    staleReports: state.staleReports,
    duplicates: state.duplicates,
    overdueMs,
  };
  const problems: string[] = [];
  if (stopped !== undefined) problems.push(stopped instanceof Error ? stopped.message : "stopped");
  if (overdueMs > TOLERATED_LATENESS_MS) problems.push(`a timer is overdue by ${overdueMs} ms`);
  if (fullMailboxes > 0) problems.push(`${fullMailboxes} mailboxes are full`);
  if (recent > 0) problems.push(`${recent} messages became dead letters in the last minute`);
  if (problems.length === 0) return { healthy: true, metrics };
  return { healthy: false, error: problems.join("; "), metrics };
}

function recentlyDead(state: Readonly<MessageState>, now: Instant): number {
  let count = 0;
  let dead = state.deadOrder.last;
  for (; dead !== undefined && dead.at > now - RECENT_MS; dead = dead.previous) count++;
  return count;
}
