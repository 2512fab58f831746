/**
 * The options of the façades of this folder.
 *
 * @module
 */

import { requireInteger, requireMs, requireObject, requireOneOf } from "../core/arguments.ts";
import type { ConflictHosting } from "./client.ts";
import { type ConflictConfig, DEFAULT_CONFLICT_CONFIG } from "./state.ts";

/** Options of {@linkcode ConflictResolver}; all of them may be left out. */
export interface ConflictResolverOptions extends ConflictHosting, Partial<ConflictConfig> {
  /** How long a vote is open that names no time, in milliseconds. @default 30_000 */
  voteTimeoutMs?: number;
}

/** Options of {@linkcode OptimisticLockManager}; all of them may be left out. */
export interface OptimisticLockOptions
  extends ConflictHosting, Partial<Pick<ConflictConfig, "maxIdleVersions" | "maxReadings">> {}

/** The largest table that may be asked for. */
const MOST_ENTRIES = 10_000_000;

const LEAST: Readonly<Record<Exclude<keyof ConflictConfig, "tiebreak">, 0 | 1>> = {
  maxActive: 1,
  keepResolved: 0,
  maxParties: 0,
  keepRequests: 1,
  maxIdleVersions: 1,
  maxReadings: 1,
};

/** The machine's part of `options`, checked. */
export function readRules(options: Partial<ConflictConfig>, thing: string): ConflictConfig {
  const attempt = () => `create ${thing}`;
  requireObject(options as unknown, "options", attempt);
  const rules = { ...DEFAULT_CONFLICT_CONFIG };
  if (options.tiebreak !== undefined) {
    requireOneOf(options.tiebreak, ["id", "none"], "tiebreak", attempt);
    rules.tiebreak = options.tiebreak;
  }
  for (const name of Object.keys(LEAST) as (keyof typeof LEAST)[]) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    requireInteger(value, LEAST[name], MOST_ENTRIES, name, attempt);
    rules[name] = value;
  }
  return rules;
}

/** How long a vote is open that names no time. */
export function readVoteTimeout({ voteTimeoutMs = 30_000 }: ConflictResolverOptions): number {
  requireMs(voteTimeoutMs, 1, "voteTimeoutMs", () => "create a conflict resolver");
  return voteTimeoutMs;
}
