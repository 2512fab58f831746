/**
 * The client of a lock machine: turns answers and events into handles, errors and signals.
 *
 * @module
 */

import { Deferred, MachineClient, type MachineHost } from "../core/client.ts";
import { ClosedError } from "../core/errors.ts";
import { type Instant, type Outcome, Refusal, type Tick } from "../core/machine.ts";
import { renewCommand } from "./arguments.ts";
import type {
  Acquire,
  AcquireAll,
  LockAnswers,
  LockCommand,
  Release,
  ResourceCommand,
} from "./commands.ts";
import { endError, LockLostError, refusalError, type WaitEnd } from "./errors.ts";
import type { LockEvent, ResourceAcquired, ResourceReacquired, ResourceRefused } from "./events.ts";
import type { LockState } from "./state.ts";
import { findHold } from "./tables.ts";

/** A running lock machine, alone in its engine or part of a larger one. */
export interface LockHost extends MachineHost<LockState, LockCommand, LockEvent, LockAnswers> {}

type Command = Exclude<LockCommand, Tick>;
type AcquireCommand = Acquire | AcquireAll;
type Granted = ResourceAcquired | ResourceReacquired;
type LossEvent = Extract<
  LockEvent,
  { type: "resource:released" | "resource:expired" | "resource:revoked" }
>;

/** The events that end a wait or a grant. */
const OBSERVED = [
  "resource:acquired",
  "resource:reacquired",
  "resource:released",
  "resource:expired",
  "resource:revoked",
  "resource:timed-out",
  "resource:cancelled",
  "resource:abandoned",
  "deadlock:detected",
] as const;

/** Sends the commands of a lock façade, and keeps the calls that wait. */
export class LockClient extends MachineClient<LockState, Command, LockEvent, LockAnswers>
  implements LockKeeper {
  /** By wait, the call that it belongs to. */
  readonly #waiting = new Map<number, Acquisition>();
  /** By epoch, the handles whose signal was asked for. */
  readonly #watches = new Map<number, Watch[]>();
  /** Handles whose own release is under way. */
  readonly #returning = new Set<LockHandle>();
  #deadlocks = 0;

  /** Makes a client of the machine in `host`. */
  constructor(host: LockHost) {
    super(host);
    this.listen(OBSERVED, (event) => this.#observe(event));
  }

  /** How many deadlocks were detected. */
  get deadlocks(): number {
    return this.#deadlocks;
  }

  /** How many calls wait. */
  get listening(): number {
    return this.#waiting.size;
  }

  /** Acquires one lock or several. Resolves to `undefined` when the command forbids a wait. */
  acquire(
    command: AcquireCommand,
    signal: AbortSignal | undefined,
  ): Promise<LockHandle | LockSet | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    let granted: LockHandle | undefined;
    let acquisition: Acquisition | undefined;
    try {
      this.send(command, (answer, error) => {
        if (acquisition === undefined && command.type === "acquire") {
          granted = this.#handleOf(command, answer as Outcome<LockAnswers, Acquire> | undefined);
          if (granted !== undefined) return;
        }
        acquisition ??= new Acquisition(this, command, signal);
        acquisition.settle(answer, error);
      });
    } catch (error) {
      return Promise.reject(error);
    }
    if (granted !== undefined) return Promise.resolve(granted);
    acquisition ??= new Acquisition(this, command, signal);
    return acquisition.promise();
  }

  giveBack(handle: LockHandle, owner: string, quietly: boolean): Promise<void> {
    const { resource: resourceId, agent: agentId, epoch } = handle;
    const command: Release = { type: "release", resourceId, agentId, owner, epoch };
    if (!this.#watches.has(epoch)) return this.#release(command, quietly);
    this.#returning.add(handle);
    return this.#release(command, quietly).finally(() => this.#returning.delete(handle));
  }

  async extend(handle: LockHandle, owner: string, leaseMs: number | undefined): Promise<Instant> {
    const { resource, agent, epoch } = handle;
    const command = renewCommand(resource, agent, owner, leaseMs, epoch);
    return (await this.call(command)).expiresAt;
  }

  watch(handle: LockHandle, owner: string): Watch {
    const watch: Watch = { handle, controller: new AbortController() };
    const { resource, agent, epoch } = handle;
    if (this.stopped !== undefined) {
      watch.controller.abort(new LockLostError(resource, agent, epoch, "closed"));
      return watch;
    }
    const lock = this.state.locks.get(resource);
    const holder = this.state.owners.get(owner);
    const held = lock === undefined || holder === undefined ? undefined : findHold(lock, holder);
    if (held?.epoch !== epoch) {
      watch.controller.abort(new LockLostError(resource, agent, epoch, "gone"));
      return watch;
    }
    const others = this.#watches.get(epoch);
    if (others === undefined) this.#watches.set(epoch, [watch]);
    else others.push(watch);
    return watch;
  }

  /** Notifies `acquisition` when the wait ends. */
  enlist(waitId: number, acquisition: Acquisition): void {
    this.#waiting.set(waitId, acquisition);
  }

  /** Undoes {@linkcode enlist}. */
  dismiss(waitId: number): void {
    this.#waiting.delete(waitId);
  }

  /** Ends all calls that wait, and cancels their waits. */
  close(): void {
    if (this.stopped !== undefined) return;
    const waitIds = [...this.#waiting.keys()];
    this.stop(new ClosedError("go on", "the resource manager"));
    for (const waitId of waitIds) {
      const wait = this.state.waits.get(waitId);
      if (wait === undefined) continue;
      const { agentId, owner } = wait.owner;
      this.owe({ type: "cancel-wait", waitId, agentId, owner });
    }
  }

  override errorOf({ event }: Refusal, command: Command): Error {
    return refusalError(this.state, command as ResourceCommand, event as ResourceRefused);
  }

  protected override end(error: unknown): void {
    for (const acquisition of [...this.#waiting.values()]) acquisition.end(error);
    for (const watch of [...this.#watches.values()].flat()) lose(watch, "closed");
    this.#watches.clear();
  }

  /** Returns the handle of a lock that was free: the common case, without an acquisition. */
  #handleOf(
    { resourceId, agentId, owner }: Acquire,
    answer: Outcome<LockAnswers, Acquire> | undefined,
  ): LockHandle | undefined {
    if (answer === undefined || answer instanceof Refusal) return undefined;
    if (answer.status === "queued") return undefined;
    const borrowed = answer.status === "held";
    return new LockHandle(this, resourceId, agentId, owner, answer.epoch, borrowed);
  }

  #release(command: Release, quietly: boolean): Promise<void> {
    if (!quietly) return this.call(command, nothing);
    return this.stopped === undefined ? this.attempt(command) : Promise.resolve();
  }

  #observe(event: Extract<LockEvent, { type: typeof OBSERVED[number] }>): void {
    switch (event.type) {
      case "resource:acquired":
      case "resource:reacquired":
        if (event.waitId !== 0) this.#waiting.get(event.waitId)?.granted(event);
        return;
      case "resource:released":
      case "resource:expired":
      case "resource:revoked":
        if (this.#watches.size > 0) this.#abortWatches(event);
        return;
      case "deadlock:detected":
        this.#deadlocks++;
        this.#waiting.get(event.waitId)?.ended(event);
        return;
      case "resource:timed-out":
      case "resource:cancelled":
      case "resource:abandoned":
        this.#waiting.get(event.waitId)?.ended(event);
    }
  }

  /** Aborts signals after the step, as their listeners may call anything. */
  #abortWatches({ type, resourceId, agentId, epoch }: LossEvent): void {
    const watches = this.#watches.get(epoch);
    if (watches === undefined) return;
    this.#watches.delete(epoch);
    const error = new LockLostError(resourceId, agentId, epoch, LOSSES[type]);
    for (const { handle, controller } of watches) {
      if (!this.#returning.has(handle)) queueMicrotask(() => controller.abort(error));
    }
  }
}

/** Aborts the signal of a handle after the step, as its listeners may call anything. */
function lose({ handle, controller }: Watch, reason: LockLostError["reason"]): void {
  const { resource, agent, epoch } = handle;
  const error = new LockLostError(resource, agent, epoch, reason);
  queueMicrotask(() => controller.abort(error));
}

const LOSSES = {
  "resource:released": "released",
  "resource:expired": "expired",
  "resource:revoked": "revoked",
} as const;

/** One call of `acquire` that waits, or whose log does. Resolves to `undefined` when it may not. */
class Acquisition extends Deferred<LockHandle | LockSet | undefined> {
  readonly #client: LockClient;
  readonly #command: AcquireCommand;
  readonly #signal: AbortSignal | undefined;
  #waitId = 0;
  /** Of a call for several locks, those that are granted. */
  #handles: LockHandle[] | undefined;
  #onAbort: (() => void) | undefined;

  constructor(client: LockClient, command: AcquireCommand, signal: AbortSignal | undefined) {
    super(client.keeper);
    this.#client = client;
    this.#command = command;
    this.#signal = signal;
    if (signal !== undefined) {
      this.#onAbort = () => this.#abort(signal);
      signal.addEventListener("abort", this.#onAbort);
    }
  }

  /** Accepts the answer to the command, or the error because of which it was not stepped. */
  settle(answer: Outcome<LockAnswers, AcquireCommand> | undefined, error: unknown): void {
    if (answer === undefined) return this.end(error);
    if (this.settled) return this.#undo(answer);
    if (answer instanceof Refusal) {
      const isHeld = (answer.event as ResourceRefused).reason === "held";
      if (isHeld) return this.#finish(undefined);
      return this.fail(this.#client.errorOf(answer, this.#command));
    }
    if (answer.status === "queued") return this.#wait(answer.waitId);
    if ("epoch" in answer) {
      const { resourceId } = this.#command as Acquire;
      return this.#finish(this.#handle(resourceId, answer.epoch, answer.status === "held"));
    }
    const handles = answer.grants.map(({ resourceId, epoch, borrowed }) =>
      this.#handle(resourceId, epoch, borrowed)
    );
    this.#finish(new LockSet(this.#command.agentId, handles));
  }

  /** Accepts a grant that ends the wait, or one of those that do. */
  granted({ type, resourceId, epoch }: Granted): void {
    const handle = this.#handle(resourceId, epoch, type === "resource:reacquired");
    const command = this.#command;
    if (command.type === "acquire") return this.#finish(handle);
    this.#handles ??= [];
    this.#handles.push(handle);
    if (this.#handles.length < command.requests.length) return;
    this.#finish(new LockSet(command.agentId, this.#handles));
  }

  /** Accepts the end of the wait without a grant. */
  ended(end: WaitEnd): void {
    this.fail(endError(this.#client.state, resourceIdsOf(this.#command), end));
  }

  /** Ends the call with `error`. */
  end(error: unknown): void {
    this.#letGo();
    this.reject(error);
  }

  /** Ends the call with an error of its own. */
  override fail(error: Error): void {
    this.#letGo();
    super.fail(error);
  }

  #handle(resourceId: string, epoch: number, borrowed: boolean): LockHandle {
    const { agentId, owner } = this.#command;
    return new LockHandle(this.#client, resourceId, agentId, owner, epoch, borrowed);
  }

  #wait(waitId: number): void {
    const { stopped } = this.#client;
    if (stopped === undefined) {
      this.#waitId = waitId;
      return this.#client.enlist(waitId, this);
    }
    this.#oweSoon(this.#cancel(waitId));
    this.end(stopped);
  }

  #finish(result: LockHandle | LockSet | undefined): void {
    this.#letGo();
    this.resolve(result);
  }

  #letGo(): void {
    if (this.#waitId !== 0) this.#client.dismiss(this.#waitId);
    if (this.#onAbort === undefined) return;
    this.#signal!.removeEventListener("abort", this.#onAbort);
    this.#onAbort = undefined;
  }

  #abort({ reason }: AbortSignal): void {
    this.end(reason);
    if (this.#waitId !== 0) this.#client.owe(this.#cancel(this.#waitId));
  }

  /** Gives back the outcome of a call that was aborted before the machine saw its command. */
  #undo(answer: Outcome<LockAnswers, AcquireCommand>): void {
    if (answer instanceof Refusal) return;
    const command = this.#command;
    const { agentId, owner } = command;
    if (answer.status === "queued") return this.#oweSoon(this.#cancel(answer.waitId));
    if (answer.status === "held") return;
    const grants = "grants" in answer
      ? answer.grants.filter(({ borrowed }) => !borrowed)
      : [{ resourceId: (command as Acquire).resourceId, epoch: answer.epoch }];
    for (const { resourceId, epoch } of grants) {
      this.#oweSoon({ type: "release", resourceId, agentId, owner, epoch });
    }
  }

  /** Sends `command` after the reply, which may send nothing itself. */
  #oweSoon(command: Command): void {
    queueMicrotask(() => this.#client.owe(command));
  }

  #cancel(waitId: number): Command {
    const { agentId, owner } = this.#command;
    return { type: "cancel-wait", waitId, agentId, owner };
  }
}

function resourceIdsOf(command: AcquireCommand): string[] {
  return command.type === "acquire"
    ? [command.resourceId]
    : command.requests.map((request) => request.resourceId);
}

function nothing(): void {}

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
