/**
 * The recovery of tasks and locks from a log, the same for all façades: what belonged to the process
 * that wrote the log is over.
 *
 * @module
 */

import { claimOf } from "../locks/types.ts";
import type { LockCommand } from "../locks/commands.ts";
import type { LockState } from "../locks/state.ts";
import type { TaskCommand } from "../tasks/commands.ts";
import type { TaskState } from "../tasks/state.ts";

/** A client of a machine of tasks and locks. */
export interface RecoveringClient {
  /** The state of the machine. */
  readonly state: Readonly<{ readonly tasks: TaskState; readonly locks: LockState }>;
  /** Sends a command, and resolves once it was stepped, also when it was refused. */
  attempt(command: Exclude<TaskCommand | LockCommand, { type: "tick" }>): Promise<void>;
}

/**
 * Cancels the waits of callers that ended with their process, and cordons its in-process agents as
 * suspect until they are registered again: their tasks are requeued, their locks released, and their
 * attempts ended.
 *
 * @throws {LogError} when the log does not store a command
 */
export async function endFormerProcess(client: RecoveringClient): Promise<void> {
  for (const { id: waitId, owner: { agentId, owner } } of [...client.state.locks.waits.values()]) {
    if (claimOf(owner) !== undefined) continue;
    await client.attempt({ type: "cancel-wait", waitId, agentId, owner });
  }
  for (const { agentId, startsAtOnce } of [...client.state.tasks.agents.values()]) {
    if (startsAtOnce) await suspend(client, agentId);
  }
}

async function suspend(client: RecoveringClient, agentId: string): Promise<void> {
  const reason = "its process ended";
  await client.attempt({ type: "cordon-agent", agentId, reason, cause: "suspect", untilMs: 0 });
  await client.attempt({ type: "requeue-agent-tasks", agentId, reason });
  await client.attempt({ type: "release-all", agentId, owner: agentId, ofAgent: true });
  for (const { agent, task, epoch } of [...client.state.tasks.lingering.values()]) {
    if (agent.agentId !== agentId) continue;
    await client.attempt({ type: "end-attempt", taskId: task.spec.id, epoch });
  }
}

/** Lifts the suspicion of an agent, as its registration shows that it is alive. */
export async function liftSuspicion(client: RecoveringClient, agentId: string): Promise<void> {
  if (!client.state.tasks.agents.get(agentId)?.cordons.has("suspect")) return;
  await client.attempt({ type: "uncordon-agent", agentId, cause: "suspect" });
}
