/**
 * Selects tasks, and plans a run without running it: the order of tasks, and the agents of each.
 *
 * @module
 */

import { describeDuration } from "../service/durations.ts";
import { didYouMean } from "../core/arguments.ts";
import { padEnd, plain, type Style, truncate } from "./terminal.ts";
import { count, listed } from "./wording.ts";
import { isFit, type Workflow, type WorkflowTask } from "./workflow.ts";

/**
 * Returns `workflow` with the tasks of `ids` and all tasks that they need.
 *
 * @throws {RangeError} when `ids` is empty or has an id of no task
 */
export function selectTasks(workflow: Workflow, ids: readonly string[]): Workflow {
  if (ids.length === 0) throw new RangeError("Cannot select tasks: at least one must be named");
  const known = new Map(workflow.tasks.map((task) => [task.id, task]));
  const chosen = new Set<string>();
  for (const id of ids) {
    if (!known.has(id)) {
      throw new RangeError(
        `Cannot select ${JSON.stringify(id)}: it must be a task${didYouMean(id, known.keys())}`,
      );
    }
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (chosen.has(next)) continue;
      chosen.add(next);
      open.push(...known.get(next)?.needs ?? []);
    }
  }
  return { ...workflow, tasks: workflow.tasks.filter(({ id }) => chosen.has(id)) };
}

/** Groups tasks in waves: each task needs only tasks of earlier waves. Higher priorities come first. */
export function wavesOf(workflow: Workflow): WorkflowTask[][] {
  const dependents = new Map<string, WorkflowTask[]>();
  const open = new Map<string, number>();
  for (const task of workflow.tasks) {
    open.set(task.id, task.needs.length);
    for (const need of task.needs) {
      const those = dependents.get(need);
      if (those === undefined) dependents.set(need, [task]);
      else those.push(task);
    }
  }
  const waves: WorkflowTask[][] = [];
  let wave = workflow.tasks.filter((task) => task.needs.length === 0);
  while (wave.length > 0) {
    waves.push(wave.toSorted((a, b) => b.priority - a.priority));
    const next: WorkflowTask[] = [];
    for (const task of wave) {
      for (const dependent of dependents.get(task.id) ?? []) {
        const left = open.get(dependent.id)! - 1;
        open.set(dependent.id, left);
        if (left === 0) next.push(dependent);
      }
    }
    wave = next;
  }
  return waves;
}

/** Formats the plan as an object for programs. */
export function planData(workflow: Workflow): Record<string, unknown> {
  return {
    type: "run:planned",
    agents: workflow.agents.map(({ id, slots, capabilities }) => ({ id, slots, capabilities })),
    tasks: wavesOf(workflow).flatMap((wave, i) =>
      wave.map((task) => {
        const { env: _, agent: _agent, ...fields } = task;
        return { ...fields, wave: i + 1, agents: fitAgents(workflow, task) };
      })
    ),
  };
}

/** Formats the plan as a text for people. */
export function planText(workflow: Workflow, style: Style): string {
  const { agents, tasks } = workflow;
  const slots = agents.reduce((sum, agent) => sum + agent.slots, 0);
  const lines = [
    `${count(tasks.length, "task")} for ${count(agents.length, "agent")} with ${
      count(slots, "slot")
    }`,
  ];
  const width = Math.min(24, Math.max(0, ...tasks.map(({ id }) => id.length)));
  wavesOf(workflow).forEach((wave, i) => {
    lines.push("", style.bold(`wave ${i + 1}`));
    for (const task of wave) {
      lines.push(`  ${style.cyan(padEnd(task.id, width))}  ${firstLine(task.run)}`);
      const details = detailsOf(workflow, task);
      if (details !== "") lines.push(`  ${" ".repeat(width)}  ${style.dim(details)}`);
    }
  });
  return lines.join("\n") + "\n";
}

/** Maximum of names of needs, agents or locks that are listed. */
const MOST_LISTED = 10;

/** Maximum of columns of a command. */
const WIDEST_COMMAND = 100;

function firstLine(script: string): string {
  const lines = script.trim().split("\n");
  const line = truncate(plain(lines[0]!), WIDEST_COMMAND);
  return lines.length === 1 ? line : `${line} …`;
}

function detailsOf(workflow: Workflow, task: WorkflowTask): string {
  const parts: string[] = [];
  if (task.name !== undefined) parts.push(task.name);
  if (task.description !== undefined) parts.push(task.description);
  if (task.needs.length > 0) parts.push(`needs ${listed(task.needs, MOST_LISTED)}`);
  if (task.when !== "succeeded") parts.push(`when ${task.when}`);
  parts.push(agentText(workflow, task));
  if (task.prefers !== undefined) parts.push(`prefers ${task.prefers}`);
  if (task.locks.length > 0) {
    parts.push(`locks ${listed(task.locks.map(lockText), MOST_LISTED)}`);
  }
  if (task.priority !== 0) parts.push(`priority ${task.priority}`);
  if (task.timeoutMs !== undefined) parts.push(`timeout ${describeDuration(task.timeoutMs)}`);
  if (task.retries > 0) parts.push(count(task.retries, "retry", "retries"));
  return plain(parts.join(" · ").replace(/\s+/g, " "));
}

function agentText(workflow: Workflow, task: WorkflowTask): string {
  const fit = fitAgents(workflow, task);
  if (fit.length === workflow.agents.length) return "any agent";
  return fit.length > MOST_LISTED ? `one of ${fit.length} agents` : `agent ${fit.join(" or ")}`;
}

function fitAgents({ agents }: Workflow, task: WorkflowTask): string[] {
  return agents.filter((agent) => isFit(agent, task)).map(({ id }) => id);
}

function lockText({ name, mode, units }: WorkflowTask["locks"][number]): string {
  if (mode === "shared") return `${name} (shared)`;
  return units === 1 ? name : `${name} (${units} units)`;
}
