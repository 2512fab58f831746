/**
 * The events of tasks and of the agents that run them.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import {
  type Descriptions,
  listed,
  oneLine,
  readable,
  refusal,
  thrown,
  timeOfDay,
} from "../core/describe.ts";
import type { Instant, Named } from "../core/machine.ts";
import { type Exhausted, exhaustedText } from "./budgets.ts";
import { type Budget, budgetText, type KeyLimit, limitText } from "./limits.ts";
import { SCHEDULE_DESCRIPTIONS, type ScheduleEvent } from "./schedule_events.ts";
import type { CordonCause, Dependency, Outcome, TaskRefusal, TaskView } from "./types.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { ResourceRequest } from "../locks/types.ts";

export type { TaskRefusal } from "./types.ts";

/** The fields of all events about a claim. */
export interface ClaimEvent {
  /** The task that is claimed. */
  readonly taskId: string;
  /** The agent that has the claim. */
  readonly agentId: string;
  /** The number of the claim; larger than that of any earlier one. */
  readonly epoch: number;
}

/** A task was accepted. Its status is `waiting` or `ready`. */
export interface TaskCreated extends Named<"task:created"> {
  /** The same as `task.id`. */
  readonly taskId: string;
  /** The task as accepted, with the defaults filled in. */
  readonly task: TaskView;
}

/** A known task was submitted again, under its idempotency key or its key; nothing changed. */
export interface TaskRecognized extends Named<"task:recognized"> {
  /** The id of the task. */
  readonly taskId: string;
  /** How it ended, if its result and its error are no longer kept. */
  readonly outcome?: Outcome;
  /** The id of the submission, of which the task has the key. @default the id of the task */
  readonly submittedAs?: string;
}

/** A task was submitted again under its key: its delay began anew, and it got the newest input. */
export interface TaskDebounced extends Named<"task:debounced"> {
  /** The task that waits for its time. */
  readonly taskId: string;
  /** When its time comes. */
  readonly runAt: Instant;
  /** The newest input; opaque. */
  readonly input: unknown;
}

/**
 * A task became ready: its dependencies have ended and its time has come, its pause is over, or it has
 * its locks.
 */
export interface TaskReadied extends Named<"task:readied"> {
  /** The task that may be assigned. */
  readonly taskId: string;
}

/** A task was assigned to an agent under a new epoch. */
export interface TaskAssigned extends Named<"task:assigned">, ClaimEvent {
  /** The locks that it needs before it starts. */
  readonly resources: readonly ResourceRequest[];
  /** Whether it waits in the agent's own queue for a slot; otherwise it has one. */
  readonly queued: boolean;
  /** `true` when the breaker of the agent is not closed, and no other agent is fit; or left out. */
  readonly lastResort?: boolean;
}

/** A claim got a slot after a wait in its agent's queue. */
export interface TaskAdmitted extends Named<"task:admitted">, ClaimEvent {
  /** The locks that it needs before it starts. */
  readonly resources: readonly ResourceRequest[];
}

/** A claim gave back its slot: the task waits for its locks, and no agent has it meanwhile. */
export interface TaskParked extends Named<"task:parked">, ClaimEvent {
  /** The locks that it waits for. */
  readonly resources: readonly ResourceRequest[];
}

/** A task without a slot gave back its locks, or waits for them no longer. */
export interface TaskUnlocked extends Named<"task:unlocked"> {
  /** The task. */
  readonly taskId: string;
  /** The epoch in whose name it had them. */
  readonly lockEpoch: number;
  /** For people. */
  readonly reason: string;
}

/** An attempt began. */
export interface TaskStarted extends Named<"task:started">, ClaimEvent {
  /** 1 for the first; an attempt that ended through no fault of the task gives its number back. */
  readonly attempt: number;
  /** From submission, or from when its time came, to this start; earlier attempts included. */
  readonly waitedMs: number;
  /** The number of the request for a task that it ends; left out for an agent in push mode. */
  readonly ask?: number;
  /** The time for which the agent has asked, if it did. */
  readonly askedMs?: number;
}

/** An agent in pull mode asks for a task. */
export interface AskRequested extends Named<"claim:requested"> {
  /** The agent. */
  readonly agentId: string;
  /** The number of the request. */
  readonly ask: number;
  /** The only task that it asks for, or `""`. */
  readonly taskId: string;
  /** When its wait ends, or 0 for no limit. */
  readonly untilMs: Instant;
}

/** The caller of a request for a task has left it; it keeps its place for a time. */
export interface AskDetached extends Named<"claim:detached"> {
  /** The agent. */
  readonly agentId: string;
  /** The number of the request. */
  readonly ask: number;
  /** When it lapses, or the claim that it has led to, unless the agent comes back. */
  readonly keptUntil: Instant;
}

/** A caller resumed a request for a task, which never lost its place. */
export interface AskResumed extends Named<"claim:resumed"> {
  /** The agent. */
  readonly agentId: string;
  /** The number of the request. */
  readonly ask: number;
}

/** A request for a task ended without one. */
export interface AskAbandoned extends Named<"claim:abandoned"> {
  /** The agent. */
  readonly agentId: string;
  /** The number of the request. */
  readonly ask: number;
  /** The cause. */
  readonly reason:
    /** There was no task, and it did not wait. */
    | "none"
    /** Its wait was over. */
    | "timed-out"
    /** Its caller had left, and the agent did not come back in time. */
    | "lapsed"
    /** Its caller waits no longer. */
    | "withdrawn"
    /** The agent asked again. */
    | "replaced"
    /** The task that it asked for has ended. */
    | "ended"
    /** The agent was removed. */
    | "gone"
    /** The agent is draining, or in push mode. */
    | "closed"
    /** Nothing is started any more. */
    | "drained";
}

/** A running attempt reported that it is alive. */
export interface TaskHeartbeat extends Named<"task:heartbeat">, ClaimEvent {}

/** A running attempt reported its progress. */
export interface TaskProgressed extends Named<"task:progressed">, ClaimEvent {
  /** The reported progress; opaque. */
  readonly progress: unknown;
}

/** A running attempt added a note to its task. */
export interface TaskNoted extends Named<"task:noted">, ClaimEvent {
  /** The note. */
  readonly text: string;
}

/** An attempt awaits the end of a task: as long as it awaits any, its slot is lent to others. */
export interface TaskLent extends Named<"task:lent">, ClaimEvent {
  /** The task that it awaits, usually its child. */
  readonly childId: string;
  /** `true` when it awaits others already, so that its slot is lent before; or left out. */
  readonly isFurther?: boolean;
}

/**
 * An attempt awaits nothing any more, and has its slot again, if need be beyond the slots of its
 * agent.
 */
export interface TaskResumed extends Named<"task:resumed">, ClaimEvent {}

/** An attempt, or a task, exceeded a limit. The next event is the consequence. */
export interface TaskTimedOut extends Named<"task:timed-out"> {
  /** The task that exceeded the limit. */
  readonly taskId: string;
  /** `queue`: waiting to start. `heartbeat`: silence of an attempt. `total`: since submission. */
  readonly limit: "queue" | "attempt" | "heartbeat" | "total";
  /** The limit, not the time taken. */
  readonly ms: number;
}

/** An attempt failed, and another one follows at `retryAt`, or when the failed attempt has ended. */
export interface TaskBackedOff extends Named<"task:backed-off"> {
  /** The task. */
  readonly taskId: string;
  /** The agent that had the claim; `undefined` for a task that lost its locks, or a wait for them. */
  readonly agentId: string | undefined;
  /** The number of its newest claim. */
  readonly epoch: number;
  /** The error of the attempt. */
  readonly error: ErrorData;
  /** The number of attempts; those that ended through no fault of the task do not count. */
  readonly attempt: number;
  /** When the backoff ends and the task is ready again. */
  readonly retryAt: Instant;
}

/** An attempt asked to go on later, which costs no attempt. */
export interface TaskSnoozed extends Named<"task:snoozed">, ClaimEvent {
  /** When the task is ready again. */
  readonly resumeAt: Instant;
}

/** An attempt ended with a question; the task goes on once that is answered. It costs no attempt. */
export interface TaskBlocked extends Named<"task:blocked">, ClaimEvent {
  /** Opaque. */
  readonly question: unknown;
}

/** The question of a blocked task was answered. */
export interface TaskAnswered extends Named<"task:answered"> {
  /** The task, which is ready again. */
  readonly taskId: string;
  /** Opaque. */
  readonly answer: unknown;
}

/** An attempt ended with a result that counts once it is accepted. */
export interface TaskProposed extends Named<"task:proposed">, ClaimEvent {
  /** The result; opaque. */
  readonly result: unknown;
  /** From the start of the attempt. */
  readonly ranMs: number;
  /** The summary that the attempt gave, if it did. */
  readonly summary?: string;
}

/** A proposed result was rejected: its attempt counts as failed. */
export interface TaskRejected extends Named<"task:rejected"> {
  /** The task. */
  readonly taskId: string;
  /** The claim that proposed the result. */
  readonly epoch: number;
  /** For the next attempt, and for people. */
  readonly reason: string;
}

/** A task that failed or was cancelled is submitted once more; `task:created` follows. */
export interface TaskRetried extends Named<"task:retried"> {
  /** The task. */
  readonly taskId: string;
}

/** A field of a task that can be changed. */
export type AmendedField = "description" | "input" | "metadata" | "dependencies" | "resources";

/** What a task says, or what it needs, was changed. */
export interface TaskAmended extends Named<"task:amended"> {
  /** The task. */
  readonly taskId: string;
  /** The fields that were changed. */
  readonly fields: readonly AmendedField[];
  /** The tasks that must end first, if they were changed. */
  readonly dependencies?: readonly Dependency[];
  /** The locks that it holds while it runs, if they were changed. */
  readonly resources?: readonly ResourceRequest[];
  /** `true` for a task that was ready, and waits for its dependencies from then on; or left out. */
  readonly waits?: boolean;
}

/** The priority of a task was changed. */
export interface TaskReprioritized extends Named<"task:reprioritized"> {
  /** The task. */
  readonly taskId: string;
  /** The priority that it has. */
  readonly priority: number;
}

/** A claim ended through no fault of the task, which costs no attempt. */
export interface TaskRequeued extends Named<"task:requeued">, ClaimEvent {
  /** For people. */
  readonly reason: string;
}

/** A task was completed. */
export interface TaskCompleted extends Named<"task:completed">, ClaimEvent {
  /** The result; opaque. */
  readonly result: unknown;
  /** From the start of its last attempt. */
  readonly ranMs: number;
  /** The summary that the attempt gave, if it did. */
  readonly summary?: string;
}

/** A task failed, without another retry. */
export interface TaskFailed extends Named<"task:failed"> {
  /** The task. */
  readonly taskId: string;
  /** The agent that had the task when it failed, if any. */
  readonly agentId: string | undefined;
  /** The number of its newest claim; 0 when it had none. */
  readonly epoch: number;
  /** The error of the last attempt, or the limit that was exceeded. */
  readonly error: ErrorData;
  /** The number of attempts; those that ended through no fault of the task do not count. */
  readonly attempts: number;
}

/** A task was cancelled. */
export interface TaskCancelled extends Named<"task:cancelled"> {
  /** The task. */
  readonly taskId: string;
  /** The agent that had the task when it was cancelled, if any. */
  readonly agentId: string | undefined;
  /** The number of its newest claim; 0 when it had none. */
  readonly epoch: number;
  /** The caller's reason, or the end of a dependency. */
  readonly reason: string;
}

/**
 * A claim released its slot and its locks: its attempt has ended, or is no longer waited for. A task
 * that is stolen with its locks keeps them.
 */
export interface AttemptEnded extends Named<"attempt:ended">, ClaimEvent {
  /** Whether the claim was lost before, and the attempt did not end within the grace period. */
  readonly abandoned: boolean;
  /** Whether the claim was in its agent's queue, and so had no slot. */
  readonly queued: boolean;
  /** The epoch in whose name its locks are released; 0 for none. @default `epoch` */
  readonly lockEpoch?: number;
}

/** A command was refused, and the state is as before. */
export interface TaskRefused extends Named<"task:refused"> {
  /** The task, or the schedule, of the command; `""` for a command about an agent. */
  readonly taskId: string;
  /** The agent that the command names, if any. */
  readonly agentId: string | undefined;
  /** The type of the command. */
  readonly command: string;
  /** The condition that was not met. */
  readonly reason: TaskRefusal;
  /** The status, the epoch in force, the cycle, the limit, the key or the other task that the reason is about. */
  readonly detail: string | number | readonly string[] | undefined;
}

/** An agent was registered, or registered again with another profile. */
export interface AgentSpawned extends Named<"agent:spawned"> {
  /** The agent. */
  readonly agentId: string;
  /** Sorted, each once. */
  readonly capabilities: readonly string[];
  /** The number of its slots: a claim needs one to start. */
  readonly maxConcurrentTasks: number;
  /** The kind of agent. */
  readonly kind: string;
  /** `true` for an agent that asks for its tasks; or left out. */
  readonly pulls?: boolean;
}

/** An idle agent that no caller registered was evicted, as there were too many agents. */
export interface AgentForgotten extends Named<"agent:forgotten"> {
  /** The agent; it is added again with its next task. */
  readonly agentId: string;
}

/** An agent was removed, and with it its claims. */
export interface AgentTerminated extends Named<"agent:terminated"> {
  /** The agent; its claims end in the events that follow. */
  readonly agentId: string;
  /** For people. */
  readonly reason: string;
}

/** An agent was cordoned for one more cause: it gets no further tasks. */
export interface AgentCordoned extends Named<"agent:cordoned"> {
  /** The agent. */
  readonly agentId: string;
  /** The cause; each one is lifted independently of the others. */
  readonly cause: CordonCause;
  /** For people; never `""`. */
  readonly reason: string;
  /** When it is lifted by itself, or 0 for never. */
  readonly untilMs: Instant;
}

/** A cause was lifted; without any the agent gets tasks again. */
export interface AgentUncordoned extends Named<"agent:uncordoned"> {
  /** The agent. */
  readonly agentId: string;
  /** The cause that was lifted. */
  readonly cause: CordonCause;
}

/** The slots that an agent may use where a trusted agent is fit were limited, or the limit was lifted. */
export interface AgentLimited extends Named<"agent:limited"> {
  /** The agent. */
  readonly agentId: string;
  /** The number of slots that it may use; 0 for all that it has. */
  readonly slots: number;
}

/** An agent gets no further tasks, and is removed once it has none. */
export interface AgentDraining extends Named<"agent:draining"> {
  /** The agent. */
  readonly agentId: string;
  /** For people. */
  readonly reason: string;
}

/** An agent lost its last claim. */
export interface AgentIdle extends Named<"agent:idle"> {
  /** The agent. */
  readonly agentId: string;
}

/** An agent got its first claim. */
export interface AgentActive extends Named<"agent:active"> {
  /** The agent. */
  readonly agentId: string;
}

/** Another strategy ranks the agents. */
export interface StrategyChanged extends Named<"strategy:changed"> {
  /** The name of the strategy; `external` for a choice by callers. */
  readonly strategy: string;
}

/** The limit of a key was changed by a call. */
export interface LimitChanged extends Named<"limit:changed"> {
  /** The key. */
  readonly key: string;
  /** The limit in force; empty for none. */
  readonly limit: KeyLimit;
}

/** The budget of all attempts was changed. */
export interface BudgetChanged extends Named<"budget:changed"> {
  /** The budget in force; empty for none. */
  readonly budget: Budget;
}

/**
 * A budget is spent: of the task or the key that the event names, or else of all attempts. No further
 * attempt of those is handed out.
 */
export interface BudgetExhausted extends Named<"budget:exhausted">, Exhausted {
  /** The task. */
  readonly taskId?: string;
  /** The key. */
  readonly key?: string;
}

/** An attempt has spent something. */
export interface TaskSpent extends Named<"task:spent">, ClaimEvent {
  /** Amounts by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/** The next token of a key came, and tasks wait for it. */
export interface LimitReplenished extends Named<"limit:replenished"> {
  /** The key. */
  readonly key: string;
}

/** Nothing is assigned until `scheduler:resumed`. */
export interface SchedulerPaused extends Named<"scheduler:paused"> {
  /** For people. */
  readonly reason: string;
}

/** Tasks are assigned again. */
export interface SchedulerResumed extends Named<"scheduler:resumed"> {}

/** The scheduler accepts and starts nothing any more. */
export interface SchedulerDrained extends Named<"scheduler:drained"> {}

/** An event of a task machine. */
export type TaskEvent =
  | StealingEvent
  | ScheduleEvent
  | TaskCreated
  | TaskRecognized
  | TaskDebounced
  | TaskReadied
  | TaskAssigned
  | TaskAdmitted
  | TaskParked
  | TaskUnlocked
  | TaskStarted
  | AskRequested
  | AskDetached
  | AskResumed
  | AskAbandoned
  | TaskHeartbeat
  | TaskProgressed
  | TaskNoted
  | TaskLent
  | TaskResumed
  | TaskTimedOut
  | TaskBackedOff
  | TaskSnoozed
  | TaskBlocked
  | TaskAnswered
  | TaskProposed
  | TaskRejected
  | TaskRetried
  | TaskAmended
  | TaskReprioritized
  | TaskRequeued
  | TaskCompleted
  | TaskFailed
  | TaskCancelled
  | AttemptEnded
  | TaskRefused
  | AgentSpawned
  | AgentTerminated
  | AgentForgotten
  | AgentCordoned
  | AgentUncordoned
  | AgentDraining
  | AgentLimited
  | AgentIdle
  | AgentActive
  | StrategyChanged
  | LimitChanged
  | LimitReplenished
  | BudgetChanged
  | BudgetExhausted
  | TaskSpent
  | SchedulerPaused
  | SchedulerResumed
  | SchedulerDrained;

/** The load of an agent was reported. */
export interface AgentReported extends Named<"agent:reported"> {
  /** The agent. */
  readonly agentId: string;
  /** The number of its tasks besides its claims. */
  readonly outside: number;
  /** The average duration of a task; `undefined` if unknown, as for the next two. */
  readonly avgTaskDurationMs: number | undefined;
  /** Utilization of its processor, in percent. */
  readonly cpuPercent: number | undefined;
  /** Utilization of its memory, in percent. */
  readonly memoryPercent: number | undefined;
}

/** A report of load was not renewed, and expired. */
export interface AgentReportExpired extends Named<"agent:report-expired"> {
  /** The agent. */
  readonly agentId: string;
}

/** Tasks are about to move from a busy agent to an idle one. */
export interface WorkStealingRequest extends Named<"workstealing:request"> {
  /** The busy agent. */
  readonly sourceAgent: string;
  /** The idle agent. */
  readonly targetAgent: string;
  /** The number of tasks. */
  readonly taskCount: number;
}

/** A claim that had not started was moved to another agent. */
export interface TaskStolen extends Named<"task:stolen">, ClaimEvent {
  /** The agent that gets it, under a new epoch. */
  readonly targetAgent: string;
}

/** Tasks have moved. */
export interface WorkStealingCompleted extends Named<"workstealing:completed"> {
  /** The busy agent. */
  readonly sourceAgent: string;
  /** The idle agent. */
  readonly targetAgent: string;
  /** The number of tasks. */
  readonly taskCount: number;
  /** Their ids, the most recently assigned first. */
  readonly taskIds: readonly string[];
}

/** An event of work stealing. */
export type StealingEvent =
  | AgentReported
  | AgentReportExpired
  | WorkStealingRequest
  | TaskStolen
  | WorkStealingCompleted;

/** From the name of an event to its one-line description. */
export const TASK_DESCRIPTIONS: Descriptions<TaskEvent> = {
  "task:created": ({ task: { id, status, dependencies, runAt } }) => {
    const open = status !== "waiting" || dependencies.length === 0
      ? ""
      : ` for ${listed(dependencies)}`;
    const time = runAt === undefined ? "" : ` until ${timeOfDay(runAt)}`;
    return `task ${id}: created → ${status}${open}${time}`;
  },
  "task:recognized": ({ taskId, outcome, submittedAs }) => {
    const again = submittedAs === undefined ? "again" : `again as ${submittedAs}`;
    return `task ${taskId}: submitted ${again}, and known${
      outcome === undefined ? "" : ` as ${outcome}`
    }`;
  },
  "task:debounced": ({ taskId, runAt }) =>
    `task ${taskId}: submitted again, waits until ${timeOfDay(runAt)}`,
  "task:readied": ({ taskId }) => `task ${taskId}: → ready`,
  "task:assigned": ({ taskId, agentId, epoch, resources, queued, lastResort = false }) => {
    const needs = queued ? ", and waits for a slot" : needed(resources);
    const choice = lastResort ? " as the last resort" : "";
    return `task ${taskId}: ready → assigned to ${agentId}${choice} (epoch ${epoch})${needs}`;
  },
  "task:admitted": ({ taskId, agentId, epoch, resources }) =>
    `task ${taskId}: has a slot of ${agentId} (epoch ${epoch})${needed(resources)}`,
  "task:parked": ({ taskId, agentId, epoch, resources }) =>
    `task ${taskId}: waits for ${
      locksOf(resources)
    }, without a slot of ${agentId} (epoch ${epoch})`,
  "task:unlocked": ({ taskId, lockEpoch, reason }) =>
    `task ${taskId}: gives back its locks (epoch ${lockEpoch}), as ${oneLine(reason)}`,
  "task:stolen": ({ taskId, agentId, epoch, targetAgent }) =>
    `task ${taskId}: taken from ${agentId} (epoch ${epoch}) for ${targetAgent}`,
  "task:started": ({ taskId, agentId, epoch, attempt, waitedMs }) =>
    `task ${taskId}: assigned → running on ${agentId} (epoch ${epoch}), attempt ${attempt}, ` +
    `after a wait of ${waitedMs} ms`,
  "claim:requested": ({ agentId, taskId, untilMs }) => {
    const what = taskId === "" ? "a task" : `task ${taskId}`;
    const until = untilMs === 0 ? "" : ` until ${timeOfDay(untilMs)}`;
    return `agent ${agentId}: asks for ${what}${until}`;
  },
  "claim:detached": ({ agentId, keptUntil }) =>
    `agent ${agentId}: its request is kept without a caller until ${timeOfDay(keptUntil)}`,
  "claim:resumed": ({ agentId }) => `agent ${agentId}: its request has a caller again`,
  "claim:abandoned": ({ agentId, reason }) =>
    `agent ${agentId}: asks for no task any more, as ${ABANDONED[reason]}`,
  "task:heartbeat": ({ taskId, agentId }) => `task ${taskId}: ${agentId} is alive`,
  "task:progressed": ({ taskId, agentId, progress }) =>
    `task ${taskId}: ${agentId} is at ${readable(progress)}`,
  "task:noted": ({ taskId, agentId, text }) => `task ${taskId}: ${agentId} notes: ${oneLine(text)}`,
  "task:lent": ({ taskId, agentId, epoch, childId }) =>
    `task ${taskId}: awaits task ${childId}, its slot of ${agentId} is lent (epoch ${epoch})`,
  "task:resumed": ({ taskId, agentId, epoch }) =>
    `task ${taskId}: has its slot of ${agentId} again (epoch ${epoch})`,
  "task:timed-out": ({ taskId, limit, ms }) => `task ${taskId}: ${LIMITS[limit]} ${ms} ms`,
  "task:backed-off": ({ taskId, agentId, error, attempt, retryAt }) =>
    `task ${taskId}: → backing off until ${timeOfDay(retryAt)}, ` +
    (agentId === undefined ? "" : `as attempt ${attempt} failed on ${agentId}: `) + thrown(error),
  "task:snoozed": ({ taskId, agentId, epoch, resumeAt }) =>
    `task ${taskId}: running → snoozed by ${agentId} (epoch ${epoch}) until ${timeOfDay(resumeAt)}`,
  "task:blocked": ({ taskId, agentId, epoch, question }) =>
    `task ${taskId}: running → blocked by ${agentId} (epoch ${epoch}), asks ${readable(question)}`,
  "task:answered": ({ taskId, answer }) => `task ${taskId}: was answered ${readable(answer)}`,
  "task:proposed": ({ taskId, agentId, epoch, result, ranMs }) =>
    `task ${taskId}: running → blocked, ${agentId} (epoch ${epoch}) proposes ` +
    `${readable(result)} after ${ranMs} ms`,
  "task:rejected": ({ taskId, epoch, reason }) =>
    `task ${taskId}: its result (epoch ${epoch}) was rejected, ${oneLine(reason)}`,
  "task:retried": ({ taskId }) => `task ${taskId}: is submitted once more`,
  "task:amended": ({ taskId, fields, dependencies = [], waits }) => {
    const open = waits === true
      ? `, ready → waiting for ${listed(dependencies.map((each) => each.taskId))}`
      : "";
    return `task ${taskId}: has another ${fields.join(" and ")}${open}`;
  },
  "task:reprioritized": ({ taskId, priority }) => `task ${taskId}: has priority ${priority}`,
  "task:requeued": ({ taskId, agentId, epoch, reason }) =>
    `task ${taskId}: requeued from ${agentId} (epoch ${epoch}), as ${oneLine(reason)}`,
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
  "agent:spawned": ({ agentId, capabilities, maxConcurrentTasks, pulls = false }) => {
    const skills = capabilities.length === 0 ? "" : `, can ${listed(capabilities)}`;
    const verb = pulls ? "asks for" : "takes";
    return `agent ${agentId}: ${verb} tasks, ${maxConcurrentTasks} at once${skills}`;
  },
  "agent:terminated": ({ agentId, reason }) => `agent ${agentId}: → removed, ${oneLine(reason)}`,
  "agent:forgotten": ({ agentId }) => `agent ${agentId}: → evicted`,
  "agent:cordoned": ({ agentId, cause, reason, untilMs }) => {
    const until = untilMs === 0 ? "" : ` until ${timeOfDay(untilMs)}`;
    return `agent ${agentId}: gets no further tasks${until} (${cause}), ${oneLine(reason)}`;
  },
  "agent:uncordoned": ({ agentId, cause }) => `agent ${agentId}: the cordon is lifted (${cause})`,
  "agent:limited": ({ agentId, slots }) =>
    slots === 0
      ? `agent ${agentId}: may use all its slots`
      : `agent ${agentId}: may use ${slots} of its slots`,
  "agent:draining": ({ agentId, reason }) => `agent ${agentId}: → draining, ${oneLine(reason)}`,
  "agent:reported": ({ agentId, outside, avgTaskDurationMs, cpuPercent, memoryPercent }) => {
    const figures = [
      [`tasks from elsewhere: ${outside}`, outside],
      [`each takes ${avgTaskDurationMs} ms`, avgTaskDurationMs],
      [`processor ${cpuPercent} %`, cpuPercent],
      [`memory ${memoryPercent} %`, memoryPercent],
    ] as const;
    const known = figures.filter(([, figure]) => figure !== undefined).map(([text]) => text);
    return `agent ${agentId}: reported its load, ${known.join(", ")}`;
  },
  "agent:report-expired": ({ agentId }) => `agent ${agentId}: its report of load expired`,
  "agent:idle": ({ agentId }) => `agent ${agentId}: → idle`,
  "agent:active": ({ agentId }) => `agent ${agentId}: → active`,
  "workstealing:request": ({ sourceAgent, targetAgent, taskCount }) =>
    `stealing: ${targetAgent} takes ${counted(taskCount, "task")} from ${sourceAgent}`,
  "workstealing:completed": ({ sourceAgent, targetAgent, taskIds }) =>
    `stealing: ${targetAgent} took ${listed(taskIds)} from ${sourceAgent}`,
  ...SCHEDULE_DESCRIPTIONS,
  "strategy:changed": ({ strategy }) => `scheduler: agents are chosen by ${strategy}`,
  "limit:changed": ({ key, limit }) => `key ${key}: ${limitText(limit)}`,
  "budget:changed": ({ budget }) => `all tasks: ${budgetText(budget)}`,
  "budget:exhausted": (event) => {
    const { taskId, key } = event;
    const of = taskId !== undefined
      ? `task ${taskId}`
      : key !== undefined
      ? `key ${key}`
      : "all tasks";
    return `${of}: the budget is spent, ${exhaustedText(event)}`;
  },
  "task:spent": ({ taskId, agentId, counters }) =>
    `task ${taskId}: ${agentId} has spent ${readable(counters)}`,
  "limit:replenished": ({ key }) => `key ${key}: has a token again`,
  "scheduler:paused": ({ reason }) => `scheduler: → paused, ${oneLine(reason)}`,
  "scheduler:resumed": () => "scheduler: → resumed",
  "scheduler:drained": () => "scheduler: → drained, nothing is accepted or started any more",
};

/** Names the locks that a claim needs besides its slot. */
function needed(resources: readonly ResourceRequest[]): string {
  return resources.length === 0 ? "" : `, which needs ${locksOf(resources)} first`;
}

function locksOf(resources: readonly ResourceRequest[]): string {
  return listed(resources.map(({ resourceId }) => resourceId));
}

const ABANDONED: Readonly<Record<AskAbandoned["reason"], string>> = {
  none: "there is none",
  "timed-out": "its wait is over",
  lapsed: "it did not come back",
  withdrawn: "its caller waits no longer",
  replaced: "it asked again",
  ended: "that task has ended",
  gone: "it was removed",
  closed: "it is given no tasks on request",
  drained: "nothing is started any more",
};

const LIMITS: Readonly<Record<TaskTimedOut["limit"], string>> = {
  queue: "has waited to start for more than",
  attempt: "its attempt took more than",
  heartbeat: "its attempt was silent for more than",
  total: "has taken more than",
};
