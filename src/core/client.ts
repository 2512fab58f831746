/**
 * Between the callers of a façade and its machine: sends commands, and turns what they did into
 * promises.
 *
 * @module
 */

import { Answer, resolved } from "./answer.ts";
import type { CancelTimer } from "./clock.ts";
import type { Dispatcher, Reply } from "./engine.ts";
import { LogError } from "./errors.ts";
import type { Instant, Named, Tick } from "./machine.ts";

/** A running machine, alone in its engine or part of a larger one. */
export interface MachineHost<State, Command extends Named, Event extends Named> {
  /** Where commands go and events come from. */
  readonly dispatcher: Dispatcher<Command | Tick, Event>;
  /** The state as it is; it may be another object after each step. */
  state(): Readonly<State>;
}

/** How long a command that the log did not take is kept before it is sent again. */
const RESEND_MS = 1000;

/**
 * Speaks with one machine for any number of callers, until it stops or is closed.
 *
 * A subclass calls `listen` once it can hear, and `stop` when it is closed.
 */
export abstract class MachineClient<State, Command extends Named, Event extends Named> {
  /** Where the machine runs. */
  protected readonly host: MachineHost<State, Command, Event>;
  #unobserve: (() => void) | undefined;
  #owed: Command[] = [];
  #cancelResend: CancelTimer | undefined;
  #stopped: unknown;

  /** A client that hears nothing yet. */
  constructor(host: MachineHost<State, Command, Event>) {
    this.host = host;
  }

  /** The state of the machine, to be read only. */
  get state(): Readonly<State> {
    return this.host.state();
  }

  /** The time as the machine's clock has it. */
  get now(): Instant {
    return this.host.dispatcher.clock.now();
  }

  /** Why nothing can be sent any more, or `undefined`. */
  get stopped(): unknown {
    return this.#stopped;
  }

  /** Sends a command and resolves with what `read` finds in its events. */
  ask<Asked extends Command, Result>(
    command: Asked,
    read: (events: readonly Event[], command: Asked, state: Readonly<State>) => Result,
  ): Promise<Result> {
    if (this.host.dispatcher.synchronous) return this.#askNow(command, read);
    const answer = new Answer<Result>();
    try {
      this.send(command, (events, error) => {
        if (events === undefined) return answer.fail(error);
        try {
          answer.succeed(read(events, command, this.state));
        } catch (refusal) {
          answer.fail(refusal);
        }
      });
    } catch (error) {
      answer.fail(error);
    }
    return answer.promise();
  }

  /** Sends `command`; when the log doesn't take it, again later. Nobody hears how it ends. */
  owe(command: Command): void {
    try {
      if (this.host.dispatcher.synchronous) return void this.step(command);
      this.pass(command, (_events, error) => {
        if (error instanceof LogError) this.#resendLater(command);
      });
    } catch {
      // The machine has stopped, and with it what the command was to end.
    }
  }

  /** Lets time pass in the machine, and sends again what its log did not take. */
  refresh(): Promise<void> {
    this.#resend();
    const answer = new Answer<void>();
    try {
      this.send({ type: "tick" }, (_events, error) => {
        if (error === undefined) answer.succeed(undefined);
        else answer.fail(error);
      });
    } catch (error) {
      answer.fail(error);
    }
    return answer.promise();
  }

  /** Sends `command`. @throws why the client has stopped */
  protected send(command: Command | Tick, reply: Reply<Event>): void {
    if (this.#stopped !== undefined) throw this.#stopped;
    this.pass(command, reply);
  }

  /** Hands `command` to the machine, whether the client has stopped or not. */
  protected pass(command: Command | Tick, reply: Reply<Event>): void {
    this.host.dispatcher.send(command, reply);
  }

  /** Has a machine that answers at once step `command`, whether the client has stopped or not. */
  protected step(command: Command): readonly Event[] {
    return this.host.dispatcher.dispatch(command);
  }

  /** Begins to hear of events, and of the end; whatever `hear` and `end` need has to be there. */
  protected listen(): void {
    this.#unobserve = this.host.dispatcher.observe((event) => this.hear(event));
    this.host.dispatcher.whenStopped((error) => this.stop(error));
  }

  /** Hears and sends nothing any more, for the reason `error`. Harmless when called again. */
  protected stop(error: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    this.#unobserve?.();
    this.#cancelResend?.();
    this.#owed = [];
    this.end(error);
  }

  /** Takes an event of the machine; may send nothing itself. */
  protected abstract hear(event: Event): void;

  /** Ends all that waits with `error`, since the client has stopped. */
  protected abstract end(error: unknown): void;

  /** Does without a reply, and often without a promise of its own. */
  #askNow<Asked extends Command, Result>(
    command: Asked,
    read: (events: readonly Event[], command: Asked, state: Readonly<State>) => Result,
  ): Promise<Result> {
    try {
      if (this.#stopped !== undefined) throw this.#stopped;
      return resolved(read(this.step(command), command, this.state));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #resendLater(command: Command): void {
    if (this.#stopped !== undefined) return;
    this.#owed.push(command);
    if (this.#owed.length > 1) return;
    const { clock } = this.host.dispatcher;
    this.#cancelResend = clock.setTimer(clock.now() + RESEND_MS, () => this.#resend());
  }

  #resend(): void {
    this.#cancelResend?.();
    const owed = this.#owed;
    this.#owed = [];
    for (const command of owed) this.owe(command);
  }
}
