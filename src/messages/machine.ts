/**
 * Mailboxes: who has sent what to whom, who has it in hand, and who waits for a response.
 *
 * A message is delivered at least once and handled once: a delivery is a grant under an epoch, and
 * whoever reports on it names that epoch. A failed delivery is followed by another one after a pause,
 * until the message is a dead letter. What one sender sends to one recipient is handled in the order
 * in which it was sent, since a message that is out for delivery, or in such a pause, holds back the
 * later ones of its sender, and nobody else's.
 *
 * @module
 */

import { describer } from "../core/describe.ts";
import { MESSAGE_DESCRIPTIONS, type MessageEvent } from "./events.ts";
import { nextDeadline, takeDue } from "../core/data/deadlines.ts";
import type { Instant, Machine, Tick } from "../core/machine.ts";
import type {
  AckMessage,
  CancelRequest,
  ExtendMessage,
  MessageCommand,
  NackMessage,
  ReceiveMessage,
  ReturnMessage,
} from "./commands.ts";
import {
  ack,
  attach,
  broadcast,
  close,
  deadLetter,
  deliver,
  deliverReady,
  detach,
  endRequest,
  extend,
  handOver,
  nack,
  open,
  publish,
  ready,
  refuse,
  resend,
  respond,
  returnDelivery,
  send,
  subscribeTopic,
  unsubscribeTopic,
} from "./transitions.ts";
import {
  type Copy,
  DEFAULT_MESSAGE_CONFIG,
  type Due,
  emptyMessages,
  type MessageConfig,
  type MessageState,
  type MessageStep,
} from "./state.ts";

/** A machine of mailboxes that goes by `config`, and by the defaults where it is silent. */
export function messageMachine(
  config: Partial<MessageConfig> = {},
): Machine<MessageState, MessageCommand, MessageEvent> {
  return {
    name: "messages",
    init: () => emptyMessages({ ...DEFAULT_MESSAGE_CONFIG, ...config }),
    step,
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(MESSAGE_DESCRIPTIONS),
  };
}

function step(
  state: MessageState,
  command: MessageCommand | Tick,
  now: Instant,
  until: Instant = now,
): MessageEvent[] {
  const step: MessageStep = { state, now, events: [] };
  if (nextDeadline(state.deadlines) <= until) fireDue(step, until);
  apply(step, command);
  return step.events;
}

function fireDue(step: MessageStep, until: Instant): void {
  const { deadlines } = step.state;
  for (let due = takeDue(deadlines, until); due !== undefined; due = takeDue(deadlines, until)) {
    fire(step, due.subject);
  }
}

function fire(step: MessageStep, due: Due): void {
  switch (due.kind) {
    case "copy":
      if (due.isInFlight) nack(step, due, "timed-out", { ...TOO_LONG }, false);
      else ready(step, due);
      return;
    case "expiry":
      // One that is out for delivery may still be handled; if not, it is not delivered again.
      if (!due.copy.isInFlight) deadLetter(step, due.copy, "expired", undefined);
      return;
    case "request":
      return endRequest(step, due, "timed-out");
  }
}

const TOO_LONG = { name: "TimeoutError", message: "the handler took too long" };

function apply(step: MessageStep, command: MessageCommand): void {
  switch (command.type) {
    case "send-message":
      return send(step, command);
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
    case "broadcast-message":
      return broadcast(step, command);
    case "publish-message":
      return publish(step, command);
    case "respond":
      return respond(step, command.messageId, command.response);
    case "cancel-request":
      return cancelRequest(step, command);
    case "attach-handler":
      return attach(step, command);
    case "detach-handler":
      return detach(step, command);
    case "subscribe-topic":
      return subscribeTopic(step, command);
    case "unsubscribe-topic":
      return unsubscribeTopic(step, command);
    case "resend-message":
      return resend(step, command);
    case "open-mailbox":
      return open(step, command);
    case "close-mailbox":
      return close(step, command);
    case "tick":
      return;
  }
}

function ackMessage(step: MessageStep, command: AckMessage): void {
  const copy = deliveryOf(step, command);
  if (copy !== undefined) ack(step, copy);
}

function nackMessage(step: MessageStep, command: NackMessage): void {
  const copy = deliveryOf(step, command);
  if (copy !== undefined) nack(step, copy, "failed", command.error, command.isFinal);
}

function returnMessage(step: MessageStep, command: ReturnMessage): void {
  const copy = deliveryOf(step, command);
  if (copy === undefined) return;
  const { consumer, lane } = copy.channel;
  if (consumer.hasLeft) return handOver(step, copy, undefined);
  returnDelivery(step, copy);
  deliverReady(step, consumer, lane);
}

function extendMessage(step: MessageStep, command: ExtendMessage): void {
  const copy = deliveryOf(step, command);
  if (copy !== undefined) extend(step, copy, command.timeoutMs);
}

/** The delivery that `command` means; when it is over the command is refused. */
function deliveryOf(
  step: MessageStep,
  command: AckMessage | NackMessage | ReturnMessage | ExtendMessage,
): Copy | undefined {
  const copy = step.state.deliveries.get(command.epoch);
  if (copy !== undefined && copy.channel.consumer.mailbox.agentId === command.agentId) return copy;
  step.state.staleReports++;
  refuse(step, command, "stale-epoch");
  return undefined;
}

function receive(step: MessageStep, command: ReceiveMessage): void {
  const consumer = step.state.mailboxes.get(command.agentId)?.consumers[0];
  const channel = consumer?.urgent.ready[0] ?? consumer?.normal.ready[0];
  if (channel === undefined) return refuse(step, command, "empty");
  deliver(step, channel.first!, command.timeoutMs);
}

function cancelRequest(step: MessageStep, command: CancelRequest): void {
  const request = step.state.requests.get(command.messageId);
  if (request === undefined) return refuse(step, command, "not-waiting");
  endRequest(step, request, command.reason ?? "cancelled");
}

export { readConfig as readMessageConfig } from "./config.ts";
export type { MessageCommand } from "./commands.ts";
export type { MessageConfig, MessageState } from "./state.ts";
