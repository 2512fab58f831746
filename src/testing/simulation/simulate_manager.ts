/**
 * Simulates a whole coordination manager as programs use it: with promises, handlers and signals.
 *
 * It is slower by far than `simulate`, which drives the machine below it, and looks at what only a
 * façade can get wrong: calls that never end, errors that are none of ours, handlers that are called
 * for what is over, timers that are left behind, what a process that dies loses.
 *
 * @module
 */

import { type CoordinationConfig, CoordinationManager } from "../../coordination/mod.ts";
import type { RootCommand } from "../../root/state.ts";
import { EventBus } from "../../core/bus/event_bus.ts";
import { LockstepError } from "../../core/errors.ts";
import { MemoryLog } from "../../core/log.ts";
import type { Logger } from "../../core/logger.ts";
import type { Tick } from "../../core/machine.ts";
import { FaultyLog } from "../faulty_log.ts";
import { HistoryChecker } from "../history_checker.ts";
import { SimulatedClock } from "../simulated_clock.ts";
import { Chance } from "./chance.ts";
import { accuse, BrokenInvariantError } from "./failure.ts";
import { act, HandlerError, register } from "./manager_calls.ts";
import { MortalProcess } from "./mortal.ts";

/** Options of {@linkcode simulateManager}. */
export interface ManagerSimulationOptions {
  /** Where every choice comes from. */
  readonly seed: number;
  /** How often some calls are made before faults and new calls stop. @default 100 */
  readonly rounds?: number;
  /** Whether there is a log, which may stall, fail, and be read again by another process. @default drawn */
  readonly hasLog?: boolean;
}

/** What a simulation of a manager came to. */
export interface ManagerSimulationReport {
  /** From which it can be run again. */
  readonly seed: number;
  /** How many calls were made. */
  readonly calls: number;
  /** How many of them ended in which way: `ok`, or the code or name of the error. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** How often a process died and another one went on. */
  readonly deaths: number;
  /** What broke, or `undefined` when all was well. */
  readonly broken: BrokenInvariantError | undefined;
}

type Log = FaultyLog<RootCommand | Tick>;

/** A manager under simulation, and what surrounds it. */
export class ManagerWorld {
  /** Every choice. */
  readonly chance: Chance;
  /** The only time there is. */
  readonly clock: SimulatedClock = new SimulatedClock(1_000_000);
  /** How calls ended. */
  readonly outcomes: Map<string, number> = new Map();
  /** How often a process died. */
  deaths = 0;
  /** How many calls were made. */
  calls = 0;
  /** Whether handlers may fail. */
  isCalm = false;
  readonly #log: Log | undefined;
  readonly #config: CoordinationConfig;
  #manager: CoordinationManager | undefined;
  #process: MortalProcess<RootCommand | Tick> | undefined;
  #checker = new HistoryChecker();
  #open = new Map<number, string>();
  #life = 0;
  #serial = 0;

  /** A world whose manager has yet to be started. */
  constructor(seed: number, hasLog: boolean | undefined) {
    this.chance = new Chance(seed);
    const drawn = this.chance.happens(0.5);
    const inner = new MemoryLog<RootCommand | Tick>();
    if (hasLog ?? drawn) this.#log = new FaultyLog(inner, this.clock);
    this.#config = drawConfig(this.chance);
  }

  /** The manager that runs. */
  get manager(): CoordinationManager {
    return this.#manager!;
  }

  /** A name that was not used before. */
  name(kind: string): string {
    return `${kind}-${++this.#serial}`;
  }

  /** Waits on the world's clock. */
  sleep(ms: number): Promise<void> {
    const process = this.#process!;
    return new Promise((resolve) => {
      process.setTimer(this.clock.now() + ms, resolve);
    });
  }

  /** Begins a process, which reads the log if there is one, and registers the agents. */
  async start(): Promise<void> {
    const inner = this.#log ?? new MemoryLog<RootCommand | Tick>();
    const process = new MortalProcess(this.clock, inner);
    const eventBus = new EventBus(false, { clock: process });
    this.#process = process;
    this.#life++;
    this.#open = new Map();
    this.#checker = new HistoryChecker({ agingMs: 50 });
    if (this.deaths === 0) this.#checker.watch(eventBus);
    const log = this.#log === undefined ? {} : { log: process };
    const manager = new CoordinationManager(this.#config, eventBus, QUIET, {
      ...{ clock: process },
      ...log,
    });
    this.#manager = manager;
    await this.#while(manager.initialize());
    for (let i = 0; i < 4; i++) this.call("register", () => register(this, `agent-${i}`));
    await this.clock.advance(50);
  }

  /** Makes a call and takes note of how it ends; only an error of ours may be its end. */
  call(what: string, begin: () => Promise<unknown>): void {
    const life = this.#life;
    const id = ++this.calls;
    this.#open.set(id, what);
    const end = (outcome: string) => {
      if (life !== this.#life) return;
      this.#open.delete(id);
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    };
    begin().then(() => end("ok"), (error: unknown) => end(this.#judge(what, error)));
  }

  /** Does some of what users do, lets time pass, and lets something go wrong. */
  async round(): Promise<void> {
    const { chance } = this;
    for (let i = chance.between(1, 6); i > 0; i--) act(this);
    await this.clock.advance(chance.pick([0, 1, 5, 20, 200]));
    this.#check();
    if (chance.happens(0.05)) this.clock.jumpTo(this.clock.now() + chance.around(2_000));
    if (this.#log === undefined) return;
    if (chance.happens(0.05)) this.#log.fail(chance.between(1, 3));
    if (chance.happens(0.05)) this.#log.delay(chance.pick([0, 0, 5, 50]));
    if (chance.happens(0.05)) this.#log.hold();
    if (chance.happens(0.2)) this.#log.release();
    if (chance.happens(0.02)) await this.#die();
  }

  /** Ends all faults, lets everything end, and looks at what is left. */
  async end(): Promise<void> {
    this.isCalm = true;
    this.#log?.release();
    this.#log?.fail(0);
    this.#log?.delay(0);
    await this.clock.advance(60_000);
    const { healthy, error } = await this.#while(this.manager.getHealthStatus());
    if (!healthy && error?.includes("overdue") === true) accuse("NothingOverdue", error);
    await this.#while(this.manager.shutdown({ graceMs: 100 }));
    await this.clock.advance(1_000);
    this.#check();
    const [left] = this.#open.values();
    if (left !== undefined) accuse("EveryCallEnds", `${this.#open.size} calls, one of ${left}`);
    const { pending } = this.#process!;
    if (pending > 0) accuse("NoTimerLeftBehind", `${pending} timers after the shutdown`);
  }

  async #die(): Promise<void> {
    this.deaths++;
    this.#process!.die();
    this.#log!.release();
    await this.clock.advance(this.chance.around(100));
    this.#log!.fail(0);
    await this.start();
  }

  /** Lets time pass until `promise` has settled. */
  async #while<Result>(promise: Promise<Result>): Promise<Result> {
    let isOver = false;
    const watched = promise.finally(() => isOver = true);
    watched.catch(() => {});
    for (let i = 0; !isOver; i++) {
      if (i === 1_000) accuse("EveryCallEnds", "the manager neither begins nor ends");
      this.#log?.release();
      await this.clock.advance(100);
    }
    return await watched;
  }

  #judge(what: string, error: unknown): string {
    if (error instanceof LockstepError) return error.code;
    if (error instanceof HandlerError || error === ABORTED) return "ours";
    this.#broken ??= new BrokenInvariantError("ErrorsAreTyped", `${what} ended with ${error}`, {
      cause: error,
    });
    return "untyped";
  }

  #broken: BrokenInvariantError | undefined;

  #check(): void {
    if (this.#broken !== undefined) throw this.#broken;
    const [violation] = this.#checker.violations;
    if (violation !== undefined) accuse(violation.rule, violation.message);
  }
}

/** The reason with which calls are aborted. */
export const ABORTED: Error = new Error("nobody waits for it any more");

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function drawConfig(chance: Chance): CoordinationConfig {
  return {
    maxRetries: chance.int(3),
    retryDelay: chance.pick([1, 50]),
    resourceTimeout: chance.pick([50, 1_000]),
    messageTimeout: chance.pick([20, 200]),
    agingMs: 50,
  };
}

/**
 * Simulates a coordination manager with agents, handlers and callers, on one clock, with every choice
 * from the seed. In the end faults stop, and every call has to have ended, with an error of Lockstep's
 * own if not well, and no timer may be left.
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
  { seed, rounds = 100, hasLog }: ManagerSimulationOptions,
): Promise<ManagerSimulationReport> {
  const world = new ManagerWorld(seed, hasLog);
  let broken: BrokenInvariantError | undefined;
  try {
    await world.start();
    for (let i = 0; i < rounds; i++) await world.round();
    await world.end();
  } catch (error) {
    if (!(error instanceof BrokenInvariantError)) throw error;
    broken = error;
  }
  const { calls, outcomes, deaths } = world;
  return { seed, calls, outcomes, deaths, broken };
}
