/**
 * What a caller has of a lock: its epoch, a way to give it back, and a signal for when it is lost.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/** What a handle needs of whoever made it. */
export interface LockKeeper {
  /** Gives the lock back; when `quietly`, it is fine that it is lost. */
  giveBack(handle: LockHandle, owner: string, quietly: boolean): Promise<void>;
  /** Extends the lease and tells until when. */
  extend(handle: LockHandle, owner: string, leaseMs: number | undefined): Promise<Instant>;
  /** Starts to tell of the loss of the lock. */
  watch(handle: LockHandle, owner: string): Watch;
}

/** Somebody who wants to know when a lock is lost. */
export interface Watch {
  readonly handle: LockHandle;
  readonly controller: AbortController;
}

/**
 * A lock that is held, under an epoch.
 *
 * @example
 * ```ts
 * import { ResourceManager } from "@lockstep/lockstep";
 *
 * await using locks = new ResourceManager();
 * {
 *   await using lock = await locks.acquire("report.md", "writer");
 *   console.log(lock.epoch, lock.signal.aborted); // 1 false
 * }
 * console.log(locks.isLocked("report.md")); // false
 * ```
 */
export class LockHandle implements AsyncDisposable {
  /** The id of what is held. */
  readonly resource: string;
  /** The id of who holds it. */
  readonly agent: string;
  /** Larger than that of every earlier grant: show it to whatever the lock protects. */
  readonly epoch: number;
  /** Whether the agent held the lock before it asked; then disposing of this handle keeps it. */
  readonly borrowed: boolean;
  readonly #keeper: LockKeeper;
  readonly #owner: string;
  #watch: Watch | undefined;

  /** Handles come from `acquire`; nobody else needs to make one. */
  constructor(
    keeper: LockKeeper,
    resource: string,
    agent: string,
    owner: string,
    epoch: number,
    borrowed: boolean,
  ) {
    this.resource = resource;
    this.agent = agent;
    this.epoch = epoch;
    this.borrowed = borrowed;
    this.#keeper = keeper;
    this.#owner = owner;
  }

  /**
   * Aborts with a `LockLostError` when the lock is lost: its lease expired, it was revoked, or
   * somebody else's call released it. `release()` on this handle doesn't abort it. A signal that is
   * first asked for when the lock is gone is aborted from the start.
   */
  get signal(): AbortSignal {
    this.#watch ??= this.#keeper.watch(this, this.#owner);
    return this.#watch.controller.signal;
  }

  /**
   * Gives the lock back; also a borrowed one.
   *
   * @throws {StaleEpochError} when it is not held under this epoch any more
   */
  release(): Promise<void> {
    return this.#keeper.giveBack(this, this.#owner, false);
  }

  /**
   * Lets the lease start again, over `leaseMs` if given, and tells when it ends: `Infinity` for a
   * lock without a lease.
   *
   * @throws {StaleEpochError} when it is not held under this epoch any more
   */
  renew(leaseMs?: number): Promise<Instant> {
    return this.#keeper.extend(this, this.#owner, leaseMs);
  }

  /** Gives the lock back if it is still held under this epoch, and isn't borrowed. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.borrowed) return Promise.resolve();
    return this.#keeper.giveBack(this, this.#owner, true);
  }
}

/**
 * Several locks that were acquired together.
 *
 * @example
 * ```ts
 * import { ResourceManager } from "@lockstep/lockstep";
 *
 * await using locks = new ResourceManager();
 * await using set = await locks.acquireAll(["b.ts", "a.ts"], "writer");
 * console.log(set.resources.join(", ")); // b.ts, a.ts
 * ```
 */
export class LockSet implements AsyncDisposable {
  /** The id of who holds them. */
  readonly agent: string;
  /** One for each request, in the order of the requests. */
  readonly locks: readonly LockHandle[];
  #signal: AbortSignal | undefined;

  /** Sets come from `acquireAll`; nobody else needs to make one. */
  constructor(agent: string, locks: readonly LockHandle[]) {
    this.agent = agent;
    this.locks = locks;
  }

  /** What they are locks of. */
  get resources(): string[] {
    return this.locks.map((lock) => lock.resource);
  }

  /** The newest of their epochs, or 0 when there are none. */
  get epoch(): number {
    return this.locks.reduce((newest, lock) => Math.max(newest, lock.epoch), 0);
  }

  /** Aborts with a `LockLostError` when one of them is lost. */
  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.any(this.locks.map((lock) => lock.signal));
    return this.#signal;
  }

  /**
   * Gives all of them back.
   *
   * @throws {StaleEpochError} when one is not held any more; the others are given back all the same
   */
  release(): Promise<void> {
    return all(this.locks.map((lock) => lock.release()));
  }

  /** Lets their leases start again, and tells when the first of them ends. */
  async renew(leaseMs?: number): Promise<Instant> {
    return Math.min(...await Promise.all(this.locks.map((lock) => lock.renew(leaseMs))));
  }

  /** Gives those back that are still held under their epoch, and aren't borrowed. */
  [Symbol.asyncDispose](): Promise<void> {
    return all(this.locks.map((lock) => lock[Symbol.asyncDispose]()));
  }
}

/** Waits for all, then throws what the first of them threw. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
