/**
 * What a task machine is told. An epoch of 0 means the claim in force, whichever it is.
 *
 * @module
 */

import type { Instant, Named } from "../core/machine.ts";
import type { CordonCause } from "./types.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { StrategyName, TaskSpec } from "./state.ts";

/** Accepts a task. */
export interface Submit extends Named<"submit"> {
  /** What it asks for. */
  readonly task: TaskSpec;
  /** Kept as it comes, never looked into; so is `metadata`. */
  readonly input: unknown;
  /** What the submitter wants to find again. */
  readonly metadata: unknown;
}

/** Gives a ready task to an agent; `""` leaves the choice to the machine. */
export interface Assign extends AgentCommand, Named<"assign"> {
  /** The task to give. */
  readonly taskId: string;
}

/** What an agent says of its claim. */
export interface ClaimCommand {
  /** The task that is claimed. */
  readonly taskId: string;
  /** The claim that is meant; 0 for the one in force. */
  readonly epoch: number;
}

/** The attempt begins. */
export interface Start extends ClaimCommand, Named<"start"> {
}

/** The attempt is alive. */
export interface Heartbeat extends ClaimCommand, Named<"heartbeat"> {
}

/** The attempt is this far. */
export interface Progress extends ClaimCommand, Named<"progress"> {
  /** Kept as it comes, never looked into. */
  readonly progress: unknown;
}

/** The attempt succeeded. */
export interface Complete extends ClaimCommand, Named<"complete"> {
  /** Kept as it comes, never looked into. */
  readonly result: unknown;
}

/** The attempt failed. */
export interface Fail extends ClaimCommand, Named<"fail"> {
  /** What went wrong. */
  readonly error: ErrorData;
  /**
   * Whose fault it is: the attempt's, which costs one; the task's, which no retry mends; or
   * nobody's, such as a lost lock.
   */
  readonly fault: "attempt" | "task" | "none";
}

/** The body of an attempt that was taken back has ended. */
export interface Settle extends ClaimCommand, Named<"settle"> {
}

/** The claim holds its locks. */
export interface Unblock extends ClaimCommand, Named<"unblock"> {
}

/** The claim can't go on, through no fault of the task: it lost a lock, or can't have one. */
export interface Preempt extends ClaimCommand, Named<"preempt"> {
  /** Told to people. */
  readonly reason: string;
  /** Whether no further attempt could fare better. */
  readonly isHopeless: boolean;
}

/**
 * Settles who has a task: takes it from an agent that lost a conflict over it, at no cost to the task,
 * and gives it to the one that won. Changes nothing when nobody who lost has it, or when the winner
 * can't take it.
 */
export interface Award extends AgentCommand, Named<"award"> {
  /** What the conflict was about. */
  readonly taskId: string;
  /** Those who are not to have it. */
  readonly losers: readonly string[];
}

/** Ends a task as cancelled. */
export interface Cancel extends Named<"cancel"> {
  /** The task to end. */
  readonly taskId: string;
  /** Told to people. */
  readonly reason: string;
}

/** What all commands about an agent say. */
export interface AgentCommand {
  /** The agent that is meant. */
  readonly agentId: string;
}

/** Makes an agent known, or changes what is known of it. */
export interface RegisterAgent extends AgentCommand, Named<"register-agent"> {
  /** Sorted, without repetition. */
  readonly capabilities: readonly string[];
  /** How many slots it has: a claim needs one to start. */
  readonly maxConcurrentTasks: number;
  /** How many claims may wait for a slot. */
  readonly maxQueuedTasks: number;
  /** Among equally good agents the higher one is chosen. */
  readonly priority: number;
  /** Whether a claim starts as soon as it can, or when the agent says so. */
  readonly startsAtOnce: boolean;
  /** What kind of agent it is; told, and kept for metrics. */
  readonly kind: string;
  /** How long it may be silent before it counts as dead, where agents are watched. @default the rules' */
  readonly heartbeatTimeoutMs?: number;
}

/** An agent is gone. */
export interface RemoveAgent extends AgentCommand, Named<"remove-agent"> {
  /** Told to people. */
  readonly reason: string;
}

/** Stops giving tasks to an agent for one cause, or with `reason: ""` lifts that cause. */
export interface CordonAgent extends AgentCommand, Named<"cordon-agent"> {
  /** Told to people. */
  readonly reason: string;
  /** Which of the causes is meant. */
  readonly cause: CordonCause;
  /** When the cause is lifted by itself; 0 for never. */
  readonly untilMs: Instant;
}

/** Keeps an agent from using more than some of its slots. */
export interface LimitAgent extends AgentCommand, Named<"limit-agent"> {
  /** How many slots it may use at most; 0 for all that it has. */
  readonly slots: number;
}

/** Lets tasks that were assigned to an agent, and that it has not begun, go to any fit agent. */
export interface ShedTasks extends AgentCommand, Named<"shed-tasks"> {
  /** Told to people. */
  readonly reason: string;
}

/** Lets an agent finish what it has begun, and takes it away then. */
export interface DrainAgent extends AgentCommand, Named<"drain-agent"> {
  /** Told to people. */
  readonly reason: string;
}

/** Tells how much an agent has to do; what is `undefined` stays as it was last told. */
export interface ReportLoad extends AgentCommand, Named<"report-load"> {
  /** All of its tasks, those that it was given here among them. */
  readonly taskCount: number | undefined;
  /** How long a task of its takes. */
  readonly avgTaskDurationMs: number | undefined;
  /** Of the processor, from 0 to 100. */
  readonly cpuPercent: number | undefined;
  /** Of the memory, from 0 to 100. */
  readonly memoryPercent: number | undefined;
}

/** Cancels all tasks of an agent. */
export interface CancelAgentTasks extends AgentCommand, Named<"cancel-agent-tasks"> {
  /** Told to people. */
  readonly reason: string;
}

/** Takes all tasks of an agent back into the queue. */
export interface RequeueAgentTasks extends AgentCommand, Named<"requeue-agent-tasks"> {
  /** Told to people. */
  readonly reason: string;
}

/** Has each attempt be alive at this moment that has to show it, as nobody could hear it before. */
export interface RenewHeartbeats extends Named<"renew-heartbeats"> {
}

/** Has another strategy rank the agents. */
export interface UseStrategy extends Named<"use-strategy"> {
  /** Who ranks from here on. */
  readonly strategy: StrategyName;
}

/** Accepts, assigns and starts nothing any more. */
export interface Drain extends Named<"drain"> {
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
  | DrainAgent
  | LimitAgent
  | ShedTasks
  | Award
  | ReportLoad
  | CancelAgentTasks
  | RequeueAgentTasks
  | RenewHeartbeats
  | UseStrategy
  | Drain;
