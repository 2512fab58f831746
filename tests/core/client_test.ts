import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError, InvariantError, JournalError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { counter } from "./counter.ts";
import { CounterClient, NegativeError, ONE } from "./counter_client.ts";

/** A client of an engine, with a journal that can fail or without one. */
async function start(hasJournal: boolean) {
  const clock = new SimulatedClock();
  const journal = new FaultyJournal(new MemoryJournal());
  const engine = new Engine(counter, {
    clock,
    logger: silentLogger,
    ...(hasJournal && { journal }),
  });
  if (hasJournal) await engine.open();
  const client = new CounterClient({ dispatcher: engine, state: () => engine.state });
  return { clock, journal, engine, client };
}

const BOTH = [false, true];

Deno.test("call() resolves with the answer, or with what a reader makes of it", async () => {
  for (const { engine, client } of await Promise.all(BOTH.map(start))) {
    assertEquals(await client.call({ type: "add", by: 2 }), { total: 2 });
    assertEquals(await client.call({ type: "add", by: 3 }, ({ total }) => total * 10), 50);
    assertEquals(await client.call({ type: "remind", of: "tea", inMs: 5 }), undefined);
    await engine.close();
  }
});

Deno.test("call() rejects with the error of a refusal, or with what a reader throws", async () => {
  for (const { engine, client } of await Promise.all(BOTH.map(start))) {
    await assertRejects(() => client.call({ type: "add", by: -4 }), NegativeError, "Cannot add -4");
    await assertRejects(
      () =>
        client.call({ type: "add", by: 1 }, () => {
          throw new RangeError("unreadable");
        }),
      RangeError,
      "unreadable",
    );
    assertEquals(client.state.total, 1);
    await engine.close();
  }
});

Deno.test("attempt() resolves once a command was stepped, also when it was refused", async () => {
  for (const { engine, client } of await Promise.all(BOTH.map(start))) {
    await client.attempt(ONE);
    await client.attempt({ type: "add", by: -4 });
    assertEquals(client.state.total, 1);
    await engine.close();
  }
});

Deno.test("call() and attempt() reject when the journal does not store the command", async () => {
  const { engine, client, journal } = await start(true);
  journal.fail(2);
  await assertRejects(() => client.call(ONE), JournalError);
  await assertRejects(() => client.attempt(ONE), JournalError);
  assertEquals(client.state.total, 0);
  await engine.close();
});

Deno.test("deliver() resends a command until the journal stores it", async () => {
  const { clock, engine, client, journal } = await start(true);
  journal.fail(2);
  const delivered = client.deliver({ type: "add", by: 1 });
  await clock.advance(1999);
  assertEquals(client.state.total, 0);
  await clock.advance(1);
  assertEquals(await delivered, { total: 1 });
  assertEquals(clock.pending, 0);
  await engine.close();
});

Deno.test("deliver() rejects with the error of a refusal, which owe() drops", async () => {
  for (const { engine, client } of await Promise.all(BOTH.map(start))) {
    await assertRejects(() => client.deliver({ type: "add", by: -1 }), NegativeError);
    client.owe({ type: "add", by: -1 });
    client.owe(ONE);
    await client.refresh();
    assertEquals(client.state.total, 1);
    await engine.close();
  }
});

Deno.test("refresh() fires what is due, and resends at once what the journal did not store", async () => {
  const { clock, engine, client, journal } = await start(true);
  await client.call({ type: "remind", of: "tea", inMs: 5 });
  journal.fail(1);
  client.owe(ONE);
  await clock.advance(0);
  clock.jumpTo(5);
  await client.refresh();
  assertEquals([client.state.total, client.state.reminders.timers.length], [1, 0]);
  assertEquals(clock.pending, 0);
  await engine.close();
});

Deno.test("a client observes the types that it names, until it stops", async () => {
  for (const { engine, client } of await Promise.all(BOTH.map(start))) {
    await client.call(ONE);
    await client.call({ type: "remind", of: "tea", inMs: 5 });
    client.close();
    await client.deliver(ONE);
    assertEquals([client.totals, client.state.total], [[1], 2]);
    await engine.close();
  }
});

Deno.test("a client that is closed refuses calls, but delivers what must not be lost", async () => {
  for (const { engine, client } of await Promise.all(BOTH.map(start))) {
    client.close();
    await assertRejects(() => client.call(ONE), ClosedError, "the counter");
    await assertRejects(() => client.attempt(ONE), ClosedError);
    await assertRejects(() => client.refresh(), ClosedError);
    assertEquals(await client.deliver({ type: "add", by: 5 }), { total: 5 });
    await engine.close();
    await assertRejects(() => client.deliver(ONE), ClosedError, "the engine");
  }
});

Deno.test("a client that stops rejects what it still had to resend, and leaves no timer", async () => {
  const { clock, engine, client, journal } = await start(true);
  journal.fail(1);
  const delivered = client.deliver(ONE);
  await clock.advance(0);
  assertEquals(clock.pending, 1);
  client.close();
  await assertRejects(() => delivered, ClosedError);
  assertEquals(clock.pending, 0);
  await engine.close();
});

Deno.test("a client stops once, with the error that stopped its machine", async () => {
  for (const { engine, client } of await Promise.all(BOTH.map(start))) {
    await assertRejects(() => client.call({ type: "break" }), InvariantError);
    assert(client.stopped instanceof InvariantError);
    await engine.close();
    client.close();
    assertEquals(client.ends.length, 1);
    assertStrictEquals(client.stopped, client.ends[0]);
    await assertRejects(() => client.call(ONE), InvariantError);
  }
});
