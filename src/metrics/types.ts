/**
 * Public data types of metrics.
 *
 * A figure that is not measured is `undefined`: the mean of nothing, or a usage that no probe returns.
 *
 * @module
 */

import type { TaskStatus } from "../tasks/types.ts";

/**
 * One value of a metric.
 * @category Metrics
 */
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

/**
 * A metric that has many samples.
 * @category Metrics
 */
export interface TopMetric {
  /** The name of the metric. */
  readonly metric: string;
  /** Number of its samples. */
  readonly count: number;
  /** Their mean. */
  readonly avgValue: number;
}

/**
 * Figures of tasks.
 * @category Metrics
 */
export interface TaskFigures {
  /** Number of tasks that were accepted. */
  readonly totalTasks: number;
  /** Number of tasks that are assigned or running. */
  readonly activeTasks: number;
  /** Number of tasks that completed. */
  readonly completedTasks: number;
  /** Number of tasks that failed. */
  readonly failedTasks: number;
  /** Number of tasks that were cancelled. */
  readonly cancelledTasks: number;
  /** The mean time of an attempt that completed its task, in milliseconds. */
  readonly avgTaskDuration: number | undefined;
  /** Number of tasks that completed in the last minute. */
  readonly taskThroughput: number;
  /** Number of tasks that have not ended, by priority. */
  readonly tasksByPriority: Record<string, number>;
  /** Number of tasks that have not ended, by type. */
  readonly tasksByType: Record<string, number>;
  /** Number of tasks that have not ended, by status. */
  readonly tasksByStatus: Partial<Record<TaskStatus, number>>;
}

/**
 * Figures of agents.
 * @category Metrics
 */
export interface AgentFigures {
  /** Number of registered agents. */
  readonly totalAgents: number;
  /** Number of agents that are not cordoned. */
  readonly activeAgents: number;
  /** Number of agents without a task. */
  readonly idleAgents: number;
  /** Number of agents with a task. */
  readonly busyAgents: number;
  /** Number of members that have been silent for so long that they may be dead. */
  readonly suspectAgents: number;
  /** Slots in use, in percent; 0 without agents. */
  readonly agentUtilization: number;
  /** The mean number of tasks of an agent, started or not; 0 without agents. */
  readonly avgTasksPerAgent: number;
  /** Number of agents by type, as they were registered. */
  readonly agentsByType: Record<string, number>;
}

/**
 * Figures of resources.
 * @category Metrics
 */
export interface ResourceFigures {
  /** Number of resources that are held, waited for, or defined. */
  readonly totalResources: number;
  /** Number of resources that are held. */
  readonly lockedResources: number;
  /** Number of resources that are not held. */
  readonly freeResources: number;
  /** Held ones in percent; 0 without resources. */
  readonly resourceUtilization: number;
  /** The mean time for which a lock was held, in milliseconds. */
  readonly avgLockDuration: number | undefined;
  /** Number of waits. */
  readonly lockContention: number;
  /** Number of deadlocks that were broken. */
  readonly deadlockCount: number;
}

/**
 * Figures of messages, conflicts, steals and circuit breakers.
 * @category Metrics
 */
export interface CoordinationFigures {
  /** Number of messages that were put into a mailbox. */
  readonly messagesSent: number;
  /** Number of deliveries of messages. */
  readonly messagesReceived: number;
  /** The mean time from sending a message to its first delivery, in milliseconds. */
  readonly messageLatency: number | undefined;
  /** Number of conflicts that were reported. */
  readonly conflictsDetected: number;
  /** Number of conflicts that were resolved. */
  readonly conflictsResolved: number;
  /** Number of steals. */
  readonly workStealingEvents: number;
  /** Number of times that a circuit breaker opened. */
  readonly circuitBreakerTrips: number;
  /** Number of requests that wait for their response. */
  readonly openRequests: number;
  /** Number of messages that could not be delivered and were not sent again. */
  readonly deadLetters: number;
  /** Number of conflicts that were not resolved. */
  readonly activeConflicts: number;
  /** Number of circuit breakers that are open. */
  readonly openCircuitBreakers: number;
}

/**
 * Figures of performance.
 * @category Metrics
 */
export interface PerformanceFigures {
  /** The mean time from asking for a lock to its grant, in milliseconds. */
  readonly coordinationLatency: number | undefined;
  /** The mean time from when a task was ready until it was assigned, in milliseconds. */
  readonly schedulingLatency: number | undefined;
  /** Resident memory of the process, in MB of 2²⁰ bytes. */
  readonly memoryUsage: number | undefined;
  /** Processor time of the process in the newest period, in percent of one processor. */
  readonly cpuUsage: number | undefined;
  /** Number of attempts that failed in the last minute. */
  readonly errorRate: number;
}

/**
 * All figures at one moment.
 * @category Metrics
 */
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
