import { assert, assertEquals, assertRejects } from "@std/assert";
import { LimitError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { KeyLimitError } from "../../src/tasks/errors.ts";
import type { KeyLimit } from "../../src/tasks/limits.ts";
import { tokenAt } from "../../src/tasks/permits.ts";
import { explainTask } from "../../src/tasks/views.ts";
import { lines, TaskDriver, type TaskFields } from "./driver.ts";
import { choosing, logging } from "./scheduling.ts";

/** A machine whose key `k` has a limit, and an agent with ten slots that starts tasks at once. */
function limited(limit: KeyLimit, slots = 10): TaskDriver {
  const driver = new TaskDriver({ limits: { k: limit } });
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: slots });
  return driver;
}

function running(driver: TaskDriver): string[] {
  return [...driver.state.tasks.values()].filter(({ status }) => status === "running")
    .map(({ spec: { id } }) => id);
}

const ofKey: TaskFields = { limitKey: "k" };

Deno.test("T27-key-over-its-limit: as many tasks of a key run as its limit allows", () => {
  const driver = limited({ maxConcurrent: 2 });
  for (const id of ["a", "b", "c", "d"]) driver.submit(id, ofKey);
  driver.submit("other");
  assertEquals(running(driver), ["a", "b", "other"]);
  driver.complete("a");
  assertEquals(running(driver), ["b", "c", "other"]);
});

Deno.test("a task of a key that has no permit left is not assigned by name, and not given to a claim", () => {
  const driver = limited({ maxConcurrent: 1 });
  driver.agent("asker", { pulls: true });
  driver.submit("a", ofKey);
  driver.submit("b", ofKey);
  driver.refuses({ type: "assign", taskId: "b", agentId: "x" }, "limited", "k");
  driver.do({ type: "claim", agentId: "asker", taskId: "b" });
  assertEquals(driver.status("b"), "ready");
  driver.complete("a");
  assertEquals(driver.ownerOf("b"), "asker");
});

Deno.test("T34-blocked-key-starves-others: a key without a permit holds up no other task", () => {
  const driver = limited({ maxConcurrent: 0 }, 1);
  for (let i = 0; i < 5; i++) driver.submit(`blocked-${i}`, { ...ofKey, priority: 9 });
  driver.submit("free");
  driver.submit("of another key", { limitKey: "other" });
  assertEquals(running(driver), ["free"]);
  driver.complete("free");
  assertEquals(running(driver), ["of another key"]);
});

Deno.test("T34-blocked-key-starves-others: nor in the queue of the agent that it was placed with", () => {
  const driver = limited({ maxConcurrent: 1 }, 2);
  for (const id of ["a", "b", "c"]) {
    driver.submit(id, { ...ofKey, assignedAgent: "x", placed: true });
  }
  driver.place("x", "free");
  assertEquals(driver.tasksOf("x"), ["a", "(b)", "(c)", "free"]);
  driver.complete("a");
  assertEquals(driver.tasksOf("x"), ["b", "(c)", "free"]);
});

Deno.test("a place in the queue of an agent is for a task without a permit, too", () => {
  const driver = limited({ maxConcurrent: 0 }, 1);
  driver.agent("x", { startsAtOnce: true, maxQueuedTasks: 1 });
  for (const id of ["a", "b"]) driver.submit(id, { ...ofKey, assignedAgent: "x", placed: true });
  assertEquals(driver.tasksOf("x"), ["(a)"]);
  driver.cancel("a");
  assertEquals(driver.tasksOf("x"), ["(b)"]);
});

/** A key without a token until 10, on whose timer alone `t` waits; an attempt lingers until then, too. */
function timed(fields: Parameters<TaskDriver["agent"]>[1]): TaskDriver {
  const limits = { k: { rate: { tokens: 1, perMs: 10 } } };
  const driver = new TaskDriver({ limits, abortGraceMs: 6 });
  driver.agent("y", { startsAtOnce: true, maxConcurrentTasks: 2 });
  driver.submit("lingers");
  driver.submit("first", ofKey);
  driver.agent("x", fields);
  driver.place("x", "own");
  driver.submit("t", { ...ofKey, assignedAgent: "x", placed: true });
  driver.pass(4);
  driver.cancel("lingers");
  return driver;
}

const IN_ORDER = ["limit:replenished", "attempt:ended lingers y"];

Deno.test("the timer of a key keeps its age when what waits for it moves to an agent's queue", () => {
  const driver = timed({ maxQueuedTasks: 1, maxConcurrentTasks: 0 });
  assertEquals(driver.ownerOf("t"), undefined);
  driver.cancel("own");
  assertEquals(driver.tasksOf("x"), ["(t)"]);
  assertEquals(lines(driver.pass(6)), IN_ORDER);
});

Deno.test("the timer of a key keeps its age when what waits for it is unpinned", () => {
  const driver = timed({ maxQueuedTasks: 0, pulls: true });
  driver.do({ type: "limit-agent", agentId: "x", slots: 1 });
  assertEquals(driver.task("t").pinnedTo, "");
  assertEquals(lines(driver.pass(6)).slice(0, 2), IN_ORDER);
});

Deno.test("a key that was blocked for long does not overtake all others once it opens", () => {
  const driver = limited({ maxConcurrent: 0 }, 1);
  driver.submit("first");
  for (const id of ["k1", "k2", "k3"]) driver.submit(id, ofKey);
  driver.pass(100);
  for (const id of ["p1", "p2", "p3"]) driver.submit(id);
  driver.pass(100);
  driver.do({ type: "set-limit", key: "k", limit: { maxConcurrent: 5 } });
  const order: string[] = [];
  for (let id = "first"; id !== undefined; id = running(driver)[0]!) {
    driver.pass(10);
    driver.complete(id);
    order.push(id);
  }
  assertEquals(order, ["first", "p1", "p2", "p3", "k1", "k2", "k3"]);
});

Deno.test("keys take turns", () => {
  const driver = new TaskDriver({ limits: { k: { maxConcurrent: 5 }, l: { maxConcurrent: 5 } } });
  driver.agent("x", { startsAtOnce: true });
  for (const id of ["k1", "k2", "k3"]) driver.submit(id, ofKey);
  driver.pass(1);
  for (const id of ["l1", "l2"]) driver.submit(id, { limitKey: "l" });
  const order: string[] = [];
  for (let id = running(driver)[0]; id !== undefined; id = running(driver)[0]) {
    driver.pass(10);
    driver.complete(id);
    order.push(id);
  }
  assertEquals(order, ["k1", "k2", "l1", "k3", "l2"]);
});

Deno.test("T35-permit-not-given-back: an attempt gives its permit back, however it ends", () => {
  const ends: readonly (readonly [string, (driver: TaskDriver) => void])[] = [
    ["complete", (driver) => driver.complete("a")],
    ["fail", (driver) => driver.fail("a", { fault: "task" })],
    ["retry", (driver) => driver.fail("a", { retryAfterMs: 50 })],
    ["snooze", (driver) => driver.do({ type: "snooze", taskId: "a", epoch: 0, delayMs: 50 })],
    ["block", (driver) => driver.do({ type: "block", taskId: "a", epoch: 0, question: "?" })],
    ["cancel", (driver) => {
      driver.cancel("a");
      assertEquals(running(driver), [], "the attempt may go on");
      driver.settle("a", 1);
    }],
    ["death", (driver) => {
      driver.agent("y", { startsAtOnce: true });
      driver.do({ type: "remove-agent", agentId: "x", reason: "gone" });
      driver.complete("a");
    }],
  ];
  for (const [name, end] of ends) {
    const driver = limited({ maxConcurrent: 1 });
    driver.submit("a", ofKey);
    driver.submit("b", ofKey);
    end(driver);
    assertEquals(running(driver), ["b"], name);
    driver.complete("b");
  }
});

Deno.test("T35-permit-not-given-back: a task that waits for its locks has no permit", () => {
  const driver = limited({ maxConcurrent: 1 });
  driver.submit("a", { ...ofKey, resources: [{ resourceId: "r", mode: "exclusive", units: 1 }] });
  driver.submit("b", ofKey);
  assertEquals(driver.status("b"), "ready");
  driver.do({ type: "park", taskId: "a", epoch: 1 });
  assertEquals(driver.status("b"), "running");
});

Deno.test("a parent lends its permit while it awaits a child, and has it again at once", () => {
  const driver = limited({ maxConcurrent: 1 });
  driver.submit("parent", ofKey);
  driver.do({
    ...{ type: "submit", input: undefined, metadata: undefined },
    task: { ...driver.task("parent").spec, id: "child" },
    parent: { taskId: "parent", epoch: 1 },
  });
  assertEquals(driver.status("child"), "ready");
  driver.do({ type: "await", taskId: "parent", epoch: 1, childId: "child" });
  assertEquals(driver.status("child"), "running");
  driver.submit("third", ofKey);
  driver.complete("child");
  assertEquals(running(driver), ["parent"]);
  assertEquals(driver.state.limits.get("k")!.running, 1);
});

Deno.test("a limit that is lowered interrupts nothing, and one that is raised hands out at once", () => {
  const driver = limited({ maxConcurrent: 3 });
  for (const id of ["a", "b", "c", "d", "e"]) driver.submit(id, ofKey);
  driver.do({ type: "set-limit", key: "k", limit: { maxConcurrent: 1 } });
  assertEquals(running(driver), ["a", "b", "c"]);
  driver.complete("a");
  driver.complete("b");
  assertEquals(running(driver), ["c"]);
  const events = driver.do({ type: "set-limit", key: "k", limit: { maxConcurrent: 2 } });
  assertEquals(lines(events), ["limit:changed", "task:assigned d x", "task:started d x"]);
  driver.do({ type: "set-limit", key: "k", limit: {} });
  assertEquals(running(driver), ["c", "d", "e"]);
  driver.do({ type: "set-limit", key: "k" });
  assertEquals(driver.state.limits.get("k")!.limit, { maxConcurrent: 3 }, "the config's");
});

Deno.test("T36-rate-exceeded: a full bucket is a burst, and its tokens come back evenly", () => {
  const driver = limited({ rate: { tokens: 3, perMs: 100 } });
  for (let i = 0; i < 6; i++) driver.submit(`t${i}`, ofKey);
  assertEquals(running(driver).length, 3);
  assertEquals(lines(driver.pass(33)), []);
  assertEquals(lines(driver.pass(1)), [
    "limit:replenished",
    "task:assigned t3 x",
    "task:started t3 x",
  ]);
  const begun = (at: number) => driver.pass(at - driver.now).length / 3;
  assertEquals([begun(66), begun(67), begun(99), begun(100)], [0, 1, 0, 1]);
});

Deno.test("T36-rate-exceeded: a retry takes a token again, and a claim that never starts takes none", () => {
  const limits = { k: { rate: { tokens: 1, perMs: 100 } } };
  const driver = new TaskDriver({ limits, retryDelay: 1 });
  driver.agent("x", { maxConcurrentTasks: 10 });
  driver.submit("a", ofKey);
  driver.submit("b", ofKey);
  driver.pass(500);
  assertEquals([driver.status("a"), driver.status("b")], ["assigned", "ready"], "one token");
  driver.cancel("a");
  assertEquals(driver.status("b"), "assigned", "it did not start");
  driver.start("b");
  driver.fail("b", { retryAfterMs: 1 });
  driver.pass(99);
  assertEquals(driver.status("b"), "ready");
  driver.pass(1);
  assertEquals(driver.status("b"), "assigned");
});

Deno.test("a rate that is changed keeps the tokens that there are", () => {
  const driver = limited({ rate: { tokens: 4, perMs: 100 } });
  for (const id of ["a", "b", "c"]) driver.submit(id, ofKey);
  driver.do({ type: "set-limit", key: "k", limit: { rate: { tokens: 5, perMs: 1_000 } } });
  for (const id of ["d", "e"]) driver.submit(id, ofKey);
  assertEquals(running(driver), ["a", "b", "c", "d"]);
  const key = driver.state.limits.get("k")!;
  assertEquals(tokenAt(key, driver.now), driver.now + 200);
});

Deno.test("explain() says that a task waits for its key, and how many are before it", () => {
  const driver = limited({ maxConcurrent: 1, rate: { tokens: 1, perMs: 120 } });
  const explain = (id: string) => explainTask(driver.state, () => [], id, driver.now);
  for (const id of ["a", "b", "c"]) driver.submit(id, ofKey);
  assertEquals(
    explain("c").summary,
    'It waits for a permit of key "k": 1 of 1 running, 1 before it',
  );
  assertEquals(explain("c").limit, { key: "k", running: 1, maxConcurrent: 1, ahead: 1 });
  driver.complete("a");
  assertEquals(
    explain("b").summary,
    'It waits for the rate of key "k": next token in 120 ms, 0 before it',
  );
  driver.do({ type: "set-limit", key: "k", limit: { maxConcurrent: 0 } });
  assertEquals(explain("b").summary, 'It waits for a permit of key "k": it is paused, 0 before it');
});

Deno.test("a key is kept as long as a limit, a task or an attempt needs it", () => {
  const driver = new TaskDriver({ maxLimits: 1 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("a", { limitKey: "__proto__" });
  assertEquals([...driver.state.limits.keys()], ["__proto__"]);
  driver.cancel("a");
  assertEquals(driver.state.limits.size, 1, "its attempt goes on");
  driver.settle("a", 1);
  assertEquals(driver.state.limits.size, 0);
  driver.do({ type: "set-limit", key: "k", limit: {} });
  driver.refuses({ type: "set-limit", key: "l", limit: {} }, "full", 1);
  driver.do({ type: "set-limit", key: "k" });
  assertEquals(driver.state.limits.size, 0);
});

Deno.test("setLimit(), limitOf(), limits() and listTasks() of a scheduler", async () => {
  await using scheduling = choosing({ maxLimits: 1 });
  const { scheduler, clock } = scheduling;
  await scheduler.registerAgent({ id: "x", maxConcurrentTasks: 5 });
  await scheduler.setLimit("api", { maxConcurrent: 1, rate: { tokens: 2, perMs: 1_000 } });
  await scheduler.submit({ id: "a", limitKey: "api" });
  await scheduler.submit({ id: "b", limitKey: "api" });
  await scheduler.submit({ id: "c" });
  await scheduler.start("a");
  const now = clock.now();
  const limit = { maxConcurrent: 1, rate: { tokens: 2, perMs: 1_000 } };
  assertEquals(scheduler.limitOf("api"), {
    ...{ key: "api", limit, running: 1, waiting: 1, tokens: 1 },
  });
  assertEquals(scheduler.limits().map(({ key }) => key), ["api"]);
  assertEquals(scheduler.limitOf("nothing"), undefined);
  assertEquals(scheduler.listTasks({ limitKey: "api" }).tasks.map(({ id }) => id), ["a", "b"]);
  assertEquals(scheduler.getTask("a")?.limitKey, "api");
  await assertRejects(
    () => scheduler.setLimit("other", { maxConcurrent: 1 }),
    LimitError,
    'Cannot set the limit of "other": there must be room',
  );
  await scheduler.completeTask("a");
  await scheduler.start("b");
  assertEquals(scheduler.limitOf("api")?.nextTokenAt, now + 500);
});

Deno.test("a malformed limit is refused by name, and changes nothing", async () => {
  await using scheduling = choosing();
  const { scheduler } = scheduling;
  const malformed = [
    [{ maxConcurrent: -1 }, RangeError, "limit.maxConcurrent must be"],
    [{ maxConcurent: 1 }, TypeError, 'got "limit.maxConcurent"'],
    [{ rate: { tokens: 0, perMs: 1 } }, RangeError, "limit.rate.tokens must be"],
    [{ rate: { tokens: 1 } }, TypeError, "limit.rate.perMs must be"],
    [null, TypeError, "limit must be an object"],
    [{ budget: { attempts: 0 } }, RangeError, "limit.budget.attempts must be"],
  ] as const;
  for (const [limit, error, message] of malformed) {
    const set = () => scheduler.setLimit("k", limit as unknown as KeyLimit);
    await assertRejects(set, error, `Cannot set the limit of "k"`);
    await assertRejects(set, error, message);
  }
  await assertRejects(() => scheduler.setLimit("", {}), RangeError, "key must");
  await assertRejects(() => scheduler.submit({ id: "t", limitKey: "" }), RangeError, "limitKey");
  assertEquals(scheduler.limits(), []);
});

Deno.test("a strategy of a caller is not asked about tasks without a permit, and again once there is", async () => {
  await using scheduling = choosing();
  const { scheduler, clock } = scheduling;
  const asked: string[] = [];
  scheduler.registerStrategy({
    name: "own",
    selectAgent({ id }, [agent]) {
      asked.push(id);
      return agent!.id;
    },
  });
  await scheduler.setDefaultStrategy("own");
  await scheduler.registerAgent({ id: "x", maxConcurrentTasks: 5 });
  await scheduler.setLimit("k", { rate: { tokens: 1, perMs: 100 } });
  await scheduler.submit({ id: "a", limitKey: "k" });
  await scheduler.submit({ id: "b", limitKey: "k" });
  await clock.advance(10);
  assertEquals(asked, ["a"]);
  await scheduler.start("a");
  await clock.advance(100);
  assertEquals(asked, ["a", "b"]);
});

Deno.test("assignTask() of a key without a permit waits with its agent", async () => {
  await using scheduling = choosing({ limits: { k: { maxConcurrent: 0 } } });
  const { scheduler } = scheduling;
  await scheduler.registerAgent({ id: "x" });
  await scheduler.assignTask({ id: "a", limitKey: "k" }, "x");
  assertEquals(scheduler.getAgentTasks("x").map(({ id, status }) => [id, status]), [
    ["a", "assigned"],
  ]);
  assertEquals(
    scheduler.explain("a").summary,
    'It waits for a permit of key "k": it is paused, 0 before it, in the queue of agent "x"',
  );
  assert(new KeyLimitError("assign", "k").code === "key-limit");
});

Deno.test("limits that calls have set, and tokens, outlive a restart", async () => {
  const journal = new MemoryJournal();
  const first = await logging({}, journal);
  await first.scheduler.setLimit("k", { maxConcurrent: 7, rate: { tokens: 5, perMs: 1_000_000 } });
  await first.scheduler.registerAgent({ id: "x" });
  await first.scheduler.submit({ id: "a", limitKey: "k" });
  await first.scheduler.start("a");
  const view = first.scheduler.limitOf("k");
  await first.scheduler.performMaintenance();
  await first[Symbol.asyncDispose]();
  await using second = await logging({}, journal);
  assertEquals(second.scheduler.limitOf("k")?.limit, view?.limit);
  assertEquals(second.scheduler.limitOf("k")?.tokens, 4);
});
