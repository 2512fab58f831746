import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { CircuitOpenError } from "../../src/breakers/errors.ts";
import { CircuitBreakerManager, type CircuitBreakerManagerConfig } from "../../src/breakers/mod.ts";
import { CircuitState } from "../../src/breakers/types.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { ClosedError, LimitError } from "../../src/core/errors.ts";
import { Logger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

function make(config: CircuitBreakerManagerConfig = {}, eventBus?: EventBus) {
  const clock = new SimulatedClock();
  const logger = new Logger({ level: "silent" });
  return { clock, breakers: new CircuitBreakerManager(config, logger, eventBus, { clock }) };
}

const down = () => Promise.reject(new Error("down"));

Deno.test("getBreaker() makes a breaker on first use and gives the same one later", async () => {
  const { breakers } = make({ failureThreshold: 3 });
  const a = breakers.getBreaker("a", { failureThreshold: 1 });
  assertStrictEquals(breakers.getBreaker("a", { failureThreshold: 2 }), a);
  await assertRejects(() => breakers.execute("a", down), Error, "down");
  assertEquals(a.getState(), CircuitState.OPEN);
  await assertRejects(() => breakers.execute("b", down), Error, "down");
  assertEquals(breakers.getBreaker("b").getState(), CircuitState.CLOSED);
});

Deno.test("breakers of one manager don't touch each other, whatever their names", async () => {
  const { breakers } = make({ failureThreshold: 1 });
  const names = ["__proto__", "constructor", "toString", "a"];
  for (const name of names) assertEquals(await breakers.execute(name, () => name), name);
  await assertRejects(() => breakers.execute("__proto__", down), Error, "down");
  await assertRejects(() => breakers.execute("__proto__", () => 1), CircuitOpenError);
  assertEquals([...breakers.getAllBreakers().keys()], names);
  assertEquals(
    [...breakers.getAllMetrics()].map(([name, { state, totalRequests }]) =>
      `${name} ${state} ${totalRequests}`
    ),
    ["__proto__ open 3", "constructor closed 1", "toString closed 1", "a closed 1"],
  );
});

Deno.test("resetBreaker(), resetAll() and forceState() reach the breakers that they name", () => {
  const { breakers } = make();
  for (const name of ["a", "b", "c"]) breakers.forceState(name, "open");
  breakers.resetBreaker("a");
  breakers.resetBreaker("unknown");
  const states = () => [...breakers.getAllBreakers().values()].map((each) => each.getState());
  assertEquals(states(), ["closed", "open", "open"]);
  breakers.resetAll();
  assertEquals(states(), ["closed", "closed", "closed"]);
});

Deno.test("all breakers of a manager emit on its bus, in one order", () => {
  const eventBus = new EventBus();
  const seen: string[] = [];
  eventBus.on("circuitbreaker:state-change", ({ name, to }, sequence) => {
    seen.push(`${sequence} ${name} ${to}`);
  });
  const { breakers } = make({}, eventBus);
  breakers.forceState("a", "open");
  breakers.forceState("b", "open");
  assertEquals(seen, ["1 a open", "3 b open"]);
});

Deno.test("there are at most maxBreakers, and a removed one makes room", async () => {
  const { breakers } = make({ maxBreakers: 2 });
  const a = breakers.getBreaker("a");
  const b = breakers.getBreaker("b");
  assertEquals(breakers.removeBreaker("a"), true);
  assertEquals(breakers.removeBreaker("a"), false);
  breakers.getBreaker("c");
  assertStrictEquals(breakers.getBreaker("b"), b);
  await assertRejects(() => a.execute(() => 1), ClosedError);
});

Deno.test("the 10,001st name reaches its callee, in the place of the longest idle one", async () => {
  const { breakers } = make();
  for (let i = 0; i <= 10_000; i++) {
    assertEquals(await breakers.execute(`${i}`, () => i), i);
  }
  assertEquals(breakers.getAllBreakers().size, 10_000);
  assertEquals(breakers.getAllBreakers().has("0"), false);
});

Deno.test("an evicted breaker that is in use is made anew, and counts what is in flight", async () => {
  const { breakers } = make({ maxBreakers: 2, failureThreshold: 2 });
  const a = breakers.getBreaker("a");
  const gate = Promise.withResolvers<number>();
  const call = a.execute(() => gate.promise);
  for (const name of ["b", "c", "d"]) await breakers.execute(name, () => 1);
  assertEquals([...breakers.getAllBreakers().keys()], ["c", "d"]);
  gate.reject(new Error("down"));
  await assertRejects(() => call, Error, "down");
  assertEquals([...breakers.getAllBreakers().keys()], ["d", "a"]);
  assertEquals(breakers.getBreaker("a"), a);
  await assertRejects(() => a.execute(down), Error, "down");
  await assertRejects(() => a.execute(() => 1), CircuitOpenError);
  for (const name of ["b", "c", "d"]) await breakers.execute(name, () => 1);
  assertEquals(a.getState(), CircuitState.OPEN);
});

Deno.test("a call is never refused for lack of a record", async () => {
  const { breakers } = make({ maxBreakers: 2, failureThreshold: 1 });
  for (const name of ["a", "b"]) breakers.forceState(name, "open");
  const c = breakers.getBreaker("c");
  assertEquals(await c.execute(() => 1), 1);
  await assertRejects(() => c.execute(down), Error, "down");
  assertEquals(await breakers.execute("c", ({ signal }) => signal.aborted), false);
  assertEquals([...breakers.getAllBreakers().keys()], ["a", "b"]);
  assertThrows(() => breakers.forceState("c", "open"), LimitError);
  breakers.removeBreaker("a");
  await assertRejects(() => c.execute(down), Error, "down");
  await assertRejects(() => c.execute(() => 1), CircuitOpenError);
});

Deno.test("execute() takes the limits of one call", async () => {
  const { breakers } = make();
  const signal = AbortSignal.abort("no");
  const call = breakers.execute("a", () => 1, undefined, { signal });
  assertEquals(await call.catch((reason) => reason), "no");
});

Deno.test("shutdown() refuses calls through known and unknown breakers", async () => {
  const { breakers } = make();
  const a = breakers.getBreaker("a");
  await breakers.shutdown();
  await breakers.shutdown();
  await assertRejects(() => a.execute(() => 1), ClosedError);
  await assertRejects(() => breakers.execute("a", () => 1), ClosedError);
  await assertRejects(() => breakers.execute("b", () => 1), ClosedError);
});

Deno.test("malformed configs are refused when the manager or the breaker is made", () => {
  assertThrows(
    () => make({ maxBreakers: 0 }),
    RangeError,
    "Cannot create circuit breakers: maxBreakers must be an integer from 1 to 10000000, got 0",
  );
  assertThrows(
    () => make({ halfOpenLimit: 0 }),
    RangeError,
    "Cannot create circuit breakers: halfOpenLimit",
  );
  assertThrows(() => make({ seed: -1 }), RangeError, "seed must be a non-negative integer");
  assertThrows(
    () => make().breakers.getBreaker("a", { timeout: 0 }),
    RangeError,
    'Cannot create circuit breaker "a": timeout',
  );
});
