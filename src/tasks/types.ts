/**
 * Public data types of tasks.
 *
 * @module
 */

import type { Budget, Spent } from "./limits.ts";
import type { ResourceRequestLike } from "../locks/types.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { Instant } from "../core/machine.ts";

/** Begins the tickets of requests for tasks. */
export const ASK_TICKETS = "ask";

/**
 * A terminal status.
 * @category Tasks
 */
export type Outcome = "completed" | "failed" | "cancelled";

/**
 * The status of a task. The last three are terminal.
 * @category Tasks
 */
export type TaskStatus =
  /** A dependency is open, or its time has not come. */
  | "waiting"
  /** Nothing is missing but an agent. */
  | "ready"
  /** In an agent's queue, not started. */
  | "assigned"
  /** An attempt is under way. */
  | "running"
  /** Between two attempts. */
  | "backing-off"
  /** It waits for an answer to its question, or for its result to be accepted. */
  | "blocked"
  /** It has a result. */
  | "completed"
  /** No attempt is left, or a limit was exceeded. */
  | "failed"
  /** A caller cancelled it, or a dependency did not complete. */
  | "cancelled";

/**
 * The effect on a task of a dependency that fails or is cancelled.
 * @category Tasks
 */
export type OnFailure =
  /** Cancels it, and whatever depends on it. */
  | "cancel"
  /** Counts as done. */
  | "ignore"
  /** The task runs only if at least one of its dependencies of this kind doesn't complete. */
  | "run-on-failure";

/**
 * An edge from a task to one that it depends on.
 * @category Tasks
 */
export interface Dependency {
  /** The task that must end first. It may be submitted later. */
  readonly taskId: string;
  /** The effect when that doesn't complete. */
  readonly onFailure: OnFailure;
}

/**
 * The cause of a cordon. Causes are in force and lifted independently of each other.
 * @category Tasks
 */
export type CordonCause =
  /** A caller cordoned it. */
  | "caller"
  /** It has been silent, or its process ended. */
  | "suspect"
  /** Too many of its attempts failed. */
  | "breaker";

/**
 * The effect of a submission whose key an open task has.
 * @category Tasks
 */
export type DedupePolicy =
  /** Returns the handle of the open task, and creates none. */
  | "existing"
  /** Refuses the submission with an error that names the open task. */
  | "reject"
  /** Cancels the open task, also when it runs, in favor of the new one. */
  | "replace"
  /** Restarts the delay of the open task, which gets the input; creates one if its time has come. */
  | "debounce";

/**
 * A key by which a task is one of a kind, while it is open.
 * @category Tasks
 */
export interface Dedupe {
  /** A string of at most 256 characters, which is not the id. */
  readonly key: string;
  /** The effect while the newest task of that key is open. */
  readonly policy: DedupePolicy;
}

/**
 * A task as a caller describes it. Only `id` is needed. Everything that a task gets later (`status`,
 * `output`, `error` and the times) is in its {@linkcode TaskView}, and ignored here.
 *
 * @category Tasks
 */
export interface Task<Input = unknown> {
  /** A string of at most 256 characters; the same one again is a duplicate. */
  readonly id: string;
  /** The kind of work; the affinity strategy and the metrics use it. @default "task" */
  readonly type?: string;
  /** For people. @default "" */
  readonly description?: string;
  /** Higher is sooner. @default 0 */
  readonly priority?: number;
  /** Tasks that must end first: ids, or ids with the effect of their failure. @default [] */
  readonly dependencies?: readonly (string | { taskId: string; onFailure?: OnFailure })[];
  /** The only agent that may run it. @default any fit agent */
  readonly assignedAgent?: string;
  /** Ignored: a task begins as `waiting` or `ready`. */
  readonly status?: TaskStatus;
  /** Opaque to the scheduler. */
  readonly input?: Input;
  /** Ignored: the output is the result of an attempt. */
  readonly output?: unknown;
  /** Ignored: the error is that of an attempt. */
  readonly error?: unknown;
  /** Ignored: the clock at submission counts. */
  readonly createdAt?: unknown;
  /** Ignored: the clock at each start counts. */
  readonly startedAt?: unknown;
  /** Ignored: the clock at its end counts. */
  readonly completedAt?: unknown;
  /** Opaque to the scheduler. */
  readonly metadata?: unknown;
  /** Locks that are held while it runs: ids, ids with mode and units, or sets of paths. @default [] */
  readonly resources?: readonly ResourceRequestLike[];
  /** Capabilities that an agent must have. @default [] */
  readonly requires?: readonly string[];
  /** The limit of one attempt, in milliseconds; 0 for none. @default 0 */
  readonly timeoutMs?: number;
  /** The least time from submission to its start, in milliseconds. @default 0 */
  readonly delayMs?: number;
  /** When it may start, instead of `delayMs`; at once if that is past. @default at once */
  readonly runAt?: Date | Instant;
  /** The limit of the wait to start, in milliseconds, from when its time has come; 0 for none. @default 0 */
  readonly queueTimeoutMs?: number;
  /** The limit between heartbeats of a running attempt, in milliseconds; 0 for none. @default 0 */
  readonly heartbeatTimeoutMs?: number;
  /** The limit from submission to the end, in milliseconds; 0 for none. @default 0 */
  readonly totalTimeoutMs?: number;
  /** Attempts after the first. @default the config's `maxRetries` */
  readonly retries?: number;
  /**
   * Whether its result counts only once `acceptResult` was called for it; `rejectResult` makes the
   * attempt a failed one. @default false
   */
  readonly requiresApproval?: boolean;
  /** Makes a second submission of the same id return the first one's handle. */
  readonly idempotencyKey?: string;
  /** Makes it one of a kind: decides what happens while another task of that key is open. */
  readonly dedupe?: Dedupe;
  /** The key whose limit it shares with the other tasks that name it; see `setLimit`. @default none */
  readonly limitKey?: string;
  /** The budget of its attempts; once it is spent, the task fails in place of another attempt. */
  readonly budget?: Budget;
}

/**
 * A dependency that has ended, as the attempts of its dependents receive it.
 * @category Tasks
 */
export interface DependencyReport<Result = unknown> {
  /** The dependency. */
  readonly taskId: string;
  /** Its outcome. */
  readonly outcome: Outcome;
  /**
   * The result of a completed one. Like the notes and the summary it is left out if the dependency had
   * ended before the dependent was submitted, and only its outcome was kept.
   */
  readonly result?: Result;
  /** The summary that came with the result. */
  readonly summary?: string;
  /** The notes that its attempts added, oldest first. */
  readonly notes: readonly string[];
}

/**
 * The policy of a schedule for occasions that passed while nothing ran: the process was down, or its
 * clock was suspended.
 * @category Tasks
 */
export type MissedPolicy =
  /** Runs none of them. */
  | "skip"
  /** Runs the newest of them, for all. */
  | "once"
  /** Runs each of the `maxMissed` newest, one after the other unless they may overlap. */
  | "all";

/**
 * A task of a schedule: a {@linkcode Task} without what the schedule decides on.
 * @category Tasks
 */
export type ScheduledTask<Input = unknown> = Omit<
  Task<Input>,
  "id" | "delayMs" | "runAt" | "dedupe" | "idempotencyKey"
>;

/**
 * Options of a schedule.
 * @category Tasks
 */
export interface ScheduleOptions<Input = unknown> {
  /** The time between two occasions, in milliseconds. */
  readonly everyMs: number;
  /** The task that is submitted at each occasion. */
  readonly task: ScheduledTask<Input>;
  /**
   * An occasion, from which the others follow; if it is past, the first one is the next that follows
   * from it. @default when the schedule is set
   */
  readonly startAt?: Date | Instant;
  /** The policy for occasions that passed while nothing ran. @default "skip" */
  readonly missed?: MissedPolicy;
  /** Whether a task is submitted while that of a former occasion is unfinished. @default false */
  readonly overlap?: boolean;
}

/**
 * A schedule.
 * @category Tasks
 */
export interface ScheduleView {
  /** The id that the caller chose. */
  readonly id: string;
  /** The time between two occasions, in milliseconds. */
  readonly everyMs: number;
  /** The occasion that the caller named, if it did. */
  readonly startAt?: Instant;
  /** The policy for missed occasions. */
  readonly missed: MissedPolicy;
  /** Whether its tasks may overlap. */
  readonly overlap: boolean;
  /** The next occasion. */
  readonly nextAt: Instant;
  /** The id of the task of that. */
  readonly nextTaskId: string;
  /** The newest task; left out before the first. */
  readonly lastTaskId?: string;
}

/**
 * A schedule, and what it does next.
 * @category Tasks
 */
export interface ScheduleExplanation extends ScheduleView {
  /** One sentence. */
  readonly summary: string;
}

/**
 * The state of a submitted task. Times are {@linkcode Instant}s.
 * @category Tasks
 */
export interface TaskView<Input = unknown, Result = unknown> {
  /** The id that the caller chose. */
  readonly id: string;
  /** The kind of work. */
  readonly type: string;
  /** For people; `""` when the caller gave none. */
  readonly description: string;
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** The ids of its dependencies, ended or not. */
  readonly dependencies: readonly string[];
  /** The agent that has a claim on it, started or not; `undefined` when none has. */
  readonly assignedAgent?: string;
  /** The status; the last three statuses are terminal. */
  readonly status: TaskStatus;
  /** The input that the caller gave. */
  readonly input: Input;
  /** The result, once it is completed. */
  readonly output?: Result;
  /** The error of the last failed attempt, or the reason of the cancellation; none once completed. */
  readonly error?: ErrorData;
  /** When it was submitted. */
  readonly createdAt: Instant;
  /** When its time comes or came, of a task that was submitted for later. */
  readonly runAt?: Instant;
  /** When its newest attempt began. */
  readonly startedAt?: Instant;
  /** When it ended, in any of the terminal statuses. */
  readonly completedAt?: Instant;
  /** The metadata that the caller gave. */
  readonly metadata?: unknown;
  /** The epoch of its newest claim; 0 before the first. */
  readonly epoch: number;
  /** The number of attempts that were started; those that ended through no fault of the task do not count. */
  readonly attempts: number;
  /** The latest report of its progress. */
  readonly progress?: unknown;
  /** The notes that its attempts added, oldest first. */
  readonly notes?: readonly string[];
  /** The summary that came with the result. */
  readonly summary?: string;
  /** The newest question of an attempt; it is open while the status is `blocked`. */
  readonly question?: unknown;
  /** The newest answer to a question. */
  readonly answer?: unknown;
  /** The task whose attempt submitted it; it is cancelled when that attempt ends. */
  readonly parentId?: string;
  /** The schedule that submitted it. */
  readonly scheduleId?: string;
  /** The key whose limit it shares. */
  readonly limitKey?: string;
  /** The budget of its attempts. */
  readonly budget?: Budget;
  /** The part of it that is spent. */
  readonly spent?: Spent;
}

/** The reason of a refusal of a command about a task or an agent. */
export type TaskRefusal =
  /** It, or a dependency that it is to have, was never submitted, or was dropped after it had ended. */
  | "unknown-task"
  /** It is not registered. */
  | "unknown-agent"
  /** The id is known, under another idempotency key or none. */
  | "duplicate"
  /** An open task has its key. */
  | "duplicate-key"
  /** Its dependencies lead back to it. */
  | "cycle"
  /** The claim that the command names is not in force. */
  | "stale-epoch"
  /** The status of the task does not allow it. */
  | "status"
  /** The agent lacks a capability or a free slot, or is cordoned or draining. */
  | "unfit"
  /** There are as many unfinished tasks, agents or schedules as there may be. */
  | "full"
  /** Its key has no permit left, or the budget of all attempts is spent. */
  | "limited"
  /** Nothing is assigned until the scheduler is resumed. */
  | "paused"
  /** The scheduler accepts and starts nothing any more. */
  | "draining"
  /** The agent has no such request for a task. */
  | "unknown-ticket";
