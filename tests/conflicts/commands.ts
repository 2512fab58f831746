/**
 * Random commands for the conflict machine, of few agents, subjects and versions, so that they meet.
 */

import fc from "fast-check";
import type { ConflictCommand } from "../../src/conflicts/commands.ts";
import { type ConflictConfig, DEFAULT_CONFLICT_CONFIG } from "../../src/conflicts/config.ts";
import { type ConflictState, noConflicts } from "../../src/conflicts/state.ts";
import { versionOf } from "../../src/conflicts/views.ts";

/** A command that may refer to what is so when it is given; and how much later than the last. */
export interface Move {
  readonly afterMs: number;
  readonly command: (state: Readonly<ConflictState>) => ConflictCommand;
  toString(): string;
}

type Maker = Move["command"];

const agentId = fc.constantFrom("a", "b", "c", "__proto__");
const voter = fc.constantFrom("a", "x", "y", "constructor");
const subject = fc.constantFrom<"resource" | "task">("resource", "resource", "task");
const subjectId = fc.constantFrom("r", "r", "s", "__proto__");
const resourceId = fc.constantFrom("r", "s", "t", "u", "__proto__");

/** Counts back from the newest conflict; -1 is one that was never reported. */
const pick = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 6, -1);

function picked({ reported }: Readonly<ConflictState>, pick: number): string {
  return `conflict-${reported - pick}`;
}

const report = fc.tuple(
  subject,
  subjectId,
  fc.constantFrom<"assignment" | "output">("assignment", "output"),
  fc.uniqueArray(agentId, { minLength: 2, maxLength: 4 }),
).map(([subject, subjectId, disagreement, agents]): Maker => () => ({
  type: "report-conflict",
  subject,
  subjectId,
  disagreement: subject === "task" ? disagreement : undefined,
  agents,
}));

const decide = fc.tuple(
  pick,
  fc.option(fc.constantFrom("a", "b", "__proto__", "z"), { nil: undefined }),
  fc.option(fc.uniqueArray(fc.constantFrom("a", "b", "c", "z"), { maxLength: 2 }), {
    nil: undefined,
  }),
).map(([pick, winner, losers]): Maker => (state) => ({
  type: "decide-conflict",
  conflictId: picked(state, pick),
  strategy: "__proto__",
  decision: {
    type: winner === undefined ? "retry" : "manual",
    ...(winner !== undefined && { winner }),
    ...(losers !== undefined && { losers }),
    reason: "because",
  },
}));

const autoResolve = fc.tuple(
  pick,
  fc.constantFrom<"priority" | "timestamp">(
    "priority",
    "timestamp",
  ),
).map(([pick, prefer]): Maker => (state) => ({
  type: "auto-resolve",
  conflictId: picked(state, pick),
  prefer,
}));

const openVote = fc.tuple(
  pick,
  fc.uniqueArray(voter, { minLength: 1, maxLength: 4 }),
  fc.nat(3),
  fc.constantFrom(1, 5, 20, 100),
).map(([pick, electorate, missing, timeoutMs]): Maker => (state) => ({
  type: "open-vote",
  conflictId: picked(state, pick),
  electorate,
  quorum: Math.max(1, electorate.length - missing),
  timeoutMs,
}));

const castVote = fc.tuple(pick, voter, fc.constantFrom("a", "a", "b", "b", "c", "__proto__", "z"))
  .map(([pick, voter, candidate]): Maker => (state) => ({
    type: "cast-vote",
    conflictId: picked(state, pick),
    voter,
    candidate,
  }));

const rank = fc.tuple(agentId, fc.constantFrom(-1, 0, 0, 3)).map(
  ([agentId, priority]): Maker => () => ({ type: "rank-agent", agentId, priority }),
);

const recordRequests = fc.tuple(
  subject,
  subjectId,
  fc.uniqueArray(fc.tuple(agentId, fc.constantFrom(null, 0, 1, 2)), {
    minLength: 1,
    maxLength: 3,
    selector: ([agentId]) => agentId,
  }),
).map(([subject, subjectId, requests]): Maker => () => ({
  type: "note-requests",
  subject,
  subjectId,
  requests,
}));

const forgetAgent = agentId.map((agentId): Maker => () => ({ type: "forget-party", agentId }));

const retireAgent = fc.constantFrom("a", "b", "c", "__proto__", "x", "y").map(
  (agentId): Maker => () => ({ type: "retire-party", agentId }),
);

/** Around the instant of what is remembered, since most of the time nothing is from it. */
function around(instants: readonly number[], pick: number, off: number): number {
  return Math.max(0, (instants[pick % instants.length] ?? 0) + off);
}

const forgetConflicts = fc.tuple(fc.nat(9), fc.nat(1)).map(
  ([pick, off]): Maker => ({ resolved }) => ({
    type: "forget-conflicts",
    before: around(
      [...resolved.values()].map(({ resolution }) => resolution!.timestamp),
      pick,
      off,
    ),
  }),
);

const forgetReaders = fc.tuple(fc.nat(9), fc.nat(1)).map(
  ([pick, off]): Maker => ({ readings }) => ({
    type: "forget-readers",
    before: around([...readings.values()].map(({ since }) => since), pick, off),
  }),
);

const read = fc.tuple(resourceId, agentId).map(([resourceId, agentId]): Maker => () => ({
  type: "read-version",
  resourceId,
  agentId,
}));

const commit = fc.tuple(resourceId, agentId, fc.constantFrom(0, 0, 0, 1, -1)).map(
  ([resourceId, agentId, off]): Maker => (state) => ({
    type: "commit-version",
    resourceId,
    agentId,
    expectedVersion: Math.max(0, versionOf(state, resourceId) + off),
  }),
);

const releaseVersion = fc.tuple(resourceId, agentId).map(
  ([resourceId, agentId]): Maker => () => ({ type: "release-version", resourceId, agentId }),
);

const tick = fc.constant<Maker>(() => ({ type: "tick" }));

const move: fc.Arbitrary<Move> = fc.tuple(
  fc.constantFrom(0, 0, 0, 1, 3, 10),
  fc.oneof(
    { weight: 8, arbitrary: report },
    { weight: 3, arbitrary: decide },
    { weight: 4, arbitrary: autoResolve },
    { weight: 4, arbitrary: openVote },
    { weight: 9, arbitrary: castVote },
    { weight: 4, arbitrary: rank },
    { weight: 4, arbitrary: recordRequests },
    { weight: 1, arbitrary: forgetAgent },
    { weight: 4, arbitrary: retireAgent },
    { weight: 2, arbitrary: forgetConflicts },
    { weight: 12, arbitrary: read },
    { weight: 8, arbitrary: commit },
    { weight: 3, arbitrary: releaseVersion },
    { weight: 2, arbitrary: forgetReaders },
    { weight: 1, arbitrary: tick },
  ),
).map(([afterMs, command]) => ({
  afterMs,
  command,
  toString: () => `after ${afterMs} ms: ${describe(command)}`,
}));

/** A run of moves. */
export const moves: fc.Arbitrary<Move[]> = fc.array(move, {
  minLength: 1,
  maxLength: 120,
  size: "max",
});

/** Rules under which tables are soon full. */
export const config: fc.Arbitrary<Partial<ConflictConfig>> = fc.record({
  tiebreak: fc.constantFrom<"id" | "none">("id", "none"),
  maxActive: fc.constantFrom(1, 3, 1_000),
  keepResolved: fc.constantFrom(0, 2, 1_000),
  maxParties: fc.constantFrom(0, 2, 1_000),
  keepRequests: fc.constantFrom(1, 2, 1_000),
  maxIdleVersions: fc.constantFrom(1, 2, 1_000),
  maxReadings: fc.constantFrom(1, 2, 8, 8, 1_000),
});

/** The command as it would be in the beginning, which is enough to read a failure. */
function describe(command: Maker): string {
  return JSON.stringify(command(noConflicts(DEFAULT_CONFLICT_CONFIG)));
}
