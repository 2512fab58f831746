/** Processes that are killed while they write a journal of SQLite. */

import { assert, assertEquals } from "@std/assert";
import { lockMachine, type Named } from "../../machine.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { Replica, restoreNewest } from "../../src/core/replica.ts";

/** The number of kills; `deno task test:crashes` makes many more. */
const KILLS = Number(Deno.env.get("KILLS") ?? 12);

interface Line {
  readonly id: number;
  readonly acquire?: string;
  readonly agentId?: string;
  readonly epoch?: number;
  readonly released?: number;
  readonly opened?: number;
}

/** Runs the program on a folder until it is killed, and returns what it noted. */
async function killed(folder: string, afterMs: number, clients: number): Promise<Line[]> {
  const program = new URL("./locker.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, folder, String(clients)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (text === "") timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
    text += part;
  }
  clearTimeout(timer);
  await child.status;
  const lines = text.split("\n");
  if (lines.at(-1) !== "") lines.pop(); // it was killed in the middle of a line
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** What the journal knows of grants, since its older snapshot. */
async function grantsIn(folder: string): Promise<Map<number, string>> {
  const journal = new SqliteJournal(folder);
  const tail = await journal.open("reader");
  const machine = lockMachine();
  const replica = new Replica(machine);
  const newest = await journal.snapshots.newest();
  const older = newest && await journal.snapshots.newest(newest.meta.position);
  if (older !== undefined) await restoreNewest(replica, journal, newest!.meta.position);
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
    for (const record of records) replica.take(record, step);
    if (replica.position === tail) break;
  }
  await journal.close();
  return grants;
}

Deno.test("no answer is lost, and no epoch granted twice, by processes that are killed", async () => {
  const folder = await Deno.makeTempDir();
  let answered = 0;
  let largest = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const clients = [1, 8, 64][kill % 3]!;
    const lines = await killed(folder, 20 + 17 * (kill % 11), clients);
    const calls = new Map<number, Line>();
    const epochs = new Map<number, string>();
    for (const line of lines) {
      if (line.acquire !== undefined) calls.set(line.id, line);
      if (line.epoch === undefined) continue;
      const { agentId, acquire } = calls.get(line.id)!;
      assert(line.epoch > largest, `epoch ${line.epoch} was granted before the crash`);
      epochs.set(line.epoch, `${agentId} ${acquire}`);
    }
    const stored = await grantsIn(folder);
    const first = Math.min(...stored.keys());
    for (const [epoch, grant] of epochs) {
      if (epoch < first) continue; // before the older snapshot
      assertEquals(stored.get(epoch), grant, `epoch ${epoch} was answered, and is not stored`);
      answered++;
    }
    largest = Math.max(largest, ...epochs.keys());
  }
  assert(answered > 0);
  await Deno.remove(folder, { recursive: true });
});
