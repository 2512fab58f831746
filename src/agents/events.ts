/**
 * Events of agents as members: they join, send heartbeats, are suspected, die and leave.
 *
 * @module
 */

import { type Descriptions, oneLine, refusal } from "../core/describe.ts";
import type { Named } from "../core/machine.ts";

/** The fields of all events about one member. */
export interface MemberEvent {
  /** The id of the agent. */
  readonly agentId: string;
  /** Its incarnation; larger than that of any agent that joined before. */
  readonly incarnation: number;
}

/** An agent joined under a new incarnation. */
export interface AgentJoined extends Named<"agent:joined">, MemberEvent {
  /** The incarnation that this one replaces; `undefined` when the agent was no member. */
  readonly replaces: number | undefined;
}

/** An agent showed that it is alive. */
export interface AgentHeartbeat extends Named<"agent:heartbeat">, MemberEvent {}

/** An agent may be dead: it has been silent for long, or its connection is lost. */
export interface AgentSuspected extends Named<"agent:suspected">, MemberEvent {
  /** Since its newest heartbeat, since it joined, or since heartbeats could be received again. */
  readonly silentMs: number;
  /** Left out when it has been silent for too long. */
  readonly cause?: "disconnected";
}

/** A suspected agent showed that it is alive; the heartbeat is the event before. */
export interface AgentRecovered extends Named<"agent:recovered">, MemberEvent {
  /** The length of its silence, in milliseconds. */
  readonly silentMs: number;
}

/** An agent was silent for too long, and was removed. Its incarnation is not used again. */
export interface AgentDied extends Named<"agent:died">, MemberEvent {
  /** For people. */
  readonly reason: string;
}

/** An agent left, and was removed. Its incarnation is not used again. */
export interface AgentLeft extends Named<"agent:left">, MemberEvent {
  /** For people. */
  readonly reason: string;
}

/**
 * Heartbeats can be received again that could not be, as the process did not run: the silence of each
 * agent starts anew, unless its timeout is more than four times as long as they could not.
 */
export interface ListeningResumed extends Named<"listening:resumed"> {}

/** The reason of a refused command of an agent. */
export type MembershipRefusal =
  /** The incarnation that the command names is not in force. */
  | "stale-incarnation"
  /** The agent is no member: it never joined, it left, or it was silent for too long. */
  | "unknown-agent"
  /** There are `maxAgents`. */
  | "full";

/** A command was refused, and the state is as before. */
export interface AgentRefused extends Named<"agent:refused">, MemberEvent {
  /** The incarnation that the command named; 0 for none. */
  readonly incarnation: number;
  /** The command's `type`. */
  readonly command: string;
  /** The condition that was not met. */
  readonly reason: MembershipRefusal;
  /** The incarnation in force, 0 for none; or how many agents there may be. */
  readonly detail: number;
}

/** The events of a membership machine. */
export type AgentEvent =
  | AgentJoined
  | AgentHeartbeat
  | AgentSuspected
  | AgentRecovered
  | AgentDied
  | AgentLeft
  | ListeningResumed
  | AgentRefused;

/** The one-line description of each event. */
export const AGENT_DESCRIPTIONS: Descriptions<AgentEvent> = {
  "agent:joined": (event) => {
    const { replaces } = event;
    return `${member(event)} joined${
      replaces === undefined ? "" : ` in place of incarnation ${replaces}`
    }`;
  },
  "agent:heartbeat": (event) => `${member(event)} is alive`,
  "agent:suspected": (event) => {
    const cause = event.cause === undefined ? "" : "its connection is lost, ";
    return `${member(event)} → suspected, ${cause}silent for ${event.silentMs} ms`;
  },
  "agent:recovered": (event) =>
    `${member(event)} suspected → alive, was silent for ${event.silentMs} ms`,
  "agent:died": (event) => `${member(event)} → dead, ${oneLine(event.reason)}`,
  "agent:left": (event) => `${member(event)} → left, ${oneLine(event.reason)}`,
  "listening:resumed": () => "agents: all heartbeat timeouts restart",
  "agent:refused": ({ agentId, incarnation, command, reason, detail }) => {
    const actor = incarnation === 0 ? "" : `, incarnation ${incarnation}`;
    return refusal(command, `agent ${agentId}${actor}`, "", `${reason}: ${detail}`);
  },
};

function member({ agentId, incarnation }: MemberEvent): string {
  return `agent ${agentId}: incarnation ${incarnation}`;
}
