/**
 * What is kept of tasks that ended and of attempts, and for how long.
 *
 * @module
 */

import { dequeueFirst, fifoSize } from "../core/data/fifo.ts";
import type { Agent, Outcome, TaskRecord, TaskState } from "./state.ts";

/** Keeps whole what ended last, of older tasks the outcome, and nothing of the oldest. */
export function forgetOldest(state: TaskState): void {
  const { config: { keepFinished, keepOutcomes }, finished } = state;
  if (fifoSize(finished) <= keepFinished) return;
  const { spec: { id }, status } = dequeueFirst(finished)!;
  state.tasks.delete(id);
  if (keepOutcomes === 0) return;
  if (state.outcomes.size >= keepOutcomes) { // dropping a whole map is cheaper than entry by entry
    state.olderOutcomes = state.outcomes;
    state.outcomes = new Map();
  }
  state.outcomes.set(id, status as Outcome);
}

/** Adds an attempt to the history of its type. */
export function remember(
  { history, config }: TaskState,
  task: TaskRecord,
  agent: Agent,
  ranMs: number,
  succeeded: boolean,
): void {
  const { type } = task.spec;
  let entry = history.get(type);
  if (entry === undefined) {
    if (history.size >= config.keepTypes) history.delete(history.keys().next().value!);
    entry = { executions: 0, successes: 0, totalMs: 0, lastAgentId: "" };
    history.set(type, entry);
  }
  entry.executions++;
  entry.totalMs += ranMs;
  if (succeeded) {
    entry.successes++;
    entry.lastAgentId = agent.agentId;
  }
}
