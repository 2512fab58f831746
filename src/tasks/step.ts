/**
 * One step of the task machine while it is under way.
 *
 * @module
 */

import type { TaskEvent, TaskRefusal, TaskRefused } from "./events.ts";
import type { Instant } from "../core/machine.ts";
import type { TaskCommand } from "./commands.ts";
import type { Agent, Group, TaskRecord, TaskState } from "./state.ts";

/**
 * One step while it is under way. What changed is gathered, and dealt with once the change is
 * complete: so no dependent is settled, and no agent given work, from a half-changed state.
 */
export interface Step {
  readonly state: TaskState;
  readonly now: Instant;
  /** What has happened so far. */
  readonly events: TaskEvent[];
  /** Tasks that ended, and what their dependents are told of it. */
  readonly ended: { readonly task: TaskRecord; readonly because: string }[];
  /** Groups whose queue got a task. */
  readonly queued: Group[];
  /** Agents that got room for a task. */
  readonly freed: Agent[];
  /** Agents whose load or room changed, while tasks may be stolen. */
  shifted: Set<Agent> | undefined;
  /** Groups in which something may have to be stolen therefore. */
  unbalanced: Set<Group> | undefined;
  /** How many claims each agent had before, while idleness is announced. */
  claimsBefore: Map<Agent, number> | undefined;
}

/** A step in which nothing has happened. */
export function beginStep(state: TaskState, now: Instant): Step {
  return {
    state,
    now,
    events: [],
    ended: [],
    queued: [],
    freed: [],
    shifted: undefined,
    unbalanced: undefined,
    claimsBefore: undefined,
  };
}

/** Notes that the load or the room of `agent` is about to change. */
export function touch(step: Step, agent: Agent): void {
  const { stealing, announcesIdleness } = step.state.config;
  if (stealing) (step.shifted ??= new Set()).add(agent);
  if (!announcesIdleness) return;
  const before = step.claimsBefore ??= new Map();
  if (!before.has(agent)) before.set(agent, agent.tasks.size);
}

/** Refuses a command; the state is as before. */
export function refuse(
  { events }: Step,
  command: TaskCommand,
  taskId: string,
  reason: TaskRefusal,
  detail?: TaskRefused["detail"],
): void {
  const agentId = "agentId" in command
    ? command.agentId
    : command.type === "submit"
    ? command.task.assignedAgent || undefined
    : undefined;
  events.push({ type: "task:refused", taskId, agentId, command: command.type, reason, detail });
}
