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
  Consumer,
  Copy,
  DeadLetter,
  Lane,
  Mailbox,
  MessageState,
  MessageStep,
  OpenRequest,
} from "./state.ts";
import {
  addCopy,
  channelOf,
  endDelivery,
  insertCopy,
  isExpired,
  keepLeaving,
  laneOf,
  messageOf,
  newConsumer,
  openMailbox,
  removeCopy,
  removeMailbox,
  unblockChannel,
  updateIdle,
  updateReady,
} from "./tables.ts";
import type { DeadLetterCause, MessageNacked, MessageRefusal, UnansweredReason } from "./events.ts";
import { nextInt } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import { append, unlink } from "../core/data/list.ts";
import type { Tick } from "../core/machine.ts";

/** Sends a message to one agent. */
export function send(step: MessageStep, command: SendMessage): void {
  const { state, events } = turn;
  const { from, to, messageId, responseMs } = command;
  if (messageId !== "" && isKnown(state, messageId)) {
    state.duplicates++;
    events.push({ type: "message:deduplicated", from, to, messageId });
    return;
  }
  const isRequest = responseMs > 0;
  if (isRequest && state.requests.size >= state.config.maxRequests) {
    return refuse(step, command, "too-many-requests");
  }
  const mailbox = openMailbox(step, to);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  if (!hasRoom(state, mailbox.consumers, command.priority)) {
    return refuse(step, command, "mailbox-full");
  }
  if (messageId !== "") remember(state, messageId);
  const message = messageFor(step, command, to, messageId, undefined);
  post(step, mailbox, message, new Opaque(command.payload), responseMs);
}

/** Sends a message to all other agents that have a mailbox. */
export function broadcast(step: MessageStep, command: BroadcastMessage): void {
  const payload = new Opaque(command.payload);
  const outcomes: MessageOutcome[] = [];
  for (const mailbox of step.state.mailboxes.values()) {
    if (mailbox.agentId === command.from) continue;
    outcomes.push(spread(step, mailbox, command, payload, undefined));
  }
  const { from } = command;
  step.events.push({ type: "message:published", from, topic: undefined, outcomes });
}

/** Sends a message to all agents that are subscribed to its topic. */
export function publish(step: MessageStep, command: PublishMessage): void {
  const { from, topic } = command;
  const payload = new Opaque(command.payload);
  const outcomes: MessageOutcome[] = [];
  for (const agentId of step.state.topics.get(topic) ?? []) {
    const mailbox = step.state.mailboxes.get(agentId)!;
    outcomes.push(spread(step, mailbox, command, payload, topic));
  }
  step.events.push({ type: "message:published", from, topic, outcomes });
}

function spread(
  step: MessageStep,
  mailbox: Mailbox,
  command: BroadcastMessage | PublishMessage,
  payload: Opaque,
  topic: string | undefined,
): MessageOutcome {
  const to = mailbox.agentId;
  if (!hasRoom(step.state, mailbox.consumers, command.priority)) {
    refuse(step, command, "mailbox-full", to);
    return { to, messageId: "", refused: "mailbox-full" };
  }
  const message = messageFor(step, command, to, "", topic);
  post(step, mailbox, message, payload, 0);
  return { to, messageId: message.id, refused: undefined };
}

/** Sends a dead letter again: to the handlers that did not get it, or to all when they are gone. */
export function resend(step: MessageStep, command: ResendMessage): void {
  const { state, events } = turn;
  const dead = state.deadLetters.get(command.messageId);
  if (dead === undefined) return refuse(step, command, "unknown-message");
  const { message: { id, from, to, priority }, handlerIds } = dead;
  const mailbox = openMailbox(step, to);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes", to);
  const missing = mailbox.consumers.filter((consumer) => handlerIds.includes(consumer.handlerId));
  const consumers = missing.length === 0 ? mailbox.consumers : missing;
  if (!hasRoom(state, consumers, priority)) return refuse(step, command, "mailbox-full", to);
  removeDeadLetter(state, dead);
  events.push({ type: "message:resent", from, to, messageId: id });
  state.lastMessage++;
  const message = { ...messageOfDeadLetter(dead), expiry: undefined, epoch: 0, attempt: 0 };
  for (const consumer of consumers) makeRoom(step, laneOf(consumer, priority));
  for (const consumer of consumers) enqueue(step, consumer, message, dead.payload);
  updateIdle(state, mailbox);
}

/** The newest message, as it is sent. */
function messageFor(
  { state, now }: MessageStep,
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
  step: MessageStep,
  mailbox: Mailbox,
  message: Message,
  payload: Opaque,
  responseMs: number,
): void {
  const { consumers } = mailbox;
  const { id, from, to } = message;
  const isRequest = responseMs > 0;
  for (const consumer of consumers) makeRoom(step, laneOf(consumer, message.priority));
  step.events.push({ type: "message:sent", from, to, message, isRequest });
  if (isRequest) openRequest(step, id, from, to, responseMs, consumers.length);
  for (const consumer of consumers) enqueue(step, consumer, message, payload);
  if (!consumers[0]!.isPush) updateIdle(step.state, mailbox);
}

function enqueue(step: MessageStep, consumer: Consumer, message: Message, payload: Opaque): void {
  const { state } = turn;
  const { priority, expiry } = message;
  const lane = laneOf(consumer, priority);
  const copy: Copy = {
    kind: "copy",
    channel: channelOf(consumer, lane, message.from),
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
    handlerId: consumer.handlerId,
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
  deliverReady(step, consumer, lane);
}

/** Whether each of `consumers` has room, or something old to give up for it. */
function hasRoom(
  { config }: MessageState,
  consumers: readonly Consumer[],
  priority: number,
): boolean {
  for (const consumer of consumers) {
    const lane = laneOf(consumer, priority);
    if (lane.size < config.mailboxCapacity) continue;
    if (config.mailboxPolicy === "reject" || oldestWaiting(lane) === undefined) return false;
  }
  return true;
}

function makeRoom(step: MessageStep, lane: Lane): void {
  if (lane.size < step.state.config.mailboxCapacity) return;
  const oldest = oldestWaiting(lane);
  if (oldest !== undefined) deadLetter(step, oldest, "evicted", undefined);
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
export function deliverReady(step: MessageStep, consumer: Consumer, lane: Lane): void {
  const { maxInFlight } = step.state.config;
  while (consumer.isPush && lane.inFlight < maxInFlight && lane.ready.length > 0) {
    deliver(step, lane.ready[0]!.first!, 0);
  }
}

/** Hands out the first copy of a ready channel, under a new epoch. */
export function deliver(step: MessageStep, copy: Copy, timeoutMs: number): void {
  const { state, now } = turn;
  const { channel } = copy;
  copy.attempt++;
  copy.epoch = ++state.epoch;
  copy.isInFlight = true;
  copy.handlerId = channel.consumer.handlerId;
  copy.deliveredAt = now;
  if (timeoutMs > 0) copy.timer = schedule(state.deadlines, now + timeoutMs, copy);
  state.deliveries.set(copy.epoch, copy);
  channel.busy = copy;
  channel.lane.inFlight++;
  updateReady(channel);
  const message = messageOf(copy);
  step.events.push({
    type: "message:received",
    from: message.from,
    to: message.to,
    message,
    handlerId: copy.handlerId,
  });
}

/** The delivery has done what it is for. */
export function ack(step: MessageStep, copy: Copy): void {
  const { consumer, lane, from } = copy.channel;
  removeCopy(step.state, copy);
  step.events.push({
    type: "message:acked",
    from,
    to: consumer.mailbox.agentId,
    messageId: copy.id,
    handlerId: copy.handlerId,
    epoch: copy.epoch,
    handledMs: step.now - copy.deliveredAt,
  });
  deliverReady(step, consumer, lane);
}

/** The delivery has failed. */
export function nack(
  step: MessageStep,
  copy: Copy,
  reason: MessageNacked["reason"],
  error: ErrorData,
  isFinal: boolean,
): void {
  if (copy.channel.consumer.hasLeft) return handOver(step, copy, error);
  const cause = endOf(step, copy, isFinal);
  if (cause !== undefined) return deadLetter(step, copy, cause, error);
  const { state, now } = turn;
  const { consumer, lane } = copy.channel;
  const retryAt = now + pauseAfter(step, copy.attempt, error);
  endDelivery(state, copy);
  copy.timer = schedule(state.deadlines, retryAt, copy);
  step.events.push({
    type: "message:nacked",
    ...identify(copy),
    reason,
    error,
    attempt: copy.attempt,
    retryAt,
  });
  deliverReady(step, consumer, lane);
}

function endOf(
  { state, now }: MessageStep,
  copy: Copy,
  isFinal: boolean,
): DeadLetterCause | undefined {
  if (isFinal) return "rejected";
  if (copy.attempt >= state.config.maxDeliveries) return "max-deliveries";
  return isExpired(copy, now) ? "expired" : undefined;
}

/** Up to `retryDelay` at first, twice as long each time; never shorter than the error demands. */
function pauseAfter({ state }: MessageStep, attempt: number, { retryAfterMs }: ErrorData): number {
  const { config, prng } = state;
  const longest = Math.min(config.maxRetryDelayMs, config.retryDelay * 2 ** (attempt - 1));
  return Math.max(nextInt(prng, longest + 1), retryAfterMs ?? 0);
}

/** The pause after a failed delivery is over. */
export function ready(step: MessageStep, copy: Copy): void {
  const { channel } = copy;
  copy.timer = undefined;
  unblockChannel(channel);
  step.events.push({ type: "message:readied", ...identify(copy) });
  deliverReady(step, channel.consumer, channel.lane);
}

/** Gives the delivery until `timeoutMs` from this moment; 0 for as long as it takes. */
export function extend(step: MessageStep, copy: Copy, timeoutMs: number): void {
  const { deadlines } = step.state;
  unschedule(deadlines, copy.timer);
  const until = timeoutMs === 0 ? Infinity : step.now + timeoutMs;
  copy.timer = timeoutMs === 0 ? undefined : schedule(deadlines, until, copy);
  step.events.push({ type: "message:extended", ...identify(copy), until });
}

/** Ends a delivery at no cost, so that it is delivered again as soon as may be. */
export function returnDelivery(step: MessageStep, copy: Copy): void {
  if (isExpired(copy, step.now)) return deadLetter(step, copy, "expired", undefined);
  endDelivery(step.state, copy);
  copy.attempt--;
  unblockChannel(copy.channel);
  step.events.push({ type: "message:returned", ...identify(copy) });
}

/** Moves a copy to the dead letters, and lets what it held back go on. */
export function deadLetter(
  step: MessageStep,
  copy: Copy,
  cause: DeadLetterCause,
  error: ErrorData | undefined,
): void {
  const { consumer, lane } = copy.channel;
  removeCopy(step.state, copy);
  addDeadLetter(step, copy, cause, error);
  loseCopy(step, copy.id);
  deliverReady(step, consumer, lane);
}

/**
 * A copy whose consumer has left: the oldest consumer that is left gets it, unless it has, or has had,
 * a copy of its own.
 */
export function handOver(step: MessageStep, copy: Copy, error: ErrorData | undefined): void {
  const { consumer: { mailbox }, from } = copy.channel;
  if (mailbox.isClosed) return deadLetter(step, copy, "recipient-gone", error);
  if (isExpired(copy, step.now)) return deadLetter(step, copy, "expired", error);
  const successor = mailbox.consumers[0]!;
  const wasInFlight = copy.isInFlight;
  const { expiry } = copy;
  const isCovered = copy.sequence > successor.since;
  if (!isCovered) copy.expiry = undefined;
  removeCopy(step.state, copy);
  if (isCovered) {
    step.events.push({ type: "message:dropped", ...identify(copy) });
    return loseCopy(step, copy.id);
  }
  copy.expiry = expiry;
  if (wasInFlight) copy.attempt--;
  const lane = laneOf(successor, copy.priority);
  copy.channel = channelOf(successor, lane, from);
  insertCopy(copy);
  step.events.push({ type: "message:returned", ...identify(copy) });
  deliverReady(step, successor, lane);
}

/** What the events of a copy have in common. */
function identify({ channel, id, handlerId, epoch }: Copy): {
  from: string;
  to: string;
  messageId: string;
  handlerId: string;
  epoch: number;
} {
  const { from, consumer } = channel;
  return { from, to: consumer.mailbox.agentId, messageId: id, handlerId, epoch };
}

/** Keeps a copy that was taken out of its channel, together with those of other handlers. */
export function addDeadLetter(
  step: MessageStep,
  copy: Copy,
  cause: DeadLetterCause,
  error: ErrorData | undefined,
): void {
  const { state, now, events } = turn;
  const { id, channel: { from, consumer }, sequence, epoch, payload } = copy;
  const message = messageOf(copy);
  const known = state.deadLetters.get(id);
  const isOther = known !== undefined && known.sequence !== sequence;
  if (isOther) forgetDeadLetter(step, known);
  else if (known !== undefined) removeDeadLetter(state, known);
  const others = isOther ? [] : known?.handlerIds ?? [];
  const letter: DeadLetter = {
    message: withoutPayload(message),
    payload,
    sequence,
    cause,
    error,
    at: now,
    handlerIds: [...others, consumer.handlerId],
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
    handlerId: consumer.handlerId,
    epoch,
    message,
    cause,
    error,
  });
  const oldest = state.deadOrder.first;
  if (oldest !== undefined && state.deadLetters.size > state.config.maxDeadLetters) {
    forgetDeadLetter(step, oldest);
  }
}

function forgetDeadLetter({ state, events }: MessageStep, letter: DeadLetter): void {
  removeDeadLetter(state, letter);
  const { id: messageId, from, to } = letter.message;
  events.push({ type: "message:forgotten", from, to, messageId });
}

/** Takes a dead letter out. */
export function removeDeadLetter(state: MessageState, letter: DeadLetter): void {
  state.deadLetters.delete(letter.message.id);
  unlink(state.deadOrder, letter);
}

/** The message that a dead letter holds, as it was last handed out, or sent. */
export function messageOfDeadLetter({ message, payload }: DeadLetter): Message {
  return { ...message, payload: payload.value };
}

/** The state holds no payload but in an envelope that keeps it from being looked into. */
function withoutPayload(message: Message): Omit<Message, "payload"> {
  const { payload: _, ...rest } = message;
  return rest;
}

/** Has `from` wait for a response to a message of which there are `copies`. */
export function openRequest(
  { state, now }: MessageStep,
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
export function respond(step: MessageStep, messageId: string, response: unknown): void {
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
export function endRequest(
  step: MessageStep,
  request: OpenRequest,
  reason: UnansweredReason,
): void {
  const { id: messageId, from, to, since } = request;
  closeRequest(step.state, request);
  step.events.push({
    type: "message:unanswered",
    from,
    to,
    messageId,
    reason,
    waitedMs: step.now - since,
  });
}

/** Ends the request that a copy belonged to, if no other copy may lead to a response. */
export function loseCopy(step: MessageStep, messageId: string): void {
  const request = step.state.requests.get(messageId);
  if (request !== undefined && --request.copies === 0) endRequest(step, request, "undeliverable");
}

/** Ends all requests by an agent and to it. */
export function endRequestsOf(step: MessageStep, agentId: string): void {
  const { waitingOn, askedOf } = step.state;
  for (const request of waitingOn.get(agentId) ?? []) endRequest(step, request, "agent-gone");
  for (const request of askedOf.get(agentId) ?? []) endRequest(step, request, "agent-gone");
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
export function attach(step: MessageStep, command: AttachHandler): void {
  const { state, events } = turn;
  const { agentId, handlerId } = command;
  if (state.consumers.has(handlerId)) return refuse(step, command, "known-handler");
  const mailbox = openMailbox(step, agentId);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  const { consumers } = mailbox;
  if (consumers[0]!.isPush && consumers.length >= state.config.maxHandlers) {
    return refuse(step, command, "too-many-handlers");
  }
  if (consumers[0]!.isPush) consumers.push(newConsumer(mailbox, state.lastMessage));
  const consumer = consumers.at(-1)!;
  consumer.handlerId = handlerId;
  consumer.isPush = true;
  state.consumers.set(handlerId, consumer);
  state.lastHandler++;
  updateIdle(state, mailbox);
  events.push({ type: "mailbox:subscribed", agentId, handlerId });
  deliverReady(step, consumer, consumer.urgent);
  deliverReady(step, consumer, consumer.normal);
}

/**
 * Takes a handler away. What waits for the last one of an agent waits for the next; what waits for
 * another one goes to the oldest that is left, unless that one has a copy.
 */
export function detach(step: MessageStep, command: DetachHandler): void {
  const { state, events } = turn;
  const { agentId, handlerId, takesBack } = command;
  const consumer = state.consumers.get(handlerId);
  if (consumer?.mailbox.agentId !== agentId) return refuse(step, command, "unknown-handler");
  const { mailbox } = consumer;
  state.consumers.delete(handlerId);
  consumer.isPush = false;
  events.push({ type: "mailbox:unsubscribed", agentId, handlerId });
  if (mailbox.consumers.length === 1) {
    consumer.handlerId = "";
    if (takesBack) forEachCopy(consumer, (copy) => copy.isInFlight && returnDelivery(step, copy));
  } else {
    consumer.hasLeft = true;
    mailbox.consumers.splice(mailbox.consumers.indexOf(consumer), 1);
    forEachCopy(consumer, (copy) => {
      if (takesBack || !copy.isInFlight) handOver(step, copy, undefined);
    });
    keepLeaving(consumer);
  }
  updateIdle(state, mailbox);
}

/** Makes an agent known; harmless when it is. */
export function open(step: MessageStep, command: OpenMailbox): void {
  const { agentId } = command;
  const mailbox = openMailbox(step, agentId);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  if (mailbox.isOpen) return;
  mailbox.isOpen = true;
  updateIdle(step.state, mailbox);
  step.events.push({ type: "mailbox:opened", agentId });
}

/** Forgets an agent that is gone; what it has not handled goes to the dead letters. */
export function close(step: MessageStep, command: CloseMailbox): void {
  const { state, events } = turn;
  const { agentId, reason } = command;
  const mailbox = state.mailboxes.get(agentId);
  if (mailbox !== undefined) {
    mailbox.isClosed = true;
    removeMailbox(state, mailbox);
    events.push({ type: "mailbox:closed", agentId, reason });
  }
  endRequestsOf(step, agentId);
  if (mailbox === undefined) return;
  for (const topic of mailbox.topics) leaveTopic(state, mailbox, topic);
  for (const consumer of [...mailbox.consumers, ...mailbox.leaving]) {
    consumer.isPush = false;
    state.consumers.delete(consumer.handlerId);
    forEachCopy(consumer, (copy) => deadLetter(step, copy, "recipient-gone", undefined));
  }
}

/** Has an agent get what is published to a topic; harmless when it does. */
export function subscribeTopic(step: MessageStep, command: SubscribeTopic): void {
  const { state, events } = turn;
  const { agentId, topic } = command;
  const subscribers = state.topics.get(topic);
  if (subscribers?.has(agentId)) return;
  if (subscribers === undefined && state.topics.size >= state.config.maxTopics) {
    return refuse(step, command, "too-many-topics");
  }
  const mailbox = openMailbox(step, agentId);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  if (subscribers === undefined) state.topics.set(topic, new Set([agentId]));
  else subscribers.add(agentId);
  mailbox.topics.add(topic);
  updateIdle(state, mailbox);
  events.push({ type: "topic:subscribed", topic, agentId });
}

/** Ends a subscription to a topic; harmless when there is none. */
export function unsubscribeTopic(step: MessageStep, { agentId, topic }: UnsubscribeTopic): void {
  const { state, events } = turn;
  const mailbox = state.mailboxes.get(agentId);
  if (mailbox === undefined || !mailbox.topics.has(topic)) return;
  leaveTopic(state, mailbox, topic);
  updateIdle(state, mailbox);
  events.push({ type: "topic:unsubscribed", topic, agentId });
}

function leaveTopic(state: MessageState, mailbox: Mailbox, topic: string): void {
  mailbox.topics.delete(topic);
  const subscribers = state.topics.get(topic)!;
  subscribers.delete(mailbox.agentId);
  if (subscribers.size === 0) state.topics.delete(topic);
}

/** Calls `visit` with all copies of a consumer, urgent ones first; it may take the copy away. */
function forEachCopy(consumer: Consumer, visit: (copy: Copy) => void): void {
  for (const { copies } of [consumer.urgent, consumer.normal]) {
    for (let copy = copies.first; copy !== undefined;) {
      const { next } = copy;
      visit(copy);
      copy = next;
    }
  }
}

/** Says why `command` changes nothing; `to` is whom it would have concerned. */
export function refuse(
  step: MessageStep,
  command: Exclude<MessageCommand, Tick>,
  reason: MessageRefusal,
  to: string = recipientOf(command),
): void {
  step.events.push({
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
