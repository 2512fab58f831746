/**
 * What handlers throw, as a mailbox machine takes it.
 *
 * @module
 */

import type { ErrorData } from "../kernel/shapes.ts";

/** What is kept of whatever a handler threw. */
export function errorData(thrown: unknown): ErrorData {
  if (!(thrown instanceof Error)) return { name: "Error", message: describe(thrown) };
  const { name, message } = thrown;
  const { code, retryAfterMs } = thrown as { code?: unknown; retryAfterMs?: unknown };
  return {
    name: describe(name),
    message: describe(message),
    ...(typeof code === "string" && { code }),
    ...(Number.isSafeInteger(retryAfterMs) && (retryAfterMs as number) >= 0 &&
      { retryAfterMs: retryAfterMs as number }),
  };
}

function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "something that has no text";
  }
}

/** Whether what was thrown says that another delivery would end the same way. */
export function isFinal(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null | undefined)?.code === "non-retryable";
}
