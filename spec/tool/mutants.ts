/**
 * Checks that broken copies of the code are noticed; otherwise the comparison of graphs proves
 * nothing.
 *
 * @module
 */

import type { Verdict } from "./broken_copies.ts";
import type { Outcome } from "./check.ts";
import { lines } from "./lines.ts";
import { folderOf, type Mutants } from "./models.ts";
import { type CodeMutant, loadSubject } from "./subject.ts";

const PROCESS = new URL("broken_copies.ts", import.meta.url);
/** Longest time between two verdicts. The slowest mutant takes two seconds. */
const TIMEOUT_MS = 60_000;

/** Tries every mutant of a folder, each of which must be caught where it says. */
export async function checkMutants(
  model: Mutants,
  place: string,
  write: boolean,
): Promise<Outcome> {
  const started = performance.now();
  const { mutants } = await loadSubject(folderOf(model));
  const { verdicts, failure } = await runCopies(folderOf(model), place);
  const seconds = (performance.now() - started) / 1000;
  const problems = judgeVerdicts(mutants, verdicts, failure);
  const caught = verdicts.filter(({ problem }) => problem === undefined).length;
  if (!write && caught !== model.mutants) {
    problems.push(`${caught} mutants are caught, not ${model.mutants}`);
  }
  return { problems, result: `${caught} caught`, caught, seconds };
}

/** Returns what is wrong: mutants that are not caught, or that got no verdict. */
export function judgeVerdicts(
  mutants: readonly CodeMutant[],
  verdicts: readonly Verdict[],
  failure: string,
): string[] {
  const problems = verdicts.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name}: ${problem}`]
  );
  if (mutants.length === 0) problems.push("there are no mutants");
  const [next] = mutants.slice(verdicts.length);
  if (next !== undefined) problems.push(`${next.name}: there is no verdict\n${failure}`);
  return problems;
}

/** Runs the process that tries the mutants, and ends it when it no longer answers. */
async function runCopies(
  folder: string,
  place: string,
): Promise<{ verdicts: Verdict[]; failure: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", PROCESS.href, folder, place],
    // The user's cache of compiled modules would grow by every copy.
    env: { DENO_DIR: `${place}/deno`, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const verdicts: Verdict[] = [];
  let isLate = false;
  const end = () => {
    isLate = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(end, TIMEOUT_MS);
  for await (const line of lines(child.stdout)) {
    clearTimeout(timer);
    verdicts.push(JSON.parse(line));
    timer = setTimeout(end, TIMEOUT_MS);
  }
  await child.status;
  clearTimeout(timer);
  return { verdicts, failure: isLate ? `in ${TIMEOUT_MS / 1000} s` : (await errors).trim() };
}
