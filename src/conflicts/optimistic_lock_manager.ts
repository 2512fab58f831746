/**
 * Changes without locks, as callers make them.
 *
 * @module
 */

import { quote, requireId, requireInteger, requireMs } from "../core/arguments.ts";
import { InvariantError } from "../core/errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import { ConflictClient } from "./client.ts";
import { type OptimisticLockOptions, readRules } from "./config.ts";
import { countReadings, versionOf } from "./versions.ts";

/** How a change without a lock went. */
export interface UpdateResult {
  /** Whether the change counts. */
  readonly ok: boolean;
  /** The newest version: one's own, or what somebody else's change came to. */
  readonly version: number;
}

const THING = "the optimistic lock manager";

/**
 * Compares versions when changes are committed, and locks nobody out: any number of agents may read
 * the same version, the first to commit wins, and the others learn the version that came of it.
 *
 * Works at once, unless it has a log: then {@linkcode initialize} has to read it first.
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
 */
export class OptimisticLockManager implements AsyncDisposable {
  readonly #client: ConflictClient;

  /**
   * A manager of versions, all of them 0.
   *
   * @throws {TypeError | RangeError} when an option, or something else, is malformed
   */
  constructor(
    logger: Logger = defaultLogger,
    eventBus?: EventBus,
    options: OptimisticLockOptions = {},
  ) {
    this.#client = new ConflictClient(THING, readRules(options, THING), logger, eventBus, options);
  }

  /** Gets ready: with a log, takes up the versions that it knows of. */
  initialize(): Promise<void> {
    return this.#client.initialize();
  }

  /** Lets go of everything. Harmless when called again. */
  shutdown(): Promise<void> {
    return this.#client.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Resolves to the newest version of a resource, which the agent may go on to change. */
  async acquireLock(resourceId: string, agentId: string): Promise<number> {
    const attempt = () => `read the version of ${quote(resourceId)} for agent ${quote(agentId)}`;
    requireIds(resourceId, agentId, attempt);
    return await this.#client.ask(
      { type: "read-version", resourceId, agentId },
      attempt,
      (events) => {
        for (const event of events) {
          if (event.type === "version:read" && event.agentId === agentId) return event.version;
        }
        throw new InvariantError(`Cannot ${attempt()}: the machine must answer`);
      },
    );
  }

  /**
   * Commits a change that is based on `expectedVersion`. Resolves to whether it counts: it doesn't
   * when another change came first.
   */
  async validateAndUpdate(
    resourceId: string,
    agentId: string,
    expectedVersion: number,
  ): Promise<boolean> {
    return (await this.tryUpdate(resourceId, agentId, expectedVersion)).ok;
  }

  /** Like {@linkcode validateAndUpdate}, but tells the newest version, too. */
  async tryUpdate(
    resourceId: string,
    agentId: string,
    expectedVersion: number,
  ): Promise<UpdateResult> {
    const attempt = () => `update ${quote(resourceId)} for agent ${quote(agentId)}`;
    requireIds(resourceId, agentId, attempt);
    requireInteger(expectedVersion, 0, Number.MAX_SAFE_INTEGER, "expectedVersion", attempt);
    return await this.#client.ask(
      { type: "commit-version", resourceId, agentId, expectedVersion },
      attempt,
      (events) => {
        for (const event of events) {
          if (event.type !== "version:committed" && event.type !== "version:refused") continue;
          return { ok: event.type === "version:committed", version: event.version };
        }
        throw new InvariantError(`Cannot ${attempt()}: the machine must answer`);
      },
    );
  }

  /** Says that the agent won't change what it read. Nothing when it read nothing. */
  releaseLock(resourceId: string, agentId: string): void {
    const attempt = () => `release ${quote(resourceId)} for agent ${quote(agentId)}`;
    requireIds(resourceId, agentId, attempt);
    this.#client.tell({ type: "release-version", resourceId, agentId }, attempt);
  }

  /** The newest version of a resource; 0 for one that was never changed. */
  currentVersion(resourceId: string): number {
    const attempt = () => `look at the version of ${quote(resourceId)}`;
    requireId(resourceId, "resourceId", attempt);
    return versionOf(this.#client.state(attempt), resourceId);
  }

  /**
   * Forgets who read a version more than `maxAgeMs` ago and has neither changed nor released it.
   * They may commit all the same.
   *
   * @returns how many those are
   */
  cleanupStaleLocks(maxAgeMs: number): number {
    const attempt = () => "forget old readings";
    requireMs(maxAgeMs, 0, "maxAgeMs", attempt);
    const before = this.#client.now(attempt) - maxAgeMs;
    const count = countReadings(this.#client.state(attempt), before);
    this.#client.tell({ type: "forget-readers", before }, attempt);
    return count;
  }
}

function requireIds(resourceId: unknown, agentId: unknown, attempt: () => string): void {
  requireId(resourceId, "resourceId", attempt);
  requireId(agentId, "agentId", attempt);
}
