/**
 * Errors that every part of the system may throw.
 *
 * @module
 */

import { quote } from "./arguments.ts";

/** The base of all errors below. */
export abstract class LockstepError extends Error {
  /** Names the kind of error; stable between versions. */
  abstract readonly code: string;
  /** The name of the class. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** A call on something that was closed. */
export class ClosedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "closed";
  /** `attempt` reads on after "Cannot", here and below; `thing` says what is closed. */
  constructor(attempt: string, thing: string) {
    super(`Cannot ${attempt}: ${thing} is closed`);
  }
}

/** A call on something that has a log to read first. */
export class UninitializedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "uninitialized";
  /** `thing` says what has the log, such as `the scheduler`. */
  constructor(attempt: string, thing: string) {
    super(`Cannot ${attempt}: ${thing} must be initialized first`);
  }
}

/** A bug in Lockstep: a machine found its own state impossible. The engine stops. */
export class InvariantError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "invariant";
}

/** The log did not take a command; the state is as before. */
export class LogError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "log";
}

/** Something is full, or too small for what was asked; nothing was added. */
export class LimitError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "limit";
  /** `rule` says what must have room; `limit` is how much fits. */
  constructor(attempt: string, rule: string, readonly limit: number) {
    super(`Cannot ${attempt}: ${rule}, the limit is ${limit}`);
  }
}

/** A call under an epoch that is not in force; nothing changed. */
export class StaleEpochError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "stale-epoch";
  /** Names both epochs, so that a caller can tell how far it is behind. */
  constructor(
    attempt: string,
    /** The epoch that the caller named. */
    readonly epoch: number,
    /** The epoch in force, or `undefined` when nothing is granted. */
    readonly current: number | undefined,
  ) {
    super(`Cannot ${attempt}: epoch must be ${current ?? "one in force"}, got ${epoch}`);
  }
}

/** An agent that nobody registered, or that is gone. */
export class UnknownAgentError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-agent";
  /** `agentId` is what the caller named. */
  constructor(attempt: string, readonly agentId: string) {
    super(`Cannot ${attempt}: agent must be registered, got ${JSON.stringify(agentId)}`);
  }
}

/** `waitFor` saw no such event in time. */
export class EventTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "event-timeout";
  /** `event` is the name of what didn't come. */
  constructor(readonly event: string, readonly timeoutMs: number) {
    super(`Cannot wait for event ${quote(event)}: it must come within ${timeoutMs} ms`);
  }
}

/** Throw this in a handler to end the task as failed at once, whatever retries are left. */
export class NonRetryableError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "non-retryable";
}

/** Throw this in a handler to be tried again no sooner than `retryAfterMs` from then. */
export class RetryAfterError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "retry-after";
  /** The pause is the longer one of `retryAfterMs` and that of the backoff. */
  constructor(message: string, readonly retryAfterMs: number) {
    super(message);
  }
}
