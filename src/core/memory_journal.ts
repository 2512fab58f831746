/**
 * A journal in memory.
 *
 * @module
 */

import { AppendRefusedError, JournalTruncatedError } from "./errors.ts";
import { Followers } from "./followers.ts";
import {
  type Journal,
  type JournalRecord,
  type Position,
  SentRecord,
  type SnapshotMeta,
  type SnapshotStore,
  type StoredRecord,
  type StoredSnapshot,
} from "./journal.ts";

/**
 * A journal in memory, for tests and for replay within one process. It keeps the records since the
 * older one of its two snapshots.
 *
 * @example
 * ```ts
 * import { MemoryJournal, TaskScheduler } from "@lockstep/lockstep";
 *
 * const journal = new MemoryJournal();
 * await using scheduler = new TaskScheduler({}, undefined, undefined, { journal });
 * await scheduler.initialize();
 * await scheduler.assignTask({ id: "t1" }, "a1");
 * console.log(await journal.tail() > 0); // true
 * ```
 * @category Runtime
 */
export class MemoryJournal implements Journal {
  readonly isShared: boolean;
  readonly sessionMs: number | undefined;
  readonly maxRecordBytes: number = 1 << 24;
  readonly snapshots: SnapshotStore = new MemorySnapshots();
  #records: StoredRecord[] = [];
  /** The position of the first record that is kept. */
  #first = 1;
  /** By session, the number and the position of its newest record. */
  readonly #sessions = new Map<string, { readonly number: number; readonly position: Position }>();
  /** The only session that may append, once it was opened. */
  #owner: string | undefined;
  readonly #followers = new Followers();

  /** Creates an empty journal, with options as in {@linkcode Journal}. */
  constructor({ isShared = false, sessionMs }: Pick<Journal, "isShared" | "sessionMs"> = {}) {
    this.isShared = isShared;
    this.sessionMs = sessionMs;
  }

  open(session: string): Promise<Position> {
    if (!this.isShared) this.#owner = session;
    return this.tail();
  }

  append(record: JournalRecord): Promise<Position> {
    const { session, number } = record;
    const last = this.#sessions.get(session);
    if (last !== undefined && number <= last.number) return Promise.resolve(last.position);
    if (this.#owner !== undefined && session !== this.#owner) {
      return Promise.reject(new AppendRefusedError("The journal was opened by another engine"));
    }
    const position = this.#first + this.#records.length;
    this.#records.push(
      record instanceof SentRecord ? record.placedAt(position) : { ...record, position },
    );
    this.#sessions.set(session, { number, position });
    this.#followers.wake();
    return Promise.resolve(position);
  }

  async *follow(after: Position, signal: AbortSignal): AsyncGenerator<readonly StoredRecord[]> {
    while (!signal.aborted) {
      if (after + 1 < this.#first) throw new JournalTruncatedError(after, this.#first);
      const records = this.#records.slice(after + 1 - this.#first);
      if (records.length === 0) await this.#followers.wait(signal);
      else yield records;
      after += records.length;
    }
  }

  tail(): Promise<Position> {
    return Promise.resolve(this.#first + this.#records.length - 1);
  }

  forget(before: Position): Promise<void> {
    const count = Math.min(before - this.#first, this.#records.length);
    if (count > 0) {
      this.#records = this.#records.slice(count);
      this.#first += count;
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Keeps the newest two snapshots in memory. */
export class MemorySnapshots implements SnapshotStore {
  /** Newest first. */
  #kept: { readonly meta: SnapshotMeta; readonly bytes: readonly Uint8Array[] }[] = [];

  async save(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const bytes: Uint8Array[] = [];
    for await (const chunk of chunks) bytes.push(chunk);
    const others = this.#kept.filter(({ meta: { position } }) => position !== meta.position);
    this.#kept = [{ meta, bytes }, ...others].sort((a, b) => b.meta.position - a.meta.position)
      .slice(0, 2);
  }

  newest(before: Position = Infinity): Promise<StoredSnapshot | undefined> {
    const kept = this.#kept.find(({ meta: { position } }) => position < before);
    return Promise.resolve(kept && { meta: kept.meta, chunks: iterate(kept.bytes) });
  }
}

async function* iterate(bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes;
}
