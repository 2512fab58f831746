/**
 * Public data types of metrics.
 *
 * A figure that is not measured is `undefined`: the mean of nothing, or a usage that no probe returns.
 *
 * @module
 */

import type { TaskStatus } from "../tasks/types.ts";

/** One value of a metric. */
export interface MetricsSample {
  /** When it was taken. */
  readonly timestamp: Date;
  /** The name of the metric. */
  readonly metric: string;
  /** 1 for a counter, milliseconds for a duration. */
  readonly value: number;
  /** Its labels; left out when there are none. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A metric that has many samples. */
export interface TopMetric {
  /** The name of the metric. */
  readonly metric: string;
  /** How many samples it has had. */
  readonly count: number;
  /** Their mean. */
  readonly avgValue: number;
}

/** Figures of tasks. */
export interface TaskFigures {
  /** How many were accepted. */
  readonly totalTasks: number;
  /** How many are assigned or running. */
  readonly activeTasks: number;
  /** How many completed. */
  readonly completedTasks: number;
  /** How many failed. */
  readonly failedTasks: number;
  /** How many were cancelled. */
  readonly cancelledTasks: number;
  /** The mean time of an attempt that completed its task, in milliseconds. */
  readonly avgTaskDuration: number | undefined;
  /** How many completed in the last minute. */
  readonly taskThroughput: number;
  /** How many that have not ended have each priority. */
  readonly tasksByPriority: Record<string, number>;
  /** How many that have not ended are of each type. */
  readonly tasksByType: Record<string, number>;
  /** How many that have not ended have each status. */
  readonly tasksByStatus: Partial<Record<TaskStatus, number>>;
}

/** Figures of agents. */
export interface AgentFigures {
  /** How many are registered. */
  readonly totalAgents: number;
  /** How many of them are not cordoned. */
  readonly activeAgents: number;
  /** How many have no task. */
  readonly idleAgents: number;
  /** How many have a task. */
  readonly busyAgents: number;
  /** How many members have been silent for so long that they may be dead. */
  readonly suspectAgents: number;
  /** Slots in use, in percent; 0 without agents. */
  readonly agentUtilization: number;
  /** The mean number of tasks of an agent, started or not; 0 without agents. */
  readonly avgTasksPerAgent: number;
  /** How many are of each type, as they were registered. */
  readonly agentsByType: Record<string, number>;
}

/** Figures of resources. */
export interface ResourceFigures {
  /** How many are held, waited for, or defined. */
  readonly totalResources: number;
  /** How many of them are held. */
  readonly lockedResources: number;
  /** How many of them are not. */
  readonly freeResources: number;
  /** Held ones in percent; 0 without resources. */
  readonly resourceUtilization: number;
  /** The mean time for which a lock was held, in milliseconds. */
  readonly avgLockDuration: number | undefined;
  /** How many waits there are. */
  readonly lockContention: number;
  /** How many deadlocks were broken. */
  readonly deadlockCount: number;
}

/** Figures of messages, conflicts, steals and circuit breakers. */
export interface CoordinationFigures {
  /** How many messages were put into a mailbox. */
  readonly messagesSent: number;
  /** How many deliveries of messages there were. */
  readonly messagesReceived: number;
  /** The mean time from sending a message to its first delivery, in milliseconds. */
  readonly messageLatency: number | undefined;
  /** How many conflicts were reported. */
  readonly conflictsDetected: number;
  /** How many conflicts were resolved. */
  readonly conflictsResolved: number;
  /** How many steals there were. */
  readonly workStealingEvents: number;
  /** How often a circuit breaker opened. */
  readonly circuitBreakerTrips: number;
  /** How many requests wait for their response. */
  readonly openRequests: number;
  /** How many messages could not be delivered and were not sent again. */
  readonly deadLetters: number;
  /** How many conflicts were not resolved. */
  readonly activeConflicts: number;
  /** How many circuit breakers are open. */
  readonly openCircuitBreakers: number;
}

/** Figures of performance. */
export interface PerformanceFigures {
  /** The mean time from asking for a lock to its grant, in milliseconds. */
  readonly coordinationLatency: number | undefined;
  /** The mean time from when a task was ready until it was assigned, in milliseconds. */
  readonly schedulingLatency: number | undefined;
  /** Resident memory of the process, in MB of 2²⁰ bytes. */
  readonly memoryUsage: number | undefined;
  /** Processor time of the process in the newest period, in percent of one processor. */
  readonly cpuUsage: number | undefined;
  /** How many attempts failed in the last minute. */
  readonly errorRate: number;
}

/** All figures at one moment. */
export interface CoordinationMetrics {
  /** The moment. */
  readonly timestamp: Date;
  /** Figures of tasks. */
  readonly taskMetrics: TaskFigures;
  /** Figures of agents. */
  readonly agentMetrics: AgentFigures;
  /** Figures of resources. */
  readonly resourceMetrics: ResourceFigures;
  /** Figures of messages, conflicts, steals and circuit breakers. */
  readonly coordinationMetrics: CoordinationFigures;
  /** Figures of performance. */
  readonly performanceMetrics: PerformanceFigures;
}
