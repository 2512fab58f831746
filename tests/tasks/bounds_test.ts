import { assert, assertEquals } from "@std/assert";
import { decode, encode } from "../../src/core/data/plain.ts";
import { unfinished } from "../../src/tasks/state.ts";
import { agent, Bench, lines, submit } from "./bench.ts";

/** Submits and completes tasks, one after the other. */
function complete(bench: Bench, ...ids: string[]): void {
  for (const id of ids) {
    bench.submit(id);
    bench.complete(id);
  }
}

Deno.test("finished tasks are kept whole up to keepFinished, and their outcomes up to twice keepOutcomes", () => {
  const bench = new Bench({ keepFinished: 2, keepOutcomes: 2 });
  bench.agent("x");
  complete(bench, "a", "b", "c", "d", "e", "f", "g");
  assertEquals([...bench.state.tasks.keys()], ["f", "g"]);
  assertEquals([...bench.state.outcomes], [["e", "completed"]]);
  assertEquals([...bench.state.olderOutcomes.keys()], ["c", "d"]);
  bench.refuses(submit("c"), "duplicate");
  bench.refuses(submit("e"), "duplicate");
  bench.refuses(submit("f"), "duplicate");
  bench.submit("a");
  assertEquals(bench.status("a"), "assigned");
  assertEquals(bench.state.counts.completed, 7);
});

Deno.test("with nothing kept a task is gone with its end, in every way to end", () => {
  const bench = new Bench({ keepFinished: 0, keepOutcomes: 0, abortGraceMs: 10 });
  bench.agent("x", { startsAtOnce: true, maxConcurrentTasks: 9 });
  bench.submit("a");
  bench.submit("after a", { after: ["a"] });
  bench.submit("b", { timeoutMs: 5, retries: 0 });
  bench.submit("after b", { after: ["b"] });
  bench.complete("a");
  bench.cancel("after a");
  bench.pass(5);
  bench.pass(10);
  assertEquals([bench.state.tasks.size, bench.state.outcomes.size], [0, 0]);
  assertEquals([bench.load("x"), bench.machine.deadline(bench.state)], [0, Infinity]);
  const { completed, failed, cancelled } = bench.state.counts;
  assertEquals([completed, failed, cancelled], [1, 1, 2]);
});

Deno.test("the state doesn't grow with what has been done", () => {
  const bench = new Bench({ keepFinished: 10, keepOutcomes: 10, keepTypes: 5 });
  bench.agent("x");
  const sizeAfter = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      bench.submit(`${i}`, { type: `type ${i}`, timeoutMs: 10, after: [`${i - 1}?ignore`] });
      bench.submit(`${i}b`, { after: [`${i}`] });
      bench.complete(`${i}`);
      bench.complete(`${i}b`);
    }
    return encode(bench.state).length;
  };
  bench.submit("99");
  bench.complete("99");
  const early = sizeAfter(100, 400);
  const late = sizeAfter(400, 2_400);
  assert(late < 1.5 * early, `${early} characters became ${late}`);
  assertEquals([bench.state.history.size, bench.state.tasks.size], [5, 10]);
});

Deno.test("a submission beyond maxTasks unfinished ones is refused until one has ended", () => {
  const bench = new Bench({ maxTasks: 2 });
  bench.submit("a");
  bench.submit("b", { after: ["a"] });
  bench.refuses(submit("c"), "full", 2);
  bench.cancel("b");
  bench.submit("c");
  assertEquals(unfinished(bench.state), 2);
});

Deno.test("an agent beyond maxAgents is refused, a known one is not", () => {
  const bench = new Bench({ maxAgents: 1 });
  bench.agent("x");
  bench.refuses(agent("y"), "full", 1);
  assertEquals(lines(bench.agent("x", { maxConcurrentTasks: 4 })), ["agent:spawned x"]);
});

Deno.test("a known id is refused, unless it comes with the same idempotency key", () => {
  const bench = new Bench();
  const idempotencyKey = "k1";
  bench.submit("t", { idempotencyKey });
  bench.submit("keyless");
  bench.refuses(submit("t"), "duplicate");
  bench.refuses(submit("t", { idempotencyKey: "k2" }), "duplicate");
  bench.refuses(submit("keyless", { idempotencyKey: "" }), "duplicate");
  const before = encode(bench.state);
  assertEquals(bench.submit("t", { idempotencyKey, priority: 9 }), [
    { type: "task:recognized", taskId: "t" },
  ]);
  assertEquals(encode(bench.state), before);
});

Deno.test("drained, nothing is accepted, assigned or started, and what runs may end", () => {
  const bench = new Bench({ retryDelay: 0 });
  bench.agent("x", { maxConcurrentTasks: 3 });
  for (const id of ["running", "assigned", "retried"]) bench.submit(id);
  bench.submit("next", { after: ["running"] });
  bench.start("running");
  assertEquals(bench.do({ type: "drain" }), [{ type: "scheduler:drained" }]);
  assertEquals(bench.do({ type: "drain" }), []);
  bench.refuses(submit("new"), "draining");
  bench.refuses({ type: "start", taskId: "assigned", epoch: 0 }, "draining");
  bench.fail("retried");
  bench.pass(1);
  bench.refuses({ type: "assign", taskId: "retried", agentId: "x" }, "draining");
  bench.agent("y", { startsAtOnce: true });
  bench.agent("x", { maxConcurrentTasks: 3, startsAtOnce: true });
  bench.do({ type: "unblock", taskId: "assigned", epoch: 2 });
  assertEquals(lines(bench.complete("running")), [
    "task:completed running x",
    "attempt:ended running x",
    "task:readied next",
  ]);
  assertEquals(
    ["assigned", "retried", "next"].map((id) => bench.status(id)),
    ["assigned", "ready", "ready"],
  );
});

Deno.test("a snapshot is the whole state: what is restored goes on in the same way", () => {
  const bench = new Bench();
  bench.agent("x", { startsAtOnce: true });
  bench.submit("a", { timeoutMs: 30, input: { pages: [1, 2] } });
  bench.submit("b", { after: ["a", "later"] });
  bench.fail("a");
  const twin = new Bench();
  Object.assign(twin, { state: decode(encode(bench.state)) });
  for (const each of [bench, twin]) {
    each.submit("later");
    each.passToNext();
  }
  assertEquals(encode(twin.state), encode(bench.state));
  assertEquals(twin.task("a").input?.value, { pages: [1, 2] });
});
