import { assertEquals } from "@std/assert";
import { CoordinationManager, EventBus } from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

Deno.test("S1-steal-only-announced: tasks of a manager move from a busy agent to an idle one, with their locks", async () => {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  const manager = new CoordinationManager({}, eventBus, undefined, { clock });
  const heard: unknown[] = [];
  eventBus.on("workstealing:request", ({ sourceAgent, targetAgent, taskCount }) => {
    heard.push([sourceAgent, targetAgent, taskCount]);
  });
  await manager.registerAgent({ id: "busy" });
  await manager.registerAgent({ id: "idle" });
  const handles = [];
  for (const id of ["a", "b", "c"]) {
    handles.push(await manager.assignTask({ id, resources: [`file-${id}`] }, "busy"));
  }
  assertEquals(heard, [["busy", "idle", 1]]);
  assertEquals((await manager.getAgentTasks("idle")).map(({ id }) => id), ["c"]);
  assertEquals(manager.resources.holderOf("file-c"), "idle");
  assertEquals(manager.resources.isLocked("file-b"), false);
  await manager.completeTask("c", "done by idle");
  assertEquals(await handles[2]!.result, "done by idle");
  manager.stealing.updateAgentWorkload("busy", { taskCount: 9 });
  assertEquals(manager.stealing.findBestAgent({ id: "d" }, ["busy", "idle"]), "idle");
  assertEquals((await manager.getAgentTasks("busy")).length, 0);
  assertEquals(manager.stealing.getWorkloadStats().totalTasks, 9);
  const { coordinationMetrics } = await manager.getCoordinationMetrics();
  assertEquals(coordinationMetrics.workStealingEvents, 2);
  await manager.shutdown();
});

Deno.test("S2-stolen-task-lost: a handler that is told of a stolen task runs it once", async () => {
  await using manager = new CoordinationManager();
  const ran: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await manager.registerAgent({ id: "x" }, async ({ id }) => {
    ran.push(`${id} by x`);
    await promise;
  });
  const handles = [];
  for (const id of ["a", "b", "c", "d"]) handles.push(await manager.assignTask({ id }, "x"));
  await manager.registerAgent({ id: "y" }, ({ id }) => void ran.push(`${id} by y`));
  resolve();
  await Promise.all(handles.map(({ result }) => result));
  assertEquals(ran.length, 4);
  assertEquals(new Set(ran.map((entry) => entry[0])).size, 4);
  assertEquals(ran.includes("d by y"), true);
});
