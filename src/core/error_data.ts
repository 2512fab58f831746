/**
 * Errors as data, on the way into a machine, and as `Error` objects, on the way out.
 *
 * A handler may throw anything, including values whose properties throw when they are read; nothing
 * here throws for that.
 *
 * @module
 */

import { readable } from "./describe.ts";

/**
 * An error as data: what a journal can store of it.
 * @category Errors
 */
export interface ErrorData {
  /** The class of the error: `TypeError`. */
  readonly name: string;
  /** The message for people. */
  readonly message: string;
  /** The `code` of the error, if it has one. */
  readonly code?: string;
  /** The pause that the error asks for before another attempt, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The `data` of the error, if it has any that JSON can store in at most 10,000 characters. */
  readonly data?: unknown;
  /** The first frames of its stack, at most 2,000 characters. */
  readonly stack?: string;
  /** The error that caused it; the chain is cut after 4 causes. */
  readonly cause?: ErrorData;
}

const LONGEST_MESSAGE = 10_000;
const LONGEST_STACK = 2_000;
const LONGEST_DATA = 10_000;
const MOST_CAUSES = 4;

/** By the data that was made of them, the values that were thrown; see {@linkcode keptErrorData}. */
const kept = new WeakMap<ErrorData, { readonly thrown: unknown }>();

/** Returns the data of a thrown value. Never throws. */
export function errorData(thrown: unknown): ErrorData {
  return dataOf(thrown, MOST_CAUSES);
}

/**
 * Returns the data of a thrown value, from which {@linkcode causeOf} returns the value itself for as
 * long as the data is this object: until a journal stores it. Never throws.
 */
export function keptErrorData(thrown: unknown): ErrorData {
  const data = errorData(thrown);
  kept.set(data, { thrown });
  return data;
}

function dataOf(thrown: unknown, causes: number): ErrorData {
  if (typeof thrown !== "object" || thrown === null) {
    const text = typeof thrown === "string" ? thrown : readable(thrown);
    return { name: "Error", message: cut(text, LONGEST_MESSAGE) };
  }
  const code = read(thrown, "code");
  const retryAfterMs = pauseOf(read(thrown, "retryAfterMs"));
  const data = jsonOf(read(thrown, "data"));
  const demands = {
    ...(typeof code === "string" && { code }),
    ...(data !== undefined && { data }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  if (!isError(thrown)) {
    return { name: "Error", message: cut(readable(thrown), LONGEST_MESSAGE), ...demands };
  }
  const name = read(thrown, "name");
  const message = read(thrown, "message");
  const stack = read(thrown, "stack");
  const cause = read(thrown, "cause");
  return {
    name: typeof name === "string" ? name : "Error",
    message: cut(typeof message === "string" ? message : readable(message), LONGEST_MESSAGE),
    ...demands,
    ...(typeof stack === "string" && { stack: cut(stack, LONGEST_STACK) }),
    ...(cause !== undefined && causes > 0 && { cause: dataOf(cause, causes - 1) }),
  };
}

/** Returns the value that was thrown if `data` is still the object made of it, or else an `Error`. */
export function causeOf(data: ErrorData): unknown {
  const known = kept.get(data);
  return known === undefined ? errorFrom(data) : known.thrown;
}

/** Returns an `Error` with what `data` contains. */
export function errorFrom({ name, message, code, data, stack, cause }: ErrorData): Error {
  const error = cause === undefined
    ? new Error(message)
    : new Error(message, { cause: errorFrom(cause) });
  define(error, "name", name);
  define(error, "stack", stack ?? `${name}: ${message}`);
  if (data !== undefined) Object.assign(error, { data });
  return code === undefined ? error : Object.assign(error, { code });
}

/** Returns what JSON makes of a value; `undefined` when it can't store it, or not in little space. */
function jsonOf(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    const text = JSON.stringify(value);
    return text === undefined || text.length > LONGEST_DATA ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the code of a thrown value, or `undefined`. Never throws. */
export function codeOf(thrown: unknown): unknown {
  return typeof thrown === "object" && thrown !== null ? read(thrown, "code") : undefined;
}

/** Returns whether another attempt would end in the same way. Never throws. */
export function isFinal(thrown: unknown): boolean {
  return codeOf(thrown) === "non-retryable";
}

/** Returns whether a value is an error. A proxy may throw when it is asked. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

function read(thrown: object, name: string): unknown {
  try {
    return (thrown as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** Returns a pause in whole milliseconds, rounded up; what is no pause is ignored. */
function pauseOf(value: unknown): number | undefined {
  if (typeof value !== "number" || !(value >= 0)) return undefined;
  const rounded = Math.ceil(value);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

function define(error: Error, name: "name" | "stack", value: string): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true });
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
