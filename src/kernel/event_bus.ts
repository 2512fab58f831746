/**
 * Carries facts outwards: what the machines say, and what users add for each other to hear.
 *
 * An event is delivered to all of its handlers before the next one is; what a handler emits waits
 * until then. A handler hears what is emitted after it was added and before it is removed. One that
 * throws or rejects harms nobody: it is logged and counted. What a user emits is heard by handlers
 * alone, and changes no machine.
 *
 * @module
 */

import { requireFunction, requireMs } from "./arguments.ts";
import { type CancelTimer, type Clock, systemClock } from "./clock.ts";
import { ClosedError, EventTimeoutError } from "./errors.ts";
import { EventStream } from "./event_stream.ts";
import type {
  EventBusOptions,
  EventHandler,
  EventsOptions,
  EventStats,
  HeardEvent,
  HeardEvents,
  Unsubscribe,
  WaitForOptions,
} from "./event_types.ts";
import type { EventMap } from "./events.ts";
import { defaultLogger, Logger } from "./logger.ts";
import type { Instant } from "./machine.ts";
import { readable } from "./readable.ts";

type Listener = (payload: unknown, sequence: number, at: Instant, event: string) => unknown;

interface Subscription {
  readonly listener: Listener;
  /** What the user handed in, by which `off` finds it. */
  readonly handler: unknown;
  readonly once: boolean;
  /** How much had been emitted when it was added. */
  readonly since: number;
  /** Is called when the subscription is taken away by `removeAllListeners`. */
  readonly removed: (() => void) | undefined;
}

interface Channel {
  readonly name: string;
  readonly subscriptions: Set<Subscription>;
  count: number;
  lastAt: Instant;
}

interface Emission {
  readonly event: string;
  readonly payload: unknown;
  readonly sequence: number;
  readonly at: Instant;
  readonly number: number;
}

/** How many names without handlers are counted; further ones are delivered but not counted. */
const MOST_COUNTED_NAMES = 10_000;

/**
 * Tells handlers by name of event what happened.
 *
 * `Events` maps names to payloads; other names work too, with payloads of unknown type.
 *
 * @example
 * ```ts
 * import { EventBus } from "@lockstep/lockstep";
 *
 * const eventBus = new EventBus();
 * const stop = eventBus.on("resource:acquired", ({ resourceId, agentId }) => {
 *   console.log(`${agentId} holds ${resourceId}`);
 * });
 * stop();
 * ```
 */
export class EventBus<Events extends object = EventMap> {
  readonly #debug: boolean;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #maxBuffered: number;
  readonly #channels = new Map<string, Channel>();
  /** Who listens to every event. */
  readonly #everything = newChannel("*");
  #emitted = 0;
  #failures = 0;
  #queue: Emission[] = [];
  #delivering = false;

  /** `debug` logs each event at level debug. */
  constructor(debug = false, options: EventBusOptions = {}) {
    this.#debug = debug;
    this.#logger = options.logger ?? (debug ? new Logger({ level: "debug" }) : defaultLogger);
    this.#clock = options.clock ?? systemClock;
    this.#maxBuffered = options.maxBuffered ?? 1024;
  }

  /** How many calls of handlers and filters threw or rejected. */
  get failures(): number {
    return this.#failures;
  }

  /** Calls `handler` with each `event` from here on, until the returned function is called. */
  on<Name extends keyof Events & string>(
    event: Name,
    handler: EventHandler<Events[Name]>,
  ): Unsubscribe;
  /** The same for an event whose payload has no known type. */
  on(event: string, handler: EventHandler<unknown>): Unsubscribe;
  on(event: string, handler: unknown): Unsubscribe {
    requireFunction(handler, "handler", () => `listen to ${JSON.stringify(event)}`);
    return this.#subscribe(event, handler as Listener, { handler });
  }

  /** Calls `handler` with the next `event` only. */
  once<Name extends keyof Events & string>(
    event: Name,
    handler: EventHandler<Events[Name]>,
  ): Unsubscribe;
  /** The same for an event whose payload has no known type. */
  once(event: string, handler: EventHandler<unknown>): Unsubscribe;
  once(event: string, handler: unknown): Unsubscribe {
    requireFunction(handler, "handler", () => `listen to ${JSON.stringify(event)}`);
    return this.#subscribe(event, handler as Listener, { handler, once: true });
  }

  /** Calls `handler` with those of `event` for which `filter` answers `true`. */
  onFiltered<Name extends keyof Events & string>(
    event: Name,
    filter: (payload: Events[Name]) => boolean,
    handler: EventHandler<Events[Name]>,
  ): Unsubscribe;
  /** The same for an event whose payload has no known type. */
  onFiltered(
    event: string,
    filter: (payload: unknown) => boolean,
    handler: EventHandler<unknown>,
  ): Unsubscribe;
  onFiltered(
    event: string,
    filter: unknown,
    handler: unknown,
  ): Unsubscribe {
    requireFunction(filter, "filter", () => `listen to ${JSON.stringify(event)}`);
    requireFunction(handler, "handler", () => `listen to ${JSON.stringify(event)}`);
    const listener: Listener = (payload, ...rest) => {
      return (filter as Listener)(payload, ...rest)
        ? (handler as Listener)(payload, ...rest)
        : undefined;
    };
    return this.#subscribe(event, listener, { handler });
  }

  /**
   * Removes `handler` from `event`, the oldest first where it was added more than once. Costs
   * O(handlers of the event); the function that `on` returns costs O(1).
   */
  off(event: string, handler: EventHandler<never>): void {
    const channel = this.#channels.get(event);
    if (channel === undefined) return;
    for (const subscription of channel.subscriptions) {
      if (subscription.handler !== handler) continue;
      this.#unsubscribe(channel, subscription);
      return;
    }
  }

  /** Tells the handlers of `event`, at once or when the event in delivery is through. */
  emit(event: string, payload?: unknown): void {
    this.publish(event, payload, this.#clock.now(), -1);
  }

  /**
   * Like {@linkcode emit}, for engines: with the instant and the sequence number of the event.
   * Costs one look-up when nobody listens.
   */
  publish(event: string, payload: unknown, at: Instant, sequence: number): void {
    const channel = this.#channels.get(event) ?? this.#open(event);
    channel.count++;
    channel.lastAt = at;
    const number = ++this.#emitted;
    if (this.#debug) this.#log("debug", `Event ${sequence} ${event} ${readable(payload)}`);
    if (channel.subscriptions.size === 0 && this.#everything.subscriptions.size === 0) return;
    if (this.#delivering) this.#queue.push({ event, payload, sequence, at, number });
    else this.#deliver({ event, payload, sequence, at, number });
  }

  /**
   * Resolves with what the next `event` carries. Leaves no handler and no timer behind.
   *
   * @throws {EventTimeoutError} when none comes within `timeoutMs` @default no limit
   * @throws {ClosedError} when `removeAllListeners` ends the wait
   */
  waitFor<Name extends keyof Events & string>(
    event: Name,
    timeoutMs?: number,
    options?: WaitForOptions,
  ): Promise<Events[Name]>;
  /** The same for an event whose payload has no known type. */
  waitFor(event: string, timeoutMs?: number, options?: WaitForOptions): Promise<unknown>;
  async waitFor(
    event: string,
    timeoutMs?: number,
    { signal }: WaitForOptions = {},
  ): Promise<unknown> {
    const attempt = () => `wait for event ${JSON.stringify(event)}`;
    if (timeoutMs !== undefined) requireMs(timeoutMs, 1, "timeoutMs", attempt);
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const unsubscribe = this.#subscribe(event, resolve, {
      handler: undefined,
      once: true,
      removed: () => reject(new ClosedError(attempt(), "the event bus")),
    });
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    let cancelTimer: CancelTimer | undefined;
    if (timeoutMs !== undefined) {
      cancelTimer = this.#clock.setTimer(this.#clock.now() + timeoutMs, () => {
        reject(new EventTimeoutError(event, timeoutMs));
      });
    }
    try {
      return await promise;
    } finally {
      unsubscribe();
      cancelTimer?.();
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * The events of `names`, or all, from this call on. A consumer that falls behind by more than
   * `buffer` events loses the oldest ones, and finds their number in `dropped`.
   */
  events<Name extends keyof Events & string>(
    names: Name | readonly Name[],
    options?: EventsOptions,
  ): EventStream<HeardEvents<Events, Name>>;
  /** The same for all events, or for some whose payloads have no known type. */
  events(names?: string | readonly string[], options?: EventsOptions): EventStream<HeardEvent>;
  events(
    names?: string | readonly string[],
    { buffer = this.#maxBuffered, signal }: EventsOptions = {},
  ): EventStream<HeardEvent> {
    const unsubscribers: Unsubscribe[] = [];
    const stream = new EventStream<HeardEvent>(buffer, () => {
      signal?.removeEventListener("abort", abort);
      for (const unsubscribe of unsubscribers) unsubscribe();
    });
    const abort = () => void stream.return();
    if (signal?.aborted) {
      abort();
      return stream;
    }
    signal?.addEventListener("abort", abort, { once: true });
    const listener: Listener = (payload, sequence, at, event) => {
      stream.push({ event, payload, sequence, at });
    };
    const settings = { handler: undefined, removed: () => stream.end() };
    if (names === undefined) {
      unsubscribers.push(this.#add(this.#everything, listener, settings));
    }
    for (const name of new Set(typeof names === "string" ? [names] : names)) {
      unsubscribers.push(this.#subscribe(name, listener, settings));
    }
    return stream;
  }

  /** How often each event was emitted. */
  getEventStats(): EventStats[] {
    return [...this.#channels.values()].map(({ name, count, lastAt }) => ({
      event: name,
      count,
      lastEmitted: count === 0 ? null : new Date(lastAt),
    }));
  }

  /** Counts from zero again. */
  resetStats(): void {
    for (const channel of this.#channels.values()) {
      channel.count = 0;
      this.#retire(channel);
    }
  }

  /**
   * Removes all handlers, of `event` or of all events; iterators end once they are empty, and waits
   * reject with {@linkcode ClosedError}.
   */
  removeAllListeners(event?: string): void {
    const channels = event === undefined
      ? [...this.#channels.values(), this.#everything]
      : [this.#channels.get(event)];
    for (const channel of channels) {
      for (const subscription of channel?.subscriptions ?? []) {
        this.#unsubscribe(channel!, subscription);
        subscription.removed?.();
      }
    }
  }

  #subscribe(event: string, listener: Listener, settings: Settings): Unsubscribe {
    let channel = this.#channels.get(event);
    if (channel === undefined) this.#channels.set(event, channel = newChannel(event));
    return this.#add(channel, listener, settings);
  }

  #add(channel: Channel, listener: Listener, settings: Settings): Unsubscribe {
    const { handler, once = false, removed } = settings;
    const subscription = { listener, handler, once, removed, since: this.#emitted };
    channel.subscriptions.add(subscription);
    return () => this.#unsubscribe(channel, subscription);
  }

  #unsubscribe(channel: Channel, subscription: Subscription): void {
    channel.subscriptions.delete(subscription);
    this.#retire(channel);
  }

  /** The channel that counts `event`, of which there is none. */
  #open(event: string): Channel {
    const channel = newChannel(event);
    if (this.#channels.size < MOST_COUNTED_NAMES) this.#channels.set(event, channel);
    return channel;
  }

  /** Forgets a channel that holds nothing, or only a count that there is no room for. */
  #retire(channel: Channel): void {
    if (channel.subscriptions.size > 0) return;
    if (channel.count > 0 && this.#channels.size <= MOST_COUNTED_NAMES) return;
    if (this.#channels.get(channel.name) === channel) this.#channels.delete(channel.name);
  }

  /** Delivers an event, and then what its handlers emitted, in order. */
  #deliver(first: Emission): void {
    this.#delivering = true;
    const queue = this.#queue;
    queue.push(first);
    try {
      for (let i = 0; i < queue.length; i++) {
        const emission = queue[i]!;
        const channel = this.#channels.get(emission.event);
        if (channel !== undefined) this.#tell(channel, emission);
        this.#tell(this.#everything, emission);
      }
    } finally {
      queue.length = 0;
      this.#delivering = false;
    }
  }

  #tell(channel: Channel, emission: Emission): void {
    for (const subscription of channel.subscriptions) {
      if (subscription.since >= emission.number) continue;
      if (subscription.once) this.#unsubscribe(channel, subscription);
      this.#call(subscription.listener, emission);
    }
  }

  #call(listener: Listener, { event, payload, sequence, at }: Emission): void {
    try {
      const result = listener(payload, sequence, at, event);
      if (isThenable(result)) result.then(undefined, (error) => this.#failed(event, error));
    } catch (error) {
      this.#failed(event, error);
    }
  }

  #failed(event: string, error: unknown): void {
    this.#failures++;
    this.#log("error", `A handler of ${JSON.stringify(event)} failed`, error);
  }

  #log(level: "debug" | "error", message: string, ...data: unknown[]): void {
    try {
      this.#logger[level](message, ...data);
    } catch {
      // A logger that fails has nobody left to tell, and must not stop the events.
    }
  }
}

interface Settings {
  readonly handler: unknown;
  readonly once?: boolean;
  readonly removed?: () => void;
}

function newChannel(name: string): Channel {
  return { name, subscriptions: new Set(), count: 0, lastAt: 0 };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
