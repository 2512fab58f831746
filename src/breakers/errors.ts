/**
 * Errors of breakers.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { ClosedError, InvariantError, LimitError, LockstepError } from "../core/errors.ts";
import type { Instant } from "../core/machine.ts";
import type { BreakerCommand } from "./commands.ts";
import type { CircuitRefused } from "./events.ts";
import type { BreakerState } from "./state.ts";

/**
 * A circuit breaker rejected a call.
 * @category Circuit breakers
 */
export class CircuitOpenError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "circuit-open";
  /** The name of the breaker. */
  readonly breaker: string;
  /** `half-open` when as many probes are in flight as the breaker allows. */
  readonly state: "open" | "half-open";
  /** When to try again, in milliseconds since the Unix epoch; `Infinity` while it is held open. */
  readonly retryAt: Instant;
  /** The time from the call to `retryAt`, in milliseconds. */
  readonly retryAfterMs: number;
  /** Why the breaker is held open until it is reset; `undefined` when it isn't. */
  readonly heldFor: string | undefined;

  /** Makes the error of one call. */
  constructor(
    breaker: string,
    state: "open" | "half-open",
    retryAt: Instant,
    retryAfterMs: number,
    heldFor?: string,
  ) {
    const hint = heldFor === undefined
      ? `try again in ${retryAfterMs} ms`
      : `it is held open until it is reset: ${heldFor}`;
    super(
      `Cannot call through circuit breaker ${quote(breaker)}: it must be closed or have room for ` +
        `a probe, got ${state}; ${hint}`,
    );
    this.heldFor = heldFor;
    this.breaker = breaker;
    this.state = state;
    this.retryAt = retryAt;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * A call through a circuit breaker exceeded its time limit.
 * @category Circuit breakers
 */
export class CallTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "call-timeout";
  /** The name of the breaker. */
  readonly breaker: string;
  /** The time limit of the call, in milliseconds. */
  readonly timeoutMs: number;

  /** Makes the error of one call. */
  constructor(breaker: string, timeoutMs: number) {
    super(`The call through circuit breaker ${quote(breaker)} exceeded its ${timeoutMs} ms`);
    this.breaker = breaker;
    this.timeoutMs = timeoutMs;
  }
}

/**
 * A circuit breaker that is held open was forced to another state; only a reset ends that.
 * @category Circuit breakers
 */
export class BreakerHeldError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "breaker-held";
  /** The name of the breaker. */
  readonly breaker: string;

  /** Makes the error of one call. */
  constructor(attempt: string, breaker: string) {
    super(`Cannot ${attempt}: it must not be held open; reset it instead`);
    this.breaker = breaker;
  }
}

/** Returns the error for a refused `command`. `state` is the one that refused it. */
export function refusalError(
  { config }: Readonly<BreakerState>,
  { type, name }: Exclude<BreakerCommand, { type: "tick" }>,
  { reason }: CircuitRefused,
): LockstepError {
  const attempt = `${ATTEMPTS[type]} circuit breaker ${quote(name)}`;
  switch (reason) {
    case "unknown-breaker":
      return new ClosedError(attempt, "it");
    case "full":
      return new LimitError(attempt, "there must be room for one more", config.maxBreakers);
    case "held":
      return new BreakerHeldError(attempt, name);
    case "unknown-permit":
      return new InvariantError(`Cannot ${attempt}: the permit must be in force`);
  }
}

const ATTEMPTS: Readonly<Record<Exclude<BreakerCommand["type"], "tick">, string>> = {
  "define-breaker": "create",
  "remove-breaker": "remove",
  "request-permit": "call through",
  "settle-permit": "end a call through",
  "count-calls": "count calls through",
  "force-breaker": "force",
  "hold-breaker": "hold open",
  "request-retry": "retry a call through",
  "reset-breaker": "reset",
};
