/**
 * Handlers of messages: their deliveries, and their subscriptions.
 *
 * @module
 */

import type { Message } from "./types.ts";

/**
 * Handles a message of an agent. When it returns, or what it returns resolves, the message is acked;
 * when it throws or rejects, the message is delivered again after a pause. A `NonRetryableError`
 * makes it a dead letter at once, and a `RetryAfterError` makes the pause longer.
 *
 * @category Messages
 */
export type MessageHandler<Payload = unknown> = (
  message: Message<Payload>,
  context: DeliveryContext<Payload>,
) => unknown;

/** The client behind a context. */
export interface DeliveryKeeper {
  /** Acks the delivery on behalf of its handler. */
  ackEarly(context: DeliveryContext): Promise<void>;
  /** Limits the delivery to `timeoutMs` from now. */
  extendDelivery(context: DeliveryContext, timeoutMs: number): Promise<void>;
  /** Reports that a received message could not be handled. */
  nackEarly(context: DeliveryContext, error: unknown): Promise<void>;
  /** Answers a request. Resolves to whether it waited for that. */
  respondTo(messageId: string, response: unknown): Promise<boolean>;
  /** Answers a request with an error. Resolves to whether it waited for that. */
  rejectRequest(messageId: string, error: unknown): Promise<boolean>;
  /** Returns a controller that is aborted when the delivery of `context` is lost. */
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
 * @category Messages
 */
export class DeliveryContext<Payload = unknown> {
  /** The message that is delivered. */
  readonly message: Message<Payload>;
  /** The id of the handler. */
  readonly handlerId: string;
  /** Whether the end of the delivery was reported. Kept by the client. */
  isReported = false;
  /** Whether the handler chose a limit itself. Kept by the client. */
  isTimed = false;
  /** The client behind the context. */
  protected readonly keeper: DeliveryKeeper;
  #controller: AbortController | undefined;

  /** Makes a context for `keeper`; contexts come with messages. */
  constructor(keeper: DeliveryKeeper, message: Message<Payload>, handlerId: string) {
    this.keeper = keeper;
    this.message = message;
    this.handlerId = handlerId;
  }

  /** The fencing number of the delivery: larger than that of every earlier one. */
  get epoch(): number {
    return this.message.epoch;
  }

  /** The number of the delivery, from 1. */
  get attempt(): number {
    return this.message.attempt;
  }

  /**
   * Aborts with a `DeliveryLostError` when the delivery ends before the handler does: it took too
   * long, or its agent is gone. Aborted from the start when first read after that.
   */
  get signal(): AbortSignal {
    this.#controller ??= this.keeper.watchDelivery(this);
    return this.#controller.signal;
  }

  /**
   * Acks the message before the handler ends; a failure of the handler changes nothing afterwards.
   *
   * @throws {StaleEpochError} when the delivery has ended
   */
  ack(): Promise<void> {
    return this.keeper.ackEarly(this);
  }

  /**
   * Limits the delivery to `timeoutMs` from now; 0 lifts the limit.
   *
   * @throws {StaleEpochError} when the delivery has ended
   */
  extend(timeoutMs: number): Promise<void> {
    return this.keeper.extendDelivery(this, timeoutMs);
  }

  /** Answers a request. Resolves to whether its sender still waited for that. */
  respond(response: unknown): Promise<boolean> {
    return this.keeper.respondTo(this.message.id, response);
  }

  /**
   * Answers a request with an error: its sender gets an `UnansweredError` with that cause. The message
   * itself was handled, and is not delivered again. Resolves to whether its sender still waited.
   */
  reject(error: unknown): Promise<boolean> {
    return this.keeper.rejectRequest(this.message.id, error);
  }
}

/**
 * A message that an agent received. It has to be acked or nacked; otherwise it is delivered again when
 * its time limit is over, or when `await using` leaves the block.
 *
 * @example
 * ```ts
 * import { MessageRouter } from "@lockstep/lockstep";
 *
 * await using router = new MessageRouter();
 * const next = router.receive<string>("worker", { waitMs: 60_000 });
 * await router.send("boss", "worker", "dig");
 * {
 *   await using delivery = await next;
 *   console.log(delivery?.message.payload); // dig
 *   await delivery?.ack(); // a block that ends without it, or throws, nacks the message
 * }
 * ```
 * @category Messages
 */
export class ReceivedMessage<Payload = unknown> extends DeliveryContext<Payload>
  implements AsyncDisposable {
  /**
   * Reports that the message could not be handled: it is delivered again after a pause, unless `error`
   * is a `NonRetryableError`.
   *
   * @throws {StaleEpochError} when the delivery has ended
   */
  nack(error?: unknown): Promise<void> {
    return this.keeper.nackEarly(this, error);
  }

  /** Nacks the message, unless its end was reported. A no-op when the delivery has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isReported) return;
    try {
      await this.nack(new Error("the receiver ended without an ack"));
    } catch {
      // The delivery has ended, or the machine has: in both cases nothing is left to end.
    }
  }
}

/**
 * A handler of an agent's messages, until it is unsubscribed.
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
 * @category Messages
 */
export class Subscription implements Disposable, AsyncDisposable {
  /** The handler's id, for `unsubscribe`. */
  readonly id: string;
  /** The agent whose messages it handles. */
  readonly agentId: string;
  readonly #end: () => void;

  /** Makes a subscription that `end` ends; subscriptions come from `subscribe`. */
  constructor(id: string, agentId: string, end: () => void) {
    this.id = id;
    this.agentId = agentId;
    this.#end = end;
  }

  /** Ends the subscription: no further message is delivered. Idempotent. */
  unsubscribe(): void {
    this.#end();
  }

  /** The same as {@linkcode unsubscribe}. */
  [Symbol.dispose](): void {
    this.#end();
  }

  /** The same as {@linkcode unsubscribe}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    return Promise.resolve();
  }
}
