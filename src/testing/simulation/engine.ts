/**
 * The coordinator of a simulated world: the root machine, a clock that may be wrong, and a log that
 * may fail.
 *
 * It does what an engine does, without promises, so that hundreds of thousands of steps a second can
 * be simulated and every write can be cut off.
 *
 * @module
 */

import type { RootCommand, RootState } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { LogEntry } from "../../core/log.ts";
import type { Instant, Machine, Tick } from "../../core/machine.ts";
import { decode, encode } from "../../core/data/plain.ts";
import { BrokenInvariantError, fail } from "./failure.ts";

/**
 * The machine that a simulation drives.
 *
 * @internal
 */
export type RootMachine = Machine<RootState, RootCommand, LockstepEvent>;

/** Is called with the events of a command, or with `undefined` when the log refused it. */
export type EngineReply = (events: readonly LockstepEvent[] | undefined) => void;

/** What a engine needs of the world that it is in. */
export interface EngineWorld {
  /** The true time. */
  readonly now: Instant;
  /** Does `act` at `at`. */
  at(at: Instant, act: () => void): void;
  /** Looks at a step; `isPublished` is whether anybody hears of its events. */
  stepped(
    command: RootCommand | Tick,
    events: readonly LockstepEvent[],
    at: Instant,
    isPublished: boolean,
  ): void;
  /** How long the next write takes; `Infinity` when it is refused. */
  drawWriteMs(): number;
}

interface Pending {
  readonly entry: LogEntry<RootCommand | Tick>;
  readonly reply: EngineReply;
}

/** After how many entries of its log a engine writes a snapshot. */
const SNAPSHOT_EVERY = 2_000;

/** How long a engine waits after a write that failed. */
const RETRY_MS = 20;

/** Hosts the root machine. */
export class SimulatedEngine {
  /**
   * The state as it is.
   * @internal
   */
  state: RootState;
  /** How many commands were stepped, ticks included. */
  steps = 0;
  readonly #machine: RootMachine;
  readonly #world: EngineWorld;
  readonly #hasLog: boolean;
  /** Whether its log is ever read, so that what is in it has to be kept. */
  readonly #isRead: boolean;
  #now: Instant = 0;
  /** Of the state as it is. */
  #deadline: Instant = Infinity;
  /** By how much the clock is ahead of the true time. */
  #skew = 0;
  #frozenUntil: Instant = 0;

  #snapshot: string;
  #entries: LogEntry<RootCommand | Tick>[] = [];
  #pending: Pending[] = [];
  #writing: Pending[] | undefined;
  /** Which life of the engine this is: what an earlier one began doesn't end. */
  #generation = 0;
  #isDown = false;
  #tickIsPending = false;
  #retryTickAt = 0;

  /** Starts from the machine's first state. */
  constructor(machine: RootMachine, world: EngineWorld, log: "none" | "kept" | "read") {
    this.#machine = machine;
    this.#world = world;
    this.#hasLog = log !== "none";
    this.#isRead = log === "read";
    this.state = machine.init();
    this.#snapshot = this.#isRead ? encode(this.state) : "";
  }

  /** Whether commands go through a log. */
  get hasLog(): boolean {
    return this.#hasLog;
  }

  /** Whether it has stopped, and has not come back yet. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** The time as the host's clock has it; never earlier than before. */
  time(): Instant {
    if (this.#world.now >= this.#frozenUntil) {
      this.#now = Math.max(this.#now, this.#world.now + this.#skew);
    }
    return this.#now;
  }

  /** When, in true time, something will be due; `Infinity` when nothing will. */
  get dueAt(): Instant {
    if (this.#tickIsPending || this.#isDown) return Infinity;
    if (this.#deadline === Infinity) return Infinity;
    return Math.max(this.#deadline - this.#skew, this.#frozenUntil, this.#retryTickAt);
  }

  /** Lets the clock jump ahead. */
  jump(ms: number): void {
    this.#skew += ms;
  }

  /** Lets the clock stand still for `ms`; afterwards it goes on from where it stood, or catches up. */
  freeze(ms: number, catchesUp: boolean): void {
    this.time();
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.now + ms);
    if (!catchesUp) this.#skew -= ms;
  }

  /** Steps what is due. */
  tick(): void {
    if (!this.#hasLog) {
      this.#step({ type: "tick" }, this.time(), true);
      return;
    }
    this.#tickIsPending = true;
    this.submit({ type: "tick" }, (events) => {
      this.#tickIsPending = false;
      if (events === undefined) this.#retryTickAt = this.#world.now + RETRY_MS;
    });
  }

  /** Steps `command` once the log has it, at once without one. A engine that is down hears nothing. */
  submit(command: RootCommand | Tick, reply: EngineReply): void {
    if (this.#isDown) return;
    if (!this.#hasLog) return reply(this.#step(command, this.time(), true));
    const kept = this.#isRead ? written(command) : command;
    this.#pending.push({ entry: { at: this.time(), command: kept }, reply });
    if (this.#writing === undefined) this.#write();
  }

  /** Goes on from a copy of the state that was written and read. */
  restore(): void {
    const text = encode(this.state);
    this.state = decode(text) as RootState;
    if (encode(this.state) !== text) {
      fail("RestoreChangesNothing", "a state reads as another one");
    }
  }

  /**
   * Stops in the middle of a write of which `written` entries are safe, and comes back after `ms`
   * with what the log has. Nobody hears what became of commands that were under way.
   */
  crash(written: number, ms: number): void {
    if (this.#isDown) return;
    const kept = (this.#writing ?? []).slice(0, written);
    this.#generation++;
    this.#isDown = true;
    this.#pending = [];
    this.#writing = undefined;
    this.#tickIsPending = false;
    this.#world.at(this.#world.now + ms, () => this.#recover(kept));
  }

  #recover(kept: readonly Pending[]): void {
    const before = encode(this.state);
    this.state = decode(this.#snapshot) as RootState;
    for (const { command, at } of this.#entries) {
      this.#machine.step(this.state, written(command), at);
    }
    if (encode(this.state) !== before) {
      fail(
        "ReplayGivesTheSameState",
        "the log leads to another state than the one that was lost",
      );
    }
    this.#isDown = false;
    for (const { entry } of kept) this.#step(entry.command, entry.at, false);
    // Whoever was silent while nobody listened may yet be alive.
    this.#step({ type: "resume-listening" }, this.time(), true);
  }

  #write(): void {
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    this.#writing = batch;
    const ms = this.#world.drawWriteMs();
    const generation = this.#generation;
    const took = ms === Infinity ? 1 : ms;
    this.#world.at(this.#world.now + took, () => {
      if (generation !== this.#generation) return;
      this.#writing = undefined;
      for (const { entry, reply } of batch) {
        reply(ms === Infinity ? undefined : this.#step(entry.command, entry.at, true));
      }
      this.#write();
    });
  }

  #step(
    command: RootCommand | Tick,
    at: Instant,
    isPublished: boolean,
  ): readonly LockstepEvent[] {
    let events: readonly LockstepEvent[];
    try {
      events = this.#machine.step(this.state, command, at);
    } catch (cause) {
      if (cause instanceof BrokenInvariantError) throw cause;
      throw new BrokenInvariantError(
        "MachineAsserts",
        `${command.type} broke the machine: ${cause}`,
        {
          cause,
        },
      );
    }
    this.steps++;
    this.#deadline = this.#machine.deadline(this.state);
    if (this.#isRead) this.#keep({ at, command });
    this.#world.stepped(command, events, at, isPublished);
    return events;
  }

  #keep(entry: LogEntry<RootCommand | Tick>): void {
    this.#entries.push(entry);
    if (this.#entries.length < SNAPSHOT_EVERY) return;
    this.#snapshot = encode(this.state);
    this.#entries = [];
  }
}

/** A command as a log gives it back: sharing nothing with any other. */
function written(command: RootCommand | Tick): RootCommand | Tick {
  return JSON.parse(JSON.stringify(command));
}
