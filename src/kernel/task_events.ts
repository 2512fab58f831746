/**
 * What happens to tasks, and to the agents that do them.
 *
 * @module
 */

import type { Instant, Named } from "./machine.ts";
import type { CordonCause, ErrorData, ResourceRequest, TaskView } from "./shapes.ts";
import type { StealingEvent } from "./stealing_events.ts";

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
