/**
 * The commands of a mailbox machine, and their answers. Times are milliseconds; 0 stands for none.
 *
 * @module
 */

import type { Named, OfSession, ResumeListening, Tick } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { TicketTerms } from "../core/tickets.ts";
import type { MessageUnanswered } from "./events.ts";
import type { Message, MessageOutcome } from "./types.ts";

/** The fields of every command that sends. */
export interface Sending {
  /** The agent that sends. */
  readonly from: string;
  /** The kind of message, chosen by its sender. */
  readonly kind: string;
  /** The value to carry, never looked into. */
  readonly payload: unknown;
  /** Above 0 for the urgent lane. */
  readonly priority: number;
  /** Time until the message expires. */
  readonly ttlMs: number;
  /** Opaque, like `payload`. @default none */
  readonly metadata?: unknown;
}

/** The terms of a wait that its caller may leave. */
export interface Leaving {
  /** The time for which it is kept without a caller. @default it ends with its caller */
  readonly keepMs?: number;
  /** The time after which its caller leaves. */
  readonly waitMs?: number;
}

/** Sends a message to one agent. Idempotent for a `messageId` within the `dedupeWindow`. */
export interface SendMessage extends Named<"send-message">, Sending, Leaving, OfSession {
  /** The recipient. */
  readonly to: string;
  /** An id that the sender chose, or empty. */
  readonly messageId: string;
  /** Longest wait of the sender for a response. */
  readonly responseMs: number;
}

/** Sends a message to all other agents that have a mailbox. */
export interface BroadcastMessage extends Named<"broadcast-message">, Sending {}

/** Sends a message to all agents that are subscribed to a topic. */
export interface PublishMessage extends Named<"publish-message">, Sending {
  /** The topic. */
  readonly topic: string;
}

/** A command about one message. */
export interface MessageIdCommand {
  /** The id of the message. */
  readonly messageId: string;
}

/** Answers a request. */
export interface Respond extends Named<"respond">, MessageIdCommand {
  /** The value to carry, never looked into. */
  readonly response: unknown;
  /** The error that answers the request in place of `response`. @default none */
  readonly error?: ErrorData;
}

/** Ends the wait for the response to a request. */
export interface CancelRequest extends Named<"cancel-request">, MessageIdCommand {
  /** Whether the sender cancels it, or it is the victim of a deadlock. @default "cancelled" */
  readonly reason?: "cancelled" | "deadlock";
}

/** Sends a dead letter again to the handlers that did not get it. */
export interface ResendMessage extends Named<"resend-message">, MessageIdCommand {}

/** A command about one delivery. */
export interface DeliveryCommand {
  /** The agent whose mailbox the message is from. */
  readonly agentId: string;
  /** The epoch of the delivery. */
  readonly epoch: number;
}

/** Ends a delivery: the message was handled. */
export interface AckMessage extends Named<"ack-message">, DeliveryCommand {}

/** Ends a delivery: the message could not be handled. */
export interface NackMessage extends Named<"nack-message">, DeliveryCommand {
  /** The error that ended it. */
  readonly error: ErrorData;
  /** Whether another delivery would end the same way. */
  readonly isFinal: boolean;
}

/** Ends a delivery that did not begin: the message is delivered again, at no cost. */
export interface ReturnMessage extends Named<"return-message">, DeliveryCommand {}

/** Limits a delivery to `timeoutMs` from this moment. */
export interface ExtendMessage extends Named<"extend-message">, DeliveryCommand {
  /** 0 lifts the limit. */
  readonly timeoutMs: number;
}

/** A command about one agent. */
export interface MailboxCommand {
  /** The agent. */
  readonly agentId: string;
}

/** Delivers the next message of an agent that has no handler, or waits for it. */
export interface ReceiveMessage
  extends Named<"receive-message">, MailboxCommand, TicketTerms, OfSession {
  /** Time limit of the delivery. */
  readonly timeoutMs: number;
  /** Longest wait for a message, or with `keepMs` longest time of the call. @default 0 */
  readonly waitMs?: number;
}

/** Says that the caller of a receiver has left: it is kept, or the message that it got meanwhile. */
export interface DetachReceive extends Named<"detach-receive"> {
  /** The id of the receiver. */
  readonly receiverId: number;
  /** The time for which it is kept. */
  readonly keepMs: number;
}

/** Says that the caller of a request has left, which is kept. */
export interface DetachRequest extends Named<"detach-request">, MessageIdCommand {
  /** The time for which it is kept. */
  readonly keepMs: number;
}

/** Resumes a request, or asks for its answer. */
export interface ResumeRequest
  extends Named<"resume-request">, MessageIdCommand, Leaving, OfSession {
  /** The agent that asked. */
  readonly from: string;
  /** The agent that was asked. */
  readonly to: string;
}

/** Ends the wait of a receiver. */
export interface CancelReceive extends Named<"cancel-receive"> {
  /** The id of the receiver. */
  readonly receiverId: number;
}

/** Ends the waits of all receivers of an agent, whose callers are gone. Idempotent. */
export interface EndReceivers extends Named<"end-receivers">, MailboxCommand {}

/** Moves the place of a reader of an inbox forward, never back. Idempotent. */
export interface MarkSeen extends Named<"mark-seen">, MailboxCommand {
  /** The name of the reader. */
  readonly reader: string;
  /** The number of the newest message that it has seen. */
  readonly upTo: number;
}

/** Gives an agent a handler, to which messages are delivered from then on. */
export interface AttachHandler extends Named<"attach-handler">, MailboxCommand, OfSession {
  /** The id of the handler, unique among those that are attached. */
  readonly handlerId: string;
  /** The topic whose messages it gets; subscribes the agent to it. @default those without a handler */
  readonly topic?: string;
}

/** Detaches a handler from its agent; unsubscribes the last one of a topic unless `takesBack`. */
export interface DetachHandler extends Named<"detach-handler">, MailboxCommand {
  /** The id of the handler. */
  readonly handlerId: string;
  /** Whether its deliveries are returned, at no cost; otherwise it may end them. */
  readonly takesBack: boolean;
}

/** A command about the subscription of an agent to a topic. */
export interface TopicCommand extends MailboxCommand {
  /** The topic. */
  readonly topic: string;
}

/** Subscribes an agent to a topic. Idempotent. */
export interface SubscribeTopic extends Named<"subscribe-topic">, TopicCommand {}

/** Unsubscribes an agent from a topic. Idempotent. */
export interface UnsubscribeTopic extends Named<"unsubscribe-topic">, TopicCommand {}

/** Gives an agent a mailbox that is never idle, so that broadcasts reach it. Idempotent. */
export interface OpenMailbox extends Named<"open-mailbox">, MailboxCommand {}

/** Forgets an agent that is gone; the messages in its mailbox become dead letters. Idempotent. */
export interface CloseMailbox extends Named<"close-mailbox">, MailboxCommand {
  /** Why the agent is gone, for people. */
  readonly reason: string;
}

/** The commands of a mailbox machine. */
export type MessageCommand =
  | SendMessage
  | BroadcastMessage
  | PublishMessage
  | Respond
  | CancelRequest
  | AckMessage
  | NackMessage
  | ReturnMessage
  | ExtendMessage
  | ReceiveMessage
  | CancelReceive
  | DetachReceive
  | DetachRequest
  | ResumeRequest
  | EndReceivers
  | MarkSeen
  | AttachHandler
  | DetachHandler
  | SubscribeTopic
  | UnsubscribeTopic
  | ResendMessage
  | OpenMailbox
  | CloseMailbox
  | ResumeListening
  | Tick;

/** A receiver that waits for a message. */
export interface WaitingReceiver {
  /** The id of the receiver, in `message:received` and `receiver:ended`. */
  readonly receiverId: number;
}

/** The answer to a request that is resumed. */
export type RequestAnswer =
  /** It waits for its response. */
  | { readonly status: "waiting"; readonly messageId: string }
  /** It has its response. */
  | { readonly status: "responded"; readonly response: unknown }
  /** It ended without one. */
  | { readonly status: "unanswered"; readonly end: MessageUnanswered };

/** The answers of a mailbox machine, by the type of the command; `void` unless listed here. */
export interface MessageAnswers extends
  Record<
    Exclude<
      MessageCommand["type"],
      | "tick"
      | "send-message"
      | "broadcast-message"
      | "publish-message"
      | "receive-message"
      | "mark-seen"
      | "respond"
      | "resume-request"
    >,
    void
  > {
  /** The id of the message, and whether an earlier message had it. */
  readonly "send-message": { readonly messageId: string; readonly deduplicated: boolean };
  /** One outcome for each recipient. */
  readonly "broadcast-message": readonly MessageOutcome[];
  /** One outcome for each recipient. */
  readonly "publish-message": readonly MessageOutcome[];
  /** The message, or the receiver that waits for it; `undefined` when there is neither. */
  readonly "receive-message": Message | WaitingReceiver | undefined;
  /** Whether a request waited for the response. */
  readonly respond: boolean;
  /** The outcome of the request, unless it waits. */
  readonly "resume-request": RequestAnswer;
  /** Whether the place of the reader moved. */
  readonly "mark-seen": boolean;
}
