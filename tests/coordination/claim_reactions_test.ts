import { assert, assertEquals } from "@std/assert";
import { claimOwner } from "../../src/locks/types.ts";
import { agent, cordon, submit, uncordon } from "../tasks/driver.ts";
import { acquire, lines, resources, RootDriver } from "./driver.ts";

/** A machine with one eager agent of `slots` slots. */
function eager(slots = 1): RootDriver {
  const bench = new RootDriver({ tasks: { abortGraceMs: 100 } });
  bench.do(agent("x", { maxConcurrentTasks: slots, startsAtOnce: true }));
  return bench;
}

const RELEASE = { type: "release", resourceId: "r", agentId: "z", owner: "z", epoch: 0 } as const;

Deno.test("of two claims that wait for a lock the one whose task has the higher priority gets it", () => {
  const bench = eager(2);
  bench.do(acquire("r", "z"));
  bench.do(submit("low", { resources: resources("r") }));
  bench.do(submit("high", { resources: resources("r"), priority: 5 }));
  bench.do(RELEASE);
  assertEquals([bench.status("low"), bench.status("high")], ["ready", "running"]);
});

for (const third of [false, true]) {
  const name = third ? ", also when its task has another claim already" : "";
  Deno.test(`a claim that ended before its turn came asks for nothing${name}`, () => {
    const bench = new RootDriver();
    for (const id of ["x", "y"]) {
      bench.do(agent(id, { startsAtOnce: true }));
      bench.do({ type: "join-agent", agentId: id, heartbeatTimeoutMs: 50, incarnation: 0 });
    }
    bench.do(cordon("y", "busy"), submit("t", { resources: resources("r") }), uncordon("y"));
    assertEquals(bench.holders("r"), ["t #1"]);
    bench.pass(25); // both are suspected, and nothing else gets to them
    for (const id of ["x", "y"]) bench.do(uncordon(id, "suspect"));
    if (third) bench.do(agent("z", { startsAtOnce: true }));
    const told = lines(bench.pass(25));
    // Both die in one instant: the claim that y gets when x goes is over before y is known to be gone.
    assertEquals(told.filter((line) => /^(agent:died|task:assigned|resource)/.test(line)), [
      "agent:died x",
      "agent:died y",
      "task:assigned t y",
      ...third ? ["task:assigned t z"] : [],
      "resource:released r x",
      ...third ? ["resource:acquired r z"] : [],
    ]);
  });
}

Deno.test("an aborted attempt may still take locks until its body settles", () => {
  const bench = eager();
  bench.do(submit("t"));
  const owner = claimOwner("t", bench.task("t").epoch);
  bench.do({ type: "cancel", taskId: "t", reason: "unwanted" });
  bench.do(acquire("r", "x", { owner }));
  assertEquals(bench.holders("r"), ["t #1"]);
  bench.do({ type: "end-attempt", taskId: "t", epoch: 1 });
  assertEquals(bench.holders("r"), []);
});

Deno.test("L6-granted-to-terminated-agent: an earlier claim of a task that is claimed anew gets no lock", () => {
  const bench = eager();
  bench.do(submit("t"), agent("y", { startsAtOnce: true }));
  const owner = claimOwner("t", bench.task("t").epoch);
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  bench.do({ type: "end-attempt", taskId: "t", epoch: 1 });
  assertEquals([bench.status("t"), bench.task("t").epoch], ["running", 2]);
  assertEquals(lines(bench.do(acquire("r", "x", { owner }))), [
    "resource:acquired r x",
    "resource:released r x",
  ]);
  bench.do(acquire("s", "z"));
  assertEquals(lines(bench.do(acquire("s", "x", { owner }))), [
    "resource:queued x",
    "resource:abandoned x",
  ]);
});

Deno.test("a lock that is refused to a handler is the handler's to do without", () => {
  const bench = eager();
  bench.do(submit("t"), acquire("held", "z"));
  const owner = claimOwner("t", 1);
  bench.do(acquire("held", "x", { owner, wait: false }));
  const all = {
    type: "acquire-all",
    requests: resources("r:9"),
    agentId: "x",
    owner,
    priority: 0,
    timeoutMs: 0,
    leaseMs: 0,
  } as const;
  assertEquals(lines(bench.do(all)), ["resource:refused r x"]);
  assertEquals(bench.status("t"), "running");
});

Deno.test("a lock that is refused to one call leaves the claim waiting for those of its task", () => {
  const bench = eager();
  bench.do(acquire("r", "z"), submit("t", { resources: resources("r") }));
  const refused = bench.do(acquire("r", "x", { owner: claimOwner("t", 1), wait: false }));
  assertEquals(lines(refused), ["resource:refused r x"]);
  assertEquals([bench.status("t"), bench.state.tasks.parked.size], ["ready", 1]);
});

Deno.test("what is refused to an earlier claim says nothing about the one that waits for its locks", () => {
  const bench = eager();
  bench.do(submit("t", { resources: resources("r") }), agent("y", { startsAtOnce: true }));
  bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" });
  assertEquals([bench.status("t"), bench.holders("r")], ["ready", ["t #1"]]);
  const owner = claimOwner("t", 1); // its body has not settled
  const all = {
    type: "acquire-all",
    requests: resources("gpu:9"),
    agentId: "x",
    owner,
    priority: 0,
    timeoutMs: 0,
    leaseMs: 0,
  } as const;
  assertEquals(lines(bench.do(all)), ["resource:refused gpu x"]);
  assert(bench.status("t") === "ready");
});
