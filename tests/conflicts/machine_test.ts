import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../src/core/errors.ts";
import type { ConflictResolved } from "../../src/conflicts/events.ts";
import { fork } from "../../src/core/data/plain.ts";
import { Conflicts, lines } from "./driver.ts";

/** A conflict of `a` and `b` over `r`. */
function reported(config = {}): Conflicts {
  const conflicts = new Conflicts(config);
  conflicts.report("r", "a", "b");
  return conflicts;
}

Deno.test("a conflict is reported and resolved with one event each", () => {
  const conflicts = new Conflicts();
  conflicts.now = 5;
  const conflict = { id: "conflict-1", agents: ["a", "b"], timestamp: 5, resourceId: "r" };
  assertEquals(conflicts.report("r", "a", "b"), [{
    type: "conflict:reported",
    conflictId: "conflict-1",
    conflict: { ...conflict, resolved: false },
  }]);
  conflicts.now = 12;
  const resolution = { type: "manual", winner: "b", reason: "because", timestamp: 12 } as const;
  assertEquals(conflicts.decide("conflict-1", "b"), [{
    type: "conflict:resolved",
    conflictId: "conflict-1",
    conflict: { ...conflict, resolved: true, resolution },
    resolution,
    strategy: "me",
    openMs: 7,
  }]);
});

Deno.test("a conflict over a task has the id of the task and the subject", () => {
  const conflicts = new Conflicts();
  conflicts.do({
    type: "report-conflict",
    subject: "task",
    subjectId: "t",
    disagreement: "output",
    agents: ["a", "b"],
  });
  const [event] = conflicts.decide("conflict-1", "a") as [ConflictResolved];
  assertEquals("taskId" in event.conflict && event.conflict.taskId, "t");
  assertEquals("type" in event.conflict && event.conflict.type, "output");
});

Deno.test("C2-two-resolutions-of-one-conflict: the second attempt gets the first resolution", () => {
  const conflicts = reported();
  conflicts.rank("a", 1);
  conflicts.rank("b", 2);
  conflicts.decide("conflict-1", "a");
  const before = fork(conflicts.state);
  assertEquals(lines(conflicts.decide("conflict-1", "b")), ["upheld conflict-1: a"]);
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["upheld conflict-1: a"]);
  assertEquals(conflicts.state, before);
});

Deno.test("an open conflict is recognized, whatever the order of its agents", () => {
  const conflicts = reported();
  const again = conflicts.report("r", "b", "a");
  assertEquals(lines(again), ["conflict:recognized"]);
  assertEquals(lines(conflicts.report("r", "a", "b", "c")), ["conflict:reported"]);
  assertEquals(lines(conflicts.report("s", "a", "b")), ["conflict:reported"]);
  conflicts.decide("conflict-1", "a");
  assertEquals(lines(conflicts.report("r", "b", "a")), ["conflict:reported"]);
  assert(conflicts.state.active.has("conflict-4"));
});

Deno.test("an agent outside the conflict neither wins nor loses", () => {
  const conflicts = reported();
  assertEquals(lines(conflicts.decide("conflict-1", "c")), ["refused decide-conflict: not-party"]);
  const decision = { type: "manual", losers: ["c"], reason: "" } as const;
  const command = { conflictId: "conflict-1", strategy: "me", decision } as const;
  assertEquals(lines(conflicts.do({ type: "decide-conflict", ...command })), [
    "refused decide-conflict: not-party",
  ]);
});

Deno.test("commands on a conflict that was never reported are refused", () => {
  const conflicts = new Conflicts();
  assertEquals(lines(conflicts.decide("conflict-1", "a")), [
    "refused decide-conflict: unknown-conflict",
  ]);
  assertEquals(lines(conflicts.autoResolve("conflict-1")), [
    "refused auto-resolve: unknown-conflict",
  ]);
  assertEquals(lines(conflicts.openVote("conflict-1", ["a"], 1)), [
    "refused open-vote: unknown-conflict",
  ]);
  assertEquals(lines(conflicts.vote("conflict-1", "a", "a")), [
    "refused cast-vote: unknown-conflict",
  ]);
});

Deno.test("C1-priorities-invented-by-position: nothing is decided by missing facts", () => {
  const conflicts = reported();
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  conflicts.rank("a", 5);
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  conflicts.rank("b", 5);
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  conflicts.rank("b", 6);
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["resolved conflict-1 by priority: b"]);
});

Deno.test("with the tiebreak id, a conflict without known facts is decided by id", () => {
  const conflicts = new Conflicts({ tiebreak: "id" });
  conflicts.report("r", "b", "a");
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["resolved conflict-1 by priority: a"]);
});

Deno.test("request times decide for their own resource only, and a later note replaces an earlier", () => {
  const conflicts = reported();
  conflicts.note("s", ["a", 1], ["b", 2]);
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["refused auto-resolve: undecided"]);
  conflicts.now = 9;
  conflicts.note("r", ["a", 3], ["b", null]);
  conflicts.note("r", ["a", 10]);
  assertEquals(lines(conflicts.autoResolve("conflict-1", "timestamp")), [
    "resolved conflict-1 by timestamp: b",
  ]);
});

Deno.test("the preferred criterion decides where both could", () => {
  for (const [prefer, winner] of [["priority", "a"], ["timestamp", "b"]] as const) {
    const conflicts = reported();
    conflicts.rank("a", 2);
    conflicts.rank("b", 1);
    conflicts.note("r", ["a", 9], ["b", 3]);
    assertEquals(lines(conflicts.autoResolve("conflict-1", prefer)), [
      `resolved conflict-1 by ${prefer}: ${winner}`,
    ]);
  }
});

Deno.test("a vote closes with its quorum and resolves the conflict in the same step", () => {
  const conflicts = reported();
  conflicts.openVote("conflict-1", ["x", "y", "z"], 2);
  assertEquals(lines(conflicts.vote("conflict-1", "x", "b")), ["vote:cast"]);
  assertEquals(lines(conflicts.vote("conflict-1", "z", "b")), [
    "vote:cast",
    "closed decided a:0 b:2",
    "resolved conflict-1 by vote: b",
  ]);
  assertEquals(conflicts.machine.deadline(conflicts.state), Infinity);
  assertEquals(lines(conflicts.vote("conflict-1", "y", "a")), ["refused cast-vote: resolved"]);
});

Deno.test("each elector has one vote, and no other agent has any", () => {
  const conflicts = reported();
  conflicts.openVote("conflict-1", ["x", "y", "__proto__"], 3);
  conflicts.vote("conflict-1", "x", "a");
  assertEquals(lines(conflicts.vote("conflict-1", "x", "a")), ["vote:recognized"]);
  assertEquals(lines(conflicts.vote("conflict-1", "x", "b")), ["refused cast-vote: voted"]);
  assertEquals(lines(conflicts.vote("conflict-1", "a", "a")), ["refused cast-vote: not-elector"]);
  assertEquals(lines(conflicts.vote("conflict-1", "y", "x")), ["refused cast-vote: not-party"]);
  conflicts.vote("conflict-1", "__proto__", "b");
  assertEquals(lines(conflicts.vote("conflict-1", "y", "b")).at(-2), "closed decided a:1 b:2");
});

Deno.test("a vote whose deadline comes first decides nothing, and another one may follow", () => {
  const conflicts = reported();
  conflicts.openVote("conflict-1", ["x", "y"], 2);
  conflicts.vote("conflict-1", "x", "a");
  assertEquals(conflicts.machine.deadline(conflicts.state), 100);
  conflicts.now = 100;
  assertEquals(lines(conflicts.vote("conflict-1", "y", "a")), [
    "closed no-quorum a:1 b:0",
    "refused cast-vote: not-voting",
  ]);
  assertEquals(lines(conflicts.openVote("conflict-1", ["x"], 1)), ["vote:opened"]);
});

Deno.test("a tied vote goes to the higher priority, then the earlier request, then the smaller id", () => {
  const tied = (prepare: (conflicts: Conflicts) => void) => {
    const conflicts = reported();
    prepare(conflicts);
    conflicts.openVote("conflict-1", ["x", "y"], 2);
    conflicts.vote("conflict-1", "x", "a");
    return lines(conflicts.vote("conflict-1", "y", "b")).at(-1);
  };
  assertEquals(tied(() => {}), "resolved conflict-1 by vote: a");
  assertEquals(tied((conflicts) => conflicts.rank("b", 1)), "resolved conflict-1 by vote: b");
  assertEquals(
    tied((conflicts) => conflicts.note("r", ["a", 2], ["b", 1])),
    "resolved conflict-1 by vote: b",
  );
});

Deno.test("while a vote is open, known facts resolve nothing, but a decision does", () => {
  const conflicts = reported();
  conflicts.rank("a", 1);
  conflicts.rank("b", 2);
  conflicts.openVote("conflict-1", ["x"], 1);
  assertEquals(lines(conflicts.autoResolve("conflict-1")), ["refused auto-resolve: voting"]);
  assertEquals(lines(conflicts.openVote("conflict-1", ["y"], 1)), ["refused open-vote: voting"]);
  assertEquals(lines(conflicts.decide("conflict-1", "a")), [
    "closed overtaken a:0 b:0",
    "resolved conflict-1 by me: a",
  ]);
  assertEquals(conflicts.machine.deadline(conflicts.state), Infinity);
  conflicts.now = 500;
  assertEquals(conflicts.do({ type: "tick" }), []);
});

Deno.test("resolved conflicts are evicted by number and by age", () => {
  const conflicts = new Conflicts({ keepResolved: 2 });
  for (let i = 1; i <= 4; i++) {
    conflicts.now = i;
    conflicts.report("r", "a", "b");
    conflicts.decide(`conflict-${i}`, "a");
  }
  assertEquals([...conflicts.state.resolved.keys()], ["conflict-3", "conflict-4"]);
  assertEquals(lines(conflicts.decide("conflict-2", "a")), [
    "refused decide-conflict: unknown-conflict",
  ]);
  assertEquals(lines(conflicts.do({ type: "forget-conflicts", before: 4 })), ["forgot 1"]);
  assertEquals([...conflicts.state.resolved.keys()], ["conflict-4"]);
});

Deno.test("a full table refuses new entries, and accepts changes of known ones", () => {
  const conflicts = new Conflicts({ maxActive: 1, maxParties: 1, keepRequests: 1 });
  conflicts.report("r", "a", "b");
  assertEquals(lines(conflicts.report("s", "a", "b")), ["refused report-conflict: full"]);
  assertEquals(lines(conflicts.report("r", "a", "b")), ["conflict:recognized"]);
  conflicts.rank("a", 1);
  assertEquals(lines(conflicts.rank("b", 1)), ["refused rank-agent: full"]);
  assertEquals(lines(conflicts.note("r", ["a", 1], ["b", 1])), ["refused note-requests: full"]);
  assertEquals(lines(conflicts.rank("a", 2)), ["priority:noted"]);
  conflicts.note("r", ["a", 1]);
  conflicts.note("s", ["a", 1]);
  assertEquals(conflicts.state.knownAgents.get("a")?.requests.size, 1);
  assertEquals(lines(conflicts.do({ type: "forget-party", agentId: "a" })), ["party:forgotten"]);
  assertEquals(lines(conflicts.do({ type: "forget-party", agentId: "a" })), []);
  assertEquals(lines(conflicts.rank("b", 1)), ["priority:noted"]);
});

Deno.test("a conflict of fewer than two agents is a bug of the caller", () => {
  const conflicts = new Conflicts();
  assertThrows(() => conflicts.report("r", "a"), InvariantError);
  assertThrows(() => conflicts.report("r", "a", "a"), InvariantError);
});

Deno.test("a retired agent can't win, and a conflict that leaves one agent is resolved for it", () => {
  const conflicts = new Conflicts({ tiebreak: "id" });
  conflicts.report("r", "a", "b", "c");
  conflicts.rank("a", 9);
  const gone = { type: "retire-party", agentId: "a" } as const;
  assertEquals(lines(conflicts.do(gone)), ["conflict:withdrawn", "party:forgotten"]);
  assertEquals(lines(conflicts.do(gone)), []);
  assertEquals(lines(conflicts.decide("conflict-1", "a")), ["refused decide-conflict: not-party"]);
  assertEquals(lines(conflicts.do({ type: "retire-party", agentId: "c" })), [
    "conflict:withdrawn",
    "resolved conflict-1 by survivor: b",
  ]);
  assertEquals([conflicts.state.conflictsOf.size, conflicts.state.active.size], [0, 0]);
  conflicts.report("s", "b", "c");
  conflicts.report("s", "b", "d");
  const events = conflicts.do({ type: "retire-party", agentId: "b" });
  assertEquals(lines(events), [
    "conflict:withdrawn",
    "resolved conflict-2 by survivor: c",
    "conflict:withdrawn",
    "resolved conflict-3 by survivor: d",
  ]);
});

Deno.test("a retired agent neither wins nor loses, however the conflict is resolved", () => {
  const conflicts = new Conflicts({ tiebreak: "id" });
  conflicts.report("r", "a", "b", "c");
  conflicts.do({ type: "retire-party", agentId: "a" });
  const { resolution } = conflicts.autoResolve("conflict-1").at(-1) as ConflictResolved;
  assertEquals([resolution.winner, resolution.losers], ["b", ["c"]]);
});

Deno.test("a cast vote of a retired agent counts, and a vote that cannot reach its quorum ends", () => {
  const conflicts = new Conflicts();
  conflicts.report("r", "a", "b");
  conflicts.openVote("conflict-1", ["x", "y", "z"], 2);
  conflicts.vote("conflict-1", "x", "b");
  assertEquals(lines(conflicts.do({ type: "retire-party", agentId: "x" })), []);
  assertEquals(lines(conflicts.do({ type: "retire-party", agentId: "y" })), ["vote:withdrawn"]);
  assertEquals(lines(conflicts.vote("conflict-1", "y", "a")), ["refused cast-vote: not-elector"]);
  assertEquals(
    lines(conflicts.vote("conflict-1", "z", "b")).at(-1),
    "resolved conflict-1 by vote: b",
  );
  conflicts.report("s", "a", "b");
  conflicts.openVote("conflict-2", ["x", "y"], 2);
  assertEquals(lines(conflicts.do({ type: "retire-party", agentId: "y" })), [
    "vote:withdrawn",
    "closed no-quorum a:0 b:0",
  ]);
  assertEquals(conflicts.state.votesOf.size, 0);
});

Deno.test("a vote for a retired agent is refused", () => {
  const conflicts = new Conflicts();
  conflicts.report("r", "a", "b", "c");
  conflicts.openVote("conflict-1", ["x", "y"], 2);
  conflicts.vote("conflict-1", "x", "a");
  conflicts.do({ type: "retire-party", agentId: "a" });
  assertEquals(lines(conflicts.vote("conflict-1", "y", "a")), ["refused cast-vote: not-party"]);
  assertEquals(lines(conflicts.vote("conflict-1", "y", "c")), [
    "vote:cast",
    "closed decided a:1 b:0 c:1",
    "resolved conflict-1 by vote: c",
  ]);
});

Deno.test("each command is answered by what it made, or by what was there before", () => {
  const conflicts = new Conflicts();
  const ask = conflicts.ask.bind(conflicts);
  const report = {
    type: "report-conflict",
    subject: "task",
    subjectId: "t",
    disagreement: "output",
    agents: ["a", "b"],
  } as const;
  const conflict = {
    id: "conflict-1",
    agents: ["a", "b"],
    timestamp: 0,
    resolved: false,
    taskId: "t",
    type: "output",
  } as const;
  assertEquals(ask(report), { conflictId: "conflict-1", isNew: true, conflict });
  assertEquals(ask(report), { conflictId: "conflict-1", isNew: false, conflict });
  const conflictId = "conflict-1";
  const electorate = ["x", "y"];
  assertEquals(ask({ type: "open-vote", conflictId, electorate, quorum: 2, timeoutMs: 7 }), {
    closesAt: 7,
  });
  const vote = (voter: string) => ask({ type: "cast-vote", conflictId, voter, candidate: "b" });
  assertEquals(vote("x"), { isNew: true, resolution: undefined });
  assertEquals(vote("x"), { isNew: false, resolution: undefined });
  const decided = vote("y");
  const { resolution } = conflicts.state.resolved.get(conflictId)!;
  assertEquals(decided, { isNew: true, resolution });
  assertEquals(ask({ type: "auto-resolve", conflictId, prefer: "priority" }), {
    isNew: false,
    resolution: resolution!,
  });
  assertEquals(ask({ type: "forget-conflicts", before: 1 }), { count: 1 });
});
