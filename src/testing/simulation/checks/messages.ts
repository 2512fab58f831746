/**
 * The invariants of mailboxes, and of messages by their events.
 *
 * @module
 */

import { countTimers } from "../../../core/data/deadlines.ts";
import { precedes } from "../../../core/data/heap.ts";
import type { Mailbox, MailboxConsumer, MailboxLane, MessageState } from "../../../messages/mod.ts";
import { consumersOf } from "../../../messages/tables.ts";
import { nextToReceive } from "../../../messages/transitions.ts";
import { fail } from "../failure.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import {
  dequeueFirst,
  emptyFifo,
  enqueueLast,
  type Fifo,
  fifoSize,
} from "../../../core/data/fifo.ts";

/** Checks a mailbox, and returns the number of its timers. Costs O(its messages). */
export function checkMailbox(state: MessageState, mailbox: Mailbox): number {
  let timers = 0;
  if (mailbox.consumers.length === 0) fail("NoLostMessage", `"${mailbox.agentId}" has no consumer`);
  for (const consumer of consumersOf(mailbox)) {
    if (consumer.hasLeft) fail("NoGhostHandler", `"${consumer.handlerId}" has left`);
    if (consumer.isPush && state.consumers.get(consumer.handlerId) !== consumer) {
      fail("NoGhostHandler", `"${consumer.handlerId}" is not known`);
    }
    timers += checkLane(state, consumer, consumer.urgent) +
      checkLane(state, consumer, consumer.normal);
  }
  return timers + checkReceivers(state, mailbox);
}

/** Checks the receivers of a mailbox, and returns the number of their timers. */
function checkReceivers(state: MessageState, mailbox: Mailbox): number {
  const { agentId, readers } = mailbox;
  let timers = 0;
  for (let each = mailbox.receivers.first; each !== undefined; each = each.next) {
    if (state.receivers.get(each.id) !== each) fail("WaitingIsKnown", `receiver ${each.id}`);
    if (each.timer?.isSet) timers++;
    else fail("EveryReceiveEnds", `receiver ${each.id} of "${agentId}" waits without an end`);
  }
  if (timers > 0 && mailbox.isIdle) fail("NoLostReceiver", `"${agentId}" may be evicted`);
  if (readers.size > state.config.maxReaders) fail("ReadersBounded", agentId);
  return timers;
}

/** Checks a lane, and returns the number of its timers. */
function checkLane(state: MessageState, consumer: MailboxConsumer, lane: MailboxLane): number {
  const { agentId } = consumer.mailbox;
  let timers = 0;
  let size = 0;
  let inFlight = 0;
  for (let copy = lane.copies.first; copy !== undefined; copy = copy.next) {
    size++;
    if (copy.isInFlight) {
      inFlight++;
      if (state.deliveries.get(copy.epoch) !== copy) {
        fail("DeliveredIsKnown", `"${copy.id}"`);
      }
    }
    if (copy.timer?.isSet) timers++;
    if (copy.expiry?.isSet) timers++;
    const next = copy.nextInChannel;
    if (next !== undefined && next.sequence <= copy.sequence) {
      fail(
        "FifoPerPair",
        `"${next.id}" stands behind "${copy.id}" for "${agentId}"`,
      );
    }
  }
  if (size !== lane.size || inFlight !== lane.inFlight) {
    fail("MessageConservation", `the lane of "${agentId}" has ${size}, not ${lane.size}`);
  }
  for (const channel of lane.channels.values()) {
    const isReady = channel.busy === undefined && channel.first !== undefined;
    if (isReady !== (channel.position >= 0)) {
      fail("NoLostMessage", `messages of "${channel.from}" to "${agentId}" are never delivered`);
    }
    if (isReady && lane.ready[channel.position] !== channel) fail("NoLostMessage", agentId);
    if (isReady && precedes(channel, lane.ready[0]!)) fail("OldestFirst", agentId);
  }
  if (consumer.isPush && inFlight < state.config.maxInFlight && lane.ready.length > 0) {
    fail("NoLostWakeup", `"${consumer.handlerId}" could take a message and gets none`);
  }
  if (size > state.config.mailboxCapacity + state.config.maxHandlers) {
    fail("MailboxBounded", `"${agentId}" has ${size} messages in a lane`);
  }
  return timers;
}

/** Checks all mailboxes. Costs O(state). */
export function checkMessages(state: MessageState): void {
  let timers = 0;
  for (const mailbox of state.mailboxes.values()) timers += checkMailbox(state, mailbox);
  if (state.receivers.size > state.config.maxReceivers) {
    fail("ReceiversBounded", `${state.receivers.size}`);
  }
  for (const [epoch, copy] of state.deliveries) {
    if (copy.epoch !== epoch || !copy.isInFlight) fail("DeliveredIsKnown", `"${copy.id}"`);
    if (copy.epoch > state.epoch) fail("EpochMonotonic", `a delivery under ${copy.epoch}`);
    if (copy.channel.consumer.hasLeft) {
      timers += Number(copy.timer?.isSet) + Number(copy.expiry?.isSet);
    }
  }
  for (const request of state.requests.values()) {
    if (!state.waitingOn.get(request.from)?.has(request)) fail("RequestEdgesMatch", request.id);
    if (!state.askedOf.get(request.to)?.has(request)) fail("RequestEdgesMatch", request.id);
    if (request.copies <= 0) fail("NoLostRequest", `nothing can answer "${request.id}"`);
    if (request.timer?.isSet) timers++;
  }
  timers += state.answers.size;
  if (state.answers.size > state.config.maxRequests) {
    fail("AnswersBounded", `${state.answers.size}`);
  }
  for (const [receiverId, copy] of state.kept) {
    const isKnown = copy.receiverId === receiverId && state.deliveries.get(copy.epoch) === copy;
    if (!isKnown || state.receivers.has(receiverId)) fail("DeliveredIsKnown", `"${copy.id}"`);
    if (copy.keepMs > 0 && copy.timer?.isSet !== true) {
      fail("KeptIsBounded", `"${copy.id}" is kept for ever`);
    }
  }
  if (state.deadLetters.size > state.config.maxDeadLetters) {
    fail("DeadLettersBounded", `${state.deadLetters.size}`);
  }
  if (countTimers(state.deadlines) < timers || state.knownIds.size > state.config.dedupeWindow) {
    fail("TimersMatchState", `${timers} limits, ${countTimers(state.deadlines)} timers`);
  }
}

/** Checks mailboxes when everything has come to rest. */
export function checkMessagesAtRest(state: MessageState): void {
  for (const mailbox of state.mailboxes.values()) {
    const { agentId } = mailbox;
    for (const { urgent, normal } of consumersOf(mailbox)) {
      if (urgent.size + normal.size === 0) continue;
      const [first] = [urgent.copies.first, normal.copies.first].filter((copy) => copy);
      fail(
        "MailboxesEmpty",
        `"${first!.id}" for "${agentId}" is neither handled nor dead`,
      );
    }
  }
  for (const { id } of state.requests.values()) fail("EveryRequestEnds", `"${id}" still waits`);
  for (const { id } of state.receivers.values()) fail("EveryReceiveEnds", `${id} still waits`);
  for (const { id } of state.deliveries.values()) {
    fail("MailboxesEmpty", `"${id}" is out`);
  }
}

/** Follows the events of messages, beside the rules of every history. */
export class MessageShadow {
  /** The ids chosen by senders, as far back as duplicates are dropped. */
  readonly #known = new Set<string>();
  readonly #order: Fifo<string> = emptyFifo();

  /** The receivers that wait, and the agents of those. */
  readonly #receivers = new Map<number, string>();

  /** Goes on from `state`, without the events that led to it. */
  resume({ knownIds, receivers }: MessageState): void {
    for (const id of knownIds) {
      this.#known.add(id);
      enqueueLast(this.#order, id);
    }
    for (const { id, mailbox } of receivers.values()) this.#receivers.set(id, mailbox.agentId);
  }

  /** Adds the next event of a step that led to `state`. */
  take(event: LockstepEvent, state: MessageState): void {
    this.#checkWaiting(event, state);
    const { config } = state;
    switch (event.type) {
      case "message:sent":
        return this.#send(event.message.id, config.dedupeWindow);
      case "message:received": {
        const { receiverId, message: { id, attempt } } = event;
        if (receiverId !== undefined) this.#endReceiver(receiverId, state);
        if (attempt <= config.maxDeliveries) return;
        return fail("DeliveriesBounded", `"${id}" is delivered for the ${attempt}th time`);
      }
      case "receiver:queued":
        this.#receivers.set(event.receiverId, event.agentId);
        return;
      case "receiver:ended":
        return this.#endReceiver(event.receiverId, state);
      case "mailbox:closed":
        for (const [id, agentId] of this.#receivers) {
          if (agentId !== event.agentId || !state.receivers.has(id)) continue;
          fail("EveryReceiveEnds", `receiver ${id} waits for "${agentId}", which is gone`);
        }
    }
  }

  #endReceiver(id: number, state: MessageState): void {
    if (!this.#receivers.delete(id)) fail("ServedOnce", `receiver ${id} did not wait`);
    if (state.receivers.has(id)) fail("ServedOnce", `receiver ${id} has ended and still waits`);
  }

  /** Checks that no receiver of the agent of an event waits while it could be served. */
  #checkWaiting(event: LockstepEvent, state: MessageState): void {
    if (state.receivers.size === 0) return;
    const { to, agentId } = event as { readonly to?: string; readonly agentId?: string };
    const mailbox = state.mailboxes.get(to ?? agentId ?? "");
    if (mailbox?.receivers.first === undefined || nextToReceive(mailbox) === undefined) return;
    fail("NoLostReceiver", `a message for "${mailbox.agentId}" waits, and so does a receiver`);
  }

  #send(id: string, window: number): void {
    if (window === 0 || id.startsWith("message-")) return;
    if (this.#known.has(id)) fail("DuplicatesDropped", `"${id}" was sent again`);
    this.#known.add(id);
    enqueueLast(this.#order, id);
    if (fifoSize(this.#order) > window) this.#known.delete(dequeueFirst(this.#order)!);
  }
}
