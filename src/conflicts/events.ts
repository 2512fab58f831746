/**
 * What happens to conflicts between agents, to votes on them, and to versions.
 *
 * @module
 */

import { listed, oneLine, timeOfDay } from "../core/readable.ts";
import { type Descriptions, refusal, subject } from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import type { Conflict, ConflictResolution } from "./types.ts";

/** What all events about one conflict say. */
export interface AboutConflict {
  /** Which conflict. */
  readonly conflictId: string;
}

/** A conflict was reported. */
export interface ConflictReported extends Named<"conflict:reported">, AboutConflict {
  /** The conflict as it stands. */
  readonly conflict: Conflict;
}

/** An open conflict was reported again, by the same subject and agents; nothing changed. */
export interface ConflictRecognized extends Named<"conflict:recognized">, AboutConflict {
  /** The conflict as it stands. */
  readonly conflict: Conflict;
}

/** A conflict was settled. Whatever the losers hold of its subject, or wait for, is to end. */
export interface ConflictResolved extends Named<"conflict:resolved">, AboutConflict {
  /** The conflict, resolved. */
  readonly conflict: Conflict;
  /** Who won and why. */
  readonly resolution: ConflictResolution;
  /** The name of the strategy that decided. */
  readonly strategy: string;
  /** Since it was reported. */
  readonly openMs: number;
}

/** A conflict was to be settled that is settled already; its resolution stands. */
export interface ConflictUpheld extends Named<"conflict:upheld">, AboutConflict {
  /** The one and only resolution. */
  readonly resolution: ConflictResolution;
}

/** Conflicts were forgotten that had been settled long ago. */
export interface ConflictForgotten extends Named<"conflict:forgotten"> {
  /** How many. */
  readonly count: number;
  /** They were settled before this. */
  readonly before: Instant;
}

/** Why a command on a conflict was refused. */
export type ConflictRefusal =
  /** Nobody reported it, or it is forgotten. */
  | "unknown-conflict"
  /** It is settled, and no vote can change that. */
  | "resolved"
  /** What is known about its agents doesn't single one out. */
  | "undecided"
  /** A vote is open. */
  | "voting"
  /** No vote is open. */
  | "not-voting"
  /** The voter has no vote. */
  | "not-elector"
  /** The voter has voted for somebody else. */
  | "voted"
  /** Who is to win, to lose or to be voted for is no agent of the conflict. */
  | "not-party"
  /** The table is full. */
  | "full";

/** A command was refused, and the state is as before. */
export interface ConflictRefused extends Named<"conflict:refused">, AboutConflict {
  /** The name of the command. */
  readonly command: string;
  /** Why it was refused. */
  readonly reason: ConflictRefusal;
  /** Whom the reason is about; `""` when it is nobody. */
  readonly agentId: string;
}

/** A vote on a conflict began. */
export interface VoteOpened extends Named<"vote:opened">, AboutConflict {
  /** Who has a vote. */
  readonly electorate: readonly string[];
  /** How many votes decide it. */
  readonly quorum: number;
  /** When it ends at the latest. */
  readonly closesAt: Instant;
}

/** Somebody voted. */
export interface VoteCast extends Named<"vote:cast">, AboutConflict {
  /** Who voted. */
  readonly voter: string;
  /** For which agent of the conflict. */
  readonly candidate: string;
}

/** Somebody voted again for the same agent; it counts once. */
export interface VoteRecognized extends Named<"vote:recognized">, AboutConflict {
  /** Who voted. */
  readonly voter: string;
  /** For which agent of the conflict. */
  readonly candidate: string;
}

/** An elector is gone without having voted. */
export interface VoteWithdrawn extends Named<"vote:withdrawn">, AboutConflict {
  /** Whose vote there is no more. */
  readonly voter: string;
}

/** An agent of an open conflict is gone, and can't win it any more. */
export interface ConflictWithdrawn extends Named<"conflict:withdrawn">, AboutConflict {
  /** Who is gone. */
  readonly agentId: string;
}

/** A vote ended. When it decided the conflict, that is the next event. */
export interface VoteClosed extends Named<"vote:closed">, AboutConflict {
  /** Whether the quorum was reached, the deadline came first, or somebody decided meanwhile. */
  readonly outcome: "decided" | "no-quorum" | "overtaken";
  /** How many votes each agent of the conflict got, in the order of its agents. */
  readonly tally: readonly (readonly [agentId: string, votes: number])[];
}

/** The priority of an agent became known. */
export interface PriorityNoted extends Named<"priority:noted"> {
  /** Whose it is. */
  readonly agentId: string;
  /** Higher wins. */
  readonly priority: number;
}

/** It became known since when agents want something. */
export interface RequestNoted extends Named<"request:noted"> {
  /** What sort of thing they want. */
  readonly subject: "resource" | "task";
  /** What they want. */
  readonly subjectId: string;
  /** Since when each of them wants it. */
  readonly requests: readonly (readonly [agentId: string, at: Instant])[];
}

/** What was known of an agent, its priority and its requests, was forgotten. */
export interface PartyForgotten extends Named<"party:forgotten"> {
  /** Who is unknown from here on. */
  readonly agentId: string;
}

/** What all events about an agent and a version say. */
export interface AboutVersion {
  /** What has versions. */
  readonly resourceId: string;
  /** Who reads or writes it. */
  readonly agentId: string;
  /** The newest version, after this event. */
  readonly version: number;
}

/** An agent learned the newest version, and may change it. */
export interface VersionRead extends Named<"version:read">, AboutVersion {}

/** An agent's change became the newest version. */
export interface VersionCommitted extends Named<"version:committed">, AboutVersion {}

/** An agent gave up changing what it had read. */
export interface VersionReleased extends Named<"version:released">, AboutVersion {}

/** Those who read long ago were forgotten. */
export interface VersionForgotten extends Named<"version:forgotten"> {
  /** How many they were. */
  readonly count: number;
  /** They read before this. */
  readonly before: Instant;
}

/** Why a command on a version was refused. */
export type VersionRefusal =
  /** Somebody else's change came first. */
  | "stale-version"
  /** The agent has read nothing that it could give up. */
  | "not-reader";

/** A command was refused, and the state is as before. */
export interface VersionRefused extends Named<"version:refused">, AboutVersion {
  /** The name of the command. */
  readonly command: string;
  /** Why it was refused. */
  readonly reason: VersionRefusal;
}

/** What a conflict machine can say. */
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

/** From the name of an event to its one-line description. */
export const CONFLICT_DESCRIPTIONS: Descriptions<ConflictEvent> = {
  "conflict:reported": ({ conflictId, conflict }) =>
    `${subject("conflict", conflictId)}: reported between ${listed(conflict.agents)} over ${
      matter(conflict)
    }`,
  "conflict:recognized": ({ conflictId, conflict }) =>
    `${subject("conflict", conflictId)}: reported again between ${listed(conflict.agents)} over ${
      matter(conflict)
    }`,
  "conflict:resolved": ({ conflictId, resolution, openMs }) =>
    `${subject("conflict", conflictId)}: open → ${outcome(resolution)} after ${openMs} ms`,
  "conflict:upheld": ({ conflictId, resolution }) =>
    `${subject("conflict", conflictId)}: settled before, ${outcome(resolution)}`,
  "conflict:forgotten": ({ count, before }) =>
    `conflicts: ${count} settled before ${timeOfDay(before)} → forgotten`,
  "conflict:refused": ({ conflictId, command, reason, agentId }) =>
    refusal(command, `${subject("conflict", conflictId)}`, agentId, reason),
  "vote:opened": ({ conflictId, electorate, quorum, closesAt }) =>
    `${subject("conflict", conflictId)}: → voted on by ${listed(electorate)}, ` +
    `${quorum} votes decide, until ${timeOfDay(closesAt)}`,
  "vote:cast": ({ conflictId, voter, candidate }) =>
    `${subject("conflict", conflictId)}: ${voter} votes for ${candidate}`,
  "vote:recognized": ({ conflictId, voter, candidate }) =>
    `${subject("conflict", conflictId)}: ${voter} voted for ${candidate} before`,
  "vote:withdrawn": ({ conflictId, voter }) =>
    `${subject("conflict", conflictId)}: ${voter} is gone and votes no more`,
  "conflict:withdrawn": ({ conflictId, agentId }) =>
    `${subject("conflict", conflictId)}: ${agentId} is gone and can't win`,
  "vote:closed": ({ conflictId, outcome, tally }) => {
    const votes = listed(tally.map(([agentId, votes]) => `${agentId} ${votes}`));
    return `${subject("conflict", conflictId)}: the vote is over, ${outcome}: ${votes}`;
  },
  "priority:noted": ({ agentId, priority }) => `agent ${agentId}: has priority ${priority}`,
  "request:noted": ({ subject: kind, subjectId, requests }) =>
    `${kind} ${subjectId}: wanted ` +
    listed(requests.map(([agentId, at]) => `by ${agentId} since ${timeOfDay(at)}`)),
  "party:forgotten": ({ agentId }) => `agent ${agentId}: its priority and requests → forgotten`,
  "version:read": (event) => `${version(event)} read by ${event.agentId}`,
  "version:committed": (event) => `${version(event)} committed by ${event.agentId}`,
  "version:released": (event) => `${version(event)} given up by ${event.agentId}`,
  "version:forgotten": ({ count, before }) =>
    `versions: ${count} readers from before ${timeOfDay(before)} → forgotten`,
  "version:refused": (event) => refusal(event.command, version(event), event.agentId, event.reason),
};

function matter(conflict: Conflict): string {
  return "resourceId" in conflict
    ? `resource ${conflict.resourceId}`
    : `the ${conflict.type} of task ${conflict.taskId}`;
}

function outcome({ winner, type, reason }: ConflictResolution): string {
  const who = winner === undefined ? "nobody won" : `${winner} won`;
  return `${who} by ${type} (${oneLine(reason)})`;
}

function version({ resourceId, version }: AboutVersion): string {
  return `version ${version} of ${resourceId}`;
}
