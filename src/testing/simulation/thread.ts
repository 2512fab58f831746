/**
 * What an agent does, as a generator that gives up control whenever it waits.
 *
 * @module
 */

import type { SimulatedAgent } from "./agent.ts";

/** What somebody does in a simulation: it yields to wait, and is resumed with what it waited for. */
export type Behaviour = Generator<undefined, void, unknown>;

/** A part of a behaviour that comes to something. */
export type Doing<Result> = Generator<undefined, Result, unknown>;

/** One thing that an agent does. */
export class Thread {
  /** Whose it is. */
  readonly agent: SimulatedAgent;
  /** Goes up with each resumption, so that only the first answer to a wait counts. */
  turn = 0;
  readonly #behaviour: Behaviour;
  readonly #onEnd: (() => void) | undefined;
  #isAlive = true;

  /** Begins with the first `resume`; `onEnd` is called when it ends, or is killed. */
  constructor(agent: SimulatedAgent, behaviour: Behaviour, onEnd?: () => void) {
    this.agent = agent;
    this.#behaviour = behaviour;
    this.#onEnd = onEnd;
  }

  /** Goes on with `value`, if it still waits for `turn`. */
  resume(turn: number, value: unknown): void {
    if (turn !== this.turn || !this.#isAlive) return;
    this.turn++;
    const { agent } = this;
    const before = agent.current;
    agent.current = this;
    const { done } = this.#behaviour.next(value);
    agent.current = before;
    if (done === true && this.#isAlive) this.#end();
  }

  /** Ends it wherever it is; nothing of it happens any more. */
  kill(): void {
    if (this.#isAlive) this.#end();
  }

  #end(): void {
    this.#isAlive = false;
    this.#onEnd?.();
  }
}
