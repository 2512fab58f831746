/**
 * A journal that fails on demand.
 *
 * @module
 */

import { requireInteger, requireMs } from "../core/arguments.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { AppendRefusedError } from "../core/errors.ts";
import {
  entriesOf,
  type Journal,
  type JournalRecord,
  type Position,
  type SnapshotStore,
  type StoredRecord,
} from "../core/journal.ts";

/**
 * Wraps another journal, and delays, blocks or fails appends on demand, loses their answers, or delivers
 * records twice.
 *
 * @example
 * ```ts
 * import { FaultyJournal } from "@lockstep/lockstep/testing";
 * import { MemoryJournal } from "@lockstep/lockstep";
 *
 * const journal = new FaultyJournal(new MemoryJournal());
 * journal.hold(); // appends wait …
 * journal.fail(1); // … the next one fails …
 * journal.release(); // … and the others go on
 * ```
 */
export class FaultyJournal implements Journal {
  readonly #inner: Journal;
  readonly #clock: Clock;
  readonly #batches: number[] = [];
  #delayMs = 0;
  #failures = 0;
  #failure: unknown;
  #losses = 0;
  #loss: unknown;
  #cutsOff = true;
  #repeats = 0;
  /** Called when records are delivered again; absent while they are. */
  #waitingForRecords: Set<() => void> | undefined;
  /** Pending while appends are held. */
  #held: Promise<void> | undefined;
  #release: () => void = () => {};
  #waiting = 0;
  #closed = false;

  /** Wraps `inner`; `clock` times the delays. */
  constructor(inner: Journal, clock: Clock = systemClock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  /** The number of entries of each successful append, in order. */
  get batches(): readonly number[] {
    return this.#batches;
  }

  /** The number of appends that wait for a delay or for `release`. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether the journal was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Makes the next `times` appends reject with `error`, without storing their records. Only after an
   * `AppendRefusedError` is that known to the engine.
   */
  fail(times: number, error: unknown = new AppendRefusedError("The disk is full")): void {
    requireInteger(times, 0, Number.MAX_SAFE_INTEGER, "times", () => "fail appends");
    this.#failures = times;
    this.#failure = error;
  }

  /**
   * Makes the next `times` appends store their records, and then reject with `error`. From then on
   * nothing is delivered either until an append has its answer; unless `isDelivered`.
   */
  loseAnswers(
    times: number,
    error: unknown = new Error("The connection was lost"),
    isDelivered = false,
  ): void {
    requireInteger(times, 0, Number.MAX_SAFE_INTEGER, "times", () => "lose answers");
    this.#losses = times;
    this.#loss = error;
    this.#cutsOff = !isDelivered;
    if (times === 0) this.#connect();
  }

  /** Makes the next `times` deliveries happen twice. */
  repeat(times: number): void {
    requireInteger(times, 0, Number.MAX_SAFE_INTEGER, "times", () => "repeat deliveries");
    this.#repeats = times;
  }

  /** Delays each later append by `ms`. */
  delay(ms: number): void {
    requireMs(ms, 0, "ms", () => "delay appends");
    this.#delayMs = ms;
  }

  /** Makes appends wait for {@linkcode release}. */
  hold(): void {
    this.#held ??= new Promise((resolve) => this.#release = resolve);
  }

  /** Releases the held appends. */
  release(): void {
    this.#held = undefined;
    this.#release();
  }

  get maxRecordBytes(): number {
    return this.#inner.maxRecordBytes;
  }

  get isShared(): boolean {
    return this.#inner.isShared === true;
  }

  /** The wrapped journal's. */
  get sessionMs(): number | undefined {
    return this.#inner.sessionMs;
  }

  get snapshots(): SnapshotStore | undefined {
    return this.#inner.snapshots;
  }

  open(session: string): Promise<Position> {
    return this.#inner.open(session);
  }

  async append(record: JournalRecord): Promise<Position> {
    this.#waiting++;
    const delayMs = this.#delayMs;
    if (delayMs > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.setTimer(this.#clock.now() + delayMs, resolve);
      });
    }
    while (this.#held !== undefined) await this.#held;
    this.#waiting--;
    if (this.#failures > 0) {
      this.#failures--;
      throw this.#failure;
    }
    if (this.#losses > 0 && this.#cutsOff) this.#waitingForRecords ??= new Set();
    const position = await this.#inner.append(record);
    if (this.#losses > 0) {
      this.#losses--;
      throw this.#loss;
    }
    this.#connect();
    this.#batches.push(entriesOf(record).length);
    return position;
  }

  async *follow(
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StoredRecord[], void, undefined> {
    for await (const records of this.#inner.follow(after, signal)) {
      while (this.#waitingForRecords !== undefined && !signal.aborted) {
        const waiting = this.#waitingForRecords;
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      if (signal.aborted) return;
      yield records;
      if (this.#repeats === 0) continue;
      this.#repeats--;
      yield records;
    }
  }

  #connect(): void {
    const waiting = this.#waitingForRecords;
    this.#waitingForRecords = undefined;
    for (const resolve of waiting ?? []) resolve();
  }

  tail(): Promise<Position> {
    return this.#inner.tail();
  }

  forget(before: Position): Promise<void> {
    return this.#inner.forget(before);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#inner.close();
  }
}
