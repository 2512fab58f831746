/**
 * Compares an exploration step by step with a graph that is known.
 *
 * @module
 */

import { StateGraph } from "../../src/testing/explorer.ts";
import type { Observer } from "./subject.ts";

/** Stops an exploration at the first step that the known graph lacks, or has and was not made. */
export class Difference extends Error {
  override readonly name = "Difference";

  /** The label of the step, or empty where the first states differ. */
  readonly label: string;

  constructor(label: string) {
    super(`The first step that differs is ${label}`);
    this.label = label;
  }
}

/** Stops an exploration where what is known of the graph, or wanted of it, ends. */
export class Beyond extends Error {
  override readonly name = "Beyond";
}

/**
 * Follows an exploration until it differs from `known`.
 *
 * @throws {Difference} at the first step that differs, from the observer's methods
 * @throws {Beyond} at the first state whose steps are not known, if only those of `explored` are
 */
export class Comparison implements Observer {
  readonly #known: StateGraph;
  readonly #explored: ReadonlySet<number> | undefined;
  /** The steps from the present state that are still to be made, and their number. */
  #expected: Map<string, { readonly label: string; times: number }> | undefined;

  constructor(known: StateGraph, explored?: ReadonlySet<number>) {
    this.#known = known;
    this.#explored = explored;
  }

  enter(state: string): void {
    const index = this.#known.indexOf(state);
    const isFirst = this.#expected === undefined;
    this.end();
    if (index === undefined || (isFirst && !this.#known.initial.has(index))) {
      throw new Difference("");
    }
    if (this.#explored?.has(index) === false) throw new Beyond();
    this.#expected = new Map();
    for (const { label, to, times } of this.#known.edgesFrom(index)) {
      this.#expected.set(keyOf(label, this.#known.states[to]!), { label, times });
    }
  }

  step(label: string, to: string): void {
    const expected = this.#expected?.get(keyOf(label, to));
    if (expected === undefined || expected.times === 0) throw new Difference(label);
    expected.times--;
  }

  end(): void {
    for (const { label, times } of this.#expected?.values() ?? []) {
      if (times > 0) throw new Difference(label);
    }
  }
}

/**
 * Records the beginning of an exploration: the steps from its first states.
 *
 * @throws {Beyond} at the state after these, from the observer's methods
 */
export class Beginning implements Observer {
  /** What was found, with states whose steps were not. */
  readonly graph: StateGraph = new StateGraph();
  /** The states whose steps were found. */
  readonly explored: Set<number> = new Set();
  readonly #most: number;
  #from = 0;

  /** `most` is the number of states whose steps are recorded. */
  constructor(most: number) {
    this.#most = most;
  }

  enter(state: string): void {
    if (this.explored.size === this.#most) throw new Beyond();
    this.#from = this.graph.add(state);
    if (this.explored.size === 0) this.graph.initial.add(this.#from);
    this.explored.add(this.#from);
  }

  step(label: string, to: string): void {
    this.graph.connect(this.#from, label, this.graph.add(to));
  }

  end(): void {}
}

function keyOf(label: string, to: string): string {
  return `${label}\t${to}`;
}
