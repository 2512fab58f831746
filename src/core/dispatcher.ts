/**
 * Interfaces between façades and engines: commands go one way, answers and events the other.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { LockstepError } from "./errors.ts";
import type { Instant, Named, Outcome, Tick } from "./machine.ts";

/** Publishes the events of an engine to their handlers: an `EventBus`. */
export interface EventPublisher {
  /** Whether it logs each event itself. */
  readonly debug: boolean;
  /**
   * Whether anything receives events of a type. Without this method, or otherwise, the engine makes no
   * event where that is possible, and publishes `undefined` in its place. @default it is received
   */
  hears?(type: string): boolean;
  /** Publishes an event with the time and the sequence number that an engine gave it. */
  publish(
    type: string,
    event: unknown,
    at: Instant,
    sequence: number,
    describe?: (event: never) => string,
  ): void;
}

/** Receives an event after the step in which it happened, before the event is published. */
export type Observer<Event> = (event: Event, now: Instant) => void;

/**
 * Receives the answer to a command, right after its step and before any observer is called; or the
 * error for which it was not stepped.
 */
export type Reply<Answer> = (answer: Answer | undefined, error: unknown) => void;

/**
 * A step that comes to one event and touches no timer: the change of the state alone, for a caller that
 * has found its `Subjects` in the state.
 */
export interface PlainStep<
  State,
  Type extends string,
  Subjects extends readonly unknown[],
  Answer,
> {
  /** The type of the command that does the same. */
  readonly type: string;
  /** The type of the event. */
  readonly event: Type;
  /** Whether its time becomes part of the state. Otherwise it is that of the event only. */
  readonly keepsTime: boolean;
  /** Changes the state as the command would. */
  apply(state: State, now: Instant, ...subjects: Subjects): Answer;
}

/** Takes plain steps of one machine. */
export interface PlainStepper<State, Event extends Named> {
  /**
   * Takes a plain step if nobody receives its event and nothing is due before it. Otherwise returns
   * `undefined`: the command has to be dispatched.
   */
  take<Subjects extends readonly unknown[], Answer>(
    plain: PlainStep<State, Event["type"], Subjects, Answer>,
    ...subjects: Subjects
  ): Answer | undefined;
}

/** The interface of an engine for façades: they send commands and observe events. */
export interface Dispatcher<Command extends Named, Event extends Named, Answers> {
  /** Stamps commands; façades use it for their own timers. */
  readonly clock: Clock;
  /**
   * Steps `command` and calls `reply` with the answer, at once or when the journal has stored it; exactly
   * once and before any later command is stepped. Neither `reply` nor an observer may send or throw.
   *
   * @throws {ClosedError} after `close`
   */
  send<Each extends Command | Tick>(
    command: Each,
    reply: Reply<Outcome<Answers, Each>>,
  ): void;
  /**
   * Keeps the process alive for the timers of the machine, while a caller waits. Counted: each call
   * needs one {@linkcode release}.
   */
  hold(): void;
  /** Undoes one {@linkcode hold}. */
  release(): void;
  /** The session of the engine, if it shares its journal with others; each start has its own. */
  readonly session?: string | undefined;
  /** Whether commands are stepped at once, as there is no journal. */
  readonly synchronous: boolean;
  /** The error of a journal that has not reported yet whether it stored a batch; commands wait for it. */
  readonly stalled: LockstepError | undefined;
  /**
   * Steps `command` and returns the answer, when `synchronous`: a caller that needs it only after
   * observers and handlers ran saves the reply.
   *
   * @throws {ClosedError} after `close`
   */
  dispatch<Each extends Command | Tick>(command: Each): Outcome<Answers, Each>;
  /** Calls `observer` with each event of `types` until the returned function is called. */
  observe<Type extends Event["type"]>(
    types: readonly Type[],
    observer: Observer<Extract<Event, { type: Type }>>,
  ): () => void;
  /**
   * Calls `listener` once, with the reason, when the engine stops; at once if it has stopped.
   */
  whenStopped(listener: (error: LockstepError) => void): void;
}
