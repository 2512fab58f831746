/**
 * An archive of TLC's classes as Java has them in memory. Most checks are short, and a run that
 * need not read, verify and link the classes costs a fifth less processor time.
 *
 * @module
 */

import { argumentsOf, prepare } from "./tlc.ts";
import { sha256 } from "./hash.ts";

/** A model in which TLC loads what it needs for invariants and for properties. */
const MODULE = `---- MODULE Tiny ----
EXTENDS Integers, Sequences, FiniteSets, TLC
VARIABLE x
Init == x = <<>>
Next == \\E i \\in 1..2 : Len(x) < 2 /\\ x' = Append(x, [a |-> i, b |-> {i}])
Spec == Init /\\ [][Next]_x /\\ WF_x(Next)
Few == Cardinality(DOMAIN x) < 3
Grows == [][Len(x') > Len(x)]_x
Ends == <>(Len(x) = 2)
====
`;
const CONFIG = "SPECIFICATION Spec\nINVARIANT Few\nPROPERTIES Grows Ends\n";

/**
 * Returns the path of the archive, which is made once for each version of Java and TLC; `undefined`
 * when Java can't make one, as before version 13. `folder` is where it is kept.
 */
export async function findArchive(
  jar: string,
  java: string,
  folder: string,
): Promise<string | undefined> {
  const path = `${folder}/tlc-${(await sha256(`${java}\n${jar}`)).slice(0, 16)}.jsa`;
  if (await isThere(path)) return path;
  const place = await Deno.makeTempDir({ prefix: "lockstep-tlc-" });
  try {
    await prepare(place);
    await Deno.writeTextFile(`${place}/Tiny.tla`, MODULE);
    await Deno.writeTextFile(`${place}/Tiny.cfg`, CONFIG);
    const job = { jar, folder: place, module: "Tiny", config: "Tiny", dump: false, timeoutMs: 0 };
    const { success } = await new Deno.Command("java", {
      args: [`-XX:ArchiveClassesAtExit=${place}/tlc.jsa`, ...argumentsOf(job)],
      cwd: place,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success || !await isThere(`${place}/tlc.jsa`)) return undefined;
    await Deno.mkdir(folder, { recursive: true });
    // Several processes may make it: each renames its own.
    const made = `${path}.${crypto.randomUUID()}`;
    await Deno.copyFile(`${place}/tlc.jsa`, made);
    await Deno.rename(made, path);
    return path;
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
