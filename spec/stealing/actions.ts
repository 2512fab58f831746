/**
 * Maps commands and events to the actions of the specification, with their arguments.
 *
 * @module
 */

import type { TaskEvent } from "../../src/tasks/events.ts";
import type { TaskCommand } from "../../src/tasks/commands.ts";

/** Makes a timer that is set due: the model has no other time. */
export interface Expire {
  readonly type: "expire";
  readonly limit:
    | "queue"
    | "attempt"
    | "heartbeat"
    | "backoff"
    | "grace"
    | "report"
    | "ask"
    | "collect";
  /** The task, or of a report or a request the agent. */
  readonly id: string;
  /** The epoch of the claim whose grace period ends; otherwise 0. */
  readonly epoch: number;
}

/** A command of the environment of a modelled machine. An `ask` of 0 is the one of the agent. */
export type ModelCommand = TaskCommand | Expire;

/** An action with its arguments. */
export interface Action {
  readonly name: string;
  readonly arguments: readonly (string | number | boolean | readonly string[])[];
}

/** The action that stands for a command that was accepted. */
export function commandAction(command: ModelCommand): Action {
  switch (command.type) {
    case "submit": {
      const { task: { id, assignedAgent, priority }, parent } = command;
      return parent === undefined
        ? action("Submit", id, assignedAgent, -priority)
        : action("SubmitChild", id, parent.epoch, -priority);
    }
    case "start":
      return action("Start", command.taskId, command.epoch);
    case "await":
      return action("Await", command.taskId, command.epoch, command.childId);
    case "complete":
      return action("Complete", command.taskId, command.epoch);
    case "fail":
      return action("Fail", command.taskId, command.epoch, command.fault);
    case "end-attempt":
      return action("Settle", command.taskId, command.epoch);
    case "claim": {
      const { agentId, taskId, waitMs, keepMs, ticket } = command;
      const given = [agentId, taskId, waitMs === 0] as const;
      if (ticket !== undefined) return action("ResumeAsk", ...given, keepMs !== undefined);
      return action(keepMs === undefined ? "Claim" : "ClaimKept", ...given);
    }
    case "detach-ask":
      return action("DetachAsk", command.agentId);
    case "keep-claim":
      return action("KeepClaim", command.taskId, command.epoch);
    case "withdraw-ask":
      return action("WithdrawAsk", command.agentId);
    case "release-claim":
      return action("ReleaseClaim", command.taskId, command.epoch);
    case "park":
      return action("Park", command.taskId, command.epoch);
    case "unblock":
      return action("Unblock", command.taskId, command.epoch);
    case "preempt":
      return action("Preempt", command.taskId, command.epoch);
    case "yield-locks":
      return action("Yield", command.taskIds[0]!);
    case "cancel":
      return action("Cancel", command.taskId);
    case "register-agent":
      return action("RegisterAgent", command.agentId);
    case "remove-agent":
      return action("RemoveAgent", command.agentId);
    case "drain-agent":
      return action("DrainAgent", command.agentId);
    case "requeue-agent-tasks":
      return action("RequeueAgentTasks", command.agentId);
    case "cordon-agent":
      return action("CordonAgent", command.agentId, command.cause);
    case "uncordon-agent":
      return action("UncordonAgent", command.agentId, command.cause);
    case "report-load":
      return action("ReportLoad", command.agentId, command.taskCount!);
    case "expire":
      return expiryAction(command);
  }
  throw new TypeError(`Cannot model "${command.type}": the specification must have it`);
}

function expiryAction({ limit, id, epoch }: Expire): Action {
  if (limit === "grace") return action("GraceOver", id, epoch);
  if (limit === "backoff") return action("PauseOver", id);
  if (limit === "ask") return action("WaitOver", id);
  if (limit === "collect") return action("CollectOver", id);
  if (limit === "report") return action("ForgetReport", id);
  return action("Expire", id, limit);
}

/** Returns the action that stands for a command that was refused. */
export function refusalAction(
  command: ModelCommand,
  { taskId, agentId = "", reason }: Extract<TaskEvent, { type: "task:refused" }>,
): Action {
  switch (command.type) {
    case "submit":
      return command.parent === undefined
        ? action("SubmitRefused", taskId, command.task.assignedAgent, reason)
        : action("ChildRefused", taskId, command.parent.epoch, reason);
    case "fail":
      return action("TaskRefused", `fail-${command.fault}`, taskId, command.epoch, reason);
    case "claim":
      return command.ticket === undefined
        ? action("ClaimRefused", agentId, taskId, reason)
        : action("ResumeRefused", agentId, taskId, reason);
    case "start":
    case "await":
    case "complete":
    case "release-claim":
    case "keep-claim":
      return action("TaskRefused", command.type, taskId, command.epoch, reason);
    case "cancel":
      return action("TaskRefused", command.type, taskId, 0, reason);
    default:
      return action("AgentRefused", command.type, agentId, reason);
  }
}

/** Returns the action that stands for an event. */
export function eventAction(event: TaskEvent): Action {
  switch (event.type) {
    case "task:created":
    case "task:readied":
      return action(nameOf(event), event.taskId);
    case "task:assigned":
      return action(nameOf(event), event.taskId, event.agentId, event.epoch, event.queued);
    case "task:admitted":
    case "task:parked":
    case "task:started":
    case "task:resumed":
    case "task:completed":
    case "task:requeued":
      return action(nameOf(event), event.taskId, event.agentId, event.epoch);
    case "task:lent":
      return action(nameOf(event), event.taskId, event.agentId, event.epoch, event.childId);
    case "claim:requested":
      return action(nameOf(event), event.agentId, event.taskId);
    case "claim:abandoned":
      return action(nameOf(event), event.agentId, event.reason);
    case "claim:detached":
    case "claim:resumed":
      return action(nameOf(event), event.agentId);
    case "task:unlocked":
      return action(nameOf(event), event.taskId, event.lockEpoch);
    case "task:backed-off":
    case "task:failed":
    case "task:cancelled":
      return action(nameOf(event), event.taskId, event.agentId ?? "", event.epoch);
    case "task:timed-out":
      return action(nameOf(event), event.taskId, event.limit);
    case "task:stolen":
      return action(nameOf(event), event.taskId, event.agentId, event.epoch, event.targetAgent);
    case "attempt:ended": {
      const { taskId, agentId, epoch, abandoned, queued } = event;
      return action(nameOf(event), taskId, agentId, epoch, abandoned, queued);
    }
    case "agent:spawned":
    case "agent:terminated":
    case "agent:draining":
    case "agent:report-expired":
      return action(nameOf(event), event.agentId);
    case "agent:cordoned":
    case "agent:uncordoned":
      return action(nameOf(event), event.agentId, event.cause);
    case "agent:reported":
      return action(nameOf(event), event.agentId, event.outside);
    case "workstealing:request":
      return action(nameOf(event), event.sourceAgent, event.targetAgent, event.taskCount);
    case "workstealing:completed": {
      const { sourceAgent, targetAgent, taskCount, taskIds } = event;
      return action(nameOf(event), sourceAgent, targetAgent, taskCount, taskIds);
    }
  }
  throw new TypeError(`Cannot model "${event.type}": the specification must have it`);
}

/** `task:backed-off` is `TaskBackedOff`. */
function nameOf({ type }: TaskEvent): string {
  return type.split(/[:-]/).map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}

function action(name: string, ...args: Action["arguments"]): Action {
  return { name, arguments: args };
}
