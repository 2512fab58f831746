/**
 * A mailbox machine with a clock that is moved by hand, and short words for what tests do with it.
 */

import { assertEquals } from "@std/assert";
import type { MessageEvent } from "../../src/messages/events.ts";
import type { Message } from "../../src/messages/types.ts";
import type { MessageCommand, SendMessage } from "../../src/messages/commands.ts";
import { messageMachine } from "../../src/messages/machine.ts";
import type { MessageConfig, MessageState } from "../../src/messages/state.ts";

export class PostOffice {
  readonly machine: ReturnType<typeof messageMachine>;
  readonly state: MessageState;
  now = 0;

  constructor(config: Partial<MessageConfig> = {}) {
    this.machine = messageMachine({ retryDelay: 100, ...config });
    this.state = this.machine.init();
  }

  do(command: MessageCommand): MessageEvent[] {
    return this.machine.step(this.state, command, this.now);
  }

  /** Lets `ms` pass. */
  pass(ms: number): MessageEvent[] {
    this.now += ms;
    return this.do({ type: "tick" });
  }

  /** Lets time pass until something is due. */
  passToNext(): MessageEvent[] {
    return this.pass(Math.max(0, this.machine.deadline(this.state) - this.now));
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

  attach(agentId: string, handlerId: string): MessageEvent[] {
    return this.do({ type: "attach-handler", agentId, handlerId });
  }

  detach(agentId: string, handlerId: string, takesBack = false): MessageEvent[] {
    return this.do({ type: "detach-handler", agentId, handlerId, takesBack });
  }

  receive(agentId: string, timeoutMs = 0): Message | undefined {
    const [event] = this.do({ type: "receive-message", agentId, timeoutMs });
    return event?.type === "message:received" ? event.message : undefined;
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

  /** What is out for delivery: payloads by epoch. */
  out(): Map<number, unknown> {
    return new Map([...this.state.deliveries].map(([epoch, copy]) => [epoch, copy.payload.value]));
  }

  /** The epoch under which `payload` is out, to `handlerId` if that is given. */
  epochOf(payload: unknown, handlerId?: string): number {
    for (const [epoch, copy] of this.state.deliveries) {
      const fits = handlerId === undefined || copy.handlerId === handlerId;
      if (copy.payload.value === payload && fits) return epoch;
    }
    throw new Error(`${payload} is not out for delivery`);
  }

  /** Has `command` refused for `reason`, with nothing else happening. */
  refuses(command: MessageCommand, reason: string): void {
    const events = this.do(command);
    assertEquals(events.map((event) => [event.type, "reason" in event && event.reason]), [
      ["message:refused", reason],
    ]);
  }
}

/** Events as short lines: what happened to which payload. */
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

/** The payloads that were handed out, in order. */
export function received(events: readonly MessageEvent[]): unknown[] {
  return events.flatMap((event) =>
    event.type === "message:received" ? [event.message.payload] : []
  );
}
