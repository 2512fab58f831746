import { assertEquals } from "@std/assert";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { Bench, cordon, lines, place, submit } from "./bench.ts";

/** A bench with an agent `x` of one slot that starts nothing by itself. */
function oneSlot(fields: { maxQueuedTasks?: number; startsAtOnce?: boolean } = {}): Bench {
  const bench = new Bench();
  bench.agent("x", fields);
  return bench;
}

function requeue(agentId: string) {
  return { type: "requeue-agent-tasks", agentId, reason: "later" } as const;
}

Deno.test("a placed task is assigned at once, with a slot or into its agent's own queue", () => {
  const bench = oneSlot();
  const [, first] = bench.place("x", "a");
  const [, second] = bench.do(place("b", "x", { resources: [RESOURCE] }));
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
  assertEquals([bench.tasksOf("x"), bench.load("x")], [["a", "(b)"], 1]);
});

const RESOURCE = { resourceId: "r", mode: "exclusive", units: 1 } as const;

Deno.test("a claim without a slot can't start, complete or fail, and no lock unblocks it", () => {
  const bench = oneSlot();
  bench.place("x", "a");
  bench.do(place("b", "x", { resources: [RESOURCE] }));
  for (const type of ["start", "complete", "fail"] as const) {
    const error = { name: "E", message: "m" };
    const command = { type, taskId: "b", epoch: 2, result: 1, error, fault: "attempt" } as const;
    bench.refuses(command, "status", "assigned");
  }
  assertEquals(bench.do({ type: "unblock", taskId: "b", epoch: 2 }), []);
  assertEquals(bench.task("b").locked, false);
});

Deno.test("a slot that comes free admits the first of the agent's queue, which then needs its locks", () => {
  const bench = oneSlot({ startsAtOnce: true });
  bench.place("x", "a", "b");
  bench.do(place("c", "x", { resources: [RESOURCE], priority: 1 }));
  const events = bench.complete("a");
  assertEquals(lines(events).slice(2), ["task:admitted c x"]);
  assertEquals((events[2] as { resources: unknown }).resources, [RESOURCE]);
  assertEquals(bench.status("c"), "assigned");
  assertEquals(lines(bench.do({ type: "unblock", taskId: "c", epoch: 3 })), ["task:started c x"]);
  assertEquals(lines(bench.complete("c")).slice(2), ["task:admitted b x", "task:started b x"]);
});

Deno.test("a free slot goes to the older one of the agent's queue and the shared queue", () => {
  const bench = oneSlot();
  bench.submit("first");
  bench.now = 1;
  bench.place("x", "second");
  bench.now = 2;
  bench.submit("third");
  assertEquals(bench.tasksOf("x"), ["first", "(second)"]);
  assertEquals(lines(bench.complete("first")).at(-1), "task:admitted second x");
  assertEquals(lines(bench.complete("second")).at(-1), "task:assigned third x");
  bench.now = 3;
  bench.place("x", "fourth");
  bench.do(submit("urgent", { priority: 1 }));
  assertEquals(lines(bench.complete("third")).at(-1), "task:assigned urgent x");
});

Deno.test("a placed task waits for room in a full queue, and takes it at once", () => {
  const bench = oneSlot({ maxQueuedTasks: 1 });
  bench.place("x", "a", "b", "c");
  bench.agent("y");
  assertEquals([bench.tasksOf("x"), bench.status("c")], [["a", "(b)"], "ready"]);
  assertEquals(lines(bench.cancel("b")).slice(2), ["task:assigned c x"]);
  assertEquals(bench.tasksOf("x"), ["a", "(c)"]);
});

Deno.test("a larger queue takes in the placed tasks that waited for room", () => {
  const bench = oneSlot({ maxQueuedTasks: 0 });
  bench.place("x", "a", "b", "c");
  assertEquals(bench.tasksOf("x"), ["a"]);
  bench.agent("x", { maxQueuedTasks: 2 });
  assertEquals(bench.tasksOf("x"), ["a", "(b)", "(c)"]);
});

Deno.test("a claim that ends in the queue gives no slot back, and says so", () => {
  const ends: Record<string, (bench: Bench) => TaskEvent[]> = {
    cancel: (bench) => bench.cancel("b"),
    "queue timeout": (bench) => bench.pass(10),
    preempt: (bench) => {
      const claim = { taskId: "b", epoch: 2, reason: "lost", isHopeless: true };
      return bench.do({ type: "preempt", ...claim });
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    const bench = oneSlot();
    bench.place("x", "a");
    bench.do(place("b", "x", { queueTimeoutMs: 10 }));
    const ended = end(bench).filter(({ type }) => type === "attempt:ended");
    const claim = { taskId: "b", agentId: "x", epoch: 2 };
    assertEquals(
      ended,
      [{ type: "attempt:ended", ...claim, abandoned: false, queued: true }],
      name,
    );
    assertEquals([bench.tasksOf("x"), bench.load("x")], [["a"], 1], name);
    assertEquals(bench.state.agents.get("x")!.queue, [], name);
  }
});

Deno.test("a placed task whose agent is gone goes to any fit agent, claimed or not", () => {
  const bench = oneSlot({ maxQueuedTasks: 1 });
  bench.place("x", "a", "b", "c");
  bench.submit("pinned", { assignedAgent: "x" });
  bench.agent("y", { maxConcurrentTasks: 4 });
  bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals(bench.tasksOf("y").sort(), ["a", "b", "c"]);
  assertEquals(bench.status("pinned"), "ready");
});

Deno.test("placed tasks that are requeued go to any fit agent", () => {
  const bench = oneSlot();
  bench.place("x", "a", "b");
  bench.agent("y", { maxConcurrentTasks: 2 });
  bench.do(cordon("x", "maintenance"), requeue("x"));
  assertEquals(bench.tasksOf("y"), ["a", "b"]);
});

Deno.test("a retry of a placed task goes back to its agent, and to others when that is gone", () => {
  const bench = new Bench({ retryDelay: 0 });
  bench.agent("x");
  bench.agent("y");
  bench.place("x", "a", "b");
  bench.fail("a");
  bench.pass(0);
  assertEquals([bench.tasksOf("x"), bench.tasksOf("y")], [["b", "(a)"], []]);
  bench.fail("b");
  bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  bench.pass(0);
  assertEquals(bench.ownerOf("b") ?? bench.status("b"), "ready");
  bench.complete("a");
  assertEquals(bench.tasksOf("y"), ["b"]);
});

Deno.test("a placed task that its agent is no longer fit for goes to who is", () => {
  const bench = new Bench();
  bench.agent("x", { capabilities: ["git"], maxQueuedTasks: 0 });
  for (const id of ["a", "b"]) bench.do(place(id, "x", { requires: ["git"] }));
  bench.agent("y", { capabilities: ["git"] });
  assertEquals(bench.status("b"), "ready");
  bench.agent("x", { capabilities: [], maxQueuedTasks: 9 });
  assertEquals([bench.tasksOf("x"), bench.tasksOf("y")], [["a"], ["b"]]);
});

Deno.test("a cordoned agent admits nothing from its queue and gets no placed task", () => {
  const bench = oneSlot();
  bench.place("x", "a", "b");
  bench.do(cordon("x", "maintenance"));
  bench.place("x", "c");
  bench.complete("a");
  assertEquals([bench.tasksOf("x"), bench.status("c")], [["(b)"], "ready"]);
  assertEquals(lines(bench.do(cordon("x", ""))), [
    "agent:uncordoned x",
    "task:admitted b x",
    "task:assigned c x",
  ]);
});

Deno.test("each cause of a cordon is put and lifted by itself, and none is left in the end", () => {
  const bench = oneSlot();
  bench.do(cordon("x", "manual"), cordon("x", "silent", { cause: "suspect" }));
  bench.submit("t");
  bench.do(cordon("x", ""));
  assertEquals(bench.status("t"), "ready");
  assertEquals(bench.do(cordon("x", "")), []);
  assertEquals(lines(bench.do(cordon("x", "", { cause: "suspect" }))), [
    "agent:uncordoned x",
    "task:assigned t x",
  ]);
});

Deno.test("a cordon with an end is lifted then, and not when it was renewed meanwhile", () => {
  const bench = oneSlot();
  bench.do(cordon("x", "it failed", { cause: "breaker", untilMs: 10 }));
  bench.submit("t");
  bench.do(cordon("x", "it failed", { cause: "breaker", untilMs: 20 }));
  assertEquals(bench.pass(19), []);
  assertEquals(lines(bench.pass(1)), ["agent:uncordoned x", "task:assigned t x"]);
  bench.do(cordon("x", "it failed", { cause: "breaker", untilMs: 40 }));
  bench.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals([bench.pass(100), bench.machine.deadline(bench.state)], [[], Infinity]);
});
