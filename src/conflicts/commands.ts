/**
 * What a conflict machine can be told to do. Times are milliseconds.
 *
 * @module
 */

import type { Instant, Named, Tick } from "../core/machine.ts";
import type { Conflict, ConflictDecision, ConflictResolution, TaskConflictType } from "./types.ts";
import type { ConflictSubject } from "./state.ts";
import {
  type Attempt,
  quote,
  requireArray,
  requireId,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";

/** Says that agents can't all have what they want. */
export interface ReportConflict extends Named<"report-conflict"> {
  /** What sort of thing they want. */
  readonly subject: ConflictSubject;
  /** What they want. */
  readonly subjectId: string;
  /** What they disagree on, when it is a task. */
  readonly disagreement: TaskConflictType | undefined;
  /** Two or more, each named once. */
  readonly agents: readonly string[];
}

/** Settles a conflict as somebody outside decided. */
export interface DecideConflict extends Named<"decide-conflict"> {
  /** Which conflict. */
  readonly conflictId: string;
  /** The name of who decided. */
  readonly strategy: string;
  /** What was decided. */
  readonly decision: ConflictDecision;
}

/** By what an automatic resolution decides. */
export type ConflictCriterion = "priority" | "timestamp";

/** Settles a conflict by what is known of its agents. */
export interface AutoResolve extends Named<"auto-resolve"> {
  /** Which conflict. */
  readonly conflictId: string;
  /** What counts first. */
  readonly prefer: ConflictCriterion;
}

/** Lets others decide. */
export interface OpenVote extends Named<"open-vote"> {
  /** Which conflict. */
  readonly conflictId: string;
  /** Who has a vote, each named once. */
  readonly electorate: readonly string[];
  /** How many votes decide it, at most all. */
  readonly quorum: number;
  /** How long it is open. */
  readonly timeoutMs: number;
}

/** Votes. */
export interface CastVote extends Named<"cast-vote"> {
  /** Which conflict. */
  readonly conflictId: string;
  /** Who votes. */
  readonly voter: string;
  /** For whom. */
  readonly candidate: string;
}

/** Makes the priority of an agent known. */
export interface RankAgent extends Named<"rank-agent"> {
  /** Whose it is. */
  readonly agentId: string;
  /** Higher wins. */
  readonly priority: number;
}

/** Makes known since when agents want something; a later note replaces an earlier one. */
export interface NoteRequests extends Named<"note-requests"> {
  /** What sort of thing they want. */
  readonly subject: ConflictSubject;
  /** What they want. */
  readonly subjectId: string;
  /** Since when each of them wants it; `null` for this moment. */
  readonly requests: readonly (readonly [agentId: string, at: Instant | null])[];
}

/** Forgets what is known of an agent. */
export interface ForgetParty extends Named<"forget-party"> {
  /** Who is gone. */
  readonly agentId: string;
}

/**
 * An agent is gone: what is known of it is forgotten, it can win no open conflict, and has no vote
 * that it has not cast.
 */
export interface RetireParty extends Named<"retire-party"> {
  /** Who is gone. */
  readonly agentId: string;
}

/** Forgets conflicts that were settled long ago. */
export interface ForgetConflicts extends Named<"forget-conflicts"> {
  /** Those settled before this. */
  readonly before: Instant;
}

/** Tells an agent the version that it may change. */
export interface ReadVersion extends Named<"read-version"> {
  /** What has versions. */
  readonly resourceId: string;
  /** Who reads it. */
  readonly agentId: string;
}

/** Makes the next version, if the newest one is what the agent expects. */
export interface CommitVersion extends Named<"commit-version"> {
  /** What has versions. */
  readonly resourceId: string;
  /** Who changed it. */
  readonly agentId: string;
  /** What the change is based on. */
  readonly expectedVersion: number;
}

/** Says that an agent won't change what it read. */
export interface ReleaseVersion extends Named<"release-version"> {
  /** What has versions. */
  readonly resourceId: string;
  /** Who had read it. */
  readonly agentId: string;
}

/** Forgets who read long ago. */
export interface ForgetReaders extends Named<"forget-readers"> {
  /** Those who read before this. */
  readonly before: Instant;
}

/** The resolution of a conflict; `isNew` is `false` when the conflict was resolved before. */
export interface ResolutionAnswer {
  readonly resolution: ConflictResolution;
  readonly isNew: boolean;
}

/** The answers of a conflict machine, by the type of the command. */
export type ConflictAnswers = {
  /** `isNew` is `false` when the same conflict is open already. */
  readonly "report-conflict": {
    readonly conflictId: string;
    readonly isNew: boolean;
    readonly conflict: Conflict;
  };
  readonly "decide-conflict": ResolutionAnswer;
  readonly "auto-resolve": ResolutionAnswer;
  readonly "open-vote": { readonly closesAt: Instant };
  /** The resolution when this vote decided; `isNew` is `false` when it was cast before. */
  readonly "cast-vote": {
    readonly resolution: ConflictResolution | undefined;
    readonly isNew: boolean;
  };
  readonly "rank-agent": void;
  readonly "note-requests": void;
  readonly "forget-party": void;
  readonly "retire-party": void;
  readonly "forget-conflicts": { readonly count: number };
  readonly "read-version": { readonly version: number };
  readonly "commit-version": { readonly version: number };
  readonly "release-version": { readonly version: number };
  readonly "forget-readers": { readonly count: number };
};

/** What a conflict machine can be told to do. */
export type ConflictCommand =
  | ReportConflict
  | DecideConflict
  | AutoResolve
  | OpenVote
  | CastVote
  | RankAgent
  | NoteRequests
  | ForgetParty
  | RetireParty
  | ForgetConflicts
  | ReadVersion
  | CommitVersion
  | ReleaseVersion
  | ForgetReaders
  | Tick;

/** How many agents a conflict may have. */
const MOST_AGENTS = 1_000;

/** The agents of a conflict, each once. */
export function readAgents(agents: unknown, attempt: Attempt): string[] {
  const distinct = readIds(agents, "agents", MOST_AGENTS, attempt);
  if (distinct.length >= 2) return distinct;
  throw new RangeError(
    `Cannot ${attempt()}: agents must be two or more different ones, got ${distinct.length}`,
  );
}

/** Ids, each once, in the order in which they come first. */
export function readIds(ids: unknown, name: string, most: number, attempt: Attempt): string[] {
  requireArray(ids, most, name, attempt);
  const distinct = new Set<string>();
  for (const id of ids) {
    requireId(id, name, attempt);
    distinct.add(id);
  }
  return [...distinct];
}

/** What a strategy decided, checked; whoever isn't named, besides a winner, loses. */
export function readDecision(
  proposed: unknown,
  agents: readonly string[],
  attempt: Attempt,
): ConflictDecision {
  requireObject(proposed, "what the strategy decides", attempt);
  const { type, winner, losers, reason } = proposed;
  requireOneOf(type, ["priority", "timestamp", "vote", "manual", "retry"], "type", attempt);
  if (winner !== undefined) requireId(winner, "winner", attempt);
  const others = winner === undefined ? undefined : agents.filter((agentId) => agentId !== winner);
  const beaten = losers === undefined ? others : readIds(losers, "losers", MOST_AGENTS, attempt);
  if (winner !== undefined && beaten!.includes(winner)) {
    throw new RangeError(`Cannot ${attempt()}: the winner must not lose, got ${quote(winner)}`);
  }
  return {
    type: type as ConflictDecision["type"],
    ...(winner !== undefined && { winner }),
    ...(beaten !== undefined && { losers: beaten }),
    reason: typeof reason === "string" ? reason : "",
  };
}
