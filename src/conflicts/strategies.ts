/**
 * Strategies decide conflicts by their arguments only: the same conflict and the same context lead to
 * the same decision.
 *
 * Ties break by priority, then by the earliest request, then by id, as far as the context has them. An
 * agent that is not in the context comes last.
 *
 * @module
 */

import { type Attempt, quote, requireArray, requireInteger } from "../core/arguments.ts";
import { UndecidedConflictError } from "./errors.ts";
import type { Instant } from "../core/machine.ts";
import type { Conflict, ConflictDecision } from "./types.ts";
import { decideByPriority, decideByTimestamp, decideByVotes, type Evidence } from "./ranking.ts";

/**
 * The facts that a strategy decides by; a strategy of yours may need more.
 * @category Conflicts
 */
export interface ResolutionContext {
  /** From agent to priority; higher wins. */
  readonly agentPriorities?: ReadonlyMap<string, number>;
  /** From agent to the time of its request; earlier wins. */
  readonly requestTimestamps?: ReadonlyMap<string, Date | Instant>;
  /** From candidate to its voters; a voter has one vote. */
  readonly votes?: ReadonlyMap<string, readonly string[]>;
  /** The agents that may vote. @default all */
  readonly electorate?: readonly string[];
  /** The least number of votes. @default 1 */
  readonly quorum?: number;
  /** More facts for a strategy of yours. */
  readonly [more: string]: unknown;
}

/**
 * Decides conflicts.
 * @category Conflicts
 */
export interface ConflictResolutionStrategy {
  /** The name of the strategy. */
  readonly name: string;
  /** Decides; the winner and the losers are agents of the conflict. */
  resolve(
    conflict: Conflict,
    context: ResolutionContext,
  ): ConflictDecision | Promise<ConflictDecision>;
}

/**
 * Chooses the agent with the highest priority.
 *
 * @example
 * ```ts
 * import { ConflictResolver } from "@lockstep/lockstep";
 *
 * const resolver = new ConflictResolver();
 * const { id } = await resolver.reportResourceConflict("report.md", ["writer", "reviewer"]);
 * const { winner } = await resolver.resolveConflict(id, "priority", {
 *   agentPriorities: new Map([["writer", 1], ["reviewer", 5]]),
 * });
 * console.log(winner); // reviewer
 * ```
 * @category Conflicts
 */
export class PriorityResolutionStrategy implements ConflictResolutionStrategy {
  /** The name of the strategy. */
  readonly name = "priority";

  /**
   * Decides by `agentPriorities`.
   *
   * @throws {UndecidedConflictError} when no agent of the conflict has a priority
   */
  resolve(conflict: Conflict, context: ResolutionContext): ConflictDecision {
    const evidence = evidenceOf(conflict, context);
    return decided(
      conflict,
      decideByPriority(conflict.agents, evidence),
      "agentPriorities must have a priority of one of its agents",
    );
  }
}

/**
 * Chooses the agent with the earliest request.
 *
 * @example
 * ```ts
 * import { ConflictResolver } from "@lockstep/lockstep";
 *
 * const resolver = new ConflictResolver();
 * const { id } = await resolver.reportResourceConflict("report.md", ["writer", "reviewer"]);
 * const { winner } = await resolver.resolveConflict(id, "timestamp", {
 *   requestTimestamps: new Map([["writer", new Date(1_000)], ["reviewer", new Date(2_000)]]),
 * });
 * console.log(winner); // writer
 * ```
 * @category Conflicts
 */
export class TimestampResolutionStrategy implements ConflictResolutionStrategy {
  /** The name of the strategy. */
  readonly name = "timestamp";

  /**
   * Decides by `requestTimestamps`.
   *
   * @throws {UndecidedConflictError} when no agent of the conflict has a request time
   */
  resolve(conflict: Conflict, context: ResolutionContext): ConflictDecision {
    const evidence = evidenceOf(conflict, context);
    return decided(
      conflict,
      decideByTimestamp(conflict.agents, evidence),
      "requestTimestamps must have a time of one of its agents",
    );
  }
}

/**
 * Chooses the agent with the most votes. The votes are part of the context;
 * `ConflictResolver.openVote` opens a vote with a deadline.
 *
 * @example
 * ```ts
 * import { ConflictResolver } from "@lockstep/lockstep";
 *
 * const resolver = new ConflictResolver();
 * const { id } = await resolver.reportTaskConflict("plan", ["a", "b"], "output");
 * const { winner } = await resolver.resolveConflict(id, "vote", {
 *   votes: new Map([["a", ["critic"]], ["b", ["tester", "planner"]]]),
 * });
 * console.log(winner); // b
 * ```
 * @category Conflicts
 */
export class VotingResolutionStrategy implements ConflictResolutionStrategy {
  /** The name of the strategy. */
  readonly name = "vote";

  /**
   * Decides by `votes`.
   *
   * @throws {RangeError} when a voter votes twice or has no vote, or a candidate is no agent of the conflict
   * @throws {UndecidedConflictError} when there are fewer votes than the quorum
   */
  resolve(conflict: Conflict, context: ResolutionContext): ConflictDecision {
    const attempt = attemptOf(conflict);
    const { quorum = 1 } = context;
    requireInteger(quorum, 1, Number.MAX_SAFE_INTEGER, "quorum", attempt);
    const votes = countVotes(conflict, context, attempt);
    const cast = [...votes.values()].reduce((sum, count) => sum + count, 0);
    const decision = cast < quorum
      ? undefined
      : decideByVotes(conflict.agents, votes, evidenceOf(conflict, context));
    return decided(conflict, decision, `votes must be ${quorum} or more, got ${cast}`);
  }
}

function countVotes(
  { agents }: Conflict,
  { votes = new Map(), electorate }: ResolutionContext,
  attempt: Attempt,
): Map<string, number> {
  requireMap(votes, "votes", attempt);
  if (electorate !== undefined) requireArray(electorate, MOST_VOTERS, "electorate", attempt);
  const entitled = electorate && new Set<unknown>(electorate);
  const counted = new Map<string, number>();
  const voted = new Set<string>();
  for (const [candidate, voters] of votes) {
    requireArray(voters, MOST_VOTERS, `votes for ${quote(candidate)}`, attempt);
    if (!agents.includes(candidate)) {
      refuse(attempt, "votes must be for its agents", candidate);
    }
    for (const voter of new Set(voters)) {
      if (entitled?.has(voter) === false) {
        refuse(attempt, "voters must be of the electorate", voter);
      }
      if (voted.has(voter)) refuse(attempt, "no voter may have two votes", voter);
      voted.add(voter);
      counted.set(candidate, (counted.get(candidate) ?? 0) + 1);
    }
  }
  return counted;
}

/** The largest number of voters. */
export const MOST_VOTERS = 100_000;

function refuse(attempt: Attempt, rule: string, agentId: unknown): never {
  throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${quote(agentId)}`);
}

function evidenceOf(conflict: Conflict, context: ResolutionContext): Evidence {
  const attempt = attemptOf(conflict);
  const { agentPriorities = new Map(), requestTimestamps = new Map() } = context;
  requireMap(agentPriorities, "agentPriorities", attempt);
  requireMap(requestTimestamps, "requestTimestamps", attempt);
  const priorities = new Map<string, number>();
  const requestedAt = new Map<string, Instant>();
  for (const agentId of conflict.agents) {
    const priority: unknown = agentPriorities.get(agentId);
    if (priority !== undefined) {
      priorities.set(agentId, finite(priority, "agentPriorities", attempt));
    }
    const at: unknown = requestTimestamps.get(agentId);
    if (at !== undefined) {
      const time = at instanceof Date ? at.getTime() : at;
      requestedAt.set(agentId, finite(time, "requestTimestamps", attempt));
    }
  }
  return { priorities, requestedAt };
}

function finite(value: unknown, name: string, attempt: Attempt): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new TypeError(`Cannot ${attempt()}: ${name} must be finite, got ${quote(value)}`);
}

function requireMap(value: unknown, name: string, attempt: Attempt): void {
  if (value instanceof Map) return;
  throw new TypeError(`Cannot ${attempt()}: ${name} must be a Map, got ${quote(value)}`);
}

function decided(
  conflict: Conflict,
  decision: ConflictDecision | undefined,
  rule: string,
): ConflictDecision {
  if (decision !== undefined) return decision;
  throw new UndecidedConflictError(attemptOf(conflict)(), conflict.id, rule);
}

function attemptOf({ id }: Conflict): Attempt {
  return () => `resolve conflict ${quote(id)}`;
}
