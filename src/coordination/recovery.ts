/**
 * The recovery of a manager from a log: what belonged to the process that wrote it is over.
 *
 * @module
 */

import { claimOf } from "../locks/types.ts";
import type { RootClient } from "./client.ts";

/**
 * Cancels the waits of callers that ended with their process, and suspends its in-process agents
 * until they are registered again: their tasks are requeued, and their locks released. Messages to
 * them stay. What has ended meanwhile, as it was overdue, is refused, and needs nothing.
 */
export async function recover(client: RootClient): Promise<void> {
  const { tasks, locks } = client.state;
  for (const { id: waitId, owner: { agentId, owner } } of [...locks.waits.values()]) {
    if (claimOf(owner) !== undefined) continue;
    await client.attempt({ type: "cancel-wait", waitId, agentId, owner });
  }
  for (const { agentId, startsAtOnce } of [...tasks.agents.values()]) {
    if (!startsAtOnce) continue;
    const reason = "its process ended";
    await client.attempt({ type: "cordon-agent", agentId, reason, cause: "suspect", untilMs: 0 });
    await client.attempt({ type: "requeue-agent-tasks", agentId, reason });
    await client.attempt({ type: "release-all", agentId, owner: agentId, ofAgent: true });
    for (const claim of [...client.state.tasks.lingering.values()]) {
      if (claim.agent.agentId !== agentId) continue;
      await client.attempt({ type: "end-attempt", taskId: claim.task.spec.id, epoch: claim.epoch });
    }
  }
}

/** Ends the suspicion of an agent that is registered again. */
export async function revive(client: RootClient, agentId: string): Promise<void> {
  const { agents, tasks } = client.state;
  if (agents.members.get(agentId)?.isSuspect) {
    await client.call({ type: "beat-agent", agentId, incarnation: 0 });
  }
  if (!tasks.agents.get(agentId)?.cordons.has("suspect")) return;
  await client.call({ type: "uncordon-agent", agentId, cause: "suspect" });
}
