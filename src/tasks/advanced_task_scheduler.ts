/**
 * The scheduler that chooses agents by itself.
 *
 * @module
 */

import type { AgentProfile } from "../agents/types.ts";
import { quote, requireFunction, requireId, requireObject } from "../core/arguments.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import { precedes } from "../core/data/heap.ts";
import { attempting } from "../core/client.ts";
import { UnknownAgentError } from "../core/errors.ts";
import { defaultLogger, type Logger, logTo } from "../core/logger.ts";
import type { TaskHandler } from "./attempts.ts";
import type { TaskSchedulerConfig } from "./config.ts";
import { UnfitAgentError } from "./errors.ts";
import { beginnableIn } from "./lanes.ts";
import { candidatesOf } from "./placement.ts";
import { type Group, type TaskRecord, viewOf } from "./state.ts";
import {
  builtInName,
  builtInStrategies,
  type SchedulingContext,
  type SchedulingStrategy,
  type TaskStats,
} from "./strategies.ts";
import type { TaskHandle } from "./client.ts";
import { TaskScheduler, type TaskSchedulerOptions } from "./task_scheduler.ts";
import type { Task, TaskStatus } from "./types.ts";
import { taskTypes } from "./views.ts";

/**
 * The figures of one agent.
 * @category Tasks
 */
export interface AgentMetrics {
  /** The agent. */
  readonly agentId: string;
  /** The number of slots in use. */
  readonly load: number;
  /** The number of its slots. */
  readonly maxConcurrentTasks: number;
  /** Since it was registered. */
  readonly completedTasks: number;
  /** Attempts that it reported as failed; errors that are the task's own do not count. */
  readonly failedAttempts: number;
}

/**
 * The figures of a scheduler.
 * @category Tasks
 */
export interface SchedulingMetrics {
  /** The name of the strategy. */
  readonly strategy: string;
  /** The number of tasks with each status; finished ones count for ever. */
  readonly tasks: Readonly<Record<TaskStatus, number>>;
  /** In the order in which they were registered. */
  readonly agents: readonly AgentMetrics[];
  /** The history of each type of task. */
  readonly taskTypes: ReadonlyMap<string, TaskStats>;
}

/** The events after which a task may be ready, or an agent free, that were not before. */
const CHOICES = [
  "task:created",
  "task:readied",
  "task:requeued",
  "scheduler:resumed",
  "limit:changed",
  "budget:changed",
  "limit:replenished",
  "task:lent",
  "task:parked",
  "attempt:ended",
  "agent:spawned",
  "agent:uncordoned",
  "agent:cordoned",
  "agent:limited",
  "agent:draining",
  "agent:terminated",
] as const;

/**
 * Assigns each task to the best fit agent, and sees it to its end.
 *
 * An agent is a function of this process, or a program elsewhere that reports with `start`,
 * `completeTask` and the like.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * scheduler.registerAgent<string, number>(
 *   { id: "counter", capabilities: ["count"], maxConcurrentTasks: 2 },
 *   (task, { signal }) => {
 *     signal.throwIfAborted();
 *     return task.input.split(" ").length;
 *   },
 * );
 * const handle = await scheduler.submit<string, number>({
 *   id: "count words",
 *   input: "as many as there are",
 *   requires: ["count"],
 *   timeoutMs: 5_000,
 * });
 * console.log(await handle.result); // 5
 * ```
 * @category Tasks
 */
export class AdvancedTaskScheduler extends TaskScheduler {
  readonly #eventBus: EventBus;
  readonly #logger: Logger;
  readonly #strategies = new Map<string, SchedulingStrategy>();
  /** The strategy of the caller, if one chooses. */
  #custom: SchedulingStrategy | undefined;
  #customName = "";
  #unobserve: (() => void) | undefined;
  #isChoosing = false;
  #choosesAgain = false;

  /**
   * Makes a scheduler without agents, with the strategy `capability`.
   *
   * @throws {TypeError | RangeError} when an option is malformed; the message names it
   */
  constructor(
    config?: TaskSchedulerConfig,
    eventBus: EventBus = new EventBus(),
    logger: Logger = defaultLogger,
    options?: TaskSchedulerOptions,
  ) {
    super(config, eventBus, logger, options);
    this.#eventBus = eventBus;
    this.#logger = logger;
    for (const strategy of builtInStrategies()) this.registerStrategy(strategy);
  }

  /**
   * Registers an agent; `handler` runs its tasks in this process. A known agent gets the new
   * profile.
   */
  registerAgent<Input = unknown, Result = unknown>(
    profile: AgentProfile,
    handler?: TaskHandler<Input, Result>,
  ): Promise<void> {
    return this.register(profile, handler as TaskHandler | undefined);
  }

  /** Cordons an agent: it gets no further tasks. */
  cordonAgent(agentId: string, reason = "it was cordoned"): Promise<void> {
    const why = reason === "" ? "it was cordoned" : reason;
    return this.sendTo({ type: "cordon-agent", agentId, reason: why, cause: "caller", untilMs: 0 });
  }

  /** Lifts the cordon of {@linkcode cordonAgent}. */
  uncordonAgent(agentId: string): Promise<void> {
    return this.sendTo({ type: "uncordon-agent", agentId, cause: "caller" });
  }

  /**
   * Drains an agent: its unstarted tasks are requeued, and it is removed when its attempts have ended,
   * which emits `agent:terminated`. Idempotent.
   *
   * @throws {UnknownAgentError} when there is no such agent
   */
  drainAgent(agentId: string, reason = "it was drained"): Promise<void> {
    const why = reason === "" ? "it was drained" : reason;
    return this.sendTo({ type: "drain-agent", agentId, reason: why });
  }

  /**
   * Accepts a task for the best fit agent, or places it with one that must be registered.
   *
   * A task that is placed goes into its agent's own queue at once, also when the agent has no free
   * slot. With `stealing` it moves to an agent that has less to do, as long as it has not started;
   * when its agent is removed it goes to any fit one. `task.assignedAgent` pins it permanently instead.
   */
  override assignTask<Input = unknown, Result = unknown>(
    task: Task<Input>,
    agentId?: string,
  ): Promise<TaskHandle<Result>> {
    return attempting(() => {
      if (agentId !== undefined) requireId(agentId, "agentId", () => "assign a task");
      return this.submitFor(task, agentId);
    });
  }

  /**
   * Registers a strategy, in place of an earlier one of that name. It chooses once
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
   * Makes the strategy of this name the one that chooses. Earlier choices stay.
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
    const own = builtInName(strategy);
    return attempting(() => {
      const { client } = this;
      this.#unobserve?.();
      this.#custom = own === undefined ? strategy : undefined;
      this.#customName = name;
      this.#unobserve = own === undefined
        ? client.observe(CHOICES, () => this.#chooseSoon())
        : undefined;
      this.#chooseSoon();
      return client.call({ type: "use-strategy", strategy: own ?? "external" });
    });
  }

  /** Returns the figures of the scheduler. O(agents). */
  getSchedulingMetrics(): SchedulingMetrics {
    const { tasks } = this.client.state;
    return {
      strategy: this.#custom === undefined ? tasks.strategy : this.#customName,
      tasks: this.getTaskCounts(),
      agents: [...tasks.agents.values()].map((agent) => ({
        agentId: agent.agentId,
        load: agent.slotsInUse,
        maxConcurrentTasks: agent.maxConcurrentTasks,
        completedTasks: agent.completed,
        failedAttempts: agent.failed,
      })),
      taskTypes: taskTypes(tasks),
    };
  }

  // Strategies of callers

  /** Chooses after the step and its events, as a strategy may do anything. */
  #chooseSoon(): void {
    if (this.#custom === undefined) return;
    this.#choosesAgain = true;
    if (this.#isChoosing) return;
    this.#isChoosing = true;
    queueMicrotask(async () => {
      while (this.#choosesAgain) {
        this.#choosesAgain = false;
        await this.#choose();
      }
      this.#isChoosing = false;
    });
  }

  /** Calls the strategy with each ready task, in their order, while a fit agent has a free slot. */
  async #choose(): Promise<void> {
    for (const task of this.#readyTasks()) {
      const strategy = this.#custom;
      if (strategy === undefined) return;
      const { group, lane } = task;
      if (group === undefined || candidatesOf(group).length === 0) continue;
      if (lane?.key.isOpen === false) continue;
      await this.#place(strategy, task, group);
    }
  }

  #readyTasks(): TaskRecord[] {
    return [...this.client.state.tasks.groups.values()]
      .filter((group) => group.pinnedTo === "" && candidatesOf(group).length > 0)
      .flatMap((group) => [...beginnableIn(group)])
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
      this.#reportError(taskId, error);
    }
    try {
      await this.client.call({ type: "assign", taskId, agentId: chosen });
    } catch (error) {
      const isItsFault = error instanceof UnfitAgentError || error instanceof UnknownAgentError;
      if (!isItsFault || chosen === "") return;
      this.#reportError(taskId, error);
      await this.client.attempt({ type: "assign", taskId, agentId: "" }).catch(ignore);
    }
  }

  /** Emits the error of a strategy; the machine chooses in its place. */
  #reportError(taskId: string, error: unknown): void {
    const strategy = this.#customName;
    const message = `Strategy ${quote(strategy)} failed for task ${quote(taskId)}`;
    logTo(this.#logger, "warn", message, error);
    this.#eventBus.emit("system:error", { message, error, taskId, strategy });
  }

  #candidatesOf(group: Group): AgentProfile[] {
    const { profiles } = this.client;
    return [...candidatesOf(group)]
      .map(({ agent }) => agent)
      .sort((a, b) => a.order - b.order)
      .map(({ agentId, capabilities, maxConcurrentTasks, priority }) => ({
        ...profiles.get(agentId),
        id: agentId,
        capabilities,
        maxConcurrentTasks,
        priority,
      }));
  }

  #context(): SchedulingContext {
    const { state: { tasks }, now } = this.client;
    const agents = [...tasks.agents.values()];
    return {
      taskLoads: new Map(agents.map(({ agentId, slotsInUse }) => [agentId, slotsInUse])),
      agentCapabilities: new Map(agents.map((agent) => [agent.agentId, agent.capabilities])),
      agentPriorities: new Map(agents.map(({ agentId, priority }) => [agentId, priority])),
      lastEpochs: new Map(agents.map(({ agentId, lastEpoch }) => [agentId, lastEpoch])),
      taskHistory: taskTypes(tasks),
      currentTime: new Date(now),
    };
  }
}

function ignore(): void {}
