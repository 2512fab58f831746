import { assert, assertEquals } from "@std/assert";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import type { PartCommand, RootConfig } from "../../src/root/state.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { agent, submit } from "../tasks/driver.ts";
import { acquire, lines, message, RootDriver } from "./driver.ts";

function join(agentId: string, heartbeatTimeoutMs = 0): PartCommand {
  return { type: "join-agent", agentId, heartbeatTimeoutMs, incarnation: 0 };
}

/** A machine whose agents are known everywhere. */
function shared(config: RootConfig = {}): RootDriver {
  return new RootDriver({ ...config, rules: { sharesAgents: true, ...config.rules } });
}

Deno.test("an agent that runs in the process of the engine needs no heartbeats, unless it names a time", () => {
  const bench = shared({ rules: { heartbeatTimeoutMs: 50 } });
  bench.do(agent("inside", { startsAtOnce: true }), agent("outside"));
  bench.do(agent("own", { startsAtOnce: true, heartbeatTimeoutMs: 40 }));
  assertEquals(lines(bench.pass(20)), ["agent:suspected own", "agent:cordoned own"]);
  assertEquals(lines(bench.pass(5)), ["agent:suspected outside", "agent:cordoned outside"]);
  bench.pass(1_000);
  assertEquals([...bench.state.agents.members.keys()], ["inside"]);
});

Deno.test("a mailbox that a message made before its agent came is opened when it comes", () => {
  const bench = shared();
  bench.do(message("z", "x"));
  assertEquals(lines(bench.do(agent("x"))), [
    "agent:spawned x",
    "agent:joined x",
    "mailbox:opened x",
    "priority:noted x",
  ]);
  assertEquals(bench.state.messages.mailboxes.get("x")!.isOpen, true);
});

Deno.test("the first life of an agent as a member takes nothing from it", () => {
  const bench = new RootDriver();
  bench.do(agent("x"), submit("t"), acquire("r", "x"));
  assertEquals(lines(bench.do(join("x"))), ["agent:joined x"]);
  assertEquals([bench.task("t").agent?.agentId, bench.holders("r")], ["x", ["x"]]);
});

Deno.test("the lives of a member that does no tasks are nothing to the tasks", () => {
  const bench = shared();
  bench.do(join("x", 100));
  assertEquals(lines(bench.do(join("x", 100))), ["agent:joined x"]);
  assertEquals(lines(bench.pass(50)), ["agent:suspected x"]);
  assertEquals(lines(bench.do({ type: "beat-agent", agentId: "x", incarnation: 0 })), [
    "agent:heartbeat x",
    "agent:recovered x",
  ]);
  assertEquals(lines(bench.do({ type: "leave-agent", agentId: "x", reason: "done" })), [
    "agent:left x",
  ]);
});

Deno.test("a member that may be dead when it is registered for tasks gets none until it is heard", () => {
  const bench = shared();
  bench.do(join("x", 100));
  bench.pass(50);
  assertEquals(lines(bench.do(agent("x"), submit("t"))).slice(0, 2), [
    "agent:spawned x",
    "agent:cordoned x",
  ]);
  assertEquals(bench.status("t"), "ready");
  bench.do({ type: "beat-agent", agentId: "x", incarnation: 0 });
  assertEquals(bench.task("t").agent?.agentId, "x");
});

Deno.test("a suspect that begins a new life gets tasks again", () => {
  const bench = shared({ rules: { heartbeatTimeoutMs: 50 } });
  bench.do(agent("x", { maxConcurrentTasks: 1 }), submit("t"));
  bench.pass(25);
  assertEquals([...bench.state.tasks.agents.get("x")!.cordons.keys()], ["suspect"]);
  assertEquals(lines(bench.do(join("x", 50))), [
    "agent:joined x",
    "task:requeued t x",
    "attempt:ended t x",
    "agent:uncordoned x",
    "task:assigned t x",
  ]);
});

Deno.test("a suspect gets no tasks, and why is told", () => {
  const bench = shared({ rules: { heartbeatTimeoutMs: 100 } });
  bench.do(agent("x"));
  const events = bench.pass(50);
  assertEquals(lines(events), ["agent:suspected x", "agent:cordoned x"]);
  assertEquals((events[1] as { reason: string }).reason, "it has been silent for 50 ms");
});

Deno.test("an unstarted task that a suspect loses says whether it was silent or cut off", () => {
  const bench = shared({ rules: { heartbeatTimeoutMs: 100 } });
  bench.do(agent("x"));
  const reasonOf = (events: readonly LockstepEvent[]) =>
    events.find((event) => event.type === "task:requeued")?.reason;
  const placed = { assignedAgent: "x", placed: true };
  bench.do(submit("t1", placed));
  assertEquals(reasonOf(bench.pass(50)), 'agent "x" is silent');
  bench.do({ type: "beat-agent", agentId: "x", incarnation: 0 }, submit("t2", placed));
  const lost = { type: "disconnect-agent", agentId: "x", incarnation: 0, graceMs: 50 } as const;
  assertEquals(reasonOf(bench.do(lost)), 'agent "x" has lost its connection');
});

Deno.test("why an agent is gone is told wherever it is gone", () => {
  const bench = shared();
  bench.do(agent("x"), agent("y"), message("z", "x"));
  const reasons = (events: readonly LockstepEvent[]) =>
    events.filter((event) => "reason" in event && "agentId" in event && event.agentId === "x")
      .map((event) => (event as { reason: string }).reason);
  const told = reasons(bench.do({ type: "remove-agent", agentId: "x", reason: "it crashed" }));
  assert(told.length > 1 && told.every((reason) => reason === "it crashed"), told.join());
});

/** An agent that holds a lock, waits for one, asks and is asked, votes and may win. */
function involved(config: RootConfig = {}, begin: PartCommand = join("x", 100)): RootDriver {
  const bench = new RootDriver(config);
  const about = { subject: "resource", disagreement: undefined } as const;
  bench.do(
    begin,
    acquire("mine", "x"),
    acquire("mine", "next"),
    acquire("wanted", "z"),
    acquire("wanted", "x"),
    message("x", "y", 500),
    message("p", "x", 500),
    { type: "report-conflict", ...about, subjectId: "mine", agents: ["x", "next"] },
    { type: "report-conflict", ...about, subjectId: "other", agents: ["p", "q"] },
    {
      type: "open-vote",
      conflictId: "conflict-2",
      electorate: ["x", "v"],
      quorum: 2,
      timeoutMs: 1_000,
    },
    { type: "rank-agent", agentId: "x", priority: 1 },
  );
  return bench;
}

/** The consequences, in the order of the table. */
const GONE = [
  "resource:abandoned x",
  "ask:ended x",
  "ask:ended p",
  "resource:released mine x",
  "resource:acquired mine next",
  "mailbox:closed x",
  "message:unanswered",
  "message:unanswered",
  "message:dead-lettered",
  "vote:withdrawn",
  "vote:closed",
  "conflict:withdrawn x",
  "conflict:resolved",
  "party:forgotten x",
];

Deno.test("a member that leaves lets go of its locks, then of its messages, then of its votes and chances", () => {
  const bench = involved();
  const told = lines(bench.do({ type: "leave-agent", agentId: "x", reason: "done" }));
  assertEquals(told.slice(0, 1 + GONE.length), ["agent:left x", ...GONE]);
  assertIsGone(bench);
});

Deno.test("a member that dies lets go of its locks, then of its messages, then of its votes and chances", () => {
  const bench = involved();
  bench.pass(50);
  const told = lines(bench.pass(50));
  assertEquals(told.slice(0, 1 + GONE.length), ["agent:died x", ...GONE]);
  assertIsGone(bench);
});

Deno.test("an agent that is removed is no member first, then lets go in the same order, and its breaker goes last", () => {
  const bench = involved();
  bench.do(agent("x"));
  const told = lines(bench.do({ type: "remove-agent", agentId: "x", reason: "gone" }));
  const first = ["agent:terminated x", "agent:left x", ...GONE];
  assertEquals(told.slice(0, first.length), first);
  assertIsGone(bench);
});

Deno.test("an agent that does tasks only lets go in the same order when it is removed, and its breaker goes last", () => {
  const { rules: agentBreaker } = readBreakerConfig({}, () => "test");
  const bench = involved({ rules: { agentBreaker } }, agent("x"));
  const told = lines(bench.do({ type: "remove-agent", agentId: "x", reason: "gone" }));
  const first = ["agent:terminated x", ...GONE, "circuitbreaker:removed"];
  assertEquals(told.slice(0, first.length), first);
  assertIsGone(bench);
});

function assertIsGone({ state: { locks, messages, conflicts, agents } }: RootDriver): void {
  assertEquals([locks.requests.size, messages.requests.size, messages.mailboxes.has("x")], [
    0,
    0,
    false,
  ]);
  assertEquals([conflicts.votesOf.size, conflicts.conflictsOf.has("x")], [0, false]);
  assertEquals([conflicts.knownAgents.size, agents.members.size], [0, 0]);
}

Deno.test("what an agent was asked ends with it, also when its mailbox is forgotten already", () => {
  const bench = new RootDriver({ messages: { maxMailboxes: 1 } });
  bench.do(join("x"), message("z", "x", 500));
  bench.do({ type: "receive-message", agentId: "x", timeoutMs: 0 });
  const [epoch = 0] = bench.state.messages.deliveries.keys();
  bench.do({ type: "ack-message", agentId: "x", epoch }, message("z", "other"));
  assertEquals(bench.state.messages.mailboxes.has("x"), false);
  assertEquals(bench.state.messages.askedOf.has("x"), true);
  const told = lines(bench.do({ type: "leave-agent", agentId: "x", reason: "done" }));
  assertEquals(told, ["agent:left x", "ask:ended z", "message:unanswered"]);
});

/** `x` runs a task and holds the lock that another task waits for. */
function selfBlocked(): RootDriver {
  const bench = new RootDriver();
  bench.do(agent("x", { startsAtOnce: true }), join("x", 100), acquire("r", "x"));
  const r = { resourceId: "r", mode: "exclusive", units: 1 } as const;
  bench.do(submit("t", { resources: [r] }), submit("u"));
  assertEquals([bench.status("t"), bench.status("u")], ["ready", "running"]);
  return bench;
}

Deno.test("an agent that leaves loses its tasks before its locks, and starts none with what it releases", () => {
  const ends: ((bench: RootDriver) => LockstepEvent[])[] = [
    (bench) => bench.do({ type: "leave-agent", agentId: "x", reason: "done" }),
    (bench) => [...bench.pass(50), ...bench.pass(50)],
  ];
  for (const end of ends) {
    const bench = selfBlocked();
    const told = lines(end(bench));
    const lost = told.indexOf("task:requeued u x");
    const released = told.indexOf("resource:released r x");
    assert(lost >= 0 && lost < released, told.join("\n"));
    assert(!told.includes("task:started t x"), told.join("\n"));
    assertEquals([bench.status("t"), bench.holders("r")], ["ready", ["t #1"]]);
  }
});
