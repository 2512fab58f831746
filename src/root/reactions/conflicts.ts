/**
 * Reactions before and after conflicts. If the rules say so, agents that contend for a lock or a task
 * are reported as a conflict; and the losers of a resolved conflict lose the lock or the task in the
 * same step.
 *
 * @module
 */

import type { ReportConflict } from "../../conflicts/commands.ts";
import { conflictKey } from "../../conflicts/state.ts";
import type { PartCommand, RootState } from "../state.ts";
import { agentOf } from "./claims.ts";
import type { Happened } from "./reaction.ts";

/** A conflict to report. */
type Dispute = Omit<ReportConflict, "type">;

/** Notes since when each contender has requested the lock. */
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

/** Reports a conflict over a lock that another agent holds. */
export function reportContention(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  return report(contentionIn(event, state));
}

/** Resolves the reported conflict over a lock, if the rules name a criterion. */
export function resolveContention(
  event: Happened<"resource:queued">,
  state: RootState,
): PartCommand | undefined {
  return autoResolve(contentionIn(event, state), state);
}

/**
 * Returns the conflict over the first resource of a wait that another agent holds, with the holders
 * first; `undefined` if the wait has ended.
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

/** Reports that a task was to be assigned to an agent while another one has it. */
export function reportDoubleClaim(
  event: Happened<"task:refused">,
  state: RootState,
): PartCommand | undefined {
  return report(doubleClaimIn(event, state));
}

/** Resolves the reported conflict over a task, if the rules name a criterion. */
export function resolveDoubleClaim(
  event: Happened<"task:refused">,
  state: RootState,
): PartCommand | undefined {
  return autoResolve(doubleClaimIn(event, state), state);
}

/** Returns the conflict over the task of a refused assignment, with the agent that has it first. */
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

function autoResolve(
  dispute: Dispute | undefined,
  { rules, conflicts }: RootState,
): PartCommand | undefined {
  if (dispute === undefined || rules.settlesBy === undefined) return undefined;
  const { subject, subjectId, disagreement, agents } = dispute;
  const conflict = conflicts.byKey.get(conflictKey(subject, subjectId, disagreement, agents));
  return conflict &&
    { type: "auto-resolve", conflictId: conflict.id, prefer: rules.settlesBy };
}

/** Evicts the losers of a conflict from the lock and its queue, or awards the task to the winner. */
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
