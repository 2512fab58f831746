/**
 * What a breaker machine can be told to do.
 *
 * @module
 */

import type { CallOutcome, CircuitState } from "./types.ts";
import type { Instant, Tick } from "../core/machine.ts";
import type { BreakerRules } from "./config.ts";

/** Makes a breaker, closed; or gives one that is known other rules and leaves its state as it is. */
export interface DefineBreaker {
  /** The name of the command. */
  readonly type: "define-breaker";
  /** Of the breaker. */
  readonly name: string;
  /** What it goes by from here on. */
  readonly rules: BreakerRules;
}

/** Forgets a breaker, so that there is room for another. */
export interface RemoveBreaker {
  /** The name of the command. */
  readonly type: "remove-breaker";
  /** Of the breaker. */
  readonly name: string;
}

/** Asks whether one call may be made. Who sees that the breaker is closed need not ask. */
export interface RequestPermit {
  /** The name of the command. */
  readonly type: "request-permit";
  /** Of the breaker. */
  readonly name: string;
  /** How long the call may take if it is a probe; 0 for as long as the rules say. */
  readonly timeoutMs: number;
}

/** Tells how a call ended. */
export interface SettlePermit {
  /** The name of the command. */
  readonly type: "settle-permit";
  /** Of the breaker. */
  readonly name: string;
  /** What `circuitbreaker:permitted` named; 0 when the call was made without asking. */
  readonly permit: number;
  /** The epoch under which the call was made. */
  readonly epoch: number;
  /** When the call was made; `undefined` when nobody has looked. */
  readonly since: Instant | undefined;
  /** How it ended. */
  readonly outcome: CallOutcome;
}

/**
 * Tells of calls through a closed breaker that change nothing but its figures: those made without
 * asking, and those of them, or of earlier ones, that `isUneventful` has picked.
 */
export interface CountCalls {
  /** The name of the command. */
  readonly type: "count-calls";
  /** Of the breaker. */
  readonly name: string;
  /** The epoch under which they were made. */
  readonly epoch: number;
  /** How many were made. */
  readonly requests: number;
  /** How many have succeeded. */
  readonly successes: number;
  /** When the newest success was; `undefined` when there was none. */
  readonly lastSuccessAt: Instant | undefined;
}

/** Puts a breaker into a state, whatever its calls came to. */
export interface ForceBreaker {
  /** The name of the command. */
  readonly type: "force-breaker";
  /** Of the breaker. */
  readonly name: string;
  /** Where it shall be. */
  readonly state: CircuitState;
}

/** Closes a breaker and lets it count from nothing. */
export interface ResetBreaker {
  /** The name of the command. */
  readonly type: "reset-breaker";
  /** Of the breaker. */
  readonly name: string;
}

/** The answer to `request-permit`. */
export type PermitAnswer =
  /** The call may be made, under the epoch of the state that admits it. */
  | {
    readonly status: "permitted";
    readonly permit: number;
    readonly epoch: number;
    readonly since: Instant;
  }
  /** The call may not be made. `retryAt` says when to ask again. */
  | {
    readonly status: "rejected";
    readonly state: Exclude<CircuitState, "closed">;
    readonly retryAt: Instant;
    readonly retryAfterMs: number;
  };

/** The answers of a breaker machine, by the type of the command. */
export type BreakerAnswers = {
  readonly "define-breaker": void;
  readonly "remove-breaker": void;
  readonly "request-permit": PermitAnswer;
  readonly "settle-permit": void;
  readonly "count-calls": void;
  readonly "force-breaker": void;
  readonly "reset-breaker": void;
};

/** What a breaker machine can be told to do. */
export type BreakerCommand =
  | DefineBreaker
  | RemoveBreaker
  | RequestPermit
  | SettlePermit
  | CountCalls
  | ForceBreaker
  | ResetBreaker
  | Tick;
