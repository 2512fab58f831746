/**
 * What conflicts come from and lead to: agents who want the same lock or task report it themselves
 * if the rules say so, and whoever loses lets go in the step that decides.
 *
 * @module
 */

import { conflictKey } from "../conflicts/state.ts";
import type { PartCommand, RootState } from "./machine.ts";
import type { Happened } from "./reactions.ts";

/** A resource and the agents who contend for it, who holds it first. */
interface Contention {
  readonly resourceId: string;
  readonly agents: readonly string[];
}

/** Makes known since when those want a lock who contend for it. */
export function noteContenders(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  const contention = contentionIn(event, state);
  if (contention === undefined) return undefined;
  const { resourceId: subjectId } = contention;
  const holds = state.locks.locks.get(subjectId)!.holds;
  const since = new Map(holds.map((hold) => [hold.owner.agentId, hold.since]));
  return {
    type: "note-requests",
    subject: "resource",
    subjectId,
    requests: contention.agents.map((agentId) => [agentId, since.get(agentId) ?? null]),
  };
}

/** Reports that agents contend for a lock. */
export function reportContention(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  const contention = contentionIn(event, state);
  if (contention === undefined) return undefined;
  const { resourceId, agents } = contention;
  return {
    type: "report-conflict",
    subject: "resource",
    subjectId: resourceId,
    disagreement: undefined,
    agents,
  };
}

/** Settles what was just reported, if the rules say by what. */
export function settleContention(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  const contention = contentionIn(event, state);
  if (contention === undefined) return undefined;
  const { resourceId, agents } = contention;
  return settle(state, conflictKey("resource", resourceId, undefined, agents));
}

/** The first resource of a wait that another agent holds, unless the wait has ended meanwhile. */
function contentionIn(
  { agentId, resourceIds, waitId }: Happened<"resource:queued">,
  { rules, locks }: RootState,
): Contention | undefined {
  if (!rules.reportsContention || !locks.waits.has(waitId)) return undefined;
  for (const resourceId of resourceIds) {
    const holders = locks.locks.get(resourceId)?.holds.map(({ owner }) => owner.agentId) ?? [];
    const agents = [...new Set([...holders, agentId])];
    if (agents.length > 1) return { resourceId, agents };
  }
  return undefined;
}

/** Reports that a task was assigned to one agent while another one has it. */
export function reportDoubleClaim(
  event: Happened<"task:refused">,
  state: RootState,
): PartCommand | undefined {
  const agents = claimantsIn(event, state);
  if (agents === undefined) return undefined;
  return {
    type: "report-conflict",
    subject: "task",
    subjectId: event.taskId,
    disagreement: "assignment",
    agents,
  };
}

/** Settles what was just reported, if the rules say by what. */
export function settleDoubleClaim(
  event: Happened<"task:refused">,
  state: RootState,
): PartCommand | undefined {
  const agents = claimantsIn(event, state);
  if (agents === undefined) return undefined;
  return settle(state, conflictKey("task", event.taskId, "assignment", agents));
}

/** Who has the task of a refused assignment, and who was to get it. */
function claimantsIn(
  { taskId, agentId, command, reason }: Happened<"task:refused">,
  { rules, tasks }: RootState,
): readonly string[] | undefined {
  if (!rules.reportsDoubleClaims || agentId === undefined) return undefined;
  if (!tasks.agents.has(agentId)) return undefined;
  const isDouble = (command === "submit" && reason === "duplicate") ||
    (command === "assign" && reason === "status");
  const owner = isDouble ? tasks.tasks.get(taskId)?.agent?.agentId : undefined;
  return owner === undefined || owner === agentId ? undefined : [owner, agentId];
}

function settle({ rules, conflicts }: RootState, key: string): PartCommand | undefined {
  const conflict = conflicts.byKey.get(key);
  if (conflict === undefined || rules.settlesBy === undefined) return undefined;
  return { type: "auto-resolve", conflictId: conflict.id, prefer: rules.settlesBy };
}

/**
 * Ends what the losers of a conflict hold of its subject, and what they wait for; a task that one of
 * them has goes to the winner.
 */
export function evictLosers(
  { conflict, resolution }: Happened<"conflict:resolved">,
  state: RootState,
): PartCommand | undefined {
  const { winner, losers = [] } = resolution;
  if (losers.length === 0) return undefined;
  if ("resourceId" in conflict) {
    const { resourceId } = conflict;
    return state.locks.locks.has(resourceId)
      ? { type: "evict", resourceId, agentIds: losers }
      : undefined;
  }
  if (conflict.type !== "assignment" || winner === undefined) return undefined;
  return { type: "award", taskId: conflict.taskId, agentId: winner, losers };
}
