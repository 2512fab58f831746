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

/** How a resource is held. */
export type LockMode =
  /** Alone, or as one of the `capacity` units of a counted resource. */
  | "exclusive"
  /** Together with any number of other shared holders. */
  | "shared";

/** A resource that somebody asks for, and how. */
export interface ResourceRequest {
  /** Any name that all who use the resource agree on: a path, say. */
  readonly resourceId: string;
  /** Whether others may hold it at the same time. */
  readonly mode: LockMode;
  /** How many units of a counted resource; 1 of any other, and of a shared one. */
  readonly units: number;
}

/** Why an agent gets no tasks. Each cause is put and lifted by itself. */
export type CordonCause =
  /** Somebody asked for it. */
  | "caller"
  /** It has not been heard of for a while. */
  | "suspect"
  /** Too many of its attempts failed. */
  | "breaker";

/** An error as data: what survives a log and a network. */
export interface ErrorData {
  /** Of its class, such as `TypeError`. */
  readonly name: string;
  /** For people. */
  readonly message: string;
  /** For programs; errors of Lockstep have one, and so do those of many platforms. */
  readonly code?: string;
  /** The shortest pause before another attempt, in milliseconds. @default 0 */
  readonly retryAfterMs?: number;
}

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

/** An agent as a caller describes it. Only `id` is needed. */
export interface AgentProfile {
  /** Chosen by the caller, of at most 256 characters; the same one again changes the profile. */
  readonly id: string;
  /** For people. */
  readonly name?: string;
  /** What kind of agent it is; strategies of your own can read it. */
  readonly type?: string;
  /** What it can do; a task that `requires` more is not given to it. @default [] */
  readonly capabilities?: readonly string[];
  /** For whoever runs the agent; strategies of your own can read it. */
  readonly systemPrompt?: string;
  /** How many slots it has: a claim needs one to start. @default 1 */
  readonly maxConcurrentTasks?: number;
  /** How many tasks that were assigned to it may wait for a slot. @default 10_000 */
  readonly maxQueuedTasks?: number;
  /** Among equally good agents the higher one is chosen. An integer. @default 0 */
  readonly priority?: number;
  /**
   * How long it may be silent before it counts as dead, in milliseconds, where a manager watches
   * agents; 0 for as long as it likes. @default the config's for an agent outside of the process, or 0
   */
  readonly heartbeatTimeoutMs?: number;
  /** Variables for whoever runs the agent; nothing here sets them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A path for whoever runs the agent; nothing here goes there. */
  readonly workingDirectory?: string;
  /** A program for whoever runs the agent; nothing here starts it. */
  readonly shell?: string;
  /** Kept as it comes, never looked into. */
  readonly metadata?: unknown;
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

/** What agents in conflict over a task disagree on: who runs it, what it waits for, its result. */
export type TaskConflictType = "assignment" | "dependency" | "output";

/** What all conflicts say. Times are {@linkcode Instant}s. */
export interface ConflictBase {
  /** Numbered in the order of the reports. */
  readonly id: string;
  /** Whose wishes can't all come true, in the order in which the report named them. */
  readonly agents: readonly string[];
  /** When it was reported. */
  readonly timestamp: Instant;
  /** Whether there is a resolution. */
  readonly resolved: boolean;
  /** How it was settled; there is never a second one. */
  readonly resolution?: ConflictResolution;
}

/** Several agents want a resource that not all of them can have. */
export interface ResourceConflict extends ConflictBase {
  /** What they want. */
  readonly resourceId: string;
}

/** Several agents want different things of a task. */
export interface TaskConflict extends ConflictBase {
  /** The task in question. */
  readonly taskId: string;
  /** What they disagree on. */
  readonly type: TaskConflictType;
}

/** A conflict as it stands. */
export type Conflict = ResourceConflict | TaskConflict;

/** By what a conflict was settled. */
export type ResolutionType =
  /** The agents' priorities. */
  | "priority"
  /** The times of their requests. */
  | "timestamp"
  /** A vote. */
  | "vote"
  /** Somebody's decision. */
  | "manual"
  /** Nobody won: all of them may ask again. */
  | "retry";

/** What a strategy makes of a conflict. */
export interface ConflictDecision {
  /** By what it was decided. */
  readonly type: ResolutionType;
  /** Whose wish stands; `undefined` when nobody's does. */
  readonly winner?: string;
  /** Whose wishes end, best first. */
  readonly losers?: readonly string[];
  /** For people. */
  readonly reason: string;
}

/** How a conflict was settled. */
export interface ConflictResolution extends ConflictDecision {
  /** When. */
  readonly timestamp: Instant;
}

/** A message as its recipient sees it. */
export interface Message {
  /** Unique among all messages. */
  readonly id: string;
  /** What the sender calls this kind of message: "message", "request", "broadcast" or "topic". */
  readonly type: string;
  /** What the sender sent, as it came. */
  readonly payload: unknown;
  /** When it was sent. */
  readonly timestamp: Instant;
  /** Above 0 for urgent ones, which overtake all others. */
  readonly priority: number;
  /** When it is too late to deliver it; `undefined` for never. */
  readonly expiry?: Instant | undefined;
  /** Who sent it. */
  readonly from: string;
  /** Whose mailbox it is for. */
  readonly to: string;
  /** The topic that it was published to, if it was. */
  readonly topic?: string | undefined;
  /** The delivery that handed it out; 0 before the first. */
  readonly epoch: number;
  /** Which delivery that was, from 1; 0 before the first. */
  readonly attempt: number;
}

/** What became of a message for one of several recipients. */
export interface MessageOutcome {
  /** The recipient. */
  readonly to: string;
  /** The id of the recipient's message; empty when it was refused. */
  readonly messageId: string;
  /** Why it was not sent, if it was not. */
  readonly refused: "mailbox-full" | undefined;
}
