/**
 * What a journal costs: in memory beside none, and in a folder, where each record is on the disk before
 * its callers have an answer.
 *
 * @module
 */

import { AdvancedTaskScheduler, MemoryJournal, ResourceManager } from "../mod.ts";
import { lockMachine, silentLogger } from "../machine.ts";
import type { Journal } from "../src/core/journal.ts";
import { catchUp, Replica } from "../src/core/replica.ts";
import { openHistory } from "../src/history/mod.ts";
import { SqliteJournal } from "../src/journal/sqlite/mod.ts";
import { atMost, type Row, type Suite } from "./harness.ts";
import { median, quantile } from "./statistics.ts";

/** Clients at a time, and the longest time of a command in nanoseconds. */
const LOADS = [[1, 1e9 / 300], [64, 1e9 / 25_000], [256, 1e9 / 60_000]] as const;
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

async function* loads(): AsyncIterable<Row> {
  for (const [clients, limit] of LOADS) {
    const { perCommand, late, bytes } = await inFolder(async (folder) => {
      const locks = await lockManager(new SqliteJournal(folder));
      const end = performance.now() + LOAD_MS;
      const stop = lateness();
      const start = performance.now();
      const commands = await load(locks, clients, () => performance.now() > end);
      const perCommand = (performance.now() - start) * 1e6 / commands;
      const late = quantile(stop(), 0.99);
      await locks.shutdown();
      const { size } = await Deno.stat(`${folder}/journal.sqlite`);
      return { perCommand, late, bytes: size / commands };
    });
    const name = `a command on SQLite, each on the disk, ${clients} clients`;
    yield atMost(name, "ns", perCommand, limit);
    if (clients < 256) continue;
    yield atMost("lateness of timers meanwhile, p99", "ns", late, 10e6);
    yield atMost("bytes for each command", "B", bytes, 170);
  }
}

/** Acquires and releases, with 64 clients: the time of a command in nanoseconds. */
async function inMemory(journal: Journal | undefined): Promise<number> {
  const locks = await lockManager(journal);
  let laps = 0;
  const start = performance.now();
  const commands = await load(locks, 64, () => ++laps > 200_000);
  const time = (performance.now() - start) * 1e6 / commands;
  await locks.shutdown();
  return time;
}

async function overhead(): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < 7; round++) {
    const none = await inMemory(undefined);
    ratios.push(await inMemory(new MemoryJournal()) / none);
  }
  return median(ratios.slice(2));
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
  yield* loads();
  yield atMost("a command on a journal in memory, by one on none", "×", await overhead(), 2);
  const { perCommand, opening } = await replay();
  yield atMost("replay of a command of 1,000,000 from SQLite", "ns", perCommand, 2_000);
  yield atMost("opening a moment of 1,000,000 commands, p95", "ns", opening, 200e6);
  const { pause, restart: time } = await restart();
  yield atMost("longest pause while a snapshot of 100,000 tasks is taken", "ns", pause, 20e6);
  yield atMost("restart with 100,000 tasks and 50,000 locks", "ns", time, 2e9);
}

/** The benchmarks of journals. */
export const journal: Suite = { name: "journal", comparisons: () => [], measures };
