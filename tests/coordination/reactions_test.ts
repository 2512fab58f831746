import { assert, assertEquals } from "@std/assert";
import type { RootConfig } from "../../src/root/state.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { agent, error, place, submit } from "../tasks/driver.ts";
import { acquire, lines, resources, RootDriver } from "./driver.ts";

/** A machine with eager agents, each with `slots` slots. */
function benchWith(agents: readonly string[], slots = 1, config: RootConfig = {}): RootDriver {
  const bench = new RootDriver(config);
  for (const id of agents) {
    bench.do(agent(id, { maxConcurrentTasks: slots, startsAtOnce: true }));
  }
  return bench;
}

Deno.test("a task's resources are acquired all together before it starts, and released when it is done", () => {
  const bench = benchWith(["x"]);
  assertEquals(lines(bench.do(submit("t", { resources: resources("r", "s") }))), [
    "task:created t",
    "task:assigned t x",
    "resource:acquired r x",
    "resource:acquired s x",
    "task:started t x",
  ]);
  assertEquals([bench.holders("r"), bench.holders("s")], [["t #1"], ["t #1"]]);
  const events = bench.do({ type: "complete", taskId: "t", epoch: 1, result: "done" });
  assertEquals(lines(events).sort(), [
    "attempt:ended t x",
    "resource:released r x",
    "resource:released s x",
    "task:completed t x",
  ]);
  assertEquals([bench.holders("r"), bench.holders("s")], [[], []]);
});

Deno.test("a task that can't have all its resources has none of them, and no slot", () => {
  const bench = benchWith(["x", "y"]);
  bench.do(acquire("s", "z"));
  bench.do(submit("t", { resources: resources("r", "s") }));
  assertEquals([bench.status("t"), bench.holders("r")], ["ready", []]);
  assertEquals(bench.state.tasks.agents.get("x")!.slotsInUse, 0);
  const release = { type: "release", resourceId: "s", agentId: "z", owner: "z", epoch: 0 } as const;
  assertEquals(lines(bench.do(release)).at(-1), "task:started t x");
  assertEquals([bench.holders("r"), bench.holders("s")], [["t #1"], ["t #1"]]);
});

Deno.test("a claim in its agent's queue neither holds nor awaits locks; with its slot it asks for them", () => {
  const bench = benchWith(["x"]);
  bench.do(place("a", "x"), place("b", "x", { resources: resources("r") }));
  assertEquals([bench.status("b"), bench.holders("r")], ["assigned", []]);
  bench.do(acquire("r", "z"));
  assertEquals(lines(bench.do({ type: "complete", taskId: "a", epoch: 1, result: 1 })), [
    "task:completed a x",
    "attempt:ended a x",
    "task:admitted b x",
    "resource:queued x",
    "task:parked b x",
  ]);
  const release = { type: "release", resourceId: "r", agentId: "z", owner: "z", epoch: 0 } as const;
  assertEquals(lines(bench.do(release)).at(-1), "task:started b x");
  assertEquals(bench.holders("r"), ["b #2"]);
});

Deno.test("a task is stolen with its locks", () => {
  const bench = new RootDriver({ tasks: { stealing: true } });
  bench.do(agent("x", { maxConcurrentTasks: 3 }));
  for (const id of ["a", "b", "c"]) bench.do(place(id, "x", { resources: resources(id) }));
  assertEquals(bench.holders("c"), ["c #3"]);
  const events = lines(bench.do(agent("y")));
  assertEquals(events.filter((line) => line.includes(" c")), [
    "task:stolen c x",
    "attempt:ended c x",
    "task:assigned c y",
    "resource:reacquired c y",
  ]);
  assertEquals([bench.holders("c"), bench.task("c").locked], [["c #3"], true]);
});

Deno.test("two tasks of one agent exclude each other, and so do a task and its agent", () => {
  const bench = benchWith(["x"], 3);
  bench.do(submit("a", { resources: resources("r") }), submit("b", { resources: resources("r") }));
  assertEquals([bench.status("a"), bench.status("b")], ["running", "ready"]);
  bench.do(acquire("r", "x"));
  assertEquals(bench.holders("r"), ["a #1"]);
  bench.do({ type: "complete", taskId: "a", epoch: 0, result: 1 });
  assertEquals([bench.status("b"), bench.holders("r")], ["running", ["b #2"]]);
  bench.do({ type: "complete", taskId: "b", epoch: 0, result: 1 });
  assertEquals(bench.holders("r"), ["x"]);
});

Deno.test("tasks share what they ask for as shared, and units up to the capacity", () => {
  const bench = benchWith(["x"], 9);
  bench.do({ type: "define", resourceId: "gpu", capacity: 3 });
  bench.do(
    submit("a", { resources: resources("r:shared", "gpu:2") }),
    submit("b", { resources: resources("r:shared", "gpu") }),
    submit("c", { resources: resources("gpu") }),
    submit("d", { resources: resources("r") }),
  );
  assertEquals(["a", "b", "c", "d"].map((id) => bench.status(id)), [
    "running",
    "running",
    "ready",
    "ready",
  ]);
});

Deno.test("a task that waits for more units than a lowered capacity fails, and others go on", () => {
  const bench = benchWith(["x"], 9);
  bench.do({ type: "define", resourceId: "gpu", capacity: 3 });
  bench.do(
    submit("a", { resources: resources("gpu") }),
    submit("b", { resources: resources("gpu:3") }),
    submit("c", { resources: resources("gpu") }),
  );
  const statuses = () => ["a", "b", "c"].map((id) => bench.status(id));
  assertEquals(statuses(), ["running", "ready", "ready"]);
  const events = bench.do({ type: "define", resourceId: "gpu", capacity: 2 });
  assertEquals(statuses(), ["running", "failed", "running"]);
  const [failed] = events.filter((event) => event.type === "task:failed");
  assertEquals(failed?.error.message, `it can't wait for "gpu" (over-capacity)`);
});

/** Every way for an attempt to end, given a running task `t` with a resource. */
const ENDS: Record<string, (bench: RootDriver) => LockstepEvent[]> = {
  complete: (bench) => bench.do({ type: "complete", taskId: "t", epoch: 1, result: 1 }),
  fail: (bench) =>
    bench.do({ type: "fail", taskId: "t", epoch: 1, error: error("boom"), fault: "task" }),
  retry: (bench) =>
    bench.do({ type: "fail", taskId: "t", epoch: 1, error: error("boom"), fault: "attempt" }),
  remove: (bench) => bench.do({ type: "remove-agent", agentId: "x", reason: "gone" }),
};

/** The same, where the body may be running on. */
const ABORTS: Record<string, (bench: RootDriver) => LockstepEvent[]> = {
  timeout: (bench) => bench.pass(50),
  cancel: (bench) => bench.do({ type: "cancel", taskId: "t", reason: "unwanted" }),
  "cancel all": (bench) =>
    bench.do({ type: "cancel-agent-tasks", agentId: "x", reason: "unwanted" }),
  requeue: (bench) => bench.do({ type: "requeue-agent-tasks", agentId: "x", reason: "moved" }),
};

function running(): RootDriver {
  const bench = benchWith(["x"], 1, { tasks: { abortGraceMs: 100, retryDelay: 1_000 } });
  bench.do(submit("t", { resources: resources("r"), timeoutMs: 50 }));
  bench.do(acquire("r", "next"));
  assertEquals([bench.status("t"), bench.holders("r")], ["running", ["t #1"]]);
  return bench;
}

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test(`the resources of an attempt go to the next waiter in the step that ends it: ${name}`, () => {
    const bench = running();
    end(bench);
    assertEquals(bench.holders("r"), ["next"]);
  });
}

for (const [name, abort] of Object.entries(ABORTS)) {
  Deno.test(`an aborted attempt keeps its resources until its body settles: ${name}`, () => {
    const bench = running();
    abort(bench);
    assertEquals(bench.holders("r"), ["t #1"]);
    bench.do({ type: "end-attempt", taskId: "t", epoch: 1 });
    assertEquals(bench.holders("r"), ["next"]);
  });

  Deno.test(`an aborted attempt loses its resources when its grace period ends: ${name}`, () => {
    const bench = running();
    abort(bench);
    bench.pass(99);
    assertEquals(bench.holders("r"), ["t #1"]);
    bench.pass(1);
    assertEquals(bench.holders("r"), ["next"]);
  });
}

Deno.test("a task that is cancelled while it waits for its resources leaves their queues at once", () => {
  const bench = benchWith(["x", "y"]);
  bench.do(acquire("r", "z"));
  bench.do(submit("a", { resources: resources("r") }), submit("b", { resources: resources("r") }));
  bench.do({ type: "cancel", taskId: "a", reason: "unwanted" });
  assertEquals(bench.state.locks.waits.size, 1);
  bench.do({ type: "release", resourceId: "r", agentId: "z", owner: "z", epoch: 0 });
  assertEquals([bench.status("b"), bench.holders("r")], ["running", ["b #2"]]);
});

Deno.test("a task that needs more units than there are fails for good", () => {
  const bench = benchWith(["x"]);
  const events = bench.do(submit("t", { resources: resources("r", "gpu:2") }));
  assertEquals(lines(events), [
    "task:created t",
    "task:assigned t x",
    "resource:refused gpu x",
    "task:failed t x",
    "attempt:ended t x",
  ]);
  assertEquals(bench.task("t").error, {
    name: "PreemptedError",
    code: "preempted",
    message: 'it can\'t have the lock "gpu" (over-capacity)',
  });
  assertEquals([bench.holders("r"), bench.state.tasks.agents.get("x")!.slotsInUse], [[], 0]);
});

Deno.test("a task whose locks have no room for another waiter comes back later", () => {
  const bench = benchWith(["x", "y", "z"], 1, { locks: { maxWaiters: 1 } });
  for (const id of ["a", "b", "c"]) bench.do(submit(id, { resources: resources("r") }));
  assertEquals(["a", "b", "c"].map((id) => bench.status(id)), [
    "running",
    "ready",
    "backing-off",
  ]);
  assertEquals(bench.task("c").crashes, 0);
});

Deno.test("a deadlock between a running handler and a waiting task is broken, and both get on", () => {
  const bench = benchWith(["x", "y"], 1, { tasks: { retryDelay: 10 } });
  bench.do(submit("a", { resources: resources("r"), priority: 1 }));
  bench.do(acquire("s", "blocker"));
  bench.do(submit("b", { resources: resources("r", "s") }));
  assertEquals(bench.status("b"), "ready");
  bench.do({ type: "release", resourceId: "s", agentId: "blocker", owner: "blocker", epoch: 0 });
  // b is first in the queue of s and waits for r, which a holds; now a asks for s.
  const events = bench.acquireWithin("a", "s");
  const isStuck = bench.holders("s")[0] !== "a #1" && bench.status("b") === "ready" &&
    !events.some(({ type }) => type === "deadlock:detected");
  assert(!isStuck, lines(events).join("\n"));
  bench.do({ type: "complete", taskId: "a", epoch: 0, result: 1 });
  bench.pass(1_000);
  assertEquals(bench.status("b"), "running");
});

Deno.test("a deadlock between two running handlers is the handlers' to mend: no claim is taken back", () => {
  const bench = benchWith(["x", "y"]);
  bench.do(submit("a", { resources: resources("r") }), submit("b", { resources: resources("s") }));
  bench.acquireWithin("a", "s");
  const events = bench.acquireWithin("b", "r");
  const deadlock = events.find(({ type }) => type === "deadlock:detected");
  assertEquals((deadlock as { agents: string[] } | undefined)?.agents.toSorted(), ["x", "y"]);
  assertEquals([bench.status("a"), bench.status("b")], ["running", "running"]);
});

Deno.test("an expired lock of a running attempt takes its claim back", () => {
  const bench = benchWith(["x"], 1, { tasks: { abortGraceMs: 100 } });
  bench.do(submit("t", { retries: 0 }));
  const { epoch } = bench.task("t");
  bench.do(acquire("r", "x", { owner: `\u001f${epoch}\u001ft`, leaseMs: 20 }));
  assertEquals(bench.holders("r"), ["t #1"]);
  const events = bench.pass(20);
  assertEquals(lines(events), ["resource:expired r x", "task:backed-off t x"]);
  assertEquals([bench.task("t").attempts, bench.task("t").crashes], [0, 1]);
});

Deno.test("a revoked lock takes the claim of its holder back", () => {
  const bench = benchWith(["x", "y"], 1, { locks: { deadlockPolicy: "revoke" } });
  bench.do(submit("low", { resources: resources("r"), priority: -1 }));
  bench.do(submit("high", { resources: resources("s") }));
  bench.acquireWithin("high", "r");
  const { epoch, agent } = bench.task("low");
  const owner = `\u001f${epoch}\u001flow`;
  bench.do(acquire("s", agent!.agentId, { owner, priority: -1 }));
  assertEquals(bench.status("low"), "backing-off");
  assertEquals(bench.status("high"), "running");
  assertEquals(bench.holders("r"), ["high #2"]);
});

Deno.test("an expired lock of an agent itself touches none of its tasks", () => {
  const bench = benchWith(["x"]);
  bench.do(submit("t"), acquire("r", "x", { leaseMs: 20 }));
  assertEquals(lines(bench.pass(20)), ["resource:expired r x"]);
  assertEquals(bench.status("t"), "running");
});

Deno.test("L6-granted-to-terminated-agent: a removed agent loses its own locks and waits, and those of its tasks", () => {
  const bench = benchWith(["x"], 2);
  bench.do(acquire("mine", "x"), acquire("wanted", "other"), acquire("wanted", "x"));
  bench.do(submit("t", { resources: resources("r") }));
  bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals([bench.holders("mine"), bench.holders("r")], [[], []]);
  assertEquals(bench.state.locks.waits.size, 0);
  assertEquals(bench.status("t"), "ready");
});

Deno.test("a task that changes hands has its locks released before its next claim asks for them", () => {
  const bench = benchWith(["x"]);
  bench.do(submit("t", { resources: resources("r") }));
  bench.do(agent("y", { startsAtOnce: true }));
  const events = bench.do({ type: "remove-agent", agentId: "x", reason: "crashed" });
  assertEquals(lines(events), [
    "agent:terminated x",
    "task:requeued t x",
    "attempt:ended t x",
    "task:assigned t y",
    "resource:released r x",
    "resource:acquired r y",
    "task:started t y",
  ]);
  assertEquals(bench.holders("r"), ["t #2"]);
});

Deno.test("a claim that ended before its locks came never gets them", () => {
  const bench = benchWith(["x"], 1, { tasks: { keepFinished: 0 } });
  bench.do(acquire("r", "z"));
  bench.do(submit("t", { resources: resources("r"), queueTimeoutMs: 10 }));
  bench.do(submit("u", { resources: resources("r"), totalTimeoutMs: 10 }));
  // One late tick in which t ends, u takes its place and ends too.
  bench.pass(1_000);
  assertEquals(bench.state.tasks.counts.failed, 2);
  bench.do({ type: "release", resourceId: "r", agentId: "z", owner: "z", epoch: 0 });
  assertEquals([bench.holders("r"), bench.state.tasks.agents.get("x")!.slotsInUse], [[], 0]);
  assertEquals(bench.state.locks.waits.size, 0);
});

Deno.test("L6-granted-to-terminated-agent: a claim that is over acquires nothing, at once or later", () => {
  const bench = benchWith(["x"], 1, { tasks: { abortGraceMs: 0 } });
  bench.do(submit("t", { timeoutMs: 10, retries: 0 }), acquire("held", "z"));
  const owner = "\u001f1\u001ft";
  bench.now = 10; // the timeout is due when the handler's commands come
  bench.do(acquire("free", "x", { owner }));
  bench.do(acquire("held", "x", { owner }));
  assertEquals([bench.holders("free"), bench.state.locks.waits.size], [[], 0]);
});

Deno.test("timers of both subsystems fire in the order of their instants, also when the tick is late", () => {
  const bench = benchWith(["x"]);
  bench.do(acquire("r", "z", { leaseMs: 20 }));
  bench.do(submit("first", { after: ["never"], queueTimeoutMs: 10 }));
  bench.do(submit("last", { after: ["never"], queueTimeoutMs: 30 }));
  bench.do(acquire("s", "z", { leaseMs: 40 }));
  assertEquals(lines(bench.pass(100)), [
    "task:timed-out first",
    "task:failed first",
    "resource:expired r z",
    "task:timed-out last",
    "task:failed last",
    "resource:expired s z",
  ]);
});

Deno.test("a late tick lets what follows from the first timer come before the next timer", () => {
  const bench = benchWith(["x"]);
  bench.do(acquire("r", "z", { leaseMs: 10 }));
  bench.do(submit("t", { resources: resources("r"), queueTimeoutMs: 30 }));
  assertEquals(lines(bench.pass(100)), [
    "resource:expired r z",
    "resource:acquired r x",
    "task:readied t",
    "task:assigned t x",
    "task:started t x",
  ]);
});

Deno.test("a command meets no timer of either subsystem that is due", () => {
  const bench = benchWith(["x"]);
  bench.do(acquire("r", "z", { leaseMs: 10 }), acquire("r", "w"));
  bench.now = 10;
  bench.do(submit("t", { resources: resources("r") }));
  assertEquals([bench.holders("r"), bench.status("t")], [["w"], "ready"]);
});

Deno.test("the deadline is that of the subsystem whose timer is due first", () => {
  const bench = benchWith(["x"]);
  assertEquals(bench.machine.deadline(bench.state), Infinity);
  bench.do(acquire("r", "z", { leaseMs: 30 }));
  bench.do(submit("t", { timeoutMs: 20 }));
  assertEquals(bench.machine.deadline(bench.state), 20);
  bench.do({ type: "complete", taskId: "t", epoch: 0, result: 1 });
  assertEquals(bench.machine.deadline(bench.state), 30);
});

Deno.test("a task that loses a conflict over a lock that it waits for gives its slot back, and is tried again", () => {
  const rules = { reportsContention: true, settlesBy: "timestamp" } as const;
  const bench = benchWith(["x", "y"], 1, { rules });
  bench.do(submit("a", { resources: resources("r") }));
  bench.now = 5;
  assertEquals(lines(bench.do(submit("b", { resources: resources("r") }))), [
    "task:created b",
    "task:assigned b y",
    "resource:queued y",
    "task:parked b y",
    "request:noted",
    "conflict:reported",
    "conflict:resolved",
    "resource:abandoned y",
    "task:backed-off b",
    "task:unlocked b",
  ]);
  bench.do({ type: "complete", taskId: "a", epoch: 0, result: 1 });
  bench.pass(10_000);
  assertEquals([bench.status("b"), bench.holders("r")], ["running", ["b #3"]]);
});

Deno.test("a receiver of an earlier incarnation takes no message of the next one", () => {
  const bench = new RootDriver();
  const join = (incarnation: number) =>
    ({ type: "join-agent", agentId: "x", heartbeatTimeoutMs: 50, incarnation }) as const;
  bench.do(join(0));
  bench.do({ type: "receive-message", agentId: "x", timeoutMs: 0, waitMs: 1_000 });
  assertEquals(bench.state.messages.receivers.size, 1);
  const events = bench.do(join(0));
  assertEquals(events.map(({ type }) => type), ["agent:joined", "receiver:ended"]);
  assertEquals(bench.state.messages.receivers.size, 0);
});
