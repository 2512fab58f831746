/**
 * What the parts of a workflow say about each other: every name must lead somewhere, no need may
 * lead back to where it starts, and each task must find an agent that may run it.
 *
 * @module
 */

import { didYouMean, type Position } from "./problems.ts";
import { chain, listed } from "./wording.ts";
import { isFit, type Workflow, type WorkflowTask } from "./workflow.ts";
import type { Name, YamlReader } from "./yaml_reader.ts";

/** Where the names that a task mentions stand. */
export interface TaskMarks {
  readonly at: Position;
  readonly when: Position;
  readonly needs: readonly Name[];
  readonly requires: readonly Name[];
  readonly agent: Name | undefined;
  readonly prefers: Name | undefined;
  readonly locks: readonly (Name & { readonly units: number })[];
}

/** The marks of all tasks, by id. */
export type Marks = Map<string, TaskMarks>;

/** Reports every reference of `workflow` that leads nowhere, and every cycle. */
export function checkReferences(workflow: Workflow, marks: Marks, reader: YamlReader): void {
  const ids = new Set(workflow.tasks.map(({ id }) => id));
  for (const task of workflow.tasks) {
    const mark = marks.get(task.id)!;
    const subject = `task ${JSON.stringify(task.id)}`;
    checkNeeds(task, mark, ids, (at, message) => reader.report(at, subject, message));
    checkAgent(workflow, task, mark, (at, message) => reader.report(at, subject, message));
    checkPreference(workflow, task, mark, (at, message) => reader.report(at, subject, message));
    checkLocks(workflow, mark, (at, message) => reader.report(at, subject, message));
  }
  for (const { at, cycle } of findCycles(marks)) {
    const path = chain(cycle.map((id) => JSON.stringify(id)), " -> ");
    reader.report(
      at,
      `task ${JSON.stringify(cycle[0])}`,
      `needs must have no cycle, got ${path}`,
    );
  }
}

type Report = (at: Position, message: string) => void;

function checkNeeds(
  task: WorkflowTask,
  mark: TaskMarks,
  ids: ReadonlySet<string>,
  report: Report,
): void {
  for (const { name, at } of mark.needs) {
    if (ids.has(name)) continue;
    report(at, `needs must name tasks, got ${JSON.stringify(name)}${didYouMean(name, ids)}`);
  }
  if (task.when === "failed" && mark.needs.length === 0) {
    report(mark.when, "when: failed must come with needs that can fail, got none");
  }
}

function checkAgent(workflow: Workflow, task: WorkflowTask, mark: TaskMarks, report: Report): void {
  const { agents } = workflow;
  const known = new Set(agents.flatMap(({ capabilities }) => capabilities));
  let someoneMay = true;
  for (const { name, at } of mark.requires) {
    if (known.has(name)) continue;
    someoneMay = false;
    const hint = agents.length === 0 ? "; the workflow names no agents" : didYouMean(name, known);
    report(at, `requires must name what some agent can do, got ${JSON.stringify(name)}${hint}`);
  }
  const pinned = agents.find(({ id }) => id === task.agent);
  if (mark.agent !== undefined && pinned === undefined) {
    const { name, at } = mark.agent;
    const hint = didYouMean(name, agents.map(({ id }) => id));
    report(at, `agent must be one of the workflow's agents, got ${JSON.stringify(name)}${hint}`);
    return;
  }
  if (!someoneMay || agents.length === 0 || agents.some((agent) => isFit(agent, task))) return;
  const names = task.requires.map((name) => JSON.stringify(name));
  const all = names.length > 5 ? listed(names, 5) : names.join(" and ");
  if (pinned === undefined) {
    report(mark.requires[0]?.at ?? mark.at, `no single agent can do ${all}, which it requires`);
  } else {
    report(mark.agent?.at ?? mark.at, `agent ${JSON.stringify(pinned.id)} can't do all of ${all}`);
  }
}

function checkPreference(
  { agents }: Workflow,
  task: WorkflowTask,
  { prefers, agent: only }: TaskMarks,
  report: Report,
): void {
  if (prefers === undefined) return;
  const { name, at } = prefers;
  const preferred = agents.find(({ id }) => id === name);
  if (preferred === undefined) {
    const hint = didYouMean(name, agents.map(({ id }) => id));
    report(at, `prefers must be one of the workflow's agents, got ${JSON.stringify(name)}${hint}`);
  } else if (only !== undefined) {
    report(at, "prefers must not come with agent, which leaves no choice");
  } else if (!isFit(preferred, task)) {
    report(at, `agent ${JSON.stringify(name)} can't do all that it requires`);
  }
}

function checkLocks(workflow: Workflow, mark: TaskMarks, report: Report): void {
  for (const { name, units, at } of mark.locks) {
    const capacity = workflow.locks.find((lock) => lock.name === name)?.capacity ?? 1;
    if (units <= capacity) continue;
    const rule = `units of lock ${JSON.stringify(name)} must be at most its capacity, ${capacity}`;
    report(at, `${rule}, got ${units}`);
  }
}

interface Cycle {
  /** Where the need stands that closes it. */
  readonly at: Position;
  /** The ids along it; the first stands again at the end. */
  readonly cycle: readonly string[];
}

/** One cycle for each need that leads back, found in one walk in depth and without recursion. */
function findCycles(marks: Marks): Cycle[] {
  const cycles: Cycle[] = [];
  const done = new Set<string>();
  for (const root of marks.keys()) {
    if (done.has(root)) continue;
    const path = [{ id: root, next: 0 }];
    const position = new Map([[root, 0]]);
    while (path.length > 0) {
      const top = path[path.length - 1]!;
      const need = marks.get(top.id)?.needs[top.next++];
      if (need === undefined) {
        path.pop();
        position.delete(top.id);
        done.add(top.id);
        continue;
      }
      if (done.has(need.name) || !marks.has(need.name)) continue;
      const start = position.get(need.name);
      if (start === undefined) {
        position.set(need.name, path.length);
        path.push({ id: need.name, next: 0 });
      } else {
        const around = path.slice(start).map(({ id }) => id);
        const turned = [around[around.length - 1]!, ...around];
        cycles.push({ at: need.at, cycle: turned });
      }
    }
  }
  return cycles;
}
