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
 * has the transitions, `agents.ts` the commands about agents, `placement.ts` finds the task for an
 * agent and the agent for a task, and the tasks to steal, `dependencies.ts` keeps the dependencies.
 *
 * @module
 */

import { deadlineOf, reschedule, schedule, takeDue } from "../core/data/deadlines.ts";
import { retain } from "../core/data/fifo.ts";
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
  expireReport,
  limitAgent,
  noteIdle,
  registerAgent,
  remove,
  removeAgent,
  reportLoad,
  requeueAgentTasks,
  requeueUnstarted,
  uncordon,
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
  ParentClaim,
  Park,
  Preempt,
  Progress,
  ReleaseClaim,
  Retry,
  Snooze,
  Start,
  Submit,
  TaskAnswers,
  TaskCommand,
  Unblock,
  UseStrategy,
  YieldLocks,
} from "./commands.ts";
import { DEFAULT_TASK_CONFIG, type TaskConfig } from "./config.ts";
import { cycleOfAwait, cycleThrough, link, resolveDependents } from "./dependencies.ts";
import { answerByKey, supersede, supersededBy, takeKey } from "./dedupe.ts";
import { TASK_DESCRIPTIONS, type TaskEvent, type TaskRefusal } from "./events.ts";
import { answerQuestion, pause, resume, review, setPriority } from "./operations.ts";
import { addToPage, removeFromPage } from "./pages.ts";
import { dueTime, endDelay, holdUntilDue, withoutDelay } from "./later.ts";
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
import { answerTo, beginAsk, endAsk, endMomentaryAsk, giveWanted, withdrawAsk } from "./pull.ts";
import {
  type Agent,
  type Group,
  initialTaskState,
  isLent,
  isTerminal,
  keyOf,
  lockEpochOf,
  outcomeOf,
  rankOf,
  type Step,
  type TaskRecord,
  type TaskState,
  type TaskTimer,
  unfinished,
  viewOf,
} from "./state.ts";
import {
  admit,
  adopt,
  assign,
  attemptOf,
  backOff,
  block,
  cancel,
  complete,
  endLingering,
  expect,
  fail,
  failAttempt,
  interrupt,
  isDue,
  lend,
  orphan,
  park,
  propose,
  queue,
  ready,
  refuse,
  remember,
  requeue,
  resumeAwaiters,
  snooze,
  start,
  steal,
  timeOut,
  unblock,
  unlock,
} from "./transitions.ts";

/** A task machine as part of a larger one. */
export type TaskPart = Part<TaskState, TaskCommand, TaskEvent, TaskAnswers>;

/** Makes a task machine with `config`, and the defaults for what that leaves out. */
export function taskMachine(config: Partial<TaskConfig> = {}): TaskPart {
  return definePart<TaskState, TaskCommand, TaskEvent, TaskAnswers>({
    name: "tasks",
    commands: Object.keys(HANDLERS) as TaskCommand["type"][],
    config: { ...DEFAULT_TASK_CONFIG, ...config },
    configured,
    init: () => initialTaskState({ ...DEFAULT_TASK_CONFIG, ...config }),
    fire,
    apply,
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

/** Drops outcomes that are kept no longer, and allows or forbids to steal what is assigned. */
function configured(
  state: TaskState,
  before: object,
  now: Instant,
  events: TaskEvent[],
): void {
  const { config: { keepOutcomes, stealing, stealThreshold } } = state;
  const { stealing: stole, stealThreshold: stoleFrom } = before as TaskConfig;
  reseed(state, before);
  if (keepOutcomes === 0) {
    state.outcomes = new Map();
    state.olderOutcomes = new Map();
  }
  if (stealing === stole && (!stealing || stealThreshold === stoleFrom)) return;
  const step = beginStep(state, now, events, false);
  allowStealing(state);
  followUp(step);
}

/** Gives work to the agents whose slots waited for the answer of the locks. */
function settle(state: TaskState, now: Instant, events: TaskEvent[]): void {
  const { unsettled, momentary } = state;
  if (unsettled.size === 0 && momentary === undefined) return;
  const first = events.length;
  const step = beginStep(state, now, events, true);
  step.freed.push(...unsettled.keys());
  if (state.config.announcesIdleness) step.claimsBefore = new Map(unsettled);
  unsettled.clear();
  followUp(step);
  // What these slots lead to may still answer the request.
  if (events.length === first && endMomentaryAsk(step)) followUp(step);
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
  "await": awaitTask,
  "complete": completeAttempt,
  "fail": reportFailure,
  "end-attempt": endLostAttempt,
  "claim": claimTask,
  "withdraw-ask": withdrawAsk,
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
  "set-priority": setPriority,
  "retry": retry,
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

// Submitters

function submit(step: Step, command: Submit): Answer<"submit"> {
  const { state, now, events } = step;
  const { task: spec } = command;
  const taskId = spec.id;
  const { parent } = command;
  if (state.draining) return refuse(step, command, taskId, "draining");
  if (parent !== undefined && !isRunning(state, parent)) {
    return refuse(step, command, taskId, "stale-epoch", epochInForce(state, parent));
  }
  if (isRepetition(state, command)) {
    const outcome = outcomeOf(state, taskId);
    const known = { taskId, ...(outcome !== undefined && { outcome }) };
    events.push({ type: "task:recognized", ...known });
    return { ...known, isNew: false };
  }
  const answer = spec.dedupe === undefined ? undefined : answerByKey(step, command);
  if (answer !== undefined) return answer as Answer<"submit">;
  const superseded = supersededBy(state, spec);
  const reason = objectionTo(state, command, superseded === undefined ? 1 : 0);
  if (reason !== undefined) {
    const detail = reason === "full" ? state.config.maxTasks : undefined;
    return refuse(step, command, taskId, reason, detail);
  }
  if (superseded !== undefined && parent !== undefined && isWithin(state, parent, superseded)) {
    return refuse(step, command, taskId, "cycle", [taskId, superseded.spec.id]);
  }
  const cycle = spec.dependencies.length === 0
    ? undefined
    : cycleThrough(state, spec, parent?.taskId);
  if (cycle !== undefined) return refuse(step, command, taskId, "cycle", cycle);
  const [input, metadata] = [opaque(command.input), opaque(command.metadata)];
  const task = newTask(state, { spec, input, metadata }, now, parent);
  const former = state.tasks.get(taskId);
  if (former !== undefined) replace(state, [former], [task]);
  else if (parent !== undefined) inheritAttempts(state, task);
  if (superseded !== undefined) supersede(step, superseded, taskId);
  accept(step, task, parent);
  return { taskId, isNew: true };
}

function opaque(value: unknown): Opaque | undefined {
  return value === undefined ? undefined : new Opaque(value);
}

/**
 * Submits tasks that failed or were cancelled once more; their last attempts end before they start.
 * Costs O(finished tasks).
 */
function retry(step: Step, command: Retry): Answer<"retry"> {
  const { state, now, events } = step;
  const { maxTasks } = state.config;
  const [first = ""] = command.taskIds;
  if (state.draining) return refuse(step, command, first, "draining");
  const former = command.taskIds.map((taskId) => state.tasks.get(taskId)).filter(mayBeRetried);
  if (former.length === 0) {
    const status = state.tasks.get(first)?.status;
    return refuse(step, command, first, status === undefined ? "unknown-task" : "status", status);
  }
  if (unfinished(state) + former.length > maxTasks) {
    return refuse(step, command, former[0]!.spec.id, "full", maxTasks);
  }
  const tasks = former.map(({ spec, input, metadata }) =>
    newTask(state, { spec: withoutDelay(spec), input, metadata }, now)
  );
  replace(state, former, tasks); // all are open before one is linked: some may depend on others
  for (const task of tasks) {
    const { spec } = task;
    const cycle = cycleThrough(state, spec);
    events.push({ type: "task:retried", taskId: spec.id });
    accept(step, task);
    if (cycle !== undefined && !isTerminal(task.status)) {
      const reason = "its dependencies lead back to it";
      cancel(step, task, reason, `dependency "${spec.id}" was cancelled`, "ended");
    }
  }
  return { taskIds: former.map(({ spec: { id } }) => id) };
}

function mayBeRetried(task: TaskRecord | undefined): task is TaskRecord {
  return task?.status === "failed" || task?.status === "cancelled";
}

/**
 * Drops finished tasks for new ones of the same ids, which inherit the attempts that go on: they begin
 * no sooner than those have ended. Costs O(finished tasks).
 */
function replace(state: TaskState, former: readonly TaskRecord[], by: readonly TaskRecord[]): void {
  const successors = new Map(former.map((task, i) => [task, by[i]!]));
  retain(state.finished, (task) => !successors.has(task));
  let lingering = 0;
  for (const [task, successor] of successors) {
    state.tasks.delete(task.spec.id);
    removeFromPage(state, task);
    lingering += successor.lingering = task.lingering;
  }
  if (lingering === 0) return;
  for (const each of state.lingering.values()) each.task = successors.get(each.task) ?? each.task;
}

/**
 * Makes attempts that go on those of the new record of their task: of a child that was cancelled with
 * its parent and is kept no longer, since such a task may be submitted again. Costs O(such attempts).
 */
function inheritAttempts({ lingering }: TaskState, task: TaskRecord): void {
  for (const each of lingering.values()) {
    if (each.task.spec.id !== task.spec.id) continue;
    each.task = task;
    task.lingering++;
  }
}

/** Adds a task, which is ready unless it has open dependencies. */
function accept(step: Step, task: TaskRecord, parent?: ParentClaim): void {
  const { state, now, events } = step;
  const { spec, spec: { id: taskId } } = task;
  state.tasks.set(taskId, task);
  takeKey(state, task);
  if (parent !== undefined) adopt(state, task, parent);
  if (task.home !== undefined) expect(step, task.home, 1);
  const isLinked = spec.dependencies.length > 0 || state.awaited.size > 0;
  const doomed = isLinked ? link(state, task) : undefined;
  if (isDue(task) && task.dueAt <= now && doomed === undefined) task.status = "ready";
  state.counts[task.status]++;
  addToPage(state, task);
  if (spec.totalTimeoutMs !== 0) {
    task.total = schedule(state.deadlines, now + spec.totalTimeoutMs, { limit: "total", task });
  }
  events.push({ type: "task:created", taskId, task: viewOf(task) });
  if (doomed !== undefined) cancel(step, task, doomed, doomed, "ended");
  else if (task.status === "ready") queue(step, task);
  else holdUntilDue(step, task);
}

/** Returns whether a task of that id was submitted before under the same idempotency key. */
function isRepetition(state: TaskState, command: Submit): boolean {
  const { id, idempotencyKey } = command.task;
  return idempotencyKey !== "" && keyOf(state, id) === idempotencyKey && !isRetryOf(state, command);
}

/** Returns why a task can't be accepted that adds so many unfinished ones, if it can't. */
function objectionTo(state: TaskState, command: Submit, added: number): TaskRefusal | undefined {
  const { task: spec } = command;
  const isKnown = state.tasks.has(spec.id) || outcomeOf(state, spec.id) !== undefined;
  if (isKnown && !isRetryOf(state, command)) return "duplicate";
  if (unfinished(state) + added > state.config.maxTasks) return "full";
  if (spec.assignedAgent === "") return undefined;
  const agent = state.agents.get(spec.assignedAgent);
  if (agent === undefined) return "unknown-agent";
  return agent.drained === undefined && isFit(agent, spec.requires, "") ? undefined : "unfit";
}

/** Returns the epoch of the claim on a task, if there is one. */
function epochInForce({ tasks }: TaskState, { taskId }: ParentClaim): number | undefined {
  const task = tasks.get(taskId);
  return task?.agent === undefined ? undefined : task.epoch;
}

/** Returns whether a claim is one on `task`, or on one of its descendants. */
function isWithin({ tasks }: TaskState, { taskId }: ParentClaim, task: TaskRecord): boolean {
  for (let at = tasks.get(taskId); at !== undefined;) {
    if (at === task) return true;
    const parent = at.family?.parent;
    at = parent === undefined ? undefined : tasks.get(parent.taskId);
  }
  return false;
}

function isRunning({ tasks }: TaskState, { taskId, epoch }: ParentClaim): boolean {
  const task = tasks.get(taskId);
  return task?.status === "running" && task.epoch === epoch;
}

/**
 * Returns whether a child is submitted again that was cancelled with an earlier attempt of the same
 * parent, or failed in it: it takes the place of that one, else no retry of the parent could succeed.
 */
function isRetryOf({ tasks }: TaskState, { task: { id }, parent }: Submit): boolean {
  const known = tasks.get(id);
  const { parent: former, isOrphan } = known?.family ?? {};
  if (parent === undefined || former?.taskId !== parent.taskId) return false;
  return isOrphan === true || (known!.status === "failed" && former.epoch !== parent.epoch);
}

function newTask(
  state: TaskState,
  { spec, input, metadata }: Pick<TaskRecord, "spec" | "input" | "metadata">,
  now: Instant,
  parent?: ParentClaim,
): TaskRecord {
  const dueAt = dueTime(spec, now);
  return {
    spec,
    input,
    metadata,
    rank: rankOf(state, dueAt, spec.priority, parent),
    sequence: state.sequence++,
    position: -1,
    status: "waiting",
    createdAt: now,
    dueAt,
    startedAt: undefined,
    finishedAt: undefined,
    home: spec.assignedAgent === "" ? undefined : state.agents.get(spec.assignedAgent),
    pinnedTo: spec.assignedAgent,
    group: undefined,
    agent: undefined,
    queued: false,
    stealable: undefined,
    epoch: 0,
    lastResort: false,
    locked: false,
    request: 0,
    granted: false,
    attempts: 0,
    lingering: 0,
    crashes: 0,
    openDependencies: 0,
    fallbacks: 0,
    fallbacksFailed: 0,
    dependents: undefined,
    family: undefined,
    askers: undefined,
    result: undefined,
    progress: undefined,
    question: undefined,
    answer: undefined,
    proposal: undefined,
    error: undefined,
    timer: undefined,
    heartbeat: undefined,
    total: undefined,
    page: undefined,
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
  if (placed) task.pinnedTo = agentId;
  assign(step, task, winner, !hasFreeSlot(winner));
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
  | Start
  | Heartbeat
  | Progress
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
  extendHeartbeat(step, task);
  const { taskId } = command;
  const { agentId } = task.agent!;
  step.events.push({ type: "task:heartbeat", taskId, agentId, epoch: task.epoch });
}

function progress(step: Step, command: Progress): Answer<"progress"> {
  const task = runningTask(step, command, false);
  if (task instanceof Refusal) return task;
  extendHeartbeat(step, task);
  const { taskId, progress } = command;
  const { agentId } = task.agent!;
  task.progress = new Opaque(progress);
  step.events.push({ type: "task:progressed", taskId, agentId, epoch: task.epoch, progress });
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
  lend(step, task, awaited);
}

/** Starts the heartbeat timeouts of attempts anew. Costs O(tasks). */
function resumeListening(step: Step, command: ResumeListening): void {
  for (const task of step.state.tasks.values()) {
    if (startsAnew(command, task.spec.heartbeatTimeoutMs)) extendHeartbeat(step, task);
  }
}

function extendHeartbeat({ state, now }: Step, task: TaskRecord): void {
  if (task.heartbeat === undefined) return;
  reschedule(state.deadlines, task.heartbeat, now + task.spec.heartbeatTimeoutMs);
}

function completeAttempt(step: Step, command: Complete): Answer<"complete"> {
  const task = runningTask(step, command, true);
  if (task instanceof Refusal) return task;
  if (task.spec.requiresApproval === true) propose(step, task, command.result);
  else complete(step, task, command.result);
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
  if (task instanceof Refusal) return task;
  task.attempts--;
  requeue(step, task, command.reason, "ended");
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
  for (const ask of [...state.asks.values()]) endAsk(step, ask, "drained");
}

// Timers

function fireTimer(step: Step, due: TaskTimer): void {
  switch (due.limit) {
    case "grace":
      return endLingering(step, due.lingering, true);
    case "cordon":
      return uncordon(step, due.agent, due.cause);
    case "report":
      return expireReport(step, due.agent);
    case "ask":
      return endAsk(step, due.ask, "timed-out");
    case "backoff":
      return endPause(step, due.task);
    case "delay":
      return endDelay(step, due.task);
    default:
      return exceedLimit(step, due.task, due.limit);
  }
}

function endPause(step: Step, task: TaskRecord): void {
  task.timer = undefined;
  if (task.lingering === 0) ready(step, task);
}

function exceedLimit(
  step: Step,
  task: TaskRecord,
  limit: "queue" | "attempt" | "heartbeat" | "total",
): void {
  const error = timeOut(step, task, limit);
  const attempt = attemptOf(task);
  if (limit === "heartbeat") orphan(step, task, "its heartbeat stopped", attempt);
  else if (limit === "attempt") failAttempt(step, task, error, attempt);
  else fail(step, task, error, attempt);
}

// The consequences of a change, once it is complete

/** Resolves dependents, gives work to agents with capacity, and evens out backlogs. */
function followUp(step: Step): void {
  if (step.ended.length > 0) resolveDependents(step, readyOnceDue, cancelDoomed, resumeAwaiters);
  level(step);
  if (step.state.momentary !== undefined && !step.isDeferring && endMomentaryAsk(step)) level(step);
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
    while (group.queue.length > 0) {
      const agent = bestAgent(state, group.queue[0]!);
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
  while (hasSpareSlot(agent)) {
    const task = bestTask(step.state, agent);
    if (task === undefined) return;
    giveSlot(step, task, agent);
  }
  while (canQueue(agent)) {
    const task = bestPlaced(agent);
    if (task === undefined) return;
    assign(step, task, agent, true);
  }
}

function giveAgents(step: Step, group: Group): void {
  const { state } = step;
  for (const task of group.wanted) giveWanted(step, task);
  const mayAssign = assignsItself(state, group);
  while (group.queue.length > 0) {
    const task = group.queue[0]!;
    const agent = bestAgent(state, task);
    if (!mayAssign && agent?.pulls !== true) return;
    if (agent !== undefined) {
      giveSlot(step, bestTask(state, agent)!, agent);
      continue;
    }
    const home = group.placed ? state.agents.get(group.pinnedTo)! : undefined;
    if (home === undefined) return;
    if (canQueue(home)) assign(step, task, home, true);
    else if (isDoubted(home)) unpin(step, task);
    else return;
  }
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
