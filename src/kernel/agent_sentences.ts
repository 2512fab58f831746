/**
 * The events of agents as members as sentences.
 *
 * @module
 */

import type { AgentEvent, MemberEvent } from "./agent_events.ts";
import { oneLine } from "./readable.ts";
import { refusal, type Sentences } from "./sentence.ts";

/** From the name of an event to what puts one in a sentence. */
export const AGENT_SENTENCES: Sentences<AgentEvent> = {
  "agent:joined": (event) => {
    const { replaces } = event;
    return `${member(event)} joined${
      replaces === undefined ? "" : ` in place of its life ${replaces}`
    }`;
  },
  "agent:heartbeat": (event) => `${member(event)} is alive`,
  "agent:suspected": (event) => `${member(event)} → suspected, silent for ${event.silentMs} ms`,
  "agent:recovered": (event) =>
    `${member(event)} suspected → alive, was silent for ${event.silentMs} ms`,
  "agent:died": (event) => `${member(event)} → dead, ${oneLine(event.reason)}`,
  "agent:left": (event) => `${member(event)} → left, ${oneLine(event.reason)}`,
  "listening:resumed": () => "agents: each silence begins anew",
  "agent:refused": ({ agentId, incarnation, command, reason, detail }) => {
    const life = incarnation === 0 ? "" : `, life ${incarnation}`;
    return refusal(command, `agent ${agentId}${life}`, "", `${reason}: ${detail}`);
  },
};

function member({ agentId, incarnation }: MemberEvent): string {
  return `agent ${agentId}: life ${incarnation}`;
}
