/**
 * The commands that are tried, in short.
 *
 * @module
 */

import type { ErrorData } from "../../src/core/error_data.ts";
import type { BreakerRules } from "../../src/breakers/config.ts";
import { claimOwner } from "../../src/locks/types.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import type { PartCommand, RootState } from "../../src/root/state.ts";
import type { TaskSpec } from "../../src/tasks/commands.ts";
import { lockEpochOf } from "../../src/tasks/state.ts";

type Of<Type extends PartCommand["type"]> = Extract<PartCommand, { type: Type }>;

/** The reason that commands give. */
const REASON = "it was asked to";

/** The error that attempts fail with. */
export const ERROR: ErrorData = { name: "Error", message: "it failed" };

/** Returns requests for exclusive locks. */
export function locks(...ids: readonly string[]): ResourceRequest[] {
  return ids.map((resourceId) => ({ resourceId, mode: "exclusive", units: 1 }));
}

/** Registers an agent with one slot. */
export function register(agentId: string, fields: Partial<Of<"register-agent">> = {}) {
  const common = { capabilities: [], maxConcurrentTasks: 1, maxQueuedTasks: 1, priority: 0 };
  const command = { type: "register-agent", agentId, ...common, startsAtOnce: false } as const;
  return { ...command, kind: "agent", ...fields } satisfies PartCommand;
}

/** Submits a task without retries, that depends on `after`. */
export function submit(
  id: string,
  { after = [], ...fields }: Partial<TaskSpec> & { after?: readonly string[] } = {},
): Of<"submit"> {
  const task: TaskSpec = {
    ...{ id, type: "task", description: "", priority: 0, assignedAgent: "", placed: false },
    dependencies: after.map((taskId) => ({ taskId, onFailure: "cancel" })),
    ...{ resources: [], requires: [], queueTimeoutMs: 0, timeoutMs: 0, heartbeatTimeoutMs: 0 },
    ...{ totalTimeoutMs: 0, retries: 0, idempotencyKey: "" },
    ...fields,
  };
  return { type: "submit", task, input: undefined, metadata: undefined };
}

/** Places a task with an agent. */
export function place(id: string, agentId: string, fields: Partial<TaskSpec> = {}): PartCommand {
  return submit(id, { ...fields, assignedAgent: agentId, placed: true });
}

/** Submits a task as a child of the claim in force on `parentId`, if there is one. */
export function childOf(
  parentId: string,
  id: string,
  fields: Parameters<typeof submit>[1] = {},
): (state: Readonly<RootState>) => PartCommand | undefined {
  return ({ tasks: { tasks } }) => {
    const { epoch = 0 } = tasks.get(parentId) ?? {};
    return epoch === 0 ? undefined : { ...submit(id, fields), parent: { taskId: parentId, epoch } };
  };
}

/** Waits for the next message. */
export function receive(agentId: string): PartCommand {
  return { type: "receive-message", agentId, timeoutMs: 0, waitMs: 100 };
}

/** A command about the claim in force on a task, or about that of an epoch. */
export function onClaim<Type extends "start" | "end-attempt" | "heartbeat">(
  type: Type,
  taskId: string,
  epoch = 0,
) {
  return { type, taskId, epoch };
}

/** Completes a task. */
export function complete(taskId: string, epoch = 0): PartCommand {
  return { type: "complete", taskId, epoch, result: null };
}

/** Ends an attempt as failed. */
export function failed(taskId: string, fault: Of<"fail">["fault"] = "attempt"): PartCommand {
  return { type: "fail", taskId, epoch: 0, error: ERROR, fault };
}

/** Cancels a task. */
export function cancel(taskId: string): PartCommand {
  return { type: "cancel", taskId, reason: REASON };
}

/** A command that ends or limits an agent. */
export function agentCommand<
  Type extends "remove-agent" | "drain-agent" | "leave-agent" | "requeue-unstarted",
>(type: Type, agentId: string) {
  return { type, agentId, reason: REASON };
}

/** Acquires a lock, or begins to wait for it. */
export function acquire(
  resourceId: string,
  agentId: string,
  fields: Partial<Of<"acquire">> = {},
): PartCommand {
  const terms = { mode: "exclusive", units: 1, priority: 0, timeoutMs: 0, leaseMs: 0 } as const;
  return { type: "acquire", resourceId, agentId, owner: agentId, ...terms, wait: true, ...fields };
}

/**
 * Acquires a lock in the name of the newest claim on a task, as its attempt does, be it that the claim is
 * over.
 */
export function acquireWithin(
  resourceId: string,
  taskId: string,
  fields: Partial<Of<"acquire">> = {},
): (state: Readonly<RootState>) => PartCommand | undefined {
  return ({ tasks: { tasks } }) => {
    const task = tasks.get(taskId);
    if (task === undefined || task.epoch === 0) return undefined;
    const owner = claimOwner(taskId, lockEpochOf(task));
    return acquire(resourceId, task.agent?.agentId ?? "x", { owner, ...fields });
  };
}

/** Releases a lock. */
export function release(resourceId: string, agentId: string): PartCommand {
  return { type: "release", resourceId, agentId, owner: agentId, epoch: 0 };
}

/** Sends a request that waits for a response, or with `responseMs` of 0 a message. */
export function send(
  from: string,
  to: string,
  fields: Partial<Of<"send-message">> = {},
): PartCommand {
  const content = { kind: "note", payload: null, priority: 0, ttlMs: 0 };
  return { type: "send-message", from, to, messageId: "", responseMs: 0, ...content, ...fields };
}

/** The rules of the breakers of agents: one failure opens them, one probe closes them. */
export const BREAKER: BreakerRules = {
  ...{ policy: "consecutive", failureThreshold: 1, successThreshold: 1, timeout: 2 },
  ...{ halfOpenLimit: 1, failureRate: 0.5, slowCallRate: 0.5, slowCallMs: 10, window: "count" },
  ...{ windowCalls: 2, windowMs: 10, minimumCalls: 1, probeTimeoutMs: 2, openTimeFactor: 1 },
  ...{ maxOpenMs: 2, openTimeJitter: 0, retryShare: 0, retriesPerSecond: 0, retryBurst: 1 },
};
