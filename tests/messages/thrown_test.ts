/** Whatever a handler throws: no other message waits for it, and who asked gets the error. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { NonRetryableError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ResponseTimeoutError, UnansweredError } from "../../src/messages/errors.ts";
import { MessageRouter, type MessageRouterConfig } from "../../src/messages/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { HOSTILE } from "../support/hostile.ts";

function routing(config: MessageRouterConfig = {}, journal?: MemoryJournal) {
  const clock = new SimulatedClock(1_000);
  const bus = new EventBus(false, { clock, logger: silentLogger });
  const options = { clock, ...(journal && { journal }) };
  return { clock, router: new MessageRouter(config, bus, silentLogger, options) };
}

for (const [name, make] of Object.entries(HOSTILE)) {
  for (const isAsync of [false, true]) {
    const kind = isAsync ? "rejects with" : "throws";
    Deno.test(`a handler that ${kind} ${name} harms neither the sender nor later messages`, async () => {
      const { clock, router } = routing({ retryDelay: 1, maxDeliveries: 2 });
      const thrown = make();
      const got: unknown[] = [];
      router.subscribe("b", ({ payload }) => {
        got.push(payload);
        if (payload !== "bad") return;
        if (!isAsync) throw thrown;
        return Promise.reject(thrown);
      });
      await router.send("a", "b", "bad");
      await router.send("a", "b", "good");
      await clock.advance(10);
      assertEquals(got, ["bad", "bad", "good"]);
      assertEquals(router.deadLetters("b").map(({ cause }) => cause), ["max-deliveries"]);
      await clock.advance(120_000);
      assertEquals((await router.getHealthStatus()).healthy, true);
      await router.shutdown();
    });
  }
}

Deno.test("a handler whose promise can't be followed harms nothing", async () => {
  const { clock, router } = routing({ retryDelay: 1, maxDeliveries: 1 });
  const promise = Promise.resolve();
  Object.defineProperty(promise, "constructor", {
    get() {
      throw new Error("ha");
    },
  });
  const got: unknown[] = [];
  router.subscribe("b", ({ payload }) => {
    got.push(payload);
    return payload === "bad" ? promise : undefined;
  });
  await router.send("a", "b", "bad");
  await router.send("a", "b", "good");
  await clock.advance(10);
  assertEquals(got, ["bad", "good"]);
  await router.shutdown();
});

function failing(): never {
  throw new RangeError("boom");
}

Deno.test("who asked gets the handler's error once the deliveries are used up", async () => {
  const { clock, router } = routing({ retryDelay: 1, maxDeliveries: 3 });
  const thrown: unknown[] = [];
  router.subscribe("b", () => {
    try {
      failing();
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  });
  const failure = assertRejects(
    () => router.sendWithResponse("a", "b", "?"),
    UnansweredError,
    'Cannot ask "b" for "a": its handler failed: boom',
  );
  await clock.advance(20);
  const { cause, reason } = await failure;
  assertEquals([thrown.length, reason], [3, "undeliverable"]);
  assertStrictEquals(cause, thrown[2]);
  await router.shutdown();
});

Deno.test("who asked gets an error that is not retryable at once", async () => {
  const { router } = routing();
  const error = new NonRetryableError("no such file");
  router.subscribe("b", () => {
    throw error;
  });
  const { cause } = await assertRejects(
    () => router.sendWithResponse("a", "b", "?"),
    UnansweredError,
  );
  assertStrictEquals(cause, error);
  await router.shutdown();
});

Deno.test("who asked an agent that pulls gets the error that it was given back with", async () => {
  const { router } = routing({ maxDeliveries: 1 });
  const answer = router.sendWithResponse("a", "b", "?");
  const message = await router.receive("b");
  const error = new Error("not mine");
  const failure = assertRejects(() => answer, UnansweredError);
  await router.nack("b", message!.epoch, error);
  assertStrictEquals((await failure).cause, error);
  await router.shutdown();
});

Deno.test("a request that times out between deliveries names the error of the last one", async () => {
  const { clock, router } = routing({ retryDelay: 10_000 });
  const error = new Error("boom");
  router.subscribe("b", () => {
    throw error;
  });
  const failure = assertRejects(
    () => router.sendWithResponse("a", "b", "?", 50),
    ResponseTimeoutError,
    "within 50 ms; its last delivery failed: boom",
  );
  await clock.advance(50);
  assertStrictEquals((await failure).cause, error);
  await router.shutdown();
});

Deno.test("an error of an earlier delivery is not that of a request that was handled later", async () => {
  const { clock, router } = routing({ retryDelay: 1 });
  router.subscribe("b", (_message, { attempt }) => {
    if (attempt === 1) throw new Error("flaky");
  });
  const failure = assertRejects(
    () => router.sendWithResponse("a", "b", "?", 50),
    ResponseTimeoutError,
  );
  await clock.advance(50);
  assertEquals((await failure).cause, undefined);
  await router.shutdown();
});

Deno.test("with a journal the cause is an error with the data of what was thrown", async () => {
  const { router } = routing({ maxDeliveries: 1 }, new MemoryJournal());
  await router.initialize();
  router.subscribe("b", failing);
  const { cause } = await assertRejects(
    () => router.sendWithResponse("a", "b", "?"),
    UnansweredError,
  );
  assertInstanceOf(cause, Error);
  assertEquals([cause.name, cause.message], ["RangeError", "boom"]);
  assert(cause.stack?.includes("failing"), cause.stack);
  await router.shutdown();
});
