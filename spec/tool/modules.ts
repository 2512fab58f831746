/**
 * The modules and the configuration that TLC reads for a check.
 *
 * @module
 */

import { folderOf, type TlcModel } from "./models.ts";
import { REACHED } from "./witnesses.ts";

const SPEC = new URL("../", import.meta.url);

/**
 * Returns the files of a check by name: its module, all modules that this one extends or instantiates,
 * in its folder or in `spec/gen`, and its configuration as `check.cfg`.
 */
export async function tlcFilesOf(model: TlcModel): Promise<Map<string, string>> {
  const folder = new URL(`${folderOf(model)}/`, SPEC);
  const files = new Map<string, string>();
  const open = [model.module];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    const file = `${module}.tla`;
    if (files.has(file)) continue;
    const text = await readIfThere(new URL(file, folder)) ??
      await readIfThere(new URL(`gen/${file}`, SPEC));
    // The others are TLC's own, or made for one run.
    if (text === undefined) continue;
    files.set(file, text);
    open.push(...extendedBy(text));
  }
  const config = await Deno.readTextFile(new URL(`cfg/${model.config}.cfg`, folder));
  return files.set("check.cfg", configOf(model, config));
}

/** Returns the names after `EXTENDS` and `INSTANCE`. */
export function extendedBy(module: string): string[] {
  const names = /^EXTENDS\s+([\w\s,]+?)\s*$/m.exec(module)?.[1] ?? "";
  const instances = [...module.matchAll(/^\w+ == INSTANCE (\w+)/gm)].map(([, name]) => name!);
  return [...names.split(/\s*,\s*/).filter((name) => name !== ""), ...instances];
}

function configOf(
  { replace = {}, property, invariant, reaches }: TlcModel,
  config: string,
): string {
  const lines = Object.entries(replace).map(([name, other]) => `CONSTANT ${name} <- ${other}`);
  if (property !== undefined) lines.push(`PROPERTY ${property}`);
  if (invariant !== undefined) lines.push(`INVARIANT ${invariant}`);
  if (reaches !== undefined) lines.push(`INVARIANT ${REACHED}`);
  const isAlone = property !== undefined || invariant !== undefined;
  return `${isAlone ? config.replace(CHECKED, "") : config}\n${lines.join("\n")}\n`;
}

/** What a configuration checks; each line that begins with a space goes on with the one before. */
const CHECKED = /^(?:INVARIANTS?|PROPERTY|PROPERTIES)\b(.*\n(?:[ \t].*\n)*)/gm;

/** Returns the names of the invariants and properties that a check requires to hold. */
export async function checkedBy(model: TlcModel): Promise<string[]> {
  const config = (await tlcFilesOf(model)).get("check.cfg")!;
  return [...config.matchAll(CHECKED)].flatMap(([, names]) => names!.trim().split(/\s+/))
    .filter((name) => name !== REACHED);
}

async function readIfThere(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
