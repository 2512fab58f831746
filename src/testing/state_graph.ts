/**
 * A graph of states, whoever found it: an explorer of a machine, or a model checker.
 *
 * @module
 */

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
