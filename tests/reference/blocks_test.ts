import { assertEquals } from "@std/assert";
import { type Program, Programs } from "../docs/programs.ts";

/**
 * The code of the coordination API as its users know it, one file a block, between what stands around
 * it and what it must have done. It is not formatted or linted, since it is as it is.
 */
const FOLDER = new URL("blocks/", import.meta.url);

const blocks: Program[] = [...Deno.readDirSync(FOLDER)]
  .map(({ name }) => ({ name, source: new URL(name, FOLDER) }))
  .sort((a, b) => a.name < b.name ? -1 : 1);

let running: ReturnType<Programs["run"]> | undefined;

async function runAll() {
  using programs = new Programs(blocks);
  return await programs.run();
}

Deno.test("every code block of the coordination API is well typed", async () => {
  using programs = new Programs(blocks);
  assertEquals(await programs.diagnostics(), "");
});

for (const { name } of blocks) {
  Deno.test(`the code block in ${name} works as written`, async () => {
    const { error } = (await (running ??= runAll())).get(name)!;
    if (error !== undefined) throw new Error(error);
  });
}
