/**
 * A process that can die: its clock never wakes it again, and its log takes and gives nothing more.
 *
 * @module
 */

import type { CancelTimer, Clock } from "../../core/clock.ts";
import type { CommandLog, LogEntry, Snapshot } from "../../core/log.ts";
import type { Instant } from "../../core/machine.ts";

const NEVER: Promise<never> = new Promise(() => {});

/** What a process of a simulated world has of time and storage, until it dies. */
export class MortalProcess<Command> implements Clock, CommandLog<Command> {
  readonly #clock: Clock;
  readonly #log: CommandLog<Command>;
  readonly #timers: Set<CancelTimer> = new Set();
  #isDead = false;

  /** A process that lives. */
  constructor(clock: Clock, log: CommandLog<Command>) {
    this.#clock = clock;
    this.#log = log;
  }

  /** How many timers the process has set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Ends it. What waits for its clock or its log waits for ever. */
  die(): void {
    this.#isDead = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  now(): Instant {
    return this.#clock.now();
  }

  setTimer(at: Instant, callback: () => void): CancelTimer {
    if (this.#isDead) return () => {};
    const cancel = this.#clock.setTimer(at, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  append(entries: readonly LogEntry<Command>[]): Promise<void> {
    return this.#isDead ? NEVER : this.#unlessDead(this.#log.append(entries));
  }

  read(position: number): AsyncIterable<LogEntry<Command>> {
    return this.#log.read(position);
  }

  saveSnapshot(snapshot: Snapshot): Promise<void> {
    return this.#isDead ? NEVER : this.#unlessDead(this.#log.saveSnapshot(snapshot));
  }

  loadSnapshot(): Promise<Snapshot | undefined> {
    return this.#log.loadSnapshot();
  }

  /** The log itself is left open, for the process that comes after. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #unlessDead<Result>(promise: Promise<Result>): Promise<Result> {
    const result = await promise;
    return this.#isDead ? await NEVER : result;
  }
}
