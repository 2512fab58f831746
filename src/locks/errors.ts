/**
 * Errors of locks, and the tables from refusals and ends of waits to them.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { InvariantError, LimitError, LockstepError, StaleEpochError } from "../core/errors.ts";
import { TicketExpiredError, ticketOf } from "../core/tickets.ts";
import type { Acquire, ResourceCommand } from "./commands.ts";
import type { ResourceAbandoned, ResourceRefusal, ResourceRefused, WaitEnd } from "./events.ts";
import { MOST_COMPARED, peekLock } from "./path_locks.ts";
import type { Lock, LockState, Owner } from "./state.ts";
import { awaiterOf } from "./events.ts";
import { claimOf, partyOf, WAIT_TICKETS } from "./types.ts";

/**
 * A release or renewal by an agent that doesn't hold the lock. It changed nothing.
 * @category Locks
 */
export class NotHolderError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "not-holder";
  /** The resource. */
  readonly resourceId: string;
  /** The agent that made the call. */
  readonly agentId: string;
  /** The agents that hold the lock; empty when it is free. */
  readonly holders: readonly string[];

  /** Makes the error of one call; `parties` name the holders in the message. */
  constructor(
    attempt: string,
    resourceId: string,
    agentId: string,
    holders: readonly string[],
    parties: readonly string[] = holders.map(quote),
  ) {
    const lock = parties.length === 0 ? "a free lock" : `one held by ${parties.join(", ")}`;
    super(`Cannot ${attempt}: agent must hold the lock, got ${lock}`);
    this.resourceId = resourceId;
    this.agentId = agentId;
    this.holders = holders;
  }
}

/**
 * A wait for a lock exceeded its time limit.
 * @category Locks
 */
export class LockTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-timeout";
  /** All resources of the wait. */
  readonly resourceIds: readonly string[];
  /** The agent that waited. */
  readonly agentId: string;
  /** The time limit. */
  readonly timeoutMs: number;
  /** The agents that hold one of the resources, each once, the longest holder first. */
  readonly holders: readonly string[];

  /** Makes the error of one wait; `parties` name the holders in the message. */
  constructor(
    resourceIds: readonly string[],
    agentId: string,
    timeoutMs: number,
    holders: readonly string[] = [],
    parties: readonly string[] = holders.map(quote),
  ) {
    const held = parties.length === 0 ? "" : `; it is held by ${parties.join(", ")}`;
    super(
      `Cannot acquire ${quoted(resourceIds)} for agent ${quote(agentId)}: ` +
        `the lock must become free within ${timeoutMs} ms${held}`,
    );
    this.resourceIds = resourceIds;
    this.agentId = agentId;
    this.timeoutMs = timeoutMs;
    this.holders = holders;
  }
}

/**
 * A wait or a request ended as the victim of a deadlock.
 * @category Locks
 */
export class DeadlockError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "deadlock";
  /** The victim, which may try again. */
  readonly agentId: string;
  /** The agents of the cycle; each waits for the resource at its index. */
  readonly agents: readonly string[];
  /** The resources; the next agent of the cycle holds it. `""` for the response of that agent. */
  readonly resources: readonly string[];
  /**
   * The task that awaits the victim's, usually its parent, and so keeps its locks: another attempt
   * would end in the same way. `undefined` when the victim may try again.
   */
  readonly awaitedBy: string | undefined;

  /** Makes the error of one victim; `owners` are those of the waits, `owner` that of the victim. */
  constructor(
    agentId: string,
    agents: readonly string[],
    resources: readonly string[],
    owners: readonly string[] = agents,
    owner: string = agentId,
  ) {
    const cycle = agents.map((agent, i) => {
      const next = (i + 1) % agents.length;
      const [from, to] = [claimOf(owners[i]!), claimOf(owners[next]!)];
      if (resources[i] !== "") return `${quote(agent)} waits for ${quote(resources[i])}`;
      return from === undefined || to === undefined
        ? `${quote(agent)} waits for ${quote(agents[next])} to respond`
        : `task ${quote(from.taskId)} awaits task ${quote(to.taskId)}`;
    });
    super(`Agent ${quote(agentId)} is the victim of a deadlock: ${cycle.join(", ")}`);
    this.agentId = agentId;
    this.agents = agents;
    this.resources = resources;
    this.awaitedBy = awaiterOf({ owners, resources, owner });
  }
}

/**
 * A wait for a lock ended without the lock: it was cancelled, or became pointless.
 * @category Locks
 */
export class LockAbandonedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-abandoned";
  /** All resources of the wait. */
  readonly resourceIds: readonly string[];
  /** The agent that waited. */
  readonly agentId: string;

  /** Makes the error of one wait. */
  constructor(resourceIds: readonly string[], agentId: string, reason: string) {
    super(`Cannot acquire ${quoted(resourceIds)} for agent ${quote(agentId)}: ${reason}`);
    this.resourceIds = resourceIds;
    this.agentId = agentId;
  }
}

/**
 * A lock was lost while it was held. The reason of a handle's signal.
 * @category Locks
 */
export class LockLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-lost";
  /** The resource. */
  readonly resourceId: string;
  /** The agent that held it. */
  readonly agentId: string;
  /** The epoch of the grant that was lost. */
  readonly epoch: number;
  /**
   * The cause of the loss; `gone` when its signal was first used after it, `closed` when its manager
   * was shut down.
   */
  readonly reason: "expired" | "revoked" | "released" | "gone" | "closed";

  /** Makes the error of one grant. */
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

/**
 * A lock can't be acquired beside what its owner holds of it.
 * @category Locks
 */
export class LockModeError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-mode";
  /** The resource. */
  readonly resourceId: string;

  /** Makes the error of a call that breaks `rule`. */
  constructor(attempt: string, resourceId: string, rule: string) {
    super(`Cannot ${attempt}: ${rule}`);
    this.resourceId = resourceId;
  }
}

/** Returns the error for a wait for `resourceIds` that ended without a grant. */
export function endError(
  state: Readonly<LockState>,
  resourceIds: readonly string[],
  end: WaitEnd,
): LockstepError {
  switch (end.type) {
    case "resource:timed-out": {
      const owners = holdersOf(state, resourceIds, end.owner);
      return new LockTimeoutError(resourceIds, end.agentId, end.timeoutMs, ...namesOf(owners));
    }
    case "resource:cancelled":
      return new LockAbandonedError(resourceIds, end.agentId, "the wait was cancelled");
    case "resource:abandoned":
      return new LockAbandonedError(resourceIds, end.agentId, ABANDONED[end.reason]);
    case "deadlock:detected":
      return new DeadlockError(end.victim, end.agents, end.resources, end.owners, end.owner);
  }
}

/** Returns the other owners that hold one of `resourceIds`, the longest holder first. */
function holdersOf(
  state: Readonly<LockState>,
  resourceIds: readonly string[],
  waiter: string,
): Owner[] {
  const locks = resourceIds.flatMap((resourceId) => {
    const lock = peekLock(state, resourceId);
    return lock === undefined ? [] : [lock, ...lock.paths?.overlaps ?? []];
  });
  return locks.flatMap(({ holds }) => holds)
    .sort((a, b) => a.epoch - b.epoch)
    .map(({ owner }) => owner)
    .filter(({ owner }) => owner !== waiter);
}

const ABANDONED: Readonly<Record<ResourceAbandoned["reason"], string>> = {
  gone: "the agent is gone, or released all its locks",
  upgrade: "the agent holds it in the meantime, in a weaker mode or with fewer units",
  conflict: "the agent lost a conflict over it",
  lapsed: "nobody resumed the wait in time",
  "over-capacity": "the capacity of a resource was lowered below the units asked for",
};

/** Returns the error for a refused `command`. `state` is the one that refused it. */
export function refusalError(
  state: Readonly<LockState>,
  command: ResourceCommand,
  { resourceId, agentId, reason }: ResourceRefused,
): LockstepError {
  const verb = command.type === "acquire-all" ? "acquire" : command.type;
  const by = agentId === "" ? "" : ` for agent ${quote(agentId)}`;
  const attempt = `${verb} ${quote(resourceId)}${by}`;
  const lock = state.locks.get(resourceId);
  return REFUSALS[reason]({ attempt, state, command, resourceId, agentId, reason, lock });
}

/** A refused command. */
interface Refused extends Pick<ResourceRefused, "resourceId" | "agentId" | "reason"> {
  readonly attempt: string;
  readonly state: Readonly<LockState>;
  readonly command: ResourceCommand;
  /** The resource; `undefined` when it is free and unknown. */
  readonly lock: Readonly<Lock> | undefined;
}

const REFUSALS: Readonly<Record<ResourceRefusal, (refused: Refused) => LockstepError>> = {
  "not-holder": ({ attempt, resourceId, agentId, lock }) => {
    const owners = lock?.holds.map(({ owner }) => owner) ?? [];
    return new NotHolderError(attempt, resourceId, agentId, ...namesOf(owners));
  },
  "stale-epoch": ({ attempt, agentId, command, lock }) => {
    const epoch = "epoch" in command ? command.epoch : 0;
    const held = lock?.holds.find(({ owner }) => owner.agentId === agentId) ?? lock?.holds[0];
    return new StaleEpochError(attempt, epoch, held?.epoch);
  },
  "upgrade": ({ attempt, resourceId }) => {
    const rule = "the agent must release its units before it requests more of the same resource";
    return new LockModeError(attempt, resourceId, rule);
  },
  "over-capacity": ({ attempt, lock }) => {
    const rule = "units must be in the resource's capacity";
    return new LimitError(attempt, rule, lock?.capacity ?? 1);
  },
  "full": ({ attempt, state: { config, definitions }, command, lock }) => {
    const { maxWaiters, maxDefined, maxResources } = config;
    if (lock !== undefined && Math.max(lock.queue.length, lock.holds.length) >= maxWaiters) {
      return new LimitError(attempt, "the resource must have room for one more agent", maxWaiters);
    }
    return command.type === "define" && definitions >= maxDefined
      ? new LimitError(attempt, "there must be room for one more defined resource", maxDefined)
      : new LimitError(attempt, "there must be room for one more resource in use", maxResources);
  },
  "too-complex": ({ attempt }) => {
    const rule = "the patterns must be simple enough to compare with those in use";
    return new LimitError(attempt, rule, MOST_COMPARED);
  },
  "unknown-ticket": ({ attempt, command }) => {
    const { ticket = 0 } = command as Acquire;
    return new TicketExpiredError(attempt, ticketOf(WAIT_TICKETS, ticket));
  },
  "held": unexpected,
  "not-waiting": unexpected,
};

/** The client sees to these itself. */
function unexpected({ attempt, reason }: Refused): LockstepError {
  return new InvariantError(`Cannot ${attempt}: it must not be refused as ${quote(reason)}`);
}

/** Returns the agents of `owners`, and what the owners are called in sentences, each once. */
function namesOf(owners: readonly Owner[]): [holders: string[], parties: string[]] {
  return [
    [...new Set(owners.map(({ agentId }) => agentId))],
    [...new Set(owners.map(partyOf))],
  ];
}

function quoted(names: readonly string[]): string {
  return names.map(quote).join(", ");
}
