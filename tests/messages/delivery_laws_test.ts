/**
 * The laws of the runner of message handlers: a handler is called once for each delivery, and its
 * signal aborts exactly when the delivery is lost before the handler has reported its end.
 */

import { assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError, NonRetryableError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { MessageAnswers, MessageCommand } from "../../src/messages/commands.ts";
import { DeliveryLostError } from "../../src/messages/errors.ts";
import type { MessageEvent } from "../../src/messages/events.ts";
import type { DeliveryContext, Subscription } from "../../src/messages/handlers.ts";
import { messageMachine } from "../../src/messages/machine.ts";
import { MessageRouter } from "../../src/messages/message_router.ts";
import type { MessageState } from "../../src/messages/state.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { settle } from "../support/settle.ts";

type Command = Exclude<MessageCommand, { type: "tick" }>;

const agentId = fc.constantFrom("a", "a", "a", "b");
const back = fc.nat(3);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("send" as const), agentId }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("subscribe" as const),
      agentId,
      timeoutMs: fc.constantFrom(0, 5, 5),
      readsSignal: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), agentId }) },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "signal" as const,
        "signal" as const,
        "return" as const,
        "throw" as const,
        "give up" as const,
        "ack" as const,
        "unsubscribe" as const,
        "unsubscribe" as const,
      ),
      back,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.constantFrom(1, 5, 20) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer Each> ? Each : never;

/** A call of a handler. */
interface Call {
  readonly context: DeliveryContext;
  readonly end: PromiseWithResolvers<void>;
  /** Whether the handler has returned, thrown or acked. */
  hasReported: boolean;
  signal: AbortSignal | undefined;
  loss: DeliveryLostError["reason"] | undefined;
}

const LOSSES = ["message:nacked", "message:returned", "message:dropped", "message:dead-lettered"];

class Run {
  readonly clock = new SimulatedClock(1_000);
  readonly engine: Engine<MessageState, Command, MessageEvent, MessageAnswers>;
  readonly router: MessageRouter;
  readonly calls: Call[] = [];
  readonly subscriptions: Subscription[] = [];

  constructor() {
    const machine = messageMachine({ retryDelay: 2, maxDeliveries: 2 });
    this.engine = new Engine(machine, { clock: this.clock, logger: silentLogger });
    this.engine.observe(LOSSES as never, (event: MessageEvent) => this.#note(event));
    this.router = new MessageRouter({}, undefined, silentLogger, {
      host: { dispatcher: this.engine, state: () => this.engine.state },
    });
  }

  async do(action: Action): Promise<void> {
    this.#begin(action);
    await settle();
    this.check();
  }

  #begin(action: Action): void {
    const { router } = this;
    switch (action.type) {
      case "send":
        return void router.send("z", action.agentId, "?").catch(() => {});
      case "subscribe": {
        const { agentId, timeoutMs, readsSignal } = action;
        const handle = (_: unknown, context: DeliveryContext) => this.#call(context, readsSignal);
        this.subscriptions.push(router.subscribe(agentId, handle, { timeoutMs }));
        return;
      }
      case "remove":
        return void router.removeAgent(action.agentId).catch(() => {});
      case "pass":
        return this.clock.advanceSync(action.ms);
      case "unsubscribe":
        return this.subscriptions.at(-1 - action.back)?.unsubscribe();
    }
    const call = this.calls.at(-1 - action.back);
    if (call === undefined) return;
    if (action.type === "signal") {
      if (call.hasReported || call.signal !== undefined) return;
      if (call.loss !== undefined) call.loss = "gone"; // it is too late to say how
      call.signal = call.context.signal;
      return;
    }
    call.hasReported = true;
    if (action.type === "return") call.end.resolve();
    else if (action.type === "throw") call.end.reject(new Error("again"));
    else if (action.type === "give up") call.end.reject(new NonRetryableError("never"));
    else call.context.ack().catch(() => {});
  }

  #call(context: DeliveryContext, readsSignal: boolean): Promise<void> {
    const end = Promise.withResolvers<void>();
    const signal = readsSignal ? context.signal : undefined;
    this.calls.push({ context, end, hasReported: false, signal, loss: undefined });
    return end.promise;
  }

  #note(event: MessageEvent): void {
    const { epoch } = event as { epoch?: number };
    const call = this.calls.find(({ context }) => context.epoch === epoch);
    if (call !== undefined && !call.hasReported) call.loss ??= reasonOf(event);
  }

  check(): void {
    const epochs = this.calls.map(({ context }) => context.epoch);
    assertEquals(new Set(epochs).size, epochs.length, "each delivery is handled once");
    for (const { signal, loss } of this.calls) {
      if (signal === undefined) continue;
      assertEquals(signal.aborted, loss !== undefined, "a signal aborts with its delivery");
      if (loss === undefined) continue;
      assertInstanceOf(signal.reason, DeliveryLostError);
      assertEquals(signal.reason.reason, loss);
    }
  }

  /** Shuts the router down, which aborts the signals of what is in delivery. */
  async end(): Promise<void> {
    const open = this.calls.filter(({ signal, loss, hasReported }) =>
      signal !== undefined && loss === undefined && !hasReported
    );
    await this.router.shutdown();
    await settle();
    for (const { signal } of open) {
      assertEquals(signal!.aborted, true);
      const isLost = signal!.reason instanceof DeliveryLostError;
      if (!isLost) assertInstanceOf(signal!.reason, ClosedError);
    }
    for (const { signal, hasReported, loss } of this.calls) {
      if (hasReported && loss === undefined) assertEquals(signal?.aborted ?? false, false);
    }
    await this.engine.close();
    assertEquals(this.clock.pending, 0);
  }
}

function reasonOf(event: MessageEvent): DeliveryLostError["reason"] {
  if (event.type === "message:nacked") return "timed-out";
  if (event.type !== "message:dead-lettered") return "returned";
  return event.cause === "recipient-gone" ? "recipient-gone" : "timed-out";
}

Deno.test("each signal of a delivery aborts when that is lost, and never by the handler's own end", async () => {
  const actions = fc.array(action, { maxLength: 50, size: "max" });
  await fc.assert(
    fc.asyncProperty(actions, async (actions) => {
      const run = new Run();
      for (const action of actions) await run.do(action);
      await run.end();
    }),
    { numRuns: 200 },
  );
});
