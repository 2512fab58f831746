/**
 * What every journal must do, whatever it stores its records in.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ResourceManager } from "../../mod.ts";
import { silentLogger } from "../../machine.ts";
import { AppendRefusedError, JournalTruncatedError } from "../../src/core/errors.ts";
import type { Journal } from "../../src/core/journal.ts";
import { recordOf, written } from "../support/journals.ts";

/** A place where journals are kept. */
export interface Place extends AsyncDisposable {
  /** Returns a journal of what is stored there, not opened yet. */
  journal(): Journal;
}

/** A kind of journal. */
export interface Kind {
  readonly name: string;
  /** Returns an empty place. */
  place(): Place;
}

/** Appends a record of `count` commands. */
function append(journal: Journal, session: string, number: number, count = 1): Promise<number> {
  const entries = Array.from(
    { length: count },
    (_, i) => ({ at: 10 * number + i, command: { type: `${session}${number}.${i}` } }),
  );
  return journal.append(recordOf(session, number, entries));
}

async function typesOf(journal: Journal, after = 0): Promise<string[]> {
  return (await written(journal, after)).map(({ command }) => command.type);
}

async function* chunks(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(new TextEncoder().encode(text));
}

/** Registers the tests of a kind of journal. */
export function conformance({ name, place }: Kind): void {
  const test = (what: string, run: (at: Place) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using at = place();
      await run(at);
    });

  test("records are delivered in their order, whole, from any position", async (at) => {
    const journal = at.journal();
    assertEquals(await journal.open("a"), 0);
    const positions = [];
    for (const count of [1, 3, 2]) {
      positions.push(await append(journal, "a", positions.length + 1, count));
    }
    assertEquals(await typesOf(journal), ["a1.0", "a2.0", "a2.1", "a2.2", "a3.0", "a3.1"]);
    assertEquals(await typesOf(journal, positions[1]), ["a3.0", "a3.1"]);
    assertEquals((await written(journal)).map(({ at }) => at), [10, 20, 21, 22, 30, 31]);
    assert(positions[0]! < positions[1]! && positions[1]! < positions[2]!);
    assertEquals(await journal.tail(), positions[2]);
    await journal.close();
  });

  test("what was acknowledged is there when the journal is opened again", async (at) => {
    const before = at.journal();
    await before.open("a");
    for (let number = 1; number <= 250; number++) await append(before, "a", number, number % 3 + 1);
    const all = await written(before);
    const tail = await before.tail();
    await before.close();
    const after = at.journal();
    assertEquals(await after.open("b"), tail);
    assertEquals(await written(after), all);
    assert(await append(after, "b", 1) > tail);
    await after.close();
  });

  test("a record is stored once, however often it is appended", async (at) => {
    const journal = at.journal();
    await journal.open("a");
    const first = await append(journal, "a", 1);
    const second = await append(journal, "a", 2, 2);
    assertEquals(await append(journal, "a", 2, 2), second);
    assertEquals(await journal.tail(), second);
    assertEquals(await typesOf(journal), ["a1.0", "a2.0", "a2.1"]);
    assert(first < second);
    await journal.close();
  });

  test("a session that did not open the journal is refused", async (at) => {
    const journal = at.journal();
    await journal.open("a");
    await append(journal, "a", 1);
    await journal.open("b");
    await assertRejects(() => append(journal, "a", 2), AppendRefusedError);
    await append(journal, "b", 1);
    assertEquals(await typesOf(journal), ["a1.0", "b1.0"]);
    await journal.close();
  });

  test("a follower gets what is appended later, in order and once", async (at) => {
    const journal = at.journal();
    await journal.open("a");
    await append(journal, "a", 1);
    const ending = new AbortController();
    const delivered: string[] = [];
    const following = (async () => {
      for await (const records of journal.follow(0, ending.signal)) {
        for (const { commands } of records) delivered.push(JSON.parse(commands)[0].type);
        if (delivered.length === 300) ending.abort();
      }
    })();
    for (let number = 2; number <= 300; number++) await append(journal, "a", number);
    await following;
    assertEquals(delivered, Array.from({ length: 300 }, (_, i) => `a${i + 1}.0`));
    await journal.close();
  });

  test("what is forgotten is refused to a follower, and what is kept is delivered", async (at) => {
    const journal = at.journal();
    await journal.open("a");
    const positions: number[] = [];
    for (let number = 1; number <= 5; number++) positions.push(await append(journal, "a", number));
    await journal.forget(positions[2]!);
    assertEquals(await typesOf(journal, positions[1]), ["a3.0", "a4.0", "a5.0"]);
    await journal.close();
    const after = at.journal();
    assertEquals(await after.open("b"), positions[4]);
    await assertRejects(() => typesOf(after), JournalTruncatedError);
    assertEquals(await typesOf(after, positions[1]), ["a3.0", "a4.0", "a5.0"]);
    await after.forget(positions[4]! + 1);
    assertEquals(await append(after, "b", 1) > positions[4]!, true);
    await after.close();
  });

  test("commands of every text come back as they were", async (at) => {
    const texts = [
      "",
      "ü€😀",
      '\u0000\n"\\',
      "x".repeat(200_000),
      "\ud800",
      "'; DROP TABLE records;",
    ];
    const journal = at.journal();
    await journal.open("a");
    const entries = texts.map((text) => ({ at: 0, command: { type: "text", text } }));
    await journal.append(recordOf("a", 1, entries));
    await journal.close();
    const after = at.journal();
    await after.open("b");
    assertEquals((await written(after)).map(({ command }) => command.text), texts);
    await after.close();
  });

  test("the newest two snapshots are kept", async (at) => {
    const journal = at.journal();
    await journal.open("a");
    const snapshots = journal.snapshots!;
    assertEquals(await snapshots.newest(), undefined);
    const meta = { machine: "m", version: 3 };
    for (const position of [4, 9, 7]) {
      const texts = Array.from({ length: 5 }, (_, i) => `${position}.${i} `.repeat(1_000));
      await snapshots.save({ ...meta, position }, chunks(texts));
    }
    await journal.close();
    const after = at.journal();
    await after.open("b");
    for (const [before, position] of [[undefined, 9], [9, 7]] as const) {
      const found = (await after.snapshots!.newest(before))!;
      assertEquals(found.meta, { ...meta, position });
      let text = "";
      for await (const chunk of found.chunks) text += new TextDecoder().decode(chunk);
      assertEquals(text.length, 5 * 1_000 * `${position}.0 `.length);
      assert(text.startsWith(`${position}.0 `) && text.endsWith(`${position}.4 `));
    }
    assertEquals(await after.snapshots!.newest(7), undefined);
    await after.close();
  });

  test("close() lets an append that is under way end, and is idempotent", async (at) => {
    const journal = at.journal();
    await journal.open("a");
    const appended = append(journal, "a", 1);
    await Promise.all([journal.close(), journal.close()]);
    await appended;
    const after = at.journal();
    await after.open("b");
    assertEquals(await typesOf(after), ["a1.0"]);
    await after.close();
  });

  test("a façade goes on where the process before stopped, also from a snapshot", async (at) => {
    const start = async () => {
      const journal = at.journal();
      const locks = new ResourceManager({}, undefined, silentLogger, { journal });
      await locks.initialize();
      return locks;
    };
    let epoch = 0;
    for (let round = 0; round < 4; round++) {
      const locks = await start();
      if (round > 0) assertEquals(locks.holderOf("kept"), "agent");
      if (round === 0) await locks.acquire("kept", "agent");
      for (let i = 0; i < 20; i++) {
        const handle = await locks.acquire("r", `agent-${i}`);
        assert(handle.epoch > epoch);
        epoch = handle.epoch;
        await handle.release();
      }
      if (round > 0) await locks.performMaintenance();
      await locks.shutdown();
    }
  });
}
