/**
 * What people read about an owner of locks: its agent, or the task whose claim has them.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { CoordinationManager, EventBus, LockTimeoutError, NotHolderError } from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

/** A manager in which task "holder" runs on agent "x" and has lock "db". */
async function managed(): Promise<{ manager: CoordinationManager; clock: SimulatedClock }> {
  const clock = new SimulatedClock();
  const manager = new CoordinationManager({}, new EventBus(false, { clock }), silentLogger, {
    clock,
  });
  await manager.initialize();
  await manager.registerAgent({ id: "x" }, () => new Promise(() => {}));
  await manager.submit({ id: "holder", resources: ["db"] });
  return { manager, clock };
}

Deno.test("a wait for a lock of a task names the task, not the agent that requested it", async () => {
  const { manager, clock } = await managed();
  const waits = manager.acquireResource("db", "y", { timeoutMs: 50 });
  waits.catch(() => {});
  const [{ waitId } = { waitId: 0 }] = manager.resources.queueOf("db");
  assertEquals(manager.explain(waitId).summary, 'It waits for "db", held by task "holder"');
  assertEquals(manager.resources.holdersOf("db").map(({ taskId }) => taskId), ["holder"]);
  await clock.advance(50);
  const error = await assertRejects(() => waits, LockTimeoutError, 'it is held by task "holder"');
  assertEquals(error.holders, ["x"]);
});

Deno.test("a parked task waits for the task that has its lock", async () => {
  const { manager } = await managed();
  await manager.registerAgent({ id: "z" }, () => new Promise(() => {}));
  await manager.submit({ id: "waiter", resources: ["db"] });
  assertEquals(manager.explain("waiter").summary, 'It waits for "db", held by task "holder"');
  const [waiter] = manager.resources.queueOf("db");
  assertEquals(waiter?.taskId, "waiter");
  const rest = manager.acquireResource("db", "y");
  rest.catch(() => {});
  const [, { waitId } = { waitId: 0 }] = manager.resources.queueOf("db");
  assertEquals(
    manager.explain(waitId).summary,
    'It waits for "db", held by task "holder", behind task "waiter"',
  );
});

Deno.test("a release of a lock of a task is refused in the name of the task", async () => {
  const { manager } = await managed();
  await assertRejects(
    () => manager.resources.release("db", "y"),
    NotHolderError,
    'got one held by task "holder"',
  );
});

Deno.test("an agent that is not registered for tasks is explained with the locks that it holds", async () => {
  const { manager } = await managed();
  await manager.acquireResource("r", "outside");
  assertEquals(
    manager.explain("outside").summary,
    'It is not registered for tasks; it holds "r"',
  );
});
