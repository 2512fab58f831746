/**
 * From what a conflict machine refuses to the errors that callers get.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { InvariantError, LimitError, type LockstepError } from "../core/errors.ts";
import { UndecidedConflictError, UnknownConflictError, VoteError } from "./errors.ts";
import type { ConflictRefused } from "./events.ts";
import type { ConflictState } from "./state.ts";

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
