/**
 * Counts of what happened in simulations. What never happened was not tested.
 *
 * @module
 */

import type { Reaction, Reactions } from "../../root/composition.ts";
import { eventNames, type LockstepEvent } from "../../root/events.ts";
import { REACTIONS } from "../../root/reactions/table.ts";
import type { RootState } from "../../root/state.ts";
import { FAULTS } from "./faults.ts";

/** Counts, by name. */
export type Counts = Map<string, number>;

/** Counts what happened in one or more simulations. */
export class Coverage {
  /** Events, by type. */
  readonly events: Counts = new Map();
  /** Refusals, by the type of the event and the reason. */
  readonly refusals: Counts = new Map();
  /** Reactions that had an effect, by the type of the event and the name of the reaction. */
  readonly reactions: Counts = new Map();
  /** Faults, by name. */
  readonly faults: Counts = new Map();

  /** Counts a refusal. */
  refusal(event: string, reason: string): void {
    increment(this.refusals, `${event} ${reason}`, 1);
  }

  /** Counts a fault. */
  fault(name: string): void {
    increment(this.faults, name, 1);
  }

  /** All that never happened. */
  get missing(): Coverage {
    const missing = new Coverage();
    for (const kind of KINDS) {
      for (const name of ALL[kind]()) if (!this[kind].has(name)) missing[kind].set(name, 0);
    }
    return missing;
  }

  /** Adds the counts of another simulation. */
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

/** The names of all that can happen. */
const ALL: Record<typeof KINDS[number], () => readonly string[]> = {
  events: eventNames,
  refusals: () => Object.keys(REFUSALS),
  reactions: reactionNames,
  faults: () => FAULTS,
};

/** The reactions that change the state and return no command. */
const SILENT: ReadonlySet<string> = new Set(["admitCall"]);

/** Returns the reactions of the product, which increment `counts` when they have an effect. */
export function countedReactions(counts: Counts): Reactions<RootState> {
  return new Map([...REACTIONS].map(([event, reactions]) => [
    event,
    reactions.map((reaction) => counted(reaction, nameOf(event, reaction), counts)),
  ]));
}

function counted(reaction: Reaction<RootState>, name: string, counts: Counts): Reaction<RootState> {
  return (event, state, now) => {
    const command = reaction(event, state, now);
    if (command !== undefined || SILENT.has(reaction.name)) increment(counts, name, 1);
    return command;
  };
}

function reactionNames(): string[] {
  return [...REACTIONS].flatMap(([event, reactions]) =>
    reactions.map((reaction) => nameOf(event, reaction))
  );
}

function nameOf(event: string, reaction: Reaction<RootState>): string {
  return `${event} → ${reaction.name}`;
}

/** The type and the reason of a refusal, for each event that is one. */
type RefusalName<Event = LockstepEvent> = Event extends {
  readonly type: infer Type extends `${string}:refused`;
  readonly reason: infer Reason extends string;
} ? `${Type} ${Reason}`
  : never;

const REFUSALS: Readonly<Record<RefusalName, true>> = {
  "resource:refused held": true,
  "resource:refused not-holder": true,
  "resource:refused stale-epoch": true,
  "resource:refused upgrade": true,
  "resource:refused over-capacity": true,
  "resource:refused full": true,
  "resource:refused too-complex": true,
  "resource:refused not-waiting": true,
  "resource:refused unknown-ticket": true,
  "ask:refused full": true,
  "ask:refused known-ask": true,
  "task:refused unknown-task": true,
  "task:refused unknown-agent": true,
  "task:refused duplicate-key": true,
  "task:refused duplicate": true,
  "task:refused cycle": true,
  "task:refused stale-epoch": true,
  "task:refused status": true,
  "task:refused unfit": true,
  "task:refused full": true,
  "task:refused limited": true,
  "task:refused paused": true,
  "task:refused draining": true,
  "task:refused unknown-ticket": true,
  "message:refused mailbox-full": true,
  "message:refused too-many-mailboxes": true,
  "message:refused too-many-requests": true,
  "message:refused too-many-topics": true,
  "message:refused too-many-handlers": true,
  "message:refused too-many-receivers": true,
  "message:refused unknown-recipient": true,
  "message:refused known-handler": true,
  "message:refused unknown-handler": true,
  "message:refused stale-epoch": true,
  "message:refused unknown-message": true,
  "message:refused not-waiting": true,
  "message:refused empty": true,
  "message:refused unknown-ticket": true,
  "circuitbreaker:refused unknown-breaker": true,
  "circuitbreaker:refused unknown-permit": true,
  "circuitbreaker:refused held": true,
  "circuitbreaker:refused full": true,
  "conflict:refused unknown-conflict": true,
  "conflict:refused resolved": true,
  "conflict:refused undecided": true,
  "conflict:refused voting": true,
  "conflict:refused not-voting": true,
  "conflict:refused not-elector": true,
  "conflict:refused voted": true,
  "conflict:refused not-party": true,
  "conflict:refused full": true,
  "version:refused stale-version": true,
  "version:refused not-reader": true,
  "agent:refused stale-incarnation": true,
  "agent:refused unknown-agent": true,
  "agent:refused full": true,
};
