/**
 * Public data types of messages.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import { ticketOf } from "../core/tickets.ts";

/** Begins the tickets of waits for a message. */
export const RECEIVER_TICKETS = "receiver";

/** Begins the tickets of requests. */
export const REQUEST_TICKETS = "request";

const MADE_ID = "message-";

/** Returns the ticket of a request, whose id was made. */
export function requestTicket(messageId: string): string {
  return ticketOf(REQUEST_TICKETS, Number(messageId.slice(MADE_ID.length)));
}

/** Returns the id of the request with the ticket of that number. */
export function requestOfTicket(ticket: number): string {
  return MADE_ID + ticket;
}

/**
 * A message as its recipient sees it.
 * @category Messages
 */
export interface Message<Payload = unknown> {
  /** Unique among all messages. */
  readonly id: string;
  /** The kind of message, chosen by its sender: "message", "request", "broadcast" or "topic". */
  readonly type: string;
  /** The value that was sent, never looked into. */
  readonly payload: Payload;
  /** When it was sent. */
  readonly timestamp: Instant;
  /** Above 0 for urgent messages, which overtake all others. */
  readonly priority: number;
  /** When it expires; `undefined` for never. */
  readonly expiry?: Instant | undefined;
  /** The agent that sent it. */
  readonly from: string;
  /** The agent whose mailbox it is for. */
  readonly to: string;
  /** The topic that it was published to, if it was. */
  readonly topic?: string | undefined;
  /** The metadata that its sender gave, never looked into; absent without any. */
  readonly metadata?: unknown;
  /** The epoch of its delivery; 0 before the first. */
  readonly epoch: number;
  /** The number of that delivery, from 1; 0 before the first. */
  readonly attempt: number;
}

/**
 * The outcome of a broadcast or a publication for one of its recipients.
 * @category Messages
 */
export interface MessageOutcome {
  /** The recipient. */
  readonly to: string;
  /** The id of the recipient's message; empty when it was refused. */
  readonly messageId: string;
  /** The reason for a refusal; `undefined` when the message was sent. */
  readonly refused: "mailbox-full" | undefined;
}
