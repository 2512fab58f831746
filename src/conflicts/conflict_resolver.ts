/**
 * Conflicts as callers use them.
 *
 * @module
 */

import {
  type Attempt,
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
import { countSettled, evidenceOn, findConflict, viewOf } from "./views.ts";

/** Options of {@linkcode ConflictResolver}; all of them may be left out. */
export interface ConflictResolverOptions extends ConflictHosting, Partial<ConflictConfig> {
  /** How long a vote is open that names no time, in milliseconds. @default 30_000 */
  voteTimeoutMs?: number;
}

/** How many conflicts there are and were. */
export interface ConflictStats {
  /** How many were ever reported. */
  readonly totalConflicts: number;
  /** How many are open. */
  readonly activeConflicts: number;
  /** How many were ever settled. */
  readonly resolvedConflicts: number;
  /** How many were ever settled by each strategy. */
  readonly resolutionsByStrategy: Record<string, number>;
  /** How many were ever reported: on a `resource`, and by what agents of a task disagreed on. */
  readonly conflictsByType: Record<string, number>;
}

/** How a vote is held. */
export interface VoteOptions {
  /** Who has a vote. @default the agents of the conflict */
  electorate?: readonly string[];
  /** With how many votes it ends and counts. @default more than half of the electorate */
  quorum?: number;
  /** How long it is open at most. @default the resolver's `voteTimeoutMs` */
  timeoutMs?: number;
}

/** A vote as it was opened. */
export interface VoteView {
  /** What it is about. */
  readonly conflictId: string;
  /** Who has a vote. */
  readonly electorate: readonly string[];
  /** With how many votes it ends and counts. */
  readonly quorum: number;
  /** When it ends without having decided. */
  readonly closesAt: Instant;
}

const THING = "the conflict resolver";

/**
 * Settles conflicts, each once: by a strategy and what it is told, by what is known of the agents,
 * or by a vote.
 *
 * Works at once, unless it has a log: then {@linkcode initialize} has to read it first.
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
 */
export class ConflictResolver implements AsyncDisposable {
  readonly #host: HostOfConflicts;
  readonly #voteTimeoutMs: number;
  readonly #strategies = new Map<string, ConflictResolutionStrategy>();

  /**
   * A resolver with the strategies `priority`, `timestamp` and `vote`.
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

  /** Gets ready: with a log, takes up the conflicts that it knows of. */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /** Ends all waits with a `ClosedError` and lets go of everything. Harmless when called again. */
  shutdown(): Promise<void> {
    return this.#host.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Makes a strategy known; it replaces one of the same name. */
  registerStrategy(strategy: ConflictResolutionStrategy): void {
    const attempt = () => "register a strategy";
    requireObject(strategy as unknown, "strategy", attempt);
    requireId(strategy.name, "strategy.name", attempt);
    requireFunction(strategy.resolve, "strategy.resolve", attempt);
    this.#strategies.set(strategy.name, strategy);
  }

  /**
   * Says that agents can't all have a resource. While a conflict of the same agents over it is
   * open, resolves to that one.
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
   * Says that agents disagree on a task. While a conflict of the same agents over it, of the same
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
   * Settles a conflict by a strategy. A conflict that is settled already stays so: the promise
   * resolves to its one resolution.
   *
   * @throws {UnknownConflictError} when nobody reported it, or it is forgotten
   * @throws {UndecidedConflictError} when the context doesn't tell what the strategy goes by
   * @throws {RangeError} when there is no such strategy, or it names a stranger
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
   * Settles a conflict by what is known: priorities, then request times, or the other way round
   * when `timestamp` is preferred; or by a strategy of yours, which is handed what is known. Nothing
   * is made up. A conflict that is settled already stays so.
   *
   * @throws {UndecidedConflictError} when what is known singles out nobody, and `tiebreak` is `none`
   * @throws {VoteError} while a vote on it is open
   * @throws {UnknownConflictError} when nobody reported it, or it is forgotten
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
   * Lets others decide. The vote ends with as many votes as the quorum: then the agent with the most
   * wins, ties by priority, earliest request and id, as far as they are known. Or it ends in time,
   * and the conflict stays open.
   *
   * @throws {VoteError} when the conflict is settled, or a vote on it is open
   * @throws {UnknownConflictError} when nobody reported it, or it is forgotten
   */
  async openVote(conflictId: string, options: VoteOptions = {}): Promise<VoteView> {
    const attempt = () => attemptOf({ type: "open-vote", conflictId });
    const conflict = this.#find(conflictId, attempt);
    requireObject(options as unknown, "options", attempt);
    const { timeoutMs = this.#voteTimeoutMs } = options;
    const electorate = readIds(
      options.electorate ?? conflict.agents,
      "electorate",
      MOST_VOTERS,
      attempt,
    );
    if (electorate.length === 0) {
      throw new RangeError(`Cannot ${attempt()}: electorate must have somebody, got nobody`);
    }
    const { quorum = Math.floor(electorate.length / 2) + 1 } = options;
    requireInteger(quorum, 1, electorate.length, "quorum", attempt);
    requireMs(timeoutMs, 1, "timeoutMs", attempt);
    const command: OpenVote = { type: "open-vote", conflictId, electorate, quorum, timeoutMs };
    return await this.#host.clientFor(attempt).call(
      command,
      ({ closesAt }) => ({ conflictId, electorate, quorum, closesAt }),
    );
  }

  /**
   * Votes for an agent of the conflict. The same vote again counts once.
   *
   * @returns the resolution when this vote decided it, otherwise `undefined`
   * @throws {VoteError} when no vote is open, or the voter has none or has used it
   * @throws {UnknownConflictError} when nobody reported the conflict, or it is forgotten
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
   * Waits until somebody or something settles a conflict.
   *
   * @throws {UndecidedConflictError} when a vote on it ends without having decided
   * @throws {UnknownConflictError} when nobody reported it, or it is forgotten
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
   * Makes the priority of an agent known, for {@linkcode autoResolve} and for ties.
   *
   * @throws {LimitError} when something is known of too many agents
   */
  async setAgentPriority(agentId: string, priority: number): Promise<void> {
    const command: RankAgent = { type: "rank-agent", agentId, priority };
    const attempt = () => attemptOf(command);
    requireId(agentId, "agentId", attempt);
    requirePriority(priority, "priority", attempt);
    await this.#host.clientFor(attempt).call(command);
  }

  /**
   * Makes known since when an agent wants a resource or a task; a later note replaces an earlier.
   *
   * @param at since when @default now
   * @throws {LimitError} when something is known of too many agents
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

  /** Forgets the priority and the requests of an agent. Its open conflicts stay. */
  async forgetAgent(agentId: string): Promise<void> {
    const command = { type: "forget-party", agentId } as const;
    const attempt = () => attemptOf(command);
    requireId(agentId, "agentId", attempt);
    await this.#host.clientFor(attempt).call(command);
  }

  /** A conflict, open or remembered, or `undefined`. */
  getConflict(conflictId: string): Conflict | undefined {
    const attempt = () => `look at conflict ${quote(conflictId)}`;
    requireId(conflictId, "conflictId", attempt);
    const conflict = findConflict(this.#host.clientFor(attempt).state, conflictId);
    return conflict && viewOf(conflict);
  }

  /** All open conflicts, oldest first. */
  getActiveConflicts(): Conflict[] {
    const { active } = this.#host.clientFor(() => "look at conflicts").state;
    return [...active.values()].map(viewOf);
  }

  /** The conflicts that were settled last, newest first; all that are remembered by default. */
  getConflictHistory(limit: number = Number.MAX_SAFE_INTEGER): Conflict[] {
    const attempt = () => "look at conflicts";
    requireInteger(limit, 0, Number.MAX_SAFE_INTEGER, "limit", attempt);
    const { settled, settledIds: { items, head } } = this.#host.clientFor(attempt).state;
    const ids = items.slice(Math.max(head, items.length - limit)).reverse();
    return ids.map((id) => viewOf(settled.get(id)!));
  }

  /**
   * Forgets the conflicts that were settled more than `maxAgeMs` ago.
   *
   * @returns how many those are
   */
  cleanupOldConflicts(maxAgeMs: number): number {
    const attempt = () => attemptOf({ type: "forget-conflicts" });
    requireMs(maxAgeMs, 0, "maxAgeMs", attempt);
    const client = this.#host.clientFor(attempt);
    const before = Math.floor(client.now) - maxAgeMs;
    const count = countSettled(client.state, before);
    client.owe({ type: "forget-conflicts", before });
    return count;
  }

  /** How many conflicts there are and were. */
  getStats(): ConflictStats {
    const { state } = this.#host.clientFor(() => "count conflicts");
    const { active, reported, settledBy, reportedOn } = state;
    return {
      totalConflicts: reported,
      activeConflicts: active.size,
      resolvedConflicts: reported - active.size,
      resolutionsByStrategy: Object.fromEntries(settledBy),
      conflictsByType: Object.fromEntries(reportedOn),
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

/** What the machine itself decides by as `strategy` would. */
function criterionOf(strategy: ConflictResolutionStrategy): ConflictCriterion | undefined {
  if (strategy.constructor === PriorityResolutionStrategy) return "priority";
  return strategy.constructor === TimestampResolutionStrategy ? "timestamp" : undefined;
}
