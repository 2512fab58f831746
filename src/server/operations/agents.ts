/**
 * Operations on agents.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { Type } from "@sinclair/typebox";
import type { AgentProfile } from "../../agents/types.ts";
import { quote } from "../../core/arguments.ts";
import { RequestError } from "../../service/problem.ts";
import { closed } from "../checks.ts";
import { type Operation, operation, type Service } from "../operation.ts";
import type { Principal } from "../principals.ts";
import { AgentBody, Anything, ListOf, MemberView, Text } from "../schemas.ts";

const Reason = closed({ reason: Type.Optional(Text("For people")) });

/** Registers agents, lists them, and ends them. */
export const AGENT_OPERATIONS: readonly Operation[] = [
  operation("registerAgent", {
    method: "POST",
    path: "/agents",
    summary: "Registers an agent, or goes on as one that is there; answers with its token",
    body: AgentBody,
    reply: Anything("The agent, its incarnation, its token, and what it has"),
    status: 201,
    async handle({ service, manager, caller, body: { resume = false, ...profile } }) {
      const id = profile.id ?? (caller.kind === "agent" ? caller.agentId : freshName());
      requireFreeName(service, id, caller, resume);
      const known = resume ? knownProfile(service, id) : {};
      const agent = await manager.registerAgent({ mode: "pull", ...known, ...profile, id });
      await agent.heartbeat();
      const { agentId, incarnation } = agent;
      return {
        agentId,
        incarnation,
        token: service.tokens.of(agentId, incarnation),
        tasks: await manager.getAgentTasks(agentId),
      };
    },
  }),
  operation("listAgents", {
    method: "GET",
    path: "/agents",
    summary: "Lists agents by the page",
    query: {
      status: Type.Optional(Type.Union([Type.Literal("alive"), Type.Literal("suspect")])),
      after: Type.Optional(Type.Integer({ description: "The incarnation after which to begin" })),
      limit: Type.Optional(Type.Integer({ description: "Default 100" })),
    },
    reply: ListOf("agents", MemberView),
    handle: ({ service, manager, query }) => ({
      agents: manager.listAgents(query).map((member) => ({
        ...member,
        isConnected: service.presence.has(member.agentId),
      })),
    }),
  }),
  operation("getAgent", {
    method: "GET",
    path: "/agents/{agentId}",
    summary: "Returns an agent, with its tasks",
    reply: MemberView,
    async handle({ service, manager, params: { agentId } }) {
      const { kind: _, ...explanation } = manager.explain(agentId, "agent");
      const isConnected = service.presence.has(agentId);
      const views = await manager.getAgentTasks(agentId);
      return { ...manager.getAgent(agentId), ...explanation, isConnected, views };
    },
  }),
  operation("removeAgent", {
    method: "DELETE",
    path: "/agents/{agentId}",
    summary: "Removes an agent: its tasks are requeued, its locks released",
    query: { reason: Type.Optional(Text("For people")) },
    handle({ manager, caller, params: { agentId }, query: { reason } }) {
      requireSelf(caller, agentId);
      return manager.removeAgent(agentId, reason ?? "it left");
    },
  }),
  operation("heartbeat", {
    method: "POST",
    path: "/agents/{agentId}/heartbeat",
    summary: "Records that an agent is alive",
    audience: "agent",
    handle({ agent, caller, params: { agentId } }) {
      requireSelf(caller, agentId);
      return agent.heartbeat();
    },
  }),
  operation("drainAgent", {
    method: "POST",
    path: "/agents/{agentId}/drain",
    summary: "Gives an agent no new tasks, and removes it when it has none",
    audience: "operator",
    body: Reason,
    bodyIsOptional: true,
    handle: ({ manager, params: { agentId }, body }) => manager.drainAgent(agentId, body?.reason),
  }),
  operation("cordonAgent", {
    method: "POST",
    path: "/agents/{agentId}/cordon",
    summary: "Gives an agent no new tasks",
    audience: "operator",
    body: Reason,
    bodyIsOptional: true,
    handle: ({ manager, params: { agentId }, body }) => manager.cordonAgent(agentId, body?.reason),
  }),
  operation("uncordonAgent", {
    method: "POST",
    path: "/agents/{agentId}/uncordon",
    summary: "Undoes a cordon",
    audience: "operator",
    handle: ({ manager, params: { agentId } }) => manager.uncordonAgent(agentId),
  }),
];

/** Requires that an agent acts for itself only. */
function requireSelf(caller: Principal, agentId: string): void {
  if (caller.kind !== "agent" || caller.agentId === agentId) return;
  const rule = `the token must be that of agent ${quote(agentId)}, or of an operator`;
  throw new RequestError(
    403,
    "forbidden",
    `Cannot act for the agent: ${rule}, got that of ${quote(caller.agentId)}`,
  );
}

/**
 * Requires that a name is free or the caller's own. A person who runs the server may go on as an agent
 * that no connection holds: that is how an agent gets its work back after a restart.
 */
function requireFreeName(
  { manager, presence }: Service,
  id: string,
  caller: Principal,
  resume: boolean,
): void {
  const member = typeof id === "string" && id !== "" ? manager.getAgent(id) : undefined;
  if (member === undefined) return;
  if (caller.kind === "agent" && caller.agentId === id) return;
  if (resume && caller.kind === "operator" && !presence.has(id)) return;
  const rule = presence.has(id)
    ? "a connection holds that name; choose another one"
    : "the name must be free, or come with its token, or with resume";
  throw new RequestError(409, "agent-exists", `Cannot register agent ${quote(id)}: ${rule}`, {
    agentId: id,
  });
}

/** Returns what an agent that is there was registered with, as far as it decides about its tasks. */
function knownProfile({ manager }: Service, id: string): Partial<AgentProfile> {
  const known = manager.state.tasks.agents.get(id);
  if (known === undefined) return {};
  const { kind: type, capabilities, maxConcurrentTasks, priority, pulls, heartbeatTimeoutMs } =
    known;
  return {
    ...{ type, capabilities, maxConcurrentTasks, priority },
    mode: pulls ? "pull" : "push",
    ...(heartbeatTimeoutMs !== undefined && { heartbeatTimeoutMs }),
  };
}

function freshName(): string {
  return `agent-${randomBytes(4).toString("hex")}`;
}
