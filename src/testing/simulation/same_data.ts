/**
 * Compares plain data, as the texts of both would be compared, without making them.
 *
 * @module
 */

import { Opaque } from "../../core/data/plain.ts";

/**
 * Returns whether two values have the same contents in the same order, and the same references: whether
 * `encode` makes the same text of both. Costs O(size).
 */
export function sameData(one: unknown, other: unknown): boolean {
  const twins = new Map<unknown, unknown>();
  const found: object[] = [];
  const isSame = (a: unknown, b: unknown): boolean => {
    if (typeof a !== "object" || a === null) return Object.is(a, b);
    const twin = twins.get(a);
    if (twin !== undefined) return twin === b;
    if (typeof b !== "object" || b === null) return false;
    twins.set(a, b);
    found.push(a);
    return true;
  };
  if (!isSame(one, other)) return false;
  for (let i = 0; i < found.length; i++) { // grows while it is read
    const a = found[i]!;
    if (!sameParts(a, twins.get(a) as object, isSame)) return false;
  }
  return new Set(twins.values()).size === twins.size;
}

function sameParts(a: object, b: object, isSame: (a: unknown, b: unknown) => boolean): boolean {
  const prototype = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b)) return false;
  switch (prototype) {
    case Opaque.prototype:
      return JSON.stringify((a as Opaque).value) === JSON.stringify((b as Opaque).value);
    case Array.prototype:
      return sameElements(a as unknown[], b as unknown[], isSame);
    case Map.prototype:
    case Set.prototype:
      return sameMembers(a as Members, b as Members, isSame);
    case Object.prototype:
    case null:
      return sameProperties(a as Properties, b as Properties, isSame);
    default:
      return false;
  }
}

type Members = ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>;
type Properties = Readonly<Record<string, unknown>>;

function sameElements(
  a: readonly unknown[],
  b: readonly unknown[],
  isSame: (a: unknown, b: unknown) => boolean,
): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isSame(a[i], b[i])) return false;
  return true;
}

/** Compares maps or sets, in whose entries a member of a set stands twice. */
function sameMembers(
  a: Members,
  b: Members,
  isSame: (a: unknown, b: unknown) => boolean,
): boolean {
  if (a.size !== b.size) return false;
  const others = b.entries();
  for (const [key, value] of a.entries()) {
    const [otherKey, otherValue] = others.next().value!;
    if (!isSame(key, otherKey) || !isSame(value, otherValue)) return false;
  }
  return true;
}

function sameProperties(
  a: Properties,
  b: Properties,
  isSame: (a: unknown, b: unknown) => boolean,
): boolean {
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key !== others[i] || !isSame(a[key], b[key])) return false;
  }
  return true;
}
