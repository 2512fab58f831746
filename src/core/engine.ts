/**
 * Hosts one machine, with a clock, a log, a timer and an event bus.
 *
 * Without a log, dispatch is synchronous. With one, commands are appended in batches, and stepped in
 * the order of the log once it has stored them. While one batch is written, the next one collects.
 *
 * @module
 */

import { type CancelTimer, type Clock, systemClock } from "./clock.ts";
import { ClosedError, InvariantError, type LockstepError, LogError } from "./errors.ts";
import type { CommandLog, LogEntry } from "./log.ts";
import { defaultLogger, isAtDebug, type Logger, logTo } from "./logger.ts";
import {
  asPart,
  type Instant,
  type Machine,
  type Named,
  type Outcome,
  type Part,
  type Tick,
} from "./machine.ts";
import { decode, encode, requireJson } from "./data/plain.ts";
import { commandLine, eventLine } from "./describe.ts";

/** Publishes the events of an engine to their handlers: an `EventBus`. */
export interface EventPublisher {
  /** Whether it logs each event itself. */
  readonly debug: boolean;
  /** Publishes an event with the time and the sequence number that an engine gave it. */
  publish(
    type: string,
    event: unknown,
    at: Instant,
    sequence: number,
    describe?: (event: never) => string,
  ): void;
}

/** Options of {@linkcode Engine}. */
export interface EngineOptions<Command extends Named> {
  /** Stamps commands, and times the timers of the machine. @default systemClock */
  clock?: Clock;
  /** Stores the commands. @default none: the state is in memory only, and `dispatch` works */
  log?: CommandLog<Command | Tick>;
  /** Where events are published. @default nowhere */
  eventBus?: EventPublisher;
  /**
   * Logs an error when the machine breaks. At level debug, also logs each command, and each event
   * that the bus doesn't log itself. @default warnings and errors on the console
   */
  logger?: Logger;
}

/** Receives an event after the step in which it happened, before the event is published. */
export type Observer<Event> = (event: Event, now: Instant) => void;

/**
 * Receives the answer to a command, right after its step and before any observer is called; or the
 * error for which it was not stepped.
 */
export type Reply<Answer> = (answer: Answer | undefined, error: unknown) => void;

/** The interface of an engine for façades: they send commands and observe events. */
export interface Dispatcher<Command extends Named, Event extends Named, Answers> {
  /** Stamps commands; façades use it for their own timers. */
  readonly clock: Clock;
  /**
   * Steps `command` and calls `reply` with the answer, at once or when the log has stored it; exactly
   * once and before any later command is stepped. Neither `reply` nor an observer may send or throw.
   *
   * @throws {ClosedError} after `close`
   */
  send<Each extends Command | Tick>(
    command: Each,
    reply: Reply<Outcome<Answers, Each>>,
  ): void;
  /**
   * Keeps the process alive for the timers of the machine, while a caller waits. Counted: each call
   * needs one {@linkcode release}.
   */
  hold(): void;
  /** Undoes one {@linkcode hold}. */
  release(): void;
  /** Whether commands are stepped at once, as there is no log. */
  readonly synchronous: boolean;
  /**
   * Steps `command` and returns the answer, when `synchronous`: a caller that needs it only after
   * observers and handlers ran saves the reply.
   *
   * @throws {ClosedError} after `close`
   */
  dispatch<Each extends Command | Tick>(command: Each): Outcome<Answers, Each>;
  /** Calls `observer` with each event of `types` until the returned function is called. */
  observe<Type extends Event["type"]>(
    types: readonly Type[],
    observer: Observer<Extract<Event, { type: Type }>>,
  ): () => void;
  /**
   * Calls `listener` once, with the reason, when the engine stops; at once if it has stopped.
   */
  whenStopped(listener: (error: LockstepError) => void): void;
}

interface Pending<Command> {
  readonly entry: LogEntry<Command>;
  readonly reply: Reply<unknown>;
}

/** One step. */
interface Happened<Event> {
  readonly command: Named;
  /** The place of the command in the log, from 1. */
  readonly position: number;
  readonly events: readonly Event[];
  readonly at: Instant;
  /** The sequence number of the first of them. */
  readonly first: number;
}

/**
 * Hosts one machine.
 *
 * @example
 * ```ts
 * import { definePart, Engine } from "@lockstep/lockstep/machine";
 *
 * interface Moved {
 *   readonly type: "door:moved";
 *   readonly open: boolean;
 * }
 *
 * const door = definePart<{ open: boolean }, { type: "push" }, Moved>({
 *   name: "door",
 *   commands: ["push"],
 *   init: () => ({ open: false }),
 *   fire: () => {},
 *   apply(state, _command, _now, events) {
 *     state.open = !state.open;
 *     events.push({ type: "door:moved", open: state.open });
 *   },
 *   deadline: () => Infinity,
 *   describe: ({ open }) => `the door is ${open ? "open" : "shut"}`,
 * });
 * await using engine = new Engine(door);
 * engine.dispatch({ type: "push" });
 * console.log(engine.state.open); // true
 * ```
 */
export class Engine<
  State,
  Command extends Named,
  Event extends Named,
  Answers = Record<never, never>,
> implements Dispatcher<Command, Event, Answers>, AsyncDisposable {
  /** Stamps commands. It may jump: stamps never decrease. */
  readonly clock: Clock;
  /** Whether {@linkcode dispatch} works, as there is no log. */
  readonly synchronous: boolean;
  readonly #machine: Machine<State, Command, Event, Answers>;
  /** The machine, if it can apply a command without firing timers first. */
  readonly #part: Part<State, Command, Event, Answers> | undefined;
  readonly #log: CommandLog<Command | Tick> | undefined;
  readonly #eventBus: EventPublisher | undefined;
  readonly #logger: Logger;
  /** Whether each command is logged. */
  readonly #traces: boolean;
  /** By the type of an event. */
  readonly #observers = new Map<string, readonly Observer<Event>[]>();
  #state: State;
  #now: Instant;
  #position = 0;
  /** Number of events since the first step. */
  #sequence = 0;

  /** When the next timer of the machine is due; before the first step, unknown. */
  #deadline: Instant = -Infinity;
  #armedAt: Instant = Infinity;
  #cancelTimer: CancelTimer | undefined;
  /** Number of callers that wait. */
  #holds = 0;

  /** Steps that handlers caused, until the events of earlier steps are published. */
  readonly #outbox: Happened<Event>[] = [];
  #publishing = false;

  #gathering: Pending<Command | Tick>[] = [];
  #writing: Promise<void> | undefined;
  #tickIsQueued = false;

  /** Whether commands are rejected, because the engine was closed or the machine broke. */
  #isStopping = false;
  #closing: Promise<void> | undefined;
  #broken: InvariantError | undefined;
  #stopped: LockstepError | undefined;
  #stopListeners: ((error: LockstepError) => void)[] = [];

  /** Starts from the machine's initial state; {@linkcode recover} starts from a log. */
  constructor(
    machine: Machine<State, Command, Event, Answers>,
    options: EngineOptions<Command> = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.#machine = machine;
    this.#part = asPart(machine);
    this.#log = options.log;
    this.synchronous = options.log === undefined;
    this.#eventBus = options.eventBus;
    this.#logger = options.logger ?? defaultLogger;
    this.#traces = isAtDebug(this.#logger);
    this.#state = machine.init();
    this.#now = Math.floor(this.clock.now());
  }

  /**
   * Returns an engine whose state is replayed from `options.log`: its newest snapshot and all later
   * entries. Replayed events are not published.
   */
  static async recover<State, Command extends Named, Event extends Named, Answers>(
    machine: Machine<State, Command, Event, Answers>,
    options: EngineOptions<Command> & { log: CommandLog<Command | Tick> },
  ): Promise<Engine<State, Command, Event, Answers>> {
    const engine = new Engine(machine, options);
    const snapshot = await options.log.loadSnapshot();
    if (snapshot !== undefined) {
      const kept = decode(snapshot.state) as { state: State; now: Instant; sequence: number };
      engine.#state = kept.state;
      engine.#now = kept.now;
      engine.#sequence = kept.sequence;
      engine.#position = snapshot.position;
    }
    for await (const { at, command } of options.log.read(engine.#position)) {
      engine.#now = at;
      const events: Event[] = [];
      machine.step(engine.#state, command, at, events);
      engine.#sequence += events.length;
      engine.#position++;
    }
    engine.#deadline = machine.deadline(engine.#state);
    engine.#arm();
    return engine;
  }

  /** The state as it is. It belongs to the machine: read it, change nothing, keep nothing. */
  get state(): Readonly<State> {
    return this.#state;
  }

  /** When the machine's next timer is due, or `Infinity`. */
  get deadline(): Instant {
    return this.#machine.deadline(this.#state);
  }

  /** Number of log entries that were stepped; without a log, of commands. */
  get position(): number {
    return this.#position;
  }

  /** Whether {@linkcode close} was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Steps `command` and returns the answer, after its events were published. When a handler calls it,
   * they are published after the events before them.
   *
   * @throws {ClosedError} after {@linkcode close}
   * @throws {TypeError} on an engine with a log; use {@linkcode send}
   */
  dispatch<Each extends Command | Tick>(command: Each): Outcome<Answers, Each> {
    if (this.#log !== undefined) {
      throw new TypeError(
        `Cannot dispatch ${command.type}: the engine must have no log, got one; use send()`,
      );
    }
    if (this.#isStopping) this.#throwStopped(command.type);
    return this.#step(command, undefined, undefined);
  }

  send<Each extends Command | Tick>(
    command: Each,
    reply: Reply<Outcome<Answers, Each>>,
  ): void {
    if (this.#isStopping) this.#throwStopped(command.type);
    if (this.#log === undefined) {
      try {
        this.#step(command, undefined, reply as Reply<unknown>);
      } catch (broken) {
        reply(undefined, broken);
      }
      return;
    }
    requireJson(command, `command ${command.type}`);
    this.#gather({ entry: { at: this.#time(), command }, reply: reply as Reply<unknown> });
  }

  observe<Type extends Event["type"]>(
    types: readonly Type[],
    observer: Observer<Extract<Event, { type: Type }>>,
  ): () => void {
    const each = observer as Observer<Event>;
    for (const type of types) {
      this.#observers.set(type, [...this.#observers.get(type) ?? [], each]);
    }
    return () => {
      for (const type of types) {
        const others = this.#observers.get(type)?.filter((other) => other !== each) ?? [];
        if (others.length > 0) this.#observers.set(type, others);
        else this.#observers.delete(type);
      }
    };
  }

  hold(): void {
    if (this.#holds++ === 0) this.#cancelTimer?.keepAlive?.(true);
  }

  release(): void {
    if (--this.#holds === 0) this.#cancelTimer?.keepAlive?.(false);
  }

  whenStopped(listener: (error: LockstepError) => void): void {
    if (this.#stopped === undefined) this.#stopListeners.push(listener);
    else listener(this.#stopped);
  }

  /**
   * Writes a snapshot of the state to the log, so that recovery does not replay earlier entries.
   *
   * @throws {TypeError} on an engine without a log
   * @throws {ClosedError} after {@linkcode close}
   */
  async snapshot(): Promise<void> {
    const log = this.#log;
    if (log === undefined) {
      throw new TypeError("Cannot save a snapshot: the engine must have a log, got none");
    }
    if (this.#isStopping) this.#throwStopped("save a snapshot");
    const state = encode({ state: this.#state, now: this.#now, sequence: this.#sequence });
    await log.saveSnapshot({ position: this.#position, state });
  }

  /** Waits until the log has stored all sent commands, then releases all resources. Idempotent. */
  close(): Promise<void> {
    this.#disarm();
    this.#isStopping = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await undefined; // `closed` is true before anything below runs
    while (this.#writing !== undefined) await this.#writing;
    this.#stop(new ClosedError("go on", "the engine"));
    this.#observers.clear();
    await this.#log?.close();
  }

  /** The clock's time as an integer that never decreases. */
  #time(): Instant {
    const read = Math.floor(this.clock.now());
    if (read > this.#now) this.#now = read;
    return this.#now;
  }

  #throwStopped(attempt: string): never {
    throw this.#broken ?? new ClosedError(attempt, "the engine");
  }

  #stop(error: LockstepError): void {
    this.#stopped ??= error;
    const listeners = this.#stopListeners;
    this.#stopListeners = [];
    for (const listener of listeners) listener(error);
  }

  #step<Each extends Command | Tick>(
    command: Each,
    at: Instant | undefined,
    reply: Reply<unknown> | undefined,
  ): Outcome<Answers, Each> {
    let now = at;
    if (now === undefined) { // as in #time(), without a call
      now = this.#now;
      const read = this.clock.now();
      if (read > now) this.#now = now = Math.floor(read);
    }
    // Has capacity for one event: the first push to an empty literal would allocate seventeen.
    const events: Event[] = [undefined!];
    events.pop();
    let answer: Outcome<Answers, Each>;
    try {
      answer = this.#part === undefined || this.#deadline <= now || command.type === "tick"
        ? this.#machine.step(this.#state, command, now, events)
        : this.#part.apply(this.#state, command as Exclude<Each, Tick>, now, events);
      this.#deadline = this.#machine.deadline(this.#state);
    } catch (cause) {
      this.#break(command, cause);
    }
    if (this.#deadline !== this.#armedAt) this.#arm();
    this.#position++;
    reply?.(answer, undefined);
    const { length } = events;
    this.#sequence += length;
    if (this.#observers.size > 0) {
      for (let i = 0; i < length; i++) {
        const observers = this.#observers.get(events[i]!.type);
        if (observers === undefined) continue;
        for (const observer of observers) observer(events[i]!, now);
      }
    }
    if (this.#traces || (length > 0 && this.#eventBus !== undefined)) {
      this.#publish(events, now, this.#sequence - length, command, this.#position);
    }
    return answer;
  }

  #break({ type }: Named, cause: unknown): never {
    this.#disarm();
    this.#isStopping = true;
    this.#broken = new InvariantError(
      `Cannot ${type}: the machine ${this.#machine.name} broke, and its engine stops`,
      { cause },
    );
    this.#stop(this.#broken);
    logTo(this.#logger, "error", this.#broken.message, cause);
    throw this.#broken;
  }

  /** Publishes `events`, and then those of the steps that their handlers cause, in order. */
  #publish(
    events: readonly Event[],
    at: Instant,
    first: number,
    command: Named,
    position: number,
  ): void {
    if (this.#publishing) {
      this.#outbox.push({ events, at, first, command, position });
      return;
    }
    this.#publishing = true;
    if (this.#traces) this.#trace({ events, at, first, command, position });
    this.#tell(events, at, first);
    if (this.#outbox.length > 0) {
      for (let i = 0; i < this.#outbox.length; i++) {
        const next = this.#outbox[i]!;
        if (this.#traces) this.#trace(next);
        this.#tell(next.events, next.at, next.first);
      }
      this.#outbox.length = 0;
    }
    this.#publishing = false;
  }

  #tell(events: readonly Event[], at: Instant, first: number): void {
    const eventBus = this.#eventBus;
    if (eventBus === undefined) return;
    for (let i = 0; i < events.length; i++) {
      const event = events[i]!;
      eventBus.publish(event.type, event, at, first + i, this.#machine.describe);
    }
  }

  /** Logs a command and, unless the bus does that, its events. */
  #trace({ events, at, first, command, position }: Happened<Event>): void {
    const logger = this.#logger;
    const { name, describe } = this.#machine;
    logTo(logger, "debug", commandLine(name, position, command, at, first, events.length));
    if (this.#eventBus?.debug === true) return;
    events.forEach((event, i) =>
      logTo(logger, "debug", eventLine(event.type, event, first + i, at, describe))
    );
  }

  /**
   * Sets the timer to the next deadline at the latest. A timer that is set for earlier stays: it
   * fires, finds nothing due and is set again, which is cheaper than a timer for each change.
   */
  #arm(): void {
    const deadline = this.#deadline;
    if (deadline === Infinity) return this.#disarm();
    if (deadline >= this.#armedAt || this.#closing !== undefined) return;
    this.#disarm();
    this.#setTimer(deadline);
  }

  #disarm(): void {
    if (this.#armedAt === Infinity) return;
    this.#armedAt = Infinity;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #fire(): void {
    this.#armedAt = Infinity;
    this.#cancelTimer = undefined;
    if (this.#isStopping) return;
    const now = this.#time();
    if (this.#deadline > now) return this.#arm();
    if (this.#log !== undefined) return this.#gatherTick(now);
    try {
      this.#step({ type: "tick" }, now, undefined);
    } catch {
      // It is logged, and rejects every later call.
    }
  }

  #gatherTick(at: Instant): void {
    if (this.#tickIsQueued) return;
    this.#tickIsQueued = true;
    this.#gather({
      entry: { at, command: { type: "tick" } },
      reply: (_answer, error) => {
        this.#tickIsQueued = false;
        if (error !== undefined) this.#retryTick();
      },
    });
  }

  /** Retries a tick that the log did not store. */
  #retryTick(): void {
    if (this.#isStopping) return;
    this.#disarm();
    this.#setTimer(this.#time() + TICK_RETRY_MS);
  }

  #setTimer(at: Instant): void {
    this.#armedAt = at;
    this.#cancelTimer = this.clock.setTimer(at, () => this.#fire());
    if (this.#holds === 0) this.#cancelTimer.keepAlive?.(false);
  }

  #gather(pending: Pending<Command | Tick>): void {
    this.#gathering.push(pending);
    this.#writing ??= this.#write(this.#log!);
  }

  async #write(log: CommandLog<Command | Tick>): Promise<void> {
    await undefined; // lets the commands of the same turn join the first batch
    while (this.#gathering.length > 0) {
      const batch = this.#gathering;
      this.#gathering = [];
      if (this.#broken !== undefined) {
        for (const { reply } of batch) reply(undefined, this.#broken);
        continue;
      }
      try {
        await log.append(batch.map((pending) => pending.entry));
      } catch (cause) {
        const error = new LogError("Cannot append to the log: nothing was changed", { cause });
        for (const { reply } of batch) reply(undefined, error);
        continue;
      }
      for (const { entry, reply } of batch) {
        try {
          if (this.#broken !== undefined) throw this.#broken;
          this.#step(entry.command, entry.at, reply);
        } catch (broken) {
          reply(undefined, broken);
        }
      }
    }
    this.#writing = undefined;
  }
}

/** Pause before a tick that the log did not store is retried. */
const TICK_RETRY_MS = 1000;
