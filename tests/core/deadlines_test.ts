import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  countTimers,
  nextDeadline,
  noDeadlines,
  reschedule,
  schedule,
  takeDue,
  type Timer,
  unschedule,
} from "../../src/core/data/deadlines.ts";

function takeAll(deadlines: ReturnType<typeof noDeadlines<string>>, now: number): string[] {
  const subjects: string[] = [];
  for (let due = takeDue(deadlines, now); due; due = takeDue(deadlines, now)) {
    subjects.push(due.subject);
  }
  return subjects;
}

Deno.test("timers fire by instant, and those of one instant in the order in which they were set", () => {
  const deadlines = noDeadlines<string>();
  schedule(deadlines, 20, "d");
  schedule(deadlines, 10, "b");
  schedule(deadlines, 10, "c");
  schedule(deadlines, 5, "a");
  assertEquals(nextDeadline(deadlines), 5);
  assertEquals(takeAll(deadlines, 4), []);
  assertEquals(takeAll(deadlines, 10), ["a", "b", "c"]);
  assertEquals(nextDeadline(deadlines), 20);
  assertEquals(takeAll(deadlines, 1_000), ["d"]);
  assertEquals(nextDeadline(deadlines), Infinity);
});

Deno.test("a cancelled timer never fires, and cancellation is idempotent", () => {
  const deadlines = noDeadlines<string>();
  const timer = schedule(deadlines, 1, "never");
  schedule(deadlines, 2, "then");
  unschedule(deadlines, timer);
  unschedule(deadlines, timer);
  unschedule(deadlines, undefined);
  assertEquals(takeAll(deadlines, 5), ["then"]);
});

Deno.test("a timer that is moved keeps its age among those of its new instant", () => {
  const deadlines = noDeadlines<string>();
  const oldest = schedule(deadlines, 1, "oldest");
  schedule(deadlines, 9, "younger");
  reschedule(deadlines, oldest, 9);
  assertEquals(takeAll(deadlines, 8), []);
  assertEquals(takeAll(deadlines, 9), ["oldest", "younger"]);
});

Deno.test("what is due in steps is due in the same order as all at once", () => {
  const instants = fc.array(fc.nat({ max: 20 }), { maxLength: 40 });
  fc.assert(
    fc.property(instants, fc.array(fc.nat({ max: 20 })), (timers, stops) => {
      const stepwise = noDeadlines<string>();
      const atOnce = noDeadlines<string>();
      timers.forEach((at, i) => {
        schedule(stepwise, at, `${i}`);
        schedule(atOnce, at, `${i}`);
      });
      const fired = stops.toSorted((a, b) => a - b).flatMap((now) => takeAll(stepwise, now));
      fired.push(...takeAll(stepwise, 20));
      assertEquals(fired, takeAll(atOnce, 20));
      assertEquals(fired.length, timers.length);
    }),
    { numRuns: 200 },
  );
});

/** One of hundreds of moves: sets a timer, or picks one to take back or to move, or lets time pass. */
const moves = fc.array(
  fc.record({
    kind: fc.constantFrom("set", "set", "unset", "unset", "move", "pass" as const),
    pick: fc.nat(),
    ms: fc.nat({ max: 1_000 }),
  }),
  { minLength: 400, maxLength: 800 },
);

Deno.test("timers that are set, moved and cancelled fire like a sorted list, and idle ones are removed", () => {
  fc.assert(
    fc.property(moves, (moves) => {
      const deadlines = noDeadlines<number>();
      const timers: Timer<number>[] = [];
      let expected: { at: number; id: number }[] = [];
      let now = 0;
      for (const { kind, pick, ms } of moves) {
        const picked = timers[pick % Math.max(1, timers.length)];
        const entry = expected.find(({ id }) => id === picked?.subject);
        if (kind === "set") {
          expected.push({ at: now + ms, id: timers.length });
          timers.push(schedule(deadlines, now + ms, timers.length));
        } else if (kind === "unset") {
          expected = expected.filter((other) => other !== entry);
          unschedule(deadlines, picked);
        } else if (kind === "move" && entry !== undefined) {
          entry.at = now + ms;
          reschedule(deadlines, picked!, now + ms);
        } else if (kind === "pass") {
          now += ms % 20;
          const due = expected.filter(({ at }) => at <= now);
          due.sort((a, b) => a.at - b.at || a.id - b.id);
          expected = expected.filter(({ at }) => at > now);
          const fired: number[] = [];
          for (let timer = takeDue(deadlines, now); timer; timer = takeDue(deadlines, now)) {
            fired.push(timer.subject);
          }
          assertEquals(fired, due.map(({ id }) => id));
        }
        assertEquals(nextDeadline(deadlines), Math.min(Infinity, ...expected.map(({ at }) => at)));
        assertEquals(countTimers(deadlines), expected.length);
        assert(deadlines.idle <= Math.max(64, expected.length));
      }
    }),
    { numRuns: 50, endOnFailure: true },
  );
});

Deno.test("cancelled timers behind a pending one are removed", () => {
  const deadlines = noDeadlines<number>();
  schedule(deadlines, 0, -1);
  const others = Array.from({ length: 1_000 }, (_, i) => schedule(deadlines, 1 + i, i));
  for (const timer of others) unschedule(deadlines, timer);
  assert(deadlines.timers.length <= 64);
  assertEquals([countTimers(deadlines), nextDeadline(deadlines)], [1, 0]);
});
