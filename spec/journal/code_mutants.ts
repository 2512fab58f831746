/**
 * Small changes of the journal, the engine and the binding, each of which must change a graph.
 *
 * @module
 */

import type { CodeMutant } from "../tool/subject.ts";

function mutant(
  name: string,
  graph: string,
  at: string,
  file: string,
  find: string,
  replace: string,
): CodeMutant {
  return { name, graph, at, file, find, replace };
}

const WRITER = "src/core/journal_writer.ts";
const READER = "src/core/journal_reader.ts";
const REPLICA = "src/core/replica.ts";
const ENGINE = "src/core/engine.ts";
const MEMORY = "src/core/memory_journal.ts";
const WORLD = "spec/journal/world.ts";

/** All of them. */
export const MUTANTS: readonly CodeMutant[] = [
  mutant(
    "a record of unknown outcome counts as refused",
    "appends",
    "lose_1",
    WRITER,
    "if (cause instanceof AppendRefusedError && this.stalled === undefined) {",
    "if (cause !== undefined) {",
  ),
  mutant(
    "a refusal counts although an earlier call may have stored the record",
    "appends",
    "refuse_1",
    WRITER,
    "cause instanceof AppendRefusedError && this.stalled === undefined",
    "cause instanceof AppendRefusedError",
  ),
  mutant(
    "a record is offered again under a new number",
    "appends",
    "offer_1",
    WRITER,
    "await Promise.race([this.#journal.append(record), delivery]);",
    "const number = record.number + (this.stalled === undefined ? 0 : 1);\n" +
      "        await Promise.race([this.#journal.append({ ...record, number }), delivery]);",
  ),
  mutant(
    "a record is offered until it is delivered, although it is acknowledged",
    "appends",
    "acknowledge_1",
    WRITER,
    "        await delivery;\n",
    "",
  ),
  mutant(
    "the next record has the number of the last one",
    "appends",
    "send_1_1",
    WRITER,
    "    this.#number++;\n",
    "",
  ),
  mutant(
    "a refused record takes a number",
    "appends",
    "send_1_2",
    WRITER,
    'return new JournalError("Cannot append to the journal: nothing was changed", { cause });',
    'this.#number++;\n          return new JournalError("nothing was changed", { cause });',
  ),
  mutant(
    "an engine that is closed offers a record without end",
    "closing",
    "refuse_1",
    WRITER,
    "const isLast = this.#isSealed;",
    "const isLast = false;",
  ),
  mutant(
    "an engine that is closed waits for a pause to end",
    "closing",
    "close_1",
    WRITER,
    "    this.#isSealed = true;\n    this.#endPause?.();",
    "    this.#isSealed = true;",
  ),
  mutant(
    "what is in flight gets no answer when an engine stops",
    "behind",
    "truncate_1",
    WRITER,
    "for (const { reply } of flight?.batch ?? []) reply(undefined, error);",
    "",
  ),
  mutant(
    "records that were forgotten are read again and again",
    "snapshots",
    "truncate_1",
    READER,
    "if (cause instanceof JournalTruncatedError || cause instanceof JournalUnreadableError) {",
    "if (cause instanceof JournalUnreadableError) {",
  ),
  mutant(
    "a start does not read the snapshot",
    "snapshots",
    "open_2",
    READER,
    "    await restoreNewest(this.#replica, this.#journal);\n",
    "",
  ),
  mutant(
    "a start reads beyond its end",
    "shared",
    "deliver_2_2",
    REPLICA,
    "      if (record.position > position) return;\n",
    "",
  ),
  mutant(
    "a record that is delivered again is stepped again",
    "appends",
    "redeliver_1_2",
    REPLICA,
    "    if (number <= last) return false;\n",
    "",
  ),
  mutant(
    "a record that is delivered again takes the position back",
    "appends",
    "redeliver_1_1",
    REPLICA,
    "if (record.position > this.position) this.position = record.position;",
    "this.position = record.position;",
  ),
  mutant(
    "a snapshot lacks the numbers of sessions",
    "snapshots",
    "snapshot_1",
    REPLICA,
    "sequence, sessions: this.#sessions };",
    "sequence, sessions: new Map<string, number>() };",
  ),
  mutant(
    "a start forgets the numbers of sessions",
    "snapshots",
    "snapshot_2",
    REPLICA,
    "    this.#sessions = kept.sessions as Map<string, number>;\n",
    "",
  ),
  mutant(
    "a snapshot names the position before its state",
    "snapshots",
    "snapshot_1",
    REPLICA,
    "return { meta: { position: this.position, machine, version }, lines",
    "return { meta: { position: this.position - 1, machine, version }, lines",
  ),
  mutant(
    "a snapshot is taken within a record",
    "savers",
    "deliver_1_1",
    ENGINE,
    "    if (await snapshots.take?.() === true) return;\n" +
      "    await undefined; // a snapshot has whole records, also when a handler asks for it\n",
    "",
  ),
  mutant(
    "all before the newest snapshot is forgotten",
    "snapshots",
    "save_1",
    ENGINE,
    "await this.#journal!.forget(older.meta.position + 1);",
    "await this.#journal!.forget(meta.position + 1);",
  ),
  mutant(
    "records are forgotten before the snapshot is stored",
    "snapshots",
    "snapshot_1",
    ENGINE,
    "    await snapshots.save(meta, oneByOne(chunks));\n",
    "    void this.#journal!.forget(meta.position + 1);\n" +
      "    await snapshots.save(meta, oneByOne(chunks));\n",
  ),
  mutant(
    "a record of another engine answers the calls of this one",
    "shared",
    "deliver_2_1",
    ENGINE,
    "const isOwn = record.session === this.#writer!.session;",
    "const isOwn = true;",
  ),
  mutant(
    "the first caller of a record gets all answers",
    "savers",
    "deliver_1_1",
    ENGINE,
    "this.#step(command as Command | Tick, at, pending[index]?.reply);",
    "this.#step(command as Command | Tick, at, pending[0]?.reply);",
  ),
  mutant(
    "one command more than allowed may wait",
    "appends",
    "send_1_3",
    ENGINE,
    "this.#writer.waiting >= this.#maxUnstored",
    "this.#writer.waiting > this.#maxUnstored",
  ),
  mutant(
    "a start does not say so in the journal",
    "starts",
    "open_1",
    ENGINE,
    "    await this.#begin(replica);\n",
    "",
  ),
  mutant(
    "the journal stores a record as often as it is offered",
    "appends",
    "handle_1",
    MEMORY,
    "number <= last.number) return",
    "number < last.number) return",
  ),
  mutant(
    "a session that was replaced goes on to append",
    "starts",
    "handle_1",
    MEMORY,
    "this.#owner !== undefined && session !== this.#owner",
    "this.#owner === undefined",
  ),
  mutant(
    "a record that is stored is refused once its session was replaced",
    "starts",
    "handle_1",
    MEMORY,
    "if (last !== undefined && number <= last.number) return",
    "if (last !== undefined && number <= last.number && session === this.#owner) return",
  ),
  mutant(
    "the store keeps one snapshot",
    "snapshots",
    "save_1",
    MEMORY,
    ".slice(0, 2)",
    ".slice(0, 1)",
  ),
  mutant(
    "the journal forgets one record more",
    "snapshots",
    "forget",
    MEMORY,
    "const count = Math.min(before - this.#first,",
    "const count = Math.min(before + 1 - this.#first,",
  ),
  mutant(
    "a call that fails never arrives",
    "appends",
    "lose_1",
    WORLD,
    'if (call !== "asked") return;',
    "if (call) return;",
  ),
  mutant(
    "an outcome that is not known counts as refused",
    "closing",
    "refuse_1",
    WORLD,
    'error instanceof JournalError ? "refused" : "unknown"',
    'error instanceof Error ? "refused" : "unknown"',
  ),
  mutant(
    "what has gathered is not seen",
    "savers",
    "send_1_2",
    WORLD,
    "gathering: lives ? host.waiting",
    "gathering: !lives ? host.waiting",
  ),
  mutant(
    "an epoch is the number of those that are left",
    "shared",
    "deliver_1_1",
    "spec/journal/granter.ts",
    "const epoch = grants.push(to);",
    "const epoch = grants.unshift(to);",
  ),
];
