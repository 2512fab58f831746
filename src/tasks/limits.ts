/**
 * Limits by key, as callers write them: how many attempts of the tasks that name a key may run at
 * once, and how many may begin in a time.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireArray,
  requireId,
  requireInteger,
  requireNumber,
  requireObject,
  requireOnly,
} from "../core/arguments.ts";
import { MOST_ENTRIES, type Option } from "../core/config.ts";
import { fork } from "../core/data/plain.ts";
import type { Instant, Named } from "../core/machine.ts";

/**
 * A rate: a bucket of tokens, of which each attempt takes one as it begins.
 * @category Tasks
 */
export interface RateLimit {
  /** The capacity of the bucket, and the number of tokens that come in `perMs`: at most 1,000,000. */
  readonly tokens: number;
  /** The time in which an empty bucket is full again, in milliseconds; the tokens come evenly. */
  readonly perMs: number;
}

/**
 * A limit of what attempts may spend. Once one of the quantities is spent, no further attempt is handed
 * out; those that run go on.
 * @category Tasks
 */
export interface Budget {
  /** The attempts that may begin, whatever they end with. */
  readonly attempts?: number;
  /** The time of all attempts, in milliseconds; it is counted when an attempt ends. */
  readonly runMs?: number;
  /** The counters that agents report with `spend`, by name, greater than 0; at most 100. */
  readonly counters?: Readonly<Record<string, number>>;
}

/**
 * The limit of a key. What is left out is not limited.
 * @category Tasks
 */
export interface KeyLimit {
  /** The most attempts that may run at once; 0 pauses the key. */
  readonly maxConcurrent?: number;
  /** The most attempts that may begin in a time, retries included. */
  readonly rate?: RateLimit;
  /** The budget of all its attempts. */
  readonly budget?: Budget;
}

/**
 * The part of a budget that is spent.
 * @category Tasks
 */
export interface Spent {
  /** The attempts that have begun. */
  readonly attempts: number;
  /** The time of attempts that have ended, in milliseconds. */
  readonly runMs: number;
  /** The counters of the budget. */
  readonly counters: Readonly<Record<string, number>>;
}

/**
 * The state of a budget.
 * @category Tasks
 */
export interface BudgetView {
  /** The budget. */
  readonly budget: Budget;
  /** The part of it that is spent. */
  readonly spent: Spent;
  /** Whether nothing more is handed out. */
  readonly isExhausted: boolean;
}

/**
 * The state of a key.
 * @category Tasks
 */
export interface LimitView {
  /** The key. */
  readonly key: string;
  /** The limit in force; empty for none. */
  readonly limit: KeyLimit;
  /** The number of its permits in use. It may exceed the limit after that was lowered. */
  readonly running: number;
  /** The number of its tasks that wait for a permit, or for an agent. */
  readonly waiting: number;
  /** The attempts that may begin at once; `undefined` without a rate. */
  readonly tokens?: number;
  /** When the next token comes; `undefined` without a rate, and while there is one. */
  readonly nextTokenAt?: Instant;
  /** The spent part; `undefined` without a budget. */
  readonly budget?: BudgetView;
}

/** Sets the limit of a key while tasks run. */
export interface SetLimit extends Named<"set-limit"> {
  /** The key. */
  readonly key: string;
  /** The limit, which replaces the former one as a whole. @default the config's, or else none */
  readonly limit?: KeyLimit;
}

/** Sets the budget of all attempts. */
export interface SetBudget extends Named<"set-budget"> {
  /** The budget; what was spent of the former one stays. @default none */
  readonly budget?: Budget;
}

const LIMIT_FIELDS: ReadonlySet<string> = new Set(["maxConcurrent", "rate", "budget"]);
const BUDGET_FIELDS: ReadonlySet<string> = new Set(["attempts", "runMs", "counters"]);
const MOST_COUNTERS = 100;
const RATE_FIELDS: ReadonlySet<string> = new Set(["tokens", "perMs"]);
/** The largest amount of a counter. */
const MOST_SPENT = 1e15;
const MOST_TOKENS = 1_000_000;
/** With the most tokens, a full bucket counts less than 2^53. */
const LONGEST_RATE_MS = 1_000_000_000;

/**
 * Limits by key.
 * @category Tasks
 */
export type KeyLimits = Readonly<Record<string, KeyLimit>>;

/**
 * Returns a limit with what it limits alone.
 *
 * @throws {TypeError | RangeError} when a field is malformed
 */
export function limitOf(value: unknown, name: string, attempt: Attempt): KeyLimit {
  requireOnly(value, LIMIT_FIELDS, name, attempt, `${name}.`);
  const { maxConcurrent, rate, budget } = value;
  if (maxConcurrent !== undefined) {
    requireInteger(maxConcurrent, 0, MOST_ENTRIES, `${name}.maxConcurrent`, attempt);
  }
  return {
    ...(maxConcurrent !== undefined && { maxConcurrent }),
    ...(rate !== undefined && { rate: rateOf(rate, `${name}.rate`, attempt) }),
    ...(budget !== undefined && { budget: budgetOf(budget, `${name}.budget`, attempt) }),
  };
}

/**
 * Returns a budget with what it limits alone.
 *
 * @throws {TypeError | RangeError} when a field is malformed
 */
export function budgetOf(value: unknown, name: string, attempt: Attempt): Budget {
  requireOnly(value, BUDGET_FIELDS, name, attempt, `${name}.`);
  const { attempts, runMs, counters } = value;
  const most = Number.MAX_SAFE_INTEGER;
  if (attempts !== undefined) requireInteger(attempts, 1, most, `${name}.attempts`, attempt);
  if (runMs !== undefined) requireInteger(runMs, 1, most, `${name}.runMs`, attempt);
  return {
    ...(attempts !== undefined && { attempts }),
    ...(runMs !== undefined && { runMs }),
    ...(counters !== undefined && { counters: mostOf(counters, `${name}.counters`, attempt) }),
  };
}

function mostOf(value: unknown, name: string, attempt: Attempt): Readonly<Record<string, number>> {
  const counters = countersOf(value, name, attempt);
  for (const [counter, most] of Object.entries(counters)) {
    if (most > 0) continue;
    const rule = `${name}[${quote(counter)}] must be greater than 0`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${most}`);
  }
  return counters;
}

/** Returns amounts by name, each a finite number of at least 0. */
export function countersOf(
  value: unknown,
  name: string,
  attempt: Attempt,
): Readonly<Record<string, number>> {
  requireObject(value, name, attempt);
  const entries = Object.entries(value);
  requireArray(entries, MOST_COUNTERS, name, attempt);
  return Object.fromEntries(entries.map(([counter, amount]) => {
    requireId(counter, `a name in ${name}`, attempt);
    requireNumber(amount, 0, MOST_SPENT, `${name}[${quote(counter)}]`, attempt);
    return [counter, amount];
  }));
}

function rateOf(value: unknown, name: string, attempt: Attempt): RateLimit {
  requireOnly(value, RATE_FIELDS, name, attempt, `${name}.`);
  const { tokens, perMs } = value;
  requireInteger(tokens, 1, MOST_TOKENS, `${name}.tokens`, attempt);
  requireInteger(perMs, 1, LONGEST_RATE_MS, `${name}.perMs`, attempt);
  return { tokens, perMs };
}

/** Describes a limit for people. */
export function limitText({ maxConcurrent, rate, budget = {} }: KeyLimit): string {
  const parts = [
    ...(maxConcurrent === undefined ? [] : [`${maxConcurrent} at once`]),
    ...(rate === undefined ? [] : [`${rate.tokens} per ${rate.perMs} ms`]),
    ...budgetParts(budget),
  ];
  return parts.length === 0 ? "no limit" : `at most ${parts.join(", and ")}`;
}

/** Describes a budget for people. */
export function budgetText(budget: Budget): string {
  const parts = budgetParts(budget);
  return parts.length === 0 ? "no budget" : `at most ${parts.join(", and ")}`;
}

function budgetParts({ attempts, runMs, counters = {} }: Budget): string[] {
  return [
    ...(attempts === undefined ? [] : [`${attempts} attempts`]),
    ...(runMs === undefined ? [] : [`${runMs} ms of running`]),
    ...Object.entries(counters).map(([name, most]) => `${most} ${quote(name)}`),
  ];
}

/** The option of a config with the limits of keys that are set by no call. */
export function limitsOption(): Option<KeyLimits> {
  return {
    copy: fork,
    default: {},
    check(value, name, attempt) {
      requireObject(value, name, attempt);
      for (const key of Object.keys(value)) {
        requireId(key, `a key of ${name}`, attempt);
        limitOf(value[key], `${name}[${quote(key)}]`, attempt);
      }
    },
  };
}

/** Returns the limit of a key in a config. */
export function configuredLimit(limits: KeyLimits, key: string): KeyLimit | undefined {
  return Object.hasOwn(limits, key) ? limits[key] : undefined;
}

/** Returns the command that sets the budget of all attempts. @throws {TypeError | RangeError} when malformed */
export function setBudgetCommand(budget: Budget | undefined): SetBudget {
  const attempt = () => "set the budget";
  return {
    type: "set-budget",
    ...(budget !== undefined && { budget: budgetOf(budget, "budget", attempt) }),
  };
}

/**
 * Returns the command that sets the limit of a key; `undefined` restores the config's.
 *
 * @throws {TypeError | RangeError} when an argument is malformed
 */
export function setLimitCommand(key: string, limit: KeyLimit | undefined): SetLimit {
  requireId(key, "key", () => "set a limit");
  const attempt = () => `set the limit of ${quote(key)}`;
  return {
    type: "set-limit",
    key,
    ...(limit !== undefined && { limit: limitOf(limit, "limit", attempt) }),
  };
}
