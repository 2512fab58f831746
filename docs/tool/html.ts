/**
 * `deno task docs:html`: writes the reference of the main entry point to `build/docs`.
 *
 * `deno doc --html` groups symbols by `@category` only if its one module is a file of declarations,
 * and shows the categories on the front page only if no `deno.json` names another entry point. So
 * this runs it in an empty folder, on a file that re-exports `mod.ts`, with the comment of `mod.ts`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const MODULE = new URL("../../mod.ts", import.meta.url);
const CATEGORIES = fileURLToPath(new URL("categories.json", import.meta.url));
const OUTPUT = fileURLToPath(new URL("../../build/docs", import.meta.url));

const comment = /^\/\*\*.*?\*\//s.exec(await Deno.readTextFile(MODULE))![0];
await Deno.mkdir(OUTPUT, { recursive: true });
const folder = await Deno.makeTempDir();
await Deno.writeTextFile(`${folder}/mod.d.ts`, `${comment}\n\nexport * from "${MODULE}";\n`);
const options = ["--name=Lockstep", `--category-docs=${CATEGORIES}`, `--output=${OUTPUT}`];
const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--html", ...options, "mod.d.ts"],
  cwd: folder,
  stdout: "inherit",
  stderr: "inherit",
}).spawn().status;
await Deno.remove(folder, { recursive: true });
if (!success) Deno.exit(1);
