/**
 * Errors of conflicts.
 *
 * @module
 */

import { LockstepError } from "../core/errors.ts";
import { quote } from "../core/arguments.ts";

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
