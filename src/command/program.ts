/**
 * How this program is started again.
 *
 * @module
 */

import process from "node:process";
import { fileURLToPath } from "node:url";

/** Returns the command that runs `lockstep`: the runtime, its flags, and the program. */
export function programCommand(): string[] {
  return command([]);
}

/**
 * Returns the command that runs `lockstep` for long, which must not take memory from the work beside it:
 * the runtime collects garbage sooner, at about a tenth of its speed.
 */
export function serverCommand(): string[] {
  const { deno, bun } = process.versions as Record<string, string | undefined>;
  if (deno !== undefined) return command(["--v8-flags=--optimize-for-size"]);
  return command([bun === undefined ? "--optimize-for-size" : "--smol"]);
}

function command(options: readonly string[]): string[] {
  const file = import.meta.url.endsWith(".js") ? "./mod.js" : "./mod.ts";
  const url = new URL(file, import.meta.url);
  const program = url.protocol === "file:" ? fileURLToPath(url) : url.href;
  const isDeno = "deno" in process.versions;
  const flags = isDeno ? ["run", "-A", "--no-check", "--quiet", "--unstable-no-legacy-abort"] : [];
  return [process.execPath, ...flags, ...options, program];
}
