/**
 * The handle of a submitted task.
 *
 * @module
 */

import { Deferred } from "../core/deferred.ts";
import type { TaskStatus } from "./types.ts";

/** The scheduler behind a handle. */
export interface HandleHost {
  /** Returns the status of a task, or `undefined` when it was dropped. */
  statusOf(taskId: string): TaskStatus | undefined;
  /** Cancels a task. */
  cancel(taskId: string, reason: string): Promise<void>;
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
 */
export class TaskHandle<Result = unknown> {
  /** The id of the task. */
  readonly id: string;
  readonly #host: HandleHost;
  readonly #outcome = new Deferred<Result>();
  #result: Promise<Result> | undefined;

  /**
   * Makes the handle of a task; handles come from `submit`.
   * @internal
   */
  constructor(id: string, host: HandleHost) {
    this.id = id;
    this.#host = host;
  }

  /** The status of the task, or `undefined` when it was dropped. */
  get status(): TaskStatus | undefined {
    return this.#host.statusOf(this.id);
  }

  /**
   * The result of the task. Rejects with `TaskFailedError` or `TaskCancelledError` when it ended
   * otherwise, and with `ClosedError` when the scheduler was shut down before. A handle whose result
   * was never read rejects nothing.
   */
  get result(): Promise<Result> {
    this.#result ??= this.#outcome.promise();
    return this.#result;
  }

  /** Cancels the task. Idempotent. */
  cancel(reason = "its submitter cancelled it"): Promise<void> {
    return this.#host.cancel(this.id, reason);
  }

  /**
   * Resolves the result.
   * @internal
   */
  resolve(result: Result): void {
    this.#outcome.resolve(result);
  }

  /**
   * Rejects the result.
   * @internal
   */
  reject(error: unknown): void {
    this.#outcome.reject(error);
  }
}
