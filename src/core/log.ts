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
 * A state that replaces the entries that led to it.
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
   * Appends all `entries` or none. Resolves when they are durable, and rejects when none was
   * appended. The engine has at most one call pending.
   */
  append(entries: readonly LogEntry<Command>[]): Promise<void>;
  /** Yields the entries from `position` on. @throws {RangeError} if the first of them was discarded */
  read(position: number): AsyncIterable<LogEntry<Command>>;
  /** Stores `snapshot` as the newest. Entries before it may be discarded. */
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
  #entries: LogEntry<Command>[] = [];
  #first = 0;
  #snapshot: Snapshot | undefined;

  append(entries: readonly LogEntry<Command>[]): Promise<void> {
    for (const entry of entries) this.#entries.push(entry);
    return Promise.resolve();
  }

  async *read(position: number): AsyncIterable<LogEntry<Command>> {
    if (position < this.#first) {
      throw new RangeError(
        `Cannot read the log: position must be at least ${this.#first}, got ${position}`,
      );
    }
    for (let i = position; i - this.#first < this.#entries.length; i++) {
      yield this.#entries[i - this.#first]!;
    }
  }

  saveSnapshot(snapshot: Snapshot): Promise<void> {
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
