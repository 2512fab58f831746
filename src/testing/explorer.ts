/**
 * Finds every state that a machine can reach, within bounds.
 *
 * @module
 */

import { fork } from "../core/data/plain.ts";
import { type Instant, type Machine, type Named, Refusal, type Tick } from "../core/machine.ts";

/** A command that is tried in every state. */
export interface Move<Command extends Named> {
  /** The command. */
  readonly command: Command | Tick;
  /** The milliseconds that pass before it. */
  readonly afterMs: number;
}

/** The moves of an exploration, and the texts that identify its states and steps. */
export interface Exploration<State, Command extends Named, Event extends Named> {
  /** The moves that are tried in every state. */
  readonly alphabet: readonly Move<Command>[];
  /** Returns a text of all that matters of a state: states with one text must behave alike. */
  readonly describe: (state: Readonly<State>, now: Instant) => string;
  /** Returns a text of a step, from its move, its events and its answer. */
  readonly label: (move: Move<Command>, events: readonly Event[], answer: unknown) => string;
  /**
   * Returns a text that has what the description leaves out, too. All states that differ in it are
   * explored, and those with one description must behave alike. @default the description is all
   */
  readonly identify?: (state: Readonly<State>) => string;
  /** Returns whether `move` is possible in this state. @default always */
  readonly allows?: (state: Readonly<State>, now: Instant, move: Move<Command>) => boolean;
  /** The number of states beyond which the exploration fails. @default 100_000 */
  readonly maxStates?: number;
}

/**
 * Explores all states that `machine` can reach from its first one, breadth first: tries every move of
 * the alphabet in every state, and includes the moves that are refused.
 *
 * Costs a copy of the state for each move that changes it.
 *
 * @throws {RangeError} when there are more than `maxStates` states
 * @throws {Error} when `identify` tells states apart that have one description and behave differently
 */
export function explore<State, Command extends Named, Event extends Named, Answers>(
  machine: Machine<State, Command, Event, Answers>,
  exploration: Exploration<State, Command, Event>,
): StateGraph {
  const { alphabet, describe, identify, label, allows, maxStates = 100_000 } = exploration;
  const graph = new StateGraph();
  const open: Open<State>[] = [];
  const known = new Map<string, Open<State>>();
  const find = (state: State, now: Instant): Open<State> => {
    const index = graph.add(describe(state, now));
    const identity = identify === undefined ? `${index}` : `${index} ${identify(state)}`;
    let found = known.get(identity);
    if (found !== undefined) return found;
    if (open.length >= maxStates) {
      throw new RangeError(
        `Cannot explore "${machine.name}": it must have at most ${maxStates} states, got more`,
      );
    }
    found = { state, now, index };
    known.set(identity, found);
    open.push(found);
    return found;
  };
  // A refusal changes nothing, so the description is enough.
  const refused = (source: Open<State>, state: State, now: Instant): Open<State> =>
    graph.add(describe(state, now)) === source.index ? source : find(state, now);
  const explored = new Set<number>();
  graph.initial.add(find(machine.init(), 0).index);
  for (const source of open) {
    const { state, now, index } = source;
    const edges = explored.has(index) ? new Repetition(graph, index) : new Discovery(graph, index);
    explored.add(index);
    let copy = fork(state);
    for (const move of alphabet) {
      if (allows !== undefined && !allows(state, now, move)) continue;
      const then = now + move.afterMs;
      const events: Event[] = [];
      const answer = machine.step(copy, move.command, then, events);
      const target = answer instanceof Refusal ? refused(source, copy, then) : find(copy, then);
      edges.add(label(move, events, answer), target.index);
      if (target !== source) copy = fork(state);
    }
    edges.end();
    source.state = undefined as State; // its text is enough from here on
  }
  return graph;
}

/** A state that was found. */
interface Open<State> {
  state: State;
  readonly now: Instant;
  /** The index of its description. */
  readonly index: number;
}

/** The edges of the first state that has a description. */
class Discovery {
  readonly #graph: StateGraph;
  readonly #from: number;

  constructor(graph: StateGraph, from: number) {
    this.#graph = graph;
    this.#from = from;
  }

  add(label: string, to: number): void {
    this.#graph.connect(this.#from, label, to);
  }

  end(): void {}
}

/** The edges of a further state with this description, which must be the same. */
class Repetition {
  readonly #description: string;
  readonly #missing = new Map<string, number>();

  constructor(graph: StateGraph, from: number) {
    this.#description = graph.states[from]!;
    for (const { label, to, times } of graph.edgesFrom(from)) {
      this.#missing.set(`${label}\t${to}`, times);
    }
  }

  add(label: string, to: number): void {
    const key = `${label}\t${to}`;
    const times = this.#missing.get(key);
    if (times === undefined) throw this.#failure(label);
    if (times === 1) this.#missing.delete(key);
    else this.#missing.set(key, times - 1);
  }

  end(): void {
    for (const key of this.#missing.keys()) throw this.#failure(key.split("\t")[0]!);
  }

  #failure(label: string): Error {
    return new Error(
      `Cannot explore: states with one description must behave alike, but not all do ` +
        `"${label}" in\n${this.#description}`,
    );
  }
}

/** An edge of a {@linkcode StateGraph}. */
export interface Edge {
  /** The text of the step. */
  readonly label: string;
  /** The index of the state that it leads to. */
  readonly to: number;
  /** The number of times that it was found. */
  times: number;
}

/**
 * A graph of states and steps that an explorer or a model checker found. Texts identify its states.
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
  /** The indices of the initial states. */
  readonly initial: Set<number> = new Set();
  readonly #indices = new Map<string, number>();
  /** The edges of each state, by label and target. */
  readonly #edges: Map<string, Edge>[] = [];

  /** Returns the index of a state, and adds it if it is new. */
  add(state: string): number {
    const known = this.#indices.get(state);
    if (known !== undefined) return known;
    const index = this.states.length;
    this.#indices.set(state, index);
    this.states.push(state);
    this.#edges.push(new Map());
    return index;
  }

  /** Returns the index of a state, or `undefined`. */
  indexOf(state: string): number | undefined {
    return this.#indices.get(state);
  }

  /** Adds an edge, or counts it again. */
  connect(from: number, label: string, to: number): void {
    const key = `${label}\t${to}`;
    const edge = this.#edges[from]!.get(key);
    if (edge === undefined) this.#edges[from]!.set(key, { label, to, times: 1 });
    else edge.times++;
  }

  /** Returns the edges that leave a state. */
  edgesFrom(state: number): Iterable<Readonly<Edge>> {
    return this.#edges[state]!.values();
  }

  /** The number of different edges. */
  get edgeCount(): number {
    return this.#edges.reduce((sum, edges) => sum + edges.size, 0);
  }
}
