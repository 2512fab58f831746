/**
 * The options of membership, checked.
 *
 * @module
 */

import { requireInteger, requireMs, requireObject } from "../core/arguments.ts";
import { DEFAULT_MEMBERSHIP_CONFIG, type MembershipConfig } from "./state.ts";

/** The largest table that may be asked for. */
const MOST_AGENTS = 10_000_000;

/**
 * The rules in `options`, which may hold more that is meant for others. `thing` is what they are
 * for, such as `a coordination manager`.
 *
 * @throws {TypeError | RangeError} when an option is malformed; the message names it
 */
export function readMembershipConfig(
  options: Partial<MembershipConfig>,
  thing: string,
): MembershipConfig {
  const attempt = () => `create ${thing}`;
  requireObject(options as unknown, "options", attempt);
  const {
    maxAgents = DEFAULT_MEMBERSHIP_CONFIG.maxAgents,
    suspectAfterMs = DEFAULT_MEMBERSHIP_CONFIG.suspectAfterMs,
  } = options;
  requireInteger(maxAgents, 1, MOST_AGENTS, "maxAgents", attempt);
  requireMs(suspectAfterMs, 0, "suspectAfterMs", attempt);
  return { maxAgents, suspectAfterMs };
}
