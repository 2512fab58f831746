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
import { Beginning, Beyond, Comparison, Difference } from "./comparison.ts";
import { digestOf, readDigest } from "./digests.ts";
import { copySources, sourcesOf } from "./sources.ts";
import { type CodeMutant, type GraphModel, loadSubject } from "./subject.ts";

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
  const graphs = new Map<string, Intact>();
  for (const [i, mutant] of mutants.entries()) {
    const { name, graph } = mutant;
    const known = graphs.get(graph) ?? new Intact(intact, folder, graph);
    graphs.set(graph, known);
    const root = new URL(`file://${place}/broken-${i}/`);
    await copySources(sources, root);
    const problem = await tryMutant(mutant, folder, root, known);
    yield problem === undefined ? { name } : { name, problem };
  }
}

/** Number of states that are explored first of a copy that nothing was changed in, and the factor of more. */
const FIRST_STATES = 256;
const GROWTH = 4;

/** The graph of a copy that nothing was changed in, explored as far as some mutant needed. */
class Intact {
  readonly #root: URL;
  readonly #folder: string;
  readonly #name: string;
  #beginning: Beginning | undefined;
  #most = FIRST_STATES;
  /** The whole graph, once it was needed. */
  #graph: StateGraph | undefined;

  constructor(root: URL, folder: string, name: string) {
    this.#root = root;
    this.#folder = folder;
    this.#name = name;
  }

  /** Follows an exploration until it differs. `explore` is called again where more must be known. */
  async compare(explore: (comparison: Comparison) => unknown): Promise<void> {
    while (true) {
      try {
        return void await explore(await this.#comparison());
      } catch (error) {
        if (!(error instanceof Beyond)) throw error;
        this.#beginning = undefined;
        this.#most *= GROWTH;
      }
    }
  }

  async #comparison(): Promise<Comparison> {
    if (this.#graph !== undefined) return new Comparison(this.#graph);
    const { explore } = await this.#load();
    if (this.#beginning === undefined) {
      this.#beginning = new Beginning(this.#most);
      try {
        await explore(this.#beginning);
        return new Comparison(await this.#exploreAll());
      } catch (error) {
        if (!(error instanceof Beyond)) throw error;
      }
    }
    return new Comparison(this.#beginning.graph, this.#beginning.explored);
  }

  /** @throws {Error} when it is not the graph that is kept, and mutants can't be compared with it */
  async #exploreAll(): Promise<StateGraph> {
    const { explore } = await this.#load();
    this.#graph = await explore();
    const [found, kept] = [await digestOf(this.#graph), await readDigest(this.#folder, this.#name)];
    if (found.sha256 === kept.sha256) return this.#graph;
    throw new Error(
      `Cannot break the code: its graph "${this.#name}" must be the one that is kept`,
    );
  }

  async #load(): Promise<GraphModel> {
    const graph = (await loadSubject(this.#folder, this.#root)).graphs.get(this.#name);
    if (graph !== undefined) return graph;
    throw new Error(`Cannot break the code: "${this.#name}" must be a graph`);
  }
}

/** Applies the change to the copy at `root`, and returns why it does not count as caught. */
async function tryMutant(
  { file, find, replace, graph, at, isHidden = false }: CodeMutant,
  folder: string,
  root: URL,
  known: Intact,
): Promise<string | undefined> {
  const path = new URL(file, root);
  const text = await Deno.readTextFile(path).catch(() => "");
  if (text.split(find).length !== 2) return `its text must be in ${file} once`;
  await Deno.writeTextFile(path, text.replace(find, () => replace));
  let isExploringAll = false;
  try {
    const { graphs } = await loadSubject(folder, root);
    const { explore, exploreAll } = graphs.get(graph)!;
    await known.compare(explore);
    isExploringAll = isHidden;
    if (isExploringAll) await known.compare(exploreAll!);
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
