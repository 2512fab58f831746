/**
 * An index of sets of patterns by their literal prefixes, and the text that names a set.
 *
 * The index is a tree of segments. A pattern stands at the node of its leading literal segments, so it
 * can only overlap with patterns at the nodes on the way to its own, and below its own if more than
 * literal segments follow. These are compared exactly.
 *
 * @module
 */

import { type Budget, overlap, parsePattern, type Pattern } from "./pattern.ts";

/** Begins the ids of resources that are sets of paths. */
const PREFIX = "paths:";

/** Returns the id of the set with these canonical texts. A backslash, which none has, precedes a comma. */
export function pathsId(texts: readonly string[]): string {
  return PREFIX + texts.map((text) => text.replaceAll(",", "\\,")).join(",");
}

/** Returns whether a resource is a set of paths. */
export function isPathsId(resourceId: string): boolean {
  return resourceId.startsWith(PREFIX);
}

/** Returns the canonical texts of the set that `resourceId` names; `undefined` for another resource. */
export function patternsOf(resourceId: string): string[] | undefined {
  if (!isPathsId(resourceId)) return undefined;
  return resourceId.slice(PREFIX.length).split(/(?<!\\),/).map((text) =>
    text.replaceAll("\\,", ",")
  );
}

/** A node of the tree: the patterns with one literal prefix. Those of sets that are in use only. */
export interface PathNode<Subject> {
  /** The last segment of the prefix; `""` at the root. */
  readonly segment: string;
  /** The node of the prefix without it; `undefined` at the root. */
  readonly parent: PathNode<Subject> | undefined;
  /** By the next literal segment. */
  readonly children: Map<string, PathNode<Subject>>;
  /** In no particular order. */
  readonly entries: PathEntry<Subject>[];
}

/** A pattern in the tree. */
export interface PathEntry<Subject> {
  /** The set that it belongs to. */
  readonly subject: Subject;
  /** The pattern. */
  readonly pattern: Pattern;
  /** The node of its literal prefix. */
  readonly node: PathNode<Subject>;
  /** Its index in `node.entries`. */
  index: number;
}

/** Returns a tree without patterns. */
export function noPaths<Subject>(): PathNode<Subject> {
  return nodeOf("", undefined);
}

function nodeOf<Subject>(
  segment: string,
  parent: PathNode<Subject> | undefined,
): PathNode<Subject> {
  return { segment, parent, children: new Map(), entries: [] };
}

/** Returns the patterns that a resource names. */
export function parsePaths(resourceId: string, isCaseSensitive: boolean): Pattern[] {
  return patternsOf(resourceId)!.map((text) => parsePattern(text, isCaseSensitive));
}

/** Adds the patterns of `subject`. */
export function insertPaths<Subject>(
  root: PathNode<Subject>,
  patterns: readonly Pattern[],
  subject: Subject,
): PathEntry<Subject>[] {
  return patterns.map((pattern) => {
    let node = root;
    for (const segment of pattern) {
      if (typeof segment !== "string") break;
      let child = node.children.get(segment);
      if (child === undefined) node.children.set(segment, child = nodeOf(segment, node));
      node = child;
    }
    const entry = { subject, pattern, node, index: node.entries.length };
    node.entries.push(entry);
    return entry;
  });
}

/** Undoes {@linkcode insertPaths}. */
export function removePaths<Subject>(entries: readonly PathEntry<Subject>[]): void {
  for (const { node: start, index } of entries.toReversed()) {
    const last = start.entries.pop()!;
    if (index < start.entries.length) start.entries[last.index = index] = last;
    for (let node = start; node.parent !== undefined; node = node.parent) {
      if (node.entries.length + node.children.size > 0) break;
      node.parent.children.delete(node.segment);
    }
  }
}

/** Returns the subjects with a path that matches one of `patterns`, each once, within `budget`. */
export function overlapping<Subject>(
  root: PathNode<Subject>,
  patterns: readonly Pattern[],
  budget: Budget,
): Set<Subject> {
  const found = new Set<Subject>();
  for (const pattern of patterns) {
    for (const { subject, pattern: other } of candidates(root, pattern)) {
      if (found.has(subject)) continue;
      if (overlap(pattern, other, budget)) found.add(subject);
      if (budget.left < 0) return found;
    }
  }
  return found;
}

/** The entries whose literal prefix begins that of `pattern`, or begins with it. */
function* candidates<Subject>(
  root: PathNode<Subject>,
  pattern: Pattern,
): Generator<PathEntry<Subject>> {
  let node: PathNode<Subject> | undefined = root;
  for (const segment of pattern) {
    yield* node.entries;
    if (typeof segment !== "string") {
      yield* below(node);
      return;
    }
    node = node.children.get(segment);
    if (node === undefined) return;
  }
  yield* node.entries;
}

function* below<Subject>(top: PathNode<Subject>): Generator<PathEntry<Subject>> {
  const nodes = [...top.children.values()];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    yield* node.entries;
    nodes.push(...node.children.values());
  }
}
