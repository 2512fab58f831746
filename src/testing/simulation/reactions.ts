/**
 * The reactions between subsystems, counted as they lead to something.
 *
 * @module
 */

import type { Reaction } from "../../root/reactions/reaction.ts";
import { REACTIONS } from "../../root/reactions/table.ts";
import type { Reactions } from "../../root/machine.ts";

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
