import { assert, assertEquals } from "@std/assert";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { Bench, cordon, lines } from "./bench.ts";

function timeouts(events: readonly TaskEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "task:timed-out" ? [`${event.taskId} ${event.limit} ${event.ms}`] : []
  );
}

Deno.test("queueTimeoutMs counts while a task waits for its dependencies, an agent or its locks", () => {
  const bench = new Bench();
  bench.agent("x");
  const queueTimeoutMs = 100;
  bench.submit("locked", {
    queueTimeoutMs,
    resources: [{ resourceId: "r", mode: "exclusive", units: 1 }],
  });
  bench.submit("waiting", { queueTimeoutMs, after: ["never"] });
  bench.submit("ready", { queueTimeoutMs });
  assertEquals(bench.pass(99), []);
  const events = bench.pass(1);
  assertEquals(timeouts(events), ["locked queue 100", "waiting queue 100", "ready queue 100"]);
  assertEquals(
    ["locked", "waiting", "ready"].map((id) => bench.status(id)),
    Array(3).fill("failed"),
  );
  assertEquals(bench.task("ready").error, {
    name: "TaskTimeoutError",
    code: "task-timeout",
    message: "The queue timeout of 100 ms was exceeded",
  });
  assertEquals(bench.load("x"), 0);
});

Deno.test("queueTimeoutMs is one limit from submission to start, and starts again with each later wait", () => {
  const bench = new Bench();
  bench.submit("first");
  bench.submit("t", { queueTimeoutMs: 100, after: ["first"] });
  bench.pass(60);
  bench.agent("x", { startsAtOnce: true });
  bench.complete("first");
  assertEquals(bench.status("t"), "running");
  assertEquals(bench.pass(200), []);
  bench.do(cordon("x", "later"));
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  assertEquals(lines(bench.pass(99)), []);
  assertEquals(timeouts(bench.pass(1)), ["t queue 100"]);
});

Deno.test("timeoutMs ends the attempt and costs it; its slot is taken until the body settles", () => {
  const bench = new Bench({ abortGraceMs: 1_000 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50, retries: 1 });
  bench.submit("next");
  const events = bench.pass(50);
  assertEquals(lines(events), ["task:timed-out t", "task:backed-off t x"]);
  assertEquals([bench.load("x"), bench.state.lingering.size], [1, 1]);
  assertEquals(bench.status("next"), "ready");
  assertEquals(lines(bench.settle("t", 1)), [
    "attempt:ended t x",
    "task:assigned next x",
    "task:started next x",
  ]);
  assertEquals(bench.settle("t", 1), []);
});

Deno.test("a body that doesn't settle loses its slot when the grace period ends", () => {
  const bench = new Bench({ abortGraceMs: 300 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50, retries: 0 });
  bench.pass(50);
  assertEquals(bench.status("t"), "failed");
  assertEquals([bench.load("x"), bench.pass(299)], [1, []]);
  assertEquals(bench.pass(1), [
    { type: "attempt:ended", taskId: "t", agentId: "x", epoch: 1, abandoned: true, queued: false },
  ]);
  assertEquals([bench.load("x"), bench.state.lingering.size], [0, 0]);
});

Deno.test("each attempt has its own timeoutMs, and the last one fails the task", () => {
  const bench = new Bench({ retryDelay: 0, abortGraceMs: 0 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50, retries: 2 });
  for (let attempt = 1; attempt <= 3; attempt++) {
    assertEquals([bench.status("t"), bench.task("t").attempts], ["running", attempt]);
    bench.pass(50);
    bench.pass(0);
  }
  assertEquals([bench.status("t"), bench.task("t").attempts], ["failed", 3]);
  assertEquals(bench.task("t").error?.message, "The attempt timeout of 50 ms was exceeded");
});

Deno.test("a heartbeat that stops costs no attempt: the task goes to another agent at once", () => {
  const bench = new Bench({ abortGraceMs: 1_000 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { heartbeatTimeoutMs: 20, retries: 0 });
  bench.agent("y", { startsAtOnce: true });
  assertEquals(lines(bench.pass(20)), [
    "task:timed-out t",
    "task:requeued t x",
    "task:assigned t y",
    "task:started t y",
  ]);
  assertEquals([bench.task("t").attempts, bench.task("t").crashes], [1, 1]);
  assertEquals([bench.load("x"), bench.load("y")], [1, 1]);
});

Deno.test("totalTimeoutMs ends a task in every status", () => {
  const bench = new Bench();
  bench.agent("x", { maxConcurrentTasks: 3 });
  const totalTimeoutMs = 100;
  for (const id of ["assigned", "running", "backing-off", "ready"]) {
    bench.submit(id, { totalTimeoutMs });
  }
  bench.submit("waiting", { totalTimeoutMs, after: ["never"] });
  bench.start("running");
  bench.fail("backing-off", { retryAfterMs: 1_000 });
  bench.do(cordon("x", "full"));
  const ids = ["assigned", "running", "backing-off", "ready", "waiting"];
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "reset" });
  const events = bench.pass(100);
  assertEquals(
    timeouts(events),
    ["assigned", "running", "backing-off", "ready", "waiting"].map(
      (id) => `${id} total 100`,
    ),
  );
  for (const id of ids) assertEquals(bench.status(id), "failed");
  bench.settle("running", 2);
  assertEquals([bench.load("x"), bench.machine.deadline(bench.state)], [0, Infinity]);
});

Deno.test("totalTimeoutMs is no retry's business, and counts from submission", () => {
  const bench = new Bench({ retryDelay: 0 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { totalTimeoutMs: 100 });
  bench.pass(90);
  bench.fail("t");
  bench.pass(0);
  assertEquals(bench.status("t"), "running");
  assertEquals(lines(bench.pass(10)), ["task:timed-out t", "task:failed t x"]);
});

Deno.test("timers of one instant fire in the order in which they were set", () => {
  const bench = new Bench();
  for (const id of ["a", "b", "c"]) bench.submit(id, { queueTimeoutMs: 10 });
  bench.submit("d", { totalTimeoutMs: 10 });
  bench.submit("e", { queueTimeoutMs: 5 });
  assertEquals(timeouts(bench.pass(10)).map((line) => line[0]), ["e", "a", "b", "c", "d"]);
});

Deno.test("a command meets no timer that is due: those fire first", () => {
  const bench = new Bench({ abortGraceMs: 0 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50, retries: 0 });
  bench.now = 50;
  const events = bench.complete("t", 1);
  assertEquals(lines(events), [
    "task:timed-out t",
    "task:failed t x",
    "attempt:ended t x",
    "task:refused t",
  ]);
});

Deno.test("a tick that is early, or repeated, does nothing", () => {
  const bench = new Bench();
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50 });
  assertEquals(bench.pass(49), []);
  assert(bench.pass(1).length > 0);
  assertEquals(bench.pass(0), []);
});

Deno.test("the slots of a lingering body go with its agent, and nobody else's", () => {
  const bench = new Bench({ abortGraceMs: 1_000 });
  bench.agent("x", { startsAtOnce: true });
  bench.agent("y", { startsAtOnce: true });
  bench.submit("a", { timeoutMs: 10 });
  bench.submit("b", { timeoutMs: 10 });
  bench.pass(10);
  const events = bench.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals(lines(events), ["agent:terminated x", "attempt:ended a x"]);
  assertEquals([bench.state.lingering.size, bench.load("y")], [1, 1]);
});
