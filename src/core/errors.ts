/**
 * Errors of every part of the system.
 *
 * @module
 */

import { quote } from "./arguments.ts";

/**
 * The base of all errors of Lockstep.
 * @category Errors
 */
export abstract class LockstepError extends Error {
  /** Names the kind of error; stable between versions. */
  abstract readonly code: string;
  /** The name of the class. */
  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * A call on an object that was closed.
 * @category Errors
 */
export class ClosedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "closed";
  /** `attempt` completes "Cannot …", here and in the other errors; `thing` names what is closed. */
  constructor(attempt: string, thing: string) {
    super(`Cannot ${attempt}: ${thing} is closed`);
  }
}

/**
 * A call on an object that has not read its journal yet.
 * @category Errors
 */
export class UninitializedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "uninitialized";
  /** `thing` names the object: `the scheduler`. */
  constructor(attempt: string, thing: string) {
    super(`Cannot ${attempt}: ${thing} must be initialized first`);
  }
}

/**
 * A bug in Lockstep: a machine found its own state impossible. The engine stops; with a journal, the
 * message names the position of the command.
 * @category Errors
 */
export class InvariantError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "invariant";
}

/**
 * The journal did not store a command, or has no room for it now; the state is as before.
 * @category Errors
 */
export class JournalError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "journal";
}

/**
 * Thrown by an append that certainly stored nothing and never will. After any other error of an
 * append it is unknown whether the journal stored the record.
 * @category Errors
 */
export class AppendRefusedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "append-refused";
}

/**
 * Records that were to be read were forgotten. A snapshot has to stand for them.
 * @category Errors
 */
export class JournalTruncatedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "journal-truncated";
  /** The position of the oldest record that is kept. */
  readonly first: number;
  /** The records behind `after` were to be read, and those before `first` are gone. */
  constructor(after: number, first: number) {
    super(
      `Cannot read the journal: the record behind ${after} must be kept, the first is ${first}`,
    );
    this.first = first;
  }
}

/**
 * The journal can't be read: another machine or version wrote it, or it is damaged.
 * @category Errors
 */
export class JournalUnreadableError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "journal-unreadable";
}

/**
 * Another engine has opened the journal, and has begun its session, so that this one has stopped. What
 * was not answered was not stored; what waits goes on in the other one.
 * @category Errors
 */
export class JournalReplacedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "journal-replaced";
  /** Says so. */
  constructor() {
    super("Cannot go on: another engine has opened the journal");
  }
}

/**
 * Engines that share the journal have ended the session of this one, as they had read nothing of it for
 * long, so that it has stopped. What was not answered has not happened, and never will.
 * @category Errors
 */
export class SessionExpiredError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "session-expired";
  /** Says so. */
  constructor() {
    super("Cannot go on: another engine has ended this one, of which it had read nothing for long");
  }
}

/**
 * The engine was closed, or replaced, before its journal reported whether it stored a command.
 * @category Errors
 */
export class OutcomeUnknownError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "outcome-unknown";
}

/**
 * A table is full, or a limit is too small for the request; nothing was added.
 * @category Errors
 */
export class LimitError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "limit";
  /** The limit. */
  readonly limit: number;
  /** `rule` says what must have room. */
  constructor(attempt: string, rule: string, limit: number) {
    super(`Cannot ${attempt}: ${rule}, the limit is ${limit}`);
    this.limit = limit;
  }
}

/**
 * A call under an epoch that is not in force; nothing changed.
 * @category Errors
 */
export class StaleEpochError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "stale-epoch";
  /** The epoch that the caller named. */
  readonly epoch: number;
  /** The epoch in force, or `undefined` when nothing is granted. */
  readonly current: number | undefined;
  /** Names both epochs. */
  constructor(attempt: string, epoch: number, current: number | undefined) {
    super(`Cannot ${attempt}: epoch must be ${current ?? "one in force"}, got ${epoch}`);
    this.epoch = epoch;
    this.current = current;
  }
}

/**
 * An agent that was never registered, or was removed.
 * @category Errors
 */
export class UnknownAgentError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-agent";
  /** The id that the caller named. */
  readonly agentId: string;
  /** Names the agent. */
  constructor(attempt: string, agentId: string) {
    super(`Cannot ${attempt}: agent must be registered, got ${quote(agentId)}`);
    this.agentId = agentId;
  }
}

/**
 * No such event came within the time that `waitFor` was given.
 * @category Errors
 */
export class EventTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "event-timeout";
  /** The name of the event. */
  readonly event: string;
  /** The time in milliseconds. */
  readonly timeoutMs: number;
  /** Names the event and the time. */
  constructor(event: string, timeoutMs: number) {
    super(`Cannot wait for event ${quote(event)}: it must come within ${timeoutMs} ms`);
    this.event = event;
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Thrown by a handler to end the task as failed at once, whatever retries are left, as its input is
 * invalid or another attempt would end in the same way. It says nothing about the agent, and does not
 * count for its breaker.
 *
 * @category Errors
 */
export class NonRetryableError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "non-retryable";
}

/**
 * Thrown by a handler to delay the next attempt.
 * @category Errors
 */
export class RetryAfterError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "retry-after";
  /** The least pause before the next attempt, in whole milliseconds. */
  readonly retryAfterMs: number;
  /**
   * The pause is the longer one of `retryAfterMs`, rounded up, and that of the backoff.
   *
   * @throws {RangeError} when `retryAfterMs` is negative or not finite
   */
  constructor(message: string, retryAfterMs: number) {
    super(message);
    if (!(retryAfterMs >= 0 && Math.ceil(retryAfterMs) <= Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(
        `Cannot retry later: retryAfterMs must be a non-negative number of milliseconds, got ${
          quote(retryAfterMs)
        }`,
      );
    }
    this.retryAfterMs = Math.ceil(retryAfterMs);
  }
}
