/**
 * A task as callers see it: plain fields, nothing that belongs to the machine.
 *
 * @module
 */

import type { TaskStatus, TaskView } from "./types.ts";
import { type Agent, outcomeOf, type TaskRecord, type TaskState } from "./state.ts";
import type { RootState } from "../root/state.ts";
import { claimOwner } from "../locks/claim_owner.ts";
import { UnknownTaskError } from "./errors.ts";
import { precedes } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import { backlogOf, hasFreeSlot, isOpen } from "./placement.ts";
import { type Attempt, quote, requireInteger, requireObject } from "../core/arguments.ts";
import type { ReportLoad } from "./commands.ts";

/** The task as it stands. */
export function viewOf(task: TaskRecord): TaskView {
  const { spec, agent, status, startedAt, finishedAt, result, error, progress } = task;
  return {
    id: spec.id,
    type: spec.type,
    description: spec.description,
    priority: spec.priority,
    dependencies: spec.dependencies.length === 0
      ? NONE
      : spec.dependencies.map(({ taskId }) => taskId),
    status,
    input: task.input?.value,
    createdAt: task.createdAt,
    epoch: task.epoch,
    attempts: task.attempts,
    ...(agent !== undefined && { assignedAgent: agent.agentId }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { completedAt: finishedAt }),
    ...(result !== undefined && { output: result.value }),
    ...(error !== undefined && { error }),
    ...(progress !== undefined && { progress: progress.value }),
    ...(task.metadata !== undefined && { metadata: task.metadata.value }),
  };
}

const NONE: readonly string[] = [];

/** A lock that a task waits for, and who has it. */
export interface LockExplanation {
  /** What it waits for. */
  readonly resourceId: string;
  /** Agents; empty when others are before it in the queue. */
  readonly heldBy: readonly string[];
}

/** A place in the queue of an agent that has no slot free. */
export interface QueueExplanation {
  /** Whose queue it is. */
  readonly agentId: string;
  /** 1 for the task that gets the next slot. */
  readonly position: number;
  /** How many wait there. */
  readonly length: number;
  /** The tasks before it, first things first; at most a hundred. */
  readonly ahead: readonly string[];
}

/** The answer of `explain`. Lists are empty where they don't apply. */
export interface TaskExplanation {
  /** Which task it is about. */
  readonly taskId: string;
  /** Where it is. */
  readonly status: TaskStatus;
  /** One sentence. */
  readonly summary: string;
  /** Dependencies that have not ended; `submitted` is false for those that nobody knows. */
  readonly openDependencies: readonly { readonly taskId: string; readonly submitted: boolean }[];
  /** Required capabilities that no agent has. */
  readonly missingCapabilities: readonly string[];
  /** Fit agents without room. */
  readonly fullAgents: readonly string[];
  /** Fit agents that get no tasks. */
  readonly cordonedAgents: readonly string[];
  /** Locks that it waits for. */
  readonly locks: readonly LockExplanation[];
  /** Where it stands in the queue of its agent, if it has one and no slot. */
  readonly queue?: QueueExplanation;
  /** When the next attempt is due. */
  readonly retryAt?: Instant;
}

/** How many tasks an explanation lists that are before another. */
const MOST_AHEAD = 100;

type Reasons = Partial<Omit<TaskExplanation, "taskId" | "status" | "summary">>;

/**
 * Explains one task. Costs O(agents) for a ready task, O(dependencies) for a waiting one, and a look
 * at its agent's queue for one that stands there.
 *
 * @throws {UnknownTaskError} when there is no such task
 */
export function explainTask(state: Readonly<RootState>, taskId: string): TaskExplanation {
  const task = state.tasks.tasks.get(taskId);
  if (task === undefined) throw new UnknownTaskError("explain it", taskId);
  const [summary, reasons] = reasonsOf(state, task);
  return {
    taskId,
    status: task.status,
    summary,
    openDependencies: [],
    missingCapabilities: [],
    fullAgents: [],
    cordonedAgents: [],
    locks: [],
    ...reasons,
  };
}

function reasonsOf(state: Readonly<RootState>, task: TaskRecord): [string, Reasons] {
  switch (task.status) {
    case "waiting":
      return waiting(state.tasks, task);
    case "ready":
      return unassigned(state.tasks, task);
    case "assigned":
      return unstarted(state, task);
    case "running":
      return [`It runs on agent "${task.agent!.agentId}", attempt ${task.attempts}`, {}];
    case "backing-off": {
      if (task.timer === undefined) return ["It waits until its last attempt has ended", {}];
      const retryAt = task.timer.rank;
      const when = new Date(retryAt).toISOString();
      return [`Its last attempt failed (${task.error!.message}); the next is due at ${when}`, {
        retryAt,
      }];
    }
    case "completed":
      return ["It is done", {}];
    case "failed":
    case "cancelled":
      return [
        `It ${task.status === "failed" ? "failed" : "was cancelled"}: ${task.error!.message}`,
        {},
      ];
  }
}

function waiting(state: TaskState, task: TaskRecord): [string, Reasons] {
  const { tasks } = state;
  const openDependencies = task.spec.dependencies
    .filter(({ taskId }) => {
      const known = tasks.get(taskId);
      return known === undefined
        ? outcomeOf(state, taskId) === undefined
        : known.finishedAt === undefined;
    })
    .map(({ taskId }) => ({ taskId, submitted: tasks.has(taskId) }));
  const names = openDependencies.map(({ taskId, submitted }) =>
    submitted ? `"${taskId}"` : `"${taskId}", which nobody has submitted`
  );
  return [`It waits for ${listed(names)}`, { openDependencies }];
}

function unassigned({ agents, draining }: TaskState, task: TaskRecord): [string, Reasons] {
  const { spec: { requires }, pinnedTo } = task;
  if (draining) return ["Nothing is started any more: the scheduler is shutting down", {}];
  const all = [...agents.values()];
  const missingCapabilities = requires.filter((capability) =>
    !all.some((agent) => agent.capabilities.includes(capability))
  );
  if (missingCapabilities.length > 0) {
    return [`No agent can ${listed(quoted(missingCapabilities))}`, { missingCapabilities }];
  }
  const fit = all.filter((agent) =>
    (pinnedTo === "" || agent.agentId === pinnedTo) &&
    requires.every((capability) => agent.capabilities.includes(capability))
  );
  if (fit.length === 0) {
    return [
      pinnedTo === "" ? "No agent is fit for it" : `Its agent "${pinnedTo}" is not there`,
      {},
    ];
  }
  const cordonedAgents = idsOf(fit.filter((agent) => !isOpen(agent)));
  const fullAgents = idsOf(
    fit.filter((agent) => isOpen(agent) && !hasFreeSlot(agent)),
  );
  const parts = [
    ...(fullAgents.length > 0 ? [`${listed(quoted(fullAgents))} to have room`] : []),
    ...(cordonedAgents.length > 0 ? [`${listed(quoted(cordonedAgents))} to take tasks again`] : []),
  ];
  const summary = parts.length > 0
    ? `It waits for ${parts.join(", or for ")}`
    : "It waits for the strategy to choose an agent";
  return [summary, { fullAgents, cordonedAgents }];
}

function unstarted(state: Readonly<RootState>, task: TaskRecord): [string, Reasons] {
  const { spec, epoch } = task;
  const { agentId } = task.agent!;
  if (task.queued) return queued(state.tasks, task, task.agent!);
  if (task.locked) return [`Agent "${agentId}" has it in its queue and has not started it`, {}];
  const owner = claimOwner(spec.id, epoch);
  const locks = spec.resources
    .map(({ resourceId }) => ({
      resourceId,
      heldBy: (state.locks.locks.get(resourceId)?.holds ?? [])
        .filter((hold) => hold.owner.owner !== owner)
        .map((hold) => hold.owner.agentId),
    }))
    .filter(({ heldBy }) => heldBy.length > 0);
  const names = locks.map(({ resourceId, heldBy }) =>
    `"${resourceId}", held by ${listed(quoted(heldBy))}`
  );
  const summary = names.length > 0
    ? `It waits on agent "${agentId}" for ${listed(names)}`
    : `It waits on agent "${agentId}" for its turn in the queues of its locks`;
  return [summary, { locks }];
}

function queued({ config }: TaskState, task: TaskRecord, agent: Agent): [string, Reasons] {
  const { agentId, cordons } = agent;
  const before = agent.queue.filter((other) => precedes(other, task))
    .sort((a, b) => precedes(a, b) ? -1 : 1)
    .map(({ spec: { id } }) => id);
  const position = before.length + 1;
  const { length } = agent.queue;
  const place = `It waits for a slot of agent "${agentId}" as number ${position} of ${length}`;
  const behind = before.length === 0 ? "" : `, behind ${listed(quoted(before))}`;
  const reasons = [...cordons.values()].map(({ reason }) => reason);
  const closed = reasons.length === 0 ? "" : `; the agent takes no tasks: ${reasons.join(", ")}`;
  const less = Math.max(2, config.stealThreshold);
  const thief = config.stealing ? `; a fit agent with ${less} tasks less would take it over` : "";
  const queue = { agentId, position, length, ahead: before.slice(0, MOST_AHEAD) };
  return [place + behind + closed + thief, { queue }];
}

function idsOf(agents: readonly Agent[]): string[] {
  return agents.map(({ agentId }) => agentId);
}

function quoted(names: readonly string[]): string[] {
  return names.map((name) => `"${name}"`);
}

/** At most five of `names`, as a list. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

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
    taskCount: backlogOf(agent),
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
