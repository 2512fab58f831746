/**
 * Appends the commands of an engine to its journal, in records: while one record is being written the
 * commands of the next gather. A record of which it is unknown whether the journal stored it is offered
 * again until it is known.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { Reply } from "./dispatcher.ts";
import {
  AppendRefusedError,
  JournalError,
  JournalReplacedError,
  type LockstepError,
  OutcomeUnknownError,
} from "./errors.ts";
import { type Journal, type JournalRecord, type SentPart, SentRecord } from "./journal.ts";
import { type Logger, logTo } from "./logger.ts";
import type { Instant, Named } from "./machine.ts";

/** A command that is to be written. */
export interface Pending {
  /** When it was sent. */
  readonly at: Instant;
  /** The command, if it is a {@linkcode flatCopy}; otherwise its text. */
  readonly command: Named | string;
  /** Receives its answer. */
  readonly reply: Reply<unknown>;
}

/** The interface of an engine for its {@linkcode JournalWriter}. */
export interface Stepper {
  /** Returns why nothing is stepped any more, so that nothing is to be stored. */
  broken(): LockstepError | undefined;
  /** Stops for good, as it is unknown what the journal stored. Returns `problem`. */
  fail(problem: OutcomeUnknownError): LockstepError;
}

/** The record that is being written. */
interface Flight {
  readonly number: number;
  readonly batch: readonly Pending[];
  /** Called once the journal delivered it. */
  readonly deliver: () => void;
}

/** Writes the journal of one engine. */
export class JournalWriter {
  /** Identifies the engine to its journal, with the number of each record. */
  readonly session: string = randomName();
  /** The error of the journal while it has not reported whether it stored a record. */
  readonly stalled: LockstepError | undefined;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stepper: Stepper;
  #gathering: Pending[] = [];
  #flight: Flight | undefined;
  #writing: Promise<void> | undefined;
  /** The number of the next record. */
  #number = 1;
  /** Whether nothing is added any more, and a record is offered once more at most. */
  #isSealed = false;
  /** Why nothing is stepped any more. */
  #abandoned: LockstepError | undefined;
  /** Ends the pause before a record is offered again. */
  #endPause: (() => void) | undefined;

  /** Creates a writer with a session of its own. */
  constructor(journal: Journal, clock: Clock, logger: Logger, stepper: Stepper) {
    this.#journal = journal;
    this.#clock = clock;
    this.#logger = logger;
    this.#stepper = stepper;
  }

  /** Number of commands that are not being written yet. */
  get waiting(): number {
    return this.#gathering.length;
  }

  /** The first command that is not being written yet. */
  get next(): Pending | undefined {
    return this.#gathering[0];
  }

  /**
   * Writes a command and has it stepped; before all that are not being written yet if `isFirst`.
   * Its `reply` is called with the answer, or with the error for which it was not stepped.
   */
  add(pending: Pending, isFirst = false): void {
    if (isFirst) this.#gathering.unshift(pending);
    else this.#gathering.push(pending);
    this.#writing ??= this.#write();
  }

  /**
   * Receives that the journal has delivered a record of this session, and returns its commands, which
   * are to be stepped now; none if they have been before.
   */
  delivered(number: number): readonly Pending[] {
    const flight = this.#flight;
    if (flight?.number !== number) return [];
    this.#flight = undefined;
    flight.deliver();
    this.#endPause?.();
    return flight.batch;
  }

  /** Offers a record of unknown outcome only once more. Idempotent. */
  seal(): void {
    this.#isSealed = true;
    this.#endPause?.();
  }

  /** Rejects all that is not stepped yet, as nothing is read from the journal any more. */
  abandon(error: LockstepError): void {
    this.#abandoned ??= error;
    const flight = this.#flight;
    this.#flight = undefined;
    const outcome = error instanceof JournalReplacedError
      ? new OutcomeUnknownError(`${error.message}; ${IN_FLIGHT}`, { cause: error })
      : error;
    for (const { reply } of flight?.batch ?? []) reply(undefined, outcome);
    flight?.deliver();
    this.#endPause?.();
  }

  /** Resolves when all that was added has its outcome. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    await undefined; // lets the commands of the same turn join the first record
    while (this.#gathering.length > 0) {
      const batch = this.#cut();
      const broken = this.#abandoned ?? this.#stepper.broken();
      const error = broken ?? await this.#append(batch);
      if (error === undefined) continue;
      for (const { reply } of batch) reply(undefined, error);
    }
    this.#writing = undefined;
  }

  /** Takes what fits into one record. */
  #cut(): readonly Pending[] {
    const gathered = this.#gathering;
    const { maxRecordBytes } = this.#journal;
    let count = 0;
    let bytes = 0;
    while (count < gathered.length) {
      bytes += mostBytesOf(gathered[count]!.command);
      if (bytes > maxRecordBytes && count > 0) break;
      count++;
    }
    this.#gathering = count === gathered.length ? [] : gathered.slice(count);
    return count === gathered.length ? gathered : gathered.slice(0, count);
  }

  /**
   * Appends a record. While it is unknown whether the journal stored it, the same record is offered
   * again: what comes later must not be stepped as if it had not happened, nor if it had.
   *
   * @returns the error because of which it is not stepped; or `undefined` when it was delivered
   */
  async #append(batch: readonly Pending[]): Promise<LockstepError | undefined> {
    const record = recordOf(this.session, this.#number, batch);
    let isDelivered = false;
    const delivery = new Promise<void>((resolve) => {
      const deliver = () => {
        isDelivered = true;
        resolve();
      };
      this.#flight = { number: record.number, batch, deliver };
    });
    while (!isDelivered) {
      const isLast = this.#isSealed;
      try {
        await Promise.race([this.#journal.append(record), delivery]);
        await delivery;
      } catch (cause) {
        if (isDelivered) break; // it was stored, whatever the append says
        if (cause instanceof AppendRefusedError && this.stalled === undefined) {
          this.#flight = undefined;
          return new JournalError("Cannot append to the journal: nothing was changed", { cause });
        }
        const problem = "it is unknown whether the journal stored the newest commands";
        if (isLast) {
          this.#flight = undefined;
          const message = `Cannot go on: ${problem}; the next start reads what it stored`;
          return this.#stepper.fail(new OutcomeUnknownError(message, { cause }));
        }
        const isNew = this.stalled === undefined;
        const message = `Cannot step: ${problem}, which are offered again`;
        const stalled = new JournalError(message, { cause });
        this.#stall(stalled);
        if (isNew) logTo(this.#logger, "warn", stalled.message, cause);
        await this.#pause();
      }
    }
    this.#stall(undefined);
    this.#number++;
    return undefined;
  }

  #stall(error: LockstepError | undefined): void {
    (this as { stalled: LockstepError | undefined }).stalled = error;
  }

  /** Waits for a while, or until the writer is sealed or the record was delivered. */
  async #pause(): Promise<void> {
    if (this.#isSealed || this.#flight === undefined) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.setTimer(this.#clock.now() + OFFER_RETRY_MS, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }
}

/** Returns the record of commands. */
function recordOf(session: string, number: number, batch: readonly Pending[]): JournalRecord {
  const { at } = batch[0]!;
  let last = at;
  const parts: SentPart[] = [];
  for (const { at: next, command } of batch) {
    if (next > last) parts.push(next - last);
    parts.push(command);
    last = next;
  }
  return new SentRecord(session, number, at, parts);
}

/**
 * Returns a frozen copy of a small object of primitives, as most commands are, equal to what its JSON
 * would be read as; and `undefined` for any other value.
 */
export function flatCopy<T extends object>(value: T): Readonly<T> | undefined {
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined;
  const copy = { ...value };
  let characters = 0;
  let properties = 0;
  for (const key in copy) {
    const member: unknown = copy[key];
    characters += key.length;
    properties++;
    if (typeof member === "string") characters += member.length;
    else if (typeof member === "number") {
      if (!Number.isFinite(member) || Object.is(member, -0)) return undefined;
    } else if (typeof member !== "boolean" && member !== null) return undefined;
  }
  if (characters > MOST_CHARACTERS || properties > MOST_PROPERTIES) return undefined;
  return Object.freeze(copy);
}

/** Returns the most bytes that a command can take in a record, with what is around it. */
export function mostBytesOf(command: Named | string): number {
  return (typeof command === "string" ? 3 * command.length : MOST_FLAT_BYTES) + LONGEST_GAP;
}

/** Returns a name that no other writer has. */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
}

/** Pause before a record is offered again of which it is unknown whether the journal stored it. */
const OFFER_RETRY_MS = 100;

/** Ends the message for the commands that an engine was appending when it was replaced. */
const IN_FLIGHT = "it is unknown whether the journal stored the newest commands";

/** The most bytes beside the text of a command: a time, and a bracket or comma on either side. */
const LONGEST_GAP = 20;

/** The most bytes that the JSON of a {@linkcode flatCopy} takes. */
export const MOST_FLAT_BYTES = 8_000;

/** The most characters of its keys and strings, of up to six bytes each. */
const MOST_CHARACTERS = 1_000;

/** The most properties, of up to 40 bytes each beside those characters. */
const MOST_PROPERTIES = 50;
