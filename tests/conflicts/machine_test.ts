import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../src/core/errors.ts";
import type { ConflictResolved } from "../../src/conflicts/events.ts";
import { fork } from "../../src/core/data/plain.ts";
import { Bench, lines } from "./bench.ts";

/** A conflict of `a` and `b` over `r`. */
function reported(config = {}): Bench {
  const bench = new Bench(config);
  bench.report("r", "a", "b");
  return bench;
}

Deno.test("a conflict is reported and settled, and each step is told", () => {
  const bench = new Bench();
  bench.now = 5;
  const conflict = { id: "conflict-1", agents: ["a", "b"], timestamp: 5, resourceId: "r" };
  assertEquals(bench.report("r", "a", "b"), [{
    type: "conflict:reported",
    conflictId: "conflict-1",
    conflict: { ...conflict, resolved: false },
  }]);
  bench.now = 12;
  const resolution = { type: "manual", winner: "b", reason: "because", timestamp: 12 } as const;
  assertEquals(bench.decide("conflict-1", "b"), [{
    type: "conflict:resolved",
    conflictId: "conflict-1",
    conflict: { ...conflict, resolved: true, resolution },
    resolution,
    strategy: "me",
    openMs: 7,
  }]);
});

Deno.test("a task's conflict says which task it is about, and what the agents disagree on", () => {
  const bench = new Bench();
  bench.do({
    type: "report-conflict",
    subject: "task",
    subjectId: "t",
    disagreement: "output",
    agents: ["a", "b"],
  });
  const [event] = bench.decide("conflict-1", "a") as [ConflictResolved];
  assertEquals("taskId" in event.conflict && event.conflict.taskId, "t");
  assertEquals("type" in event.conflict && event.conflict.type, "output");
});

Deno.test("C2-two-resolutions-of-one-conflict: the second is told the first, and changes nothing", () => {
  const bench = reported();
  bench.rank("a", 1);
  bench.rank("b", 2);
  bench.decide("conflict-1", "a");
  const before = fork(bench.state);
  assertEquals(lines(bench.decide("conflict-1", "b")), ["upheld conflict-1: a"]);
  assertEquals(lines(bench.autoResolve("conflict-1")), ["upheld conflict-1: a"]);
  assertEquals(bench.state, before);
});

Deno.test("a conflict that is open is recognized, whatever the order of its agents", () => {
  const bench = reported();
  const again = bench.report("r", "b", "a");
  assertEquals(lines(again), ["conflict:recognized"]);
  assertEquals(lines(bench.report("r", "a", "b", "c")), ["conflict:reported"]);
  assertEquals(lines(bench.report("s", "a", "b")), ["conflict:reported"]);
  bench.decide("conflict-1", "a");
  assertEquals(lines(bench.report("r", "b", "a")), ["conflict:reported"]);
  assert(bench.state.active.has("conflict-4"));
});

Deno.test("a stranger neither wins nor loses", () => {
  const bench = reported();
  assertEquals(lines(bench.decide("conflict-1", "c")), ["refused decide-conflict: not-party"]);
  const decision = { type: "manual", losers: ["c"], reason: "" } as const;
  const command = { conflictId: "conflict-1", strategy: "me", decision } as const;
  assertEquals(lines(bench.do({ type: "decide-conflict", ...command })), [
    "refused decide-conflict: not-party",
  ]);
});

Deno.test("a conflict that nobody reported is refused to everyone", () => {
  const bench = new Bench();
  assertEquals(lines(bench.decide("conflict-1", "a")), [
    "refused decide-conflict: unknown-conflict",
  ]);
  assertEquals(lines(bench.autoResolve("conflict-1")), ["refused auto-resolve: unknown-conflict"]);
  assertEquals(lines(bench.openVote("conflict-1", ["a"], 1)), [
    "refused open-vote: unknown-conflict",
  ]);
  assertEquals(lines(bench.vote("conflict-1", "a", "a")), ["refused cast-vote: unknown-conflict"]);
});

Deno.test("C1-priorities-invented-by-position: nothing is decided by what nobody said", () => {
  const bench = reported();
  assertEquals(lines(bench.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  bench.rank("a", 5);
  assertEquals(lines(bench.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  bench.rank("b", 5);
  assertEquals(lines(bench.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  bench.rank("b", 6);
  assertEquals(lines(bench.autoResolve("conflict-1")), ["resolved conflict-1 by priority: b"]);
});

Deno.test("with the tiebreak id, what is known of nobody is decided by id", () => {
  const bench = new Bench({ tiebreak: "id" });
  bench.report("r", "b", "a");
  assertEquals(lines(bench.autoResolve("conflict-1")), ["resolved conflict-1 by priority: a"]);
});

Deno.test("request times decide for their own resource only, and a later note replaces an earlier", () => {
  const bench = reported();
  bench.note("s", ["a", 1], ["b", 2]);
  assertEquals(lines(bench.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  bench.now = 9;
  bench.note("r", ["a", 3], ["b", null]);
  bench.note("r", ["a", 10]);
  assertEquals(lines(bench.autoResolve("conflict-1", "timestamp")), [
    "resolved conflict-1 by timestamp: b",
  ]);
});

Deno.test("the preferred criterion decides where both could", () => {
  for (const [prefer, winner] of [["priority", "a"], ["timestamp", "b"]] as const) {
    const bench = reported();
    bench.rank("a", 2);
    bench.rank("b", 1);
    bench.note("r", ["a", 9], ["b", 3]);
    assertEquals(lines(bench.autoResolve("conflict-1", prefer)), [
      `resolved conflict-1 by ${prefer}: ${winner}`,
    ]);
  }
});

Deno.test("a vote closes with its quorum and settles the conflict in the same step", () => {
  const bench = reported();
  bench.openVote("conflict-1", ["x", "y", "z"], 2);
  assertEquals(lines(bench.vote("conflict-1", "x", "b")), ["vote:cast"]);
  assertEquals(lines(bench.vote("conflict-1", "z", "b")), [
    "vote:cast",
    "closed decided a:0 b:2",
    "resolved conflict-1 by vote: b",
  ]);
  assertEquals(bench.machine.deadline(bench.state), Infinity);
  assertEquals(lines(bench.vote("conflict-1", "y", "a")), ["refused cast-vote: resolved"]);
});

Deno.test("everybody of the electorate has one vote, and nobody else any", () => {
  const bench = reported();
  bench.openVote("conflict-1", ["x", "y", "__proto__"], 3);
  bench.vote("conflict-1", "x", "a");
  assertEquals(lines(bench.vote("conflict-1", "x", "a")), ["vote:recognized"]);
  assertEquals(lines(bench.vote("conflict-1", "x", "b")), ["refused cast-vote: voted"]);
  assertEquals(lines(bench.vote("conflict-1", "a", "a")), ["refused cast-vote: not-elector"]);
  assertEquals(lines(bench.vote("conflict-1", "y", "x")), ["refused cast-vote: not-party"]);
  bench.vote("conflict-1", "__proto__", "b");
  assertEquals(lines(bench.vote("conflict-1", "y", "b")).at(-2), "closed decided a:1 b:2");
});

Deno.test("a vote whose deadline comes first decides nothing, and another one may follow", () => {
  const bench = reported();
  bench.openVote("conflict-1", ["x", "y"], 2);
  bench.vote("conflict-1", "x", "a");
  assertEquals(bench.machine.deadline(bench.state), 100);
  bench.now = 100;
  assertEquals(lines(bench.vote("conflict-1", "y", "a")), [
    "closed no-quorum a:1 b:0",
    "refused cast-vote: not-voting",
  ]);
  assertEquals(lines(bench.openVote("conflict-1", ["x"], 1)), ["vote:opened"]);
});

Deno.test("a tied vote goes to the higher priority, then the earlier request, then the smaller id", () => {
  const tied = (prepare: (bench: Bench) => void) => {
    const bench = reported();
    prepare(bench);
    bench.openVote("conflict-1", ["x", "y"], 2);
    bench.vote("conflict-1", "x", "a");
    return lines(bench.vote("conflict-1", "y", "b")).at(-1);
  };
  assertEquals(tied(() => {}), "resolved conflict-1 by vote: a");
  assertEquals(tied((bench) => bench.rank("b", 1)), "resolved conflict-1 by vote: b");
  assertEquals(
    tied((bench) => bench.note("r", ["a", 2], ["b", 1])),
    "resolved conflict-1 by vote: b",
  );
});

Deno.test("while a vote is open nothing is settled by what is known, but somebody may decide", () => {
  const bench = reported();
  bench.rank("a", 1);
  bench.rank("b", 2);
  bench.openVote("conflict-1", ["x"], 1);
  assertEquals(lines(bench.autoResolve("conflict-1")), ["refused auto-resolve: voting"]);
  assertEquals(lines(bench.openVote("conflict-1", ["y"], 1)), ["refused open-vote: voting"]);
  assertEquals(lines(bench.decide("conflict-1", "a")), [
    "closed overtaken a:0 b:0",
    "resolved conflict-1 by me: a",
  ]);
  assertEquals(bench.machine.deadline(bench.state), Infinity);
  bench.now = 500;
  assertEquals(bench.do({ type: "tick" }), []);
});

Deno.test("settled conflicts are forgotten by their number and by their age", () => {
  const bench = new Bench({ keepResolved: 2 });
  for (let i = 1; i <= 4; i++) {
    bench.now = i;
    bench.report("r", "a", "b");
    bench.decide(`conflict-${i}`, "a");
  }
  assertEquals([...bench.state.settled.keys()], ["conflict-3", "conflict-4"]);
  assertEquals(lines(bench.decide("conflict-2", "a")), [
    "refused decide-conflict: unknown-conflict",
  ]);
  assertEquals(lines(bench.do({ type: "forget-conflicts", before: 4 })), ["forgot 1"]);
  assertEquals([...bench.state.settled.keys()], ["conflict-4"]);
});

Deno.test("what is full refuses, and lets pass what needs no room", () => {
  const bench = new Bench({ maxActive: 1, maxParties: 1, keepRequests: 1 });
  bench.report("r", "a", "b");
  assertEquals(lines(bench.report("s", "a", "b")), ["refused report-conflict: full"]);
  assertEquals(lines(bench.report("r", "a", "b")), ["conflict:recognized"]);
  bench.rank("a", 1);
  assertEquals(lines(bench.rank("b", 1)), ["refused rank-agent: full"]);
  assertEquals(lines(bench.note("r", ["a", 1], ["b", 1])), ["refused note-requests: full"]);
  assertEquals(lines(bench.rank("a", 2)), ["priority:noted"]);
  bench.note("r", ["a", 1]);
  bench.note("s", ["a", 1]);
  assertEquals(bench.state.parties.get("a")?.requests.size, 1);
  assertEquals(lines(bench.do({ type: "forget-party", agentId: "a" })), ["party:forgotten"]);
  assertEquals(lines(bench.do({ type: "forget-party", agentId: "a" })), []);
  assertEquals(lines(bench.rank("b", 1)), ["priority:noted"]);
});

Deno.test("a conflict of fewer than two agents is a bug of the caller", () => {
  const bench = new Bench();
  assertThrows(() => bench.report("r", "a"), InvariantError);
  assertThrows(() => bench.report("r", "a", "a"), InvariantError);
});

Deno.test("an agent that is gone can't win, and a conflict that leaves one agent is settled for it", () => {
  const bench = new Bench({ tiebreak: "id" });
  bench.report("r", "a", "b", "c");
  bench.rank("a", 9);
  const gone = { type: "retire-party", agentId: "a" } as const;
  assertEquals(lines(bench.do(gone)), ["conflict:withdrawn", "party:forgotten"]);
  assertEquals(lines(bench.do(gone)), []);
  assertEquals(lines(bench.decide("conflict-1", "a")), ["refused decide-conflict: not-party"]);
  assertEquals(lines(bench.do({ type: "retire-party", agentId: "c" })), [
    "conflict:withdrawn",
    "resolved conflict-1 by survivor: b",
  ]);
  assertEquals([bench.state.conflictsOf.size, bench.state.active.size], [0, 0]);
  bench.report("s", "b", "c");
  bench.report("s", "b", "d");
  const events = bench.do({ type: "retire-party", agentId: "b" });
  assertEquals(lines(events), [
    "conflict:withdrawn",
    "resolved conflict-2 by survivor: c",
    "conflict:withdrawn",
    "resolved conflict-3 by survivor: d",
  ]);
});

Deno.test("who is gone neither wins nor has to let go, whatever decides the conflict that is left", () => {
  const bench = new Bench({ tiebreak: "id" });
  bench.report("r", "a", "b", "c");
  bench.do({ type: "retire-party", agentId: "a" });
  const { resolution } = bench.autoResolve("conflict-1").at(-1) as ConflictResolved;
  assertEquals([resolution.winner, resolution.losers], ["b", ["c"]]);
});

Deno.test("the vote of an agent that is gone counts if it was cast, and a vote without hope of a quorum ends", () => {
  const bench = new Bench();
  bench.report("r", "a", "b");
  bench.openVote("conflict-1", ["x", "y", "z"], 2);
  bench.vote("conflict-1", "x", "b");
  assertEquals(lines(bench.do({ type: "retire-party", agentId: "x" })), []);
  assertEquals(lines(bench.do({ type: "retire-party", agentId: "y" })), ["vote:withdrawn"]);
  assertEquals(lines(bench.vote("conflict-1", "y", "a")), ["refused cast-vote: not-elector"]);
  assertEquals(lines(bench.vote("conflict-1", "z", "b")).at(-1), "resolved conflict-1 by vote: b");
  bench.report("s", "a", "b");
  bench.openVote("conflict-2", ["x", "y"], 2);
  assertEquals(lines(bench.do({ type: "retire-party", agentId: "y" })), [
    "vote:withdrawn",
    "closed no-quorum a:0 b:0",
  ]);
  assertEquals(bench.state.votesOf.size, 0);
});

Deno.test("nobody can vote for an agent that is gone", () => {
  const bench = new Bench();
  bench.report("r", "a", "b", "c");
  bench.openVote("conflict-1", ["x", "y"], 2);
  bench.vote("conflict-1", "x", "a");
  bench.do({ type: "retire-party", agentId: "a" });
  assertEquals(lines(bench.vote("conflict-1", "y", "a")), ["refused cast-vote: not-party"]);
  assertEquals(lines(bench.vote("conflict-1", "y", "c")), [
    "vote:cast",
    "closed decided a:1 b:0 c:1",
    "resolved conflict-1 by vote: c",
  ]);
});
