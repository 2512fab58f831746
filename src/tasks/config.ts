/**
 * The config of tasks.
 *
 * @module
 */

import type { Attempt } from "../core/arguments.ts";
import {
  boolean,
  count,
  defaultsOf,
  integer,
  ms,
  type Options,
  readConfig,
} from "../core/config.ts";
import { type KeyLimits, limitsOption } from "./limits.ts";

/**
 * The options of a task machine. All times are milliseconds.
 * @category Tasks
 */
export interface TaskConfig {
  /** By how much one point of priority makes a task look older than it is. @default 10_000 */
  readonly agingMs: number;
  /** Attempts after the first, of a task that names none. @default 3 */
  readonly maxRetries: number;
  /** The longest first pause between attempts; it doubles with each. @default 1_000 */
  readonly retryDelay: number;
  /** The longest pause between attempts. @default 60_000 */
  readonly maxRetryDelayMs: number;
  /** The number of times that a task may lose its agent or its locks before it fails. @default 5 */
  readonly maxCrashes: number;
  /**
   * The time for which an attempt that lost its claim keeps its slot and its locks.
   * @default 5_000
   */
  readonly abortGraceMs: number;
  /** The most tasks that may be unfinished at once. @default 2_000_000 */
  readonly maxTasks: number;
  /**
   * The most agents. A further one evicts the longest idle one of those that no caller registered,
   * which are the agents of `assignTask`. @default 100_000
   */
  readonly maxAgents: number;
  /** The number of finished tasks that are kept whole. @default 1_000 */
  readonly keepFinished: number;
  /** The time for which a finished task is kept whole; 0 for no limit. @default 0 */
  readonly keepFinishedMs: number;
  /**
   * The number of older tasks whose outcome is kept, for tasks that depend on them and for submissions
   * under the same idempotency key; up to twice as many at times. A task of such an id that is submitted
   * later is a new one. @default 100_000
   */
  readonly keepOutcomes: number;
  /** The most notes of a task; a further one drops the oldest. @default 20 */
  readonly maxNotes: number;
  /** The most characters of a note or a summary. @default 2_000 */
  readonly maxNoteLength: number;
  /** The most schedules. @default 10_000 */
  readonly maxSchedules: number;
  /** The most missed occasions of a schedule that `missed: "all"` makes up for at once. @default 100 */
  readonly maxMissed: number;
  /** By how much the newest occasion of a schedule may be late without being missed. @default 1_000 */
  readonly occasionGraceMs: number;
  /** The number of types of task whose history is kept. @default 1_000 */
  readonly keepTypes: number;
  /** The limits of keys, as long as `setLimit` sets no others for them. @default {} */
  readonly limits: KeyLimits;
  /** The most keys for which `setLimit` may set a limit. @default 10_000 */
  readonly maxLimits: number;
  /** The seed of the jitter of pauses. @default 1 */
  readonly seed: number;
  /** Whether assigned tasks that have not started move from busy agents to idle ones. @default false */
  readonly stealing: boolean;
  /** From which difference of two agents' backlogs on tasks move; at least 2. @default 3 */
  readonly stealThreshold: number;
  /** The most tasks that move at once. @default 2 */
  readonly maxStealBatch: number;
  /** Half the time after which a report of an agent's load expires. @default 5_000 */
  readonly stealInterval: number;
  /** Whether an agent's first claim, and the end of its last one, emit an event. @default false */
  readonly announcesIdleness: boolean;
}

/** The longest that one point of priority may count; more would drown the arrival time. */
const LONGEST_AGING_MS = 1_000_000_000;

/** The most attempts after the first. */
export const MOST_RETRIES = 1_000_000;

const MOST_STOLEN = 1_000_000;

/** The default and the check of each option of a task machine. */
export const TASK_OPTIONS: Options<TaskConfig> = {
  agingMs: integer(10_000, 0, LONGEST_AGING_MS),
  maxRetries: integer(3, 0, MOST_RETRIES),
  retryDelay: ms(1_000),
  maxRetryDelayMs: ms(60_000),
  maxCrashes: integer(5, 0),
  abortGraceMs: ms(5_000),
  maxTasks: count(2_000_000),
  maxAgents: count(100_000),
  keepFinished: count(1_000, 0),
  keepFinishedMs: ms(0),
  keepOutcomes: count(100_000, 0),
  maxNotes: count(20, 0),
  maxNoteLength: count(2_000),
  maxSchedules: count(10_000, 0),
  maxMissed: count(100, 0),
  occasionGraceMs: ms(1_000),
  keepTypes: count(1_000),
  limits: limitsOption(),
  maxLimits: count(10_000, 0),
  seed: integer(1, 0),
  stealing: boolean(false),
  stealThreshold: integer(3, 2, MOST_STOLEN),
  maxStealBatch: integer(2, 1, MOST_STOLEN),
  stealInterval: ms(5_000, 1),
  announcesIdleness: boolean(false),
};

/** The config of a task machine that is given none. */
export const DEFAULT_TASK_CONFIG: TaskConfig = defaultsOf(TASK_OPTIONS);

/**
 * Options of `TaskScheduler`. All times are milliseconds. The config of a whole coordination system
 * fits, too: it ignores the options of other subsystems.
 *
 * @category Tasks
 */
export interface TaskSchedulerConfig extends Partial<TaskConfig> {
  /** Whether cycles of waits for locks are found and broken. @default true */
  readonly deadlockDetection?: boolean;
  /** The limit of a wait of `resources.acquire`, in milliseconds; 0 for none. @default 30_000 */
  readonly resourceTimeout?: number;
  /** For other subsystems. */
  readonly messageTimeout?: number;
}

/**
 * Options of work stealing.
 * @category Tasks
 */
export interface WorkStealingConfig {
  /** Whether tasks move at all. @default true */
  enabled?: boolean;
  /** From which difference of two agents' backlogs on tasks move; at least 2. @default 3 */
  stealThreshold?: number;
  /** The most tasks that move at once. @default 2 */
  maxStealBatch?: number;
  /** Half the time, in milliseconds, after which a report of an agent's load expires. @default 5_000 */
  stealInterval?: number;
}

/** The default and the check of each option of work stealing. */
export const STEALING_OPTIONS: Options<Required<WorkStealingConfig>> = {
  enabled: boolean(true),
  stealThreshold: TASK_OPTIONS.stealThreshold,
  maxStealBatch: TASK_OPTIONS.maxStealBatch,
  stealInterval: TASK_OPTIONS.stealInterval,
};

/** The options of a task machine that are about stealing. */
export type StealingConfig = Pick<
  TaskConfig,
  "stealing" | "stealThreshold" | "maxStealBatch" | "stealInterval"
>;

/** Returns the options of a task machine that `config` stands for. */
export function readStealingConfig(
  config: WorkStealingConfig,
  attempt: Attempt,
  prefix?: string,
): StealingConfig {
  const { enabled: stealing, ...limits } = readConfig(STEALING_OPTIONS, config, attempt, prefix);
  return { stealing, ...limits };
}
