/**
 * Errors of conflicts.
 *
 * @module
 */

import { InvariantError, LimitError, LockstepError } from "../core/errors.ts";
import { quote } from "../core/arguments.ts";
import type { ConflictRefused } from "./events.ts";
import type { ConflictState } from "./state.ts";

/** A conflict that nobody reported, or that has been forgotten since it was settled. */
export class UnknownConflictError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-conflict";
  /** `attempt` completes "Cannot …". */
  constructor(
    attempt: string,
    /** What was taken for the id of a conflict. */
    readonly conflictId: string,
  ) {
    super(`Cannot ${attempt}: conflict must have been reported, got ${quote(conflictId)}`);
  }
}

/** What is known doesn't single out a winner; the conflict stays open. */
export class UndecidedConflictError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "undecided-conflict";
  /** `rule` says what would decide it. */
  constructor(
    attempt: string,
    /** The conflict that stays open. */
    readonly conflictId: string,
    rule: string,
  ) {
    super(`Cannot ${attempt}: ${rule}`);
  }
}

/** Something was asked of a vote that its rules don't allow; nothing changed. */
export class VoteError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "vote";
  /** `rule` says what must be so, and what came. */
  constructor(
    attempt: string,
    /** What the vote is, or would be, about. */
    readonly conflictId: string,
    /** Which rule it was. */
    readonly reason: "resolved" | "voting" | "not-voting" | "not-elector" | "voted" | "not-party",
    rule: string,
  ) {
    super(`Cannot ${attempt}: ${rule}`);
  }
}

/** The error for a refused command. `state` is the one that refused it. */
export function refusalError(
  state: Readonly<ConflictState>,
  { command, conflictId, reason, agentId }: ConflictRefused,
  attempt: string,
): LockstepError | RangeError {
  switch (reason) {
    case "unknown-conflict":
      return new UnknownConflictError(attempt, conflictId);
    case "undecided": {
      const rule = "priorities or request times must be known that single out one agent";
      return new UndecidedConflictError(attempt, conflictId, rule);
    }
    case "full":
      return command === "report-conflict"
        ? new LimitError(attempt, "there must be room for one more", state.config.maxActive)
        : new LimitError(attempt, "there must be room for the agents", state.config.maxParties);
    case "not-party":
      if (command === "decide-conflict") {
        const rule = "winner and losers must be agents of the conflict";
        return new RangeError(`Cannot ${attempt}: ${rule}, got ${quote(agentId)}`);
      }
      break;
  }
  const rule = VOTE_RULES[reason];
  if (rule === undefined) {
    return new InvariantError(`Cannot ${attempt}: it must not be refused as ${quote(reason)}`);
  }
  const came = agentId === "" ? "" : `, got ${quote(agentId)}`;
  return new VoteError(attempt, conflictId, reason, rule + came);
}

const VOTE_RULES: Readonly<Record<VoteError["reason"], string>> = {
  "resolved": "the conflict must be open",
  "voting": "no vote on it may be open",
  "not-voting": "a vote on it must be open",
  "not-elector": "the voter must be of the electorate",
  "voted": "the voter must not have voted for somebody else",
  "not-party": "the candidate must be an agent of the conflict",
};
