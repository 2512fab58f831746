/**
 * What a task machine is told. An epoch of 0 means the claim in force, whichever it is.
 *
 * @module
 */

import type { Instant, Named } from "../core/machine.ts";
import type { CordonCause, Dependency, OnFailure, Task } from "./types.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { StrategyName, TaskSpec } from "./state.ts";
import {
  type Attempt,
  quote,
  requireArray,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
  requirePriority,
} from "../core/arguments.ts";
import type { AgentProfile } from "../agents/types.ts";
import type { LockMode, ResourceRequest } from "../locks/types.ts";

/** Accepts a task. */
export interface Submit extends Named<"submit"> {
  /** What it asks for. */
  readonly task: TaskSpec;
  /** Kept as it comes, never looked into; so is `metadata`. */
  readonly input: unknown;
  /** What the submitter wants to find again. */
  readonly metadata: unknown;
}

/** Gives a ready task to an agent; `""` leaves the choice to the machine. */
export interface Assign extends AgentCommand, Named<"assign"> {
  /** The task to give. */
  readonly taskId: string;
}

/** What an agent says of its claim. */
export interface ClaimCommand {
  /** The task that is claimed. */
  readonly taskId: string;
  /** The claim that is meant; 0 for the one in force. */
  readonly epoch: number;
}

/** The attempt begins. */
export interface Start extends ClaimCommand, Named<"start"> {
}

/** The attempt is alive. */
export interface Heartbeat extends ClaimCommand, Named<"heartbeat"> {
}

/** The attempt is this far. */
export interface Progress extends ClaimCommand, Named<"progress"> {
  /** Kept as it comes, never looked into. */
  readonly progress: unknown;
}

/** The attempt succeeded. */
export interface Complete extends ClaimCommand, Named<"complete"> {
  /** Kept as it comes, never looked into. */
  readonly result: unknown;
}

/** The attempt failed. */
export interface Fail extends ClaimCommand, Named<"fail"> {
  /** What went wrong. */
  readonly error: ErrorData;
  /**
   * Whose fault it is: the attempt's, which costs one; the task's, which no retry mends; or
   * nobody's, such as a lost lock.
   */
  readonly fault: "attempt" | "task" | "none";
}

/** The body of an attempt that was taken back has ended. */
export interface Settle extends ClaimCommand, Named<"settle"> {
}

/** The claim holds its locks. */
export interface Unblock extends ClaimCommand, Named<"unblock"> {
}

/** The claim can't go on, through no fault of the task: it lost a lock, or can't have one. */
export interface Preempt extends ClaimCommand, Named<"preempt"> {
  /** Told to people. */
  readonly reason: string;
  /** Whether no further attempt could fare better. */
  readonly isHopeless: boolean;
}

/**
 * Settles who has a task: takes it from an agent that lost a conflict over it, at no cost to the task,
 * and gives it to the one that won. Changes nothing when nobody who lost has it, or when the winner
 * can't take it.
 */
export interface Award extends AgentCommand, Named<"award"> {
  /** What the conflict was about. */
  readonly taskId: string;
  /** Those who are not to have it. */
  readonly losers: readonly string[];
}

/** Ends a task as cancelled. */
export interface Cancel extends Named<"cancel"> {
  /** The task to end. */
  readonly taskId: string;
  /** Told to people. */
  readonly reason: string;
}

/** What all commands about an agent say. */
export interface AgentCommand {
  /** The agent that is meant. */
  readonly agentId: string;
}

/** Makes an agent known, or changes what is known of it. */
export interface RegisterAgent extends AgentCommand, Named<"register-agent"> {
  /** Sorted, without repetition. */
  readonly capabilities: readonly string[];
  /** How many slots it has: a claim needs one to start. */
  readonly maxConcurrentTasks: number;
  /** How many claims may wait for a slot. */
  readonly maxQueuedTasks: number;
  /** Among equally good agents the higher one is chosen. */
  readonly priority: number;
  /** Whether a claim starts as soon as it can, or when the agent says so. */
  readonly startsAtOnce: boolean;
  /** What kind of agent it is; told, and kept for metrics. */
  readonly kind: string;
  /** How long it may be silent before it counts as dead, where agents are watched. @default the rules' */
  readonly heartbeatTimeoutMs?: number;
}

/** An agent is gone. */
export interface RemoveAgent extends AgentCommand, Named<"remove-agent"> {
  /** Told to people. */
  readonly reason: string;
}

/** Stops giving tasks to an agent for one cause, or with `reason: ""` lifts that cause. */
export interface CordonAgent extends AgentCommand, Named<"cordon-agent"> {
  /** Told to people. */
  readonly reason: string;
  /** Which of the causes is meant. */
  readonly cause: CordonCause;
  /** When the cause is lifted by itself; 0 for never. */
  readonly untilMs: Instant;
}

/** Keeps an agent from using more than some of its slots. */
export interface LimitAgent extends AgentCommand, Named<"limit-agent"> {
  /** How many slots it may use at most; 0 for all that it has. */
  readonly slots: number;
}

/** Lets tasks that were assigned to an agent, and that it has not begun, go to any fit agent. */
export interface ShedTasks extends AgentCommand, Named<"shed-tasks"> {
  /** Told to people. */
  readonly reason: string;
}

/** Lets an agent finish what it has begun, and takes it away then. */
export interface DrainAgent extends AgentCommand, Named<"drain-agent"> {
  /** Told to people. */
  readonly reason: string;
}

/** Tells how much an agent has to do; what is `undefined` stays as it was last told. */
export interface ReportLoad extends AgentCommand, Named<"report-load"> {
  /** All of its tasks, those that it was given here among them. */
  readonly taskCount: number | undefined;
  /** How long a task of its takes. */
  readonly avgTaskDurationMs: number | undefined;
  /** Of the processor, from 0 to 100. */
  readonly cpuPercent: number | undefined;
  /** Of the memory, from 0 to 100. */
  readonly memoryPercent: number | undefined;
}

/** Cancels all tasks of an agent. */
export interface CancelAgentTasks extends AgentCommand, Named<"cancel-agent-tasks"> {
  /** Told to people. */
  readonly reason: string;
}

/** Takes all tasks of an agent back into the queue. */
export interface RequeueAgentTasks extends AgentCommand, Named<"requeue-agent-tasks"> {
  /** Told to people. */
  readonly reason: string;
}

/** Has each attempt be alive at this moment that has to show it, as nobody could hear it before. */
export interface RenewHeartbeats extends Named<"renew-heartbeats"> {
}

/** Has another strategy rank the agents. */
export interface UseStrategy extends Named<"use-strategy"> {
  /** Who ranks from here on. */
  readonly strategy: StrategyName;
}

/** Accepts, assigns and starts nothing any more. */
export interface Drain extends Named<"drain"> {
}

/** What a task machine is told. */
export type TaskCommand =
  | Submit
  | Assign
  | Start
  | Heartbeat
  | Progress
  | Complete
  | Fail
  | Settle
  | Unblock
  | Preempt
  | Cancel
  | RegisterAgent
  | RemoveAgent
  | CordonAgent
  | DrainAgent
  | LimitAgent
  | ShedTasks
  | Award
  | ReportLoad
  | CancelAgentTasks
  | RequeueAgentTasks
  | RenewHeartbeats
  | UseStrategy
  | Drain;

/** The most dependencies, resources or capabilities that one task or agent may name. */
export const MOST_LISTED = 100_000;

/** The most retries that a task may ask for. */
export const MOST_RETRIES = 1_000_000;

const ON_FAILURE: readonly OnFailure[] = ["cancel", "ignore", "run-on-failure"];
const MODES: readonly LockMode[] = ["exclusive", "shared"];
const NONE: readonly never[] = [];

/**
 * The command that submits `task`, placed with `agentId` if that is given.
 *
 * @throws {TypeError} when a field has the wrong type
 * @throws {RangeError} when a field is outside its range
 */
export function submission(task: Task, maxRetries: number, agentId?: string): Submit {
  requireObject(task, "task", () => "submit a task");
  const { id, priority = 0, retries = maxRetries } = task;
  requireId(id, "id", () => "submit a task");
  const attempt = () => `submit task ${quote(id)}`;
  const type = text(task.type, "task", "type", attempt);
  const description = text(task.description, "", "description", attempt);
  const idempotencyKey = text(task.idempotencyKey, "", "idempotencyKey", attempt);
  requirePriority(priority, "priority", attempt);
  const { assignedAgent = "" } = task;
  if (assignedAgent !== "") requireId(assignedAgent, "assignedAgent", attempt);
  requireInteger(retries, 0, MOST_RETRIES, "retries", attempt);
  return {
    type: "submit",
    task: {
      id,
      type,
      description,
      priority,
      dependencies: dependenciesOf(task.dependencies, attempt),
      assignedAgent: agentId ?? assignedAgent,
      placed: agentId !== undefined,
      resources: requestsOf(task.resources, attempt),
      requires: namesOf(task.requires, "requires", attempt),
      queueTimeoutMs: limit(task.queueTimeoutMs, "queueTimeoutMs", attempt),
      timeoutMs: limit(task.timeoutMs, "timeoutMs", attempt),
      heartbeatTimeoutMs: limit(task.heartbeatTimeoutMs, "heartbeatTimeoutMs", attempt),
      totalTimeoutMs: limit(task.totalTimeoutMs, "totalTimeoutMs", attempt),
      retries,
      idempotencyKey,
    },
    input: task.input,
    metadata: task.metadata,
  };
}

/**
 * The command that registers the agent of `profile`.
 *
 * @throws {TypeError} when a field has the wrong type
 * @throws {RangeError} when a field is outside its range
 */
export function registration(profile: AgentProfile, startsAtOnce: boolean): RegisterAgent {
  requireObject(profile, "profile", () => "register an agent");
  const { id, maxConcurrentTasks = 1, maxQueuedTasks = 10_000, priority = 0 } = profile;
  requireId(id, "id", () => "register an agent");
  const attempt = () => `register agent ${quote(id)}`;
  requireInteger(maxConcurrentTasks, 1, 1_000_000, "maxConcurrentTasks", attempt);
  requireInteger(maxQueuedTasks, 0, 1_000_000_000, "maxQueuedTasks", attempt);
  requireInteger(priority, -1_000_000, 1_000_000, "priority", attempt);
  const { heartbeatTimeoutMs } = profile;
  if (heartbeatTimeoutMs !== undefined) {
    requireMs(heartbeatTimeoutMs, 0, "heartbeatTimeoutMs", attempt);
  }
  return {
    type: "register-agent",
    agentId: id,
    capabilities: namesOf(profile.capabilities, "capabilities", attempt),
    maxConcurrentTasks,
    maxQueuedTasks,
    priority,
    startsAtOnce,
    kind: text(profile.type, "agent", "type", attempt),
    ...(heartbeatTimeoutMs !== undefined && { heartbeatTimeoutMs }),
  };
}

/** `value` as text, or `fallback` when there is none. */
function text(value: unknown, fallback: string, name: string, attempt: Attempt): string {
  if (value === undefined) return fallback;
  if (typeof value !== "string") {
    throw new TypeError(`Cannot ${attempt()}: ${name} must be a string, got ${quote(value)}`);
  }
  return value;
}

function limit(value: unknown, name: string, attempt: Attempt): number {
  if (value === undefined) return 0;
  requireMs(value, 1, name, attempt);
  return value;
}

/** Sorted, each once. */
function namesOf(value: unknown, name: string, attempt: Attempt): readonly string[] {
  if (value === undefined) return NONE;
  requireArray(value, MOST_LISTED, name, attempt);
  if (value.length === 0) return NONE;
  value.forEach((entry, i) => requireId(entry, `${name}[${i}]`, attempt));
  return [...new Set(value as readonly string[])].sort();
}

function dependenciesOf(value: unknown, attempt: Attempt): readonly Dependency[] {
  if (value === undefined) return NONE;
  requireArray(value, MOST_LISTED, "dependencies", attempt);
  if (value.length === 0) return NONE;
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

function requestsOf(value: unknown, attempt: Attempt): readonly ResourceRequest[] {
  if (value === undefined) return NONE;
  requireArray(value, MOST_LISTED, "resources", attempt);
  if (value.length === 0) return NONE;
  const requests = value.map((entry, i) => requestOf(entry, `resources[${i}]`, attempt));
  const ids = new Set(requests.map(({ resourceId }) => resourceId));
  if (ids.size < requests.length) {
    throw new RangeError(`Cannot ${attempt()}: resources must name each resource once`);
  }
  return requests;
}

function requestOf(entry: unknown, name: string, attempt: Attempt): ResourceRequest {
  if (typeof entry === "string") {
    requireId(entry, name, attempt);
    return { resourceId: entry, mode: "exclusive", units: 1 };
  }
  requireObject(entry, name, attempt);
  const { resourceId, mode = "exclusive", units = 1 } = entry;
  requireId(resourceId, `${name}.resourceId`, attempt);
  requireOneOf(mode, MODES, `${name}.mode`, attempt);
  requireInteger(units, 1, Number.MAX_SAFE_INTEGER, `${name}.units`, attempt);
  return { resourceId, mode: mode as LockMode, units };
}
