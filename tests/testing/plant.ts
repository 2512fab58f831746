/**
 * Plants bugs in a copy of the product and simulates until each is found:
 * `deno run -A tests/testing/plant.ts [part of a name …]`.
 *
 * Prints for each the number of steps and the broken invariant, or that it survives.
 *
 * @module
 */

import { type Mutant, MUTANTS } from "./mutants.ts";

/** The number of runs, and of the steps of each. */
const RUNS = 400;
const STEPS = 3_000;

/** The time in which runs are begun for one mutant. */
const HUNT_MS = 60_000;

/** The time limit of the search for one mutant; one that never ends a step is found by it. */
const MOST_MS = HUNT_MS + 60_000;

/** The result of the search for a mutant. */
export interface Finding {
  /** The number of steps, or of calls, until an invariant was broken; `undefined` when none was. */
  readonly steps: number | undefined;
  /** The broken invariant, or why the mutant does not count as found. */
  readonly rule: string;
}

/** What a hunt prints once the broken copy is loaded. */
const LOADED = "loaded";

/**
 * Returns `source` with the mutant in it.
 *
 * @throws {Error} when its text isn't there exactly once, or when it changes nothing
 */
export function plantedIn(source: string, { name, from, to }: Mutant): string {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `Cannot plant "${name}": its place must be there once, got ${parts.length - 1}`,
    );
  }
  if (from === to) throw new Error(`Cannot plant "${name}": it must change something`);
  return parts.join(to);
}

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyTree(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Plants `mutant` in a copy of the product, and simulates with the seeds from 1 on. */
export async function find(mutant: Mutant): Promise<Finding> {
  const root = await Deno.makeTempDir({ prefix: "lockstep-mutant-" });
  try {
    await copyTree("src", `${root}/src`);
    const path = `${root}/src/${mutant.file}`;
    await Deno.writeTextFile(path, plantedIn(await Deno.readTextFile(path), mutant));
    await Deno.writeTextFile(`${root}/hunt.ts`, huntFor(mutant));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-check", "--no-config", `${root}/hunt.ts`],
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(MOST_MS),
    });
    const { stdout, stderr } = await command.output();
    const [loaded, finding] = new TextDecoder().decode(stdout).trim().split("\n");
    if (finding !== undefined) return JSON.parse(finding);
    const [error = ""] = new TextDecoder().decode(stderr).trim().split("\n");
    // What is no program proves nothing.
    if (loaded !== LOADED) return { steps: undefined, rule: `it does not load: ${error}` };
    return { steps: 0, rule: error === "" ? "no end of one step" : error };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function huntFor({ workload, fault, simulation }: Mutant): string {
  const options = JSON.stringify({ steps: STEPS, workload, ...(fault && { faults: [fault] }) });
  const run = simulation === "manager"
    ? "await simulateManager({ seed, rounds: 60 })"
    : simulation === "engines"
    ? "await simulateEngines({ seed })"
    : `simulate({ seed, ...${options} })`;
  const made = simulation === undefined ? "steps" : "calls";
  return `
import { simulate, simulateEngines, simulateManager } from "./src/testing/mod.ts";
console.log("${LOADED}");
let steps = 0;
let found = { rule: "" };
for (let seed = 1; seed <= ${RUNS} && performance.now() < ${HUNT_MS}; seed++) {
  const { broken, ${made}: made } = ${run};
  steps += made;
  if (broken === undefined) continue;
  found = { steps, rule: broken.message.slice(0, 100) };
  break;
}
if (found.rule === "") found.rule = "nothing broke in " + steps + " steps";
console.log(JSON.stringify(found));
`;
}

/** Returns the mutants with one of `parts` in their name. @throws {RangeError} when there is none */
export function chosenBy(parts: readonly string[]): Mutant[] {
  const chosen = MUTANTS.filter(({ name }) =>
    parts.length === 0 || parts.some((part) => name.includes(part))
  );
  if (chosen.length > 0) return chosen;
  const rule = "a mutant must have one of the arguments in its name";
  throw new RangeError(`Cannot plant: ${rule}, got ${parts.map((part) => `"${part}"`).join(", ")}`);
}

if (import.meta.main) {
  const chosen = chosenBy(Deno.args);
  let survivors = 0;
  for (const mutant of chosen) {
    const { steps, rule } = await find(mutant);
    if (steps === undefined) survivors++;
    const unit = mutant.simulation === undefined ? "steps" : "calls";
    const found = steps === undefined ? "SURVIVES" : `${steps} ${unit}`;
    console.log(`${found.padStart(16)}  ${mutant.name} (${mutant.file}): ${rule}`);
  }
  console.log(`${chosen.length} planted, ${survivors} survive`);
  if (survivors > 0) Deno.exitCode = 1;
}
