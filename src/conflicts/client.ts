/**
 * Between callers and a conflict machine: runs the machine, or joins one that runs already, sends
 * commands, and turns events into promises.
 *
 * @module
 */

import { Engine } from "../core/engine.ts";
import { ClosedError, UninitializedError } from "../core/errors.ts";
import { UndecidedConflictError, UnknownConflictError } from "./errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { ConflictEvent } from "./events.ts";
import { requireSurroundings } from "../core/home.ts";
import type { Logger } from "../core/logger.ts";
import type { Instant } from "../core/machine.ts";
import type { ConflictResolution } from "./types.ts";
import type { ConflictCommand } from "./commands.ts";
import { conflictMachine } from "./machine.ts";
import { type ConflictConfig, type ConflictState, findConflict } from "./state.ts";
import type { MachineHost } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import type { CommandLog } from "../core/log.ts";

type ConflictEngine = Engine<ConflictState, ConflictCommand, ConflictEvent>;

/** Who waits for the resolution of a conflict. */
interface Waiter {
  readonly resolve: (resolution: ConflictResolution) => void;
  readonly reject: (error: unknown) => void;
}

/** Speaks with one conflict machine for one façade. */
export class ConflictClient {
  /** What it speaks for, such as `the conflict resolver`. */
  readonly #thing: string;
  readonly #logger: Logger;
  readonly #recover: (() => Promise<ConflictEngine>) | undefined;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #engine: ConflictEngine | undefined;
  #host: ConflictHost | undefined;
  #unobserve: (() => void) | undefined;
  #initializing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #stopped: unknown;

  constructor(
    thing: string,
    rules: Partial<ConflictConfig>,
    logger: Logger,
    eventBus: EventBus | undefined,
    options: ConflictHosting,
  ) {
    requireSurroundings(() => `create ${thing}`, eventBus, logger, options);
    this.#thing = thing;
    this.#logger = logger;
    const { clock, log, host } = options;
    const machine = conflictMachine(rules);
    const rest = { logger, ...(clock && { clock }), ...(eventBus && { eventBus }) };
    if (host !== undefined) this.#join(host);
    else if (log !== undefined) this.#recover = () => Engine.recover(machine, { ...rest, log });
    else this.#run(new Engine(machine, rest));
  }

  /** Reads the log, if there is one. */
  initialize(): Promise<void> {
    this.#initializing ??= this.#initialize();
    return this.#initializing;
  }

  /** Ends all that waits, and lets go of everything. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The state of the machine, to be read only. */
  state(attempt: () => string): Readonly<ConflictState> {
    return this.#running(attempt).state();
  }

  /** The time as the machine's clock has it. */
  now(attempt: () => string): Instant {
    return Math.floor(this.#running(attempt).dispatcher.clock.now());
  }

  /** Sends a command and resolves with what `read` finds in its events. */
  ask<Result>(
    command: ConflictCommand,
    attempt: () => string,
    read: (events: readonly ConflictEvent[]) => Result,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#running(attempt).dispatcher.send(command, (events, error) => {
        if (events === undefined) return reject(error);
        try {
          resolve(read(events));
        } catch (refusal) {
          reject(refusal);
        }
      });
    });
  }

  /** Sends a command whose end nobody waits for; that it was lost is logged. */
  tell(command: ConflictCommand, attempt: () => string): void {
    this.#running(attempt).dispatcher.send(command, (events, error) => {
      if (events === undefined) this.#logger.warn(`Could not ${attempt()}`, error);
    });
  }

  /** Waits until a conflict is resolved. */
  async resolutionOf(
    conflictId: string,
    attempt: () => string,
    signal: AbortSignal | undefined,
  ): Promise<ConflictResolution> {
    signal?.throwIfAborted();
    const conflict = findConflict(this.state(attempt), conflictId);
    if (conflict === undefined) throw new UnknownConflictError(attempt(), conflictId);
    if (conflict.resolution !== undefined) return conflict.resolution;
    const { promise, resolve, reject } = Promise.withResolvers<ConflictResolution>();
    const waiter = { resolve, reject };
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const waiters = this.#waiters.get(conflictId) ?? new Set();
    this.#waiters.set(conflictId, waiters.add(waiter));
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiters.get(conflictId) === waiters) {
        this.#waiters.delete(conflictId);
      }
    }
  }

  async #initialize(): Promise<void> {
    if (this.#closing !== undefined) throw new ClosedError("initialize", this.#thing);
    if (this.#recover === undefined) return;
    const engine = await this.#recover();
    if (this.#closing === undefined) this.#run(engine);
    else await engine.close();
  }

  async #close(): Promise<void> {
    this.#stop(new ClosedError("go on", this.#thing));
    await this.#initializing?.catch(() => {});
    await this.#engine?.close();
  }

  #run(engine: ConflictEngine): void {
    this.#engine = engine;
    this.#join({ dispatcher: engine, state: () => engine.state });
  }

  #join(host: ConflictHost): void {
    this.#host = host;
    this.#unobserve = host.dispatcher.observe((event) => this.#observe(event));
    host.dispatcher.whenStopped((error) => this.#stop(error));
  }

  #running(attempt: () => string): ConflictHost {
    if (this.#stopped !== undefined) throw this.#stopped;
    if (this.#host === undefined) throw new UninitializedError(attempt(), this.#thing);
    return this.#host;
  }

  #observe(event: ConflictEvent): void {
    if (this.#waiters.size === 0) return;
    if (event.type === "conflict:resolved") {
      this.#end(event.conflictId, ({ resolve }) => resolve(event.resolution));
    } else if (event.type === "vote:closed" && event.outcome === "no-quorum") {
      const { conflictId } = event;
      const attempt = `settle conflict ${JSON.stringify(conflictId)} by vote`;
      const rule = "the quorum must be reached before the vote ends";
      this.#end(conflictId, ({ reject }) => {
        reject(new UndecidedConflictError(attempt, conflictId, rule));
      });
    }
  }

  #end(conflictId: string, settle: (waiter: Waiter) => void): void {
    const waiters = this.#waiters.get(conflictId);
    this.#waiters.delete(conflictId);
    for (const waiter of waiters ?? []) settle(waiter);
  }

  #stop(error: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    this.#unobserve?.();
    for (const conflictId of [...this.#waiters.keys()]) {
      this.#end(conflictId, ({ reject }) => reject(error));
    }
  }
}

/** A running conflict machine, alone in its engine or part of a larger one. */
export interface ConflictHost extends MachineHost<ConflictState, ConflictCommand, ConflictEvent> {}

/** Where a façade of this folder runs; all of it may be left out. */
export interface ConflictHosting {
  /** Tells the time, and ends votes. @default systemClock */
  clock?: Clock;
  /** Where commands are kept, so that they outlive the process. @default nowhere */
  log?: CommandLog<ConflictCommand>;
  /** A conflict machine that runs already; then `clock`, `log` and its rules are its own. */
  host?: ConflictHost;
}
