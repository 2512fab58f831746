/**
 * Mailboxes: at-least-once delivery with epochs, in order for each sender, and requests.
 *
 * A delivery is a grant under an epoch, and reports on it name that epoch, so a message is handled
 * once. A failed delivery is followed by another one after a pause, until the message is a dead
 * letter. Messages of one sender to one recipient are handled in the order in which they were sent,
 * since a message in delivery, or in such a pause, blocks the later ones of its sender, and no
 * others.
 *
 * @module
 */

import { deadlineOf, schedule, takeDue } from "../core/data/deadlines.ts";
import { dequeueFirst, enqueueLast, fifoSize } from "../core/data/fifo.ts";
import { Opaque } from "../core/data/plain.ts";
import { reseed } from "../core/data/prng.ts";
import { describer } from "../core/describe.ts";
import {
  definePart,
  type Instant,
  type OfSession,
  type Part,
  Refusal,
  type ResumeListening,
  setSession,
  startsAnew,
  type Tick,
} from "../core/machine.ts";
import type {
  AckMessage,
  AttachHandler,
  BroadcastMessage,
  CancelReceive,
  CancelRequest,
  CloseMailbox,
  DetachHandler,
  ExtendMessage,
  MarkSeen,
  MessageAnswers,
  MessageCommand,
  NackMessage,
  OpenMailbox,
  PublishMessage,
  ReceiveMessage,
  ResendMessage,
  Respond,
  ReturnMessage,
  Sending,
  SendMessage,
  SubscribeTopic,
  UnsubscribeTopic,
} from "./commands.ts";
import type { TicketTerms } from "../core/tickets.ts";
import {
  attachAsker,
  attachReceiver,
  detachReceive,
  detachRequest,
  fireAsker,
  fireReceiver,
  giveBack,
  keepAnew,
  resumeReceive,
  resumeRequest,
} from "./callers.ts";
import { DEFAULT_MESSAGE_CONFIG, type MessageConfig } from "./config.ts";
import { MESSAGE_DESCRIPTIONS, type MessageEvent } from "./events.ts";
import {
  type Consumer,
  type Copy,
  type Due,
  emptyMessages,
  type Lane,
  type Mailbox,
  type MessageState,
  type MessageStep,
} from "./state.ts";
import {
  addConsumer,
  channelOf,
  consumersOf,
  forgetNames,
  groupOf,
  insertCopy,
  isKnownName,
  keepLeaving,
  laneOf,
  mailboxOf,
  noteName,
  removeMailbox,
  updateIdle,
} from "./tables.ts";
import {
  ack,
  addReceiver,
  addTo,
  deadLetter,
  deleteFrom,
  deliver,
  deliverReady,
  endPause,
  endReceiver,
  endRequest,
  endRequestsOf,
  extend,
  handOver,
  nack,
  nextToReceive,
  openRequest,
  refuse,
  removeDeadLetter,
  respondTo,
  returnDelivery,
  serveReceivers,
} from "./transitions.ts";
import type { Message, MessageOutcome } from "./types.ts";

/** The types of the commands of a mailbox machine. */
const COMMANDS = [
  "send-message",
  "broadcast-message",
  "publish-message",
  "respond",
  "cancel-request",
  "ack-message",
  "nack-message",
  "return-message",
  "extend-message",
  "receive-message",
  "cancel-receive",
  "detach-receive",
  "detach-request",
  "resume-request",
  "end-receivers",
  "mark-seen",
  "attach-handler",
  "detach-handler",
  "subscribe-topic",
  "unsubscribe-topic",
  "resend-message",
  "open-mailbox",
  "close-mailbox",
  "resume-listening",
] as const;

type Command = Exclude<MessageCommand, Tick>;
type Answer<Type extends Command["type"]> = MessageAnswers[Type] | Refusal;

/** A mailbox machine as part of a larger one. */
export type MessagePart = Part<
  MessageState,
  Exclude<MessageCommand, Tick>,
  MessageEvent,
  MessageAnswers
>;

/** Makes a mailbox machine with `config`, and the defaults for what that leaves out. */
export function messageMachine(config: Partial<MessageConfig> = {}): MessagePart {
  return definePart<MessageState, MessageCommand, MessageEvent, MessageAnswers>({
    name: "messages",
    commands: COMMANDS,
    ofSession: ["send-message", "resume-request", "receive-message", "attach-handler"],
    config: { ...DEFAULT_MESSAGE_CONFIG, ...config },
    configured(state, before) {
      reseed(state, before);
      forgetIds(state);
      forgetNames(state);
    },
    init: () => emptyMessages({ ...DEFAULT_MESSAGE_CONFIG, ...config }),
    fire,
    apply: (state, command, now, events) => handle({ state, now, events }, command),
    deadline: deadlineOf,
    describe: describer(MESSAGE_DESCRIPTIONS),
  });
}

function fire(state: MessageState, now: Instant, until: Instant, events: MessageEvent[]): void {
  const step: MessageStep = { state, now, events };
  const { deadlines } = state;
  for (let due = takeDue(deadlines, until); due !== undefined; due = takeDue(deadlines, until)) {
    fireOne(step, due.subject);
  }
}

function fireOne(step: MessageStep, due: Due): void {
  switch (due.kind) {
    case "copy":
      if (due.keepMs > 0) giveBack(step, due);
      else if (due.isInFlight) nack(step, due, "timed-out", { ...TOO_LONG }, false);
      else endPause(step, due);
      return;
    case "expiry":
      // A message in delivery may still be handled; if it isn't, it is not delivered again.
      if (!due.copy.isInFlight) deadLetter(step, due.copy, "expired", undefined);
      return;
    case "request":
      return endRequest(step, due, "timed-out");
    case "asker":
      return fireAsker(step, due);
    case "answer":
      return void step.state.answers.delete(due.id);
    case "receiver":
      return fireReceiver(step, due);
  }
}

const TOO_LONG = { name: "TimeoutError", message: "the handler took too long" };

function handle(step: MessageStep, command: Command): unknown {
  switch (command.type) {
    case "send-message":
      return send(step, command);
    case "broadcast-message":
      return broadcast(step, command);
    case "publish-message":
      return publish(step, command);
    case "respond":
      return respond(step, command);
    case "cancel-request":
      return cancelRequest(step, command);
    case "ack-message":
      return ackMessage(step, command);
    case "nack-message":
      return nackMessage(step, command);
    case "return-message":
      return returnMessage(step, command);
    case "extend-message":
      return extendMessage(step, command);
    case "receive-message":
      return receive(step, command);
    case "cancel-receive":
      return cancelReceive(step, command);
    case "detach-receive":
      return detachReceive(step, command);
    case "detach-request":
      return detachRequest(step, command);
    case "resume-request":
      return resumeRequest(step, command);
    case "end-receivers":
      return endReceivers(step, step.state.mailboxes.get(command.agentId));
    case "mark-seen":
      return markSeen(step, command);
    case "attach-handler":
      return attach(step, command);
    case "detach-handler":
      return detach(step, command);
    case "subscribe-topic":
      return subscribe(step, command);
    case "unsubscribe-topic":
      return unsubscribe(step, command);
    case "resend-message":
      return resend(step, command);
    case "open-mailbox":
      return open(step, command);
    case "close-mailbox":
      return close(step, command);
    case "resume-listening":
      return resumeListening(step, command);
  }
}

function send(step: MessageStep, command: SendMessage): Answer<"send-message"> {
  const { state, events } = step;
  const { from, to, messageId, responseMs } = command;
  if (messageId !== "" && (state.knownIds.has(messageId) || state.requests.has(messageId))) {
    state.duplicates++;
    events.push({ type: "message:deduplicated", from, to, messageId });
    return { messageId, deduplicated: true };
  }
  if (responseMs > 0 && state.requests.size >= state.config.maxRequests) {
    return refuse(step, command, "too-many-requests");
  }
  const known = state.mailboxes.get(to);
  const isMisaddressed = known?.isKnown !== true && isUnknown(state, from, to);
  if (isMisaddressed && state.config.unknownRecipients === "refuse") {
    return refuse(step, command, "unknown-recipient");
  }
  const mailbox = known ?? mailboxOf(step, to);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  if (!hasRoom(state, mailbox.consumers, command.priority)) {
    return refuse(step, command, "mailbox-full");
  }
  if (messageId !== "") remember(state, messageId);
  const message = newMessage(step, command, to, messageId, undefined);
  post(step, mailbox, message, contentOf(command), responseMs, command);
  if (isMisaddressed && known === undefined) {
    events.push({ type: "message:misaddressed", from, to, messageId: message.id });
  }
  return { messageId: message.id, deduplicated: false };
}

/** Returns whether a message is to a name that no agent has had, and that matters. */
function isUnknown(state: MessageState, from: string, to: string): boolean {
  return state.config.unknownRecipients !== "allow" && from !== to && !isKnownName(state, to);
}

function broadcast(step: MessageStep, command: BroadcastMessage): MessageOutcome[] {
  const { from } = command;
  const others = [...step.state.mailboxes.values()].filter(({ agentId }) => agentId !== from);
  return postToAll(step, command, others, undefined);
}

function publish(step: MessageStep, command: PublishMessage): MessageOutcome[] {
  const { mailboxes, topics } = step.state;
  const { topic } = command;
  const subscribers = [...topics.get(topic) ?? []].map((agentId) => mailboxes.get(agentId)!);
  return postToAll(step, command, subscribers, topic);
}

function postToAll(
  step: MessageStep,
  command: BroadcastMessage | PublishMessage,
  recipients: readonly Mailbox[],
  topic: string | undefined,
): MessageOutcome[] {
  const content = contentOf(command);
  const outcomes = recipients.map((mailbox): MessageOutcome => {
    const { agentId: to } = mailbox;
    if (!hasRoom(step.state, groupOf(mailbox, topic), command.priority)) {
      refuse(step, command, "mailbox-full", to);
      return { to, messageId: "", refused: "mailbox-full" };
    }
    const message = newMessage(step, command, to, "", topic);
    post(step, mailbox, message, content, 0);
    return { to, messageId: message.id, refused: undefined };
  });
  step.events.push({ type: "message:published", from: command.from, topic, outcomes });
  return outcomes;
}

/** Sends a dead letter again: to the handlers that did not get it, or to all when they are gone. */
function resend(step: MessageStep, command: ResendMessage): Answer<"resend-message"> {
  const { state, events } = step;
  const { messageId } = command;
  const dead = state.deadLetters.get(messageId);
  if (dead === undefined) return refuse(step, command, "unknown-message");
  const { message: { from, to, topic, priority }, handlerIds } = dead;
  const mailbox = mailboxOf(step, to);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes", to);
  const group = groupOf(mailbox, topic);
  const missing = group.filter(({ handlerId }) => handlerIds.includes(handlerId));
  const consumers = missing.length === 0 ? group : missing;
  if (!hasRoom(state, consumers, priority)) return refuse(step, command, "mailbox-full", to);
  removeDeadLetter(state, dead);
  events.push({ type: "message:resent", from, to, messageId });
  state.lastMessage++;
  const message = { ...dead.message, expiry: undefined, epoch: 0, attempt: 0 };
  for (const consumer of consumers) makeRoom(step, laneOf(consumer, priority));
  for (const consumer of consumers) enqueue(step, consumer, message, dead);
  updateIdle(state, mailbox);
}

function newMessage(
  { state, now }: MessageStep,
  { from, kind, payload, priority, ttlMs, metadata }:
    | SendMessage
    | BroadcastMessage
    | PublishMessage,
  to: string,
  chosenId: string,
  topic: string | undefined,
): Message {
  const sequence = ++state.lastMessage;
  const message: Message = {
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
  return metadata === undefined ? message : { ...message, metadata };
}

/** What a sender gave, as values that the machine does not look into. */
type Content = Pick<Copy, "payload" | "metadata">;

function contentOf({ payload, metadata }: Sending): Content {
  const content = { payload: new Opaque(payload) };
  return metadata === undefined ? content : { ...content, metadata: new Opaque(metadata) };
}

/** Puts the newest message into a mailbox that has room for it. */
function post(
  step: MessageStep,
  mailbox: Mailbox,
  message: Message,
  content: Content,
  responseMs: number,
  terms: TicketTerms & OfSession = {},
): void {
  const { from, to, topic } = message;
  const consumers = groupOf(mailbox, topic);
  const isRequest = responseMs > 0;
  for (const consumer of consumers) makeRoom(step, laneOf(consumer, message.priority));
  step.events.push({ type: "message:sent", from, to, message, isRequest });
  if (isRequest) {
    const request = openRequest(step, message, responseMs, consumers.length);
    setSession(request, terms);
    attachAsker(step, request, terms);
  }
  for (const consumer of consumers) enqueue(step, consumer, message, content);
  if (!consumers[0]!.isPush) updateIdle(step.state, mailbox);
}

function enqueue(
  step: MessageStep,
  consumer: Consumer,
  message: Omit<Message, keyof Content>,
  { payload, metadata }: Content,
): void {
  const { state } = step;
  const { priority, expiry } = message;
  const lane = laneOf(consumer, priority);
  const copy: Copy = {
    kind: "copy",
    channel: channelOf(state, consumer, lane, message.from),
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
    limitMs: 0,
    receiverId: 0,
    keepMs: 0,
    timer: undefined,
    expiry: undefined,
    previous: undefined,
    next: undefined,
    previousInChannel: undefined,
    nextInChannel: undefined,
  };
  if (metadata !== undefined) copy.metadata = metadata;
  if (expiry !== undefined) {
    copy.expiry = schedule(state.deadlines, expiry, { kind: "expiry", copy });
  }
  insertCopy(copy);
  deliverReady(step, consumer, lane);
}

/** Whether each of `consumers` has room, or an old message that may be evicted. */
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

/** Returns the oldest message that is not in delivery. */
function oldestWaiting(lane: Lane): Copy | undefined {
  let copy = lane.copies.first;
  while (copy?.isInFlight === true) copy = copy.next;
  return copy;
}

/** Keeps an id to find duplicates by, and forgets the oldest when there are too many. */
function remember(state: MessageState, id: string): void {
  if (state.config.dedupeWindow === 0) return;
  state.knownIds.add(id);
  enqueueLast(state.knownOrder, id);
  forgetIds(state);
}

function forgetIds({ knownIds, knownOrder, config }: MessageState): void {
  while (fifoSize(knownOrder) > config.dedupeWindow) knownIds.delete(dequeueFirst(knownOrder)!);
}

/**
 * Delivers the next message of an agent, or waits for it. While the agent has a handler, that gets all
 * messages, and receivers wait until it is detached.
 */
function receive(step: MessageStep, command: ReceiveMessage): Answer<"receive-message"> {
  const { state } = step;
  const { agentId, timeoutMs, waitMs = 0, keepMs } = command;
  if (command.ticket !== undefined) return resumeReceive(step, command);
  const known = state.mailboxes.get(agentId);
  const copy = known && nextToReceive(known);
  if (copy !== undefined) {
    noteName(state, agentId);
    return deliver(step, copy, timeoutMs);
  }
  if (waitMs === 0 && keepMs === undefined) {
    noteName(state, agentId);
    refuse(step, command, "empty"); // for the world; the caller finds the mailbox empty
    return undefined;
  }
  if (state.receivers.size >= state.config.maxReceivers) {
    return refuse(step, command, "too-many-receivers");
  }
  const mailbox = known ?? mailboxOf(step, agentId);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  noteName(state, agentId);
  const receiver = addReceiver(step, mailbox, timeoutMs, waitMs);
  setSession(receiver, command);
  if (keepMs !== undefined) attachReceiver(step, receiver, command);
  return { receiverId: receiver.id };
}

function cancelReceive(step: MessageStep, command: CancelReceive): Answer<"cancel-receive"> {
  const receiver = step.state.receivers.get(command.receiverId);
  if (receiver === undefined) return refuse(step, command, "not-waiting");
  endReceiver(step, receiver, "cancelled");
}

function endReceivers(step: MessageStep, mailbox: Mailbox | undefined): void {
  while (mailbox?.receivers.first !== undefined) {
    endReceiver(step, mailbox.receivers.first, "agent-gone");
  }
}

function markSeen({ state, events }: MessageStep, { agentId, reader, upTo }: MarkSeen): boolean {
  const readers = state.mailboxes.get(agentId)?.readers;
  const place = Math.min(upTo, state.lastMessage);
  if (readers === undefined || place <= (readers.get(reader) ?? 0)) return false;
  readers.delete(reader); // those that were used later come after it
  readers.set(reader, place);
  events.push({ type: "inbox:seen", agentId, reader, upTo: place });
  for (const longestUnused of readers.keys()) {
    if (readers.size <= state.config.maxReaders) break;
    readers.delete(longestUnused);
    events.push({ type: "inbox:forgotten", agentId, reader: longestUnused });
  }
  return true;
}

function ackMessage(step: MessageStep, command: AckMessage): Answer<"ack-message"> {
  const copy = deliveryOf(step, command);
  return copy instanceof Refusal ? copy : ack(step, copy);
}

function nackMessage(step: MessageStep, command: NackMessage): Answer<"nack-message"> {
  const copy = deliveryOf(step, command);
  if (copy instanceof Refusal) return copy;
  nack(step, copy, "failed", command.error, command.isFinal);
}

function returnMessage(step: MessageStep, command: ReturnMessage): Answer<"return-message"> {
  const copy = deliveryOf(step, command);
  if (copy instanceof Refusal) return copy;
  giveBack(step, copy);
}

function extendMessage(step: MessageStep, command: ExtendMessage): Answer<"extend-message"> {
  const copy = deliveryOf(step, command);
  return copy instanceof Refusal ? copy : extend(step, copy, command.timeoutMs);
}

/** Starts the limits of deliveries anew, oldest first. Costs O(deliveries). */
function resumeListening(step: MessageStep, command: ResumeListening): void {
  for (const copy of step.state.deliveries.values()) {
    if (copy.keepMs > 0 || copy.limitMs === 0) continue;
    if (startsAnew(command, copy.limitMs)) extend(step, copy, copy.limitMs);
  }
  keepAnew(step, command);
}

/** Returns the delivery that `command` names, or refuses the command when it has ended. */
function deliveryOf(
  step: MessageStep,
  command: AckMessage | NackMessage | ReturnMessage | ExtendMessage,
): Copy | Refusal {
  const copy = step.state.deliveries.get(command.epoch);
  if (copy?.channel.consumer.mailbox.agentId === command.agentId) return copy;
  return refuse(step, command, "stale-epoch");
}

function respond(step: MessageStep, { messageId, response, error }: Respond): boolean {
  const { state, events } = step;
  const request = state.requests.get(messageId);
  if (request === undefined) {
    state.lateResponses++;
    events.push({ type: "message:response-dropped", messageId });
    return false;
  }
  if (error === undefined) {
    respondTo(step, request, response);
    return true;
  }
  request.error = error;
  endRequest(step, request, "rejected");
  return true;
}

function cancelRequest(step: MessageStep, command: CancelRequest): Answer<"cancel-request"> {
  const request = step.state.requests.get(command.messageId);
  if (request === undefined) return refuse(step, command, "not-waiting");
  endRequest(step, request, command.reason ?? "cancelled");
}

/**
 * Attaches a handler. The first one of a group gets the messages that wait; each further one gets a
 * copy of those that are sent from then on. The group of a topic is made with its first handler.
 */
function attach(step: MessageStep, command: AttachHandler): Answer<"attach-handler"> {
  const { state, events } = step;
  const { agentId, handlerId, topic } = command;
  if (state.consumers.has(handlerId)) return refuse(step, command, "known-handler");
  if (topic !== undefined && !hasRoomForTopic(state, topic)) {
    return refuse(step, command, "too-many-topics");
  }
  const mailbox = mailboxOf(step, agentId);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  if (handlersOf(mailbox) >= state.config.maxHandlers) {
    return refuse(step, command, "too-many-handlers");
  }
  noteName(state, agentId);
  const consumer = freeConsumer(state, mailbox, topic);
  consumer.handlerId = handlerId;
  consumer.isPush = true;
  setSession(consumer, command);
  state.consumers.set(handlerId, consumer);
  state.lastHandler++;
  updateIdle(state, mailbox);
  events.push({
    ...{ type: "mailbox:subscribed", agentId, handlerId },
    ...(topic !== undefined && { topic }),
  });
  if (topic !== undefined) joinTopic(step, mailbox, topic);
  deliverReady(step, consumer, consumer.urgent);
  deliverReady(step, consumer, consumer.normal);
}

/** Returns a consumer without a handler, made unless the group waits for its first handler. */
function freeConsumer(state: MessageState, mailbox: Mailbox, topic: string | undefined): Consumer {
  const { consumers, topicConsumers } = mailbox;
  const group = topic === undefined ? consumers : topicConsumers.get(topic) ?? [];
  if (topic !== undefined) topicConsumers.set(topic, group);
  if (group[0]?.isPush === false) return group[0];
  return addConsumer(mailbox, group, topic, group.length === 0 ? 0 : state.lastMessage);
}

function handlersOf(mailbox: Mailbox): number {
  let count = 0;
  for (const { isPush } of consumersOf(mailbox)) if (isPush) count++;
  return count;
}

/**
 * Detaches a handler. Messages that wait for the last one of a group wait for the next; those that
 * wait for another one are handed over to the oldest of the group. The last handler of a topic
 * unsubscribes from it, unless its deliveries are taken back as its process ends.
 */
function detach(step: MessageStep, command: DetachHandler): Answer<"detach-handler"> {
  const { state, events } = step;
  const { agentId, handlerId, takesBack } = command;
  const consumer = state.consumers.get(handlerId);
  if (consumer?.mailbox.agentId !== agentId) return refuse(step, command, "unknown-handler");
  const { mailbox, group, topic } = consumer;
  const endsTopic = topic !== undefined && group.length === 1 &&
    !(takesBack && mailbox.topics.has(topic));
  state.consumers.delete(handlerId);
  consumer.isPush = false;
  events.push({
    ...{ type: "mailbox:unsubscribed", agentId, handlerId },
    ...(topic !== undefined && { topic }),
  });
  if (endsTopic) {
    leaveTopic(step, mailbox, topic);
    retire(step, consumer, takesBack);
  } else if (group.length > 1) {
    group.splice(group.indexOf(consumer), 1);
    retire(step, consumer, takesBack);
  } else {
    consumer.handlerId = "";
    if (takesBack) forEachCopy(consumer, (copy) => copy.isInFlight && returnDelivery(step, copy));
    serveReceivers(step, mailbox);
  }
  updateIdle(state, mailbox);
}

/** Hands the messages of a consumer over that leaves; the last one of a topic ends its group. */
function retire(step: MessageStep, consumer: Consumer, takesBack: boolean): void {
  const { mailbox, group, topic } = consumer;
  consumer.hasLeft = true;
  if (group[0] === consumer) mailbox.topicConsumers.delete(topic!);
  forEachCopy(consumer, (copy) => {
    if (takesBack || !copy.isInFlight) handOver(step, copy, undefined);
  });
  keepLeaving(consumer);
}

function open(step: MessageStep, command: OpenMailbox): Answer<"open-mailbox"> {
  const { agentId } = command;
  const mailbox = mailboxOf(step, agentId);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  if (mailbox.isOpen) return;
  mailbox.isOpen = true;
  noteName(step.state, agentId);
  updateIdle(step.state, mailbox);
  step.events.push({ type: "mailbox:opened", agentId });
}

function close(step: MessageStep, { agentId, reason }: CloseMailbox): void {
  const { state, events } = step;
  const mailbox = state.mailboxes.get(agentId);
  if (mailbox !== undefined) {
    mailbox.isClosed = true;
    removeMailbox(state, mailbox);
    events.push({ type: "mailbox:closed", agentId, reason });
  }
  endRequestsOf(step, agentId);
  if (mailbox === undefined) return;
  endReceivers(step, mailbox);
  for (const topic of mailbox.topics) deleteFrom(state.topics, topic, agentId);
  for (const consumer of [...consumersOf(mailbox), ...mailbox.leaving]) {
    consumer.isPush = false;
    state.consumers.delete(consumer.handlerId);
    forEachCopy(consumer, (copy) => deadLetter(step, copy, "recipient-gone", undefined));
  }
}

function subscribe(step: MessageStep, command: SubscribeTopic): Answer<"subscribe-topic"> {
  const { state } = step;
  const { agentId, topic } = command;
  if (state.topics.get(topic)?.has(agentId)) return;
  if (!hasRoomForTopic(state, topic)) return refuse(step, command, "too-many-topics");
  const mailbox = mailboxOf(step, agentId);
  if (mailbox === undefined) return refuse(step, command, "too-many-mailboxes");
  noteName(state, agentId);
  joinTopic(step, mailbox, topic);
}

function unsubscribe(step: MessageStep, { agentId, topic }: UnsubscribeTopic): void {
  const mailbox = step.state.mailboxes.get(agentId);
  if (mailbox === undefined) return;
  leaveTopic(step, mailbox, topic);
  const consumer = mailbox.topicConsumers.get(topic)?.[0];
  if (consumer === undefined || consumer.isPush) return;
  retire(step, consumer, true);
  updateIdle(step.state, mailbox);
}

function hasRoomForTopic({ topics, config }: MessageState, topic: string): boolean {
  return topics.has(topic) || topics.size < config.maxTopics;
}

function joinTopic({ state, events }: MessageStep, mailbox: Mailbox, topic: string): void {
  const { agentId, topics } = mailbox;
  if (topics.has(topic)) return;
  addTo(state.topics, topic, agentId);
  topics.add(topic);
  updateIdle(state, mailbox);
  events.push({ type: "topic:subscribed", topic, agentId });
}

function leaveTopic({ state, events }: MessageStep, mailbox: Mailbox, topic: string): void {
  const { agentId, topics } = mailbox;
  if (!topics.delete(topic)) return;
  deleteFrom(state.topics, topic, agentId);
  updateIdle(state, mailbox);
  events.push({ type: "topic:unsubscribed", topic, agentId });
}

/** Calls `visit` with all copies of a consumer, urgent ones first; it may remove the copy. */
function forEachCopy(consumer: Consumer, visit: (copy: Copy) => void): void {
  for (const { copies } of [consumer.urgent, consumer.normal]) {
    for (let copy = copies.first; copy !== undefined;) {
      const { next } = copy;
      visit(copy);
      copy = next;
    }
  }
}
