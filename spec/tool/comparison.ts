/**
 * Compares an exploration step by step with a graph that is known.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
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

/**
 * Follows an exploration until it differs from `known`.
 *
 * @throws {Difference} at the first step that differs, from the observer's methods
 */
export class Comparison implements Observer {
  readonly #known: StateGraph;
  /** The steps from the present state that are still to be made, and their number. */
  #expected: Map<string, { readonly label: string; times: number }> | undefined;

  constructor(known: StateGraph) {
    this.#known = known;
  }

  enter(state: string): void {
    const index = this.#known.indexOf(state);
    const isFirst = this.#expected === undefined;
    this.end();
    if (index === undefined || (isFirst && !this.#known.initial.has(index))) {
      throw new Difference("");
    }
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

function keyOf(label: string, to: string): string {
  return `${label}\t${to}`;
}
