/**
 * Root machines whose table of reactions lacks one, or has two of one event in the other order.
 *
 * @module
 */

import type { Reaction, Reactions } from "../../src/root/composition.ts";
import { rootMachine } from "../../src/root/machine.ts";
import { REACTIONS } from "../../src/root/reactions/table.ts";
import type { RootState } from "../../src/root/state.ts";
import type { StateGraph } from "../../src/testing/explorer.ts";
import type { Observer, Variant } from "../tool/subject.ts";
import { exploreWorld } from "./exploration.ts";
import { WORLDS } from "./worlds.ts";

/** By event, the world in which a change of the reactions to it is noticed. */
const WORLD_OF: Readonly<Record<string, string>> = {
  "task:assigned": "claims",
  "task:admitted": "claims",
  "attempt:ended": "claims",
  "task:unlocked": "claims",
  "resource:acquired": "claims",
  "resource:queued": "conflicts",
  "resource:revoked": "deadlocks",
  "resource:expired": "deadlocks",
  "resource:abandoned": "capacities",
  "resource:refused": "capacities",
  "deadlock:detected": "requests",
  "task:lent": "families",
  "task:resumed": "families",
  "task:amended": "families",
  "task:created": "families",
  "message:sent": "requests",
  "message:responded": "requests",
  "message:unanswered": "requests",
  "agent:spawned": "membership",
  "agent:joined": "lives",
  "agent:suspected": "membership",
  "agent:recovered": "membership",
  "agent:died": "membership",
  "agent:left": "strangers",
  "agent:terminated": "membership",
  "agent:forgotten": "evictions",
  "task:started": "approvals",
  "task:completed": "breakers",
  "task:failed": "breakers",
  "task:cancelled": "breakers",
  "task:backed-off": "breakers",
  "task:requeued": "breakers",
  "task:snoozed": "avoided",
  "task:blocked": "breakers",
  "task:proposed": "approvals",
  "circuitbreaker:permitted": "breakers",
  "circuitbreaker:state-change": "avoided",
  "circuitbreaker:held": "breakers",
  "circuitbreaker:removed": "breakers",
  "task:refused": "conflicts",
  "conflict:resolved": "conflicts",
};

/** The worlds in which the other changes are noticed. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "resource:queued without watchAwaited": "families",
  "resource:queued with watchAwaited before parkClaim": "families",
  "resource:queued with releaseIfOver before watchAwaited": "late",
  "deadlock:detected without preemptVictim": "families",
  "agent:spawned without suspendNewcomer": "strangers",
  "agent:spawned with suspendNewcomer before enroll": "replacements",
  "agent:spawned with openMailbox before suspendNewcomer": "strangers",
  "agent:spawned without makeBreaker": "evictions",
  "agent:spawned with makeBreaker before introduce": "evictions",
  "agent:joined without resumeAgent": "strangers",
  "agent:joined with requeueTasks before withdrawAsk": "replacements",
  "agent:joined with resumeAgent before endReceivers": "strangers",
  "agent:died without retireFromConflicts": "strangers",
  "agent:left without removeFromTasks": "lives",
  "agent:left with releaseLocks before removeFromTasks": "lives",
  "agent:terminated without retireFromConflicts": "strangers",
  "agent:terminated without forgetBreaker": "breakers",
  "agent:terminated with forgetBreaker before retireFromConflicts": "strangers",
};

/** Changes that can't be noticed, and why. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  "deadlock:detected with cancelRequest before preemptVictim":
    "a victim is a claim or a request, so at most one of them acts",
  "agent:spawned with suspendNewcomer before enroll":
    "one acts on an agent that is a member, and the other on one that is none",
};

/** Returns all of them. */
export function reactionVariants(): Variant[] {
  return [...REACTIONS].flatMap(([event, reactions]) =>
    changesOf(event, reactions).map(([name, changed]) => variant(event, name, changed))
  );
}

type Changed = readonly Reaction<RootState>[];

/** Yields the reactions to an event without each of them, and with each before the one in front of it. */
function changesOf(event: string, reactions: Changed): [name: string, changed: Changed][] {
  const without = reactions.map((reaction, i): [string, Changed] => [
    `${event} without ${reaction.name}`,
    reactions.filter((_, j) => j !== i),
  ]);
  const swapped = reactions.slice(1).map((reaction, i): [string, Changed] => [
    `${event} with ${reaction.name} before ${reactions[i]!.name}`,
    reactions.with(i, reaction).with(i + 1, reactions[i]!),
  ]);
  return [...without, ...swapped];
}

function variant(event: string, name: string, changed: Changed): Variant {
  const graph = EXCEPTIONS[name] ?? WORLD_OF[event]!;
  const reactions: Reactions<RootState> = new Map(REACTIONS).set(event, changed);
  const explore = (observer: Observer): StateGraph => {
    const world = WORLDS.find((world) => world.name === graph)!;
    return exploreWorld(world, observer, rootMachine(world.config, reactions));
  };
  const isEquivalentAs = EQUIVALENT[name];
  return { name, graph, explore, ...(isEquivalentAs !== undefined && { isEquivalentAs }) };
}
