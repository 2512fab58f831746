/**
 * Public data types of messages.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/** A message as its recipient sees it. */
export interface Message {
  /** Unique among all messages. */
  readonly id: string;
  /** What the sender calls this kind of message: "message", "request", "broadcast" or "topic". */
  readonly type: string;
  /** What the sender sent, as it came. */
  readonly payload: unknown;
  /** When it was sent. */
  readonly timestamp: Instant;
  /** Above 0 for urgent ones, which overtake all others. */
  readonly priority: number;
  /** When it is too late to deliver it; `undefined` for never. */
  readonly expiry?: Instant | undefined;
  /** Who sent it. */
  readonly from: string;
  /** Whose mailbox it is for. */
  readonly to: string;
  /** The topic that it was published to, if it was. */
  readonly topic?: string | undefined;
  /** The delivery that handed it out; 0 before the first. */
  readonly epoch: number;
  /** Which delivery that was, from 1; 0 before the first. */
  readonly attempt: number;
}

/** What became of a message for one of several recipients. */
export interface MessageOutcome {
  /** The recipient. */
  readonly to: string;
  /** The id of the recipient's message; empty when it was refused. */
  readonly messageId: string;
  /** Why it was not sent, if it was not. */
  readonly refused: "mailbox-full" | undefined;
}
