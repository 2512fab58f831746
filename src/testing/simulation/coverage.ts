/**
 * What a simulation came across, and how often. What it never came across it has not tested.
 *
 * @module
 */

/** Counts of one kind of thing, by name. */
export type Counts = Map<string, number>;

/** How often each thing happened in one or more simulations. */
export class Coverage {
  /** Events, by type. */
  readonly events: Counts = new Map();
  /** Refusals, by the command and the reason. */
  readonly refusals: Counts = new Map();
  /** Reactions, by the event that led to it and the command. */
  readonly reactions: Counts = new Map();
  /** Faults, by name. */
  readonly faults: Counts = new Map();

  /** Counts one refusal. */
  refusal(command: string, reason: string): void {
    increment(this.refusals, `${command}: ${reason}`, 1);
  }

  /** Counts one reaction. */
  reaction(event: string, command: string): void {
    increment(this.reactions, `${event} → ${command}`, 1);
  }

  /** Counts one fault. */
  fault(name: string): void {
    increment(this.faults, name, 1);
  }

  /** Adds what another simulation came across. */
  add(other: Coverage): void {
    for (const kind of ["events", "refusals", "reactions", "faults"] as const) {
      for (const [name, count] of other[kind]) increment(this[kind], name, count);
    }
  }
}

function increment(counts: Counts, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
