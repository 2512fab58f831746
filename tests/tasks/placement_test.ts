import { assertEquals } from "@std/assert";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { cordon, lines, place, submit, TaskDriver, uncordon } from "./driver.ts";

/** A driver with an agent `x` of one slot that starts nothing by itself. */
function oneSlot(fields: { maxQueuedTasks?: number; startsAtOnce?: boolean } = {}): TaskDriver {
  const driver = new TaskDriver();
  driver.agent("x", fields);
  return driver;
}

function requeue(agentId: string) {
  return { type: "requeue-agent-tasks", agentId, reason: "later" } as const;
}

Deno.test("a placed task is assigned at once, with a slot or into its agent's own queue", () => {
  const driver = oneSlot();
  const [, first] = driver.place("x", "a");
  const [, second] = driver.do(place("b", "x", { resources: [RESOURCE] }));
  assertEquals(first, {
    type: "task:assigned",
    taskId: "a",
    agentId: "x",
    epoch: 1,
    resources: [],
    queued: false,
  });
  assertEquals(second, {
    type: "task:assigned",
    taskId: "b",
    agentId: "x",
    epoch: 2,
    resources: [RESOURCE],
    queued: true,
  });
  assertEquals([driver.tasksOf("x"), driver.load("x")], [["a", "(b)"], 1]);
});

const RESOURCE = { resourceId: "r", mode: "exclusive", units: 1 } as const;

Deno.test("a claim without a slot can't start, complete or fail, and no lock unblocks it", () => {
  const driver = oneSlot();
  driver.place("x", "a");
  driver.do(place("b", "x", { resources: [RESOURCE] }));
  for (const type of ["start", "complete", "fail"] as const) {
    const error = { name: "E", message: "m" };
    const command = { type, taskId: "b", epoch: 2, result: 1, error, fault: "attempt" } as const;
    driver.refuses(command, "status", "assigned");
  }
  assertEquals(driver.do({ type: "unblock", taskId: "b", epoch: 2 }), []);
  assertEquals(driver.task("b").locked, false);
});

Deno.test("a slot that comes free admits the first of the agent's queue, which then needs its locks", () => {
  const driver = oneSlot({ startsAtOnce: true });
  driver.place("x", "a", "b");
  driver.do(place("c", "x", { resources: [RESOURCE], priority: 1 }));
  const events = driver.complete("a");
  assertEquals(lines(events).slice(2), ["task:admitted c x"]);
  assertEquals((events[2] as { resources: unknown }).resources, [RESOURCE]);
  assertEquals(driver.status("c"), "assigned");
  assertEquals(lines(driver.do({ type: "unblock", taskId: "c", epoch: 3 })), ["task:started c x"]);
  assertEquals(lines(driver.complete("c")).slice(2), ["task:admitted b x", "task:started b x"]);
});

Deno.test("a free slot goes to the older one of the agent's queue and the shared queue", () => {
  const driver = oneSlot();
  driver.submit("first");
  driver.now = 1;
  driver.place("x", "second");
  driver.now = 2;
  driver.submit("third");
  assertEquals(driver.tasksOf("x"), ["first", "(second)"]);
  assertEquals(lines(driver.complete("first")).at(-1), "task:admitted second x");
  assertEquals(lines(driver.complete("second")).at(-1), "task:assigned third x");
  driver.now = 3;
  driver.place("x", "fourth");
  driver.do(submit("urgent", { priority: 1 }));
  assertEquals(lines(driver.complete("third")).at(-1), "task:assigned urgent x");
});

Deno.test("a placed task waits for room in a full queue, and takes it at once", () => {
  const driver = oneSlot({ maxQueuedTasks: 1 });
  driver.place("x", "a", "b", "c");
  driver.agent("y");
  assertEquals([driver.tasksOf("x"), driver.status("c")], [["a", "(b)"], "ready"]);
  assertEquals(lines(driver.cancel("b")).slice(2), ["task:assigned c x"]);
  assertEquals(driver.tasksOf("x"), ["a", "(c)"]);
});

Deno.test("a larger queue takes in the placed tasks that waited for room", () => {
  const driver = oneSlot({ maxQueuedTasks: 0 });
  driver.place("x", "a", "b", "c");
  assertEquals(driver.tasksOf("x"), ["a"]);
  driver.agent("x", { maxQueuedTasks: 2 });
  assertEquals(driver.tasksOf("x"), ["a", "(b)", "(c)"]);
});

Deno.test("a claim that ends in the queue releases no slot, and its event says so", () => {
  const ends: Record<string, (driver: TaskDriver) => TaskEvent[]> = {
    cancel: (driver) => driver.cancel("b"),
    "queue timeout": (driver) => driver.pass(10),
    preempt: (driver) => {
      const claim = { taskId: "b", epoch: 2, reason: "lost", isHopeless: true };
      return driver.do({ type: "preempt", ...claim });
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    const driver = oneSlot();
    driver.place("x", "a");
    driver.do(place("b", "x", { queueTimeoutMs: 10 }));
    const ended = end(driver).filter(({ type }) => type === "attempt:ended");
    const claim = { taskId: "b", agentId: "x", epoch: 2 };
    assertEquals(
      ended,
      [{ type: "attempt:ended", ...claim, abandoned: false, queued: true }],
      name,
    );
    assertEquals([driver.tasksOf("x"), driver.load("x")], [["a"], 1], name);
    assertEquals(driver.state.agents.get("x")!.queue, [], name);
  }
});

Deno.test("a placed task whose agent is gone goes to any fit agent, claimed or not", () => {
  const driver = oneSlot({ maxQueuedTasks: 1 });
  driver.place("x", "a", "b", "c");
  driver.submit("pinned", { assignedAgent: "x" });
  driver.agent("y", { maxConcurrentTasks: 4 });
  driver.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals(driver.tasksOf("y").sort(), ["a", "b", "c"]);
  assertEquals(driver.status("pinned"), "ready");
});

Deno.test("placed tasks that are requeued go to any fit agent", () => {
  const driver = oneSlot();
  driver.place("x", "a", "b");
  driver.agent("y", { maxConcurrentTasks: 2 });
  driver.do(cordon("x", "maintenance"), requeue("x"));
  assertEquals(driver.tasksOf("y"), ["a", "b"]);
});

Deno.test("a retry of a placed task goes back to its agent, and to others when that is gone", () => {
  const driver = new TaskDriver({ retryDelay: 0 });
  driver.agent("x");
  driver.agent("y");
  driver.place("x", "a", "b");
  driver.fail("a");
  driver.pass(0);
  assertEquals([driver.tasksOf("x"), driver.tasksOf("y")], [["b", "(a)"], []]);
  driver.fail("b");
  driver.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  driver.pass(0);
  assertEquals(driver.ownerOf("b") ?? driver.status("b"), "ready");
  driver.complete("a");
  assertEquals(driver.tasksOf("y"), ["b"]);
});

Deno.test("a placed task whose agent became unfit goes to a fit one", () => {
  const driver = new TaskDriver();
  driver.agent("x", { capabilities: ["git"], maxQueuedTasks: 0 });
  for (const id of ["a", "b"]) driver.do(place(id, "x", { requires: ["git"] }));
  driver.agent("y", { capabilities: ["git"] });
  assertEquals(driver.status("b"), "ready");
  driver.agent("x", { capabilities: [], maxQueuedTasks: 9 });
  assertEquals([driver.tasksOf("x"), driver.tasksOf("y")], [["a"], ["b"]]);
});

Deno.test("a cordoned agent admits nothing from its queue and gets no placed task", () => {
  const driver = oneSlot();
  driver.place("x", "a", "b");
  driver.do(cordon("x", "maintenance"));
  driver.place("x", "c");
  driver.complete("a");
  assertEquals([driver.tasksOf("x"), driver.status("c")], [["(b)"], "ready"]);
  assertEquals(lines(driver.do(uncordon("x"))), [
    "agent:uncordoned x",
    "task:admitted b x",
    "task:assigned c x",
  ]);
});

Deno.test("each cause of a cordon is put and lifted by itself, and none is left in the end", () => {
  const driver = oneSlot();
  driver.do(cordon("x", "manual"), cordon("x", "silent", { cause: "suspect" }));
  driver.submit("t");
  driver.do(uncordon("x"));
  assertEquals(driver.status("t"), "ready");
  assertEquals(driver.do(uncordon("x")), []);
  assertEquals(lines(driver.do(uncordon("x", "suspect"))), [
    "agent:uncordoned x",
    "task:assigned t x",
  ]);
});

Deno.test("a cordon with an end is lifted then, and not when it was renewed meanwhile", () => {
  const driver = oneSlot();
  driver.do(cordon("x", "it rests", { untilMs: 10 }));
  driver.submit("t");
  driver.do(cordon("x", "it rests", { untilMs: 20 }));
  assertEquals(driver.pass(19), []);
  assertEquals(lines(driver.pass(1)), ["agent:uncordoned x", "task:assigned t x"]);
  driver.do(cordon("x", "it rests", { untilMs: 40 }));
  driver.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals([driver.pass(100), driver.machine.deadline(driver.state)], [[], Infinity]);
});

const OPEN = { cause: "breaker" } as const;

Deno.test("an agent that is avoided gets a task when it is the only fit one, and has a slot", () => {
  const driver = new TaskDriver();
  driver.agent("bad", { capabilities: ["git"], maxConcurrentTasks: 2 });
  driver.agent("good", { capabilities: [] });
  driver.do(cordon("bad", "it failed", OPEN));
  driver.submit("own", { assignedAgent: "good" });
  driver.submit("any");
  assertEquals(driver.status("any"), "ready", "the good agent is full, and fit");
  const [, assigned] = driver.submit("git", { requires: ["git"] });
  assertEquals(assigned?.type === "task:assigned" && assigned.lastResort, true);
  driver.do(cordon("bad", "maintenance"));
  driver.submit("git-2", { requires: ["git"] });
  assertEquals(driver.status("git-2"), "ready", "a cordon for another cause holds");
  driver.do(uncordon("bad"));
  assertEquals(driver.tasksOf("bad"), ["git", "git-2"]);
});

Deno.test("affinity chooses among agents that are avoided, too, when there are no others", () => {
  const driver = new TaskDriver();
  driver.do({ type: "use-strategy", strategy: "affinity" });
  driver.agent("first", { maxConcurrentTasks: 2 });
  driver.submit("t1", { type: "test" });
  driver.start("t1");
  driver.complete("t1");
  driver.agent("idle", { maxConcurrentTasks: 2 });
  driver.submit("other", { assignedAgent: "first" });
  for (const id of ["first", "idle"]) driver.do(cordon(id, "it failed", OPEN));
  driver.submit("t2", { type: "test" });
  assertEquals(driver.ownerOf("t2"), "first");
});

for (
  const [name, lose] of [
    ["is cordoned", cordon("good", "maintenance")],
    ["is silent", cordon("good", "it is silent", { cause: "suspect" })],
    ["fails as well", cordon("good", "it failed", OPEN)],
    ["is removed", { type: "remove-agent", agentId: "good", reason: "gone" }],
    ["drains", { type: "drain-agent", agentId: "good", reason: "old" }],
    ["is limited", { type: "limit-agent", agentId: "good", slots: 1 }],
  ] as const
) {
  Deno.test(`what waits for the only trusted agent goes to an avoided one when that ${name}`, () => {
    const driver = new TaskDriver();
    driver.agent("bad", {});
    driver.agent("good", {});
    driver.do(cordon("bad", "it failed", OPEN));
    driver.submit("own", { assignedAgent: "good" });
    driver.submit("t");
    assertEquals(driver.status("t"), "ready");
    driver.do(lose);
    assertEquals(driver.tasksOf("bad"), ["t"]);
  });
}

Deno.test("a strategy of the caller may choose an avoided agent where no other is fit", () => {
  const driver = oneSlot();
  driver.do({ type: "use-strategy", strategy: "external" }, cordon("x", "it failed", OPEN));
  driver.submit("t");
  assertEquals(driver.status("t"), "ready");
  assertEquals(lines(driver.do({ type: "assign", taskId: "t", agentId: "x" })), [
    "task:assigned t x",
  ]);
  driver.agent("y", {});
  driver.do({ type: "complete", taskId: "t", epoch: 0, result: 1 });
  driver.submit("u");
  driver.refuses({ type: "assign", taskId: "u", agentId: "x" }, "unfit");
});
