/**
 * What an error means for the task whose attempt it ended, and what the task's handle rejects with.
 *
 * @module
 */

import { codeOf, errorFrom, isFinal } from "../kernel/error_data.ts";
import { TaskCancelledError, TaskFailedError } from "../kernel/errors.ts";
import type { TaskCancelled, TaskFailed } from "../kernel/events.ts";
import type { Fail } from "./commands.ts";
import type { TaskRecord } from "./state.ts";

/** Codes of errors that are nobody's fault: the attempt costs nothing. */
export const BLAMELESS: ReadonlySet<string> = new Set(["deadlock", "lock-lost", "lock-abandoned"]);

/** Whose fault an error is. */
export function faultOf(thrown: unknown): Fail["fault"] {
  if (isFinal(thrown)) return "task";
  const code = codeOf(thrown);
  return typeof code === "string" && BLAMELESS.has(code) ? "none" : "attempt";
}

/** What the handle of a failed task rejects with. */
export function failure(
  { taskId, error, attempts }: Pick<TaskFailed, "taskId" | "error" | "attempts">,
): Error {
  return new TaskFailedError(taskId, error.message, attempts, errorFrom(error));
}

/** What the handle of a cancelled task rejects with. */
export function cancellation({ taskId, reason }: Pick<TaskCancelled, "taskId" | "reason">): Error {
  return new TaskCancelledError(taskId, reason);
}

/** What the handle of a task that has ended badly rejects with. */
export function endError({ spec: { id: taskId }, status, error, attempts }: TaskRecord): Error {
  return status === "failed"
    ? failure({ taskId, error: error!, attempts })
    : cancellation({ taskId, reason: error!.message });
}
