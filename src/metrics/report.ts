/**
 * The figures of {@linkcode CoordinationMetrics}, computed from the state of the fold.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import { perMinute } from "./aggregates.ts";
import type { MetricsState } from "./fold.ts";
import { breakersByState, countSuspects, type Gauges, loadOf } from "./gauges.ts";
import type {
  AgentFigures,
  CoordinationFigures,
  CoordinationMetrics,
  ResourceFigures,
  TaskFigures,
} from "./types.ts";

/** The figures that events do not contain; `undefined` where they are not known. */
export interface Surroundings {
  /** Resident memory in bytes. */
  readonly memoryBytes: number | undefined;
  /** Processor time in percent. */
  readonly cpuPercent: number | undefined;
}

/** Returns the figures at `now`. Costs O(agents). */
export function reportOf(
  state: Readonly<MetricsState>,
  now: Instant,
  { memoryBytes, cpuPercent }: Surroundings,
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
      memoryUsage: memoryBytes && memoryBytes / 2 ** 20,
      cpuUsage: cpuPercent,
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
    activeTasks: countActive(state.gauges),
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
  const { agents, open } = gauges;
  const { busy, load, slots } = loadOf(gauges);
  const types = new Map<string, number>();
  let active = 0;
  for (const { cordons, kind } of agents.values()) {
    if (cordons.size === 0) active++;
    types.set(kind, (types.get(kind) ?? 0) + 1);
  }
  return {
    totalAgents: agents.size,
    activeAgents: active,
    idleAgents: agents.size - busy,
    busyAgents: busy,
    suspectAgents: countSuspects(open),
    agentUtilization: slots === 0 ? 0 : 100 * load / slots,
    avgTasksPerAgent: agents.size === 0 ? 0 : countActive(gauges) / agents.size,
    agentsByType: Object.fromEntries(types),
  };
}

function countActive({ tasksByStatus }: Gauges): number {
  return (tasksByStatus.get("assigned") ?? 0) + (tasksByStatus.get("running") ?? 0);
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
  const { count, sum } = state.metrics.get(metric)!.histogram!;
  return count === 0 ? undefined : sum / count;
}
