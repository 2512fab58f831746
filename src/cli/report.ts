/**
 * Report of a run: outcomes of tasks, utilization of agents, use of locks, and the lower bound of its
 * duration.
 *
 * @module
 */

import type { LockReport } from "./lock_use.ts";
import type { RunState } from "./run_state.ts";
import type { AgentRun, Outcome, TaskRun } from "./runs.ts";

/** Report of one task. All times are milliseconds. */
export interface TaskReport {
  /** The task's id. */
  readonly id: string;
  /** The task's name, if it has one. */
  readonly name?: string;
  /** The outcome of the task. */
  readonly outcome: Outcome;
  /** The reason of the outcome, or the empty string. */
  readonly reason: string;
  /** Whether it had ended before the run was resumed; then its times and its agent are not known. */
  readonly isEarlier?: true;
  /** The agent of its last attempt. */
  readonly agentId: string | undefined;
  /** Number of attempts. */
  readonly attempts: number;
  /** Time that it waited for an agent and for locks, after its needs had ended. */
  readonly waitedMs: number;
  /** Sum of the durations of its attempts. */
  readonly ranMs: number;
}

/** Report of one agent. */
export interface AgentReport {
  /** The agent's id. */
  readonly id: string;
  /** Number of tasks that it can run at the same time. */
  readonly slots: number;
  /** Number of attempts that it ran. */
  readonly attempts: number;
  /** Sum of the times that its slots were in use. */
  readonly busyMs: number;
  /** Utilization of its slots, from 0 to 1. */
  readonly utilization: number;
  /** Number of times that its circuit breaker opened. */
  readonly trips: number;
  /** Number of tasks that it stole from busier agents. */
  readonly stolen: number;
}

/** Lower bound of the duration of a run. */
export interface LowerBound {
  /** Milliseconds. */
  readonly ms: number;
  /** The limiting factor: `critical path`, `work / slots`, or a lock, such as `lock "db"`. */
  readonly by: string;
}

/** Report of a run. */
export interface RunReport {
  /** 0 if no task failed, 1 if one failed, 130 if the run was interrupted. */
  readonly exitCode: number;
  /** In the order of the file. */
  readonly tasks: readonly TaskReport[];
  /** In the order of the file. */
  readonly agents: readonly AgentReport[];
  /** The locks that were granted, by the sum of their waits, largest first. */
  readonly locks: readonly LockReport[];
  /** Milliseconds from the first submission to the last end. */
  readonly makespanMs: number;
  /** Ids along the longest chain of needs, by measured time. */
  readonly criticalPath: readonly string[];
  /** Sum of the durations along the critical path. */
  readonly criticalPathMs: number;
  /** The shortest duration that was possible. */
  readonly lowerBound: LowerBound;
}

/** Returns the report of a run that has ended. */
export function reportOf(state: RunState): RunReport {
  const makespanMs = state.now();
  const runs = [...state.tasks.values()];
  const { path, ms } = criticalPath(runs);
  const failed = runs.some(({ outcome }) => outcome === "failed" || outcome === "timed-out");
  return {
    exitCode: state.stopping === "interrupt" ? 130 : failed ? 1 : 0,
    tasks: runs.map(taskReport),
    agents: [...state.agents.values()].map((agent) => agentReport(agent, makespanMs)),
    locks: state.locks.report(),
    makespanMs,
    criticalPath: path,
    criticalPathMs: ms,
    lowerBound: lowerBound(state, runs, ms),
  };
}

function taskReport(run: TaskRun): TaskReport {
  const { task: { id, name }, outcome, reason, isEarlier, agentId, attempts, waitedMs, ranMs } =
    run;
  return {
    id,
    ...name !== undefined && { name },
    outcome: outcome ?? "skipped",
    reason,
    ...isEarlier && { isEarlier },
    agentId: attempts === 0 ? undefined : agentId,
    attempts,
    waitedMs,
    ranMs,
  };
}

function agentReport(
  { agent, attempts, busyMs, trips, stolen }: AgentRun,
  makespanMs: number,
): AgentReport {
  const { id, slots } = agent;
  const utilization = makespanMs === 0 ? 0 : Math.min(1, busyMs / (slots * makespanMs));
  return { id, slots, attempts, busyMs, utilization, trips, stolen };
}

/** A task with its duration. */
export interface Timed {
  readonly task: { readonly id: string; readonly needs: readonly string[] };
  readonly ranMs: number;
}

/** Finds the longest chain of needs. Needs that are not among `runs` are ignored. */
export function criticalPath(runs: readonly Timed[]): { path: string[]; ms: number } {
  const ends = new Map<string, { ms: number; by: string | undefined; run: Timed }>();
  let last: string | undefined;
  for (const run of inOrderOfNeeds(runs)) {
    let ms = 0;
    let by: string | undefined;
    for (const need of run.task.needs) {
      const end = ends.get(need);
      if (end === undefined || end.ms <= ms) continue;
      ms = end.ms;
      by = need;
    }
    ends.set(run.task.id, { ms: ms + run.ranMs, by, run });
    if (last === undefined || ms + run.ranMs > ends.get(last)!.ms) last = run.task.id;
  }
  const path: string[] = [];
  const ms = last === undefined ? 0 : ends.get(last)!.ms;
  for (let id = last; id !== undefined; id = ends.get(id)!.by) {
    if (ends.get(id)!.run.ranMs > 0) path.push(id);
  }
  return { path: path.reverse(), ms };
}

/** Sorts tasks topologically; those of a cycle are left out. */
export function inOrderOfNeeds<Run extends Timed>(runs: readonly Run[]): Run[] {
  const known = new Map(runs.map((run) => [run.task.id, run]));
  const open = new Map<string, number>();
  const dependents = new Map<string, Run[]>();
  for (const run of runs) {
    const needs = run.task.needs.filter((need) => known.has(need));
    open.set(run.task.id, needs.length);
    for (const need of needs) {
      const those = dependents.get(need);
      if (those === undefined) dependents.set(need, [run]);
      else those.push(run);
    }
  }
  const order = runs.filter((run) => open.get(run.task.id) === 0);
  for (const run of order) { // grows during the loop
    for (const dependent of dependents.get(run.task.id) ?? []) {
      const left = open.get(dependent.task.id)! - 1;
      open.set(dependent.task.id, left);
      if (left === 0) order.push(dependent);
    }
  }
  return order;
}

/** Returns the largest of three bounds: the critical path, the work by slots, and the use of a lock. */
function lowerBound(state: RunState, runs: readonly TaskRun[], pathMs: number): LowerBound {
  const slots = [...state.agents.values()].reduce((sum, { agent }) => sum + agent.slots, 0);
  const work = runs.reduce((sum, { ranMs }) => sum + ranMs, 0);
  let bound: LowerBound = { ms: pathMs, by: "critical path" };
  if (work / slots > bound.ms) bound = { ms: work / slots, by: "work / slots" };
  for (const [name, ms] of heldMs(runs)) {
    const capacity = state.workflow.locks.find((lock) => lock.name === name)?.capacity ?? 1;
    if (ms / capacity > bound.ms) bound = { ms: ms / capacity, by: `lock ${JSON.stringify(name)}` };
  }
  return bound;
}

/** Sum of the times that units of each lock were held exclusively. */
function heldMs(runs: readonly TaskRun[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const { task, ranMs } of runs) {
    for (const { name, mode, units } of task.locks) {
      if (mode === "exclusive") held.set(name, (held.get(name) ?? 0) + ranMs * units);
    }
  }
  return held;
}
