/**
 * The scheduler for agents that the caller chooses, and the base of the one that chooses.
 *
 * A scheduler holds no task: it checks arguments, sends commands, and turns what happened into
 * promises, errors, and calls of the handlers of in-process agents.
 *
 * @module
 */

import { rootMachine } from "../coordination/machine.ts";
import type { RootCommand, RootState } from "../coordination/machine.ts";
import {
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireMs,
} from "../kernel/arguments.ts";
import { Answer } from "../kernel/answer.ts";
import type { Clock } from "../kernel/clock.ts";
import { type Dispatcher, Engine } from "../kernel/engine.ts";
import { ClaimLostError, TaskTimeoutError } from "../kernel/errors.ts";
import { EventBus } from "../kernel/event_bus.ts";
import type {
  LockEvent,
  LockstepEvent,
  TaskCancelled,
  TaskEvent,
  TaskStarted,
  TaskTimedOut,
} from "../kernel/events.ts";
import type { CommandLog } from "../kernel/log.ts";
import { defaultLogger, type Logger, requireLogger } from "../kernel/logger.ts";
import type { Tick } from "../kernel/machine.ts";
import type { AgentProfile, Task, TaskStatus, TaskView } from "../kernel/shapes.ts";
import {
  type AcquireOptions,
  type LockCommand,
  type LockHandle,
  ResourceManager,
} from "../locks/mod.ts";
import { Attempt, type AttemptHost, type TaskHandler } from "./attempt.ts";
import { claimOwner } from "./claim_owner.ts";
import { cancellation, endError, errorData, failure, faultOf } from "./error_data.ts";
import { explainTask, type TaskExplanation } from "./explain.ts";
import { throwIfRefused } from "./refusals.ts";
import { taskConfigOf, type TaskSchedulerConfig } from "./scheduler_config.ts";
import type { TaskCommand } from "./commands.ts";
import { type Agent, DEFAULT_TASK_CONFIG, isTerminal } from "./state.ts";
import { registration, submission } from "./submission.ts";
import { TaskHandle } from "./task_handle.ts";
import { viewOf } from "./view.ts";

/** What a scheduler is built on; all of it may be left out. */
export interface TaskSchedulerOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** Makes every command safe before it is acknowledged. @default none */
  readonly log?: CommandLog<RootCommand | Tick>;
}

/** How a scheduler ends. */
export interface ShutdownOptions {
  /** How long running attempts may go on before they are aborted, in milliseconds. @default 5_000 */
  readonly graceMs?: number;
}

/** How a scheduler is doing. */
export interface SchedulerHealth {
  readonly healthy: boolean;
  readonly error?: string;
  readonly metrics: Readonly<Record<string, number>>;
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
export class TaskScheduler implements AttemptHost, AsyncDisposable {
  /** The locks that tasks use, in the same order of events. */
  readonly resources: ResourceManager;
  protected readonly eventBus: EventBus;
  protected readonly logger: Logger;
  readonly #engine: Engine<RootState, RootCommand, LockstepEvent>;
  readonly #maxRetries: number;
  readonly #handles = new Map<string, TaskHandle>();
  readonly #handlers = new Map<string, TaskHandler>();
  readonly #attempts = new Map<number, Attempt>();
  #lastTimeout: TaskTimedOut | undefined;
  #whenIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** @throws {TypeError | RangeError} when an option is malformed; the message names it */
  constructor(
    config: TaskSchedulerConfig = {},
    eventBus: EventBus = new EventBus(),
    logger: Logger = defaultLogger,
    options: TaskSchedulerOptions = {},
  ) {
    const rules = taskConfigOf(config);
    this.#maxRetries = rules.maxRetries ?? DEFAULT_TASK_CONFIG.maxRetries;
    this.eventBus = eventBus;
    this.logger = requireLogger(logger, "create a scheduler");
    const { deadlockDetection = true, agingMs } = config;
    const locks = { deadlockDetection, ...(agingMs !== undefined && { agingMs }) };
    this.#engine = new Engine(rootMachine({ tasks: rules, locks }), {
      ...options,
      eventBus,
      logger,
    });
    this.#engine.observe((event) => this.#observe(event as TaskEvent));
    this.#engine.whenStopped((error) => this.#abandonAll(error));
    this.resources = new ResourceManager(config, eventBus, logger, {
      host: {
        // It is told of all events, and passes over those that aren't of locks.
        dispatcher: this.#engine as unknown as Dispatcher<LockCommand, LockEvent>,
        state: () => this.state.locks,
      },
    });
  }

  /** What the machines know: read it, change nothing. */
  protected get state(): Readonly<RootState> {
    return this.#engine.state;
  }

  /** The clock that all times come from. */
  protected get clock(): Clock {
    return this.#engine.clock;
  }

  /** Does nothing that is not done; there for who calls it. */
  initialize(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Accepts nothing and starts nothing any more, lets running attempts end for `graceMs`, cancels
   * those that are left, and closes. Harmless when called again.
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

  /** Accepts a task for one agent; an agent that was never registered is made known by it. */
  assignTask(task: Task, agentId: string): Promise<TaskHandle> {
    try {
      requireId(agentId, "agentId", () => "assign a task");
      if (this.state.tasks.agents.has(agentId)) return this.submitFor(task, agentId);
      const agent = { id: agentId, maxConcurrentTasks: UNREGISTERED_SLOTS };
      submission(task, this.#maxRetries, agentId); // a malformed task makes no agent known
      const registered = this.call(registration(agent, false), nothing);
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
    return this.call({ type: "cancel", taskId, reason }, nothing);
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
    return this.state.tasks.agents.get(agentId)?.tasks.size ?? 0;
  }

  /** The tasks that an agent has, started or not, oldest claim first. */
  getAgentTasks(agentId: string): TaskView[] {
    const agent = this.state.tasks.agents.get(agentId);
    return agent === undefined ? [] : [...agent.tasks].map(viewOf);
  }

  /** A task as it stands, or `undefined` when nobody submitted it or it has been forgotten. */
  getTask(taskId: string): TaskView | undefined {
    const task = this.state.tasks.tasks.get(taskId);
    return task === undefined ? undefined : viewOf(task);
  }

  /** How many tasks have each status. Finished ones count for ever. */
  getTaskCounts(): Readonly<Record<TaskStatus, number>> {
    return { ...this.state.tasks.counts };
  }

  /**
   * Why a task is where it is, and what would move it.
   *
   * @throws {UnknownTaskError} when there is no such task
   */
  explain(taskId: string): TaskExplanation {
    requireId(taskId, "taskId", () => "explain a task");
    return explainTask(this.state, taskId);
  }

  /** Computed: unhealthy when the queue is nearly full, or when tasks wait that no agent may run. */
  getHealthStatus(): Promise<SchedulerHealth> {
    const { tasks } = this.state;
    const { counts, agents } = tasks;
    const open = counts.waiting + counts.ready + counts.assigned + counts.running +
      counts["backing-off"];
    const stranded = [...tasks.groups.values()].filter(({ queue, requires, assignedAgent }) =>
      queue.length > 0 &&
      ![...agents.values()].some((agent) => couldServe(agent, requires, assignedAgent))
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

  /** @internal */
  acquireForClaim(
    { task, epoch, agentId, signal }: Attempt,
    resourceId: string,
    options: AcquireOptions,
  ): Promise<LockHandle> {
    const both = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
    return this.resources.acquireFor(
      { owner: claimOwner(task.id, epoch), agentId },
      resourceId,
      { ...options, signal: both },
    );
  }

  // For the scheduler that chooses

  protected submitFor(task: Task, agentId: string | undefined): Promise<TaskHandle> {
    try {
      const command = submission(task, this.#maxRetries, agentId);
      return this.call(command, (events) => this.#handleOf(command.task.id, events));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  protected register(profile: AgentProfile, handler: TaskHandler | undefined): Promise<void> {
    try {
      const command = registration(profile, handler !== undefined);
      if (handler !== undefined) {
        requireFunction(handler, "handler", () => `register agent ${quote(profile.id)}`);
      }
      return this.call(command, () => {
        if (handler === undefined) this.#handlers.delete(command.agentId);
        else this.#handlers.set(command.agentId, handler);
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  protected remove(agentId: string, reason: string): Promise<void> {
    return this.#aboutAgent({ type: "remove-agent", agentId, reason });
  }

  protected cordon(agentId: string, reason: string): Promise<void> {
    return this.#aboutAgent({ type: "cordon-agent", agentId, reason });
  }

  /** Sends a command; resolves with what `read` makes of its events, rejects when it is refused. */
  protected call<T>(
    command: TaskCommand,
    read: (events: readonly LockstepEvent[]) => T,
  ): Promise<T> {
    const answer = new Answer<T>();
    try {
      this.#engine.send(command, (events, error) => {
        if (events === undefined) return answer.fail(error);
        try {
          throwIfRefused(events, command);
          answer.succeed(read(events));
        } catch (refusal) {
          answer.fail(refusal);
        }
      });
    } catch (error) {
      answer.fail(error);
    }
    return answer.promise();
  }

  /** Is told of every event after the step in which it happened; may not send commands. */
  protected observed(_event: LockstepEvent): void {}

  // Events

  #observe(event: TaskEvent): void {
    switch (event.type) {
      case "task:started":
        this.#run(event);
        break;
      case "task:completed":
        this.#abort(event.epoch, event.taskId, "somebody else completed the task");
        this.#settle(event.taskId, event.result, undefined);
        break;
      case "task:timed-out":
        this.#lastTimeout = event;
        break;
      case "task:backed-off":
        this.#abort(event.epoch, event.taskId, event.error.message);
        break;
      case "task:requeued":
        this.#abort(event.epoch, event.taskId, event.reason);
        break;
      case "task:failed":
        this.#abort(event.epoch, event.taskId, event.error.message);
        if (this.#handles.has(event.taskId)) {
          this.#settle(event.taskId, undefined, failure(event));
        }
        break;
      case "task:cancelled":
        this.#attempts.get(event.epoch)?.abort(cancellation(event));
        if (this.#handles.has(event.taskId)) {
          this.#settle(event.taskId, undefined, cancellation(event));
        }
        break;
      case "agent:terminated":
        this.#handlers.delete(event.agentId);
        break;
    }
    this.observed(event);
  }

  /** The handle of a task that `events` accepted, and maybe ended. */
  #handleOf(taskId: string, events: readonly LockstepEvent[]): TaskHandle {
    const known = this.#handles.get(taskId);
    if (known !== undefined) return known;
    const handle = new TaskHandle(taskId, this);
    const task = this.state.tasks.tasks.get(taskId);
    if (task === undefined) handle.settle(undefined, cancellation(cancelledIn(events, taskId)));
    else if (!isTerminal(task.status)) this.#handles.set(taskId, handle);
    else if (task.status === "completed") handle.settle(task.result?.value, undefined);
    else handle.settle(undefined, endError(task));
    return handle;
  }

  #settle(taskId: string, result: unknown, error: Error | undefined): void {
    const handle = this.#handles.get(taskId);
    if (handle === undefined) return;
    this.#handles.delete(taskId);
    handle.settle(result, error);
  }

  #abandonAll(error: Error): void {
    for (const taskId of [...this.#handles.keys()]) this.#settle(taskId, undefined, error);
    for (const attempt of this.#attempts.values()) attempt.abort(error);
  }

  // Attempts of in-process agents

  #run({ taskId, agentId, epoch, attempt: number }: TaskStarted): void {
    const handler = this.#handlers.get(agentId);
    if (handler === undefined) return;
    const task = this.state.tasks.tasks.get(taskId);
    if (task === undefined) { // it ended, and was forgotten, in the very step that started it
      queueMicrotask(() => this.call({ type: "settle", taskId, epoch }, nothing).catch(nothing));
      return;
    }
    const attempt = new Attempt(this, viewOf(task), epoch, agentId, number);
    this.#attempts.set(epoch, attempt);
    queueMicrotask(() => this.#execute(attempt, handler));
  }

  async #execute(attempt: Attempt, handler: TaskHandler): Promise<void> {
    const { task: { id: taskId }, epoch } = attempt;
    let command: TaskCommand;
    try {
      const result = attempt.isOver ? undefined : await handler(attempt.task, attempt);
      command = { type: "complete", taskId, epoch, result };
    } catch (thrown) {
      command = { type: "fail", taskId, epoch, error: errorData(thrown), fault: faultOf(thrown) };
    }
    this.#attempts.delete(epoch);
    const settled: TaskCommand = { type: "settle", taskId, epoch };
    try {
      await this.call(attempt.isOver ? settled : command, nothing);
    } catch (error) {
      await this.#reportAgain(taskId, epoch, error);
    }
    if (this.#attempts.size === 0) this.#whenIdle?.();
  }

  /** A result that was not taken: the claim ended meanwhile, or the log can't write the result. */
  async #reportAgain(taskId: string, epoch: number, cause: unknown): Promise<void> {
    const isMalformed = cause instanceof TypeError;
    const command: TaskCommand = isMalformed
      ? { type: "fail", taskId, epoch, error: errorData(cause), fault: "task" }
      : { type: "settle", taskId, epoch };
    try {
      await this.call(command, nothing);
    } catch (error) {
      this.logger.warn(`Cannot report the end of task ${quote(taskId)}`, error);
    }
  }

  #abort(epoch: number, taskId: string, reason: string): void {
    const attempt = this.#attempts.get(epoch);
    const timeout = this.#lastTimeout;
    this.#lastTimeout = undefined;
    if (attempt === undefined) return;
    attempt.abort(
      timeout?.taskId === taskId
        ? new TaskTimeoutError(taskId, timeout.limit, timeout.ms)
        : new ClaimLostError(taskId, epoch, reason),
    );
  }

  // Shutdown

  async #shutdown(graceMs: number): Promise<void> {
    await this.call({ type: "drain" }, nothing).catch(nothing);
    await this.#idleWithin(graceMs);
    for (const { task } of [...this.#attempts.values()]) {
      await this.cancelTask(task.id, "the scheduler was shut down").catch(nothing);
    }
    await this.#idleWithin(this.state.tasks.config.abortGraceMs);
    await this.resources.shutdown();
    await this.#engine.close();
  }

  #idleWithin(ms: number): Promise<void> {
    if (this.#attempts.size === 0 || ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.clock.setTimer(this.clock.now() + ms, resolve);
      this.#whenIdle = () => {
        cancel();
        resolve();
      };
    });
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
    return this.call(command, nothing);
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
    return this.call(command, nothing);
  }
}

function nothing(): void {}

/** How a task ended that was forgotten in the step that accepted it. */
function cancelledIn(events: readonly LockstepEvent[], taskId: string): TaskCancelled {
  return events.find((event) =>
    event.type === "task:cancelled" && event.taskId === taskId
  ) as TaskCancelled;
}

function couldServe(agent: Agent, requires: readonly string[], assignedAgent: string): boolean {
  return (assignedAgent === "" || assignedAgent === agent.agentId) &&
    requires.every((capability) => agent.capabilities.includes(capability));
}

function requireReason(reason: unknown, attempt: string): void {
  if (typeof reason !== "string") {
    throw new TypeError(`Cannot ${attempt}: reason must be a string, got ${quote(reason)}`);
  }
}
