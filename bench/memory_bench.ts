/**
 * The heap that each of many things takes, and what each leaves behind when it is over.
 *
 * @module
 */

import {
  AdvancedTaskScheduler,
  CircuitBreakerManager,
  EventBus,
  MessageRouter,
  ResourceManager,
} from "../mod.ts";
import { silentLogger } from "../machine.ts";
import type { Row, Suite } from "./harness.ts";
import { collectGarbage, collectsGarbage } from "./rounds.ts";
import { spreadOf } from "./statistics.ts";

const COUNT = 100_000;

/** Makes `COUNT` things, and returns what keeps them alive. */
type Fill = () => unknown;

/** What a thing takes while it is there. */
interface Kept {
  readonly ours: Fill;
  readonly floor: Fill;
  readonly lacks: string;
  /** The most bytes for each. */
  readonly most?: number;
}

const newLocks = () => new ResourceManager({ resourceTimeout: 0 }, undefined, silentLogger);
const newScheduler = (keepFinished = 1_000) =>
  new AdvancedTaskScheduler(
    { keepFinished, keepOutcomes: COUNT, maxAgents: COUNT },
    undefined,
    silentLogger,
  );
const newRouter = (maxMailboxes = COUNT) =>
  new MessageRouter(
    { mailboxCapacity: COUNT, maxMailboxes },
    undefined,
    silentLogger,
  );

async function times(make: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < COUNT; i++) await make(i);
}

function mapOf<Value>(make: (i: number) => Value): Map<string, Value> {
  return new Map(Array.from({ length: COUNT }, (_, i) => [`id-${i}`, make(i)]));
}

const KEPT: Readonly<Record<string, Kept>> = {
  "a held lock": {
    ours: async () => {
      const locks = newLocks();
      await times((i) => locks.acquire(`r${i}`, "a"));
      return locks;
    },
    floor: () => mapOf((i) => ({ holder: "a", epoch: i })),
    lacks: "a handle with a signal, the locks of each agent, capacity, a queue",
  },
  "a waiter": {
    ours: async () => {
      const locks = newLocks();
      await locks.acquire("r", "holder");
      const waits = Array.from({ length: COUNT }, (_, i) => locks.acquire("r", `a${i}`));
      return [locks, waits];
    },
    floor: () => {
      const resolvers: object[] = [];
      const waits = Array.from({ length: COUNT }, (_, i) => {
        return new Promise((resolve) => resolvers.push({ agent: `a${i}`, priority: i, resolve }));
      });
      return [resolvers, waits];
    },
    lacks: "a place in the order of priorities and in the graph of waits, a way to abort",
  },
  "a queued task": {
    ours: async () => {
      const scheduler = newScheduler();
      await times((i) => scheduler.submit({ id: `t${i}` }));
      return scheduler;
    },
    floor: () => mapOf((i) => ({ id: `id-${i}`, priority: 0, status: "ready" })),
    lacks: "all fields of a task and of its attempts, its queue, its page, its promise",
    most: 1_024,
  },
  "a finished task": {
    ours: async () => {
      const scheduler = newScheduler(COUNT);
      await scheduler.registerAgent({ id: "a" }, () => 1);
      await times(async (i) => (await scheduler.submit({ id: `t${i}` })).result);
      return scheduler;
    },
    floor: () => mapOf((i) => ({ id: `id-${i}`, status: "completed", result: 1 })),
    lacks: "all fields of a task and of its attempts, its page",
    most: 1_024,
  },
  "a message that waits": {
    ours: async () => {
      const router = newRouter();
      await times((i) => router.send("a", "b", i));
      return router;
    },
    floor: () =>
      Array.from({ length: COUNT }, (_, i) => ({ id: i, from: "a", to: "b", payload: i })),
    lacks: "an id, an epoch, the order of its sender, redelivery, a time limit",
  },
  "an agent": {
    ours: async () => {
      const scheduler = newScheduler();
      await times((i) => scheduler.registerAgent({ id: `a${i}` }));
      return scheduler;
    },
    floor: () => mapOf((i) => ({ id: `id-${i}`, slots: 1, tasks: new Set() })),
    lacks: "queues, ranks among others, heartbeats, counts",
  },
  "a subscription": {
    ours: async () => {
      const bus = new EventBus();
      await times(() => bus.on("task:created", () => {}));
      return bus;
    },
    floor: () => Array.from({ length: COUNT }, () => () => {}),
    lacks: "a way to unsubscribe in constant time, a name for errors",
  },
  "a mailbox with a handler": {
    ours: async () => {
      const router = newRouter();
      await times((i) => router.subscribe(`b${i}`, () => {}));
      return router;
    },
    floor: () => mapOf((i) => ({ messages: [], handlers: [() => i] })),
    lacks: "the orders of senders, deliveries under way, limits",
  },
};

/** What is over, and the most bytes that each may leave behind: what is kept of it is bounded. */
const OVER: Readonly<Record<string, readonly [fill: Fill, most: number]>> = {
  "a released lock": [async () => {
    const locks = newLocks();
    await times(async (i) => (await locks.acquire(`r${i}`, "a")).release());
    return locks;
  }, 16],
  "a wait on a signal": [async () => {
    const locks = newLocks();
    const { signal } = new AbortController();
    await times(async () => {
      const first = await locks.acquire("r", "a");
      const wait = locks.acquire("r", "b", { signal });
      await first.release();
      await (await wait).release();
    });
    return [locks, signal];
  }, 16],
  "an answered request": [async () => {
    const router = newRouter();
    router.subscribe("b", (_message, delivery) => delivery.respond(1));
    await times((i) => router.sendWithResponse("a", "b", i));
    return router;
  }, 128],
  "a task whose outcome is kept": [async () => {
    const scheduler = newScheduler();
    await scheduler.registerAgent({ id: "a" }, () => 1);
    await times(async (i) => (await scheduler.submit({ id: `t${i}` })).result);
    return scheduler;
  }, 256],
  "the name of a breaker": [async () => {
    const breakers = new CircuitBreakerManager({}, silentLogger);
    await times((i) => breakers.execute(`${i}`, () => i).catch(() => {}));
    return breakers;
  }, 256],
  "a closed mailbox": [async () => {
    const router = newRouter(1_000);
    await times(async (i) => {
      const subscription = router.subscribe(`b${i}`, () => {});
      await router.send("a", `b${i}`, i);
      subscription.unsubscribe();
    });
    return router;
  }, 512],
  "a stream of events that was never read": [async () => {
    const bus = new EventBus();
    await times(async (i) => {
      bus.events(["task:created"]);
      if (i % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    });
    return bus;
  }, 64],
};

/** Returns the heap in use when all garbage is collected. */
async function settled(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Deno.memoryUsage().heapUsed;
}

/** Returns the bytes that each of the things takes that `fill` makes. */
async function bytesOf(fill: Fill): Promise<number> {
  const before = await settled();
  const kept = await fill();
  const bytes = (await settled() - before) / COUNT;
  if (kept === undefined) throw new Error("What is measured must stay alive");
  return Math.max(1, bytes);
}

async function* measures(): AsyncIterable<Row> {
  if (!collectsGarbage) return;
  const row = { unit: "B", others: [] } as const;
  for (const [name, { ours, floor, lacks, most }] of Object.entries(KEPT)) {
    const value = await bytesOf(ours);
    const least = await bytesOf(floor);
    yield {
      ...{ ...row, operation: `memory of ${name}`, value },
      floor: { value: least, ratio: spreadOf([value / least]), lacks },
      target: most === undefined ? {} : { most },
      reached: most === undefined || value <= most,
    };
  }
  for (const [name, [fill, most]] of Object.entries(OVER)) {
    const value = await bytesOf(fill);
    yield {
      ...row,
      operation: `memory after ${name}`,
      value,
      target: { most },
      reached: value <= most,
    };
  }
}

/** The benchmarks of memory. */
export const memory: Suite = { name: "memory", comparisons: () => [], measures };
