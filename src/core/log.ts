/**
 * The log of commands, which are appended before they are stepped. It determines the state: every
 * replay from the start, or from a snapshot, ends in the same state.
 *
 * @module
 */

import type { Instant } from "./machine.ts";

/**
 * A command as it is stepped, first and in every replay.
 * @category Runtime
 */
export interface LogEntry<Command> {
  /** The `now` of its step; never earlier than that of the entry before. */
  readonly at: Instant;
  /** A JSON value. */
  readonly command: Command;
}

/**
 * The entries of one append: the log stores all of them or none.
 * @category Runtime
 */
export interface LogBatch<Command> {
  /** Identifies the engine that appends: random, and new at each start. */
  readonly session: string;
  /** The number of the batch in its session: 1, 2, 3 … */
  readonly number: number;
  /** In the order in which they are stepped. */
  readonly entries: readonly LogEntry<Command>[];
}

/**
 * A state to start from, in place of the entries that led to it.
 * @category Runtime
 */
export interface Snapshot {
  /** Number of entries that led to it: the position of the first entry after it. */
  readonly position: number;
  /** The encoded state. */
  readonly state: string;
}

/**
 * Stores commands in order.
 * @category Runtime
 */
export interface CommandLog<Command> {
  /**
   * Appends the entries of `batch` behind all earlier ones, all or none. Resolves when they are safe:
   * from then on no crash loses them. Idempotent by session and number: a batch that is stored already
   * is not stored again.
   *
   * Rejects with an `AppendRefusedError` when this call stored nothing and never will. After
   * any other error the outcome is unknown, and the engine offers the same batch until it is known.
   *
   * The engine has one call under way at a time. Objects of the batch change once it is stored, so a
   * log that keeps them keeps copies.
   */
  append(batch: LogBatch<Command>): Promise<void>;
  /** The entries from `position` on, in order. @throws {RangeError} before the oldest one kept */
  read(position: number): AsyncIterable<LogEntry<Command>>;
  /** Keeps `snapshot` unless there is a newer one; what lies before it may be forgotten. */
  saveSnapshot(snapshot: Snapshot): Promise<void>;
  /** Resolves with the newest snapshot, or `undefined`. */
  loadSnapshot(): Promise<Snapshot | undefined>;
  /** Flushes, and releases all resources. The last call. */
  close(): Promise<void>;
}

/**
 * A log in memory, for tests and for replay within one process. Keeps the entries since its newest
 * snapshot.
 *
 * @example
 * ```ts
 * import { MemoryLog, TaskScheduler } from "@lockstep/lockstep";
 *
 * const log = new MemoryLog<never>();
 * await using scheduler = new TaskScheduler({}, undefined, undefined, { log });
 * await scheduler.initialize();
 * await scheduler.assignTask({ id: "t1" }, "a1");
 * for await (const { command } of log.read(0)) console.log(command);
 * ```
 * @category Runtime
 */
export class MemoryLog<Command> implements CommandLog<Command> {
  /** As JSON: what is read is what a log on a disk would return. */
  #entries: string[] = [];
  #first = 0;
  /** By session, the number of its newest batch. */
  readonly #numbers = new Map<string, number>();
  #snapshot: Snapshot | undefined;

  append({ session, number, entries }: LogBatch<Command>): Promise<void> {
    if (number <= (this.#numbers.get(session) ?? 0)) return Promise.resolve();
    this.#numbers.set(session, number);
    for (const entry of entries) this.#entries.push(JSON.stringify(entry));
    return Promise.resolve();
  }

  async *read(position: number): AsyncIterable<LogEntry<Command>> {
    for (let i = position; i - this.#first < this.#entries.length; i++) {
      if (i < this.#first) { // also when a snapshot is saved meanwhile
        const rule = `position must be at least ${this.#first}`;
        throw new RangeError(`Cannot read the log: ${rule}, got ${i}`);
      }
      yield JSON.parse(this.#entries[i - this.#first]!);
    }
  }

  saveSnapshot(snapshot: Snapshot): Promise<void> {
    if (snapshot.position < this.#first) return Promise.resolve(); // it is not the newest
    this.#entries = this.#entries.slice(snapshot.position - this.#first);
    this.#first = snapshot.position;
    this.#snapshot = snapshot;
    return Promise.resolve();
  }

  loadSnapshot(): Promise<Snapshot | undefined> {
    return Promise.resolve(this.#snapshot);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
