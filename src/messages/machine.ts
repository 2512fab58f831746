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
  deliver,
  detach,
  endRequest,
  extend,
  giveUp,
  nack,
  open,
  passOn,
  publish,
  ready,
  refuse,
  resend,
  respond,
  send,
  serve,
  subscribeTopic,
  takeBack,
  unsubscribeTopic,
} from "./transitions.ts";
import {
  type Copy,
  DEFAULT_MESSAGE_CONFIG,
  type Due,
  emptyMessages,
  type MessageConfig,
  type MessageState,
  type Turn,
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
  const turn: Turn = { state, now, events: [] };
  if (nextDeadline(state.deadlines) <= until) fireDue(turn, until);
  apply(turn, command);
  return turn.events;
}

function fireDue(turn: Turn, until: Instant): void {
  const { deadlines } = turn.state;
  for (let due = takeDue(deadlines, until); due !== undefined; due = takeDue(deadlines, until)) {
    fire(turn, due.subject);
  }
}

function fire(turn: Turn, due: Due): void {
  switch (due.kind) {
    case "copy":
      if (due.isInFlight) nack(turn, due, "timed-out", { ...TOO_LONG }, false);
      else ready(turn, due);
      return;
    case "expiry":
      // One that is out for delivery may still be handled; if not, it is not delivered again.
      if (!due.copy.isInFlight) giveUp(turn, due.copy, "expired", undefined);
      return;
    case "request":
      return endRequest(turn, due, "timed-out");
  }
}

const TOO_LONG = { name: "TimeoutError", message: "the handler took too long" };

function apply(turn: Turn, command: MessageCommand): void {
  switch (command.type) {
    case "send-message":
      return send(turn, command);
    case "ack-message":
      return ackMessage(turn, command);
    case "nack-message":
      return nackMessage(turn, command);
    case "return-message":
      return returnMessage(turn, command);
    case "extend-message":
      return extendMessage(turn, command);
    case "receive-message":
      return receive(turn, command);
    case "broadcast-message":
      return broadcast(turn, command);
    case "publish-message":
      return publish(turn, command);
    case "respond":
      return respond(turn, command.messageId, command.response);
    case "cancel-request":
      return cancelRequest(turn, command);
    case "attach-handler":
      return attach(turn, command);
    case "detach-handler":
      return detach(turn, command);
    case "subscribe-topic":
      return subscribeTopic(turn, command);
    case "unsubscribe-topic":
      return unsubscribeTopic(turn, command);
    case "resend-message":
      return resend(turn, command);
    case "open-mailbox":
      return open(turn, command);
    case "close-mailbox":
      return close(turn, command);
    case "tick":
      return;
  }
}

function ackMessage(turn: Turn, command: AckMessage): void {
  const copy = meantDelivery(turn, command);
  if (copy !== undefined) ack(turn, copy);
}

function nackMessage(turn: Turn, command: NackMessage): void {
  const copy = meantDelivery(turn, command);
  if (copy !== undefined) nack(turn, copy, "failed", command.error, command.isFinal);
}

function returnMessage(turn: Turn, command: ReturnMessage): void {
  const copy = meantDelivery(turn, command);
  if (copy === undefined) return;
  const { reader, lane } = copy.channel;
  if (reader.hasLeft) return passOn(turn, copy, undefined);
  takeBack(turn, copy);
  serve(turn, reader, lane);
}

function extendMessage(turn: Turn, command: ExtendMessage): void {
  const copy = meantDelivery(turn, command);
  if (copy !== undefined) extend(turn, copy, command.timeoutMs);
}

/** The delivery that `command` means; when it is over the command is refused. */
function meantDelivery(
  turn: Turn,
  command: AckMessage | NackMessage | ReturnMessage | ExtendMessage,
): Copy | undefined {
  const copy = turn.state.deliveries.get(command.epoch);
  if (copy !== undefined && copy.channel.reader.mailbox.agentId === command.agentId) return copy;
  turn.state.staleReports++;
  refuse(turn, command, "stale-epoch");
  return undefined;
}

function receive(turn: Turn, command: ReceiveMessage): void {
  const reader = turn.state.mailboxes.get(command.agentId)?.readers[0];
  const channel = reader?.urgent.ready[0] ?? reader?.normal.ready[0];
  if (channel === undefined) return refuse(turn, command, "empty");
  deliver(turn, channel.first!, command.timeoutMs);
}

function cancelRequest(turn: Turn, command: CancelRequest): void {
  const request = turn.state.requests.get(command.messageId);
  if (request === undefined) return refuse(turn, command, "not-waiting");
  endRequest(turn, request, command.reason ?? "cancelled");
}

export { readConfig as readMessageConfig } from "./config.ts";
export type { MessageCommand } from "./commands.ts";
export type { MessageConfig, MessageState } from "./state.ts";
