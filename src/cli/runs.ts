/**
 * What is known of one task and of one agent while they run.
 *
 * @module
 */

import type { WorkflowAgent, WorkflowTask } from "./workflow.ts";

/** Where a task of a run is. */
export type Phase =
  /** Needs are open. */
  | "waiting"
  /** Nothing is missing but an agent. */
  | "ready"
  /** In the queue of an agent that is busy. */
  | "queued"
  /** It has an agent and waits for its locks. */
  | "locking"
  | "running"
  /** Its outcome is known, and its command, which was asked to end, has yet to. */
  | "ending"
  /** Between two attempts. */
  | "backing-off"
  | "ended";

/** How a task ended. */
export type Outcome =
  | "succeeded"
  | "failed"
  | "timed-out"
  /** It was never run, and that is no failure of its own. */
  | "skipped"
  /** It ran when the run was interrupted. */
  | "interrupted";

/** Why a task was skipped. */
export type SkipCause =
  /** A need failed. */
  | "need"
  /** Its `when` was not met, or a need was skipped. */
  | "condition"
  /** Nothing was started any more after a failure. */
  | "failure"
  /** The run was interrupted before it began. */
  | "interrupt";

/** What is known of one task. */
export interface TaskRun {
  readonly task: WorkflowTask;
  /** Its place in the file, from 0. */
  readonly index: number;
  phase: Phase;
  outcome: Outcome | undefined;
  /** Why it ended as it did, or why its last attempt failed; empty when there is nothing to say. */
  reason: string;
  skipCause: SkipCause | undefined;
  /** Whether its command has failed for the last time, though the scheduler has yet to hear of it. */
  isFailing: boolean;
  /** Of its newest claim. */
  agentId: string | undefined;
  attempts: number;
  /** When it began to wait for an agent or a lock. */
  readyAt: number | undefined;
  /** How many of its commands run. */
  commands: number;
  /** When its newest command began, while one runs. */
  startedAt: number | undefined;
  /** The locks that it waits for, while it is `locking`. */
  waitsForLocks: readonly string[];
  /** When its next attempt is due. */
  retryAt: number | undefined;
  /** How long it waited for agents and locks, all attempts together. */
  waitedMs: number;
  /** How long its attempts ran, all together. */
  ranMs: number;
}

/** What is known of one agent. */
export interface AgentRun {
  readonly agent: WorkflowAgent;
  /** The commands that it runs, by the epoch of their claim. */
  readonly running: Map<number, { readonly taskId: string; readonly since: number }>;
  /** How long its slots were in use, all together. */
  busyMs: number;
  attempts: number;
  /** How often its commands failed so often that it was passed over. */
  trips: number;
  /** Whether it gets nothing at the moment. */
  isPassedOver: boolean;
  /** How many tasks it took over from busier agents. */
  stolen: number;
}

/** What is known of a task before anything has happened. */
export function taskRun(task: WorkflowTask, index: number): TaskRun {
  return {
    task,
    index,
    phase: "waiting",
    outcome: undefined,
    reason: "",
    skipCause: undefined,
    isFailing: false,
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

/** What is known of an agent before anything has happened. */
export function agentRun(agent: WorkflowAgent): AgentRun {
  return {
    agent,
    running: new Map(),
    busyMs: 0,
    attempts: 0,
    trips: 0,
    isPassedOver: false,
    stolen: 0,
  };
}
