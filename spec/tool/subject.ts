/**
 * What a folder of `spec/` tells the tool about its machine: the default export of its
 * `binding.ts`.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/mod.ts";
import type { Reading } from "./graphs.ts";

/** A machine and its specification. */
export interface Subject {
  /** The bounded models whose graphs must be equal, by name. */
  readonly graphs: ReadonlyMap<string, GraphModel>;
  /** The sets of recorded runs, by name. */
  readonly traces: ReadonlyMap<string, () => Promise<readonly Trace[]>>;
  /** Broken copies of the machine, the binding and whatever else is outside the specification. */
  readonly mutants: readonly CodeMutant[];
}

/** A bounded model on both sides. */
export interface GraphModel {
  /** The generated module, in `spec/gen`. */
  readonly alphabet: Alphabet;
  /** Explores the machine. */
  readonly explore: () => StateGraph;
  /** How TLC's graph is read. */
  readonly reading: Reading;
}

/** Names for the steps of a specification, so that TLC tells them apart by their arguments. */
export interface Alphabet {
  readonly module: string;
  readonly extends: string;
  /** For each step its name and its expression. */
  readonly actions: ReadonlyMap<string, string>;
}

/** A recorded run. */
export interface Trace {
  readonly name: string;
  /** What TLC is given for each event; a record of TLA+ each. */
  readonly rows: readonly unknown[];
  /** The row, counted from 1, at which the specification must not follow any more. */
  readonly divergesAt?: number;
}

/** A small change that must be noticed. */
export interface CodeMutant {
  readonly name: string;
  /** The file, from the root of the repository, and the text in it that is replaced. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Loads what `spec/<folder>/binding.ts` tells. */
export async function loadSubject(folder: string): Promise<Subject> {
  const { default: subject } = await import(
    new URL(`../${folder}/binding.ts`, import.meta.url).href
  );
  return subject;
}
