import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  LimitError,
  NonRetryableError,
  StaleEpochError,
} from "../../src/core/errors.ts";
import {
  DeliveryLostError,
  MailboxFullError,
  ResponseTimeoutError,
  UnansweredError,
  UnknownMessageError,
} from "../../src/messages/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { DeadlockError } from "../../src/locks/errors.ts";
import type { DeadlockDetected } from "../../src/locks/events.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { Engine } from "../../src/core/engine.ts";
import { type Logger, silentLogger } from "../../src/core/logger.ts";
import type { Message } from "../../src/messages/types.ts";
import { messageMachine } from "../../src/messages/machine.ts";
import {
  type DeliveryContext,
  MessageRouter,
  type MessageRouterConfig,
} from "../../src/messages/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

/** A router on a simulated clock. */
class Setting implements AsyncDisposable {
  readonly clock = new SimulatedClock(1_000);
  readonly eventBus = new EventBus(false, { logger: silentLogger, clock: this.clock });
  readonly router: MessageRouter;

  constructor(config: MessageRouterConfig = {}, logger: Logger = silentLogger) {
    this.router = new MessageRouter(config, this.eventBus, logger, { clock: this.clock });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router.shutdown();
    assertEquals(this.clock.pending, 0, "no timer may be left behind");
  }
}

Deno.test("a synchronous handler has ended when send() returns", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const got: unknown[] = [];
  router.subscribe("b", ({ payload, from }) => got.push(from, payload));
  const sent = router.send("a", "b", 1);
  assertEquals(got, ["a", 1]);
  assertEquals(await sent, "message-1");
  assertEquals(router.peek("b"), []);
});

Deno.test("M1-sent-before-subscribe-lost: earlier messages are handled after subscribe() returns", async () => {
  await using setting = new Setting();
  const { router } = setting;
  await router.send("a", "b", 1);
  const got: unknown[] = [];
  router.subscribe("b", ({ payload }) => got.push(payload));
  assertEquals(got, []);
  await undefined;
  assertEquals(got, [1]);
});

Deno.test("M2-sweep-rejects-fresh-requests: maintenance ends no request before its deadline", async () => {
  await using setting = new Setting();
  const { router, clock } = setting;
  const response = router.sendWithResponse("a", "b", "?", 5_000);
  await clock.advance(4_999);
  await router.performMaintenance();
  const [request] = router.peek("b");
  await router.sendResponse(request!.id, "!");
  assertEquals(await response, "!");
});

Deno.test("M3-cannot-unsubscribe: each of the ways to unsubscribe ends the calls", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const got: unknown[] = [];
  const handler = ({ payload }: Message) => got.push(payload);
  const first = router.subscribe("b", handler);
  await router.send("a", "b", 1);
  first.unsubscribe();
  first.unsubscribe();
  await router.send("a", "b", 2);
  assertEquals(got, [1]);
  const second = router.subscribe("b", handler);
  assert(router.unsubscribe("b", second.id));
  assert(!router.unsubscribe("b", second.id));
  await undefined;
  {
    using _ = router.subscribe("b", handler);
    await undefined;
  }
  await router.send("a", "b", 3);
  assertEquals(got, [1, 2]);
  assertEquals(router.peek("b").map(({ payload }) => payload), [3]);
});

Deno.test("M4-async-handler-error-unhandled: a handler that rejects is logged and tried again", async () => {
  const logged: unknown[] = [];
  const logger = { ...silentLogger, error: (...data: unknown[]) => logged.push(data) };
  Object.assign(logger, { debug() {}, info() {}, warn() {} });
  await using setting = new Setting({}, logger as Logger);
  const { router, clock } = setting;
  const attempts: number[] = [];
  router.subscribe("b", async (_message, { attempt }) => {
    attempts.push(attempt);
    await undefined;
    if (attempt < 3) throw new Error("not yet");
  });
  await router.send("a", "b", 1);
  await clock.runUntilIdle();
  assertEquals(attempts, [1, 2, 3]);
  assertEquals(logged.length, 2);
  assertEquals(router.deadLetters(), []);
});

Deno.test("M5-receiver-cannot-tell-the-sender: handlers and events have sender and recipient", async () => {
  await using setting = new Setting();
  const { router, eventBus } = setting;
  const seen: unknown[] = [];
  for (const name of ["message:sent", "message:received"] as const) {
    eventBus.on(name, ({ from, to, message }) => seen.push([name, from, to, message.payload]));
  }
  router.subscribe("b", ({ from, to }) => seen.push([from, to]));
  await router.send("a", "b", 1);
  assertEquals(seen, [
    ["message:sent", "a", "b", 1],
    ["message:received", "a", "b", 1],
    ["a", "b"],
  ]);
});

Deno.test("M6-unbounded-mailbox: a full mailbox rejects the sender", async () => {
  await using setting = new Setting({ mailboxCapacity: 1 });
  const { router } = setting;
  await router.send("a", "b", 1);
  const error = await assertRejects(() => router.send("a", "b", 2), MailboxFullError);
  assertEquals([error.code, error.from, error.to, error.limit], ["mailbox-full", "a", "b", 1]);
  assertEquals(
    error.message,
    'Cannot send a message from "a" to "b": the mailbox must have room for it, the limit is 1',
  );
});

Deno.test("a handler that throws delays no other handler and no other agent", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const got: string[] = [];
  router.subscribe("b", () => {
    throw new Error("always");
  });
  router.subscribe("b", ({ payload }) => got.push(`second ${payload}`));
  router.subscribe("c", ({ payload }) => got.push(`c ${payload}`));
  for (const payload of [1, 2]) {
    await router.send("a", "b", payload);
    await router.send("a", "c", payload);
  }
  assertEquals(got, ["second 1", "c 1", "second 2", "c 2"]);
});

Deno.test("a result whose `then` throws fails the delivery, and not the sender's call", async () => {
  await using setting = new Setting({ maxDeliveries: 1 });
  const { router } = setting;
  router.subscribe("b", () => ({
    get then() {
      throw new Error("unreadable");
    },
  }));
  await router.send("a", "b", 1);
  assertEquals(router.deadLetters("b").map(({ error }) => error?.message), ["unreadable"]);
});

Deno.test("messages that handlers send are handled after them, in chains of any length", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const order: string[] = [];
  router.subscribe("b", ({ payload }) => {
    order.push(`begin ${payload}`);
    if (payload as number > 0) router.send("b", "b", payload as number - 1);
    order.push(`end ${payload}`);
  });
  await router.send("a", "b", 1);
  assertEquals(order, ["begin 1", "end 1", "begin 0", "end 0"]);
  order.length = 0;
  await router.send("a", "b", 50_000);
  assertEquals(order.length, 2 * 50_001);
});

Deno.test("an asynchronous handler gets the next message of a sender when it has ended", async () => {
  await using setting = new Setting();
  const { router, clock } = setting;
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const begun: unknown[] = [];
  router.subscribe("b", async ({ payload }) => {
    begun.push(payload);
    await gates[payload as number]?.promise;
  });
  await router.send("a", "b", 0);
  await router.send("a", "b", 1);
  await router.send("c", "b", 2);
  assertEquals(begun, [0, 2]);
  gates[0]!.resolve();
  await clock.advance(0);
  assertEquals(begun, [0, 2, 1]);
  gates[1]!.resolve();
  await clock.advance(0);
});

Deno.test("a handler that takes too long loses its delivery, and its signal aborts", async () => {
  await using setting = new Setting({ messageTimeout: 100, retryDelay: 0, maxDeliveries: 2 });
  const { router, clock, eventBus } = setting;
  const contexts: DeliveryContext[] = [];
  const gate = Promise.withResolvers<void>();
  let acked = 0;
  eventBus.on("message:acked", () => acked++);
  router.subscribe("b", async (_message, context) => {
    contexts.push(context);
    assert(!context.signal.aborted);
    await gate.promise;
  });
  await router.send("a", "b", 1);
  await clock.advance(100);
  assertEquals(contexts.length, 2);
  const { reason } = contexts[0]!.signal;
  assertInstanceOf(reason, DeliveryLostError);
  assertEquals([reason.reason, reason.epoch], ["timed-out", 1]);
  await clock.advance(100);
  assert(contexts[1]!.signal.aborted);
  gate.resolve();
  await clock.advance(0);
  assertEquals(acked, 0);
  assertEquals(router.deadLetters("b").map(({ cause }) => cause), ["max-deliveries"]);
  assertEquals((await router.getHealthStatus()).metrics["staleReports"], 2);
});

Deno.test("an unsubscribed handler that takes too long loses its delivery to the other one", async () => {
  await using setting = new Setting({ messageTimeout: 100 });
  const { router, clock } = setting;
  const lost: unknown[] = [];
  const hang = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => lost.push(signal.reason.reason));
    return new Promise(() => {});
  };
  const first = router.subscribe("b", (_message, { signal }) => hang(signal));
  await router.send("a", "b", 1);
  const got: unknown[] = [];
  router.subscribe("b", ({ payload }) => got.push(payload));
  await router.send("c", "b", 2);
  first.unsubscribe();
  await clock.advance(100);
  assertEquals(lost, ["returned", "returned"]);
  assertEquals(got, [2, 1]); // the second message reached both, the first one is handed over
  assertEquals(router.peek("b"), []);
});

Deno.test("context.extend() gives a handler more time", async () => {
  await using setting = new Setting({ messageTimeout: 100 });
  const { router, clock } = setting;
  const gate = Promise.withResolvers<void>();
  let attempts = 0;
  router.subscribe("b", async (_message, context) => {
    attempts++;
    await context.extend(1_000);
    await gate.promise;
  });
  await router.send("a", "b", 1);
  await clock.advance(900);
  gate.resolve();
  await clock.advance(0);
  assertEquals([attempts, router.peek("b").length], [1, 0]);
});

Deno.test("context.ack() ends the delivery before the handler, which may fail afterwards", async () => {
  await using setting = new Setting();
  const { router, clock } = setting;
  const gate = Promise.withResolvers<void>();
  let attempts = 0;
  router.subscribe("b", async (_message, context) => {
    attempts++;
    await context.ack();
    await assertRejects(() => context.ack(), StaleEpochError);
    await gate.promise;
    throw new Error("too late to matter");
  });
  await router.send("a", "b", 1);
  await clock.advance(0);
  assertEquals(router.peek("b"), []);
  gate.resolve();
  await clock.runUntilIdle();
  assertEquals(attempts, 1);
});

Deno.test("a message that the handler acked itself is not acked again", async () => {
  await using setting = new Setting();
  const { router } = setting;
  router.subscribe("b", (_message, context) => void context.ack());
  await router.send("a", "b", 1);
  assertEquals((await router.getHealthStatus()).metrics["staleReports"], 0);
});

Deno.test("a handler whose agent is removed before it is called is not called", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const got: unknown[] = [];
  for (const from of ["a", "c"]) await router.send(from, "b", from);
  const subscription = router.subscribe("b", ({ payload }) => {
    got.push(payload);
    router.removeAgent("b");
  });
  await undefined;
  assertEquals(got, ["a"]);
  assert(!router.unsubscribe("b", subscription.id));
  // The one report is that of the first message, which was lost while it was handled.
  assertEquals((await router.getHealthStatus()).metrics["staleReports"], 1);
});

Deno.test("removeAgent() ends the deliveries of the agent's handlers", async () => {
  await using setting = new Setting();
  const { router, clock } = setting;
  let reason: unknown;
  router.subscribe("b", async (_message, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reason = signal.reason;
  });
  await router.send("a", "b", 1);
  await router.removeAgent("b", "crashed");
  await clock.advance(0);
  assertEquals(reason instanceof DeliveryLostError && reason.reason, "recipient-gone");
  assertEquals(router.deadLetters().map(({ cause, message }) => [cause, message.payload]), [
    ["recipient-gone", 1],
  ]);
  const got: unknown[] = [];
  router.subscribe("b", ({ payload }) => got.push(payload));
  await router.resend("message-1");
  assertEquals(got, [1]);
});

Deno.test("a signal that is first read after its delivery was lost is aborted", async () => {
  await using setting = new Setting();
  const { router } = setting;
  let aborted: boolean | undefined;
  router.subscribe("b", (_message, context) => {
    router.removeAgent("b");
    aborted = context.signal.aborted;
  });
  await router.send("a", "b", 1);
  assertEquals(aborted, true);
});

Deno.test("an unsubscribed handler is not called again, and its messages wait", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const got: unknown[] = [];
  for (const from of ["a", "c"]) await router.send(from, "b", from);
  const subscription = router.subscribe("b", ({ payload }) => {
    got.push(payload);
    subscription.unsubscribe();
  });
  await undefined;
  assertEquals(got, ["a"]);
  assertEquals(router.peek("b").map(({ payload, attempt }) => [payload, attempt]), [["c", 0]]);
});

Deno.test("a NonRetryableError makes a dead letter at once", async () => {
  await using setting = new Setting();
  const { router } = setting;
  router.subscribe("b", () => {
    throw new NonRetryableError("never");
  });
  await router.send("a", "b", 1);
  const [dead] = router.deadLetters("b");
  assertEquals([dead?.cause, dead?.error?.message], ["rejected", "never"]);
  assertEquals(router.deadLetters("c"), []);
  await assertRejects(() => router.resend("message-7"), UnknownMessageError);
});

Deno.test("sendWithResponse() resolves with the response, also after the handler has ended", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const ids: string[] = [];
  router.subscribe("adder", ({ payload, type }, context) => {
    assertEquals(type, "request");
    context.respond((payload as number) + 1);
  });
  router.subscribe("slow", ({ id }) => ids.push(id));
  assertEquals(await router.sendWithResponse<number>("a", "adder", 1), 2);
  const response = router.sendWithResponse("a", "slow", 1);
  assertEquals(router.getWaitingRequests(), new Map([["a", ["slow"]]]));
  assert(await router.sendResponse(ids[0]!, undefined));
  assertEquals(await response, undefined);
  assert(!await router.sendResponse(ids[0]!, "again"));
});

Deno.test("an unanswered request rejects at its deadline, and a late response is dropped", async () => {
  await using setting = new Setting({ messageTimeout: 500 });
  const { router, clock } = setting;
  const response = assertRejects(
    () => router.sendWithResponse("a", "b", "?"),
    ResponseTimeoutError,
  );
  await clock.advance(500);
  const error = await response;
  assertEquals([error.messageId, error.from, error.to, error.timeoutMs], [
    "message-1",
    "a",
    "b",
    500,
  ]);
  assertEquals(await router.sendResponse("message-1", "!"), false);
  assertEquals((await router.getHealthStatus()).metrics["lateResponses"], 1);
});

Deno.test("a request is cancelled by its signal, without a trace", async () => {
  await using setting = new Setting({ unknownRecipients: "allow" });
  const { router, clock } = setting;
  const abort = new AbortController();
  const response = assertRejects(
    () => router.sendWithResponse("a", "b", "?", { signal: abort.signal }),
    Error,
    "changed my mind",
  );
  abort.abort(new Error("changed my mind"));
  await response;
  assertEquals([router.getWaitingRequests().size, clock.pending], [0, 0]);
  await assertRejects(
    () => router.sendWithResponse("a", "b", "?", { signal: abort.signal }),
    Error,
    "changed my mind",
  );
  assertEquals(router.peek("b").length, 1);
});

Deno.test("a request removes its listener from the signal however it ends", async () => {
  await using setting = new Setting();
  const { router, clock } = setting;
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  router.subscribe("b", (_message, context) => void context.respond(1));
  await router.sendWithResponse("a", "b", "?", { signal });
  const late = assertRejects(() => router.sendWithResponse("a", "c", "?", { signal }));
  await clock.advance(10_000);
  await late;
  assertEquals(listeners, 0);
});

Deno.test("a request rejects at once when it can't be delivered", async () => {
  await using setting = new Setting({ maxDeliveries: 1 });
  const { router } = setting;
  router.subscribe("b", () => {
    throw new Error("no");
  });
  const error = await assertRejects(
    () => router.sendWithResponse("a", "b", "?"),
    UnansweredError,
  );
  assertEquals([error.reason, error.messageId], ["undeliverable", "message-1"]);
});

Deno.test("an agent that pulls receives, acks and nacks under the epoch of the delivery", async () => {
  await using setting = new Setting({ messageTimeout: 100, retryDelay: 0 });
  const { router, clock } = setting;
  assertEquals(await router.receive("b"), undefined);
  await router.send("a", "b", 1);
  const first = await router.receive("b");
  assertEquals([first?.message.payload, first?.attempt], [1, 1]);
  assertEquals(await router.receive("b"), undefined);
  await router.nack("b", first!.epoch);
  await clock.advance(0);
  const second = await router.receive("b", { timeoutMs: 0 });
  await router.extend("b", second!.epoch, 50);
  await clock.advance(50);
  await assertRejects(() => router.ack("b", second!.epoch), StaleEpochError);
  const third = await router.receive("b");
  await router.ack("b", third!.epoch);
  assertEquals([third?.attempt, clock.pending], [3, 0]);
});

Deno.test("send() is idempotent for an id", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const got: unknown[] = [];
  router.subscribe("b", ({ payload }) => got.push(payload));
  assertEquals(await router.send("a", "b", 1, { id: "order-1" }), "order-1");
  assertEquals(await router.send("a", "b", 1, { id: "order-1" }), "order-1");
  assertEquals(got, [1]);
});

Deno.test("broadcast() and publish() resolve with the outcome for each recipient", async () => {
  await using setting = new Setting({ mailboxCapacity: 1 });
  const { router } = setting;
  await router.registerAgent("a");
  await router.subscribeTopic("b", "news");
  await router.subscribeTopic("c", "news");
  assertEquals([router.subscribersOf("news"), router.topicsOf("b")], [["b", "c"], ["news"]]);
  await router.send("a", "c", "fills it");
  assertEquals(await router.broadcast("a", 1), [
    { to: "b", messageId: "message-2", refused: undefined },
    { to: "c", messageId: "", refused: "mailbox-full" },
  ]);
  await router.unsubscribeTopic("c", "news");
  assertEquals(await router.publish("a", "news", 2, { priority: 1 }), [
    { to: "b", messageId: "message-3", refused: undefined },
  ]);
  assertEquals(router.peek("b").map(({ type, payload, topic }) => [type, payload, topic]), [
    ["topic", 2, "news"],
    ["broadcast", 1, undefined],
  ]);
});

Deno.test("payloads are carried as they are, whatever they are", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const payload = { when: new Date(), self: undefined as unknown, run: () => 1 };
  payload.self = payload;
  let got: unknown;
  router.subscribe("b", (message) => got = message.payload);
  await router.send("a", "b", payload);
  assertStrictEquals(got, payload);
});

Deno.test("metadata reach every recipient as they are, and stay with a dead letter", async () => {
  await using setting = new Setting({ maxDeliveries: 1 });
  const { router } = setting;
  const metadata = { trace: "t1" };
  const isIn = (message: Message | undefined) => assertStrictEquals(message?.metadata, metadata);
  for (const agent of ["b", "c"]) await router.subscribeTopic(agent, "topic");
  await router.send("a", "b", 1, { metadata });
  await router.broadcast("a", 2, { metadata });
  await router.publish("a", "topic", 3, { metadata });
  assertEquals(router.peek("b").length, 3);
  router.peek("b").forEach(isIn);
  router.peek("c").forEach(isIn);
  isIn(router.inbox("b").entries[0]?.message);
  const delivery = await router.receive("b");
  isIn(delivery?.message);
  await delivery!.nack(new Error("no"));
  isIn(router.deadLetters("b")[0]?.message);
  await router.resend(delivery!.message.id);
  isIn(router.peek("b").at(-1));

  const asked = router.sendWithResponse("a", "d", 4, { metadata });
  isIn(router.peek("d")[0]);
  router.subscribe("d", (message, context) => {
    isIn(message);
    return context.respond("ok");
  });
  assertEquals(await asked, "ok");
  await router.send("a", "e", 5);
  assertEquals(router.peek("e").some((message) => "metadata" in message), false);
});

Deno.test("ids such as __proto__ are ids like any other", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const got: unknown[] = [];
  router.subscribe("__proto__", ({ from }) => got.push(from));
  await router.send("constructor", "__proto__", 1, { id: "toString" });
  await router.subscribeTopic("__proto__", "__proto__");
  assertEquals((await router.publish("hasOwnProperty", "__proto__", 1)).length, 1);
  assertEquals(got, ["constructor", "hasOwnProperty"]);
});

Deno.test("shutdown() rejects waiting calls, aborts deliveries, and refuses further calls", async () => {
  const setting = new Setting();
  const { router, clock } = setting;
  const response = assertRejects(() => router.sendWithResponse("a", "c", "?"), ClosedError);
  let signal: AbortSignal | undefined;
  router.subscribe("b", (_message, context) => {
    signal = context.signal;
    return new Promise(() => {});
  });
  await router.send("a", "b", 1);
  await router.shutdown();
  await response;
  await undefined;
  assert(signal?.aborted);
  await router.shutdown();
  await assertRejects(() => router.send("a", "b", 1), ClosedError);
  assertThrows(() => router.subscribe("b", () => {}), ClosedError);
  assertEquals(clock.pending, 0);
  assertEquals((await router.getHealthStatus()).healthy, false);
});

Deno.test("shutdown() of a router on a shared machine leaves its messages there", async () => {
  const engine = new Engine(messageMachine(), { logger: silentLogger });
  const host = { dispatcher: engine, state: () => engine.state };
  const router = new MessageRouter({}, undefined, silentLogger, { host });
  router.subscribe("b", () => new Promise(() => {}));
  await router.send("a", "b", 1);
  await router.shutdown();
  assertEquals([engine.state.deliveries.size, engine.state.consumers.size], [0, 0]);
  const next = new MessageRouter({}, undefined, silentLogger, { host });
  assertEquals(next.peek("b").map(({ payload, attempt }) => [payload, attempt]), [[1, 0]]);
  await next.shutdown();
  await engine.close();
});

Deno.test("when the machine stops, calls that wait reject and signals abort", async () => {
  const engine = new Engine(messageMachine(), { logger: silentLogger });
  const host = { dispatcher: engine, state: () => engine.state };
  const router = new MessageRouter({ messageTimeout: 0 }, undefined, silentLogger, { host });
  let signal: AbortSignal | undefined;
  router.subscribe("b", (_message, context) => {
    signal = context.signal;
    return new Promise(() => {});
  });
  const response = assertRejects(() => router.sendWithResponse("a", "b", "?"), ClosedError);
  await engine.close();
  await response;
  assertInstanceOf(signal?.reason, ClosedError);
  await router.shutdown();
});

Deno.test("a request that is the victim of a deadlock rejects with the cycle of waits", async () => {
  await using engine = new Engine(messageMachine(), { logger: silentLogger });
  let detect: (event: DeadlockDetected) => void = () => {};
  const dispatcher = new Proxy(engine, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "observe") return value.bind(target);
      return (types: readonly never[], observer: typeof detect) => {
        if ((types as readonly string[]).includes("deadlock:detected")) detect = observer;
        return target.observe(types, observer as never);
      };
    },
  });
  const host = { dispatcher, state: () => engine.state };
  await using router = new MessageRouter({}, undefined, silentLogger, { host });
  const response = assertRejects(() => router.sendWithResponse("a", "b", "?"), DeadlockError);
  const cycle = { agents: ["a", "b"], owners: ["a", "b"], resources: ["", "db"], victim: "a" };
  const victim = { owner: "a", waitId: 0, waitedMs: 0 };
  detect({ type: "deadlock:detected", askId: "another", ...cycle, ...victim });
  detect({ type: "deadlock:detected", askId: "message-1", ...cycle, ...victim });
  const error = await response;
  assertEquals([error.agents, error.resources], [["a", "b"], ["", "db"]]);
});

Deno.test("a full mailbox and a recent dead letter are unhealthy", async () => {
  await using setting = new Setting({ mailboxCapacity: 1 });
  const { router, clock } = setting;
  await router.registerAgent("b");
  assertEquals((await router.getHealthStatus()).healthy, true);
  await router.send("a", "b", 1, { ttlMs: 10 });
  assertEquals((await router.getHealthStatus()).error, "1 mailbox is full");
  await clock.advance(10);
  const ill = await router.getHealthStatus();
  assertEquals([ill.healthy, ill.metrics["deadLetters"]], [false, 1]);
  await clock.advance(60_000);
  assertEquals((await router.getHealthStatus()).healthy, true);
});

Deno.test("H1-always-healthy: a router that refuses every send to a new name is unhealthy", async () => {
  const limits = { maxMailboxes: 2, maxTopics: 1, maxRequests: 1 };
  await using setting = new Setting({ ...limits, unknownRecipients: "allow" });
  const { router } = setting;
  const error = async () => (await router.getHealthStatus()).error;
  await router.send("a", "b", 1);
  assertEquals(await error(), undefined);
  await router.send("a", "c", 1);
  await assertRejects(() => router.send("a", "d", 1));
  assertEquals(await error(), "the table of mailboxes is full");
  const subscription = router.subscribe("b", () => {});
  await setting.clock.advance(0);
  subscription.unsubscribe();
  assertEquals(await error(), undefined);
  await router.subscribeTopic("c", "news");
  const request = router.sendWithResponse("a", "c", 1).catch(() => {});
  assertEquals(await error(), "the table of requests is full; the table of topics is full");
  await router.shutdown();
  await request;
});

Deno.test("malformed arguments are rejected with the rule that they break", async () => {
  await using setting = new Setting({ maxHandlers: 1 });
  const { router } = setting;
  const refused: [() => unknown, string][] = [
    [() => router.send("", "b", 1), "from must have 1 to 256 characters"],
    [() => router.send("a", 7 as never, 1), "to must be a string"],
    [() => router.send("a", "b", 1, { ttlMs: 0 }), "ttlMs must be a positive integer"],
    [() => router.send("a", "b", 1, { priority: NaN }), "priority must be a number"],
    [() => router.send("a", "b", 1, { id: "message-9" }), "id must not have the form"],
    [() => router.sendWithResponse("a", "b", 1, -5), "timeoutMs must be a non-negative integer"],
    [
      () => router.sendWithResponse("a", "b", 1, { signal: {} as never }),
      "signal must be an AbortSignal",
    ],
    [() => router.publish("a", "", 1), "topic must have 1 to 256 characters"],
    [() => router.ack("b", 0), "epoch must be a positive integer"],
    [() => router.receive("b", { timeoutMs: 1.5 }), "timeoutMs must be a non-negative integer"],
    [() => router.extend("b", 1, -1), "timeoutMs must be a non-negative integer"],
  ];
  for (const [call, rule] of refused) {
    const error = await assertRejects(async () => await call(), Error);
    assert(error instanceof TypeError || error instanceof RangeError, rule);
    assert(error.message.includes(rule), error.message);
  }
  assertThrows(() => router.subscribe("b", 1 as never), TypeError, "handler must be a function");
  router.subscribe("b", () => {});
  assertThrows(() => router.subscribe("b", () => {}), LimitError);
  for (
    const config of [
      { mailboxCapacity: 0 },
      { mailboxPolicy: "drop-newest" },
      { retryDelay: -1 },
      { messageTimeout: "1" },
    ]
  ) {
    assertThrows(() => new MessageRouter(config as never), Error, "Cannot create a message router");
  }
});

Deno.test("the handlers of a process have different names, also before the journal has them", async () => {
  await using router = new MessageRouter({}, undefined, silentLogger, {
    journal: new MemoryJournal(),
  });
  await router.initialize();
  const names = ["a", "b", "c"].map((agentId) => router.subscribe(agentId, () => {}).id);
  assertEquals(names, ["handler-1", "handler-2", "handler-3"]);
});
