/**
 * Timers as data: a heap of deadlines.
 *
 * A machine keeps one such queue. Its `deadline` is {@linkcode deadlineOf}, and at the start of
 * each step it calls {@linkcode takeDue} until that returns `undefined`. Timers fire in the order of
 * their instant, and those of the same instant in the order in which they were set.
 *
 * Most timers are timeouts that do not expire, and are cancelled. A cancelled timer stays where it is
 * until it comes first, or until half of the heap is cancelled. So a cancellation costs O(1), and so
 * does the removal of each cancelled timer, amortized.
 *
 * @module
 */

import { type Heap, type HeapEntry, pop, push, reorder, retain } from "./heap.ts";
import type { Instant } from "../machine.ts";

/** One timer; `rank` is the instant at which it is due. */
export interface Timer<Subject> extends HeapEntry {
  /** The subject. */
  readonly subject: Subject;
  /** Whether it is pending: it has not fired, and was not cancelled. */
  isSet: boolean;
}

/** All timers of a machine. */
export interface Deadlines<Subject> {
  /** The pending and the cancelled timers; the first of them is pending. */
  readonly timers: Heap<Timer<Subject>>;
  /** Number of cancelled timers among them. */
  idle: number;
  /** Number of timers that were ever set. */
  sequence: number;
}

/** Number of timers up to which cancelled ones are not removed early. */
const FEW = 64;

/** Returns an empty queue. */
export function noDeadlines<Subject>(): Deadlines<Subject> {
  return { timers: [], idle: 0, sequence: 0 };
}

/** Returns the number of pending timers. */
export function countTimers<Subject>({ timers, idle }: Deadlines<Subject>): number {
  return timers.length - idle;
}

/** Sets a timer in O(log n), or O(1) when it is due later than all others. */
export function schedule<Subject>(
  deadlines: Deadlines<Subject>,
  at: Instant,
  subject: Subject,
): Timer<Subject> {
  const timer = { rank: at, sequence: deadlines.sequence++, position: -1, subject, isSet: true };
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
  tidy(deadlines);
}

/** Cancels a timer in O(1) amortized. A no-op if it has fired, or was cancelled before. */
export function unschedule<Subject>(
  deadlines: Deadlines<Subject>,
  timer: Timer<Subject> | undefined,
): void {
  if (timer === undefined || !timer.isSet) return;
  timer.isSet = false;
  deadlines.idle++;
  tidy(deadlines);
}

/** Returns the instant of the first timer, or `Infinity`. */
export function nextDeadline<Subject>(deadlines: Deadlines<Subject>): Instant {
  const first = deadlines.timers[0];
  return first === undefined ? Infinity : first.rank;
}

/** Returns the instant of the first timer of a state with one queue, or `Infinity`. */
export function deadlineOf({ deadlines }: { readonly deadlines: Deadlines<unknown> }): Instant {
  const first = deadlines.timers[0];
  return first === undefined ? Infinity : first.rank;
}

/** Removes and returns the first timer that is due at `now`, or `undefined`. */
export function takeDue<Subject>(
  deadlines: Deadlines<Subject>,
  now: Instant,
): Timer<Subject> | undefined {
  const first = deadlines.timers[0];
  if (first === undefined || first.rank > now) return undefined;
  pop(deadlines.timers);
  first.isSet = false;
  tidy(deadlines);
  return first;
}

/** Ensures that the first timer is pending, and that at most half of the heap is cancelled. */
function tidy<Subject>(deadlines: Deadlines<Subject>): void {
  dropIdleFirst(deadlines);
  const { timers, idle } = deadlines;
  if (timers.length > FEW && 2 * idle > timers.length) dropIdle(deadlines);
}

function dropIdleFirst<Subject>(deadlines: Deadlines<Subject>): void {
  const { timers } = deadlines;
  for (let first = timers[0]; first !== undefined && !first.isSet; first = timers[0]) {
    pop(timers);
    deadlines.idle--;
  }
}

function dropIdle<Subject>(deadlines: Deadlines<Subject>): void {
  retain(deadlines.timers, ({ isSet }) => isSet);
  deadlines.idle = 0;
}
