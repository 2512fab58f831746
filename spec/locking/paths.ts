/**
 * The resources that the locks of the specification stand for.
 *
 * @module
 */

/**
 * The sets of paths that the locks `x`, `y` and `z` of the specification stand for, as its `Overlapping`
 * says: the first and the last have nothing in common, the second has something of both.
 */
const PATHS: ReadonlyMap<string, string> = new Map([
  ["x", "paths:src/a.ts,src/b.ts"],
  ["y", "paths:src/*.ts"],
  ["z", "paths:docs/**,src/c.ts"],
]);

const LOCKS = new Map([...PATHS].map(([lock, id]) => [id, lock]));

/** Returns the id of the resource that a lock of the specification stands for. */
export function idOf(lock: string): string {
  return PATHS.get(lock) ?? lock;
}

/** Undoes {@linkcode idOf}. */
export function lockOf(resourceId: string): string {
  return LOCKS.get(resourceId) ?? resourceId;
}
