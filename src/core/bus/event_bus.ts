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

/** An event that waits for those before it. */
interface Emission {
  readonly channel: Channel;
  readonly event: string;
  readonly payload: unknown;
  readonly sequence: number;
  readonly at: Instant;
  /** Numbers of listeners of its channel and of all events at the time of the emission. */
  readonly some: number;
  readonly all: number;
}

/**
 * Number of names without handlers that are counted; further ones are delivered but not counted.
 */
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
export class EventBus<Events extends object = AnyEvents> {
  /** Whether it logs each event. */
  readonly debug: boolean;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #time: TurnTime;
  readonly #maxBuffered: number;
  readonly #channels = new Map<string, Channel>();
  /** The listeners to all events. */
  readonly #everything = new Channel("*");
  readonly #queue: Emission[] = [];
  /** The channels that somebody left while an event was being told. */
  readonly #untidy: Channel[] = [];
  #failures = 0;
  #isTelling = false;

  /** With `debug` it logs each event at level debug: its sequence number, and what it means. */
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

  /** Calls `handler` with each `event` from here on, until the returned function is called. */
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

  /** Calls `handler` with those of `event` for which `filter` answers `true`. */
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
    this.publish(event, payload, this.#time.read(), -1);
  }

  /**
   * Like {@linkcode emit}, for engines: with the instant and the sequence number of the event.
   * Costs one look-up when nobody listens.
   */
  publish(
    event: string,
    payload: unknown,
    at: Instant,
    sequence: number,
    describe?: (event: never) => string,
  ): void {
    const channel = this.#channels.get(event) ?? this.#open(event);
    channel.count++;
    channel.lastAt = at;
    if (this.debug) logTo(this.#logger, "debug", eventLine(event, payload, sequence, at, describe));
    const some = channel.subscriptions.length;
    const all = this.#everything.subscriptions.length;
    if (some + all === 0) return;
    if (this.#isTelling) {
      this.#queue.push({ channel, event, payload, sequence, at, some, all });
      return;
    }
    this.#isTelling = true;
    this.#tell(channel, some, event, payload, sequence, at);
    if (all > 0) this.#tell(this.#everything, all, event, payload, sequence, at);
    if (this.#queue.length > 0) this.#tellQueued();
    this.#isTelling = false;
    if (this.#untidy.length > 0) this.#tidy();
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
  async waitFor(
    event: string,
    timeoutMs?: number,
    { signal }: WaitForOptions = {},
  ): Promise<unknown> {
    const attempt = () => `wait for event ${JSON.stringify(event)}`;
    if (timeoutMs !== undefined) requireMs(timeoutMs, 1, "timeoutMs", attempt);
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        unsubscribe();
        cancelTimer?.();
        signal?.removeEventListener("abort", abort);
        finish();
      };
      const unsubscribe = this.#subscribe(
        event,
        (payload: unknown) => settle(() => resolve(payload)),
        {
          handler: undefined,
          once: true,
          removed: () =>
            settle(() => resolve(rejectedFor(new ClosedError(attempt(), "the event bus")))),
        },
      );
      const abort = () => settle(() => reject(signal!.reason));
      signal?.addEventListener("abort", abort, { once: true });
      const cancelTimer = timeoutMs === undefined
        ? undefined
        : this.#clock.setTimer(this.#clock.now() + timeoutMs, () => {
          settle(() => resolve(rejectedFor(new EventTimeoutError(event, timeoutMs))));
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

  /** Counts from zero again. */
  resetStats(): void {
    for (const channel of this.#channels.values()) {
      channel.count = 0;
      if (!this.#isTelling) this.#settle(channel);
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
      for (const subscription of [...channel?.subscriptions ?? []]) {
        if (!subscription.isActive) continue;
        this.#unsubscribe(channel!, subscription);
        subscription.removed?.();
      }
    }
  }

  #subscribe(event: string, listener: Listener, settings: Settings): Unsubscribe {
    let channel = this.#channels.get(event);
    if (channel === undefined) this.#channels.set(event, channel = new Channel(event));
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
    channel.silence(subscription);
    if (this.#isTelling) this.#untidy.push(channel);
    else this.#settle(channel);
  }

  /** The channel that counts `event`, of which there is none. */
  #open(event: string): Channel {
    const channel = new Channel(event);
    if (this.#channels.size < MOST_COUNTED_NAMES) this.#channels.set(event, channel);
    return channel;
  }

  /**
   * Forgets who has left, and a channel that holds nothing, or only a count without room for it.
   */
  #settle(channel: Channel): void {
    channel.tidy();
    if (!channel.isSilent) return;
    if (channel.count > 0 && this.#channels.size <= MOST_COUNTED_NAMES) return;
    if (this.#channels.get(channel.name) === channel) this.#channels.delete(channel.name);
  }

  #tidy(): void {
    for (const channel of this.#untidy) this.#settle(channel);
    this.#untidy.length = 0;
  }

  /** Tells what handlers emitted, in order, and what comes of that. */
  #tellQueued(): void {
    const queue = this.#queue;
    for (let i = 0; i < queue.length; i++) {
      const { channel, event, payload, sequence, at, some, all } = queue[i]!;
      this.#tell(channel, some, event, payload, sequence, at);
      this.#tell(this.#everything, all, event, payload, sequence, at);
    }
    queue.length = 0;
  }

  /** Tells an event to the first `count` of a channel who still listen. */
  #tell(
    channel: Channel,
    count: number,
    event: string,
    payload: unknown,
    sequence: number,
    at: Instant,
  ): void {
    const { subscriptions } = channel;
    for (let i = 0; i < count;) {
      try {
        while (i < count) {
          const result = subscriptions[i++]!.listener(payload, sequence, at, event);
          if (result !== undefined && isThenable(result)) this.#watch(event, result);
        }
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

/**
 * Is called with what an event carries, its place in its engine's order, its instant and its name.
 */
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
  /** Is called when the subscription is taken away by `removeAllListeners`. */
  readonly removed: (() => void) | undefined;
  /** Whether it still listens. */
  isActive: boolean;
}

/** The events of one name: how many there were, and who listens. */
export class Channel {
  /** The name of its events. */
  readonly name: string;
  /** Subscriptions, oldest first, including those that ended and were not removed yet. */
  subscriptions: Subscription[] = [];
  /** Number of counted events. */
  count = 0;
  /** When the newest of them was. */
  lastAt: Instant = NaN;
  #active = 0;

  /** A channel to which nobody listens. */
  constructor(name: string) {
    this.name = name;
  }

  /** Whether nobody listens. */
  get isSilent(): boolean {
    return this.#active === 0;
  }

  /** Adds a subscription, which is active. */
  add(subscription: Subscription): void {
    this.subscriptions.push(subscription);
    this.#active++;
  }

  /**
   * Silences a subscription, and lets go of what it holds; harmless when it is silent. Costs O(1).
   */
  silence(subscription: Subscription): void {
    if (!subscription.isActive) return;
    subscription.isActive = false;
    subscription.listener = hearNothing;
    subscription.handler = undefined;
    this.#active--;
  }

  /** Removes ended subscriptions when most are; not to be called during a delivery. */
  tidy(): void {
    if (2 * this.#active >= this.subscriptions.length) return;
    this.subscriptions = this.subscriptions.filter(({ isActive }) => isActive);
  }
}

function hearNothing(): void {}

/** After how many uses the time is read anew. */
export const MOST_USES = 128;

const DONE: Promise<void> = Promise.resolve();

/**
 * Reads the system clock once a turn, and any other clock, which may be moved by hand, each time.
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
