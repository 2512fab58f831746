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
 */
export type Instant = number;

/** The part that all commands and all events have in common. */
export interface Named<Type extends string = string> {
  /** The name of the command or of the event: the same on the bus, in a journal and in a trace. */
  readonly type: Type;
}

/** The command that only lets time pass: due timers fire, nothing else happens. */
export interface Tick extends Named<"tick"> {}

/** The answer to a command that was rejected without a change of state. */
export class Refusal<Event extends Named = Named> {
  /** The event that the rejection emitted; its `reason` names the condition. */
  readonly event: Event;

  /** Makes the answer that belongs to `event`. */
  constructor(event: Event) {
    this.event = event;
  }
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
  /** The name of the machine in the report of its breakdown. */
  readonly name: string;
  /** The types of the commands that the machine accepts, besides `tick`. */
  readonly commands: readonly string[];
  /** Returns a fresh state that shares nothing with any other. */
  init(): State;
  /**
   * Fires what is due, applies `command` at `now`, appends what happened to `events`, and answers
   * the caller. Consumes `state`.
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
  /** Is never there: the compiler infers `Command` from its type. */
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

/** Makes a part whose `step` fires what is due and then applies the command. */
export function definePart<
  State,
  Command extends Named,
  Event extends Named,
  Answers = Record<never, never>,
>(
  definition: PartDefinition<State, Exclude<Command, Tick>, Event>,
): Part<State, Exclude<Command, Tick>, Event, Answers> {
  type Each = Exclude<Command, Tick>;
  const { fire, apply, deadline } = definition;
  const part = {
    ...definition,
    step(state: State, command: Each | Tick, now: Instant, events: Event[]): unknown {
      if (deadline(state) <= now) fire(state, now, now, events);
      return command.type === "tick" ? undefined : apply(state, command as Each, now, events);
    },
  };
  PARTS.add(part);
  return part as unknown as Part<State, Each, Event, Answers>;
}

const PARTS = new WeakSet<object>();

/**
 * Returns `machine` when it is a part, whose `step` an engine may split; not when it is a copy of one
 * with a `step` of its own.
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
 * Steps a copy: {@linkcode Machine.step} without the consumption of `state`.
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

/** The health of a subsystem, computed on request. */
export interface HealthStatus {
  /** Whether nothing needs a look: nothing has stopped, is full, or is late. */
  readonly healthy: boolean;
  /** The problem, for people; absent when it is healthy. */
  readonly error?: string;
  /** Figures by name, in the unit that the name ends in, or else a count. */
  readonly metrics: Record<string, number>;
}
