/**
 * Conflicts as callers use them.
 *
 * @module
 */

import {
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
import { InvariantError } from "../core/errors.ts";
import { refusalError, UndecidedConflictError, UnknownConflictError } from "./errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { ConflictEvent, ConflictRefused } from "./events.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import type { Instant } from "../core/machine.ts";
import type {
  Conflict,
  ConflictResolution,
  ResourceConflict,
  TaskConflict,
  TaskConflictType,
} from "./types.ts";
import { countSettled } from "./transitions.ts";
import { ConflictClient } from "./client.ts";
import {
  type ConflictCommand,
  type ConflictCriterion,
  type NoteRequests,
  readAgents,
  readDecision,
  readIds,
  type ReportConflict,
} from "./commands.ts";
import { type ConflictResolverOptions, readRules, readVoteTimeout } from "./config.ts";
import { evidenceOn } from "./machine.ts";
import { conflictKey, findConflict, viewOf } from "./state.ts";
import {
  type ConflictResolutionStrategy,
  MOST_VOTERS,
  PriorityResolutionStrategy,
  type ResolutionContext,
  TimestampResolutionStrategy,
  VotingResolutionStrategy,
} from "./strategies.ts";

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
  readonly #client: ConflictClient;
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
    const rules = readRules(options, THING);
    this.#voteTimeoutMs = readVoteTimeout(options);
    this.#client = new ConflictClient(THING, rules, logger, eventBus, options);
    this.registerStrategy(new PriorityResolutionStrategy());
    this.registerStrategy(new TimestampResolutionStrategy());
    this.registerStrategy(new VotingResolutionStrategy());
  }

  /** Gets ready: with a log, takes up the conflicts that it knows of. */
  initialize(): Promise<void> {
    return this.#client.initialize();
  }

  /** Ends all waits with a `ClosedError` and lets go of everything. Harmless when called again. */
  shutdown(): Promise<void> {
    return this.#client.close();
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
    const attempt = () => `report a conflict over resource ${quote(resourceId)}`;
    requireId(resourceId, "resourceId", attempt);
    return await this.#report({
      type: "report-conflict",
      subject: "resource",
      subjectId: resourceId,
      disagreement: undefined,
      agents: readAgents(agents, attempt),
    }, attempt) as ResourceConflict;
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
    const attempt = () => `report a conflict over task ${quote(taskId)}`;
    requireId(taskId, "taskId", attempt);
    requireOneOf(type, ["assignment", "dependency", "output"], "type", attempt);
    return await this.#report({
      type: "report-conflict",
      subject: "task",
      subjectId: taskId,
      disagreement: type,
      agents: readAgents(agents, attempt),
    }, attempt) as TaskConflict;
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
    const attempt = () => `resolve conflict ${quote(conflictId)}`;
    const conflict = this.#conflict(conflictId, attempt);
    requireObject(context as unknown, "context", attempt);
    const strategy = this.#strategy(strategyName, attempt);
    if (conflict.resolution !== undefined) return conflict.resolution;
    const proposed: unknown = await strategy.resolve(conflict, context);
    const decision = readDecision(proposed, conflict, attempt);
    return await this.#settle(
      { type: "decide-conflict", conflictId, strategy: strategyName, decision },
      attempt,
    );
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
    const attempt = () => `resolve conflict ${quote(conflictId)}`;
    const conflict = this.#conflict(conflictId, attempt);
    const strategy = this.#strategy(preferredStrategy, attempt);
    if (conflict.resolution !== undefined) return conflict.resolution;
    if (strategy instanceof VotingResolutionStrategy) {
      const rule = "a vote must be held with openVote()";
      throw new UndecidedConflictError(attempt(), conflictId, rule);
    }
    const prefer = criterionOf(strategy);
    return prefer === undefined
      ? await this.resolveConflict(conflictId, preferredStrategy, this.#known(conflictId))
      : await this.#settle({ type: "auto-resolve", conflictId, prefer }, attempt);
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
    const attempt = () => `open a vote on conflict ${quote(conflictId)}`;
    const conflict = this.#conflict(conflictId, attempt);
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
    const command = { type: "open-vote", conflictId, electorate, quorum, timeoutMs } as const;
    return await this.#ask(command, attempt, (event) => {
      if (event.type !== "vote:opened" || event.conflictId !== conflictId) return undefined;
      return { conflictId, electorate, quorum, closesAt: event.closesAt };
    });
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
    const attempt = () => `vote on conflict ${quote(conflictId)}`;
    requireId(conflictId, "conflictId", attempt);
    requireId(voter, "voter", attempt);
    requireId(candidate, "candidate", attempt);
    const command = { type: "cast-vote", conflictId, voter, candidate } as const;
    const { resolution } = await this.#ask(command, attempt, (event, events) => {
      const isCounted = event.type === "vote:cast" || event.type === "vote:recognized";
      if (!isCounted || event.conflictId !== conflictId || event.voter !== voter) return undefined;
      return { resolution: resolutionIn(events, conflictId) };
    });
    return resolution;
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
    return await this.#client.resolutionOf(conflictId, attempt, signal);
  }

  /**
   * Makes the priority of an agent known, for {@linkcode autoResolve} and for ties.
   *
   * @throws {LimitError} when something is known of too many agents
   */
  async setAgentPriority(agentId: string, priority: number): Promise<void> {
    const attempt = () => `set the priority of agent ${quote(agentId)}`;
    requireId(agentId, "agentId", attempt);
    requirePriority(priority, "priority", attempt);
    await this.#ask({ type: "rank-agent", agentId, priority }, attempt, isDone("priority:noted"));
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
    const attempt = () => `record a request of agent ${quote(agentId)}`;
    requireOneOf(subject, ["resource", "task"], "subject", attempt);
    requireId(subjectId, "subjectId", attempt);
    requireId(agentId, "agentId", attempt);
    const since: unknown = at instanceof Date ? at.getTime() : at ?? null;
    if (since !== null) requireMs(since, 0, "at", attempt);
    const requests: NoteRequests["requests"] = [[agentId, since]];
    const command = { type: "note-requests", subject, subjectId, requests } as const;
    await this.#ask(command, attempt, isDone("request:noted"));
  }

  /** Forgets the priority and the requests of an agent. Its open conflicts stay. */
  async forgetAgent(agentId: string): Promise<void> {
    const attempt = () => `forget agent ${quote(agentId)}`;
    requireId(agentId, "agentId", attempt);
    await this.#client.ask({ type: "forget-party", agentId }, attempt, () => {});
  }

  /** A conflict, open or remembered, or `undefined`. */
  getConflict(conflictId: string): Conflict | undefined {
    const attempt = () => `look at conflict ${quote(conflictId)}`;
    requireId(conflictId, "conflictId", attempt);
    const conflict = findConflict(this.#client.state(attempt), conflictId);
    return conflict && viewOf(conflict);
  }

  /** All open conflicts, oldest first. */
  getActiveConflicts(): Conflict[] {
    return [...this.#client.state(() => "look at conflicts").active.values()].map(viewOf);
  }

  /** The conflicts that were settled last, newest first; all that are remembered by default. */
  getConflictHistory(limit: number = Number.MAX_SAFE_INTEGER): Conflict[] {
    const attempt = () => "look at conflicts";
    requireInteger(limit, 0, Number.MAX_SAFE_INTEGER, "limit", attempt);
    const { settled, settledIds: { items, head } } = this.#client.state(attempt);
    const ids = items.slice(Math.max(head, items.length - limit)).reverse();
    return ids.map((id) => viewOf(settled.get(id)!));
  }

  /**
   * Forgets the conflicts that were settled more than `maxAgeMs` ago.
   *
   * @returns how many those are
   */
  cleanupOldConflicts(maxAgeMs: number): number {
    const attempt = () => "forget old conflicts";
    requireMs(maxAgeMs, 0, "maxAgeMs", attempt);
    const before = this.#client.now(attempt) - maxAgeMs;
    const count = countSettled(this.#client.state(attempt), before);
    this.#client.tell({ type: "forget-conflicts", before }, attempt);
    return count;
  }

  /** How many conflicts there are and were. */
  getStats(): ConflictStats {
    const { active, reported, settledBy, reportedOn } = this.#client.state(() => "count conflicts");
    return {
      totalConflicts: reported,
      activeConflicts: active.size,
      resolvedConflicts: reported - active.size,
      resolutionsByStrategy: Object.fromEntries(settledBy),
      conflictsByType: Object.fromEntries(reportedOn),
    };
  }

  #report(command: ReportConflict, attempt: () => string): Promise<Conflict> {
    const { subject, subjectId, disagreement, agents } = command;
    const key = conflictKey(subject, subjectId, disagreement, agents);
    return this.#ask(command, attempt, (event) => {
      const answers = event.type === "conflict:reported" || event.type === "conflict:recognized";
      return answers && keyOf(event.conflict) === key ? event.conflict : undefined;
    });
  }

  #settle(
    command: ConflictCommand & { conflictId: string },
    attempt: () => string,
  ): Promise<ConflictResolution> {
    return this.#ask(command, attempt, (event) => {
      const answers = event.type === "conflict:resolved" || event.type === "conflict:upheld";
      return answers && event.conflictId === command.conflictId ? event.resolution : undefined;
    });
  }

  /**
   * Sends a command and resolves to the first answer that `read` finds in an event. What was due
   * may have led to other conflicts in the same step.
   */
  #ask<Result>(
    command: ConflictCommand,
    attempt: () => string,
    read: (event: ConflictEvent, events: readonly ConflictEvent[]) => Result | undefined,
  ): Promise<Result> {
    return this.#client.ask(command, attempt, (events) => {
      for (const event of events) {
        const answer = read(event, events);
        if (answer !== undefined) return answer;
        if (event.type === "conflict:refused" && isAbout(event, command)) {
          throw refusalError(this.#client.state(attempt), event, attempt());
        }
      }
      throw new InvariantError(`Cannot ${attempt()}: the machine must answer`);
    });
  }

  #conflict(conflictId: string, attempt: () => string): Conflict {
    requireId(conflictId, "conflictId", attempt);
    const conflict = findConflict(this.#client.state(attempt), conflictId);
    if (conflict === undefined) throw new UnknownConflictError(attempt(), conflictId);
    return viewOf(conflict);
  }

  #strategy(name: string, attempt: () => string): ConflictResolutionStrategy {
    const strategy = this.#strategies.get(name);
    if (strategy !== undefined) return strategy;
    requireOneOf(name, [...this.#strategies.keys()], "strategy", attempt);
    throw new TypeError(`Cannot ${attempt()}: strategy must be registered`);
  }

  /** What is known of the agents of a conflict, as a strategy wants it. */
  #known(conflictId: string): ResolutionContext {
    const state = this.#client.state(() => "look at what is known");
    const { priorities, requestedAt } = evidenceOn(state, findConflict(state, conflictId)!);
    return { agentPriorities: priorities, requestTimestamps: requestedAt };
  }
}

/** Whether `event` refuses `command`, and not one of the same name about another conflict. */
function isAbout(event: ConflictRefused, command: ConflictCommand): boolean {
  const { conflictId = "" } = command as { conflictId?: string };
  return event.command === command.type && event.conflictId === conflictId;
}

function keyOf(conflict: Conflict): string {
  return "taskId" in conflict
    ? conflictKey("task", conflict.taskId, conflict.type, conflict.agents)
    : conflictKey("resource", conflict.resourceId, undefined, conflict.agents);
}

function isDone(type: ConflictEvent["type"]): (event: ConflictEvent) => true | undefined {
  return (event) => event.type === type || undefined;
}

/** What the machine itself decides by as `strategy` would. */
function criterionOf(strategy: ConflictResolutionStrategy): ConflictCriterion | undefined {
  if (strategy.constructor === PriorityResolutionStrategy) return "priority";
  return strategy.constructor === TimestampResolutionStrategy ? "timestamp" : undefined;
}

function resolutionIn(
  events: readonly ConflictEvent[],
  conflictId: string,
): ConflictResolution | undefined {
  for (const event of events) {
    if (event.type === "conflict:resolved" && event.conflictId === conflictId) {
      return event.resolution;
    }
  }
  return undefined;
}
