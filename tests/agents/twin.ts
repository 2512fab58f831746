/**
 * The slow, obvious twin of the membership machine: it keeps a list of incarnations with all their
 * heartbeats, and lets time pass instant by instant.
 */

import type { DisconnectAgent, MembershipCommand } from "../../src/agents/commands.ts";
import type { MembershipConfig } from "../../src/agents/config.ts";
import type { AgentEvent } from "../../src/agents/events.ts";

interface Incarnation {
  readonly agentId: string;
  readonly incarnation: number;
  readonly timeoutMs: number;
  /** The times of its heartbeats, and of those at which its silence started anew, the newest last. */
  readonly heartbeats: number[];
  suspected: boolean;
  /** The silence after which it dies since its connection was lost; else 0. */
  graceMs: number;
  /** Its place among those that are due at the same instant; 0 while its silence has no limit. */
  turn: number;
  over: boolean;
}

export class Twin {
  readonly config: MembershipConfig;
  readonly #all: Incarnation[] = [];
  #instant = 0;
  #turns = 0;

  constructor(config: MembershipConfig) {
    this.config = config;
  }

  /** The incarnations in force. */
  get members(): Incarnation[] {
    return this.#all.filter(({ over }) => !over);
  }

  step(command: MembershipCommand, now: number): AgentEvent[] {
    const events: AgentEvent[] = [];
    if (command.type === "resume-listening") {
      const { unheardMs = Infinity } = command;
      for (const { timeoutMs, graceMs, heartbeats } of this.members) {
        if (unheardMs >= (graceMs || timeoutMs) / 4) heartbeats.push(now);
      }
      events.push({ type: "listening:resumed" });
    }
    for (; this.#instant <= now; this.#instant++) this.#pass(this.#instant, now, events);
    this.#instant = now;
    switch (command.type) {
      case "join-agent":
        return [...events, this.#join(command.agentId, command, now)];
      case "beat-agent":
        return [...events, ...this.#beat(command.agentId, command.incarnation, now)];
      case "disconnect-agent":
        return [...events, ...this.#disconnect(command, now)];
      case "leave-agent":
        return [...events, ...this.#leave(command.agentId, command.reason)];
      case "resume-listening":
      case "tick":
        return events;
    }
  }

  /** Adds all that happens at `instant`, as a step at `now` reports it. */
  #pass(instant: number, now: number, events: AgentEvent[]): void {
    for (const member of this.members.sort((a, b) => a.turn - b.turn)) {
      const { agentId, incarnation, graceMs } = member;
      const timeoutMs = graceMs || member.timeoutMs;
      if (timeoutMs === 0) continue;
      const since = member.heartbeats.at(-1)!;
      const silentMs = instant - since;
      const suspectAfterMs = this.config.suspectAfterMs || timeoutMs / 2;
      if (silentMs >= suspectAfterMs && silentMs < timeoutMs && !member.suspected) {
        member.suspected = true;
        events.push({ type: "agent:suspected", agentId, incarnation, silentMs: now - since });
      }
      if (silentMs >= timeoutMs) {
        member.over = true;
        const reason = `no heartbeat for ${now - since} ms`;
        events.push({ type: "agent:died", agentId, incarnation, reason });
      }
    }
  }

  #find(agentId: string): Incarnation | undefined {
    return this.members.find((member) => member.agentId === agentId);
  }

  #join(
    agentId: string,
    { incarnation, heartbeatTimeoutMs }: { incarnation: number; heartbeatTimeoutMs: number },
    now: number,
  ): AgentEvent {
    const former = this.#find(agentId);
    const refused = { type: "agent:refused", agentId, incarnation, command: "join-agent" } as const;
    if (incarnation !== 0 && former?.incarnation !== incarnation) {
      return { ...refused, reason: "stale-incarnation", detail: former?.incarnation ?? 0 };
    }
    const { maxAgents } = this.config;
    if (former === undefined && this.members.length >= maxAgents) {
      return { ...refused, reason: "full", detail: maxAgents };
    }
    if (former !== undefined) former.over = true;
    const fresh = this.#all.length + 1;
    const common = { agentId, incarnation: fresh, timeoutMs: heartbeatTimeoutMs };
    const turn = heartbeatTimeoutMs > 0 ? ++this.#turns : 0;
    this.#all.push({
      ...common,
      heartbeats: [now],
      suspected: false,
      graceMs: 0,
      turn,
      over: false,
    });
    return { type: "agent:joined", agentId, incarnation: fresh, replaces: former?.incarnation };
  }

  #beat(agentId: string, incarnation: number, now: number): AgentEvent[] {
    const member = this.#find(agentId);
    const refused = { type: "agent:refused", agentId, incarnation, command: "beat-agent" } as const;
    if (member === undefined) return [{ ...refused, reason: "unknown-agent", detail: 0 }];
    if (incarnation !== 0 && incarnation !== member.incarnation) {
      return [{ ...refused, reason: "stale-incarnation", detail: member.incarnation }];
    }
    const silentMs = now - member.heartbeats.at(-1)!;
    member.heartbeats.push(now);
    const common = { agentId, incarnation: member.incarnation };
    const heartbeat = { type: "agent:heartbeat", ...common } as const;
    if (!member.suspected) return [heartbeat];
    member.suspected = false;
    member.graceMs = 0;
    if (member.timeoutMs === 0) member.turn = 0;
    return [heartbeat, { type: "agent:recovered", ...common, silentMs }];
  }

  #disconnect(
    { agentId, incarnation, graceMs }: DisconnectAgent,
    now: number,
  ): AgentEvent[] {
    const member = this.#find(agentId);
    const refused = {
      type: "agent:refused",
      agentId,
      incarnation,
      command: "disconnect-agent",
    } as const;
    if (member === undefined) return [{ ...refused, reason: "unknown-agent", detail: 0 }];
    if (incarnation !== 0 && incarnation !== member.incarnation) {
      return [{ ...refused, reason: "stale-incarnation", detail: member.incarnation }];
    }
    const silentMs = now - member.heartbeats.at(-1)!;
    member.heartbeats.push(now);
    member.graceMs = graceMs;
    if (member.turn === 0) member.turn = ++this.#turns;
    if (member.suspected) return [];
    member.suspected = true;
    const common = { agentId, incarnation: member.incarnation, silentMs };
    return [{ type: "agent:suspected", ...common, cause: "disconnected" }];
  }

  #leave(agentId: string, reason: string): AgentEvent[] {
    const member = this.#find(agentId);
    if (member === undefined) return [];
    member.over = true;
    return [{ type: "agent:left", agentId, incarnation: member.incarnation, reason }];
  }
}
