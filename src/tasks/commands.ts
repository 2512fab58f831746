/**
 * What a task machine is told. An epoch of 0 means the claim in force, whichever it is.
 *
 * @module
 */

import type { ErrorData } from "../kernel/shapes.ts";
import type { StrategyName, TaskSpec } from "./state.ts";

/** Accepts a task. */
export interface Submit {
  readonly type: "submit";
  readonly task: TaskSpec;
  readonly input: unknown;
  readonly metadata: unknown;
}

/** Gives a ready task to an agent; `""` leaves the choice to the machine. */
export interface Assign {
  readonly type: "assign";
  readonly taskId: string;
  readonly agentId: string;
}

/** What an agent says of its claim. */
interface ClaimCommand {
  readonly taskId: string;
  readonly epoch: number;
}

/** The attempt begins. */
export interface Start extends ClaimCommand {
  readonly type: "start";
}

/** The attempt is alive. */
export interface Heartbeat extends ClaimCommand {
  readonly type: "heartbeat";
}

/** The attempt is this far. */
export interface Progress extends ClaimCommand {
  readonly type: "progress";
  readonly progress: unknown;
}

/** The attempt succeeded. */
export interface Complete extends ClaimCommand {
  readonly type: "complete";
  readonly result: unknown;
}

/** The attempt failed. */
export interface Fail extends ClaimCommand {
  readonly type: "fail";
  readonly error: ErrorData;
  /**
   * Whose fault it is: the attempt's, which costs one; the task's, which no retry mends; or
   * nobody's, such as a lost lock.
   */
  readonly fault: "attempt" | "task" | "none";
}

/** The body of an attempt that was taken back has ended. */
export interface Settle extends ClaimCommand {
  readonly type: "settle";
}

/** The claim holds its locks. */
export interface Unblock extends ClaimCommand {
  readonly type: "unblock";
}

/** The claim can't go on, through no fault of the task: it lost a lock, or can't have one. */
export interface Preempt extends ClaimCommand {
  readonly type: "preempt";
  readonly reason: string;
  /** Whether another attempt could fare better. */
  readonly isHopeless: boolean;
}

/** Ends a task as cancelled. */
export interface Cancel {
  readonly type: "cancel";
  readonly taskId: string;
  readonly reason: string;
}

/** Makes an agent known, or changes what is known of it. */
export interface RegisterAgent {
  readonly type: "register-agent";
  readonly agentId: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrentTasks: number;
  readonly priority: number;
  readonly startsAtOnce: boolean;
}

/** An agent is gone. */
export interface RemoveAgent {
  readonly type: "remove-agent";
  readonly agentId: string;
  readonly reason: string;
}

/** Stops giving tasks to an agent, or with `reason: ""` resumes. */
export interface CordonAgent {
  readonly type: "cordon-agent";
  readonly agentId: string;
  readonly reason: string;
}

/** Cancels all tasks of an agent. */
export interface CancelAgentTasks {
  readonly type: "cancel-agent-tasks";
  readonly agentId: string;
  readonly reason: string;
}

/** Takes all tasks of an agent back into the queue. */
export interface RequeueAgentTasks {
  readonly type: "requeue-agent-tasks";
  readonly agentId: string;
  readonly reason: string;
}

/** Has another strategy rank the agents. */
export interface UseStrategy {
  readonly type: "use-strategy";
  readonly strategy: StrategyName;
}

/** Accepts, assigns and starts nothing any more. */
export interface Drain {
  readonly type: "drain";
}

/** What a task machine is told. */
export type TaskCommand =
  | Submit
  | Assign
  | Start
  | Heartbeat
  | Progress
  | Complete
  | Fail
  | Settle
  | Unblock
  | Preempt
  | Cancel
  | RegisterAgent
  | RemoveAgent
  | CordonAgent
  | CancelAgentTasks
  | RequeueAgentTasks
  | UseStrategy
  | Drain;
