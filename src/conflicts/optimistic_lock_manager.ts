/**
 * The façade of changes without locks.
 *
 * @module
 */

import { type Attempt, quote, requireId, requireInteger, requireMs } from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { readConfig } from "../core/config.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import { Refusal } from "../core/machine.ts";
import { type ConflictHosting, HostOfConflicts } from "./client.ts";
import type { CommitVersion, ReadVersion, ReleaseVersion } from "./commands.ts";
import { CONFLICT_OPTIONS, type ConflictConfig } from "./config.ts";
import { attemptOf } from "./errors.ts";
import type { VersionRefused } from "./events.ts";
import { countReadings, versionOf } from "./views.ts";

/**
 * Options of {@linkcode OptimisticLockManager}; all of them may be left out.
 * @category Conflicts
 */
export interface OptimisticLockOptions
  extends ConflictHosting, Partial<Pick<ConflictConfig, "maxIdleVersions" | "maxReadings">> {}

/**
 * The result of a change without a lock.
 * @category Conflicts
 */
export interface UpdateResult {
  /** Whether the change counts. */
  readonly ok: boolean;
  /** The newest version: that of this change, or of the one that came first. */
  readonly version: number;
}

const THING = "the optimistic lock manager";

/**
 * Compares versions when changes are committed, and excludes no agent: any number of them may read the
 * same version, the first commit wins, and the others get the version that it made.
 *
 * Works at once, unless it has a journal: then {@linkcode initialize} has to read it first.
 *
 * @example
 * ```ts
 * import { OptimisticLockManager } from "@lockstep/lockstep";
 *
 * const versions = new OptimisticLockManager();
 * const seen = await versions.acquireLock("plan.md", "writer");
 * await versions.acquireLock("plan.md", "reviewer");
 * console.log(await versions.tryUpdate("plan.md", "writer", seen)); // { ok: true, version: 1 }
 * console.log(await versions.tryUpdate("plan.md", "reviewer", seen)); // { ok: false, version: 1 }
 * await versions.shutdown();
 * ```
 * @category Conflicts
 */
export class OptimisticLockManager implements AsyncDisposable {
  readonly #host: HostOfConflicts;

  /**
   * Makes a manager of versions, all of them 0.
   *
   * @throws {TypeError | RangeError} when an option, or something else, is malformed
   */
  constructor(
    logger: Logger = defaultLogger,
    eventBus?: EventBus,
    options: OptimisticLockOptions = {},
  ) {
    const config = readConfig(CONFLICT_OPTIONS, options, () => `create ${THING}`);
    this.#host = new HostOfConflicts(THING, config, eventBus, logger, options);
  }

  /** Reads the journal, if there is one. Idempotent. */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /** Closes the manager. Idempotent. */
  shutdown(): Promise<void> {
    return this.#host.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Resolves to the newest version of a resource, which the agent may then change. */
  async acquireLock(resourceId: string, agentId: string): Promise<number> {
    const command: ReadVersion = { type: "read-version", resourceId, agentId };
    const attempt = () => attemptOf(command);
    requireIds(command, attempt);
    return await this.#host.clientFor(attempt).call(command, ({ version }) => version);
  }

  /**
   * Commits a change that is based on `expectedVersion`. Resolves to whether it counts: it does not
   * when another change was committed first.
   */
  async validateAndUpdate(
    resourceId: string,
    agentId: string,
    expectedVersion: number,
  ): Promise<boolean> {
    return (await this.tryUpdate(resourceId, agentId, expectedVersion)).ok;
  }

  /** Like {@linkcode validateAndUpdate}, but resolves to the newest version, too. */
  async tryUpdate(
    resourceId: string,
    agentId: string,
    expectedVersion: number,
  ): Promise<UpdateResult> {
    const command: CommitVersion = {
      type: "commit-version",
      resourceId,
      agentId,
      expectedVersion,
    };
    const attempt = () => attemptOf(command);
    requireIds(command, attempt);
    requireInteger(expectedVersion, 0, Number.MAX_SAFE_INTEGER, "expectedVersion", attempt);
    const outcome = await this.#host.clientFor(attempt).outcomeOf(command);
    return outcome instanceof Refusal
      ? { ok: false, version: (outcome.event as VersionRefused).version }
      : { ok: true, version: outcome.version };
  }

  /** Ends the reading of an agent without a change. A no-op when it has none. */
  releaseLock(resourceId: string, agentId: string): void {
    const command: ReleaseVersion = { type: "release-version", resourceId, agentId };
    const attempt = () => attemptOf(command);
    requireIds(command, attempt);
    this.#host.clientFor(attempt).owe(command);
  }

  /** Returns the newest version of a resource; 0 for one that was never changed. */
  currentVersion(resourceId: string): number {
    const attempt = () => `look at the version of ${quote(resourceId)}`;
    requireId(resourceId, "resourceId", attempt);
    return versionOf(this.#host.clientFor(attempt).state, resourceId);
  }

  /**
   * Evicts the readings that began more than `maxAgeMs` ago. Their agents may still commit.
   *
   * @returns the number of those readings
   */
  cleanupStaleLocks(maxAgeMs: number): number {
    const attempt = () => attemptOf({ type: "forget-readers" });
    requireMs(maxAgeMs, 0, "maxAgeMs", attempt);
    const client = this.#host.clientFor(attempt);
    const before = Math.floor(client.now) - maxAgeMs;
    const count = countReadings(client.state, before);
    client.owe({ type: "forget-readers", before });
    return count;
  }
}

function requireIds(
  { resourceId, agentId }: { resourceId: unknown; agentId: unknown },
  attempt: Attempt,
): void {
  requireId(resourceId, "resourceId", attempt);
  requireId(agentId, "agentId", attempt);
}
