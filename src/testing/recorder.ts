/**
 * Records the commands and the events of a machine, step by step.
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
  /** The events, in order. */
  readonly events: readonly Event[];
  /** The answer to the command, or its refusal. */
  readonly answer: unknown;
}

/**
 * Returns a machine that behaves like `machine` and passes each of its steps to `record`.
 *
 * Timers that are due before a command are recorded as a tick of their own, so that the events of a
 * step follow from its command alone; those of `resume-listening` come after it.
 */
export function recorded<State, Command extends Named, Event extends Named, Answers>(
  machine: Machine<State, Command, Event, Answers>,
  record: (step: RecordedStep<Command, Event>) => void,
): Machine<State, Command, Event, Answers> {
  return {
    ...machine,
    step(state, command, now, events) {
      const isFirst = command.type === "tick" || command.type === "resume-listening";
      if (!isFirst && machine.deadline(state) <= now) {
        this.step(state, { type: "tick" }, now, events);
      }
      const first = events.length;
      const answer = machine.step(state, command, now, events);
      record({ at: now, command, events: events.slice(first), answer });
      return answer;
    },
  };
}
