import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { CoordinationManager } from "../../mod.ts";
import { BudgetExhaustedError, TaskFailedError } from "../../src/tasks/errors.ts";
import { explainTask } from "../../src/tasks/views.ts";
import { lines, TaskDriver } from "./driver.ts";
import { choosing } from "./scheduling.ts";

function driven(slots = 10): TaskDriver {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: slots });
  return driver;
}

Deno.test("T37-budget-overspent: a key hands out as many attempts as its budget has", () => {
  const driver = driven();
  driver.do({ type: "set-limit", key: "k", limit: { budget: { attempts: 2 } } });
  for (const id of ["a", "b", "c"]) driver.submit(id, { limitKey: "k" });
  driver.submit("other");
  const status = () => ["a", "b", "c", "other"].map((id) => driver.status(id));
  assertEquals(status(), ["running", "running", "ready", "running"]);
  driver.complete("a");
  assertEquals(driver.status("c"), "ready");
  const events = driver.do({ type: "set-limit", key: "k", limit: { budget: { attempts: 3 } } });
  assertEquals(lines(events).slice(1), [
    "task:assigned c x",
    "task:started c x",
    "budget:exhausted",
  ]);
});

Deno.test("T37-budget-overspent: claims that have not started count before they do", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 10 });
  driver.do({ type: "set-budget", budget: { attempts: 1 } });
  driver.submit("a");
  driver.submit("b");
  assertEquals([driver.status("a"), driver.status("b")], ["assigned", "ready"]);
  driver.refuses({ type: "assign", taskId: "b", agentId: "x" }, "limited");
  driver.cancel("a");
  assertEquals(driver.status("b"), "assigned", "the first one never started");
});

Deno.test("T38-spent-budget-unsaid: a counter that is spent stops handing out, and says so once", () => {
  const driver = driven(1);
  driver.do({ type: "set-budget", budget: { counters: { tokens: 100 } } });
  driver.submit("a");
  driver.submit("b");
  const spend = (tokens: number) =>
    driver.do({ type: "spend", taskId: "a", epoch: 0, counters: { tokens, other: 1 } });
  assertEquals(lines(spend(99)), ["task:spent a x"]);
  const exhausted = { quantity: "counter", counter: "tokens", budget: 100, spent: 119 } as const;
  assertEquals(spend(20).slice(1), [{ type: "budget:exhausted", ...exhausted }]);
  assertEquals(lines(spend(1)), ["task:spent a x"]);
  assertEquals(driver.status("a"), "running");
  driver.complete("a");
  assertEquals(driver.status("b"), "ready");
  assertEquals(
    explainTask(driver.state, () => [], "b", driver.now).summary,
    'Nothing is assigned: the budget of all attempts is spent: 120 of 100 "tokens"',
  );
  driver.do({ type: "set-budget", budget: { counters: { tokens: 121 } } });
  assertEquals(driver.status("b"), "running");
});

Deno.test("T39-retry-beyond-the-budget: a task whose budget is spent fails in place of a retry", () => {
  const driver = driven();
  driver.submit("a", { budget: { attempts: 2 }, retries: 9 });
  driver.fail("a", { retryAfterMs: 1 });
  driver.pass(10_000);
  assertEquals(driver.status("a"), "running");
  const events = driver.fail("a");
  assertEquals(lines(events), ["task:failed a x", "attempt:ended a x"]);
  assertEquals(driver.task("a").error, {
    name: "BudgetExhaustedError",
    code: "budget-exhausted",
    message: "The budget of the task is spent: 2 of 2 attempts",
    data: { quantity: "attempts", budget: 2, spent: 2 },
    cause: { name: "Error", message: "boom" },
  });
});

Deno.test("T39-retry-beyond-the-budget: nor does it go on after a pause, an answer or a release", () => {
  const ends = [
    { type: "snooze", taskId: "a", epoch: 0, delayMs: 5 },
    { type: "block", taskId: "a", epoch: 0, question: "?" },
    { type: "release-claim", taskId: "a", epoch: 0, reason: "not mine" },
    { type: "requeue-agent-tasks", agentId: "x", reason: "busy" },
  ] as const;
  for (const end of ends) {
    const driver = driven();
    driver.submit("a", { budget: { runMs: 50 } });
    driver.pass(50);
    driver.do(end);
    if (end.type === "block") driver.do({ type: "answer-question", taskId: "a", answer: "yes" });
    assertEquals(driver.status("a"), "failed", end.type);
    assertEquals(driver.task("a").error?.code, "budget-exhausted");
  }
});

Deno.test("a task that completes as its budget runs out is completed", () => {
  const driver = driven();
  driver.submit("a", { budget: { attempts: 1, counters: { tokens: 5 } } });
  driver.do({ type: "spend", taskId: "a", epoch: 0, counters: { tokens: 50 } });
  driver.complete("a");
  assertEquals(driver.status("a"), "completed");
});

Deno.test("explain() says that the budget of a key is spent", () => {
  const driver = driven();
  driver.do({ type: "set-limit", key: "k", limit: { budget: { runMs: 10 } } });
  driver.submit("a", { limitKey: "k" });
  driver.pass(12);
  driver.complete("a");
  driver.submit("b", { limitKey: "k" });
  const { summary, limit } = explainTask(driver.state, () => [], "b", driver.now);
  assertEquals(summary, 'The budget of key "k" is spent: 12 of 10 ms of running');
  assertEquals(limit?.exhausted, { quantity: "runMs", budget: 10, spent: 12 });
});

Deno.test("handlers spend by their context, and the handle of a task that may not go on says why", async () => {
  await using scheduling = choosing();
  const { scheduler, clock } = scheduling;
  await scheduler.registerAgent({ id: "x" }, async (_task, { spend }) => {
    await spend({ tokens: 600 });
    throw new Error("not found");
  });
  const { result } = await scheduler.submit({
    ...{ id: "a", retries: 9, budget: { counters: { tokens: 1_000 } } },
  });
  const failure = assertRejects(() => result, TaskFailedError);
  await clock.runUntilIdle();
  const { cause } = await failure;
  assertInstanceOf(cause, BudgetExhaustedError);
  assertEquals(cause.data, { quantity: "counter", counter: "tokens", budget: 1_000, spent: 1_200 });
  assertEquals((cause.cause as Error).message, "not found");
  assertEquals(scheduler.getTask("a")?.spent, {
    ...{ attempts: 2, runMs: 0, counters: { tokens: 1_200 } },
  });
});

Deno.test("claims spend, and a manager has the budget of all attempts", async () => {
  await using manager = new CoordinationManager();
  await manager.setBudget({ counters: { tokens: 10 } });
  const session = await manager.registerAgent({ id: "x", mode: "pull" });
  await manager.submit({ id: "a" });
  await manager.submit({ id: "b" });
  const claim = await session.claim();
  await claim!.spend({ tokens: 4 });
  await session.spend("a", { tokens: 6 });
  await claim!.complete();
  assertEquals(manager.budget(), {
    budget: { counters: { tokens: 10 } },
    spent: { attempts: 1, runMs: manager.budget()!.spent.runMs, counters: { tokens: 10 } },
    isExhausted: true,
  });
  assertEquals(await session.claim({ waitMs: 0 }), undefined);
  await manager.setBudget(undefined);
  const second = await session.claim();
  assertEquals(second?.task.id, "b");
  await second?.complete();
});

Deno.test("malformed amounts and budgets are refused by name", async () => {
  await using scheduling = choosing();
  const { scheduler } = scheduling;
  const budget = { counters: { tokens: 0 } };
  await assertRejects(
    () => scheduler.setBudget(budget),
    RangeError,
    'Cannot set the budget: budget.counters["tokens"] must be greater than 0, got 0',
  );
  await assertRejects(() => scheduler.submit({ id: "a", budget }), RangeError, "Cannot submit");
  await assertRejects(
    () => scheduler.spend("a", { tokens: -1 }),
    RangeError,
    'Cannot spend for task "a": counters["tokens"] must be',
  );
  assertEquals(scheduler.budget(), undefined);
});
