/**
 * A task as callers see it: plain fields, nothing that belongs to the machine.
 *
 * @module
 */

import type { TaskView } from "./types.ts";
import type { TaskRecord } from "./state.ts";

/** The task as it stands. */
export function viewOf(task: TaskRecord): TaskView {
  const { spec, agent, status, startedAt, finishedAt, result, error, progress } = task;
  return {
    id: spec.id,
    type: spec.type,
    description: spec.description,
    priority: spec.priority,
    dependencies: spec.dependencies.length === 0
      ? NONE
      : spec.dependencies.map(({ taskId }) => taskId),
    status,
    input: task.input?.value,
    createdAt: task.createdAt,
    epoch: task.epoch,
    attempts: task.attempts,
    ...(agent !== undefined && { assignedAgent: agent.agentId }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { completedAt: finishedAt }),
    ...(result !== undefined && { output: result.value }),
    ...(error !== undefined && { error }),
    ...(progress !== undefined && { progress: progress.value }),
    ...(task.metadata !== undefined && { metadata: task.metadata.value }),
  };
}

const NONE: readonly string[] = [];
