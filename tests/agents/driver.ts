/** Drives a membership machine with short verbs, and shortens its events to lines. */

import type { MembershipAnswers, MembershipCommand } from "../../src/agents/commands.ts";
import type { MembershipConfig } from "../../src/agents/config.ts";
import type { AgentEvent } from "../../src/agents/events.ts";
import { membershipMachine } from "../../src/agents/machine.ts";
import type { MembershipState } from "../../src/agents/state.ts";
import { Driver } from "../support/driver.ts";

type Command = Exclude<MembershipCommand, { type: "tick" }>;

/** A membership machine under test. */
export class MembershipDriver
  extends Driver<MembershipState, Command, AgentEvent, MembershipAnswers> {
  constructor(config: Partial<MembershipConfig> = {}) {
    super(membershipMachine(config));
  }

  join(agentId: string, heartbeatTimeoutMs = 100, incarnation = 0): AgentEvent[] {
    return this.do({ type: "join-agent", agentId, heartbeatTimeoutMs, incarnation });
  }

  beat(agentId: string, incarnation = 0): AgentEvent[] {
    return this.do({ type: "beat-agent", agentId, incarnation });
  }

  disconnect(agentId: string, graceMs: number, incarnation = 0): AgentEvent[] {
    return this.do({ type: "disconnect-agent", agentId, incarnation, graceMs });
  }

  leave(agentId: string, reason = "done"): AgentEvent[] {
    return this.do({ type: "leave-agent", agentId, reason });
  }

  /** Starts silences anew at `now`, as no command was received for `unheardMs`. */
  resumeAt(now: number, unheardMs?: number): AgentEvent[] {
    this.now = now;
    return this.do({ type: "resume-listening", ...(unheardMs !== undefined && { unheardMs }) });
  }

  /** Fires what is due at `now`, all of it late if it was due before. */
  at(now: number): AgentEvent[] {
    return this.pass(now - this.now);
  }
}

/** Shortens each event to its kind, its agent and the incarnation. */
export function lines(events: readonly AgentEvent[]): string[] {
  return events.map((event) => {
    if (event.type === "listening:resumed") return event.type;
    const line = `${event.type.slice("agent:".length)} ${event.agentId} ${event.incarnation}`;
    switch (event.type) {
      case "agent:joined":
        return event.replaces === undefined ? line : `${line} for ${event.replaces}`;
      case "agent:refused":
        return `${line} ${event.command} ${event.reason} ${event.detail}`;
      default:
        return line;
    }
  });
}
