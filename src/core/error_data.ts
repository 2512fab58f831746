/**
 * Errors as data, on the way into a machine, and as `Error` objects, on the way out.
 *
 * @module
 */

/** An error as data: what survives a log and a network. */
export interface ErrorData {
  /** The name of its class: `TypeError`. */
  readonly name: string;
  /** For people. */
  readonly message: string;
  /** For programs; errors of Lockstep have one, and so do those of many platforms. */
  readonly code?: string;
  /** The shortest pause before another attempt, in milliseconds. @default 0 */
  readonly retryAfterMs?: number;
}

/** Returns the data of a thrown value. */
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

/** An `Error` with the name, message and code of `data`. */
export function errorFrom(data: ErrorData): Error {
  const error = new Error(data.message);
  error.name = data.name;
  return Object.assign(error, data.code !== undefined && { code: data.code });
}

/** The code of whatever was thrown, if it has one. */
export function codeOf(thrown: unknown): unknown {
  return (thrown as { code?: unknown } | null | undefined)?.code;
}

/** Whether what was thrown says that another attempt would end the same way. */
export function isFinal(thrown: unknown): boolean {
  return codeOf(thrown) === "non-retryable";
}
