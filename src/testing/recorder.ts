/**
 * Records what a machine is told and what it answers, step by step.
 *
 * @module
 */

import type { Instant, Machine, Named, Tick } from "../core/machine.ts";

/** One step of a machine. */
export interface RecordedStep<Command extends Named, Event extends Named> {
  /** When it was taken. */
  readonly at: Instant;
  /** What the machine was told; a tick where only time passed. */
  readonly command: Command | Tick;
  /** What it answered. */
  readonly events: readonly Event[];
}

/**
 * `machine`, so that each of its steps is handed to `record`. Any engine that hosts it is recorded.
 *
 * What is due before a command is recorded as a tick of its own, so that the events of a step follow
 * from its command alone.
 */
export function recorded<State, Command extends Named, Event extends Named>(
  machine: Machine<State, Command, Event>,
  record: (step: RecordedStep<Command, Event>) => void,
): Machine<State, Command, Event> {
  return {
    ...machine,
    step(state, command, now, until = now) {
      const due: Event[] = [];
      if (command.type !== "tick" && machine.deadline(state) <= until) {
        due.push(...this.step(state, { type: "tick" }, now, until));
      }
      const events = machine.step(state, command, now, until);
      record({ at: now, command, events });
      return due.length === 0 ? events : [...due, ...events];
    },
  };
}
