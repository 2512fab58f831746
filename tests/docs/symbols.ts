/**
 * The public symbols of the package, as `deno doc` reports them.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface Documented {
  readonly nodes: Record<string, { readonly symbols: readonly Exported[] }>;
}

interface Exported {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: {
      readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
    };
  }[];
}

/** Finds the classes without an example that `modules` export, except errors. */
export async function classesWithoutExample(...modules: string[]): Promise<string[]> {
  return (await exportsOf(modules))
    .filter(({ name, declarations }) =>
      !name.endsWith("Error") && declarations.some(({ kind }) => kind === "class") &&
      !declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"))
    )
    .map(({ name }) => name);
}

/** Returns the categories of each symbol that `module` exports: one for each `@category`. */
export async function categoriesOf(module: string): Promise<Map<string, string[]>> {
  return new Map(
    (await exportsOf([module])).map(({ name, declarations }) => [
      name,
      declarations.flatMap(({ jsDoc }) => {
        const tags = jsDoc?.tags?.filter(({ kind }) => kind === "category") ?? [];
        return tags.length === 0 ? [""] : tags.map(({ doc = "" }) => doc.trim());
      }),
    ]),
  );
}

async function exportsOf(modules: readonly string[]): Promise<Exported[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...modules],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as Documented;
  return Object.values(nodes).flatMap(({ symbols }) => symbols);
}
