/**
 * Compares the graphs of a machine with the digests that are kept, without TLC.
 *
 * @module
 */

import { digestOf } from "./graphs.ts";
import { loadSubject } from "./subject.ts";

/**
<<<<<<< ours
 * The names of the graphs of `folder` that are not as they were when TLC found the same; looking for
 * them ends when there are `enough`.
 */
export async function findChanged(folder: string, enough = Infinity): Promise<string[]> {
=======
 * The first graph of `folder` that is not as it was when TLC found the same; `undefined` when all
 * are.
 */
export async function findChanged(folder: string): Promise<string | undefined> {
>>>>>>> theirs
  const { graphs } = await loadSubject(folder);
  for (const [name, { explore }] of graphs) {
    const file = new URL(`../graphs/${folder}-${name}.json`, import.meta.url);
    const kept = JSON.parse(await Deno.readTextFile(file));
    const digest = await digestOf(explore());
<<<<<<< ours
    if (JSON.stringify(digest) !== JSON.stringify(kept)) changed.push(name);
    if (changed.length >= enough) break;
=======
    if (JSON.stringify(digest) !== JSON.stringify(kept)) return name;
>>>>>>> theirs
  }
  return undefined;
}

if (import.meta.main) {
<<<<<<< ours
  const changed = await findChanged(Deno.args[0] ?? "", 1);
  if (changed.length > 0) console.error(`Changed: ${changed.join(", ")}`);
  Deno.exit(changed.length > 0 ? 1 : 0);
=======
  const changed = await findChanged(Deno.args[0] ?? "");
  if (changed !== undefined) console.error(`Changed: ${changed}`);
  Deno.exit(changed === undefined ? 0 : 1);
>>>>>>> theirs
}
