/** Processes that are killed while they write a journal of SQLite. */

import { assert, assertEquals } from "@std/assert";
import { lockMachine, type Named } from "../../machine.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { Replica, restoreNewest } from "../../src/core/replica.ts";
import { type HistoryCall, HistoryChecker, type HistoryEntry } from "../../src/testing/mod.ts";
import { MOST_CLIENTS, nameOf, type Opened, type Snapshotting } from "./locker.ts";

/** The number of kills; `deno task test:crashes` makes many more. */
const KILLS = Number(Deno.env.get("KILLS") ?? 12);
const IS_LONG = Deno.env.has("KILLS");

/** A part of the line before a snapshot. */
const SNAPSHOT = '"type":"snapshot"';

/** The numbers of clients of one process after the other. */
const CLIENTS = [1, 8, MOST_CLIENTS];

/** When a process is killed: some time after an event. */
interface Moment {
  /** Its start, its first line, which follows the reading of its journal, or the beginning of a snapshot. */
  readonly since: "start" | "first line" | "snapshot";
  readonly ms: number;
}

/** Returns the moment of a kill: of ten, two are during a start, and three during a snapshot, mostly. */
function momentOf(kill: number): Moment {
  if (kill % 5 === 4) return { since: "start", ms: 150 + 350 * Math.random() };
  if (kill % 10 % 3 === 2) return { since: "snapshot", ms: 1_500 * Math.random() };
  return { since: "first line", ms: 250 * Math.random() };
}

/** Runs the program on a folder until it is killed, and returns what it noted. */
async function killed(
  folder: string,
  clients: number,
  { since, ms }: Moment,
): Promise<(Opened | Snapshotting | HistoryEntry)[]> {
  const program = new URL("./locker.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, folder, String(clients), since],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const kill = () => setTimeout(() => child.kill("SIGKILL"), ms);
  let timer = since === "start" ? kill() : undefined;
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (timer === undefined && (since === "first line" || text.includes(SNAPSHOT))) timer = kill();
  }
  clearTimeout(timer);
  const { signal } = await child.status;
  assertEquals(signal, "SIGKILL", "it ended before it was killed");
  const lines = text.split("\n");
  lines.pop(); // empty, or it was killed in the middle of a line
  return lines.map((line) => JSON.parse(line));
}

/**
 * What the journal knows of grants, since its older snapshot. Requires that its newer one is the state to
 * which its records lead from there.
 */
async function grantsIn(folder: string): Promise<Map<number, string>> {
  const journal = new SqliteJournal(folder);
  const tail = await journal.open("reader");
  const machine = lockMachine();
  const replica = new Replica(machine);
  const newest = await journal.snapshots.newest();
  const before = newest?.meta.position;
  const older = newest && await journal.snapshots.newest(before);
  if (older !== undefined) await restoreNewest(replica, journal, before);
  const grants = new Map<number, string>();
  const step = (command: Named, at: number) => {
    const events: LockEvent[] = [];
    machine.step(replica.state, command as never, at, events);
    for (const event of events) {
      if (event.type !== "resource:acquired") continue;
      assert(!grants.has(event.epoch), `epoch ${event.epoch} is granted twice`);
      grants.set(event.epoch, `${event.agentId} ${event.resourceId}`);
    }
  };
  const reading = new AbortController();
  if (replica.position === tail) reading.abort();
  for await (const records of journal.follow(replica.position, reading.signal)) {
    for (const record of records) {
      replica.take(record, step);
      if (record.position !== before) continue;
      const restored = new Replica(machine);
      await restoreNewest(restored, journal);
      assertEquals(linesOf(replica), linesOf(restored), `the snapshot at ${before} differs`);
    }
    if (replica.position === tail) break;
  }
  await journal.close();
  return grants;
}

/** The state of a replica as text. */
function linesOf(replica: Replica<unknown>): string[] {
  return [...replica.snapshot(0).lines];
}

/** The grants of which a client knows at the end of its process. */
class Known {
  /** The holder and the resource of each, by epoch. */
  readonly answered: Map<number, string> = new Map();
  /** Those of them that are not released. */
  readonly held: Set<number> = new Set();
  /** Those of which a release was answered. */
  readonly released: Set<number> = new Set();
  readonly #calls = new Map<number, HistoryCall>();

  add(entry: HistoryEntry): void {
    if (entry.type === "call") {
      this.#calls.set(entry.id, entry);
      if (entry.call.operation === "release") this.held.delete(entry.call.epoch);
    } else if (entry.type === "return") {
      const { agentId, call } = this.#calls.get(entry.id)!;
      if (call.operation === "release") this.released.add(call.epoch);
      if (call.operation !== "acquire") return;
      this.answered.set(entry.epoch!, `${agentId} ${call.resourceId}`);
      this.held.add(entry.epoch!);
    }
  }
}

Deno.test("no answer is lost, and no epoch granted twice, by processes that are killed", async () => {
  const folder = await Deno.makeTempDir();
  const checker = new HistoryChecker();
  const figures = {
    kills: 0,
    beforeTheFirstLine: 0,
    duringASnapshot: 0,
    snapshots: 0,
    calls: 0,
    answers: 0,
    grantsFound: 0,
  };
  let known = new Known();
  for (let kill = 0; kill < KILLS; kill++) {
    const clients = CLIENTS[kill % CLIENTS.length]!;
    const [opened, ...lines] = await killed(folder, clients, momentOf(kill));
    figures.kills++;
    if (opened === undefined) {
      figures.beforeTheFirstLine++;
      continue; // it has changed nothing
    }
    const held = new Map((opened as Opened).held.map((grant) => [grant.epoch, grant]));
    for (const epoch of known.held) {
      const grant = known.answered.get(epoch);
      const found = held.get(epoch);
      assertEquals(found && `${found.agentId} ${found.resourceId}`, grant, `${epoch} is not held`);
    }
    for (const epoch of known.released) {
      assert(!held.has(epoch), `${epoch} was released, and is held`);
    }
    known = new Known();
    const offset = figures.calls;
    let isTaking = false;
    for (const entry of lines as (Snapshotting | HistoryEntry)[]) {
      if (entry.type === "snapshot") {
        isTaking = !entry.isTaken;
        if (entry.isTaken) figures.snapshots++;
        continue;
      }
      if (entry.type === "call") figures.calls++;
      if (entry.type === "return") figures.answers++;
      known.add(entry);
      checker.add("id" in entry ? { ...entry, id: offset + entry.id } : entry);
    }
    if (isTaking) figures.duringASnapshot++;
    for (let client = 0; client < MOST_CLIENTS; client++) {
      checker.add({ type: "gone", agentId: nameOf(client), at: Date.now() });
    }
    assertEquals(checker.violations, []);
    const stored = await grantsIn(folder);
    const first = Math.min(...stored.keys());
    for (const [epoch, grant] of known.answered) {
      if (epoch < first) continue; // before the older snapshot
      assertEquals(stored.get(epoch), grant, `epoch ${epoch} was answered, and is not stored`);
      figures.grantsFound++;
    }
  }
  assert(figures.grantsFound > 0);
  if (IS_LONG) console.log(JSON.stringify(figures));
  await Deno.remove(folder, { recursive: true });
});
