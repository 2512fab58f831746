/**
 * Verbs that look.
 *
 * @module
 */

import { ServerError } from "../../client/connection.ts";
import { lockLine, needOf, taskTitle } from "../../client/texts.ts";
import type { MemberView } from "../../agents/views.ts";
import type { TaskView } from "../../tasks/types.ts";
import type { Context } from "../verb.ts";

/** `lockstep look`. */
export async function look(context: Context): Promise<void> {
  const [id] = context.need(0, 1);
  const client = await context.client();
  if (id !== undefined) return await explainOne(context, id);
  const [agents, locks, running, ready, blocked] = await Promise.all([
    client.listAgents(),
    client.locks(),
    client.listTasks({ status: "running" }),
    client.listTasks({ status: "ready" }),
    client.listTasks({ status: "blocked" }),
  ]);
  const value = {
    agents,
    locks,
    running: running.tasks,
    ready: ready.tasks,
    blocked: blocked.tasks,
  };
  context.answer(value, () =>
    [
      ...section("Agents", agents.map(agentLine)),
      ...section("Running", running.tasks.map(taskLine)),
      ...section("Needs a person", blocked.tasks.map(blockedLine)),
      ...section("Ready", ready.tasks.map(taskLine)),
      ...section("Held", locks.map(lockLine)),
    ].join("\n") || "Nothing goes on. Add a task with: lockstep add ID TITLE");
}

/** `lockstep explain`. */
export async function explain(context: Context): Promise<void> {
  const [id] = context.need(1);
  await explainOne(context, id!);
}

async function explainOne(context: Context, id: string): Promise<void> {
  const client = await context.client();
  try {
    const explanation = await client.explain(id);
    context.answer(explanation, () => `${explanation.kind} ${id}: ${explanation.summary}`);
  } catch (error) {
    if (!(error instanceof ServerError && error.code === "unknown-subject")) throw error;
    const lock = (await client.locks()).find(({ resourceId }) => resourceId === id);
    if (lock === undefined) throw error;
    context.answer(lock, () => lockLine(lock));
  }
}

/** `lockstep watch`. */
export async function watch(context: Context): Promise<void> {
  context.need(0);
  const client = await context.client();
  const after = context.integer("after");
  for await (const each of client.events(after === undefined ? {} : { after })) {
    if (context.isOver) return;
    const { event, sequence, at, payload } = each;
    context.answer(each, () => {
      const fields = Object.entries(payload).filter(([, value]) => typeof value !== "object");
      const text = fields.map(([name, value]) => `${name}=${value}`).join(" ");
      return `${new Date(at).toISOString().slice(11, 23)}  ${sequence}  ${event}  ${text}`;
    });
  }
}

/** Returns the lines of a section, if it has any. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : [`${title} (${lines.length})`, ...lines.map((line) => `  ${line}`)];
}

function agentLine({ agentId, status, lastHeardAt }: MemberView): string {
  const since = Math.round((Date.now() - lastHeardAt) / 1000);
  return `${agentId}  ${status}, last heard ${since} s ago`;
}

function taskLine(task: TaskView): string {
  const { assignedAgent } = task;
  return `${taskTitle(task)}${assignedAgent === undefined ? "" : `  (${assignedAgent})`}`;
}

function blockedLine(task: TaskView): string {
  return `${taskLine(task)}  ${needOf(task)}`;
}
