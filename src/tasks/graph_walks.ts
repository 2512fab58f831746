/**
 * Nodes, edges, and the ways through them. Nothing here recurses: a chain of 100,000 tasks is as
 * good as any other graph.
 *
 * An edge stands in two linked lists, the dependencies of one node and the dependents of another,
 * so that it is made and removed in O(1), and so that the place where a walk stopped in a node is
 * one reference. Each walk has a number of its own and marks the nodes that it has seen with it,
 * which spares it a set.
 *
 * @module
 */

import type { OnFailure, Task, TaskStatus } from "./types.ts";

/** Where a task of a graph is. */
export type GraphTaskStatus = Exclude<TaskStatus, "assigned" | "backing-off">;

/** A task, or the place of one that others depend on and that is not there. */
export interface GraphNode {
  readonly id: string;
  /** `undefined` while the task is not there. */
  task: Task | undefined;
  /** Of a task that is not there only the end counts that it came to before it was removed. */
  status: GraphTaskStatus;
  /** How many of its dependencies have not ended. */
  open: number;
  /** How many of its `run-on-failure` dependencies have failed, or may fail yet. */
  fallbacks: number;
  firstDependency: GraphEdge | undefined;
  lastDependency: GraphEdge | undefined;
  firstDependent: GraphEdge | undefined;
  lastDependent: GraphEdge | undefined;

  /** The newest walk that came here. */
  walk: number;
  /** Where that walk goes on. */
  next: GraphEdge | undefined;
  /** From where that walk came. */
  from: GraphNode | undefined;
  /** Its place in the order that was made last. */
  position: number;
}

/** `dependent` waits for `dependency`. */
export interface GraphEdge {
  readonly dependency: GraphNode;
  readonly dependent: GraphNode;
  readonly onFailure: OnFailure;
  /** Whether the dependency has ended. Once it has, what it told its dependent stands. */
  settled: boolean;
  nextDependency: GraphEdge | undefined;
  nextDependent: GraphEdge | undefined;
  previousDependent: GraphEdge | undefined;
}

/** A place for a task that is not there. */
export function newNode(id: string): GraphNode {
  return {
    id,
    task: undefined,
    status: "waiting",
    open: 0,
    fallbacks: 0,
    firstDependency: undefined,
    lastDependency: undefined,
    firstDependent: undefined,
    lastDependent: undefined,
    walk: 0,
    next: undefined,
    from: undefined,
    position: 0,
  };
}

/** Makes `dependent` wait for `dependency`, behind whatever it waits for already. */
export function link(
  dependent: GraphNode,
  dependency: GraphNode,
  onFailure: OnFailure,
): void {
  const edge: GraphEdge = {
    dependency,
    dependent,
    onFailure,
    settled: false,
    nextDependency: undefined,
    nextDependent: undefined,
    previousDependent: dependency.lastDependent,
  };
  if (dependent.lastDependency === undefined) dependent.firstDependency = edge;
  else dependent.lastDependency.nextDependency = edge;
  dependent.lastDependency = edge;
  if (dependency.lastDependent === undefined) dependency.firstDependent = edge;
  else dependency.lastDependent.nextDependent = edge;
  dependency.lastDependent = edge;
  dependent.open++;
  if (onFailure === "run-on-failure") dependent.fallbacks++;
}

/** Takes `edge` out of its dependency's list; the dependent's list is given up as a whole. */
export function unlinkFromDependency(edge: GraphEdge): void {
  const { dependency, previousDependent, nextDependent } = edge;
  if (previousDependent === undefined) dependency.firstDependent = nextDependent;
  else previousDependent.nextDependent = nextDependent;
  if (nextDependent === undefined) dependency.lastDependent = previousDependent;
  else nextDependent.previousDependent = previousDependent;
}

/**
 * The tasks that are there, each behind what it depends on, and otherwise in the order of `nodes`;
 * O(tasks + edges). Sets each node's `position`.
 */
export function inOrder(nodes: Iterable<GraphNode>, walk: number): GraphNode[] {
  const order: GraphNode[] = [];
  const path: GraphNode[] = [];
  for (const root of nodes) {
    if (root.walk === walk) continue;
    let node: GraphNode | undefined = enter(root, walk);
    while (node !== undefined) {
      const edge: GraphEdge | undefined = node.next;
      if (edge === undefined) {
        node.position = order.length;
        order.push(node);
        node = path.pop();
        continue;
      }
      node.next = edge.nextDependency;
      const { dependency } = edge;
      if (dependency.walk === walk || dependency.task === undefined) continue;
      path.push(node);
      node = enter(dependency, walk);
    }
  }
  return order;
}

function enter(node: GraphNode, walk: number): GraphNode {
  node.walk = walk;
  node.next = node.firstDependency;
  return node;
}

/**
 * The chain with the largest sum of durations, the first such by its last node, or `undefined` when
 * there are no nodes. `order` is what {@linkcode inOrder} made, `durations` goes along with it.
 */
export function longestPath(
  order: readonly GraphNode[],
  durations: readonly number[],
): { nodes: GraphNode[]; length: number } | undefined {
  const lengths = new Float64Array(order.length);
  let last = order[0];
  if (last === undefined) return undefined;
  for (const node of order) {
    const before = longestBefore(node, lengths);
    node.from = before;
    const start = before === undefined ? 0 : lengths[before.position]!;
    lengths[node.position] = start + durations[node.position]!;
    if (lengths[node.position]! > lengths[last.position]!) last = node;
  }
  const nodes: GraphNode[] = [];
  for (let node: GraphNode | undefined = last; node !== undefined; node = node.from) {
    nodes.push(node);
  }
  return { nodes: nodes.reverse(), length: lengths[last.position]! };
}

/** The dependency of `node` at the end of the longest chain. */
function longestBefore(node: GraphNode, lengths: Float64Array): GraphNode | undefined {
  let longest: GraphNode | undefined;
  for (let edge = node.firstDependency; edge !== undefined; edge = edge.nextDependency) {
    const { dependency } = edge;
    if (dependency.task === undefined) continue;
    if (longest === undefined || lengths[dependency.position]! > lengths[longest.position]!) {
      longest = dependency;
    }
  }
  return longest;
}

/** Every task that depends on `node`, directly or through others, nearest first. */
export function dependentsOf(node: GraphNode, walk: number): GraphNode[] {
  const found: GraphNode[] = [];
  node.walk = walk;
  let current: GraphNode | undefined = node;
  for (let i = 0; current !== undefined; current = found[i++]) {
    for (let edge = current.firstDependent; edge !== undefined; edge = edge.nextDependent) {
      const { dependent } = edge;
      if (dependent.walk === walk) continue;
      dependent.walk = walk;
      found.push(dependent);
    }
  }
  return found;
}

/**
 * The cycle that `node` would close if it depended on `dependencies`, from `node` to `node` and
 * each id depending on the next, or `undefined`.
 *
 * Walks up from `node` and down from `dependencies` by turns, and is done when either side is:
 * the smaller one decides what it costs. Uses the walks `up` and `down`.
 */
export function findCycle(
  node: GraphNode,
  dependencies: readonly GraphNode[],
  up: number,
  down: number,
): string[] | undefined {
  const above: GraphNode[] = [];
  const below: GraphNode[] = [];
  visit(node, undefined, up, above);
  for (const dependency of dependencies) visit(dependency, undefined, down, below);
  for (;;) {
    const upper = above.pop();
    const lower = below.pop();
    if (upper === undefined || lower === undefined) return undefined;
    for (let edge = upper.firstDependent; edge !== undefined; edge = edge.nextDependent) {
      if (edge.dependent.walk === down) return cycleThrough(upper, edge.dependent);
      visit(edge.dependent, upper, up, above);
    }
    for (let edge = lower.firstDependency; edge !== undefined; edge = edge.nextDependency) {
      if (edge.dependency.walk === up) return cycleThrough(edge.dependency, lower);
      visit(edge.dependency, lower, down, below);
    }
  }
}

function visit(
  node: GraphNode,
  from: GraphNode | undefined,
  walk: number,
  open: GraphNode[],
): void {
  if (node.walk === walk) return;
  node.walk = walk;
  node.from = from;
  open.push(node);
}

/** The cycle in which `lower`, found from below, depends on `upper`, found from above. */
function cycleThrough(upper: GraphNode, lower: GraphNode): string[] {
  const cycle: string[] = [];
  for (let node: GraphNode | undefined = lower; node !== undefined; node = node.from) {
    cycle.push(node.id);
  }
  cycle.reverse();
  let start = upper;
  for (let node: GraphNode | undefined = upper; node !== undefined; node = node.from) {
    cycle.push(node.id);
    start = node;
  }
  return [start.id, ...cycle];
}
