/**
 * Compares the graphs of a machine with the digests that are kept, without TLC.
 *
 * @module
 */

import { digestOf } from "./graphs.ts";
import { loadSubject } from "./subject.ts";

/**
 * The names of the graphs of `folder` that are not as they were when TLC found the same; looking for
 * them ends when there are `enough`.
 */
export async function findChanged(folder: string, enough = Infinity): Promise<string[]> {
  const { graphs } = await loadSubject(folder);
  const changed: string[] = [];
  for (const [name, { explore }] of graphs) {
    const file = new URL(`../graphs/${folder}-${name}.json`, import.meta.url);
    const kept = JSON.parse(await Deno.readTextFile(file));
    const digest = await digestOf(explore());
    if (JSON.stringify(digest) !== JSON.stringify(kept)) changed.push(name);
    if (changed.length >= enough) break;
  }
  return changed;
}

if (import.meta.main) {
  const changed = await findChanged(Deno.args[0] ?? "", 1);
  if (changed.length > 0) console.error(`Changed: ${changed.join(", ")}`);
  Deno.exit(changed.length > 0 ? 1 : 0);
}
