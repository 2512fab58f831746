/** Files of a journal that are cut, flipped, foreign, moved or in use. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { AppendRefusedError } from "../../src/core/errors.ts";
import {
  JournalDamagedError,
  JournalInUseError,
  NotAJournalError,
  SqliteJournal,
} from "../../src/journal/sqlite/mod.ts";
import { RecordStore } from "../../src/journal/sqlite/store.ts";
import { recordOf } from "../support/journals.ts";

/** Whether every byte is damaged, and not one in a few; see `deno task test:crashes`. */
const IS_THOROUGH = Deno.env.has("KILLS");

const FILES = ["journal.sqlite", "journal.sqlite-wal", "acknowledged"];

function store(folder: string, acceptLoss = false): RecordStore {
  return new RecordStore({
    ...{ folder, synchronous: "normal", acceptLoss },
    ...{ snapshotBytes: 1 << 20, keepRecordsMs: 0 },
  });
}

function record(number: number, text = "") {
  return recordOf("a", number, [{ at: number, command: { type: "note", text } }]);
}

/** What a process leaves that was killed after it stored `count` records: the log is not merged. */
function left(count: number): Map<string, Uint8Array> {
  const folder = Deno.makeTempDirSync();
  const open = store(folder);
  open.begin("a");
  for (let number = 1; number <= count; number++) {
    open.append(record(number, "x".repeat(number * 40)));
  }
  const files = new Map(FILES.map((name) => [name, Deno.readFileSync(`${folder}/${name}`)]));
  open.close();
  Deno.removeSync(folder, { recursive: true });
  return files;
}

function put(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const entry of Deno.readDirSync(folder)) Deno.removeSync(`${folder}/${entry.name}`);
  for (const [name, bytes] of files) Deno.writeFileSync(`${folder}/${name}`, bytes);
}

/** Opens what was damaged: it has all records as they were, or says that it has not. */
function check(folder: string, count: number): "whole" | "reported" {
  let open: RecordStore;
  try {
    open = store(folder);
  } catch (error) {
    assert(
      error instanceof JournalDamagedError || error instanceof NotAJournalError,
      `it says ${error}`,
    );
    return "reported";
  }
  try {
    assertEquals(open.tail, count);
    const read = open.read(0, count + 1);
    assertEquals(
      read.map(({ commands }) => commands),
      Array.from({ length: count }, (_, i) => record(i + 1, "x".repeat((i + 1) * 40)).commands),
    );
    return "whole";
  } finally {
    open.close();
  }
}

Deno.test("a log that is cut at any byte is whole, or the records that it lost are reported", () => {
  const count = 6;
  const files = left(count);
  const wal = files.get("journal.sqlite-wal")!;
  const folder = Deno.makeTempDirSync();
  const outcomes = { whole: 0, reported: 0 };
  for (let length = 0; length <= wal.length; length += IS_THOROUGH ? 1 : 97) {
    put(folder, new Map([...files, ["journal.sqlite-wal", wal.slice(0, length)]]));
    outcomes[check(folder, count)]++;
  }
  put(folder, files);
  assertEquals(check(folder, count), "whole");
  assert(outcomes.reported > 0);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a flipped bit anywhere leaves the journal whole, or is reported", () => {
  const count = 6;
  const files = left(count);
  const folder = Deno.makeTempDirSync();
  const outcomes = { whole: 0, reported: 0 };
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let i = 0; i < (IS_THOROUGH ? 1_000 : 100); i++) {
    const name = FILES[next(FILES.length)]!;
    const bytes = files.get(name)!.slice();
    bytes[next(bytes.length)]! ^= 1 << next(8);
    put(folder, new Map([...files, [name, bytes]]));
    outcomes[check(folder, count)]++;
  }
  assert(outcomes.reported > 0 && outcomes.whole > 0);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a journal whose tail was lost says what is gone, and goes on without it when told to", () => {
  const files = left(6);
  const older = left(4).get("journal.sqlite-wal")!;
  const folder = Deno.makeTempDirSync();
  const shorter = left(4);
  put(folder, new Map([...shorter, ["acknowledged", files.get("acknowledged")!]]));
  const error = assertThrows(
    () => store(folder),
    JournalDamagedError,
    "the records 5 to 6 are gone; acceptLoss goes on from what is before them",
  );
  assertEquals([error.from, error.to, older.length > 0], [5, 6, true]);
  const open = store(folder, true);
  assertEquals([open.tail, open.begin("b")], [4, 4]);
  assertEquals(open.append(recordOf("b", 1, [{ at: 0, command: { type: "after" } }])).position, 5);
  open.close();
  assertEquals(store(folder).tail, 5);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a record that was changed in the database is reported, with all that follow it", () => {
  const folder = Deno.makeTempDirSync();
  const open = store(folder);
  open.begin("a");
  for (let number = 1; number <= 5; number++) open.append(record(number));
  open.close();
  for (
    const change of [
      "UPDATE records SET at = 9 WHERE position = 3",
      "DELETE FROM records WHERE position = 3",
    ]
  ) {
    const database = new DatabaseSync(`${folder}/journal.sqlite`);
    database.exec(change);
    database.close();
    const error = assertThrows(() => store(folder), JournalDamagedError);
    assertEquals([error.from, error.to], [3, 5]);
  }
  const accepted = store(folder, true);
  assertEquals([accepted.tail, accepted.read(0, 10).length], [2, 2]);
  accepted.close();
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a damaged snapshot is passed over for the older one", () => {
  const folder = Deno.makeTempDirSync();
  const open = store(folder);
  for (const position of [1, 2]) {
    open.addChunk(position, 0, new TextEncoder().encode(`state ${position}`));
    open.completeSnapshot({ position, machine: "m", version: 1 });
  }
  assertEquals(open.newestSnapshot(Infinity)?.position, 2);
  open.addChunk(3, 0, new Uint8Array(9)); // it was killed before this one was complete
  open.close();
  const database = new DatabaseSync(`${folder}/journal.sqlite`);
  database.exec("UPDATE chunks SET bytes = x'00' WHERE position = 2");
  database.close();
  const next = store(folder);
  assertEquals(next.newestSnapshot(Infinity)?.position, 1);
  next.close();
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a file that is no journal is refused, and stays as it was", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/journal.sqlite`;
  const cases: [make: () => void, message: string][] = [
    [
      () => Deno.writeTextFileSync(path, "not a database, but a text of some length ".repeat(99)),
      "it is no database",
    ],
    [() => sql(path, "CREATE TABLE cats (name)"), "it is a database of another program"],
    [() => store(folder).close(), "a newer version of Lockstep wrote it, in format 99"],
  ];
  for (const [make, message] of cases) {
    make();
    if (message.includes("99")) sql(path, "PRAGMA user_version = 99");
    const before = Deno.readFileSync(path);
    assertThrows(() => store(folder), NotAJournalError, message);
    assertEquals(Deno.readFileSync(path), before);
    Deno.removeSync(path);
  }
  Deno.removeSync(folder, { recursive: true });
});

function sql(path: string, text: string): void {
  const database = new DatabaseSync(path);
  database.exec(text);
  database.close();
}

Deno.test("a journal that another one has open is refused, with the process that has it", async () => {
  const folder = await Deno.makeTempDir();
  const first = new SqliteJournal(folder);
  await first.open("a");
  const second = new SqliteJournal(folder);
  const error = await assertRejects(
    () => second.open("b"),
    JournalInUseError,
    `process ${Deno.pid}`,
  );
  assertEquals(error.pid, Deno.pid);
  await second.close();
  await first.append(record(1));
  await first.close();
  const third = new SqliteJournal(folder);
  assertEquals(await third.open("c"), 1);
  await third.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a journal that is moved or deleted while it is open refuses appends", async () => {
  for (const harm of ["move", "delete"]) {
    const folder = await Deno.makeTempDir();
    const journal = new SqliteJournal(folder);
    await journal.open("a");
    await journal.append(record(1));
    const path = `${folder}/journal.sqlite`;
    if (harm === "move") await Deno.rename(path, `${folder}/elsewhere.sqlite`);
    else await Deno.remove(path);
    await assertRejects(() => journal.append(record(2)), AppendRefusedError, "moved or deleted");
    await journal.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a full disk refuses appends, loses nothing, and goes on once there is room",
  ignore: !canMount(),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", folder);
    const journal = new SqliteJournal(`${folder}/journal`);
    try {
      await journal.open("a");
      await Deno.writeFile(`${folder}/filler`, new Uint8Array(3 << 20));
      let stored = 0;
      const fill = async () => {
        for (;; stored++) await journal.append(record(stored + 1, noise(20_000)));
      };
      await assertRejects(fill, AppendRefusedError, "The journal can't grow");
      assert(stored > 0);
      await Deno.remove(`${folder}/filler`);
      assertEquals(await journal.append(record(stored + 1)), stored + 1);
      await journal.close();
      const after = store(`${folder}/journal`);
      assertEquals(after.tail, stored + 1);
      after.close();
    } finally {
      await journal.close();
      new Deno.Command("umount", { args: ["-l", folder] }).outputSync();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A text that can't be compressed. */
function noise(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return [...bytes].map((byte) => String.fromCharCode(32 + byte % 90)).join("");
}

function mount(...args: string[]): boolean {
  try {
    return new Deno.Command("mount", { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Whether this process may mount a small file system. */
function canMount(): boolean {
  const folder = Deno.makeTempDirSync();
  const mounted = mount("-t", "tmpfs", "-o", "size=4k", "tmpfs", folder);
  if (mounted) new Deno.Command("umount", { args: [folder] }).outputSync();
  Deno.removeSync(folder);
  return mounted;
}

Deno.test("a folder that can't be made or written is an error that names it", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/file`, "");
  const journal = new SqliteJournal(`${folder}/file/journal`);
  await assertRejects(() => journal.open("a"), Error, `${folder}/file`);
  await journal.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("malformed arguments of a journal are refused by name", () => {
  assertThrows(() => new SqliteJournal(7 as never), TypeError, "folder must be a path, got 7");
  assertThrows(() => new SqliteJournal(""), TypeError, "folder must be a path");
  assertThrows(
    () => new SqliteJournal("x", { synchronous: "off" as never }),
    RangeError,
    'synchronous must be one of "full", "normal", got "off"',
  );
  assertThrows(() => new SqliteJournal("x", { sync: 1 } as never), TypeError, 'got "sync"');
  assertThrows(() => new SqliteJournal("x", { maxRecordBytes: 1 }), RangeError, "maxRecordBytes");
});
