/**
 * The commands of operators: pauses, priorities, answers to questions, and reviews of results.
 *
 * @module
 */

import { reorder } from "../core/data/heap.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Refusal } from "../core/machine.ts";
import type { AnswerQuestion, Pause, Review, SetPriority } from "./commands.ts";
import { isTerminal, rankOf, type Step } from "./state.ts";
import { acceptProposal, ready, refuse, rejectProposal } from "./transitions.ts";

/** Assigns nothing until {@linkcode resume}; a second pause changes the reason. */
export function pause({ state, events }: Step, { reason }: Pause): void {
  if (state.paused === reason) return;
  state.paused = reason;
  events.push({ type: "scheduler:paused", reason });
}

/** Gives work to all agents again. Costs O(agents × groups). */
export function resume({ state, events, freed, queued, wanted }: Step): void {
  if (state.paused === undefined) return;
  state.paused = undefined;
  events.push({ type: "scheduler:resumed" });
  freed.push(...state.agents.values());
  queued.push(...state.groups.values());
  for (const group of state.groups.values()) wanted.push(...group.wanted);
}

/** Changes the priority of a task, and with it its place in the queue that it stands in. */
export function setPriority(step: Step, command: SetPriority): Refusal | void {
  const { state, events } = step;
  const { taskId, priority } = command;
  const task = state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);
  if (task.spec.priority === priority) return;
  task.spec = { ...task.spec, priority };
  const rank = rankOf(state, task.dueAt, priority, task.family?.parent);
  const queue = task.group?.queue ?? (task.queued ? task.agent!.queue : undefined);
  if (queue === undefined) task.rank = rank;
  else reorder(queue, task, rank);
  events.push({ type: "task:reprioritized", taskId, priority });
}

/** Makes a blocked task ready again, with the answer to its question. */
export function answerQuestion(step: Step, command: AnswerQuestion): Refusal | void {
  const { taskId, answer } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (task.status !== "blocked" || task.proposal !== undefined) {
    return refuse(step, command, taskId, "status", task.status);
  }
  task.answer = new Opaque(answer);
  step.events.push({ type: "task:answered", taskId, answer });
  ready(step, task);
}

/** Accepts the proposed result of a task, or rejects it. */
export function review(step: Step, command: Review): Refusal | void {
  const { taskId, isAccepted, reason } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  const { status, proposal } = task;
  if (proposal === undefined) return refuse(step, command, taskId, "status", status);
  if (isAccepted) acceptProposal(step, task, proposal);
  else rejectProposal(step, task, reason);
}
