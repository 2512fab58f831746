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
import { messageOfDeadLetter } from "./transitions.ts";
import type { Copy, DeadLetter, Lane, MessageState, OpenRequest } from "./state.ts";
import { messageOf } from "./tables.ts";
import { quote } from "../core/arguments.ts";
import { UnknownMessageError } from "./errors.ts";

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
  for (const consumer of state.mailboxes.get(agentId)?.consumers ?? []) {
    for (const copy of [...copiesOf(consumer.urgent), ...copiesOf(consumer.normal)]) {
      if (!found.has(copy.sequence)) found.set(copy.sequence, copy);
    }
  }
  return [...found.values()].sort(byUrgency).map(messageOf);
}

function byUrgency(a: Copy, b: Copy): number {
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
  return { message: messageOfDeadLetter(dead), cause, error, at, handlerIds: [...handlerIds] };
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
  for (const { consumers } of state.mailboxes.values()) {
    for (const { urgent, normal } of consumers) {
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
    handlers: state.consumers.size,
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

/** Where a message is for one consumer of its recipient's mailbox. */
export interface DeliveryExplanation {
  /** Which handler is to handle it; empty when the agent takes messages itself. */
  readonly handlerId: string;
  /** Whether it waits for its turn, is being handled, or pauses after a failed delivery. */
  readonly status: "waiting" | "in-delivery" | "backing-off";
  /** Which delivery that is or was; 0 before the first. */
  readonly attempt: number;
  /** The message of the same sender that has to be handled before; empty for none. */
  readonly behind: string;
  /** When the delivery takes too long, or the pause ends; `undefined` where nothing is due. */
  readonly until: Instant | undefined;
}

/** The answer of `explain`. Lists are empty where they don't apply. */
export interface MessageExplanation {
  /** Which message it is about. */
  readonly messageId: string;
  /** Who sent it. */
  readonly from: string;
  /** Who is to get it. */
  readonly to: string;
  /**
   * Where it is for the oldest of the handlers that have it; or that it is a dead letter, or that it
   * was handled and its sender waits for the response.
   */
  readonly status: DeliveryExplanation["status"] | "dead-letter" | "handled";
  /** One sentence. */
  readonly summary: string;
  /** One for each handler that has not handled it, the oldest first. */
  readonly deliveries: readonly DeliveryExplanation[];
  /** Why it could not be delivered to a handler; `undefined` when it is no dead letter. */
  readonly cause: DeadLetterCause | undefined;
  /** When it is too late to deliver it; `undefined` for never. */
  readonly expiresAt: Instant | undefined;
  /** Until when its sender waits for the response; `undefined` when it doesn't. */
  readonly responseDueAt: Instant | undefined;
}

/**
 * Explains one message. Costs a look at each message in the mailbox of a request's recipient, and in
 * all mailboxes for any other.
 *
 * @throws {UnknownMessageError} when nothing is known of it: it was handled, or never sent
 */
export function explainMessage(
  state: Readonly<MessageState>,
  messageId: string,
): MessageExplanation {
  const request = state.requests.get(messageId);
  const dead = state.deadLetters.get(messageId);
  const copies = copiesOf(state, messageId, request?.to);
  const [first] = copies;
  const parties = first === undefined
    ? dead?.message ?? request
    : { from: first.channel.from, to: first.channel.consumer.mailbox.agentId };
  if (parties === undefined) {
    const rule = "the message must be on its way, a dead letter, or wait for a response";
    throw new UnknownMessageError("explain a message", messageId, rule);
  }
  const [status, summary] = first !== undefined
    ? [statusOf(first), summaryOf(state, copies)] as const
    : dead !== undefined
    ? ["dead-letter", deadSummary(dead)] as const
    : ["handled", handledSummary(request!)] as const;
  return {
    messageId,
    from: parties.from,
    to: parties.to,
    status,
    summary,
    deliveries: copies.map(explainDelivery),
    cause: dead?.cause,
    expiresAt: first?.expiresAt,
    responseDueAt: request?.timer?.rank,
  };
}

/** The copies of a message that were not handled; those of handlers that have left come last. */
function copiesOf(state: Readonly<MessageState>, id: string, to?: string): Copy[] {
  const { mailboxes, deliveries } = state;
  const found: Copy[] = [];
  for (const mailbox of to === undefined ? mailboxes.values() : [mailboxes.get(to)]) {
    for (const { urgent, normal } of mailbox?.consumers ?? []) {
      collect(found, urgent, id);
      collect(found, normal, id);
    }
  }
  for (const copy of deliveries.values()) {
    if (copy.id === id && copy.channel.consumer.hasLeft) found.push(copy);
  }
  return found;
}

function collect(found: Copy[], { copies }: Lane, id: string): void {
  for (let copy = copies.first; copy !== undefined; copy = copy.next) {
    if (copy.id === id) found.push(copy);
  }
}

function explainDelivery(copy: Copy): DeliveryExplanation {
  const { channel: { consumer }, isInFlight, handlerId, attempt, timer } = copy;
  return {
    handlerId: isInFlight ? handlerId : consumer.handlerId,
    status: statusOf(copy),
    attempt,
    behind: predecessorOf(copy)?.id ?? "",
    until: timer?.rank,
  };
}

function statusOf(copy: Copy): DeliveryExplanation["status"] {
  if (copy.isInFlight) return "in-delivery";
  return copy.channel.busy === copy ? "backing-off" : "waiting";
}

/** What has to be handled before a copy, because the same sender sent it before. */
function predecessorOf(copy: Copy): Copy | undefined {
  const { busy, first } = copy.channel;
  const before = busy ?? first;
  return before === copy ? undefined : before;
}

function summaryOf(state: Readonly<MessageState>, copies: readonly Copy[]): string {
  const summary = sentenceOf(state, copies[0]!);
  const others = copies.length - 1;
  if (others === 0) return summary;
  return `${summary}; ${others} other handler${others === 1 ? " has" : "s have"} yet to handle it`;
}

function sentenceOf({ config }: Readonly<MessageState>, copy: Copy): string {
  const { attempt, timer, channel: { consumer, lane } } = copy;
  const which = `delivery ${attempt} of ${config.maxDeliveries}`;
  switch (statusOf(copy)) {
    case "in-delivery":
      return `${holderOf(copy)} has it in hand, ${which}${limit(timer?.rank)}`;
    case "backing-off":
      return `Its ${which} failed; the next is due at ${iso(timer!.rank)}`;
    case "waiting": {
      const before = predecessorOf(copy);
      if (before !== undefined) return `It waits for ${textOf(before)}, which was sent before it`;
      const agent = `agent ${quote(consumer.mailbox.agentId)}`;
      return consumer.isPush
        ? `It waits until ${agent} is done with one of ${lane.inFlight} messages in hand`
        : `It waits for ${agent} to subscribe or to take it`;
    }
  }
}

/** A message that holds back another one, and where it is itself. */
function textOf(copy: Copy): string {
  const name = `message ${quote(copy.id)}`;
  switch (statusOf(copy)) {
    case "in-delivery":
      return `${name}, in hand${limit(copy.timer?.rank)}`;
    case "backing-off":
      return `${name}, whose next delivery is due at ${iso(copy.timer!.rank)}`;
    case "waiting":
      return name;
  }
}

function holderOf({ channel: { consumer }, handlerId }: Copy): string {
  const agent = quote(consumer.mailbox.agentId);
  return handlerId === "" ? `Agent ${agent}` : `Handler ${quote(handlerId)} of agent ${agent}`;
}

function deadSummary({ cause, error, at }: DeadLetter): string {
  const why = error === undefined ? CAUSES[cause] : `${CAUSES[cause]} (${error.message})`;
  return `It is a dead letter since ${iso(at)}: ${why}`;
}

const CAUSES: Readonly<Record<DeadLetterCause, string>> = {
  "max-deliveries": "it was delivered as often as may be, and handled never",
  "rejected": "its handler gave it up for good",
  "expired": "it was too late to deliver it",
  "evicted": "newer messages took its place in a full mailbox",
  "recipient-gone": "its recipient is gone",
};

function handledSummary({ from, to, timer }: OpenRequest): string {
  return `Agent ${quote(to)} has it, and ${quote(from)} waits for the response${
    limit(timer?.rank)
  }`;
}

function limit(until: Instant | undefined): string {
  return until === undefined ? "" : `, until ${iso(until)} at the latest`;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
