import { assert, assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { LockstepClient, ServerError, type Transport } from "../../src/client/mod.ts";
import { fetchTransport } from "../../src/client/transport.ts";
import { Rates } from "../../src/server/rates.ts";
import { startServer } from "../../src/server/mod.ts";
import { ServerDriver } from "./driver.ts";

Deno.test("a caller may make a burst of calls, and then as many as its rate allows", () => {
  const rates = new Rates(10, 3);
  assertEquals([1, 2, 3].map(() => rates.take("a", 0)), [0, 0, 0]);
  assertEquals(Math.round(rates.take("a", 0)), 100);
  assertEquals(Math.round(rates.take("a", 60)), 40);
  assertEquals(rates.take("a", 100), 0);
  assert(rates.take("a", 100) > 0);
  assertEquals(rates.take("b", 100), 0, "another caller has a bucket of its own");
  assertEquals([1, 2, 3].map(() => rates.take("a", 10_000)), [0, 0, 0], "full, and no fuller");
  assert(rates.take("a", 10_000) > 0);
});

Deno.test("a rate of zero limits nothing, and remembers nobody", () => {
  const rates = new Rates(0, 1);
  for (let i = 0; i < 1_000; i++) assertEquals(rates.take("a", 0), 0);
  assertEquals(rates.size, 0);
});

/** A bucket as books describe it: a number of tokens for each caller, none of which is forgotten. */
class Twin {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #perMs: number;
  readonly #burst: number;

  constructor(callsPerSecond: number, burst: number) {
    this.#perMs = callsPerSecond / 1000;
    this.#burst = burst;
  }

  mayCall(caller: string, now: number): boolean {
    const { tokens, at } = this.#buckets.get(caller) ?? { tokens: this.#burst, at: now };
    const filled = Math.min(this.#burst, tokens + (now - at) * this.#perMs);
    const may = filled > 1 - 1e-6;
    this.#buckets.set(caller, { tokens: may ? filled - 1 : filled, at: now });
    return may;
  }
}

Deno.test("rates are those of buckets of tokens, whatever is forgotten", () => {
  const calls = fc.array(
    fc.record({
      caller: fc.constantFrom("a", "b"),
      afterMs: fc.oneof(fc.nat(300), { weight: 4, arbitrary: fc.constant(0) }),
    }),
    { maxLength: 200, size: "max" },
  );
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9 }), (
      all,
      callsPerSecond,
      burst,
    ) => {
      const [rates, twin] = [new Rates(callsPerSecond, burst), new Twin(callsPerSecond, burst)];
      let now = 0;
      for (const { caller, afterMs } of all) {
        now += afterMs;
        assertEquals(rates.take(caller, now) === 0, twin.mayCall(caller, now));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("callers that don't call any more are forgotten, and there is a limit of those that do", () => {
  const rates = new Rates(100, 10); // an empty bucket is full after 100 ms
  for (let i = 0; i < 1_000; i++) rates.take(`early ${i}`, 0);
  rates.take("later", 150);
  assertEquals(rates.size, 1_001);
  rates.take("later", 300);
  assertEquals(rates.size, 1);
  for (let i = 0; i < 100_000; i++) rates.take(`many ${i}`, 300);
  assert(rates.size <= 20_000, `${rates.size}`);
});

Deno.test("calls beyond the rate are refused with the time to wait, those of other agents are not", async () => {
  await using driver = await ServerDriver.start({ callsPerSecond: 1, callBurst: 3 });
  const [a, b] = [await driver.join("a"), await driver.join("b")];
  let response: Response;
  do {
    response = await fetch(`${driver.server.info.url}/v1/agents/a/heartbeat`, {
      method: "POST",
      headers: { authorization: `Bearer ${a}` },
    });
    if (response.ok) await response.body?.cancel();
  } while (response.ok);
  const { code, retryAfterMs, status } = await response.json();
  assertEquals([response.status, status, code], [429, 429, "too-many-calls"]);
  assert(retryAfterMs > 0 && retryAfterMs <= 1_000, `${retryAfterMs}`);
  assertEquals(response.headers.get("retry-after"), "1");
  const others = await driver.call("POST", "/v1/agents/b/heartbeat", undefined, { token: b });
  assert(others.status < 300);
  assertEquals((await driver.call("GET", "/healthz", undefined, { token: "" })).status, 200);
});

/** A transport that notes the status of each answer. */
function noting(url: string): { transport: Transport; statuses: number[] } {
  const [send, statuses] = [fetchTransport(url), [] as number[]];
  const transport: Transport = async (sent) => {
    const received = await send(sent);
    statuses.push(received.status);
    return received;
  };
  return { transport, statuses };
}

Deno.test("a client waits when it calls too often, and its calls are done once", async () => {
  await using driver = await ServerDriver.start({ callsPerSecond: 40, callBurst: 2 });
  const { token, info, manager } = driver.server;
  const { transport, statuses } = noting(info.url!);
  const client = new LockstepClient({ transport, token });
  await Promise.all(Array.from({ length: 12 }, (_, i) => client.submit({ id: `t${i}` })));
  assertEquals(manager.listTasks().tasks.length, 12);
  assert(statuses.includes(429));
  const before = statuses.length;
  const agents = await Promise.all(
    Array.from({ length: 8 }, () => client.registerAgent({}, undefined, { isPresent: false })),
  );
  assertEquals(manager.listAgents().length, agents.length, "also what may not be repeated");
  assert(statuses.slice(before).includes(429));
  const controller = new AbortController();
  for (let i = 0; i < 4; i++) {
    const first = client.events({ after: 0, signal: controller.signal }).next();
    assertEquals((await first).value?.event, "task:created", "also a stream");
  }
  controller.abort();
});

Deno.test("a client that may not retry reports that it called too often", async () => {
  await using driver = await ServerDriver.start({ callsPerSecond: 1, callBurst: 1 });
  const { token, info } = driver.server;
  const client = new LockstepClient({ url: info.url!, token, retryMs: 0 });
  const error = await assertRejects(async () => {
    while (true) await client.server();
  }, ServerError);
  assertEquals([error.code, error.status], ["too-many-calls", 429]);
});

Deno.test("a rate and a burst must be integers in their ranges", async () => {
  const home = { root: "/", folder: "/none", socket: "/none/s" };
  for (const callsPerSecond of [-1, 0.5, NaN, "5" as unknown as number]) {
    await assertRejects(() => startServer(home, { callsPerSecond }), Error, "callsPerSecond");
  }
  await assertRejects(() => startServer(home, { callBurst: 0 }), RangeError, "callBurst");
});
