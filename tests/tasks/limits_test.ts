import { assert, assertEquals } from "@std/assert";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { cordon, lines, TaskDriver } from "./driver.ts";

function timeouts(events: readonly TaskEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "task:timed-out" ? [`${event.taskId} ${event.limit} ${event.ms}`] : []
  );
}

Deno.test("queueTimeoutMs counts while a task waits for its dependencies, an agent or its locks", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  const queueTimeoutMs = 100;
  driver.submit("locked", {
    queueTimeoutMs,
    resources: [{ resourceId: "r", mode: "exclusive", units: 1 }],
  });
  driver.submit("waiting", { queueTimeoutMs, after: ["never"] });
  driver.submit("ready", { queueTimeoutMs });
  assertEquals(driver.pass(99), []);
  const events = driver.pass(1);
  assertEquals(timeouts(events), ["locked queue 100", "waiting queue 100", "ready queue 100"]);
  assertEquals(
    ["locked", "waiting", "ready"].map((id) => driver.status(id)),
    Array(3).fill("failed"),
  );
  assertEquals(driver.task("ready").error, {
    name: "TaskTimeoutError",
    code: "task-timeout",
    message: "The queue timeout of 100 ms was exceeded",
  });
  assertEquals(driver.load("x"), 0);
});

Deno.test("queueTimeoutMs runs from submission to start, and anew with each later wait", () => {
  const driver = new TaskDriver();
  driver.submit("first");
  driver.submit("t", { queueTimeoutMs: 100, after: ["first"] });
  driver.pass(60);
  driver.agent("x", { startsAtOnce: true });
  driver.complete("first");
  assertEquals(driver.status("t"), "running");
  assertEquals(driver.pass(200), []);
  driver.do(cordon("x", "later"));
  driver.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  assertEquals(lines(driver.pass(99)), []);
  assertEquals(timeouts(driver.pass(1)), ["t queue 100"]);
});

Deno.test("timeoutMs ends the attempt and costs it; its slot is taken until the body settles", () => {
  const driver = new TaskDriver({ abortGraceMs: 1_000 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50, retries: 1 });
  driver.submit("next");
  const events = driver.pass(50);
  assertEquals(lines(events), ["task:timed-out t", "task:backed-off t x"]);
  assertEquals([driver.load("x"), driver.state.lingering.size], [1, 1]);
  assertEquals(driver.status("next"), "ready");
  assertEquals(lines(driver.settle("t", 1)), [
    "attempt:ended t x",
    "task:assigned next x",
    "task:started next x",
  ]);
  assertEquals(driver.settle("t", 1), []);
});

Deno.test("a body that doesn't settle loses its slot when the grace period ends", () => {
  const driver = new TaskDriver({ abortGraceMs: 300 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50, retries: 0 });
  driver.pass(50);
  assertEquals(driver.status("t"), "failed");
  assertEquals([driver.load("x"), driver.pass(299)], [1, []]);
  assertEquals(driver.pass(1), [
    { type: "attempt:ended", taskId: "t", agentId: "x", epoch: 1, abandoned: true, queued: false },
  ]);
  assertEquals([driver.load("x"), driver.state.lingering.size], [0, 0]);
});

Deno.test("each attempt has its own timeoutMs, and the last one fails the task", () => {
  const driver = new TaskDriver({ retryDelay: 0, abortGraceMs: 0 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50, retries: 2 });
  for (let attempt = 1; attempt <= 3; attempt++) {
    assertEquals([driver.status("t"), driver.task("t").attempts], ["running", attempt]);
    driver.pass(50);
    driver.pass(0);
  }
  assertEquals([driver.status("t"), driver.task("t").attempts], ["failed", 3]);
  assertEquals(driver.task("t").error?.message, "The attempt timeout of 50 ms was exceeded");
});

Deno.test("a heartbeat that stops costs no attempt: the task goes to another agent at once", () => {
  const driver = new TaskDriver({ abortGraceMs: 1_000 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { heartbeatTimeoutMs: 20, retries: 0 });
  driver.agent("y", { startsAtOnce: true });
  assertEquals(lines(driver.pass(20)), [
    "task:timed-out t",
    "task:requeued t x",
    "task:assigned t y",
    "task:started t y",
  ]);
  assertEquals([driver.task("t").attempts, driver.task("t").crashes], [1, 1]);
  assertEquals([driver.load("x"), driver.load("y")], [1, 1]);
});

Deno.test("totalTimeoutMs ends a task in every status", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 3 });
  const totalTimeoutMs = 100;
  for (const id of ["assigned", "running", "backing-off", "ready"]) {
    driver.submit(id, { totalTimeoutMs });
  }
  driver.submit("waiting", { totalTimeoutMs, after: ["never"] });
  driver.start("running");
  driver.fail("backing-off", { retryAfterMs: 1_000 });
  driver.do(cordon("x", "full"));
  const ids = ["assigned", "running", "backing-off", "ready", "waiting"];
  driver.do({ type: "requeue-agent-tasks", agentId: "x", reason: "reset" });
  const events = driver.pass(100);
  assertEquals(
    timeouts(events),
    ["assigned", "running", "backing-off", "ready", "waiting"].map(
      (id) => `${id} total 100`,
    ),
  );
  for (const id of ids) assertEquals(driver.status(id), "failed");
  driver.settle("running", 2);
  assertEquals([driver.load("x"), driver.machine.deadline(driver.state)], [0, Infinity]);
});

Deno.test("totalTimeoutMs is no retry's business, and counts from submission", () => {
  const driver = new TaskDriver({ retryDelay: 0 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { totalTimeoutMs: 100 });
  driver.pass(90);
  driver.fail("t");
  driver.pass(0);
  assertEquals(driver.status("t"), "running");
  assertEquals(lines(driver.pass(10)), ["task:timed-out t", "task:failed t x"]);
});

Deno.test("timers of one instant fire in the order in which they were set", () => {
  const driver = new TaskDriver();
  for (const id of ["a", "b", "c"]) driver.submit(id, { queueTimeoutMs: 10 });
  driver.submit("d", { totalTimeoutMs: 10 });
  driver.submit("e", { queueTimeoutMs: 5 });
  assertEquals(timeouts(driver.pass(10)).map((line) => line[0]), ["e", "a", "b", "c", "d"]);
});

Deno.test("a command meets no timer that is due: those fire first", () => {
  const driver = new TaskDriver({ abortGraceMs: 0 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50, retries: 0 });
  driver.now = 50;
  const events = driver.complete("t", 1);
  assertEquals(lines(events), [
    "task:timed-out t",
    "task:failed t x",
    "attempt:ended t x",
    "task:refused t",
  ]);
});

Deno.test("a tick that is early, or repeated, does nothing", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50 });
  assertEquals(driver.pass(49), []);
  assert(driver.pass(1).length > 0);
  assertEquals(driver.pass(0), []);
});

Deno.test("the slot of a lingering attempt goes with its agent, and no other slot does", () => {
  const driver = new TaskDriver({ abortGraceMs: 1_000 });
  driver.agent("x", { startsAtOnce: true });
  driver.agent("y", { startsAtOnce: true });
  driver.submit("a", { timeoutMs: 10 });
  driver.submit("b", { timeoutMs: 10 });
  driver.pass(10);
  const events = driver.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals(lines(events), ["agent:terminated x", "attempt:ended a x"]);
  assertEquals([driver.state.lingering.size, driver.load("y")], [1, 1]);
});
