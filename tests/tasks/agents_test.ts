import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ClaimLostError, UnfitAgentError } from "../../src/tasks/errors.ts";
import { LimitError, UnknownAgentError } from "../../src/core/errors.ts";
import { assigning, Body, choosing } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

Deno.test("an agent that is registered twice has its second handler and profile", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x", capabilities: ["a"] }, () => "first");
  await it.scheduler.registerAgent({ id: "x", capabilities: ["b"] }, () => "second");
  await assertRejects(
    () => it.scheduler.assignTask({ id: "t", requires: ["a"] }, "x"),
    UnfitAgentError,
  );
  const handle = await it.scheduler.submit({ id: "t", requires: ["b"] });
  assertEquals(await handle.result, "second");
});

Deno.test("a handler that comes later starts what its agent was assigned before", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  const handle = await it.scheduler.submit({ id: "t" });
  assertEquals(handle.status, "assigned");
  await it.scheduler.registerAgent({ id: "x" }, () => "done");
  assertEquals(await handle.result, "done");
});

Deno.test("an agent that lost its handler reports its tasks itself", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const first = await it.scheduler.submit({ id: "a" });
  await it.scheduler.registerAgent({ id: "x" });
  const second = await it.scheduler.submit({ id: "b" });
  body.end("by the handler");
  assertEquals(await first.result, "by the handler");
  await settle();
  assertEquals(second.status, "assigned");
  await it.scheduler.start("b");
  await it.scheduler.completeTask("b", "by hand");
  assertEquals(await second.result, "by hand");
});

Deno.test("unregisterAgent() aborts what runs, which goes to another agent at no cost", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  const signal = await body.begun;
  await it.scheduler.registerAgent({ id: "y" }, () => "by y");
  await it.scheduler.unregisterAgent("x", "crashed");
  assertEquals(await handle.result, "by y");
  await settle();
  assertInstanceOf(signal.reason, ClaimLostError);
  body.end("by x");
  await settle();
  assertEquals(it.scheduler.getTask("t")?.output, "by y");
  await assertRejects(() => it.scheduler.unregisterAgent("x"), UnknownAgentError);
});

Deno.test("unregisterAgent() releases the locks in the agent's name", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.resources.acquire("db", "x");
  await it.scheduler.unregisterAgent("x");
  assertEquals(it.scheduler.resources.isLocked("db"), false);
});

Deno.test("S3-dead-agent-is-the-favourite-target: an agent that is gone gets no task", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, () => 1);
  await it.scheduler.unregisterAgent("x");
  const handle = await it.scheduler.submit({ id: "t" });
  assertEquals(handle.status, "ready");
  await assertRejects(() => it.scheduler.assignTask({ id: "u" }, "x"), UnknownAgentError);
});

Deno.test("a cordoned agent gets no task until it is uncordoned", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, () => "done");
  await it.scheduler.cordonAgent("x", "");
  const handle = await it.scheduler.submit({ id: "t" });
  await settle();
  assertEquals(handle.status, "ready");
  await it.scheduler.uncordonAgent("x");
  assertEquals(await handle.result, "done");
});

Deno.test("cancelAgentTasks() and rescheduleAgentTasks() act on all tasks of an agent", async () => {
  await using it = assigning();
  const { scheduler } = it;
  for (const id of ["a", "b"]) await scheduler.assignTask({ id }, "x");
  await scheduler.start("a");
  assertEquals(scheduler.getAgentTaskCount("x"), 2);
  await scheduler.rescheduleAgentTasks("x");
  assertEquals(scheduler.getAgentTasks("x").map(({ id, epoch }) => [id, epoch]), [
    ["a", 3],
    ["b", 4],
  ]);
  await scheduler.cancelAgentTasks("x", "stop");
  assertEquals(scheduler.getAgentTaskCount("x"), 0);
  assertEquals(scheduler.getTaskCounts().cancelled, 2);
  assertEquals(scheduler.getTask("a")?.error?.message, "stop");
});

Deno.test("assignTask() registers an agent, takes effect at once and keeps the order", async () => {
  await using it = assigning();
  const { scheduler } = it;
  const accepted = [
    scheduler.assignTask({ id: "a" }, "x"),
    scheduler.assignTask({ id: "b" }, "x"),
  ];
  assertEquals(scheduler.getAgentTasks("x").map(({ id }) => id), ["a", "b"]);
  await Promise.all(accepted);
});

Deno.test("assignTask() of a malformed task registers no agent", async () => {
  await using it = assigning();
  await assertRejects(() => it.scheduler.assignTask({ id: "" }, "x"), RangeError);
  await assertRejects(() => it.scheduler.cancelAgentTasks("x"), UnknownAgentError);
});

Deno.test("an agent outside reports by start, heartbeat, progress, completeTask and failTask", async () => {
  await using it = assigning({ retryDelay: 10 });
  const { scheduler, clock } = it;
  const handle = await scheduler.assignTask({ id: "t", heartbeatTimeoutMs: 20 }, "x");
  await scheduler.start("t", 1);
  await clock.advance(15);
  await scheduler.heartbeat("t", 1);
  await clock.advance(15);
  await scheduler.progress("t", "half", 1);
  await scheduler.failTask("t", new Error("flaky"), 1);
  assertEquals(handle.status, "backing-off");
  await clock.advance(10);
  assertEquals(handle.status, "assigned");
  await scheduler.completeTask("t", { lines: 12 }, 2);
  assertEquals(await handle.result, { lines: 12 });
  const view = scheduler.getTask("t");
  assertEquals([view?.attempts, view?.epoch, view?.startedAt, view?.completedAt], [2, 2, 40, 40]);
});

Deno.test("getSchedulingMetrics() counts what agents did and how types of task went", async () => {
  await using it = choosing({ retryDelay: 0 });
  let failures = 1;
  await it.scheduler.registerAgent({ id: "x", maxConcurrentTasks: 2 }, async () => {
    await new Promise<void>((resolve) => it.clock.setTimer(it.clock.now() + 10, resolve));
    if (failures-- > 0) throw new Error("flaky");
  });
  const handle = await it.scheduler.submit({ id: "t", type: "lint" });
  await it.clock.advance(10);
  await it.clock.advance(1);
  await it.clock.advance(20);
  await handle.result;
  const metrics = it.scheduler.getSchedulingMetrics();
  assertEquals(metrics.strategy, "capability");
  assertEquals(metrics.tasks.completed, 1);
  assertEquals(metrics.agents, [
    { agentId: "x", load: 0, maxConcurrentTasks: 2, completedTasks: 1, failedAttempts: 1 },
  ]);
  assertEquals(metrics.taskTypes.get("lint"), {
    totalExecutions: 2,
    avgDuration: 10,
    successRate: 0.5,
    lastAgent: "x",
  });
});

Deno.test("H1-always-healthy: tasks that no agent may run, or a nearly full queue, are unhealthy", async () => {
  await using it = choosing({ maxTasks: 10 });
  const { scheduler } = it;
  assertEquals((await scheduler.getHealthStatus()).healthy, true);
  await scheduler.submit({ id: "t", requires: ["git"] });
  const stranded = await scheduler.getHealthStatus();
  assertEquals([stranded.healthy, stranded.error], [false, 'no agent may run task "t"']);
  assertEquals([stranded.metrics["ready"], stranded.metrics["agents"]], [1, 0]);
  await scheduler.registerAgent({ id: "x", capabilities: ["git"] });
  assertEquals((await scheduler.getHealthStatus()).healthy, true);
  for (let i = 0; i < 9; i++) await scheduler.submit({ id: `${i}`, dependencies: ["never"] });
  assertEquals((await scheduler.getHealthStatus()).error, "10 of 10 tasks are unfinished");
  await scheduler.performMaintenance();
});

Deno.test("E3-events-used-as-commands: an event that a program emits on the bus changes no task", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  const handle = await it.scheduler.submit({ id: "t" });
  it.bus.emit("task:completed", { taskId: "t", agentId: "x", epoch: 1 });
  it.bus.emit("agent:terminated", { agentId: "x" });
  assertEquals([handle.status, it.scheduler.getAgentTaskCount("x")], ["assigned", 1]);
});

Deno.test("the 100,001st agent name of a scheduler gets its task, as idle names are evicted", async () => {
  await using it = assigning({ keepOutcomes: 10 });
  for (let i = 0; i <= 100_000; i++) {
    await it.scheduler.assignTask({ id: `t${i}` }, `a${i}`);
    await it.scheduler.completeTask(`t${i}`);
  }
  assertEquals(it.scheduler.getTask("t100000")?.status, "completed");
  const { healthy, metrics } = await it.scheduler.getHealthStatus();
  assertEquals([healthy, metrics["agents"]], [true, 100_000]);
});

Deno.test("an agent that was evicted while idle keeps its locks, and comes back with its next task", async () => {
  await using it = assigning({ maxAgents: 2 });
  const { resources } = it.scheduler;
  const assign = (id: string, agentId: string) => it.scheduler.assignTask({ id }, agentId);
  await assign("t1", "a");
  await it.scheduler.completeTask("t1");
  const lock = await resources.acquire("file", "a");
  for (const name of ["b", "c"]) await assign(`of ${name}`, name);
  assertEquals(it.scheduler.getAgentTaskCount("a"), 0);
  assertEquals([resources.holderOf("file"), lock.signal.aborted], ["a", false]);
  await it.scheduler.completeTask("of b");
  await assign("t2", "a");
  assertEquals([it.scheduler.getAgentTaskCount("a"), resources.holderOf("file")], [1, "a"]);
});

Deno.test("at maxAgents with none idle an assignment is refused, and health says so", async () => {
  await using it = assigning({ maxAgents: 2 });
  const assign = (id: string, agentId: string) => it.scheduler.assignTask({ id }, agentId);
  for (const name of ["a", "b"]) await assign(`of ${name}`, name);
  await assertRejects(() => assign("t", "c"), LimitError, "the limit is 2");
  assertEquals(it.scheduler.getTask("t"), undefined);
  assertEquals((await it.scheduler.getHealthStatus()).error, "the table of agents is full");
  await it.scheduler.unregisterAgent("a");
  assertEquals(it.scheduler.getTask("of a")?.assignedAgent, "b");
  await assign("t", "c");
  assertEquals(it.scheduler.getTask("t")?.assignedAgent, "c");
});
