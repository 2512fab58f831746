/**
 * Agents in pull mode: their requests for tasks, and the claims that they give back.
 *
 * An agent has at most one open request, an {@linkcode Ask}; a further one takes its place, at the end
 * of the queue. The task that it gets is assigned to it with a slot, and starts in the same step, or as
 * soon as its locks are granted; the start ends the request. When the locks are held by others, the
 * task waits for them without an agent, and the request keeps its place. An agent that has an open claim
 * is answered with that. Spec: `Claim`, `Withdraw`, `Release`.
 *
 * A caller may leave a request that says for how long it is kept (`keepMs`): it keeps its place, and a
 * claim that it leads to is kept until the same time, without limits of its attempt. The agent collects
 * it by asking again, or by a report on it; else the task is ready again, at no cost.
 *
 * @module
 */

import { reschedule } from "../core/data/deadlines.ts";
import { Refusal, type ResumeListening, startsAnew } from "../core/machine.ts";
import { addAsk, attachCaller, detachCaller, dropAsk } from "./asks.ts";
import { collect } from "./attempt_limits.ts";
import type { AskAnswer, Claim, DetachAsk, WithdrawAsk } from "./commands.ts";
import type { AskAbandoned } from "./events.ts";
import { hasPermit } from "./permits.ts";
import { isAssigning, isFit, mayClaim, refresh } from "./placement.ts";
import {
  type Agent,
  type Ask,
  isLent,
  isTerminal,
  outcomeOf,
  type Step,
  type TaskRecord,
} from "./state.ts";
import { assign, refuse, requeue, touch } from "./transitions.ts";

/** Begins the request of an agent, unless it has an open claim that answers it. */
export function beginAsk(step: Step, command: Claim): Ask | AskAnswer | Refusal {
  const { state, now, events, freed } = step;
  const { agentId, taskId } = command;
  const agent = state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, taskId, "unknown-agent");
  if (!agent.pulls) {
    return refuse(step, command, taskId, "unfit", "the agent must be registered in pull mode");
  }
  const own = openClaim(agent, taskId);
  if (own !== undefined) {
    collect(state, own, now);
    return granted(own, 0);
  }
  if (state.draining) return refuse(step, command, taskId, "draining");
  if (agent.drained !== undefined) {
    return refuse(step, command, taskId, "unfit", "the agent must not be draining");
  }
  if (command.ticket !== undefined) return resumeAsk(step, command, agent);
  const task = taskId === "" ? undefined : claimableTask(step, command, agent);
  if (task instanceof Refusal) return task;
  if (agent.ask !== undefined) endAsk(step, agent.ask, "replaced");
  touch(step, agent);
  const ask = addAsk(state, agent, task, command, now);
  const untilMs = ask.timer?.rank ?? (command.waitMs === 0 ? now : 0);
  events.push({ type: "claim:requested", agentId, ask: ask.id, taskId, untilMs });
  freed.push(agent);
  return ask;
}

/** Gives the request with the ticket of `command` a caller again; it keeps its place. */
function resumeAsk(step: Step, command: Claim, agent: Agent): Ask | Refusal {
  const { state, now, events } = step;
  const { agentId, taskId, ticket } = command;
  const { ask } = agent;
  if (ask === undefined || ask.id !== ticket || (ask.task?.spec.id ?? "") !== taskId) {
    return refuse(step, command, taskId, "unknown-ticket");
  }
  attachCaller(state, ask, command, now);
  events.push({ type: "claim:resumed", agentId, ask: ask.id });
  return ask;
}

/** Keeps a request whose caller has left. A no-op when it is over, or its caller had left before. */
export function detachAsk(step: Step, { agentId, ask: id, keepMs }: DetachAsk): void {
  const ask = step.state.asks.get(id);
  if (ask?.agent.agentId === agentId && !ask.isLeft) leaveAsk(step, ask, keepMs);
}

function leaveAsk({ state, now, events }: Step, ask: Ask, keepMs: number): void {
  const keptUntil = detachCaller(state, ask, keepMs, now);
  events.push({ type: "claim:detached", agentId: ask.agent.agentId, ask: ask.id, keptUntil });
}

/** Acts on the end of a request's time, of its caller's, or of the time for which it is kept. */
export function fireAsk(step: Step, ask: Ask): void {
  const { keepMs, isLeft } = ask;
  if (keepMs > 0 && !isLeft) leaveAsk(step, ask, keepMs);
  else endAsk(step, ask, isLeft ? "lapsed" : "timed-out");
}

/** Gives a running claim back, at no cost to the task. */
export function giveBack(step: Step, task: TaskRecord, reason: string): void {
  task.attempts--;
  requeue(step, task, reason, "ended");
}

/** Keeps requests and claims anew whose agents could not come back. Costs O(requests). */
export function keepAnew({ state, now }: Step, command: ResumeListening): void {
  for (const ask of state.asks.values()) {
    const { isLeft, keepMs, timer } = ask;
    if (isLeft && startsAnew(command, keepMs)) reschedule(state.deadlines, timer!, now + keepMs);
  }
}

/**
 * Returns the oldest claim of an agent that runs and has not lent its slot, or the one on `taskId` if
 * that is not `""`.
 */
function openClaim({ tasks }: Agent, taskId: string): TaskRecord | undefined {
  for (const task of tasks) {
    if (task.status !== "running") continue;
    if (taskId === "" ? !isLent(task) : task.spec.id === taskId) return task;
  }
  return undefined;
}

/** Returns the task that an agent asks for by its id, if it may get it at some time. */
function claimableTask(step: Step, command: Claim, agent: Agent): TaskRecord | Refusal {
  const { state } = step;
  const { taskId } = command;
  const task = state.tasks.get(taskId);
  const outcome = outcomeOf(state, taskId);
  if (task === undefined && outcome === undefined) {
    return refuse(step, command, taskId, "unknown-task");
  }
  if (task === undefined || isTerminal(task.status)) {
    return refuse(step, command, taskId, "status", task?.status ?? outcome);
  }
  return isFit(agent, task.spec.requires, task.pinnedTo)
    ? task
    : refuse(step, command, taskId, "unfit");
}

/** Returns the answer to a request, once it was given a task if it may have one. */
export function answerTo(ask: Ask): AskAnswer {
  const { id, agent, pending } = ask;
  return agent.ask === ask || pending === undefined
    ? { status: "asking", ask: id }
    : granted(pending, id);
}

function granted({ spec: { id: taskId }, epoch }: TaskRecord, ask: number): AskAnswer {
  return { status: "granted", taskId, epoch, ask };
}

/** Ends a request of an agent whose caller waits no longer. A no-op when it is over. */
export function withdrawAsk(step: Step, { agentId, ask: id }: WithdrawAsk): void {
  const ask = step.state.asks.get(id);
  if (ask?.agent.agentId === agentId) endAsk(step, ask, "withdrawn");
}

/** Ends a request without a task. */
export function endAsk(step: Step, ask: Ask, reason: AskAbandoned["reason"]): void {
  const { state, events } = step;
  const { id, agent, pending } = ask;
  const { agentId } = agent;
  touch(step, agent);
  dropAsk(state, ask);
  refresh(step, agent);
  events.push({ type: "claim:abandoned", agentId, ask: id, reason });
  if (pending !== undefined) requeue(step, pending, "its agent asks for it no longer", "ended");
}

/** Ends the requests of agents that don't wait, oldest first; returns whether one did not keep its place. */
export function endMomentaryAsks(step: Step): boolean {
  let hasEnded = false;
  for (const ask of [...step.state.momentary].sort((a, b) => a.id - b.id)) {
    if (ask.keepMs > 0) leaveAsk(step, ask, ask.keepMs);
    else {
      endAsk(step, ask, "none");
      hasEnded = true;
    }
  }
  return hasEnded;
}

/** Gives a task to the first of the agents that ask for exactly it, or ends their requests with it. */
export function giveWanted(step: Step, task: TaskRecord): void {
  const { askers = [] } = task;
  if (isTerminal(task.status)) {
    for (const ask of [...askers]) endAsk(step, ask, "ended");
  } else if (task.group !== undefined && isAssigning(step.state) && hasPermit(step.state, task)) {
    const ask = askers.find((each) => mayClaim(each, task));
    if (ask !== undefined) assign(step, task, ask.agent);
  }
}
