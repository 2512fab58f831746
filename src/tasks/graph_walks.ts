/**
 * Nodes, edges, and walks through them. No walk recurses, so a chain of 100,000 tasks is like any
 * other graph.
 *
 * An edge is in two linked lists, the dependencies of one node and the dependents of another, so that
 * it is made and removed in O(1), and so that the position of a walk in a node is one reference. Each
 * walk has a number of its own and marks the nodes that it has visited with it, instead of a set.
 *
 * @module
 */

import type { OnFailure, Task, TaskStatus } from "./types.ts";

/**
 * The status of a task in a graph.
 * @category Tasks
 */
export type GraphTaskStatus = Exclude<TaskStatus, "assigned" | "backing-off" | "blocked">;

/** A task, or the place of one that others depend on and that is not in the graph. */
export interface GraphNode {
  readonly id: string;
  /** `undefined` while the task is not in the graph. */
  task: Task | undefined;
  /** For a task that was removed: the outcome that it had, if it had ended. */
  status: GraphTaskStatus;
  /** The number of its dependencies that have not ended. */
  open: number;
  /** The number of its `run-on-failure` dependencies that have failed, or may fail. */
  fallbacks: number;
  firstDependency: GraphEdge | undefined;
  lastDependency: GraphEdge | undefined;
  firstDependent: GraphEdge | undefined;
  lastDependent: GraphEdge | undefined;

  /** The newest walk that visited it. */
  walk: number;
  /** The edge at which that walk goes on. */
  next: GraphEdge | undefined;
  /** The node from which that walk came. */
  from: GraphNode | undefined;
  /** Its index in the newest order. */
  position: number;
}

/** `dependent` waits for `dependency`. */
export interface GraphEdge {
  readonly dependency: GraphNode;
  readonly dependent: GraphNode;
  readonly onFailure: OnFailure;
  /** Whether the end of the dependency was counted at the dependent. */
  hasEnded: boolean;
  nextDependency: GraphEdge | undefined;
  nextDependent: GraphEdge | undefined;
  previousDependent: GraphEdge | undefined;
}

/** Makes the place of a task that is not in the graph. */
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

/** Adds a dependency to a task, after those that it has. */
export function link(
  dependent: GraphNode,
  dependency: GraphNode,
  onFailure: OnFailure,
): void {
  const edge: GraphEdge = {
    dependency,
    dependent,
    onFailure,
    hasEnded: false,
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

/** Removes `edge` from the list of its dependency; the list of its dependent is dropped as a whole. */
export function unlinkFromDependency(edge: GraphEdge): void {
  const { dependency, previousDependent, nextDependent } = edge;
  if (previousDependent === undefined) dependency.firstDependent = nextDependent;
  else previousDependent.nextDependent = nextDependent;
  if (nextDependent === undefined) dependency.lastDependent = previousDependent;
  else nextDependent.previousDependent = previousDependent;
}

/**
 * Returns the tasks in the graph, each after its dependencies, and otherwise in the order of `nodes`.
 * Sets the `position` of each node. O(tasks + edges).
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
 * Returns the chain with the largest sum of durations, or `undefined` without nodes. `order` is the
 * result of {@linkcode inOrder}, with one duration for each node.
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

/** Returns the dependency of `node` at the end of the longest chain. */
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

/** Returns all tasks that depend on `node`, directly or not, nearest first. */
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
 * Returns the cycle that `node` would close if it depended on `dependencies`, from `node` to `node`,
 * each id depending on the next; or `undefined`.
 *
 * Walks up from `node` and down from `dependencies` by turns, until either side ends: the cost is
 * that of the smaller side. Uses the walks `up` and `down`.
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

/** Returns the cycle in which `lower`, found from below, depends on `upper`, found from above. */
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
