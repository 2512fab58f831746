/**
 * Where the machine of a façade runs: with a host that it is given, or in an engine of its own,
 * which is there at once, or with a log once that has been read.
 *
 * @module
 */

import { type Attempt, requireFunction, requireObject } from "./arguments.ts";
import type { MachineHost } from "./client.ts";
import type { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import { ClosedError, UninitializedError } from "./errors.ts";
import type { EventBus } from "./bus/event_bus.ts";
import type { CommandLog } from "./log.ts";
import { type Logger, requireLogger } from "./logger.ts";
import type { Machine, Named, Tick } from "./machine.ts";

/** What a façade has a home for. */
export interface Household<State, Command extends Named, Event extends Named, Client> {
  /** Whose home it is, as errors call it: `the resource manager`. */
  readonly thing: string;
  /** What runs in an engine of its own. */
  readonly machine: Machine<State, Command, Event>;
  /** Makes what speaks with the machine once that runs. */
  readonly join: (host: MachineHost<State, Command, Event>) => Client;
  /** Ends what a log knows of callers who are gone with the process that wrote it. */
  readonly takeUp?: (client: Client) => void;
}

/** What a home is given besides. */
export interface HomeOptions<State, Command extends Named, Event extends Named> {
  /** Tells the time. @default systemClock */
  clock?: Clock;
  /** Where commands are kept. @default nowhere */
  log?: CommandLog<Command | Tick>;
  /** A machine that runs already; then `clock` and `log` are its own. */
  host?: MachineHost<State, Command, Event>;
  /** Whether the host's machine was read from a log that an earlier process wrote. @default false */
  isRecovered?: boolean;
}

/** What a home needs of whoever speaks with its machine. */
export interface Resident {
  /** Lets time pass in the machine. */
  refresh(): Promise<void>;
  /** Ends all calls that wait. */
  close(): void;
}

/** Has a machine run for one façade, from its first call to its shutdown. */
export class MachineHome<
  State,
  Command extends Named,
  Event extends Named,
  Client extends Resident,
> {
  readonly #household: Household<State, Command, Event, Client>;
  /** Makes the engine from the log, if there is one to read. */
  readonly #recover: (() => Promise<Engine<State, Command, Event>>) | undefined;
  #engine: Engine<State, Command, Event> | undefined;
  #client: Client | undefined;
  #initializing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Runs the machine at once, unless there is a log to read. */
  constructor(
    household: Household<State, Command, Event, Client>,
    eventBus: EventBus | undefined,
    logger: Logger,
    { clock, log, host, isRecovered = false }: HomeOptions<State, Command, Event>,
  ) {
    const { machine, join, takeUp } = household;
    this.#household = household;
    if (host !== undefined) {
      this.#client = join(host);
      if (isRecovered) takeUp?.(this.#client);
      return;
    }
    const rest = { logger, ...(clock && { clock }), ...(eventBus && { eventBus }) };
    if (log !== undefined) this.#recover = () => Engine.recover(machine, { ...rest, log });
    else this.#run(new Engine(machine, rest));
  }

  /** What speaks with the machine, or `undefined` until it runs. */
  get client(): Client | undefined {
    return this.#client;
  }

  /** What speaks with the machine. @throws {UninitializedError} until it runs */
  running(attempt: string): Client {
    if (this.#client !== undefined) return this.#client;
    throw new UninitializedError(attempt, this.#household.thing);
  }

  /** Reads the log, if there is one. Harmless when called again. */
  initialize(): Promise<void> {
    this.#initializing ??= this.#initialize();
    return this.#initializing;
  }

  /** Ends all calls, and the engine if it is the home's own. Harmless when called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Does what is due, which happens by itself too; with a log of its own, writes a snapshot. */
  async maintain(): Promise<void> {
    await this.running("go on").refresh();
    if (this.#engine?.synchronous === false) await this.#engine.snapshot();
  }

  async #initialize(): Promise<void> {
    const { thing, takeUp } = this.#household;
    if (this.#closing !== undefined) throw new ClosedError("initialize", thing);
    if (this.#recover === undefined) return;
    const engine = await this.#recover();
    if (this.#closing !== undefined) return await engine.close();
    const client = this.#run(engine);
    takeUp?.(client);
  }

  async #close(): Promise<void> {
    await this.#initializing?.catch(() => {});
    this.#client?.close();
    await this.#engine?.close();
  }

  #run(engine: Engine<State, Command, Event>): Client {
    this.#engine = engine;
    this.#client = this.#household.join({ dispatcher: engine, state: () => engine.state });
    return this.#client;
  }
}

/** Checks what every façade is given besides its config. @throws {TypeError} naming what is wrong */
export function requireSurroundings(
  attempt: Attempt,
  eventBus: EventBus | undefined,
  logger: Logger,
  options: unknown,
): void {
  requireLogger(logger, attempt());
  if (eventBus !== undefined) requireFunction(eventBus?.publish, "eventBus.publish", attempt);
  requireObject(options, "options", attempt);
}
