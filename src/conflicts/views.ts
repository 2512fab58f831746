/**
 * Views of the state of a conflict machine, for callers and for its own decisions.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { Evidence } from "./ranking.ts";
import { type ConflictRecord, type ConflictState, subjectKey } from "./state.ts";
import type { Conflict } from "./types.ts";

/** Returns a conflict that is open, or resolved and not yet evicted. */
export function findConflict(
  state: Readonly<ConflictState>,
  conflictId: string,
): ConflictRecord | undefined {
  return state.active.get(conflictId) ?? state.resolved.get(conflictId);
}

/** Returns a conflict in the form that callers get. */
export function viewOf(conflict: Readonly<ConflictRecord>): Conflict {
  const { id, subject, subjectId, disagreement, agents, reportedAt, resolution } = conflict;
  const view = {
    id,
    agents,
    timestamp: reportedAt,
    resolved: resolution !== undefined,
    ...(resolution !== undefined && { resolution }),
  };
  return subject === "resource"
    ? { ...view, resourceId: subjectId }
    : { ...view, taskId: subjectId, type: disagreement ?? "assignment" };
}

/** Returns the known facts about the agents of a conflict. */
export function evidenceOn(
  { knownAgents }: Readonly<ConflictState>,
  { subject, subjectId, agents }: Readonly<ConflictRecord>,
): Evidence {
  const key = subjectKey(subject, subjectId);
  const priorities = new Map<string, number>();
  const requestedAt = new Map<string, Instant>();
  for (const agentId of agents) {
    const known = knownAgents.get(agentId);
    if (known?.priority !== undefined) priorities.set(agentId, known.priority);
    const at = known?.requests.get(key);
    if (at !== undefined) requestedAt.set(agentId, at);
  }
  return { priorities, requestedAt };
}

/** Returns the number of conflicts that were resolved before an instant, in as many steps. */
export function countResolved({ resolved }: Readonly<ConflictState>, before: Instant): number {
  let count = 0;
  for (const { resolution } of resolved.values()) {
    if (resolution!.timestamp >= before) break;
    count++;
  }
  return count;
}

/** Returns the newest version of a resource; 0 for one that was never changed. */
export function versionOf(state: Readonly<ConflictState>, resourceId: string): number {
  return state.versions.get(resourceId)?.version ?? state.versionFloor;
}

/** Returns the number of readings from before an instant, in as many steps. */
export function countReadings({ readings }: Readonly<ConflictState>, before: Instant): number {
  let count = 0;
  for (const { since } of readings.values()) {
    if (since >= before) break;
    count++;
  }
  return count;
}
