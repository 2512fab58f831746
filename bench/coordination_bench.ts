/**
 * A coordination manager beside its parts alone, and a simulated one.
 *
 * @module
 */

import {
  AdvancedTaskScheduler,
  CoordinationManager,
  EventBus,
  MessageRouter,
  ResourceManager,
} from "../mod.ts";
import { simulate } from "../src/testing/mod.ts";
import { atMost, type Comparison, register, type Row, type Suite } from "./harness.ts";
import { busy, type Side } from "./rounds.ts";
import { median } from "./statistics.ts";

const TASKS = 10_000;
const LOCKS = 50_000;
const MESSAGES = 100_000;

/** Makes a manager that has run for a while. */
async function newManager(): Promise<CoordinationManager> {
  const manager = new CoordinationManager();
  await manager.initialize();
  manager.enableAdvancedScheduling();
  return manager;
}

/** What of a scheduler or of a manager is measured. */
type Tasks = Pick<CoordinationManager, "submit">;

function submissions(tasks: Tasks): Side {
  let batch = 0;
  return () => async () => {
    batch++;
    const results = Array.from({ length: TASKS }, async (_, i) => {
      return (await tasks.submit({ id: `task-${batch}-${i}`, priority: i % 10 })).result;
    });
    await Promise.all(results);
  };
}

const AGENT = { id: "agent", maxConcurrentTasks: 8 };

async function tasksOfManager(): Promise<Side> {
  const manager = await newManager();
  await manager.registerAgent(AGENT, () => 1);
  return submissions(manager);
}

async function tasksAlone(): Promise<Side> {
  const scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent(AGENT, () => 1);
  return submissions(scheduler);
}

async function locksOfManager(): Promise<Side> {
  const manager = await newManager();
  return () => async () => {
    for (let i = 0; i < LOCKS; i++) {
      await manager.acquireResource(`key-${i % 1_000}`, "agent");
      await manager.releaseResource(`key-${i % 1_000}`, "agent");
    }
  };
}

function locksAlone(): Side {
  const locks = new ResourceManager();
  return () => async () => {
    for (let i = 0; i < LOCKS; i++) {
      await locks.acquire(`key-${i % 1_000}`, "agent");
      await locks.release(`key-${i % 1_000}`, "agent");
    }
  };
}

async function messagesOfManager(): Promise<Side> {
  const manager = await newManager();
  manager.messages.subscribe("b", () => {});
  return () => async () => {
    for (let i = 0; i < MESSAGES; i++) await manager.sendMessage("a", "b", i);
  };
}

function messagesAlone(): Side {
  const router = new MessageRouter({}, new EventBus());
  router.subscribe("b", () => {});
  return () => async () => {
    for (let i = 0; i < MESSAGES; i++) await router.send("a", "b", i);
  };
}

function* comparisons(): Iterable<Comparison> {
  const target = { time: 1.5 };
  yield {
    ...{ operation: "a task of 10 priorities through a manager", count: TASKS, target },
    ours: tasksOfManager,
    bases: [{ name: "a scheduler alone", side: tasksAlone }],
  };
  yield {
    ...{ operation: "a lock through a manager", count: LOCKS, target },
    ours: locksOfManager,
    bases: [{ name: "locks alone", side: locksAlone }],
  };
  yield {
    ...{ operation: "a message through a manager", count: MESSAGES, target },
    ours: messagesOfManager,
    bases: [{ name: "a router alone", side: messagesAlone }],
  };
}

const SEEDS = 5;

/** Nanoseconds for each step of simulated systems with drawn faults, all checks included. */
async function nanosecondsPerStep(): Promise<number> {
  let steps = 0;
  const ms = await busy(() => {
    for (let seed = 1; seed <= SEEDS; seed++) steps += simulate({ seed, steps: 20_000 }).steps;
  });
  return ms * 1e6 / steps;
}

async function* measures(): AsyncIterable<Row> {
  const all: number[] = [];
  await nanosecondsPerStep();
  for (let round = 0; round < 3; round++) all.push(await nanosecondsPerStep());
  yield atMost("a simulated step with drawn faults, checked", "ns", median(all), 4_000);
}

/** The benchmarks of everything together. */
export const coordination: Suite = { name: "coordination", comparisons, measures };

register(coordination);
