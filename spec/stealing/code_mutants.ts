/**
 * Broken copies of the task machine and of its binding: each must be found.
 *
 * @module
 */

import type { CodeMutant } from "../tool/subject.ts";

function mutant(name: string, file: string, find: string, replace: string): CodeMutant {
  return { name, file, find, replace };
}

const MACHINE = "src/tasks/machine.ts";
const TRANSITIONS = "src/tasks/transitions.ts";
const AGENTS = "src/tasks/agents.ts";
const PLACEMENT = "src/tasks/placement.ts";

export const MUTANTS: readonly CodeMutant[] = [
  mutant(
    "a stale epoch is accepted",
    MACHINE,
    "(epoch === 0 || epoch === task.epoch)) return task;",
    "true) return task;",
  ),
  mutant(
    "an attempt ends under the name of another task",
    MACHINE,
    "lingering?.task.spec.id === taskId",
    "lingering !== undefined",
  ),
  mutant(
    "a claim without a slot starts",
    MACHINE,
    'task.status === "running" || !task.locked',
    'task.status === "running"',
  ),
  mutant(
    "a lost agent costs the task an attempt",
    TRANSITIONS,
    "    task.attempts--;\n    task.crashes++;",
    "    task.crashes++;",
  ),
  mutant(
    "a task survives one crash more",
    TRANSITIONS,
    "if (task.crashes > step.state.config.maxCrashes) quarantine",
    "if (task.crashes > step.state.config.maxCrashes + 1) quarantine",
  ),
  mutant(
    "a retry begins beside the attempt before it",
    MACHINE,
    "  if (task.lingering === 0) ready(step, task);",
    "  ready(step, task);",
  ),
  mutant(
    "a claim keeps the epoch of the last one",
    TRANSITIONS,
    "++state.epoch",
    "state.epoch || ++state.epoch",
  ),
  mutant("slots don't come back", TRANSITIONS, "if (!queued) agent.slotsInUse--;", ""),
  mutant(
    "a queued claim releases a slot",
    TRANSITIONS,
    "if (!queued) agent.slotsInUse--;",
    "agent.slotsInUse--;",
  ),
  mutant(
    "a stolen task stays pinned",
    TRANSITIONS,
    '  move(step.state, task, "ready");\n  task.pinnedTo = "";',
    '  move(step.state, task, "ready");',
  ),
  mutant(
    "a stolen task has no slot",
    TRANSITIONS,
    "assign(step, task, target, !hasFreeSlot(target));",
    "assign(step, task, target, true);",
  ),
  mutant(
    "the agent's own queue comes last",
    PLACEMENT,
    "let best: TaskRecord | undefined = agent.queue[0];",
    "let best: TaskRecord | undefined;",
  ),
  mutant(
    "placed tasks wait for an agent that is gone",
    PLACEMENT,
    "const isLost = agent === undefined || agent.drained !== undefined;",
    "const isLost = false;",
  ),
  mutant(
    "a drained agent is not removed",
    MACHINE,
    "agent.drained !== undefined && isDrained",
    "agent.drained !== undefined && false && isDrained",
  ),
  mutant(
    "one batch is all",
    MACHINE,
    "while (step.state.donations > 0 && rebalance(step, steal)) distribute(step);",
    "if (step.state.donations > 0 && rebalance(step, steal)) distribute(step);",
  ),
  mutant(
    "nothing is placed in a freed queue",
    MACHINE,
    "while (canQueue(agent)) {",
    "while (false as boolean) {",
  ),
  mutant(
    "the threshold is not enough",
    PLACEMENT,
    "difference >= Math.max",
    "difference > Math.max",
  ),
  mutant(
    "more than half of the difference moves",
    PLACEMENT,
    "Math.floor(difference / 2)",
    "difference",
  ),
  mutant(
    "a batch may be larger",
    PLACEMENT,
    "step.state.config.maxStealBatch,",
    "step.state.config.maxStealBatch + 1,",
  ),
  mutant("the capacity of the receiver is ignored", PLACEMENT, "    capacityOf(target),\n", ""),
  mutant(
    "source and target change places",
    PLACEMENT,
    'type: "workstealing:request", sourceAgent, targetAgent',
    'type: "workstealing:request", sourceAgent: targetAgent, targetAgent: sourceAgent',
  ),
  mutant(
    "a task that was not placed is stolen",
    TRANSITIONS,
    "if (task.spec.placed && state.config.stealing) offer",
    "if (state.config.stealing) offer",
  ),
  mutant("the oldest claims move first", PLACEMENT, "rank: -epoch", "rank: epoch"),
  mutant(
    "the least busy agent is the donor",
    PLACEMENT,
    "rank(donation.group.donors, donation, -backlogOf(agent))",
    "rank(donation.group.donors, donation, backlogOf(agent))",
  ),
  mutant(
    "reports do not count",
    PLACEMENT,
    "agent.tasks.size + agent.outside",
    "agent.tasks.size",
  ),
  mutant(
    "claims count twice in a report",
    AGENTS,
    "taskCount - agent.tasks.size",
    "taskCount",
  ),
  mutant("a cordoned agent takes work", PLACEMENT, "agent.cordons.size === 0 && ", ""),
  mutant("a drained agent takes work", PLACEMENT, " && agent.drained === undefined", ""),
  mutant(
    "a queue may be longer by one",
    PLACEMENT,
    "agent.queue.length < agent.maxQueuedTasks",
    "agent.queue.length <= agent.maxQueuedTasks",
  ),
  mutant(
    "a running attempt of a removed agent is waited for",
    AGENTS,
    '? "abandoned" : "ended"',
    '? "running" : "ended"',
  ),
  mutant(
    "a draining agent keeps the tasks that were placed with it",
    AGENTS,
    'task.status === "assigned" && task.spec.placed',
    "false",
  ),
  mutant(
    "the binding ignores slots",
    "spec/stealing/abstraction.ts",
    "slot: agent !== undefined && !queued",
    "slot: agent !== undefined",
  ),
  mutant(
    "the binding takes agents for tasks",
    "spec/stealing/actions.ts",
    "event.targetAgent);",
    "event.agentId);",
  ),
  mutant(
    "the binding confuses two commands",
    "spec/stealing/actions.ts",
    'action("DrainAgent"',
    'action("RemoveAgent"',
  ),
];
