/**
 * Runs the attempts of agents that are functions of this process.
 *
 * @module
 */

import { quote, requireMs, requireSignal } from "../core/arguments.ts";
import { attempting, DONE } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import { type ErrorData, errorData } from "../core/error_data.ts";
import { ClosedError, LockstepError, NonRetryableError } from "../core/errors.ts";
import { type Logger, logTo } from "../core/logger.ts";
import { joinSignals } from "../core/signals.ts";
import { claimOwner } from "../locks/types.ts";
import type { AcquireOptions, AcquirePathsOptions } from "../locks/types.ts";
import type { LockHandle } from "../locks/client.ts";
import type { ResourceManager } from "../locks/resource_manager.ts";
import {
  type Await,
  type Block,
  type Complete,
  type EndAttempt,
  type Fail,
  type Heartbeat,
  type Note,
  type ParentClaim,
  type Progress,
  requireNote,
  type Snooze,
  type Spend,
  spendCommand,
} from "./commands.ts";
import {
  AttemptSuspended,
  cancellation,
  ClaimLostError,
  DependencyCycleError,
  faultOf,
  suspensionOf,
  TaskTimeoutError,
} from "./errors.ts";
import type { TaskEvent, TaskStarted, TaskTimedOut } from "./events.ts";
import { lockEpochOf, type TaskRecord, type TaskState, viewOf } from "./state.ts";
import { reportsOf } from "./remarks.ts";
import type { DependencyReport, Task, TaskStatus, TaskView } from "./types.ts";

/**
 * The second argument of a handler: the claim that it runs under.
 * @category Tasks
 */
export interface TaskContext {
  /** Aborts when the claim is over: a timeout, a cancellation, a lost lock, a shutdown. */
  readonly signal: AbortSignal;
  /** The fencing token of the claim. */
  readonly epoch: number;
  /** The agent that runs the attempt. */
  readonly agentId: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** Reports the progress of the attempt; counts as a heartbeat. */
  progress(value: unknown): Promise<void>;
  /**
   * The dependencies of the task, in their order, with their results, notes and summaries.
   */
  readonly dependencies: readonly DependencyReport[];
  /**
   * Adds a note to the task, for people and for its dependents; counts as a heartbeat. A task keeps its
   * `maxNotes` newest, of all attempts.
   *
   * @throws {RangeError} when it has more than `maxNoteLength` characters
   */
  note(text: string): Promise<void>;
  /**
   * Sets the summary that goes with the result if this attempt completes the task; the last one counts.
   *
   * @throws {RangeError} when it has more than `maxNoteLength` characters
   */
  summarize(text: string): void;
  /** Reports what the attempt has spent, for budgets: `{ tokens: 1200 }`; counts as a heartbeat. */
  spend(counters: Readonly<Record<string, number>>): Promise<void>;
  /** Reports that the attempt is alive; required by tasks with a heartbeat timeout. */
  heartbeat(): Promise<void>;
  /** Acquires a lock for this attempt; it is released when the attempt ends, at the latest. */
  acquire(resourceId: string, options?: AcquireOptions): Promise<LockHandle>;
  /** Acquires a set of paths for this attempt, in the same way. */
  acquirePaths(patterns: readonly string[], options?: AcquirePathsOptions): Promise<LockHandle>;
  /**
   * Aborts when the scheduler begins to shut down: the attempt may go on for the rest of `graceMs`,
   * and should end soon.
   */
  readonly shutdown: AbortSignal;
  /**
   * Ends the attempt, at no cost to the task: the next one begins after `delayMs` milliseconds, at the
   * earliest. Throws, so that the handler ends; a handler must not catch that.
   */
  snooze(delayMs: number): never;
  /**
   * Ends the attempt, at no cost to the task, until `answerTask` answers `question`: the next attempt
   * finds the answer in `task.answer`. Throws, so that the handler ends; a handler must not catch that.
   */
  block(question: unknown): never;
  /**
   * Submits a child: a task that is cancelled when this attempt ends, however it ends. Reading the
   * `result` of its handle begins the wait for it, during which the slot of this attempt is lent to
   * other tasks. When the task is retried, its next attempt may submit a child of the same id again: one
   * that did not complete is replaced, and one that did needs the same `idempotencyKey` as before.
   *
   * @throws {StaleEpochError} when the attempt has ended
   * @throws {DependencyCycleError} when a dependency of the child waits for this task
   * @throws {DuplicateTaskError | LimitError | ClosedError} as a submission to the scheduler does
   */
  submit<ChildInput = unknown, Result = unknown>(
    task: Task<ChildInput>,
  ): Promise<ChildHandle<Result>>;
}

/** The handle of a submitted task. */
export interface SubmittedTask<Result = unknown> {
  /** The id of the task. */
  readonly id: string;
  /** Its status, while its outcome is kept. */
  readonly status: TaskStatus | undefined;
  /** Its result. */
  readonly result: Promise<Result>;
  /** The summary that came with its result, while that is kept. */
  readonly summary: string | undefined;
  /** The notes of its attempts, while they are kept. */
  readonly notes: readonly string[];
  /** Cancels it. */
  cancel(reason?: string): Promise<void>;
}

/**
 * A child that an attempt has submitted.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * await scheduler.registerAgent({ id: "a1" }, async (task, { submit }) => {
 *   if (task.id !== "report") return task.id.length;
 *   const chapter = await submit({ id: "chapter" });
 *   return `length: ${await chapter.result}`;
 * });
 * const report = await scheduler.submit({ id: "report" });
 * console.log(await report.result); // length: 7
 * ```
 * @category Tasks
 */
export class ChildHandle<Result = unknown> {
  /** The id of the child. */
  readonly id: string;
  readonly #handle: SubmittedTask<Result>;
  readonly #begin: () => Promise<void>;
  #result: Promise<Result> | undefined;

  /**
   * Made by the context of an attempt; `begin` begins the wait for the child.
   * @internal
   */
  constructor(handle: SubmittedTask<Result>, begin: () => Promise<void>) {
    this.id = handle.id;
    this.#handle = handle;
    this.#begin = begin;
  }

  /** The status of the child, or `undefined` when its outcome is no longer kept. */
  get status(): TaskStatus | undefined {
    return this.#handle.status;
  }

  /** The summary that came with the result of the child, while that is kept. */
  get summary(): string | undefined {
    return this.#handle.summary;
  }

  /** The notes of the attempts of the child, oldest first, while they are kept. */
  get notes(): readonly string[] {
    return this.#handle.notes;
  }

  /**
   * The result of the child; rejects as that of a `TaskHandle` does. Until the child has ended, its
   * parent has no slot: read it when the attempt has nothing else to do. Rejects with
   * `DependencyCycleError` when the task of that id, which another submitter made, waits for the parent.
   */
  get result(): Promise<Result> {
    return this.#result ??= this.#await();
  }

  /** Cancels the child. Idempotent. */
  cancel(reason = "its parent cancelled it"): Promise<void> {
    return this.#handle.cancel(reason);
  }

  async #await(): Promise<Result> {
    const { result } = this.#handle;
    try {
      await this.#begin();
    } catch (error) {
      // Otherwise the attempt has ended, or the scheduler: so does the wait, with its own error.
      if (error instanceof DependencyCycleError) {
        result.catch(ignore);
        throw error;
      }
    }
    return await result;
  }
}

/**
 * An agent as a function; its return value is the result of the task.
 * @category Tasks
 */
export type TaskHandler<Input = unknown, Result = unknown> = (
  task: TaskView<Input>,
  context: TaskContext,
) => Result | PromiseLike<Result>;

/** The end of an attempt, as it is reported. */
type Report = Complete | Fail | Snooze | Block | EndAttempt;

/** The scheduler whose attempts run. */
export interface AttemptHost {
  /** The state of its task machine. */
  readonly state: Readonly<{ readonly tasks: TaskState }>;
  /** The session of its engine, if that shares its journal with others. */
  readonly session: string | undefined;
  /** Its clock. */
  readonly clock: Clock;
  /** Its locks. */
  readonly resources: ResourceManager;
  /** Returns the data of a thrown value for a report. */
  dataOf(thrown: unknown): ErrorData;
  /** Sends a report, and resolves once it was accepted. */
  call(report: Heartbeat | Progress | Note | Spend | Await): Promise<void>;
  /** Submits a child of a claim. */
  submitChild(task: Task, parent: ParentClaim): Promise<SubmittedTask>;
  /** Sends the end of an attempt until the journal stores it. */
  deliver(report: Report): Promise<void>;
}

/** The types of the events that begin and end attempts. */
export const ATTEMPT_EVENTS = [
  "task:started",
  "task:timed-out",
  "task:completed",
  "task:backed-off",
  "task:failed",
  "task:requeued",
  "task:snoozed",
  "task:blocked",
  "task:proposed",
  "task:cancelled",
  "agent:terminated",
] as const;

type AttemptEvent = Extract<TaskEvent, { type: typeof ATTEMPT_EVENTS[number] }>;

/** Calls handlers, aborts the signals of attempts whose claim is over, and reports how they ended. */
export class AttemptRunner {
  readonly #host: AttemptHost;
  readonly #logger: Logger;
  readonly #handlers = new Map<string, TaskHandler>();
  /** The attempts whose handler has not returned, and the claims of agents that ask, by epoch. */
  readonly #attempts = new Map<number, RunningAttempt>();
  /** The limit that the next event is the consequence of. */
  #timeout: TaskTimedOut | undefined;
  #whenIdle: (() => void) | undefined;
  #startsNoMore = false;
  #isAbandoned = false;
  /** The error of a shutdown that has begun. */
  #shutdown: { readonly error: unknown } | undefined;

  /** Makes a runner without handlers. */
  constructor(host: AttemptHost, logger: Logger) {
    this.#host = host;
    this.#logger = logger;
  }

  /** Sets the handler of an agent; `undefined` for an agent outside of this process. */
  handle(agentId: string, handler: TaskHandler | undefined): void {
    if (handler === undefined) this.#handlers.delete(agentId);
    else this.#handlers.set(agentId, handler);
  }

  /** Returns the tasks whose handlers have not returned, and those with a claim that was asked for. */
  taskIds(): string[] {
    return [...this.#attempts.values()].map(({ task }) => task.id);
  }

  /** Whether no handler runs, and no claim that was asked for is open. */
  get isIdle(): boolean {
    return this.#attempts.size === 0;
  }

  /** Announces to the handlers that a shutdown has begun. Idempotent. */
  announceShutdown(error: unknown): void {
    this.#shutdown ??= { error };
    for (const attempt of this.#attempts.values()) attempt.shutDown(error);
  }

  /** Leaves the attempts that begin from now on to the next process. */
  startNoMore(): void {
    this.#startsNoMore = true;
  }

  /** Aborts all attempts with `error`, and leaves them to the next process: their ends are not reported. */
  abandon(error: unknown): void {
    this.#startsNoMore = this.#isAbandoned = true;
    this.abortAll(error);
  }

  /**
   * Returns the handle of a claim that its agent asked for, and makes it once by `claim`; `undefined`
   * when its task was dropped.
   */
  open<Claim extends object>(
    agentId: string,
    taskId: string,
    epoch: number,
    claim: (attempt: RunningAttempt) => Claim,
  ): Claim | undefined {
    const known = this.#attempts.get(epoch);
    if (known !== undefined) return known.claim as Claim;
    const record = this.#host.state.tasks.tasks.get(taskId);
    if (record === undefined) return undefined;
    const attempt = this.#attemptOf(record, agentId, epoch, record.attempts);
    const handle = attempt.claim = claim(attempt);
    if (this.#isAbandoned) attempt.abort(() => new ClosedError("go on", "the scheduler"));
    else this.add(attempt);
    return handle as Claim;
  }

  /** Returns whether the claim of an attempt is not known to be over. */
  has(attempt: RunningAttempt): boolean {
    return this.#attempts.get(attempt.epoch) === attempt;
  }

  /** Aborts `attempt` when its claim is lost. */
  add(attempt: RunningAttempt): void {
    this.#attempts.set(attempt.epoch, attempt);
  }

  /** Forgets an attempt that ends. */
  remove({ epoch }: RunningAttempt): void {
    this.#attempts.delete(epoch);
    this.#noteIdle();
  }

  /** Begins and ends attempts after an event. */
  observe(event: AttemptEvent): void {
    const timeout = this.#timeout;
    this.#timeout = undefined;
    switch (event.type) {
      case "task:started":
        if (this.#handlers.size > 0) this.#start(event);
        return;
      case "task:completed":
      case "task:proposed":
        return this.#abort(event, "the task was completed by another report");
      case "task:snoozed":
      case "task:blocked":
        return this.#abort(event, "the attempt was suspended by another report");
      case "task:timed-out":
        this.#timeout = event;
        return;
      case "task:backed-off":
      case "task:failed":
        return this.#abort(event, event.error.message, timeout);
      case "task:requeued":
        return this.#abort(event, event.reason, timeout);
      case "task:cancelled":
        return this.#lose(event.epoch, () => cancellation(event));
      case "agent:terminated":
        this.#handlers.delete(event.agentId);
    }
  }

  /** Aborts the signals of all attempts with `error`. */
  abortAll(error: unknown): void {
    for (const epoch of [...this.#attempts.keys()]) this.#lose(epoch, () => error);
  }

  /** Resolves when {@linkcode isIdle}, or after `ms`. */
  idleWithin(ms: number): Promise<void> {
    if (this.#attempts.size === 0 || ms === 0) return Promise.resolve();
    const { clock } = this.#host;
    return new Promise((resolve) => {
      const cancel = clock.setTimer(clock.now() + ms, resolve);
      this.#whenIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  #start({ taskId, agentId, epoch, attempt: number }: TaskStarted): void {
    const handler = this.#handlers.get(agentId);
    if (handler === undefined || this.#startsNoMore) return;
    const { session, state: { tasks: { agents, tasks } } } = this.#host;
    const isElsewhere = session !== undefined && agents.get(agentId)?.session !== session;
    if (isElsewhere) return; // another process has registered the agent since
    const record = tasks.get(taskId);
    if (record === undefined) { // it ended, and was dropped, in the same step
      queueMicrotask(() => this.#report({ type: "end-attempt", taskId, epoch }));
      return;
    }
    const attempt = this.#attemptOf(record, agentId, epoch, number);
    this.add(attempt);
    queueMicrotask(() => this.#execute(attempt, handler));
  }

  #attemptOf(record: TaskRecord, agentId: string, epoch: number, number: number): RunningAttempt {
    const lockEpoch = lockEpochOf(record);
    const claim = { epoch, agentId, number, lockEpoch };
    const attempt = new RunningAttempt(this.#host, viewOf(record), reportsOf(record), claim);
    if (this.#shutdown !== undefined) attempt.shutDown(this.#shutdown.error);
    return attempt;
  }

  /** Calls a handler. One that returns no object has ended, and is reported at once. */
  #execute(attempt: RunningAttempt, handler: TaskHandler): void {
    let result: unknown;
    try {
      if (!attempt.isOver) result = handler(attempt.task, attempt);
    } catch (thrown) {
      return this.#end(attempt, this.#failureOf(attempt, thrown));
    }
    if (mayBeThenable(result)) void this.#follow(attempt, result);
    else this.#end(attempt, completionOf(attempt, result));
  }

  async #follow(attempt: RunningAttempt, returned: unknown): Promise<void> {
    let report: Report;
    try {
      report = completionOf(attempt, await returned);
    } catch (thrown) {
      report = this.#failureOf(attempt, thrown);
    }
    this.#end(attempt, report);
  }

  #failureOf({ task: { id: taskId }, epoch }: RunningAttempt, thrown: unknown): Report {
    return suspensionOf(thrown) ?? {
      type: "fail",
      taskId,
      epoch,
      error: this.#host.dataOf(thrown),
      fault: faultOf(thrown),
    };
  }

  /** Reports the end of an attempt. */
  #end(attempt: RunningAttempt, report: Report): void {
    const { task: { id: taskId }, epoch, isOver } = attempt;
    this.#attempts.delete(epoch);
    const ended = this.#isAbandoned
      ? DONE
      : this.#report(isOver ? { type: "end-attempt", taskId, epoch } : report);
    if (ended === DONE) this.#noteIdle();
    else void ended.then(() => this.#noteIdle());
  }

  #noteIdle(): void {
    if (this.#attempts.size === 0) this.#whenIdle?.();
  }

  #report(report: Report): Promise<void> {
    const delivered = this.#host.deliver(report);
    if (delivered === DONE) return DONE; // stepped at once, and accepted
    return delivered.catch((error) => this.#reportInstead(report, error));
  }

  /** Reports the end of an attempt whose claim has ended, or whose result no journal can store. */
  async #reportInstead({ taskId, epoch }: Report, cause: unknown): Promise<void> {
    try {
      const error = new NonRetryableError(errorData(cause).message, { cause });
      await this.#host.deliver(
        isRefusal(cause)
          ? { type: "end-attempt", taskId, epoch }
          : { type: "fail", taskId, epoch, error: this.#host.dataOf(error), fault: "task" },
      );
    } catch (error) {
      logTo(this.#logger, "warn", `Cannot report the end of task ${quote(taskId)}`, error);
    }
  }

  #abort(
    { epoch, taskId }: { epoch: number; taskId: string },
    reason: string,
    timeout?: TaskTimedOut,
  ): void {
    if (!this.#attempts.has(epoch)) return;
    this.#lose(
      epoch,
      () =>
        timeout === undefined
          ? new ClaimLostError(taskId, epoch, reason)
          : new TaskTimeoutError(taskId, timeout.limit, timeout.ms),
    );
  }

  /** Aborts an attempt. A handler goes on until it returns; a claim that was asked for is over. */
  #lose(epoch: number, error: () => unknown): void {
    const attempt = this.#attempts.get(epoch);
    attempt?.abort(error);
    if (attempt?.claim !== undefined) this.remove(attempt);
  }
}

/** Returns the report of an attempt that has ended with `result`. */
function completionOf(
  { task: { id: taskId }, epoch, summarized }: RunningAttempt,
  result: unknown,
): Complete {
  const report = { type: "complete", taskId, epoch, result } as const;
  return summarized === undefined ? report : { ...report, ...summarized };
}

/** Returns whether `await` may find a `then` in a value. */
function mayBeThenable(value: unknown): boolean {
  return value !== null && (typeof value === "object" || typeof value === "function");
}

/** Returns whether a report was refused; what else is thrown comes of a result that no journal can store. */
function isRefusal(thrown: unknown): boolean {
  try {
    return thrown instanceof LockstepError;
  } catch {
    return false; // a proxy may throw when it is asked
  }
}

function ignore(): void {}

/** Submits a child of a claim. */
export async function submitChild<Result>(
  host: AttemptHost,
  task: Task,
  parent: ParentClaim,
): Promise<ChildHandle<Result>> {
  const handle = await host.submitChild(task, parent) as SubmittedTask<Result>;
  return new ChildHandle(handle, () => host.call({ type: "await", ...parent, childId: handle.id }));
}

/** The claim that an attempt runs under. */
interface Claim {
  readonly epoch: number;
  readonly agentId: string;
  /** The number of the attempt. */
  readonly number: number;
  /** The epoch in whose name it has locks. */
  readonly lockEpoch: number;
}

/** A signal that is made, with its reason, when it is first read, as most handlers read none. */
class LazySignal {
  #controller: AbortController | undefined;
  /** Returns the reason, once it is aborted. */
  #reason: (() => unknown) | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason());
    }
    return this.#controller.signal;
  }

  /** Aborts the signal; the first reason counts. */
  abort(reason: () => unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const controller = this.#controller;
    // Listeners may do anything, so they are called after the step.
    if (controller !== undefined) queueMicrotask(() => controller.abort(reason()));
  }
}

/** An attempt of an agent of this process. */
export class RunningAttempt implements TaskContext {
  readonly task: TaskView;
  readonly epoch: number;
  readonly agentId: string;
  readonly attempt: number;
  readonly dependencies: readonly DependencyReport[];
  /** The field of the report that has the summary, if the attempt gave one. */
  summarized: { readonly summary?: string } | undefined;
  /** Whether the claim is over. */
  isOver = false;
  /** The handle of its claim, if its agent asked for it; then no handler runs it. */
  claim: object | undefined;
  readonly #host: AttemptHost;
  readonly #lockEpoch: number;
  #signal: LazySignal | undefined;
  #shutdown: LazySignal | undefined;

  constructor(
    host: AttemptHost,
    task: TaskView,
    dependencies: readonly DependencyReport[],
    claim: Claim,
  ) {
    this.#host = host;
    this.task = task;
    this.dependencies = dependencies;
    this.epoch = claim.epoch;
    this.agentId = claim.agentId;
    this.attempt = claim.number;
    this.#lockEpoch = claim.lockEpoch;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= new LazySignal()).signal;
  }

  get shutdown(): AbortSignal {
    return (this.#shutdown ??= new LazySignal()).signal;
  }

  /** Ends the claim for what `reason` returns; the first one counts. */
  abort(reason: () => unknown): void {
    this.isOver = true;
    (this.#signal ??= new LazySignal()).abort(reason);
  }

  /** Announces that a shutdown has begun. */
  shutDown(error: unknown): void {
    (this.#shutdown ??= new LazySignal()).abort(() => error);
  }

  // Handlers destructure the context, so these functions are bound.

  get progress(): TaskContext["progress"] {
    const { task: { id: taskId }, epoch } = this;
    return (progress) => this.#host.call({ type: "progress", taskId, epoch, progress });
  }

  get spend(): TaskContext["spend"] {
    const { task: { id }, epoch } = this;
    return (counters) => attempting(() => this.#host.call(spendCommand(id, epoch, counters)));
  }

  get heartbeat(): TaskContext["heartbeat"] {
    const { task: { id: taskId }, epoch } = this;
    return () => this.#host.call({ type: "heartbeat", taskId, epoch });
  }

  get note(): TaskContext["note"] {
    const { task: { id: taskId }, epoch } = this;
    return (text) =>
      attempting(() => {
        requireNote(text, "text", this.#longest, () => `add a note to task ${quote(taskId)}`);
        return this.#host.call({ type: "note", taskId, epoch, text });
      });
  }

  get summarize(): TaskContext["summarize"] {
    return (text) => {
      requireNote(text, "text", this.#longest, () => `summarize task ${quote(this.task.id)}`);
      this.summarized = { summary: text };
    };
  }

  get #longest(): number {
    return this.#host.state.tasks.config.maxNoteLength;
  }

  get snooze(): TaskContext["snooze"] {
    const { task: { id: taskId }, epoch } = this;
    return (delayMs) => {
      requireMs(delayMs, 0, "delayMs", () => `snooze task ${quote(taskId)}`);
      throw new AttemptSuspended({ type: "snooze", taskId, epoch, delayMs });
    };
  }

  get block(): TaskContext["block"] {
    const { task: { id: taskId }, epoch } = this;
    return (question) => {
      throw new AttemptSuspended({ type: "block", taskId, epoch, question });
    };
  }

  get submit(): TaskContext["submit"] {
    const parent = { taskId: this.task.id, epoch: this.epoch };
    return (task) => submitChild(this.#host, task, parent);
  }

  get acquire(): TaskContext["acquire"] {
    const holder = this.#holder;
    return (resourceId, options = {}) =>
      this.#acquire(
        resourceId,
        options.signal,
        (signal) => this.#host.resources.acquireFor(holder, resourceId, { ...options, signal }),
      );
  }

  get acquirePaths(): TaskContext["acquirePaths"] {
    const holder = this.#holder;
    return (patterns, options = {}) =>
      this.#acquire(
        patterns,
        options.signal,
        (signal) => this.#host.resources.acquirePathsFor(holder, patterns, { ...options, signal }),
      );
  }

  get #holder(): { owner: string; agentId: string } {
    return { owner: claimOwner(this.task.id, this.#lockEpoch), agentId: this.agentId };
  }

  async #acquire(
    what: unknown,
    given: AbortSignal | undefined,
    acquire: (signal: AbortSignal) => Promise<LockHandle>,
  ): Promise<LockHandle> {
    if (given === undefined) return await acquire(this.signal);
    requireSignal(given, "signal", () => `acquire ${quote(what)}`);
    const { signal, release } = joinSignals([this.signal, given]);
    try {
      return await acquire(signal);
    } finally {
      release();
    }
  }
}
