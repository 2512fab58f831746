/**
 * Public data types of conflicts.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

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
