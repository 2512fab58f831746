/**
 * The transitions of one copy of a message, of dead letters and of requests.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { append, unlink } from "../core/data/list.ts";
import { nextInt } from "../core/data/prng.ts";
import type { PlainStep } from "../core/dispatcher.ts";
import type { ErrorData } from "../core/error_data.ts";
import { Refusal, type Tick } from "../core/machine.ts";
import type { MessageCommand } from "./commands.ts";
import type {
  DeadLetterCause,
  MessageCopyEvent,
  MessageNacked,
  MessageRefusal,
  MessageRefused,
  MessageResponded,
  MessageUnanswered,
  ReceiverEnded,
  UnansweredReason,
} from "./events.ts";
import type {
  Consumer,
  Copy,
  DeadLetter,
  Lane,
  Mailbox,
  MessageState,
  MessageStep,
  OpenRequest,
  Receiver,
} from "./state.ts";
import {
  channelOf,
  endDelivery,
  insertCopy,
  isExpired,
  laneOf,
  messageOf,
  removeCopy,
  unblockChannel,
  updateIdle,
  updateReady,
} from "./tables.ts";
import { keepAnswer } from "./answers.ts";
import type { Message } from "./types.ts";

/** Delivers messages to a handler until it has as many as it may have, or to receivers that wait. */
export function deliverReady(step: MessageStep, consumer: Consumer, lane: Lane): void {
  const { maxInFlight } = step.state.config;
  while (consumer.isPush && lane.inFlight < maxInFlight && lane.ready.length > 0) {
    deliver(step, lane.ready[0]!.first!, 0);
  }
  if (!consumer.isPush) serveReceivers(step, consumer.mailbox);
}

/** Delivers messages that no handler gets to the receivers that wait, the longest waiting first. */
export function serveReceivers(step: MessageStep, mailbox: Mailbox): void {
  const { receivers } = mailbox;
  while (receivers.first !== undefined) {
    const copy = nextToReceive(mailbox);
    if (copy === undefined) return;
    const receiver = receivers.first;
    removeReceiver(step.state, receiver);
    deliver(step, copy, receiver.timeoutMs, receiver);
  }
}

/** Returns the message that `receive` delivers next; `undefined` while a handler gets them all. */
export function nextToReceive({ consumers }: Mailbox): Copy | undefined {
  const { isPush, urgent, normal } = consumers[0]!;
  return isPush ? undefined : (urgent.ready[0] ?? normal.ready[0])?.first;
}

/** Adds a receiver that waits for a message of `mailbox`. */
export function addReceiver(
  step: MessageStep,
  mailbox: Mailbox,
  timeoutMs: number,
  waitMs: number,
): Receiver {
  const { state, now, events } = step;
  const id = ++state.lastReceiver;
  const receiver: Receiver = {
    kind: "receiver",
    id,
    mailbox,
    timeoutMs,
    keepMs: 0,
    isLeft: false,
    timer: undefined,
    previous: undefined,
    next: undefined,
  };
  const until = now + waitMs;
  receiver.timer = schedule(state.deadlines, until, receiver);
  state.receivers.set(id, receiver);
  append(mailbox.receivers, receiver);
  updateIdle(state, mailbox);
  events.push({ type: "receiver:queued", agentId: mailbox.agentId, receiverId: id, until });
  return receiver;
}

/** Ends the wait of a receiver without a message. */
export function endReceiver(
  { state, events }: MessageStep,
  receiver: Receiver,
  reason: ReceiverEnded["reason"],
): void {
  const { id: receiverId, mailbox } = receiver;
  removeReceiver(state, receiver);
  if (!mailbox.isClosed) updateIdle(state, mailbox);
  events.push({ type: "receiver:ended", agentId: mailbox.agentId, receiverId, reason });
}

function removeReceiver(state: MessageState, receiver: Receiver): void {
  unschedule(state.deadlines, receiver.timer);
  state.receivers.delete(receiver.id);
  unlink(receiver.mailbox.receivers, receiver);
}

/** Delivers the first copy of a ready channel under a new epoch; `receiver` waited for it. */
export function deliver(
  step: MessageStep,
  copy: Copy,
  timeoutMs: number,
  receiver?: Receiver,
): Message {
  const { state, now } = step;
  const { channel } = copy;
  copy.attempt++;
  copy.epoch = ++state.epoch;
  copy.isInFlight = true;
  copy.handlerId = channel.consumer.handlerId;
  copy.deliveredAt = now;
  copy.limitMs = timeoutMs;
  if (receiver?.isLeft) {
    copy.keepMs = receiver.keepMs;
    copy.timer = schedule(state.deadlines, receiver.timer!.rank, copy);
  } else if (timeoutMs > 0) copy.timer = schedule(state.deadlines, now + timeoutMs, copy);
  if (receiver !== undefined && receiver.keepMs > 0) {
    copy.receiverId = receiver.id;
    state.kept.set(receiver.id, copy);
  }
  state.deliveries.set(copy.epoch, copy);
  channel.busy = copy;
  channel.lane.inFlight++;
  updateReady(channel);
  const message = messageOf(copy);
  const { from, to } = message;
  const { handlerId } = copy;
  step.events.push(
    receiver === undefined
      ? { type: "message:received", from, to, message, handlerId }
      : { type: "message:received", from, to, message, handlerId, receiverId: receiver.id },
  );
  return message;
}

/** Ends a delivery whose message was handled. */
export function ack(step: MessageStep, copy: Copy): void {
  const { consumer, lane, from } = copy.channel;
  removeHandled(step.state, copy);
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

function removeHandled(state: MessageState, copy: Copy): void {
  noteError(state, copy, undefined);
  removeCopy(state, copy);
}

/** Acks a delivery, if {@linkcode isPlainlyAcked}. */
export const PLAIN_ACK: PlainStep<MessageState, "message:acked", [Copy], Copy> = {
  type: "ack-message",
  event: "message:acked",
  keepsTime: false,
  apply(state, _now, copy) {
    removeHandled(state, copy);
    return copy;
  },
};

/** Whether the ack of a delivery leads to no other one, and ends no time limit. */
export function isPlainlyAcked({ channel: { lane }, timer, expiry }: Copy): boolean {
  return lane.size === 1 && timer === undefined && expiry === undefined;
}

/** Ends a delivery that failed: the message is delivered again after a pause, if it may be. */
export function nack(
  step: MessageStep,
  copy: Copy,
  reason: MessageNacked["reason"],
  error: ErrorData,
  isFinal: boolean,
): void {
  const { state, now } = step;
  const { attempt, channel: { consumer, lane } } = copy;
  noteError(state, copy, error);
  if (consumer.hasLeft) return handOver(step, copy, error);
  const cause = finalCause(step, copy, isFinal);
  if (cause !== undefined) return deadLetter(step, copy, cause, error);
  const retryAt = now + pauseAfter(step, attempt, error);
  endDelivery(state, copy);
  copy.timer = schedule(state.deadlines, retryAt, copy);
  step.events.push({ type: "message:nacked", ...idsOf(copy), reason, error, attempt, retryAt });
  deliverReady(step, consumer, lane);
}

/** Keeps how a delivery of a request ended, for the agent that asked. */
function noteError(
  { requests }: MessageState,
  { id }: Copy,
  error: ErrorData | undefined,
): void {
  const request = requests.size === 0 ? undefined : requests.get(id);
  if (request !== undefined) request.error = error;
}

function finalCause(
  { state, now }: MessageStep,
  copy: Copy,
  isFinal: boolean,
): DeadLetterCause | undefined {
  if (isFinal) return "rejected";
  if (copy.attempt >= state.config.maxDeliveries) return "max-deliveries";
  return isExpired(copy, now) ? "expired" : undefined;
}

/** Draws up to `retryDelay` at first, twice as much each time; at least the pause of the error. */
function pauseAfter({ state }: MessageStep, attempt: number, { retryAfterMs }: ErrorData): number {
  const { config, prng } = state;
  const longest = Math.min(config.maxRetryDelayMs, config.retryDelay * 2 ** (attempt - 1));
  return Math.max(nextInt(prng, longest + 1), retryAfterMs ?? 0);
}

/** Ends the pause after a failed delivery. */
export function endPause(step: MessageStep, copy: Copy): void {
  const { channel } = copy;
  copy.timer = undefined;
  unblockChannel(channel);
  step.events.push({ type: "message:readied", ...idsOf(copy) });
  deliverReady(step, channel.consumer, channel.lane);
}

/** Limits a delivery to `timeoutMs` from this moment; 0 lifts the limit. */
export function extend(step: MessageStep, copy: Copy, timeoutMs: number): void {
  const { deadlines } = step.state;
  copy.limitMs = timeoutMs;
  copy.keepMs = 0;
  unschedule(deadlines, copy.timer);
  const until = timeoutMs === 0 ? Infinity : step.now + timeoutMs;
  copy.timer = timeoutMs === 0 ? undefined : schedule(deadlines, until, copy);
  step.events.push({ type: "message:extended", ...idsOf(copy), until });
}

/** Returns a delivery at no cost to the message; the caller delivers the next one. */
export function returnDelivery(step: MessageStep, copy: Copy): void {
  if (isExpired(copy, step.now)) return deadLetter(step, copy, "expired", undefined);
  endDelivery(step.state, copy);
  copy.attempt--;
  unblockChannel(copy.channel);
  step.events.push({ type: "message:returned", ...idsOf(copy) });
}

/**
 * Moves a copy whose consumer has left to the oldest consumer of its group, or drops it when that one
 * has, or had, a copy of its own. When the whole group has left, with its topic, moves the copy to the
 * consumer of messages without one, if there is room.
 */
export function handOver(
  step: MessageStep,
  copy: Copy,
  error: ErrorData | undefined,
): void {
  const { consumer, from } = copy.channel;
  const { mailbox } = consumer;
  if (mailbox.isClosed) return deadLetter(step, copy, "recipient-gone", error);
  if (isExpired(copy, step.now)) return deadLetter(step, copy, "expired", error);
  const oldest = consumer.group[0]!;
  const successor = oldest.hasLeft ? mailbox.consumers[0]! : oldest;
  const { isInFlight, expiry } = copy;
  if (consumer !== oldest && copy.sequence > oldest.since) {
    removeCopy(step.state, copy);
    step.events.push({ type: "message:dropped", ...idsOf(copy) });
    return loseCopy(step, copy.id);
  }
  const lane = laneOf(successor, copy.priority);
  if (oldest.hasLeft && lane.size >= step.state.config.mailboxCapacity) {
    return deadLetter(step, copy, "evicted", error);
  }
  copy.expiry = undefined; // goes on while the copy moves
  removeCopy(step.state, copy);
  copy.expiry = expiry;
  if (isInFlight) copy.attempt--;
  copy.channel = channelOf(step.state, successor, lane, from);
  insertCopy(copy);
  updateIdle(step.state, mailbox);
  step.events.push({ type: "message:returned", ...idsOf(copy) });
  deliverReady(step, successor, lane);
}

/** Moves a copy to the dead letters, and delivers the messages that it blocked. */
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

/** Adds a dead letter, which those of other handlers join. */
function addDeadLetter(
  step: MessageStep,
  copy: Copy,
  cause: DeadLetterCause,
  error: ErrorData | undefined,
): void {
  const { state, now, events } = step;
  const { id, sequence, payload, metadata, channel: { from, consumer: { handlerId } } } = copy;
  const message = messageOf(copy);
  const known = state.deadLetters.get(id);
  const joined = known?.sequence === sequence ? known : undefined;
  if (joined !== undefined) removeDeadLetter(state, joined);
  else if (known !== undefined) forgetDeadLetter(step, known);
  const { payload: _, metadata: __, ...rest } = message; // the state holds them as opaque values only
  const letter: DeadLetter = {
    message: rest,
    payload,
    ...(metadata !== undefined && { metadata }),
    sequence,
    cause,
    error,
    at: now,
    handlerIds: [...joined?.handlerIds ?? [], handlerId],
    previous: undefined,
    next: undefined,
  };
  state.deadLetters.set(id, letter);
  append(state.deadOrder, letter);
  const { to, epoch } = message;
  const ids = { from, to, messageId: id, handlerId, epoch };
  events.push({ type: "message:dead-lettered", ...ids, message, cause, error });
  while (state.deadLetters.size > state.config.maxDeadLetters) {
    forgetDeadLetter(step, state.deadOrder.first!);
  }
}

function forgetDeadLetter({ state, events }: MessageStep, letter: DeadLetter): void {
  removeDeadLetter(state, letter);
  const { id: messageId, from, to } = letter.message;
  events.push({ type: "message:forgotten", from, to, messageId });
}

/** Removes a dead letter from the tables. */
export function removeDeadLetter(state: MessageState, letter: DeadLetter): void {
  state.deadLetters.delete(letter.message.id);
  unlink(state.deadOrder, letter);
}

/** Opens a request: `from` waits for a response to a message of which there are `copies`. */
export function openRequest(
  { state, now }: MessageStep,
  { id, from, to }: Message,
  responseMs: number,
  copies: number,
): OpenRequest {
  const request: OpenRequest = {
    kind: "request",
    id,
    from,
    to,
    since: now,
    copies,
    timer: undefined,
    error: undefined,
    asker: undefined,
  };
  request.timer = schedule(state.deadlines, now + responseMs, request);
  state.requests.set(id, request);
  addTo(state.waitingOn, from, request);
  addTo(state.askedOf, to, request);
  return request;
}

/** Ends a request with its response. */
export function respondTo(step: MessageStep, request: OpenRequest, response: unknown): void {
  const { id: messageId, from: to, to: from, since } = request;
  closeRequest(step.state, request);
  const waitedMs = step.now - since;
  const type = "message:responded";
  const responded: MessageResponded = { type, from, to, messageId, response, waitedMs };
  step.events.push(responded);
  keepAnswer(step, request, responded);
}

/** Ends a request without a response. */
export function endRequest(
  step: MessageStep,
  request: OpenRequest,
  reason: UnansweredReason,
): void {
  const { id: messageId, from, to, since } = request;
  closeRequest(step.state, request);
  const waitedMs = step.now - since;
  const isDueToError = reason === "undeliverable" || reason === "timed-out" ||
    reason === "rejected";
  const error = isDueToError ? request.error : undefined;
  const type = "message:unanswered";
  const unanswered: MessageUnanswered = { type, from, to, messageId, reason, error, waitedMs };
  step.events.push(unanswered);
  keepAnswer(step, request, unanswered);
}

/** Ends all requests by an agent and to it. */
export function endRequestsOf(step: MessageStep, agentId: string): void {
  const { waitingOn, askedOf } = step.state;
  for (const request of waitingOn.get(agentId) ?? []) endRequest(step, request, "agent-gone");
  for (const request of askedOf.get(agentId) ?? []) endRequest(step, request, "agent-gone");
}

/** Ends the request that a lost copy belonged to, if no other copy may lead to a response. */
function loseCopy(step: MessageStep, messageId: string): void {
  const request = step.state.requests.get(messageId);
  if (request !== undefined && --request.copies === 0) endRequest(step, request, "undeliverable");
}

function closeRequest(state: MessageState, request: OpenRequest): void {
  unschedule(state.deadlines, request.timer);
  unschedule(state.deadlines, request.asker?.timer);
  state.requests.delete(request.id);
  deleteFrom(state.waitingOn, request.from, request);
  deleteFrom(state.askedOf, request.to, request);
}

/** Adds `member` to the set of `key`, made when there is none. */
export function addTo<Member>(sets: Map<string, Set<Member>>, key: string, member: Member): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([member]));
  else known.add(member);
}

/** Deletes `member` from the set of `key`, and the set when it is empty. */
export function deleteFrom<Member>(
  sets: Map<string, Set<Member>>,
  key: string,
  member: Member,
): void {
  const known = sets.get(key);
  if (known === undefined || !known.has(member)) return;
  if (known.size === 1) sets.delete(key); // a set that is emptied first would shrink for nothing
  else known.delete(member);
}

/** Refuses `command`; `to` is the agent that it would have concerned. */
export function refuse(
  { events }: MessageStep,
  command: Exclude<MessageCommand, Tick>,
  reason: MessageRefusal,
  to: string = recipientOf(command),
): Refusal {
  const from = "from" in command ? command.from : "";
  const messageId = "messageId" in command ? command.messageId : "";
  const { type } = command;
  const event: MessageRefused = {
    type: "message:refused",
    from,
    to,
    messageId,
    command: type,
    reason,
  };
  events.push(event);
  return new Refusal(event);
}

function recipientOf(command: Exclude<MessageCommand, Tick>): string {
  if ("to" in command) return command.to;
  return "agentId" in command ? command.agentId : "";
}

function idsOf({ channel, id, handlerId, epoch }: Copy): MessageCopyEvent {
  const { from, consumer } = channel;
  return { from, to: consumer.mailbox.agentId, messageId: id, handlerId, epoch };
}
