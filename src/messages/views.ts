/**
 * Read-only views of messages: mailboxes, dead letters, health, and explanations.
 *
 * @module
 */

import { counted, quote } from "../core/arguments.ts";
import { nextDeadline } from "../core/data/deadlines.ts";
import type { ErrorData } from "../core/error_data.ts";
import { leftText } from "../core/describe.ts";
import { healthOf, type HealthStatus, type Instant, latenessOf } from "../core/machine.ts";
import { UnknownMessageError } from "./errors.ts";
import type { DeadLetterCause } from "./events.ts";
import { MISADDRESSED_MS, suggestion } from "./names.ts";
import type { Copy, DeadLetter, Mailbox, MessageState, OpenRequest } from "./state.ts";
import { consumersOf, messageOf } from "./tables.ts";
import type { Message } from "./types.ts";

/**
 * A message that could not be delivered.
 * @category Messages
 */
export interface DeadLetterView<Payload = unknown> {
  /** The message as it was last delivered, or sent. */
  readonly message: Message<Payload>;
  /** Why it could not be delivered. */
  readonly cause: DeadLetterCause;
  /** The error of its last failed delivery. */
  readonly error: ErrorData | undefined;
  /** When it became a dead letter. */
  readonly at: Instant;
  /** The handlers that did not get it; an empty one stands for an agent that pulls. */
  readonly handlerIds: readonly string[];
}

/** Returns the messages that an agent has not handled, urgent ones first, oldest first. */
export function unhandled(state: Readonly<MessageState>, agentId: string): Message[] {
  const found = new Map<number, Copy>();
  for (const copy of copiesIn(state.mailboxes.get(agentId))) {
    if (!found.has(copy.sequence)) found.set(copy.sequence, copy);
  }
  return [...found.values()].sort(byUrgency).map(messageOf);
}

function byUrgency(a: Copy, b: Copy): number {
  return Number(b.priority > 0) - Number(a.priority > 0) || a.sequence - b.sequence;
}

/** Returns the copies of all consumers of a mailbox but those that have left. */
function* copiesIn(mailbox: Readonly<Mailbox> | undefined): Generator<Copy> {
  if (mailbox === undefined) return;
  for (const { urgent, normal } of consumersOf(mailbox)) {
    for (const { copies } of [urgent, normal]) {
      for (let copy = copies.first; copy !== undefined; copy = copy.next) yield copy;
    }
  }
}

/**
 * One message in an inbox.
 * @category Messages
 */
export interface InboxEntry<Payload = unknown> {
  /** The message as it was last delivered, or sent. */
  readonly message: Message<Payload>;
  /** The number of the message, larger than that of each earlier one: the place for `after`. */
  readonly place: number;
  /** Whether it was delivered to the agent, or one of its handlers; it may be delivered again. */
  readonly isDelivered: boolean;
  /** Whether the reader has marked it as seen; `false` without a reader. */
  readonly isSeen: boolean;
}

/**
 * A part of an inbox, in the order in which the messages were sent.
 * @category Messages
 */
export interface InboxPage<Payload = unknown> {
  /** The messages. */
  readonly entries: readonly InboxEntry<Payload>[];
  /** The place after which the next page begins; `undefined` when this is the last one. */
  readonly next: number | undefined;
}

/** Returns the messages that an agent has not handled, in order, from behind the place `after`. */
export function inbox(
  state: Readonly<MessageState>,
  agentId: string,
  { reader, after, limit }: { reader: string | undefined; after: number; limit: number },
): InboxPage {
  const mailbox = state.mailboxes.get(agentId);
  const seenUpTo = reader === undefined ? 0 : mailbox?.readers.get(reader) ?? 0;
  const found = new Map<number, Copy>();
  const delivered = new Set<number>();
  for (const copy of copiesIn(mailbox)) {
    const { sequence, epoch } = copy;
    if (sequence <= after) continue;
    if (!found.has(sequence)) found.set(sequence, copy);
    if (epoch > 0) delivered.add(sequence);
  }
  const places = [...found.keys()].sort((a, b) => a - b);
  const entries = places.slice(0, limit).map((place) => ({
    message: messageOf(found.get(place)!),
    place,
    isDelivered: delivered.has(place),
    isSeen: place <= seenUpTo,
  }));
  return { entries, next: places.length > limit ? places[limit - 1] : undefined };
}

/** Returns the dead letters of an agent, or of all, oldest first. */
export function deadLetters(
  state: Readonly<MessageState>,
  agentId: string | undefined,
): DeadLetterView[] {
  const found: DeadLetterView[] = [];
  for (let dead = state.deadOrder.first; dead !== undefined; dead = dead.next) {
    const { message, payload, metadata, cause, error, at, handlerIds } = dead;
    if (agentId !== undefined && message.to !== agentId) continue;
    const whole = {
      ...message,
      payload: payload.value,
      ...(metadata !== undefined && { metadata: metadata.value }),
    };
    found.push({ message: whole, cause, error, at, handlerIds: [...handlerIds] });
  }
  return found;
}

/** Returns, for each agent that waits for a response, the agents that it asked. */
export function waiting({ waitingOn }: Readonly<MessageState>): Map<string, string[]> {
  const waits = new Map<string, string[]>();
  for (const [agentId, requests] of waitingOn) {
    waits.set(agentId, [...new Set([...requests].map(({ to }) => to))]);
  }
  return waits;
}

/** Age up to which a dead letter is unhealthy. */
const RECENT_MS = 60_000;

/** Returns the health of the mailboxes. Costs O(mailboxes). */
export function health(
  state: Readonly<MessageState>,
  now: Instant,
  problem: string | undefined,
): HealthStatus {
  let pendingMessages = 0;
  let longestQueue = 0;
  let fullMailboxes = 0;
  const unknown: string[] = [];
  let unknownRecipients = 0;
  for (const mailbox of state.mailboxes.values()) {
    let pending = 0;
    for (const { urgent, normal } of consumersOf(mailbox)) {
      const longest = Math.max(urgent.size, normal.size);
      pending += urgent.size + normal.size;
      longestQueue = Math.max(longestQueue, longest);
      if (longest >= state.config.mailboxCapacity) fullMailboxes++;
    }
    pendingMessages += pending;
    if (pending > 0 && isMisaddressed(state, mailbox)) {
      unknownRecipients++;
      if (oldestOf(mailbox) + MISADDRESSED_MS <= now) unknown.push(mailbox.agentId);
    }
  }
  const overdueMs = Math.max(0, now - nextDeadline(state.deadlines));
  const recent = countRecentlyDead(state, now);
  const metrics = {
    mailboxes: state.mailboxes.size,
    handlers: state.consumers.size,
    topics: state.topics.size,
    pendingMessages,
    inFlight: state.deliveries.size,
    pendingResponses: state.requests.size,
    receivers: state.receivers.size,
    unknownRecipients,
    longestQueue,
    fullMailboxes,
    deadLetters: state.deadLetters.size,
    lateResponses: state.lateResponses,
    duplicates: state.duplicates,
    overdueMs,
  };
  const full = fullMailboxes === 1 ? "1 mailbox is full" : `${fullMailboxes} mailboxes are full`;
  return healthOf([
    problem,
    latenessOf(overdueMs),
    fullMailboxes > 0 && full,
    unknown.length > 0 && `messages wait for ${namesOf(unknown)}, which no agent has had`,
    ...fullTables(state).map((table) => `the table of ${table} is full`),
    recent > 0 && `${counted(recent, "new dead letter")} in the last minute`,
  ], metrics);
}

/** Returns when the oldest message was sent that waits in a mailbox. */
function oldestOf(mailbox: Mailbox): Instant {
  let oldest = Infinity;
  for (const { urgent, normal } of consumersOf(mailbox)) {
    for (const { copies: { first } } of [urgent, normal]) {
      oldest = Math.min(oldest, first?.timestamp ?? Infinity);
    }
  }
  return oldest;
}

/** Number of names that a problem lists. */
const MOST_NAMES = 3;

function namesOf(names: readonly string[]): string {
  const others = names.length - MOST_NAMES;
  const listed = names.slice(0, MOST_NAMES).map(quote).join(", ");
  const word = names.length === 1 ? "the name" : "the names";
  return `${word} ${listed}${others > 0 ? ` and ${others} more` : ""}`;
}

/** Returns whether messages wait in a mailbox whose name no agent has had, and that matters. */
export function isMisaddressed({ config }: Readonly<MessageState>, mailbox: Mailbox): boolean {
  return config.unknownRecipients !== "allow" && !mailbox.isKnown;
}

/** Returns the tables that have no room for another entry. */
function fullTables(
  { mailboxes, idleMailboxes, requests, receivers, topics, config }: MessageState,
): string[] {
  const isFull = {
    mailboxes: mailboxes.size >= config.maxMailboxes && idleMailboxes.first === undefined,
    requests: requests.size >= config.maxRequests,
    receivers: receivers.size >= config.maxReceivers,
    topics: topics.size >= config.maxTopics,
  };
  return Object.entries(isFull).filter(([, isFull]) => isFull).map(([table]) => table);
}

function countRecentlyDead(state: Readonly<MessageState>, now: Instant): number {
  let count = 0;
  let dead = state.deadOrder.last;
  for (; dead !== undefined && dead.at > now - RECENT_MS; dead = dead.previous) count++;
  return count;
}

/**
 * The place of a message for one handler of its recipient.
 * @category Messages
 */
export interface DeliveryExplanation {
  /** The handler; empty when the agent pulls. */
  readonly handlerId: string;
  /** Whether it waits, is in delivery, or pauses after a failed delivery. */
  readonly status: "waiting" | "in-delivery" | "backing-off";
  /** The number of that delivery; 0 before the first. */
  readonly attempt: number;
  /** The message of the same sender that has to be handled first; empty for none. */
  readonly behind: string;
  /** The limit of the delivery, or the end of the pause; `undefined` for none. */
  readonly until: Instant | undefined;
}

/**
 * The answer of `explain`. Lists are empty where they do not apply.
 * @category Messages
 */
export interface MessageExplanation {
  /** The message. */
  readonly messageId: string;
  /** The sender. */
  readonly from: string;
  /** The recipient. */
  readonly to: string;
  /** The status for the oldest handler that has it; `handled` when a request waits for its response. */
  readonly status: DeliveryExplanation["status"] | "dead-letter" | "handled";
  /** One sentence for people. */
  readonly summary: string;
  /** One for each handler that has not handled it, the oldest first. */
  readonly deliveries: readonly DeliveryExplanation[];
  /** Why it is a dead letter; `undefined` when it is none. */
  readonly cause: DeadLetterCause | undefined;
  /** When it expires; `undefined` for never. */
  readonly expiresAt: Instant | undefined;
  /** The limit of its sender's wait for the response; `undefined` when it does not wait. */
  readonly responseDueAt: Instant | undefined;
  /** Until when the wait for the response is kept for a caller that has left; absent while it is there. */
  readonly keptUntil?: Instant;
}

/**
 * Explains one message. Costs O(messages in the recipient's mailbox) for a request, and O(messages in
 * all mailboxes) for any other message.
 *
 * @throws {UnknownMessageError} when it was handled, or never sent
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
  const kept = keptRequest(request);
  return {
    messageId,
    from: parties.from,
    to: parties.to,
    status,
    summary: summary + leftText(kept.keptUntil),
    deliveries: copies.map(explainDelivery),
    cause: dead?.cause,
    expiresAt: first?.expiresAt,
    responseDueAt: request?.timer?.rank,
    ...kept,
  };
}

/** Returns until when a request is kept whose caller has left. */
export function keptRequest(request: OpenRequest | undefined): { keptUntil?: Instant } {
  const { asker } = request ?? {};
  return asker?.isLeft ? { keptUntil: asker.timer!.rank } : {};
}

/** Returns the copies of a message that were not handled; those of detached handlers come last. */
function copiesOf(state: Readonly<MessageState>, id: string, to?: string): Copy[] {
  const { mailboxes, deliveries } = state;
  const found: Copy[] = [];
  for (const mailbox of to === undefined ? mailboxes.values() : [mailboxes.get(to)]) {
    for (const copy of copiesIn(mailbox)) if (copy.id === id) found.push(copy);
  }
  for (const copy of deliveries.values()) {
    if (copy.id === id && copy.channel.consumer.hasLeft) found.push(copy);
  }
  return found;
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

/** Returns the copy that has to be handled first, as the same sender sent it before. */
function predecessorOf(copy: Copy): Copy | undefined {
  const { busy, first } = copy.channel;
  const before = busy ?? first;
  return before === copy ? undefined : before;
}

function summaryOf(state: Readonly<MessageState>, copies: readonly Copy[]): string {
  const summary = sentenceOf(state, copies[0]!);
  const others = copies.length - 1;
  if (others === 0) return summary;
  return `${summary}; ${others} other handler${
    others === 1 ? " has" : "s have"
  } not handled it yet`;
}

function sentenceOf(state: Readonly<MessageState>, copy: Copy): string {
  const { config } = state;
  const { attempt, timer, channel: { consumer, lane } } = copy;
  const which = `delivery ${attempt} of ${config.maxDeliveries}`;
  switch (statusOf(copy)) {
    case "in-delivery":
      return `${holderOf(copy)} handles it, ${which}${limit(timer?.rank)}`;
    case "backing-off":
      return `Its ${which} failed; the next is due at ${iso(timer!.rank)}`;
    case "waiting": {
      const before = predecessorOf(copy);
      if (before !== undefined) return `It waits for ${textOf(before)}, which was sent before it`;
      const most = config.maxInFlight;
      const agent = `agent ${quote(consumer.mailbox.agentId)}`;
      if (consumer.isPush) {
        return `It waits until ${agent} ends a delivery, as it has ${lane.inFlight} of at most ${most}`;
      }
      if (consumer.topic !== undefined) {
        return `It waits for ${agent} to subscribe a handler to topic ${quote(consumer.topic)}`;
      }
      const misaddressed = isMisaddressed(state, consumer.mailbox)
        ? `; no agent has had that name${suggestion(state, consumer.mailbox.agentId)}`
        : "";
      return `It waits for ${agent} to subscribe or to receive it${misaddressed}`;
    }
  }
}

/** Describes a message that blocks another one. */
function textOf(copy: Copy): string {
  const name = `message ${quote(copy.id)}`;
  switch (statusOf(copy)) {
    case "in-delivery":
      return `${name}, in delivery${limit(copy.timer?.rank)}`;
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
  return `It has been a dead letter since ${iso(at)}: ${why}`;
}

const CAUSES: Readonly<Record<DeadLetterCause, string>> = {
  "max-deliveries": "all its deliveries failed",
  "rejected": "its handler threw an error that forbids another delivery",
  "expired": "it expired",
  "evicted": "its mailbox was full",
  "recipient-gone": "its recipient is gone",
};

function handledSummary({ from, to, timer }: OpenRequest): string {
  return `Agent ${quote(to)} handled it, and ${quote(from)} waits for the response${
    limit(timer?.rank)
  }`;
}

function limit(until: Instant | undefined): string {
  return until === undefined ? "" : `, until ${iso(until)} at the latest`;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
