import { assertEquals } from "@std/assert";
import { agent, lines, submit, TaskDriver } from "./driver.ts";

function award(taskId: string, agentId: string, ...losers: string[]) {
  return { type: "award", taskId, agentId, losers } as const;
}

Deno.test("a task moves from the loser of a conflict to the winner, under a larger epoch", () => {
  const driver = new TaskDriver();
  driver.do(agent("x", { startsAtOnce: true }), agent("y", { startsAtOnce: true }));
  driver.do(submit("t"));
  assertEquals(driver.task("t").agent?.agentId, "x");
  assertEquals(lines(driver.do(award("t", "y", "x"))).map((line) => line.split(" ")[0]), [
    "task:requeued",
    "task:assigned",
    "task:started",
  ]);
  const { agent: owner, epoch, attempts } = driver.task("t");
  assertEquals([owner?.agentId, epoch, attempts], ["y", 2, 1]);
  assertEquals(driver.do(award("t", "x", "z")), []);
});

Deno.test("a placed task moves into the queue of a winner without a free slot", () => {
  const driver = new TaskDriver();
  driver.do(agent("x"), agent("y"));
  driver.place("x", "a");
  driver.place("y", "b");
  driver.do(award("a", "y", "x"));
  assertEquals([driver.tasksOf("x"), driver.tasksOf("y")], [[], ["b", "(a)"]]);
  assertEquals(driver.task("a").pinnedTo, "y");
});

Deno.test("an award that no winner can take, or no loser has, changes nothing", () => {
  const driver = new TaskDriver();
  driver.do(agent("x", { capabilities: ["edit"] }), agent("y"), agent("z", { maxQueuedTasks: 0 }));
  driver.do(submit("t", { requires: ["edit"] }), submit("u", { assignedAgent: "z" }), submit("v"));
  assertEquals(driver.do(award("t", "y", "x")), []);
  assertEquals(driver.do(award("t", "nobody", "x")), []);
  assertEquals(driver.do(award("v", "z", "y")), []);
  assertEquals(driver.do(award("u", "y", "z")), []);
  assertEquals(driver.do(award("nothing", "y", "x")), []);
  assertEquals(driver.task("t").agent?.agentId, "x");
});

Deno.test("a limited agent uses some of its slots, and all when the limit is lifted", () => {
  const driver = new TaskDriver();
  driver.do(agent("x", { maxConcurrentTasks: 3 }));
  driver.do(agent("full"), submit("own", { assignedAgent: "full" }));
  const limit = (slots: number) => ({ type: "limit-agent", agentId: "x", slots }) as const;
  assertEquals(lines(driver.do(limit(1))), ["agent:limited x"]);
  assertEquals(driver.do(limit(1)), []);
  driver.do(submit("a"), submit("b"), submit("c"), submit("d"));
  assertEquals(driver.tasksOf("x"), ["a"]);
  driver.do(limit(2));
  assertEquals(driver.tasksOf("x"), ["a", "b"]);
  driver.do(limit(1));
  driver.do({ type: "complete", taskId: "a", epoch: 0, result: 1 });
  assertEquals(driver.tasksOf("x"), ["b"]);
  driver.do(limit(0));
  assertEquals(driver.tasksOf("x"), ["b", "c", "d"]);
  driver.refuses({ type: "limit-agent", agentId: "nobody", slots: 1 }, "unknown-agent");
});

Deno.test("an award to the agent that has the task changes nothing while its slot is lent", () => {
  const driver = new TaskDriver();
  driver.do(agent("x", { startsAtOnce: true, maxQueuedTasks: 0 }), submit("t"));
  driver.submit("other", { requires: ["sql"] });
  driver.do({ type: "await", taskId: "t", epoch: 1, childId: "other" });
  assertEquals(driver.load("x"), 0);
  assertEquals(driver.do(award("t", "x", "x")), []);
});
