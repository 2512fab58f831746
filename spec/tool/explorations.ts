/**
 * Checks machines that have no specification: their invariants in each state and on each step, the digest
 * of the graph, and whether variants of them are noticed.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import type { Outcome } from "./check.ts";
import { Comparison, Difference } from "./comparison.ts";
import { digestFile, digestOf } from "./digests.ts";
import { type Exploration, type Figures, folderOf, type Mutants } from "./models.ts";
import { loadSubject, type Subject, type Variant } from "./subject.ts";

/** Explores a machine with its invariants, and compares the graph with its digest. */
export async function checkExploration(model: Exploration, write: boolean): Promise<Outcome> {
  const started = performance.now();
  const folder = folderOf(model);
  const { explorations } = await loadSubject(folder);
  const exploration = explorations?.get(model.subject);
  if (exploration === undefined) {
    throw new Error(`Cannot check ${model.name}: the binding must explore "${model.subject}"`);
  }
  const graph = exploration.exploreChecked();
  const figures = figuresOf(graph);
  const problems: string[] = [];
  const digest = JSON.stringify(await digestOf(graph), null, 2) + "\n";
  const file = digestFile(folder, model.subject);
  if (write) await Deno.writeTextFile(file, digest);
  else {
    const kept = await Deno.readTextFile(file).catch(() => "");
    if (kept !== digest) problems.push(`the graph is not the one of ${file.pathname}`);
    const isKept = JSON.stringify(model.figures) === JSON.stringify(figures);
    if (!isKept) problems.push(`its figures are ${JSON.stringify(figures)}`);
  }
  const seconds = (performance.now() - started) / 1000;
  return { problems, result: "holds", figures, seconds };
}

/** Explores each variant until it differs from the machine. */
export async function checkVariants(model: Mutants, write: boolean): Promise<Outcome> {
  const started = performance.now();
  const { variants = [], explorations } = await loadSubject(folderOf(model));
  const graphs = new Map<string, StateGraph>();
  const problems: string[] = [];
  let caught = 0;
  for (const variant of variants) {
    const problem = tryVariant(variant, graphs, explorations);
    if (problem !== undefined) problems.push(`${variant.name}: ${problem}`);
    else if (variant.isEquivalentAs === undefined) caught++;
  }
  if (!write && caught !== model.mutants) {
    problems.push(`${caught} variants are caught, not ${model.mutants}`);
  }
  const seconds = (performance.now() - started) / 1000;
  return { problems, result: `${caught} caught`, caught, seconds };
}

function tryVariant(
  { graph, explore, isEquivalentAs }: Variant,
  graphs: Map<string, StateGraph>,
  explorations: Subject["explorations"],
): string | undefined {
  const known = graphs.get(graph) ?? explorations?.get(graph)?.explore();
  if (known === undefined) return `the binding must explore "${graph}"`;
  graphs.set(graph, known);
  try {
    explore(new Comparison(known));
    return isEquivalentAs === undefined ? `the graph "${graph}" is the same` : undefined;
  } catch (error) {
    if (!(error instanceof Difference)) return isEquivalentAs && `it does not run: ${error}`;
    return isEquivalentAs && `it was said to be equivalent, and differs at "${error.label}"`;
  }
}

/** Returns the size of a graph; the depth is the number of states on the longest of shortest paths. */
function figuresOf(graph: StateGraph): Figures {
  let depth = 0;
  const reached = new Set(graph.initial);
  for (let level = [...reached]; level.length > 0; depth++) {
    const next: number[] = [];
    for (const from of level) {
      for (const { to } of graph.edgesFrom(from)) {
        if (reached.has(to)) continue;
        reached.add(to);
        next.push(to);
      }
    }
    level = next;
  }
  return { states: graph.states.length, transitions: graph.edgeCount, depth };
}
