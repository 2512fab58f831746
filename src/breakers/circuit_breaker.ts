/**
 * The façade of one circuit breaker.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
  requireSignal,
} from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { Clock } from "../core/clock.ts";
import { Deferred } from "../core/client.ts";
import { moveHere } from "../core/call_site.ts";
import { errorData, isFinal } from "../core/error_data.ts";
import { ClosedError } from "../core/errors.ts";
import { defaultLogger, type Logger, logTo } from "../core/logger.ts";
import { type Instant, Refusal, type Tick } from "../core/machine.ts";
import {
  type BreakerClient,
  type BreakerOptions,
  hostBreakers,
  type HostOfBreakers,
  type ManagedOptions,
} from "./client.ts";
import type { BreakerCommand, RequestPermit, RetryAnswer } from "./commands.ts";
import { type CallOutcome, CircuitState } from "./types.ts";
import { type BreakerSettings, type CircuitBreakerConfig, readBreakerConfig } from "./config.ts";
import { CallTimeoutError, CircuitOpenError } from "./errors.ts";
import { type CircuitBreakerMetrics, metricsOf, type UnreportedCalls } from "./views.ts";
import { isUneventful, outlook } from "./state.ts";

/** The number of successes that are reported together at most. */
const MAX_UNREPORTED = 1_000;

/**
 * Calls a service that may fail, and rejects calls for a while once it fails too often.
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
 * @category Circuit breakers
 */
export class CircuitBreaker implements AsyncDisposable {
  /** The name of the breaker, also in its events. */
  readonly name: string;
  readonly #settings: BreakerSettings;
  readonly #logger: Logger;
  readonly #client: BreakerClient;
  /** Runs the machine; `undefined` for a breaker of a manager. */
  readonly #host: HostOfBreakers | undefined;
  /** Notifies its manager that it was defined again. */
  readonly #redefined: (() => void) | undefined;
  /** The request of all calls without a time limit of their own. */
  readonly #request: RequestPermit;
  #tally = newTally(0);
  #isClosed = false;

  /**
   * Makes a closed breaker. With a host that has a breaker of that name, continues with it in its
   * state.
   *
   * @throws {TypeError | RangeError} when something is malformed, or the breaker could never close
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
    const { client, redefined } = options as Partial<ManagedOptions>;
    this.#redefined = redefined;
    if (client !== undefined) {
      this.#client = client;
    } else {
      const thing = `circuit breaker ${quote(name)}`;
      this.#host = hostBreakers(thing, {}, eventBus, logger, options);
      this.#client = this.#host.running("create");
      this.#client.dropped = (dropped, isRemoved) => {
        if (dropped === name && isRemoved) this.end();
      };
    }
    this.#request = { type: "request-permit", name, timeoutMs: this.#settings.callTimeoutMs };
    this.#define();
  }

  /**
   * Calls `body`, and resolves or rejects as it does. Costs O(1), and no timer without a time limit.
   *
   * A breaker that its manager has evicted is made anew. Where there is no room for it, as all others
   * are open, the call is made and counts for nothing.
   *
   * The options compose as `fallback(retry(breaker(body)))`: each attempt is a call through the breaker,
   * and the fallback is for the outcome of the last one.
   *
   * @throws {CircuitOpenError} without a call, when the breaker admits none
   * @throws {CallTimeoutError} when the call exceeds its time limit; its result is ignored
   * @throws the reason of `signal` when it aborts
   * @throws {ClosedError} after {@linkcode shutdown}
   */
  async execute<Result>(
    body: BreakerBody<Result>,
    options?: ExecuteOptions<Result>,
  ): Promise<Result> {
    if (typeof body !== "function") this.#refuseBody(body);
    if (options !== undefined) return await this.#callWithOptions(body, options);
    const { callTimeoutMs: timeoutMs } = this.#settings;
    if (timeoutMs > 0) return await this.#callWithLimits(body, { signal: undefined, timeoutMs });
    const permit = this.#admitIfClosed() ?? await this.#ask(this.#request);
    let result: Result;
    try {
      result = await body(new BreakerCall());
    } catch (error) {
      await this.#end(permit, this.#outcomeOf(error));
      throw error;
    }
    const ended = this.#end(permit, "success");
    if (ended !== undefined) await ended;
    return result;
  }

  /** Returns the state of the breaker at this moment. */
  getState(): CircuitState {
    const breaker = this.#client.find(this.name);
    return breaker === undefined ? CircuitState.CLOSED : outlook(breaker, this.#client.now).state;
  }

  /** Returns the figures since the breaker was made or reset. */
  getMetrics(): CircuitBreakerMetrics {
    return metricsOf(this.#client.find(this.name), this.#client.now, this.#tally);
  }

  /**
   * Moves the breaker to a state, from which its rules apply. Calls in flight decide nothing any
   * more. A no-op when the breaker is in that state.
   *
   * @throws {LimitError} when it was evicted, and there is no room for it
   * @throws {BreakerHeldError} while it is held open
   */
  forceState(state: CircuitState): void {
    requireOneOf(state, Object.values(CircuitState), "state", () => this.#attempt("force"));
    this.#prepare("force");
    const error = this.#client.try({ type: "force-breaker", name: this.name, state });
    if (error !== undefined) throw error;
  }

  /**
   * Opens the breaker, which then admits no call until {@linkcode reset}. Calls in flight decide nothing
   * any more. Idempotent for the same reason.
   *
   * @param reason for people; it is part of the error of each rejected call
   * @throws {LimitError} when it was evicted, and there is no room for it
   */
  forceOpen(reason: string = "it was forced open"): void {
    requireId(reason, "reason", () => this.#attempt("hold open"));
    this.#submit("hold open", { type: "hold-breaker", name: this.name, reason });
  }

  /**
   * Closes the breaker, also one that is held open, and resets its figures and its retry budget. Calls
   * in flight are not counted any more.
   */
  reset(): void {
    this.#submit("reset", { type: "reset-breaker", name: this.name });
  }

  /** Rejects further calls. Those in flight continue. Idempotent. */
  async shutdown(): Promise<void> {
    if (!this.#isClosed) this.#report(0);
    this.#isClosed = true;
    await this.#host?.close();
  }

  /**
   * Rejects further calls, as the breaker was removed.
   * @internal
   */
  end(): void {
    this.#isClosed = true;
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Calls `body` as `fallback(retry(breaker(body)))`. */
  async #callWithOptions<Result>(
    body: BreakerBody<Result>,
    options: ExecuteOptions<Result>,
  ): Promise<Result> {
    const attempt = () => this.#attempt(CALL);
    const limits = readLimits(options, this.#settings.callTimeoutMs, attempt);
    const terms = readRetryTerms(options.retry, attempt);
    const { fallback } = options;
    if (fallback !== undefined) requireFunction(fallback, "fallback", attempt);
    try {
      return await this.#callWithRetries(body, limits, terms);
    } catch (error) {
      const isOver = this.#isClosed || this.#client.stopped !== undefined;
      if (fallback === undefined || isOver || limits.signal?.aborted) throw error;
      return await fallback(error);
    }
  }

  async #callWithRetries<Result>(
    body: BreakerBody<Result>,
    limits: CallLimits,
    terms: RetryTerms | undefined,
  ): Promise<Result> {
    const { signal } = limits;
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#callWithLimits(body, limits);
      } catch (error) {
        if (terms === undefined || attempt >= terms.maxAttempts || signal?.aborted) throw error;
        if (!this.#isRetryable(error, terms)) throw error;
        const answer = await this.#askForRetry(attempt, error, terms);
        if (answer?.status !== "permitted") throw error;
        await pause(this.#client.clock, answer.delayMs, signal);
      }
    }
  }

  /** Returns whether another attempt may end better. Never throws. */
  #isRetryable(error: unknown, { isRetryable }: RetryTerms): boolean {
    if (this.#isClosed || this.#client.stopped !== undefined) return false;
    if (error instanceof CircuitOpenError && error.heldFor !== undefined) return false;
    if (isRetryable === undefined) {
      return !(error instanceof CircuitOpenError) && !isFinal(error);
    }
    try {
      return isRetryable(error);
    } catch (problem) {
      const line = `Circuit breaker ${quote(this.name)}: isRetryable threw`;
      logTo(this.#logger, "error", line, problem);
      return false;
    }
  }

  /** Asks the retry budget. A breaker for which there is no room has none. */
  async #askForRetry(
    attempt: number,
    error: unknown,
    { delayMs, maxDelayMs }: RetryTerms,
  ): Promise<RetryAnswer | undefined> {
    const { name } = this;
    this.#report(this.#tally.epoch);
    if (this.#client.find(name) === undefined) this.#redefine();
    const { retryAfterMs = 0 } = errorData(error);
    const terms = { attempt, delayMs, maxDelayMs, retryAfterMs };
    const answer = await this.#client.outcomeOf({ type: "request-retry", name, ...terms });
    return answer instanceof Refusal ? undefined : answer;
  }

  async #callWithLimits<Result>(body: BreakerBody<Result>, limits: CallLimits): Promise<Result> {
    const { signal, timeoutMs } = limits;
    signal?.throwIfAborted();
    const request = { ...this.#request, timeoutMs };
    const permit = this.#admitIfClosed() ?? await this.#ask(request);
    const { clock } = this.#client;
    let outcome: CallOutcome | undefined;
    try {
      const result = await callWithLimits(this.name, clock, body, limits, (cut) => outcome = cut);
      outcome = "success";
      return result;
    } catch (error) {
      outcome ??= signal?.aborted ? "neutral" : this.#outcomeOf(error);
      throw error;
    } finally {
      await this.#end(permit, outcome!);
    }
  }

  /** Admits a call while the breaker is closed, which takes no command. */
  #admitIfClosed(): Permit | undefined {
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

  /** Defines the breaker, also again. Returns the error if there is known to be no room for it. */
  #define(): Error | undefined {
    const { name } = this;
    const { rules } = this.#settings;
    return this.#client.try({ type: "define-breaker", name, rules });
  }

  /** Defines the breaker again, as it was evicted. */
  #redefine(): Error | undefined {
    const error = this.#define();
    if (error === undefined) this.#redefined?.();
    return error;
  }

  async #ask(request: RequestPermit): Promise<Permit> {
    this.#report(this.#tally.epoch);
    let answer = await this.#client.outcomeOf(request);
    if (answer instanceof Refusal) {
      this.#redefine();
      answer = await this.#client.outcomeOf(request);
    }
    if (answer instanceof Refusal) return UNCOUNTED;
    if (answer.status === "permitted") return answer;
    const { state, retryAt, retryAfterMs, heldFor } = answer;
    throw new CircuitOpenError(this.name, state, retryAt, retryAfterMs, heldFor);
  }

  /** Reports the outcome of a call. Never throws, as the call has its own outcome. */
  #end(call: Permit, outcome: CallOutcome): Promise<void> | undefined {
    if (call === UNCOUNTED) return undefined;
    const { name } = this;
    const { permit, since } = call;
    let { epoch } = call;
    try {
      let breaker = this.#client.find(name);
      if (breaker === undefined) { // it was closed and evicted, so another closed one is the same
        if (outcome !== "failure" || this.#isClosed) return undefined;
        this.#redefine();
        breaker = this.#client.find(name);
        if (breaker === undefined) return undefined;
        epoch = breaker.epoch;
      }
      if (outcome === "success" && permit === 0 && isUneventful(breaker, epoch)) {
        return this.#countSuccess();
      }
      this.#report(this.#tally.epoch);
      return this.#client.submit({ type: "settle-permit", name, permit, epoch, since, outcome });
    } catch {
      return undefined; // the engine is closed, or has logged why it stopped
    }
  }

  #countSuccess(): undefined {
    const tally = this.#tally;
    countSuccess(tally, this.#client.clock);
    if (tally.successes === MAX_UNREPORTED || this.#seemsIdle(tally)) this.#report(tally.epoch);
  }

  /** Returns whether the breaker could be evicted soon, as it is in use without a report. */
  #seemsIdle({ lastSuccessAt = 0 }: Tally): boolean {
    const { idleMs } = this.#client.state.config;
    if (!(idleMs > 0)) return false;
    return lastSuccessAt - (this.#client.find(this.name)?.usedAt ?? 0) >= idleMs / 2;
  }

  #outcomeOf(error: unknown): CallOutcome {
    const { isFailure } = this.#settings;
    if (isFailure === undefined) return "failure";
    try {
      return isFailure(error) ? "failure" : "neutral";
    } catch (problem) {
      const line = `Circuit breaker ${quote(this.name)}: isFailure threw`;
      logTo(this.#logger, "error", line, problem);
      return "failure";
    }
  }

  #refuseBody(body: unknown): void {
    requireFunction(body, "body", () => this.#attempt(CALL));
  }

  #submit(verb: string, command: Exclude<BreakerCommand, Tick>): void {
    this.#prepare(verb);
    void this.#client.submit(command);
  }

  /** Reports the counted calls, and defines the breaker again if it was evicted. */
  #prepare(verb: string): void {
    if (this.#isClosed) throw new ClosedError(this.#attempt(verb), "it");
    this.#report(this.#tally.epoch);
    const error = this.#client.find(this.name) === undefined ? this.#redefine() : undefined;
    if (error !== undefined) throw error;
  }

  /** Reports the counted calls, and starts to count under `nextEpoch`. */
  #report(nextEpoch: number): void {
    const { epoch, requests, successes, lastSuccessAt } = this.#tally;
    if (requests + successes === 0 && epoch === nextEpoch) return;
    this.#tally = newTally(nextEpoch);
    if (requests + successes === 0) return;
    const { name } = this;
    const type = "count-calls";
    try {
      void this.#client.submit({ type, name, epoch, requests, successes, lastSuccessAt });
    } catch {
      // The engine is closed, or has logged why it stopped; the figures are lost with it.
    }
  }

  #attempt(verb: string): string {
    return `${verb} circuit breaker ${quote(this.name)}`;
  }
}

const CALL = "call through";

/**
 * The argument of the body of a call.
 * @category Circuit breakers
 */
export interface BreakerCallContext {
  /** Aborts when the call is cancelled or exceeds its time limit. */
  readonly signal: AbortSignal;
}

/**
 * A function that makes the guarded call.
 * @category Circuit breakers
 */
export type BreakerBody<Result> = (call: BreakerCallContext) => Result | PromiseLike<Result>;

/**
 * Options of `CircuitBreaker.execute`.
 * @category Circuit breakers
 */
export interface ExecuteOptions<Result = unknown> {
  /** Cancels the call, which then rejects with the signal's reason and is neutral. */
  signal?: AbortSignal;
  /** The time limit of each attempt, in milliseconds; 0 for none. @default callTimeoutMs */
  timeoutMs?: number;
  /** Retries a call that failed. @default it is not retried */
  retry?: RetryOptions;
  /**
   * Provides the result when the call failed, with all its retries, or was rejected; not when `signal`
   * aborted. Called with the error. @default the error is thrown
   */
  fallback?: (error: unknown) => Result | PromiseLike<Result>;
}

/**
 * Options of retries through a circuit breaker. Each attempt is a call through the breaker, and each
 * retry needs a token of its retry budget; without one the error of the last attempt is thrown.
 *
 * @category Circuit breakers
 */
export interface RetryOptions {
  /** The most attempts, the first included. @default 3 */
  maxAttempts?: number;
  /**
   * The longest pause after the first attempt, in milliseconds; it doubles with each further one. The
   * pause is random up to that, and at least the `retryAfterMs` of the error. @default 100
   */
  delayMs?: number;
  /** The longest pause that is not demanded by an error, in milliseconds. @default 10_000 */
  maxDelayMs?: number;
  /**
   * Whether another attempt may end better. @default any error but a `NonRetryableError` and the
   * rejection by the breaker
   */
  isRetryable?: (error: unknown) => boolean;
}

interface RetryTerms {
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly isRetryable: ((error: unknown) => boolean) | undefined;
}

function readRetryTerms(
  options: RetryOptions | undefined,
  attempt: Attempt,
): RetryTerms | undefined {
  if (options === undefined) return undefined;
  requireObject(options as unknown, "retry", attempt);
  const { maxAttempts = 3, delayMs = 100, maxDelayMs = 10_000, isRetryable } = options;
  requireInteger(maxAttempts, 1, 1_000, "retry.maxAttempts", attempt);
  requireMs(delayMs, 0, "retry.delayMs", attempt);
  requireMs(maxDelayMs, 0, "retry.maxDelayMs", attempt);
  if (isRetryable !== undefined) requireFunction(isRetryable, "retry.isRetryable", attempt);
  return { maxAttempts, delayMs, maxDelayMs, isRetryable };
}

interface CallLimits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

function readLimits(
  options: Pick<ExecuteOptions, "signal" | "timeoutMs">,
  callTimeoutMs: number,
  attempt: Attempt,
): CallLimits {
  requireObject(options as unknown, "options", attempt);
  const { signal, timeoutMs = callTimeoutMs } = options;
  if (signal !== undefined) requireSignal(signal, "signal", attempt);
  requireMs(timeoutMs, 0, "timeoutMs", attempt);
  return { signal, timeoutMs };
}

/** A call in progress. Its signal is made only when the body reads it. */
class BreakerCall implements BreakerCallContext {
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

/**
 * Calls `body`, and waits for it until `signal` aborts or `timeoutMs` have passed; 0 for no limit.
 * Leaves no timer and no listener behind.
 *
 * @param cut is called with the outcome of a call whose wait ends before its body does
 */
async function callWithLimits<Result>(
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
    end.reject(reason); // before the abort, so that an error of the body is not thrown instead
    call.abort(reason);
  };
  const cancel = () => cutShort("neutral", signal!.reason);
  let timeout: CallTimeoutError | undefined;
  const timeOut = () => cutShort("failure", timeout = new CallTimeoutError(name, timeoutMs));
  const cancelTimer = timeoutMs === 0 ? () => {} : clock.setTimer(clock.now() + timeoutMs, timeOut);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await Promise.race([body(call), end.promise()]);
  } catch (error) {
    if (timeout !== undefined && error === timeout) moveHere(timeout, callWithLimits);
    throw error;
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", cancel);
  }
}

/** Waits for `ms`, or rejects with the reason of `signal` when it aborts. */
async function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (ms === 0) return;
  const end = new Deferred<void>();
  const abort = () => end.reject(signal!.reason);
  const cancelTimer = clock.setTimer(clock.now() + ms, () => end.resolve());
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await end.promise();
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", abort);
  }
}

/** The right to make a call. */
interface Permit {
  /** 0 for a call that was made without a permit. */
  readonly permit: number;
  /** The epoch under which the call is made. */
  readonly epoch: number;
  /** When the call was made; `undefined` when the clock was not read. */
  readonly since: Instant | undefined;
}

/** The permit of a call through a breaker for which there is no room. */
const UNCOUNTED: Permit = { permit: 0, epoch: 0, since: undefined };

/** Counts the calls that were made under one epoch without a permit. It is the permit of those. */
interface Tally extends Permit, UnreportedCalls {}

function newTally(epoch: number): Tally {
  return {
    permit: 0,
    epoch,
    since: undefined,
    requests: 0,
    successes: 0,
    lastSuccessAt: undefined,
  };
}

/** The first successes of a tally are all timed; of further ones, one of `SAMPLED` is. */
const FEW = 64;
const SAMPLED = 8;

/** Counts a success. Reading the clock costs half as much as a whole call, so it is sampled. */
function countSuccess(tally: Tally, clock: Clock): void {
  if (tally.successes < FEW || tally.successes % SAMPLED === 0) tally.lastSuccessAt = clock.now();
  tally.successes++;
}
