/**
 * Reactions between tasks and locks.
 *
 * A claim of a task owns its locks in its own name, not in its agent's, so that two tasks of one
 * agent exclude each other. {@linkcode claimOwner} makes that name.
 *
 * @module
 */

import type { Tick } from "../../core/machine.ts";
import { quote } from "../../core/arguments.ts";
import { claimOf, claimOwner } from "../../locks/types.ts";
import type { LockCommand } from "../../locks/commands.ts";
import type { LockEvent } from "../../locks/events.ts";
import { isInvolved, type LockState } from "../../locks/state.ts";
import type { RemoveAgent, TaskCommand } from "../../tasks/commands.ts";
import type { TaskEvent } from "../../tasks/events.ts";
import type { TaskState } from "../../tasks/state.ts";
import type { Substitution } from "../composition.ts";

/** The states that the reactions between tasks and locks read. */
export interface ClaimState {
  /** Tasks, and the agents that run them. */
  readonly tasks: TaskState;
  /** Locks on resources. */
  readonly locks: LockState;
}

type ClaimCommand = Exclude<TaskCommand | LockCommand, Tick>;

/** The event of that type. */
type Happened<Type> = Extract<TaskEvent | LockEvent, { type: Type }>;

/** Acquires all locks of a task for a claim that got a slot. */
export function acquireResources(
  event: Happened<"task:assigned" | "task:admitted">,
  state: ClaimState,
): ClaimCommand | undefined {
  const { taskId, agentId, epoch, resources } = event;
  const isQueued = event.type === "task:assigned" && event.queued;
  if (isQueued || resources.length === 0) return undefined;
  const task = state.tasks.tasks.get(taskId);
  if (task?.agent === undefined || task.epoch !== epoch) return undefined; // it has ended
  return {
    type: "acquire-all",
    requests: resources,
    agentId,
    owner: claimOwner(taskId, epoch),
    priority: task.spec.priority,
    timeoutMs: 0,
    leaseMs: 0,
  };
}

/** Releases the locks of a claim whose attempt has ended. */
export function releaseResources(
  event: Happened<"attempt:ended">,
  state: ClaimState,
): ClaimCommand | undefined {
  const { taskId, agentId, epoch } = event;
  if (state.locks.owners.size === 0) return undefined;
  const owner = claimOwner(taskId, epoch);
  return state.locks.owners.has(owner) ? { type: "release-all", agentId, owner } : undefined;
}

/** Releases the locks that an agent holds besides its claims, as it is gone. */
export function releaseAgentLocks(
  { agentId }: { readonly agentId: string },
  { locks }: ClaimState,
): ClaimCommand | undefined {
  if (!isInvolved(locks, agentId)) return undefined;
  return { type: "release-all", agentId, owner: agentId, ofAgent: true };
}

/**
 * Returns the event that an agent is removed which is not registered for tasks, if it is known to
 * other parts: the reactions to it end what it has there.
 */
export function removalElsewhere<State extends ClaimState>(
  isKnown: (state: State, agentId: string) => boolean,
): Substitution<State> {
  return (command, state): Happened<"agent:terminated"> | undefined => {
    if (command.type !== "remove-agent") return undefined;
    const { agentId, reason } = command as RemoveAgent;
    if (state.tasks.agents.has(agentId) || !isKnown(state, agentId)) return undefined;
    return { type: "agent:terminated", agentId, reason };
  };
}

/** Unblocks a claim when it gets a lock, so that it starts once it has all. */
export function unblockClaim(
  event: Happened<"resource:acquired">,
  state: ClaimState,
): ClaimCommand | undefined {
  return releaseIfOver(event, state) ??
    claimCommand(event.owner, (claim) => ({ type: "unblock", ...claim }));
}

/** Releases the locks and cancels the waits of a claim that has ended. */
export function releaseIfOver(
  { owner, agentId }: { owner: string; agentId: string },
  { tasks }: ClaimState,
): ClaimCommand | undefined {
  const claim = claimOf(owner);
  if (claim === undefined || tasks.lingering.has(claim.epoch)) return undefined;
  const task = tasks.tasks.get(claim.taskId);
  const isInForce = task?.agent !== undefined && task.epoch === claim.epoch;
  return isInForce ? undefined : { type: "release-all", agentId, owner };
}

/** Preempts a claim that lost a lock. */
export function preemptWithoutLock(
  { owner, resourceId }: Happened<"resource:revoked" | "resource:expired">,
): ClaimCommand | undefined {
  return preempt(owner, `it lost the lock "${resourceId}"`);
}

/** Preempts a claim that waited for its locks as the victim of a deadlock; a running one gets the error. */
export function preemptVictim(
  { owner }: Happened<"deadlock:detected">,
  state: ClaimState,
): ClaimCommand | undefined {
  return isStarting(owner, state) ? preempt(owner, "it gave way in a deadlock") : undefined;
}

/** Preempts a claim whose wait for its locks was abandoned. */
export function preemptAbandoned(
  { owner, resourceIds, reason }: Happened<"resource:abandoned">,
  state: ClaimState,
): ClaimCommand | undefined {
  if (reason === "gone" || !isStarting(owner, state)) return undefined;
  const cause = reason === "conflict" ? "it lost a conflict over" : "it can't wait for";
  return preempt(owner, `${cause} ${resourceIds.map(quote).join(", ")}`);
}

/** Preempts a claim that was refused its locks. */
export function preemptRefused(
  { owner, resourceId, reason, command }: Happened<"resource:refused">,
  state: ClaimState,
): ClaimCommand | undefined {
  if (command !== "acquire-all" || !isStarting(owner, state)) return undefined;
  const isHopeless = reason === "over-capacity";
  return preempt(owner, `it can't have the lock "${resourceId}" (${reason})`, isHopeless);
}

function isStarting(owner: string, state: ClaimState): boolean {
  const claim = claimOf(owner);
  const task = claim && state.tasks.tasks.get(claim.taskId);
  return task?.status === "assigned" && task.epoch === claim?.epoch;
}

function preempt(owner: string, reason: string, isHopeless = false): ClaimCommand | undefined {
  return claimCommand(owner, (claim) => ({ type: "preempt", ...claim, reason, isHopeless }));
}

function claimCommand(
  owner: string,
  command: (claim: { taskId: string; epoch: number }) => ClaimCommand,
): ClaimCommand | undefined {
  const claim = claimOf(owner);
  return claim === undefined ? undefined : command(claim);
}
