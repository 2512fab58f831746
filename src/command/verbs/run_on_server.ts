/**
 * `lockstep run --server`: the tasks of a workflow, done by the agents of a server.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import type { ClientTaskHandle } from "../../client/client.ts";
import { parseWorkflow, type When, WorkflowError, type WorkflowTask } from "../../cli/mod.ts";
import type { OnFailure, Task, TaskView } from "../../tasks/types.ts";
import { type Context, EXIT, UsageError } from "../verb.ts";

/** The effect of a dependency that fails, by the condition of a task. */
const ON_FAILURE: Readonly<Record<When, OnFailure>> = {
  succeeded: "cancel",
  failed: "run-on-failure",
  always: "ignore",
};

/** `lockstep run --server`. */
export async function runOnServer(context: Context): Promise<number> {
  const [file] = context.need(1);
  const prefix = context.text("prefix") ?? "";
  const tasks = tasksIn(file!);
  const client = await context.client();
  for (const { name, capacity } of tasks.locks) await client.define(name, { capacity });
  const handles: ClientTaskHandle[] = [];
  for (const task of tasks.all) handles.push(await client.submit(taskOf(task, prefix)));
  const ended = await Promise.all(handles.map(async (handle) => {
    const view = await handle.wait();
    if (!context.json) context.line(lineOf(view));
    return view;
  }));
  if (context.json) context.answer({ tasks: ended }, "");
  // A task that was to run only after a failure, and was not needed, is no failure.
  return ended.some(({ status }) => status === "failed") ? EXIT.failed : EXIT.fine;
}

function tasksIn(file: string) {
  try {
    const workflow = parseWorkflow(readFileSync(file, "utf8"), file);
    return { all: workflow.tasks, locks: workflow.locks };
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(
      error instanceof WorkflowError ? message : `cannot read ${JSON.stringify(file)}: ${message}`,
    );
  }
}

/** Returns a task of a workflow as a server's agents get it. */
function taskOf(task: WorkflowTask, prefix: string): Task {
  const { files, locks, agent, timeoutMs } = task;
  const onFailure = ON_FAILURE[task.when];
  return {
    id: prefix + task.id,
    type: "command",
    description: task.name ?? task.description ?? task.run.split("\n")[0]!,
    input: { run: task.run, env: Object.fromEntries(task.env), cwd: task.cwd ?? null },
    dependencies: task.needs.map((need) => ({ taskId: prefix + need, onFailure })),
    requires: task.requires,
    priority: Math.round(task.priority),
    retries: task.retries,
    resources: [
      ...locks.map(({ name, ...rest }) => ({ resourceId: name, ...rest })),
      ...files === undefined ? [] : [{ paths: files }],
    ],
    ...(files !== undefined && { metadata: { files } }),
    ...(agent !== undefined && { assignedAgent: agent }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

function lineOf({ id, status, summary, error }: TaskView): string {
  const said = summary ?? error?.message;
  return `${id} ${status}${said === undefined ? "" : `: ${said}`}`;
}
