/**
 * Errors of tasks.
 *
 * @module
 */

import { counted, quote } from "../core/arguments.ts";
import { causeOf, codeOf, isFinal } from "../core/error_data.ts";
import {
  ClosedError,
  LimitError,
  LockstepError,
  StaleEpochError,
  UnknownAgentError,
} from "../core/errors.ts";
import { DeadlockError } from "../locks/errors.ts";
import type { Exhausted } from "./budgets.ts";
import { TicketExpiredError, ticketOf } from "../core/tickets.ts";
import type { Block, Claim, Fail, Snooze, Submit, TaskCommand } from "./commands.ts";
import type { TaskCancelled, TaskFailed, TaskRefused } from "./events.ts";
import { phrase } from "./dependencies.ts";
import { ASK_TICKETS, type Outcome } from "./types.ts";

/**
 * A task that was never submitted, or was dropped after it had ended.
 * @category Tasks
 */
export class UnknownTaskError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-task";
  /** The id that the caller named. */
  readonly taskId: string;

  /** Makes the error of `attempt`. */
  constructor(attempt: string, taskId: string) {
    super(`Cannot ${attempt}: task must have been submitted, got ${JSON.stringify(taskId)}`);
    this.taskId = taskId;
  }
}

/**
 * A second submission of a known id, without the idempotency key of the first.
 * @category Tasks
 */
export class DuplicateTaskError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "duplicate-task";
  /** The id that is taken. */
  readonly taskId: string;

  /** Makes the error. */
  constructor(taskId: string) {
    super(
      `Cannot submit task ${JSON.stringify(taskId)}: id must be new, or come with the same ` +
        `idempotencyKey as before, got a known id`,
    );
    this.taskId = taskId;
  }
}

/**
 * A submission under a key that an open task has, where the policy is to reject it.
 * @category Tasks
 */
export class DuplicateKeyError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "duplicate-key";
  /** The open task. */
  readonly taskId: string;
  /** The key that it has. */
  readonly key: string;

  /** Makes the error of `attempt`. */
  constructor(attempt: string, key: string, taskId: string) {
    super(
      `Cannot ${attempt}: no open task may have the key ${JSON.stringify(key)}, got ${
        JSON.stringify(taskId)
      }`,
    );
    this.taskId = taskId;
    this.key = key;
  }
}

/**
 * Dependencies that lead back to where they start.
 * @category Tasks
 */
export class DependencyCycleError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "dependency-cycle";
  /** The task that would have closed the cycle. */
  readonly taskId: string;
  /** The ids along the cycle; the last one is the first. */
  readonly cycle: readonly string[];

  /** Makes the error of `attempt`. @default the submission of the task */
  constructor(taskId: string, cycle: readonly string[], attempt?: string) {
    super(
      `Cannot ${attempt ?? `submit task ${JSON.stringify(taskId)}`}: dependencies must have no ` +
        `cycle, got ${cycle.map((id) => JSON.stringify(id)).join(" -> ")}`,
    );
    this.taskId = taskId;
    this.cycle = cycle;
  }
}

/**
 * A command that the status of its task does not allow.
 * @category Tasks
 */
export class TaskStatusError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-status";
  /** The task. */
  readonly taskId: string;
  /** The status that it has. */
  readonly status: string;

  /** Makes the error of `attempt`; `rule` is the status that the task must have. */
  constructor(attempt: string, taskId: string, status: string, rule: string) {
    super(`Cannot ${attempt}: task must be ${rule}, got ${JSON.stringify(status)}`);
    this.taskId = taskId;
    this.status = status;
  }
}

/**
 * A task that ended as failed; `cause` is the error of its last attempt.
 * @category Tasks
 */
export class TaskFailedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-failed";
  /** The task. */
  readonly taskId: string;
  /** The number of attempts; those that ended through no fault of the task do not count. */
  readonly attempts: number;

  /** Makes the error. */
  constructor(taskId: string, reason: string, attempts: number, cause?: unknown) {
    super(
      `Task ${JSON.stringify(taskId)} failed after ${counted(attempts, "attempt")}: ${reason}`,
      { cause },
    );
    this.taskId = taskId;
    this.attempts = attempts;
  }
}

/**
 * A task that was submitted again under its idempotency key, when only its outcome was kept.
 * @category Tasks
 */
export class ResultDroppedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "result-dropped";
  /** The task. */
  readonly taskId: string;
  /** Its outcome. */
  readonly outcome: Outcome;

  /** Makes the error. */
  constructor(taskId: string, outcome: Outcome) {
    super(
      `Cannot return the result of task ${JSON.stringify(taskId)}: it must be among the ` +
        `keepFinished latest, got one that ${phrase(outcome)} before them`,
    );
    this.taskId = taskId;
    this.outcome = outcome;
  }
}

/**
 * A task that was cancelled, by a caller or by the end of a dependency.
 * @category Tasks
 */
export class TaskCancelledError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-cancelled";
  /** The task. */
  readonly taskId: string;
  /** The caller's reason, or the end of the dependency. */
  readonly reason: string;

  /** Makes the error. */
  constructor(taskId: string, reason: string) {
    super(`Task ${JSON.stringify(taskId)} was cancelled: ${reason}`);
    this.taskId = taskId;
    this.reason = reason;
  }
}

/**
 * An attempt, or a task, that exceeded a limit.
 * @category Tasks
 */
export class TaskTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-timeout";
  /** The task. */
  readonly taskId: string;
  /** The limit that was exceeded. */
  readonly limit: "queue" | "attempt" | "heartbeat" | "total";
  /** The value of the limit in milliseconds, not the time taken. */
  readonly ms: number;

  /** Makes the error. */
  constructor(taskId: string, limit: TaskTimeoutError["limit"], ms: number) {
    super(`Task ${JSON.stringify(taskId)} exceeded its ${limit} timeout of ${ms} ms`);
    this.taskId = taskId;
    this.limit = limit;
    this.ms = ms;
  }
}

/**
 * The loss of a claim on a task; the reason of the signal of its attempt.
 * @category Tasks
 */
export class ClaimLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "claim-lost";
  /** The task. */
  readonly taskId: string;
  /** The number of the claim that is over. */
  readonly epoch: number;

  /** Makes the error. */
  constructor(taskId: string, epoch: number, reason: string) {
    super(`The claim on task ${JSON.stringify(taskId)} of epoch ${epoch} is over: ${reason}`);
    this.taskId = taskId;
    this.epoch = epoch;
  }
}

/**
 * An agent that may not get the task: it lacks a capability or a slot, is cordoned, or is not in pull mode.
 * @category Tasks
 */
export class UnfitAgentError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unfit-agent";
  /** The agent that was named; `undefined` when none was named and none is fit. */
  readonly agentId: string | undefined;

  /** Makes the error of `attempt`; `rule` is the one that the agent does not meet. */
  constructor(
    attempt: string,
    agentId: string | undefined,
    rule = "the agent must have the capabilities that the task requires and room for it",
  ) {
    const got = agentId === undefined ? "none that does" : JSON.stringify(agentId);
    super(`Cannot ${attempt}: ${rule}, got ${got}`);
    this.agentId = agentId;
  }
}

/**
 * An assignment while the scheduler is paused.
 * @category Tasks
 */
export class SchedulerPausedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "scheduler-paused";
  /** Why it is paused. */
  readonly reason: string;

  /** Makes the error of `attempt`. */
  constructor(attempt: string, reason: string) {
    super(`Cannot ${attempt}: the scheduler must not be paused, got ${JSON.stringify(reason)}`);
    this.reason = reason;
  }
}

/**
 * An assignment of a task whose key has no permit left.
 * @category Tasks
 */
export class KeyLimitError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "key-limit";
  /** The key. */
  readonly key: string;

  /** Makes the error of `attempt`. */
  constructor(attempt: string, key: string) {
    super(`Cannot ${attempt}: its key must have a permit left, got ${JSON.stringify(key)}`);
    this.key = key;
  }
}

/**
 * A budget that is spent: the cause of the failure of a task that may have no further attempt, and the
 * reason why none can be assigned.
 * @category Tasks
 */
export class BudgetExhaustedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "budget-exhausted";
  /** The quantity that is spent; `undefined` for an assignment. */
  readonly data: Exhausted | undefined;

  /** Makes the error; `cause` is the error of the last attempt. */
  constructor(message: string, data?: Exhausted, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.data = data;
  }
}

/** The end of an attempt that the task asked for; thrown through the handler. */
export class AttemptSuspended extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "attempt-suspended";
  /** The report of the attempt. */
  readonly report: Snooze | Block;

  /** Makes the error. */
  constructor(report: Snooze | Block) {
    super(`The attempt of task ${JSON.stringify(report.taskId)} must end, as it asked for that`);
    this.report = report;
  }
}

/** Returns the report of an attempt that threw to be suspended, or `undefined`. */
export function suspensionOf(thrown: unknown): Snooze | Block | undefined {
  try {
    return thrown instanceof AttemptSuspended ? thrown.report : undefined;
  } catch {
    return undefined; // a proxy may throw when it is asked
  }
}

/** Returns the error for a refused `command`. */
export function refusalError(command: TaskCommand, refusal: TaskRefused): LockstepError {
  const { taskId, agentId, reason, detail } = refusal;
  const attempt = attemptOf(command, refusal);
  switch (reason) {
    case "unknown-task":
      return new UnknownTaskError(attempt, detail === undefined ? taskId : String(detail));
    case "unknown-agent":
      return new UnknownAgentError(attempt, agentId ?? "");
    case "duplicate":
      return new DuplicateTaskError(taskId);
    case "duplicate-key": {
      const { key } = (command as Submit).task.dedupe!;
      return new DuplicateKeyError(attempt, key, String(detail));
    }
    case "cycle":
      return new DependencyCycleError(
        taskId,
        detail as readonly string[],
        command.type === "amend-task" ? attempt : undefined,
      );
    case "stale-epoch": {
      if (command.type === "submit") {
        const { taskId: parentId, epoch } = command.parent!;
        const asChild = `${attempt} as a child of task ${quote(parentId)}, whose attempt has ended`;
        return new StaleEpochError(asChild, epoch, detail as number | undefined);
      }
      const { epoch } = command as { epoch: number };
      return new StaleEpochError(attempt, epoch, detail as number | undefined);
    }
    case "status":
      return new TaskStatusError(attempt, taskId, String(detail), requiredStatus(command));
    case "unfit":
      return new UnfitAgentError(attempt, agentId || undefined, detail as string | undefined);
    case "full":
      return new LimitError(attempt, "there must be room", Number(detail));
    case "limited":
      return detail === undefined
        ? new BudgetExhaustedError(`Cannot ${attempt}: the budget of all attempts is spent`)
        : new KeyLimitError(attempt, String(detail));
    case "paused":
      return new SchedulerPausedError(attempt, String(detail));
    case "draining":
      return new ClosedError(attempt, "the scheduler");
    case "unknown-ticket":
      return new TicketExpiredError(attempt, ticketOf(ASK_TICKETS, (command as Claim).ticket ?? 0));
  }
}

/** The verbs of commands whose names don't read as one. */
const VERBS: Partial<Record<TaskCommand["type"], string>> = {
  "answer-question": "answer the question of",
  "review": "review the result of",
  "amend-task": "amend",
  "set-priority": "change the priority of",
  "note": "add a note to",
};

const REQUIRED_STATUS: Partial<Record<TaskCommand["type"], string>> = {
  "assign": "ready",
  "start": "assigned, with all its locks",
  "cancel": "unfinished",
  "claim": "unfinished",
  "amend-task": "unfinished",
  "set-priority": "unfinished",
  "answer-question": "blocked by a question",
  "review": "blocked, with a proposed result",
  "retry": "failed or cancelled",
};

function attemptOf(command: TaskCommand, { taskId, agentId }: TaskRefused): string {
  const { type } = command;
  if (type === "spend") return `spend for task ${quote(taskId)}`;
  if (type === "set-limit") return `set the limit of ${quote(command.key)}`;
  if (type === "claim") {
    const what = taskId === "" ? "a task" : `task ${quote(taskId)}`;
    return `claim ${what} for agent ${quote(agentId)}`;
  }
  if (type === "set-schedule") return `set schedule ${quote(taskId)}`;
  const verb = VERBS[type] ?? type.replaceAll("-", " ");
  return taskId === "" ? `${verb} ${quote(agentId)}` : `${verb} task ${quote(taskId)}`;
}

function requiredStatus(command: TaskCommand): string {
  const isOfNeeds = command.type === "amend-task" &&
    (command.dependencies ?? command.resources) !== undefined;
  if (isOfNeeds) return "waiting, ready or assigned for its needs to change";
  return REQUIRED_STATUS[command.type] ?? "running";
}

/** The codes of errors that end an attempt through no fault of its own, and cost nothing. */
export const BLAMELESS: ReadonlySet<string> = new Set(["deadlock", "lock-lost", "lock-abandoned"]);

/** Returns the fault of an attempt that ended with an error. */
export function faultOf(thrown: unknown): Fail["fault"] {
  if (isFinal(thrown)) return "task";
  const code = codeOf(thrown);
  if (code === "deadlock" && isMetAgain(thrown)) return "task";
  return typeof code === "string" && BLAMELESS.has(code) ? "none" : "attempt";
}

/** Returns whether another attempt would meet the same deadlock. */
function isMetAgain(thrown: unknown): boolean {
  try {
    return thrown instanceof DeadlockError && thrown.awaitedBy !== undefined;
  } catch {
    return false; // a proxy may throw when it is asked
  }
}

/** Returns the error that the handle of a failed task rejects with. */
export function failure(
  { taskId, error, attempts }: Pick<TaskFailed, "taskId" | "error" | "attempts">,
): Error {
  const { code, message, data, cause } = error;
  const origin = cause === undefined ? undefined : causeOf(cause);
  const reason = code === "budget-exhausted" && data !== undefined
    ? new BudgetExhaustedError(message, data as Exhausted, origin)
    : causeOf(error);
  return new TaskFailedError(taskId, message, attempts, reason);
}

/** Returns the error that the handle of a cancelled task rejects with. */
export function cancellation({ taskId, reason }: Pick<TaskCancelled, "taskId" | "reason">): Error {
  return new TaskCancelledError(taskId, reason);
}
