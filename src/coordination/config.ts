/**
 * The config of a coordination system.
 *
 * @module
 */

import { MEMBERSHIP_OPTIONS, type MembershipConfig } from "../agents/config.ts";
import {
  BREAKER_OPTIONS,
  CIRCUIT_BREAKER_OPTIONS,
  type CircuitBreakerConfig,
  readBreakerConfig,
} from "../breakers/config.ts";
import type { CircuitBreakerManagerConfig } from "../breakers/mod.ts";
import type { ConflictCriterion } from "../conflicts/commands.ts";
import { CONFLICT_OPTIONS, type ConflictConfig, VOTE_OPTIONS } from "../conflicts/config.ts";
import { type Attempt, requireObject, requireOneOf } from "../core/arguments.ts";
import {
  boolean,
  integer,
  ms,
  type Options,
  readConfig,
  requireKnown,
  SYSTEM_OPTIONS,
} from "../core/config.ts";
import { KNOWN_LOCK_OPTIONS, LOCK_OPTIONS, type ResourceManagerConfig } from "../locks/config.ts";
import {
  KNOWN_MESSAGE_OPTIONS,
  MESSAGE_OPTIONS,
  type MessageRouterConfig,
} from "../messages/config.ts";
import { METRICS_OPTIONS, type MetricsConfig } from "../metrics/config.ts";
import type { RootRules } from "../root/rules.ts";
import type { RootConfig } from "../root/state.ts";
import {
  readStealingConfig,
  STEALING_OPTIONS,
  TASK_OPTIONS,
  type TaskSchedulerConfig,
  type WorkStealingConfig,
} from "../tasks/config.ts";

/**
 * Options of conflicts.
 * @category Conflicts
 */
export interface ConflictOptions extends Partial<ConflictConfig> {
  /** Time limit of a vote that names none, in milliseconds; 0 for none. @default 30_000 */
  voteTimeoutMs?: number;
  /**
   * Whether a wait for a lock that another agent holds is reported as a conflict. @default false
   */
  reportContention?: boolean;
  /** Whether assigning a task that another agent has is reported as a conflict. @default false */
  reportDoubleClaims?: boolean;
  /** The criterion that resolves reported conflicts at once. @default none: they stay open */
  settleBy?: ConflictCriterion;
}

/**
 * Options of agents as members.
 * @category Agents
 */
export interface AgentOptions extends Partial<MembershipConfig> {
  /**
   * Silence, in milliseconds, after which an agent outside of this process counts as dead; 0 for no
   * limit. @default 0
   */
  heartbeatTimeoutMs?: number;
}

/**
 * Options of a coordination system. All of them may be left out; all times are milliseconds.
 * @category Coordination
 */
export interface CoordinationConfig {
  /** Attempts of a task after the first. @default 3 */
  maxRetries?: number;
  /** The longest first pause between two attempts; it doubles with each. @default 1_000 */
  retryDelay?: number;
  /** Whether deadlocks are detected and broken. @default true */
  deadlockDetection?: boolean;
  /** Time limit of an acquire; 0 for none. @default 30_000 */
  resourceTimeout?: number;
  /** Time limit of a request, and of the handling of a message. @default 10_000 */
  messageTimeout?: number;
  /** Time by which one point of priority advances a task or a wait in its queue. @default 10_000 */
  agingMs?: number;
  /** The seed of all random numbers, such as the jitter of pauses. @default 1 */
  seed?: number;
  /** More options of tasks. */
  tasks?: TaskSchedulerConfig;
  /** More options of locks. */
  locks?: ResourceManagerConfig;
  /** More options of messages. */
  messages?: MessageRouterConfig;
  /** Options of work stealing. */
  workStealing?: WorkStealingConfig;
  /** Defaults of the breakers in `breakers`. */
  circuitBreakers?: CircuitBreakerManagerConfig;
  /**
   * The breaker of each agent, which is given no tasks while it is open, unless no other agent is fit;
   * `false` for none.
   * @default opens for 30 seconds after 5 failures in a row, and closes after 1 success
   */
  agentBreaker?: CircuitBreakerConfig | false;
  /** Options of conflicts. */
  conflicts?: ConflictOptions;
  /** Options of agents as members. */
  agents?: AgentOptions;
  /** Options of metrics. */
  metrics?: Partial<MetricsConfig>;
}

/** A config that was checked and completed. */
export interface CoordinationSettings {
  /** The options of the machines. */
  readonly root: RootConfig;
  /** The options of each façade. */
  readonly tasks: TaskSchedulerConfig;
  readonly locks: ResourceManagerConfig;
  readonly messages: MessageRouterConfig;
  readonly stealing: WorkStealingConfig;
  readonly breakers: CircuitBreakerManagerConfig;
  readonly conflicts: ConflictOptions;
  readonly metrics: Partial<MetricsConfig>;
}

const DAY_MS = 86_400_000;

/** Time limits of tasks end long attempts, not the breaker. */
const AGENT_BREAKER: CircuitBreakerConfig = {
  failureThreshold: 5,
  successThreshold: 1,
  timeout: 30_000,
  halfOpenLimit: 1,
  probeTimeoutMs: DAY_MS,
};

/** Agents have breakers, too. */
const MOST_BREAKERS = 1_000_000;

/** The options that are passed to several subsystems; each ignores those of the others. */
const SHARED = [
  "maxRetries",
  "retryDelay",
  "deadlockDetection",
  "resourceTimeout",
  "messageTimeout",
  "agingMs",
  "seed",
] as const;

/** The option of the seed that all parts share. */
export const SEED: Options<{ seed: number }> = { seed: integer(1, 0) };
/** The option of agents that only the manager reads. */
export const SILENCE: Options<{ heartbeatTimeoutMs: number }> = { heartbeatTimeoutMs: ms(0) };
/** The options of conflicts that only the manager reads. */
export const REPORTS: Options<{ reportContention: boolean; reportDoubleClaims: boolean }> = {
  reportContention: boolean(false),
  reportDoubleClaims: boolean(false),
};

/** The options of a manager that are not of its machine. */
const SURROUNDINGS = ["eventBus", "logger", "clock", "journal", "skip"];

/** The options of each section, and those that it ignores. */
const SECTIONS = {
  tasks: [TASK_OPTIONS, SYSTEM_OPTIONS],
  locks: KNOWN_LOCK_OPTIONS,
  messages: KNOWN_MESSAGE_OPTIONS,
  workStealing: [STEALING_OPTIONS],
  circuitBreakers: [CIRCUIT_BREAKER_OPTIONS, BREAKER_OPTIONS],
  conflicts: [CONFLICT_OPTIONS, VOTE_OPTIONS, REPORTS, ["settleBy"]],
  agents: [MEMBERSHIP_OPTIONS, SILENCE],
  metrics: [METRICS_OPTIONS],
} satisfies Partial<Record<keyof CoordinationConfig, readonly object[]>>;

/**
 * Returns `config`, checked and completed.
 *
 * @throws {TypeError | RangeError} when an option is malformed; the message names it
 */
export function readCoordinationConfig(config: CoordinationConfig): CoordinationSettings {
  const attempt = () => "create a coordination manager";
  requireKnown([SYSTEM_OPTIONS, SURROUNDINGS], config, attempt);
  const section = (name: keyof typeof SECTIONS): object => {
    const value: unknown = config[name] ?? {};
    requireKnown(SECTIONS[name], value, attempt, `${name}.`);
    return value as object;
  };
  const shared = Object.fromEntries(
    SHARED.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]),
  );
  const stealing = section("workStealing");
  const tasks = {
    announcesIdleness: true,
    ...readStealingConfig(stealing, attempt, "workStealing."),
    ...shared,
    ...section("tasks"),
  };
  const locks = { ...shared, ...section("locks") };
  const { messageTimeout, seed } = config;
  const messages = {
    ...(messageTimeout !== undefined && { messageTimeout }),
    ...(seed !== undefined && { seed }),
    ...section("messages"),
  };
  const breakers = section("circuitBreakers");
  const conflicts = section("conflicts");
  readBreakerConfig(breakers, attempt);
  return {
    root: {
      agents: readConfig(MEMBERSHIP_OPTIONS, section("agents"), attempt, "agents."),
      tasks: readConfig(TASK_OPTIONS, tasks, attempt),
      locks: readConfig(LOCK_OPTIONS, locks, attempt),
      messages: readConfig(MESSAGE_OPTIONS, messages, attempt),
      breakers: {
        ...readConfig(BREAKER_OPTIONS, { maxBreakers: MOST_BREAKERS, ...breakers }, attempt),
        ...readConfig(SEED, config, attempt),
      },
      conflicts: readConfig(CONFLICT_OPTIONS, conflicts, attempt, "conflicts."),
      rules: readRootRules(config, attempt),
    },
    tasks,
    locks,
    messages,
    stealing,
    breakers,
    conflicts,
    metrics: section("metrics"),
  };
}

function readRootRules(config: CoordinationConfig, attempt: Attempt): RootRules {
  const { agents = {}, conflicts = {}, agentBreaker = {} } = config;
  const { settleBy } = conflicts;
  if (settleBy !== undefined) {
    requireOneOf(settleBy, ["priority", "timestamp"], "conflicts.settleBy", attempt);
  }
  if (agentBreaker !== false) requireObject(agentBreaker as unknown, "agentBreaker", attempt);
  const reports = readConfig(REPORTS, conflicts, attempt, "conflicts.");
  return {
    sharesAgents: true,
    agentBreaker: agentBreaker === false
      ? undefined
      : readBreakerConfig({ ...AGENT_BREAKER, ...agentBreaker }, attempt).rules,
    heartbeatTimeoutMs: readConfig(SILENCE, agents, attempt, "agents.").heartbeatTimeoutMs,
    reportsContention: reports.reportContention,
    reportsDoubleClaims: reports.reportDoubleClaims,
    settlesBy: settleBy,
  };
}
