import { assert, assertEquals } from "@std/assert";
import { CoordinationManager, EventBus, MemoryJournal } from "../../mod.ts";
import { readEvents, type StreamEvent } from "../../src/client/server_events.ts";
import type { HeardEvent } from "../../src/core/bus/event_types.ts";
import type { Journal } from "../../src/core/journal.ts";
import { EventFeed, type ReadMissed } from "../../src/server/event_feed.ts";
import { MOST_MISSED, readMissedEvents } from "../../src/server/missed_events.ts";
import { SILENT, until } from "./driver.ts";

const { signal } = new AbortController();

/** A manager on a journal, and the events that it emits. */
async function managed(journal: Journal): Promise<[CoordinationManager, HeardEvent[]]> {
  const eventBus = new EventBus();
  const heard: HeardEvent[] = [];
  const manager = new CoordinationManager({ journal, eventBus, logger: SILENT });
  const events = eventBus.events(undefined, { buffer: 1_000_000 });
  (async () => {
    for await (const event of events) if (event.sequence >= 0) heard.push(event);
  })();
  await manager.initialize();
  return [manager, heard];
}

async function submit(manager: CoordinationManager, name: string, times: number): Promise<void> {
  for (let i = 0; i < times; i += 500) {
    const some = Math.min(500, times - i);
    await Promise.all(
      Array.from({ length: some }, (_, j) => manager.submit({ id: `${name}-${i + j}` })),
    );
  }
}

Deno.test("missed events are those that were emitted, from every snapshot and the beginning", async () => {
  const journal = new MemoryJournal();
  const [manager, heard] = await managed(journal);
  await submit(manager, "a", 5);
  const read = async (first: number, end: number) =>
    (await readMissedEvents(journal, first, end, signal))?.slice(first - end);
  const plain = (events: readonly HeardEvent[]) => JSON.parse(JSON.stringify(events));
  const check = async (from: number) => {
    for (let first = from; first < heard.length; first++) {
      for (let end = first + 1; end <= heard.length; end++) {
        assertEquals(plain((await read(first, end))!), plain(heard.slice(first, end)));
      }
    }
  };
  await check(0);
  const firstSnapshot = manager.sequence;
  await manager.performMaintenance();
  await submit(manager, "b", 5);
  await check(0);
  await manager.performMaintenance();
  await submit(manager, "c", 5);
  await check(firstSnapshot);
  await manager.performMaintenance(); // the records before the second snapshot are forgotten
  assertEquals(await read(firstSnapshot, heard.length), undefined);
  assertEquals(await read(0, 1), undefined);
  assertEquals(manager.sequence, heard.length);
  await manager.shutdown();
});

Deno.test("events that do not exist yet, and too many, are not read", async () => {
  const journal = new MemoryJournal();
  const [manager] = await managed(journal);
  await submit(manager, "a", MOST_MISSED + 100);
  const end = manager.sequence;
  assertEquals(
    (await readMissedEvents(journal, end - MOST_MISSED, end, signal))!.length,
    MOST_MISSED,
  );
  assertEquals(await readMissedEvents(journal, end - MOST_MISSED - 1, end, signal), undefined);
  assertEquals(await readMissedEvents(journal, end - 10, end + 1, signal), undefined);
  assertEquals((await readMissedEvents(journal, 5, 100, signal))!.at(-1)!.sequence, 99);
  await manager.shutdown();
});

Deno.test("events far behind the last snapshot are not read, as that would cost too much", async () => {
  const journal = new MemoryJournal();
  const [manager] = await managed(journal);
  await manager.registerAgent({ id: "a", mode: "pull" });
  for (let i = 0; i < 201; i++) {
    await Promise.all(Array.from({ length: 500 }, () => manager.heartbeat("a")));
  }
  await submit(manager, "t", 1);
  const end = manager.sequence;
  assertEquals(await readMissedEvents(journal, end - 1, end, signal), undefined);
  await manager.performMaintenance();
  await submit(manager, "u", 1);
  assert(await readMissedEvents(journal, end, end + 1, signal) !== undefined);
  await manager.shutdown();
});

/** Events of a journal that has never been. */
function invented(first: number, end: number): HeardEvent[] {
  return Array.from({ length: end - first }, (_, i) => ({
    ...{ event: "task:created", sequence: first + i, at: 0 },
    payload: { taskId: `t${first + i}` },
  })) as unknown as HeardEvent[];
}

/** Publishes events from the number `first` to before `end`, in one go. */
function publish(bus: EventBus, first: number, end: number): void {
  for (const { event, payload, sequence, at } of invented(first, end)) {
    bus.publish(event, payload, at, sequence);
  }
}

/** Reads a stream until it ends, or `isEnough`. */
async function read(
  feed: EventFeed,
  after: number | undefined,
  isEnough: (event: StreamEvent) => boolean = () => false,
): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEvents(feed.open({ after }))) {
    events.push(event);
    if (isEnough(event)) break;
  }
  return events;
}

function idsOf(events: readonly StreamEvent[]): number[] {
  return events.map(({ id }) => Number(id));
}

function numbers(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

Deno.test("readers that come back at once are served by one reading of the journal", async () => {
  const bus = new EventBus();
  const feed = new EventFeed(bus);
  let reads = 0;
  feed.goOnFrom(5_000, (first, end) => {
    reads++;
    return Promise.resolve(invented(Math.max(0, first - 1_000), end));
  });
  const readers = numbers(0, 20).map((i) => read(feed, 3_000 + i, ({ id }) => id === "4999"));
  for (const [i, events] of (await Promise.all(readers)).entries()) {
    assertEquals(idsOf(events), numbers(3_001 + i, 5_000));
  }
  assertEquals(reads, 1);
  feed.close();
});

Deno.test("a reader that missed more than the one before has the journal read again", async () => {
  const feed = new EventFeed(new EventBus());
  feed.goOnFrom(50, (first, end) => Promise.resolve(invented(first, end)));
  for (const after of [29, 9, 39]) {
    assertEquals(idsOf(await read(feed, after, ({ id }) => id === "49")), numbers(after + 1, 50));
  }
  feed.close();
});

Deno.test("what the journal does not lead to is a gap, and so is what it fails to", async () => {
  const missing: ReadMissed[] = [
    () => Promise.resolve(undefined),
    () => Promise.reject(new Error("an older version wrote it")),
  ];
  for (const readMissed of missing) {
    const bus = new EventBus();
    const feed = new EventFeed(bus);
    feed.goOnFrom(50, readMissed);
    publish(bus, 50, 53);
    const [gap, ...events] = await read(feed, 9, ({ id }) => id === "52");
    assertEquals([gap!.event, gap!.id], ["gap", "49"]);
    assertEquals(JSON.parse(gap!.data), { first: 10, last: 49 });
    assertEquals(idsOf(events), [50, 51, 52]);
    feed.close();
  }
});

Deno.test("events that come while the journal is read are sent behind those, once", async () => {
  const bus = new EventBus();
  const feed = new EventFeed(bus);
  const ready = Promise.withResolvers<void>();
  let reads = 0;
  feed.goOnFrom(100, async (first, end) => {
    reads++;
    await ready.promise;
    return invented(first, end);
  });
  const reading = read(feed, -1, ({ id }) => id === "9099");
  for (let first = 100; first < 9_100; first += 1_000) {
    publish(bus, first, first + 1_000);
    await until(() => feed.last === first + 999);
  }
  ready.resolve();
  assertEquals(idsOf(await reading), numbers(0, 9_100));
  assertEquals(reads, 1, "they are kept meanwhile");
  feed.close();
});

Deno.test("the journal is read again for a reader when more events came meanwhile than are kept", async () => {
  const bus = new EventBus();
  const feed = new EventFeed(bus);
  let reads = 0;
  let next = 100;
  feed.goOnFrom(next, async (first, end) => {
    if (reads++ < 2) {
      for (let i = 0; i < 25; i++) {
        publish(bus, next, next += 1_000);
        await until(() => feed.last === next - 1);
      }
    }
    return invented(first, end);
  });
  const events = await read(feed, -1, ({ id }) => id === String(50_099));
  assertEquals(idsOf(events), numbers(0, 50_100));
  assertEquals(reads, 3);
  feed.close();
});

Deno.test("more events of one step than are buffered cut all readers, who read them again", async () => {
  const bus = new EventBus();
  const feed = new EventFeed(bus);
  feed.goOnFrom(0, (first, end) => Promise.resolve(invented(first, end)));
  const cut = read(feed, undefined);
  publish(bus, 0, 1);
  await until(() => feed.last === 0);
  publish(bus, 1, 25_001);
  const seen = await cut;
  const { event, id, data } = seen.pop()!;
  assertEquals(idsOf(seen), numbers(0, seen.length));
  assertEquals([event, id], ["gap", ""]);
  const { first, last, isCut } = JSON.parse(data);
  assertEquals([first, isCut], [seen.length, true]);
  assert(last < 25_000);
  assertEquals(idsOf(await read(feed, 0, ({ id }) => id === "25000")), numbers(1, 25_001));
  feed.close();
});

Deno.test("a reader of numbers alone gets that of what it missed, and no event", async () => {
  const bus = new EventBus();
  const feed = new EventFeed(bus);
  feed.goOnFrom(50, () => Promise.reject(new Error("nothing has to be read")));
  const events: StreamEvent[] = [];
  for await (const event of readEvents(feed.open({ after: 9, digest: true }))) {
    events.push(event);
    if (events.length === 1) publish(bus, 50, 53);
    else break;
  }
  assertEquals(events.map(({ id, event, data }) => [id, event, JSON.parse(data)]), [
    ["49", "digest", { last: 49, count: 40 }],
    ["52", "digest", { last: 52, count: 3 }],
  ]);
  feed.close();
});

Deno.test("a feed that closes while the journal is read ends its readers", async () => {
  const feed = new EventFeed(new EventBus());
  let aborted = false;
  feed.goOnFrom(100, async (_first, _end, signal) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    aborted = true;
    return undefined;
  });
  const reading = read(feed, 5);
  await new Promise((resolve) => setTimeout(resolve, 10));
  feed.close();
  assertEquals(await reading, []);
  assert(aborted);
});
