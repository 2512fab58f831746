/**
 * What the task machine keeps of agents, and of who is fit for what.
 *
 * @module
 */

import type { Timer } from "../kernel/deadlines.ts";
import type { Heap, HeapEntry } from "../kernel/heap.ts";
import type { Instant } from "../kernel/machine.ts";
import type { CordonCause } from "../kernel/shapes.ts";
import type { TaskRecord, TaskTimer } from "./state.ts";

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
  load: number;
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
  stocks: Stock[];
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
  readonly donors: Heap<Stock>;
  /** Fit agents that could take a stolen task, idlest first; none if pinned. */
  readonly receivers: Heap<Reception>;
}

/** An agent's place in a group that it is fit for; in the heap while it has a free slot. */
export interface Candidacy extends HeapEntry {
  readonly agent: Agent;
  readonly group: Group;
  /** `undefined` where nothing is stolen. */
  readonly reception: Reception | undefined;
}

/** An agent's place among those that could take stolen tasks; in the heap while it has room. */
export interface Reception extends HeapEntry {
  readonly agent: Agent;
}

/** What may be stolen from an agent and asks for the same; in the heap while there is anything. */
export interface Stock extends HeapEntry {
  readonly agent: Agent;
  readonly group: Group;
  /** Newest claim first. */
  readonly tasks: Heap<Movable>;
}

/** A claim that may be stolen. */
export interface Movable extends HeapEntry {
  readonly task: TaskRecord;
  readonly stock: Stock;
}
