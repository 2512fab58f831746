/**
 * Verbs by which agents come and go.
 *
 * @module
 */

import type { MemberView } from "../../agents/views.ts";
import type { TaskView } from "../../tasks/types.ts";
import { findIdentity, removeIdentity, writeIdentity } from "../identities.ts";
import type { Context } from "../verb.ts";

/** `lockstep join`. */
export async function join(context: Context): Promise<void> {
  const [id] = context.need(0, 1);
  const client = await context.client();
  const token = id === undefined ? undefined : findIdentity(context.home, id);
  const capabilities = context.texts("can");
  const heartbeatTimeoutMs = context.duration("silence");
  const profile = {
    ...(id !== undefined && { id }),
    ...(capabilities.length > 0 && { capabilities }),
    ...(heartbeatTimeoutMs !== undefined && { heartbeatTimeoutMs }),
  };
  const agent = await client.registerAgent(profile, undefined, {
    isPresent: false,
    resume: id !== undefined,
    ...(token !== undefined && await isCurrent(client, id!, token) && { token }),
  });
  writeIdentity(context.home, agent.agentId, agent.token);
  const { tasks } = await client.listTasks({ agentId: agent.agentId });
  const value = {
    agentId: agent.agentId,
    incarnation: agent.incarnation,
    token: agent.token,
    tasks,
  };
  context.answer(value, () =>
    [
      `${agent.agentId} has joined.`,
      ...tasks.map((task: TaskView) => `It has ${task.id} (${task.status}).`),
      `Act as it with --as ${agent.agentId}, or with LOCKSTEP_AGENT=${agent.agentId}.`,
    ].join("\n"));
}

/** `lockstep leave`. */
export async function leave(context: Context): Promise<void> {
  context.need(0);
  const agent = await context.agent();
  try {
    await agent[Symbol.asyncDispose]();
  } finally {
    removeIdentity(context.home, agent.agentId);
  }
  context.answer({ agentId: agent.agentId }, `${agent.agentId} has left.`);
}

/** Whether a kept token is that of the incarnation in force. */
async function isCurrent(
  client: { getAgent(id: string): Promise<MemberView | undefined> },
  id: string,
  token: string,
): Promise<boolean> {
  return (await client.getAgent(id))?.incarnation === Number(token.split(".")[1]);
}
