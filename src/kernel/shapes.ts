/**
 * The shapes that more than one subsystem speaks of: tasks, agents, what a task asks for.
 *
 * @module
 */

import type { Instant } from "./machine.ts";

/** Where a task is. The last three are terminal. */
export type TaskStatus =
  /** A dependency is open. */
  | "waiting"
  /** Nothing is missing but an agent. */
  | "ready"
  /** In an agent's queue, not started. */
  | "assigned"
  | "running"
  /** Between two attempts. */
  | "backing-off"
  | "completed"
  | "failed"
  | "cancelled";

/** What a failed or cancelled dependency does to the task that depends on it. */
export type OnFailure =
  /** Cancels it, and whatever depends on it. */
  | "cancel"
  /** Counts as done. */
  | "ignore"
  /** The task runs only if this dependency fails; it is cancelled when it completes. */
  | "run-on-failure";

/** An edge from a task to one that it depends on. */
export interface Dependency {
  readonly taskId: string;
  readonly onFailure: OnFailure;
}

/** How a resource is held. */
export type LockMode =
  /** Alone, or as one of the `capacity` units of a counted resource. */
  | "exclusive"
  /** Together with any number of other shared holders. */
  | "shared";

/** One of the resources that a task needs while it runs. */
export interface ResourceRequest {
  readonly resourceId: string;
  readonly mode: LockMode;
  /** How many units of a counted resource. */
  readonly units: number;
}

/** An error as data: what survives a log and a network. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly retryAfterMs?: number;
}

/** A task as a caller describes it. Only `id` is needed; `status` is ignored on the way in. */
export interface Task {
  readonly id: string;
  /** What kind of work it is; the affinity strategy and the metrics go by it. @default "task" */
  readonly type?: string;
  /** @default "" */
  readonly description?: string;
  /** Higher is sooner. @default 0 */
  readonly priority?: number;
  /** Tasks that must end first: ids, or ids with what their failure does. @default [] */
  readonly dependencies?: readonly (string | { taskId: string; onFailure?: OnFailure })[];
  /** The only agent that may run it. @default any fit agent */
  readonly assignedAgent?: string;
  readonly status?: TaskStatus;
  /** Kept as it comes, never looked into. */
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly createdAt?: unknown;
  readonly startedAt?: unknown;
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
  /** How long it may wait for its dependencies, an agent and its locks, in milliseconds. @default no limit */
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

/** An agent as a caller describes it. Only `id` is needed. */
export interface AgentProfile {
  readonly id: string;
  /** @default the id */
  readonly name?: string;
  /** @default "agent" */
  readonly type?: string;
  /** What it can do; a task that `requires` more is not given to it. @default [] */
  readonly capabilities?: readonly string[];
  readonly systemPrompt?: string;
  /** How many tasks it has at once, started or not. @default 1 */
  readonly maxConcurrentTasks?: number;
  /** Among equally good agents the higher one is chosen. @default 0 */
  readonly priority?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly shell?: string;
  readonly metadata?: unknown;
}

/** A submitted task as it stands. Times are {@linkcode Instant}s. */
export interface TaskView {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly priority: number;
  readonly dependencies: readonly string[];
  readonly assignedAgent?: string;
  readonly status: TaskStatus;
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: ErrorData;
  readonly createdAt: Instant;
  readonly startedAt?: Instant;
  readonly completedAt?: Instant;
  readonly metadata?: unknown;
  /** The epoch of its newest claim; 0 before the first. */
  readonly epoch: number;
  /** How many attempts were started that count against its retries. */
  readonly attempts: number;
  /** What its agent last reported. */
  readonly progress?: unknown;
}
