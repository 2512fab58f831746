/**
 * The state of a task machine, and a step of it.
 *
 * The state is plain data whose parts refer to each other: a task knows its agent, an agent its
 * tasks, a group its queue and its candidates. So every transition follows references, and none
 * searches.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import { emptyFifo, type Fifo } from "../core/data/fifo.ts";
import type { Heap, HeapEntry } from "../core/data/heap.ts";
import { emptyList, type Linked, type List } from "../core/data/list.ts";
import type { Opaque } from "../core/data/plain.ts";
import { type Prng, seeded } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { InSession, Instant } from "../core/machine.ts";
import { type Account, spentOf } from "./budgets.ts";
import type { ParentClaim, ScheduleSpec, TaskSpec } from "./commands.ts";
import type { TaskConfig } from "./config.ts";
import type { TaskEvent } from "./events.ts";
import type { Lane, Lanes, LimitedKey } from "./lanes.ts";
import type { StrategyName } from "./strategies.ts";
import type { CordonCause, OnFailure, Outcome, TaskStatus, TaskView } from "./types.ts";

/** A task. As a heap entry it stands in its group's queue while it is ready, or in its agent's. */
export interface TaskRecord extends HeapEntry {
  /** The task as it was submitted, with every default, and the newest priority. */
  spec: TaskSpec;
  /** The input, opaque to the machine. */
  input: Opaque | undefined;
  /** The metadata, opaque to the machine. */
  metadata: Opaque | undefined;
  /** The status. */
  status: TaskStatus;
  /** The time of submission. */
  readonly createdAt: Instant;
  /** When its time comes or came; the time of submission of a task that may start at once. */
  dueAt: Instant;
  /** The start of the newest attempt. */
  startedAt: Instant | undefined;
  /** The time of its end. */
  finishedAt: Instant | undefined;
  /** The agent that it was submitted for, until it ends. */
  home: Agent | undefined;
  /** The only agent that it may be assigned to, or `""`. */
  pinnedTo: string;
  /** The group in whose queue it stands. */
  group: Group | undefined;
  /** The lane of the group or of its agent that it stands in, if it names a key. */
  lane: Lane<TaskRecord> | undefined;
  /** The agent that has a claim on it, started or not. */
  agent: Agent | undefined;
  /** Whether its claim has no slot, and so stands in its agent's queue. */
  queued: boolean;
  /** Its entry among the tasks that may be stolen from its agent. */
  stealable: Stealable | undefined;
  /** The number of its newest claim; 0 before the first. */
  epoch: number;
  /** Whether the agent of its newest claim was the last resort. */
  lastResort: boolean;
  /** Whether its claim has a slot, and has not started. */
  isUnstarted: boolean;
  /** The spent part of its budget; `undefined` without one. */
  account: Account | undefined;
  /** Up to when the time of its attempt is charged to budgets. */
  chargedAt: Instant;
  /** Whether its claim has a slot and all locks that it needs. */
  locked: boolean;
  /** The epoch of the claim that requested its locks, in whose name it has them; 0 for none. */
  request: number;
  /** Whether it has been granted the locks that it requested. */
  granted: boolean;
  /** Attempts that were started, except those that ended through no fault of the task. */
  attempts: number;
  /** The number of its attempts that lost their claims and may go on; no retry begins before. */
  lingering: number;
  /** Claims lost through no fault of the task. */
  crashes: number;
  /** Dependencies that have not ended. */
  openDependencies: number;
  /** Dependencies of the kind `run-on-failure`. */
  fallbacks: number;
  /** The number of those that did not complete. */
  fallbacksFailed: number;
  /** The tasks that wait for it. */
  dependents: Dependents | undefined;
  /** Its parent, its children, and who awaits whom; `undefined` as long as there is none. */
  family: Family | undefined;
  /** The requests for exactly this task, oldest first; `undefined` for none. */
  askers: Ask[] | undefined;
  /** The result of a completed task. */
  result: Opaque | undefined;
  /** Its notes and its summary; `undefined` as long as there is none. */
  remarks: Remarks | undefined;
  /** The reports of dependencies that ended, until it has ended itself. */
  received: Received[] | undefined;
  /** The newest progress report. */
  progress: Opaque | undefined;
  /** The newest question of an attempt. */
  question: Opaque | undefined;
  /** The newest answer to a question. */
  answer: Opaque | undefined;
  /** The attempt whose result was proposed and not yet accepted. */
  proposal: Proposal | undefined;
  /** The error of the newest failed attempt, or the reason of its end. */
  error: ErrorData | undefined;
  /** The end of its delay or of its pause, the queue timeout or the attempt timeout, by its status. */
  timer: Timer<TaskTimer> | undefined;
  /** The heartbeat timeout of the running attempt. */
  heartbeat: Timer<TaskTimer> | undefined;
  /** The total timeout. */
  total: Timer<TaskTimer> | undefined;
  /** The page that it is listed on, while it is kept. */
  page: Page | undefined;
}

/** The words that go with the result of a task. */
export interface Remarks {
  /** The notes of its attempts, oldest first. */
  readonly notes: string[];
  /** The summary that came with the result. */
  summary: string | undefined;
}

/** A dependency that has ended, as its dependent keeps it. */
export interface Received {
  /** The dependency. */
  readonly taskId: string;
  /** Its outcome. */
  readonly outcome: Outcome;
  /** Its result, opaque to the machine. */
  readonly result: Opaque | undefined;
  /** Its remarks. */
  readonly remarks: Remarks | undefined;
}

/** Tasks that were submitted one after another. */
export interface Page {
  /** The key in `pages`. */
  readonly number: number;
  /** Those that are kept, in the order of their submission. */
  readonly tasks: Set<TaskRecord>;
  /** The number of them with each status. */
  readonly counts: Partial<Record<TaskStatus, number>>;
}

/** A result that counts once it is accepted; it is `result` of its task. */
export interface Proposal {
  /** The agent that proposed it. */
  readonly agentId: string;
  /** From the start of the attempt. */
  readonly ranMs: number;
}

/** A wait of `dependent` for the task that keeps the edge. */
export interface Edge {
  /** The task that waits. */
  readonly dependent: TaskRecord;
  /** The effect of a failure on the dependent. */
  readonly onFailure: OnFailure;
}

/** The edges that are kept at one task, by the id of the dependent. */
export type Dependents = Map<string, Edge>;

/** The relations of a task to others besides dependencies. Spec: `Children`. */
export interface Family {
  /** The claim that submitted it, if one did. */
  readonly parent: ParentClaim | undefined;
  /** Whether it was cancelled with that claim: then its parent may submit it again. */
  isOrphan: boolean;
  /** The unfinished tasks that its claim submitted, oldest first. */
  readonly children: Set<TaskRecord>;
  /** The unfinished tasks whose results its claim awaits: while there are any, its slot is lent. */
  readonly awaits: Set<TaskRecord>;
  /** The running tasks that await it, longest first. */
  readonly awaiters: Set<TaskRecord>;
}

/** An attempt that lost its claim and may go on: its slot and its locks are still in use. */
export interface Lingering {
  /** The task; its newest record once it was retried. */
  task: TaskRecord;
  /** The agent. */
  readonly agent: Agent;
  /** The epoch of the claim. */
  readonly epoch: number;
  /** The epoch in whose name it has its locks. */
  readonly lockEpoch: number;
  /** The key of which it has a permit. */
  readonly limitKey: string | undefined;
  /** The end of its time. */
  timer: Timer<TaskTimer> | undefined;
}

/** A request of an agent in pull mode for a task, until it gets one. Each agent has at most one. */
export interface Ask extends InSession {
  /** Its number; smaller than that of any later one. */
  readonly id: number;
  /** The agent that asks. */
  readonly agent: Agent;
  /** The only task that it asks for; `undefined` for any. */
  readonly task: TaskRecord | undefined;
  /** When it began. */
  readonly since: Instant;
  /** The time for which it is kept after its caller has left, or 0. */
  keepMs: number;
  /** Whether its caller has left. */
  isLeft: boolean;
  /** Whether its caller does not wait: it ends with a step that leaves it without a task. */
  isMomentary: boolean;
  /** The end of its time, of its caller's, or of the time for which it is kept; `undefined` for no limit. */
  timer: Timer<TaskTimer> | undefined;
  /** The task that was assigned for it: it is answered when that starts. */
  pending: TaskRecord | undefined;
}

/** The subject of a timer. */
export type TaskTimer =
  | {
    readonly limit: "delay" | "queue" | "attempt" | "heartbeat" | "total" | "backoff";
    task: TaskRecord;
  }
  | { readonly limit: "grace"; lingering: Lingering }
  | { readonly limit: "retention" }
  | { readonly limit: "cordon"; agent: Agent; cause: CordonCause }
  | { readonly limit: "report"; agent: Agent }
  | { readonly limit: "ask"; ask: Ask }
  | { readonly limit: "rate"; key: LimitedKey<TaskRecord> }
  | { readonly limit: "schedule"; schedule: Schedule }
  /** The end of the time for which a claim is kept. */
  | { readonly limit: "collect"; task: TaskRecord; readonly keepMs: number };

/** A task that is submitted again and again. */
export interface Schedule {
  /** Its options. */
  spec: ScheduleSpec;
  /** The input of its tasks, opaque to the machine. */
  input: Opaque;
  /** Their metadata, opaque to the machine. */
  metadata: Opaque;
  /** The number of the next occasion. */
  next: number;
  /** The time of the next occasion. */
  nextAt: Instant;
  /** The newest task; `""` before the first. */
  last: string;
  /** Ends at the next occasion; `undefined` once nothing is accepted any more. */
  timer: Timer<TaskTimer> | undefined;
}

/** The history of the tasks of one type. */
export interface TypeHistory {
  /** Number of attempts. */
  executions: number;
  /** Number of completed attempts. */
  successes: number;
  /** The time of all completed attempts. */
  totalMs: number;
  /** The agent of the newest attempt. */
  lastAgentId: string;
}

/** An agent that can be given tasks. */
export interface Agent extends Linked<Agent>, InSession {
  /** The key in `agents`. */
  readonly agentId: string;
  /** Whether no caller registered it: it came with its first task or report, and may be evicted. */
  isImplicit: boolean;
  /** Whether it is among `idleAgents`. */
  isIdle: boolean;
  /** The number of unfinished tasks that were submitted for it. */
  expected: number;
  /** The kind of agent, for people and metrics. */
  kind: string;
  /** Sorted, without repetition. */
  capabilities: readonly string[];
  /** Number of slots. */
  maxConcurrentTasks: number;
  /** The number of its slots that it may use where a trusted agent is fit; 0 for all. */
  slotLimit: number;
  /** The number that follows from both. */
  usableSlots: number;
  /** Capacity of its queue. */
  maxQueuedTasks: number;
  /** Higher is preferred. */
  priority: number;
  /** Whether a claim starts as soon as it can, or when the agent says so. */
  startsAtOnce: boolean;
  /** Whether it asks for its tasks, and is given no other. */
  pulls: boolean;
  /** Its request for a task; `undefined` while it asks for none. */
  ask: Ask | undefined;
  /** The limit of its silence, where agents are watched; `undefined` for the config's limit. */
  heartbeatTimeoutMs: number | undefined;
  /** Breaks ties between agents: higher priority first, then the earlier registration. */
  order: number;
  /** Whether its groups count it as trusted. */
  isTrusted: boolean;
  /** Its cordons, by cause. */
  readonly cordons: Map<CordonCause, Cordon>;
  /** The reason of its drain, if it drains: it is removed once it has no slot in use. */
  drained: string | undefined;
  /** Its claims, oldest first. */
  readonly tasks: Set<TaskRecord>;
  /** The claims that wait for a slot. */
  readonly queue: Heap<TaskRecord>;
  /** Those of tasks that name a key. */
  lanes: Lanes<TaskRecord> | undefined;
  /** By its claims, and by attempts that lost their claims and go on. */
  slotsInUse: number;
  /** The number of its claims that have lent their slots. */
  lent: number;
  /** The number of its tasks besides its claims, by its newest report. */
  outside: number;
  /** The newest report of its load. */
  report: LoadReport | undefined;
  /** The epoch of its newest claim; 0 before the first. */
  lastEpoch: number;
  /** Number of completed attempts. */
  completed: number;
  /** Number of failed attempts; errors that are the task's own, and lost locks, do not count. */
  failed: number;
  /** Its entry in each group that it is fit for. */
  candidacies: Candidacy[];
  /** The tasks that may be stolen from it, by group. */
  donations: Donation[];
}

/** A cordon for one cause. */
export interface Cordon {
  /** Shown to people. */
  readonly reason: string;
  /** When it is lifted by itself, or 0 for never. */
  readonly untilMs: Instant;
  /** The end of its time. */
  readonly timer: Timer<TaskTimer> | undefined;
}

/** The reported load of an agent; each field keeps its last value. */
export interface LoadReport {
  /** Mean duration of a task. */
  avgTaskDurationMs: number | undefined;
  /** Processor load. */
  cpuPercent: number | undefined;
  /** Memory load. */
  memoryPercent: number | undefined;
  /** The expiry of the report. */
  timer: Timer<TaskTimer>;
}

/** All tasks that require the same of an agent. */
export interface Group {
  /** The key in `groups`. */
  readonly key: string;
  /** The required capabilities, sorted. */
  readonly requires: readonly string[];
  /** The only agent that is fit, or `""`. */
  readonly pinnedTo: string;
  /** Whether its tasks need no slot to be assigned to that agent. */
  readonly placed: boolean;
  /** The ready tasks, next first. */
  readonly queue: Heap<TaskRecord>;
  /** Those that name a key. */
  lanes: Lanes<TaskRecord> | undefined;
  /** Those of them that agents ask for by their ids. */
  readonly wanted: Set<TaskRecord>;
  /** The number of fit agents that are trusted. */
  trusted: number;
  /** The fit agents with a free slot, best first. */
  readonly candidates: Heap<Candidacy>;
  /** The other fit agents that could take a task if no fit agent were trusted, best first. */
  readonly lastResorts: Heap<Candidacy>;
  /** The agents from which such tasks may be stolen, busiest first; none if pinned. */
  readonly donors: Heap<Donation>;
  /** The fit agents with capacity for a stolen task, idlest first; none if pinned. */
  readonly receivers: Heap<Receiver>;
}

/** An entry of an agent in a group that it is fit for; in a heap while it has a free slot. */
export interface Candidacy extends HeapEntry {
  /** The agent. */
  readonly agent: Agent;
  /** The group. */
  readonly group: Group;
  /** The heap of the group that it is in. */
  role: "candidates" | "lastResorts" | undefined;
  /** `undefined` where nothing is stolen. */
  readonly receiver: Receiver | undefined;
}

/** An entry of an agent that could receive stolen tasks; in the heap while it has capacity. */
export interface Receiver extends HeapEntry {
  /** The agent. */
  readonly agent: Agent;
}

/** The tasks of one group that may be stolen from an agent; in the heap while there are any. */
export interface Donation extends HeapEntry {
  /** The agent. */
  readonly agent: Agent;
  /** The group. */
  readonly group: Group;
  /** Newest claim first. */
  readonly tasks: Heap<Stealable>;
}

/** A claim that may be stolen. */
export interface Stealable extends HeapEntry {
  /** The task. */
  readonly task: TaskRecord;
  /** The donation that it belongs to. */
  readonly donation: Donation;
}

/** The state of a task machine. */
export interface TaskState {
  /** The options in force. */
  readonly config: TaskConfig;
  /** The strategy that chooses agents. */
  strategy: StrategyName;
  /** The newest epoch of any claim. */
  epoch: number;
  /** The number of tasks that were ever accepted; orders equal ranks. */
  sequence: number;
  /** The number of registrations so far. */
  registrations: number;
  /** Whether no task is accepted or started any more. */
  draining: boolean;
  /** Why nothing is assigned for the time being; `undefined` while tasks are. */
  paused: string | undefined;
  /** By id. */
  readonly tasks: Map<string, TaskRecord>;
  /** The same tasks in the order of their submission. */
  readonly pages: Map<number, Page>;
  /** By the key that makes them one of a kind, the newest task of each, while it is open. */
  readonly newestByKey: Map<string, TaskRecord>;
  /** The keys that have a limit, or that unfinished tasks name. */
  readonly limits: Map<string, LimitedKey<TaskRecord>>;
  /** The number of them whose limit a caller has set. */
  limitsSet: number;
  /** The spent part of the budget of all attempts; `undefined` without one. */
  account: Account | undefined;
  /** Whether that budget allows to hand out another attempt. */
  isFunded: boolean;
  /** The number of claims that have a slot, and have not started. */
  unstarted: number;
  /** By id. */
  readonly agents: Map<string, Agent>;
  /** Those that may be evicted, the longest idle first. */
  readonly idleAgents: List<Agent>;
  /** By the requirements of their tasks. */
  readonly groups: Map<string, Group>;
  /** The most groups before unused ones are dropped. */
  groupLimit: number;
  /** By the id of a task that was not submitted, the tasks that wait for it. */
  readonly awaited: Map<string, Dependents>;
  /** Tasks that have the locks that they need, and no slot. */
  readonly reserving: Set<TaskRecord>;
  /** Tasks that wait for locks, and so for no agent. */
  readonly parked: Set<TaskRecord>;
  /**
   * Agents to be given work once the locks have answered, with the number of claims that they had
   * before: their slots are for the tasks that are granted what they release. Empty between steps.
   */
  readonly unsettled: Map<Agent, number>;
  /** Agents whose backlog or capacity changed since they were ranked, while tasks may be stolen. */
  readonly shifted: Set<Agent>;
  /** The number of donations: without any, no agent is ranked. */
  donations: number;
  /** The number of claims that have lent their slots. */
  lent: number;
  /** Attempts that lost their claims and may go on, by epoch. */
  readonly lingering: Map<number, Lingering>;
  /** The number of requests for tasks so far. */
  asked: number;
  /** The open requests for tasks by number, oldest first; at most one for each agent. */
  readonly asks: Map<number, Ask>;
  /** The requests that end with the step, as their agents don't wait and no task is in prospect. */
  readonly momentary: Set<Ask>;
  /** Finished tasks that are kept whole, oldest first. */
  readonly finished: Fifo<TaskRecord>;
  /** When the oldest of them has been kept for its time, if there is one. */
  retention: Timer<TaskTimer> | undefined;
  /** The outcomes of the latest tasks that were dropped from `finished`. */
  outcomes: Map<string, Outcome>;
  /** The outcomes of as many tasks before them; dropped as a whole. */
  olderOutcomes: Map<string, Outcome>;
  /** The idempotency keys of the tasks in `outcomes` that have one. */
  keys: Map<string, string>;
  /** The same for `olderOutcomes`. */
  olderKeys: Map<string, string>;
  /** By id. */
  readonly schedules: Map<string, Schedule>;
  /** The number of the first occasion of a new schedule, larger than any of those that were removed. */
  occasions: number;
  /** By type of task, oldest first. */
  readonly history: Map<string, TypeHistory>;
  /** The number of tasks with each status; finished ones are never subtracted. */
  readonly counts: Record<TaskStatus, number>;
  /** All timers. */
  readonly deadlines: Deadlines<TaskTimer>;
  /** The source of jitter. */
  readonly prng: Prng;
}

/** Returns the state without tasks and agents. */
export function initialTaskState(config: TaskConfig): TaskState {
  return {
    config,
    strategy: "capability",
    epoch: 0,
    sequence: 0,
    registrations: 0,
    draining: false,
    paused: undefined,
    tasks: new Map(),
    pages: new Map(),
    newestByKey: new Map(),
    limits: new Map(),
    limitsSet: 0,
    account: undefined,
    isFunded: true,
    unstarted: 0,
    agents: new Map(),
    idleAgents: emptyList(),
    groups: new Map(),
    groupLimit: 256,
    awaited: new Map(),
    reserving: new Set(),
    parked: new Set(),
    unsettled: new Map(),
    shifted: new Set(),
    donations: 0,
    lent: 0,
    lingering: new Map(),
    asked: 0,
    asks: new Map(),
    momentary: new Set(),
    finished: emptyFifo(),
    retention: undefined,
    outcomes: new Map(),
    olderOutcomes: new Map(),
    keys: new Map(),
    olderKeys: new Map(),
    schedules: new Map(),
    occasions: 0,
    history: new Map(),
    counts: {
      waiting: 0,
      ready: 0,
      assigned: 0,
      running: 0,
      "backing-off": 0,
      blocked: 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
    },
    deadlines: noDeadlines(),
    prng: seeded(config.seed),
  };
}

/** Returns whether the claim on a task has lent its slot, as it awaits another task. */
export function isLent({ family }: TaskRecord): boolean {
  return family !== undefined && family.awaits.size > 0;
}

/** Returns whether a status is terminal. */
export function isTerminal(status: TaskStatus): status is Outcome {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Returns the outcome of a task that was dropped from `finished`, while it is kept. */
export function outcomeOf(state: Readonly<TaskState>, taskId: string): Outcome | undefined {
  return state.outcomes.get(taskId) ?? state.olderOutcomes.get(taskId);
}

/** Returns the idempotency key of a task while its outcome is kept, or `""`. */
export function keyOf(state: Readonly<TaskState>, taskId: string): string {
  return state.tasks.get(taskId)?.spec.idempotencyKey ?? state.keys.get(taskId) ??
    state.olderKeys.get(taskId) ?? "";
}

/**
 * Returns the rank of a task whose time came at `dueAt`. Children are not overtaken by what came
 * after their parents: else all parents begin first.
 */
export function rankOf(
  { config, tasks }: TaskState,
  dueAt: Instant,
  priority: number,
  parent: { readonly taskId: string } | undefined,
): number {
  const rank = dueAt - priority * config.agingMs;
  return parent === undefined ? rank : Math.min(rank, tasks.get(parent.taskId)!.rank);
}

/** Returns how many tasks have not ended. */
export function unfinished({ counts }: TaskState): number {
  return counts.waiting + counts.ready + counts.assigned + counts.running + counts["backing-off"] +
    counts.blocked;
}

/** Returns the epoch in whose name a task has locks, or would have them. */
export function lockEpochOf({ request, epoch }: TaskRecord): number {
  return request === 0 ? epoch : request;
}

/**
 * Returns a task as callers see it. The fields that most tasks lack are set one by one: to spread an
 * object or nothing for each of them takes as long as all else that a submission does to its task.
 */
export function viewOf(task: TaskRecord): TaskView {
  const { spec, agent, startedAt, finishedAt, result, error, progress, metadata, remarks } = task;
  const { question, answer, account } = task;
  const parent = task.family?.parent;
  const view: { -readonly [Field in keyof TaskView]: TaskView[Field] } = {
    id: spec.id,
    type: spec.type,
    description: spec.description,
    priority: spec.priority,
    dependencies: spec.dependencies.length === 0
      ? NONE
      : spec.dependencies.map(({ taskId }) => taskId),
    status: task.status,
    input: task.input?.value,
    createdAt: task.createdAt,
    epoch: task.epoch,
    attempts: task.attempts,
  };
  if (task.dueAt > task.createdAt) view.runAt = task.dueAt;
  if (agent !== undefined) view.assignedAgent = agent.agentId;
  if (startedAt !== undefined) view.startedAt = startedAt;
  if (finishedAt !== undefined) view.completedAt = finishedAt;
  if (result !== undefined) view.output = result.value;
  if (error !== undefined) view.error = error;
  if (progress !== undefined) view.progress = progress.value;
  if (remarks !== undefined && remarks.notes.length > 0) view.notes = [...remarks.notes];
  if (remarks?.summary !== undefined) view.summary = remarks.summary;
  if (question !== undefined) view.question = question.value;
  if (answer !== undefined) view.answer = answer.value;
  if (metadata !== undefined) view.metadata = metadata.value;
  if (parent !== undefined) view.parentId = parent.taskId;
  if (spec.limitKey !== undefined) view.limitKey = spec.limitKey;
  if (account !== undefined) {
    view.budget = account.budget;
    view.spent = spentOf(account);
  }
  if (spec.scheduleId !== undefined) view.scheduleId = spec.scheduleId;
  return view;
}

const NONE: readonly string[] = [];

/**
 * A step under way. It collects what a change leads to until the change is complete: so no dependent
 * is resolved, and no agent gets work, from a half-changed state.
 */
export interface Step {
  readonly state: TaskState;
  readonly now: Instant;
  /** The events of the step, in order. */
  readonly events: TaskEvent[];
  /** Whether what follows waits for the answer of the locks, as they are stepped as well. */
  readonly isDeferring: boolean;
  /** Tasks that ended, and the reason that their dependents get. */
  readonly ended: { readonly task: TaskRecord; readonly because: string }[];
  /** Groups whose queue got a task. */
  readonly queued: Group[];
  /** Tasks that were asked for by their ids, and became ready or ended. */
  readonly wanted: TaskRecord[];
  /** Agents that may have got a free slot, or capacity in their queue. */
  readonly freed: Agent[];
  /** Agents that may be evicted while they are idle, and may have become so, or have been. */
  readonly implicit: Agent[];
  /** Groups in which an imbalance may have come of what changed. */
  unbalanced: Set<Group> | undefined;
  /** The number of claims that each changed agent had before, while idleness is announced. */
  claimsBefore: Map<Agent, number> | undefined;
}
