/**
 * Locks as callers use them.
 *
 * @module
 */

import { attempting } from "../core/client.ts";
import { quote, requireId, requireInteger } from "../core/arguments.ts";
import type { Clock } from "../core/clock.ts";
import { UninitializedError } from "../core/errors.ts";
import type { EventPublisher } from "../core/engine.ts";
import type { LockEvent } from "./events.ts";
import type { HealthStatus, Instant } from "../core/machine.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import type { CommandLog } from "../core/log.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import type { LockAnswers, LockCommand } from "./commands.ts";
import { type AcquireDefaults, readLockConfig, type ResourceManagerConfig } from "./config.ts";
import {
  allocations,
  explainWait,
  health,
  holders,
  type HolderView,
  queue,
  type WaiterView,
  type WaitExplanation,
  waiting,
} from "./views.ts";
import { LockClient, type LockHandle, type LockHost, LockSet } from "./client.ts";
import { lockMachine } from "./machine.ts";
import {
  acquireAllCommand,
  type AcquireAllOptions,
  acquireCommand,
  type AcquireOptions,
  defineCommand,
  type LockHolder,
  readHolder,
  releaseAllCommand,
  releaseCommand,
  renewCommand,
  type ResourceRequestLike,
} from "./arguments.ts";
import type { LockState } from "./state.ts";

/** What a resource manager is given besides; all of it may be left out. */
export interface ResourceManagerOptions {
  /** Times waits and leases. @default systemClock */
  clock?: Clock;
  /** Where commands are kept, so that locks outlive the process. @default nowhere */
  log?: CommandLog<LockCommand>;
  /** A lock machine that runs already; then `clock`, `log` and the machine's config are its own. */
  host?: LockHost;
}

/**
 * Gives locks to agents: one at a time, in order, with epochs, leases and deadlock detection.
 *
 * Works at once, unless it has a log: then {@linkcode initialize} has to read it first.
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
 */
export class ResourceManager implements AsyncDisposable {
  readonly #defaults: AcquireDefaults;
  readonly #host: Host<LockState, LockCommand, LockEvent, LockAnswers, LockClient>;

  /**
   * Starts with no lock held, or with those of a host that is given.
   *
   * @throws {TypeError | RangeError} when the config, or something else, is malformed
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
    const hosted = {
      thing: "the resource manager",
      machine: lockMachine(rules),
      connect: (host: LockHost) => new LockClient(host),
      recover: endWaits,
    };
    this.#host = new Host(hosted, eventBus, logger, options);
  }

  /**
   * Gets ready. With a log, takes up the locks that it knows of, and ends the waits of those who
   * asked before: nobody is there any more to hear of them.
   */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /** Ends all waits with a `ClosedError` and lets go of everything. Harmless when called again. */
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
   * An agent that holds it already gets a handle of the same epoch at once. Ends in O(log n) for n
   * waiters, O(1) when the lock is free.
   *
   * @throws {LockTimeoutError} when it takes longer than `timeoutMs`
   * @throws {DeadlockError} when the agent gives way in a cycle of waits
   * @throws {LockAbandonedError} when {@linkcode releaseAllForAgent} ends the wait
   * @throws {LockModeError} when the agent holds it already, but in a weaker mode
   * @throws {LimitError} when there is no room to wait, or `units` exceed the capacity
   * @throws the reason of `signal` when it aborts
   */
  acquire(
    resourceId: string,
    agentId: string,
    priorityOrOptions?: number | AcquireOptions,
  ): Promise<LockHandle> {
    return this.#acquire(resourceId, agentId, agentId, priorityOrOptions, true) as Promise<
      LockHandle
    >;
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
   * Waits until the agent can have all of `requests` at the same moment. Where it comes first
   * meanwhile nobody gets past it, so it doesn't starve.
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
      return client.acquire(command, signalOf(options)) as Promise<LockSet>;
    });
  }

  /**
   * Gives a lock back; the next waiter has it when this resolves.
   *
   * @param epoch the grant that is meant, if only that one is
   * @throws {NotHolderError} when the agent doesn't hold it
   * @throws {StaleEpochError} when the agent doesn't hold it under `epoch` any more
   */
  release(resourceId: string, agentId: string, epoch?: number): Promise<void> {
    try {
      const client = this.#host.running("release");
      const command = releaseCommand(client.state, resourceId, agentId, epoch);
      return client.call(command, nothing);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Lets a lease start again, over `leaseMs` if given, and resolves to when it ends: `Infinity` for
   * a lock without a lease.
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

  /** Ends all waits of an agent and gives back all that it holds. */
  releaseAllForAgent(agentId: string): Promise<void> {
    return this.releaseAllFor({ agentId });
  }

  /** Like {@linkcode releaseAllForAgent} for an owner that isn't the agent itself. */
  releaseAllFor(holder: LockHolder): Promise<void> {
    return attempting(() => {
      const command = releaseAllCommand(holder);
      return this.#host.running("release").call(command);
    });
  }

  /**
   * Sets how many units of a resource there are; one that isn't defined has one.
   *
   * @throws {LockModeError} when it is held or waited for, and has another capacity
   */
  define(resourceId: string, definition: { capacity: number }): Promise<void> {
    return attempting(() => {
      const command = defineCommand(resourceId, definition);
      return this.#host.running("define").call(command);
    });
  }

  /** Whether anybody holds the lock. */
  isLocked(resourceId: string): boolean {
    return this.holderOf(resourceId) !== undefined;
  }

  /** The agent that holds the lock; of several, the one that has had it longest. */
  holderOf(resourceId: string): string | undefined {
    return this.holdersOf(resourceId)[0]?.agentId;
  }

  /** All who hold the lock, longest first. */
  holdersOf(resourceId: string): HolderView[] {
    return holders(this.#stateOf(resourceId), resourceId);
  }

  /** All who wait for the lock, in the order in which they are served. */
  queueOf(resourceId: string): WaiterView[] {
    return queue(this.#stateOf(resourceId), resourceId);
  }

  /** From each lock that is held to the agent that holds it. */
  getAllocations(): Map<string, string> {
    return allocations(this.#host.running("look").state);
  }

  /** From each agent that waits to the resources that it waits for. */
  getWaitingRequests(): Map<string, string[]> {
    return waiting(this.#host.running("look").state);
  }

  /**
   * Why a wait has not ended, and what would end it; `undefined` when it has. `resource:queued` and
   * {@linkcode queueOf} tell the ids of waits.
   */
  explain(waitId: number): WaitExplanation | undefined {
    requireInteger(waitId, 1, Number.MAX_SAFE_INTEGER, "waitId", () => "explain a wait");
    return explainWait(this.#host.running("look").state, waitId);
  }

  /** How the locks are. Costs a look at each. */
  getHealthStatus(): Promise<HealthStatus> {
    const { client } = this.#host;
    if (client === undefined) {
      const { message } = new UninitializedError("look", "the resource manager");
      return Promise.resolve({ healthy: false, error: message, metrics: {} });
    }
    const status = health(client.state, client.now, client.stopped);
    status.metrics["deadlocks"] = client.deadlocks;
    return Promise.resolve(status);
  }

  /** Does what is due, which happens by itself too; with a log of its own, writes a snapshot. */
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
      const client = this.#host.running("acquire");
      const { state } = client;
      const defaults = this.#defaults;
      const command = acquireCommand(state, resourceId, agentId, owner, options, defaults, wait);
      const acquired = client.acquire(command, signalOf(options));
      return acquired as Promise<LockHandle | undefined>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #stateOf(resourceId: string): Readonly<LockState> {
    requireId(resourceId, "resourceId", () => `look at ${quote(resourceId)}`);
    return this.#host.running("look").state;
  }
}

/** Nobody is there any more to hear of the waits that a log knows of. */
function endWaits(client: LockClient): void {
  for (const { id: waitId, owner: { agentId, owner } } of [...client.state.waits.values()]) {
    client.owe({ type: "cancel-wait", waitId, agentId, owner });
  }
}

function signalOf(options: number | AcquireAllOptions | undefined): AbortSignal | undefined {
  return typeof options === "object" ? options.signal : undefined;
}

function nothing(): void {}
