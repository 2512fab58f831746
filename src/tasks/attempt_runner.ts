/**
 * Runs the attempts of agents that are functions of this process.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { errorData } from "../core/error_data.ts";
import { ClaimLostError, TaskTimeoutError } from "./errors.ts";
import { LogError } from "../core/errors.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { TaskStarted, TaskTimedOut } from "./events.ts";
import { Attempt, type TaskHandler } from "./attempt.ts";
import type { TaskCommand } from "./commands.ts";
import { cancellation, faultOf } from "./errors.ts";
import type { TaskClient } from "./task_client.ts";
import { viewOf } from "./view.ts";

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
