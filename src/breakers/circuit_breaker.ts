/**
 * A circuit breaker as callers use it.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireFunction,
  requireId,
  requireMs,
  requireObject,
  requireOneOf,
  requireSignal,
} from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { Clock } from "../core/clock.ts";
import { Deferred } from "../core/deferred.ts";
import { ClosedError } from "../core/errors.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import type { Instant } from "../core/machine.ts";
import {
  type BreakerClient,
  type BreakerOptions,
  hostBreakers,
  type HostOfBreakers,
  type ManagedOptions,
} from "./client.ts";
import type { ForceBreaker, PermitAnswer, RequestPermit, ResetBreaker } from "./commands.ts";
import type { CallOutcome } from "./types.ts";
import { type BreakerSettings, type CircuitBreakerConfig, readBreakerConfig } from "./config.ts";
import { CallTimeoutError, CircuitOpenError } from "./errors.ts";
import { CircuitState } from "./types.ts";
import {
  type CircuitBreakerMetrics,
  isUneventful,
  metricsOf,
  outlook,
  type UntoldFigures,
} from "./views.ts";

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
  /** Runs the machine; `undefined` for a breaker of a manager. */
  readonly #host: HostOfBreakers | undefined;
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
    this.#settings = readBreakerConfig(config, () => this.#attempt("create"));
    this.#logger = logger;
    const { client } = options as Partial<ManagedOptions>;
    if (client !== undefined) {
      this.#client = client;
    } else {
      const thing = `circuit breaker ${quote(name)}`;
      this.#host = hostBreakers(thing, {}, eventBus, logger, options);
      this.#client = this.#host.running("create");
    }
    const { rules, callTimeoutMs } = this.#settings;
    this.#request = { type: "request-permit", name, timeoutMs: callTimeoutMs };
    this.#client.define({ type: "define-breaker", name, rules });
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
    await this.#host?.close();
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
    const { clock } = this.#client;
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

  #ask(request: RequestPermit): Promise<PermitAnswer> {
    this.#report(this.#tally.epoch);
    return this.#client.call(request);
  }

  #read(answer: PermitAnswer): Permit {
    if (answer.status === "permitted") return answer;
    throw new CircuitOpenError(this.name, answer.state, answer.retryAt, answer.retryAfterMs);
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
      return this.#client.submit({ type: "settle-permit", name, permit, epoch, since, outcome });
    } catch {
      return undefined; // the engine is closed or broken, and has said so
    }
  }

  #countSuccess(): undefined {
    const tally = this.#tally;
    countSuccess(tally, this.#client.clock);
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

  /** Sends a command of which nobody hears how it ends. */
  #order(verb: string, command: ForceBreaker | ResetBreaker): void {
    if (this.#isClosed) throw new ClosedError(this.#attempt(verb), "it");
    this.#report(this.#tally.epoch);
    void this.#client.submit(command);
  }

  /** Tells the machine of what it has not heard of, and begins anew under `epoch`. */
  #report(next: number): void {
    const { epoch, requests, successes, lastSuccessAt } = this.#tally;
    if (requests + successes === 0 && epoch === next) return;
    this.#tally = newTally(next);
    if (requests + successes === 0) return;
    const { name } = this;
    try {
      void this.#client.submit({
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

/** What the body of a call is given. */
export interface BreakerCallContext {
  /** Aborts when the call is cancelled or has taken too long. */
  readonly signal: AbortSignal;
}

/** What is called through a breaker. */
export type BreakerBody<Result> = (call: BreakerCallContext) => Result | PromiseLike<Result>;

/** Options of `CircuitBreaker.execute`. */
export interface ExecuteOptions {
  /** Cancels the call, which then rejects with the signal's reason and counts for nothing. */
  signal?: AbortSignal;
  /** How long the call may take, in milliseconds; 0 for as long as it takes. @default callTimeoutMs */
  timeoutMs?: number;
}

/** What limits one call. */
export interface CallLimits {
  /** What cancels it. */
  readonly signal: AbortSignal | undefined;
  /** How long it may take; 0 for as long as it takes. */
  readonly timeoutMs: number;
}

/** `options`, checked. */
export function readOptions(
  options: ExecuteOptions,
  callTimeoutMs: number,
  attempt: Attempt,
): CallLimits {
  requireObject(options as unknown, "options", attempt);
  const { signal, timeoutMs = callTimeoutMs } = options;
  if (signal !== undefined) requireSignal(signal, "signal", attempt);
  requireMs(timeoutMs, 0, "timeoutMs", attempt);
  return { signal, timeoutMs };
}

/** A call that may be told to stop. Its signal is made only when somebody asks for it. */
export class BreakerCall implements BreakerCallContext {
  #controller: AbortController | undefined;

  /** Aborts when the call is cancelled or has taken too long. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Tells the body to stop. */
  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

/**
 * Calls `body`, and waits for it until `signal` aborts or `timeoutMs` have passed; 0 for as long as
 * it takes. Leaves no timer and no listener behind.
 *
 * @param cut is called when the wait ends before the body, with what that says of the call
 */
export async function callWithLimits<Result>(
  name: string,
  clock: Clock,
  body: BreakerBody<Result>,
  { signal, timeoutMs }: CallLimits,
  cut: (outcome: "failure" | "neutral") => void,
): Promise<Result> {
  signal?.throwIfAborted();
  const call = new BreakerCall();
  const end = new Deferred<never>();
  const cutShort = (outcome: "failure" | "neutral", reason: unknown) => {
    cut(outcome);
    end.reject(reason); // comes first, so that what the body makes of the abort is not thrown
    call.abort(reason);
  };
  const cancel = () => cutShort("neutral", signal!.reason);
  const timeOut = () => cutShort("failure", new CallTimeoutError(name, timeoutMs));
  const cancelTimer = timeoutMs === 0 ? () => {} : clock.setTimer(clock.now() + timeoutMs, timeOut);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await Promise.race([body(call), end.promise()]);
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", cancel);
  }
}

/** What lets a call be made. */
export interface Permit {
  /** 0 when the call is made without asking. */
  readonly permit: number;
  /** Under which the call is made. */
  readonly epoch: number;
  /** When it was made; `undefined` when nobody has looked. */
  readonly since: Instant | undefined;
}

/** Calls that were made under one epoch without asking. It is the permit of those, too. */
export interface Tally extends Permit, UntoldFigures {}

/** A tally of no calls. */
export function newTally(epoch: number): Tally {
  return {
    permit: 0,
    epoch,
    since: undefined,
    requests: 0,
    successes: 0,
    lastSuccessAt: undefined,
  };
}

/** Of so many successes each is timed; of further ones, one of `SAMPLED` is. */
const FEW = 64;
const SAMPLED = 8;

/**
 * Counts a success. Reading the clock costs half as much as a whole call, so that of a busy breaker
 * is not read each time.
 */
export function countSuccess(tally: Tally, clock: { now(): Instant }): void {
  if (tally.successes < FEW || tally.successes % SAMPLED === 0) tally.lastSuccessAt = clock.now();
  tally.successes++;
}
