/**
 * Between the façades of a coordination manager and its root machine.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import { MachineClient } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import type { Dispatcher, Observer, Reply } from "../core/engine.ts";
import { type LockstepError, StaleEpochError, UnknownAgentError } from "../core/errors.ts";
import type { AgentRefused } from "../agents/events.ts";
import type { LockstepEvent } from "./events.ts";
import type { Tick } from "../core/machine.ts";
import type { PartCommand, RootCommand, RootHost, RootState } from "./state.ts";

/** An agent in one of its lives. */
export interface Life {
  /** Who it is. */
  readonly agentId: string;
  /** Which life of it. */
  readonly incarnation: number;
}

/**
 * A dispatcher whose commands can be made to come from an agent in one of its lives: then they are
 * refused when that life is over.
 */
export class ActingDispatcher implements Dispatcher<RootCommand, LockstepEvent> {
  readonly #inner: Dispatcher<RootCommand, LockstepEvent>;
  #acting: Life | undefined;

  /** Hands everything on to `inner`. */
  constructor(inner: Dispatcher<RootCommand, LockstepEvent>) {
    this.#inner = inner;
  }

  get clock(): Clock {
    return this.#inner.clock;
  }

  get synchronous(): boolean {
    return this.#inner.synchronous;
  }

  /** What `action` sends before it returns comes from `life`; façades send as they are called. */
  as<Result>(life: Life, action: () => Result): Result {
    const before = this.#acting;
    this.#acting = life;
    try {
      return action();
    } finally {
      this.#acting = before;
    }
  }

  send(command: RootCommand | Tick, reply: Reply<LockstepEvent>): void {
    const life = this.#acting;
    if (life === undefined || command.type === "tick") {
      return this.#inner.send(command as RootCommand, reply);
    }
    this.#acting = undefined; // what the reply leads to is another matter
    this.#inner.send(wrap(command, life), (events, error) => {
      const refusal = events && findRefusal(events, life);
      if (refusal === undefined) reply(events, error);
      else reply(undefined, refusalError(refusal));
    });
  }

  dispatch(command: RootCommand): LockstepEvent[] {
    const life = this.#acting;
    if (life === undefined) return this.#inner.dispatch(command);
    this.#acting = undefined;
    const events = this.#inner.dispatch(wrap(command, life));
    const refusal = findRefusal(events, life);
    if (refusal !== undefined) throw refusalError(refusal);
    return events;
  }

  observe(observer: Observer<LockstepEvent>): () => void {
    return this.#inner.observe(observer);
  }

  whenStopped(listener: (error: LockstepError) => void): void {
    this.#inner.whenStopped(listener);
  }
}

function wrap(command: RootCommand, { agentId, incarnation }: Life): RootCommand {
  return { type: "as-agent", agentId, incarnation, command: command as PartCommand };
}

/** What was refused because `life` is over; the refusal is the last thing that happened. */
function findRefusal(events: readonly LockstepEvent[], life: Life): AgentRefused | undefined {
  const last = events.at(-1);
  if (last?.type !== "agent:refused") return undefined;
  const isAbout = last.agentId === life.agentId && last.incarnation === life.incarnation;
  return isAbout ? last : undefined;
}

/** The error for what was refused to an agent. */
export function refusalError({ agentId, incarnation, command, reason, detail }: AgentRefused) {
  const attempt = `${command.replaceAll("-", " ")} as agent ${quote(agentId)}`;
  return reason === "unknown-agent"
    ? new UnknownAgentError(attempt, agentId)
    : new StaleEpochError(attempt, incarnation, detail);
}

/** Sends the commands that belong to no façade. */
export class RootClient extends MachineClient<RootState, RootCommand, LockstepEvent> {
  /** A client of `host`. */
  constructor(host: RootHost) {
    super(host);
    this.listen();
  }

  /** Sends a command about a member. @throws what it was refused for */
  tell(command: PartCommand): Promise<void> {
    return this.ask(command, (events) => {
      for (const event of events) {
        if (event.type === "agent:refused" && event.command === command.type) {
          throw refusalError(event);
        }
      }
    });
  }

  /** Hears and sends nothing any more. */
  close(error: LockstepError): void {
    this.stop(error);
  }

  protected override hear(): void {}

  protected override end(): void {}
}
