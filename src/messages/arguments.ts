/**
 * The options of calls of a message router, and the commands that they become, checked.
 *
 * @module
 */

import {
  type Attempt,
  limitMs,
  quote,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requirePriority,
  requireSignal,
} from "../core/arguments.ts";
import { readTicketOptions, type TicketOptions } from "../core/tickets.ts";
import type {
  BroadcastMessage,
  PublishMessage,
  ReceiveMessage,
  ResumeRequest,
  SendMessage,
} from "./commands.ts";
import type { MessageDefaults } from "./config.ts";
import type { MessageState } from "./state.ts";
import { RECEIVER_TICKETS, REQUEST_TICKETS, requestOfTicket } from "./types.ts";

/**
 * Options of a message to several agents.
 * @category Messages
 */
export interface PostOptions {
  /** The kind of message, for its recipient. @default "broadcast" or "topic" */
  type?: string;
  /** Above 0 for the urgent lane, which overtakes the other one. @default 0 */
  priority?: number;
  /** Time until it expires, in milliseconds. @default never */
  ttlMs?: number;
  /** Carried as it is, next to the payload: a trace context, for instance. @default none */
  metadata?: unknown;
}

/**
 * Options of a message.
 * @category Messages
 */
export interface SendOptions extends PostOptions {
  /** The kind of message, for its recipient. @default "message" */
  type?: string;
  /**
   * An id of the sender's choice, which makes sending idempotent: a second message of the same id is
   * dropped. @default a generated id
   */
  id?: string;
}

/**
 * Options of a request.
 * @category Messages
 */
export interface RequestOptions extends PostOptions, TicketOptions {
  /** The kind of message, for its recipient. @default "request" */
  type?: string;
  /**
   * Longest wait for the response, in milliseconds, 0 for no limit; goes on when the caller has left.
   * @default the config's `messageTimeout`
   */
  timeoutMs?: number;
  /** Ends the wait when it aborts; with `keepMs`, the call alone. */
  signal?: AbortSignal;
}

/**
 * Options of a handler.
 * @category Messages
 */
export interface SubscribeOptions {
  /**
   * Time limit for a message after the handler returns a promise, in milliseconds; 0 for none.
   * @default the config's `messageTimeout`
   */
  timeoutMs?: number;
  /**
   * Handles only the messages of that topic, to which it subscribes the agent, and which the agent's
   * other handlers then do not get. When the last handler of the topic unsubscribes, so does the agent.
   *
   * @default the messages that no handler of a topic gets
   */
  topic?: string;
}

/**
 * Options of `inbox`.
 * @category Messages
 */
export interface InboxOptions {
  /** The reader, whose place says which messages were seen. @default none */
  reader?: string;
  /** Lists messages after this place. @default that of the reader, so that only unseen ones are listed */
  after?: number;
  /** Most messages of a page. @default 100 */
  limit?: number;
}

/**
 * Options of `receive`.
 * @category Messages
 */
export interface ReceiveOptions extends TicketOptions {
  /** Longest wait for a message, or with `keepMs` of the call, in milliseconds. @default 0 */
  waitMs?: number;
  /** Ends the wait when it aborts; with `keepMs`, the call alone. */
  signal?: AbortSignal;
  /**
   * Time limit of the delivery, in milliseconds; 0 for no limit.
   * @default the config's `messageTimeout`
   */
  timeoutMs?: number;
}

/** Matches generated ids of messages. */
const MADE_ID = /^message-\d+$/;

/** Returns the command that sends a message. Ids of a channel in `state` are not checked again. */
export function sendCommand(
  { mailboxes }: Readonly<MessageState>,
  from: string,
  to: string,
  payload: unknown,
  options: SendOptions | undefined,
): SendMessage {
  const isKnown = mailboxes.get(to)?.consumers[0]?.normal.channels.has(from) === true;
  if (!isKnown) {
    const attempt = sending(from, to);
    requireId(from, "from", attempt);
    requireId(to, "to", attempt);
  }
  const type = "send-message";
  if (options === undefined) {
    const kind = "message";
    return { type, from, to, messageId: "", kind, payload, priority: 0, ttlMs: 0, responseMs: 0 };
  }
  const attempt = sending(from, to);
  requireObject(options, "options", attempt);
  const { id = "" }: SendOptions = options;
  if (id !== "") requireChosenId(id, attempt);
  const terms = readTerms(options, "message", attempt);
  return { type, from, to, messageId: id, payload, ...terms, responseMs: 0 };
}

function sending(from: unknown, to: unknown): Attempt {
  return () => `send a message from ${quote(from)} to ${quote(to)}`;
}

/** Returns the command that sends a request. */
export function requestCommand(
  from: string,
  to: string,
  payload: unknown,
  options: number | RequestOptions | undefined,
  defaults: MessageDefaults,
): SendMessage | ResumeRequest {
  const attempt = () => `ask ${quote(to)} for ${quote(from)}`;
  requireId(from, "from", attempt);
  requireId(to, "to", attempt);
  if (options === undefined) {
    const type = "send-message";
    const kind = "request";
    const responseMs = limitMs(defaults.responseMs, "timeoutMs", attempt);
    return { type, from, to, messageId: "", kind, payload, priority: 0, ttlMs: 0, responseMs };
  }
  const given: RequestOptions = typeof options === "number"
    ? { timeoutMs: options }
    : options ?? {};
  requireObject(given, "options", attempt);
  const { timeoutMs = defaults.responseMs, signal }: RequestOptions = given;
  const responseMs = limitMs(timeoutMs, "timeoutMs", attempt);
  if (signal !== undefined) requireSignal(signal, "signal", attempt);
  const terms = readTerms(given, "request", attempt);
  const { ticket, ...leaving } = readTicketOptions(given, REQUEST_TICKETS, attempt);
  if (ticket !== undefined) {
    return { type: "resume-request", messageId: requestOfTicket(ticket), from, to, ...leaving };
  }
  return {
    type: "send-message",
    from,
    to,
    messageId: "",
    payload,
    ...terms,
    responseMs,
    ...leaving,
  };
}

/** Returns the command that sends a message to all other agents. */
export function broadcastCommand(
  from: string,
  payload: unknown,
  options: PostOptions | undefined,
): BroadcastMessage {
  const attempt = () => `broadcast a message from ${quote(from)}`;
  requireId(from, "from", attempt);
  const terms = readTerms(options, "broadcast", attempt);
  return { type: "broadcast-message", from, payload, ...terms };
}

/** Returns the command that sends a message to all subscribers of a topic. */
export function publishCommand(
  from: string,
  topic: string,
  payload: unknown,
  options: PostOptions | undefined,
): PublishMessage {
  const attempt = () => `publish a message from ${quote(from)} to topic ${quote(topic)}`;
  requireId(from, "from", attempt);
  requireId(topic, "topic", attempt);
  const terms = readTerms(options, "topic", attempt);
  return { type: "publish-message", from, topic, payload, ...terms };
}

/** Returns the command that receives a message. */
export function receiveCommand(
  agentId: string,
  options: ReceiveOptions = {},
  { handlingMs }: MessageDefaults,
): ReceiveMessage {
  const attempt = () => `receive a message of agent ${quote(agentId)}`;
  requireId(agentId, "agentId", attempt);
  const timeoutMs = readTimeout(options, handlingMs, attempt);
  const { signal }: ReceiveOptions = options;
  const terms = readTicketOptions(options, RECEIVER_TICKETS, attempt, true);
  if (signal !== undefined) requireSignal(signal, "signal", attempt);
  const type = "receive-message";
  return { type, agentId, timeoutMs, ...terms };
}

/** The most messages of a page. */
const LONGEST_PAGE = 1_000;

/** Returns checked options of `inbox`; `state` has the place of the reader. */
export function readInboxOptions(
  { mailboxes }: Readonly<MessageState>,
  agentId: string,
  options: InboxOptions = {},
): { reader: string | undefined; after: number; limit: number } {
  const attempt = () => `list the inbox of agent ${quote(agentId)}`;
  requireId(agentId, "agentId", attempt);
  requireObject(options, "options", attempt);
  const { reader, limit = 100 }: InboxOptions = options;
  if (reader !== undefined) requireId(reader, "reader", attempt);
  const seenUpTo = reader === undefined ? 0 : mailboxes.get(agentId)?.readers.get(reader) ?? 0;
  const { after = seenUpTo }: InboxOptions = options;
  requireInteger(after, 0, Number.MAX_SAFE_INTEGER, "after", attempt);
  requireInteger(limit, 1, LONGEST_PAGE, "limit", attempt);
  return { reader, after, limit };
}

/** Requires an epoch, which is a positive integer. */
export function requireEpoch(value: unknown, attempt: Attempt): asserts value is number {
  requireInteger(value, 1, Number.MAX_SAFE_INTEGER, "epoch", attempt);
}

/** Returns the time in `options`, or `fallback`. */
export function readTimeout(
  options: ReceiveOptions | undefined,
  fallback: number,
  attempt: Attempt,
): number {
  if (options === undefined) return fallback;
  requireObject(options, "options", attempt);
  const { timeoutMs = fallback }: ReceiveOptions = options;
  requireMs(timeoutMs, 0, "timeoutMs", attempt);
  return timeoutMs;
}

function readTerms(
  options: PostOptions | undefined,
  fallback: string,
  attempt: Attempt,
): Pick<SendMessage, "kind" | "priority" | "ttlMs" | "metadata"> {
  if (options === undefined) return { kind: fallback, priority: 0, ttlMs: 0 };
  requireObject(options, "options", attempt);
  const { type: kind = fallback, priority = 0, ttlMs, metadata }: PostOptions = options;
  requireId(kind, "type", attempt);
  requirePriority(priority, "priority", attempt);
  if (ttlMs !== undefined) requireMs(ttlMs, 1, "ttlMs", attempt);
  const terms = { kind, priority, ttlMs: ttlMs ?? 0 };
  return metadata === undefined ? terms : { ...terms, metadata };
}

function requireChosenId(id: unknown, attempt: Attempt): void {
  requireId(id, "id", attempt);
  if (!MADE_ID.test(id)) return;
  const rule = "id must not have the form of a generated id";
  throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${quote(id)}`);
}
