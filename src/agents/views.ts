/**
 * Views of agents. They read the state and change nothing.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import { nextDeadline } from "../core/data/deadlines.ts";
import { healthOf, type HealthStatus, type Instant, latenessOf } from "../core/machine.ts";
import { type Member, type MembershipState, silenceOf } from "./state.ts";

/**
 * A member as callers see it.
 * @category Agents
 */
export interface MemberView {
  /** The id of the agent. */
  readonly agentId: string;
  /** The incarnation in force. */
  readonly incarnation: number;
  /** Whether its heartbeats come in time; `alive` when its silence has no limit. */
  readonly status: "alive" | "suspect";
  /** When it joined. */
  readonly joinedAt: Instant;
  /** The time of its newest heartbeat. */
  readonly lastHeardAt: Instant;
  /** When it becomes a suspect without a heartbeat; `undefined` for never, and for a suspect. */
  readonly suspectedAt: Instant | undefined;
  /** When it counts as dead without a heartbeat; `undefined` for never. */
  readonly deadAt: Instant | undefined;
  /** When its connection was lost; absent unless it was, and no heartbeat came since. */
  readonly disconnectedAt?: Instant;
}

/** Returns the member `agentId`, or `undefined`. */
export function memberView(
  state: Readonly<MembershipState>,
  agentId: string,
): MemberView | undefined {
  const member = state.members.get(agentId);
  return member && viewOf(state, member);
}

/** Returns all members in the order in which they joined. Costs O(members). */
export function memberViews(state: Readonly<MembershipState>): MemberView[] {
  const members = [...state.members.values()].sort((a, b) => a.incarnation - b.incarnation);
  return members.map((member) => viewOf(state, member));
}

function viewOf(state: Readonly<MembershipState>, member: Member): MemberView {
  const { agentId, incarnation, isSuspect, joinedAt, lastHeardAt, heartbeatTimeoutMs } = member;
  const mayLastMs = member.graceMs > 0 ? member.graceMs : heartbeatTimeoutMs;
  const silence = silenceOf(state.config, heartbeatTimeoutMs);
  const { silentSince: since, disconnectedAt } = member;
  const mayBecomeSuspect = !isSuspect && silence < heartbeatTimeoutMs;
  return {
    agentId,
    incarnation,
    status: isSuspect ? "suspect" : "alive",
    joinedAt,
    lastHeardAt,
    suspectedAt: mayBecomeSuspect ? since + silence : undefined,
    deadAt: mayLastMs > 0 ? since + mayLastMs : undefined,
    ...(disconnectedAt !== undefined && { disconnectedAt }),
  };
}

/** Returns whether all members are alive, and the table has room for more. */
export function health(state: Readonly<MembershipState>, now: Instant): HealthStatus {
  const { members, suspects, config } = state;
  const overdueMs = Math.max(0, now - nextDeadline(state.deadlines));
  return healthOf([
    latenessOf(overdueMs),
    suspects > 0 && `${counted(suspects, "agent", "is")} silent`,
    members.size >= config.maxAgents && "the table of agents is full",
  ], { agents: members.size, suspects, overdueMs });
}
