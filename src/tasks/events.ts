/**
 * What happens to tasks, and to the agents that do them.
 *
 * @module
 */

import { listed, oneLine, readable, timeOfDay } from "../core/readable.ts";
import { type Descriptions, refusal, thrown } from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import type { CordonCause, TaskView } from "./types.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { ResourceRequest } from "../locks/types.ts";

/** What all events about the claim of an agent on a task say. */
export interface ClaimEvent {
  /** What is claimed. */
  readonly taskId: string;
  /** Whose claim it is. */
  readonly agentId: string;
  /** The number of the claim; larger than that of any earlier one. */
  readonly epoch: number;
}

/** A task was accepted. Its status is `waiting` or `ready`. */
export interface TaskCreated extends Named<"task:created"> {
  /** The same as `task.id`. */
  readonly taskId: string;
  /** As it was accepted, every default filled in. */
  readonly task: TaskView;
}

/** A known task was submitted again under its idempotency key; nothing changed. */
export interface TaskRecognized extends Named<"task:recognized"> {
  /** The id that came again. */
  readonly taskId: string;
}

/** A task became ready: its dependencies are settled, its backoff is over, or it lost its agent. */
export interface TaskReadied extends Named<"task:readied"> {
  /** What an agent may be given. */
  readonly taskId: string;
}

/** A task was given to an agent, under a new epoch. */
export interface TaskAssigned extends Named<"task:assigned">, ClaimEvent {
  /** The locks that it needs before it starts. */
  readonly resources: readonly ResourceRequest[];
  /** Whether it waits in the agent's own queue for a slot; otherwise it has one. */
  readonly queued: boolean;
}

/** A claim got a slot after it had waited for one in its agent's queue. */
export interface TaskAdmitted extends Named<"task:admitted">, ClaimEvent {
  /** The locks that it needs before it starts. */
  readonly resources: readonly ResourceRequest[];
}

/** An attempt began. */
export interface TaskStarted extends Named<"task:started">, ClaimEvent {
  /** 1 for the first; an attempt that ended through no fault of the task gives its number back. */
  readonly attempt: number;
  /** From submission to this start, earlier attempts included. */
  readonly waitedMs: number;
}

/** A running attempt said that it is alive. */
export interface TaskHeartbeat extends Named<"task:heartbeat">, ClaimEvent {}

/** A running attempt told how far it is. */
export interface TaskProgressed extends Named<"task:progressed">, ClaimEvent {
  /** Whatever the agent reports, never looked into. */
  readonly progress: unknown;
}

/** An attempt, or a task, took longer than it may. What follows from it is the next event. */
export interface TaskTimedOut extends Named<"task:timed-out"> {
  /** What took too long. */
  readonly taskId: string;
  /** `queue`: waiting to start. `heartbeat`: silence of an attempt. `total`: since submission. */
  readonly limit: "queue" | "attempt" | "heartbeat" | "total";
  /** The limit, not the time taken. */
  readonly ms: number;
}

/** An attempt failed, and the task is tried again at `retryAt`, or later if its body runs on. */
export interface TaskBackedOff extends Named<"task:backed-off">, ClaimEvent {
  /** Why the attempt failed. */
  readonly error: ErrorData;
  /** How many attempts count so far; one that ended through no fault of the task doesn't. */
  readonly attempt: number;
  /** When the backoff ends and the task is ready again. */
  readonly retryAt: Instant;
}

/** A claim ended through no fault of the task, which costs no attempt. */
export interface TaskRequeued extends Named<"task:requeued">, ClaimEvent {
  /** What ended the claim, as a phrase for people. */
  readonly reason: string;
}

/** A task ended well. */
export interface TaskCompleted extends Named<"task:completed">, ClaimEvent {
  /** Whatever the agent handed in, never looked into. */
  readonly result: unknown;
  /** From the start of its last attempt. */
  readonly ranMs: number;
}

/** A task ended badly, for good. */
export interface TaskFailed extends Named<"task:failed"> {
  /** What nobody will try again. */
  readonly taskId: string;
  /** Who had the task when it failed, or `undefined` when nobody did. */
  readonly agentId: string | undefined;
  /** Of its newest claim; 0 when it had none. */
  readonly epoch: number;
  /** Of the attempt that failed, or of the limit that was exceeded. */
  readonly error: ErrorData;
  /** How many attempts were started that count against its retries. */
  readonly attempts: number;
}

/** A task was cancelled. */
export interface TaskCancelled extends Named<"task:cancelled"> {
  /** What will not be done. */
  readonly taskId: string;
  /** Who had the task when it was cancelled, or `undefined` when nobody did. */
  readonly agentId: string | undefined;
  /** Of its newest claim; 0 when it had none. */
  readonly epoch: number;
  /** What the caller said, or what became of a dependency. */
  readonly reason: string;
}

/** A claim gave its slot and its locks back: its body has ended, or isn't waited for any longer. */
export interface AttemptEnded extends Named<"attempt:ended">, ClaimEvent {
  /** Whether the claim was taken back before, and its body didn't end within the grace period. */
  readonly abandoned: boolean;
  /** Whether it was still in its agent's queue, and so had neither slot nor locks. */
  readonly queued: boolean;
}

/** Why a command on a task or an agent was refused. */
export type TaskRefusal =
  /** Nobody submitted it, or it ended long ago and was forgotten. */
  | "unknown-task"
  /** Nobody registered it, or it is gone. */
  | "unknown-agent"
  /** The id is known, and not under the same idempotency key. */
  | "duplicate"
  /** Its dependencies lead back to it. */
  | "cycle"
  /** The claim that the command names is not in force. */
  | "stale-epoch"
  /** The task's status doesn't allow it. */
  | "status"
  /** The agent lacks a capability, a free slot, or the right to take tasks. */
  | "unfit"
  /** There are as many unfinished tasks, or agents, as there may be. */
  | "full"
  /** Nothing is accepted or started any more. */
  | "draining";

/** A command was refused, and the state is as before. */
export interface TaskRefused extends Named<"task:refused"> {
  /** What the command is about; `""` when that is an agent. */
  readonly taskId: string;
  /** Whom the command names; `undefined` for a command that names no agent. */
  readonly agentId: string | undefined;
  /** The command's `type`. */
  readonly command: string;
  /** The condition that was not met. */
  readonly reason: TaskRefusal;
  /** The status, the epoch in force, or the cycle: what the reason is about. */
  readonly detail: string | number | readonly string[] | undefined;
}

/** An agent was registered, or registered again with another profile. */
export interface AgentSpawned extends Named<"agent:spawned"> {
  /** Who can be given tasks. */
  readonly agentId: string;
  /** What it can do: sorted, each once. */
  readonly capabilities: readonly string[];
  /** How many slots it has: a claim needs one to start. */
  readonly maxConcurrentTasks: number;
  /** What kind of agent it is. */
  readonly kind: string;
}

/** An agent is gone, and so are its claims. */
export interface AgentTerminated extends Named<"agent:terminated"> {
  /** Who is gone; its claims end in the events that follow. */
  readonly agentId: string;
  /** What the caller said, for people. */
  readonly reason: string;
}

/** For one more cause an agent gets no further tasks; what has a slot goes on. */
export interface AgentCordoned extends Named<"agent:cordoned"> {
  /** Who is passed over. */
  readonly agentId: string;
  /** Each cause is lifted by itself. */
  readonly cause: CordonCause;
  /** What the caller said, for people; never `""`. */
  readonly reason: string;
  /** When it is lifted by itself, or 0 for never. */
  readonly untilMs: Instant;
}

/** A cause is no longer in force; without any an agent gets tasks again. */
export interface AgentUncordoned extends Named<"agent:uncordoned"> {
  /** Who is considered again. */
  readonly agentId: string;
  /** What is lifted. */
  readonly cause: CordonCause;
}

/** An agent may use only some of its slots, or all again. */
export interface AgentLimited extends Named<"agent:limited"> {
  /** Whose slots they are. */
  readonly agentId: string;
  /** How many it may use; 0 for all that it has. */
  readonly slots: number;
}

/** An agent gets no further tasks, and is gone once it has none. */
export interface AgentDraining extends Named<"agent:draining"> {
  /** Who is about to go. */
  readonly agentId: string;
  /** What the caller said, for people. */
  readonly reason: string;
}

/** An agent has nothing to do any more. */
export interface AgentIdle extends Named<"agent:idle"> {
  /** Whose last claim has ended. */
  readonly agentId: string;
}

/** An agent has something to do again. */
export interface AgentActive extends Named<"agent:active"> {
  /** Who has a claim. */
  readonly agentId: string;
}

/** Another strategy ranks the agents from here on. */
export interface StrategyChanged extends Named<"strategy:changed"> {
  /** One of the machine's own, or `external` when somebody outside ranks. */
  readonly strategy: string;
}

/** Nothing is accepted or started any more. */
export interface SchedulerDrained extends Named<"scheduler:drained"> {}

/** What a task machine can say. */
export type TaskEvent =
  | StealingEvent
  | TaskCreated
  | TaskRecognized
  | TaskReadied
  | TaskAssigned
  | TaskAdmitted
  | TaskStarted
  | TaskHeartbeat
  | TaskProgressed
  | TaskTimedOut
  | TaskBackedOff
  | TaskRequeued
  | TaskCompleted
  | TaskFailed
  | TaskCancelled
  | AttemptEnded
  | TaskRefused
  | AgentSpawned
  | AgentTerminated
  | AgentCordoned
  | AgentUncordoned
  | AgentDraining
  | AgentLimited
  | AgentIdle
  | AgentActive
  | StrategyChanged
  | SchedulerDrained;

/** An agent, or who watches it, told how much it has to do. */
export interface AgentReported extends Named<"agent:reported"> {
  /** Whose load it is. */
  readonly agentId: string;
  /** How many tasks it has besides those that it was given here. */
  readonly outside: number;
  /** How long a task of its takes; `undefined` when nobody said, as for the next two. */
  readonly avgTaskDurationMs: number | undefined;
  /** Of the processor, in percent. */
  readonly cpuPercent: number | undefined;
  /** Of the memory, in percent. */
  readonly memoryPercent: number | undefined;
}

/** A report of load was not renewed, and is forgotten. */
export interface AgentReportExpired extends Named<"agent:report-expired"> {
  /** Whose load is again what it was given here. */
  readonly agentId: string;
}

/** Tasks are about to be moved from a busy agent to an idle one. */
export interface WorkStealingRequest extends Named<"workstealing:request"> {
  /** Whose they were. */
  readonly sourceAgent: string;
  /** Whose they will be. */
  readonly targetAgent: string;
  /** How many. */
  readonly taskCount: number;
}

/** A claim that had not started was taken from its agent, to be given to another one at once. */
export interface TaskStolen extends Named<"task:stolen">, ClaimEvent {
  /** Who gets it, under a new epoch. */
  readonly targetAgent: string;
}

/** Tasks were moved. */
export interface WorkStealingCompleted extends Named<"workstealing:completed"> {
  /** Whose they were. */
  readonly sourceAgent: string;
  /** Whose they are. */
  readonly targetAgent: string;
  /** How many. */
  readonly taskCount: number;
  /** Which, the most recently assigned first. */
  readonly taskIds: readonly string[];
}

/** What a task machine can say of stealing. */
export type StealingEvent =
  | AgentReported
  | AgentReportExpired
  | WorkStealingRequest
  | TaskStolen
  | WorkStealingCompleted;

/** From the name of an event to its one-line description. */
export const TASK_DESCRIPTIONS: Descriptions<TaskEvent> = {
  "task:created": ({ task: { id, status, dependencies } }) => {
    const open = status === "waiting" ? ` for ${listed(dependencies)}` : "";
    return `task ${id}: created → ${status}${open}`;
  },
  "task:recognized": ({ taskId }) => `task ${taskId}: submitted again, and known`,
  "task:readied": ({ taskId }) => `task ${taskId}: → ready`,
  "task:assigned": ({ taskId, agentId, epoch, resources, queued }) => {
    const needs = queued ? ", and waits for a slot" : needed(resources);
    return `task ${taskId}: ready → assigned to ${agentId} (epoch ${epoch})${needs}`;
  },
  "task:admitted": ({ taskId, agentId, epoch, resources }) =>
    `task ${taskId}: has a slot of ${agentId} (epoch ${epoch})${needed(resources)}`,
  "task:stolen": ({ taskId, agentId, epoch, targetAgent }) =>
    `task ${taskId}: taken from ${agentId} (epoch ${epoch}) for ${targetAgent}`,
  "task:started": ({ taskId, agentId, epoch, attempt, waitedMs }) =>
    `task ${taskId}: assigned → running on ${agentId} (epoch ${epoch}), attempt ${attempt}, ` +
    `${waitedMs} ms after submission`,
  "task:heartbeat": ({ taskId, agentId }) => `task ${taskId}: ${agentId} is alive`,
  "task:progressed": ({ taskId, agentId, progress }) =>
    `task ${taskId}: ${agentId} is at ${readable(progress)}`,
  "task:timed-out": ({ taskId, limit, ms }) => `task ${taskId}: ${LIMITS[limit]} ${ms} ms`,
  "task:backed-off": ({ taskId, agentId, error, attempt, retryAt }) =>
    `task ${taskId}: → backing off until ${timeOfDay(retryAt)}, ` +
    `as attempt ${attempt} failed on ${agentId}: ${thrown(error)}`,
  "task:requeued": ({ taskId, agentId, epoch, reason }) =>
    `task ${taskId}: taken back from ${agentId} (epoch ${epoch}), as ${oneLine(reason)}`,
  "task:completed": ({ taskId, agentId, epoch, ranMs }) =>
    `task ${taskId}: → completed by ${agentId} (epoch ${epoch}) in ${ranMs} ms`,
  "task:failed": ({ taskId, agentId, error, attempts }) => {
    const where = agentId === undefined ? "" : ` on ${agentId}`;
    return `task ${taskId}: → failed${where}, attempts made: ${attempts}, ${thrown(error)}`;
  },
  "task:cancelled": ({ taskId, reason }) => `task ${taskId}: → cancelled, ${oneLine(reason)}`,
  "attempt:ended": ({ taskId, agentId, epoch, abandoned }) =>
    `task ${taskId}: the claim of ${agentId} is ${
      abandoned ? "given up" : "over"
    } (epoch ${epoch})`,
  "task:refused": ({ taskId, agentId = "", command, reason, detail }) => {
    const why = detail === undefined ? reason : `${reason}: ${readable(detail)}`;
    return refusal(command, taskId === "" ? "" : `task ${taskId}`, agentId, why);
  },
  "agent:spawned": ({ agentId, capabilities, maxConcurrentTasks }) => {
    const skills = capabilities.length === 0 ? "" : `, can ${listed(capabilities)}`;
    return `agent ${agentId}: takes tasks, ${maxConcurrentTasks} at once${skills}`;
  },
  "agent:terminated": ({ agentId, reason }) => `agent ${agentId}: → gone, ${oneLine(reason)}`,
  "agent:cordoned": ({ agentId, cause, reason, untilMs }) => {
    const until = untilMs === 0 ? "" : ` until ${timeOfDay(untilMs)}`;
    return `agent ${agentId}: gets no further tasks${until} (${cause}), ${oneLine(reason)}`;
  },
  "agent:uncordoned": ({ agentId, cause }) => `agent ${agentId}: the cordon is lifted (${cause})`,
  "agent:limited": ({ agentId, slots }) =>
    slots === 0
      ? `agent ${agentId}: may use all its slots`
      : `agent ${agentId}: may use ${slots} of its slots`,
  "agent:draining": ({ agentId, reason }) =>
    `agent ${agentId}: goes when it has no task left, ${oneLine(reason)}`,
  "agent:reported": ({ agentId, outside, avgTaskDurationMs, cpuPercent, memoryPercent }) => {
    const figures = [
      [`tasks from elsewhere: ${outside}`, outside],
      [`each takes ${avgTaskDurationMs} ms`, avgTaskDurationMs],
      [`processor ${cpuPercent} %`, cpuPercent],
      [`memory ${memoryPercent} %`, memoryPercent],
    ] as const;
    const told = figures.filter(([, figure]) => figure !== undefined).map(([text]) => text);
    return `agent ${agentId}: reported its load, ${told.join(", ")}`;
  },
  "agent:report-expired": ({ agentId }) => `agent ${agentId}: its report of load is too old`,
  "agent:idle": ({ agentId }) => `agent ${agentId}: → idle`,
  "agent:active": ({ agentId }) => `agent ${agentId}: → active`,
  "workstealing:request": ({ sourceAgent, targetAgent, taskCount }) =>
    `stealing: ${sourceAgent} has ${taskCount} to give to ${targetAgent}`,
  "workstealing:completed": ({ sourceAgent, targetAgent, taskIds }) =>
    `stealing: ${targetAgent} has got ${listed(taskIds)} from ${sourceAgent}`,
  "strategy:changed": ({ strategy }) => `scheduler: agents are chosen by ${strategy}`,
  "scheduler:drained": () => "scheduler: → drained, nothing is accepted or started any more",
};

/** What a claim lacks besides its slot. */
function needed(resources: readonly ResourceRequest[]): string {
  const locks = resources.map(({ resourceId }) => resourceId);
  return locks.length === 0 ? "" : `, which needs ${listed(locks)} first`;
}

const LIMITS: Readonly<Record<TaskTimedOut["limit"], string>> = {
  queue: "has waited to start for more than",
  attempt: "its attempt took more than",
  heartbeat: "its attempt was silent for more than",
  total: "has taken more than",
};
