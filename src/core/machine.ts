/**
 * The contract that every subsystem follows: plain data and one deterministic transition function.
 *
 * A machine reads no clock, draws no random number, does no I/O, starts no timer and awaits
 * nothing. It is handed a command and the time, and answers with events: facts, in the order in
 * which they happened. Simulation, recovery by replay, replication and model checking rest on it.
 *
 * @module
 */

import { fork } from "./data/plain.ts";

/** Milliseconds since the Unix epoch, as the engine's clock read them. An integer. */
export type Instant = number;

/** What every command and every event has. */
export interface Named<Type extends string = string> {
  /** What is asked, or what happened: the same word on the bus, in a log and in a trace. */
  readonly type: Type;
}

/** The command that only lets time pass: due timers fire, nothing else happens. */
export interface Tick extends Named<"tick"> {}

/** A deterministic state machine over plain data. */
export interface Machine<State, Command extends Named, Event extends Named> {
  /** Names the machine in the report of its breakdown. */
  readonly name: string;
  /** A fresh state that shares nothing with any other. */
  init(): State;
  /**
   * Applies `command` at `now` and returns what happened, in order. Consumes `state`.
   *
   * What was due before fires first. A machine that is part of another one may be held back: what
   * is due later than `until` then waits for a later step. @default now
   */
  step(state: State, command: Command | Tick, now: Instant, until?: Instant): Event[];
  /** When the next timer is due, or `Infinity`. Changes nothing. */
  deadline(state: State): Instant;
  /** One line for people about an event. Never throws. */
  describe(event: Event): string;
}

/** What {@linkcode transition} answers. */
export interface Transition<State, Event> {
  /** As it is after the step. */
  readonly state: State;
  /** What happened in the step, in order. */
  readonly events: Event[];
}

/**
 * {@linkcode Machine.step} without the consumption: forks `state` first, so the caller keeps it.
 *
 * Costs a copy of the whole state; the engine steps in place instead.
 */
export function transition<State, Command extends Named, Event extends Named>(
  machine: Machine<State, Command, Event>,
  state: State,
  command: Command | Tick,
  now: Instant,
): Transition<State, Event> {
  const next = fork(state);
  return { events: machine.step(next, command, now), state: next };
}
