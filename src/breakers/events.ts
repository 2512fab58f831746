/**
 * The events of circuit breakers, and of the calls through them.
 *
 * @module
 */

import { type Descriptions, oneLine, refusal, timeOfDay } from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import type { CircuitState } from "./types.ts";

/** The part that all events of circuit breakers have in common. */
export interface CircuitEvent {
  /** The name of the breaker. */
  readonly name: string;
}

/** A closed breaker was added, or a known one got other rules. */
export interface CircuitDefined extends Named<"circuitbreaker:defined">, CircuitEvent {
  /** The epoch of its state. */
  readonly epoch: number;
}

/** A breaker was removed. */
export interface CircuitRemoved extends Named<"circuitbreaker:removed">, CircuitEvent {
  /** The epoch of its last state. */
  readonly epoch: number;
}

/** A closed breaker was evicted: it was unused for longest of too many, or for `idleMs`. */
export interface CircuitForgotten extends Named<"circuitbreaker:forgotten">, CircuitEvent {
  /** The epoch of its last state. */
  readonly epoch: number;
}

/** A call was permitted. While a breaker is closed most calls are made without a permit. */
export interface CircuitPermitted extends Named<"circuitbreaker:permitted">, CircuitEvent {
  /** The number of the permit; larger than that of any earlier one. */
  readonly permit: number;
  /** The epoch of the state that admitted the call. */
  readonly epoch: number;
  /** When the call was admitted. */
  readonly since: Instant;
  /** The state that admitted the call; in `half-open` the call is a probe. */
  readonly state: CircuitState;
}

/** A call was rejected. */
export interface CircuitRejected extends Named<"circuitbreaker:rejected">, CircuitEvent {
  /** `open`, or `half-open` with as many probes in flight as the rules allow. */
  readonly state: CircuitState;
  /**
   * When to try again: the breaker admits a call then, or a probe in flight has ended; `Infinity` while
   * it is held open.
   */
  readonly retryAt: Instant;
  /** The time until `retryAt`, in milliseconds. */
  readonly retryAfterMs: number;
}

/** The part that the events about the end of a call have in common. */
export interface CircuitResult extends CircuitEvent {
  /** The permit of the call; 0 when it was made without one. */
  readonly permit: number;
  /** The epoch of the state that had admitted the call. */
  readonly epoch: number;
  /** The duration of the call; `undefined` when its caller did not measure it. */
  readonly durationMs: number | undefined;
  /** Whether the breaker had left that state before, so that the result decided nothing. */
  readonly stale: boolean;
}

/** A call succeeded. Successes that change nothing are counted by `circuitbreaker:counted`. */
export interface CircuitSucceeded extends Named<"circuitbreaker:succeeded">, CircuitResult {}

/** A call failed. */
export interface CircuitFailed extends Named<"circuitbreaker:failed">, CircuitResult {}

/** A call ended without evidence for or against the guarded service. */
export interface CircuitReturned extends Named<"circuitbreaker:returned">, CircuitResult {}

/** Calls were made, and some succeeded, while the breaker was closed and none had failed since. */
export interface CircuitCounted extends Named<"circuitbreaker:counted">, CircuitEvent {
  /** The epoch of the state that had admitted them. */
  readonly epoch: number;
  /** The number of calls that were made. */
  readonly requests: number;
  /** The number of calls that succeeded. */
  readonly successes: number;
}

/** A probe exceeded its time limit, and counts as failed. */
export interface CircuitTimedOut extends Named<"circuitbreaker:timed-out">, CircuitEvent {
  /** The permit of the probe. */
  readonly permit: number;
  /** The epoch of the state that had admitted it. */
  readonly epoch: number;
  /** The end of its time limit. */
  readonly deadline: Instant;
}

/** The reason of a change of state. */
export type CircuitChangeReason =
  /** As many failures in a row as open it. */
  | "failures"
  | "failure-rate"
  | "slow-calls"
  | "open-time-over"
  | "probe-failed"
  | "probe-timed-out"
  | "probes-succeeded"
  | "forced"
  | "held"
  | "reset";

/** A breaker moved from one state to another. */
export interface CircuitStateChange extends Named<"circuitbreaker:state-change">, CircuitEvent {
  /** The state before. */
  readonly from: CircuitState;
  /** The state after. */
  readonly to: CircuitState;
  /** The reason of the change. */
  readonly reason: CircuitChangeReason;
  /** The epoch of the state after. */
  readonly epoch: number;
  /** When it will admit a probe; `undefined` unless it is open, and while it is held open. */
  readonly retryAt: Instant | undefined;
}

/** A breaker is held open until it is reset. */
export interface CircuitHeld extends Named<"circuitbreaker:held">, CircuitEvent {
  /** The epoch of its state. */
  readonly epoch: number;
  /** Why it is held open, for people. */
  readonly reason: string;
}

/** A retry of a failed call was permitted by the retry budget. */
export interface CircuitRetryPermitted
  extends Named<"circuitbreaker:retry-permitted">, CircuitEvent {
  /** The number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** The pause before the next attempt, in milliseconds. */
  readonly delayMs: number;
}

/** A retry of a failed call was rejected, as the retry budget is exhausted. */
export interface CircuitRetryRejected extends Named<"circuitbreaker:retry-rejected">, CircuitEvent {
  /** The number of the attempt that failed, from 1. */
  readonly attempt: number;
}

/** The figures of a closed breaker were reset. */
export interface CircuitReset extends Named<"circuitbreaker:reset">, CircuitEvent {
  /** The epoch of its state from this moment on. */
  readonly epoch: number;
}

/** The reason of a refused command. */
export type CircuitRefusal =
  | "unknown-breaker"
  /** It was never given, or the call has ended before. */
  | "unknown-permit"
  /** It is held open until it is reset. */
  | "held"
  /** There are `maxBreakers`, and none of them is closed. */
  | "full";

/** A command was refused, and the state is as before. */
export interface CircuitRefused extends Named<"circuitbreaker:refused">, CircuitEvent {
  /** The type of the command. */
  readonly command: string;
  /** The reason. */
  readonly reason: CircuitRefusal;
}

/** The events of a breaker machine. */
export type BreakerEvent =
  | CircuitDefined
  | CircuitRemoved
  | CircuitForgotten
  | CircuitPermitted
  | CircuitRejected
  | CircuitSucceeded
  | CircuitFailed
  | CircuitReturned
  | CircuitCounted
  | CircuitTimedOut
  | CircuitStateChange
  | CircuitHeld
  | CircuitRetryPermitted
  | CircuitRetryRejected
  | CircuitReset
  | CircuitRefused;

/** The one-line description of each event. */
export const BREAKER_DESCRIPTIONS: Descriptions<BreakerEvent> = {
  "circuitbreaker:defined": ({ name, epoch }) => `breaker ${name}: defined (epoch ${epoch})`,
  "circuitbreaker:removed": ({ name }) => `breaker ${name}: → removed`,
  "circuitbreaker:forgotten": ({ name }) => `breaker ${name}: → evicted`,
  "circuitbreaker:permitted": ({ name, permit, epoch, state }) =>
    `breaker ${name}: ${state}, call ${permit} is permitted (epoch ${epoch})`,
  "circuitbreaker:rejected": ({ name, state, retryAfterMs }) =>
    `breaker ${name}: ${state}, a call is rejected ` +
    (retryAfterMs === Infinity ? "until it is reset" : `for ${retryAfterMs} ms`),
  "circuitbreaker:succeeded": (event) => result(event, "succeeded"),
  "circuitbreaker:failed": (event) => result(event, "failed"),
  "circuitbreaker:returned": (event) => result(event, "ended neutrally"),
  "circuitbreaker:counted": ({ name, requests, successes }) =>
    `breaker ${name}: calls made ${requests}, succeeded ${successes}`,
  "circuitbreaker:timed-out": ({ name, permit, epoch, deadline }) =>
    `breaker ${name}: probe ${permit} (epoch ${epoch}) exceeded its limit at ${
      timeOfDay(deadline)
    }`,
  "circuitbreaker:state-change": ({ name, from, to, reason, epoch, retryAt }) => {
    const until = retryAt === undefined ? "" : ` until ${timeOfDay(retryAt)}`;
    return `breaker ${name}: ${from} → ${to}${until} (epoch ${epoch}), ${reason}`;
  },
  "circuitbreaker:held": ({ name, epoch, reason }) =>
    `breaker ${name}: held open until it is reset (epoch ${epoch}), ${oneLine(reason)}`,
  "circuitbreaker:retry-permitted": ({ name, attempt, delayMs }) =>
    `breaker ${name}: attempt ${attempt} failed, the next is permitted in ${delayMs} ms`,
  "circuitbreaker:retry-rejected": ({ name, attempt }) =>
    `breaker ${name}: attempt ${attempt} failed, and the retry budget is exhausted`,
  "circuitbreaker:reset": ({ name, epoch }) => `breaker ${name}: figures reset (epoch ${epoch})`,
  "circuitbreaker:refused": ({ name, command, reason }) =>
    refusal(command, `breaker ${name}`, "", reason),
};

function result({ name, permit, epoch, durationMs, stale }: CircuitResult, how: string): string {
  const call = permit === 0 ? "a call" : `call ${permit}`;
  const took = durationMs === undefined ? "" : ` after ${durationMs} ms`;
  const late = stale ? ", too late to decide anything" : "";
  return `breaker ${name}: ${call} (epoch ${epoch}) ${how}${took}${late}`;
}
