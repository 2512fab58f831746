/**
 * Errors of breakers.
 *
 * @module
 */

import { LockstepError } from "../core/errors.ts";
import { quote } from "../core/arguments.ts";

/** A circuit breaker let a call not through. */
export class CircuitOpenError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "circuit-open";
  /** The refusal of one call. */
  constructor(
    /** The name of the breaker. */
    readonly breaker: string,
    /** `half-open` when as many probes are in flight as there may be. */
    readonly state: "open" | "half-open",
    /** When to try again, in milliseconds since the Unix epoch. */
    readonly retryAt: number,
    /** How long that was from when the call was made. */
    readonly retryAfterMs: number,
  ) {
    super(
      `Cannot call through circuit breaker ${quote(breaker)}: it must be closed or have room for ` +
        `a probe, got ${state}; try again in ${retryAfterMs} ms`,
    );
  }
}

/** A call through a circuit breaker took longer than it may. */
export class CallTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "call-timeout";
  /** The end of one call. */
  constructor(
    /** The name of the breaker. */
    readonly breaker: string,
    /** How long the call might take. */
    readonly timeoutMs: number,
  ) {
    super(`The call through circuit breaker ${quote(breaker)} exceeded its ${timeoutMs} ms`);
  }
}
