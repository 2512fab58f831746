/**
 * The client of a lock machine: turns answers and events into handles, errors and signals.
 *
 * @module
 */

import { MachineClient, type MachineHost } from "../core/client.ts";
import { Deferred } from "../core/deferred.ts";
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
import { LockHandle, type LockKeeper, LockSet, type Watch } from "./lock_handle.ts";
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
    super();
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
      return this.end(this.#client.errorOf(answer, this.#command));
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
    this.end(endError(resourceIdsOf(this.#command), end));
  }

  /** Ends the call with `error`. */
  end(error: unknown): void {
    this.#letGo();
    this.reject(error);
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
