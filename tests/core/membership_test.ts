import { assertEquals, assertThrows } from "@std/assert";
import { Engine, silentLogger } from "../../machine.ts";
import { MemoryJournal } from "../../mod.ts";
import { Membership } from "../../src/core/membership.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { counter } from "./counter.ts";

/** A membership among `others`, of which each renewal is read back unless the journal fails. */
function membership(others: string[]) {
  const clock = new SimulatedClock();
  const ended: string[] = [];
  const journal = { fails: false, renewals: 0 };
  const own = new Membership(300, clock, {
    others: () => others,
    renew(done) {
      journal.renewals++;
      done(journal.fails ? new Error("The disk is full") : undefined);
    },
    end: (session) => ended.push(session),
  });
  own.start();
  return { clock, ended, journal, own };
}

Deno.test("a session ends after three renewals without a record of it, from the first that sees it on", async () => {
  const { clock, ended, journal, own } = membership(["silent", "alive"]);
  for (let i = 1; i <= 4; i++) {
    assertEquals([journal.renewals, ended], [i - 1, []]);
    await clock.advance(100);
    own.heard("alive");
  }
  assertEquals(ended, ["silent"]);
  own.close();
  await clock.advance(1_000);
  assertEquals([journal.renewals, clock.pending], [4, 0]);
});

Deno.test("a renewal that is not read back counts for nothing", async () => {
  const { clock, ended, journal } = membership(["other"]);
  journal.fails = true;
  await clock.advance(1_000);
  assertEquals([journal.renewals, ended], [10, []]);
  journal.fails = false;
  await clock.advance(400);
  assertEquals(ended, ["other"]);
});

Deno.test("what was of a session that ended is ended again with each renewal until that succeeds", async () => {
  const { clock, own } = membership([]);
  let calls = 0;
  own.whenEnded(() =>
    ++calls < 3 ? Promise.reject(new Error("The disk is full")) : Promise.resolve()
  );
  own.ended();
  await clock.advance(1_000);
  assertEquals(calls, 3);
});

Deno.test("the time of a session must be one, and only the session of another engine can be ended", async () => {
  for (const sessionMs of [0, -1, NaN, 2.5, "1000"] as number[]) {
    assertThrows(
      () => new Engine(counter, { journal: new MemoryJournal({ isShared: true, sessionMs }) }),
      Error,
      "journal.sessionMs",
    );
  }
  const journal = new MemoryJournal({ isShared: true });
  await using engine = await Engine.recover(counter, { journal, logger: silentLogger });
  for (const session of [engine.session!, "", 5, undefined] as string[]) {
    assertThrows(() => engine.endSession(session), TypeError, "session must be that of another");
  }
  for (const unknown of ["__proto__", "nobody"]) engine.endSession(unknown);
  await using alone = await Engine.recover(counter, {
    ...{ journal: new MemoryJournal(), logger: silentLogger },
  });
  assertEquals([alone.session, alone.isMember("x")], [undefined, false]);
  assertThrows(() => alone.endSession("x"), TypeError, "on a shared journal");
});
