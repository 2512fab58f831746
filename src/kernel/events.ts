/**
 * The vocabulary: every event of every machine, by the name that it has on the bus, in the log, in
 * a trace and in the specification.
 *
 * @module
 */

import type { Instant, Named } from "./machine.ts";
import type {
  Conflict,
  ConflictResolution,
  ErrorData,
  LockMode,
  Message,
  MessageOutcome,
  ResourceRequest,
  TaskView,
} from "./shapes.ts";

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

// Resources

/** What all events about one lock say. */
export interface ResourceEvent {
  /** What the lock is on. */
  readonly resourceId: string;
  /** Who is told and shown. */
  readonly agentId: string;
  /** Who the lock belongs to: the agent itself, or one claim of a task that the agent runs. */
  readonly owner: string;
}

/** What all events about one grant of a lock say. */
export interface GrantEvent extends ResourceEvent {
  /** The number of the grant; larger than that of any earlier one. */
  readonly epoch: number;
}

/** How a grant ended. */
export interface GrantEnded extends GrantEvent {
  /** Since the grant. */
  readonly heldMs: number;
}

/** What all events about a wait say. */
export interface WaitEvent {
  /** All that the wait is for: one lock, or several at once. */
  readonly resourceIds: readonly string[];
  /** Who is told and shown. */
  readonly agentId: string;
  /** Who waits: the agent itself, or one claim of a task that the agent runs. */
  readonly owner: string;
  /** Numbers the waits of a machine, from 1. */
  readonly waitId: number;
}

/** How a wait ended without a grant. A deadlock's victim has `deadlock:detected` instead. */
export interface WaitEnded extends WaitEvent {
  /** Since the wait began. */
  readonly waitedMs: number;
}

/** A lock was granted, at once or after a wait. */
export interface ResourceAcquired extends Named<"resource:acquired">, GrantEvent {
  /** Whether others may hold it too. */
  readonly mode: LockMode;
  /** How many of a counted resource; 1 of any other. */
  readonly units: number;
  /** The wait that it ends, or `0` when there was none. */
  readonly waitId: number;
  /** Since the wait began; 0 when there was none. */
  readonly waitedMs: number;
}

/** An owner asked for a lock that it holds, or got it meanwhile; its grant stands as it was. */
export interface ResourceReacquired extends Named<"resource:reacquired">, GrantEvent {
  /** The wait that it ends, or `0` when there was none. */
  readonly waitId: number;
}

/** A wait for one lock, or for several at once, began. */
export interface ResourceQueued extends Named<"resource:queued">, WaitEvent {
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
}

/** A lock was given back. */
export interface ResourceReleased extends Named<"resource:released">, GrantEnded {}

/** A lease was extended. */
export interface ResourceRenewed extends Named<"resource:renewed">, GrantEvent {
  /** When the lease ends; `Infinity` for a lock without one. */
  readonly expiresAt: Instant;
}

/** A lease ran out and the lock was taken away. */
export interface ResourceExpired extends Named<"resource:expired">, GrantEnded {}

/** A lock was taken away from the victim of a deadlock. */
export interface ResourceRevoked extends Named<"resource:revoked">, GrantEnded {}

/** A wait took longer than it may. */
export interface ResourceTimedOut extends Named<"resource:timed-out">, WaitEnded {
  /** How long it was allowed to take. */
  readonly timeoutMs: number;
}

/** A wait was taken back by who began it. */
export interface ResourceCancelled extends Named<"resource:cancelled">, WaitEnded {}

/** A wait ended because its owner is gone, or asks for what it can't have with what it holds. */
export interface ResourceAbandoned extends Named<"resource:abandoned">, WaitEnded {
  /** `upgrade`: what the owner got meanwhile has to be given back before it may ask for more. */
  readonly reason: "gone" | "upgrade";
}

/** The number of units of a resource was set. */
export interface ResourceDefined extends Named<"resource:defined"> {
  /** What is counted. */
  readonly resourceId: string;
  /** How many units exclusive holders can have between them. */
  readonly capacity: number;
}

/** Why a command on a resource was refused. */
export type ResourceRefusal =
  /** It is held, and the command would not wait. */
  | "held"
  /** Its owner doesn't hold it. */
  | "not-holder"
  /** The grant that the command names is not in force. */
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
export interface ResourceRefused extends Named<"resource:refused"> {
  /** What the reason is about; `""` when that is a wait. */
  readonly resourceId: string;
  /** Who asked; `""` when the command names nobody. */
  readonly agentId: string;
  /** For whom it asked; `""` when the command names nobody. */
  readonly owner: string;
  /** The command's `type`. */
  readonly command: string;
  /** The condition that was not met. */
  readonly reason: ResourceRefusal;
}

/** A cycle of waits was found, and `victim` gave way: its wait has ended. */
export interface DeadlockDetected extends Named<"deadlock:detected"> {
  /** Who waits in the cycle. */
  readonly agents: readonly string[];
  /** The owners of their waits: the agents themselves, or claims of tasks. */
  readonly owners: readonly string[];
  /**
   * What each of `agents`, by its index, waits for; the next of them holds it or is first in its
   * queue.
   */
  readonly resources: readonly string[];
  /** The agent that gave way. */
  readonly victim: string;
  /** The owner of the victim's wait. */
  readonly owner: string;
  /** The victim's wait. */
  readonly waitId: number;
  /** Since the victim's wait began. */
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

// Tasks and agents

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

/** A task was put into an agent's queue, under a new epoch. */
export interface TaskAssigned extends Named<"task:assigned">, ClaimEvent {
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
  /** How many tasks it has at once, started or not. */
  readonly maxConcurrentTasks: number;
}

/** An agent is gone, and so are its claims. */
export interface AgentTerminated extends Named<"agent:terminated"> {
  /** Who is gone; its claims end in the events that follow. */
  readonly agentId: string;
  /** What the caller said, for people. */
  readonly reason: string;
}

/** An agent gets no further tasks; what it has goes on. */
export interface AgentCordoned extends Named<"agent:cordoned"> {
  /** Who is passed over. */
  readonly agentId: string;
  /** What the caller said, for people; never `""`. */
  readonly reason: string;
}

/** An agent gets tasks again. */
export interface AgentUncordoned extends Named<"agent:uncordoned"> {
  /** Who is considered again. */
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

// Conflicts and versions

/** What all events about one conflict say. */
export interface AboutConflict {
  /** Which conflict. */
  readonly conflictId: string;
}

/** A conflict was reported. */
export interface ConflictReported extends Named<"conflict:reported">, AboutConflict {
  /** The conflict as it stands. */
  readonly conflict: Conflict;
}

/** An open conflict was reported again, by the same subject and agents; nothing changed. */
export interface ConflictRecognized extends Named<"conflict:recognized">, AboutConflict {
  /** The conflict as it stands. */
  readonly conflict: Conflict;
}

/** A conflict was settled. Whatever the losers hold of its subject, or wait for, is to end. */
export interface ConflictResolved extends Named<"conflict:resolved">, AboutConflict {
  /** The conflict, resolved. */
  readonly conflict: Conflict;
  /** Who won and why. */
  readonly resolution: ConflictResolution;
  /** The name of the strategy that decided. */
  readonly strategy: string;
  /** Since it was reported. */
  readonly openMs: number;
}

/** A conflict was to be settled that is settled already; its resolution stands. */
export interface ConflictUpheld extends Named<"conflict:upheld">, AboutConflict {
  /** The one and only resolution. */
  readonly resolution: ConflictResolution;
}

/** Conflicts were forgotten that had been settled long ago. */
export interface ConflictForgotten extends Named<"conflict:forgotten"> {
  /** How many. */
  readonly count: number;
  /** They were settled before this. */
  readonly before: Instant;
}

/** Why a command on a conflict was refused. */
export type ConflictRefusal =
  /** Nobody reported it, or it is forgotten. */
  | "unknown-conflict"
  /** It is settled, and no vote can change that. */
  | "resolved"
  /** What is known about its agents doesn't single one out. */
  | "undecided"
  /** A vote is open. */
  | "voting"
  /** No vote is open. */
  | "not-voting"
  /** The voter has no vote. */
  | "not-elector"
  /** The voter has voted for somebody else. */
  | "voted"
  /** Who is to win, to lose or to be voted for is no agent of the conflict. */
  | "not-party"
  /** The table is full. */
  | "full";

/** A command was refused, and the state is as before. */
export interface ConflictRefused extends Named<"conflict:refused">, AboutConflict {
  /** The name of the command. */
  readonly command: string;
  /** Why it was refused. */
  readonly reason: ConflictRefusal;
  /** Whom the reason is about; `""` when it is nobody. */
  readonly agentId: string;
}

/** A vote on a conflict began. */
export interface VoteOpened extends Named<"vote:opened">, AboutConflict {
  /** Who has a vote. */
  readonly electorate: readonly string[];
  /** How many votes decide it. */
  readonly quorum: number;
  /** When it ends at the latest. */
  readonly closesAt: Instant;
}

/** Somebody voted. */
export interface VoteCast extends Named<"vote:cast">, AboutConflict {
  /** Who voted. */
  readonly voter: string;
  /** For which agent of the conflict. */
  readonly candidate: string;
}

/** Somebody voted again for the same agent; it counts once. */
export interface VoteRecognized extends Named<"vote:recognized">, AboutConflict {
  /** Who voted. */
  readonly voter: string;
  /** For which agent of the conflict. */
  readonly candidate: string;
}

/** A vote ended. When it decided the conflict, that is the next event. */
export interface VoteClosed extends Named<"vote:closed">, AboutConflict {
  /** Whether the quorum was reached, the deadline came first, or somebody decided meanwhile. */
  readonly outcome: "decided" | "no-quorum" | "overtaken";
  /** How many votes each agent of the conflict got, in the order of its agents. */
  readonly tally: readonly (readonly [agentId: string, votes: number])[];
}

/** The priority of an agent became known. */
export interface PriorityNoted extends Named<"priority:noted"> {
  /** Whose it is. */
  readonly agentId: string;
  /** Higher wins. */
  readonly priority: number;
}

/** It became known since when agents want something. */
export interface RequestNoted extends Named<"request:noted"> {
  /** What sort of thing they want. */
  readonly subject: "resource" | "task";
  /** What they want. */
  readonly subjectId: string;
  /** Since when each of them wants it. */
  readonly requests: readonly (readonly [agentId: string, at: Instant])[];
}

/** What was known of an agent, its priority and its requests, was forgotten. */
export interface PartyForgotten extends Named<"party:forgotten"> {
  /** Who is unknown from here on. */
  readonly agentId: string;
}

/** What all events about an agent and a version say. */
export interface AboutVersion {
  /** What has versions. */
  readonly resourceId: string;
  /** Who reads or writes it. */
  readonly agentId: string;
  /** The newest version, after this event. */
  readonly version: number;
}

/** An agent learned the newest version, and may change it. */
export interface VersionRead extends Named<"version:read">, AboutVersion {}

/** An agent's change became the newest version. */
export interface VersionCommitted extends Named<"version:committed">, AboutVersion {}

/** An agent gave up changing what it had read. */
export interface VersionReleased extends Named<"version:released">, AboutVersion {}

/** Those who read long ago were forgotten. */
export interface VersionForgotten extends Named<"version:forgotten"> {
  /** How many they were. */
  readonly count: number;
  /** They read before this. */
  readonly before: Instant;
}

/** Why a command on a version was refused. */
export type VersionRefusal =
  /** Somebody else's change came first. */
  | "stale-version"
  /** The agent has read nothing that it could give up. */
  | "not-reader";

/** A command was refused, and the state is as before. */
export interface VersionRefused extends Named<"version:refused">, AboutVersion {
  /** The name of the command. */
  readonly command: string;
  /** Why it was refused. */
  readonly reason: VersionRefusal;
}

/** What a conflict machine can say. */
export type ConflictEvent =
  | ConflictReported
  | ConflictRecognized
  | ConflictResolved
  | ConflictUpheld
  | ConflictForgotten
  | ConflictRefused
  | VoteOpened
  | VoteCast
  | VoteRecognized
  | VoteClosed
  | PriorityNoted
  | RequestNoted
  | PartyForgotten
  | VersionRead
  | VersionCommitted
  | VersionReleased
  | VersionForgotten
  | VersionRefused;

// Circuit breakers

/** The states of a circuit breaker: calls go through, none does, a few do as probes. */
export const CircuitState = { CLOSED: "closed", OPEN: "open", HALF_OPEN: "half-open" } as const;

/** The state of a circuit breaker. */
export type CircuitState = "closed" | "open" | "half-open";

/** What all events of circuit breakers tell. */
export interface CircuitEvent {
  /** Of the breaker. */
  readonly name: string;
}

/** A breaker was made, closed, or got other rules. */
export interface CircuitDefined extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:defined";
  /** The epoch of its state. */
  readonly epoch: number;
}

/** A breaker was forgotten. */
export interface CircuitRemoved extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:removed";
  /** The epoch of its last state. */
  readonly epoch: number;
}

/** A call may be made. While a breaker is closed calls are made without a permit. */
export interface CircuitPermitted extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:permitted";
  /** Which call it is; larger than that of any earlier call. */
  readonly permit: number;
  /** The epoch of the state that admitted it. */
  readonly epoch: number;
  /** When it was admitted. */
  readonly since: Instant;
  /** The state that admitted it; in `half-open` the call is a probe. */
  readonly state: CircuitState;
}

/** A call may not be made. */
export interface CircuitRejected extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:rejected";
  /** Open, or half-open with as many probes in flight as there may be. */
  readonly state: CircuitState;
  /** When to ask again: a call goes through then, or a probe that is in flight will have ended. */
  readonly retryAt: Instant;
  /** How long that is from here. */
  readonly retryAfterMs: number;
}

/** How a permitted call ended. */
export interface CircuitResult extends CircuitEvent {
  /** Which call it was; 0 when it was made without a permit. */
  readonly permit: number;
  /** The epoch of the state that had admitted it. */
  readonly epoch: number;
  /** How long it took; `undefined` when nobody has looked. */
  readonly durationMs: number | undefined;
  /** Whether the breaker had left that state before, so that the result decided nothing. */
  readonly stale: boolean;
}

/** A call succeeded. Those that change nothing are told together, by `circuitbreaker:counted`. */
export interface CircuitSucceeded extends CircuitResult {
  /** The name of the event. */
  readonly type: "circuitbreaker:succeeded";
}

/** A call failed. */
export interface CircuitFailed extends CircuitResult {
  /** The name of the event. */
  readonly type: "circuitbreaker:failed";
}

/** A call ended in a way that says nothing about what the breaker guards. */
export interface CircuitReturned extends CircuitResult {
  /** The name of the event. */
  readonly type: "circuitbreaker:returned";
}

/** Some calls were made, and some succeeded, while the breaker was closed and none had failed since. */
export interface CircuitCounted extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:counted";
  /** The epoch of the state that had admitted them. */
  readonly epoch: number;
  /** How many were made. */
  readonly requests: number;
  /** How many have succeeded. */
  readonly successes: number;
}

/** A probe was found to have taken longer than it may, and counts as failed. */
export interface CircuitTimedOut extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:timed-out";
  /** Which call it is. */
  readonly permit: number;
  /** The epoch of the state that had admitted it. */
  readonly epoch: number;
  /** When it should have ended. */
  readonly deadline: Instant;
}

/** Why a breaker went from one state to another. */
export type CircuitChangeReason =
  /** As many failures in a row as open it. */
  | "failures"
  | "failure-rate"
  | "slow-calls"
  | "open-time-over"
  | "probe-failed"
  | "probe-timed-out"
  | "probes-succeeded"
  | "forced"
  | "reset";

/** A breaker went from one state to another. */
export interface CircuitStateChange extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:state-change";
  /** Where it was. */
  readonly from: CircuitState;
  /** Where it is. */
  readonly to: CircuitState;
  /** Why. */
  readonly reason: CircuitChangeReason;
  /** The epoch of its state from here on. */
  readonly epoch: number;
  /** When it will let a probe through; `undefined` unless it is open. */
  readonly retryAt: Instant | undefined;
}

/** A breaker that is closed was told to count from nothing. */
export interface CircuitReset extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:reset";
  /** The epoch of its state from here on. */
  readonly epoch: number;
}

/** Why a command on a breaker was refused. */
export type CircuitRefusal =
  | "unknown-breaker"
  /** It was never given, or the call has ended before. */
  | "unknown-permit"
  /** There are as many breakers as there may be. */
  | "full";

/** A command was refused, and the state is as before. */
export interface CircuitRefused extends CircuitEvent {
  /** The name of the event. */
  readonly type: "circuitbreaker:refused";
  /** The name of the command. */
  readonly command: string;
  /** Why. */
  readonly reason: CircuitRefusal;
}

/** What a breaker machine can say. */
export type BreakerEvent =
  | CircuitDefined
  | CircuitRemoved
  | CircuitPermitted
  | CircuitRejected
  | CircuitSucceeded
  | CircuitFailed
  | CircuitReturned
  | CircuitCounted
  | CircuitTimedOut
  | CircuitStateChange
  | CircuitReset
  | CircuitRefused;

// Messages

/** What all events of one message have. */
export interface MessageEventBase {
  /** Who sent the message. */
  readonly from: string;
  /** Whose mailbox it is for. */
  readonly to: string;
}

/** What all events of one delivery, or of one reader's copy, have. */
export interface MessageCopyEvent extends MessageEventBase {
  /** The message. */
  readonly messageId: string;
  /** The handler whose copy it is; empty when the agent pulls. */
  readonly handlerId: string;
  /** The newest delivery of the copy, or `0`. */
  readonly epoch: number;
}

/** A message was put into a mailbox. */
export interface MessageSent extends Named<"message:sent">, MessageEventBase {
  /** As it was sent. */
  readonly message: Message;
  /** Whether its sender waits for a response. */
  readonly isRequest: boolean;
}

/** A message was dropped because its id is known: it repeats an earlier one. */
export interface MessageDeduplicated extends Named<"message:deduplicated">, MessageEventBase {
  /** The id that both have. */
  readonly messageId: string;
}

/** A message was broadcast, or published to a topic; it was sent to each recipient just before. */
export interface MessagePublished extends Named<"message:published"> {
  /** Who sent it. */
  readonly from: string;
  /** The topic; `undefined` for a broadcast. */
  readonly topic: string | undefined;
  /** What became of it, one for each recipient. */
  readonly outcomes: readonly MessageOutcome[];
}

/** A message was handed out, under the epoch in it. */
export interface MessageReceived extends Named<"message:received">, MessageEventBase {
  /** As it was handed out. */
  readonly message: Message;
  /** Who has it; empty when the agent took it itself. */
  readonly handlerId: string;
}

/** A message was handled. */
export interface MessageAcked extends Named<"message:acked">, MessageCopyEvent {
  /** How long that took. */
  readonly handledMs: number;
}

/** A delivery failed, and another one follows at `retryAt`. */
export interface MessageNacked extends Named<"message:nacked">, MessageCopyEvent {
  /** Whether the handler said so, or took too long. */
  readonly reason: "failed" | "timed-out";
  /** What the handler threw. */
  readonly error: ErrorData;
  /** Which delivery it was, from 1. */
  readonly attempt: number;
  /** When it is delivered again, or soon after. */
  readonly retryAt: Instant;
}

/** A delivery was taken back because its handler is gone, at no cost to the message. */
export interface MessageReturned extends Named<"message:returned">, MessageCopyEvent {}

/** The pause after a failed delivery is over. */
export interface MessageReadied extends Named<"message:readied">, MessageCopyEvent {}

/** A delivery got more time. */
export interface MessageExtended extends Named<"message:extended">, MessageCopyEvent {
  /** Until when; `Infinity` for as long as it takes. */
  readonly until: Instant;
}

/** A handler left before it got a message that other handlers of its agent got too. */
export interface MessageDropped extends Named<"message:dropped">, MessageCopyEvent {}

/** Why a message is a dead letter. */
export type DeadLetterCause =
  /** Each of its deliveries failed. */
  | "max-deliveries"
  /** Its handler said that no further delivery would help. */
  | "rejected"
  /** It was too late to deliver it. */
  | "expired"
  /** It made room for a newer one. */
  | "evicted"
  /** Its recipient is gone. */
  | "recipient-gone";

/** A message was given up. */
export interface MessageDeadLettered extends Named<"message:dead-lettered">, MessageCopyEvent {
  /** As it was last handed out, or sent. */
  readonly message: Message;
  /** Why. */
  readonly cause: DeadLetterCause;
  /** What its last delivery ended with, if that failed. */
  readonly error: ErrorData | undefined;
}

/** A dead letter was sent again. */
export interface MessageResent extends Named<"message:resent">, MessageEventBase {
  /** The message. */
  readonly messageId: string;
}

/** A dead letter was forgotten, to make room, or for a newer one of the same id. */
export interface MessageForgotten extends Named<"message:forgotten">, MessageEventBase {
  /** The message. */
  readonly messageId: string;
}

/** A request was answered. `from` is who answers, `to` is who asked. */
export interface MessageResponded extends Named<"message:responded">, MessageEventBase {
  /** The request. */
  readonly messageId: string;
  /** The answer. */
  readonly response: unknown;
  /** How long the request waited for it. */
  readonly waitedMs: number;
}

/** A response was dropped, as nobody waits for it. */
export interface MessageResponseDropped extends Named<"message:response-dropped"> {
  /** The request that it answers. */
  readonly messageId: string;
}

/** Why a request ended without a response. */
export type UnansweredReason =
  | "timed-out"
  | "cancelled"
  /** The message is a dead letter. */
  | "undeliverable"
  /** Who asked is gone, or who was to answer. */
  | "agent-gone";

/** A request ended without a response. */
export interface MessageUnanswered extends Named<"message:unanswered">, MessageEventBase {
  /** The request. */
  readonly messageId: string;
  /** Why it ended. */
  readonly reason: UnansweredReason;
  /** How long it waited. */
  readonly waitedMs: number;
}

/** Why a command on messages was refused. */
export type MessageRefusal =
  /** The mailbox is full. */
  | "mailbox-full"
  /** There are as many mailboxes as there may be, and all are in use. */
  | "too-many-mailboxes"
  | "too-many-requests"
  | "too-many-topics"
  | "too-many-handlers"
  /** A handler of that id is there already. */
  | "known-handler"
  | "unknown-handler"
  /** The delivery is over. */
  | "stale-epoch"
  /** There is no such dead letter. */
  | "unknown-message"
  /** No such request waits. */
  | "not-waiting"
  /** There is no message to take. */
  | "empty";

/** A command was refused, and the state is as before. */
export interface MessageRefused extends Named<"message:refused">, MessageEventBase {
  /** The message, where the command names one. */
  readonly messageId: string;
  /** What was refused. */
  readonly command: string;
  /** Why. */
  readonly reason: MessageRefusal;
}

/** An agent got a handler. */
export interface MailboxSubscribed extends Named<"mailbox:subscribed"> {
  /** The agent. */
  readonly agentId: string;
  /** The handler. */
  readonly handlerId: string;
}

/** A handler left its agent. */
export interface MailboxUnsubscribed extends Named<"mailbox:unsubscribed"> {
  /** The agent. */
  readonly agentId: string;
  /** The handler. */
  readonly handlerId: string;
}

/** An agent is known, and gets what is broadcast. */
export interface MailboxOpened extends Named<"mailbox:opened"> {
  /** The agent. */
  readonly agentId: string;
}

/** An agent is gone, and what was in its mailbox is in the dead letters. */
export interface MailboxClosed extends Named<"mailbox:closed"> {
  /** The agent. */
  readonly agentId: string;
  /** Why. */
  readonly reason: string;
}

/** The mailbox that had been idle longest was forgotten, to make room. It was empty. */
export interface MailboxForgotten extends Named<"mailbox:forgotten"> {
  /** The agent. */
  readonly agentId: string;
}

/** An agent gets what is published to a topic. */
export interface TopicSubscribed extends Named<"topic:subscribed"> {
  /** The topic. */
  readonly topic: string;
  /** The agent. */
  readonly agentId: string;
}

/** An agent doesn't get what is published to a topic any more. */
export interface TopicUnsubscribed extends Named<"topic:unsubscribed"> {
  /** The topic. */
  readonly topic: string;
  /** The agent. */
  readonly agentId: string;
}

/** What a mailbox machine can say. */
export type MessageEvent =
  | MessageSent
  | MessageDeduplicated
  | MessagePublished
  | MessageReceived
  | MessageAcked
  | MessageNacked
  | MessageReturned
  | MessageReadied
  | MessageExtended
  | MessageDropped
  | MessageDeadLettered
  | MessageResent
  | MessageForgotten
  | MessageResponded
  | MessageResponseDropped
  | MessageUnanswered
  | MessageRefused
  | MailboxSubscribed
  | MailboxUnsubscribed
  | MailboxOpened
  | MailboxClosed
  | MailboxForgotten
  | TopicSubscribed
  | TopicUnsubscribed;

// All of them

/** Everything that any machine can say. */
export type LockstepEvent = LockEvent | TaskEvent | ConflictEvent | BreakerEvent | MessageEvent;

/** From the name of an event to what its handlers get. */
export type EventMap = { [Event in LockstepEvent as Event["type"]]: Event };
