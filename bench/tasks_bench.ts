/**
 * The scheduler against p-queue, and against itself with a thousand times as many tasks.
 *
 * Both sides get the same number of tasks of ten priorities at once, run eight at a time, and are
 * awaited to the last result. Ours does more on the way (epochs, a record of each task, events);
 * nothing of it is switched off.
 *
 * @module
 */

import PQueue from "p-queue";
import { AdvancedTaskScheduler } from "../src/tasks/mod.ts";
import type { TaskEvent } from "../src/tasks/events.ts";
import { taskMachine } from "../src/tasks/machine.ts";
import { registerCommand, submitCommand } from "../src/tasks/commands.ts";
import { listTasks } from "../src/tasks/views.ts";
import {
  atMost,
  type Comparison,
  median,
  register,
  type Row,
  type Side,
  type Suite,
} from "./harness.ts";

const PRIORITIES = 10;
const AT_ONCE = 8;

/** The sides, created once as in a program. */
function ours(count: number): Side {
  const scheduler = new AdvancedTaskScheduler();
  scheduler.registerAgent({ id: "agent", maxConcurrentTasks: AT_ONCE }, () => 1);
  let batch = 0;
  return () => async () => {
    const results: Promise<unknown>[] = [];
    batch++;
    for (let i = 0; i < count; i++) {
      const submitted = scheduler.submit({ id: `task-${batch}-${i}`, priority: i % PRIORITIES });
      results.push(submitted.then((handle) => handle.result));
    }
    await Promise.all(results);
  };
}

function pQueue(count: number): Side {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return () => async () => {
    const results: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) {
      results.push(queue.add(() => 1, { priority: i % PRIORITIES }));
    }
    await Promise.all(results);
  };
}

const CROWDS = [
  { count: 10_000, rounds: 9, warmUps: 3, target: 1 },
  { count: 100_000, rounds: 5, warmUps: 1, target: 8 },
];

const FEW = 1_000;
const MANY = 1_000_000;
const OPERATIONS = 50_000;
const ROUNDS = 5;

/** The cost of one submission while `queued` tasks wait, and of the completion that dequeues one. */
function nanosecondsPerTask(queued: number): { ns: number; bytes: number } {
  const machine = taskMachine();
  const state = machine.init();
  let id = 0;
  let now = 0;
  const submit = () => {
    const priority = id % PRIORITIES;
    machine.step(state, submitCommand({ id: `task-${id++}`, priority }, 0), now++, []);
  };
  machine.step(state, registerCommand({ id: "agent" }, true), now, []);
  const before = heapUsed();
  while (id < queued) submit();
  const bytes = (heapUsed() - before) / queued;
  const [agent] = state.agents.values();
  const start = performance.now();
  for (let i = 0; i < OPERATIONS; i++) {
    submit();
    const [running] = agent!.tasks;
    const taskId = running!.spec.id;
    machine.step(state, { type: "complete", taskId, epoch: 0, result: 1 }, now++, []);
  }
  return { ns: (performance.now() - start) * 1e6 / OPERATIONS, bytes };
}

function heapUsed(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().heapUsed;
}

function* depth(): Iterable<Row> {
  const few: number[] = [];
  const many: { ns: number; bytes: number }[] = [];
  nanosecondsPerTask(FEW);
  for (let round = 0; round < ROUNDS; round++) {
    few.push(nanosecondsPerTask(FEW).ns);
    many.push(nanosecondsPerTask(MANY));
  }
  const growth = median(many.map(({ ns }) => ns)) / median(few);
  const label = `${MANY.toLocaleString("en")} queued tasks`;
  yield atMost(`${label}: time of that at ${FEW.toLocaleString("en")}`, "×", growth, 2.5, ROUNDS);
  const bytes = median(many.map((each) => each.bytes));
  yield atMost(`${label}: heap for each`, "B", bytes, 1024, ROUNDS);
}

const FEW_DELAYED = 10_000;
/** The number of delayed tasks that are due in one millisecond. */
const DUE_AT_ONCE = 10;

/** The cost of a task that is submitted for later, becomes ready at its time, and is completed. */
function nanosecondsPerDelayed(count: number): number {
  const machine = taskMachine();
  const state = machine.init();
  machine.step(state, registerCommand({ id: "agent", maxConcurrentTasks: 1_000 }, true), 0, []);
  const longest = count / DUE_AT_ONCE;
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const delayMs = 1 + (i * 7_919) % longest; // in no order
    machine.step(state, submitCommand({ id: `task-${i}`, delayMs }, 0), 0, []);
  }
  for (let now = 1; now <= longest; now++) {
    const events: TaskEvent[] = [];
    machine.step(state, { type: "tick" }, now, events);
    for (const event of events) {
      if (event.type !== "task:started") continue;
      const { taskId } = event;
      machine.step(state, { type: "complete", taskId, epoch: 0, result: 1 }, now, []);
    }
  }
  const ns = (performance.now() - start) * 1e6 / count;
  if (state.counts.completed !== count) throw new Error(`${state.counts.completed} completed`);
  return ns;
}

function* delays(): Iterable<Row> {
  const few: number[] = [];
  const many: number[] = [];
  for (let i = 0; i < 20; i++) nanosecondsPerDelayed(FEW_DELAYED);
  for (let round = 0; round < ROUNDS; round++) {
    few.push(median(Array.from({ length: 9 }, () => nanosecondsPerDelayed(FEW_DELAYED))));
    many.push(nanosecondsPerDelayed(MANY));
  }
  const label = `${MANY.toLocaleString("en")} delayed tasks, submitted and run`;
  const growth = median(many) / median(few);
  yield atMost(`${label}: time of ${FEW_DELAYED.toLocaleString("en")}`, "×", growth, 2, ROUNDS);
}

const FEW_AGENTS = 100;
const MANY_AGENTS = 10_000;

/** The cost of a task that is placed with a busy agent and stolen by one of `agents` idle ones. */
function nanosecondsPerSteal(agents: number): number {
  const machine = taskMachine({ stealing: true });
  const state = machine.init();
  for (let i = 0; i < agents; i++) {
    machine.step(state, registerCommand({ id: `agent-${i}` }, false), 0, []);
  }
  let stolen = 0;
  let id = 0;
  const place = () => {
    const events: TaskEvent[] = [];
    machine.step(state, submitCommand({ id: `task-${id++}` }, 0, "agent-0"), id, events);
    for (const { type } of events) if (type === "task:stolen") stolen++;
  };
  while (id < OPERATIONS / 5) place(); // so that it is warm
  stolen = 0;
  const start = performance.now();
  while (id < OPERATIONS) place();
  return (performance.now() - start) * 1e6 / stolen;
}

function* stealing(): Iterable<Row> {
  const few: number[] = [];
  const many: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    few.push(nanosecondsPerSteal(FEW_AGENTS));
    many.push(nanosecondsPerSteal(MANY_AGENTS));
  }
  const label = `${MANY_AGENTS.toLocaleString("en")} agents`;
  yield atMost(`${label}: place a task and steal it`, "ns", median(many), 20_000, ROUNDS);
  const growth = median(many) / median(few);
  yield atMost(`${label}: time of that with ${FEW_AGENTS}`, "×", growth, 2.5, ROUNDS);
}

/** The time in which a page of tasks of one status is read, among a million of another. */
function* listing(): Iterable<Row> {
  const machine = taskMachine();
  const state = machine.init();
  for (let i = 0; i < MANY; i++) {
    const dependencies = i % 5_000 === 0 ? [] : ["never"];
    machine.step(state, submitCommand({ id: `task-${i}`, dependencies }, 0), i, []);
  }
  const times: number[] = [];
  for (let round = 0; round < ROUNDS * 10; round++) {
    const start = performance.now();
    const { tasks } = listTasks(state, { status: "ready", after: MANY / 4, limit: 100 });
    times.push((performance.now() - start) * 1e6);
    if (tasks.length !== 100) throw new Error(`A page has 100 tasks, not ${tasks.length}`);
  }
  const label = `${MANY.toLocaleString("en")} tasks: a page of 100 of one status in 5,000`;
  yield atMost(label, "ns", median(times), 1e6, times.length);
}

const ASKERS = 50;
const CLAIMED = 100_000;

/** The cost of a claim and its completion by agents that ask, of tasks that are ready. */
async function nanosecondsPerClaim(): Promise<number> {
  const scheduler = new AdvancedTaskScheduler();
  const ids = Array.from({ length: ASKERS }, (_, i) => `agent-${i}`);
  for (const id of ids) await scheduler.registerAgent({ id, mode: "pull" });
  for (let i = 0; i < CLAIMED; i++) await scheduler.submit({ id: `task-${i}` });
  const start = performance.now();
  await Promise.all(ids.map(async (id) => {
    for (;;) {
      const claim = await scheduler.claim(id, { waitMs: 0 });
      if (claim === undefined) return;
      await claim.complete(1);
    }
  }));
  const ns = (performance.now() - start) * 1e6 / CLAIMED;
  await scheduler.shutdown();
  return ns;
}

async function* claims(): AsyncIterable<Row> {
  const all: number[] = [];
  await nanosecondsPerClaim();
  for (let round = 0; round < ROUNDS; round++) all.push(await nanosecondsPerClaim());
  yield atMost(
    `${ASKERS} agents that ask: claim and complete a task`,
    "ns",
    median(all),
    10_000,
    ROUNDS,
  );
}

const LIMITED = 20_000;
/** The number of tasks that wait at a time, of which the agent runs eight. */
const WAITING = 100;

/** The cost of a task that is submitted, waits, starts and is completed, with a key or without. */
function nanosecondsPerKeyed(limitKey: string | undefined): number {
  const machine = taskMachine({ limits: { api: { rate: { tokens: 1_000, perMs: 1_000 } } } });
  const state = machine.init();
  machine.step(state, registerCommand({ id: "agent", maxConcurrentTasks: AT_ONCE }, true), 0, []);
  const commands = Array.from(
    { length: LIMITED },
    (_, i) => submitCommand({ id: `task-${i}`, ...(limitKey !== undefined && { limitKey }) }, 0),
  );
  const running: string[] = [];
  const step = (command: Parameters<typeof machine.step>[1], now: number) => {
    const events: TaskEvent[] = [];
    machine.step(state, command, now, events);
    for (const event of events) if (event.type === "task:started") running.push(event.taskId);
  };
  const start = performance.now();
  let completed = 0;
  for (let now = 0; now < LIMITED + WAITING; now++) { // a token comes each millisecond
    if (now < LIMITED) step(commands[now]!, now);
    const taskId = now < WAITING ? undefined : running[completed];
    if (taskId === undefined) continue;
    completed++;
    step({ type: "complete", taskId, epoch: 0, result: 1 }, now);
  }
  const ns = (performance.now() - start) * 1e6 / LIMITED;
  if (completed !== LIMITED) throw new Error(`${completed} completed`);
  return ns;
}

function* limits(): Iterable<Row> {
  for (let i = 0; i < 10; i++) {
    nanosecondsPerKeyed(undefined);
    nanosecondsPerKeyed("api");
  }
  const [without, limited]: [number[], number[]] = [[], []];
  for (let round = 0; round < 10 * ROUNDS; round++) {
    without.push(nanosecondsPerKeyed(undefined));
    limited.push(nanosecondsPerKeyed("api"));
  }
  const ratio = median(limited) / median(without);
  yield atMost("a task with a rate limit: time of one without", "×", ratio, 1.3, limited.length);
}

function* comparisons(): Iterable<Comparison> {
  for (const { count, rounds, warmUps, target } of CROWDS) {
    yield {
      operation: `submit and complete ${count.toLocaleString("en")} tasks of 10 priorities`,
      count,
      ours: ours(count),
      peers: { "p-queue": pQueue(count) },
      target,
      rounds,
      warmUps,
      isLong: count > 10_000,
    };
  }
}

async function* measures(): AsyncIterable<Row> {
  yield* claims();
  yield* depth();
  yield* delays();
  yield* stealing();
  yield* listing();
  yield* limits();
}

/** Tasks and the agents that run them. */
export const tasks: Suite = { name: "tasks", comparisons, measures };

register(tasks);
