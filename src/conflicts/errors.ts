/**
 * Errors of conflicts.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { InvariantError, LimitError, LockstepError } from "../core/errors.ts";
import type { Tick } from "../core/machine.ts";
import type { ConflictCommand, NoteRequests } from "./commands.ts";
import type { ConflictRefused, VersionRefused } from "./events.ts";
import type { ConflictState } from "./state.ts";

/**
 * A conflict that was never reported, or that has been forgotten since it was resolved.
 * @category Conflicts
 */
export class UnknownConflictError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-conflict";
  /** The unknown id. */
  readonly conflictId: string;

  /** `attempt` completes "Cannot …", here and below. */
  constructor(attempt: string, conflictId: string) {
    super(`Cannot ${attempt}: conflict must have been reported, got ${quote(conflictId)}`);
    this.conflictId = conflictId;
  }
}

/**
 * The known facts single out no winner; the conflict stays open.
 * @category Conflicts
 */
export class UndecidedConflictError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "undecided-conflict";
  /** The id of the conflict. */
  readonly conflictId: string;

  /** `rule` names the condition that is missing. */
  constructor(attempt: string, conflictId: string, rule: string) {
    super(`Cannot ${attempt}: ${rule}`);
    this.conflictId = conflictId;
  }
}

/**
 * A command on a vote that its rules forbid; nothing changed.
 * @category Conflicts
 */
export class VoteError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "vote";
  /** The id of the conflict that the vote is, or would be, about. */
  readonly conflictId: string;
  /** The broken rule. */
  readonly reason: "resolved" | "voting" | "not-voting" | "not-elector" | "voted" | "not-party";

  /** `rule` names the condition, and the value that broke it. */
  constructor(attempt: string, conflictId: string, reason: VoteError["reason"], rule: string) {
    super(`Cannot ${attempt}: ${rule}`);
    this.conflictId = conflictId;
    this.reason = reason;
  }
}

/** Returns the error for a refused `command`. `state` is the one that refused it. */
export function refusalError(
  { config }: Readonly<ConflictState>,
  command: Exclude<ConflictCommand, Tick>,
  refused: ConflictRefused | VersionRefused,
): LockstepError | RangeError {
  const attempt = attemptOf(command);
  const { agentId, reason } = refused;
  const conflictId = "conflictId" in refused ? refused.conflictId : "";
  switch (reason) {
    case "unknown-conflict":
      return new UnknownConflictError(attempt, conflictId);
    case "undecided": {
      const rule = "priorities or request times must be known that single out one agent";
      return new UndecidedConflictError(attempt, conflictId, rule);
    }
    case "full":
      return command.type === "report-conflict"
        ? new LimitError(attempt, "there must be room for one more", config.maxActive)
        : new LimitError(attempt, "there must be room for the agents", config.maxParties);
    case "resolved":
    case "voting":
    case "not-voting":
    case "not-elector":
    case "voted":
    case "not-party": {
      const got = agentId === "" ? "" : `, got ${quote(agentId)}`;
      if (command.type === "decide-conflict") {
        const rule = "winner and losers must be agents of the conflict";
        return new RangeError(`Cannot ${attempt}: ${rule}${got}`);
      }
      return new VoteError(attempt, conflictId, reason, VOTE_RULES[reason] + got);
    }
    case "stale-version":
    case "not-reader":
      return new InvariantError(`Cannot ${attempt}: its refusal must be read as an answer`);
  }
}

const VOTE_RULES: Readonly<Record<VoteError["reason"], string>> = {
  "resolved": "the conflict must be open",
  "voting": "no vote on it may be open",
  "not-voting": "a vote on it must be open",
  "not-elector": "the voter must be of the electorate",
  "voted": "the voter must not have voted for another candidate",
  "not-party": "the candidate must be an agent of the conflict",
};

/** A command, or as much of it as its attempt names. */
export interface Attempted {
  readonly type: Exclude<ConflictCommand, Tick>["type"];
  readonly subject?: unknown;
  readonly subjectId?: unknown;
  readonly conflictId?: unknown;
  readonly agentId?: unknown;
  readonly resourceId?: unknown;
  readonly requests?: NoteRequests["requests"];
}

/** Describes what a command attempts; completes "Cannot …". */
export function attemptOf(command: Attempted): string {
  const { type, subject, subjectId, conflictId, agentId, resourceId, requests } = command;
  switch (type) {
    case "report-conflict":
      return `report a conflict over ${subject} ${quote(subjectId)}`;
    case "decide-conflict":
    case "auto-resolve":
      return `resolve conflict ${quote(conflictId)}`;
    case "open-vote":
      return `open a vote on conflict ${quote(conflictId)}`;
    case "cast-vote":
      return `vote on conflict ${quote(conflictId)}`;
    case "rank-agent":
      return `set the priority of agent ${quote(agentId)}`;
    case "note-requests":
      return `record a request of agent ${quote(requests?.[0]?.[0])}`;
    case "forget-party":
    case "retire-party":
      return `forget agent ${quote(agentId)}`;
    case "forget-conflicts":
      return "forget old conflicts";
    case "read-version":
      return `read the version of ${quote(resourceId)} for agent ${quote(agentId)}`;
    case "commit-version":
      return `update ${quote(resourceId)} for agent ${quote(agentId)}`;
    case "release-version":
      return `release ${quote(resourceId)} for agent ${quote(agentId)}`;
    case "forget-readers":
      return "forget old readings";
  }
}
