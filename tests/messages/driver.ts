/**
 * A driver of the mailbox machine with short verbs for its commands.
 */

import { assertEquals } from "@std/assert";
import { Refusal } from "../../src/core/machine.ts";
import type { MessageAnswers, MessageCommand, SendMessage } from "../../src/messages/commands.ts";
import type { MessageConfig } from "../../src/messages/config.ts";
import type { MessageEvent } from "../../src/messages/events.ts";
import { messageMachine, type MessagePart } from "../../src/messages/machine.ts";
import type { MessageState } from "../../src/messages/state.ts";
import type { Message } from "../../src/messages/types.ts";
import { Driver } from "../support/driver.ts";

type Command = Exclude<MessageCommand, { type: "tick" }>;

export class MessageDriver extends Driver<MessageState, Command, MessageEvent, MessageAnswers> {
  declare readonly machine: MessagePart;

  constructor(config: Partial<MessageConfig> = {}) {
    super(messageMachine({ retryDelay: 100, ...config }));
  }

  send(
    from: string,
    to: string,
    payload: unknown,
    more: Partial<SendMessage> = {},
  ): MessageEvent[] {
    return this.do({
      type: "send-message",
      from,
      to,
      kind: "message",
      payload,
      priority: 0,
      ttlMs: 0,
      messageId: "",
      responseMs: 0,
      ...more,
    });
  }

  broadcast(from: string, payload: unknown): MessageEvent[] {
    const terms = { kind: "broadcast", priority: 0, ttlMs: 0 };
    return this.do({ type: "broadcast-message", from, payload, ...terms });
  }

  publish(from: string, topic: string, payload: unknown): MessageEvent[] {
    const terms = { kind: "topic", priority: 0, ttlMs: 0 };
    return this.do({ type: "publish-message", from, topic, payload, ...terms });
  }

  attach(agentId: string, handlerId: string, topic?: string): MessageEvent[] {
    const named = topic === undefined ? {} : { topic };
    return this.do({ type: "attach-handler", agentId, handlerId, ...named });
  }

  detach(agentId: string, handlerId: string, takesBack = false): MessageEvent[] {
    return this.do({ type: "detach-handler", agentId, handlerId, takesBack });
  }

  receive(agentId: string, timeoutMs = 0): Message | undefined {
    const answer = this.ask({ type: "receive-message", agentId, timeoutMs });
    if (answer === undefined || answer instanceof Refusal) return undefined;
    return "receiverId" in answer ? undefined : answer;
  }

  ack(agentId: string, epoch: number): MessageEvent[] {
    return this.do({ type: "ack-message", agentId, epoch });
  }

  nack(agentId: string, epoch: number, more: { isFinal?: boolean; retryAfterMs?: number } = {}) {
    const { isFinal = false, retryAfterMs } = more;
    const error = {
      name: "Error",
      message: "no",
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    return this.do({ type: "nack-message", agentId, epoch, error, isFinal });
  }

  /** Returns the payloads in delivery, by epoch. */
  out(): Map<number, unknown> {
    return new Map([...this.state.deliveries].map(([epoch, copy]) => [epoch, copy.payload.value]));
  }

  /** Returns the epoch of the delivery of `payload`, to `handlerId` if that is given. */
  epochOf(payload: unknown, handlerId?: string): number {
    for (const [epoch, copy] of this.state.deliveries) {
      const fits = handlerId === undefined || copy.handlerId === handlerId;
      if (copy.payload.value === payload && fits) return epoch;
    }
    throw new Error(`${payload} is not in delivery`);
  }

  /** Asserts that `command` is refused for `reason`. */
  refuses(command: Command, reason: string): void {
    const events = this.do(command);
    assertEquals(events.map((event) => [event.type, "reason" in event && event.reason]), [
      ["message:refused", reason],
    ]);
    assertEquals(this.answer, new Refusal(events[0]!));
  }
}

/** Returns events as short lines: the type, the payload or id, the handler and the reason. */
export function lines(events: readonly MessageEvent[]): string[] {
  return events.map((event) => {
    const what = "message" in event
      ? event.message.payload
      : "messageId" in event
      ? event.messageId
      : "agentId" in event
      ? event.agentId
      : "";
    const why = "cause" in event ? event.cause : "reason" in event ? event.reason : "";
    const who = "handlerId" in event ? event.handlerId : "";
    return [event.type, what, who, why].filter((part) => part !== "").join(" ");
  });
}

/** Returns the payloads that were delivered, in order. */
export function received(events: readonly MessageEvent[]): unknown[] {
  return events.flatMap((event) =>
    event.type === "message:received" ? [event.message.payload] : []
  );
}
