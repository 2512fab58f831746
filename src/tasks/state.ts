/**
 * What the task machine keeps, and what it is told.
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
import type { Instant } from "../core/machine.ts";
import type { Opaque } from "../core/data/plain.ts";
import { type Prng, seeded } from "../core/data/prng.ts";
import type { CordonCause, Dependency, OnFailure, TaskStatus } from "./types.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { ResourceRequest } from "../locks/types.ts";
import type { TaskEvent, TaskRefusal, TaskRefused } from "./events.ts";
import type { TaskCommand } from "./commands.ts";

/** The rules that a task machine goes by. All times are milliseconds. */
export interface TaskConfig {
  /** By how much one point of priority makes a task look older than it is. @default 10_000 */
  readonly agingMs: number;
  /** Attempts after the first, of a task that names none. @default 3 */
  readonly maxRetries: number;
  /** The longest first pause between attempts; it doubles with each. @default 1_000 */
  readonly retryDelay: number;
  /** The longest pause between attempts. @default 60_000 */
  readonly maxRetryDelayMs: number;
  /** How often a task may lose its agent or its locks before it is given up. @default 5 */
  readonly maxCrashes: number;
  /** How long an aborted attempt keeps its slot and locks while its body runs on. @default 5_000 */
  readonly abortGraceMs: number;
  /** How many tasks may be unfinished at once. @default 2_000_000 */
  readonly maxTasks: number;
  /** How many agents there may be. @default 100_000 */
  readonly maxAgents: number;
  /** How many finished tasks are kept whole. @default 1_000 */
  readonly keepFinished: number;
  /** Of how many older ones at least the outcome is remembered, for who depends on them; twice as many at most. @default 100_000 */
  readonly keepOutcomes: number;
  /** Of how many types of task a history is kept. @default 1_000 */
  readonly keepTypes: number;
  /** Where the jitter of pauses starts. @default 1 */
  readonly seed: number;
  /** Whether assigned tasks that have not started are moved from busy agents to idle ones. @default false */
  readonly stealing: boolean;
  /** From which difference of two agents' loads on tasks are moved; at least 2. @default 3 */
  readonly stealThreshold: number;
  /** How many tasks are moved at once. @default 2 */
  readonly maxStealBatch: number;
  /** Twice as long a report of an agent's load counts. @default 5_000 */
  readonly stealInterval: number;
  /** Whether events tell when an agent gets its first claim and loses its last. @default false */
  readonly announcesIdleness: boolean;
}

/** The rules of who names none. */
export const DEFAULT_TASK_CONFIG: TaskConfig = {
  agingMs: 10_000,
  maxRetries: 3,
  retryDelay: 1_000,
  maxRetryDelayMs: 60_000,
  maxCrashes: 5,
  abortGraceMs: 5_000,
  maxTasks: 2_000_000,
  maxAgents: 100_000,
  keepFinished: 1_000,
  keepOutcomes: 100_000,
  keepTypes: 1_000,
  seed: 1,
  stealing: false,
  stealThreshold: 3,
  maxStealBatch: 2,
  stealInterval: 5_000,
  announcesIdleness: false,
};

/** How a task ended. */
export type Outcome = "completed" | "failed" | "cancelled";

/** Who ranks the agents: one of the machine's own strategies, or somebody outside. */
export type StrategyName =
  | "capability"
  | "round-robin"
  | "least-loaded"
  | "affinity"
  /** Ready tasks wait for an `assign` command. */
  | "external";

/** What a task asks for, every field filled in. */
export interface TaskSpec {
  /** Unique among all tasks that are remembered. */
  readonly id: string;
  /** What kind of work it is. */
  readonly type: string;
  /** For people; may be empty. */
  readonly description: string;
  /** One point counts as `agingMs` of waiting. */
  readonly priority: number;
  /** What must end first, each once. */
  readonly dependencies: readonly Dependency[];
  /** The only agent that may run it, or `""`. */
  readonly assignedAgent: string;
  /** Whether it goes into that agent's queue at once, from where it may go on to others. */
  readonly placed: boolean;
  /** What it holds while it runs, each once. */
  readonly resources: readonly ResourceRequest[];
  /** Capabilities, sorted, without repetition. */
  readonly requires: readonly string[];
  /** How long it may wait for an agent and locks; like all limits in milliseconds, and 0 is none. */
  readonly queueTimeoutMs: number;
  /** How long one attempt may take. */
  readonly timeoutMs: number;
  /** How long an attempt may be silent. */
  readonly heartbeatTimeoutMs: number;
  /** How long it may take from submission to its end. */
  readonly totalTimeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** `""` is none. */
  readonly idempotencyKey: string;
}

/** A task. As a heap entry it stands in its group's queue while it is ready, or in its agent's. */
export interface TaskRecord extends HeapEntry {
  readonly spec: TaskSpec;
  readonly input: Opaque | undefined;
  readonly metadata: Opaque | undefined;
  status: TaskStatus;
  readonly createdAt: Instant;
  startedAt: Instant | undefined;
  finishedAt: Instant | undefined;
  /** The only agent that it may be given to, or `""`. */
  pinnedTo: string;
  /** The group in whose queue it stands. */
  group: Group | undefined;
  /** Who has it, started or not. */
  agent: Agent | undefined;
  /** Whether its claim has no slot, and so stands in its agent's queue. */
  queued: boolean;
  /** Its place among what may be stolen from its agent. */
  stealable: Stealable | undefined;
  /** Of its newest claim; 0 before the first. */
  epoch: number;
  /** Whether its claim has a slot and all locks that it needs. */
  locked: boolean;
  /** Attempts that count. */
  attempts: number;
  /** How many of its bodies may be running although their claims are over; no retry begins before. */
  lingering: number;
  /** Claims lost through no fault of the task. */
  crashes: number;
  /** Dependencies that have not ended. */
  openDependencies: number;
  /** Dependencies of the kind `run-on-failure`, and how many of those did fail. */
  fallbacks: number;
  fallbacksFailed: number;
  /** Who waits for it. */
  dependents: Dependents | undefined;
  result: Opaque | undefined;
  progress: Opaque | undefined;
  error: ErrorData | undefined;
  /** The limit of its status: queue, attempt, or the end of its backoff. */
  timer: Timer<TaskTimer> | undefined;
  heartbeat: Timer<TaskTimer> | undefined;
  total: Timer<TaskTimer> | undefined;
}

/** `dependent` waits for the task that the edge is kept at. */
export interface Edge {
  readonly dependent: TaskRecord;
  readonly onFailure: OnFailure;
}

/** The edges that are kept at one task, by the id of the dependent. */
export type Dependents = Map<string, Edge>;

/** A claim that was taken back while its body may be running: slot and locks are still in use. */
export interface Lingering {
  readonly task: TaskRecord;
  readonly agent: Agent;
  readonly epoch: number;
  timer: Timer<TaskTimer> | undefined;
}

/** What is due when a timer of the machine fires. */
export type TaskTimer =
  | { readonly limit: "queue" | "attempt" | "heartbeat" | "total" | "backoff"; task: TaskRecord }
  | { readonly limit: "grace"; lingering: Lingering }
  | { readonly limit: "cordon"; agent: Agent; cause: CordonCause }
  | { readonly limit: "report"; agent: Agent };

/** How tasks of one type went. */
export interface TypeHistory {
  executions: number;
  successes: number;
  totalMs: number;
  lastAgentId: string;
}

/** An agent that can be given tasks. */
export interface Agent {
  readonly agentId: string;
  /** What kind of agent it is; for people and metrics. */
  kind: string;
  /** Sorted, without repetition. */
  capabilities: readonly string[];
  maxConcurrentTasks: number;
  /** How many of its slots it may use at most; 0 for all. */
  slotLimit: number;
  maxQueuedTasks: number;
  priority: number;
  /** Whether a claim starts as soon as it can, or when the agent says so. */
  startsAtOnce: boolean;
  /** How long it may be silent, where agents are watched; `undefined` for as long as the rules say. */
  heartbeatTimeoutMs: number | undefined;
  /** Ranks equally good agents: higher priority first, then the earlier registered. */
  order: number;
  /** Why it gets no tasks. */
  readonly cordons: Map<CordonCause, Cordon>;
  /** Why it goes as soon as it has no slot in use, or `undefined`. */
  drained: string | undefined;
  /** Its claims, oldest first. */
  readonly tasks: Set<TaskRecord>;
  /** Those of them that wait for a slot. */
  readonly queue: Heap<TaskRecord>;
  /** Slots in use: by its claims, and by what it was made to give up but still runs. */
  slotsInUse: number;
  /** What it has to do besides, by its newest report. */
  outside: number;
  report: LoadReport | undefined;
  /** The epoch of its newest claim. */
  lastEpoch: number;
  completed: number;
  failed: number;
  /** Its place in each group that it is fit for. */
  candidacies: Candidacy[];
  /** What may be stolen from it, by what the tasks ask for. */
  donations: Donation[];
}

/** One cause for which an agent gets no tasks. */
export interface Cordon {
  readonly reason: string;
  /** When it is lifted by itself, or 0 for never. */
  readonly untilMs: Instant;
  readonly timer: Timer<TaskTimer> | undefined;
}

/** What an agent, or who watches it, said of its load; each field until it is said anew. */
export interface LoadReport {
  avgTaskDurationMs: number | undefined;
  cpuPercent: number | undefined;
  memoryPercent: number | undefined;
  /** Forgets the report. */
  timer: Timer<TaskTimer>;
}

/** All tasks that ask the same of an agent. */
export interface Group {
  readonly key: string;
  readonly requires: readonly string[];
  /** The only agent that is fit, or `""`. */
  readonly pinnedTo: string;
  /** Whether its tasks need no slot to be given to that agent. */
  readonly placed: boolean;
  readonly queue: Heap<TaskRecord>;
  /** Fit agents that could take a task at once, best first. */
  readonly candidates: Heap<Candidacy>;
  /** Agents from which tasks that ask for the same may be stolen, busiest first; none if pinned. */
  readonly donors: Heap<Donation>;
  /** Fit agents that could take a stolen task, idlest first; none if pinned. */
  readonly receivers: Heap<Receiver>;
}

/** An agent's place in a group that it is fit for; in the heap while it has a free slot. */
export interface Candidacy extends HeapEntry {
  readonly agent: Agent;
  readonly group: Group;
  /** `undefined` where nothing is stolen. */
  readonly receiver: Receiver | undefined;
}

/** An agent's place among those that could take stolen tasks; in the heap while it has room. */
export interface Receiver extends HeapEntry {
  readonly agent: Agent;
}

/** What may be stolen from an agent and asks for the same; in the heap while there is anything. */
export interface Donation extends HeapEntry {
  readonly agent: Agent;
  readonly group: Group;
  /** Newest claim first. */
  readonly tasks: Heap<Stealable>;
}

/** A claim that may be stolen. */
export interface Stealable extends HeapEntry {
  readonly task: TaskRecord;
  readonly donation: Donation;
}

/** Everything that a task machine knows. */
export interface TaskState {
  readonly config: TaskConfig;
  strategy: StrategyName;
  /** The newest epoch of any claim. */
  epoch: number;
  /** How many tasks were ever accepted; orders equal ranks. */
  sequence: number;
  /** How many agents were ever registered. */
  registrations: number;
  draining: boolean;
  readonly tasks: Map<string, TaskRecord>;
  readonly agents: Map<string, Agent>;
  /** By what is asked of an agent. */
  readonly groups: Map<string, Group>;
  /** How many groups there may be before unused ones are dropped. */
  groupLimit: number;
  /** Who waits for a task that was not submitted yet. */
  readonly awaited: Map<string, Dependents>;
  /** By epoch. */
  readonly lingering: Map<number, Lingering>;
  /** Finished tasks that are kept whole, oldest first. */
  readonly finished: Fifo<TaskRecord>;
  /** Outcomes of tasks that were forgotten: the latest, and as many or more before them. */
  outcomes: Map<string, Outcome>;
  olderOutcomes: Map<string, Outcome>;
  /** By type of task, oldest first. */
  readonly history: Map<string, TypeHistory>;
  /** How many commands came too late and were refused for their epoch. */
  stale: number;
  /** How many tasks have each status; finished ones count for ever. */
  readonly counts: Record<TaskStatus, number>;
  readonly deadlines: Deadlines<TaskTimer>;
  readonly prng: Prng;
}

/** A machine's first state. */
export function initialTaskState(config: TaskConfig): TaskState {
  return {
    config,
    strategy: "capability",
    epoch: 0,
    sequence: 0,
    registrations: 0,
    draining: false,
    tasks: new Map(),
    agents: new Map(),
    groups: new Map(),
    groupLimit: 256,
    awaited: new Map(),
    lingering: new Map(),
    finished: emptyFifo(),
    outcomes: new Map(),
    olderOutcomes: new Map(),
    history: new Map(),
    stale: 0,
    counts: {
      waiting: 0,
      ready: 0,
      assigned: 0,
      running: 0,
      "backing-off": 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
    },
    deadlines: noDeadlines(),
    prng: seeded(config.seed),
  };
}

/** Whether a task with this status has ended for good. */
export function isTerminal(status: TaskStatus): status is Outcome {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** How a task ended that was forgotten, as long as that is remembered. */
export function outcomeOf(state: TaskState, taskId: string): Outcome | undefined {
  return state.outcomes.get(taskId) ?? state.olderOutcomes.get(taskId);
}

/** How many tasks have not ended. */
export function unfinished({ counts }: TaskState): number {
  return counts.waiting + counts.ready + counts.assigned + counts.running + counts["backing-off"];
}

/**
 * One step while it is under way. What changed is gathered, and dealt with once the change is
 * complete: so no dependent is settled, and no agent given work, from a half-changed state.
 */
export interface Step {
  readonly state: TaskState;
  readonly now: Instant;
  /** What has happened so far. */
  readonly events: TaskEvent[];
  /** Tasks that ended, and what their dependents are told of it. */
  readonly ended: { readonly task: TaskRecord; readonly because: string }[];
  /** Groups whose queue got a task. */
  readonly queued: Group[];
  /** Agents that got room for a task. */
  readonly freed: Agent[];
  /** Agents whose load or room changed, while tasks may be stolen. */
  shifted: Set<Agent> | undefined;
  /** Groups in which something may have to be stolen therefore. */
  unbalanced: Set<Group> | undefined;
  /** How many claims each agent had before, while idleness is announced. */
  claimsBefore: Map<Agent, number> | undefined;
}

/** A step in which nothing has happened. */
export function beginStep(state: TaskState, now: Instant): Step {
  return {
    state,
    now,
    events: [],
    ended: [],
    queued: [],
    freed: [],
    shifted: undefined,
    unbalanced: undefined,
    claimsBefore: undefined,
  };
}

/** Notes that the load or the room of `agent` is about to change. */
export function touch(step: Step, agent: Agent): void {
  const { stealing, announcesIdleness } = step.state.config;
  if (stealing) (step.shifted ??= new Set()).add(agent);
  if (!announcesIdleness) return;
  const before = step.claimsBefore ??= new Map();
  if (!before.has(agent)) before.set(agent, agent.tasks.size);
}

/** Refuses a command; the state is as before. */
export function refuse(
  { events }: Step,
  command: TaskCommand,
  taskId: string,
  reason: TaskRefusal,
  detail?: TaskRefused["detail"],
): void {
  const agentId = "agentId" in command
    ? command.agentId
    : command.type === "submit"
    ? command.task.assignedAgent || undefined
    : undefined;
  events.push({ type: "task:refused", taskId, agentId, command: command.type, reason, detail });
}
