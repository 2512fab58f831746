/**
 * What the package offers, as `deno doc` sees it.
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
    readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
  }[];
}

/** The classes that `modules` export without an example; an error needs none. */
export async function classesWithoutExample(...modules: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...modules],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as Documented;
  return Object.values(nodes)
    .flatMap(({ symbols }) => symbols)
    .filter(({ name, declarations }) =>
      !name.endsWith("Error") && declarations.some(({ kind }) => kind === "class") &&
      !declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"))
    )
    .map(({ name }) => name);
}
