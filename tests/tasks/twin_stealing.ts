/**
 * The search of the slow twin of the task machine for tasks to steal: it compares all agents.
 *
 * @module
 */

import type { TaskConfig } from "../../src/tasks/config.ts";
import { bySeniority, hasAll, type SlowAgent, type SlowTask } from "./twin_parts.ts";

/** The state that is searched. */
interface Scene {
  readonly agents: readonly SlowAgent[];
  readonly tasksOf: (agentId: string) => SlowTask[];
  readonly roomOf: (agent: SlowAgent) => number;
  readonly isLent: (task: SlowTask) => boolean;
  /** Whether an agent has a slot for a claim, and that a permit. */
  readonly takesAtOnce: (task: SlowTask, agent: SlowAgent) => boolean;
  /** How many more claims may wait for a slot of an agent. */
  readonly placesOf: (agent: SlowAgent) => number;
  readonly areKeysInUse: boolean;
}

/** Tasks that are to be moved from one agent to another. */
export interface SlowBatch {
  readonly source: SlowAgent;
  readonly target: SlowAgent;
  readonly tasks: readonly SlowTask[];
}

/** Whether a task may be taken from its agent. */
export function isMovable({ status, spec }: SlowTask): boolean {
  return status === "assigned" && spec.placed;
}

/** The batch of the largest difference, of those that the rules call for. */
export function batchCalledFor(config: TaskConfig, scene: Scene): SlowBatch | undefined {
  const { agents, tasksOf, roomOf, isLent, takesAtOnce, placesOf, areKeysInUse } = scene;
  const loadOf = ({ id, outside }: SlowAgent) =>
    tasksOf(id).filter((task) => !isLent(task)).length + outside;
  const movable = agents.flatMap(({ id }) => tasksOf(id)).filter(isMovable);
  const found = [...new Set(movable.map(demandOf))].sort().map((demand) => {
    const tasks = movable.filter((task) => demandOf(task) === demand);
    const { requires } = tasks[0]!.spec;
    const donors = agents.filter(({ id }) => tasks.some(({ agentId }) => agentId === id));
    const fit = agents.filter((agent) => hasAll(agent, requires) && roomOf(agent) > 0);
    const [source] = [...donors].sort((a, b) => loadOf(b) - loadOf(a) || bySeniority(a, b));
    const [target] = [...fit].sort((a, b) => loadOf(a) - loadOf(b) || bySeniority(a, b));
    if (source === undefined || target === undefined) return undefined;
    const difference = loadOf(source) - loadOf(target);
    if (difference < config.stealThreshold || difference < 2) return undefined;
    const newest = tasks.filter(({ agentId }) => agentId === source.id)
      .sort((a, b) => b.epoch - a.epoch);
    const places = placesOf(target);
    if (places === 0 && !takesAtOnce(newest[0]!, target)) return undefined;
    const room = areKeysInUse ? Math.max(places, 1) : roomOf(target);
    const most = Math.min(config.maxStealBatch, Math.floor(difference / 2), room);
    return { source, target, tasks: newest.slice(0, most), difference };
  }).filter((batch) => batch !== undefined);
  return found.reduce<typeof found[number] | undefined>(
    (worst, batch) => worst === undefined || batch.difference > worst.difference ? batch : worst,
    undefined,
  );
}

/** The requirements of a task, in an order that the machine shares. */
function demandOf({ spec: { requires } }: SlowTask): string {
  return requires.map((capability) => `\u0000${capability}`).join("");
}
