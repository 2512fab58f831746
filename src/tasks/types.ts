/**
 * Public data types of tasks.
 *
 * @module
 */

import type { LockMode } from "../locks/types.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { Instant } from "../core/machine.ts";

/** Where a task is. The last three are terminal. */
export type TaskStatus =
  /** A dependency is open. */
  | "waiting"
  /** Nothing is missing but an agent. */
  | "ready"
  /** In an agent's queue, not started. */
  | "assigned"
  /** An attempt is under way. */
  | "running"
  /** Between two attempts. */
  | "backing-off"
  /** It has a result. */
  | "completed"
  /** No attempt is left, or a limit was exceeded. */
  | "failed"
  /** A caller, or what became of a dependency, called it off. */
  | "cancelled";

/** What it does to a task when one that it depends on fails or is cancelled. */
export type OnFailure =
  /** Cancels it, and whatever depends on it. */
  | "cancel"
  /** Counts as done. */
  | "ignore"
  /** The task runs only if at least one of its dependencies of this kind doesn't complete. */
  | "run-on-failure";

/** An edge from a task to one that it depends on. */
export interface Dependency {
  /** What must end first. It may be submitted later. */
  readonly taskId: string;
  /** What follows when that doesn't complete. */
  readonly onFailure: OnFailure;
}

/** Why an agent gets no tasks. Each cause is put and lifted by itself. */
export type CordonCause =
  /** Somebody asked for it. */
  | "caller"
  /** It has not been heard of for a while. */
  | "suspect"
  /** Too many of its attempts failed. */
  | "breaker";

/**
 * A task as a caller describes it. Only `id` is needed. What a task becomes on its way (`status`,
 * `output`, `error` and the times) is in its {@linkcode TaskView}, and ignored here.
 */
export interface Task {
  /** Chosen by the caller, of at most 256 characters; the same one again is a duplicate. */
  readonly id: string;
  /** What kind of work it is; the affinity strategy and the metrics go by it. @default "task" */
  readonly type?: string;
  /** For people. @default "" */
  readonly description?: string;
  /** Higher is sooner. @default 0 */
  readonly priority?: number;
  /** Tasks that must end first: ids, or ids with what their failure does. @default [] */
  readonly dependencies?: readonly (string | { taskId: string; onFailure?: OnFailure })[];
  /** The only agent that may run it. @default any fit agent */
  readonly assignedAgent?: string;
  /** Ignored: a task begins as `waiting` or `ready`. */
  readonly status?: TaskStatus;
  /** Kept as it comes, never looked into. */
  readonly input?: unknown;
  /** Ignored: the result of an attempt takes its place. */
  readonly output?: unknown;
  /** Ignored: what an attempt throws takes its place. */
  readonly error?: unknown;
  /** Ignored: the clock at submission takes its place. */
  readonly createdAt?: unknown;
  /** Ignored: the clock at each start takes its place. */
  readonly startedAt?: unknown;
  /** Ignored: the clock at its end takes its place. */
  readonly completedAt?: unknown;
  /** Kept as it comes, never looked into. */
  readonly metadata?: unknown;
  /** Locks that are held while it runs: ids, or ids with mode and units. @default [] */
  readonly resources?: readonly (
    | string
    | { resourceId: string; mode?: LockMode; units?: number }
  )[];
  /** Capabilities that an agent must have. @default [] */
  readonly requires?: readonly string[];
  /** How long one attempt may take, in milliseconds. @default no limit */
  readonly timeoutMs?: number;
  /** How long it may wait to start, for whatever reason, in milliseconds. @default no limit */
  readonly queueTimeoutMs?: number;
  /** How long a running attempt may go without a heartbeat, in milliseconds. @default no limit */
  readonly heartbeatTimeoutMs?: number;
  /** How long it may take in all, from submission, in milliseconds. @default no limit */
  readonly totalTimeoutMs?: number;
  /** Attempts after the first. @default the config's `maxRetries` */
  readonly retries?: number;
  /** Makes a second submission of the same id return the first one's handle. */
  readonly idempotencyKey?: string;
}

/** A submitted task as it stands. Times are {@linkcode Instant}s. */
export interface TaskView {
  /** As the caller chose it. */
  readonly id: string;
  /** What kind of work it is. */
  readonly type: string;
  /** For people; `""` when the caller gave none. */
  readonly description: string;
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** The ids of the tasks that must end first, ended or not. */
  readonly dependencies: readonly string[];
  /** Who has it, started or not; `undefined` while nobody does, and when it has ended. */
  readonly assignedAgent?: string;
  /** Where it is. */
  readonly status: TaskStatus;
  /** As the caller gave it. */
  readonly input: unknown;
  /** The result, once it is completed. */
  readonly output?: unknown;
  /** Of the attempt that failed last, or why it was cancelled; none once it is completed. */
  readonly error?: ErrorData;
  /** When it was submitted. */
  readonly createdAt: Instant;
  /** When its newest attempt began. */
  readonly startedAt?: Instant;
  /** When it ended, well or badly. */
  readonly completedAt?: Instant;
  /** As the caller gave it. */
  readonly metadata?: unknown;
  /** The epoch of its newest claim; 0 before the first. */
  readonly epoch: number;
  /** How many attempts were started that count against its retries. */
  readonly attempts: number;
  /** What its agent last reported. */
  readonly progress?: unknown;
}
