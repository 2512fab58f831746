import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { InvariantError } from "../../src/core/errors.ts";
import type { TaskStatus } from "../../src/tasks/types.ts";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { TRANSITIONS } from "../../src/tasks/transitions.ts";
import { lines, submit, TaskDriver, uncordon } from "./driver.ts";

/** A task `t` on agent `x`, assigned but not started. */
function assigned(): TaskDriver {
  const driver = new TaskDriver({ abortGraceMs: 100 });
  driver.agent("x");
  driver.submit("t");
  return driver;
}

/** The same, started. */
function started(): TaskDriver {
  const driver = assigned();
  driver.start("t");
  return driver;
}

/** A task in each status. */
const IN_STATUS: Record<TaskStatus, () => TaskDriver> = {
  waiting: () => {
    const driver = new TaskDriver();
    driver.submit("t", { after: ["never"] });
    return driver;
  },
  ready: () => {
    const driver = new TaskDriver();
    driver.submit("t");
    return driver;
  },
  assigned,
  running: started,
  "backing-off": () => {
    const driver = started();
    driver.fail("t");
    return driver;
  },
  blocked: () => {
    const driver = started();
    driver.do({ type: "block", taskId: "t", epoch: 0, question: "which?" });
    return driver;
  },
  completed: () => {
    const driver = started();
    driver.complete("t");
    return driver;
  },
  failed: () => {
    const driver = started();
    driver.fail("t", { fault: "task" });
    return driver;
  },
  cancelled: () => {
    const driver = started();
    driver.cancel("t");
    return driver;
  },
};

Deno.test("a task is assigned, started and completed under one epoch, with one event each", () => {
  const driver = assigned();
  driver.now = 7;
  assertEquals(driver.start("t", 1), [
    {
      type: "task:started",
      taskId: "t",
      agentId: "x",
      epoch: 1,
      attempt: 1,
      waitedMs: 7,
    },
  ]);
  driver.now = 12;
  assertEquals(driver.complete("t", 1, { lines: 3 }), [
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
  assertEquals(reachable.size, Object.keys(TRANSITIONS).length);
});

Deno.test("a transition that the table forbids is an InvariantError", () => {
  const driver = started();
  driver.task("t").status = "completed";
  assertThrows(
    () => driver.do({ type: "cancel-agent-tasks", agentId: "x", reason: "none" }),
    InvariantError,
    'Task "t" can\'t go from completed to cancelled',
  );
});

Deno.test("the status of a task decides which reports are accepted", () => {
  const allowed: Record<string, readonly TaskStatus[]> = {
    start: ["assigned"],
    heartbeat: ["running"],
    progress: ["running"],
    complete: ["assigned", "running"],
    fail: ["assigned", "running"],
  };
  for (const [type, statuses] of Object.entries(allowed)) {
    for (const status of Object.keys(IN_STATUS) as TaskStatus[]) {
      const driver = IN_STATUS[status]();
      const error = { name: "Error", message: "boom" };
      const fields = { taskId: "t", epoch: 0, progress: 1, result: 1, error, fault: "attempt" };
      const command = { type, ...fields } as Parameters<TaskDriver["refuses"]>[0];
      if (statuses.includes(status)) assert(!lines(driver.do(command)).includes("task:refused t"));
      else driver.refuses(command, "status", status);
    }
  }
});

Deno.test("cancelling works in every status but the other ends, and again it is nothing", () => {
  for (const status of Object.keys(IN_STATUS) as TaskStatus[]) {
    const driver = IN_STATUS[status]();
    const command = { type: "cancel", taskId: "t", reason: "unwanted" } as const;
    if (status === "completed" || status === "failed") {
      driver.refuses(command, "status", status);
      continue;
    }
    driver.do(command);
    assertEquals(driver.status("t"), "cancelled");
    assertEquals(driver.do(command), []);
    assertEquals(driver.task("t").timer, undefined);
  }
});

Deno.test("each new claim has a larger epoch than any before", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 2 });
  driver.submit("a");
  driver.submit("b");
  assertEquals([driver.task("a").epoch, driver.task("b").epoch], [1, 2]);
  driver.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  const epochs = [driver.task("a").epoch, driver.task("b").epoch];
  assertEquals(epochs.sort(), [3, 4]);
});

Deno.test("every command under a stale epoch is refused with the epoch in force", () => {
  const driver = started();
  driver.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  driver.settle("t", 1);
  assertEquals(driver.task("t").epoch, 2);
  driver.start("t", 2);
  const taskId = "t";
  for (const epoch of [1, 3]) {
    const fail = { type: "fail", taskId, epoch, error: { name: "E", message: "" } } as const;
    driver.refuses({ type: "start", taskId, epoch }, "stale-epoch", 2);
    driver.refuses({ type: "heartbeat", taskId, epoch }, "stale-epoch", 2);
    driver.refuses({ type: "progress", taskId, epoch, progress: 1 }, "stale-epoch", 2);
    driver.refuses({ type: "complete", taskId, epoch, result: 1 }, "stale-epoch", 2);
    driver.refuses({ ...fail, fault: "attempt" }, "stale-epoch", 2);
  }
});

Deno.test("T10-late-result-of-timed-out-attempt-accepted: it is refused at any time", () => {
  const driver = new TaskDriver({ abortGraceMs: 10_000 });
  driver.agent("x", { maxConcurrentTasks: 2 });
  driver.submit("t", { timeoutMs: 50 });
  driver.start("t");
  driver.pass(50);
  assertEquals(driver.status("t"), "backing-off");
  const late = { type: "complete", taskId: "t", epoch: 1, result: "late" } as const;
  driver.refuses(late, "stale-epoch", undefined);
  driver.passToNext();
  driver.do({ type: "end-attempt", taskId: "t", epoch: 1 });
  assertEquals(driver.status("t"), "assigned");
  driver.refuses(late, "stale-epoch", 2);
  driver.complete("t", 2, "in time");
  driver.refuses(late, "stale-epoch", undefined);
  assertEquals(driver.task("t").result?.value, "in time");
});

Deno.test("an attempt ends by its own task and epoch, not by the epoch alone", () => {
  const driver = started();
  driver.submit("other");
  driver.cancel("t");
  assertEquals(driver.settle("other", 1), []);
  assertEquals(driver.state.lingering.size, 1);
  assertEquals(lines(driver.settle("t", 1))[0], "attempt:ended t x");
});

Deno.test("T11-two-owners-after-duplicate-assign: a task that has an owner is assigned to no other", () => {
  const driver = new TaskDriver();
  driver.do({ type: "use-strategy", strategy: "external" });
  driver.agent("x");
  driver.agent("y");
  driver.submit("t");
  driver.do({ type: "assign", taskId: "t", agentId: "x" });
  driver.refuses({ type: "assign", taskId: "t", agentId: "y" }, "status", "assigned");
  driver.refuses(submit("t", { assignedAgent: "y" }), "duplicate");
  driver.start("t");
  driver.refuses({ type: "assign", taskId: "t", agentId: "y" }, "status", "running");
  assertEquals([driver.load("x"), driver.load("y")], [1, 0]);
});

Deno.test("a second result under the epoch that completed the task is refused as such, not as stale", () => {
  const driver = started();
  driver.complete("t", 1);
  driver.refuses({ type: "complete", taskId: "t", epoch: 1, result: 2 }, "status", "completed");
});

Deno.test("a claim that was not started counts as started when it is completed or failed", () => {
  const driver = assigned();
  assertEquals(lines(driver.complete("t")), [
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
  const ends: ((driver: TaskDriver) => unknown)[] = [
    (driver) => driver.complete("t"),
    (driver) => driver.fail("t", { fault: "task" }),
    (driver) => {
      driver.cancel("t");
      driver.settle("t", 1);
    },
    (driver) => {
      driver.pass(1_000);
      driver.settle("t", 1);
    },
    (driver) => driver.do({ type: "cancel-agent-tasks", agentId: "x", reason: "away" }),
    (driver) =>
      driver.do({
        type: "preempt",
        taskId: "t",
        epoch: 1,
        reason: "no such lock",
        isHopeless: true,
      }),
  ];
  for (const end of ends) {
    for (const isStarted of [false, true]) {
      const driver = new TaskDriver({ abortGraceMs: 0, maxCrashes: 0 });
      driver.agent("x");
      driver.submit("t", { ...limits, retries: 0 });
      if (isStarted) driver.start("t");
      end(driver);
      driver.pass(0);
      assertEquals(TRANSITIONS[driver.status("t")], []);
      assertEquals([driver.load("x"), driver.machine.deadline(driver.state)], [0, Infinity]);
    }
  }
});

Deno.test("T12-completing-inside-task-started-leaves-a-timer: an early result leaves none", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("t", { timeoutMs: 50, heartbeatTimeoutMs: 20, totalTimeoutMs: 90 });
  driver.complete("t");
  assertEquals(driver.machine.deadline(driver.state), Infinity);
  assertEquals(driver.pass(1_000), []);
});

Deno.test("T16-final-failure-silent: a final failure is one event with the last error", () => {
  const driver = started();
  driver.task("t").attempts = 4;
  const events = driver.fail("t", { message: "last straw" });
  assertEquals(lines(events), ["task:failed t x", "attempt:ended t x"]);
  const [failure] = events;
  assert(failure?.type === "task:failed" && failure.error.message === "last straw");
  assertEquals(driver.task("t").error?.message, "last straw");
});

Deno.test("a completed task shows its result, and no error of an earlier attempt", () => {
  const driver = started();
  driver.fail("t");
  driver.passToNext();
  driver.complete("t", 0, "done");
  assertEquals([driver.task("t").result?.value, driver.task("t").error], ["done", undefined]);
});

Deno.test("resume-listening restarts the timeouts of attempts whose heartbeats could not be received", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 2 });
  driver.submit("t", { heartbeatTimeoutMs: 10 });
  driver.submit("u");
  const { machine, state } = driver;
  const events: TaskEvent[] = [];
  machine.step(state, { type: "resume-listening", unheardMs: 3 }, 500, events);
  assertEquals([events, machine.deadline(state)], [[], 510]);
  machine.step(state, { type: "resume-listening", unheardMs: 2 }, 505, events);
  assertEquals([events, machine.deadline(state)], [[], 510]);
});

Deno.test("progress is kept and counts as a heartbeat", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("t", { heartbeatTimeoutMs: 10 });
  driver.start("t");
  driver.pass(8);
  driver.do({ type: "progress", taskId: "t", epoch: 1, progress: "half" });
  driver.pass(8);
  driver.do({ type: "heartbeat", taskId: "t", epoch: 1 });
  assertEquals(driver.pass(9), []);
  assertEquals(driver.task("t").progress?.value, "half");
  assertEquals(lines(driver.pass(1))[0], "task:timed-out t");
});

Deno.test("commands about unknown tasks and agents are refused", () => {
  const driver = new TaskDriver();
  for (const id of ["nobody", "__proto__", "constructor"]) {
    driver.refuses({ type: "start", taskId: id, epoch: 0 }, "unknown-task");
    driver.refuses({ type: "complete", taskId: id, epoch: 3, result: 1 }, "unknown-task");
    driver.refuses({ type: "cancel", taskId: id, reason: "" }, "unknown-task");
    driver.refuses({ type: "assign", taskId: id, agentId: "" }, "unknown-task");
    driver.refuses({ type: "remove-agent", agentId: id, reason: "" }, "unknown-agent");
    driver.refuses(uncordon(id), "unknown-agent");
    driver.refuses({ type: "cancel-agent-tasks", agentId: id, reason: "" }, "unknown-agent");
    driver.refuses({ type: "requeue-agent-tasks", agentId: id, reason: "" }, "unknown-agent");
  }
  assertEquals(driver.do({ type: "end-attempt", taskId: "nobody", epoch: 9 }), []);
  assertEquals(driver.do({ type: "unblock", taskId: "nobody", epoch: 9 }), []);
  const preempt = { type: "preempt", taskId: "nobody", epoch: 9 } as const;
  assertEquals(driver.do({ ...preempt, reason: "", isHopeless: true }), []);
});

Deno.test("an agent's epochs grow over its removal and return", () => {
  const driver = assigned();
  const { epoch } = driver.task("t");
  driver.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals(driver.status("t"), "ready");
  driver.agent("x");
  assertGreater(driver.task("t").epoch, epoch);
});
