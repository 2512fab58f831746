/**
 * The scheduler that chooses agents by itself.
 *
 * @module
 */

import { quote, requireFunction, requireId, requireObject } from "../core/arguments.ts";
import { UnfitAgentError } from "./errors.ts";
import { UnknownAgentError } from "../core/errors.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { Logger } from "../core/logger.ts";
import type { AgentProfile } from "../agents/types.ts";
import type { Task, TaskStatus } from "./types.ts";
import { precedes } from "../core/data/heap.ts";
import type { TaskHandler } from "./attempts.ts";
import type { TaskSchedulerConfig } from "./config.ts";
import { type Group, type TaskRecord, viewOf } from "./state.ts";
import {
  AffinitySchedulingStrategy,
  CapabilitySchedulingStrategy,
  LeastLoadedSchedulingStrategy,
  RoundRobinSchedulingStrategy,
  type SchedulingContext,
  type SchedulingStrategy,
  type StrategyName,
  type TaskStats,
} from "./strategies.ts";
import type { TaskHandle } from "./task_handle.ts";
import { TaskScheduler, type TaskSchedulerOptions } from "./task_scheduler.ts";

/** The strategies that the machine follows without a call. */
const BUILT_IN = [
  CapabilitySchedulingStrategy,
  RoundRobinSchedulingStrategy,
  LeastLoadedSchedulingStrategy,
  AffinitySchedulingStrategy,
];

/** What an agent has done and is doing. */
export interface AgentMetrics {
  /** Whose figures they are. */
  readonly agentId: string;
  /** Slots in use. */
  readonly load: number;
  /** Slots in all. */
  readonly maxConcurrentTasks: number;
  /** Since it was registered. */
  readonly completedTasks: number;
  /** Attempts that it reported as failed. */
  readonly failedAttempts: number;
}

/** What the scheduler has done and is doing. */
export interface SchedulingMetrics {
  /** The name of the strategy that chooses. */
  readonly strategy: string;
  /** How many tasks have each status; finished ones count for ever. */
  readonly tasks: Readonly<Record<TaskStatus, number>>;
  /** In the order in which they were registered. */
  readonly agents: readonly AgentMetrics[];
  /** How tasks of each type went. */
  readonly taskTypes: ReadonlyMap<string, TaskStats>;
}

/**
 * Gives each task to the best agent that is fit for it, and sees it to its end.
 *
 * An agent is a function of this process, or somebody outside who reports with `start`,
 * `completeTask` and the like.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * scheduler.registerAgent(
 *   { id: "counter", capabilities: ["count"], maxConcurrentTasks: 2 },
 *   (task, { signal }) => {
 *     signal.throwIfAborted();
 *     return String(task.input).split(" ").length;
 *   },
 * );
 * const handle = await scheduler.submit({
 *   id: "count words",
 *   input: "as many as there are",
 *   requires: ["count"],
 *   timeoutMs: 5_000,
 * });
 * console.log(await handle.result); // 5
 * ```
 */
export class AdvancedTaskScheduler extends TaskScheduler {
  readonly #strategies = new Map<string, SchedulingStrategy>();
  readonly #profiles = new Map<string, AgentProfile>();
  /** The strategy that chooses outside the machine, if one does. */
  #custom: SchedulingStrategy | undefined;
  #choosing = false;
  #chooseAgain = false;

  /**
   * Makes a scheduler without agents, which follows the strategy `capability`.
   *
   * @throws {TypeError | RangeError} when an option is malformed; the message names it
   */
  constructor(
    config?: TaskSchedulerConfig,
    eventBus?: EventBus,
    logger?: Logger,
    options?: TaskSchedulerOptions,
  ) {
    super(config, eventBus, logger, options);
    this.client.observed = (event: LockstepEvent) => this.#observe(event);
    for (const Strategy of BUILT_IN) this.registerStrategy(new Strategy());
  }

  /** Makes an agent known; `handler` runs its tasks here. A known agent gets the new profile. */
  registerAgent(profile: AgentProfile, handler?: TaskHandler): Promise<void> {
    const registered = this.register(profile, handler);
    return registered.then(() => {
      this.#profiles.set(profile.id, { ...profile });
      this.#chooseSoon();
    });
  }

  /**
   * An agent is gone: its claims end, its tasks go back into the queue at no cost to them, and the
   * locks in its name are released.
   *
   * @throws {UnknownAgentError} when there is no such agent
   */
  unregisterAgent(agentId: string, reason = "it was unregistered"): Promise<void> {
    return this.remove(agentId, reason);
  }

  /** Gives an agent no further tasks, for `reason`. */
  cordonAgent(agentId: string, reason = "it was cordoned"): Promise<void> {
    return this.cordon(agentId, reason === "" ? "it was cordoned" : reason);
  }

  /** Gives a cordoned agent tasks again. */
  uncordonAgent(agentId: string): Promise<void> {
    return this.cordon(agentId, "");
  }

  /**
   * Lets an agent finish what it has begun, gives what it has not to others, and takes it away then,
   * which `agent:terminated` tells. Harmless when called again.
   *
   * @throws {UnknownAgentError} when there is no such agent
   */
  drainAgent(agentId: string, reason = "it was drained"): Promise<void> {
    return this.drain(agentId, reason === "" ? "it was drained" : reason);
  }

  /**
   * Accepts a task for the best fit agent, or places it with one that must be registered.
   *
   * A task that is placed goes into its agent's own queue at once, also when the agent has no slot
   * free. With `stealing` it moves to an agent that has less to do, as long as it has not started;
   * when its agent is gone it goes to any fit one. `task.assignedAgent` pins it for good instead.
   */
  override assignTask(task: Task, agentId?: string): Promise<TaskHandle> {
    if (agentId === undefined) return this.submitFor(task, undefined);
    try {
      requireId(agentId, "agentId", () => "assign a task");
      return this.submitFor(task, agentId);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Makes a strategy known by its name, in place of an earlier one of that name. It chooses once
   * `setDefaultStrategy` names it, also where the earlier one is the default.
   *
   * @throws {TypeError} when it has no name or no `selectAgent`
   */
  registerStrategy(strategy: SchedulingStrategy): void {
    requireObject(strategy, "strategy", () => "register a strategy");
    requireId(strategy.name, "strategy.name", () => "register a strategy");
    const attempt = () => `register strategy ${quote(strategy.name)}`;
    requireFunction(strategy.selectAgent, "selectAgent", attempt);
    this.#strategies.set(strategy.name, strategy);
  }

  /**
   * Has the strategy of this name choose from here on. Nothing that was chosen changes.
   *
   * @throws {RangeError} when no strategy of this name is registered
   */
  setDefaultStrategy(name: string): Promise<void> {
    const strategy = this.#strategies.get(name);
    if (strategy === undefined) {
      const known = [...this.#strategies.keys()].map(quote).join(", ");
      throw new RangeError(
        `Cannot set the default strategy: name must be one of ${known}, got ${quote(name)}`,
      );
    }
    const isBuiltIn = BUILT_IN.some((Strategy) => strategy.constructor === Strategy);
    this.#custom = isBuiltIn ? undefined : strategy;
    return this.client.call(
      { type: "use-strategy", strategy: isBuiltIn ? name as StrategyName : "external" },
      () => undefined,
    );
  }

  /** What the scheduler has done and is doing. O(agents). */
  getSchedulingMetrics(): SchedulingMetrics {
    const { strategy, agents } = this.client.state.tasks;
    return {
      strategy: this.#custom?.name ?? strategy,
      tasks: this.getTaskCounts(),
      agents: [...agents.values()].map((agent) => ({
        agentId: agent.agentId,
        load: agent.slotsInUse,
        maxConcurrentTasks: agent.maxConcurrentTasks,
        completedTasks: agent.completed,
        failedAttempts: agent.failed,
      })),
      taskTypes: this.#taskTypes(),
    };
  }

  #observe(event: LockstepEvent): void {
    if (event.type === "agent:terminated") this.#profiles.delete(event.agentId);
    if (this.#custom !== undefined) this.#chooseSoon();
  }

  // Strategies outside the machine

  /** Chooses once what happens at this moment has happened; a strategy may not run inside a step. */
  #chooseSoon(): void {
    if (this.#custom === undefined) return;
    if (this.#choosing) {
      this.#chooseAgain = true;
      return;
    }
    this.#choosing = true;
    queueMicrotask(async () => {
      do {
        this.#chooseAgain = false;
        await this.#choose();
      } while (this.#chooseAgain);
      this.#choosing = false;
    });
  }

  /** Asks the strategy about ready tasks, first things first, while a fit agent has room. */
  async #choose(): Promise<void> {
    for (const task of this.#unplaced()) {
      const strategy = this.#custom;
      if (strategy === undefined) return;
      const { group, status } = task;
      if (status !== "ready" || group === undefined || group.candidates.length === 0) continue;
      await this.#place(strategy, task, group);
    }
  }

  /** The ready tasks that some agent could take, in their order. */
  #unplaced(): TaskRecord[] {
    return [...this.client.state.tasks.groups.values()]
      .filter(({ pinnedTo, candidates }) => pinnedTo === "" && candidates.length > 0)
      .flatMap(({ queue }) => queue)
      .sort((a, b) => precedes(a, b) ? -1 : 1);
  }

  async #place(strategy: SchedulingStrategy, task: TaskRecord, group: Group): Promise<void> {
    const taskId = task.spec.id;
    let chosen = "";
    try {
      const answer: unknown = strategy.selectAgent(
        { ...viewOf(task), requires: task.spec.requires },
        this.#candidatesOf(group),
        this.#context(),
      );
      if (answer === null) return;
      requireId(answer, "agentId", () => `assign task ${quote(taskId)}`);
      chosen = answer;
    } catch (error) {
      this.#report(strategy, taskId, error);
    }
    try {
      await this.client.call({ type: "assign", taskId, agentId: chosen }, nothing);
    } catch (error) {
      const isItsFault = error instanceof UnfitAgentError || error instanceof UnknownAgentError;
      if (!isItsFault || chosen === "") return;
      this.#report(strategy, taskId, error);
      await this.client.call({ type: "assign", taskId, agentId: "" }, nothing).catch(nothing);
    }
  }

  /** The default decides in its place; whoever listens learns that it failed. */
  #report(strategy: SchedulingStrategy, taskId: string, error: unknown): void {
    const message = `Strategy ${quote(strategy.name)} failed for task ${quote(taskId)}`;
    this.client.logger.warn(message, error);
    this.client.eventBus.emit("system:error", { message, error, taskId, strategy: strategy.name });
  }

  #candidatesOf(group: Group): AgentProfile[] {
    return [...group.candidates]
      .map(({ agent }) => agent)
      .sort((a, b) => a.order - b.order)
      .map(({ agentId, capabilities, maxConcurrentTasks, priority }) => ({
        ...this.#profiles.get(agentId),
        id: agentId,
        capabilities,
        maxConcurrentTasks,
        priority,
      }));
  }

  #context(): SchedulingContext {
    const agents = [...this.client.state.tasks.agents.values()];
    return {
      taskLoads: new Map(agents.map(({ agentId, slotsInUse }) => [agentId, slotsInUse])),
      agentCapabilities: new Map(agents.map((agent) => [agent.agentId, agent.capabilities])),
      agentPriorities: new Map(agents.map(({ agentId, priority }) => [agentId, priority])),
      lastEpochs: new Map(agents.map(({ agentId, lastEpoch }) => [agentId, lastEpoch])),
      taskHistory: this.#taskTypes(),
      currentTime: new Date(this.client.clock.now()),
    };
  }

  #taskTypes(): Map<string, TaskStats> {
    const stats = new Map<string, TaskStats>();
    for (const [type, entry] of this.client.state.tasks.history) {
      stats.set(type, {
        totalExecutions: entry.executions,
        avgDuration: entry.totalMs / entry.executions,
        successRate: entry.successes / entry.executions,
        lastAgent: entry.lastAgentId,
      });
    }
    return stats;
  }
}

function nothing(): void {}
