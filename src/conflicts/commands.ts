/**
 * The commands of a conflict machine, their answers, and the checks of their arguments. Times are
 * milliseconds.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireArray,
  requireId,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import type { Instant, Named, Tick } from "../core/machine.ts";
import type { AboutConflict } from "./events.ts";
import type { ConflictSubject } from "./state.ts";
import type { Conflict, ConflictDecision, ConflictResolution, TaskConflictType } from "./types.ts";

/** Reports that agents have incompatible requests. */
export interface ReportConflict extends Named<"report-conflict"> {
  /** The kind of thing that they request. */
  readonly subject: ConflictSubject;
  /** The id of that thing. */
  readonly subjectId: string;
  /** The subject of a conflict over a task. */
  readonly disagreement: TaskConflictType | undefined;
  /** Two or more, each named once. */
  readonly agents: readonly string[];
}

/** Resolves a conflict by a decision from outside. */
export interface DecideConflict extends Named<"decide-conflict">, AboutConflict {
  /** The name of the strategy that decided. */
  readonly strategy: string;
  /** The decision. */
  readonly decision: ConflictDecision;
}

/**
 * The criterion of an automatic resolution.
 * @category Conflicts
 */
export type ConflictCriterion = "priority" | "timestamp";

/** Resolves a conflict by the known priorities and requests of its agents. */
export interface AutoResolve extends Named<"auto-resolve">, AboutConflict {
  /** The criterion that counts first. */
  readonly prefer: ConflictCriterion;
}

/** Opens a vote on a conflict. */
export interface OpenVote extends Named<"open-vote">, AboutConflict {
  /** The agents that have a vote, each named once. */
  readonly electorate: readonly string[];
  /** The number of votes that decides it, at most all. */
  readonly quorum: number;
  /** The time until it ends without a decision. */
  readonly timeoutMs: number;
}

/** Casts a vote. */
export interface CastVote extends Named<"cast-vote">, AboutConflict {
  /** The agent that votes. */
  readonly voter: string;
  /** The agent of the conflict that it votes for. */
  readonly candidate: string;
}

/** Records the priority of an agent. */
export interface RankAgent extends Named<"rank-agent"> {
  /** The id of the agent. */
  readonly agentId: string;
  /** Higher wins. */
  readonly priority: number;
}

/** Records when agents requested something; a later note replaces an earlier one. */
export interface NoteRequests extends Named<"note-requests"> {
  /** The kind of thing that they request. */
  readonly subject: ConflictSubject;
  /** The id of that thing. */
  readonly subjectId: string;
  /** The time of each request; `null` for this moment. */
  readonly requests: readonly (readonly [agentId: string, at: Instant | null])[];
}

/** Removes the known priority and requests of an agent. */
export interface ForgetParty extends Named<"forget-party"> {
  /** The id of the agent. */
  readonly agentId: string;
}

/**
 * Retires an agent: removes its known priority and requests, excludes it from winning open conflicts,
 * and takes the votes that it has not cast.
 */
export interface RetireParty extends Named<"retire-party"> {
  /** The id of the agent. */
  readonly agentId: string;
}

/** Evicts conflicts that were resolved before an instant. */
export interface ForgetConflicts extends Named<"forget-conflicts"> {
  /** The instant. */
  readonly before: Instant;
}

/** Reads the newest version of a resource, which the agent may then change. */
export interface ReadVersion extends Named<"read-version"> {
  /** The id of the resource. */
  readonly resourceId: string;
  /** The agent that reads. */
  readonly agentId: string;
}

/** Commits a change, if the newest version is the expected one. */
export interface CommitVersion extends Named<"commit-version"> {
  /** The id of the resource. */
  readonly resourceId: string;
  /** The agent that changed it. */
  readonly agentId: string;
  /** The version that the change is based on. */
  readonly expectedVersion: number;
}

/** Ends a reading without a change. */
export interface ReleaseVersion extends Named<"release-version"> {
  /** The id of the resource. */
  readonly resourceId: string;
  /** The agent that had read it. */
  readonly agentId: string;
}

/** Evicts readings from before an instant. */
export interface ForgetReaders extends Named<"forget-readers"> {
  /** The instant. */
  readonly before: Instant;
}

/** The commands of a conflict machine. */
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

/** The answer to a command that resolves a conflict; `isNew` unless it was resolved before. */
export interface ResolutionAnswer {
  /** The one resolution of the conflict. */
  readonly resolution: ConflictResolution;
  /** Whether this command resolved it. */
  readonly isNew: boolean;
}

/** The answers of a conflict machine, by the type of the command. */
export type ConflictAnswers = {
  /** `isNew` unless the same conflict is open already. */
  readonly "report-conflict": {
    readonly conflictId: string;
    readonly isNew: boolean;
    readonly conflict: Conflict;
  };
  readonly "decide-conflict": ResolutionAnswer;
  readonly "auto-resolve": ResolutionAnswer;
  readonly "open-vote": { readonly closesAt: Instant };
  /** `isNew` unless the same vote was cast before; `resolution` when this vote decided. */
  readonly "cast-vote": {
    readonly isNew: boolean;
    readonly resolution: ConflictResolution | undefined;
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

/** The largest number of agents of a conflict. */
const MOST_AGENTS = 1_000;

/** Checks the agents of a conflict, and returns each once. */
export function readAgents(agents: unknown, attempt: Attempt): string[] {
  const distinct = readIds(agents, "agents", MOST_AGENTS, attempt);
  if (distinct.length >= 2) return distinct;
  throw new RangeError(
    `Cannot ${attempt()}: agents must be two or more different ones, got ${distinct.length}`,
  );
}

/** Checks ids, and returns each once, in the order of their first occurrence. */
export function readIds(ids: unknown, name: string, most: number, attempt: Attempt): string[] {
  requireArray(ids, most, name, attempt);
  const distinct = new Set<string>();
  for (const id of ids) {
    requireId(id, name, attempt);
    distinct.add(id);
  }
  return [...distinct];
}

/** Checks and completes the decision of a strategy: without losers, all but the winner lose. */
export function readDecision(
  proposed: unknown,
  agents: readonly string[],
  attempt: Attempt,
): ConflictDecision {
  requireObject(proposed, "the decision of the strategy", attempt);
  const { type, winner, losers, reason } = proposed;
  requireOneOf(type, ["priority", "timestamp", "vote", "manual", "retry"], "type", attempt);
  if (winner !== undefined) requireId(winner, "winner", attempt);
  const others = winner === undefined ? undefined : agents.filter((agentId) => agentId !== winner);
  const defeated = losers === undefined ? others : readIds(losers, "losers", MOST_AGENTS, attempt);
  if (winner !== undefined && defeated!.includes(winner)) {
    throw new RangeError(`Cannot ${attempt()}: the winner must not lose, got ${quote(winner)}`);
  }
  return {
    type: type as ConflictDecision["type"],
    ...(winner !== undefined && { winner }),
    ...(defeated !== undefined && { losers: defeated }),
    reason: typeof reason === "string" ? reason : "",
  };
}
