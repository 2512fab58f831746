/**
 * The claims of agents in pull mode, as callers hold them, and the calls that wait for one.
 *
 * @module
 */

import { quote, requireMs } from "../core/arguments.ts";
import { attempting, Deferred, type Keeper } from "../core/client.ts";
import type { ErrorData } from "../core/error_data.ts";
import { ClosedError, UnknownAgentError } from "../core/errors.ts";
import { type Instant, type Outcome, Refusal } from "../core/machine.ts";
import { StillWaitingError, ticketOf, type TicketOptions } from "../core/tickets.ts";
import type { AttemptRunner, RunningAttempt, TaskContext } from "./attempts.ts";
import type {
  Block,
  Claim,
  Complete,
  DetachAsk,
  EndAttempt,
  Fail,
  KeepClaim,
  ReleaseClaim,
  Snooze,
  TaskAnswers,
  WithdrawAsk,
} from "./commands.ts";
import type { TaskState } from "./state.ts";
import { ClaimLostError, faultOf } from "./errors.ts";
import type { AskAbandoned, AskDetached } from "./events.ts";
import { ASK_TICKETS, type DependencyReport, type TaskView } from "./types.ts";

/**
 * Options of `claim`.
 * @category Tasks
 */
export interface ClaimOptions extends TicketOptions {
  /**
   * The limit of the wait for a task, or with `keepMs` of the call, in milliseconds; 0 asks once and
   * does not wait.
   * @default no limit
   */
  readonly waitMs?: number;
  /** The only task to claim; it is waited for while it isn't ready. @default any fit task */
  readonly taskId?: string;
  /** Ends the wait; with `keepMs`, the call alone. */
  readonly signal?: AbortSignal;
}

/** The scheduler whose tasks are claimed. */
export interface ClaimHost {
  /** The state of its task machine. */
  readonly state: Readonly<{ readonly tasks: TaskState }>;
  /** The error that rejects all further calls, or `undefined`. */
  readonly stopped: unknown;
  /** Keeps the process alive while callers wait. */
  readonly keeper: Keeper;
  /** Returns the data of a thrown value for a report. */
  dataOf(thrown: unknown): ErrorData;
  /** Sends a report, and resolves once it was accepted. */
  call(report: Complete | Fail | Snooze | Block): Promise<void>;
  /** Sends the end of a claim until the journal stores it. */
  deliver(report: ReleaseClaim | EndAttempt): Promise<void>;
  /** The same without a result. */
  owe(command: ReleaseClaim | WithdrawAsk | DetachAsk | KeepClaim): void;
  /** The time of the scheduler's clock. */
  readonly now: Instant;
  /** Returns the error for a refused command. */
  errorOf(refusal: Refusal, command: Claim): Error;
}

/**
 * A claim that an agent asked for: its right to run one attempt of a task. `await using` gives it back
 * if it is open at the end of the block.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * await scheduler.registerAgent({ id: "thinker", mode: "pull" });
 * const { result } = await scheduler.submit({ id: "t1", input: 20 });
 * await using claim = await scheduler.claim<number>("thinker", { waitMs: 1_000 });
 * await claim?.complete(claim.task.input + 1);
 * console.log(await result); // 21
 * ```
 * @category Tasks
 */
export class TaskClaim<Input = unknown> implements AsyncDisposable {
  readonly #attempt: RunningAttempt;
  readonly #runner: AttemptRunner;
  readonly #client: ClaimHost;

  /**
   * Made by `claim`.
   * @internal
   */
  constructor(client: ClaimHost, runner: AttemptRunner, attempt: RunningAttempt) {
    this.#client = client;
    this.#runner = runner;
    this.#attempt = attempt;
  }

  /** The task, as it was when it was claimed. */
  get task(): TaskView<Input> {
    return this.#attempt.task as TaskView<Input>;
  }

  /** The fencing token of the claim. */
  get epoch(): number {
    return this.#attempt.epoch;
  }

  /** The agent that has the claim. */
  get agentId(): string {
    return this.#attempt.agentId;
  }

  /** The number of the attempt, from 1. */
  get attempt(): number {
    return this.#attempt.attempt;
  }

  /**
   * Aborts when the claim is lost: a timeout, a cancellation, a lost lock, an agent that is gone, or
   * another report of its end.
   */
  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  /** Reports that the attempt is alive. @throws {StaleEpochError} when the claim is over */
  heartbeat(): Promise<void> {
    return this.#attempt.heartbeat();
  }

  /** Reports the progress of the attempt; counts as a heartbeat. */
  progress(value: unknown): Promise<void> {
    return this.#attempt.progress(value);
  }

  /** The dependencies of the task, in their order, with their results, notes and summaries. */
  get dependencies(): readonly DependencyReport[] {
    return this.#attempt.dependencies;
  }

  /** Adds a note to the task; counts as a heartbeat. @throws {StaleEpochError} when the claim is over */
  get note(): TaskContext["note"] {
    return this.#attempt.note;
  }

  /** Sets the summary that goes with the result of {@linkcode complete}. */
  get summarize(): TaskContext["summarize"] {
    return this.#attempt.summarize;
  }

  /**
   * Submits a child: a task that is cancelled when this claim ends, however it ends. Reading the
   * `result` of its handle begins the wait for it, during which the slot of the agent is lent to others.
   *
   * @throws {StaleEpochError} when the claim is over
   */
  get submit(): TaskContext["submit"] {
    return this.#attempt.submit;
  }

  /** Reports what the attempt has spent, for budgets; counts as a heartbeat. */
  spend(counters: Readonly<Record<string, number>>): Promise<void> {
    return this.#attempt.spend(counters);
  }

  /** Acquires a lock for this attempt; it is released when the attempt ends, at the latest. */
  get acquire(): TaskContext["acquire"] {
    return this.#attempt.acquire;
  }

  /** Acquires a set of paths, likewise. */
  get acquirePaths(): TaskContext["acquirePaths"] {
    return this.#attempt.acquirePaths;
  }

  /**
   * Completes the task.
   *
   * @throws {StaleEpochError | TaskStatusError} when the claim is over
   */
  complete(result?: unknown): Promise<void> {
    const { task: { id: taskId }, epoch } = this;
    return this.#end({ type: "complete", taskId, epoch, result, ...this.#attempt.summarized });
  }

  /**
   * Ends the attempt as failed: another one follows, unless no retry is left or `error` is a
   * `NonRetryableError`.
   *
   * @throws {StaleEpochError | TaskStatusError} when the claim is over
   */
  fail(error: unknown): Promise<void> {
    const { task: { id: taskId }, epoch } = this;
    const data = this.#client.dataOf(error);
    return this.#end({ type: "fail", taskId, epoch, error: data, fault: faultOf(error) });
  }

  /**
   * Ends the attempt, at no cost to the task: the next one begins after `delayMs` milliseconds, at the
   * earliest.
   *
   * @throws {StaleEpochError | TaskStatusError} when the claim is over
   */
  snooze(delayMs: number): Promise<void> {
    const { task: { id: taskId }, epoch } = this;
    return attempting(() => {
      requireMs(delayMs, 0, "delayMs", () => `snooze task ${quote(taskId)}`);
      return this.#end({ type: "snooze", taskId, epoch, delayMs });
    });
  }

  /**
   * Ends the attempt, at no cost to the task, until `answerTask` answers `question`: the next claim of
   * the task finds the answer in `task.answer`.
   *
   * @throws {StaleEpochError | TaskStatusError} when the claim is over
   */
  block(question: unknown): Promise<void> {
    const { task: { id: taskId }, epoch } = this;
    return this.#end({ type: "block", taskId, epoch, question });
  }

  /** Gives the claim back: the task is ready again, and no attempt counts. A no-op when it is over. */
  async release(reason = "its agent gave it back"): Promise<void> {
    const { task: { id: taskId }, epoch } = this;
    const isOpen = this.#runner.has(this.#attempt);
    this.#runner.remove(this.#attempt);
    if (this.#client.stopped !== undefined) return;
    const report = isOpen
      ? { type: "release-claim", taskId, epoch, reason } as const
      : { type: "end-attempt", taskId, epoch } as const; // its slot is free from then on
    await this.#client.deliver(report).catch(ignore);
  }

  /** The same as {@linkcode release}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Reports the end; the attempt is aborted if it turns out that the claim is over. */
  async #end(report: Complete | Fail | Snooze | Block): Promise<void> {
    const attempt = this.#attempt;
    const { task: { id: taskId }, epoch } = this;
    const wasOpen = this.#runner.has(attempt);
    this.#runner.remove(attempt);
    try {
      await this.#client.call(report);
    } catch (error) {
      const task = this.#client.state.tasks.tasks.get(taskId);
      if (wasOpen && task?.status === "running" && task.epoch === epoch) this.#runner.add(attempt);
      else attempt.abort(() => new ClaimLostError(taskId, epoch, "it had ended before"));
      throw error;
    }
  }
}

/** The calls of `claim` that wait. */
export class ClaimCalls {
  readonly #client: ClaimHost;
  readonly #runner: AttemptRunner;
  /** By the number of the request. */
  readonly #waiting = new Map<number, ClaimCall>();

  constructor(client: ClaimHost, runner: AttemptRunner) {
    this.#client = client;
    this.#runner = runner;
  }

  /** Sends `command`, and resolves with the claim, or with `undefined` when the wait ends without one. */
  claim(
    command: Claim,
    signal: AbortSignal | undefined,
    send: (reply: (outcome: ClaimOutcome | undefined, error: unknown) => void) => void,
  ): Promise<TaskClaim | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const call = new ClaimCall(this.#client, this, command, signal);
    try {
      send((outcome, error) => call.answer(outcome, error));
    } catch (error) {
      call.end(error);
    }
    return call.promise();
  }

  /** Notifies `call` of the end of its request, in place of a call that waited for it. */
  add(ask: number, call: ClaimCall): void {
    this.#waiting.get(ask)?.leave(this.#client.now, undefined);
    this.#waiting.set(ask, call);
  }

  /** Ends the call that has left its request. */
  detach({ ask, keptUntil }: AskDetached): void {
    this.#waiting.get(ask)?.leave(keptUntil, undefined);
    this.remove(ask);
  }

  /** Undoes {@linkcode add}. */
  remove(ask: number): void {
    this.#waiting.delete(ask);
  }

  /** Answers the call whose request led to a claim. */
  grant(ask: number, taskId: string, epoch: number): void {
    this.#waiting.get(ask)?.grant(taskId, epoch);
  }

  /** Ends the call whose request is over. */
  abandon({ ask, reason, agentId }: AskAbandoned): void {
    const call = this.#waiting.get(ask);
    if (reason === "gone") call?.fail(new UnknownAgentError("claim a task", agentId));
    else if (reason === "drained") call?.fail(new ClosedError("claim a task", "the scheduler"));
    else call?.resolve(undefined);
    this.remove(ask);
  }

  /** Rejects all calls that wait, and ends their requests. */
  close(error: unknown): void {
    for (const call of [...this.#waiting.values()]) {
      call.end(error);
      call.withdraw();
    }
  }

  /** Rejects all calls that wait, as the machine has stopped. */
  end(error: unknown): void {
    for (const call of [...this.#waiting.values()]) call.end(error);
    this.#waiting.clear();
  }

  /** Returns the handle of a claim; `undefined` when its task was dropped already. */
  handleOf(agentId: string, taskId: string, epoch: number): TaskClaim | undefined {
    const make = (attempt: RunningAttempt) => new TaskClaim(this.#client, this.#runner, attempt);
    return this.#runner.open(agentId, taskId, epoch, make);
  }
}

type ClaimOutcome = Outcome<TaskAnswers, Claim>;

/** A call of `claim`. */
class ClaimCall extends Deferred<TaskClaim | undefined> {
  readonly #client: ClaimHost;
  readonly #calls: ClaimCalls;
  readonly #command: Claim;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;
  #ask = 0;
  #hasLeft = false;

  constructor(
    client: ClaimHost,
    calls: ClaimCalls,
    command: Claim,
    signal: AbortSignal | undefined,
  ) {
    super(client.keeper);
    this.#client = client;
    this.#calls = calls;
    this.#command = command;
    this.#signal = signal;
    if (signal === undefined) return;
    this.#onAbort = () => {
      const { keepMs } = command;
      if (keepMs === undefined || this.#ask === 0) this.end(signal.reason);
      else this.leave(client.now + keepMs, signal.reason);
      this.withdraw();
    };
    signal.addEventListener("abort", this.#onAbort);
  }

  /** Receives the answer to the command, or the error because of which it was not stepped. */
  answer(outcome: ClaimOutcome | undefined, error: unknown): void {
    if (outcome === undefined) return this.end(error);
    if (outcome instanceof Refusal) {
      return this.fail(this.#client.errorOf(outcome, this.#command));
    }
    this.#ask = outcome.ask;
    if (outcome.status === "granted") return this.grant(outcome.taskId, outcome.epoch);
    if (this.settled) return this.withdraw();
    this.#calls.add(this.#ask, this);
  }

  /** Resolves with a claim; one that comes too late is given back. */
  grant(taskId: string, epoch: number): void {
    const { agentId } = this.#command;
    this.#calls.remove(this.#ask);
    if (this.settled) {
      if (this.#ask === 0) return; // another call has it
      if (this.#hasLeft) {
        const keepMs = this.#command.keepMs!;
        return this.#client.owe({ type: "keep-claim", taskId, epoch, keepMs });
      }
      const reason = "its agent waits no longer";
      return this.#client.owe({ type: "release-claim", taskId, epoch, reason });
    }
    this.resolve(this.#calls.handleOf(agentId, taskId, epoch));
  }

  /** Rejects the call, whose request is kept. */
  leave(keptUntil: Instant, cause: unknown): void {
    const attempt = `claim a task for agent ${quote(this.#command.agentId)}`;
    this.#hasLeft = true;
    this.fail(
      new StillWaitingError(attempt, ticketOf(ASK_TICKETS, this.#ask), keptUntil, { cause }),
    );
  }

  override resolve(claim: TaskClaim | undefined): void {
    this.#unlisten();
    super.resolve(claim);
  }

  override reject(error: unknown): void {
    this.#unlisten();
    super.reject(error);
  }

  override fail(error: Error): void {
    this.#unlisten();
    super.fail(error);
  }

  /** Rejects the call. */
  end(error: unknown): void {
    this.reject(error);
  }

  /** Ends the request, if it is known yet. */
  withdraw(): void {
    const { agentId, keepMs } = this.#command;
    if (this.#ask === 0) return;
    this.#client.owe(
      keepMs === undefined
        ? { type: "withdraw-ask", agentId, ask: this.#ask }
        : { type: "detach-ask", agentId, ask: this.#ask, keepMs },
    );
  }

  #unlisten(): void {
    if (this.#onAbort !== undefined) this.#signal!.removeEventListener("abort", this.#onAbort);
  }
}

function ignore(): void {}
