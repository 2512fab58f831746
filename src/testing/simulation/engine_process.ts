/**
 * The process of a simulated engine: its clock and its connection to a journal that processes share.
 *
 * @module
 */

import type { CancelTimer, Clock } from "../../core/clock.ts";
import { JournalTruncatedError } from "../../core/errors.ts";
import {
  entriesOf,
  type Journal,
  type JournalRecord,
  type Position,
  type SnapshotStore,
  type StoredRecord,
} from "../../core/journal.ts";
import type { Instant, Named } from "../../core/machine.ts";
import { MemoryJournal } from "../../core/memory_journal.ts";
import type { EndSession } from "../../core/replica.ts";
import { FaultyJournal } from "../faulty_journal.ts";
import { isPoison } from "./ledger.ts";

const NEVER: Promise<never> = new Promise(() => {});

/** What the journal knows of a session. */
export interface KnownSession {
  /** The number of its newest record. */
  number: number;
  /** When that was stored. */
  at: Instant;
  /** The position of its first record. */
  readonly begunAt: Position;
  /** The position of the record that ended it, if it was ended. */
  endedAt?: Position;
}

/** A journal in memory to which several engines append side by side. */
export class SharedJournal extends MemoryJournal {
  /** The position of the newest command that breaks the machine. */
  poisonedAt: Position | undefined;
  /** By session, what the records say. */
  readonly known: Map<string, KnownSession> = new Map();
  /** The least time for which a session that was ended had stored nothing. */
  leastSilenceMs = Infinity;
  readonly #clock: Clock;

  /** Creates an empty journal; `clock` has the true time. */
  constructor(clock: Clock, sessionMs: number) {
    super({ isShared: true, sessionMs });
    this.#clock = clock;
  }

  override async append(record: JournalRecord): Promise<Position> {
    const position = await super.append(record);
    const { session, number } = record;
    const known = this.known.get(session) ?? { number: 0, at: 0, begunAt: position };
    if (number <= known.number) return position;
    const now = this.#clock.now();
    Object.assign(known, { number, at: now });
    this.known.set(session, known);
    if (known.endedAt !== undefined) return position;
    for (const { command } of entriesOf<Named>(record)) {
      if (isPoison(command)) this.poisonedAt = position;
      if (command.type === "end-session") this.#end(command as EndSession, position, now);
    }
    return position;
  }

  #end({ session, number }: EndSession, position: Position, now: Instant): void {
    const known = this.known.get(session);
    if (known?.number !== number || known.endedAt !== undefined) return;
    known.endedAt = position;
    this.leastSilenceMs = Math.min(this.leastSilenceMs, now - known.at);
  }
}

/** A process that may pause, and crashes in the end. */
export class EngineProcess implements Clock, Journal {
  readonly isShared = true;
  readonly sessionMs: number | undefined;
  readonly maxRecordBytes: number;
  readonly snapshots: SnapshotStore;
  /** Its connection to the journal. */
  readonly journal: FaultyJournal;
  /** Called after its engine has taken what was delivered. */
  whenTaken: () => void = () => {};
  /** Whether a later record of the same session has come after that. */
  isBehindGap = false;
  /** Whether it was told that what it was to read was forgotten. */
  wasTruncated = false;
  hasCrashed = false;
  readonly #clock: Clock;
  /** The milliseconds by which its clock is ahead of the true time. */
  readonly #skewMs: number;
  readonly #timers: Set<CancelTimer> = new Set();
  /** Pending while it is paused. */
  #paused: Promise<void> | undefined;
  #resume: () => void = () => {};
  #losesNext = false;
  #session: string | undefined;
  /** The session of a record that was lost. */
  #lost: string | undefined;

  /** Creates a process that runs. */
  constructor(clock: Clock, journal: SharedJournal, skewMs: number) {
    this.#clock = clock;
    this.#skewMs = skewMs;
    this.journal = new FaultyJournal(journal, clock);
    this.sessionMs = journal.sessionMs;
    this.maxRecordBytes = journal.maxRecordBytes;
    this.snapshots = journal.snapshots;
  }

  /** The number of its timers. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Whether a record was lost on its way to it. */
  get hasGap(): boolean {
    return this.#lost !== undefined;
  }

  /** Whether it does not run. */
  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Lets nothing reach the process, and no timer go off, until {@linkcode resume}. */
  pause(): void {
    this.#paused ??= new Promise((resolve) => this.#resume = resolve);
  }

  resume(): void {
    this.#paused = undefined;
    this.#resume();
  }

  /** Ends the faults of its connection. */
  mend(): void {
    this.journal.release();
    this.journal.fail(0);
    this.journal.loseAnswers(0);
    this.journal.delay(0);
    this.journal.repeat(0);
  }

  /** Loses the next record of another process on its way to this one. */
  loseNext(): void {
    this.#losesNext = true;
  }

  /** Crashes: what waits for its clock or its journal waits for ever. */
  crash(): void {
    this.hasCrashed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  now(): Instant {
    return this.#clock.now() + this.#skewMs;
  }

  setTimer(at: Instant, callback: () => void): CancelTimer {
    if (this.hasCrashed) return () => {};
    let isCancelled = false;
    const cancel = this.#clock.setTimer(at - this.#skewMs, () => {
      const run = () => {
        if (isCancelled || this.hasCrashed) return;
        this.#timers.delete(cancel);
        callback();
      };
      if (this.#paused === undefined) run();
      else void this.#paused.then(run);
    });
    this.#timers.add(cancel);
    return () => {
      isCancelled = true;
      this.#timers.delete(cancel);
      cancel();
    };
  }

  open(session: string): Promise<Position> {
    this.#session = session;
    return this.#whileRunning(this.journal.open(session));
  }

  append(record: JournalRecord): Promise<Position> {
    return this.#whileRunning(this.journal.append(record));
  }

  async *follow(
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StoredRecord[], void, undefined> {
    try {
      for await (const records of this.journal.follow(after, signal)) {
        await this.#whileRunning(Promise.resolve());
        const given = this.#losesNext ? this.#lose(records) : records;
        yield given;
        if (given.some(({ session }) => session === this.#lost)) this.isBehindGap = true;
        this.whenTaken();
      }
    } catch (error) {
      if (error instanceof JournalTruncatedError) this.wasTruncated = true;
      throw error;
    }
  }

  #lose(records: readonly StoredRecord[]): readonly StoredRecord[] {
    const lost = records.find(({ session }) => session !== this.#session);
    if (lost === undefined) return records;
    this.#losesNext = false;
    this.#lost = lost.session;
    return records.filter((record) => record !== lost);
  }

  tail(): Promise<Position> {
    return this.#whileRunning(this.journal.tail());
  }

  forget(before: Position): Promise<void> {
    return this.#whileRunning(this.journal.forget(before));
  }

  /** A no-op: the journal stays open for the others. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Passes an outcome on while the process runs. */
  async #whileRunning<Result>(outcome: Promise<Result>): Promise<Result> {
    const settled = await outcome.then((value) => () => value, (error) => () => {
      throw error;
    });
    while (this.#paused !== undefined) await this.#paused;
    if (this.hasCrashed) return NEVER;
    return settled();
  }
}
