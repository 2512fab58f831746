/**
 * Between callers and a breaker machine: sends commands, and makes an engine for who brings none.
 *
 * @module
 */

import { quote, requireInteger } from "../core/arguments.ts";
import type { MachineHost } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import { type Dispatcher, Engine } from "../core/engine.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { BreakerEvent } from "./events.ts";
import { requireSurroundings } from "../core/home.ts";
import type { Logger } from "../core/logger.ts";
import type { Instant, Tick } from "../core/machine.ts";
import type { BreakerCommand } from "./commands.ts";
import { breakerMachine } from "./machine.ts";
import {
  type Breaker,
  type BreakerConfig,
  type BreakerState,
  DEFAULT_BREAKER_CONFIG,
} from "./state.ts";

/** A running breaker machine, alone in its engine or part of a larger one. */
export interface BreakerHost extends MachineHost<BreakerState, BreakerCommand, BreakerEvent> {}

/** What a breaker, or a manager of breakers, is given besides; all of it may be left out. */
export interface BreakerOptions {
  /** What tells the time. @default systemClock */
  clock?: Clock;
  /** Where the chance in open times begins. @default chance */
  seed?: number;
  /** A breaker machine that runs already; then `clock` and `seed` are its own. */
  host?: BreakerHost;
}

/** What several breakers of one machine have in common. */
export class BreakerClient implements BreakerHost {
  /** Where commands go. */
  readonly dispatcher: Dispatcher<BreakerCommand, BreakerEvent>;
  /** Why nothing can be sent any more, or `undefined`. */
  stopped: unknown;
  readonly #host: BreakerHost;
  readonly #logger: Logger;

  /** A client of `host`. */
  constructor(host: BreakerHost, logger: Logger) {
    this.dispatcher = host.dispatcher;
    this.#host = host;
    this.#logger = logger;
    host.dispatcher.whenStopped((error) => this.stopped = error);
  }

  /** The state as it is. */
  state(): Readonly<BreakerState> {
    return this.#host.state();
  }

  /** The time as the machine has it: its clock's, but never earlier than its newest step. */
  get now(): Instant {
    return Math.max(this.dispatcher.clock.now(), this.state().now);
  }

  /** The breaker of that name, to be read only. */
  find(name: string): Readonly<Breaker> | undefined {
    return this.state().breakers.get(name);
  }

  /** Sends `command`. */
  ask(command: BreakerCommand): Exchange {
    return new Exchange(this.dispatcher, command);
  }

  /**
   * Sends `command`, which nobody waits for an answer to. Resolves when it has been stepped, or
   * wasn't taken, which is logged; `undefined` when that is known at once.
   */
  tell(command: NamedCommand): Promise<void> | undefined {
    const asked = this.ask(command);
    return asked.answered ? undefined : this.tellOfLoss(asked, command);
  }

  /** Waits for the answer to `command`, and logs it when there was none. */
  async tellOfLoss(asked: Exchange, { type, name }: NamedCommand): Promise<void> {
    const { error } = await asked.wait();
    if (error === undefined) return;
    this.#logger.error(`Circuit breaker ${quote(name)} lost the command ${type}`, error);
  }
}

type NamedCommand = Exclude<BreakerCommand, Tick>;

/** What the machine answers to one command, at once or later. */
export class Exchange {
  /** Whether the answer is there. */
  answered = false;
  /** What happened, or `undefined` when the command was not stepped. */
  events: readonly BreakerEvent[] | undefined;
  /** Why the command was not stepped. */
  error: unknown;
  #wake: ((self: Exchange) => void) | undefined;

  /** Sends `command` on its way. */
  constructor(dispatcher: Dispatcher<BreakerCommand, BreakerEvent>, command: BreakerCommand) {
    dispatcher.send(command, (events, error) => {
      this.answered = true;
      this.events = events;
      this.error = error;
      this.#wake?.(this);
    });
  }

  /** Resolves when the answer is there; to be called once, and only when it isn't. */
  wait(): Promise<Exchange> {
    return new Promise((resolve) => this.#wake = resolve);
  }
}

/** A client, and its engine if nobody else looks after that. */
export interface OwnClient {
  /** What to send commands through. */
  readonly client: BreakerClient;
  /** What to close in the end; `undefined` when it is another's. */
  readonly engine: AsyncDisposable | undefined;
}

/**
 * A client of the host that `options` name, or of an engine of its own, which logs all changes of
 * state.
 *
 * @throws {TypeError | RangeError} when something is malformed
 */
export function clientOf(
  thing: string,
  config: Partial<BreakerConfig>,
  logger: Logger,
  eventBus: EventBus | undefined,
  options: BreakerOptions,
): OwnClient {
  const attempt = () => `create ${thing}`;
  requireSurroundings(attempt, eventBus, logger, options);
  const { clock, host } = options;
  if (host instanceof BreakerClient) return { client: host, engine: undefined };
  if (host !== undefined) return { client: new BreakerClient(host, logger), engine: undefined };
  const {
    seed = options.seed ?? Math.floor(Math.random() * Number.MAX_SAFE_INTEGER),
    maxBreakers = DEFAULT_BREAKER_CONFIG.maxBreakers,
  } = config;
  requireInteger(seed, 0, Number.MAX_SAFE_INTEGER, "seed", attempt);
  requireInteger(maxBreakers, 1, MOST_BREAKERS, "maxBreakers", attempt);
  const engine = new Engine(breakerMachine({ seed, maxBreakers }), {
    logger,
    ...(clock && { clock }),
    ...(eventBus && { eventBus }),
  });
  engine.observe((event) => logChange(event, logger));
  return { client: new BreakerClient(new OwnHost(engine), logger), engine };
}

/** A class, since what is compiled for a closure of each breaker's own is lost with that breaker. */
class OwnHost implements BreakerHost {
  constructor(readonly dispatcher: Engine<BreakerState, BreakerCommand, BreakerEvent>) {}

  state(): Readonly<BreakerState> {
    return this.dispatcher.state;
  }
}

const MOST_BREAKERS = 10_000_000;

function logChange(event: BreakerEvent, logger: Logger): void {
  if (event.type !== "circuitbreaker:state-change") return;
  const { name, from, to, reason } = event;
  try {
    logger.info(`Circuit breaker ${quote(name)} went from ${from} to ${to}: ${reason}`);
  } catch {
    // A logger that throws must not stop an engine.
  }
}
