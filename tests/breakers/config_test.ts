import { readBreakerConfig } from "../../src/breakers/config.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { CircuitBreaker, type CircuitBreakerConfig } from "../../src/breakers/mod.ts";

Deno.test("a config that could never close, never open or never make sense is refused", () => {
  const refused: [CircuitBreakerConfig, string][] = [
    [{ successThreshold: 0 }, "successThreshold must be an integer from 1 to 1000000, got 0"],
    [{ halfOpenLimit: 0 }, "halfOpenLimit must be an integer from 1 to 1000000, got 0"],
    [{ failureThreshold: 1.5 }, "failureThreshold must be an integer"],
    [{ successThreshold: Infinity }, "successThreshold must be an integer"],
    [{ timeout: 0 }, "timeout must be a positive integer, got 0"],
    [{ timeout: 1e15 }, "timeout must be at most"],
    [{ probeTimeoutMs: 0 }, "probeTimeoutMs must be a positive integer, got 0"],
    [{ slowCallMs: 0 }, "slowCallMs must be a positive integer, got 0"],
    [{ failureRate: 0 }, "failureRate must be above 0, or it could never stay closed, got 0"],
    [{ slowCallRate: 0 }, "slowCallRate must be above 0"],
    [{ failureRate: 1.1 }, "failureRate must be a number from 0 to 1, got 1.1"],
    [{ failureRate: NaN }, "failureRate must be a number from 0 to 1, got NaN"],
    [{ windowCalls: 5, minimumCalls: 6 }, "minimumCalls must be at most windowCalls"],
    [{ timeout: 10, maxOpenMs: 9 }, "maxOpenMs must be at least timeout, which is 10, got 9"],
    [{ openTimeFactor: 0.5 }, "openTimeFactor must be a number from 1 to 1000, got 0.5"],
    [{ openTimeJitter: 2 }, "openTimeJitter must be a number from 0 to 1, got 2"],
    [{ callTimeoutMs: -1 }, "callTimeoutMs must be a non-negative integer, got -1"],
    [{ policy: "luck" as "rate" }, 'policy must be one of "consecutive", "rate", "slow-call"'],
    [{ window: "moon" as "time" }, 'window must be one of "count", "time", got "moon"'],
    [{ isFailure: 1 as unknown as () => boolean }, "isFailure must be a function, got 1"],
    [{ timeout: "1" as unknown as number }, 'timeout must be a positive integer, got "1"'],
  ];
  for (const [config, rule] of refused) {
    const error = assertThrows(() => new CircuitBreaker("api", config)) as Error;
    assertEquals(
      error.message.startsWith(`Cannot create circuit breaker "api": ${rule}`),
      true,
      error.message,
    );
  }
});

Deno.test("a small count window needs no minimumCalls", () => {
  assertEquals(new CircuitBreaker("api", { policy: "rate", windowCalls: 3 }).getState(), "closed");
});

Deno.test("the largest value of each option is accepted, and so is a default derived from it", () => {
  const { rules } = readBreakerConfig({ timeout: 9_000_000_000_000 }, () => "test");
  assertEquals(rules.maxOpenMs, 9_000_000_000_000);
  const most = { timeout: 9_000_000_000_000, maxOpenMs: 9_000_000_000_000, openTimeFactor: 1_000 };
  assertEquals(new CircuitBreaker("api", most).getState(), "closed");
});
