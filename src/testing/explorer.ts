/**
 * Finds every state that a machine can come to, within bounds.
 *
 * @module
 */

import type { Instant, Machine, Named, Tick } from "../core/machine.ts";
import { fork } from "../core/data/plain.ts";

/** One thing that may be tried in any state. */
export interface Move<Command extends Named> {
  /** What the machine is told. */
  readonly command: Command | Tick;
  /** How much later than what came before. */
  readonly afterMs: number;
}

/** What is explored, and how its states and steps are told apart. */
export interface Exploration<State, Command extends Named, Event extends Named> {
  /** Everything that is tried in every state. */
  readonly alphabet: readonly Move<Command>[];
  /** A text for all that matters of a state: states with the same text must behave alike. */
  readonly describe: (state: Readonly<State>, now: Instant) => string;
  /** A text for a step: what was told, and what the machine answered. */
  readonly label: (move: Move<Command>, events: readonly Event[]) => string;
  /** Whether the surroundings would try `move` in this state. @default always */
  readonly allows?: (state: Readonly<State>, now: Instant, move: Move<Command>) => boolean;
  /** How many states may be found before exploring is given up. @default 100_000 */
  readonly maxStates?: number;
}

/**
 * All states that `machine` can come to from its first one, breadth first: every move of the
 * alphabet is tried in every state, and what is refused counts as well.
 *
 * Costs a copy of the state for each move that changes it.
 *
 * @throws {RangeError} when there are more than `maxStates` states
 */
export function explore<State, Command extends Named, Event extends Named>(
  machine: Machine<State, Command, Event>,
  { alphabet, describe, label, allows, maxStates = 100_000 }: Exploration<State, Command, Event>,
): StateGraph {
  const graph = new StateGraph();
  const open: { state: State; now: Instant }[] = [];
  const find = (state: State, now: Instant): number => {
    const index = graph.add(describe(state, now));
    if (index < open.length) return index;
    if (index >= maxStates) {
      throw new RangeError(
        `Cannot explore "${machine.name}": it must have at most ${maxStates} states, got more`,
      );
    }
    open.push({ state, now });
    return index;
  };
  graph.initial.add(find(machine.init(), 0));
  for (let from = 0; from < open.length; from++) {
    const { state, now } = open[from]!;
    let copy = fork(state);
    for (const move of alphabet) {
      if (allows !== undefined && !allows(state, now, move)) continue;
      const then = now + move.afterMs;
      const events = machine.step(copy, move.command, then);
      const to = find(copy, then);
      graph.connect(from, label(move, events), to);
      if (to !== from) copy = fork(state);
    }
    // Only its text is needed from here on.
    open[from] = { state: undefined as State, now };
  }
  return graph;
}

/**
 * States by a text that tells them apart, and what leads from one to another.
 *
 * @example
 * ```ts
 * import { StateGraph } from "@lockstep/lockstep/testing";
 *
 * const graph = new StateGraph();
 * const [free, held] = [graph.add("free"), graph.add("held")];
 * graph.initial.add(free);
 * graph.connect(free, "acquire", held);
 * console.log(graph.states.join(", ")); // free, held
 * ```
 */
export class StateGraph {
  /** The texts of the states, in the order in which they were found. */
  readonly states: string[] = [];
  /** The indices of the states in which everything may begin. */
  readonly initial: Set<number> = new Set();
  readonly #indices = new Map<string, number>();
  /** For each state its edges, by label and target, with how often each was found. */
  readonly #edges: Map<string, Edge>[] = [];

  /** The index of a state, which is added if need be. */
  add(state: string): number {
    const known = this.#indices.get(state);
    if (known !== undefined) return known;
    const index = this.states.length;
    this.#indices.set(state, index);
    this.states.push(state);
    this.#edges.push(new Map());
    return index;
  }

  /** The index of a state, or `undefined` when the graph has no such state. */
  indexOf(state: string): number | undefined {
    return this.#indices.get(state);
  }

  /** Notes that `label` leads from one state to another. Each call counts. */
  connect(from: number, label: string, to: number): void {
    const key = `${label}\t${to}`;
    const edge = this.#edges[from]!.get(key);
    if (edge === undefined) this.#edges[from]!.set(key, { label, to, times: 1 });
    else edge.times++;
  }

  /** The edges that leave a state. */
  edgesFrom(state: number): Iterable<Readonly<Edge>> {
    return this.#edges[state]!.values();
  }

  /** How many edges there are, without counting any twice. */
  get edgeCount(): number {
    return this.#edges.reduce((sum, edges) => sum + edges.size, 0);
  }
}

/** What leads from one state to another. */
export interface Edge {
  /** What happens. */
  readonly label: string;
  /** The index of the state that it leads to. */
  readonly to: number;
  /** How often it was found. */
  times: number;
}
