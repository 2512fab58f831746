/**
 * What a breaker has counted, as callers see it. Reads the state and changes nothing.
 *
 * @module
 */

import type { CircuitState } from "./events.ts";
import type { Instant } from "../core/machine.ts";
import { outlook } from "./outlook.ts";
import { type Breaker, noCounts } from "./state.ts";

/** The figures of a circuit breaker, all since it was made or reset. */
export interface CircuitBreakerMetrics {
  /** Where it is. */
  readonly state: CircuitState;
  /** Calls that failed, and probes that were found to have taken too long. */
  readonly failures: number;
  /** Calls that succeeded. */
  readonly successes: number;
  /** When the newest failure was; left out when there was none. */
  readonly lastFailureTime?: Date;
  /**
   * When the newest success was, or one of the newest eight of very many; left out when there was
   * none.
   */
  readonly lastSuccessTime?: Date;
  /** Calls that were asked for, rejected ones included. */
  readonly totalRequests: number;
  /** Calls that were not let through. */
  readonly rejectedRequests: number;
  /** Probes that are in flight. */
  readonly halfOpenRequests: number;
  /** Calls that were cancelled, or ended with an error that isn't a failure. */
  readonly neutralRequests: number;
  /** Results that came when the breaker had left the state which admitted the call. */
  readonly staleResults: number;
  /** How often it opened. */
  readonly trips: number;
  /** When it will let a call through again; left out when it does already. */
  readonly retryTime?: Date;
}

/** Figures that the machine has not been told of yet. */
export interface UntoldFigures {
  /** Calls that were made. */
  requests: number;
  /** Calls that have succeeded. */
  successes: number;
  /** When the newest of those was. */
  lastSuccessAt: Instant | undefined;
}

/** The figures of a breaker at `now`; those of one that is not there are zero. */
export function metricsOf(
  breaker: Readonly<Breaker> | undefined,
  now: Instant,
  untold: UntoldFigures,
): CircuitBreakerMetrics {
  const seen = breaker && outlook(breaker, now);
  const counts = breaker === undefined ? noCounts() : breaker.counts;
  const { lastFailureAt } = counts;
  const lastSuccessAt = untold.lastSuccessAt ?? counts.lastSuccessAt;
  return {
    state: seen === undefined ? "closed" : seen.state,
    failures: counts.failures,
    successes: counts.successes + untold.successes,
    ...(lastFailureAt !== undefined && { lastFailureTime: new Date(lastFailureAt) }),
    ...(lastSuccessAt !== undefined && { lastSuccessTime: new Date(lastSuccessAt) }),
    totalRequests: counts.requests + untold.requests,
    rejectedRequests: counts.rejections,
    halfOpenRequests: seen === undefined ? 0 : seen.probes,
    neutralRequests: counts.neutrals,
    staleResults: counts.stale,
    trips: counts.trips,
    ...(seen !== undefined && !seen.admits && { retryTime: new Date(seen.retryAt) }),
  };
}
