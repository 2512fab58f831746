/**
 * The contract that every subsystem follows: plain data and one deterministic transition function.
 *
 * A machine reads no clock, draws no random number, does no I/O, starts no timer and awaits
 * nothing. It receives a command and the time; it emits events (facts, in the order in which they
 * happened) and answers its caller. Simulation, recovery by replay, replication and model checking
 * rest on it.
 *
 * @module
 */

import { fork } from "./data/plain.ts";

/**
 * Milliseconds since the Unix epoch, as the engine's clock read them. An integer that never
 * decreases.
 *
 * @category Runtime
 */
export type Instant = number;

/** The field that all commands and events have. */
export interface Named<Type extends string = string> {
  /** The name of the command or of the event: the same on the bus, in a journal and in a trace. */
  readonly type: Type;
}

/** The command that fires due timers, and does nothing else. */
export interface Tick extends Named<"tick"> {}

/**
 * Starts anew what could not be renewed, as no command was received for a while: the process was
 * suspended, its event loop was blocked, or it was started again. Leases, heartbeat timeouts and the
 * limits of deliveries start anew; limits of waits, attempts, pauses and calls do not.
 *
 * It is applied before timers that are due fire. An engine steps it for a machine that lists it in
 * `commands`.
 */
export interface ResumeListening extends Named<"resume-listening"> {
  /**
   * The longest time for which no command may have been received, in milliseconds; `undefined` after
   * a restart, when all starts anew.
   */
  readonly unheardMs?: number;
}

/**
 * Returns whether a period of `periodMs` starts anew: no command was received for at least a quarter
 * of it. Shorter gaps don't count, so that a process that stalls often still notices who is silent.
 */
export function startsAnew({ unheardMs = Infinity }: ResumeListening, periodMs: number): boolean {
  return 4 * unheardMs >= periodMs;
}

/**
 * The command that puts options in force. An engine writes it into its journal when the machine has other
 * options than those in force there, so that a replay has the same. It fires no timer.
 */
export interface Configure extends Named<"configure"> {
  /** All options of the machine, as {@linkcode Machine.config}. */
  readonly config: object;
}

/** The answer to a command that was rejected without a change of state. */
export class Refusal<Event extends Named = Named> {
  /** The event that the rejection emitted; its `reason` names the condition. */
  readonly event: Event;

  /** Creates the answer that belongs to `event`. */
  constructor(event: Event) {
    this.event = event;
  }
}

/** A command whose effect ends with the engine that sends it, such as a wait of a caller of that. */
export interface OfSession {
  /** The session of the engine, if it shares its journal with others. */
  readonly session?: string;
}

/** What ends with the engine that sent the command about it. */
export interface InSession {
  /** The session of that engine, if it shares its journal with others. */
  session?: string;
}

/** Tells of what ends with an engine whether that is over. */
export type SessionTest = (thing: Readonly<InSession>) => boolean;

/** Notes that `thing` ends with the engine that sent a command. */
export function setSession(thing: InSession, { session }: OfSession): void {
  if (session !== undefined) thing.session = session;
}

/** The answer to `Command` by a machine with these `Answers`; `undefined` when it has none. */
export type AnswerTo<Answers, Command extends Named> = Command["type"] extends keyof Answers
  ? Answers[Command["type"]]
  : undefined;

/** The answer to `Command`, or its refusal. */
export type Outcome<Answers, Command extends Named> = AnswerTo<Answers, Command> | Refusal;

/** A deterministic state machine over plain data. `Answers` maps a command's type to its answer. */
export interface Machine<
  State,
  Command extends Named,
  Event extends Named,
  Answers = Record<never, never>,
> {
  /** The name of the machine in error messages, and in journals. */
  readonly name: string;
  /**
   * The version of what it does: another one makes other states or events of the same commands, so it
   * can't read the journals of this one. @default 1
   */
  readonly version?: number;
  /**
   * Returns what an earlier version left as a state of this one; `version` is the earlier one. Absent
   * when no journal of an earlier one is accepted.
   */
  upgrade?(state: unknown, version: number): State;
  /** The types of the commands that the machine accepts, besides `tick`. */
  readonly commands: readonly string[];
  /** Returns `command` with the session of its sender, if it is {@linkcode OfSession}. */
  inSession?(command: Named, session: string): Named;
  /** The options in force in a first state, which `configure` changes; absent when it has none. */
  readonly config?: object;
  /** Returns the options in force in `state`. */
  configIn?(state: State): object;
  /** Returns a fresh state that shares nothing with any other. */
  init(): State;
  /**
   * Fires due timers, applies `command` at `now`, appends events to `events`, and returns the answer
   * for the caller. Updates `state` in place.
   */
  step<Each extends Command | Tick>(
    state: State,
    command: Each,
    now: Instant,
    events: Event[],
  ): Outcome<Answers, Each>;
  /** Returns when the next timer is due, or `Infinity`. Changes nothing. */
  deadline(state: State): Instant;
  /** Describes an event in one line for people. Never throws. */
  describe(event: Event): string;
  /** Never implemented: the compiler infers `Command` from its type. */
  accepts?(command: Command): never;
}

/** A machine that can be part of a larger one, which then decides when its timers fire. */
export interface Part<
  State,
  Command extends Named,
  Event extends Named,
  Answers = Record<never, never>,
> extends Machine<State, Command, Event, Answers> {
  /**
   * Fires the timers that are due at `until` or before, in order. `now` is the time of the step.
   */
  fire(state: State, now: Instant, until: Instant, events: Event[]): void;
  /** Applies `command` like {@linkcode Machine.step}, but fires no timer. */
  apply<Each extends Command>(
    state: State,
    command: Each,
    now: Instant,
    events: Event[],
  ): Outcome<Answers, Each>;
  /** Puts options in force, as {@linkcode Configure} does. */
  configure?(state: State, config: object, now: Instant, events: Event[]): void;
  /** The same for a composition, if some consequences depend on the other parts. */
  readonly deferring?: DeferringPart<State, Command, Event>;
}

/** A part that leaves consequences to {@linkcode DeferringPart.settle}. */
export interface DeferringPart<State, Command extends Named, Event extends Named> {
  /** Like {@linkcode Part.fire}, without what depends on other parts. */
  fire(state: State, now: Instant, until: Instant, events: Event[]): void;
  /** Like {@linkcode Part.apply}, without what depends on other parts. */
  apply(state: State, command: Command, now: Instant, events: Event[]): unknown;
  /** Completes the step once the other parts have reacted. A no-op when nothing is left. */
  settle(state: State, now: Instant, events: Event[]): void;
}

/** The functions of a part, from which {@linkcode definePart} derives its `step`. */
export interface PartDefinition<State, Command extends Named, Event extends Named> {
  /** See {@linkcode Machine.name}. */
  readonly name: string;
  /** See {@linkcode Machine.commands}. */
  readonly commands: readonly Command["type"][];
  /** Those of them that are {@linkcode OfSession}. @default none */
  readonly ofSession?: readonly Command["type"][];
  /** See {@linkcode Machine.config}. They are the field `config` of the state. */
  readonly config?: object;
  /** Follows up a change of options, after which they are in force. @default nothing follows */
  configured?(state: State, before: object, now: Instant, events: Event[]): void;
  /** See {@linkcode Machine.init}. */
  init(): State;
  /** See {@linkcode Part.fire}. */
  fire(state: State, now: Instant, until: Instant, events: Event[]): void;
  /** See {@linkcode Part.apply}. */
  apply(state: State, command: Command, now: Instant, events: Event[]): unknown;
  /** See {@linkcode Part.deferring}. */
  readonly deferring?: DeferringPart<State, Command, Event>;
  /** See {@linkcode Machine.deadline}. */
  deadline(state: State): Instant;
  /** See {@linkcode Machine.describe}. */
  describe(event: Event): string;
}

/**
 * Makes a part whose `step` fires what is due and then applies the command; `resume-listening` is
 * applied first.
 */
export function definePart<
  State,
  Command extends Named,
  Event extends Named,
  Answers = Record<never, never>,
>(
  definition: PartDefinition<State, Exclude<Command, Tick>, Event>,
): Part<State, Exclude<Command, Tick>, Event, Answers> {
  type Each = Exclude<Command, Tick>;
  const { fire, apply, deadline, configured, ofSession } = definition;
  const part = {
    ...definition,
    ...(ofSession && {
      inSession: (command: Named, session: string) =>
        ofSession.includes(command.type) ? { ...command, session } : command,
    }),
    configIn: (state: State) => (state as Configured).config,
    configure(state: State, config: object, now: Instant, events: Event[]): void {
      const before = (state as Configured).config;
      (state as Configured).config = config;
      configured?.(state, before, now, events);
    },
    step(state: State, command: Each | Tick, now: Instant, events: Event[]): unknown {
      if (command.type === "resume-listening") apply(state, command as Each, now, events);
      if ((command as Named).type === "configure") {
        return part.configure(state, (command as Named as Configure).config, now, events);
      }
      if (deadline(state) <= now) fire(state, now, now, events);
      if (command.type === "tick" || command.type === "resume-listening") return undefined;
      return apply(state, command as Each, now, events);
    },
  };
  PARTS.add(part);
  return part as unknown as Part<State, Each, Event, Answers>;
}

/** A state with options. */
interface Configured {
  config: object;
}

const PARTS = new WeakSet<object>();

/**
 * Returns `machine` if {@linkcode definePart} created it, so that an engine may call `apply` without
 * `fire`; not for a copy with another `step`.
 */
export function asPart<State, Command extends Named, Event extends Named, Answers>(
  machine: Machine<State, Command, Event, Answers>,
): Part<State, Command, Event, Answers> | undefined {
  return PARTS.has(machine) ? machine as Part<State, Command, Event, Answers> : undefined;
}

/** The result of {@linkcode transition}. */
export interface Transition<State, Event, Answer> {
  /** The state after the step. */
  readonly state: State;
  /** The events of the step, in order. */
  readonly events: Event[];
  /** The answer to the command. */
  readonly answer: Answer;
}

/**
 * Steps a copy of `state`, which stays as it is.
 *
 * Costs a copy of the whole state; the engine steps in place instead.
 */
export function transition<
  State,
  Command extends Named,
  Event extends Named,
  Answers,
  Each extends Command | Tick,
>(
  machine: Machine<State, Command, Event, Answers>,
  state: State,
  command: Each,
  now: Instant,
): Transition<State, Event, Outcome<Answers, Each>> {
  const next = fork(state);
  const events: Event[] = [];
  const answer = machine.step(next, command, now, events);
  return { state: next, events, answer };
}

/**
 * The health of a subsystem, computed on request.
 * @category Coordination
 */
export interface HealthStatus {
  /** Whether there is no problem: nothing has stopped, is full, or is late. */
  readonly healthy: boolean;
  /** The problem, for people; absent when it is healthy. */
  readonly error?: string;
  /** Figures by name, in the unit that the name ends in, or else a count. */
  readonly metrics: Record<string, number>;
}

/** Returns the health with the problems of a subsystem, of which those that it doesn't have are `false`. */
export function healthOf(
  problems: readonly (string | false | undefined)[],
  metrics: Record<string, number>,
): HealthStatus {
  const error = problems.filter((problem) => problem !== undefined && problem !== false).join("; ");
  return error === "" ? { healthy: true, metrics } : { healthy: false, error, metrics };
}

/** Returns the problem that a timer is overdue, if it is later than what is tolerated. */
export function latenessOf(overdueMs: number): string | undefined {
  return overdueMs > TOLERATED_LATENESS_MS ? `a timer is overdue by ${overdueMs} ms` : undefined;
}

/** The lateness of a timer up to which a subsystem is healthy. */
const TOLERATED_LATENESS_MS = 1_000;
