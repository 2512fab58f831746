/**
 * The only place where one subsystem acts on another: from what happened to what is to be done.
 *
 * A claim of a task owns its locks in its own name, not in its agent's, so that two tasks of one
 * agent exclude each other. {@linkcode claimOwner} makes that name.
 *
 * @module
 */

import type { LockstepEvent } from "../kernel/events.ts";
import { claimOf, claimOwner } from "../tasks/claim_owner.ts";
import type { RootCommand, RootState } from "./machine.ts";

/** What an event leads to, or `undefined`. */
export type Reaction = (event: LockstepEvent, state: RootState) => RootCommand | undefined;

type Named<Type extends LockstepEvent["type"]> = Extract<LockstepEvent, { type: Type }>;

/** From the name of an event to the reaction to it. */
export const REACTIONS: ReadonlyMap<string, Reaction> = new Map<string, Reaction>([
  on("task:assigned", acquireResources),
  on("attempt:ended", releaseResources),
  on(
    "agent:terminated",
    ({ agentId }, { locks }) =>
      locks.owners.has(agentId) ? { type: "release-all", agentId, owner: agentId } : undefined,
  ),
  on("resource:acquired", unblockClaim),
  on("resource:reacquired", unblockClaim),
  on("resource:queued", releaseIfOver),
  on(
    "resource:revoked",
    ({ owner, resourceId }) => preempt(owner, `it lost the lock "${resourceId}"`),
  ),
  on(
    "resource:expired",
    ({ owner, resourceId }) => preempt(owner, `it lost the lock "${resourceId}"`),
  ),
  on("deadlock:detected", giveWayBeforeStart),
  on("resource:refused", refuseBeforeStart),
]);

function on<Type extends LockstepEvent["type"]>(
  type: Type,
  reaction: (event: Named<Type>, state: RootState) => RootCommand | undefined,
): [string, Reaction] {
  return [type, reaction as Reaction];
}

function acquireResources(
  event: Named<"task:assigned">,
  state: RootState,
): RootCommand | undefined {
  const { taskId, agentId, epoch, resources } = event;
  if (resources.length === 0) return undefined;
  const task = state.tasks.tasks.get(taskId);
  if (task?.agent === undefined || task.epoch !== epoch) return undefined; // it has ended meanwhile
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

function releaseResources(
  event: Named<"attempt:ended">,
  state: RootState,
): RootCommand | undefined {
  const { taskId, agentId, epoch } = event;
  if (state.locks.owners.size === 0) return undefined;
  const owner = claimOwner(taskId, epoch);
  return state.locks.owners.has(owner) ? { type: "release-all", agentId, owner } : undefined;
}

function unblockClaim(
  event: Named<"resource:acquired" | "resource:reacquired">,
  state: RootState,
): RootCommand | undefined {
  return releaseIfOver(event, state) ??
    claimCommand(event.owner, (claim) => ({ type: "unblock", ...claim }));
}

/** A claim that ended just before its handler asked for a lock gets none. */
function releaseIfOver(
  { owner, agentId }: { owner: string; agentId: string },
  { tasks }: RootState,
): RootCommand | undefined {
  const claim = claimOf(owner);
  if (claim === undefined || tasks.lingering.has(claim.epoch)) return undefined;
  const task = tasks.tasks.get(claim.taskId);
  const isInForce = task?.agent !== undefined && task.epoch === claim.epoch;
  return isInForce ? undefined : { type: "release-all", agentId, owner };
}

/** A task that waits for its locks gives its slot back; one that runs learns of it by itself. */
function giveWayBeforeStart(
  { owner }: Named<"deadlock:detected">,
  state: RootState,
): RootCommand | undefined {
  return isStarting(owner, state) ? preempt(owner, "it gave way in a deadlock") : undefined;
}

function refuseBeforeStart(
  { owner, resourceId, reason, command }: Named<"resource:refused">,
  state: RootState,
): RootCommand | undefined {
  if (command !== "acquire-all" || !isStarting(owner, state)) return undefined;
  const isHopeless = reason === "over-capacity";
  return preempt(owner, `it can't have the lock "${resourceId}" (${reason})`, isHopeless);
}

function isStarting(owner: string, state: RootState): boolean {
  const claim = claimOf(owner);
  return claim !== undefined && state.tasks.tasks.get(claim.taskId)?.status === "assigned";
}

function preempt(owner: string, reason: string, isHopeless = false): RootCommand | undefined {
  return claimCommand(owner, (claim) => ({ type: "preempt", ...claim, reason, isHopeless }));
}

function claimCommand(
  owner: string,
  command: (claim: { taskId: string; epoch: number }) => RootCommand,
): RootCommand | undefined {
  const claim = claimOf(owner);
  return claim === undefined ? undefined : command(claim);
}
