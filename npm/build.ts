/**
 * `deno task npm`: makes the package for npm in `build/`, JavaScript with declarations of types.
 *
 * Node strips types from no file below `node_modules`, so the sources themselves can't be published
 * there. `deno pack` converts them; what it has no option for is added to its `package.json`.
 *
 * @module
 */

/** The fields of `package.json` that are not in `deno.json`. */
const MANIFEST = {
  description:
    "Coordinates many agents that work at the same time: tasks, locks, messages, failures",
  keywords: ["agents", "coordination", "scheduler", "locks", "task-queue", "deadlock-detection"],
  engines: { node: ">=22.18" },
  bin: { lockstep: "./src/command/mod.js" },
  sideEffects: ["./src/cli/mod.js", "./src/command/mod.js"],
};

const ROOT = new URL("../", import.meta.url).pathname;

/** Makes the package in `folder`. Resolves with the path of the tarball. */
export async function build(folder: string): Promise<string> {
  const packed = `${folder}/packed.tgz`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.remove(`${folder}/package`, { recursive: true }).catch(() => {});
  const options = ["--quiet", "--allow-dirty", "--no-source-maps"];
  await run(Deno.execPath(), ["pack", ...options, `--output=${packed}`], ROOT);
  await run("tar", ["-xzf", packed, "-C", folder], ROOT);
  await Deno.remove(packed);
  const path = `${folder}/package/package.json`;
  const manifest = { ...JSON.parse(await Deno.readTextFile(path)), ...MANIFEST };
  await Deno.writeTextFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  const name = await run("npm", ["pack", "./package", "--silent"], folder);
  return `${folder}/${name.trim()}`;
}

/** Runs a program to its end. Resolves with its standard output. */
async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd, env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program} ${args[0]} failed\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

if (import.meta.main) console.log(await build(`${ROOT}build/npm`));
