/**
 * The state to which a journal leads: every replica that takes the same records has the same.
 *
 * @module
 */

import { quote } from "./arguments.ts";
import { differences } from "./config.ts";
import { encodeLines, LineDecoder } from "./data/lines.ts";
import { fork } from "./data/plain.ts";
import { InvariantError, JournalUnreadableError } from "./errors.ts";
import {
  type Journal,
  partsOf,
  placeOf,
  type Position,
  type SnapshotMeta,
  type StoredRecord,
} from "./journal.ts";
import type { Instant, Machine, Named } from "./machine.ts";

/** The machine that writes a journal, and the format of its records. */
export interface Epoch {
  /** The version of the records, and of the contents of snapshots. */
  readonly format: number;
  /** The name of the machine. */
  readonly machine: string;
  /** The version of the machine. */
  readonly version: number;
}

/** The first command of each session: which machine reads the journal from here on. */
export interface BeginSession extends Epoch, Named<"begin-session"> {
  /** The options of the machine, if it has any. */
  readonly config?: object;
}

/**
 * Ends the session of another engine for good, unless that has appended since its record `number`.
 * Engines that share a journal end what they have long read nothing of.
 */
export interface EndSession extends Named<"end-session"> {
  /** The session that ends. */
  readonly session: string;
  /** The number of its last record, as far as the engine that ends it has read. */
  readonly number: number;
}

/** The contents of a snapshot. */
interface Kept<State> {
  readonly state: State;
  readonly now: Instant;
  readonly sequence: number;
  readonly sessions: ReadonlyMap<string, number>;
}

/** Steps a command of a record. */
export type Step = (command: Named, at: Instant, index: number) => void;

/** The parts of a machine that a replica uses, whatever its commands and events. */
export interface SteppedMachine<State>
  extends Pick<Machine<State, Named, Named>, "name" | "version" | "config" | "init" | "upgrade"> {
  /** See {@linkcode Machine.configIn}. */
  configIn?(state: State): object;
  /** See {@linkcode Machine.step}. */
  step(state: State, command: never, now: Instant, events: never[]): unknown;
}

/** Takes the records of a journal in order. */
export class Replica<State> {
  /** The state after the last step. */
  state: State;
  /** The time of the last step. */
  now: Instant = -Infinity;
  /** Number of events of all steps that this replica did itself. */
  sequence = 0;
  /** The position of the last record that was taken. */
  position: Position = 0;
  /** The commands that were left out. */
  readonly skipped: Set<string> = new Set();
  readonly #machine: SteppedMachine<State>;
  readonly #skip: ReadonlySet<string>;
  /** By session, the number of its last record; {@linkcode OVER} when no record of it is stepped any more. */
  #sessions = new Map<string, number>();
  /** The machine that wrote the journal, once the first record was taken. */
  #epoch: Epoch | undefined;
  /** The command of the record that is stepped. */
  #index = 0;
  /** The version of the snapshot that was upgraded, until this version has begun a session. */
  #upgradedFrom: number | undefined;

  /** Starts from the first state of `machine`, and leaves out the commands that `skip` names. */
  constructor(machine: SteppedMachine<State>, skip: readonly string[] = []) {
    this.#machine = machine;
    this.#skip = new Set(skip);
    this.state = machine.init();
  }

  /** The place of the command that is stepped. */
  get place(): string {
    return placeOf(this.position, this.#index);
  }

  /** The options that the machine has and the state has not, by name; none before the first record. */
  get changed(): readonly string[] {
    const { config, configIn } = this.#machine;
    if (this.#epoch === undefined || config === undefined || configIn === undefined) return [];
    return differences(configIn(this.state), config);
  }

  /** The sessions that are not over, the one that appended last at the end. */
  sessions(): string[] {
    return [...this.#sessions.keys()].filter((session) => !this.isOver(session));
  }

  /** Whether a session was ended, so that nothing that it appends is stepped. */
  isOver(session: string): boolean {
    return this.#sessions.get(session) === OVER;
  }

  /** Returns the command that ends a session at its last record, unless it is over or unknown. */
  endOf(session: string): EndSession | undefined {
    const number = this.#sessions.get(session);
    if (number === undefined || number === OVER) return undefined;
    return { type: "end-session", session, number };
  }

  /** Returns the first command of a session of this machine. */
  beginning(): BeginSession {
    const { config } = this.#machine;
    return { type: "begin-session", ...epochOf(this.#machine), ...(config && { config }) };
  }

  /**
   * Returns a snapshot, with the number of events so far. Its lines are made one by one, and no record
   * may be taken meanwhile.
   */
  snapshot(sequence: number): { meta: SnapshotMeta; lines: Iterable<string> } {
    const { state, now } = this;
    const kept: Kept<State> = { state, now, sequence, sessions: this.#sessions };
    const { machine, version } = epochOf(this.#machine);
    return { meta: { position: this.position, machine, version }, lines: encodeLines(kept) };
  }

  /** Continues from a snapshot, of which `contents` are decoded. @throws {JournalUnreadableError} when another machine made it */
  restore({ position, machine, version }: SnapshotMeta, contents: unknown): void {
    const { name, version: own = 1, upgrade } = this.#machine;
    const isUpgraded = machine === name && version < own && upgrade !== undefined;
    const epoch = { format: FORMAT, machine, version: isUpgraded ? own : version };
    this.#requireOwn(epoch);
    const kept = contents as Kept<State>;
    this.state = isUpgraded ? upgrade(kept.state, version) : kept.state;
    this.#upgradedFrom = isUpgraded ? version : undefined;
    this.now = kept.now;
    this.sequence = kept.sequence;
    this.#sessions = kept.sessions as Map<string, number>;
    this.#epoch = epoch;
    this.position = position;
  }

  /**
   * Takes a record: steps its commands with `step`, or by itself. One that was delivered before is left
   * out.
   *
   * @throws {JournalUnreadableError} when a record is missing, or is of another machine or version
   * @throws {InvariantError} when a command breaks the machine
   */
  take(record: StoredRecord, step: Step = this.#step): void {
    if (record.position > this.position) this.position = record.position;
    if (!this.#isNext(record)) return;
    let { at } = record;
    let index = 0;
    for (const command of partsOf<Named>(record)) {
      if (typeof command === "number") {
        at += command;
        continue;
      }
      if (this.#upgradedFrom !== undefined) this.#requireBegin(command);
      if (at > this.now) this.now = at;
      this.#index = index;
      if (this.#skip.size > 0 && this.#skip.has(this.place)) this.skipped.add(this.place);
      else if (command.type === "begin-session") {
        this.#begin(command as BeginSession, step);
      } else if (command.type === "end-session") this.#end(command as EndSession);
      else if (command.type !== "renew-session") step(command, this.now, index);
      index++;
    }
  }

  /** Whether a record is the next one of its session; not when it was delivered before, or that is over. */
  #isNext({ session, number, position }: StoredRecord): boolean {
    const last = this.#sessions.get(session) ?? 0;
    if (number <= last) return false;
    if (number > last + 1) {
      const rule = `record ${last + 1} of session ${quote(session)} must come before ${number}`;
      throw new JournalUnreadableError(`Cannot read the journal at position ${position}: ${rule}`);
    }
    this.#sessions.delete(session); // it becomes the newest
    this.#sessions.set(session, number);
    if (this.#sessions.size > MOST_SESSIONS) {
      this.#sessions.delete(this.#sessions.keys().next().value!);
    }
    return true;
  }

  /** Notes which machine reads on, and puts its options in force unless they are. */
  #begin({ type: _, config, ...epoch }: BeginSession, step: Step): void {
    this.#requireOwn(epoch);
    const isFirst = this.#epoch === undefined;
    this.#epoch = epoch;
    const { configIn } = this.#machine;
    if (config === undefined || configIn === undefined) return;
    if (!isFirst && differences(configIn(this.state), config).length === 0) return;
    step({ type: "configure", config } as Named, this.now, this.#index);
  }

  #end({ session, number }: EndSession): void {
    if (this.#sessions.get(session) === number) this.#sessions.set(session, OVER);
  }

  /**
   * Requires that no record of the earlier version follows its snapshot, which only that version can step.
   */
  #requireBegin({ type }: Named): void {
    if (type !== "begin-session") {
      const way = "start it once more with that version, and take a snapshot before it ends";
      throw new JournalUnreadableError(
        `Cannot read the journal: version ${this.#upgradedFrom} wrote the record at position ` +
          `${this.position}, behind its snapshot; ${way}`,
      );
    }
    this.#upgradedFrom = undefined;
  }

  /** @throws {JournalUnreadableError} when another machine wrote the journal */
  #requireOwn({ format, machine, version }: Epoch): void {
    const own = epochOf(this.#machine);
    if (format === FORMAT && machine === own.machine && version === own.version) return;
    const read = `format ${FORMAT}, machine ${own.machine}, version ${own.version}`;
    const found = `format ${format}, machine ${machine}, version ${version}`;
    throw new JournalUnreadableError(`Cannot read the journal: it must have ${read}, got ${found}`);
  }

  readonly #step = (command: Named, at: Instant): void => this.step(command, at, []);

  /**
   * Steps a command, and appends its events to `events`.
   *
   * @throws {InvariantError} when it breaks the machine; the message names its place
   */
  step(command: Named, at: Instant, events: Named[]): void {
    const first = events.length;
    try {
      this.#machine.step(this.state, command as never, at, events as never[]);
    } catch (cause) {
      const where = `the machine ${this.#machine.name} broke at ${this.place}`;
      const attempt = `read the journal: its command ${command.type}`;
      const way = `skip: ["${this.place}"] leaves it out`;
      throw new InvariantError(`Cannot ${attempt} must be stepped, but ${where}; ${way}`, {
        cause,
      });
    }
    this.sequence += events.length - first;
  }

  /** Returns a replica with a copy of the state, which goes on by itself. Costs O(size of the state). */
  copy(): Replica<State> {
    const copy = new Replica(this.#machine, [...this.#skip]);
    copy.state = fork(this.state);
    copy.now = this.now;
    copy.sequence = this.sequence;
    copy.position = this.position;
    copy.#sessions = new Map(this.#sessions);
    copy.#epoch = this.#epoch;
    copy.#index = this.#index;
    copy.#upgradedFrom = this.#upgradedFrom;
    return copy;
  }
}

function epochOf({ name, version = 1 }: { readonly name: string; readonly version?: number }) {
  return { format: FORMAT, machine: name, version };
}

/** The number of sessions of which a replica knows the last record: those that appended last. */
const MOST_SESSIONS = 1_000;

/** The number of the last record of a session that is over, which no record follows. */
const OVER = Infinity;

/** The version of the records of a journal, and of the contents of a snapshot. */
const FORMAT = 1;

/** A replica of any machine. */
export type AnyReplica = Pick<Replica<unknown>, "position" | "restore" | "take">;

/** Restores the newest snapshot of a position below `before`, if there is one. */
export async function restoreNewest(
  replica: AnyReplica,
  journal: Journal,
  before?: Position,
): Promise<void> {
  const found = await journal.snapshots?.newest(before);
  if (found !== undefined) await restoreChunks(replica, found.meta, found.chunks);
}

/** Has a replica continue from the bytes of a snapshot. */
export async function restoreChunks(
  replica: AnyReplica,
  meta: SnapshotMeta,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const decoder = new TextDecoder();
  const lines = new LineDecoder();
  let open = "";
  for await (const chunk of chunks) {
    const parts = (open + decoder.decode(chunk, { stream: true })).split("\n");
    open = parts.pop()!;
    for (const line of parts) lines.add(line);
  }
  replica.restore(meta, lines.value());
}

/** Returns the bytes of lines, in chunks of some ten kilobytes: each is read without a pause. */
export function* chunksOf(lines: Iterable<string>): Generator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  let text = "";
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK_LENGTH) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}

/** Has a replica take everything up to `position`. */
export async function catchUp(
  replica: AnyReplica,
  journal: Journal,
  position: Position,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (replica.position >= position) return;
  for await (const records of journal.follow(replica.position, signal)) {
    for (const record of records) {
      if (record.position > position) return;
      replica.take(record);
    }
    if (replica.position >= position) return;
  }
}

/** The length of a chunk of a snapshot from which on another one begins. */
const CHUNK_LENGTH = 40_000;
