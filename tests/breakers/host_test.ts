import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { ClosedError, JournalError, LimitError } from "../../src/core/errors.ts";
import { Logger } from "../../src/core/logger.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import type { BreakerAnswers, BreakerCommand } from "../../src/breakers/commands.ts";
import { CircuitOpenError } from "../../src/breakers/errors.ts";
import type { BreakerEvent } from "../../src/breakers/events.ts";
import { breakerMachine } from "../../src/breakers/machine.ts";
import {
  type BreakerHost,
  CircuitBreaker,
  type CircuitBreakerConfig,
  CircuitBreakerManager,
} from "../../src/breakers/mod.ts";
import type { BreakerState } from "../../src/breakers/state.ts";
import { CoordinationManager } from "../../src/coordination/mod.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

const silent = new Logger({ level: "silent" });
const down = () => Promise.reject(new Error("down"));
const machine = breakerMachine();

class BreakerEngine extends Engine<BreakerState, BreakerCommand, BreakerEvent, BreakerAnswers> {
  readonly host: BreakerHost = { dispatcher: this, state: () => this.state };
}

function make(host: BreakerHost, config: CircuitBreakerConfig = {}, logger = silent) {
  return new CircuitBreaker("api", config, logger, undefined, { host });
}

Deno.test("a breaker on an engine with a journal has changed when its call has ended", async () => {
  const clock = new SimulatedClock();
  const journal = new MemoryJournal();
  const engine = new BreakerEngine(machine, { clock, journal, logger: silent });
  await engine.open();
  const breaker = make(engine.host, { failureThreshold: 2, successThreshold: 1 });
  assertEquals(await breaker.execute(() => 1), 1);
  for (let i = 0; i < 2; i++) await assertRejects(() => breaker.execute(down), Error, "down");
  assertEquals(breaker.getState(), "open");
  await assertRejects(() => breaker.execute(() => 1), CircuitOpenError);
  clock.advanceSync(60_000);
  assertEquals(await breaker.execute(() => 2), 2);
  assertEquals(breaker.getState(), "closed");
  await breaker.shutdown();
  await engine.close();
});

Deno.test("a call ends when the journal has its outcome, whichever it is", async () => {
  const clock = new SimulatedClock();
  const journal = new FaultyJournal(new MemoryJournal());
  const engine = new BreakerEngine(machine, { clock, journal, logger: silent });
  await engine.open();
  const breaker = make(engine.host, { failureThreshold: 1, successThreshold: 1 });
  await clock.advance(0);
  const bodies: [() => Promise<number>, string][] = [
    [down, "open"],
    [() => Promise.resolve(1), "closed"],
  ];
  for (const [body, state] of bodies) {
    let hasEnded = false;
    const call = breaker.execute(() => {
      journal.hold();
      return body();
    });
    const ended = call.catch(() => {}).then(() => hasEnded = true);
    await clock.advance(0);
    assertEquals(hasEnded, false);
    journal.release();
    await ended;
    assertEquals(breaker.getState(), state);
    breaker.forceState("half-open");
    await clock.advance(0);
  }
  await engine.close();
});

Deno.test("a breaker has the same state and figures after a restart", async () => {
  const clock = new SimulatedClock();
  const journal = new MemoryJournal();
  const engine = new BreakerEngine(machine, { clock, journal, logger: silent });
  await engine.open();
  const breaker = make(engine.host, { failureThreshold: 1 });
  await breaker.execute(() => 1);
  await breaker.execute(down).catch(() => {});
  const before = breaker.getMetrics();
  await engine.close();
  const recovered = await Engine.recover(machine, { clock, journal, logger: silent });
  const after = make({ dispatcher: recovered, state: () => recovered.state }, {
    failureThreshold: 1,
  });
  assertEquals(after.getState(), "open");
  assertEquals(after.getMetrics(), before);
  await assertRejects(() => after.execute(() => 1), CircuitOpenError);
  await recovered.close();
});

Deno.test("a command that the journal does not store is logged, and the call keeps its result", async () => {
  const clock = new SimulatedClock();
  const journal = new FaultyJournal(new MemoryJournal());
  const engine = new BreakerEngine(machine, { clock, journal, logger: silent });
  await engine.open();
  const lost: unknown[] = [];
  const logger = {
    ...silent,
    debug() {},
    info() {},
    warn() {},
    error: (text: unknown) => lost.push(text),
  };
  const breaker = make(engine.host, { failureThreshold: 1 }, logger);
  await clock.advance(0);
  journal.fail(1);
  await assertRejects(() => breaker.execute(down), Error, "down");
  assertEquals(breaker.getState(), "closed");
  journal.fail(1);
  breaker.forceState("open");
  await clock.advance(0);
  assertEquals(
    lost,
    ["count-calls", "settle-permit", "force-breaker"].map((command) =>
      `Circuit breaker "api" lost the command ${command}`
    ),
  );
  breaker.forceState("open");
  await clock.advance(0);
  journal.fail(1);
  await assertRejects(() => breaker.execute(() => 1), JournalError);
  await engine.close();
});

Deno.test("two breakers of one name on one host share their state", async () => {
  const engine = new BreakerEngine(machine, { logger: silent });
  const [a, b] = [
    make(engine.host, { failureThreshold: 2 }),
    make(engine.host, {
      failureThreshold: 2,
    }),
  ] as const;
  await a.execute(() => 1);
  await b.execute(() => 1);
  await a.execute(down).catch(() => {});
  await b.execute(down).catch(() => {});
  assertEquals([a.getState(), b.getState()], ["open", "open"]);
  assertEquals([a.getMetrics(), b.getMetrics().successes], [b.getMetrics(), 2]);
  await engine.close();
});

Deno.test("calls are refused when the engine of the host has stopped", async () => {
  const engine = new BreakerEngine(machine, { logger: silent });
  const breaker = make(engine.host);
  const gate = Promise.withResolvers<number>();
  const call = breaker.execute(() => gate.promise);
  await engine.close();
  await assertRejects(() => breaker.execute(() => 1), ClosedError, "the engine is closed");
  gate.resolve(5);
  assertEquals(await call, 5);
  assertThrows(() => breaker.reset(), ClosedError);
  await breaker.shutdown();
});

Deno.test("a breaker that its host has removed refuses calls", async () => {
  const engine = new BreakerEngine(machine, { logger: silent });
  const breaker = make(engine.host);
  engine.dispatch({ type: "remove-breaker", name: "api" });
  await assertRejects(() => breaker.execute(() => 1), ClosedError);
  assertEquals([breaker.getState(), breaker.getMetrics().totalRequests], ["closed", 0]);
  await engine.close();
});

Deno.test("a host whose breakers are all open forces no other, but lets its calls through", async () => {
  const engine = new BreakerEngine(breakerMachine({ maxBreakers: 1 }), { logger: silent });
  const breakers = new CircuitBreakerManager({}, silent, undefined, { host: engine.host });
  breakers.forceState("a", "open");
  assertThrows(
    () => breakers.forceState("b", "open"),
    LimitError,
    'Cannot create circuit breaker "b": there must be room for one more, the limit is 1',
  );
  assertEquals(await breakers.execute("b", () => 1), 1);
  await assertRejects(() => breakers.execute("b", down), Error, "down");
  assertEquals([...breakers.getAllBreakers().keys()], ["a"]);
  assertEquals(breakers.getBreaker("a").getState(), "open");
  await breakers.shutdown();
  assertEquals(engine.closed, false);
  await engine.close();
});

Deno.test("successes that change nothing are reported a thousand at a time, or before other commands", async () => {
  const eventBus = new EventBus();
  const reported: string[] = [];
  eventBus.on("circuitbreaker:counted", ({ requests, successes }) => {
    reported.push(`${requests} ${successes}`);
  });
  const breaker = new CircuitBreaker("api", {}, silent, eventBus);
  for (let i = 0; i < 1_001; i++) await breaker.execute(() => i);
  assertEquals(reported, ["1000 1000"]);
  await breaker.execute(down).catch(() => {});
  assertEquals(reported, ["1000 1000", "2 1"]);
  await breaker.execute(() => 1);
  await breaker.execute(() => 1);
  assertEquals(reported, ["1000 1000", "2 1", "1 0"]);
  await breaker.shutdown();
  assertEquals(reported, ["1000 1000", "2 1", "1 0", "1 1"]);
});

Deno.test("getState() uses the time of the newest step when the clock goes back", async () => {
  const clock = new SimulatedClock();
  const breakers = new CircuitBreakerManager({}, silent, undefined, { clock });
  breakers.forceState("a", "open");
  clock.jumpTo(60_000);
  await breakers.execute("b", down).catch(() => {});
  clock.jumpTo(0);
  assertEquals(breakers.getBreaker("a").getState(), "half-open");
  await breakers.shutdown();
});

Deno.test("a breaker whose definition the journal did not store is defined by its next call", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  const manager = new CoordinationManager({}, undefined, silent, { journal });
  await manager.initialize();
  journal.fail(1);
  const breaker = manager.breakers.getBreaker("api");
  await assertRejects(() => breaker.execute(() => "never"), JournalError);
  assertEquals(await breaker.execute(() => "called"), "called");
  await manager.shutdown();
});
