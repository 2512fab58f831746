/**
 * The client of a lock machine: turns answers and events into handles, errors and signals.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { attempting, Deferred, DONE, MachineClient, type MachineHost } from "../core/client.ts";
import type { CancelTimer } from "../core/clock.ts";
import { rejectedFor } from "../core/call_site.ts";
import { ClosedError, JournalError, StaleEpochError } from "../core/errors.ts";
import { type Instant, type Outcome, Refusal } from "../core/machine.ts";
import { joinSignals } from "../core/signals.ts";
import { StillWaitingError, ticketOf } from "../core/tickets.ts";
import {
  type Acquire,
  type AcquireAll,
  type GroupGrant,
  isForUnused,
  type LockAnswers,
  type LockCommand,
  type Release,
  renewCommand,
  type ResourceCommand,
} from "./commands.ts";
import { endError, LockLostError, refusalError } from "./errors.ts";
import type {
  LockEvent,
  ResourceAcquired,
  ResourceReacquired,
  ResourceRefused,
  WaitEnd,
} from "./events.ts";
import type { AcquireDefaults } from "./config.ts";
import { patternsOf } from "./paths.ts";
import { isPlainAcquire, PLAIN_ACQUIRE, PLAIN_RELEASE, plainlyReleased } from "./transitions.ts";
import { findHold, type LockState } from "./state.ts";
import { WAIT_TICKETS } from "./types.ts";

/** A running lock machine, alone in its engine or part of a larger one. */
export interface LockHost extends MachineHost<LockState, LockCommand, LockEvent, LockAnswers> {}

type AcquireCommand = Acquire | AcquireAll;
type AcquireOutcome = Outcome<LockAnswers, AcquireCommand>;

/** The ways in which a handle can lose its lock, by the event about it. */
const LOSSES = {
  "resource:released": "released",
  "resource:expired": "expired",
  "resource:revoked": "revoked",
} as const;

type Loss = LockLostError["reason"];
const LOSS_EVENTS = Object.keys(LOSSES) as (keyof typeof LOSSES)[];

/** Sends the commands of a lock façade, and keeps the calls that wait. */
export class LockClient extends MachineClient<LockState, ResourceCommand, LockEvent, LockAnswers> {
  /** By wait, the call that waits. */
  readonly #waiting = new Map<number, Acquisition>();
  /** The timers of leases that renew themselves. */
  readonly #renewals = new Set<CancelTimer>();
  /** By epoch, the functions to call when the lock is lost. */
  readonly #onLoss = new Map<number, ((reason: Loss) => void)[]>();
  #observesWaits = false;
  #observesLosses = false;
  #deadlocks = 0;

  /** Makes a client of the machine in `host`. */
  constructor(host: LockHost) {
    super(host);
    this.listen(["deadlock:detected"], (event) => {
      this.#deadlocks++;
      this.#waiting.get(event.waitId)?.endBy(event);
    });
  }

  /** The number of deadlocks detected. */
  get deadlocks(): number {
    return this.#deadlocks;
  }

  /** The number of calls that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Acquires, and renews the leases of what it got until that is released, lost or collected. */
  async acquireRenewed(
    command: AcquireCommand,
    signal: AbortSignal | undefined,
  ): Promise<LockHandle | LockSet | undefined> {
    const acquired = await this.acquire(command, signal);
    const handles = acquired instanceof LockSet ? acquired.locks : acquired ? [acquired] : [];
    for (const handle of handles) this.#renewLater(new WeakRef(handle), command.leaseMs);
    return acquired;
  }

  /**
   * Acquires one lock or several. Resolves to `undefined` when the command forbids a wait.
   *
   * A lock that is not in use can be had in the step, so that the call needs nothing to wait by.
   */
  acquire(
    command: AcquireCommand,
    signal: AbortSignal | undefined,
  ): Promise<LockHandle | LockSet | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.stopped !== undefined) return Promise.reject(this.stopped);
    try {
      return this.#isAtOnce(command) ? this.#grantOf(command) : this.#send(command, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Acquires a lock for an agent in a plain step, if that is possible; both ids are known then, so they
   * were checked before.
   */
  acquirePlainly(
    resourceId: string,
    agentId: string,
    terms: AcquireDefaults,
  ): Promise<LockHandle> | undefined {
    const { state, host: { plain } } = this;
    if (plain === undefined || this.stopped !== undefined) return undefined;
    const lock = state.locks.get(resourceId);
    const owner = state.owners.get(agentId);
    if (lock === undefined || owner?.agentId !== agentId) return undefined;
    if (!isPlainAcquire(state, lock, owner, terms)) return undefined;
    const hold = plain.take(PLAIN_ACQUIRE, lock, owner, terms);
    if (hold === undefined) return undefined;
    return Promise.resolve(new LockHandle(this, resourceId, agentId, agentId, hold.epoch, false));
  }

  /** Releases a lock in a plain step, if that is possible. Returns whether it did. */
  releasePlainly(resourceId: string, owner: string, epoch: number | undefined): boolean {
    const { state, host: { plain } } = this;
    if (plain === undefined || this.stopped !== undefined) return false;
    const hold = plainlyReleased(state, resourceId, owner, epoch);
    return hold !== undefined && plain.take(PLAIN_RELEASE, hold) !== undefined;
  }

  #isAtOnce(command: AcquireCommand): command is Acquire {
    return this.host.dispatcher.synchronous && command.type === "acquire" &&
      isForUnused(this.state, command);
  }

  #grantOf(command: Acquire): Promise<LockHandle | undefined> {
    const outcome = this.host.dispatcher.dispatch(command);
    if (outcome instanceof Refusal) {
      if (isNoWait(outcome)) return Promise.resolve(undefined);
      return rejectedFor(this.errorOf(outcome, command));
    }
    const { resourceId, agentId, owner } = command;
    const { epoch } = outcome as { readonly epoch: number };
    return Promise.resolve(new LockHandle(this, resourceId, agentId, owner, epoch, false));
  }

  #send(
    command: AcquireCommand,
    signal: AbortSignal | undefined,
  ): Promise<LockHandle | LockSet | undefined> {
    const call = new Acquisition(this, command, signal);
    this.host.dispatcher.send(command, (outcome: AcquireOutcome | undefined, error) => {
      call.answer(outcome, error);
    });
    return call.promise();
  }

  /** Releases a lock. */
  release(command: Release): Promise<void> {
    return this.perform(command);
  }

  /** Notifies `call` of the grants or the end of a wait, in place of a call that waited for it. */
  addWait(waitId: number, call: Acquisition): void {
    this.#waiting.get(waitId)?.leave(this.now, undefined);
    this.#waiting.set(waitId, call);
    if (this.#observesWaits) return;
    this.#observesWaits = true;
    this.listen(["resource:acquired", "resource:reacquired"], (event) => {
      if (event.waitId !== 0) this.#waiting.get(event.waitId)?.grant(event);
    });
    const ends = ["resource:timed-out", "resource:cancelled", "resource:abandoned"] as const;
    this.listen(ends, (event) => this.#waiting.get(event.waitId)?.endBy(event));
    this.listen(["resource:detached"], ({ waitId, keptUntil }) => {
      this.#waiting.get(waitId)?.leave(keptUntil, undefined);
    });
  }

  /** Undoes {@linkcode addWait}. */
  removeWait(waitId: number): void {
    this.#waiting.delete(waitId);
  }

  /** Calls `lost` when the grant of `epoch` ends. Returns whether it is still in force. */
  watch(
    resourceId: string,
    ownerName: string,
    epoch: number,
    lost: (reason: Loss) => void,
  ): boolean {
    if (this.stopped !== undefined) return false;
    const lock = this.state.locks.get(resourceId);
    const owner = this.state.owners.get(ownerName);
    const held = lock === undefined || owner === undefined ? undefined : findHold(lock, owner);
    if (held?.epoch !== epoch) return false;
    const others = this.#onLoss.get(epoch);
    if (others === undefined) this.#onLoss.set(epoch, [lost]);
    else others.push(lost);
    if (this.#observesLosses) return true;
    this.#observesLosses = true;
    this.listen(LOSS_EVENTS, ({ type, epoch }) => {
      const listeners = this.#onLoss.get(epoch) ?? [];
      this.#onLoss.delete(epoch);
      for (const listener of listeners) listener(LOSSES[type]);
    });
    return true;
  }

  /** Ends all calls that wait, and cancels their waits if the machine goes on. */
  close(): void {
    const calls = [...this.#waiting.values()];
    this.stop(new ClosedError("go on", "the resource manager"));
    for (const call of calls) call.cancel();
  }

  override errorOf({ event }: Refusal, command: ResourceCommand): Error {
    return refusalError(this.state, command, event as ResourceRefused);
  }

  /** Renews a lease at a third of its length, and so on; the timer keeps nothing alive. */
  #renewLater(handle: WeakRef<LockHandle>, leaseMs: number): void {
    if (this.stopped !== undefined || handle.deref()?.isReleased !== false) return;
    const { clock } = this.host.dispatcher;
    const cancel = clock.setTimer(clock.now() + Math.ceil(leaseMs / 3), () => {
      this.#renewals.delete(cancel);
      // An error of the journal is temporary, and a lock that was lost or released is not renewed again.
      handle.deref()?.renew(leaseMs)
        .catch((error) => isTemporary(error) ? undefined : Promise.reject(error))
        .then(() => this.#renewLater(handle, leaseMs), ignore);
    });
    cancel.keepAlive?.(false);
    this.#renewals.add(cancel);
    handle.deref()?.whenReleased(() => {
      cancel();
      this.#renewals.delete(cancel);
    });
  }

  protected override end(error: unknown): void {
    for (const cancel of this.#renewals) cancel();
    this.#renewals.clear();
    for (const call of [...this.#waiting.values()]) call.end(error);
    for (const lost of [...this.#onLoss.values()].flat()) lost("closed");
    this.#onLoss.clear();
  }
}

/** Whether a command was refused that may not wait, which is no error. */
function isNoWait({ event }: Refusal): boolean {
  return (event as ResourceRefused).reason === "held";
}

function isTemporary(error: unknown): boolean {
  return error instanceof JournalError;
}

function ignore(): void {}

/** A call of `acquire` that waits, for the lock or for the journal. */
class Acquisition extends Deferred<LockHandle | LockSet | undefined> {
  readonly #client: LockClient;
  readonly #command: AcquireCommand;
  readonly #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;
  #waitId = 0;
  /** The grants so far of a call for several locks. */
  #handles: LockHandle[] | undefined;

  constructor(client: LockClient, command: AcquireCommand, signal: AbortSignal | undefined) {
    super(client.keeper);
    this.#client = client;
    this.#command = command;
    this.#signal = signal;
    if (signal === undefined) return;
    this.#onAbort = () => {
      const { keepMs } = command;
      if (keepMs === undefined || this.#waitId === 0) this.end(signal.reason);
      else this.leave(client.now + keepMs, signal.reason);
      this.cancel();
    };
    signal.addEventListener("abort", this.#onAbort);
  }

  /** Receives the answer to the command, or the error because of which it was not stepped. */
  answer(outcome: AcquireOutcome | undefined, error: unknown): void {
    const command = this.#command;
    if (outcome === undefined) return this.end(error);
    if (this.settled) return this.#undo(outcome);
    if (outcome instanceof Refusal) {
      if (isNoWait(outcome)) return this.#finish(undefined);
      return this.fail(this.#client.errorOf(outcome, command));
    }
    if (outcome.status === "ended") return this.endBy(outcome.end);
    if (outcome.status === "queued") return this.#wait(outcome.waitId);
    const grants = "grants" in outcome ? outcome.grants : [{
      resourceId: (command as Acquire).resourceId,
      epoch: outcome.epoch,
      borrowed: outcome.status === "held",
    }];
    for (const grant of grants) this.#add(grant);
  }

  /** Receives a grant that ends the wait, or one of several that do. */
  grant({ type, resourceId, epoch }: ResourceAcquired | ResourceReacquired): void {
    this.#add({ resourceId, epoch, borrowed: type === "resource:reacquired" });
  }

  /** Rejects the call, whose wait is kept. */
  leave(keptUntil: Instant, cause: unknown): void {
    const { agentId } = this.#command;
    const attempt = `acquire ${this.#resourceIds.map(quote).join(", ")} for agent ${
      quote(agentId)
    }`;
    const ticket = ticketOf(WAIT_TICKETS, this.#waitId);
    this.fail(new StillWaitingError(attempt, ticket, keptUntil, { cause }));
  }

  /** Receives the end of the wait without a grant. */
  endBy(end: WaitEnd): void {
    this.fail(endError(this.#client.state, this.#resourceIds, end));
  }

  get #resourceIds(): string[] {
    const command = this.#command;
    return command.type === "acquire"
      ? [command.resourceId]
      : command.requests.map(({ resourceId }) => resourceId);
  }

  /** Rejects the call. */
  end(error: unknown): void {
    this.#detach();
    this.reject(error);
  }

  /** Rejects the call with an error of its own, whose stack names the caller. */
  override fail(error: Error): void {
    this.#detach();
    super.fail(error);
  }

  /** Cancels the wait in the machine, if it has not ended there, or says that its caller has left. */
  cancel(): void {
    const isOver = !this.#client.state.waits.has(this.#waitId);
    if (isOver && (this.#command.keepMs === undefined || this.#waitId === 0)) return;
    this.#client.owe(this.#cancellation(this.#waitId));
  }

  #wait(waitId: number): void {
    const { stopped } = this.#client;
    if (stopped !== undefined) {
      this.#oweLater(this.#cancellation(waitId));
      return this.end(stopped);
    }
    this.#waitId = waitId;
    this.#client.addWait(waitId, this);
  }

  #add({ resourceId, epoch, borrowed }: GroupGrant): void {
    const command = this.#command;
    const { agentId, owner } = command;
    const handle = new LockHandle(this.#client, resourceId, agentId, owner, epoch, borrowed);
    if (command.type === "acquire") return this.#finish(handle);
    this.#handles ??= [];
    this.#handles.push(handle);
    if (this.#handles.length < command.requests.length) return;
    this.#finish(new LockSet(agentId, this.#handles));
  }

  #finish(result: LockHandle | LockSet | undefined): void {
    this.#detach();
    this.resolve(result);
  }

  #detach(): void {
    if (this.#waitId !== 0) this.#client.removeWait(this.#waitId);
    if (this.#onAbort === undefined) return;
    this.#signal!.removeEventListener("abort", this.#onAbort);
    this.#onAbort = undefined;
  }

  /** Cancels or releases what a call got that was aborted before its command was stepped. */
  #undo(outcome: AcquireOutcome): void {
    if (outcome instanceof Refusal) return;
    if (outcome.status === "held" || outcome.status === "ended") return;
    if (outcome.status === "queued") return this.#oweLater(this.#cancellation(outcome.waitId));
    const { agentId, owner } = this.#command;
    const grants = "grants" in outcome
      ? outcome.grants.filter(({ borrowed }) => !borrowed)
      : [{ resourceId: (this.#command as Acquire).resourceId, epoch: outcome.epoch }];
    for (const { resourceId, epoch } of grants) {
      this.#oweLater({ type: "release", resourceId, agentId, owner, epoch });
    }
  }

  /** Sends `command` after the reply, which may not send anything itself. */
  #oweLater(command: ResourceCommand): void {
    queueMicrotask(() => this.#client.owe(command));
  }

  #cancellation(waitId: number): ResourceCommand {
    const { agentId, owner, keepMs } = this.#command;
    return keepMs === undefined
      ? { type: "cancel-wait", waitId, agentId, owner }
      : { type: "detach-wait", waitId, agentId, owner, keepMs };
  }
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
 * @category Locks
 */
export class LockHandle implements AsyncDisposable {
  /** The id of the resource. */
  readonly resource: string;
  /** The id of the agent that holds it. */
  readonly agent: string;
  /** The fencing number: larger than that of any earlier grant. Pass it with each write. */
  readonly epoch: number;
  /** Whether the agent held the lock before; then the disposal of this handle keeps it. */
  readonly borrowed: boolean;
  readonly #client: LockClient;
  readonly #owner: string;
  /** Aborts the signal, once that is in use. */
  #controller: AbortController | undefined;
  /** The number of calls of `release` that did not fail. */
  #releases = 0;
  #onRelease: (() => void) | undefined;

  /** Handles come from `acquire`. */
  constructor(
    client: LockClient,
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
    this.#client = client;
    this.#owner = owner;
  }

  /** The patterns of a set of paths; `undefined` for another resource. */
  get paths(): string[] | undefined {
    return patternsOf(this.resource);
  }

  /**
   * Aborts with a `LockLostError` when the lock is lost: its lease ended, it was revoked, or another
   * call released it. `release()` of this handle doesn't abort it. A signal that is first used after
   * the loss is aborted from the start.
   */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const { resource, agent, epoch } = this;
    const controller = this.#controller = new AbortController();
    const lose = (reason: Loss) =>
      controller.abort(new LockLostError(resource, agent, epoch, reason));
    const isHeld = this.#client.watch(resource, this.#owner, epoch, (reason) => {
      // After the step, as listeners of the signal may call anything.
      if (reason !== "released" || this.#releases === 0) queueMicrotask(() => lose(reason));
    });
    if (!isHeld) lose(this.#client.stopped === undefined ? "gone" : "closed");
    return controller.signal;
  }

  /**
   * Releases the lock, also a borrowed one.
   *
   * @throws {StaleEpochError} when it is not held under this epoch any more
   */
  release(): Promise<void> {
    const { resource: resourceId, agent: agentId, epoch } = this;
    const command: Release = { type: "release", resourceId, agentId, owner: this.#owner, epoch };
    this.#releases++;
    this.#onRelease?.();
    if (this.#client.releasePlainly(resourceId, this.#owner, epoch)) return DONE;
    const released = this.#client.release(command);
    if (released !== DONE) released.catch(() => this.#releases--);
    return released;
  }

  /**
   * Starts the lease anew, with `leaseMs` if given. Resolves to the time when it ends: `Infinity` for
   * a lock without a lease.
   *
   * @throws {StaleEpochError} when it is not held under this epoch any more
   */
  renew(leaseMs?: number): Promise<Instant> {
    return attempting(() => {
      const command = renewCommand(this.resource, this.agent, this.#owner, leaseMs, this.epoch);
      return this.#client.call(command, ({ expiresAt }) => expiresAt);
    });
  }

  /**
   * Whether this handle has released the lock.
   * @internal
   */
  get isReleased(): boolean {
    return this.#releases > 0;
  }

  /**
   * Calls `listener`, the newest one, when the lock is released by this handle.
   * @internal
   */
  whenReleased(listener: () => void): void {
    this.#onRelease = listener;
  }

  /** Releases the lock if it is still held under this epoch, and isn't borrowed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.borrowed || this.#client.stopped !== undefined) return;
    try {
      await this.release();
    } catch (error) {
      if (!(error instanceof StaleEpochError)) throw error;
    }
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
 * @category Locks
 */
export class LockSet implements AsyncDisposable {
  /** The id of the agent that holds them. */
  readonly agent: string;
  /** One for each request, in the order of the requests. */
  readonly locks: readonly LockHandle[];
  #signal: AbortSignal | undefined;

  /** Sets come from `acquireAll`. */
  constructor(agent: string, locks: readonly LockHandle[]) {
    this.agent = agent;
    this.locks = locks;
  }

  /** The ids of the resources. */
  get resources(): string[] {
    return this.locks.map((lock) => lock.resource);
  }

  /** The newest of their epochs, or 0 for none. */
  get epoch(): number {
    return this.locks.reduce((newest, lock) => Math.max(newest, lock.epoch), 0);
  }

  /** Aborts with a `LockLostError` when one of them is lost. */
  get signal(): AbortSignal {
    this.#signal ??= joinSignals(this.locks.map((lock) => lock.signal)).signal;
    return this.#signal;
  }

  /**
   * Releases all of them.
   *
   * @throws {StaleEpochError} when one is not held any more; the others are released all the same
   */
  release(): Promise<void> {
    return settleAll(this.locks.map((lock) => lock.release()));
  }

  /** Starts their leases anew, and resolves to the time when the first of them ends. */
  async renew(leaseMs?: number): Promise<Instant> {
    return Math.min(...await Promise.all(this.locks.map((lock) => lock.renew(leaseMs))));
  }

  /** Releases those that are still held under their epoch, and aren't borrowed. */
  [Symbol.asyncDispose](): Promise<void> {
    return settleAll(this.locks.map((lock) => lock[Symbol.asyncDispose]()));
  }
}

/** Waits for all, then throws the error of the first that was rejected. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
