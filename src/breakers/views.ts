/**
 * What a breaker would do, without doing it.
 *
 * Breakers have no timers: one whose open time is over is half-open from that moment on, and one
 * whose probe hangs is open, though nothing has stepped it yet. These functions say so.
 *
 * @module
 */

import { nextDeadline } from "../core/data/deadlines.ts";
import type { CircuitState } from "./types.ts";
import type { Instant } from "../core/machine.ts";
import { type Breaker, noCounts } from "./state.ts";

/** How a breaker is at some moment. */
export interface Outlook {
  /** Where it is. */
  readonly state: CircuitState;
  /** Whether it would let a call through. */
  readonly admits: boolean;
  /**
   * When it will let a call through again, or at the latest will know more: the moment itself when
   * it does already.
   */
  readonly retryAt: Instant;
  /** How many probes are in flight. */
  readonly probes: number;
}

/** How `breaker` is at `now`. Changes nothing. */
export function outlook(breaker: Readonly<Breaker>, now: Instant): Outlook {
  const { phase, rules } = breaker;
  switch (phase.state) {
    case "closed":
      return { state: "closed", admits: true, retryAt: now, probes: 0 };
    case "open":
      return whileOpen(phase.until, now);
    case "half-open": {
      const deadline = nextDeadline(phase.deadlines);
      if (deadline <= now) return whileOpen(deadline + breaker.nextOpenMs, now);
      const probes = phase.probes.size;
      const admits = probes < rules.halfOpenLimit;
      return { state: "half-open", admits, retryAt: admits ? now : deadline, probes };
    }
  }
}

function whileOpen(until: Instant, now: Instant): Outlook {
  return until <= now
    ? { state: "half-open", admits: true, retryAt: now, probes: 0 }
    : { state: "open", admits: false, retryAt: until, probes: 0 };
}

/**
 * Whether the success of a call that was made under the epoch `madeUnder` would change nothing but figures, so that
 * it may be told later, together with others.
 */
export function isUneventful({ phase, epoch }: Readonly<Breaker>, madeUnder: number): boolean {
  return madeUnder === epoch && phase.state === "closed" && phase.window === undefined &&
    phase.failuresInRow === 0;
}

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
