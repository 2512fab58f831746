/**
 * Between callers and a lock machine: sends commands, and turns events into handles, promises,
 * errors and signals.
 *
 * @module
 */

import { MachineClient, type MachineHost } from "../core/client.ts";
import { ClosedError, InvariantError } from "../core/errors.ts";
import { LockLostError } from "./errors.ts";
import type { LockEvent } from "./events.ts";
import type { Instant, Tick } from "../core/machine.ts";
import { Acquisition, type AcquisitionHost } from "./acquisition.ts";
import type { Acquire, AcquireAll, Define, LockCommand, Release, Renew } from "./commands.ts";
import { LockHandle, type LockSet, type Watch } from "./lock_handle.ts";
import { refusalError } from "./refusals.ts";
import { renewCommand } from "./requests.ts";
import type { LockState } from "./state.ts";
import { findHold } from "./tables.ts";

/** A running lock machine, alone in its engine or part of a larger one. */
export interface LockHost extends MachineHost<LockState, LockCommand, LockEvent> {}

type Command = Exclude<LockCommand, Tick>;
type LossEvent = Extract<
  LockEvent,
  { type: "resource:released" | "resource:expired" | "resource:revoked" }
>;

/** Speaks with one lock machine for any number of callers. */
export class LockClient extends MachineClient<LockState, Command, LockEvent>
  implements AcquisitionHost {
  readonly #waiting = new Map<number, Acquisition>();
  /** By epoch, who wants to know that the lock is lost. */
  readonly #watches = new Map<number, Watch[]>();
  /** Handles whose own release is under way. */
  readonly #returning = new Set<LockHandle>();
  #deadlocks = 0;

  constructor(host: LockHost) {
    super(host);
    this.listen();
  }

  /** How many deadlocks were seen. */
  get deadlocks(): number {
    return this.#deadlocks;
  }

  /** Asks for one lock or several. Comes to `undefined` when the command may not wait but must. */
  acquire(
    command: Acquire | AcquireAll,
    signal: AbortSignal | undefined,
  ): Promise<LockHandle | LockSet | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    let granted: LockHandle | undefined;
    let acquisition: Acquisition | undefined;
    try {
      this.send(command, (events, error) => {
        if (acquisition === undefined) granted = this.#simpleGrant(command, events);
        if (granted !== undefined) return;
        acquisition ??= new Acquisition(this, command, signal);
        acquisition.reply(events, error);
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
    return await this.ask(renewCommand(resource, agent, owner, leaseMs, epoch), readRenewal);
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

  /** How many calls wait to hear how their wait ends. */
  get listening(): number {
    return this.#waiting.size;
  }

  enlist(waitId: number, acquisition: Acquisition): void {
    this.#waiting.set(waitId, acquisition);
  }

  dismiss(waitId: number): void {
    this.#waiting.delete(waitId);
  }

  /** Ends all calls that wait and takes their waits back; nothing is heard or sent afterwards. */
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

  /** The handle of a free lock that was granted at once, and nothing else happened. */
  #simpleGrant(
    { type, agentId, owner }: Acquire | AcquireAll,
    events: readonly LockEvent[] | undefined,
  ): LockHandle | undefined {
    if (type !== "acquire" || events?.length !== 1) return undefined;
    const event = events[0]!;
    if (event.type !== "resource:acquired") return undefined;
    return new LockHandle(this, event.resourceId, agentId, owner, event.epoch, false);
  }

  #release(command: Release, quietly: boolean): Promise<void> {
    if (!quietly) return this.ask(command, readRelease);
    if (this.stopped !== undefined) return Promise.resolve();
    return this.ask(command, readNothing);
  }

  protected override end(error: unknown): void {
    for (const acquisition of [...this.#waiting.values()]) acquisition.end(error);
    this.#watches.clear();
  }

  protected override hear(event: LockEvent): void {
    switch (event.type) {
      case "resource:acquired":
      case "resource:reacquired":
        if (event.waitId !== 0) this.#waiting.get(event.waitId)?.granted(event);
        return;
      case "resource:released":
      case "resource:expired":
      case "resource:revoked":
        if (this.#watches.size > 0) this.#tellOfLoss(event);
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

  /** Listeners of a signal may do anything, so they have to wait until the step is through. */
  #tellOfLoss({ type, resourceId, agentId, epoch }: LossEvent): void {
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

/** Finds that `command` released its lock. @throws what it was refused for */
export function readRelease(
  events: readonly LockEvent[],
  command: Release,
  state: Readonly<LockState>,
): void {
  for (const event of events) {
    if (event.type === "resource:released" && isAbout(event, command)) return;
    if (event.type === "resource:refused" && isAbout(event, command)) {
      throw refusalError(state, command, event);
    }
  }
  throw new InvariantError("Cannot release: the machine must answer");
}

/** Finds when the lease ends that `command` extended. @throws what it was refused for */
export function readRenewal(
  events: readonly LockEvent[],
  command: Renew,
  state: Readonly<LockState>,
): Instant {
  for (const event of events) {
    if (event.type === "resource:renewed" && isAbout(event, command)) return event.expiresAt;
    if (event.type === "resource:refused" && isAbout(event, command)) {
      throw refusalError(state, command, event);
    }
  }
  throw new InvariantError("Cannot renew: the machine must answer");
}

/** Finds that `command` set a capacity. @throws what it was refused for */
export function readDefinition(
  events: readonly LockEvent[],
  command: Define,
  state: Readonly<LockState>,
): void {
  for (const event of events) {
    if (event.type === "resource:refused" && event.command === command.type) {
      throw refusalError(state, command, event);
    }
  }
}

/** For a command that can't be refused, or of which nobody wants to know. */
export function readNothing(): void {}

function isAbout(
  event: { resourceId: string; owner: string },
  command: { resourceId: string; owner: string },
): boolean {
  return event.owner === command.owner && event.resourceId === command.resourceId;
}
