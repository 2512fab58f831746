/**
 * The façade of conflicts.
 *
 * @module
 */

import {
  type Attempt,
  limitMs,
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
  requirePriority,
  requireSignal,
} from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { readConfig } from "../core/config.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import type { Instant } from "../core/machine.ts";
import { type ConflictHosting, HostOfConflicts } from "./client.ts";
import {
  type CastVote,
  type ConflictCriterion,
  type DecideConflict,
  type NoteRequests,
  type OpenVote,
  type RankAgent,
  readAgents,
  readDecision,
  readIds,
  type ReportConflict,
} from "./commands.ts";
import type { ConflictRecord, ConflictSubject } from "./state.ts";
import { CONFLICT_OPTIONS, type ConflictConfig, VOTE_OPTIONS } from "./config.ts";
import { attemptOf, UndecidedConflictError, UnknownConflictError } from "./errors.ts";
import {
  type ConflictResolutionStrategy,
  MOST_VOTERS,
  PriorityResolutionStrategy,
  type ResolutionContext,
  TimestampResolutionStrategy,
  VotingResolutionStrategy,
} from "./strategies.ts";
import type {
  Conflict,
  ConflictResolution,
  ResourceConflict,
  TaskConflict,
  TaskConflictType,
} from "./types.ts";
import { countResolved, evidenceOn, findConflict, viewOf } from "./views.ts";

/**
 * Options of {@linkcode ConflictResolver}; all of them may be left out.
 * @category Conflicts
 */
export interface ConflictResolverOptions extends ConflictHosting, Partial<ConflictConfig> {
  /** The time until a vote ends undecided, in milliseconds; 0 for no limit. @default 30_000 */
  voteTimeoutMs?: number;
}

/**
 * Numbers of conflicts.
 * @category Conflicts
 */
export interface ConflictStats {
  /** Conflicts that were ever reported. */
  readonly totalConflicts: number;
  /** Conflicts that are open. */
  readonly activeConflicts: number;
  /** Conflicts that were ever resolved. */
  readonly resolvedConflicts: number;
  /** Conflicts that were ever resolved, by strategy. */
  readonly resolutionsByStrategy: Record<string, number>;
  /** Conflicts that were ever reported: on a `resource`, and by type on tasks. */
  readonly conflictsByType: Record<string, number>;
}

/**
 * Options of a vote.
 * @category Conflicts
 */
export interface VoteOptions {
  /** The agents that have a vote. @default the agents of the conflict */
  electorate?: readonly string[];
  /** The number of votes that ends the vote and decides. @default more than half of the electorate */
  quorum?: number;
  /** The time until the vote ends undecided; 0 for no limit. @default the resolver's `voteTimeoutMs` */
  timeoutMs?: number;
}

/**
 * An open vote.
 * @category Conflicts
 */
export interface VoteView {
  /** The id of the conflict. */
  readonly conflictId: string;
  /** The agents that have a vote. */
  readonly electorate: readonly string[];
  /** The number of votes that ends the vote and decides. */
  readonly quorum: number;
  /** When it ends without a decision. */
  readonly closesAt: Instant;
}

const THING = "the conflict resolver";

/**
 * Resolves conflicts, each once: by a strategy and its context, by the known priorities and requests
 * of the agents, or by a vote.
 *
 * Works at once, unless it has a journal: then {@linkcode initialize} has to read it first.
 *
 * @example
 * ```ts
 * import { ConflictResolver } from "@lockstep/lockstep";
 *
 * const resolver = new ConflictResolver();
 * await resolver.setAgentPriority("writer", 1);
 * await resolver.setAgentPriority("reviewer", 5);
 * const { id } = await resolver.reportResourceConflict("report.md", ["writer", "reviewer"]);
 * console.log((await resolver.autoResolve(id)).winner); // reviewer
 * await resolver.shutdown();
 * ```
 * @category Conflicts
 */
export class ConflictResolver implements AsyncDisposable {
  readonly #host: HostOfConflicts;
  readonly #voteTimeoutMs: number;
  readonly #strategies = new Map<string, ConflictResolutionStrategy>();

  /**
   * Makes a resolver with the strategies `priority`, `timestamp` and `vote`.
   *
   * @throws {TypeError | RangeError} when an option, or something else, is malformed
   */
  constructor(
    logger: Logger = defaultLogger,
    eventBus?: EventBus,
    options: ConflictResolverOptions = {},
  ) {
    const attempt = () => `create ${THING}`;
    const config = readConfig(CONFLICT_OPTIONS, options, attempt);
    this.#voteTimeoutMs = readConfig(VOTE_OPTIONS, options, attempt).voteTimeoutMs;
    this.#host = new HostOfConflicts(THING, config, eventBus, logger, options);
    this.registerStrategy(new PriorityResolutionStrategy());
    this.registerStrategy(new TimestampResolutionStrategy());
    this.registerStrategy(new VotingResolutionStrategy());
  }

  /** Reads the journal, if there is one. Idempotent. */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /** Ends all calls that wait with a `ClosedError`, and closes the resolver. Idempotent. */
  shutdown(): Promise<void> {
    return this.#host.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Registers a strategy; it replaces one of the same name. */
  registerStrategy(strategy: ConflictResolutionStrategy): void {
    const attempt = () => "register a strategy";
    requireObject(strategy as unknown, "strategy", attempt);
    requireId(strategy.name, "strategy.name", attempt);
    requireFunction(strategy.resolve, "strategy.resolve", attempt);
    this.#strategies.set(strategy.name, strategy);
  }

  /**
   * Reports that agents request a resource which not all of them can have. While a conflict of the
   * same agents over it is open, resolves to that one.
   *
   * @throws {LimitError} when too many conflicts are open
   */
  async reportResourceConflict(
    resourceId: string,
    agents: readonly string[],
  ): Promise<ResourceConflict> {
    const conflict = await this.#report("resource", resourceId, undefined, agents);
    return conflict as ResourceConflict;
  }

  /**
   * Reports that agents disagree on a task. While a conflict of the same agents over it, of the same
   * type, is open, resolves to that one.
   *
   * @throws {LimitError} when too many conflicts are open
   */
  async reportTaskConflict(
    taskId: string,
    agents: readonly string[],
    type: TaskConflictType = "assignment",
  ): Promise<TaskConflict> {
    return await this.#report("task", taskId, type, agents) as TaskConflict;
  }

  /**
   * Resolves a conflict by a strategy. Idempotent: a conflict has one resolution.
   *
   * @throws {UnknownConflictError} when it was never reported, or was evicted
   * @throws {UndecidedConflictError} when the context lacks the facts of the strategy
   * @throws {RangeError} when there is no such strategy, or it names an agent outside the conflict
   */
  async resolveConflict(
    conflictId: string,
    strategyName: string,
    context: ResolutionContext = {},
  ): Promise<ConflictResolution> {
    const attempt = () => attemptOf({ type: "decide-conflict", conflictId });
    const conflict = this.#find(conflictId, attempt);
    requireObject(context as unknown, "context", attempt);
    const strategy = this.#strategy(strategyName, attempt);
    if (conflict.resolution !== undefined) return conflict.resolution;
    const proposed: unknown = await strategy.resolve(viewOf(conflict), context);
    const decision = readDecision(proposed, conflict.agents, attempt);
    const command: DecideConflict = {
      type: "decide-conflict",
      conflictId,
      strategy: strategyName,
      decision,
    };
    return await this.#host.clientFor(attempt).call(command, ({ resolution }) => resolution);
  }

  /**
   * Resolves a conflict by the known facts: priorities, then request times, or the other way round when
   * `timestamp` is preferred; or by a strategy of yours, which gets the known facts as its context.
   * Nothing is assumed about an agent without them. Idempotent: a conflict has one resolution.
   *
   * @throws {UndecidedConflictError} when the facts single out no winner, and `tiebreak` is `none`
   * @throws {VoteError} while a vote on it is open
   * @throws {UnknownConflictError} when it was never reported, or was evicted
   */
  async autoResolve(
    conflictId: string,
    preferredStrategy: string = "priority",
  ): Promise<ConflictResolution> {
    const attempt = () => attemptOf({ type: "decide-conflict", conflictId });
    const conflict = this.#find(conflictId, attempt);
    const strategy = this.#strategy(preferredStrategy, attempt);
    if (conflict.resolution !== undefined) return conflict.resolution;
    if (strategy instanceof VotingResolutionStrategy) {
      const rule = "a vote must be held with openVote()";
      throw new UndecidedConflictError(attempt(), conflictId, rule);
    }
    const prefer = criterionOf(strategy);
    const client = this.#host.clientFor(attempt);
    if (prefer === undefined) {
      const { priorities, requestedAt } = evidenceOn(client.state, conflict);
      const known = { agentPriorities: priorities, requestTimestamps: requestedAt };
      return await this.resolveConflict(conflictId, preferredStrategy, known);
    }
    const command = { type: "auto-resolve", conflictId, prefer } as const;
    return await client.call(command, ({ resolution }) => resolution);
  }

  /**
   * Opens a vote on a conflict. With as many votes as the quorum the agent with the most votes wins;
   * ties break by priority, earliest request and id, as far as they are known. At its deadline the vote
   * ends, and the conflict stays open.
   *
   * @throws {VoteError} when the conflict is resolved, or a vote on it is open
   * @throws {UnknownConflictError} when it was never reported, or was evicted
   */
  async openVote(conflictId: string, options: VoteOptions = {}): Promise<VoteView> {
    const attempt = () => attemptOf({ type: "open-vote", conflictId });
    const conflict = this.#find(conflictId, attempt);
    requireObject(options as unknown, "options", attempt);
    const { timeoutMs: limit = this.#voteTimeoutMs } = options;
    const electorate = readIds(
      options.electorate ?? conflict.agents,
      "electorate",
      MOST_VOTERS,
      attempt,
    );
    if (electorate.length === 0) {
      throw new RangeError(`Cannot ${attempt()}: electorate must not be empty, got an array of 0`);
    }
    const { quorum = Math.floor(electorate.length / 2) + 1 } = options;
    requireInteger(quorum, 1, electorate.length, "quorum", attempt);
    const timeoutMs = limitMs(limit, "timeoutMs", attempt);
    const command: OpenVote = { type: "open-vote", conflictId, electorate, quorum, timeoutMs };
    return await this.#host.clientFor(attempt).call(
      command,
      ({ closesAt }) => ({ conflictId, electorate, quorum, closesAt }),
    );
  }

  /**
   * Votes for an agent of the conflict. Idempotent: the same vote counts once.
   *
   * @returns the resolution when this vote decided it, otherwise `undefined`
   * @throws {VoteError} when no vote is open, or the voter has none or has used it
   * @throws {UnknownConflictError} when the conflict was never reported, or was evicted
   */
  async vote(
    conflictId: string,
    voter: string,
    candidate: string,
  ): Promise<ConflictResolution | undefined> {
    const command: CastVote = { type: "cast-vote", conflictId, voter, candidate };
    const attempt = () => attemptOf(command);
    requireId(conflictId, "conflictId", attempt);
    requireId(voter, "voter", attempt);
    requireId(candidate, "candidate", attempt);
    return await this.#host.clientFor(attempt).call(command, ({ resolution }) => resolution);
  }

  /**
   * Waits until a conflict is resolved.
   *
   * @throws {UndecidedConflictError} when a vote on it ends without a decision
   * @throws {UnknownConflictError} when it was never reported, or was evicted
   * @throws {ClosedError} when the resolver is shut down
   * @throws the reason of `signal` when it aborts
   */
  async resolutionOf(
    conflictId: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<ConflictResolution> {
    const attempt = () => `wait for the resolution of conflict ${quote(conflictId)}`;
    requireId(conflictId, "conflictId", attempt);
    requireObject(options as unknown, "options", attempt);
    const { signal } = options;
    if (signal !== undefined) requireSignal(signal, "signal", attempt);
    return await this.#host.clientFor(attempt).resolutionOf(conflictId, signal, attempt);
  }

  /**
   * Sets the priority of an agent, for {@linkcode autoResolve} and for ties.
   *
   * @throws {LimitError} when `maxParties` other agents are known
   */
  async setAgentPriority(agentId: string, priority: number): Promise<void> {
    const command: RankAgent = { type: "rank-agent", agentId, priority };
    const attempt = () => attemptOf(command);
    requireId(agentId, "agentId", attempt);
    requirePriority(priority, "priority", attempt);
    await this.#host.clientFor(attempt).call(command);
  }

  /**
   * Records when an agent requested a resource or a task; a later note replaces an earlier one.
   *
   * @param at the time of the request @default now
   * @throws {LimitError} when `maxParties` other agents are known
   */
  async recordRequest(
    subject: "resource" | "task",
    subjectId: string,
    agentId: string,
    at?: Date | Instant,
  ): Promise<void> {
    const since = at instanceof Date ? at.getTime() : at ?? null;
    const requests: NoteRequests["requests"] = [[agentId, since]];
    const command: NoteRequests = { type: "note-requests", subject, subjectId, requests };
    const attempt = () => attemptOf(command);
    requireOneOf(subject, ["resource", "task"], "subject", attempt);
    requireId(subjectId, "subjectId", attempt);
    requireId(agentId, "agentId", attempt);
    if (since !== null) requireMs(since, 0, "at", attempt);
    await this.#host.clientFor(attempt).call(command);
  }

  /** Removes the priority and the requests of an agent. Its open conflicts stay. */
  async forgetAgent(agentId: string): Promise<void> {
    const command = { type: "forget-party", agentId } as const;
    const attempt = () => attemptOf(command);
    requireId(agentId, "agentId", attempt);
    await this.#host.clientFor(attempt).call(command);
  }

  /** Returns a conflict; `undefined` when it was never reported, or was evicted. */
  getConflict(conflictId: string): Conflict | undefined {
    const attempt = () => `look at conflict ${quote(conflictId)}`;
    requireId(conflictId, "conflictId", attempt);
    const conflict = findConflict(this.#host.clientFor(attempt).state, conflictId);
    return conflict && viewOf(conflict);
  }

  /** Returns all open conflicts, oldest first. */
  getActiveConflicts(): Conflict[] {
    const { active } = this.#host.clientFor(() => "look at conflicts").state;
    return [...active.values()].map(viewOf);
  }

  /** Returns at most `limit` of the newest resolved conflicts, newest first. */
  getConflictHistory(limit: number = Number.MAX_SAFE_INTEGER): Conflict[] {
    const attempt = () => "look at conflicts";
    requireInteger(limit, 0, Number.MAX_SAFE_INTEGER, "limit", attempt);
    const { resolved, resolvedIds: { items, head } } = this.#host.clientFor(attempt).state;
    const ids = items.slice(Math.max(head, items.length - limit)).reverse();
    return ids.map((id) => viewOf(resolved.get(id)!));
  }

  /**
   * Evicts the conflicts that were resolved more than `maxAgeMs` ago.
   *
   * @returns the number of those conflicts
   */
  cleanupOldConflicts(maxAgeMs: number): number {
    const attempt = () => attemptOf({ type: "forget-conflicts" });
    requireMs(maxAgeMs, 0, "maxAgeMs", attempt);
    const client = this.#host.clientFor(attempt);
    const before = Math.floor(client.now) - maxAgeMs;
    const count = countResolved(client.state, before);
    client.owe({ type: "forget-conflicts", before });
    return count;
  }

  /** Returns the numbers of conflicts. */
  getStats(): ConflictStats {
    const { state } = this.#host.clientFor(() => "count conflicts");
    const { active, reported, resolutionsByStrategy, conflictsByType } = state;
    return {
      totalConflicts: reported,
      activeConflicts: active.size,
      resolvedConflicts: reported - active.size,
      resolutionsByStrategy: Object.fromEntries(resolutionsByStrategy),
      conflictsByType: Object.fromEntries(conflictsByType),
    };
  }

  async #report(
    subject: ConflictSubject,
    subjectId: string,
    disagreement: TaskConflictType | undefined,
    agents: readonly string[],
  ): Promise<Conflict> {
    const type = "report-conflict";
    const attempt = () => attemptOf({ type, subject, subjectId });
    requireId(subjectId, `${subject}Id`, attempt);
    if (subject === "task") requireOneOf(disagreement, DISAGREEMENTS, "type", attempt);
    const distinct = readAgents(agents, attempt);
    const command: ReportConflict = { type, subject, subjectId, disagreement, agents: distinct };
    return await this.#host.clientFor(attempt).call(command, ({ conflict }) => conflict);
  }

  #find(conflictId: string, attempt: Attempt): Readonly<ConflictRecord> {
    requireId(conflictId, "conflictId", attempt);
    const conflict = findConflict(this.#host.clientFor(attempt).state, conflictId);
    if (conflict === undefined) throw new UnknownConflictError(attempt(), conflictId);
    return conflict;
  }

  #strategy(name: string, attempt: Attempt): ConflictResolutionStrategy {
    requireOneOf(name, [...this.#strategies.keys()], "strategy", attempt);
    return this.#strategies.get(name)!;
  }
}

const DISAGREEMENTS = ["assignment", "dependency", "output"];

/** Returns the criterion by which the machine itself decides as `strategy` would. */
function criterionOf(strategy: ConflictResolutionStrategy): ConflictCriterion | undefined {
  if (strategy.constructor === PriorityResolutionStrategy) return "priority";
  return strategy.constructor === TimestampResolutionStrategy ? "timestamp" : undefined;
}
