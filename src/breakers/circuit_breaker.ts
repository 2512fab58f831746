/**
 * A circuit breaker as callers use it.
 *
 * @module
 */

import { quote, requireFunction, requireId, requireOneOf } from "../core/arguments.ts";
import { ClosedError, LimitError } from "../core/errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { CircuitState } from "./events.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import {
  type BreakerBody,
  BreakerCall,
  callWithLimits,
  type ExecuteOptions,
  readOptions,
} from "./breaker_call.ts";
import {
  type BreakerClient,
  type BreakerOptions,
  clientOf,
  type Exchange,
  type OwnClient,
} from "./breaker_client.ts";
import type { CallOutcome, ForceBreaker, RequestPermit, ResetBreaker } from "./commands.ts";
import { type BreakerSettings, type CircuitBreakerConfig, readConfig } from "./config.ts";
import { isUneventful, outlook } from "./machine.ts";
import { type CircuitBreakerMetrics, metricsOf } from "./metrics.ts";
import { countSuccess, newTally, type Permit, readPermit } from "./permit.ts";

/** How many successes that change nothing are told together at most. */
const MOST_UNTOLD = 1_000;

/**
 * Lets calls through to something that may fail, and none for a while once it fails too often.
 *
 * @example
 * ```ts
 * import { CircuitBreaker, CircuitOpenError } from "@lockstep/lockstep";
 *
 * const breaker = new CircuitBreaker("weather", { failureThreshold: 5, timeout: 60_000 });
 * try {
 *   await breaker.execute(({ signal }) => fetch("https://example.com", { signal }));
 * } catch (error) {
 *   if (error instanceof CircuitOpenError) console.log(`Again in ${error.retryAfterMs} ms`);
 * }
 * ```
 */
export class CircuitBreaker implements AsyncDisposable {
  /** By which it is known. */
  readonly name: string;
  readonly #settings: BreakerSettings;
  readonly #logger: Logger;
  readonly #client: BreakerClient;
  /** Its own engine, unless it is one of several in another's. */
  readonly #engine: OwnClient["engine"];
  /** What most calls send; nobody changes it. */
  readonly #request: RequestPermit;
  #tally = newTally(0);
  #isClosed = false;

  /**
   * A closed breaker; or the one of that name, in the state in which it is, of a host that knows it.
   *
   * @throws {TypeError | RangeError} when something is malformed, or the breaker could never close
   * @throws {LimitError} when the host has as many breakers as it may have
   */
  constructor(
    name: string,
    config: CircuitBreakerConfig = {},
    logger: Logger = defaultLogger,
    eventBus?: EventBus,
    options: BreakerOptions = {},
  ) {
    requireId(name, "name", () => "create a circuit breaker");
    this.name = name;
    this.#settings = readConfig(config, () => this.#attempt("create"));
    this.#logger = logger;
    const own = clientOf(`circuit breaker ${quote(name)}`, {}, logger, eventBus, options);
    this.#client = own.client;
    this.#engine = own.engine;
    this.#request = { type: "request-permit", name, timeoutMs: this.#settings.callTimeoutMs };
    this.#define();
  }

  /**
   * Calls `body`, and resolves or rejects as it does. Costs O(1), and no timer without a time limit.
   *
   * @throws {CircuitOpenError} without a call, when the breaker lets none through
   * @throws {CallTimeoutError} when the call takes too long; it goes on, but nobody waits for it
   * @throws the reason of `signal` when it aborts
   * @throws {ClosedError} after {@linkcode shutdown}
   */
  async execute<Result>(body: BreakerBody<Result>, options?: ExecuteOptions): Promise<Result> {
    if (typeof body !== "function") this.#refuseBody(body);
    if (options !== undefined || this.#settings.callTimeoutMs > 0) {
      return await this.#callWithLimits(body, options ?? {});
    }
    const permit = this.#look() ?? this.#read(await this.#ask(this.#request));
    let result: Result;
    try {
      result = await body(new BreakerCall());
    } catch (error) {
      await this.#settle(permit, this.#outcomeOf(error));
      throw error;
    }
    const told = this.#settle(permit, "success");
    if (told !== undefined) await told;
    return result;
  }

  /** Where it is at this moment. */
  getState(): CircuitState {
    const breaker = this.#client.find(this.name);
    return breaker === undefined ? CircuitState.CLOSED : outlook(breaker, this.#client.now).state;
  }

  /** What it has counted since it was made or reset. */
  getMetrics(): CircuitBreakerMetrics {
    return metricsOf(this.#client.find(this.name), this.#client.now, this.#tally);
  }

  /**
   * Puts it into a state from which it goes on by its rules. Calls that are in flight decide nothing
   * any more. Does nothing when it is in that state.
   */
  forceState(state: CircuitState): void {
    requireOneOf(state, Object.values(CircuitState), "state", () => this.#attempt("force"));
    this.#order("force", { type: "force-breaker", name: this.name, state });
  }

  /** Closes it and lets it count from nothing. Calls that are in flight aren't counted. */
  reset(): void {
    this.#order("reset", { type: "reset-breaker", name: this.name });
  }

  /** Refuses further calls. Those in flight go on as they are. Harmless when called again. */
  async shutdown(): Promise<void> {
    if (!this.#isClosed) this.#report(0);
    this.#isClosed = true;
    await this.#engine?.[Symbol.asyncDispose]();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #callWithLimits<Result>(
    body: BreakerBody<Result>,
    options: ExecuteOptions,
  ): Promise<Result> {
    const { callTimeoutMs } = this.#settings;
    const { signal, timeoutMs } = readOptions(options, callTimeoutMs, () => this.#attempt(CALL));
    const request = { ...this.#request, timeoutMs };
    signal?.throwIfAborted();
    const permit = this.#look() ?? this.#read(await this.#ask(request));
    const limits = { signal, timeoutMs };
    const { clock } = this.#client.dispatcher;
    let outcome: CallOutcome | undefined;
    try {
      const result = await callWithLimits(this.name, clock, body, limits, (how) => outcome = how);
      outcome = "success";
      return result;
    } catch (error) {
      outcome ??= signal?.aborted ? "neutral" : this.#outcomeOf(error);
      throw error;
    } finally {
      await this.#settle(permit, outcome!);
    }
  }

  /** What lets a call be made while the breaker is closed; `undefined` when it isn't. */
  #look(): Permit | undefined {
    const client = this.#client;
    if (this.#isClosed) throw new ClosedError(this.#attempt(CALL), "it");
    if (client.stopped !== undefined) throw client.stopped;
    const breaker = client.find(this.name);
    if (breaker === undefined || breaker.phase.state !== "closed") return undefined;
    const { epoch, rules } = breaker;
    if (this.#tally.epoch !== epoch) this.#report(epoch);
    this.#tally.requests++;
    if (rules.policy === "slow-call") return { permit: 0, epoch, since: client.now };
    return this.#tally;
  }

  #ask(request: RequestPermit): Exchange | Promise<Exchange> {
    this.#report(this.#tally.epoch);
    const asked = this.#client.ask(request);
    return asked.answered ? asked : asked.wait();
  }

  #read({ events, error }: Exchange): Permit {
    return readPermit(this.name, events, error);
  }

  /** Tells the machine how a call ended. Never fails: the call's own end is what counts. */
  #settle(made: Permit, outcome: CallOutcome): Promise<void> | undefined {
    const { permit, epoch, since } = made;
    const { name } = this;
    try {
      if (outcome === "success" && permit === 0) {
        const breaker = this.#client.find(name);
        if (breaker !== undefined && isUneventful(breaker, epoch)) return this.#countSuccess();
      }
      this.#report(this.#tally.epoch);
      return this.#client.tell({ type: "settle-permit", name, permit, epoch, since, outcome });
    } catch {
      return undefined; // the engine is closed or broken, and has said so
    }
  }

  #countSuccess(): undefined {
    const tally = this.#tally;
    countSuccess(tally, this.#client.dispatcher.clock);
    if (tally.successes === MOST_UNTOLD) this.#report(tally.epoch);
  }

  #outcomeOf(error: unknown): CallOutcome {
    const { isFailure } = this.#settings;
    if (isFailure === undefined) return "failure";
    try {
      return isFailure(error) ? "failure" : "neutral";
    } catch (problem) {
      this.#logger.error(`Circuit breaker ${quote(this.name)}: isFailure threw`, problem);
      return "failure";
    }
  }

  #refuseBody(body: unknown): void {
    requireFunction(body, "body", () => this.#attempt(CALL));
  }

  #define(): void {
    const client = this.#client;
    const command = {
      type: "define-breaker",
      name: this.name,
      rules: this.#settings.rules,
    } as const;
    const asked = client.ask(command);
    if (!asked.answered) return void client.tellOfLoss(asked, command);
    if (asked.events === undefined) throw asked.error;
    const isFull = asked.events.some(({ type, name }) =>
      type === "circuitbreaker:refused" && name === this.name
    );
    if (!isFull) return;
    const limit = client.state().config.maxBreakers;
    throw new LimitError(this.#attempt("create"), "there must be room for one more", limit);
  }

  /** Sends a command of which nobody hears how it ends. */
  #order(verb: string, command: ForceBreaker | ResetBreaker): void {
    if (this.#isClosed) throw new ClosedError(this.#attempt(verb), "it");
    this.#report(this.#tally.epoch);
    void this.#client.tell(command);
  }

  /** Tells the machine of what it has not heard of, and begins anew under `epoch`. */
  #report(next: number): void {
    const { epoch, requests, successes, lastSuccessAt } = this.#tally;
    if (requests + successes === 0 && epoch === next) return;
    this.#tally = newTally(next);
    if (requests + successes === 0) return;
    const { name } = this;
    try {
      void this.#client.tell({
        type: "count-calls",
        name,
        epoch,
        requests,
        successes,
        lastSuccessAt,
      });
    } catch {
      // The engine is closed or broken, and the figures are gone with it.
    }
  }

  #attempt(verb: string): string {
    return `${verb} circuit breaker ${quote(this.name)}`;
  }
}

const CALL = "call through";
