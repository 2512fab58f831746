import { assertEquals } from "@std/assert";
import type { TaskConfig } from "../../src/tasks/config.ts";
import { agent, cordon, lines, place, report, TaskDriver, uncordon } from "./driver.ts";

/** A driver on which tasks are stolen, and two agents of one slot that start nothing by themselves. */
function pair(config: Partial<TaskConfig> = {}): TaskDriver {
  const driver = new TaskDriver({ stealing: true, ...config });
  driver.do(agent("x"), agent("y"));
  return driver;
}

Deno.test("S1-steal-only-announced: a steal moves the task, with events from request to end", () => {
  const driver = pair();
  driver.place("x", "a", "b");
  const events = driver.place("x", "c");
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
  assertEquals([driver.tasksOf("x"), driver.tasksOf("y")], [["a", "(b)"], ["c"]]);
});

Deno.test("nothing is stolen below the threshold, and nothing when stealing is off", () => {
  const driver = pair({ stealThreshold: 4 });
  driver.place("x", "a", "b", "c");
  assertEquals(driver.tasksOf("y"), []);
  driver.place("x", "d");
  assertEquals(driver.tasksOf("y"), ["d", "(c)"]);
  const off = pair({ stealing: false });
  off.place("x", "a", "b", "c", "d", "e");
  assertEquals(off.tasksOf("y"), []);
});

Deno.test("a batch is at most maxStealBatch, and batches follow until the loads are even", () => {
  const driver = pair({ maxStealBatch: 1 });
  driver.do(cordon("y", "away"));
  driver.place("x", "a", "b", "c", "d", "e", "f");
  const events = lines(driver.do(uncordon("y")));
  assertEquals(events.filter((line) => line.startsWith("workstealing")), [
    "workstealing:request",
    "workstealing:completed",
    "workstealing:request",
    "workstealing:completed",
  ]);
  assertEquals([driver.tasksOf("x").length, driver.tasksOf("y")], [4, ["f", "(e)"]]);
});

Deno.test("StealReducesImbalance: a steal takes at most half of the difference, and never one of one", () => {
  const driver = pair({ stealThreshold: 1, maxStealBatch: 100 });
  driver.do(cordon("y", "away"));
  driver.place("x", "a", "b", "c", "d", "e");
  driver.do(uncordon("y"));
  assertEquals([driver.tasksOf("x").length, driver.tasksOf("y").length], [3, 2]);
});

Deno.test("S2-stolen-task-lost: of the old owner's start and the steal exactly one wins", () => {
  const driver = pair();
  driver.place("x", "a", "b", "c");
  driver.refuses({ type: "start", taskId: "c", epoch: 3 }, "stale-epoch", 4);
  assertEquals(lines(driver.start("c", 4)), ["task:started c y"]);
  assertEquals(lines(driver.complete("c", 4))[0], "task:completed c y");
});

Deno.test("S3-dead-agent-is-the-favourite-target: a removed, cordoned or full one gets nothing", () => {
  const driver = pair();
  driver.do({ type: "remove-agent", agentId: "y", reason: "crashed" });
  driver.agent("cordoned");
  driver.do(cordon("cordoned", "it is silent", { cause: "suspect" }));
  driver.agent("draining");
  driver.place("draining", "t");
  driver.start("t");
  driver.do({ type: "drain-agent", agentId: "draining", reason: "update" });
  driver.agent("full", { maxQueuedTasks: 0 });
  driver.place("full", "u");
  driver.place("x", "a", "b", "c", "d", "e", "f");
  assertEquals(driver.tasksOf("x").length, 6);
});

Deno.test("the tasks of an agent that is gone go to anyone fit", () => {
  const driver = pair();
  driver.do(cordon("y", "away"));
  driver.place("x", "a", "b", "c");
  driver.do(uncordon("y"));
  driver.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals([driver.tasksOf("y"), driver.status("a"), driver.status("b")], [
    ["c"],
    "ready",
    "ready",
  ]);
  driver.complete("c");
  driver.complete("a");
  driver.complete("b");
  assertEquals(driver.state.counts.completed, 3);
});

Deno.test("S4-started-task-stolen: only what has not started moves", () => {
  const driver = new TaskDriver({ stealing: true });
  driver.agent("x", { maxConcurrentTasks: 4 });
  driver.do(place("a", "x"), place("b", "x"));
  for (const id of ["a", "b"]) driver.start(id);
  driver.agent("y");
  driver.do(place("c", "x"));
  assertEquals(driver.tasksOf("y"), ["c"]);
  driver.agent("z");
  const busy = { ...report("x"), taskCount: 50 };
  assertEquals(lines(driver.do(busy)), ["agent:reported x"]);
});

Deno.test("the most recently assigned go first, also those with a slot, whose locks they lose", () => {
  const driver = new TaskDriver({ stealing: true });
  driver.agent("x");
  driver.do(place("a", "x", { priority: 1 }));
  driver.do(place("b", "x"), place("c", "x", { priority: 5 }));
  driver.complete("a");
  assertEquals(driver.tasksOf("x"), ["(b)", "c"]);
  driver.do(place("d", "x"), agent("y"));
  assertEquals([driver.tasksOf("x"), driver.tasksOf("y")], [["(b)", "c"], ["d"]]);
  driver.do(report("x", { taskCount: 9 }));
  assertEquals([driver.tasksOf("x"), driver.tasksOf("y")], [[], ["d", "(c)", "(b)"]]);
});

Deno.test("only a fit agent gets what is stolen", () => {
  const driver = pair();
  driver.agent("skilled", { capabilities: ["git"] });
  for (const id of ["a", "b", "c"]) {
    driver.do(cordon("skilled", "away"));
    driver.do(place(id, "skilled", { requires: ["git"] }));
  }
  driver.do(uncordon("skilled"));
  assertEquals([driver.tasksOf("skilled").length, driver.tasksOf("y")], [3, []]);
  driver.agent("other", { capabilities: ["deno", "git"] });
  assertEquals(driver.tasksOf("other"), ["c"]);
});

Deno.test("a hard pin and a task of the shared queue are not stolen", () => {
  const driver = new TaskDriver({ stealing: true });
  driver.agent("x", { maxConcurrentTasks: 9 });
  for (const id of ["a", "b", "c"]) driver.submit(id, { assignedAgent: "x" });
  for (const id of ["d", "e", "f"]) driver.submit(id);
  driver.agent("y", { maxConcurrentTasks: 9 });
  assertEquals(driver.tasksOf("y"), []);
});

Deno.test("a report adds what the machine doesn't know, until it is not renewed", () => {
  const driver = pair({ stealInterval: 100 });
  driver.place("x", "a");
  assertEquals(driver.do(report("x", { taskCount: 3, cpuPercent: 70 })).slice(0, 1), [
    {
      type: "agent:reported",
      agentId: "x",
      outside: 2,
      avgTaskDurationMs: undefined,
      cpuPercent: 70,
      memoryPercent: undefined,
    },
  ]);
  assertEquals(driver.tasksOf("y"), ["a"]);
  driver.pass(199);
  const [renewed] = driver.do(report("x", { avgTaskDurationMs: 40 }));
  assertEquals((renewed as { outside: number; cpuPercent: number }).outside, 2);
  assertEquals((renewed as { outside: number; cpuPercent: number }).cpuPercent, 70);
  assertEquals(driver.pass(199), []);
  assertEquals(lines(driver.pass(1)), ["agent:report-expired x"]);
  assertEquals(driver.state.agents.get("x")!.outside, 0);
  driver.refuses(report("nobody"), "unknown-agent");
});

Deno.test("a report of load that is forgotten makes the agent a target again", () => {
  const driver = pair({ stealInterval: 50 });
  driver.do(report("y", { taskCount: 40 }));
  driver.place("x", "a", "b", "c");
  assertEquals(driver.tasksOf("y"), []);
  assertEquals(lines(driver.pass(100)).slice(0, 3), [
    "agent:report-expired y",
    "workstealing:request",
    "task:stolen c x",
  ]);
});

Deno.test("S5-load-never-falls: load falls on every terminal path, and idle agents take over", () => {
  const ends: ((driver: TaskDriver) => unknown)[] = [
    (driver) => driver.complete("t"),
    (driver) => driver.fail("t", { fault: "task" }),
    (driver) => driver.cancel("t"),
    (driver) => driver.pass(1000),
    (driver) =>
      driver.do({ type: "preempt", taskId: "t", epoch: 1, reason: "r", isHopeless: true }),
  ];
  for (const end of ends) {
    const driver = new TaskDriver({ stealing: true, abortGraceMs: 0 });
    driver.agent("y");
    driver.do(place("t", "y", { totalTimeoutMs: 1000 }));
    driver.agent("x");
    driver.place("x", "a", "b", "c");
    assertEquals(driver.tasksOf("x").length, 3);
    end(driver);
    assertEquals([driver.tasksOf("x").length, driver.tasksOf("y")], [2, ["c"]]);
  }
});

Deno.test("drain stops stealing with everything else", () => {
  const driver = pair();
  driver.do(cordon("y", "away"));
  driver.place("x", "a", "b", "c");
  driver.do({ type: "drain" }, uncordon("y"));
  assertEquals([driver.tasksOf("x").length, driver.tasksOf("y")], [3, []]);
});

Deno.test("two imbalances that one change leads to are both evened out", () => {
  const driver = new TaskDriver({ stealing: true, maxStealBatch: 9 });
  const slots = { maxConcurrentTasks: 8 };
  driver.agent("gone", { ...slots, capabilities: ["p", "q"] });
  for (const id of ["a", "b", "c"]) driver.do(place(id, "gone", { requires: ["p"] }));
  for (const id of ["d", "e", "f", "g"]) driver.do(place(id, "gone", { requires: ["q"] }));
  driver.state.agents.get("gone")!.outside = -100; // so that nothing is stolen from it before
  for (const skill of ["p", "q"]) {
    driver.agent(`only ${skill}`, { ...slots, capabilities: [skill] });
    driver.agent(`also ${skill}`, { ...slots, capabilities: [skill, "x", "y", "z"] });
  }
  driver.do({ type: "remove-agent", agentId: "gone", reason: "crashed" });
  const counts = ["only p", "also p", "only q", "also q"].map((id) => driver.tasksOf(id).length);
  assertEquals(counts, [2, 1, 2, 2]);
});

Deno.test("an agent that became unfit for what it has is still relieved of it", () => {
  const driver = new TaskDriver({ stealing: true });
  driver.agent("x", { capabilities: ["git"] });
  for (const id of ["a", "b"]) driver.do(place(id, "x", { requires: ["git"] }));
  driver.agent("y", { capabilities: ["git"] });
  driver.agent("x", { capabilities: [] });
  assertEquals(driver.tasksOf("y"), []);
  driver.do(report("x", { taskCount: 5 }));
  assertEquals(driver.tasksOf("y"), ["b", "(a)"]);
});

Deno.test("what may be stolen is kept however many other things tasks require", () => {
  const driver = new TaskDriver({ stealing: true });
  driver.agent("x", { capabilities: ["p"] });
  for (const id of ["a", "b", "c"]) driver.do(place(id, "x", { requires: ["p"] }));
  for (let i = 0; i < 600; i++) {
    driver.submit(`${i}`, { requires: [`skill-${i}`] });
    driver.cancel(`${i}`);
  }
  driver.agent("y", { capabilities: ["p"] });
  assertEquals(driver.tasksOf("y"), ["c"]);
});
