/**
 * The table of measured figures in `README.md`.
 *
 * @module
 */

import os from "node:os";

const README = new URL("../README.md", import.meta.url);

/** Describes what figures are measured on, and how busy it is. */
export function machine(): string {
  const [cpu] = os.cpus();
  const gigabytes = Math.round(os.totalmem() / 2 ** 30);
  const model = cpu?.model.trim().replace(/\s+/g, " ") ?? "an unknown processor";
  const runtime = `Deno ${Deno.version.deno} (V8 ${Deno.version.v8})`;
  const [load = 0] = os.loadavg();
  const size = `${os.cpus().length} processors with a load of ${load.toFixed(1)}, ${gigabytes} GB`;
  return `${model}, ${size}; ${runtime} on ${Deno.build.os}`;
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
