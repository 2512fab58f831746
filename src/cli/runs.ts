/**
 * State of one task and of one agent in a run.
 *
 * @module
 */

import type { WorkflowAgent, WorkflowTask } from "./workflow.ts";

/** Phase of a task in a run. */
export type Phase =
  /** Waits for its needs. */
  | "waiting"
  /** Waits for an agent. */
  | "ready"
  /** Waits in the queue of a busy agent. */
  | "queued"
  /** Waits for its locks. */
  | "locking"
  | "running"
  /** Its outcome is known, and its command, which was asked to end, has not ended. */
  | "ending"
  /** Waits for its next attempt. */
  | "backing-off"
  | "ended";

/** Outcome of a task. */
export type Outcome =
  | "succeeded"
  | "failed"
  | "timed-out"
  /** It was not run, and did not fail. */
  | "skipped"
  /** It was running when the run was interrupted. */
  | "interrupted";

/** Cause of a skip. */
export type SkipCause =
  /** A need failed. */
  | "need"
  /** Its `when` was not met, or a need was skipped. */
  | "condition"
  /** An unrelated task had failed. */
  | "failure"
  /** The run was interrupted. */
  | "interrupt";

/** State of one task. */
export interface TaskRun {
  readonly task: WorkflowTask;
  /** Index in the file. */
  readonly index: number;
  phase: Phase;
  outcome: Outcome | undefined;
  /** The reason of its outcome or of its last failure, or the empty string. */
  reason: string;
  skipCause: SkipCause | undefined;
  /** Whether its last attempt has failed and the scheduler has not been notified. */
  isFailing: boolean;
  /** Whether it had ended before this process. */
  isEarlier: boolean;
  /** The agent of its newest claim. */
  agentId: string | undefined;
  attempts: number;
  /** Start of its wait for an agent or a lock. */
  readyAt: number | undefined;
  /** Number of its commands that run. */
  commands: number;
  /** Start of its newest command, while one runs. */
  startedAt: number | undefined;
  /** The locks that it waits for, while it is `locking`. */
  waitsForLocks: readonly string[];
  /** Time of its next attempt. */
  retryAt: number | undefined;
  /** Sum of its waits for agents and locks. */
  waitedMs: number;
  /** Sum of the durations of its attempts. */
  ranMs: number;
}

/** State of one agent. */
export interface AgentRun {
  readonly agent: WorkflowAgent;
  /** Its running commands, by the epoch of their claims. */
  readonly running: Map<number, { readonly taskId: string; readonly since: number }>;
  /** Sum of the times that its slots were in use. */
  busyMs: number;
  attempts: number;
  /** Number of times that its circuit breaker opened. */
  trips: number;
  /** Whether its circuit breaker is open, so that it is avoided. */
  isBreakerOpen: boolean;
  /** Number of tasks that it stole from busier agents. */
  stolen: number;
}

/** Initial state of a task. */
export function taskRun(task: WorkflowTask, index: number): TaskRun {
  return {
    task,
    index,
    phase: "waiting",
    outcome: undefined,
    reason: "",
    skipCause: undefined,
    isFailing: false,
    isEarlier: false,
    agentId: undefined,
    attempts: 0,
    commands: 0,
    readyAt: undefined,
    startedAt: undefined,
    waitsForLocks: [],
    retryAt: undefined,
    waitedMs: 0,
    ranMs: 0,
  };
}

/** Initial state of an agent. */
export function agentRun(agent: WorkflowAgent): AgentRun {
  return {
    agent,
    running: new Map(),
    busyMs: 0,
    attempts: 0,
    trips: 0,
    isBreakerOpen: false,
    stolen: 0,
  };
}
