/**
 * The config of conflicts and versions.
 *
 * @module
 */

import { count, defaultsOf, ms, oneOf, type Options } from "../core/config.ts";

/** The options of a conflict machine. */
export interface ConflictConfig {
  /**
   * The result of an automatic resolution when neither priorities nor request times single out a
   * winner: `none` refuses it, `id` lets the smallest id win. @default "none"
   */
  readonly tiebreak: "id" | "none";
  /** How many conflicts may be open at once. @default 100_000 */
  readonly maxActive: number;
  /** How many resolved conflicts are kept; the oldest are evicted. @default 10_000 */
  readonly keepResolved: number;
  /** How many agents may have a known priority or request. @default 100_000 */
  readonly maxParties: number;
  /** How many requests of one agent are kept; the oldest are evicted. @default 1_000 */
  readonly keepRequests: number;
  /** How many versions of resources without readings are kept; the longest idle are evicted. @default 100_000 */
  readonly maxIdleVersions: number;
  /** How many readings are kept; beyond that, the oldest eighth is evicted. @default 1_000_000 */
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
export const VOTE_OPTIONS: Options<{ voteTimeoutMs: number }> = { voteTimeoutMs: ms(30_000, 1) };
