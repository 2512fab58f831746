/**
 * The records of open requests for tasks.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import type { Instant } from "../core/machine.ts";
import type { Agent, Ask, TaskRecord, TaskState } from "./state.ts";

/** Adds a request of an agent that has none; `waitMs` of `undefined` is no limit. */
export function addAsk(
  state: TaskState,
  agent: Agent,
  task: TaskRecord | undefined,
  waitMs: number | undefined,
  now: Instant,
): Ask {
  const ask: Ask = {
    id: ++state.asked,
    agent,
    task,
    since: now,
    timer: undefined,
    pending: undefined,
  };
  agent.ask = ask;
  state.asks.set(ask.id, ask);
  if (waitMs === 0) state.momentary = ask;
  else if (waitMs !== undefined) {
    ask.timer = schedule(state.deadlines, now + waitMs, { limit: "ask", ask });
  }
  if (task !== undefined) {
    (task.askers ??= []).push(ask);
    task.group?.wanted.add(task);
  }
  return ask;
}

/** Drops a request, as it got its task or is over. */
export function dropAsk(state: TaskState, ask: Ask): void {
  const { id, agent, task, timer } = ask;
  agent.ask = undefined;
  state.asks.delete(id);
  if (state.momentary === ask) state.momentary = undefined;
  unschedule(state.deadlines, timer);
  if (task === undefined) return;
  task.askers = task.askers!.filter((other) => other !== ask);
  if (task.askers.length > 0) return;
  task.askers = undefined;
  task.group?.wanted.delete(task);
}
