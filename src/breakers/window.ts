/**
 * The outcomes of the newest calls, in O(1) for each of them.
 *
 * A window by count is a ring of single calls. A window by time is a ring of ten buckets and slides by
 * one bucket at a time: whatever the gap between two calls, buckets that are too old are emptied
 * before the next call is counted.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/** Numbers of calls. A call may be both failed and slow. */
export interface CallTally {
  /** All calls. */
  calls: number;
  /** Those that failed. */
  failures: number;
  /** Those that were slow. */
  slow: number;
}

/** The newest calls, up to a number of them. */
export interface CountWindow {
  /** The kind of the window. */
  readonly kind: "count";
  /** One call each: 1 when it failed, plus 2 when it was slow. */
  readonly ring: number[];
  /** The longest length of the ring. */
  readonly size: number;
  /** The place of the next call. */
  next: number;
  /** The calls in the ring. */
  readonly tally: CallTally;
}

/** The calls of the newest time. */
export interface TimeWindow {
  /** The kind of the window. */
  readonly kind: "time";
  /** The calls of a tenth of the time each; those of slot `n` are at `n` modulo their number. */
  readonly buckets: CallTally[];
  /** The length of the time. */
  readonly windowMs: number;
  /** The slot of the newest call. */
  newest: number;
  /** The calls in all buckets. */
  readonly tally: CallTally;
}

/** The outcomes of the newest calls. */
export type CallWindow = CountWindow | TimeWindow;

/** The rules of a window. */
export interface WindowRules {
  /** The kind of the window. */
  readonly window: "count" | "time";
  /** The number of calls of a window by count. */
  readonly windowCalls: number;
  /** The length of a window by time. */
  readonly windowMs: number;
}

/** The number of buckets of a window by time. */
export const BUCKETS = 10;

const FAILED = 1;
const SLOW = 2;

/** Returns a window without calls. */
export function emptyWindow(rules: WindowRules): CallWindow {
  const { windowCalls: size, windowMs } = rules;
  const tally = { calls: 0, failures: 0, slow: 0 };
  if (rules.window === "count") return { kind: "count", ring: [], size, next: 0, tally };
  const buckets = Array.from({ length: BUCKETS }, () => ({ calls: 0, failures: 0, slow: 0 }));
  return { kind: "time", buckets, windowMs, newest: 0, tally };
}

/** Counts one call that ends at `now`, evicts those that are too old, and returns the others. */
export function record(
  kept: CallWindow,
  failed: boolean,
  slow: boolean,
  now: Instant,
): CallTally {
  if (kept.kind === "count") recordCall(kept, (failed ? FAILED : 0) + (slow ? SLOW : 0));
  else add(kept, bucketAt(kept, now), failed ? 1 : 0, slow ? 1 : 0);
  return kept.tally;
}

function recordCall(kept: CountWindow, call: number): void {
  const { ring, size, next, tally } = kept;
  const oldest = ring[next];
  if (oldest !== undefined) {
    tally.calls--;
    if ((oldest & FAILED) !== 0) tally.failures--;
    if ((oldest & SLOW) !== 0) tally.slow--;
  }
  ring[next] = call;
  kept.next = next + 1 === size ? 0 : next + 1;
  tally.calls++;
  if ((call & FAILED) !== 0) tally.failures++;
  if ((call & SLOW) !== 0) tally.slow++;
}

function add({ tally }: TimeWindow, bucket: CallTally, failures: number, slow: number): void {
  for (const counted of [bucket, tally]) {
    counted.calls++;
    counted.failures += failures;
    counted.slow += slow;
  }
}

/** Returns the bucket of `now`, after those that are too old by then were emptied. */
function bucketAt(kept: TimeWindow, now: Instant): CallTally {
  const { buckets, windowMs, newest } = kept;
  const slot = Math.floor(now * BUCKETS / windowMs);
  const first = Math.max(newest + 1, slot - BUCKETS + 1);
  for (let passed = first; passed <= slot; passed++) empty(kept, buckets[passed % BUCKETS]!);
  kept.newest = slot;
  return buckets[slot % BUCKETS]!;
}

function empty({ tally }: TimeWindow, bucket: CallTally): void {
  tally.calls -= bucket.calls;
  tally.failures -= bucket.failures;
  tally.slow -= bucket.slow;
  bucket.calls = bucket.failures = bucket.slow = 0;
}
