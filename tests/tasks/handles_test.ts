import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import { NonRetryableError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { Refusal } from "../../src/core/machine.ts";
import { schedulerMachine } from "../../src/root/scheduler_machine.ts";
import {
  DuplicateTaskError,
  ResultDroppedError,
  TaskCancelledError,
  TaskFailedError,
} from "../../src/tasks/errors.ts";
import { TaskScheduler } from "../../src/tasks/task_scheduler.ts";
import { choosing } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

Deno.test("the same handle comes back for the same idempotency key, also after the end", async () => {
  await using it = choosing();
  const task = { id: "t", idempotencyKey: "k" };
  const first = await it.scheduler.submit(task);
  assertStrictEquals(await it.scheduler.submit(task), first);
  await it.scheduler.registerAgent({ id: "x" }, () => "once");
  assertEquals(await first.result, "once");
  const later = await it.scheduler.submit(task);
  assertEquals(await later.result, "once");
});

Deno.test("the handle of a task that ends with its submission rejects with its end", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, () => Promise.reject(new NonRetryableError("no")));
  const root = await it.scheduler.submit({ id: "root" });
  await assertRejects(() => root.result, TaskFailedError);
  const child = await it.scheduler.submit({ id: "child", dependencies: ["root"] });
  await assertRejects(() => child.result, TaskCancelledError, 'dependency "root" failed');
  assertEquals(child.status, "cancelled");
});

Deno.test("handles settle also when the task is forgotten with its end", async () => {
  await using it = choosing({ keepFinished: 0, keepOutcomes: 10, retryDelay: 0 });
  await it.scheduler.registerAgent({ id: "x" }, (task) => {
    if (task.id === "bad") throw new NonRetryableError("no");
    return "fine";
  });
  const good = await it.scheduler.submit({ id: "good" });
  const bad = await it.scheduler.submit({ id: "bad" });
  const grandchild = await it.scheduler.submit({ id: "grandchild", dependencies: ["child"] });
  const child = await it.scheduler.submit({ id: "child", dependencies: ["bad"] });
  assertEquals(await good.result, "fine");
  const { attempts } = await assertRejects(() => bad.result, TaskFailedError, "no");
  assertEquals(attempts, 1);
  for (const handle of [child, grandchild]) {
    await assertRejects(() => handle.result, TaskCancelledError, 'dependency "bad" failed');
  }
  const late = await it.scheduler.submit({ id: "late", dependencies: ["bad"] });
  await assertRejects(() => late.result, TaskCancelledError, 'dependency "bad" failed');
  assertEquals([good.status, late.status], ["completed", "cancelled"]);
});

Deno.test("the same id and idempotency key return the outcome for as long as outcomes are kept", async () => {
  await using it = choosing({ keepFinished: 1, keepOutcomes: 2, maxRetries: 0 });
  let calls = 0;
  await it.scheduler.registerAgent({ id: "x" }, (task) => {
    if (task.id === "bad") throw new Error("no");
    return ++calls;
  });
  const submit = (id: string, idempotencyKey: string) =>
    it.scheduler.submit({ id, idempotencyKey });
  const end = async (id: string) => await (await submit(id, "k")).result.catch(() => {});
  await end("t");
  assertEquals(await (await submit("t", "k")).result, 1);
  await end("bad");
  const again = await submit("t", "k");
  const dropped = await assertRejects(() => again.result, ResultDroppedError, "completed before");
  assertEquals([dropped.taskId, dropped.outcome, again.status], ["t", "completed", "completed"]);
  await end("a");
  const failed = await assertRejects(async () => await (await submit("bad", "k")).result);
  assertEquals((failed as ResultDroppedError).outcome, "failed");
  await assertRejects(() => submit("t", "another"), DuplicateTaskError);
  for (const id of ["b", "c", "d"]) await end(id);
  assertEquals([again.status, calls], [undefined, 5]);
  assertEquals(await (await submit("t", "k")).result, 6);
});

Deno.test("a task that starts, ends and is forgotten in one late step gives its slot back", async () => {
  await using it = choosing({ keepFinished: 0, abortGraceMs: 1_000 });
  let calls = 0;
  await it.scheduler.registerAgent({ id: "x" }, () => calls++);
  await it.scheduler.resources.acquire("db", "somebody", { leaseMs: 10 });
  const handle = await it.scheduler.submit({ id: "t", resources: ["db"], totalTimeoutMs: 30 });
  const failure = assertRejects(() => handle.result, TaskFailedError, "total timeout of 30 ms");
  it.clock.jumpTo(100);
  await it.scheduler.submit({ id: "other", dependencies: ["never"] });
  await failure;
  await settle();
  assertEquals([calls, it.scheduler.getSchedulingMetrics().agents[0]?.load], [0, 0]);
});

Deno.test("a handle whose result was never read rejects nothing", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, () => Promise.reject(new NonRetryableError("no")));
  const handle = await it.scheduler.submit({ id: "t" });
  await settle();
  assertEquals(handle.status, "failed");
});

Deno.test("results and inputs are kept as they came", async () => {
  await using it = choosing();
  const input = new Map([["when", new Date(0)]]);
  const result = () => "a function";
  await it.scheduler.registerAgent({ id: "x" }, (task) => {
    assertStrictEquals(task.input, input);
    return result;
  });
  const handle = await it.scheduler.submit({ id: "t", input });
  assertStrictEquals(await handle.result, result);
});

Deno.test("a refusal that other events follow in its step rejects its caller", async () => {
  const inner = schedulerMachine();
  const machine: typeof inner = {
    ...inner,
    step(state, command, now, events) {
      const answer = inner.step(state, command, now, events);
      // As the manager does, which reports a conflict over a task that is claimed twice.
      if (answer instanceof Refusal) inner.step(state, { type: "drain" }, now, events);
      return answer;
    },
  };
  const engine = new Engine(machine, { logger: silentLogger });
  const host = { dispatcher: engine, state: () => engine.state };
  const scheduler = new TaskScheduler({}, undefined, silentLogger, { host });
  const first = await scheduler.assignTask({ id: "t", input: 1 }, "x");
  await assertRejects(() => scheduler.assignTask({ id: "t", input: 2 }, "x"), DuplicateTaskError);
  assertEquals(engine.state.tasks.draining, true);
  assertEquals(first.status, "assigned");
  await engine.close();
});

Deno.test("a task that ends in the step that accepts another one of its id has its own handle", async () => {
  await using it = choosing({ keepFinished: 0, keepOutcomes: 0 });
  const first = await it.scheduler.submit({ id: "t", totalTimeoutMs: 10 });
  const failure = assertRejects(() => first.result, TaskFailedError, "total timeout of 10 ms");
  it.clock.jumpTo(20);
  const second = await it.scheduler.submit({ id: "t" });
  await failure;
  await it.scheduler.registerAgent({ id: "x" }, () => "second");
  assertEquals(await second.result, "second");
});

Deno.test("input and result have types", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent<string, number>({ id: "x" }, (task) => task.input.length);
  const handle = await it.scheduler.submit<string, number>({ id: "t", input: "four" });
  const length: number = await handle.result;
  assertEquals(length, 4);
  // @ts-expect-error: the input is a string
  await it.scheduler.submit<string>({ id: "u", input: 4 });
});
