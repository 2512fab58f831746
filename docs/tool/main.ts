/**
 * Writes the pages that are generated from the source: `deno task docs`.
 *
 * @module
 */

import { generatedPages } from "./pages.ts";

for (const [path, text] of await generatedPages()) {
  await Deno.writeTextFile(new URL(`../${path}`, import.meta.url), text);
  console.log(`docs/${path}`);
}
