/**
 * A journal in a folder, in a database of SQLite.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { quote } from "../../core/arguments.ts";
import {
  boolean,
  integer,
  ms,
  oneOf,
  type Options,
  readConfig,
  requireKnown,
} from "../../core/config.ts";
import { errorFrom } from "../../core/error_data.ts";
import { AppendRefusedError, ClosedError, JournalTruncatedError } from "../../core/errors.ts";
import { Followers } from "../../core/followers.ts";
import type {
  Journal,
  JournalRecord,
  Position,
  SnapshotMeta,
  SnapshotStore,
  StoredRecord,
  StoredSnapshot,
} from "../../core/journal.ts";
import { JournalDamagedError, JournalInUseError, NotAJournalError } from "./errors.ts";
import type { Answer, Appended, Call, SentError, Taken } from "./protocol.ts";
import { SNAPSHOTTER_URL } from "./snapshotter.ts";
import type { StoreOptions } from "./store.ts";
import { type ThreadData, WORKER_URL } from "./worker.ts";

/** Options of {@linkcode SqliteJournal}. */
export interface SqliteJournalOptions {
  /**
   * When a record counts as safe. `full`: once it is on the disk, so that nothing that was acknowledged
   * is lost, also when the power fails. `normal`: once the operating system has it, so that a crash of
   * the process loses nothing, and a power failure may lose the last records. @default "full"
   */
  synchronous?: "full" | "normal";
  /**
   * Whether to go on from the records before the first one that is damaged or gone; the others are
   * deleted. @default false: the journal can't be opened then
   */
  acceptLoss?: boolean;
  /**
   * The bytes of records from which on a snapshot is taken of them, if they are four times those of the
   * snapshot before, too. @default 4 MiB
   */
  snapshotBytes?: number;
  /**
   * The time for which records are kept at least, in milliseconds, also when a snapshot stands for them:
   * so long can the past be looked at. @default 0
   */
  keepRecordsMs?: number;
  /** The largest size of the commands of one record, in bytes. @default 16 MiB */
  maxRecordBytes?: number;
}

/**
 * A journal in a folder that this process has for itself. Needs `node:sqlite` and threads: Deno, Node
 * 22.18, or Bun where it has that module.
 *
 * Each record is one row with a checksum over all records before it, written by a thread of its own.
 *
 * @example
 * ```ts
 * import { ResourceManager } from "@lockstep/lockstep";
 * import { SqliteJournal } from "@lockstep/lockstep/journal/sqlite";
 *
 * const folder = Deno.makeTempDirSync();
 * const before = new ResourceManager({}, undefined, undefined, {
 *   journal: new SqliteJournal(folder),
 * });
 * await before.initialize();
 * await before.acquire("db", "writer");
 * await before.shutdown();
 *
 * await using after = new ResourceManager({}, undefined, undefined, {
 *   journal: new SqliteJournal(folder),
 * });
 * await after.initialize();
 * console.log(after.holderOf("db")); // writer
 * ```
 */
export class SqliteJournal implements Journal {
  readonly maxRecordBytes: number;
  readonly snapshots: SnapshotStore;
  readonly #snapshots: ThreadSnapshots;
  readonly #thread: Thread;
  #tail: Position = 0;
  /** The newest records, so that they need not be read to be delivered. */
  #recent: StoredRecord[] = [];
  readonly #followers = new Followers();

  /** Creates a journal in `folder`, which {@linkcode open} makes if there is none. */
  constructor(folder: string, options: SqliteJournalOptions = {}) {
    const attempt = () => `create a journal in ${quote(folder)}`;
    if (typeof folder !== "string" || folder === "") {
      throw new TypeError(`Cannot create a journal: folder must be a path, got ${quote(folder)}`);
    }
    requireKnown([SQLITE_OPTIONS], options, attempt);
    const { maxRecordBytes, ...rest } = readConfig(SQLITE_OPTIONS, options, attempt);
    this.maxRecordBytes = maxRecordBytes;
    this.#thread = new Thread({ folder, ...rest });
    this.snapshots = this.#snapshots = new ThreadSnapshots(this.#thread);
  }

  async open(session: string): Promise<Position> {
    this.#tail = await this.#thread.call({ type: "open", session }) as Position;
    return this.#tail;
  }

  async append(record: JournalRecord): Promise<Position> {
    const call = { type: "append", record } as const;
    const { position, isDue } = await this.#thread.call(call) as Appended;
    if (isDue) this.#snapshots.takeDue();
    if (position !== this.#tail + 1) return position; // it was stored before
    this.#tail = position;
    this.#recent.push({ ...record, position });
    if (this.#recent.length > 2 * MOST_RECENT) this.#recent = this.#recent.slice(-MOST_RECENT);
    this.#followers.wake();
    return position;
  }

  async *follow(
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StoredRecord[], void, undefined> {
    const read = () =>
      this.#thread.ahead({ type: "read", after, most: PAGE }) as Promise<StoredRecord[]>;
    let next: Promise<StoredRecord[]> | undefined;
    while (!signal.aborted) {
      if (after >= this.#tail) {
        await this.#followers.wait(signal);
        continue;
      }
      const records = this.#recentAfter(after) ?? await (next ?? read());
      next = undefined;
      if (signal.aborted) return;
      if (records.length === 0) throw new Error(`The record behind ${after} is gone`);
      after = records.at(-1)!.position;
      if (after < this.#tail && this.#recentAfter(after) === undefined) next = read();
      yield records;
    }
  }

  tail(): Promise<Position> {
    return Promise.resolve(this.#tail);
  }

  forget(before: Position): Promise<void> {
    return this.#thread.call({ type: "forget", before }) as Promise<void>;
  }

  async close(): Promise<void> {
    this.#snapshots.close();
    await this.#thread.close();
  }

  /** Returns the records behind `after`, if all of them are among the newest. */
  #recentAfter(after: Position): readonly StoredRecord[] | undefined {
    const first = this.#recent[0]?.position ?? Infinity;
    return after + 1 < first ? undefined : this.#recent.slice(after + 1 - first);
  }
}

class ThreadSnapshots implements SnapshotStore {
  readonly #thread: Thread;
  /** The snapshot that is being taken. */
  #taking: Promise<boolean> | undefined;
  #isClosed = false;
  #hasFailed = false;

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  take(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    this.#taking ??= this.#take().finally(() => this.#taking = undefined);
    return this.#taking;
  }

  /** Takes one that is due, unless the last one failed. */
  takeDue(): void {
    if (this.#taking !== undefined || this.#hasFailed) return;
    this.take().catch(() => this.#hasFailed = true);
  }

  /** Takes none any more; the one that is being taken ends with the thread. */
  close(): void {
    this.#isClosed = true;
  }

  async #take(): Promise<boolean> {
    const { position, problem } = await this.#thread.call({ type: "take-snapshot" }) as Taken;
    if (problem !== undefined && !this.#isClosed) {
      throw new Error(`Cannot take a snapshot of the journal: ${problem}`);
    }
    return position !== undefined;
  }

  async save(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { position } = meta;
    let index = 0;
    for await (const chunk of chunks) {
      await this.#thread.call({ type: "add-chunk", position, index: index++, chunk });
    }
    await this.#thread.call({ type: "complete-snapshot", meta });
  }

  async newest(before: Position = Infinity): Promise<StoredSnapshot | undefined> {
    const meta = await this.#thread.call({ type: "newest-snapshot", before });
    if (meta === undefined) return undefined;
    return { meta: meta as SnapshotMeta, chunks: this.#chunks((meta as SnapshotMeta).position) };
  }

  async *#chunks(position: Position): AsyncGenerator<Uint8Array, void, undefined> {
    const read = (index: number) =>
      this.#thread.ahead({ type: "chunk", position, index }) as Promise<Uint8Array | undefined>;
    let next = read(0);
    for (let index = 1;; index++) {
      const chunk = await next;
      if (chunk === undefined) return;
      next = read(index);
      yield chunk;
    }
  }
}

/** The receiver of an answer. */
interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that answers calls in their order. It keeps the process alive while it has one to answer. */
class Thread {
  readonly #options: StoreOptions;
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #closing: Promise<void> | undefined;
  /** Why the thread has ended. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  call(call: Call): Promise<unknown> {
    if (this.#closing !== undefined) {
      return Promise.reject(new ClosedError(call.type, "the journal"));
    }
    return this.#send(call);
  }

  /** The same, for an answer that may not be needed: the thread is at work while the one before is used. */
  ahead(call: Call): Promise<unknown> {
    const answer = this.call(call);
    answer.catch(() => {});
    return answer;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#worker === undefined || this.#failure !== undefined) return;
    try {
      await this.#send({ type: "close" });
    } finally {
      await this.#worker.terminate();
    }
  }

  #send(call: Call): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    const worker = this.#worker ??= this.#start();
    const id = ++this.#calls;
    if (this.#waiting.size === 0) worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, call });
    });
  }

  #start(): Worker {
    const data: ThreadData = {
      thread: "lockstep-journal",
      options: this.#options,
      snapshotter: SNAPSHOTTER_URL.href,
    };
    const worker = new Worker(WORKER_URL, { workerData: data });
    worker.on("message", ({ id, ...answer }: Answer) => {
      const waiting = this.#waiting.get(id)!;
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (answer.error === undefined) waiting.resolve((answer as { value: unknown }).value);
      else waiting.reject(revived(answer.error));
    });
    worker.on("error", (error: unknown) => this.#fail(error));
    worker.on("exit", () => this.#fail(new Error("The thread of the journal has ended")));
    return worker;
  }

  /** Rejects all calls, of which the outcome is unknown, and those that follow. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/** Returns an error of the thread as an instance of its class. */
function revived({ from, to, pid, first, ...data }: SentError): Error {
  const error = errorFrom(data);
  const prototype = CLASSES.get(data.code ?? "")?.prototype;
  if (prototype === undefined) return error;
  const fields = Object.entries({ from, to, pid, first }).filter(([, value]) =>
    value !== undefined
  );
  return Object.assign(Object.setPrototypeOf(error, prototype), Object.fromEntries(fields));
}

const CLASSES: ReadonlyMap<string, { readonly prototype: object }> = new Map<
  string,
  { readonly prototype: object }
>([
  ["append-refused", AppendRefusedError],
  ["journal-truncated", JournalTruncatedError],
  ["journal-in-use", JournalInUseError],
  ["journal-damaged", JournalDamagedError],
  ["not-a-journal", NotAJournalError],
]);

/** The default and the check of each option. */
const SQLITE_OPTIONS: Options<Required<SqliteJournalOptions>> = {
  synchronous: oneOf<"full" | "normal">("full", ["full", "normal"]),
  acceptLoss: boolean(false),
  snapshotBytes: integer(4 << 20, 1),
  keepRecordsMs: ms(0),
  maxRecordBytes: integer(1 << 24, 1_000, 1 << 28),
};

/** The number of records that are kept for those that follow closely. */
const MOST_RECENT = 64;

/** The number of records that are read at a time. */
const PAGE = 100;
