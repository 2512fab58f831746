import { assert, assertEquals, assertGreater, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ClaimLostError,
  TaskCancelledError,
  TaskFailedError,
  TaskTimeoutError,
} from "../../src/tasks/errors.ts";
import { LockLostError } from "../../src/locks/errors.ts";
import { NonRetryableError, RetryAfterError, StaleEpochError } from "../../src/core/errors.ts";
import type { TaskContext } from "../../src/tasks/attempts.ts";
import { Body, choosing } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

Deno.test("T1-no-task-completes-under-advanced-scheduler: a handler's return value is the result", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, (task) => `did ${task.id} with ${task.input}`);
  const handle = await it.scheduler.submit({ id: "t", input: 42 });
  assertEquals(await handle.result, "did t with 42");
  assertEquals(handle.status, "completed");
  assertEquals(it.scheduler.getTask("t")?.output, "did t with 42");
});

Deno.test("a handler sees its task and its claim", async () => {
  await using it = choosing();
  let context: TaskContext | undefined;
  await it.scheduler.registerAgent({ id: "x" }, (_task, given) => context = given);
  const handle = await it.scheduler.submit({ id: "t" });
  await handle.result;
  assertEquals([context?.agentId, context?.epoch, context?.attempt], ["x", 1, 1]);
});

Deno.test("a handler that throws is tried again, and the last error is the cause of the task's", async () => {
  await using it = choosing({ retryDelay: 10 });
  const attempts: number[] = [];
  await it.scheduler.registerAgent({ id: "x" }, (_task, { attempt }) => {
    attempts.push(attempt);
    throw Object.assign(new RangeError(`boom ${attempt}`), { code: "E_BOOM" });
  });
  const handle = await it.scheduler.submit({ id: "t", retries: 2 });
  const failure = assertRejects(() => handle.result, TaskFailedError, "boom 3");
  await it.clock.runUntilIdle();
  const { attempts: counted, cause, taskId, code } = await failure;
  assertEquals([attempts, counted, taskId, code], [[1, 2, 3], 3, "t", "task-failed"]);
  const { name, message, code: causeCode } = cause as Error & { code: string };
  assertEquals([name, message, causeCode], ["RangeError", "boom 3", "E_BOOM"]);
});

Deno.test("T16-final-failure-silent: the handle rejects, and one event is emitted", async () => {
  await using it = choosing();
  const failed: string[] = [];
  it.bus.on("task:failed", ({ taskId, error }) => failed.push(`${taskId} ${error.message}`));
  await it.scheduler.registerAgent({ id: "x" }, () => Promise.reject(new Error("no")));
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  await assertRejects(() => handle.result, TaskFailedError);
  assertEquals(failed, ["t no"]);
});

Deno.test("NonRetryableError fails the task at once", async () => {
  await using it = choosing();
  let attempts = 0;
  await it.scheduler.registerAgent({ id: "x" }, () => {
    attempts++;
    throw new NonRetryableError("bad input");
  });
  const handle = await it.scheduler.submit({ id: "t" });
  await assertRejects(() => handle.result, TaskFailedError, "bad input");
  assertEquals(attempts, 1);
});

Deno.test("RetryAfterError puts the next attempt off", async () => {
  await using it = choosing({ retryDelay: 1 });
  const times: number[] = [];
  await it.scheduler.registerAgent({ id: "x" }, (_task, { attempt }) => {
    times.push(it.clock.now());
    if (attempt === 1) throw new RetryAfterError("busy", 60_000);
  });
  const handle = await it.scheduler.submit({ id: "t" });
  await it.clock.runUntilIdle();
  await handle.result;
  assertEquals(times, [0, 60_000]);
});

Deno.test("the signal aborts with a TaskTimeoutError when the attempt takes too long", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const handle = await it.scheduler.submit({ id: "t", timeoutMs: 50, retries: 0 });
  const failure = assertRejects(() => handle.result, TaskFailedError, "50 ms");
  const signal = await body.begun;
  await it.clock.advance(50);
  await failure;
  assertInstanceOf(signal.reason, TaskTimeoutError);
  assertEquals([signal.reason.taskId, signal.reason.limit, signal.reason.ms], ["t", "attempt", 50]);
  body.end();
});

Deno.test("T10-late-result-of-timed-out-attempt-accepted: a late handler changes nothing", async () => {
  await using it = choosing({ retryDelay: 0 });
  const slow = new Body();
  await it.scheduler.registerAgent(
    { id: "x", maxConcurrentTasks: 2 },
    (task, context) => context.attempt === 1 ? slow.run(task, context) : "second",
  );
  const handle = await it.scheduler.submit({ id: "t", timeoutMs: 50 });
  await it.clock.advance(51);
  slow.end("first");
  assertEquals(await handle.result, "second");
  await settle();
  assertEquals(it.scheduler.getTask("t")?.output, "second");
  assertEquals(it.scheduler.getSchedulingMetrics().agents[0]?.load, 0);
  const { metrics } = await it.scheduler.getHealthStatus();
  assertEquals(metrics["staleReports"], 0); // who was told to stop isn't late
});

Deno.test("a cancelled task aborts its handler, and its slot comes back when the handler ends", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const handle = await it.scheduler.submit({ id: "t" });
  const signal = await body.begun;
  await handle.cancel("changed my mind");
  await handle.cancel();
  const error = await assertRejects(() => handle.result, TaskCancelledError, "changed my mind");
  assertEquals(error.taskId, "t");
  assertInstanceOf(signal.reason, TaskCancelledError);
  assertEquals(it.scheduler.getSchedulingMetrics().agents[0]?.load, 1);
  body.end();
  await settle();
  assertEquals(it.scheduler.getSchedulingMetrics().agents[0]?.load, 0);
});

Deno.test("a task that is cancelled before its handler is called is never handed to it", async () => {
  await using it = choosing();
  let calls = 0;
  await it.scheduler.registerAgent({ id: "x" }, () => calls++);
  it.bus.on("task:started", ({ taskId }) => it.scheduler.cancelTask(taskId));
  const handle = await it.scheduler.submit({ id: "t" });
  await assertRejects(() => handle.result, TaskCancelledError);
  await settle();
  assertEquals([calls, it.scheduler.getSchedulingMetrics().agents[0]?.load], [0, 0]);
});

Deno.test("T12-completing-inside-task-started-leaves-a-timer: a subscriber may complete the task", async () => {
  await using it = choosing();
  it.bus.on("task:started", ({ taskId, epoch }) => {
    it.scheduler.completeTask(taskId, "by a listener", epoch);
  });
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const limits = { timeoutMs: 50, heartbeatTimeoutMs: 20, totalTimeoutMs: 90 };
  const handle = await it.scheduler.submit({ id: "t", ...limits });
  assertEquals(await handle.result, "by a listener");
  body.end();
  await settle();
  assertEquals(it.clock.pending, 0);
});

Deno.test("a task that another report completes aborts its handler", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  await it.scheduler.submit({ id: "t" });
  const signal = await body.begun;
  await it.scheduler.completeTask("t", "done elsewhere");
  await settle();
  assertInstanceOf(signal.reason, ClaimLostError);
  body.end("too late");
  await settle();
  assertEquals(it.scheduler.getTask("t")?.output, "done elsewhere");
});

Deno.test("what a listener of the signal does comes after the step that aborted it", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const sequences: number[] = [];
  for (const name of ["task:cancelled", "task:created", "task:readied"] as const) {
    it.bus.on(name, (_event, sequence) => sequences.push(sequence));
  }
  await it.scheduler.submit({ id: "t" });
  await it.scheduler.submit({ id: "after", dependencies: [{ taskId: "t", onFailure: "ignore" }] });
  const signal = await body.begun;
  signal.addEventListener("abort", () => it.scheduler.submit({ id: "cleanup" }));
  await it.scheduler.cancelTask("t");
  await settle();
  assertEquals(sequences.length, 5);
  assertEquals(sequences, sequences.toSorted((a, b) => a - b));
  body.end();
});

Deno.test("heartbeats and progress keep an attempt alive, and progress is shown", async () => {
  await using it = choosing();
  const body = new Body();
  let context: TaskContext | undefined;
  await it.scheduler.registerAgent({ id: "x" }, (task, given) => {
    context = given;
    return body.run(task, given);
  });
  const handle = await it.scheduler.submit({ id: "t", heartbeatTimeoutMs: 20, retries: 0 });
  await body.begun;
  await it.clock.advance(15);
  await context!.heartbeat();
  await it.clock.advance(15);
  await context!.progress({ percent: 80 });
  await it.clock.advance(15);
  assertEquals(it.scheduler.getTask("t")?.progress, { percent: 80 });
  body.end("alive");
  assertEquals(await handle.result, "alive");
});

Deno.test("a handler whose heartbeat stops loses its claim, and its later reports are refused", async () => {
  await using it = choosing();
  const body = new Body();
  let context: TaskContext | undefined;
  await it.scheduler.registerAgent({ id: "x" }, (task, given) => {
    context = given;
    return body.run(task, given);
  });
  await it.scheduler.submit({ id: "t", heartbeatTimeoutMs: 20 });
  const signal = await body.begun;
  await it.clock.advance(20);
  assertInstanceOf(signal.reason, TaskTimeoutError);
  assertEquals(signal.reason.limit, "heartbeat");
  await assertRejects(() => context!.heartbeat(), StaleEpochError);
  await assertRejects(() => context!.progress(1), StaleEpochError);
  assertEquals((await it.scheduler.getHealthStatus()).metrics["staleReports"], 2);
  body.end();
});

Deno.test("a lock that a handler acquires is its attempt's, and goes with it", async () => {
  await using it = choosing();
  const body = new Body();
  let epoch = 0;
  await it.scheduler.registerAgent({ id: "x" }, async (task, context) => {
    const lock = await context.acquire("db");
    epoch = lock.epoch;
    return await body.run(task, context);
  });
  const handle = await it.scheduler.submit({ id: "t" });
  await body.begun;
  assertEquals(it.scheduler.resources.holderOf("db"), "x");
  assertGreater(epoch, 0);
  body.end();
  await handle.result;
  assertEquals(it.scheduler.resources.isLocked("db"), false);
});

Deno.test("two tasks of one agent wait for each other's locks", async () => {
  await using it = choosing();
  const bodies = [new Body(), new Body()];
  let next = 0;
  await it.scheduler.registerAgent({ id: "x", maxConcurrentTasks: 2 }, async (task, context) => {
    const body = bodies[next++]!;
    await using _lock = await context.acquire("db");
    return await body.run(task, context);
  });
  const first = await it.scheduler.submit({ id: "a" });
  const second = await it.scheduler.submit({ id: "b" });
  await bodies[0]!.begun;
  assertEquals(it.scheduler.resources.queueOf("db").length, 1);
  bodies[0]!.end(1);
  await first.result;
  await bodies[1]!.begun;
  bodies[1]!.end(2);
  assertEquals(await second.result, 2);
});

Deno.test("a handler that waits for a lock is freed when its claim ends", async () => {
  await using it = choosing({ abortGraceMs: 1_000 });
  await it.scheduler.resources.acquire("db", "somebody");
  let thrown: unknown;
  await it.scheduler.registerAgent({ id: "x" }, async (_task, context) => {
    try {
      await context.acquire("db");
    } catch (error) {
      thrown = error;
      throw error;
    }
  });
  const handle = await it.scheduler.submit({ id: "t" });
  await settle();
  await handle.cancel("enough");
  await assertRejects(() => handle.result, TaskCancelledError);
  await settle();
  assertInstanceOf(thrown, TaskCancelledError);
  assertEquals(it.scheduler.resources.queueOf("db"), []);
});

Deno.test("an expired lease of a handler's lock takes its claim, and the task is tried again", async () => {
  await using it = choosing({ retryDelay: 0, abortGraceMs: 0 });
  const reasons: unknown[] = [];
  await it.scheduler.registerAgent({ id: "x" }, async (task, context) => {
    if (context.attempt === 1 && reasons.length === 0) {
      const lock = await context.acquire("db", { leaseMs: 20 });
      lock.signal.addEventListener("abort", () => reasons.push(lock.signal.reason));
      context.signal.addEventListener("abort", () => reasons.push(context.signal.reason));
      return await new Body().run(task, context);
    }
    return "second";
  });
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  await it.clock.advance(20);
  await it.clock.advance(1);
  assertEquals(await handle.result, "second");
  assert(reasons.some((reason) => reason instanceof LockLostError));
  assert(reasons.some((reason) => reason instanceof ClaimLostError));
});

Deno.test("a task's own resources are there when its handler is called, and gone afterwards", async () => {
  await using it = choosing();
  const seen: unknown[] = [];
  await it.scheduler.registerAgent({ id: "x" }, () => {
    seen.push(it.scheduler.resources.holderOf("db"), it.scheduler.resources.holderOf("disk"));
  });
  const handle = await it.scheduler.submit({ id: "t", resources: ["db", { resourceId: "disk" }] });
  await handle.result;
  assertEquals(seen, ["x", "x"]);
  assertEquals(it.scheduler.resources.getAllocations().size, 0);
});
