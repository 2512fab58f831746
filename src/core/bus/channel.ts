/**
 * Who listens to the events of one name, in the order in which they came.
 *
 * An event is told to the first so many of a channel, as many as there were when it was emitted.
 * Handlers that come meanwhile are put behind those, and one that leaves stays in its place, silent,
 * until nothing is being told: so places hold still, and telling an event makes nothing.
 *
 * @module
 */

import type { Instant } from "../machine.ts";

/** Is called with what an event carries, its place in its engine's order, its instant and its name. */
export type Listener = (
  payload: unknown,
  sequence: number,
  at: Instant,
  event: string,
) => unknown;

/** One listener in one channel. */
export interface Subscription {
  /** What is called; nothing of interest once it has left. */
  listener: Listener;
  /** What the user handed in, by which `off` finds it. */
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
  /** Who listens, oldest first, and who has left and was not cleared away yet. */
  subscriptions: Subscription[] = [];
  /** How many events were counted. */
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

  /** Silences a subscription, and lets go of what it holds; harmless when it is silent. Costs O(1). */
  silence(subscription: Subscription): void {
    if (!subscription.isActive) return;
    subscription.isActive = false;
    subscription.listener = hearNothing;
    subscription.handler = undefined;
    this.#active--;
  }

  /** Lets go of the silent ones when most are; not to be called while an event is being told. */
  tidy(): void {
    if (2 * this.#active >= this.subscriptions.length) return;
    this.subscriptions = this.subscriptions.filter(({ isActive }) => isActive);
  }
}

function hearNothing(): void {}
