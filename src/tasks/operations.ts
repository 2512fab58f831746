/**
 * The commands of operators: pauses, priorities, limits, answers to questions, and reviews of results.
 *
 * @module
 */

import { differences } from "../core/config.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Refusal } from "../core/machine.ts";
import type { AmendTask, AnswerQuestion, Pause, Review, SetPriority } from "./commands.ts";
import type { AmendedField } from "./events.ts";
import { configuredLimit, type SetBudget, type SetLimit } from "./limits.ts";
import { changeBudget, changeLimit, dropUnused, handOut, keyNamed, rerank } from "./permits.ts";
import { isTerminal, rankOf, type Step } from "./state.ts";
import { acceptProposal, ready, refuse, rejectProposal } from "./transitions.ts";

/** Assigns nothing until {@linkcode resume}; a second pause changes the reason. */
export function pause({ state, events }: Step, { reason }: Pause): void {
  if (state.paused === reason) return;
  state.paused = reason;
  events.push({ type: "scheduler:paused", reason });
}

/** Gives work to all agents again. Costs O(agents × groups). */
export function resume(step: Step): void {
  const { state, events } = step;
  if (state.paused === undefined) return;
  state.paused = undefined;
  events.push({ type: "scheduler:resumed" });
  handOut(step);
}

/** Changes what a task says; an attempt that runs goes on with what it was given. */
export function amend(step: Step, command: AmendTask): Refusal | void {
  const { state, events } = step;
  const { taskId, description, input, metadata } = command;
  const task = state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);
  const fields: AmendedField[] = [];
  if (description !== undefined) {
    task.spec = { ...task.spec, description };
    fields.push("description");
  }
  if (input !== undefined) {
    task.input = new Opaque(input);
    fields.push("input");
  }
  if (metadata !== undefined) {
    task.metadata = new Opaque(metadata);
    fields.push("metadata");
  }
  if (fields.length > 0) events.push({ type: "task:amended", taskId, fields });
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
  const place = task.group ?? (task.queued ? task.agent : undefined);
  if (place === undefined) task.rank = rank;
  else rerank(place, task, rank);
  events.push({ type: "task:reprioritized", taskId, priority });
}

/** Sets the limit of a key, or restores the config's. Costs O(lanes of the key). */
export function setLimit(step: Step, command: SetLimit): Refusal | void {
  const { state, events } = step;
  const { key: name, limit } = command;
  const { maxLimits, limits } = state.config;
  const known = state.limits.get(name);
  const wasSet = known?.isSet === true;
  if (limit === undefined ? !wasSet : wasSet && differences(known.limit, limit).length === 0) {
    return;
  }
  if (limit !== undefined && !wasSet && state.limitsSet >= maxLimits) {
    return refuse(step, command, "", "full", maxLimits);
  }
  state.limitsSet += Number(limit !== undefined) - Number(wasSet);
  const key = keyNamed(state, name);
  key.isSet = limit !== undefined;
  const inForce = limit ?? configuredLimit(limits, name);
  events.push({ type: "limit:changed", key: name, limit: inForce ?? {} });
  changeLimit(step, key, inForce);
  dropUnused(state, key);
}

/** Sets the budget of all attempts. */
export function setBudget(step: Step, { budget }: SetBudget): void {
  const { state, events } = step;
  if (differences(state.account?.budget, budget).length === 0) return;
  events.push({ type: "budget:changed", budget: budget ?? {} });
  changeBudget(step, budget);
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
