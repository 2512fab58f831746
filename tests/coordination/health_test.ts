import { assertEquals } from "@std/assert";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import {
  breakerHealth,
  conflictHealth,
  engineHealth,
  wholeHealth,
} from "../../src/coordination/health.ts";
import { RootDriver } from "./driver.ts";

Deno.test("H1-always-healthy: a timer may be late by a second", () => {
  assertEquals(engineHealth(5_000, 6_000), { healthy: true, metrics: { overdueMs: 1_000 } });
  assertEquals(engineHealth(5_000, 6_001), {
    healthy: false,
    error: "a timer is overdue by 1001 ms",
    metrics: { overdueMs: 1_001 },
  });
  assertEquals(engineHealth(Infinity, 6_000).metrics, { overdueMs: 0 });
});

const { rules } = readBreakerConfig({ timeout: 100 }, () => "test");

/** A machine with breakers of these names, all open. */
function opened(...names: string[]): RootDriver {
  const bench = new RootDriver();
  for (const name of names) {
    bench.do({ type: "define-breaker", name, rules });
    bench.do({ type: "force-breaker", name, state: "open" });
  }
  return bench;
}

Deno.test("breakers that are all open leave no room for another, closed ones do", () => {
  const bench = new RootDriver({ breakers: { maxBreakers: 2 } });
  for (const name of ["a", "b"]) bench.do({ type: "define-breaker", name, rules });
  assertEquals(breakerHealth(bench.state, 0).healthy, true);
  for (const name of ["a", "b"]) bench.do({ type: "force-breaker", name, state: "open" });
  const error = '"a", "b" are open; the table of breakers is full';
  assertEquals(breakerHealth(bench.state, 0).error, error);
});

Deno.test("H1-always-healthy: breakers that are open are named, the first three of them", () => {
  const errors = [
    [["a"], '"a" is open'],
    [["a", "b"], '"a", "b" are open'],
    [["a", "b", "c"], '"a", "b", "c" are open'],
    [["a", "b", "c", "d", "e"], '"a", "b", "c" and 2 more are open'],
  ] as const;
  for (const [names, error] of errors) {
    const bench = opened(...names);
    bench.do({ type: "define-breaker", name: "closed", rules });
    assertEquals(breakerHealth(bench.state, 0), {
      healthy: false,
      error,
      metrics: { breakers: names.length + 1, open: names.length, held: 0, halfOpen: 0 },
    });
  }
});

Deno.test("a breaker that would let a call through is half-open, whether or not anybody has tried", () => {
  const bench = opened("a");
  assertEquals(breakerHealth(bench.state, 99).healthy, false);
  assertEquals(breakerHealth(bench.state, 100), {
    healthy: true,
    metrics: { breakers: 1, open: 0, held: 0, halfOpen: 1 },
  });
});

Deno.test("H1-always-healthy: open conflicts may fill nine tenths of their table", () => {
  const bench = new RootDriver({ conflicts: { maxActive: 10 } });
  const report = (i: number) =>
    bench.do({
      type: "report-conflict",
      subject: "resource",
      subjectId: `r${i}`,
      disagreement: undefined,
      agents: ["a", "b"],
    });
  for (let i = 1; i <= 9; i++) report(i);
  assertEquals(conflictHealth(bench.state), { healthy: true, metrics: { active: 9, reported: 9 } });
  report(10);
  assertEquals(conflictHealth(bench.state).error, "10 of 10 conflicts are open");
});

Deno.test("what ails a part ails the whole, and figures are named after their part", () => {
  const well = { healthy: true, metrics: { size: 1 } };
  const ill = { healthy: false, error: "it is full", metrics: { size: 2 } };
  assertEquals(wholeHealth({ a: well, b: ill, c: ill }), {
    healthy: false,
    error: "b: it is full; c: it is full",
    metrics: { "a.size": 1, "b.size": 2, "c.size": 2 },
    components: { a: well, b: ill, c: ill },
  });
  assertEquals(wholeHealth({ a: well }).healthy, true);
});
