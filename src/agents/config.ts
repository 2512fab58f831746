/**
 * The config of membership.
 *
 * @module
 */

import { count, defaultsOf, ms, type Options } from "../core/config.ts";

/**
 * The options of a membership machine.
 * @category Agents
 */
export interface MembershipConfig {
  /** The largest number of members. @default 100_000 */
  readonly maxAgents: number;
  /**
   * Silence, in milliseconds, after which an agent is suspected; 0 for half of its heartbeat timeout.
   * Without effect where it exceeds that timeout. @default 0
   */
  readonly suspectAfterMs: number;
}

/** The default and the check of each option. */
export const MEMBERSHIP_OPTIONS: Options<MembershipConfig> = {
  maxAgents: count(100_000),
  suspectAfterMs: ms(0),
};

/** The default config of a membership machine. */
export const DEFAULT_MEMBERSHIP_CONFIG: MembershipConfig = defaultsOf(MEMBERSHIP_OPTIONS);
