/**
 * Errors of locks.
 *
 * @module
 */

import { LockstepError } from "../core/errors.ts";
import { quote } from "../core/arguments.ts";

/** A release or renewal by somebody who doesn't hold the lock; nothing changed. */
export class NotHolderError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "not-holder";
  /** `agentId` is who asked. */
  constructor(
    attempt: string,
    readonly resourceId: string,
    readonly agentId: string,
    /** Who does hold it; empty when it is free. */
    readonly holders: readonly string[],
  ) {
    super(
      `Cannot ${attempt}: agent must hold the lock, got ${
        holders.length === 0 ? "a free lock" : `one held by ${holders.map(quote).join(", ")}`
      }`,
    );
  }
}

/** A wait for a lock took longer than it may. */
export class LockTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-timeout";
  /** `resourceIds` are all that the wait was for. */
  constructor(
    readonly resourceIds: readonly string[],
    readonly agentId: string,
    readonly timeoutMs: number,
  ) {
    super(
      `Cannot acquire ${resourceIds.map(quote).join(", ")} for agent ${quote(agentId)}: ` +
        `the lock must become free within ${timeoutMs} ms`,
    );
  }
}

/** A wait or a request was ended because somebody in a cycle of waits had to give way. */
export class DeadlockError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "deadlock";
  /** `agentId` is the victim, who may ask again. */
  constructor(
    readonly agentId: string,
    /** Who waits in the cycle: each agent waits for the resource at its own index. */
    readonly agents: readonly string[],
    /** What they wait for; the next agent of the cycle holds it. `""` for that one's answer. */
    readonly resources: readonly string[],
  ) {
    const cycle = agents.map((agent, i) => {
      const next = agents[(i + 1) % agents.length] ?? "";
      const resource = resources[i] ?? "";
      return `${quote(agent)} waits for ${
        resource === "" ? `${quote(next)} to answer` : quote(resource)
      }`;
    });
    super(`Agent ${quote(agentId)} gives way in a deadlock: ${cycle.join(", ")}`);
  }
}

/** A wait for a lock came to nothing: it was called off, or its agent can't have the lock. */
export class LockAbandonedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-abandoned";
  /** `resourceIds` are all that the wait was for. */
  constructor(readonly resourceIds: readonly string[], readonly agentId: string, reason: string) {
    super(
      `Cannot acquire ${resourceIds.map(quote).join(", ")} for agent ${quote(agentId)}: ${reason}`,
    );
  }
}

/** A lock is lost to whom it was granted. The reason of a handle's signal. */
export class LockLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-lost";
  /** `epoch` is that of the grant that is lost; `agentId` is who had it. */
  constructor(
    readonly resourceId: string,
    readonly agentId: string,
    readonly epoch: number,
    /** `gone` when nobody was watching as it happened. */
    readonly reason: "expired" | "revoked" | "released" | "gone",
  ) {
    super(`Agent ${quote(agentId)} lost ${quote(resourceId)} of epoch ${epoch}: it was ${reason}`);
  }
}

/** What is asked for can't go together with what is held. */
export class LockModeError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-mode";
  /** `rule` says what must be so. */
  constructor(attempt: string, readonly resourceId: string, rule: string) {
    super(`Cannot ${attempt}: ${rule}`);
  }
}
