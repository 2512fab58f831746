/**
 * How an agent of a simulated world sends messages, handles them, and waits for responses.
 *
 * @module
 */

import type { RootCommand } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { MessageReceived } from "../../messages/events.ts";
import type { Message } from "../../messages/types.ts";
import type { SimulatedAgent } from "./agent.ts";
import type { Behaviour, Doing } from "./thread.ts";

/** How a message is sent; everything may be left out. */
export interface MailTerms {
  /** An id of the sender's choice, by which a repeat is dropped. @default none */
  readonly messageId?: string;
  /** Above 0 for the urgent lane. @default 0 */
  readonly priority?: number;
  /** How long it may take to be delivered; 0 for as long as it takes. @default 0 */
  readonly ttlMs?: number;
}

/** How long a handler may take where it may never end. */
const HANDLING_MS = 150;

/** How long an agent waits for a response that it may never be told of. */
const PATIENCE_MS = 400;

/** An agent's dealings with messages. */
export class Mailing {
  readonly #agent: SimulatedAgent;
  /** Deliveries that it knows of, by epoch. */
  readonly #known = new Set<number>();
  readonly #requests = new Map<string, (end: LockstepEvent) => void>();
  readonly #handlers = new Set<string>();

  /** Of an agent that has no mail. */
  constructor(agent: SimulatedAgent) {
    this.#agent = agent;
  }

  /** Forgets everything. */
  forget(): void {
    this.#known.clear();
    this.#requests.clear();
    this.#handlers.clear();
  }

  /** Whether `event` tells the agent of a message. */
  concerns(event: LockstepEvent): boolean {
    switch (event.type) {
      case "message:received":
        return event.handlerId !== "";
      case "message:responded":
      case "message:unanswered":
        return this.#requests.has(event.messageId);
      default:
        return false;
    }
  }

  /** Takes note of an event. */
  hear(event: LockstepEvent): void {
    if (event.type === "message:received") return this.#receive(event);
    if (event.type !== "message:responded" && event.type !== "message:unanswered") return;
    const resume = this.#requests.get(event.messageId);
    this.#requests.delete(event.messageId);
    resume?.(event);
  }

  /** Gets a handler, and takes those of earlier lives away. */
  *subscribe(): Doing<void> {
    const { world, id: agentId } = this.#agent;
    const earlier = world.host.isDown ? [] : this.#consumers();
    for (const handlerId of earlier) {
      if (this.#handlers.has(handlerId)) continue;
      yield* this.#agent.insist({ type: "detach-handler", agentId, handlerId, takesBack: true });
    }
    const handlerId = world.name("handler");
    this.#handlers.add(handlerId);
    yield* this.#agent.insist({ type: "attach-handler", agentId, handlerId });
  }

  /** Takes one of its handlers away, if it has any. */
  *unsubscribe(takesBack: boolean): Doing<void> {
    const [handlerId] = this.#handlers;
    if (handlerId === undefined) return;
    this.#handlers.delete(handlerId);
    const { id: agentId } = this.#agent;
    yield* this.#agent.insist({ type: "detach-handler", agentId, handlerId, takesBack });
  }

  /** Takes messages for as long as there are any, and then waits a while. */
  *pull(): Behaviour {
    const { world, id: agentId } = this.#agent;
    for (let rounds = 0; rounds < 40; rounds += world.isOver ? 1 : 0) {
      const events = yield* this.#agent.ask({
        ...{ type: "receive-message", agentId, timeoutMs: HANDLING_MS },
      });
      const received = events?.find((event) =>
        event.type === "message:received" && event.to === agentId && event.handlerId === ""
      );
      if (received === undefined) yield* this.#agent.sleep(world.chance.between(5, 20));
      else yield* this.#handle((received as MessageReceived).message);
    }
  }

  /** Sends a message to `to`. */
  *send(to: string, terms: MailTerms = {}): Doing<void> {
    yield* this.#agent.ask(this.#message(to, terms, 0, { ask: false }));
  }

  /** Asks `to` and waits for the response. Whether there was one. */
  *request(to: string, responseMs: number, terms: MailTerms = {}): Doing<boolean> {
    const { world } = this.#agent;
    const messageId = world.name("ask");
    const command = this.#message(to, { ...terms, messageId }, responseMs, { ask: true });
    const end = yield* this.#agent.wait<LockstepEvent | undefined>((resume) => {
      this.#requests.set(messageId, resume);
      world.send(command, (events) => {
        const isSent = events?.some((event) =>
          event.type === "message:sent" && event.message.id === messageId
        );
        if (isSent !== true) resume(undefined);
      });
      if (world.isUnsure) world.after(PATIENCE_MS + responseMs, () => resume(undefined));
    });
    this.#requests.delete(messageId);
    return end?.type === "message:responded";
  }

  /** Takes up what was delivered to it and never told. */
  lookAround(): void {
    const { host } = this.#agent.world;
    for (
      const { epoch, handlerId, channel: { consumer } } of host.state.messages.deliveries.values()
    ) {
      if (!this.#handlers.has(handlerId) || this.#known.has(epoch)) continue;
      if (consumer.mailbox.agentId !== this.#agent.id) continue;
      const copy = host.state.messages.deliveries.get(epoch)!;
      this.#begin(copy.envelope.id, epoch, copy.envelope.payload.value);
    }
  }

  #consumers(): string[] {
    const { world, id } = this.#agent;
    const consumers = world.host.state.messages.mailboxes.get(id)?.consumers ?? [];
    return consumers.map(({ handlerId }) => handlerId).filter((handlerId) => handlerId !== "");
  }

  #message(to: string, terms: MailTerms, responseMs: number, payload: unknown): RootCommand {
    const { messageId = "", priority = 0, ttlMs = 0 } = terms;
    return {
      ...{ type: "send-message", from: this.#agent.id, to, kind: "message", payload },
      ...{ messageId, priority, ttlMs, responseMs },
    };
  }

  #receive({ message: { id, epoch, payload }, handlerId }: MessageReceived): void {
    if (this.#handlers.has(handlerId)) this.#begin(id, epoch, payload);
  }

  #begin(messageId: string, epoch: number, payload: unknown): void {
    if (this.#known.has(epoch)) return; // it was told twice
    this.#known.add(epoch);
    const message = { id: messageId, epoch, payload };
    this.#agent.spawn(this.#handle(message), () => this.#known.delete(epoch));
  }

  *#handle({ id, epoch, payload }: Pick<Message, "id" | "epoch" | "payload">): Behaviour {
    const { world, id: agentId } = this.#agent;
    const { chance } = world;
    if (world.isUnsure || chance.happens(0.1)) {
      yield* this.#agent.ask({ type: "extend-message", agentId, epoch, timeoutMs: HANDLING_MS });
    }
    yield* this.#agent.sleep(chance.around(4));
    if (world.fails("handler-hangs", 0.1)) return yield* this.#agent.wait<void>(() => {});
    const throws = world.fails("handler-throws", 0.3) || chance.happens(0.02);
    const isAsk = (payload as { ask?: boolean } | null)?.ask === true;
    if (isAsk && !throws) {
      yield* this.#agent.ask({ type: "respond", messageId: id, response: "well" });
    }
    const ack: RootCommand = { type: "ack-message", agentId, epoch };
    const nack: RootCommand = {
      ...{ type: "nack-message", agentId, epoch, isFinal: chance.happens(0.1) },
      error: { name: "Error", message: "it threw" },
    };
    const report = throws
      ? nack
      : chance.happens(0.02)
      ? { type: "return-message" as const, agentId, epoch }
      : ack;
    if (world.fails("duplicate-report", 0.3)) world.send(report, () => {});
    if (world.fails("late-report", 0.2)) yield* this.#agent.sleep(chance.around(200));
    yield* this.#agent.insist(report);
    if (world.fails("handler-answers-twice", 0.3)) {
      yield* this.#agent.insist(throws ? ack : nack);
    }
  }
}
