/**
 * Errors of locks.
 *
 * @module
 */

import { InvariantError, LimitError, LockstepError, StaleEpochError } from "../core/errors.ts";
import { quote } from "../core/arguments.ts";
import type {
  DeadlockDetected,
  ResourceAbandoned,
  ResourceCancelled,
  ResourceRefused,
  ResourceTimedOut,
} from "./events.ts";
import type { ResourceCommand } from "./commands.ts";
import type { LockState } from "./state.ts";

/** A release or renewal by somebody who doesn't hold the lock; nothing changed. */
export class NotHolderError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "not-holder";
  /** The resource whose lock it is about. */
  readonly resourceId: string;
  /** The agent that asked. */
  readonly agentId: string;
  /** The agents that hold the lock; empty when it is free. */
  readonly holders: readonly string[];

  /** Creates the error; `attempt` says what was asked for, such as `release "db"`. */
  constructor(attempt: string, resourceId: string, agentId: string, holders: readonly string[]) {
    super(
      `Cannot ${attempt}: agent must hold the lock, got ${
        holders.length === 0 ? "a free lock" : `one held by ${holders.map(quote).join(", ")}`
      }`,
    );
    this.resourceId = resourceId;
    this.agentId = agentId;
    this.holders = holders;
  }
}

/** A wait for a lock took longer than it may. */
export class LockTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-timeout";
  /** All resources that the wait was for. */
  readonly resourceIds: readonly string[];
  /** The agent that waited. */
  readonly agentId: string;
  /** The longest wait that was allowed, in milliseconds. */
  readonly timeoutMs: number;
  /** The agents that hold what the wait was for, each once, the longest holder first. */
  readonly holders: readonly string[];

  /** Creates the error of one wait. */
  constructor(
    resourceIds: readonly string[],
    agentId: string,
    timeoutMs: number,
    holders: readonly string[] = [],
  ) {
    const held = holders.length === 0 ? "" : `; it is held by ${holders.map(quote).join(", ")}`;
    super(
      `Cannot acquire ${resourceIds.map(quote).join(", ")} for agent ${quote(agentId)}: ` +
        `the lock must become free within ${timeoutMs} ms${held}`,
    );
    this.resourceIds = resourceIds;
    this.agentId = agentId;
    this.timeoutMs = timeoutMs;
    this.holders = holders;
  }
}

/** A wait or a request was ended because somebody in a cycle of waits had to give way. */
export class DeadlockError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "deadlock";
  /** The victim, which may ask again. */
  readonly agentId: string;
  /** The agents of the cycle: each waits for the resource at its own index. */
  readonly agents: readonly string[];
  /** The resources, each held by the next agent; `""` for a wait for that agent's response. */
  readonly resources: readonly string[];

  /** Creates the error of the victim, with the cycle of waits. */
  constructor(agentId: string, agents: readonly string[], resources: readonly string[]) {
    const cycle = agents.map((agent, i) => {
      const next = agents[(i + 1) % agents.length] ?? "";
      const resource = resources[i] ?? "";
      return `${quote(agent)} waits for ${
        resource === "" ? `${quote(next)} to answer` : quote(resource)
      }`;
    });
    super(`Agent ${quote(agentId)} gives way in a deadlock: ${cycle.join(", ")}`);
    this.agentId = agentId;
    this.agents = agents;
    this.resources = resources;
  }
}

/** A wait for a lock came to nothing: it was called off, or its agent can't have the lock. */
export class LockAbandonedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-abandoned";
  /** All resources that the wait was for. */
  readonly resourceIds: readonly string[];
  /** The agent that waited. */
  readonly agentId: string;

  /** Creates the error; `reason` says why the wait ended. */
  constructor(resourceIds: readonly string[], agentId: string, reason: string) {
    super(
      `Cannot acquire ${resourceIds.map(quote).join(", ")} for agent ${quote(agentId)}: ${reason}`,
    );
    this.resourceIds = resourceIds;
    this.agentId = agentId;
  }
}

/** A lock is lost to whom it was granted. The reason of a handle's signal. */
export class LockLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-lost";
  /** The resource whose lock it is about. */
  readonly resourceId: string;
  /** The agent that held the lock. */
  readonly agentId: string;
  /** The epoch of the grant that is lost. */
  readonly epoch: number;
  /** `gone` when the loss was not observed as it happened; `closed` when its manager was shut down. */
  readonly reason: "expired" | "revoked" | "released" | "gone" | "closed";

  /** Creates the error of one grant. */
  constructor(
    resourceId: string,
    agentId: string,
    epoch: number,
    reason: LockLostError["reason"],
  ) {
    const why = reason === "closed" ? "its manager was shut down" : `it was ${reason}`;
    super(`Agent ${quote(agentId)} lost ${quote(resourceId)} of epoch ${epoch}: ${why}`);
    this.resourceId = resourceId;
    this.agentId = agentId;
    this.epoch = epoch;
    this.reason = reason;
  }
}

/** What is asked for can't go together with what is held. */
export class LockModeError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-mode";
  /** The resource whose lock it is about. */
  readonly resourceId: string;

  /** Creates the error; `rule` says what must hold for `attempt` to succeed. */
  constructor(attempt: string, resourceId: string, rule: string) {
    super(`Cannot ${attempt}: ${rule}`);
    this.resourceId = resourceId;
  }
}

/** The ways in which a wait ends without a grant. */
export type WaitEnd = ResourceTimedOut | ResourceCancelled | ResourceAbandoned | DeadlockDetected;

/** The error for a wait, for `resourceIds`, that ended without a grant. */
export function endError(
  state: Readonly<LockState>,
  resourceIds: readonly string[],
  end: WaitEnd,
): LockstepError {
  switch (end.type) {
    case "resource:timed-out": {
      const holders = holdersOf(state, resourceIds, end.agentId);
      return new LockTimeoutError(resourceIds, end.agentId, end.timeoutMs, holders);
    }
    case "resource:cancelled":
      return new LockAbandonedError(resourceIds, end.agentId, "the wait was cancelled");
    case "resource:abandoned":
      return new LockAbandonedError(resourceIds, end.agentId, ABANDONED[end.reason]);
    case "deadlock:detected":
      return new DeadlockError(end.victim, end.agents, end.resources);
  }
}

/** The other agents that hold one of `resourceIds`, the longest holder first. */
function holdersOf(
  { locks }: Readonly<LockState>,
  resourceIds: readonly string[],
  agentId: string,
): string[] {
  const holds = resourceIds.flatMap((resourceId) => locks.get(resourceId)?.holds ?? [])
    .sort((a, b) => a.epoch - b.epoch);
  const agents = new Set(holds.map(({ owner }) => owner.agentId));
  agents.delete(agentId);
  return [...agents];
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
