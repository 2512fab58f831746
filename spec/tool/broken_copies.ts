/**
 * Breaks copies of the code, one change at a time, and explores each until it differs.
 *
 * All copies are loaded into one process, which is {@linkcode checkMutants}'s child:
 * `broken_copies.ts FOLDER PLACE` prints one line of JSON for each mutant of `spec/FOLDER`, with
 * the copies in `PLACE`.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import { Comparison, Difference } from "./comparison.ts";
import { digestOf, readDigest } from "./digests.ts";
import { copySources, sourcesOf } from "./sources.ts";
import { type CodeMutant, loadSubject } from "./subject.ts";

/** Verdict on a mutant, one line of the process's output. */
export interface Verdict {
  readonly name: string;
  /** Reason why the mutant does not count as caught, if it doesn't. */
  readonly problem?: string;
}

/** Yields a verdict on each of `mutants`, broken copies of what `spec/<folder>` checks. */
export async function* tryMutants(
  mutants: readonly CodeMutant[],
  folder: string,
  place: string,
): AsyncIterable<Verdict> {
  const sources = await sourcesOf(`spec/${folder}/binding.ts`);
  const intact = new URL(`file://${place}/intact/`);
  await copySources(sources, intact);
  const graphs = new Map<string, StateGraph>();
  for (const [i, mutant] of mutants.entries()) {
    const { name, graph } = mutant;
    const known = graphs.get(graph) ?? await exploreIntact(intact, folder, graph);
    graphs.set(graph, known);
    const root = new URL(`file://${place}/broken-${i}/`);
    await copySources(sources, root);
    const problem = await tryMutant(mutant, folder, root, known);
    yield problem === undefined ? { name } : { name, problem };
  }
}

/**
 * Explores the graph of a copy that nothing was changed in.
 *
 * @throws {Error} when it is not the graph that is kept, and mutants can't be compared with it
 */
async function exploreIntact(root: URL, folder: string, name: string): Promise<StateGraph> {
  const graph = await (await loadSubject(folder, root)).graphs.get(name)?.explore();
  if (graph === undefined) throw new Error(`Cannot break the code: "${name}" must be a graph`);
  const [found, kept] = [await digestOf(graph), await readDigest(folder, name)];
  if (found.sha256 === kept.sha256) return graph;
  throw new Error(`Cannot break the code: its graph "${name}" must be the one that is kept`);
}

/** Applies the change to the copy at `root`, and returns why it does not count as caught. */
async function tryMutant(
  { file, find, replace, graph, at, isHidden = false }: CodeMutant,
  folder: string,
  root: URL,
  known: StateGraph,
): Promise<string | undefined> {
  const path = new URL(file, root);
  const text = await Deno.readTextFile(path).catch(() => "");
  if (text.split(find).length !== 2) return `its text must be in ${file} once`;
  await Deno.writeTextFile(path, text.replace(find, () => replace));
  let isExploringAll = false;
  try {
    const { graphs } = await loadSubject(folder, root);
    const { explore, exploreAll } = graphs.get(graph)!;
    await explore(new Comparison(known));
    isExploringAll = isHidden;
    if (isExploringAll) await exploreAll!(new Comparison(known));
    return `the graph "${graph}" is the same`;
  } catch (error) {
    if (!(error instanceof Difference)) return `it does not run: ${error}`;
    if (isHidden && !isExploringAll) return "the first state of each description shows it";
    if (error.label.startsWith(at)) return undefined;
    return `the graph "${graph}" first differs at "${error.label}", not at "${at}"`;
  }
}

if (import.meta.main) {
  const [folder = "", place = ""] = Deno.args;
  const { mutants } = await loadSubject(folder);
  for await (const verdict of tryMutants(mutants, folder, place)) {
    console.log(JSON.stringify(verdict));
  }
}
