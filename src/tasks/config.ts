/**
 * The options of the schedulers, and what the machines make of them.
 *
 * @module
 */

import { requireBoolean, requireInteger, requireMs, requireObject } from "../core/arguments.ts";
import type { TaskConfig } from "./state.ts";

/** Options of `TaskScheduler`. All times are milliseconds. */
export interface TaskSchedulerConfig extends Partial<TaskConfig> {
  /** Whether a cycle of waits for locks is found and broken. @default true */
  readonly deadlockDetection?: boolean;
  /** How long `resources.acquire` waits at most. @default 30_000 */
  readonly resourceTimeout?: number;
  /** How long a message may take. Schedulers send none. */
  readonly messageTimeout?: number;
}

/** The rules that are numbers, and those that are a choice. */
type Numbers = Omit<TaskConfig, "stealing" | "announcesIdleness">;
const CHOICES = ["stealing", "announcesIdleness"] as const;

/** From the name of a rule to the least it may be, and whether it is a time. */
const RULES: ReadonlyMap<keyof Numbers, { least: 0 | 1 | 2; isTime: boolean }> = new Map([
  ["agingMs", { least: 0, isTime: true }],
  ["maxRetries", { least: 0, isTime: false }],
  ["retryDelay", { least: 0, isTime: true }],
  ["maxRetryDelayMs", { least: 0, isTime: true }],
  ["maxCrashes", { least: 0, isTime: false }],
  ["abortGraceMs", { least: 0, isTime: true }],
  ["maxTasks", { least: 1, isTime: false }],
  ["maxAgents", { least: 1, isTime: false }],
  ["keepFinished", { least: 0, isTime: false }],
  ["keepOutcomes", { least: 0, isTime: false }],
  ["keepTypes", { least: 1, isTime: false }],
  ["seed", { least: 0, isTime: false }],
  ["stealThreshold", { least: 2, isTime: false }],
  ["maxStealBatch", { least: 1, isTime: false }],
  ["stealInterval", { least: 1, isTime: true }],
]);

/** The longest that one point of priority may count; more would drown the arrival time. */
const LONGEST_AGING_MS = 1_000_000_000;

/**
 * The rules among the options of `config`, checked.
 *
 * @throws {TypeError} when one has the wrong type
 * @throws {RangeError} when one is negative, fractional or too large
 */
export function taskConfigOf(config: TaskSchedulerConfig): Partial<TaskConfig> {
  const attempt = () => "create a scheduler";
  requireObject(config, "config", attempt);
  const rules: { -readonly [Rule in keyof TaskConfig]?: TaskConfig[Rule] } = {};
  for (const [name, { least, isTime }] of RULES) {
    const value: unknown = config[name];
    if (value === undefined) continue;
    if (name === "agingMs") requireInteger(value, 0, LONGEST_AGING_MS, name, attempt);
    else if (isTime) requireMs(value, least as 0 | 1, name, attempt);
    else requireInteger(value, least, Number.MAX_SAFE_INTEGER, name, attempt);
    rules[name] = value;
  }
  for (const name of CHOICES) {
    const value: unknown = config[name];
    if (value === undefined) continue;
    requireBoolean(value, name, attempt);
    rules[name] = value;
  }
  return rules;
}
