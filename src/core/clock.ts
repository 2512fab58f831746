/**
 * The source of time. All timers come from a {@linkcode Clock}, so that a test or a simulation can
 * control the time.
 *
 * @module
 */

import type { Instant } from "./machine.ts";

/**
 * Cancels what {@linkcode Clock.setTimer} set. Idempotent; a no-op once the timer has fired.
 * @category Runtime
 */
export interface CancelTimer {
  (): void;
  /** Sets whether the pending timer keeps the process alive, as it does at first. */
  keepAlive?(isNeeded: boolean): void;
}

/**
 * Provides the time, and timers.
 * @category Runtime
 */
export interface Clock {
  /** Returns the time as an integer that never decreases. */
  now(): Instant;
  /** Calls `callback` once, at `at` or soon after it, and never before `setTimer` returned. */
  setTimer(at: Instant, callback: () => void): CancelTimer;
}

/** The longest delay that `setTimeout` accepts. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The advance of the wall clock between two readings above which it is checked. */
const TRUSTED_ADVANCE_MS = 50;

/**
 * Time that advances like a monotonic source, from the wall time at the first reading.
 *
 * A wall clock that is set back stops nothing, and one that is set forward expires nothing early.
 * Reading the wall clock costs half as much as reading the monotonic one, so the latter is read only
 * when the wall clock went back, or advanced by more than what is usual between two readings.
 */
export class SteadyTime {
  readonly #wall: (() => number) | undefined;
  readonly #steady: () => number;
  /** The newest wall time, what to add to it, and their sum. */
  #read: number;
  #offset = 0;
  #now: Instant;
  /** The time at the newest comparison with the monotonic source, and that source's value. */
  #comparedAt: Instant;
  #comparedSteady: number;

  /** Starts at the time of `wall`, by default `Date.now`, and advances like `steady`, both in ms. */
  constructor(
    wall: (() => number) | undefined = undefined,
    steady: () => number = () => performance.now(),
  ) {
    this.#wall = wall;
    this.#steady = steady;
    this.#read = wall === undefined ? Date.now() : Math.floor(wall());
    this.#now = this.#read;
    this.#comparedAt = this.#read;
    this.#comparedSteady = steady();
  }

  /** Returns the time. */
  now(): Instant {
    const read = this.#wall === undefined ? Date.now() : Math.floor(this.#wall());
    if (read === this.#read) return this.#now;
    const advance = read - this.#read;
    if (advance < 0 || advance > TRUSTED_ADVANCE_MS) this.#compare(read);
    this.#read = read;
    this.#now = read + this.#offset;
    return this.#now;
  }

  #compare(read: number): void {
    const steady = this.#steady();
    const elapsed = Math.floor(steady - this.#comparedSteady);
    const now = Math.max(this.#now, this.#comparedAt + elapsed);
    this.#offset = now - read;
    this.#comparedAt = now;
    this.#comparedSteady = steady;
  }
}

/** Calls a function once, after a delay. */
export interface Timers {
  /** Like `setTimeout`. */
  set(callback: () => void, delayMs: number): unknown;
  /** Like `clearTimeout`. */
  clear(timer: unknown): void;
}

const RUNTIME_TIMERS: Timers = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** {@linkcode SteadyTime} with timers, by default those of the runtime. */
export class SteadyClock extends SteadyTime implements Clock {
  readonly #timers: Timers;

  /** Starts at the time of `wall`, and advances like `steady`. */
  constructor(
    wall: (() => number) | undefined = undefined,
    steady: (() => number) | undefined = undefined,
    timers: Timers = RUNTIME_TIMERS,
  ) {
    super(wall, steady);
    this.#timers = timers;
  }

  setTimer(at: Instant, callback: () => void): CancelTimer {
    const timers = this.#timers;
    let timer: unknown;
    let isNeeded = true;
    const arm = () => {
      const delay = Math.max(0, at - this.now());
      timer = delay > LONGEST_DELAY_MS
        ? timers.set(arm, LONGEST_DELAY_MS)
        : timers.set(callback, delay);
      if (!isNeeded) keepAlive(timer, false);
    };
    arm();
    const cancel: CancelTimer = () => timers.clear(timer);
    cancel.keepAlive = (value) => {
      isNeeded = value;
      keepAlive(timer, value);
    };
    return cancel;
  }
}

/**
 * The time of this process, and its `setTimeout`.
 * @category Runtime
 */
export const systemClock: Clock = new SteadyClock();

/** Returns a clock that is `ms` ahead of `clock`. */
export function aheadOf(clock: Clock, ms: number): Clock {
  return {
    now: () => clock.now() + ms,
    setTimer: (at, callback) => clock.setTimer(at - ms, callback),
  };
}

/** Sets whether a timer keeps the process alive. A no-op in a browser, which has no such setting. */
function keepAlive(timer: unknown, isNeeded: boolean): void {
  const { ref, unref } = timer as { ref?(): void; unref?(): void };
  if (isNeeded) ref?.call(timer);
  else unref?.call(timer);
}
