import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import { MOST_USES, TurnTime } from "../../src/core/bus/event_bus.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

/** Calls `body` with a function that tells how often the system clock was read since it was last asked. */
async function countingReads(body: (reads: () => number) => Promise<void>): Promise<void> {
  const { now } = systemClock;
  let count = 0;
  systemClock.now = () => {
    count++;
    return now.call(systemClock);
  };
  try {
    await body(() => {
      const counted = count;
      count = 0;
      return counted;
    });
  } finally {
    systemClock.now = now;
  }
}

Deno.test("the time of a turn is read once, and anew in the next turn", async () => {
  await countingReads(async (reads) => {
    const time = new TurnTime(systemClock);
    const first = time.read();
    for (let i = 0; i < 10; i++) assertEquals(time.read(), first);
    assertEquals(reads(), 1);
    await undefined;
    time.read();
    time.read();
    assertEquals(reads(), 1);
  });
});

Deno.test("code that never yields doesn't stop the time", async () => {
  await countingReads(async (reads) => {
    const time = new TurnTime(systemClock);
    const first = time.read();
    const until = Date.now() + 6;
    while (Date.now() < until);
    let latest = first;
    for (let i = 0; i < MOST_USES; i++) latest = time.read();
    assert(latest >= first + 5);
    assertEquals(reads(), 2);
    await undefined;
  });
});

Deno.test("a clock that may be moved by hand is read each time", () => {
  const clock = new SimulatedClock(10);
  const time = new TurnTime(clock);
  assertEquals(time.read(), 10);
  clock.jumpTo(15);
  assertEquals(time.read(), 15);
});
