/**
 * A membership machine on a bench: commands go in, lines come out.
 */

import type { MembershipCommand } from "../../src/agents/commands.ts";
import { membershipMachine } from "../../src/agents/machine.ts";
import type { MembershipConfig, MembershipState } from "../../src/agents/state.ts";
import type { AgentEvent } from "../../src/agents/events.ts";
import type { Machine } from "../../src/core/machine.ts";

export class Bench {
  readonly machine: Machine<MembershipState, MembershipCommand, AgentEvent>;
  readonly state: MembershipState;
  now = 0;

  constructor(config: Partial<MembershipConfig> = {}) {
    this.machine = membershipMachine(config);
    this.state = this.machine.init();
  }

  do(command: MembershipCommand): AgentEvent[] {
    return this.machine.step(this.state, command, this.now);
  }

  join(agentId: string, heartbeatTimeoutMs = 100, incarnation = 0): AgentEvent[] {
    return this.do({ type: "join-agent", agentId, heartbeatTimeoutMs, incarnation });
  }

  beat(agentId: string, incarnation = 0): AgentEvent[] {
    return this.do({ type: "beat-agent", agentId, incarnation });
  }

  leave(agentId: string, reason = "done"): AgentEvent[] {
    return this.do({ type: "leave-agent", agentId, reason });
  }

  /** Has a step in which nothing is due say that nobody could be heard until then. */
  resume(): AgentEvent[] {
    return this.machine.step(this.state, { type: "resume-listening" }, this.now, -Infinity);
  }

  /** Lets time pass until `now`; what is due on the way happens late, all at once. */
  at(now: number): AgentEvent[] {
    this.now = now;
    return this.do({ type: "tick" });
  }
}

/** Each event in short: what happened, to whom, in which life. */
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
