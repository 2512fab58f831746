/**
 * Reactions between tasks and locks.
 *
 * A task owns its locks in the name of the claim that requested them, not in its agent's, so that two
 * tasks of one agent exclude each other. {@linkcode claimOwner} makes that name. When the locks are
 * held by others, that claim ends and the task waits for them without an agent; its next claim has
 * them in the same name ({@linkcode lockEpochOf}).
 *
 * **Locks without a slot.** A task that was granted its locks while no slot was free keeps them until
 * it gets the next one. So that it can't be part of a deadlock, it yields them when each attempt that
 * could make room for it waits itself, when no agent takes tasks, or when its key has no permit left
 * ({@linkcode yieldLocks}).
 *
 * @module
 */

import type { Tick } from "../../core/machine.ts";
import { quote } from "../../core/arguments.ts";
import { claimOf, claimOwner } from "../../locks/types.ts";
import { isAwaited, isInvolved, type LockState, type Owner } from "../../locks/state.ts";
import type { ClaimEdge, LockCommand } from "../../locks/commands.ts";
import { awaiterOf, type LockEvent } from "../../locks/events.ts";
import type { Preempt, RemoveAgent, TaskCommand } from "../../tasks/commands.ts";
import type { TaskEvent } from "../../tasks/events.ts";
import { hasFreeSlot, isFit, isOpen, mayTake, takes } from "../../tasks/placement.ts";
import type { Substitutions } from "../composition.ts";
import { waitsOf } from "../../tasks/dependencies.ts";
import {
  type Agent,
  isLent,
  lockEpochOf,
  type TaskRecord,
  type TaskState,
} from "../../tasks/state.ts";

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

/** Requests all locks of a task for a claim that got a slot. */
export function acquireResources(
  event: Happened<"task:assigned" | "task:admitted">,
  state: ClaimState,
): ClaimCommand | undefined {
  const { taskId, agentId, epoch, resources } = event;
  const isQueued = event.type === "task:assigned" && event.queued;
  if (isQueued || resources.length === 0) return undefined;
  const task = state.tasks.tasks.get(taskId);
  if (task?.agent === undefined || task.epoch !== epoch) return undefined; // it has ended
  const owner = claimOwner(taskId, task.request);
  // Locks that it has are acquired again in the name of another agent.
  if (task.granted && state.locks.owners.get(owner)?.agentId === agentId) return undefined;
  return {
    type: "acquire-all",
    requests: resources,
    agentId,
    owner,
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
  const { taskId, agentId, epoch, lockEpoch = epoch } = event;
  if (state.locks.owners.size === 0) return undefined;
  return releaseOf(claimOwner(taskId, lockEpoch), agentId, state);
}

/** Gives back the locks of a task without a slot, or ends its wait for them. */
export function releaseUnused(
  { taskId, lockEpoch }: Happened<"task:unlocked">,
  state: ClaimState,
): ClaimCommand | undefined {
  const owner = claimOwner(taskId, lockEpoch);
  return releaseOf(owner, state.locks.owners.get(owner)?.agentId ?? "", state);
}

function releaseOf(owner: string, agentId: string, { locks }: ClaimState) {
  return locks.owners.has(owner) ? { type: "release-all", agentId, owner } as const : undefined;
}

/** Takes the slot from a claim whose locks are held by others. */
export function parkClaim(
  { owner }: Happened<"resource:queued">,
  state: ClaimState,
): ClaimCommand | undefined {
  return isStarting(owner, state)
    ? claimCommand(owner, (claim) => ({ type: "park", ...claim }))
    : undefined;
}

/**
 * Makes tasks that have their locks and no slot yield them, if others wait for those and no attempt
 * that could make room for the task goes on by itself. It completes each step.
 */
export function yieldLocks(state: ClaimState): ClaimCommand | undefined {
  const { reserving } = state.tasks;
  if (reserving.size === 0) return undefined;
  const stuck = [...reserving].filter((task) =>
    isTaskAwaited(task, state) && !mayGetSlot(task, state)
  );
  if (stuck.length === 0) return undefined;
  const taskIds = stuck.map(({ spec: { id } }) => id);
  return {
    type: "yield-locks",
    taskIds,
    reason: "no agent can make room for it while it has them",
  };
}

function isTaskAwaited({ spec: { id }, request }: TaskRecord, { locks }: ClaimState): boolean {
  const owner = locks.owners.get(claimOwner(id, request));
  return owner !== undefined && owner.holds.some(({ lock }) => isAwaited(lock));
}

function mayGetSlot(task: TaskRecord, state: ClaimState): boolean {
  const { spec: { requires }, pinnedTo, group, lane } = task;
  const { agents, draining } = state.tasks;
  if (draining || lane?.key.isOpen === false) return false;
  const fit = pinnedTo === ""
    ? agents.values()
    : [agents.get(pinnedTo)].filter((a) => a !== undefined);
  for (const agent of fit) {
    if (!isFit(agent, requires, pinnedTo)) continue;
    if (group === undefined ? !isOpen(agent) : !takes(agent, group)) continue;
    const hasSlot = group === undefined ? hasFreeSlot(agent) : mayTake(agent, group);
    if (hasSlot || hasAttemptThatGoesOn(agent, state)) return true;
  }
  return false;
}

function hasAttemptThatGoesOn(agent: Agent, { locks: { owners } }: ClaimState): boolean {
  if (isWaiting(owners.get(agent.agentId))) return false; // in which attempt is not known
  let withSlot = 0;
  for (const task of agent.tasks) {
    if (task.queued || isLent(task)) continue;
    withSlot++;
    if (!isWaiting(owners.get(claimOwner(task.spec.id, lockEpochOf(task))))) return true;
  }
  return agent.slotsInUse > withSlot; // an attempt that lost its claim ends within its grace period
}

function isWaiting(owner: Owner | undefined): boolean {
  return owner !== undefined && (owner.waits.length > 0 || owner.outgoing !== undefined);
}

/**
 * Adds the wait of a task for others to the wait-for graph, as far as those wait for locks: each is an
 * edge between the owners of the locks. The waits of a task that is awaited are edges to it in turn.
 * Costs O(unfinished tasks that it waits for, directly or not).
 */
export function watchAwait(
  { taskId, childId }: Happened<"task:lent">,
  state: ClaimState,
): ClaimCommand | undefined {
  const task = state.tasks.tasks.get(taskId);
  if (task === undefined || !isLent(task)) return undefined; // it has ended in the same step
  const edges = [...edgesFrom(task, childId, state), ...edgesTo(task, state)];
  return edges.length === 0 ? undefined : { type: "ask-claims", edges };
}

/** Adds the edges to a claim that begins to wait for locks. Costs O(tasks that wait for it). */
export function watchAwaited(
  { owner }: Happened<"resource:queued">,
  state: ClaimState,
): ClaimCommand | undefined {
  const claim = state.tasks.lent === 0 ? undefined : claimOf(owner);
  const task = claim && state.tasks.tasks.get(claim.taskId);
  if (task === undefined || lockEpochOf(task) !== claim!.epoch) return undefined;
  const edges = [...edgesTo(task, state)];
  return edges.length === 0 ? undefined : { type: "ask-claims", edges };
}

/** Removes the edges of a task that awaits nothing any more. */
export function endAwaits(
  { taskId, epoch }: Happened<"task:resumed">,
  { locks, tasks: { tasks, lingering } }: ClaimState,
): ClaimCommand | undefined {
  const task = tasks.get(taskId);
  const inForce = task?.epoch === epoch ? lockEpochOf(task) : epoch;
  const lockEpoch = lingering.get(epoch)?.lockEpoch ?? inForce; // it may have ended in the same step
  const owner = claimOwner(taskId, lockEpoch);
  if (locks.owners.get(owner)?.outgoing === undefined) return undefined;
  return { type: "end-claim-asks", owner };
}

/**
 * Ends and adds edges of the lent claims that wait for a task whose dependencies were changed: they wait
 * for what it needs, and no longer for what it needed. Costs O(unfinished tasks that those claims wait
 * for, directly or not), and nothing while no claim is lent.
 */
export function rewatchAwaits(
  { taskId, dependencies }: Happened<"task:amended">,
  state: ClaimState,
): ClaimCommand | undefined {
  const { tasks, locks } = state;
  const task = tasks.lent === 0 ? undefined : tasks.tasks.get(taskId);
  if (task === undefined || dependencies === undefined) return undefined;
  const edges: ClaimEdge[] = [];
  const ended: string[] = [];
  for (const awaiter of new Set(awaitersOf(task, tasks))) {
    const owners = new Set<string>();
    for (const { spec: { id } } of awaiter.family!.awaits) {
      for (const awaited of awaitedBy(id, tasks)) owners.add(ownerOf(awaited));
      edges.push(...edgesFrom(awaiter, id, state));
    }
    const { outgoing = [] } = locks.owners.get(ownerOf(awaiter)) ?? {};
    const stale = outgoing.filter(({ to }) => !owners.has(to.owner));
    ended.push(...stale.sort((a, b) => a.number - b.number).map(({ askId }) => askId));
  }
  if (edges.length + ended.length === 0) return undefined;
  return { type: "ask-claims", edges, ended };
}

/**
 * Adds edges of the lent claims that wait for a task which is submitted only now: they wait for what it
 * needs. Costs O(unfinished tasks that those claims and it wait for, directly or not), and nothing while
 * no claim is lent.
 */
export function watchLate(
  { taskId }: Happened<"task:created">,
  state: ClaimState,
): ClaimCommand | undefined {
  const { tasks } = state;
  const task = tasks.lent === 0 ? undefined : tasks.tasks.get(taskId);
  if (task?.status !== "waiting" || task.dependents === undefined) return undefined;
  const edges = [...new Set(awaitersOf(task, tasks))]
    .flatMap((awaiter) => [...edgesFrom(awaiter, taskId, state)]);
  return edges.length === 0 ? undefined : { type: "ask-claims", edges };
}

/** Yields the edges from a lent claim to the claims that wait for locks or for others. */
function* edgesFrom(task: TaskRecord, childId: string, state: ClaimState): Iterable<ClaimEdge> {
  for (const awaited of awaitedBy(childId, state.tasks)) {
    const owner = state.locks.owners.get(ownerOf(awaited));
    if (isLent(awaited) || isWaiting(owner)) yield edgeBetween(task, awaited);
  }
}

/** Yields a task, and if it waits those that it waits for, directly or not. */
function* awaitedBy(taskId: string, tasks: TaskState): Iterable<TaskRecord> {
  const reached = new Set([taskId]);
  for (const id of reached) { // grows while it is read
    const awaited = tasks.tasks.get(id);
    if (awaited === undefined) continue;
    yield awaited;
    if (awaited.status !== "waiting") continue;
    for (const next of waitsOf(tasks, id)) reached.add(next);
  }
}

/** Yields the edges to a claim from the lent claims that wait for it, directly or by dependencies. */
function* edgesTo(task: TaskRecord, { tasks }: ClaimState): Iterable<ClaimEdge> {
  for (const awaiter of awaitersOf(task, tasks)) yield edgeBetween(awaiter, task);
}

/** Yields the tasks that await one, directly or by dependencies; some of them repeatedly. */
function* awaitersOf(task: TaskRecord, { tasks }: TaskState): Iterable<TaskRecord> {
  const reached = new Set([task.spec.id]);
  for (const id of reached) { // grows while it is read
    const { family, dependents } = tasks.get(id)!;
    yield* family?.awaiters ?? [];
    for (const next of dependents?.keys() ?? []) reached.add(next);
  }
}

function edgeBetween(from: TaskRecord, to: TaskRecord): ClaimEdge {
  return {
    owner: ownerOf(from),
    agentId: from.agent!.agentId,
    toOwner: ownerOf(to),
    toAgentId: to.agent?.agentId ?? "",
  };
}

function ownerOf(task: TaskRecord): string {
  return claimOwner(task.spec.id, lockEpochOf(task));
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
): Substitutions<State> {
  const substitute = (
    { agentId, reason }: RemoveAgent,
    state: State,
  ): Happened<"agent:terminated"> | undefined => {
    if (state.tasks.agents.has(agentId) || !isKnown(state, agentId)) return undefined;
    return { type: "agent:terminated", agentId, reason };
  };
  return new Map([["remove-agent", substitute]]);
}

/** Unblocks a claim when it gets a lock, so that it starts once it has all. */
export function unblockClaim(
  event: Happened<"resource:acquired">,
  state: ClaimState,
): ClaimCommand | undefined {
  const { owner } = event;
  const over = releaseIfOver(event, state);
  if (over !== undefined || !isStarting(owner, state)) return over;
  const { spec: { resources } } = state.tasks.tasks.get(claimOf(owner)!.taskId)!;
  const held = state.locks.owners.get(owner)?.holds ?? [];
  const hasAll = resources.every((each) =>
    held.some(({ lock }) => lock.resourceId === each.resourceId)
  );
  return hasAll ? claimCommand(owner, (claim) => ({ type: "unblock", ...claim })) : undefined;
}

/** Releases the locks and cancels the waits of a claim that has ended. */
export function releaseIfOver(
  { owner, agentId }: { owner: string; agentId: string },
  { tasks }: ClaimState,
): ClaimCommand | undefined {
  const claim = claimOf(owner);
  if (claim === undefined || mayOwnLocks(tasks, claim)) return undefined;
  return { type: "release-all", agentId, owner };
}

/**
 * Returns the agent that has the locks of an owner; `undefined` for a task that has no agent, and for a
 * claim that is over, whose locks are about to be released.
 */
export function agentOf({ owner, agentId }: Owner, state: TaskState): string | undefined {
  const claim = claimOf(owner);
  if (claim === undefined) return agentId;
  const task = state.tasks.get(claim.taskId);
  const isOfTask = task !== undefined && lockEpochOf(task) === claim.epoch && task.request !== 0;
  if (isOfTask) return task.agent?.agentId;
  return mayOwnLocks(state, claim) ? agentId : undefined;
}

/** Whether a task, or an attempt of it that lost its claim, may have locks in the name of `claim`. */
export function mayOwnLocks(
  { tasks, lingering }: TaskState,
  { taskId, epoch }: { readonly taskId: string; readonly epoch: number },
): boolean {
  const task = tasks.get(taskId);
  if (task !== undefined && lockEpochOf(task) === epoch) {
    if (task.request !== 0 || task.agent !== undefined) return true;
  }
  if (lingering.get(epoch)?.lockEpoch === epoch) return true;
  // It may linger after its task was dropped, and another one has the id.
  return [...lingering.values()].some((each) =>
    each.lockEpoch === epoch && each.task.spec.id === taskId
  );
}

/** Preempts a claim that lost a lock. */
export function preemptWithoutLock(
  { owner, resourceId }: Happened<"resource:revoked" | "resource:expired">,
): ClaimCommand | undefined {
  return preempt(owner, `it lost the lock "${resourceId}"`);
}

/** Preempts a claim that waited for its locks as the victim of a deadlock; a running one gets the error. */
export function preemptVictim(
  event: Happened<"deadlock:detected">,
  state: ClaimState,
): ClaimCommand | undefined {
  const { owner, owners, resources } = event;
  if (!isStarting(owner, state)) return undefined;
  const awaiter = awaiterOf(event);
  if (awaiter === undefined) return preempt(owner, "it gave way in a deadlock");
  const resourceId = resources[owners.indexOf(owner)];
  const why = `the lock ${quote(resourceId)} can't be had as long as task ${
    quote(awaiter)
  } awaits it`;
  return preempt(owner, why, { isHopeless: true });
}

/** Preempts a claim whose wait for its locks was abandoned. */
export function preemptAbandoned(
  { owner, resourceIds, reason }: Happened<"resource:abandoned">,
  state: ClaimState,
): ClaimCommand | undefined {
  if (reason === "gone" || !isStarting(owner, state)) return undefined;
  const isForgiven = reason === "conflict";
  const isHopeless = reason === "over-capacity";
  const cause = isForgiven ? "it lost a conflict over" : "it can't wait for";
  const why = `${cause} ${resourceIds.map(quote).join(", ")}${isHopeless ? ` (${reason})` : ""}`;
  return preempt(owner, why, { isHopeless, ...(isForgiven && { isForgiven }) });
}

/** Preempts a claim that was refused its locks. */
export function preemptRefused(
  { owner, resourceId, reason, command }: Happened<"resource:refused">,
  state: ClaimState,
): ClaimCommand | undefined {
  if (command !== "acquire-all" || !isStarting(owner, state)) return undefined;
  return preempt(owner, `it can't have the lock "${resourceId}" (${reason})`, {
    isHopeless: reason === "over-capacity",
    ...(reason === "full" && { isForgiven: true }),
  });
}

function isStarting(owner: string, state: ClaimState): boolean {
  const claim = claimOf(owner);
  const task = claim && state.tasks.tasks.get(claim.taskId);
  return task !== undefined && task.request === claim!.epoch && !task.granted;
}

function preempt(
  owner: string,
  reason: string,
  kind: Pick<Preempt, "isHopeless" | "isForgiven"> = { isHopeless: false },
): ClaimCommand | undefined {
  return claimCommand(owner, (claim) => ({ type: "preempt", ...claim, reason, ...kind }));
}

function claimCommand(
  owner: string,
  command: (claim: { taskId: string; epoch: number }) => ClaimCommand,
): ClaimCommand | undefined {
  const claim = claimOf(owner);
  return claim === undefined ? undefined : command(claim);
}
