/**
 * A task machine in the hand: commands in short, events as lines.
 *
 * @module
 */

import { assertEquals, AssertionError } from "@std/assert";
import { encode } from "../../src/core/data/plain.ts";
import type { ErrorData } from "../../src/core/error_data.ts";
import { Refusal, type Tick } from "../../src/core/machine.ts";
import type {
  CordonAgent,
  Fail,
  RegisterAgent,
  ReportLoad,
  Submit,
  TaskAnswers,
  TaskCommand,
  TaskSpec,
  UncordonAgent,
} from "../../src/tasks/commands.ts";
import type { TaskConfig } from "../../src/tasks/config.ts";
import type { TaskEvent, TaskRefusal, TaskRefused } from "../../src/tasks/events.ts";
import { taskMachine } from "../../src/tasks/machine.ts";
import type { TaskRecord, TaskState } from "../../src/tasks/state.ts";
import type { CordonCause, OnFailure, TaskStatus } from "../../src/tasks/types.ts";
import { Driver } from "../support/driver.ts";

/** A task's fields, with dependencies such as `"a"` or `"a?ignore"`. */
export interface TaskFields extends Partial<Omit<TaskSpec, "id" | "dependencies">> {
  readonly after?: readonly string[];
  readonly input?: unknown;
}

/** The command that submits a task. */
export function submit(id: string, { after = [], input, ...fields }: TaskFields = {}): Submit {
  const dependencies = after.map((part) => {
    const [taskId = "", onFailure = "cancel"] = part.split("?");
    return { taskId, onFailure: onFailure as OnFailure };
  });
  const task: TaskSpec = { ...structuredClone(PLAIN), ...fields, id, dependencies };
  return { type: "submit", task, input, metadata: undefined };
}

const PLAIN: TaskSpec = {
  id: "",
  type: "task",
  description: "",
  priority: 0,
  dependencies: [],
  assignedAgent: "",
  placed: false,
  resources: [],
  requires: [],
  queueTimeoutMs: 0,
  timeoutMs: 0,
  heartbeatTimeoutMs: 0,
  totalTimeoutMs: 0,
  retries: 3,
  idempotencyKey: "",
};

/** The command that registers an agent. */
export function agent(
  agentId: string,
  fields: Partial<Omit<RegisterAgent, "type" | "agentId">> = {},
): RegisterAgent {
  return {
    type: "register-agent",
    agentId,
    capabilities: [],
    maxConcurrentTasks: 1,
    maxQueuedTasks: 10_000,
    priority: 0,
    startsAtOnce: false,
    kind: "agent",
    ...fields,
  };
}

/** The command that places a task with an agent. */
export function place(id: string, agentId: string, fields: TaskFields = {}): Submit {
  return submit(id, { ...fields, assignedAgent: agentId, placed: true });
}

/** The command that reports the load of an agent. */
export function report(
  agentId: string,
  fields: Partial<Omit<ReportLoad, "type" | "agentId">> = {},
): ReportLoad {
  return {
    type: "report-load",
    agentId,
    taskCount: undefined,
    avgTaskDurationMs: undefined,
    cpuPercent: undefined,
    memoryPercent: undefined,
    ...fields,
  };
}

/** The command that cordons an agent for one cause. */
export function cordon(
  agentId: string,
  reason: string,
  { cause = "caller", untilMs = 0 }: { cause?: CordonCause; untilMs?: number } = {},
): CordonAgent {
  return { type: "cordon-agent", agentId, reason, cause, untilMs };
}

/** The command that lifts one cause of a cordon. */
export function uncordon(agentId: string, cause: CordonCause = "caller"): UncordonAgent {
  return { type: "uncordon-agent", agentId, cause };
}

/** An error as data. */
export function error(message: string, fields: Partial<ErrorData> = {}): ErrorData {
  return { name: "Error", message, ...fields };
}

/** A task machine, its state, and the time. */
export class TaskDriver extends Driver<TaskState, TaskCommand, TaskEvent, TaskAnswers> {
  constructor(config: Partial<TaskConfig> = {}) {
    super(taskMachine(config));
  }

  /** Steps the commands, each at the time of the driver, and returns all events. */
  override do(...commands: readonly (TaskCommand | Tick)[]): TaskEvent[] {
    return commands.flatMap((command) => super.do(command));
  }

  submit(id: string, fields: TaskFields = {}): TaskEvent[] {
    return this.do(submit(id, fields));
  }

  /** Places each of `ids` with an agent. */
  place(agentId: string, ...ids: readonly string[]): TaskEvent[] {
    return ids.flatMap((id) => this.do(place(id, agentId)));
  }

  agent(id: string, fields: Partial<Omit<RegisterAgent, "type" | "agentId">> = {}): TaskEvent[] {
    return this.do(agent(id, fields));
  }

  start(taskId: string, epoch = 0): TaskEvent[] {
    return this.do({ type: "start", taskId, epoch });
  }

  complete(taskId: string, epoch = 0, result: unknown = undefined): TaskEvent[] {
    return this.do({ type: "complete", taskId, epoch, result });
  }

  fail(
    taskId: string,
    { epoch = 0, fault = "attempt", ...fields }:
      & { epoch?: number; fault?: Fail["fault"] }
      & Partial<ErrorData> = {},
  ): TaskEvent[] {
    return this.do({ type: "fail", taskId, epoch, fault, error: error("boom", fields) });
  }

  cancel(taskId: string, reason = "unwanted"): TaskEvent[] {
    return this.do({ type: "cancel", taskId, reason });
  }

  settle(taskId: string, epoch: number): TaskEvent[] {
    return this.do({ type: "end-attempt", taskId, epoch });
  }

  /** The record of a task that must be there. */
  task(taskId: string): TaskRecord {
    const task = this.state.tasks.get(taskId);
    if (task === undefined) throw new Error(`There is no task ${taskId}`);
    return task;
  }

  status(taskId: string): TaskStatus {
    return this.task(taskId).status;
  }

  /** The agent that has a task, or `undefined`. */
  ownerOf(taskId: string): string | undefined {
    return this.task(taskId).agent?.agentId;
  }

  /** The tasks that an agent has, oldest claim first; those without a slot in brackets. */
  tasksOf(agentId: string): string[] {
    return [...this.state.agents.get(agentId)!.tasks]
      .map(({ spec: { id }, queued }) => queued ? `(${id})` : id);
  }

  load(agentId: string): number {
    return this.state.agents.get(agentId)!.slotsInUse;
  }

  /** Steps a command that must be refused, and change nothing. */
  refuses(command: TaskCommand, reason: TaskRefusal, detail?: unknown): void {
    const before = encode(this.state);
    const events = this.do(command);
    const { answer } = this;
    if (!(answer instanceof Refusal)) throw new AssertionError("the command was not refused");
    const refusal = answer.event as TaskRefused;
    assertEquals(events, [refusal]);
    assertEquals([refusal.type, refusal.command], ["task:refused", command.type]);
    assertEquals([refusal.reason, refusal.detail], [reason, detail]);
    assertEquals(encode(this.state), before);
  }
}

/** Each event as `name task agent`, as far as it has them. */
export function lines(events: readonly TaskEvent[]): string[] {
  return events.map((event) => {
    const { type, taskId, agentId } = event as { type: string; taskId?: string; agentId?: string };
    return [type, taskId, agentId].filter((part) => part !== undefined && part !== "").join(" ");
  });
}
