/**
 * The client of a breaker machine, and the host of a façade.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { MachineClient, type MachineHost } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import { readConfig } from "../core/config.ts";
import { ClosedError } from "../core/errors.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import { type Logger, logTo } from "../core/logger.ts";
import { type Instant, Refusal, type Tick } from "../core/machine.ts";
import type { BreakerAnswers, BreakerCommand, DefineBreaker, ForceBreaker } from "./commands.ts";
import { BREAKER_OPTIONS, type BreakerConfig } from "./config.ts";
import { refusalError } from "./errors.ts";
import type { BreakerEvent, CircuitRefused, CircuitStateChange } from "./events.ts";
import { breakerMachine } from "./machine.ts";
import type { Breaker, BreakerState } from "./state.ts";

/** A running breaker machine, alone in its engine or part of a larger one. */
export interface BreakerHost
  extends MachineHost<BreakerState, BreakerCommand, BreakerEvent, BreakerAnswers> {}

/**
 * Further options of a breaker, or of a manager of breakers; all of them may be left out.
 * @category Circuit breakers
 */
export interface BreakerOptions {
  /** The clock of the machine. @default systemClock */
  clock?: Clock;
  /** Seeds the jitter of open times. @default a random number */
  seed?: number;
  /** A breaker machine that runs already; then `clock` and `seed` are its own. */
  host?: BreakerHost;
}

/** The options of a breaker that shares the client of its manager. */
export interface ManagedOptions extends BreakerOptions {
  readonly client: BreakerClient;
  /** Is called when the breaker, which was evicted, is defined again. */
  readonly redefined: () => void;
}

/** The host of a breaker, or of a manager of breakers. */
export type HostOfBreakers = Host<
  BreakerState,
  BreakerCommand,
  BreakerEvent,
  BreakerAnswers,
  BreakerClient
>;

/**
 * Runs a breaker machine for `thing`. An engine of its own logs all changes of state.
 *
 * @throws {TypeError | RangeError} when something is malformed
 */
export function hostBreakers(
  thing: string,
  config: Partial<BreakerConfig>,
  eventBus: EventBus | undefined,
  logger: Logger,
  options: BreakerOptions,
): HostOfBreakers {
  const attempt = () => `create ${thing}`;
  requireSurroundings(attempt, eventBus, logger, options);
  const { seed = options.seed ?? Math.floor(Math.random() * Number.MAX_SAFE_INTEGER) } = config;
  const machine = breakerMachine(readConfig(BREAKER_OPTIONS, { ...config, seed }, attempt));
  const connect = (host: BreakerHost) => new BreakerClient(host, logger);
  const host = new Host({ thing, machine, connect }, eventBus, logger, options);
  host.engine?.observe(["circuitbreaker:state-change"], (event) => logChange(event, logger));
  return host;
}

function logChange({ name, from, to, reason }: CircuitStateChange, logger: Logger): void {
  logTo(logger, "info", `Circuit breaker ${quote(name)} went from ${from} to ${to}: ${reason}`);
}

type Command = Exclude<BreakerCommand, Tick>;

const DROPPED = [
  "circuitbreaker:forgotten",
  "circuitbreaker:removed",
  "circuitbreaker:refused",
] as const;

/** Sends the commands of a breaker, or of all breakers of a manager. */
export class BreakerClient
  extends MachineClient<BreakerState, Command, BreakerEvent, BreakerAnswers> {
  readonly #logger: Logger;

  /** Is called with the name of each breaker that was evicted or removed, or had no room. */
  dropped: (name: string, isRemoved: boolean) => void = () => {};

  /** Makes a client of the machine in `host`. */
  constructor(host: BreakerHost, logger: Logger) {
    super(host);
    this.#logger = logger;
    this.listen(DROPPED, (event) => {
      if (event.type === "circuitbreaker:refused" && event.reason !== "full") return;
      this.dropped(event.name, event.type === "circuitbreaker:removed");
    });
  }

  /** The time of the machine: that of its clock, but never earlier than its newest step. */
  override get now(): Instant {
    return Math.max(super.now, this.state.now);
  }

  /** The clock of the machine. */
  get clock(): Clock {
    return this.host.dispatcher.clock;
  }

  /** Returns the breaker `name`, to be read only. */
  find(name: string): Readonly<Breaker> | undefined {
    return this.state.breakers.get(name);
  }

  /** Steps a command. Returns the error of the refusal of a synchronous machine. */
  try(command: DefineBreaker | ForceBreaker): Error | undefined {
    if (!this.host.dispatcher.synchronous) return void this.submit(command);
    if (this.stopped !== undefined) throw this.stopped;
    const answer = this.dispatch(command);
    return answer instanceof Refusal ? this.errorOf(answer, command) : undefined;
  }

  /** Returns whether there is known to be no breaker `name`. */
  lacks(name: string): boolean {
    return this.host.dispatcher.synchronous && !this.state.breakers.has(name);
  }

  /**
   * Sends a command whose answer no caller needs. Resolves when it was stepped, or its loss logged;
   * returns `undefined` when it was stepped at once.
   *
   * @throws the error because of which the client has stopped
   */
  submit(command: Command): Promise<void> | undefined {
    if (this.stopped !== undefined) throw this.stopped;
    if (this.host.dispatcher.synchronous) return void this.dispatch(command);
    return this.attempt(command).catch((error) => {
      if (error instanceof ClosedError) return; // its figures end with the process
      const { type, name } = command;
      const line = `Circuit breaker ${quote(name)} lost the command ${type}`;
      logTo(this.#logger, "error", line, error);
    });
  }

  /** Does nothing: calls that are in flight end their permits, and no call waits. */
  close(): void {}

  override errorOf({ event }: Refusal, command: Command): Error {
    return refusalError(this.state, command, event as CircuitRefused);
  }

  protected override end(): void {}
}
