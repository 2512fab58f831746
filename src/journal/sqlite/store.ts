/**
 * The database of a journal, without threads: records with a chain of checksums, and snapshots.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { AppendRefusedError, JournalTruncatedError } from "../../core/errors.ts";
import type { JournalRecord, Position, SnapshotMeta, StoredRecord } from "../../core/journal.ts";
import type { Appended } from "./protocol.ts";
import { JournalDamagedError, JournalInUseError, NotAJournalError } from "./errors.ts";

/** Options of {@linkcode RecordStore}. */
export interface StoreOptions {
  /** The folder of the journal. */
  readonly folder: string;
  /** Whether a power failure may lose the last records. */
  readonly synchronous: "full" | "normal";
  /** Whether to go on from what is left of a damaged journal. */
  readonly acceptLoss: boolean;
  /** The bytes of records from which on a snapshot may be due. */
  readonly snapshotBytes: number;
  /** The time for which records are kept at least. */
  readonly keepRecordsMs: number;
}

/** The end of a journal. */
interface Tail {
  readonly position: Position;
  /** The checksum of its last record, in hexadecimal. */
  readonly sum: string;
}

/** A row of the table of records. */
interface Row {
  readonly position: number;
  readonly session: string;
  readonly number: number;
  readonly at: number;
  readonly commands: string | Uint8Array;
  readonly sum: Uint8Array;
}

/** A snapshot that is stored. */
export interface SnapshotContents extends SnapshotMeta {
  /** Its size as it is stored. */
  readonly bytes: number;
  /** Whether it is as it was written. */
  readonly isWhole: boolean;
}

/** The records and snapshots of a journal. */
export interface JournalContents {
  /** The position of the first record that is kept. */
  readonly first: Position;
  /** The position of the last record. */
  readonly last: Position;
  /** Number of records. */
  readonly records: number;
  /** Their size as it is stored. */
  readonly bytes: number;
  /** The older one first. */
  readonly snapshots: readonly SnapshotContents[];
}

/** Stores the records and snapshots of one journal in a folder, which no other process can open. */
export class RecordStore {
  readonly #folder: string;
  readonly #path: string;
  readonly #database: DatabaseSync;
  /** Which file the database has open, to notice that another one took its place. */
  readonly #inode: number;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  /** The file that says what was acknowledged. */
  readonly #witness: number;
  /** The position of the first record that is kept. */
  #first: Position;
  #tail: Tail;
  /** The only session that may append, and its last record. */
  #session: string | undefined;
  #last: { readonly number: number; readonly position: Position } = { number: 0, position: 0 };
  /** The bytes of the newest snapshot, and of the records behind it. */
  #snapshotBytes = 0;
  readonly #leastBytes: number;
  readonly #keepMs: number;
  #bytesSince = 0;
  /** The bytes of the snapshot that is being stored, as they came. */
  #incoming: Hash = createHash("sha256");

  /**
   * Opens the journal in a folder, or begins one there.
   *
   * @throws {JournalInUseError} when another process has it open
   * @throws {NotAJournalError} when the file is something else, or of a newer version
   * @throws {JournalDamagedError} when records are damaged, or were lost after they were acknowledged
   */
  constructor(options: StoreOptions) {
    const { folder, synchronous, acceptLoss, snapshotBytes, keepRecordsMs } = options;
    this.#keepMs = keepRecordsMs;
    this.#folder = folder;
    this.#leastBytes = snapshotBytes;
    this.#path = join(folder, "journal.sqlite");
    mkdirSync(folder, { recursive: true });
    this.#database = openDatabase(this.#path, folder, synchronous);
    let witness: number | undefined;
    try {
      this.#inode = statSync(this.#path).ino;
      const { first, before } = this.#base();
      this.#first = first;
      this.#tail = this.#verify(before, acceptLoss);
      this.#measure();
      const path = join(folder, "acknowledged");
      const last = readWitness(path);
      if (last !== undefined && last.position > this.#tail.position && !acceptLoss) {
        throw new JournalDamagedError(folder, this.#tail.position + 1, last.position, "are gone");
      }
      this.#witness = witness = openSync(path, existsSync(path) ? "r+" : "w+");
      this.#acknowledge();
      writeFileSync(join(folder, "owner"), `${process.pid}\n`);
      this.#insert = this.#database.prepare(
        "INSERT INTO records (position, session, number, at, commands, sum) VALUES (?, ?, ?, ?, ?, ?)",
      );
      this.#select = this.#database.prepare(
        "SELECT position, session, number, at, commands, sum FROM records WHERE position > ? " +
          "ORDER BY position LIMIT ?",
      );
    } catch (error) {
      this.#database.close();
      if (witness !== undefined) closeSync(witness);
      throw error;
    }
  }

  /** The position of the last record, or 0. */
  get tail(): Position {
    return this.#tail.position;
  }

  /** Allows only `session` to append. */
  begin(session: string): Position {
    this.#session = session;
    this.#last = { number: 0, position: 0 };
    return this.tail;
  }

  /** Appends a record, and returns its position. See {@linkcode Journal.append}. */
  append(record: JournalRecord): Appended {
    const position = this.#append(record);
    const most = Math.max(this.#leastBytes, SNAPSHOT_RATIO * this.#snapshotBytes);
    return { position, isDue: this.#bytesSince > most };
  }

  #append({ session, number, at, commands }: JournalRecord): Position {
    if (session !== this.#session) {
      throw new AppendRefusedError("The journal was opened by another engine");
    }
    if (number <= this.#last.number) return this.#last.position;
    this.#requireFile();
    const position = this.tail + 1;
    const sum = sumOf(this.#tail.sum, { position, session, number, at, commands });
    const stored = packed(commands);
    try {
      this.#insert.run(position, session, number, at, stored, fromHex(sum));
    } catch (error) {
      if (FULL.has((error as { errcode?: number }).errcode ?? 0)) {
        const why = (error as Error).message;
        throw new AppendRefusedError(`The journal can't grow: ${why}`, { cause: error });
      }
      throw error;
    }
    this.#tail = { position, sum };
    this.#last = { number, position };
    this.#bytesSince += stored.length;
    this.#acknowledge();
    return position;
  }

  /** Has the first record come behind `position`, as those up to it were forgotten. Only while empty. */
  startBehind(position: Position): void {
    this.#transact(() => {
      this.#set("first", position + 1);
      this.#set("before", "");
    });
    this.#first = position + 1;
    this.#tail = { position, sum: "" };
    this.#acknowledge();
  }

  /** Returns what is stored. Reads each snapshot. */
  contents(): JournalContents {
    const { records, bytes } = this.#database.prepare(
      "SELECT count(*) AS records, coalesce(sum(length(commands)), 0) AS bytes FROM records",
    ).get() as { records: number; bytes: number };
    const rows = this.#database.prepare(
      `SELECT position, machine, version, digest, (SELECT coalesce(sum(length(bytes)), 0)
        FROM chunks WHERE chunks.position = snapshots.position) AS bytes
        FROM snapshots ORDER BY position`,
    ).all() as unknown as (Omit<SnapshotContents, "isWhole"> & { digest: string })[];
    const snapshots = rows.map(({ digest, ...snapshot }) => {
      return { ...snapshot, isWhole: this.#digestOf(snapshot.position) === digest };
    });
    return { first: this.#first, last: this.tail, records, bytes, snapshots };
  }

  /**
   * Returns records behind `after`, up to `most`, and fewer if their commands are long; none at the end.
   */
  read(after: Position, most: number): StoredRecord[] {
    if (after + 1 < this.#first) throw new JournalTruncatedError(after, this.#first);
    const records: StoredRecord[] = [];
    let length = 0;
    for (const row of this.#select.iterate(after, most) as unknown as Iterable<Row>) {
      const record = recordOf(row);
      records.push(record);
      length += record.commands.length;
      if (length >= MOST_READ) break;
    }
    return records;
  }

  /** Deletes the records before `before`. */
  forget(before: Position): void {
    const last = Math.min(before - 1, this.#lastOld());
    if (last < this.#first) return;
    const row = this.#database.prepare("SELECT sum FROM records WHERE position = ?").get(last) as
      | { sum: Uint8Array }
      | undefined;
    if (row === undefined) return;
    this.#transact(() => {
      this.#set("first", last + 1);
      this.#set("before", toHex(row.sum));
      this.#database.prepare("DELETE FROM records WHERE position <= ?").run(last);
    });
    this.#first = last + 1;
  }

  /** The position of the last record that is old enough to be forgotten. */
  #lastOld(): Position {
    if (this.#keepMs === 0) return this.tail;
    const { last } = this.#database.prepare(
      "SELECT coalesce(min(position), ?) - 1 AS last FROM records WHERE at > ?",
    ).get(this.tail + 1, Date.now() - this.#keepMs) as { last: number };
    return last;
  }

  /** Stores one chunk of a snapshot that is not complete yet. */
  addChunk(position: Position, index: number, chunk: Uint8Array): void {
    const bytes = deflateRawSync(chunk, { level: 1 });
    if (index === 0) {
      this.#incoming = createHash("sha256");
      this.#database.prepare("DELETE FROM chunks WHERE position = ?").run(position);
    }
    this.#incoming.update(bytes);
    this.#database.prepare("INSERT INTO chunks (position, number, bytes) VALUES (?, ?, ?)")
      .run(position, index, bytes);
  }

  /**
   * Completes a snapshot, after comparing what is stored with what came, and deletes all but the newest
   * two.
   */
  completeSnapshot({ position, machine, version }: SnapshotMeta): void {
    const digest = this.#digestOf(position);
    if (digest !== this.#incoming.digest("hex")) {
      throw new Error(`The snapshot at position ${position} is not stored as it was written`);
    }
    this.#transact(() => {
      this.#database.prepare(
        "INSERT OR REPLACE INTO snapshots (position, machine, version, digest) VALUES (?, ?, ?, ?)",
      ).run(position, machine, version, digest);
      const kept = "(SELECT position FROM snapshots ORDER BY position DESC LIMIT 2)";
      this.#database.exec(`DELETE FROM snapshots WHERE position NOT IN ${kept}`);
      this.#database.exec(
        "DELETE FROM chunks WHERE position NOT IN (SELECT position FROM snapshots)",
      );
    });
    this.#measure();
  }

  /** Returns the newest snapshot of a position below `before` that has its digest. */
  newestSnapshot(before: Position): SnapshotMeta | undefined {
    const rows = this.#database.prepare(
      "SELECT position, machine, version, digest FROM snapshots WHERE position < ? ORDER BY position DESC",
    ).all(Math.min(before, Number.MAX_SAFE_INTEGER)) as unknown as (SnapshotMeta & {
      digest: string;
    })[];
    const whole = rows.find(({ position, digest }) => this.#digestOf(position) === digest);
    if (whole === undefined) return undefined;
    const { position, machine, version } = whole;
    return { position, machine, version };
  }

  /** Returns a chunk of a snapshot, or `undefined` behind the last. */
  chunk(position: Position, index: number): Uint8Array | undefined {
    const row = this.#database.prepare("SELECT bytes FROM chunks WHERE position = ? AND number = ?")
      .get(position, index) as { bytes: Uint8Array } | undefined;
    return row && inflateRawSync(row.bytes);
  }

  /** Flushes and releases the journal. */
  close(): void {
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#database.close();
    closeSync(this.#witness);
    rmSync(join(this.#folder, "owner"), { force: true });
  }

  /** Reads all records, and returns the end of those that have their checksum. */
  #verify(before: string, acceptLoss: boolean): Tail {
    let tail: Tail = { position: this.#first - 1, sum: before };
    let problem: string | undefined;
    const rows = this.#database.prepare(
      "SELECT position, session, number, at, commands, sum FROM records ORDER BY position",
    ).iterate() as unknown as Iterable<Row>;
    for (const row of rows) {
      if (row.position !== tail.position + 1) problem = "are missing";
      else if (sumOf(tail.sum, recordOf(row)) !== toHex(row.sum)) problem = "are damaged";
      if (problem !== undefined) break;
      tail = { position: row.position, sum: toHex(row.sum) };
    }
    if (problem === undefined) return tail;
    const { last } = this.#database.prepare("SELECT max(position) AS last FROM records").get() as {
      last: number;
    };
    if (!acceptLoss) throw new JournalDamagedError(this.#folder, tail.position + 1, last, problem);
    this.#database.prepare("DELETE FROM records WHERE position > ?").run(tail.position);
    this.#database.prepare("DELETE FROM snapshots WHERE position > ?").run(tail.position);
    return tail;
  }

  #base(): { first: Position; before: string } {
    const get = (name: string) =>
      (this.#database.prepare("SELECT value FROM meta WHERE name = ?").get(name) as
        | { value: string }
        | undefined)?.value;
    return { first: Number(get("first") ?? 1), before: get("before") ?? "" };
  }

  /** Measures the newest snapshot, and what is behind it. */
  #measure(): void {
    const newest = "(SELECT coalesce(max(position), 0) FROM snapshots)";
    const { snapshot, records } = this.#database.prepare(
      `SELECT (SELECT coalesce(sum(length(bytes)), 0) FROM chunks WHERE position = ${newest}) AS snapshot,
        (SELECT coalesce(sum(length(commands)), 0) FROM records WHERE position > ${newest}) AS records`,
    ).get() as { snapshot: number; records: number };
    this.#snapshotBytes = snapshot;
    this.#bytesSince = records;
  }

  #set(name: string, value: string | number): void {
    this.#database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")
      .run(name, String(value));
  }

  #digestOf(position: Position): string {
    const hash = createHash("sha256");
    const rows = this.#database.prepare(
      "SELECT bytes FROM chunks WHERE position = ? ORDER BY number",
    ).iterate(position) as unknown as Iterable<{ bytes: Uint8Array }>;
    for (const { bytes } of rows) hash.update(bytes);
    return hash.digest("hex");
  }

  /** Notes the end, so that the next start notices when the file system loses it. */
  #acknowledge(): void {
    const { position, sum } = this.#tail;
    const text = `${position} ${sum}`;
    const line = `${text} ${createHash("sha256").update(text).digest("hex").slice(0, 16)}\n`;
    const bytes = new TextEncoder().encode(line.padEnd(WITNESS_BYTES));
    writeSync(this.#witness, bytes, 0, bytes.length, 0);
  }

  /** @throws {AppendRefusedError} when the file was deleted or moved, so that nothing would be kept */
  #requireFile(): void {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (found?.ino === this.#inode) return;
    throw new AppendRefusedError(`The journal was moved or deleted: ${this.#path}`);
  }

  #transact(work: () => void): void {
    this.#database.exec("BEGIN");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

/** Opens and claims a database. */
function openDatabase(path: string, folder: string, synchronous: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const { version } = database.prepare("SELECT sqlite_version() AS version").get() as {
      version: string;
    };
    requireVersion(version);
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    const { application_id: application } = database.prepare("PRAGMA application_id").get() as {
      application_id: number;
    };
    const { user_version: format } = database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() as {
      tables: number;
    };
    if (tables > 0 && application !== APPLICATION) {
      throw new NotAJournalError(path, "it is a database of another program");
    }
    if (format > FORMAT) {
      throw new NotAJournalError(path, `a newer version of Lockstep wrote it, in format ${format}`);
    }
    database.exec("PRAGMA journal_mode = WAL");
    database.exec(`PRAGMA synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`);
    database.exec("BEGIN EXCLUSIVE");
    database.exec(SCHEMA);
    database.exec(`PRAGMA application_id = ${APPLICATION}`);
    database.exec(`PRAGMA user_version = ${FORMAT}`);
    database.exec("COMMIT");
    return database;
  } catch (error) {
    database.close();
    const { errcode } = error as { errcode?: number };
    if (errcode === BUSY) throw new JournalInUseError(folder, ownerOf(folder));
    if (errcode === NOT_A_DATABASE) throw new NotAJournalError(path, "it is no database");
    throw error;
  }
}

/** @throws {Error} when the database engine is older than what this file was tested with */
function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 3 || (major === 3 && minor >= 45)) return;
  throw new Error(`Cannot open the journal: SQLite must be 3.45 or later, got ${version}`);
}

/** The process that says that it has the journal open. */
function ownerOf(folder: string): number | undefined {
  try {
    return parseInt(readFileSync(join(folder, "owner"), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

/** Returns what was acknowledged, or `undefined` when the file is absent or damaged. */
function readWitness(path: string): Tail | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
  const [position = "", sum = "", check] = text.split(" ");
  const digest = createHash("sha256").update(`${position} ${sum}`).digest("hex").slice(0, 16);
  return check === digest ? { position: Number(position), sum } : undefined;
}

/** Returns the checksum of a record behind the record with the sum `before`. */
function sumOf(
  before: string,
  { position, session, number, at, commands }: StoredRecord,
): string {
  return createHash("sha256").update(`${before}\n${position} ${session} ${number} ${at}\n`)
    .update(commands).digest("hex").slice(0, 2 * SUM_BYTES);
}

function recordOf({ position, session, number, at, commands }: Row): StoredRecord {
  return { position, session, number, at, commands: unpacked(commands) };
}

/** Compresses what is long: the commands of one record are alike. */
function packed(commands: string): string | Uint8Array {
  return commands.length < PACKED_FROM ? commands : deflateRawSync(commands, { level: 1 });
}

function unpacked(commands: string | Uint8Array): string {
  if (typeof commands === "string") return commands;
  try {
    return inflateRawSync(commands).toString("utf8");
  } catch {
    return ""; // so its checksum is wrong
  }
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(
    { length: text.length / 2 },
    (_, i) => parseInt(text.substr(2 * i, 2), 16),
  );
}

/** "LKST", by which a file says whose it is. */
const APPLICATION = 0x4c4b5354;

/** The version of the tables. */
const FORMAT = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    position INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    commands ANY NOT NULL,
    sum BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS snapshots (
    position INTEGER PRIMARY KEY,
    machine TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS chunks (
    position INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (position, number)
  ) STRICT;
`;

/** Result codes of SQLite. */
const BUSY = 5;
const NOT_A_DATABASE = 26;
/** After these a statement has stored nothing: read-only, and full. */
const FULL: ReadonlySet<number> = new Set([8, 13]);

/** Bytes of a checksum. */
const SUM_BYTES = 16;

/** Bytes of the file that says what was acknowledged. */
const WITNESS_BYTES = 80;

/** A snapshot is due when the records behind the newest one have this many times its bytes. */
const SNAPSHOT_RATIO = 4;

/** The length of commands from which on no further record is read, as they are stepped in one go. */
const MOST_READ = 50_000;

/** Number of characters from which on commands are compressed. */
const PACKED_FROM = 1_000;
