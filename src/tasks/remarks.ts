/**
 * The words that go with the result of a task: notes that its attempts add, and a summary; and the
 * reports that its dependents receive.
 *
 * A task that waits keeps the result and the remarks of each dependency from when that ends, so they
 * reach it also when others of the kind are forgotten meanwhile.
 *
 * @module
 */

import type { Remarks, Step, TaskRecord } from "./state.ts";
import type { DependencyReport, Outcome } from "./types.ts";

/** Adds a note to a task; the oldest one is dropped when there are too many. Costs O(`maxNotes`). */
export function addNote({ state: { config } }: Step, task: TaskRecord, text: string): void {
  const { notes } = remarksOf(task);
  notes.push(text);
  notes.splice(0, notes.length - config.maxNotes);
}

/** Sets the summary of a task; `undefined` removes it. */
export function summarize(task: TaskRecord, summary: string | undefined): void {
  if (summary !== undefined || task.remarks !== undefined) remarksOf(task).summary = summary;
}

function remarksOf(task: TaskRecord): Remarks {
  return task.remarks ??= { notes: [], summary: undefined };
}

/** Gives a task the result of a dependency that ended; only the outcome if no more is known of it. */
export function receive(
  dependent: TaskRecord,
  taskId: string,
  outcome: Outcome,
  ended: TaskRecord | undefined,
): void {
  const { result, remarks } = ended ?? {};
  (dependent.received ??= []).push({ taskId, outcome, result, remarks });
}

/** Returns what a task has received of its dependencies, in their order. Costs O(dependencies). */
export function reportsOf({ spec: { dependencies }, received }: TaskRecord): DependencyReport[] {
  if (received === undefined) return [];
  const byId = new Map(received.map((each) => [each.taskId, each]));
  return dependencies.flatMap(({ taskId }) => {
    const report = byId.get(taskId);
    if (report === undefined) return [];
    const { outcome, result, remarks } = report;
    const { notes = [], summary } = remarks ?? {};
    return [{
      ...{ taskId, outcome, notes: [...notes] },
      ...(summary !== undefined && { summary }),
      ...(result !== undefined && { result: result.value }),
    }];
  });
}
