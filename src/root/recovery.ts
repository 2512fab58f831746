/**
 * The end of a process and the start of the next one, the same for all façades: what belonged to the
 * process that wrote a journal is over.
 *
 * @module
 */

import { orphanedWaits } from "../locks/callers.ts";
import { claimOf } from "../locks/types.ts";
import type { SessionTest } from "../core/machine.ts";
import type { LockCommand } from "../locks/commands.ts";
import type { LockState } from "../locks/state.ts";
import type { TaskCommand } from "../tasks/commands.ts";
import type { TaskState } from "../tasks/state.ts";

/** A client of a machine of tasks and locks. */
export interface RecoveringClient {
  /** The state of the machine. */
  readonly state: Readonly<{ readonly tasks: TaskState; readonly locks: LockState }>;
  /** The session of its engine, if that shares its journal with others. */
  readonly session: string | undefined;
  /** Sends a command, and resolves once it was stepped, also when it was refused. */
  attempt(command: Exclude<TaskCommand | LockCommand, { type: "tick" }>): Promise<void>;
}

const REASON = "its process ended";

/**
 * Cancels the waits and the requests for tasks of callers that ended with their process, but for those
 * that are kept for them, and cordons its in-process agents as suspect until they are registered again:
 * their tasks are requeued, their locks released, and their attempts ended. Messages to them stay. What
 * has ended meanwhile, as it was overdue, is refused.
 *
 * @throws {JournalError} when the journal does not store a command
 */
export async function endFormerProcess(
  client: RecoveringClient,
  isOver: SessionTest,
): Promise<void> {
  for (const end of orphanedWaits(client.state.locks, isOver)) {
    if (claimOf(end.owner) === undefined) await client.attempt(end);
  }
  const asks = [...client.state.tasks.asks.values()].filter(isOver);
  for (const { id: ask, agent: { agentId }, keepMs } of asks) {
    await client.attempt(
      keepMs === 0
        ? { type: "withdraw-ask", agentId, ask }
        : { type: "detach-ask", agentId, ask, keepMs },
    );
  }
  for (const agentId of agentsInProcess(client, isOver)) {
    await suspect(client, agentId);
    await client.attempt({ type: "requeue-agent-tasks", agentId, reason: REASON });
    await client.attempt({ type: "release-all", agentId, owner: agentId, ofAgent: true });
    for (const { agent, task, epoch } of [...client.state.tasks.lingering.values()]) {
      if (agent.agentId !== agentId) continue;
      await client.attempt({ type: "end-attempt", taskId: task.spec.id, epoch });
    }
  }
}

/**
 * Cordons the in-process agents as the next start would do: while a process ends, they are given
 * nothing more. There is nothing to undo, as their registration lifts it either way.
 */
export async function suspectProcess(client: RecoveringClient): Promise<void> {
  const own = agentsInProcess(client, ({ session }) => session === client.session);
  await Promise.all(own.map((agentId) => suspect(client, agentId)));
}

/** Lifts the suspicion of an agent, as its registration shows that it is alive. */
export async function liftSuspicion(client: RecoveringClient, agentId: string): Promise<void> {
  if (!client.state.tasks.agents.get(agentId)?.cordons.has("suspect")) return;
  await client.attempt({ type: "uncordon-agent", agentId, cause: "suspect" });
}

function agentsInProcess({ state: { tasks } }: RecoveringClient, isOver: SessionTest): string[] {
  return [...tasks.agents.values()].filter((agent) => agent.startsAtOnce && isOver(agent))
    .map(({ agentId }) => agentId);
}

function suspect(client: RecoveringClient, agentId: string): Promise<void> {
  const cordon = { reason: REASON, cause: "suspect", untilMs: 0 } as const;
  return client.attempt({ type: "cordon-agent", agentId, ...cordon });
}
