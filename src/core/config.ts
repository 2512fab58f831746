/**
 * Tables of options: the default and the check of each field of a config, in one place.
 *
 * @module
 */

import {
  type Attempt,
  requireBoolean,
  requireInteger,
  requireMs,
  requireNumber,
  requireObject,
  requireOneOf,
  requireOnly,
} from "./arguments.ts";

/** One option of a config. */
export interface Option<Value> {
  /** The value of a config that leaves the option out. */
  readonly default: Value;
  /** Throws when a given value is malformed. */
  readonly check: (value: unknown, name: string, attempt: Attempt) => void;
  /** Copies a given value, which its caller may change later. @default the value itself */
  copy?(value: Value): Value;
}

/** The options of a config, by name. */
export type Options<Config> = { readonly [Name in keyof Config]-?: Option<Config[Name]> };

/** The largest table that a config may ask for. */
export const MOST_ENTRIES = 10_000_000;

/** An integer from `least` to `most`. */
export function integer(
  fallback: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): Option<number> {
  return {
    default: fallback,
    check: (value, name, attempt) => requireInteger(value, least, most, name, attempt),
  };
}

/** A number of entries of a table, at least `least`. */
export function count(fallback: number, least = 1): Option<number> {
  return integer(fallback, least, MOST_ENTRIES);
}

/** A time in whole milliseconds, at least `least`. */
export function ms(fallback: number, least: 0 | 1 = 0): Option<number> {
  return {
    default: fallback,
    check: (value, name, attempt) => requireMs(value, least, name, attempt),
  };
}

/** A number from `least` to `most`. */
export function number(fallback: number, least: number, most: number): Option<number> {
  return {
    default: fallback,
    check: (value, name, attempt) => requireNumber(value, least, most, name, attempt),
  };
}

/** `true` or `false`. */
export function boolean(fallback: boolean): Option<boolean> {
  return { default: fallback, check: requireBoolean };
}

/** One of a few strings. */
export function oneOf<Value extends string>(
  fallback: Value,
  choices: readonly Value[],
): Option<Value> {
  return {
    default: fallback,
    check: (value, name, attempt) => requireOneOf(value, choices, name, attempt),
  };
}

/** Returns the names of the options in which two configs differ: `tasks.maxRetries`. */
export function differences(before: unknown, after: unknown, name = ""): string[] {
  if (before === after) return [];
  if (!isNested(before) || !isNested(after)) return [name];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((each) =>
    differences(before[each], after[each], name === "" ? each : `${name}.${each}`)
  );
}

function isNested(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Returns the config of a caller that gives none. */
export function defaultsOf<Config>(options: Options<Config>): Config {
  return Object.fromEntries(
    Object.entries<Option<unknown>>(options).map(([name, option]) => [name, option.default]),
  ) as Config;
}

/**
 * The options of a whole system. Its config fits each façade, which ignores those of the others.
 */
export const SYSTEM_OPTIONS: readonly string[] = [
  ...["maxRetries", "retryDelay", "deadlockDetection", "resourceTimeout", "messageTimeout"],
  ...["agingMs", "seed", "tasks", "locks", "messages", "workStealing", "circuitBreakers"],
  ...["agentBreaker", "conflicts", "agents", "metrics"],
];

/**
 * Requires that `config` has only options of `known`: tables, or lists of names.
 *
 * @throws {TypeError} when it has another one; the message names it and the most similar one
 */
export function requireKnown(
  known: readonly object[],
  config: unknown,
  attempt: Attempt,
  prefix = "",
): void {
  const names = known.flatMap((each) => Array.isArray(each) ? each : Object.keys(each));
  const name = prefix === "" ? "config" : prefix.slice(0, -1);
  requireOnly(config, new Set(names), name, attempt, prefix);
}

/**
 * Returns the options of a table as `config` gives them, checked, with the defaults of the others.
 * Ignores what `config` contains for other subsystems. `prefix` names a section: `workStealing.`.
 *
 * @throws {TypeError | RangeError} when an option is malformed; the message names it
 */
export function readConfig<Config>(
  options: Options<Config>,
  config: unknown,
  attempt: Attempt,
  prefix = "",
): Config {
  requireObject(config, prefix === "" ? "config" : prefix.slice(0, -1), attempt);
  const read: Record<string, unknown> = {};
  for (const [name, option] of Object.entries<Option<unknown>>(options)) {
    const value = config[name];
    if (value !== undefined) option.check(value, prefix + name, attempt);
    read[name] = value === undefined ? option.default : option.copy?.(value) ?? value;
  }
  return read as Config;
}
