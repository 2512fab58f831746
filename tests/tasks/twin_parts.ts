/**
 * The state of the slow twin of the task machine, and its search for cycles.
 *
 * @module
 */

import type { CordonCause, TaskStatus } from "../../src/tasks/types.ts";
import type { DependencyReport, Outcome } from "../../src/tasks/types.ts";
import type { TaskSpec } from "../../src/tasks/commands.ts";
import type { ScheduleSpec } from "../../src/tasks/commands.ts";

export interface SlowTask {
  spec: TaskSpec;
  rank: number;
  readonly sequence: number;
  status: TaskStatus;
  readonly createdAt: number;
  dueAt: number;
  startedAt: number;
  endedAt?: number;
  /** The only agent that it may be given to, or `""`. */
  pinnedTo: string;
  agentId: string | undefined;
  epoch: number;
  /** Whether its claim has no slot. */
  queued: boolean;
  locked: boolean;
  /** The claim that requested its locks, or 0, and whether they were granted. */
  request: number;
  granted: boolean;
  attempts: number;
  crashes: number;
  /** A result that waits to be accepted. */
  proposal:
    | { agentId: string; result: unknown; ranMs: number; summary: string | undefined }
    | undefined;
  notes: string[];
  summary: string | undefined;
  result: unknown;
  /** What it knows of its dependencies that were counted. */
  readonly reports: DependencyReport[];
  /** The outcomes of its dependencies that were counted. */
  readonly counted: Map<string, Outcome>;
  /** By dependency, when it began to wait for it, as a number. */
  readonly links: Map<string, number>;
  /** The first registration of the agent that it was submitted for, or -1. */
  readonly home: number;
  /** The claim that submitted it. */
  readonly parent: { readonly taskId: string; readonly epoch: number } | undefined;
  /** Whether it was cancelled with that claim. */
  isOrphan: boolean;
}

/** A schedule, with the occasions that are over. */
export interface SlowSchedule {
  spec: ScheduleSpec;
  input: unknown;
  metadata: unknown;
  /** The number of its first occasion. */
  readonly first: number;
  /** Its occasions up to the next one, by number. */
  occasions: number[];
  last: string;
}

/** A wait of a running task for another one. */
export interface SlowAwait {
  readonly awaiter: SlowTask;
  readonly awaited: SlowTask;
}

/** A request of an agent for a task. */
export interface SlowAsk {
  readonly id: number;
  /** The only task, or `undefined`. */
  readonly task: SlowTask | undefined;
  readonly since: number;
  isMomentary: boolean;
  /** For how long it is kept without a caller, or 0. */
  keepMs: number;
  isLeft: boolean;
  /** What was assigned for it. */
  pending: SlowTask | undefined;
}

export interface SlowAgent {
  readonly id: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrentTasks: number;
  slotLimit: number;
  readonly maxQueuedTasks: number;
  readonly priority: number;
  readonly eager: boolean;
  readonly pulls: boolean;
  ask: SlowAsk | undefined;
  /** The number of registrations before its newest. */
  readonly registration: number;
  /** The number of registrations before its first. */
  readonly first: number;
  readonly isImplicit: boolean;
  /** When it became idle, if it may be evicted. */
  idleSince: number | undefined;
  cordons: readonly SlowCordon[];
  drained: string | undefined;
  outside: number;
  report: SlowReport | undefined;
  lastEpoch: number;
}

export interface SlowCordon {
  readonly cause: CordonCause;
  readonly reason: string;
  readonly untilMs: number;
}

export interface SlowReport {
  readonly avgTaskDurationMs: number | undefined;
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
}

export interface SlowTimer {
  readonly task: SlowTask | undefined;
  readonly epoch: number;
  readonly limit:
    | "delay"
    | "queue"
    | "attempt"
    | "heartbeat"
    | "total"
    | "backoff"
    | "grace"
    | "cordon"
    | "report"
    | "ask"
    | "rate"
    | "schedule"
    | "retention"
    | "collect";
  /** For how long a claim, or a request whose caller has left, is kept. */
  readonly keepMs?: number;
  /** The agent of a cordon, a report or a request. */
  readonly agentId?: string;
  readonly schedule?: SlowSchedule;
  readonly cause?: CordonCause;
  /** The key of a rate. */
  readonly key?: string;
  at: number;
  readonly order: number;
}

/** The report of a task that has ended. */
export function reportOf(
  { spec: { id: taskId }, status, notes, summary, result }: SlowTask,
): DependencyReport {
  return {
    ...{ taskId, outcome: status as Outcome, notes: [...notes] },
    ...(summary !== undefined && { summary }),
    ...(result !== undefined && { result }),
  };
}

/** Whether a task waits for its locks. */
export function isParked({ status, request, granted }: SlowTask): boolean {
  return status === "ready" && request !== 0 && !granted;
}

/** Whether an agent may run a task, room or not. */
export function isFit(agent: SlowAgent, { spec: { requires }, pinnedTo }: SlowTask): boolean {
  return (pinnedTo === "" || pinnedTo === agent.id) && hasAll(agent, requires);
}

/** Whether an agent can do all of this. */
export function hasAll({ capabilities }: SlowAgent, requires: readonly string[]): boolean {
  return requires.every((capability) => capabilities.includes(capability));
}

/** Whether an agent takes tasks at all. */
export function isOpen({ cordons, drained }: SlowAgent): boolean {
  return cordons.length === 0 && drained === undefined;
}

/** Whether an agent gets tasks like any other. */
export function isTrusted(agent: SlowAgent): boolean {
  return isOpen(agent) && agent.slotLimit === 0 && isReceptive(agent);
}

/** Whether an agent is given tasks, or asks for any and has none yet. */
export function isReceptive({ pulls, ask }: SlowAgent): boolean {
  return !pulls || (ask !== undefined && ask.task === undefined && ask.pending === undefined);
}

/** Whether an agent gets tasks where no fit agent is trusted. */
export function isUsable({ cordons, drained }: SlowAgent): boolean {
  return cordons.every(({ cause }) => cause === "breaker") && drained === undefined;
}

/** Whether the breaker of an agent is open or half-open. */
export function isDoubted({ cordons, slotLimit }: SlowAgent): boolean {
  return slotLimit > 0 || cordons.some(({ cause }) => cause === "breaker");
}

/** The number of slots that an agent may use. */
export function slotsOf({ maxConcurrentTasks, slotLimit }: SlowAgent): number {
  return slotLimit > 0 ? Math.min(slotLimit, maxConcurrentTasks) : maxConcurrentTasks;
}

/** Higher priority first, then the earlier registered. */
export function bySeniority(a: SlowAgent, b: SlowAgent): number {
  return b.priority - a.priority || a.registration - b.registration;
}

/** By rank, and among equals by their submission. */
export function byRank(a: SlowTask, b: SlowTask): number {
  return a.rank - b.rank || a.sequence - b.sequence;
}

/** The requirements of a ready task. */
export function demandOf({ spec: { placed, requires }, pinnedTo }: SlowTask): string {
  return JSON.stringify([placed && pinnedTo !== "", pinnedTo, ...requires]);
}

/** Some cycle that `spec` would close: from its id along dependencies back to it. */
export function slowCycle(
  tasks: readonly SlowTask[],
  awaits: readonly SlowAwait[],
  spec: Pick<TaskSpec, "id" | "dependencies">,
  parentId?: string,
): string[] | undefined {
  const dependenciesOf = (id: string): string[] => {
    if (id === spec.id) return spec.dependencies.map(({ taskId }) => taskId);
    const task = tasks.find((task) => task.spec.id === id && task.status === "waiting");
    const open = task?.spec.dependencies.map(({ taskId }) => taskId)
      .filter((id) => !task.counted.has(id)) ?? [];
    const children = tasks.filter(({ parent, status }) =>
      parent?.taskId === id && !["completed", "failed", "cancelled"].includes(status)
    );
    const awaited = awaits.filter(({ awaiter }) => awaiter.spec.id === id);
    return [
      ...open,
      ...children.map((task) => task.spec.id),
      ...awaited.map((each) => each.awaited.spec.id),
      ...(id === parentId ? [spec.id] : []),
    ];
  };
  const search = (path: readonly string[]): string[] | undefined => {
    for (const next of dependenciesOf(path.at(-1)!)) {
      if (next === spec.id) return [...path, next];
      const found = path.includes(next) ? undefined : search([...path, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search([spec.id]);
}
