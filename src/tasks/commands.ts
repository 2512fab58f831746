/**
 * The commands of a task machine, its answers, and the functions that make commands of the arguments
 * of callers.
 *
 * An epoch of 0 names the claim in force. Times are milliseconds; 0 stands for no limit.
 *
 * @module
 */

import type { AgentMode, AgentProfile } from "../agents/types.ts";
import {
  type Attempt,
  quote,
  requireArray,
  requireBoolean,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
  requirePriority,
} from "../core/arguments.ts";
import type { ErrorData } from "../core/error_data.ts";
import { readTicketOptions, type TicketOptions, type TicketTerms } from "../core/tickets.ts";
import type { Instant, Named, OfSession, ResumeListening } from "../core/machine.ts";
import { normalizeRequests } from "../locks/commands.ts";
import type { ResourceRequest } from "../locks/types.ts";
import { MOST_RETRIES } from "./config.ts";
import { type Budget, budgetOf, countersOf, type SetBudget, type SetLimit } from "./limits.ts";
import type { StrategyName } from "./strategies.ts";
import {
  ASK_TICKETS,
  type CordonCause,
  type Dedupe,
  type DedupePolicy,
  type Dependency,
  type MissedPolicy,
  type OnFailure,
  type Outcome,
  type ScheduleView,
  type Task,
} from "./types.ts";

/** The options of a task, with the defaults filled in. */
export interface TaskSpec {
  /** Unique among all tasks that are kept. */
  readonly id: string;
  /** The kind of work. */
  readonly type: string;
  /** For people; may be empty. */
  readonly description: string;
  /** One point counts as `agingMs` of waiting. */
  readonly priority: number;
  /** The tasks that must end first, each once. */
  readonly dependencies: readonly Dependency[];
  /** The only agent that may run it, or `""`. */
  readonly assignedAgent: string;
  /** Whether it goes into that agent's queue at once, from where it may move to others. */
  readonly placed: boolean;
  /** The locks that it holds while it runs, each once. */
  readonly resources: readonly ResourceRequest[];
  /** Capabilities, sorted, without repetition. */
  readonly requires: readonly string[];
  /** The delay before it may start, which begins with its submission. @default 0 */
  readonly delayMs?: number;
  /** When it may start; `delayMs` does not count beside it. @default at once */
  readonly runAt?: Instant;
  /** The limit of the wait to start. */
  readonly queueTimeoutMs: number;
  /** The limit of one attempt. */
  readonly timeoutMs: number;
  /** The limit of the silence of an attempt. */
  readonly heartbeatTimeoutMs: number;
  /** The limit from submission to the end. */
  readonly totalTimeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** `""` for none. */
  readonly idempotencyKey: string;
  /** Whether its result counts only once it was accepted. @default false */
  readonly requiresApproval?: boolean;
  /** The key by which it is one of a kind. @default none */
  readonly dedupe?: Dedupe;
  /** The schedule that submits it. @default none */
  readonly scheduleId?: string;
  /** The key whose limit it shares. @default none */
  readonly limitKey?: string;
  /** The budget of its attempts. @default no limit */
  readonly budget?: Budget;
}

/** Accepts a task. */
export interface Submit extends Named<"submit"> {
  /** The task. */
  readonly task: TaskSpec;
  /** Opaque, like `metadata`. */
  readonly input: unknown;
  /** Kept for callers. */
  readonly metadata: unknown;
  /** The claim that submits it as its child. @default none */
  readonly parent?: ParentClaim;
}

/** The claim of an attempt that submits a child. */
export interface ParentClaim {
  /** The task. */
  readonly taskId: string;
  /** The number of its claim. */
  readonly epoch: number;
}

/** The field of all commands about an agent. */
export interface AgentCommand {
  /** The id of the agent. */
  readonly agentId: string;
}

/** Gives a ready task to an agent; `""` leaves the choice to the machine. */
export interface Assign extends AgentCommand, Named<"assign"> {
  /** The task to give. */
  readonly taskId: string;
}

/** The fields of all commands about a claim. */
export interface ClaimCommand {
  /** The task that is claimed. */
  readonly taskId: string;
  /** The number of the claim; 0 for the one in force. */
  readonly epoch: number;
}

/** Begins the attempt. */
export interface Start extends ClaimCommand, Named<"start"> {}

/** Reports that the attempt is alive. */
export interface Heartbeat extends ClaimCommand, Named<"heartbeat"> {}

/** Reports the progress of the attempt, and that it is alive. */
export interface Progress extends ClaimCommand, Named<"progress"> {
  /** Opaque. */
  readonly progress: unknown;
}

/** Adds a note to the task, and reports that the attempt is alive. */
export interface Note extends ClaimCommand, Named<"note"> {
  /** The note. */
  readonly text: string;
}

/** Reports what the attempt has spent since its last report, and that it is alive. */
export interface Spend extends ClaimCommand, Named<"spend"> {
  /** Amounts by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/**
 * Begins a wait of the attempt for the end of another task: its slot is lent until no such wait is
 * left. A no-op when that task has ended.
 */
export interface Await extends ClaimCommand, Named<"await"> {
  /** The task that is awaited. */
  readonly childId: string;
}

/** Ends the attempt, and with it the task, as completed. */
export interface Complete extends ClaimCommand, Named<"complete"> {
  /** Opaque. */
  readonly result: unknown;
  /** For people and for dependents. @default none */
  readonly summary?: string;
}

/** Ends the attempt as failed. */
export interface Fail extends ClaimCommand, Named<"fail"> {
  /** The error that the attempt ended with. */
  readonly error: ErrorData;
  /**
   * The cause: `attempt` costs an attempt; `task` fails the task, as no retry can succeed; `none`
   * costs nothing, as with a lock that was lost.
   */
  readonly fault: "attempt" | "task" | "none";
}

/** Asks for a task for an agent in pull mode. A request that it has already is replaced. */
export interface Claim extends AgentCommand, Named<"claim">, TicketTerms, OfSession {
  /** The only task that it asks for, or `""`. */
  readonly taskId: string;
  /**
   * The limit of the wait, or with `keepMs` of the call; 0 for none: it ends with the step.
   * @default no limit
   */
  readonly waitMs?: number;
}

/** Says that the caller of a request has left: it is kept for `keepMs`. A no-op when it is over. */
export interface DetachAsk extends AgentCommand, Named<"detach-ask"> {
  /** The number of the request. */
  readonly ask: number;
  /** The time for which it is kept. */
  readonly keepMs: number;
}

/** Says that the caller of a request left as it led to this claim, which is kept for `keepMs`. */
export interface KeepClaim extends ClaimCommand, Named<"keep-claim"> {
  /** The time for which it is kept. */
  readonly keepMs: number;
}

/** Ends a request for a task. A no-op when it is over. */
export interface WithdrawAsk extends AgentCommand, Named<"withdraw-ask"> {
  /** The number of the request. */
  readonly ask: number;
}

/** Gives a claim back: the task is requeued, and no attempt counts. */
export interface ReleaseClaim extends ClaimCommand, Named<"release-claim"> {
  /** For people. */
  readonly reason: string;
}

/** Reports that an attempt that had lost its claim has ended. Idempotent. */
export interface EndAttempt extends ClaimCommand, Named<"end-attempt"> {}

/** Reports that the locks of a claim are held by others: it gives its slot back. `epoch` as below. */
export interface Park extends ClaimCommand, Named<"park"> {}

/** Reports that a task holds its locks. `epoch` is that of the claim which requested them. */
export interface Unblock extends ClaimCommand, Named<"unblock"> {}

/** Makes tasks that have their locks and no slot give them back. They keep their places in queues. */
export interface YieldLocks extends Named<"yield-locks"> {
  /** The tasks; one that has a slot or no locks is passed over. */
  readonly taskIds: readonly string[];
  /** For people. */
  readonly reason: string;
}

/**
 * Ends a claim that lost a lock, or can't have one, through no fault of the task. `epoch` is the one
 * in whose name it has locks.
 */
export interface Preempt extends ClaimCommand, Named<"preempt"> {
  /** For people. */
  readonly reason: string;
  /** Whether no further attempt could succeed. */
  readonly isHopeless: boolean;
  /** Whether it lost only its place in a queue, which is no lost claim. @default false */
  readonly isForgiven?: boolean;
}

/**
 * Moves a task from an agent that lost a conflict over it to the one that won, at no cost to the
 * task. A no-op when no loser has it, or when the winner can't take it.
 */
export interface Award extends AgentCommand, Named<"award"> {
  /** The subject of the conflict. */
  readonly taskId: string;
  /** The agents that are not to have it. */
  readonly losers: readonly string[];
}

/** Ends an attempt that asks to go on later. It costs no attempt, and nothing for the agent. */
export interface Snooze extends ClaimCommand, Named<"snooze"> {
  /** The pause. */
  readonly delayMs: number;
}

/** Ends an attempt that needs an answer to go on. It costs no attempt. */
export interface Block extends ClaimCommand, Named<"block"> {
  /** Opaque. */
  readonly question: unknown;
}

/** Answers the question of a blocked task, which is ready again. */
export interface AnswerQuestion extends Named<"answer-question"> {
  /** The task that is blocked. */
  readonly taskId: string;
  /** Opaque. */
  readonly answer: unknown;
}

/** Accepts the result of a task that requires approval, or rejects it as a failed attempt. */
export interface Review extends Named<"review"> {
  /** The task that proposed a result. */
  readonly taskId: string;
  /** Whether the result counts. */
  readonly isAccepted: boolean;
  /** For the next attempt, and for people. */
  readonly reason: string;
}

/**
 * Changes what a task that has not ended says, and what it needs until it starts; fields that are left
 * out stay.
 */
export interface AmendTask extends Named<"amend-task"> {
  /** The task. */
  readonly taskId: string;
  /** For people. */
  readonly description?: string;
  /** Opaque; the next attempt has it. */
  readonly input?: unknown;
  /** Opaque; the next attempt has it. */
  readonly metadata?: unknown;
  /** The tasks that must end first, each once. One that is not among them yet must be known. */
  readonly dependencies?: readonly Dependency[];
  /** The locks that it holds while it runs, each once. */
  readonly resources?: readonly ResourceRequest[];
}

/** Changes the priority of a task that has not ended. Waits for its locks keep theirs. */
export interface SetPriority extends Named<"set-priority"> {
  /** The task. */
  readonly taskId: string;
  /** The priority that replaces the former one. */
  readonly priority: number;
}

/**
 * Submits tasks that failed or were cancelled once more, as they were. Passes over those that did not,
 * and is refused when none is left.
 */
export interface Retry extends Named<"retry"> {
  /** The tasks, each once. */
  readonly taskIds: readonly string[];
}

/** Assigns nothing until {@linkcode Resume}. Attempts that have started go on. */
export interface Pause extends Named<"pause"> {
  /** For people. */
  readonly reason: string;
}

/** Ends a pause. A no-op when there is none. */
export interface Resume extends Named<"resume"> {}

/** Ends a task as cancelled. */
export interface Cancel extends Named<"cancel"> {
  /** The task to end. */
  readonly taskId: string;
  /** For people. */
  readonly reason: string;
}

/** Registers an agent, or changes its profile. */
export interface RegisterAgent extends AgentCommand, Named<"register-agent">, OfSession {
  /** Sorted, without repetition. */
  readonly capabilities: readonly string[];
  /** The number of its slots: a claim needs one to start. */
  readonly maxConcurrentTasks: number;
  /** The most claims that may wait for a slot. */
  readonly maxQueuedTasks: number;
  /** Among equally good agents the one with the higher priority is chosen. */
  readonly priority: number;
  /** Whether a claim starts as soon as it can, or when the agent says so. */
  readonly startsAtOnce: boolean;
  /** Whether it asks for its tasks, and is given no other. @default false */
  readonly pulls?: boolean;
  /** The kind of agent, for people and metrics. */
  readonly kind: string;
  /** The silence after which it counts as dead, where agents are watched. @default the config's */
  readonly heartbeatTimeoutMs?: number;
  /**
   * Whether no caller asked for it, so that it may be evicted while it is idle; without effect on an
   * agent that a caller registered. @default false
   */
  readonly isImplicit?: boolean;
}

/** Removes an agent. */
export interface RemoveAgent extends AgentCommand, Named<"remove-agent"> {
  /** For people. */
  readonly reason: string;
}

/** Cordons an agent for one cause. */
export interface CordonAgent extends AgentCommand, Named<"cordon-agent"> {
  /** For people. */
  readonly reason: string;
  /** The cause that is put in force. */
  readonly cause: CordonCause;
  /** When the cause is lifted by itself; 0 for never. */
  readonly untilMs: Instant;
}

/** Lifts one cause of a cordon. A no-op when it is not in force. */
export interface UncordonAgent extends AgentCommand, Named<"uncordon-agent"> {
  /** The cause that is lifted. */
  readonly cause: CordonCause;
}

/** Limits the slots that an agent may use where a trusted agent is fit, too. */
export interface LimitAgent extends AgentCommand, Named<"limit-agent"> {
  /** The number of slots; 0 for all that it has. */
  readonly slots: number;
}

/** Requeues the tasks that were placed with an agent and have not started, for any fit agent. */
export interface RequeueUnstarted extends AgentCommand, Named<"requeue-unstarted"> {
  /** For people. */
  readonly reason: string;
}

/** Cordons an agent permanently, and removes it once it has no claim left. */
export interface DrainAgent extends AgentCommand, Named<"drain-agent"> {
  /** For people. */
  readonly reason: string;
}

/** Reports the load of an agent; an `undefined` field keeps its last value. */
export interface ReportLoad extends AgentCommand, Named<"report-load"> {
  /** All of its tasks, including those that it was given here. */
  readonly taskCount: number | undefined;
  /** The average duration of a task. */
  readonly avgTaskDurationMs: number | undefined;
  /** Utilization of its processor, from 0 to 100. */
  readonly cpuPercent: number | undefined;
  /** Utilization of its memory, from 0 to 100. */
  readonly memoryPercent: number | undefined;
}

/** Cancels all tasks of an agent. */
export interface CancelAgentTasks extends AgentCommand, Named<"cancel-agent-tasks"> {
  /** For people. */
  readonly reason: string;
}

/** Requeues all tasks of an agent. */
export interface RequeueAgentTasks extends AgentCommand, Named<"requeue-agent-tasks"> {
  /** For people. */
  readonly reason: string;
}

/** Changes the strategy that ranks the agents. */
export interface UseStrategy extends Named<"use-strategy"> {
  /** The name of the strategy. */
  readonly strategy: StrategyName;
}

/** The options of a schedule, with the defaults filled in. */
export interface ScheduleSpec {
  /** Unique among all schedules. */
  readonly id: string;
  /** The time between two occasions; positive. */
  readonly everyMs: number;
  /** An occasion, from which the others follow. @default when the schedule is set */
  readonly startAt?: Instant;
  /** The policy for missed occasions. */
  readonly missed: MissedPolicy;
  /** Whether a task may be submitted while the former one is unfinished. */
  readonly overlap: boolean;
  /** The tasks, but for their ids. */
  readonly task: TaskSpec;
}

/** Sets a schedule, or changes the one of that id. */
export interface SetSchedule extends Named<"set-schedule"> {
  /** The schedule. */
  readonly spec: ScheduleSpec;
  /** The input of each task; opaque, like `metadata`. */
  readonly input: unknown;
  /** Kept for callers. */
  readonly metadata: unknown;
}

/** Removes a schedule. A no-op when there is none. */
export interface RemoveSchedule extends Named<"remove-schedule"> {
  /** The schedule. */
  readonly scheduleId: string;
}

/** Stops accepting, assigning and starting tasks, permanently. */
export interface Drain extends Named<"drain"> {}

/** A command of a task machine. */
export type TaskCommand =
  | Submit
  | Assign
  | Start
  | Heartbeat
  | Progress
  | Note
  | Await
  | Complete
  | Fail
  | EndAttempt
  | Claim
  | WithdrawAsk
  | DetachAsk
  | KeepClaim
  | ReleaseClaim
  | Park
  | Unblock
  | YieldLocks
  | Preempt
  | Award
  | Cancel
  | Snooze
  | Block
  | AnswerQuestion
  | Review
  | AmendTask
  | SetPriority
  | SetLimit
  | SetBudget
  | Spend
  | Retry
  | Pause
  | Resume
  | RegisterAgent
  | RemoveAgent
  | CordonAgent
  | UncordonAgent
  | LimitAgent
  | RequeueUnstarted
  | DrainAgent
  | ReportLoad
  | CancelAgentTasks
  | RequeueAgentTasks
  | ResumeListening
  | UseStrategy
  | SetSchedule
  | RemoveSchedule
  | Drain;

/** The answer to `submit`. */
export interface SubmitAnswer {
  /** The id of the task. */
  readonly taskId: string;
  /** Whether the task was accepted by this command; otherwise its idempotency key or its key was known. */
  readonly isNew: boolean;
  /** How the task ended, if its result and its error are no longer kept. */
  readonly outcome?: Outcome;
}

/** The claim that a task was assigned under. */
export interface ClaimAnswer {
  /** The agent that has the claim. */
  readonly agentId: string;
  /** The number of the claim. */
  readonly epoch: number;
}

/** The answer to `retry`. */
export interface RetriedTasks {
  /** The tasks that were submitted once more, in the order of the command. */
  readonly taskIds: readonly string[];
}

/** The answer to `claim`. */
export type AskAnswer =
  /** The agent has a claim that runs; `ask` is 0 when it had that before. */
  | {
    readonly status: "granted";
    readonly taskId: string;
    readonly epoch: number;
    readonly ask: number;
  }
  /** `task:started` or `claim:abandoned` will name the request. */
  | { readonly status: "asking"; readonly ask: number };

/** The answers of a task machine, by the type of the command; others answer nothing. */
export type TaskAnswers = {
  readonly submit: SubmitAnswer;
  readonly assign: ClaimAnswer;
  readonly start: ClaimAnswer;
  readonly retry: RetriedTasks;
  readonly claim: AskAnswer;
  readonly "set-schedule": ScheduleView;
  readonly "remove-schedule": boolean;
};

/** The most dependencies, resources or capabilities of one task or agent. */
export const MOST_LISTED = 100_000;

const ON_FAILURE: readonly OnFailure[] = ["cancel", "ignore", "run-on-failure"];
const AGENT_MODES: readonly AgentMode[] = ["push", "pull"];
const DEDUPE_POLICIES: readonly DedupePolicy[] = ["existing", "reject", "replace", "debounce"];
const NONE: readonly never[] = [];

/**
 * Returns the command that submits `task`, placed with `agentId` if that is given.
 *
 * @throws {TypeError} when a field has the wrong type
 * @throws {RangeError} when a field is outside its range
 */
export function submitCommand(
  task: Task,
  maxRetries: number,
  agentId?: string,
  parent?: ParentClaim,
): Submit {
  requireObject(task, "task", () => "submit a task");
  const { id, type = "task", description = "", idempotencyKey = "" } = task;
  const { priority = 0, retries = maxRetries, assignedAgent = "" } = task;
  const { dependencies, resources, requires } = task;
  const { queueTimeoutMs = 0, timeoutMs = 0, heartbeatTimeoutMs = 0, totalTimeoutMs = 0 } = task;
  requireId(id, "id", () => "submit a task");
  const attempt = () => `submit task ${quote(id)}`;
  if (type !== "task") requireText(type, "type", attempt);
  if (description !== "") requireText(description, "description", attempt);
  if (idempotencyKey !== "") requireText(idempotencyKey, "idempotencyKey", attempt);
  if (priority !== 0) requirePriority(priority, "priority", attempt);
  if (assignedAgent !== "") requireId(assignedAgent, "assignedAgent", attempt);
  if (retries !== maxRetries) requireInteger(retries, 0, MOST_RETRIES, "retries", attempt);
  if (queueTimeoutMs !== 0) requireMs(queueTimeoutMs, 0, "queueTimeoutMs", attempt);
  if (timeoutMs !== 0) requireMs(timeoutMs, 0, "timeoutMs", attempt);
  if (heartbeatTimeoutMs !== 0) requireMs(heartbeatTimeoutMs, 0, "heartbeatTimeoutMs", attempt);
  if (totalTimeoutMs !== 0) requireMs(totalTimeoutMs, 0, "totalTimeoutMs", attempt);
  const options = optionsOf(task, attempt);
  const spec = {
    id,
    type,
    description,
    priority,
    dependencies: dependencies === undefined ? NONE : dependenciesOf(dependencies, attempt),
    assignedAgent: agentId ?? assignedAgent,
    placed: agentId !== undefined,
    resources: resources === undefined ? NONE : normalizeRequests(resources, attempt, "resources"),
    requires: requires === undefined ? NONE : namesOf(requires, "requires", attempt),
    queueTimeoutMs,
    timeoutMs,
    heartbeatTimeoutMs,
    totalTimeoutMs,
    retries,
    idempotencyKey,
  };
  const command: Submit = {
    type: "submit",
    task: options === undefined ? spec : { ...spec, ...options },
    input: task.input,
    metadata: task.metadata,
  };
  return parent === undefined ? command : { ...command, parent };
}

/** The fields of a task that most tasks lack. */
type SpecOptions = Pick<
  TaskSpec,
  "delayMs" | "runAt" | "dedupe" | "limitKey" | "budget" | "requiresApproval"
>;

/** Returns the fields that most tasks lack, or `undefined` when the task lacks all. */
function optionsOf(task: Task, attempt: Attempt): SpecOptions | undefined {
  const { delayMs, runAt, dedupe, limitKey, budget, requiresApproval } = task;
  const given = delayMs ?? runAt ?? dedupe ?? limitKey ?? budget ?? requiresApproval;
  if (given === undefined) return undefined;
  if (requiresApproval !== undefined) {
    requireBoolean(requiresApproval, "requiresApproval", attempt);
  }
  if (limitKey !== undefined) requireId(limitKey, "limitKey", attempt);
  if (delayMs !== undefined) requireMs(delayMs, 0, "delayMs", attempt);
  if (delayMs !== undefined && runAt !== undefined) {
    throw new RangeError(`Cannot ${attempt()}: delayMs must not be given with runAt, got both`);
  }
  return {
    ...(delayMs !== undefined && { delayMs }),
    ...(runAt !== undefined && { runAt: instantOf(runAt, "runAt", attempt) }),
    ...(dedupe !== undefined && { dedupe: dedupeOf(task, attempt) }),
    ...(limitKey !== undefined && { limitKey }),
    ...(budget !== undefined && { budget: budgetOf(budget, "budget", attempt) }),
    ...(requiresApproval && { requiresApproval }),
  };
}

function dedupeOf({ dedupe, delayMs, runAt }: Task, attempt: Attempt): Dedupe {
  requireObject(dedupe, "dedupe", attempt);
  const { key, policy } = dedupe;
  requireId(key, "dedupe.key", attempt);
  requireOneOf(policy, DEDUPE_POLICIES, "dedupe.policy", attempt);
  if (policy === "debounce" && delayMs === undefined && runAt === undefined) {
    throw new RangeError(
      `Cannot ${attempt()}: delayMs or runAt must be given with dedupe.policy "debounce", got none`,
    );
  }
  return { key, policy: policy as DedupePolicy };
}

/** Returns a date, or an instant in whole milliseconds, as an instant. */
export function instantOf(value: unknown, name: string, attempt: Attempt): Instant {
  const instant = value instanceof Date ? value.getTime() : value;
  if (typeof instant !== "number") {
    throw new TypeError(
      `Cannot ${attempt()}: ${name} must be a Date or milliseconds, got ${quote(value)}`,
    );
  }
  requireInteger(instant, -LATEST, LATEST, name, attempt);
  return instant;
}

/** The latest instant of a `Date`. */
const LATEST = 8_640_000_000_000_000;

/**
 * Returns the command that registers the agent of `profile`.
 *
 * @throws {TypeError} when a field has the wrong type
 * @throws {RangeError} when a field is outside its range
 */
export function registerCommand(
  profile: AgentProfile,
  startsAtOnce: boolean,
  isImplicit = false,
): RegisterAgent {
  requireObject(profile, "profile", () => "register an agent");
  const { id, type: kind = "agent", capabilities = NONE, priority = 0 } = profile;
  const { maxConcurrentTasks = 1, maxQueuedTasks = 10_000, heartbeatTimeoutMs } = profile;
  const { mode = "push" } = profile;
  requireId(id, "id", () => "register an agent");
  const attempt = () => `register agent ${quote(id)}`;
  requireText(kind, "type", attempt);
  requireInteger(maxConcurrentTasks, 1, 1_000_000, "maxConcurrentTasks", attempt);
  requireInteger(maxQueuedTasks, 0, 1_000_000_000, "maxQueuedTasks", attempt);
  requireInteger(priority, -1_000_000, 1_000_000, "priority", attempt);
  requireOneOf(mode, AGENT_MODES, "mode", attempt);
  if (mode === "pull" && startsAtOnce) {
    throw new TypeError(`Cannot ${attempt()}: an agent in pull mode must have no handler`);
  }
  if (heartbeatTimeoutMs !== undefined) {
    requireMs(heartbeatTimeoutMs, 0, "heartbeatTimeoutMs", attempt);
  }
  return {
    type: "register-agent",
    agentId: id,
    capabilities: namesOf(capabilities, "capabilities", attempt),
    maxConcurrentTasks,
    maxQueuedTasks,
    priority,
    startsAtOnce,
    kind,
    ...(mode === "pull" && { pulls: true }),
    ...(heartbeatTimeoutMs !== undefined && { heartbeatTimeoutMs }),
    ...(isImplicit && { isImplicit }),
  };
}

/** The fields of a task that can be changed. */
type Changes = Pick<
  Task,
  "description" | "input" | "metadata" | "dependencies" | "resources"
>;

/**
 * Returns the command that changes a task.
 *
 * @throws {TypeError | RangeError} when a field is malformed
 */
export function amendCommand(taskId: string, changes: Changes, attempt: Attempt): AmendTask {
  requireObject(changes as unknown, "changes", attempt);
  const { description, input, metadata, dependencies, resources } = changes;
  if (description !== undefined) requireText(description, "description", attempt);
  return {
    type: "amend-task",
    taskId,
    ...(description !== undefined && { description }),
    ...(input !== undefined && { input }),
    ...(metadata !== undefined && { metadata }),
    ...(dependencies !== undefined && { dependencies: dependenciesOf(dependencies, attempt) }),
    ...(resources !== undefined && {
      resources: normalizeRequests(resources, attempt, "resources"),
    }),
  };
}

/** The options of a claim that the command needs. */
export interface ClaimTerms extends TicketOptions {
  /** The only task. */
  readonly taskId?: string;
}

/**
 * Returns the command that asks for a task for an agent.
 *
 * @throws {TypeError | RangeError} when an argument is malformed
 */
export function claimCommand(agentId: string, terms: ClaimTerms): Claim {
  const attempt = () => `claim a task for agent ${quote(agentId)}`;
  requireId(agentId, "agentId", () => "claim a task");
  requireObject(terms, "options", attempt);
  const { taskId } = terms;
  if (taskId !== undefined) requireId(taskId, "taskId", attempt);
  return {
    type: "claim",
    agentId,
    taskId: taskId ?? "",
    ...readTicketOptions(terms, ASK_TICKETS, attempt, true),
  };
}

/**
 * Returns the command that reports what an attempt has spent.
 *
 * @throws {TypeError | RangeError} when an argument is malformed
 */
export function spendCommand(
  taskId: string,
  epoch: number,
  counters: Readonly<Record<string, number>>,
): Spend {
  requireId(taskId, "taskId", () => "spend for a task");
  const attempt = () => `spend for task ${quote(taskId)}`;
  requireInteger(epoch, 0, Number.MAX_SAFE_INTEGER, "epoch", attempt);
  return { type: "spend", taskId, epoch, counters: countersOf(counters, "counters", attempt) };
}

/** The load of an agent as callers report it; a field that is left out keeps its last value. */
export interface ReportedLoad {
  /** All of its tasks. */
  readonly taskCount?: number;
  /** The average duration of a task, in milliseconds. */
  readonly avgTaskDuration?: number;
  /** Utilization of its processor, in percent. */
  readonly cpuUsage?: number;
  /** Utilization of its memory, in percent. */
  readonly memoryUsage?: number;
}

/**
 * Returns the command that reports the load of an agent.
 *
 * @throws {TypeError | RangeError} when a field is malformed
 */
export function reportCommand(agentId: string, load: ReportedLoad, attempt: Attempt): ReportLoad {
  requireObject(load as unknown, "workload", attempt);
  const { taskCount, avgTaskDuration, cpuUsage, memoryUsage } = load;
  if (taskCount !== undefined) {
    requireInteger(taskCount, 0, Number.MAX_SAFE_INTEGER, "taskCount", attempt);
  }
  if (avgTaskDuration !== undefined) requireAmount(avgTaskDuration, "avgTaskDuration", attempt);
  if (cpuUsage !== undefined) requireAmount(cpuUsage, "cpuUsage", attempt);
  if (memoryUsage !== undefined) requireAmount(memoryUsage, "memoryUsage", attempt);
  return {
    type: "report-load",
    agentId,
    taskCount,
    avgTaskDurationMs: avgTaskDuration,
    cpuPercent: cpuUsage,
    memoryPercent: memoryUsage,
  };
}

/** Requires a finite number of at least 0. */
export function requireAmount(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot ${attempt()}: ${name} must be a number, got ${quote(value)}`);
  }
  if (!Number.isFinite(value) || value < 0) {
    const rule = `${name} must be a finite number of at least 0`;
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${quote(value)}`);
  }
}

/** Requires a string. */
export function requireText(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is string {
  if (typeof value === "string") return;
  throw new TypeError(`Cannot ${attempt()}: ${name} must be a string, got ${quote(value)}`);
}

/** Requires a text that is not longer than a note may be. */
export function requireNote(
  value: unknown,
  name: string,
  most: number,
  attempt: Attempt,
): asserts value is string {
  requireText(value, name, attempt);
  if (value.length <= most) return;
  throw new RangeError(
    `Cannot ${attempt()}: ${name} must have at most ${most} characters, got ${value.length}`,
  );
}

/** Returns names sorted, each once. */
function namesOf(value: unknown, name: string, attempt: Attempt): readonly string[] {
  requireArray(value, MOST_LISTED, name, attempt);
  if (value.length === 0) return NONE;
  value.forEach((entry, i) => requireId(entry, `${name}[${i}]`, attempt));
  return [...new Set(value as readonly string[])].sort();
}

/** Returns dependencies with their effect, each task once. */
function dependenciesOf(value: unknown, attempt: Attempt): readonly Dependency[] {
  requireArray(value, MOST_LISTED, "dependencies", attempt);
  const byId = new Map<string, Dependency>();
  value.forEach((entry, i) => {
    const dependency = dependencyOf(entry, `dependencies[${i}]`, attempt);
    const { taskId, onFailure } = dependency;
    const known = byId.get(taskId);
    if (known !== undefined && known.onFailure !== onFailure) {
      throw new RangeError(
        `Cannot ${attempt()}: a dependency must have one onFailure, ` +
          `got ${quote(known.onFailure)} and ${quote(onFailure)} for ${quote(taskId)}`,
      );
    }
    byId.set(taskId, dependency);
  });
  return [...byId.values()];
}

function dependencyOf(entry: unknown, name: string, attempt: Attempt): Dependency {
  if (typeof entry === "string") {
    requireId(entry, name, attempt);
    return { taskId: entry, onFailure: "cancel" };
  }
  requireObject(entry, name, attempt);
  const { taskId, onFailure = "cancel" } = entry;
  requireId(taskId, `${name}.taskId`, attempt);
  requireOneOf(onFailure, ON_FAILURE, `${name}.onFailure`, attempt);
  return { taskId, onFailure: onFailure as OnFailure };
}
