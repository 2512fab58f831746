/**
 * The pages that are made from the source, as they should be.
 *
 * @module
 */

import { configurationPage } from "./configuration.ts";
import { eventCatalogue } from "./events.ts";

/** From the path of each page, as seen from docs/, to its text. */
export async function generatedPages(): Promise<Map<string, string>> {
  return new Map([
    ["configuration.md", await formatted(await configurationPage())],
    ["events.md", await formatted(await eventCatalogue())],
  ]);
}

/** `text` as the formatter has it. */
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
