/**
 * The façade of circuit breakers by name.
 *
 * @module
 */

import { quote, requireId, requireObject } from "../core/arguments.ts";
import { ClosedError } from "../core/errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { CircuitState } from "./types.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import {
  type BreakerClient,
  type BreakerOptions,
  hostBreakers,
  type HostOfBreakers,
  type ManagedOptions,
} from "./client.ts";
import { type BreakerBody, CircuitBreaker, type ExecuteOptions } from "./circuit_breaker.ts";
import { type BreakerConfig, type CircuitBreakerConfig, readBreakerConfig } from "./config.ts";
import type { CircuitBreakerMetrics } from "./views.ts";

/**
 * Options of a manager, and the defaults of its breakers.
 * @category Circuit breakers
 */
export interface CircuitBreakerManagerConfig extends CircuitBreakerConfig, Partial<BreakerConfig> {}

/**
 * Manages circuit breakers by name, and makes them on first use.
 *
 * @example
 * ```ts
 * import { CircuitBreakerManager } from "@lockstep/lockstep";
 *
 * const breakers = new CircuitBreakerManager({ failureThreshold: 3, timeout: 10_000 });
 * console.log(await breakers.execute("search", () => "found")); // found
 * console.log(breakers.getBreaker("search").getState()); // closed
 * ```
 * @category Circuit breakers
 */
export class CircuitBreakerManager implements AsyncDisposable {
  readonly #config: CircuitBreakerManagerConfig;
  readonly #logger: Logger;
  readonly #client: BreakerClient;
  readonly #host: HostOfBreakers;
  readonly #breakers = new Map<string, CircuitBreaker>();
  #isClosed = false;

  /**
   * Makes a manager without breakers.
   *
   * @throws {TypeError | RangeError} when something is malformed
   */
  constructor(
    config: CircuitBreakerManagerConfig = {},
    logger: Logger = defaultLogger,
    eventBus?: EventBus,
    options: BreakerOptions = {},
  ) {
    readBreakerConfig(config, () => "create circuit breakers");
    this.#config = { ...config };
    this.#logger = logger;
    this.#host = hostBreakers("circuit breakers", config, eventBus, logger, options);
    this.#client = this.#host.running("create");
    this.#client.dropped = (name, isRemoved) => this.#drop(name, isRemoved);
  }

  /**
   * Returns the breaker `name`, and makes it when there is none: only then `config` counts, on top of
   * that of the manager. At `maxBreakers` it takes the place of the one that has been closed, without
   * failures and unused for longest, which is made anew when it is used again; so is one that was
   * evicted after `idleMs`.
   *
   * @throws {TypeError | RangeError} when `name` or `config` is malformed
   */
  getBreaker(name: string, config: CircuitBreakerConfig = {}): CircuitBreaker {
    const known = this.#breakers.get(name);
    if (known !== undefined) return known;
    const attempt = () => `create circuit breaker ${quote(name)}`;
    if (this.#isClosed) throw new ClosedError(attempt(), "the manager");
    requireId(name, "name", attempt);
    requireObject(config as unknown, "config", attempt);
    const merged = { ...this.#config, ...config };
    const keep = () => void this.#breakers.set(name, breaker);
    const managed: ManagedOptions = { client: this.#client, redefined: keep };
    const breaker = new CircuitBreaker(name, merged, this.#logger, undefined, managed);
    if (!this.#client.lacks(name)) keep();
    return breaker;
  }

  /** Calls `body` through the breaker `name`; see {@linkcode CircuitBreaker.execute}. */
  async execute<Result>(
    name: string,
    body: BreakerBody<Result>,
    config?: CircuitBreakerConfig,
    options?: ExecuteOptions<Result>,
  ): Promise<Result> {
    return await this.getBreaker(name, config).execute(body, options);
  }

  /** Returns all breakers by name, in the order in which they were made. */
  getAllBreakers(): Map<string, CircuitBreaker> {
    return new Map(this.#breakers);
  }

  /** Returns the figures of all breakers by name. */
  getAllMetrics(): Map<string, CircuitBreakerMetrics> {
    return new Map([...this.#breakers].map(([name, breaker]) => [name, breaker.getMetrics()]));
  }

  /** Resets the breaker `name`; a no-op when there is none. */
  resetBreaker(name: string): void {
    requireId(name, "name", () => "reset a circuit breaker");
    this.#breakers.get(name)?.reset();
  }

  /** Resets all breakers. */
  resetAll(): void {
    for (const breaker of this.#breakers.values()) breaker.reset();
  }

  /** Moves the breaker `name`, which is made when there is none, to a state. */
  forceState(name: string, state: CircuitState): void {
    this.getBreaker(name).forceState(state);
  }

  /**
   * Holds the breaker `name`, which is made when there is none, open until {@linkcode resetBreaker};
   * see {@linkcode CircuitBreaker.forceOpen}.
   */
  forceOpen(name: string, reason?: string): void {
    this.getBreaker(name).forceOpen(reason);
  }

  /** Removes the breaker `name`, which makes room for another. Returns whether there was one. */
  removeBreaker(name: string): boolean {
    requireId(name, "name", () => "remove a circuit breaker");
    const breaker = this.#breakers.get(name);
    if (breaker === undefined) return false;
    void breaker.shutdown();
    this.#breakers.delete(name);
    void this.#client.submit({ type: "remove-breaker", name });
    return true;
  }

  #drop(name: string, isRemoved: boolean): void {
    if (isRemoved) this.#breakers.get(name)?.end();
    this.#breakers.delete(name);
  }

  /** Rejects further calls. Those in flight continue. Idempotent. */
  async shutdown(): Promise<void> {
    this.#isClosed = true;
    for (const breaker of this.#breakers.values()) void breaker.shutdown();
    await this.#host.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
