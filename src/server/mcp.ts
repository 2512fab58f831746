/**
 * MCP over HTTP at `/mcp`. Each request is one of its own: the agent is that of the token, or for an
 * operator the one that the query `agent` names. The tools call the same API as everyone, in this process.
 *
 * @module
 */

import { createMcpHandler } from "@modelcontextprotocol/server";
import type { ClientAgent } from "../client/agent.ts";
import { LockstepClient } from "../client/client.ts";
import type { Sent, Transport } from "../client/transport.ts";
import type { Desk } from "../mcp/desk.ts";
import { mcpServer } from "../mcp/server.ts";
import { RequestError } from "../service/problem.ts";
import type { Extension } from "./api.ts";
import type { Service } from "./operation.ts";
import type { Principal } from "./principals.ts";

/** The most agents whose last message is remembered. */
const MOST_READERS = 10_000;

/** Serves MCP by the operations that `answer` answers. */
export function mcpExtension(
  service: Service,
  answer: (request: Request) => Promise<Response>,
): Extension {
  const unread = new Map<string, number>();
  const transport = inProcess(answer);
  const handler = createMcpHandler(({ authInfo }) => {
    const { desk } = authInfo?.extra as { desk: Desk };
    return mcpServer(desk);
  });
  return (request, url, caller) => {
    const principal = caller();
    if (principal.kind === "stranger") {
      throw new RequestError(401, "no-token", "Cannot accept the request: it must have a token");
    }
    const user = principal.kind === "operator" ? principal.name : undefined;
    const client = new LockstepClient({ transport, retryMs: 0, user });
    const desk = new RequestDesk(service, client, principal, url.searchParams.get("agent"), unread);
    const authInfo = { token: "", clientId: "", scopes: [], extra: { desk } };
    return handler.fetch(request, { authInfo });
  };
}

/** The desk of one request. */
class RequestDesk implements Desk {
  readonly client: LockstepClient;
  agent: ClientAgent | undefined;
  readonly #service: Service;
  readonly #name: string | undefined;
  readonly #unread: Map<string, number>;

  constructor(
    service: Service,
    client: LockstepClient,
    caller: Principal,
    name: string | null,
    unread: Map<string, number>,
  ) {
    this.#service = service;
    this.client = client;
    this.#unread = unread;
    this.#name = caller.kind === "agent" ? caller.agentId : name ?? undefined;
    const id = this.#name;
    const member = id === undefined || id === "" ? undefined : service.manager.getAgent(id);
    if (member === undefined) return;
    const incarnation = caller.kind === "agent" ? caller.incarnation : member.incarnation;
    this.agent = client.agent(service.tokens.of(member.agentId, incarnation));
  }

  get unread(): number | undefined {
    return this.agent && this.#unread.get(this.agent.agentId);
  }

  set unread(epoch: number | undefined) {
    if (this.agent === undefined) return;
    this.#unread.delete(this.agent.agentId);
    if (epoch === undefined) return;
    if (this.#unread.size >= MOST_READERS) this.#unread.clear();
    this.#unread.set(this.agent.agentId, epoch);
  }

  async join(
    name: string | undefined,
    can: readonly string[] | undefined,
    token: string | undefined,
  ): Promise<ClientAgent> {
    const id = this.#name;
    if (id === undefined || name !== undefined && name !== id) {
      const rule = "the address must end in ?agent=NAME, with the name that joins";
      throw new RequestError(400, "no-name", `Cannot join over HTTP: ${rule}`);
    }
    const own = token ?? (this.agent && this.#service.tokens.of(id, this.agent.incarnation));
    this.agent = await this.client.registerAgent(
      { id, ...(can !== undefined && { capabilities: can }) },
      undefined,
      { isPresent: false, ...(own !== undefined && { token: own }) },
    );
    return this.agent;
  }
}

/** Returns a transport to operations of this process. */
function inProcess(answer: (request: Request) => Promise<Response>): Transport {
  return async ({ method, path, headers, body, signal }: Sent) => {
    const response = await answer(
      new Request(`http://localhost${path}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
        ...(signal !== undefined && { signal }),
      }),
    );
    return {
      status: response.status,
      text: () => response.text(),
      chunks: () => response.body!,
    };
  };
}
