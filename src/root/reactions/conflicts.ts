/**
 * What conflicts come from and lead to: agents who want the same lock or task report it themselves
 * if the rules say so, and whoever loses lets go in the step that decides.
 *
 * @module
 */

import type { ReportConflict } from "../../conflicts/commands.ts";
import { conflictKey } from "../../conflicts/state.ts";
import type { PartCommand, RootState } from "../state.ts";
import { agentOf } from "./claims.ts";
import type { Happened } from "./reaction.ts";

/** The subject of a conflict, as it is reported. */
type Dispute = Omit<ReportConflict, "type">;

/** Makes known since when those want a lock who contend for it. */
export function noteContenders(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  const dispute = contentionIn(event, state);
  if (dispute === undefined) return undefined;
  const { subject, subjectId, agents } = dispute;
  const holds = state.locks.locks.get(subjectId)!.holds;
  const since = new Map(holds.map((hold) => [agentOf(hold.owner, state.tasks), hold.since]));
  return {
    type: "note-requests",
    subject,
    subjectId,
    requests: agents.map((agentId) => [agentId, since.get(agentId) ?? null]),
  };
}

/** Reports that agents contend for a lock. */
export function reportContention(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  return report(contentionIn(event, state));
}

/** Settles what was just reported, if the rules say by what. */
export function settleContention(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  return settle(contentionIn(event, state), state);
}

/**
 * Over the first resource of a wait that another agent holds, unless the wait has ended meanwhile.
 * Who holds it is named first. A task that has its locks and no slot has them for no agent.
 */
function contentionIn(
  { agentId, resourceIds, waitId }: Happened<"resource:queued">,
  { rules, locks, tasks }: RootState,
): Dispute | undefined {
  if (!rules.reportsContention || !locks.waits.has(waitId)) return undefined;
  for (const subjectId of resourceIds) {
    const holders = locks.locks.get(subjectId)?.holds.map(({ owner }) => agentOf(owner, tasks));
    const agents = [...new Set([...holders ?? [], agentId])].filter((agent) => agent !== undefined);
    if (agents.length === 1) continue;
    return { subject: "resource", subjectId, disagreement: undefined, agents };
  }
  return undefined;
}

/** Reports that a task was assigned to one agent while another one has it. */
export function reportDoubleClaim(
  event: Happened<"task:refused">,
  state: RootState,
): PartCommand | undefined {
  return report(doubleClaimIn(event, state));
}

/** Settles what was just reported, if the rules say by what. */
export function settleDoubleClaim(
  event: Happened<"task:refused">,
  state: RootState,
): PartCommand | undefined {
  return settle(doubleClaimIn(event, state), state);
}

/** Over the task of a refused assignment, between who has it and who was to get it. */
function doubleClaimIn(
  { taskId: subjectId, agentId, command, reason }: Happened<"task:refused">,
  { rules, tasks }: RootState,
): Dispute | undefined {
  if (!rules.reportsDoubleClaims || agentId === undefined) return undefined;
  if (!tasks.agents.has(agentId)) return undefined;
  const isDouble = (command === "submit" && reason === "duplicate") ||
    (command === "assign" && reason === "status");
  const owner = isDouble ? tasks.tasks.get(subjectId)?.agent?.agentId : undefined;
  if (owner === undefined || owner === agentId) return undefined;
  return { subject: "task", subjectId, disagreement: "assignment", agents: [owner, agentId] };
}

function report(dispute: Dispute | undefined): PartCommand | undefined {
  return dispute && { type: "report-conflict", ...dispute };
}

function settle(
  dispute: Dispute | undefined,
  { rules, conflicts }: RootState,
): PartCommand | undefined {
  if (dispute === undefined || rules.settlesBy === undefined) return undefined;
  const { subject, subjectId, disagreement, agents } = dispute;
  const conflict = conflicts.byKey.get(conflictKey(subject, subjectId, disagreement, agents));
  return conflict &&
    { type: "auto-resolve", conflictId: conflict.id, prefer: rules.settlesBy };
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
