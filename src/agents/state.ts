/**
 * What a membership machine keeps: who is there, under which incarnation, and when it was last
 * heard of.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import type { AgentEvent } from "./events.ts";
import type { Instant } from "../core/machine.ts";

/** The rules that a membership machine goes by. */
export interface MembershipConfig {
  /** How many agents may be there at once. @default 100_000 */
  readonly maxAgents: number;
  /**
   * How long an agent may be silent before it is suspected; 0 for half of what it may be silent
   * before it counts as dead. Without meaning where that is less. @default 0
   */
  readonly suspectAfterMs: number;
}

/** The rules of who names none. */
export const DEFAULT_MEMBERSHIP_CONFIG: MembershipConfig = {
  maxAgents: 100_000,
  suspectAfterMs: 0,
};

/** An agent that is there. */
export interface Member {
  /** Its key in `members`. */
  readonly agentId: string;
  /** Which life of it; larger than that of any agent that joined before. */
  readonly incarnation: number;
  /** When it joined. */
  readonly joinedAt: Instant;
  /** How long it may be silent before it counts as dead; 0 for as long as it likes. */
  readonly heartbeatTimeoutMs: number;
  /** When it last showed that it is alive. */
  lastHeardAt: Instant;
  /** Whether it has been silent for so long that it may be dead. */
  isSuspect: boolean;
  /**
   * Never later than what comes next for it: a heartbeat leaves the timer alone, and one that fires
   * too early is set again. None for an agent that may be silent.
   */
  timer: Timer<Member> | undefined;
}

/** The state of a membership machine. */
export interface MembershipState {
  /** The rules. */
  readonly config: MembershipConfig;
  /** Who is there, by id. */
  readonly members: Map<string, Member>;
  /** How many of them are suspected. */
  suspects: number;
  /** The newest incarnation, of whichever agent. */
  lastIncarnation: number;
  /** Since when agents can be heard; a silence that began before counts from here. */
  listeningSince: Instant;
  /** When somebody may have been silent for too long. */
  readonly deadlines: Deadlines<Member>;
}

/** The state in which nobody is there. */
export function nobody(config: MembershipConfig): MembershipState {
  return {
    config,
    members: new Map(),
    suspects: 0,
    lastIncarnation: 0,
    listeningSince: 0,
    deadlines: noDeadlines(),
  };
}

/** One step under way, and what has happened in it. */
export interface Turn {
  /** What is changed. */
  readonly state: MembershipState;
  /** When. */
  readonly now: Instant;
  /** In order. */
  readonly events: AgentEvent[];
}

/** Whether `agentId` is there under `incarnation`; under whichever, when that is 0. */
export function isCurrent(
  { members }: Readonly<MembershipState>,
  agentId: string,
  incarnation: number,
): boolean {
  const member = members.get(agentId);
  return member !== undefined && (incarnation === 0 || member.incarnation === incarnation);
}

/**
 * When `member` is to be suspected or, if it is suspected or never is, to be given up; `Infinity`
 * when it may be silent for as long as it likes.
 */
export function dueAt(state: Readonly<MembershipState>, member: Readonly<Member>): Instant {
  const { heartbeatTimeoutMs, isSuspect } = member;
  if (heartbeatTimeoutMs === 0) return Infinity;
  const mayLastMs = isSuspect ? heartbeatTimeoutMs : silenceOf(state.config, heartbeatTimeoutMs);
  return silentSince(state, member) + mayLastMs;
}

/** When the silence of `member` began: when it was last heard of, or could be heard again. */
export function silentSince(
  { listeningSince }: Readonly<MembershipState>,
  { lastHeardAt }: Readonly<Member>,
): Instant {
  return Math.max(lastHeardAt, listeningSince);
}

/** After how long a silence something happens to an agent that is not suspected. */
export function silenceOf(
  { suspectAfterMs }: MembershipConfig,
  heartbeatTimeoutMs: number,
): number {
  return suspectAfterMs === 0
    ? Math.ceil(heartbeatTimeoutMs / 2)
    : Math.min(suspectAfterMs, heartbeatTimeoutMs);
}
