/**
 * The process of a simulated manager: its clock and its journal, which end with it.
 *
 * @module
 */

import type { CancelTimer, Clock, Timers } from "../../core/clock.ts";
import { encode } from "../../core/data/plain.ts";
import {
  entriesOf,
  type Journal,
  type JournalRecord,
  placeOf,
  type Position,
  type SnapshotMeta,
  type SnapshotStore,
  type StoredRecord,
  type StoredSnapshot,
} from "../../core/journal.ts";
import type { Instant, Named } from "../../core/machine.ts";
import { catchUp, Replica, restoreNewest } from "../../core/replica.ts";
import { rootMachine } from "../../root/machine.ts";
import type { RootState } from "../../root/state.ts";
import { BrokenInvariantError } from "./failure.ts";

const NEVER: Promise<never> = new Promise(() => {});

/** Returns timers that go off when `clock` says so, whatever the wall clock shows. */
export function timersOf(clock: Clock): Timers {
  return {
    set: (callback, delayMs) => clock.setTimer(clock.now() + delayMs, callback),
    clear: (cancel) => (cancel as CancelTimer)(),
  };
}

/**
 * The clock and the journal of a process, until it crashes. It checks that each snapshot is the state to
 * which the journal leads.
 */
export class SimulatedProcess implements Clock, Journal, SnapshotStore {
  readonly maxRecordBytes: number;
  readonly snapshots: SnapshotStore = this;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #skip: readonly string[];
  readonly #timers: Set<CancelTimer> = new Set();
  /** The types of the commands that it appended. */
  readonly appended: string[] = [];
  /** The position at which it opened the journal. */
  openedAt: Position = 0;
  /** The position of its last record that the journal acknowledged. */
  storedAt: Position = 0;
  /** The broken invariant, if a snapshot was another state. */
  broken: BrokenInvariantError | undefined;
  /** The place of the command that was poisoned. */
  poisonedAt: string | undefined;
  #poisons = false;
  #saving: Promise<void> = Promise.resolve();
  #hasCrashed = false;

  /** Creates a running process; `skip` are the commands that it leaves out when it reads its journal. */
  constructor(clock: Clock, journal: Journal, skip: readonly string[]) {
    this.#clock = clock;
    this.#journal = journal;
    this.maxRecordBytes = journal.maxRecordBytes;
    this.#skip = [...skip];
  }

  /** Makes the first command of the next append one that breaks the machine. */
  poisonNext(): void {
    this.#poisons = true;
  }

  /** The number of pending timers of the process. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Crashes the process: what waits for its clock or its journal waits for ever. */
  crash(): void {
    this.#hasCrashed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  now(): Instant {
    return this.#clock.now();
  }

  setTimer(at: Instant, callback: () => void): CancelTimer {
    if (this.#hasCrashed) return () => {};
    const cancel = this.#clock.setTimer(at, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  async open(session: string): Promise<Position> {
    if (this.#hasCrashed) return NEVER;
    return this.openedAt = await this.#journal.open(session);
  }

  append(record: JournalRecord): Promise<Position> {
    return this.#hasCrashed ? NEVER : this.#unlessCrashed(this.#append(record));
  }

  async *follow(
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StoredRecord[], void, undefined> {
    for await (const records of this.#journal.follow(after, signal)) {
      if (this.#hasCrashed) await NEVER;
      yield records;
    }
  }

  tail(): Promise<Position> {
    return this.#journal.tail();
  }

  forget(before: Position): Promise<void> {
    return this.#hasCrashed ? NEVER : this.#journal.forget(before);
  }

  save(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#hasCrashed ? NEVER : this.#unlessCrashed(this.#save(meta, chunks));
  }

  newest(before?: Position): Promise<StoredSnapshot | undefined> {
    return this.#journal.snapshots!.newest(before);
  }

  /** A no-op: the journal stays open for the next process. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #append(record: JournalRecord): Promise<Position> {
    for (const { command } of entriesOf<Named>(record)) this.appended.push(command.type);
    if (!this.#poisons) return this.storedAt = await this.#journal.append(record);
    this.#poisons = false;
    const [first, ...others] = JSON.parse(record.commands) as Named[];
    const commands = JSON.stringify([{ ...first, type: "poison" }, ...others]);
    const position = await this.#journal.append({ ...record, commands });
    this.poisonedAt = placeOf(position, 0);
    return position;
  }

  /** Saves one snapshot after the other, as a journal may forget what lies before each. */
  #save(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      await this.#journal.snapshots!.save(meta, chunks);
      await this.#check(meta.position);
    });
    return this.#saving;
  }

  /** Checks that the snapshot at `position` has the state to which the one before it leads. */
  async #check(position: Position): Promise<void> {
    const saved = new Replica<RootState>(rootMachine(), this.#skip);
    const replayed = new Replica<RootState>(rootMachine(), this.#skip);
    await restoreNewest(saved, this.#journal, position + 1);
    await restoreNewest(replayed, this.#journal, position);
    await catchUp(replayed, this.#journal, position);
    if (encode(saved.state) === encode(replayed.state)) return;
    const problem = `a snapshot at ${position} is not the state to which the journal leads`;
    this.broken ??= new BrokenInvariantError("ReplayGivesTheSameState", problem);
  }

  async #unlessCrashed<Result>(promise: Promise<Result>): Promise<Result> {
    const result = await promise;
    return this.#hasCrashed ? await NEVER : result;
  }
}
