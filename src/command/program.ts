/**
 * How this program is started again.
 *
 * @module
 */

import process from "node:process";
import { fileURLToPath } from "node:url";

/** Returns the command that runs `lockstep`: the runtime, its flags, and the program. */
export function programCommand(): string[] {
  const file = import.meta.url.endsWith(".js") ? "./mod.js" : "./mod.ts";
  const url = new URL(file, import.meta.url);
  const program = url.protocol === "file:" ? fileURLToPath(url) : url.href;
  const isDeno = "deno" in process.versions;
  const flags = isDeno ? ["run", "-A", "--no-check", "--quiet", "--unstable-no-legacy-abort"] : [];
  return [process.execPath, ...flags, program];
}
