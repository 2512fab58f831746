import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { CoordinationManager } from "../../src/coordination/mod.ts";
import {
  SchedulerPausedError,
  TaskCancelledError,
  TaskFailedError,
  TaskStatusError,
  UnknownTaskError,
} from "../../src/tasks/errors.ts";
import type { TaskContext } from "../../src/tasks/attempts.ts";
import type { TaskView } from "../../src/tasks/types.ts";
import { TaskDriver } from "./driver.ts";
import { settle } from "../support/settle.ts";
import { assigning, Body, choosing, logging } from "./scheduling.ts";

// Snooze

Deno.test("T22-a-poll-costs-its-retries: a snoozed attempt costs none, and begins again in time", async () => {
  await using it = choosing();
  const begun: [attempt: number, at: number][] = [];
  const start = it.clock.now();
  await it.scheduler.registerAgent({ id: "x" }, (_task, { attempt, snooze }) => {
    begun.push([attempt, it.clock.now() - start]);
    return begun.length < 4 ? snooze(1_000) : "ready at last";
  });
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  await settle();
  assertEquals(it.scheduler.getTask("t")?.status, "backing-off");
  assertEquals(it.scheduler.explain("t").retryAt, it.clock.now() + 1_000);
  assert(it.scheduler.explain("t").summary.startsWith("It asked to go on at "));
  await it.clock.advance(3_000);
  assertEquals(await handle.result, "ready at last");
  assertEquals(begun, [[1, 0], [1, 1_000], [1, 2_000], [1, 3_000]]);
});

Deno.test("a snoozed task leaves its slot and its locks to others", async () => {
  await using it = choosing();
  const order: string[] = [];
  await it.scheduler.registerAgent({ id: "x" }, ({ id }, { snooze }) => {
    order.push(id);
    return id === "first" && order.length === 1 ? snooze(50) : id;
  });
  const first = await it.scheduler.submit({ id: "first", resources: ["db"] });
  const second = await it.scheduler.submit({ id: "second", resources: ["db"] });
  assertEquals(await second.result, "second");
  await it.clock.advance(50);
  assertEquals([await first.result, order], ["first", ["first", "second", "first"]]);
});

Deno.test("a snooze with a malformed delay fails the attempt with the rule", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, (_task, { snooze }) => snooze(-1));
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  const error = await assertRejects(() => handle.result, TaskFailedError);
  assert((error.cause as Error).message.includes("delayMs must be"), String(error.cause));
});

Deno.test("an agent outside snoozes by its epoch, and a stale one is refused", async () => {
  await using it = assigning();
  await it.scheduler.assignTask({ id: "t" }, "x");
  const { epoch } = it.scheduler.getTask("t")!;
  await it.scheduler.snoozeTask("t", 10, epoch);
  await assertRejects(() => it.scheduler.snoozeTask("t", 10, epoch), Error, "epoch");
  await it.clock.advance(10);
  assertEquals(it.scheduler.getTask("t")?.status, "assigned");
});

// Questions

Deno.test("T23-a-question-holds-a-slot: a blocked task waits for an answer without an agent", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, (task, { block }) => {
    if (task.id === "other") return "done meanwhile";
    return task.answer === undefined ? block({ which: ["a", "b"] }) : `took ${task.answer}`;
  });
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  await settle();
  const blocked = it.scheduler.getTask("t")!;
  assertEquals([blocked.status, blocked.question], ["blocked", { which: ["a", "b"] }]);
  assert(it.scheduler.explain("t").summary.includes("waits for an answer"));
  assertEquals(await (await it.scheduler.submit({ id: "other" })).result, "done meanwhile");
  assertEquals(it.scheduler.listTasks({ status: "blocked" }).tasks.map(({ id }) => id), ["t"]);
  await it.scheduler.answerTask("t", "b");
  assertEquals(await handle.result, "took b");
});

Deno.test("only an open question can be answered", async () => {
  await using it = choosing();
  await it.scheduler.submit({ id: "t" });
  await assertRejects(() => it.scheduler.answerTask("t", 1), TaskStatusError, "blocked");
  await assertRejects(() => it.scheduler.answerTask("ghost", 1), UnknownTaskError);
  await assertRejects(() => it.scheduler.answerTask("", 1), RangeError);
});

Deno.test("a blocked task can be cancelled, and its total timeout goes on", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 2 });
  for (const id of ["a", "b"]) {
    driver.submit(id, { totalTimeoutMs: 100 });
    driver.do({ type: "block", taskId: id, epoch: 0, question: "?" });
  }
  driver.cancel("a");
  assertEquals(driver.status("a"), "cancelled");
  driver.now += 100;
  driver.do({ type: "tick" });
  assertEquals(driver.status("b"), "failed");
  driver.refuses({ type: "answer-question", taskId: "b", answer: 1 }, "status", "failed");
});

// Approval

Deno.test("a result that requires approval counts once it is accepted", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, ({ id }) => `${id} by x`);
  const draft = await it.scheduler.submit({ id: "draft", requiresApproval: true });
  const after = await it.scheduler.submit({ id: "after", dependencies: ["draft"] });
  await settle();
  assertEquals(it.scheduler.getTask("draft")?.output, "draft by x");
  assertEquals([draft.status, after.status], ["blocked", "waiting"]);
  assert(it.scheduler.explain("draft").summary.includes("waits to be accepted"));
  await it.scheduler.acceptResult("draft");
  assertEquals([await draft.result, await after.result], ["draft by x", "after by x"]);
});

Deno.test("a rejected result is a failed attempt, whose successor finds the reason", async () => {
  await using it = choosing({ retryDelay: 1 });
  const seen: (string | undefined)[] = [];
  await it.scheduler.registerAgent({ id: "x" }, ({ error }, { attempt }) => {
    seen.push(error?.message);
    return attempt;
  });
  const handle = await it.scheduler.submit({ id: "t", requiresApproval: true, retries: 1 });
  await settle();
  await it.scheduler.rejectResult("t", "the tests are missing");
  await it.clock.advance(10);
  assertEquals(seen, [undefined, "the tests are missing"]);
  assertEquals(it.scheduler.getTask("t")?.output, 2);
  await it.scheduler.rejectResult("t", "still missing");
  await assertRejects(() => handle.result, TaskFailedError, "still missing");
  assertEquals(it.scheduler.getTask("t")?.output, undefined);
});

Deno.test("T24-a-result-without-approval-counts: only a proposal is reviewed, and only once", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, () => 1);
  const handle = await it.scheduler.submit({ id: "t", requiresApproval: true });
  await settle();
  await it.scheduler.cancelTask("t");
  await assertRejects(() => handle.result, TaskCancelledError);
  await assertRejects(() => it.scheduler.acceptResult("t"), TaskStatusError, "proposed result");
  assertEquals(it.scheduler.getTask("t")?.output, undefined);
});

// Retry

Deno.test("a failed task is retried as it was, with attempts from 1", async () => {
  await using it = choosing();
  let isBroken = true;
  const attempts: number[] = [];
  await it.scheduler.registerAgent({ id: "x" }, ({ input }, { attempt }) => {
    attempts.push(attempt);
    if (isBroken) throw new Error("no disk");
    return input;
  });
  const first = await it.scheduler.submit({ id: "t", retries: 0, input: 7 });
  await assertRejects(() => first.result, TaskFailedError);
  isBroken = false;
  const second = await it.scheduler.retryTask("t");
  assertEquals([await second.result, attempts], [7, [1, 1]]);
  await assertRejects(() => it.scheduler.retryTask("t"), TaskStatusError, "failed or cancelled");
  await assertRejects(() => it.scheduler.retryTask("ghost"), UnknownTaskError);
});

Deno.test("retryTasks() retries all that match, and those that their failure cancelled", async () => {
  await using it = choosing();
  let isBroken = true;
  await it.scheduler.registerAgent({ id: "x" }, ({ id }) => {
    if (isBroken) throw new Error("no disk");
    return id;
  });
  const plan = [
    ...[{ id: "late", dependencies: ["early"] }, { id: "early", retries: 0 }],
    { id: "unlike", type: "other", retries: 0 },
  ];
  for (const task of plan) await it.scheduler.submit(task);
  await it.clock.runUntilIdle();
  isBroken = false;
  const handles = await it.scheduler.retryTasks({ type: "task" });
  assertEquals(handles.map(({ id }) => id), ["late", "early"]);
  assertEquals(await Promise.all(handles.map(({ result }) => result)), ["late", "early"]);
  assertEquals(it.scheduler.getTask("unlike")?.status, "failed");
  assertEquals(await it.scheduler.retryTasks({ type: "nothing" }), []);
});

Deno.test("T15-retried-twice-at-once: a retried task waits until its last attempt has ended", () => {
  const driver = new TaskDriver({ abortGraceMs: 1_000 });
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 2 });
  driver.submit("t");
  driver.cancel("t");
  driver.do({ type: "retry", taskIds: ["t"] });
  assertEquals(driver.status("t"), "waiting");
  driver.settle("t", 1);
  assertEquals(driver.status("t"), "running");
  assertEquals(driver.task("t").epoch, 2);
});

Deno.test("the same holds for one that waits for a dependency first", () => {
  const driver = new TaskDriver({ abortGraceMs: 1_000 });
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 3 });
  driver.submit("a");
  driver.complete("a");
  driver.submit("t", { after: ["a"] });
  driver.cancel("t");
  driver.submit("b");
  driver.cancel("b");
  driver.do({ type: "retry", taskIds: ["t", "b"] });
  assertEquals([driver.status("t"), driver.status("b")], ["waiting", "waiting"]);
  driver.settle("b", 3);
  assertEquals([driver.status("t"), driver.status("b")], ["waiting", "running"]);
  driver.now += 1_000;
  driver.do({ type: "tick" });
  assertEquals(driver.status("t"), "running");
});

Deno.test("tasks whose dependencies lead back to them when they are retried are cancelled", () => {
  const driver = new TaskDriver();
  driver.submit("a", { after: ["b?ignore"] });
  driver.cancel("a");
  driver.submit("b", { after: ["a?ignore"] });
  driver.cancel("b");
  driver.do({ type: "retry", taskIds: ["a", "b"] });
  assertEquals(driver.status("b"), "cancelled");
  assertEquals(driver.status("a"), "ready");
});

// Priority

Deno.test("a queued task overtakes with a higher priority, also in its agent's own queue", async () => {
  await using it = choosing();
  const order: string[] = [];
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, (task, context) => {
    order.push(task.id);
    return task.id === "running" ? body.run(task, context) : undefined;
  });
  await it.scheduler.submit({ id: "running" });
  await it.scheduler.submit({ id: "a" });
  await it.scheduler.submit({ id: "b" });
  await it.scheduler.assignTask({ id: "placed" }, "x");
  await it.scheduler.setTaskPriority("b", 5);
  await it.scheduler.setTaskPriority("placed", 9);
  assertEquals(it.scheduler.getTask("b")?.priority, 5);
  body.end();
  await it.scheduler.whenIdle();
  assertEquals(order, ["running", "placed", "b", "a"]);
  await assertRejects(() => it.scheduler.setTaskPriority("a", 1), TaskStatusError, "unfinished");
  await assertRejects(() => it.scheduler.setTaskPriority("a", NaN), RangeError, "priority");
});

// Pause

Deno.test("T25-a-pause-that-leaks: nothing is assigned until the scheduler is resumed", async () => {
  await using it = choosing({ stealing: true, stealThreshold: 2 });
  const bodies = [new Body(), new Body()];
  await it.scheduler.registerAgent({ id: "x" }, bodies[0]!.run);
  const running = await it.scheduler.submit({ id: "running" });
  for (const id of ["p1", "p2", "p3"]) await it.scheduler.assignTask({ id }, "x");
  await it.scheduler.pause("the disk is full");
  await it.scheduler.pause("the disk is full");
  await it.scheduler.registerAgent({ id: "y" }, bodies[1]!.run);
  const waiting = await it.scheduler.submit({ id: "waiting" });
  bodies[0]!.end("it may end");
  assertEquals(await running.result, "it may end");
  await settle();
  const { tasks } = it.scheduler.listTasks({ status: "running" });
  assertEquals([tasks.length, waiting.status], [0, "ready"]);
  assertEquals(
    it.scheduler.explain("waiting").summary,
    "Nothing is assigned: the scheduler is paused (the disk is full)",
  );
  await it.scheduler.resume();
  await it.scheduler.resume();
  bodies[1]!.end();
  await it.scheduler.whenIdle();
  assertEquals(it.scheduler.getTaskCounts().completed, 5);
});

Deno.test("resume() unpins what was placed with an agent that is to be avoided by then", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 3, maxQueuedTasks: 0 });
  driver.agent("y");
  driver.do({ type: "pause", reason: "?" }, { type: "limit-agent", agentId: "x", slots: 1 });
  driver.place("x", "a", "b");
  driver.do({ type: "resume" });
  assertEquals([driver.ownerOf("a"), driver.ownerOf("b")], ["x", "y"]);
});

Deno.test("an assignment by hand is refused during a pause", async () => {
  await using it = choosing();
  it.scheduler.registerStrategy({ name: "mine", selectAgent: (_task, [agent]) => agent!.id });
  await it.scheduler.setDefaultStrategy("mine");
  await it.scheduler.registerAgent({ id: "x" }, ({ id }) => id);
  await it.scheduler.pause();
  const handle = await it.scheduler.submit({ id: "t" });
  await settle();
  assertEquals(handle.status, "ready");
  await it.scheduler.resume();
  assertEquals(await handle.result, "t");
  assertEquals(new SchedulerPausedError("assign it", "why").code, "scheduler-paused");
});

// Lists

Deno.test("lists are read by the page, in the order of submission, while tasks come and go", async () => {
  await using it = choosing();
  for (let i = 0; i < 1_500; i++) await it.scheduler.submit({ id: `t${i}`, type: `type-${i % 2}` });
  const first = it.scheduler.listTasks({ limit: 600 });
  await it.scheduler.cancelTask("t599");
  await it.scheduler.submit({ id: "newest" });
  const rest: TaskView[] = [];
  let { next } = first;
  while (next !== undefined) {
    const page = it.scheduler.listTasks({ limit: 600, after: next });
    rest.push(...page.tasks);
    next = page.next;
  }
  const ids = [...first.tasks, ...rest].map(({ id }) => id);
  assertEquals(ids, [...Array.from({ length: 1_500 }, (_, i) => `t${i}`), "newest"]);
  assertEquals(it.scheduler.listTasks({ status: "cancelled" }).tasks.map(({ id }) => id), ["t599"]);
  const odd = it.scheduler.listTasks({ type: "type-1", limit: 2, after: 900 });
  assertEquals(odd.tasks.map(({ id }) => id), ["t901", "t903"]);
});

Deno.test("the tasks of an agent are listed, and malformed filters are refused", async () => {
  await using it = assigning();
  for (const id of ["a", "b", "c"]) await it.scheduler.assignTask({ id }, id === "b" ? "y" : "x");
  assertEquals(it.scheduler.listTasks({ agentId: "x" }).tasks.map(({ id }) => id), ["a", "c"]);
  assertEquals(it.scheduler.listTasks({ agentId: "__proto__" }), { tasks: [] });
  for (
    const filter of [
      { status: "done" },
      { limit: 0 },
      { limit: 1e9 },
      { after: -2 },
      { type: 1 },
      { agentId: "" },
      null,
    ]
  ) {
    const error = assertThrows(() => it.scheduler.listTasks(filter as never)) as Error;
    assert(error.message.startsWith("Cannot list tasks: "), error.message);
  }
});

// Idleness, signals and shutdowns

Deno.test("whenIdle() resolves when all tasks have ended, and rejects when it can't", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  await it.scheduler.whenIdle();
  await it.scheduler.submit({ id: "a" });
  let isIdle = false;
  const idle = it.scheduler.whenIdle().then(() => isIdle = true);
  const controller = new AbortController();
  const aborted = assertRejects(() => it.scheduler.whenIdle(controller), Error, "not needed");
  controller.abort(new Error("not needed"));
  await aborted;
  await it.scheduler.submit({ id: "b" });
  await body.begun;
  body.end();
  await settle();
  assertEquals(isIdle, true);
  await idle;
  await it.scheduler.unregisterAgent("x");
  await it.scheduler.submit({ id: "c" });
  const closed = assertRejects(() => it.scheduler.whenIdle(), ClosedError);
  await it.scheduler.shutdown({ graceMs: 0 });
  await closed;
  await assertRejects(() => it.scheduler.whenIdle(), ClosedError);
});

Deno.test("a signal at submission cancels its own task, and leaves nothing behind", async () => {
  await using it = choosing();
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    addEventListener.apply(signal, args as never);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    removeEventListener.apply(signal, args as never);
  };
  await it.scheduler.registerAgent({ id: "x" }, ({ id }) => id);
  await (await it.scheduler.submit({ id: "a" }, { signal })).result;
  assertEquals(listeners, 0);
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const known = { id: "known", idempotencyKey: "k" };
  const other = await it.scheduler.submit(known);
  await it.scheduler.submit(known, { signal });
  const own = await it.scheduler.submit({ id: "own" }, { signal });
  controller.abort(new Error("the user left"));
  await assertRejects(() => own.result, TaskCancelledError, "the user left");
  assertEquals(other.status, "running");
  await assertRejects(
    () => it.scheduler.submit({ id: "late" }, { signal }),
    Error,
    "the user left",
  );
  await assertRejects(() => it.scheduler.submit({ id: "x" }, { signal: {} as never }), TypeError);
  body.end();
});

Deno.test("handlers hear of a shutdown before they are aborted", async () => {
  await using it = choosing();
  const saw: string[] = [];
  let context: TaskContext | undefined;
  await it.scheduler.registerAgent({ id: "x" }, (_task, given) => {
    context = given;
    return new Promise((resolve) => {
      given.signal.addEventListener("abort", () => saw.push("aborted"));
      given.shutdown.addEventListener("abort", () => {
        saw.push("told");
        resolve("what there was");
      });
    });
  });
  const handle = await it.scheduler.submit({ id: "t" });
  await settle();
  const closed = it.scheduler.shutdown({ graceMs: 1_000 });
  assertEquals(await handle.result, "what there was");
  await closed;
  assertEquals([saw, context!.signal.aborted], [["told"], false]);
});

// With a journal, and through the manager

Deno.test("with a journal, what an operator did is there after a restart", async () => {
  const inner = new MemoryJournal();
  const it = await logging({}, inner);
  await it.scheduler.submit({ id: "a" });
  await it.scheduler.setTaskPriority("a", 3);
  await it.scheduler.pause("maintenance");
  await it.scheduler.shutdown({ graceMs: 0 });
  await using again = await logging({}, inner);
  assertEquals(again.scheduler.getTask("a")?.priority, 3);
  await again.scheduler.registerAgent({ id: "x" }, ({ id }) => id);
  await settle();
  assertEquals(again.scheduler.getTask("a")?.status, "ready");
  await again.scheduler.resume();
  await again.scheduler.whenIdle();
});

Deno.test("a question that no journal can store fails the task, and says why", async () => {
  await using it = await logging();
  await it.scheduler.registerAgent({ id: "x" }, (_task, { block }) => block(1n));
  const handle = await it.scheduler.submit({ id: "t" });
  await assertRejects(() => handle.result, TaskFailedError);
});

Deno.test("the manager and its sessions have the same calls", async () => {
  await using manager = new CoordinationManager();
  const session = await manager.registerAgent({ id: "x" });
  await manager.submit({ id: "t", requiresApproval: true }, {});
  const agent = { epoch: manager.listTasks().tasks[0]!.epoch };
  await session.start("t", agent.epoch);
  await session.block("t", "go on?");
  await manager.answerTask("t", "yes");
  await session.start("t");
  await session.snooze("t", 0);
  await manager.pause();
  await manager.resume();
  await manager.setTaskPriority("t", 2);
  await manager.scheduler.performMaintenance();
  await session.start("t");
  await session.complete("t", "draft");
  await manager.rejectResult("t", "no");
  await manager.cancelTask("t");
  const again = await manager.retryTask("t");
  await session.complete("t", "better");
  await manager.acceptResult("t");
  assertEquals(await again.result, "better");
  assertEquals((await manager.retryTasks()).length, 0);
  await manager.whenIdle();
});
