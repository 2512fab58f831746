/**
 * The events of tasks and of the agents that do them as sentences.
 *
 * @module
 */

import { listed, oneLine, readable, timeOfDay } from "./readable.ts";
import { refusal, type Sentences, thrown } from "./sentence.ts";
import type { ResourceRequest } from "./shapes.ts";
import type { TaskEvent, TaskTimedOut } from "./task_events.ts";

/** From the name of an event to what puts one in a sentence. */
export const TASK_SENTENCES: Sentences<TaskEvent> = {
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
