/**
 * A log that fails on demand.
 *
 * @module
 */

import { requireInteger, requireMs } from "../core/arguments.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { AppendRefusedError } from "../core/errors.ts";
import type { CommandLog, LogBatch, LogEntry, Snapshot } from "../core/log.ts";

/**
 * Wraps another log, and delays, blocks or fails appends on demand, or loses their answers.
 *
 * @example
 * ```ts
 * import { FaultyLog } from "@lockstep/lockstep/testing";
 * import { MemoryLog } from "@lockstep/lockstep";
 *
 * const log = new FaultyLog(new MemoryLog());
 * log.hold(); // appends wait …
 * log.fail(1); // … the next one fails …
 * log.release(); // … and the others go on
 * ```
 */
export class FaultyLog<Command> implements CommandLog<Command> {
  readonly #inner: CommandLog<Command>;
  readonly #clock: Clock;
  readonly #batches: number[] = [];
  #delayMs = 0;
  #failures = 0;
  #failure: unknown;
  #losses = 0;
  #loss: unknown;
  /** Pending while appends are held. */
  #held: Promise<void> | undefined;
  #release: () => void = () => {};
  #waiting = 0;
  #closed = false;

  /** Wraps `inner`; `clock` times the delays. */
  constructor(inner: CommandLog<Command>, clock: Clock = systemClock) {
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

  /** Whether the log was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Makes the next `times` appends reject with `error`, without storing their entries. Only after an
   * `AppendRefusedError` is that known to the engine.
   */
  fail(times: number, error: unknown = new AppendRefusedError("The disk is full")): void {
    requireInteger(times, 0, Number.MAX_SAFE_INTEGER, "times", () => "fail appends");
    this.#failures = times;
    this.#failure = error;
  }

  /** Makes the next `times` appends store their entries, and then reject with `error`. */
  loseAnswers(times: number, error: unknown = new Error("The connection was lost")): void {
    requireInteger(times, 0, Number.MAX_SAFE_INTEGER, "times", () => "lose answers");
    this.#losses = times;
    this.#loss = error;
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

  async append(batch: LogBatch<Command>): Promise<void> {
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
    await this.#inner.append(batch);
    if (this.#losses > 0) {
      this.#losses--;
      throw this.#loss;
    }
    this.#batches.push(batch.entries.length);
  }

  read(position: number): AsyncIterable<LogEntry<Command>> {
    return this.#inner.read(position);
  }

  saveSnapshot(snapshot: Snapshot): Promise<void> {
    return this.#inner.saveSnapshot(snapshot);
  }

  loadSnapshot(): Promise<Snapshot | undefined> {
    return this.#inner.loadSnapshot();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#inner.close();
  }
}
