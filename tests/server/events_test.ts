import { assert, assertEquals } from "@std/assert";
import { readEvents } from "../../src/client/server_events.ts";
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

Deno.test("a reader that asks for events of a former server is told of the gap", async () => {
  await using driver = await ServerDriver.start();
  const client = driver.client();
  await client.submit({ id: "t1" });
  await driver.restart();
  const stream = await open(driver, "?after=0");
  for await (const { event, data } of readEvents(stream.body)) {
    assertEquals(event, "gap");
    assertEquals(JSON.parse(data).first, 1);
    break;
  }
  stream.close();
});

Deno.test("a client's events go on after the server was restarted", async () => {
  await using driver = await ServerDriver.start({ port: 0 });
  const client = driver.local();
  const controller = new AbortController();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { event, payload } of client.events({ signal: controller.signal })) {
      if (event === "task:created") seen.push((payload as { taskId: string }).taskId);
    }
  })();
  await until(() => driver.server.info !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await client.submit({ id: "before" });
  await until(() => seen.length === 1);
  await driver.restart();
  let number = 0;
  await until(async () => {
    await client.submit({ id: `after-${number++}` });
    return seen.length > 1;
  });
  controller.abort();
  await reading;
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
