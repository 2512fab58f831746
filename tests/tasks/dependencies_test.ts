import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { Bench, lines, submit } from "./bench.ts";

/** Runs a task that is ready on an agent of its own. */
function run(bench: Bench, id: string, end: "complete" | "fail" | "cancel"): TaskEvent[] {
  bench.agent(`for ${id}`);
  const events = bench.do({ type: "assign", taskId: id, agentId: `for ${id}` });
  if (end === "complete") return [...events, ...bench.complete(id)];
  if (end === "fail") return [...events, ...bench.fail(id, { fault: "task" })];
  return [...events, ...bench.cancel(id)];
}

/** A machine in which tasks stay ready until a test assigns them. */
function idleBench(): Bench {
  const bench = new Bench();
  bench.do({ type: "use-strategy", strategy: "external" });
  return bench;
}

function reasonFor(events: readonly TaskEvent[], id: string): string | undefined {
  for (const event of events) {
    if (event.type === "task:cancelled" && event.taskId === id) return event.reason;
  }
  return undefined;
}

Deno.test("a task waits for all its dependencies and becomes ready with the last of them", () => {
  const bench = idleBench();
  bench.submit("a");
  bench.submit("b");
  bench.submit("c", { after: ["a", "b"] });
  assertEquals(bench.status("c"), "waiting");
  run(bench, "a", "complete");
  assertEquals(bench.status("c"), "waiting");
  const events = run(bench, "b", "complete");
  assertEquals(events.at(-1), { type: "task:readied", taskId: "c" });
  assertEquals(bench.status("c"), "ready");
});

Deno.test("T1-no-task-completes-under-advanced-scheduler: tasks and their dependents run to the end", () => {
  const bench = new Bench();
  bench.agent("x", { startsAtOnce: true });
  bench.submit("a");
  bench.submit("b", { after: ["a"] });
  bench.submit("c", { after: ["b", "a"] });
  assertEquals(lines(bench.complete("a")).slice(-2), ["task:assigned b x", "task:started b x"]);
  bench.complete("b");
  bench.complete("c");
  assertEquals(bench.state.counts.completed, 3);
  assertEquals(bench.load("x"), 0);
});

Deno.test("T8-unmet-dependency-throws-instead-of-waiting: a dependency may be submitted later", () => {
  const bench = idleBench();
  bench.submit("late", { after: ["early"] });
  assertEquals(bench.status("late"), "waiting");
  bench.submit("early");
  assertEquals(bench.state.awaited.size, 0);
  run(bench, "early", "complete");
  assertEquals(bench.status("late"), "ready");
});

Deno.test("T18-old-completed-dependency-forgotten: its outcome counts after the task itself is gone", () => {
  const bench = new Bench({ keepFinished: 2 });
  bench.do({ type: "use-strategy", strategy: "external" });
  for (const id of ["old", "bad", "x", "y"]) {
    bench.submit(id);
    run(bench, id, id === "bad" ? "fail" : "complete");
  }
  assertEquals([...bench.state.tasks.keys()], ["x", "y"]);
  bench.submit("late", { after: ["old"] });
  assertEquals(bench.status("late"), "ready");
  const events = bench.submit("doomed", { after: ["bad"] });
  assertEquals(reasonFor(events, "doomed"), 'dependency "bad" failed');
});

Deno.test("a failed dependency cancels its dependents in cascade, and each reason names the root", () => {
  const bench = idleBench();
  bench.submit("root");
  bench.submit("child", { after: ["root"] });
  bench.submit("grandchild", { after: ["child"] });
  const events = run(bench, "root", "fail");
  assertEquals(lines(events).slice(-2), ["task:cancelled child", "task:cancelled grandchild"]);
  assertEquals(reasonFor(events, "grandchild"), 'dependency "root" failed');
});

Deno.test("a cancelled dependency cancels its dependents", () => {
  const bench = idleBench();
  bench.submit("root");
  bench.submit("child", { after: ["root"] });
  const events = bench.cancel("root");
  assertEquals(reasonFor(events, "child"), 'dependency "root" was cancelled');
});

Deno.test("a dependency that may be ignored counts as done however it ends", () => {
  for (const end of ["complete", "fail", "cancel"] as const) {
    const bench = idleBench();
    bench.submit("a");
    bench.submit("b", { after: ["a?ignore"] });
    run(bench, "a", end);
    assertEquals(bench.status("b"), "ready");
  }
});

Deno.test("run-on-failure runs a task when its dependency fails or is cancelled, and cancels it when not", () => {
  for (const [end, status] of [["complete", "cancelled"], ["fail", "ready"], ["cancel", "ready"]]) {
    const bench = idleBench();
    bench.submit("a");
    bench.submit("cleanup", { after: ["a?run-on-failure"] });
    run(bench, "a", end as "complete");
    assertEquals(bench.status("cleanup"), status as "ready");
  }
});

Deno.test("of several run-on-failure dependencies one has to fail, and all have to end", () => {
  const bench = idleBench();
  for (const id of ["a", "b"]) bench.submit(id);
  bench.submit("cleanup", { after: ["a?run-on-failure", "b?run-on-failure"] });
  bench.submit("idle", { after: ["a?run-on-failure"] });
  const [, , ...events] = run(bench, "a", "complete");
  assertEquals(reasonFor(events, "idle"), "no dependency that it stands in for failed");
  assertEquals(bench.status("cleanup"), "waiting");
  run(bench, "b", "fail");
  assertEquals(bench.status("cleanup"), "ready");
});

Deno.test("a task is judged by dependencies that ended before it came, and so is who waits for it", () => {
  const bench = idleBench();
  bench.submit("bad");
  run(bench, "bad", "fail");
  bench.submit("last", { after: ["middle"] });
  const events = bench.submit("middle", { after: ["bad"] });
  assertEquals(lines(events), [
    "task:created middle",
    "task:cancelled middle",
    "task:cancelled last",
  ]);
  assertEquals(reasonFor(events, "last"), 'dependency "bad" failed');
  bench.submit("cleanup", { after: ["bad?run-on-failure"] });
  assertEquals(bench.status("cleanup"), "ready");
});

Deno.test("G2-removing-a-failed-dependency-readies-dependents: forgetting it readies nobody", () => {
  const bench = new Bench({ keepFinished: 0, keepOutcomes: 1 });
  bench.do({ type: "use-strategy", strategy: "external" });
  bench.submit("bad");
  bench.submit("x", { after: ["bad", "open"] });
  run(bench, "bad", "fail");
  for (const id of ["p", "q"]) {
    bench.submit(id);
    run(bench, id, "complete");
  }
  assertEquals([bench.state.tasks.size, bench.state.awaited.size], [0, 0]);
  assertEquals(bench.state.counts.cancelled, 1);
});

Deno.test("a cycle is refused with its path and changes nothing", () => {
  const bench = idleBench();
  bench.submit("b", { after: ["a"] });
  bench.submit("c", { after: ["b"] });
  bench.submit("d", { after: ["x", "c"] });
  bench.refuses(submit("a", { after: ["d"] }), "cycle", ["a", "d", "c", "b", "a"]);
  bench.refuses(submit("a", { after: ["b"] }), "cycle", ["a", "b", "a"]);
  bench.refuses(submit("a", { after: ["a"] }), "cycle", ["a", "a"]);
  bench.refuses(submit("a", { after: ["free", "c"] }), "cycle", ["a", "c", "b", "a"]);
  bench.submit("a");
  assertEquals(bench.status("a"), "ready");
});

Deno.test("what has ended closes no cycle", () => {
  const bench = idleBench();
  bench.submit("b", { after: ["a"] });
  bench.cancel("b");
  bench.submit("a", { after: ["b?ignore"] });
  assertEquals(bench.status("a"), "ready");
});

Deno.test("an id that was forgotten and comes back closes no cycle with what waited for its first bearer", () => {
  const bench = new Bench({ keepFinished: 0, keepOutcomes: 0 });
  bench.do({ type: "use-strategy", strategy: "external" });
  bench.submit("a");
  bench.submit("b", { after: ["a", "open"] });
  run(bench, "a", "complete");
  bench.submit("c", { after: ["x"] });
  bench.submit("a", { after: ["x"] });
  bench.submit("x", { after: ["b"] });
  assertEquals(bench.status("x"), "waiting");
  bench.refuses(submit("open", { after: ["c"] }), "cycle", ["open", "c", "x", "b", "open"]);
});

Deno.test("a task that ends while it waits leaves no edge behind", () => {
  const bench = idleBench();
  bench.submit("a");
  bench.submit("b", { after: ["a", "later"] });
  bench.cancel("b");
  assertEquals(bench.task("a").dependents?.size, 0);
  assertEquals(bench.state.awaited.size, 0);
});

Deno.test("ids of object members are ids like any other", () => {
  const bench = idleBench();
  bench.submit("constructor", { after: ["__proto__", "toString?ignore"] });
  assertEquals(bench.status("constructor"), "waiting");
  bench.submit("__proto__");
  bench.submit("toString");
  run(bench, "__proto__", "complete");
  run(bench, "toString", "fail");
  assertEquals(bench.status("constructor"), "ready");
});

const DEEP = 100_000;

Deno.test("G4-recursion-overflows-on-deep-chains: a chain of 100,000 tasks completes", () => {
  const bench = new Bench();
  bench.agent("x", { startsAtOnce: true });
  for (let i = 0; i < DEEP; i++) bench.submit(`t${i}`, { after: i === 0 ? [] : [`t${i - 1}`] });
  for (let i = 0; i < DEEP; i++) bench.complete(`t${i}`);
  assertEquals(bench.state.counts.completed, DEEP);
});

Deno.test("G4-recursion-overflows-on-deep-chains: a cancellation cascades through 100,000 tasks", () => {
  const bench = idleBench();
  for (let i = 0; i < DEEP; i++) bench.submit(`t${i}`, { after: i === 0 ? [] : [`t${i - 1}`] });
  const events = bench.cancel("t0");
  assertEquals(events.length, DEEP);
  assertStringIncludes(reasonFor(events, `t${DEEP - 1}`) ?? "", '"t0"');
  assertEquals(bench.state.counts.cancelled, DEEP);
});

Deno.test("G4-recursion-overflows-on-deep-chains: 100,000 tasks submitted last to first close no cycle", () => {
  const bench = idleBench();
  for (let i = DEEP; i-- > 0;) bench.submit(`t${i}`, { after: i === 0 ? [] : [`t${i - 1}`] });
  assertEquals(bench.state.counts.waiting, DEEP - 1);
  bench.refuses(submit("new", { after: ["new"] }), "cycle", ["new", "new"]);
  assert(bench.cancel("t0").length === DEEP);
});
