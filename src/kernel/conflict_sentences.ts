/**
 * The events of conflicts, votes and versions as sentences.
 *
 * @module
 */

import type { AboutVersion, ConflictEvent } from "./conflict_events.ts";
import { listed, oneLine, timeOfDay } from "./readable.ts";
import { refusal, type Sentences, subject } from "./sentence.ts";
import type { Conflict, ConflictResolution } from "./shapes.ts";

/** From the name of an event to what puts one in a sentence. */
export const CONFLICT_SENTENCES: Sentences<ConflictEvent> = {
  "conflict:reported": ({ conflictId, conflict }) =>
    `${subject("conflict", conflictId)}: reported between ${listed(conflict.agents)} over ${
      matter(conflict)
    }`,
  "conflict:recognized": ({ conflictId, conflict }) =>
    `${subject("conflict", conflictId)}: reported again between ${listed(conflict.agents)} over ${
      matter(conflict)
    }`,
  "conflict:resolved": ({ conflictId, resolution, openMs }) =>
    `${subject("conflict", conflictId)}: open → ${outcome(resolution)} after ${openMs} ms`,
  "conflict:upheld": ({ conflictId, resolution }) =>
    `${subject("conflict", conflictId)}: settled before, ${outcome(resolution)}`,
  "conflict:forgotten": ({ count, before }) =>
    `conflicts: ${count} settled before ${timeOfDay(before)} → forgotten`,
  "conflict:refused": ({ conflictId, command, reason, agentId }) =>
    refusal(command, `${subject("conflict", conflictId)}`, agentId, reason),
  "vote:opened": ({ conflictId, electorate, quorum, closesAt }) =>
    `${subject("conflict", conflictId)}: → voted on by ${listed(electorate)}, ` +
    `${quorum} votes decide, until ${timeOfDay(closesAt)}`,
  "vote:cast": ({ conflictId, voter, candidate }) =>
    `${subject("conflict", conflictId)}: ${voter} votes for ${candidate}`,
  "vote:recognized": ({ conflictId, voter, candidate }) =>
    `${subject("conflict", conflictId)}: ${voter} voted for ${candidate} before`,
  "vote:withdrawn": ({ conflictId, voter }) =>
    `${subject("conflict", conflictId)}: ${voter} is gone and votes no more`,
  "conflict:withdrawn": ({ conflictId, agentId }) =>
    `${subject("conflict", conflictId)}: ${agentId} is gone and can't win`,
  "vote:closed": ({ conflictId, outcome, tally }) => {
    const votes = listed(tally.map(([agentId, votes]) => `${agentId} ${votes}`));
    return `${subject("conflict", conflictId)}: the vote is over, ${outcome}: ${votes}`;
  },
  "priority:noted": ({ agentId, priority }) => `agent ${agentId}: has priority ${priority}`,
  "request:noted": ({ subject: kind, subjectId, requests }) =>
    `${kind} ${subjectId}: wanted ` +
    listed(requests.map(([agentId, at]) => `by ${agentId} since ${timeOfDay(at)}`)),
  "party:forgotten": ({ agentId }) => `agent ${agentId}: its priority and requests → forgotten`,
  "version:read": (event) => `${version(event)} read by ${event.agentId}`,
  "version:committed": (event) => `${version(event)} committed by ${event.agentId}`,
  "version:released": (event) => `${version(event)} given up by ${event.agentId}`,
  "version:forgotten": ({ count, before }) =>
    `versions: ${count} readers from before ${timeOfDay(before)} → forgotten`,
  "version:refused": (event) => refusal(event.command, version(event), event.agentId, event.reason),
};

function matter(conflict: Conflict): string {
  return "resourceId" in conflict
    ? `resource ${conflict.resourceId}`
    : `the ${conflict.type} of task ${conflict.taskId}`;
}

function outcome({ winner, type, reason }: ConflictResolution): string {
  const who = winner === undefined ? "nobody won" : `${winner} won`;
  return `${who} by ${type} (${oneLine(reason)})`;
}

function version({ resourceId, version }: AboutVersion): string {
  return `version ${version} of ${resourceId}`;
}
