/**
 * What the sentences of all events are made of.
 *
 * @module
 */

import { claimOf } from "./claim_owner.ts";
import type { Named } from "./machine.ts";
import { oneLine } from "./readable.ts";
import type { ErrorData } from "./shapes.ts";

/** From the name of an event to what puts one in a sentence. */
export type Sentences<Event extends Named> = {
  readonly [Each in Event as Each["type"]]: (event: Each) => string;
};

/** An error in a sentence. */
export function thrown({ name, message }: ErrorData): string {
  return oneLine(`${name}: ${message}`);
}

/** The owner of a lock, or of a wait, in a sentence. */
export function ownerName(agentId: string, owner: string): string {
  if (owner === agentId) return agentId;
  const claim = claimOf(owner);
  if (claim === undefined) return agentId === "" ? owner : `${agentId} as ${owner}`;
  return `${agentId} for task ${claim.taskId}`;
}

/** Something with an id in a sentence; an id that was made for it says by itself what it is. */
export function subject(kind: string, id: string): string {
  return id.startsWith(`${kind}-`) ? id : `${kind} ${id}`;
}

/** A refusal in a sentence. */
export function refusal(command: string, subject: string, agentId: string, why: string): string {
  const of = subject === "" ? "" : ` of ${subject}`;
  const by = agentId === "" ? "" : ` by ${agentId}`;
  return `refused: ${command}${of}${by} (${why})`;
}
