/**
 * Views of a breaker.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import { type Breaker, noCounts, outlook } from "./state.ts";
import type { CircuitState } from "./types.ts";

/**
 * The figures of a circuit breaker since it was defined or reset.
 * @category Circuit breakers
 */
export interface CircuitBreakerMetrics {
  /** The state of the breaker. */
  readonly state: CircuitState;
  /** Calls that failed, and probes that exceeded their time limit. */
  readonly failures: number;
  /** Calls that succeeded. */
  readonly successes: number;
  /** The time of the newest failure; absent when there was none. */
  readonly lastFailureTime?: Date;
  /** The time of the newest success, or of one of the newest eight; absent when there was none. */
  readonly lastSuccessTime?: Date;
  /** Calls that were made or rejected. */
  readonly totalRequests: number;
  /** Calls that were rejected. */
  readonly rejectedRequests: number;
  /** Probes in flight. */
  readonly halfOpenRequests: number;
  /** Calls that were cancelled, or ended with an error that is no failure. */
  readonly neutralRequests: number;
  /** Results that came after the breaker had left the state that admitted the call. */
  readonly staleResults: number;
  /** The number of times that the breaker opened. */
  readonly trips: number;
  /** When the breaker may admit a call again; absent when it does already, or is held open. */
  readonly retryTime?: Date;
  /** Why the breaker is held open until it is reset; absent when it isn't. */
  readonly heldFor?: string;
  /** Retries that the retry budget permitted. */
  readonly retries: number;
  /** Retries that it rejected. */
  readonly rejectedRetries: number;
}

/** Figures that are not in the state yet. */
export interface UnreportedCalls {
  /** Calls that were made. */
  requests: number;
  /** Calls that succeeded. */
  successes: number;
  /** The time of the newest success. */
  lastSuccessAt: Instant | undefined;
}

/** Returns the figures of a breaker at `now`; those of an unknown breaker are zero. */
export function metricsOf(
  breaker: Readonly<Breaker> | undefined,
  now: Instant,
  unreported: UnreportedCalls,
): CircuitBreakerMetrics {
  const seen = breaker && outlook(breaker, now);
  const counts = breaker?.counts ?? noCounts();
  const { lastFailureAt } = counts;
  const lastSuccessAt = unreported.lastSuccessAt ?? counts.lastSuccessAt;
  return {
    state: seen?.state ?? "closed",
    failures: counts.failures,
    successes: counts.successes + unreported.successes,
    ...(lastFailureAt !== undefined && { lastFailureTime: new Date(lastFailureAt) }),
    ...(lastSuccessAt !== undefined && { lastSuccessTime: new Date(lastSuccessAt) }),
    totalRequests: counts.requests + unreported.requests,
    rejectedRequests: counts.rejections,
    halfOpenRequests: seen?.probes ?? 0,
    neutralRequests: counts.neutrals,
    staleResults: counts.stale,
    trips: counts.trips,
    ...(seen?.admits === false && seen.retryAt < Infinity && {
      retryTime: new Date(seen.retryAt),
    }),
    ...(seen?.heldFor !== undefined && { heldFor: seen.heldFor }),
    retries: counts.retries,
    rejectedRetries: counts.rejectedRetries,
  };
}
