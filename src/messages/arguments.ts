/**
 * What callers of a message router ask for, checked and with every field filled in.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requirePriority,
  requireSignal,
} from "../core/arguments.ts";
import type { BroadcastMessage, PublishMessage, SendMessage } from "./commands.ts";
import type { MessageDefaults } from "./config.ts";

/** How a message to several agents is sent. */
export interface PostOptions {
  /** What kind of message it is, for its recipient. @default "broadcast" or "topic" */
  type?: string;
  /** Above 0 it goes the urgent lane, past all messages of other lanes. @default 0 */
  priority?: number;
  /** How long it may take to be delivered, in milliseconds. @default as long as it takes */
  ttlMs?: number;
}

/** How a message is sent. */
export interface SendOptions extends PostOptions {
  /** What kind of message it is, for its recipient. @default "message" */
  type?: string;
  /**
   * An id of the sender's choice: a second message of the same id is dropped, so that whoever doesn't
   * know whether a message was sent can send it again. @default one that is made for it
   */
  id?: string;
}

/** How a request is sent. */
export interface RequestOptions extends PostOptions {
  /** What kind of message it is, for its recipient. @default "request" */
  type?: string;
  /** How long to wait for the response, in milliseconds. @default the config's `messageTimeout` */
  timeoutMs?: number;
  /** Ends the wait when it aborts. */
  signal?: AbortSignal;
}

/** How a handler is given messages. */
export interface SubscribeOptions {
  /**
   * How long it may take for a message, from when it returns a promise, in milliseconds; 0 for as
   * long as it takes. @default the config's `messageTimeout`
   */
  timeoutMs?: number;
}

/** How an agent takes a message. */
export interface ReceiveOptions {
  /**
   * How long it may take for the message, in milliseconds; 0 for as long as it takes.
   * @default the config's `messageTimeout`
   */
  timeoutMs?: number;
}

/** Ids that look like those that are made for messages. */
const MADE_ID = /^message-\d+$/;

/** The command that sends a message. */
export function sendCommand(
  from: string,
  to: string,
  payload: unknown,
  options: SendOptions | undefined,
): SendMessage {
  const attempt = () => `send a message from ${quote(from)} to ${quote(to)}`;
  requireId(from, "from", attempt);
  requireId(to, "to", attempt);
  const type = "send-message";
  if (options === undefined) {
    const kind = "message";
    return { type, from, to, messageId: "", kind, payload, priority: 0, ttlMs: 0, responseMs: 0 };
  }
  requireObject(options, "options", attempt);
  const { id = "" }: SendOptions = options;
  if (id !== "") requireChosenId(id, attempt);
  const terms = readTerms(options, "message", attempt);
  return { type, from, to, messageId: id, payload, ...terms, responseMs: 0 };
}

/** The command that sends a request. */
export function requestCommand(
  from: string,
  to: string,
  payload: unknown,
  options: number | RequestOptions | undefined,
  defaults: MessageDefaults,
): SendMessage {
  const attempt = () => `ask ${quote(to)} for ${quote(from)}`;
  requireId(from, "from", attempt);
  requireId(to, "to", attempt);
  const given: RequestOptions = typeof options === "number"
    ? { timeoutMs: options }
    : options ?? {};
  requireObject(given, "options", attempt);
  const { timeoutMs = defaults.responseMs, signal }: RequestOptions = given;
  requireMs(timeoutMs, 1, "timeoutMs", attempt);
  if (signal !== undefined) requireSignal(signal, "signal", attempt);
  const terms = readTerms(given, "request", attempt);
  return {
    type: "send-message",
    from,
    to,
    messageId: "",
    payload,
    ...terms,
    responseMs: timeoutMs,
  };
}

/** The command that sends a message to all other agents. */
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

/** The command that sends a message to all subscribers of a topic. */
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

/** Requires an epoch, which is a positive integer. */
export function requireEpoch(value: unknown, attempt: Attempt): asserts value is number {
  requireInteger(value, 1, Number.MAX_SAFE_INTEGER, "epoch", attempt);
}

/** A time that an option may name, or what goes when it names none. */
export function readTimeout(
  options: SubscribeOptions | ReceiveOptions | undefined,
  fallback: number,
  attempt: Attempt,
): number {
  if (options === undefined) return fallback;
  requireObject(options, "options", attempt);
  const { timeoutMs = fallback }: SubscribeOptions = options;
  requireMs(timeoutMs, 0, "timeoutMs", attempt);
  return timeoutMs;
}

function readTerms(
  options: PostOptions | undefined,
  fallback: string,
  attempt: Attempt,
): { kind: string; priority: number; ttlMs: number } {
  if (options === undefined) return { kind: fallback, priority: 0, ttlMs: 0 };
  requireObject(options, "options", attempt);
  const { type: kind = fallback, priority = 0, ttlMs }: PostOptions = options;
  requireId(kind, "type", attempt);
  requirePriority(priority, "priority", attempt);
  if (ttlMs !== undefined) requireMs(ttlMs, 1, "ttlMs", attempt);
  return { kind, priority, ttlMs: ttlMs ?? 0 };
}

function requireChosenId(id: unknown, attempt: Attempt): void {
  requireId(id, "id", attempt);
  if (!MADE_ID.test(id)) return;
  const rule = "id must not look like one that is made for messages";
  throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${quote(id)}`);
}
