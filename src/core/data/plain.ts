/**
 * Plain data: what a machine's state is made of, and what can be done with any of it without
 * knowing what it means: copy it, write it as text, read it back.
 *
 * Plain are primitives other than symbols, objects without a class, arrays, `Map`, `Set` and
 * {@linkcode Opaque}. The parts of a state refer to each other in chains as long as the state is
 * large, so nothing here recurses: every function works off a list.
 *
 * @module
 */

import { emptyOf, kindOf, notPlain, Opaque, setProperty } from "./kinds.ts";

export { decode, encode } from "./codec.ts";
export { requireJson } from "./json.ts";
export { Opaque };

/**
 * A copy of `value` that shares nothing with it but what is {@linkcode Opaque}. References to one
 * object become references to one copy, so cycles survive too. Costs O(size).
 *
 * @throws {TypeError} when something in `value` isn't plain data
 */
export function fork<T>(value: T): T {
  const copies = new Map<object, object>();
  const sources: object[] = [];
  const copyOf = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) {
      if (typeof part === "function" || typeof part === "symbol") throw notPlain("fork", value);
      return part;
    }
    if (part instanceof Opaque) return part;
    let copy = copies.get(part);
    if (copy === undefined) {
      copy = emptyOf(kindOf(part));
      if (copy === undefined) throw notPlain("fork", value);
      copies.set(part, copy);
      sources.push(part);
    }
    return copy;
  };
  const root = copyOf(value);
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]!;
    fill(copies.get(source)!, source, copyOf);
  }
  return root as T;
}

function fill(copy: object, source: object, copyOf: (part: unknown) => unknown): void {
  if (Array.isArray(source)) {
    for (let i = 0; i < source.length; i++) (copy as unknown[]).push(copyOf(source[i]));
  } else if (source instanceof Map) {
    for (const [key, value] of source) {
      (copy as Map<unknown, unknown>).set(copyOf(key), copyOf(value));
    }
  } else if (source instanceof Set) {
    for (const member of source) (copy as Set<unknown>).add(copyOf(member));
  } else {
    for (const key of Object.keys(source)) {
      setProperty(copy, key, copyOf((source as Record<string, unknown>)[key]));
    }
  }
}
