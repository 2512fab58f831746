/**
 * Ways through a graph of states that take each of its steps.
 *
 * @module
 */

import type { Edge, StateGraph } from "../../src/testing/explorer.ts";

/** The steps of one run, from an initial state. */
export type Tour = readonly Readonly<Edge>[];

/** A tour starts anew rather than take a longer way to a step that none has taken. */
const FARTHEST = 3;

/**
 * Returns tours from the initial state that together take each step that can be reached, among those
 * that `may` be taken. A tour goes on with a step nearby that none has taken, until there is none.
 */
export function toursOf(graph: StateGraph, may: (edge: Readonly<Edge>) => boolean): Tour[] {
  const [initial] = graph.initial;
  if (initial === undefined) return [];
  const edges = graph.states.map((_, state) => [...graph.edgesFrom(state)].filter(may));
  // Steps that change nothing are last, and so the first to be taken.
  const open = edges.map((all, state) => all.toSorted((a, b) => away(state, b) - away(state, a)));
  const isOpen = (state: number) => open[state]!.length > 0;
  const found = search(edges, initial, Infinity);
  const tours: Tour[] = [];
  for (const start of found.keys()) {
    while (isOpen(start)) {
      const tour = wayTo(found, start);
      for (let at: number | undefined = start; at !== undefined;) {
        const next = open[at]!.pop()!;
        tour.push(next);
        const near = search(edges, next.to, FARTHEST, isOpen);
        at = [...near.keys()].find(isOpen);
        if (at !== undefined) tour.push(...wayTo(near, at));
      }
      tours.push(tour);
    }
  }
  return tours;
}

function away(state: number, { to }: Readonly<Edge>): number {
  return to === state ? 0 : 1;
}

/** By state, the step that leads to it, and where that begins; in the order in which they were found. */
type Found = ReadonlyMap<
  number,
  { readonly from: number; readonly edge: Readonly<Edge> } | undefined
>;

/** Finds states breadth first, within `farthest` steps, up to the first one that `isWanted`. */
function search(
  edges: readonly (readonly Readonly<Edge>[])[],
  from: number,
  farthest: number,
  isWanted: (state: number) => boolean = () => false,
): Found {
  const found = new Map<
    number,
    { from: number; edge: Readonly<Edge>; distance: number } | undefined
  >();
  found.set(from, undefined);
  for (const [state, step] of found) {
    const distance = (step?.distance ?? 0) + 1;
    if (isWanted(state)) return found;
    if (distance > farthest) continue;
    for (const edge of edges[state]!) {
      if (!found.has(edge.to)) found.set(edge.to, { from: state, edge, distance });
    }
  }
  return found;
}

function wayTo(found: Found, state: number): Readonly<Edge>[] {
  const way: Readonly<Edge>[] = [];
  for (let step = found.get(state); step !== undefined; step = found.get(step.from)) {
    way.unshift(step.edge);
  }
  return way;
}
