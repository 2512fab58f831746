/**
 * The order of the agents of a conflict.
 *
 * Ties break by priority, then by the earliest request, then by id. Nothing is assumed about an agent
 * without a priority or a request time: it comes behind those with one.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { ConflictDecision } from "./types.ts";
import type { ConflictCriterion } from "./commands.ts";

/** The known facts about the agents of a conflict. */
export interface Evidence {
  /** Higher wins. */
  readonly priorities: ReadonlyMap<string, number>;
  /** Earlier wins. */
  readonly requestedAt: ReadonlyMap<string, Instant>;
}

/** Measures an agent, the larger the better; `undefined` when it is not known. */
type Merit = (agentId: string) => number | undefined;

/** Decides by priorities; `undefined` when no agent has one. */
export function decideByPriority(
  agents: readonly string[],
  evidence: Evidence,
): ConflictDecision | undefined {
  const { priority, timestamp } = meritsOf(evidence);
  return decide("priority", agents, [priority, timestamp], "it has the highest priority");
}

/** Decides by request times; `undefined` when no agent has one. */
export function decideByTimestamp(
  agents: readonly string[],
  evidence: Evidence,
): ConflictDecision | undefined {
  const { priority, timestamp } = meritsOf(evidence);
  return decide("timestamp", agents, [timestamp, priority], "it asked first");
}

/** Decides by the number of votes for each agent; `undefined` when there is no vote. */
export function decideByVotes(
  agents: readonly string[],
  votes: ReadonlyMap<string, number>,
  evidence: Evidence,
): ConflictDecision | undefined {
  const { priority, timestamp } = meritsOf(evidence);
  const merits = [(agentId: string) => votes.get(agentId) || undefined, priority, timestamp];
  return decide("vote", agents, merits, "it has the most votes");
}

function decide(
  type: "priority" | "timestamp" | "vote",
  agents: readonly string[],
  merits: readonly Merit[],
  reason: string,
): ConflictDecision | undefined {
  const merit = merits[0]!;
  if (agents.every((agentId) => merit(agentId) === undefined)) return undefined;
  const [winner, ...losers] = rank(agents, merits);
  const equals = agents.filter((agentId) => merit(agentId) === merit(winner!)).length;
  const value = type === "timestamp" ? "" : `, ${merit(winner!)}`;
  const tie = equals === 1 ? "" : `; of ${equals} equals the first by ${TIEBREAKS[type]}`;
  return { type, winner: winner!, losers, reason: `${reason}${value}${tie}` };
}

const TIEBREAKS = {
  priority: "request time and id",
  timestamp: "priority and id",
  vote: "priority, request time and id",
};

/**
 * Decides by the known facts, starting with the preferred criterion. A criterion counts only if it is
 * known of all agents that are left, so that no agent loses for a missing fact. `undefined` when
 * several agents are left at the end, unless ids may decide.
 */
export function decideByEvidence(
  agents: readonly string[],
  evidence: Evidence,
  prefer: ConflictCriterion,
  mayUseIds: boolean,
): ConflictDecision | undefined {
  const merits = meritsOf(evidence);
  const order: readonly ConflictCriterion[] = prefer === "priority"
    ? ["priority", "timestamp"]
    : ["timestamp", "priority"];
  const used: ConflictCriterion[] = [];
  let left = agents;
  for (const criterion of order) {
    const best = bestOf(left, merits[criterion]);
    if (best.length < left.length) used.push(criterion);
    left = best;
  }
  if (left.length > 1 && !mayUseIds) return undefined;
  const winner = left.reduce((a, b) => a < b ? a : b);
  const others = agents.filter((agentId) => agentId !== winner);
  const grounds: string[] = used.map((criterion) => GROUNDS[criterion]);
  if (left.length > 1) grounds.push("its id comes first");
  return {
    type: used[0] ?? prefer,
    winner,
    losers: rank(others, order.map((criterion) => merits[criterion])),
    reason: `as far as is known, ${grounds.join(" and ")}`,
  };
}

const GROUNDS: Readonly<Record<ConflictCriterion, string>> = {
  priority: "its priority is the highest",
  timestamp: "it asked first",
};

/** Returns the best of `agents`; all of them when `merit` is not known of each. */
function bestOf(agents: readonly string[], merit: Merit): readonly string[] {
  let most = -Infinity;
  for (const agentId of agents) {
    const value = merit(agentId);
    if (value === undefined) return agents;
    if (value > most) most = value;
  }
  return agents.filter((agentId) => merit(agentId) === most);
}

function meritsOf({ priorities, requestedAt }: Evidence): Record<ConflictCriterion, Merit> {
  return {
    priority: (agentId) => priorities.get(agentId),
    timestamp: (agentId) => {
      const at = requestedAt.get(agentId);
      return at === undefined ? undefined : -at;
    },
  };
}

/** Returns `agents`, best first. */
function rank(agents: readonly string[], merits: readonly Merit[]): string[] {
  return agents.toSorted((a, b) => compareMerits(a, b, merits) || (a < b ? -1 : 1));
}

function compareMerits(a: string, b: string, merits: readonly Merit[]): number {
  for (const merit of merits) {
    const ofA = merit(a) ?? -Infinity;
    const ofB = merit(b) ?? -Infinity;
    if (ofA !== ofB) return ofA > ofB ? -1 : 1;
  }
  return 0;
}
