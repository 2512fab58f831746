/**
 * The config of locks.
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
  oneOf,
  type Options,
  readConfig,
} from "../core/config.ts";
import type { LockMode } from "./types.ts";

/** The options of a lock machine. */
export interface LockConfig {
  /** By how many milliseconds one point of priority makes a wait look older. @default 10_000 */
  readonly agingMs: number;
  /** Whether cycles of waits are looked for. @default true */
  readonly deadlockDetection: boolean;
  /**
   * What the victim of a deadlock loses: `abort` its wait, `revoke` also those of its locks that
   * others in the cycle wait for. @default "abort"
   */
  readonly deadlockPolicy: "abort" | "revoke";
  /** How many may queue for one resource, and how many may hold it. @default 1_000_000 */
  readonly maxWaiters: number;
  /** How many resources may be held, waited for or defined at once. @default 1_000_000 */
  readonly maxResources: number;
  /** How many requests may wait for their response at once. @default 1_000_000 */
  readonly maxAsks: number;
}

const LONGEST_AGING_MS = 1_000_000_000;

/** The default and the check of each option of a lock machine. */
export const LOCK_OPTIONS: Options<LockConfig> = {
  agingMs: integer(10_000, 0, LONGEST_AGING_MS),
  deadlockDetection: boolean(true),
  deadlockPolicy: oneOf("abort", ["abort", "revoke"]),
  maxWaiters: count(1_000_000),
  maxResources: count(1_000_000),
  maxAsks: count(1_000_000, 0),
};

/** The config of a lock machine that is given none. */
export const DEFAULT_LOCK_CONFIG: LockConfig = defaultsOf(LOCK_OPTIONS);

/**
 * Options of {@linkcode ResourceManager}. The config of a whole coordination system fits, too: it
 * ignores the options of other subsystems.
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

/** The default and the check of each option that only the façade reads. */
export const ACQUIRE_OPTIONS: Options<{ resourceTimeout: number; leaseMs: number }> = {
  resourceTimeout: ms(30_000),
  leaseMs: ms(0),
};

/** The terms of an acquire that names none. */
export interface AcquireDefaults {
  readonly mode: LockMode;
  readonly units: number;
  readonly priority: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

/** Returns the machine's part of `config`, and the terms of acquires that name none. */
export function readLockConfig(config: ResourceManagerConfig, attempt: Attempt): {
  machine: LockConfig;
  defaults: AcquireDefaults;
} {
  const { resourceTimeout, leaseMs } = readConfig(ACQUIRE_OPTIONS, config, attempt);
  return {
    machine: readConfig(LOCK_OPTIONS, config, attempt),
    defaults: { mode: "exclusive", units: 1, priority: 0, timeoutMs: resourceTimeout, leaseMs },
  };
}
