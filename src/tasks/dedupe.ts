/**
 * Tasks that are one of a kind: a key that is not the id, and the policy for a submission whose key an
 * open task has. The newest open task of a key counts; with it, the key is free again.
 *
 * The key comes before the id: a submission that creates no task needs no id that is free. Only a
 * repetition under the same id and idempotency key comes first, which returns its own task.
 *
 * @module
 */

import { reschedule } from "../core/data/deadlines.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Refusal } from "../core/machine.ts";
import type { Submit, SubmitAnswer, TaskSpec } from "./commands.ts";
import { dueTime, isDelayed } from "./later.ts";
import { rankOf, type Step, type TaskRecord, type TaskState } from "./state.ts";
import { attemptOf, cancel, refuse } from "./transitions.ts";

/** Answers a submission that creates no task, because of its key; otherwise returns `undefined`. */
export function answerByKey(step: Step, command: Submit): SubmitAnswer | Refusal | undefined {
  const { task: spec } = command;
  const open = openTaskOf(step.state, spec);
  if (open === undefined) return undefined;
  const { id: taskId } = open.spec;
  switch (spec.dedupe!.policy) {
    case "existing":
      step.events.push({ type: "task:recognized", taskId, submittedAs: spec.id });
      return { taskId, isNew: false };
    case "reject":
      return refuse(step, command, spec.id, "duplicate-key", taskId);
    case "debounce":
      if (!isDelayed(open)) return undefined;
      debounce(step, open, command);
      return { taskId, isNew: false };
    case "replace":
      if (!isNeededBy(command, step.state, open)) return undefined;
      return refuse(step, command, spec.id, "duplicate-key", taskId);
  }
}

/** Returns whether a new task would depend on `task`, or be cancelled with it as its descendant. */
function isNeededBy(command: Submit, { tasks }: TaskState, task: TaskRecord): boolean {
  const { task: { dependencies }, parent } = command;
  if (dependencies.some(({ taskId }) => taskId === task.spec.id)) return true;
  for (let claim = parent; claim !== undefined;) {
    const each = tasks.get(claim.taskId);
    if (each === task) return true;
    claim = each?.family?.parent;
  }
  return false;
}

/** Restarts the delay of `task`, which gets the newest input. */
function debounce({ state, now, events }: Step, task: TaskRecord, command: Submit): void {
  const { input, metadata } = command;
  task.input = input === undefined ? undefined : new Opaque(input);
  task.metadata = metadata === undefined ? undefined : new Opaque(metadata);
  task.dueAt = dueTime(command.task, now);
  task.rank = rankOf(state, task.dueAt, task.spec.priority, task.family?.parent);
  reschedule(state.deadlines, task.timer!, task.dueAt);
  events.push({ type: "task:debounced", taskId: task.spec.id, runAt: task.dueAt, input });
}

/** Returns the open task that a submission supersedes. */
export function supersededBy(state: TaskState, spec: TaskSpec): TaskRecord | undefined {
  return spec.dedupe?.policy === "replace" ? openTaskOf(state, spec) : undefined;
}

/** Cancels a task in favor of a newer one, also when it runs. */
export function supersede(step: Step, task: TaskRecord, newerId: string): void {
  const because = `dependency "${task.spec.id}" was superseded by "${newerId}"`;
  cancel(step, task, `it was superseded by task "${newerId}"`, because, attemptOf(task));
}

function openTaskOf(state: TaskState, { dedupe }: TaskSpec): TaskRecord | undefined {
  return dedupe === undefined ? undefined : state.newestByKey.get(dedupe.key);
}

/** Makes an accepted task the newest of its key. */
export function takeKey({ newestByKey }: TaskState, task: TaskRecord): void {
  if (task.spec.dedupe !== undefined) newestByKey.set(task.spec.dedupe.key, task);
}
