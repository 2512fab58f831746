/**
 * The client of a scheduler: turns answers and events into handles, results and errors, and calls
 * the handlers of in-process agents.
 *
 * @module
 */

import type { AgentProfile } from "../agents/types.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { attempting, Deferred, DONE, MachineClient } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import { errorData } from "../core/error_data.ts";
import { ClosedError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Reply } from "../core/dispatcher.ts";
import { type Outcome, Refusal, type Tick } from "../core/machine.ts";
import type { LockHost } from "../locks/client.ts";
import type { ResourceManagerConfig } from "../locks/config.ts";
import { ResourceManager } from "../locks/resource_manager.ts";
import { suspectProcess } from "../root/recovery.ts";
import type { LockState } from "../locks/state.ts";
import type {
  SchedulerAnswers,
  SchedulerCommand,
  SchedulerEvent,
  SchedulerHost,
} from "../root/scheduler_machine.ts";
import { ATTEMPT_EVENTS, type AttemptHost, AttemptRunner, type TaskHandler } from "./attempts.ts";
import { ClaimCalls, type TaskClaim } from "./claims.ts";
import {
  type Claim,
  type ParentClaim,
  type RegisterAgent,
  type RemoveSchedule,
  type SetSchedule,
  type Submit,
  type SubmitAnswer,
  submitCommand,
  type TaskAnswers,
  type TaskCommand,
} from "./commands.ts";
import { cancellation, failure, refusalError, ResultDroppedError } from "./errors.ts";
import type { TaskEvent, TaskFailed, TaskRefused } from "./events.ts";
import {
  isTerminal,
  outcomeOf,
  type Remarks,
  type TaskRecord,
  type TaskState,
  unfinished,
} from "./state.ts";
import type { Task, TaskStatus } from "./types.ts";
import { TaskWarnings } from "./warnings.ts";

/** The states of tasks and locks. */
interface State {
  readonly tasks: TaskState;
  readonly locks: LockState;
}

/** The events that end tasks, and those that begin and end attempts. */
const OBSERVED = [
  ...ATTEMPT_EVENTS,
  "claim:abandoned",
  "claim:detached",
  "task:readied",
  "task:refused",
] as const;

/** The commands that begin something, which a scheduler that is shut down refuses. */
const BEGINNINGS: ReadonlySet<string> = new Set([
  ...["submit", "retry", "set-schedule", "assign", "claim", "start", "register-agent"],
]);

type Observed = Extract<TaskEvent, { type: typeof OBSERVED[number] }>;

/** Sends the commands of a scheduler, and keeps the handles of tasks that have not ended. */
export class TaskClient
  extends MachineClient<State, SchedulerCommand, SchedulerEvent, SchedulerAnswers>
  implements AttemptHost {
  /** The locks, in the same machine. */
  readonly resources: ResourceManager;
  readonly #attempts: AttemptRunner;
  readonly #claims: ClaimCalls;
  readonly #handles = new Map<string, TaskHandle>();
  /** Handles of tasks that ended in the step that accepted another task of the same id. */
  readonly #replaced = new Map<string, TaskHandle>();
  readonly #profiles = new Map<string, AgentProfile>();
  readonly #warnings: TaskWarnings;
  /** The sequence of the first task that was not read from a journal. */
  readonly #firstOwn: number;
  /** The tasks that were cancelled as the scheduler was shut down. */
  readonly #dropped: string[] = [];
  /** Calls that wait until all tasks have ended. */
  readonly #idle = new Set<Deferred<void>>();
  #draining: Promise<void> | undefined;
  #staleReports = 0;

  /** Makes a client of the machine in `host`. */
  constructor(
    host: SchedulerHost,
    locks: ResourceManagerConfig,
    eventBus: EventBus,
    logger: Logger,
  ) {
    super(host);
    this.resources = new ResourceManager(locks, eventBus, logger, { host: locksOf(host) });
    this.#attempts = new AttemptRunner(this, logger);
    this.#claims = new ClaimCalls(this, this.#attempts);
    this.#warnings = new TaskWarnings(this.state.tasks, this.clock, logger);
    this.#firstOwn = this.state.tasks.sequence;
    this.listen(OBSERVED, (event) => this.#observe(event));
  }

  /** The clock of the machine. */
  get clock(): Clock {
    return this.host.dispatcher.clock;
  }

  /** The profiles of the agents that were registered in this process, by id. */
  get profiles(): ReadonlyMap<string, AgentProfile> {
    return this.#profiles;
  }

  /** The number of commands that were refused because of a stale epoch. */
  get staleReports(): number {
    return this.#staleReports;
  }

  /** Submits a task, which is cancelled when `signal` aborts, unless it was known before. */
  submit(command: Submit, signal?: AbortSignal): Promise<TaskHandle> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return this.exchange(command, (outcome) => {
      if (outcome instanceof Refusal) throw this.errorOf(outcome, command);
      const handle = this.#handleOf(outcome);
      if (signal !== undefined && outcome.isNew) this.#cancelOn(signal, handle);
      return handle;
    });
  }

  /** Submits finished tasks once more. */
  retry(taskIds: readonly string[]): Promise<TaskHandle[]> {
    const command = { type: "retry", taskIds } as const;
    return this.exchange(command, (outcome) => {
      if (outcome instanceof Refusal) throw this.errorOf(outcome, command);
      return outcome.taskIds.map((taskId) => this.#handleOf({ taskId, isNew: true }));
    });
  }

  /** Resolves when all tasks have ended. */
  whenIdle(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.stopped !== undefined) return Promise.reject(this.stopped);
    if (unfinished(this.state.tasks) === 0) return DONE;
    const idle = new Deferred<void>(this.keeper);
    this.#idle.add(idle);
    if (signal === undefined) return idle.promise();
    const abort = () => {
      this.#idle.delete(idle);
      idle.reject(signal.reason);
    };
    signal.addEventListener("abort", abort);
    return idle.promise().finally(() => signal.removeEventListener("abort", abort));
  }

  /** Sends a command about a schedule, and resolves with its answer. */
  ask<Command extends SetSchedule | RemoveSchedule>(
    command: Command,
  ): Promise<TaskAnswers[Command["type"]]> {
    return this.exchange(command, (outcome) => {
      if (outcome instanceof Refusal) throw this.errorOf(outcome, command);
      return outcome as TaskAnswers[Command["type"]];
    });
  }

  /** Submits a child of a claim. */
  submitChild(task: Task, parent: ParentClaim): Promise<TaskHandle> {
    return attempting(() => {
      const { maxRetries } = this.state.tasks.config;
      return this.submit(submitCommand(task, maxRetries, undefined, parent));
    });
  }

  /** Registers an agent; `handler` runs its attempts in this process. */
  register(
    command: RegisterAgent,
    profile: AgentProfile,
    handler: TaskHandler | undefined,
  ): Promise<void> {
    return this.exchange(command, (outcome) => {
      if (outcome instanceof Refusal) throw this.errorOf(outcome, command);
      this.#profiles.set(profile.id, profile);
      this.#attempts.handle(profile.id, handler);
    });
  }

  /** Asks for a task; resolves with `undefined` when the wait ends without one. */
  claim(command: Claim, signal: AbortSignal | undefined): Promise<TaskClaim | undefined> {
    return this.#claims.claim(command, signal, (reply) => this.send(command, reply));
  }

  /** Returns the status of a task, while its outcome is kept. */
  statusOf(taskId: string): TaskStatus | undefined {
    const { tasks } = this.state;
    return tasks.tasks.get(taskId)?.status ?? outcomeOf(tasks, taskId);
  }

  /** Returns the notes and the summary of a task, if it has any and is kept. */
  remarksOf(taskId: string): Remarks | undefined {
    return this.state.tasks.tasks.get(taskId)?.remarks;
  }

  /** Cancels a task. */
  cancel(taskId: string, reason: string): Promise<void> {
    return this.call({ type: "cancel", taskId, reason });
  }

  /** Calls `listener` with each event of `types` until the returned function is called. */
  observe(types: readonly TaskEvent["type"][], listener: (event: TaskEvent) => void): () => void {
    return this.host.dispatcher.observe(types, listener);
  }

  /**
   * Accepts and starts nothing any more, lets attempts end for `graceMs`, and aborts the others.
   * Idempotent.
   */
  drain(graceMs: number): Promise<void> {
    this.#draining ??= this.#drain(graceMs);
    return this.#draining;
  }

  /** Rejects the results of all tasks that have not ended, and ends the waits for locks. */
  async close(): Promise<void> {
    if (this.stopped === undefined) {
      this.#warnings.close(this.#dropped, !this.host.dispatcher.synchronous);
      this.stop(new ClosedError("go on", "the scheduler"));
    }
    await this.resources.shutdown();
  }

  protected override send<Each extends SchedulerCommand | Tick>(
    command: Each,
    reply: Reply<Outcome<SchedulerAnswers, Each>>,
  ): void {
    if (this.#draining !== undefined && BEGINNINGS.has(command.type)) {
      throw new ClosedError(command.type.replace("-", " "), "the scheduler");
    }
    super.send(command, reply);
  }

  override errorOf({ event }: Refusal, command: SchedulerCommand): Error {
    return refusalError(command as TaskCommand, event as TaskRefused);
  }

  protected override end(error: unknown): void {
    for (const idle of this.#idle) idle.reject(error);
    this.#idle.clear();
    for (const handle of this.#handles.values()) handle.reject(error);
    this.#claims.end(error);
    this.#handles.clear();
    this.#attempts.abortAll(error);
  }

  /** With a journal, tasks are left as a crash leaves them: cancelled ones would be so for good. */
  async #drain(graceMs: number): Promise<void> {
    this.#attempts.announceShutdown(new ClosedError("go on", "the scheduler"));
    const { synchronous } = this.host.dispatcher;
    this.#claims.close(new ClosedError("claim a task", "the scheduler"));
    if (synchronous) await this.call({ type: "drain" }).catch(ignore);
    else if (graceMs === 0 || this.#attempts.isIdle) this.#attempts.startNoMore();
    else void suspectProcess(this).catch(ignore).then(() => this.#attempts.startNoMore());
    await this.#attempts.idleWithin(graceMs);
    if (synchronous) await this.#cancelAttempts();
    else this.#attempts.abandon(new ClosedError("go on", "the scheduler"));
    await this.#attempts.idleWithin(this.state.tasks.config.abortGraceMs);
  }

  async #cancelAttempts(): Promise<void> {
    for (const taskId of this.#attempts.taskIds()) {
      if (this.statusOf(taskId) === "running") this.#dropped.push(taskId);
      await this.cancel(taskId, "the scheduler was shut down").catch(ignore);
    }
  }

  #observe(event: Observed): void {
    switch (event.type) {
      case "task:refused":
        if (event.reason === "stale-epoch") this.#staleReports++;
        return;
      case "claim:abandoned":
        return this.#claims.abandon(event);
      case "claim:detached":
        return this.#claims.detach(event);
      case "task:started":
        if (event.ask !== undefined) this.#claims.grant(event.ask, event.taskId, event.epoch);
        break;
      case "task:completed":
        this.#takeHandle(event.taskId)?.resolve(event.result);
        break;
      case "task:failed":
        this.#fail(event);
        break;
      case "task:readied":
        this.#warnings.suspect(event.taskId);
        return;
      case "task:cancelled":
        this.#takeHandle(event.taskId)?.fail(cancellation(event));
        break;
      case "agent:terminated":
        this.#profiles.delete(event.agentId);
        this.#warnings.suspectAll();
    }
    this.#attempts.observe(event);
    if (this.#idle.size > 0 && unfinished(this.state.tasks) === 0) this.#announceIdle();
  }

  #announceIdle(): void {
    for (const idle of this.#idle) idle.resolve();
    this.#idle.clear();
  }

  #cancelOn(signal: AbortSignal, handle: TaskHandle): void {
    const cancel = () => {
      const { message } = errorData(signal.reason);
      handle.cancel(`its signal aborted: ${message}`).catch(ignore);
    };
    if (signal.aborted) return queueMicrotask(cancel); // while the journal stored the command
    signal.addEventListener("abort", cancel);
    handle.onEnd(() => signal.removeEventListener("abort", cancel));
  }

  #fail(event: TaskFailed): void {
    const handle = this.#takeHandle(event.taskId);
    const task = this.state.tasks.tasks.get(event.taskId);
    const isOwn = task !== undefined &&
      (task.sequence < this.#firstOwn || task.spec.scheduleId !== undefined);
    const isForeign = handle === undefined && !isOwn;
    if (!isForeign) this.#warnings.failed(event, handle);
    handle?.fail(failure(event));
  }

  /** Removes and returns the handle of a task that ended. */
  #takeHandle(taskId: string): TaskHandle | undefined {
    const isReplaced = this.#replaced.size > 0 && this.#replaced.has(taskId);
    const handles = isReplaced ? this.#replaced : this.#handles;
    const handle = handles.get(taskId);
    if (handle !== undefined) handles.delete(taskId);
    return handle;
  }

  /** Returns the handle of a task that was submitted. */
  #handleOf({ taskId, isNew, outcome }: SubmitAnswer): TaskHandle {
    const known = this.#handles.get(taskId);
    if (known !== undefined && !isNew) return known;
    if (known !== undefined) this.#replaced.set(taskId, known);
    const handle = new TaskHandle(taskId, this, this.#warnings);
    if (outcome !== undefined) {
      handle.fail(new ResultDroppedError(taskId, outcome));
      return handle;
    }
    if (this.stopped !== undefined) {
      handle.reject(this.stopped);
      return handle;
    }
    if (isNew) this.#warnings.suspect(taskId);
    const task = isNew ? undefined : this.state.tasks.tasks.get(taskId)!;
    if (task === undefined || !isTerminal(task.status)) this.#handles.set(taskId, handle);
    else if (task.status === "completed") handle.resolve(task.result?.value);
    else handle.fail(endError(task));
    return handle;
  }
}

/**
 * A submitted task.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * await scheduler.registerAgent({ id: "a1" }, (task) => `did ${task.id}`);
 * const handle = await scheduler.submit({ id: "t1" });
 * console.log(await handle.result); // did t1
 * ```
 * @category Tasks
 */
export class TaskHandle<Result = unknown> {
  /** The id of the task. */
  readonly id: string;
  readonly #client: TaskClient;
  readonly #warnings: TaskWarnings;
  readonly #outcome: Deferred<Result>;
  #result: Promise<Result> | undefined;
  #onEnd: (() => void) | undefined;

  /**
   * Makes the handle of a task; handles come from `submit`.
   * @internal
   */
  constructor(id: string, client: TaskClient, warnings: TaskWarnings) {
    this.id = id;
    this.#client = client;
    this.#warnings = warnings;
    this.#outcome = new Deferred(client.keeper);
  }

  /** The status of the task, or `undefined` when its outcome is no longer kept. */
  get status(): TaskStatus | undefined {
    return this.#client.statusOf(this.id);
  }

  /**
   * The result of the task. Rejects with `TaskFailedError` or `TaskCancelledError` when it ended
   * otherwise, with `ClosedError` when the scheduler was shut down before, and with
   * `ResultDroppedError` when it had ended so long before it was submitted again that only its status
   * is kept. A handle whose result
   * was never read rejects nothing; a failure is logged as a warning then.
   */
  get result(): Promise<Result> {
    if (this.#result === undefined) {
      this.#result = this.#outcome.promise();
      this.#warnings.keepAlive();
    }
    return this.#result;
  }

  /**
   * Whether the result was read.
   * @internal
   */
  get isAwaited(): boolean {
    return this.#result !== undefined;
  }

  /** The summary that came with the result, while that is kept. */
  get summary(): string | undefined {
    return this.#client.remarksOf(this.id)?.summary;
  }

  /** The notes of the attempts of the task, oldest first, while they are kept. */
  get notes(): readonly string[] {
    return [...this.#client.remarksOf(this.id)?.notes ?? []];
  }

  /** Cancels the task. Idempotent. */
  cancel(reason = "its submitter cancelled it"): Promise<void> {
    return this.#client.cancel(this.id, reason);
  }

  /**
   * Calls `listener` once the task has ended.
   * @internal
   */
  onEnd(listener: () => void): void {
    if (this.#outcome.settled) listener();
    else this.#onEnd = listener;
  }

  /**
   * Resolves the result.
   * @internal
   */
  resolve(result: Result): void {
    this.#onEnd?.();
    this.#outcome.resolve(result);
  }

  /**
   * Rejects the result with an error that was created for it.
   * @internal
   */
  fail(error: Error): void {
    this.#onEnd?.();
    this.#outcome.fail(error);
  }

  /**
   * Rejects the result.
   * @internal
   */
  reject(error: unknown): void {
    this.#onEnd?.();
    this.#outcome.reject(error);
  }
}

/** Returns the locks in a machine of tasks and locks. */
function locksOf(host: SchedulerHost): LockHost {
  return {
    dispatcher: host.dispatcher as unknown as LockHost["dispatcher"],
    state: () => host.state().locks,
  };
}

/** Returns the error that a task ended with. */
function endError({ spec: { id: taskId }, status, error, attempts }: TaskRecord): Error {
  return status === "failed"
    ? failure({ taskId, error: error!, attempts })
    : cancellation({ taskId, reason: error!.message });
}

function ignore(): void {}
