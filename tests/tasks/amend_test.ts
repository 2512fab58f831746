import { assertEquals, assertRejects } from "@std/assert";
import {
  AdvancedTaskScheduler,
  DependencyCycleError,
  TaskStatusError,
  UnknownTaskError,
} from "../../mod.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import type { AmendTask } from "../../src/tasks/commands.ts";
import { reportsOf } from "../../src/tasks/remarks.ts";
import { lines, submit, TaskDriver } from "./driver.ts";

Deno.test("a task that has not ended says something else, and its next attempt has it", async () => {
  await using scheduler = new AdvancedTaskScheduler({ retryDelay: 1 });
  await scheduler.registerAgent({ id: "a", mode: "pull" });
  await scheduler.submit({ id: "t1", description: "one", input: 1, metadata: { a: 1 } });
  const first = await scheduler.claim("a");
  await scheduler.amendTask("t1", { description: "two", input: 2 });
  await scheduler.amendTask("t1", {});
  const { description, input, metadata } = scheduler.getTask("t1")!;
  assertEquals([description, input, metadata], ["two", 2, { a: 1 }]);
  assertEquals(first?.task.input, 1);
  await first?.fail(new Error("once"));
  const second = await scheduler.claim("a", { waitMs: 5_000 });
  assertEquals([second?.task.input, second?.task.description], [2, "two"]);
  await second?.complete();
  await assertRejects(() => scheduler.amendTask("t1", { input: 3 }), TaskStatusError);
  await assertRejects(() => scheduler.amendTask("t2", { input: 3 }), UnknownTaskError);
  await assertRejects(
    () => scheduler.amendTask("t1", { description: 5 as unknown as string }),
    TypeError,
    "description",
  );
});

// What a task needs

type Needs = Omit<Partial<AmendTask>, "type" | "taskId" | "dependencies">;

/** The command that gives a task other needs; dependencies are such as `"a"` or `"a?ignore"`. */
function amend(
  taskId: string,
  { after, ...fields }: Needs & { after?: readonly string[] },
): AmendTask {
  const { dependencies } = submit("", { after: after ?? [] }).task;
  return { type: "amend-task", taskId, ...fields, ...(after !== undefined && { dependencies }) };
}

const LOCK: ResourceRequest = { resourceId: "r", mode: "exclusive", units: 1 };
const WHY = "it needs something else than before";

Deno.test("T40-edited-dependency-ignored: a ready task that gets a dependency waits for it", () => {
  const driver = new TaskDriver();
  driver.submit("a");
  driver.submit("b");
  const dependencies = [{ taskId: "a", onFailure: "cancel" as const }];
  assertEquals(driver.do(amend("b", { after: ["a"] })), [
    { type: "task:amended", taskId: "b", fields: ["dependencies"], dependencies, waits: true },
  ]);
  assertEquals([driver.status("b"), driver.state.counts.ready], ["waiting", 1]);
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 2 });
  assertEquals(driver.tasksOf("x"), ["a"]);
  assertEquals(lines(driver.complete("a", 0, 5)).slice(2, 4), [
    "task:readied b",
    "task:assigned b x",
  ]);
  assertEquals(reportsOf(driver.task("b")).map(({ result }) => result), [5]);
});

Deno.test("a task whose last open dependency is removed is ready, and handed out, in the same step", () => {
  const driver = new TaskDriver();
  driver.submit("a");
  driver.submit("b", { after: ["a", "later"] });
  driver.agent("x", { pulls: true });
  driver.do({ type: "claim", agentId: "x", taskId: "b" });
  assertEquals(lines(driver.do(amend("b", { after: ["later"] }))), ["task:amended b"]);
  assertEquals(lines(driver.do(amend("b", { after: [] }))), [
    ...["task:amended b", "task:readied b", "task:assigned b x", "task:started b x"],
  ]);
  assertEquals(driver.state.awaited.size, 0);
  assertEquals(lines(driver.cancel("a")), ["task:cancelled a"]);
});

Deno.test("T41-claim-outlives-changed-needs: a task that was not started is taken back with its events", () => {
  const driver = new TaskDriver();
  driver.submit("a");
  driver.agent("x", { maxConcurrentTasks: 1 });
  driver.agent("y", { maxConcurrentTasks: 1 });
  driver.place("y", "b", "c");
  assertEquals(driver.tasksOf("y"), ["b", "(c)"]);
  const taken = driver.do(amend("b", { after: ["a"] }));
  assertEquals(lines(taken), [
    ...["task:requeued b y", "attempt:ended b y", "task:amended b", "task:admitted c y"],
  ]);
  assertEquals((taken[0] as { reason: string }).reason, WHY);
  assertEquals(driver.task("b").epoch, 2);
  driver.refuses({ type: "start", taskId: "b", epoch: 2 }, "stale-epoch", undefined);
  driver.do(amend("c", { after: ["a"] }));
  assertEquals(driver.tasksOf("y"), []);
  driver.start("a");
  driver.complete("a");
  assertEquals(driver.tasksOf("y"), ["b", "(c)"]); // they stay placed
});

Deno.test("an agent that waits for the locks of its task asks on when the task is taken back", () => {
  const driver = new TaskDriver();
  driver.submit("a");
  driver.submit("b", { priority: 9, resources: [LOCK] });
  driver.agent("x", { pulls: true });
  driver.do({ type: "claim", agentId: "x", taskId: "" });
  assertEquals([driver.status("b"), driver.status("a")], ["assigned", "ready"]);
  assertEquals(lines(driver.do(amend("b", { after: ["a"] }))), [
    ...["task:requeued b x", "attempt:ended b x", "task:amended b"],
    ...["task:assigned a x", "task:started a x"],
  ]);
});

Deno.test("a task with other resources requests them anew, and one in the queue keeps its place", () => {
  const driver = new TaskDriver();
  driver.submit("a", { resources: [LOCK] });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("b");
  const { epoch } = driver.task("a");
  driver.do({ type: "park", taskId: "a", epoch });
  driver.do(amend("a", { description: "waits for its locks as before" }));
  assertEquals([driver.status("a"), driver.state.parked.size], ["ready", 1]);
  assertEquals(driver.task("a").group, undefined);
  assertEquals(driver.status("b"), "running");
  assertEquals(lines(driver.do(amend("a", { resources: [] }))), [
    "task:unlocked a",
    "task:amended a",
  ]);
  assertEquals([driver.status("a"), driver.state.parked.size], ["ready", 0]);
  assertEquals(lines(driver.complete("b")).slice(2), ["task:assigned a x", "task:started a x"]);
  driver.submit("c");
  const sequence = driver.task("c").position;
  assertEquals(lines(driver.do(amend("c", { resources: [LOCK] }))), ["task:amended c"]);
  assertEquals(driver.task("c").position, sequence);
  const assigned = driver.complete("a").find(({ type }) => type === "task:assigned");
  assertEquals((assigned as { resources: unknown }).resources, [LOCK]);
});

Deno.test("dependencies that have ended count as at a submission", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("done");
  driver.complete("done");
  driver.submit("failed", { retries: 0 });
  driver.fail("failed", { fault: "task" });
  driver.agent("x", { startsAtOnce: true, pulls: true });
  for (const id of ["a", "b", "c", "d"]) driver.submit(id);
  assertEquals(lines(driver.do(amend("a", { after: ["done"] }))), ["task:amended a"]);
  assertEquals(driver.status("a"), "ready");
  const events = driver.do(amend("b", { after: ["d", "failed"] }));
  assertEquals(lines(events), ["task:amended b", "task:cancelled b"]);
  assertEquals((events[1] as { reason: string }).reason, 'dependency "failed" failed');
  assertEquals(driver.task("d").dependents?.size, 0);
  driver.do(amend("c", { after: ["failed?ignore"] }));
  assertEquals(driver.status("c"), "ready");
  driver.do(amend("c", { after: ["done?run-on-failure"] }));
  assertEquals(driver.status("c"), "cancelled");
});

Deno.test("a dependency that is kept counts as before, also when it is forgotten or runs again", () => {
  const driver = new TaskDriver({ keepFinished: 1, keepOutcomes: 0 });
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 9 });
  driver.submit("a");
  driver.submit("b");
  driver.submit("c", { after: ["a?ignore", "b"] });
  driver.fail("a", { fault: "task" });
  driver.do({ type: "retry", taskIds: ["a"] });
  driver.do(amend("c", { after: ["b", "a?ignore"] }));
  assertEquals(driver.task("c").openDependencies, 1);
  driver.complete("a");
  driver.submit("other");
  driver.complete("other");
  assertEquals(driver.state.tasks.has("a"), false);
  driver.do(amend("c", { after: ["a?ignore", "b"] }));
  driver.complete("b");
  assertEquals(driver.status("c"), "running");
});

Deno.test("a change of needs that is refused changes nothing", () => {
  const driver = new TaskDriver();
  driver.submit("a");
  driver.submit("b", { after: ["a"] });
  driver.submit("c", { after: ["b", "later"] });
  const resources = [LOCK];
  const description = "other";
  driver.refuses(amend("a", { after: ["a"], description }), "cycle", ["a", "a"]);
  driver.refuses(amend("a", { after: ["c"], resources }), "cycle", ["a", "c", "b", "a"]);
  driver.refuses(amend("b", { after: ["a", "none"], description }), "unknown-task", "none");
  driver.refuses(amend("none", { after: [] }), "unknown-task");
  driver.do(amend("c", { after: ["later", "a"] })); // it waits for what was not submitted, as before
  driver.agent("x", { startsAtOnce: true });
  for (const needs of [{ after: [] }, { resources }]) {
    driver.refuses(amend("a", { ...needs, description }), "status", "running");
  }
  driver.do(amend("a", { description }));
  driver.fail("a");
  driver.refuses(amend("a", { after: [] }), "status", "backing-off");
  driver.cancel("a");
  driver.refuses(amend("a", { after: [] }), "status", "cancelled");
});

Deno.test("a parent waits for its children, so they can't wait for it", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("p");
  const { epoch } = driver.task("p");
  driver.do({ ...submit("c"), parent: { taskId: "p", epoch } });
  driver.refuses(amend("c", { after: ["p"] }), "cycle", ["c", "p", "c"]);
});

Deno.test("amendTask() changes needs, and rejects with what stands against it", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  await scheduler.submit({ id: "a" });
  await scheduler.submit({ id: "b", dependencies: ["a"] });
  await scheduler.amendTask("b", { dependencies: [], resources: ["db", { paths: ["src/**"] }] });
  assertEquals(scheduler.getTask("b")?.dependencies, []);
  await scheduler.amendTask("a", { dependencies: [{ taskId: "b", onFailure: "ignore" }] });
  assertEquals(scheduler.explain("a").openDependencies, [{ taskId: "b", submitted: true }]);
  const cycle = await assertRejects(
    () => scheduler.amendTask("b", { dependencies: ["a"] }),
    DependencyCycleError,
    'Cannot amend task "b": dependencies must have no cycle, got "b" -> "a" -> "b"',
  );
  assertEquals(cycle.cycle, ["b", "a", "b"]);
  const unknown = await assertRejects(
    () => scheduler.amendTask("b", { dependencies: ["c"] }),
    UnknownTaskError,
    'Cannot amend task "b": task must have been submitted, got "c"',
  );
  assertEquals(unknown.taskId, "c");
  await scheduler.registerAgent({ id: "x", mode: "pull" });
  const claim = await scheduler.claim("x");
  assertEquals(claim?.task.id, "b");
  await assertRejects(
    () => scheduler.amendTask("b", { resources: [] }),
    TaskStatusError,
    "task must be waiting, ready or assigned for its needs to change",
  );
  await assertRejects(
    () => scheduler.amendTask("b", { resources: [5 as unknown as string] }),
    TypeError,
    "resources[0]",
  );
  await claim?.complete();
});
