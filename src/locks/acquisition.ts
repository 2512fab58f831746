/**
 * One call of `acquire`, from its command to a handle or an error.
 *
 * @module
 */

import { InvariantError } from "../core/errors.ts";
import type { LockEvent, ResourceAcquired, ResourceReacquired } from "./events.ts";
import { Answer } from "../core/answer.ts";
import type { Acquire, AcquireAll, LockCommand } from "./commands.ts";
import { LockHandle, type LockKeeper, LockSet } from "./lock_handle.ts";
import { endError, refusalError, type WaitEnd } from "./refusals.ts";
import type { LockState } from "./state.ts";

/** What an acquisition needs of whoever started it. */
export interface AcquisitionHost extends LockKeeper {
  readonly state: Readonly<LockState>;
  /** Why no wait would be heard of any more, or `undefined`. */
  readonly stopped: unknown;
  /** Lets `acquisition` hear how the wait ends. */
  enlist(waitId: number, acquisition: Acquisition): void;
  /** Does the opposite. */
  dismiss(waitId: number): void;
  /** Sends a command that gives back what nobody wants any more, as soon as it can be sent. */
  owe(command: LockCommand): void;
}

type Granted = ResourceAcquired | ResourceReacquired;

/** One call of `acquire` under way. Comes to `undefined` when it would have had to wait. */
export class Acquisition extends Answer<LockHandle | LockSet | undefined> {
  readonly #host: AcquisitionHost;
  readonly #command: Acquire | AcquireAll;
  readonly #signal: AbortSignal | undefined;
  #waitId = 0;
  /** Of a call for several locks, those that are granted. */
  #handles: LockHandle[] | undefined;
  #onAbort: (() => void) | undefined;

  constructor(
    host: AcquisitionHost,
    command: Acquire | AcquireAll,
    signal: AbortSignal | undefined,
  ) {
    super();
    this.#host = host;
    this.#command = command;
    this.#signal = signal;
    if (signal !== undefined) {
      this.#onAbort = () => this.#abort(signal);
      signal.addEventListener("abort", this.#onAbort);
    }
  }

  /** Takes what the machine did with the command, or why it didn't get it. */
  reply(events: LockEvent[] | undefined, error: unknown): void {
    if (events === undefined) return this.end(error);
    if (this.settled) return this.#undo(events);
    for (const event of events) {
      if (!this.#isAnswer(event)) continue;
      switch (event.type) {
        case "resource:acquired":
        case "resource:reacquired":
          this.granted(event);
          if (this.settled) return;
          break;
        case "resource:queued":
          return this.#wait(event.waitId);
        case "resource:refused":
          if (event.reason === "held") return this.#finish(undefined);
          return this.end(refusalError(this.#host.state, this.#command, event));
      }
    }
    this.end(new InvariantError(`Cannot ${this.#command.type}: the machine must answer`));
  }

  /** Takes a grant that belongs to the call. */
  granted({ type, resourceId, agentId, owner, epoch }: Granted): void {
    const borrowed = type === "resource:reacquired";
    const handle = new LockHandle(this.#host, resourceId, agentId, owner, epoch, borrowed);
    const command = this.#command;
    if (command.type === "acquire") return this.#finish(handle);
    this.#handles ??= [];
    this.#handles.push(handle);
    if (this.#handles.length < command.requests.length) return;
    this.#finish(new LockSet(agentId, this.#handles));
  }

  /** Takes the end of the wait without a grant. */
  ended(end: WaitEnd): void {
    this.end(endError(this.#resourceIds(), end));
  }

  /** Ends the call with `error`. */
  end(error: unknown): void {
    this.#letGo();
    this.fail(error);
  }

  #wait(waitId: number): void {
    const { stopped } = this.#host;
    if (stopped === undefined) {
      this.#waitId = waitId;
      return this.#host.enlist(waitId, this);
    }
    this.#oweSoon(this.#cancel(waitId));
    this.end(stopped);
  }

  #finish(result: LockHandle | LockSet | undefined): void {
    this.#letGo();
    this.succeed(result);
  }

  #letGo(): void {
    if (this.#waitId !== 0) this.#host.dismiss(this.#waitId);
    if (this.#onAbort === undefined) return;
    this.#signal!.removeEventListener("abort", this.#onAbort);
    this.#onAbort = undefined;
  }

  #abort({ reason }: AbortSignal): void {
    this.end(reason);
    if (this.#waitId !== 0) this.#host.owe(this.#cancel(this.#waitId));
  }

  /** Gives back what came of a call that was aborted before the machine saw its command. */
  #undo(events: readonly LockEvent[]): void {
    const { agentId, owner } = this.#command;
    for (const event of events) {
      if (!this.#isAnswer(event)) continue;
      if (event.type === "resource:queued") {
        this.#oweSoon(this.#cancel(event.waitId));
      } else if (event.type === "resource:acquired") {
        const { resourceId, epoch } = event;
        this.#oweSoon({ type: "release", resourceId, agentId, owner, epoch });
      }
    }
  }

  /** A reply may send nothing itself. */
  #oweSoon(command: LockCommand): void {
    queueMicrotask(() => this.#host.owe(command));
  }

  #cancel(waitId: number): LockCommand {
    const { agentId, owner } = this.#command;
    return { type: "cancel-wait", waitId, agentId, owner };
  }

  /**
   * Whether `event` tells of the command itself, and not of what was due before it or of what
   * followed from it.
   */
  #isAnswer(event: LockEvent): boolean {
    const command = this.#command;
    switch (event.type) {
      case "resource:acquired":
      case "resource:reacquired":
        return event.waitId === 0 && event.owner === command.owner && this.#asks(event.resourceId);
      case "resource:queued":
        return event.owner === command.owner && this.#asks(event.resourceIds[0]!);
      case "resource:refused":
        return event.owner === command.owner && event.command === command.type &&
          this.#asks(event.resourceId);
      default:
        return false;
    }
  }

  #asks(resourceId: string): boolean {
    const command = this.#command;
    if (command.type === "acquire") return command.resourceId === resourceId;
    return command.requests.some((request) => request.resourceId === resourceId);
  }

  #resourceIds(): string[] {
    const command = this.#command;
    if (command.type === "acquire") return [command.resourceId];
    return command.requests.map((request) => request.resourceId);
  }
}
