/**
 * What holds of mailboxes after each step.
 *
 * @module
 */

import { countTimers } from "../../core/data/deadlines.ts";
import { precedes } from "../../core/data/heap.ts";
import type { Mailbox, MailboxConsumer, MailboxLane, MessageState } from "../../messages/mod.ts";
import { accuse } from "./failure.ts";

/** What holds of one mailbox. Costs O(its messages). */
export function checkMailbox(state: MessageState, mailbox: Mailbox): number {
  let timers = 0;
  if (mailbox.consumers.length === 0) accuse("NoLostMessage", `nobody reads "${mailbox.agentId}"`);
  for (const consumer of mailbox.consumers) {
    if (consumer.isPush && state.consumers.get(consumer.handlerId) !== consumer) {
      accuse("NoGhostHandler", `"${consumer.handlerId}" is not known`);
    }
    timers += checkLane(state, consumer, consumer.urgent) +
      checkLane(state, consumer, consumer.normal);
  }
  return timers;
}

/** Counts the timers of a lane and checks it. */
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
        accuse("DeliveredIsKnown", `"${copy.envelope.id}"`);
      }
    }
    if (copy.timer?.isSet) timers++;
    if (copy.expiry?.isSet) timers++;
    const next = copy.nextInChannel;
    if (next !== undefined && next.envelope.sequence <= copy.envelope.sequence) {
      accuse(
        "FifoPerPair",
        `"${next.envelope.id}" stands behind "${copy.envelope.id}" for "${agentId}"`,
      );
    }
  }
  if (size !== lane.size || inFlight !== lane.inFlight) {
    accuse("MessageConservation", `the lane of "${agentId}" has ${size}, not ${lane.size}`);
  }
  for (const channel of lane.channels.values()) {
    const isReady = channel.busy === undefined && channel.first !== undefined;
    if (isReady !== (channel.position >= 0)) {
      accuse("NoLostMessage", `what "${channel.from}" sent to "${agentId}" is never delivered`);
    }
    if (isReady && lane.ready[channel.position] !== channel) accuse("NoLostMessage", agentId);
    if (isReady && precedes(channel, lane.ready[0]!)) accuse("OldestFirst", agentId);
  }
  if (consumer.isPush && inFlight < state.config.maxInFlight && lane.ready.length > 0) {
    accuse("NoLostWakeup", `"${consumer.handlerId}" has room and is handed nothing`);
  }
  if (size > state.config.mailboxCapacity + state.config.maxHandlers) {
    accuse("MailboxBounded", `"${agentId}" has ${size} messages in a lane`);
  }
  return timers;
}

/** What holds of all mailboxes. Costs O(state). */
export function checkMessages(state: MessageState): void {
  let timers = 0;
  for (const mailbox of state.mailboxes.values()) timers += checkMailbox(state, mailbox);
  for (const [epoch, copy] of state.deliveries) {
    if (copy.epoch !== epoch || !copy.isInFlight) {
      accuse("DeliveredIsKnown", `"${copy.envelope.id}"`);
    }
    if (copy.epoch > state.epoch) accuse("EpochMonotonic", `a delivery under ${copy.epoch}`);
    if (copy.channel.consumer.hasLeft) {
      timers += Number(copy.timer?.isSet) + Number(copy.expiry?.isSet);
    }
  }
  for (const request of state.requests.values()) {
    if (!state.waitingOn.get(request.from)?.has(request)) accuse("EdgesOfRequests", request.id);
    if (!state.askedOf.get(request.to)?.has(request)) accuse("EdgesOfRequests", request.id);
    if (request.copies <= 0) accuse("NoLostRequest", `nothing can answer "${request.id}"`);
    if (request.timer?.isSet) timers++;
  }
  if (state.deadLetters.size > state.config.maxDeadLetters) {
    accuse("DeadLettersBounded", `${state.deadLetters.size}`);
  }
  if (countTimers(state.deadlines) < timers || state.knownIds.size > state.config.dedupeWindow) {
    accuse("TimersGuardWhatIs", `${timers} limits, ${countTimers(state.deadlines)} timers`);
  }
}

/** What holds of mailboxes when everything has come to rest. */
export function checkMessagesAtRest(state: MessageState): void {
  for (const { agentId, consumers } of state.mailboxes.values()) {
    for (const { urgent, normal } of consumers) {
      if (urgent.size + normal.size === 0) continue;
      const [first] = [urgent.copies.first, normal.copies.first].filter((copy) => copy);
      accuse(
        "MailboxesEmpty",
        `"${first!.envelope.id}" for "${agentId}" is neither handled nor dead`,
      );
    }
  }
  for (const { id } of state.requests.values()) accuse("EveryRequestEnds", `"${id}" still waits`);
  for (const { envelope: { id } } of state.deliveries.values()) {
    accuse("MailboxesEmpty", `"${id}" is out`);
  }
}
