/**
 * The events of messages, mailboxes and topics, and their descriptions.
 *
 * @module
 */

import {
  type Descriptions,
  oneLine,
  readable,
  refusal,
  subject,
  thrown,
  timeOfDay,
} from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { Message, MessageOutcome } from "./types.ts";

/** The fields of every event of one message. */
export interface MessageEventBase {
  /** The sender. */
  readonly from: string;
  /** The agent whose mailbox it is for. */
  readonly to: string;
}

/** The fields of every event that names its message by id. */
export interface MessageIdEvent extends MessageEventBase {
  /** The id of the message. */
  readonly messageId: string;
}

/** The fields of every event of one delivery, or of one consumer's copy. */
export interface MessageCopyEvent extends MessageIdEvent {
  /** The handler whose copy it is; empty when the agent pulls. */
  readonly handlerId: string;
  /** The epoch of the newest delivery of the copy, or `0`. */
  readonly epoch: number;
}

/** A message was put into a mailbox. */
export interface MessageSent extends Named<"message:sent">, MessageEventBase {
  /** The message as it was sent. */
  readonly message: Message;
  /** Whether its sender waits for a response. */
  readonly isRequest: boolean;
}

/** A message was sent to a name that no agent has had; once for each mailbox, just after it was sent. */
export interface MessageMisaddressed extends Named<"message:misaddressed">, MessageIdEvent {}

/** A message was dropped because it repeats the id of an earlier one. */
export interface MessageDeduplicated extends Named<"message:deduplicated">, MessageIdEvent {}

/** A message was broadcast, or published to a topic; it was sent to each recipient just before. */
export interface MessagePublished extends Named<"message:published"> {
  /** The sender. */
  readonly from: string;
  /** The topic; `undefined` for a broadcast. */
  readonly topic: string | undefined;
  /** One for each recipient. */
  readonly outcomes: readonly MessageOutcome[];
}

/** A message was delivered, under the epoch in it. */
export interface MessageReceived extends Named<"message:received">, MessageEventBase {
  /** The message as it was delivered. */
  readonly message: Message;
  /** The handler that got it; empty when the agent pulls. */
  readonly handlerId: string;
  /** The receiver that waited for it; absent when none did. */
  readonly receiverId?: number;
}

/** A message was handled. */
export interface MessageAcked extends Named<"message:acked">, MessageCopyEvent {
  /** The time since its delivery. */
  readonly handledMs: number;
}

/** A delivery failed, and another one follows at `retryAt`. */
export interface MessageNacked extends Named<"message:nacked">, MessageCopyEvent {
  /** Whether the handler failed, or took too long. */
  readonly reason: "failed" | "timed-out";
  /** The error that the handler threw. */
  readonly error: ErrorData;
  /** The number of the delivery, from 1. */
  readonly attempt: number;
  /** When it is delivered again at the earliest. */
  readonly retryAt: Instant;
}

/** A delivery was returned because its handler was detached; it does not count against the message. */
export interface MessageReturned extends Named<"message:returned">, MessageCopyEvent {}

/** The pause after a failed delivery ended. */
export interface MessageReadied extends Named<"message:readied">, MessageCopyEvent {}

/** The limit of a delivery was changed. */
export interface MessageExtended extends Named<"message:extended">, MessageCopyEvent {
  /** The new limit; `Infinity` for none. */
  readonly until: Instant;
}

/** A handler left before it got a message that other handlers of its agent got too. */
export interface MessageDropped extends Named<"message:dropped">, MessageCopyEvent {}

/** Why a message is a dead letter. */
export type DeadLetterCause =
  /** Each of its deliveries failed. */
  | "max-deliveries"
  /** Its handler threw an error that forbids another delivery. */
  | "rejected"
  /** It expired. */
  | "expired"
  /** It made room for a newer one, or found none when the last handler of its topic left. */
  | "evicted"
  /** Its recipient is gone. */
  | "recipient-gone";

/** A message became a dead letter. */
export interface MessageDeadLettered extends Named<"message:dead-lettered">, MessageCopyEvent {
  /** The message as it was last delivered, or sent. */
  readonly message: Message;
  /** Why it could not be delivered. */
  readonly cause: DeadLetterCause;
  /** The error of its last delivery, if that failed. */
  readonly error: ErrorData | undefined;
}

/** A dead letter was sent again. */
export interface MessageResent extends Named<"message:resent">, MessageIdEvent {}

/** A dead letter was evicted, or replaced by a newer one of the same id. */
export interface MessageForgotten extends Named<"message:forgotten">, MessageIdEvent {}

/** A request was answered. `from` is the agent that responds, `to` the one that asked. */
export interface MessageResponded extends Named<"message:responded">, MessageIdEvent {
  /** The response as it was sent. */
  readonly response: unknown;
  /** Time for which the request waited. */
  readonly waitedMs: number;
}

/** A response was dropped, as no request waits for it. */
export interface MessageResponseDropped extends Named<"message:response-dropped"> {
  /** The request that it answers. */
  readonly messageId: string;
}

/** Why a request ended without a response. */
export type UnansweredReason =
  | "timed-out"
  | "cancelled"
  /** It was answered with an error. */
  | "rejected"
  /** It was the victim of a deadlock. */
  | "deadlock"
  /** The message is a dead letter. */
  | "undeliverable"
  /** The agent that asked, or the one that was asked, is gone. */
  | "agent-gone"
  /** Its caller had left, and nobody resumed it in time. */
  | "lapsed";

/** The caller of a request has left; it goes on waiting, and its answer is kept. */
export interface RequestDetached extends Named<"request:detached">, MessageIdEvent {
  /** When it lapses, or its answer, unless a caller resumes it. */
  readonly keptUntil: Instant;
}

/** A caller resumed a request. */
export interface RequestResumed extends Named<"request:resumed">, MessageIdEvent {}

/** A request ended without a response. */
export interface MessageUnanswered extends Named<"message:unanswered">, MessageIdEvent {
  /** Why it ended. */
  readonly reason: UnansweredReason;
  /**
   * The error that answered it; or that of its last delivery, if that failed and the request ended for
   * want of a response.
   */
  readonly error: ErrorData | undefined;
  /** Time for which it waited. */
  readonly waitedMs: number;
}

/** Why a command on messages was refused. */
export type MessageRefusal =
  /** The mailbox is full. */
  | "mailbox-full"
  /** There are `maxMailboxes`, and none is idle. */
  | "too-many-mailboxes"
  | "too-many-requests"
  | "too-many-topics"
  | "too-many-handlers"
  | "too-many-receivers"
  /** No agent has had the name of the recipient. */
  | "unknown-recipient"
  /** A handler of that id is attached already. */
  | "known-handler"
  | "unknown-handler"
  /** The delivery has ended. */
  | "stale-epoch"
  /** There is no such dead letter. */
  | "unknown-message"
  /** No such request or receiver waits. */
  | "not-waiting"
  /** No message can be delivered. */
  | "empty"
  /** The agent has no such receiver or request. */
  | "unknown-ticket";

/** A command was refused, and the state is as before. */
export interface MessageRefused extends Named<"message:refused">, MessageIdEvent {
  /** The type of the command. */
  readonly command: string;
  /** The condition that it broke. */
  readonly reason: MessageRefusal;
}

/** The fields of every event of one mailbox. */
export interface MailboxEvent {
  /** The agent. */
  readonly agentId: string;
}

/** The fields of every event of one handler. */
export interface HandlerEvent extends MailboxEvent {
  /** The id of the handler. */
  readonly handlerId: string;
}

/** The fields of every event of one subscription to a topic. */
export interface TopicEvent extends MailboxEvent {
  /** The topic. */
  readonly topic: string;
}

/** A handler was attached to an agent. */
export interface MailboxSubscribed extends Named<"mailbox:subscribed">, HandlerEvent {
  /** The topic whose messages it gets; absent when it gets those without such a handler. */
  readonly topic?: string;
}

/** A handler was detached from its agent. */
export interface MailboxUnsubscribed extends Named<"mailbox:unsubscribed">, HandlerEvent {
  /** The topic whose messages it got; absent when it got those without such a handler. */
  readonly topic?: string;
}

/** A call began to wait for a message of its agent. */
export interface ReceiverQueued extends Named<"receiver:queued">, MailboxEvent {
  /** The id of the receiver. */
  readonly receiverId: number;
  /** When the wait ends at the latest. */
  readonly until: Instant;
}

/** A wait for a message ended without one. */
export interface ReceiverEnded extends Named<"receiver:ended">, MailboxEvent {
  /** The id of the receiver. */
  readonly receiverId: number;
  /** Why it ended; `agent-gone` when the agent was removed, or began a new incarnation. */
  readonly reason: "timed-out" | "cancelled" | "agent-gone" | "lapsed";
}

/** The caller of a receiver has left; it keeps its place for a time. */
export interface ReceiverDetached extends Named<"receiver:detached">, MailboxEvent {
  /** The id of the receiver. */
  readonly receiverId: number;
  /** When it lapses, or the message that it got, unless a caller resumes it. */
  readonly keptUntil: Instant;
}

/** A caller resumed a receiver, which never lost its place. */
export interface ReceiverResumed extends Named<"receiver:resumed">, MailboxEvent {
  /** The id of the receiver. */
  readonly receiverId: number;
}

/** A reader of an inbox has seen all messages up to one. */
export interface InboxSeen extends Named<"inbox:seen">, MailboxEvent {
  /** The name of the reader. */
  readonly reader: string;
  /** The number of the newest message that it has seen. */
  readonly upTo: number;
}

/** The place of a reader of an inbox was evicted: for that reader no message is seen. */
export interface InboxForgotten extends Named<"inbox:forgotten">, MailboxEvent {
  /** The name of the reader. */
  readonly reader: string;
}

/** An agent was registered, and receives broadcasts. */
export interface MailboxOpened extends Named<"mailbox:opened">, MailboxEvent {}

/** An agent is gone, and the messages in its mailbox are dead letters. */
export interface MailboxClosed extends Named<"mailbox:closed">, MailboxEvent {
  /** Why the agent is gone, for people. */
  readonly reason: string;
}

/** The mailbox that had been idle longest was evicted. It was empty. */
export interface MailboxForgotten extends Named<"mailbox:forgotten">, MailboxEvent {}

/** An agent was subscribed to a topic. */
export interface TopicSubscribed extends Named<"topic:subscribed">, TopicEvent {}

/** An agent was unsubscribed from a topic. */
export interface TopicUnsubscribed extends Named<"topic:unsubscribed">, TopicEvent {}

/** The events of a mailbox machine. */
export type MessageEvent =
  | MessageSent
  | MessageMisaddressed
  | MessageDeduplicated
  | MessagePublished
  | MessageReceived
  | MessageAcked
  | MessageNacked
  | MessageReturned
  | MessageReadied
  | MessageExtended
  | MessageDropped
  | MessageDeadLettered
  | MessageResent
  | MessageForgotten
  | MessageResponded
  | MessageResponseDropped
  | MessageUnanswered
  | MessageRefused
  | MailboxSubscribed
  | MailboxUnsubscribed
  | ReceiverQueued
  | ReceiverDetached
  | ReceiverResumed
  | ReceiverEnded
  | RequestDetached
  | RequestResumed
  | InboxSeen
  | InboxForgotten
  | MailboxOpened
  | MailboxClosed
  | MailboxForgotten
  | TopicSubscribed
  | TopicUnsubscribed;

/** From the name of an event to its one-line description. */
export const MESSAGE_DESCRIPTIONS: Descriptions<MessageEvent> = {
  "message:sent": ({ from, to, message: { id, payload }, isRequest }) =>
    `${about(id, from, to)} sent${isRequest ? ", awaits a response" : ""}, ${readable(payload)}`,
  "message:misaddressed": ({ from, to, messageId }) =>
    `${about(messageId, from, to)} sent to a name that no agent has had`,
  "message:deduplicated": ({ from, to, messageId }) =>
    `${about(messageId, from, to)} known, the repeat is dropped`,
  "message:published": ({ from, topic, outcomes }) => {
    const sent = outcomes.filter(({ refused }) => refused === undefined).length;
    const where = topic === undefined ? "broadcast" : `topic ${topic}`;
    return `${where}: ${from} reached ${sent} of ${outcomes.length}`;
  },
  "message:received": ({ from, to, message: { id, epoch, attempt }, handlerId, receiverId }) => {
    const where = receiverId === undefined ? handedTo(handlerId) : ` to receiver ${receiverId}`;
    return `${about(id, from, to)} → delivered${where} (epoch ${epoch}, attempt ${attempt})`;
  },
  "message:acked": (event) => `${copy(event)} → acked after ${event.handledMs} ms`,
  "message:nacked": (event) =>
    `${copy(event)} → ${event.reason} in attempt ${event.attempt}, again at ` +
    `${timeOfDay(event.retryAt)}, ${thrown(event.error)}`,
  "message:returned": (event) => `${copy(event)} → returned, its handler is gone`,
  "message:readied": (event) => `${copy(event)} → ready to be delivered again`,
  "message:extended": (event) =>
    `${copy(event)} may be handled ` +
    (event.until === Infinity ? "without limit" : `until ${timeOfDay(event.until)}`),
  "message:dropped": (event) => `${copy(event)} → dropped, its handler left`,
  "message:dead-lettered": (event) => {
    const why = event.error === undefined ? "" : `, ${thrown(event.error)}`;
    return `${copy(event)} → dead letter (${event.cause})${why}`;
  },
  "message:resent": ({ from, to, messageId }) => `${about(messageId, from, to)} sent again`,
  "message:forgotten": ({ from, to, messageId }) =>
    `${about(messageId, from, to)} dead letter → forgotten`,
  "message:responded": ({ from, to, messageId, response, waitedMs }) =>
    `${subject("message", messageId)}: ${to} ← ${from} answered after ${waitedMs} ms, ${
      readable(response)
    }`,
  "message:response-dropped": ({ messageId }) =>
    `${subject("message", messageId)}: the response is dropped, as no request waits for it`,
  "message:unanswered": ({ from, to, messageId, reason, error, waitedMs }) => {
    const why = error === undefined ? "" : `, ${thrown(error)}`;
    return `${about(messageId, from, to)} → unanswered after ${waitedMs} ms (${reason})${why}`;
  },
  "message:refused": ({ messageId, from, to, command, reason }) => {
    const about = messageId === "" ? "" : subject("message", messageId);
    return refusal(command, about, from === "" ? to : from, reason);
  },
  "mailbox:subscribed": ({ agentId, handlerId, topic }) => {
    const what = topic === undefined ? "" : `topic ${topic} `;
    return `mailbox ${agentId}: → ${what}handled by ${handlerId}`;
  },
  "receiver:queued": ({ agentId, receiverId, until }) =>
    `mailbox ${agentId}: receiver ${receiverId} → waits until ${timeOfDay(until)}`,
  "receiver:detached": ({ agentId, receiverId, keptUntil }) =>
    `receiver ${receiverId} of ${agentId}: kept without a caller until ${timeOfDay(keptUntil)}`,
  "receiver:resumed": ({ agentId, receiverId }) =>
    `receiver ${receiverId} of ${agentId}: has a caller again`,
  "request:detached": ({ messageId, from, to, keptUntil }) =>
    `${about(messageId, from, to)} kept without a caller until ${timeOfDay(keptUntil)}`,
  "request:resumed": ({ messageId, from, to }) =>
    `${about(messageId, from, to)} has a caller again`,
  "receiver:ended": ({ agentId, receiverId, reason }) =>
    `mailbox ${agentId}: receiver ${receiverId} waits → ended (${reason})`,
  "inbox:seen": ({ agentId, reader, upTo }) =>
    `mailbox ${agentId}: ${reader} has seen all up to ${upTo}`,
  "inbox:forgotten": ({ agentId, reader }) =>
    `mailbox ${agentId}: the place of ${reader} → forgotten`,
  "mailbox:unsubscribed": ({ agentId, handlerId }) =>
    `mailbox ${agentId}: handled by ${handlerId} → detached`,
  "mailbox:opened": ({ agentId }) => `mailbox ${agentId}: → open`,
  "mailbox:closed": ({ agentId, reason }) => `mailbox ${agentId}: → closed, ${oneLine(reason)}`,
  "mailbox:forgotten": ({ agentId }) => `mailbox ${agentId}: idle → forgotten`,
  "topic:subscribed": ({ topic, agentId }) => `topic ${topic}: → subscribed by ${agentId}`,
  "topic:unsubscribed": ({ topic, agentId }) =>
    `topic ${topic}: subscribed by ${agentId} → unsubscribed`,
};

function about(id: string, from: string, to: string): string {
  return `${subject("message", id)}: ${from} → ${to}`;
}

function copy({ messageId, from, to, handlerId, epoch }: MessageCopyEvent): string {
  const which = epoch === 0 ? "" : ` (epoch ${epoch})`;
  return `${about(messageId, from, to)}${handedTo(handlerId)}${which}`;
}

function handedTo(handlerId: string): string {
  return handlerId === "" ? "" : ` to ${handlerId}`;
}
