/**
 * The commands of membership, and their answers. Times are milliseconds.
 *
 * @module
 */

import type { Named, ResumeListening, Tick } from "../core/machine.ts";

/** Joins an agent under a new incarnation. */
export interface JoinAgent extends Named<"join-agent"> {
  /** The id of the agent; an earlier incarnation of it is replaced. */
  readonly agentId: string;
  /** Silence after which it counts as dead; 0 for no limit. */
  readonly heartbeatTimeoutMs: number;
  /**
   * 0 for an agent that starts. Otherwise the incarnation that the agent had: the command is refused
   * unless that one is in force, so that an agent that was declared dead gets an error.
   */
  readonly incarnation: number;
}

/** Shows that an agent is alive. */
export interface BeatAgent extends Named<"beat-agent"> {
  /** The id of the agent. */
  readonly agentId: string;
  /** 0 for the incarnation in force. */
  readonly incarnation: number;
}

/** The connection of an agent is lost that showed that it is alive. */
export interface DisconnectAgent extends Named<"disconnect-agent"> {
  /** The id of the agent. */
  readonly agentId: string;
  /** 0 for the incarnation in force. */
  readonly incarnation: number;
  /** The time after which it counts as dead, unless it shows that it is alive; greater than 0. */
  readonly graceMs: number;
}

/** Removes an agent; a no-op when it is no member. */
export interface LeaveAgent extends Named<"leave-agent"> {
  /** The id of the agent. */
  readonly agentId: string;
  /** For people. */
  readonly reason: string;
}

/** The commands of a membership machine. */
export type MembershipCommand =
  | JoinAgent
  | BeatAgent
  | DisconnectAgent
  | LeaveAgent
  | ResumeListening
  | Tick;

/** The answers of a membership machine, by the type of the command. */
export type MembershipAnswers = {
  readonly "join-agent": { readonly incarnation: number };
  readonly "beat-agent": { readonly incarnation: number };
  readonly "disconnect-agent": { readonly incarnation: number };
  readonly "leave-agent": void;
  readonly "resume-listening": void;
};
