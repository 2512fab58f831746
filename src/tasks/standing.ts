/**
 * How an agent stands: for which causes it gets no tasks, or only some, and how much it says it has
 * to do.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import type { CordonCause } from "./types.ts";
import type { CordonAgent, LimitAgent, ReportLoad } from "./commands.ts";
import type { Agent, LoadReport, TaskState } from "./state.ts";
import { refuse, type Step, touch } from "./step.ts";

export function cordonAgent(step: Step, command: CordonAgent): void {
  const { state, now, events } = step;
  const { agentId, cause, reason, untilMs } = command;
  const agent = state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  const known = agent.cordons.get(cause);
  if (reason === "") {
    if (known !== undefined) uncordon(step, agent, cause);
    return;
  }
  if (known?.reason === reason && known.untilMs === untilMs) return;
  touch(step, agent);
  unschedule(state.deadlines, known?.timer);
  const timer = untilMs === 0
    ? undefined
    : schedule(state.deadlines, Math.max(now, untilMs), { limit: "cordon", agent, cause });
  agent.cordons.set(cause, { reason, untilMs, timer });
  step.freed.push(agent);
  events.push({ type: "agent:cordoned", agentId, cause, reason, untilMs });
}

/** Lifts a cause that is in force. */
export function uncordon(step: Step, agent: Agent, cause: CordonCause): void {
  touch(step, agent);
  unschedule(step.state.deadlines, agent.cordons.get(cause)!.timer);
  agent.cordons.delete(cause);
  step.freed.push(agent);
  step.events.push({ type: "agent:uncordoned", agentId: agent.agentId, cause });
}

export function limitAgent(step: Step, command: LimitAgent): void {
  const { agentId, slots } = command;
  const agent = step.state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  if (agent.slotLimit === slots) return;
  touch(step, agent);
  agent.slotLimit = slots;
  step.freed.push(agent);
  step.events.push({ type: "agent:limited", agentId, slots });
}

export function reportLoad(step: Step, command: ReportLoad): void {
  const { state } = step;
  const { agentId, taskCount } = command;
  const agent = state.agents.get(agentId);
  if (agent === undefined) return refuse(step, command, "", "unknown-agent");
  touch(step, agent);
  if (taskCount !== undefined) agent.outside = Math.max(0, taskCount - agent.tasks.size);
  const report = renewReport(step, agent);
  const { avgTaskDurationMs, cpuPercent, memoryPercent } = command;
  if (avgTaskDurationMs !== undefined) report.avgTaskDurationMs = avgTaskDurationMs;
  if (cpuPercent !== undefined) report.cpuPercent = cpuPercent;
  if (memoryPercent !== undefined) report.memoryPercent = memoryPercent;
  step.events.push({
    type: "agent:reported",
    agentId,
    outside: agent.outside,
    avgTaskDurationMs: report.avgTaskDurationMs,
    cpuPercent: report.cpuPercent,
    memoryPercent: report.memoryPercent,
  });
}

/** The agent's report, to be forgotten after two intervals from here. */
function renewReport({ state, now }: Step, agent: Agent): LoadReport {
  const at = now + 2 * state.config.stealInterval;
  const timer = schedule(state.deadlines, at, { limit: "report", agent });
  const { report } = agent;
  if (report === undefined) {
    return agent.report = {
      avgTaskDurationMs: undefined,
      cpuPercent: undefined,
      memoryPercent: undefined,
      timer,
    };
  }
  unschedule(state.deadlines, report.timer);
  report.timer = timer;
  return report;
}

/** A report that was not renewed is no longer worth anything. */
export function forgetReport(step: Step, agent: Agent): void {
  touch(step, agent);
  agent.report = undefined;
  agent.outside = 0;
  step.events.push({ type: "agent:report-expired", agentId: agent.agentId });
}

/** Takes back what is due for an agent that goes. */
export function dropTimers({ deadlines }: TaskState, agent: Agent): void {
  for (const { timer } of agent.cordons.values()) unschedule(deadlines, timer);
  unschedule(deadlines, agent.report?.timer);
}
