/**
 * What happens when work is evened out: reports of loads, and tasks that move.
 *
 * @module
 */

import type { Named } from "./machine.ts";
import type { ClaimEvent } from "./task_events.ts";

/** An agent, or who watches it, told how much it has to do. */
export interface AgentReported extends Named<"agent:reported"> {
  /** Whose load it is. */
  readonly agentId: string;
  /** How many tasks it has besides those that it was given here. */
  readonly outside: number;
  /** How long a task of its takes; `undefined` when nobody said, as for the next two. */
  readonly avgTaskDurationMs: number | undefined;
  /** Of the processor, in percent. */
  readonly cpuPercent: number | undefined;
  /** Of the memory, in percent. */
  readonly memoryPercent: number | undefined;
}

/** A report of load was not renewed, and is forgotten. */
export interface AgentReportExpired extends Named<"agent:report-expired"> {
  /** Whose load is again what it was given here. */
  readonly agentId: string;
}

/** Tasks are about to be moved from a busy agent to an idle one. */
export interface WorkStealingRequest extends Named<"workstealing:request"> {
  /** Whose they were. */
  readonly sourceAgent: string;
  /** Whose they will be. */
  readonly targetAgent: string;
  /** How many. */
  readonly taskCount: number;
}

/** A claim that had not started was taken from its agent, to be given to another one at once. */
export interface TaskStolen extends Named<"task:stolen">, ClaimEvent {
  /** Who gets it, under a new epoch. */
  readonly targetAgent: string;
}

/** Tasks were moved. */
export interface WorkStealingCompleted extends Named<"workstealing:completed"> {
  /** Whose they were. */
  readonly sourceAgent: string;
  /** Whose they are. */
  readonly targetAgent: string;
  /** How many. */
  readonly taskCount: number;
  /** Which, the most recently assigned first. */
  readonly taskIds: readonly string[];
}

/** What a task machine can say of stealing. */
export type StealingEvent =
  | AgentReported
  | AgentReportExpired
  | WorkStealingRequest
  | TaskStolen
  | WorkStealingCompleted;
