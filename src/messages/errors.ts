/**
 * Errors of messages.
 *
 * @module
 */

import { InvariantError, LimitError, LockstepError, StaleEpochError } from "../core/errors.ts";
import { quote } from "../core/arguments.ts";
import type { MessageRefused, MessageUnanswered } from "./events.ts";
import type { Tick } from "../core/machine.ts";
import type { MessageCommand } from "./commands.ts";
import type { MessageConfig } from "./state.ts";

/** A mailbox is full, and the message was not sent. */
export class MailboxFullError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "mailbox-full";
  /** The rule was broken by a message from `from` for `to`. */
  constructor(
    /** Who sent the message. */
    readonly from: string,
    /** Whose mailbox is full. */
    readonly to: string,
    /** How many messages it holds. */
    readonly limit: number,
  ) {
    super(
      `Cannot send a message from ${quote(from)} to ${quote(to)}: the mailbox must have room for ` +
        `it, the limit is ${limit}`,
    );
  }
}

/** A request was not answered in time. */
export class ResponseTimeoutError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "response-timeout";
  /** Nobody answered `messageId` within `timeoutMs`. */
  constructor(
    /** The request. */
    readonly messageId: string,
    /** Who asked. */
    readonly from: string,
    /** Who was asked. */
    readonly to: string,
    /** How long it waited. */
    readonly timeoutMs: number,
  ) {
    super(
      `Cannot ask ${quote(to)} for ${quote(from)}: a response to ${quote(messageId)} must come ` +
        `within ${timeoutMs} ms`,
    );
  }
}

/** A request can't be answered any more. */
export class UnansweredError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "unanswered";
  /** The request `messageId` ended because of `reason`. */
  constructor(
    /** The request. */
    readonly messageId: string,
    /** Who asked. */
    readonly from: string,
    /** Who was asked. */
    readonly to: string,
    /** `undeliverable` when the request is a dead letter. */
    readonly reason: "undeliverable" | "agent-gone" | "cancelled" | "deadlock",
  ) {
    super(`Cannot ask ${quote(to)} for ${quote(from)}: ${UNANSWERED[reason]}`);
  }
}

const UNANSWERED: Record<UnansweredError["reason"], string> = {
  "undeliverable": "the request could not be delivered, and is in the dead letters",
  "agent-gone": "one of the agents is gone",
  "cancelled": "the request was cancelled",
  "deadlock": "the request gave way in a cycle of waits",
};

/** A message that is no dead letter, or was forgotten. */
export class UnknownMessageError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "unknown-message";
  /** Nothing is known of `messageId`. */
  constructor(
    attempt: string,
    /** What was asked for. */
    readonly messageId: string,
    rule = "the message must be a dead letter",
  ) {
    super(`Cannot ${attempt}: ${rule}, got ${quote(messageId)}`);
  }
}

/** A delivery is over; the reason of its handler's signal. */
export class DeliveryLostError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "delivery-lost";
  /** The delivery of `messageId` under `epoch` ended because of `reason`. */
  constructor(
    /** The message. */
    readonly messageId: string,
    /** The delivery. */
    readonly epoch: number,
    /** `gone` when nobody was watching as it ended. */
    readonly reason: "timed-out" | "returned" | "recipient-gone" | "gone",
  ) {
    super(`The delivery of ${quote(messageId)} under epoch ${epoch} is over: it was ${reason}`);
  }
}

/** The error for a refused `command`. */
export function refusalError(
  config: MessageConfig,
  command: Exclude<MessageCommand, Tick>,
  { from, to, messageId, reason }: MessageRefused,
): LockstepError {
  const attempt = describe(command);
  switch (reason) {
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
    default:
      return new InvariantError(`Cannot ${attempt}: it must not be refused as ${quote(reason)}`);
  }
}

/** The error for a request that ended without a response, after `timeoutMs` if it took too long. */
export function unansweredError(
  { messageId, from, to, reason }: MessageUnanswered,
  timeoutMs: number,
): LockstepError {
  if (reason === "timed-out") return new ResponseTimeoutError(messageId, from, to, timeoutMs);
  return new UnansweredError(messageId, from, to, reason);
}

function describe(command: Exclude<MessageCommand, Tick>): string {
  switch (command.type) {
    case "send-message": {
      const { from, to } = command;
      return command.responseMs > 0
        ? `ask ${quote(to)} for ${quote(from)}`
        : `send a message from ${quote(from)} to ${quote(to)}`;
    }
    case "resend-message":
      return `resend message ${quote(command.messageId)}`;
    case "attach-handler":
      return `subscribe agent ${quote(command.agentId)}`;
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
