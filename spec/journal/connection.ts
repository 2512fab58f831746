/**
 * The line between one engine and the journal: nothing passes before the world moves it.
 *
 * @module
 */

import { JournalTruncatedError } from "../../src/core/errors.ts";
import type {
  Journal,
  JournalRecord,
  Position,
  SnapshotMeta,
  SnapshotStore,
  StoredRecord,
  StoredSnapshot,
} from "../../src/core/journal.ts";

/** A call of `append` of which the engine has no answer. */
export interface Call {
  readonly record: JournalRecord;
  /** Where the journal stored the record, once it has. */
  position?: Position;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: unknown) => void;
}

/** A snapshot that is not stored yet. */
export interface Saving {
  readonly meta: SnapshotMeta;
  readonly bytes: readonly Uint8Array[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The reports of a connection to its world. */
export interface Side {
  /** Whether the engine is being closed. */
  isClosing(): boolean;
  /** Whether the store is to find its newest snapshot damaged. */
  isDamaged(): boolean;
  /** The engine asks the journal to forget the records before `before`. */
  forget(before: Position): void;
  /** The engine starts from a snapshot. */
  restored(snapshot: StoredSnapshot): void;
}

/** One engine's side of a journal. */
export class Connection implements Journal {
  readonly maxRecordBytes: number;
  readonly isShared: boolean;
  readonly snapshots: SnapshotStore;
  /** The session that the engine opened the journal with. */
  session: string | undefined;
  /** The record that was offered last. */
  offered: JournalRecord | undefined;
  /** Whether it was offered while the engine was being closed, and is not offered again. */
  isLast = false;
  call: Call | undefined;
  saving: Saving | undefined;
  /** The position behind which the engine reads. */
  after: Position = 0;
  readonly #inner: Journal;
  readonly #side: Side;
  #deliver: ((records: Promise<readonly StoredRecord[]>) => void) | undefined;

  constructor(inner: Journal, side: Side) {
    this.#inner = inner;
    this.maxRecordBytes = inner.maxRecordBytes;
    this.isShared = inner.isShared === true;
    this.#side = side;
    this.snapshots = {
      save: (meta, chunks) => this.#save(meta, chunks),
      newest: (before) => this.#newest(before),
    };
  }

  open(session: string): Promise<Position> {
    this.session = session;
    return this.#inner.open(session);
  }

  append(record: JournalRecord): Promise<Position> {
    this.offered = record;
    this.isLast = this.#side.isClosing();
    return new Promise((resolve, reject) => {
      this.call = { record, resolve, reject };
    });
  }

  async *follow(after: Position, signal: AbortSignal): AsyncGenerator<readonly StoredRecord[]> {
    this.after = after;
    while (!signal.aborted) {
      const records = await new Promise<readonly StoredRecord[]>((resolve) => {
        this.#deliver = resolve;
        signal.addEventListener("abort", () => resolve([]), { once: true });
      });
      if (records.length === 0) return;
      this.after = Math.max(this.after, records.at(-1)!.position);
      yield records;
    }
  }

  /** Delivers `count` records behind `after`, or what the journal throws. */
  deliver(after: Position, count: number): void {
    this.#deliver?.(readSome(this.#inner, after, count));
  }

  tail(): Promise<Position> {
    return this.#inner.tail();
  }

  forget(before: Position): Promise<void> {
    this.#side.forget(before);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #save(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const bytes = await Array.fromAsync(chunks);
    return await new Promise((resolve, reject) => {
      this.saving = { meta, bytes, resolve, reject };
    });
  }

  async #newest(before?: Position): Promise<StoredSnapshot | undefined> {
    const store = this.#inner.snapshots!;
    const newest = await store.newest(before);
    if (before !== undefined || newest === undefined) return newest;
    const found = this.#side.isDamaged() ? await store.newest(newest.meta.position) : newest;
    if (found !== undefined) this.#side.restored(found);
    return found;
  }
}

/** Reads at most `count` records behind `after`, of which there must be one. */
export async function readSome(
  journal: Journal,
  after: Position,
  count: number,
): Promise<readonly StoredRecord[]> {
  for await (const records of journal.follow(after, new AbortController().signal)) {
    return records.slice(0, count);
  }
  return [];
}

/** Returns the position of the oldest record that is kept. */
export async function firstOf(journal: Journal): Promise<Position> {
  if (await journal.tail() === 0) return 1;
  try {
    return (await readSome(journal, 0, 1))[0]!.position;
  } catch (error) {
    if (error instanceof JournalTruncatedError) return error.first;
    throw error;
  }
}
