/**
 * Records the commands and the events of a task machine, as rows that `StealingTrace` can follow.
 *
 * @module
 */

import type { TaskEvent } from "../../src/tasks/events.ts";
import type { TaskPart } from "../../src/tasks/machine.ts";
import type { TaskCommand } from "../../src/tasks/commands.ts";
import type { TaskState } from "../../src/tasks/state.ts";
import { abstraction } from "./abstraction.ts";
import { type Action, commandAction, eventAction, refusalAction } from "./actions.ts";

/** An action; the last one of a step with the state that the step ends in. */
export interface Row {
  readonly action: string;
  readonly args: Action["arguments"];
  readonly claims?: unknown;
  readonly queue?: unknown;
  readonly load?: unknown;
  readonly ready?: unknown;
  readonly quiet?: boolean;
}

/** Records each row of what a task machine does. */
export class Recorder {
  readonly #machine: TaskPart;
  readonly #agents: readonly string[];
  readonly #record: (row: Row) => void;

  /** Calls `record` for each row of `machine`. */
  constructor(machine: TaskPart, agents: readonly string[], record: (row: Row) => void) {
    this.#machine = machine;
    this.#agents = agents;
    this.#record = record;
  }

  /** Steps `command`; the timers that are due fire first, those of one instant at a time. */
  step(state: TaskState, command: TaskCommand, now: number): void {
    const machine = this.#machine;
    for (let due = machine.deadline(state); due <= now; due = machine.deadline(state)) {
      const paused = pausing(state);
      const fired: TaskEvent[] = [];
      machine.fire(state, now, due, fired);
      // Others may have fired at the same instant, so the state in between isn't known.
      for (const taskId of silentlyOver(state, paused, fired)) {
        this.#record({ action: "PauseOver", args: [taskId] });
      }
      this.#recordStep(state, fired.map(eventAction));
    }
    const events: TaskEvent[] = [];
    machine.apply(state, command, now, events);
    this.#recordStep(state, commandRows(state, command, events, now));
  }

  /** The last row of a step also has the state that the step ends in. */
  #recordStep(state: TaskState, actions: readonly Action[]): void {
    for (const [i, { name, arguments: args }] of actions.entries()) {
      const row = { action: name, args };
      const isLast = i === actions.length - 1;
      this.#record(isLast ? { ...row, ...observed(state, this.#agents) } : row);
    }
  }
}

function pausing(state: TaskState): string[] {
  return [...state.tasks.values()]
    .filter(({ status, timer }) => status === "backing-off" && timer?.isSet === true)
    .map(({ spec }) => spec.id);
}

/** Returns the tasks whose pause ended without an event, as an attempt of theirs goes on. */
function silentlyOver(
  state: TaskState,
  paused: readonly string[],
  fired: readonly TaskEvent[],
): string[] {
  const still = pausing(state);
  return paused.filter((taskId) => {
    if (still.includes(taskId)) return false;
    if (state.tasks.get(taskId)!.status === "backing-off") return true;
    return fired.some((event, i) =>
      event.type === "task:readied" && event.taskId === taskId && isEndOf(fired[i - 1], taskId)
    );
  });
}

function isEndOf(event: TaskEvent | undefined, taskId: string): boolean {
  return event?.type === "attempt:ended" && event.taskId === taskId;
}

function commandRows(
  { config }: TaskState,
  command: TaskCommand,
  events: readonly TaskEvent[],
  now: number,
): Action[] {
  const [first] = events;
  if (first?.type === "task:refused") return [refusalAction(command, first)];
  const accepted = command.type === "submit"
    ? submission(command, now - command.task.priority * config.agingMs)
    : commandAction(command);
  return [accepted, ...events.map(eventAction)];
}

function submission({ task }: Extract<TaskCommand, { type: "submit" }>, rank: number): Action {
  return { name: "Submit", arguments: [task.id, task.assignedAgent, rank] };
}

function observed(state: TaskState, agents: readonly string[]): Partial<Row> {
  const { claims, queue, load, ready } = abstraction(state, [], agents);
  return { claims, queue, load, ready, quiet: true };
}
