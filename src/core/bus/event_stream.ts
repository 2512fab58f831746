/**
 * Events waiting for a consumer that asks for one at a time, in a buffer that never outgrows its
 * bound: when it is full the oldest event goes, and the loss is counted.
 *
 * @module
 */

import { requireInteger } from "../arguments.ts";

/**
 * An async iterator over events, as `EventBus.events()` hands it out.
 *
 * @example
 * ```ts
 * import { EventBus } from "@lockstep/lockstep";
 *
 * const eventBus = new EventBus<{ "build:started": { commit: string } }>();
 * const stream = eventBus.events(["build:started"]);
 * eventBus.emit("build:started", { commit: "5b7863e" });
 * for await (const { event, payload } of stream) {
 *   console.log(event, payload); // build:started { commit: "5b7863e" }
 *   break; // ends the stream, which lets go of the bus
 * }
 * ```
 */
export class EventStream<Heard> implements AsyncIterableIterator<Heard>, AsyncDisposable {
  readonly #capacity: number;
  readonly #release: () => void;
  /** A ring that starts at `#first`. */
  readonly #buffer: Heard[] = [];
  #first = 0;
  #length = 0;
  #dropped = 0;
  #ended = false;
  #consumers: ((result: IteratorResult<Heard, undefined>) => void)[] = [];

  /** Keeps up to `capacity` events, and calls `release` once when no more are wanted. */
  constructor(capacity: number, release: () => void) {
    requireInteger(capacity, 1, Number.MAX_SAFE_INTEGER, "buffer", () => "iterate over events");
    this.#capacity = capacity;
    this.#release = release;
  }

  /** Number of events that were dropped because the consumer was slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Hands `heard` to a consumer that waits, or keeps it for the next that asks. */
  push(heard: Heard): void {
    if (this.#ended) return;
    const consumer = this.#consumers.shift();
    if (consumer !== undefined) return consumer({ done: false, value: heard });
    if (this.#length === this.#capacity) {
      this.#take();
      this.#dropped++;
    }
    this.#buffer[(this.#first + this.#length++) % this.#capacity] = heard;
  }

  /** Takes no more events; what is kept can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    for (const consumer of this.#consumers) consumer({ done: true, value: undefined });
    this.#consumers = [];
  }

  /** The oldest event that is kept, or else the next that comes. */
  next(): Promise<IteratorResult<Heard, undefined>> {
    if (this.#length > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#consumers.push(resolve));
  }

  /** Ends the iteration and lets go of what is kept; a `for await` loop that is left calls it. */
  return(): Promise<IteratorResult<Heard, undefined>> {
    this.end();
    this.#buffer.length = 0;
    this.#length = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same as {@linkcode return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #take(): Heard {
    const heard = this.#buffer[this.#first]!;
    delete this.#buffer[this.#first];
    this.#first = (this.#first + 1) % this.#capacity;
    this.#length--;
    return heard;
  }
}
