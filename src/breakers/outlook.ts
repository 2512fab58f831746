/**
 * What a breaker would do, without doing it.
 *
 * Breakers have no timers: one whose open time is over is half-open from that moment on, and one
 * whose probe hangs is open, though nothing has stepped it yet. These functions say so.
 *
 * @module
 */

import { nextDeadline } from "../core/data/deadlines.ts";
import type { CircuitState } from "./events.ts";
import type { Instant } from "../core/machine.ts";
import type { Breaker, BreakerState } from "./state.ts";

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
 * Whether the breaker `name` would let a call through at `now`; one that nobody defined would.
 * Changes nothing. Costs O(1).
 */
export function wouldAdmit(state: Readonly<BreakerState>, name: string, now: Instant): boolean {
  const breaker = state.breakers.get(name);
  return breaker === undefined || outlook(breaker, Math.max(now, state.now)).admits;
}

/**
 * When the breaker `name`, asked at `now`, will let a call through again, or at the latest will know
 * more; `now` when it does already. Changes nothing. Costs O(1).
 */
export function retryAt(state: Readonly<BreakerState>, name: string, now: Instant): Instant {
  const breaker = state.breakers.get(name);
  return breaker === undefined ? now : outlook(breaker, Math.max(now, state.now)).retryAt;
}

/**
 * Whether the success of a call that was made under the epoch `madeUnder` would change nothing but figures, so that
 * it may be told later, together with others.
 */
export function isUneventful({ phase, epoch }: Readonly<Breaker>, madeUnder: number): boolean {
  return madeUnder === epoch && phase.state === "closed" && phase.window === undefined &&
    phase.failuresInRow === 0;
}
