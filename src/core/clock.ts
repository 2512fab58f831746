/**
 * Where time comes from. Everything that waits asks a {@linkcode Clock}, so that a test or a
 * simulation can be handed one that it moves by hand.
 *
 * @module
 */

import type { Instant } from "./machine.ts";

/** Takes back what {@linkcode Clock.setTimer} set; harmless when called late or twice. */
export type CancelTimer = () => void;

/** Tells the time and wakes its caller. */
export interface Clock {
  /** The time as an integer. May jump; who needs it to be monotonic clamps it. */
  now(): Instant;
  /** Calls `callback` once, at `at` or soon after it, and never before `setTimer` returned. */
  setTimer(at: Instant, callback: () => void): CancelTimer;
}

/** The longest delay that `setTimeout` takes; a longer one fires early, which is harmless. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The wall clock of this machine, and its `setTimeout`. */
export const systemClock: Clock = {
  now: Date.now,
  setTimer(at, callback) {
    const delay = Math.min(Math.max(0, at - Date.now()), LONGEST_DELAY_MS);
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};
