/**
 * What happens to messages, to mailboxes and to topics.
 *
 * @module
 */

import { oneLine, readable, timeOfDay } from "../core/readable.ts";
import { type Descriptions, refusal, subject, thrown } from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { Message, MessageOutcome } from "./types.ts";

/** What all events of one message have. */
export interface MessageEventBase {
  /** Who sent the message. */
  readonly from: string;
  /** Whose mailbox it is for. */
  readonly to: string;
}

/** What all events of one delivery, or of one consumer's copy, have. */
export interface MessageCopyEvent extends MessageEventBase {
  /** The message. */
  readonly messageId: string;
  /** The handler whose copy it is; empty when the agent pulls. */
  readonly handlerId: string;
  /** The newest delivery of the copy, or `0`. */
  readonly epoch: number;
}

/** A message was put into a mailbox. */
export interface MessageSent extends Named<"message:sent">, MessageEventBase {
  /** As it was sent. */
  readonly message: Message;
  /** Whether its sender waits for a response. */
  readonly isRequest: boolean;
}

/** A message was dropped because its id is known: it repeats an earlier one. */
export interface MessageDeduplicated extends Named<"message:deduplicated">, MessageEventBase {
  /** The id that both have. */
  readonly messageId: string;
}

/** A message was broadcast, or published to a topic; it was sent to each recipient just before. */
export interface MessagePublished extends Named<"message:published"> {
  /** Who sent it. */
  readonly from: string;
  /** The topic; `undefined` for a broadcast. */
  readonly topic: string | undefined;
  /** What became of it, one for each recipient. */
  readonly outcomes: readonly MessageOutcome[];
}

/** A message was handed out, under the epoch in it. */
export interface MessageReceived extends Named<"message:received">, MessageEventBase {
  /** As it was handed out. */
  readonly message: Message;
  /** Who has it; empty when the agent took it itself. */
  readonly handlerId: string;
}

/** A message was handled. */
export interface MessageAcked extends Named<"message:acked">, MessageCopyEvent {
  /** How long that took. */
  readonly handledMs: number;
}

/** A delivery failed, and another one follows at `retryAt`. */
export interface MessageNacked extends Named<"message:nacked">, MessageCopyEvent {
  /** Whether the handler said so, or took too long. */
  readonly reason: "failed" | "timed-out";
  /** What the handler threw. */
  readonly error: ErrorData;
  /** Which delivery it was, from 1. */
  readonly attempt: number;
  /** When it is delivered again, or soon after. */
  readonly retryAt: Instant;
}

/** A delivery was taken back because its handler is gone, at no cost to the message. */
export interface MessageReturned extends Named<"message:returned">, MessageCopyEvent {}

/** The pause after a failed delivery is over. */
export interface MessageReadied extends Named<"message:readied">, MessageCopyEvent {}

/** A delivery got more time. */
export interface MessageExtended extends Named<"message:extended">, MessageCopyEvent {
  /** Until when; `Infinity` for as long as it takes. */
  readonly until: Instant;
}

/** A handler left before it got a message that other handlers of its agent got too. */
export interface MessageDropped extends Named<"message:dropped">, MessageCopyEvent {}

/** Why a message is a dead letter. */
export type DeadLetterCause =
  /** Each of its deliveries failed. */
  | "max-deliveries"
  /** Its handler said that no further delivery would help. */
  | "rejected"
  /** It was too late to deliver it. */
  | "expired"
  /** It made room for a newer one. */
  | "evicted"
  /** Its recipient is gone. */
  | "recipient-gone";

/** A message was given up. */
export interface MessageDeadLettered extends Named<"message:dead-lettered">, MessageCopyEvent {
  /** As it was last handed out, or sent. */
  readonly message: Message;
  /** Why. */
  readonly cause: DeadLetterCause;
  /** What its last delivery ended with, if that failed. */
  readonly error: ErrorData | undefined;
}

/** A dead letter was sent again. */
export interface MessageResent extends Named<"message:resent">, MessageEventBase {
  /** The message. */
  readonly messageId: string;
}

/** A dead letter was forgotten, to make room, or for a newer one of the same id. */
export interface MessageForgotten extends Named<"message:forgotten">, MessageEventBase {
  /** The message. */
  readonly messageId: string;
}

/** A request was answered. `from` is who answers, `to` is who asked. */
export interface MessageResponded extends Named<"message:responded">, MessageEventBase {
  /** The request. */
  readonly messageId: string;
  /** The answer. */
  readonly response: unknown;
  /** How long the request waited for it. */
  readonly waitedMs: number;
}

/** A response was dropped, as nobody waits for it. */
export interface MessageResponseDropped extends Named<"message:response-dropped"> {
  /** The request that it answers. */
  readonly messageId: string;
}

/** Why a request ended without a response. */
export type UnansweredReason =
  | "timed-out"
  | "cancelled"
  /** Who asked gives way in a cycle of waits. */
  | "deadlock"
  /** The message is a dead letter. */
  | "undeliverable"
  /** Who asked is gone, or who was to answer. */
  | "agent-gone";

/** A request ended without a response. */
export interface MessageUnanswered extends Named<"message:unanswered">, MessageEventBase {
  /** The request. */
  readonly messageId: string;
  /** Why it ended. */
  readonly reason: UnansweredReason;
  /** How long it waited. */
  readonly waitedMs: number;
}

/** Why a command on messages was refused. */
export type MessageRefusal =
  /** The mailbox is full. */
  | "mailbox-full"
  /** There are as many mailboxes as there may be, and all are in use. */
  | "too-many-mailboxes"
  | "too-many-requests"
  | "too-many-topics"
  | "too-many-handlers"
  /** A handler of that id is there already. */
  | "known-handler"
  | "unknown-handler"
  /** The delivery is over. */
  | "stale-epoch"
  /** There is no such dead letter. */
  | "unknown-message"
  /** No such request waits. */
  | "not-waiting"
  /** There is no message to take. */
  | "empty";

/** A command was refused, and the state is as before. */
export interface MessageRefused extends Named<"message:refused">, MessageEventBase {
  /** The message, where the command names one. */
  readonly messageId: string;
  /** What was refused. */
  readonly command: string;
  /** Why. */
  readonly reason: MessageRefusal;
}

/** An agent got a handler. */
export interface MailboxSubscribed extends Named<"mailbox:subscribed"> {
  /** The agent. */
  readonly agentId: string;
  /** The handler. */
  readonly handlerId: string;
}

/** A handler left its agent. */
export interface MailboxUnsubscribed extends Named<"mailbox:unsubscribed"> {
  /** The agent. */
  readonly agentId: string;
  /** The handler. */
  readonly handlerId: string;
}

/** An agent is known, and gets what is broadcast. */
export interface MailboxOpened extends Named<"mailbox:opened"> {
  /** The agent. */
  readonly agentId: string;
}

/** An agent is gone, and what was in its mailbox is in the dead letters. */
export interface MailboxClosed extends Named<"mailbox:closed"> {
  /** The agent. */
  readonly agentId: string;
  /** Why. */
  readonly reason: string;
}

/** The mailbox that had been idle longest was forgotten, to make room. It was empty. */
export interface MailboxForgotten extends Named<"mailbox:forgotten"> {
  /** The agent. */
  readonly agentId: string;
}

/** An agent gets what is published to a topic. */
export interface TopicSubscribed extends Named<"topic:subscribed"> {
  /** The topic. */
  readonly topic: string;
  /** The agent. */
  readonly agentId: string;
}

/** An agent doesn't get what is published to a topic any more. */
export interface TopicUnsubscribed extends Named<"topic:unsubscribed"> {
  /** The topic. */
  readonly topic: string;
  /** The agent. */
  readonly agentId: string;
}

/** What a mailbox machine can say. */
export type MessageEvent =
  | MessageSent
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
  | MailboxOpened
  | MailboxClosed
  | MailboxForgotten
  | TopicSubscribed
  | TopicUnsubscribed;

/** From the name of an event to its one-line description. */
export const MESSAGE_DESCRIPTIONS: Descriptions<MessageEvent> = {
  "message:sent": ({ from, to, message: { id, payload }, isRequest }) =>
    `${about(id, from, to)} sent${isRequest ? ", awaits a response" : ""}, ${readable(payload)}`,
  "message:deduplicated": ({ from, to, messageId }) =>
    `${about(messageId, from, to)} known, the repeat is dropped`,
  "message:published": ({ from, topic, outcomes }) => {
    const sent = outcomes.filter(({ refused }) => refused === undefined).length;
    const where = topic === undefined ? "broadcast" : `topic ${topic}`;
    return `${where}: ${from} reached ${sent} of ${outcomes.length}`;
  },
  "message:received": ({ from, to, message: { id, epoch, attempt }, handlerId }) =>
    `${about(id, from, to)} → delivered${handedTo(handlerId)} (epoch ${epoch}, attempt ${attempt})`,
  "message:acked": (event) => `${copy(event)} → acked after ${event.handledMs} ms`,
  "message:nacked": (event) =>
    `${copy(event)} → ${event.reason} in attempt ${event.attempt}, again at ` +
    `${timeOfDay(event.retryAt)}, ${thrown(event.error)}`,
  "message:returned": (event) => `${copy(event)} → taken back, its handler is gone`,
  "message:readied": (event) => `${copy(event)} → ready to be delivered again`,
  "message:extended": (event) =>
    `${copy(event)} may be handled ` +
    (event.until === Infinity ? "for ever" : `until ${timeOfDay(event.until)}`),
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
    `${subject("message", messageId)}: the response is dropped, as nobody waits for it`,
  "message:unanswered": ({ from, to, messageId, reason, waitedMs }) =>
    `${about(messageId, from, to)} → unanswered after ${waitedMs} ms (${reason})`,
  "message:refused": ({ messageId, from, to, command, reason }) => {
    const about = messageId === "" ? "" : subject("message", messageId);
    return refusal(command, about, from === "" ? to : from, reason);
  },
  "mailbox:subscribed": ({ agentId, handlerId }) => `mailbox ${agentId}: read by ${handlerId}`,
  "mailbox:unsubscribed": ({ agentId, handlerId }) =>
    `mailbox ${agentId}: not read by ${handlerId} any more`,
  "mailbox:opened": ({ agentId }) => `mailbox ${agentId}: → open`,
  "mailbox:closed": ({ agentId, reason }) => `mailbox ${agentId}: → closed, ${oneLine(reason)}`,
  "mailbox:forgotten": ({ agentId }) => `mailbox ${agentId}: idle → forgotten`,
  "topic:subscribed": ({ topic, agentId }) => `topic ${topic}: goes to ${agentId}`,
  "topic:unsubscribed": ({ topic, agentId }) => `topic ${topic}: doesn't go to ${agentId} any more`,
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
