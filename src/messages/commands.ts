/**
 * What a mailbox machine can be told to do. Times are milliseconds; 0 stands for none.
 *
 * @module
 */

import type { Named, Tick } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";

/** What every way of sending has. */
export interface Sending {
  /** Who sends. */
  readonly from: string;
  /** What the sender calls this kind of message. */
  readonly kind: string;
  /** Kept as it comes, never looked into. */
  readonly payload: unknown;
  /** Above 0 for the urgent lane. */
  readonly priority: number;
  /** How long it may take to be delivered. */
  readonly ttlMs: number;
}

/** Sends a message to one agent. */
export interface SendMessage extends Named<"send-message">, Sending {
  /** Who is to get it. */
  readonly to: string;
  /** An id of the sender's choice, or empty. A repeat of one is dropped. */
  readonly messageId: string;
  /** How long the sender waits for a response. */
  readonly responseMs: number;
}

/** Sends a message to all other agents that have a mailbox. */
export interface BroadcastMessage extends Named<"broadcast-message">, Sending {}

/** Sends a message to all agents that are subscribed to a topic. */
export interface PublishMessage extends Named<"publish-message">, Sending {
  /** The topic. */
  readonly topic: string;
}

/** Answers a message whose sender waits for a response. */
export interface Respond extends Named<"respond"> {
  /** The message that is answered. */
  readonly messageId: string;
  /** Kept as it comes, never looked into. */
  readonly response: unknown;
}

/** Stops waiting for a response. */
export interface CancelRequest extends Named<"cancel-request"> {
  /** The message whose response nobody wants any more. */
  readonly messageId: string;
  /** Whether who asked wants it so, or has to give way in a deadlock. @default "cancelled" */
  readonly reason?: "cancelled" | "deadlock";
}

/** Reports on a delivery, or asks something of it. */
export interface DeliveryCommand {
  /** Whose mailbox the message is from. */
  readonly agentId: string;
  /** The delivery that is meant. */
  readonly epoch: number;
}

/** The message is handled. */
export interface AckMessage extends Named<"ack-message">, DeliveryCommand {}

/** The message could not be handled. */
export interface NackMessage extends Named<"nack-message">, DeliveryCommand {
  /** What went wrong. */
  readonly error: ErrorData;
  /** Whether another delivery would end the same way. */
  readonly isFinal: boolean;
}

/** The delivery did not begin: the message is to be delivered again, at no cost. */
export interface ReturnMessage extends Named<"return-message">, DeliveryCommand {}

/** The delivery goes on, for `timeoutMs` from this moment at most. */
export interface ExtendMessage extends Named<"extend-message">, DeliveryCommand {
  /** 0 lifts the limit. */
  readonly timeoutMs: number;
}

/** Takes the next message of an agent that pulls. */
export interface ReceiveMessage extends Named<"receive-message"> {
  /** Whose mailbox it is. */
  readonly agentId: string;
  /** How long the agent may take to handle it. */
  readonly timeoutMs: number;
}

/** Gives an agent a handler, which is delivered messages from here on. */
export interface AttachHandler extends Named<"attach-handler"> {
  /** The agent. */
  readonly agentId: string;
  /** The handler; no other one has the same id at the same time. */
  readonly handlerId: string;
}

/** Takes a handler away. */
export interface DetachHandler extends Named<"detach-handler"> {
  /** The agent. */
  readonly agentId: string;
  /** The handler. */
  readonly handlerId: string;
  /** Whether what it is handling is taken back, at no cost; else it may end that. */
  readonly takesBack: boolean;
}

/** Has an agent get what is published to a topic. */
export interface SubscribeTopic extends Named<"subscribe-topic"> {
  /** The agent. */
  readonly agentId: string;
  /** The topic. */
  readonly topic: string;
}

/** Ends that. */
export interface UnsubscribeTopic extends Named<"unsubscribe-topic"> {
  /** The agent. */
  readonly agentId: string;
  /** The topic. */
  readonly topic: string;
}

/** Sends a dead letter again to who did not get it. */
export interface ResendMessage extends Named<"resend-message"> {
  /** The dead letter. */
  readonly messageId: string;
}

/** Makes an agent known, so that broadcasts reach it whether or not it was sent anything. */
export interface OpenMailbox extends Named<"open-mailbox"> {
  /** The agent. */
  readonly agentId: string;
}

/** An agent is gone: its mailbox is emptied into the dead letters and forgotten. */
export interface CloseMailbox extends Named<"close-mailbox"> {
  /** The agent. */
  readonly agentId: string;
  /** Why. */
  readonly reason: string;
}

/** What a mailbox machine can be told to do. */
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
  | AttachHandler
  | DetachHandler
  | SubscribeTopic
  | UnsubscribeTopic
  | ResendMessage
  | OpenMailbox
  | CloseMailbox
  | Tick;
