/**
 * What is open at the moment besides tasks and locks, as far as events tell: who is there, which
 * requests wait, which conflicts and dead letters nobody has dealt with, how breakers stand.
 *
 * As with all gauges, each thing is kept by its id until it ends, and counted when it is looked at.
 *
 * @module
 */

import type { CircuitState } from "../breakers/types.ts";
import type { LockstepEvent } from "../root/events.ts";

/** What is open at the moment, by id. */
export interface OpenItems {
  /** Agents that are there, and whether each is suspected to be dead. */
  readonly members: Map<string, boolean>;
  /** Messages whose senders wait for a response. */
  readonly requests: Set<string>;
  /** Messages that could not be delivered. */
  readonly deadLetters: Set<string>;
  /** Conflicts that were not settled. */
  readonly conflicts: Set<string>;
  /** The state of each circuit breaker. */
  readonly breakers: Map<string, CircuitState>;
}

/** The moment at which nothing is open. */
export function nothingOpen(): OpenItems {
  return {
    members: new Map(),
    requests: new Set(),
    deadLetters: new Set(),
    conflicts: new Set(),
    breakers: new Map(),
  };
}

type Handlers = {
  readonly [Type in LockstepEvent["type"]]?: (
    open: OpenItems,
    event: Extract<LockstepEvent, { type: Type }>,
  ) => void;
};

const HANDLERS: Handlers = {
  "agent:joined": ({ members }, { agentId }) => members.set(agentId, false),
  "agent:suspected": ({ members }, { agentId }) => members.set(agentId, true),
  "agent:recovered": ({ members }, { agentId }) => members.set(agentId, false),
  "agent:died": ({ members }, { agentId }) => members.delete(agentId),
  "agent:left": ({ members }, { agentId }) => members.delete(agentId),
  "message:sent": ({ requests }, { message, isRequest }) => isRequest && requests.add(message.id),
  "message:responded": ({ requests }, { messageId }) => requests.delete(messageId),
  "message:unanswered": ({ requests }, { messageId }) => requests.delete(messageId),
  "message:dead-lettered": ({ deadLetters }, { messageId }) => deadLetters.add(messageId),
  "message:resent": ({ deadLetters }, { messageId }) => deadLetters.delete(messageId),
  "message:forgotten": ({ deadLetters }, { messageId }) => deadLetters.delete(messageId),
  "conflict:reported": ({ conflicts }, { conflictId }) => conflicts.add(conflictId),
  "conflict:resolved": ({ conflicts }, { conflictId }) => conflicts.delete(conflictId),
  "circuitbreaker:defined": ({ breakers }, { name }) =>
    breakers.set(name, breakers.get(name) ?? "closed"),
  "circuitbreaker:state-change": ({ breakers }, { name, to }) => breakers.set(name, to),
  "circuitbreaker:removed": ({ breakers }, { name }) => breakers.delete(name),
};

/** The events that {@linkcode trackOpen} takes in. */
export const OPENING_EVENTS: readonly string[] = Object.keys(HANDLERS);

const HANDLER_OF: ReadonlyMap<string, (open: OpenItems, event: never) => void> = new Map(
  Object.entries(HANDLERS),
);

/** Takes in what happened; most events open and end nothing. */
export function trackOpen(open: OpenItems, event: LockstepEvent): void {
  HANDLER_OF.get(event.type)?.(open, event as never);
}

/** How many of the circuit breakers are in each state. */
export function breakersByState({ breakers }: OpenItems): Record<CircuitState, number> {
  const counts = { "closed": 0, "open": 0, "half-open": 0 };
  for (const state of breakers.values()) counts[state]++;
  return counts;
}

/** How many of the agents that are there are suspected to be dead. */
export function countSuspects({ members }: OpenItems): number {
  let suspects = 0;
  for (const isSuspect of members.values()) if (isSuspect) suspects++;
  return suspects;
}
