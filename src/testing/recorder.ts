/**
 * Records the steps of a machine: commands, events and answers.
 *
 * @module
 */

import type { Instant, Machine, Named, Tick } from "../core/machine.ts";

/** One step of a machine. */
export interface RecordedStep<Command extends Named, Event extends Named> {
  /** The time of the step. */
  readonly at: Instant;
  /** The command; a tick where only time passed. */
  readonly command: Command | Tick;
  /** The events that it emitted, in order. */
  readonly events: readonly Event[];
  /** The answer to the command, or its refusal. */
  readonly answer: unknown;
}

/**
 * Returns a machine that behaves like `machine` and calls `record` after each step. Any engine can
 * host it.
 *
 * Timers that are due before a command are recorded as a tick of their own, so that the events of a
 * recorded step follow from its command alone.
 */
export function recorded<State, Command extends Named, Event extends Named, Answers>(
  machine: Machine<State, Command, Event, Answers>,
  record: (step: RecordedStep<Command, Event>) => void,
): Machine<State, Command, Event, Answers> {
  const { name, commands, init, deadline, describe } = machine;
  const step = <Each extends Command | Tick>(
    state: State,
    command: Each,
    now: Instant,
    events: Event[],
  ) => {
    const from = events.length;
    const answer = machine.step(state, command, now, events);
    record({ at: now, command, events: events.slice(from), answer });
    return answer;
  };
  return {
    name,
    commands,
    init,
    deadline,
    describe,
    step(state, command, now, events) {
      if (command.type !== "tick" && machine.deadline(state) <= now) {
        step(state, { type: "tick" }, now, events);
      }
      return step(state, command, now, events);
    },
  };
}
