/**
 * What callers and strategies hand in, checked.
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
import type { Conflict, ConflictDecision } from "./types.ts";

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
  { agents }: Conflict,
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
