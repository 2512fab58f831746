/**
 * The dispatcher and the client between a coordination manager and its root machine.
 *
 * @module
 */

import { membershipError } from "../agents/errors.ts";
import type { AgentRefused } from "../agents/events.ts";
import { MachineClient } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import type { Dispatcher, Observer, Reply } from "../core/dispatcher.ts";
import type { LockstepError } from "../core/errors.ts";
import { type Outcome, Refusal, type Tick } from "../core/machine.ts";
import type { LockstepEvent } from "../root/events.ts";
import type {
  AsAgent,
  AsOperator,
  PartCommand,
  RootAnswers,
  RootCommand,
  RootHost,
  RootState,
} from "../root/state.ts";

type RootDispatcher = Dispatcher<RootCommand, LockstepEvent, RootAnswers>;

/** An incarnation of an agent. */
export interface Actor {
  /** The id of the agent. */
  readonly agentId: string;
  /** The number of the incarnation. */
  readonly incarnation: number;
}

/** A person who gives commands. */
export interface Person {
  /** The name. */
  readonly by: string;
  /** Why, for people. @default none */
  readonly reason?: string;
}

/**
 * A dispatcher that can send commands for an incarnation of an agent, which are refused when that
 * incarnation is not in force, and for a person, which are recorded.
 */
export class ActingDispatcher implements RootDispatcher {
  readonly synchronous: boolean;
  readonly hold: () => void;
  readonly release: () => void;
  readonly #inner: RootDispatcher;
  #actor: Actor | Person | undefined;

  /** Passes all commands to `inner`. */
  constructor(inner: RootDispatcher) {
    this.#inner = inner;
    this.synchronous = inner.synchronous;
    this.hold = inner.hold.bind(inner);
    this.release = inner.release.bind(inner);
  }

  get clock(): Clock {
    return this.#inner.clock;
  }

  get session(): string | undefined {
    return this.#inner.session;
  }

  get stalled(): LockstepError | undefined {
    return this.#inner.stalled;
  }

  /**
   * Sends for `actor` what `action` sends before it returns; façades send as they are called. For an
   * agent that is one command, for a person it may be several.
   */
  as<Result>(actor: Actor | Person, action: () => Result): Result {
    const before = this.#actor;
    this.#actor = actor;
    try {
      return action();
    } finally {
      this.#actor = before;
    }
  }

  send<Each extends RootCommand | Tick>(
    command: Each,
    reply: Reply<Outcome<RootAnswers, Each>>,
  ): void {
    const actor = this.#actor;
    if (actor === undefined || command.type === "tick") return this.#inner.send(command, reply);
    this.#actor = undefined;
    if (isPerson(actor)) {
      try {
        return this.#inner.send(commandBy(actor, command), reply as Reply<unknown>);
      } finally {
        this.#actor = actor;
      }
    }
    this.#inner.send(commandOf(actor, command), (answer, error) => {
      const refused = refusedActor(answer);
      if (refused === undefined) reply(answer as Outcome<RootAnswers, Each>, error);
      else reply(undefined, membershipError(refused));
    });
  }

  dispatch<Each extends RootCommand | Tick>(command: Each): Outcome<RootAnswers, Each> {
    const actor = this.#actor;
    if (actor === undefined || command.type === "tick") return this.#inner.dispatch(command);
    this.#actor = undefined;
    if (isPerson(actor)) {
      try {
        return this.#inner.dispatch(commandBy(actor, command)) as Outcome<RootAnswers, Each>;
      } finally {
        this.#actor = actor;
      }
    }
    const answer = this.#inner.dispatch(commandOf(actor, command));
    const refused = refusedActor(answer);
    if (refused !== undefined) throw membershipError(refused);
    return answer as Outcome<RootAnswers, Each>;
  }

  observe<Type extends LockstepEvent["type"]>(
    types: readonly Type[],
    observer: Observer<Extract<LockstepEvent, { type: Type }>>,
  ): () => void {
    return this.#inner.observe(types, observer);
  }

  whenStopped(listener: (error: LockstepError) => void): void {
    this.#inner.whenStopped(listener);
  }
}

function isPerson(actor: Actor | Person): actor is Person {
  return "by" in actor;
}

/** Wraps a command of an agent. Commands that it causes are not wrapped. */
function commandOf({ agentId, incarnation }: Actor, command: RootCommand | Tick): AsAgent {
  return { type: "as-agent", agentId, incarnation, command: command as PartCommand };
}

/** Wraps a command of a person. Commands that it causes, such as those of handlers, are not wrapped. */
function commandBy(person: Person, command: RootCommand | Tick): AsOperator {
  return { type: "as-operator", ...person, command: command as PartCommand };
}

/** Returns the refusal of a command whose incarnation is not in force. */
function refusedActor(answer: unknown): AgentRefused | undefined {
  if (!(answer instanceof Refusal) || answer.event.type !== "agent:refused") return undefined;
  return answer.event as AgentRefused;
}

/** Sends the commands of membership and of recovery, which have no façade. */
export class RootClient extends MachineClient<RootState, RootCommand, LockstepEvent, RootAnswers> {
  /** Makes a client of the machine in `host`. */
  constructor(host: RootHost) {
    super(host);
    this.listen([], ignore);
  }

  /** Stops for the reason `error`. */
  close(error: LockstepError): void {
    this.stop(error);
  }

  protected override errorOf({ event }: Refusal): Error {
    return membershipError(event as AgentRefused);
  }

  protected override end(): void {}
}

function ignore(): void {}
