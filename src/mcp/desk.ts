/**
 * One agent's place at a server, as its MCP tools use it.
 *
 * @module
 */

import type { ClientAgent, ClientClaim } from "../client/agent.ts";
import type { LockstepClient } from "../client/client.ts";
import type { TaskView } from "../tasks/types.ts";

/** What the tools of one agent share. */
export interface Desk {
  /** Calls that no agent makes. */
  readonly client: LockstepClient;
  /** The agent; `undefined` before it has joined. */
  readonly agent: ClientAgent | undefined;
  /** Registers the agent, or goes on as it. */
  join(
    name: string | undefined,
    can: readonly string[] | undefined,
    token: string | undefined,
  ): Promise<ClientAgent>;
  /** The epoch of the message that was read last, until it is acknowledged. */
  unread: number | undefined;
}

/** Returns the claim of the agent that is open, if there is one. */
export async function openClaim(
  { client, agent }: Desk,
  taskId?: string,
): Promise<ClientClaim | undefined> {
  const { tasks } = await client.listTasks({ agentId: agent!.agentId, status: "running" });
  const own = taskId === undefined ? tasks : tasks.filter(({ id }) => id === taskId);
  const [task] = own as TaskView[];
  if (task === undefined) return undefined;
  return agent!.claimOf({ task, epoch: task.epoch, attempt: task.attempts, dependencies: [] });
}
