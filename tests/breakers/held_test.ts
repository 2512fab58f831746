import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { CircuitBreaker } from "../../src/breakers/circuit_breaker.ts";
import { CircuitBreakerManager } from "../../src/breakers/circuit_breaker_manager.ts";
import { BreakerHeldError, CircuitOpenError } from "../../src/breakers/errors.ts";
import { CoordinationManager } from "../../src/coordination/coordination_manager.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

Deno.test("B5-forced-open-closes-by-itself: a breaker that is held open admits nothing until its reset", async () => {
  const clock = new SimulatedClock(1_000);
  const bus = new EventBus(false, { logger: silentLogger, clock });
  const config = { timeout: 10 };
  const breakers = new CircuitBreakerManager(config, silentLogger, bus, { clock });
  const held: unknown[] = [];
  bus.on("circuitbreaker:held", ({ name, reason }) => void held.push([name, reason]));
  breakers.forceOpen("api", "the key is being changed");
  breakers.forceOpen("api", "the key is being changed");
  assertEquals(held, [["api", "the key is being changed"]]);
  await clock.advance(1_000_000);
  const error = await assertRejects(
    () => breakers.execute("api", () => "called"),
    CircuitOpenError,
    "it is held open until it is reset: the key is being changed",
  );
  assertEquals([error.retryAt, error.heldFor], [Infinity, "the key is being changed"]);
  const { state, heldFor, retryTime, trips } = breakers.getAllMetrics().get("api")!;
  assertEquals([state, heldFor, retryTime, trips], ["open", error.heldFor, undefined, 1]);
  assertThrows(() => breakers.forceState("api", "closed"), BreakerHeldError, "reset it instead");
  breakers.resetBreaker("api");
  assertEquals(await breakers.execute("api", () => "called"), "called");
});

Deno.test("a call in flight decides nothing once its breaker is held open", async () => {
  const breaker = new CircuitBreaker("api", { successThreshold: 1 }, silentLogger);
  const end = Promise.withResolvers<string>();
  const call = breaker.execute(() => end.promise);
  breaker.forceOpen();
  end.resolve("late");
  assertEquals(await call, "late");
  assertEquals([breaker.getState(), breaker.getMetrics().staleResults], ["open", 1]);
  assertThrows(() => breaker.forceOpen(""), RangeError, "reason must have");
  await breaker.shutdown();
});

Deno.test("an open breaker that is held open no longer waits for its time", async () => {
  const clock = new SimulatedClock(1_000);
  const options = { clock, seed: 1 };
  const breaker = new CircuitBreaker("api", { timeout: 10 }, silentLogger, undefined, options);
  breaker.forceState("open");
  breaker.forceOpen();
  await clock.advance(100);
  assertEquals([breaker.getState(), breaker.getMetrics().trips], ["open", 1]);
});

Deno.test("an agent whose breaker is held open is cordoned until it is reset or removed", async () => {
  await using manager = new CoordinationManager({}, undefined, silentLogger);
  await manager.registerAgent({ id: "a" }, () => "done");
  for (const end of ["resetBreaker", "removeBreaker"] as const) {
    manager.breakers.forceOpen("agent:a", "it writes nonsense");
    const explained = manager.explain("a", "agent");
    assertEquals(
      explained.summary,
      "It is given tasks only for want of another fit agent: " +
        "its breaker is held open: it writes nonsense",
    );
    const { components } = await manager.getHealthStatus();
    assertEquals(components["breakers"]?.error, '"agent:a" is held open');
    manager.breakers[end]("agent:a");
    const { status } = manager.explain("a", "agent") as { status: string };
    assertEquals(status, "idle");
  }
});

Deno.test("B6-idle-breakers-stay: a breaker that is unused for idleMs is evicted, others are not", async () => {
  const clock = new SimulatedClock(1_000);
  const bus = new EventBus(false, { logger: silentLogger, clock });
  const config = { idleMs: 1_000, failureThreshold: 2 };
  const breakers = new CircuitBreakerManager(config, silentLogger, bus, { clock });
  for (const name of ["idle", "busy", "failing"]) await breakers.execute(name, () => "up");
  await breakers.execute("failing", () => Promise.reject(new Error("no"))).catch(() => {});
  breakers.forceOpen("open");
  for (let i = 0; i < 5; i++) {
    await clock.advance(400);
    await breakers.execute("busy", () => "up");
  }
  breakers.getBreaker("other");
  assertEquals([...breakers.getAllBreakers().keys()], ["busy", "failing", "open", "other"]);
  assertEquals(breakers.getBreaker("busy").getMetrics().successes, 6);
  assertEquals(await breakers.execute("idle", () => "made anew"), "made anew");
});
