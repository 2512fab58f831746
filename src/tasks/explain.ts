/**
 * Why a task is where it is, and what would move it.
 *
 * @module
 */

import type { RootState } from "../root/state.ts";
import { claimOwner } from "../locks/claim_owner.ts";
import { UnknownTaskError } from "./errors.ts";
import { precedes } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import type { TaskStatus } from "./types.ts";
import { hasRoom, isOpen } from "./room.ts";
import { type Agent, outcomeOf, type TaskRecord, type TaskState } from "./state.ts";

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
    fit.filter((agent) => isOpen(agent) && !hasRoom(agent)),
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
