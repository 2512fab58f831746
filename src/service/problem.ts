/**
 * Errors as they go over HTTP: problem details of RFC 9457, with the code and the data of the error.
 *
 * @module
 */

import { LockstepError } from "../core/errors.ts";

/** The media type of problem details. */
export const PROBLEM_TYPE = "application/problem+json";

/** An error as an answer of the server. */
export interface Problem {
  /** `urn:lockstep:` and the code. */
  readonly type: string;
  /** The code, for people. */
  readonly title: string;
  /** The status of the answer. */
  readonly status: number;
  /** The message of the error. */
  readonly detail: string;
  /** The code of the error; stable between versions. */
  readonly code: string;
  /** The data of the error, such as `holders`, `cycle`, `keptUntil` or `retryAfterMs`. */
  readonly [field: string]: unknown;
}

/** An error of the service itself: of the request, not of what it asks for. */
export class RequestError extends LockstepError {
  /** Names the rule that the request breaks. */
  readonly code: string;
  /** The status of the answer. */
  readonly status: number;

  constructor(status: number, code: string, message: string, data: object = {}) {
    super(message);
    this.status = status;
    this.code = code;
    Object.assign(this, data);
  }
}

/** The statuses of errors by their codes; those of other codes are 409, as the state forbids the call. */
const STATUSES: Readonly<Record<string, number>> = {
  "unknown-task": 404,
  "unknown-agent": 404,
  "unknown-message": 404,
  "unknown-recipient": 404,
  "unknown-subject": 404,
  "unknown-conflict": 404,
  "ticket-expired": 410,
  "limit": 429,
  "key-limit": 429,
  "mailbox-full": 429,
  "circuit-open": 429,
  "closed": 503,
  "uninitialized": 503,
  "journal": 503,
  "journal-replaced": 503,
  "session-expired": 503,
  "outcome-unknown": 503,
  "invariant": 500,
};

/** Returns the problem of an error. One that isn't ours is a bug, and shows nothing of itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof LockstepError) {
    const { code, message, ...data } = error;
    // The status of a task, as some errors have it, is no status of an answer.
    const { status } = data as { status?: unknown };
    const own = error instanceof RequestError ? error.status : STATUSES[code] ?? 409;
    const taskStatus = typeof status === "string" ? { taskStatus: status } : {};
    return { ...data, ...taskStatus, ...problem(own, code, message) };
  }
  // Façades throw these for malformed arguments, before anything happens.
  if (isArgumentError(error)) return problem(400, "invalid-argument", error.message);
  return problem(500, "internal", "The server failed; its log says why");
}

function problem(status: number, code: string, detail: string) {
  return { type: `urn:lockstep:${code}`, title: code.replaceAll("-", " "), status, detail, code };
}

/** Whether an error says that a caller passed something malformed; the message of each begins so. */
function isArgumentError(error: unknown): error is TypeError | RangeError {
  return (error instanceof TypeError || error instanceof RangeError) &&
    error.message.startsWith("Cannot ");
}
