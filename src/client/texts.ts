/**
 * Claims, tasks and locks as agents read them.
 *
 * @module
 */

import type { TaskView } from "../tasks/types.ts";
import type { ClientClaim } from "./agent.ts";
import type { LockState } from "./client.ts";

/** Returns a claim: the task, its input, what is reserved, and what its dependencies have done. */
export function claimLines({ task, attempt, dependencies }: ClientClaim): string[] {
  const files = reservedBy(task);
  const times = attempt > 1 ? ` (attempt ${attempt})` : "";
  return [
    `${taskTitle(task)}${times}`,
    ...detailOf(task),
    ...task.input === undefined ? [] : [`input: ${plain(task.input)}`],
    ...files.length > 0 ? [`reserved for you: ${files.join(" ")}`] : [],
    ...task.answer === undefined
      ? []
      : [`you asked: ${plain(task.question)}`, `the answer: ${plain(task.answer)}`],
    ...dependencies.map(({ taskId, outcome, summary, result }) => {
      const said = summary ?? (result === undefined ? "" : plain(result));
      return `after ${taskId} (${outcome})${said === "" ? "" : `: ${said}`}`;
    }),
    ...task.notes?.map((note) => `note: ${note}`) ?? [],
  ];
}

/** Returns a task in one line. */
export function taskTitle({ id, description }: TaskView): string {
  return description === "" ? id : `${id} ${description}`;
}

/** Returns a lock with its holders in one line. */
export function lockLine({ resourceId, paths, holders, waiters }: LockState): string {
  const by = holders.map(({ agentId, taskId }) =>
    taskId === undefined ? agentId : `${agentId} for ${taskId}`
  );
  const waits = waiters.length === 0 ? "" : `, ${waiters.length} wait`;
  return `${paths?.join(" ") ?? resourceId} held by ${by.join(", ")}${waits}`;
}

/** Returns a value as text: strings as they are, others as JSON. */
export function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns what a task needs of a person: an answer, or its approval. */
export function needOf({ question }: TaskView): string {
  return question === undefined ? "its result waits for approval" : `asks: ${plain(question)}`;
}

/** Returns the paths that a task of a plan reserves. */
function reservedBy({ metadata }: TaskView): readonly string[] {
  const { files } = (metadata ?? {}) as { files?: unknown };
  return Array.isArray(files) ? files.map(String) : [];
}

function detailOf({ metadata }: TaskView): readonly string[] {
  const { detail } = (metadata ?? {}) as { detail?: unknown };
  return typeof detail === "string" ? [detail] : [];
}
