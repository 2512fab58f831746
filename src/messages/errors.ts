/**
 * Errors of messages.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { causeOf, type ErrorData } from "../core/error_data.ts";
import { InvariantError, LimitError, LockstepError, StaleEpochError } from "../core/errors.ts";
import type { Tick } from "../core/machine.ts";
import { TicketExpiredError, ticketOf } from "../core/tickets.ts";
import type { MessageCommand, ReceiveMessage } from "./commands.ts";
import { RECEIVER_TICKETS, requestTicket } from "./types.ts";
import type { MessageRefused, MessageUnanswered, UnansweredReason } from "./events.ts";
import { nearNames } from "./names.ts";
import type { MessageState } from "./state.ts";

/**
 * A mailbox is full; the message was not sent.
 * @category Messages
 */
export class MailboxFullError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "mailbox-full";
  /** The sender. */
  readonly from: string;
  /** The agent whose mailbox is full. */
  readonly to: string;
  /** Capacity of the mailbox. */
  readonly limit: number;

  /** Makes the error for a message from `from` to `to`. */
  constructor(from: string, to: string, limit: number) {
    super(
      `Cannot send a message from ${quote(from)} to ${quote(to)}: the mailbox must have room for ` +
        `it, the limit is ${limit}`,
    );
    this.from = from;
    this.to = to;
    this.limit = limit;
  }
}

/**
 * The response to a request did not come in time; `cause` is the error of its handler, if any.
 * @category Messages
 */
export class ResponseTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "response-timeout";
  /** The request. */
  readonly messageId: string;
  /** The agent that asked. */
  readonly from: string;
  /** The agent that was asked. */
  readonly to: string;
  /** Time limit of the request. */
  readonly timeoutMs: number;

  /** Makes the error for the request `messageId`; `failure` is that of its last delivery. */
  constructor(messageId: string, from: string, to: string, timeoutMs: number, failure?: ErrorData) {
    super(
      `Cannot ask ${quote(to)} for ${quote(from)}: a response to ${quote(messageId)} must come ` +
        `within ${timeoutMs} ms${
          failure === undefined ? "" : `; its last delivery failed: ${failure.message}`
        }`,
      failure && { cause: causeOf(failure) },
    );
    this.messageId = messageId;
    this.from = from;
    this.to = to;
    this.timeoutMs = timeoutMs;
  }
}

/**
 * A request ended without a response, for another reason than time. When it was answered with an
 * error, or its handler failed in each delivery or with a `NonRetryableError`, that error is the
 * `cause`.
 *
 * @category Messages
 */
export class UnansweredError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unanswered";
  /** The request. */
  readonly messageId: string;
  /** The agent that asked. */
  readonly from: string;
  /** The agent that was asked. */
  readonly to: string;
  /** `undeliverable` when the request is a dead letter, `rejected` when the answer is an error. */
  readonly reason: Exclude<UnansweredReason, "timed-out">;

  /** Makes the error for the request `messageId`; `failure` is that of its last delivery. */
  constructor(
    messageId: string,
    from: string,
    to: string,
    reason: UnansweredError["reason"],
    failure?: ErrorData,
  ) {
    const why = failure === undefined
      ? UNANSWERED[reason]
      : reason === "rejected"
      ? `${UNANSWERED[reason]}: ${failure.message}`
      : `its handler failed: ${failure.message}`;
    super(
      `Cannot ask ${quote(to)} for ${quote(from)}: ${why}`,
      failure && { cause: causeOf(failure) },
    );
    this.messageId = messageId;
    this.from = from;
    this.to = to;
    this.reason = reason;
  }
}

const UNANSWERED: Readonly<Record<UnansweredError["reason"], string>> = {
  "undeliverable": "the request could not be delivered, and is in the dead letters",
  "agent-gone": "one of the agents is gone",
  "cancelled": "the request was cancelled",
  "deadlock": "the request was the victim of a deadlock",
  "rejected": "it was answered with an error",
  "lapsed": "nobody resumed the request in time",
};

/**
 * A message that is not known, or not a dead letter.
 * @category Messages
 */
export class UnknownMessageError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-message";
  /** The id that was named. */
  readonly messageId: string;

  /** Makes the error for `messageId`; `rule` is the condition that it breaks. */
  constructor(attempt: string, messageId: string, rule = "the message must be a dead letter") {
    super(`Cannot ${attempt}: ${rule}, got ${quote(messageId)}`);
    this.messageId = messageId;
  }
}

/**
 * A delivery has ended; the reason of its handler's signal.
 * @category Messages
 */
export class DeliveryLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "delivery-lost";
  /** The message. */
  readonly messageId: string;
  /** The epoch of the delivery. */
  readonly epoch: number;
  /** `gone` when the end was not observed. */
  readonly reason: "timed-out" | "returned" | "recipient-gone" | "gone";

  /** Makes the error for the delivery of `messageId` under `epoch`. */
  constructor(messageId: string, epoch: number, reason: DeliveryLostError["reason"]) {
    super(`The delivery of ${quote(messageId)} under epoch ${epoch} is over: it was ${reason}`);
    this.messageId = messageId;
    this.epoch = epoch;
    this.reason = reason;
  }
}

/**
 * A message to a name that no agent has had, by `unknownRecipients: "refuse"`; it was not sent.
 * @category Messages
 */
export class UnknownRecipientError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-recipient";
  /** The sender. */
  readonly from: string;
  /** The name that no agent has had. */
  readonly to: string;
  /** The names of agents that are close to it, the closest first. */
  readonly near: readonly string[];

  /** Makes the error for a message from `from` to `to`. */
  constructor(attempt: string, from: string, to: string, near: readonly string[]) {
    const hint = near.length === 0 ? "" : `; did you mean ${near.map(quote).join(" or ")}?`;
    super(`Cannot ${attempt}: an agent must have had the name of the recipient${hint}`);
    this.from = from;
    this.to = to;
    this.near = near;
  }
}

/** Returns the error for a refused `command`. `state` is the one that refused it. */
export function refusalError(
  state: Readonly<MessageState>,
  command: Exclude<MessageCommand, Tick>,
  { from, to, messageId, reason }: MessageRefused,
): LockstepError {
  const { config } = state;
  const attempt = attemptOf(command);
  switch (reason) {
    case "unknown-recipient":
      return new UnknownRecipientError(attempt, from, to, nearNames(state, to));
    case "too-many-receivers":
      return new LimitError(attempt, "there must be room for a receiver", config.maxReceivers);
    case "mailbox-full":
      return new MailboxFullError(from, to, config.mailboxCapacity);
    case "too-many-mailboxes":
      return new LimitError(attempt, "there must be room for a mailbox", config.maxMailboxes);
    case "too-many-requests":
      return new LimitError(attempt, "there must be room for a request", config.maxRequests);
    case "too-many-topics":
      return new LimitError(attempt, "there must be room for a topic", config.maxTopics);
    case "too-many-handlers":
      return new LimitError(attempt, "the agent must have room for a handler", config.maxHandlers);
    case "stale-epoch":
      return new StaleEpochError(attempt, "epoch" in command ? command.epoch : 0, undefined);
    case "unknown-message":
      return new UnknownMessageError(attempt, messageId);
    case "unknown-ticket":
      return new TicketExpiredError(attempt, ticketIn(command));
    case "known-handler":
    case "unknown-handler":
    case "not-waiting":
    case "empty":
      return new InvariantError(`Cannot ${attempt}: it must not be refused as ${quote(reason)}`);
  }
}

/** Returns the error for a request that ended without a response after `timeoutMs` at most. */
export function unansweredError(
  { messageId, from, to, reason, error }: MessageUnanswered,
  timeoutMs: number,
): LockstepError {
  return reason === "timed-out"
    ? new ResponseTimeoutError(messageId, from, to, timeoutMs, error)
    : new UnansweredError(messageId, from, to, reason, error);
}

function ticketIn(command: Exclude<MessageCommand, Tick>): string {
  return command.type === "resume-request"
    ? requestTicket(command.messageId)
    : ticketOf(RECEIVER_TICKETS, (command as ReceiveMessage).ticket ?? 0);
}

function attemptOf(command: Exclude<MessageCommand, Tick>): string {
  switch (command.type) {
    case "resume-request":
      return `ask ${quote(command.to)} for ${quote(command.from)}`;
    case "send-message": {
      const { from, to } = command;
      return command.responseMs > 0
        ? `ask ${quote(to)} for ${quote(from)}`
        : `send a message from ${quote(from)} to ${quote(to)}`;
    }
    case "resend-message":
      return `resend message ${quote(command.messageId)}`;
    case "attach-handler": {
      const where = command.topic === undefined ? "" : ` to topic ${quote(command.topic)}`;
      return `subscribe agent ${quote(command.agentId)}${where}`;
    }
    case "open-mailbox":
      return `register agent ${quote(command.agentId)}`;
    case "subscribe-topic":
      return `subscribe agent ${quote(command.agentId)} to topic ${quote(command.topic)}`;
    default: {
      const verb = command.type.replace("-message", "").replace("-", " ");
      return "agentId" in command
        ? `${verb} a message of agent ${quote(command.agentId)}`
        : `${verb} a message`;
    }
  }
}
