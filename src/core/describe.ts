/**
 * One-line descriptions of events for people: what an event is about, and what changed from what to what.
 *
 * @module
 */

import type { Named } from "./machine.ts";
import { oneLine, readable } from "./readable.ts";

/** From the name of an event to the function that describes it. */
export type Descriptions<Event extends Named> = {
  readonly [Each in Event as Each["type"]]: (event: Each) => string;
};

/** The longest description, in characters. */
const LONGEST = 400;

/**
 * Returns the `describe` of a machine: one line such as `task t1: ready → assigned to a1 (epoch 5)`;
 * for an event that is not in `descriptions`, or is malformed, its fields. Never throws.
 */
export function describer<Event extends Named>(
  descriptions: Descriptions<Event>,
): (event: Named) => string {
  const byName: ReadonlyMap<string, (event: never) => string> = new Map(
    Object.entries(descriptions),
  );
  return (event) => {
    try {
      const describe = byName.get(event.type);
      if (describe !== undefined) return oneLine(describe(event as never), LONGEST);
    } catch {
      // A foreign event of the same name has other fields.
    }
    return readable(event);
  };
}

/** An error in a description. */
export function thrown({ name, message }: { name: string; message: string }): string {
  return oneLine(`${name}: ${message}`);
}

/** Something with an id in a description; an id that was made for it says by itself what it is. */
export function subject(kind: string, id: string): string {
  return id.startsWith(`${kind}-`) ? id : `${kind} ${id}`;
}

/** A refusal in a description. */
export function refusal(command: string, subject: string, agentId: string, why: string): string {
  const of = subject === "" ? "" : ` of ${subject}`;
  const by = agentId === "" ? "" : ` by ${agentId}`;
  return `refused: ${command}${of}${by} (${why})`;
}
