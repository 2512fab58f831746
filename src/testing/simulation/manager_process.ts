/**
 * The process of a simulated manager: its clock and its log, which end with it.
 *
 * @module
 */

import { decode, encode } from "../../core/data/plain.ts";
import type { CancelTimer, Clock, Timers } from "../../core/clock.ts";
import type { CommandLog, LogBatch, LogEntry, Snapshot } from "../../core/log.ts";
import type { Instant, Tick } from "../../core/machine.ts";
import { rootMachine } from "../../root/machine.ts";
import type { RootCommand, RootState } from "../../root/state.ts";
import { BrokenInvariantError } from "./failure.ts";

const NEVER: Promise<never> = new Promise(() => {});

/** Returns timers that go off when `clock` says so, whatever the wall clock shows. */
export function timersOf(clock: Clock): Timers {
  return {
    set: (callback, delayMs) => clock.setTimer(clock.now() + delayMs, callback),
    clear: (cancel) => (cancel as CancelTimer)(),
  };
}

/**
 * The clock and the log of a process, until it crashes. It checks that each snapshot is the state to
 * which the log leads.
 */
export class SimulatedProcess implements Clock, CommandLog<RootCommand | Tick> {
  readonly #clock: Clock;
  readonly #log: CommandLog<RootCommand | Tick>;
  readonly #skip: readonly number[];
  readonly #timers: Set<CancelTimer> = new Set();
  /** The types of the commands that it appended. */
  readonly appended: string[] = [];
  /** The broken invariant, if a snapshot was another state. */
  broken: BrokenInvariantError | undefined;
  /** The position of the command that was poisoned. */
  poisonedAt = -1;
  #poisons = false;
  #saving: Promise<void> = Promise.resolve();
  #hasCrashed = false;

  /** Creates a running process; `skip` are the positions that it leaves out when it reads its log. */
  constructor(clock: Clock, log: CommandLog<RootCommand | Tick>, skip: readonly number[]) {
    this.#clock = clock;
    this.#log = log;
    this.#skip = [...skip];
  }

  /** Makes the first command of the next append one that breaks the machine. */
  poisonNext(): void {
    this.#poisons = true;
  }

  /** The number of pending timers of the process. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Crashes the process: what waits for its clock or its log waits for ever. */
  crash(): void {
    this.#hasCrashed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  now(): Instant {
    return this.#clock.now();
  }

  setTimer(at: Instant, callback: () => void): CancelTimer {
    if (this.#hasCrashed) return () => {};
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

  append(batch: LogBatch<RootCommand | Tick>): Promise<void> {
    return this.#hasCrashed ? NEVER : this.#unlessCrashed(this.#append(batch));
  }

  read(position: number): AsyncIterable<LogEntry<RootCommand | Tick>> {
    return this.#log.read(position);
  }

  saveSnapshot(snapshot: Snapshot): Promise<void> {
    return this.#hasCrashed ? NEVER : this.#unlessCrashed(this.#save(snapshot));
  }

  loadSnapshot(): Promise<Snapshot | undefined> {
    return this.#log.loadSnapshot();
  }

  /** A no-op: the log stays open for the next process. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #append(batch: LogBatch<RootCommand | Tick>): Promise<void> {
    for (const { command } of batch.entries) this.appended.push(command.type);
    if (this.#poisons) {
      this.#poisons = false;
      this.poisonedAt = await endOf(this.#log);
      (batch.entries[0]!.command as { type: string }).type = "poison";
    }
    await this.#log.append(batch);
  }

  /** Saves one snapshot after the other, as a log may forget what lies before each. */
  #save(snapshot: Snapshot): Promise<void> {
    this.#saving = this.#saving.then(() => this.#checkAndSave(snapshot));
    return this.#saving;
  }

  async #checkAndSave(snapshot: Snapshot): Promise<void> {
    const replayed = await replay(this.#log, snapshot.position, this.#skip);
    const { state } = decode(snapshot.state) as { state: unknown };
    if (replayed !== encode(state)) {
      const message = `a snapshot at ${snapshot.position} is not the state to which the log leads`;
      this.broken ??= new BrokenInvariantError("ReplayGivesTheSameState", message);
    }
    await this.#log.saveSnapshot(snapshot);
  }

  async #unlessCrashed<Result>(promise: Promise<Result>): Promise<Result> {
    const result = await promise;
    return this.#hasCrashed ? await NEVER : result;
  }
}

/** Returns the number of entries that a log ever had. */
async function endOf(log: CommandLog<RootCommand | Tick>): Promise<number> {
  let position = (await log.loadSnapshot())?.position ?? 0;
  for await (const _ of log.read(position)) position++;
  return position;
}

/** Returns the text of the state at `end`, under whatever options the log puts in force. */
async function replay(
  log: CommandLog<RootCommand | Tick>,
  end: number,
  skip: readonly number[],
): Promise<string> {
  const machine = rootMachine();
  const snapshot = await log.loadSnapshot();
  const state = snapshot === undefined
    ? machine.init()
    : (decode(snapshot.state) as { state: RootState }).state;
  let position = snapshot?.position ?? 0;
  if (position < end) {
    for await (const { at, command } of log.read(position)) {
      if (!skip.includes(position)) machine.step(state, command, at, []);
      if (++position === end) break;
    }
  }
  return encode(state);
}
