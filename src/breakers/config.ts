/**
 * The config of a circuit breaker.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireFunction,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import type { BreakerPolicy, BreakerRules } from "./state.ts";

/** Options of a circuit breaker. All times are milliseconds. */
export interface CircuitBreakerConfig extends Partial<BreakerRules> {
  /** How long a call may take; 0 for as long as it takes. @default 0 */
  callTimeoutMs?: number;
  /**
   * Whether the error of a call says that what the breaker guards doesn't work. An error that
   * doesn't is neutral, as if the call had not been made. @default every error does
   */
  isFailure?: (error: unknown) => boolean;
}

/** A config that was checked. */
export interface BreakerSettings {
  /** The machine's part. */
  readonly rules: BreakerRules;
  /** How long a call may take; 0 for as long as it takes. */
  readonly callTimeoutMs: number;
  /** Whether an error counts, or `undefined` when each does. */
  readonly isFailure: ((error: unknown) => boolean) | undefined;
}

const LARGEST_COUNT = 1_000_000;
const LARGEST_FACTOR = 1_000;
const MINUTE_MS = 60_000;

/**
 * `config`, checked and completed.
 *
 * @throws {TypeError | RangeError} when it is malformed, or the breaker could never open or close
 */
export function readConfig(config: CircuitBreakerConfig, attempt: Attempt): BreakerSettings {
  requireObject(config as unknown, "config", attempt);
  const { callTimeoutMs = 0, isFailure } = config;
  requireMs(callTimeoutMs, 0, "callTimeoutMs", attempt);
  if (isFailure !== undefined) requireFunction(isFailure, "isFailure", attempt);
  const rules = completeRules(config, callTimeoutMs);
  requireRules(rules, attempt);
  return { rules, callTimeoutMs, isFailure };
}

function completeRules(config: CircuitBreakerConfig, callTimeoutMs: number): BreakerRules {
  const { timeout = MINUTE_MS, window: span = "count", windowCalls = 100 } = config;
  const longestProbeMs = callTimeoutMs > 0 ? callTimeoutMs : Math.max(timeout, MINUTE_MS);
  return {
    policy: config.policy ?? "consecutive",
    failureThreshold: config.failureThreshold ?? 5,
    successThreshold: config.successThreshold ?? 3,
    timeout,
    halfOpenLimit: config.halfOpenLimit ?? 2,
    failureRate: config.failureRate ?? 0.5,
    slowCallRate: config.slowCallRate ?? 0.5,
    slowCallMs: config.slowCallMs ?? 10_000,
    window: span,
    windowCalls,
    windowMs: config.windowMs ?? MINUTE_MS,
    minimumCalls: config.minimumCalls ?? (span === "count" ? Math.min(10, windowCalls) : 10),
    probeTimeoutMs: config.probeTimeoutMs ?? longestProbeMs,
    openTimeFactor: config.openTimeFactor ?? 2,
    maxOpenMs: config.maxOpenMs ?? 10 * timeout,
    openTimeJitter: config.openTimeJitter ?? 0.5,
  };
}

const POLICIES: readonly BreakerPolicy[] = ["consecutive", "rate", "slow-call"];

function requireRules(rules: BreakerRules, attempt: Attempt): void {
  requireOneOf(rules.policy, POLICIES, "policy", attempt);
  requireOneOf(rules.window, ["count", "time"], "window", attempt);
  for (const key of COUNTS) requireInteger(rules[key], 1, LARGEST_COUNT, key, attempt);
  for (const key of TIMES) requireMs(rules[key], 1, key, attempt);
  requireShare(rules.failureRate, "failureRate", attempt);
  requireShare(rules.slowCallRate, "slowCallRate", attempt);
  requireNumber(rules.openTimeFactor, 1, LARGEST_FACTOR, "openTimeFactor", attempt);
  requireNumber(rules.openTimeJitter, 0, 1, "openTimeJitter", attempt);
  if (rules.maxOpenMs < rules.timeout) {
    const rule = `maxOpenMs must be at least timeout, which is ${rules.timeout}`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${rules.maxOpenMs}`);
  }
  if (rules.window === "count" && rules.minimumCalls > rules.windowCalls) {
    const rule = `minimumCalls must be at most windowCalls, or it could never open`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${rules.minimumCalls}`);
  }
}

const COUNTS = [
  "failureThreshold",
  "successThreshold",
  "halfOpenLimit",
  "windowCalls",
  "minimumCalls",
] as const;

const TIMES = ["timeout", "slowCallMs", "windowMs", "probeTimeoutMs", "maxOpenMs"] as const;

/** A share of 0 would open the breaker whatever its calls come to, each time that it closes. */
function requireShare(value: unknown, name: string, attempt: Attempt): void {
  requireNumber(value, 0, 1, name, attempt);
  if (value === 0) {
    throw new RangeError(
      `Cannot ${attempt()}: ${name} must be above 0, or it could never stay closed, got 0`,
    );
  }
}

function requireNumber(
  value: unknown,
  least: number,
  most: number,
  name: string,
  attempt: Attempt,
): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  const kind = typeof value === "number" ? RangeError : TypeError;
  throw new kind(
    `Cannot ${attempt()}: ${name} must be a number from ${least} to ${most}, got ${quote(value)}`,
  );
}
