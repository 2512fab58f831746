/**
 * All that golden runs need of the product. Whatever of it moves or changes its shape is adapted here
 * and nowhere else; `record.ts` needs the simulator as well.
 */

import { rootMachine } from "../../src/root/machine.ts";
import type { RootCommand, RootConfig } from "../../src/root/state.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import type { Instant, Tick } from "../../src/core/machine.ts";

export type { Instant, LockstepEvent, RootConfig };

/** A command that the root machine accepts. */
export type Command = RootCommand | Tick;

/** The root machine. */
export type RootMachine = ReturnType<typeof rootMachine>;

/** Makes a root machine. Unknown recipients were not reported when runs were recorded. */
export function goldenMachine(config: RootConfig): RootMachine {
  const messages = { unknownRecipients: "allow" as const, ...config.messages };
  return rootMachine({ ...config, messages });
}

/** Steps `command` at `now` and returns the events of the step. The only call of `step`. */
export function stepRoot(
  machine: RootMachine,
  state: ReturnType<RootMachine["init"]>,
  command: Command,
  now: Instant,
): readonly LockstepEvent[] {
  const events: LockstepEvent[] = [];
  machine.step(state, adapted(command), now, events);
  return events;
}

/** The command in use for one whose meaning depended on a value: that of a cordon, on its reason. */
function adapted(command: Command): Command {
  if (command.type === "as-agent" || command.type === "as-operator") {
    return { ...command, command: adapted(command.command) as typeof command.command };
  }
  if (command.type !== "cordon-agent" || command.reason !== "") return command;
  return { type: "uncordon-agent", agentId: command.agentId, cause: command.cause };
}
