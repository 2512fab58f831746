import { assert, assertEquals } from "@std/assert";
import { decode, encode } from "../../src/core/data/plain.ts";
import { unfinished } from "../../src/tasks/state.ts";
import { agent, cordon, lines, place, report, submit, TaskDriver } from "./driver.ts";

/** Submits and completes tasks, one after the other. */
function complete(driver: TaskDriver, ...ids: string[]): void {
  for (const id of ids) {
    driver.submit(id);
    driver.complete(id);
  }
}

Deno.test("finished tasks are kept up to keepFinished, outcomes up to twice keepOutcomes", () => {
  const driver = new TaskDriver({ keepFinished: 2, keepOutcomes: 2 });
  driver.agent("x");
  complete(driver, "a", "b", "c", "d", "e", "f", "g");
  assertEquals([...driver.state.tasks.keys()], ["f", "g"]);
  assertEquals([...driver.state.outcomes], [["e", "completed"]]);
  assertEquals([...driver.state.olderOutcomes.keys()], ["c", "d"]);
  driver.refuses(submit("c"), "duplicate");
  driver.refuses(submit("e"), "duplicate");
  driver.refuses(submit("f"), "duplicate");
  driver.submit("a");
  assertEquals(driver.status("a"), "assigned");
  assertEquals(driver.state.counts.completed, 7);
});

Deno.test("finished tasks are kept whole for keepFinishedMs, also where nothing happens meanwhile", () => {
  const driver = new TaskDriver({ keepFinishedMs: 100, keepOutcomes: 2 });
  driver.agent("x");
  complete(driver, "a");
  driver.pass(40);
  complete(driver, "b", "c");
  driver.pass(59);
  assertEquals([...driver.state.tasks.keys()], ["a", "b", "c"]);
  driver.pass(1);
  assertEquals([...driver.state.tasks.keys()], ["b", "c"]);
  assertEquals([...driver.state.outcomes], [["a", "completed"]]);
  driver.pass(40);
  assertEquals([driver.state.tasks.size, driver.machine.deadline(driver.state)], [0, Infinity]);
  complete(driver, "d");
  driver.pass(99);
  assertEquals(driver.status("d"), "completed");
  driver.pass(1);
  assertEquals(driver.state.tasks.size, 0);
});

Deno.test("with nothing kept a task is gone with its end, in every way to end", () => {
  const driver = new TaskDriver({ keepFinished: 0, keepOutcomes: 0, abortGraceMs: 10 });
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 9 });
  driver.submit("a");
  driver.submit("after a", { after: ["a"] });
  driver.submit("b", { timeoutMs: 5, retries: 0 });
  driver.submit("after b", { after: ["b"] });
  driver.complete("a");
  driver.cancel("after a");
  driver.pass(5);
  driver.pass(10);
  assertEquals([driver.state.tasks.size, driver.state.outcomes.size], [0, 0]);
  assertEquals([driver.load("x"), driver.machine.deadline(driver.state)], [0, Infinity]);
  const { completed, failed, cancelled } = driver.state.counts;
  assertEquals([completed, failed, cancelled], [1, 1, 2]);
});

Deno.test("the state doesn't grow with what has been done", () => {
  const driver = new TaskDriver({ keepFinished: 10, keepOutcomes: 10, keepTypes: 5 });
  driver.agent("x");
  const sizeAfter = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      driver.submit(`${i}`, { type: `type ${i}`, timeoutMs: 10, after: [`${i - 1}?ignore`] });
      driver.submit(`${i}b`, { after: [`${i}`] });
      driver.complete(`${i}`);
      driver.complete(`${i}b`);
    }
    return encode(driver.state).length;
  };
  driver.submit("99");
  driver.complete("99");
  const early = sizeAfter(100, 400);
  const late = sizeAfter(400, 2_400);
  assert(late < 1.5 * early, `${early} characters became ${late}`);
  assertEquals([driver.state.history.size, driver.state.tasks.size], [5, 10]);
});

Deno.test("a submission beyond maxTasks unfinished ones is refused until one has ended", () => {
  const driver = new TaskDriver({ maxTasks: 2 });
  driver.submit("a");
  driver.submit("b", { after: ["a"] });
  driver.refuses(submit("c"), "full", 2);
  driver.cancel("b");
  driver.submit("c");
  assertEquals(unfinished(driver.state), 2);
});

Deno.test("an agent beyond maxAgents is refused, a known one is not", () => {
  const driver = new TaskDriver({ maxAgents: 1 });
  driver.agent("x");
  driver.refuses(agent("y"), "full", 1);
  assertEquals(lines(driver.agent("x", { maxConcurrentTasks: 4 })), ["agent:spawned x"]);
});

Deno.test("an agent beyond maxAgents evicts the longest idle one that no caller registered", () => {
  const driver = new TaskDriver({ maxAgents: 7 });
  const isImplicit = true;
  const add = (id: string) => lines(driver.agent(id, { isImplicit, maxConcurrentTasks: 2 }));
  driver.agent("registered");
  for (const id of ["busy", "first", "second", "cordoned", "reported", "waiting"]) add(id);
  driver.do(place("b", "busy"));
  driver.do(place("f", "first"));
  driver.do(cordon("cordoned", "why"));
  driver.do(report("reported", { taskCount: 0 }));
  driver.do(place("w", "waiting", { after: ["b"] }));
  assertEquals(add("third"), ["agent:forgotten second", "agent:spawned third"]);
  driver.complete("f");
  assertEquals(add("fourth"), ["agent:forgotten third", "agent:spawned fourth"]);
  assertEquals(add("fifth"), ["agent:forgotten first", "agent:spawned fifth"]);
  driver.agent("fifth");
  assertEquals(add("sixth"), ["agent:forgotten fourth", "agent:spawned sixth"]);
  driver.do(place("s", "sixth"));
  driver.refuses(agent("seventh", { isImplicit }), "full", 7);
  driver.refuses(agent("seventh"), "full", 7);
  driver.complete("b");
  assertEquals(driver.task("w").agent?.agentId, "waiting");
  assertEquals(add("seventh"), ["agent:forgotten busy", "agent:spawned seventh"]);
});

Deno.test("a known id is refused, unless it comes with the same idempotency key", () => {
  const driver = new TaskDriver();
  const idempotencyKey = "k1";
  driver.submit("t", { idempotencyKey });
  driver.submit("keyless");
  driver.refuses(submit("t"), "duplicate");
  driver.refuses(submit("t", { idempotencyKey: "k2" }), "duplicate");
  driver.refuses(submit("keyless", { idempotencyKey: "" }), "duplicate");
  const before = encode(driver.state);
  assertEquals(driver.submit("t", { idempotencyKey, priority: 9 }), [
    { type: "task:recognized", taskId: "t" },
  ]);
  assertEquals(encode(driver.state), before);
});

Deno.test("drained, nothing is accepted, assigned or started, and what runs may end", () => {
  const driver = new TaskDriver({ retryDelay: 0 });
  driver.agent("x", { maxConcurrentTasks: 3 });
  for (const id of ["running", "assigned", "retried"]) driver.submit(id);
  driver.submit("next", { after: ["running"] });
  driver.start("running");
  assertEquals(driver.do({ type: "drain" }), [{ type: "scheduler:drained" }]);
  assertEquals(driver.do({ type: "drain" }), []);
  driver.refuses(submit("new"), "draining");
  driver.refuses({ type: "start", taskId: "assigned", epoch: 0 }, "draining");
  driver.fail("retried");
  driver.pass(1);
  driver.refuses({ type: "assign", taskId: "retried", agentId: "x" }, "draining");
  driver.agent("y", { startsAtOnce: true });
  driver.agent("x", { maxConcurrentTasks: 3, startsAtOnce: true });
  driver.do({ type: "unblock", taskId: "assigned", epoch: 2 });
  assertEquals(lines(driver.complete("running")), [
    "task:completed running x",
    "attempt:ended running x",
    "task:readied next",
  ]);
  assertEquals(
    ["assigned", "retried", "next"].map((id) => driver.status(id)),
    ["assigned", "ready", "ready"],
  );
});

Deno.test("a restored snapshot goes on like the state that it was taken of", () => {
  const driver = new TaskDriver();
  driver.agent("x", { startsAtOnce: true });
  driver.submit("a", { timeoutMs: 30, input: { pages: [1, 2] } });
  driver.submit("b", { after: ["a", "later"] });
  driver.fail("a");
  const twin = new TaskDriver();
  Object.assign(twin, { state: decode(encode(driver.state)) });
  for (const each of [driver, twin]) {
    each.submit("later");
    each.passToNext();
  }
  assertEquals(encode(twin.state), encode(driver.state));
  assertEquals(twin.task("a").input?.value, { pages: [1, 2] });
});
