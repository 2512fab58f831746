/**
 * Simulates several engines on one journal that they share, each in a process of its own.
 *
 * `simulateManager` finds what a façade gets wrong in one process after the other; this finds what
 * engines get wrong side by side: an answer that is not the one of the journal's order, replicas that
 * differ, time that goes back, reads that are stale, and engines that go on where they must stop.
 *
 * The processes crash and pause, and their clocks differ. Appends are refused, and some are stored
 * without an answer; records are delivered late, twice or not at all; records are forgotten that a
 * process has not read; a command breaks the machine.
 *
 * @module
 */

import { Engine } from "../../core/engine.ts";
import {
  InvariantError,
  JournalTruncatedError,
  JournalUnreadableError,
  LockstepError,
  SessionExpiredError,
} from "../../core/errors.ts";
import { placeOf, type Position } from "../../core/journal.ts";
import { silentLogger } from "../../core/logger.ts";
import { SimulatedClock } from "../simulated_clock.ts";
import { Chance } from "./chance.ts";
import { EngineProcess, SharedJournal } from "./engine_process.ts";
import { BrokenInvariantError, fail } from "./failure.ts";
import {
  type Ledger,
  ledger,
  type LedgerAnswers,
  type LedgerCommand,
  type LedgerEvent,
} from "./ledger.ts";

/** Options of {@linkcode simulateEngines}. */
export interface EngineSimulationOptions {
  /** The source of every choice. */
  readonly seed: number;
  /** The number of rounds before faults and new calls stop. @default 100 */
  readonly rounds?: number;
}

/** The result of a simulation of engines. */
export interface EngineSimulationReport {
  /** The seed, with which it can be repeated. */
  readonly seed: number;
  /** The number of calls. */
  readonly calls: number;
  /** The number of calls with each outcome: `ok`, or the code of the error. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The number of times that each fault happened, by its name. */
  readonly faults: ReadonlyMap<string, number>;
  /** The broken invariant, or `undefined`. */
  readonly broken: BrokenInvariantError | undefined;
}

/**
 * Simulates engines on one journal. Every choice is drawn from the seed. In the end faults stop, every
 * call has to have ended, and every engine has to have the state to which the journal leads.
 *
 * @example
 * ```ts
 * import { simulateEngines } from "@lockstep/lockstep/testing";
 *
 * const { broken, calls } = await simulateEngines({ seed: 1, rounds: 20 });
 * console.log(broken ?? `nothing broke in ${calls > 0 ? "any" : "no"} call`); // nothing broke in any call
 * ```
 */
export async function simulateEngines(
  { seed, rounds = 100 }: EngineSimulationOptions,
): Promise<EngineSimulationReport> {
  const world = new EngineWorld(seed);
  let broken: BrokenInvariantError | undefined;
  try {
    await world.start();
    for (let i = 0; i < rounds; i++) await world.round();
    await world.end();
  } catch (error) {
    if (!(error instanceof BrokenInvariantError)) throw error;
    broken = error;
  }
  const { calls, outcomes, faults } = world;
  return { seed, calls, outcomes, faults, broken };
}

type LedgerEngine = Engine<Ledger, LedgerCommand, LedgerEvent, LedgerAnswers>;

/** A process with its engine. */
interface Member {
  readonly process: EngineProcess;
  readonly engine: LedgerEngine;
  /** Its calls that have not ended. */
  readonly open: Map<number, string>;
  /** Why it stopped, if it did. */
  stopped: LockstepError | undefined;
}

/** Engines, their journal, and their surroundings. */
class EngineWorld {
  readonly outcomes: Map<string, number> = new Map();
  readonly faults: Map<string, number> = new Map();
  calls = 0;
  readonly #chance: Chance;
  /** The true time. */
  readonly #clock = new SimulatedClock(1_000_000);
  readonly #journal = new SharedJournal(this.#clock, SESSION_MS);
  #members: Member[] = [];
  readonly #skip: string[] = [];
  /** The state that the first engine had at each position. */
  readonly #states = new Map<Position, string>();
  /** The epoch of each grant, as the first engine that stepped it had it. */
  readonly #epochs = new Map<string, number>();
  /** The largest epoch that a caller knows. */
  #known = 0;
  /** The grants whose callers were told that they have not happened, and never will. */
  readonly #never = new Set<string>();
  /** The reminders that were answered. */
  readonly #reminders = new Set<string>();
  #broken: BrokenInvariantError | undefined;

  /** Creates a world without processes. */
  constructor(seed: number) {
    this.#chance = new Chance(seed);
  }

  /** Starts the processes. */
  async start(): Promise<void> {
    for (let i = 0; i < PROCESSES; i++) await this.#startOne();
  }

  /** Makes some calls, lets time pass, and injects faults. */
  async round(): Promise<void> {
    const chance = this.#chance;
    for (const member of this.#members) {
      if (member.process.isPaused) continue;
      for (let i = chance.int(4); i > 0; i--) this.#grant(member);
      if (chance.happens(0.2)) this.#remind(member);
      if (chance.happens(0.2)) this.#read(member);
      if (chance.happens(0.05)) this.#burst(member);
      if (chance.happens(0.1)) this.#save(member);
    }
    await this.#advance(chance.pick([0, 1, 5, 20, 200]));
    for (const { process, process: { journal } } of this.#members) {
      if (chance.happens(0.05)) journal.fail(chance.between(1, 3));
      if (chance.happens(0.05)) {
        journal.fail(chance.between(1, 3), new Error("It is unreachable"));
      }
      if (chance.happens(0.05)) {
        journal.loseAnswers(chance.between(1, 3), undefined, chance.happens(0.5));
      }
      if (chance.happens(0.05)) journal.repeat(chance.between(1, 3));
      if (chance.happens(0.05)) journal.delay(chance.pick([0, 0, 5, 50]));
      if (chance.happens(0.05)) journal.hold();
      if (chance.happens(0.2)) journal.release();
      if (chance.happens(0.05)) process.pause();
      else if (chance.happens(0.1)) process.resume();
    }
    await this.#replaceStopped();
    if (chance.happens(0.05)) await this.#crash();
    if (chance.happens(0.03)) await this.#restart();
    if (chance.happens(0.03)) await this.#fallBehind();
    if (chance.happens(0.03)) await this.#loseRecord();
    if (chance.happens(0.03)) await this.#fallSilent();
    if (chance.happens(0.03)) await this.#endTooLate();
    if (chance.happens(0.02)) await this.#poison();
  }

  /** Ends all faults, lets everything end, and checks what is left. */
  async end(): Promise<void> {
    await this.#mend();
    await this.#advance(60_000);
    const tail = await this.#journal.tail();
    for (const { engine, open, stopped } of this.#members) {
      if (stopped !== undefined) fail("RunsToTheEnd", `an engine has stopped: ${stopped}`);
      const [endless] = open.values();
      if (endless !== undefined) fail("EveryCallEnds", `${endless} goes on`);
      if (engine.position !== tail) {
        fail("ReadsAll", `an engine is at ${engine.position}, and the journal at ${tail}`);
      }
      for (const reminder of this.#reminders) {
        if (!engine.state.reminded.has(reminder)) fail("TimersFire", `${reminder} did not`);
      }
    }
    const live = [...this.#journal.known.values()].filter(({ endedAt }) => endedAt === undefined);
    if (live.length > this.#members.length) {
      fail("DeadSessionsEnd", `${live.length} sessions of ${this.#members.length} engines go on`);
    }
    for (const to of this.#never) {
      if (this.#epochs.has(to)) fail("RefusedIsNowhere", `${to} was granted all the same`);
    }
    for (const member of [...this.#members]) await this.#close(member);
  }

  async #startOne(): Promise<void> {
    const chance = this.#chance;
    // Most clocks differ by some milliseconds, and some by more.
    const skewMs = chance.pick([0, 1, -1]) * chance.pick([3, 400]);
    const process: EngineProcess = new EngineProcess(this.#clock, this.#journal, skewMs);
    const engine: LedgerEngine = new Engine(ledger, {
      ...{ clock: process, journal: process, skip: [...this.#skip] },
      ...{ maxUnstored: MOST_UNSTORED, logger: silentLogger },
    });
    const member: Member = { process, engine, open: new Map(), stopped: undefined };
    process.whenTaken = () => this.#compare(member);
    engine.whenStopped((error) => member.stopped = error);
    engine.observe(["ledger:granted"], ({ to, epoch }) => {
      if (!process.hasGap) this.#learn("EqualReplicas", to, epoch);
    });
    engine.observe(["ledger:odd"], ({ problem }) => this.#report("StepsInTime", problem));
    this.#members.push(member);
    try {
      await this.#until(engine.open());
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      if (!(error instanceof JournalTruncatedError)) fail("Starts", `an engine does not: ${error}`);
      await this.#replace(member); // it was slower than two snapshots
    }
  }

  /**
   * Replaces the engines that were slower than two snapshots, and those whose session was ended; no other
   * one may have stopped.
   */
  async #replaceStopped(): Promise<void> {
    for (const member of [...this.#members]) {
      const { stopped, process } = member;
      if (process.isPaused) continue;
      if (process.wasTruncated) {
        if (!(stopped instanceof JournalTruncatedError)) {
          fail("TruncatedStops", `an engine goes on whose records were forgotten: ${stopped}`);
        }
        this.#count("truncation");
        await this.#replace(member);
      } else if (stopped instanceof SessionExpiredError) {
        this.#count("expiry");
        await this.#replace(member);
      } else if (stopped !== undefined) fail("RunsOn", `an engine has stopped: ${stopped}`);
    }
  }

  /** Compares what an engine has at its position with what others had there. */
  #compare({ engine, process, stopped }: Member): void {
    if (process.hasGap || stopped !== undefined) return;
    const { position, sequence, state: { digest, grants } } = engine;
    const state = `${digest} ${grants.length} ${sequence}`;
    const known = this.#states.get(position);
    for (const [session, { begunAt, endedAt = Infinity }] of this.#journal.known) {
      const isMember = begunAt <= position && position < endedAt;
      if (engine.isMember(session) !== isMember) {
        this.#report("OnlySilentEnd", `at ${position} a session is ${isMember ? "" : "not "}over`);
      }
    }
    if (known === undefined) this.#states.set(position, state);
    else if (known !== state) {
      this.#report("EqualReplicas", `at ${position} one has ${known}, another ${state}`);
    }
  }

  #send<Each extends LedgerCommand>(
    member: Member,
    command: Each,
    answered: (answer: LedgerAnswers[Each["type"]]) => void = () => {},
    refused: (code: string) => void = () => {},
  ): boolean {
    const { engine, open, process } = member;
    const id = ++this.calls;
    let isAccepted = true;
    open.set(id, command.type);
    const end = (outcome: string) => {
      isAccepted = outcome === "ok";
      if (!isAccepted) refused(outcome);
      if (!open.delete(id)) this.#report("AnsweredOnce", `${command.type} has two outcomes`);
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    };
    try {
      engine.send(command, (answer, error) => {
        if (process.hasCrashed) return;
        end(error === undefined ? "ok" : this.#codeOf(error));
        if (error === undefined && !process.hasGap) {
          answered(answer as LedgerAnswers[Each["type"]]);
        }
      });
    } catch (error) {
      end(this.#codeOf(error));
    }
    return isAccepted;
  }

  #codeOf(error: unknown): string {
    if (error instanceof LockstepError) return error.code;
    this.#report("ErrorsAreTyped", `${error}`);
    return "untyped";
  }

  #grant(member: Member): boolean {
    const to = `grant-${this.calls}`;
    const refused = (code: string) => {
      if (code === "session-expired" || code === "journal") this.#never.add(to);
    };
    return this.#send(member, { type: "grant", to }, ({ epoch }) => {
      this.#learn("AnsweredIsStored", to, epoch);
      this.#known = Math.max(this.#known, epoch);
    }, refused);
  }

  /** Notes the epoch of a grant, which has only one. */
  #learn(rule: string, to: string, epoch: number): void {
    const known = this.#epochs.get(to);
    if (known === undefined) this.#epochs.set(to, epoch);
    else if (known !== epoch) this.#report(rule, `${to} has the epochs ${known} and ${epoch}`);
  }

  #remind(member: Member): void {
    const to = `reminder-${this.calls}`;
    const inMs = this.#chance.around(300);
    this.#send(member, { type: "remind", to, inMs }, () => this.#reminders.add(to));
  }

  /** Reads what must not be behind any answer that was given before. */
  #read({ engine, process }: Member): void {
    const known = this.#known;
    engine.barrier().then(() => {
      if (process.hasGap || process.hasCrashed) return;
      const { length } = engine.state.grants;
      if (length < known) this.#report("BarrierIsFresh", `it has ${length} of ${known} grants`);
    }, () => {});
  }

  /** Sends more at once than may wait. */
  #burst(member: Member): void {
    let accepted = 0;
    for (let i = 0; i < 2 * MOST_UNSTORED; i++) {
      if (this.#grant(member)) accepted++;
    }
    if (accepted > MOST_UNSTORED) this.#report("GatheringIsBounded", `${accepted} were taken`);
  }

  #save({ engine, process }: Member): void {
    if (!process.hasGap) engine.snapshot().catch(() => {});
  }

  async #crash(): Promise<void> {
    this.#count("crash");
    this.#remove(this.#chance.pick(this.#members)).process.crash();
    await this.#advance(this.#chance.pick([0, this.#chance.around(100)]));
    await this.#startOne();
  }

  async #restart(): Promise<void> {
    this.#count("restart");
    await this.#close(this.#chance.pick(this.#members));
    await this.#startOne();
  }

  /** Forgets records that one process has not read: it has to stop, and the next start reads a snapshot. */
  async #fallBehind(): Promise<void> {
    await this.#mend();
    const [behind, other] = this.#members;
    behind!.process.pause();
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) this.#grant(other!);
      await this.#advance(50);
      await this.#until(other!.engine.snapshot());
    }
    for (let j = 0; j < 3; j++) this.#grant(other!);
    await this.#advance(50);
    behind!.process.resume();
    await this.#advance(500);
    await this.#replaceStopped();
  }

  /**
   * Pauses a process until the others have ended its session: what it has sent and not stored by then
   * changes nothing, and it stops.
   */
  async #fallSilent(): Promise<void> {
    await this.#mend();
    const [silent] = this.#members;
    const { journal } = silent!.process;
    journal.hold();
    this.#grant(silent!);
    await this.#advance(0);
    silent!.process.pause();
    await this.#advance(2 * SESSION_MS);
    journal.release();
    silent!.process.resume();
    await this.#advance(1_000);
    if (!(silent!.stopped instanceof SessionExpiredError)) {
      fail("SilentStops", `an engine that was silent for long goes on: ${silent!.stopped}`);
    }
    await this.#replaceStopped();
  }

  /** Has an engine end the session of another one, which appends before that is stored, and so goes on. */
  async #endTooLate(): Promise<void> {
    await this.#mend();
    this.#count("late end");
    const [ending, alive] = this.#members;
    ending!.process.journal.hold();
    ending!.engine.endSession(alive!.engine.session!);
    this.#grant(alive!);
    await this.#advance(10);
    ending!.process.mend();
    await this.#advance(500);
    if (alive!.stopped !== undefined) {
      fail("OnlySilentEnd", `an engine was ended that had appended since: ${alive!.stopped}`);
    }
  }

  /** Loses a record on its way to one process, which has to stop at the next one of that session. */
  async #loseRecord(): Promise<void> {
    await this.#mend();
    const [reader, writer] = this.#members;
    reader!.process.loseNext();
    for (let i = 0; i < 3; i++) {
      this.#grant(writer!);
      await this.#advance(100);
    }
    const { hasGap, isBehindGap } = reader!.process;
    if (isBehindGap && !(reader!.stopped instanceof JournalUnreadableError)) {
      fail("GapHalts", `an engine that was not given a record goes on: ${reader!.stopped}`);
    }
    if (hasGap) this.#count("gap");
    await this.#replace(reader!);
  }

  /** Sends a command that breaks the machine: each engine stops there, and the next start leaves it out. */
  async #poison(): Promise<void> {
    await this.#mend();
    this.#count("poison");
    this.#send(this.#members[0]!, { type: "poison" });
    for (const member of this.#members) this.#grant(member); // some are stored behind it
    await this.#advance(2_000);
    const position = this.#journal.poisonedAt!;
    const place = placeOf(position, 0);
    for (const { stopped, engine } of this.#members) {
      if (engine.position !== position) {
        fail("PoisonStops", `an engine is at ${engine.position}, behind ${position}`);
      }
      if (!(stopped instanceof InvariantError) || !stopped.message.includes(` at ${place} of`)) {
        fail("PoisonStops", `an engine at ${engine.position} goes on, ${stopped}`);
      }
    }
    this.#skip.push(place);
    for (const member of [...this.#members]) await this.#replace(member);
  }

  /** Ends a process that has stopped, and starts the next one. */
  async #replace(member: Member): Promise<void> {
    await this.#close(member);
    await this.#startOne();
  }

  async #close(member: Member): Promise<void> {
    const { engine, open, process } = this.#remove(member);
    process.resume();
    process.mend();
    await this.#until(engine.close());
    await this.#advance(1_000);
    const [endless] = open.values();
    if (endless !== undefined) fail("EveryCallEnds", `${endless} of an engine that was closed`);
    if (process.pending > 0) fail("NoTimerLeftBehind", `${process.pending} timers`);
    process.crash();
  }

  #remove(member: Member): Member {
    this.#members = this.#members.filter((other) => other !== member);
    return member;
  }

  /** Ends all faults, and lets the engines do what they were kept from. */
  async #mend(): Promise<void> {
    for (const { process } of this.#members) {
      process.resume();
      process.mend();
    }
    await this.#advance(1_000);
    await this.#replaceStopped();
  }

  #count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }

  #report(rule: string, message: string): void {
    this.#broken ??= new BrokenInvariantError(rule, message);
  }

  async #advance(ms: number): Promise<void> {
    await this.#clock.advance(ms);
    const { leastSilenceMs } = this.#journal;
    if (leastSilenceMs < LEAST_SILENCE_MS) {
      fail("OnlySilentEnd", `a session was ended that had appended ${leastSilenceMs} ms before`);
    }
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Advances time until `promise` has settled. */
  async #until<Result>(promise: Promise<Result>): Promise<Result> {
    let hasEnded = false;
    const watched = promise.finally(() => hasEnded = true);
    watched.catch(() => {});
    for (let i = 0; !hasEnded; i++) {
      if (i === 1_000) fail("EveryCallEnds", "an engine neither opens nor closes");
      this.#members.forEach(({ process }) => process.journal.release());
      await this.#advance(100);
    }
    return await watched;
  }
}

/** The number of processes. */
const PROCESSES = 3;

/** The time without a record after which a session is ended. */
const SESSION_MS = 3_000;

/** The least time without a record after which one is: two renewals of an engine that counts three. */
const LEAST_SILENCE_MS = 2 * SESSION_MS / 3;

/** The option `maxUnstored` of the engines. */
const MOST_UNSTORED = 8;
