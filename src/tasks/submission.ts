/**
 * From what a caller hands in to what the machine takes: checks every field, fills in the rest.
 *
 * @module
 */

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
import type { Dependency, OnFailure, Task } from "./types.ts";
import type { LockMode, ResourceRequest } from "../locks/types.ts";
import type { RegisterAgent, Submit } from "./commands.ts";

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
