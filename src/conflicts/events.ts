/**
 * The events of conflicts between agents, of votes on them, and of versions.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import {
  type Descriptions,
  listed,
  oneLine,
  refusal,
  subject,
  timeOfDay,
} from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import type { Conflict, ConflictResolution } from "./types.ts";

/** The part that all commands and events about one conflict have in common. */
export interface AboutConflict {
  /** The id of the conflict. */
  readonly conflictId: string;
}

/** A conflict was reported. */
export interface ConflictReported extends Named<"conflict:reported">, AboutConflict {
  /** The conflict. */
  readonly conflict: Conflict;
}

/** An open conflict was reported again, with the same subject and agents; nothing changed. */
export interface ConflictRecognized extends Named<"conflict:recognized">, AboutConflict {
  /** The conflict. */
  readonly conflict: Conflict;
}

/** A conflict was resolved. The grants and waits of the losers for its subject end. */
export interface ConflictResolved extends Named<"conflict:resolved">, AboutConflict {
  /** The conflict, resolved. */
  readonly conflict: Conflict;
  /** The winner and the reason. */
  readonly resolution: ConflictResolution;
  /** The name of the strategy that decided. */
  readonly strategy: string;
  /** The time since the report. */
  readonly openMs: number;
}

/** A resolved conflict was to be resolved again; its resolution stands. */
export interface ConflictUpheld extends Named<"conflict:upheld">, AboutConflict {
  /** The one resolution of the conflict. */
  readonly resolution: ConflictResolution;
}

/** Old resolved conflicts were evicted. */
export interface ConflictForgotten extends Named<"conflict:forgotten"> {
  /** The number of conflicts. */
  readonly count: number;
  /** They were resolved before this instant. */
  readonly before: Instant;
}

/** The reason of a refused command on a conflict. */
export type ConflictRefusal =
  /** It was never reported, or it was evicted. */
  | "unknown-conflict"
  /** It is resolved, and no vote can change that. */
  | "resolved"
  /** The known facts about its agents single out no winner. */
  | "undecided"
  /** A vote is open. */
  | "voting"
  /** No vote is open. */
  | "not-voting"
  /** The voter has no vote. */
  | "not-elector"
  /** The voter has voted for another candidate. */
  | "voted"
  /** The winner, a loser or the candidate is no agent of the conflict, or was retired. */
  | "not-party"
  /** The table is full. */
  | "full";

/** A command was refused, and the state is as before. */
export interface ConflictRefused extends Named<"conflict:refused">, AboutConflict {
  /** The type of the command. */
  readonly command: string;
  /** The reason. */
  readonly reason: ConflictRefusal;
  /** The agent that the reason is about; `""` for none. */
  readonly agentId: string;
}

/** A vote on a conflict was opened. */
export interface VoteOpened extends Named<"vote:opened">, AboutConflict {
  /** The agents that have a vote. */
  readonly electorate: readonly string[];
  /** The number of votes that decides it. */
  readonly quorum: number;
  /** When it ends without a decision. */
  readonly closesAt: Instant;
}

/** A vote was cast. */
export interface VoteCast extends Named<"vote:cast">, AboutConflict {
  /** The agent that voted. */
  readonly voter: string;
  /** The agent of the conflict that it voted for. */
  readonly candidate: string;
}

/** The same vote was cast again; it counts once. */
export interface VoteRecognized extends Named<"vote:recognized">, AboutConflict {
  /** The agent that voted. */
  readonly voter: string;
  /** The agent of the conflict that it voted for. */
  readonly candidate: string;
}

/** An elector was retired before it had voted. */
export interface VoteWithdrawn extends Named<"vote:withdrawn">, AboutConflict {
  /** The agent that lost its vote. */
  readonly voter: string;
}

/** An agent of an open conflict was retired, and can no longer win. */
export interface ConflictWithdrawn extends Named<"conflict:withdrawn">, AboutConflict {
  /** The id of the agent. */
  readonly agentId: string;
}

/** A vote ended. If it decided the conflict, `conflict:resolved` is the next event. */
export interface VoteClosed extends Named<"vote:closed">, AboutConflict {
  /** The quorum was reached; the deadline came first; or another decision did. */
  readonly outcome: "decided" | "no-quorum" | "overtaken";
  /** The number of votes for each agent of the conflict, in the order of its agents. */
  readonly tally: readonly (readonly [agentId: string, votes: number])[];
}

/** The priority of an agent was recorded. */
export interface PriorityNoted extends Named<"priority:noted"> {
  /** The id of the agent. */
  readonly agentId: string;
  /** Higher wins. */
  readonly priority: number;
}

/** The times of requests were recorded. */
export interface RequestNoted extends Named<"request:noted"> {
  /** The kind of thing that was requested. */
  readonly subject: "resource" | "task";
  /** The id of that thing. */
  readonly subjectId: string;
  /** The time of each request. */
  readonly requests: readonly (readonly [agentId: string, at: Instant])[];
}

/** The known priority and requests of an agent were removed. */
export interface PartyForgotten extends Named<"party:forgotten"> {
  /** The id of the agent. */
  readonly agentId: string;
}

/** The part that all events about an agent and a version have in common. */
export interface AboutVersion {
  /** The id of the resource. */
  readonly resourceId: string;
  /** The agent that reads or changes it. */
  readonly agentId: string;
  /** The newest version after this event. */
  readonly version: number;
}

/** An agent read the newest version, and may change it. */
export interface VersionRead extends Named<"version:read">, AboutVersion {}

/** A change by an agent became the newest version. */
export interface VersionCommitted extends Named<"version:committed">, AboutVersion {}

/** An agent ended its reading without a change. */
export interface VersionReleased extends Named<"version:released">, AboutVersion {}

/** Old readings were evicted. */
export interface VersionForgotten extends Named<"version:forgotten"> {
  /** The number of readings. */
  readonly count: number;
  /** They began before this instant. */
  readonly before: Instant;
}

/** The reason of a refused command on a version. */
export type VersionRefusal =
  /** Another change was committed first. */
  | "stale-version"
  /** The agent has no reading to release. */
  | "not-reader";

/** A command was refused, and the state is as before. */
export interface VersionRefused extends Named<"version:refused">, AboutVersion {
  /** The type of the command. */
  readonly command: string;
  /** The reason. */
  readonly reason: VersionRefusal;
}

/** The events of a conflict machine. */
export type ConflictEvent =
  | ConflictReported
  | ConflictRecognized
  | ConflictResolved
  | ConflictUpheld
  | ConflictForgotten
  | ConflictRefused
  | VoteOpened
  | VoteCast
  | VoteRecognized
  | VoteWithdrawn
  | ConflictWithdrawn
  | VoteClosed
  | PriorityNoted
  | RequestNoted
  | PartyForgotten
  | VersionRead
  | VersionCommitted
  | VersionReleased
  | VersionForgotten
  | VersionRefused;

/** The one-line description of each event. */
export const CONFLICT_DESCRIPTIONS: Descriptions<ConflictEvent> = {
  "conflict:reported": ({ conflictId, conflict }) =>
    `${subject("conflict", conflictId)}: reported between ${listed(conflict.agents)} over ${
      subjectOf(conflict)
    }`,
  "conflict:recognized": ({ conflictId, conflict }) =>
    `${subject("conflict", conflictId)}: reported again between ${listed(conflict.agents)} over ${
      subjectOf(conflict)
    }`,
  "conflict:resolved": ({ conflictId, resolution, openMs }) =>
    `${subject("conflict", conflictId)}: open → ${outcome(resolution)} after ${openMs} ms`,
  "conflict:upheld": ({ conflictId, resolution }) =>
    `${subject("conflict", conflictId)}: resolved before, ${outcome(resolution)}`,
  "conflict:forgotten": ({ count, before }) =>
    `conflicts: ${count} resolved before ${timeOfDay(before)} → evicted`,
  "conflict:refused": ({ conflictId, command, reason, agentId }) =>
    refusal(command, `${subject("conflict", conflictId)}`, agentId, reason),
  "vote:opened": ({ conflictId, electorate, quorum, closesAt }) =>
    `${subject("conflict", conflictId)}: → voted on by ${listed(electorate)}, ` +
    `quorum ${quorum}, until ${timeOfDay(closesAt)}`,
  "vote:cast": ({ conflictId, voter, candidate }) =>
    `${subject("conflict", conflictId)}: ${voter} votes for ${candidate}`,
  "vote:recognized": ({ conflictId, voter, candidate }) =>
    `${subject("conflict", conflictId)}: ${voter} voted for ${candidate} before`,
  "vote:withdrawn": ({ conflictId, voter }) =>
    `${subject("conflict", conflictId)}: ${voter} was retired and has no vote`,
  "conflict:withdrawn": ({ conflictId, agentId }) =>
    `${subject("conflict", conflictId)}: ${agentId} was retired and cannot win`,
  "vote:closed": ({ conflictId, outcome, tally }) => {
    const votes = listed(tally.map(([agentId, votes]) => `${agentId} ${votes}`));
    return `${subject("conflict", conflictId)}: the vote is over, ${outcome}: ${votes}`;
  },
  "priority:noted": ({ agentId, priority }) => `agent ${agentId}: priority ${priority}`,
  "request:noted": ({ subject: kind, subjectId, requests }) =>
    `${kind} ${subjectId}: requested ` +
    listed(requests.map(([agentId, at]) => `by ${agentId} since ${timeOfDay(at)}`)),
  "party:forgotten": ({ agentId }) => `agent ${agentId}: priority and requests → removed`,
  "version:read": (event) => `${version(event)} read by ${event.agentId}`,
  "version:committed": (event) => `${version(event)} committed by ${event.agentId}`,
  "version:released": (event) => `${version(event)} released by ${event.agentId}`,
  "version:forgotten": ({ count, before }) =>
    `versions: ${counted(count, "reading")} from before ${timeOfDay(before)} → evicted`,
  "version:refused": (event) => refusal(event.command, version(event), event.agentId, event.reason),
};

function subjectOf(conflict: Conflict): string {
  return "resourceId" in conflict
    ? `resource ${conflict.resourceId}`
    : `the ${conflict.type} of task ${conflict.taskId}`;
}

function outcome({ winner, type, reason }: ConflictResolution): string {
  const result = winner === undefined ? "no winner" : `${winner} won`;
  return `${result} by ${type} (${oneLine(reason)})`;
}

function version({ resourceId, version }: AboutVersion): string {
  return `version ${version} of ${resourceId}`;
}
