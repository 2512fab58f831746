import { assert, assertEquals } from "@std/assert";
import { type ClientEvent, LockstepClient, type Transport } from "../../src/client/mod.ts";
import { readEvents, type StreamEvent } from "../../src/client/server_events.ts";
import { fetchTransport } from "../../src/client/transport.ts";
import { ServerDriver, until } from "./driver.ts";

/** Opens a stream of events. */
async function open(driver: ServerDriver, query: string, headers: Record<string, string> = {}) {
  const controller = new AbortController();
  const authorization = `Bearer ${driver.server.token}`;
  const { chunks } = await fetchTransport(driver.server.info.url!)({
    ...{ method: "GET", path: `/v1/events${query}`, body: undefined },
    headers: { authorization, ...headers },
    signal: controller.signal,
  });
  return { body: chunks(), close: () => controller.abort() };
}

Deno.test("events are streamed in order without gaps, and a reader resumes where it was", async () => {
  await using driver = await ServerDriver.start();
  const client = driver.client();
  for (let i = 0; i < 50; i++) await client.submit({ id: `t${i}` });
  const stream = await open(driver, "?after=9");
  const sequences: number[] = [];
  for await (const { id, data, event } of readEvents(stream.body)) {
    assertEquals(JSON.parse(data).sequence, Number(id));
    assertEquals(JSON.parse(data).type, event);
    sequences.push(Number(id));
    if (sequences.length === 30) break;
  }
  stream.close();
  assertEquals(sequences, Array.from({ length: 30 }, (_, i) => 10 + i));
  const resumed = await open(driver, "", { "last-event-id": "39" });
  for await (const { id } of readEvents(resumed.body)) {
    assertEquals(id, "40");
    break;
  }
  resumed.close();
});

/** Reads events until the one with the number `last`, or a gap. */
async function readTo(driver: ServerDriver, last: number, after: number): Promise<StreamEvent[]> {
  const stream = await open(driver, `?after=${after}`);
  const events: StreamEvent[] = [];
  for await (const event of readEvents(stream.body)) {
    events.push(event);
    if (Number(event.id) >= last || event.event === "gap") break;
  }
  stream.close();
  return events;
}

/** Lets agents work, so that there are events of many kinds. */
async function work(driver: ServerDriver, name: string, times: number): Promise<void> {
  const client = driver.client();
  const agent = await client.registerAgent({ id: name }, undefined, { isPresent: false });
  for (let i = 0; i < times; i++) {
    await client.submit({ id: `${name}-${i}`, input: { text: "ü\n\n" } });
    const claim = await agent.claim({ waitMs: 1_000 });
    await (await agent.acquire("db")).release();
    if (i % 3 === 0) await claim!.fail(Object.assign(new Error("no"), { code: "non-retryable" }));
    else await claim!.complete({ i });
    await client.sendMessage("human", name, { i });
  }
}

Deno.test("events of former servers are read from the journal, as they were", async () => {
  await using driver = await ServerDriver.start();
  const live = await open(driver, "");
  const seen: StreamEvent[] = [];
  const reading = (async () => {
    for await (const event of readEvents(live.body)) seen.push(event);
  })().catch(() => {});
  await work(driver, "one", 12);
  const { sequence } = driver.server.manager;
  await until(() => seen.length === sequence);
  await driver.restart();
  await reading;
  await work(driver, "two", 3);
  await driver.restart();
  const last = driver.server.manager.sequence - 1;
  const all = await readTo(driver, last, -1);
  assertEquals(all.map(({ id }) => Number(id)), Array.from({ length: last + 1 }, (_, i) => i));
  assertEquals(all.slice(0, seen.length), seen);
  assertEquals(await readTo(driver, last, 40), all.slice(41));
  assertEquals((await driver.call("GET", "/v1/state")).body.sequence, last);
});

Deno.test("a reader of a former server that has all events gets the next one, without a gap", async () => {
  await using driver = await ServerDriver.start();
  await driver.client().submit({ id: "t1" });
  await driver.restart();
  const last = driver.server.manager.sequence - 1;
  const reading = readTo(driver, last + 1, last);
  await driver.client().submit({ id: "t2" });
  const [first] = await reading;
  assertEquals(first!.id, String(last + 1));
  assert(first!.event !== "gap");
});

Deno.test("a number that no event has yet is a gap, and the next events come", async () => {
  await using driver = await ServerDriver.start();
  await driver.client().submit({ id: "t1" });
  const last = driver.server.manager.sequence - 1;
  const [gap] = await readTo(driver, Infinity, 500);
  assertEquals([gap!.event, gap!.id, JSON.parse(gap!.data)], ["gap", String(last), { first: 501 }]);
});

Deno.test("readers that resume while events go on get each of them once, in order", async () => {
  await using driver = await ServerDriver.start();
  await work(driver, "one", 20);
  await driver.restart();
  let isOver = false;
  const going = (async () => {
    const client = driver.client();
    for (let i = 0; !isOver; i++) await client.submit({ id: `more-${i}` });
  })();
  const until = driver.server.manager.sequence + 300;
  const readers = Array.from({ length: 20 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i * 10));
    const events = await readTo(driver, until, i * 7);
    assertEquals(
      events.map(({ id }) => Number(id)).slice(0, until - i * 7),
      Array.from({ length: until - i * 7 }, (_, j) => i * 7 + 1 + j),
    );
  });
  await Promise.all(readers);
  isOver = true;
  await going;
});

Deno.test("a reader that resumes is sent as much as it takes, and is not cut", async () => {
  await using driver = await ServerDriver.start();
  const agent = await driver.client().registerAgent({ id: "a" }, undefined, { isPresent: false });
  await driver.client().submit({ id: "t1" });
  const claim = await agent.claim({ waitMs: 1_000 });
  for (let i = 0; i < 80; i++) await claim!.progress("x".repeat(200_000));
  await driver.restart();
  const last = driver.server.manager.sequence - 1;
  const stream = await open(driver, "?after=-1");
  const ids: number[] = [];
  for await (const { id, event } of readEvents(stream.body)) {
    assert(event !== "gap");
    ids.push(Number(id));
    if (ids.length % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    if (ids.length > last) break;
  }
  stream.close();
  assertEquals(ids, Array.from({ length: last + 1 }, (_, i) => i));
});

Deno.test("a client's events go on without a gap after the server was restarted", async () => {
  await using driver = await ServerDriver.start({ port: 0 });
  const client = driver.local();
  const controller = new AbortController();
  const seen: ClientEvent[] = [];
  const reading = (async () => {
    for await (const event of client.events({ signal: controller.signal })) seen.push(event);
  })();
  let number = 0;
  await until(async () => {
    await client.submit({ id: `first-${number++}` });
    return seen.length > 0;
  });
  for (let i = 0; i < 3; i++) {
    await driver.restart();
    await client.submit({ id: `after-${i}` });
  }
  const last = driver.server.manager.sequence - 1;
  await until(() => seen.at(-1)!.sequence >= last);
  const first = seen[0]!.sequence;
  assertEquals(seen.map(({ sequence }) => sequence), seen.map((_, i) => first + i));
  controller.abort();
  await reading;
});

Deno.test("a client that has no event yet misses none when the server is restarted", async () => {
  await using driver = await ServerDriver.start();
  await driver.client().submit({ id: "t1" });
  let url = driver.server.info.url!;
  let streams = 0;
  const transport: Transport = async (sent) => {
    const received = await fetchTransport(url)(sent);
    streams++;
    return received;
  };
  const client = new LockstepClient({ transport, token: driver.server.token });
  const controller = new AbortController();
  const next = client.events({ types: ["task:created"], signal: controller.signal }).next();
  await until(() => streams === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await driver.restart();
  await driver.client().submit({ id: "t2" });
  url = driver.server.info.url!;
  assertEquals((await next).value!.payload.taskId, "t2");
  controller.abort();
});

Deno.test("a slow reader is cut with a gap, and the others get all events", async () => {
  await using driver = await ServerDriver.start();
  const client = driver.client();
  const slow = await open(driver, "");
  const reader = slow.body[Symbol.asyncIterator]();
  await reader.next();
  const fast = await open(driver, "");
  let count = 0;
  const reading = (async () => {
    for await (const { event } of readEvents(fast.body)) if (event === "task:progressed") count++;
  })().catch(() => {});
  const agent = await client.registerAgent({ id: "a" }, undefined, { isPresent: false });
  await client.submit({ id: "t1" });
  const claim = await agent.claim({ waitMs: 1_000 });
  const progress = "x".repeat(200_000);
  const times = 80;
  for (let i = 0; i < times; i++) {
    await claim!.progress(progress);
    await until(() => count > i - 5);
  }
  await until(() => count === times);
  let text = "";
  while (true) {
    const { done, value } = await reader.next();
    if (done) break;
    text = (text + new TextDecoder().decode(value)).slice(-300);
  }
  assert(text.includes("event: gap"), text);
  await claim!.complete();
  fast.close();
  await reading;
});

Deno.test("a client that is cut, as it is slow, gets the events later, and no gap", async () => {
  await using driver = await ServerDriver.start();
  const client = driver.client();
  const controller = new AbortController();
  const events = client.events({ after: -1, signal: controller.signal });
  const agent = await client.registerAgent({ id: "a" }, undefined, { isPresent: false });
  await client.submit({ id: "t1" });
  const claim = await agent.claim({ waitMs: 1_000 });
  const seen = [(await events.next()).value!];
  for (let i = 0; i < 100; i++) await claim!.progress("x".repeat(200_000));
  await until(() => driver.server.readers === 0);
  for await (const event of events) {
    seen.push(event);
    if (seen.length === driver.server.manager.sequence) break;
  }
  assertEquals(seen.map(({ sequence }) => sequence), seen.map((_, i) => i));
  controller.abort();
});

Deno.test("a thousand idle connections leave room for calls", async () => {
  await using driver = await ServerDriver.start();
  const { port } = new URL(driver.server.info.url!);
  const connections: Deno.Conn[] = [];
  for (let i = 0; i < 1_000; i++) {
    connections.push(await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }));
  }
  assertEquals((await driver.call("GET", "/v1/state")).status, 200);
  for (const each of connections) each.close();
});

Deno.test("calls beyond the limit of those under way are refused, and none is lost", async () => {
  await using driver = await ServerDriver.start({ maxRequests: 5 });
  const token = await driver.join("a");
  const controller = new AbortController();
  const waits = Array.from(
    { length: 5 },
    () =>
      driver.call("GET", "/v1/tasks/t0?wait=20s", undefined, { token, signal: controller.signal })
        .catch(() => {}),
  );
  await driver.call("POST", "/v1/tasks", { id: "t0" }).catch(() => {});
  controller.abort();
  await Promise.all(waits);
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  const open = new AbortController();
  const long = Array.from(
    { length: 5 },
    () =>
      driver.call("GET", "/v1/tasks/t1?wait=20s", undefined, { signal: open.signal }).catch(
        () => {},
      ),
  );
  await until(async () => (await driver.call("GET", "/v1/state")).status === 503);
  open.abort();
  await Promise.all(long);
  await until(async () => (await driver.call("GET", "/v1/state")).status === 200);
});
