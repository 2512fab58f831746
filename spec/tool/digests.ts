/**
 * Digests of graphs, as they are kept in `spec/graphs`.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import { sha256 } from "./hash.ts";
import { loadSubject } from "./subject.ts";

/** Size and hash of a graph. */
export interface Digest {
  readonly states: number;
  readonly edges: number;
  readonly sha256: string;
}

/** Returns the digest of a graph, which does not depend on the order in which it was found. */
export async function digestOf(graph: StateGraph): Promise<Digest> {
  const order = graph.states.map((_, i) => i);
  order.sort((a, b) => graph.states[a]! < graph.states[b]! ? -1 : 1);
  const places = new Map(order.map((state, place) => [state, place]));
  const lines = [...graph.initial].map((state) => `initial ${places.get(state)}`).sort();
  for (const [place, state] of order.entries()) {
    lines.push(`state ${place} ${graph.states[state]}`);
    const edges = [...graph.edgesFrom(state)];
    lines.push(
      ...edges.map(({ label, to, times }) => `${times} ${label} ${places.get(to)}`).sort(),
    );
  }
  return {
    states: graph.states.length,
    edges: graph.edgeCount,
    sha256: await sha256(lines.join("\n")),
  };
}

/** File of the digest of the graph `name` of `spec/<folder>`. */
export function digestFile(folder: string, name: string): URL {
  return new URL(`../graphs/${folder}-${name}.json`, import.meta.url);
}

/** Reads the kept digest of a graph. */
export async function readDigest(folder: string, name: string): Promise<Digest> {
  return JSON.parse(await Deno.readTextFile(digestFile(folder, name)));
}

/** Returns the names of the graphs of `folder` that are not as they were when TLC found the same. */
export async function findChanged(folder: string): Promise<string[]> {
  const { graphs } = await loadSubject(folder);
  const changed: string[] = [];
  for (const [name, { explore }] of graphs) {
    const [found, kept] = [await digestOf(await explore()), await readDigest(folder, name)];
    if (JSON.stringify(found) !== JSON.stringify(kept)) changed.push(name);
  }
  return changed;
}
