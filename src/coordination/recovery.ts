/**
 * What becomes of callers who are gone with the process that wrote a log.
 *
 * @module
 */

import { claimOf } from "../tasks/mod.ts";
import type { RootClient } from "../root/client.ts";
import type { RootEngine } from "./subsystems.ts";

/**
 * Has the silence of each agent begin anew, as nobody heard it while no process ran. It has to be what
 * an engine is told first: anything else would let agents die whose silence nobody can know.
 *
 * @throws what the log refused it for
 */
export function listenAgain(engine: RootEngine): Promise<void> {
  if (engine.state.agents.members.size === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    engine.send({ type: "resume-listening" }, (_events, error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}

/**
 * Ends the waits of callers who are not there any more to hear of them, and suspends the agents that
 * ran in their process until somebody registers them again: what they had goes back into the queue,
 * and what they held is released. Messages to them stay.
 */
export async function takeUp(client: RootClient): Promise<void> {
  const { tasks, locks } = client.state;
  for (const { id: waitId, owner: { agentId, owner } } of [...locks.waits.values()]) {
    if (claimOf(owner) !== undefined) continue;
    await client.tell({ type: "cancel-wait", waitId, agentId, owner });
  }
  for (const { agentId, startsAtOnce } of [...tasks.agents.values()]) {
    if (!startsAtOnce) continue;
    const reason = "its process ended";
    await client.tell({ type: "cordon-agent", agentId, reason, cause: "suspect", untilMs: 0 });
    await client.tell({ type: "requeue-agent-tasks", agentId, reason });
    await client.tell({ type: "release-all", agentId, owner: agentId });
    for (const claim of [...client.state.tasks.lingering.values()]) {
      if (claim.agent.agentId !== agentId) continue;
      await client.tell({ type: "settle", taskId: claim.task.spec.id, epoch: claim.epoch });
    }
  }
}

/** Gives tasks again to an agent that was taken for dead, as its registration shows that it isn't. */
export async function revive(client: RootClient, agentId: string): Promise<void> {
  const { agents, tasks } = client.state;
  if (agents.members.get(agentId)?.isSuspect) {
    await client.tell({ type: "beat-agent", agentId, incarnation: 0 });
  }
  if (!tasks.agents.get(agentId)?.cordons.has("suspect")) return;
  await client.tell({ type: "cordon-agent", agentId, cause: "suspect", reason: "", untilMs: 0 });
}
