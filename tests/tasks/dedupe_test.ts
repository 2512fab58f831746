import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { DuplicateKeyError } from "../../src/tasks/errors.ts";
import type { Dedupe, DedupePolicy } from "../../src/tasks/types.ts";
import { lines, submit, TaskDriver, type TaskFields } from "./driver.ts";
import { choosing } from "./scheduling.ts";

function kind(policy: DedupePolicy): { dedupe: Dedupe } {
  return { dedupe: { key: "k", policy } };
}

Deno.test('dedupe "existing" returns the open task, until it has ended', () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("a", kind("existing"));
  assertEquals(lines(driver.submit("b", kind("existing"))), ["task:recognized a"]);
  assertEquals(driver.answer, { taskId: "a", isNew: false });
  assertEquals(lines(driver.submit("a", kind("existing"))), ["task:recognized a"]);
  driver.complete("a");
  driver.submit("b", kind("existing"));
  assertEquals(driver.answer, { taskId: "b", isNew: true });
});

Deno.test('dedupe "reject" refuses with the open task, which stays', () => {
  const driver = new TaskDriver();
  driver.submit("a", kind("reject"));
  driver.refuses(submit("b", kind("reject")), "duplicate-key", "a");
  driver.refuses(submit("a", kind("reject")), "duplicate-key", "a");
  driver.cancel("a");
  driver.submit("b", kind("reject"));
  assertEquals(driver.status("b"), "ready");
});

Deno.test('dedupe "replace" cancels the older task, also when it runs', () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("a", kind("replace"));
  assertEquals(lines(driver.submit("b", kind("replace"))), [
    "task:cancelled a x",
    "task:created b",
  ]);
  assertEquals(driver.task("a").error?.message, 'it was superseded by task "b"');
  assertEquals(driver.load("x"), 1); // the attempt of a may go on
  driver.submit("c", kind("replace"));
  assertEquals([driver.status("b"), driver.status("c")], ["cancelled", "ready"]);
});

Deno.test('dedupe "replace" takes the place of the older task at maxTasks', () => {
  const driver = new TaskDriver({ maxTasks: 1 });
  driver.submit("a", kind("replace"));
  driver.submit("b", kind("replace"));
  assertEquals([driver.status("a"), driver.status("b")], ["cancelled", "ready"]);
  driver.refuses(submit("c"), "full", 1);
});

Deno.test("a task that can't be accepted supersedes none", () => {
  const driver = new TaskDriver();
  driver.submit("a", kind("replace"));
  driver.refuses(submit("a", kind("replace")), "duplicate");
  driver.refuses(submit("b", { ...kind("replace"), assignedAgent: "x" }), "unknown-agent");
  driver.refuses(submit("b", { ...kind("replace"), after: ["b"] }), "cycle", ["b", "b"]);
  assertEquals(driver.status("a"), "ready");
});

Deno.test('dedupe "debounce" restarts the delay and takes the newest input', () => {
  const driver = new TaskDriver();
  driver.submit("a", { ...kind("debounce"), delayMs: 100, input: 1 });
  driver.pass(60);
  const [event] = driver.submit("b", { ...kind("debounce"), delayMs: 100, input: 2 });
  assertEquals(event, { type: "task:debounced", taskId: "a", runAt: 160, input: 2 });
  assertEquals(driver.answer, { taskId: "a", isNew: false });
  assertEquals(lines(driver.pass(99)), []);
  assertEquals(lines(driver.pass(1)), ["task:readied a"]);
  assertEquals(driver.task("a").input?.value, 2);
  driver.submit("b", { ...kind("debounce"), delayMs: 100, input: 3 });
  assertEquals(driver.answer, { taskId: "b", isNew: true });
  driver.submit("c", { ...kind("debounce"), delayMs: 100, input: 4 });
  assertEquals(driver.answer, { taskId: "b", isNew: false });
});

Deno.test("totalTimeoutMs bounds for how long a task can be debounced", () => {
  const driver = new TaskDriver();
  driver.submit("a", { ...kind("debounce"), delayMs: 100, totalTimeoutMs: 150 });
  driver.pass(90);
  driver.submit("b", { ...kind("debounce"), delayMs: 100 });
  driver.pass(60);
  assertEquals(driver.status("a"), "failed");
});

Deno.test("an id with its idempotency key comes before the key, and other ids after it", () => {
  const driver = new TaskDriver();
  driver.submit("a", { ...kind("reject"), idempotencyKey: "i" });
  driver.submit("a", { ...kind("reject"), idempotencyKey: "i" });
  assertEquals(driver.answer, { taskId: "a", isNew: false });
  driver.submit("other", { idempotencyKey: "i" });
  driver.submit("other", { ...kind("existing"), idempotencyKey: "j" });
  assertEquals(driver.answer, { taskId: "a", isNew: false });
  driver.submit("other", { ...kind("existing"), idempotencyKey: "i" });
  assertEquals(driver.answer, { taskId: "other", isNew: false });
});

Deno.test("the handles of one task by two ids have its result, and errors name the open task", async () => {
  await using it = choosing();
  const { scheduler } = it;
  const a = await scheduler.submit({ id: "a", ...kind("existing") });
  const b = await scheduler.submit({ id: "b", ...kind("existing") });
  assertEquals([a.id, b.id, scheduler.getTask("b")], ["a", "a", undefined]);
  const error = await assertRejects(() => scheduler.submit({ id: "c", ...kind("reject") }));
  assertInstanceOf(error, DuplicateKeyError);
  assertEquals([error.code, error.key, error.taskId], ["duplicate-key", "k", "a"]);
  const message = 'Cannot submit task "c": no open task may have the key "k", got "a"';
  assertEquals(error.message, message);
  await scheduler.registerAgent({ id: "x" }, () => 1);
  assertEquals([await a.result, await b.result], [1, 1]);
  await scheduler.submit({ id: "__proto__", dedupe: { key: "__proto__", policy: "existing" } });
});

Deno.test("a malformed dedupe is refused, and debounce without a delay", async () => {
  await using it = choosing();
  const refused = async (fields: Record<string, unknown>, message: string) => {
    const error = await assertRejects(() => it.scheduler.submit({ id: "t", ...fields } as never));
    assertEquals((error as Error).message, `Cannot submit task "t": ${message}`);
  };
  await refused({ dedupe: "k" }, 'dedupe must be an object, got "k"');
  await refused({ dedupe: { policy: "reject" } }, "dedupe.key must be a string, got undefined");
  const choices = '"existing", "reject", "replace", "debounce"';
  const rule = `dedupe.policy must be one of ${choices}, got "drop"`;
  await refused({ dedupe: { key: "k", policy: "drop" } }, rule);
  const debounce = 'delayMs or runAt must be given with dedupe.policy "debounce", got none';
  await refused({ dedupe: { key: "k", policy: "debounce" } }, debounce);
});

Deno.test("a task supersedes neither its own dependency nor, as a child, its parents", () => {
  const driver = new TaskDriver();
  driver.submit("a", kind("replace"));
  driver.refuses(submit("b", { ...kind("replace"), after: ["a"] }), "duplicate-key", "a");
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 2 });
  const childOf = (taskId: string, id: string, fields: TaskFields) => ({
    ...submit(id, fields),
    parent: { taskId, epoch: driver.task(taskId).epoch },
  });
  driver.do(childOf("a", "child", {}));
  driver.refuses(childOf("child", "c", kind("replace")), "duplicate-key", "a");
  assertEquals([driver.status("a"), driver.status("child")], ["running", "running"]);
});
