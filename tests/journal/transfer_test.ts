/** Export and import of a journal in a folder. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  checkJournal,
  exportJournal,
  importJournal,
  JournalImportError,
  NotAJournalError,
  SqliteJournal,
} from "../../src/journal/sqlite/mod.ts";
import { ResourceManager } from "../../src/locks/mod.ts";

/** Makes a journal with two snapshots, of which the older one is needed. */
async function filled(folder: string, snapshots: number): Promise<void> {
  const journal = new SqliteJournal(folder, { maxRecordBytes: 5_000 });
  const locks = new ResourceManager({}, undefined, undefined, { journal });
  await locks.initialize();
  for (let i = 0; i < 3; i++) {
    await Promise.all(
      ["x", "y", "__proto__"].map((id) => locks.acquire(`${id}${i}`, `a "${i}" é`)),
    );
    if (i < snapshots) await locks.performMaintenance();
  }
  await locks.shutdown();
}

Deno.test("an import of an export is the same journal, with and without a snapshot", async () => {
  for (const snapshots of [0, 3]) {
    const folder = await Deno.makeTempDir();
    await filled(`${folder}/a`, snapshots);
    const lines = [...exportJournal(`${folder}/a`, "a note")];
    const { behind, last } = JSON.parse(lines[0]!);
    assertEquals(behind > 0, snapshots > 0);
    const contents = await importJournal(`${folder}/b`, lines);
    assertEquals([contents.note, contents.first, contents.last], ["a note", behind + 1, last]);
    assertEquals(
      contents.snapshots.map(({ position, isWhole }) => [position, isWhole]),
      snapshots > 0 ? [[behind, true]] : [],
    );
    assertEquals([...exportJournal(`${folder}/b`, "a note")], lines);
    assertEquals(checkJournal(`${folder}/b`).records, last - behind);
    const locks = new ResourceManager({}, undefined, undefined, {
      journal: new SqliteJournal(`${folder}/b`),
    });
    await locks.initialize();
    assertEquals(locks.holderOf("__proto__2"), 'a "2" é');
    assertEquals(locks.holderOf("x0"), 'a "0" é');
    await locks.acquire("more", "a");
    await locks.shutdown();
    assertEquals(checkJournal(`${folder}/b`).last > last, true);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("malformed lines are refused with their number, and nothing is written", async () => {
  const folder = await Deno.makeTempDir();
  await filled(`${folder}/a`, 3);
  const lines = [...exportJournal(`${folder}/a`)];
  const changed = (index: number, change: (value: Record<string, unknown>) => void) => {
    const value = JSON.parse(lines[index]!);
    change(value);
    return lines.with(index, JSON.stringify(value));
  };
  const end = lines.length - 1;
  const cases: [string[], number | undefined, string][] = [
    [[], 1, "must be the header, got the end"],
    [["{"], 1, "must be a JSON object"],
    [["null", ...lines], 1, "must be a JSON object, got"],
    [["{}"], 1, "must be the header of an export"],
    [changed(0, (each) => each["format"] = 2), 1, "must have format 1, got 2"],
    [changed(0, (each) => each["behind"] = -1), 1, "must be a whole header"],
    [changed(0, (each) => delete each["snapshot"]), 1, "must be a whole header"],
    [changed(0, (each) => each["last"] = 99), end + 2, "of 99, got the end"],
    [lines.slice(0, 1), 2, "must be a chunk of the snapshot, got the end"],
    [lines.toSpliced(1, 1), 2, "must be a chunk of the snapshot, got"],
    [changed(0, (each) => delete each["chunks"]), 1, "must be a whole header"],
    [lines.slice(0, -1), end + 1, "got the end"],
    [[...lines, lines[1]!], end + 2, "must have a session, got undefined"],
    [[...lines, lines[end]!], end + 2, "must be the record at position"],
    [changed(end, (each) => each["position"] = 77), end + 1, "must be the record at position"],
    [changed(end, (each) => each["number"] = 0), end + 1, "must have a number from 1, got 0"],
    [changed(end, (each) => each["at"] = "x"), end + 1, 'must have a time, got "x"'],
    [changed(end, (each) => each["session"] = ""), end + 1, 'must have a session, got ""'],
    [changed(end, (each) => each["commands"] = []), end + 1, "must have a list of commands"],
    [changed(end, (each) => each["commands"] = [null]), end + 1, "must have a list of commands"],
  ];
  for (const [text, line, message] of cases) {
    const error = await importJournal(`${folder}/b`, text).then(() => undefined, (error) => error);
    assert(error instanceof JournalImportError, `${message}: ${error}`);
    assertEquals([error.line, error.message.includes(message)], [line, true], error.message);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a"]);
  }
  Deno.mkdirSync(`${folder}/b`);
  Deno.writeTextFileSync(`${folder}/b/mine`, "");
  await assertRejects(
    () => importJournal(`${folder}/b`, lines),
    JournalImportError,
    "must be empty",
  );
  assertThrows(() => checkJournal(`${folder}/b`), NotAJournalError, "there is no such file");
  Deno.removeSync(`${folder}/b/mine`);
  await importJournal(`${folder}/b`, lines);
  await Deno.remove(folder, { recursive: true });
});
