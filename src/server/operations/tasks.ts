/**
 * Operations on tasks, claims, schedules, limits and budgets.
 *
 * @module
 */

import { type Static, Type } from "@sinclair/typebox";
import type { AgentSession, CoordinationManager } from "../../coordination/mod.ts";
import type { TaskChanges, TaskClaim } from "../../tasks/mod.ts";
import type { Task, TaskView as View } from "../../tasks/types.ts";
import { requirePriority } from "../../core/arguments.ts";
import { NonRetryableError, StaleEpochError } from "../../core/errors.ts";
import { TaskStatusError, UnknownTaskError } from "../../tasks/errors.ts";
import { problemOf, RequestError } from "../../service/problem.ts";
import { closed } from "../checks.ts";
import { type Operation, operation } from "../operation.ts";
import {
  Any,
  Anything,
  BudgetBody,
  ClaimView,
  Epoch,
  Id,
  LimitBody,
  ListOf,
  ScheduleBody,
  Status,
  TASK_FIELDS,
  TaskBody,
  TaskPage,
  TaskView,
  Text,
} from "../schemas.ts";
import { traced } from "../traces.ts";
import { isAtOnce, waiting, waitMsOf } from "../waits.ts";

const Optional = Type.Optional;

const OutcomeBody = closed({
  epoch: Epoch,
  outcome: Type.Union(
    ["completed", "failed", "blocked", "snoozed", "released"].map((each) => Type.Literal(each)),
    { description: "What became of the attempt; released gives the claim back" },
  ),
  result: Optional(Any("The result of a completed task")),
  summary: Optional(Text("For people and for dependents")),
  error: Optional(Any("Why it failed: a text, or an object with a message")),
  retry: Optional(Type.Boolean({ description: "Whether a failed task may be tried again" })),
  question: Optional(Any("What a blocked task needs an answer to")),
  delayMs: Optional(Type.Integer({ description: "The pause of a snoozed task", minimum: 0 })),
  reason: Optional(Text("Why the claim is given back")),
});

const FILTER = {
  status: Optional(Status),
  type: Optional(Text("Their type")),
  agentId: Optional(Id("The agent that has a claim on them")),
  limitKey: Optional(Id("The key that they name")),
};

/** Submits, claims and ends tasks. */
export const TASK_OPERATIONS: readonly Operation[] = [
  operation("submit", {
    method: "POST",
    path: "/tasks",
    summary: "Submits a task, or several in their order",
    body: Type.Union([TaskBody, closed({ tasks: Type.Array(TaskBody, { maxItems: 10_000 }) })]),
    reply: Anything("The task; or for each of several, the task or the problem"),
    status: 201,
    async handle({ manager, body, headers, idempotencyKey }) {
      const submit = async (task: Static<typeof TaskBody>) => {
        const key = idempotencyKey === undefined ? {} : { idempotencyKey };
        await manager.submit({ ...key, ...traced(task, headers) } as Task);
        return manager.scheduler.getTask(task.id);
      };
      if (!("tasks" in body)) return await submit(body);
      // All are sent before the first is stored, so they are stored together, in their order.
      const tasks = body.tasks.map((task) =>
        submit(task).catch((error) => ({ id: task.id, problem: problemOf(error) }))
      );
      return { tasks: await Promise.all(tasks) };
    },
  }),
  operation("listTasks", {
    method: "GET",
    path: "/tasks",
    summary: "Lists tasks by the page",
    query: {
      ...FILTER,
      after: Optional(Type.Integer({ description: "The next of the page before" })),
      limit: Optional(Type.Integer({ description: "Default 100" })),
    },
    reply: TaskPage,
    handle: ({ manager, query }) => manager.listTasks(query),
  }),
  operation("getTask", {
    method: "GET",
    path: "/tasks/{taskId}",
    summary: "Returns a task; with wait, once it has ended, or after that time",
    query: { wait: Optional(Type.String({ description: "Such as 20s; at most 45s" })) },
    reply: TaskView,
    async handle({ service, manager, params: { taskId }, query: { wait }, signal }) {
      const ms = waitMsOf(wait);
      const { status } = requireTask(manager, taskId);
      if (ms > 0 && !ENDS.includes(status)) await service.endings.wait(taskId, ms, signal);
      return requireTask(manager, taskId);
    },
  }),
  operation("amendTask", {
    method: "PATCH",
    path: "/tasks/{taskId}",
    summary:
      "Changes what a task that has not ended says, its priority, and what it needs to start",
    body: closed({
      priority: TASK_FIELDS.priority,
      description: TASK_FIELDS.description,
      input: TASK_FIELDS.input,
      metadata: TASK_FIELDS.metadata,
      dependencies: TASK_FIELDS.dependencies,
      resources: TASK_FIELDS.resources,
    }),
    reply: TaskView,
    async handle({ manager, params: { taskId }, body: { priority, ...changes } }) {
      const attempt = () => "change a priority";
      if (priority !== undefined) requirePriority(priority, "priority", attempt);
      const isAmended = Object.keys(changes).length > 0;
      if (isAmended) await manager.amendTask(taskId, changes as TaskChanges);
      // A dependency that has failed ends the task.
      const hasEnded = isAmended && ENDS.includes(requireTask(manager, taskId).status);
      if (priority !== undefined && !hasEnded) await manager.setTaskPriority(taskId, priority);
      return requireTask(manager, taskId);
    },
  }),
  operation("cancelTask", {
    method: "DELETE",
    path: "/tasks/{taskId}",
    summary: "Cancels a task",
    query: { reason: Optional(Text("For people")) },
    async handle({ manager, params: { taskId }, query: { reason } }) {
      await manager.cancelTask(taskId, reason);
    },
  }),
  operation("claim", {
    method: "POST",
    path: "/claims",
    summary: "Returns the agent's open claim, or claims the next task that is fit for it",
    audience: "agent",
    body: closed({ taskId: Optional(Id("The only task to claim")) }),
    bodyIsOptional: true,
    reply: ClaimView,
    waits: true,
    async handle({ agent, query, body, signal }) {
      const taskId = body?.taskId;
      const only = taskId === undefined ? {} : { taskId };
      const claim = isAtOnce(query)
        ? await agent.claim({ ...only, waitMs: 0, signal })
        : await waiting(
          query,
          signal,
          (options) => agent.claim({ ...only, ...options }),
          (late) => late?.release("its client has gone"),
        );
      return { claim: claim === undefined ? null : claimView(claim) };
    },
  }),
  operation("start", {
    method: "POST",
    path: "/tasks/{taskId}/start",
    summary: "Starts an attempt of a task that was assigned to the agent",
    audience: "agent",
    body: closed({ epoch: Optional(Epoch) }),
    bodyIsOptional: true,
    reply: TaskView,
    async handle({ agent, manager, params: { taskId }, body }) {
      await agent.start(taskId, body?.epoch);
      return requireTask(manager, taskId);
    },
  }),
  operation("heartbeatTask", {
    method: "POST",
    path: "/tasks/{taskId}/heartbeat",
    summary: "Reports that an attempt is alive",
    audience: "agent",
    body: closed({ epoch: Epoch }),
    handle: ({ agent, params: { taskId }, body }) => agent.heartbeatTask(taskId, body.epoch),
  }),
  operation("progress", {
    method: "POST",
    path: "/tasks/{taskId}/progress",
    summary: "Reports the progress of an attempt",
    audience: "agent",
    body: closed({ epoch: Epoch, progress: Any("The progress") }),
    handle: ({ agent, params: { taskId }, body: { progress, epoch } }) =>
      agent.progress(taskId, progress, epoch),
  }),
  operation("note", {
    method: "POST",
    path: "/tasks/{taskId}/notes",
    summary: "Adds a note to a task that runs",
    audience: "agent",
    body: closed({ epoch: Epoch, text: Text("The note") }),
    handle: ({ agent, params: { taskId }, body: { text, epoch } }) =>
      agent.note(taskId, text, epoch),
  }),
  operation("spend", {
    method: "POST",
    path: "/tasks/{taskId}/spent",
    summary: "Reports what an attempt has spent, for budgets",
    audience: "agent",
    body: closed({ epoch: Epoch, counters: Type.Record(Type.String(), Type.Number()) }),
    handle: ({ agent, params: { taskId }, body: { counters, epoch } }) =>
      agent.spend(taskId, counters, epoch),
  }),
  operation("submitChild", {
    method: "POST",
    path: "/tasks/{taskId}/children",
    summary: "Submits a child of a task that runs; it is cancelled when the attempt ends",
    audience: "agent",
    body: closed({ epoch: Epoch, task: TaskBody }),
    reply: TaskView,
    status: 201,
    async handle({ agent, manager, params: { taskId }, body: { task, epoch }, headers }) {
      await agent.submit(taskId, traced(task, headers) as Task, epoch);
      return requireTask(manager, task.id);
    },
  }),
  operation("endAttempt", {
    method: "POST",
    path: "/tasks/{taskId}/outcome",
    summary: "Reports the end of an attempt; the same report again is a no-op",
    audience: "agent",
    body: OutcomeBody,
    reply: TaskView,
    async handle({ agent, manager, params: { taskId }, body }) {
      try {
        await endAttempt(agent, taskId, body);
      } catch (error) {
        if (!hasEndedSo(error, manager.scheduler.getTask(taskId), body)) throw error;
      }
      return requireTask(manager, taskId);
    },
  }),
  operation("answerTask", {
    method: "POST",
    path: "/tasks/{taskId}/answer",
    summary: "Answers the question of a blocked task",
    body: closed({ answer: Any("The answer") }),
    handle: ({ manager, params: { taskId }, body }) => manager.answerTask(taskId, body.answer),
  }),
  operation("acceptResult", {
    method: "POST",
    path: "/tasks/{taskId}/acceptance",
    summary: "Accepts or rejects the result of a task that requires approval",
    audience: "operator",
    body: closed({ accepted: Type.Boolean(), reason: Optional(Text("Why it was rejected")) }),
    handle: ({ manager, params: { taskId }, body: { accepted, reason } }) =>
      accepted ? manager.acceptResult(taskId) : manager.rejectResult(taskId, reason),
  }),
  operation("reassignTask", {
    method: "POST",
    path: "/tasks/{taskId}/reassignment",
    summary: "Takes a task from its agent, for another one in pull mode or for any that asks",
    audience: "operator",
    body: closed({
      agentId: Optional(Id("The agent that gets it; its next claim returns it")),
      reason: Optional(Text("For people")),
    }),
    bodyIsOptional: true,
    reply: TaskView,
    async handle({ manager, params: { taskId }, body: { agentId, reason } = {} }) {
      const { assignedAgent } = requireTask(manager, taskId);
      const next = agentId === undefined ? undefined : manager.session(agentId);
      if (assignedAgent !== undefined && assignedAgent !== agentId) {
        await manager.scheduler.releaseTask(taskId, 0, reason ?? "an operator took it back");
      }
      const claim = await next?.claim({ taskId, waitMs: 0 });
      if (next !== undefined && claim?.task.id !== taskId) {
        const rule = "no other agent may get it first, and its agent must have no other task";
        throw new RequestError(409, "not-assigned", `Cannot assign the task: ${rule}`);
      }
      return requireTask(manager, taskId);
    },
  }),
  operation("retryTask", {
    method: "POST",
    path: "/tasks/{taskId}/retry",
    summary: "Submits a finished task once more",
    reply: TaskView,
    async handle({ manager, params: { taskId } }) {
      await manager.retryTask(taskId);
      return requireTask(manager, taskId);
    },
  }),
  operation("retryTasks", {
    method: "POST",
    path: "/retries",
    summary: "Submits the finished tasks that match once more",
    audience: "operator",
    body: closed(FILTER),
    reply: ListOf("tasks", Type.String()),
    async handle({ manager, body }) {
      const handles = await manager.retryTasks(body);
      return { tasks: handles.map(({ id }) => id) };
    },
  }),
  operation("pause", {
    method: "POST",
    path: "/pause",
    summary: "Assigns nothing until it is resumed",
    audience: "operator",
    body: closed({ reason: Optional(Text("For people")) }),
    bodyIsOptional: true,
    handle: ({ manager, body }) => manager.pause(body?.reason),
  }),
  operation("resume", {
    method: "POST",
    path: "/resume",
    summary: "Ends a pause",
    audience: "operator",
    handle: ({ manager }) => manager.resume(),
  }),
  operation("schedules", {
    method: "GET",
    path: "/schedules",
    summary: "Lists schedules, oldest first",
    reply: ListOf("schedules", Anything("A schedule")),
    handle: ({ manager }) => ({ schedules: manager.schedules() }),
  }),
  operation("every", {
    method: "PUT",
    path: "/schedules/{scheduleId}",
    summary: "Submits a task again and again",
    body: ScheduleBody,
    reply: Anything("The schedule"),
    handle: ({ manager, params: { scheduleId }, body }) =>
      manager.every(scheduleId, body as Parameters<CoordinationManager["every"]>[1]),
  }),
  operation("unschedule", {
    method: "DELETE",
    path: "/schedules/{scheduleId}",
    summary: "Removes a schedule; its tasks stay",
    async handle({ manager, params: { scheduleId } }) {
      if (await manager.unschedule(scheduleId)) return;
      const message = `Cannot remove the schedule: it must have been set, got "${scheduleId}"`;
      throw new RequestError(404, "unknown-schedule", message);
    },
  }),
  operation("limits", {
    method: "GET",
    path: "/limits",
    summary: "Lists the limits of keys",
    reply: ListOf("limits", Anything("A limit and its state")),
    handle: ({ manager }) => ({ limits: manager.limits() }),
  }),
  operation("setLimit", {
    method: "PUT",
    path: "/limits/{key}",
    summary: "Sets the limit of a key",
    audience: "operator",
    body: LimitBody,
    handle: ({ manager, params: { key }, body }) =>
      manager.setLimit(key, body as Parameters<CoordinationManager["setLimit"]>[1]),
  }),
  operation("removeLimit", {
    method: "DELETE",
    path: "/limits/{key}",
    summary: "Removes the limit of a key",
    audience: "operator",
    handle: ({ manager, params: { key } }) => manager.setLimit(key, undefined),
  }),
  operation("budget", {
    method: "GET",
    path: "/budget",
    summary: "Returns the budget of all attempts, and what is spent",
    reply: Anything("The budget; null for none"),
    handle: ({ manager }) => ({ budget: manager.budget() ?? null }),
  }),
  operation("setBudget", {
    method: "PUT",
    path: "/budget",
    summary: "Sets the budget of all attempts; an empty one removes it",
    audience: "operator",
    body: BudgetBody,
    handle: ({ manager, body }) =>
      manager.setBudget(Object.keys(body).length === 0 ? undefined : body),
  }),
];

/** The statuses of tasks that have ended. */
const ENDS: readonly string[] = ["completed", "failed", "cancelled"];

function claimView({ task, epoch, attempt, dependencies }: TaskClaim): object {
  return { task, epoch, attempt, dependencies };
}

function requireTask({ scheduler }: CoordinationManager, taskId: string): View {
  const task = scheduler.getTask(taskId);
  if (task === undefined) throw new UnknownTaskError("get the task", taskId);
  return task;
}

function endAttempt(
  agent: AgentSession,
  taskId: string,
  { epoch, outcome, ...body }: Static<typeof OutcomeBody>,
): Promise<void> {
  const { summary, reason } = body;
  switch (outcome) {
    case "completed": {
      const options = summary === undefined ? {} : { summary };
      return agent.complete(taskId, body.result, epoch, options);
    }
    case "failed":
      return agent.fail(taskId, errorOf(body.error ?? summary, body.retry), epoch);
    case "blocked":
      return agent.block(taskId, body.question ?? summary ?? null, epoch);
    case "snoozed":
      return agent.snooze(taskId, body.delayMs ?? 0, epoch);
    default:
      return agent.releaseTask(taskId, epoch, reason ?? summary);
  }
}

/** Returns the error of a failed attempt, from a text or an object with a message. */
function errorOf(error: unknown, retry = true): Error {
  const given = typeof error === "object" && error !== null ? error : { message: error };
  const { message = "it failed", name, code, data } = given as Record<string, unknown>;
  const thrown = retry ? new Error(String(message)) : new NonRetryableError(String(message));
  return Object.assign(thrown, {
    ...(retry && typeof name === "string" && { name }),
    ...(retry && typeof code === "string" && { code }),
    ...(data !== undefined && { data }),
  });
}

/** The statuses that a task may have once an attempt has ended so. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  completed: ["completed", "blocked"],
  failed: ["failed", "backing-off"],
  blocked: ["blocked"],
  snoozed: ["backing-off", "waiting"],
  released: ["ready", "waiting"],
};

/** Whether an attempt had ended as it is reported: then an earlier report was received. */
function hasEndedSo(
  error: unknown,
  task: View | undefined,
  { outcome, epoch }: Static<typeof OutcomeBody>,
): boolean {
  if (!(error instanceof StaleEpochError || error instanceof TaskStatusError)) return false;
  return task?.epoch === epoch && AFTER[outcome]!.includes(task.status);
}
