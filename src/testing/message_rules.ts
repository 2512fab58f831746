/**
 * What a history of messages must keep to: what is handled was sent, it is handled once, and what
 * one sender sends to one recipient is handled in the order in which it was sent.
 *
 * @module
 */

import type { Accuse } from "./history.ts";

/** A message that was sent, from one sender to one reader of a recipient. */
interface Sent {
  readonly messageId: string;
  readonly channel: Channel;
  /** Where in the history its sending began, and where it was done. */
  readonly begun: number;
  done: number;
  isOver: boolean;
}

/** All messages of one lane from one sender to one reader. */
interface Channel {
  /** Oldest first; those that are over are skipped when they come first. */
  readonly sent: Sent[];
  first: number;
}

/** Follows the messages of a history. Each call costs O(1), amortized. */
export class MessageRules {
  readonly #channels = new Map<string, Channel>();
  readonly #sent = new Map<string, Sent>();
  readonly #accuse: Accuse;

  constructor(accuse: Accuse) {
    this.#accuse = accuse;
  }

  /** A message is being sent; what orders it is known when it is done. */
  begin(messageId: string, from: string, to: string, urgent: boolean, position: number): void {
    const key = `${from}\u0000${to}\u0000${urgent}`;
    let channel = this.#channels.get(key);
    if (channel === undefined) this.#channels.set(key, channel = { sent: [], first: 0 });
    const sent = { messageId, channel, begun: position, done: Infinity, isOver: false };
    channel.sent.push(sent);
    this.#sent.set(messageId, sent);
  }

  /** A message was sent: those that are begun from here on come after it. */
  done(messageId: string, position: number): void {
    const sent = this.#sent.get(messageId);
    if (sent !== undefined) sent.done = position;
  }

  /** A message is handed out. */
  deliver(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent === undefined) {
      return this.#accuse("NothingFromNowhere", `"${messageId}" was delivered and never sent`);
    }
    if (sent.isOver) {
      return this.#accuse("HandledOnce", `"${messageId}" was delivered after it was handled`);
    }
    const first = this.#firstOf(sent.channel);
    if (first === undefined || first.done >= sent.begun) return;
    this.#accuse(
      "FifoPerPair",
      `"${messageId}" was delivered before "${first.messageId}", which was sent earlier`,
    );
  }

  /** A message was handled. */
  handle(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent === undefined) return;
    if (sent.isOver) this.#accuse("HandledOnce", `"${messageId}" was handled twice`);
    sent.isOver = true;
  }

  /** A message won't be delivered. */
  bury(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent !== undefined) sent.isOver = true;
  }

  #firstOf(channel: Channel): Sent | undefined {
    const { sent } = channel;
    let first = sent[channel.first];
    while (first?.isOver === true) first = sent[++channel.first];
    if (channel.first > 64 && channel.first * 2 > sent.length) {
      sent.splice(0, channel.first);
      channel.first = 0;
    }
    return first;
  }
}
