/**
 * The rings: an import goes inward only, and from one folder to another through a `mod.ts` or, for
 * its machine, a `machine.ts`.
 *
 * ```
 * kernel  <  machines  <  façades of subsystems  <  of coordination  <  mod.ts  <  testing, cli
 * ```
 *
 * @module
 */

import { findImpurities } from "./purity.ts";
import { type Import, readImports, type Source, type Violation } from "./source.ts";

/** How far out the façades of a folder are; those of subsystems, which are all others, at 1. */
const RINGS = new Map([["kernel", 0], ["coordination", 2], ["mod.ts", 3], ["testing", 4], [
  "cli",
  4,
]]);
const SUBSYSTEM = 1;

/** What the edges may use besides the product, by folder. */
const OUTSIDE = new Map([["cli", /^(yaml$|node:|deno\.json$)/]]);

/** Every import that goes outward, sideways past a `mod.ts`, or out of the project. */
export function checkLayers(sources: readonly Source[]): Violation[] {
  const pure = pureRing(sources);
  return sources.flatMap((source) =>
    readImports(source).flatMap((target) => {
      const rule = breach(source.path, target, pure);
      return rule === undefined ? [] : [{ path: source.path, line: target.line, rule }];
    })
  );
}

function breach(path: string, { target, outside }: Import, pure: Set<string>): string | undefined {
  const from = folderOf(path);
  const to = folderOf(target);
  if (outside || to === "") {
    return OUTSIDE.get(from)?.test(target) ? undefined : `${from} may not import ${target}`;
  }
  if (from === to && from !== "mod.ts") return undefined;
  if (pure.has(path)) {
    // Whatever the root machine imports is held to purity itself; a mod.ts offers façades.
    const part = from === "coordination" && ringOf(to) === SUBSYSTEM && !target.endsWith("mod.ts");
    if (to === "kernel" || part) return undefined;
    return `what a machine consists of may import the kernel and its own folder, not ${target}`;
  }
  if (from !== "mod.ts" && (to === "kernel" || isMachine(target))) return undefined;
  const peers = ringOf(from) === SUBSYSTEM && ringOf(to) === SUBSYSTEM;
  if (ringOf(to) >= ringOf(from) && !peers) {
    return `${from} may not import ${to}: imports go inward`;
  }
  return target.endsWith("mod.ts") ? undefined : `${to} is entered through its mod.ts`;
}

function isMachine(path: string): boolean {
  return /^src\/[^/]+\/machine\.ts$/.test(path);
}

/** `src/locks/queue.ts` is in `locks`; `mod.ts` is a place of its own; all else is nowhere. */
function folderOf(path: string): string {
  return path === "mod.ts" ? path : /^src\/([^/]+)\//.exec(path)?.[1] ?? "";
}

function ringOf(folder: string): number {
  return RINGS.get(folder) ?? SUBSYSTEM;
}

/** Folders whose façades import each other, as the way from one back to itself. */
export function findFolderCycle(sources: readonly Source[]): string[] | undefined {
  const pure = pureRing(sources);
  const edges = new Map<string, Set<string>>();
  for (const source of sources) {
    if (pure.has(source.path)) continue;
    const from = folderOf(source.path);
    const to = edges.get(from) ?? new Set();
    for (const { target, outside } of readImports(source)) {
      if (!outside && !isMachine(target)) to.add(folderOf(target));
    }
    to.delete(from);
    edges.set(from, to);
  }
  const done = new Set<string>();
  const follow = (folder: string, path: string[]): string[] | undefined => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder];
    if (done.has(folder)) return undefined;
    for (const next of edges.get(folder) ?? []) {
      const cycle = follow(next, [...path, folder]);
      if (cycle !== undefined) return cycle;
    }
    done.add(folder);
    return undefined;
  };
  return [...edges.keys()].map((folder) => follow(folder, [])).find((cycle) => cycle !== undefined);
}

/** The machines and whatever of them is left at run time: every file in it has to be pure. */
export function pureRing(sources: readonly Source[]): Set<string> {
  const machines = sources.map(({ path }) => path).filter(isMachine);
  return reach(sources, machines, ({ typeOnly }) => !typeOnly);
}

/** Every file that `roots` lead to along the imports that `follow` picks, and `roots`. */
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

/** Whatever in the machines, and in what they import, is not a function of state and command. */
export function checkPurity(sources: readonly Source[]): Violation[] {
  const pure = pureRing(sources);
  return sources.filter(({ path }) => pure.has(path)).flatMap(findImpurities);
}
