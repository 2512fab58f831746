/**
 * The moments of a journal. Opening one replays from the nearest checkpoint before it, which are copies
 * of the state that are made while the journal is read for the first time.
 *
 * @module
 */

import { quote, requireInteger, requireObject } from "../core/arguments.ts";
import { JournalTruncatedError, JournalUnreadableError } from "../core/errors.ts";
import { entriesOf, type Journal, placeOf, type Position } from "../core/journal.ts";
import type { Instant, Named } from "../core/machine.ts";
import { type BeginSession, Replica, restoreNewest, type SteppedMachine } from "../core/replica.ts";
import { machineNamed } from "../journal/machines.ts";
import { type HistoryEvent, Moment } from "./moment.ts";
import { type EventFilter, matches } from "./subjects.ts";

/** Names a moment. */
export type When =
  /** After the command with this index of the record at this position; by default, after all of them. */
  | { readonly position: Position; readonly index?: number }
  /** At this time, in milliseconds since the Unix epoch: after all commands up to it. */
  | { readonly instant: Instant };

/** A machine that a history can replay. */
export interface ReplayedMachine<State> extends SteppedMachine<State> {
  /** Describes an event in one line. */
  describe(event: never): string;
}

/** Options of {@linkcode openHistory}. */
export interface HistoryOptions<State> {
  /** The machine of the journal. @default the one of that name in this package */
  machine?: ReplayedMachine<State>;
  /** Commands that break the machine, such as `17:0`, and are left out. @default none */
  skip?: readonly string[];
}

/**
 * Opens the history of a journal that was opened, such as the one of a running system. It begins with
 * the oldest record that is kept, and grows with the journal.
 *
 * @throws {JournalUnreadableError} when another machine, or another version of it, wrote the journal
 */
export async function openHistory<State = unknown>(
  journal: Journal,
  options: HistoryOptions<State> = {},
): Promise<History<State>> {
  requireObject(options, "options", () => "open a history");
  const base = await baseOf(journal);
  const { machine = machineNamed(base.machine) as unknown as ReplayedMachine<State>, skip } =
    options as HistoryOptions<State>;
  if ((machine as unknown) === undefined) {
    const whose = base.machine === "" ? "an empty journal" : `machine ${quote(base.machine)}`;
    const rule = `machine must be that of the journal, got none for ${whose}`;
    throw new JournalUnreadableError(`Cannot open a history: ${rule}`);
  }
  const replica = new Replica<State>(machine, skip);
  if (base.snapshot !== undefined) await restoreNewest(replica, journal, base.snapshot + 1);
  return new History(journal, machine, replica);
}

/** Returns the machine of a journal, and the snapshot to begin with when records were forgotten. */
async function baseOf(
  journal: Journal,
): Promise<{ readonly machine: string; readonly snapshot?: Position }> {
  if (await journal.tail() === 0) return { machine: "" };
  try {
    for await (const [record] of journal.follow(0, endless())) {
      const [first] = record === undefined ? [] : entriesOf<BeginSession>(record);
      return { machine: first?.command.machine ?? "" };
    }
  } catch (error) {
    if (!(error instanceof JournalTruncatedError)) throw error;
    let oldest = await journal.snapshots?.newest();
    for (let next = oldest; next !== undefined;) {
      next = await journal.snapshots?.newest(next.meta.position);
      if (next !== undefined && next.meta.position + 1 >= error.first) oldest = next;
    }
    if (oldest === undefined) throw error;
    return { machine: oldest.meta.machine, snapshot: oldest.meta.position };
  }
  return { machine: "" };
}

function endless(): AbortSignal {
  return new AbortController().signal;
}

/** A state to replay from. */
interface Checkpoint<State> {
  /** In the state after whole records; it is only copied. */
  readonly replica: Replica<State>;
  /** The index of its last command in its record. */
  readonly index: number;
  /** The time that it took to copy, in milliseconds: a measure of its size. */
  readonly copyMs: number;
}

/** The events of a command. */
interface Batch {
  readonly position: Position;
  readonly index: number;
  readonly at: Instant;
  /** The sequence number of the first of them. */
  readonly first: number;
  readonly events: readonly Named[];
}

/** Where a replay has come to. */
interface Reached<State> {
  readonly replica: Replica<State>;
  /** The position of the last command. */
  readonly position: Position;
  /** Its index in its record. */
  readonly index: number;
  readonly at: Instant;
}

/** Whether a replay ends before a command. */
type Stop = (position: Position, index: number, at: Instant) => boolean;

/**
 * The moments of one journal.
 *
 * The first pass over a journal makes checkpoints, so that a later call replays for about 30
 * milliseconds, or twice as long as the state takes to copy; longer when the memory for checkpoints is
 * used up, which is that of about three seconds of copying.
 *
 * @example
 * ```ts
 * import { MemoryJournal, ResourceManager } from "@lockstep/lockstep";
 * import { openHistory } from "@lockstep/lockstep/history";
 *
 * const journal = new MemoryJournal();
 * await using locks = new ResourceManager({}, undefined, undefined, { journal });
 * await locks.initialize();
 * await locks.acquire("db", "writer");
 * await locks.acquire("log", "writer");
 *
 * const history = await openHistory(journal);
 * for await (const { place, description } of history.events({ resourceId: "log" })) {
 *   console.log(place, description); // 3:0 lock log: → held by writer (epoch 2)
 * }
 * console.log((await history.at({ position: 2 })).locks().length); // 1
 * ```
 */
export class History<State = unknown> {
  readonly #journal: Journal;
  readonly #machine: ReplayedMachine<State>;
  /** In the order of their positions; at most {@linkcode MOST_CHECKPOINTS}. */
  #checkpoints: Checkpoint<State>[];
  /** The sum of the times that they took to copy; at most {@linkcode MOST_COPY_MS}. */
  #copyMs = 0;
  /** By how much checkpoints are farther apart than usual, as there were too many. */
  #spread = 1;

  /**
   * Made by {@linkcode openHistory}.
   * @internal
   */
  constructor(journal: Journal, machine: ReplayedMachine<State>, base: Replica<State>) {
    this.#journal = journal;
    this.#machine = machine;
    this.#checkpoints = [{ replica: base, index: 0, copyMs: 0 }];
  }

  /** The name of the machine of the journal, such as `root` for that of a coordination manager. */
  get machine(): string {
    return this.#machine.name;
  }

  /** The position before the first record that is kept: the earliest moment. */
  get first(): Position {
    return this.#checkpoints[0]!.replica.position;
  }

  /** Resolves with the position of the last record. */
  last(): Promise<Position> {
    return this.#journal.tail();
  }

  /**
   * Resolves with a moment; without an argument, with the end.
   *
   * @throws {RangeError} when the moment is before the first record that is kept, or behind the last
   */
  async at(when: When = { position: Infinity }): Promise<Moment<State>> {
    const attempt = () => "open a moment";
    requireObject(when, "when", attempt);
    const last = await this.last();
    if ("instant" in when) {
      const { instant } = when;
      if (typeof instant !== "number" || Number.isNaN(instant)) {
        throw new TypeError(
          `Cannot open a moment: instant must be a number, got ${quote(instant)}`,
        );
      }
      const start = this.#lastStart(({ now }) => now <= instant);
      const reached = await this.#reach(start, last, (_position, _index, at) => at > instant);
      return this.#moment({ ...reached, at: instant });
    }
    const { position, index = Infinity } = when;
    if (position !== Infinity) {
      requireInteger(position, 0, Number.MAX_SAFE_INTEGER, "position", attempt);
    }
    if (index !== Infinity) {
      requireInteger(index, 0, Number.MAX_SAFE_INTEGER, "index", attempt);
    }
    if (position < this.first || (position > last && position !== Infinity)) {
      const rule = `position must be from ${this.first} to ${last}`;
      throw new RangeError(`Cannot open a moment: ${rule}, got ${position}`);
    }
    return await this.#momentAt(position, index, last);
  }

  /** Iterates over the events that match, from the first that is kept to the newest. */
  async *events(filter: EventFilter = {}): AsyncGenerator<HistoryEvent, void, undefined> {
    requireObject(filter, "filter", () => "list events");
    const [start] = this.#checkpoints;
    for await (const { batches } of this.#replay(start!, await this.last(), never)) {
      for (const batch of batches) {
        for (let i = 0; i < batch.events.length; i++) {
          if (matches(batch.events[i]!, filter)) yield this.#event(batch, i);
        }
      }
    }
  }

  /** Opens the moment after a command; `shown` is the event that led there. */
  async #momentAt(
    position: Position,
    index: number,
    last: Position,
    shown?: HistoryEvent,
  ): Promise<Moment<State>> {
    const start = this.#lastStart((each) =>
      each.position < position || (each.position === position && index === Infinity)
    );
    const stop: Stop = (p, i) => p > position || (p === position && i > index);
    return this.#moment(await this.#reach(start, Math.min(last, position), stop), shown);
  }

  #moment({ replica, position, index, at }: Reached<State>, event?: HistoryEvent): Moment<State> {
    const { state } = replica;
    const place = placeOf(position, index);
    const sequence = event === undefined ? replica.sequence : event.sequence + 1;
    const data = { state, machine: this.#machine.name, at, place, sequence, event };
    return new Moment(data, async (direction, from, filter) => {
      requireObject(filter, "filter", () => "step to an event");
      const found = await (direction === "next"
        ? this.#firstFrom(from, filter)
        : this.#lastBefore(from, filter));
      if (found === undefined) {
        return undefined;
      }
      const [position, index] = found.place.split(":").map(Number) as [number, number];
      return await this.#momentAt(position, index, await this.last(), found);
    });
  }

  /** Finds the first event from the one with the number `sequence` on. */
  async #firstFrom(sequence: number, filter: EventFilter): Promise<HistoryEvent | undefined> {
    const start = this.#lastStart((each) => each.sequence <= sequence);
    for await (const { batches } of this.#replay(start, await this.last(), never)) {
      for (const batch of batches) {
        for (let i = Math.max(0, sequence - batch.first); i < batch.events.length; i++) {
          if (matches(batch.events[i]!, filter)) return this.#event(batch, i);
        }
      }
    }
    return undefined;
  }

  /** Finds the last event before the one with the number `sequence`, one checkpoint after the other. */
  async #lastBefore(sequence: number, filter: EventFilter): Promise<HistoryEvent | undefined> {
    let end = await this.last();
    const checkpoints = this.#checkpoints; // a replay may replace them
    const last = this.#lastStart((each) => each.sequence < sequence);
    for (let i = checkpoints.indexOf(last); i >= 0; i--) {
      const start = checkpoints[i]!;
      let found: HistoryEvent | undefined;
      for await (const { batches } of this.#replay(start, end, never)) {
        for (const batch of batches) {
          const most = Math.min(batch.events.length, sequence - batch.first);
          for (let j = 0; j < most; j++) {
            if (matches(batch.events[j]!, filter)) found = this.#event(batch, j);
          }
        }
        if ((batches.at(-1)?.first ?? -1) >= sequence) break;
      }
      if (found !== undefined) return found;
      end = start.replica.position;
    }
    return undefined;
  }

  #event({ position, index, at, first, events }: Batch, nth: number): HistoryEvent {
    const event = events[nth]!;
    const description = this.#machine.describe(event as never);
    const place = placeOf(position, index);
    return { sequence: first + nth, place, at, event, description };
  }

  /** Returns the last checkpoint that `isBefore`; the first one always is. */
  #lastStart(isBefore: (replica: Replica<State>) => boolean): Checkpoint<State> {
    let low = 0;
    for (let high = this.#checkpoints.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#checkpoints[middle]!.replica)) low = middle;
      else high = middle;
    }
    return this.#checkpoints[low]!;
  }

  /** Replays from a checkpoint to its end. */
  async #reach(start: Checkpoint<State>, last: Position, stop: Stop): Promise<Reached<State>> {
    let reached: Reached<State> | undefined;
    for await (const step of this.#replay(start, last, stop)) reached = step;
    if (reached !== undefined) return reached;
    const { replica, index } = start;
    return { replica: replica.copy(), position: replica.position, index, at: replica.now };
  }

  /**
   * Replays from a checkpoint up to the record at `last`, or until `stop`, and yields after some
   * records. From the newest checkpoint on, makes further ones.
   */
  async *#replay(
    start: Checkpoint<State>,
    last: Position,
    stop: Stop,
  ): AsyncGenerator<Reached<State> & { readonly batches: readonly Batch[] }, void, undefined> {
    if (start.replica.position >= last) return;
    const isFirst = start === this.#checkpoints.at(-1);
    const replica = start.replica.copy();
    let { position } = replica;
    let { index } = start;
    let at = replica.now;
    let isOver = false;
    let batches: Batch[] = [];
    const step = (command: Named, now: Instant, i: number) => {
      isOver ||= stop(replica.position, i, now);
      if (isOver) return;
      const events: Named[] = [];
      const first = replica.sequence;
      replica.step(command, now, events);
      position = replica.position;
      index = i;
      at = now;
      if (events.length > 0) batches.push({ position, index, at, first, events });
    };
    let since = performance.now();
    let copyMs = 0;
    for await (const records of this.#journal.follow(position, endless())) {
      for (const record of records) {
        if (record.position > last) isOver = true;
        if (isOver) break;
        replica.take(record, step);
        if (!isFirst || isOver) continue;
        const now = performance.now();
        if (now - since < this.#spread * Math.max(SPACING_MS, COPY_FACTOR * copyMs)) continue;
        const copy = replica.copy();
        since = performance.now();
        copyMs = since - now;
        if (record.position > this.#checkpoints.at(-1)!.replica.position) {
          this.#add({ replica: copy, index, copyMs });
        }
      }
      yield { replica, position, index, at, batches };
      batches = [];
      if (isOver || replica.position >= last) return;
    }
  }

  /** Adds a checkpoint; when there are too many, drops every second one, and makes fewer from then on. */
  #add(checkpoint: Checkpoint<State>): void {
    this.#checkpoints.push(checkpoint);
    this.#copyMs += checkpoint.copyMs;
    if (this.#checkpoints.length <= MOST_CHECKPOINTS && this.#copyMs <= MOST_COPY_MS) return;
    this.#checkpoints = this.#checkpoints.filter((_, i) => i % 2 === 0);
    this.#copyMs = this.#checkpoints.reduce((sum, { copyMs }) => sum + copyMs, 0);
    this.#spread *= 2;
  }
}

const never: Stop = () => false;

/** The least time of replay between two checkpoints, in milliseconds. */
const SPACING_MS = 30;

/** The least time of replay between two checkpoints, as a multiple of the time that a copy takes. */
const COPY_FACTOR = 2;

/** The most checkpoints. */
const MOST_CHECKPOINTS = 512;

/** The most time that all checkpoints together took to copy: it bounds their memory. */
const MOST_COPY_MS = 3_000;
