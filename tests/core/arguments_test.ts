import { assertEquals, assertThrows } from "@std/assert";
import * as check from "../../src/core/arguments.ts";

const attempt = () => 'acquire "db"';
type Check = (value: unknown) => void;

/** Requires that `check` takes all of `good`, and refuses each of `bad` with its error. */
function assertChecks(
  check: Check,
  good: readonly unknown[],
  bad: readonly [unknown, typeof TypeError | typeof RangeError, string][],
): void {
  for (const value of good) check(value);
  for (const [value, kind, problem] of bad) {
    assertThrows(() => check(value), kind, `Cannot acquire "db": ${problem}`);
  }
}

Deno.test("an id is a string of 1 to 256 characters without control characters", () => {
  assertChecks(
    (value) => check.requireId(value, "agentId", attempt),
    ["a", "__proto__", "constructor", "x".repeat(256), "ä/ö:🙂"],
    [
      [5, TypeError, "agentId must be a string, got 5"],
      [null, TypeError, "agentId must be a string, got null"],
      ["", RangeError, 'agentId must have 1 to 256 characters, got ""'],
      ["x".repeat(257), RangeError, "agentId must have 1 to 256 characters, got 257"],
      ["a\nb", RangeError, 'agentId must have no control characters, got "a\\nb"'],
      ["\u007f", RangeError, "agentId must have no control characters"],
    ],
  );
});

Deno.test("an integer must be one, and in its range", () => {
  assertChecks((value) => check.requireInteger(value, -2, 5, "n", attempt), [-2, 0, 5], [
    [-3, RangeError, "n must be an integer from -2 to 5, got -3"],
    [6, RangeError, "n must be an integer from -2 to 5, got 6"],
    [0.5, RangeError, "n must be an integer from -2 to 5, got 0.5"],
    [NaN, RangeError, "n must be an integer from -2 to 5, got NaN"],
    ["1", TypeError, 'n must be an integer from -2 to 5, got "1"'],
    [1n, TypeError, "n must be an integer from -2 to 5, got 1n"],
  ]);
  const most = Number.MAX_SAFE_INTEGER;
  assertChecks((value) => check.requireInteger(value, 1, most, "n", attempt), [1, most], [
    [0, RangeError, "n must be a positive integer, got 0"],
  ]);
  assertChecks((value) => check.requireInteger(value, 0, most, "n", attempt), [0], [
    [-1, RangeError, "n must be a non-negative integer, got -1"],
  ]);
});

Deno.test("a time is a whole number of milliseconds up to some hundred years", () => {
  assertChecks((value) => check.requireMs(value, 0, "leaseMs", attempt), [0, 9_000_000_000_000], [
    [-5, RangeError, "leaseMs must be a non-negative integer, got -5"],
    [9_000_000_000_001, RangeError, "leaseMs must be at most 9000000000000 ms"],
    [Infinity, RangeError, "leaseMs must be a non-negative integer, got Infinity"],
    [undefined, TypeError, "leaseMs must be a non-negative integer, got undefined"],
  ]);
  assertChecks((value) => check.requireMs(value, 1, "leaseMs", attempt), [1], [
    [0, RangeError, "leaseMs must be a positive integer, got 0"],
  ]);
});

Deno.test("a priority is a finite number of a bounded size", () => {
  assertChecks((value) => check.requirePriority(value, "priority", attempt), [0, -1.5, 1e6, -1e6], [
    [1e6 + 1, RangeError, "priority must be a number from -1000000 to 1000000, got 1000001"],
    [NaN, RangeError, "priority must be a number from -1000000 to 1000000, got NaN"],
    ["high", TypeError, 'priority must be a number, got "high"'],
  ]);
});

Deno.test("booleans, functions, objects, arrays and signals must be what they are called", () => {
  assertChecks((value) => check.requireBoolean(value, "wait", attempt), [true, false], [
    [1, TypeError, "wait must be a boolean, got 1"],
  ]);
  assertChecks((value) => check.requireFunction(value, "run", attempt), [() => {}], [
    [{}, TypeError, "run must be a function, got an object"],
  ]);
  assertChecks((value) => check.requireObject(value, "config", attempt), [{}, new Map()], [
    [null, TypeError, "config must be an object, got null"],
    [[1], TypeError, "config must be an object, got an array of 1"],
  ]);
  assertChecks((value) => check.requireArray(value, 2, "ids", attempt), [[], [1, 2]], [
    [{}, TypeError, "ids must be an array, got an object"],
    [[1, 2, 3], RangeError, "ids must have at most 2 elements, got an array of 3"],
  ]);
  const signal = new AbortController().signal;
  assertChecks((value) => check.requireSignal(value, "signal", attempt), [signal], [
    [{}, TypeError, "signal must be an AbortSignal, got an object"],
  ]);
});

Deno.test("a choice must be among those offered", () => {
  assertChecks((value) => check.requireOneOf(value, ["fail", "revoke"], "policy", attempt), [
    "fail",
    "revoke",
  ], [
    ["__proto__", RangeError, 'policy must be one of "fail", "revoke", got "__proto__"'],
    [1, TypeError, 'policy must be one of "fail", "revoke", got 1'],
  ]);
});

Deno.test("what is fine costs no text", () => {
  let asked = 0;
  check.requireId("a", "agentId", () => `${asked++}`);
  check.requireMs(5, 1, "leaseMs", () => `${asked++}`);
  assertEquals(asked, 0);
});

Deno.test("quote() shows any value shortly and on one line", () => {
  assertEquals(check.quote('a "b"\n'), '"a \\"b\\"\\n"');
  assertEquals(check.quote("x".repeat(100)).length, 60);
  assertEquals([undefined, null, -0.5, 5n, Symbol("s"), () => 1, {}, [1, 2]].map(check.quote), [
    "undefined",
    "null",
    "-0.5",
    "5n",
    "a symbol",
    "a function",
    "an object",
    "an array of 2",
  ]);
});

Deno.test("a number has its noun and its verb in the singular only for one", () => {
  assertEquals([0, 1, 2].map((n) => check.counted(n, "attempt")), [
    "0 attempts",
    "1 attempt",
    "2 attempts",
  ]);
  assertEquals([1, 2].map((n) => check.counted(n, "agent", "is")), ["1 agent is", "2 agents are"]);
  assertEquals([1, 2].map((n) => check.counted(n, "lock", "has")), ["1 lock has", "2 locks have"]);
});
