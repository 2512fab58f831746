import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { InvariantError } from "../../src/core/errors.ts";
import type { TaskStatus } from "../../src/tasks/types.ts";
import { complete, TRANSITIONS } from "../../src/tasks/transitions.ts";
import { beginStep } from "../../src/tasks/state.ts";
import { Bench, cordon, lines, submit } from "./bench.ts";

/** A task `t` on agent `x`, assigned but not started. */
function assigned(): Bench {
  const bench = new Bench({ abortGraceMs: 100 });
  bench.agent("x");
  bench.submit("t");
  return bench;
}

/** The same, started. */
function started(): Bench {
  const bench = assigned();
  bench.start("t");
  return bench;
}

/** A task in each status. */
const IN_STATUS: Record<TaskStatus, () => Bench> = {
  waiting: () => {
    const bench = new Bench();
    bench.submit("t", { after: ["never"] });
    return bench;
  },
  ready: () => {
    const bench = new Bench();
    bench.submit("t");
    return bench;
  },
  assigned,
  running: started,
  "backing-off": () => {
    const bench = started();
    bench.fail("t");
    return bench;
  },
  completed: () => {
    const bench = started();
    bench.complete("t");
    return bench;
  },
  failed: () => {
    const bench = started();
    bench.fail("t", { fault: "task" });
    return bench;
  },
  cancelled: () => {
    const bench = started();
    bench.cancel("t");
    return bench;
  },
};

Deno.test("a task is assigned, started and completed under one epoch, and each step is told", () => {
  const bench = assigned();
  bench.now = 7;
  assertEquals(bench.start("t", 1), [
    {
      type: "task:started",
      taskId: "t",
      agentId: "x",
      epoch: 1,
      attempt: 1,
      waitedMs: 7,
    },
  ]);
  bench.now = 12;
  assertEquals(bench.complete("t", 1, { lines: 3 }), [
    {
      type: "task:completed",
      taskId: "t",
      agentId: "x",
      epoch: 1,
      result: { lines: 3 },
      ranMs: 5,
    },
    { type: "attempt:ended", taskId: "t", agentId: "x", epoch: 1, abandoned: false, queued: false },
  ]);
});

Deno.test("the table of transitions has no way out of a terminal status, and into each other one", () => {
  for (const status of ["completed", "failed", "cancelled"] as const) {
    assertEquals(TRANSITIONS[status], []);
  }
  const reachable = new Set(Object.values(TRANSITIONS).flat());
  assertEquals(reachable.size, Object.keys(TRANSITIONS).length - 1); // nothing leads to waiting
});

Deno.test("a transition that the table forbids is a bug and says so", () => {
  const bench = started();
  const task = bench.task("t");
  task.status = "backing-off";
  const step = beginStep(bench.state, 0);
  assertThrows(
    () => complete(step, task, undefined),
    InvariantError,
    'Task "t" can\'t go from backing-off to completed',
  );
});

Deno.test("what an agent may say depends on the task's status, and what it may not changes nothing", () => {
  const allowed: Record<string, readonly TaskStatus[]> = {
    start: ["assigned"],
    heartbeat: ["running"],
    progress: ["running"],
    complete: ["assigned", "running"],
    fail: ["assigned", "running"],
  };
  for (const [type, statuses] of Object.entries(allowed)) {
    for (const status of Object.keys(IN_STATUS) as TaskStatus[]) {
      const bench = IN_STATUS[status]();
      const error = { name: "Error", message: "boom" };
      const fields = { taskId: "t", epoch: 0, progress: 1, result: 1, error, fault: "attempt" };
      const command = { type, ...fields } as Parameters<Bench["refuses"]>[0];
      if (statuses.includes(status)) assert(!lines(bench.do(command)).includes("task:refused t"));
      else bench.refuses(command, "status", status);
    }
  }
});

Deno.test("cancelling works in every status but the other ends, and again it is nothing", () => {
  for (const status of Object.keys(IN_STATUS) as TaskStatus[]) {
    const bench = IN_STATUS[status]();
    const command = { type: "cancel", taskId: "t", reason: "unwanted" } as const;
    if (status === "completed" || status === "failed") {
      bench.refuses(command, "status", status);
      continue;
    }
    bench.do(command);
    assertEquals(bench.status("t"), "cancelled");
    assertEquals(bench.do(command), []);
    assertEquals(bench.task("t").timer, undefined);
  }
});

Deno.test("each new claim has a larger epoch than any before", () => {
  const bench = new Bench();
  bench.agent("x", { maxConcurrentTasks: 2 });
  bench.submit("a");
  bench.submit("b");
  assertEquals([bench.task("a").epoch, bench.task("b").epoch], [1, 2]);
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  const epochs = [bench.task("a").epoch, bench.task("b").epoch];
  assertEquals(epochs.sort(), [3, 4]);
});

Deno.test("whatever is said under a stale epoch is refused with the epoch in force, and counted", () => {
  const bench = started();
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  bench.settle("t", 1);
  assertEquals(bench.task("t").epoch, 2);
  bench.start("t", 2);
  const taskId = "t";
  for (const epoch of [1, 3]) {
    const fail = { type: "fail", taskId, epoch, error: { name: "E", message: "" } } as const;
    bench.refuses({ type: "start", taskId, epoch }, "stale-epoch", 2);
    bench.refuses({ type: "heartbeat", taskId, epoch }, "stale-epoch", 2);
    bench.refuses({ type: "progress", taskId, epoch, progress: 1 }, "stale-epoch", 2);
    bench.refuses({ type: "complete", taskId, epoch, result: 1 }, "stale-epoch", 2);
    bench.refuses({ ...fail, fault: "attempt" }, "stale-epoch", 2);
  }
  assertEquals(bench.state.stale, 10);
});

Deno.test("T10-late-result-of-timed-out-attempt-accepted: it is refused, before and after the next attempt", () => {
  const bench = new Bench({ abortGraceMs: 10_000 });
  bench.agent("x", { maxConcurrentTasks: 2 });
  bench.submit("t", { timeoutMs: 50 });
  bench.start("t");
  bench.pass(50);
  assertEquals(bench.status("t"), "backing-off");
  const late = { type: "complete", taskId: "t", epoch: 1, result: "late" } as const;
  bench.refuses(late, "stale-epoch", undefined);
  bench.passToNext();
  bench.do({ type: "settle", taskId: "t", epoch: 1 });
  assertEquals(bench.status("t"), "assigned");
  bench.refuses(late, "stale-epoch", 2);
  bench.complete("t", 2, "in time");
  bench.refuses(late, "stale-epoch", undefined);
  assertEquals(bench.task("t").result?.value, "in time");
});

Deno.test("a settled body is that of the task that is named, not of another one with the epoch", () => {
  const bench = started();
  bench.submit("other");
  bench.cancel("t");
  assertEquals(bench.settle("other", 1), []);
  assertEquals(bench.state.lingering.size, 1);
  assertEquals(lines(bench.settle("t", 1))[0], "attempt:ended t x");
});

Deno.test("T11-two-owners-after-duplicate-assign: a task that has an owner is assigned to no other", () => {
  const bench = new Bench();
  bench.do({ type: "use-strategy", strategy: "external" });
  bench.agent("x");
  bench.agent("y");
  bench.submit("t");
  bench.do({ type: "assign", taskId: "t", agentId: "x" });
  bench.refuses({ type: "assign", taskId: "t", agentId: "y" }, "status", "assigned");
  bench.refuses(submit("t", { assignedAgent: "y" }), "duplicate");
  bench.start("t");
  bench.refuses({ type: "assign", taskId: "t", agentId: "y" }, "status", "running");
  assertEquals([bench.load("x"), bench.load("y")], [1, 0]);
});

Deno.test("a second result under the epoch that completed the task is refused as such, not as stale", () => {
  const bench = started();
  bench.complete("t", 1);
  bench.refuses({ type: "complete", taskId: "t", epoch: 1, result: 2 }, "status", "completed");
  assertEquals(bench.state.stale, 0);
});

Deno.test("a claim that was not started counts as started when it is completed or failed", () => {
  const bench = assigned();
  assertEquals(lines(bench.complete("t")), [
    "task:started t x",
    "task:completed t x",
    "attempt:ended t x",
  ]);
  const other = assigned();
  assertEquals(lines(other.fail("t"))[0], "task:started t x");
  assertEquals(other.task("t").attempts, 1);
});

Deno.test("every end of a task gives its slot back and leaves no timer", () => {
  const limits = {
    timeoutMs: 100,
    heartbeatTimeoutMs: 100,
    totalTimeoutMs: 1_000,
    queueTimeoutMs: 100,
  };
  const ends: ((bench: Bench) => unknown)[] = [
    (bench) => bench.complete("t"),
    (bench) => bench.fail("t", { fault: "task" }),
    (bench) => {
      bench.cancel("t");
      bench.settle("t", 1);
    },
    (bench) => {
      bench.pass(1_000);
      bench.settle("t", 1);
    },
    (bench) => bench.do({ type: "cancel-agent-tasks", agentId: "x", reason: "away" }),
    (bench) =>
      bench.do({
        type: "preempt",
        taskId: "t",
        epoch: 1,
        reason: "no such lock",
        isHopeless: true,
      }),
  ];
  for (const end of ends) {
    for (const isStarted of [false, true]) {
      const bench = new Bench({ abortGraceMs: 0, maxCrashes: 0 });
      bench.agent("x");
      bench.submit("t", { ...limits, retries: 0 });
      if (isStarted) bench.start("t");
      end(bench);
      bench.pass(0);
      assertEquals(TRANSITIONS[bench.status("t")], []);
      assertEquals([bench.load("x"), bench.machine.deadline(bench.state)], [0, Infinity]);
    }
  }
});

Deno.test("T12-completing-inside-task-started-leaves-a-timer: none is left, however early the result comes", () => {
  const bench = new Bench();
  bench.agent("x", { startsAtOnce: true });
  bench.submit("t", { timeoutMs: 50, heartbeatTimeoutMs: 20, totalTimeoutMs: 90 });
  bench.complete("t");
  assertEquals(bench.machine.deadline(bench.state), Infinity);
  assertEquals(bench.pass(1_000), []);
});

Deno.test("T16-final-failure-silent: each final failure is one event with the error of the last attempt", () => {
  const bench = started();
  bench.task("t").attempts = 4;
  const events = bench.fail("t", { message: "last straw" });
  assertEquals(lines(events), ["task:failed t x", "attempt:ended t x"]);
  const [failure] = events;
  assert(failure?.type === "task:failed" && failure.error.message === "last straw");
  assertEquals(bench.task("t").error?.message, "last straw");
});

Deno.test("a completed task shows its result, and no error of an earlier attempt", () => {
  const bench = started();
  bench.fail("t");
  bench.passToNext();
  bench.complete("t", 0, "done");
  assertEquals([bench.task("t").result?.value, bench.task("t").error], ["done", undefined]);
});

Deno.test("attempts that nobody could hear are alive at the moment at which they can be heard again", () => {
  const bench = new Bench();
  bench.agent("x", { startsAtOnce: true, maxConcurrentTasks: 2 });
  bench.submit("t", { heartbeatTimeoutMs: 10 });
  bench.submit("u");
  const { machine, state } = bench;
  assertEquals(machine.step(state, { type: "renew-heartbeats" }, 500, 0), []);
  assertEquals(machine.deadline(state), 510);
});

Deno.test("progress is kept and counts as a heartbeat", () => {
  const bench = new Bench();
  bench.agent("x");
  bench.submit("t", { heartbeatTimeoutMs: 10 });
  bench.start("t");
  bench.pass(8);
  bench.do({ type: "progress", taskId: "t", epoch: 1, progress: "half" });
  bench.pass(8);
  bench.do({ type: "heartbeat", taskId: "t", epoch: 1 });
  assertEquals(bench.pass(9), []);
  assertEquals(bench.task("t").progress?.value, "half");
  assertEquals(lines(bench.pass(1))[0], "task:timed-out t");
});

Deno.test("commands on tasks and agents that nobody knows are refused", () => {
  const bench = new Bench();
  for (const id of ["nobody", "__proto__", "constructor"]) {
    bench.refuses({ type: "start", taskId: id, epoch: 0 }, "unknown-task");
    bench.refuses({ type: "complete", taskId: id, epoch: 3, result: 1 }, "unknown-task");
    bench.refuses({ type: "cancel", taskId: id, reason: "" }, "unknown-task");
    bench.refuses({ type: "assign", taskId: id, agentId: "" }, "unknown-task");
    bench.refuses({ type: "remove-agent", agentId: id, reason: "" }, "unknown-agent");
    bench.refuses(cordon(id, ""), "unknown-agent");
    bench.refuses({ type: "cancel-agent-tasks", agentId: id, reason: "" }, "unknown-agent");
    bench.refuses({ type: "requeue-agent-tasks", agentId: id, reason: "" }, "unknown-agent");
  }
  assertEquals(bench.do({ type: "settle", taskId: "nobody", epoch: 9 }), []);
  assertEquals(bench.do({ type: "unblock", taskId: "nobody", epoch: 9 }), []);
  const preempt = { type: "preempt", taskId: "nobody", epoch: 9 } as const;
  assertEquals(bench.do({ ...preempt, reason: "", isHopeless: true }), []);
});

Deno.test("an agent's epochs grow over its removal and return", () => {
  const bench = assigned();
  const { epoch } = bench.task("t");
  bench.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals(bench.status("t"), "ready");
  bench.agent("x");
  assertGreater(bench.task("t").epoch, epoch);
});
