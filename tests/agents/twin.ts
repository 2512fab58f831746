/**
 * The slow, obvious twin of the membership machine: it keeps a list of lives and every heartbeat of
 * each, and lets time pass one instant after the other.
 */

import type { MembershipCommand } from "../../src/agents/commands.ts";
import type { MembershipConfig } from "../../src/agents/state.ts";
import type { AgentEvent } from "../../src/agents/events.ts";

interface Life {
  readonly agentId: string;
  readonly incarnation: number;
  readonly timeoutMs: number;
  /** When it was heard of, the last time last. */
  readonly heard: number[];
  suspected: boolean;
  over: boolean;
}

export class Twin {
  readonly #lives: Life[] = [];
  #instant = 0;
  #listeningSince = 0;

  constructor(readonly config: MembershipConfig) {}

  /** Who is there. */
  get present(): Life[] {
    return this.#lives.filter((life) => !life.over);
  }

  step(command: MembershipCommand, now: number): AgentEvent[] {
    const events: AgentEvent[] = [];
    for (; this.#instant <= now; this.#instant++) this.#pass(this.#instant, now, events);
    this.#instant = now;
    switch (command.type) {
      case "join-agent":
        return [...events, this.#join(command.agentId, command, now)];
      case "beat-agent":
        return [...events, ...this.#beat(command.agentId, command.incarnation, now)];
      case "leave-agent":
        return [...events, ...this.#leave(command.agentId, command.reason)];
      case "resume-listening":
        this.#listeningSince = now;
        return [...events, { type: "listening:resumed" }];
      case "tick":
        return events;
    }
  }

  /** All that happens at `instant`, as it is told at `now`. */
  #pass(instant: number, now: number, events: AgentEvent[]): void {
    for (const life of this.present) {
      const { agentId, incarnation, timeoutMs } = life;
      if (timeoutMs === 0) continue;
      const since = this.#silentSince(life);
      const silent = instant - since;
      const patience = this.config.suspectAfterMs || timeoutMs / 2;
      if (silent >= patience && silent < timeoutMs && !life.suspected) {
        life.suspected = true;
        events.push({ type: "agent:suspected", agentId, incarnation, silentMs: now - since });
      }
      if (silent >= timeoutMs) {
        life.over = true;
        const reason = `no heartbeat for ${now - since} ms`;
        events.push({ type: "agent:died", agentId, incarnation, reason });
      }
    }
  }

  #silentSince({ heard }: Life): number {
    return Math.max(heard.at(-1)!, this.#listeningSince);
  }

  #find(agentId: string): Life | undefined {
    return this.present.find((life) => life.agentId === agentId);
  }

  #join(
    agentId: string,
    { incarnation, heartbeatTimeoutMs }: { incarnation: number; heartbeatTimeoutMs: number },
    now: number,
  ): AgentEvent {
    const life = this.#find(agentId);
    const refused = { type: "agent:refused", agentId, incarnation, command: "join-agent" } as const;
    if (incarnation !== 0 && life?.incarnation !== incarnation) {
      return { ...refused, reason: "stale-incarnation", detail: life?.incarnation ?? 0 };
    }
    const { maxAgents } = this.config;
    if (life === undefined && this.present.length >= maxAgents) {
      return { ...refused, reason: "full", detail: maxAgents };
    }
    if (life !== undefined) life.over = true;
    const fresh = this.#lives.length + 1;
    const timeoutMs = heartbeatTimeoutMs;
    this.#lives.push({
      agentId,
      incarnation: fresh,
      timeoutMs,
      heard: [now],
      suspected: false,
      over: false,
    });
    return { type: "agent:joined", agentId, incarnation: fresh, replaces: life?.incarnation };
  }

  #beat(agentId: string, incarnation: number, now: number): AgentEvent[] {
    const life = this.#find(agentId);
    const refused = { type: "agent:refused", agentId, incarnation, command: "beat-agent" } as const;
    if (life === undefined) return [{ ...refused, reason: "unknown-agent", detail: 0 }];
    if (incarnation !== 0 && incarnation !== life.incarnation) {
      return [{ ...refused, reason: "stale-incarnation", detail: life.incarnation }];
    }
    const silentMs = now - this.#silentSince(life);
    life.heard.push(now);
    const told = { agentId, incarnation: life.incarnation };
    const heartbeat = { type: "agent:heartbeat", ...told } as const;
    if (!life.suspected) return [heartbeat];
    life.suspected = false;
    return [heartbeat, { type: "agent:recovered", ...told, silentMs }];
  }

  #leave(agentId: string, reason: string): AgentEvent[] {
    const life = this.#find(agentId);
    if (life === undefined) return [];
    life.over = true;
    return [{ type: "agent:left", agentId, incarnation: life.incarnation, reason }];
  }
}
