/**
 * What a journal costs: in memory beside none, and in a folder, where each record is on the disk before
 * its callers have an answer.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { AdvancedTaskScheduler, MemoryJournal, ResourceManager } from "../mod.ts";
import { lockMachine, silentLogger } from "../machine.ts";
import type { Journal } from "../src/core/journal.ts";
import { catchUp, Replica } from "../src/core/replica.ts";
import { openHistory } from "../src/history/mod.ts";
import { SqliteJournal } from "../src/journal/sqlite/mod.ts";
import { atMost, type Comparison, register, type Row, type Suite } from "./harness.ts";
import type { Side } from "./rounds.ts";
import { quantile } from "./statistics.ts";

/** Clients at a time, the longest time of a command in nanoseconds, and the commands of a round. */
const LOADS = [[1, 1e9 / 300, 200], [64, 1e9 / 25_000, 12_800], [
  256,
  1e9 / 60_000,
  51_200,
]] as const;
const LOAD_MS = 2_000;
const REPLAYED = 1_000_000;
const MOMENTS = 100;
const TASKS = 100_000;
const LOCKS = 50_000;

/** The options of a façade on `journal`, or on none. */
const on = (journal: Journal | undefined) => journal === undefined ? {} : { journal };

async function lockManager(journal?: Journal): Promise<ResourceManager> {
  const locks = new ResourceManager({}, undefined, undefined, on(journal));
  await locks.initialize();
  return locks;
}

/** Has clients acquire and release locks of their own, until `isOver`. Resolves with the commands. */
async function load(
  locks: ResourceManager,
  clients: number,
  isOver: () => boolean,
): Promise<number> {
  let commands = 0;
  const client = async (_: unknown, i: number) => {
    const [resource, agent] = [`resource-${i}`, `agent-${i}`];
    while (!isOver()) {
      await locks.acquire(resource, agent);
      await locks.release(resource, agent);
      commands += 2;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return commands;
}

/** The lateness of a timer of 5 ms, in nanoseconds, until it is stopped. */
function lateness(): () => number[] {
  const late: number[] = [];
  let due = performance.now() + 5;
  const timer = setInterval(() => {
    late.push(Math.max(0, performance.now() - due) * 1e6);
    due = performance.now() + 5;
  }, 5);
  return () => {
    clearInterval(timer);
    return late;
  };
}

async function inFolder<Result>(run: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await Deno.makeTempDir();
  try {
    return await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Acquires and releases so often, with `clients` at a time. */
function commands(clients: number, count: number, newJournal: () => Journal | undefined): Side {
  return async () => {
    const locks = await lockManager(newJournal());
    let laps = 0;
    return async () => {
      await load(locks, clients, () => laps++ >= count / 2);
      await locks.shutdown();
    };
  };
}

/** Inserts records as long as a command, so many in each transaction, each on the disk. */
function inserts(database: BareDatabase, batch: number, count: number): Side {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE records (position INTEGER PRIMARY KEY, commands TEXT NOT NULL)");
  const insert = database.prepare("INSERT INTO records (commands) VALUES (?)");
  const record = "x".repeat(120);
  return () => () => {
    for (let i = 0; i < count; i += batch) {
      database.exec("BEGIN");
      for (let j = 0; j < batch; j++) insert.run(record);
      database.exec("COMMIT");
    }
  };
}

/** What `node:sqlite` and better-sqlite3 have in common. */
interface BareDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): { run(value: string): unknown };
}

/** The class of better-sqlite3; `undefined` where its native module can't be loaded. */
const BetterSqlite = await import("better-sqlite3").then(
  (module): new (path: string) => BareDatabase => module.default,
  () => undefined,
);

const folders: string[] = [];
globalThis.addEventListener("unload", () => {
  for (const folder of folders) Deno.removeSync(folder, { recursive: true });
});

/** Makes a folder that lasts as long as the process, for a side. */
function newFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "lockstep-bench-" });
  folders.push(folder);
  return folder;
}

function* loads(): Iterable<Comparison> {
  for (const [clients, most, count] of LOADS) {
    const peer = BetterSqlite &&
      (() => inserts(new BetterSqlite(`${newFolder()}/bare.sqlite`), clients, count));
    yield {
      operation: `a command on SQLite, each on the disk, ${clients} clients`,
      count,
      ours: () => commands(clients, count, () => new SqliteJournal(newFolder())),
      floor: {
        side: () => inserts(new DatabaseSync(`${newFolder()}/bare.sqlite`), clients, count),
        lacks: "the step itself, commands as JSON, checksums, batches of what arrives meanwhile",
      },
      ...(peer && { peers: { "better-sqlite3": peer } }),
      target: { most },
      note: peer === undefined
        ? "better-sqlite3 is left out: its native module can't be loaded here"
        : "better-sqlite3 stores records of the same length in transactions of as many, and is no more",
      rounds: 5,
      warmUps: 1,
      waits: true,
      isLong: true,
    };
  }
}

const IN_MEMORY = 40_000;

/** The replay of a journal in memory. */
async function replayed(): Promise<Side> {
  const journal = new MemoryJournal();
  const locks = await lockManager(journal);
  let laps = 0;
  await load(locks, 64, () => laps++ >= REPLAYED / 2);
  await locks.shutdown();
  const tail = await journal.tail();
  return () => () => catchUp(new Replica(lockMachine()), journal, tail);
}

/** Goes through as many commands, and sets and deletes a key for each two. */
function bareReplay(): Side {
  const batch = Array.from({ length: 64 }, (_, i) => [
    { type: "acquire", resourceId: `resource-${i}`, agentId: `agent-${i}`, mode: "exclusive" },
    { type: "release", resourceId: `resource-${i}`, agentId: `agent-${i}`, epoch: i },
  ]).flat();
  return () => () => {
    const holders = new Map<string, string>();
    for (let i = 0; i < REPLAYED; i += 128) {
      for (const { type, resourceId, agentId } of batch) {
        if (type === "acquire") holders.set(resourceId, agentId);
        else holders.delete(resourceId);
      }
    }
  };
}

function* comparisons(): Iterable<Comparison> {
  yield {
    operation: "a command on a journal in memory, 64 clients",
    count: IN_MEMORY,
    ours: () => commands(64, IN_MEMORY, () => new MemoryJournal()),
    bases: [{ name: "on none", side: () => commands(64, IN_MEMORY, () => undefined) }],
    target: { time: 1.5 },
  };
  yield {
    operation: "replay of a command of 1,000,000 in memory",
    count: REPLAYED,
    ours: replayed,
    floor: { side: bareReplay, lacks: "the step of the machine, its events and their digest" },
    target: { most: 500 },
    rounds: 3,
    warmUps: 1,
    isLong: true,
  };
  yield* loads();
}

/** The lateness of timers while 256 clients are served, and the bytes of a command. */
function side(): Promise<{ late: number; bytes: number }> {
  return inFolder(async (folder) => {
    const locks = await lockManager(new SqliteJournal(folder));
    const end = performance.now() + LOAD_MS;
    const stop = lateness();
    const commands = await load(locks, 256, () => performance.now() > end);
    const late = quantile(stop(), 0.99);
    await locks.shutdown();
    const { size } = await Deno.stat(`${folder}/journal.sqlite`);
    return { late, bytes: size / commands };
  });
}

/** The time to replay a command from a folder, and that to open a moment after a first pass. */
function replay(): Promise<{ perCommand: number; opening: number }> {
  return inFolder(async (folder) => {
    const journal = new SqliteJournal(folder, { synchronous: "normal", snapshotBytes: 1 << 30 });
    const locks = await lockManager(journal);
    let commands = 0;
    await load(locks, 256, () => ++commands > REPLAYED / 2);
    await locks.shutdown();
    const start = performance.now();
    const again = new SqliteJournal(folder);
    const tail = await again.open("replay");
    await catchUp(new Replica(lockMachine()), again, tail);
    const perCommand = (performance.now() - start) * 1e6 / REPLAYED;
    const history = await openHistory(again);
    await history.at();
    const times: number[] = [];
    for (let i = 1; i <= MOMENTS; i++) {
      const before = performance.now();
      await history.at({ position: Math.floor(tail * i * 0.618) % tail });
      times.push((performance.now() - before) * 1e6);
    }
    await again.close();
    return { perCommand, opening: quantile(times, 0.95) };
  });
}

/** With many tasks and locks: the longest pause while a snapshot is taken, and the time of a restart. */
function restart(): Promise<{ pause: number; restart: number }> {
  return inFolder(async (folder) => {
    const start = async () => {
      const journal = new SqliteJournal(folder, { synchronous: "normal" });
      const scheduler = new AdvancedTaskScheduler(
        { maxTasks: 2 * TASKS },
        undefined,
        silentLogger,
        { journal },
      );
      await scheduler.initialize();
      return { journal, scheduler };
    };
    const first = await start();
    for (let i = 0; i < TASKS; i += 1_000) {
      const batch = Array.from({ length: 1_000 }, (_, j) => ({ id: `task-${i + j}` }));
      await Promise.all(batch.map((task) => first.scheduler.submit(task)));
    }
    for (let i = 0; i < LOCKS; i += 1_000) {
      const batch = Array.from({ length: 1_000 }, (_, j) => `resource-${i + j}`);
      await Promise.all(
        batch.map((id) => first.scheduler.resources.acquire(id, `agent-${i % 64}`)),
      );
    }
    const stop = lateness();
    await first.journal.snapshots.take?.();
    const pause = Math.max(...stop());
    await first.scheduler.shutdown();
    const before = performance.now();
    const next = await start();
    await next.scheduler.submit({ id: "next" });
    const restart = (performance.now() - before) * 1e6;
    await next.scheduler.shutdown();
    return { pause, restart };
  });
}

async function* measures(): AsyncIterable<Row> {
  const { late, bytes } = await side();
  yield atMost("lateness of timers while 256 clients are served, p99", "ns", late, 10e6);
  yield atMost("bytes for each command on SQLite", "B", bytes, 170);
  const { perCommand, opening } = await replay();
  yield atMost("replay of a command of 1,000,000 from SQLite", "ns", perCommand, 2_000);
  yield atMost("opening a moment of 1,000,000 commands, p95", "ns", opening, 200e6);
  const { pause, restart: time } = await restart();
  yield atMost("longest pause while a snapshot of 100,000 tasks is taken", "ns", pause, 20e6);
  yield atMost("restart with 100,000 tasks and 50,000 locks", "ns", time, 2e9);
}

/** The benchmarks of journals. */
export const journal: Suite = { name: "journal", comparisons, measures };

register(journal);
