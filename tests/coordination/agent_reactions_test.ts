import { assert, assertEquals } from "@std/assert";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import type { PartCommand, RootConfig } from "../../src/root/state.ts";
import { DEFAULT_RULES } from "../../src/root/rules.ts";
import { agent, error, submit } from "../tasks/driver.ts";
import { acquire, lines, message, RootDriver } from "./driver.ts";

const { rules: agentBreaker } = readBreakerConfig(
  { failureThreshold: 1, successThreshold: 1, halfOpenLimit: 1, timeout: 100 },
  () => "test",
);

/** A machine whose agents are known everywhere. */
function shared(rules: Partial<RootConfig["rules"]> = {}): RootDriver {
  return new RootDriver({ rules: { ...DEFAULT_RULES, sharesAgents: true, ...rules } });
}

const GONE = {
  "remove-agent": { type: "remove-agent", agentId: "x", reason: "crashed" },
  "leave-agent": { type: "leave-agent", agentId: "x", reason: "crashed" },
  "death": undefined,
} as const satisfies Record<string, PartCommand | undefined>;

Deno.test("an agent that is registered is a member, has a mailbox, a priority and a breaker", () => {
  const bench = shared({ agentBreaker });
  assertEquals(lines(bench.do(agent("x", { priority: 7 }))), [
    "agent:spawned x",
    "agent:joined x",
    "mailbox:opened x",
    "priority:noted x",
    "circuitbreaker:defined",
  ]);
  assertEquals(lines(bench.do(agent("x", { priority: 7 }))), ["agent:spawned x"]);
  assertEquals(lines(bench.do(agent("x", { priority: 8 }))), [
    "agent:spawned x",
    "priority:noted x",
  ]);
});

Deno.test("where agents are not shared, one that is registered for tasks is known for tasks only", () => {
  const bench = new RootDriver();
  assertEquals(lines(bench.do(agent("x"))), ["agent:spawned x"]);
});

for (const [name, command] of Object.entries(GONE)) {
  Deno.test(`an agent that is gone is gone everywhere, in one step: ${name}`, () => {
    const bench = shared({ agentBreaker, heartbeatTimeoutMs: 50 });
    bench.do(agent("x"), agent("y"), submit("t", { assignedAgent: "" }));
    bench.do(acquire("r", "x"), acquire("r", "z"), acquire("s", "z"), acquire("s", "x"));
    bench.do(message("z", "x"), message("z", "x", 500), message("x", "z", 500));
    bench.do({ type: "beat-agent", agentId: "y", incarnation: 0 });
    bench.now = 25;
    bench.do({ type: "beat-agent", agentId: "y", incarnation: 0 });
    const events = command === undefined ? bench.pass(26) : bench.do(command);
    const told = lines(events);
    assert(told.includes("agent:terminated x"), told.join("\n"));
    assertEquals(bench.holders("r"), ["z"]);
    const { locks, messages, agents, breakers, conflicts, tasks } = bench.state;
    assertEquals(locks.owners.get("x")?.waits.length ?? 0, 0);
    assertEquals([messages.mailboxes.has("x"), messages.requests.size, locks.requests.size], [
      false,
      0,
      0,
    ]);
    assertEquals(messages.deadLetters.size, 2);
    assertEquals([...agents.members.keys()], ["y"]);
    assertEquals([...breakers.breakers.keys()], ["agent:y"]);
    assertEquals(conflicts.knownAgents.has("x"), false);
    assertEquals(tasks.tasks.get("t")!.agent?.agentId, "y");
  });
}

Deno.test("a new life of an agent starts without the tasks and locks of the one before, and keeps its messages", () => {
  const bench = shared();
  bench.do(agent("x"), submit("t"), acquire("r", "x"), message("z", "x"));
  const before = bench.task("t").epoch;
  const join = { type: "join-agent", agentId: "x", heartbeatTimeoutMs: 0, incarnation: 0 } as const;
  assertEquals(lines(bench.do(join)).slice(0, 2), ["agent:joined x", "task:requeued t x"]);
  assertEquals(bench.holders("r"), []);
  assert(bench.task("t").epoch > before);
  assertEquals(bench.state.messages.mailboxes.has("x"), true);
});

Deno.test("what an agent does as an earlier life of itself is refused and changes nothing", () => {
  const bench = shared();
  bench.do(agent("x"));
  const command = acquire("r", "x");
  const as = (agentId: string, incarnation: number) =>
    ({ type: "as-agent", agentId, incarnation, command }) as const;
  assertEquals(lines(bench.do(as("x", 2))), ["agent:refused x"]);
  assertEquals(lines(bench.do(as("y", 1))), ["agent:refused y"]);
  assertEquals(bench.holders("r"), []);
  assertEquals(lines(bench.do(as("x", 1))), ["resource:acquired r x"]);
});

Deno.test("an agent whose breaker is open gets no tasks until its time is over, then as many as there are probes", () => {
  const bench = shared({ agentBreaker });
  bench.do(agent("x", { startsAtOnce: true, maxConcurrentTasks: 3 }));
  bench.do(submit("a", { retries: 0 }));
  bench.do({ type: "fail", taskId: "a", epoch: 0, error: error("boom"), fault: "attempt" });
  bench.do(agent("y"), submit("own", { assignedAgent: "y" })); // so that "x" is not the only fit one
  bench.do(submit("b"), submit("c"));
  assertEquals([bench.status("b"), bench.status("c")], ["ready", "ready"]);
  bench.pass(99);
  assertEquals(bench.status("b"), "ready");
  bench.pass(1);
  assertEquals([bench.status("b"), bench.status("c")], ["running", "ready"]);
  bench.do({ type: "complete", taskId: "b", epoch: 0, result: 1 });
  assertEquals(bench.status("c"), "running");
  bench.do(submit("d"), submit("e"));
  assertEquals([bench.status("d"), bench.status("e")], ["running", "running"]);
});

Deno.test("a probe that begins and ends in one step decides about the breaker", () => {
  const bench = shared({ agentBreaker });
  bench.do(agent("x"), submit("a", { retries: 0 }));
  bench.do({ type: "fail", taskId: "a", epoch: 0, error: error("boom"), fault: "attempt" });
  bench.pass(100);
  bench.do(submit("b"));
  bench.do({ type: "complete", taskId: "b", epoch: 0, result: 1 });
  const breaker = bench.state.breakers.breakers.get("agent:x")!;
  assertEquals([breaker.phase.state, bench.state.asking.size], ["closed", 0]);
});

Deno.test("what ends an attempt through no fault of its own says nothing about its agent", () => {
  const bench = shared({ agentBreaker });
  bench.do(agent("x", { startsAtOnce: true }), submit("a"), submit("b"));
  bench.do({ type: "cancel", taskId: "a", reason: "unwanted" });
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  assertEquals(bench.state.breakers.breakers.get("agent:x")!.phase.state, "closed");
  const epoch = bench.task("b").epoch;
  bench.do({ type: "preempt", taskId: "b", epoch, reason: "no lock", isHopeless: false });
  assertEquals(bench.state.breakers.breakers.get("agent:x")!.phase.state, "closed");
});

Deno.test("what was assigned to an agent that is passed over, and not begun, goes to an idle one", () => {
  const bench = shared({ agentBreaker });
  const place = (id: string) => submit(id, { assignedAgent: "x", placed: true, retries: 0 });
  bench.do(agent("x", { startsAtOnce: true }), agent("y", { startsAtOnce: true }));
  bench.do(place("a"), place("b"), place("c"));
  bench.do({ type: "fail", taskId: "a", epoch: 0, error: error("boom"), fault: "attempt" });
  assertEquals(["b", "c"].map((id) => [bench.status(id), bench.task(id).agent?.agentId]), [
    ["running", "x"], // begun in the step that opened the breaker
    ["running", "y"],
  ]);
});

Deno.test("what was assigned to an agent that falls silent, and not begun, goes to one that is heard of", () => {
  const bench = shared({ heartbeatTimeoutMs: 100 });
  bench.do(agent("x"), agent("y"));
  bench.do(submit("a", { assignedAgent: "x", placed: true }));
  bench.now = 40;
  bench.do({ type: "beat-agent", agentId: "y", incarnation: 0 });
  bench.pass(10);
  assertEquals(bench.task("a").agent?.agentId, "y");
});

Deno.test("an evicted agent leaves everywhere, unless it holds, waits for or receives something", () => {
  const bench = new RootDriver({
    tasks: { maxAgents: 1 },
    rules: { ...DEFAULT_RULES, sharesAgents: true, agentBreaker },
  });
  const add = (id: string) => lines(bench.do(agent(id, { isImplicit: true })));
  add("idle");
  assertEquals(add("holder").slice(0, 7), [
    "agent:forgotten idle",
    "agent:spawned holder",
    "agent:left idle",
    "circuitbreaker:removed",
    "agent:joined holder",
    "mailbox:opened holder",
    "priority:noted holder",
  ]);
  assert(!bench.state.messages.mailboxes.has("idle"));
  bench.do(acquire("r", "holder"));
  add("recipient");
  bench.do(message("z", "recipient"));
  add("asker");
  bench.do(message("asker", "z", 500));
  add("newest");
  assertEquals([...bench.state.tasks.agents.keys()], ["newest"]);
  const members = ["holder", "recipient", "asker", "newest"];
  assertEquals([...bench.state.agents.members.keys()], members);
  assertEquals(bench.holders("r"), ["holder"]);
  assertEquals([...bench.state.breakers.breakers.keys()], ["agent:newest"]);
});
