/**
 * What a simulation came across, and how often. What it never came across it has not tested.
 *
 * @module
 */

import { eventNames } from "../../root/events.ts";
import { FAULTS } from "./faults.ts";
import type { Reaction } from "../../root/reactions/reaction.ts";
import { REACTIONS } from "../../root/reactions/table.ts";
import type { Reactions } from "../../root/machine.ts";
import type { CircuitRefusal } from "../../breakers/events.ts";
import type { ConflictRefusal, VersionRefusal } from "../../conflicts/events.ts";
import type { MembershipRefusal } from "../../agents/events.ts";
import type { MessageRefusal } from "../../messages/events.ts";
import type { ResourceRefusal } from "../../locks/events.ts";
import type { TaskRefusal } from "../../tasks/events.ts";

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

/** Reactions that only take note of something. */
const SILENT: ReadonlySet<string> = new Set(["admitCall", "dropCall"]);

/** The reactions of the product, of which each tells `counts` when it leads to a command. */
export function countedReactions(counts: Map<string, number>): Reactions {
  return new Map([...REACTIONS].map(([event, reactions]) => [
    event,
    reactions.map((reaction) => counted(reaction, nameOf(event, reaction), counts)),
  ]));
}

function counted(reaction: Reaction, name: string, counts: Map<string, number>): Reaction {
  return (event, state, now) => {
    const command = reaction(event, state, now);
    if (command !== undefined || SILENT.has(reaction.name)) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return command;
  };
}

/** Each reaction as coverage counts it: the event and the name of the reaction. */
export function reactionNames(): string[] {
  return [...REACTIONS].flatMap(([event, reactions]) =>
    reactions.map((reaction) => nameOf(event, reaction))
  );
}

function nameOf(event: string, reaction: Reaction): string {
  return `${event} → ${reaction.name}`;
}

const RESOURCES: Record<ResourceRefusal, true> = {
  held: true,
  "not-holder": true,
  "stale-epoch": true,
  upgrade: true,
  "over-capacity": true,
  full: true,
  "not-waiting": true,
  "in-use": true,
};

const TASKS: Record<TaskRefusal, true> = {
  "unknown-task": true,
  "unknown-agent": true,
  duplicate: true,
  cycle: true,
  "stale-epoch": true,
  status: true,
  unfit: true,
  full: true,
  draining: true,
};

const MESSAGES: Record<MessageRefusal, true> = {
  "mailbox-full": true,
  "too-many-mailboxes": true,
  "too-many-requests": true,
  "too-many-topics": true,
  "too-many-handlers": true,
  "known-handler": true,
  "unknown-handler": true,
  "stale-epoch": true,
  "unknown-message": true,
  "not-waiting": true,
  empty: true,
};

const BREAKERS: Record<CircuitRefusal, true> = {
  "unknown-breaker": true,
  "unknown-permit": true,
  full: true,
};

const CONFLICTS: Record<ConflictRefusal, true> = {
  "unknown-conflict": true,
  resolved: true,
  undecided: true,
  voting: true,
  "not-voting": true,
  "not-elector": true,
  voted: true,
  "not-party": true,
  full: true,
};

const VERSIONS: Record<VersionRefusal, true> = { "stale-version": true, "not-reader": true };

const AGENTS: Record<MembershipRefusal, true> = {
  "stale-incarnation": true,
  "unknown-agent": true,
  full: true,
};

const REFUSALS: Readonly<Record<string, Readonly<Record<string, true>>>> = {
  "resource:refused": RESOURCES,
  "task:refused": TASKS,
  "message:refused": MESSAGES,
  "circuitbreaker:refused": BREAKERS,
  "conflict:refused": CONFLICTS,
  "version:refused": VERSIONS,
  "agent:refused": AGENTS,
};

/** Each refusal as coverage counts it: the event and the reason. */
export function refusalNames(): string[] {
  return Object.entries(REFUSALS).flatMap(([event, reasons]) =>
    Object.keys(reasons).map((reason) => `${event} ${reason}`)
  );
}
