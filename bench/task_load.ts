/**
 * A task machine without an engine, stepped by a benchmark.
 *
 * @module
 */

import type { Tick } from "../src/core/machine.ts";
import { registerCommand, submitCommand, type TaskCommand } from "../src/tasks/commands.ts";
import type { TaskConfig } from "../src/tasks/config.ts";
import type { TaskEvent } from "../src/tasks/events.ts";
import { taskMachine } from "../src/tasks/machine.ts";
import type { TaskState } from "../src/tasks/state.ts";
import type { Task } from "../src/tasks/types.ts";

/** The number of different priorities. */
export const PRIORITIES = 10;

/** A machine, its state and its time. */
export class TaskLoad {
  readonly #machine;
  readonly state: TaskState;
  now = 0;
  #submitted = 0;

  constructor(config: Partial<TaskConfig> = {}) {
    this.#machine = taskMachine(config);
    this.state = this.#machine.init();
  }

  /** Registers `count` agents with so many slots; `startsAtOnce` as in-process ones do. */
  register(count: number, maxConcurrentTasks: number, startsAtOnce: boolean): void {
    for (let i = 0; i < count; i++) {
      this.step(registerCommand({ id: `agent-${i}`, maxConcurrentTasks }, startsAtOnce));
    }
  }

  /** Submits a task of the next id and of one of ten priorities. */
  submit(fields: Partial<Task> = {}, agentId?: string): TaskEvent[] {
    const number = this.#submitted++;
    const task = { id: `task-${number}`, priority: number % PRIORITIES, ...fields };
    return this.step(submitCommand(task, 0, agentId));
  }

  /** Completes the task that an agent has had longest. */
  completeOldest(agentId: string): void {
    const [running] = this.state.agents.get(agentId)!.tasks;
    this.complete(running!.spec.id);
  }

  complete(taskId: string): TaskEvent[] {
    return this.step({ type: "complete", taskId, epoch: 0, result: 1 });
  }

  step(command: TaskCommand | Tick): TaskEvent[] {
    const events: TaskEvent[] = [];
    this.#machine.step(this.state, command, this.now, events);
    return events;
  }
}

/** The tasks and queues of a scheduler with nothing else: records by id, ids by priority. */
export class BareTasks {
  readonly records = new Map<string, { readonly id: string; status: string; result: unknown }>();
  readonly #queues: string[][] = Array.from({ length: PRIORITIES }, () => []);
  /** How much of each queue is taken. */
  readonly #heads = new Array<number>(PRIORITIES).fill(0);

  submit(id: string, priority: number): void {
    this.records.set(id, { id, status: "ready", result: undefined });
    this.#queues[priority]!.push(id);
  }

  /** Takes the oldest of the most urgent tasks. */
  take(): string | undefined {
    for (let priority = PRIORITIES - 1; priority >= 0; priority--) {
      const id = this.#queues[priority]![this.#heads[priority]!];
      if (id === undefined) continue;
      this.#heads[priority]!++;
      this.records.get(id)!.status = "running";
      return id;
    }
    return undefined;
  }

  complete(id: string, result: unknown): void {
    const record = this.records.get(id)!;
    record.status = "completed";
    record.result = result;
    this.records.delete(id);
  }
}
