/**
 * The options of the reactions between subsystems.
 *
 * @module
 */

import type { BreakerRules } from "../breakers/config.ts";
import type { ConflictCriterion } from "../conflicts/commands.ts";

/** The options of the reactions between subsystems. */
export interface RootRules {
  /**
   * Whether an agent that is registered for tasks is a member, too, has a mailbox, and has its priority
   * counted in conflicts. @default false
   */
  readonly sharesAgents: boolean;
  /** The rules of the circuit breaker that each agent gets; `undefined` for none. */
  readonly agentBreaker: BreakerRules | undefined;
  /**
   * Time for which an agent that names no time, and doesn't run in the process of the engine, may be
   * silent before it counts as dead, in milliseconds; 0 for as long as it likes. @default 0
   */
  readonly heartbeatTimeoutMs: number;
  /** Whether a wait for a lock that another agent holds is a conflict. @default false */
  readonly reportsContention: boolean;
  /** Whether an assignment of a task that another agent has is a conflict. @default false */
  readonly reportsDoubleClaims: boolean;
  /** By what a conflict that was reported of itself is settled at once; `undefined` for not. */
  readonly settlesBy: ConflictCriterion | undefined;
}

/** No agent has a breaker or needs heartbeats, and nothing reports conflicts. */
export const DEFAULT_RULES: RootRules = {
  sharesAgents: false,
  agentBreaker: undefined,
  heartbeatTimeoutMs: 0,
  reportsContention: false,
  reportsDoubleClaims: false,
  settlesBy: undefined,
};
