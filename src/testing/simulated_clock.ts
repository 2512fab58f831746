/**
 * Time that stands still until a test moves it.
 *
 * @module
 */

import type { CancelTimer, Clock } from "../core/clock.ts";
import { type Heap, type HeapEntry, push, remove } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import { requireInteger, requireMs } from "../core/arguments.ts";

interface SimulatedTimer extends HeapEntry {
  readonly callback: () => void;
}

/**
 * The number of microtask turns between two instants, in which promises settle: enough for chains of
 * some hundred `await`s, and the same in every run.
 */
const TURNS = 200;

/** The number of rounds of timers at one instant beyond which they count as endless. */
const MOST_ROUNDS = 10_000;

/**
 * A clock for tests. Timers fire in the order of their instants, those of one instant in the order
 * in which they were set, and each sees `now()` at its own instant. What a timer sets within the
 * time that passes fires in its place.
 *
 * The methods that return a promise let other promises settle before the first instant, between
 * instants, and after the last; `advanceSync` lets none settle. When a timer throws, or timers keep
 * setting timers for the same instant, time stops there and the caller gets the error.
 *
 * @example
 * ```ts
 * import { SimulatedClock } from "@lockstep/lockstep/testing";
 *
 * const clock = new SimulatedClock();
 * clock.setTimer(1000, () => console.log("one second"));
 * await clock.advance(1000);
 * ```
 */
export class SimulatedClock implements Clock {
  readonly #timers: Heap<SimulatedTimer> = [];
  #sequence = 0;
  #now: Instant;
  /** The number of rounds of timers since time last moved. */
  #rounds = 0;

  /** Creates a clock that stands at `start`. */
  constructor(start: Instant = 0) {
    requireInteger(start, 0, Number.MAX_SAFE_INTEGER, "start", () => "create a clock");
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  setTimer(at: Instant, callback: () => void): CancelTimer {
    const timer = { rank: at, sequence: this.#sequence++, position: -1, callback };
    push(this.#timers, timer);
    return () => remove(this.#timers, timer);
  }

  /** The number of pending timers. */
  get pending(): number {
    return this.#timers.length;
  }

  /** The instant of the earliest pending timer, or `Infinity`. */
  get next(): Instant {
    return this.#timers[0]?.rank ?? Infinity;
  }

  /** Advances time by `ms`. */
  async advance(ms: number): Promise<void> {
    await this.advanceTo(this.#later(ms));
  }

  /** Advances time to `instant`; a no-op when it is past. */
  async advanceTo(instant: Instant): Promise<void> {
    await settle();
    while (this.next <= instant) {
      this.#fireNext();
      await settle();
    }
    this.#reach(instant);
  }

  /** Advances time by `ms` synchronously: promises settle only afterwards. */
  advanceSync(ms: number): void {
    const instant = this.#later(ms);
    while (this.next <= instant) this.#fireNext();
    this.#reach(instant);
  }

  /**
   * Advances time until no timer is pending.
   *
   * @returns the number of instants with timers
   * @throws {RangeError} after `limit` instants with timers @default 10_000
   */
  async runUntilIdle(limit: number = 10_000): Promise<number> {
    await settle();
    let instants = 0;
    for (; this.next < Infinity; instants++) {
      if (instants === limit) {
        throw new RangeError(
          `Cannot run until idle: timers must end within ${limit} instants, got ${this.pending} more`,
        );
      }
      this.#fireNext();
      await settle();
    }
    return instants;
  }

  /** Sets the time, also back, and fires nothing, as when a wall clock is corrected. */
  jumpTo(instant: Instant): void {
    requireInteger(instant, 0, Number.MAX_SAFE_INTEGER, "instant", () => "set the clock");
    this.#now = instant;
  }

  #later(ms: number): Instant {
    requireMs(ms, 0, "ms", () => "advance the clock");
    return this.#now + ms;
  }

  #reach(instant: Instant): void {
    if (instant <= this.#now) return;
    this.#now = instant;
    this.#rounds = 0;
  }

  /** Fires the timers of the earliest instant, except those that are set meanwhile. */
  #fireNext(): void {
    const at = this.next;
    const newest = this.#sequence;
    this.#reach(at);
    if (++this.#rounds > MOST_ROUNDS) {
      throw new RangeError(
        `Cannot go beyond ${this.#now}: timers must let time pass, got ${MOST_ROUNDS} rounds of them`,
      );
    }
    for (;;) {
      const timer = this.#timers[0];
      if (timer === undefined || timer.rank > at || timer.sequence >= newest) return;
      remove(this.#timers, timer);
      timer.callback();
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await undefined;
}
