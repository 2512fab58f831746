import { assert, assertEquals, assertGreater } from "@std/assert";
import { lines, TaskDriver } from "./driver.ts";

/** The pauses after each of `attempts` failures of a task. */
function pauses(driver: TaskDriver, attempts: number): number[] {
  driver.agent("x");
  driver.submit("t", { retries: attempts });
  return Array.from({ length: attempts }, () => {
    driver.fail("t");
    const pause = driver.machine.deadline(driver.state) - driver.now;
    driver.pass(pause);
    return pause;
  });
}

Deno.test("a failed attempt is followed by a pause and another attempt, up to the task's retries", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("t", { retries: 2 });
  assertEquals(lines(driver.fail("t")), [
    "task:started t x",
    "task:backed-off t x",
    "attempt:ended t x",
  ]);
  assertEquals(lines(driver.passToNext()), ["task:readied t", "task:assigned t x"]);
  driver.fail("t");
  driver.passToNext();
  assertEquals(lines(driver.fail("t")), [
    "task:started t x",
    "task:failed t x",
    "attempt:ended t x",
  ]);
});

Deno.test("T14-no-jitter-no-cap: pauses are drawn up to a limit that doubles up to the cap", () => {
  const longest = [100, 200, 400, 800, 1_000, 1_000, 1_000];
  const drawn = Array.from(
    { length: 50 },
    (_, seed) => pauses(new TaskDriver({ retryDelay: 100, maxRetryDelayMs: 1_000, seed }), 7),
  );
  for (const [i, limit] of longest.entries()) {
    const column = drawn.map((row) => row[i]!);
    assert(column.every((pause) => pause >= 0 && pause <= limit));
    assertGreater(Math.max(...column), 0.75 * limit);
    assertGreater(0.25 * limit, Math.min(...column));
    assertGreater(new Set(column).size, 20);
  }
});

Deno.test("T14-no-jitter-no-cap: the same seed draws the same pauses", () => {
  assertEquals(pauses(new TaskDriver({ seed: 7 }), 9), pauses(new TaskDriver({ seed: 7 }), 9));
  assert(
    String(pauses(new TaskDriver({ seed: 7 }), 9)) !==
      String(pauses(new TaskDriver({ seed: 8 }), 9)),
  );
});

Deno.test("many failures make no pause longer than the cap", () => {
  assert(pauses(new TaskDriver({ retryDelay: 1, maxRetryDelayMs: 5 }), 100).every((ms) => ms <= 5));
});

Deno.test("retryAfterMs of the error makes the pause longer, never shorter", () => {
  const driver = new TaskDriver({ retryDelay: 10 });
  driver.agent("x");
  driver.submit("t");
  driver.fail("t", { retryAfterMs: 5_000 });
  assertEquals(driver.machine.deadline(driver.state), 5_000);
  driver.pass(5_000);
  driver.fail("t", { retryAfterMs: 0 });
  assert(driver.machine.deadline(driver.state) <= 5_020);
});

Deno.test("T15-retried-twice-at-once: a failure that is reported twice leads to one retry", () => {
  const driver = new TaskDriver({ retryDelay: 0 });
  driver.agent("x", { maxConcurrentTasks: 5, startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50 });
  driver.fail("t", { epoch: 1, retryAfterMs: 100 });
  driver.refuses(
    {
      type: "fail",
      taskId: "t",
      epoch: 1,
      fault: "attempt",
      error: { name: "Error", message: "again" },
    },
    "stale-epoch",
  );
  assertEquals(driver.pass(50), []);
  assertEquals(lines(driver.pass(50)), [
    "task:readied t",
    "task:assigned t x",
    "task:started t x",
  ]);
  assertEquals(driver.pass(49), []);
  assertEquals([driver.task("t").attempts, driver.load("x")], [2, 1]);
});

Deno.test("a fault of the task itself fails it at once, whatever retries are left", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("t", { retries: 9 });
  driver.fail("t", { fault: "task" });
  assertEquals([driver.status("t"), driver.task("t").attempts], ["failed", 1]);
});

Deno.test("a task without retries fails with its first attempt", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("t", { retries: 0 });
  driver.fail("t");
  assertEquals(driver.status("t"), "failed");
});

Deno.test("a lost agent costs no attempt: its running tasks go back into the queue at once", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 2 });
  driver.submit("running", { retries: 0 });
  driver.submit("assigned", { retries: 0 });
  driver.start("running");
  assertEquals(lines(driver.do({ type: "remove-agent", agentId: "x", reason: "crashed" })), [
    "agent:terminated x",
    "task:requeued running x",
    "attempt:ended running x",
    "task:requeued assigned x",
    "attempt:ended assigned x",
  ]);
  assertEquals([driver.task("running").attempts, driver.task("running").crashes], [0, 1]);
  assertEquals([driver.task("assigned").attempts, driver.task("assigned").crashes], [0, 0]);
  assertEquals(driver.state.agents.size, 0);
});

Deno.test("a task that loses its agent more than maxCrashes times is quarantined", () => {
  const driver = new TaskDriver({ maxCrashes: 2 });
  driver.submit("poison");
  for (let crash = 1; crash <= 3; crash++) {
    assertEquals(driver.status("poison"), "ready");
    driver.agent("x", { startsAtOnce: true });
    driver.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  }
  assertEquals(driver.status("poison"), "failed");
  assertEquals(driver.task("poison").error, {
    name: "QuarantineError",
    code: "quarantined",
    message: 'Quarantined after 3 lost claims, the last: agent "x" is gone',
  });
});

Deno.test("a preemption costs no attempt but counts as a crash, and is followed by a pause", () => {
  const driver = new TaskDriver({ maxCrashes: 1, abortGraceMs: 0 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { retries: 0 });
  const preempt = (epoch: number) =>
    driver.do({ type: "preempt", taskId: "t", epoch, reason: "it lost r", isHopeless: false });
  assertEquals(lines(preempt(1)), ["task:backed-off t x"]);
  assertEquals([driver.task("t").attempts, driver.task("t").crashes], [0, 1]);
  assertEquals(lines(driver.pass(0)), ["attempt:ended t x"]);
  assertEquals(preempt(1), []);
  driver.pass(60_000);
  assertEquals(driver.status("t"), "running");
  assertEquals(lines(preempt(2)), ["task:failed t x"]);
  assertEquals(driver.task("t").error?.code, "quarantined");
});

Deno.test("an error that is not the fault of the task costs no attempt", () => {
  const driver = new TaskDriver({ maxCrashes: 2 });
  driver.agent("x");
  driver.submit("t", { retries: 0 });
  for (let i = 0; i < 2; i++) {
    driver.fail("t", { fault: "none" });
    assertEquals([driver.status("t"), driver.task("t").attempts], ["backing-off", 0]);
    driver.passToNext();
  }
  driver.fail("t", { fault: "none" });
  assertEquals(driver.status("t"), "failed");
});

Deno.test("a preemption of a claim that was not started takes no attempt back", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("t");
  driver.do({ type: "preempt", taskId: "t", epoch: 1, reason: "deadlock", isHopeless: false });
  assertEquals([driver.status("t"), driver.task("t").attempts], ["backing-off", 0]);
});

Deno.test("tasks that are taken back from an agent lose neither attempts nor lives", () => {
  const driver = new TaskDriver({ abortGraceMs: 0 });
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { retries: 0 });
  for (let i = 0; i < 20; i++) {
    driver.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
    driver.pass(0);
    assertEquals(driver.status("t"), "running");
  }
  assertEquals([driver.task("t").attempts, driver.task("t").crashes], [1, 0]);
});

Deno.test("cancelling an agent's tasks cancels all of them and what depends on them", () => {
  const driver = new TaskDriver({ abortGraceMs: 50 });
  driver.agent("x", { maxConcurrentTasks: 2 });
  driver.submit("a");
  driver.submit("b");
  driver.submit("c", { after: ["a"] });
  driver.submit("other");
  driver.start("a");
  const command = { type: "cancel-agent-tasks", agentId: "x", reason: "stop" } as const;
  assertEquals(lines(driver.do(command)), [
    "task:cancelled a x",
    "task:cancelled b x",
    "attempt:ended b x",
    "task:cancelled c",
    "task:assigned other x",
  ]);
  assertEquals(driver.load("x"), 2);
});

/** A driver on which the only attempt of `t` has timed out while its body ran on. */
function overdue(): TaskDriver {
  const driver = new TaskDriver({ retryDelay: 0, abortGraceMs: 1_000 });
  driver.agent("x", { maxConcurrentTasks: 2, startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50 });
  driver.pass(50);
  return driver;
}

Deno.test("T15-retried-twice-at-once: a retry waits until the body of the attempt before has ended", () => {
  const driver = overdue();
  assertEquals(lines(driver.pass(700)), []);
  assertEquals(driver.status("t"), "backing-off");
  assertEquals(lines(driver.settle("t", 1)), [
    "attempt:ended t x",
    "task:readied t",
    "task:assigned t x",
    "task:started t x",
  ]);
});

Deno.test("a retry waits for a body that never ends no longer than the grace period", () => {
  const driver = overdue();
  driver.pass(999);
  assertEquals(driver.status("t"), "backing-off");
  driver.pass(1);
  assertEquals(driver.status("t"), "running");
});
