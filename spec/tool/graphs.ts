/**
 * Brings the graphs of a specification and of a machine into one form, and compares them.
 *
 * A machine takes a command in one step, while its specification may have an action for each event
 * of the step. States within a step are therefore left out, and their actions' labels joined.
 *
 * @module
 */

import { StateGraph } from "../../src/testing/explorer.ts";
import { UNNAMED } from "./alphabet.ts";
import type { DotEdge, DotGraph, Variables } from "./dot.ts";

/** Interpretation of TLC's graph. */
export interface Reading {
  /** Whether a state is one that a machine may be left in; the others are within a step. */
  readonly isStable: (state: Variables) => boolean;
  /** Returns the label of a step, from the name of its action and its target; `""` adds nothing. */
  readonly label: (action: string, to: Variables) => string;
  /** Variables that no state of the machine has. */
  readonly hidden: readonly string[];
}

/** Joins the labels of one step. */
export const THEN = " > ";

/** Text of a state from the texts of its variables. */
export function stateText(variables: Iterable<readonly [name: string, value: string]>): string {
  return [...variables].map(([name, value]) => `${name}=${value}`).sort().join(" ");
}

/** Returns TLC's graph with stable states only, and with the named steps between them. */
export function readGraph(dot: DotGraph, { isStable, label, hidden }: Reading): StateGraph {
  const graph = new StateGraph();
  const leaving = new Map<string, { label: string; to: string }[]>();
  for (const edge of dot.edges) {
    if (isUnnamed(edge)) continue;
    const { from, action, to } = edge;
    const target = dot.nodes.get(to);
    if (target === undefined) throw new Error(`Cannot read a graph: the node ${to} must be in it`);
    const edges = leaving.get(from) ?? [];
    edges.push({ label: label(action, target), to });
    leaving.set(from, edges);
  }
  const stable = new Map<string, number>();
  for (const [id, variables] of dot.nodes) {
    if (!isStable(variables)) continue;
    const visible = [...variables].filter(([name]) => !hidden.includes(name));
    stable.set(id, graph.add(stateText(visible)));
  }
  const follow = (from: number, id: string, labels: readonly string[]) => {
    for (const edge of leaving.get(id) ?? []) {
      const path = edge.label === "" ? labels : [...labels, edge.label];
      if (path.length > 1_000) throw new Error("Cannot read a graph: a step must come to an end");
      const to = stable.get(edge.to);
      if (to === undefined) follow(from, edge.to, path);
      else graph.connect(from, path.join(THEN), to);
    }
  };
  for (const [id, from] of stable) follow(from, id, []);
  for (const id of dot.initial) graph.initial.add(stable.get(id)!);
  return graph;
}

/**
 * Describes the first step that only one of the named actions and `Next` makes; `undefined` when
 * they make the same steps.
 */
export function findUnnamed({ nodes, edges }: DotGraph): string | undefined {
  const known = { named: new Set<string>(), unnamed: new Set<string>() };
  const keyOf = ({ from, to }: DotEdge) => `${from} ${to}`;
  for (const edge of edges) known[isUnnamed(edge) ? "unnamed" : "named"].add(keyOf(edge));
  const alone = edges.find((edge) =>
    !known[isUnnamed(edge) ? "named" : "unnamed"].has(keyOf(edge))
  );
  if (alone === undefined) return undefined;
  const text = (id: string) => stateText(nodes.get(id) ?? []).replaceAll(" ", "\n  ");
  const step = isUnnamed(alone)
    ? "Next has a step that no named action has"
    : `${alone.action} is not a step of Next`;
  return `${step}:\nfrom\n  ${text(alone.from)}\nto\n  ${text(alone.to)}`;
}

function isUnnamed({ action }: DotEdge): boolean {
  return action === UNNAMED;
}

/** Describes where two graphs first differ; `undefined` when they are the same. */
export function findDifference(
  spec: StateGraph,
  machine: StateGraph,
): string | undefined {
  const starts = ({ states, initial }: StateGraph) => [...initial].map((i) => states[i]!).sort();
  if (starts(spec).join("\n") !== starts(machine).join("\n")) {
    return `They begin differently.\n  specification: ${starts(spec)}\n  machine: ${
      starts(machine)
    }`;
  }
  return findEdge("the specification", spec, machine) ??
    findEdge("the machine", machine, spec) ?? findRepetition(spec, machine);
}

/** Goes through the states of `one` in their order, so that the first difference is a near one. */
function findEdge(name: string, one: StateGraph, other: StateGraph): string | undefined {
  for (const [index, state] of one.states.entries()) {
    const place = other.indexOf(state);
    if (place === undefined) continue;
    const known = new Set([...other.edgesFrom(place)].map((edge) => edgeText(other, edge)));
    for (const edge of one.edgesFrom(index)) {
      if (known.has(edgeText(one, edge))) continue;
      return describeEdge(name, one, other, state, edge, place);
    }
  }
  return undefined;
}

function edgeText({ states }: StateGraph, { label, to }: { label: string; to: number }): string {
  return `${label}\t${states[to]}`;
}

function describeEdge(
  name: string,
  one: StateGraph,
  other: StateGraph,
  from: string,
  edge: { label: string; to: number },
  place: number,
): string {
  const command = edge.label.split(THEN)[0]!.split(" = ")[0]!;
  const instead = [...other.edgesFrom(place)].filter(({ label }) =>
    label.split(THEN)[0]!.split(" = ")[0] === command
  );
  const lines = [
    `Only ${name} does this:`,
    `  ${edge.label}`,
    `from\n  ${from.replaceAll(" ", "\n  ")}`,
    `to\n  ${one.states[edge.to]!.replaceAll(" ", "\n  ")}`,
  ];
  for (const { label, to } of instead) {
    lines.push(`The other does\n  ${label}\nto\n  ${other.states[to]!.replaceAll(" ", "\n  ")}`);
  }
  return lines.join("\n");
}

function findRepetition(spec: StateGraph, machine: StateGraph): string | undefined {
  for (const [index, state] of spec.states.entries()) {
    const place = machine.indexOf(state);
    if (place === undefined) return `Only the specification comes to\n  ${state}`;
    const times = new Map(
      [...machine.edgesFrom(place)].map((edge) => [edgeText(machine, edge), edge.times]),
    );
    for (const edge of spec.edgesFrom(index)) {
      if (times.get(edgeText(spec, edge)) === edge.times) continue;
      return `${edge.label} is there ${edge.times} times in the specification, not so in the machine, from\n  ${state}`;
    }
  }
  return undefined;
}
