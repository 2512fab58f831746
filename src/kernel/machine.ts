/**
 * The contract that every subsystem follows: plain data and one deterministic transition function.
 *
 * A machine reads no clock, draws no random number, does no I/O, starts no timer and awaits nothing.
 * It is handed a command and the time, and answers with events: facts, in the order in which they
 * happened. Simulation, recovery by replay, replication and model checking all rest on this file.
 *
 * @module
 */

import { fork } from "./plain.ts";

/** Milliseconds since the Unix epoch, as the engine's clock read them. An integer. */
export type Instant = number;

/** What every command and every event has: the name of what is asked, or of what happened. */
export interface Named {
  readonly type: string;
}

/** The command that only lets time pass: due timers fire, nothing else happens. */
export interface Tick {
  readonly type: "tick";
}

/** A deterministic state machine over plain data. */
export interface Machine<State, Command extends Named, Event extends Named> {
  readonly name: string;
  /** A fresh state that shares nothing with any other. */
  init(): State;
  /** Applies `command` at `now` and returns what happened, in order. Consumes `state`. */
  step(state: State, command: Command | Tick, now: Instant): Event[];
  /** When the next due timer fires, or `Infinity`. Changes nothing. */
  deadline(state: State): Instant;
}

/** What {@linkcode transition} answers: the state after the step, and what happened in it. */
export interface Transition<State, Event> {
  readonly state: State;
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
