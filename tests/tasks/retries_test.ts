import { assert, assertEquals, assertGreater } from "@std/assert";
import { Bench, lines } from "./bench.ts";

/** The pauses after each of `attempts` failures of a task. */
function pauses(bench: Bench, attempts: number): number[] {
  bench.agent("x");
  bench.submit("t", { retries: attempts });
  return Array.from({ length: attempts }, () => {
    bench.fail("t");
    const pause = bench.machine.deadline(bench.state) - bench.now;
    bench.pass(pause);
    return pause;
  });
}

Deno.test("a failed attempt is followed by a pause and another attempt, up to the task's retries", () => {
  const bench = new Bench();
  bench.agent("x");
  bench.submit("t", { retries: 2 });
  assertEquals(lines(bench.fail("t")), [
    "task:started t x",
    "task:backed-off t x",
    "attempt:ended t x",
  ]);
  assertEquals(lines(bench.passToNext()), ["task:readied t", "task:assigned t x"]);
  bench.fail("t");
  bench.passToNext();
  assertEquals(lines(bench.fail("t")), [
    "task:started t x",
    "task:failed t x",
    "attempt:ended t x",
  ]);
});

Deno.test("T14-no-jitter-no-cap: pauses are drawn up to a limit that doubles, and never beyond the cap", () => {
  const longest = [100, 200, 400, 800, 1_000, 1_000, 1_000];
  const drawn = Array.from(
    { length: 50 },
    (_, seed) => pauses(new Bench({ retryDelay: 100, maxRetryDelayMs: 1_000, seed }), 7),
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
  assertEquals(pauses(new Bench({ seed: 7 }), 9), pauses(new Bench({ seed: 7 }), 9));
  assert(String(pauses(new Bench({ seed: 7 }), 9)) !== String(pauses(new Bench({ seed: 8 }), 9)));
});

Deno.test("many failures make no pause longer than the cap", () => {
  assert(pauses(new Bench({ retryDelay: 1, maxRetryDelayMs: 5 }), 100).every((ms) => ms <= 5));
});

Deno.test("retryAfterMs of the error makes the pause longer, never shorter", () => {
  const bench = new Bench({ retryDelay: 10 });
  bench.agent("x");
  bench.submit("t");
  bench.fail("t", { retryAfterMs: 5_000 });
  assertEquals(bench.machine.deadline(bench.state), 5_000);
  bench.pass(5_000);
  bench.fail("t", { retryAfterMs: 0 });
  assert(bench.machine.deadline(bench.state) <= 5_020);
});

Deno.test("T15-retried-twice-at-once: a failure that is reported twice leads to one retry", () => {
  const bench = new Bench({ retryDelay: 0 });
  bench.agent("x", { maxConcurrentTasks: 5, startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50 });
  bench.fail("t", { epoch: 1, retryAfterMs: 100 });
  bench.refuses(
    {
      type: "fail",
      taskId: "t",
      epoch: 1,
      fault: "attempt",
      error: { name: "Error", message: "again" },
    },
    "stale-epoch",
  );
  assertEquals(bench.pass(50), []);
  assertEquals(lines(bench.pass(50)), [
    "task:readied t",
    "task:assigned t x",
    "task:started t x",
  ]);
  assertEquals(bench.pass(49), []);
  assertEquals([bench.task("t").attempts, bench.load("x")], [2, 1]);
});

Deno.test("a fault of the task itself fails it at once, whatever retries are left", () => {
  const bench = new Bench();
  bench.agent("x");
  bench.submit("t", { retries: 9 });
  bench.fail("t", { fault: "task" });
  assertEquals([bench.status("t"), bench.task("t").attempts], ["failed", 1]);
});

Deno.test("a task without retries fails with its first attempt", () => {
  const bench = new Bench();
  bench.agent("x");
  bench.submit("t", { retries: 0 });
  bench.fail("t");
  assertEquals(bench.status("t"), "failed");
});

Deno.test("a lost agent costs no attempt: its running tasks go back into the queue at once", () => {
  const bench = new Bench();
  bench.agent("x", { maxConcurrentTasks: 2 });
  bench.submit("running", { retries: 0 });
  bench.submit("assigned", { retries: 0 });
  bench.start("running");
  assertEquals(lines(bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" })), [
    "agent:terminated x",
    "task:requeued running x",
    "attempt:ended running x",
    "task:requeued assigned x",
    "attempt:ended assigned x",
  ]);
  assertEquals([bench.task("running").attempts, bench.task("running").crashes], [0, 1]);
  assertEquals([bench.task("assigned").attempts, bench.task("assigned").crashes], [0, 0]);
  assertEquals(bench.state.agents.size, 0);
});

Deno.test("a task that loses its agent more than maxCrashes times is quarantined", () => {
  const bench = new Bench({ maxCrashes: 2 });
  bench.submit("poison");
  for (let crash = 1; crash <= 3; crash++) {
    assertEquals(bench.status("poison"), "ready");
    bench.agent("x", { startsAtOnce: true });
    bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  }
  assertEquals(bench.status("poison"), "failed");
  assertEquals(bench.task("poison").error, {
    name: "QuarantineError",
    code: "quarantined",
    message: 'Quarantined after 3 lost claims, the last: agent "x" is gone',
  });
});

Deno.test("a preemption costs no attempt but counts as a crash, and is followed by a pause", () => {
  const bench = new Bench({ maxCrashes: 1, abortGraceMs: 0 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { retries: 0 });
  const preempt = (epoch: number) =>
    bench.do({ type: "preempt", taskId: "t", epoch, reason: "it lost r", isHopeless: false });
  assertEquals(lines(preempt(1)), ["task:backed-off t x"]);
  assertEquals([bench.task("t").attempts, bench.task("t").crashes], [0, 1]);
  assertEquals(lines(bench.pass(0)), ["attempt:ended t x"]);
  assertEquals(preempt(1), []);
  bench.pass(60_000);
  assertEquals(bench.status("t"), "running");
  assertEquals(lines(preempt(2)), ["task:failed t x"]);
  assertEquals(bench.task("t").error?.code, "quarantined");
});

Deno.test("an error that is nobody's fault costs no attempt", () => {
  const bench = new Bench({ maxCrashes: 2 });
  bench.agent("x");
  bench.submit("t", { retries: 0 });
  for (let i = 0; i < 2; i++) {
    bench.fail("t", { fault: "none" });
    assertEquals([bench.status("t"), bench.task("t").attempts], ["backing-off", 0]);
    bench.passToNext();
  }
  bench.fail("t", { fault: "none" });
  assertEquals(bench.status("t"), "failed");
});

Deno.test("a preemption of a claim that was not started takes no attempt back", () => {
  const bench = new Bench();
  bench.agent("x");
  bench.submit("t");
  bench.do({ type: "preempt", taskId: "t", epoch: 1, reason: "deadlock", isHopeless: false });
  assertEquals([bench.status("t"), bench.task("t").attempts], ["backing-off", 0]);
});

Deno.test("tasks that are taken back from an agent lose neither attempts nor lives", () => {
  const bench = new Bench({ abortGraceMs: 0 });
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { retries: 0 });
  for (let i = 0; i < 20; i++) {
    bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
    bench.pass(0);
    assertEquals(bench.status("t"), "running");
  }
  assertEquals([bench.task("t").attempts, bench.task("t").crashes], [1, 0]);
});

Deno.test("cancelling an agent's tasks cancels all of them and what depends on them", () => {
  const bench = new Bench({ abortGraceMs: 50 });
  bench.agent("x", { maxConcurrentTasks: 2 });
  bench.submit("a");
  bench.submit("b");
  bench.submit("c", { after: ["a"] });
  bench.submit("other");
  bench.start("a");
  const command = { type: "cancel-agent-tasks", agentId: "x", reason: "stop" } as const;
  assertEquals(lines(bench.do(command)), [
    "task:cancelled a x",
    "task:cancelled b x",
    "attempt:ended b x",
    "task:cancelled c",
    "task:assigned other x",
  ]);
  assertEquals(bench.load("x"), 2);
});

/** A bench on which the only attempt of `t` has timed out while its body ran on. */
function overdue(): Bench {
  const bench = new Bench({ retryDelay: 0, abortGraceMs: 1_000 });
  bench.agent("x", { maxConcurrentTasks: 2, startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50 });
  bench.pass(50);
  return bench;
}

Deno.test("T15-retried-twice-at-once: a retry waits until the body of the attempt before has ended", () => {
  const bench = overdue();
  assertEquals(lines(bench.pass(700)), []);
  assertEquals(bench.status("t"), "backing-off");
  assertEquals(lines(bench.settle("t", 1)), [
    "attempt:ended t x",
    "task:readied t",
    "task:assigned t x",
    "task:started t x",
  ]);
});

Deno.test("a retry waits for a body that never ends no longer than the grace period", () => {
  const bench = overdue();
  bench.pass(999);
  assertEquals(bench.status("t"), "backing-off");
  bench.pass(1);
  assertEquals(bench.status("t"), "running");
});
