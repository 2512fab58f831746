/**
 * The config of a resource manager.
 *
 * @module
 */

import {
  requireBoolean,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import type { LockMode } from "./types.ts";
import { DEFAULT_LOCK_CONFIG, type LockConfig } from "./state.ts";

/**
 * The config of a resource manager. The one of a whole coordination system fits, too: what is meant
 * for other subsystems is passed over.
 */
export interface ResourceManagerConfig extends Partial<LockConfig> {
  /** How long an acquire waits, in milliseconds; 0 for as long as it takes. @default 30_000 */
  resourceTimeout?: number;
  /** How long a lock is held without a renewal, in milliseconds; 0 for no lease. @default 0 */
  leaseMs?: number;
  /** For other subsystems. */
  maxRetries?: number;
  /** For other subsystems. */
  retryDelay?: number;
  /** For other subsystems. */
  messageTimeout?: number;
}

/** What goes for an acquire that says nothing else. */
export interface AcquireDefaults {
  readonly mode: LockMode;
  readonly units: number;
  readonly priority: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

const MOST_WAITERS = 10_000_000;
const LONGEST_AGING_MS = 1_000_000_000;

/** The machine's part of `config`, checked. */
export function readConfig(config: ResourceManagerConfig): {
  machine: LockConfig;
  defaults: AcquireDefaults;
} {
  const attempt = () => "create a resource manager";
  requireObject(config as unknown, "config", attempt);
  const machine: LockConfig = {
    agingMs: config.agingMs ?? DEFAULT_LOCK_CONFIG.agingMs,
    deadlockDetection: config.deadlockDetection ?? DEFAULT_LOCK_CONFIG.deadlockDetection,
    deadlockPolicy: config.deadlockPolicy ?? DEFAULT_LOCK_CONFIG.deadlockPolicy,
    maxWaiters: config.maxWaiters ?? DEFAULT_LOCK_CONFIG.maxWaiters,
    maxResources: config.maxResources ?? DEFAULT_LOCK_CONFIG.maxResources,
    maxAsks: config.maxAsks ?? DEFAULT_LOCK_CONFIG.maxAsks,
  };
  requireInteger(machine.agingMs, 0, LONGEST_AGING_MS, "agingMs", attempt);
  requireBoolean(machine.deadlockDetection, "deadlockDetection", attempt);
  requireOneOf(machine.deadlockPolicy, ["abort", "revoke"], "deadlockPolicy", attempt);
  requireInteger(machine.maxWaiters, 1, MOST_WAITERS, "maxWaiters", attempt);
  requireInteger(machine.maxResources, 1, MOST_WAITERS, "maxResources", attempt);
  requireInteger(machine.maxAsks, 0, MOST_WAITERS, "maxAsks", attempt);
  const { resourceTimeout: timeoutMs = 30_000, leaseMs = 0 } = config;
  requireMs(timeoutMs, 0, "resourceTimeout", attempt);
  requireMs(leaseMs, 0, "leaseMs", attempt);
  return { machine, defaults: { mode: "exclusive", units: 1, priority: 0, timeoutMs, leaseMs } };
}
