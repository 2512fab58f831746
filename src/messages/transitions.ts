/**
 * Ways into mailboxes: to one agent, to all, to a topic, and back from the dead letters.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { dequeueFirst, enqueueLast, fifoSize } from "../core/data/fifo.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Message, MessageOutcome } from "./types.ts";
import type {
  AttachHandler,
  BroadcastMessage,
  CloseMailbox,
  DetachHandler,
  MessageCommand,
  OpenMailbox,
  PublishMessage,
  ResendMessage,
  SendMessage,
  SubscribeTopic,
  UnsubscribeTopic,
} from "./commands.ts";
import type {
  Copy,
  DeadLetter,
  Lane,
  Mailbox,
  MessageState,
  OpenRequest,
  Reader,
  Turn,
} from "./state.ts";
import {
  addCopy,
  channelOf,
  freeChannel,
  insertCopy,
  isExpired,
  laneOf,
  letLeave,
  messageOf,
  newReader,
  openMailbox,
  removeCopy,
  removeMailbox,
  settleChannel,
  settleIdleness,
  withdraw,
} from "./tables.ts";
import type { DeadLetterCause, MessageNacked, MessageRefusal, UnansweredReason } from "./events.ts";
import { nextInt } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import { append, unlink } from "../core/data/list.ts";
import type { Tick } from "../core/machine.ts";

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

/** Delivers what may be delivered, until the handler has as much as it may have. */
export function serve(turn: Turn, reader: Reader, lane: Lane): void {
  const { maxInFlight } = turn.state.config;
  while (reader.isPush && lane.inFlight < maxInFlight && lane.ready.length > 0) {
    deliver(turn, lane.ready[0]!.first!, 0);
  }
}

/** Hands out the first copy of a ready channel, under a new epoch. */
export function deliver(turn: Turn, copy: Copy, timeoutMs: number): void {
  const { state, now } = turn;
  const { channel } = copy;
  copy.attempt++;
  copy.epoch = ++state.epoch;
  copy.isInFlight = true;
  copy.handlerId = channel.reader.handlerId;
  copy.deliveredAt = now;
  if (timeoutMs > 0) copy.timer = schedule(state.deadlines, now + timeoutMs, copy);
  state.deliveries.set(copy.epoch, copy);
  channel.busy = copy;
  channel.lane.inFlight++;
  settleChannel(channel);
  const message = messageOf(copy);
  turn.events.push({
    type: "message:received",
    from: message.from,
    to: message.to,
    message,
    handlerId: copy.handlerId,
  });
}

/** The delivery has done what it is for. */
export function ack(turn: Turn, copy: Copy): void {
  const { reader, lane, from } = copy.channel;
  removeCopy(turn.state, copy);
  turn.events.push({
    type: "message:acked",
    from,
    to: reader.mailbox.agentId,
    messageId: copy.id,
    handlerId: copy.handlerId,
    epoch: copy.epoch,
    handledMs: turn.now - copy.deliveredAt,
  });
  serve(turn, reader, lane);
}

/** The delivery has failed. */
export function nack(
  turn: Turn,
  copy: Copy,
  reason: MessageNacked["reason"],
  error: ErrorData,
  isFinal: boolean,
): void {
  if (copy.channel.reader.hasLeft) return passOn(turn, copy, error);
  const cause = endOf(turn, copy, isFinal);
  if (cause !== undefined) return giveUp(turn, copy, cause, error);
  const { state, now } = turn;
  const { reader, lane } = copy.channel;
  const retryAt = now + pauseAfter(turn, copy.attempt, error);
  withdraw(state, copy);
  copy.timer = schedule(state.deadlines, retryAt, copy);
  turn.events.push({
    type: "message:nacked",
    ...identify(copy),
    reason,
    error,
    attempt: copy.attempt,
    retryAt,
  });
  serve(turn, reader, lane);
}

function endOf({ state, now }: Turn, copy: Copy, isFinal: boolean): DeadLetterCause | undefined {
  if (isFinal) return "rejected";
  if (copy.attempt >= state.config.maxDeliveries) return "max-deliveries";
  return isExpired(copy, now) ? "expired" : undefined;
}

/** Up to `retryDelay` at first, twice as long each time; never shorter than the error demands. */
function pauseAfter({ state }: Turn, attempt: number, { retryAfterMs }: ErrorData): number {
  const { config, prng } = state;
  const longest = Math.min(config.maxRetryDelayMs, config.retryDelay * 2 ** (attempt - 1));
  return Math.max(nextInt(prng, longest + 1), retryAfterMs ?? 0);
}

/** The pause after a failed delivery is over. */
export function ready(turn: Turn, copy: Copy): void {
  const { channel } = copy;
  copy.timer = undefined;
  freeChannel(channel);
  turn.events.push({ type: "message:readied", ...identify(copy) });
  serve(turn, channel.reader, channel.lane);
}

/** Gives the delivery until `timeoutMs` from this moment; 0 for as long as it takes. */
export function extend(turn: Turn, copy: Copy, timeoutMs: number): void {
  const { deadlines } = turn.state;
  unschedule(deadlines, copy.timer);
  const until = timeoutMs === 0 ? Infinity : turn.now + timeoutMs;
  copy.timer = timeoutMs === 0 ? undefined : schedule(deadlines, until, copy);
  turn.events.push({ type: "message:extended", ...identify(copy), until });
}

/** Ends a delivery at no cost, so that it is delivered again as soon as may be. */
export function takeBack(turn: Turn, copy: Copy): void {
  if (isExpired(copy, turn.now)) return giveUp(turn, copy, "expired", undefined);
  withdraw(turn.state, copy);
  copy.attempt--;
  freeChannel(copy.channel);
  turn.events.push({ type: "message:returned", ...identify(copy) });
}

/** Moves a copy to the dead letters, and lets what it held back go on. */
export function giveUp(
  turn: Turn,
  copy: Copy,
  cause: DeadLetterCause,
  error: ErrorData | undefined,
): void {
  const { reader, lane } = copy.channel;
  removeCopy(turn.state, copy);
  bury(turn, copy, cause, error);
  copyIsLost(turn, copy.id);
  serve(turn, reader, lane);
}

/**
 * A copy whose reader has left: the oldest reader that is left gets it, unless it has, or has had,
 * a copy of its own.
 */
export function passOn(turn: Turn, copy: Copy, error: ErrorData | undefined): void {
  const { reader: { mailbox }, from } = copy.channel;
  if (mailbox.isClosed) return giveUp(turn, copy, "recipient-gone", error);
  if (isExpired(copy, turn.now)) return giveUp(turn, copy, "expired", error);
  const heir = mailbox.readers[0]!;
  const wasInFlight = copy.isInFlight;
  const { expiry } = copy;
  const isCovered = copy.sequence > heir.since;
  if (!isCovered) copy.expiry = undefined;
  removeCopy(turn.state, copy);
  if (isCovered) {
    turn.events.push({ type: "message:dropped", ...identify(copy) });
    return copyIsLost(turn, copy.id);
  }
  copy.expiry = expiry;
  if (wasInFlight) copy.attempt--;
  const lane = laneOf(heir, copy.priority);
  copy.channel = channelOf(heir, lane, from);
  insertCopy(copy);
  turn.events.push({ type: "message:returned", ...identify(copy) });
  serve(turn, heir, lane);
}

/** What the events of a copy have in common. */
function identify({ channel, id, handlerId, epoch }: Copy): {
  from: string;
  to: string;
  messageId: string;
  handlerId: string;
  epoch: number;
} {
  const { from, reader } = channel;
  return { from, to: reader.mailbox.agentId, messageId: id, handlerId, epoch };
}

/** Keeps a copy that was taken out of its channel, together with those of other handlers. */
export function bury(
  turn: Turn,
  copy: Copy,
  cause: DeadLetterCause,
  error: ErrorData | undefined,
): void {
  const { state, now, events } = turn;
  const { id, channel: { from, reader }, sequence, epoch, payload } = copy;
  const message = messageOf(copy);
  const known = state.deadLetters.get(id);
  const isOther = known !== undefined && known.sequence !== sequence;
  if (isOther) forget(turn, known);
  else if (known !== undefined) exhume(state, known);
  const others = isOther ? [] : known?.handlerIds ?? [];
  const letter: DeadLetter = {
    message: withoutPayload(message),
    payload,
    sequence,
    cause,
    error,
    at: now,
    handlerIds: [...others, reader.handlerId],
    previous: undefined,
    next: undefined,
  };
  state.deadLetters.set(id, letter);
  append(state.deadOrder, letter);
  events.push({
    type: "message:dead-lettered",
    from,
    to: message.to,
    messageId: id,
    handlerId: reader.handlerId,
    epoch,
    message,
    cause,
    error,
  });
  const oldest = state.deadOrder.first;
  if (oldest !== undefined && state.deadLetters.size > state.config.maxDeadLetters) {
    forget(turn, oldest);
  }
}

function forget({ state, events }: Turn, letter: DeadLetter): void {
  exhume(state, letter);
  const { id: messageId, from, to } = letter.message;
  events.push({ type: "message:forgotten", from, to, messageId });
}

/** Takes a dead letter out. */
export function exhume(state: MessageState, letter: DeadLetter): void {
  state.deadLetters.delete(letter.message.id);
  unlink(state.deadOrder, letter);
}

/** The message that a dead letter holds, as it was last handed out, or sent. */
export function messageIn({ message, payload }: DeadLetter): Message {
  return { ...message, payload: payload.value };
}

/** The state holds no payload but in an envelope that keeps it from being looked into. */
function withoutPayload(message: Message): Omit<Message, "payload"> {
  const { payload: _, ...rest } = message;
  return rest;
}

/** Has `from` wait for a response to a message of which there are `copies`. */
export function openRequest(
  { state, now }: Turn,
  id: string,
  from: string,
  to: string,
  responseMs: number,
  copies: number,
): void {
  const request: OpenRequest = {
    kind: "request",
    id,
    from,
    to,
    since: now,
    copies,
    timer: undefined,
  };
  request.timer = schedule(state.deadlines, now + responseMs, request);
  state.requests.set(id, request);
  addEdge(state.waitingOn, from, request);
  addEdge(state.askedOf, to, request);
}

/** Hands the response to who waits for it, or counts it as late. */
export function respond(turn: Turn, messageId: string, response: unknown): void {
  const { state, now, events } = turn;
  const request = state.requests.get(messageId);
  if (request === undefined) {
    state.lateResponses++;
    events.push({ type: "message:response-dropped", messageId });
    return;
  }
  closeRequest(state, request);
  const { from, to, since } = request;
  events.push({
    type: "message:responded",
    from: to,
    to: from,
    messageId,
    response,
    waitedMs: now - since,
  });
}

/** Ends a request without a response. */
export function endRequest(turn: Turn, request: OpenRequest, reason: UnansweredReason): void {
  const { id: messageId, from, to, since } = request;
  closeRequest(turn.state, request);
  turn.events.push({
    type: "message:unanswered",
    from,
    to,
    messageId,
    reason,
    waitedMs: turn.now - since,
  });
}

/** Ends the request that a copy belonged to, if no other copy may lead to a response. */
export function copyIsLost(turn: Turn, messageId: string): void {
  const request = turn.state.requests.get(messageId);
  if (request !== undefined && --request.copies === 0) endRequest(turn, request, "undeliverable");
}

/** Ends all requests by an agent and to it. */
export function endRequestsOf(turn: Turn, agentId: string): void {
  const { waitingOn, askedOf } = turn.state;
  for (const request of waitingOn.get(agentId) ?? []) endRequest(turn, request, "agent-gone");
  for (const request of askedOf.get(agentId) ?? []) endRequest(turn, request, "agent-gone");
}

function closeRequest(state: MessageState, request: OpenRequest): void {
  unschedule(state.deadlines, request.timer);
  state.requests.delete(request.id);
  removeEdge(state.waitingOn, request.from, request);
  removeEdge(state.askedOf, request.to, request);
}

function addEdge(
  edges: Map<string, Set<OpenRequest>>,
  agentId: string,
  request: OpenRequest,
): void {
  const known = edges.get(agentId);
  if (known === undefined) edges.set(agentId, new Set([request]));
  else known.add(request);
}

function removeEdge(
  edges: Map<string, Set<OpenRequest>>,
  agentId: string,
  request: OpenRequest,
): void {
  const known = edges.get(agentId);
  known?.delete(request);
  if (known?.size === 0) edges.delete(agentId);
}

/**
 * Gives an agent a handler. The first one takes over what has come before; each further one gets a
 * copy of what comes from here on.
 */
export function attach(turn: Turn, command: AttachHandler): void {
  const { state, events } = turn;
  const { agentId, handlerId } = command;
  if (state.readers.has(handlerId)) return refuse(turn, command, "known-handler");
  const mailbox = openMailbox(turn, agentId);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes");
  const { readers } = mailbox;
  if (readers[0]!.isPush && readers.length >= state.config.maxHandlers) {
    return refuse(turn, command, "too-many-handlers");
  }
  if (readers[0]!.isPush) readers.push(newReader(mailbox, state.lastMessage));
  const reader = readers.at(-1)!;
  reader.handlerId = handlerId;
  reader.isPush = true;
  state.readers.set(handlerId, reader);
  state.lastHandler++;
  settleIdleness(state, mailbox);
  events.push({ type: "mailbox:subscribed", agentId, handlerId });
  serve(turn, reader, reader.urgent);
  serve(turn, reader, reader.normal);
}

/**
 * Takes a handler away. What waits for the last one of an agent waits for the next; what waits for
 * another one goes to the oldest that is left, unless that one has a copy.
 */
export function detach(turn: Turn, command: DetachHandler): void {
  const { state, events } = turn;
  const { agentId, handlerId, takesBack } = command;
  const reader = state.readers.get(handlerId);
  if (reader?.mailbox.agentId !== agentId) return refuse(turn, command, "unknown-handler");
  const { mailbox } = reader;
  state.readers.delete(handlerId);
  reader.isPush = false;
  events.push({ type: "mailbox:unsubscribed", agentId, handlerId });
  if (mailbox.readers.length === 1) {
    reader.handlerId = "";
    if (takesBack) forEachCopy(reader, (copy) => copy.isInFlight && takeBack(turn, copy));
  } else {
    reader.hasLeft = true;
    mailbox.readers.splice(mailbox.readers.indexOf(reader), 1);
    forEachCopy(reader, (copy) => {
      if (takesBack || !copy.isInFlight) passOn(turn, copy, undefined);
    });
    letLeave(reader);
  }
  settleIdleness(state, mailbox);
}

/** Makes an agent known; harmless when it is. */
export function open(turn: Turn, command: OpenMailbox): void {
  const { agentId } = command;
  const mailbox = openMailbox(turn, agentId);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes");
  if (mailbox.isOpen) return;
  mailbox.isOpen = true;
  settleIdleness(turn.state, mailbox);
  turn.events.push({ type: "mailbox:opened", agentId });
}

/** Forgets an agent that is gone; what it has not handled goes to the dead letters. */
export function close(turn: Turn, command: CloseMailbox): void {
  const { state, events } = turn;
  const { agentId, reason } = command;
  const mailbox = state.mailboxes.get(agentId);
  if (mailbox !== undefined) {
    mailbox.isClosed = true;
    removeMailbox(state, mailbox);
    events.push({ type: "mailbox:closed", agentId, reason });
  }
  endRequestsOf(turn, agentId);
  if (mailbox === undefined) return;
  for (const topic of mailbox.topics) leaveTopic(state, mailbox, topic);
  for (const reader of [...mailbox.readers, ...mailbox.leaving]) {
    reader.isPush = false;
    state.readers.delete(reader.handlerId);
    forEachCopy(reader, (copy) => giveUp(turn, copy, "recipient-gone", undefined));
  }
}

/** Has an agent get what is published to a topic; harmless when it does. */
export function subscribeTopic(turn: Turn, command: SubscribeTopic): void {
  const { state, events } = turn;
  const { agentId, topic } = command;
  const subscribers = state.topics.get(topic);
  if (subscribers?.has(agentId)) return;
  if (subscribers === undefined && state.topics.size >= state.config.maxTopics) {
    return refuse(turn, command, "too-many-topics");
  }
  const mailbox = openMailbox(turn, agentId);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes");
  if (subscribers === undefined) state.topics.set(topic, new Set([agentId]));
  else subscribers.add(agentId);
  mailbox.topics.add(topic);
  settleIdleness(state, mailbox);
  events.push({ type: "topic:subscribed", topic, agentId });
}

/** Ends a subscription to a topic; harmless when there is none. */
export function unsubscribeTopic(turn: Turn, { agentId, topic }: UnsubscribeTopic): void {
  const { state, events } = turn;
  const mailbox = state.mailboxes.get(agentId);
  if (mailbox === undefined || !mailbox.topics.has(topic)) return;
  leaveTopic(state, mailbox, topic);
  settleIdleness(state, mailbox);
  events.push({ type: "topic:unsubscribed", topic, agentId });
}

function leaveTopic(state: MessageState, mailbox: Mailbox, topic: string): void {
  mailbox.topics.delete(topic);
  const subscribers = state.topics.get(topic)!;
  subscribers.delete(mailbox.agentId);
  if (subscribers.size === 0) state.topics.delete(topic);
}

/** Calls `visit` with all copies of a reader, urgent ones first; it may take the copy away. */
function forEachCopy(reader: Reader, visit: (copy: Copy) => void): void {
  for (const { copies } of [reader.urgent, reader.normal]) {
    for (let copy = copies.first; copy !== undefined;) {
      const { next } = copy;
      visit(copy);
      copy = next;
    }
  }
}

/** Says why `command` changes nothing; `to` is whom it would have concerned. */
export function refuse(
  turn: Turn,
  command: Exclude<MessageCommand, Tick>,
  reason: MessageRefusal,
  to: string = recipientOf(command),
): void {
  turn.events.push({
    type: "message:refused",
    from: "from" in command ? command.from : "",
    to,
    messageId: "messageId" in command ? command.messageId : "",
    command: command.type,
    reason,
  });
}

function recipientOf(command: Exclude<MessageCommand, Tick>): string {
  if ("to" in command) return command.to;
  return "agentId" in command ? command.agentId : "";
}
