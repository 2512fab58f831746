/**
 * Public types of the event bus.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Instant } from "../machine.ts";

/**
 * Is called with what an event carries, its place in its engine's order (`-1` for what a user
 * emitted), and when it happened.
 */
export type EventHandler<Payload> = (payload: Payload, sequence: number, at: Instant) => unknown;

/** Takes a handler off the bus; harmless when called again. */
export type Unsubscribe = () => void;

/** Events of unknown names and payloads. */
// deno-lint-ignore no-explicit-any -- a handler states what it expects
export type AnyEvents = Record<string, any>;

/** Options of {@linkcode EventBus}. */
export interface EventBusOptions {
  /** Hears of failing handlers and, in debug mode, of each event. @default the console */
  logger?: Logger;
  /**
   * Times `waitFor` and stamps what users emit; the system clock is read once for all that is emitted
   * in one turn of the event loop. @default systemClock
   */
  clock?: Clock;
  /** Default buffer of an iterator, in events. @default 1024 */
  maxBuffered?: number;
}

/** Options of {@linkcode EventBus.waitFor}. */
export interface WaitForOptions {
  /** Ends the wait with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of {@linkcode EventBus.events}. */
export interface EventsOptions {
  /**
   * Number of events that are kept for a slow consumer; the oldest are dropped. @default
   * maxBuffered
   */
  buffer?: number;
  /** Ends the iteration as `break` does. */
  signal?: AbortSignal;
}

/** Number of emissions of an event since the bus was made or its counts were reset. */
export interface EventStats {
  /** The name of the event. */
  readonly event: string;
  /** Number of emissions, with or without listeners. */
  readonly count: number;
  /** `null` when it never was. */
  readonly lastEmitted: Date | null;
}

/** An event as an iterator yields it. */
export interface HeardEvent<Name extends string = string, Payload = unknown> {
  /** The name of the event. */
  readonly event: Name;
  /** The payload. */
  readonly payload: Payload;
  /** Its place in its engine's order, without gaps; `-1` for what a user emitted. */
  readonly sequence: number;
  /** When it happened. */
  readonly at: Instant;
}

/** An event that an iterator over the events `Name` yields. */
export type HeardEvents<Events extends object, Name extends keyof Events & string> = {
  [Each in Name]: HeardEvent<Each, Events[Each]>;
}[Name];
