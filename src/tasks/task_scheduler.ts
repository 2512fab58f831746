/**
 * The scheduler for agents that the caller chooses, and the base of the one that chooses.
 *
 * A scheduler holds no task: it checks arguments, sends commands, and turns what happened into
 * promises, errors, and calls of the handlers of in-process agents.
 *
 * @module
 */

import type { HealthStatus } from "../core/health.ts";
import type { RootCommand, RootHost } from "../root/state.ts";
import {
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
} from "../core/arguments.ts";
import type { Clock } from "../core/clock.ts";
import { errorData } from "../core/error_data.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import type { CommandLog } from "../core/log.ts";
import { defaultLogger, type Logger, requireLogger } from "../core/logger.ts";
import type { Tick } from "../core/machine.ts";
import type { AgentProfile } from "../agents/types.ts";
import type { Task, TaskStatus, TaskView } from "./types.ts";
import type { ResourceManager } from "../locks/mod.ts";
import type { TaskHandler } from "./attempts.ts";
import { registration, submission, type TaskCommand } from "./commands.ts";
import { faultOf } from "./errors.ts";
import { explainTask, type TaskExplanation } from "./views.ts";
import { type Agent, viewOf } from "./state.ts";
import { DEFAULT_TASK_CONFIG, taskConfigOf, type TaskSchedulerConfig } from "./config.ts";
import { TaskClient } from "./client.ts";
import type { TaskHandle } from "./task_handle.ts";

/** What a scheduler is built on; all of it may be left out. */
export interface TaskSchedulerOptions {
  /** Where all times come from. @default systemClock */
  readonly clock?: Clock;
  /** Makes every command safe before it is acknowledged. @default none */
  readonly log?: CommandLog<RootCommand | Tick>;
  /**
   * Machines that run already; then clock, log and the rules are their own.
   * @internal
   */
  readonly host?: RootHost;
  /**
   * Another scheduler, of which this one is to be a further way to the same tasks, agents and locks.
   * @internal
   */
  readonly shares?: TaskScheduler;
}

/** How a scheduler ends. */
export interface ShutdownOptions {
  /** How long running attempts may go on before they are aborted, in milliseconds. @default 5_000 */
  readonly graceMs?: number;
}

/** How many tasks an agent may have that was never registered but is assigned one. */
const UNREGISTERED_SLOTS = 1_000_000;

/**
 * Assigns tasks to agents that the caller names, and sees every task to its end.
 *
 * Agents report by `start`, `heartbeat`, `progress`, `completeTask` and `failTask`, with the epoch
 * of their claim; an epoch that is left out means the claim in force.
 *
 * @example
 * ```ts
 * import { TaskScheduler } from "@lockstep/lockstep";
 *
 * await using scheduler = new TaskScheduler({ maxRetries: 1 });
 * const handle = await scheduler.assignTask({ id: "t1" }, "agent-1");
 * await scheduler.completeTask("t1", { lines: 12 });
 * console.log(await handle.result); // { lines: 12 }
 * ```
 */
export class TaskScheduler implements AsyncDisposable {
  /**
   * What speaks with the machines.
   * @internal
   */
  protected readonly client: TaskClient;
  readonly #maxRetries: number;
  #initializing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Makes a scheduler that works at once; one with a log works after `initialize`.
   *
   * @throws {TypeError | RangeError} when an option is malformed; the message names it
   */
  constructor(
    config: TaskSchedulerConfig = {},
    eventBus: EventBus = new EventBus(),
    logger: Logger = defaultLogger,
    options: TaskSchedulerOptions = {},
  ) {
    const attempt = () => "create a scheduler";
    const tasks = taskConfigOf(config);
    requireFunction(eventBus?.publish, "eventBus.publish", attempt);
    requireLogger(logger, attempt());
    requireObject(options, "options", attempt);
    const { deadlockDetection = true, agingMs } = config;
    const locks = { deadlockDetection, ...(agingMs !== undefined && { agingMs }) };
    this.#maxRetries = tasks.maxRetries ?? DEFAULT_TASK_CONFIG.maxRetries;
    const { shares } = options as TaskSchedulerOptions;
    this.client = shares?.client ??
      new TaskClient({ tasks, locks }, config, eventBus, logger, options);
  }

  /** The locks that tasks use, in the same order of events. */
  get resources(): ResourceManager {
    return this.client.resources;
  }

  /**
   * Gets ready. With a log, takes up the tasks and locks that it knows of; whoever ran or waited in
   * the process that wrote it is gone, and its tasks go back into the queue. Harmless when called
   * again.
   */
  initialize(): Promise<void> {
    this.#initializing ??= this.client.recover();
    return this.#initializing;
  }

  /**
   * Accepts nothing and starts nothing any more, lets running attempts end for `graceMs`, cancels
   * those that are left, and closes. Attempts of agents outside this process are not waited for; the
   * handles of all that has not ended reject with a `ClosedError`. Harmless when called again.
   */
  shutdown({ graceMs = 5_000 }: ShutdownOptions = {}): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    try {
      requireMs(graceMs, 0, "graceMs", () => "shut the scheduler down");
    } catch (error) {
      return Promise.reject(error);
    }
    this.#closing = this.#shutdown(graceMs);
    return this.#closing;
  }

  /** Shuts down. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Accepts a task for the first fit agent, or for `task.assignedAgent`.
   *
   * Costs O(log n) of the queue, and more only for a task whose id others wait for already.
   *
   * @throws {DuplicateTaskError} when its id is known and its `idempotencyKey` isn't the same
   * @throws {DependencyCycleError} when its dependencies lead back to it
   * @throws {UnknownAgentError | UnfitAgentError} when `assignedAgent` can't run it
   * @throws {LimitError} when `maxTasks` are unfinished
   * @throws {ClosedError} after `shutdown`
   */
  submit(task: Task): Promise<TaskHandle> {
    return this.submitFor(task, undefined);
  }

  /**
   * Places a task with an agent: it goes into the agent's own queue at once, also when the agent has
   * no slot free. An agent that was never registered is made known by it.
   */
  assignTask(task: Task, agentId: string): Promise<TaskHandle> {
    try {
      requireId(agentId, "agentId", () => "assign a task");
      if (this.client.state.tasks.agents.has(agentId)) return this.submitFor(task, agentId);
      const agent = { id: agentId, maxConcurrentTasks: UNREGISTERED_SLOTS };
      submission(task, this.#maxRetries, agentId); // a malformed task makes no agent known
      const registered = this.client.call(registration(agent, false), nothing);
      return Promise.all([this.submitFor(task, agentId), registered]).then(([handle]) => handle);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The attempt begins. @throws {StaleEpochError} when the claim is over */
  start(taskId: string, epoch = 0): Promise<void> {
    return this.#claim({ type: "start", taskId, epoch });
  }

  /** The attempt is alive. @throws {StaleEpochError} when the claim is over */
  heartbeat(taskId: string, epoch = 0): Promise<void> {
    return this.#claim({ type: "heartbeat", taskId, epoch });
  }

  /** The attempt is this far; counts as a heartbeat. @throws {StaleEpochError} when the claim is over */
  progress(taskId: string, progress: unknown, epoch = 0): Promise<void> {
    return this.#claim({ type: "progress", taskId, epoch, progress });
  }

  /**
   * The task is done. A claim that was not started counts as started.
   *
   * @throws {StaleEpochError} when the claim is over
   * @throws {TaskStatusError} when the task has ended, or has no agent
   * @throws {UnknownTaskError} when there is no such task
   */
  completeTask(taskId: string, result?: unknown, epoch = 0): Promise<void> {
    return this.#claim({ type: "complete", taskId, epoch, result });
  }

  /**
   * The attempt failed: another one follows, unless none is left or `error` is a
   * `NonRetryableError`.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  failTask(taskId: string, error: unknown, epoch = 0): Promise<void> {
    const fault = faultOf(error);
    return this.#claim({ type: "fail", taskId, epoch, error: errorData(error), fault });
  }

  /**
   * Ends a task as cancelled; harmless when it is.
   *
   * @throws {TaskStatusError} when it has ended otherwise
   */
  cancelTask(taskId: string, reason = "it was cancelled"): Promise<void> {
    try {
      requireId(taskId, "taskId", () => "cancel a task");
      requireReason(reason, `cancel task ${quote(taskId)}`);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.client.call({ type: "cancel", taskId, reason }, nothing);
  }

  /** Cancels all tasks of an agent. @throws {UnknownAgentError} when there is no such agent */
  cancelAgentTasks(agentId: string, reason = "its agent's tasks were cancelled"): Promise<void> {
    return this.#aboutAgent({ type: "cancel-agent-tasks", agentId, reason });
  }

  /** Takes all tasks of an agent back into the queue, at no cost to them. */
  rescheduleAgentTasks(
    agentId: string,
    reason = "its agent's tasks were rescheduled",
  ): Promise<void> {
    return this.#aboutAgent({ type: "requeue-agent-tasks", agentId, reason });
  }

  /** How many tasks an agent has, started or not; 0 for one that nobody knows. */
  getAgentTaskCount(agentId: string): number {
    return this.client.state.tasks.agents.get(agentId)?.tasks.size ?? 0;
  }

  /** The tasks that an agent has, started or not, oldest claim first. */
  getAgentTasks(agentId: string): TaskView[] {
    const agent = this.client.state.tasks.agents.get(agentId);
    return agent === undefined ? [] : [...agent.tasks].map(viewOf);
  }

  /** A task as it stands, or `undefined` when nobody submitted it or it has been forgotten. */
  getTask(taskId: string): TaskView | undefined {
    const task = this.client.state.tasks.tasks.get(taskId);
    return task === undefined ? undefined : viewOf(task);
  }

  /** How many tasks have each status. Finished ones count for ever. */
  getTaskCounts(): Readonly<Record<TaskStatus, number>> {
    return { ...this.client.state.tasks.counts };
  }

  /**
   * Why a task is where it is, and what would move it.
   *
   * @throws {UnknownTaskError} when there is no such task
   */
  explain(taskId: string): TaskExplanation {
    requireId(taskId, "taskId", () => "explain a task");
    return explainTask(this.client.state, taskId);
  }

  /** Computed: unhealthy when the queue is nearly full, or when tasks wait that no agent may run. */
  getHealthStatus(): Promise<HealthStatus> {
    const { tasks } = this.client.state;
    const { counts, agents } = tasks;
    const open = counts.waiting + counts.ready + counts.assigned + counts.running +
      counts["backing-off"];
    const stranded = [...tasks.groups.values()].filter(({ queue, requires, pinnedTo }) =>
      queue.length > 0 &&
      ![...agents.values()].some((agent) => couldServe(agent, requires, pinnedTo))
    );
    const error = open > 0.9 * tasks.config.maxTasks
      ? `${open} of ${tasks.config.maxTasks} tasks are unfinished`
      : stranded.length > 0
      ? `no agent may run task ${quote(stranded[0]!.queue[0]!.spec.id)}`
      : undefined;
    return Promise.resolve({
      healthy: error === undefined,
      ...(error !== undefined && { error }),
      metrics: { ...counts, agents: agents.size, staleReports: tasks.stale },
    });
  }

  /** Does nothing: what is finished is forgotten as it goes. There for who calls it. */
  performMaintenance(): Promise<void> {
    return Promise.resolve();
  }

  // For the scheduler that chooses

  /**
   * Accepts a task, for one agent if `agentId` is given.
   * @internal
   */
  protected submitFor(task: Task, agentId: string | undefined): Promise<TaskHandle> {
    try {
      const command = submission(task, this.#maxRetries, agentId);
      return this.client.submit(command);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Makes an agent known.
   * @internal
   */
  protected register(profile: AgentProfile, handler: TaskHandler | undefined): Promise<void> {
    try {
      const command = registration(profile, handler !== undefined);
      if (handler !== undefined) {
        requireFunction(handler, "handler", () => `register agent ${quote(profile.id)}`);
      }
      return this.client.call(command, () => this.client.handle(command.agentId, handler));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Takes an agent away.
   * @internal
   */
  protected remove(agentId: string, reason: string): Promise<void> {
    return this.#aboutAgent({ type: "remove-agent", agentId, reason });
  }

  /**
   * Stops giving tasks to an agent, or resumes.
   * @internal
   */
  protected cordon(agentId: string, reason: string): Promise<void> {
    return this.#aboutAgent({ type: "cordon-agent", agentId, reason, cause: "caller", untilMs: 0 });
  }

  /**
   * Lets an agent finish what it has begun, and takes it away then.
   * @internal
   */
  protected drain(agentId: string, reason: string): Promise<void> {
    return this.#aboutAgent({ type: "drain-agent", agentId, reason });
  }

  async #shutdown(graceMs: number): Promise<void> {
    if (this.#initializing !== undefined) await this.#initializing.catch(nothing);
    await this.client.close(graceMs);
  }

  #claim(
    command: TaskCommand & { readonly taskId: string; readonly epoch: number },
  ): Promise<void> {
    try {
      const attempt = () => `${command.type} a task`;
      requireId(command.taskId, "taskId", attempt);
      requireInteger(command.epoch, 0, Number.MAX_SAFE_INTEGER, "epoch", attempt);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.client.call(command, nothing);
  }

  #aboutAgent(
    command: TaskCommand & { readonly agentId: string; readonly reason: string },
  ): Promise<void> {
    try {
      const verb = command.type.replaceAll("-", " ");
      requireId(command.agentId, "agentId", () => verb);
      requireReason(command.reason, `${verb} ${quote(command.agentId)}`);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.client.call(command, nothing);
  }
}

function nothing(): void {}

function couldServe(agent: Agent, requires: readonly string[], pinnedTo: string): boolean {
  return (pinnedTo === "" || pinnedTo === agent.agentId) &&
    requires.every((capability) => agent.capabilities.includes(capability));
}

function requireReason(reason: unknown, attempt: string): void {
  if (typeof reason !== "string") {
    throw new TypeError(`Cannot ${attempt}: reason must be a string, got ${quote(reason)}`);
  }
}
