/**
 * The scheduler for agents that callers choose, and the base of the one that chooses.
 *
 * A scheduler holds no task: it checks arguments, sends commands, and turns answers and events into
 * promises, errors, and calls of the handlers of in-process agents.
 *
 * @module
 */

import type { AgentProfile } from "../agents/types.ts";
import {
  type Attempt,
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requirePriority,
  requireSignal,
} from "../core/arguments.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import type { Clock } from "../core/clock.ts";
import { readConfig, requireKnown, SYSTEM_OPTIONS } from "../core/config.ts";
import { attempting } from "../core/client.ts";
import type { HealthStatus } from "../core/machine.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import type { Journal } from "../core/journal.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import { StaleEpochError } from "../core/errors.ts";
import type { ResourceManager } from "../locks/resource_manager.ts";
import { claimOwner, type LockHolder } from "../locks/types.ts";
import { endFormerProcess, liftSuspicion } from "../root/recovery.ts";
import {
  type SchedulerAnswers,
  type SchedulerCommand,
  type SchedulerEvent,
  type SchedulerHost,
  schedulerMachine,
} from "../root/scheduler_machine.ts";
import { type ChildHandle, submitChild, type TaskHandler } from "./attempts.ts";
import { TaskClient, type TaskHandle } from "./client.ts";
import type { ClaimOptions, TaskClaim } from "./claims.ts";
import {
  amendCommand,
  claimCommand,
  registerCommand,
  requireNote,
  requireText,
  spendCommand,
  submitCommand,
  type TaskCommand,
} from "./commands.ts";
import { TASK_OPTIONS, type TaskSchedulerConfig } from "./config.ts";
import { faultOf, UnknownTaskError } from "./errors.ts";
import { scheduleCommand } from "./schedule_commands.ts";
import { scheduleView } from "./schedules.ts";
import { viewOfAccount } from "./budgets.ts";
import { limitView, limitViews } from "./limit_views.ts";
import {
  type Budget,
  type BudgetView,
  type KeyLimit,
  type LimitView,
  setBudgetCommand,
  setLimitCommand,
} from "./limits.ts";
import { lockEpochOf, viewOf } from "./state.ts";
import type { ScheduleOptions, ScheduleView, Task, TaskStatus, TaskView } from "./types.ts";
import {
  explainTask,
  health,
  listTasks,
  matching,
  requireFilter,
  type TaskExplanation,
  type TaskFilter,
  type TaskListOptions,
  type TaskPage,
} from "./views.ts";

/**
 * The options that decide where a scheduler runs.
 * @category Tasks
 */
export interface TaskSchedulerOptions {
  /** The source of time. @default systemClock */
  readonly clock?: Clock;
  /** Stores the commands, so that tasks outlive the process. @default none */
  readonly journal?: Journal;
  /** Commands in the journal that break the machine, such as `17:0`, and are left out. @default none */
  readonly skip?: readonly string[];
  /**
   * A machine that runs already; then `clock`, `journal` and the machine's config are its own.
   * @internal
   */
  readonly host?: SchedulerHost;
  /**
   * Another scheduler, whose tasks, agents and locks this one shares.
   * @internal
   */
  readonly shares?: TaskScheduler;
}

/**
 * Options of a submission.
 * @category Tasks
 */
export interface SubmitOptions {
  /** Cancels the task when it aborts, unless another submission had the same id before. */
  readonly signal?: AbortSignal;
}

/**
 * Options of the completion of a task.
 * @category Tasks
 */
export interface CompletionOptions {
  /** A short text for people and for dependents. @default none */
  readonly summary?: string;
}

/**
 * Changes of a task; see {@linkcode TaskScheduler.amendTask}.
 * @category Tasks
 */
export interface TaskChanges<Input = unknown> {
  /** For people. */
  readonly description?: string;
  /** Opaque to the scheduler. */
  readonly input?: Input;
  /** Opaque to the scheduler. */
  readonly metadata?: unknown;
  /** The tasks that must end first, in place of all former ones. */
  readonly dependencies?: NonNullable<Task["dependencies"]>;
  /** The locks that it holds while it runs, in place of all former ones. */
  readonly resources?: NonNullable<Task["resources"]>;
}

/**
 * Options of a shutdown.
 * @category Tasks
 */
export interface ShutdownOptions {
  /** The time for which running attempts may go on before they are aborted, in milliseconds. @default 5_000 */
  readonly graceMs?: number;
}

type ScheduledHost = Host<
  ReturnType<SchedulerHost["state"]>,
  SchedulerCommand,
  SchedulerEvent,
  SchedulerAnswers,
  TaskClient
>;

/** The number of slots of an agent that is assigned a task without a registration. */
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
 * @category Tasks
 */
export class TaskScheduler implements AsyncDisposable {
  readonly #host: ScheduledHost;
  readonly #maxRetries: number;
  #closing: Promise<void> | undefined;

  /**
   * Makes a scheduler that works at once; one with a journal works after `initialize`.
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
    const tasks = readConfig(TASK_OPTIONS, config, attempt);
    requireFunction(eventBus?.publish, "eventBus.publish", attempt);
    requireSurroundings(attempt, eventBus, logger, options);
    const isAlone = options.host === undefined &&
      (options as TaskSchedulerOptions).shares === undefined;
    if (isAlone) requireKnown([TASK_OPTIONS, SYSTEM_OPTIONS], config, attempt);
    this.#maxRetries = tasks.maxRetries;
    const { deadlockDetection = true } = config;
    const hosted = {
      thing: "the scheduler",
      machine: schedulerMachine({ tasks, locks: { deadlockDetection, agingMs: tasks.agingMs } }),
      connect: (host: SchedulerHost) => new TaskClient(host, config, eventBus, logger),
      recover: endFormerProcess,
    };
    const { shares } = options as TaskSchedulerOptions;
    this.#host = shares === undefined
      ? new Host(hosted, eventBus, logger, options as TaskSchedulerOptions)
      : shares.#host;
  }

  /**
   * The client of the machine.
   * @throws {UninitializedError} until the journal was read
   * @internal
   */
  protected get client(): TaskClient {
    return this.#host.client ?? this.#host.running("read the state");
  }

  /** The locks that tasks use. Their events and those of tasks are in one order. */
  get resources(): ResourceManager {
    return this.client.resources;
  }

  /**
   * Reads the journal, if there is one. The callers and the in-process agents of the process that wrote
   * it are gone: their waits are cancelled, their tasks requeued, their locks released; the agents
   * get no tasks until they are registered again. Idempotent.
   */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /**
   * Accepts and starts nothing any more, lets running attempts end for `graceMs`, aborts the others,
   * and closes. Does not wait for attempts of agents outside of this process; the results of all
   * tasks that have not ended reject with a `ClosedError`. Idempotent.
   *
   * Without a journal, what is aborted is cancelled. With one, the next start finds what it would find
   * after a crash: unfinished tasks go on with the agents that are registered then.
   */
  shutdown({ graceMs = 5_000 }: ShutdownOptions = {}): Promise<void> {
    return attempting(() => {
      requireMs(graceMs, 0, "graceMs", () => "shut the scheduler down");
      this.#closing ??= this.#shutdown(graceMs);
      return this.#closing;
    });
  }

  /** The same as {@linkcode shutdown}. */
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
   * @throws the reason of `options.signal` when that has aborted
   */
  submit<Input = unknown, Result = unknown>(
    task: Task<Input>,
    options?: SubmitOptions,
  ): Promise<TaskHandle<Result>> {
    return this.submitFor(task, undefined, options);
  }

  /**
   * Submits a child of a task that runs at an agent outside of this process: a task that is cancelled
   * when the attempt ends, however it ends. Reading the `result` of its handle begins the wait for it,
   * during which the slot of the attempt is lent to other tasks.
   *
   * @param epoch that of the claim on the parent @default that of the claim in force
   * @throws {StaleEpochError} when the attempt has ended
   * @throws {DependencyCycleError} when a dependency of the child waits for the parent
   */
  submitChild<Input = unknown, Result = unknown>(
    taskId: string,
    child: Task<Input>,
    epoch = 0,
  ): Promise<ChildHandle<Result>> {
    return attempting(() => {
      requireId(taskId, "taskId", () => "submit a child");
      const attempt = () => `submit a child of task ${quote(taskId)}`;
      requireInteger(epoch, 0, Number.MAX_SAFE_INTEGER, "epoch", attempt);
      const inForce = this.client.state.tasks.tasks.get(taskId)?.epoch ?? 0;
      return submitChild(this.client, child, { taskId, epoch: epoch === 0 ? inForce : epoch });
    });
  }

  /**
   * Places a task with an agent: it goes into the agent's own queue at once, also when the agent has
   * no free slot. Registers an agent that is unknown: at `maxAgents` it takes the place of the one that
   * has been idle for longest, of those that were registered in this way.
   *
   * @throws {LimitError} when there are `maxAgents`, and none of those is idle
   */
  assignTask<Input = unknown, Result = unknown>(
    task: Task<Input>,
    agentId: string,
  ): Promise<TaskHandle<Result>> {
    return attempting(() => {
      requireId(agentId, "agentId", () => "assign a task");
      const { client } = this;
      if (client.state.tasks.agents.has(agentId)) return this.submitFor<Result>(task, agentId);
      const agent = { id: agentId, maxConcurrentTasks: UNREGISTERED_SLOTS };
      submitCommand(task, this.#maxRetries, agentId); // a malformed task registers no agent
      const registered = client.call(registerCommand(agent, false, true));
      return Promise.all([registered, this.submitFor<Result>(task, agentId)])
        .then(([, handle]) => handle);
    });
  }

  /**
   * Asks for a task for an agent in pull mode, and resolves with its claim: with the oldest open claim
   * of the agent that has not lent its slot, so that asking twice is idempotent; or else with the first
   * ready task that the agent may run, or with `taskId`. An agent that asks is given a task before any
   * agent that doesn't; those that ask are served in the order of asking, and those that ask for a task
   * by its id before the others.
   *
   * Resolves with `undefined` when the wait ends without a task: after `waitMs`, when the agent asks
   * again (a further call takes the place of the earlier one), when it drains, or when the task with
   * `taskId` has ended. A cordoned agent waits.
   *
   * Costs O(log n) of the queue.
   *
   * @throws {UnknownAgentError} when the agent is not registered, or removed during the wait
   * @throws {UnfitAgentError} when it is in push mode, is draining, or may not run `taskId`
   * @throws {UnknownTaskError} when there is no task with `taskId`
   * @throws {TaskStatusError} when that has ended
   * @throws {StillWaitingError} with `keepMs`, when `waitMs` has passed or `signal` aborts
   * @throws {TicketExpiredError} when the agent has no request with the `ticket`
   * @throws {ClosedError} after `shutdown`
   */
  claim<Input = unknown>(
    agentId: string,
    options: ClaimOptions = {},
  ): Promise<TaskClaim<Input> | undefined> {
    return attempting(() => {
      const command = claimCommand(agentId, options);
      const { signal } = options;
      if (signal !== undefined) {
        requireSignal(signal, "signal", () => `claim a task for agent ${quote(agentId)}`);
      }
      return this.client.claim(command, signal) as Promise<TaskClaim<Input> | undefined>;
    });
  }

  /** Begins an attempt. @throws {StaleEpochError} when the claim is over */
  start(taskId: string, epoch = 0): Promise<void> {
    return this.#claim({ type: "start", taskId, epoch });
  }

  /** Reports that an attempt is alive. @throws {StaleEpochError} when the claim is over */
  heartbeat(taskId: string, epoch = 0): Promise<void> {
    return this.#claim({ type: "heartbeat", taskId, epoch });
  }

  /**
   * Reports the progress of an attempt; counts as a heartbeat.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  progress(taskId: string, progress: unknown, epoch = 0): Promise<void> {
    return this.#claim({ type: "progress", taskId, epoch, progress });
  }

  /**
   * Completes a task, with a summary if `options` has one. A claim that was not started counts as
   * started.
   *
   * @throws {RangeError} when the summary has more than `maxNoteLength` characters
   * @throws {StaleEpochError} when the claim is over
   * @throws {TaskStatusError} when the task has ended, or has no agent
   * @throws {UnknownTaskError} when there is no such task
   */
  completeTask(
    taskId: string,
    result?: unknown,
    epoch = 0,
    options: CompletionOptions = {},
  ): Promise<void> {
    return attempting(() => {
      const attempt = () => "complete a task";
      requireObject(options as unknown, "options", attempt);
      const { summary } = options;
      if (summary !== undefined) this.#requireNote(summary, "summary", attempt);
      const given = summary === undefined ? {} : { summary };
      return this.#claim({ type: "complete", taskId, epoch, result, ...given });
    });
  }

  /**
   * Adds a note to a task that runs, for people and for its dependents; counts as a heartbeat.
   *
   * @throws {StaleEpochError} when the claim is over
   * @throws {RangeError} when it has more than `maxNoteLength` characters
   */
  noteTask(taskId: string, text: string, epoch = 0): Promise<void> {
    return attempting(() => {
      this.#requireNote(text, "text", () => "add a note");
      return this.#claim({ type: "note", taskId, epoch, text });
    });
  }

  /**
   * Ends an attempt as failed: another one follows, unless no retry is left or `error` is a
   * `NonRetryableError`.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  failTask(taskId: string, error: unknown, epoch = 0): Promise<void> {
    return attempting(() => {
      const fault = faultOf(error);
      return this.#claim({ type: "fail", taskId, epoch, error: this.client.dataOf(error), fault });
    });
  }

  /**
   * Gives an open claim back: the task is ready again, and no attempt counts.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  releaseTask(taskId: string, epoch = 0, reason = "its agent gave it back"): Promise<void> {
    return attempting(() => {
      requireText(reason, "reason", () => "give a claim back");
      return this.#claim({ type: "release-claim", taskId, epoch, reason });
    });
  }

  /**
   * Returns the epoch of a claim of an agent: `epoch`, or the one in force if that is 0.
   *
   * @internal
   * @throws {StaleEpochError} when the claim is another agent's
   */
  claimOf(taskId: string, epoch: number, agentId: string): number {
    const attempt = () => "act on a claim";
    requireId(taskId, "taskId", attempt);
    requireInteger(epoch, 0, Number.MAX_SAFE_INTEGER, "epoch", attempt);
    const task = this.client.state.tasks.tasks.get(taskId);
    if (task?.agent === undefined || task.agent.agentId === agentId) {
      return epoch || task?.epoch || 0;
    }
    throw new StaleEpochError(`act on the claim of task ${quote(taskId)}`, epoch, task.epoch);
  }

  /**
   * Returns the holder of the locks of an attempt that an agent runs.
   *
   * @internal
   * @throws {StaleEpochError} when the claim is over, or another agent's
   */
  holderOf(
    { taskId, epoch }: { readonly taskId: string; readonly epoch: number },
    agentId: string,
  ): Required<LockHolder> {
    const attempt = () => `acquire a lock for task ${quote(taskId)}`;
    requireId(taskId, "taskId", attempt);
    requireInteger(epoch, 0, Number.MAX_SAFE_INTEGER, "epoch", attempt);
    const task = this.client.state.tasks.tasks.get(taskId);
    if (task === undefined) throw new UnknownTaskError(attempt(), taskId);
    const isOwn = task.status === "running" && task.agent?.agentId === agentId;
    if (!isOwn || task.epoch !== epoch) throw new StaleEpochError(attempt(), epoch, task.epoch);
    return { agentId, owner: claimOwner(taskId, lockEpochOf(task)) };
  }

  /**
   * Ends a task as cancelled. Idempotent.
   *
   * @throws {TaskStatusError} when it has ended otherwise
   */
  cancelTask(taskId: string, reason = "it was cancelled"): Promise<void> {
    return attempting(() => {
      requireId(taskId, "taskId", () => "cancel a task");
      requireText(reason, "reason", () => `cancel task ${quote(taskId)}`);
      return this.client.cancel(taskId, reason);
    });
  }

  /**
   * Ends an attempt, at no cost to the task; the next one begins after `delayMs` milliseconds, at the
   * earliest. A claim that was not started counts as started.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  snoozeTask(taskId: string, delayMs: number, epoch = 0): Promise<void> {
    return attempting(() => {
      requireMs(delayMs, 0, "delayMs", () => "snooze a task");
      return this.#claim({ type: "snooze", taskId, epoch, delayMs });
    });
  }

  /**
   * Ends an attempt that needs an answer to go on, at no cost to the task, which is `blocked` until
   * {@linkcode answerTask}. Its total timeout goes on.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  blockTask(taskId: string, question: unknown, epoch = 0): Promise<void> {
    return this.#claim({ type: "block", taskId, epoch, question });
  }

  /**
   * Answers the question of a blocked task, which is ready again: the next attempt finds the answer in
   * `task.answer`.
   *
   * @throws {TaskStatusError} when it is not blocked by a question
   */
  answerTask(taskId: string, answer: unknown): Promise<void> {
    return this.#operate({ type: "answer-question", taskId, answer }, "answer a task");
  }

  /**
   * Accepts the result of a task that requires approval: the task is completed.
   *
   * @throws {TaskStatusError} when no result of it waits to be accepted
   */
  acceptResult(taskId: string): Promise<void> {
    return this.#operate(
      { type: "review", taskId, isAccepted: true, reason: "" },
      "accept a result",
    );
  }

  /**
   * Rejects the result of a task that requires approval: its attempt counts as a failed one, so another
   * one follows while a retry is left, which finds `reason` in `task.error`.
   *
   * @throws {TaskStatusError} when no result of it waits to be accepted
   */
  rejectResult(taskId: string, reason = "it was rejected"): Promise<void> {
    return attempting(() => {
      requireText(reason, "reason", () => "reject a result");
      return this.#operate(
        { type: "review", taskId, isAccepted: false, reason },
        "reject a result",
      );
    });
  }

  /**
   * Changes what a task that has not ended says. Fields that are left out stay; an attempt that runs goes
   * on with what it was given, and the next one has the change.
   *
   * What it needs, its `dependencies` and `resources`, changes only while it is waiting, ready or
   * assigned: it is taken back from an agent that has not started it. A dependency that has ended counts
   * as at its submission; one that it keeps counts as before. All changes are made, or none.
   *
   * @throws {TaskStatusError} when it has ended; or when its needs change, and an attempt runs or ran last
   * @throws {UnknownTaskError} when a further dependency was not submitted
   * @throws {DependencyCycleError} when its dependencies lead back to it
   */
  amendTask<Input = unknown>(taskId: string, changes: TaskChanges<Input>): Promise<void> {
    return attempting(() => {
      const command = amendCommand(taskId, changes, () => "amend a task");
      return this.#operate(command, "amend a task");
    });
  }

  /**
   * Changes the priority of a task that has not ended, and its place in the queue. A wait for its
   * locks that has begun keeps its place. O(log n) of the queue.
   *
   * @throws {TaskStatusError} when it has ended
   */
  setTaskPriority(taskId: string, priority: number): Promise<void> {
    return attempting(() => {
      requirePriority(priority, "priority", () => "change a priority");
      return this.#operate({ type: "set-priority", taskId, priority }, "change a priority");
    });
  }

  /**
   * Submits a task that failed or was cancelled once more, as it was, and returns the handle of the new
   * run. Its attempts are counted from 1 again; it begins after the last attempt has ended.
   *
   * @throws {TaskStatusError} when it neither failed nor was cancelled
   * @throws {UnknownTaskError} when it is not among the `keepFinished` latest
   */
  retryTask<Result = unknown>(taskId: string): Promise<TaskHandle<Result>> {
    return attempting(() => {
      requireId(taskId, "taskId", () => "retry a task");
      return this.client.retry([taskId]).then(([handle]) => handle as TaskHandle<Result>);
    });
  }

  /**
   * Submits all tasks once more that failed or were cancelled and match `filter`, in the order of their
   * submission: those that were cancelled because a dependency failed follow it.
   */
  retryTasks(filter: TaskFilter = {}): Promise<TaskHandle[]> {
    return attempting(() => {
      requireFilter(filter, () => "retry tasks");
      const taskIds = [...matching(this.client.state.tasks, filter)]
        .filter(({ status }) => status === "failed" || status === "cancelled")
        .map(({ spec: { id } }) => id);
      return taskIds.length === 0 ? Promise.resolve([]) : this.client.retry(taskIds);
    });
  }

  /**
   * Submits a task every `everyMs` milliseconds until {@linkcode unschedule}. The task of occasion `n`,
   * from 0, has the id `id@n`. An occasion for which no task is submitted emits `schedule:missed` or
   * `schedule:skipped`. A schedule does not keep the process alive.
   *
   * Idempotent: a call with the id of a schedule changes what differs, and its occasions only when
   * `everyMs` or `startAt` does.
   *
   * @throws {LimitError} when there are `maxSchedules`
   * @throws {ClosedError} after `shutdown`
   */
  every<Input = unknown>(id: string, options: ScheduleOptions<Input>): Promise<ScheduleView> {
    return attempting(() => this.client.ask(scheduleCommand(id, options, this.#maxRetries)));
  }

  /** Removes a schedule; its tasks go on. Resolves with whether there was one. */
  unschedule(id: string): Promise<boolean> {
    return attempting(() => {
      requireId(id, "id", () => "remove a schedule");
      return this.client.ask({ type: "remove-schedule", scheduleId: id });
    });
  }

  /** Returns all schedules, oldest first. */
  schedules(): ScheduleView[] {
    return [...this.client.state.tasks.schedules.values()].map(scheduleView);
  }

  /**
   * Sets the limit of a key, as a whole: of the tasks with that `limitKey`, at most `maxConcurrent` run
   * at once, and at most `rate.tokens` begin in a burst, and as many in each `rate.perMs` thereafter;
   * retries count. Keys take turns. `{}` lifts all limits, `undefined` restores those of the config.
   *
   * A lower limit interrupts nothing: attempts that exceed it go on, and none begins before enough have
   * ended. A higher one hands out tasks at once. Costs O(n log n) of the different requirements of the
   * tasks that wait for the key.
   *
   * @throws {LimitError} when calls have set the limits of `maxLimits` other keys
   */
  setLimit(key: string, limit: KeyLimit | undefined): Promise<void> {
    return attempting(() => this.client.call(setLimitCommand(key, limit), nothing));
  }

  /**
   * Sets the budget of all attempts; `undefined` lifts it. What was spent since it was first set stays,
   * so a larger budget goes on from there. Once it is spent nothing is handed out, attempts that run go
   * on, and `budget:exhausted` says so. Costs O(agents × groups) when that hands out tasks again.
   */
  setBudget(budget: Budget | undefined): Promise<void> {
    return attempting(() => this.client.call(setBudgetCommand(budget), nothing));
  }

  /** Returns what was spent of the budget of all attempts; `undefined` when there is none. */
  budget(): BudgetView | undefined {
    const { account } = this.client.state.tasks;
    return account === undefined ? undefined : viewOfAccount(account);
  }

  /**
   * Reports what an attempt has spent since its last report, for the budgets that name the counters;
   * counts as a heartbeat.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  spend(taskId: string, counters: Readonly<Record<string, number>>, epoch = 0): Promise<void> {
    return attempting(() => this.client.call(spendCommand(taskId, epoch, counters), nothing));
  }

  /** Returns the state of a key; `undefined` for one without a limit that no unfinished task names. */
  limitOf(key: string): LimitView | undefined {
    requireId(key, "key", () => "read a limit");
    const { state, now } = this.client;
    return limitView(state.tasks, key, now);
  }

  /** Returns the states of all keys that have a limit, or that unfinished tasks name. O(keys). */
  limits(): LimitView[] {
    const { state, now } = this.client;
    return limitViews(state.tasks, now);
  }

  /**
   * Assigns nothing until {@linkcode resume}. Tasks are accepted, and attempts that have begun go on.
   * Idempotent; a second call changes the reason.
   */
  pause(reason = "an operator paused it"): Promise<void> {
    return attempting(() => {
      requireText(reason, "reason", () => "pause the scheduler");
      return this.client.call({ type: "pause", reason }, nothing);
    });
  }

  /** Ends a pause. Idempotent. */
  resume(): Promise<void> {
    return attempting(() => this.client.call({ type: "resume" }, nothing));
  }

  /**
   * Resolves when all tasks have ended; at once when there is none. Rejects with a `ClosedError` when
   * the scheduler is shut down before.
   */
  whenIdle(options?: SubmitOptions): Promise<void> {
    return attempting(() => this.client.whenIdle(signalOf(options, () => "wait until idle")));
  }

  /**
   * Returns the kept tasks that match, in the order of their submission, a page at a time. With a
   * status alone, O(page) and a look at every 512th task; `type` and `limitKey` read all tasks before they
   * find a page.
   */
  listTasks(options: TaskListOptions = {}): TaskPage {
    return listTasks(this.client.state.tasks, options);
  }

  /**
   * Removes an agent: its claims end, its tasks are requeued at no cost to them, its locks are
   * released, and its waits for locks end. One that only has locks is removed as well.
   *
   * @throws {UnknownAgentError} when it is not registered and has no lock and no wait for one
   */
  unregisterAgent(agentId: string, reason = "it was unregistered"): Promise<void> {
    return this.sendTo({ type: "remove-agent", agentId, reason });
  }

  /** Cancels all tasks of an agent. @throws {UnknownAgentError} when there is no such agent */
  cancelAgentTasks(agentId: string, reason = "its agent's tasks were cancelled"): Promise<void> {
    return this.sendTo({ type: "cancel-agent-tasks", agentId, reason });
  }

  /** Requeues all tasks of an agent, at no cost to them. */
  rescheduleAgentTasks(
    agentId: string,
    reason = "its agent's tasks were rescheduled",
  ): Promise<void> {
    return this.sendTo({ type: "requeue-agent-tasks", agentId, reason });
  }

  /** Returns how many tasks an agent has, started or not; 0 for an unknown one. */
  getAgentTaskCount(agentId: string): number {
    requireId(agentId, "agentId", () => "count the tasks of an agent");
    return this.client.state.tasks.agents.get(agentId)?.tasks.size ?? 0;
  }

  /** Returns the tasks that an agent has, started or not, oldest claim first. */
  getAgentTasks(agentId: string): TaskView[] {
    requireId(agentId, "agentId", () => "read the tasks of an agent");
    const agent = this.client.state.tasks.agents.get(agentId);
    return agent === undefined ? [] : [...agent.tasks].map(viewOf);
  }

  /** Returns a task, or `undefined` when it was not submitted, or was dropped after it had ended. */
  getTask(taskId: string): TaskView | undefined {
    requireId(taskId, "taskId", () => "read a task");
    const task = this.client.state.tasks.tasks.get(taskId);
    return task === undefined ? undefined : viewOf(task);
  }

  /** Returns how many tasks have each status. Finished ones count for ever. */
  getTaskCounts(): Readonly<Record<TaskStatus, number>> {
    return { ...this.client.state.tasks.counts };
  }

  /**
   * Explains why a task has its status, and the change that it waits for.
   *
   * @throws {UnknownTaskError} when there is no such task
   */
  explain(taskId: string): TaskExplanation {
    requireId(taskId, "taskId", () => "explain a task");
    const { state, resources, now } = this.client;
    return explainTask(
      state.tasks,
      (resourceId) => resources.holdersOf(resourceId),
      taskId,
      now,
    );
  }

  /**
   * Computes the health: bad when the table of tasks is nearly full or that of agents is full, when no
   * agent may run a task, or when no command is stepped.
   */
  getHealthStatus(): Promise<HealthStatus> {
    return this.#host.health(({ state, staleReports, problem }) =>
      health(state.tasks, staleReports, problem)
    );
  }

  /** Fires due timers at once, and writes a snapshot to the scheduler's own journal. */
  performMaintenance(): Promise<void> {
    return this.#host.maintain();
  }

  /**
   * Accepts and starts nothing any more, and ends running attempts. Idempotent.
   * @internal
   */
  drain(graceMs: number): Promise<void> {
    return this.#host.client?.drain(graceMs) ?? Promise.resolve();
  }

  // For the scheduler that chooses

  /**
   * Accepts a task, placed with `agentId` if that is given.
   * @internal
   */
  protected submitFor<Result>(
    task: Task,
    agentId: string | undefined,
    options?: SubmitOptions,
  ): Promise<TaskHandle<Result>> {
    try {
      const command = submitCommand(task, this.#maxRetries, agentId);
      const signal = signalOf(options, () => `submit task ${quote(task.id)}`);
      return this.client.submit(command, signal) as Promise<TaskHandle<Result>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Registers an agent.
   * @internal
   */
  protected async register(
    profile: AgentProfile,
    handler: TaskHandler | undefined,
  ): Promise<void> {
    const command = registerCommand(profile, handler !== undefined);
    if (handler !== undefined) {
      requireFunction(handler, "handler", () => `register agent ${quote(profile.id)}`);
    }
    const { client } = this;
    await client.register(command, { ...profile }, handler);
    await liftSuspicion(client, command.agentId);
  }

  /**
   * Sends a command about an agent.
   * @internal
   */
  protected sendTo(
    command: TaskCommand & { readonly agentId: string; readonly reason?: string },
  ): Promise<void> {
    return attempting(() => {
      const verb = command.type.replaceAll("-", " ");
      requireId(command.agentId, "agentId", () => verb);
      if ("reason" in command) {
        requireText(command.reason, "reason", () => `${verb} ${quote(command.agentId)}`);
      }
      return this.client.call(command, nothing);
    });
  }

  async #shutdown(graceMs: number): Promise<void> {
    await this.drain(graceMs);
    await this.#host.close();
  }

  #requireNote(value: unknown, name: string, attempt: Attempt): void {
    requireNote(value, name, this.client.state.tasks.config.maxNoteLength, attempt);
  }

  #operate(command: TaskCommand & { readonly taskId: string }, verb: string): Promise<void> {
    return attempting(() => {
      requireId(command.taskId, "taskId", () => verb);
      return this.client.call(command, nothing);
    });
  }

  #claim(
    command: TaskCommand & { readonly taskId: string; readonly epoch: number },
  ): Promise<void> {
    return attempting(() => {
      const attempt = () => `${command.type} a task`;
      requireId(command.taskId, "taskId", attempt);
      requireInteger(command.epoch, 0, Number.MAX_SAFE_INTEGER, "epoch", attempt);
      return this.client.call(command, nothing);
    });
  }
}

function signalOf(
  options: { readonly signal?: AbortSignal } | undefined,
  attempt: Attempt,
): AbortSignal | undefined {
  if (options === undefined) return undefined;
  requireObject(options as unknown, "options", attempt);
  const { signal } = options;
  if (signal !== undefined) requireSignal(signal, "signal", attempt);
  return signal;
}

function nothing(): void {}
