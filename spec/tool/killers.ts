/**
 * Which properties were seen to fail.
 *
 * Each property that a check requires must be violated by a mutant that names it, or follow from
 * others: `derived.json` lists those, and from what they follow.
 *
 * @module
 */

import { folderOf, type Model, type TlcModel } from "./models.ts";
import { checkedBy } from "./modules.ts";

/** A property that needs no mutant, as it can't fail while others hold. */
export interface Derived {
  readonly folder: string;
  readonly property: string;
  /** The properties from which it follows. */
  readonly from: readonly string[];
  /** Why. */
  readonly because: string;
}

const LIST = new URL("../derived.json", import.meta.url);

/** Reads the list of derived properties. */
export async function readDerived(): Promise<Derived[]> {
  return JSON.parse(await Deno.readTextFile(LIST));
}

/** Returns the properties that the checks of a folder require, sorted. */
export async function requiredIn(folder: string, models: readonly Model[]): Promise<string[]> {
  const names = new Set<string>();
  for (const model of models) {
    if (folderOf(model) !== folder || !requires(model)) continue;
    for (const name of await checkedBy(model)) names.add(name);
  }
  return [...names].sort();
}

function requires(model: Model): model is TlcModel {
  return model.kind === "safety" || model.kind === "live" || model.kind === "graph";
}

/** Returns the properties that a mutant of `folder` violates. */
export function killersIn(folder: string, models: readonly Model[]): Set<string> {
  const mutants = models.filter((model) => folderOf(model) === folder && model.kind === "mutant");
  return new Set(mutants.flatMap((model) => (model as TlcModel).violates?.property ?? []));
}

/** Returns the properties of `folder` that no mutant violates, and that follow from no other. */
export async function neverViolated(
  folder: string,
  models: readonly Model[],
  derived: readonly Derived[],
): Promise<string[]> {
  const violated = killersIn(folder, models);
  const own = derived.filter((each) => each.folder === folder).map(({ property }) => property);
  return (await requiredIn(folder, models))
    .filter((name) => !violated.has(name) && !own.includes(name));
}
