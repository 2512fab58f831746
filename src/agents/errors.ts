/**
 * The errors of refused membership commands.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import {
  LimitError,
  type LockstepError,
  StaleEpochError,
  UnknownAgentError,
} from "../core/errors.ts";
import type { AgentRefused } from "./events.ts";

/** Returns the error for a refused command of an agent. */
export function membershipError(refused: AgentRefused): LockstepError {
  const { agentId, incarnation, command, reason, detail } = refused;
  const attempt = `${command.replaceAll("-", " ")} as agent ${quote(agentId)}`;
  switch (reason) {
    case "unknown-agent":
      return new UnknownAgentError(attempt, agentId);
    case "stale-incarnation":
      return new StaleEpochError(attempt, incarnation, detail);
    case "full":
      return new LimitError(attempt, "there must be room for one more agent", detail);
  }
}
