import { assertEquals, assertRejects } from "@std/assert";
import { UnfitAgentError } from "../../src/tasks/errors.ts";
import { UnknownAgentError } from "../../src/core/errors.ts";
import type { TaskConfig } from "../../src/tasks/machine.ts";
import { Bench, cordon, lines, place, submit } from "./bench.ts";
import { Body, choosing, soon } from "./scheduling.ts";

function drain(agentId: string, reason = "update") {
  return { type: "drain-agent", agentId, reason } as const;
}

/** A bench with an agent `x` that runs `a` and has `b` and `c` in its queue. */
function busy(config: Partial<TaskConfig> = {}): Bench {
  const bench = new Bench(config);
  bench.agent("x");
  bench.place("x", "a", "b", "c");
  bench.start("a");
  return bench;
}

Deno.test("a drained agent finishes what it has begun, hands on the rest, and is gone then", () => {
  const bench = busy();
  bench.agent("y", { maxConcurrentTasks: 2 });
  assertEquals(lines(bench.do(drain("x"))), [
    "agent:draining x",
    "task:requeued b x",
    "attempt:ended b x",
    "task:requeued c x",
    "attempt:ended c x",
    "task:assigned b y",
    "task:assigned c y",
  ]);
  assertEquals(bench.tasksOf("x"), ["a"]);
  assertEquals(lines(bench.complete("a")), [
    "task:completed a x",
    "attempt:ended a x",
    "agent:terminated x",
  ]);
  assertEquals(bench.state.agents.has("x"), false);
});

Deno.test("a drained agent is gone in the step that drains it when it has nothing to do", () => {
  const bench = new Bench();
  bench.agent("x");
  assertEquals(bench.do(drain("x")), [
    { type: "agent:draining", agentId: "x", reason: "update" },
    { type: "agent:terminated", agentId: "x", reason: "update" },
  ]);
  bench.refuses(drain("x"), "unknown-agent");
});

Deno.test("a drained agent gets nothing any more, and draining it again is nothing", () => {
  const bench = busy();
  bench.do(drain("x"));
  assertEquals(bench.do(drain("x", "again")), []);
  bench.refuses(place("d", "x"), "unfit");
  bench.refuses(submit("d", { assignedAgent: "x" }), "unfit");
  bench.do(cordon("x", ""));
  bench.submit("d");
  assertEquals([bench.tasksOf("x"), bench.status("b"), bench.status("d")], [
    ["a"],
    "ready",
    "ready",
  ]);
});

Deno.test("a drained agent stays until the body that it was told to stop has ended", () => {
  const bench = busy({ abortGraceMs: 50 });
  bench.do(drain("x"));
  bench.cancel("a");
  assertEquals([bench.tasksOf("x"), bench.load("x")], [[], 1]);
  assertEquals(lines(bench.pass(50)), ["attempt:ended a x", "agent:terminated x"]);
});

Deno.test("tasks that wait for room in the queue of a drained agent go to others", () => {
  const bench = new Bench();
  bench.agent("x", { maxQueuedTasks: 0 });
  bench.place("x", "a", "b");
  bench.do(place("later", "x", { after: ["b"] }));
  bench.start("a");
  bench.do(drain("x"));
  bench.agent("y");
  assertEquals(bench.tasksOf("y"), ["b"]);
  bench.complete("b");
  assertEquals(bench.tasksOf("y"), ["later"]);
});

Deno.test("agents that can be removed while they are drained are removed once", () => {
  const bench = busy();
  bench.do(drain("x"));
  const removed = bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals(lines(removed), [
    "agent:terminated x",
    "task:requeued a x",
    "attempt:ended a x",
  ]);
});

Deno.test("with announcesIdleness an agent is told active with its first claim and idle without any", () => {
  const bench = new Bench({ announcesIdleness: true });
  bench.agent("x", { maxConcurrentTasks: 2 });
  assertEquals(lines(bench.submit("a")).at(-1), "agent:active x");
  assertEquals(lines(bench.submit("b")).at(-1), "task:assigned b x");
  assertEquals(lines(bench.complete("a")).at(-1), "attempt:ended a x");
  assertEquals(lines(bench.complete("b")).slice(-1), ["agent:idle x"]);
  bench.submit("c");
  bench.submit("d");
  bench.submit("e");
  bench.cancel("c");
  assertEquals(
    lines(bench.do({ type: "remove-agent", agentId: "x", reason: "r" })).filter((line) =>
      line.startsWith("agent:")
    ),
    ["agent:terminated x"],
  );
});

Deno.test("an agent that loses its only claim and gets another in one step is told neither", () => {
  const bench = new Bench({ announcesIdleness: true });
  bench.agent("x");
  bench.place("x", "a", "b");
  assertEquals(lines(bench.complete("a")).at(-1), "task:admitted b x");
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
  await soon();
  await assertRejects(() => it.scheduler.drainAgent("x"), UnknownAgentError);
});
