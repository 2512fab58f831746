/**
 * Tasks that submit others and await them.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AdvancedTaskScheduler,
  type ChildHandle,
  DependencyCycleError,
  DuplicateTaskError,
  MemoryJournal,
  StaleEpochError,
  TaskCancelledError,
  type TaskContext,
  TaskFailedError,
  type TaskHandler,
} from "../../mod.ts";
import { explainTask, health } from "../../src/tasks/views.ts";
import { lines, submit, TaskDriver, type TaskFields } from "./driver.ts";

/** The command with which the claim in force of `parentId` submits a child. */
function child(driver: TaskDriver, parentId: string, id: string, fields: TaskFields = {}) {
  const { epoch } = driver.task(parentId);
  return { ...submit(id, fields), parent: { taskId: parentId, epoch } };
}

const awaiting = (taskId: string, childId: string) =>
  ({ type: "await", taskId, epoch: 0, childId }) as const;

/** An agent with one slot that starts its tasks at once. */
function oneSlot(): TaskDriver {
  const driver = new TaskDriver();
  driver.agent("a", { startsAtOnce: true });
  return driver;
}

Deno.test("T21-parent-waits-for-a-child-without-a-slot: it lends its slot to the child", () => {
  const driver = oneSlot();
  driver.submit("p");
  driver.do(child(driver, "p", "c"));
  assertEquals(lines(driver.do(awaiting("p", "c"))), [
    "task:lent p a",
    "task:assigned c a",
    "task:started c a",
  ]);
  assertEquals(lines(driver.complete("c")), [
    "task:completed c a",
    "attempt:ended c a",
    "task:resumed p a",
  ]);
  assertEquals(driver.load("a"), 1);
});

for (const slots of [1, 2]) {
  Deno.test(`T21-parent-waits-for-a-child-without-a-slot: five generations on ${slots} slots`, async () => {
    await using scheduler = new AdvancedTaskScheduler();
    const agent = { id: "a", maxConcurrentTasks: slots };
    await scheduler.registerAgent(agent, async ({ id, input }, { submit }) => {
      const left = input as number;
      if (left === 0) return 1;
      const children = await Promise.all(
        ["x", "y"].map((name) => submit({ id: `${id}.${name}`, input: left - 1 })),
      );
      const counts = await Promise.all(children.map(({ result }) => result as Promise<number>));
      return counts.reduce((sum, count) => sum + count, 1);
    });
    const root = await scheduler.submit({ id: "root", input: 4 });
    assertEquals(await root.result, 31);
    assertEquals((await scheduler.getHealthStatus()).metrics.lent, 0);
  });
}

Deno.test("a parent resumes beyond the slots of its agent, which starts nothing meanwhile", () => {
  const driver = oneSlot();
  driver.agent("b", { startsAtOnce: true, capabilities: ["other"] });
  driver.submit("p");
  driver.do(child(driver, "p", "c", { requires: ["other"] }), awaiting("p", "c"));
  driver.submit("q", { assignedAgent: "a" });
  driver.submit("r", { assignedAgent: "a" });
  assertEquals([driver.status("q"), driver.status("r")], ["running", "ready"]);
  driver.complete("c");
  assertEquals(driver.load("a"), 2);
  driver.complete("q");
  assertEquals([driver.load("a"), driver.status("r")], [1, "ready"]);
  driver.complete("p");
  assertEquals(driver.status("r"), "running");
});

Deno.test("a parent that awaits two children resumes when both have ended", () => {
  const driver = oneSlot();
  driver.submit("p");
  driver.do(child(driver, "p", "c"), child(driver, "p", "d"));
  driver.do(awaiting("p", "c"), awaiting("p", "d"), awaiting("p", "d"));
  assertEquals(lines(driver.complete("c")).includes("task:resumed p a"), false);
  assertEquals(driver.status("d"), "running");
  assertEquals(lines(driver.complete("d")).at(-1), "task:resumed p a");
});

Deno.test("children precede tasks that were submitted after their parent", () => {
  const driver = oneSlot();
  for (const id of ["p", "q", "r"]) {
    driver.submit(id);
    driver.pass(1);
  }
  driver.do(child(driver, "p", "c"), awaiting("p", "c"));
  assertEquals([driver.status("c"), driver.status("q")], ["running", "ready"]);
});

const ENDS: Readonly<Record<string, (driver: TaskDriver) => unknown>> = {
  completes: (driver) => driver.complete("p"),
  "fails, and is retried": (driver) => driver.fail("p"),
  "fails for good": (driver) => driver.fail("p", { fault: "task" }),
  "is cancelled": (driver) => driver.cancel("p"),
  "times out": (driver) => driver.pass(50),
  "is requeued": (driver) =>
    driver.do({ type: "requeue-agent-tasks", agentId: "a", reason: "test" }),
  "loses its agent": (driver) => driver.do({ type: "remove-agent", agentId: "a", reason: "test" }),
  "loses a lock": (driver) =>
    driver.do({ type: "preempt", taskId: "p", epoch: 1, reason: "test", isHopeless: false }),
};

for (const [name, end] of Object.entries(ENDS)) {
  for (const isAwaited of [true, false]) {
    const how = isAwaited ? "awaits" : "does not await";
    Deno.test(`a parent that ${name} cancels its children and theirs, which it ${how}`, () => {
      const driver = new TaskDriver();
      driver.agent("a", { startsAtOnce: true, maxConcurrentTasks: 2 });
      driver.submit("p", { timeoutMs: 50 });
      driver.do(child(driver, "p", "c"));
      if (isAwaited) driver.do(awaiting("p", "c"));
      driver.do(child(driver, "c", "g"));
      if (isAwaited) driver.do(awaiting("c", "g"));
      const before = driver.state.lent;
      assertEquals(before, isAwaited ? 2 : 0);
      end(driver);
      assertEquals([driver.status("c"), driver.status("g")], ["cancelled", "cancelled"]);
      assertEquals(driver.task("c").error?.message, 'the attempt of its parent "p" has ended');
      assertEquals(driver.task("g").error?.message, 'the attempt of its parent "c" has ended');
      assertEquals(driver.state.lent, 0);
    });
  }
}

Deno.test("a chain of 20,000 generations is cancelled without recursion", () => {
  const driver = oneSlot();
  driver.submit("t0");
  for (let i = 1; i <= 20_000; i++) {
    driver.do(child(driver, `t${i - 1}`, `t${i}`), awaiting(`t${i - 1}`, `t${i}`));
  }
  driver.cancel("t0");
  assertEquals(driver.state.counts.cancelled, 20_001);
  assertEquals(driver.state.lent, 0);
});

Deno.test("a retried parent replaces what did not complete, and is given what did", async () => {
  await using scheduler = new AdvancedTaskScheduler({ retryDelay: 0 });
  const runs: string[] = [];
  await scheduler.registerAgent({ id: "a", maxConcurrentTasks: 3 }, async (task, context) => {
    const { attempt, submit } = context;
    runs.push(`${task.id} ${attempt}`);
    if (task.id === "done") return "done";
    if (task.id === "broken") {
      if (runs.filter((run) => run.startsWith("broken")).length === 1) throw new Error("boom");
      return "mended";
    }
    if (task.id === "open") {
      if (runs.filter((run) => run.startsWith("open")).length > 1) return "opened";
      return await aborted(context);
    }
    const done = await submit({ id: "done", idempotencyKey: "1" });
    const results = [await done.result];
    const open = await submit({ id: "open" });
    const broken = await submit({ id: "broken", retries: 0 });
    return [...results, await broken.result, await open.result].join();
  });
  const parent = await scheduler.submit({ id: "parent" });
  assertEquals(await parent.result, "done,mended,opened");
  assertEquals(runs.filter((run) => run.startsWith("done")).length, 1);
  assertEquals(runs.filter((run) => run.startsWith("parent")), ["parent 1", "parent 2"]);
});

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; !isSo(); i++) {
    assert(i < 5_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function aborted({ signal }: TaskContext): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

Deno.test("the same attempt submits an id only once, as any submitter", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent({ id: "a" }, async ({ id }, { submit }) => {
    if (id !== "p") throw new Error("boom");
    const child = await submit({ id: "c", retries: 0 });
    await child.result.catch(() => {});
    return await submit({ id: "c" }).catch((error) => error);
  });
  assertInstanceOf(await (await scheduler.submit({ id: "p" })).result, DuplicateTaskError);
});

Deno.test("submit() after the end of the attempt is refused", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  let late: TaskContext["submit"] | undefined;
  await scheduler.registerAgent({ id: "a" }, (_, { submit }) => void (late = submit));
  await (await scheduler.submit({ id: "p" })).result;
  const error = await assertRejects(() => late!({ id: "c" }), StaleEpochError);
  const attempt = 'submit task "c" as a child of task "p", whose attempt has ended';
  assertEquals(error.message, `Cannot ${attempt}: epoch must be one in force, got 1`);
  assertEquals(scheduler.getTask("c"), undefined);
});

Deno.test("a malformed child is refused, and the attempt goes on", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent({ id: "a" }, async ({ id }, { submit }) => {
    if (id === "__proto__") return "ran";
    const bad = [undefined, null, 1, {}, { id: "" }, { id: "x", retries: -1 }];
    for (const each of bad) await assertRejects(() => submit(each as never));
    return await (await submit({ id: "__proto__" })).result;
  });
  assertEquals(await (await scheduler.submit({ id: "p" })).result, "ran");
});

Deno.test("a child that depends on an ancestor is refused", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent({ id: "a", maxConcurrentTasks: 3 }, async ({ id }, { submit }) => {
    if (id === "p") return await (await submit({ id: "c" })).result;
    const error = await submit({ id: "g", dependencies: ["p"] }).catch((error) => error);
    return error instanceof DependencyCycleError ? error.cycle : error;
  });
  assertEquals(await (await scheduler.submit({ id: "p" })).result, ["g", "p", "c", "g"]);
});

Deno.test("two tasks that await each other: the second await is refused", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  const handler: TaskHandler = async ({ id }, { submit }) => {
    const other = id === "p" ? "q" : "p";
    const handle = await submit({ id: other, idempotencyKey: other }) as ChildHandle<string>;
    return await handle.result.catch((error) => error.code);
  };
  await scheduler.registerAgent({ id: "a", maxConcurrentTasks: 2 }, handler);
  const handles = await Promise.all(
    ["p", "q"].map((id) => scheduler.submit({ id, idempotencyKey: id })),
  );
  const results = await Promise.all(handles.map(({ result }) => result));
  assertEquals(results, ["dependency-cycle", "dependency-cycle"]);
});

Deno.test("a failed child rejects the wait with its error", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent({ id: "a" }, async ({ id }, { submit }) => {
    if (id === "c") throw new Error("boom");
    const child = await submit({ id: "c", retries: 0 });
    const error = await child.result.catch((error) => error);
    return [error instanceof TaskFailedError, child.status, child.id];
  });
  assertEquals(await (await scheduler.submit({ id: "p" })).result, [true, "failed", "c"]);
});

Deno.test("cancel() of a child ends the wait of its parent", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent({ id: "a" }, async (_, { submit }) => {
    const child = await submit({ id: "c", requires: ["nothing"] });
    const result = child.result.catch((error) => error);
    await child.cancel();
    return await result instanceof TaskCancelledError;
  });
  assertEquals(await (await scheduler.submit({ id: "p" })).result, true);
});

Deno.test("heartbeats are not required while an attempt awaits, and its time limit goes on", () => {
  const driver = oneSlot();
  driver.submit("p", { heartbeatTimeoutMs: 10, timeoutMs: 100 });
  driver.do(child(driver, "p", "c"), awaiting("p", "c"));
  driver.pass(50);
  assertEquals(driver.status("p"), "running");
  driver.complete("c");
  driver.pass(9);
  assertEquals(driver.status("p"), "running");
  driver.pass(1);
  assertEquals(driver.task("p").crashes, 1);
});

Deno.test("explain() and health know who awaits whom, and why", () => {
  const driver = oneSlot();
  driver.submit("p");
  driver.do(child(driver, "p", "c"), awaiting("p", "c"));
  driver.do(child(driver, "c", "g", { requires: ["gpu"] }), awaiting("c", "g"));
  const explain = (id: string) => explainTask(driver.state, () => [], id, driver.now);
  const inner = 'It runs on agent "a", attempt 1, and awaits "g" (No agent can "gpu")';
  const { summary, awaits } = explain("p");
  assertEquals(summary, `It runs on agent "a", attempt 1, and awaits "c" (${inner})`);
  assertEquals(awaits, ["c"]);
  assertEquals(explain("g").summary, 'No agent can "gpu"; it is a child of "c"');
  assertEquals(explain("g").parentId, "c");
  const status = health(driver.state, 0, undefined);
  assertEquals([status.healthy, status.error], [false, 'no agent may run task "g"']);
  assertEquals(status.metrics.lent, 2);
});

Deno.test("lent claims are no load: tasks are not stolen because of them", () => {
  const driver = new TaskDriver({ stealing: true, stealThreshold: 2 });
  driver.agent("a", { startsAtOnce: true });
  driver.agent("b", { capabilities: ["other"] });
  for (const id of ["p", "q"]) {
    driver.submit(id, { assignedAgent: "a" });
    driver.do(child(driver, id, `${id}.c`, { requires: ["other"] }), awaiting(id, `${id}.c`));
  }
  driver.place("a", "s", "t");
  assertEquals(driver.tasksOf("a"), ["p", "q", "s", "(t)"]);
});

Deno.test("after a restart the parent runs again, and so do its open children", async () => {
  const journal = new MemoryJournal();
  const options = { journal: journal as never };
  const first = new AdvancedTaskScheduler({}, undefined, undefined, options);
  await first.initialize();
  const never: TaskHandler = async ({ id }, context) =>
    id === "p" ? await (await context.submit({ id: "c" })).result : await aborted(context);
  await first.registerAgent({ id: "a" }, never);
  (await first.submit({ id: "p" })).result.catch(() => {});
  await until(() => first.getTask("c")?.status === "running");
  await first.shutdown({ graceMs: 0 });

  const second = new AdvancedTaskScheduler({}, undefined, undefined, options);
  await second.initialize();
  assertEquals(second.getTask("c")?.status, "cancelled");
  await second.registerAgent(
    { id: "a" },
    async ({ id }, { submit }) => id === "p" ? await (await submit({ id: "c" })).result : "done",
  );
  await until(() => second.getTask("p")?.status === "completed");
  assertEquals(second.getTask("p")?.output, "done");
  await second.shutdown();
});

Deno.test("T32-only-handlers-have-children: a claim submits a child, and lends its slot", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent({ id: "p", mode: "pull" });
  const parent = await scheduler.submit({ id: "parent" });
  const claim = (await scheduler.claim("p"))!;
  const child = await claim.submit<number, number>({ id: "child", input: 20 });
  assertEquals(await scheduler.claim("p"), claim);
  const sum = child.result.then((result) => claim.complete(result + 1));
  const inner = (await scheduler.claim<number>("p"))!;
  assertEquals([inner.task.id, inner.task.parentId], ["child", "parent"]);
  await inner.complete(inner.task.input * 2);
  await sum;
  assertEquals(await parent.result, 41);
  await assertRejects(() => claim.submit({ id: "late" }), StaleEpochError);
});

Deno.test("T32-only-handlers-have-children: an agent in push mode submits by its parent's id", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.registerAgent({ id: "x" });
  await scheduler.submit({ id: "parent" });
  await assertRejects(() => scheduler.submitChild("parent", { id: "c" }), StaleEpochError);
  await scheduler.start("parent");
  const child = await scheduler.submitChild<number, number>("parent", { id: "c", input: 1 });
  const result = child.result;
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(scheduler.getAgentTasks("x").map(({ id }) => id), ["parent", "c"]);
  await scheduler.completeTask("c", 5);
  assertEquals(await result, 5);
  await scheduler.submitChild("parent", { id: "d" });
  await scheduler.completeTask("parent");
  assertEquals(scheduler.getTask("d")?.status, "cancelled");
  await assertRejects(() => scheduler.submitChild("parent", { id: "e" }, 1), StaleEpochError);
  const message = 'Cannot submit a child of task "parent": epoch must be a non-negative integer';
  await assertRejects(() => scheduler.submitChild("parent", { id: "e" }, -1), RangeError, message);
  await assertRejects(() => scheduler.submitChild("", { id: "e" }), RangeError, "taskId");
});
