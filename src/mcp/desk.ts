/**
 * One agent's place at a server, as its MCP tools use it.
 *
 * @module
 */

import type { ClientAgent } from "../client/agent.ts";
import type { LockstepClient } from "../client/client.ts";

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
