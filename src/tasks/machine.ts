/**
 * Tasks, the agents that run them, and who runs what.
 *
 * A task waits for its dependencies, is ready, is assigned to an agent under an epoch, runs, and
 * ends as completed, failed or cancelled; an attempt that fails is followed by a pause and another
 * attempt. Whatever an agent says of a task names the epoch of its claim, and what is said under an
 * older epoch is refused: so a late result of an attempt that was given up changes nothing.
 *
 * A task that was placed with an agent is assigned at once, also when the agent has no slot free:
 * then it stands in the agent's own queue, from where it may be stolen by one that has less to do.
 * Only a claim with a slot holds locks or starts.
 *
 * A step first does what was asked ({@linkcode Step} gathers what follows from it), then settles
 * dependents, gives free agents work, and evens out loads. `lifecycle.ts` has the actions and
 * `claims.ts` what leads to them, `placement.ts` finds task for agent and agent for task,
 * `dependencies.ts` knows who waits for whom, `stealing.ts` what is to be moved.
 *
 * @module
 */

import { describer } from "../core/describe.ts";
import { TASK_DESCRIPTIONS } from "./events.ts";
import { nextDeadline, takeDue } from "../core/data/deadlines.ts";
import type { TaskEvent } from "./events.ts";
import type { Instant, Machine, Tick } from "../core/machine.ts";
import { assignTo, award, cancelTask, submit } from "./admission.ts";
import {
  cancelAgentTasks,
  drainAgent,
  registerAgent,
  removeAgent,
  requeueAgentTasks,
  shedTasks,
} from "./agents.ts";
import {
  completeClaim,
  failClaim,
  fire,
  heartbeat,
  preempt,
  progress,
  renewHeartbeats,
  settleBody,
  startClaim,
  unblock,
} from "./claims.ts";
import type { TaskCommand, UseStrategy } from "./commands.ts";
import { refresh } from "./placement.ts";
import { settle } from "./settling.ts";
import { cordonAgent, limitAgent, reportLoad } from "./standing.ts";
import { DEFAULT_TASK_CONFIG, initialTaskState, type TaskConfig, type TaskState } from "./state.ts";
import { beginStep, type Step } from "./step.ts";

/** A machine that goes by `config`. */
export function taskMachine(
  config: Partial<TaskConfig> = {},
): Machine<TaskState, TaskCommand, TaskEvent> {
  return {
    name: "tasks",
    init: () => initialTaskState({ ...DEFAULT_TASK_CONFIG, ...config }),
    step,
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(TASK_DESCRIPTIONS),
  };
}

function step(
  state: TaskState,
  command: TaskCommand | Tick,
  now: Instant,
  until: Instant = now,
): TaskEvent[] {
  const step = beginStep(state, now);
  for (let due = takeDue(state.deadlines, until); due; due = takeDue(state.deadlines, until)) {
    fire(step, due.subject);
    settle(step);
  }
  apply(step, command);
  settle(step);
  return step.events;
}

function apply(step: Step, command: TaskCommand | Tick): void {
  switch (command.type) {
    case "submit":
      return submit(step, command);
    case "assign":
      return assignTo(step, command);
    case "start":
      return startClaim(step, command);
    case "heartbeat":
      return heartbeat(step, command);
    case "progress":
      return progress(step, command);
    case "complete":
      return completeClaim(step, command);
    case "fail":
      return failClaim(step, command);
    case "settle":
      return settleBody(step, command);
    case "unblock":
      return unblock(step, command);
    case "preempt":
      return preempt(step, command);
    case "cancel":
      return cancelTask(step, command);
    case "register-agent":
      return registerAgent(step, command);
    case "remove-agent":
      return removeAgent(step, command);
    case "cordon-agent":
      return cordonAgent(step, command);
    case "limit-agent":
      return limitAgent(step, command);
    case "award":
      return award(step, command);
    case "shed-tasks":
      return shedTasks(step, command);
    case "drain-agent":
      return drainAgent(step, command);
    case "report-load":
      return reportLoad(step, command);
    case "cancel-agent-tasks":
      return cancelAgentTasks(step, command);
    case "requeue-agent-tasks":
      return requeueAgentTasks(step, command);
    case "renew-heartbeats":
      return renewHeartbeats(step);
    case "use-strategy":
      return setStrategy(step, command);
    case "drain":
      return drain(step);
    case "tick":
      return;
  }
}

function setStrategy(step: Step, { strategy }: UseStrategy): void {
  const { state, events, queued } = step;
  state.strategy = strategy;
  for (const agent of state.agents.values()) refresh(state, agent);
  for (const group of state.groups.values()) queued.push(group);
  events.push({ type: "strategy:changed", strategy });
}

function drain({ state, events }: Step): void {
  if (state.draining) return;
  state.draining = true;
  events.push({ type: "scheduler:drained" });
}

export { taskConfigOf } from "./scheduler_config.ts";
export type { TaskCommand } from "./commands.ts";
export type { Agent, TaskConfig, TaskState } from "./state.ts";
