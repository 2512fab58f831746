/**
 * What happens to circuit breakers, and to the calls that go through them.
 *
 * @module
 */

import { timeOfDay } from "../core/readable.ts";
import { type Descriptions, refusal } from "../core/describe.ts";
import type { Instant } from "../core/machine.ts";
import type { CircuitState } from "./types.ts";

/** What all events of circuit breakers tell. */
export interface CircuitEvent {
  /** Of the breaker. */
  readonly name: string;
}

/** A breaker was made, closed, or got other rules. */
export interface CircuitDefined extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:defined";
  /** The epoch of its state. */
  readonly epoch: number;
}

/** A breaker was forgotten. */
export interface CircuitRemoved extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:removed";
  /** The epoch of its last state. */
  readonly epoch: number;
}

/** A call may be made. While a breaker is closed calls are made without a permit. */
export interface CircuitPermitted extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:permitted";
  /** Which call it is; larger than that of any earlier call. */
  readonly permit: number;
  /** The epoch of the state that admitted it. */
  readonly epoch: number;
  /** When it was admitted. */
  readonly since: Instant;
  /** The state that admitted it; in `half-open` the call is a probe. */
  readonly state: CircuitState;
}

/** A call may not be made. */
export interface CircuitRejected extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:rejected";
  /** Open, or half-open with as many probes in flight as there may be. */
  readonly state: CircuitState;
  /** When to ask again: a call goes through then, or a probe that is in flight will have ended. */
  readonly retryAt: Instant;
  /** How long that is from here. */
  readonly retryAfterMs: number;
}

/** How a permitted call ended. */
export interface CircuitResult extends CircuitEvent {
  /** Which call it was; 0 when it was made without a permit. */
  readonly permit: number;
  /** The epoch of the state that had admitted it. */
  readonly epoch: number;
  /** How long it took; `undefined` when nobody has looked. */
  readonly durationMs: number | undefined;
  /** Whether the breaker had left that state before, so that the result decided nothing. */
  readonly stale: boolean;
}

/** A call succeeded. Those that change nothing are told together, by `circuitbreaker:counted`. */
export interface CircuitSucceeded extends CircuitResult {
  /** The name of the event. */
  readonly type: "circuitbreaker:succeeded";
}

/** A call failed. */
export interface CircuitFailed extends CircuitResult {
  /** The name of the event. */
  readonly type: "circuitbreaker:failed";
}

/** A call ended in a way that says nothing about what the breaker guards. */
export interface CircuitReturned extends CircuitResult {
  /** The name of the event. */
  readonly type: "circuitbreaker:returned";
}

/** Some calls were made, and some succeeded, while the breaker was closed and none had failed since. */
export interface CircuitCounted extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:counted";
  /** The epoch of the state that had admitted them. */
  readonly epoch: number;
  /** How many were made. */
  readonly requests: number;
  /** How many have succeeded. */
  readonly successes: number;
}

/** A probe was found to have taken longer than it may, and counts as failed. */
export interface CircuitTimedOut extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:timed-out";
  /** Which call it is. */
  readonly permit: number;
  /** The epoch of the state that had admitted it. */
  readonly epoch: number;
  /** When it should have ended. */
  readonly deadline: Instant;
}

/** Why a breaker went from one state to another. */
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
  | "reset";

/** A breaker went from one state to another. */
export interface CircuitStateChange extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:state-change";
  /** Where it was. */
  readonly from: CircuitState;
  /** Where it is. */
  readonly to: CircuitState;
  /** Why. */
  readonly reason: CircuitChangeReason;
  /** The epoch of its state from here on. */
  readonly epoch: number;
  /** When it will let a probe through; `undefined` unless it is open. */
  readonly retryAt: Instant | undefined;
}

/** A breaker that is closed was told to count from nothing. */
export interface CircuitReset extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:reset";
  /** The epoch of its state from here on. */
  readonly epoch: number;
}

/** Why a command on a breaker was refused. */
export type CircuitRefusal =
  | "unknown-breaker"
  /** It was never given, or the call has ended before. */
  | "unknown-permit"
  /** There are as many breakers as there may be. */
  | "full";

/** A command was refused, and the state is as before. */
export interface CircuitRefused extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:refused";
  /** The name of the command. */
  readonly command: string;
  /** Why. */
  readonly reason: CircuitRefusal;
}

/** What a breaker machine can say. */
export type BreakerEvent =
  | CircuitDefined
  | CircuitRemoved
  | CircuitPermitted
  | CircuitRejected
  | CircuitSucceeded
  | CircuitFailed
  | CircuitReturned
  | CircuitCounted
  | CircuitTimedOut
  | CircuitStateChange
  | CircuitReset
  | CircuitRefused;

/** From the name of an event to its one-line description. */
export const BREAKER_DESCRIPTIONS: Descriptions<BreakerEvent> = {
  "circuitbreaker:defined": ({ name, epoch }) => `breaker ${name}: defined (epoch ${epoch})`,
  "circuitbreaker:removed": ({ name }) => `breaker ${name}: → removed`,
  "circuitbreaker:permitted": ({ name, permit, epoch, state }) =>
    `breaker ${name}: ${state}, call ${permit} may be made (epoch ${epoch})`,
  "circuitbreaker:rejected": ({ name, state, retryAfterMs }) =>
    `breaker ${name}: ${state}, a call is rejected for ${retryAfterMs} ms`,
  "circuitbreaker:succeeded": (event) => result(event, "succeeded"),
  "circuitbreaker:failed": (event) => result(event, "failed"),
  "circuitbreaker:returned": (event) => result(event, "counts for nothing"),
  "circuitbreaker:counted": ({ name, requests, successes }) =>
    `breaker ${name}: calls made ${requests}, succeeded ${successes}`,
  "circuitbreaker:timed-out": ({ name, permit, epoch, deadline }) =>
    `breaker ${name}: probe ${permit} (epoch ${epoch}) took longer than until ${
      timeOfDay(deadline)
    }`,
  "circuitbreaker:state-change": ({ name, from, to, reason, epoch, retryAt }) => {
    const until = retryAt === undefined ? "" : ` until ${timeOfDay(retryAt)}`;
    return `breaker ${name}: ${from} → ${to}${until} (epoch ${epoch}), ${reason}`;
  },
  "circuitbreaker:reset": ({ name, epoch }) =>
    `breaker ${name}: counts from nothing (epoch ${epoch})`,
  "circuitbreaker:refused": ({ name, command, reason }) =>
    refusal(command, `breaker ${name}`, "", reason),
};

function result({ name, permit, epoch, durationMs, stale }: CircuitResult, how: string): string {
  const call = permit === 0 ? "a call" : `call ${permit}`;
  const took = durationMs === undefined ? "" : ` after ${durationMs} ms`;
  const late = stale ? ", too late to decide anything" : "";
  return `breaker ${name}: ${call} (epoch ${epoch}) ${how}${took}${late}`;
}
