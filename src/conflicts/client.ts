/**
 * The client of a conflict machine, and the host of a façade.
 *
 * @module
 */

import { type Attempt, quote } from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { Deferred, MachineClient, type MachineHost } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import { ClosedError } from "../core/errors.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import type { Journal } from "../core/journal.ts";
import type { Logger } from "../core/logger.ts";
import type { Refusal, Tick } from "../core/machine.ts";
import type { ConflictAnswers, ConflictCommand } from "./commands.ts";
import type { ConflictConfig } from "./config.ts";
import { refusalError, UndecidedConflictError, UnknownConflictError } from "./errors.ts";
import type {
  ConflictEvent,
  ConflictRefused,
  ConflictResolved,
  VersionRefused,
  VoteClosed,
} from "./events.ts";
import { conflictMachine } from "./machine.ts";
import type { ConflictState } from "./state.ts";
import type { ConflictResolution } from "./types.ts";
import { findConflict } from "./views.ts";

/** A running conflict machine, alone in its engine or part of a larger one. */
export interface ConflictHost
  extends MachineHost<ConflictState, ConflictCommand, ConflictEvent, ConflictAnswers> {}

/**
 * The options that decide where a façade of conflicts runs; all of them may be left out.
 * @category Conflicts
 */
export interface ConflictHosting {
  /** The clock of the machine, which ends votes. @default systemClock */
  clock?: Clock;
  /** Stores the commands, so that they outlive the process. @default none */
  journal?: Journal;
  /** Commands in the journal that break the machine, such as `17:0`, and are left out. @default none */
  skip?: readonly string[];
  /** A conflict machine that runs already; then `clock`, `journal` and its rules are its own. */
  host?: ConflictHost;
}

/** Runs a conflict machine for `thing`. @throws {TypeError} when something is malformed */
export class HostOfConflicts extends Host<
  ConflictState,
  ConflictCommand,
  ConflictEvent,
  ConflictAnswers,
  ConflictClient
> {
  constructor(
    thing: string,
    config: ConflictConfig,
    eventBus: EventBus | undefined,
    logger: Logger,
    options: ConflictHosting,
  ) {
    requireSurroundings(() => `create ${thing}`, eventBus, logger, options);
    const connect = (host: ConflictHost) => new ConflictClient(host, thing);
    super({ thing, machine: conflictMachine(config), connect }, eventBus, logger, options);
  }

  /** Returns the client. @throws {UninitializedError | ClosedError} unless the machine runs */
  clientFor(attempt: Attempt): ConflictClient {
    const client = this.client ?? this.running(attempt());
    if (client.stopped !== undefined) throw client.stopped;
    return client;
  }
}

/** Sends the commands of one façade, and keeps the calls that wait for a resolution. */
export class ConflictClient extends MachineClient<
  ConflictState,
  Exclude<ConflictCommand, Tick>,
  ConflictEvent,
  ConflictAnswers
> {
  readonly #thing: string;
  /** By conflict. */
  readonly #waiting = new Map<string, Set<Deferred<ConflictResolution>>>();

  /** Makes a client of the machine in `host`, for the façade `thing`. */
  constructor(host: ConflictHost, thing: string) {
    super(host);
    this.#thing = thing;
    this.listen(["conflict:resolved", "vote:closed"], (event) => this.#observe(event));
  }

  /** The number of calls that wait. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, calls) => sum + calls.size, 0);
  }

  /** Resolves when a conflict is resolved; rejects when a vote on it ends undecided. */
  async resolutionOf(
    conflictId: string,
    signal: AbortSignal | undefined,
    attempt: Attempt,
  ): Promise<ConflictResolution> {
    signal?.throwIfAborted();
    const conflict = findConflict(this.state, conflictId);
    if (conflict === undefined) throw new UnknownConflictError(attempt(), conflictId);
    if (conflict.resolution !== undefined) return conflict.resolution;
    const call = new Deferred<ConflictResolution>(this.keeper);
    const abort = () => call.reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const calls = this.#waiting.get(conflictId) ?? new Set();
    this.#waiting.set(conflictId, calls.add(call));
    try {
      return await call.promise();
    } finally {
      signal?.removeEventListener("abort", abort);
      calls.delete(call);
      if (calls.size === 0 && this.#waiting.get(conflictId) === calls) {
        this.#waiting.delete(conflictId);
      }
    }
  }

  /** Ends all calls that wait with a `ClosedError`. Idempotent. */
  close(): void {
    this.stop(new ClosedError("go on", this.#thing));
  }

  override errorOf({ event }: Refusal, command: Exclude<ConflictCommand, Tick>): Error {
    return refusalError(this.state, command, event as ConflictRefused | VersionRefused);
  }

  protected override end(error: unknown): void {
    for (const conflictId of [...this.#waiting.keys()]) {
      for (const call of this.#take(conflictId)) call.reject(error);
    }
  }

  #observe(event: ConflictResolved | VoteClosed): void {
    const { conflictId } = event;
    if (event.type === "conflict:resolved") {
      for (const call of this.#take(conflictId)) call.resolve(event.resolution);
    } else if (event.outcome === "no-quorum") {
      const attempt = `resolve conflict ${quote(conflictId)} by vote`;
      const rule = "the quorum must be reached before the vote ends";
      for (const call of this.#take(conflictId)) {
        call.fail(new UndecidedConflictError(attempt, conflictId, rule));
      }
    }
  }

  /** Returns the calls that wait for a conflict, which wait no longer. */
  #take(conflictId: string): Iterable<Deferred<ConflictResolution>> {
    const calls = this.#waiting.get(conflictId) ?? [];
    this.#waiting.delete(conflictId);
    return calls;
  }
}
