import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BUCKETS, emptyWindow, record } from "../../src/breakers/window.ts";

const call = fc.record({
  afterMs: fc.oneof(fc.nat(30), fc.constantFrom(89, 90, 99, 100, 101, 1_000_000)),
  failed: fc.boolean(),
  slow: fc.boolean(),
});

type Call = { at: number; failed: boolean; slow: boolean };

/** The tallies that a window gives for calls at random moments, and those that `seen` picks. */
function check(
  rules: { window: "count" | "time"; windowCalls: number; windowMs: number },
  seen: (calls: readonly Call[]) => readonly Call[],
): void {
  fc.assert(
    fc.property(
      fc.nat(1_800_000_000_000),
      fc.array(call, { maxLength: 60, size: "max" }),
      (start, moves) => {
        const kept = emptyWindow(rules);
        const calls: Call[] = [];
        let at = start;
        for (const { afterMs, failed, slow } of moves) {
          at += afterMs;
          calls.push({ at, failed, slow });
          const expected = seen(calls);
          assertEquals(record(kept, failed, slow, at), {
            calls: expected.length,
            failures: expected.filter((each) => each.failed).length,
            slow: expected.filter((each) => each.slow).length,
          });
        }
      },
    ),
    { numRuns: 200 },
  );
}

Deno.test("a count window has the newest calls, as a list of them would", () => {
  for (const windowCalls of [1, 2, 7]) {
    check({ window: "count", windowCalls, windowMs: 1 }, (calls) => calls.slice(-windowCalls));
  }
});

Deno.test("B4-idle-gap-keeps-old-failures-in-the-window: a time window has the newest tenths only", () => {
  for (const windowMs of [100, 70, 33]) {
    const slot = ({ at }: Call) => Math.floor(at * BUCKETS / windowMs);
    check(
      { window: "time", windowCalls: 1, windowMs },
      (calls) => calls.filter((each) => slot(each) > slot(calls.at(-1)!) - BUCKETS),
    );
  }
});

Deno.test("a time window costs no more after ten thousand idle years", () => {
  const kept = emptyWindow({ window: "time", windowCalls: 1, windowMs: 1 });
  record(kept, true, true, 0);
  assertEquals(record(kept, false, false, 3e14), { calls: 1, failures: 0, slow: 0 });
});
