/**
 * The config of a whole coordination system.
 *
 * @module
 */

import { type MembershipConfig, readMembershipConfig } from "../agents/machine.ts";
import type { CircuitBreakerConfig, CircuitBreakerManagerConfig } from "../breakers/mod.ts";
import { readBreakerConfig } from "../breakers/config.ts";
import { CONFLICT_OPTIONS } from "../conflicts/config.ts";
import { readConfig } from "../core/config.ts";
import type { ConflictConfig, ConflictCriterion } from "../conflicts/mod.ts";
import {
  type Attempt,
  requireBoolean,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import { readLockConfig } from "../locks/machine.ts";
import type { ResourceManagerConfig } from "../locks/mod.ts";
import { readMessageConfig } from "../messages/config.ts";
import type { MessageRouterConfig } from "../messages/mod.ts";
import type { MetricsConfig } from "../metrics/mod.ts";
import { taskConfigOf } from "../tasks/config.ts";
import type { TaskSchedulerConfig } from "../tasks/mod.ts";
import type { RootConfig } from "../root/state.ts";
import type { RootRules } from "../root/rules.ts";

/** Options of work stealing. */
export interface StealingOptions {
  /** Whether tasks that were assigned to a busy agent move to an idle one. @default true */
  enabled?: boolean;
  /** How many more tasks than the idler agent the busier has at least. @default 3 */
  stealThreshold?: number;
  /** How many tasks move at once at most. @default 2 */
  maxStealBatch?: number;
  /** Half of how long a report of an agent's load counts, in milliseconds. @default 5_000 */
  stealInterval?: number;
}

/** Options of conflicts. */
export interface ConflictOptions extends Partial<ConflictConfig> {
  /** How long a vote is open that names no time, in milliseconds. @default 30_000 */
  voteTimeoutMs?: number;
  /** Whether a wait for a lock that another agent holds is reported as a conflict. @default false */
  reportContention?: boolean;
  /** Whether assigning a task that another agent has is reported as a conflict. @default false */
  reportDoubleClaims?: boolean;
  /** By what those are settled at once, as far as that is known. @default nothing: they stay open */
  settleBy?: ConflictCriterion;
}

/** Options of agents as members. */
export interface AgentOptions extends Partial<MembershipConfig> {
  /**
   * How long an agent outside of this process may be silent before it counts as dead, in
   * milliseconds; 0 for as long as it likes. @default 0
   */
  heartbeatTimeoutMs?: number;
}

/** Options of a coordination system. All of them may be left out; all times are milliseconds. */
export interface CoordinationConfig {
  /** Attempts of a task after the first. @default 3 */
  maxRetries?: number;
  /** The longest first pause between two attempts; it doubles with each. @default 1_000 */
  retryDelay?: number;
  /** Whether a cycle of waits is found and broken when it closes. @default true */
  deadlockDetection?: boolean;
  /** How long an acquire waits; 0 for as long as it takes. @default 30_000 */
  resourceTimeout?: number;
  /** How long a request waits for its response, and a message may be handled. @default 10_000 */
  messageTimeout?: number;
  /** By how much one point of priority makes a task, or a wait, look older. @default 10_000 */
  agingMs?: number;
  /** Where all chance begins, such as the jitter of pauses. @default 1 */
  seed?: number;
  /** More of tasks. */
  tasks?: TaskSchedulerConfig;
  /** More of locks. */
  locks?: ResourceManagerConfig;
  /** More of messages. */
  messages?: MessageRouterConfig;
  /** Work stealing. */
  workStealing?: StealingOptions;
  /** The breakers of `breakers`, where they name nothing else. */
  circuitBreakers?: CircuitBreakerManagerConfig;
  /**
   * The breaker that each agent has, and is passed over by while it is open; `false` for none.
   * @default opens for 30 seconds after 5 failures in a row, and closes after 1 success
   */
  agentBreaker?: CircuitBreakerConfig | false;
  /** Conflicts. */
  conflicts?: ConflictOptions;
  /** Agents as members. */
  agents?: AgentOptions;
  /** Metrics. */
  metrics?: Partial<MetricsConfig>;
}

/** A config that was checked and completed. */
export interface CoordinationSettings {
  /** The rules of the machines. */
  readonly root: RootConfig;
  /** For the façade of each subsystem. */
  readonly tasks: TaskSchedulerConfig;
  readonly locks: ResourceManagerConfig;
  readonly messages: MessageRouterConfig;
  readonly stealing: Required<StealingOptions>;
  readonly breakers: CircuitBreakerManagerConfig;
  readonly conflicts: ConflictOptions;
  readonly metrics: Partial<MetricsConfig>;
}

const DAY_MS = 86_400_000;

/** Long attempts are for the limits of tasks to end, not for the breaker. */
const AGENT_BREAKER: CircuitBreakerConfig = {
  failureThreshold: 5,
  successThreshold: 1,
  timeout: 30_000,
  halfOpenLimit: 1,
  probeTimeoutMs: DAY_MS,
};

const MOST_STOLEN = 1_000_000;

/**
 * `config`, checked and completed.
 *
 * @throws {TypeError | RangeError} when an option is malformed; the message names it
 */
export function readCoordinationConfig(config: CoordinationConfig): CoordinationSettings {
  const attempt = () => "create a coordination manager";
  requireObject(config as unknown, "config", attempt);
  for (const part of PARTS) {
    if (config[part] !== undefined) requireObject(config[part] as unknown, part, attempt);
  }
  const shared = sharedOptions(config);
  const stealing = readStealing(config.workStealing, attempt);
  const { enabled, ...limits } = stealing;
  const tasks = {
    announcesIdleness: true,
    stealing: enabled,
    ...limits,
    ...shared,
    ...config.tasks,
  };
  const locks = { ...shared, ...config.locks };
  const messages = {
    ...(config.messageTimeout !== undefined && { messageTimeout: config.messageTimeout }),
    ...(config.seed !== undefined && { seed: config.seed }),
    ...config.messages,
  };
  const breakers = { ...config.circuitBreakers };
  const conflicts = { ...config.conflicts };
  const { seed = 1 } = config;
  requireInteger(seed, 0, Number.MAX_SAFE_INTEGER, "seed", attempt);
  const { maxBreakers = 1_000_000 } = breakers;
  requireInteger(maxBreakers, 1, 10_000_000, "maxBreakers", attempt);
  readBreakerConfig(breakers, attempt);
  return {
    root: {
      agents: readMembershipConfig(config.agents ?? {}, "a coordination manager"),
      tasks: taskConfigOf(tasks),
      locks: readLockConfig(locks).machine,
      messages: readMessageConfig(messages, attempt).machine,
      breakers: { seed, maxBreakers },
      conflicts: readConfig(CONFLICT_OPTIONS, conflicts, attempt),
      rules: readRootRules(config, attempt),
    },
    tasks,
    locks,
    messages,
    stealing,
    breakers,
    conflicts,
    metrics: { ...config.metrics },
  };
}

const PARTS = [
  "tasks",
  "locks",
  "messages",
  "workStealing",
  "circuitBreakers",
  "conflicts",
  "agents",
  "metrics",
] as const;

const SHARED = [
  "maxRetries",
  "retryDelay",
  "deadlockDetection",
  "resourceTimeout",
  "messageTimeout",
  "agingMs",
  "seed",
] as const;

/** What several subsystems go by; each passes over what is meant for others. */
function sharedOptions(config: CoordinationConfig): Partial<TaskSchedulerConfig> {
  const given = SHARED.filter((name) => config[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, config[name]]));
}

function readStealing(
  options: StealingOptions = {},
  attempt: Attempt,
): Required<StealingOptions> {
  const { enabled = true, stealThreshold = 3, maxStealBatch = 2, stealInterval = 5_000 } = options;
  requireBoolean(enabled, "workStealing.enabled", attempt);
  requireInteger(stealThreshold, 2, MOST_STOLEN, "workStealing.stealThreshold", attempt);
  requireInteger(maxStealBatch, 1, MOST_STOLEN, "workStealing.maxStealBatch", attempt);
  requireMs(stealInterval, 1, "workStealing.stealInterval", attempt);
  return { enabled, stealThreshold, maxStealBatch, stealInterval };
}

function readRootRules(config: CoordinationConfig, attempt: Attempt): RootRules {
  const { heartbeatTimeoutMs = 0 } = config.agents ?? {};
  requireMs(heartbeatTimeoutMs, 0, "agents.heartbeatTimeoutMs", attempt);
  const { reportContention = false, reportDoubleClaims = false, settleBy } = config.conflicts ?? {};
  requireBoolean(reportContention, "conflicts.reportContention", attempt);
  requireBoolean(reportDoubleClaims, "conflicts.reportDoubleClaims", attempt);
  if (settleBy !== undefined) {
    requireOneOf(settleBy, ["priority", "timestamp"], "conflicts.settleBy", attempt);
  }
  const { agentBreaker = {} } = config;
  if (agentBreaker !== false) requireObject(agentBreaker as unknown, "agentBreaker", attempt);
  return {
    sharesAgents: true,
    agentBreaker: agentBreaker === false
      ? undefined
      : readBreakerConfig({ ...AGENT_BREAKER, ...agentBreaker }, attempt).rules,
    heartbeatTimeoutMs,
    reportsContention: reportContention,
    reportsDoubleClaims: reportDoubleClaims,
    settlesBy: settleBy,
  };
}
