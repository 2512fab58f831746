import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, NonRetryableError, RetryAfterError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { CircuitBreaker } from "../../src/breakers/circuit_breaker.ts";
import type { CircuitBreakerConfig } from "../../src/breakers/config.ts";
import { CircuitOpenError } from "../../src/breakers/errors.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

class Setting {
  readonly clock = new SimulatedClock(1_000);
  readonly breaker: CircuitBreaker;
  calls = 0;

  constructor(config: CircuitBreakerConfig = {}) {
    const options = { clock: this.clock, seed: 1 };
    this.breaker = new CircuitBreaker("api", config, silentLogger, undefined, options);
  }

  /** Returns a call that fails with `errors`, one after the other, and then succeeds. */
  failing(...errors: unknown[]): () => string {
    return () => {
      const error = errors[this.calls++];
      if (error !== undefined) throw error;
      return "up";
    };
  }
}

Deno.test("a call is retried after a random pause that doubles, through the breaker each time", async () => {
  const setting = new Setting();
  const { breaker, clock } = setting;
  const body = setting.failing(new Error("1"), new Error("2"));
  const retry = { delayMs: 100 };
  const result = breaker.execute(body, { retry });
  await clock.advance(100);
  await clock.advance(200);
  assertEquals([await result, setting.calls, clock.pending], ["up", 3, 0]);
  const { failures, successes, retries, totalRequests } = breaker.getMetrics();
  assertEquals([failures, successes, retries, totalRequests], [2, 1, 2, 3]);
});

Deno.test("the pause is at least that of the error", async () => {
  const setting = new Setting();
  const { breaker, clock } = setting;
  const body = setting.failing(new RetryAfterError("busy", 5_000));
  const result = breaker.execute(body, { retry: { delayMs: 1 } });
  await clock.advance(4_999);
  assertEquals(setting.calls, 1);
  await clock.advance(1);
  assertEquals(await result, "up");
});

Deno.test("B7-retries-multiply-the-load: retries are a share of calls, and no more", async () => {
  const retryRules = { retryShare: 0.1, retriesPerSecond: 0, retryBurst: 2 };
  const setting = new Setting({ ...retryRules, failureThreshold: 1_000_000 });
  const { breaker } = setting;
  let calls = 0;
  const down = () => {
    calls++;
    throw new Error("down");
  };
  const options = { retry: { delayMs: 0, maxAttempts: 5 } };
  for (let i = 0; i < 200; i++) {
    await assertRejects(() => breaker.execute(down, options), Error, "down");
  }
  assertEquals(calls, 200 + 2 + 19);
  assertEquals(breaker.getMetrics().retries, 21);
  breaker.reset();
  await assertRejects(() => breaker.execute(down, options), Error, "down");
  assertEquals(breaker.getMetrics().retries, 2);
});

Deno.test("the budget grants some retries in each second, whatever the number of calls", async () => {
  const setting = new Setting({ retryShare: 0, retriesPerSecond: 2, retryBurst: 1 });
  const { breaker, clock } = setting;
  const once = (): Promise<string> => {
    setting.calls = 0;
    return breaker.execute(setting.failing(new Error("no")), { retry: { delayMs: 0 } });
  };
  assertEquals(await once(), "up");
  await assertRejects(once, Error, "no");
  await clock.advance(499);
  await assertRejects(once, Error, "no");
  await clock.advance(1);
  assertEquals(await once(), "up");
  assertEquals(breaker.getMetrics().rejectedRetries, 2);
});

Deno.test("what can't end better is not retried", async () => {
  const setting = new Setting({ failureThreshold: 1, timeout: 60_000 });
  const { breaker } = setting;
  const retry = { delayMs: 0 };
  const final = setting.failing(new NonRetryableError("never"));
  await assertRejects(() => breaker.execute(final, { retry }), NonRetryableError);
  await assertRejects(() => breaker.execute(final, { retry }), CircuitOpenError);
  assertEquals([setting.calls, breaker.getMetrics().retries], [1, 0]);
  breaker.reset();
  const isRetryable = () => {
    throw new Error("a bug");
  };
  const other = setting.failing(undefined, new Error("no"));
  await assertRejects(() => breaker.execute(other, { retry: { isRetryable } }), Error, "no");
});

Deno.test("a rejection is retried when the breaker admits a call, if the caller says so", async () => {
  const setting = new Setting({ failureThreshold: 1, successThreshold: 1, timeout: 1_000 });
  const { breaker, clock } = setting;
  const options = { retry: { delayMs: 1, isRetryable: () => true } };
  const result = breaker.execute(setting.failing(new Error("no")), options);
  await clock.advance(1);
  assertEquals(breaker.getState(), "open");
  await clock.advance(1_000);
  assertEquals([await result, breaker.getState()], ["up", "closed"]);
});

Deno.test("the fallback is for the outcome of all attempts, not for an abort or a closed breaker", async () => {
  const setting = new Setting();
  const { breaker } = setting;
  const errors: unknown[] = [];
  const fallback = (error: unknown) => {
    errors.push((error as Error).message);
    return "cached";
  };
  const body = setting.failing(new Error("1"), new Error("2"), new Error("3"));
  const retry = { delayMs: 0, maxAttempts: 2 };
  assertEquals(await breaker.execute(body, { retry, fallback }), "cached");
  assertEquals(await breaker.execute(body, { fallback }), "cached");
  assertEquals(errors, ["2", "3"]);
  const abort = AbortSignal.abort(new Error("changed my mind"));
  await assertRejects(() => breaker.execute(body, { fallback, signal: abort }), Error, "my mind");
  await breaker.shutdown();
  await assertRejects(() => breaker.execute(body, { fallback }), ClosedError);
});

Deno.test("an abort ends the pause before a retry, and leaves no timer behind", async () => {
  const setting = new Setting();
  const { breaker, clock } = setting;
  const abort = new AbortController();
  const body = setting.failing(new RetryAfterError("busy", 60_000));
  const result = breaker.execute(body, { retry: {}, signal: abort.signal });
  await clock.advance(10);
  assertEquals(clock.pending, 1);
  abort.abort(new Error("changed my mind"));
  await assertRejects(() => result, Error, "changed my mind");
  assertEquals([clock.pending, setting.calls], [0, 1]);
});

Deno.test("malformed options of retries are refused before the call", async () => {
  const { breaker } = new Setting();
  const execute = (options: object) => () => breaker.execute(() => "called", options);
  await assertRejects(execute({ retry: { maxAttempts: 0 } }), RangeError, "retry.maxAttempts");
  await assertRejects(execute({ retry: { delayMs: 1.5 } }), RangeError, "retry.delayMs");
  await assertRejects(execute({ retry: { isRetryable: 1 } }), TypeError, "retry.isRetryable");
  await assertRejects(execute({ retry: 3 }), TypeError, "retry must be");
  await assertRejects(execute({ fallback: "cached" }), TypeError, "fallback must be");
  assertThrows(() => new Setting({ retryShare: 2 }), RangeError, "retryShare");
});
