/**
 * The nine MCP tools: what an agent that is a language model needs, in few words.
 *
 * An answer is a short text that ends with the next step. A refusal says who is in the way, until when,
 * and what to do.
 *
 * @module
 */

import type { ClientAgent, ClientLock } from "../client/agent.ts";
import { ServerError } from "../client/connection.ts";
import { PlanError, type PlanTask, submitPlan } from "../client/plan.ts";
import { claimLines, lockLine, needOf, plain, taskTitle } from "../client/texts.ts";
import type { Desk } from "./desk.ts";

/** A JSON schema. */
type Schema = Readonly<Record<string, unknown>>;

/** The answer of a tool. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError?: boolean;
}

/** A tool: its name, what it does, its arguments, and its work. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Schema;
  readonly annotations?: { readonly readOnlyHint: boolean };
  run(desk: Desk, args: Arguments): Promise<ToolAnswer>;
}

/** The arguments of a tool, which its schema has checked. */
// deno-lint-ignore no-explicit-any
type Arguments = any;

const text = (description?: string): Schema => ({
  type: "string",
  ...(description !== undefined && { description }),
});
const seconds = (description: string): Schema => ({
  ...{ type: "integer", minimum: 0, maximum: 45 },
  description,
});
const list = (description?: string): Schema => ({
  ...{ type: "array", items: { type: "string" } },
  ...(description !== undefined && { description }),
});
const oneOf = (values: readonly string[], description: string): Schema => ({
  enum: values,
  description,
});
const flag = (description: string): Schema => ({ type: "boolean", description });
const object = (properties: Schema, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

/** All tools. */
export const TOOLS: readonly Tool[] = [
  {
    name: "join",
    description:
      "Start here, once per session. Registers you with the coordinator of this repository and says who else works, what you hold, and how many tasks are ready. Call it again after a restart with the same name to get your work back.",
    inputSchema: object({
      name: text("Your name; omit for a new one"),
      can: list('What you can do, e.g. ["typescript","review"]'),
      token: text("From an earlier join, to resume it"),
    }),
    run: join,
  },
  {
    name: "claim",
    description:
      "Get your next task. If you already have one, returns that. Nobody else gets the same task. If none is ready, waits up to wait_s, then says so.",
    inputSchema: object({
      wait_s: seconds("0-45, default 20"),
      task: text("Only this one"),
    }),
    run: claim,
  },
  {
    name: "done",
    description:
      "Finish your task. Frees the files and locks that you held for it and readies tasks that depend on it.",
    inputSchema: object({
      task: text(),
      outcome: oneOf(
        ["done", "failed", "blocked", "give-back"],
        "blocked waits for a person's answer to your summary; give-back puts it back in the queue",
      ),
      summary: text("What was done or why not; the next agent reads it"),
      retry: flag("When failed: may it be tried again"),
    }, ["task", "outcome", "summary"]),
    run: done,
  },
  {
    name: "reserve",
    description:
      "Reserve files before you edit them, as paths or globs relative to the repository (src/auth/**). All or nothing. If somebody else has some, you are told who, for which task and until when; with wait_s you queue for them.",
    inputSchema: object({
      paths: list("Paths or globs"),
      mode: oneOf(["edit", "read"], "default edit"),
      wait_s: seconds("0-45, default 0"),
      release: flag("Give these back instead"),
    }, ["paths"]),
    run: reserve,
  },
  {
    name: "lock",
    description:
      "Hold a named resource that is not a file (a port, a database, the build). Waits in a fair queue. A deadlock is refused at once, and the answer names who waits for whom.",
    inputSchema: object({
      name: text(),
      mode: oneOf(["exclusive", "shared"], "default exclusive"),
      wait_s: seconds("0-45, default 20"),
      release: flag("Give it back instead"),
    }, ["name"]),
    run: lock,
  },
  {
    name: "send",
    description:
      'Message another agent, "*" for all, "human" for the people, or a task (its owner gets it). With ask, waits for the answer.',
    inputSchema: object({
      to: text(),
      text: text(),
      reply_to: text("Message id that you answer"),
      ask: flag("Wait up to 45 s for an answer"),
    }, ["to", "text"]),
    run: send,
  },
  {
    name: "inbox",
    description:
      "Read the next message to you, oldest first. Reading one acknowledges the one before it.",
    inputSchema: object({ wait_s: seconds("0-45, default 0") }),
    run: inbox,
  },
  {
    name: "plan",
    description:
      "Add tasks, or change ones that have not started; say all of a task again, as what is left out is removed. Give each a short id; needs lists ids that must finish first. A cycle is refused with its path.",
    inputSchema: object({
      tasks: {
        type: "array",
        items: object({
          id: text(),
          title: text(),
          detail: text(),
          needs: list(),
          files: list(),
          requires: list(),
          priority: { type: "integer" },
          approval: flag("A person must accept the result"),
        }, ["id", "title"]),
      },
      cancel: list("Ids to cancel"),
    }),
    run: plan,
  },
  {
    name: "look",
    description:
      "What is going on: you, the ready and running tasks, who holds what. With an id (task, agent, message, file or lock): its state and, if it waits, why and for whom.",
    inputSchema: object({ id: text() }),
    annotations: { readOnlyHint: true },
    run: look,
  },
];

/** Runs a tool. Never rejects: what goes wrong is a text that says what to do. */
export async function runTool(tool: Tool, desk: Desk, args: unknown): Promise<ToolAnswer> {
  try {
    if (tool.name !== "join" && tool.name !== "look" && desk.agent === undefined) {
      return refusal("You have not joined yet. Call join first.");
    }
    const answer = await tool.run(desk, args ?? {});
    if (answer.isError || tool.name === "inbox") return answer;
    const waiting = await waitingMessages(desk);
    return waiting === 0 ? answer : {
      text: `${answer.text}\n${
        waiting === 1 ? "A message waits" : `${waiting} messages wait`
      }: call inbox.`,
    };
  } catch (error) {
    if (error instanceof ServerError) return refusal(explained(error));
    if (error instanceof PlanError) return refusal(`${error.message}. Nothing was added.`);
    return refusal(`${(error as Error).message}. Try again in a moment.`);
  }
}

async function waitingMessages({ agent }: Desk): Promise<number> {
  if (agent === undefined) return 0;
  return (await agent.inbox({ limit: 10 })).entries.length;
}

async function join(desk: Desk, { name, can, token }: Arguments): Promise<ToolAnswer> {
  const agent = await desk.join(name, can, token);
  const [agents, { tasks }, ready, locks] = await Promise.all([
    desk.client.listAgents(),
    desk.client.listTasks({ agentId: agent.agentId }),
    desk.client.listTasks({ status: "ready", limit: 1000 }),
    desk.client.locks(),
  ]);
  const others = agents.filter(({ agentId }) => agentId !== agent.agentId);
  const own = locks.filter(({ holders }) =>
    holders.some(({ agentId }) => agentId === agent.agentId)
  );
  const count = ready.tasks.length;
  const lines = [
    `You are ${agent.agentId} (token ${agent.token}).`,
    others.length === 0
      ? "No other agent works here."
      : `Others: ${others.slice(0, 20).map(({ agentId }) => agentId).join(", ")}.`,
    ...tasks.map((task) => `You have ${taskTitle(task)} (${task.status}).`),
    ...own.map((each) => `You hold ${each.paths?.join(" ") ?? each.resourceId}.`),
    `${count} ${count === 1 ? "task is" : "tasks are"} ready. Next: claim.`,
  ];
  return { text: lines.join("\n") };
}

async function claim(desk: Desk, { wait_s = 20, task }: Arguments): Promise<ToolAnswer> {
  const given = await desk.agent!.claim({
    waitMs: wait_s * 1000,
    ...(task !== undefined && { taskId: task }),
  });
  if (given === undefined) {
    const { tasks } = await desk.client.listTasks({ status: "waiting", limit: 1 });
    const why = tasks.length > 0
      ? "No task is ready: others must finish first."
      : "No task is ready.";
    return { text: `${why} Call claim again, or look, or add work with plan.` };
  }
  given.leave();
  return { text: [...claimLines(given), "Next: do it, then call done."].join("\n") };
}

async function done(desk: Desk, args: Arguments): Promise<ToolAnswer> {
  const { task: id, outcome, summary, retry } = args;
  const task = await desk.client.getTask(id);
  if (task === undefined) return refusal(`No task is called ${id}. Call look to see yours.`);
  const { epoch, attempts: attempt } = task;
  const claim = desk.agent!.claimOf({ task, epoch, attempt, dependencies: [] });
  if (outcome === "done") {
    claim.summarize(summary);
    await claim.complete(summary);
  } else if (outcome === "failed") {
    await claim.fail({ message: summary, ...(retry === false && { code: "non-retryable" }) });
  } else if (outcome === "blocked") await claim.block(summary);
  else await claim.release(summary);
  const said = {
    done: "is done",
    failed: "has failed",
    blocked: "waits for an answer of a person",
    "give-back": "is ready for others",
  }[outcome as string];
  return { text: `${id} ${said}. What you held for it is free. Next: claim.` };
}

async function reserve(
  desk: Desk,
  { paths, mode = "edit", wait_s = 0, release }: Arguments,
): Promise<ToolAnswer> {
  const agent = desk.agent!;
  if (release === true) {
    const { resourceId } = await agent.checkPaths(paths);
    await giveBack(desk, resourceId);
    return { text: `Released ${paths.join(" ")}.` };
  }
  const options = {
    mode: mode === "read" ? "shared" : "exclusive",
    timeoutMs: wait_s * 1000,
    autoRenew: false,
  } as const;
  const claim = await agent.openClaim();
  const isAtOnce = wait_s === 0;
  const target = claim ?? agent;
  const lock: ClientLock = isAtOnce
    ? await target.tryAcquirePaths(paths, options)
    : await target.acquirePaths(paths, options);
  lock.leave();
  const until = claim === undefined ? "you release it" : `${claim.task.id} is done`;
  return { text: `Reserved ${paths.join(" ")} until ${until}. Next: edit.` };
}

async function lock(
  desk: Desk,
  { name, mode = "exclusive", wait_s = 20, release }: Arguments,
): Promise<ToolAnswer> {
  if (release === true) {
    await giveBack(desk, name);
    return { text: `Released ${name}.` };
  }
  const claim = await desk.agent!.openClaim();
  const options = { mode, timeoutMs: Math.max(1, wait_s * 1000), autoRenew: false };
  const held = await (claim ?? desk.agent!).acquire(name, options);
  held.leave();
  const until = claim === undefined ? "you release it" : `${claim.task.id} is done`;
  return { text: `You hold ${name} (epoch ${held.epoch}) until ${until}.` };
}

/** Releases what the agent holds in its own name, or for its open claim. */
async function giveBack(desk: Desk, resourceId: string): Promise<void> {
  const agent = desk.agent!;
  const lock = (await desk.client.locks()).find((each) => each.resourceId === resourceId);
  const own = lock?.holders.filter(({ agentId }) => agentId === agent.agentId) ?? [];
  if (own.length === 0) return await agent.release(resourceId);
  for (const { epoch } of own) await agent.release(resourceId, epoch);
}

async function send(desk: Desk, { to, text, reply_to, ask }: Arguments): Promise<ToolAnswer> {
  const agent = desk.agent!;
  if (reply_to !== undefined) {
    const accepted = await agent.sendResponse(reply_to, text);
    return { text: accepted ? "Answered." : "The question waits for no answer any more." };
  }
  const isName = to === "*" || to === "human" || await desk.client.getAgent(to) !== undefined;
  const owner = isName ? undefined : (await desk.client.getTask(to))?.assignedAgent;
  if (!isName && owner === undefined) {
    return refusal(`${to} is no agent, and no task that an agent has. Call look to see who works.`);
  }
  const recipient = owner ?? to;
  if (ask !== true) {
    await agent.send(recipient, text);
    return { text: `Sent to ${recipient}.` };
  }
  if (to === "*") return refusal("Ask one agent, not all.");
  const response = await agent.request(recipient, text, { timeoutMs: 45_000 });
  return { text: `${recipient} answers: ${plain(response)}` };
}

async function inbox(desk: Desk, { wait_s = 0 }: Arguments): Promise<ToolAnswer> {
  const agent = desk.agent!;
  const { unread } = desk;
  const received = await agent.receive({
    waitMs: wait_s * 1000,
    timeoutMs: READ_MS,
    ...(unread !== undefined && { ack: unread }),
  });
  desk.unread = received?.message.epoch;
  if (received === undefined) return { text: "No messages." };
  const { from, payload, id, type } = received.message;
  const hint = type === "request" ? `\nIt waits for your answer: send with reply_to ${id}.` : "";
  return { text: `From ${from}: ${plain(payload)} (${id})${hint}\nNext: inbox for more.` };
}

/** The time that an agent has to read on before a message is delivered again, in milliseconds. */
const READ_MS = 600_000;

async function plan(desk: Desk, { tasks = [], cancel = [] }: Arguments): Promise<ToolAnswer> {
  const { agentId, token } = desk.agent!;
  const client = desk.client.withToken(token); // an operator's calls are in the journal as a person's
  const changes = await submitPlan(client, tasks as PlanTask[]);
  for (const id of cancel) await client.cancelTask(id, `${agentId} cancelled it`);
  const of = (change: string) =>
    changes.filter((each) => each.change === change).map(({ id }) => id);
  const said = [
    ["Added", of("added")],
    ["Updated", of("updated")],
    ["Already there", of("kept")],
    [
      "Differs, as it runs already or has other abilities; cancel it and choose another id",
      of("differs"),
    ],
    ["Cancelled", cancel],
  ].filter(([, ids]) => ids!.length > 0).map(([what, ids]) =>
    `${what}: ${(ids as string[]).join(", ")}.`
  );
  return { text: `${said.join(" ") || "Nothing to do."} Next: claim.` };
}

async function look(desk: Desk, { id }: Arguments): Promise<ToolAnswer> {
  const { client, agent } = desk;
  if (id !== undefined) return { text: await lookAt(desk, id) };
  const [agents, running, ready, blocked, locks] = await Promise.all([
    client.listAgents(),
    client.listTasks({ status: "running" }),
    client.listTasks({ status: "ready", limit: 30 }),
    client.listTasks({ status: "blocked" }),
    client.locks(),
  ]);
  const lines = [
    `Agents: ${agents.map((each) => nameOf(each, agent)).join(", ") || "none"}`,
    ...running.tasks.map((task) => `running ${taskTitle(task)} (${task.assignedAgent})`),
    ...blocked.tasks.map((task) => `blocked ${taskTitle(task)}: ${needOf(task)}`),
    ...ready.tasks.map((task) => `ready ${taskTitle(task)}`),
    ...locks.slice(0, 50).map(lockLine),
  ];
  return { text: lines.join("\n") };
}

function nameOf(
  { agentId, status }: { agentId: string; status: string },
  own?: ClientAgent,
): string {
  const mark = agentId === own?.agentId ? " (you)" : status === "suspect" ? " (silent)" : "";
  return agentId + mark;
}

async function lookAt({ client }: Desk, id: string): Promise<string> {
  try {
    const explanation = await client.explain(id);
    return `${explanation.kind} ${id}: ${explanation.summary}`;
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== "unknown-subject") throw error;
  }
  const lock = (await client.locks()).find(({ resourceId }) => resourceId === id);
  if (lock !== undefined) return lockLine(lock);
  const check = await client.checkPaths([id]).catch(() => undefined);
  return check === undefined || check.isFree
    ? `${id} is no task, agent or message, and nobody holds a lock or a file of that name.`
    : holders(check.heldBy);
}

/** Says why a call was refused, and what to do. */
function explained({ code, message, data }: ServerError): string {
  const { heldBy, holders: held, retryAfterMs } = data as {
    heldBy?: Parameters<typeof holders>[0];
    holders?: Parameters<typeof holders>[0];
    retryAfterMs?: number;
  };
  const all = heldBy ?? held;
  if (code === "held" && all !== undefined) {
    return `${
      holders(all)
    }\nQueue for it with wait_s, work on something else, or send them a message.`;
  }
  if (code === "lock-timeout") {
    return `${message}. Call again to queue once more, or do something else.`;
  }
  if (code === "deadlock") return `${message}. Release what you hold, then try again.`;
  if (code === "stale-epoch") return `${message}. It is not yours any more: call look.`;
  if (code === "unknown-agent") return `${message}. Call join again.`;
  return retryAfterMs === undefined
    ? `${message}.`
    : `${message}. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
}

function holders(
  all: readonly {
    agentId: string;
    taskId?: string;
    expiresAt?: number | null | undefined;
    paths?: readonly string[];
  }[],
): string {
  return all.map(({ agentId, taskId, expiresAt, paths }) => {
    const what = paths === undefined ? "It is held" : `${paths.join(" ")} is held`;
    const task = taskId === undefined ? "" : ` for task ${taskId}`;
    const until = expiresAt ? ` until ${new Date(expiresAt).toISOString()}` : "";
    return `${what} by ${agentId}${task}${until}.`;
  }).join("\n");
}

function refusal(text: string): ToolAnswer {
  return { text, isError: true };
}
