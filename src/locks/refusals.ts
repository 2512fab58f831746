/**
 * From what a lock machine says to the errors that callers get.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import {
  DeadlockError,
  LockAbandonedError,
  LockModeError,
  LockTimeoutError,
  NotHolderError,
} from "./errors.ts";
import { InvariantError, LimitError, type LockstepError, StaleEpochError } from "../core/errors.ts";
import type {
  DeadlockDetected,
  ResourceAbandoned,
  ResourceCancelled,
  ResourceRefused,
  ResourceTimedOut,
} from "./events.ts";
import type { ResourceCommand } from "./commands.ts";
import type { LockState } from "./state.ts";

/** The ways in which a wait ends without a grant. */
export type WaitEnd = ResourceTimedOut | ResourceCancelled | ResourceAbandoned | DeadlockDetected;

/** The error for a wait, for `resourceIds`, that ended without a grant. */
export function endError(resourceIds: readonly string[], end: WaitEnd): LockstepError {
  switch (end.type) {
    case "resource:timed-out":
      return new LockTimeoutError(resourceIds, end.agentId, end.timeoutMs);
    case "resource:cancelled":
      return new LockAbandonedError(resourceIds, end.agentId, "the wait was cancelled");
    case "resource:abandoned":
      return new LockAbandonedError(resourceIds, end.agentId, ABANDONED[end.reason]);
    case "deadlock:detected":
      return new DeadlockError(end.victim, end.agents, end.resources);
  }
}

const ABANDONED: Record<ResourceAbandoned["reason"], string> = {
  gone: "the agent is gone, or gave everything back",
  upgrade: "the agent got it meanwhile, in a weaker mode or with fewer units",
  conflict: "the agent lost a conflict over it",
};

/** The error for a refused `command`. `state` is the one that refused it. */
export function refusalError(
  state: Readonly<LockState>,
  command: ResourceCommand,
  { resourceId, agentId, reason }: ResourceRefused,
): LockstepError {
  const lock = state.locks.get(resourceId);
  const verb = command.type === "acquire-all" ? "acquire" : command.type;
  const attempt = command.type === "define"
    ? `define ${quote(resourceId)}`
    : `${verb} ${quote(resourceId)} for agent ${quote(agentId)}`;
  switch (reason) {
    case "not-holder": {
      const holders = lock?.holds.map((hold) => hold.owner.agentId) ?? [];
      return new NotHolderError(attempt, resourceId, agentId, holders);
    }
    case "stale-epoch": {
      const epoch = "epoch" in command ? command.epoch : 0;
      const held = lock?.holds.find((hold) => hold.owner.agentId === agentId) ?? lock?.holds[0];
      return new StaleEpochError(attempt, epoch, held?.epoch);
    }
    case "upgrade": {
      const rule = "what the agent holds must be released before it asks for more of the same";
      return new LockModeError(attempt, resourceId, rule);
    }
    case "over-capacity":
      return new LimitError(attempt, "units must be in the resource's capacity", capacityOf(lock));
    case "full":
      return new LimitError(attempt, ...fullness(state, resourceId));
    case "in-use":
      return new LockModeError(attempt, resourceId, "the capacity of a resource in use must stay");
    default:
      return new InvariantError(`Cannot ${attempt}: it must not be refused as ${quote(reason)}`);
  }
}

function capacityOf(lock: { capacity: number } | undefined): number {
  return lock?.capacity ?? 1;
}

function fullness(state: Readonly<LockState>, resourceId: string): [rule: string, limit: number] {
  const { maxWaiters, maxResources } = state.config;
  const lock = state.locks.get(resourceId);
  const crowd = lock === undefined ? 0 : Math.max(lock.queue.length, lock.holds.length);
  return crowd >= maxWaiters
    ? ["the resource must have room for one more agent", maxWaiters]
    : ["there must be room for one more resource in use", maxResources];
}
