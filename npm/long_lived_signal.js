/**
 * Makes many calls with one signal, and prints by how many bytes each has made the heap grow.
 *
 * @module
 */

import process from "node:process";
import {
  AdvancedTaskScheduler,
  CircuitBreaker,
  EventBus,
  MessageRouter,
  ResourceManager,
} from "@lockstep/lockstep";

const CALLS = 10_000;
const { signal } = new AbortController();
const figures = {};

/** Measures the growth of the heap by one of many calls, after as many to warm up. */
async function measure(name, call) {
  const many = async () => {
    for (let i = 0; i < CALLS; i++) await call(i);
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const before = await many();
  figures[name] = Math.round((await many() - before) / CALLS);
}

const scheduler = new AdvancedTaskScheduler();
await scheduler.registerAgent({ id: "a" }, async (_task, { acquire }) => {
  await measure("acquire in an attempt", async () => {
    const lock = await acquire("file", { signal });
    await lock.release();
  });
});
await (await scheduler.submit({ id: "t" })).result;
await scheduler.shutdown();

const locks = new ResourceManager();
await measure("acquireAll and its signal", async () => {
  const set = await locks.acquireAll(["a", "b"], "x", { signal });
  set.signal.throwIfAborted();
  await set.release();
});

const messages = new MessageRouter();
messages.subscribe("y", (_message, delivery) => delivery.respond("yes"));
await measure("sendWithResponse", () => messages.sendWithResponse("x", "y", "?", { signal }));

const breaker = new CircuitBreaker("api");
await measure("execute", () => breaker.execute(() => 1, { signal }));

const bus = new EventBus();
await measure("waitFor", async () => {
  const event = bus.waitFor("it", undefined, { signal });
  bus.emit("it");
  await event;
});

await measure("events", async () => {
  const events = bus.events(["it"], { signal });
  bus.emit("it");
  for await (const _event of events) break;
});

console.log(JSON.stringify(figures));
