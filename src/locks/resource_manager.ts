/**
 * Locks as programs use them.
 *
 * @module
 */

import { quote, requireInteger } from "../core/arguments.ts";
import type { Clock } from "../core/clock.ts";
import { attempting, DONE } from "../core/client.ts";
import type { EventPublisher } from "../core/dispatcher.ts";
import type { HealthStatus, Instant, SessionTest } from "../core/machine.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import type { Journal } from "../core/journal.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import { LockClient, type LockHandle, type LockHost, LockSet } from "./client.ts";
import {
  type Acquire,
  type AcquireAll,
  acquireAllCommand,
  acquireCommand,
  acquirePathsCommand,
  defineCommand,
  type LockAnswers,
  type LockCommand,
  readHolder,
  readPathsCheck,
  releaseAllCommand,
  releaseCommand,
  renewCommand,
  revokeCommand,
} from "./commands.ts";
import { requireKnown } from "../core/config.ts";
import {
  type AcquireDefaults,
  KNOWN_LOCK_OPTIONS,
  readLockConfig,
  type ResourceManagerConfig,
} from "./config.ts";
import { orphanedWaits } from "./callers.ts";
import type { LockEvent } from "./events.ts";
import { lockMachine } from "./machine.ts";
import type { LockState } from "./state.ts";
import {
  type AcquireAllOptions,
  type AcquireOptions,
  type AcquirePathsOptions,
  type LockHolder,
  type LockMode,
  requireResourceId,
  type ResourceRequestLike,
} from "./types.ts";
import {
  allocations,
  checkPaths,
  explainWait,
  health,
  holders,
  type HolderView,
  type PathsCheck,
  queue,
  type WaiterView,
  type WaitExplanation,
  waiting,
} from "./views.ts";

/**
 * The surroundings of a resource manager.
 * @category Locks
 */
export interface ResourceManagerOptions {
  /** Times waits and leases. @default systemClock */
  clock?: Clock;
  /** Stores the commands, so that locks outlive the process. @default none */
  journal?: Journal;
  /** Commands in the journal that break the machine, such as `17:0`, and are left out. @default none */
  skip?: readonly string[];
  /** A lock machine that runs already; then `clock`, `journal` and the machine's config are its own. */
  host?: LockHost;
}

/**
 * Grants locks to agents: one at a time, in order, with epochs, leases and deadlock detection.
 *
 * Works at once, unless it has a journal, which {@linkcode initialize} has to read first.
 *
 * @example
 * ```ts
 * import { ResourceManager } from "@lockstep/lockstep";
 *
 * const locks = new ResourceManager({ resourceTimeout: 5_000 });
 * {
 *   await using lock = await locks.acquire("report.md", "writer", { leaseMs: 60_000 });
 *   console.log(locks.holderOf("report.md"), lock.epoch); // writer 1
 *   console.log(await locks.tryAcquire("report.md", "reviewer")); // undefined
 * }
 * await locks.shutdown();
 * ```
 * @category Locks
 */
export class ResourceManager implements AsyncDisposable {
  readonly #defaults: AcquireDefaults;
  readonly #host: Host<LockState, LockCommand, LockEvent, LockAnswers, LockClient>;

  /**
   * Starts with no lock held, or with the locks of `options.host`.
   *
   * @throws {TypeError | RangeError} when an argument is malformed
   */
  constructor(
    config: ResourceManagerConfig = {},
    eventBus?: EventPublisher,
    logger: Logger = defaultLogger,
    options: ResourceManagerOptions = {},
  ) {
    const attempt = () => "create a resource manager";
    const { machine: rules, defaults } = readLockConfig(config, attempt);
    this.#defaults = defaults;
    requireSurroundings(attempt, eventBus, logger, options);
    if (options.host === undefined) requireKnown(KNOWN_LOCK_OPTIONS, config, attempt);
    const hosted = {
      thing: "the resource manager",
      machine: lockMachine(rules),
      connect: (host: LockHost) => new LockClient(host),
      recover: endWaits,
    };
    this.#host = new Host(hosted, eventBus, logger, options);
  }

  /**
   * Reads the journal, if there is one. Locks stay as they were; waits of the process that wrote the journal
   * end, as their callers ended with it, unless they are kept for them (`keepMs`). Idempotent.
   */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /** Ends all waits with a `ClosedError`, and the machine unless it is a host's. Idempotent. */
  shutdown(): Promise<void> {
    return this.#host.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Waits for a lock and resolves to its handle.
   *
   * An agent that holds it already gets a handle of the same epoch at once. Costs O(log n) for n
   * waiters, O(1) when the lock is free.
   *
   * @throws {LockTimeoutError} when the wait exceeds `timeoutMs`, unless that is 0
   * @throws {DeadlockError} when the wait is the victim of a deadlock
   * @throws {LockAbandonedError} when {@linkcode releaseAllForAgent} ends the wait
   * @throws {LockModeError} when the agent holds it already, but in a weaker mode
   * @throws {LimitError} when there is no room to wait, or `units` exceed the capacity
   * @throws {StillWaitingError} with `keepMs`, when `waitMs` has passed or `signal` aborts
   * @throws {TicketExpiredError} when the agent has no wait with the `ticket`
   * @throws the reason of `signal` when it aborts
   */
  acquire(
    resourceId: string,
    agentId: string,
    priorityOrOptions?: number | AcquireOptions,
  ): Promise<LockHandle> {
    const handle = this.#acquire(resourceId, agentId, agentId, priorityOrOptions, true);
    return handle as Promise<LockHandle>;
  }

  /** Like {@linkcode acquire} for an owner that isn't the agent itself. */
  acquireFor(
    holder: LockHolder,
    resourceId: string,
    options?: number | AcquireOptions,
  ): Promise<LockHandle> {
    return attempting(() => {
      const { agentId, owner } = readHolder(holder, () => `acquire ${quote(resourceId)}`);
      return this.#acquire(resourceId, agentId, owner, options, true) as Promise<LockHandle>;
    });
  }

  /** Like {@linkcode acquire}, but resolves to `undefined` instead of waiting. */
  tryAcquire(
    resourceId: string,
    agentId: string,
    options?: number | AcquireOptions,
  ): Promise<LockHandle | undefined> {
    return this.#acquire(resourceId, agentId, agentId, options, false);
  }

  /**
   * Waits until the agent can have all of `requests` at the same moment. No wait overtakes it where
   * it is first in a queue, so it doesn't starve.
   *
   * Rejects like {@linkcode acquire}.
   */
  acquireAll(
    requests: readonly ResourceRequestLike[],
    agentId: string,
    options?: number | AcquireAllOptions,
  ): Promise<LockSet> {
    return this.acquireAllFor({ agentId }, requests, options);
  }

  /** Like {@linkcode acquireAll} for an owner that isn't the agent itself. */
  acquireAllFor(
    holder: LockHolder,
    requests: readonly ResourceRequestLike[],
    options?: number | AcquireAllOptions,
  ): Promise<LockSet> {
    return attempting(() => {
      const { agentId, owner } = readHolder(holder, () => "acquire several locks");
      const command = acquireAllCommand(requests, agentId, owner, options, this.#defaults);
      const client = this.#host.running("acquire");
      if (command.requests.length === 0) {
        if (client.stopped !== undefined) throw client.stopped;
        return Promise.resolve(new LockSet(agentId, []));
      }
      return acquireBy(client, command, options) as Promise<LockSet>;
    });
  }

  /**
   * Waits for a set of paths, given by patterns: `src/auth/**` is a folder with all below it, `src` is
   * that one path, and `*`, `?`, `[a-z]`, `[!a-z]` and `{a,b}` stand for some characters of a segment.
   * All of them are granted, or none.
   *
   * Two agents conflict when some path matches a pattern of each, and one of them holds or requests
   * it exclusively. An agent doesn't conflict with itself: it may hold paths that overlap, each under
   * its own epoch. The same patterns once more are a handle of the same epoch.
   *
   * Costs O(p) for p sets in use that begin with the same folders, and rejects like
   * {@linkcode acquire}.
   *
   * @throws {RangeError} when a pattern is malformed, or may name a path outside of the root
   * @throws {LimitError} when the patterns take too long to compare, or overlap with too many
   */
  acquirePaths(
    patterns: readonly string[],
    agentId: string,
    options?: number | AcquirePathsOptions,
  ): Promise<LockHandle> {
    return this.acquirePathsFor({ agentId }, patterns, options);
  }

  /** Like {@linkcode acquirePaths} for an owner that isn't the agent itself. */
  acquirePathsFor(
    holder: LockHolder,
    patterns: readonly string[],
    options?: number | AcquirePathsOptions,
  ): Promise<LockHandle> {
    return attempting(() => {
      const { agentId, owner } = readHolder(holder, () => `acquire ${quote(patterns)}`);
      const command = acquirePathsCommand(patterns, agentId, owner, options, this.#defaults);
      return acquireBy(this.#host.running("acquire"), command, options) as Promise<LockHandle>;
    });
  }

  /**
   * Returns the grants and waits that are in the way of a request for paths, without a request.
   *
   * @param agentId the agent that would request them; its own grants and waits are in no way
   * @throws {RangeError} when a pattern is malformed, or may name a path outside of the root
   */
  checkPaths(
    patterns: readonly string[],
    agentId?: string,
    options: { mode?: LockMode; priority?: number } = {},
  ): PathsCheck {
    const { request, priority } = readPathsCheck(patterns, agentId, options);
    const { state, now } = this.#host.running("read the state");
    return checkPaths(state, request, agentId, now - priority * state.config.agingMs);
  }

  /**
   * Releases a lock; the next waiter holds it when this resolves.
   *
   * @param epoch the epoch of the grant to release; any by default
   * @throws {NotHolderError} when the agent doesn't hold it
   * @throws {StaleEpochError} when the agent doesn't hold it under `epoch` any more
   */
  release(resourceId: string, agentId: string, epoch?: number): Promise<void> {
    try {
      const client = this.#host.client ?? this.#host.running("release");
      if (client.releasePlainly(resourceId, agentId, epoch)) return DONE;
      return client.release(releaseCommand(client.state, resourceId, agentId, epoch));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Starts a lease anew, with `leaseMs` if given. Resolves to the time when it ends: `Infinity` for a
   * lock without a lease.
   *
   * @throws {NotHolderError} when the agent doesn't hold it
   * @throws {StaleEpochError} when the agent doesn't hold it under `epoch` any more
   */
  renew(resourceId: string, agentId: string, leaseMs?: number, epoch?: number): Promise<Instant> {
    return attempting(() => {
      const command = renewCommand(resourceId, agentId, agentId, leaseMs, epoch);
      return this.#host.running("renew").call(command, ({ expiresAt }) => expiresAt);
    });
  }

  /** Like {@linkcode release} for an owner that isn't the agent itself. */
  releaseFor(holder: LockHolder, resourceId: string, epoch?: number): Promise<void> {
    return attempting(() => {
      const { agentId, owner } = readHolder(holder, () => `release ${quote(resourceId)}`);
      const client = this.#host.running("release");
      const command = releaseCommand(client.state, resourceId, agentId, epoch);
      return client.release({ ...command, owner });
    });
  }

  /** Like {@linkcode renew} for an owner that isn't the agent itself. */
  renewFor(
    holder: LockHolder,
    resourceId: string,
    leaseMs?: number,
    epoch?: number,
  ): Promise<Instant> {
    return attempting(() => {
      const { agentId, owner } = readHolder(holder, () => `renew ${quote(resourceId)}`);
      const command = renewCommand(resourceId, agentId, owner, leaseMs, epoch);
      return this.#host.running("renew").call(command, ({ expiresAt }) => expiresAt);
    });
  }

  /** Ends all waits of an agent and releases all its locks. */
  releaseAllForAgent(agentId: string): Promise<void> {
    return this.releaseAllFor({ agentId });
  }

  /** Like {@linkcode releaseAllForAgent} for an owner that isn't the agent itself. */
  releaseAllFor(holder: LockHolder): Promise<void> {
    return attempting(() => {
      const command = releaseAllCommand(holder);
      return this.#host.running("release").perform(command);
    });
  }

  /**
   * Takes a lock away from its holder, which may be an agent, a claim of a task, or a reservation of
   * paths; the next waiter holds it when this resolves. The holder's `signal` aborts, and a claim that
   * loses a lock ends: its task is tried again.
   *
   * @param epoch the epoch of the grant, as in {@linkcode holdersOf}
   * @throws {StaleEpochError} when that grant is not in force
   */
  revoke(resourceId: string, epoch: number): Promise<void> {
    return attempting(() => {
      const command = revokeCommand(resourceId, epoch);
      return this.#host.running("revoke").perform(command);
    });
  }

  /**
   * Sets the number of units of a resource, also while it is in use. One that is not defined has one. A
   * definition is kept until {@linkcode undefine}.
   *
   * With more units, waiters that fit are granted theirs in the same step, in the order of the queue. With
   * fewer, holders keep what they have, and no more is granted until enough of them have released theirs;
   * a wait for more units than there are ends with a `LockAbandonedError`.
   *
   * @throws {LimitError} when `maxDefined` others are defined
   */
  define(resourceId: string, definition: { capacity: number }): Promise<void> {
    return attempting(() => {
      const command = defineCommand(resourceId, definition);
      return this.#host.running("define").perform(command);
    });
  }

  /**
   * Removes the definition of a resource: it has one unit again, and is kept only while it is in use.
   * The same as a definition with a capacity of 1. A no-op for one that is not defined.
   */
  undefine(resourceId: string): Promise<void> {
    return this.define(resourceId, { capacity: 1 });
  }

  /** Whether the lock is held. */
  isLocked(resourceId: string): boolean {
    return this.holderOf(resourceId) !== undefined;
  }

  /**
   * Returns the agent that holds the lock; of several, the oldest holder. For a task that has its locks
   * and no slot, that is its last agent: {@linkcode holdersOf} names the task.
   */
  holderOf(resourceId: string): string | undefined {
    return this.holdersOf(resourceId)[0]?.agentId;
  }

  /** Returns all holders of the lock, oldest first. */
  holdersOf(resourceId: string): HolderView[] {
    return holders(this.#stateOf(resourceId), resourceId);
  }

  /** Returns all waiters of the lock, in the order in which they are served. */
  queueOf(resourceId: string): WaiterView[] {
    return queue(this.#stateOf(resourceId), resourceId);
  }

  /** Maps each lock that is held to the agent that holds it. */
  getAllocations(): Map<string, string> {
    return allocations(this.#host.running("read the state").state);
  }

  /** Maps each agent that waits to the resources that it waits for. */
  getWaitingRequests(): Map<string, string[]> {
    return waiting(this.#host.running("read the state").state);
  }

  /**
   * Explains why a wait has not ended; `undefined` when it has. Its id is that of `resource:queued`
   * and of {@linkcode queueOf}.
   */
  explain(waitId: number): WaitExplanation | undefined {
    requireInteger(waitId, 1, Number.MAX_SAFE_INTEGER, "waitId", () => "explain a wait");
    return explainWait(this.#host.running("read the state").state, waitId);
  }

  /** Returns the health of the locks. Costs O(locks). */
  getHealthStatus(): Promise<HealthStatus> {
    return this.#host.health(({ state, now, problem, deadlocks }) => {
      const status = health(state, now, problem);
      status.metrics["deadlocks"] = deadlocks;
      return status;
    });
  }

  /** Fires due timers at once, and writes a snapshot to the manager's own journal. */
  performMaintenance(): Promise<void> {
    return this.#host.maintain();
  }

  #acquire(
    resourceId: string,
    agentId: string,
    owner: string,
    options: number | AcquireOptions | undefined,
    wait: boolean,
  ): Promise<LockHandle | undefined> {
    try {
      const client = this.#host.client ?? this.#host.running("acquire");
      const { state } = client;
      const defaults = this.#defaults;
      if (options === undefined && agentId === owner) {
        const granted = client.acquirePlainly(resourceId, agentId, defaults);
        if (granted !== undefined) return granted;
      }
      const command = acquireCommand(state, resourceId, agentId, owner, options, defaults, wait);
      return acquireBy(client, command, options) as Promise<LockHandle | undefined>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #stateOf(resourceId: string): Readonly<LockState> {
    requireResourceId(resourceId, "resourceId", () => `look at ${quote(resourceId)}`);
    return this.#host.running("read the state").state;
  }
}

/** Sends an acquire, and obeys those of its options that are not in the command. */
function acquireBy(
  client: LockClient,
  command: Acquire | AcquireAll,
  options: number | AcquireOptions | undefined,
): Promise<LockHandle | LockSet | undefined> {
  if (typeof options !== "object") return client.acquire(command, undefined);
  const { signal, autoRenew } = options;
  return autoRenew ? client.acquireRenewed(command, signal) : client.acquire(command, signal);
}

/**
 * Ends the waits that a journal contains, as their callers ended with the process that wrote it; those that
 * are kept for their callers go on.
 */
function endWaits(client: LockClient, isOver: SessionTest): void {
  for (const end of orphanedWaits(client.state, isOver)) client.owe(end);
}
