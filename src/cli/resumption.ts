/**
 * Takes over the tasks of a run that an earlier process has left.
 *
 * @module
 */

import type { TaskView } from "../tasks/types.ts";
import { type RunState, SKIP_REASONS } from "./run_state.ts";
import type { Outcome, Phase, SkipCause, TaskRun } from "./runs.ts";
import { inOrderOfNeeds } from "./report.ts";

/** Tasks of a run that goes on. */
export interface Resumed {
  /** Those that had ended, in the order of the file. */
  readonly done: readonly TaskRun[];
  /** Those that were running, and are tried again, in the order of the file. */
  readonly retried: readonly TaskRun[];
  /** The first one that had failed. */
  readonly failed: TaskRun | undefined;
}

/** Takes over the tasks of an earlier process as the scheduler knows them; `view` returns one. */
export function restore(
  state: RunState,
  view: (taskId: string) => TaskView | undefined,
): Resumed {
  const retried = new Set<TaskRun>();
  let first: { readonly run: TaskRun; readonly at: number } | undefined;
  for (const run of inOrderOfNeeds([...state.tasks.values()])) {
    const task = view(run.task.id);
    if (task === undefined) continue;
    run.attempts = task.attempts;
    if (task.completedAt === undefined) {
      run.phase = PHASES[task.status] ?? "waiting";
      run.reason = task.error?.message ?? "";
      if (run.phase === "ready") run.readyAt = state.now();
      if (task.startedAt !== undefined && run.phase !== "backing-off") retried.add(run);
      continue;
    }
    const { outcome, reason, cause } = endOf(task);
    run.skipCause = cause;
    run.reason = reason;
    run.isEarlier = true;
    state.takeOver(run, outcome);
    if (outcome !== "failed" && outcome !== "timed-out") continue;
    if (first === undefined || task.completedAt < first.at) first = { run, at: task.completedAt };
  }
  const runs = [...state.tasks.values()];
  return {
    done: runs.filter(({ isEarlier }) => isEarlier),
    retried: runs.filter((run) => retried.has(run)),
    failed: first?.run,
  };
}

const PHASES: Partial<Record<TaskView["status"], Phase>> = {
  ready: "ready",
  assigned: "ready",
  running: "ready",
  "backing-off": "backing-off",
};

/** Returns how a task ended. Without an outcome, the scheduler cancelled it because of its needs. */
function endOf(
  { status, error, attempts }: TaskView,
): { outcome: Outcome | undefined; reason: string; cause: SkipCause | undefined } {
  const reason = error?.message ?? "";
  if (status === "completed") return { outcome: "succeeded", reason: "", cause: undefined };
  if (status === "failed") {
    const outcome = error?.code === "task-timeout" ? "timed-out" : "failed";
    return { outcome, reason, cause: undefined };
  }
  for (const [cause, text] of Object.entries(SKIP_REASONS) as [SkipCause, string][]) {
    if (reason === text) return { outcome: "skipped", reason, cause };
  }
  return { outcome: attempts > 0 ? "failed" : undefined, reason, cause: undefined };
}
