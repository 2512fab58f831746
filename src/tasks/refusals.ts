/**
 * From a machine's refusal to the error that the caller gets.
 *
 * @module
 */

import {
  ClosedError,
  LimitError,
  type LockstepError,
  StaleEpochError,
  UnknownAgentError,
} from "../core/errors.ts";
import {
  DependencyCycleError,
  DuplicateTaskError,
  TaskStatusError,
  UnfitAgentError,
  UnknownTaskError,
} from "./errors.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { TaskRefused } from "./events.ts";
import { quote } from "../core/arguments.ts";
import type { TaskCommand } from "./commands.ts";

/** Throws what stands behind a refusal, if `events` end with one. */
export function throwIfRefused(events: readonly LockstepEvent[], command: TaskCommand): void {
  const last = events.at(-1);
  if (last?.type === "task:refused" && last.command === command.type) {
    throw refusalError(last, command);
  }
}

function refusalError(refusal: TaskRefused, command: TaskCommand): LockstepError {
  const { taskId, agentId, reason, detail } = refusal;
  const attempt = describe(command, refusal);
  switch (reason) {
    case "unknown-task":
      return new UnknownTaskError(attempt, taskId);
    case "unknown-agent":
      return new UnknownAgentError(attempt, agentOf(command) ?? agentId ?? "");
    case "duplicate":
      return new DuplicateTaskError(taskId);
    case "cycle":
      return new DependencyCycleError(taskId, detail as readonly string[]);
    case "stale-epoch":
      return new StaleEpochError(
        attempt,
        (command as { epoch: number }).epoch,
        detail as number | undefined,
      );
    case "status":
      return new TaskStatusError(attempt, taskId, String(detail), ruleOf(command));
    case "unfit":
      return new UnfitAgentError(attempt, agentOf(command));
    case "full":
      return new LimitError(attempt, "there must be room", Number(detail));
    case "draining":
      return new ClosedError(attempt, "the scheduler");
  }
}

function describe(command: TaskCommand, { taskId, agentId }: TaskRefused): string {
  const verb = command.type.replaceAll("-", " ");
  return taskId === "" ? `${verb} ${quote(agentId)}` : `${verb} task ${quote(taskId)}`;
}

function agentOf(command: TaskCommand): string | undefined {
  const agentId = command.type === "submit"
    ? command.task.assignedAgent
    : "agentId" in command
    ? command.agentId
    : "";
  return agentId === "" ? undefined : agentId;
}

/** What a task's status must be for `command`. */
function ruleOf(command: TaskCommand): string {
  switch (command.type) {
    case "assign":
      return "ready";
    case "start":
      return "assigned, with all its locks";
    case "cancel":
      return "unfinished";
    default:
      return "running";
  }
}
