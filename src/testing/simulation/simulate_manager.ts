/**
 * Simulates a whole coordination manager as programs use it: with promises, handlers and signals.
 *
 * It is much slower than `simulate`, which drives the machine below, and finds what only a façade can
 * get wrong: calls that never end, untyped errors, handlers that are called for what is over, timers
 * that are left behind, and what a process loses that crashes or is shut down.
 *
 * The journal refuses appends, and stores some without an answer; a process lives on after the next one
 * has opened the journal; callers pass data that JSON changes or can't hold; a command breaks the
 * machine; and the next process may have other options.
 *
 * @module
 */

import { type CoordinationConfig, CoordinationManager } from "../../coordination/mod.ts";
import { readCoordinationConfig } from "../../coordination/config.ts";
import { EventBus } from "../../core/bus/event_bus.ts";
import { SteadyClock } from "../../core/clock.ts";
import { InvariantError, JournalReplacedError, LockstepError } from "../../core/errors.ts";
import { MemoryJournal } from "../../core/memory_journal.ts";
import { silentLogger } from "../../core/logger.ts";
import { Replica, restoreNewest } from "../../core/replica.ts";
import { rootMachine } from "../../root/machine.ts";
import type { RootState } from "../../root/state.ts";
import { FaultyJournal } from "../faulty_journal.ts";
import { HistoryChecker } from "../history_checker.ts";
import { SimulatedClock } from "../simulated_clock.ts";
import { Chance } from "./chance.ts";
import { BrokenInvariantError, fail } from "./failure.ts";
import {
  ABORTED,
  act,
  type CallWorld,
  HandlerError,
  joinFromOutside,
  ONLY_AT_THE_END,
  OUTSIDE,
  register,
  SILENCE_MS,
} from "./manager_calls.ts";
import { SimulatedProcess, timersOf } from "./manager_process.ts";

/** Options of {@linkcode simulateManager}. */
export interface ManagerSimulationOptions {
  /** The source of every choice. */
  readonly seed: number;
  /** The number of rounds of calls before faults and new calls stop. @default 100 */
  readonly rounds?: number;
  /** Whether there is a journal, which may block, fail, and be read by another process. @default drawn */
  readonly hasJournal?: boolean;
}

/** The result of a simulation of a manager. */
export interface ManagerSimulationReport {
  /** The seed, with which it can be repeated. */
  readonly seed: number;
  /** The number of calls. */
  readonly calls: number;
  /** The number of calls with each outcome: `ok`, or the code of the error. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The number of processes that crashed. */
  readonly crashes: number;
  /** The number of processes that were shut down, and followed by another one. */
  readonly restarts: number;
  /** The number of processes that lived on after the next one had begun. */
  readonly replacements: number;
  /** The number of commands that broke the machine. */
  readonly poisonings: number;
  /** The broken invariant, or `undefined`. */
  readonly broken: BrokenInvariantError | undefined;
}

/**
 * Simulates a coordination manager with agents, handlers and callers on one clock. Every choice is drawn
 * from the seed. In the end faults stop, every call has to have ended, with a typed error if it failed,
 * and no timer may be left.
 *
 * @example
 * ```ts
 * import { simulateManager } from "@lockstep/lockstep/testing";
 *
 * const { broken, calls } = await simulateManager({ seed: 1, rounds: 20 });
 * console.log(broken ?? `nothing broke in ${calls > 0 ? "any" : "no"} call`); // nothing broke in any call
 * ```
 */
export async function simulateManager(
  { seed, rounds = 100, hasJournal }: ManagerSimulationOptions,
): Promise<ManagerSimulationReport> {
  const world = new ManagerWorld(seed, hasJournal);
  let broken: BrokenInvariantError | undefined;
  try {
    await world.start();
    for (let i = 0; i < rounds; i++) await world.round();
    await world.end();
  } catch (error) {
    if (!(error instanceof BrokenInvariantError)) throw error;
    broken = error;
  }
  const { calls, outcomes, crashes, restarts, replacements, poisonings } = world;
  return { seed, calls, outcomes, crashes, restarts, replacements, poisonings, broken };
}

/** A manager, and its surroundings. */
class ManagerWorld implements CallWorld {
  /** The source of every choice. */
  readonly chance: Chance;
  /** The true time. */
  readonly clock: SimulatedClock = new SimulatedClock(1_000_000);
  /** The number of calls with each outcome. */
  readonly outcomes: Map<string, number> = new Map();
  /** The number of processes that crashed. */
  crashes = 0;
  /** The number of processes that were shut down, and followed by another one. */
  restarts = 0;
  /** The number of processes that lived on after the next one had begun. */
  replacements = 0;
  /** The number of commands that broke the machine. */
  poisonings = 0;
  /** The number of calls. */
  calls = 0;
  /** Whether faults and failures of handlers have stopped. */
  isOver = false;
  readonly #journal: FaultyJournal | undefined;
  #config: CoordinationConfig;
  /** The positions in the journal of the commands that broke the machine. */
  readonly #skip: string[] = [];
  /** Whether calls may end as the manager is closed, or as its machine broke. */
  #isEnding = false;
  #manager: CoordinationManager | undefined;
  #process: SimulatedProcess | undefined;
  #checker = new HistoryChecker();
  #open = new Map<number, string>();
  #generation = 0;
  #serial = 0;
  #broken: BrokenInvariantError | undefined;
  /** The milliseconds by which the wall clock is ahead of the true time. */
  #wallAheadMs = 0;

  /** Creates a world without a running manager. */
  constructor(seed: number, hasJournal: boolean | undefined) {
    this.chance = new Chance(seed);
    const drawn = this.chance.happens(0.5);
    const inner = new MemoryJournal();
    if (hasJournal ?? drawn) this.#journal = new FaultyJournal(inner, this.clock);
    this.#config = drawConfig(this.chance);
  }

  /** The running manager. */
  get manager(): CoordinationManager {
    return this.#manager!;
  }

  /** The longest wait for a lock. */
  get resourceTimeoutMs(): number {
    return this.#config.resourceTimeout!;
  }

  /** Returns a fresh name. */
  name(kind: string): string {
    return `${kind}-${++this.#serial}`;
  }

  /** Waits by the clock of the process. */
  sleep(ms: number): Promise<void> {
    const process = this.#process!;
    return new Promise((resolve) => {
      process.setTimer(process.now() + ms, resolve);
    });
  }

  /** Notes that something happened that must not. */
  report(rule: string, message: string): void {
    if (!this.isOver) this.#broken ??= new BrokenInvariantError(rule, message);
  }

  /** Starts a process, which reads the journal if there is one, and registers the agents. */
  async start(): Promise<void> {
    const inner = this.#journal ?? new MemoryJournal();
    if (this.#generation > 0 && this.chance.happens(0.5)) this.#config = drawConfig(this.chance);
    const { clock } = this;
    const wall = () => WALL_START + clock.now() + this.#wallAheadMs;
    const steady = new SteadyClock(wall, () => clock.now(), timersOf(clock));
    const process = new SimulatedProcess(steady, inner, this.#skip);
    const eventBus = new EventBus(false, { clock: process });
    this.#process = process;
    this.#open = new Map();
    this.#checker = new HistoryChecker({ agingMs: 50 });
    if (this.#generation++ === 0) this.#checker.watch(eventBus);
    const journal = this.#journal === undefined ? {} : { journal: process, skip: this.#skip };
    const manager = new CoordinationManager(this.#config, eventBus, silentLogger, {
      ...{ clock: process },
      ...journal,
    });
    this.#manager = manager;
    eventBus.on("agent:died", ({ agentId }) => {
      if (OUTSIDE.includes(agentId)) this.report("LiveAgentsStay", `"${agentId}" died`);
    });
    eventBus.on("resource:expired", ({ resourceId, agentId }) => {
      if (OUTSIDE.includes(agentId)) this.report("LiveLeasesStay", `"${agentId}": "${resourceId}"`);
    });
    await this.#advanceUntil(manager.initialize());
    this.#isEnding = false;
    await this.#checkOptions();
    for (let i = 0; i < 4; i++) this.call("register", () => register(this, `agent-${i}`));
    if (this.#generation === 1) {
      for (const agentId of OUTSIDE) this.call("join", () => joinFromOutside(this, agentId));
    }
    await this.clock.advance(50);
  }

  /** Makes a call and counts its outcome; an error must be one of Lockstep, or of a handler. */
  call(what: string, begin: () => Promise<unknown>): void {
    const generation = this.#generation;
    const id = ++this.calls;
    const open = this.#open;
    open.set(id, what);
    const end = (outcome: string) => {
      open.delete(id);
      if (generation !== this.#generation) return;
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    };
    begin().then(() => end("ok"), (error: unknown) => {
      end(this.#classify(what, error, this.#isEnding || generation !== this.#generation));
    });
  }

  /** Reports that a call passed data that JSON can't hold, and was accepted. */
  reportStored(data: unknown): void {
    if (this.#journal === undefined) return;
    this.#broken ??= new BrokenInvariantError("OnlyJsonIsStored", `a journal was given ${data}`);
  }

  /** Makes some calls, lets time pass, and injects faults. */
  async round(): Promise<void> {
    const { chance } = this;
    for (let i = chance.between(1, 6); i > 0; i--) act(this);
    await this.clock.advance(chance.pick([0, 1, 5, 20, 200]));
    this.#check();
    if (chance.happens(0.05)) this.#suspend();
    if (chance.happens(0.05)) this.#stepWallClock();
    if (this.#journal === undefined) return;
    if (chance.happens(0.05)) this.#journal.fail(chance.between(1, 3));
    if (chance.happens(0.05)) {
      this.#journal.fail(chance.between(1, 3), new Error("It is unreachable"));
    }
    if (chance.happens(0.05)) {
      this.#journal.loseAnswers(chance.between(1, 3), undefined, chance.happens(0.5));
    }
    if (chance.happens(0.05)) this.#journal.repeat(chance.between(1, 3));
    if (chance.happens(0.05)) this.#journal.delay(chance.pick([0, 0, 5, 50]));
    if (chance.happens(0.05)) this.#journal.hold();
    if (chance.happens(0.2)) this.#journal.release();
    if (chance.happens(0.02)) await this.#crash();
    if (chance.happens(0.02)) await this.#restart();
    if (chance.happens(0.01)) await this.#poison();
    if (chance.happens(0.02)) await this.#replace();
  }

  /** Ends all faults, lets everything end, and checks what is left. */
  async end(): Promise<void> {
    this.isOver = true;
    this.#mend();
    await this.clock.advance(60_000);
    const [endless] = this.#open.values();
    if (endless !== undefined) fail("EveryCallEnds", `${endless} goes on after its time limit`);
    await this.#advanceUntil(this.manager.performMaintenance());
    const { healthy, error } = await this.#advanceUntil(this.manager.getHealthStatus());
    if (!healthy && error?.includes("overdue") === true) fail("NothingOverdue", error);
    this.#isEnding = true;
    await this.#advanceUntil(this.manager.shutdown({ graceMs: 100 }));
    await this.clock.advance(1_000);
    this.#check();
    const [left] = this.#open.values();
    if (left !== undefined) fail("EveryCallEnds", `${this.#open.size} calls, one of ${left}`);
    const { pending } = this.#process!;
    if (pending > 0) fail("NoTimerLeftBehind", `${pending} timers after the shutdown`);
  }

  /** Sets the wall clock back or forward, by a second or more, while the process runs. */
  #stepWallClock(): void {
    const { chance } = this;
    const ms = 1_000 + chance.around(chance.pick([2_000, 3_600_000]));
    // A step that the time between two readings makes up for to within 50 ms is not seen at once.
    this.#process!.now();
    this.#wallAheadMs += chance.pick([-1, 1]) * ms;
    this.#process!.now();
  }

  /** Lets no timer of the process go off for a while, as if its machine was suspended. */
  #suspend(): void {
    const { chance } = this;
    const shortest = chance.pick([0, 2 * SILENCE_MS]);
    this.clock.jumpTo(this.clock.now() + shortest + chance.around(2_000));
  }

  async #crash(): Promise<void> {
    this.crashes++;
    this.#process!.crash();
    // What the former process is appending may come in before, while or after the next one reads.
    await this.clock.advance(this.chance.pick([0, this.chance.around(100)]));
    this.#mend();
    await this.start();
  }

  /** Shuts the process down, and starts the next one. */
  async #restart(): Promise<void> {
    this.restarts++;
    this.#mend();
    await this.#advanceUntil(this.manager.performMaintenance());
    const process = this.#process!;
    const before = process.appended.length;
    await this.#shutDown(this.chance.pick([0, 20, 500]));
    for (const type of process.appended.slice(before)) {
      if (ENDS.has(type)) fail("ShutdownWritesNoEnd", `${type} was written, and is replayed`);
    }
    await this.start();
  }

  /** Starts the next process while the former one lives, which has to stop by itself. */
  async #replace(): Promise<void> {
    this.replacements++;
    this.#mend();
    const former = this.manager;
    const process = this.#process!;
    const open = this.#open;
    for (let i = 0; i < 3; i++) act(this);
    await this.start();
    const { openedAt } = this.#process!;
    const before = process.appended.length;
    const late = former.submit({ id: this.name("late") });
    const error = await this.#advanceUntil(late.then(() => undefined, (error) => error)) as unknown;
    if (!(error instanceof JournalReplacedError)) {
      fail("ReplacedRejects", `a call of a process that was replaced ended with ${error}`);
    }
    await this.clock.advance(this.chance.pick([1_000, 5_000]));
    const [endless] = open.values();
    if (endless !== undefined) fail("EveryCallEnds", `${endless} of a process that was replaced`);
    if (process.appended.length > before || process.storedAt > openedAt) {
      const types = process.appended.slice(before).join();
      fail("ReplacedIsSilent", `a process that was replaced appended ${types}`);
    }
    await this.#advanceUntil(former.shutdown({ graceMs: 0 }));
    if (process.pending > 0) fail("NoTimerLeftBehind", `${process.pending} of a replaced process`);
    process.crash();
    this.#check();
  }

  /** Lets a command break the machine, and goes on without it in the next process. */
  async #poison(): Promise<void> {
    this.poisonings++;
    this.#mend();
    await this.clock.advance(200); // what was stored without an answer is offered again
    this.#isEnding = true;
    const process = this.#process!;
    process.poisonNext();
    const victim = this.manager.submit({ id: this.name("poison") });
    const error: unknown = await this.#advanceUntil(victim.then(() => undefined, (error) => error));
    const place = process.poisonedAt!;
    if (!(error instanceof InvariantError) || !error.message.includes(` at ${place} of`)) {
      fail("CallersLearnOfPoison", `the caller got ${error}`);
    }
    const { components: { engine } } = await this.manager.getHealthStatus();
    if (engine?.healthy !== false) {
      fail("HealthSaysBroken", "a manager whose machine broke is healthy");
    }
    await this.#shutDown(0);
    const unaware = await this.#advanceUntil(
      this.start().then(() => undefined, (error) => error),
    ) as unknown;
    if (!(unaware instanceof InvariantError) || !unaware.message.includes(`skip: ["${place}"]`)) {
      fail("RestartNamesThePlace", `the next process got ${unaware}`);
    }
    await this.#shutDown(0);
    this.#skip.push(place);
    try {
      await this.start();
    } catch (error) {
      fail("SkipGoesPastPoison", `the next process got ${error}`);
    }
  }

  /** Shuts the manager down, and ends what is left of its process. */
  async #shutDown(graceMs: number): Promise<void> {
    this.#isEnding = true;
    await this.#advanceUntil(this.manager.shutdown({ graceMs }));
    this.#process!.crash();
    this.#check();
  }

  /** Ends the faults of the journal. */
  #mend(): void {
    this.#journal?.release();
    this.#journal?.fail(0);
    this.#journal?.loseAnswers(0);
    this.#journal?.delay(0);
  }

  /** Checks that the options of the process are in force in its journal. */
  async #checkOptions(): Promise<void> {
    if (this.#journal === undefined || !this.chance.happens(0.5)) return;
    await this.#advanceUntil(this.manager.performMaintenance());
    const machine = rootMachine(readCoordinationConfig(this.#config).root);
    const replica = new Replica<RootState>(machine);
    await restoreNewest(replica, this.#journal);
    const { changed } = replica;
    if (changed.length > 0) {
      fail("OptionsAreInForce", `${changed.join()} are not those of the process`);
    }
  }

  /** Advances time until `promise` has settled. */
  async #advanceUntil<Result>(promise: Promise<Result>): Promise<Result> {
    let hasEnded = false;
    const watched = promise.finally(() => hasEnded = true);
    watched.catch(() => {});
    for (let i = 0; !hasEnded; i++) {
      if (i === 1_000) fail("EveryCallEnds", "the manager neither starts nor shuts down");
      this.#journal?.release();
      await this.clock.advance(100);
    }
    this.#check();
    return await watched;
  }

  #classify(what: string, error: unknown, isEnding: boolean): string {
    if (error instanceof LockstepError) {
      if (ONLY_AT_THE_END.has(error.code) && !isEnding) {
        const message = `${what} of a running manager ended with ${error}`;
        this.#broken ??= new BrokenInvariantError("NothingIsClosed", message, { cause: error });
      }
      return error.code;
    }
    if (error instanceof HandlerError || error === ABORTED) return "ours";
    const isForeign = error instanceof TypeError &&
      error.message.includes(".input.bad[0]: it must");
    if (isForeign && this.#journal !== undefined) return "not-json";
    this.#broken ??= new BrokenInvariantError("ErrorsAreTyped", `${what} ended with ${error}`, {
      cause: error,
    });
    return "untyped";
  }

  #check(): void {
    const broken = this.#broken ?? this.#process?.broken;
    if (broken !== undefined) throw broken;
    const [violation] = this.#checker.violations;
    if (violation !== undefined) fail(violation.rule, violation.message);
  }
}

/** The wall time at the true time 0. */
const WALL_START = 1_000_000_000_000;

/** The commands with which façades end what waits; a shutdown leaves that to the next process. */
const ENDS: ReadonlySet<string> = new Set(["drain", "cancel", "detach-handler", "cancel-request"]);

function drawConfig(chance: Chance): CoordinationConfig {
  return {
    maxRetries: chance.int(3),
    retryDelay: chance.pick([1, 50]),
    resourceTimeout: chance.pick([50, 1_000]),
    messageTimeout: chance.pick([20, 200]),
    agingMs: 50,
    agents: { heartbeatTimeoutMs: SILENCE_MS },
    seed: chance.int(3),
    tasks: { keepFinished: chance.pick([1, 1_000]) },
    workStealing: { enabled: chance.happens(0.5) },
    agentBreaker: chance.pick([false, { failureThreshold: 3, timeout: 50 }, {}]),
  };
}
