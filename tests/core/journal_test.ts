import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AppendRefusedError, JournalTruncatedError } from "../../src/core/errors.ts";
import { entriesOf, type Journal, positionOf } from "../../src/core/journal.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { recordOf, written } from "../support/journals.ts";

/** Appends a record with one command. */
function append(journal: Journal, session: string, number: number, type = `${session}${number}`) {
  return journal.append(recordOf(session, number, [{ at: number, command: { type } }]));
}

async function typesOf(journal: Journal, after = 0): Promise<string[]> {
  return (await written(journal, after)).map(({ command }) => command.type);
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(new TextEncoder().encode(text));
}

Deno.test("the commands of a record have the times at which they were sent", () => {
  const commands = JSON.stringify([{ type: "a" }, 5, { type: "b" }, { type: "c" }, 1, {
    type: "d",
  }]);
  assertEquals(entriesOf({ at: 100, commands }), [
    { at: 100, command: { type: "a" } },
    { at: 105, command: { type: "b" } },
    { at: 105, command: { type: "c" } },
    { at: 106, command: { type: "d" } },
  ]);
});

Deno.test("the place of a command begins with a position, and anything else with none", () => {
  assertEquals(["17:0", "0:12"].map(positionOf), [17, 0]);
  assertEquals(
    ["17", ":1", "a:1", "1:", "1:2:3", "-1:0", " 1:0"].map(positionOf),
    Array(7).fill(NaN),
  );
});

Deno.test("a memory journal delivers what was appended, from any position, and what comes later", async () => {
  const journal = new MemoryJournal();
  assertEquals(await journal.open("a"), 0);
  for (const number of [1, 2, 3]) assertEquals(await append(journal, "a", number), number);
  assertEquals([await typesOf(journal), await typesOf(journal, 2)], [["a1", "a2", "a3"], ["a3"]]);
  const ending = new AbortController();
  const delivered: number[] = [];
  const reading = (async () => {
    for await (const records of journal.follow(3, ending.signal)) {
      delivered.push(...records.map(({ position }) => position));
    }
  })();
  await append(journal, "a", 4);
  await append(journal, "a", 5);
  await Promise.resolve();
  ending.abort();
  await reading;
  assertEquals([delivered, await journal.tail()], [[4, 5], 5]);
});

Deno.test("a memory journal stores a record of a session once", async () => {
  const journal = new MemoryJournal();
  const positions = [];
  for (const number of [1, 2, 2, 1, 3]) positions.push(await append(journal, "a", number));
  positions.push(await append(journal, "b", 1));
  assertEquals(positions, [1, 2, 2, 2, 3, 4]);
  assertEquals(await typesOf(journal), ["a1", "a2", "a3", "b1"]);
});

Deno.test("a memory journal refuses the session before once another one has opened it", async () => {
  const journal = new MemoryJournal();
  await journal.open("a");
  await append(journal, "a", 1);
  assertEquals(await journal.open("b"), 1);
  await assertRejects(() => append(journal, "a", 2), AppendRefusedError, "another engine");
  assertEquals(await append(journal, "a", 1), 1); // stored before, and still so
  await append(journal, "b", 1);
  assertEquals(await typesOf(journal), ["a1", "b1"]);
});

Deno.test("a memory journal forgets what it may, and says so to who asks for it", async () => {
  const journal = new MemoryJournal();
  for (const number of [1, 2, 3]) await append(journal, "a", number);
  await journal.forget(3);
  await journal.forget(2);
  assertEquals(await typesOf(journal, 2), ["a3"]);
  const error = await assertRejects(
    () => written(journal, 1),
    JournalTruncatedError,
    "the first is 3",
  );
  assertEquals(error.first, 3);
  await journal.forget(100);
  assertEquals([await journal.tail(), await append(journal, "a", 4)], [3, 4]);
  await journal.close();
});

Deno.test("a memory journal keeps the newest two snapshots", async () => {
  const { snapshots } = new MemoryJournal();
  assertEquals(await snapshots.newest(), undefined);
  const meta = { machine: "m", version: 1 };
  for (const position of [4, 9, 7, 9]) {
    await snapshots.save({ ...meta, position }, chunks(`at ${position}`, "!"));
  }
  const found = [];
  for (const before of [undefined, 9, 7]) {
    const snapshot = await snapshots.newest(before);
    const parts = snapshot === undefined ? [] : await Array.fromAsync(snapshot.chunks);
    found.push([
      snapshot?.meta.position,
      parts.map((part) => new TextDecoder().decode(part)).join(""),
    ]);
  }
  assertEquals(found, [[9, "at 9!"], [7, "at 7!"], [undefined, ""]]);
});

Deno.test("a faulty journal fails as many appends as it should, and stores none of them", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  journal.fail(2);
  await assertRejects(() => append(journal, "a", 1), AppendRefusedError, "The disk is full");
  journal.fail(1, new Error("The network is down"));
  await assertRejects(() => append(journal, "a", 1), Error, "The network is down");
  await append(journal, "a", 1, "stored");
  assertEquals([await typesOf(journal), journal.batches], [["stored"], [1]]);
  assertThrows(() => journal.fail(-1), RangeError, "times");
});

Deno.test("a faulty journal loses the answers of appends that it stores", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  journal.loseAnswers(1);
  await assertRejects(() => append(journal, "a", 1), Error, "The connection was lost");
  assertEquals([await append(journal, "a", 1), await typesOf(journal)], [1, ["a1"]]);
});

Deno.test("a faulty journal holds appends until it is released", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  journal.hold();
  const appended = append(journal, "a", 1);
  assertEquals([journal.waiting, await typesOf(journal)], [1, []]);
  journal.release();
  await appended;
  assertEquals([journal.waiting, await typesOf(journal)], [0, ["a1"]]);
  journal.release();
});

Deno.test("a faulty journal delays appends by its clock", async () => {
  const clock = new SimulatedClock();
  const journal = new FaultyJournal(new MemoryJournal(), clock);
  journal.delay(50);
  const appended = append(journal, "a", 1);
  await clock.advance(49);
  assertEquals(await typesOf(journal), []);
  await clock.advance(1);
  await appended;
  assertEquals(await typesOf(journal), ["a1"]);
});

Deno.test("a faulty journal passes on what it doesn't fail", async () => {
  const inner = new MemoryJournal();
  const journal = new FaultyJournal(inner);
  assertEquals([journal.snapshots, journal.maxRecordBytes], [
    inner.snapshots,
    inner.maxRecordBytes,
  ]);
  await journal.open("a");
  await append(journal, "a", 1);
  await journal.forget(2);
  assertEquals([await journal.tail(), journal.closed], [1, false]);
  await assertRejects(() => written(inner), JournalTruncatedError);
  await journal.close();
  assertEquals(journal.closed, true);
});
