/**
 * The config of conflicts and versions.
 *
 * @module
 */

import { count, defaultsOf, ms, oneOf, type Options } from "../core/config.ts";

/**
 * The options of a conflict machine.
 * @category Conflicts
 */
export interface ConflictConfig {
  /**
   * The result of an automatic resolution when neither priorities nor request times single out a
   * winner: `none` refuses it, `id` lets the smallest id win. @default "none"
   */
  readonly tiebreak: "id" | "none";
  /** The largest number of open conflicts. @default 100_000 */
  readonly maxActive: number;
  /** The largest number of resolved conflicts; the oldest are evicted. @default 10_000 */
  readonly keepResolved: number;
  /** The largest number of agents with a known priority or request. @default 100_000 */
  readonly maxParties: number;
  /** The largest number of requests of one agent; the oldest are evicted. @default 1_000 */
  readonly keepRequests: number;
  /** The largest number of versions without readings; the longest idle are evicted. @default 100_000 */
  readonly maxIdleVersions: number;
  /** The largest number of readings; beyond that, the oldest eighth is evicted. @default 1_000_000 */
  readonly maxReadings: number;
}

/** The default and the check of each option of a conflict machine. */
export const CONFLICT_OPTIONS: Options<ConflictConfig> = {
  tiebreak: oneOf("none", ["id", "none"]),
  maxActive: count(100_000),
  keepResolved: count(10_000, 0),
  maxParties: count(100_000, 0),
  keepRequests: count(1_000),
  maxIdleVersions: count(100_000),
  maxReadings: count(1_000_000),
};

/** The config of a conflict machine that is given none. */
export const DEFAULT_CONFLICT_CONFIG: ConflictConfig = defaultsOf(CONFLICT_OPTIONS);

/** The default and the check of each option that only the resolver reads. */
export const VOTE_OPTIONS: Options<{ voteTimeoutMs: number }> = { voteTimeoutMs: ms(30_000) };
