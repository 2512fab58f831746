/**
 * The events of locks and of the waits for them.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import { type Descriptions, listed, refusal, timeOfDay } from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import { claimOf, claimsOfAsk, type LockMode } from "./types.ts";

/** The fields of all events about one lock. */
export interface ResourceEvent {
  /** The resource. */
  readonly resourceId: string;
  /** The agent. */
  readonly agentId: string;
  /** The owner of the lock: the agent itself, or one claim of a task that it runs. */
  readonly owner: string;
}

/** The fields of all events about one grant of a lock. */
export interface GrantEvent extends ResourceEvent {
  /** The number of the grant; larger than that of any earlier one. */
  readonly epoch: number;
}

/** The fields of all events about the end of a grant. */
export interface GrantEnded extends GrantEvent {
  /** The time since the grant, in milliseconds. */
  readonly heldMs: number;
}

/** The fields of all events about a wait. */
export interface WaitEvent {
  /** All resources of the wait: one, or several at once. */
  readonly resourceIds: readonly string[];
  /** The agent. */
  readonly agentId: string;
  /** The owner of the wait: the agent itself, or one claim of a task that it runs. */
  readonly owner: string;
  /** The number of the wait, from 1. */
  readonly waitId: number;
}

/** The fields of events about a wait that ended without a grant, other than as a deadlock's victim. */
export interface WaitEnded extends WaitEvent {
  /** The time since the wait began, in milliseconds. */
  readonly waitedMs: number;
}

/** A lock was granted, at once or after a wait. */
export interface ResourceAcquired extends Named<"resource:acquired">, GrantEvent {
  /** Whether others may hold it too. */
  readonly mode: LockMode;
  /** The number of units of a resource with a capacity; 1 of any other. */
  readonly units: number;
  /** The wait that it ends, or `0` for none. */
  readonly waitId: number;
  /** The time since the wait began, in milliseconds; 0 without one. */
  readonly waitedMs: number;
}

/** An owner acquired a lock that it holds; its grant stays as it was. */
export interface ResourceReacquired extends Named<"resource:reacquired">, GrantEvent {
  /** The wait that it ends, or `0` for none. */
  readonly waitId: number;
}

/** A wait for one lock, or for several at once, began. */
export interface ResourceQueued extends Named<"resource:queued">, WaitEvent {
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
}

/** A lock was released. */
export interface ResourceReleased extends Named<"resource:released">, GrantEnded {}

/** A lease was renewed. */
export interface ResourceRenewed extends Named<"resource:renewed">, GrantEvent {
  /** When the lease ends; `Infinity` for a lock without one. */
  readonly expiresAt: Instant;
}

/** A lease ended, and with it the grant. */
export interface ResourceExpired extends Named<"resource:expired">, GrantEnded {
  /** `true` when no caller came back for it in time; absent when it was used. */
  readonly lapsed?: true;
}

/** A lock was revoked from the victim of a deadlock, or the loser of a conflict. */
export interface ResourceRevoked extends Named<"resource:revoked">, GrantEnded {}

/** A wait exceeded its time limit. */
export interface ResourceTimedOut extends Named<"resource:timed-out">, WaitEnded {
  /** The time limit, in milliseconds. */
  readonly timeoutMs: number;
}

/** A wait was cancelled by the caller that began it. */
export interface ResourceCancelled extends Named<"resource:cancelled">, WaitEnded {}

/** A wait ended because it became pointless. */
export interface ResourceAbandoned extends Named<"resource:abandoned">, WaitEnded {
  /**
   * `gone`: its owner released all its locks, or is gone; `upgrade`: its owner holds less than it asks
   * for in the meantime, and has to release that before it may acquire more; `conflict`: its agent
   * lost a conflict over the resource; `lapsed`: its caller had left it, and nobody resumed it in time;
   * `over-capacity`: the capacity of a resource was lowered below the units that it asks for.
   */
  readonly reason: "gone" | "upgrade" | "conflict" | "lapsed" | "over-capacity";
}

/** A caller left a wait, which keeps its place for a time, or left what the wait was granted. */
export interface ResourceDetached extends Named<"resource:detached">, WaitEvent {
  /** When it lapses unless a caller resumes it. */
  readonly keptUntil: Instant;
}

/** A caller resumed a wait, which never lost its place. */
export interface ResourceResumed extends Named<"resource:resumed">, WaitEvent {}

/** The event of a wait that ended without a grant. */
export type WaitEnd = ResourceTimedOut | ResourceCancelled | ResourceAbandoned | DeadlockDetected;

/** The capacity of a resource was set; what is held of it stays. */
export interface ResourceDefined extends Named<"resource:defined"> {
  /** The resource. */
  readonly resourceId: string;
  /** The number of units that exclusive holders can have between them. */
  readonly capacity: number;
}

/** The condition for which a command on a resource was refused. */
export type ResourceRefusal =
  /** It is held, and the command forbids a wait. */
  | "held"
  /** Its owner doesn't hold it. */
  | "not-holder"
  /** The grant of the command's epoch is not in force. */
  | "stale-epoch"
  /** A shared holder asked for an exclusive lock, or a holder for more units. */
  | "upgrade"
  /** More units than the resource has. */
  | "over-capacity"
  /** The queue, or the table of resources, is full, or a set of paths overlaps with too many. */
  | "full"
  /** A set of paths takes too long to compare with those in use. */
  | "too-complex"
  /** There is no such wait: it has ended. */
  | "not-waiting"
  /** The owner has no such wait for these resources, and doesn't hold them. */
  | "unknown-ticket";

/** A command was refused. The state is as before. */
export interface ResourceRefused extends Named<"resource:refused"> {
  /** The subject of the reason; `""` when that is a wait. */
  readonly resourceId: string;
  /** The agent of the command; `""` for none. */
  readonly agentId: string;
  /** The owner of the command; `""` for none. */
  readonly owner: string;
  /** The command's `type`. */
  readonly command: string;
  /** The condition that was not met. */
  readonly reason: ResourceRefusal;
}

/** The fields of all events about a request that waits for its response. */
export interface AskEvent {
  /** The request, such as the id of the message. */
  readonly askId: string;
  /** The agent that waits for the response. */
  readonly agentId: string;
  /** The agent that is to respond. */
  readonly toAgentId: string;
}

/** An agent waits for a response, or a claim for the end of another. A deadlock may involve that. */
export interface AskBegun extends Named<"ask:begun">, AskEvent {
  /** The lowest of a cycle of waits is the victim. */
  readonly priority: number;
}

/** An agent stopped waiting for a response, other than as a deadlock's victim. */
export interface AskEnded extends Named<"ask:ended">, AskEvent {
  /** `ended`: a command said so; `gone`: one of the two agents is gone. */
  readonly reason: "ended" | "gone";
  /** The time since the request, in milliseconds. */
  readonly waitedMs: number;
}

/** A request is not watched for deadlocks. The state is as before. */
export interface AskRefused extends Named<"ask:refused">, AskEvent {
  /** `known-ask`: one of that id is pending; `full`: too many are. */
  readonly reason: "known-ask" | "full";
}

/** A deadlock was detected, and the wait or the request of its victim has ended. */
export interface DeadlockDetected extends Named<"deadlock:detected"> {
  /** The agents of the cycle. */
  readonly agents: readonly string[];
  /** The owners of their waits and requests: the agents themselves, or claims of tasks. */
  readonly owners: readonly string[];
  /**
   * For each of `agents`, the resource that it waits for; the next agent holds it, or is first in
   * its queue. `""` when it waits for the response of the next agent, or its claim for the end of
   * the next claim.
   */
  readonly resources: readonly string[];
  /** The agent whose wait or request has ended. */
  readonly victim: string;
  /** The owner of that wait or request. */
  readonly owner: string;
  /** The victim's wait; 0 when it is a request. */
  readonly waitId: number;
  /** The victim's request; `""` when it is a wait. */
  readonly askId: string;
  /** The time since the victim's wait or request began, in milliseconds. */
  readonly waitedMs: number;
}

/** An event of a lock machine. */
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
  | ResourceDetached
  | ResourceResumed
  | ResourceDefined
  | ResourceRefused
  | AskBegun
  | AskEnded
  | AskRefused
  | DeadlockDetected;

/** The one-line description of each event. */
export const LOCK_DESCRIPTIONS: Descriptions<LockEvent> = {
  "resource:acquired": (event) => {
    const { resourceId, mode, epoch, units, waitId, waitedMs } = event;
    const how = mode === "shared" ? "shared by" : "held by";
    const many = units === 1 ? "" : `, ${units} units`;
    const wait = waitId === 0 ? "" : `, after ${waitedMs} ms`;
    return `lock ${resourceId}: → ${how} ${ownerName(event)} (epoch ${epoch})${many}${wait}`;
  },
  "resource:reacquired": (event) =>
    `lock ${event.resourceId}: still held by ${ownerName(event)} (epoch ${event.epoch})`,
  "resource:queued": (event) => wait(event),
  "resource:released": (event) => grantEnded(event, "released"),
  "resource:renewed": (event) => {
    const { resourceId, epoch, expiresAt } = event;
    const until = expiresAt === Infinity ? "for ever" : `until ${timeOfDay(expiresAt)}`;
    return `lock ${resourceId}: ${ownerName(event)} (epoch ${epoch}) may hold it ${until}`;
  },
  "resource:expired": (event) =>
    grantEnded(event, event.lapsed ? "lapsed, nobody came back for it" : "expired"),
  "resource:revoked": (event) => grantEnded(event, "revoked"),
  "resource:timed-out": (event) => `${wait(event)} → timed out after ${event.timeoutMs} ms`,
  "resource:cancelled": (event) => `${wait(event)} → cancelled after ${event.waitedMs} ms`,
  "resource:abandoned": (event) => `${wait(event)} → abandoned, ${ABANDONED[event.reason]}`,
  "resource:detached": (event) =>
    `${wait(event)} is kept without a caller until ${timeOfDay(event.keptUntil)}`,
  "resource:resumed": (event) => `${wait(event)} has a caller again`,
  "resource:defined": ({ resourceId, capacity }) =>
    `lock ${resourceId}: has ${counted(capacity, "unit")}`,
  "resource:refused": (event) =>
    refusal(event.command, event.resourceId, ownerName(event), event.reason),
  "ask:begun": (event) => `${request(event)} waits for ${responseIn(event)}`,
  "ask:ended": (event) =>
    `${request(event)} → ${REQUEST_ENDS[event.reason]} after ${event.waitedMs} ms`,
  "ask:refused": (event) => refusal("ask", asked(event), event.agentId, event.reason),
  "deadlock:detected": ({ agents, owners, resources, victim }) => {
    const waits = agents.map((agent, i) => {
      const next = (i + 1) % agents.length;
      const [from, to] = [claimOf(owners[i]!), claimOf(owners[next]!)];
      if (resources[i] !== "") return `${agent} waits for ${resources[i]}`;
      return from === undefined || to === undefined
        ? `${agent} waits for ${agents[next]} to respond`
        : `task ${from.taskId} awaits task ${to.taskId}`;
    });
    return `deadlock: ${listed(waits)} → ${victim} is the victim`;
  },
};

const ABANDONED: Readonly<Record<ResourceAbandoned["reason"], string>> = {
  gone: "its owner is gone",
  upgrade: "its owner holds less",
  conflict: "its agent lost a conflict",
  lapsed: "nobody resumed it",
  "over-capacity": "a resource has fewer units",
};

const REQUEST_ENDS: Readonly<Record<AskEnded["reason"], string>> = {
  ended: "over",
  gone: "cancelled because one of them is gone,",
};

function request(event: AskEvent): string {
  return `${asked(event)}: ${event.agentId}`;
}

function asked({ askId, toAgentId }: AskEvent): string {
  const claims = claimsOfAsk(askId);
  return claims === undefined
    ? `request ${askId} to ${toAgentId}`
    : `wait of task ${claims.taskId} for task ${claims.toTaskId}`;
}

function responseIn({ askId, toAgentId }: AskEvent): string {
  return claimsOfAsk(askId) === undefined
    ? "the response"
    : `the end of an attempt of ${toAgentId}`;
}

/** Returns the task that awaits the victim of a deadlock, so that a retry would meet it again. */
export function awaiterOf(
  { owners, resources, owner }: Pick<DeadlockDetected, "owners" | "resources" | "owner">,
): string | undefined {
  const before = (owners.indexOf(owner) + owners.length - 1) % owners.length;
  return resources[before] === "" ? claimOf(owners[before]!)?.taskId : undefined;
}

function grantEnded(event: GrantEnded, how: string): string {
  const { resourceId, epoch, heldMs } = event;
  return `lock ${resourceId}: held by ${
    ownerName(event)
  } (epoch ${epoch}) → ${how} after ${heldMs} ms`;
}

function wait(event: WaitEvent): string {
  return `lock ${listed(event.resourceIds)}: awaited by ${ownerName(event)} (wait ${event.waitId})`;
}

function ownerName({ agentId, owner }: { agentId: string; owner: string }): string {
  if (owner === agentId) return agentId;
  const claim = claimOf(owner);
  if (claim === undefined) return agentId === "" ? owner : `${agentId} as ${owner}`;
  return `${agentId} for task ${claim.taskId}`;
}
