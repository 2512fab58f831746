/** A `timeoutMs` of 0 is no limit, wherever a call takes one. */

import { assertEquals } from "@std/assert";
import { CoordinationManager, EventBus } from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

const YEAR_MS = 365 * 24 * 3_600_000;

type Call = (manager: CoordinationManager) => Promise<unknown>;

/** For each call, one that would end by a time limit of a minute. */
const CALLS: Record<string, Call> = {
  "a wait for a lock": (manager) =>
    manager.acquireResource("taken", "b", { timeoutMs: 0, leaseMs: 0 }),
  "a wait for paths": (manager) => manager.acquirePaths(["src/**"], "b", { timeoutMs: 0 }),
  "a request": (manager) => manager.messages.sendWithResponse("b", "silent", "?", { timeoutMs: 0 }),
  "a request with the limit alone": (manager) =>
    manager.messages.sendWithResponse("b", "silent", "?", 0),
  "a call through a breaker": (manager) =>
    manager.breakers.getBreaker("api").execute(() => new Promise(() => {}), { timeoutMs: 0 }),
  "a wait for an event": (manager) => manager.eventBus.waitFor("scheduler:paused", 0),
  "a vote": async (manager) => {
    const { id } = await manager.reportConflict("resource", "r", ["b", "c"]);
    await manager.conflicts.openVote(id, { timeoutMs: 0 });
    return await manager.eventBus.waitFor("vote:closed");
  },
  "a task": async (manager) => {
    await manager.registerAgent({ id: "slow" }, () => new Promise(() => {}));
    const none = {
      assignedAgent: "slow",
      timeoutMs: 0,
      queueTimeoutMs: 0,
      heartbeatTimeoutMs: 0,
      totalTimeoutMs: 0,
    };
    return await (await manager.submit({ id: "t", ...none })).result;
  },
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`a timeoutMs of 0 is no limit: ${name}`, async () => {
    const clock = new SimulatedClock();
    const eventBus = new EventBus(false, { clock, logger: silentLogger });
    const options = { messageTimeout: 60_000, resourceTimeout: 60_000 };
    const manager = new CoordinationManager(options, eventBus, silentLogger, { clock });
    await manager.registerAgent({ id: "silent", heartbeatTimeoutMs: 0 });
    await manager.acquireResource("taken", "a");
    await manager.acquirePaths(["src/a"], "a");
    let ended: unknown = "it waits";
    void call(manager).then(() => ended = "it ended", (error) => ended = error.message);
    await clock.advance(YEAR_MS);
    assertEquals(ended, "it waits");
    const closed = manager.shutdown({ graceMs: 0 });
    await clock.runUntilIdle();
    await closed;
  });
}

Deno.test("a messageTimeout of 0 is no limit, for requests as for deliveries", async () => {
  const clock = new SimulatedClock();
  const manager = new CoordinationManager({ clock, logger: silentLogger, messageTimeout: 0 });
  await manager.registerAgent({ id: "silent", heartbeatTimeoutMs: 0 });
  let error: unknown;
  void manager.messages.sendWithResponse("b", "silent", "?").catch((thrown) => error = thrown);
  await clock.advance(YEAR_MS);
  assertEquals(error, undefined);
  await manager.shutdown({ graceMs: 0 });
});
