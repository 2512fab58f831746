/**
 * The config of circuit breakers.
 *
 * @module
 */

import { type Attempt, LONGEST_MS, requireFunction } from "../core/arguments.ts";
import {
  count,
  defaultsOf,
  integer,
  ms,
  number,
  oneOf,
  type Option,
  type Options,
  readConfig,
  requireKnown,
  SYSTEM_OPTIONS,
} from "../core/config.ts";

/**
 * The condition that opens a closed breaker: failures in a row; the share of failures among the
 * newest calls; or that, or else the share of slow ones.
 *
 * @category Circuit breakers
 */
export type BreakerPolicy = "consecutive" | "rate" | "slow-call";

/**
 * The rules of one breaker. All times are milliseconds.
 * @category Circuit breakers
 */
export interface BreakerRules {
  /** The condition that opens it. @default "consecutive" */
  readonly policy: BreakerPolicy;
  /** The number of failures in a row that open it, by policy `consecutive`. @default 5 */
  readonly failureThreshold: number;
  /** The number of successful probes that close it. @default 3 */
  readonly successThreshold: number;
  /** The first open time, before it admits probes. @default 60_000 */
  readonly timeout: number;
  /** The largest number of probes in flight. @default 2 */
  readonly halfOpenLimit: number;
  /** The share of failures, from above 0 to 1, that opens it. @default 0.5 */
  readonly failureRate: number;
  /** The share of slow calls, from above 0 to 1, that opens it, by policy `slow-call`. @default 0.5 */
  readonly slowCallRate: number;
  /** The least duration of a slow call, by policy `slow-call`. @default 10_000 */
  readonly slowCallMs: number;
  /** Whether shares are of the newest calls, or of the calls of the newest time. @default "count" */
  readonly window: "count" | "time";
  /** The number of calls in a window by count. @default 100 */
  readonly windowCalls: number;
  /** The length of a window by time, to within a tenth. @default 60_000 */
  readonly windowMs: number;
  /** The number of calls in the window from which on a share opens it. @default 10, or windowCalls if that is less */
  readonly minimumCalls: number;
  /** The longest duration of a probe; a longer one has failed. @default callTimeoutMs, or else the longer of timeout and a minute */
  readonly probeTimeoutMs: number;
  /**
   * The factor by which each open time is longer than the one before, unless the breaker was closed
   * in between. @default 2
   */
  readonly openTimeFactor: number;
  /** The longest open time. @default 10 × timeout */
  readonly maxOpenMs: number;
  /**
   * The share, from 0 to 1, by which chance shortens a lengthened open time, though never below
   * `timeout`, so that breakers that opened together do not all probe at once. @default 0.5
   */
  readonly openTimeJitter: number;
  /** The number of retries for each call, from 0 to 1, that the retry budget grants. @default 0.1 */
  readonly retryShare: number;
  /** The number of retries in each second that the retry budget grants in any case. @default 10 */
  readonly retriesPerSecond: number;
  /** The most retries that the budget saves up, and its size at first. @default 100 */
  readonly retryBurst: number;
}

/**
 * Options of a circuit breaker. All times are milliseconds.
 * @category Circuit breakers
 */
export interface CircuitBreakerConfig extends Partial<BreakerRules> {
  /** The longest duration of a call; 0 for no limit. @default 0 */
  callTimeoutMs?: number;
  /**
   * Whether the error of a call shows that the guarded service does not work. An error that does not
   * is neutral, as if the call had not been made. @default every error does
   */
  isFailure?: (error: unknown) => boolean;
}

/** A config that was checked and completed. */
export interface BreakerSettings {
  /** The rules for the machine. */
  readonly rules: BreakerRules;
  /** The longest duration of a call; 0 for no limit. */
  readonly callTimeoutMs: number;
  /** Whether an error is a failure; `undefined` when each is. */
  readonly isFailure: ((error: unknown) => boolean) | undefined;
}

/**
 * The options of a breaker machine.
 * @category Circuit breakers
 */
export interface BreakerConfig {
  /**
   * The largest number of breakers. A further one evicts the closed one without failures that has
   * been unused for longest, or else the closed one that has. @default 10_000
   */
  readonly maxBreakers: number;
  /**
   * The time after which a closed breaker without failures is evicted that was not used; 0 for never.
   * It is made anew when it is used again. @default 0
   */
  readonly idleMs: number;
  /** Seeds the jitter of open times. @default a random number in a façade, 1 in a machine */
  readonly seed: number;
}

/** The default and the check of each option of a breaker machine. */
export const BREAKER_OPTIONS: Options<BreakerConfig> = {
  maxBreakers: count(10_000),
  idleMs: ms(0),
  seed: integer(1, 0),
};

/** The config of a breaker machine that is given none. */
export const DEFAULT_BREAKER_CONFIG: BreakerConfig = defaultsOf(BREAKER_OPTIONS);

/** The options of a breaker, `undefined` where the default depends on other options. */
type GivenOptions =
  & Omit<BreakerRules, "minimumCalls" | "probeTimeoutMs" | "maxOpenMs">
  & { [Name in "minimumCalls" | "probeTimeoutMs" | "maxOpenMs"]: number | undefined }
  & Omit<BreakerSettings, "rules">;

const MOST_CALLS = 1_000_000;
const LARGEST_FACTOR = 1_000;
const MINUTE_MS = 60_000;

/** The default and the check of each option of a breaker. */
export const CIRCUIT_BREAKER_OPTIONS: Options<GivenOptions> = {
  policy: oneOf("consecutive", ["consecutive", "rate", "slow-call"]),
  failureThreshold: integer(5, 1, MOST_CALLS),
  successThreshold: integer(3, 1, MOST_CALLS),
  timeout: ms(MINUTE_MS, 1),
  halfOpenLimit: integer(2, 1, MOST_CALLS),
  failureRate: share(0.5),
  slowCallRate: share(0.5),
  slowCallMs: ms(10_000, 1),
  window: oneOf("count", ["count", "time"]),
  windowCalls: integer(100, 1, MOST_CALLS),
  windowMs: ms(MINUTE_MS, 1),
  minimumCalls: derived(integer(0, 1, MOST_CALLS)),
  probeTimeoutMs: derived(ms(0, 1)),
  openTimeFactor: number(2, 1, LARGEST_FACTOR),
  maxOpenMs: derived(ms(0, 1)),
  openTimeJitter: number(0.5, 0, 1),
  retryShare: number(0.1, 0, 1),
  retriesPerSecond: integer(10, 0, MOST_CALLS),
  retryBurst: integer(100, 1, MOST_CALLS),
  callTimeoutMs: ms(0),
  isFailure: { default: undefined, check: requireFunction },
};

/** A share above 0: one of 0 would open the breaker with any call, each time that it closes. */
function share(fallback: number): Option<number> {
  const { check } = number(fallback, 0, 1);
  return {
    default: fallback,
    check(value, name, attempt) {
      check(value, name, attempt);
      const rule = `${name} must be above 0, or it could never stay closed`;
      if (value === 0) throw new RangeError(`Cannot ${attempt()}: ${rule}, got 0`);
    },
  };
}

/** An option whose default depends on others. */
function derived({ check }: Option<number>): Option<number | undefined> {
  return { default: undefined, check };
}

/**
 * Checks and completes the config of a breaker.
 *
 * @throws {TypeError | RangeError} when it is malformed, or the breaker could never open or close
 */
export function readBreakerConfig(config: CircuitBreakerConfig, attempt: Attempt): BreakerSettings {
  requireKnown([CIRCUIT_BREAKER_OPTIONS, BREAKER_OPTIONS, SYSTEM_OPTIONS], config, attempt);
  const { callTimeoutMs, isFailure, ...given } = readConfig(
    CIRCUIT_BREAKER_OPTIONS,
    config,
    attempt,
  );
  const { timeout, windowCalls } = given;
  const isCounted = given.window === "count";
  const fewest = isCounted ? Math.min(10, windowCalls) : 10;
  const longestProbeMs = callTimeoutMs > 0 ? callTimeoutMs : Math.max(timeout, MINUTE_MS);
  const rules: BreakerRules = {
    ...given,
    minimumCalls: given.minimumCalls ?? fewest,
    probeTimeoutMs: given.probeTimeoutMs ?? longestProbeMs,
    maxOpenMs: given.maxOpenMs ?? Math.min(10 * timeout, LONGEST_MS),
  };
  if (rules.maxOpenMs < timeout) {
    const rule = `maxOpenMs must be at least timeout, which is ${timeout}`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${rules.maxOpenMs}`);
  }
  if (isCounted && rules.minimumCalls > windowCalls) {
    const rule = `minimumCalls must be at most windowCalls, or it could never open`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${rules.minimumCalls}`);
  }
  return { rules, callTimeoutMs, isFailure };
}
