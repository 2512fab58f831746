/**
 * What a handler is given besides the message.
 *
 * @module
 */

import type { Message } from "./types.ts";

/**
 * Handles a message of an agent. When it returns, or what it returns resolves, the message is acked;
 * when it throws or rejects, it is delivered again after a pause. A `NonRetryableError` makes it a
 * dead letter at once, and a `RetryAfterError` makes the pause longer.
 */
export type MessageHandler = (message: Message, context: DeliveryContext) => unknown;

/** What a context needs of whoever made it. */
export interface DeliveryKeeper {
  /** Acks the delivery on behalf of its handler. */
  ackEarly(context: DeliveryContext): Promise<void>;
  /** Gives the delivery `timeoutMs` from now. */
  extendDelivery(context: DeliveryContext, timeoutMs: number): Promise<void>;
  /** Hands a response to the sender, if it waits. */
  respondTo(messageId: string, response: unknown): Promise<boolean>;
  /** Has `context` hear when its delivery is lost. */
  watchDelivery(context: DeliveryContext): AbortController;
}

/**
 * A delivery, as its handler sees it.
 *
 * @example
 * ```ts
 * import { MessageRouter } from "@lockstep/lockstep";
 *
 * await using router = new MessageRouter({ retryDelay: 1 });
 * router.subscribe("builder", (_message, delivery) => {
 *   if (delivery.attempt === 1) throw new Error("not yet");
 *   return delivery.respond("built");
 * });
 * console.log(await router.sendWithResponse("caller", "builder", "build")); // built
 * ```
 */
export class DeliveryContext {
  /** What is delivered. */
  readonly message: Message;
  /** The handler that it is delivered to. */
  readonly handlerId: string;
  /** Whether it was reported how the delivery ended. Kept by who called the handler. */
  isReported = false;
  /** Whether its handler chose how long it may take. Kept by who called the handler. */
  isTimed = false;
  readonly #keeper: DeliveryKeeper;
  #controller: AbortController | undefined;

  /** Contexts come with messages; nobody else needs to make one. */
  constructor(keeper: DeliveryKeeper, message: Message, handlerId: string) {
    this.#keeper = keeper;
    this.message = message;
    this.handlerId = handlerId;
  }

  /** Larger than that of every earlier delivery: show it to whatever must not be done twice. */
  get epoch(): number {
    return this.message.epoch;
  }

  /** Which delivery of the message it is, from 1. */
  get attempt(): number {
    return this.message.attempt;
  }

  /**
   * Aborts with a `DeliveryLostError` when the delivery is over before its handler is: it took too
   * long, or its agent is gone. One that is first asked for then is aborted from the start.
   */
  get signal(): AbortSignal {
    this.#controller ??= this.#keeper.watchDelivery(this);
    return this.#controller.signal;
  }

  /**
   * Acks the message before its handler is through; how that ends then changes nothing any more.
   *
   * @throws {StaleEpochError} when the delivery is over
   */
  ack(): Promise<void> {
    return this.#keeper.ackEarly(this);
  }

  /**
   * Lets the handler take `timeoutMs` from now; 0 for as long as it takes.
   *
   * @throws {StaleEpochError} when the delivery is over
   */
  extend(timeoutMs: number): Promise<void> {
    return this.#keeper.extendDelivery(this, timeoutMs);
  }

  /** Answers a request. Resolves to whether its sender still waited for that. */
  respond(response: unknown): Promise<boolean> {
    return this.#keeper.respondTo(this.message.id, response);
  }
}

/**
 * A subscription, until it is ended.
 *
 * @example
 * ```ts
 * import { MessageRouter } from "@lockstep/lockstep";
 *
 * await using router = new MessageRouter();
 * {
 *   using _ = router.subscribe("reviewer", (message) => console.log(message.payload));
 *   await router.send("writer", "reviewer", "draft 1"); // is printed
 * }
 * await router.send("writer", "reviewer", "draft 2"); // waits for the next handler
 * ```
 */
export class Subscription implements Disposable, AsyncDisposable {
  /** The handler's id, for `unsubscribe`. */
  readonly id: string;
  /** Whose messages it handles. */
  readonly agentId: string;
  readonly #end: () => void;

  /** Subscriptions come from `subscribe`; nobody else needs to make one. */
  constructor(id: string, agentId: string, end: () => void) {
    this.id = id;
    this.agentId = agentId;
    this.#end = end;
  }

  /** Ends it: no further message is delivered. Harmless when called again. */
  unsubscribe(): void {
    this.#end();
  }

  /** Does the same. */
  [Symbol.dispose](): void {
    this.#end();
  }

  /** Does the same. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    return Promise.resolve();
  }
}
