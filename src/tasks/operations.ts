/**
 * The commands of operators: pauses, changes of tasks, limits, answers to questions, and reviews of
 * results.
 *
 * @module
 */

import { differences } from "../core/config.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Refusal } from "../core/machine.ts";
import type { AmendTask, AnswerQuestion, Pause, Review, SetPriority } from "./commands.ts";
import { cycleThrough, relink } from "./dependencies.ts";
import type { AmendedField, TaskAmended } from "./events.ts";
import { configuredLimit, type SetBudget, type SetLimit } from "./limits.ts";
import { changeBudget, changeLimit, dropUnused, handOut, keyNamed, rerank } from "./permits.ts";
import {
  isTerminal,
  outcomeOf,
  rankOf,
  type Step,
  type TaskRecord,
  type TaskState,
} from "./state.ts";
import {
  acceptProposal,
  cancel,
  hold,
  isDue,
  queue,
  ready,
  refuse,
  rejectProposal,
  takeBack,
} from "./transitions.ts";
import type { Dependency, TaskStatus } from "./types.ts";

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

/** The part of a command that changes what a task needs. */
type Needs = Pick<AmendTask, "dependencies" | "resources">;

/**
 * Changes what a task says, and until it starts what it needs; an attempt that runs goes on with what it
 * was given. A task with other needs is taken back from its agent, its queue and its locks, as far as they
 * are for what it needed before, and finds its place anew in the same step.
 */
export function amend(step: Step, command: AmendTask): Refusal | void {
  const { state } = step;
  const { taskId, description, input, metadata } = command;
  const task = state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);
  const refusal = refuseNeeds(step, task, command);
  if (refusal !== undefined) return refusal;
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
  changeNeeds(step, task, changedNeeds(task, command), fields);
}

/** Refuses other needs of a task that has started, or that it can't have. Costs what a submission does. */
function refuseNeeds(
  step: Step,
  task: TaskRecord,
  command: AmendTask,
): Refusal | undefined {
  const { state } = step;
  const { taskId, dependencies, resources } = command;
  if (dependencies === undefined && resources === undefined) return undefined;
  if (!mayNeedOthers(task.status)) return refuse(step, command, taskId, "status", task.status);
  if (dependencies === undefined) return undefined;
  const unknown = unknownAmong(state, task, dependencies);
  if (unknown !== undefined) return refuse(step, command, taskId, "unknown-task", unknown);
  const ended = new Set(task.received?.map((each) => each.taskId));
  const open = dependencies.filter((each) => !ended.has(each.taskId));
  const cycle = cycleThrough(state, { id: taskId, dependencies: open });
  return cycle === undefined ? undefined : refuse(step, command, taskId, "cycle", cycle);
}

/** Returns whether a task with that status waits for its next attempt, and not for a decision or a pause. */
function mayNeedOthers(status: TaskStatus): boolean {
  return status === "waiting" || status === "ready" || status === "assigned";
}

/** Returns the first of the dependencies that `task` does not have yet which is not known. */
function unknownAmong(
  state: TaskState,
  task: TaskRecord,
  dependencies: readonly Dependency[],
): string | undefined {
  const former = new Set(task.spec.dependencies.map(({ taskId }) => taskId));
  return dependencies.find(({ taskId }) =>
    !former.has(taskId) && !state.tasks.has(taskId) && outcomeOf(state, taskId) === undefined
  )?.taskId;
}

function changedNeeds({ spec }: TaskRecord, { dependencies, resources }: AmendTask): Needs {
  const isOther = (before: unknown, after: unknown) => differences(before, after).length > 0;
  return {
    ...(dependencies !== undefined && isOther(spec.dependencies, dependencies) && { dependencies }),
    ...(resources !== undefined && isOther(spec.resources, resources) && { resources }),
  };
}

/** Puts other needs in force, and emits that `fields` and they were changed. */
function changeNeeds(
  step: Step,
  task: TaskRecord,
  needs: Needs,
  fields: AmendedField[],
): void {
  const { state, events } = step;
  const { id: taskId } = task.spec;
  const { dependencies, resources } = needs;
  const hasWaited = task.status === "waiting";
  const doomed = dependencies === undefined ? undefined : relink(state, task, dependencies);
  const waits = !hasWaited && (doomed !== undefined || task.openDependencies > 0);
  if (waits || resources !== undefined) {
    takeBack(step, task, "it needs something else than before");
  }
  if (waits) hold(step, task);
  if (dependencies !== undefined) fields.push("dependencies");
  if (resources !== undefined) {
    task.spec = { ...task.spec, resources };
    fields.push("resources");
  }
  if (fields.length === 0) return;
  const amended: TaskAmended = { type: "task:amended", taskId, fields, ...needs };
  events.push(waits ? { ...amended, waits } : amended);
  if (doomed !== undefined) cancel(step, task, doomed, doomed, "ended");
  else if (hasWaited && isDue(task)) ready(step, task);
  else if (task.status === "ready" && isInNoQueue(state, task)) queue(step, task);
}

/** Returns whether a ready task stands in no queue, and waits for no locks either. */
function isInNoQueue({ parked }: TaskState, task: TaskRecord): boolean {
  return task.group === undefined && !parked.has(task);
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
