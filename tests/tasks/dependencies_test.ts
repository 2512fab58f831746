import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { lines, submit, TaskDriver } from "./driver.ts";

/** Runs a task that is ready on an agent of its own. */
function run(driver: TaskDriver, id: string, end: "complete" | "fail" | "cancel"): TaskEvent[] {
  driver.agent(`for ${id}`);
  const events = driver.do({ type: "assign", taskId: id, agentId: `for ${id}` });
  if (end === "complete") return [...events, ...driver.complete(id)];
  if (end === "fail") return [...events, ...driver.fail(id, { fault: "task" })];
  return [...events, ...driver.cancel(id)];
}

/** A machine in which tasks stay ready until a test assigns them. */
function idleBench(): TaskDriver {
  const driver = new TaskDriver();
  driver.do({ type: "use-strategy", strategy: "external" });
  return driver;
}

function reasonFor(events: readonly TaskEvent[], id: string): string | undefined {
  for (const event of events) {
    if (event.type === "task:cancelled" && event.taskId === id) return event.reason;
  }
  return undefined;
}

Deno.test("a task waits for all its dependencies and becomes ready with the last of them", () => {
  const driver = idleBench();
  driver.submit("a");
  driver.submit("b");
  driver.submit("c", { after: ["a", "b"] });
  assertEquals(driver.status("c"), "waiting");
  run(driver, "a", "complete");
  assertEquals(driver.status("c"), "waiting");
  const events = run(driver, "b", "complete");
  assertEquals(events.at(-1), { type: "task:readied", taskId: "c" });
  assertEquals(driver.status("c"), "ready");
});

Deno.test("T1-no-task-completes-under-advanced-scheduler: tasks and their dependents run to the end", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("a");
  driver.submit("b", { after: ["a"] });
  driver.submit("c", { after: ["b", "a"] });
  assertEquals(lines(driver.complete("a")).slice(-2), ["task:assigned b x", "task:started b x"]);
  driver.complete("b");
  driver.complete("c");
  assertEquals(driver.state.counts.completed, 3);
  assertEquals(driver.load("x"), 0);
});

Deno.test("T8-unmet-dependency-throws-instead-of-waiting: a dependency may be submitted later", () => {
  const driver = idleBench();
  driver.submit("late", { after: ["early"] });
  assertEquals(driver.status("late"), "waiting");
  driver.submit("early");
  assertEquals(driver.state.awaited.size, 0);
  run(driver, "early", "complete");
  assertEquals(driver.status("late"), "ready");
});

Deno.test("T18-old-completed-dependency-forgotten: its outcome counts after the task itself is gone", () => {
  const driver = new TaskDriver({ keepFinished: 2 });
  driver.do({ type: "use-strategy", strategy: "external" });
  for (const id of ["old", "bad", "x", "y"]) {
    driver.submit(id);
    run(driver, id, id === "bad" ? "fail" : "complete");
  }
  assertEquals([...driver.state.tasks.keys()], ["x", "y"]);
  driver.submit("late", { after: ["old"] });
  assertEquals(driver.status("late"), "ready");
  const events = driver.submit("doomed", { after: ["bad"] });
  assertEquals(reasonFor(events, "doomed"), 'dependency "bad" failed');
});

Deno.test("a failed dependency cancels its dependents in cascade, and each reason names the root", () => {
  const driver = idleBench();
  driver.submit("root");
  driver.submit("child", { after: ["root"] });
  driver.submit("grandchild", { after: ["child"] });
  const events = run(driver, "root", "fail");
  assertEquals(lines(events).slice(-2), ["task:cancelled child", "task:cancelled grandchild"]);
  assertEquals(reasonFor(events, "grandchild"), 'dependency "root" failed');
});

Deno.test("a cancelled dependency cancels its dependents", () => {
  const driver = idleBench();
  driver.submit("root");
  driver.submit("child", { after: ["root"] });
  const events = driver.cancel("root");
  assertEquals(reasonFor(events, "child"), 'dependency "root" was cancelled');
});

Deno.test("a dependency that may be ignored counts as done however it ends", () => {
  for (const end of ["complete", "fail", "cancel"] as const) {
    const driver = idleBench();
    driver.submit("a");
    driver.submit("b", { after: ["a?ignore"] });
    run(driver, "a", end);
    assertEquals(driver.status("b"), "ready");
  }
});

Deno.test("run-on-failure runs a task only when its dependency fails or is cancelled", () => {
  for (const [end, status] of [["complete", "cancelled"], ["fail", "ready"], ["cancel", "ready"]]) {
    const driver = idleBench();
    driver.submit("a");
    driver.submit("cleanup", { after: ["a?run-on-failure"] });
    run(driver, "a", end as "complete");
    assertEquals(driver.status("cleanup"), status as "ready");
  }
});

Deno.test("of several run-on-failure dependencies one has to fail, and all have to end", () => {
  const driver = idleBench();
  for (const id of ["a", "b"]) driver.submit(id);
  driver.submit("cleanup", { after: ["a?run-on-failure", "b?run-on-failure"] });
  driver.submit("idle", { after: ["a?run-on-failure"] });
  const [, , ...events] = run(driver, "a", "complete");
  assertEquals(reasonFor(events, "idle"), "no dependency that it stands in for failed");
  assertEquals(driver.status("cleanup"), "waiting");
  run(driver, "b", "fail");
  assertEquals(driver.status("cleanup"), "ready");
});

Deno.test("dependencies that ended before a task came decide about it and its dependents", () => {
  const driver = idleBench();
  driver.submit("bad");
  run(driver, "bad", "fail");
  driver.submit("last", { after: ["middle"] });
  const events = driver.submit("middle", { after: ["bad"] });
  assertEquals(lines(events), [
    "task:created middle",
    "task:cancelled middle",
    "task:cancelled last",
  ]);
  assertEquals(reasonFor(events, "last"), 'dependency "bad" failed');
  driver.submit("cleanup", { after: ["bad?run-on-failure"] });
  assertEquals(driver.status("cleanup"), "ready");
});

Deno.test("G2-removing-a-failed-dependency-readies-dependents: dropping it readies no task", () => {
  const driver = new TaskDriver({ keepFinished: 0, keepOutcomes: 1 });
  driver.do({ type: "use-strategy", strategy: "external" });
  driver.submit("bad");
  driver.submit("x", { after: ["bad", "open"] });
  run(driver, "bad", "fail");
  for (const id of ["p", "q"]) {
    driver.submit(id);
    run(driver, id, "complete");
  }
  assertEquals([driver.state.tasks.size, driver.state.awaited.size], [0, 0]);
  assertEquals(driver.state.counts.cancelled, 1);
});

Deno.test("a cycle is refused with its path and changes nothing", () => {
  const driver = idleBench();
  driver.submit("b", { after: ["a"] });
  driver.submit("c", { after: ["b"] });
  driver.submit("d", { after: ["x", "c"] });
  driver.refuses(submit("a", { after: ["d"] }), "cycle", ["a", "d", "c", "b", "a"]);
  driver.refuses(submit("a", { after: ["b"] }), "cycle", ["a", "b", "a"]);
  driver.refuses(submit("a", { after: ["a"] }), "cycle", ["a", "a"]);
  driver.refuses(submit("a", { after: ["free", "c"] }), "cycle", ["a", "c", "b", "a"]);
  driver.submit("a");
  assertEquals(driver.status("a"), "ready");
});

Deno.test("what has ended closes no cycle", () => {
  const driver = idleBench();
  driver.submit("b", { after: ["a"] });
  driver.cancel("b");
  driver.submit("a", { after: ["b?ignore"] });
  assertEquals(driver.status("a"), "ready");
});

Deno.test("an id that was dropped and comes back closes no cycle with its former dependents", () => {
  const driver = new TaskDriver({ keepFinished: 0, keepOutcomes: 0 });
  driver.do({ type: "use-strategy", strategy: "external" });
  driver.submit("a");
  driver.submit("b", { after: ["a", "open"] });
  run(driver, "a", "complete");
  driver.submit("c", { after: ["x"] });
  driver.submit("a", { after: ["x"] });
  driver.submit("x", { after: ["b"] });
  assertEquals(driver.status("x"), "waiting");
  driver.refuses(submit("open", { after: ["c"] }), "cycle", ["open", "c", "x", "b", "open"]);
});

Deno.test("a task that ends while it waits leaves no edge behind", () => {
  const driver = idleBench();
  driver.submit("a");
  driver.submit("b", { after: ["a", "later"] });
  driver.cancel("b");
  assertEquals(driver.task("a").dependents?.size, 0);
  assertEquals(driver.state.awaited.size, 0);
});

Deno.test("ids of object members are ids like any other", () => {
  const driver = idleBench();
  driver.submit("constructor", { after: ["__proto__", "toString?ignore"] });
  assertEquals(driver.status("constructor"), "waiting");
  driver.submit("__proto__");
  driver.submit("toString");
  run(driver, "__proto__", "complete");
  run(driver, "toString", "fail");
  assertEquals(driver.status("constructor"), "ready");
});

const DEEP = 100_000;

Deno.test("G4-recursion-overflows-on-deep-chains: a chain of 100,000 tasks completes", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  for (let i = 0; i < DEEP; i++) driver.submit(`t${i}`, { after: i === 0 ? [] : [`t${i - 1}`] });
  for (let i = 0; i < DEEP; i++) driver.complete(`t${i}`);
  assertEquals(driver.state.counts.completed, DEEP);
});

Deno.test("G4-recursion-overflows-on-deep-chains: a cancellation cascades through 100,000 tasks", () => {
  const driver = idleBench();
  for (let i = 0; i < DEEP; i++) driver.submit(`t${i}`, { after: i === 0 ? [] : [`t${i - 1}`] });
  const events = driver.cancel("t0");
  assertEquals(events.length, DEEP);
  assertStringIncludes(reasonFor(events, `t${DEEP - 1}`) ?? "", '"t0"');
  assertEquals(driver.state.counts.cancelled, DEEP);
});

Deno.test("G4-recursion-overflows-on-deep-chains: 100,000 tasks in reverse close no cycle", () => {
  const driver = idleBench();
  for (let i = DEEP; i-- > 0;) driver.submit(`t${i}`, { after: i === 0 ? [] : [`t${i - 1}`] });
  assertEquals(driver.state.counts.waiting, DEEP - 1);
  driver.refuses(submit("new", { after: ["new"] }), "cycle", ["new", "new"]);
  assert(driver.cancel("t0").length === DEEP);
});
