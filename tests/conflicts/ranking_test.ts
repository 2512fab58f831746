import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decideByEvidence,
  decideByPriority,
  decideByTimestamp,
  decideByVotes,
  type Evidence,
} from "../../src/conflicts/ranking.ts";

function evidence(
  priorities: Record<string, number> = {},
  requestedAt: Record<string, number> = {},
): Evidence {
  return {
    priorities: new Map(Object.entries(priorities)),
    requestedAt: new Map(Object.entries(requestedAt)),
  };
}

const AGENTS = ["c", "a", "b", "__proto__"];

const facts: fc.Arbitrary<Evidence> = fc.tuple(
  fc.array(fc.tuple(fc.constantFrom(...AGENTS), fc.integer({ min: -1, max: 1 }))),
  fc.array(fc.tuple(fc.constantFrom(...AGENTS), fc.integer({ min: 0, max: 2 }))),
).map(([priorities, times]) => ({
  priorities: new Map(priorities),
  requestedAt: new Map(times),
}));

Deno.test("the highest priority wins, and the losers follow by theirs", () => {
  const decision = decideByPriority(["a", "b", "c"], evidence({ a: 5, b: 10, c: 7 }));
  assertEquals(decision, {
    type: "priority",
    winner: "b",
    losers: ["c", "a"],
    reason: "it has the highest priority, 10",
  });
});

Deno.test("ties of priority break by the earliest request, and those by id", () => {
  const tied = { a: 1, b: 1, c: 1, d: 0 };
  const byTime = decideByPriority(["a", "b", "c", "d"], evidence(tied, { a: 9, b: 3, c: 3, d: 1 }));
  assertEquals([byTime?.winner, byTime?.losers], ["b", ["c", "a", "d"]]);
  const byId = decideByPriority(["c", "b", "a"], evidence({ a: 1, b: 1, c: 1 }));
  assertEquals([byId?.winner, byId?.losers], ["a", ["b", "c"]]);
});

Deno.test("the earliest request wins, and ties of it break by priority, and those by id", () => {
  const decision = decideByTimestamp(
    ["a", "b", "c", "d"],
    evidence({ a: 1, b: 2, c: 2, d: 9 }, { a: 0, b: 0, c: 0, d: 5 }),
  );
  assertEquals([decision?.type, decision?.winner, decision?.losers], [
    "timestamp",
    "b",
    ["c", "a", "d"],
  ]);
});

Deno.test("the most votes win, and ties break by priority, request and id", () => {
  const votes = new Map([["a", 2], ["b", 2], ["c", 1]]);
  const plain = decideByVotes(["b", "a", "c"], votes, evidence());
  assertEquals([plain?.type, plain?.winner, plain?.losers], ["vote", "a", ["b", "c"]]);
  assertEquals(decideByVotes(["b", "a", "c"], votes, evidence({ b: 1 }))?.winner, "b");
  assertEquals(decideByVotes(["b", "a", "c"], votes, evidence({}, { b: 1 }))?.winner, "b");
});

Deno.test("an agent without known facts comes last, also behind a negative priority", () => {
  assertEquals(decideByPriority(["a", "b"], evidence({ b: -5 }))?.winner, "b");
  assertEquals(decideByTimestamp(["a", "b"], evidence({}, { b: 9 }))?.winner, "b");
});

Deno.test("nothing is decided by facts that are known of no agent", () => {
  assertEquals(decideByPriority(["a", "b"], evidence({ c: 1 }, { a: 1 })), undefined);
  assertEquals(decideByTimestamp(["a", "b"], evidence({ a: 1 })), undefined);
  assertEquals(decideByVotes(["a", "b"], new Map([["a", 0]]), evidence({ a: 1 })), undefined);
});

Deno.test("a criterion decides only if it is known of all agents that are left", () => {
  const known = evidence({ a: 9 }, { a: 2, b: 1 });
  const decision = decideByEvidence(["a", "b"], known, "priority", false);
  assertEquals([decision?.type, decision?.winner], ["timestamp", "b"]);
  const narrowed = evidence({ a: 1, b: 1, c: 0 }, { a: 2, b: 1 });
  assertEquals(decideByEvidence(["a", "b", "c"], narrowed, "priority", false), {
    type: "priority",
    winner: "b",
    losers: ["a", "c"],
    reason: "as far as is known, its priority is the highest and it asked first",
  });
});

Deno.test("C1-priorities-invented-by-position: the order of the agents decides nothing", () => {
  fc.assert(
    fc.property(
      facts,
      fc.shuffledSubarray(AGENTS, { minLength: 2 }),
      fc.constantFrom<"priority" | "timestamp">("priority", "timestamp"),
      fc.boolean(),
      (known, agents, prefer, mayUseIds) => {
        const sorted = agents.toSorted();
        for (const decide of [decideByPriority, decideByTimestamp]) {
          assertEquals(decide(agents, known), decide(sorted, known));
        }
        const decision = decideByEvidence(agents, known, prefer, mayUseIds);
        assertEquals(decision, decideByEvidence(sorted, known, prefer, mayUseIds));
        if (decision === undefined) return;
        assertEquals([decision.winner!, ...decision.losers!].toSorted(), sorted);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("without ids, the winner is better than each loser in a fact known of both", () => {
  fc.assert(
    fc.property(facts, fc.constantFrom<"priority" | "timestamp">("priority", "timestamp"), (
      known,
      prefer,
    ) => {
      const decision = decideByEvidence(AGENTS, known, prefer, false);
      for (const loser of decision?.losers ?? []) {
        const winner = decision!.winner!;
        const isBetter = (known.priorities.get(winner)! > known.priorities.get(loser)!) ||
          (known.requestedAt.get(winner)! < known.requestedAt.get(loser)!);
        assert(isBetter, `${winner} is no better than ${loser}`);
      }
    }),
    { numRuns: 200 },
  );
});
