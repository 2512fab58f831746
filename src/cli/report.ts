/**
 * What came of a run, in numbers: who did what, how well the agents were used, and how close the
 * run came to the shortest that is possible.
 *
 * @module
 */

import type { LockReport } from "./lock_use.ts";
import type { RunState } from "./run_state.ts";
import type { AgentRun, Outcome, TaskRun } from "./runs.ts";

/** What came of one task. All times are milliseconds. */
export interface TaskReport {
  /** The task's id. */
  readonly id: string;
  /** How it ended. */
  readonly outcome: Outcome;
  /** Why, or empty. */
  readonly reason: string;
  /** Who ran its last attempt. */
  readonly agentId: string | undefined;
  /** How often its command was started. */
  readonly attempts: number;
  /** How long it waited for an agent and for locks, once its needs had ended. */
  readonly waitedMs: number;
  /** How long its attempts ran, all together. */
  readonly ranMs: number;
}

/** What came of one agent. */
export interface AgentReport {
  /** The agent's id. */
  readonly id: string;
  /** How many tasks it can run at once. */
  readonly slots: number;
  /** How many commands it ran. */
  readonly attempts: number;
  /** How long its slots were in use, all together. */
  readonly busyMs: number;
  /** From 0 to 1: the part of its slots' time that was used. */
  readonly utilization: number;
  /** How often its commands failed so often that it was passed over for a while. */
  readonly trips: number;
  /** How many tasks it took over from busier agents. */
  readonly stolen: number;
}

/** Why a run can't be shorter. */
export interface LowerBound {
  /** The shortest that is possible. */
  readonly ms: number;
  /** What it follows from: `critical path`, `work / slots`, or a lock, as `lock "db"`. */
  readonly by: string;
}

/** What came of a run. */
export interface RunReport {
  /** 0 when nothing failed, 1 when something did, 130 when it was interrupted. */
  readonly exitCode: number;
  /** In the order of the file. */
  readonly tasks: readonly TaskReport[];
  /** In the order of the file. */
  readonly agents: readonly AgentReport[];
  /** The locks that were held, those first that were waited for longest. */
  readonly locks: readonly LockReport[];
  /** From the first submission to the last end. */
  readonly makespanMs: number;
  /** Ids along the longest chain of needs, by the time that was measured. */
  readonly criticalPath: readonly string[];
  /** How long they ran, all together. */
  readonly criticalPathMs: number;
  /** How short the run could have been at best. */
  readonly lowerBound: LowerBound;
}

/** The report of a run that has ended. */
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
  const { task: { id }, outcome, reason, agentId, attempts, waitedMs, ranMs } = run;
  return {
    id,
    outcome: outcome ?? "skipped",
    reason,
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

/** What the longest chain needs to know of a task. */
export interface Timed {
  readonly task: { readonly id: string; readonly needs: readonly string[] };
  readonly ranMs: number;
}

/** The chain of needs that took longest. Needs that are not among `runs` count as nothing. */
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

/** Every task behind all that it needs; those of a cycle are left out. */
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
  for (const run of order) { // grows while it is read
    for (const dependent of dependents.get(run.task.id) ?? []) {
      const left = open.get(dependent.task.id)! - 1;
      open.set(dependent.task.id, left);
      if (left === 0) order.push(dependent);
    }
  }
  return order;
}

/** No schedule is shorter than its longest chain, its work, or what one lock keeps apart. */
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

/** How long the units of each lock were held exclusively, all together. */
function heldMs(runs: readonly TaskRun[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const { task, ranMs } of runs) {
    for (const { name, mode, units } of task.locks) {
      if (mode === "exclusive") held.set(name, (held.get(name) ?? 0) + ranMs * units);
    }
  }
  return held;
}
