/**
 * One call through a circuit breaker while it is under way.
 *
 * @module
 */

import { type Attempt, requireMs, requireObject, requireSignal } from "../core/arguments.ts";
import type { Clock } from "../core/clock.ts";
import { CallTimeoutError } from "./errors.ts";

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
  const end = Promise.withResolvers<never>();
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
    return await Promise.race([body(call), end.promise]);
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", cancel);
  }
}
