/**
 * The coordinator of a simulated world: the root machine, a clock that may be wrong, and a log that
 * may fail.
 *
 * It does what an engine does, without promises, so that it simulates a hundred thousand steps a second
 * and every write can be cut off.
 *
 * @module
 */

import { decode, encode } from "../../core/data/plain.ts";
import type { LogEntry } from "../../core/log.ts";
import { type Instant, type Machine, Refusal, type Tick } from "../../core/machine.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { RootAnswers, RootCommand, RootState } from "../../root/state.ts";
import { BrokenInvariantError, fail } from "./failure.ts";

/** The machine that a simulation drives. */
export type RootMachine = Machine<RootState, RootCommand, LockstepEvent, RootAnswers>;

/** Stands for the answer to a command that the log did not store, or whose answer was lost. */
export const NO_ANSWER: unique symbol = Symbol("no answer");

/** The type of {@linkcode NO_ANSWER}. */
export type NoAnswer = typeof NO_ANSWER;

/** Returns the answer to a command, or `undefined` when the command was refused or has no answer. */
export function accepted<Answer>(answer: Answer | Refusal | NoAnswer): Answer | undefined {
  return answer === NO_ANSWER || answer instanceof Refusal ? undefined : answer;
}

/** Receives the answer to a command, or {@linkcode NO_ANSWER} when the log did not store it. */
export type EngineReply = (answer: unknown) => void;

/** The parts of a world that its engine needs. */
export interface EngineWorld {
  /** The true time. */
  readonly now: Instant;
  /** Calls `act` at `at`. */
  at(at: Instant, act: () => void): void;
  /** Receives a step. `isPublished` is whether its events reach agents. */
  stepped(
    command: RootCommand | Tick,
    answer: unknown,
    events: readonly LockstepEvent[],
    at: Instant,
    isPublished: boolean,
  ): void;
  /** Draws the duration of the next write; `Infinity` when it fails. */
  drawWriteMs(): number;
}

interface Pending {
  readonly entry: LogEntry<RootCommand | Tick>;
  readonly reply: EngineReply;
}

/** The number of log entries after which an engine writes a snapshot. */
const SNAPSHOT_EVERY = 2_000;

/** The pause after a tick that the log did not store. */
const RETRY_MS = 20;

/** Hosts the root machine. */
export class SimulatedEngine {
  /** The current state. */
  state: RootState;
  /** The number of steps, including ticks. */
  steps = 0;
  readonly #machine: RootMachine;
  readonly #world: EngineWorld;
  readonly #hasLog: boolean;
  /** Whether the log is ever read, so that its entries have to be kept. */
  readonly #isRead: boolean;
  #now: Instant = 0;
  /** The deadline of the current state. */
  #deadline: Instant = Infinity;
  /** The milliseconds by which the clock is ahead of the true time. */
  #skew = 0;
  #frozenUntil: Instant = 0;

  #snapshot: string;
  #entries: LogEntry<RootCommand | Tick>[] = [];
  #pending: Pending[] = [];
  #writing: Pending[] | undefined;
  /** Counts crashes: a write of an earlier generation never completes. */
  #generation = 0;
  #isDown = false;
  #tickIsPending = false;
  #retryTickAt = 0;

  /** Starts from the first state of `machine`. */
  constructor(machine: RootMachine, world: EngineWorld, log: "none" | "kept" | "read") {
    this.#machine = machine;
    this.#world = world;
    this.#hasLog = log !== "none";
    this.#isRead = log === "read";
    this.state = machine.init();
    this.#snapshot = this.#isRead ? encode(this.state) : "";
  }

  /** Whether the engine crashed and has not recovered yet. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Returns the time of the engine's clock, which never decreases. */
  time(): Instant {
    if (this.#world.now >= this.#frozenUntil) {
      this.#now = Math.max(this.#now, this.#world.now + this.#skew);
    }
    return this.#now;
  }

  /** The true time at which the next timer is due, or `Infinity`. */
  get dueAt(): Instant {
    if (this.#tickIsPending || this.#isDown || this.#deadline === Infinity) return Infinity;
    return Math.max(this.#deadline - this.#skew, this.#frozenUntil, this.#retryTickAt);
  }

  /** Sets the clock forward. */
  jump(ms: number): void {
    this.#skew += ms;
  }

  /** Stops the clock for `ms`; afterwards it goes on from where it stood, or catches up. */
  freeze(ms: number, catchesUp: boolean): void {
    this.time();
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.now + ms);
    if (!catchesUp) this.#skew -= ms;
  }

  /** Fires due timers. */
  tick(): void {
    if (!this.#hasLog) {
      this.#step({ type: "tick" }, this.time(), true);
      return;
    }
    this.#tickIsPending = true;
    this.submit({ type: "tick" }, (answer) => {
      this.#tickIsPending = false;
      if (answer === NO_ANSWER) this.#retryTickAt = this.#world.now + RETRY_MS;
    });
  }

  /** Steps `command` once the log has stored it, or at once without one. A no-op while it is down. */
  submit(command: RootCommand | Tick, reply: EngineReply): void {
    if (this.#isDown) return;
    if (!this.#hasLog) return reply(this.#step(command, this.time(), true));
    const kept = this.#isRead ? throughJson(command) : command;
    this.#pending.push({ entry: { at: this.time(), command: kept }, reply });
    if (this.#writing === undefined) this.#write();
  }

  /** Replaces the state by one that was written and read. */
  restore(): void {
    const text = encode(this.state);
    this.state = decode(text) as RootState;
    if (encode(this.state) !== text) {
      fail("RestoreChangesNothing", "a state that was written and read differs");
    }
  }

  /**
   * Crashes in the middle of a write of which `written` entries are stored, and recovers from the log
   * after `ms`. The callers of commands that were under way get no answer.
   */
  crash(written: number, ms: number): void {
    if (this.#isDown) return;
    const stored = (this.#writing ?? []).slice(0, written);
    this.#generation++;
    this.#isDown = true;
    this.#pending = [];
    this.#writing = undefined;
    this.#tickIsPending = false;
    this.#world.at(this.#world.now + ms, () => this.#recover(stored));
  }

  #recover(stored: readonly Pending[]): void {
    const before = encode(this.state);
    this.state = decode(this.#snapshot) as RootState;
    for (const { command, at } of this.#entries) {
      this.#machine.step(this.state, throughJson(command), at, []);
    }
    if (encode(this.state) !== before) {
      fail("ReplayGivesTheSameState", "the log leads to another state than before the crash");
    }
    this.#isDown = false;
    for (const { entry } of stored) this.#step(entry.command, entry.at, false);
    // No heartbeat could arrive while the engine was down.
    this.#step({ type: "resume-listening" }, this.time(), true);
  }

  #write(): void {
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    this.#writing = batch;
    const ms = this.#world.drawWriteMs();
    const generation = this.#generation;
    this.#world.at(this.#world.now + (ms === Infinity ? 1 : ms), () => {
      if (generation !== this.#generation) return;
      this.#writing = undefined;
      for (const { entry, reply } of batch) {
        reply(ms === Infinity ? NO_ANSWER : this.#step(entry.command, entry.at, true));
      }
      this.#write();
    });
  }

  #step(command: RootCommand | Tick, at: Instant, isPublished: boolean): unknown {
    const events: LockstepEvent[] = [];
    let answer: unknown;
    try {
      answer = this.#machine.step(this.state, command, at, events);
    } catch (cause) {
      if (cause instanceof BrokenInvariantError) throw cause;
      const message = `${command.type} broke the machine: ${cause}`;
      throw new BrokenInvariantError("MachineAsserts", message, { cause });
    }
    this.steps++;
    this.#deadline = this.#machine.deadline(this.state);
    if (this.#isRead) this.#keep({ at, command });
    this.#world.stepped(command, answer, events, at, isPublished);
    return answer;
  }

  #keep(entry: LogEntry<RootCommand | Tick>): void {
    this.#entries.push(entry);
    if (this.#entries.length < SNAPSHOT_EVERY) return;
    this.#snapshot = encode(this.state);
    this.#entries = [];
  }
}

/** Returns a copy of a command as a log returns it. */
function throughJson(command: RootCommand | Tick): RootCommand | Tick {
  return JSON.parse(JSON.stringify(command));
}
