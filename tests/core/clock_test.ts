import fc from "fast-check";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SteadyTime, systemClock } from "../../src/core/clock.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

Deno.test("the system clock returns whole milliseconds and fires a timer once", async () => {
  const now = systemClock.now();
  assert(Number.isInteger(now));
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = systemClock.setTimer(now - 5, resolve);
  await promise;
  cancel();
  cancel();
});

/** A steady time over a wall clock and a monotonic source that are set by hand. */
function steady() {
  const source = { wall: 1_000_000, steady: 0 };
  const time = new SteadyTime(() => source.wall, () => source.steady);
  const pass = (ms: number) => {
    source.wall += ms;
    source.steady += ms;
  };
  return { source, time, pass };
}

Deno.test("a wall clock that is set back stops no time", () => {
  const { source, time, pass } = steady();
  pass(10);
  assertEquals(time.now(), 1_000_010);
  source.wall -= 3_600_000;
  pass(300);
  assertEquals(time.now(), 1_000_310);
  pass(20);
  assertEquals(time.now(), 1_000_330);
});

Deno.test("a wall clock that is set forward expires nothing early", () => {
  const { source, time, pass } = steady();
  source.wall += 86_400_000;
  pass(300);
  assertEquals(time.now(), 1_000_300);
  pass(1_000);
  assertEquals(time.now(), 1_001_300);
});

Deno.test("steady time never goes back, and drifts by no more than it trusts the wall clock", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(100), fc.integer({ min: -10_000, max: 10_000 })), { minLength: 1 }),
      (moves) => {
        const { source, time, pass } = steady();
        let before = time.now();
        let trusted = 0;
        for (const [ms, step] of moves) {
          pass(ms);
          source.wall += step;
          if (ms + step >= 0 && ms + step <= 50) trusted += Math.abs(step) + 1;
          else trusted += 1;
          const now = time.now();
          assert(now >= before);
          assert(Math.abs(now - (1_000_000 + source.steady)) <= trusted);
          before = now;
        }
      },
    ),
  );
});

Deno.test("a delay longer than setTimeout accepts is waited for in full", () => {
  const delays: number[] = [];
  const original = globalThis.setTimeout;
  let arm: (() => void) | undefined;
  globalThis.setTimeout = ((callback: () => void, ms: number) => {
    delays.push(ms);
    arm = callback;
    return 0;
  }) as never;
  try {
    let fired = false;
    systemClock.setTimer(systemClock.now() + 30 * 86_400_000, () => fired = true);
    arm!();
    assertEquals([delays.length, fired, delays[0]], [2, false, 2 ** 31 - 1]);
  } finally {
    globalThis.setTimeout = original;
  }
});

Deno.test("a timer that keeps no process alive keeps none alive when it is armed again", () => {
  const kept: boolean[] = [];
  const original = globalThis.setTimeout;
  let arm: (() => void) | undefined;
  globalThis.setTimeout = ((callback: () => void) => {
    arm = callback;
    const i = kept.push(true) - 1;
    return { ref: () => kept[i] = true, unref: () => kept[i] = false };
  }) as never;
  try {
    systemClock.setTimer(systemClock.now() + 30 * 86_400_000, () => {}).keepAlive!(false);
    arm!();
    assertEquals(kept, [false, false]);
  } finally {
    globalThis.setTimeout = original;
  }
});

Deno.test("a timer of the system clock that is cancelled leaves nothing behind", () => {
  systemClock.setTimer(systemClock.now() + 60_000, () => {})();
  systemClock.setTimer(Number.MAX_SAFE_INTEGER, () => {})();
});

Deno.test("simulated timers fire by instant, then in the order in which they were set", async () => {
  const clock = new SimulatedClock(100);
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
  clock.setTimer(130, note("d"));
  clock.setTimer(120, note("b"));
  clock.setTimer(120, note("c"));
  clock.setTimer(50, note("a"));
  assertEquals([clock.pending, clock.next], [4, 50]);
  await clock.advance(20);
  assertEquals(fired, ["a@100", "b@120", "c@120"]);
  await clock.advanceTo(500);
  assertEquals(fired, ["a@100", "b@120", "c@120", "d@130"]);
  assertEquals([clock.now(), clock.pending, clock.next], [500, 0, Infinity]);
});

Deno.test("a timer set by a timer fires in its place within the same span", () => {
  const clock = new SimulatedClock();
  const fired: string[] = [];
  clock.setTimer(10, () => {
    fired.push("first");
    clock.setTimer(10, () => fired.push("same instant"));
    clock.setTimer(15, () => fired.push("between"));
  });
  clock.setTimer(10, () => fired.push("second"));
  clock.setTimer(20, () => fired.push("last"));
  clock.advanceSync(20);
  assertEquals(fired, ["first", "second", "same instant", "between", "last"]);
});

Deno.test("advance() lets promises settle between instants", async () => {
  const clock = new SimulatedClock();
  const order: string[] = [];
  clock.setTimer(1, () => {
    order.push("timer 1");
    void (async () => {
      for (let i = 0; i < 20; i++) await undefined;
      order.push("promise");
    })();
  });
  clock.setTimer(2, () => order.push("timer 2"));
  await clock.advance(2);
  assertEquals(order, ["timer 1", "promise", "timer 2"]);
});

Deno.test("a simulated timer that is cancelled doesn't fire, not even by one of its instant", () => {
  const clock = new SimulatedClock();
  const fired: string[] = [];
  clock.setTimer(5, () => {
    fired.push("a");
    cancel();
  });
  const cancel = clock.setTimer(5, () => fired.push("b"));
  clock.advanceSync(10);
  cancel();
  assertEquals(fired, ["a"]);
});

Deno.test("runUntilIdle() lets time pass to the last timer, and fails on timers without end", async () => {
  const clock = new SimulatedClock();
  let left = 3;
  const again = () => void (--left > 0 && clock.setTimer(clock.now() + 10, again));
  clock.setTimer(10, again);
  assertEquals(await clock.runUntilIdle(), 3);
  assertEquals([clock.now(), clock.pending], [30, 0]);
  const forEver = () => void clock.setTimer(clock.now() + 1, forEver);
  forEver();
  await assertRejects(() => clock.runUntilIdle(50), RangeError, "within 50 instants");
});

Deno.test("timers that never let time pass are distinguished from a long wait", async () => {
  const clock = new SimulatedClock(7);
  const again = () => void clock.setTimer(0, again);
  again();
  const rule = "Cannot go beyond 7: timers must let time pass";
  await assertRejects(() => clock.runUntilIdle(20), RangeError, "within 20 instants");
  assertThrows(() => clock.advanceSync(1), RangeError, rule);
});

Deno.test("a timer that throws stops the advance at its instant, and the rest can go on", async () => {
  const clock = new SimulatedClock();
  const fired: number[] = [];
  clock.setTimer(5, () => {
    throw new Error("boom");
  });
  clock.setTimer(6, () => fired.push(clock.now()));
  await assertRejects(() => clock.advance(10), Error, "boom");
  assertEquals(clock.now(), 5);
  await clock.advance(10);
  assertEquals([fired, clock.now()], [[6], 15]);
});

Deno.test("jumpTo() sets the time in either direction and fires nothing", () => {
  const clock = new SimulatedClock(100);
  let fired = 0;
  clock.setTimer(200, () => fired++);
  clock.jumpTo(300);
  clock.jumpTo(40);
  assertEquals([clock.now(), fired], [40, 0]);
  clock.jumpTo(300);
  clock.advanceSync(0);
  assertEquals([clock.now(), fired], [300, 1]);
});

Deno.test("a simulated clock refuses times that make no sense", async () => {
  assertThrows(() => new SimulatedClock(-1), RangeError, "start must be a non-negative integer");
  const clock = new SimulatedClock();
  await assertRejects(() => clock.advance(-1), RangeError, "ms must be a non-negative integer");
  assertThrows(() => clock.advanceSync(0.5), RangeError, "ms must be a non-negative integer");
  assertThrows(() => clock.jumpTo(NaN), RangeError, "instant must be a non-negative integer");
});
