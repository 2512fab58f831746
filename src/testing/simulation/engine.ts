/**
 * The coordinator of a simulated world: the root machine, a clock that may be wrong, and a journal that
 * may fail.
 *
 * It does what an engine does, without promises, so that it simulates tens of thousands of steps a second
 * and every write can be cut off.
 *
 * @module
 */

import { decode, encode } from "../../core/data/plain.ts";
import type { Entry } from "../../core/journal.ts";
import { type Instant, type Machine, Refusal, type Tick } from "../../core/machine.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { RootAnswers, RootCommand, RootState } from "../../root/state.ts";
import { BrokenInvariantError, fail } from "./failure.ts";
import { sameData } from "./same_data.ts";

/** The machine that a simulation drives. */
export type RootMachine = Machine<RootState, RootCommand, LockstepEvent, RootAnswers>;

/** Stands for the answer to a command that the journal did not store, or whose answer was lost. */
export const NO_ANSWER: unique symbol = Symbol("no answer");

/** The type of {@linkcode NO_ANSWER}. */
export type NoAnswer = typeof NO_ANSWER;

/** Returns the answer to a command, or `undefined` when the command was refused or has no answer. */
export function accepted<Answer>(answer: Answer | Refusal | NoAnswer): Answer | undefined {
  return answer === NO_ANSWER || answer instanceof Refusal ? undefined : answer;
}

/** Receives the answer to a command, or {@linkcode NO_ANSWER} when the journal did not store it. */
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
  /** Receives that the process runs again at `at`, by its clock, and received nothing before. */
  woke(at: Instant, unheardMs: number): void;
  /** Draws the duration of the next write; `Infinity` when it fails. */
  drawWriteMs(): number;
}

interface Pending {
  readonly entry: Entry<RootCommand | Tick>;
  readonly reply: EngineReply;
}

/** The number of journal entries after which an engine writes a snapshot. */
const SNAPSHOT_EVERY = 2_000;

/** The pause after a tick that the journal did not store. */
const RETRY_MS = 20;

/** Hosts the root machine. */
export class SimulatedEngine {
  /** The current state. */
  state: RootState;
  /** The number of steps, including ticks. */
  steps = 0;
  readonly #machine: RootMachine;
  readonly #world: EngineWorld;
  readonly #hasJournal: boolean;
  /** Whether the journal is ever read, so that its entries have to be kept. */
  readonly #isRead: boolean;
  #now: Instant = 0;
  /** The deadline of the current state. */
  #deadline: Instant = Infinity;
  /** The milliseconds by which the clock is ahead of the true time. */
  #skew = 0;
  #frozenUntil: Instant = 0;
  /** Whether the process is suspended, and until when. */
  #isAsleep = false;
  #sleepsUntil: Instant = 0;
  /** When it ran last before that, by its clock. */
  #sleepsSince: Instant = 0;
  /** What was sent to it meanwhile. */
  #inbox: (() => void)[] = [];
  /** The time for which no command was received, until the machine has been told. */
  #unheardMs: number | undefined;

  #snapshot: string;
  #entries: Entry<RootCommand | Tick>[] = [];
  #pending: Pending[] = [];
  #writing: Pending[] | undefined;
  /** Counts crashes: a write of an earlier generation never completes. */
  #generation = 0;
  #isDown = false;
  #tickIsPending = false;
  #retryTickAt = 0;

  /** Starts from the first state of `machine`. */
  constructor(machine: RootMachine, world: EngineWorld, journal: "none" | "kept" | "read") {
    this.#machine = machine;
    this.#world = world;
    this.#hasJournal = journal !== "none";
    this.#isRead = journal === "read";
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
    if (this.#tickIsPending || this.#isDown || this.#isAsleep) return Infinity;
    if (this.#deadline === Infinity) return Infinity;
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

  /** Suspends the process for `ms`. A no-op while it is down or suspended. */
  suspend(ms: number): void {
    if (this.#isDown || this.#isAsleep) return;
    const generation = this.#generation;
    this.#isAsleep = true;
    this.#sleepsSince = this.time();
    this.#sleepsUntil = this.#world.now + ms;
    this.#world.at(this.#sleepsUntil, () => {
      if (generation === this.#generation) this.#wake();
    });
  }

  #wake(): void {
    this.#isAsleep = false;
    const at = this.time();
    const unheardMs = at - this.#sleepsSince;
    this.#world.woke(at, unheardMs);
    this.#resume(at, unheardMs);
    const inbox = this.#inbox;
    this.#inbox = [];
    for (const receive of inbox) receive();
  }

  /** Steps `resume-listening` before any later command; with a journal, once that has stored it. */
  #resume(at: Instant, unheardMs: number): void {
    this.#unheardMs = undefined;
    const command = { type: "resume-listening", unheardMs } as const;
    if (!this.#hasJournal) return void this.#step(command, at, true);
    const reply = (answer: unknown) => {
      if (answer !== NO_ANSWER) return;
      const [next] = this.#pending;
      if (next === undefined) this.#unheardMs = unheardMs;
      else this.#resume(next.entry.at, unheardMs);
    };
    const later = this.#pending.findIndex(({ entry }) => entry.at >= at);
    const index = later < 0 ? this.#pending.length : later;
    this.#pending.splice(index, 0, { entry: { at, command }, reply });
    if (this.#writing === undefined) this.#write();
  }

  /** Fires what is due. */
  tick(): void {
    if (!this.#hasJournal) {
      this.#step({ type: "tick" }, this.time(), true);
      return;
    }
    this.#tickIsPending = true;
    this.submit({ type: "tick" }, (answer) => {
      this.#tickIsPending = false;
      if (answer === NO_ANSWER) this.#retryTickAt = this.#world.now + RETRY_MS;
    });
  }

  /** Steps `command` once the journal has stored it, or at once without one. A no-op while it is down. */
  submit(command: RootCommand | Tick, reply: EngineReply): void {
    if (this.#isDown) return;
    if (this.#isAsleep) return void this.#inbox.push(() => this.submit(command, reply));
    if (this.#unheardMs !== undefined) this.#resume(this.time(), this.#unheardMs);
    if (!this.#hasJournal) return reply(this.#step(command, this.time(), true));
    const kept = this.#isRead ? throughJson(command) : command;
    this.#pending.push({ entry: { at: this.time(), command: kept }, reply });
    if (this.#writing === undefined) this.#write();
  }

  /** Replaces the state by one that was written and read. */
  restore(): void {
    const before = this.state;
    this.state = decode(encode(before)) as RootState;
    if (!sameData(this.state, before)) {
      fail("RestoreChangesNothing", "a state that was written and read differs");
    }
  }

  /**
   * Crashes in the middle of a write of which `written` entries are stored, and recovers from the journal
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
    this.#isAsleep = false;
    this.#inbox = [];
    this.#unheardMs = undefined;
    this.#world.at(this.#world.now + ms, () => this.#recover(stored));
  }

  #recover(stored: readonly Pending[]): void {
    const before = this.state;
    this.state = decode(this.#snapshot) as RootState;
    for (const { command, at } of this.#entries) {
      this.#machine.step(this.state, throughJson(command), at, []);
    }
    if (!sameData(this.state, before)) {
      fail("ReplayGivesTheSameState", "the journal leads to another state than before the crash");
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
    const stored = () => {
      if (generation !== this.#generation) return;
      if (this.#isAsleep) return this.#world.at(this.#sleepsUntil, stored);
      this.#writing = undefined;
      for (const { entry, reply } of batch) {
        reply(ms === Infinity ? NO_ANSWER : this.#step(entry.command, entry.at, true));
      }
      this.#write();
    };
    this.#world.at(this.#world.now + (ms === Infinity ? 1 : ms), stored);
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

  #keep(entry: Entry<RootCommand | Tick>): void {
    this.#entries.push(entry);
    if (this.#entries.length < SNAPSHOT_EVERY) return;
    this.#snapshot = encode(this.state);
    this.#entries = [];
  }
}

/** Returns a copy of a command as a journal returns it. */
function throughJson(command: RootCommand | Tick): RootCommand | Tick {
  return JSON.parse(JSON.stringify(command));
}
