/**
 * What a membership machine can be told to do. Times are milliseconds.
 *
 * @module
 */

import type { Named, Tick } from "../core/machine.ts";

/** Says that an agent is there. Whoever joins is alive under a fresh incarnation. */
export interface JoinAgent extends Named<"join-agent"> {
  /** Who joins; what goes by its name so far is replaced. */
  readonly agentId: string;
  /** How long it may be silent before it counts as dead; 0 for as long as it likes. */
  readonly heartbeatTimeoutMs: number;
  /**
   * 0 for a fresh start. Otherwise the life that the agent goes on from, and then it joins only if
   * that one is in force: so an agent that was given up learns of it.
   */
  readonly incarnation: number;
}

/** Shows that an agent is alive. */
export interface BeatAgent extends Named<"beat-agent"> {
  /** Who is alive. */
  readonly agentId: string;
  /** Which life of it; 0 for the one in force. */
  readonly incarnation: number;
}

/** Says that an agent is gone; harmless when it is not there. */
export interface LeaveAgent extends Named<"leave-agent"> {
  /** Who is gone. */
  readonly agentId: string;
  /** For people. */
  readonly reason: string;
}

/**
 * Says that nobody could be heard up to this moment, since the engine was down: the silence of each
 * agent begins anew. As what is due fires before any command, a host that means to spare agents holds
 * that back.
 */
export interface ResumeListening extends Named<"resume-listening"> {}

/** What a membership machine can be told to do. */
export type MembershipCommand = JoinAgent | BeatAgent | LeaveAgent | ResumeListening | Tick;
