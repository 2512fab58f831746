/**
 * What a submitter holds of its task.
 *
 * @module
 */

import type { TaskStatus } from "./types.ts";
import type { TaskClient } from "./client.ts";

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
export class TaskHandle {
  /** The task's id. */
  readonly id: string;
  readonly #client: TaskClient;
  #ended = false;
  #error: unknown;
  #value: unknown;
  #waiting: PromiseWithResolvers<unknown> | undefined;

  /**
   * Handles come from `submit`; nobody else needs to make one.
   * @internal
   */
  constructor(id: string, client: TaskClient) {
    this.id = id;
    this.#client = client;
  }

  /** Where the task is, or `undefined` when it has been forgotten. */
  get status(): TaskStatus | undefined {
    return this.#client.state.tasks.tasks.get(this.id)?.status;
  }

  /**
   * Resolves with what the task returned.
   *
   * Rejects with `TaskFailedError` or `TaskCancelledError` when it ended otherwise, and with
   * `ClosedError` when the scheduler was shut down before. A handle whose result nobody asks for
   * rejects nothing.
   */
  get result(): Promise<unknown> {
    if (this.#ended) {
      return this.#error === undefined ? Promise.resolve(this.#value) : Promise.reject(this.#error);
    }
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Cancels the task; harmless when it was cancelled before. */
  cancel(reason = "its submitter cancelled it"): Promise<void> {
    return this.#client.call({ type: "cancel", taskId: this.id, reason }, () => undefined);
  }

  /**
   * Called once, by the scheduler.
   * @internal
   */
  settle(value: unknown, error: Error | undefined): void {
    this.#ended = true;
    this.#value = value;
    this.#error = error;
    if (error === undefined) this.#waiting?.resolve(value);
    else this.#waiting?.reject(error);
  }
}
