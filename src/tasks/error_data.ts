/**
 * Errors as data, on the way into a machine, and as `Error` objects, on the way out.
 *
 * @module
 */

import {
  ClosedError,
  NonRetryableError,
  TaskCancelledError,
  TaskFailedError,
} from "../kernel/errors.ts";
import type { ErrorData } from "../kernel/shapes.ts";
import type { Fail } from "./commands.ts";
import type { TaskRecord } from "./state.ts";

/** What is kept of whatever a handler threw. */
export function errorData(thrown: unknown): ErrorData {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown) };
  const { name, message } = thrown;
  const { code, retryAfterMs } = thrown as { code?: unknown; retryAfterMs?: unknown };
  return {
    name,
    message,
    ...(typeof code === "string" && { code }),
    ...(Number.isSafeInteger(retryAfterMs) && (retryAfterMs as number) >= 0 &&
      { retryAfterMs: retryAfterMs as number }),
  };
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

/** What a handle rejects with when its task has ended without a result. */
export function endError(task: TaskRecord): Error {
  const { spec: { id }, status, error, attempts } = task;
  if (status === "cancelled") return new TaskCancelledError(id, error?.message ?? "");
  if (status !== "failed" || error === undefined) {
    return new ClosedError(`finish task "${id}"`, "the scheduler");
  }
  return new TaskFailedError(id, error.message, attempts, errorFrom(error));
}
