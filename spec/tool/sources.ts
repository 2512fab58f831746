/**
 * The sources that a module depends on.
 *
 * @module
 */

/** The root of the repository. */
export const ROOT: URL = new URL("../../", import.meta.url);

/**
 * Returns the paths of `entry` and of all modules that it imports, directly or not, sorted. Paths
 * begin at the root of the repository.
 *
 * @throws {Error} when an import can't be resolved
 */
export async function sourcesOf(entry: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", new URL(entry, ROOT).href],
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot list the imports of ${entry}: ${text.decode(stderr)}`);
  const { modules } = JSON.parse(text.decode(stdout)) as { modules: ListedModule[] };
  const broken = modules.find(({ error }) => error !== undefined);
  if (broken !== undefined) throw new Error(`Cannot list the imports of ${entry}: ${broken.error}`);
  return modules
    .filter(({ specifier }) => specifier.startsWith(ROOT.href))
    .map(({ specifier }) => decodeURIComponent(specifier.slice(ROOT.href.length)))
    .sort();
}

/** A module in the output of `deno info --json`. */
interface ListedModule {
  readonly specifier: string;
  readonly error?: string;
}

/** Copies the files at `paths` below the root of the repository to the same paths below `root`. */
export async function copySources(paths: readonly string[], root: URL): Promise<void> {
  for (const path of paths) {
    const target = new URL(path, root);
    await Deno.mkdir(new URL(".", target), { recursive: true });
    await Deno.copyFile(new URL(path, ROOT), target);
  }
}
