import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { CallTimeoutError, CircuitOpenError } from "../../src/breakers/errors.ts";
import { CircuitState } from "../../src/breakers/types.ts";
import { CircuitBreaker, type CircuitBreakerConfig } from "../../src/breakers/mod.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { ClosedError } from "../../src/core/errors.ts";
import { Logger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

const silent = new Logger({ level: "silent" });

/** The options that the reference shows. */
const EXAMPLE: CircuitBreakerConfig = {
  failureThreshold: 5,
  successThreshold: 3,
  timeout: 60_000,
  halfOpenLimit: 2,
};

function make(config: CircuitBreakerConfig = EXAMPLE, eventBus?: EventBus) {
  const clock = new SimulatedClock(1_000);
  const breaker = new CircuitBreaker("api", config, silent, eventBus, { clock, seed: 1 });
  return { clock, breaker };
}

async function succeed(breaker: CircuitBreaker, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) assertEquals(await breaker.execute(() => i), i);
}

async function fail(breaker: CircuitBreaker, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) {
    await assertRejects(
      () => breaker.execute(() => Promise.reject(new Error("down"))),
      Error,
      "down",
    );
  }
}

const down = () => Promise.reject(new Error("down"));

/** A call that is in flight until the test ends it. */
function begin(breaker: CircuitBreaker): {
  end: (value: string) => Promise<string>;
  break: (error: Error) => Promise<unknown>;
} {
  const gate = Promise.withResolvers<string>();
  const call = breaker.execute(() => gate.promise);
  call.catch(() => {});
  return {
    end: (value) => (gate.resolve(value), call),
    break: (error) => (gate.reject(error), call.catch((caught) => caught)),
  };
}

async function trip({ breaker }: { breaker: CircuitBreaker }): Promise<void> {
  await fail(breaker, 5);
  assertEquals(breaker.getState(), "open");
}

Deno.test("a closed breaker passes on results and errors as they are", async () => {
  const { breaker } = make();
  assertEquals(await breaker.execute(() => 7), 7);
  assertEquals(await breaker.execute(() => Promise.resolve("a")), "a");
  assertEquals(await breaker.execute(() => undefined), undefined);
  const error = new TypeError("mine");
  const thrown = await breaker.execute(() => {
    throw error;
  }).catch((caught) => caught);
  assertEquals(thrown === error, true);
});

Deno.test("failures in a row open a breaker, and a success in between begins a new row", async () => {
  const { breaker } = make();
  await fail(breaker, 4);
  await succeed(breaker);
  await fail(breaker, 4);
  assertEquals(breaker.getState(), CircuitState.CLOSED);
  await fail(breaker);
  assertEquals(breaker.getState(), CircuitState.OPEN);
});

Deno.test("an open breaker calls nothing and says when to try again", async () => {
  const box = make();
  await trip(box);
  box.clock.advanceSync(15_000);
  let called = false;
  const error = await assertRejects(
    () => box.breaker.execute(() => called = true),
    CircuitOpenError,
    'Cannot call through circuit breaker "api": it must be closed or have room for a probe, got ' +
      "open; try again in 45000 ms",
  );
  assertEquals(called, false);
  assertEquals(
    [error.breaker, error.state, error.retryAt, error.retryAfterMs],
    ["api", "open", 61_000, 45_000],
  );
});

Deno.test("getState() tells the state at that moment, without a timer", async () => {
  const box = make();
  await trip(box);
  box.clock.advanceSync(59_999);
  assertEquals(box.breaker.getState(), "open");
  box.clock.advanceSync(1);
  assertEquals(box.breaker.getState(), "half-open");
  assertEquals(box.breaker.getMetrics().state, "half-open");
  assertEquals(box.clock.pending, 0);
});

Deno.test("B1-stuck-half-open: the reference's own options let a breaker close again", async () => {
  const box = make();
  await trip(box);
  box.clock.advanceSync(60_000);
  await succeed(box.breaker, 2);
  assertEquals(box.breaker.getState(), "half-open");
  await succeed(box.breaker);
  assertEquals(box.breaker.getState(), "closed");
  await succeed(box.breaker, 10);
});

Deno.test("B1-stuck-half-open: probes that never end don't keep a breaker half-open", async () => {
  const box = make();
  await trip(box);
  box.clock.advanceSync(60_000);
  const hung = [begin(box.breaker), begin(box.breaker)];
  const error = await assertRejects(() => box.breaker.execute(() => 1), CircuitOpenError);
  assertEquals([error.state, error.retryAfterMs], ["half-open", 60_000]);
  box.clock.advanceSync(59_999);
  assertEquals(box.breaker.getState(), "half-open");
  box.clock.advanceSync(1);
  assertEquals(box.breaker.getState(), "open");
  box.clock.advanceSync(120_000);
  assertEquals(box.breaker.getState(), "half-open");
  await succeed(box.breaker, 3);
  assertEquals(box.breaker.getState(), "closed");
  for (const call of hung) assertEquals(await call.end("late"), "late");
  assertEquals(box.breaker.getState(), "closed");
});

Deno.test("B1-stuck-half-open: a cancelled probe makes room for another", async () => {
  const box = make({ ...EXAMPLE, halfOpenLimit: 1 });
  await trip(box);
  box.clock.advanceSync(60_000);
  for (let i = 0; i < 5; i++) {
    const abort = new AbortController();
    const call = box.breaker.execute(() => new Promise(() => {}), { signal: abort.signal });
    abort.abort(new Error("never mind"));
    await assertRejects(() => call, Error, "never mind");
  }
  assertEquals(box.breaker.getState(), "half-open");
  await succeed(box.breaker, 3);
  assertEquals(box.breaker.getState(), "closed");
});

Deno.test("B2-fifty-probes-past-a-limit-of-one: one of fifty calls at once is a probe", async () => {
  const box = make({ ...EXAMPLE, halfOpenLimit: 1, successThreshold: 1 });
  await trip(box);
  box.clock.advanceSync(60_000);
  const gate = Promise.withResolvers<void>();
  let called = 0;
  const calls = Array.from({ length: 50 }, () =>
    box.breaker.execute(() => {
      called++;
      return gate.promise;
    }));
  const settled = Promise.allSettled(calls);
  await box.clock.advance(0);
  assertEquals(called, 1);
  assertEquals(box.breaker.getMetrics().halfOpenRequests, 1);
  gate.resolve();
  const results = await settled;
  const rejected = results.filter((result) => result.status === "rejected");
  assertEquals(rejected.length, 49);
  for (const { reason } of rejected) assertInstanceOf(reason, CircuitOpenError);
  assertEquals(box.breaker.getState(), "closed");
});

Deno.test("B3-stale-success-moves-open: an earlier call can't close a breaker", async () => {
  const box = make({ ...EXAMPLE, successThreshold: 1 });
  const early = begin(box.breaker);
  await trip(box);
  assertEquals(await early.end("late"), "late");
  assertEquals(box.breaker.getState(), "open");
  box.clock.advanceSync(60_000);
  const probe = begin(box.breaker);
  await box.clock.advance(0);
  const other = begin(box.breaker);
  await box.clock.advance(0);
  await probe.break(new Error("still down"));
  assertEquals(box.breaker.getState(), "open");
  await other.end("late");
  assertEquals(box.breaker.getState(), "open");
  const { successes, failures, staleResults, totalRequests } = box.breaker.getMetrics();
  assertEquals([successes, failures, staleResults, totalRequests], [2, 6, 2, 8]);
});

Deno.test("a stale failure doesn't open a breaker that has closed since", async () => {
  const box = make({ ...EXAMPLE, failureThreshold: 1 });
  const early = begin(box.breaker);
  await fail(box.breaker);
  box.clock.advanceSync(60_000);
  await succeed(box.breaker, 3);
  await early.break(new Error("late"));
  assertEquals(box.breaker.getState(), "closed");
  assertEquals(box.breaker.getMetrics().staleResults, 1);
});

Deno.test("one failing probe opens a breaker again, and for longer each time", async () => {
  const box = make({ ...EXAMPLE, openTimeJitter: 0, maxOpenMs: 200_000 });
  await trip(box);
  for (const openMs of [60_000, 120_000, 200_000, 200_000]) {
    box.clock.advanceSync(openMs - 1);
    assertEquals(box.breaker.getState(), "open");
    box.clock.advanceSync(1);
    await succeed(box.breaker, 2);
    await fail(box.breaker);
    assertEquals(box.breaker.getState(), "open");
  }
  box.clock.advanceSync(200_000);
  await succeed(box.breaker, 3);
  await trip(box);
  box.clock.advanceSync(60_000);
  assertEquals(box.breaker.getState(), "half-open");
});

Deno.test("chance shortens a lengthened open time, but not below timeout", async () => {
  const seen = new Set<number>();
  for (let seed = 0; seed < 20; seed++) {
    const clock = new SimulatedClock();
    const options = { clock, seed };
    const breaker = new CircuitBreaker("api", { timeout: 1_000 }, silent, undefined, options);
    await fail(breaker, 5);
    clock.advanceSync(1_000);
    await fail(breaker);
    const retryTime = breaker.getMetrics().retryTime!.getTime() - 1_000;
    assertEquals(retryTime >= 1_000 && retryTime <= 2_000, true);
    seen.add(retryTime);
  }
  assertEquals(seen.size > 10, true);
});

Deno.test("B4-idle-gap-keeps-old-failures-in-the-window: old failures are gone", async () => {
  const rate = { policy: "rate", window: "time", windowMs: 10_000, minimumCalls: 4 } as const;
  const box = make(rate);
  await fail(box.breaker, 3);
  box.clock.advanceSync(60_000);
  await succeed(box.breaker, 3);
  await fail(box.breaker);
  assertEquals(box.breaker.getState(), "closed");
  await fail(box.breaker, 2);
  assertEquals(box.breaker.getState(), "open");
});

Deno.test("a time window slides: failures leave it a tenth at a time", async () => {
  const rate = { policy: "rate", window: "time", windowMs: 10_000, minimumCalls: 4 } as const;
  const box = make(rate);
  await fail(box.breaker, 2);
  box.clock.advanceSync(9_000);
  await succeed(box.breaker, 1);
  box.clock.advanceSync(1_000);
  await fail(box.breaker, 1);
  await succeed(box.breaker, 1);
  assertEquals(box.breaker.getState(), "closed");
  await fail(box.breaker, 1);
  assertEquals(box.breaker.getState(), "open");
});

Deno.test("policy rate opens by the share of failures, from minimumCalls on", async () => {
  const { breaker } = make({ policy: "rate", failureRate: 0.5, windowCalls: 6, minimumCalls: 4 });
  await fail(breaker, 3);
  assertEquals(breaker.getState(), "closed");
  await succeed(breaker);
  assertEquals(breaker.getState(), "open");
});

Deno.test("a count window evicts the oldest call with each further one", async () => {
  const { breaker } = make({ policy: "rate", failureRate: 0.5, windowCalls: 6, minimumCalls: 6 });
  await fail(breaker, 2);
  await succeed(breaker, 4);
  await succeed(breaker, 2);
  await fail(breaker, 2);
  assertEquals(breaker.getState(), "closed");
  await fail(breaker);
  assertEquals(breaker.getState(), "open");
});

Deno.test("policy slow-call opens by slow successes, and a slow probe opens it again", async () => {
  const box = make({ policy: "slow-call", slowCallMs: 100, windowCalls: 4, minimumCalls: 4 });
  const slow = async (ms: number) => {
    const call = begin(box.breaker);
    await box.clock.advance(ms);
    await call.end("done");
  };
  for (const ms of [99, 99, 100]) await slow(ms);
  assertEquals(box.breaker.getState(), "closed");
  await slow(100);
  assertEquals(box.breaker.getState(), "open");
  box.clock.advanceSync(60_000);
  await slow(100);
  assertEquals(box.breaker.getState(), "open");
});

Deno.test("policy slow-call opens by failures, too", async () => {
  const { breaker } = make({ policy: "slow-call", windowCalls: 4, minimumCalls: 4 });
  await fail(breaker, 4);
  assertEquals(breaker.getState(), "open");
});

Deno.test("errors that isFailure excludes are neutral", async () => {
  const { breaker } = make({
    ...EXAMPLE,
    failureThreshold: 2,
    isFailure: (error) => !(error instanceof TypeError),
  });
  const refuse = () => breaker.execute(() => Promise.reject(new TypeError("bad request")));
  await fail(breaker);
  for (let i = 0; i < 5; i++) await assertRejects(refuse, TypeError);
  assertEquals(breaker.getState(), "closed");
  await fail(breaker);
  assertEquals(breaker.getState(), "open");
  const { neutralRequests, failures, totalRequests } = breaker.getMetrics();
  assertEquals([neutralRequests, failures, totalRequests], [5, 2, 7]);
});

Deno.test("a predicate that throws counts the error as a failure and is reported", async () => {
  const messages: unknown[] = [];
  const sink = { ...console, error: (message: unknown) => messages.push(message) };
  const config = {
    failureThreshold: 1,
    isFailure: () => {
      throw new Error("oops");
    },
  };
  const breaker = new CircuitBreaker("api", config, new Logger({ level: "error", sink }));
  await fail(breaker);
  assertEquals(breaker.getState(), "open");
  assertEquals(messages, ['Circuit breaker "api": isFailure threw']);
});

Deno.test("a call that takes longer than callTimeoutMs fails, and its signal aborts", async () => {
  const box = make({ ...EXAMPLE, failureThreshold: 1, callTimeoutMs: 500 });
  let signal: AbortSignal | undefined;
  const call = box.breaker.execute((context) => {
    signal = context.signal;
    return new Promise(() => {});
  });
  const rejected = assertRejects(() => call, CallTimeoutError, "exceeded its 500 ms");
  await box.clock.advance(500);
  assertInstanceOf(signal!.reason, CallTimeoutError);
  await rejected;
  assertEquals(box.breaker.getState(), "open");
  assertEquals(box.clock.pending, 0);
});

Deno.test("a call's own timeoutMs overrides callTimeoutMs, and leaves no timer", async () => {
  const box = make({ ...EXAMPLE, callTimeoutMs: 500 });
  const call = box.breaker.execute(() => box.clock.advance(700).then(() => 1), { timeoutMs: 0 });
  assertEquals(await call, 1);
  assertEquals(await box.breaker.execute(() => 2, { timeoutMs: 100 }), 2);
  assertEquals(box.clock.pending, 0);
});

Deno.test("a probe with a timeoutMs of its own is due then, and counts once", async () => {
  const box = make();
  await trip(box);
  box.clock.advanceSync(60_000);
  const call = box.breaker.execute(() => new Promise(() => {}), { timeoutMs: 300 });
  const rejected = assertRejects(() => call, CallTimeoutError);
  await box.clock.advance(300);
  await rejected;
  assertEquals(box.breaker.getState(), "open");
  const { failures, staleResults, totalRequests } = box.breaker.getMetrics();
  assertEquals([failures, staleResults, totalRequests], [6, 0, 6]);
});

Deno.test("a probe without a time limit of its own is due after callTimeoutMs", async () => {
  const box = make({ ...EXAMPLE, callTimeoutMs: 500 });
  box.breaker.forceState("half-open");
  void box.breaker.execute(() => new Promise(() => {}), { timeoutMs: 0 });
  await box.clock.advance(499);
  assertEquals(box.breaker.getState(), "half-open");
  await box.clock.advance(1);
  assertEquals(box.breaker.getState(), "open");
});

Deno.test("a call leaves no listener on its signal", async () => {
  const { breaker } = make();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof add>) => (listeners--, remove(...args));
  await breaker.execute(() => 1, { signal });
  await breaker.execute(down, { signal }).catch(() => {});
  assertEquals(listeners, 0);
});

Deno.test("a cancelled call rejects at once with the reason, and is neutral", async () => {
  const box = make({ ...EXAMPLE, failureThreshold: 1 });
  const abort = new AbortController();
  let inner: AbortSignal | undefined;
  const call = box.breaker.execute(({ signal }) => {
    inner = signal;
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("by the body")));
    });
  }, { signal: abort.signal });
  abort.abort("enough");
  assertEquals(await call.catch((reason) => reason), "enough");
  assertEquals(inner!.aborted, true);
  assertEquals(box.breaker.getState(), "closed");
  assertEquals(box.breaker.getMetrics().neutralRequests, 1);
});

Deno.test("a call with a signal that has aborted is not made", async () => {
  const { breaker } = make();
  let called = false;
  const signal = AbortSignal.abort("before");
  const reason = await breaker.execute(() => called = true, { signal }).catch((caught) => caught);
  assertEquals([reason, called, breaker.getMetrics().totalRequests], ["before", false, 0]);
});

Deno.test("forceState() moves a breaker, to which its rules then apply", async () => {
  const box = make();
  const early = begin(box.breaker);
  box.breaker.forceState(CircuitState.OPEN);
  await assertRejects(() => box.breaker.execute(() => 1), CircuitOpenError);
  box.breaker.forceState(CircuitState.HALF_OPEN);
  await early.break(new Error("of before"));
  assertEquals(box.breaker.getState(), "half-open");
  await succeed(box.breaker, 3);
  assertEquals(box.breaker.getState(), "closed");
  box.breaker.forceState(CircuitState.OPEN);
  box.clock.advanceSync(59_000);
  box.breaker.forceState(CircuitState.OPEN);
  box.clock.advanceSync(1_000);
  assertEquals(box.breaker.getState(), "half-open");
});

Deno.test("reset() closes a breaker, clears its figures, and ignores calls in flight", async () => {
  const box = make();
  const early = begin(box.breaker);
  await trip(box);
  box.breaker.reset();
  assertEquals(box.breaker.getState(), "closed");
  await early.end("late");
  assertEquals(box.breaker.getMetrics(), {
    state: "closed",
    failures: 0,
    successes: 0,
    totalRequests: 0,
    rejectedRequests: 0,
    halfOpenRequests: 0,
    neutralRequests: 0,
    staleResults: 0,
    trips: 0,
    retries: 0,
    rejectedRetries: 0,
  });
  await fail(box.breaker, 4);
  assertEquals(box.breaker.getState(), "closed");
});

Deno.test("getMetrics() has the figures of the reference", async () => {
  const box = make();
  await succeed(box.breaker, 3);
  box.clock.advanceSync(1_000);
  await succeed(box.breaker);
  box.clock.advanceSync(1_000);
  await trip(box);
  await assertRejects(() => box.breaker.execute(() => 1), CircuitOpenError);
  assertEquals(box.breaker.getMetrics(), {
    state: "open",
    failures: 5,
    successes: 4,
    lastFailureTime: new Date(3_000),
    lastSuccessTime: new Date(2_000),
    totalRequests: 10,
    rejectedRequests: 1,
    halfOpenRequests: 0,
    neutralRequests: 0,
    staleResults: 0,
    trips: 1,
    retries: 0,
    rejectedRetries: 0,
    retryTime: new Date(63_000),
  });
});

Deno.test("figures are right while calls are in flight and after thousands of them", async () => {
  const { breaker, clock } = make();
  await succeed(breaker, 2_000);
  clock.advanceSync(500);
  await succeed(breaker, 500);
  const calls = [begin(breaker), begin(breaker)];
  const { totalRequests, successes, lastSuccessTime } = breaker.getMetrics();
  assertEquals([totalRequests, successes], [2_502, 2_500]);
  assertEquals(lastSuccessTime, new Date(1_500));
  await Promise.all(calls.map((call) => call.end("")));
  assertEquals(breaker.getMetrics().successes, 2_502);
});

Deno.test("circuitbreaker:state-change reports each change and its reason", async () => {
  const eventBus = new EventBus();
  const seen: string[] = [];
  eventBus.on("circuitbreaker:state-change", ({ name, from, to, reason }) => {
    seen.push(`${name} ${from} ${to} ${reason}`);
  });
  const box = make(EXAMPLE, eventBus);
  await trip(box);
  box.clock.advanceSync(60_000);
  await succeed(box.breaker, 3);
  box.breaker.forceState("open");
  box.breaker.reset();
  assertEquals(seen, [
    "api closed open failures",
    "api open half-open open-time-over",
    "api half-open closed probes-succeeded",
    "api closed open forced",
    "api open closed reset",
  ]);
});

Deno.test("shutdown() refuses further calls and lets those in flight end", async () => {
  const { breaker } = make();
  const call = begin(breaker);
  await breaker.shutdown();
  await breaker.shutdown();
  await assertRejects(
    () => breaker.execute(() => 1),
    ClosedError,
    'Cannot call through circuit breaker "api": it is closed',
  );
  assertThrows(() => breaker.reset(), ClosedError, 'Cannot reset circuit breaker "api"');
  assertEquals(await call.end("fine"), "fine");
});

Deno.test("time that goes back doesn't move a breaker back", async () => {
  const box = make();
  await trip(box);
  box.clock.advanceSync(60_000);
  await succeed(box.breaker);
  box.clock.jumpTo(1_000);
  assertEquals(box.breaker.getState(), "half-open");
  await succeed(box.breaker, 2);
  assertEquals(box.breaker.getState(), "closed");
});

Deno.test("malformed arguments are refused with the rule and the value", async () => {
  const { breaker } = make();
  const call = (body: unknown, options?: unknown) => () =>
    breaker.execute(body as () => number, options as { timeoutMs: number });
  await assertRejects(call(1), TypeError, "body must be a function, got 1");
  await assertRejects(call(() => 1, 5), TypeError, "options must be an object, got 5");
  await assertRejects(call(() => 1, { timeoutMs: -1 }), RangeError, "timeoutMs must be");
  await assertRejects(call(() => 1, { signal: {} }), TypeError, "signal must be an AbortSignal");
  assertThrows(() => breaker.forceState("ajar" as "open"), RangeError, "state must be one of");
  assertThrows(() => new CircuitBreaker(""), RangeError, "name must have 1 to 256 characters");
});
