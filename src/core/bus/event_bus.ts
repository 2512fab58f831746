/**
 * Publishes events to their subscribers: those of machines, and those that programs emit.
 *
 * An event is delivered to all of its handlers before the next event is; events that a handler emits
 * are queued until then. A handler receives the events that are emitted after it was added and before
 * it is removed. An error of a handler is logged and counted, and affects no other handler. An event
 * that a program emits reaches handlers only, and changes no machine.
 *
 * @module
 */

import { requireFunction, requireMs } from "../arguments.ts";
import { type Clock, systemClock } from "../clock.ts";
import { ClosedError, EventTimeoutError } from "../errors.ts";
import { EventBuffer, EventStream } from "./event_stream.ts";
import type {
  AnyEvents,
  EventBusOptions,
  EventHandler,
  EventsOptions,
  EventStats,
  HeardEvent,
  HeardEvents,
  Unsubscribe,
  WaitForOptions,
} from "./event_types.ts";
import { defaultLogger, Logger, logTo } from "../logger.ts";
import { rejectedFor } from "../call_site.ts";
import type { Instant } from "../machine.ts";
import { eventLine } from "../describe.ts";

/** An event that is queued until earlier events are delivered. */
interface Emission {
  readonly channel: Channel;
  readonly event: string;
  readonly payload: unknown;
  readonly sequence: number;
  readonly at: Instant;
  /** Number of subscriptions to its channel, and to all events, when it was emitted. */
  readonly some: number;
  readonly all: number;
}

/** Number of names that are counted; events of further names are delivered but not counted. */
const MOST_COUNTED_NAMES = 10_000;

/**
 * Delivers events to the handlers that subscribed to their names.
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
export class EventBus<Events extends object = AnyEvents> {
  /** Whether it logs each event. */
  readonly debug: boolean;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #time: TurnTime;
  readonly #maxBuffered: number;
  readonly #channels = new Map<string, Channel>();
  /** The channel of the newest event: mostly that of the next one, too. */
  #newest: Channel | undefined;
  /** The subscriptions to all events. */
  readonly #everything = new Channel("*");
  readonly #queue: Emission[] = [];
  /** The channels with a subscription that ended during a delivery. */
  readonly #untidy: Channel[] = [];
  #failures = 0;
  #isDelivering = false;

  /** With `debug`, logs each event at level debug: its sequence number and its description. */
  constructor(debug = false, options: EventBusOptions = {}) {
    this.debug = debug;
    this.#logger = options.logger ?? (debug ? new Logger({ level: "debug" }) : defaultLogger);
    this.#clock = options.clock ?? systemClock;
    this.#time = new TurnTime(this.#clock);
    this.#maxBuffered = options.maxBuffered ?? 1024;
  }

  /** Number of calls of handlers and filters that threw or rejected. */
  get failures(): number {
    return this.#failures;
  }

  /** Calls `handler` with each later `event`, until the returned function is called. */
  on<Name extends keyof Events & string>(
    event: Name,
    handler: EventHandler<Events[Name]>,
  ): Unsubscribe;
  on(event: string, handler: unknown): Unsubscribe {
    requireFunction(handler, "handler", () => `listen to ${JSON.stringify(event)}`);
    return this.#subscribe(event, handler as Listener, { handler });
  }

  /** Calls `handler` with the next `event` only. */
  once<Name extends keyof Events & string>(
    event: Name,
    handler: EventHandler<Events[Name]>,
  ): Unsubscribe;
  once(event: string, handler: unknown): Unsubscribe {
    requireFunction(handler, "handler", () => `listen to ${JSON.stringify(event)}`);
    return this.#subscribe(event, handler as Listener, { handler, once: true });
  }

  /** Calls `handler` with each later `event` for which `filter` returns a truthy value. */
  onFiltered<Name extends keyof Events & string>(
    event: Name,
    filter: (payload: Events[Name]) => boolean,
    handler: EventHandler<Events[Name]>,
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
   * Removes `handler` from `event`; the oldest subscription if it was added more than once. Costs
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

  /** Delivers `event` to its handlers, at once or after the event that is being delivered. */
  emit(event: string, payload?: unknown): void {
    this.publish(event, payload, this.#time.read(), -1);
  }

  /** Whether events of that name have a handler, or are logged. Otherwise they are counted only. */
  hears(event: string): boolean {
    const all = this.#everything.subscriptions.length;
    return this.debug || all > 0 || this.#channelOf(event).subscriptions.length > 0;
  }

  /**
   * Delivers an event of an engine, with its instant and its sequence number. Costs one look-up when
   * there are no subscriptions.
   */
  publish(
    event: string,
    payload: unknown,
    at: Instant,
    sequence: number,
    describe?: (event: never) => string,
  ): void {
    const channel = this.#channelOf(event);
    channel.count++;
    channel.lastAt = at;
    if (this.debug) logTo(this.#logger, "debug", eventLine(event, payload, sequence, at, describe));
    const some = channel.subscriptions.length;
    const all = this.#everything.subscriptions.length;
    if (some + all === 0) return;
    if (this.#isDelivering) {
      this.#queue.push({ channel, event, payload, sequence, at, some, all });
      return;
    }
    this.#isDelivering = true;
    this.#deliver(channel, some, event, payload, sequence, at);
    if (all > 0) this.#deliver(this.#everything, all, event, payload, sequence, at);
    if (this.#queue.length > 0) this.#deliverQueued();
    this.#isDelivering = false;
    if (this.#untidy.length > 0) this.#tidy();
  }

  /**
   * Resolves with the payload of the next `event`. Leaves no handler and no timer behind.
   *
   * @throws {EventTimeoutError} when none is emitted within `timeoutMs`; 0 for no limit
   * @throws {ClosedError} when `removeAllListeners` ends the wait
   */
  waitFor<Name extends keyof Events & string>(
    event: Name,
    timeoutMs?: number,
    options?: WaitForOptions,
  ): Promise<Events[Name]>;
  async waitFor(
    event: string,
    timeoutMs = 0,
    { signal }: WaitForOptions = {},
  ): Promise<unknown> {
    const attempt = () => `wait for event ${JSON.stringify(event)}`;
    requireMs(timeoutMs, 0, "timeoutMs", attempt);
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const end = (finish: () => void) => {
        unsubscribe();
        cancelTimer?.();
        signal?.removeEventListener("abort", abort);
        finish();
      };
      const unsubscribe = this.#subscribe(
        event,
        (payload: unknown) => end(() => resolve(payload)),
        {
          handler: undefined,
          once: true,
          removed: () =>
            end(() => resolve(rejectedFor(new ClosedError(attempt(), "the event bus")))),
        },
      );
      const abort = () => end(() => reject(signal!.reason));
      signal?.addEventListener("abort", abort, { once: true });
      const cancelTimer = timeoutMs === 0
        ? undefined
        : this.#clock.setTimer(this.#clock.now() + timeoutMs, () => {
          end(() => resolve(rejectedFor(new EventTimeoutError(event, timeoutMs))));
        });
    });
  }

  /**
   * The events of `names`, or all, from this call on. A consumer that falls behind by more than
   * `buffer` events loses the oldest ones, and finds their number in `dropped`. A stream that was made
   * and dropped without being read leaves the bus when it is collected as garbage.
   */
  events<Name extends keyof Events & string>(
    names: Name | readonly Name[],
    options?: EventsOptions,
  ): EventStream<HeardEvents<Events, Name>>;
  /** The same for all events. */
  events(names?: undefined, options?: EventsOptions): EventStream<HeardEvent>;
  events(
    names?: string | readonly string[],
    { buffer = this.#maxBuffered, signal }: EventsOptions = {},
  ): EventStream<HeardEvent> {
    const unsubscribers: Unsubscribe[] = [];
    // Nothing here may refer to the stream, or it would never be collected.
    const events = new EventBuffer<HeardEvent>(buffer, () => {
      signal?.removeEventListener("abort", abort);
      for (const unsubscribe of unsubscribers) unsubscribe();
    });
    const abort = () => events.close();
    if (signal?.aborted) {
      abort();
      return new EventStream(events);
    }
    signal?.addEventListener("abort", abort, { once: true });
    const listener: Listener = (payload, sequence, at, event) => {
      events.push({ event, payload, sequence, at });
    };
    const settings = { handler: undefined, removed: () => events.end() };
    if (names === undefined) {
      unsubscribers.push(this.#add(this.#everything, listener, settings));
    }
    for (const name of new Set(typeof names === "string" ? [names] : names)) {
      unsubscribers.push(this.#subscribe(name, listener, settings));
    }
    return new EventStream(events);
  }

  /** Returns the number of emissions of each event. */
  getEventStats(): EventStats[] {
    return [...this.#channels.values()].map(({ name, count, lastAt }) => ({
      event: name,
      count,
      lastEmitted: count === 0 ? null : new Date(lastAt),
    }));
  }

  /** Resets the number of emissions of each event to zero. */
  resetStats(): void {
    for (const channel of this.#channels.values()) {
      channel.count = 0;
      if (!this.#isDelivering) this.#removeEnded(channel);
    }
  }

  /**
   * Removes all handlers, of `event` or of all events. Iterators end after the events in their
   * buffers, and promises of `waitFor` reject with {@linkcode ClosedError}.
   */
  removeAllListeners(event?: string): void {
    const channels = event === undefined
      ? [...this.#channels.values(), this.#everything]
      : [this.#channels.get(event)];
    for (const channel of channels) {
      for (const subscription of [...channel?.subscriptions ?? []]) {
        if (!subscription.isActive) continue;
        this.#unsubscribe(channel!, subscription);
        subscription.removed?.();
      }
    }
  }

  #subscribe(event: string, listener: Listener, settings: Settings): Unsubscribe {
    let channel = this.#channels.get(event);
    if (channel === undefined) {
      this.#channels.set(event, channel = new Channel(event));
      this.#newest = undefined; // it may be one that was not kept
    }
    return this.#add(channel, listener, settings);
  }

  #add(channel: Channel, listener: Listener, settings: Settings): Unsubscribe {
    const { handler, once = false, removed } = settings;
    const subscription: Subscription = { listener, handler, removed, isActive: true };
    const unsubscribe = () => this.#unsubscribe(channel, subscription);
    if (once) {
      subscription.listener = (...event) => {
        unsubscribe();
        return listener(...event);
      };
    }
    channel.add(subscription);
    return unsubscribe;
  }

  #unsubscribe(channel: Channel, subscription: Subscription): void {
    channel.end(subscription);
    if (this.#isDelivering) this.#untidy.push(channel);
    else this.#removeEnded(channel);
  }

  #channelOf(event: string): Channel {
    const newest = this.#newest;
    if (newest?.name === event) return newest;
    return this.#newest = this.#channels.get(event) ?? this.#open(event);
  }

  /** Makes the channel of `event`, and keeps it if its emissions are counted. */
  #open(event: string): Channel {
    const channel = new Channel(event);
    if (this.#channels.size < MOST_COUNTED_NAMES) this.#channels.set(event, channel);
    return channel;
  }

  /**
   * Removes the ended subscriptions of a channel. Evicts a channel without subscriptions when it has
   * no count, or when there are more channels than are counted.
   */
  #removeEnded(channel: Channel): void {
    channel.tidy();
    if (!channel.isUnsubscribed) return;
    if (channel.count > 0 && this.#channels.size <= MOST_COUNTED_NAMES) return;
    if (this.#channels.get(channel.name) !== channel) return;
    this.#channels.delete(channel.name);
    this.#newest = undefined;
  }

  #tidy(): void {
    for (const channel of this.#untidy) this.#removeEnded(channel);
    this.#untidy.length = 0;
  }

  /** Delivers the events that handlers emitted, in order, until there are no more. */
  #deliverQueued(): void {
    const queue = this.#queue;
    for (let i = 0; i < queue.length; i++) {
      const { channel, event, payload, sequence, at, some, all } = queue[i]!;
      this.#deliver(channel, some, event, payload, sequence, at);
      this.#deliver(this.#everything, all, event, payload, sequence, at);
    }
    queue.length = 0;
  }

  /** Calls the first `count` subscriptions of a channel; those that ended are no-ops. */
  #deliver(
    channel: Channel,
    count: number,
    event: string,
    payload: unknown,
    sequence: number,
    at: Instant,
  ): void {
    const { subscriptions } = channel;
    for (let i = 0; i < count; i++) {
      try {
        const result = subscriptions[i]!.listener(payload, sequence, at, event);
        if (result !== undefined && isThenable(result)) this.#watch(event, result);
      } catch (error) {
        this.#failed(event, error);
      }
    }
  }

  #watch(event: string, result: PromiseLike<unknown>): void {
    result.then(undefined, (error) => this.#failed(event, error));
  }

  #failed(event: string, error: unknown): void {
    this.#failures++;
    logTo(this.#logger, "error", `A handler of ${JSON.stringify(event)} failed`, error);
  }
}

interface Settings {
  readonly handler: unknown;
  readonly once?: boolean;
  readonly removed?: () => void;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

/** Receives the payload of an event, its sequence number, its instant and its name. */
export type Listener = (
  payload: unknown,
  sequence: number,
  at: Instant,
  event: string,
) => unknown;

/** One listener in one channel. */
export interface Subscription {
  /** The function that is called; a no-op once it is unsubscribed. */
  listener: Listener;
  /** The handler of the caller, by which `off` finds it. */
  handler: unknown;
  /** Called when `removeAllListeners` ends the subscription. */
  readonly removed: (() => void) | undefined;
  /** Whether it has not ended. */
  isActive: boolean;
}

/** The subscriptions to the events of one name, and the number of emissions. */
export class Channel {
  /** The name of its events. */
  readonly name: string;
  /** Subscriptions, oldest first, including those that ended and were not removed yet. */
  subscriptions: Subscription[] = [];
  /** Number of emissions. */
  count = 0;
  /** The time of the newest of them. */
  lastAt: Instant = NaN;
  #active = 0;

  /** Makes a channel without subscriptions. */
  constructor(name: string) {
    this.name = name;
  }

  /** Whether it has no active subscription. */
  get isUnsubscribed(): boolean {
    return this.#active === 0;
  }

  /** Adds an active subscription. */
  add(subscription: Subscription): void {
    this.subscriptions.push(subscription);
    this.#active++;
  }

  /** Ends a subscription and releases its handler. Idempotent. Costs O(1). */
  end(subscription: Subscription): void {
    if (!subscription.isActive) return;
    subscription.isActive = false;
    subscription.listener = ignore;
    subscription.handler = undefined;
    this.#active--;
  }

  /** Removes ended subscriptions when most have ended. Must not be called during a delivery. */
  tidy(): void {
    if (2 * this.#active >= this.subscriptions.length) return;
    this.subscriptions = this.subscriptions.filter(({ isActive }) => isActive);
  }
}

function ignore(): void {}

/** Number of uses after which the clock is read again. */
export const MOST_USES = 128;

const DONE: Promise<void> = Promise.resolve();

/**
 * Caches the time of the system clock for one turn of the event loop. Any other clock, which may be
 * moved by hand, is read each time.
 */
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

  /** Returns the time; mostly from the cache. */
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
