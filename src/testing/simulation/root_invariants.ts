/**
 * What holds between the subsystems after each step.
 *
 * @module
 */

import type { RootState } from "../../root/state.ts";
import type { Instant } from "../../core/machine.ts";
import { claimOf, claimOwner } from "../../locks/claim_owner.ts";
import { accuse } from "./failure.ts";
import { checkLocks, checkLocksAtRest } from "./lock_invariants.ts";
import { checkMessages, checkMessagesAtRest } from "./message_invariants.ts";
import { checkTasks, checkTasksAtRest } from "./task_invariants.ts";

/** What holds of everything. Costs O(state). */
export function checkRoot(state: RootState, now: Instant): void {
  checkLocks(state.locks, now);
  checkTasks(state.tasks);
  checkMessages(state.messages);
  checkClaimsOfLocks(state);
  checkLocksOfClaims(state);
  checkCalls(state);
}

/** Each call through the breaker of an agent is an attempt, and each request that is watched waits. */
function checkCalls({ tasks, calls, asking, locks, messages, conflicts }: RootState): void {
  const running = new Set<number>();
  for (const { status, epoch } of tasks.tasks.values()) {
    if (status === "running") running.add(epoch);
  }
  for (const epoch of calls.keys()) {
    if (!running.has(epoch)) accuse("CallsAreAttempts", `the call of the claim ${epoch} is over`);
  }
  if (asking.size > 0) accuse("CallsAreAttempts", "a claim waits for a permit after the step");
  for (const askId of locks.asks.keys()) {
    if (!messages.requests.has(askId)) accuse("EdgesOfRequests", `"${askId}" is watched, and over`);
  }
  for (const { id, agents, gone } of conflicts.active.values()) {
    if (agents.length - gone.size < 2) accuse("DecidedIsSettled", `"${id}" is open`);
  }
}

/** Nothing is held, or waited for, by a claim that is over. */
function checkClaimsOfLocks({ locks, tasks }: RootState): void {
  for (const { owner, holds, waits } of locks.owners.values()) {
    if (holds.length + waits.length === 0) continue;
    const claim = claimOf(owner);
    if (claim === undefined) continue;
    const task = tasks.tasks.get(claim.taskId);
    const isInForce = task?.agent !== undefined && task.epoch === claim.epoch;
    if (isInForce || tasks.lingering.has(claim.epoch)) continue;
    accuse("NothingHeldByWhoIsGone", `the claim ${claim.epoch} on "${claim.taskId}" is over`);
  }
}

/** Who waits for its locks to start waits in a queue; who runs has had them. */
function checkLocksOfClaims({ locks, tasks }: RootState): void {
  for (const { agentId, tasks: claims } of tasks.agents.values()) {
    for (const { spec: { id }, status, epoch, locked, queued } of claims) {
      if (status !== "assigned" || locked || queued) continue;
      if (locks.owners.get(claimOwner(id, epoch))?.waits.length === 1) continue;
      accuse("NoLostTask", `"${id}" at "${agentId}" waits for locks that it hasn't asked for`);
    }
  }
}

/** What holds of everything when it has come to rest. */
export function checkRootAtRest(state: RootState, now: Instant): void {
  checkRoot(state, now);
  checkTasksAtRest(state.tasks);
  checkLocksAtRest(state.locks);
  checkMessagesAtRest(state.messages);
}
