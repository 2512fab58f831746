/**
 * Errors as data, on the way into a machine, and as `Error` objects, on the way out.
 *
 * @module
 */

import { NonRetryableError, TaskCancelledError, TaskFailedError } from "../kernel/errors.ts";
import type { TaskCancelled, TaskFailed } from "../kernel/events.ts";
import type { ErrorData } from "../kernel/shapes.ts";
import type { Fail } from "./commands.ts";
import type { TaskRecord } from "./state.ts";

/** What is kept of whatever a handler threw. */
export function errorData(thrown: unknown): ErrorData {
  if (!(thrown instanceof Error)) return { name: "Error", message: text(thrown) };
  const { name, message, code, retryAfterMs } = thrown as unknown as Record<string, unknown>;
  return {
    name: typeof name === "string" ? name : "Error",
    message: text(message),
    ...(typeof code === "string" && { code }),
    ...(Number.isSafeInteger(retryAfterMs) && (retryAfterMs as number) >= 0 &&
      { retryAfterMs: retryAfterMs as number }),
  };
}

/** `value` as text, also when it refuses to be shown. */
function text(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "something that can't be shown";
  }
}

/** Codes of errors that are nobody's fault: the attempt costs nothing. */
const BLAMELESS: ReadonlySet<string> = new Set(["deadlock", "lock-lost", "lock-abandoned"]);

/** Whose fault an error is. */
export function faultOf(thrown: unknown): Fail["fault"] {
  if (thrown instanceof NonRetryableError) return "task";
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  if (code === "non-retryable") return "task";
  return typeof code === "string" && BLAMELESS.has(code) ? "none" : "attempt";
}

/** An `Error` with the name, message and code of `data`. */
export function errorFrom(data: ErrorData): Error {
  const error = new Error(data.message);
  error.name = data.name;
  return Object.assign(error, data.code !== undefined && { code: data.code });
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
