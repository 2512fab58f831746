/**
 * The events of locks as sentences.
 *
 * @module
 */

import type { AskEvent, GrantEnded, LockEvent, WaitEnded } from "./lock_events.ts";
import { listed, timeOfDay } from "./readable.ts";
import { ownerName, refusal, type Sentences } from "./sentence.ts";

/** From the name of an event to what puts one in a sentence. */
export const LOCK_SENTENCES: Sentences<LockEvent> = {
  "resource:acquired": ({ resourceId, agentId, owner, epoch, mode, units, waitId, waitedMs }) => {
    const how = mode === "shared" ? "shared by" : "held by";
    const many = units === 1 ? "" : `, ${units} units`;
    const wait = waitId === 0 ? "" : `, after ${waitedMs} ms`;
    return `lock ${resourceId}: → ${how} ${
      ownerName(agentId, owner)
    } (epoch ${epoch})${many}${wait}`;
  },
  "resource:reacquired": ({ resourceId, agentId, owner, epoch }) =>
    `lock ${resourceId}: still held by ${ownerName(agentId, owner)} (epoch ${epoch})`,
  "resource:queued": ({ resourceIds, agentId, owner, waitId }) =>
    `lock ${listed(resourceIds)}: awaited by ${ownerName(agentId, owner)} (wait ${waitId})`,
  "resource:released": (event) => ended(event, "released"),
  "resource:renewed": ({ resourceId, agentId, owner, epoch, expiresAt }) =>
    `lock ${resourceId}: ${ownerName(agentId, owner)} (epoch ${epoch}) may hold it ` +
    (expiresAt === Infinity ? "for ever" : `until ${timeOfDay(expiresAt)}`),
  "resource:expired": (event) => ended(event, "expired"),
  "resource:revoked": (event) => ended(event, "revoked"),
  "resource:timed-out": (event) => unmet(event, `timed out after ${event.timeoutMs} ms`),
  "resource:cancelled": (event) => unmet(event, `cancelled after ${event.waitedMs} ms`),
  "resource:abandoned": (event) =>
    unmet(
      event,
      event.reason === "gone" ? "abandoned, its owner is gone" : "abandoned, an upgrade",
    ),
  "resource:defined": ({ resourceId, capacity }) => `lock ${resourceId}: has ${capacity} units`,
  "resource:refused": ({ resourceId, agentId, owner, command, reason }) =>
    refusal(command, resourceId, ownerName(agentId, owner), reason),
  "ask:begun": (event) => `${request(event)} waits for the answer`,
  "ask:ended": (event) => {
    const how = event.reason === "gone" ? "given up because one of them is gone," : "over";
    return `${request(event)} → ${how} after ${event.waitedMs} ms`;
  },
  "ask:refused": (event) =>
    refusal("ask", `request ${event.askId} to ${event.toAgentId}`, event.agentId, event.reason),
  "deadlock:detected": ({ agents, resources, victim }) => {
    const waits = agents.map((agent, i) => {
      const answerer = agents[(i + 1) % agents.length];
      return `${agent} waits for ${resources[i] === "" ? `${answerer} to answer` : resources[i]}`;
    });
    return `deadlock: ${listed(waits)} → ${victim} gives way`;
  },
};

function request({ askId, agentId, toAgentId }: AskEvent): string {
  return `request ${askId} to ${toAgentId}: ${agentId}`;
}

function ended({ resourceId, agentId, owner, epoch, heldMs }: GrantEnded, how: string): string {
  const holder = ownerName(agentId, owner);
  return `lock ${resourceId}: held by ${holder} (epoch ${epoch}) → ${how} after ${heldMs} ms`;
}

function unmet({ resourceIds, agentId, owner, waitId }: WaitEnded, how: string): string {
  const who = ownerName(agentId, owner);
  return `lock ${listed(resourceIds)}: awaited by ${who} (wait ${waitId}) → ${how}`;
}
