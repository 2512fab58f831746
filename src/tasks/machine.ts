/**
 * Tasks, the agents that run them, and the claims of agents on tasks. Spec: `Stealing.tla`.
 *
 * A task waits for its dependencies, is ready, is assigned to an agent under an epoch, runs, and
 * ends as completed, failed or cancelled; an attempt that fails is followed by a pause and another
 * attempt. Every command about a claim names its epoch, and a stale epoch is refused: so a late
 * result of an attempt that lost its claim changes nothing.
 *
 * A task that was placed with an agent is assigned at once, also when the agent has no free slot:
 * then it stands in the agent's own queue, from where an agent that has less to do may steal it.
 *
 * A claim with a slot requests the locks that its task needs. When others hold them, the claim ends
 * and the task waits for its locks without an agent; once it has them it waits for a slot like any
 * ready task, and starts with it. Requests, grants and losses of locks come as commands.
 *
 * A step first applies the command and collects what follows from it ({@linkcode Step}); then it
 * resolves dependents, gives work to agents with capacity, and evens out backlogs. `transitions.ts`
 * has the transitions, `submission.ts` accepts tasks, `agents.ts` has the commands about agents and
 * `operations.ts` those of operators, `placement.ts` finds the task for an agent and the agent for a
 * task, and the tasks to steal, `dependencies.ts` keeps the dependencies.
 *
 * @module
 */

import { differences } from "../core/config.ts";
import { precedes } from "../core/data/heap.ts";
import { deadlineOf, reschedule, takeDue } from "../core/data/deadlines.ts";
import { Opaque } from "../core/data/plain.ts";
import { reseed } from "../core/data/prng.ts";
import { describer } from "../core/describe.ts";
import {
  definePart,
  type Instant,
  type Part,
  Refusal,
  type ResumeListening,
  startsAnew,
} from "../core/machine.ts";
import {
  cancelAgentTasks,
  cordonAgent,
  drainAgent,
  limitAgent,
  noteIdle,
  registerAgent,
  remove,
  removeAgent,
  reportLoad,
  requeueAgentTasks,
  requeueUnstarted,
  uncordonAgent,
  unpin,
} from "./agents.ts";
import type {
  AgentCommand,
  Assign,
  Await,
  Award,
  Block,
  Cancel,
  Claim,
  ClaimAnswer,
  Complete,
  EndAttempt,
  Fail,
  Heartbeat,
  KeepClaim,
  Note,
  Park,
  Preempt,
  Progress,
  ReleaseClaim,
  Snooze,
  Spend,
  Start,
  TaskAnswers,
  TaskCommand,
  Unblock,
  UseStrategy,
  YieldLocks,
} from "./commands.ts";
import { collect, extendHeartbeat, keepClaim, keptClaim, showLife } from "./attempt_limits.ts";
import { DEFAULT_TASK_CONFIG, type TaskConfig } from "./config.ts";
import { cycleOfAwait, resolveDependents } from "./dependencies.ts";
import { changeRetention } from "./finished.ts";
import { TASK_DESCRIPTIONS, type TaskEvent } from "./events.ts";
import { firstOf, firstOfAll, sizeOf } from "./lanes.ts";
import {
  amend,
  answerQuestion,
  pause,
  resume,
  review,
  setBudget,
  setLimit,
  setPriority,
} from "./operations.ts";
import { applyLimits, chargeCounters, hasPermit } from "./permits.ts";
import { addNote } from "./remarks.ts";
import { removeSchedule, setSchedule, stopSchedules } from "./schedules.ts";
import { fireTimer } from "./timers.ts";
import {
  allowStealing,
  assignsItself,
  bestAgent,
  bestPlaced,
  bestTask,
  canQueue,
  capacityOf,
  hasFreeSlot,
  hasSpareSlot,
  isAssigning,
  isDoubted,
  isFit,
  mayTake,
  rebalance,
  refresh,
} from "./placement.ts";
import {
  answerTo,
  beginAsk,
  detachAsk,
  endAsk,
  endMomentaryAsks,
  giveBack,
  giveWanted,
  keepAnew,
  withdrawAsk,
} from "./pull.ts";
import {
  type Agent,
  type Group,
  initialTaskState,
  isLent,
  isTerminal,
  lockEpochOf,
  type Step,
  type TaskRecord,
  type TaskState,
} from "./state.ts";
import {
  admit,
  assign,
  attemptOf,
  backOff,
  block,
  cancel,
  complete,
  endLingering,
  fail,
  failAttempt,
  interrupt,
  isDue,
  lend,
  park,
  propose,
  ready,
  refuse,
  remember,
  requeue,
  resumeAwaiters,
  snooze,
  start,
  steal,
  unblock,
  unlock,
} from "./transitions.ts";
import { retry, submit } from "./submission.ts";

/** A task machine as part of a larger one. */
export type TaskPart = Part<TaskState, TaskCommand, TaskEvent, TaskAnswers>;

/** Makes a task machine with `config`, and the defaults for what that leaves out. */
export function taskMachine(config: Partial<TaskConfig> = {}): TaskPart {
  return definePart<TaskState, TaskCommand, TaskEvent, TaskAnswers>({
    name: "tasks",
    commands: Object.keys(HANDLERS) as TaskCommand["type"][],
    ofSession: ["claim", "register-agent"],
    config: { ...DEFAULT_TASK_CONFIG, ...config },
    configured,
    init() {
      const state = initialTaskState({ ...DEFAULT_TASK_CONFIG, ...config });
      applyLimits(beginStep(state, 0, [], false), []);
      return state;
    },
    fire,
    apply: (state, command, now, events) => apply(state, command, now, events),
    deferring: {
      fire: (state, now, until, events) => fire(state, now, until, events, true),
      apply: (state, command, now, events) => apply(state, command, now, events, true),
      settle,
    },
    deadline: deadlineOf,
    describe: describer(TASK_DESCRIPTIONS),
  });
}

/** Fires what is due, in order; what follows from one timer comes before the next. */
function fire(
  state: TaskState,
  now: Instant,
  until: Instant,
  events: TaskEvent[],
  isDeferring = false,
): void {
  const step = beginStep(state, now, events, isDeferring);
  for (let due = takeDue(state.deadlines, until); due; due = takeDue(state.deadlines, until)) {
    fireTimer(step, due.subject);
    followUp(step);
  }
}

function apply(
  state: TaskState,
  command: TaskCommand,
  now: Instant,
  events: TaskEvent[],
  isDeferring = false,
): unknown {
  const step = beginStep(state, now, events, isDeferring);
  const handle = HANDLERS[command.type] as (step: Step, command: TaskCommand) => unknown;
  const answer = handle(step, command);
  followUp(step);
  return answer;
}

/**
 * Drops what is kept no longer, allows or forbids to steal what is assigned, and puts other
 * limits in force.
 */
function configured(
  state: TaskState,
  before: object,
  now: Instant,
  events: TaskEvent[],
): void {
  const { config: { keepFinishedMs, keepOutcomes, stealing, stealThreshold, limits } } = state;
  const { stealing: stole, stealThreshold: stoleFrom } = before as TaskConfig;
  const { limits: formerLimits = {} } = before as Partial<TaskConfig>;
  reseed(state, before);
  if (keepOutcomes === 0) {
    state.outcomes = new Map();
    state.olderOutcomes = new Map();
  }
  if (keepFinishedMs !== (before as TaskConfig).keepFinishedMs) changeRetention(state);
  const step = beginStep(state, now, events, false);
  const isStealingChanged = stealing !== stole || (stealing && stealThreshold !== stoleFrom);
  if (isStealingChanged) allowStealing(state);
  const areLimitsChanged = differences(formerLimits, limits).length > 0;
  if (areLimitsChanged) applyLimits(step, Object.keys(formerLimits));
  if (isStealingChanged || areLimitsChanged) followUp(step);
}

/** Gives work to the agents whose slots waited for the answer of the locks. */
function settle(state: TaskState, now: Instant, events: TaskEvent[]): void {
  const { unsettled, momentary } = state;
  if (unsettled.size === 0 && momentary.size === 0) return;
  const first = events.length;
  const step = beginStep(state, now, events, true);
  step.freed.push(...unsettled.keys());
  if (state.config.announcesIdleness) step.claimsBefore = new Map(unsettled);
  unsettled.clear();
  followUp(step);
  // What these slots lead to may still answer the request.
  if (events.length === first && endMomentaryAsks(step)) followUp(step);
}

/** Begins a step that appends to `events`. */
function beginStep(
  state: TaskState,
  now: Instant,
  events: TaskEvent[],
  isDeferring: boolean,
): Step {
  return {
    state,
    now,
    events,
    isDeferring,
    ended: [],
    queued: [],
    wanted: [],
    freed: [],
    implicit: [],
    unbalanced: undefined,
    claimsBefore: undefined,
  };
}

/** The answer to a command of type `Type`. */
type Answer<Type extends TaskCommand["type"]> =
  | (Type extends keyof TaskAnswers ? TaskAnswers[Type] : void)
  | Refusal;

/** From the type of a command to the function that applies it. */
const HANDLERS: {
  readonly [Type in TaskCommand["type"]]: (
    step: Step,
    command: Extract<TaskCommand, { type: Type }>,
  ) => Answer<Type>;
} = {
  "submit": submit,
  "assign": assignTask,
  "start": startAttempt,
  "heartbeat": heartbeat,
  "progress": progress,
  "note": noteProgress,
  "spend": spend,
  "await": awaitTask,
  "complete": completeAttempt,
  "fail": reportFailure,
  "end-attempt": endLostAttempt,
  "claim": claimTask,
  "withdraw-ask": withdrawAsk,
  "detach-ask": detachAsk,
  "keep-claim": keepClaimed,
  "release-claim": releaseClaim,
  "park": parkClaim,
  "unblock": unblockTask,
  "yield-locks": yieldLocks,
  "preempt": preempt,
  "award": award,
  "cancel": cancelTask,
  "snooze": snoozeAttempt,
  "block": blockAttempt,
  "answer-question": answerQuestion,
  "review": review,
  "amend-task": amend,
  "set-priority": setPriority,
  "set-limit": setLimit,
  "set-budget": setBudget,
  "retry": retry,
  "set-schedule": setSchedule,
  "remove-schedule": removeSchedule,
  "pause": pause,
  "resume": resume,
  "register-agent": registerAgent,
  "remove-agent": about(removeAgent),
  "cordon-agent": about(cordonAgent),
  "uncordon-agent": about(uncordonAgent),
  "limit-agent": about(limitAgent),
  "requeue-unstarted": about(requeueUnstarted),
  "drain-agent": about(drainAgent),
  "report-load": about(reportLoad),
  "cancel-agent-tasks": about(cancelAgentTasks),
  "requeue-agent-tasks": about(requeueAgentTasks),
  "resume-listening": resumeListening,
  "use-strategy": useStrategy,
  "drain": drain,
};

/** Makes a function that applies a command about an agent, and refuses one about an unknown agent. */
function about<Command extends TaskCommand & AgentCommand>(
  apply: (step: Step, agent: Agent, command: Command) => void,
): (step: Step, command: Command) => Refusal | void {
  return (step, command) => {
    const agent = step.state.agents.get(command.agentId);
    if (agent === undefined) return refuse(step, command, "", "unknown-agent");
    apply(step, agent, command);
  };
}

function assignTask(step: Step, command: Assign): Answer<"assign"> {
  const { state } = step;
  const { taskId, agentId } = command;
  const task = state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (task.status !== "ready" || state.parked.has(task)) {
    return refuse(step, command, taskId, "status", task.status);
  }
  if (state.draining) return refuse(step, command, taskId, "draining");
  if (state.paused !== undefined) return refuse(step, command, taskId, "paused", state.paused);
  const agent = agentId === "" ? bestAgent(state, task) : state.agents.get(agentId);
  if (agent === undefined) {
    return refuse(step, command, taskId, agentId === "" ? "unfit" : "unknown-agent");
  }
  if (!isFit(agent, task.spec.requires, task.pinnedTo) || !mayTake(agent, task.group!)) {
    return refuse(step, command, taskId, "unfit");
  }
  if (!state.isFunded) return refuse(step, command, taskId, "limited");
  if (!hasPermit(state, task)) return refuse(step, command, taskId, "limited", task.spec.limitKey);
  assign(step, task, agent);
  return claimOf(task, agent);
}

function award(step: Step, { taskId, agentId, losers }: Award): void {
  const { state } = step;
  const task = state.tasks.get(taskId);
  const winner = state.agents.get(agentId);
  if (task?.agent === undefined || winner === undefined || !isAssigning(state)) return;
  if (!losers.includes(task.agent.agentId) || capacityOf(winner) === 0) return;
  if (task.agent === winner && isLent(task)) return; // the capacity is the slot that it lent
  const { placed, requires } = task.spec;
  if (!isFit(winner, requires, placed ? "" : task.pinnedTo)) return;
  if (task.status === "running") task.attempts--;
  const reason = `agent "${task.agent.agentId}" lost a conflict over it`;
  requeue(step, task, reason, attemptOf(task));
  if (isTerminal(task.status) || !state.isFunded) return; // the attempt used up a budget
  const queued = !hasFreeSlot(winner) || !hasPermit(state, task);
  if (queued && !canQueue(winner)) return; // its former attempt may have the permit
  if (placed) task.pinnedTo = agentId;
  assign(step, task, winner, queued);
}

function cancelTask(step: Step, command: Cancel): Answer<"cancel"> {
  const { taskId, reason } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (task.status === "cancelled") return;
  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);
  cancel(step, task, reason, `dependency "${taskId}" was cancelled`, attemptOf(task));
}

// Agents with a claim

type ClaimCommand =
  | KeepClaim
  | Start
  | Heartbeat
  | Progress
  | Note
  | Spend
  | Await
  | Complete
  | Fail
  | Snooze
  | Block
  | ReleaseClaim;

function startAttempt(step: Step, command: Start): Answer<"start"> {
  const task = claimedTask(step, command);
  if (task instanceof Refusal) return task;
  if (task.status === "running" || !task.locked) {
    return refuse(step, command, command.taskId, "status", task.status);
  }
  if (step.state.draining) return refuse(step, command, command.taskId, "draining");
  const claim = claimOf(task, task.agent!);
  start(step, task);
  return claim;
}

function heartbeat(step: Step, command: Heartbeat): Answer<"heartbeat"> {
  const task = runningTask(step, command, false);
  if (task instanceof Refusal) return task;
  showLife(step.state, task, step.now);
  const { taskId } = command;
  const { agentId } = task.agent!;
  step.events.push({ type: "task:heartbeat", taskId, agentId, epoch: task.epoch });
}

function progress(step: Step, command: Progress): Answer<"progress"> {
  const task = runningTask(step, command, false);
  if (task instanceof Refusal) return task;
  showLife(step.state, task, step.now);
  const { taskId, progress } = command;
  const { agentId } = task.agent!;
  task.progress = new Opaque(progress);
  step.events.push({ type: "task:progressed", taskId, agentId, epoch: task.epoch, progress });
}

function noteProgress(step: Step, command: Note): Answer<"note"> {
  const task = runningTask(step, command, false);
  if (task instanceof Refusal) return task;
  showLife(step.state, task, step.now);
  const { taskId, text } = command;
  const { agentId } = task.agent!;
  addNote(step, task, text);
  step.events.push({ type: "task:noted", taskId, agentId, epoch: task.epoch, text });
}

function spend(step: Step, command: Spend): Answer<"spend"> {
  const task = runningTask(step, command, false);
  if (task instanceof Refusal) return task;
  showLife(step.state, task, step.now);
  const { taskId, counters } = command;
  const { agentId } = task.agent!;
  step.events.push({ type: "task:spent", taskId, agentId, epoch: task.epoch, counters });
  chargeCounters(step, task, counters);
}

/** Begins a wait for another task. Costs O(tasks that it waits for), unless that is its child. */
function awaitTask(step: Step, command: Await): Answer<"await"> {
  const task = runningTask(step, command, false);
  if (task instanceof Refusal) return task;
  const awaited = step.state.tasks.get(command.childId);
  if (awaited === undefined || isTerminal(awaited.status)) return;
  if (task.family?.awaits.has(awaited)) return;
  const cycle = cycleOfAwait(step.state, task, awaited);
  if (cycle !== undefined) return refuse(step, command, command.taskId, "cycle", cycle);
  collect(step.state, task, step.now);
  lend(step, task, awaited);
}

/** Starts the heartbeat timeouts of attempts anew, and what is kept. Costs O(tasks). */
function resumeListening(step: Step, command: ResumeListening): void {
  const { state, now } = step;
  for (const task of state.tasks.values()) {
    if (startsAnew(command, task.spec.heartbeatTimeoutMs)) extendHeartbeat(state, task, now);
    const { keepMs } = keptClaim(task) ?? {};
    if (keepMs !== undefined && startsAnew(command, keepMs)) {
      reschedule(state.deadlines, task.timer!, now + keepMs);
    }
  }
  keepAnew(step, command);
}

function completeAttempt(step: Step, command: Complete): Answer<"complete"> {
  const task = runningTask(step, command, true);
  if (task instanceof Refusal) return task;
  if (task.spec.requiresApproval === true) propose(step, task, command);
  else complete(step, task, command);
}

function snoozeAttempt(step: Step, command: Snooze): Answer<"snooze"> {
  const task = runningTask(step, command, true);
  if (task instanceof Refusal) return task;
  snooze(step, task, step.now + command.delayMs);
}

function blockAttempt(step: Step, command: Block): Answer<"block"> {
  const task = runningTask(step, command, true);
  if (task instanceof Refusal) return task;
  block(step, task, command.question);
}

function reportFailure(step: Step, command: Fail): Answer<"fail"> {
  const task = runningTask(step, command, true);
  if (task instanceof Refusal) return task;
  const { error, fault } = command;
  const agent = task.agent!;
  if (fault === "attempt") agent.failed++;
  remember(step.state, task, agent, step.now - task.startedAt!, false);
  if (fault === "task") fail(step, task, error, "ended");
  else if (fault === "attempt") failAttempt(step, task, error, "ended");
  else interrupt(step, task, error, "ended");
}

function claimOf({ epoch }: TaskRecord, { agentId }: Agent): ClaimAnswer {
  return { agentId, epoch };
}

/** Returns the task of `command` if the claim that it names is in force, or refuses it. */
function claimedTask(step: Step, command: ClaimCommand): TaskRecord | Refusal {
  const { taskId, epoch } = command;
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return refuse(step, command, taskId, "unknown-task");
  if (task.agent !== undefined && (epoch === 0 || epoch === task.epoch)) return task;
  if (epoch === 0 || (epoch === task.epoch && isTerminal(task.status))) {
    return refuse(step, command, taskId, "status", task.status);
  }
  const inForce = task.agent === undefined ? undefined : task.epoch;
  return refuse(step, command, taskId, "stale-epoch", inForce);
}

/** Returns the same if the task runs. A claim that has what it needs is started if `mayStart`. */
function runningTask(
  step: Step,
  command: ClaimCommand,
  mayStart: boolean,
): TaskRecord | Refusal {
  const task = claimedTask(step, command);
  if (task instanceof Refusal || task.status === "running") return task;
  if (!mayStart || !task.locked) {
    return refuse(step, command, command.taskId, "status", task.status);
  }
  start(step, task);
  return task;
}

/** Asks for a task, and answers with it when it can be had at once and needs no locks. */
function claimTask(step: Step, command: Claim): Answer<"claim"> {
  const ask = beginAsk(step, command);
  if (ask instanceof Refusal || "status" in ask) return ask;
  distribute(step);
  return answerTo(ask);
}

function releaseClaim(step: Step, command: ReleaseClaim): Answer<"release-claim"> {
  const task = runningTask(step, command, false);
  return task instanceof Refusal ? task : giveBack(step, task, command.reason);
}

function keepClaimed(step: Step, command: KeepClaim): Answer<"keep-claim"> {
  const task = runningTask(step, command, false);
  if (task instanceof Refusal) return task;
  if (!isLent(task)) keepClaim(step.state, task, command.keepMs, step.now); // else it is in use
}

// Claims in other subsystems; a command that comes too late is a no-op

function endLostAttempt(step: Step, { taskId, epoch }: EndAttempt): void {
  const lingering = step.state.lingering.get(epoch);
  if (lingering?.task.spec.id === taskId) endLingering(step, lingering, false);
}

function parkClaim(step: Step, command: Park): void {
  const task = requester(step, command);
  if (task?.agent !== undefined) park(step, task);
}

function unblockTask(step: Step, command: Unblock): void {
  const task = requester(step, command);
  if (task !== undefined) unblock(step, task);
}

/** Returns the task that waits for an answer to the request for locks that `command` names. */
function requester({ state }: Step, { taskId, epoch }: Park | Unblock): TaskRecord | undefined {
  const task = state.tasks.get(taskId);
  return task === undefined || epoch === 0 || task.request !== epoch || task.granted
    ? undefined
    : task;
}

function yieldLocks(step: Step, { taskIds, reason }: YieldLocks): void {
  for (const taskId of taskIds) {
    const task = step.state.tasks.get(taskId);
    if (task !== undefined && step.state.reserving.has(task)) unlock(step, task, reason);
  }
}

function preempt(step: Step, { taskId, epoch, reason, isHopeless, isForgiven }: Preempt): void {
  const task = step.state.tasks.get(taskId);
  if (task === undefined || epoch === 0 || lockEpochOf(task) !== epoch) return;
  if (task.agent === undefined && task.request === 0) return;
  const error = { name: "PreemptedError", code: "preempted", message: reason };
  if (isHopeless) fail(step, task, error, attemptOf(task));
  else if (isForgiven) {
    // Nothing else ends the retries, so time has to pass between them.
    backOff(step, task, { ...error, retryAfterMs: 1 }, 1, attemptOf(task));
  } else interrupt(step, task, error, attemptOf(task));
}

// The scheduler itself

function useStrategy(step: Step, { strategy }: UseStrategy): void {
  const { state, events, queued } = step;
  state.strategy = strategy;
  for (const agent of state.agents.values()) refresh(step, agent);
  for (const group of state.groups.values()) queued.push(group);
  events.push({ type: "strategy:changed", strategy });
}

function drain(step: Step): void {
  const { state, events } = step;
  if (state.draining) return;
  state.draining = true;
  events.push({ type: "scheduler:drained" });
  stopSchedules(state);
  for (const ask of [...state.asks.values()]) endAsk(step, ask, "drained");
}

// The consequences of a change, once it is complete

/** Resolves dependents, gives work to agents with capacity, and evens out backlogs. */
function followUp(step: Step): void {
  if (step.ended.length > 0) resolveDependents(step, readyOnceDue, cancelDoomed, resumeAwaiters);
  level(step);
  if (step.state.momentary.size > 0 && !step.isDeferring && endMomentaryAsks(step)) level(step);
  if (step.implicit.length > 0) noteIdle(step);
  if (step.claimsBefore !== undefined) announceIdleness(step, step.claimsBefore);
}

function level(step: Step): void {
  distribute(step);
  while (step.state.donations > 0 && rebalance(step, steal)) distribute(step);
}

/** Makes a task ready whose dependencies have ended, unless it waits for attempts before a retry. */
function readyOnceDue(step: Step, task: TaskRecord): void {
  if (isDue(task)) ready(step, task);
}

function cancelDoomed(step: Step, task: TaskRecord, because: string): void {
  cancel(step, task, because, because, "ended");
}

/**
 * Gives tasks to the agents that got capacity, then agents to the tasks that became ready; agents that
 * ask come first.
 */
function distribute(step: Step): void {
  const { state, queued, wanted, freed } = step;
  for (const agent of freed) {
    if (agent.drained !== undefined && isDrained(state, agent)) remove(step, agent, agent.drained);
    else refresh(step, agent);
  }
  if (wanted.length > 1 && state.limits.size > 0) wanted.sort(byRank); // they may share a permit
  for (const task of wanted) giveWanted(step, task);
  if (isAssigning(state)) {
    if (state.asks.size > 0) giveAskers(step);
    for (const agent of freed) giveTasks(step, agent);
    for (const group of queued) giveAgents(step, group);
  }
  queued.length = 0;
  wanted.length = 0;
  freed.length = 0;
}

/** Gives what became ready, and what the agents that got capacity may run, to agents that ask. */
function giveAskers(step: Step): void {
  const { state, queued, freed } = step;
  for (const group of queued) {
    for (let task = firstOf(group); task !== undefined && state.isFunded; task = firstOf(group)) {
      const agent = bestAgent(state, task);
      if (agent?.ask === undefined) break;
      assign(step, bestTask(state, agent)!, agent);
    }
  }
  for (const agent of freed) {
    if (agent.ask !== undefined) giveTasks(step, agent);
  }
}

/** Returns whether a draining agent, which was not removed yet, has no claim left. */
function isDrained({ agents }: TaskState, agent: Agent): boolean {
  const { agentId, slotsInUse, tasks } = agent;
  return slotsInUse === 0 && tasks.size === 0 && agents.get(agentId) === agent;
}

function giveTasks(step: Step, agent: Agent): void {
  if (agent.ask?.task !== undefined) giveWanted(step, agent.ask.task);
  while (hasSpareSlot(agent) && step.state.isFunded) {
    const task = bestTask(step.state, agent);
    if (task !== undefined) giveSlot(step, task, agent);
    else if (step.state.limits.size === 0) return;
    else break; // what lacks a permit may wait in its queue
  }
  while (canQueue(agent)) {
    const task = bestPlaced(agent);
    if (task === undefined) return;
    assign(step, task, agent, true);
  }
}

function giveAgents(step: Step, group: Group): void {
  const { state } = step;
  if (group.wanted.size > 0) {
    for (const task of [...group.wanted].sort(byRank)) giveWanted(step, task);
  }
  const mayAssign = assignsItself(state, group);
  while (sizeOf(group) > 0 && state.isFunded) {
    const task = firstOf(group);
    const agent = task === undefined ? undefined : bestAgent(state, task);
    if (!mayAssign && agent?.pulls !== true) return;
    if (agent !== undefined) {
      giveSlot(step, bestTask(state, agent)!, agent);
      continue;
    }
    const home = group.placed ? state.agents.get(group.pinnedTo)! : undefined;
    if (home === undefined) return;
    const placed = firstOfAll(group)!; // it needs no permit in the queue of its agent
    if (canQueue(home)) assign(step, placed, home, true);
    else if (isDoubted(home)) unpin(step, placed);
    else return;
  }
}

function byRank(a: TaskRecord, b: TaskRecord): number {
  return precedes(a, b) ? -1 : 1;
}

function giveSlot(step: Step, task: TaskRecord, agent: Agent): void {
  if (task.queued) admit(step, task);
  else assign(step, task, agent);
}

/** Emits which agents got their first claim, or lost their last one. */
function announceIdleness({ state, events }: Step, claimsBefore: Map<Agent, number>): void {
  const changed: Agent[] = [];
  for (const [agent, before] of claimsBefore) {
    if (state.unsettled.has(agent)) continue;
    const isActive = agent.tasks.size > 0;
    if ((before > 0) !== isActive && state.agents.get(agent.agentId) === agent) changed.push(agent);
  }
  for (const { agentId, tasks: { size } } of changed.sort((a, b) => a.order - b.order)) {
    events.push({ type: size > 0 ? "agent:active" : "agent:idle", agentId });
  }
  claimsBefore.clear();
}
