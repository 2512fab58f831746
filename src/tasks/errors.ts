/**
 * Errors of tasks.
 *
 * @module
 */

import { codeOf, errorFrom, isFinal } from "../core/error_data.ts";
import type { TaskCancelled, TaskFailed, TaskRefused } from "./events.ts";
import type { Fail, TaskCommand } from "./commands.ts";
import type { TaskRecord } from "./state.ts";
import {
  ClosedError,
  LimitError,
  LockstepError,
  StaleEpochError,
  UnknownAgentError,
} from "../core/errors.ts";
import type { LockstepEvent } from "../root/events.ts";
import { quote } from "../core/arguments.ts";

/** A task that nobody submitted, or that has been forgotten since it ended. */
export class UnknownTaskError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-task";
  /** `taskId` is what the caller named. */
  constructor(attempt: string, readonly taskId: string) {
    super(`Cannot ${attempt}: task must have been submitted, got ${JSON.stringify(taskId)}`);
  }
}

/** A second submission of a known id, not under the idempotency key of the first. */
export class DuplicateTaskError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "duplicate-task";
  /** `taskId` is taken. */
  constructor(readonly taskId: string) {
    super(
      `Cannot submit task ${JSON.stringify(taskId)}: id must be new, or come with the same ` +
        `idempotencyKey as before, got a known id`,
    );
  }
}

/** Dependencies that lead back to where they start. */
export class DependencyCycleError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "dependency-cycle";
  /** `taskId` is the task that would have closed the cycle. */
  constructor(
    readonly taskId: string,
    /** The ids along the cycle; the first stands again at the end. */
    readonly cycle: readonly string[],
  ) {
    super(
      `Cannot add task ${JSON.stringify(taskId)}: dependencies must have no cycle, got ${
        cycle.map((id) => JSON.stringify(id)).join(" -> ")
      }`,
    );
  }
}

/** Something was asked of a task that its status doesn't allow. */
export class TaskStatusError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-status";
  /** `status` is what the task has; `rule` says what it must have. */
  constructor(attempt: string, readonly taskId: string, readonly status: string, rule: string) {
    super(`Cannot ${attempt}: task must be ${rule}, got ${JSON.stringify(status)}`);
  }
}

/** A task ended as failed; `cause` is the error of its last attempt. */
export class TaskFailedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-failed";
  /** `attempts` leaves out those that ended through no fault of the task. */
  constructor(readonly taskId: string, reason: string, readonly attempts: number, cause?: unknown) {
    super(`Task ${JSON.stringify(taskId)} failed after ${attempts} attempts: ${reason}`, { cause });
  }
}

/** A task was cancelled, by a caller or by how a task that it depends on ended. */
export class TaskCancelledError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-cancelled";
  /** `reason` is the caller's, or says what became of a dependency. */
  constructor(readonly taskId: string, readonly reason: string) {
    super(`Task ${JSON.stringify(taskId)} was cancelled: ${reason}`);
  }
}

/** An attempt, or a task, took longer than it may. */
export class TaskTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-timeout";
  /** `ms` is the limit, not the time taken. */
  constructor(
    readonly taskId: string,
    /** Which of the task's limits it was. */
    readonly limit: "queue" | "attempt" | "heartbeat" | "total",
    readonly ms: number,
  ) {
    super(`Task ${JSON.stringify(taskId)} exceeded its ${limit} timeout of ${ms} ms`);
  }
}

/** A claim on a task was taken back; the reason of the signal of its attempt. */
export class ClaimLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "claim-lost";
  /** `epoch` is that of the claim that is over. */
  constructor(readonly taskId: string, readonly epoch: number, reason: string) {
    super(`The claim on task ${JSON.stringify(taskId)} of epoch ${epoch} is over: ${reason}`);
  }
}

/** An agent that may not be given the task: it lacks a capability or room, or is cordoned. */
export class UnfitAgentError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unfit-agent";
  /** `agentId` is `undefined` when none was named and none is fit. */
  constructor(attempt: string, readonly agentId: string | undefined) {
    super(
      `Cannot ${attempt}: the agent must have the capabilities that the task requires and room ` +
        `for it, got ${agentId === undefined ? "none that does" : JSON.stringify(agentId)}`,
    );
  }
}

/** Codes of errors that are nobody's fault: the attempt costs nothing. */
export const BLAMELESS: ReadonlySet<string> = new Set(["deadlock", "lock-lost", "lock-abandoned"]);

/** Whose fault an error is. */
export function faultOf(thrown: unknown): Fail["fault"] {
  if (isFinal(thrown)) return "task";
  const code = codeOf(thrown);
  return typeof code === "string" && BLAMELESS.has(code) ? "none" : "attempt";
}

/** What the handle of a failed task rejects with. */
export function failure(
  { taskId, error, attempts }: Pick<TaskFailed, "taskId" | "error" | "attempts">,
): Error {
  return new TaskFailedError(taskId, error.message, attempts, errorFrom(error));
}

/** What the handle of a cancelled task rejects with. */
export function cancellation({ taskId, reason }: Pick<TaskCancelled, "taskId" | "reason">): Error {
  return new TaskCancelledError(taskId, reason);
}

/** What the handle of a task that has ended badly rejects with. */
export function endError({ spec: { id: taskId }, status, error, attempts }: TaskRecord): Error {
  return status === "failed"
    ? failure({ taskId, error: error!, attempts })
    : cancellation({ taskId, reason: error!.message });
}

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
