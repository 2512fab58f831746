/**
 * What submitters ask: to take a task, to give it to an agent, to call it off.
 *
 * @module
 */

import { schedule } from "../core/data/deadlines.ts";
import type { TaskRefusal } from "./events.ts";
import type { Instant } from "../core/machine.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Assign, Award, Cancel, Submit } from "./commands.ts";
import { cycleThrough, link } from "./dependencies.ts";
import { assign, bodyOf, cancel, limitQueueTime, queue, requeue } from "./lifecycle.ts";
import { bestAgent, isFit } from "./placement.ts";
import { hasRoom, roomOf } from "./room.ts";
import {
  isTerminal,
  outcomeOf,
  type TaskRecord,
  type TaskSpec,
  type TaskState,
  unfinished,
} from "./state.ts";
import { refuse, type Step } from "./step.ts";
import { viewOf } from "./view.ts";

export function submit(step: Step, command: Submit): void {
  const { state, now, events } = step;
  const { task: spec } = command;
  const reason = submitRefusal(state, spec);
  if (reason !== undefined) {
    const detail = reason === "full" ? state.config.maxTasks : undefined;
    return refuse(step, command, spec.id, reason, detail);
  }
  if (state.tasks.has(spec.id)) {
    events.push({ type: "task:recognized", taskId: spec.id });
    return;
  }
  const cycle = cycleThrough(state, spec);
  if (cycle !== undefined) return refuse(step, command, spec.id, "cycle", cycle);

  const task = recordOf(state, command, now);
  state.tasks.set(spec.id, task);
  const doomed = link(state, task);
  if (task.openDependencies === 0 && doomed === undefined) task.status = "ready";
  state.counts[task.status]++;
  if (spec.totalTimeoutMs !== 0) {
    task.total = schedule(state.deadlines, now + spec.totalTimeoutMs, { limit: "total", task });
  }
  events.push({ type: "task:created", taskId: spec.id, task: viewOf(task) });
  if (doomed !== undefined) cancel(step, task, doomed, doomed, "settled");
  else if (task.status === "ready") queue(step, task);
  else limitQueueTime(step, task);
}

function submitRefusal(state: TaskState, spec: TaskSpec): TaskRefusal | undefined {
  if (state.draining) return "draining";
  const known = state.tasks.get(spec.id);
  if (known !== undefined) {
    const { idempotencyKey } = known.spec;
    return idempotencyKey !== "" && idempotencyKey === spec.idempotencyKey
      ? undefined
      : "duplicate";
  }
  if (outcomeOf(state, spec.id) !== undefined) return "duplicate";
  if (unfinished(state) >= state.config.maxTasks) return "full";
  if (spec.assignedAgent !== "") {
    const agent = state.agents.get(spec.assignedAgent);
    if (agent === undefined) return "unknown-agent";
    if (!isFit(agent, spec.requires, "") || agent.drained !== undefined) return "unfit";
  }
  return undefined;
}

function recordOf(state: TaskState, command: Submit, now: Instant): TaskRecord {
  const { task: spec, input, metadata } = command;
  return {
    spec,
    input: input === undefined ? undefined : new Opaque(input),
    metadata: metadata === undefined ? undefined : new Opaque(metadata),
    rank: now - spec.priority * state.config.agingMs,
    sequence: state.sequence++,
    position: -1,
    status: "waiting",
    createdAt: now,
    startedAt: undefined,
    finishedAt: undefined,
    pinnedTo: spec.assignedAgent,
    group: undefined,
    agent: undefined,
    queued: false,
    movable: undefined,
    epoch: 0,
    locked: false,
    attempts: 0,
    lingering: 0,
    crashes: 0,
    openDependencies: 0,
    fallbacks: 0,
    fallbacksFailed: 0,
    dependents: undefined,
    result: undefined,
    progress: undefined,
    error: undefined,
    timer: undefined,
    heartbeat: undefined,
    total: undefined,
  };
}

export function assignTo(step: Step, command: Assign): void {
  const { state } = step;
  const task = state.tasks.get(command.taskId);
  if (task === undefined) return refuse(step, command, command.taskId, "unknown-task");
  if (task.status !== "ready") {
    return refuse(step, command, command.taskId, "status", task.status);
  }
  if (state.draining) return refuse(step, command, command.taskId, "draining");
  const agent = command.agentId === "" ? bestAgent(state, task) : state.agents.get(command.agentId);
  if (agent === undefined) {
    const reason = command.agentId === "" ? "unfit" : "unknown-agent";
    return refuse(step, command, command.taskId, reason);
  }
  if (!hasRoom(agent) || !isFit(agent, task.spec.requires, task.pinnedTo)) {
    return refuse(step, command, command.taskId, "unfit");
  }
  assign(step, task, agent);
}

export function award(step: Step, { taskId, agentId, losers }: Award): void {
  const { state } = step;
  const task = state.tasks.get(taskId);
  const winner = state.agents.get(agentId);
  if (task?.agent === undefined || winner === undefined || state.draining) return;
  if (!losers.includes(task.agent.agentId) || roomOf(winner) === 0) return;
  const { placed, requires } = task.spec;
  if (!isFit(winner, requires, placed ? "" : task.pinnedTo)) return;
  if (task.status === "running") task.attempts--;
  const reason = `agent "${task.agent.agentId}" lost a conflict over it`;
  requeue(step, task, reason, bodyOf(task));
  if (placed) task.pinnedTo = agentId;
  assign(step, task, winner, !hasRoom(winner));
}

export function cancelTask(step: Step, command: Cancel): void {
  const { taskId, reason } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (task.status === "cancelled") return;
  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);
  cancel(step, task, reason, `dependency "${taskId}" was cancelled`, bodyOf(task));
}
