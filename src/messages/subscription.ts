/**
 * A handler of an agent's messages, as who subscribed it sees it.
 *
 * @module
 */

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
