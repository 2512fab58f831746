/**
 * Checks a journal in a folder, writes it as JSON lines, and reads such lines into a folder.
 *
 * The first line says what follows: the chunks of a snapshot, if older records were forgotten, and then
 * the records.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { quote } from "../../core/arguments.ts";
import { LockstepError } from "../../core/errors.ts";
import type { JournalRecord, Position, SnapshotMeta } from "../../core/journal.ts";
import { NotAJournalError } from "./errors.ts";
import { type JournalContents, RecordStore } from "./store.ts";

/** Lines that are no export of a journal, or a folder that is not empty. Nothing was written. */
export class JournalImportError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "journal-import";
  /** The number of the line, from 1; `undefined` when it is about the folder. */
  readonly line: number | undefined;
  /** Says what must be there. */
  constructor(line: number | undefined, rule: string) {
    const where = line === undefined ? "" : `line ${line} `;
    super(`Cannot import a journal: ${where}${rule}`);
    this.line = line;
  }
}

/** The first line of an export. */
interface Header {
  readonly type: "lockstep-journal";
  readonly format: 1;
  /** The position before the first record. */
  readonly behind: Position;
  /** The position of the last record. */
  readonly last: Position;
  /** The snapshot at `behind`, unless that is 0. */
  readonly snapshot?: SnapshotMeta;
  /** Number of its chunks. */
  readonly chunks?: number;
  /** A text beside the journal that its owner keeps. */
  readonly note?: string;
}

/**
 * Returns what is in the journal of a folder, after verifying each record.
 *
 * @throws {JournalDamagedError} when records are damaged or gone
 * @throws {JournalInUseError} when another process has it open
 * @throws {NotAJournalError} when there is none
 */
export function checkJournal(folder: string): JournalContents {
  const store = openStore(folder);
  try {
    return store.contents();
  } finally {
    store.close();
  }
}

/**
 * Iterates over the lines of an export, without line breaks: a header, the snapshot before the oldest
 * record that is kept, and the records. Throws as {@linkcode checkJournal} does.
 */
export function* exportJournal(folder: string, note?: string): Generator<string, void, undefined> {
  const store = openStore(folder);
  try {
    const { first, last, snapshots } = store.contents();
    // Records that are kept for longer than the snapshot before them lead to no state.
    const oldest = snapshots.find(({ position, isWhole }) => isWhole && position >= first - 1);
    if (first > 1 && oldest === undefined) {
      throw new NotAJournalError(folder, `a snapshot at position ${first - 1} or later is missing`);
    }
    const snapshot = first > 1 ? store.newestSnapshot(oldest!.position + 1) : undefined;
    const behind = snapshot?.position ?? 0;
    const header: Header = {
      type: "lockstep-journal",
      format: 1,
      behind,
      last,
      ...snapshot && { snapshot, chunks: chunksOf(store, snapshot) },
      ...note !== undefined && { note },
    };
    yield JSON.stringify(header);
    for (let i = 0; snapshot !== undefined; i++) {
      const chunk = store.chunk(snapshot.position, i);
      if (chunk === undefined) break;
      yield JSON.stringify({ chunk: Buffer.from(chunk).toString("base64") });
    }
    for (let after = behind; after < last;) {
      for (const { position, session, number, at, commands } of store.read(after, PAGE)) {
        yield JSON.stringify({ position, session, number, at, commands: JSON.parse(commands) });
        after = position;
      }
    }
  } finally {
    store.close();
  }
}

/**
 * Makes a journal of the lines of an export, in a folder that is new or empty. All or nothing: it is
 * written beside the folder, and then renamed. Resolves with what is in it, and its note.
 *
 * @throws {JournalImportError} when the folder is not empty, or a line is malformed, with its number
 */
export async function importJournal(
  folder: string,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<JournalContents & { readonly note?: string }> {
  const target = resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new JournalImportError(undefined, `${quote(folder)} must be empty`);
  }
  const draft = `${target}.import-${randomUUID()}`;
  try {
    const store = new RecordStore({ ...DEFAULTS, folder: draft });
    let header: Header;
    let contents: JournalContents;
    try {
      header = await readInto(store, lines);
      contents = store.contents();
    } finally {
      store.close();
    }
    mkdirSync(target, { recursive: true });
    renameSync(draft, target);
    return { ...contents, ...header.note !== undefined && { note: header.note } };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function chunksOf(store: RecordStore, { position }: SnapshotMeta): number {
  let count = 0;
  while (store.chunk(position, count) !== undefined) count++;
  return count;
}

function openStore(folder: string): RecordStore {
  const path = join(folder, "journal.sqlite");
  if (!existsSync(path)) throw new NotAJournalError(path, "there is no such file");
  return new RecordStore({ ...DEFAULTS, folder });
}

/** Reads all lines. @throws {JournalImportError} at the first one that is malformed */
async function readInto(
  store: RecordStore,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<Header> {
  let header: Header | undefined;
  let session: string | undefined;
  let chunks = 0;
  let number = 0;
  for await (const text of lines) {
    const line = ++number;
    const refuse = (rule: string) => new JournalImportError(line, rule);
    const value = parsed(text);
    if (value === undefined) throw refuse(`must be a JSON object, got ${quote(text)}`);
    if (header === undefined) {
      header = headerOf(value, refuse);
      if (header.behind > 0) store.startBehind(header.behind);
      continue;
    }
    const { chunk } = value;
    if (chunks < (header.chunks ?? 0)) {
      if (typeof chunk !== "string") throw refuse(`${MISSING_CHUNK}, got ${quote(text)}`);
      store.addChunk(header.behind, chunks++, Buffer.from(chunk, "base64"));
      if (chunks === header.chunks) store.completeSnapshot(header.snapshot!);
      continue;
    }
    const record = recordOf(value, refuse);
    const expected = store.tail + 1;
    if (record.position !== expected) {
      throw refuse(`must be the record at position ${expected}, got ${quote(record.position)}`);
    }
    if (record.session !== session) store.begin(session = record.session);
    if (store.append(record).position !== expected) {
      throw refuse(`must have a larger number in its session, got ${record.number}`);
    }
  }
  if (header === undefined) throw new JournalImportError(1, "must be the header, got the end");
  if (chunks < (header.chunks ?? 0)) {
    throw new JournalImportError(number + 1, `${MISSING_CHUNK}, got the end`);
  }
  if (store.tail !== header.last) {
    const missing = `must be the record at position ${store.tail + 1} of ${header.last}`;
    throw new JournalImportError(number + 1, `${missing}, got the end`);
  }
  return header;
}

type Fields = Readonly<Record<string, unknown>>;

type Refuse = (rule: string) => JournalImportError;

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Fields : undefined;
  } catch {
    return undefined;
  }
}

function headerOf(value: Fields, refuse: Refuse): Header {
  const { type, format, behind, last, snapshot, chunks, note } = value;
  if (type !== "lockstep-journal") {
    throw refuse(
      `must be the header of an export, with type "lockstep-journal", got ${quote(type)}`,
    );
  }
  if (format !== 1) throw refuse(`must have format 1, got ${quote(format)}`);
  const { position, machine, version } = (snapshot ?? {}) as Fields;
  const isWhole = isCount(behind, 0) && isCount(last, behind) &&
    (note === undefined || typeof note === "string") &&
    (behind === 0) === (snapshot === undefined) &&
    (snapshot === undefined ||
      (position === behind && typeof machine === "string" && isCount(version, 1) &&
        isCount(chunks, 1)));
  if (!isWhole) throw refuse(`must be a whole header, got ${quote(value)}`);
  return value as unknown as Header;
}

function recordOf(value: Fields, refuse: Refuse): JournalRecord & { readonly position: unknown } {
  const { position, session, number, at, commands } = value;
  if (typeof session !== "string" || session === "") {
    throw refuse(`must have a session, got ${quote(session)}`);
  }
  if (!isCount(number, 1)) throw refuse(`must have a number from 1, got ${quote(number)}`);
  if (!Number.isSafeInteger(at)) throw refuse(`must have a time, got ${quote(at)}`);
  const isList = Array.isArray(commands) && commands.length > 0 && commands.every(isEntry);
  if (!isList) throw refuse(`must have a list of commands, got ${quote(commands)}`);
  return { position, session, number, at: at as number, commands: JSON.stringify(commands) };
}

/** Returns whether a part of a record is a time or a command. */
function isEntry(part: unknown): boolean {
  return isCount(part, 1) || typeof (part as Fields | null)?.["type"] === "string";
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

const MISSING_CHUNK = "must be a chunk of the snapshot";

const DEFAULTS = {
  synchronous: "normal",
  acceptLoss: false,
  snapshotBytes: Number.MAX_SAFE_INTEGER,
  keepRecordsMs: 0,
} as const;

/** The number of records that are read at a time. */
const PAGE = 100;
