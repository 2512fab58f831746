/**
 * One attempt of a task by an agent that is a function of this process.
 *
 * @module
 */

import { claimOwner } from "../locks/claim_owner.ts";
import type { TaskView } from "./types.ts";
import type { AcquireOptions, LockHandle } from "../locks/mod.ts";
import type { TaskClient } from "./client.ts";
import { quote } from "../core/arguments.ts";
import { errorData } from "../core/error_data.ts";
import { cancellation, ClaimLostError, faultOf, TaskTimeoutError } from "./errors.ts";
import { LogError } from "../core/errors.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { TaskStarted, TaskTimedOut } from "./events.ts";
import type { TaskCommand } from "./commands.ts";
import { viewOf } from "./views.ts";

/** What a handler is given besides its task. */
export interface TaskContext {
  /** Aborts when the claim is over: a timeout, a cancellation, a lost lock, a shutdown. */
  readonly signal: AbortSignal;
  /** The fencing token of the claim. */
  readonly epoch: number;
  /** Who runs it. */
  readonly agentId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Reports how far the attempt is; counts as a heartbeat. */
  progress(value: unknown): Promise<void>;
  /** Reports that the attempt is alive; needed by tasks with a heartbeat timeout. */
  heartbeat(): Promise<void>;
  /** Acquires a lock for this attempt; released with it at the latest. */
  acquire(resourceId: string, options?: AcquireOptions): Promise<LockHandle>;
}

/** An agent as a function. What it returns is the task's result. */
export type TaskHandler = (task: TaskView, context: TaskContext) => unknown;

/** A running attempt. */
export class Attempt implements TaskContext {
  readonly #client: TaskClient;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  constructor(
    client: TaskClient,
    readonly task: TaskView,
    readonly epoch: number,
    readonly agentId: string,
    readonly attempt: number,
  ) {
    this.#client = client;
  }

  /** Whether the claim is over. */
  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Ends the claim for `reason`; the first one counts. */
  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const controller = this.#controller;
    // Its listeners may do anything, so they have to wait until the step is through.
    if (controller !== undefined) queueMicrotask(() => controller.abort(reason));
  }

  // Handlers take these out of the context by destructuring, so they are bound when asked for.

  get progress(): TaskContext["progress"] {
    const { task: { id: taskId }, epoch } = this;
    return (progress) => this.#client.call({ type: "progress", taskId, epoch, progress }, nothing);
  }

  get heartbeat(): TaskContext["heartbeat"] {
    const { task: { id: taskId }, epoch } = this;
    return () => this.#client.call({ type: "heartbeat", taskId, epoch }, nothing);
  }

  get acquire(): TaskContext["acquire"] {
    const { task, epoch, agentId } = this;
    const holder = { owner: claimOwner(task.id, epoch), agentId };
    return (resourceId, options = {}) => {
      const signal = options.signal === undefined
        ? this.signal
        : AbortSignal.any([this.signal, options.signal]);
      return this.#client.resources.acquireFor(holder, resourceId, { ...options, signal });
    };
  }
}

function nothing(): void {}

/** How long a report that the log did not take is kept before it is sent again. */
const RESEND_MS = 1000;

/** Calls handlers, tells their attempts when their claim is over, and reports how they ended. */
export class AttemptRunner {
  readonly #client: TaskClient;
  readonly #handlers = new Map<string, TaskHandler>();
  /** Those whose handler has not settled, by epoch. */
  readonly #attempts = new Map<number, Attempt>();
  /** The event before the one that says what follows from it. */
  #lastTimeout: TaskTimedOut | undefined;
  #whenIdle: (() => void) | undefined;
  /** End the pauses before reports are sent again. */
  readonly #pauses = new Set<() => void>();

  constructor(client: TaskClient) {
    this.#client = client;
  }

  /** Has `handler`, or nobody, run what `agentId` starts. */
  handle(agentId: string, handler: TaskHandler | undefined): void {
    if (handler === undefined) this.#handlers.delete(agentId);
    else this.#handlers.set(agentId, handler);
  }

  /** The tasks whose handlers have not settled. */
  taskIds(): string[] {
    return [...this.#attempts.values()].map(({ task }) => task.id);
  }

  /** Takes in what happened. */
  observe(event: LockstepEvent): void {
    switch (event.type) {
      case "task:started":
        return this.#start(event);
      case "task:completed":
        return this.#abort(event, "somebody else completed the task");
      case "task:timed-out":
        this.#lastTimeout = event;
        return;
      case "task:backed-off":
      case "task:failed":
        return this.#abort(event, event.error.message);
      case "task:requeued":
        return this.#abort(event, event.reason);
      case "task:cancelled":
        this.#attempts.get(event.epoch)?.abort(cancellation(event));
        return;
      case "agent:terminated":
        this.#handlers.delete(event.agentId);
    }
  }

  /** Ends all claims for `error`. */
  abortAll(error: Error): void {
    for (const attempt of this.#attempts.values()) attempt.abort(error);
    for (const endPause of this.#pauses) endPause();
  }

  /** Resolves when no handler is at work, or after `ms`. */
  idleWithin(ms: number): Promise<void> {
    if (this.#attempts.size === 0 || ms === 0) return Promise.resolve();
    const { clock } = this.#client;
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
    if (handler === undefined) return;
    const task = this.#client.state.tasks.tasks.get(taskId);
    if (task === undefined) { // it ended, and was forgotten, in the very step that started it
      const settle = { type: "settle", taskId, epoch } as const;
      queueMicrotask(() => this.#client.call(settle, nothing).catch(nothing));
      return;
    }
    const attempt = new Attempt(this.#client, viewOf(task), epoch, agentId, number);
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
    if (attempt.isOver) command = { type: "settle", taskId, epoch };
    try {
      await this.#report(command);
    } catch (error) {
      await this.#reportInstead(taskId, epoch, error);
    }
    if (this.#attempts.size === 0) this.#whenIdle?.();
  }

  /** Sends a report until the log takes it: nobody else knows that the handler has settled. */
  async #report(command: TaskCommand): Promise<void> {
    for (;;) {
      try {
        return await this.#client.call(command, nothing);
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
      }
      await this.#pause();
    }
  }

  /** Resolves after a while, or when nothing can be sent any more. */
  #pause(): Promise<void> {
    const { clock } = this.#client;
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const cancel = clock.setTimer(clock.now() + RESEND_MS, end);
      this.#pauses.add(end);
    });
  }

  /** After a result that is refused: the claim ended meanwhile, or no log can write the result. */
  async #reportInstead(taskId: string, epoch: number, cause: unknown): Promise<void> {
    const command: TaskCommand = cause instanceof TypeError
      ? { type: "fail", taskId, epoch, error: errorData(cause), fault: "task" }
      : { type: "settle", taskId, epoch };
    try {
      await this.#report(command);
    } catch (error) {
      this.#client.logger.warn(`Cannot report the end of task ${quote(taskId)}`, error);
    }
  }

  #abort({ epoch, taskId }: { epoch: number; taskId: string }, reason: string): void {
    const timeout = this.#lastTimeout;
    this.#lastTimeout = undefined;
    this.#attempts.get(epoch)?.abort(
      timeout?.taskId === taskId
        ? new TaskTimeoutError(taskId, timeout.limit, timeout.ms)
        : new ClaimLostError(taskId, epoch, reason),
    );
  }
}

function nothing(): void {}
