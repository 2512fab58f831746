import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decode, encode } from "../../src/core/data/plain.ts";
import type { TaskContext } from "../../src/tasks/attempts.ts";
import { TaskStatusError } from "../../src/tasks/errors.ts";
import { reportsOf } from "../../src/tasks/remarks.ts";
import { viewOf } from "../../src/tasks/state.ts";
import { TaskDriver } from "./driver.ts";
import { assigning, choosing } from "./scheduling.ts";

function working(config: ConstructorParameters<typeof TaskDriver>[0] = {}): TaskDriver {
  const driver = new TaskDriver(config);
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 10 });
  return driver;
}

function note(driver: TaskDriver, taskId: string, ...texts: readonly string[]) {
  return driver.do(...texts.map((text) => ({ type: "note", taskId, epoch: 0, text }) as const));
}

function complete(driver: TaskDriver, taskId: string, result: unknown, summary?: string) {
  const given = summary === undefined ? {} : { summary };
  return driver.do({ type: "complete", taskId, epoch: 0, result, ...given });
}

Deno.test("T31-dependents-learn-nothing: they receive results, notes and summaries, in order", async () => {
  await using it = choosing();
  const { scheduler } = it;
  let received: unknown;
  await scheduler.registerAgent({ id: "a1" }, async ({ id }, context) => {
    if (id === "last") received = context.dependencies;
    else await context.note(`${id} was looked at`);
    if (id === "bad") throw new Error("boom");
    if (id === "good") context.summarize("done in part");
    if (id === "good") context.summarize("done");
    return id;
  });
  await scheduler.submit({ id: "bad", retries: 0 });
  await scheduler.submit({ id: "good" });
  const dependencies = ["good", { taskId: "bad", onFailure: "ignore" as const }];
  const last = await scheduler.submit({ id: "last", dependencies });
  await last.result;
  assertEquals(received, [
    {
      ...{ taskId: "good", outcome: "completed", notes: ["good was looked at"] },
      ...{ summary: "done", result: "good" },
    },
    { taskId: "bad", outcome: "failed", notes: ["bad was looked at"] },
  ]);
  const view = scheduler.getTask("good");
  assertEquals([view?.notes, view?.summary], [["good was looked at"], "done"]);
});

Deno.test("T31-dependents-learn-nothing: a result reaches them when it is kept no longer", () => {
  const driver = working({ keepFinished: 0, keepOutcomes: 0 });
  driver.submit("a");
  driver.submit("b");
  driver.submit("c", { after: ["a", "b"] });
  note(driver, "a", "first");
  complete(driver, "a", { n: 1 }, "short");
  assertEquals(driver.state.tasks.has("a"), false);
  driver.do({ type: "complete", taskId: "b", epoch: 0, result: 2 });
  const restored = decode(encode(driver.state)) as TaskDriver["state"];
  for (const state of [driver.state, restored]) {
    assertEquals(reportsOf(state.tasks.get("c")!), [
      { taskId: "a", outcome: "completed", notes: ["first"], summary: "short", result: { n: 1 } },
      { taskId: "b", outcome: "completed", notes: [], result: 2 },
    ]);
  }
});

Deno.test("of a dependency that ended long before only the outcome is known", () => {
  const driver = working({ keepFinished: 0 });
  driver.submit("a");
  complete(driver, "a", 1, "short");
  driver.submit("b", { after: ["a"] });
  assertEquals(reportsOf(driver.task("b")), [{ taskId: "a", outcome: "completed", notes: [] }]);
});

Deno.test("what a task has received is dropped with its end", () => {
  const driver = working();
  driver.submit("a");
  complete(driver, "a", 1);
  driver.submit("b", { after: ["a"] });
  complete(driver, "b", 1);
  assertEquals(driver.task("b").received, undefined);
});

Deno.test("a task keeps its newest notes, of all attempts", () => {
  const driver = working({ maxNotes: 2, retryDelay: 0 });
  driver.submit("t");
  const [event] = note(driver, "t", "one", "two");
  assertEquals(event, { type: "task:noted", taskId: "t", agentId: "x", epoch: 1, text: "one" });
  driver.fail("t");
  driver.settle("t", 1);
  driver.pass(1);
  note(driver, "t", "three");
  assertEquals(viewOf(driver.task("t")).notes, ["two", "three"]);
});

Deno.test("a note counts as a heartbeat, and needs an attempt", () => {
  const driver = working();
  driver.submit("t", { heartbeatTimeoutMs: 10 });
  driver.pass(9);
  note(driver, "t", "alive");
  driver.pass(9);
  assertEquals(driver.status("t"), "running");
  driver.submit("u", { after: ["t"] });
  driver.refuses({ type: "note", taskId: "u", epoch: 0, text: "" }, "status", "waiting");
  driver.refuses({ type: "note", taskId: "t", epoch: 9, text: "" }, "stale-epoch", 1);
});

Deno.test("the summary of a rejected result is dropped, and that of an accepted one counts", () => {
  const driver = working({ retryDelay: 0 });
  driver.submit("t", { requiresApproval: true });
  const [proposed] = complete(driver, "t", 1, "weak");
  assertEquals((proposed as { summary?: string }).summary, "weak");
  assertEquals(viewOf(driver.task("t")).summary, "weak");
  driver.do({ type: "review", taskId: "t", isAccepted: false, reason: "too weak" });
  assertEquals("summary" in viewOf(driver.task("t")), false);
  driver.pass(1);
  complete(driver, "t", 2, "strong");
  const [completed] = driver.do({ type: "review", taskId: "t", isAccepted: true, reason: "" });
  assertEquals((completed as { summary?: string }).summary, "strong");
});

Deno.test("a claim has the dependencies, adds notes and completes with a summary", async () => {
  await using it = choosing();
  const { scheduler } = it;
  await scheduler.registerAgent({ id: "p", mode: "pull" });
  await scheduler.submit({ id: "a" });
  const last = await scheduler.submit({ id: "b", dependencies: ["a"] });
  const first = (await scheduler.claim("p"))!;
  await first.note("half");
  first.summarize("whole");
  await first.complete(1);
  const second = (await scheduler.claim("p"))!;
  assertEquals(second.dependencies, [
    { taskId: "a", outcome: "completed", notes: ["half"], summary: "whole", result: 1 },
  ]);
  await second.complete(2);
  assertEquals([await last.result, last.summary, last.notes], [2, undefined, []]);
  await assertRejects(() => first.note("late"), TaskStatusError);
});

Deno.test("a parent reads the summaries of its children", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "a1" }, async ({ id }, context) => {
    if (id === "c") {
      await context.note("found it");
      return context.summarize("short");
    }
    const child = await context.submit({ id: "c" });
    await child.result;
    return [child.summary, child.notes];
  });
  const parent = await it.scheduler.submit({ id: "p" });
  assertEquals(await parent.result, ["short", ["found it"]]);
});

Deno.test("agents outside add notes and summaries by calls", async () => {
  await using it = assigning();
  const { scheduler } = it;
  const handle = await scheduler.assignTask({ id: "t" }, "x");
  await scheduler.start("t");
  await scheduler.noteTask("t", "seen");
  await scheduler.completeTask("t", 1, 0, { summary: "short" });
  assertEquals([handle.notes, handle.summary], [["seen"], "short"]);
});

Deno.test("notes and summaries that are too long, or no text, are refused and change nothing", async () => {
  await using it = choosing({ maxNoteLength: 5 });
  const { scheduler } = it;
  const begun = Promise.withResolvers<TaskContext>();
  const end = Promise.withResolvers<void>();
  await scheduler.registerAgent({ id: "x" }, (_task, context) => {
    begun.resolve(context);
    return end.promise;
  });
  const handle = await scheduler.submit({ id: "t" });
  const { note, summarize } = await begun.promise;
  const most = "must have at most 5 characters, got 6";
  await assertRejects(() => note("123456"), RangeError, `add a note to task "t": text ${most}`);
  const text = 'Cannot add a note to task "t": text must be a string, got 5';
  await assertRejects(() => note(5 as never), TypeError, text);
  assertThrows(() => summarize("123456"), RangeError, `summarize task "t": text ${most}`);
  const outside = "Cannot add a note: text must be a string, got null";
  await assertRejects(() => scheduler.noteTask("t", null as never), TypeError, outside);
  const complete = (options: unknown) => scheduler.completeTask("t", 1, 0, options as never);
  const long = `Cannot complete a task: summary ${most}`;
  await assertRejects(() => complete({ summary: "123456" }), RangeError, long);
  await assertRejects(() => complete(5), TypeError, "options must be an object, got 5");
  await note("12345");
  end.resolve();
  await handle.result;
  assertEquals([handle.notes, handle.summary], [["12345"], undefined]);
});
