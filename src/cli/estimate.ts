/**
 * How long a run may yet take, guessed from what its tasks took so far.
 *
 * @module
 */

import { inOrderOfNeeds } from "./report.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";

/**
 * Milliseconds that are likely left, or `undefined` while nothing has ended to guess from.
 *
 * A task that has not ended is taken to run as long as those that have, on average. What is left is
 * then at least the longest chain, and at least the work shared by all slots.
 */
export function estimateRemaining(state: RunState): number | undefined {
  const runs = [...state.tasks.values()];
  const typical = typicalMs(runs);
  if (typical === undefined) return undefined;
  const ends = new Map<string, number>();
  let longest = 0;
  let work = 0;
  for (const run of inOrderOfNeeds(runs)) {
    const ms = remainingMs(run, state, typical);
    let start = 0;
    for (const need of run.task.needs) start = Math.max(start, ends.get(need) ?? 0);
    ends.set(run.task.id, start + ms);
    longest = Math.max(longest, start + ms);
    work += ms;
  }
  let slots = 0;
  for (const { agent } of state.agents.values()) slots += agent.slots;
  return Math.max(longest, work / slots);
}

function typicalMs(runs: readonly TaskRun[]): number | undefined {
  const ended = runs.filter(({ outcome }) => outcome === "succeeded" || outcome === "failed");
  if (ended.length === 0) return undefined;
  return ended.reduce((sum, { ranMs }) => sum + ranMs, 0) / ended.length;
}

function remainingMs(run: TaskRun, state: RunState, typical: number): number {
  if (run.phase === "ended") return 0;
  // One that runs when something failed will most likely not.
  if (run.task.when === "failed" && run.phase === "waiting") return 0;
  const ran = run.startedAt === undefined ? 0 : state.now() - run.startedAt;
  return Math.max(0, typical - ran);
}
