/**
 * Copies of a module and of all that it imports, with a bug in one file.
 *
 * @module
 */

import { copySources, sourcesOf } from "../../spec/tool/sources.ts";

/** A bug in a façade. */
export interface TourMutant {
  readonly name: string;
  /** The file, from the root of the repository, and the text in it that is replaced. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The model whose tours find it. */
  readonly model: string;
}

/** A copy of a module, in a folder that is there until the copy is disposed of. */
export interface BrokenCopy extends AsyncDisposable {
  load<Module>(): Promise<Module>;
}

/** What each module imports, which is asked once. */
const sources = new Map<string, Promise<string[]>>();

/** Copies the module at `entry`, and plants a mutant in the copy. */
export async function brokenCopy(entry: string, mutant: TourMutant): Promise<BrokenCopy> {
  const folder = await Deno.makeTempDir({ prefix: "lockstep-tour-" });
  const root = new URL(`file://${folder}/`);
  if (!sources.has(entry)) sources.set(entry, sourcesOf(entry));
  await copySources(await sources.get(entry)!, root);
  const path = new URL(mutant.file, root);
  const text = await Deno.readTextFile(path);
  if (text.split(mutant.find).length !== 2) {
    throw new Error(`Cannot plant "${mutant.name}": its text must be in ${mutant.file} once`);
  }
  await Deno.writeTextFile(path, text.replace(mutant.find, () => mutant.replace));
  return {
    load: <Module>() => import(new URL(entry, root).href) as Promise<Module>,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
