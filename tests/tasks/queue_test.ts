import { assertEquals } from "@std/assert";
import { cordon, lines, submit, TaskDriver, uncordon } from "./driver.ts";

/** The ids of tasks in the order in which agent `x`, who has one slot, gets them. */
function order(driver: TaskDriver): string[] {
  const ids: string[] = [];
  const x = driver.state.agents.get("x")!;
  for (let [task] = x.tasks; task !== undefined; [task] = x.tasks) {
    ids.push(task.spec.id);
    driver.complete(task.spec.id);
  }
  return ids;
}

Deno.test("T9-priority-never-read: the higher priority goes first, then the earlier task", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("first");
  driver.submit("low", { priority: -1 });
  driver.submit("b", { priority: 5 });
  driver.submit("c", { priority: 5 });
  driver.submit("high", { priority: 7 });
  assertEquals(order(driver), ["first", "high", "b", "c", "low"]);
});

Deno.test("a task is overtaken only by those submitted within Δpriority × agingMs after it", () => {
  const driver = new TaskDriver({ agingMs: 100 });
  driver.agent("x");
  driver.submit("runs");
  driver.submit("low");
  driver.pass(299);
  driver.submit("just in time", { priority: 3 });
  driver.pass(1);
  driver.submit("too late", { priority: 3 });
  assertEquals(order(driver), ["runs", "just in time", "low", "too late"]);
});

Deno.test("a task that was requeued or retried keeps the place of its submission", () => {
  const driver = new TaskDriver({ retryDelay: 0 });
  driver.agent("x");
  driver.submit("old");
  driver.pass(10);
  driver.submit("young");
  driver.start("old");
  driver.fail("old");
  assertEquals(driver.ownerOf("young"), "x");
  driver.pass(0);
  driver.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  assertEquals(driver.ownerOf("old"), "x");
});

Deno.test("T3-capability-only-a-bonus: an agent without a required capability never gets the task", () => {
  const driver = new TaskDriver();
  driver.agent("x", { capabilities: ["deno"], maxConcurrentTasks: 9 });
  driver.submit("needs git", { requires: ["git"] });
  driver.submit("needs both", { requires: ["deno", "git"] });
  driver.submit("needs deno", { requires: ["deno"] });
  assertEquals(driver.ownerOf("needs deno"), "x");
  assertEquals(driver.load("x"), 1);
  assertEquals(lines(driver.agent("y", { capabilities: ["deno", "git", "zip"] })), [
    "agent:spawned y",
    "task:assigned needs git y",
  ]);
  driver.complete("needs git");
  assertEquals(driver.ownerOf("needs both"), "y");
});

Deno.test("an agent has at most maxConcurrentTasks, and gets the next as soon as one ends", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 2 });
  for (const id of ["a", "b", "c", "d"]) driver.submit(id);
  assertEquals([...driver.state.agents.get("x")!.tasks].map((task) => task.spec.id), ["a", "b"]);
  assertEquals(lines(driver.complete("a")).at(-1), "task:assigned c x");
  assertEquals(driver.load("x"), 2);
});

Deno.test("registering a known agent again changes its capabilities and slots at once", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  for (const id of ["a", "b", "c"]) driver.submit(id);
  driver.submit("special", { requires: ["git"] });
  assertEquals(lines(driver.agent("x", { maxConcurrentTasks: 3 })).slice(1), [
    "task:assigned b x",
    "task:assigned c x",
  ]);
  driver.agent("x", { maxConcurrentTasks: 1, capabilities: ["git"] });
  driver.complete("a");
  driver.complete("b");
  assertEquals([driver.load("x"), driver.status("special")], [1, "ready"]);
  driver.complete("c");
  assertEquals(driver.ownerOf("special"), "x");
});

Deno.test("an agent that is registered again as one that starts at once starts what it has", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 2 });
  driver.submit("a");
  driver.submit("locked", { resources: [{ resourceId: "r", mode: "exclusive", units: 1 }] });
  const events = driver.agent("x", { maxConcurrentTasks: 2, startsAtOnce: true });
  assertEquals(lines(events), ["agent:spawned x", "task:started a x"]);
  assertEquals(driver.status("locked"), "assigned");
  assertEquals(lines(driver.do({ type: "unblock", taskId: "locked", epoch: 2 })), [
    "task:started locked x",
  ]);
});

Deno.test("a cordoned agent keeps what it has and gets nothing until it is uncordoned", () => {
  const driver = new TaskDriver();
  driver.agent("x", { maxConcurrentTasks: 2 });
  driver.submit("a");
  assertEquals(driver.do(cordon("x", "maintenance")), [
    { type: "agent:cordoned", agentId: "x", cause: "caller", reason: "maintenance", untilMs: 0 },
  ]);
  assertEquals(driver.do(cordon("x", "maintenance")), []);
  driver.submit("b");
  assertEquals([driver.ownerOf("a"), driver.status("b")], ["x", "ready"]);
  driver.complete("a");
  assertEquals(driver.status("b"), "ready");
  assertEquals(lines(driver.do(uncordon("x"))), [
    "agent:uncordoned x",
    "task:assigned b x",
  ]);
});

Deno.test("a pinned task goes to its agent alone, and waits when the agent is gone", () => {
  const driver = new TaskDriver();
  driver.refuses(submit("t", { assignedAgent: "x" }), "unknown-agent");
  driver.agent("x", { capabilities: ["git"] });
  driver.agent("y");
  driver.submit("blocker", { assignedAgent: "x" });
  driver.submit("t", { assignedAgent: "x" });
  driver.refuses(submit("u", { assignedAgent: "x", requires: ["zip"] }), "unfit");
  assertEquals(driver.status("t"), "ready");
  driver.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals([driver.status("t"), driver.status("blocker")], ["ready", "ready"]);
  driver.agent("x", { maxConcurrentTasks: 2 });
  assertEquals([driver.ownerOf("t"), driver.ownerOf("blocker")], ["x", "x"]);
});

Deno.test("of pinned and other tasks an agent takes the one that comes first", () => {
  const driver = new TaskDriver();
  driver.agent("x");
  driver.submit("runs");
  driver.submit("pinned", { assignedAgent: "x", priority: 1 });
  driver.submit("any", { priority: 2 });
  driver.submit("old");
  assertEquals(order(driver), ["runs", "any", "pinned", "old"]);
});

Deno.test("capability: the most specialized agent, then the less loaded, then priority, then age", () => {
  const driver = new TaskDriver();
  driver.agent("broad", { capabilities: ["a", "b", "c"], priority: 9 });
  driver.agent("half full", { capabilities: ["a", "b"], maxConcurrentTasks: 2, priority: 9 });
  driver.agent("first", { capabilities: ["a", "d"], maxConcurrentTasks: 2 });
  driver.agent("second", { capabilities: ["a", "e"], maxConcurrentTasks: 2 });
  driver.submit("t0", { requires: ["a", "b"] });
  const owners = ["t1", "t2", "t3", "t4", "t5", "t6"].map((id) => {
    driver.submit(id, { requires: ["a"] });
    return driver.ownerOf(id);
  });
  assertEquals(driver.ownerOf("t0"), "half full");
  assertEquals(owners, ["first", "second", "half full", "first", "second", "broad"]);
});

Deno.test("round-robin: the agent whose newest claim is oldest is chosen, those without one first", () => {
  const driver = new TaskDriver();
  driver.do({ type: "use-strategy", strategy: "round-robin" });
  for (const id of ["x", "y", "z"]) driver.agent(id, { maxConcurrentTasks: 9 });
  const owners = ["a", "b", "c", "d"].map((id) => {
    driver.submit(id);
    return driver.ownerOf(id);
  });
  driver.agent("new", { maxConcurrentTasks: 9 });
  driver.submit("e");
  assertEquals([...owners, driver.ownerOf("e")], ["x", "y", "z", "x", "new"]);
});

Deno.test("least-loaded: the agent with the smallest part of its slots in use is chosen", () => {
  const driver = new TaskDriver();
  driver.do({ type: "use-strategy", strategy: "least-loaded" });
  driver.agent("small", { maxConcurrentTasks: 2 });
  driver.agent("large", { maxConcurrentTasks: 4, priority: 1 });
  const owners = ["a", "b", "c", "d", "e", "f"].map((id) => {
    driver.submit(id);
    return driver.ownerOf(id);
  });
  assertEquals(owners, ["large", "small", "large", "large", "small", "large"]);
});

Deno.test("affinity: the agent that last completed a task of the type, otherwise the least loaded", () => {
  const driver = new TaskDriver();
  driver.do({ type: "use-strategy", strategy: "affinity" });
  driver.agent("x", { maxConcurrentTasks: 2 });
  driver.agent("y", { maxConcurrentTasks: 2 });
  driver.submit("a", { type: "lint" });
  driver.submit("b", { type: "test" });
  assertEquals([driver.ownerOf("a"), driver.ownerOf("b")], ["x", "y"]);
  driver.complete("b");
  driver.complete("a");
  for (const id of ["c", "d", "e"]) driver.submit(id, { type: "test" });
  assertEquals(["c", "d", "e"].map((id) => driver.ownerOf(id)), ["y", "y", "x"]);
});

Deno.test("T2-strategies-never-called: a change of strategy ranks the agents anew", () => {
  const driver = new TaskDriver();
  driver.agent("broad", { capabilities: ["a", "b"], maxConcurrentTasks: 2 });
  driver.agent("narrow", { capabilities: ["a"], maxConcurrentTasks: 2 });
  driver.submit("t1", { requires: ["a"] });
  assertEquals(driver.ownerOf("t1"), "narrow");
  assertEquals(driver.do({ type: "use-strategy", strategy: "least-loaded" }), [
    { type: "strategy:changed", strategy: "least-loaded" },
  ]);
  driver.submit("t2", { requires: ["a"] });
  assertEquals(driver.ownerOf("t2"), "broad");
});

Deno.test("external: a task waits for an assignment, which must be to a fit agent with room", () => {
  const driver = new TaskDriver();
  driver.do({ type: "use-strategy", strategy: "external" });
  driver.agent("x", { capabilities: ["git"] });
  driver.agent("y");
  driver.submit("t", { requires: ["git"] });
  driver.submit("u");
  driver.submit("pinned", { assignedAgent: "x" });
  assertEquals(driver.ownerOf("pinned"), "x");
  driver.refuses({ type: "assign", taskId: "t", agentId: "y" }, "unfit");
  driver.refuses({ type: "assign", taskId: "t", agentId: "x" }, "unfit");
  driver.refuses({ type: "assign", taskId: "t", agentId: "nobody" }, "unknown-agent");
  driver.refuses({ type: "assign", taskId: "t", agentId: "" }, "unfit");
  driver.complete("pinned");
  assertEquals(driver.status("t"), "ready");
  driver.do({ type: "assign", taskId: "t", agentId: "" });
  assertEquals(driver.ownerOf("t"), "x");
  assertEquals(lines(driver.do({ type: "use-strategy", strategy: "capability" })), [
    "strategy:changed",
    "task:assigned u y",
  ]);
});

Deno.test("an agent that comes back gets the waiting tasks in their order, whatever they require", () => {
  const driver = new TaskDriver();
  for (let i = 0; i < 600; i++) driver.submit(`t${i}`, { requires: [`skill ${i % 300}`] });
  driver.agent("x", { capabilities: Array.from({ length: 300 }, (_, i) => `skill ${i}`) });
  assertEquals(order(driver), Array.from({ length: 600 }, (_, i) => `t${i}`));
});

Deno.test("what tasks once required is forgotten when nothing requires it any more", () => {
  const driver = new TaskDriver();
  const capabilities = Array.from({ length: 1_000 }, (_, i) => `skill ${i}`);
  driver.agent("x", { capabilities });
  for (const skill of capabilities) {
    driver.submit(skill, { requires: [skill] });
    driver.complete(skill);
  }
  assertEquals(driver.state.groups.size <= 256, true);
  assertEquals(driver.state.agents.get("x")!.candidacies.length <= 256, true);
});
