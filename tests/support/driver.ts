/**
 * Drives a machine by hand: commands go in, events and answers come out.
 *
 * @module
 */

import type { Machine, Named, Outcome, Tick } from "../../src/core/machine.ts";

/** A machine, its state, and the time. A subclass adds short verbs for its commands. */
export class Driver<State, Command extends Named, Event extends Named, Answers> {
  readonly machine: Machine<State, Command, Event, Answers>;
  readonly state: State;
  now: number;
  /** The answer to the newest command. */
  answer: unknown;

  constructor(machine: Machine<State, Command, Event, Answers>, now = 0) {
    this.machine = machine;
    this.state = machine.init();
    this.now = now;
  }

  /** Steps `command` and returns the events. */
  do(command: Command | Tick): Event[] {
    return stepped(this.machine, this.state, command, this.now, (answer) => this.answer = answer);
  }

  /** Steps `command` and returns the answer. */
  ask<Each extends Command | Tick>(command: Each): Outcome<Answers, Each> {
    return this.machine.step(this.state, command, this.now, []);
  }

  /** Advances time by `ms` and fires due timers. */
  pass(ms: number): Event[] {
    this.now += ms;
    return this.do({ type: "tick" });
  }

  /** Advances time until the next timer is due. */
  passToNext(): Event[] {
    return this.pass(Math.max(0, this.machine.deadline(this.state) - this.now));
  }
}

/** Steps `state` in place and returns the events. */
export function stepped<State, Command extends Named, Event extends Named, Answers>(
  machine: Machine<State, Command, Event, Answers>,
  state: State,
  command: Command | Tick,
  now: number,
  answered?: (answer: unknown) => void,
): Event[] {
  const events: Event[] = [];
  const answer = machine.step(state, command, now, events);
  answered?.(answer);
  return events;
}
