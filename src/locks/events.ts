/**
 * What happens to locks on resources, and to those who wait for them.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import { type LockMode, ownerName } from "./types.ts";
import { type Descriptions, listed, refusal, timeOfDay } from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";

/** What all events about one lock say. */
export interface ResourceEvent {
  /** What the lock is on. */
  readonly resourceId: string;
  /** Who is told and shown. */
  readonly agentId: string;
  /** Who the lock belongs to: the agent itself, or one claim of a task that the agent runs. */
  readonly owner: string;
}

/** What all events about one grant of a lock say. */
export interface GrantEvent extends ResourceEvent {
  /** The number of the grant; larger than that of any earlier one. */
  readonly epoch: number;
}

/** How a grant ended. */
export interface GrantEnded extends GrantEvent {
  /** Since the grant. */
  readonly heldMs: number;
}

/** What all events about a wait say. */
export interface WaitEvent {
  /** All that the wait is for: one lock, or several at once. */
  readonly resourceIds: readonly string[];
  /** Who is told and shown. */
  readonly agentId: string;
  /** Who waits: the agent itself, or one claim of a task that the agent runs. */
  readonly owner: string;
  /** Numbers the waits of a machine, from 1. */
  readonly waitId: number;
}

/** How a wait ended without a grant. A deadlock's victim has `deadlock:detected` instead. */
export interface WaitEnded extends WaitEvent {
  /** Since the wait began. */
  readonly waitedMs: number;
}

/** A lock was granted, at once or after a wait. */
export interface ResourceAcquired extends Named<"resource:acquired">, GrantEvent {
  /** Whether others may hold it too. */
  readonly mode: LockMode;
  /** How many of a counted resource; 1 of any other. */
  readonly units: number;
  /** The wait that it ends, or `0` when there was none. */
  readonly waitId: number;
  /** Since the wait began; 0 when there was none. */
  readonly waitedMs: number;
}

/** An owner asked for a lock that it holds, or got it meanwhile; its grant stands as it was. */
export interface ResourceReacquired extends Named<"resource:reacquired">, GrantEvent {
  /** The wait that it ends, or `0` when there was none. */
  readonly waitId: number;
}

/** A wait for one lock, or for several at once, began. */
export interface ResourceQueued extends Named<"resource:queued">, WaitEvent {
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
}

/** A lock was given back. */
export interface ResourceReleased extends Named<"resource:released">, GrantEnded {}

/** A lease was extended. */
export interface ResourceRenewed extends Named<"resource:renewed">, GrantEvent {
  /** When the lease ends; `Infinity` for a lock without one. */
  readonly expiresAt: Instant;
}

/** A lease ran out and the lock was taken away. */
export interface ResourceExpired extends Named<"resource:expired">, GrantEnded {}

/** A lock was taken away from the victim of a deadlock, or the loser of a conflict. */
export interface ResourceRevoked extends Named<"resource:revoked">, GrantEnded {}

/** A wait took longer than it may. */
export interface ResourceTimedOut extends Named<"resource:timed-out">, WaitEnded {
  /** How long it was allowed to take. */
  readonly timeoutMs: number;
}

/** A wait was taken back by who began it. */
export interface ResourceCancelled extends Named<"resource:cancelled">, WaitEnded {}

/** A wait ended because it can't lead to anything any more. */
export interface ResourceAbandoned extends Named<"resource:abandoned">, WaitEnded {
  /**
   * `gone`: its owner is; `upgrade`: what the owner got meanwhile has to be given back before it may
   * ask for more; `conflict`: its agent lost one over the resource.
   */
  readonly reason: "gone" | "upgrade" | "conflict";
}

/** The number of units of a resource was set. */
export interface ResourceDefined extends Named<"resource:defined"> {
  /** What is counted. */
  readonly resourceId: string;
  /** How many units exclusive holders can have between them. */
  readonly capacity: number;
}

/** Why a command on a resource was refused. */
export type ResourceRefusal =
  /** It is held, and the command would not wait. */
  | "held"
  /** Its owner doesn't hold it. */
  | "not-holder"
  /** The grant that the command names is not in force. */
  | "stale-epoch"
  /** A shared holder asked for an exclusive lock, or a holder for more units. */
  | "upgrade"
  /** More units than the resource has. */
  | "over-capacity"
  /** The queue, or the table of resources, is full. */
  | "full"
  /** No such wait: it ended before. */
  | "not-waiting"
  /** The capacity of a resource in use can't change. */
  | "in-use";

/** A command was refused, and the state is as before. */
export interface ResourceRefused extends Named<"resource:refused"> {
  /** What the reason is about; `""` when that is a wait. */
  readonly resourceId: string;
  /** Who asked; `""` when the command names nobody. */
  readonly agentId: string;
  /** For whom it asked; `""` when the command names nobody. */
  readonly owner: string;
  /** The command's `type`. */
  readonly command: string;
  /** The condition that was not met. */
  readonly reason: ResourceRefusal;
}

/** What all events about a request that waits for its response say. */
export interface AskEvent {
  /** Which request, such as the id of the message. */
  readonly askId: string;
  /** Who asks. */
  readonly agentId: string;
  /** Who is asked. */
  readonly toAgentId: string;
}

/** An agent waits for an answer, which a deadlock may go through. */
export interface AskBegun extends Named<"ask:begun">, AskEvent {
  /** Of a cycle of waits, the lowest gives way. */
  readonly priority: number;
}

/** An agent waits for an answer no longer. A deadlock's victim has `deadlock:detected` instead. */
export interface AskEnded extends Named<"ask:ended">, AskEvent {
  /** Whether it was told so, or who asks or is asked is gone. */
  readonly reason: "ended" | "gone";
  /** Since it was asked. */
  readonly waitedMs: number;
}

/** A request isn't watched for deadlocks, and the state is as before. */
export interface AskRefused extends Named<"ask:refused">, AskEvent {
  /** Another one of that id waits, or too many do. */
  readonly reason: "known-ask" | "full";
}

/** A cycle of waits was found, and `victim` gave way: its wait, or its request, has ended. */
export interface DeadlockDetected extends Named<"deadlock:detected"> {
  /** Who waits in the cycle. */
  readonly agents: readonly string[];
  /** The owners of their waits and requests: the agents themselves, or claims of tasks. */
  readonly owners: readonly string[];
  /**
   * What each of `agents`, by its index, waits for; the next of them holds it or is first in its
   * queue. `""` for one that waits for the next one's answer.
   */
  readonly resources: readonly string[];
  /** The agent that gave way. */
  readonly victim: string;
  /** The owner of the victim's wait. */
  readonly owner: string;
  /** The victim's wait; 0 when it is a request. */
  readonly waitId: number;
  /** The victim's request; `""` when it is a wait. */
  readonly askId: string;
  /** Since the victim's wait, or request, began. */
  readonly waitedMs: number;
}

/** What a lock machine can say. */
export type LockEvent =
  | ResourceAcquired
  | ResourceReacquired
  | ResourceQueued
  | ResourceReleased
  | ResourceRenewed
  | ResourceExpired
  | ResourceRevoked
  | ResourceTimedOut
  | ResourceCancelled
  | ResourceAbandoned
  | ResourceDefined
  | ResourceRefused
  | AskBegun
  | AskEnded
  | AskRefused
  | DeadlockDetected;

/** From the name of an event to its one-line description. */
export const LOCK_DESCRIPTIONS: Descriptions<LockEvent> = {
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
  "resource:defined": ({ resourceId, capacity }) =>
    `lock ${resourceId}: has ${counted(capacity, "unit")}`,
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
