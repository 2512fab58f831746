/**
 * How often something happens in a minute: a ring of one count for each second.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/** How many seconds are counted. */
const SECONDS = 60;

/** Counts of the last seconds. */
export interface Rate {
  /** By second modulo {@linkcode SECONDS}. */
  readonly counts: number[];
  /** The newest second that was counted. */
  second: number;
}

/** A rate of nothing. */
export function emptyRate(): Rate {
  return { counts: new Array(SECONDS).fill(0), second: 0 };
}

/** Counts one. Costs as much as seconds have passed, at most 60. */
export function countOne(rate: Rate, at: Instant): void {
  const second = Math.floor(at / 1000);
  const passed = Math.min(SECONDS, second - rate.second);
  for (let i = 0; i < passed; i++) rate.counts[(second - i) % SECONDS] = 0;
  if (second > rate.second) rate.second = second;
  rate.counts[rate.second % SECONDS]!++;
}

/** How many were counted in the minute before `now`, to the second. */
export function perMinute({ counts, second }: Rate, now: Instant): number {
  const gone = Math.max(0, Math.floor(now / 1000) - second);
  let sum = 0;
  for (let i = 0; i < SECONDS - gone; i++) sum += counts[(second - i + SECONDS) % SECONDS]!;
  return sum;
}
