/**
 * `lockstep mcp`: the bridge from MCP on standard input and output to the server. Its connection is the
 * agent's presence: when the program that talks to it ends, the agent is suspected at once.
 *
 * @module
 */

import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { ClientAgent } from "../../client/agent.ts";
import type { LockstepClient } from "../../client/client.ts";
import type { Desk } from "../../mcp/desk.ts";
import { mcpServer } from "../../mcp/server.ts";
import type { Context } from "../verb.ts";

/** `lockstep mcp`. */
export async function mcp(context: Context): Promise<void> {
  context.need(0);
  const desk = new BridgeDesk(await context.client(), context.text("as"));
  const handle = serveStdio(() => mcpServer(desk));
  const { promise, resolve } = deferred();
  const process = (await import("node:process")).default;
  process.stdin.on("end", resolve);
  process.stdin.on("close", resolve);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, resolve);
  await promise;
  await handle.close();
  await desk.agent?.disconnect();
}

/** The desk of the one agent that talks to a bridge. */
class BridgeDesk implements Desk {
  readonly client: LockstepClient;
  agent: ClientAgent | undefined;
  unread: number | undefined;
  readonly #name: string | undefined;

  constructor(client: LockstepClient, name: string | undefined) {
    this.client = client;
    this.#name = name;
  }

  async join(
    name: string | undefined,
    can: readonly string[] | undefined,
    token: string | undefined,
  ): Promise<ClientAgent> {
    const id = name ?? this.#name ?? this.agent?.agentId;
    if (this.agent !== undefined && (id === undefined || id === this.agent.agentId)) {
      return this.agent;
    }
    await this.agent?.disconnect();
    this.agent = await this.client.registerAgent(
      { ...(id !== undefined && { id }), ...(can !== undefined && { capabilities: can }) },
      undefined,
      { ...(token === undefined ? { resume: id !== undefined } : { token }) },
    );
    return this.agent;
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => resolve = done);
  return { promise, resolve };
}
