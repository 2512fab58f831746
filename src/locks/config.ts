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
  SYSTEM_OPTIONS,
} from "../core/config.ts";
import type { LockMode } from "./types.ts";

/**
 * The options of a lock machine.
 * @category Locks
 */
export interface LockConfig {
  /** The age that one point of priority adds to a wait, in milliseconds. @default 10_000 */
  readonly agingMs: number;
  /** Whether deadlocks are detected. @default true */
  readonly deadlockDetection: boolean;
  /**
   * The consequence for the victim of a deadlock: `abort` ends its wait, `revoke` also takes its lock
   * that the cycle waits for. @default "abort"
   */
  readonly deadlockPolicy: "abort" | "revoke";
  /** The most waiters of one resource, and the most holders. @default 1_000_000 */
  readonly maxWaiters: number;
  /** The most resources that are held, waited for or defined at once. @default 1_000_000 */
  readonly maxResources: number;
  /** The most resources that have another capacity than 1. @default 100_000 */
  readonly maxDefined: number;
  /**
   * Whether paths that differ in the case of their letters differ. Set it to `false` for files of a file
   * system that ignores case, as those of macOS and Windows do. @default true
   */
  readonly caseSensitivePaths: boolean;
  /** The most sets of paths in use that one set may overlap with. @default 100_000 */
  readonly maxOverlaps: number;
  /** The most requests that wait for a response at once. @default 1_000_000 */
  readonly maxAsks: number;
  /**
   * The most waits of callers that had left of which it is remembered how they ended, for their
   * tickets; the oldest is forgotten first. @default 10_000
   */
  readonly maxEndedWaits: number;
}

const LONGEST_AGING_MS = 1_000_000_000;

/** The default and the check of each option of a lock machine. */
export const LOCK_OPTIONS: Options<LockConfig> = {
  agingMs: integer(10_000, 0, LONGEST_AGING_MS),
  deadlockDetection: boolean(true),
  deadlockPolicy: oneOf("abort", ["abort", "revoke"]),
  maxWaiters: count(1_000_000),
  maxResources: count(1_000_000),
  maxDefined: count(100_000, 0),
  caseSensitivePaths: boolean(true),
  maxOverlaps: count(100_000, 0),
  maxAsks: count(1_000_000, 0),
  maxEndedWaits: count(10_000, 0),
};

/** The config of a lock machine that gets none. */
export const DEFAULT_LOCK_CONFIG: LockConfig = defaultsOf(LOCK_OPTIONS);

/**
 * Options of {@linkcode ResourceManager}. It ignores those of other subsystems, so the config of a
 * whole coordination system fits.
 *
 * @category Locks
 */
export interface ResourceManagerConfig extends Partial<LockConfig> {
  /** The time limit of a wait, in milliseconds; 0 for none. @default 30_000 */
  resourceTimeout?: number;
  /** The length of a lease, in milliseconds; 0 for locks without one. @default 0 */
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

/** All options of a resource manager, and those that it ignores. */
export const KNOWN_LOCK_OPTIONS: readonly object[] = [
  LOCK_OPTIONS,
  ACQUIRE_OPTIONS,
  SYSTEM_OPTIONS,
];

/** The terms of an acquire, which its options replace one by one. */
export interface AcquireDefaults {
  readonly mode: LockMode;
  readonly units: number;
  readonly priority: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

/** Returns the machine's part of `config`, and the terms of acquires without options. */
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
