import { assertEquals, assertThrows } from "@std/assert";
import { UnknownTaskError } from "../../src/tasks/errors.ts";
import type { TaskExplanation } from "../../src/tasks/views.ts";
import { Body, choosing, type Scheduling } from "./scheduling.ts";
import type { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { settle } from "../support/settle.ts";

/** The fields of an explanation but the empty lists. */
function explained(
  it: Scheduling<AdvancedTaskScheduler>,
  taskId: string,
): Partial<TaskExplanation> {
  const entries = Object.entries(it.scheduler.explain(taskId));
  return Object.fromEntries(
    entries.filter(([name, value]) =>
      name !== "taskId" && !(Array.isArray(value) && value.length === 0)
    ),
  );
}

Deno.test("explain() of a waiting task names its open dependencies, submitted or not", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, () => 1);
  const done = await it.scheduler.submit({ id: "done" });
  await done.result;
  await it.scheduler.submit({ id: "open", requires: ["git"] });
  await it.scheduler.submit({ id: "t", dependencies: ["done", "open", "later"] });
  assertEquals(explained(it, "t"), {
    status: "waiting",
    summary: 'It waits for "open", "later", which was not submitted',
    openDependencies: [{ taskId: "open", submitted: true }, { taskId: "later", submitted: false }],
  });
});

Deno.test("explain() of a ready task names the capability that no agent has", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x", capabilities: ["deno"] });
  await it.scheduler.submit({ id: "t", requires: ["deno", "git", "zip"] });
  assertEquals(explained(it, "t"), {
    status: "ready",
    summary: 'No agent can "git", "zip"',
    missingCapabilities: ["git", "zip"],
  });
});

Deno.test("explain() of a ready task says that no one agent has all that it requires", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x", capabilities: ["deno"] });
  await it.scheduler.registerAgent({ id: "y", capabilities: ["git"] });
  await it.scheduler.submit({ id: "t", requires: ["deno", "git"] });
  assertEquals(explained(it, "t"), { status: "ready", summary: "No agent is fit for it" });
});

Deno.test("explain() of a ready task names the full and the cordoned agents", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "full" });
  await it.scheduler.submit({ id: "first" });
  await it.scheduler.registerAgent({ id: "away" });
  await it.scheduler.cordonAgent("away");
  await it.scheduler.submit({ id: "t" });
  assertEquals(explained(it, "t"), {
    status: "ready",
    summary: 'It waits for "full" to have a free slot, or for "away" to be uncordoned',
    fullAgents: ["full"],
    cordonedAgents: ["away"],
  });
});

Deno.test("explain() of a pinned task says that its agent is gone", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.registerAgent({ id: "y" });
  await it.scheduler.submit({ id: "t", assignedAgent: "x" });
  await it.scheduler.unregisterAgent("x");
  assertEquals(explained(it, "t"), { status: "ready", summary: 'Its agent "x" is not there' });
});

Deno.test("explain() of a ready task says that the strategy has not chosen", async () => {
  await using it = choosing();
  it.scheduler.registerStrategy({ name: "shy", selectAgent: () => null });
  await it.scheduler.setDefaultStrategy("shy");
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.submit({ id: "t" });
  await settle();
  const summary = "It waits for the strategy to choose an agent";
  assertEquals(explained(it, "t"), { status: "ready", summary });
});

Deno.test("explain() of a task names the locks that it waits for, and their holders", async () => {
  await using it = choosing();
  await it.scheduler.resources.acquire("db", "somebody");
  await it.scheduler.registerAgent({ id: "x" }, () => 1);
  await it.scheduler.submit({ id: "t", resources: ["db", "disk"] });
  assertEquals(explained(it, "t"), {
    status: "ready",
    summary: 'It waits for "db", held by "somebody"',
    locks: [{ resourceId: "db", heldBy: ["somebody"] }],
  });
});

Deno.test("explain() of an assigned task with its locks says that its agent has not started it", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.submit({ id: "t" });
  const summary = 'Agent "x" has it and has not started it';
  assertEquals(explained(it, "t"), { status: "assigned", summary });
});

Deno.test("explain() of a task in its agent's queue names its position, and what it waits for", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  for (const id of ["a", "b", "c"]) await it.scheduler.assignTask({ id }, "x");
  const queue = { agentId: "x", position: 2, length: 2, ahead: ["b"] };
  const summary = 'It waits for a slot of agent "x" as number 2 of 2, behind "b"';
  assertEquals(explained(it, "c"), { status: "assigned", summary, queue });
  await it.scheduler.cordonAgent("x", "maintenance");
  assertEquals(
    it.scheduler.explain("b").summary,
    [
      'It waits for a slot of agent "x" as number 1 of 2',
      "the agent is cordoned: maintenance",
    ].join("; "),
  );
  await using stealing = choosing({ stealing: true, stealThreshold: 5 });
  await stealing.scheduler.registerAgent({ id: "x" });
  for (const id of ["a", "b"]) await stealing.scheduler.assignTask({ id }, "x");
  assertEquals(
    stealing.scheduler.explain("b").summary,
    [
      'It waits for a slot of agent "x" as number 1 of 1',
      "a fit agent with 5 tasks less would take it over",
    ].join("; "),
  );
});

Deno.test("explain() describes a running, failed, retried, cancelled or completed task", async () => {
  await using it = choosing({ retryDelay: 0 });
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x", maxConcurrentTasks: 9 }, (task, context) => {
    if (task.id === "runs") return body.run(task, context);
    if (task.id === "done") return 1;
    throw Object.assign(new Error("boom"), { retryAfterMs: 60_000 });
  });
  for (const [id, retries] of [["runs", 0], ["done", 0], ["failed", 0], ["retried", 1]] as const) {
    await it.scheduler.submit({ id, retries });
  }
  await it.scheduler.submit({ id: "cancelled", dependencies: ["failed", "never"] });
  await settle();
  assertEquals(explained(it, "runs"), {
    status: "running",
    summary: 'It runs on agent "x", attempt 1',
  });
  assertEquals(explained(it, "done"), { status: "completed", summary: "It is done" });
  assertEquals(explained(it, "failed"), { status: "failed", summary: "It failed: boom" });
  assertEquals(explained(it, "cancelled"), {
    status: "cancelled",
    summary: 'It was cancelled: dependency "failed" failed',
  });
  assertEquals(explained(it, "retried"), {
    status: "backing-off",
    summary: "Its last attempt failed (boom); the next is due at 1970-01-01T00:01:00.000Z",
    retryAt: 60_000,
  });
  body.end();
});

Deno.test("explain() shows at most five of many", async () => {
  await using it = choosing();
  const dependencies = ["a", "b", "c", "d", "e", "f", "g"];
  for (const id of dependencies) await it.scheduler.submit({ id });
  await it.scheduler.submit({ id: "t", dependencies });
  const { summary, openDependencies } = it.scheduler.explain("t");
  assertEquals(summary, 'It waits for "a", "b", "c", "d", "e" and 2 more');
  assertEquals(openDependencies.length, 7);
});

Deno.test("explain() of an unknown task is an error", async () => {
  await using it = choosing();
  assertThrows(() => it.scheduler.explain("nope"), UnknownTaskError, '"nope"');
  assertThrows(() => it.scheduler.explain("__proto__"), UnknownTaskError);
  assertThrows(() => it.scheduler.explain(""), RangeError, "taskId must have 1 to 256 characters");
});
