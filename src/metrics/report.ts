/**
 * The figures that users of the coordination API know, read off what the fold has kept.
 *
 * What isn't measured is `undefined`: a mean of nothing, or a usage that no probe tells.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { TaskStatus } from "../tasks/types.ts";
import type { MetricsState } from "./fold.ts";
import { perMinute, summaryOf } from "./aggregates.ts";
import { breakersByState, countSuspects } from "./gauges.ts";

/** How tasks are and went. */
export interface TaskFigures {
  /** How many there are and were. */
  readonly totalTasks: number;
  /** How many have an agent: assigned or running. */
  readonly activeTasks: number;
  /** How many ended well. */
  readonly completedTasks: number;
  /** How many ended badly. */
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

/** How agents are. */
export interface AgentFigures {
  /** How many are registered. */
  readonly totalAgents: number;
  /** How many of them are given tasks: all that aren't cordoned. */
  readonly activeAgents: number;
  /** How many have nothing to do. */
  readonly idleAgents: number;
  /** How many have a task. */
  readonly busyAgents: number;
  /** How many of those that are there have been silent for so long that they may be dead. */
  readonly suspectAgents: number;
  /** How much of their slots is in use, in percent; 0 without agents. */
  readonly agentUtilization: number;
  /** How many tasks an agent has on average, started or not; 0 without agents. */
  readonly avgTasksPerAgent: number;
  /** How many are of each type, as they were registered. */
  readonly agentsByType: Record<string, number>;
}

/** How resources are and were used. */
export interface ResourceFigures {
  /** How many are held, waited for, or defined. */
  readonly totalResources: number;
  /** How many of them are held. */
  readonly lockedResources: number;
  /** How many of them are not. */
  readonly freeResources: number;
  /** How many of them are held, in percent; 0 without resources. */
  readonly resourceUtilization: number;
  /** The mean time for which a lock was held, in milliseconds. */
  readonly avgLockDuration: number | undefined;
  /** How many waits there are. */
  readonly lockContention: number;
  /** How many deadlocks were broken. */
  readonly deadlockCount: number;
}

/** How the rest of the coordination went. */
export interface CoordinationFigures {
  /** How many messages were put into a mailbox. */
  readonly messagesSent: number;
  /** How many deliveries of messages there were. */
  readonly messagesReceived: number;
  /** The mean time from sending a message to its first delivery, in milliseconds. */
  readonly messageLatency: number | undefined;
  /** How many conflicts were reported. */
  readonly conflictsDetected: number;
  /** How many conflicts were settled. */
  readonly conflictsResolved: number;
  /** How many steals there were. */
  readonly workStealingEvents: number;
  /** How often a circuit breaker opened. */
  readonly circuitBreakerTrips: number;
  /** How many requests wait for their response. */
  readonly openRequests: number;
  /** How many messages could not be delivered and were not sent again. */
  readonly deadLetters: number;
  /** How many conflicts were not settled. */
  readonly activeConflicts: number;
  /** How many circuit breakers are open. */
  readonly openCircuitBreakers: number;
}

/** How well it runs. */
export interface PerformanceFigures {
  /** The mean time from asking for a lock to having it, in milliseconds. */
  readonly coordinationLatency: number | undefined;
  /** The mean time from when a task was ready until it had an agent, in milliseconds. */
  readonly schedulingLatency: number | undefined;
  /** What the process has in memory, in MB of 2²⁰ bytes. */
  readonly memoryUsage: number | undefined;
  /** How much of one processor the process used in the newest period, in percent. */
  readonly cpuUsage: number | undefined;
  /** How many attempts failed in the last minute. */
  readonly errorRate: number;
}

/** Everything at one moment. */
export interface CoordinationMetrics {
  /** Which moment. */
  readonly timestamp: Date;
  /** How tasks are and went. */
  readonly taskMetrics: TaskFigures;
  /** How agents are. */
  readonly agentMetrics: AgentFigures;
  /** How resources are and were used. */
  readonly resourceMetrics: ResourceFigures;
  /** How the rest of the coordination went. */
  readonly coordinationMetrics: CoordinationFigures;
  /** How well it runs. */
  readonly performanceMetrics: PerformanceFigures;
}

/** What events don't tell. */
export interface Surroundings {
  /** In bytes; `undefined` when it isn't known. */
  readonly memoryBytes: number | undefined;
  /** In percent; `undefined` when it isn't known. */
  readonly cpuPercent: number | undefined;
}

/** The figures at `now`. Costs a look at each agent. */
export function reportOf(
  state: Readonly<MetricsState>,
  now: Instant,
  surroundings: Surroundings,
): CoordinationMetrics {
  return {
    timestamp: new Date(now),
    taskMetrics: tasksOf(state, now),
    agentMetrics: agentsOf(state),
    resourceMetrics: resourcesOf(state),
    coordinationMetrics: coordinationOf(state),
    performanceMetrics: {
      coordinationLatency: mean(state, "resource.wait"),
      schedulingLatency: mean(state, "scheduling.latency"),
      memoryUsage: surroundings.memoryBytes && surroundings.memoryBytes / 2 ** 20,
      cpuUsage: surroundings.cpuPercent,
      errorRate: perMinute(state.errors, now),
    },
  };
}

function tasksOf(state: Readonly<MetricsState>, now: Instant): TaskFigures {
  const { tasks, tasksByStatus, tasksByPriority, tasksByType } = state.gauges;
  const completedTasks = counted(state, "task.completed");
  const failedTasks = counted(state, "task.failed");
  const cancelledTasks = counted(state, "task.cancelled");
  return {
    totalTasks: tasks.size + completedTasks + failedTasks + cancelledTasks,
    activeTasks: (tasksByStatus.get("assigned") ?? 0) + (tasksByStatus.get("running") ?? 0),
    completedTasks,
    failedTasks,
    cancelledTasks,
    avgTaskDuration: mean(state, "task.duration"),
    taskThroughput: perMinute(state.completions, now),
    tasksByPriority: Object.fromEntries(tasksByPriority),
    tasksByType: Object.fromEntries(tasksByType),
    tasksByStatus: Object.fromEntries(tasksByStatus),
  };
}

function agentsOf({ gauges }: Readonly<MetricsState>): AgentFigures {
  const { agents, tasksByStatus, open } = gauges;
  const types = new Map<string, number>();
  let active = 0;
  let busy = 0;
  let load = 0;
  let slots = 0;
  for (const agent of agents.values()) {
    if (agent.cordons.size === 0) active++;
    if (agent.load > 0) busy++;
    load += agent.load;
    slots += agent.slots;
    types.set(agent.kind, (types.get(agent.kind) ?? 0) + 1);
  }
  const tasks = (tasksByStatus.get("assigned") ?? 0) + (tasksByStatus.get("running") ?? 0);
  return {
    totalAgents: agents.size,
    activeAgents: active,
    idleAgents: agents.size - busy,
    busyAgents: busy,
    suspectAgents: countSuspects(open),
    agentUtilization: slots === 0 ? 0 : 100 * load / slots,
    avgTasksPerAgent: agents.size === 0 ? 0 : tasks / agents.size,
    agentsByType: Object.fromEntries(types),
  };
}

function resourcesOf(state: Readonly<MetricsState>): ResourceFigures {
  const { resources, lockedResources, waits } = state.gauges;
  const total = resources.size;
  return {
    totalResources: total,
    lockedResources,
    freeResources: total - lockedResources,
    resourceUtilization: total === 0 ? 0 : 100 * lockedResources / total,
    avgLockDuration: mean(state, "resource.hold"),
    lockContention: waits.size,
    deadlockCount: counted(state, "deadlock.detected"),
  };
}

function coordinationOf(state: Readonly<MetricsState>): CoordinationFigures {
  const { open } = state.gauges;
  return {
    messagesSent: counted(state, "message.sent"),
    messagesReceived: counted(state, "message.received"),
    messageLatency: mean(state, "message.latency"),
    conflictsDetected: counted(state, "conflict.detected"),
    conflictsResolved: counted(state, "conflict.resolved"),
    workStealingEvents: counted(state, "workstealing.completed"),
    circuitBreakerTrips: counted(state, "circuitbreaker.tripped"),
    openRequests: open.requests.size,
    deadLetters: open.deadLetters.size,
    activeConflicts: open.conflicts.size,
    openCircuitBreakers: breakersByState(open).open,
  };
}

function counted(state: Readonly<MetricsState>, metric: string): number {
  return state.counters.get(metric)!;
}

function mean(state: Readonly<MetricsState>, metric: string): number | undefined {
  return summaryOf(state.metrics.get(metric)!.histogram!)?.avg;
}
