/**
 * One attempt of a task by an agent that is a function of this process.
 *
 * @module
 */

import { claimOwner } from "../locks/claim_owner.ts";
import type { TaskView } from "./types.ts";
import type { AcquireOptions, LockHandle } from "../locks/mod.ts";
import type { TaskClient } from "./task_client.ts";

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
