/**
 * Moves tasks that have not started from busy agents to idle ones.
 *
 * A batch goes from the busiest agent that has such tasks to the idlest one that is fit for them and
 * has capacity, if their backlogs differ by the threshold; at most half of the difference, so that
 * the receiver never becomes the busier and no task moves back and forth. Batches follow each other
 * until no difference reaches the threshold, so none does after any step: a check by the clock would
 * find nothing. Spec: `Stealing.tla`.
 *
 * @module
 */

import { backlogOf, capacityOf, rankShifted } from "./placement.ts";
import type { Agent, Donation, Group, Step, TaskState } from "./state.ts";
import { steal } from "./transitions.ts";

/** A difference between two agents that calls for a batch. */
interface Imbalance {
  readonly group: Group;
  readonly donation: Donation;
  readonly target: Agent;
  readonly difference: number;
}

/** Moves the batch that the largest difference calls for, and returns whether there was one. */
export function rebalance(step: Step): boolean {
  const { state } = step;
  if (state.draining) return false;
  const unbalanced = step.unbalanced ??= new Set();
  rankShifted(state, unbalanced);
  let worst: Imbalance | undefined;
  for (const group of unbalanced) {
    const found = imbalanceIn(state, group);
    if (found === undefined) unbalanced.delete(group);
    else if (worst === undefined || isWorse(found, worst)) worst = found;
  }
  if (worst === undefined) return false;
  moveBatch(step, worst);
  return true;
}

function imbalanceIn({ config }: TaskState, group: Group): Imbalance | undefined {
  const donation = group.donors[0];
  const target = group.receivers[0]?.agent;
  if (donation === undefined || target === undefined) return undefined;
  const difference = backlogOf(donation.agent) - backlogOf(target);
  // One task less here and one more there is no gain below a difference of two.
  const isCalledFor = difference >= Math.max(2, config.stealThreshold);
  return isCalledFor ? { group, donation, target, difference } : undefined;
}

function isWorse(a: Imbalance, b: Imbalance): boolean {
  return a.difference > b.difference ||
    (a.difference === b.difference && a.group.key < b.group.key);
}

function moveBatch(step: Step, { donation, target, difference }: Imbalance): void {
  const sourceAgent = donation.agent.agentId;
  const targetAgent = target.agentId;
  const taskCount = Math.min(
    step.state.config.maxStealBatch,
    Math.floor(difference / 2),
    donation.tasks.length,
    capacityOf(target),
  );
  step.events.push({ type: "workstealing:request", sourceAgent, targetAgent, taskCount });
  const taskIds: string[] = [];
  for (let moved = 0; moved < taskCount; moved++) {
    const { task } = donation.tasks[0]!;
    taskIds.push(task.spec.id);
    steal(step, task, target);
  }
  step.events.push({
    type: "workstealing:completed",
    sourceAgent,
    targetAgent,
    taskCount,
    taskIds,
  });
}
