/**
 * Read-only views of a task machine: explanations, health, workloads, and the history of types.
 *
 * @module
 */

import {
  type Attempt,
  counted,
  quote,
  requireId,
  requireInteger,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import { precedes } from "../core/data/heap.ts";
import { healthOf, type HealthStatus, type Instant } from "../core/machine.ts";
import { claimOwner, partyOf } from "../locks/types.ts";
import { listed, readable } from "../core/describe.ts";
import { requireText } from "./commands.ts";
import { exhaustedIn, exhaustedText } from "./budgets.ts";
import { UnknownTaskError } from "./errors.ts";
import { tasksAfter } from "./pages.ts";
import { firstOfAll, sizeOf, tasksIn } from "./lanes.ts";
import { isDelayed } from "./later.ts";
import { explainLimit, type LimitExplanation } from "./limit_views.ts";
import { backlogOf, hasFreeSlot, isFit, isOpen, isTrusted, isUsable } from "./placement.ts";
import {
  type Agent,
  type Group,
  isLent,
  isTerminal,
  outcomeOf,
  type Schedule,
  type TaskRecord,
  type TaskState,
  unfinished,
  viewOf,
} from "./state.ts";
import type { TaskStats } from "./strategies.ts";
import { scheduleView } from "./schedules.ts";
import type { ScheduleExplanation, TaskStatus, TaskView } from "./types.ts";

/**
 * A lock that a task waits for.
 * @category Tasks
 */
export interface LockExplanation {
  /** The resource. */
  readonly resourceId: string;
  /** The agents that hold it, longest first; empty when others are before it in the queue. */
  readonly heldBy: readonly string[];
}

/**
 * A place in the queue of an agent that has no free slot.
 * @category Tasks
 */
export interface QueueExplanation {
  /** The agent. */
  readonly agentId: string;
  /** 1 for the task that gets the next slot. */
  readonly position: number;
  /** The length of the queue. */
  readonly length: number;
  /** The first tasks before it, in order; at most a hundred. */
  readonly ahead: readonly string[];
}

/**
 * The answer of `explain`. Lists are empty where they don't apply.
 * @category Tasks
 */
export interface TaskExplanation {
  /** The task. */
  readonly taskId: string;
  /** Its status. */
  readonly status: TaskStatus;
  /** One sentence. */
  readonly summary: string;
  /** Dependencies that have not ended; `submitted` is false for an unknown task. */
  readonly openDependencies: readonly { readonly taskId: string; readonly submitted: boolean }[];
  /** Required capabilities that no agent has. */
  readonly missingCapabilities: readonly string[];
  /** Fit agents without a free slot. */
  readonly fullAgents: readonly string[];
  /** Fit agents that are cordoned or draining. */
  readonly cordonedAgents: readonly string[];
  /** Fit agents in pull mode that do not ask for it. */
  readonly silentAgents: readonly string[];
  /** Locks that it waits for. */
  readonly locks: readonly LockExplanation[];
  /** Its place in the queue of its agent, if it has an agent and no slot. */
  readonly queue?: QueueExplanation;
  /** The limit of its key, if it waits for a permit or a token. */
  readonly limit?: LimitExplanation;
  /** When its time comes, of a task for later. */
  readonly runAt?: Instant;
  /** When the next attempt is due. */
  readonly retryAt?: Instant;
  /** The tasks that its attempt awaits, while it has lent its slot. */
  readonly awaits?: readonly string[];
  /** The task whose attempt submitted it. */
  readonly parentId?: string;
}

/** Returns the holders of a lock, longest first. */
export type HoldersOf = (
  resourceId: string,
) => readonly { readonly agentId: string; readonly owner: string }[];

type Reasons = Partial<Omit<TaskExplanation, "taskId" | "status" | "summary">>;

const MOST_AHEAD = 100;

/** The number of tasks that await each other which a summary explains. */
const MOST_AWAITED = 3;

/**
 * Explains one task. Costs O(agents) for a ready task, O(dependencies) for a waiting one, O(queue)
 * for one in its agent's queue, and O(tasks that wait for its key) for one that has no permit.
 *
 * @throws {UnknownTaskError} when there is no such task
 */
export function explainTask(
  state: Readonly<TaskState>,
  holdersOf: HoldersOf,
  taskId: string,
  now: Instant,
): TaskExplanation {
  const task = state.tasks.get(taskId);
  if (task === undefined) throw new UnknownTaskError("explain it", taskId);
  const [reason, reasons] = reasonsOf(state, holdersOf, task, now);
  const parentId = task.family?.parent?.taskId;
  const { scheduleId } = task.spec;
  const child = parentId === undefined ? "" : `; it is a child of "${parentId}"`;
  const scheduled = scheduleId === undefined ? "" : `; schedule "${scheduleId}" submitted it`;
  const summary = reason + child + scheduled;
  return {
    taskId,
    status: task.status,
    summary,
    openDependencies: [],
    missingCapabilities: [],
    fullAgents: [],
    cordonedAgents: [],
    silentAgents: [],
    locks: [],
    ...reasons,
    ...(parentId !== undefined && { parentId }),
  };
}

function reasonsOf(
  state: Readonly<TaskState>,
  holdersOf: HoldersOf,
  task: TaskRecord,
  now: Instant,
  depth = MOST_AWAITED,
): [summary: string, Reasons] {
  switch (task.status) {
    case "waiting":
      return waiting(state, task);
    case "ready":
      if (state.parked.has(task)) return parked(holdersOf, task);
      return withItsLocks(task, unassigned(state, task, now));
    case "assigned":
      if (task.queued) return withItsLocks(task, inQueue(state, task, task.agent!, now));
      return [`Agent "${task.agent!.agentId}" has it and has not started it`, {}];
    case "running": {
      const doubt = task.lastResort ? ", whose attempts kept failing: no other agent was fit" : "";
      const runs = `It runs on agent "${task.agent!.agentId}", attempt ${task.attempts}${doubt}`;
      if (!isLent(task)) return [runs, {}];
      const awaited = [...task.family!.awaits];
      const awaits = awaited.map(({ spec: { id } }) => id);
      const [first] = depth > 0 ? reasonsOf(state, holdersOf, awaited[0]!, now, depth - 1) : ["…"];
      return [`${runs}, and awaits ${listed(quoted(awaits))} (${first})`, { awaits }];
    }
    case "backing-off": {
      if (task.timer === undefined) return ["It waits until its last attempt has ended", {}];
      const retryAt = task.timer.rank;
      const when = new Date(retryAt).toISOString();
      if (task.error === undefined) return [`It asked to go on at ${when}`, { retryAt }];
      const summary = `Its last attempt failed (${
        task.error!.message
      }); the next is due at ${when}`;
      return [summary, { retryAt }];
    }
    case "blocked":
      return [
        task.proposal === undefined
          ? `It waits for an answer to ${readable(task.question!.value)}`
          : `Its result waits to be accepted: agent "${task.proposal.agentId}" proposed it`,
        {},
      ];
    case "completed":
      return ["It is done", {}];
    case "failed":
      return [`It failed: ${task.error!.message}`, {}];
    case "cancelled":
      return [`It was cancelled: ${task.error!.message}`, {}];
  }
}

function waiting(state: Readonly<TaskState>, task: TaskRecord): [string, Reasons] {
  const { tasks } = state;
  if (task.lingering > 0) return ["It waits until its last attempt has ended", {}];
  const openDependencies = task.spec.dependencies
    .filter(({ taskId }) => {
      const known = tasks.get(taskId);
      return known === undefined
        ? outcomeOf(state, taskId) === undefined
        : known.finishedAt === undefined;
    })
    .map(({ taskId }) => ({ taskId, submitted: tasks.has(taskId) }));
  const names = openDependencies.map(({ taskId, submitted }) =>
    submitted ? `"${taskId}"` : `"${taskId}", which was not submitted`
  );
  const reasons: Reasons = { openDependencies, ...(isDelayed(task) && { runAt: task.dueAt }) };
  if (reasons.runAt === undefined) return [`It waits for ${listed(names)}`, reasons];
  const open = names.length === 0 ? "" : `for ${listed(names)}, and `;
  return [`It waits ${open}until ${new Date(reasons.runAt).toISOString()}`, reasons];
}

function unassigned(
  state: Readonly<TaskState>,
  task: TaskRecord,
  now: Instant,
): [string, Reasons] {
  const { spec: { requires }, pinnedTo } = task;
  if (state.draining) return ["Nothing is started any more: the scheduler is shutting down", {}];
  if (state.paused !== undefined) {
    return [`Nothing is assigned: the scheduler is paused (${state.paused})`, {}];
  }
  if (!state.isFunded) {
    const exhausted = exhaustedIn(state.account!);
    const spent = exhausted === undefined
      ? "is for claims that have not started"
      : `is spent: ${exhaustedText(exhausted)}`;
    return [`Nothing is assigned: the budget of all attempts ${spent}`, {}];
  }
  const limited = explainLimit(task, now);
  if (limited !== undefined) return [limited.summary, { limit: limited.limit }];
  const agents = [...state.agents.values()];
  const missingCapabilities = requires.filter((capability) =>
    !agents.some((agent) => agent.capabilities.includes(capability))
  );
  if (missingCapabilities.length > 0) {
    return [`No agent can ${listed(quoted(missingCapabilities))}`, { missingCapabilities }];
  }
  const fit = agents.filter((agent) => isFit(agent, requires, pinnedTo));
  if (fit.length === 0) {
    return [
      pinnedTo === "" ? "No agent is fit for it" : `Its agent "${pinnedTo}" is not there`,
      {},
    ];
  }
  const isResort = !fit.some(isTrusted);
  const isClosed = (agent: Agent) => !isOpen(agent) && !(isResort && isUsable(agent));
  const cordonedAgents = idsOf(fit.filter(isClosed));
  const [silent, full] = [[], []] as [Agent[], Agent[]];
  for (const agent of fit) {
    if (isClosed(agent) || hasFreeSlot(agent)) continue;
    (isSilent(agent, task) ? silent : full).push(agent);
  }
  const [silentAgents, fullAgents] = [idsOf(silent), idsOf(full)];
  const parts = [
    ...(fullAgents.length > 0 ? [`${listed(quoted(fullAgents))} to have a free slot`] : []),
    ...(cordonedAgents.length > 0 ? [`${listed(quoted(cordonedAgents))} to be uncordoned`] : []),
    ...(silent.length > 0 ? [waitForAsker(task, silentAgents)] : []),
  ];
  const summary = parts.length > 0
    ? `It waits for ${parts.join(", or for ")}`
    : "It waits for the strategy to choose an agent";
  return [summary, { fullAgents, cordonedAgents, silentAgents }];
}

/** Returns whether an agent would have to ask before it gets a task. */
function isSilent({ pulls, ask }: Agent, task: TaskRecord | undefined): boolean {
  return pulls && (ask === undefined || (ask.task !== undefined && ask.task !== task));
}

function waitForAsker({ spec: { requires }, pinnedTo }: TaskRecord, silent: string[]): string {
  if (pinnedTo !== "") return `"${pinnedTo}" to ask`;
  const skills = requires.length === 0 ? "" : ` that can ${listed(quoted(requires))}`;
  return `an agent${skills} to ask; ${silent.length} can, none asks`;
}

function parked(holdersOf: HoldersOf, { spec, request }: TaskRecord): [string, Reasons] {
  const own = claimOwner(spec.id, request);
  const held = spec.resources
    .map(({ resourceId }) => ({
      resourceId,
      others: holdersOf(resourceId).filter(({ owner }) => owner !== own),
    }))
    .filter(({ others }) => others.length > 0);
  const names = held.map(({ resourceId, others }) =>
    `"${resourceId}", held by ${listed(others.map(partyOf))}`
  );
  const locks = held.map(({ resourceId, others }) => ({
    resourceId,
    heldBy: others.map(({ agentId }) => agentId),
  }));
  const summary = names.length > 0
    ? `It waits for ${listed(names)}`
    : "It waits in the queues of its locks";
  return [summary, { locks }];
}

/** Adds to why a task has no slot that it has its locks. */
function withItsLocks({ granted }: TaskRecord, [summary, reasons]: [string, Reasons]) {
  return [granted ? `${summary}; it has its locks` : summary, reasons] as [string, Reasons];
}

function inQueue(
  { config }: Readonly<TaskState>,
  task: TaskRecord,
  agent: Agent,
  now: Instant,
): [string, Reasons] {
  const { agentId, cordons } = agent;
  const before = [...tasksIn(agent)].filter((other) => precedes(other, task))
    .sort((a, b) => precedes(a, b) ? -1 : 1)
    .map(({ spec: { id } }) => id);
  const position = before.length + 1;
  const length = sizeOf(agent);
  const place = `It waits for a slot of agent "${agentId}" as number ${position} of ${length}`;
  const behind = before.length === 0 ? "" : `, behind ${listed(quoted(before))}`;
  const reasons = [...cordons.values()].map(({ reason }) => reason);
  const closed = reasons.length === 0 ? "" : `; the agent is cordoned: ${reasons.join(", ")}`;
  const less = Math.max(2, config.stealThreshold);
  const thief = config.stealing ? `; a fit agent with ${less} tasks less would take it over` : "";
  const queue = { agentId, position, length, ahead: before.slice(0, MOST_AHEAD) };
  const limited = explainLimit(task, now);
  if (limited !== undefined) {
    return [`${limited.summary}, in the queue of agent "${agentId}"`, {
      queue,
      limit: limited.limit,
    }];
  }
  return [place + behind + closed + thief, { queue }];
}

function idsOf(agents: readonly Agent[]): string[] {
  return agents.map(({ agentId }) => agentId);
}

function quoted(names: readonly string[]): string[] {
  return names.map((name) => `"${name}"`);
}

/** Explains a schedule: the next task, and what the newest one does. */
export function explainSchedule(
  { tasks, draining }: Readonly<TaskState>,
  schedule: Schedule,
): ScheduleExplanation {
  const view = scheduleView(schedule);
  const { nextAt, nextTaskId, lastTaskId } = view;
  const status = lastTaskId === undefined ? undefined : tasks.get(lastTaskId)?.status;
  const next = draining
    ? "Nothing is submitted any more: the scheduler is shutting down"
    : `It submits "${nextTaskId}" at ${new Date(nextAt).toISOString()}`;
  const mayWait = !schedule.spec.overlap && status !== undefined && !isTerminal(status);
  const waits = mayWait && !draining ? ` if "${lastTaskId}" has ended, which is ${status}` : "";
  return { ...view, summary: next + waits };
}

/** The part of the table of tasks that may be in use in good health. */
const TOLERATED_SHARE = 0.9;

/** Returns the groups of ready tasks that no agent may run. Costs O(agents) for each group. */
export function strandedGroups({ groups, agents }: Readonly<TaskState>): Group[] {
  return [...groups.values()].filter((group) =>
    sizeOf(group) > 0 &&
    ![...agents.values()].some((agent) => isFit(agent, group.requires, group.pinnedTo))
  );
}

/** Returns how many ready tasks wait for agents in pull mode, of which none asks. */
function waitingForAskers({ groups, agents }: Readonly<TaskState>): number {
  let count = 0;
  for (const group of groups.values()) {
    if (sizeOf(group) === 0) continue;
    const { requires, pinnedTo } = group;
    const fit = [...agents.values()].filter((agent) => isFit(agent, requires, pinnedTo));
    const isAwaited = fit.length > 0 && fit.every((agent) => isSilent(agent, undefined));
    if (isAwaited) count += sizeOf(group);
  }
  return count;
}

/** Returns the health of a scheduler. Costs O(agents) for each group of ready tasks. */
export function health(
  state: Readonly<TaskState>,
  staleReports: number,
  problem: string | undefined,
): HealthStatus {
  const { counts, agents, idleAgents, parked, lent, config: { maxTasks, maxAgents } } = state;
  const open = unfinished(state);
  const [stranded] = strandedGroups(state);
  const error = problem !== undefined
    ? problem
    : open > TOLERATED_SHARE * maxTasks
    ? `${open} of ${counted(maxTasks, "task", "is")} unfinished`
    : stranded !== undefined
    ? `no agent may run task ${quote(firstOfAll(stranded)!.spec.id)}`
    : agents.size >= maxAgents && idleAgents.first === undefined
    ? "the table of agents is full"
    : undefined;
  return healthOf([error], {
    ...counts,
    waitingForLocks: parked.size,
    waitingForAskers: waitingForAskers(state),
    lent,
    agents: agents.size,
    askers: state.asks.size,
    staleReports,
  });
}

/**
 * The tasks that a list is to contain; each field that is given narrows it.
 * @category Tasks
 */
export interface TaskFilter {
  /** Their status. */
  readonly status?: TaskStatus;
  /** Their type. */
  readonly type?: string;
  /** The agent that has a claim on them. */
  readonly agentId?: string;
  /** The key that they name. */
  readonly limitKey?: string;
}

/**
 * A filter, and the part of the list to return.
 * @category Tasks
 */
export interface TaskListOptions extends TaskFilter {
  /** The most tasks to return, from 1 to 10,000. @default 100 */
  readonly limit?: number;
  /** The `next` of the page before. @default the beginning */
  readonly after?: number;
}

/**
 * A page of a list of tasks, in the order of their submission.
 * @category Tasks
 */
export interface TaskPage {
  /** The tasks. */
  readonly tasks: readonly TaskView[];
  /** Where the next page begins; `undefined` when there is none. */
  readonly next?: number;
}

const STATUSES = Object.keys(
  {
    ...{ waiting: 0, ready: 0, assigned: 0, running: 0, "backing-off": 0, blocked: 0 },
    ...{ completed: 0, failed: 0, cancelled: 0 },
  } satisfies Record<TaskStatus, 0>,
) as readonly TaskStatus[];

const MOST_ON_A_PAGE = 10_000;

/** Checks a filter. @throws {TypeError | RangeError} when a field is malformed */
export function requireFilter(filter: TaskFilter, attempt: Attempt): void {
  requireObject(filter as unknown, "filter", attempt);
  const { status, type, agentId, limitKey } = filter;
  if (status !== undefined) requireOneOf(status, STATUSES, "status", attempt);
  if (type !== undefined) requireText(type, "type", attempt);
  if (agentId !== undefined) requireId(agentId, "agentId", attempt);
  if (limitKey !== undefined) requireId(limitKey, "limitKey", attempt);
}

/** Returns a page of the tasks that match. */
export function listTasks(state: Readonly<TaskState>, options: TaskListOptions): TaskPage {
  const attempt = () => "list tasks";
  requireFilter(options, attempt);
  const { limit = 100, after = -1 } = options;
  requireInteger(limit, 1, MOST_ON_A_PAGE, "limit", attempt);
  requireInteger(after, -1, Number.MAX_SAFE_INTEGER, "after", attempt);
  const tasks: TaskView[] = [];
  let last = after;
  for (const task of matching(state, options, after)) {
    if (tasks.length === limit) return { tasks, next: last };
    tasks.push(viewOf(task));
    last = task.sequence;
  }
  return { tasks };
}

/** Yields the tasks that match, in the order of their submission. */
export function* matching(
  state: Readonly<TaskState>,
  { status, type, agentId, limitKey }: TaskFilter,
  after = -1,
): Generator<TaskRecord, void> {
  const candidates = agentId === undefined
    ? tasksAfter(state, after, status)
    : [...state.agents.get(agentId)?.tasks ?? []].sort((a, b) => a.sequence - b.sequence);
  for (const task of candidates) {
    if (agentId !== undefined && task.sequence <= after) continue;
    if (status !== undefined && task.status !== status) continue;
    if (limitKey !== undefined && task.spec.limitKey !== limitKey) continue;
    if (type === undefined || task.spec.type === type) yield task;
  }
}

/** Returns the history of each type of task. */
export function taskTypes({ history }: Readonly<TaskState>): Map<string, TaskStats> {
  const stats = new Map<string, TaskStats>();
  for (const [type, { executions, successes, totalMs, lastAgentId }] of history) {
    stats.set(type, {
      totalExecutions: executions,
      avgDuration: totalMs / executions,
      successRate: successes / executions,
      lastAgent: lastAgentId,
    });
  }
  return stats;
}

/**
 * The load of an agent.
 * @category Tasks
 */
export interface AgentWorkload {
  /** The agent. */
  readonly agentId: string;
  /** The number of its tasks, started or not. */
  readonly taskCount: number;
  /** The average duration of a task, in milliseconds; 0 if unknown. */
  readonly avgTaskDuration: number;
  /** Utilization of its processor, in percent; 0 if unknown. */
  readonly cpuUsage: number;
  /** Utilization of its memory, in percent; 0 if unknown. */
  readonly memoryUsage: number;
  /** Among equally loaded agents the one with the higher priority is better. */
  readonly priority: number;
  /** Sorted, each once. */
  readonly capabilities: readonly string[];
}

/**
 * The distribution of work over agents.
 * @category Tasks
 */
export interface WorkloadStats {
  /** The number of known agents. */
  readonly totalAgents: number;
  /** Their loads, by id. */
  readonly workloads: Readonly<Record<string, AgentWorkload>>;
  /** The number of tasks of all agents. */
  readonly totalTasks: number;
  /** The number of tasks of an agent on average; 0 without agents. */
  readonly avgTasksPerAgent: number;
  /** The number of tasks of the idlest agent; 0 without agents. */
  readonly minTasks: number;
  /** The number of tasks of the busiest agent; 0 without agents. */
  readonly maxTasks: number;
  /** The difference between the busiest and the idlest. */
  readonly imbalance: number;
}

/** Returns the loads of `agents`, and their distribution. */
export function workloadStats(agents: readonly Agent[]): WorkloadStats {
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
