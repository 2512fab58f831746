/**
 * Drives a lock machine by hand: short verbs for its commands, with defaults for every field that a
 * test is not about, and one line for each event.
 */

import type { LockAnswers, LockCommand } from "../../src/locks/commands.ts";
import type { LockConfig } from "../../src/locks/config.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockState } from "../../src/locks/state.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import { Driver } from "../support/driver.ts";

export interface Terms extends Partial<Omit<ResourceRequest, "resourceId">> {
  priority?: number;
  timeoutMs?: number;
  leaseMs?: number;
  wait?: boolean;
}

export class Script extends Driver<LockState, LockCommand, LockEvent, LockAnswers> {
  constructor(config: Partial<LockConfig> = {}) {
    super(lockMachine(config), 1_000);
  }

  acquire(owner: string, resourceId: string, terms: Terms = {}): LockEvent[] {
    const defaults = { mode: "exclusive" as const, units: 1, wait: true, ...NO_LIMITS };
    return this.do({
      type: "acquire",
      resourceId,
      agentId: owner,
      owner,
      ...defaults,
      ...terms,
    });
  }

  /** Asks for several: `r` is exclusive, `r:shared` is not. */
  acquireAll(owner: string, resources: string[], terms: Omit<Terms, "wait"> = {}): LockEvent[] {
    const requests = resources.map((name) => {
      const [resourceId = "", mode = "exclusive"] = name.split(":");
      return { resourceId, mode: mode as "exclusive" | "shared", units: 1 };
    });
    const { priority, timeoutMs, leaseMs } = { ...NO_LIMITS, ...terms };
    const who = { agentId: owner, owner };
    return this.do({ type: "acquire-all", requests, ...who, priority, timeoutMs, leaseMs });
  }

  release(owner: string, resourceId: string, epoch = 0): LockEvent[] {
    return this.do({ type: "release", resourceId, agentId: owner, owner, epoch });
  }

  renew(owner: string, resourceId: string, leaseMs = 0, epoch = 0): LockEvent[] {
    return this.do({ type: "renew", resourceId, agentId: owner, owner, epoch, leaseMs });
  }

  cancel(owner: string, waitId: number): LockEvent[] {
    return this.do({ type: "cancel-wait", waitId, agentId: owner, owner });
  }

  releaseAll(owner: string): LockEvent[] {
    return this.do({ type: "release-all", agentId: owner, owner });
  }

  request(askId: string, agentId: string, toAgentId: string, priority = 0): LockEvent[] {
    return this.do({ type: "ask", askId, agentId, toAgentId, priority });
  }

  endRequest(askId: string): LockEvent[] {
    return this.do({ type: "end-ask", askId });
  }

  define(resourceId: string, capacity: number): LockEvent[] {
    return this.do({ type: "define", resourceId, capacity });
  }

  /** The owners that hold a lock, oldest grant first. */
  holders(resourceId: string): string[] {
    const holds = this.state.locks.get(resourceId)?.holds ?? [];
    return holds.toSorted((a, b) => a.epoch - b.epoch).map((hold) => hold.owner.owner);
  }
}

const NO_LIMITS = { priority: 0, timeoutMs: 0, leaseMs: 0 };

/** The events as lines such as `acquired r by a`, without the prefix of their type. */
export function lines(events: readonly LockEvent[]): string[] {
  return events.map((event) => {
    const [, type] = event.type.split(":");
    switch (event.type) {
      case "deadlock:detected": {
        const { agents, resources, victim, askId } = event;
        const cycle = agents.map((agent, i) => {
          const next = agents[(i + 1) % agents.length];
          return resources[i] === ""
            ? `${agent} asks ${next}`
            : `${agent} waits for ${resources[i]}`;
        });
        const way = askId === "" ? "" : ` by ${askId}`;
        return `deadlock, ${victim} gives way${way}: ${cycle.toSorted().join(", ")}`;
      }
      case "resource:refused":
        return `refused ${event.command} of ${event.owner}: ${event.reason}`;
      case "resource:defined":
        return `defined ${event.resourceId} as ${event.capacity}`;
      case "resource:abandoned":
        return `abandoned ${event.resourceIds.join("+")} by ${event.owner}: ${event.reason}`;
      case "ask:begun":
        return `asked ${event.toAgentId} by ${event.agentId}`;
      case "ask:ended":
        return `${event.reason} ${event.askId}`;
      case "ask:refused":
        return `refused ${event.askId}: ${event.reason}`;
      case "resource:queued":
      case "resource:timed-out":
      case "resource:cancelled":
      case "resource:detached":
      case "resource:resumed":
        return `${type} ${event.resourceIds.join("+")} by ${event.owner}`;
      default:
        return `${type} ${event.resourceId} by ${event.owner}`;
    }
  });
}
