/**
 * Records what a task machine is told and what it answers, as rows that `StealingTrace` can follow.
 *
 * The recorder is a machine around a machine, so that any engine, or a loop without one, can host it.
 *
 * @module
 */

import type { TaskEvent } from "../../src/tasks/events.ts";
import type { Machine } from "../../src/core/machine.ts";
import type { TaskCommand, TaskState } from "../../src/tasks/machine.ts";
import { abstraction } from "./abstraction.ts";
import { type Action, commandAction, eventAction, refusalAction } from "./actions.ts";

/** An action, and after the last of a step what the machine looked like. */
export interface Row {
  readonly action: string;
  readonly args: Action["arguments"];
  readonly claims?: unknown;
  readonly queue?: unknown;
  readonly load?: unknown;
  readonly ready?: unknown;
  readonly quiet?: boolean;
}

type TaskMachine = Machine<TaskState, TaskCommand, TaskEvent>;

/** A machine that does the same as `machine`, and calls `record` for each row. */
export function recorded(
  machine: TaskMachine,
  agents: readonly string[],
  record: (row: Row) => void,
): TaskMachine {
  /** The last row of a step also says how the machine is left. */
  const recordStep = (state: TaskState, actions: readonly Action[]) => {
    for (const [i, { name, arguments: args }] of actions.entries()) {
      const row = { action: name, args };
      record(i < actions.length - 1 ? row : { ...row, ...observed(state, agents) });
    }
  };
  return {
    ...machine,
    step(state, command, now, until = now) {
      const events = fireTimers(machine, state, now, until, record, recordStep);
      const answers = machine.step(state, command, now, until);
      if (command.type !== "tick") recordStep(state, commandRows(state, command, answers, now));
      return [...events, ...answers];
    },
  };
}

/** Lets the timers that are due fire, those of one instant at a time. */
function fireTimers(
  machine: TaskMachine,
  state: TaskState,
  now: number,
  until: number,
  record: (row: Row) => void,
  recordStep: (state: TaskState, actions: readonly Action[]) => void,
): TaskEvent[] {
  const events: TaskEvent[] = [];
  for (let due = machine.deadline(state); due <= until; due = machine.deadline(state)) {
    const paused = pausing(state);
    const fired = machine.step(state, { type: "tick" }, now, due);
    // Others may have fired at the same instant, so what the machine looked like isn't known.
    for (const taskId of silentlyOver(state, paused, fired)) {
      record({ action: "PauseOver", args: [taskId] });
    }
    recordStep(state, fired.map(eventAction));
    events.push(...fired);
  }
  return events;
}

function pausing(state: TaskState): string[] {
  return [...state.tasks.values()]
    .filter(({ status, timer }) => status === "backing-off" && timer?.isSet === true)
    .map(({ spec }) => spec.id);
}

/** Tasks whose pause made no event when it was over, since a body of theirs ran on. */
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
  const heard = command.type === "submit"
    ? submission(command, now - command.task.priority * config.agingMs)
    : commandAction(command);
  return [heard, ...events.map(eventAction)];
}

function submission({ task }: Extract<TaskCommand, { type: "submit" }>, rank: number): Action {
  return { name: "Submit", arguments: [task.id, task.assignedAgent, rank] };
}

function observed(state: TaskState, agents: readonly string[]): Partial<Row> {
  const { claims, queue, load, ready } = abstraction(state, [], agents);
  return { claims, queue, load, ready, quiet: true };
}
