import { assertEquals } from "@std/assert";
import type { TaskConfig } from "../../src/tasks/machine.ts";
import { agent, Bench, cordon, lines, place, report } from "./bench.ts";

/** A bench on which tasks are stolen, and two agents of one slot that start nothing by themselves. */
function pair(config: Partial<TaskConfig> = {}): Bench {
  const bench = new Bench({ stealing: true, ...config });
  bench.do(agent("x"), agent("y"));
  return bench;
}

Deno.test("S1-steal-only-announced: a steal moves the task, and says so from request to end", () => {
  const bench = pair();
  bench.place("x", "a", "b");
  const events = bench.place("x", "c");
  assertEquals(events.slice(1), [
    { type: "task:assigned", taskId: "c", agentId: "x", epoch: 3, resources: [], queued: true },
    { type: "workstealing:request", sourceAgent: "x", targetAgent: "y", taskCount: 1 },
    { type: "task:stolen", taskId: "c", agentId: "x", epoch: 3, targetAgent: "y" },
    {
      type: "attempt:ended",
      taskId: "c",
      agentId: "x",
      epoch: 3,
      abandoned: false,
      queued: true,
    },
    { type: "task:assigned", taskId: "c", agentId: "y", epoch: 4, resources: [], queued: false },
    {
      type: "workstealing:completed",
      sourceAgent: "x",
      targetAgent: "y",
      taskCount: 1,
      taskIds: ["c"],
    },
  ]);
  assertEquals([bench.tasksOf("x"), bench.tasksOf("y")], [["a", "(b)"], ["c"]]);
});

Deno.test("nothing is stolen below the threshold, and nothing when stealing is off", () => {
  const bench = pair({ stealThreshold: 4 });
  bench.place("x", "a", "b", "c");
  assertEquals(bench.tasksOf("y"), []);
  bench.place("x", "d");
  assertEquals(bench.tasksOf("y"), ["d", "(c)"]);
  const off = pair({ stealing: false });
  off.place("x", "a", "b", "c", "d", "e");
  assertEquals(off.tasksOf("y"), []);
});

Deno.test("a batch is at most maxStealBatch, and batches follow until the loads are even", () => {
  const bench = pair({ maxStealBatch: 1 });
  bench.do(cordon("y", "away"));
  bench.place("x", "a", "b", "c", "d", "e", "f");
  const events = lines(bench.do(cordon("y", "")));
  assertEquals(events.filter((line) => line.startsWith("workstealing")), [
    "workstealing:request",
    "workstealing:completed",
    "workstealing:request",
    "workstealing:completed",
  ]);
  assertEquals([bench.tasksOf("x").length, bench.tasksOf("y")], [4, ["f", "(e)"]]);
});

Deno.test("StealReducesImbalance: a steal takes at most half of the difference, and never one of one", () => {
  const bench = pair({ stealThreshold: 1, maxStealBatch: 100 });
  bench.do(cordon("y", "away"));
  bench.place("x", "a", "b", "c", "d", "e");
  bench.do(cordon("y", ""));
  assertEquals([bench.tasksOf("x").length, bench.tasksOf("y").length], [3, 2]);
});

Deno.test("S2-stolen-task-lost: of the old owner's start and the steal exactly one wins", () => {
  const bench = pair();
  bench.place("x", "a", "b", "c");
  bench.refuses({ type: "start", taskId: "c", epoch: 3 }, "stale-epoch", 4);
  assertEquals(lines(bench.start("c", 4)), ["task:started c y"]);
  assertEquals(lines(bench.complete("c", 4))[0], "task:completed c y");
});

Deno.test("S3-dead-agent-is-the-favourite-target: who is gone, cordoned, draining or full gets nothing", () => {
  const bench = pair();
  bench.do({ type: "remove-agent", agentId: "y", reason: "crashed" });
  bench.agent("cordoned");
  bench.do(cordon("cordoned", "it is silent", { cause: "suspect" }));
  bench.agent("draining");
  bench.place("draining", "t");
  bench.start("t");
  bench.do({ type: "drain-agent", agentId: "draining", reason: "update" });
  bench.agent("full", { maxQueuedTasks: 0 });
  bench.place("full", "u");
  bench.place("x", "a", "b", "c", "d", "e", "f");
  assertEquals(bench.tasksOf("x").length, 6);
});

Deno.test("the tasks of an agent that is gone go to anyone fit", () => {
  const bench = pair();
  bench.do(cordon("y", "away"));
  bench.place("x", "a", "b", "c");
  bench.do(cordon("y", ""));
  bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals([bench.tasksOf("y"), bench.status("a"), bench.status("b")], [
    ["c"],
    "ready",
    "ready",
  ]);
  bench.complete("c");
  bench.complete("a");
  bench.complete("b");
  assertEquals(bench.state.counts.completed, 3);
});

Deno.test("S4-started-task-stolen: only what has not started moves", () => {
  const bench = new Bench({ stealing: true });
  bench.agent("x", { maxConcurrentTasks: 4 });
  bench.do(place("a", "x"), place("b", "x"));
  for (const id of ["a", "b"]) bench.start(id);
  bench.agent("y");
  bench.do(place("c", "x"));
  assertEquals(bench.tasksOf("y"), ["c"]);
  bench.agent("z");
  const busy = { ...report("x"), taskCount: 50 };
  assertEquals(lines(bench.do(busy)), ["agent:reported x"]);
});

Deno.test("the most recently assigned go first, also those with a slot, whose locks they lose", () => {
  const bench = new Bench({ stealing: true });
  bench.agent("x");
  bench.do(place("a", "x", { priority: 1 }));
  bench.do(place("b", "x"), place("c", "x", { priority: 5 }));
  bench.complete("a");
  assertEquals(bench.tasksOf("x"), ["(b)", "c"]);
  bench.do(place("d", "x"), agent("y"));
  assertEquals([bench.tasksOf("x"), bench.tasksOf("y")], [["(b)", "c"], ["d"]]);
  bench.do(report("x", { taskCount: 9 }));
  assertEquals([bench.tasksOf("x"), bench.tasksOf("y")], [[], ["d", "(c)", "(b)"]]);
});

Deno.test("only a fit agent gets what is stolen", () => {
  const bench = pair();
  bench.agent("skilled", { capabilities: ["git"] });
  for (const id of ["a", "b", "c"]) {
    bench.do(cordon("skilled", "away"));
    bench.do(place(id, "skilled", { requires: ["git"] }));
  }
  bench.do(cordon("skilled", ""));
  assertEquals([bench.tasksOf("skilled").length, bench.tasksOf("y")], [3, []]);
  bench.agent("other", { capabilities: ["deno", "git"] });
  assertEquals(bench.tasksOf("other"), ["c"]);
});

Deno.test("a hard pin and a task of the shared queue are not stolen", () => {
  const bench = new Bench({ stealing: true });
  bench.agent("x", { maxConcurrentTasks: 9 });
  for (const id of ["a", "b", "c"]) bench.submit(id, { assignedAgent: "x" });
  for (const id of ["d", "e", "f"]) bench.submit(id);
  bench.agent("y", { maxConcurrentTasks: 9 });
  assertEquals(bench.tasksOf("y"), []);
});

Deno.test("a report adds what the machine doesn't know, until it is not renewed", () => {
  const bench = pair({ stealInterval: 100 });
  bench.place("x", "a");
  assertEquals(bench.do(report("x", { taskCount: 3, cpuPercent: 70 })).slice(0, 1), [
    {
      type: "agent:reported",
      agentId: "x",
      outside: 2,
      avgTaskDurationMs: undefined,
      cpuPercent: 70,
      memoryPercent: undefined,
    },
  ]);
  assertEquals(bench.tasksOf("y"), ["a"]);
  bench.pass(199);
  const [renewed] = bench.do(report("x", { avgTaskDurationMs: 40 }));
  assertEquals((renewed as { outside: number; cpuPercent: number }).outside, 2);
  assertEquals((renewed as { outside: number; cpuPercent: number }).cpuPercent, 70);
  assertEquals(bench.pass(199), []);
  assertEquals(lines(bench.pass(1)), ["agent:report-expired x"]);
  assertEquals(bench.state.agents.get("x")!.outside, 0);
  bench.refuses(report("nobody"), "unknown-agent");
});

Deno.test("a report of load that is forgotten makes the agent a target again", () => {
  const bench = pair({ stealInterval: 50 });
  bench.do(report("y", { taskCount: 40 }));
  bench.place("x", "a", "b", "c");
  assertEquals(bench.tasksOf("y"), []);
  assertEquals(lines(bench.pass(100)).slice(0, 3), [
    "agent:report-expired y",
    "workstealing:request",
    "task:stolen c x",
  ]);
});

Deno.test("S5-load-never-falls: load falls on every terminal path, and idle agents take over", () => {
  const ends: ((bench: Bench) => unknown)[] = [
    (bench) => bench.complete("t"),
    (bench) => bench.fail("t", { fault: "task" }),
    (bench) => bench.cancel("t"),
    (bench) => bench.pass(1000),
    (bench) => bench.do({ type: "preempt", taskId: "t", epoch: 1, reason: "r", isHopeless: true }),
  ];
  for (const end of ends) {
    const bench = new Bench({ stealing: true, abortGraceMs: 0 });
    bench.agent("y");
    bench.do(place("t", "y", { totalTimeoutMs: 1000 }));
    bench.agent("x");
    bench.place("x", "a", "b", "c");
    assertEquals(bench.tasksOf("x").length, 3);
    end(bench);
    assertEquals([bench.tasksOf("x").length, bench.tasksOf("y")], [2, ["c"]]);
  }
});

Deno.test("drain stops stealing with everything else", () => {
  const bench = pair();
  bench.do(cordon("y", "away"));
  bench.place("x", "a", "b", "c");
  bench.do({ type: "drain" }, cordon("y", ""));
  assertEquals([bench.tasksOf("x").length, bench.tasksOf("y")], [3, []]);
});

Deno.test("two imbalances that one change leads to are both evened out", () => {
  const bench = new Bench({ stealing: true, maxStealBatch: 9 });
  const slots = { maxConcurrentTasks: 8 };
  bench.agent("gone", { ...slots, capabilities: ["p", "q"] });
  for (const id of ["a", "b", "c"]) bench.do(place(id, "gone", { requires: ["p"] }));
  for (const id of ["d", "e", "f", "g"]) bench.do(place(id, "gone", { requires: ["q"] }));
  bench.state.agents.get("gone")!.outside = -100; // so that nothing is stolen from it before
  for (const skill of ["p", "q"]) {
    bench.agent(`only ${skill}`, { ...slots, capabilities: [skill] });
    bench.agent(`also ${skill}`, { ...slots, capabilities: [skill, "x", "y", "z"] });
  }
  bench.do({ type: "remove-agent", agentId: "gone", reason: "crashed" });
  const counts = ["only p", "also p", "only q", "also q"].map((id) => bench.tasksOf(id).length);
  assertEquals(counts, [2, 1, 2, 2]);
});

Deno.test("an agent that became unfit for what it has is still relieved of it", () => {
  const bench = new Bench({ stealing: true });
  bench.agent("x", { capabilities: ["git"] });
  for (const id of ["a", "b"]) bench.do(place(id, "x", { requires: ["git"] }));
  bench.agent("y", { capabilities: ["git"] });
  bench.agent("x", { capabilities: [] });
  assertEquals(bench.tasksOf("y"), []);
  bench.do(report("x", { taskCount: 5 }));
  assertEquals(bench.tasksOf("y"), ["b", "(a)"]);
});

Deno.test("what may be stolen is remembered however many other things tasks ask for", () => {
  const bench = new Bench({ stealing: true });
  bench.agent("x", { capabilities: ["p"] });
  for (const id of ["a", "b", "c"]) bench.do(place(id, "x", { requires: ["p"] }));
  for (let i = 0; i < 600; i++) {
    bench.submit(`${i}`, { requires: [`skill-${i}`] });
    bench.cancel(`${i}`);
  }
  bench.agent("y", { capabilities: ["p"] });
  assertEquals(bench.tasksOf("y"), ["c"]);
});
