import { assertEquals } from "@std/assert";
import type { DecideConflict } from "../../src/conflicts/commands.ts";
import type { RootRules } from "../../src/root/rules.ts";
import type { ConflictReported } from "../../src/conflicts/events.ts";
import type { ConflictDecision } from "../../src/conflicts/types.ts";
import { claimOwner } from "../../src/locks/types.ts";
import { agent, place, submit } from "../tasks/driver.ts";
import { acquire, lines, RootDriver } from "./driver.ts";

function reporting(rules: Partial<RootRules>): RootDriver {
  return new RootDriver({ rules });
}

/** The conflicts that `events` report: over what, between whom. */
function reported(events: readonly { type: string }[]): unknown[] {
  return events
    .filter((event): event is ConflictReported => event.type === "conflict:reported")
    .map(({ conflict }) => [
      "taskId" in conflict ? conflict.taskId : conflict.resourceId,
      conflict.agents,
    ]);
}

Deno.test("contention is noted, reported and settled in this order, who holds the lock first", () => {
  const bench = reporting({ reportsContention: true, settlesBy: "timestamp" });
  bench.do(acquire("r", "late"));
  bench.now = 10;
  const events = bench.do(acquire("r", "early", { priority: 9 }));
  assertEquals(lines(events), [
    "resource:queued early",
    "request:noted",
    "conflict:reported",
    "conflict:resolved",
    "resource:abandoned early",
  ]);
  assertEquals(reported(events), [["r", ["late", "early"]]]);
  assertEquals(bench.holders("r"), ["late"]);
});

Deno.test("the rules say by what contention is settled, and whether at all", () => {
  for (const [settlesBy, holder] of [["priority", "b"], ["timestamp", "a"]] as const) {
    const bench = reporting({ reportsContention: true, settlesBy });
    bench.do({ type: "rank-agent", agentId: "a", priority: 1 });
    bench.do({ type: "rank-agent", agentId: "b", priority: 2 }, acquire("r", "a"));
    bench.now = 5;
    bench.do(acquire("r", "b"));
    assertEquals(bench.holders("r"), [holder]);
  }
  const bench = reporting({ reportsContention: true });
  bench.do(acquire("r", "a"), acquire("r", "b"));
  assertEquals([bench.state.conflicts.active.size, bench.state.locks.waits.size], [1, 1]);
  const silent = reporting({});
  assertEquals(lines(silent.do(acquire("r", "a"), acquire("r", "b"))), [
    "resource:acquired r a",
    "resource:queued b",
  ]);
});

Deno.test("a wait that is over already is no contention", () => {
  const bench = reporting({ reportsContention: true });
  bench.do(acquire("r", "z"));
  const owner = claimOwner("unknown", 7);
  assertEquals(lines(bench.do(acquire("r", "x", { owner }))), [
    "resource:queued x",
    "resource:abandoned x",
  ]);
});

Deno.test("an agent does not contend with itself", () => {
  const bench = reporting({ reportsContention: true });
  bench.do(agent("x", { startsAtOnce: true }), submit("t"), acquire("r", "x"));
  assertEquals(lines(bench.acquireWithin("t", "r")), ["resource:queued x"]);
});

/** A machine in which `a` has the task `t`. */
function claimed(rules: Partial<RootRules>): RootDriver {
  const bench = reporting(rules);
  bench.do(agent("a"), agent("b"), place("t", "a"));
  return bench;
}

const ASSIGN = { type: "assign", taskId: "t", agentId: "b" } as const;

Deno.test("T11-two-owners-after-duplicate-assign: a double claim is reported, who has the task first", () => {
  for (const command of [ASSIGN, place("t", "b")]) {
    const events = claimed({ reportsDoubleClaims: true }).do(command);
    assertEquals(lines(events), [`task:refused t b`, "conflict:reported"]);
    assertEquals(reported(events), [["t", ["a", "b"]]]);
    assertEquals(lines(claimed({}).do(command)), ["task:refused t b"]);
  }
});

Deno.test("a double claim that is settled goes to the winner", () => {
  const bench = claimed({ reportsDoubleClaims: true, settlesBy: "priority" });
  bench.do({ type: "rank-agent", agentId: "a", priority: 1 });
  bench.do({ type: "rank-agent", agentId: "b", priority: 2 }, ASSIGN);
  assertEquals(bench.task("t").agent?.agentId, "b");
});

Deno.test("what is refused for another reason, or names nobody else, is no double claim", () => {
  const bench = claimed({ reportsDoubleClaims: true });
  const commands = [
    { ...ASSIGN, agentId: "a" },
    { ...ASSIGN, agentId: "nobody" },
    submit("t"),
    place("t", "a"),
    { ...ASSIGN, taskId: "unknown" },
  ] as const;
  for (const command of commands) assertEquals(reported(bench.do(command)), []);
  bench.do({ type: "drain" });
  assertEquals(reported(bench.do(place("t", "b"))), []);
});

function decide(conflictId: string, decision: ConflictDecision): DecideConflict {
  return { type: "decide-conflict", conflictId, strategy: "me", decision };
}

/** A machine in which `a` has the task `t`, over which it is in conflict with `b`. */
function disputed(disagreement: "assignment" | "output"): RootDriver {
  const bench = claimed({});
  const subject = { subject: "task", subjectId: "t", disagreement } as const;
  bench.do({ type: "report-conflict", ...subject, agents: ["a", "b"] });
  return bench;
}

Deno.test("C3-resolution-without-effect: only who loses an assignment loses the task, and only to a winner", () => {
  const won = { type: "manual", winner: "b", losers: ["a"], reason: "" } as const;
  const cases: [RootDriver, ConflictDecision, string][] = [
    [disputed("assignment"), won, "b"],
    [disputed("output"), won, "a"],
    [disputed("assignment"), { ...won, losers: [] }, "a"],
    [disputed("assignment"), { type: "retry", losers: ["a"], reason: "" }, "a"],
    [disputed("assignment"), { type: "retry", reason: "" }, "a"],
  ];
  for (const [bench, decision, owner] of cases) {
    const told = lines(bench.do(decide("conflict-1", decision)));
    assertEquals(bench.task("t").agent?.agentId, owner);
    if (owner === "a") assertEquals(told, ["conflict:resolved"]);
  }
});

Deno.test("a conflict over a resource that nobody holds ends without more", () => {
  const bench = reporting({});
  const subject = { subject: "resource", subjectId: "r", disagreement: undefined } as const;
  bench.do({ type: "report-conflict", ...subject, agents: ["a", "b"] });
  const decision = { type: "manual", winner: "b", losers: ["a"], reason: "" } as const;
  assertEquals(lines(bench.do(decide("conflict-1", decision))), ["conflict:resolved"]);
});
