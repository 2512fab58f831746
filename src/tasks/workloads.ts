/**
 * How loaded agents are: as callers tell it, and as they are shown it.
 *
 * @module
 */

import { type Attempt, quote, requireInteger, requireObject } from "../core/arguments.ts";
import type { ReportLoad } from "./commands.ts";
import { loadOf } from "./room.ts";
import type { Agent } from "./state.ts";

/** How much an agent has to do. */
export interface AgentWorkload {
  /** Whose load it is. */
  readonly agentId: string;
  /** Its tasks, started or not. */
  readonly taskCount: number;
  /** How long a task of its takes, in milliseconds; 0 as long as nobody has said. */
  readonly avgTaskDuration: number;
  /** Of the processor, in percent; 0 as long as nobody has said. */
  readonly cpuUsage: number;
  /** Of the memory, in percent; 0 as long as nobody has said. */
  readonly memoryUsage: number;
  /** Of equally loaded agents the one with the higher priority is the better. */
  readonly priority: number;
  /** What it can do. */
  readonly capabilities: readonly string[];
}

/** How the work is spread. */
export interface WorkloadStats {
  /** How many agents are known. */
  readonly totalAgents: number;
  /** Their loads, by id. */
  readonly workloads: Readonly<Record<string, AgentWorkload>>;
  /** How many tasks they have together. */
  readonly totalTasks: number;
  /** How many each has on average; 0 without agents. */
  readonly avgTasksPerAgent: number;
  /** How many the idlest has; 0 without agents. */
  readonly minTasks: number;
  /** How many the busiest has; 0 without agents. */
  readonly maxTasks: number;
  /** The difference of the two. */
  readonly imbalance: number;
}

/** The loads of `agents`, and what they come to. */
export function statsOf(agents: readonly Agent[]): WorkloadStats {
  const workloads = agents.map(workloadOf);
  const totalAgents = workloads.length;
  let totalTasks = 0;
  let minTasks = totalAgents === 0 ? 0 : Infinity;
  let maxTasks = 0;
  for (const { taskCount } of workloads) {
    totalTasks += taskCount;
    minTasks = Math.min(minTasks, taskCount);
    maxTasks = Math.max(maxTasks, taskCount);
  }
  return {
    totalAgents,
    workloads: Object.fromEntries(workloads.map((workload) => [workload.agentId, workload])),
    totalTasks,
    avgTasksPerAgent: totalAgents === 0 ? 0 : totalTasks / totalAgents,
    minTasks,
    maxTasks,
    imbalance: maxTasks - minTasks,
  };
}

function workloadOf(agent: Agent): AgentWorkload {
  const { agentId, report, priority, capabilities } = agent;
  return {
    agentId,
    taskCount: loadOf(agent),
    avgTaskDuration: report?.avgTaskDurationMs ?? 0,
    cpuUsage: report?.cpuPercent ?? 0,
    memoryUsage: report?.memoryPercent ?? 0,
    priority,
    capabilities,
  };
}

/** The command that reports `workload`. @throws {TypeError | RangeError} when a field is malformed */
export function reportOf(
  agentId: string,
  workload: Partial<AgentWorkload>,
  attempt: Attempt,
): ReportLoad {
  requireObject(workload as unknown, "workload", attempt);
  const { taskCount, avgTaskDuration, cpuUsage, memoryUsage } = workload;
  if (taskCount !== undefined) {
    requireInteger(taskCount, 0, Number.MAX_SAFE_INTEGER, "taskCount", attempt);
  }
  if (avgTaskDuration !== undefined) requireAmount(avgTaskDuration, "avgTaskDuration", attempt);
  if (cpuUsage !== undefined) requireAmount(cpuUsage, "cpuUsage", attempt);
  if (memoryUsage !== undefined) requireAmount(memoryUsage, "memoryUsage", attempt);
  return {
    type: "report-load",
    agentId,
    taskCount,
    avgTaskDurationMs: avgTaskDuration,
    cpuPercent: cpuUsage,
    memoryPercent: memoryUsage,
  };
}

/** @throws {TypeError | RangeError} unless `value` is a finite number of at least 0 */
export function requireAmount(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot ${attempt()}: ${name} must be a number, got ${quote(value)}`);
  }
  if (!Number.isFinite(value) || value < 0) {
    const rule = `${name} must be a finite number of at least 0`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${quote(value)}`);
  }
}
