/**
 * The bounded models whose graphs are compared. Each has a configuration of TLC of the same name,
 * with the same bounds.
 *
 * @module
 */

import type { Tick } from "../../src/core/machine.ts";
import type { MessageCommand } from "../../src/messages/commands.ts";
import { DEFAULT_MESSAGE_CONFIG, type MessageConfig } from "../../src/messages/config.ts";

/** A command that the specification has. */
export type DeliveryCommand = Exclude<MessageCommand, Tick>;

/** Commands that are tried, and bounds. */
export interface DeliveryModel {
  readonly name: string;
  readonly config: MessageConfig;
  readonly commands: readonly DeliveryCommand[];
  /** No more commands follow when there were so many deliveries, and no messages after so many. */
  readonly maxEpoch: number;
  readonly maxMessage: number;
  /** No more calls wait when so many have. */
  readonly maxCalls: number;
  /** When time stands still. */
  readonly maxNow: number;
}

/** The parts of a message that a model chooses. */
interface Terms {
  readonly urgent?: boolean;
  readonly ttlMs?: number;
  readonly id?: number;
  readonly responseMs?: number;
}

const CONTENT = { kind: "test", payload: 0 };

/** Returns the text of the id that the specification has as a number: chosen ones are above 100. */
export function idText(id: number): string {
  return id === 0 ? "" : id > 100 ? `id-${id}` : `message-${id}`;
}

export function send(from: string, to: string, terms: Terms = {}): DeliveryCommand {
  const { urgent = false, ttlMs = 0, id = 0, responseMs = 0 } = terms;
  const priority = urgent ? 1 : 0;
  return {
    ...{ type: "send-message", from, to, ...CONTENT, priority, ttlMs, responseMs },
    messageId: idText(id),
  };
}

export function toAll(from: string, topic?: string): DeliveryCommand {
  const sending = { from, ...CONTENT, priority: 0, ttlMs: 0 };
  return topic === undefined
    ? { type: "broadcast-message", ...sending }
    : { type: "publish-message", ...sending, topic };
}

export function receive(agentId: string, timeoutMs: number, waitMs: number): DeliveryCommand {
  return { type: "receive-message", agentId, timeoutMs, waitMs };
}

export function ack(agentId: string, epoch: number): DeliveryCommand {
  return { type: "ack-message", agentId, epoch };
}

export function nack(
  agentId: string,
  epoch: number,
  isFinal: boolean,
  retryAfterMs: number,
): DeliveryCommand {
  const error = { name: "Error", message: "", retryAfterMs };
  return { type: "nack-message", agentId, epoch, isFinal, error };
}

export function giveBack(agentId: string, epoch: number): DeliveryCommand {
  return { type: "return-message", agentId, epoch };
}

export function attach(agentId: string): DeliveryCommand {
  return { type: "attach-handler", agentId, handlerId: `handler of ${agentId}` };
}

export function detach(agentId: string, takesBack: boolean): DeliveryCommand {
  return { type: "detach-handler", agentId, handlerId: `handler of ${agentId}`, takesBack };
}

export function cancelReceive(receiverId: number): DeliveryCommand {
  return { type: "cancel-receive", receiverId };
}

export function respond(id: number, fails: boolean): DeliveryCommand {
  const error = { name: "Error", message: "" };
  return {
    ...{ type: "respond", messageId: idText(id), response: 0 },
    ...(fails && { error }),
  };
}

export function cancelRequest(id: number): DeliveryCommand {
  return { type: "cancel-request", messageId: idText(id) };
}

export function close(agentId: string): DeliveryCommand {
  return { type: "close-mailbox", agentId, reason: "test" };
}

export function subscribe(agentId: string): DeliveryCommand {
  return { type: "subscribe-topic", agentId, topic: "t" };
}

export function unsubscribe(agentId: string): DeliveryCommand {
  return { type: "unsubscribe-topic", agentId, topic: "t" };
}

/** Pauses are those that the errors of models ask for: chance is in the recorded runs only. */
const CONFIG: MessageConfig = {
  ...DEFAULT_MESSAGE_CONFIG,
  mailboxCapacity: 9,
  maxInFlight: 1,
  maxDeliveries: 2,
  retryDelay: 0,
  maxRetryDelayMs: 0,
  dedupeWindow: 9,
  maxDeadLetters: 9,
  maxRequests: 9,
  maxReceivers: 9,
  unknownRecipients: "allow",
};

const FEW = { config: CONFIG, maxEpoch: 2, maxMessage: 2, maxCalls: 1, maxNow: 2 };

/** All of them. */
export const MODELS: readonly DeliveryModel[] = [
  {
    ...FEW,
    name: "order",
    commands: [
      ...[send("a", "c"), send("b", "c"), send("a", "c", { urgent: true }), receive("c", 0, 0)],
      ...[1, 2].flatMap((e) => [ack("c", e), nack("c", e, false, 1)]),
      nack("c", 1, true, 1),
    ],
    maxMessage: 3,
    maxNow: 1,
  },
  {
    ...FEW,
    name: "handlers",
    commands: [
      ...[send("a", "c"), send("b", "c"), attach("c"), detach("c", true), detach("c", false)],
      receive("c", 0, 2),
      ...[1, 2].flatMap((e) => [ack("c", e), nack("c", e, false, 1), giveBack("c", e)]),
    ],
  },
  {
    ...FEW,
    name: "limits",
    commands: [
      ...[send("a", "c", { ttlMs: 2 }), send("a", "c"), receive("c", 1, 0), receive("c", 1, 1)],
      ...[cancelReceive(1), close("c")],
      ...[1, 2].flatMap((e) => [nack("c", e, false, 2), giveBack("c", e), ack("a", e)]),
    ],
    maxNow: 3,
  },
  {
    ...FEW,
    name: "full",
    config: { ...CONFIG, mailboxCapacity: 1, mailboxPolicy: "drop-oldest", maxDeadLetters: 1 },
    commands: [
      ...[send("a", "c"), send("b", "c"), receive("c", 0, 0), ack("c", 1)],
      ...[nack("c", 1, false, 1), close("c")],
    ],
    maxMessage: 4,
  },
  {
    ...FEW,
    name: "requests",
    config: { ...CONFIG, maxRequests: 1 },
    commands: [
      ...[send("a", "c", { responseMs: 2 }), send("a", "c", { ttlMs: 1, id: 101, responseMs: 2 })],
      ...[receive("c", 0, 0), close("a"), close("c")],
      ...[1, 101].flatMap((id) => [respond(id, false), respond(id, true), cancelRequest(id)]),
      ...[nack("c", 1, true, 1), ack("c", 1)],
    ],
  },
  {
    ...FEW,
    name: "topics",
    config: { ...CONFIG, mailboxCapacity: 1, unknownRecipients: "warn" },
    commands: [
      ...[toAll("a"), toAll("a", "t"), send("a", "c"), send("b", "b", { id: 101 })],
      ...[receive("b", 0, 0), ack("b", 1), close("b")],
      ...[subscribe("b"), unsubscribe("b"), subscribe("c")],
    ],
    maxEpoch: 1,
    maxMessage: 3,
    maxNow: 0,
  },
  {
    ...FEW,
    name: "names",
    config: { ...CONFIG, dedupeWindow: 1, unknownRecipients: "refuse" },
    commands: [
      ...[send("a", "c", { id: 101 }), send("b", "c", { id: 102 }), send("a", "b")],
      ...[receive("b", 0, 0), receive("c", 0, 0), ack("c", 1)],
    ],
    maxMessage: 4,
    maxNow: 0,
  },
];
