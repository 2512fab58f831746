/**
 * Broken copies of the task machine and of what binds it: each must be noticed.
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
const STEALING = "src/tasks/stealing.ts";

export const MUTANTS: readonly CodeMutant[] = [
  mutant(
    "a stale epoch is heard",
    MACHINE,
    "(epoch === 0 || epoch === task.epoch)) return task;",
    "true) return task;",
  ),
  mutant(
    "a body ends under another task's name",
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
    "a crash costs no attempt back",
    MACHINE,
    "    task.attempts--;\n    task.crashes++;",
    "    task.crashes++;",
  ),
  mutant(
    "a task survives one crash more",
    MACHINE,
    "if (task.crashes > step.state.config.maxCrashes) quarantine",
    "if (task.crashes > step.state.config.maxCrashes + 1) quarantine",
  ),
  mutant(
    "a retry begins beside the last body",
    MACHINE,
    "    if (task.lingering === 0) ready(step, task);\n    return;",
    "    ready(step, task);\n    return;",
  ),
  mutant(
    "a claim keeps the epoch of the last one",
    TRANSITIONS,
    "++state.epoch",
    "state.epoch || ++state.epoch",
  ),
  mutant("slots don't come back", TRANSITIONS, "if (!queued) agent.slotsInUse--;", ""),
  mutant(
    "a queued claim gives a slot back",
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
    "nobody goes after it was drained",
    MACHINE,
    "drained !== undefined && slotsInUse === 0",
    "false && slotsInUse === 0",
  ),
  mutant(
    "one batch is all",
    MACHINE,
    "while (rebalance(step)) distribute(step);",
    "if (rebalance(step)) distribute(step);",
  ),
  mutant(
    "nothing is placed in a freed queue",
    MACHINE,
    "while (canQueue(agent)) {",
    "while (false as boolean) {",
  ),
  mutant(
    "the threshold is not enough",
    STEALING,
    "difference >= Math.max",
    "difference > Math.max",
  ),
  mutant(
    "more than half of the difference moves",
    STEALING,
    "Math.floor(difference / 2)",
    "difference",
  ),
  mutant(
    "a batch may be larger",
    STEALING,
    "step.state.config.maxStealBatch,",
    "step.state.config.maxStealBatch + 1,",
  ),
  mutant("nobody asks for the receiver's room", STEALING, "    capacityOf(target),\n", ""),
  mutant(
    "source and target change places",
    STEALING,
    'type: "workstealing:request", sourceAgent, targetAgent',
    'type: "workstealing:request", sourceAgent: targetAgent, targetAgent: sourceAgent',
  ),
  mutant(
    "what was not placed is stolen",
    PLACEMENT,
    "!placed || !state.config.stealing",
    "!state.config.stealing",
  ),
  mutant("the oldest claims move first", PLACEMENT, "rank: -epoch", "rank: epoch"),
  mutant(
    "the least busy gives",
    PLACEMENT,
    "rank(donation.group.donors, donation, -backlogOf(agent))",
    "rank(donation.group.donors, donation, backlogOf(agent))",
  ),
  mutant(
    "reports count for nothing",
    PLACEMENT,
    "agent.tasks.size + agent.outside",
    "agent.tasks.size",
  ),
  mutant(
    "what it was given here counts twice",
    AGENTS,
    "taskCount - agent.tasks.size",
    "taskCount",
  ),
  mutant("a cordoned agent takes work", PLACEMENT, "agent.cordons.size === 0 && ", ""),
  mutant("a drained agent takes work", PLACEMENT, " && agent.drained === undefined", ""),
  mutant(
    "a queue has one place more",
    PLACEMENT,
    "agent.queue.length < agent.maxQueuedTasks",
    "agent.queue.length <= agent.maxQueuedTasks",
  ),
  mutant(
    "what has started counts as settled when its agent goes",
    AGENTS,
    '? "abandoned" : "ended"',
    '? "running" : "ended"',
  ),
  mutant(
    "a drained agent keeps what is placed with it",
    AGENTS,
    'task.status === "assigned" && task.spec.placed',
    "false",
  ),
  mutant(
    "the binding doesn't look at slots",
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
