/**
 * Plants bugs in a copy of the product and simulates until each is found:
 * `deno run -A tests/testing/plant.ts [part of a name …]`.
 *
 * Prints for each how many steps it took, and what was broken; or that it lives.
 *
 * @module
 */

import { type Mutant, MUTANTS } from "./mutants.ts";

/** How many runs are tried, and how many steps each has. */
const RUNS = 400;
const STEPS = 3_000;

/** How long runs are begun for one bug. */
const HUNT_MS = 60_000;

/** How long the search for one bug may take; one that stops everything is found by that. */
const MOST_MS = HUNT_MS + 60_000;

/** What became of a planted bug. */
export interface Finding {
  /** How many steps it took until something broke; `undefined` when nothing did. */
  readonly steps: number | undefined;
  /** What broke. */
  readonly rule: string;
}

/** The source of `file` with the bug in it. @throws {Error} when the place isn't there exactly once */
export function plantedIn(source: string, { name, from, to }: Mutant): string {
  const parts = source.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`Cannot plant "${name}": its place must be there once, got ${parts.length - 1}`);
}

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyTree(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Plants `mutant` in a copy and simulates with seeds from 1 on. */
export async function find(mutant: Mutant): Promise<Finding> {
  const root = await Deno.makeTempDir({ prefix: "lockstep-mutant-" });
  try {
    await copyTree("src", `${root}/src`);
    const path = `${root}/src/${mutant.file}`;
    await Deno.writeTextFile(path, plantedIn(await Deno.readTextFile(path), mutant));
    await Deno.writeTextFile(`${root}/hunt.ts`, huntFor(mutant.workload));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-check", "--no-config", `${root}/hunt.ts`],
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(MOST_MS),
    });
    const { stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout).trim();
    if (text !== "") return JSON.parse(text);
    const [error = ""] = new TextDecoder().decode(stderr).trim().split("\n");
    return { steps: 0, rule: error === "" ? "no end of one step" : error };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function huntFor(workload: string | undefined): string {
  const options = JSON.stringify({ steps: STEPS, workload });
  return `
import { simulate } from "./src/testing/mod.ts";
let steps = 0;
let found = { rule: "" };
for (let seed = 1; seed <= ${RUNS} && performance.now() < ${HUNT_MS}; seed++) {
  const { broken, steps: made } = simulate({ seed, ...${options} });
  steps += made;
  if (broken === undefined) continue;
  found = { steps, rule: broken.message.slice(0, 100) };
  break;
}
if (found.rule === "") found.rule = "nothing broke in " + steps + " steps";
console.log(JSON.stringify(found));
`;
}

if (import.meta.main) {
  const chosen = MUTANTS.filter(({ name }) =>
    Deno.args.length === 0 || Deno.args.some((part) => name.includes(part))
  );
  let living = 0;
  for (const mutant of chosen) {
    const { steps, rule } = await find(mutant);
    if (steps === undefined) living++;
    const found = steps === undefined ? "LIVES" : `${steps} steps`;
    console.log(`${found.padStart(16)}  ${mutant.name} (${mutant.file}): ${rule}`);
  }
  console.log(`${chosen.length} planted, ${living} live`);
  if (living > 0) Deno.exitCode = 1;
}
