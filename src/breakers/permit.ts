/**
 * What lets a call through a circuit breaker be made, and what the breaker keeps of calls that the
 * machine need not hear of at once.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { CircuitOpenError } from "./errors.ts";
import { ClosedError, InvariantError } from "../core/errors.ts";
import type { BreakerEvent } from "./events.ts";
import type { Instant } from "../core/machine.ts";
import type { UntoldFigures } from "./metrics.ts";

/** What lets a call be made. */
export interface Permit {
  /** 0 when the call is made without asking. */
  readonly permit: number;
  /** Under which the call is made. */
  readonly epoch: number;
  /** When it was made; `undefined` when nobody has looked. */
  readonly since: Instant | undefined;
}

/**
 * Reads the answer to a `request-permit` for the breaker `name`.
 *
 * @throws {CircuitOpenError} when it is rejected
 * @throws {ClosedError} when the breaker was removed
 * @throws `error` when the command was not stepped
 */
export function readPermit(
  name: string,
  events: readonly BreakerEvent[] | undefined,
  error: unknown,
): Permit {
  if (events === undefined) throw error;
  for (const event of events) {
    if (event.name !== name) continue;
    switch (event.type) {
      case "circuitbreaker:permitted":
        return event;
      case "circuitbreaker:rejected": {
        const state = event.state === "open" ? "open" : "half-open";
        throw new CircuitOpenError(name, state, event.retryAt, event.retryAfterMs);
      }
      case "circuitbreaker:refused":
        throw new ClosedError(`call through circuit breaker ${quote(name)}`, "it");
    }
  }
  throw new InvariantError("Cannot request-permit: the machine must answer");
}

/** Calls that were made under one epoch without asking. It is the permit of those, too. */
export interface Tally extends Permit, UntoldFigures {}

/** A tally of no calls. */
export function newTally(epoch: number): Tally {
  return {
    permit: 0,
    epoch,
    since: undefined,
    requests: 0,
    successes: 0,
    lastSuccessAt: undefined,
  };
}

/** Of so many successes each is timed; of further ones, one of `SAMPLED` is. */
const FEW = 64;
const SAMPLED = 8;

/**
 * Counts a success. Reading the clock costs half as much as a whole call, so that of a busy breaker
 * is not read each time.
 */
export function countSuccess(tally: Tally, clock: { now(): Instant }): void {
  if (tally.successes < FEW || tally.successes % SAMPLED === 0) tally.lastSuccessAt = clock.now();
  tally.successes++;
}
