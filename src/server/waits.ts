/**
 * Calls that wait: for a part of a minute, then their client is given a ticket that keeps the place.
 *
 * @module
 */

import { type Static, type TObject, Type } from "@sinclair/typebox";
import { quote } from "../core/arguments.ts";
import { StillWaitingError } from "../core/tickets.ts";
import { parseDuration } from "../service/durations.ts";
import { RequestError } from "../service/problem.ts";

/** The longest wait of one call, in milliseconds: clients and proxies give up after a minute. */
export const LONGEST_WAIT_MS = 45_000;

/** The time for which a ticket keeps its place, unless the call names another, in milliseconds. */
const KEEP_MS = 60_000;

/** The longest of those times, in milliseconds. */
const LONGEST_KEEP_MS = 24 * 3_600_000;

const Duration = (description: string) => Type.String({ description, maxLength: 20 });

/** The queries of all calls that wait. */
export const WAITING = {
  wait: Type.Optional(Duration("The longest wait, such as 20s or 500ms; at most 45s. Default 0s")),
  keep: Type.Optional(
    Duration("The time for which the place is kept after the call has answered 202. Default 60s"),
  ),
  ticket: Type.Optional(
    Type.String({ description: "The ticket of a former answer 202", maxLength: 40 }),
  ),
};

type Waiting = Static<TObject<typeof WAITING>>;

/** The options of a façade's call that waits. */
export interface WaitOptions {
  readonly waitMs: number;
  readonly keepMs: number;
  readonly ticket?: string;
  readonly signal?: AbortSignal;
}

/** A wait that is over without its caller, in milliseconds: the shortest that there is. */
const GIVEN_UP = { waitMs: 0, keepMs: 1 };

/**
 * Waits for `attempt` as long as the query says. A client that goes away gives its place up, unless it
 * has said for how long it is kept; what it was granted meanwhile goes to `undo`.
 *
 * @throws {StillWaitingError} when the wait goes on without the call
 */
export async function waiting<Granted>(
  { wait, keep, ticket }: Waiting,
  signal: AbortSignal,
  attempt: (options: WaitOptions) => Promise<Granted>,
  undo: (granted: Granted) => unknown,
): Promise<Granted> {
  const options = {
    waitMs: waitMsOf(wait),
    keepMs: readMs("keep", keep, KEEP_MS, LONGEST_KEEP_MS),
    ...(ticket !== undefined && { ticket }),
  };
  try {
    return await attempt({ ...options, signal });
  } catch (error) {
    if (error instanceof StillWaitingError && signal.aborted && keep === undefined) {
      await attempt({ ...GIVEN_UP, ticket: error.ticket }).then(undo).catch(ignore);
    }
    throw error;
  }
}

/** Whether a call is to answer at once. */
export function isAtOnce({ wait, ticket }: Waiting): boolean {
  return ticket === undefined && waitMsOf(wait) === 0;
}

/**
 * Makes `attempt` without waiting; what is in the way is the data of the error.
 *
 * @throws {RequestError} when it would have to wait
 */
export async function atOnce<Granted>(
  what: string,
  attempt: (options: WaitOptions) => Promise<Granted>,
  obstacles: () => object,
): Promise<Granted> {
  try {
    return await attempt(GIVEN_UP);
  } catch (error) {
    if (!(error instanceof StillWaitingError)) throw error;
    throw heldError(what, obstacles());
  }
}

/** Returns the error of a call that would have to wait. */
export function heldError(what: string, data: object): RequestError {
  const rule = "others must not hold it; ask with wait to queue";
  return new RequestError(409, "held", `Cannot acquire ${what}: ${rule}`, data);
}

/** Returns the time that a call waits, in milliseconds. @throws {RequestError} */
export function waitMsOf(wait: string | undefined): number {
  return readMs("wait", wait, 0, LONGEST_WAIT_MS);
}

function readMs(name: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const ms = name === "wait" && /^0(ms|s)?$/.test(text) ? 0 : parseDuration(text);
  if (ms !== undefined && ms <= most) return ms;
  const rule = `${name} must be a duration of at most ${most / 1000}s, such as 20s`;
  throw new RequestError(400, "invalid-request", `Cannot wait: ${rule}, got ${quote(text)}`, {
    field: name,
  });
}

function ignore(): void {}
