/**
 * The task machine within the bounds of `MCStealing`: what its environment does, and what a state is
 * to the specification.
 *
 * No time passes. Each timer is far away, and the environment makes any one that is set due: so
 * every order of deadlines is tried, and no state differs from another by an instant.
 *
 * @module
 */

import { reschedule, type Timer } from "../../src/core/data/deadlines.ts";
import type { TaskEvent } from "../../src/tasks/events.ts";
import type { Machine, Tick } from "../../src/core/machine.ts";
import type { CordonCause } from "../../src/tasks/types.ts";
import { taskMachine } from "../../src/tasks/machine.ts";
import type { Claim, TaskCommand, TaskSpec } from "../../src/tasks/commands.ts";
import { isTerminal, type TaskState, type TaskTimer } from "../../src/tasks/state.ts";
import type { Expire, ModelCommand } from "./actions.ts";

/** The constants of a configuration of `MCStealing`. */
export interface Bounds {
  /** Whether it has too many states for all to be explored that are one to the specification. */
  readonly isLarge?: boolean;
  readonly tasks: readonly string[];
  readonly agents: readonly string[];
  /** By agent, as are the next two. */
  readonly slots: Readonly<Record<string, number>>;
  readonly room: Readonly<Record<string, number>>;
  readonly atOnce: readonly string[];
  readonly steals: boolean;
  readonly stealThreshold: number;
  readonly maxStealBatch: number;
  readonly retries: number;
  readonly maxCrashes: number;
  readonly limits: readonly ("queue" | "attempt" | "heartbeat")[];
  readonly causes: readonly CordonCause[];
  /** The tasks that need locks. */
  readonly needs: readonly string[];
  /** By task, the one whose attempts submit it; others are submitted by clients. */
  readonly parents: Readonly<Record<string, string>>;
  /** The agents that ask for their tasks. */
  readonly pulls: readonly string[];
  /** Whether callers may leave their requests, which are kept for them then. */
  readonly keeps: boolean;
  readonly used: readonly string[];
  readonly ranks: readonly number[];
  readonly maxEpoch: number;
  /** Agents that are registered from the start, in this order. */
  readonly there: readonly string[];
  readonly homes: readonly string[];
  readonly reports: readonly number[];
}

/** So far that no step comes to it. */
const FAR_MS = 1_000_000_000;

const ERROR = { name: "Error", code: undefined, message: "", retryAfterMs: FAR_MS };

/** Makes a machine that also accepts {@linkcode Expire}. */
export function boundedMachine(bounds: Bounds): Machine<TaskState, ModelCommand, TaskEvent> {
  const machine = taskMachine({
    agingMs: 1,
    maxCrashes: bounds.maxCrashes,
    retryDelay: FAR_MS,
    maxRetryDelayMs: FAR_MS,
    abortGraceMs: FAR_MS,
    stealing: bounds.steals,
    stealThreshold: bounds.stealThreshold,
    maxStealBatch: bounds.maxStealBatch,
    stealInterval: FAR_MS,
  });
  return {
    ...machine,
    init() {
      const state = machine.init();
      for (const agentId of bounds.there) machine.step(state, register(bounds, agentId), 0, []);
      return state;
    },
    step(state, command, now, events) {
      if (command.type === "expire") {
        reschedule(state.deadlines, timerOf(state, command)!, now);
        machine.fire(state, now, now, events);
        return undefined as never;
      }
      return machine.step(state, named(state, command), now, events) as never;
    },
  };
}

/** A command about a request, with the number of the one that the agent has. */
function named(state: TaskState, command: TaskCommand | Tick): TaskCommand | Tick {
  const numberOf = (agentId: string) => state.agents.get(agentId)?.ask?.id ?? 0;
  if (command.type === "withdraw-ask" || command.type === "detach-ask") {
    return { ...command, ask: numberOf(command.agentId) };
  }
  return command.type === "claim" && command.ticket !== undefined
    ? { ...command, ticket: numberOf(command.agentId) }
    : command;
}

function timerOf(state: TaskState, { limit, id, epoch }: Expire): Timer<TaskTimer> | undefined {
  const task = state.tasks.get(id);
  switch (limit) {
    case "report":
      return state.agents.get(id)?.report?.timer;
    case "ask":
      return state.agents.get(id)?.ask?.timer;
    case "grace": {
      const lingering = state.lingering.get(epoch);
      return lingering?.task === task ? lingering?.timer : undefined;
    }
    case "heartbeat":
      return task?.heartbeat;
    default: {
      const subject = task?.timer?.subject;
      return subject?.limit === limit ? task!.timer : undefined;
    }
  }
}

/** Whether the environment gives `command` in this state. */
export function allows(bounds: Bounds, state: TaskState, command: ModelCommand): boolean {
  if (state.epoch >= bounds.maxEpoch) return false;
  switch (command.type) {
    case "submit": {
      const turn = bounds.tasks.indexOf(command.task.id);
      // A refused submission counts once, whatever its rank.
      const isRepetition = turn < state.tasks.size ||
        (command.task.assignedAgent !== "" && isLost(state, command.task.assignedAgent));
      return turn <= state.tasks.size &&
        !(isRepetition && command.task.priority !== -bounds.ranks[0]!);
    }
    case "register-agent":
      return !state.agents.has(command.agentId);
    case "cordon-agent":
      // The specification refuses all commands of a type about an unknown agent in one way.
      return state.agents.has(command.agentId) || command.cause === bounds.causes[0];
    case "uncordon-agent":
      return state.agents.has(command.agentId);
    case "report-load":
      return state.agents.has(command.agentId) || command.taskCount === bounds.reports[0];
    case "await": {
      // A refused await counts once, whatever its child.
      const { taskId, epoch, childId } = command;
      const parent = state.tasks.get(taskId);
      const isAccepted = parent?.status === "running" && [0, parent.epoch].includes(epoch);
      return isAccepted || childId === bounds.tasks.find((id) => bounds.parents[id] === taskId);
    }
    case "claim": {
      // A refused claim counts once, on whatever terms.
      const { waitMs, keepMs, ticket } = command;
      return (waitMs !== 0 && (keepMs === undefined) === (ticket === undefined)) ||
        mayClaim(state, command);
    }
    case "expire":
      return timerOf(state, command)?.isSet === true;
    default:
      return true;
  }
}

/** Whether a claim is not refused. */
function mayClaim({ agents, tasks }: TaskState, { agentId, taskId, ticket }: Claim): boolean {
  const agent = agents.get(agentId);
  if (agent?.pulls !== true) return false;
  const isOwn = [...agent.tasks].some(({ spec, status }) =>
    status === "running" && ["", spec.id].includes(taskId)
  );
  if (isOwn) return true;
  if (ticket !== undefined) {
    return agent.drained === undefined && (agent.ask?.task?.spec.id ?? "") === taskId &&
      agent.ask !== undefined;
  }
  const task = tasks.get(taskId);
  if (agent.drained !== undefined || taskId === "") return agent.drained === undefined;
  return task !== undefined && !isTerminal(task.status) && ["", agentId].includes(task.pinnedTo);
}

function isLost(state: TaskState, agentId: string): boolean {
  return state.agents.get(agentId)?.drained !== undefined || !state.agents.has(agentId);
}

/** All commands of the environment. */
export function alphabet(bounds: Bounds): ModelCommand[] {
  const commands: ModelCommand[] = [];
  const { used } = bounds;
  for (const taskId of bounds.tasks) {
    commands.push(...taskCommands(bounds, taskId));
    for (let epoch = 0; epoch <= bounds.maxEpoch; epoch++) {
      commands.push(...claimCommands(taskId, epoch), ...parentCommands(bounds, taskId, epoch));
    }
  }
  for (const agentId of bounds.agents) commands.push(...agentCommands(bounds, agentId));
  return commands.filter((command) => used.includes(usedAs(command)));
}

/** The name in the model's constant `Used`. */
function usedAs(command: ModelCommand): string {
  if (command.type === "fail") return `fail-${command.fault}`;
  if (command.type === "uncordon-agent") return "cordon-agent";
  if (command.type === "end-attempt") return "settle";
  if (command.type === "yield-locks") return "yield";
  if (command.type === "claim" && command.ticket !== undefined) return "resume-ask";
  if (command.type === "claim" && command.keepMs !== undefined) return "claim-kept";
  if (command.type !== "expire") return command.type;
  if (command.limit === "collect") return "collect-over";
  if (command.limit === "grace") return "grace-over";
  if (command.limit === "ask") return "wait-over";
  if (command.limit === "backoff") return "pause-over";
  return command.limit === "report" ? "report-load" : `expire-${command.limit}`;
}

function taskCommands(bounds: Bounds, taskId: string): ModelCommand[] {
  const expire = (limit: Expire["limit"]): Expire => ({
    type: "expire",
    limit,
    id: taskId,
    epoch: 0,
  });
  return [
    ...(taskId in bounds.parents ? [] : bounds.homes).flatMap((home) =>
      bounds.ranks.map((rank) => submit(bounds, taskId, home, rank))
    ),
    { type: "cancel", taskId, reason: "test" },
    { type: "yield-locks", taskIds: [taskId], reason: "test" },
    expire("backoff"),
    expire("collect"),
    ...bounds.limits.map(expire),
  ];
}

/** The commands of a claim about its children. */
function parentCommands(bounds: Bounds, taskId: string, epoch: number): ModelCommand[] {
  const children = bounds.tasks.filter((child) => bounds.parents[child] === taskId);
  return children.flatMap((childId): ModelCommand[] => [
    ...bounds.ranks.map((rank) => (
      { ...submit(bounds, childId, "", rank), parent: { taskId, epoch } } as TaskCommand
    )),
    { type: "await", taskId, epoch, childId },
  ]);
}

function claimCommands(taskId: string, epoch: number): ModelCommand[] {
  const fail = (fault: "attempt" | "task" | "none"): ModelCommand => (
    { type: "fail", taskId, epoch, error: ERROR as never, fault }
  );
  return [
    { type: "start", taskId, epoch },
    { type: "complete", taskId, epoch, result: undefined },
    fail("attempt"),
    fail("task"),
    fail("none"),
    { type: "end-attempt", taskId, epoch },
    { type: "release-claim", taskId, epoch, reason: "test" },
    { type: "keep-claim", taskId, epoch, keepMs: FAR_MS },
    { type: "park", taskId, epoch },
    { type: "unblock", taskId, epoch },
    { type: "preempt", taskId, epoch, reason: "test", isHopeless: false },
    { type: "expire", limit: "grace", id: taskId, epoch },
  ];
}

function agentCommands(bounds: Bounds, agentId: string): ModelCommand[] {
  const reason = "test";
  return [
    register(bounds, agentId),
    { type: "remove-agent", agentId, reason },
    { type: "drain-agent", agentId, reason },
    { type: "requeue-agent-tasks", agentId, reason },
    ...bounds.causes.flatMap((cause): ModelCommand[] => [
      { type: "cordon-agent", agentId, cause, reason, untilMs: 0 },
      { type: "uncordon-agent", agentId, cause },
    ]),
    ...bounds.reports.map((taskCount): ModelCommand => ({
      type: "report-load",
      agentId,
      taskCount,
      avgTaskDurationMs: undefined,
      cpuPercent: undefined,
      memoryPercent: undefined,
    })),
    { type: "expire", limit: "report", id: agentId, epoch: 0 },
    { type: "expire", limit: "ask", id: agentId, epoch: 0 },
    { type: "withdraw-ask", agentId, ask: 0 },
    { type: "detach-ask", agentId, ask: 0, keepMs: FAR_MS },
    ...["", ...bounds.tasks].flatMap((taskId) =>
      [FAR_MS, 0].flatMap((waitMs): ModelCommand[] => {
        const claim = { type: "claim", agentId, taskId, waitMs } as const;
        const kept = { ...claim, keepMs: FAR_MS };
        return [claim, kept, { ...claim, ticket: 0 }, { ...kept, ticket: 0 }];
      })
    ),
  ];
}

function register({ slots, room, atOnce, pulls }: Bounds, agentId: string): TaskCommand {
  return {
    type: "register-agent",
    agentId,
    capabilities: [],
    maxConcurrentTasks: slots[agentId]!,
    maxQueuedTasks: room[agentId]!,
    priority: 0,
    startsAtOnce: atOnce.includes(agentId),
    pulls: pulls.includes(agentId),
    kind: "agent",
  };
}

function submit(bounds: Bounds, id: string, home: string, rank: number): ModelCommand {
  const far = (limit: "queue" | "attempt" | "heartbeat") =>
    bounds.limits.includes(limit) ? FAR_MS : 0;
  const task: TaskSpec = {
    id,
    type: "test",
    description: "",
    priority: -rank,
    dependencies: [],
    assignedAgent: home,
    placed: home !== "",
    resources: bounds.needs.includes(id) ? [{ resourceId: "r", mode: "exclusive", units: 1 }] : [],
    requires: [],
    queueTimeoutMs: far("queue"),
    timeoutMs: far("attempt"),
    heartbeatTimeoutMs: far("heartbeat"),
    totalTimeoutMs: 0,
    retries: bounds.retries,
    idempotencyKey: "",
  };
  return { type: "submit", task, input: undefined, metadata: undefined };
}
