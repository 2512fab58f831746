/**
 * The commands of a breaker machine, and their answers.
 *
 * @module
 */

import type { Instant, Named, Tick } from "../core/machine.ts";
import type { BreakerRules } from "./config.ts";
import type { CallOutcome, CircuitState } from "./types.ts";

/** The part that all commands on a breaker have in common. */
export interface BreakerCommandBase {
  /** The name of the breaker. */
  readonly name: string;
}

/** Adds a closed breaker; or replaces the rules of a known one, which stays in its state. */
export interface DefineBreaker extends Named<"define-breaker">, BreakerCommandBase {
  /** The rules from this moment on. */
  readonly rules: BreakerRules;
}

/** Removes a breaker, which makes room for another. */
export interface RemoveBreaker extends Named<"remove-breaker">, BreakerCommandBase {}

/** Requests a permit for one call. A caller that sees the breaker closed needs none. */
export interface RequestPermit extends Named<"request-permit">, BreakerCommandBase {
  /** The time limit of the call if it is a probe; 0 for that of the rules. */
  readonly timeoutMs: number;
}

/** Reports the outcome of a call. */
export interface SettlePermit extends Named<"settle-permit">, BreakerCommandBase {
  /** The permit of the call; 0 when it was made without one. */
  readonly permit: number;
  /** The epoch under which the call was made. */
  readonly epoch: number;
  /** When the call was made; `undefined` when its caller did not read the clock. */
  readonly since: Instant | undefined;
  /** The outcome of the call. */
  readonly outcome: CallOutcome;
}

/**
 * Reports calls through a closed breaker that change nothing but its figures: those made without a
 * permit, and those of them, or of earlier ones, that `isUneventful` accepts.
 */
export interface CountCalls extends Named<"count-calls">, BreakerCommandBase {
  /** The epoch under which they were made. */
  readonly epoch: number;
  /** The number of calls that were made. */
  readonly requests: number;
  /** The number of calls that succeeded. */
  readonly successes: number;
  /** The time of the newest success; `undefined` when there was none. */
  readonly lastSuccessAt: Instant | undefined;
}

/** Moves a breaker to a state, whatever the outcomes of its calls. */
export interface ForceBreaker extends Named<"force-breaker">, BreakerCommandBase {
  /** The state to move to. */
  readonly state: CircuitState;
}

/** Opens a breaker until it is reset. Idempotent for the same reason. */
export interface HoldBreaker extends Named<"hold-breaker">, BreakerCommandBase {
  /** Why it is held open, for people. */
  readonly reason: string;
}

/** Requests a retry of a call that failed, against the retry budget of its breaker. */
export interface RequestRetry extends Named<"request-retry">, BreakerCommandBase {
  /** The number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** The longest pause after the first attempt; it doubles with each further one. */
  readonly delayMs: number;
  /** The longest pause. */
  readonly maxDelayMs: number;
  /** The least pause, as the error demands. */
  readonly retryAfterMs: number;
}

/** Closes a breaker, also one that is held open, and resets its figures. */
export interface ResetBreaker extends Named<"reset-breaker">, BreakerCommandBase {}

/** The commands of a breaker machine. */
export type BreakerCommand =
  | DefineBreaker
  | RemoveBreaker
  | RequestPermit
  | SettlePermit
  | CountCalls
  | ForceBreaker
  | HoldBreaker
  | RequestRetry
  | ResetBreaker
  | Tick;

/** The answer to `request-permit`. */
export type PermitAnswer =
  /** The call may be made, under the epoch of the state that admits it. */
  | {
    readonly status: "permitted";
    readonly permit: number;
    readonly epoch: number;
    readonly since: Instant;
  }
  /** The call may not be made; a request at `retryAt` may get another answer. */
  | {
    readonly status: "rejected";
    readonly state: Exclude<CircuitState, "closed">;
    readonly retryAt: Instant;
    readonly retryAfterMs: number;
    /** Why the breaker is held open; absent when it isn't. Then both times are `Infinity`. */
    readonly heldFor?: string;
  };

/** The answer to `request-retry`. */
export type RetryAnswer =
  /** The call may be made again after a pause. */
  | { readonly status: "permitted"; readonly delayMs: number }
  /** The budget is exhausted. */
  | { readonly status: "rejected" };

/** The answers of a breaker machine, by the type of the command. */
export type BreakerAnswers = {
  readonly "define-breaker": void;
  readonly "remove-breaker": void;
  readonly "request-permit": PermitAnswer;
  readonly "settle-permit": void;
  readonly "count-calls": void;
  readonly "force-breaker": void;
  readonly "hold-breaker": void;
  readonly "request-retry": RetryAnswer;
  readonly "reset-breaker": void;
};
