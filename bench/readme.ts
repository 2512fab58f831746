/**
 * The table of measured figures in `README.md`.
 *
 * @module
 */

import os from "node:os";

const README = new URL("../README.md", import.meta.url);

/** Returns what the figures were measured on. */
export function machine(): string {
  const [cpu] = os.cpus();
  const gigabytes = Math.round(os.totalmem() / 2 ** 30);
  const model = cpu?.model.trim().replace(/\s+/g, " ") ?? "an unknown processor";
  const runtime = `Deno ${Deno.version.deno} (V8 ${Deno.version.v8})`;
  return `${model}, ${os.cpus().length} processors, ${gigabytes} GB; ${runtime} on ${Deno.build.os}`;
}

/**
 * Returns `text` with `figures` between its marks.
 *
 * @throws {TypeError} when it has no marks
 */
export function withFigures(text: string, figures: string): string {
  const marks = /(<!-- figures -->\n)[^]*?(<!-- \/figures -->)/;
  if (!marks.test(text)) throw new TypeError("README.md must have marks around its figures");
  return text.replace(marks, (_, open: string, close: string) => `${open}\n${figures}\n\n${close}`);
}

/** Writes `figures` into the README. */
export async function writeReadme(figures: string): Promise<void> {
  await Deno.writeTextFile(README, withFigures(await Deno.readTextFile(README), figures));
}
