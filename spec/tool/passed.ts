/**
 * Remembers which checks passed, so that a check whose inputs are the same need not run again.
 *
 * A check is known by the contents of everything that it depends on: its entry in the list, its
 * modules and configuration, the tool, TLC and Java; where it runs the machine, also all sources of
 * the binding, and the kept digests, modules and runs. Time stamps don't matter, nor does the folder
 * of the repository.
 *
 * @module
 */

import type { Outcome } from "./check.ts";
import { sha256 } from "./hash.ts";
import { folderOf, isOfMutants, isTlcModel, type Model } from "./models.ts";
import { tlcFilesOf } from "./modules.ts";
import { ROOT, sourcesOf } from "./sources.ts";

/** Results are forgotten after this time. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Folders of kept results that a check reads, by the check's kind. */
const DATA: Readonly<Record<Model["kind"], readonly string[]>> = {
  "safety": [],
  "live": [],
  "witness": [],
  "mutant": [],
  "graph": ["graphs", "gen"],
  "trace": ["traces"],
  "code-mutants": ["graphs"],
  "proof": [],
  "exploration": ["graphs"],
  "variants": [],
};

/** The checks that passed, in a folder. */
export class PassedChecks {
  readonly #folder: string;
  readonly #versions: string;
  /** Contents of all sources of a module, by its path. */
  readonly #sources = new Map<string, Promise<string>>();

  /** Uses `folder`. `versions` says which programs do the checks. */
  constructor(folder: string, versions: string) {
    this.#folder = folder;
    this.#versions = versions;
  }

  /** Creates the folder if need be, and removes old results. */
  async prepare(): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    for await (const { name } of Deno.readDir(this.#folder)) {
      const path = `${this.#folder}/${name}`;
      const { mtime } = await Deno.stat(path);
      if (Date.now() - (mtime?.getTime() ?? 0) > KEPT_MS) await Deno.remove(path);
    }
  }

  /** Returns a key that differs when anything differs that the check depends on. */
  async keyOf(model: Model): Promise<string> {
    const parts = [JSON.stringify(model), this.#versions, await this.#textOf("spec/tool/main.ts")];
    const isOfTlc = isTlcModel(model);
    if (isOfTlc) parts.push(JSON.stringify([...await tlcFilesOf(model)]));
    const isOfMachine = isOfMutants(model) || model.kind === "exploration";
    if (isOfMachine || model.kind === "graph" || model.kind === "trace") {
      parts.push(await this.#textOf(`spec/${folderOf(model)}/binding.ts`));
    }
    if (model.kind === "proof") {
      const folder = `spec/${folderOf(model)}`;
      const files = [`${folder}/${model.module}.tla`, `${folder}/core_mutants.ts`];
      // The last one says which Z3 it is.
      parts.push(await textOfFiles([...files, "deno.lock"]));
    }
    for (const folder of DATA[model.kind]) parts.push(await textOfFolder(`spec/${folder}`));
    return await sha256(JSON.stringify(parts));
  }

  /** Returns the outcome of a check that passed under `key`, or `undefined`. */
  async find(key: string): Promise<Outcome | undefined> {
    try {
      return JSON.parse(await Deno.readTextFile(this.#pathOf(key)));
    } catch {
      return undefined;
    }
  }

  /** Notes that a check passed. */
  async add(key: string, outcome: Outcome): Promise<void> {
    await Deno.writeTextFile(this.#pathOf(key), JSON.stringify(outcome));
  }

  #pathOf(key: string): string {
    return `${this.#folder}/${key}.json`;
  }

  #textOf(entry: string): Promise<string> {
    let text = this.#sources.get(entry);
    if (text === undefined) {
      text = sourcesOf(entry).then(textOfFiles);
      this.#sources.set(entry, text);
    }
    return text;
  }
}

async function textOfFolder(path: string): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL(path, ROOT))) names.push(`${path}/${name}`);
  return await textOfFiles(names.sort());
}

/** The names and the contents of files, given by their paths from the root of the repository. */
async function textOfFiles(paths: readonly string[]): Promise<string> {
  const files: [path: string, text: string][] = [];
  for (const path of paths) files.push([path, await Deno.readTextFile(new URL(path, ROOT))]);
  return JSON.stringify(files);
}
