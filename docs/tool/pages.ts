/**
 * The pages that are generated from the source.
 *
 * @module
 */

import { configurationPage } from "./configuration.ts";
import { eventCatalog } from "./events.ts";

/** Returns the text of each page, by its path relative to `docs/`. */
export async function generatedPages(): Promise<Map<string, string>> {
  return new Map([
    ["configuration.md", await formatted(await configurationPage())],
    ["events.md", await formatted(await eventCatalog())],
  ]);
}

/** Formats `text` like `deno fmt`. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "--line-width=100", "--quiet", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await output).stdout);
}
