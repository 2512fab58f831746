/**
 * Interface between the tool and a folder of `spec/`: the default export of its `binding.ts`.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import type { Reading } from "./graphs.ts";

/** A machine and its specification. */
export interface Subject {
  /** The bounded models whose graphs must be equal, by name. */
  readonly graphs: ReadonlyMap<string, GraphModel>;
  /** Texts of generated modules that the specification extends, in `spec/gen`, by name. */
  readonly modules?: ReadonlyMap<string, () => string>;
  /** The sets of recorded runs, by name. */
  readonly traces: ReadonlyMap<string, () => Promise<readonly Trace[]>>;
  /** Broken copies of the machine, the binding and whatever else is outside the specification. */
  readonly mutants: readonly CodeMutant[];
  /** The graphs of a machine without a specification, by name. */
  readonly explorations?: ReadonlyMap<string, ExplorationModel>;
  /** Variants of that machine, which must differ from it unless it says why they can't. */
  readonly variants?: readonly Variant[];
}

/** A bounded model of a machine without a specification. */
export interface ExplorationModel {
  /** Explores the machine, and throws where an invariant is broken. */
  readonly exploreChecked: () => StateGraph;
  /** Explores it without checks. */
  readonly explore: () => StateGraph;
}

/** A machine that is made of other parts than the product's. */
export interface Variant {
  readonly name: string;
  /** The graph that must change. */
  readonly graph: string;
  readonly explore: (observer: Observer) => StateGraph;
  /** Why no graph can change, if so. Then this one must be the same. */
  readonly isEquivalentAs?: string;
}

/** A bounded model on both sides. */
export interface GraphModel {
  /** The generated module, in `spec/gen`. */
  readonly alphabet: Alphabet;
  /** Explores the machine; `observer` follows each step. */
  readonly explore: (observer?: Observer) => StateGraph | Promise<StateGraph>;
  /**
   * Explores every state of the machine, also those that are one state to the specification, and
   * throws unless such states behave alike. `explore` returns the same graph at less cost.
   */
  readonly exploreAll?: (observer?: Observer) => StateGraph | Promise<StateGraph>;
  /** Interpretation of TLC's graph. */
  readonly reading: Reading;
}

/** Follows an exploration, and stops it by throwing. */
export interface Observer {
  /** Notes that the steps from `state` follow. */
  enter(state: string): void;
  /** Notes a step from the state that was entered last. */
  step(label: string, to: string): void;
  /** Notes that there are no more steps. */
  end(): void;
}

/** Names for the steps of a specification, one for each combination of arguments. */
export interface Alphabet {
  readonly module: string;
  readonly extends: string;
  /** For each step its name and its expression. */
  readonly actions: ReadonlyMap<string, string>;
}

/** A recorded run. */
export interface Trace {
  readonly name: string;
  /** Rows for TLC, one for each event; each a record of TLA+. */
  readonly rows: readonly unknown[];
  /** The row, counted from 1, at which the specification must not follow any more. */
  readonly divergesAt?: number;
}

/** A small change of the code that must change a graph. */
export interface CodeMutant {
  readonly name: string;
  /** The file, from the root of the repository, and the text in it that is replaced. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The graph that must change. */
  readonly graph: string;
  /** Beginning of the first edge of that graph that must change. */
  readonly at: string;
  /** Whether only some of the states differ that are one state to the specification. */
  readonly isHidden?: boolean;
}

/** Returns a function that makes the mutants of a folder of sources, or of any if it is empty. */
export function mutantsIn(folder = "") {
  return (
    name: string,
    graph: string,
    at: string,
    file: string,
    find: string,
    replace: string,
  ): CodeMutant => ({ name, graph, at, file: `${folder}${file}`, find, replace });
}

/** Loads `spec/<folder>/binding.ts`, of this repository or of a copy at `root`. */
export async function loadSubject(
  folder: string,
  root: URL = new URL("../../", import.meta.url),
): Promise<Subject> {
  const { default: subject } = await import(new URL(`spec/${folder}/binding.ts`, root).href);
  return subject;
}
