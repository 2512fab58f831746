/** Laws of what an engine and a client owe: time to a caller that waits, and commands to a journal. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Engine } from "../../src/core/engine.ts";
import type { CancelTimer } from "../../src/core/clock.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { counter } from "./counter.ts";
import { CounterClient } from "./counter_client.ts";

/** A clock that knows which of its pending timers keep the process alive. */
class KeepingClock extends SimulatedClock {
  readonly kept = new Map<object, boolean>();

  override setTimer(at: number, callback: () => void): CancelTimer {
    const key = {};
    this.kept.set(key, true);
    const cancel = super.setTimer(at, () => {
      this.kept.delete(key);
      callback();
    });
    const cancelTimer: CancelTimer = () => {
      this.kept.delete(key);
      cancel();
    };
    cancelTimer.keepAlive = (isNeeded) => void this.kept.set(key, isNeeded);
    return cancelTimer;
  }
}

Deno.test("the timer of an engine keeps the process alive exactly while a caller waits", () => {
  const action = fc.oneof(
    fc.constantFrom("hold" as const, "release" as const),
    fc.record({ inMs: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ passMs: fc.nat(10) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const clock = new KeepingClock();
      const engine = new Engine(counter, { clock, logger: silentLogger });
      let holds = 0;
      for (const each of actions) {
        if (each === "hold") {
          engine.hold();
          holds++;
        } else if (each === "release") {
          if (holds === 0) continue;
          engine.release();
          holds--;
        } else if ("inMs" in each) {
          engine.dispatch({ type: "remind", of: "tea", inMs: each.inMs });
        } else clock.advanceSync(each.passMs);
        assertEquals([...clock.kept.values()], clock.kept.size === 0 ? [] : [holds > 0]);
        assertEquals(clock.kept.size, engine.deadline === Infinity ? 0 : 1);
      }
    }),
  );
});

Deno.test("each command that is owed is stored once, however often the journal fails", async () => {
  const action = fc.oneof(
    fc.constant("owe" as const),
    fc.record({ times: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ passMs: fc.constantFrom(0, 500, 1_000) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
      const clock = new SimulatedClock();
      const journal = new FaultyJournal(new MemoryJournal());
      const engine = await Engine.recover(counter, { clock, logger: silentLogger, journal });
      const client = new CounterClient({ dispatcher: engine, state: () => engine.state });
      let owed = 0;
      for (const each of actions) {
        if (each === "owe") {
          client.owe({ type: "add", by: 1 });
          owed++;
        } else if ("times" in each) journal.fail(each.times);
        else await clock.advance(each.passMs);
      }
      await clock.advance(10_000);
      assertEquals([client.state.total, clock.pending], [owed, 0]);
      await engine.close();
    }),
  );
});
