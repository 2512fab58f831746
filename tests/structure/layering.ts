/**
 * Checks the direction of imports.
 *
 * ```
 * core  <  machines of subsystems  <  root machine  <  façades  <  coordination  <  edges
 * ```
 *
 * An import goes inward only, in no cycle, types included. What a machine consists of imports the
 * core, its own folder, and of another subsystem only its public data types; it is pure. The core
 * names no subsystem.
 *
 * @module
 */

import { findImpurities } from "./purity.ts";
import { type Import, readImports, type Source, type Violation } from "./source.ts";

const SUBSYSTEMS: ReadonlySet<string> = new Set(
  ["agents", "locks", "tasks", "messages", "breakers", "conflicts", "metrics"],
);

/** The distance of a folder from the core; a façade of a subsystem is at 3, its machine at 1. */
const RINGS: ReadonlyMap<string, number> = new Map([
  ["core", 0],
  ["root", 2],
  ["coordination", 4],
  ["testing", 5],
  ["entry", 5],
  ["journal", 5],
  ["service", 5],
  ["client", 6],
  ["history", 6],
  ["dashboard", 7],
  ["mcp", 7],
  ["server", 8],
  ["cli", 9],
  ["command", 10],
]);
/** The entry points outside of `src`. */
const ENTRIES: ReadonlySet<string> = new Set(["mod.ts", "events.ts", "machine.ts"]);

const MACHINE_RING = 1;
const FACADE_RING = 3;

/** The imports of the edges from outside of the project, by folder. */
const OUTSIDE: ReadonlyMap<string, RegExp> = new Map([
  ["cli", /^(yaml$|node:)/],
  ["journal", /^node:/],
  ["service", /^node:/],
  ["client", /^node:/],
  ["mcp", /^@modelcontextprotocol\/server$/],
  ["server", /^(node:|@sinclair\/typebox|@hono\/node-server$|@modelcontextprotocol\/server$)/],
  ["command", /^(yaml$|node:|@modelcontextprotocol\/server\/stdio$)/],
]);

/** The files of a subsystem that describe data, and may be imported by other subsystems. */
const SHARED = /^src\/\w+\/(types|events|errors)\.ts$/;

/** Finds every import that goes outward, sideways into a machine, or out of the project. */
export function checkLayers(sources: readonly Source[]): Violation[] {
  const pure = pureRing(sources);
  const inner = machineFiles(sources);
  return sources.flatMap((source) =>
    readImports(source).flatMap((target) => {
      const rule = breach(source.path, target, pure, inner);
      return rule === undefined ? [] : [{ path: source.path, line: target.line, rule }];
    })
  );
}

function breach(
  path: string,
  { target, outside }: Import,
  pure: ReadonlySet<string>,
  inner: ReadonlySet<string>,
): string | undefined {
  const from = folderOf(path);
  const to = folderOf(target);
  if (outside || to === "") {
    return OUTSIDE.get(from)?.test(target) ? undefined : `${from} may not import ${target}`;
  }
  if (from === to) return undefined;
  if (from === "core") return `the core names no other folder, not ${target}`;
  if (to === "core") return undefined;
  if (SUBSYSTEMS.has(to) && SHARED.test(target)) return undefined;
  const isMachine = SUBSYSTEMS.has(from) && pure.has(path);
  const ringOfFrom = isMachine ? MACHINE_RING : RINGS.get(from) ?? FACADE_RING;
  const ringOfTo = inner.has(target) ? MACHINE_RING : RINGS.get(to) ?? FACADE_RING;
  const peers = ringOfFrom === FACADE_RING && ringOfTo === FACADE_RING;
  if (ringOfTo < ringOfFrom || peers) return undefined;
  return `${path} (ring ${ringOfFrom}) may not import ${target} (ring ${ringOfTo})`;
}

function isMachine(path: string): boolean {
  return /^src\/[^/]+\/machine\.ts$/.test(path);
}

/** Returns `locks` for `src/locks/queue.ts`, `entry` for an entry point, and `""` for all else. */
function folderOf(path: string): string {
  return ENTRIES.has(path) ? "entry" : /^src\/([^/]+)\//.exec(path)?.[1] ?? "";
}

/** Returns the first cycle of files that import each other, types included, as a path. */
export function findCycle(sources: readonly Source[]): string[] | undefined {
  const imports = new Map(
    sources.map((source) => [
      source.path,
      readImports(source).filter(({ outside }) => !outside).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const path: string[] = [];
  const follow = (file: string): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      const cycle = follow(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  return [...imports.keys()].map(follow).find((cycle) => cycle !== undefined);
}

/** Returns the machines and everything that they import at run time: each of it must be pure. */
export function pureRing(sources: readonly Source[]): Set<string> {
  const machines = sources.map(({ path }) => path).filter(isMachine);
  return reach(sources, machines, ({ typeOnly }) => !typeOnly);
}

/** Returns the files of subsystems that their machines consist of, including types. */
function machineFiles(sources: readonly Source[]): Set<string> {
  const machines = sources.map(({ path }) => path)
    .filter((path) => isMachine(path) && SUBSYSTEMS.has(folderOf(path)));
  return reach(sources, machines);
}

/** Returns `roots` and every file that they lead to along the imports that `follow` accepts. */
export function reach(
  sources: readonly Source[],
  roots: readonly string[],
  follow: (target: Import) => boolean = () => true,
): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set(roots);
  for (const path of reached) {
    const source = byPath.get(path);
    if (source === undefined) continue;
    for (const target of readImports(source)) {
      if (!target.outside && follow(target)) reached.add(target.target);
    }
  }
  return reached;
}

/** Finds what makes a machine, or a file that it imports, more than a function of its arguments. */
export function checkPurity(sources: readonly Source[]): Violation[] {
  const pure = pureRing(sources);
  return sources.filter(({ path }) => pure.has(path)).flatMap(findImpurities);
}
