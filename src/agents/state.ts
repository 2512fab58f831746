/**
 * The state of membership: the agents, their incarnations, and the times of their heartbeats.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import type { AgentEvent } from "./events.ts";
import type { Instant } from "../core/machine.ts";
import type { MembershipConfig } from "./config.ts";

/** An agent that is a member. */
export interface Member {
  /** Its key in `members`. */
  readonly agentId: string;
  /** Larger than that of any agent that joined before. */
  readonly incarnation: number;
  /** When it joined. */
  readonly joinedAt: Instant;
  /** Silence, in milliseconds, after which it counts as dead; 0 for no limit. */
  readonly heartbeatTimeoutMs: number;
  /** The time of its newest heartbeat. */
  lastHeardAt: Instant;
  /** When its silence began: then, or later, when heartbeats could be received again. */
  silentSince: Instant;
  /** Whether its silence is long enough that it may be dead, or its connection is lost. */
  isSuspect: boolean;
  /** The silence, in milliseconds, after which it counts as dead since its connection was lost; else 0. */
  graceMs: number;
  /** When its connection was lost; absent when it was not, or it was heard since. */
  disconnectedAt?: Instant;
  /**
   * Due at the deadline or earlier: a heartbeat does not move it, and a timer that fires too early is
   * set again. `undefined` for an agent without a limit.
   */
  timer: Timer<Member> | undefined;
}

/** The state of a membership machine. */
export interface MembershipState {
  /** The options in force. */
  readonly config: MembershipConfig;
  /** By agent id. */
  readonly members: Map<string, Member>;
  /** The number of suspected members. */
  suspects: number;
  /** The newest incarnation of any agent. */
  lastIncarnation: number;
  /** When agents may have been silent for too long. */
  readonly deadlines: Deadlines<Member>;
}

/** Returns the state without members. */
export function noMembers(config: MembershipConfig): MembershipState {
  return {
    config,
    members: new Map(),
    suspects: 0,
    lastIncarnation: 0,
    deadlines: noDeadlines(),
  };
}

/** One step in progress. */
export interface MembershipStep {
  readonly state: MembershipState;
  readonly now: Instant;
  /** The events of the step, in order. */
  readonly events: AgentEvent[];
}

/** Returns whether `incarnation` of `agentId` is a member; any incarnation when it is 0. */
export function isCurrent(
  { members }: Readonly<MembershipState>,
  agentId: string,
  incarnation: number,
): boolean {
  const member = members.get(agentId);
  return member !== undefined && (incarnation === 0 || member.incarnation === incarnation);
}

/**
 * Returns when `member` is due to be suspected or, if it is suspected or never is, declared dead;
 * `Infinity` when its silence has no limit.
 */
export function dueAt(state: Readonly<MembershipState>, member: Readonly<Member>): Instant {
  const { heartbeatTimeoutMs, graceMs, isSuspect, silentSince } = member;
  if (graceMs > 0) return silentSince + graceMs;
  if (heartbeatTimeoutMs === 0) return Infinity;
  const mayLastMs = isSuspect ? heartbeatTimeoutMs : silenceOf(state.config, heartbeatTimeoutMs);
  return silentSince + mayLastMs;
}

/** Returns the silence after which an agent is suspected or, if it never is, declared dead. */
export function silenceOf(
  { suspectAfterMs }: MembershipConfig,
  heartbeatTimeoutMs: number,
): number {
  return suspectAfterMs === 0
    ? Math.ceil(heartbeatTimeoutMs / 2)
    : Math.min(suspectAfterMs, heartbeatTimeoutMs);
}
