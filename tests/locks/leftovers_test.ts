/** No wait outlives the process of its caller. */

import { assertEquals } from "@std/assert";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

Deno.test("a restart cancels the waits of all owners, also of those that are no agents", async () => {
  const journal = new MemoryJournal();
  const options = { clock: new SimulatedClock(), journal };
  const before = new ResourceManager({}, undefined, silentLogger, options);
  await before.initialize();
  await before.acquire("r", "a");
  for (const holder of [{ agentId: "b" }, { agentId: "b", owner: "a claim of b" }]) {
    before.acquireFor(holder, "r").catch(() => {});
  }
  await before.performMaintenance();
  assertEquals(before.queueOf("r").length, 2);

  await using after = new ResourceManager({}, undefined, silentLogger, options);
  await after.initialize();
  await after.performMaintenance();
  assertEquals([after.queueOf("r"), after.holderOf("r")], [[], "a"]);
});
