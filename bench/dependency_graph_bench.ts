/**
 * The dependency graph against npm's dependency-graph.
 *
 * @module
 */

import { DepGraph } from "dependency-graph";
import { DependencyGraph, type Task } from "../mod.ts";
import { type Comparison, register, type Side, type Suite } from "./harness.ts";

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

function* comparisons(): Iterable<Comparison> {
  const chain = tasksOf(100_000, (i) => i === 0 ? [] : [i - 1]);
  yield {
    operation: "add and order a chain of 100,000 tasks",
    count: chain.length,
    ours: ours(chain),
    peers: { "dependency-graph": theirs(chain) },
    target: 3,
  };
  const layers = tasksOf(20_000, (i) => {
    const layer = i - i % 100;
    return layer === 0 ? [] : [1, 2, 3, 4, 5].map((k) => layer - 1 - (i + 13 * k) % 100);
  });
  yield {
    operation: "add and order 20,000 tasks in layers of 100, 5 edges each",
    count: layers.length,
    ours: ours(layers),
    peers: { "dependency-graph": theirs(layers) },
    target: 3,
  };
}

/** The benchmarks of the dependency graph. */
export const dependencyGraph: Suite = { name: "dependency-graph", comparisons };

register(dependencyGraph);
