/**
 * The submission of tasks: whether one is accepted, the record that it gets, and its retry once it has
 * failed or was cancelled.
 *
 * A task may be one of a kind: it has a key that is not the id, and the policy for a submission whose
 * key an open task has. The newest open task of a key counts; with it, the key is free again. The key
 * comes before the id: a submission that creates no task needs no id that is free. Only a repetition
 * under the same id and idempotency key comes first, which returns its own task.
 *
 * @module
 */

import { reschedule, schedule } from "../core/data/deadlines.ts";
import { retain } from "../core/data/fifo.ts";
import { Opaque } from "../core/data/plain.ts";
import type { Instant, Refusal } from "../core/machine.ts";
import { accountFor } from "./budgets.ts";
import type {
  ParentClaim,
  RetriedTasks,
  Retry,
  Submit,
  SubmitAnswer,
  TaskSpec,
} from "./commands.ts";
import { cycleThrough, link } from "./dependencies.ts";
import type { TaskRefusal } from "./events.ts";
import { addToPage, removeFromPage } from "./pages.ts";
import { dueTime, holdUntilDue, isDelayed, withoutDelay } from "./later.ts";
import { useKey } from "./permits.ts";
import { isFit } from "./placement.ts";
import {
  isTerminal,
  keyOf,
  outcomeOf,
  rankOf,
  type Step,
  type TaskRecord,
  type TaskState,
  unfinished,
  viewOf,
} from "./state.ts";
import { adopt, attemptOf, cancel, expect, isDue, queue, refuse } from "./transitions.ts";

/** Accepts a task, or answers with the one that it repeats. */
export function submit(step: Step, command: Submit): SubmitAnswer | Refusal {
  const { state, now, events } = step;
  const { task: spec } = command;
  const taskId = spec.id;
  const { parent } = command;
  if (state.draining) return refuse(step, command, taskId, "draining");
  if (parent !== undefined && !isRunning(state, parent)) {
    return refuse(step, command, taskId, "stale-epoch", epochInForce(state, parent));
  }
  if (isRepetition(state, command)) {
    const outcome = outcomeOf(state, taskId);
    const known = { taskId, ...(outcome !== undefined && { outcome }) };
    events.push({ type: "task:recognized", ...known });
    return { ...known, isNew: false };
  }
  const answer = spec.dedupe === undefined ? undefined : answerByKey(step, command);
  if (answer !== undefined) return answer;
  const superseded = supersededBy(state, spec);
  const former = state.tasks.get(taskId);
  const reason = objectionTo(state, command, former, superseded === undefined ? 1 : 0);
  if (reason !== undefined) {
    const detail = reason === "full" ? state.config.maxTasks : undefined;
    return refuse(step, command, taskId, reason, detail);
  }
  const cycle = spec.dependencies.length === 0
    ? undefined
    : cycleThrough(state, spec, parent?.taskId);
  if (cycle !== undefined) return refuse(step, command, taskId, "cycle", cycle);
  const [input, metadata] = [opaque(command.input), opaque(command.metadata)];
  const task = newTask(state, { spec, input, metadata }, now, parent);
  if (former !== undefined) replace(state, [former], [task]);
  else if (parent !== undefined) inheritAttempts(state, task);
  if (superseded !== undefined) supersede(step, superseded, taskId);
  accept(step, task, parent);
  return { taskId, isNew: true };
}

function opaque(value: unknown): Opaque | undefined {
  return value === undefined ? undefined : new Opaque(value);
}

/**
 * Submits tasks that failed or were cancelled once more; their last attempts end before they start.
 * Costs O(finished tasks).
 */
export function retry(step: Step, command: Retry): RetriedTasks | Refusal {
  const { state, now, events } = step;
  const { maxTasks } = state.config;
  const [first = ""] = command.taskIds;
  if (state.draining) return refuse(step, command, first, "draining");
  const former = command.taskIds.map((taskId) => state.tasks.get(taskId)).filter(mayBeRetried);
  if (former.length === 0) {
    const status = state.tasks.get(first)?.status;
    return refuse(step, command, first, status === undefined ? "unknown-task" : "status", status);
  }
  if (unfinished(state) + former.length > maxTasks) {
    return refuse(step, command, former[0]!.spec.id, "full", maxTasks);
  }
  const tasks = former.map(({ spec, input, metadata }) =>
    newTask(state, { spec: withoutDelay(spec), input, metadata }, now)
  );
  replace(state, former, tasks); // all are open before one is linked: some may depend on others
  for (const task of tasks) {
    const { spec } = task;
    const cycle = cycleThrough(state, spec);
    events.push({ type: "task:retried", taskId: spec.id });
    accept(step, task);
    if (cycle !== undefined && !isTerminal(task.status)) {
      const reason = "its dependencies lead back to it";
      cancel(step, task, reason, `dependency "${spec.id}" was cancelled`, "ended");
    }
  }
  return { taskIds: former.map(({ spec: { id } }) => id) };
}

function mayBeRetried(task: TaskRecord | undefined): task is TaskRecord {
  return task?.status === "failed" || task?.status === "cancelled";
}

/**
 * Drops finished tasks for new ones of the same ids, which inherit the attempts that go on: they begin
 * no sooner than those have ended. Costs O(finished tasks).
 */
function replace(state: TaskState, former: readonly TaskRecord[], by: readonly TaskRecord[]): void {
  const successors = new Map(former.map((task, i) => [task, by[i]!]));
  retain(state.finished, (task) => !successors.has(task));
  let lingering = 0;
  for (const [task, successor] of successors) {
    state.tasks.delete(task.spec.id);
    removeFromPage(state, task);
    lingering += successor.lingering = task.lingering;
  }
  if (lingering === 0) return;
  for (const each of state.lingering.values()) each.task = successors.get(each.task) ?? each.task;
}

/**
 * Makes attempts that go on those of the new record of their task: of a child that was cancelled with
 * its parent and is kept no longer, since such a task may be submitted again. Costs O(such attempts).
 */
function inheritAttempts({ lingering }: TaskState, task: TaskRecord): void {
  for (const each of lingering.values()) {
    if (each.task.spec.id !== task.spec.id) continue;
    each.task = task;
    task.lingering++;
  }
}

/** Adds a task, which is ready unless it has open dependencies. */
function accept(step: Step, task: TaskRecord, parent?: ParentClaim): void {
  const { state, now, events } = step;
  const { spec, spec: { id: taskId } } = task;
  state.tasks.set(taskId, task);
  takeKey(state, task);
  if (parent !== undefined) adopt(state, task, parent);
  if (spec.limitKey !== undefined) useKey(state, spec.limitKey);
  if (task.home !== undefined) expect(step, task.home, 1);
  const isLinked = spec.dependencies.length > 0 || state.awaited.size > 0;
  const doomed = isLinked ? link(state, task) : undefined;
  if (isDue(task) && task.dueAt <= now && doomed === undefined) task.status = "ready";
  state.counts[task.status]++;
  addToPage(state, task);
  if (spec.totalTimeoutMs !== 0) {
    task.total = schedule(state.deadlines, now + spec.totalTimeoutMs, { limit: "total", task });
  }
  events.push({ type: "task:created", taskId, task: viewOf(task) });
  if (doomed !== undefined) cancel(step, task, doomed, doomed, "ended");
  else if (task.status === "ready") queue(step, task);
  else holdUntilDue(step, task);
}

/** Returns whether a task of that id was submitted before under the same idempotency key. */
function isRepetition(state: TaskState, command: Submit): boolean {
  const { id, idempotencyKey } = command.task;
  return idempotencyKey !== "" && keyOf(state, id) === idempotencyKey &&
    !isRetryOf(state.tasks.get(id), command);
}

/**
 * Returns why a task can't be accepted that adds so many unfinished ones, if it can't; `former` is the
 * task of its id.
 */
function objectionTo(
  state: TaskState,
  command: Submit,
  former: TaskRecord | undefined,
  added: number,
): TaskRefusal | undefined {
  const { task: spec } = command;
  const isKnown = former !== undefined || outcomeOf(state, spec.id) !== undefined;
  if (isKnown && !isRetryOf(former, command)) return "duplicate";
  if (unfinished(state) + added > state.config.maxTasks) return "full";
  if (spec.assignedAgent === "") return undefined;
  const agent = state.agents.get(spec.assignedAgent);
  if (agent === undefined) return "unknown-agent";
  return agent.drained === undefined && isFit(agent, spec.requires, "") ? undefined : "unfit";
}

/** Returns the epoch of the claim on a task, if there is one. */
function epochInForce({ tasks }: TaskState, { taskId }: ParentClaim): number | undefined {
  const task = tasks.get(taskId);
  return task?.agent === undefined ? undefined : task.epoch;
}

function isRunning({ tasks }: TaskState, { taskId, epoch }: ParentClaim): boolean {
  const task = tasks.get(taskId);
  return task?.status === "running" && task.epoch === epoch;
}

/**
 * Returns whether a child is submitted again that was cancelled with an earlier attempt of the same
 * parent, or failed in it: it takes the place of that one, else no retry of the parent could succeed.
 */
function isRetryOf(known: TaskRecord | undefined, { parent }: Submit): boolean {
  const { parent: former, isOrphan } = known?.family ?? {};
  if (parent === undefined || former?.taskId !== parent.taskId) return false;
  return isOrphan === true || (known!.status === "failed" && former.epoch !== parent.epoch);
}

function newTask(
  state: TaskState,
  { spec, input, metadata }: Pick<TaskRecord, "spec" | "input" | "metadata">,
  now: Instant,
  parent?: ParentClaim,
): TaskRecord {
  const dueAt = dueTime(spec, now);
  return {
    spec,
    input,
    metadata,
    rank: rankOf(state, dueAt, spec.priority, parent),
    sequence: state.sequence++,
    position: -1,
    status: "waiting",
    createdAt: now,
    dueAt,
    startedAt: undefined,
    finishedAt: undefined,
    home: spec.assignedAgent === "" ? undefined : state.agents.get(spec.assignedAgent),
    pinnedTo: spec.assignedAgent,
    group: undefined,
    lane: undefined,
    agent: undefined,
    queued: false,
    stealable: undefined,
    epoch: 0,
    lastResort: false,
    isUnstarted: false,
    account: accountFor(undefined, spec.budget),
    chargedAt: 0,
    locked: false,
    request: 0,
    granted: false,
    attempts: 0,
    lingering: 0,
    crashes: 0,
    openDependencies: 0,
    fallbacks: 0,
    fallbacksFailed: 0,
    dependents: undefined,
    family: undefined,
    askers: undefined,
    result: undefined,
    remarks: undefined,
    received: undefined,
    progress: undefined,
    question: undefined,
    answer: undefined,
    proposal: undefined,
    error: undefined,
    timer: undefined,
    heartbeat: undefined,
    total: undefined,
    page: undefined,
  };
}

// Tasks that are one of a kind

/** Answers a submission that creates no task, because of its key; otherwise returns `undefined`. */
function answerByKey(step: Step, command: Submit): SubmitAnswer | Refusal | undefined {
  const { task: spec } = command;
  const open = openTaskOf(step.state, spec);
  if (open === undefined) return undefined;
  const { id: taskId } = open.spec;
  switch (spec.dedupe!.policy) {
    case "existing":
      step.events.push({ type: "task:recognized", taskId, submittedAs: spec.id });
      return { taskId, isNew: false };
    case "reject":
      return refuse(step, command, spec.id, "duplicate-key", taskId);
    case "debounce":
      if (!isDelayed(open)) return undefined;
      debounce(step, open, command);
      return { taskId, isNew: false };
    case "replace":
      if (!isNeededBy(command, step.state, open)) return undefined;
      return refuse(step, command, spec.id, "duplicate-key", taskId);
  }
}

/** Returns whether a new task would depend on `task`, or be cancelled with it as its descendant. */
function isNeededBy(command: Submit, { tasks }: TaskState, task: TaskRecord): boolean {
  const { task: { dependencies }, parent } = command;
  if (dependencies.some(({ taskId }) => taskId === task.spec.id)) return true;
  for (let claim = parent; claim !== undefined;) {
    const each = tasks.get(claim.taskId);
    if (each === task) return true;
    claim = each?.family?.parent;
  }
  return false;
}

/** Restarts the delay of `task`, which gets the newest input. */
function debounce({ state, now, events }: Step, task: TaskRecord, command: Submit): void {
  const { input, metadata } = command;
  task.input = input === undefined ? undefined : new Opaque(input);
  task.metadata = metadata === undefined ? undefined : new Opaque(metadata);
  task.dueAt = dueTime(command.task, now);
  task.rank = rankOf(state, task.dueAt, task.spec.priority, task.family?.parent);
  reschedule(state.deadlines, task.timer!, task.dueAt);
  events.push({ type: "task:debounced", taskId: task.spec.id, runAt: task.dueAt, input });
}

/** Returns the open task that a submission supersedes. */
function supersededBy(state: TaskState, spec: TaskSpec): TaskRecord | undefined {
  return spec.dedupe?.policy === "replace" ? openTaskOf(state, spec) : undefined;
}

/** Cancels a task in favor of a newer one, also when it runs. */
function supersede(step: Step, task: TaskRecord, newerId: string): void {
  const because = `dependency "${task.spec.id}" was superseded by "${newerId}"`;
  cancel(step, task, `it was superseded by task "${newerId}"`, because, attemptOf(task));
}

function openTaskOf(state: TaskState, { dedupe }: TaskSpec): TaskRecord | undefined {
  return dedupe === undefined ? undefined : state.newestByKey.get(dedupe.key);
}

/** Makes an accepted task the newest of its key. */
function takeKey({ newestByKey }: TaskState, task: TaskRecord): void {
  if (task.spec.dedupe !== undefined) newestByKey.set(task.spec.dedupe.key, task);
}
