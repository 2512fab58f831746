import { assertEquals } from "@std/assert";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import type { CircuitBreakerConfig } from "../../src/breakers/mod.ts";
import { endCall } from "../../src/root/reactions/breakers.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { agent, cordon, error, submit, uncordon } from "../tasks/driver.ts";
import { lines, RootDriver } from "./driver.ts";

function rulesOf(config: CircuitBreakerConfig = {}) {
  const defaults = { failureThreshold: 1, successThreshold: 1, halfOpenLimit: 1, timeout: 100 };
  return readBreakerConfig({ ...defaults, ...config }, () => "test").rules;
}

/** A machine in which agents have breakers, with an eager agent `x` of `slots` slots. */
function guarded(config: CircuitBreakerConfig = {}, slots = 3): RootDriver {
  const bench = new RootDriver({ rules: { agentBreaker: rulesOf(config) } });
  bench.do(agent("x", { startsAtOnce: true, maxConcurrentTasks: slots }));
  return bench;
}

/** Adds an agent `y` without a free slot, so that `x` is not the only fit agent. */
function addBusy(bench: RootDriver): void {
  bench.do(agent("y", { startsAtOnce: true }), submit("own", { assignedAgent: "y" }));
}

function stateOf(bench: RootDriver, name = "agent:x"): string {
  return bench.state.breakers.breakers.get(name)!.phase.state;
}

function force(state: "open" | "closed" | "half-open", name = "agent:x") {
  return { type: "force-breaker", name, state } as const;
}

function fail(taskId: string) {
  return { type: "fail", taskId, epoch: 0, error: error("boom"), fault: "attempt" } as const;
}

function complete(taskId: string) {
  return { type: "complete", taskId, epoch: 0, result: 1 } as const;
}

Deno.test("an attempt under a closed breaker asks for nothing, and one under a half-open breaker for a permit", () => {
  const bench = guarded();
  assertEquals(lines(bench.do(submit("a"))), [
    "task:created a",
    "task:assigned a x",
    "task:started a x",
  ]);
  bench.do(complete("a"), force("half-open"));
  assertEquals(lines(bench.do(submit("b"))).at(-1), "circuitbreaker:permitted");
});

Deno.test("a breaker that opens limits its agent first, then has it passed over until its time is over", () => {
  const bench = guarded();
  bench.do(submit("a", { retries: 0 }));
  const events = bench.do(fail("a"));
  assertEquals(lines(events).slice(-3), [
    "circuitbreaker:state-change",
    "agent:limited x",
    "agent:cordoned x",
  ]);
  assertEquals((events.at(-1) as { reason: string }).reason, "its attempts kept failing");
});

Deno.test("a breaker that closes lifts the limit first, then lets its agent have tasks", () => {
  const bench = guarded();
  bench.do(force("open"), submit("a"));
  const told = lines(bench.do(force("closed")));
  assertEquals(told.slice(0, 3), [
    "circuitbreaker:state-change",
    "agent:limited x",
    "agent:uncordoned x",
  ]);
  assertEquals(bench.status("a"), "running");
});

Deno.test("an agent has as many tasks at once as its half-open breaker admits probes", () => {
  const bench = guarded({ halfOpenLimit: 2, successThreshold: 2 });
  addBusy(bench);
  bench.do(force("half-open"), submit("a"), submit("b"), submit("c"));
  assertEquals(["a", "b", "c"].map((id) => bench.status(id)), ["running", "running", "ready"]);
  bench.do(complete("a"), complete("b"));
  assertEquals([stateOf(bench), bench.status("c")], ["closed", "running"]);
});

Deno.test("the only fit agent has all its slots while its breaker is half-open, and one probe", () => {
  const bench = guarded();
  bench.do(force("half-open"), submit("a"), submit("b"), submit("c"));
  assertEquals(["a", "b", "c"].map((id) => bench.status(id)), ["running", "running", "running"]);
  assertEquals([...bench.state.calls.keys()], [bench.task("a").epoch]);
  bench.do(fail("b"), complete("c"));
  assertEquals(stateOf(bench), "half-open", "only the probe counts");
  bench.do(complete("a"));
  assertEquals(stateOf(bench), "closed");
});

Deno.test("a task that was placed with an agent whose breaker opens goes to another fit agent", () => {
  const bench = guarded({}, 1);
  bench.do(submit("a", { retries: 0 }), fail("a"));
  const place = (id: string) => submit(id, { assignedAgent: "x", placed: true });
  bench.do(place("b"));
  assertEquals(bench.task("b").agent?.agentId, "x", "it is the only one");
  bench.do(agent("y", { startsAtOnce: true }), place("c"));
  assertEquals(bench.task("c").agent?.agentId, "y");
  bench.do(complete("b"), force("half-open"));
  bench.do(place("d"));
  assertEquals(bench.task("d").agent?.agentId, "x", "as its probe");
  bench.do(place("e"), complete("c"));
  assertEquals(bench.task("e").agent?.agentId, "y");
});

Deno.test("a task that is pinned to an agent whose breaker is open runs there at once", () => {
  const bench = guarded({}, 1);
  addBusy(bench);
  bench.do(force("open"), submit("a", { assignedAgent: "x" }), submit("b"));
  assertEquals([bench.status("a"), bench.status("b")], ["running", "ready"]);
});

/** How an attempt can end through no fault of its agent. */
const BLAMELESS: Record<string, (bench: RootDriver) => LockstepEvent[]> = {
  "it is cancelled": (bench) => bench.do({ type: "cancel", taskId: "a", reason: "unwanted" }),
  "it is moved": (bench) =>
    bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" }),
  "it loses a lock": (bench) => preempt(bench, false),
  "it gives way in a deadlock": (bench) => bench.do(fault("deadlock")),
  "its lock is taken away": (bench) => bench.do(fault("lock-lost")),
  "it waits for a lock in vain": (bench) => bench.do(fault("lock-abandoned")),
  "its task can't be done by any agent": (bench) => bench.do(fault("non-retryable", "task")),
  "it loses a lock for good": (bench) => preempt(bench, true),
};

function fault(code: string, fault: "none" | "task" = "none") {
  const gone = error("gone", { code });
  return { type: "fail", taskId: "a", epoch: 0, error: gone, fault } as const;
}

function preempt(bench: RootDriver, isHopeless: boolean): LockstepEvent[] {
  const { epoch } = bench.task("a");
  return bench.do({ type: "preempt", taskId: "a", epoch, reason: "no lock", isHopeless });
}

for (const [name, end] of Object.entries(BLAMELESS)) {
  Deno.test(`an attempt says nothing about its agent when ${name}`, () => {
    for (const state of ["closed", "half-open"] as const) {
      const bench = guarded({ failureThreshold: 1, successThreshold: 1 }, 1);
      bench.do(force(state), submit("a"));
      assertEquals(bench.status("a"), "running");
      bench.do(cordon("x", "so that it does not begin anew"));
      end(bench);
      assertEquals([bench.status("a") === "running", stateOf(bench)], [false, state]);
      assertEquals(bench.state.calls.size, 0);
    }
  });
}

Deno.test("a task that brought down too many agents is not held against the last of them", () => {
  const bench = new RootDriver({
    tasks: { maxCrashes: 1 },
    rules: { agentBreaker: rulesOf() },
  });
  bench.do(agent("x", { startsAtOnce: true }));
  bench.do(submit("a"));
  for (let life = 1; life <= 2; life++) {
    bench.do(fault("deadlock"));
    bench.pass(10_000);
  }
  assertEquals([bench.task("a").error?.code, stateOf(bench)], ["quarantined", "closed"]);
});

Deno.test("how long an attempt took counts from its start", () => {
  const bench = guarded({
    policy: "slow-call",
    slowCallMs: 50,
    slowCallRate: 1,
    minimumCalls: 1,
    window: "count",
    windowCalls: 5,
  });
  bench.now = 1_000;
  bench.do(submit("a"), submit("b"));
  bench.now = 1_049;
  bench.do(complete("a"));
  assertEquals(stateOf(bench), "closed");
  const slow = guarded({
    policy: "slow-call",
    slowCallMs: 50,
    slowCallRate: 1,
    minimumCalls: 1,
    window: "count",
    windowCalls: 5,
  });
  slow.do(submit("a"));
  slow.now = 50;
  slow.do(complete("a"));
  assertEquals(stateOf(slow), "open");
});

Deno.test("of two attempts that begin in one step the first gets the only permit", () => {
  const bench = guarded();
  bench.do(agent("x", { maxConcurrentTasks: 2 })); // starts nothing until it is registered again
  bench.do(submit("a", { retries: 0 }), submit("b"), force("half-open"));
  const eager = agent("x", { maxConcurrentTasks: 2, startsAtOnce: true });
  const told = lines(bench.do(eager)).filter((line) => /started|permitted|rejected/.test(line));
  assertEquals(told, [
    "task:started a x",
    "task:started b x",
    "circuitbreaker:permitted",
  ]);
  assertEquals([...bench.state.calls.keys()], [bench.task("a").epoch]);
  assertEquals(bench.state.asking.size, 0);
  bench.do(fail("b"));
  assertEquals(stateOf(bench), "half-open");
  bench.do(fail("a"));
  assertEquals(stateOf(bench), "open");
});

Deno.test("of two attempts that wait for a permit the one that ended is noted as such", () => {
  const bench = guarded();
  bench.do(submit("a"), submit("b"));
  const claims = [1, 2].map((epoch) => ({ epoch, outcome: undefined }));
  bench.state.asking.set("agent:x", claims);
  bench.state.calls.clear();
  const ended = { taskId: "b", agentId: "x", epoch: 2, result: 1, ranMs: 0 } as const;
  endCall({ type: "task:completed", ...ended }, bench.state);
  assertEquals(claims.map(({ outcome }) => outcome), [undefined, "success"]);
});

Deno.test("an agent that is gone when its attempt gets its permit leaves nothing behind", () => {
  const bench = new RootDriver({ rules: { agentBreaker: rulesOf() } });
  for (const id of ["x", "y"]) {
    bench.do(agent(id, { startsAtOnce: true }));
    bench.do({ type: "join-agent", agentId: id, heartbeatTimeoutMs: 50, incarnation: 0 });
  }
  bench.do(cordon("y", "busy"), submit("t"), uncordon("y"), force("half-open", "agent:y"));
  bench.pass(25);
  for (const id of ["x", "y"]) bench.do(uncordon(id, "suspect"));
  const told = lines(bench.pass(25));
  assertEquals(told.includes("task:started t y"), true);
  assertEquals(told.filter((line) => line.includes("refused")), []);
  const { breakers, asking, calls } = bench.state;
  assertEquals([breakers.breakers.size, asking.size, calls.size], [0, 0, 0]);
});

Deno.test("an agent that is registered again keeps its breaker, and the rules that somebody gave it", () => {
  const bench = guarded();
  const rules = rulesOf({ timeout: 7_000 });
  bench.do({ type: "define-breaker", name: "agent:x", rules }, force("open"));
  assertEquals(lines(bench.do(agent("x"))), ["agent:spawned x"]);
  assertEquals(stateOf(bench), "open");
  assertEquals(bench.state.breakers.breakers.get("agent:x")!.rules.timeout, 7_000);
});

Deno.test("an attempt that outlives the breaker of its agent ends without it", () => {
  const bench = guarded();
  bench.do(submit("a"), { type: "remove-breaker", name: "agent:x" });
  assertEquals(lines(bench.do(complete("a"))), ["task:completed a x", "attempt:ended a x"]);
});

Deno.test("an agent whose open breaker is removed has all its slots again", () => {
  const bench = guarded();
  bench.do(submit("a", { retries: 0 }), fail("a"));
  assertEquals(bench.state.tasks.agents.get("x")!.slotLimit, 1);
  assertEquals(lines(bench.do({ type: "remove-breaker", name: "agent:x" })), [
    "circuitbreaker:removed",
    "agent:limited x",
    "agent:uncordoned x",
  ]);
  assertEquals(bench.state.tasks.agents.get("x")!.slotLimit, 0);
});

Deno.test("a breaker of another name is nothing to agents, and neither is one of an agent that is not there", () => {
  const bench = guarded();
  const rules = rulesOf();
  for (const name of ["tools/x", "agent:ghost"]) {
    bench.do({ type: "define-breaker", name, rules });
    assertEquals(lines(bench.do(force("open", name))), ["circuitbreaker:state-change"]);
  }
});

Deno.test("where agents have no breakers one that is called like an agent's is whoever's made it", () => {
  const bench = new RootDriver();
  bench.do(agent("x", { startsAtOnce: true }));
  bench.do({ type: "define-breaker", name: "agent:x", rules: rulesOf() });
  bench.do(submit("a", { retries: 0 }), fail("a"));
  assertEquals(stateOf(bench), "closed");
  assertEquals(lines(bench.do(force("open"))), ["circuitbreaker:state-change"]);
});
