/**
 * The dependency graph against npm's dependency-graph, and graphology with its topological sort.
 *
 * @module
 */

import { DepGraph } from "dependency-graph";
import { DirectedGraph } from "graphology";
import { topologicalSort } from "graphology-dag";
import { DependencyGraph, type Task } from "../mod.ts";
import { type Comparison, register, type Suite } from "./harness.ts";
import type { Side } from "./rounds.ts";

/** Their graph has no tasks that come before what they depend on, so all are added first. */
function theirs(tasks: readonly Task[]): Side {
  return () => () => {
    const graph = new DepGraph<Task>();
    for (const task of tasks) graph.addNode(task.id, task);
    for (const task of tasks) {
      for (const dependency of task.dependencies!) {
        graph.addDependency(task.id, dependency as string);
      }
    }
    return graph.overallOrder();
  };
}

/** An edge leads from what comes first, as its sort wants it. */
function graphology(tasks: readonly Task[]): Side {
  return () => () => {
    const graph = new DirectedGraph();
    for (const task of tasks) graph.addNode(task.id, { task });
    for (const { id, dependencies } of tasks) {
      for (const dependency of dependencies as string[]) graph.addEdge(dependency, id);
    }
    return topologicalSort(graph);
  };
}

/** Counts the open dependencies of each task, and takes those that have none. */
function floor(tasks: readonly Task[]): Side {
  return () => () => {
    const dependents = new Map<string, string[]>();
    const open = new Map<string, number>();
    for (const { id, dependencies } of tasks) {
      open.set(id, dependencies!.length);
      for (const dependency of dependencies as string[]) {
        const those = dependents.get(dependency);
        if (those === undefined) dependents.set(dependency, [id]);
        else those.push(id);
      }
    }
    const order = tasks.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
    for (let i = 0; i < order.length; i++) {
      for (const id of dependents.get(order[i]!) ?? []) {
        const left = open.get(id)! - 1;
        open.set(id, left);
        if (left === 0) order.push(id);
      }
    }
    return order;
  };
}

function ours(tasks: readonly Task[]): Side {
  return () => () => {
    const graph = new DependencyGraph();
    for (const task of tasks) graph.addTask(task);
    return graph.topologicalSort();
  };
}

/** Tasks of which each depends on those that `dependenciesOf` names by their numbers. */
function tasksOf(count: number, dependenciesOf: (i: number) => number[]): Task[] {
  const ids = Array.from({ length: count }, (_, i) => `task-${i}`);
  return ids.map((id, i) => ({ id, dependencies: dependenciesOf(i).map((j) => ids[j]!) }));
}

const LACKS = "a search for a cycle at each addition, an order that is the same in each run";

function* comparisons(): Iterable<Comparison> {
  const chain = tasksOf(100_000, (i) => i === 0 ? [] : [i - 1]);
  yield {
    operation: "add and order a chain of 100,000 tasks",
    count: chain.length,
    ours: () => ours(chain),
    floor: { side: () => floor(chain), lacks: LACKS },
    peers: { "dependency-graph": () => theirs(chain), graphology: () => graphology(chain) },
    target: { speed: 3 },
  };
  const layers = tasksOf(20_000, (i) => {
    const layer = i - i % 100;
    return layer === 0 ? [] : [1, 2, 3, 4, 5].map((k) => layer - 1 - (i + 13 * k) % 100);
  });
  yield {
    operation: "add and order 20,000 tasks in layers of 100, 5 edges each",
    count: layers.length,
    ours: () => ours(layers),
    floor: { side: () => floor(layers), lacks: LACKS },
    peers: { "dependency-graph": () => theirs(layers), graphology: () => graphology(layers) },
    target: { speed: 3 },
  };
}

/** The benchmarks of the dependency graph. */
export const dependencyGraph: Suite = { name: "dependency-graph", comparisons };

register(dependencyGraph);
