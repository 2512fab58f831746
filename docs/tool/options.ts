/**
 * The defaults of options, from the tables in each subsystem's `config.ts`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../src/", import.meta.url));

/** By folder of a subsystem, the default of each option, by name. */
export type Defaults = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** The paths of all files that can have tables, relative to the repository's root. */
export function configFiles(): string[] {
  return [...Deno.readDirSync(SOURCES)].map(({ name }) => name).sort()
    .filter((folder) => exists(`${SOURCES}${folder}/config.ts`))
    .map((folder) => `src/${folder}/config.ts`);
}

/** The folder whose config repeats options of the others. */
const SHARING = "coordination";

/** Reads the tables of all subsystems. */
export async function readDefaults(): Promise<Defaults> {
  const defaults = new Map<string, ReadonlyMap<string, unknown>>();
  for (const path of configFiles()) {
    const module = await import(new URL(`../../${path}`, import.meta.url).href);
    defaults.set(path.split("/")[1]!, defaultsIn(module, path));
  }
  const own = defaults.get(SHARING) ?? [];
  return defaults.set(SHARING, new Map([...agreedDefaults(defaults.values()), ...own]));
}

/** The defaults of the options that have the same default in every table. */
export function agreedDefaults(
  tables: Iterable<ReadonlyMap<string, unknown>>,
): Map<string, unknown> {
  const agreed = new Map<string, unknown>();
  const disputed = new Set<string>();
  for (const [name, value] of [...tables].flatMap((table) => [...table])) {
    if (agreed.has(name) && agreed.get(name) !== value) disputed.add(name);
    agreed.set(name, value);
  }
  for (const name of disputed) agreed.delete(name);
  return agreed;
}

/** The defaults of all tables that a module exports. @throws {Error} when two tables disagree */
export function defaultsIn(module: object, path: string): Map<string, unknown> {
  const defaults = new Map<string, unknown>();
  for (const table of Object.values(module).filter(isTable)) {
    for (const [name, option] of Object.entries(table)) {
      if (defaults.has(name) && defaults.get(name) !== option.default) {
        throw new Error(`Cannot document ${name}: ${path} has two defaults of it`);
      }
      defaults.set(name, option.default);
    }
  }
  return defaults;
}

function isTable(value: unknown): value is Record<string, { readonly default: unknown }> {
  if (typeof value !== "object" || value === null || value instanceof Map) return false;
  const options: unknown[] = Object.values(value);
  return options.length > 0 && options.every(isOption);
}

function isOption(value: unknown): boolean {
  return typeof value === "object" && value !== null && "default" in value && "check" in value;
}

/** A default as a program would write it: `1_000`, `"abort"`. */
export function literal(value: unknown): string {
  if (typeof value === "string" || typeof value === "object") return JSON.stringify(value);
  if (!Number.isInteger(value)) return String(value);
  return String(value).replace(/\B(?=(\d{3})+$)/g, "_");
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
