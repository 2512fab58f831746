/**
 * Public data types of conflicts.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/**
 * The subject of a conflict over a task: its agent, its dependencies, or its result.
 * @category Conflicts
 */
export type TaskConflictType = "assignment" | "dependency" | "output";

/**
 * The part that all conflicts have in common. Times are {@linkcode Instant}s.
 * @category Conflicts
 */
export interface ConflictBase {
  /** The id of the conflict, numbered in the order of the reports. */
  readonly id: string;
  /** The agents with incompatible requests, in the order of the report. */
  readonly agents: readonly string[];
  /** When the conflict was reported. */
  readonly timestamp: Instant;
  /** Whether there is a resolution. */
  readonly resolved: boolean;
  /** The one resolution of the conflict. */
  readonly resolution?: ConflictResolution;
}

/**
 * A conflict between agents that request a resource which not all of them can have.
 * @category Conflicts
 */
export interface ResourceConflict extends ConflictBase {
  /** The id of the resource. */
  readonly resourceId: string;
}

/**
 * A conflict between agents that disagree on a task.
 * @category Conflicts
 */
export interface TaskConflict extends ConflictBase {
  /** The id of the task. */
  readonly taskId: string;
  /** The subject of the conflict. */
  readonly type: TaskConflictType;
}

/**
 * A conflict, open or resolved.
 * @category Conflicts
 */
export type Conflict = ResourceConflict | TaskConflict;

/**
 * The ground of a resolution.
 * @category Conflicts
 */
export type ResolutionType =
  /** The agents' priorities. */
  | "priority"
  /** The times of their requests. */
  | "timestamp"
  /** A vote. */
  | "vote"
  /** A decision from outside. */
  | "manual"
  /** None: no agent won, and all of them may try again. */
  | "retry";

/**
 * The decision of a strategy.
 * @category Conflicts
 */
export interface ConflictDecision {
  /** The ground of the decision. */
  readonly type: ResolutionType;
  /** The agent whose request stands; `undefined` when none does. */
  readonly winner?: string;
  /** The agents whose requests end, best first. */
  readonly losers?: readonly string[];
  /** Shown to people. */
  readonly reason: string;
}

/**
 * The resolution of a conflict.
 * @category Conflicts
 */
export interface ConflictResolution extends ConflictDecision {
  /** When the conflict was resolved. */
  readonly timestamp: Instant;
}
