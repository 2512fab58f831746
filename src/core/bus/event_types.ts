/**
 * Public types of the event bus.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Instant } from "../machine.ts";

/**
 * Receives the payload of an event, its sequence number in its engine (`-1` for an event that a
 * program emitted), and the time at which it happened.
 *
 * @category Events
 */
export type EventHandler<Payload> = (payload: Payload, sequence: number, at: Instant) => unknown;

/**
 * Removes a handler from the bus. Idempotent.
 * @category Events
 */
export type Unsubscribe = () => void;

/** Events of unknown names and payloads. */
// deno-lint-ignore no-explicit-any -- a handler states what it expects
export type AnyEvents = Record<string, any>;

/**
 * Options of {@linkcode EventBus}.
 * @category Events
 */
export interface EventBusOptions {
  /** Logs errors of handlers and, in debug mode, each event. @default the console */
  logger?: Logger;
  /**
   * Times `waitFor`, and stamps events that programs emit; the system clock is read about once in a
   * turn of the event loop. @default systemClock
   */
  clock?: Clock;
  /** Default buffer of an iterator, in events. @default 1024 */
  maxBuffered?: number;
}

/**
 * Options of {@linkcode EventBus.waitFor}.
 * @category Events
 */
export interface WaitForOptions {
  /** Rejects the promise with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Options of {@linkcode EventBus.events}.
 * @category Events
 */
export interface EventsOptions {
  /** Capacity of the buffer; the oldest event is dropped when it is full. @default maxBuffered */
  buffer?: number;
  /** Ends the iteration as `break` does. */
  signal?: AbortSignal;
}

/**
 * Number of emissions of an event since the bus was created or its counts were reset.
 * @category Events
 */
export interface EventStats {
  /** The name of the event. */
  readonly event: string;
  /** Number of emissions, with or without listeners. */
  readonly count: number;
  /** `null` for never. */
  readonly lastEmitted: Date | null;
}

/**
 * An event as an iterator yields it.
 * @category Events
 */
export interface HeardEvent<Name extends string = string, Payload = unknown> {
  /** The name of the event. */
  readonly event: Name;
  /** The payload. */
  readonly payload: Payload;
  /** Its sequence number in its engine, without gaps; `-1` for an event that a program emitted. */
  readonly sequence: number;
  /** When it happened. */
  readonly at: Instant;
}

/**
 * An event that an iterator over the events `Name` yields.
 * @category Events
 */
export type HeardEvents<Events extends object, Name extends keyof Events & string> = {
  [Each in Name]: HeardEvent<Each, Events[Each]>;
}[Name];
