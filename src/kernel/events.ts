/**
 * The vocabulary: every event of every machine, by the name that it has on the bus, in the log, in
 * a trace and in the specification.
 *
 * @module
 */

import type { Instant } from "./machine.ts";
import type { ErrorData, LockMode, ResourceRequest, TaskView } from "./shapes.ts";

/** The names that event handlers of the coordination API use. */
export const SystemEvents = {
  AGENT_SPAWNED: "agent:spawned",
  AGENT_TERMINATED: "agent:terminated",
  AGENT_ERROR: "agent:error",
  AGENT_IDLE: "agent:idle",
  AGENT_ACTIVE: "agent:active",
  TASK_CREATED: "task:created",
  TASK_ASSIGNED: "task:assigned",
  TASK_STARTED: "task:started",
  TASK_COMPLETED: "task:completed",
  TASK_FAILED: "task:failed",
  TASK_CANCELLED: "task:cancelled",
  SYSTEM_READY: "system:ready",
  SYSTEM_SHUTDOWN: "system:shutdown",
  SYSTEM_ERROR: "system:error",
  SYSTEM_HEALTHCHECK: "system:healthcheck",
  RESOURCE_ACQUIRED: "resource:acquired",
  RESOURCE_RELEASED: "resource:released",
  DEADLOCK_DETECTED: "deadlock:detected",
  MESSAGE_SENT: "message:sent",
  MESSAGE_RECEIVED: "message:received",
} as const;

// ── Resources ──

/**
 * In all events of resources, `agentId` is who is told and shown, and `owner` is who the lock
 * belongs to: the agent itself, or one claim of a task that the agent runs.
 */
interface ResourceEvent {
  readonly resourceId: string;
  readonly agentId: string;
  readonly owner: string;
}

/** A lock was granted, at once or after a wait. */
export interface ResourceAcquired extends ResourceEvent {
  readonly type: "resource:acquired";
  readonly epoch: number;
  readonly mode: LockMode;
  readonly units: number;
  /** The wait that it ends, or `0` when there was none. */
  readonly waitId: number;
  readonly waitedMs: number;
}

/** Its owner asked for a lock that it holds; nothing changed. */
export interface ResourceReacquired extends ResourceEvent {
  readonly type: "resource:reacquired";
  readonly epoch: number;
  /** The wait that it ends, or `0` when there was none. */
  readonly waitId: number;
}

/** A wait for one lock, or for several at once, began. */
export interface ResourceQueued {
  readonly type: "resource:queued";
  readonly resourceIds: readonly string[];
  readonly agentId: string;
  readonly owner: string;
  readonly waitId: number;
  readonly priority: number;
}

/** A lock was given back. */
export interface ResourceReleased extends ResourceEvent {
  readonly type: "resource:released";
  readonly epoch: number;
  readonly heldMs: number;
}

/** A lease was extended. */
export interface ResourceRenewed extends ResourceEvent {
  readonly type: "resource:renewed";
  readonly epoch: number;
  readonly expiresAt: Instant;
}

/** A lease ran out and the lock was taken away. */
export interface ResourceExpired extends ResourceEvent {
  readonly type: "resource:expired";
  readonly epoch: number;
  readonly heldMs: number;
}

/** A lock was taken away from the victim of a deadlock. */
export interface ResourceRevoked extends ResourceEvent {
  readonly type: "resource:revoked";
  readonly epoch: number;
  readonly heldMs: number;
}

/** How a wait ended without a grant. A deadlock's victim has `deadlock:detected` instead. */
interface WaitEnded {
  readonly resourceIds: readonly string[];
  readonly agentId: string;
  readonly owner: string;
  readonly waitId: number;
  readonly waitedMs: number;
}

/** A wait took longer than it may. */
export interface ResourceTimedOut extends WaitEnded {
  readonly type: "resource:timed-out";
  readonly timeoutMs: number;
}

/** A wait was taken back by who began it. */
export interface ResourceCancelled extends WaitEnded {
  readonly type: "resource:cancelled";
}

/** A wait ended because its owner is gone, or asks for what it can't have with what it holds. */
export interface ResourceAbandoned extends WaitEnded {
  readonly type: "resource:abandoned";
  readonly reason: "gone" | "upgrade";
}

/** The number of units of a resource was set. */
export interface ResourceDefined {
  readonly type: "resource:defined";
  readonly resourceId: string;
  readonly capacity: number;
}

/** Why a command on a resource was refused. */
export type ResourceRefusal =
  /** It is held, and the command would not wait. */
  | "held"
  | "not-holder"
  | "stale-epoch"
  /** A shared holder asked for an exclusive lock, or a holder for more units. */
  | "upgrade"
  /** More units than the resource has. */
  | "over-capacity"
  /** The queue, or the table of resources, is full. */
  | "full"
  /** No such wait: it ended before. */
  | "not-waiting"
  /** The capacity of a resource in use can't change. */
  | "in-use";

/** A command was refused, and the state is as before. */
export interface ResourceRefused {
  readonly type: "resource:refused";
  readonly resourceId: string;
  readonly agentId: string;
  readonly owner: string;
  readonly command: string;
  readonly reason: ResourceRefusal;
}

/** A cycle of waits was found, and `victim` gave way: its wait has ended. */
export interface DeadlockDetected {
  readonly type: "deadlock:detected";
  /** Who waits in the cycle. */
  readonly agents: readonly string[];
  /** What each of `agents`, by its index, waits for; the next of them holds it. */
  readonly resources: readonly string[];
  /** The agent that gave way. */
  readonly victim: string;
  /** The owner of the victim's wait. */
  readonly owner: string;
  /** The victim's wait. */
  readonly waitId: number;
  readonly waitedMs: number;
}

/** What a lock machine can say. */
export type LockEvent =
  | ResourceAcquired
  | ResourceReacquired
  | ResourceQueued
  | ResourceReleased
  | ResourceRenewed
  | ResourceExpired
  | ResourceRevoked
  | ResourceTimedOut
  | ResourceCancelled
  | ResourceAbandoned
  | ResourceDefined
  | ResourceRefused
  | DeadlockDetected;

// ── Tasks and agents ──

/** A claim of an agent on a task, under the epoch of the claim. */
interface ClaimEvent {
  readonly taskId: string;
  readonly agentId: string;
  readonly epoch: number;
}

/** A task was accepted. Its status is `waiting` or `ready`. */
export interface TaskCreated {
  readonly type: "task:created";
  readonly taskId: string;
  readonly task: TaskView;
}

/** A known task was submitted again under its idempotency key; nothing changed. */
export interface TaskRecognized {
  readonly type: "task:recognized";
  readonly taskId: string;
}

/** A task became ready: its dependencies are settled, its backoff is over, or it lost its agent. */
export interface TaskReadied {
  readonly type: "task:readied";
  readonly taskId: string;
}

/** A task was put into an agent's queue, under a new epoch. */
export interface TaskAssigned extends ClaimEvent {
  readonly type: "task:assigned";
  /** The locks that it needs before it starts. */
  readonly resources: readonly ResourceRequest[];
}

/** An attempt began. */
export interface TaskStarted extends ClaimEvent {
  readonly type: "task:started";
  /** 1 for the first. */
  readonly attempt: number;
  /** From submission to this start. */
  readonly waitedMs: number;
}

/** A running attempt said that it is alive. */
export interface TaskHeartbeat extends ClaimEvent {
  readonly type: "task:heartbeat";
}

/** A running attempt told how far it is. */
export interface TaskProgressed extends ClaimEvent {
  readonly type: "task:progressed";
  readonly progress: unknown;
}

/** An attempt, or a task, took longer than it may. What follows from it is the next event. */
export interface TaskTimedOut {
  readonly type: "task:timed-out";
  readonly taskId: string;
  readonly limit: "queue" | "attempt" | "heartbeat" | "total";
  readonly ms: number;
}

/** An attempt failed, and the task will be tried again at `retryAt`. */
export interface TaskBackedOff extends ClaimEvent {
  readonly type: "task:backed-off";
  readonly error: ErrorData;
  readonly attempt: number;
  readonly retryAt: Instant;
}

/** A claim ended through no fault of the task, which costs no attempt. */
export interface TaskRequeued extends ClaimEvent {
  readonly type: "task:requeued";
  readonly reason: string;
}

/** A task ended well. */
export interface TaskCompleted extends ClaimEvent {
  readonly type: "task:completed";
  readonly result: unknown;
  readonly ranMs: number;
}

/** A task ended badly, for good. */
export interface TaskFailed {
  readonly type: "task:failed";
  readonly taskId: string;
  /** The agent of the last attempt, or `undefined` when none was started. */
  readonly agentId: string | undefined;
  readonly epoch: number;
  readonly error: ErrorData;
  readonly attempts: number;
}

/** A task was cancelled. */
export interface TaskCancelled {
  readonly type: "task:cancelled";
  readonly taskId: string;
  readonly agentId: string | undefined;
  readonly epoch: number;
  readonly reason: string;
}

/** A claim gave its slot and its locks back: its body has settled, or its grace period is over. */
export interface AttemptEnded extends ClaimEvent {
  readonly type: "attempt:ended";
  /** Whether the body was still running when its grace period ended. */
  readonly abandoned: boolean;
}

/** Why a command on a task or an agent was refused. */
export type TaskRefusal =
  | "unknown-task"
  | "unknown-agent"
  | "duplicate"
  | "cycle"
  | "stale-epoch"
  /** The task's status doesn't allow it. */
  | "status"
  /** The agent lacks a capability, a free slot, or the right to take tasks. */
  | "unfit"
  /** The queue is full. */
  | "full"
  /** Nothing is accepted any more. */
  | "draining";

/** A command was refused, and the state is as before. */
export interface TaskRefused {
  readonly type: "task:refused";
  readonly taskId: string;
  readonly agentId: string | undefined;
  readonly command: string;
  readonly reason: TaskRefusal;
  /** The status, the epoch in force, or the cycle: what the reason is about. */
  readonly detail: string | number | readonly string[] | undefined;
}

/** An agent was registered, or registered again with another profile. */
export interface AgentSpawned {
  readonly type: "agent:spawned";
  readonly agentId: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrentTasks: number;
}

/** An agent is gone, and so are its claims. */
export interface AgentTerminated {
  readonly type: "agent:terminated";
  readonly agentId: string;
  readonly reason: string;
}

/** An agent gets no further tasks; what it has goes on. */
export interface AgentCordoned {
  readonly type: "agent:cordoned";
  readonly agentId: string;
  readonly reason: string;
}

/** An agent gets tasks again. */
export interface AgentUncordoned {
  readonly type: "agent:uncordoned";
  readonly agentId: string;
}

/** Another strategy ranks the agents from here on. */
export interface StrategyChanged {
  readonly type: "strategy:changed";
  readonly strategy: string;
}

/** Nothing is accepted or started any more. */
export interface SchedulerDrained {
  readonly type: "scheduler:drained";
}

/** What a task machine can say. */
export type TaskEvent =
  | TaskCreated
  | TaskRecognized
  | TaskReadied
  | TaskAssigned
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
  | StrategyChanged
  | SchedulerDrained;

// ── All of them ──

/** Everything that any machine can say. */
export type LockstepEvent = LockEvent | TaskEvent;

/** From the name of an event to what its handlers get. */
export type EventMap = { [Event in LockstepEvent as Event["type"]]: Event };
