import { assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readState } from "../../spec/tool/dot.ts";
import { UNNAMED } from "../../spec/tool/alphabet.ts";
import { digestOf } from "../../spec/tool/digests.ts";
import { findDifference, findUnnamed, readGraph } from "../../spec/tool/graphs.ts";
import { StateGraph } from "../../src/testing/mod.ts";

type Edges = [from: string, label: string, to: string][];

function graphOf(edges: Edges): StateGraph {
  const graph = new StateGraph();
  graph.initial.add(graph.add(edges[0]![0]));
  for (const [from, label, to] of edges) graph.connect(graph.add(from), label, graph.add(to));
  return graph;
}

const EDGES: Edges = [["x=0", "up", "x=1"], ["x=1", "up", "x=2"], ["x=2", "zero", "x=0"]];

Deno.test("two graphs with the same states and edges are equal, in whichever order", async () => {
  const one = graphOf(EDGES);
  const other = graphOf([EDGES[0]!, EDGES[2]!, EDGES[1]!]);
  assertEquals(findDifference(one, other), undefined);
  assertEquals(await digestOf(one), await digestOf(other));
});

Deno.test("every small change of a graph is seen, by the comparison and by the digest", async () => {
  const changed: Edges[] = [
    EDGES.slice(0, 2),
    [...EDGES, ["x=2", "zero", "x=1"]],
    [...EDGES, ["x=2", "up", "x=0"]],
    [...EDGES, ["x=2", "up", "x=3"]],
    [...EDGES, ["x=0", "up", "x=1"]],
    [EDGES[1]!, EDGES[2]!, EDGES[0]!],
    [["x=0", "down", "x=1"], EDGES[1]!, EDGES[2]!],
  ];
  const kept = graphOf(EDGES);
  for (const edges of changed) {
    const graph = graphOf(edges);
    assertNotEquals(findDifference(kept, graph), undefined, JSON.stringify(edges));
    assertNotEquals(findDifference(graph, kept), undefined, JSON.stringify(edges));
    assertNotEquals((await digestOf(graph)).sha256, (await digestOf(kept)).sha256);
  }
});

Deno.test("a difference names the first edge that only one side has, and both states", () => {
  const text = findDifference(
    graphOf(EDGES),
    graphOf([...EDGES.slice(0, 2), ["x=2", "zero", "x=1"]]),
  );
  assertStringIncludes(text!, "Only the specification does this:\n  zero\nfrom\n  x=2\nto\n  x=0");
  assertStringIncludes(text!, "The other does\n  zero\nto\n  x=1");
});

Deno.test("named actions and Next must make the same steps, and only named ones are in the graph", () => {
  const nodes = new Map(["0", "1"].map((id) => [id, readState(`/\\ x = ${id}`)]));
  const edge = (from: string, action: string, to: string) => ({ from, action, to });
  const both = [
    edge("0", "Up", "1"),
    edge("0", UNNAMED, "1"),
    edge("1", "Stay", "1"),
    edge("1", "Remain", "1"),
    edge("1", UNNAMED, "1"),
  ];
  const find = (edges: typeof both) => findUnnamed({ nodes, initial: ["0"], edges });
  assertEquals(find(both), undefined);
  const reading = { isStable: () => true, label: (action: string) => action, hidden: [] };
  assertEquals(
    findDifference(
      readGraph({ nodes, initial: ["0"], edges: both }, reading),
      graphOf([["x=0", "Up", "x=1"], ["x=1", "Stay", "x=1"], ["x=1", "Remain", "x=1"]]),
    ),
    undefined,
  );
  const added = [...both, edge("1", "Down", "0")];
  assertEquals(find(added), "Down is not a step of Next:\nfrom\n  x=1\nto\n  x=0");
  const missing = [...both, edge("1", UNNAMED, "0")];
  assertEquals(
    find(missing),
    "Next has a step that no named action has:\nfrom\n  x=1\nto\n  x=0",
  );
  const unexplored = both.filter(({ action }) => action !== UNNAMED);
  assertEquals(find(unexplored), "Up is not a step of Next:\nfrom\n  x=0\nto\n  x=1");
});

Deno.test("states within a step are left out, and the labels of the step are joined", () => {
  const state = (text: string) => readState(text);
  const dot = {
    nodes: new Map([
      ["1", state("/\\ x = 0\n/\\ busy = FALSE")],
      ["2", state("/\\ x = 1\n/\\ busy = TRUE")],
      ["3", state("/\\ x = 2\n/\\ busy = FALSE")],
    ]),
    initial: ["1"],
    edges: [
      { from: "1", action: "Ask", to: "2" },
      { from: "2", action: "Answer", to: "3" },
      { from: "3", action: "Silent", to: "1" },
    ],
  };
  const reading = {
    isStable: (variables: ReadonlyMap<string, string>) => variables.get("busy") === "FALSE",
    label: (action: string) => action === "Silent" ? "" : action,
    hidden: ["busy"],
  };
  const graph = readGraph(dot, reading);
  assertEquals(
    findDifference(graph, graphOf([["x=0", "Ask > Answer", "x=2"], ["x=2", "", "x=0"]])),
    undefined,
  );
  const circle = { ...dot, edges: [...dot.edges, { from: "2", action: "Again", to: "2" }] };
  assertThrows(() => readGraph(circle, reading), Error, "a step must come to an end");
});
