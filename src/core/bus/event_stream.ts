/**
 * Events that wait for a consumer, which asks for one at a time, in a buffer of limited length: a full
 * one drops the oldest event, and counts it.
 *
 * The bus holds the buffer, and the buffer holds the stream that callers have only while a consumer
 * waits. So a stream that its caller drops without reading it is collected as garbage, and that ends
 * its buffer.
 *
 * @module
 */

import { requireInteger } from "../arguments.ts";

/** A consumer that waits for the next event, which keeps its stream alive. */
interface WaitingConsumer<Heard> {
  readonly stream: EventStream<Heard>;
  readonly resolve: (result: IteratorResult<Heard, undefined>) => void;
}

/** Ends the buffers of streams that can't be read any more. */
const DROPPED_STREAMS = new FinalizationRegistry<{ close(): void }>((buffer) => buffer.close());

/** The events of a stream. */
export class EventBuffer<Heard> {
  readonly #capacity: number;
  readonly #release: () => void;
  /** A ring that starts at `#first`; made with the first event. */
  #events: Heard[] | undefined;
  #first = 0;
  #length = 0;
  #dropped = 0;
  #ended = false;
  #consumers: WaitingConsumer<Heard>[] | undefined;

  /** Keeps up to `capacity` events, and calls `release` once when no more are wanted. */
  constructor(capacity: number, release: () => void) {
    requireInteger(capacity, 1, Number.MAX_SAFE_INTEGER, "buffer", () => "iterate over events");
    this.#capacity = capacity;
    this.#release = release;
  }

  /** The number of events that were dropped because the consumer was slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Passes `heard` to a consumer that waits, or keeps it for the next that asks. */
  push(heard: Heard): void {
    if (this.#ended) return;
    const consumer = this.#consumers?.shift();
    if (consumer !== undefined) return consumer.resolve({ done: false, value: heard });
    if (this.#length === this.#capacity) {
      this.#take();
      this.#dropped++;
    }
    this.#events ??= [];
    this.#events[(this.#first + this.#length++) % this.#capacity] = heard;
  }

  /** Takes no more events; what is kept can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    for (const { resolve } of this.#consumers ?? []) resolve({ done: true, value: undefined });
    this.#consumers = undefined;
  }

  /** Takes no more events, and drops what is kept. */
  close(): void {
    this.end();
    this.#events = undefined;
    this.#length = 0;
  }

  /** Returns the oldest event that is kept, or else the next that comes, for `stream`. */
  next(stream: EventStream<Heard>): Promise<IteratorResult<Heard, undefined>> {
    if (this.#length > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => (this.#consumers ??= []).push({ stream, resolve }));
  }

  #take(): Heard {
    const events = this.#events!;
    const heard = events[this.#first]!;
    delete events[this.#first];
    this.#first = (this.#first + 1) % this.#capacity;
    this.#length--;
    return heard;
  }
}

/**
 * An async iterator over events, made by `EventBus.events()`.
 *
 * A stream that is never read keeps the newest events, up to its buffer, for as long as a caller holds
 * it; one that no caller holds is collected, and leaves the bus.
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
export class EventStream<Heard> implements AsyncIterableIterator<Heard>, AsyncDisposable {
  readonly #buffer: EventBuffer<Heard>;

  /**
   * Makes the stream of a buffer; streams come from `EventBus.events()`.
   * @internal
   */
  constructor(buffer: EventBuffer<Heard>) {
    this.#buffer = buffer;
    DROPPED_STREAMS.register(this, buffer, buffer);
  }

  /** Number of events that were dropped because the consumer was slow. */
  get dropped(): number {
    return this.#buffer.dropped;
  }

  /** The oldest event that is kept, or else the next that comes. */
  next(): Promise<IteratorResult<Heard, undefined>> {
    return this.#buffer.next(this);
  }

  /** Ends the iteration and clears the buffer; called when a `for await` loop is left. */
  return(): Promise<IteratorResult<Heard, undefined>> {
    DROPPED_STREAMS.unregister(this.#buffer);
    this.#buffer.close();
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
}
