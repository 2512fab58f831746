/**
 * The scheduler against p-queue, fastq and bottleneck, and with agents that ask.
 *
 * All sides get the same number of tasks at once, run eight at a time, and are awaited to the last
 * result. Ours does more on the way (epochs, a record of each task, events); nothing of it is switched
 * off.
 *
 * @module
 */

import Bottleneck from "bottleneck";
import fastq from "fastq";
import PQueue from "p-queue";
import { AdvancedTaskScheduler } from "../src/tasks/mod.ts";
import { type Comparison, register, type Suite } from "./harness.ts";
import type { Maker, Side } from "./rounds.ts";
import { BareTasks, PRIORITIES } from "./task_load.ts";

const AT_ONCE = 8;
const RESOLVED = Promise.resolve();

/** The sides, each created once as in a program. */
function ours(count: number): Side {
  const scheduler = new AdvancedTaskScheduler();
  scheduler.registerAgent({ id: "agent", maxConcurrentTasks: AT_ONCE }, () => 1);
  let batch = 0;
  return () => () => {
    batch++;
    return allOf(count, async (i) => {
      const task = { id: `task-${batch}-${i}`, priority: i % PRIORITIES };
      return (await scheduler.submit(task)).result;
    });
  };
}

function floor(count: number): Side {
  let batch = 0;
  return () => async () => {
    const tasks = new BareTasks();
    batch++;
    for (let i = 0; i < count; i++) tasks.submit(`task-${batch}-${i}`, i % PRIORITIES);
    for (let id = tasks.take(); id !== undefined; id = tasks.take()) {
      await RESOLVED;
      tasks.complete(id, 1);
    }
  };
}

function pQueue(count: number): Side {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return () => () => allOf(count, (i) => queue.add(() => 1, { priority: i % PRIORITIES }));
}

function withFastq(count: number): Side {
  const queue = fastq.promise(() => Promise.resolve(1), AT_ONCE);
  return () => () => allOf(count, () => queue.push(undefined));
}

function withBottleneck(count: number): Side {
  const limiter = new Bottleneck({ maxConcurrent: AT_ONCE });
  const one = () => Promise.resolve(1);
  return () => () => allOf(count, (i) => limiter.schedule({ priority: i % PRIORITIES }, one));
}

async function allOf(count: number, add: (i: number) => Promise<unknown>): Promise<void> {
  const results: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) results.push(add(i));
  await Promise.all(results);
}

const LACKS = "epochs, records that outlive the run, events, retries, a promise for each task";

/** So few that bottleneck can be measured. */
const FEW = 1_000;

const CROWDS = [
  {
    ...{ count: FEW, rounds: 9, warmUps: 3, target: {} },
    peers: { "p-queue": pQueue, bottleneck: withBottleneck },
  },
  {
    ...{ count: 10_000, rounds: 9, warmUps: 3, target: { speed: 1.1 } },
    peers: { "p-queue": pQueue },
  },
  {
    ...{ count: 100_000, rounds: 5, warmUps: 1, target: { speed: 3 }, isLong: true },
    peers: { "p-queue": pQueue },
  },
];

function* crowds(): Iterable<Comparison> {
  for (const { count, peers, ...rest } of CROWDS) {
    yield {
      operation: `submit and complete ${count.toLocaleString("en")} tasks of 10 priorities`,
      count,
      ours: () => ours(count),
      ...(count > FEW && { floor: { side: () => floor(count), lacks: LACKS } }),
      note: "the peers keep no record of a task, and have no epochs, events, retries or agents",
      peers: Object.fromEntries(
        Object.entries(peers).map(([name, maker]) => [name, () => maker(count)]),
      ),
      ...rest,
    };
  }
  yield {
    operation: "the same beside a queue without priorities",
    count: 10_000,
    ours: () => ours(10_000),
    peers: { fastq: () => withFastq(10_000) },
    target: {},
    note: "fastq is a linked list of callbacks, without ids, priorities, records or events",
  };
}

const CLAIMED = 10_000;

/** Agents ask for tasks that are ready, and complete them. */
function claims(askers: number): Maker {
  return () => async () => {
    const scheduler = new AdvancedTaskScheduler();
    const ids = Array.from({ length: askers }, (_, i) => `agent-${i}`);
    for (const id of ids) await scheduler.registerAgent({ id, mode: "pull" });
    for (let i = 0; i < CLAIMED; i++) await scheduler.submit({ id: `task-${i}` });
    return async () => {
      await Promise.all(ids.map(async (id) => {
        for (;;) {
          const claim = await scheduler.claim(id, { waitMs: 0 });
          if (claim === undefined) return;
          await claim.complete(1);
        }
      }));
      await scheduler.shutdown();
    };
  };
}

function bareClaims(askers: number): Maker {
  return () => () => {
    const tasks = new BareTasks();
    for (let i = 0; i < CLAIMED; i++) tasks.submit(`task-${i}`, 0);
    return () =>
      allOf(askers, async () => {
        for (let id = tasks.take(); id !== undefined; id = tasks.take()) {
          await RESOLVED;
          tasks.complete(id, 1);
          await RESOLVED;
        }
      });
  };
}

function* comparisons(): Iterable<Comparison> {
  yield* crowds();
  for (const askers of [50, 1_000]) {
    yield {
      operation: `${askers.toLocaleString("en")} agents that ask: claim and complete a task`,
      count: CLAIMED,
      ours: claims(askers),
      floor: { side: bareClaims(askers), lacks: "epochs, leases, events, requests that wait" },
      target: askers === 50 ? { most: 10_000 } : {},
      isLong: askers > 50,
    };
  }
}

/** The benchmarks of tasks, as programs submit them. */
export const tasks: Suite = { name: "tasks", comparisons };

register(tasks);
