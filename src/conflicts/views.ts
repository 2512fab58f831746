/**
 * Views of the state of a conflict machine, for callers and for its own decisions.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { Evidence } from "./ranking.ts";
import { type ConflictRecord, type ConflictState, subjectKey } from "./state.ts";
import type { Conflict } from "./types.ts";

/** A conflict that is open or remembered. */
export function findConflict(
  state: Readonly<ConflictState>,
  conflictId: string,
): ConflictRecord | undefined {
  return state.active.get(conflictId) ?? state.settled.get(conflictId);
}

/** A conflict as callers see it. */
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

/** What is known of the agents of a conflict. */
export function evidenceOn(
  state: Readonly<ConflictState>,
  conflict: Readonly<ConflictRecord>,
): Evidence {
  const key = subjectKey(conflict.subject, conflict.subjectId);
  const priorities = new Map<string, number>();
  const requestedAt = new Map<string, Instant>();
  for (const agentId of conflict.agents) {
    const party = state.parties.get(agentId);
    if (party?.priority !== undefined) priorities.set(agentId, party.priority);
    const at = party?.requests.get(key);
    if (at !== undefined) requestedAt.set(agentId, at);
  }
  return { priorities, requestedAt };
}

/** How many conflicts were settled before an instant. Costs as much as they are. */
export function countSettled({ settled }: Readonly<ConflictState>, before: Instant): number {
  let count = 0;
  for (const { resolution } of settled.values()) {
    if (resolution!.timestamp >= before) break;
    count++;
  }
  return count;
}

/** The newest version of a resource; 0 for one that was never changed. */
export function versionOf(state: Readonly<ConflictState>, resourceId: string): number {
  return state.versions.get(resourceId)?.version ?? state.versionFloor;
}

/** How many readings are from before an instant. Costs as much as they are. */
export function countReadings({ readings }: Readonly<ConflictState>, before: Instant): number {
  let count = 0;
  for (const { since } of readings.values()) {
    if (since >= before) break;
    count++;
  }
  return count;
}
