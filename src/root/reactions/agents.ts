/**
 * Reactions to the registration, the suspicion and the end of an agent. An agent that is registered
 * for tasks becomes a member with a mailbox and a priority; a suspected agent is cordoned; and a
 * removed or dead agent loses its tasks, locks, waits, messages and votes.
 *
 * @module
 */

import { isInvolved } from "../../locks/state.ts";
import { isUnused } from "../../messages/tables.ts";
import type { PartCommand, RootState } from "../state.ts";
import { releaseAgentLocks } from "./claims.ts";
import type { Happened } from "./reaction.ts";

type Gone = Happened<"agent:terminated" | "agent:died" | "agent:left">;

/** Returns whether any part knows an agent. */
export function isKnown(
  { agents, tasks, locks, messages, conflicts }: Readonly<RootState>,
  agentId: string,
): boolean {
  return agents.members.has(agentId) || tasks.agents.has(agentId) || isInvolved(locks, agentId) ||
    hasMessages(messages, agentId) || conflicts.knownAgents.has(agentId) ||
    conflicts.conflictsOf.has(agentId) || conflicts.votesOf.has(agentId);
}

/** Begins the life of an agent that is there for the first time, or again. */
export function enroll(
  { agentId }: Happened<"agent:spawned">,
  { rules, agents, tasks }: RootState,
): PartCommand | undefined {
  if (!rules.sharesAgents || agents.members.has(agentId)) return undefined;
  const agent = tasks.agents.get(agentId);
  const fallback = agent?.startsAtOnce === false ? rules.heartbeatTimeoutMs : 0;
  const heartbeatTimeoutMs = agent?.heartbeatTimeoutMs ?? fallback;
  return { type: "join-agent", agentId, heartbeatTimeoutMs, incarnation: 0 };
}

/** Cordons an agent that is registered for tasks when it may be dead as a member already. */
export function suspendNewcomer(
  { agentId }: Happened<"agent:spawned">,
  { agents, tasks }: RootState,
): PartCommand | undefined {
  const isTrusted = tasks.agents.get(agentId)?.cordons.has("suspect") === false;
  if (!isTrusted || agents.members.get(agentId)?.isSuspect !== true) return undefined;
  const reason = "it may be dead";
  return { type: "cordon-agent", agentId, reason, cause: "suspect", untilMs: 0 };
}

/** Opens the mailbox of an agent, so that broadcasts reach it before it subscribes. */
export function openMailbox(
  { agentId }: Happened<"agent:spawned">,
  { rules, messages }: RootState,
): PartCommand | undefined {
  if (!rules.sharesAgents || messages.mailboxes.get(agentId)?.isOpen) return undefined;
  return { type: "open-mailbox", agentId };
}

/** Passes the priority of an agent to conflicts, which can be resolved by it. */
export function introduce(
  { agentId }: Happened<"agent:spawned">,
  { rules, tasks, conflicts }: RootState,
): PartCommand | undefined {
  const priority = tasks.agents.get(agentId)?.priority ?? 0;
  const known = conflicts.knownAgents.get(agentId)?.priority;
  if (!rules.sharesAgents || known === priority) return undefined;
  return { type: "rank-agent", agentId, priority };
}

/** Cordons an agent that may be dead. */
export function suspendAgent(
  { agentId, silentMs, cause }: Happened<"agent:suspected">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (!tasks.agents.has(agentId)) return undefined;
  const reason = cause === undefined
    ? `it has been silent for ${silentMs} ms`
    : "its connection is lost";
  return { type: "cordon-agent", agentId, reason, cause: "suspect", untilMs: 0 };
}

/** Requeues the unstarted tasks of a suspected agent. */
export function requeueWhileSuspect(
  { agentId, cause }: Happened<"agent:suspected">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (!tasks.agents.has(agentId)) return undefined;
  const reason = cause === undefined
    ? `agent "${agentId}" is silent`
    : `agent "${agentId}" has lost its connection`;
  return { type: "requeue-unstarted", agentId, reason };
}

/** Uncordons an agent that is no longer suspected: it was heard again, or began a new life. */
export function resumeAgent(
  { agentId }: Happened<"agent:recovered" | "agent:joined">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (!tasks.agents.has(agentId)) return undefined;
  return { type: "uncordon-agent", agentId, cause: "suspect" };
}

/** Ends the request for a task of an earlier incarnation. */
export function withdrawAsk(
  { agentId, replaces }: Happened<"agent:joined">,
  { tasks }: RootState,
): PartCommand | undefined {
  const ask = replaces === undefined ? undefined : tasks.agents.get(agentId)?.ask;
  return ask && { type: "withdraw-ask", agentId, ask: ask.id };
}

/** Requeues the tasks of an earlier incarnation. */
export function requeueTasks(
  { agentId, replaces }: Happened<"agent:joined">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (replaces === undefined || !tasks.agents.has(agentId)) return undefined;
  return { type: "requeue-agent-tasks", agentId, reason: "its agent has begun a new life" };
}

/** Removes an agent that died or left from tasks, which requeues those that it had. */
export function removeFromTasks(
  { agentId, reason }: Gone,
  { tasks }: RootState,
): PartCommand | undefined {
  return tasks.agents.has(agentId) ? { type: "remove-agent", agentId, reason } : undefined;
}

/** Releases the locks of an agent that is gone, or of an earlier incarnation. */
export function releaseLocks(
  event: Gone | Happened<"agent:joined">,
  state: RootState,
): PartCommand | undefined {
  if (event.type === "agent:joined" && event.replaces === undefined) return undefined;
  return releaseAgentLocks(event, state);
}

/** Ends the waits for messages of an earlier incarnation. */
export function endReceivers(
  { agentId, replaces }: Happened<"agent:joined">,
  { messages }: RootState,
): PartCommand | undefined {
  const isWaiting = messages.mailboxes.get(agentId)?.receivers.first !== undefined;
  return replaces !== undefined && isWaiting ? { type: "end-receivers", agentId } : undefined;
}

/** Closes the mailbox of an agent that is gone, and ends its requests. */
export function closeMailbox(
  { agentId, reason }: Gone,
  { messages }: RootState,
): PartCommand | undefined {
  return hasMessages(messages, agentId) ? { type: "close-mailbox", agentId, reason } : undefined;
}

function hasMessages(
  { mailboxes, waitingOn, askedOf }: RootState["messages"],
  agentId: string,
): boolean {
  return mailboxes.has(agentId) || waitingOn.has(agentId) || askedOf.has(agentId);
}

/** Removes an agent that is gone from the voters and the candidates of open conflicts. */
export function retireFromConflicts({ agentId }: Gone): PartCommand {
  return { type: "retire-party", agentId };
}

/** Ends the membership of an agent that is no longer registered for tasks. */
export function leaveMembers(
  { agentId, reason }: Gone,
  { agents }: RootState,
): PartCommand | undefined {
  return agents.members.has(agentId) ? { type: "leave-agent", agentId, reason } : undefined;
}

/** Ends the life of an agent that was evicted, if it holds, waits for, receives and decides nothing. */
export function leaveIfIdle(
  { agentId }: Happened<"agent:forgotten">,
  state: RootState,
): PartCommand | undefined {
  const { agents, locks, messages, conflicts } = state;
  if (!agents.members.has(agentId)) return undefined;
  const mailbox = messages.mailboxes.get(agentId);
  const isInUse = isInvolved(locks, agentId) ||
    (mailbox !== undefined && !isUnused(mailbox)) ||
    messages.waitingOn.has(agentId) || messages.askedOf.has(agentId) ||
    conflicts.conflictsOf.has(agentId) || conflicts.votesOf.has(agentId);
  if (isInUse) return undefined;
  return { type: "leave-agent", agentId, reason: "it was idle, and there were too many agents" };
}
