import { assertEquals } from "@std/assert";
import { agent, Bench, lines, submit } from "./bench.ts";

function award(taskId: string, agentId: string, ...losers: string[]) {
  return { type: "award", taskId, agentId, losers } as const;
}

Deno.test("a task goes from who lost a conflict over it to who won, at no cost and under a larger epoch", () => {
  const bench = new Bench();
  bench.do(agent("x", { startsAtOnce: true }), agent("y", { startsAtOnce: true }));
  bench.do(submit("t"));
  assertEquals(bench.task("t").agent?.agentId, "x");
  assertEquals(lines(bench.do(award("t", "y", "x"))).map((line) => line.split(" ")[0]), [
    "task:requeued",
    "task:assigned",
    "task:started",
  ]);
  const { agent: owner, epoch, attempts } = bench.task("t");
  assertEquals([owner?.agentId, epoch, attempts], ["y", 2, 1]);
  assertEquals(bench.do(award("t", "x", "z")), []);
});

Deno.test("a placed task is placed with who won, in its queue if it has no slot", () => {
  const bench = new Bench();
  bench.do(agent("x"), agent("y"));
  bench.place("x", "a");
  bench.place("y", "b");
  bench.do(award("a", "y", "x"));
  assertEquals([bench.tasksOf("x"), bench.tasksOf("y")], [[], ["b", "(a)"]]);
  assertEquals(bench.task("a").pinnedTo, "y");
});

Deno.test("nothing changes when who won can't take the task, or nobody who lost has it", () => {
  const bench = new Bench();
  bench.do(agent("x", { capabilities: ["edit"] }), agent("y"), agent("z", { maxQueuedTasks: 0 }));
  bench.do(submit("t", { requires: ["edit"] }), submit("u", { assignedAgent: "z" }), submit("v"));
  assertEquals(bench.do(award("t", "y", "x")), []);
  assertEquals(bench.do(award("t", "nobody", "x")), []);
  assertEquals(bench.do(award("v", "z", "y")), []);
  assertEquals(bench.do(award("u", "y", "z")), []);
  assertEquals(bench.do(award("nothing", "y", "x")), []);
  assertEquals(bench.task("t").agent?.agentId, "x");
});

Deno.test("a limited agent uses as many of its slots as it may, and all again when the limit is lifted", () => {
  const bench = new Bench();
  bench.do(agent("x", { maxConcurrentTasks: 3 }));
  const limit = (slots: number) => ({ type: "limit-agent", agentId: "x", slots }) as const;
  assertEquals(lines(bench.do(limit(1))), ["agent:limited x"]);
  assertEquals(bench.do(limit(1)), []);
  bench.do(submit("a"), submit("b"), submit("c"), submit("d"));
  assertEquals(bench.tasksOf("x"), ["a"]);
  bench.do(limit(2));
  assertEquals(bench.tasksOf("x"), ["a", "b"]);
  bench.do(limit(1));
  bench.do({ type: "complete", taskId: "a", epoch: 0, result: 1 });
  assertEquals(bench.tasksOf("x"), ["b"]);
  bench.do(limit(0));
  assertEquals(bench.tasksOf("x"), ["b", "c", "d"]);
  bench.refuses({ type: "limit-agent", agentId: "nobody", slots: 1 }, "unknown-agent");
});
