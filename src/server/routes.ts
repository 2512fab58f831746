/**
 * Finds the operation of a request. Costs O(segments of the path).
 *
 * @module
 */

import type { Operation } from "./operation.ts";

/** An operation with the names of the parameters of its path. */
interface Entry {
  readonly operation: Operation;
  readonly names: readonly string[];
}

/** A segment of paths, and those behind it. */
interface Node {
  readonly fixed: Map<string, Node>;
  any: Node | undefined;
  /** By method. */
  readonly entries: Map<string, Entry>;
}

/** An operation, and the parameters of its path. */
export interface Route {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

/** The operations by their paths. */
export class Routes {
  readonly #root = node();

  constructor(operations: Iterable<Operation>) {
    for (const operation of operations) {
      let at = this.#root;
      for (const segment of operation.path.slice(1).split("/")) {
        at = segment.startsWith("{")
          ? at.any ??= node()
          : at.fixed.get(segment) ?? added(at.fixed, segment);
      }
      const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
      at.entries.set(operation.method, { operation, names });
    }
  }

  /** Returns the route of a path below `/v1`, the methods of the path, or `undefined` for none. */
  find(method: string, path: string): Route | { readonly methods: string[] } | undefined {
    const values: string[] = [];
    let at: Node | undefined = this.#root;
    for (const segment of path.slice(1).split("/")) {
      const next: Node | undefined = at.fixed.get(segment);
      if (next === undefined) {
        const value = decoded(segment);
        if (value === undefined) return undefined;
        values.push(value);
      }
      at = next ?? at.any;
      if (at === undefined) return undefined;
    }
    if (at.entries.size === 0) return undefined;
    const entry = at.entries.get(method);
    if (entry === undefined) return { methods: [...at.entries.keys()] };
    const params: Record<string, string> = {};
    entry.names.forEach((name, i) => params[name] = values[i]!);
    return { operation: entry.operation, params };
  }
}

function node(): Node {
  return { fixed: new Map(), any: undefined, entries: new Map() };
}

function added(nodes: Map<string, Node>, segment: string): Node {
  const made = node();
  nodes.set(segment, made);
  return made;
}

/** Decodes a segment; `undefined` when it is empty, or no text in UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return segment === "" ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
