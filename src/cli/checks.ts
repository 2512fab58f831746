/**
 * Checks the references of a workflow: names must exist, needs must form no cycle, and each task must
 * have an agent that may run it.
 *
 * @module
 */

import { didYouMean } from "../core/arguments.ts";
import type { Position } from "./problems.ts";
import { chain, listed } from "./wording.ts";
import { isFit, type Workflow, type WorkflowTask } from "./workflow.ts";
import type { Name, YamlReader } from "./yaml_reader.ts";

/** The names that a task refers to, with their positions. */
export interface TaskReferences {
  readonly at: Position;
  readonly when: Position;
  readonly needs: readonly Name[];
  readonly requires: readonly Name[];
  readonly agent: Name | undefined;
  readonly prefers: Name | undefined;
  readonly locks: readonly (Name & { readonly units: number })[];
}

/** The references of all tasks, by id. */
export type References = Map<string, TaskReferences>;

/** Reports every reference of `workflow` to a name that does not exist, and every cycle. */
export function checkReferences(
  workflow: Workflow,
  references: References,
  reader: YamlReader,
): void {
  const ids = new Set(workflow.tasks.map(({ id }) => id));
  for (const task of workflow.tasks) {
    const refs = references.get(task.id)!;
    const subject = `task ${JSON.stringify(task.id)}`;
    checkNeeds(task, refs, ids, (at, message) => reader.report(at, subject, message));
    checkAgent(workflow, task, refs, (at, message) => reader.report(at, subject, message));
    checkPreference(workflow, task, refs, (at, message) => reader.report(at, subject, message));
    checkLocks(workflow, refs, (at, message) => reader.report(at, subject, message));
  }
  for (const { at, cycle } of findCycles(references)) {
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
  refs: TaskReferences,
  ids: ReadonlySet<string>,
  report: Report,
): void {
  for (const { name, at } of refs.needs) {
    if (ids.has(name)) continue;
    report(at, `needs must name tasks, got ${JSON.stringify(name)}${didYouMean(name, ids)}`);
  }
  if (task.when === "failed" && refs.needs.length === 0) {
    report(refs.when, "when: failed must come with needs that can fail, got none");
  }
}

function checkAgent(
  workflow: Workflow,
  task: WorkflowTask,
  refs: TaskReferences,
  report: Report,
): void {
  const { agents } = workflow;
  const known = new Set(agents.flatMap(({ capabilities }) => capabilities));
  let isOffered = true;
  for (const { name, at } of refs.requires) {
    if (known.has(name)) continue;
    isOffered = false;
    const hint = agents.length === 0 ? "; the workflow names no agents" : didYouMean(name, known);
    report(at, `requires must name a capability of an agent, got ${JSON.stringify(name)}${hint}`);
  }
  const pinned = agents.find(({ id }) => id === task.agent);
  if (refs.agent !== undefined && pinned === undefined) {
    const { name, at } = refs.agent;
    const hint = didYouMean(name, agents.map(({ id }) => id));
    report(at, `agent must be one of the workflow's agents, got ${JSON.stringify(name)}${hint}`);
    return;
  }
  if (!isOffered || agents.length === 0 || agents.some((agent) => isFit(agent, task))) return;
  const names = task.requires.map((name) => JSON.stringify(name));
  const all = names.length > 5 ? listed(names, 5) : names.join(" and ");
  if (pinned === undefined) {
    report(refs.requires[0]?.at ?? refs.at, `no single agent has ${all}, which it requires`);
  } else {
    report(
      refs.agent?.at ?? refs.at,
      `agent ${JSON.stringify(pinned.id)} does not have all of ${all}`,
    );
  }
}

function checkPreference(
  { agents }: Workflow,
  task: WorkflowTask,
  { prefers, agent: only }: TaskReferences,
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
    report(at, `agent ${JSON.stringify(name)} does not have all that it requires`);
  }
}

function checkLocks(workflow: Workflow, refs: TaskReferences, report: Report): void {
  for (const { name, units, at } of refs.locks) {
    const capacity = workflow.locks.find((lock) => lock.name === name)?.capacity ?? 1;
    if (units <= capacity) continue;
    const rule = `units of lock ${JSON.stringify(name)} must be at most its capacity, ${capacity}`;
    report(at, `${rule}, got ${units}`);
  }
}

interface Cycle {
  /** Position of the need that closes the cycle. */
  readonly at: Position;
  /** The ids along the cycle; the last is the first again. */
  readonly cycle: readonly string[];
}

/** Finds one cycle for each back edge, by a depth-first search without recursion. */
function findCycles(references: References): Cycle[] {
  const cycles: Cycle[] = [];
  const done = new Set<string>();
  for (const root of references.keys()) {
    if (done.has(root)) continue;
    const path = [{ id: root, next: 0 }];
    const position = new Map([[root, 0]]);
    while (path.length > 0) {
      const top = path[path.length - 1]!;
      const need = references.get(top.id)?.needs[top.next++];
      if (need === undefined) {
        path.pop();
        position.delete(top.id);
        done.add(top.id);
        continue;
      }
      if (done.has(need.name) || !references.has(need.name)) continue;
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
