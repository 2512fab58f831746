/**
 * Runs the machine of a façade: in a given host, or in an engine of its own. Without a journal that
 * engine runs at once; with one, after the journal has been read.
 *
 * @module
 */

import { type Attempt, requireFunction, requireObject } from "./arguments.ts";
import type { MachineHost } from "./client.ts";
import type { Clock } from "./clock.ts";
import type { EventPublisher } from "./dispatcher.ts";
import { Engine } from "./engine.ts";
import { errorData } from "./error_data.ts";
import { ClosedError, UninitializedError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { type Logger, requireLogger } from "./logger.ts";
import {
  healthOf,
  type HealthStatus,
  type Machine,
  type Named,
  type SessionTest,
} from "./machine.ts";

/** The machine of a façade, and how the façade uses it. */
export interface Hosted<State, Command extends Named, Event extends Named, Answers, Client> {
  /** The name of the façade in errors: `the resource manager`. */
  readonly thing: string;
  /** The machine that runs in an engine of its own, unless a host is given. */
  readonly machine: Machine<State, Command, Event, Answers>;
  /** Makes the client once the machine runs. */
  readonly connect: (host: MachineHost<State, Command, Event, Answers>) => Client;
  /** Ends what a journal contains of callers that ended with the process that wrote it, which is over. */
  readonly recover?: (client: Client, isOver: SessionTest) => void | Promise<void>;
}

/** The options that decide where a machine runs. */
export interface HostOptions<State, Command extends Named, Event extends Named, Answers> {
  /** The source of time. @default systemClock */
  clock?: Clock;
  /** Stores the commands. @default none */
  journal?: Journal;
  /** Commands in the journal that break the machine, such as `17:0`, and are left out. @default none */
  skip?: readonly string[];
  /** A machine that runs already; then `clock` and `journal` are its own. */
  host?: MachineHost<State, Command, Event, Answers>;
}

/** The methods that a host calls on a client. */
export interface HostedClient {
  /** Fires the timers of the machine that are due. */
  refresh(): Promise<void>;
  /** Ends all calls that wait. The machine may refuse commands already. */
  close(): void | Promise<void>;
}

/** Runs a machine for one façade, from its first call to its shutdown. */
export class Host<
  State,
  Command extends Named,
  Event extends Named,
  Answers,
  Client extends HostedClient,
> {
  /** The client of the machine, or `undefined` until it runs. */
  readonly client: Client | undefined;
  readonly #hosted: Hosted<State, Command, Event, Answers, Client>;
  /** The engine with a journal that has to be read. */
  readonly #unread: Engine<State, Command, Event, Answers> | undefined;
  #engine: Engine<State, Command, Event, Answers> | undefined;
  #initializing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #failure: unknown;

  /** Runs the machine at once, unless there is a journal to read. */
  constructor(
    hosted: Hosted<State, Command, Event, Answers, Client>,
    eventBus: EventPublisher | undefined,
    logger: Logger,
    { clock, journal, skip, host }: HostOptions<State, Command, Event, Answers>,
  ) {
    const { thing, machine, connect } = hosted;
    this.#hosted = hosted;
    if (host !== undefined) {
      this.client = connect(host);
      return;
    }
    const rest = { thing, logger, ...(clock && { clock }), ...(eventBus && { eventBus }) };
    const logged = { ...rest, ...(skip && { skip }) };
    if (journal !== undefined) this.#unread = new Engine(machine, { ...logged, journal });
    else this.#run(new Engine(machine, rest));
  }

  /** The engine of the host's own, or `undefined`. */
  get engine(): Engine<State, Command, Event, Answers> | undefined {
    return this.#engine;
  }

  /** Returns the health that `read` computes, or why there is no client to read from. */
  health(read: (client: Client) => HealthStatus): Promise<HealthStatus> {
    const { client, problem } = this;
    return Promise.resolve(client === undefined ? healthOf([problem], {}) : read(client));
  }

  /** Why there is no client: the machine was not initialized, or not with success. */
  get problem(): string {
    return this.#failure === undefined
      ? new UninitializedError("look", this.#hosted.thing).message
      : errorData(this.#failure).message;
  }

  /**
   * Returns the client of the machine.
   *
   * @throws {UninitializedError} until it runs, or {ClosedError} when it never will
   */
  running(attempt: string): Client {
    if (this.client !== undefined) return this.client;
    const { thing } = this.#hosted;
    if (this.#closing !== undefined) throw new ClosedError(attempt, thing);
    throw new UninitializedError(attempt, thing);
  }

  /** Reads the journal, if there is one. Idempotent. */
  initialize(): Promise<void> {
    this.#initializing ??= this.#initialize().catch((error) => {
      throw this.#failure = error;
    });
    return this.#initializing;
  }

  /** Rejects all pending calls, and closes the engine if it is the host's own. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Fires due timers at once, and writes a snapshot to the journal of the host's own engine. */
  async maintain(): Promise<void> {
    await this.running("go on").refresh();
    if (this.#engine?.synchronous === false) await this.#engine.snapshot();
  }

  async #initialize(): Promise<void> {
    const { thing, recover } = this.#hosted;
    if (this.#closing !== undefined) throw new ClosedError("initialize", thing);
    const engine = this.#unread;
    if (engine === undefined) return;
    try {
      await engine.open();
      await engine.resumeListening();
      if (this.#closing === undefined) {
        const client = this.#run(engine);
        const settle = async () =>
          await recover?.(client, ({ session }) => !engine.isMember(session));
        engine.whenEnded(settle);
        await settle();
      }
    } catch (error) {
      if (this.#closing === undefined) {
        if (this.client === undefined) await engine.close();
        throw error;
      }
    }
    if (this.client === undefined) await engine.close(); // it was closed meanwhile
  }

  /** What a client ends when it is closed is not to be undone at the next start, nor in the journal. */
  async #close(): Promise<void> {
    (this.#engine ?? this.#unread)?.seal();
    await this.#initializing?.catch(() => {});
    await this.client?.close();
    await this.#engine?.close();
  }

  #run(engine: Engine<State, Command, Event, Answers>): Client {
    this.#engine = engine;
    const client = this.#hosted.connect({
      dispatcher: engine,
      ...(engine.synchronous && { plain: engine }),
      state: () => engine.state,
    });
    (this as { client: Client | undefined }).client = client;
    return client;
  }
}

/** Checks the arguments of a façade besides its config. @throws {TypeError} naming the wrong one */
export function requireSurroundings(
  attempt: Attempt,
  eventBus: EventPublisher | undefined,
  logger: Logger,
  options: unknown,
): void {
  requireLogger(logger, attempt());
  if (eventBus !== undefined) requireFunction(eventBus?.publish, "eventBus.publish", attempt);
  requireObject(options, "options", attempt);
}
