import { assertEquals } from "@std/assert";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { recordOf } from "../support/journals.ts";
import { conformance } from "./conformance.ts";

conformance({
  name: "MemoryJournal",
  place: () => {
    const journal = new MemoryJournal();
    return { journal: () => journal, [Symbol.asyncDispose]: () => Promise.resolve() };
  },
});

conformance({
  name: "FaultyJournal",
  place: () => {
    const inner = new MemoryJournal();
    return {
      journal: () => new FaultyJournal(inner),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
});

conformance({
  name: "SqliteJournal",
  place: () => {
    const folder = Deno.makeTempDirSync();
    return {
      journal: () => new SqliteJournal(folder),
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
  },
});

Deno.test("SqliteJournal: long records are read a few at a time, as they are stepped in one go", async () => {
  const folder = await Deno.makeTempDir();
  const first = new SqliteJournal(folder);
  await first.open("a");
  for (let number = 1; number <= 5; number++) {
    const command = { type: "note", text: "x".repeat(30_000) };
    await first.append(recordOf("a", number, [{ at: number, command }]));
  }
  await first.close();
  const journal = new SqliteJournal(folder);
  const tail = await journal.open("b");
  const counts: number[] = [];
  let read = 0;
  for await (const records of journal.follow(0, new AbortController().signal)) {
    counts.push(records.length);
    read += records.length;
    if (read === tail) break;
  }
  assertEquals(counts, [2, 2, 1]);
  await journal.close();
  await Deno.remove(folder, { recursive: true });
});
