/**
 * The tasks, agents and resources that events are about.
 *
 * @module
 */

import type { Named } from "../core/machine.ts";
import { claimOf } from "../locks/types.ts";

/** Selects events by what they are about; all fields that are given must match. */
export interface EventFilter {
  /** A task. */
  readonly taskId?: string;
  /** An agent, also as the sender or the recipient of a message. */
  readonly agentId?: string;
  /** A lock or another resource. */
  readonly resourceId?: string;
}

/** Returns whether an event is about all that a filter names. */
export function matches(event: Named, { taskId, agentId, resourceId }: EventFilter): boolean {
  const fields = event as Named & Fields;
  return (taskId === undefined || isAboutTask(fields, taskId)) &&
    (agentId === undefined || isAbout(fields, AGENT_FIELDS, agentId)) &&
    (resourceId === undefined || isAbout(fields, RESOURCE_FIELDS, resourceId));
}

type Fields = Readonly<Record<string, unknown>>;

const TASK_FIELDS = ["taskId", "taskIds", "submittedAs", "parentId"];

const AGENT_FIELDS = [
  ...["agentId", "toAgentId", "sourceAgent", "targetAgent", "agents", "from", "to", "voter"],
  ...["candidate", "reader", "victim", "electorate"],
];

const RESOURCE_FIELDS = ["resourceId", "resourceIds", "resources"];

function isAboutTask(fields: Fields, taskId: string): boolean {
  if (isAbout(fields, TASK_FIELDS, taskId)) return true;
  const { owner, owners, subject, subjectId } = fields;
  const claims = [owner, ...Array.isArray(owners) ? owners : []];
  return claims.some((claim) => typeof claim === "string" && claimOf(claim)?.taskId === taskId) ||
    (subject === "task" && subjectId === taskId);
}

/** Returns whether one of the fields is `id`, or a list with it, or with something of that id. */
function isAbout(fields: Fields, names: readonly string[], id: string): boolean {
  return names.some((name) => {
    const value = fields[name];
    if (value === id) return true;
    return Array.isArray(value) &&
      value.some((each) => each === id || (each as Fields | null)?.["resourceId"] === id);
  }) ||
    (names === RESOURCE_FIELDS && fields["subject"] === "resource" && fields["subjectId"] === id) ||
    (names === AGENT_FIELDS &&
      (isParty(fields, id) || (fields["subject"] === "agent" && fields["subjectId"] === id)));
}

/** Returns whether an agent is a party of the message or the conflict of an event. */
function isParty({ message, conflict }: Fields, agentId: string): boolean {
  const { from, to } = (message ?? {}) as Fields;
  const { agents } = (conflict ?? {}) as Fields;
  return from === agentId || to === agentId ||
    (Array.isArray(agents) && agents.includes(agentId));
}
