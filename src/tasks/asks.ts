/**
 * The records of open requests for tasks.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { type Instant, type OfSession, setSession } from "../core/machine.ts";
import type { TicketTerms } from "../core/tickets.ts";
import type { Agent, Ask, TaskRecord, TaskState } from "./state.ts";

/** Adds a request of an agent that has none. */
export function addAsk(
  state: TaskState,
  agent: Agent,
  task: TaskRecord | undefined,
  terms: TicketTerms & OfSession,
  now: Instant,
): Ask {
  const ask: Ask = {
    id: ++state.asked,
    agent,
    task,
    since: now,
    keepMs: 0,
    isLeft: false,
    isMomentary: false,
    timer: undefined,
    pending: undefined,
  };
  agent.ask = ask;
  state.asks.set(ask.id, ask);
  attachCaller(state, ask, terms, now);
  if (task !== undefined) {
    (task.askers ??= []).push(ask);
    task.group?.wanted.add(task);
  }
  return ask;
}

/** Gives a request a caller; `waitMs` of `undefined` is no limit. */
export function attachCaller(
  state: TaskState,
  ask: Ask,
  terms: TicketTerms & OfSession,
  now: Instant,
): void {
  const { keepMs = 0, waitMs } = terms;
  setSession(ask, terms);
  unschedule(state.deadlines, ask.timer);
  ask.keepMs = keepMs;
  ask.isLeft = false;
  ask.isMomentary = waitMs === 0;
  ask.timer = waitMs === undefined || waitMs === 0
    ? undefined
    : schedule(state.deadlines, now + waitMs, { limit: "ask", ask });
  noteMomentary(state, ask);
}

/** Sets the task that is assigned for a request, or `undefined` once that is withdrawn. */
export function setPending(state: TaskState, ask: Ask, task: TaskRecord | undefined): void {
  ask.pending = task;
  noteMomentary(state, ask);
}

function noteMomentary({ momentary }: TaskState, ask: Ask): void {
  if (ask.isMomentary && ask.pending === undefined) momentary.add(ask);
  else momentary.delete(ask);
}

/** Keeps a request without a caller. Returns until when. */
export function detachCaller(
  state: TaskState,
  ask: Ask,
  keepMs: number,
  now: Instant,
): Instant {
  attachCaller(state, ask, { keepMs, waitMs: keepMs }, now);
  ask.isLeft = true;
  return ask.timer!.rank;
}

/** Drops a request, as it got its task or is over. */
export function dropAsk(state: TaskState, ask: Ask): void {
  const { id, agent, task, timer } = ask;
  agent.ask = undefined;
  state.asks.delete(id);
  state.momentary.delete(ask);
  unschedule(state.deadlines, timer);
  if (task === undefined) return;
  task.askers = task.askers!.filter((other) => other !== ask);
  if (task.askers.length > 0) return;
  task.askers = undefined;
  task.group?.wanted.delete(task);
}
