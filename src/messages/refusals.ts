/**
 * From what a mailbox machine says to the errors that callers get.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { InvariantError, LimitError, type LockstepError, StaleEpochError } from "../core/errors.ts";
import {
  MailboxFullError,
  ResponseTimeoutError,
  UnansweredError,
  UnknownMessageError,
} from "./errors.ts";
import type { MessageRefused, MessageUnanswered } from "./events.ts";
import type { Tick } from "../core/machine.ts";
import type { MessageCommand } from "./commands.ts";
import type { MessageConfig } from "./state.ts";

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
