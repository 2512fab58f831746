/**
 * How much an agent has to do, and how much more it could take.
 *
 * @module
 */

import type { Agent } from "./state.ts";

/** Whether `agent` takes tasks at all. */
export function isOpen(agent: Agent): boolean {
  return agent.cordons.size === 0 && agent.drained === undefined;
}

/** How many slots `agent` may use. */
export function slotsOf({ maxConcurrentTasks, slotLimit }: Agent): number {
  return slotLimit === 0 ? maxConcurrentTasks : Math.min(slotLimit, maxConcurrentTasks);
}

/** Whether `agent` has a slot for one more task. */
export function hasRoom(agent: Agent): boolean {
  return agent.load < slotsOf(agent) && isOpen(agent);
}

/** Whether one more claim could wait for a slot of `agent`. */
export function hasRoomInQueue(agent: Agent): boolean {
  return agent.queue.length < agent.maxQueuedTasks && isOpen(agent);
}

/** How many more claims `agent` could have, with a slot or waiting for one. */
export function roomOf(agent: Agent): number {
  if (!isOpen(agent)) return 0;
  return Math.max(0, slotsOf(agent) - agent.load) +
    Math.max(0, agent.maxQueuedTasks - agent.queue.length);
}

/** How much `agent` has to do, as stealing sees it: its claims, and what it reported besides. */
export function loadOf(agent: Agent): number {
  return agent.tasks.size + agent.outside;
}
