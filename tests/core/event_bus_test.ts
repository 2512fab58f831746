import { describeEvent } from "../../src/root/events.ts";
import { EventBus as TypedEventBus } from "../../src/root/event_bus.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, EventTimeoutError } from "../../src/core/errors.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { SystemEvents } from "../../src/root/events.ts";
import { type Logger, silentLogger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

interface Letters {
  a: { readonly n: number };
  b: { readonly text: string };
}

function quietBus(): EventBus<Letters> {
  return new EventBus<Letters>(false, { logger: silentLogger });
}

/** A signal that knows how many listen to it. */
function countedSignal(abort: AbortController): { signal: AbortSignal; listeners: () => number } {
  const { signal } = abort;
  let count = 0;
  signal.addEventListener = new Proxy(signal.addEventListener, {
    apply: (target, self, parameters) => (count++, Reflect.apply(target, self, parameters)),
  });
  signal.removeEventListener = new Proxy(signal.removeEventListener, {
    apply: (target, self, parameters) => (count--, Reflect.apply(target, self, parameters)),
  });
  return { signal, listeners: () => count };
}

/** A logger that keeps its lines. */
function recorder(): { lines: string[]; logger: Logger } {
  const lines: string[] = [];
  const write = (level: string) => (message: unknown, ...data: unknown[]) => {
    lines.push([level, message, ...data].map(String).join(" | "));
  };
  const [debug, info, warn, error] = ["debug", "info", "warn", "error"].map(write);
  return { lines, logger: { debug: debug!, info: info!, warn: warn!, error: error! } };
}

Deno.test("handlers get payload, sequence and instant, in the order in which they were added", () => {
  const bus = quietBus();
  const received: unknown[] = [];
  bus.on("a", ({ n }, sequence, at) => received.push(["first", n, sequence, at]));
  bus.on("a", ({ n }) => received.push(["second", n]));
  bus.on("b", () => received.push("never"));
  bus.publish("a", { n: 7 }, 1000, 3);
  assertEquals(received, [["first", 7, 3, 1000], ["second", 7]]);
});

Deno.test("payloads are typed by the name of the event", () => {
  const bus = new TypedEventBus<{ "anything:else": unknown }>();
  const seen: string[] = [];
  bus.on("resource:acquired", ({ resourceId, agentId }) => seen.push(resourceId + agentId));
  bus.on(SystemEvents.TASK_STARTED, ({ taskId, attempt }) => seen.push(taskId.slice(attempt)));
  bus.on("anything:else", (payload: unknown) => seen.push(String(payload)));
  // @ts-expect-error -- the payload has no such field
  bus.on("resource:acquired", ({ nonsense }) => seen.push(nonsense));
  // @ts-expect-error -- no event has this name
  bus.on("resource:aquired", () => {});
  bus.emit("anything:else", 5);
  assertEquals(seen, ["5"]);
});

Deno.test("on() returns what takes the handler off again; off() removes the oldest of its kind", () => {
  const bus = quietBus();
  let calls = 0;
  const handler = () => void calls++;
  const stop = bus.on("a", handler);
  bus.on("a", handler);
  bus.on("a", handler);
  stop();
  stop();
  bus.emit("a");
  assertEquals(calls, 2);
  bus.off("a", handler);
  bus.emit("a");
  assertEquals(calls, 3);
  bus.off("a", handler);
  bus.off("a", handler);
  bus.off("b", handler);
  bus.emit("a");
  assertEquals(calls, 3);
});

Deno.test("E1-throwing-observer-stops-the-rest: the others are notified, the failure is counted", async () => {
  const { lines, logger } = recorder();
  const bus = new EventBus<Letters>(false, { logger });
  const received: string[] = [];
  bus.on("a", () => {
    throw new Error("thrown");
  });
  bus.on("a", () => Promise.reject(new Error("rejected")));
  bus.onFiltered("a", () => {
    throw new Error("filter");
  }, () => received.push("filtered"));
  bus.on("a", () => received.push("last"));
  bus.emit("a", { n: 1 });
  assertEquals(received, ["last"]);
  await Promise.resolve();
  assertEquals(bus.failures, 3);
  assertEquals(lines, [
    'error | A handler of "a" failed | Error: thrown',
    'error | A handler of "a" failed | Error: filter',
    'error | A handler of "a" failed | Error: rejected',
  ]);
});

Deno.test("E1-throwing-observer-stops-the-rest: not even when the logger throws too", () => {
  const broken = () => {
    throw new Error("The logger is broken");
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  const bus = new EventBus<Letters>(true, { logger });
  let received = 0;
  bus.on("a", () => {
    throw new Error("thrown");
  });
  bus.on("a", () => void received++);
  bus.emit("a");
  bus.emit("a");
  assertEquals([received, bus.failures], [2, 2]);
});

Deno.test("E2-once-recurses: a once-handler that emits its own event is called once", () => {
  const bus = quietBus();
  let calls = 0;
  bus.once("a", () => {
    calls++;
    bus.emit("a");
  });
  bus.emit("a");
  bus.emit("a");
  assertEquals(calls, 1);
});

Deno.test("E2-once-recurses: once() and off() inside a handler leave the other handlers alone", () => {
  const bus = quietBus();
  const received: string[] = [];
  const removed = () => received.push("removed");
  bus.once("a", () => {
    received.push("once");
    bus.off("a", removed);
    bus.on("a", () => received.push("added"));
  });
  bus.once("a", () => received.push("second once"));
  bus.on("a", removed);
  bus.on("a", () => received.push("last"));
  bus.emit("a");
  assertEquals(received, ["once", "second once", "last"]);
  received.length = 0;
  bus.emit("a");
  assertEquals(received, ["last", "added"]);
});

Deno.test("E2-once-recurses: 100,000 events emitted one by the other don't overflow the stack", () => {
  const bus = quietBus();
  let last = 0;
  bus.on("a", ({ n }) => {
    last = n;
    if (n < 100_000) bus.emit("a", { n: n + 1 });
  });
  bus.emit("a", { n: 1 });
  assertEquals(last, 100_000);
});

Deno.test("E3-events-used-as-commands: an event of a user has no sequence number of the engine", () => {
  const bus = quietBus();
  const received: unknown[] = [];
  bus.on("a", (payload, sequence) => received.push([payload, sequence]));
  bus.emit("a", { n: 1 });
  assertEquals(received, [[{ n: 1 }, -1]]);
});

Deno.test("an event that a handler emits is delivered after the current one, to its handlers of then", () => {
  const bus = quietBus();
  const received: string[] = [];
  bus.on("a", () => {
    received.push("a1");
    bus.emit("b", { text: "x" });
    bus.on("b", () => received.push("late"));
  });
  bus.on("a", () => received.push("a2"));
  bus.on("b", () => received.push("b"));
  bus.emit("a");
  assertEquals(received, ["a1", "a2", "b"]);
});

Deno.test("onFiltered() notifies of what passes its filter, and off() finds it by its handler", () => {
  const bus = quietBus();
  const received: number[] = [];
  const handler = ({ n }: { n: number }) => received.push(n);
  bus.onFiltered("a", ({ n }) => n > 1, handler);
  for (const n of [1, 2, 3]) bus.emit("a", { n });
  bus.off("a", handler);
  bus.emit("a", { n: 4 });
  assertEquals(received, [2, 3]);
});

Deno.test("handlers and filters must be functions", () => {
  const bus = quietBus();
  const nothing = undefined as unknown as () => void;
  const rule = 'Cannot listen to "a": handler must be a function, got undefined';
  assertThrows(() => bus.on("a", nothing), TypeError, rule);
  assertThrows(() => bus.once("a", nothing), TypeError, rule);
  assertThrows(() => bus.onFiltered("a", () => true, nothing), TypeError, rule);
});

Deno.test("waitFor() resolves with the payload and leaves nothing behind", async () => {
  const clock = new SimulatedClock();
  const bus = new EventBus<Letters>(false, { clock, logger: silentLogger });
  const { signal, listeners } = countedSignal(new AbortController());
  const wait = bus.waitFor("a", 1000, { signal });
  assertEquals([clock.pending, listeners()], [1, 1]);
  bus.emit("a", { n: 1 });
  bus.emit("a", { n: 2 });
  assertEquals(await wait, { n: 1 });
  assertEquals([clock.pending, listeners()], [0, 0]);
  bus.resetStats();
  assertEquals(bus.getEventStats(), []);
});

Deno.test("waitFor() times out with a typed error", async () => {
  const clock = new SimulatedClock();
  const bus = new EventBus<Letters>(false, { clock, logger: silentLogger });
  const wait = bus.waitFor("a", 1000);
  const failure = assertRejects(() => wait, EventTimeoutError, "it must come within 1000 ms");
  await clock.advance(1000);
  const error = await failure;
  assertEquals([error.code, error.event, error.timeoutMs], ["event-timeout", "a", 1000]);
  assertEquals([clock.pending, bus.getEventStats()], [0, []]);
});

Deno.test("waitFor() ends with its signal's reason, before or during the wait", async () => {
  const clock = new SimulatedClock();
  const bus = new EventBus<Letters>(false, { clock, logger: silentLogger });
  const abort = new AbortController();
  const wait = bus.waitFor("a", 1000, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assertRejects(() => wait, Error, "enough");
  await assertRejects(() => bus.waitFor("a", 5, { signal: abort.signal }), Error, "enough");
  assertEquals([clock.pending, bus.getEventStats()], [0, []]);
});

Deno.test("waitFor() refuses a time that makes no sense", async () => {
  const rule = 'Cannot wait for event "a": timeoutMs must be a non-negative integer, got -1';
  await assertRejects(() => quietBus().waitFor("a", -1), RangeError, rule);
});

Deno.test("removeAllListeners() removes those of one event or all, and ends waits and iterators", async () => {
  const bus = quietBus();
  const received: string[] = [];
  bus.on("a", () => received.push("a"));
  bus.on("b", () => received.push("b"));
  const waits = [bus.waitFor("a"), bus.waitFor("b")];
  const streams = [bus.events("a"), bus.events()];
  bus.removeAllListeners("a");
  bus.emit("a", { n: 1 });
  bus.emit("b", { text: "x" });
  await assertRejects(() => waits[0]!, ClosedError, 'Cannot wait for event "a"');
  assertEquals(await waits[1], { text: "x" });
  assertEquals(received, ["b"]);
  assertEquals(await streams[0]!.next(), { done: true, value: undefined });
  bus.removeAllListeners();
  bus.emit("b");
  assertEquals(received, ["b"]);
  assertEquals((await streams[1]!.next()).value?.event, "a");
  assertEquals((await streams[1]!.next()).value?.event, "b");
  assertEquals(await streams[1]!.next(), { done: true, value: undefined });
});

Deno.test("getEventStats() counts events, with handlers or without, until resetStats()", () => {
  const clock = new SimulatedClock(5000);
  const bus = new EventBus<Letters>(false, { clock, logger: silentLogger });
  bus.on("b", () => {});
  bus.emit("a");
  bus.publish("a", { n: 1 }, 6000, 0);
  assertEquals(bus.getEventStats(), [
    { event: "b", count: 0, lastEmitted: null },
    { event: "a", count: 2, lastEmitted: new Date(6000) },
  ]);
  bus.emit("b");
  assertEquals(bus.getEventStats()[0]!.lastEmitted, new Date(5000));
  bus.resetStats();
  assertEquals(bus.getEventStats(), [{ event: "b", count: 0, lastEmitted: null }]);
});

Deno.test("hears() says whether an event would reach a handler or the log", () => {
  const bus = new EventBus<Letters>(false, { logger: silentLogger });
  assertEquals(bus.hears("a"), false);
  const stop = bus.on("a", () => {});
  assertEquals([bus.hears("a"), bus.hears("b")], [true, false]);
  stop();
  assertEquals(bus.hears("a"), false);
  const all = bus.events();
  assertEquals([bus.hears("a"), bus.hears("b")], [true, true]);
  void all.return();
  assertEquals(bus.hears("a"), false);
  assertEquals(new EventBus(true, { logger: silentLogger }).hears("a"), true);
});

Deno.test("an event is counted again after its count was reset, also when it was the newest", () => {
  const bus = new EventBus(false, { logger: silentLogger });
  bus.emit("made-up");
  bus.resetStats();
  assertEquals(bus.getEventStats(), []);
  for (let count = 1; count <= 2; count++) {
    bus.emit("made-up");
    assertEquals(bus.getEventStats().map(({ event, count }) => [event, count]), [[
      "made-up",
      count,
    ]]);
  }
  let received = 0;
  bus.on("made-up", () => void received++);
  bus.emit("other");
  bus.emit("made-up");
  assertEquals(received, 1);
});

Deno.test("event names are bounded in memory, and handlers beyond the bound are still notified", () => {
  const bus = new EventBus(false, { logger: silentLogger });
  for (let i = 0; i < 20_000; i++) bus.emit(`made-up:${i}`);
  assertEquals(bus.getEventStats().length, 10_000);
  let received = 0;
  const stop = bus.on("made-up:19999", () => void received++);
  bus.emit("made-up:19999");
  stop();
  assertEquals([received, bus.getEventStats().length], [1, 10_000]);
});

Deno.test("events() yields what was emitted since the call, of the names or of all", async () => {
  const bus = quietBus();
  bus.emit("a", { n: 0 });
  const some = bus.events("a");
  const all = bus.events();
  bus.publish("a", { n: 1 }, 10, 0);
  bus.publish("b", { text: "x" }, 20, 1);
  bus.publish("a", { n: 2 }, 30, 2);
  const seen: number[] = [];
  for await (const { payload } of some) if (seen.push(payload.n) === 2) break;
  assertEquals(seen, [1, 2]);
  assertEquals((await all.next()).value, { event: "a", payload: { n: 1 }, sequence: 0, at: 10 });
  assertEquals((await all.next()).value, {
    event: "b",
    payload: { text: "x" },
    sequence: 1,
    at: 20,
  });
  await all.return();
  assertEquals(await all.next(), { done: true, value: undefined });
});

Deno.test("events() hands events over as they come to consumers that wait, in order", async () => {
  const bus = quietBus();
  const stream = bus.events(["a", "b", "a"]);
  const both = [stream.next(), stream.next()];
  bus.emit("b", { text: "x" });
  bus.emit("a", { n: 1 });
  assertEquals((await Promise.all(both)).map(({ value }) => value?.event), ["b", "a"]);
  const last = stream.next();
  await stream.return();
  assertEquals(await last, { done: true, value: undefined });
  assertEquals(await stream.next(), { done: true, value: undefined });
});

Deno.test("events() buffers a bounded number for a slow consumer, and counts the oldest, dropped ones", async () => {
  const bus = quietBus();
  const stream = bus.events("a", { buffer: 3 });
  for (let n = 1; n <= 5; n++) bus.emit("a", { n });
  assertEquals(stream.dropped, 2);
  assertEquals((await stream.next()).value?.payload.n, 3);
  for (let n = 6; n <= 7; n++) bus.emit("a", { n });
  assertEquals(stream.dropped, 3);
  const kept: number[] = [];
  bus.removeAllListeners();
  for await (const { payload } of stream) kept.push(payload.n);
  assertEquals(kept, [5, 6, 7]);
});

Deno.test("events() ends with its signal, and lets go of its handlers", async () => {
  const bus = quietBus();
  const abort = new AbortController();
  const stream = bus.events("a", { signal: abort.signal });
  bus.emit("a", { n: 1 });
  abort.abort();
  assertEquals(await stream.next(), { done: true, value: undefined });
  bus.resetStats();
  assertEquals(bus.getEventStats(), []);
  const late = bus.events("a", { signal: abort.signal });
  assertEquals(await late.next(), { done: true, value: undefined });
  assertEquals(bus.getEventStats(), []);
});

Deno.test("events() leaves no listener on its signal when the loop is left", async () => {
  const bus = quietBus();
  const { signal, listeners } = countedSignal(new AbortController());
  const stream = bus.events(["a", "b"], { signal });
  assertEquals(listeners(), 1);
  bus.emit("a", { n: 1 });
  for await (const _ of stream) break;
  assertEquals(listeners(), 0);
});

Deno.test("events() refuses a buffer that holds nothing", () => {
  assertThrows(
    () => quietBus().events("a", { buffer: 0 }),
    RangeError,
    "Cannot iterate over events: buffer must be a positive integer, got 0",
  );
});

Deno.test("debug mode logs each event on one line, whatever its data, with handlers or without", () => {
  const { lines, logger } = recorder();
  const bus = new EventBus(true, { logger, clock: new SimulatedClock(5_000) });
  const readied = { type: "task:readied", taskId: "t1" };
  bus.publish("task:readied", readied, 3_600_001, 12, describeEvent);
  bus.emit("custom", { n: 0 });
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  bus.emit("cyclic", cycle);
  bus.emit("empty");
  bus.emit("long\n", "x".repeat(5000));
  assertEquals(lines.slice(0, 4), [
    "debug | 01:00:00.001    #12 task:readied                task t1: → ready",
    "debug | 00:00:05.000      · custom                      { n: 0 }",
    "debug | 00:00:05.000      · cyclic                      { self: [itself] }",
    "debug | 00:00:05.000      · empty                       undefined",
  ]);
  assert(lines[4]!.length < 300);
  assert(!lines[4]!.includes("\n"));
});

Deno.test("without debug mode nothing is logged", () => {
  const { lines, logger } = recorder();
  const bus = new EventBus(false, { logger });
  bus.on("a", () => {});
  bus.emit("a");
  assertEquals(lines, []);
});
