/**
 * Hosts one machine, with a clock, a journal, a timer and an event bus.
 *
 * Without a journal a dispatch is synchronous. With one, commands are stepped as the journal delivers
 * them, in its order and as JSON represents them, so that a replay is equal.
 *
 * @module
 */

import { aheadOf, type CancelTimer, type Clock, systemClock } from "./clock.ts";
import type {
  Dispatcher,
  EventPublisher,
  Observer,
  PlainStep,
  PlainStepper,
  Reply,
} from "./dispatcher.ts";
import {
  ClosedError,
  InvariantError,
  JournalError,
  JournalReplacedError,
  type LockstepError,
  SessionExpiredError,
  UninitializedError,
} from "./errors.ts";
import { type Journal, type Position, positionOf, type StoredRecord } from "./journal.ts";
import { Membership } from "./membership.ts";
import { JournalReader } from "./journal_reader.ts";
import {
  flatCopy,
  JournalWriter,
  MOST_FLAT_BYTES,
  mostBytesOf,
  type Pending,
} from "./journal_writer.ts";
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
import { quote, requireMs } from "./arguments.ts";
import { requireJson } from "./data/plain.ts";
import { commandLine, eventLine } from "./describe.ts";
import { chunksOf, Replica } from "./replica.ts";

/** Options of {@linkcode Engine}. */
export interface EngineOptions {
  /** Stamps commands, and times the timers of the machine. @default systemClock */
  clock?: Clock;
  /** Stores the commands. @default none: the state is in memory only, and `dispatch` works */
  journal?: Journal;
  /**
   * Commands in the journal that break the machine, such as `17:0`, and are not stepped when it is
   * read. A snapshot follows, so that they need to be named only once. @default none
   */
  skip?: readonly string[];
  /**
   * The number of commands from which on more are rejected, while the journal has not stored those
   * before. @default 100_000
   */
  maxUnstored?: number;
  /** The name, in errors, of what is closed with the engine. @default "the engine" */
  thing?: string;
  /** Where events are published. @default nowhere */
  eventBus?: EventPublisher;
  /**
   * Logs an error when the machine breaks. At level debug, also logs each command, and each event
   * that the bus doesn't log itself. @default warnings and errors on the console
   */
  logger?: Logger;
}

/** One step. */
interface Happened<Event> {
  readonly command: Named;
  /** The place of the command in the journal, or the number of the step. */
  readonly place: string | number;
  readonly events: readonly Event[];
  readonly at: Instant;
  /** The sequence number of the first of them. */
  readonly first: number;
}

/**
 * Hosts one machine.
 *
 * A timer that goes off late shows that the process did not run for a while: the machine was
 * suspended, or the event loop was blocked. Then the first command that is stepped is
 * `resume-listening`, if the machine has it, so that no lease and no heartbeat ends that could not be
 * renewed. It is stored in the journal like any other: a replay sees the same.
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
> implements Dispatcher<Command, Event, Answers>, PlainStepper<State, Event>, AsyncDisposable {
  /** Stamps commands. It may jump: stamps never decrease. */
  readonly clock: Clock;
  /** Whether {@linkcode dispatch} works, as there is no journal. */
  readonly synchronous: boolean;
  readonly #machine: Machine<State, Command, Event, Answers>;
  /** The machine, if its timers can be left alone until one is due, and nothing configures it. */
  readonly #part: Part<State, Command, Event, Answers> | undefined;
  readonly #journal: Journal | undefined;
  /** Whether so many flat commands fit into a record that it does not matter how large they are. */
  readonly #copiesFlat: boolean;
  readonly #maxUnstored: number;
  readonly #thing: string;
  readonly #eventBus: EventPublisher | undefined;
  readonly #logger: Logger;
  /** Whether each command is logged. */
  readonly #traces: boolean;
  /** By the type of an event. */
  readonly #observers = new Map<string, readonly Observer<Event>[]>();
  readonly #skip: readonly string[];
  #state: State;
  #now: Instant;
  /** Number of steps. */
  #steps = 0;
  /** Number of events since the first step. */
  #sequence = 0;

  /** When the next timer of the machine is due; before the first step, unknown. */
  #deadline: Instant = -Infinity;
  /** The deadline that the timer was set for. */
  #armedFor: Instant = Infinity;
  /** When the timer goes off: then, or {@linkcode LEAD_MS} earlier. */
  #armedAt: Instant = Infinity;
  /** The lateness of the timer from which on the process did not run. */
  readonly #toleratedMs: number;
  /** The time from the newest command of the journal to the start, if other engines may have run then. */
  #unreadMs = Infinity;
  /** The time for which no command may have been received, until the machine has been told. */
  #unheardMs: number | undefined;
  #cancelTimer: CancelTimer | undefined;
  /** Number of callers that wait. */
  #holds = 0;
  /** Whether the timer keeps the process alive. */
  #keepsAlive = true;

  /** Steps that handlers caused, until the events of earlier steps are published. */
  readonly #outbox: Happened<Event>[] = [];
  #publishing = false;

  /** Appends to the journal, if there is one. */
  readonly #writer: JournalWriter | undefined;
  /** Reads the journal, if there is one, for the replica. */
  readonly #reader: JournalReader | undefined;
  /** Whether the journal was read. */
  #isOpen = false;
  /** The state as the journal leads to it, if there is one; the engine steps it for the replica. */
  readonly #replica: Replica<State> | undefined;
  /** Its membership among the engines that share the journal, if they do. */
  readonly #membership: Membership | undefined;
  #tickIsQueued = false;
  /** Settles when no snapshot is being saved. */
  #saving: Promise<unknown> | undefined;

  /** Whether commands are rejected, because the engine was closed or the machine broke. */
  #isStopping = false;
  #closing: Promise<void> | undefined;
  /** Why nothing is stepped any more, if not because it was closed. */
  #broken: LockstepError | undefined;
  #stopped: LockstepError | undefined;
  #stopListeners: ((error: LockstepError) => void)[] = [];

  /** Starts from the machine's initial state; with a journal, {@linkcode open} has to read it first. */
  constructor(
    machine: Machine<State, Command, Event, Answers>,
    options: EngineOptions = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.#machine = machine;
    this.#part = options.journal === undefined ? asPart(machine) : undefined;
    this.#toleratedMs = machine.commands.includes("resume-listening") ? TOLERATED_MS : Infinity;
    this.#journal = options.journal;
    const { maxRecordBytes = 0 } = options.journal ?? {};
    this.#copiesFlat = maxRecordBytes > MANY * MOST_FLAT_BYTES;
    this.#maxUnstored = options.maxUnstored ?? 100_000;
    this.#skip = options.skip ?? [];
    this.synchronous = options.journal === undefined;
    this.#thing = options.thing ?? "the engine";
    this.#eventBus = options.eventBus;
    this.#logger = options.logger ?? defaultLogger;
    this.#traces = isAtDebug(this.#logger);
    this.#state = machine.init();
    this.#now = Math.floor(this.clock.now());
    const { journal } = options;
    if (journal === undefined) return;
    this.#writer = new JournalWriter(journal, this.clock, this.#logger, {
      broken: () => this.#broken,
      fail: (problem) => this.#fail(problem),
    });
    this.#replica = new Replica(machine, this.#skip);
    this.#state = this.#replica.state;
    this.#reader = new JournalReader(journal, this.#replica, this.clock, this.#logger, {
      take: (record) => this.#take(record),
      fail: (problem) => {
        if (this.#isStopping) this.#writer!.abandon(problem);
        else this.#fail(problem);
      },
    });
    if (journal.isShared !== true) return;
    const { sessionMs = SESSION_MS } = journal;
    requireMs(sessionMs, 1, "journal.sessionMs", () => "share a journal");
    this.#membership = new Membership(sessionMs, this.clock, {
      others: () => this.#replica!.sessions().filter((other) => other !== this.session),
      renew: (ended) => this.#append('{"type":"renew-session"}', (_answer, error) => ended(error)),
      end: (session) => this.endSession(session),
    });
  }

  /** Returns an engine that has read its journal, as {@linkcode open} does. */
  static async recover<State, Command extends Named, Event extends Named, Answers>(
    machine: Machine<State, Command, Event, Answers>,
    options: EngineOptions & { journal: Journal },
  ): Promise<Engine<State, Command, Event, Answers>> {
    const engine = new Engine(machine, options);
    await engine.open();
    return engine;
  }

  /**
   * Reads the journal: its newest snapshot, and every record since. Nothing of the past is published.
   * The time goes on from the newest command, if the clock is behind that. Then puts the options of the
   * machine in force, if others are.
   *
   * To be called once, before any command is sent.
   *
   * @throws {InvariantError} when a command breaks the machine; the message names its place
   * @throws {JournalUnreadableError} when another machine, or another version of it, wrote the journal
   * @throws {RangeError} when `skip` names a command that was not read
   * @throws {JournalError} when the journal does not store the options
   * @throws {JournalReplacedError} when another engine opens the journal meanwhile
   */
  async open(): Promise<void> {
    const replica = this.#replica;
    if (replica === undefined) {
      throw new TypeError("Cannot open: the engine must have a journal, got none");
    }
    await this.#reader!.open(await this.#journal!.open(this.#writer!.session));
    const end = replica.position;
    const unknown = this.#skip.find((place) => !(positionOf(place) <= end));
    if (unknown !== undefined) {
      const rule = `skip must name commands up to position ${end}, the end, such as ${end}:0`;
      throw new RangeError(`Cannot read the journal: ${rule}, got ${quote(unknown)}`);
    }
    this.#state = replica.state;
    this.#sequence = replica.sequence;
    this.#now = Math.max(this.#now, replica.now);
    if (this.#membership !== undefined) this.#unreadMs = this.#now - replica.now;
    const behindMs = this.#now - Math.floor(this.clock.now());
    if (behindMs > 0) (this as { clock: Clock }).clock = aheadOf(this.clock, behindMs);
    this.#deadline = this.#machine.deadline(this.#state);
    if (replica.skipped.size > 0) await this.snapshot();
    this.#isOpen = true;
    this.#reader!.follow(this.#writer!.session);
    await this.#begin(replica);
    this.#membership?.start();
    if (this.#broken !== undefined) throw this.#broken;
    this.#arm();
  }

  /** The state as it is. It belongs to the machine: read it, change nothing, keep nothing. */
  get state(): Readonly<State> {
    return this.#state;
  }

  /** When the machine's next timer is due, or `Infinity`. */
  get deadline(): Instant {
    return this.#machine.deadline(this.#state);
  }

  get session(): string | undefined {
    return this.#membership && this.#writer!.session;
  }

  /** Whether a session of an engine that shares the journal goes on; not without such engines. */
  isMember(session: string | undefined): boolean {
    return this.#membership !== undefined && session !== undefined &&
      this.#replica!.endOf(session) !== undefined;
  }

  /** The error of a journal that can't be read, or has not reported whether it stored a record. */
  get stalled(): LockstepError | undefined {
    return this.#writer?.stalled ?? this.#reader?.stalled;
  }

  /** The position of the last record that was stepped; without a journal, the number of steps. */
  get position(): Position {
    return this.#replica?.position ?? this.#steps;
  }

  /** Number of events of all steps, those in the journal included: the number of the next one. */
  get sequence(): number {
    return this.#sequence;
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
   * @throws {TypeError} on an engine with a journal; use {@linkcode send}
   */
  dispatch<Each extends Command | Tick>(command: Each): Outcome<Answers, Each> {
    if (this.#journal !== undefined) {
      throw new TypeError(
        `Cannot dispatch ${command.type}: the engine must have no journal, got one; use send()`,
      );
    }
    if (this.#isStopping) this.#throwStopped(command.type);
    return this.#step(command, undefined, undefined);
  }

  /** Also counts the step and its event, which it does not make. */
  take<Subjects extends readonly unknown[], Answer>(
    plain: PlainStep<State, Event["type"], Subjects, Answer>,
    ...subjects: Subjects
  ): Answer | undefined {
    if (this.#isStopping || this.#isHeard(plain.event)) return undefined;
    if (plain.keepsTime || this.#eventBus !== undefined) {
      const read = this.clock.now();
      if (read > this.#armedAt + this.#toleratedMs) return undefined; // it resumes listening first
      if (read > this.#now) this.#now = Math.floor(read);
    }
    if (this.#deadline <= this.#now) return undefined;
    this.#steps++;
    this.#eventBus?.publish(plain.event, undefined, this.#now, this.#sequence);
    this.#sequence++;
    try {
      return plain.apply(this.#state, this.#now, ...subjects);
    } catch (cause) {
      this.#break(plain, cause);
    }
  }

  send<Each extends Command | Tick>(
    command: Each,
    reply: Reply<Outcome<Answers, Each>>,
  ): void {
    if (this.#isStopping) this.#throwStopped(command.type);
    if (this.#writer === undefined) {
      try {
        this.#step(command, undefined, reply as Reply<unknown>);
      } catch (broken) {
        reply(undefined, broken);
      }
      return;
    }
    if (!this.#isOpen) throw new UninitializedError(command.type, this.#thing);
    const sent = this.#membership === undefined
      ? command
      : this.#machine.inSession?.(command, this.#writer.session) ?? command;
    const written = this.#copiesFlat ? flatCopy(sent) ?? this.#textOf(sent) : this.#textOf(sent);
    if (this.#writer.waiting >= this.#maxUnstored) {
      const rule = `it must store its ${this.#maxUnstored} commands first`;
      return reply(undefined, new JournalError(`Cannot append to the journal: ${rule}`));
    }
    this.#append(written, reply as Reply<unknown>);
  }

  /**
   * Resolves once everything is stepped that the journal had acknowledged to anyone before the call,
   * so that `state` is not behind it. At once without a journal. Rejects once the engine has stopped.
   */
  async barrier(): Promise<void> {
    if (this.#journal === undefined) return;
    await this.#reader!.reached(await this.#journal.tail());
  }

  /**
   * Ends the session of another engine on a journal that they share, unless that has appended since:
   * whatever it appends from then on, no engine steps, and it stops when it reads that. A no-op for a
   * session that is over, or unknown. Engines do so to those of which they have long read nothing.
   *
   * @throws {TypeError} for the engine's own session, and on a journal that is not shared
   */
  endSession(session: string): void {
    const isOther = typeof session === "string" && session !== "" && session !== this.session;
    if (this.session === undefined || !isOther) {
      const rule = "session must be that of another engine on a shared journal";
      throw new TypeError(`Cannot end a session: ${rule}, got ${quote(session)}`);
    }
    if (this.#isStopping) this.#throwStopped("end a session");
    const end = this.#replica!.endOf(session);
    if (end === undefined) return;
    this.#append(JSON.stringify(end), (_answer, error) => {
      if (error === undefined) this.#membership!.ended();
    });
  }

  /**
   * Starts anew what could not be renewed, as no process ran, or as the clock is ahead of the others; a
   * no-op for a machine without such things, and when nothing will be due. Must come before any command
   * is sent.
   *
   * @throws {JournalError} when the journal does not store it
   */
  resumeListening(): Promise<void> {
    if (this.#unreadMs <= this.#toleratedMs || this.deadline === Infinity) return Promise.resolve();
    this.#unheardMs = this.#unreadMs;
    return new Promise((resolve, reject) => {
      this.#resume(this.#time(), (error) => error === undefined ? resolve() : reject(error));
    });
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
    if (this.#holds++ === 0) this.#keepAlive();
  }

  release(): void {
    if (--this.#holds === 0) this.#keepAlive();
  }

  /**
   * Calls `settle` once this engine has ended the session of another one, and again until it succeeds. It
   * is to end in the machine what was of a session that is not a member.
   */
  whenEnded(settle: () => Promise<void>): void {
    this.#membership?.whenEnded(settle);
  }

  whenStopped(listener: (error: LockstepError) => void): void {
    if (this.#stopped === undefined) this.#stopListeners.push(listener);
    else listener(this.#stopped);
  }

  /**
   * Writes a snapshot of the state, so that recovery does not replay earlier records, and has the
   * journal forget the records before the older one of the two snapshots that are kept.
   *
   * @throws {TypeError} on an engine without a journal, or with one that keeps no snapshots
   * @throws {ClosedError} after {@linkcode close}
   */
  snapshot(): Promise<void> {
    const saving = this.#save();
    this.#saving = Promise.allSettled([this.#saving, saving]).then(() => {});
    return saving;
  }

  async #save(): Promise<void> {
    const snapshots = this.#journal?.snapshots;
    if (snapshots === undefined) {
      const rule = "the engine must have a journal that keeps snapshots, got none";
      throw new TypeError(`Cannot save a snapshot: ${rule}`);
    }
    if (await snapshots.take?.() === true) return;
    await undefined; // a snapshot has whole records, also when a handler asks for it
    if (this.#isStopping) this.#throwStopped("save a snapshot");
    const { meta, lines } = this.#replica!.snapshot(this.#sequence);
    const chunks = [...chunksOf(lines)]; // before the next step
    await snapshots.save(meta, oneByOne(chunks));
    const older = await snapshots.newest(meta.position);
    if (older !== undefined) await this.#journal!.forget(older.meta.position + 1);
  }

  /**
   * Refuses all further commands, as {@linkcode close} does, which has to follow. So what is closed
   * meanwhile can't leave commands in the journal that a restart would have to undo. Idempotent.
   */
  seal(): void {
    this.#disarm();
    this.#membership?.close();
    this.#isStopping = true;
    this.#writer?.seal();
    this.#reader?.seal();
  }

  /**
   * Waits until the journal has stored what was sent, then releases everything. A record of which the
   * journal has not reported whether it stored it is offered once more. Idempotent.
   */
  close(): Promise<void> {
    this.seal();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await undefined; // `closed` is true before anything below runs
    await this.#writer?.flushed();
    this.#stop(new ClosedError("go on", this.#thing));
    this.#observers.clear();
    await this.#reader?.close();
    await this.#saving;
    await this.#journal?.close();
  }

  /**
   * The clock's time as an integer that never goes back. If the timer is late, notes the time for
   * which the process did not run.
   */
  #time(): Instant {
    const read = Math.floor(this.clock.now());
    if (read <= this.#now) return this.#now;
    if (read > this.#armedAt + this.#toleratedMs) {
      this.#unheardMs = Math.max(this.#unheardMs ?? 0, read - this.#now);
    }
    return this.#now = read;
  }

  /** Steps `resume-listening`, which also fires what is due; with a journal, once that has stored it. */
  #resume(at: Instant, whenStepped?: (error: unknown) => void, isFirst = false): void {
    const unheardMs = this.#unheardMs!;
    this.#unheardMs = undefined;
    this.#disarm();
    const command = {
      type: "resume-listening",
      ...(unheardMs < Infinity && { unheardMs }),
    } as Named as Command;
    if (this.#journal === undefined) return void this.#step(command, at, undefined);
    const ended = (error: unknown) => {
      whenStepped?.(error);
      if (error === undefined) return;
      this.#unheardMs = Math.max(this.#unheardMs ?? 0, unheardMs);
      const next = this.#writer!.next;
      if (next !== undefined) this.#resume(next.at, undefined, true);
    };
    this.#gatherTick(at, command, ended, isFirst);
  }

  /** Returns the text of a command. @throws when it is no JSON value, or too large for a record */
  #textOf(command: Named): string {
    requireJson(command, `command ${command.type}`);
    const text = JSON.stringify(command);
    this.#requireRoom(command, text);
    return text;
  }

  /** @throws {RangeError} when a command is too large for a record */
  #requireRoom({ type }: Named, text: string): void {
    const { maxRecordBytes } = this.#journal!;
    if (mostBytesOf(text) <= maxRecordBytes) return;
    const bytes = new TextEncoder().encode(text).length;
    if (bytes + mostBytesOf("") <= maxRecordBytes) return;
    const rule = `its ${bytes} bytes must fit into a record of the journal, of ${maxRecordBytes}`;
    throw new RangeError(`Cannot ${type}: ${rule}`);
  }

  #throwStopped(attempt: string): never {
    throw this.#broken ?? new ClosedError(attempt, this.#thing);
  }

  #stop(error: LockstepError): void {
    this.#stopped ??= error;
    this.#reader?.abandon(error);
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
      if (read > now) {
        if (read > this.#armedAt + this.#toleratedMs) {
          now = this.#time();
          if (this.#unheardMs !== undefined) this.#resume(now);
        } else {
          this.#now = now = Math.floor(read);
        }
      }
    }
    // Has capacity for two events: a push beyond it, or to an empty literal, would allocate seventeen.
    const events: Event[] = [undefined!, undefined!];
    events.pop();
    events.pop();
    let answer: Outcome<Answers, Each>;
    try {
      if (this.#part === undefined || this.#deadline <= now || command.type === "tick") {
        answer = this.#machine.step(this.#state, command, now, events);
      } else {
        answer = this.#part.apply(this.#state, command as Exclude<Each, Tick>, now, events);
      }
      this.#deadline = this.#machine.deadline(this.#state);
    } catch (cause) {
      this.#break(command, cause);
    }
    this.#arm();
    this.#steps++;
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
      const place = this.#traces ? this.#place() : "";
      this.#publish(events, now, this.#sequence - length, command, place);
    }
    return answer;
  }

  /** Whether events of a type are received, or the machine has to make them in any case. */
  #isHeard(type: Event["type"]): boolean {
    if (this.#traces || this.#part === undefined || this.#observers.has(type)) return true;
    return this.#eventBus !== undefined && this.#eventBus.hears?.(type) !== false;
  }

  #break({ type }: Named, cause: unknown): never {
    const where = this.synchronous ? "" : ` at ${this.#place()} of its journal`;
    const problem = `the machine ${this.#machine.name} broke${where}, and its engine stops`;
    throw this.#fail(new InvariantError(`Cannot ${type}: ${problem}`, { cause }));
  }

  /** Stops for good, and logs why. */
  #fail<Problem extends LockstepError>(problem: Problem): Problem {
    this.#disarm();
    this.#membership?.close();
    this.#isStopping = true;
    this.#broken = problem;
    this.#writer?.abandon(problem);
    this.#stop(problem);
    if (problem instanceof JournalReplacedError || problem instanceof SessionExpiredError) {
      logTo(this.#logger, "warn", problem.message);
    } else logTo(this.#logger, "error", problem.message, problem.cause);
    return problem;
  }

  /** Tells the journal which machine reads it from now on, and puts its options in force. */
  async #begin(replica: Replica<State>): Promise<void> {
    const { changed } = replica;
    await new Promise<void>((resolve, reject) => {
      this.send(replica.beginning() as Named as Tick, (_answer, error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    });
    if (changed.length === 0) return;
    const options = `${changed.length === 1 ? "option" : "options"} ${changed.join(", ")}`;
    const since = `from position ${replica.position} on`;
    logTo(this.#logger, "info", `The journal has the new ${options} ${since}`);
  }

  /** Steps the commands of a record, and answers those of this engine. */
  #take(record: StoredRecord): void {
    this.#membership?.heard(record.session);
    const isOwn = record.session === this.#writer!.session;
    const pending = isOwn ? this.#writer!.delivered(record.number) : NONE;
    let next = 0;
    try {
      this.#replica!.take(record, (command, at, index) => {
        for (; next < index; next++) pending[next]?.reply(undefined, undefined);
        if (at > this.#now) this.#now = at;
        this.#step(command as Command | Tick, at, pending[index]?.reply);
        next++;
      });
    } catch (error) {
      while (next < pending.length) pending[next++]!.reply(undefined, error);
      throw error;
    }
    while (next < pending.length) pending[next++]!.reply(undefined, undefined);
  }

  /** The command that is stepped: its place in the journal, or the number of the step. */
  #place(): string | number {
    return this.#replica?.place ?? this.#steps;
  }

  /** Publishes `events`, and then those of the steps that their handlers cause, in order. */
  #publish(
    events: readonly Event[],
    at: Instant,
    first: number,
    command: Named,
    place: string | number,
  ): void {
    if (this.#publishing) {
      this.#outbox.push({ events, at, first, command, place });
      return;
    }
    this.#publishing = true;
    if (this.#traces) this.#trace({ events, at, first, command, place });
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
  #trace({ events, at, first, command, place }: Happened<Event>): void {
    const logger = this.#logger;
    const { name, describe } = this.#machine;
    logTo(logger, "debug", commandLine(name, place, command, at, first, events.length));
    if (this.#eventBus?.debug === true) return;
    events.forEach((event, i) =>
      logTo(logger, "debug", eventLine(event.type, event, first + i, at, describe))
    );
  }

  /**
   * Sets the timer to the next deadline at the latest. A timer that is set for earlier stays: it
   * fires, finds nothing due and is set again, which is cheaper than a timer for each change. With no
   * deadline left it stays only on the system clock, as a clock that is moved by hand would go to it.
   */
  #arm(): void {
    const deadline = this.#deadline;
    if (deadline === Infinity && this.clock !== systemClock) return this.#disarm();
    if (deadline >= this.#armedFor || this.#closing !== undefined) return this.#keepAlive();
    this.#disarm();
    this.#setTimer(deadline);
  }

  /** Has the timer keep the process alive while a caller waits, and a timer of the machine is pending. */
  #keepAlive(): void {
    const keepsAlive = this.#holds > 0 && this.#deadline < Infinity;
    if (keepsAlive === this.#keepsAlive) return;
    this.#keepsAlive = keepsAlive;
    this.#cancelTimer?.keepAlive?.(keepsAlive);
  }

  #disarm(): void {
    if (this.#armedFor === Infinity) return;
    this.#armedFor = this.#armedAt = Infinity;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #fire(): void {
    const now = this.#time();
    this.#armedFor = this.#armedAt = Infinity;
    this.#cancelTimer = undefined;
    if (this.#isStopping) return;
    try {
      if (this.#unheardMs !== undefined) return this.#resume(now);
      if (this.#tickIsQueued) return this.#watch(now);
      if (this.#deadline > now) return this.#arm();
      if (this.#journal !== undefined) return this.#gatherTick(now, { type: "tick" });
      this.#step({ type: "tick" }, now, undefined);
    } catch {
      // It is logged, and rejects every later call.
    }
  }

  #append(command: Named | string, reply: Reply<unknown>): void {
    const at = this.#time();
    if (this.#unheardMs !== undefined) this.#resume(at);
    this.#writer!.add({ at, command, reply });
  }

  /** Appends `command`, which fires what is due; before what is gathered if `isFirst`. */
  #gatherTick(
    at: Instant,
    command: Command | Tick,
    ended?: (error: unknown) => void,
    isFirst = false,
  ): void {
    this.#tickIsQueued = true;
    const reply: Reply<unknown> = (_answer, error) => {
      this.#tickIsQueued = false;
      if (error !== undefined) this.#retryTick();
      ended?.(error);
    };
    this.#writer!.add({ at, command: JSON.stringify(command), reply }, isFirst);
    this.#watch(at);
  }

  /** Sets a timer while a tick is being stored, to notice when the process does not run meanwhile. */
  #watch(now: Instant): void {
    if (this.#toleratedMs < Infinity) this.#setTimer(now + LEAD_MS);
  }

  /** Retries a tick that the journal did not store. */
  #retryTick(): void {
    if (this.#isStopping) return;
    const at = this.#time() + TICK_RETRY_MS;
    this.#disarm();
    this.#setTimer(at);
  }

  /**
   * Sets the timer for `deadline`. One that is far off gets a first timer a little earlier: when both
   * are on time, the process has received what came in before the deadline.
   */
  #setTimer(deadline: Instant): void {
    const leadMs = this.#toleratedMs < Infinity ? LEAD_MS : 0;
    this.#armedFor = deadline;
    // One that passed while the journal was slow is not late yet: the process runs.
    this.#armedAt = deadline - leadMs > this.#now
      ? deadline - leadMs
      : Math.max(deadline, this.#now);
    this.#cancelTimer = this.clock.setTimer(this.#armedAt, () => this.#fire());
    this.#keepsAlive = true;
    this.#keepAlive();
  }
}

/** The default of `sessionMs` of a journal. */
const SESSION_MS = 60_000;

/** Pause before a tick that the journal did not store is offered again. */
const TICK_RETRY_MS = 1000;

/** The lateness of a timer up to which the process counts as running, as all timers are a bit late. */
const TOLERATED_MS = 500;

/** The time before a deadline at which the engine looks whether the process runs. */
const LEAD_MS = 1000;

/** A record of so many commands is not cut into smaller ones for want of their exact size. */
const MANY = 100;

const NONE: readonly Pending[] = [];

async function* oneByOne<Each>(items: Iterable<Each>): AsyncGenerator<Each, void, undefined> {
  yield* items;
}
