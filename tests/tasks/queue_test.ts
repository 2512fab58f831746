import { assertEquals } from "@std/assert";
import { Bench, cordon, lines, submit } from "./bench.ts";

/** The ids of tasks in the order in which agent `x`, who has one slot, gets them. */
function order(bench: Bench): string[] {
  const ids: string[] = [];
  const x = bench.state.agents.get("x")!;
  for (let [task] = x.tasks; task !== undefined; [task] = x.tasks) {
    ids.push(task.spec.id);
    bench.complete(task.spec.id);
  }
  return ids;
}

Deno.test("T9-priority-never-read: among tasks of one age the higher priority goes first, then the earlier", () => {
  const bench = new Bench();
  bench.agent("x");
  bench.submit("first");
  bench.submit("low", { priority: -1 });
  bench.submit("b", { priority: 5 });
  bench.submit("c", { priority: 5 });
  bench.submit("high", { priority: 7 });
  assertEquals(order(bench), ["first", "high", "b", "c", "low"]);
});

Deno.test("a task is overtaken only by those submitted less than the difference of priorities × agingMs after it", () => {
  const bench = new Bench({ agingMs: 100 });
  bench.agent("x");
  bench.submit("runs");
  bench.submit("low");
  bench.pass(299);
  bench.submit("just in time", { priority: 3 });
  bench.pass(1);
  bench.submit("too late", { priority: 3 });
  assertEquals(order(bench), ["runs", "just in time", "low", "too late"]);
});

Deno.test("a task that was requeued or retried keeps the place of its submission", () => {
  const bench = new Bench({ retryDelay: 0 });
  bench.agent("x");
  bench.submit("old");
  bench.pass(10);
  bench.submit("young");
  bench.start("old");
  bench.fail("old");
  assertEquals(bench.ownerOf("young"), "x");
  bench.pass(0);
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  assertEquals(bench.ownerOf("old"), "x");
});

Deno.test("T3-capability-only-a-bonus: an agent without a required capability never gets the task", () => {
  const bench = new Bench();
  bench.agent("x", { capabilities: ["deno"], maxConcurrentTasks: 9 });
  bench.submit("needs git", { requires: ["git"] });
  bench.submit("needs both", { requires: ["deno", "git"] });
  bench.submit("needs deno", { requires: ["deno"] });
  assertEquals(bench.ownerOf("needs deno"), "x");
  assertEquals(bench.load("x"), 1);
  assertEquals(lines(bench.agent("y", { capabilities: ["deno", "git", "zip"] })), [
    "agent:spawned y",
    "task:assigned needs git y",
  ]);
  bench.complete("needs git");
  assertEquals(bench.ownerOf("needs both"), "y");
});

Deno.test("an agent has at most maxConcurrentTasks, and gets the next as soon as one ends", () => {
  const bench = new Bench();
  bench.agent("x", { maxConcurrentTasks: 2 });
  for (const id of ["a", "b", "c", "d"]) bench.submit(id);
  assertEquals([...bench.state.agents.get("x")!.tasks].map((task) => task.spec.id), ["a", "b"]);
  assertEquals(lines(bench.complete("a")).at(-1), "task:assigned c x");
  assertEquals(bench.load("x"), 2);
});

Deno.test("registering a known agent again changes its capabilities and slots at once", () => {
  const bench = new Bench();
  bench.agent("x");
  for (const id of ["a", "b", "c"]) bench.submit(id);
  bench.submit("special", { requires: ["git"] });
  assertEquals(lines(bench.agent("x", { maxConcurrentTasks: 3 })).slice(1), [
    "task:assigned b x",
    "task:assigned c x",
  ]);
  bench.agent("x", { maxConcurrentTasks: 1, capabilities: ["git"] });
  bench.complete("a");
  bench.complete("b");
  assertEquals([bench.load("x"), bench.status("special")], [1, "ready"]);
  bench.complete("c");
  assertEquals(bench.ownerOf("special"), "x");
});

Deno.test("an agent that is registered again as one that starts at once starts what it has", () => {
  const bench = new Bench();
  bench.agent("x", { maxConcurrentTasks: 2 });
  bench.submit("a");
  bench.submit("locked", { resources: [{ resourceId: "r", mode: "exclusive", units: 1 }] });
  const events = bench.agent("x", { maxConcurrentTasks: 2, startsAtOnce: true });
  assertEquals(lines(events), ["agent:spawned x", "task:started a x"]);
  assertEquals(bench.status("locked"), "assigned");
  assertEquals(lines(bench.do({ type: "unblock", taskId: "locked", epoch: 2 })), [
    "task:started locked x",
  ]);
});

Deno.test("a cordoned agent keeps what it has and gets nothing until it is uncordoned", () => {
  const bench = new Bench();
  bench.agent("x", { maxConcurrentTasks: 2 });
  bench.submit("a");
  assertEquals(bench.do(cordon("x", "maintenance")), [
    { type: "agent:cordoned", agentId: "x", cause: "caller", reason: "maintenance", untilMs: 0 },
  ]);
  assertEquals(bench.do(cordon("x", "maintenance")), []);
  bench.submit("b");
  assertEquals([bench.ownerOf("a"), bench.status("b")], ["x", "ready"]);
  bench.complete("a");
  assertEquals(bench.status("b"), "ready");
  assertEquals(lines(bench.do(cordon("x", ""))), [
    "agent:uncordoned x",
    "task:assigned b x",
  ]);
});

Deno.test("a pinned task goes to its agent alone, and waits when the agent is gone", () => {
  const bench = new Bench();
  bench.refuses(submit("t", { assignedAgent: "x" }), "unknown-agent");
  bench.agent("x", { capabilities: ["git"] });
  bench.agent("y");
  bench.submit("blocker", { assignedAgent: "x" });
  bench.submit("t", { assignedAgent: "x" });
  bench.refuses(submit("u", { assignedAgent: "x", requires: ["zip"] }), "unfit");
  assertEquals(bench.status("t"), "ready");
  bench.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals([bench.status("t"), bench.status("blocker")], ["ready", "ready"]);
  bench.agent("x", { maxConcurrentTasks: 2 });
  assertEquals([bench.ownerOf("t"), bench.ownerOf("blocker")], ["x", "x"]);
});

Deno.test("of pinned and other tasks an agent takes the one that comes first", () => {
  const bench = new Bench();
  bench.agent("x");
  bench.submit("runs");
  bench.submit("pinned", { assignedAgent: "x", priority: 1 });
  bench.submit("any", { priority: 2 });
  bench.submit("old");
  assertEquals(order(bench), ["runs", "any", "pinned", "old"]);
});

Deno.test("capability: the most specialized agent is chosen, then the less loaded, then priority, then age", () => {
  const bench = new Bench();
  bench.agent("broad", { capabilities: ["a", "b", "c"], priority: 9 });
  bench.agent("half full", { capabilities: ["a", "b"], maxConcurrentTasks: 2, priority: 9 });
  bench.agent("first", { capabilities: ["a", "d"], maxConcurrentTasks: 2 });
  bench.agent("second", { capabilities: ["a", "e"], maxConcurrentTasks: 2 });
  bench.submit("t0", { requires: ["a", "b"] });
  const owners = ["t1", "t2", "t3", "t4", "t5", "t6"].map((id) => {
    bench.submit(id, { requires: ["a"] });
    return bench.ownerOf(id);
  });
  assertEquals(bench.ownerOf("t0"), "half full");
  assertEquals(owners, ["first", "second", "half full", "first", "second", "broad"]);
});

Deno.test("round-robin: the agent whose newest claim is oldest is chosen, those without one first", () => {
  const bench = new Bench();
  bench.do({ type: "use-strategy", strategy: "round-robin" });
  for (const id of ["x", "y", "z"]) bench.agent(id, { maxConcurrentTasks: 9 });
  const owners = ["a", "b", "c", "d"].map((id) => {
    bench.submit(id);
    return bench.ownerOf(id);
  });
  bench.agent("new", { maxConcurrentTasks: 9 });
  bench.submit("e");
  assertEquals([...owners, bench.ownerOf("e")], ["x", "y", "z", "x", "new"]);
});

Deno.test("least-loaded: the agent with the smallest part of its slots in use is chosen", () => {
  const bench = new Bench();
  bench.do({ type: "use-strategy", strategy: "least-loaded" });
  bench.agent("small", { maxConcurrentTasks: 2 });
  bench.agent("large", { maxConcurrentTasks: 4, priority: 1 });
  const owners = ["a", "b", "c", "d", "e", "f"].map((id) => {
    bench.submit(id);
    return bench.ownerOf(id);
  });
  assertEquals(owners, ["large", "small", "large", "large", "small", "large"]);
});

Deno.test("affinity: who last completed a task of the type is chosen, otherwise the least loaded", () => {
  const bench = new Bench();
  bench.do({ type: "use-strategy", strategy: "affinity" });
  bench.agent("x", { maxConcurrentTasks: 2 });
  bench.agent("y", { maxConcurrentTasks: 2 });
  bench.submit("a", { type: "lint" });
  bench.submit("b", { type: "test" });
  assertEquals([bench.ownerOf("a"), bench.ownerOf("b")], ["x", "y"]);
  bench.complete("b");
  bench.complete("a");
  for (const id of ["c", "d", "e"]) bench.submit(id, { type: "test" });
  assertEquals(["c", "d", "e"].map((id) => bench.ownerOf(id)), ["y", "y", "x"]);
});

Deno.test("T2-strategies-never-called: a change of strategy counts for the next choice, and reranks agents", () => {
  const bench = new Bench();
  bench.agent("broad", { capabilities: ["a", "b"], maxConcurrentTasks: 2 });
  bench.agent("narrow", { capabilities: ["a"], maxConcurrentTasks: 2 });
  bench.submit("t1", { requires: ["a"] });
  assertEquals(bench.ownerOf("t1"), "narrow");
  assertEquals(bench.do({ type: "use-strategy", strategy: "least-loaded" }), [
    { type: "strategy:changed", strategy: "least-loaded" },
  ]);
  bench.submit("t2", { requires: ["a"] });
  assertEquals(bench.ownerOf("t2"), "broad");
});

Deno.test("external: a task waits for an assignment, which must be to a fit agent with room", () => {
  const bench = new Bench();
  bench.do({ type: "use-strategy", strategy: "external" });
  bench.agent("x", { capabilities: ["git"] });
  bench.agent("y");
  bench.submit("t", { requires: ["git"] });
  bench.submit("u");
  bench.submit("pinned", { assignedAgent: "x" });
  assertEquals(bench.ownerOf("pinned"), "x");
  bench.refuses({ type: "assign", taskId: "t", agentId: "y" }, "unfit");
  bench.refuses({ type: "assign", taskId: "t", agentId: "x" }, "unfit");
  bench.refuses({ type: "assign", taskId: "t", agentId: "nobody" }, "unknown-agent");
  bench.refuses({ type: "assign", taskId: "t", agentId: "" }, "unfit");
  bench.complete("pinned");
  assertEquals(bench.status("t"), "ready");
  bench.do({ type: "assign", taskId: "t", agentId: "" });
  assertEquals(bench.ownerOf("t"), "x");
  assertEquals(lines(bench.do({ type: "use-strategy", strategy: "capability" })), [
    "strategy:changed",
    "task:assigned u y",
  ]);
});

Deno.test("agents who come back find the tasks that wait, in their order, whatever those require", () => {
  const bench = new Bench();
  for (let i = 0; i < 600; i++) bench.submit(`t${i}`, { requires: [`skill ${i % 300}`] });
  bench.agent("x", { capabilities: Array.from({ length: 300 }, (_, i) => `skill ${i}`) });
  assertEquals(order(bench), Array.from({ length: 600 }, (_, i) => `t${i}`));
});

Deno.test("what tasks once required is forgotten when nothing requires it any more", () => {
  const bench = new Bench();
  const capabilities = Array.from({ length: 1_000 }, (_, i) => `skill ${i}`);
  bench.agent("x", { capabilities });
  for (const skill of capabilities) {
    bench.submit(skill, { requires: [skill] });
    bench.complete(skill);
  }
  assertEquals(bench.state.groups.size <= 256, true);
  assertEquals(bench.state.agents.get("x")!.candidacies.length <= 256, true);
});
