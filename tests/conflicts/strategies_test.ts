import { assertEquals, assertThrows } from "@std/assert";
import {
  PriorityResolutionStrategy,
  type ResolutionContext,
  TimestampResolutionStrategy,
  VotingResolutionStrategy,
} from "../../src/conflicts/strategies.ts";
import { UndecidedConflictError } from "../../src/conflicts/errors.ts";
import type { Conflict } from "../../src/conflicts/types.ts";

const CONFLICT: Conflict = {
  id: "conflict-1",
  resourceId: "r",
  agents: ["a", "b", "c"],
  timestamp: 0,
  resolved: false,
};
const priority = new PriorityResolutionStrategy();
const timestamp = new TimestampResolutionStrategy();
const voting = new VotingResolutionStrategy();

Deno.test("a strategy decides by its part of the context, and leaves the context as it was", () => {
  const context: ResolutionContext = {
    agentPriorities: new Map([["a", 1], ["b", 3], ["c", 2]]),
    requestTimestamps: new Map<string, Date | number>([["a", new Date(5)], ["b", 7], ["c", 4]]),
    votes: new Map([["a", ["x", "x", "y"]], ["c", ["z"]]]),
  };
  const before = structuredClone(context);
  assertEquals(priority.resolve(CONFLICT, context).losers, ["c", "a"]);
  assertEquals(timestamp.resolve(CONFLICT, context).winner, "c");
  assertEquals(voting.resolve(CONFLICT, context), {
    type: "vote",
    winner: "a",
    losers: ["c", "b"],
    reason: "it has the most votes, 2",
  });
  assertEquals(context, before);
});

Deno.test("a strategy without facts decides nothing", () => {
  for (const strategy of [priority, timestamp, voting]) {
    assertThrows(() => strategy.resolve(CONFLICT, {}), UndecidedConflictError);
  }
});

Deno.test("votes have one voter each, of the electorate, for an agent, and meet the quorum", () => {
  const refusal = (context: ResolutionContext): string => {
    return assertThrows(() => voting.resolve(CONFLICT, context), Error).message;
  };
  const start = 'Cannot resolve conflict "conflict-1": ';
  const twice = new Map([["a", ["x"]], ["b", ["x"]]]);
  assertEquals(refusal({ votes: twice }), start + 'no voter may have two votes, got "x"');
  const votes = new Map([["a", ["x"]]]);
  assertEquals(
    refusal({ votes, electorate: ["y"] }),
    start + 'voters must be of the electorate, got "x"',
  );
  assertEquals(
    refusal({ votes: new Map([["d", ["x"]]]) }),
    start + 'votes must be for its agents, got "d"',
  );
  assertEquals(refusal({ votes, quorum: 2 }), start + "votes must be 2 or more, got 1");
});

Deno.test("a malformed context is refused by a TypeError with the rule and the value", () => {
  const cases: [() => unknown, string][] = [
    [
      () => priority.resolve(CONFLICT, { agentPriorities: { a: 1 } as never }),
      "agentPriorities must be a Map, got an object",
    ],
    [
      () => priority.resolve(CONFLICT, { agentPriorities: new Map([["a", NaN]]) }),
      "agentPriorities must be finite, got NaN",
    ],
    [
      () => timestamp.resolve(CONFLICT, { requestTimestamps: new Map([["a", new Date("?")]]) }),
      "requestTimestamps must be finite, got NaN",
    ],
    [
      () => voting.resolve(CONFLICT, { votes: new Map([["a", "x" as never]]) }),
      'votes for "a" must be an array, got "x"',
    ],
  ];
  for (const [call, rule] of cases) {
    assertThrows(call, TypeError, `Cannot resolve conflict "conflict-1": ${rule}`);
  }
});
