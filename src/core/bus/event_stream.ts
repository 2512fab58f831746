/**
 * A bounded buffer of events for a consumer that reads one at a time. When it is full, the oldest
 * event is dropped, and the drop is counted.
 *
 * @module
 */

import { requireInteger } from "../arguments.ts";

/**
 * An async iterator over events; `EventBus.events()` returns it.
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
 *   break; // ends the stream and its subscription
 * }
 * ```
 * @category Events
 */
export class EventStream<Item> implements AsyncIterableIterator<Item>, AsyncDisposable {
  readonly #capacity: number;
  readonly #release: () => void;
  /** A ring that starts at `#first`. */
  readonly #buffer: Item[] = [];
  #first = 0;
  #length = 0;
  #dropped = 0;
  #ended = false;
  #consumers: ((result: IteratorResult<Item, undefined>) => void)[] = [];

  /** Buffers up to `capacity` events, and calls `release` once when the stream ends. */
  constructor(capacity: number, release: () => void) {
    requireInteger(capacity, 1, Number.MAX_SAFE_INTEGER, "buffer", () => "iterate over events");
    this.#capacity = capacity;
    this.#release = release;
  }

  /** Number of events that were dropped because the consumer was slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Passes `item` to a pending `next()`, or adds it to the buffer. A no-op after the end. */
  push(item: Item): void {
    if (this.#ended) return;
    const consumer = this.#consumers.shift();
    if (consumer !== undefined) return consumer({ done: false, value: item });
    if (this.#length === this.#capacity) {
      this.#take();
      this.#dropped++;
    }
    this.#buffer[(this.#first + this.#length++) % this.#capacity] = item;
  }

  /** Accepts no more events; those in the buffer can still be read. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    for (const consumer of this.#consumers) consumer({ done: true, value: undefined });
    this.#consumers = [];
  }

  /** Resolves with the oldest event of the buffer, or with the next one if the buffer is empty. */
  next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#length > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#consumers.push(resolve));
  }

  /** Ends the iteration and clears the buffer; called when a `for await` loop is left. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.end();
    this.#buffer.length = 0;
    this.#length = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Returns this iterator. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same as {@linkcode return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #take(): Item {
    const item = this.#buffer[this.#first]!;
    delete this.#buffer[this.#first];
    this.#first = (this.#first + 1) % this.#capacity;
    this.#length--;
    return item;
  }
}
