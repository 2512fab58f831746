/**
 * Timers as data: a heap of instants at which something is due.
 *
 * A machine keeps one queue, asks {@linkcode nextDeadline} for its `deadline`, and at the start of
 * each step takes what {@linkcode takeDue} hands out until nothing is due any more. Timers fire in
 * the order of their instant, and those of the same instant in the order in which they were set.
 *
 * @module
 */

import { type Heap, type HeapEntry, push, remove, reorder } from "./heap.ts";
import type { Instant } from "./machine.ts";

/** One timer; `rank` is the instant at which it is due. */
export interface Timer<Subject> extends HeapEntry {
  /** What it is about. */
  readonly subject: Subject;
}

/** All timers of a machine. */
export interface Deadlines<Subject> {
  /** Those that are set; `timers[0]` is due first. */
  readonly timers: Heap<Timer<Subject>>;
  /** How many timers were ever set. */
  sequence: number;
}

/** A queue in which nothing is due. */
export function noDeadlines<Subject>(): Deadlines<Subject> {
  return { timers: [], sequence: 0 };
}

/** Sets a timer in O(log n). */
export function schedule<Subject>(
  deadlines: Deadlines<Subject>,
  at: Instant,
  subject: Subject,
): Timer<Subject> {
  const timer = { rank: at, sequence: deadlines.sequence++, position: -1, subject };
  push(deadlines.timers, timer);
  return timer;
}

/** Moves a timer that is set, in O(log n); among those of its new instant it keeps its age. */
export function reschedule<Subject>(
  deadlines: Deadlines<Subject>,
  timer: Timer<Subject>,
  at: Instant,
): void {
  reorder(deadlines.timers, timer, at);
}

/** Takes a timer back in O(log n); does nothing when it has fired or was taken back before. */
export function unschedule<Subject>(
  deadlines: Deadlines<Subject>,
  timer: Timer<Subject> | undefined,
): void {
  if (timer !== undefined) remove(deadlines.timers, timer);
}

/** The earliest instant at which something is due, or `Infinity`. */
export function nextDeadline<Subject>(deadlines: Deadlines<Subject>): Instant {
  const first = deadlines.timers[0];
  return first === undefined ? Infinity : first.rank;
}

/** Removes and returns what is due first at `now`, or `undefined` when nothing is. */
export function takeDue<Subject>(
  deadlines: Deadlines<Subject>,
  now: Instant,
): Timer<Subject> | undefined {
  const first = deadlines.timers[0];
  if (first === undefined || first.rank > now) return undefined;
  remove(deadlines.timers, first);
  return first;
}
