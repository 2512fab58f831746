/**
 * Reads the journal of an engine: the newest snapshot, and then every record as the journal delivers
 * it.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import {
  InvariantError,
  JournalError,
  JournalReplacedError,
  JournalTruncatedError,
  JournalUnreadableError,
  type LockstepError,
  OutcomeUnknownError,
  SessionExpiredError,
} from "./errors.ts";
import { entriesOf, type Journal, type Position, type StoredRecord } from "./journal.ts";
import { type Logger, logTo } from "./logger.ts";
import type { Named } from "./machine.ts";
import { type AnyReplica, catchUp, type Replica, restoreNewest } from "./replica.ts";

/** The interface of an engine for its {@linkcode JournalReader}. */
export interface Follower {
  /** Steps the commands of a record. @throws when the machine breaks */
  take(record: StoredRecord): void;
  /** Stops for good. */
  fail(problem: LockstepError): void;
}

/** The replica of an engine. */
type FollowingReplica = AnyReplica & Pick<Replica<unknown>, "isOver">;

/** A caller that waits for a position. */
interface Waiting {
  readonly position: Position;
  readonly reached: () => void;
  readonly failed: (error: LockstepError) => void;
}

/** Reads the journal of one engine. */
export class JournalReader {
  /** The error of the journal while it can't be read. */
  readonly stalled: LockstepError | undefined;
  readonly #journal: Journal;
  readonly #replica: FollowingReplica;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #follower: Follower;
  readonly #ending: AbortController = new AbortController();
  /** Called when a position is reached, or never will be. */
  #waiting: Waiting[] = [];
  /** Why nothing is taken any more. */
  #abandoned: LockstepError | undefined;
  #reading: Promise<void> | undefined;
  #isSealed = false;
  /** Ends the pause before the journal is read again. */
  #endPause: (() => void) | undefined;

  /** Creates a reader that has read nothing. */
  constructor(
    journal: Journal,
    replica: FollowingReplica,
    clock: Clock,
    logger: Logger,
    follower: Follower,
  ) {
    this.#journal = journal;
    this.#replica = replica;
    this.#clock = clock;
    this.#logger = logger;
    this.#follower = follower;
  }

  /** Has the replica take everything up to `last`. Rejects if the journal can't be read. */
  async open(last: Position): Promise<void> {
    await restoreNewest(this.#replica, this.#journal);
    await catchUp(this.#replica, this.#journal, last, this.#ending.signal);
  }

  /** Has the engine of `session` take what comes, until another one begins unless they share it. */
  follow(session: string): void {
    this.#reading ??= this.#follow(session);
  }

  /** Resolves when everything up to `position` was taken. Rejects once nothing is taken any more. */
  reached(position: Position): Promise<void> {
    if (this.#abandoned !== undefined) return Promise.reject(this.#abandoned);
    if (this.#replica.position >= position) return Promise.resolve();
    return new Promise((reached, failed) => this.#waiting.push({ position, reached, failed }));
  }

  /** Rejects what waits for a position, as nothing is taken any more. */
  abandon(error: LockstepError): void {
    this.#abandoned ??= error;
    for (const { failed } of this.#waiting.splice(0)) failed(error);
  }

  /** Tries only once more to read, after an error. Idempotent. */
  seal(): void {
    this.#isSealed = true;
    this.#endPause?.();
  }

  /** Reads nothing more. Idempotent. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#endPause?.();
    await this.#reading;
  }

  async #follow(session: string): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        for await (const records of this.#journal.follow(this.#replica.position, signal)) {
          if (signal.aborted) return;
          this.#stall(undefined);
          for (const record of records) {
            // At once, so that the writer appends nothing in between.
            if (this.#replaces(session, record)) {
              return this.#follower.fail(new JournalReplacedError());
            }
            this.#follower.take(record);
            if (this.#replica.isOver(session)) {
              return this.#follower.fail(new SessionExpiredError());
            }
          }
          this.#notify();
        }
        if (!signal.aborted) throw new Error("The journal ended");
      } catch (cause) {
        if (signal.aborted) return;
        if (cause instanceof InvariantError) return; // the engine has stopped
        if (cause instanceof JournalTruncatedError || cause instanceof JournalUnreadableError) {
          return this.#follower.fail(cause);
        }
        if (this.#isSealed && this.stalled !== undefined) {
          const problem = "the journal can't be read; the next start reads what it stored";
          return this.#follower.fail(
            new OutcomeUnknownError(`Cannot go on: ${problem}`, { cause }),
          );
        }
        const stalled = new JournalError("Cannot read the journal, which is tried again", {
          cause,
        });
        if (this.stalled === undefined) logTo(this.#logger, "warn", stalled.message, cause);
        this.#stall(stalled);
        if (!this.#isSealed) await this.#pause();
      }
    }
  }

  /** Whether a record begins the session of an engine that opened the journal after that of `own`. */
  #replaces(own: string, record: StoredRecord): boolean {
    const { session, position } = record;
    if (session === own || this.#journal.isShared) return false;
    if (position <= this.#replica.position) return false; // it is delivered again
    return entriesOf<Named>(record)[0]?.command.type === "begin-session";
  }

  #notify(): void {
    if (this.#waiting.length === 0) return;
    const { position: last } = this.#replica;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ position }) => position > last);
    for (const { position, reached } of waiting) if (position <= last) reached();
  }

  #stall(error: LockstepError | undefined): void {
    (this as { stalled: LockstepError | undefined }).stalled = error;
  }

  /** Waits for a while, or until the reader is closed. */
  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.setTimer(this.#clock.now() + READ_RETRY_MS, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }
}

/** Pause before the journal is read again after an error. */
const READ_RETRY_MS = 100;
