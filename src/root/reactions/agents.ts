/**
 * What becomes of an agent everywhere: who is registered for tasks is a member with a mailbox and a
 * priority; who is suspected gets no tasks; and who is gone holds nothing, waits for nothing, is
 * sent nothing and decides nothing any more.
 *
 * @module
 */

import type { PartCommand, RootState } from "../state.ts";
import { releaseAgentLocks } from "./claims.ts";
import type { Happened } from "./reaction.ts";

type Gone = Happened<"agent:terminated" | "agent:died" | "agent:left">;

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

/**
 * Opens the mailbox, so that broadcasts reach an agent before it subscribes or receives anything.
 */
export function openMailbox(
  { agentId }: Happened<"agent:spawned">,
  { rules, messages }: RootState,
): PartCommand | undefined {
  if (!rules.sharesAgents || messages.mailboxes.get(agentId)?.isOpen) return undefined;
  return { type: "open-mailbox", agentId };
}

/** Makes the priority of an agent known, by which conflicts can be settled. */
export function introduce(
  { agentId }: Happened<"agent:spawned">,
  { rules, tasks, conflicts }: RootState,
): PartCommand | undefined {
  const priority = tasks.agents.get(agentId)?.priority ?? 0;
  const known = conflicts.knownAgents.get(agentId)?.priority;
  if (!rules.sharesAgents || known === priority) return undefined;
  return { type: "rank-agent", agentId, priority };
}

/** Keeps an agent that may be dead from being given more. */
export function suspendAgent(
  { agentId, silentMs }: Happened<"agent:suspected">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (!tasks.agents.has(agentId)) return undefined;
  const reason = `it has been silent for ${silentMs} ms`;
  return { type: "cordon-agent", agentId, reason, cause: "suspect", untilMs: 0 };
}

/** Requeues the tasks that are assigned to it and have not started. */
export function requeueWhileSuspect(
  { agentId }: Happened<"agent:suspected">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (!tasks.agents.has(agentId)) return undefined;
  return { type: "requeue-unstarted", agentId, reason: `agent "${agentId}" is silent` };
}

/** Gives it tasks again. */
export function resumeAgent(
  { agentId }: Happened<"agent:recovered">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (!tasks.agents.has(agentId)) return undefined;
  return { type: "uncordon-agent", agentId, cause: "suspect" };
}

/** Restarts the heartbeat timeouts of attempts, like those of their agents. */
export function renewHeartbeats(): PartCommand {
  return { type: "renew-heartbeats" };
}

/** Requeues the tasks of an earlier incarnation. */
export function requeueTasks(
  { agentId, replaces }: Happened<"agent:joined">,
  { tasks }: RootState,
): PartCommand | undefined {
  if (replaces === undefined || !tasks.agents.has(agentId)) return undefined;
  return { type: "requeue-agent-tasks", agentId, reason: "its agent has begun a new life" };
}

/** An agent that is dead, or has left, has no tasks and gets none. */
export function removeFromTasks(
  { agentId, reason }: Gone,
  { tasks }: RootState,
): PartCommand | undefined {
  return tasks.agents.has(agentId) ? { type: "remove-agent", agentId, reason } : undefined;
}

/**
 * Gives back what is held in the name of an agent that is gone, or of a life of it that is over.
 */
export function releaseLocks(
  event: Gone | Happened<"agent:joined">,
  state: RootState,
): PartCommand | undefined {
  if (event.type === "agent:joined" && event.replaces === undefined) return undefined;
  return releaseAgentLocks(event, state);
}

/** Gives up what was sent to an agent that is gone, and what it waits for. */
export function closeMailbox(
  { agentId, reason }: Gone,
  { messages }: RootState,
): PartCommand | undefined {
  const isKnown = messages.mailboxes.has(agentId) || messages.waitingOn.has(agentId) ||
    messages.askedOf.has(agentId);
  return isKnown ? { type: "close-mailbox", agentId, reason } : undefined;
}

/** Takes the votes that an agent that is gone has not cast, and its chances. */
export function retireFromConflicts({ agentId }: Gone): PartCommand {
  return { type: "retire-party", agentId };
}

/** Ends the life of an agent that is no longer registered for tasks. */
export function leaveMembers(
  { agentId, reason }: Gone,
  { agents }: RootState,
): PartCommand | undefined {
  return agents.members.has(agentId) ? { type: "leave-agent", agentId, reason } : undefined;
}
