/**
 * What a simulation came across, and how often. What it never came across it has not tested.
 *
 * @module
 */

import { eventNames } from "../../root/events.ts";
import { FAULTS } from "./faults.ts";
import { reactionNames } from "./reactions.ts";
import { refusalNames } from "./refusals.ts";

/** Counts of one kind of thing, by name. */
export type Counts = Map<string, number>;

/** How often each thing happened in one or more simulations. */
export class Coverage {
  /** Events, by type. */
  readonly events: Counts = new Map();
  /** Refusals, by the event and the reason. */
  readonly refusals: Counts = new Map();
  /** Reactions that led to something, by the event and the name of the reaction. */
  readonly reactions: Counts = new Map();
  /** Faults, by name. */
  readonly faults: Counts = new Map();

  /** Counts one refusal. */
  refusal(event: string, reason: string): void {
    increment(this.refusals, `${event} ${reason}`, 1);
  }

  /** Counts one fault. */
  fault(name: string): void {
    increment(this.faults, name, 1);
  }

  /** What it never came across of all that there is. */
  get missing(): Coverage {
    const missing = new Coverage();
    for (const kind of KINDS) {
      for (const name of ALL[kind]()) if (!this[kind].has(name)) missing[kind].set(name, 0);
    }
    return missing;
  }

  /** Adds what another simulation came across. */
  add(other: Coverage): void {
    for (const kind of KINDS) {
      for (const [name, count] of other[kind]) increment(this[kind], name, count);
    }
  }
}

function increment(counts: Counts, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

const KINDS = ["events", "refusals", "reactions", "faults"] as const;

/** The names of all that there is. */
const ALL: Record<typeof KINDS[number], () => readonly string[]> = {
  events: eventNames,
  refusals: refusalNames,
  reactions: reactionNames,
  faults: () => FAULTS,
};
