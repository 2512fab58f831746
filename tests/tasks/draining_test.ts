import { assertEquals, assertRejects } from "@std/assert";
import { UnfitAgentError } from "../../src/tasks/errors.ts";
import { UnknownAgentError } from "../../src/core/errors.ts";
import type { TaskConfig } from "../../src/tasks/config.ts";
import { lines, place, submit, TaskDriver, uncordon } from "./driver.ts";
import { Body, choosing } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

function drain(agentId: string, reason = "update") {
  return { type: "drain-agent", agentId, reason } as const;
}

/** A driver with an agent `x` that runs `a` and has `b` and `c` in its queue. */
function busy(config: Partial<TaskConfig> = {}): TaskDriver {
  const driver = new TaskDriver(config);
  driver.agent("x");
  driver.place("x", "a", "b", "c");
  driver.start("a");
  return driver;
}

Deno.test("a drained agent finishes what it has begun, hands on the rest, and is gone then", () => {
  const driver = busy();
  driver.agent("y", { maxConcurrentTasks: 2 });
  assertEquals(lines(driver.do(drain("x"))), [
    "agent:draining x",
    "task:requeued b x",
    "attempt:ended b x",
    "task:requeued c x",
    "attempt:ended c x",
    "task:assigned b y",
    "task:assigned c y",
  ]);
  assertEquals(driver.tasksOf("x"), ["a"]);
  assertEquals(lines(driver.complete("a")), [
    "task:completed a x",
    "attempt:ended a x",
    "agent:terminated x",
  ]);
  assertEquals(driver.state.agents.has("x"), false);
});

Deno.test("a drained agent is gone in the step that drains it when it has nothing to do", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  assertEquals(driver.do(drain("x")), [
    { type: "agent:draining", agentId: "x", reason: "update" },
    { type: "agent:terminated", agentId: "x", reason: "update" },
  ]);
  driver.refuses(drain("x"), "unknown-agent");
});

Deno.test("a drained agent gets nothing any more, and draining it again is nothing", () => {
  const driver = busy();
  driver.do(drain("x"));
  assertEquals(driver.do(drain("x", "again")), []);
  driver.refuses(place("d", "x"), "unfit");
  driver.refuses(submit("d", { assignedAgent: "x" }), "unfit");
  driver.do(uncordon("x"));
  driver.submit("d");
  assertEquals([driver.tasksOf("x"), driver.status("b"), driver.status("d")], [
    ["a"],
    "ready",
    "ready",
  ]);
});

Deno.test("a drained agent stays until its aborted attempt has ended", () => {
  const driver = busy({ abortGraceMs: 50 });
  driver.do(drain("x"));
  driver.cancel("a");
  assertEquals([driver.tasksOf("x"), driver.load("x")], [[], 1]);
  assertEquals(lines(driver.pass(50)), ["attempt:ended a x", "agent:terminated x"]);
});

Deno.test("tasks that wait for room in the queue of a drained agent go to others", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxQueuedTasks: 0 });
  driver.place("x", "a", "b");
  driver.do(place("later", "x", { after: ["b"] }));
  driver.start("a");
  driver.do(drain("x"));
  driver.agent("y");
  assertEquals(driver.tasksOf("y"), ["b"]);
  driver.complete("b");
  assertEquals(driver.tasksOf("y"), ["later"]);
});

Deno.test("agents that can be removed while they are drained are removed once", () => {
  const driver = busy();
  driver.do(drain("x"));
  const removed = driver.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals(lines(removed), [
    "agent:terminated x",
    "task:requeued a x",
    "attempt:ended a x",
  ]);
});

Deno.test("with announcesIdleness an agent is active from its first claim to the end of its last", () => {
  const driver = new TaskDriver({ announcesIdleness: true });
  driver.agent("x", { maxConcurrentTasks: 2 });
  assertEquals(lines(driver.submit("a")).at(-1), "agent:active x");
  assertEquals(lines(driver.submit("b")).at(-1), "task:assigned b x");
  assertEquals(lines(driver.complete("a")).at(-1), "attempt:ended a x");
  assertEquals(lines(driver.complete("b")).slice(-1), ["agent:idle x"]);
  driver.submit("c");
  driver.submit("d");
  driver.submit("e");
  driver.cancel("c");
  assertEquals(
    lines(driver.do({ type: "remove-agent", agentId: "x", reason: "r" })).filter((line) =>
      line.startsWith("agent:")
    ),
    ["agent:terminated x"],
  );
});

Deno.test("an agent that loses its only claim and gets another in one step emits neither", () => {
  const driver = new TaskDriver({ announcesIdleness: true });
  driver.agent("x");
  driver.place("x", "a", "b");
  assertEquals(lines(driver.complete("a")).at(-1), "task:admitted b x");
});

Deno.test("drainAgent() lets the handler end, and hands on what has not started", async () => {
  await using it = choosing();
  const body = new Body();
  await it.scheduler.registerAgent({ id: "x" }, body.run);
  const first = await it.scheduler.assignTask({ id: "a" }, "x");
  const second = await it.scheduler.assignTask({ id: "b" }, "x");
  await it.scheduler.registerAgent({ id: "y" }, () => "by y");
  await it.scheduler.drainAgent("x");
  assertEquals(await second.result, "by y");
  await assertRejects(() => it.scheduler.assignTask({ id: "c" }, "x"), UnfitAgentError);
  body.end("by x");
  assertEquals(await first.result, "by x");
  await settle();
  await assertRejects(() => it.scheduler.drainAgent("x"), UnknownAgentError);
});
