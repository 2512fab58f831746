/**
 * Ways into mailboxes: to one agent, to all, to a topic, and back from the dead letters.
 *
 * @module
 */

import { schedule } from "../core/data/deadlines.ts";
import { dequeueFirst, enqueueLast, fifoSize } from "../core/data/fifo.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Message, MessageOutcome } from "./types.ts";
import type { BroadcastMessage, PublishMessage, ResendMessage, SendMessage } from "./commands.ts";
import { exhume, messageIn } from "./dead_letters.ts";
import { giveUp, serve } from "./delivery.ts";
import { refuse } from "./refusing.ts";
import { openRequest } from "./responses.ts";
import type { Copy, Lane, Mailbox, MessageState, Reader, Turn } from "./state.ts";
import { addCopy, channelOf, laneOf, openMailbox, settleIdleness } from "./tables.ts";

/** Sends a message to one agent. */
export function send(turn: Turn, command: SendMessage): void {
  const { state, events } = turn;
  const { from, to, messageId, responseMs } = command;
  if (messageId !== "" && isKnown(state, messageId)) {
    state.duplicates++;
    events.push({ type: "message:deduplicated", from, to, messageId });
    return;
  }
  const isRequest = responseMs > 0;
  if (isRequest && state.requests.size >= state.config.maxRequests) {
    return refuse(turn, command, "too-many-requests");
  }
  const mailbox = openMailbox(turn, to);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes");
  if (!hasRoom(state, mailbox.readers, command.priority)) {
    return refuse(turn, command, "mailbox-full");
  }
  if (messageId !== "") remember(state, messageId);
  const message = messageFor(turn, command, to, messageId, undefined);
  post(turn, mailbox, message, new Opaque(command.payload), responseMs);
}

/** Sends a message to all other agents that have a mailbox. */
export function broadcast(turn: Turn, command: BroadcastMessage): void {
  const payload = new Opaque(command.payload);
  const outcomes: MessageOutcome[] = [];
  for (const mailbox of turn.state.mailboxes.values()) {
    if (mailbox.agentId === command.from) continue;
    outcomes.push(spread(turn, mailbox, command, payload, undefined));
  }
  const { from } = command;
  turn.events.push({ type: "message:published", from, topic: undefined, outcomes });
}

/** Sends a message to all agents that are subscribed to its topic. */
export function publish(turn: Turn, command: PublishMessage): void {
  const { from, topic } = command;
  const payload = new Opaque(command.payload);
  const outcomes: MessageOutcome[] = [];
  for (const agentId of turn.state.topics.get(topic) ?? []) {
    const mailbox = turn.state.mailboxes.get(agentId)!;
    outcomes.push(spread(turn, mailbox, command, payload, topic));
  }
  turn.events.push({ type: "message:published", from, topic, outcomes });
}

function spread(
  turn: Turn,
  mailbox: Mailbox,
  command: BroadcastMessage | PublishMessage,
  payload: Opaque,
  topic: string | undefined,
): MessageOutcome {
  const to = mailbox.agentId;
  if (!hasRoom(turn.state, mailbox.readers, command.priority)) {
    refuse(turn, command, "mailbox-full", to);
    return { to, messageId: "", refused: "mailbox-full" };
  }
  const message = messageFor(turn, command, to, "", topic);
  post(turn, mailbox, message, payload, 0);
  return { to, messageId: message.id, refused: undefined };
}

/** Sends a dead letter again: to the handlers that did not get it, or to all when they are gone. */
export function resend(turn: Turn, command: ResendMessage): void {
  const { state, events } = turn;
  const dead = state.deadLetters.get(command.messageId);
  if (dead === undefined) return refuse(turn, command, "unknown-message");
  const { message: { id, from, to, priority }, handlerIds } = dead;
  const mailbox = openMailbox(turn, to);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes", to);
  const losers = mailbox.readers.filter((reader) => handlerIds.includes(reader.handlerId));
  const readers = losers.length === 0 ? mailbox.readers : losers;
  if (!hasRoom(state, readers, priority)) return refuse(turn, command, "mailbox-full", to);
  exhume(state, dead);
  events.push({ type: "message:resent", from, to, messageId: id });
  state.lastMessage++;
  const message = { ...messageIn(dead), expiry: undefined, epoch: 0, attempt: 0 };
  for (const reader of readers) makeRoom(turn, laneOf(reader, priority));
  for (const reader of readers) enqueue(turn, reader, message, dead.payload);
  settleIdleness(state, mailbox);
}

/** The newest message, as it is sent. */
function messageFor(
  { state, now }: Turn,
  { from, kind, payload, priority, ttlMs }: SendMessage | BroadcastMessage | PublishMessage,
  to: string,
  chosenId: string,
  topic: string | undefined,
): Message {
  const sequence = ++state.lastMessage;
  return {
    id: chosenId === "" ? `message-${sequence}` : chosenId,
    type: kind,
    payload,
    timestamp: now,
    priority,
    expiry: ttlMs === 0 ? undefined : now + ttlMs,
    from,
    to,
    topic,
    epoch: 0,
    attempt: 0,
  };
}

/** Puts the newest message into a mailbox that has room for it. */
function post(
  turn: Turn,
  mailbox: Mailbox,
  message: Message,
  payload: Opaque,
  responseMs: number,
): void {
  const { readers } = mailbox;
  const { id, from, to } = message;
  const isRequest = responseMs > 0;
  for (const reader of readers) makeRoom(turn, laneOf(reader, message.priority));
  turn.events.push({ type: "message:sent", from, to, message, isRequest });
  if (isRequest) openRequest(turn, id, from, to, responseMs, readers.length);
  for (const reader of readers) enqueue(turn, reader, message, payload);
  if (!readers[0]!.isPush) settleIdleness(turn.state, mailbox);
}

function enqueue(turn: Turn, reader: Reader, message: Message, payload: Opaque): void {
  const { state } = turn;
  const { priority, expiry } = message;
  const lane = laneOf(reader, priority);
  const copy: Copy = {
    kind: "copy",
    channel: channelOf(reader, lane, message.from),
    sequence: state.lastMessage,
    id: message.id,
    type: message.type,
    payload,
    timestamp: message.timestamp,
    priority,
    expiresAt: expiry,
    topic: message.topic,
    attempt: 0,
    epoch: 0,
    isInFlight: false,
    handlerId: reader.handlerId,
    deliveredAt: 0,
    timer: undefined,
    expiry: undefined,
    previous: undefined,
    next: undefined,
    previousInChannel: undefined,
    nextInChannel: undefined,
  };
  if (expiry !== undefined) {
    copy.expiry = schedule(state.deadlines, expiry, { kind: "expiry", copy });
  }
  addCopy(copy);
  serve(turn, reader, lane);
}

/** Whether each of `readers` has room, or something old to give up for it. */
function hasRoom({ config }: MessageState, readers: readonly Reader[], priority: number): boolean {
  for (const reader of readers) {
    const lane = laneOf(reader, priority);
    if (lane.size < config.mailboxCapacity) continue;
    if (config.mailboxPolicy === "reject" || oldestWaiting(lane) === undefined) return false;
  }
  return true;
}

function makeRoom(turn: Turn, lane: Lane): void {
  if (lane.size < turn.state.config.mailboxCapacity) return;
  const oldest = oldestWaiting(lane);
  if (oldest !== undefined) giveUp(turn, oldest, "evicted", undefined);
}

/** The oldest message that is not out for delivery; passes over those that are. */
function oldestWaiting(lane: Lane): Copy | undefined {
  let copy = lane.copies.first;
  while (copy?.isInFlight === true) copy = copy.next;
  return copy;
}

function isKnown({ knownIds, requests }: MessageState, id: string): boolean {
  return knownIds.has(id) || requests.has(id);
}

/** Keeps an id, so that a repeat is found, and forgets the oldest when there are too many. */
function remember({ knownIds, knownOrder, config }: MessageState, id: string): void {
  if (config.dedupeWindow === 0) return;
  knownIds.add(id);
  enqueueLast(knownOrder, id);
  if (fifoSize(knownOrder) > config.dedupeWindow) knownIds.delete(dequeueFirst(knownOrder)!);
}
