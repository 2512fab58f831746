/**
 * The lock manager against async-mutex and async-lock.
 *
 * All sides keep one lock for each key, and are used as their documentation says: a grant is awaited,
 * then released. Ours also has epochs, time limits, deadlock detection and events; none is off.
 *
 * @module
 */

import AsyncLock from "async-lock";
import { Mutex } from "async-mutex";
import { ResourceManager } from "../mod.ts";
import { atMost, type Comparison, type Growth, register, type Row, type Suite } from "./harness.ts";
import type { Side } from "./rounds.ts";
import { quantile } from "./statistics.ts";

const KEYS = Array.from({ length: 1000 }, (_, i) => `key-${i}`);
const LAPS = 100;

/** What a floor awaits in place of an answer. */
const RESOLVED = Promise.resolve();

/** Every key is acquired and released, both awaited, lap by lap. */
const UNCONTENDED = {
  ours: () => {
    const locks = new ResourceManager();
    return laps(async (key) => {
      await locks.acquire(key, "agent");
      await locks.release(key, "agent");
    });
  },
  floor: () => {
    const holders = new Map<string, string>();
    return laps(async (key) => {
      if (!holders.has(key)) holders.set(key, "agent");
      await RESOLVED;
      if (holders.get(key) === "agent") holders.delete(key);
      await RESOLVED;
    });
  },
  "async-mutex": () => {
    const mutexes = new Map(KEYS.map((key) => [key, new Mutex()]));
    return laps(async (key) => {
      const release = await mutexes.get(key)!.acquire();
      release();
    });
  },
  "async-lock": () => {
    const lock = new AsyncLock();
    return laps((key) => lock.acquire(key, async () => {}));
  },
};

function laps(use: (key: string) => Promise<void>): Side {
  return () => async () => {
    for (let lap = 0; lap < LAPS; lap++) {
      for (const key of KEYS) await use(key);
    }
  };
}

/** The waiters, in no order of priority. */
interface Waiter {
  readonly agent: string;
  readonly priority: number;
}

function waitersOf(count: number): Waiter[] {
  // A step that shares no factor with the count visits every priority once.
  return Array.from({ length: count }, (_, i) => ({
    agent: `agent-${i}`,
    priority: (i * 7919) % count,
  }));
}

/** All wait for one lock; it is released, and handed from each to the next. */
function contendedOurs(waiters: readonly Waiter[], batches: number): Side {
  const locks = new ResourceManager();
  return () => async () => {
    for (let batch = 0; batch < batches; batch++) {
      await locks.acquire("key", "holder");
      const turns = waiters.map(async ({ agent, priority }) => {
        await locks.acquire("key", agent, priority);
        await locks.release("key", agent);
      });
      await locks.release("key", "holder");
      await Promise.all(turns);
    }
  };
}

function contendedMutex(waiters: readonly Waiter[], batches: number): Side {
  const mutex = new Mutex();
  return () => async () => {
    for (let batch = 0; batch < batches; batch++) {
      const held = await mutex.acquire();
      const turns = waiters.map(async ({ priority }) => {
        const release = await mutex.acquire(priority);
        release();
      });
      held();
      await Promise.all(turns);
    }
  };
}

/** Puts the waiters in order, and hands the lock from each to the next. */
function contendedFloor(waiters: readonly Waiter[], batches: number): Side {
  return () => async () => {
    for (let batch = 0; batch < batches; batch++) {
      const holders = new Map([["key", "holder"]]);
      const queue: Waiter[] = [];
      for (const waiter of waiters) queue.push(waiter);
      queue.sort((a, b) => a.priority - b.priority);
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        holders.set("key", next.agent);
        await RESOLVED;
      }
    }
  };
}

/** Number of waiters, repetitions in a round, rounds, and the target. */
const CROWDS = [
  { count: 1_000, batches: 20, rounds: 9, warmUps: 3, target: 1.2 },
  { count: 10_000, batches: 2, rounds: 5, warmUps: 1, target: 3 },
  { count: 100_000, batches: 1, rounds: 3, warmUps: 0, target: 15 },
];

const CHAIN = 10_000;
const SAMPLES = 2_000;

/**
 * Measures the search for a deadlock where there is none. One agent requests the lock at the end of a
 * chain of `ahead` waits, while a chain of `behind` waits ends at a lock that it holds: the search ends
 * when it has walked the shorter one. In nanoseconds, one for each sample.
 */
async function chainChecks(ahead: number, behind: number): Promise<number[]> {
  const locks = new ResourceManager({ resourceTimeout: 0 });
  const waits: Promise<unknown>[] = [];
  const wait = (resource: string, agent: string, signal?: AbortSignal) => {
    const options = signal === undefined ? {} : { signal };
    waits.push(locks.acquire(resource, agent, options).catch(() => {}));
  };
  for (let i = 0; i < ahead; i++) await locks.acquire(`r${i}`, `a${i}`);
  for (let i = 0; i + 1 < ahead; i++) wait(`r${i + 1}`, `a${i}`);
  await locks.acquire("s0", "asks");
  for (let i = 1; i <= behind; i++) await locks.acquire(`s${i}`, `b${i}`);
  for (let i = 1; i <= behind; i++) wait(`s${i - 1}`, `b${i}`);

  const times: number[] = [];
  for (let i = 0; i < SAMPLES + 100; i++) {
    const abort = new AbortController();
    const start = performance.now();
    wait("r0", "asks", abort.signal);
    if (i >= 100) times.push((performance.now() - start) * 1e6);
    abort.abort();
    await waits.pop();
  }
  await locks.shutdown();
  await Promise.all(waits);
  return times;
}

const RESERVED = 10_000;

/** Makes locks of which `count` agents hold a file and a glob each. */
async function reserved(count: number): Promise<ResourceManager> {
  const locks = new ResourceManager({ resourceTimeout: 0 });
  for (let i = 0; i < count; i++) {
    const folder = `src/part-${i % 100}/module-${i % 1_000}`;
    await locks.acquirePaths([`${folder}/file-${i}.ts`, `${folder}/*-${i}.md`], `agent-${i}`);
  }
  return locks;
}

/** Measures a request for paths, its release included, while many are held; in nanoseconds. */
async function pathRequests(patternOf: (i: number) => string): Promise<number[]> {
  const locks = await reserved(RESERVED);
  const times: number[] = [];
  for (let i = 0; i < SAMPLES + 100; i++) {
    const start = performance.now();
    const lock = await locks.acquirePaths([patternOf(i)], "agent");
    await lock.release();
    if (i >= 100) times.push((performance.now() - start) * 1e6);
  }
  await locks.shutdown();
  return times;
}

/** Requests: of a file in a folder of which others are held, of a folder beside them, of a name. */
const PATHS: Readonly<Record<string, (i: number) => string>> = {
  "a file": (i) => `src/part-${i % 100}/module-${i % 1_000}/new-${i}.{ts,js}`,
  "a folder": (i) => `src/part-${i % 100}/new-${i}/**`,
  "a file in any folder": (i) => `**/new-${i}.ts`,
};

/** The same request among sets that are held, each on its own. */
async function amongPaths(held: number): Promise<Side> {
  const locks = await reserved(held);
  return () => async () => {
    for (let i = 0; i < SAMPLES; i++) {
      const lock = await locks.acquirePaths([PATHS["a file"]!(i)], "agent");
      await lock.release();
    }
  };
}

/** Looks for each folder of a path in a map. */
function bareAmongPaths(held: number): Side {
  const holders = new Map<string, string>();
  for (let i = 0; i < held; i++) {
    holders.set(`src/part-${i % 100}/module-${i % 1_000}/file-${i}.ts`, `agent-${i}`);
  }
  return () => async () => {
    for (let i = 0; i < SAMPLES; i++) {
      const path = PATHS["a file"]!(i);
      for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
        if (holders.has(path.slice(0, end))) throw new Error(`${path} is held`);
      }
      holders.set(path, "agent");
      await RESOLVED;
      holders.delete(path);
      await RESOLVED;
    }
  };
}

/** Acquires and releases one key while `held` others are held. */
async function amongHeld(held: number): Promise<Side> {
  const locks = new ResourceManager({ maxResources: 2 * held });
  for (let i = 0; i < held; i++) await locks.acquire(`held-${i}`, `agent-${i % 1_000}`);
  return () => async () => {
    for (const key of KEYS) {
      await locks.acquire(key, "agent");
      await locks.release(key, "agent");
    }
  };
}

function bareAmongHeld(held: number): Side {
  const holders = new Map<string, string>();
  for (let i = 0; i < held; i++) holders.set(`held-${i}`, `agent-${i % 1_000}`);
  return () => async () => {
    for (const key of KEYS) {
      if (!holders.has(key)) holders.set(key, "agent");
      await RESOLVED;
      holders.delete(key);
      await RESOLVED;
    }
  };
}

/** Hands a lock on among `count` agents: each waits again when it had it. */
async function amongWaiters(count: number): Promise<Side> {
  const locks = new ResourceManager({ resourceTimeout: 0 });
  await locks.acquire("key", "agent-0");
  const waits = [
    Promise.resolve(),
    ...Array.from({ length: count }, (_, i) => {
      return locks.acquire("key", `agent-${i + 1}`).then(() => {});
    }),
  ];
  let holder = 0;
  return () => async () => {
    for (let i = 0; i < KEYS.length; i++) {
      const before = holder;
      holder = (holder + 1) % waits.length;
      await locks.release("key", `agent-${before}`);
      waits[before] = locks.acquire("key", `agent-${before}`).then(() => {});
      await waits[holder];
    }
  };
}

function bareAmongWaiters(count: number): Side {
  let queue = Array.from({ length: count + 1 }, (_, i) => `agent-${i}`);
  let head = 0;
  const holders = new Map<string, string>();
  return () => async () => {
    for (let i = 0; i < KEYS.length; i++) {
      const agent = queue[head++]!;
      holders.set("key", agent);
      queue.push(agent);
      await RESOLVED;
      await RESOLVED;
    }
    if (head < queue.length / 2) return;
    queue = queue.slice(head);
    head = 0;
  };
}

function* growths(): Iterable<Growth> {
  const count = KEYS.length;
  yield {
    ...{ operation: "acquire and release while n locks are held", count },
    ours: amongHeld,
    floor: bareAmongHeld,
  };
  yield {
    ...{ operation: "release to the first of n waiters, and wait again", count },
    ours: amongWaiters,
    floor: bareAmongWaiters,
    sizes: [1_000, 10_000, 100_000],
  };
  yield {
    ...{ operation: "acquire a file while n sets of paths are held", count: SAMPLES },
    ours: amongPaths,
    floor: bareAmongPaths,
    sizes: [1_000, 10_000, 100_000],
  };
}

function* comparisons(): Iterable<Comparison> {
  const { ours, floor, ...peers } = UNCONTENDED;
  yield {
    operation: "acquire and release, 1,000 keys",
    count: KEYS.length * LAPS,
    ours,
    floor: { side: floor, lacks: "epochs, leases, events, a place in the graph of waits" },
    peers,
    target: { speed: 1.3 },
    note: "the peers have no epochs, leases, events, deadlock detection or owners of locks",
  };
  for (const { count, batches, rounds, warmUps, target } of CROWDS) {
    const waiters = waitersOf(count);
    yield {
      operation: `${count.toLocaleString("en")} waiters with priorities on one lock`,
      count: count * batches,
      ours: () => contendedOurs(waiters, batches),
      floor: {
        side: () => contendedFloor(waiters, batches),
        lacks: "a promise, a time limit and a deadlock check for each waiter; arrivals at any time",
      },
      peers: { "async-mutex": () => contendedMutex(waiters, batches) },
      target: { speed: target },
      note: "async-mutex inserts into a sorted array: cheap for few waiters, and quadratic",
      rounds,
      warmUps,
      isLong: count > 1_000,
    };
  }
  yield {
    operation: "acquire and release a file, 10,000 sets of paths held",
    count: SAMPLES,
    ours: () => amongPaths(RESERVED),
    floor: {
      side: () => bareAmongPaths(RESERVED),
      lacks: "globs, sets that are acquired at once, epochs, events, a check for a deadlock",
    },
    target: { most: 100_000 },
    isLong: true,
  };
}

async function* measures([, first, , last]: readonly Row[]): AsyncIterable<Row> {
  const growth = last!.value / first!.value;
  yield atMost("growth per operation from 1,000 to 100,000 waiters", "×", growth, 2.5);
  for (const [ahead, behind] of [[CHAIN, 1], [CHAIN / 2, CHAIN / 2]] as const) {
    const checks = await chainChecks(ahead, behind);
    const [before, after] = [ahead, behind].map((count) => count.toLocaleString("en"));
    const name = `deadlock check, ${before} waits ahead, ${after} behind, p99`;
    yield atMost(name, "ns", quantile(checks, 0.99), 1e6);
  }
  for (const [what, patternOf] of Object.entries(PATHS)) {
    const requests = await pathRequests(patternOf);
    const name = `request of ${what} while ${RESERVED.toLocaleString("en")} sets are held, p99`;
    yield atMost(name, "ns", quantile(requests, 0.99), 1e6);
  }
}

/** The benchmarks of the locks. */
export const locks: Suite = { name: "locks", comparisons, growths, measures };

register(locks);
