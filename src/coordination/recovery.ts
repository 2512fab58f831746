/**
 * The recovery of a manager from a log, which ends all that belonged to the process that wrote it.
 *
 * @module
 */

import type { Engine } from "../core/engine.ts";
import { claimOf } from "../locks/types.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { RootAnswers, RootCommand, RootState } from "../root/state.ts";
import type { RootClient } from "./client.ts";

/**
 * Restarts the heartbeat timeout of each agent, as no heartbeat could arrive while no process ran. It
 * must be the first command: with any other, timers would fire that count that time as silence.
 *
 * @throws {LogError} when the log does not store it
 */
export function resumeListening(
  engine: Engine<RootState, RootCommand, LockstepEvent, RootAnswers>,
): Promise<void> {
  if (engine.state.agents.members.size === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    engine.send({ type: "resume-listening" }, (_answer, error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}

/**
 * Cancels the waits of callers that ended with their process, and cordons its in-process agents until
 * they are registered again: their tasks are requeued, and their locks released. Messages to them
 * stay. Commands about what has ended in the meantime are refused, which is fine.
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
    await client.attempt({ type: "release-all", agentId, owner: agentId });
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
