/**
 * The client of a machine: sends commands for the callers of a façade, and turns answers and events
 * into promises.
 *
 * @module
 */

import { rejectedFor } from "./call_site.ts";
import type { CancelTimer } from "./clock.ts";
import type { Dispatcher, PlainStepper, Reply } from "./dispatcher.ts";
import { type ErrorData, errorData, keptErrorData } from "./error_data.ts";
import { JournalError } from "./errors.ts";
import {
  type AnswerTo,
  type Instant,
  type Named,
  type Outcome,
  Refusal,
  type Tick,
} from "./machine.ts";

/** A running machine, alone in its engine or part of a larger one. */
export interface MachineHost<
  State,
  Command extends Named,
  Event extends Named,
  Answers = Record<never, never>,
> {
  /** Accepts commands and emits events. */
  readonly dispatcher: Dispatcher<Command, Event, Answers>;
  /** Takes plain steps; absent where the machine is part of a larger one. */
  readonly plain?: PlainStepper<State, Event>;
  /** Returns the state, which each step updates in place. */
  state(): Readonly<State>;
}

/** Pause before a command that the journal did not store is retried. */
const RESEND_MS = 1000;

/** A command to retry until the journal stores it, and the result of its caller. */
interface Owed<Command> {
  readonly command: Command;
  readonly settled: Deferred<unknown>;
}

/**
 * Sends the commands of one façade, until the machine stops or the client is closed.
 *
 * A subclass calls `listen` at the end of its constructor, and `stop` to close.
 */
export abstract class MachineClient<
  State,
  Command extends Named,
  Event extends Named,
  Answers = Record<never, never>,
> {
  /** The state of the machine, to be read only. */
  readonly state: Readonly<State>;
  /** The error that rejects all further calls, or `undefined`. */
  readonly stopped: unknown;
  /** Where the machine runs. */
  protected readonly host: MachineHost<State, Command, Event, Answers>;
  #unobserve: (() => void)[] | undefined;
  #owed: Owed<Command>[] = [];
  #cancelResend: CancelTimer | undefined;

  /** Creates a client without observers. */
  constructor(host: MachineHost<State, Command, Event, Answers>) {
    this.host = host;
    this.state = host.state();
  }

  /** Why nothing is stepped, for good or until the journal answers: a problem of the health. */
  get problem(): string | undefined {
    const error = this.stopped ?? this.host.dispatcher.stalled;
    return error === undefined ? undefined : errorData(error).message;
  }

  /** The session of the engine, if it shares its journal with others. */
  get session(): string | undefined {
    return this.host.dispatcher.session;
  }

  /** The time of the machine's clock. */
  get now(): Instant {
    return this.host.dispatcher.clock.now();
  }

  /** Keeps the process alive while callers wait for timers of the machine. */
  get keeper(): Keeper {
    return this.host.dispatcher;
  }

  /** Returns the data of a thrown value for a command. Without a journal, the value itself is kept. */
  dataOf(thrown: unknown): ErrorData {
    return this.host.dispatcher.synchronous ? keptErrorData(thrown) : errorData(thrown);
  }

  /** Sends a command and resolves with its answer. Rejects with the error of its refusal. */
  call<Each extends Command>(command: Each): Promise<AnswerTo<Answers, Each>>;
  /** Sends a command and resolves with the result of `read` for its answer. */
  call<Each extends Command, Result>(
    command: Each,
    read: (answer: AnswerTo<Answers, Each>) => Result,
  ): Promise<Result>;
  call<Each extends Command>(
    command: Each,
    read?: (answer: AnswerTo<Answers, Each>) => unknown,
  ): Promise<unknown> {
    if (this.host.dispatcher.synchronous) {
      try {
        if (this.stopped !== undefined) throw this.stopped;
        return resolved(this.#read(command, this.dispatch(command), read));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.exchange(command, (outcome) => this.#read(command, outcome, read));
  }

  /** Sends a command and resolves once it was stepped. Rejects with the error of its refusal. */
  perform(command: Command): Promise<void> {
    if (!this.host.dispatcher.synchronous) return this.call(command, ignore);
    try {
      if (this.stopped !== undefined) throw this.stopped;
      const answer: unknown = this.host.dispatcher.dispatch(command);
      return answer instanceof Refusal ? Promise.reject(this.errorOf(answer, command)) : DONE;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends a command and resolves with its answer, or with its refusal. */
  outcomeOf<Each extends Command>(command: Each): Promise<Outcome<Answers, Each>> {
    return this.exchange(command, (outcome) => outcome);
  }

  /** Sends a command and resolves once it was stepped, also when it was refused. */
  attempt(command: Command): Promise<void> {
    if (!this.host.dispatcher.synchronous) return this.exchange(command, ignore);
    try {
      if (this.stopped !== undefined) throw this.stopped;
      this.dispatch(command);
      return DONE;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends `command` with retries until the journal stores it, and resolves with the answer. Sends even
   * after the client has stopped: such a command ends something that would otherwise stay forever.
   */
  deliver<Each extends Command>(command: Each): Promise<AnswerTo<Answers, Each>> {
    if (this.host.dispatcher.synchronous) {
      try {
        const answer = this.#read(command, this.dispatch(command), undefined);
        return resolved(answer as AnswerTo<Answers, Each>);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    const settled = new Deferred<unknown>();
    this.#deliver({ command, settled });
    return settled.promise() as Promise<AnswerTo<Answers, Each>>;
  }

  /** The same as {@linkcode deliver}, without a result. */
  owe(command: Command): void {
    if (!this.host.dispatcher.synchronous) return void this.deliver(command).catch(ignore);
    try {
      this.dispatch(command);
    } catch {
      // The machine has stopped, so there is nothing left to end.
    }
  }

  /** Fires the timers that are due, and retries the commands that the journal did not store. */
  refresh(): Promise<void> {
    this.#resend();
    return this.exchange({ type: "tick" }, ignore);
  }

  /** Returns the error for a refused command. `state` is the one that refused it. */
  protected abstract errorOf(refusal: Refusal, command: Command): Error;

  /**
   * Sends a command and resolves with the result of `read` for its answer or refusal. `read` runs in
   * the reply, before observers receive the events of the step.
   */
  protected exchange<Each extends Command | Tick, Result>(
    command: Each,
    read: (outcome: Outcome<Answers, Each>) => Result,
  ): Promise<Result> {
    if (this.host.dispatcher.synchronous) return this.#exchangeAtOnce(command, read);
    const result = new Deferred<Result>();
    try {
      this.send(command, (outcome, error) => {
        if (error !== undefined) return result.reject(error);
        try {
          result.resolve(read(outcome!));
        } catch (refusal) {
          result.fail(refusal as Error);
        }
      });
    } catch (error) {
      result.reject(error);
    }
    return result.promise();
  }

  /** The same where the reply comes before `send` returns: nothing has to keep its result. */
  #exchangeAtOnce<Each extends Command | Tick, Result>(
    command: Each,
    read: (outcome: Outcome<Answers, Each>) => Result,
  ): Promise<Result> {
    let result: Promise<Result> | undefined;
    try {
      this.send(command, (outcome, error) => {
        if (error !== undefined) return void (result ??= Promise.reject(error));
        try {
          result = resolved(read(outcome!));
        } catch (refusal) {
          result = rejectedFor(refusal as Error);
        }
      });
    } catch (error) {
      return Promise.reject(error);
    }
    return result!;
  }

  /** Sends `command`. @throws {@linkcode stopped}, once the client has stopped */
  protected send<Each extends Command | Tick>(
    command: Each,
    reply: Reply<Outcome<Answers, Each>>,
  ): void {
    if (this.stopped !== undefined) throw this.stopped;
    this.pass(command, reply);
  }

  /** Sends `command`, even if the client has stopped. */
  protected pass<Each extends Command | Tick>(
    command: Each,
    reply: Reply<Outcome<Answers, Each>>,
  ): void {
    this.host.dispatcher.send(command, reply);
  }

  /** Steps `command` on a synchronous machine, even if the client has stopped. */
  protected dispatch<Each extends Command>(command: Each): Outcome<Answers, Each> {
    return this.host.dispatcher.dispatch(command);
  }

  /** Observes later events of `types`. The first call also observes the end of the machine. */
  protected listen<Type extends Event["type"]>(
    types: readonly Type[],
    observer: (event: Extract<Event, { type: Type }>) => void,
  ): void {
    const { dispatcher } = this.host;
    if (this.#unobserve === undefined) {
      this.#unobserve = [];
      dispatcher.whenStopped((error) => this.stop(error));
    }
    if (types.length > 0) this.#unobserve.push(dispatcher.observe(types, observer));
  }

  /** Removes all observers, and rejects pending and further calls with `error`. Idempotent. */
  protected stop(error: unknown): void {
    if (this.stopped !== undefined) return;
    (this as { stopped: unknown }).stopped = error;
    for (const unobserve of this.#unobserve ?? []) unobserve();
    this.#cancelResend?.();
    for (const { settled } of this.#owed) settled.reject(error);
    this.end(error);
  }

  /** Rejects all pending calls with `error`. */
  protected abstract end(error: unknown): void;

  #read<Each extends Command>(
    command: Each,
    answer: Outcome<Answers, Each>,
    read: ((answer: AnswerTo<Answers, Each>) => unknown) | undefined,
  ): unknown {
    if (answer instanceof Refusal) throw this.errorOf(answer, command);
    return read === undefined ? answer : read(answer as AnswerTo<Answers, Each>);
  }

  #deliver(owed: Owed<Command>): void {
    const { command, settled } = owed;
    try {
      this.pass(command, (answer, error) => {
        if (error instanceof JournalError && this.stopped === undefined) {
          return this.#resendLater(owed);
        }
        if (error !== undefined) return settled.reject(error);
        if (answer instanceof Refusal) settled.fail(this.errorOf(answer, command));
        else settled.resolve(answer);
      });
    } catch (error) {
      settled.reject(error); // the machine has stopped, so there is nothing left to end
    }
  }

  #resendLater(owed: Owed<Command>): void {
    this.#owed.push(owed);
    if (this.#owed.length > 1) return;
    const { clock } = this.host.dispatcher;
    this.#cancelResend = clock.setTimer(clock.now() + RESEND_MS, () => this.#resend());
    this.#cancelResend.keepAlive?.(false);
  }

  #resend(): void {
    this.#cancelResend?.();
    const owed = this.#owed;
    this.#owed = [];
    for (const each of owed) this.#deliver(each);
  }
}

function ignore(): void {}

/** The promise of `undefined`. */
export const DONE: Promise<void> = Promise.resolve();

/** Keeps the process alive while it is held. */
export interface Keeper {
  /** Holds once more. */
  hold(): void;
  /** Undoes one `hold`. */
  release(): void;
}

/** The result of a call, known at once or later. Settled once; later outcomes are ignored. */
export class Deferred<Result> {
  readonly #keeper: Keeper | undefined;
  /** How it was settled; as `own` if its error was created for this call. */
  #settled: "resolved" | "rejected" | "own" | undefined;
  #value: unknown;
  #resolve: ((value: Result | PromiseLike<never>) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** `keeper` is held while a caller waits for the outcome. */
  constructor(keeper?: Keeper) {
    this.#keeper = keeper;
  }

  /** Whether it was resolved or rejected. */
  get settled(): boolean {
    return this.#settled !== undefined;
  }

  /** Resolves the promise with `value`. */
  resolve(value: Result): void {
    if (!this.#settle("resolved")) return;
    if (this.#resolve === undefined) this.#value = value;
    else this.#resolve(value);
  }

  /** Rejects the promise with `error`. */
  reject(error: unknown): void {
    if (!this.#settle("rejected")) return;
    if (this.#reject === undefined) this.#value = error;
    else this.#reject(error);
  }

  /** Rejects the promise with an error created for this call, whose stack then shows the caller. */
  fail(error: Error): void {
    if (!this.#settle("own")) return;
    if (this.#resolve === undefined) this.#value = error;
    else this.#resolve(rejectedFor(error));
  }

  /** Returns the promise. May be called once. */
  promise(): Promise<Result> {
    switch (this.#settled) {
      case "resolved":
        return resolved(this.#value as Result);
      case "rejected":
        return Promise.reject(this.#value);
      case "own":
        return rejectedFor(this.#value as Error);
    }
    this.#keeper?.hold();
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Notes the outcome, unless there is one; returns whether there was none. */
  #settle(as: "resolved" | "rejected" | "own"): boolean {
    if (this.#settled !== undefined) return false;
    this.#settled = as;
    if (this.#resolve !== undefined) this.#keeper?.release();
    return true;
  }
}

/** Returns a promise of `value`, without an allocation for `undefined`. */
export function resolved<Result>(value: Result): Promise<Result> {
  return value === undefined ? DONE as Promise<Result & undefined> : Promise.resolve(value);
}

/** Calls `call`, and turns a thrown error into a rejection. */
export function attempting<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}
