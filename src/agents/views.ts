/**
 * Who is there, as callers see it. Reads the state and changes nothing.
 *
 * @module
 */

import { nextDeadline } from "../core/data/deadlines.ts";
import type { HealthStatus } from "../core/health.ts";
import type { Instant } from "../core/machine.ts";
import { type Member, type MembershipState, silenceOf, silentSince } from "./state.ts";

/** An agent that is there. */
export interface MemberView {
  /** Who it is. */
  readonly agentId: string;
  /** Which life of it. */
  readonly incarnation: number;
  /** Whether it shows that it is alive in time; always, when it may be silent. */
  readonly status: "alive" | "suspect";
  /** When it joined. */
  readonly joinedAt: Instant;
  /** When it last showed that it is alive. */
  readonly lastHeardAt: Instant;
  /** When it will be suspected unless it is heard of; `undefined` when never, or already. */
  readonly suspectedAt: Instant | undefined;
  /** When it will be given up unless it is heard of; `undefined` for never. */
  readonly deadAt: Instant | undefined;
}

/** The agent `agentId`, or `undefined` when it is not there. */
export function memberView(
  state: Readonly<MembershipState>,
  agentId: string,
): MemberView | undefined {
  const member = state.members.get(agentId);
  return member && viewOf(state, member);
}

/** All agents, in the order in which they joined. Costs a look at each. */
export function memberViews(state: Readonly<MembershipState>): MemberView[] {
  const members = [...state.members.values()].sort((a, b) => a.incarnation - b.incarnation);
  return members.map((member) => viewOf(state, member));
}

function viewOf(state: Readonly<MembershipState>, member: Member): MemberView {
  const { agentId, incarnation, isSuspect, joinedAt, lastHeardAt, heartbeatTimeoutMs } = member;
  const silence = silenceOf(state.config, heartbeatTimeoutMs);
  const since = silentSince(state, member);
  const mayBecomeSuspect = !isSuspect && silence < heartbeatTimeoutMs;
  return {
    agentId,
    incarnation,
    status: isSuspect ? "suspect" : "alive",
    joinedAt,
    lastHeardAt,
    suspectedAt: mayBecomeSuspect ? since + silence : undefined,
    deadAt: heartbeatTimeoutMs > 0 ? since + heartbeatTimeoutMs : undefined,
  };
}

/** How much later than due something may happen before that counts as ill. */
const TOLERATED_LATENESS_MS = 1_000;

/** Whether all agents are heard of, and there is room for more. */
export function health(state: Readonly<MembershipState>, now: Instant): HealthStatus {
  const { members, suspects, config } = state;
  const overdueMs = Math.max(0, now - nextDeadline(state.deadlines));
  const metrics = { agents: members.size, suspects, overdueMs };
  const problems: string[] = [];
  if (overdueMs > TOLERATED_LATENESS_MS) problems.push(`a timer is overdue by ${overdueMs} ms`);
  if (suspects > 0) problems.push(`${suspects} agents are silent`);
  if (members.size >= config.maxAgents) problems.push("the table of agents is full");
  if (problems.length === 0) return { healthy: true, metrics };
  return { healthy: false, error: problems.join("; "), metrics };
}
