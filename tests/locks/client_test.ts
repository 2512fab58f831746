import { assertEquals, assertRejects } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { LockClient } from "../../src/locks/client.ts";
import { type Acquire, lockMachine } from "../../src/locks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

function acquire(resourceId: string, agentId: string, timeoutMs = 0): Acquire {
  const rest = { mode: "exclusive", units: 1, priority: 0, leaseMs: 0, wait: true } as const;
  return { type: "acquire", resourceId, agentId, owner: agentId, timeoutMs, ...rest };
}

Deno.test("a client keeps a wait until it ends, in whichever way", async () => {
  const clock = new SimulatedClock();
  await using engine = new Engine(lockMachine(), { clock, logger: silentLogger });
  const client = new LockClient({ dispatcher: engine, state: () => engine.state });
  for (const [resource, agent] of [["r", "a"], ["s", "b"]] as const) {
    await client.acquire(acquire(resource, agent), undefined);
  }
  const abort = new AbortController();
  const granted = client.acquire(acquire("r", "c"), undefined);
  const timedOut = client.acquire(acquire("r", "d", 10), undefined);
  const aborted = client.acquire(acquire("r", "e"), abort.signal);
  const waits = client.acquire(acquire("r", "b"), undefined);
  assertEquals(client.waiting, 4);

  await assertRejects(() => client.acquire(acquire("s", "a"), undefined)); // the victim of a deadlock
  assertEquals(client.waiting, 4);
  abort.abort(new Error("enough"));
  await assertRejects(() => aborted, Error, "enough");
  assertEquals(client.waiting, 3);
  await clock.advance(10);
  await assertRejects(() => timedOut);
  assertEquals(client.waiting, 2);
  engine.dispatch({ type: "release", resourceId: "r", agentId: "a", owner: "a", epoch: 0 });
  await granted;
  assertEquals(client.waiting, 1);
  engine.dispatch({ type: "release-all", agentId: "b", owner: "b" });
  await assertRejects(() => waits);
  assertEquals(client.waiting, 0);
});
