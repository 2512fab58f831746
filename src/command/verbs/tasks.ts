/**
 * Verbs on tasks.
 *
 * @module
 */

import type { ClientClaim } from "../../client/agent.ts";
import { claimLines, plain } from "../../client/texts.ts";
import type { Task, TaskView } from "../../tasks/types.ts";
import { type Context, EXIT, UsageError } from "../verb.ts";

/** `lockstep claim`. */
export async function claim(context: Context): Promise<number | void> {
  const [taskId] = context.need(0, 1);
  const waitMs = context.duration("wait") ?? 0;
  const agent = await context.agent();
  const claim = await agent.claim({ waitMs, ...(taskId !== undefined && { taskId }) });
  if (claim === undefined) {
    const why = context.json ? "" : await whyNothing(context, agent.agentId, taskId);
    context.answer({ claim: null }, why);
    return EXIT.nothing;
  }
  claim.leave();
  const { task, epoch, attempt, dependencies } = claim;
  context.answer(
    { claim: { task, epoch, attempt, dependencies } },
    () => [...claimLines(claim), `Finish with: lockstep done ${task.id} -m "..."`].join("\n"),
  );
}

/** The ready tasks that are named at most. */
const MOST_NAMED = 3;

/** Returns why an agent was given nothing: there is nothing, or nothing that it may run. */
async function whyNothing(
  context: Context,
  agentId: string,
  taskId: string | undefined,
): Promise<string> {
  const client = await context.client();
  const { tasks } = await client.listTasks({ status: "ready", limit: MOST_NAMED });
  const ids = taskId === undefined ? tasks.map(({ id }) => id) : [taskId];
  if (ids.length === 0) return "Nothing is ready. Wait for a task with --wait 5m.";
  const lines = await Promise.all(
    ids.map(async (id) => `  ${id}: ${(await client.explain(id, "task")).summary}`),
  );
  return [`Nothing that ${agentId} can do is ready:`, ...lines].join("\n");
}

/** `lockstep done`. */
export function done(context: Context): Promise<void> {
  const summary = context.text("message");
  const result = context.parsed("result");
  return end(context, "is done", (claim) => {
    if (summary !== undefined) claim.summarize(summary);
    return claim.complete(result);
  });
}

/** `lockstep fail`. */
export function fail(context: Context): Promise<void> {
  const message = context.text("message") ?? "it failed";
  const code = context.has("final") ? "non-retryable" : undefined;
  return end(context, "has failed", (claim) => claim.fail({ message, code }));
}

/** `lockstep block`. */
export function block(context: Context): Promise<void> {
  const question = context.text("message");
  if (question === undefined) throw new UsageError("block must be given a question with -m");
  return end(context, "waits for an answer", (claim) => claim.block(question));
}

/** `lockstep give-back`. */
export function giveBack(context: Context): Promise<void> {
  return end(context, "is ready again", (claim) => claim.release(context.text("message")));
}

/** Ends the agent's claim of a task. The same end again is a no-op. */
async function end(
  context: Context,
  outcome: string,
  report: (claim: ClientClaim) => Promise<void>,
): Promise<void> {
  const [taskId] = context.need(1);
  const client = await context.client();
  const agent = await context.agent();
  const task = await client.getTask(taskId!);
  const { epoch = 0, attempts = 0 } = task ?? {};
  const view = task ?? { id: taskId } as TaskView;
  await report(agent.claimOf({ task: view, epoch, attempt: attempts, dependencies: [] }));
  const after = await client.getTask(taskId!);
  context.answer(
    after,
    outcome === "is done" && after?.status === "blocked"
      ? `The result of ${taskId} waits for a person: lockstep approve ${taskId}`
      : `${taskId} ${outcome}.`,
  );
}

/** `lockstep add`. */
export async function add(context: Context): Promise<number | void> {
  const [id, title] = context.need(1, 2);
  const [files, locks] = [context.texts("files"), context.texts("locks")];
  const [needs, requires] = [context.texts("needs"), context.texts("requires")];
  const [priority, retries] = [context.integer("priority"), context.integer("retries")];
  const [delayMs, type, input] = [
    context.duration("delay"),
    context.text("type"),
    context.parsed("input"),
  ];
  const task: Task = {
    id: id!,
    ...(title !== undefined && { description: title }),
    ...(needs.length > 0 && { dependencies: needs }),
    ...(requires.length > 0 && { requires }),
    ...((files.length > 0 || locks.length > 0) && {
      resources: [...locks, ...files.length > 0 ? [{ paths: files }] : []],
    }),
    ...(files.length > 0 && { metadata: { files } }),
    ...(priority !== undefined && { priority }),
    ...(retries !== undefined && { retries }),
    ...(delayMs !== undefined && { delayMs }),
    ...(type !== undefined && { type }),
    ...(input !== undefined && { input }),
    ...(context.has("approval") && { requiresApproval: true }),
  };
  const client = await context.client();
  const handle = await client.submit(task);
  if (!context.has("wait")) {
    const view = await client.getTask(id!);
    return context.answer(view, `${id} is ${view?.status}.`);
  }
  const ended = await handle.wait();
  context.answer(ended, () => {
    const { status, output, error } = ended;
    return status === "completed"
      ? plain(output ?? null)
      : `${id} ${status}: ${error?.message ?? ""}`;
  });
  return ended.status === "completed" ? EXIT.fine : EXIT.failed;
}

/** `lockstep cancel`. */
export async function cancel(context: Context): Promise<void> {
  const [id] = context.need(1);
  const client = await context.client();
  await client.cancelTask(id!, context.text("message"));
  context.answer(await client.getTask(id!), `${id} is cancelled.`);
}

/** `lockstep retry`. */
export async function retry(context: Context): Promise<void> {
  const [id] = context.need(1);
  const client = await context.client();
  await client.retryTask(id!);
  context.answer(await client.getTask(id!), `${id} is tried again.`);
}

/** `lockstep answer`. */
export async function answer(context: Context): Promise<void> {
  const [id, text] = context.need(2);
  const client = await context.client();
  await client.answerTask(id!, text);
  context.answer(await client.getTask(id!), `${id} is ready again, with your answer.`);
}

/** `lockstep approve`. */
export async function approve(context: Context): Promise<void> {
  const [id] = context.need(1);
  const client = await context.client();
  await client.acceptResult(id!);
  context.answer(await client.getTask(id!), `The result of ${id} is accepted.`);
}

/** `lockstep reject`. */
export async function reject(context: Context): Promise<void> {
  const [id] = context.need(1);
  const client = await context.client();
  await client.rejectResult(id!, context.text("message"));
  context.answer(await client.getTask(id!), `The result of ${id} is rejected.`);
}
