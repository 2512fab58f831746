import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ClosedError, JournalError } from "../../src/core/errors.ts";
import { TaskFailedError } from "../../src/tasks/errors.ts";
import { UninitializedError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { TaskTimeoutError } from "../../src/tasks/errors.ts";
import { Body, logging } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

Deno.test("nothing is acknowledged before the journal has it", async () => {
  await using it = await logging();
  it.journal.hold();
  let handle: unknown;
  it.scheduler.submit({ id: "t" }).then((given) => handle = given);
  await settle();
  assertEquals([handle, it.scheduler.getTask("t")], [undefined, undefined]);
  it.journal.release();
  await settle();
  assertEquals(it.scheduler.getTask("t")?.status, "ready");
});

Deno.test("what the journal doesn't take is refused with a JournalError and changes nothing", async () => {
  await using it = await logging();
  it.journal.fail(1);
  const error = await assertRejects(() => it.scheduler.submit({ id: "t" }), JournalError);
  assertEquals((error.cause as Error).message, "The disk is full");
  assertEquals(it.scheduler.getTask("t"), undefined);
  const handle = await it.scheduler.submit({ id: "t" });
  assertEquals(handle.status, "ready");
});

Deno.test("commands of one turn share a batch and keep their order", async () => {
  await using it = await logging();
  const accepted = ["a", "b", "c"].map((id) => it.scheduler.assignTask({ id }));
  await Promise.all(accepted);
  assertEquals(it.journal.batches, [1, 3]); // the options come first
  await it.scheduler.registerAgent({ id: "x", maxConcurrentTasks: 3 });
  assertEquals(it.scheduler.getAgentTasks("x").map(({ id }) => id), ["a", "b", "c"]);
});

Deno.test("handlers run, report and are retried as without a journal", async () => {
  await using it = await logging({ retryDelay: 10 });
  await it.scheduler.registerAgent({ id: "x" }, async (task, context) => {
    await context.progress({ attempt: context.attempt });
    await context.heartbeat();
    await using _lock = await context.acquire("db");
    if (context.attempt === 1) throw new Error("flaky");
    return { did: task.id };
  });
  const handle = await it.scheduler.submit({ id: "t", resources: ["disk"], input: [1, { a: 2 }] });
  await it.clock.advance(10);
  assertEquals(await handle.result, { did: "t" });
  assertEquals(it.scheduler.getTask("t")?.progress, { attempt: 2 });
  assertEquals(it.scheduler.resources.getAllocations().size, 0);
});

Deno.test("timeouts fire through the journal", async () => {
  await using it = await logging({ abortGraceMs: 0 });
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const handle = await it.scheduler.submit({ id: "t", timeoutMs: 50, retries: 0 });
  const failure = assertRejects(() => handle.result, TaskFailedError, "50 ms");
  const signal = await body.begun;
  await it.clock.advance(50);
  await failure;
  assertInstanceOf(signal.reason, TaskTimeoutError);
  body.end();
});

Deno.test("a timeout that the journal didn't take fires when it takes it", async () => {
  await using it = await logging();
  const handle = await it.scheduler.submit({ id: "t", queueTimeoutMs: 50 });
  const failure = assertRejects(() => handle.result, TaskFailedError);
  it.journal.fail(1);
  await it.clock.advance(50);
  assertEquals(handle.status, "ready");
  await it.clock.advance(60_000);
  await failure;
});

Deno.test("a result that the journal did not store is delivered again", async () => {
  await using it = await logging();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const handle = await it.scheduler.submit({ id: "t" });
  await body.begun;
  it.journal.fail(3);
  body.end("safe");
  await it.clock.advance(60_000);
  assertEquals(await handle.result, "safe");
  assertEquals(it.scheduler.getSchedulingMetrics().agents[0]?.load, 0);
});

Deno.test("a scheduler whose journal fails for good can be shut down and leaves no timer", async () => {
  await using it = await logging({ abortGraceMs: 100 });
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const handle = await it.scheduler.submit({ id: "t" });
  const end = assertRejects(() => handle.result, ClosedError);
  await body.begun;
  it.journal.fail(1_000_000);
  body.end("never safe");
  await settle();
  const closed = it.scheduler.shutdown({ graceMs: 100 });
  await it.clock.advance(1_000);
  await closed;
  await end;
  await settle();
  assertEquals(it.clock.pending, 0);
});

Deno.test("an input, progress or result that a journal can't write is refused with the path to it", async () => {
  await using it = await logging();
  const input = { pages: [1, new Date(0)] };
  await assertRejects(
    () => it.scheduler.submit({ id: "t", input }),
    TypeError,
    ".pages[1]: it must",
  );
  const progress = Promise.withResolvers<unknown>();
  await it.scheduler.registerAgent({ id: "x" }, async (_task, context) => {
    await context.progress(NaN).catch(progress.resolve);
    return { when: [new Date(0)] };
  });
  const handle = await it.scheduler.submit({ id: "t" });
  await assertRejects(() => handle.result, TaskFailedError, ".when[0]: it must be a JSON value");
  assertInstanceOf(await progress.promise, TypeError);
  assertEquals(it.scheduler.getSchedulingMetrics().agents[0]?.load, 0);
});

Deno.test("T10-late-result-of-timed-out-attempt-accepted: also when both are on their way to the journal", async () => {
  await using it = await logging({ retryDelay: 0 });
  const body = new Body();
  let calls = 0;
  await it.scheduler.registerAgent({ id: "x", maxConcurrentTasks: 2 }, (task, context) => {
    return ++calls === 1 ? body.run(task, context) : "second";
  });
  const handle = await it.scheduler.submit({ id: "t", timeoutMs: 50 });
  await body.begun;
  it.journal.hold();
  it.clock.advanceSync(50); // the tick is on its way
  body.end("first"); // and so is the result
  await settle();
  it.journal.release();
  await it.clock.advance(1);
  assertEquals(await handle.result, "second");
  assertEquals(it.scheduler.getSchedulingMetrics().agents[0]?.load, 0);
});

Deno.test("shutdown() waits until sent commands are in the journal, and closes it", async () => {
  await using it = await logging();
  it.journal.delay(30);
  const accepted = it.scheduler.submit({ id: "t" });
  const closed = it.scheduler.shutdown();
  await it.clock.advance(1_000);
  const handle = await accepted;
  await assertRejects(() => handle.result, ClosedError);
  await closed;
  assertEquals([it.journal.closed, it.clock.pending], [true, 0]);
});

Deno.test("a scheduler with a journal rejects calls until it is initialized", async () => {
  const journal = new MemoryJournal();
  const scheduler = new AdvancedTaskScheduler({}, new EventBus(), silentLogger, { journal });
  await assertRejects(() => scheduler.submit({ id: "t" }), UninitializedError);
  await assertRejects(() => scheduler.assignTask({ id: "t" }, "x"), UninitializedError);
  await assertRejects(() => scheduler.registerAgent({ id: "x" }), UninitializedError);
  await scheduler.initialize();
  await scheduler.initialize();
  await scheduler.submit({ id: "t" });
  await scheduler.shutdown();
});

Deno.test("the next process goes on with the results, waits and tasks in the journal", async () => {
  const memory = new MemoryJournal();
  const first = await logging({}, memory);
  const body = new Body();
  await first.scheduler.registerAgent({ id: "x" }, (task, context) => {
    return task.id === "done" ? "result" : body.run(task, context);
  });
  const done = await first.scheduler.submit({ id: "done", idempotencyKey: "k" });
  await done.result;
  await first.scheduler.submit({ id: "running" });
  await first.scheduler.submit({ id: "waiting", dependencies: ["running"] });
  await body.begun;
  assertEquals(first.scheduler.getTask("running")?.status, "running");

  await using second = await logging({}, memory);
  const { scheduler } = second;
  const again = await scheduler.submit({ id: "done", idempotencyKey: "k" });
  assertEquals(await again.result, "result");
  assertEquals([scheduler.getTask("running")?.status, scheduler.getTask("waiting")?.status], [
    "ready",
    "waiting",
  ]);
  await scheduler.registerAgent({ id: "y" }, (task) => `${task.id} by y`);
  await settle();
  assertEquals(scheduler.getTask("waiting")?.output, "waiting by y");
  assertEquals(scheduler.getTask("running")?.attempts, 1);
  body.end();
});

Deno.test("an agent outside keeps its claim over a restart", async () => {
  const memory = new MemoryJournal();
  const first = await logging({}, memory);
  await first.scheduler.registerAgent({ id: "outside" });
  await first.scheduler.submit({ id: "t", resources: ["db"], idempotencyKey: "k" });
  await first.scheduler.start("t", 1);

  await using second = await logging({}, memory);
  assertEquals(second.scheduler.resources.holderOf("db"), "outside");
  const handle = await second.scheduler.submit({ id: "t", idempotencyKey: "k" });
  await second.scheduler.completeTask("t", "by outside", 1);
  assertEquals(await handle.result, "by outside");
  assertEquals(second.scheduler.resources.isLocked("db"), false);
});

Deno.test("an agent of the former process gets no tasks until it is registered again", async () => {
  const memory = new MemoryJournal();
  const first = await logging({}, memory);
  const body = new Body();
  await first.scheduler.registerAgent({ id: "x" }, body.run);
  await first.scheduler.submit({ id: "t", resources: ["db"], idempotencyKey: "k" });
  await body.begun;
  await first.scheduler.resources.acquire("own", "x");
  first.scheduler.resources.acquire("own", "waits").catch(() => {});
  await settle();

  await using second = await logging({}, memory);
  const { scheduler } = second;
  assertEquals(scheduler.getTask("t")?.status, "ready");
  assertEquals(scheduler.explain("t").cordonedAgents, ["x"]);
  assertEquals(scheduler.resources.getAllocations(), new Map());
  assertEquals(scheduler.resources.getWaitingRequests(), new Map());
  await scheduler.registerAgent({ id: "x" }, (task) => `${task.id} again`);
  const handle = await scheduler.submit({ id: "t", idempotencyKey: "k" });
  assertEquals(await handle.result, "t again");
  assertEquals(scheduler.getTask("t")?.attempts, 1);
  body.end();
});

Deno.test("performMaintenance() writes a snapshot, from which the next process goes on", async () => {
  const memory = new MemoryJournal();
  const first = await logging({}, memory);
  await first.scheduler.submit({ id: "t" });
  await first.scheduler.performMaintenance();
  assertEquals((await memory.snapshots.newest())?.meta.position, 3); // with the options, and the tick of the maintenance
  await using second = await logging({}, memory);
  assertEquals(second.scheduler.getTask("t")?.status, "ready");
});
