import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { ClosedError } from "../../src/core/errors.ts";
import { TaskCancelledError } from "../../src/tasks/errors.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { assigning, Body, choosing } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

Deno.test("shutdown() lets running work end, and starts nothing more", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const running = await it.scheduler.submit({ id: "running" });
  const waiting = await it.scheduler.submit({ id: "waiting" });
  await body.begun;
  const closed = it.scheduler.shutdown({ graceMs: 1_000 });
  await it.clock.advance(500);
  body.end("in time");
  await closed;
  assertEquals(await running.result, "in time");
  await assertRejects(() => waiting.result, ClosedError);
  assertEquals(it.clock.pending, 0);
});

Deno.test("shutdown() aborts what is still running when the grace period ends", async () => {
  await using it = choosing({ abortGraceMs: 300 });
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const handle = await it.scheduler.submit({ id: "t" });
  const failure = assertRejects(() => handle.result, TaskCancelledError, "shut down");
  const signal = await body.begun;
  const closed = it.scheduler.shutdown({ graceMs: 1_000 });
  await it.clock.advance(999);
  assertEquals(signal.aborted, false);
  await it.clock.advance(1);
  assertInstanceOf(signal.reason, TaskCancelledError);
  await failure;
  body.end();
  await closed;
  assertEquals(it.clock.pending, 0);
});

Deno.test("a body that ignores its signal can't keep a scheduler from closing", async () => {
  await using it = choosing({ abortGraceMs: 300 });
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  await it.scheduler.submit({ id: "t" });
  await body.begun;
  let isClosed = false;
  const closed = it.scheduler.shutdown({ graceMs: 0 }).then(() => isClosed = true);
  await it.clock.advance(299);
  assertEquals(isClosed, false);
  await it.clock.advance(1);
  await closed;
  assertEquals(it.clock.pending, 0);
  body.end("much too late");
  await settle();
});

Deno.test("shutdown() is idempotent, and so is disposing", async () => {
  await using it = choosing();
  const closed = it.scheduler.shutdown();
  assertStrictEquals(it.scheduler.shutdown({ graceMs: 9 }), closed);
  await closed;
  await it.scheduler[Symbol.asyncDispose]();
});

Deno.test("a malformed graceMs is refused, and the scheduler goes on", async () => {
  await using it = choosing();
  for (const graceMs of [-1, 0.5, NaN, Infinity, 1e300]) {
    await assertRejects(() => it.scheduler.shutdown({ graceMs }), RangeError, "graceMs must be");
  }
  await assertRejects(
    () => it.scheduler.shutdown({ graceMs: "5" as unknown as number }),
    TypeError,
    'Cannot shut the scheduler down: graceMs must be a non-negative integer, got "5"',
  );
  await it.scheduler.submit({ id: "t" });
});

Deno.test("handles of unfinished tasks reject with ClosedError when the scheduler closes", async () => {
  await using it = assigning();
  const assigned = await it.scheduler.assignTask({ id: "assigned" }, "x");
  const waiting = await it.scheduler.submit({ id: "waiting", dependencies: ["never"] });
  const asked = assertRejects(() => assigned.result, ClosedError);
  await it.scheduler.shutdown();
  await asked;
  await assertRejects(() => waiting.result, ClosedError);
});

Deno.test("after shutdown() every command is refused, and views still work", async () => {
  await using it = choosing();
  const { scheduler } = it;
  await scheduler.registerAgent({ id: "x" });
  const handle = await scheduler.submit({ id: "t" });
  await scheduler.shutdown();
  const calls: (() => Promise<unknown>)[] = [
    () => scheduler.submit({ id: "u" }),
    () => scheduler.assignTask({ id: "u" }),
    () => scheduler.assignTask({ id: "u" }, "x"),
    () => scheduler.start("t"),
    () => scheduler.heartbeat("t"),
    () => scheduler.progress("t", 1),
    () => scheduler.completeTask("t", 1),
    () => scheduler.failTask("t", new Error("no")),
    () => scheduler.cancelTask("t"),
    () => handle.cancel(),
    () => scheduler.cancelAgentTasks("x"),
    () => scheduler.rescheduleAgentTasks("x"),
    () => scheduler.registerAgent({ id: "y" }),
    () => scheduler.unregisterAgent("x"),
    () => scheduler.cordonAgent("x"),
    () => scheduler.uncordonAgent("x"),
    () => scheduler.setDefaultStrategy("affinity"),
    () => scheduler.resources.acquire("db", "x"),
    () => scheduler.initialize(),
    () => scheduler.performMaintenance(),
  ];
  for (const call of calls) await assertRejects(call, ClosedError, "closed");
  assertEquals(scheduler.getTask("t")?.status, "assigned");
  assertEquals(scheduler.getAgentTaskCount("x"), 1);
  assertEquals(scheduler.explain("t").status, "assigned");
  await scheduler.getHealthStatus();
});

Deno.test("while it shuts down a scheduler accepts nothing", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  await it.scheduler.submit({ id: "t" });
  await body.begun;
  const closed = it.scheduler.shutdown();
  await assertRejects(
    () => it.scheduler.submit({ id: "u" }),
    ClosedError,
    "the scheduler is closed",
  );
  body.end();
  await closed;
});

Deno.test("a scheduler on the real clock leaves no timer behind", async () => {
  const scheduler = new AdvancedTaskScheduler({}, new EventBus(), silentLogger);
  await scheduler.registerAgent({ id: "x" }, () => "done");
  const handle = await scheduler.submit({ id: "t", timeoutMs: 60_000, totalTimeoutMs: 60_000 });
  await scheduler.submit({ id: "waits", dependencies: ["never"], queueTimeoutMs: 60_000 });
  assertEquals(await handle.result, "done");
  await scheduler.shutdown();
});

Deno.test("L10-interval-keeps-process-alive: a scheduler with nothing to wait for sets no timer", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.submit({ id: "t" });
  assertEquals(it.clock.pending, 0);
});
