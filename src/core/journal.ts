/**
 * The journal of commands, which are appended before they are stepped. It determines the state: every
 * replay from the start, or from a snapshot, ends in the same state.
 *
 * @module
 */

import type { Instant, Named } from "./machine.ts";

/**
 * The place of a record in its journal: an integer from 1 that grows with each record, not always by
 * one. 0 is before the first record.
 *
 * @category Runtime
 */
export type Position = number;

/**
 * Commands that are appended in one go: one stored value, so that a store keeps all of them or none.
 * @category Runtime
 */
export interface JournalRecord {
  /** Identifies the engine that appends: random, and new at each start. */
  readonly session: string;
  /** The number of the record in its session: 1, 2, 3 … */
  readonly number: number;
  /** When the first command was sent, by the clock of its engine. */
  readonly at: Instant;
  /**
   * The commands in their order, as a JSON array. A number before a command is the time since the
   * command before, in milliseconds.
   */
  readonly commands: string;
}

/**
 * A record in its place.
 * @category Runtime
 */
export interface StoredRecord extends JournalRecord {
  /** Where it is in the journal. */
  readonly position: Position;
}

/**
 * Stores records in one order, the same for everyone who reads them.
 *
 * @category Runtime
 */
export interface Journal {
  /** The largest size of `commands`, in bytes of UTF-8. A command that needs more is rejected. */
  readonly maxRecordBytes: number;
  /**
   * Whether sessions append side by side. Otherwise an engine stops once the journal delivers the
   * beginning of another session.
   *
   * @default false
   */
  readonly isShared?: boolean;
  /**
   * The time without a record after which engines that share the journal end the session of another one,
   * in milliseconds. An engine without work appends three records in that time.
   *
   * @default 60_000
   */
  readonly sessionMs?: number | undefined;
  /** Where snapshots of the state are kept. @default none: each start reads the whole journal */
  readonly snapshots?: SnapshotStore | undefined;
  /**
   * Prepares for appends of `session`. From then on any other session that appends is refused, unless
   * the journal is shared.
   *
   * @returns the position of the last record, or 0
   */
  open(session: string): Promise<Position>;
  /**
   * Appends a record behind all others, and resolves with its position when it is safe: from then on
   * no crash loses it. Idempotent by session and number: a record that is stored already is not stored
   * again.
   *
   * Rejects with an `AppendRefusedError` when this call stored nothing and never will. After any other
   * error the outcome is unknown, and the engine offers the same record until it is known.
   *
   * An engine has one call under way at a time, apart from those whose records were delivered.
   */
  append(record: JournalRecord): Promise<Position>;
  /**
   * Iterates over everything behind `after` in order, several records at a time, and then over what is
   * appended, until `signal` is aborted.
   *
   * @throws {JournalTruncatedError} when some of it was forgotten
   */
  follow(after: Position, signal: AbortSignal): AsyncIterable<readonly StoredRecord[]>;
  /** Resolves with the position of the last record that was acknowledged to anyone. */
  tail(): Promise<Position>;
  /** Allows the journal to forget the records before `before`, which no reader needs. */
  forget(before: Position): Promise<void>;
  /** Flushes, and releases all resources. The last call. */
  close(): Promise<void>;
}

/**
 * Describes a state to start from, in place of the records that led to it.
 * @category Runtime
 */
export interface SnapshotMeta {
  /** The position of the last record that led to it. */
  readonly position: Position;
  /** The name of the machine. */
  readonly machine: string;
  /** The version of the machine: another one has another state. */
  readonly version: number;
}

/**
 * A state that is stored.
 * @category Runtime
 */
export interface StoredSnapshot {
  /** Its position and its machine. */
  readonly meta: SnapshotMeta;
  /** Its bytes. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Stores states. It keeps the newest two at least: the older one serves if the newer one is damaged,
 * which the store has to notice, as by a digest.
 *
 * @category Runtime
 */
export interface SnapshotStore {
  /**
   * Takes a snapshot of what is stored, without the engine, and has the journal forget what lies before
   * the older one. Resolves with `false` if it can't, as it doesn't know the machine.
   */
  take?(): Promise<boolean>;
  /** Stores a snapshot, whole or not at all. */
  save(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Resolves with the newest snapshot of a position below `before` that is whole, or `undefined`. */
  newest(before?: Position): Promise<StoredSnapshot | undefined>;
}

/** A command of a record. */
export interface Entry<Command> {
  /** When it was sent; never earlier than the entry before. */
  readonly at: Instant;
  /** As JSON represents it. */
  readonly command: Command;
}

/**
 * A part of a record, in the order of its text: a command, or the time since the command before, in
 * milliseconds. A command that is not flat is its text, so that each reader has its own.
 */
export type SentPart = Named | string | number;

/**
 * A record of commands as they were sent. Their text is made when it is first read: a journal in memory
 * never reads it, and delivers the commands themselves.
 */
export class SentRecord implements StoredRecord {
  readonly session: string;
  readonly number: number;
  readonly at: Instant;
  readonly position: Position;
  /** A property of its own, so that a copy of the record has it. */
  declare readonly commands: string;
  readonly #parts: readonly SentPart[];
  #text: string | undefined;

  /** Creates a record of the parts; the position is 0 until it has one. */
  constructor(
    session: string,
    number: number,
    at: Instant,
    parts: readonly SentPart[],
    position: Position = 0,
  ) {
    this.session = session;
    this.number = number;
    this.at = at;
    this.position = position;
    this.#parts = parts;
    Object.defineProperty(this, "commands", {
      enumerable: true,
      get: () => this.#text ??= textOf(parts),
    });
  }

  /** Returns the same record at `position`. */
  placedAt(position: Position): SentRecord {
    return new SentRecord(this.session, this.number, this.at, this.#parts, position);
  }

  /** Returns the commands and the times between them. */
  parts(): readonly (Named | number)[] {
    const parts = this.#parts;
    if (!parts.some(isText)) return parts as readonly (Named | number)[];
    return parts.map((part) => isText(part) ? JSON.parse(part) as Named : part);
  }
}

function isText(part: SentPart): part is string {
  return typeof part === "string";
}

function textOf(parts: readonly SentPart[]): string {
  return `[${parts.map((part) => isText(part) ? part : JSON.stringify(part)).join(",")}]`;
}

/** Returns the commands of a record, and before those of a later time the milliseconds in between. */
export function partsOf<Command extends Named>(
  record: Pick<JournalRecord, "commands">,
): readonly (Command | number)[] {
  if (record instanceof SentRecord) return record.parts() as readonly (Command | number)[];
  return JSON.parse(record.commands);
}

/** Returns the commands of a record, each with its time. */
export function entriesOf<Command extends Named>(
  record: Pick<JournalRecord, "at" | "commands">,
): Entry<Command>[] {
  let { at } = record;
  const entries: Entry<Command>[] = [];
  for (const part of partsOf<Command>(record)) {
    if (typeof part === "number") at += part;
    else entries.push({ at, command: part });
  }
  return entries;
}

/** Names a command of a journal: `17:0` is the first command of the record at position 17. */
export function placeOf(position: Position, index: number): string {
  return `${position}:${index}`;
}

/** Returns the position in the place of a command, or `NaN`. */
export function positionOf(place: string): Position {
  return /^\d+:\d+$/.test(place) ? parseInt(place) : NaN;
}
