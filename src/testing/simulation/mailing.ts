/**
 * The messages of a simulated agent: it sends, handles, requests and responds.
 *
 * @module
 */

import type { Outcome } from "../../core/machine.ts";
import type { MessageAnswers, ResumeRequest, SendMessage } from "../../messages/commands.ts";
import type {
  MessageReceived,
  MessageResponded,
  MessageUnanswered,
  RequestDetached,
} from "../../messages/events.ts";
import type { Message } from "../../messages/types.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { RootCommand } from "../../root/state.ts";
import type { Actor, Behavior, Routine } from "./actor.ts";
import { accepted, type NoAnswer } from "./engine.ts";

/** The terms of a message. */
export interface MailTerms {
  /** An id of the sender's choice, by which duplicates are dropped. @default none */
  readonly messageId?: string;
  /** Above 0 for the urgent lane. @default 0 */
  readonly priority?: number;
  /** The milliseconds until it expires, unless it is delivered; 0 for no limit. @default 0 */
  readonly ttlMs?: number;
}

/** The time limit of a handler, in milliseconds. */
const HANDLING_MS = 150;

/** The milliseconds after the limit of a request at which its sender gives up. */
const RESPONSE_TIMEOUT_MS = 400;

/** Returns whether an event ends a call that asks. */
function isEndOfCall(event: LockstepEvent): event is EndOfCall {
  return event.type === "message:responded" || event.type === "message:unanswered" ||
    event.type === "request:detached";
}

type EndOfCall = MessageResponded | MessageUnanswered | RequestDetached;

/** The messages of an agent. */
export class Mailing {
  readonly #agent: Actor;
  /** The epochs of the deliveries that it handles. */
  readonly #known = new Set<number>();
  readonly #requests = new Map<string, (end: LockstepEvent) => void>();
  /** By receiver; `undefined` for one whose wait ended before the agent knew of it. */
  readonly #receivers = new Map<number, (end: LockstepEvent) => void>();
  readonly #ended = new Map<number, LockstepEvent>();
  readonly #handlers = new Set<string>();
  /** A receiver that is kept for it. */
  #ticket: number | undefined;

  /** Creates the messages of an agent that has none. */
  constructor(agent: Actor) {
    this.#agent = agent;
  }

  /** Loses all that the agent knows. */
  forget(): void {
    this.#known.clear();
    this.#requests.clear();
    this.#receivers.clear();
    this.#ended.clear();
    this.#handlers.clear();
    this.#ticket = undefined;
  }

  /** Returns whether the agent observes `event`, as far as messages are concerned. */
  concerns(event: LockstepEvent): boolean {
    switch (event.type) {
      case "message:received":
        return event.handlerId !== "" || event.receiverId !== undefined;
      case "receiver:ended":
      case "receiver:detached":
        return true;
      case "message:responded":
      case "message:unanswered":
      case "request:detached":
        return this.#requests.has(event.messageId);
      default:
        return false;
    }
  }

  /** Receives an event. */
  observe(event: LockstepEvent): void {
    if (event.type === "receiver:ended" || event.type === "receiver:detached") {
      return this.#endReceive(event.receiverId, event);
    }
    if (event.type === "message:received") {
      if (event.receiverId === undefined) return this.#receive(event);
      return this.#endReceive(event.receiverId, event);
    }
    if (!isEndOfCall(event)) return;
    const resume = this.#requests.get(event.messageId);
    this.#requests.delete(event.messageId);
    resume?.(event);
  }

  #endReceive(receiverId: number, event: LockstepEvent): void {
    const resume = this.#receivers.get(receiverId);
    if (resume === undefined) return void this.#ended.set(receiverId, event);
    this.#receivers.delete(receiverId);
    resume(event);
  }

  /** Attaches a handler, at times of a topic, and detaches those from before a crash. */
  *subscribe(topic?: string): Routine<void> {
    const { world, id: agentId } = this.#agent;
    const attached = world.engine.isDown ? [] : this.#attachedHandlers();
    for (const handlerId of attached) {
      if (this.#handlers.has(handlerId)) continue;
      yield* this.#agent.deliver({ type: "detach-handler", agentId, handlerId, takesBack: true });
    }
    const handlerId = world.name("handler");
    this.#handlers.add(handlerId);
    yield* this.#agent.deliver({
      ...{ type: "attach-handler", agentId, handlerId },
      ...(topic !== undefined && { topic }),
    });
  }

  /** Detaches one of its handlers, if it has any. */
  *unsubscribe(takesBack: boolean): Routine<void> {
    const [handlerId] = this.#handlers;
    if (handlerId === undefined) return;
    this.#handlers.delete(handlerId);
    const { id: agentId } = this.#agent;
    yield* this.#agent.deliver({ type: "detach-handler", agentId, handlerId, takesBack });
  }

  /** Receives messages one by one, and waits a while when there is none. */
  *pull(): Behavior {
    const { world } = this.#agent;
    for (let rounds = 0; rounds < 40; rounds += world.isOver ? 1 : 0) {
      const received = yield* this.receive();
      if (!received) yield* this.#agent.sleep(world.chance.between(5, 20));
    }
  }

  /** Receives a message, if one comes in time. Returns whether one came. */
  *receive(): Routine<boolean> {
    const { world, id: agentId } = this.#agent;
    const { chance } = world;
    const waitMs = chance.pick([0, 0, 10, 40]);
    const keepMs = world.isOver ? 0 : chance.pick([0, 0, 20, 60]);
    const ticket = chance.happens(0.8) ? this.#ticket : undefined;
    this.#ticket = undefined;
    if (ticket !== undefined && world.injects("caller-vanishes", 0.3)) return false;
    if (ticket !== undefined && world.injects("caller-late", 0.3)) {
      yield* this.#agent.sleep(chance.around(50));
    }
    const received = accepted(
      yield* this.#agent.call({
        ...{ type: "receive-message", agentId, timeoutMs: HANDLING_MS },
        ...(waitMs > 0 && { waitMs }),
        ...(keepMs > 0 && { keepMs }),
        ...(ticket !== undefined && { ticket }),
      }),
    );
    const message = received !== undefined && "receiverId" in received
      ? yield* this.#await(received.receiverId, waitMs)
      : received;
    if (message !== undefined) yield* this.#handle(message);
    return message !== undefined;
  }

  /** Waits for the message of a receiver; at times not for as long as the receiver waits. */
  *#await(receiverId: number, waitMs: number): Routine<Message | undefined> {
    const { world } = this.#agent;
    const aborts = world.chance.happens(0.1);
    const end = yield* this.#agent.wait<LockstepEvent | undefined>((resume) => {
      const early = this.#ended.get(receiverId);
      if (early !== undefined) return resume(early);
      this.#receivers.set(receiverId, resume);
      if (aborts) world.after(world.chance.int(waitMs + 1), () => resume(undefined));
      else if (world.isUnreliable) {
        world.after(waitMs + RESPONSE_TIMEOUT_MS, () => resume(undefined));
      }
    });
    this.#receivers.delete(receiverId);
    this.#ended.clear();
    if (end?.type === "message:received") return end.message;
    if (end?.type === "receiver:detached") {
      this.#ticket = receiverId;
      if (world.chance.happens(0.2)) {
        yield* this.#agent.call({ type: "detach-receive", receiverId, keepMs: 30 });
      }
      return undefined;
    }
    if (aborts) yield* this.#agent.call({ type: "cancel-receive", receiverId });
    return undefined;
  }

  /** Sends a message to `to`. */
  *send(to: string, terms: MailTerms = {}): Routine<void> {
    yield* this.#agent.call(this.#message(to, terms, 0, { ask: false }));
  }

  /** Sends a request to `to` and waits for the response. Returns whether there was one. */
  *request(to: string, responseMs: number, terms: MailTerms = {}): Routine<boolean> {
    const { world } = this.#agent;
    const messageId = world.name("ask");
    const kept = world.chance.happens(0.5)
      ? { keepMs: world.chance.pick([20, 100]), waitMs: world.chance.pick([0, 10]) }
      : undefined;
    const command = {
      ...this.#message(to, { ...terms, messageId }, responseMs, { ask: true }),
      ...kept,
    };
    const end = yield* this.#agent.wait<LockstepEvent | undefined>((resume) => {
      this.#requests.set(messageId, resume);
      world.send(command, (answer) => {
        const sent = accepted(answer as Outcome<MessageAnswers, SendMessage> | NoAnswer);
        if (sent?.deduplicated !== false) resume(undefined);
      });
      if (world.isUnreliable) {
        world.after(RESPONSE_TIMEOUT_MS + responseMs, () => resume(undefined));
      }
    });
    this.#requests.delete(messageId);
    if (kept !== undefined && end?.type === "request:detached") {
      return yield* this.#resume(messageId, to, kept.keepMs);
    }
    return end?.type === "message:responded";
  }

  /** Resumes a request that it has left, once. Returns whether there was a response. */
  *#resume(messageId: string, to: string, keepMs: number): Routine<boolean> {
    const { world, id: from } = this.#agent;
    const { chance } = world;
    if (world.injects("caller-vanishes", 0.3)) return false;
    const isLate = world.injects("caller-late", 0.3);
    yield* this.#agent.sleep(isLate ? chance.around(2 * keepMs) : chance.int(keepMs));
    if (chance.happens(0.2)) {
      yield* this.#agent.call({ type: "detach-request", messageId, keepMs });
    }
    const end = yield* this.#agent.wait<LockstepEvent | "responded" | undefined>((resume) => {
      this.#requests.set(messageId, resume);
      world.send({ type: "resume-request", messageId, from, to, keepMs }, (answer) => {
        const got = accepted(answer as Outcome<MessageAnswers, ResumeRequest> | NoAnswer);
        if (got?.status !== "waiting") {
          resume(got?.status === "responded" ? "responded" : undefined);
        }
      });
      if (world.isUnreliable) world.after(RESPONSE_TIMEOUT_MS, () => resume(undefined));
    });
    this.#requests.delete(messageId);
    return end === "responded" || (typeof end === "object" && end.type === "message:responded");
  }

  /** Handles deliveries whose events were lost. */
  resync(): void {
    const { engine } = this.#agent.world;
    for (
      const { epoch, handlerId, channel: { consumer } } of engine.state.messages.deliveries.values()
    ) {
      if (!this.#handlers.has(handlerId) || this.#known.has(epoch)) continue;
      if (consumer.mailbox.agentId !== this.#agent.id) continue;
      const copy = engine.state.messages.deliveries.get(epoch)!;
      this.#begin(copy.id, epoch, copy.payload.value);
    }
  }

  #attachedHandlers(): string[] {
    const { world, id } = this.#agent;
    const consumers = world.engine.state.messages.mailboxes.get(id)?.consumers ?? [];
    return consumers.map(({ handlerId }) => handlerId).filter((handlerId) => handlerId !== "");
  }

  #message(to: string, terms: MailTerms, responseMs: number, payload: unknown): SendMessage {
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
    if (this.#known.has(epoch)) return; // the event came twice
    this.#known.add(epoch);
    const message = { id: messageId, epoch, payload };
    this.#agent.spawn(this.#handle(message), () => this.#known.delete(epoch));
  }

  *#handle({ id, epoch, payload }: Pick<Message, "id" | "epoch" | "payload">): Behavior {
    const { world, id: agentId } = this.#agent;
    const { chance } = world;
    if (world.isUnreliable || chance.happens(0.1)) {
      yield* this.#agent.call({ type: "extend-message", agentId, epoch, timeoutMs: HANDLING_MS });
    }
    yield* this.#agent.sleep(chance.around(4));
    if (world.injects("handler-hangs", 0.1)) return yield* this.#agent.wait<void>(() => {});
    const throws = world.injects("handler-throws", 0.3) || chance.happens(0.02);
    const isAsk = (payload as { ask?: boolean } | null)?.ask === true;
    if (isAsk && !throws) {
      yield* this.#agent.call({
        ...{ type: "respond", messageId: id, response: "well" },
        ...(chance.happens(0.2) && { error: { name: "Error", message: "it can't be done" } }),
      });
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
    if (world.injects("duplicate-report", 0.3)) world.send(report, () => {});
    if (world.injects("late-report", 0.2)) yield* this.#agent.sleep(chance.around(200));
    yield* this.#agent.deliver(report);
    if (world.injects("handler-answers-twice", 0.3)) {
      yield* this.#agent.deliver(throws ? ack : nack);
    }
  }
}
