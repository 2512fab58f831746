import { assertEquals, assertRejects } from "@std/assert";
import { explainTask } from "../../src/tasks/views.ts";
import { lines, TaskDriver } from "./driver.ts";
import { choosing } from "./scheduling.ts";

Deno.test("T26-delay-ignored: a task with delayMs waits until its time has come", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  assertEquals(lines(driver.submit("t", { delayMs: 100 })), ["task:created t"]);
  assertEquals(driver.status("t"), "waiting");
  assertEquals(lines(driver.pass(99)), []);
  assertEquals(lines(driver.pass(1)), ["task:readied t", "task:assigned t x"]);
});

Deno.test("runAt is an instant, and one that is past is at once", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 3 });
  driver.pass(1_000);
  driver.submit("past", { runAt: 10 });
  driver.submit("now", { delayMs: 0 });
  driver.submit("later", { runAt: 1_500 });
  const status = () => ["past", "now", "later"].map((id) => driver.status(id));
  assertEquals(status(), ["assigned", "assigned", "waiting"]);
  driver.pass(500);
  assertEquals(status(), ["assigned", "assigned", "assigned"]);
});

Deno.test("a task waits for its dependencies and its time, whichever ends last", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("first");
  driver.submit("early", { after: ["first"], delayMs: 10 });
  driver.submit("late", { after: ["first"], delayMs: 100 });
  driver.pass(50);
  driver.complete("first");
  assertEquals([driver.status("early"), driver.status("late")], ["running", "waiting"]);
  driver.complete("early");
  assertEquals(lines(driver.pass(50)), [
    "task:readied late",
    "task:assigned late x",
    "task:started late x",
  ]);
});

Deno.test("the queue timeout begins when the time has come, the total one with the submission", () => {
  const driver = new TaskDriver();
  driver.submit("queue", { delayMs: 100, queueTimeoutMs: 50 });
  driver.submit("both", { delayMs: 100, queueTimeoutMs: 50, after: ["never"] });
  driver.submit("total", { delayMs: 100, totalTimeoutMs: 70 });
  driver.pass(99);
  assertEquals(driver.status("total"), "failed");
  driver.pass(1);
  driver.pass(49);
  assertEquals([driver.status("queue"), driver.status("both")], ["ready", "waiting"]);
  driver.pass(1);
  assertEquals([driver.status("queue"), driver.status("both")], ["failed", "failed"]);
});

Deno.test("waiting for its time gives a task no precedence", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("running");
  driver.submit("delayed", { delayMs: 1_000 });
  driver.pass(500);
  driver.submit("queued");
  driver.pass(600);
  driver.complete("running");
  assertEquals(driver.tasksOf("x"), ["queued"]);
});

Deno.test("a delayed task can be cancelled, and is doomed by a failed dependency at once", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("t", { delayMs: 100 });
  driver.cancel("t");
  driver.submit("failing", { retries: 0 });
  driver.submit("doomed", { delayMs: 100, after: ["failing"] });
  driver.fail("failing");
  assertEquals([driver.status("t"), driver.status("doomed")], ["cancelled", "cancelled"]);
  assertEquals(driver.pass(1_000), []);
});

Deno.test("explain() says until when a task waits", () => {
  const driver = new TaskDriver();
  driver.submit("t", { runAt: 60_000, after: ["a"] });
  driver.submit("u", { runAt: 60_000 });
  const explain = (id: string) => explainTask(driver.state, () => [], id, driver.now);
  assertEquals(explain("u").summary, "It waits until 1970-01-01T00:01:00.000Z");
  assertEquals(explain("u").runAt, 60_000);
  assertEquals(
    explain("t").summary,
    'It waits for "a", which was not submitted, and until 1970-01-01T00:01:00.000Z',
  );
});

Deno.test("delayMs and runAt are checked, and don't go together", async () => {
  await using it = choosing();
  const refused = async (fields: Record<string, unknown>, message: string) => {
    const error = await assertRejects(() => it.scheduler.submit({ id: "t", ...fields } as never));
    assertEquals((error as Error).message, `Cannot submit task "t": ${message}`);
  };
  await refused({ delayMs: -1 }, "delayMs must be a non-negative integer, got -1");
  await refused({ delayMs: "5" }, 'delayMs must be a non-negative integer, got "5"');
  await refused({ runAt: "noon" }, 'runAt must be a Date or milliseconds, got "noon"');
  const range = "runAt must be an integer from -8640000000000000 to 8640000000000000";
  await refused({ runAt: new Date(NaN) }, `${range}, got NaN`);
  await refused({ runAt: 0.5 }, `${range}, got 0.5`);
  const rule = "delayMs must not be given with runAt, got both";
  await refused({ delayMs: 1, runAt: 1 }, rule);
  assertEquals(it.scheduler.getTask("t"), undefined);
});
