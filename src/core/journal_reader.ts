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
  JournalTruncatedError,
  JournalUnreadableError,
  type LockstepError,
  OutcomeUnknownError,
} from "./errors.ts";
import type { Journal, Position, StoredRecord } from "./journal.ts";
import { type Logger, logTo } from "./logger.ts";
import { type AnyReplica, catchUp, restoreNewest } from "./replica.ts";

/** What a {@linkcode JournalReader} needs of its engine. */
export interface Follower {
  /** Steps the commands of a record. @throws when the machine breaks */
  take(record: StoredRecord): void;
  /** Stops for good. */
  fail(problem: LockstepError): void;
}

/** Reads the journal of one engine. */
export class JournalReader {
  /** The error of the journal while it can't be read. */
  readonly stalled: LockstepError | undefined;
  readonly #journal: Journal;
  readonly #replica: AnyReplica;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #follower: Follower;
  readonly #ending: AbortController = new AbortController();
  /** Called when a position is reached. */
  #waiting: { readonly position: Position; readonly reached: () => void }[] = [];
  #reading: Promise<void> | undefined;
  #isSealed = false;
  /** Ends the pause before the journal is read again. */
  #endPause: (() => void) | undefined;

  /** Creates a reader that has read nothing. */
  constructor(
    journal: Journal,
    replica: AnyReplica,
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

  /** Has the engine take what comes. */
  follow(): void {
    this.#reading ??= this.#follow();
  }

  /** Resolves when everything up to `position` was taken. */
  reached(position: Position): Promise<void> {
    if (this.#replica.position >= position) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ position, reached: resolve }));
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

  async #follow(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        for await (const records of this.#journal.follow(this.#replica.position, signal)) {
          if (signal.aborted) return;
          this.#stall(undefined);
          for (const record of records) this.#follower.take(record);
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
