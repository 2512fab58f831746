import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
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
