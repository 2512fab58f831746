/**
 * All that golden runs need of the product. Whatever of it moves or changes its shape is adapted here
 * and nowhere else; `record.ts` needs the simulator as well.
 */

import { type RootCommand, type RootConfig, rootMachine } from "../../src/coordination/machine.ts";
import type { LockstepEvent } from "../../src/kernel/events.ts";
import type { Instant, Tick } from "../../src/kernel/machine.ts";

export { type Instant, type LockstepEvent, type RootConfig, rootMachine };

/** A command that the root machine accepts. */
export type Command = RootCommand | Tick;

/** The root machine. */
export type RootMachine = ReturnType<typeof rootMachine>;

/** Steps `command` at `now` and returns the events of the step. The only call of `step`. */
export function stepRoot(
  machine: RootMachine,
  state: ReturnType<RootMachine["init"]>,
  command: Command,
  now: Instant,
): readonly LockstepEvent[] {
  return machine.step(state, command, now);
}
