import { assertEquals, assertRejects } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import {
  ClosedError,
  LimitError,
  NonRetryableError,
  StaleEpochError,
  UnknownAgentError,
} from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { MessageRouterConfig } from "../../src/messages/config.ts";
import { MessageRouter } from "../../src/messages/message_router.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { lines, MessageDriver } from "./driver.ts";

class Setting implements AsyncDisposable {
  readonly clock = new SimulatedClock(1_000);
  readonly router: MessageRouter;

  constructor(config: MessageRouterConfig = {}) {
    const bus = new EventBus(false, { logger: silentLogger, clock: this.clock });
    const rules = { unknownRecipients: "allow", retryDelay: 0, ...config } as const;
    this.router = new MessageRouter(rules, bus, silentLogger, { clock: this.clock });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router.shutdown();
    assertEquals(this.clock.pending, 0, "no timer may be left behind");
  }
}

Deno.test("M7-receiver-polls: a receiver gets the message in the step in which it arrives", () => {
  const driver = new MessageDriver({ unknownRecipients: "allow" });
  const wait = { type: "receive-message", agentId: "b", timeoutMs: 50, waitMs: 100 } as const;
  assertEquals(lines(driver.do(wait)), ["receiver:queued b"]);
  assertEquals(driver.answer, { receiverId: 1 });
  driver.do(wait);
  const events = driver.send("a", "b", "hello");
  const received = events.find((event) => event.type === "message:received")!;
  assertEquals([received.receiverId, received.message.payload], [1, "hello"]);
  assertEquals([...driver.state.receivers.keys()], [2]);
});

Deno.test("a message that no receiver acks is delivered to the next one when its limit is over", async () => {
  await using setting = new Setting({ messageTimeout: 50 });
  const { router, clock } = setting;
  const dies = router.receive("b", { waitMs: 1_000 });
  const survives = router.receive("b", { waitMs: 1_000 });
  await router.send("a", "b", "work");
  assertEquals((await dies)?.attempt, 1);
  await clock.advance(50);
  const delivery = await survives;
  assertEquals([delivery?.message.payload, delivery?.attempt], ["work", 2]);
  await delivery!.ack();
  assertEquals(router.peek("b"), []);
});

Deno.test("a wait without a message resolves with undefined when its time is over", async () => {
  await using setting = new Setting();
  const { router, clock } = setting;
  let result: unknown = "waiting";
  const wait = router.receive("b", { waitMs: 100 }).then((received) => result = received);
  await clock.advance(99);
  assertEquals(result, "waiting");
  await clock.advance(1);
  await wait;
  assertEquals(result, undefined);
});

Deno.test("an aborted signal ends the wait, and the message goes to the next receiver", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const abort = new AbortController();
  const first = router.receive("b", { waitMs: 1_000, signal: abort.signal });
  const second = router.receive("b", { waitMs: 1_000 });
  abort.abort(new Error("changed my mind"));
  await assertRejects(() => first, Error, "changed my mind");
  await router.send("a", "b", 1);
  await (await second)!.ack();
  const aborted = router.receive("b", { waitMs: 5, signal: abort.signal });
  await assertRejects(() => aborted, Error, "changed my mind");
});

Deno.test("a delivery that crosses an abort on its way through the journal is returned at no cost", async () => {
  const router = new MessageRouter({}, undefined, silentLogger, {
    journal: new MemoryJournal(),
  });
  await router.initialize();
  await router.registerAgent("b");
  const abort = new AbortController();
  const wait = router.receive("b", { waitMs: 10_000, signal: abort.signal });
  const sent = router.send("a", "b", 1);
  abort.abort(new Error("too late"));
  await assertRejects(() => wait, Error, "too late");
  await sent;
  const received = await router.receive("b", { waitMs: 1_000 });
  assertEquals([received?.message.payload, received?.attempt], [1, 1]);
  await received!.ack();
  await router.shutdown();
});

Deno.test("a removed agent and a closed router end the waits", async () => {
  await using setting = new Setting();
  const { router } = setting;
  const removed = router.receive("b", { waitMs: 1_000 });
  await router.removeAgent("b");
  await assertRejects(() => removed, UnknownAgentError, '"b"');
  const closed = router.receive("b", { waitMs: 1_000 });
  await router.shutdown();
  await assertRejects(() => closed, ClosedError);
  await assertRejects(() => router.receive("b"), ClosedError);
});

Deno.test("M11-one-delivery-to-two: handlers come first, and a receiver gets what they leave", async () => {
  await using setting = new Setting({ maxInFlight: 1 });
  const { router } = setting;
  const handled: unknown[] = [];
  const never = new Promise(() => {});
  const subscription = router.subscribe("b", ({ payload }) => {
    handled.push(payload);
    return never;
  }, { timeoutMs: 0 });
  for (const payload of [1, 2]) await router.send(`a${payload}`, "b", payload);
  assertEquals(await router.receive("b"), undefined);
  const wait = router.receive<number>("b", { waitMs: 1_000 });
  subscription.unsubscribe();
  const received = await wait;
  assertEquals([handled, received?.message.payload], [[1], 2]);
  await received!.ack();
});

Deno.test("`await using` nacks a message that was not acked, and an ack counts once", async () => {
  await using setting = new Setting();
  const { router, clock } = setting;
  await router.send("a", "b", 1);
  {
    await using delivery = await router.receive("b");
    assertEquals(delivery?.attempt, 1);
  }
  await clock.advance(0);
  {
    await using delivery = await router.receive("b");
    assertEquals(delivery?.attempt, 2);
    await delivery!.ack();
    await assertRejects(() => delivery!.nack(), StaleEpochError);
  }
  assertEquals(router.peek("b"), []);
});

Deno.test("nack() of a received message keeps the error, and a final one makes a dead letter", async () => {
  await using setting = new Setting();
  const { router } = setting;
  await router.send("a", "b", 1);
  const received = await router.receive("b");
  await received!.nack(new NonRetryableError("never"));
  assertEquals(router.deadLetters("b").map(({ error }) => error?.message), ["never"]);
});

Deno.test("the signal of a received message aborts when its limit is over", async () => {
  await using setting = new Setting({ messageTimeout: 20 });
  const { router, clock } = setting;
  await router.send("a", "b", 1);
  const received = await router.receive("b");
  const { signal } = received!;
  await clock.advance(20);
  assertEquals([signal.aborted, signal.reason.code], [true, "delivery-lost"]);
});

Deno.test("receivers are bounded, and malformed options are refused", async () => {
  await using setting = new Setting({ maxReceivers: 1 });
  const { router } = setting;
  const abort = new AbortController();
  const first = router.receive("b", { waitMs: 10, signal: abort.signal });
  await assertRejects(() => router.receive("c", { waitMs: 10 }), LimitError, "room for a receiver");
  const status = await router.getHealthStatus();
  assertEquals([status.error, status.metrics["receivers"]], ["the table of receivers is full", 1]);
  abort.abort();
  await assertRejects(() => first);
  for (const waitMs of [-1, 1.5, Infinity]) {
    await assertRejects(() => router.receive("b", { waitMs }), RangeError, "waitMs must be");
  }
  await assertRejects(() => router.receive("b", { signal: 1 as never }), TypeError, "signal");
  await assertRejects(() => router.receive(""), RangeError, "agentId must have 1");
});

Deno.test("a receiver of an earlier process does not take a message of the next one", async () => {
  const journal = new MemoryJournal();
  const first = new MessageRouter({}, undefined, silentLogger, { journal });
  await first.initialize();
  await first.registerAgent("b");
  const lost = assertRejects(() => first.receive("b", { waitMs: 60_000 }), ClosedError);
  await first.send("a", "c", 1);
  await first.shutdown();
  await lost;
  const next = new MessageRouter({}, undefined, silentLogger, { journal });
  await next.initialize();
  await next.send("a", "b", 2);
  const received = await next.receive("b");
  assertEquals(received?.message.payload, 2);
  await received!.ack();
  await next.shutdown();
});
