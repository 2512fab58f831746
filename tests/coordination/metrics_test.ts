import { assertEquals, assertStringIncludes } from "@std/assert";
import { CoordinationManager, EventBus, MemoryJournal } from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

function create(journal: MemoryJournal): CoordinationManager {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  return new CoordinationManager({}, eventBus, silentLogger, { clock, journal });
}

Deno.test("Q1-active-gauge-drifts: after a restart the figures tell what the journal knows to be so", async () => {
  const journal = new MemoryJournal();
  const before = create(journal);
  await before.initialize();
  await before.registerAgent({ id: "x", maxConcurrentTasks: 2 });
  await before.submit({ id: "t", type: "code", priority: 3 });
  await before.submit({ id: "u", requires: ["git"] });
  await before.acquireResource("r", "x");
  await before.sendMessage("x", "y", "hello");
  await before.reportConflict("resource", "s", ["x", "y"]);
  const { taskMetrics, agentMetrics, resourceMetrics } = await before.getCoordinationMetrics();
  assertEquals([taskMetrics.tasksByStatus, agentMetrics.busyAgents], [
    { assigned: 1, ready: 1 },
    1,
  ]);

  await using after = create(journal);
  await after.initialize();
  const again = await after.getCoordinationMetrics();
  assertEquals(again.taskMetrics, taskMetrics);
  assertEquals(again.agentMetrics, agentMetrics);
  const locked = [resourceMetrics.lockedResources, again.resourceMetrics.lockedResources];
  assertEquals(locked, [1, 1]);
  assertEquals(again.coordinationMetrics.activeConflicts, 1);
  assertEquals(again.coordinationMetrics.messagesSent, 0, "counters count from the start");
  await before.shutdown();
});

Deno.test("schedules and readers of inboxes have figures, and schedules also after a restart", async () => {
  const journal = new MemoryJournal();
  const before = create(journal);
  await before.initialize();
  await before.registerAgent({ id: "x" });
  await before.every("s", { everyMs: 1_000, task: {} });
  await before.sendMessage("y", "x", "hello");
  const [entry] = before.messages.inbox("x").entries;
  await before.messages.markSeen("x", "reader", entry!.place);
  const text = before.metrics.toOpenMetrics();
  for (const name of ["schedule_fired", "inbox_seen"]) {
    assertStringIncludes(text, `lockstep_${name}_total 1\n`);
  }
  assertStringIncludes(text, "lockstep_inbox_forgotten_total 0\n");
  assertStringIncludes(text, "lockstep_schedule_lateness_seconds_count 1\n");
  await using after = create(journal);
  await after.initialize();
  assertStringIncludes(after.metrics.toOpenMetrics(), "lockstep_schedules 1\n");
  await before.shutdown();
});
