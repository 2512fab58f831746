/**
 * One attempt of a task by an agent that is a function of this process.
 *
 * @module
 */

import type { TaskView } from "../kernel/shapes.ts";
import type { AcquireOptions, LockHandle } from "../locks/mod.ts";

/** What a handler is given besides its task. */
export interface TaskContext {
  /** Aborts when the claim is over: a timeout, a cancellation, a lost lock, a shutdown. */
  readonly signal: AbortSignal;
  /** The fencing token of the claim. */
  readonly epoch: number;
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

/** What an attempt asks of its scheduler. */
export interface AttemptHost {
  progress(taskId: string, progress: unknown, epoch: number): Promise<void>;
  heartbeat(taskId: string, epoch: number): Promise<void>;
  acquireForClaim(
    attempt: Attempt,
    resourceId: string,
    options: AcquireOptions,
  ): Promise<LockHandle>;
}

/** A running attempt. */
export class Attempt implements TaskContext {
  readonly #host: AttemptHost;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  constructor(
    host: AttemptHost,
    readonly task: TaskView,
    readonly epoch: number,
    readonly agentId: string,
    readonly attempt: number,
  ) {
    this.#host = host;
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

  // Handlers take these out of the context by destructuring, so they are bound.

  readonly progress = (value: unknown): Promise<void> => {
    return this.#host.progress(this.task.id, value, this.epoch);
  };

  readonly heartbeat = (): Promise<void> => {
    return this.#host.heartbeat(this.task.id, this.epoch);
  };

  readonly acquire = (resourceId: string, options: AcquireOptions = {}): Promise<LockHandle> => {
    return this.#host.acquireForClaim(this, resourceId, options);
  };
}
