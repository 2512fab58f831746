/** Nothing of an agent, a process or a warning outlives it in a scheduler. */

import { assertEquals } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { type Logger, silentLogger } from "../../src/core/logger.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { WorkStealingCoordinator } from "../../src/tasks/work_stealing_coordinator.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { assigning, logging } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

Deno.test("the handler of an agent that is gone runs no task that is assigned to its name later", async () => {
  await using it = assigning();
  const advanced = new AdvancedTaskScheduler({}, it.bus, silentLogger, { shares: it.scheduler });
  const ran: string[] = [];
  await advanced.registerAgent({ id: "x" }, ({ id }) => ran.push(id));
  await advanced.unregisterAgent("x");
  await it.scheduler.assignTask({ id: "t" }, "x");
  await it.scheduler.start("t");
  await settle();
  assertEquals([ran, it.scheduler.getTask("t")?.status], [[], "running"]);
});

Deno.test("a strategy sees nothing of the profile of an agent that is gone", async () => {
  await using it = assigning();
  const advanced = new AdvancedTaskScheduler({}, it.bus, silentLogger, { shares: it.scheduler });
  const names: unknown[] = [];
  advanced.registerStrategy({
    name: "mine",
    selectAgent: (_task, agents) => {
      names.push(...agents.map(({ name }) => name));
      return agents[0]!.id;
    },
  });
  advanced.setDefaultStrategy("mine");
  await advanced.registerAgent({ id: "x", name: "the former" });
  await advanced.unregisterAgent("x");
  await it.scheduler.assignTask({ id: "t" }, "x"); // registers it from outside
  await advanced.submit({ id: "u" });
  await settle();
  assertEquals(names, [undefined]);
});

/** Collects the lines of warnings. */
function collecting(lines: string[]): Logger {
  const warn = (line: string) => void lines.push(line);
  return { ...silentLogger, debug() {}, info() {}, error() {}, warn };
}

Deno.test("tasks that no agent may run are warned of once, however often others join them", async () => {
  const lines: string[] = [];
  const clock = new SimulatedClock();
  const scheduler = new AdvancedTaskScheduler({}, new EventBus(), collecting(lines), { clock });
  await scheduler.submit({ id: "t", requires: ["git"] });
  for (const round of [1, 2, 3]) {
    await clock.advance(2_000);
    await scheduler.submit({ id: `other ${round}`, requires: [`tool ${round}`] });
  }
  await clock.advance(2_000);
  assertEquals(lines.filter((line) => line.includes('"git"')).length, 1);
  await scheduler.shutdown();
});

Deno.test("shutdown() names only the tasks that it cancels, not those that had lost their claims", async () => {
  const lines: string[] = [];
  const clock = new SimulatedClock();
  const scheduler = new AdvancedTaskScheduler({}, new EventBus(), collecting(lines), { clock });
  await scheduler.registerAgent({ id: "x", maxConcurrentTasks: 2 }, () => new Promise(() => {}));
  const gone = await scheduler.submit({ id: "gone" });
  await scheduler.submit({ id: "going" });
  await settle();
  await gone.cancel();
  const closed = scheduler.shutdown({ graceMs: 0 });
  await clock.runUntilIdle();
  await closed;
  assertEquals(lines, ['1 task dropped, as the scheduler was shut down: "going"']);
});

Deno.test("a restart ends the attempts of the former process, and none of agents outside of it", async () => {
  const journal = new MemoryJournal();
  const before = await logging({}, journal);
  await before.scheduler.registerAgent({ id: "x" }, () => new Promise(() => {}));
  await before.scheduler.registerAgent({ id: "outside" });
  for (const [id, agentId] of [["t", "x"], ["u", "outside"]] as const) {
    await before.scheduler.assignTask({ id }, agentId);
    if (agentId === "outside") await before.scheduler.start(id);
  }
  await settle();
  for (const id of ["t", "u"]) await before.scheduler.cancelTask(id);

  await using it = await logging({}, journal);
  const loads = it.scheduler.getSchedulingMetrics().agents.map((
    { agentId, load },
  ) => [agentId, load]);
  assertEquals(loads, [["x", 0], ["outside", 1]]);
});

Deno.test("the average of durations gives the newest of ten the weight of a tenth", async () => {
  await using stealing = new WorkStealingCoordinator({}, undefined, silentLogger, {
    clock: new SimulatedClock(),
  });
  for (let i = 0; i < 12; i++) stealing.recordTaskDuration("x", 0);
  stealing.recordTaskDuration("x", 100);
  assertEquals(stealing.getWorkloadStats().workloads["x"]!.avgTaskDuration, 10);
});
