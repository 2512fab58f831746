/**
 * Appends the commands of an engine to its log, in batches: while one batch is being written the next
 * gathers. A batch of which it is unknown whether the log stored it is offered again until it is
 * known, and nothing is stepped before.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { Reply } from "./dispatcher.ts";
import { AppendRefusedError, type LockstepError, LogError, OutcomeUnknownError } from "./errors.ts";
import type { CommandLog, LogBatch, LogEntry } from "./log.ts";
import { type Logger, logTo } from "./logger.ts";

/** Steps what a {@linkcode LogWriter} has written: an engine. */
export interface Stepper<Command> {
  /** Steps an entry that is stored. @throws when its machine breaks, or broke before */
  step(entry: LogEntry<Command>, reply: Reply<unknown>): void;
  /** Returns why nothing is stepped any more, so that nothing is to be stored. */
  broken(): LockstepError | undefined;
  /** Stops for good, as it is unknown what the log stored. Returns `problem`. */
  fail(problem: OutcomeUnknownError): LockstepError;
}

interface Pending<Command> {
  readonly entry: LogEntry<Command>;
  readonly reply: Reply<unknown>;
}

/** Writes the log of one engine. */
export class LogWriter<Command> {
  /** The error of the log while it has not reported whether it stored a batch. */
  readonly stalled: LockstepError | undefined;
  readonly #log: CommandLog<Command>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stepper: Stepper<Command>;
  #gathering: Pending<Command>[] = [];
  #writing: Promise<void> | undefined;
  /** Identifies the engine to its log, with the number of the next batch. */
  readonly #session: string = randomName();
  #batch = 1;
  /** Whether nothing is added any more, and a batch is offered once more at most. */
  #isSealed = false;
  /** Ends the pause before a batch is offered again. */
  #offerAgain: (() => void) | undefined;

  /** Creates a writer with a session of its own. */
  constructor(
    log: CommandLog<Command>,
    clock: Clock,
    logger: Logger,
    stepper: Stepper<Command>,
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#logger = logger;
    this.#stepper = stepper;
  }

  /** The first entry that is not being written yet. */
  get next(): LogEntry<Command> | undefined {
    return this.#gathering[0]?.entry;
  }

  /**
   * Writes an entry and has it stepped; before all that is not being written yet if `isFirst`.
   * `reply` is called with the answer, or with the error for which it was not stepped.
   */
  add(entry: LogEntry<Command>, reply: Reply<unknown>, isFirst = false): void {
    if (isFirst) this.#gathering.unshift({ entry, reply });
    else this.#gathering.push({ entry, reply });
    this.#writing ??= this.#write();
  }

  /** Offers a batch of unknown outcome only once more. Idempotent. */
  seal(): void {
    this.#isSealed = true;
    this.#offerAgain?.();
  }

  /** Resolves when all that was added has its outcome. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    await undefined; // lets the commands of the same turn join the first batch
    while (this.#gathering.length > 0) {
      const batch = this.#gathering;
      this.#gathering = [];
      const entries = batch.map((pending) => pending.entry);
      const error = this.#stepper.broken() ?? await this.#append(entries);
      for (const { entry, reply } of batch) {
        try {
          if (error !== undefined) throw error;
          this.#stepper.step(entry, reply);
        } catch (failure) {
          reply(undefined, failure);
        }
      }
    }
    this.#writing = undefined;
  }

  /**
   * Appends a batch. While it is unknown whether the log stored it, the same batch is offered again:
   * what comes later must not be stepped as if it had not happened, nor if it had.
   *
   * @returns the error because of which it must not be stepped, or `undefined` when it is stored
   */
  async #append(entries: readonly LogEntry<Command>[]): Promise<LockstepError | undefined> {
    const batch: LogBatch<Command> = { session: this.#session, number: this.#batch, entries };
    for (;;) {
      const isLast = this.#isSealed;
      try {
        await this.#log.append(batch);
        this.#batch++;
        this.#stall(undefined);
        return undefined;
      } catch (cause) {
        if (cause instanceof AppendRefusedError && this.stalled === undefined) {
          return new LogError("Cannot append to the log: nothing was changed", { cause });
        }
        const problem = "it is unknown whether the log stored the newest commands";
        if (isLast) {
          const message = `Cannot go on: ${problem}; the next start reads what it stored`;
          return this.#stepper.fail(new OutcomeUnknownError(message, { cause }));
        }
        const isNew = this.stalled === undefined;
        const stalled = new LogError(`Cannot step: ${problem}, which are offered again`, { cause });
        this.#stall(stalled);
        if (isNew) logTo(this.#logger, "warn", stalled.message, cause);
        await this.#pause();
      }
    }
  }

  #stall(error: LogError | undefined): void {
    (this as { stalled: LockstepError | undefined }).stalled = error;
  }

  /** Waits for a while, or until the writer is sealed. */
  async #pause(): Promise<void> {
    if (this.#isSealed) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.setTimer(this.#clock.now() + OFFER_RETRY_MS, resolve);
      this.#offerAgain = () => {
        cancel();
        resolve();
      };
    });
    this.#offerAgain = undefined;
  }
}

/** Returns a name that no other writer has. */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
}

/** Pause before a batch is offered again of which it is unknown whether the log stored it. */
const OFFER_RETRY_MS = 100;
