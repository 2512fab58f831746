import { assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { EventBus } from "../../src/core/bus/event_bus.ts";

setFlagsFromString("--expose_gc");
const gc: () => void = runInNewContext("gc");

/** A signal, and the number of streams that listen to it. */
function counted() {
  const { signal } = new AbortController();
  const counts = { streams: 0 };
  signal.addEventListener = () => counts.streams++;
  signal.removeEventListener = () => counts.streams--;
  return { signal, counts };
}

/** Collects garbage until `isDone`, for as many turns as that may take. */
async function collectUntil(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 20 && !isDone(); turn++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("streams that are dropped without being read leave the bus", async () => {
  const bus = new EventBus();
  const { signal, counts } = counted();
  const make = () => {
    for (let i = 0; i < 500; i++) {
      bus.events(["a", "b"], { signal });
      bus.events(undefined, { signal });
    }
  };
  make();
  bus.emit("a", { large: "x".repeat(1_000) });
  assertEquals(counts.streams, 1_000);
  await collectUntil(() => counts.streams === 0);
  assertEquals(counts.streams, 0);
});

Deno.test("a stream that a consumer waits for, or that a caller holds, stays", async () => {
  const bus = new EventBus();
  const { signal, counts } = counted();
  const seen: unknown[] = [];
  const read = async () => {
    for await (const { payload } of bus.events(["a"], { signal })) seen.push(payload);
  };
  const reading = read();
  const first = bus.events(["a"], { signal }).next();
  const held = bus.events(["a"], { signal });
  const { signal: other, counts: dropped } = counted();
  const drop = () => void bus.events(["a"], { signal: other });
  drop();
  await collectUntil(() => dropped.streams === 0);
  assertEquals([counts.streams, dropped.streams], [3, 0]);
  bus.emit("a", 1);
  assertEquals((await first).value?.payload, 1);
  assertEquals((await held.next()).value?.payload, 1);
  bus.emit("a", 2);
  bus.removeAllListeners();
  await reading;
  assertEquals(seen, [1, 2]);
});

Deno.test("a stream that is never read keeps no more events than its buffer holds", async () => {
  const bus = new EventBus();
  const stream = bus.events(["a"], { buffer: 2 });
  for (let i = 0; i < 1_000; i++) bus.emit("a", i);
  assertEquals(stream.dropped, 998);
  bus.removeAllListeners();
  const kept: unknown[] = [];
  for await (const { payload } of stream) kept.push(payload);
  assertEquals(kept, [998, 999]);
});
