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
   * Whether an agent that is registered for tasks becomes a member too, gets a mailbox, and passes its
   * priority to conflicts. @default false
   */
  readonly sharesAgents: boolean;
  /** The rules of the circuit breaker that each agent gets; `undefined` for none. */
  readonly agentBreaker: BreakerRules | undefined;
  /**
   * The heartbeat timeout of an agent outside of the engine's process whose profile has none, in
   * milliseconds; 0 for no limit. @default 0
   */
  readonly heartbeatTimeoutMs: number;
  /** Whether a wait for a lock that another agent holds is a conflict. @default false */
  readonly reportsContention: boolean;
  /** Whether an assignment of a task that another agent has is a conflict. @default false */
  readonly reportsDoubleClaims: boolean;
  /** The criterion that resolves the conflicts reported by reactions; `undefined` for none. */
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
