/**
 * The time for what happens very often: read once for all that a turn of the event loop does on end.
 *
 * Reading the clock costs more than telling an event to a handler. As in the event loops of Node and
 * libuv, the time stands still until the running code gives way to other code; and lest code that
 * doesn't give way stops the time, it is read anew after so many uses in any case.
 *
 * @module
 */

import { type Clock, systemClock } from "../clock.ts";
import type { Instant } from "../machine.ts";

/** After how many uses the time is read anew. */
const MOST_USES = 32;

const DONE: Promise<void> = Promise.resolve();

/** Reads the system clock once a turn, and any other clock, which may be moved by hand, each time. */
export class TurnTime {
  readonly #clock: Clock;
  #at: Instant = NaN;
  #usesLeft = 0;
  #isWatched = false;
  readonly #forget = (): void => {
    this.#usesLeft = 0;
    this.#isWatched = false;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time. Costs a look, most of the time. */
  read(): Instant {
    if (this.#usesLeft-- > 0) return this.#at;
    return this.#read();
  }

  #read(): Instant {
    this.#at = this.#clock.now();
    if (this.#clock !== systemClock) {
      this.#usesLeft = 0;
      return this.#at;
    }
    this.#usesLeft = MOST_USES - 1;
    if (!this.#isWatched) {
      this.#isWatched = true;
      DONE.then(this.#forget);
    }
    return this.#at;
  }
}
